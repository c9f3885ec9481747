//! A tier between: it works on nothing itself, and asks the next one for each call that it is asked for, under the id by which the
//! call began, so that the last tier recognises it whichever way it comes. As a client it waits as others do, but not longer than it
//! is waited for, and makes one attempt, without copies and breakers: whoever called first asks again (Amazon Builders' Library, *Timeouts, retries and backoff
//! with jitter*).

use super::client::Client;
use super::config::Config;
use super::message::{Answer, Attempt, CallId, Message, Record, Request, Says};
use super::notes;
use super::role::Role;
use super::rules::Refusal;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, OpId, WriteId};
use crate::protocol::{Effect, Effects, Input, Outcome, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many calls below a start has numbers for: none is given twice.
const CALLS: u32 = 1 << 20;

/// A call above that waits for one below.
#[derive(Clone, Copy, Debug)]
struct Above {
    attempt: Attempt,
    /// Why the tier below said no for good, if it did.
    refusal: Option<Refusal>,
}

/// A tier between.
#[derive(Clone, Debug)]
pub struct Relay {
    id: NodeId,
    client: Client,
    above: BTreeMap<u32, Above>,
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
                self.above.retain(|_, above| above.attempt.id != id);
            }
            Input::Message { message: Message::Reply { id, says: Says::Refused(refusal), .. }, .. } => {
                if let Some(above) = self.above.get_mut(&id.seq).filter(|_| id.client == self.id) {
                    above.refusal = Some(refusal).filter(|refusal| refusal.is_final());
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
        self.arrived = 0;
        self.next = u32::try_from(starts).unwrap_or(u32::MAX).saturating_mul(CALLS);
        self.ask(now, Input::Started { disk: Vec::new() }, out);
        self.starts = Some(out.persist(Record::Start));
    }

    fn receive(&mut self, now: LocalTime, attempt: Attempt, out: &mut Effects<Role>) {
        let CallId { client, seq } = attempt.id;
        let told = [client.0.into(), u64::from(seq) + 1, attempt.attempt.into()];
        self.arrived += 1;
        if let Some(above) = self.above.values_mut().find(|above| above.attempt.id == attempt.id) {
            above.attempt.attempt = above.attempt.attempt.max(attempt.attempt);
            return out.note(Note::new(&notes::JOINS, told));
        }
        if self.starts.is_some() || self.next % CALLS == CALLS - 1 {
            out.note(Note::new(&notes::TURNS_AWAY, told));
            return answer(&attempt, Says::Refused(Refusal::Overloaded), out);
        }
        let op = OpId { client: self.id, n: self.next };
        self.next += 1;
        self.above.insert(op.n, Above { attempt, refusal: None });
        out.note(Note::new(&notes::PASSES_ON, [told[0], told[1], told[2], u64::from(op.n % CALLS) + 1]));
        self.ask(now, Input::Request { op, request: Request::new(attempt.ask, attempt.work_us) }, out);
    }

    /// Lets the client handle an input, and takes over what it wants done.
    fn ask(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        let mut inner = out.inside::<Role>();
        self.has_asked = true;
        self.client.handle(now, input, &mut inner);
        for effect in inner.drain() {
            match effect {
                Effect::Send { to, message: Message::Call(attempt), .. } => out.send(to, Message::Call(self.passed_on(attempt))),
                Effect::Send { to, message, after } => out.send_after(to, message, after),
                Effect::SetTimer { timer, delay_us_min, delay_us_max } => out.set_timer(timer, delay_us_min, delay_us_max),
                Effect::CancelTimer(timer) => out.cancel_timer(timer),
                Effect::Reply { op, outcome } => self.hear(op, outcome, out),
                Effect::Note(note) => out.note(note),
                Effect::Persist { .. } | Effect::Violation(_) | Effect::Exit(_) => {}
            }
        }
    }

    /// An attempt below is one of the call that began above.
    fn passed_on(&self, attempt: Attempt) -> Attempt {
        let above = self.above.get(&attempt.id.seq).map(|above| above.attempt);
        above.map_or(attempt, |above| Attempt {
            key: above.key,
            origin: above.origin,
            retries: above.retries.saturating_add(attempt.attempt.saturating_sub(1)),
            ..attempt
        })
    }

    fn hear(&mut self, op: OpId, outcome: Outcome<Answer>, out: &mut Effects<Role>) {
        let Some(Above { attempt, refusal }) = self.above.remove(&op.n) else { return };
        let says = match outcome {
            Outcome::Ok(Answer(value)) => Says::Done { value, again: false },
            Outcome::Fail => Says::Refused(refusal.unwrap_or(Refusal::Overloaded)),
            Outcome::Unknown => Says::Refused(refusal.unwrap_or(Refusal::Unreachable)),
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
            to.u8(above.refusal.map_or(0, |refusal| refusal as u8 + 1));
        }
        to.u32(self.next);
        to.bool(self.starts.is_some());
    }
}
