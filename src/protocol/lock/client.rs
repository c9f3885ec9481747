//! The client automaton: Idle, Asking, Raising, Held, Releasing, Backoff. Each entry into Held arms one timer that belongs to the
//! token; every way out cancels it.
//!
//! One client serves several owners, as one lock manager of a program does: that is where some of the mistakes live.

mod acquire;
mod hold;

use super::config::Config;
use super::message::{Ask, Message, Request, Timer, Token};
use super::notes;
use super::role::Role;
use super::session::{Alarm, Deed, Phase, Round, Session, held_by, refuse};
use super::timers;
use super::writes::{Write, Writes};
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, OpId};
use crate::protocol::{Effects, Input, Outcome};
use std::sync::Arc;

/// At most so many locks at one client.
const SESSIONS_MAX: usize = 100;

/// A client. After a crash it has forgotten its locks; the nodes forget them in time.
#[derive(Clone, Debug)]
pub struct Client {
    id: NodeId,
    config: Arc<Config>,
    sessions: Vec<Session>,
    alarms: Vec<Alarm>,
    writes: Writes,
    /// How many attempts it has begun.
    begun: u32,
    /// What its timers are set to: validity, reply, work, retry.
    armed: [Option<u64>; 4],
    deeds: Vec<Deed>,
}

/// What can be read from outside.
impl Client {
    /// A client before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Client {
        Client {
            id,
            config,
            sessions: Vec::new(),
            alarms: Vec::new(),
            writes: Writes::default(),
            begun: 0,
            armed: [None; 4],
            deeds: Vec::new(),
        }
    }

    /// Its locks, in the order in which they were asked for.
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// Number of its writes that the resource has not answered.
    pub fn writing(&self) -> usize {
        self.writes.len()
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What it did in its last step.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }
}

/// What happens to it.
impl Client {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.deeds.clear();
        match input {
            Input::Started { .. } => *self = Client::new(self.id, self.config.clone()),
            Input::Request { op, request } => self.ask(op, request, now, out),
            Input::Message { from, message } => self.hear(from, message, now, out),
            Input::Timer(Timer::Validity) => self.ring(now, out),
            Input::Timer(Timer::Reply) => self.stop_waiting(now, out),
            Input::Timer(Timer::Retry) => self.retry(now, out),
            Input::Timer(Timer::Work) => self.finish_work(now, out),
            Input::Timer(_) | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
        self.arm(now, out);
    }

    fn ask(&mut self, op: OpId, request: Request, now: LocalTime, out: &mut Effects<Role>) {
        match request.ask {
            Ask::Acquire => self.acquire(op, request, None, now, out),
            Ask::Use { work_us, value } => self.acquire(op, request, Some((work_us, value)), now, out),
            Ask::Release => self.release(op, request, now, out),
            Ask::Extend => self.extend(op, request, now, out),
            Ask::Write(value) => match held_by(&self.sessions, request) {
                Some(at) => self.write(at, Write { op, value, then_release: false }, now, out),
                None => refuse(op, request.key, out),
            },
        }
    }

    fn hear(&mut self, from: NodeId, message: Message, now: LocalTime, out: &mut Effects<Role>) {
        match message {
            Message::SetReply { token, ok, fence, .. } => {
                if let Some(at) = self.asking(token) {
                    self.sessions[at].fence = self.sessions[at].fence.max(fence);
                    self.count(at, from, ok, now, out);
                }
            }
            Message::RaiseReply { token, ok, .. } => {
                if let Some(at) = self.find(token, |phase| matches!(phase, Phase::Raising(_))) {
                    self.count(at, from, ok, now, out);
                }
            }
            Message::DeleteReply { token, .. } => {
                if let Some(at) = self.find(token, |phase| matches!(phase, Phase::Releasing(_))) {
                    self.count(at, from, true, now, out);
                }
            }
            Message::ExtendReply { token, nth, ok, .. } => {
                let rules = self.config.rules;
                let open = |s: &Session| s.token == token && s.extending.is_some() && rules.is_of_this_round(nth, s.rounds);
                if let Some(at) = self.sessions.iter().position(open) {
                    self.count_extension(at, from, ok, now, out);
                }
            }
            Message::WriteReply { seq, ok } => self.written(seq, ok, out),
            _ => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
        }
    }

