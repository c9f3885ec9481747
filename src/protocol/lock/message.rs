//! What lock nodes, clients and the resource say to each other, what disks keep, and what clients are asked for.

use super::command::{Lease, Mode, Revision, Sequencer};
use super::consensus::watches::Watch;
use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::{Class, Message as _, MessageKind, Shape, TimerName, raft};

/// What a client stores at nodes: unique over all clients and all attempts. Real clients draw 20 random bytes, and need no disk
/// for them; here it is who asks, in which operation (no number is given twice, not even across a restart), and which attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    /// Whose.
    pub client: NodeId,
    /// Number of the operation at its client.
    pub op: u32,
    /// The how-many-eth attempt of it.
    pub attempt: u32,
}

impl Encode for Token {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.client);
        to.u32(self.op);
        to.u32(self.attempt);
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// `SET key token NX PX ttl`: if the key is free.
    Set {
        /// Which key.
        key: u32,
        /// What to store.
        token: Token,
        /// Time to live, microseconds.
        ttl_us: u64,
        /// When that ends by the client's wall clock, microseconds: nobody should read it.
        until_wall_us: i64,
        /// The how-many-eth attempt of its client it is: a question that the network has doubled is known by it.
        nth: u32,
    },
    /// Whether it was, and the greatest fence that the node knows of the key.
    SetReply {
        /// Which key.
        key: u32,
        /// Which token.
        token: Token,
        /// It is stored.
        ok: bool,
        /// The greatest fence.
        fence: u64,
    },
    /// Remember this fence, if it is greater than all before.
    Raise {
        /// Which key.
        key: u32,
        /// For which token.
        token: Token,
        /// The fence.
        fence: u64,
    },
    /// Whether it is, and on disk.
    RaiseReply {
        /// Which key.
        key: u32,
        /// For which token.
        token: Token,
        /// It is.
        ok: bool,
    },
    /// Compare and delete: remove the key if this token is stored there.
    Delete {
        /// Which key.
        key: u32,
        /// Which token.
        token: Token,
    },
    /// The key does not hold this token (any more).
    DeleteReply {
        /// Which key.
        key: u32,
        /// Which token.
        token: Token,
    },
    /// Compare and extend: let the key live this long from now on if this token is stored there.
    Extend {
        /// Which key.
        key: u32,
        /// Which token.
        token: Token,
        /// Time to live from now on, microseconds.
        ttl_us: u64,
        /// When that ends by the client's wall clock, microseconds: nobody should read it.
        until_wall_us: i64,
        /// The how-many-eth time it is that an extension of this token is asked for.
        nth: u32,
    },
    /// Whether it was.
    ExtendReply {
        /// Which key.
        key: u32,
        /// Which token.
        token: Token,
        /// Which time.
        nth: u32,
        /// It lives on.
        ok: bool,
    },
    /// A holder writes to the resource.
    Write {
        /// Number of the operation at its client.
        seq: u32,
        /// Under which lock.
        key: u32,
        /// With which token.
        token: Token,
        /// With which fence; 0 without fencing.
        fence: u64,
        /// What.
        value: u64,
        /// The lock that it is written under, if the resource asks for that.
        shown: Option<Sequencer>,
    },
    /// Whether it was accepted.
    WriteReply {
        /// Which write.
        seq: u32,
        /// It is on disk.
        ok: bool,
    },
    /// Consensus: what Raft's servers, and clients with them, say to each other.
    Raft(raft::Message),
    /// Consensus: tell me when what stands before me is gone.
    Watch(Watch),
    /// Consensus: it is.
    Gone {
        /// The lease of whoever waits.
        lease: Lease,
        /// What it waited for.
        watched: Revision,
    },
}

const fn kind(name: &'static str, class: Class, shape: Shape) -> MessageKind {
    MessageKind { name, class, shape }
}

/// Number of the kind `Delete`.
pub const DELETE: u8 = 4;
/// Number of the first kind of Raft's.
pub const RAFT: u8 = 10;
/// Number of the kind `Watch`.
pub const WATCH: u8 = RAFT + raft::Message::KINDS.len() as u8;

