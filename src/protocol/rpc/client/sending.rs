//! What leaves a client, and what is kept back: an attempt passes the breaker, then the limit on its rate. A second copy leaves
//! while the first is under way, if that takes long (Dean and Barroso 2013, *The tail at scale*; gRFC A6, hedgingPolicy).

use super::super::call::{Call, Deed, Failure, Phase};
use super::super::message::{Ask, Attempt, CallId, Message};
use super::super::notes;
use super::super::role::Role;
use super::super::rules::Refusal;
use super::{Change, Client};
use crate::base::Note;
use crate::protocol::Effects;

impl Client {
    /// Makes an attempt, or keeps it back; it need not count against the limit of attempts.
    pub(super) fn attempt(&mut self, seq: u32, counts: bool, now_us: u64, out: &mut Effects<Role>) {
        if !self.passes_breaker(now_us, out) {
            self.counts.kept_back += 1;
            self.deeds.push(Deed::KeptBack(self.call_id(seq)));
            out.note(Note::new(&notes::KEEPS_BACK, [u64::from(seq) + 1]));
            return self.give_up(seq, now_us, out);
        }
        let made = self.calls.get(&seq).map_or(0, |call| call.made);
        if self.config.rules.needs_token(made) && !self.limiter.takes(now_us) {
            let Some(call) = self.calls.get_mut(&seq) else { return };
            call.phase = Phase::Held;
            self.due.touch(seq);
            return out.note(Note::new(&notes::IS_HELD, [u64::from(seq) + 1]));
        }
        if let Some(call) = self.calls.get_mut(&seq) {
            call.open.clear();
        }
        self.send(seq, counts, now_us, out);
    }

    /// Attempts that were held for want of a token. The newest call is first: it has the longest time left, and of the oldest, when
    /// there are too many, none would come in time.
    pub(super) fn go_on(&mut self, now_us: u64, out: &mut Effects<Role>) {
        self.index();
        let held: Vec<u32> = self.due.held().iter().rev().copied().collect();
        for seq in held {
            if self.limiter.next_us(now_us) > now_us {
                return;
            }
            self.attempt(seq, true, now_us, out);
        }
    }

    fn passes_breaker(&mut self, now_us: u64, out: &mut Effects<Role>) -> bool {
        let (admitted, change) = self.breaker.admits(now_us, self.config.rules);
        self.tell(change, out);
        admitted
    }

    /// Sends an attempt, or the second half of one: that does not count.
    fn send(&mut self, seq: u32, counts: bool, now_us: u64, out: &mut Effects<Role>) {
        let id = self.call_id(seq);
        let after_us = self.copies_after_us();
        let config = &self.config;
        let Some(call) = self.calls.get_mut(&seq) else { return };
        self.due.touch(seq);
        call.trial = self.breaker.sends().or(call.trial);
        let ask = match (call.request.ask, call.seen) {
            (Ask::Update { account, .. }, None) => Ask::Look { account },
            (Ask::Update { account, .. }, Some(seen)) => Ask::Update { account, seen },
            (ask, _) => ask,
        };
        call.made += 1;
        call.halves += u32::from(call.seen.is_some());
        call.counted += u32::from(counts && call.seen.is_none());
        call.unanswered += 1;
        call.attempt_since_us = now_us;
        let ends_us = config.rules.ends_us(call.since_us, now_us, call.within_us);
        let until_us = now_us.saturating_add(config.timeout_us).min(ends_us);
        call.phase = Phase::Waits(until_us);
        call.open.push((call.made, until_us));
        // The second half of an update is not counted, and goes without copies.
        let may_copy = call.seen.is_none() && call.counted < config.rules.attempts(config.attempts);
        call.hedge_us = after_us.filter(|_| may_copy).map(|after_us| now_us.saturating_add(after_us)).filter(|at| *at < until_us);
        let key_of = CallId { seq: call.request.key_of.filter(|other| *other < seq).unwrap_or(seq), ..id };
        let attempt = Attempt {
            id,
            origin: id,
            retries: 0,
            attempt: call.made,
            key: config.rules.key(key_of, call.made, ask.has_effect()),
            ask,
            work_us: call.request.work_us,
            left_us: until_us.saturating_sub(now_us),
            call_left_us: ends_us.saturating_sub(now_us),
        };
        self.counts.attempts += 1;
        self.deeds.push(Deed::Sent(attempt));
        out.note(Note::new(&notes::ASKS, [u64::from(seq) + 1, u64::from(attempt.attempt), attempt.left_us]));
        out.send(config.server(), Message::Call(attempt));
    }

