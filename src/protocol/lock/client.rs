//! The client automaton: Idle, Asking, Raising, Held, Releasing, Backoff. Each entry into Held arms one timer that belongs to the
//! token; every way out cancels it.
//!
//! One client serves several owners, as one lock manager of a program does: that is where some of the mistakes live.

use super::config::Config;
use super::message::{Answer, Ask, Message, Request, Timer, Token};
use super::notes;
use super::role::Role;
use super::session::{Alarm, Deed, Job, Phase, Round, Session, held_by, refuse};
use super::timers;
use super::writes::{Open, Write, Writes};
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

/// Acquire.
impl Client {
    fn acquire(&mut self, op: OpId, request: Request, work: Option<(u64, u64)>, now: LocalTime, out: &mut Effects<Role>) {
        if self.sessions.len() >= SESSIONS_MAX {
            return out.reply(op, Outcome::Fail);
        }
        let token = Token { client: self.id, op: op.n, attempt: 0 };
        let new = Session::new(request, token, Phase::Backoff, Job { op, work });
        self.sessions.push(Session { attempts: self.config.attempts, ..new });
        self.attempt(self.sessions.len() - 1, now, out);
    }

    fn attempt(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        let attempt = self.config.attempts.saturating_sub(session.attempts) + 1;
        let unique = Token { client: self.id, op: session.token.op, attempt };
        session.token = self.config.rules.token(unique, now.wall_us);
        session.fence = 0;
        session.retry_at_us = None;
        session.phase = Phase::Asking(Round::new(now.monotonic_us, now.monotonic_us));
        self.begun = self.begun.wrapping_add(1);
        out.note(Note::new(&notes::ASKS, [u64::from(session.key), u64::from(session.attempts)]));
        self.ask_nodes(at, self.config.rules.asked_at_once(self.config.nodes()), now, out);
        let session = &self.sessions[at];
        if let Phase::Asking(round) = &session.phase {
            self.deeds.push(Deed::Began(session.token, round.asked));
        }
    }

    /// Asks so many more nodes for the key.
    fn ask_nodes(&mut self, at: usize, count: u16, now: LocalTime, out: &mut Effects<Role>) {
        let (config, session, nth) = (&self.config, &mut self.sessions[at], self.begun);
        let Phase::Asking(round) = &mut session.phase else { return };
        let until = round.asked.saturating_add(count).min(config.nodes());
        let until_wall_us = now.wall_us.saturating_add_unsigned(config.ttl_us);
        for node in round.asked..until {
            let message = Message::Set { key: session.key, token: session.token, ttl_us: config.ttl_us, until_wall_us, nth };
            out.send(NodeId(node), message);
        }
        round.asked = until;
        round.until_us = config.rules.wait_us(config.node_timeout_us).map(|wait_us| now.monotonic_us.saturating_add(wait_us));
    }

    /// A node has answered, or has not in time.
    fn count(&mut self, at: usize, from: NodeId, ok: bool, now: LocalTime, out: &mut Effects<Role>) {
        let nodes = u32::from(self.config.nodes());
        let quorum = self.config.rules.quorum(self.config.nodes());
        let phase = &mut self.sessions[at].phase;
        let (Phase::Asking(round) | Phase::Raising(round) | Phase::Releasing(round)) = phase else { return };
        if !round.hear(from, ok) {
            return;
        }
        let (yes, no, asked) = (round.yes.len() as u32, round.no.len() as u32, u32::from(round.asked));
        if yes >= quorum {
            self.has_majority(at, now, out);
        } else if no + quorum > nodes {
            self.has_no_majority(at, now, out);
        } else if yes + no == asked {
            self.ask_nodes(at, 1, now, out);
        }
    }

