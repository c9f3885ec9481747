//! What retries cost and how long they are waited for, reckoned here once more from the settings and from what a client did:
//! - it makes no retry, and sends no copy, that its budget does not hold (retry budget);
//! - each delay is drawn from the range that the formulas of its kind give, the cap included, and longer only as far as the server
//!   has asked for that (backoff bounds).

use super::notes;
use super::{Falls, P, whose};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::rpc::backoff::Backoff;
use crate::protocol::rpc::call::{Deed, Failure, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::config::Config;
use crate::protocol::rpc::message::{Ask, Attempt, CallId};
use crate::protocol::rpc::rules::Refusal;
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// One client as it must be.
#[derive(Clone, Debug)]
struct Account {
    /// Its budget, thousandths of a token.
    tokens: u64,
    calls: BTreeMap<u32, Retried>,
}

/// A call that is not over.
#[derive(Clone, Copy, Debug, Default)]
struct Retried {
    /// What the last retry cost.
    cost: Option<u64>,
    attempts: u32,
    /// The delay before the last retry, microseconds.
    slept_us: u64,
    /// Its last attempt has failed because the server had no room.
    throttled: bool,
}

/// Budgets and delays by client.
#[derive(Clone, Debug, Default)]
pub(super) struct Retries(BTreeMap<NodeId, Account>);

impl Retries {
    /// A node starts: its budget is in memory.
    pub(super) fn starts(&mut self, node: NodeId) {
        self.0.remove(&node);
    }

    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, falls: &mut Falls) {
        let config = client.config();
        let full = || Account { tokens: config.budget.capacity, calls: BTreeMap::new() };
        let account = self.0.entry(node).or_insert_with(full);
        for deed in client.deeds() {
            match *deed {
                Deed::Waits { id, range_us, delay_us, after_silence, asked_us, .. } => {
                    account.sleeps(event, config, id, (range_us, delay_us, asked_us), falls);
                    account.spends(event, config, id, after_silence, falls);
                }
                Deed::Hedged(id) => account.spends(event, config, id, true, falls),
                _ => account.moves(config, deed),
            }
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (node, account) in &self.0 {
            to.put(node);
            to.u64(account.tokens);
            to.len(account.calls.len());
            for (seq, call) in &account.calls {
                to.u32(*seq);
                to.u64(call.cost.map_or(0, |cost| cost.saturating_add(1)));
                to.u32(call.attempts);
                to.u64(call.slept_us);
            }
        }
    }
}

impl Account {
    /// What comes in, and what a failure takes.
    fn moves(&mut self, config: &Config, deed: &Deed) {
        let budget = &config.budget;
        let mut earned = 0;
        match deed {
            Deed::Began(_) => earned = budget.call,
            // The second half of an update belongs to its attempt.
            Deed::Sent(Attempt { ask: Ask::Update { .. }, .. }) => {}
            Deed::Sent(attempt) => self.calls.entry(attempt.id.seq).or_default().attempts += 1,
            Deed::Failed(id, failure) => {
                self.tokens = self.tokens.saturating_sub(budget.failure);
                if let Some(call) = self.calls.get_mut(&id.seq) {
                    call.throttled = *failure == Failure::Refused(Refusal::Overloaded);
                }
            }
            Deed::Ended { id, told, .. } => {
                // A call that joined another one asked nobody.
                let Some(call) = self.calls.remove(&id.seq) else { return };
                if matches!(told, Told::Ok(_)) {
                    earned = call.cost.filter(|_| budget.returns).unwrap_or(budget.success);
                }
            }
            Deed::Heard(_) | Deed::Saw(_) | Deed::Waits { .. } | Deed::KeptBack(_) | Deed::Hedged(_) | Deed::Joined { .. } => {}
        }
        self.tokens = self.tokens.saturating_add(earned).min(budget.capacity);
    }

    fn spends(&mut self, event: &Event, config: &Config, id: CallId, after_silence: bool, falls: &mut Falls) {
        let budget = &config.budget;
        if budget.capacity == 0 {
            return;
        }
        let cost = if after_silence { budget.timeout } else { budget.retry };
        self.calls.entry(id.seq).or_default().cost = Some(cost);
        let enough = self.tokens >= cost && (budget.floor == 0 || self.tokens > budget.floor);
        let had = self.tokens;
        self.tokens = had.saturating_sub(cost);
        if !enough {
            let [at, node, n] = whose(event, id);
            let args = [at, node, n, had / 1_000, cost / 1_000];
            falls.at(P::RetryBudget, event, Note::new(&notes::RETRY_BUDGET_VIOLATED, args), &[] as &[EventId], &[id.client]);
        }
    }

    fn sleeps(
        &mut self,
        event: &Event,
        config: &Config,
        id: CallId,
        (drawn_from_us, delay_us, asked_us): ((u64, u64), u64, u64),
        falls: &mut Falls,
    ) {
        let call = self.calls.entry(id.seq).or_default();
        let base_us = Some(config.throttled_base_us).filter(|base_us| call.throttled && *base_us > 0).unwrap_or(config.base_us);
        let range_us = range_us(config, base_us, call.attempts.saturating_sub(1), call.slept_us);
        // A server may ask for more, and gets at most five seconds more than there would be anyway.
        let heeded_us = |own_us: u64| asked_us.min(own_us.saturating_add(5_000_000)).max(own_us);
        let (least, most) = (heeded_us(range_us.0.min(config.cap_us)), heeded_us(range_us.1.min(config.cap_us)));
        call.slept_us = delay_us;
        // Delays within the range are not enough: who always waits longest spreads nothing.
        if drawn_from_us != range_us || !(least..=most).contains(&delay_us) {
            let args = [event.at_us, id.client.0.into(), delay_us, least, most];
            falls.at(P::BackoffBounds, event, Note::new(&notes::BACKOFF_BOUNDS_VIOLATED, args), &[], &[id.client]);
        }
    }
}

/// The range from which the delay before retry `nth` (from 0) is drawn, by the formulas of Brooker 2015: with
/// `e = min(cap, base x 2^n)` it is e, from e/2 to e, from 0 to e, or from the base to three times the last delay.
fn range_us(config: &Config, base_us: u64, nth: u32, slept_us: u64) -> (u64, u64) {
    let (base, cap) = (u128::from(base_us), u128::from(config.cap_us));
    let e = (0..nth).try_fold(base, |e, _| Some(e * 2).filter(|e| *e < cap)).unwrap_or(cap).min(cap);
    let (least, most) = match config.backoff {
        Backoff::None => (0, 0),
        Backoff::Exponential => (e, e),
        Backoff::Equal => (e / 2, e),
        Backoff::Full => (0, e),
        Backoff::Decorrelated => (base, u128::from(slept_us).max(base) * 3),
    };
    let us = |us: u128| u64::try_from(us).unwrap_or(u64::MAX);
    (us(least), us(most))
}
