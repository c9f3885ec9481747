//! The client of the consensus variant. Each lock that it asks for has a lease of its own, as a session of etcd has: it queues with
//! it, waits for what stands before it, looks at its place again, holds the lock, and gives the lease back.
//!
//! It holds a lock until its own clock says that the lease may be over, counted from when it *sent* the last sign of life that was
//! confirmed: the leader counts from later, so the client stops first, as far as clocks run equally fast.

use super::finder::Finder;
use super::queueing::{Queueing, Step};
use super::watches::Watch;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, OpId};
use crate::protocol::lock::command::{self, Command, DELAY, Lease, Place};
use crate::protocol::lock::config::Config;
use crate::protocol::lock::message::{Answer, Ask, Message, Request, Timer, Token};
use crate::protocol::lock::notes;
use crate::protocol::lock::role::Role;
use crate::protocol::lock::session::{Deed, Job, Phase, Session, held_by, refuse};
use crate::protocol::lock::timers;
use crate::protocol::lock::writes::{Open, Write, Writes};
use crate::protocol::machine;
use crate::protocol::raft;
use crate::protocol::{Effects, Input, Outcome};
use std::sync::Arc;

/// At most so many locks at one client.
const SESSIONS_MAX: usize = 100;

/// A client. After a crash it has forgotten its locks; their leases run out.
#[derive(Clone, Debug)]
pub struct Contender {
    id: NodeId,
    config: Arc<Config>,
    sessions: Vec<Session>,
    writes: Writes,
    finder: Finder,
    /// What the timers are set to: validity, reply, work, sign of life.
    armed: [Option<u64>; 4],
    deeds: Vec<Deed>,
}

/// What can be read from outside.
impl Contender {
    /// A client before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Contender {
        let finder = Finder::new(id, config.nodes());
        Contender { id, config, sessions: Vec::new(), writes: Writes::default(), finder, armed: [None; 4], deeds: Vec::new() }
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

    /// The server that it takes for the leader.
    pub fn leader(&self) -> NodeId {
        self.finder.leader()
    }

    /// What it did in its last step.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }
}

/// What happens to it.
impl Contender {
    /// Handles one input.
    pub(in crate::protocol::lock) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.deeds.clear();
        match input {
            Input::Started { .. } => *self = Contender::new(self.id, self.config.clone()),
            Input::Request { op, request } => self.ask(op, request, now, out),
            Input::Message { from, message } => self.hear(from, message, now, out),
            Input::Timer(Timer::Validity) => self.ring(now, out),
            Input::Timer(Timer::Reply) => self.ask_again(now, out),
            Input::Timer(Timer::Work) => self.finish_work(now, out),
            Input::Timer(Timer::KeepAlive) => self.give_signs(now, out),
            Input::Timer(_) | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
        self.arm(now, out);
    }

    fn ask(&mut self, op: OpId, request: Request, now: LocalTime, out: &mut Effects<Role>) {
        match request.ask {
            Ask::Acquire => self.acquire(op, request, None, now, out),
            Ask::Use { work_us, value } => self.acquire(op, request, Some((work_us, value)), now, out),
            // Who shares a lock only reads.
            Ask::Write(value) => match held_by(&self.sessions, request).filter(|at| !self.sessions[*at].is_shared()) {
                Some(at) => self.write(at, Write { op, value, then_release: false }, now, out),
                None => refuse(op, request.key, out),
            },
            Ask::Release => match held_by(&self.sessions, request) {
                Some(at) => self.release(at, Some(op), now, out),
                None => refuse(op, request.key, out),
            },
            // Its leases live on by themselves.
            Ask::Extend => refuse(op, request.key, out),
        }
    }