    fn has_majority(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let (since_us, votes) = match &self.sessions[at].phase {
            Phase::Asking(round) | Phase::Raising(round) => (round.since_us, round.yes.len()),
            Phase::Releasing(_) => return self.released(at, out),
            _ => return,
        };
        let elapsed_us = now.monotonic_us.saturating_sub(since_us);
        let validity_us = self.config.rules.validity_us(self.config.ttl_us, elapsed_us, self.config.drift());
        if validity_us == 0 {
            out.note(Note::new(&notes::TOO_LATE, [u64::from(self.sessions[at].key), elapsed_us, self.config.ttl_us]));
            return self.has_no_majority(at, now, out);
        }
        if self.config.fencing && matches!(self.sessions[at].phase, Phase::Asking(_)) {
            return self.raise(at, since_us, now, out);
        }
        self.grant(at, (since_us, votes), validity_us, now, out);
    }

    /// One above the greatest fence that a majority knows, at a majority.
    fn raise(&mut self, at: usize, since_us: u64, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        session.fence = session.fence.saturating_add(1);
        let mut round = Round::new(since_us, now.monotonic_us);
        round.asked = self.config.nodes();
        let wait_us = self.config.rules.wait_us(self.config.node_timeout_us);
        round.until_us = wait_us.map(|wait_us| now.monotonic_us.saturating_add(wait_us));
        let message = Message::Raise { key: session.key, token: session.token, fence: session.fence };
        out.note(Note::new(&notes::HAS_MAJORITY, [u64::from(session.key), session.fence]));
        self.deeds.push(Deed::Began(session.token, round.asked));
        session.phase = Phase::Raising(round);
        self.nodes().for_each(|node| out.send(node, message.clone()));
    }

    fn grant(&mut self, at: usize, since: (u64, usize), validity_us: u64, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        session.phase = Phase::Held;
        if !self.config.fencing {
            session.fence = 0;
        }
        session.valid_until_us = now.monotonic_us.saturating_add(validity_us);
        let (key, token, fence, valid_until_us) = (session.key, session.token, session.fence, session.valid_until_us);
        self.alarms.push(Alarm { at_us: valid_until_us, key, token });
        self.deeds.push(Deed::Granted { key, token, fence, since_us: since.0, valid_until_us, votes: Some(since.1) });
        out.note(Note::new(&notes::HOLDS, [u64::from(key), validity_us, fence]));
        session.begin(validity_us, now, out);
    }

    /// An attempt has failed: everything that it stored goes, also where it believes to have stored nothing.
    fn has_no_majority(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let (key, token) = (self.sessions[at].key, self.sessions[at].token);
        let (yes, refused) = match &self.sessions[at].phase {
            Phase::Asking(round) => (round.yes.len(), round.silent == 0),
            Phase::Raising(round) => (round.yes.len(), false),
            _ => return,
        };
        self.deeds.push(Deed::Failed(key, token, yes, refused));
        out.note(Note::new(&notes::FAILS, [u64::from(key), yes as u64, u64::from(self.config.nodes())]));
        let held = self.sessions.iter().find(|session| session.key == key && session.phase == Phase::Held);
        if let Some(token) = self.config.rules.token_to_release(token, held.map(|session| session.token)) {
            self.delete_everywhere(key, token, out);
        }
        let session = &mut self.sessions[at];
        session.attempts = session.attempts.saturating_sub(1);
        session.phase = Phase::Backoff;
        if session.attempts == 0 {
            out.note(Note::new(&notes::GIVES_UP, [u64::from(key)]));
            return self.end(at, out);
        }
        session.retry_at_us = Some(now.monotonic_us.saturating_add(self.config.retry_delay_us(token)));
    }

    fn retry(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[3] = None;
        for at in 0..self.sessions.len() {
            if self.sessions[at].retry_at_us.is_some_and(|at_us| at_us <= now.monotonic_us) {
                self.attempt(at, now, out);
            }
        }
    }
}

