//! A call at its client, and what a client did in a step.

use super::budget::Bucket;
use super::message::{Ask, Attempt, CallId, Request};
use super::rules::Refusal;
use crate::base::{Encode, Encoder, OpId};

/// A call that is not over.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation.
    pub op: OpId,
    /// What is asked.
    pub request: Request,
    /// When it began, microseconds of the client's monotonic clock.
    pub since_us: u64,
    /// When its last attempt began by that clock.
    pub attempt_since_us: u64,
    /// How long it may take, microseconds.
    pub within_us: u64,
    /// How many attempts were made.
    pub made: u32,
    /// How many of them count against the limit.
    pub counted: u32,
    /// How many of them have no answer.
    pub unanswered: u32,
    /// Which of the first 64 attempts were refused, bit by bit: a refusal that comes twice is one.
    pub refused: u64,
    /// The newest attempt and the copies beside it, as far as none has answered: which, and until when each is waited for by the
    /// client's monotonic clock, microseconds.
    pub open: Vec<(u32, u64)>,
    /// What it does.
    pub phase: Phase,
    /// The delay before the last retry, microseconds.
    pub slept_us: u64,
    /// What the last retry cost, thousandths of a token; none before the first.
    pub last_cost: Option<u64>,
    /// A budget of its own, if somebody thinks that it should have one.
    pub own: Bucket,
    /// When a second copy of the newest attempt leaves, microseconds of the client's monotonic clock, if one does.
    pub hedge_us: Option<u64>,
    /// Of an update: what its newest attempt has seen of the account, if it has; what it sends then is the second half.
    pub seen: Option<u64>,
    /// How many second halves it has sent.
    pub halves: u32,
    /// An attempt of it is a trial of the breaker, of this round, and has no result yet.
    pub trial: Option<u32>,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waits for the newest attempt until then, microseconds of the client's monotonic clock.
    Waits(u64),
    /// It will retry then.
    Backoff(u64),
    /// It waits for a token of the limit on its client's rate.
    Held,
    /// It waits for what comes of another call.
    Joined(u32),
}

impl Call {
    /// Takes in that an attempt was refused; false if that is known. Of attempts beyond the 64th nobody counts refusals, so that
    /// they pass for unanswered.
    pub(super) fn is_refused(&mut self, attempt: u32) -> bool {
        let Some(bit) = 1u64.checked_shl(attempt) else { return true };
        if self.refused & bit != 0 {
            return false;
        }
        self.refused |= bit;
        self.unanswered = self.unanswered.saturating_sub(1);
        true
    }

    /// Takes an attempt that was refused from those that are under way; false if it is not one of them. What has an id is refused
    /// with all attempts before: they were joined, or come too late.
    pub(super) fn closes(&mut self, attempt: u32, refusal: Refusal) -> bool {
        if !self.open.iter().any(|(open, _)| *open == attempt) {
            return false;
        }
        let looks = matches!(self.request.ask, Ask::Update { .. }) && self.seen.is_none();
        let with_others = refusal.is_certain() && self.request.ask.has_effect() && !looks;
        self.open.retain(|(open, _)| *open > attempt || (*open < attempt && !with_others));
        true
    }
}

impl Encode for Call {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.request);
        to.bool(self.request.key_of.is_some());
        to.u64(self.since_us);
        to.u32(self.made);
        to.u32(self.counted);
        to.u32(self.unanswered);
        to.u64(self.refused);
        let (phase, until_us) = match self.phase {
            Phase::Waits(until_us) => (0, until_us),
            Phase::Backoff(until_us) => (1, until_us),
            Phase::Held => (2, 0),
            Phase::Joined(leader) => (3, leader.into()),
        };
        to.u8(phase);
        to.u64(until_us);
        to.u64(self.slept_us);
        to.u64(self.last_cost.map_or(0, |cost| cost.saturating_add(1)));
        to.put(&self.own);
        to.u64(self.hedge_us.map_or(0, |at_us| at_us.saturating_add(1)));
        to.bool(self.trial.is_some());
        if let Some(round) = self.trial {
            to.u32(round);
        }
        if let Ask::Update { .. } = self.request.ask {
            to.u64(self.seen.map_or(0, |seen| seen.saturating_add(1)));
            to.u32(self.halves);
        }
        if self.open.iter().any(|(open, _)| *open != self.made) {
            to.len(self.open.len());
            for (attempt, until_us) in &self.open {
                to.u32(*attempt);
                to.u64(*until_us);
            }
        }
    }
}

/// Why an attempt has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was heard.
    Silence,
    /// The server said no.
    Refused(Refusal),
}

impl Failure {
    /// Whether it speaks against the server: a request that makes no sense does not.
    pub fn is_the_servers(self) -> bool {
        match self {
            Failure::Silence | Failure::Refused(Refusal::Overloaded | Refusal::Unreachable) => true,
            Failure::Refused(
                Refusal::Invalid | Refusal::OtherPayload | Refusal::InProgress | Refusal::SetAside | Refusal::Changed,
            ) => false,
        }
    }
}

/// What a client did in its last step, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A call has begun.
    Began(CallId),
    /// An attempt was sent.
    Sent(Attempt),
    /// An attempt has failed.
    Failed(CallId, Failure),
    /// The breaker did not let an attempt through.
    KeptBack(CallId),
    /// A copy of an attempt that is under way is paid for, and leaves.
    Hedged(CallId),
    /// A call has joined another one.
    Joined {
        /// Which.
        id: CallId,
        /// Which other one.
        leader: CallId,
    },
    /// A retry was decided on, after a delay.
    Waits {
        /// Of which call.
        id: CallId,
        /// The how-many-eth retry, from 0.
        nth: u32,
        /// The range from which the delay was drawn, microseconds.
        range_us: (u64, u64),
        /// The delay.
        delay_us: u64,
        /// The delay before, 0 at first.
        slept_us: u64,
        /// It follows silence.
        after_silence: bool,
        /// After how long the server wanted to be asked again, microseconds, or 0.
        asked_us: u64,
    },
    /// A result came for a call that was not over.
    Heard(CallId),
    /// The first half of an update is done.
    Saw(CallId),
    /// A call is over.
    Ended {
        /// Which.
        id: CallId,
        /// What its caller was told.
        told: Told,
        /// How long it took by the client's clock, microseconds.
        took_us: u64,
        /// How many attempts have no answer.
        unanswered: u32,
        /// Whose reply ended it, if one did.
        by: Option<CallId>,
    },
}

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is done, with this result.
    Ok(u64),
    /// It is certainly not done.
    Fail,
    /// It may be done or not.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::rpc::config::Config;

    #[test]
    fn a_refusal_that_comes_twice_is_one() {
        let mut call = Call {
            op: OpId { client: crate::base::NodeId(1), n: 0 },
            request: Request::new(crate::protocol::rpc::message::Ask::Read { account: 0 }, 0),
            since_us: 0,
            attempt_since_us: 0,
            within_us: 1_000,
            made: 2,
            counted: 2,
            unanswered: 2,
            refused: 0,
            open: Vec::new(),
            phase: Phase::Backoff(1),
            slept_us: 0,
            last_cost: None,
            own: Bucket::new(Config::default().budget),
            hedge_us: None,
            seen: None,
            halves: 0,
            trial: None,
        };
        assert!(call.is_refused(1) && !call.is_refused(1));
        assert_eq!(call.unanswered, 1, "the other attempt is still under way");
        assert!(call.is_refused(64) && call.is_refused(64));
        assert_eq!(call.unanswered, 1, "too many to be told apart");
    }
}