impl crate::protocol::Message for Message {
    const KINDS: &'static [MessageKind] = &[
        kind("Set", Class::Request, Shape::Election),
        kind("SetReply", Class::Reply, Shape::Election),
        kind("Raise", Class::Request, Shape::Control),
        kind("RaiseReply", Class::Reply, Shape::Control),
        kind("Delete", Class::Request, Shape::Control),
        kind("DeleteReply", Class::Reply, Shape::Control),
        kind("Extend", Class::Request, Shape::Election),
        kind("ExtendReply", Class::Reply, Shape::Election),
        kind("Write", Class::Request, Shape::Data),
        kind("WriteReply", Class::Reply, Shape::Data),
        // Raft's, in its order.
        kind("PreVote", Class::Request, Shape::Election),
        kind("PreVoteResponse", Class::Reply, Shape::Election),
        kind("RequestVote", Class::Request, Shape::Election),
        kind("RequestVoteResponse", Class::Reply, Shape::Election),
        kind("AppendEntries", Class::Request, Shape::Data),
        kind("Heartbeat", Class::Request, Shape::Control),
        kind("AppendEntriesResponse", Class::Reply, Shape::Control),
        kind("AppendEntriesRejection", Class::Reply, Shape::Control),
        kind("ClientRequest", Class::Request, Shape::Data),
        kind("ClientResponse", Class::Reply, Shape::Data),
        kind("ClientRedirect", Class::Reply, Shape::Control),
        kind("Watch", Class::Request, Shape::Control),
        kind("Gone", Class::Reply, Shape::Election),
    ];

    fn kind(&self) -> u8 {
        match self {
            Message::Set { .. } => 0,
            Message::SetReply { .. } => 1,
            Message::Raise { .. } => 2,
            Message::RaiseReply { .. } => 3,
            Message::Delete { .. } => DELETE,
            Message::DeleteReply { .. } => 5,
            Message::Extend { .. } => 6,
            Message::ExtendReply { .. } => 7,
            Message::Write { .. } => 8,
            Message::WriteReply { .. } => 9,
            Message::Raft(message) => RAFT + message.kind(),
            Message::Watch(_) => WATCH,
            Message::Gone { .. } => WATCH + 1,
        }
    }

    fn size_bytes(&self) -> u32 {
        // Keys are short names, tokens 20 bytes.
        match self {
            Message::Set { .. } | Message::Extend { .. } | Message::Write { .. } => 64,
            Message::Raise { .. } | Message::Delete { .. } => 48,
            Message::Raft(message) => message.size_bytes(),
            Message::Watch(_) => 32,
            _ => 16,
        }
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        to.u8(crate::protocol::Message::kind(self));
        match self {
            Message::Set { key, token, ttl_us, until_wall_us, nth } => {
                to.u32(*key);
                to.put(token);
                to.u64(*ttl_us);
                to.i64(*until_wall_us);
                to.u32(*nth);
            }
            Message::SetReply { key, token, ok, fence } => {
                to.u32(*key);
                to.put(token);
                to.bool(*ok);
                to.u64(*fence);
            }
            Message::Raise { key, token, fence } => {
                to.u32(*key);
                to.put(token);
                to.u64(*fence);
            }
            Message::RaiseReply { key, token, ok } => {
                to.u32(*key);
                to.put(token);
                to.bool(*ok);
            }
            Message::Delete { key, token } | Message::DeleteReply { key, token } => {
                to.u32(*key);
                to.put(token);
            }
            Message::Extend { key, token, ttl_us, until_wall_us, nth } => {
                to.u32(*key);
                to.put(token);
                to.u64(*ttl_us);
                to.i64(*until_wall_us);
                to.u32(*nth);
            }
            Message::ExtendReply { key, token, nth, ok } => {
                to.u32(*key);
                to.put(token);
                to.u32(*nth);
                to.bool(*ok);
            }
            Message::Write { seq, key, token, fence, value, shown } => {
                to.u32(*seq);
                to.u32(*key);
                to.put(token);
                to.u64(*fence);
                to.u64(*value);
                shown.iter().for_each(|shown| to.put(shown));
            }
            Message::WriteReply { seq, ok } => {
                to.u32(*seq);
                to.bool(*ok);
            }
            Message::Raft(message) => to.put(message),
            Message::Watch(watch) => to.put(watch),
            Message::Gone { lease, watched } => {
                to.put(lease);
                to.u64(*watched);
            }
        }
    }
}

/// A key as a node keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose it is.
    pub token: Token,
    /// What the node's clocks showed when it was stored, or extended.
    pub since: crate::base::LocalTime,
    /// How long it lives from then on, microseconds.
    pub ttl_us: u64,
    /// When that ends by the client's wall clock, microseconds.
    pub until_wall_us: i64,
}

impl Encode for Entry {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.token);
        to.u64(self.since.monotonic_us);
        to.i64(self.since.wall_us);
        to.u64(self.ttl_us);
        to.i64(self.until_wall_us);
    }
}

/// What disks keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The process has started once more.
    Start,
    /// Node: the greatest fence of a key; resource: that of a write which it accepted.
    Fence {
        /// Which key.
        key: u32,
        /// The fence.
        fence: u64,
    },
    /// Node, if it keeps its keys: a key is now this; `None` if it is gone.
    Key {
        /// Which.
        key: u32,
        /// What is stored.
        entry: Option<Entry>,
    },
    /// Resource: a write that it accepted.
    Accepted(Accepted),
    /// Consensus: what a Raft server keeps.
    Raft(raft::Record),
}