    /// The result of an attempt: what breaker and limiter learn of it.
    pub(super) fn judge(&mut self, seq: u32, failure: Option<Failure>, now_us: u64, out: &mut Effects<Role>) {
        if self.config.adaptive {
            self.limiter.hears(failure == Some(Failure::Refused(Refusal::Overloaded)), now_us);
        }
        let trial = self.calls.get_mut(&seq).and_then(|call| call.trial.take());
        let change = self.breaker.hears(!failure.is_some_and(Failure::is_the_servers), trial, now_us);
        self.tell(change, out);
    }

    fn tell(&mut self, change: Option<Change>, out: &mut Effects<Role>) {
        out.note(match change {
            None => return,
            Some(Change::Opens { failed, of }) => Note::new(&notes::BREAKER_OPENS, [failed.into(), of.into()]),
            Some(Change::HalfOpens) => Note::new(&notes::BREAKER_HALF_OPENS, []),
            Some(Change::Reopens) => Note::new(&notes::BREAKER_REOPENS, []),
            Some(Change::Closes) => Note::new(&notes::BREAKER_CLOSES, []),
        });
    }
}

/// Copies.
impl Client {
    /// How long after an attempt its copy leaves, microseconds; none if none does.
    fn copies_after_us(&self) -> Option<u64> {
        let hedge = self.config.hedge;
        let percentile = Some(hedge.percentile).filter(|percentile| *percentile > 0);
        percentile
            .and_then(|percentile| self.latencies.percentile_us(percentile))
            .map(|after_us| after_us.max(hedge.after_us))
            .or((hedge.after_us > 0).then_some(hedge.after_us))
    }

    /// Sends copies whose time has come.
    pub(super) fn hedge(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let due = |call: &Call| {
            matches!(call.phase, Phase::Waits(until_us) if now_us < until_us) && call.hedge_us.is_some_and(|at| at <= now_us)
        };
        self.those(self.due.up_to(2, now_us), due).into_iter().for_each(|seq| self.copy(seq, now_us, out));
    }

    /// One more copy, if budget, breaker and rate have room for it; otherwise none of this attempt.
    pub(super) fn copy(&mut self, seq: u32, now_us: u64, out: &mut Effects<Role>) {
        let id = self.call_id(seq);
        let (budget, rules) = (self.config.budget, self.config.rules);
        let Some(call) = self.calls.get_mut(&seq) else { return };
        call.hedge_us = None;
        self.due.touch(seq);
        let bucket = if rules.shares_budget() { &mut self.bucket } else { &mut call.own };
        let cost = rules.copy_costs(budget.cost(true));
        if budget.capacity > 0 && !rules.may_spend(bucket.tokens(), cost, budget.floor) {
            return out.note(Note::new(&notes::HAS_NO_BUDGET_TO_HEDGE, [u64::from(seq) + 1]));
        }
        // A copy is no trial of a server that is in trouble.
        if self.breaker.is_troubled() || !self.limiter.takes(now_us) {
            return;
        }
        bucket.spend(cost);
        call.last_cost = Some(cost).filter(|_| budget.capacity > 0);
        self.counts.hedges += 1;
        self.deeds.push(Deed::Hedged(id));
        out.note(Note::new(&notes::HEDGES, [u64::from(seq) + 1, now_us.saturating_sub(call.attempt_since_us)]));
        self.send(seq, true, now_us, out);
    }
}
