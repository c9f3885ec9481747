//! One lock at one client, from the first attempt to the end: Asking, Raising, Backoff, Held, Releasing; in the consensus variant
//! Queueing, Waiting, Held, Leaving.

use super::command::Mode;
use super::consensus::queueing::Queueing;
use super::message::{Answer, Request, Token};
use super::notes;
use super::role::Role;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, OpId};
use crate::protocol::{Effects, Outcome};

/// One round of questions to all nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// When the attempt began by the client's monotonic clock, microseconds: elapsed time counts from here.
    pub since_us: u64,
    /// When this round began, microseconds.
    pub began_us: u64,
    /// When the waiting ends, microseconds.
    pub until_us: Option<u64>,
    /// How many nodes were asked.
    pub asked: u16,
    /// Nodes that said yes, in the order of their answers.
    pub yes: Vec<NodeId>,
    /// Nodes that said no, or did not answer in time.
    pub no: Vec<NodeId>,
    /// How many of these did not answer.
    pub silent: u16,
}

impl Round {
    /// A round that begins now.
    pub fn new(since_us: u64, began_us: u64) -> Round {
        Round { since_us, began_us, until_us: None, asked: 0, yes: Vec::new(), no: Vec::new(), silent: 0 }
    }

    /// Takes an answer down; false if that node has answered before.
    pub(super) fn hear(&mut self, from: NodeId, ok: bool) -> bool {
        let new = !self.yes.contains(&from) && !self.no.contains(&from);
        if new {
            if ok { &mut self.yes } else { &mut self.no }.push(from);
        }
        new
    }
}

/// Where a lock is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Storing its token at the nodes.
    Asking(Round),
    /// It has a majority, and raises the fence.
    Raising(Round),
    /// An attempt failed; the next one comes.
    Backoff,
    /// Held, as long as the client's clock says so.
    Held,
    /// It is being given back.
    Releasing(Round),
    /// Consensus: an entry in the queue, or a look at it, is under way.
    Queueing,
    /// Consensus: something stands before it.
    Waiting,
    /// Consensus: its lease is being given back.
    Leaving,
}

/// An operation that waits for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Which.
    pub op: OpId,
    /// For a `use`: how long the work takes, microseconds, and what is written then.
    pub work: Option<(u64, u64)>,
}

/// One lock at one client.
#[derive(Clone, Debug)]
pub struct Session {
    /// Which key.
    pub key: u32,
    /// For whom.
    pub owner: u64,
    /// Its token; a new one for each attempt.
    pub token: Token,
    /// Where it is.
    pub phase: Phase,
    /// Attempts that are left, this one included.
    pub attempts: u32,
    /// Its fence.
    pub fence: u64,
    /// Until when it is valid by the client's monotonic clock, microseconds.
    pub valid_until_us: u64,
    /// How often it was extended.
    pub extensions: u32,
    /// How often an extension was asked for: an answer to an earlier question is none to this one.
    pub rounds: u32,
    /// An extension that is under way, and the operation that waits for it.
    pub extending: Option<(Round, OpId)>,
    /// In the backoff: when the next attempt begins, microseconds.
    pub retry_at_us: Option<u64>,
    /// When the work under it is done, microseconds.
    pub work_until_us: Option<u64>,
    /// The operation that waits for it.
    pub job: Option<Job>,
    /// Consensus: its place in the queue.
    pub place: Option<Queueing>,
}

/// What both kinds of clients do with it.
impl Session {
    /// A lock that somebody asks for: one attempt, and no place in a queue.
    pub(super) fn new(request: Request, token: Token, phase: Phase, job: Job) -> Session {
        Session {
            key: request.key,
            owner: request.owner,
            token,
            phase,
            attempts: 1,
            fence: 0,
            valid_until_us: 0,
            extensions: 0,
            rounds: 0,
            extending: None,
            retry_at_us: None,
            work_until_us: None,
            job: Some(job),
            place: None,
        }
    }

    /// The lock is held: whoever waits for that is told, or the work under it begins.
    pub(super) fn begin(&mut self, for_us: u64, now: LocalTime, out: &mut Effects<Role>) {
        let Some(job) = self.job else { return };
        match job.work {
            Some((work_us, _)) => self.work_until_us = Some(now.monotonic_us.saturating_add(work_us)),
            None => {
                self.job = None;
                out.reply(job.op, Outcome::Ok(Answer::Acquired { fence: self.fence, for_us }));
            }
        }
    }

    /// The operation whose work under the lock is done by now, and what it writes.
    pub(super) fn take_done(&mut self, now_us: u64) -> Option<(OpId, u64)> {
        self.work_until_us.take_if(|until_us| *until_us <= now_us)?;
        let Job { op, work } = self.job.take()?;
        work.map(|(_, value)| (op, value))
    }
}

