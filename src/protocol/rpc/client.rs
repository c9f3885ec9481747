//! A caller: each call has attempts with a timeout, a deadline over all of them, delays between them, and a share in the budget
//! of retries.

use super::backoff::exponential_us;
use super::budget::Bucket;
use super::call::{Call, Deed, Failure, Phase, Told};
use super::config::Config;
use super::message::{Answer, Attempt, CallId, Message, Request, Says, Timer};
use super::notes;
use super::role::Role;
use super::rules::Refusal;
use crate::base::draw::{Purpose, in_range, mix};
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, OpId};
use crate::protocol::{Effects, Input, Outcome};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What came of its calls since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Attempts sent.
    pub attempts: u64,
    /// Calls that were done.
    pub ok: u64,
    /// Calls that were given up.
    pub given_up: u64,
    /// Attempts that took too long.
    pub timeouts: u64,
}

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    id: NodeId,
    config: Arc<Config>,
    calls: BTreeMap<u32, Call>,
    bucket: Bucket,
    counts: Counts,
    /// For when the timers are set: reply, retry.
    armed: [Option<u64>; 2],
    deeds: Vec<Deed>,
}

/// What can be read from outside.
impl Client {
    /// A client before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Client {
        let bucket = Bucket::new(config.budget);
        Client { id, config, calls: BTreeMap::new(), bucket, counts: Counts::default(), armed: [None; 2], deeds: Vec::new() }
    }

    /// Calls that are not over, oldest first, each with its number.
    pub fn calls(&self) -> impl ExactSizeIterator<Item = (u32, &Call)> {
        self.calls.iter().map(|(seq, call)| (*seq, call))
    }

    /// The budget of retries.
    pub fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// What came of its calls since it started.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What it did in its last step.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// When a call is over by the client's monotonic clock, microseconds.
    pub fn ends_us(&self, call: &Call) -> u64 {
        self.config.rules.ends_us(call.since_us, call.attempt_since_us, self.config.deadline_us)
    }
}

/// What happens to it.
impl Client {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.deeds.clear();
        let now_us = now.monotonic_us;
        match input {
            Input::Started { .. } => *self = Client::new(self.id, self.config.clone()),
            Input::Request { op, request } => self.begin(op, request, now_us, out),
            Input::Message { message: Message::Reply { id, attempt, says }, .. } if id.client == self.id => {
                self.hear(id, attempt, says, now_us, out);
            }
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Timer(Timer::Reply) => {
                self.armed[0] = None;
                self.stop_waiting(now_us, out);
            }
            Input::Timer(Timer::Retry) => {
                self.armed[1] = None;
                self.retry(now_us, out);
            }
            Input::Timer(Timer::Work) | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
        self.arm(now_us, out);
    }

    fn call_id(&self, seq: u32) -> CallId {
        CallId { client: self.id, seq }
    }

    fn begin(&mut self, op: OpId, request: Request, now_us: u64, out: &mut Effects<Role>) {
        let call = Call {
            op,
            request,
            since_us: now_us,
            attempt_since_us: now_us,
            made: 0,
            counted: 0,
            unanswered: 0,
            refused: 0,
            phase: Phase::Waits(now_us),
            slept_us: 0,
            last_cost: None,
            own: Bucket::new(self.config.budget),
        };
        self.calls.insert(op.n, call);
        self.bucket.begin();
        self.deeds.push(Deed::Began(self.call_id(op.n)));
        self.attempt(op.n, true, now_us, out);
    }

    fn attempt(&mut self, seq: u32, counts: bool, now_us: u64, out: &mut Effects<Role>) {
        let id = self.call_id(seq);
        let config = &self.config;
        let Some(call) = self.calls.get_mut(&seq) else { return };
        call.made += 1;
        call.counted += u32::from(counts);
        call.unanswered += 1;
        call.attempt_since_us = now_us;
        let ends_us = config.rules.ends_us(call.since_us, now_us, config.deadline_us);
        let until_us = now_us.saturating_add(config.timeout_us).min(ends_us);
        call.phase = Phase::Waits(until_us);
        let attempt = Attempt {
            id,
            attempt: call.made,
            key: config.rules.key(id, call.made, call.request.ask.has_effect()),
            ask: call.request.ask,
            work_us: call.request.work_us,
            left_us: until_us.saturating_sub(now_us),
            call_left_us: ends_us.saturating_sub(now_us),
        };
        self.counts.attempts += 1;
        self.deeds.push(Deed::Sent(attempt));
        out.note(Note::new(&notes::ASKS, [u64::from(seq) + 1, u64::from(attempt.attempt), attempt.left_us]));
        out.send(config.server(), Message::Call(attempt));
    }

