//! What nodes say to each other, what disks keep, what clients ask and are told.

use super::causal::Broadcast;
use super::dvv::Siblings;
use super::matrix::Matrix;
use super::stamp::{Actor, Stamp};
use super::version::VersionVector;
use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::{Class, MessageKind, Shape, TimerName};
use std::sync::Arc;

/// What a client tells a process to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Something of its own.
    Local,
    /// Send a message to this process.
    Send(NodeId),
    /// Ask this process for a part of the interval.
    Join(NodeId),
    /// Leave, and hand its part over to this process.
    Leave(NodeId),
    /// Broadcast this value.
    Broadcast(u64),
}

/// The siblings of an object, versions named by servers.
pub type Object = Siblings<NodeId, u64>;
/// What a reader has read of an object.
pub type Context = VersionVector<NodeId>;

/// A message between nodes.
#[derive(Clone, Debug)]
pub enum Message {
    /// Client to process: do this.
    Command(Act),
    /// Process to process, the sender's event number `n`, and its stamp.
    Event {
        /// The number of the send among the sender's events.
        n: u64,
        /// Its stamp.
        stamp: Stamp,
    },
    /// A process without a part of the interval asks for one.
    Join {
        /// Under which name it will count.
        actor: Actor,
        /// What it has seen, if it had a part before.
        stamp: Stamp,
    },
    /// The answer: a part of the interval.
    Share {
        /// For whom it is.
        to: Actor,
        /// Who gives it.
        from: Actor,
        /// The number of the gift among the giver's events.
        n: u64,
        /// The part, and what the giver knew.
        stamp: Stamp,
    },
    /// A process leaves, and hands over its part.
    Leave {
        /// For whom it is.
        to: Actor,
        /// Who leaves.
        from: Actor,
        /// The number of the leaving among its events.
        n: u64,
        /// Its part, and what it knew.
        stamp: Stamp,
    },
    /// A broadcast message, from its sender or from somebody who kept a copy.
    Broadcast(Arc<Broadcast<u64>>),
    /// What its sender knows that everybody has delivered.
    Gossip(Arc<Matrix>),
    /// Client: what are the values?
    Get {
        /// Number of the operation.
        seq: u32,
        /// Of which object.
        key: u32,
    },
    /// Client: a new value, in the place of what was read.
    Put {
        /// Number of the operation.
        seq: u32,
        /// Of which object.
        key: u32,
        /// What was read.
        context: Context,
        /// The value.
        value: u64,
    },
    /// Answer to a get.
    Values {
        /// Number of the operation.
        seq: u32,
        /// Of which object.
        key: u32,
        /// All siblings.
        values: Vec<u64>,
        /// What to bring along with the next put.
        context: Context,
    },
    /// Answer to a put.
    Stored {
        /// Number of the operation.
        seq: u32,
    },
    /// Replica to replica: an object as it is here.
    Sync {
        /// Which object.
        key: u32,
        /// Its siblings.
        object: Arc<Object>,
    },
    /// Client: commit a transaction.
    Commit {
        /// Number of the operation.
        seq: u32,
    },
    /// Answer: committed.
    Committed {
        /// Number of the operation.
        seq: u32,
        /// Its timestamp, microseconds.
        at_us: i64,
    },
    /// What is the time?
    TimeRequest {
        /// When it was sent, on the asker's clock.
        t1_us: i64,
    },
    /// The time.
    TimeReply {
        /// When the question was sent, on the asker's clock.
        t1_us: i64,
        /// When it arrived, on the server's.
        t2_us: i64,
        /// When the answer was sent, on the server's.
        t3_us: i64,
    },
}

const fn kind(name: &'static str, class: Class, shape: Shape) -> MessageKind {
    MessageKind { name, class, shape }
}