impl Encode for Record {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Record::Start => to.u8(0),
            Record::Fence { key, fence } => {
                to.u8(1);
                to.u32(*key);
                to.u64(*fence);
            }
            Record::Key { key, entry } => {
                to.u8(2);
                to.u32(*key);
                to.option(entry.as_ref());
            }
            Record::Accepted(write) => {
                to.u8(3);
                to.put(write);
            }
            Record::Raft(record) => {
                to.u8(4);
                to.put(record);
            }
        }
    }
}

/// A write that the resource accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Under which lock.
    pub key: u32,
    /// With which token.
    pub token: Token,
    /// With which fence.
    pub fence: u64,
    /// What.
    pub value: u64,
}

impl Encode for Accepted {
    fn encode(&self, to: &mut Encoder) {
        to.u32(self.key);
        to.put(&self.token);
        to.u64(self.fence);
        to.u64(self.value);
    }
}

/// The timers of all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Timer {
    /// Client: a lock is over by its own clock.
    Validity = 0,
    /// Client: no answer. The resource, of the lock service: the same.
    Reply = 1,
    /// Client: time for the next attempt.
    Retry = 2,
    /// Client: the work under a lock is done, its result is to be written.
    Work = 3,
    /// Node: every key that it may have forgotten is over.
    Away = 4,
    /// Consensus: no leader has been heard from.
    Election = 5,
    /// Consensus, leader: the next heartbeats are due.
    Heartbeat = 6,
    /// Consensus, leader: time to see whether a majority still answers.
    CheckQuorum = 7,
    /// Consensus, leader: a lease or a delay is over.
    Lease = 8,
    /// Consensus, client: the next sign of life is due.
    KeepAlive = 9,
}

impl Timer {
    const ALL: [Timer; 10] = [
        Timer::Validity,
        Timer::Reply,
        Timer::Retry,
        Timer::Work,
        Timer::Away,
        Timer::Election,
        Timer::Heartbeat,
        Timer::CheckQuorum,
        Timer::Lease,
        Timer::KeepAlive,
    ];
}

impl TimerName for Timer {
    const NAMES: &'static [&'static str] =
        &["validity", "reply", "retry", "work", "away", "election", "heartbeat", "check quorum", "lease", "keep-alive"];

    fn index(self) -> u8 {
        self as u8
    }

    fn from_index(index: u8) -> Option<Timer> {
        Timer::ALL.get(index as usize).copied()
    }
}

/// What a workload asks of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Take the lock.
    Acquire,
    /// Give it back.
    Release,
    /// Let it live on.
    Extend,
    /// Write a value to the resource, as holder.
    Write(u64),
    /// Take the lock, work for so many microseconds, write a value, give the lock back.
    Use {
        /// How long the work takes.
        work_us: u64,
        /// What is written.
        value: u64,
    },
}

/// A request. One client serves several owners, as one object of a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub ask: Ask,
    /// Of which lock.
    pub key: u32,
    /// For whom: a number that has a meaning at this client only.
    pub owner: u64,
    /// For itself alone, or shared with others that share it; Redlock knows no sharing.
    pub mode: Mode,
}

impl Encode for Request {
    fn encode(&self, to: &mut Encoder) {
        if self.mode == Mode::Shared {
            to.u8(16);
        }
        match self.ask {
            Ask::Acquire => to.u8(0),
            Ask::Release => to.u8(1),
            Ask::Extend => to.u8(2),
            Ask::Write(value) => {
                to.u8(3);
                to.u64(value);
            }
            Ask::Use { work_us, value } => {
                to.u8(4);
                to.u64(work_us);
                to.u64(value);
            }
        }
        to.u32(self.key);
        to.u64(self.owner);
    }
}

/// What a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The lock is held, with this fence, for so many microseconds.
    Acquired {
        /// The fence; 0 without fencing.
        fence: u64,
        /// Validity, microseconds.
        for_us: u64,
    },
    /// It is given back.
    Released,
    /// It is held for so many microseconds from now on.
    Extended(u64),
    /// The resource has accepted the value.
    Written,
}

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Answer::Acquired { fence, for_us } => {
                to.u8(0);
                to.u64(*fence);
                to.u64(*for_us);
            }
            Answer::Released => to.u8(1),
            Answer::Extended(for_us) => {
                to.u8(2);
                to.u64(*for_us);
            }
            Answer::Written => to.u8(3),
        }
    }
}