/// Hold, extend, write, release.
impl Client {
    fn extend(&mut self, op: OpId, request: Request, now: LocalTime, out: &mut Effects<Role>) {
        let Some(at) = held_by(&self.sessions, request) else { return refuse(op, request.key, out) };
        let (config, session) = (&self.config, &mut self.sessions[at]);
        let valid_for_us = session.valid_for_us(now.monotonic_us);
        if session.extending.is_some() || !config.rules.may_extend(valid_for_us, session.extensions, config.extensions) {
            out.note(Note::new(&notes::MAY_NOT_EXTEND, [u64::from(session.key), u64::from(session.extensions)]));
            return out.reply(op, Outcome::Fail);
        }
        let mut round = Round::new(now.monotonic_us, now.monotonic_us);
        round.asked = config.nodes();
        let wait_us = config.rules.wait_us(config.node_timeout_us);
        round.until_us = wait_us.map(|wait_us| now.monotonic_us.saturating_add(wait_us));
        session.extending = Some((round, op));
        session.rounds += 1;
        let message = Message::Extend {
            key: session.key,
            token: session.token,
            ttl_us: config.ttl_us,
            until_wall_us: now.wall_us.saturating_add_unsigned(config.ttl_us),
            nth: session.rounds,
        };
        self.deeds.push(Deed::Extends(session.token));
        out.note(Note::new(&notes::ASKS_TO_EXTEND, [u64::from(session.key)]));
        self.nodes().for_each(|node| out.send(node, message.clone()));
    }

    fn count_extension(&mut self, at: usize, from: NodeId, ok: bool, now: LocalTime, out: &mut Effects<Role>) {
        let (nodes, quorum) = (u32::from(self.config.nodes()), self.config.rules.quorum(self.config.nodes()));
        let session = &mut self.sessions[at];
        let valid_for_us = session.valid_for_us(now.monotonic_us);
        let Some((round, _)) = &mut session.extending else { return };
        if !round.hear(from, ok) {
            return;
        }
        let (yes, no) = (round.yes.len() as u32, round.no.len() as u32);
        if self.config.rules.extension_counts(yes, quorum, valid_for_us) {
            self.extended(at, now, out);
        } else if yes >= quorum || no + quorum > nodes {
            self.not_extended(at, now, out);
        }
    }

    fn extended(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let (config, session) = (&self.config, &mut self.sessions[at]);
        let Some((round, op)) = session.extending.take() else { return };
        let elapsed_us = now.monotonic_us.saturating_sub(round.since_us);
        let validity_us = config.rules.validity_us(config.ttl_us, elapsed_us, config.drift());
        let before_us = session.valid_until_us;
        let valid_until_us = now.monotonic_us.saturating_add(validity_us);
        session.valid_until_us = valid_until_us.max(before_us);
        session.extensions += 1;
        let (key, token, nth) = (session.key, session.token, session.extensions);
        match self.alarms.iter_mut().find(|alarm| alarm.token == token) {
            Some(alarm) => alarm.at_us = config.rules.alarm_after_extension(alarm.at_us, session.valid_until_us),
            None => self.alarms.push(Alarm { at_us: session.valid_until_us, key, token }),
        }
        let (valid_until_us, votes) = (session.valid_until_us, Some(round.yes.len()));
        self.deeds.push(Deed::Extended { token, nth, since_us: round.since_us, before_us, valid_until_us, votes });
        out.note(Note::new(&notes::EXTENDED, [u64::from(key), validity_us, u64::from(nth)]));
        out.reply(op, Outcome::Ok(Answer::Extended(validity_us)));
    }

    /// The old time counts.
    fn not_extended(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        let Some((round, op)) = session.extending.take() else { return };
        let (key, left_us) = (u64::from(session.key), session.valid_for_us(now.monotonic_us));
        out.note(Note::new(&notes::NOT_EXTENDED, [key, round.yes.len() as u64, u64::from(self.config.nodes()), left_us]));
        out.reply(op, Outcome::Fail);
        if left_us == 0 {
            self.end(at, out);
        }
    }