impl crate::protocol::Message for Message {
    const KINDS: &'static [MessageKind] = &[
        kind("Command", Class::Request, Shape::Control),
        kind("Message", Class::OneWay, Shape::Data),
        kind("Join", Class::Request, Shape::Election),
        kind("Share", Class::Reply, Shape::Election),
        kind("Leave", Class::OneWay, Shape::Election),
        kind("Broadcast", Class::OneWay, Shape::Data),
        kind("Gossip", Class::OneWay, Shape::Control),
        kind("Get", Class::Request, Shape::Control),
        kind("Put", Class::Request, Shape::Data),
        kind("Values", Class::Reply, Shape::Data),
        kind("Stored", Class::Reply, Shape::Control),
        kind("Sync", Class::OneWay, Shape::Data),
        kind("Commit", Class::Request, Shape::Data),
        kind("Committed", Class::Reply, Shape::Data),
        kind("TimeRequest", Class::Request, Shape::Control),
        kind("TimeReply", Class::Reply, Shape::Control),
    ];

    fn kind(&self) -> u8 {
        match self {
            Message::Command(_) => 0,
            Message::Event { .. } => 1,
            Message::Join { .. } => 2,
            Message::Share { .. } => 3,
            Message::Leave { .. } => 4,
            Message::Broadcast(_) => 5,
            Message::Gossip(_) => 6,
            Message::Get { .. } => 7,
            Message::Put { .. } => 8,
            Message::Values { .. } => 9,
            Message::Stored { .. } => 10,
            Message::Sync { .. } => 11,
            Message::Commit { .. } => 12,
            Message::Committed { .. } => 13,
            Message::TimeRequest { .. } => 14,
            Message::TimeReply { .. } => 15,
        }
    }

    fn size_bytes(&self) -> u32 {
        let context = |context: &Context| 8 + 10 * context.0.len() as u32;
        16 + match self {
            Message::Command(_) | Message::Get { .. } | Message::Stored { .. } => 8,
            Message::Commit { .. } | Message::Committed { .. } | Message::TimeRequest { .. } => 12,
            Message::TimeReply { .. } => 24,
            Message::Join { stamp, .. } => 8 + stamp.size_bytes(),
            Message::Event { stamp, .. } | Message::Share { stamp, .. } | Message::Leave { stamp, .. } => stamp.size_bytes(),
            Message::Broadcast(message) => 16 + 8 * message.after.len() as u32,
            Message::Gossip(matrix) => 8 * (matrix.processes() * matrix.processes()) as u32,
            Message::Put { context: read, .. } => 16 + context(read),
            Message::Values { values, context: read, .. } => 8 * values.len() as u32 + context(read),
            Message::Sync { object, .. } => object.iter().map(|(version, _)| 18 + context(&version.context)).sum::<u32>(),
        }
    }
}

/// Appends a version vector.
pub(super) fn encode_context(context: &Context, to: &mut Encoder) {
    to.len(context.0.len());
    for (server, n) in context.0.iter() {
        to.put(server);
        to.u64(n);
    }
}

/// Appends an object.
pub(super) fn encode_object(object: &Object, to: &mut Encoder) {
    to.len(object.len());
    for (version, value) in object.iter() {
        to.put(&version.dot.server);
        to.u64(version.dot.n);
        encode_context(&version.context, to);
        to.u64(*value);
    }
}

impl Encode for Broadcast<u64> {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.origin as u64);
        to.u64(self.n);
        to.list(self.after.iter());
        to.u64(self.value);
    }
}

impl Encode for Matrix {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.processes());
        (0..self.processes()).for_each(|by| to.list(self.row(by).iter()));
    }
}

