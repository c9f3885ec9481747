//! What a client does about attempts that fail or take too long.

use super::super::backoff::{exponential_us, heeded_us};
use super::super::call::{Call, Deed, Failure, Phase};
use super::super::notes;
use super::super::role::Role;
use super::super::rules::Refusal;
use super::Client;
use crate::base::Note;
use crate::base::draw::{Purpose, in_range, mix};
use crate::protocol::Effects;

impl Client {
    /// An attempt was refused. While another one of the same round is under way the call waits for that, and one more copy leaves at
    /// once if it may (gRFC A6, hedgingPolicy). Of an attempt that a later round has followed nothing comes any more.
    /// The server may want to be asked again after some time, microseconds, or 0.
    pub(super) fn is_refused(
        &mut self,
        seq: u32,
        (attempt, refusal, asked_us): (u32, Refusal, u64),
        now_us: u64,
        out: &mut Effects<Role>,
    ) {
        let Some(call) = self.calls.get_mut(&seq).filter(|call| matches!(call.phase, Phase::Waits(_))) else { return };
        if !call.closes(attempt, refusal) {
            return;
        }
        let others = call.open.iter().map(|(_, until_us)| *until_us).filter(|until_us| *until_us > now_us);
        let failure = Failure::Refused(refusal);
        let Some(until_us) = others.max().filter(|_| !refusal.is_final()) else {
            return self.fail(seq, failure, asked_us, now_us, out);
        };
        call.phase = Phase::Waits(until_us);
        self.due.touch(seq);
        let may_copy = call.seen.is_none() && call.counted < self.config.rules.attempts(self.config.attempts);
        self.has_failed(seq, failure, now_us, out);
        if may_copy {
            self.copy(seq, now_us, out);
        }
    }

    /// The newest attempt has failed: another one, if that may help, is allowed, comes in time and is in the budget.
    fn fail(&mut self, seq: u32, failure: Failure, asked_us: u64, now_us: u64, out: &mut Effects<Role>) {
        self.has_failed(seq, failure, now_us, out);
        let id = self.call_id(seq);
        let (config, rules) = (&self.config, self.config.rules);
        let Some(call) = self.calls.get_mut(&seq) else { return };
        let bucket = if rules.shares_budget() { &mut self.bucket } else { &mut call.own };
        let left_us = rules.ends_us(call.since_us, call.attempt_since_us, call.within_us).saturating_sub(now_us);
        // What was seen is of no use to the next attempt: it looks again.
        call.seen = None;
        let nth = call.made.saturating_sub(call.halves.saturating_add(1));
        let base_us = config.base_after_us(failure);
        let range = config.backoff.range_us(base_us, config.cap_us, nth, call.slept_us);
        let range_us = rules.drawn_from_us(range);
        let drawn = mix(config.luck, Purpose::Backoff, u64::from(id.client.0) << 32 | u64::from(seq), u64::from(nth));
        let doubled_us = exponential_us(base_us, u64::MAX, nth);
        let delay_us = rules.delay_us(in_range(drawn, range_us.0, range_us.1), doubled_us, config.cap_us);
        let delay_us = heeded_us(delay_us, asked_us);
        let allowed = call.counted < rules.attempts(config.attempts) && rules.is_in_time(delay_us, left_us);
        if !rules.may_help(failure) || !allowed {
            return self.give_up(seq, now_us, out);
        }
        let after_silence = failure == Failure::Silence;
        if config.budget.capacity > 0 {
            let cost = config.budget.cost(after_silence);
            if !rules.may_spend(bucket.tokens(), cost, config.budget.floor) {
                out.note(Note::new(&notes::HAS_NO_BUDGET, [u64::from(seq) + 1]));
                return self.give_up(seq, now_us, out);
            }
            bucket.spend(cost);
            call.last_cost = Some(cost);
        }
        self.deeds.push(Deed::Waits { id, nth, range_us, delay_us, slept_us: call.slept_us, after_silence, asked_us });
        call.slept_us = delay_us;
        self.due.touch(seq);
        call.phase = Phase::Backoff(now_us.saturating_add(delay_us));
        if delay_us == 0 {
            return self.attempt(seq, true, now_us, out);
        }
        out.note(Note::new(&notes::BACKS_OFF, [u64::from(seq) + 1, delay_us]));
    }

    pub(super) fn retry(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let due =
            |call: &Call| matches!(call.phase, Phase::Backoff(until_us) if until_us <= now_us && now_us < self.ends_us(call));
        let due: Vec<u32> = self.those(self.due.up_to(1, now_us), due);
        due.into_iter().for_each(|seq| self.attempt(seq, true, now_us, out));
    }

    /// What comes of a failure, whether or not it is repeated.
    fn has_failed(&mut self, seq: u32, failure: Failure, now_us: u64, out: &mut Effects<Role>) {
        self.deeds.push(Deed::Failed(self.call_id(seq), failure));
        let Some(call) = self.calls.get_mut(&seq) else { return };
        let bucket = if self.config.rules.shares_budget() { &mut self.bucket } else { &mut call.own };
        bucket.fail();
        self.judge(seq, Some(failure), now_us, out);
    }

    /// Attempts, and calls, that have taken too long.
    pub(super) fn stop_waiting(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let over = |call: &Call| self.ends_us(call) <= now_us;
        let called = self.due.up_to(0, now_us);
        let over = self.those(called.clone(), over);
        for seq in over {
            if self.times_out(seq, now_us, out) {
                self.has_failed(seq, Failure::Silence, now_us, out);
            }
            self.give_up(seq, now_us, out);
        }
        let due = |call: &Call| matches!(call.phase, Phase::Waits(until_us) if until_us <= now_us);
        for seq in self.those(called, due) {
            self.times_out(seq, now_us, out);
            self.fail(seq, Failure::Silence, 0, now_us, out);
        }
    }

    /// Those calls that are so.
    pub(super) fn those(&self, calls: Vec<u32>, so: impl Fn(&Call) -> bool) -> Vec<u32> {
        calls.into_iter().filter(|seq| self.calls.get(seq).is_some_and(&so)).collect()
    }

    /// True if an attempt was under way.
    fn times_out(&mut self, seq: u32, now_us: u64, out: &mut Effects<Role>) -> bool {
        let Some(call) = self.calls.get(&seq).filter(|call| matches!(call.phase, Phase::Waits(_))) else { return false };
        self.counts.timeouts += 1;
        let waited_us = now_us.saturating_sub(call.attempt_since_us);
        out.note(Note::new(&notes::TIMES_OUT, [u64::from(seq) + 1, u64::from(call.made), waited_us]));
        true
    }
}