    /// Timers of locks run out.
    fn ring(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[0] = None;
        let due = |alarm: &Alarm| alarm.at_us <= now.monotonic_us;
        let (rung, left): (Vec<Alarm>, Vec<Alarm>) = self.alarms.iter().copied().partition(due);
        self.alarms = left;
        for alarm in rung {
            let own = self.find(alarm.token, |phase| *phase == Phase::Held);
            let under_that_name = |s: &Session| s.key == alarm.key && s.phase == Phase::Held;
            let Some(at) = own.or_else(|| self.sessions.iter().position(under_that_name)) else { continue };
            let session = &self.sessions[at];
            let (key, token) = (session.key, session.token);
            let (over, extending) = (!session.believes(now.monotonic_us), session.extending.is_some());
            out.note(Note::new(&notes::IS_OVER, [u64::from(key)]));
            self.delete_everywhere(key, token, out);
            // Its owner believes on if the timer was another one's, or is wrong.
            if over && !extending {
                self.end(at, out);
            }
        }
    }

    fn finish_work(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[2] = None;
        for at in (0..self.sessions.len()).rev() {
            if let Some((op, value)) = self.sessions[at].take_done(now.monotonic_us) {
                self.write(at, Write { op, value, then_release: true }, now, out);
            }
        }
    }

    fn write(&mut self, at: usize, write: Write, now: LocalTime, out: &mut Effects<Role>) {
        self.deeds.extend(self.writes.send(&self.config, &self.sessions[at], write, now, out));
    }

    fn written(&mut self, seq: u32, ok: bool, out: &mut Effects<Role>) {
        let Some(write) = self.writes.take(seq) else { return };
        out.reply(write.op, if ok { Outcome::Ok(Answer::Written) } else { Outcome::Fail });
        self.release_after(write, out);
    }

    fn release_after(&mut self, write: Open, out: &mut Effects<Role>) {
        if write.then_release
            && let Some(at) = self.find(write.token, |phase| *phase == Phase::Held)
        {
            let (key, owner) = (self.sessions[at].key, self.sessions[at].owner);
            self.deeds.push(Deed::Released(owner, owner));
            out.note(Note::new(&notes::RELEASES, [u64::from(key)]));
            self.delete_everywhere(key, write.token, out);
            self.end(at, out);
        }
    }

    fn release(&mut self, op: OpId, request: Request, now: LocalTime, out: &mut Effects<Role>) {
        let rules = self.config.rules;
        let may = |s: &Session| s.key == request.key && s.phase == Phase::Held && rules.may_release(request.owner, s.owner);
        let Some(at) = held_by(&self.sessions, request).or_else(|| self.sessions.iter().position(may)) else {
            return refuse(op, request.key, out);
        };
        let session = &mut self.sessions[at];
        let (key, token, owner) = (session.key, session.token, session.owner);
        self.deeds.push(Deed::Released(request.owner, owner));
        out.note(Note::new(&notes::RELEASES, [u64::from(key)]));
        if owner == request.owner {
            let mut round = Round::new(now.monotonic_us, now.monotonic_us);
            round.asked = self.config.nodes();
            round.until_us = Some(now.monotonic_us.saturating_add(self.config.node_timeout_us));
            session.phase = Phase::Releasing(round);
            let open = session.job.replace(Job { op, work: None }).map(|job| job.op);
            let open = open.into_iter().chain(session.extending.take().map(|(_, op)| op));
            open.for_each(|op| out.reply(op, Outcome::Fail));
            session.work_until_us = None;
            self.alarms = rules.alarms_left(&self.alarms, token);
        } else {
            // Whoever holds it is not told.
            out.reply(op, Outcome::Ok(Answer::Released));
        }
        self.delete_everywhere(key, token, out);
    }

    fn released(&mut self, at: usize, out: &mut Effects<Role>) {
        let session = self.sessions.remove(at);
        if let Some(job) = session.job {
            out.reply(job.op, Outcome::Ok(Answer::Released));
        }
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