    fn hear(&mut self, from: NodeId, message: Message, now: LocalTime, out: &mut Effects<Role>) {
        use raft::Message::{ClientAnswer, ClientRedirect};
        match message {
            Message::Raft(ClientAnswer { seq, answer: machine::Answer::Lock(answer) }) => {
                self.finder.answered(from);
                if let Some(at) = self.sessions.iter().position(|session| session.token.op == seq) {
                    self.answered(at, answer, now, out);
                }
            }
            Message::Raft(ClientRedirect { leader, .. }) => self.redirected(from, leader, now, out),
            Message::Gone { lease, watched } => {
                let waits = |place: &Queueing| place.lease == lease && place.step == Step::Wait && place.before == Some(watched);
                if let Some(at) = self.sessions.iter().position(|session| session.place.as_ref().is_some_and(waits)) {
                    out.note(Note::new(&notes::LOOKS_AGAIN, [self.sessions[at].key.into()]));
                    self.proceed(at, Step::Look, now, out);
                }
            }
            Message::WriteReply { seq, ok } => {
                if let Some(write) = self.writes.take(seq) {
                    out.reply(write.op, if ok { Outcome::Ok(Answer::Written) } else { Outcome::Fail });
                    self.release_after(write, now, out);
                }
            }
            _ => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
        }
    }

    fn answered(&mut self, at: usize, answer: command::Answer, now: LocalTime, out: &mut Effects<Role>) {
        let Some(place) = &mut self.sessions[at].place else { return };
        match (answer, place.step) {
            (command::Answer::Lives { lease, nth, lives: true }, step) if lease == place.lease && step != Step::End => {
                self.lives_on(at, nth, now, out);
            }
            // A lease ended before it was known to have begun, or while the lock was held.
            (command::Answer::Lives { lease, lives: false, .. }, Step::Grant | Step::Hold) if lease == place.lease => {
                self.lost(at, out);
            }
            (command::Answer::Lives { lease, nth, lives: false }, step) if lease == place.lease && step != Step::End => {
                // Who waits does not hear of it, as in etcd: the look after the wait finds it.
                place.confirmed(nth);
                place.sign_us = Some(now.monotonic_us.saturating_add(self.config.ttl_us / 3).saturating_add(1));
            }
            (command::Answer::Place(found), Step::Enqueue) => {
                place.created = found.created;
                if !found.exists {
                    return self.lost(at, out);
                }
                match self.config.consensus.zookeeper {
                    // `getChildren`: a creation tells nothing about the others.
                    true => self.proceed(at, Step::Look, now, out),
                    false => self.found(at, found, now, out),
                }
            }
            (command::Answer::Place(found), Step::Look) if found.created == place.created => self.found(at, found, now, out),
            (command::Answer::Ended(lease), Step::End) if lease == place.lease => {
                let job = self.sessions.remove(at).job;
                job.iter().for_each(|job| out.reply(job.op, Outcome::Ok(Answer::Released)));
            }
            _ => {}
        }
    }

    /// The server asked last does not lead. If it knows who does, everything that is open is asked there at once.
    fn redirected(&mut self, from: NodeId, leader: Option<NodeId>, now: LocalTime, out: &mut Effects<Role>) {
        if self.finder.redirected(from, leader) {
            for at in 0..self.sessions.len() {
                self.send(at, now, out);
                let open = self.sessions[at].place.as_ref().filter(|place| place.step != Step::Grant && place.has_open_signs());
                if let Some(again_us) = open.and_then(|place| place.sign_us) {
                    self.give_sign(at, again_us, now, out);
                }
            }
        }
    }
}

/// Queue.
impl Contender {
    fn acquire(&mut self, op: OpId, request: Request, work: Option<(u64, u64)>, now: LocalTime, out: &mut Effects<Role>) {
        if self.sessions.len() >= SESSIONS_MAX {
            return out.reply(op, Outcome::Fail);
        }
        let lease = Lease { client: self.id, op: op.n };
        let token = Token { client: self.id, op: op.n, attempt: 1 };
        let place = Some(Queueing::new(lease, request.mode));
        self.sessions.push(Session { place, ..Session::new(request, token, Phase::Queueing, Job { op, work }) });
        out.note(Note::new(&notes::QUEUES, [request.key.into()]));
        self.send(self.sessions.len() - 1, now, out);
    }

