//! A caller: each call has attempts with a timeout, a deadline over all of them, delays between them, and a share in the budget
//! of retries.
//!
//! - what leaves it, and what is kept back, in [`sending`]: copies, the breaker, the limit on its rate;
//! - what it does about attempts that fail, in [`retries`];
//! - calls that join others, in [`joining`];
//! - when it has to look at which call, in [`due`].

mod due;
mod joining;
mod retries;
mod sending;

use super::breaker::{Breaker, Change};
use super::budget::Bucket;
use super::call::{Call, Deed, Phase, Told};
use super::config::Config;
use super::latency::Latencies;
use super::limiter::Limiter;
use super::message::{Answer, Ask, CallId, Message, Request, Says, Timer};
use super::notes;
use super::role::Role;
use super::rules::Refusal;
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
    /// Copies sent beside an attempt that is under way.
    pub hedges: u64,
    /// Calls that joined another one.
    pub joined: u64,
    /// Attempts that the breaker did not let through.
    pub kept_back: u64,
}

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    id: NodeId,
    config: Arc<Config>,
    calls: BTreeMap<u32, Call>,
    bucket: Bucket,
    breaker: Breaker,
    limiter: Limiter,
    latencies: Latencies,
    /// When its last charge of each account was done, as far as it knows; microseconds of its monotonic clock.
    written: BTreeMap<u32, u64>,
    counts: Counts,
    due: due::Due,
    /// For when the timers are set: reply, retry, hedge.
    armed: [Option<u64>; TIMERS.len()],
    deeds: Vec<Deed>,
}

const TIMERS: [Timer; 3] = [Timer::Reply, Timer::Retry, Timer::Hedge];

/// What can be read from outside.
impl Client {
    /// A client before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Client {
        Client {
            id,
            calls: BTreeMap::new(),
            bucket: Bucket::new(config.budget),
            breaker: Breaker::new(config.breaker),
            limiter: Limiter::new(0),
            latencies: Latencies::default(),
            written: BTreeMap::new(),
            counts: Counts::default(),
            due: due::Due::default(),
            armed: [None; TIMERS.len()],
            deeds: Vec::new(),
            config,
        }
    }

    /// Calls that are not over, oldest first, each with its number.
    pub fn calls(&self) -> impl ExactSizeIterator<Item = (u32, &Call)> {
        self.calls.iter().map(|(seq, call)| (*seq, call))
    }

    /// The budget of retries.
    pub fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// Its circuit breaker, which may be none.
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Attempts that it may send in a second, millionths, if anything limits them.
    pub fn rate(&self) -> Option<u64> {
        self.limiter.rate()
    }

    /// How long its last calls took.
    pub fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    /// A call that is not over.
    pub fn call(&self, seq: u32) -> Option<&Call> {
        self.calls.get(&seq)
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
        self.config.rules.ends_us(call.since_us, call.attempt_since_us, call.within_us)
    }
}

/// What happens to it.
impl Client {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.deeds.clear();
        let now_us = now.monotonic_us;
        match input {
            Input::Started { .. } => {
                *self = Client::new(self.id, self.config.clone());
                self.limiter = Limiter::new(now_us);
            }
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
            Input::Timer(Timer::Hedge) => {
                self.armed[2] = None;
                self.hedge(now_us, out);
            }
            Input::Timer(Timer::Work) | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
        self.go_on(now_us, out);
        self.arm(now_us, out);
    }