/// The lock that is held here for whoever asks.
pub(super) fn held_by(sessions: &[Session], request: Request) -> Option<usize> {
    let held = |s: &Session| s.key == request.key && s.owner == request.owner && s.phase == Phase::Held;
    sessions.iter().position(held)
}

/// Nothing is held here for whoever asks.
pub(super) fn refuse(op: OpId, key: u32, out: &mut Effects<Role>) {
    out.note(Note::new(&notes::HOLDS_NOTHING, [u64::from(key)]));
    out.reply(op, Outcome::Fail);
}

impl Session {
    /// Whether others may hold the lock with it.
    pub fn is_shared(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.mode == Mode::Shared)
    }

    /// Whether its owner believes to hold it at this moment of the client's monotonic clock.
    pub fn believes(&self, now_us: u64) -> bool {
        self.phase == Phase::Held && now_us < self.valid_until_us
    }

    /// How long it is valid from then on, microseconds.
    pub fn valid_for_us(&self, now_us: u64) -> u64 {
        if self.phase == Phase::Held { self.valid_until_us.saturating_sub(now_us) } else { 0 }
    }
}

/// A timer that ends a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// When it runs out by the client's monotonic clock, microseconds.
    pub at_us: u64,
    /// The key that it is about.
    pub key: u32,
    /// The token that it was set for.
    pub token: Token,
}

/// What a client did in its last step, for those who watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A round of questions began: with which token, how many nodes were asked at once.
    Began(Token, u16),
    /// A round of questions began that is to extend the lock with this token.
    Extends(Token),
    /// An attempt failed: key, token, how many nodes had said yes, and whether all others that count said no, rather than nothing.
    Failed(u32, Token, usize, bool),
    /// A lock is held from now on.
    Granted {
        /// Which key.
        key: u32,
        /// With which token.
        token: Token,
        /// With which fence.
        fence: u64,
        /// When the attempt began, microseconds.
        since_us: u64,
        /// Until when it is valid, microseconds.
        valid_until_us: u64,
        /// How many nodes stored the token; a log counts no votes, but grants in the order of its queue.
        votes: Option<usize>,
    },
    /// A lock is valid for longer.
    Extended {
        /// Which token.
        token: Token,
        /// The how-many-eth extension it is.
        nth: u32,
        /// When the extension began, microseconds.
        since_us: u64,
        /// Until when it was valid before, microseconds.
        before_us: u64,
        /// Until when it is valid now, microseconds.
        valid_until_us: u64,
        /// How many nodes extended, if nodes were asked.
        votes: Option<usize>,
    },
    /// Somebody gave back a lock: who asked, whose it was.
    Released(u64, u64),
    /// A holder wrote to the resource.
    Wrote(u32, Token),
}

impl Encode for Round {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.since_us);
        to.u64(self.began_us);
        to.bool(self.until_us.is_some());
        to.u64(self.until_us.unwrap_or(0));
        to.u16(self.asked);
        to.list(self.yes.iter());
        to.list(self.no.iter());
    }
}

impl Encode for Session {
    fn encode(&self, to: &mut Encoder) {
        to.u32(self.key);
        to.u64(self.owner);
        to.put(&self.token);
        match &self.phase {
            Phase::Asking(round) => {
                to.u8(0);
                to.put(round);
            }
            Phase::Raising(round) => {
                to.u8(1);
                to.put(round);
            }
            Phase::Backoff => to.u8(2),
            Phase::Held => to.u8(3),
            Phase::Releasing(round) => {
                to.u8(4);
                to.put(round);
            }
            Phase::Queueing => to.u8(5),
            Phase::Waiting => to.u8(6),
            Phase::Leaving => to.u8(7),
        }
        to.u32(self.attempts);
        to.u64(self.fence);
        to.u64(self.valid_until_us);
        to.u32(self.extensions);
        to.u32(self.rounds);
        to.bool(self.extending.is_some());
        if let Some((round, _)) = &self.extending {
            to.put(round);
        }
        to.u64(self.retry_at_us.unwrap_or(0));
        to.u64(self.work_until_us.unwrap_or(0));
        to.bool(self.job.is_some());
        if let Some((us, value)) = self.job.and_then(|job| job.work) {
            to.u64(us);
            to.u64(value);
        }
        // Redlock has none, and its phases tell the two apart.
        if let Some(place) = &self.place {
            to.put(place);
        }
    }
}

impl Encode for Alarm {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.at_us);
        to.u32(self.key);
        to.put(&self.token);
    }
}