    fn proceed(&mut self, at: usize, step: Step, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        let Some(place) = &mut session.place else { return };
        place.step = step;
        session.phase = match step {
            Step::Grant | Step::Enqueue | Step::Look => Phase::Queueing,
            Step::Wait => Phase::Waiting,
            Step::Hold => Phase::Held,
            Step::End => Phase::Leaving,
        };
        self.send(at, now, out);
    }

    /// Asks for what its step waits for.
    fn send(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let (name, op, until_wall_us) = (self.sessions[at].key, self.sessions[at].token.op, self.until_wall_us(now));
        let older = self.sessions.iter().map(|session| op.saturating_sub(session.token.op)).max();
        let older = older.and_then(|older| u16::try_from(older).ok()).unwrap_or(u16::MAX);
        let Some(place) = &mut self.sessions[at].place else { return };
        let (lease, mode, created) = (place.lease, place.mode, place.created);
        let command = match place.step {
            Step::Grant => {
                let nth = place.sign(now.monotonic_us);
                Command::Grant { lease, older, nth, until_wall_us }
            }
            Step::Enqueue => {
                let number = self.config.rules.entry_number(place.attempts);
                place.attempts = place.attempts.saturating_add(1);
                Command::Enqueue { name, lease, number, mode }
            }
            Step::Look => Command::Look { name, created, mode },
            Step::End => Command::End(lease),
            Step::Wait => {
                place.again_us = None;
                let watched = place.before.unwrap_or(DELAY);
                return out.send(self.finder.leader(), Message::Watch(Watch { name, lease, watched, created, mode }));
            }
            Step::Hold => return place.again_us = None,
        };
        place.again_us = Some(now.monotonic_us.saturating_add(self.config.consensus.raft.client_retry_us));
        self.tell(op, command, out);
    }

    fn tell(&self, seq: u32, command: Command, out: &mut Effects<Role>) {
        out.send(self.finder.leader(), Message::Raft(raft::Message::ClientRequest { seq, op: command.into() }));
    }

    fn until_wall_us(&self, now: LocalTime) -> i64 {
        now.wall_us.saturating_add_unsigned(self.config.ttl_us)
    }

    fn found(&mut self, at: usize, found: Place, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        let (key, left_us) = (u64::from(session.key), session.valid_until_us.saturating_sub(now.monotonic_us));
        if self.config.rules.holds_after_wait(found.exists, found.before.is_none(), left_us) {
            return self.grant(at, left_us, now, out);
        }
        let Some(place) = session.place.as_mut().filter(|_| found.exists) else {
            return self.lost(at, out);
        };
        if found.before.is_none() {
            return self.leave(at, out);
        }
        place.before = found.before;
        out.note(match found.before {
            Some(before) if before != DELAY => Note::new(&notes::WAITS, [key, found.created, before]),
            _ => Note::new(&notes::WAITS_FOR_DELAY, [key]),
        });
        self.proceed(at, Step::Wait, now, out);
    }

    fn grant(&mut self, at: usize, left_us: u64, now: LocalTime, out: &mut Effects<Role>) {
        let (config, session) = (&self.config, &mut self.sessions[at]);
        let created = session.place.as_ref().map_or(0, |place| place.created);
        session.fence = if config.fencing { config.rules.fence(created, now.wall_us) } else { 0 };
        let (key, token, fence, valid_until_us) = (session.key, session.token, session.fence, session.valid_until_us);
        let since_us = valid_until_us.saturating_sub(config.ttl_us.saturating_sub(config.drift()));
        self.deeds.push(Deed::Granted { key, token, fence, since_us, valid_until_us, votes: None });
        out.note(Note::new(&notes::HOLDS, [key.into(), left_us, fence]));
        session.begin(left_us, now, out);
        self.proceed(at, Step::Hold, now, out);
    }