    fn hear(&mut self, id: CallId, attempt: u32, says: Says, now_us: u64, out: &mut Effects<Role>) {
        let oldest = self.calls.keys().next().map_or(id, |seq| self.call_id(*seq));
        let seq = self.config.rules.answers(id, oldest).seq;
        let newest = self.calls.get(&seq).map_or(0, |call| call.made);
        let told = [u64::from(id.seq) + 1, u64::from(attempt)];
        if newest > 0 && matches!(says, Says::Done { .. }) {
            self.deeds.push(Deed::Heard(self.call_id(seq)));
        }
        let Some(call) = self.calls.get_mut(&seq).filter(|_| self.config.rules.takes(attempt, newest)) else {
            return out.note(Note::new(&notes::HEARS_TOO_LATE, told));
        };
        match says {
            Says::Done { value, .. } if self.config.rules.is_answer(value) => {
                call.unanswered = call.unanswered.saturating_sub(1);
                self.succeed(seq, value, id, now_us, out);
            }
            Says::Done { .. } => {
                out.note(Note::new(&notes::HEARS_NOTHING, [told[0]]));
                self.attempt(seq, false, now_us, out);
            }
            Says::Refused(refusal) => {
                if refusal.is_certain() && !call.is_refused(attempt) {
                    return out.note(Note::new(&notes::HEARS_TOO_LATE, told));
                }
                let kind = match refusal {
                    Refusal::Overloaded => &notes::IS_TURNED_AWAY,
                    Refusal::Invalid => &notes::IS_REFUSED,
                    Refusal::SetAside => &notes::IS_SET_ASIDE,
                };
                out.note(Note::new(kind, told));
                // While an attempt after this one is under way, or to be made, nothing else is to be done.
                if attempt == newest && matches!(call.phase, Phase::Waits(_)) {
                    self.fail(seq, Failure::Refused(refusal), now_us, out);
                }
            }
        }
    }

    fn succeed(&mut self, seq: u32, value: u64, by: CallId, now_us: u64, out: &mut Effects<Role>) {
        let Some(call) = self.calls.get(&seq) else { return };
        let took_us = now_us.saturating_sub(call.since_us);
        out.note(Note::new(&notes::SUCCEEDS, [u64::from(seq) + 1, value, u64::from(call.made), took_us]));
        self.counts.ok += 1;
        self.bucket.succeed(call.last_cost);
        self.end(seq, Told::Ok(value), Some(by), now_us, out);
    }

    fn end(&mut self, seq: u32, told: Told, by: Option<CallId>, now_us: u64, out: &mut Effects<Role>) {
        let Some(call) = self.calls.remove(&seq) else { return };
        let (id, unanswered) = (self.call_id(seq), call.unanswered);
        self.deeds.push(Deed::Ended { id, told, took_us: now_us.saturating_sub(call.since_us), unanswered, by });
        if self.config.rules.cancels(unanswered) {
            out.send(self.config.server(), Message::Cancel { id });
        }
        out.reply(
            call.op,
            match told {
                Told::Ok(value) => Outcome::Ok(Answer(value)),
                Told::Fail => Outcome::Fail,
                Told::Unknown => Outcome::Unknown,
            },
        );
    }

    fn give_up(&mut self, seq: u32, now_us: u64, out: &mut Effects<Role>) {
        let Some(call) = self.calls.get(&seq) else { return };
        let told = self.config.rules.told(call.unanswered, call.request.ask.has_effect());
        let kind = if told == Told::Unknown { &notes::GIVES_UP } else { &notes::FAILS };
        out.note(Note::new(kind, [u64::from(seq) + 1, u64::from(call.made)]));
        self.counts.given_up += 1;
        self.end(seq, told, None, now_us, out);
    }
}