    /// Whoever wanted these calls does not wait for them any more.
    pub(super) fn abandon(&mut self, calls: &[u32], now: LocalTime, out: &mut Effects<Role>) {
        self.deeds.clear();
        calls.iter().for_each(|seq| self.give_up(*seq, now.monotonic_us, out));
        self.go_on(now.monotonic_us, out);
        self.arm(now.monotonic_us, out);
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
            within_us: request.within_us.unwrap_or(u64::MAX).min(self.config.deadline_us),
            made: 0,
            counted: 0,
            unanswered: 0,
            refused: 0,
            open: Vec::new(),
            phase: Phase::Waits(now_us),
            slept_us: 0,
            last_cost: None,
            own: Bucket::new(self.config.budget),
            hedge_us: None,
            seen: None,
            halves: 0,
            trial: None,
        };
        self.calls.insert(op.n, call);
        self.due.touch(op.n);
        self.bucket.begin();
        self.deeds.push(Deed::Began(self.call_id(op.n)));
        if !self.join(op.n, out) {
            self.attempt(op.n, true, now_us, out);
        }
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
        let (says, asked_us) = match says {
            Says::Later(after_us) => (Says::Refused(Refusal::Overloaded), after_us),
            says => (says, 0),
        };
        match says {
            Says::Done { value, .. } if self.config.rules.is_answer(value) => {
                call.unanswered = call.unanswered.saturating_sub(1);
                self.judge(seq, None, now_us, out);
                self.succeed(seq, value, id, now_us, out);
            }
            Says::Done { .. } => {
                out.note(Note::new(&notes::HEARS_NOTHING, [told[0]]));
                self.attempt(seq, false, now_us, out);
            }
            Says::Seen(value) => {
                // Of two looks under way together only the newest is followed by a write.
                let looks = call.seen.is_none() && matches!(call.request.ask, Ask::Update { .. });
                if attempt != newest || !looks || !matches!(call.phase, Phase::Waits(_)) {
                    return out.note(Note::new(&notes::HEARS_TOO_LATE, told));
                }
                call.unanswered = call.unanswered.saturating_sub(1);
                call.seen = Some(value);
                self.deeds.push(Deed::Saw(self.call_id(seq)));
                self.judge(seq, None, now_us, out);
                self.attempt(seq, true, now_us, out);
            }
            Says::Refused(refusal) => {
                if refusal.is_certain() && !call.is_refused(attempt) {
                    return out.note(Note::new(&notes::HEARS_TOO_LATE, told));
                }
                let kind = match refusal {
                    Refusal::Overloaded => &notes::IS_TURNED_AWAY,
                    Refusal::Invalid | Refusal::OtherPayload => &notes::IS_REFUSED,
                    Refusal::SetAside => &notes::IS_SET_ASIDE,
                    Refusal::InProgress => &notes::IS_IN_PROGRESS,
                    Refusal::Unreachable => &notes::HEARS_OF_SILENCE,
                    Refusal::Changed => &notes::HEARS_OF_CHANGE,
                };
                out.note(Note::new(kind, told));
                self.is_refused(seq, (attempt, refusal, asked_us), now_us, out);
            }
            Says::Later(_) => {}
        }
    }

    fn succeed(&mut self, seq: u32, value: u64, by: CallId, now_us: u64, out: &mut Effects<Role>) {
        let Some(call) = self.calls.get(&seq) else { return };
        let took_us = now_us.saturating_sub(call.since_us);
        out.note(Note::new(&notes::SUCCEEDS, [u64::from(seq) + 1, value, u64::from(call.made), took_us]));
        self.bucket.succeed(call.last_cost);
        self.latencies.add(took_us);
        if call.request.ask.has_effect() {
            self.written.insert(call.request.ask.account(), now_us);
        }
        self.end(seq, Told::Ok(value), Some(by), now_us, out);
    }

    /// A call is over, and with it those that have joined it.
    fn end(&mut self, seq: u32, told: Told, by: Option<CallId>, now_us: u64, out: &mut Effects<Role>) {
        let Some(call) = self.calls.remove(&seq) else { return };
        self.due.touch(seq);
        let (id, unanswered) = (self.call_id(seq), call.unanswered);
        if call.trial.is_some() {
            self.breaker.hears(false, call.trial, now_us);
        }
        match told {
            Told::Ok(_) => self.counts.ok += 1,
            Told::Fail | Told::Unknown => self.counts.given_up += 1,
        }
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
        self.share(seq, told, by, now_us, out);
    }

    fn give_up(&mut self, seq: u32, now_us: u64, out: &mut Effects<Role>) {
        let Some(call) = self.calls.get(&seq) else { return };
        // An update that has only looked has changed nothing.
        let may_have_done = call.request.ask.has_effect() && (call.halves > 0 || !matches!(call.request.ask, Ask::Update { .. }));
        let told = self.config.rules.told(call.unanswered, may_have_done);
        let kind = if told == Told::Unknown { &notes::GIVES_UP } else { &notes::FAILS };
        out.note(Note::new(kind, [u64::from(seq) + 1, u64::from(call.made)]));
        self.end(seq, told, None, now_us, out);
    }
}

/// Timers.
impl Client {
    /// Sets each timer to the next moment at which it is needed.
    fn arm(&mut self, now_us: u64, out: &mut Effects<Role>) {
        self.index();
        let mut next = [0, 1, 2].map(|timer| self.due.next_us(timer));
        if !self.due.held().is_empty() {
            let token_us = self.limiter.next_us(now_us);
            next[1] = Some(next[1].map_or(token_us, |next_us| next_us.min(token_us)));
        }
        for ((timer, at_us), armed) in TIMERS.into_iter().zip(next).zip(&mut self.armed) {
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
        to.put(&self.breaker);
        if self.config.adaptive {
            to.put(&self.limiter);
        }
        if self.config.hedge.percentile > 0 {
            to.put(&self.latencies);
        }
        if self.config.collapses {
            to.len(self.written.len());
            for (account, at_us) in &self.written {
                to.u32(*account);
                to.u64(*at_us);
            }
        }
    }
}
