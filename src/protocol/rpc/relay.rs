//! A tier between: it works on nothing itself, and asks the next one for each call that it is asked for, under the id by which the
//! call began, so that the last tier recognises it whichever way it comes. As a client it waits as others do, but not longer than it
//! is waited for, stops when nobody waits any more, and makes one attempt, without copies and breakers: whoever called first asks
//! again (Amazon Builders' Library, *Timeouts, retries and backoff with jitter*).
//!
//! Times are passed on as what is left of them, less what passes here. What messages take nobody knows: by so much work behind may
//! outlive its call.

use super::client::Client;
use super::config::Config;
use super::message::{Answer, Attempt, CallId, Message, Record, Request, Says};
use super::notes;
use super::role::Role;
use super::rules::{Refusal, Rules};
use super::turned_away::TurnedAway;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, OpId, WriteId};
use crate::protocol::{Effect, Effects, Input, Outcome, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many calls below a start has numbers for: none is given twice.
const CALLS: u32 = 1 << 20;

/// A call above that waits for one below.
#[derive(Clone, Copy, Debug)]
struct Above {
    /// The newest attempt that waits.
    attempt: Attempt,
    /// The attempt for which it was passed on.
    first: u32,
    /// When the newest came, microseconds of the tier's monotonic clock.
    arrived_us: u64,
    /// What the tier below said no with, if it did.
    refusal: Option<Refusal>,
    /// After how long it wants to be asked again, microseconds, or 0.
    after_us: u64,
}

/// A tier between.
#[derive(Clone, Debug)]
pub struct Relay {
    id: NodeId,
    client: Client,
    above: BTreeMap<u32, Above>,
    /// The same by call above and first attempt.
    asked: BTreeMap<(CallId, u32), u32>,
    turned_away: TurnedAway,
    rules: Rules,
    margin_us: u64,
    timeout_us: u64,
    /// Number of the next call below.
    next: u32,
    /// The write that must be on disk before it asks anybody.
    starts: Option<WriteId>,
    arrived: u64,
    /// Its client did something in its last step.
    has_asked: bool,
}

impl Relay {
    /// The tier with this number, before its first start.
    pub fn new(id: NodeId, all: &Config) -> Relay {
        let plain = Config::default();
        let config = Config {
            hedge: plain.hedge,
            breaker: plain.breaker,
            collapses: plain.collapses,
            adaptive: plain.adaptive,
            asks: NodeId(id.0 + 1),
            attempts: all.rules.attempts_between(all.attempts),
            deadline_us: all.timeout_us,
            ..all.clone()
        };
        Relay {
            id,
            client: Client::new(id, Arc::new(config)),
            above: BTreeMap::new(),
            asked: BTreeMap::new(),
            turned_away: TurnedAway::default(),
            rules: all.rules,
            margin_us: all.margin_us,
            timeout_us: all.timeout_us,
            next: 0,
            starts: None,
            arrived: 0,
            has_asked: false,
        }
    }

    /// What asks the tier below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The same, if it did something in the last step.
    pub fn asking(&self) -> Option<&Client> {
        self.has_asked.then_some(&self.client)
    }

    /// Attempts that came since it started.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Calls above that wait.
    pub fn waiting(&self) -> usize {
        self.above.len()
    }

    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.has_asked = false;
        match input {
            Input::Started { disk } => self.start(now, &disk, out),
            Input::Message { from, message: Message::Call(attempt) } if attempt.id.client == from => {
                self.receive(now, attempt, out);
            }
            Input::Message { from, message: Message::Cancel { id } } if id.client == from => {
                self.cancel(now, id, out);
            }
            Input::Message { message: Message::Reply { id, says: says @ (Says::Refused(_) | Says::Later(_)), .. }, .. } => {
                if let Some(above) = self.above.get_mut(&id.seq).filter(|_| id.client == self.id) {
                    (above.refusal, above.after_us) = match says {
                        Says::Refused(refusal) => (Some(refusal), 0),
                        Says::Later(after_us) => (Some(Refusal::Overloaded), after_us),
                        Says::Done { .. } | Says::Seen(_) => (None, 0),
                    };
                }
                self.ask(now, input, out);
            }
            Input::Persisted(write) => self.starts = self.starts.filter(|starts| write.0 < starts.0),
            Input::WriteFailed(_) => out.exit(Note::new(&notes::CANNOT_WRITE, [])),
            Input::Message { message: Message::Reply { .. }, .. } | Input::Timer(_) => self.ask(now, input, out),
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Request { .. } => {}
        }
    }

    fn start(&mut self, now: LocalTime, disk: &[Slot<Record>], out: &mut Effects<Role>) {
        // Each slot is a start, also if it cannot be read.
        let starts = disk.len();
        self.above.clear();
        self.asked.clear();
        self.turned_away = TurnedAway::default();
        self.arrived = 0;
        self.next = u32::try_from(starts).unwrap_or(u32::MAX).saturating_mul(CALLS);
        self.ask(now, Input::Started { disk: Vec::new() }, out);
        self.starts = Some(out.persist(Record::Start));
    }

    fn receive(&mut self, now: LocalTime, attempt: Attempt, out: &mut Effects<Role>) {
        let CallId { client, seq } = attempt.id;
        let told = [client.0.into(), u64::from(seq) + 1, attempt.attempt.into()];
        self.arrived += 1;
        if let Some(above) = self.waiting_with(&attempt) {
            if attempt.attempt > above.attempt.attempt {
                (above.attempt, above.arrived_us) = (attempt, now.monotonic_us);
            }
            return out.note(Note::new(&notes::JOINS, told));
        }
        let stays_away = self.rules.stays_away(self.turned_away.has(&attempt));
        if stays_away || self.starts.is_some() || self.next % CALLS == CALLS - 1 {
            out.note(Note::new(if stays_away { &notes::STAYS_AWAY } else { &notes::TURNS_AWAY }, told));
            return self.turn_away(&attempt, 0, out);
        }
        let op = OpId { client: self.id, n: self.next };
        self.next += 1;
        self.above
            .insert(op.n, Above { attempt, first: attempt.attempt, arrived_us: now.monotonic_us, refusal: None, after_us: 0 });
        self.asked.insert((attempt.id, attempt.attempt), op.n);
        out.note(Note::new(&notes::PASSES_ON, [told[0], told[1], told[2], u64::from(op.n % CALLS) + 1]));
        let within_us = self.rules.waits_behind_us(attempt.left_us, self.margin_us, self.timeout_us);
        let request = Request { within_us: Some(within_us), ..Request::new(attempt.ask, attempt.work_us) };
        self.ask(now, Input::Request { op, request }, out);
    }

    /// The call above with which an attempt waits: one of the same call; if that changes nothing, only a copy that the network made, for
    /// two attempts may be quicker than one.
    fn waiting_with(&mut self, attempt: &Attempt) -> Option<&mut Above> {
        let attempts = if attempt.ask.has_effect() { 0..=u32::MAX } else { attempt.attempt..=attempt.attempt };
        let (_, seq) = self.asked.range((attempt.id, *attempts.start())..=(attempt.id, *attempts.end())).next()?;
        self.above.get_mut(seq)
    }

    /// What was turned away must not be done after all, when a copy of it comes that the network made.
    fn turn_away(&mut self, attempt: &Attempt, after_us: u64, out: &mut Effects<Role>) {
        self.turned_away.add(attempt);
        answer(attempt, Says::overloaded(after_us), out);
    }

    fn take(&mut self, seq: u32) -> Option<Above> {
        let above = self.above.remove(&seq)?;
        self.asked.remove(&(above.attempt.id, above.first));
        Some(above)
    }

    /// Nobody waits for a call above any more: nor for what was asked below because of it.
    fn cancel(&mut self, now: LocalTime, id: CallId, out: &mut Effects<Role>) {
        let below: Vec<u32> = self.asked.range((id, 0)..=(id, u32::MAX)).map(|(_, seq)| *seq).collect();
        if below.is_empty() {
            return;
        }
        out.note(Note::new(&notes::STOPS, [id.client.0.into(), u64::from(id.seq) + 1]));
        for seq in &below {
            self.take(*seq);
        }
        self.lead(now, |client, inner| client.abandon(&below, now, inner), out);
    }

    /// Lets the client handle an input.
    fn ask(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.lead(now, |client, inner| client.handle(now, input, inner), out);
    }

    /// Lets the client do something, and takes over what it wants done.
    fn lead(&mut self, now: LocalTime, what: impl FnOnce(&mut Client, &mut Effects<Role>), out: &mut Effects<Role>) {
        let mut inner = out.inside::<Role>();
        self.has_asked = true;
        what(&mut self.client, &mut inner);
        for effect in inner.drain() {
            match effect {
                Effect::Send { to, message: Message::Call(attempt), .. } => {
                    out.send(to, Message::Call(self.passed_on(now, attempt)))
                }
                Effect::Send { to, message, after } => out.send_after(to, message, after),
                Effect::SetTimer { timer, delay_us_min, delay_us_max } => out.set_timer(timer, delay_us_min, delay_us_max),
                Effect::CancelTimer(timer) => out.cancel_timer(timer),
                Effect::Reply { op, outcome } => self.hear(op, outcome, out),
                Effect::Note(note) => out.note(note),
                Effect::Persist { .. } | Effect::Violation(_) | Effect::Exit(_) => {}
            }
        }
    }

    /// An attempt below is one of the call that began above, and that goes on for as long as its caller may ask again.
    fn passed_on(&self, now: LocalTime, attempt: Attempt) -> Attempt {
        let Some(Above { attempt: above, arrived_us, .. }) = self.above.get(&attempt.id.seq) else { return attempt };
        let spent_us = now.monotonic_us.saturating_sub(*arrived_us);
        Attempt {
            key: above.key,
            origin: above.origin,
            retries: above.retries.saturating_add(attempt.attempt.saturating_sub(1)),
            call_left_us: above.call_left_us.saturating_sub(spent_us),
            ..attempt
        }
    }

    fn hear(&mut self, op: OpId, outcome: Outcome<Answer>, out: &mut Effects<Role>) {
        let Some(Above { attempt, refusal, after_us, .. }) = self.take(op.n) else { return };
        let says = match (outcome, refusal) {
            (Outcome::Ok(Answer(value)), _) => Says::Done { value, again: false },
            (Outcome::Fail, Some(Refusal::Overloaded)) => return self.turn_away(&attempt, after_us, out),
            (_, Some(refusal)) if refusal != Refusal::Overloaded => Says::Refused(refusal),
            // Of a charge it is not certain then that all attempts were refused, and a read has failed for want of an answer.
            (Outcome::Fail | Outcome::Unknown, _) => Says::Refused(Refusal::Unreachable),
        };
        answer(&attempt, says, out);
    }
}

fn answer(attempt: &Attempt, says: Says, out: &mut Effects<Role>) {
    out.send(attempt.id.client, Message::Reply { id: attempt.id, attempt: attempt.attempt, says });
}

impl Encode for Relay {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.client);
        to.len(self.above.len());
        for (seq, above) in &self.above {
            to.u32(*seq);
            to.put(&Message::Call(above.attempt));
            to.u32(above.first);
            to.u64(above.arrived_us);
            to.u8(above.refusal.map_or(0, |refusal| refusal as u8 + 1));
            to.u64(above.after_us);
        }
        to.put(&self.turned_away);
        to.u32(self.next);
        to.bool(self.starts.is_some());
    }
}