    /// Its lease is over: whatever it waited for, or held, it has not.
    fn lost(&mut self, at: usize, out: &mut Effects<Role>) {
        out.note(Note::new(&notes::LEASE_LOST, [self.sessions[at].key.into()]));
        self.end(at, out);
    }

    /// By its own clock its lease may be over. If it is not, it is in everybody's way.
    fn leave(&mut self, at: usize, out: &mut Effects<Role>) {
        let session = &self.sessions[at];
        out.note(Note::new(&notes::LEASE_OVER, [session.key.into()]));
        if let Some(place) = &session.place {
            self.tell(session.token.op, Command::End(place.lease), out);
        }
        self.end(at, out);
    }

    fn end(&mut self, at: usize, out: &mut Effects<Role>) {
        let job = self.sessions.remove(at).job;
        job.iter().for_each(|job| out.reply(job.op, Outcome::Fail));
    }
}

/// Signs of life.
impl Contender {
    fn give_signs(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[3] = None;
        let retry_us = self.config.consensus.raft.client_retry_us.min(self.config.ttl_us / 3).max(1);
        let due = |place: &Queueing| place.sign_us.is_some_and(|sign_us| sign_us <= now.monotonic_us);
        if self.sessions.iter().filter_map(|session| session.place.as_ref()).any(|place| due(place) && place.has_open_signs()) {
            self.finder.turn_to_next();
        }
        for at in 0..self.sessions.len() {
            if self.sessions[at].place.as_ref().is_some_and(due) {
                self.give_sign(at, now.monotonic_us.saturating_add(retry_us), now, out);
                if self.sessions[at].phase == Phase::Waiting {
                    // A new leader does not know what it waits for.
                    self.send(at, now, out);
                }
            }
        }
    }

    /// Gives a sign of life, and the next one at `again_us` unless this one is confirmed before.
    fn give_sign(&mut self, at: usize, again_us: u64, now: LocalTime, out: &mut Effects<Role>) {
        let (op, until_wall_us) = (self.sessions[at].token.op, self.until_wall_us(now));
        let Some(place) = &mut self.sessions[at].place else { return };
        let nth = place.sign(now.monotonic_us);
        place.sign_us = Some(again_us);
        let lease = place.lease;
        self.tell(op, Command::KeepAlive { lease, nth, until_wall_us }, out);
    }

    /// A sign of life is confirmed.
    fn lives_on(&mut self, at: usize, nth: u32, now: LocalTime, out: &mut Effects<Role>) {
        let (config, session) = (&self.config, &mut self.sessions[at]);
        let Some(place) = &mut session.place else { return };
        let Some(since_us) = place.confirmed(nth) else { return };
        place.sign_us = Some(since_us.saturating_add(config.ttl_us / 3).max(now.monotonic_us.saturating_add(1)));
        let step = place.step;
        let elapsed_us = now.monotonic_us.saturating_sub(since_us);
        let validity_us = config.rules.validity_us(config.ttl_us, elapsed_us, config.drift());
        let (before_us, until_us) = (session.valid_until_us, now.monotonic_us.saturating_add(validity_us));
        if step == Step::Hold && (until_us <= before_us || before_us <= now.monotonic_us) {
            return;
        }
        session.valid_until_us = until_us.max(before_us);
        match step {
            Step::Grant => self.proceed(at, Step::Enqueue, now, out),
            Step::Hold => {
                session.extensions = session.extensions.saturating_add(1);
                let (token, key, nth) = (session.token, session.key, session.extensions);
                self.deeds.push(Deed::Extended { token, nth, since_us, before_us, valid_until_us: until_us, votes: None });
                out.note(Note::new(&notes::LIVES_ON, [key.into(), validity_us]));
            }
            Step::Enqueue | Step::Look | Step::Wait | Step::End => {}
        }
    }

    /// By its own clock its lease may be over.
    fn ring(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[0] = None;
        for at in (0..self.sessions.len()).rev() {
            let session = &self.sessions[at];
            if session.phase == Phase::Held && !session.believes(now.monotonic_us) {
                self.leave(at, out);
            }
        }
    }
}

