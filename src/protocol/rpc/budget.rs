//! A budget of retries: a bucket of tokens that all calls of a client share. Whoever finds it too empty does not ask again, so
//! that retries stay a small part of the load however long a server is down.
//!
//! All numbers are thousandths of a token.

use crate::base::{Encode, Encoder};

/// What fills a bucket and what it costs to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How much it holds, and holds at first; 0: there is no budget.
    pub capacity: u64,
    /// A retry after an answer that says no.
    pub retry: u64,
    /// A retry after silence.
    pub timeout: u64,
    /// Taken by each attempt that fails, whether or not it is repeated.
    pub failure: u64,
    /// Given by a success.
    pub success: u64,
    /// A success after a retry gives back what the last retry cost, in place of `success`.
    pub returns: bool,
    /// Given by each call that begins.
    pub call: u64,
    /// Nobody retries while there is no more than this.
    pub floor: u64,
}

/// Budgets that are in use.
impl Budget {
    /// None at all.
    pub const NONE: Budget =
        Budget { capacity: 0, retry: 0, timeout: 0, failure: 0, success: 0, returns: false, call: 0, floor: 0 };

    /// AWS SDKs, retry mode *standard* as it was up to 2026: 500 tokens, 5 for a retry, 10 after a timeout.
    pub const AWS_STANDARD: Budget =
        Budget { capacity: 500_000, retry: 5_000, timeout: 10_000, success: 1_000, returns: true, ..Budget::NONE };

    /// AWS SDKs, retry mode *standard* as updated in 2026: 14 tokens for a transient error or a timeout, 5 for throttling.
    pub const AWS_UPDATED: Budget = Budget { timeout: 14_000, ..Budget::AWS_STANDARD };

    /// gRPC's throttle with its example's figures (gRFC A6): 10 tokens, one less for a failure, a tenth more for a success, and no
    /// retry while there are five or fewer.
    pub const GRPC: Budget = Budget { capacity: 10_000, failure: 1_000, success: 100, floor: 5_000, ..Budget::NONE };

    /// A part of the calls, in per cent: each call earns so much of a retry, up to ten of them.
    pub const fn percent(percent: u64) -> Budget {
        Budget { capacity: 10_000, retry: 1_000, timeout: 1_000, call: percent.saturating_mul(10), ..Budget::NONE }
    }

    /// What a retry costs, after silence or after a no.
    pub fn cost(&self, after_silence: bool) -> u64 {
        if after_silence { self.timeout } else { self.retry }
    }
}

/// A bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    budget: Budget,
    tokens: u64,
}

impl Bucket {
    /// A full one.
    pub fn new(budget: Budget) -> Bucket {
        Bucket { budget, tokens: budget.capacity }
    }

    /// What is in it, thousandths.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    fn earn(&mut self, tokens: u64) {
        self.tokens = self.tokens.saturating_add(tokens).min(self.budget.capacity);
    }

    /// A call begins.
    pub fn begin(&mut self) {
        self.earn(self.budget.call);
    }

    /// An attempt has failed.
    pub fn fail(&mut self) {
        self.spend(self.budget.failure);
    }

    /// A retry is made.
    pub fn spend(&mut self, cost: u64) {
        self.tokens = self.tokens.saturating_sub(cost);
    }

    /// A call has succeeded; `last`: what its last retry cost, if it had one.
    pub fn succeed(&mut self, last: Option<u64>) {
        match last.filter(|_| self.budget.returns) {
            Some(cost) => self.earn(cost),
            None => self.earn(self.budget.success),
        }
    }
}

impl Encode for Bucket {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many retries after a timeout a full bucket buys.
    fn buys(budget: Budget, after_silence: bool) -> u32 {
        let mut bucket = Bucket::new(budget);
        let cost = budget.cost(after_silence);
        let mut retries = 0;
        bucket.fail();
        while bucket.tokens() >= cost && bucket.tokens() > budget.floor {
            bucket.spend(cost);
            bucket.fail();
            retries += 1;
        }
        retries
    }

    #[test]
    fn full_buckets_buy_what_their_authors_say() {
        assert_eq!(buys(Budget::AWS_STANDARD, false), 100);
        assert_eq!(buys(Budget::AWS_STANDARD, true), 50);
        assert_eq!(buys(Budget::AWS_UPDATED, true), 35);
        assert_eq!(buys(Budget::AWS_UPDATED, false), 100);
        assert_eq!(buys(Budget::GRPC, true), 4, "after five failures in a row there are five tokens left");
    }

    #[test]
    fn a_success_gives_back() {
        let mut bucket = Bucket::new(Budget::AWS_STANDARD);
        bucket.spend(10_000);
        bucket.succeed(Some(10_000));
        assert_eq!(bucket.tokens(), 500_000);
        bucket.spend(10_000);
        bucket.succeed(None);
        assert_eq!(bucket.tokens(), 491_000);
        let mut tenth = Bucket::new(Budget::percent(10));
        tenth.spend(10_000);
        (0..10).for_each(|_| tenth.begin());
        assert_eq!(tenth.tokens(), 1_000, "ten calls earn one retry");
        (0..1_000).for_each(|_| tenth.begin());
        assert_eq!(tenth.tokens(), 10_000, "no more than it holds");
    }
}