/// Retries.
impl Client {
    /// The newest attempt has failed: another one, if that may help, is allowed, comes in time and is in the budget.
    fn fail(&mut self, seq: u32, failure: Failure, now_us: u64, out: &mut Effects<Role>) {
        let id = self.call_id(seq);
        let (config, rules) = (&self.config, self.config.rules);
        let Some(call) = self.calls.get_mut(&seq) else { return };
        self.deeds.push(Deed::Failed(id, failure));
        let bucket = if rules.shares_budget() { &mut self.bucket } else { &mut call.own };
        bucket.fail();
        let left_us = rules.ends_us(call.since_us, call.attempt_since_us, config.deadline_us).saturating_sub(now_us);
        let nth = call.made.saturating_sub(1);
        let range = config.backoff.range_us(config.base_us, config.cap_us, nth, call.slept_us);
        let range_us = rules.drawn_from_us(range);
        let drawn = mix(config.luck, Purpose::Backoff, u64::from(id.client.0) << 32 | u64::from(seq), u64::from(nth));
        let doubled_us = exponential_us(config.base_us, u64::MAX, nth);
        let delay_us = rules.delay_us(in_range(drawn, range_us.0, range_us.1), doubled_us, config.cap_us);
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
        self.deeds.push(Deed::Waits { id, nth, range_us, delay_us, slept_us: call.slept_us, after_silence });
        call.slept_us = delay_us;
        call.phase = Phase::Backoff(now_us.saturating_add(delay_us));
        if delay_us == 0 {
            return self.attempt(seq, true, now_us, out);
        }
        out.note(Note::new(&notes::BACKS_OFF, [u64::from(seq) + 1, delay_us]));
    }

    fn retry(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let due =
            |call: &Call| matches!(call.phase, Phase::Backoff(until_us) if until_us <= now_us && now_us < self.ends_us(call));
        let due: Vec<u32> = self.calls.iter().filter(|(_, call)| due(call)).map(|(seq, _)| *seq).collect();
        due.into_iter().for_each(|seq| self.attempt(seq, true, now_us, out));
    }

    /// Attempts, and calls, that have taken too long.
    fn stop_waiting(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let over = |call: &Call| self.ends_us(call) <= now_us;
        let over: Vec<u32> = self.calls.iter().filter(|(_, call)| over(call)).map(|(seq, _)| *seq).collect();
        for seq in over {
            self.times_out(seq, now_us, out);
            self.give_up(seq, now_us, out);
        }
        let due = |call: &Call| matches!(call.phase, Phase::Waits(until_us) if until_us <= now_us);
        let due: Vec<u32> = self.calls.iter().filter(|(_, call)| due(call)).map(|(seq, _)| *seq).collect();
        for seq in due {
            self.times_out(seq, now_us, out);
            self.fail(seq, Failure::Silence, now_us, out);
        }
    }

    fn times_out(&mut self, seq: u32, now_us: u64, out: &mut Effects<Role>) {
        let Some(call) = self.calls.get(&seq).filter(|call| matches!(call.phase, Phase::Waits(_))) else { return };
        self.counts.timeouts += 1;
        let waited_us = now_us.saturating_sub(call.attempt_since_us);
        out.note(Note::new(&notes::TIMES_OUT, [u64::from(seq) + 1, u64::from(call.made), waited_us]));
    }

    /// Sets each timer to the next moment at which it is needed.
    fn arm(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let mut next = [None::<u64>; 2];
        let mut sooner = |at: usize, at_us: u64| next[at] = Some(next[at].map_or(at_us, |next| next.min(at_us)));
        for call in self.calls.values() {
            sooner(0, self.ends_us(call));
            match call.phase {
                Phase::Waits(until_us) => sooner(0, until_us),
                Phase::Backoff(until_us) => sooner(1, until_us),
            }
        }
        for ((timer, at_us), armed) in [Timer::Reply, Timer::Retry].into_iter().zip(next).zip(&mut self.armed) {
            let at_us = at_us.filter(|at_us| *at_us != u64::MAX);
            if *armed == at_us {
                continue;
            }
            *armed = at_us;
            match at_us {
                Some(at_us) => {
                    let delay_us = at_us.saturating_sub(now_us);
                    out.set_timer(timer, delay_us, delay_us);
                }
                None => out.cancel_timer(timer),
            }
        }
    }
}

impl Encode for Client {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.calls.len());
        for (seq, call) in &self.calls {
            to.u32(*seq);
            to.put(call);
        }
        to.put(&self.bucket);
    }
}