    fn asking(&self, token: Token) -> Option<usize> {
        self.find(token, |phase| matches!(phase, Phase::Asking(_)))
    }

    fn find(&self, token: Token, in_phase: impl Fn(&Phase) -> bool) -> Option<usize> {
        self.sessions.iter().position(|session| session.token == token && in_phase(&session.phase))
    }

    fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.config.nodes()).map(NodeId)
    }

    fn delete_everywhere(&self, key: u32, token: Token, out: &mut Effects<Role>) {
        self.nodes().for_each(|node| out.send(node, Message::Delete { key, token }));
    }

    /// A lock that is over here, however that came about.
    fn end(&mut self, at: usize, out: &mut Effects<Role>) {
        let session = self.sessions.remove(at);
        self.alarms = self.config.rules.alarms_left(&self.alarms, session.token);
        let ops = session.job.map(|job| job.op).into_iter().chain(session.extending.map(|(_, op)| op));
        ops.for_each(|op| out.reply(op, Outcome::Fail));
    }
}

/// Deadlines.
impl Client {
    /// Who has not answered by now does not count.
    fn stop_waiting(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[1] = None;
        let due = |round: &Round| round.until_us.is_some_and(|until_us| until_us <= now.monotonic_us);
        for at in (0..self.sessions.len()).rev() {
            if let Some((round, _)) = &self.sessions[at].extending
                && due(round)
            {
                self.not_extended(at, now, out);
                continue;
            }
            match &self.sessions[at].phase {
                Phase::Releasing(round) if due(round) => {
                    let session = self.sessions.remove(at);
                    out.note(Note::new(&notes::RELEASE_UNKNOWN, [u64::from(session.key)]));
                    session.job.iter().for_each(|job| out.reply(job.op, Outcome::Unknown));
                }
                Phase::Asking(round) | Phase::Raising(round) if due(round) => {
                    let token = self.sessions[at].token;
                    let answered = round.yes.iter().chain(&round.no).copied().collect::<Vec<_>>();
                    let silent = (0..round.asked).map(NodeId).filter(|node| !answered.contains(node));
                    for node in silent.collect::<Vec<_>>() {
                        let waits = |s: &Session| s.token == token && matches!(s.phase, Phase::Asking(_) | Phase::Raising(_));
                        if self.sessions.get(at).is_some_and(waits) {
                            self.is_silent(at);
                            self.count(at, node, false, now, out);
                        }
                    }
                }
                _ => {}
            }
        }
        for write in self.writes.take_late(now.monotonic_us) {
            out.note(Note::new(&notes::WRITE_UNKNOWN, []));
            out.reply(write.op, Outcome::Unknown);
            self.release_after(write, out);
        }
    }

    fn is_silent(&mut self, at: usize) {
        if let Phase::Asking(round) | Phase::Raising(round) = &mut self.sessions[at].phase {
            round.silent += 1;
        }
    }

    fn next_reply_us(&self) -> Option<u64> {
        let rounds = self.sessions.iter().flat_map(|session| {
            let round = match &session.phase {
                Phase::Asking(round) | Phase::Raising(round) | Phase::Releasing(round) => Some(round),
                _ => None,
            };
            round.into_iter().chain(session.extending.as_ref().map(|(round, _)| round))
        });
        rounds.filter_map(|round| round.until_us).chain(self.writes.next_us()).min()
    }

    /// Sets each timer to the next moment at which it is needed.
    fn arm(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        let work = self.sessions.iter().filter_map(|session| session.work_until_us).min();
        let retry = self.sessions.iter().filter_map(|session| session.retry_at_us).min();
        let next = [self.alarms.iter().map(|alarm| alarm.at_us).min(), self.next_reply_us(), work, retry];
        let timers = [Timer::Validity, Timer::Reply, Timer::Work, Timer::Retry];
        for ((timer, at_us), armed) in timers.into_iter().zip(next).zip(&mut self.armed) {
            timers::arm(timer, armed, at_us, now, out);
        }
    }
}

impl Encode for Client {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.sessions.iter());
        to.list(self.alarms.iter());
        to.put(&self.writes);
    }
}