impl Encode for Act {
    fn encode(&self, to: &mut Encoder) {
        let (code, number) = match self {
            Act::Local => (0, 0),
            Act::Send(node) => (1, u64::from(node.0)),
            Act::Join(node) => (2, u64::from(node.0)),
            Act::Leave(node) => (3, u64::from(node.0)),
            Act::Broadcast(value) => (4, *value),
        };
        to.u8(code);
        to.u64(number);
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        to.u8(crate::protocol::Message::kind(self));
        match self {
            Message::Command(act) => to.put(act),
            Message::Event { n, stamp } => {
                to.u64(*n);
                to.put(stamp);
            }
            Message::Join { actor, stamp } => {
                to.put(actor);
                to.put(stamp);
            }
            Message::Share { to: receiver, from, n, stamp } | Message::Leave { to: receiver, from, n, stamp } => {
                to.put(receiver);
                to.put(from);
                to.u64(*n);
                to.put(stamp);
            }
            Message::Broadcast(message) => to.put(&**message),
            Message::Gossip(matrix) => to.put(&**matrix),
            Message::Get { seq, key } => {
                to.u32(*seq);
                to.u32(*key);
            }
            Message::Put { seq, key, context, value } => {
                to.u32(*seq);
                to.u32(*key);
                encode_context(context, to);
                to.u64(*value);
            }
            Message::Values { seq, key, values, context } => {
                to.u32(*seq);
                to.u32(*key);
                to.list(values.iter());
                encode_context(context, to);
            }
            Message::Stored { seq } | Message::Commit { seq } => to.u32(*seq),
            Message::Sync { key, object } => {
                to.u32(*key);
                encode_object(object, to);
            }
            Message::Committed { seq, at_us } => {
                to.u32(*seq);
                to.i64(*at_us);
            }
            Message::TimeRequest { t1_us } => to.i64(*t1_us),
            Message::TimeReply { t1_us, t2_us, t3_us } => [t1_us, t2_us, t3_us].into_iter().for_each(|us| to.i64(*us)),
        }
    }
}

/// What disks keep.
#[derive(Clone, Debug)]
pub enum Record {
    /// The process has started once more.
    Start,
    /// A broadcast message was delivered.
    Delivered(Arc<Broadcast<u64>>),
    /// An object is now this.
    Object {
        /// Which.
        key: u32,
        /// Its siblings.
        object: Arc<Object>,
        /// The write that made it so, by client and number; `None` if another replica did.
        by: Option<(NodeId, u32)>,
    },
}

impl Encode for Record {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Record::Start => to.u8(0),
            Record::Delivered(message) => {
                to.u8(1);
                to.put(&**message);
            }
            Record::Object { key, object, by } => {
                to.u8(2);
                to.u32(*key);
                encode_object(object, to);
                to.bool(by.is_some());
                if let Some((client, seq)) = by {
                    to.put(client);
                    to.u32(*seq);
                }
            }
        }
    }
}

/// The timers of all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Timer {
    /// Process: the next thing that it does by itself.
    Act = 0,
    /// Broadcast and versions: time to tell somebody what is here.
    Gossip = 1,
    /// TrueTime: a commit's wait is over.
    CommitWait = 2,
    /// Sync: time to ask for the time.
    Poll = 3,
    /// Client: no answer.
    Deadline = 4,
}

impl TimerName for Timer {
    const NAMES: &'static [&'static str] = &["act", "gossip", "commit wait", "poll", "deadline"];

    fn index(self) -> u8 {
        self as u8
    }

    fn from_index(index: u8) -> Option<Timer> {
        [Timer::Act, Timer::Gossip, Timer::CommitWait, Timer::Poll, Timer::Deadline].get(index as usize).copied()
    }
}

/// What a workload asks of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Tell a process to do this.
    Act(Act),
    /// Read an object.
    Get(u32),
    /// Write an object, in the place of what this client has read of it.
    Put(u32, u64),
    /// Commit a transaction.
    Commit,
}

/// A request with the server that it goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub ask: Ask,
    /// Of whom; the client's own server if it is left out.
    pub target: Option<NodeId>,
}

impl Encode for Request {
    fn encode(&self, to: &mut Encoder) {
        match self.ask {
            Ask::Act(act) => {
                to.u8(0);
                to.put(&act);
            }
            Ask::Get(key) => {
                to.u8(1);
                to.u32(key);
            }
            Ask::Put(key, value) => {
                to.u8(2);
                to.u32(key);
                to.u64(value);
            }
            Ask::Commit => to.u8(3),
        }
        to.option(self.target.as_ref());
    }
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The command is on its way.
    Sent,
    /// These are the siblings.
    Values(Vec<u64>),
    /// The value is stored.
    Stored,
    /// The transaction is committed, with this timestamp in microseconds.
    Committed(i64),
}

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Answer::Sent => to.u8(0),
            Answer::Values(values) => {
                to.u8(1);
                to.list(values.iter());
            }
            Answer::Stored => to.u8(2),
            Answer::Committed(at_us) => {
                to.u8(3);
                to.i64(*at_us);
            }
        }
    }
}