/// Write and release.
impl Contender {
    fn finish_work(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[2] = None;
        for at in (0..self.sessions.len()).rev() {
            match self.sessions[at].take_done(now.monotonic_us) {
                Some((op, _)) if self.sessions[at].is_shared() => {
                    out.reply(op, Outcome::Ok(Answer::Released));
                    self.release(at, None, now, out);
                }
                Some((op, value)) => self.write(at, Write { op, value, then_release: true }, now, out),
                None => {}
            }
        }
    }

    fn write(&mut self, at: usize, write: Write, now: LocalTime, out: &mut Effects<Role>) {
        self.deeds.extend(self.writes.send(&self.config, &self.sessions[at], write, now, out));
    }

    fn release_after(&mut self, write: Open, now: LocalTime, out: &mut Effects<Role>) {
        let held = |session: &Session| session.token == write.token && session.phase == Phase::Held;
        if let Some(at) = self.sessions.iter().position(held).filter(|_| write.then_release) {
            self.release(at, None, now, out);
        }
    }

    /// Gives the lease back, and with it the entry.
    fn release(&mut self, at: usize, op: Option<OpId>, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        let owner = session.owner;
        session.work_until_us = None;
        let open = std::mem::replace(&mut session.job, op.map(|op| Job { op, work: None }));
        open.iter().for_each(|job| out.reply(job.op, Outcome::Fail));
        if let Some(place) = &mut session.place {
            place.sign_us = None;
        }
        self.deeds.push(Deed::Released(owner, owner));
        out.note(Note::new(&notes::RELEASES, [u64::from(self.sessions[at].key)]));
        self.sessions[at].valid_until_us = now.monotonic_us.saturating_add(self.config.deadline_us);
        self.proceed(at, Step::End, now, out);
    }
}

/// Deadlines.
impl Contender {
    /// Who has not answered by now is asked no more; the next server is.
    fn ask_again(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[1] = None;
        for write in self.writes.take_late(now.monotonic_us) {
            out.note(Note::new(&notes::WRITE_UNKNOWN, []));
            out.reply(write.op, Outcome::Unknown);
            self.release_after(write, now, out);
        }
        let gives_up = |s: &Session| s.phase == Phase::Leaving && s.valid_until_us <= now.monotonic_us;
        while let Some(at) = self.sessions.iter().position(gives_up) {
            let session = self.sessions.remove(at);
            out.note(Note::new(&notes::END_UNKNOWN, [session.key.into()]));
            session.job.iter().for_each(|job| out.reply(job.op, Outcome::Unknown));
        }
        let due = |session: &Session| {
            let again_us = session.place.as_ref().and_then(|place| place.again_us);
            again_us.is_some_and(|again_us| again_us <= now.monotonic_us)
        };
        if self.sessions.iter().any(due) {
            self.finder.turn_to_next();
        }
        for at in 0..self.sessions.len() {
            if due(&self.sessions[at]) {
                self.send(at, now, out);
            }
        }
    }

    /// Sets each timer to the next moment at which it is needed.
    fn arm(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        let held = self.sessions.iter().filter(|session| session.phase == Phase::Held);
        let validity = held.map(|session| session.valid_until_us).min();
        let places = || self.sessions.iter().filter_map(|session| session.place.as_ref());
        let reply = places().filter_map(|place| place.again_us).chain(self.writes.next_us()).min();
        let work = self.sessions.iter().filter_map(|session| session.work_until_us).min();
        let sign = places().filter_map(|place| place.sign_us).min();
        let timers = [(Timer::Validity, validity), (Timer::Reply, reply), (Timer::Work, work), (Timer::KeepAlive, sign)];
        for ((timer, at_us), armed) in timers.into_iter().zip(&mut self.armed) {
            timers::arm(timer, armed, at_us, now, out);
        }
    }
}

impl Encode for Contender {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.sessions.iter());
        to.put(&self.writes);
        to.put(&self.finder);
    }
}
