//! The protocol cores and the contract they keep.
//!
//! A core is a sans-IO state machine: one input goes in, effects come out. It has no clock, no random source, no I/O, no
//! floats, no map with an unstable order, and it knows nothing of worlds, checkers or screens. The same code runs in the
//! page, natively, and in the checkers.
//!
//! - Write-before-reply is visible in the types: [`Effects::send_after`] names the [`WriteId`] that a message waits for, and
//!   whoever runs the core holds the message until that write is on disk.
//! - Timers are named by a small enum, run on the node's monotonic clock and have a *range*: the world draws the moment.
//! - What must never happen is not a panic but a [`Effect::Violation`]: the node halts, the property falls, the lab lives.

pub mod clock;
pub mod kv;
pub mod lock;
pub mod machine;
pub mod mutants;
pub mod raft;
pub mod rpc;

use crate::base::{Encode, LocalTime, NodeId, Note, OpId, WriteId};
use std::fmt::Debug;

/// A protocol state machine: a server, a client, a resource, or an enum of all the roles of a system.
pub trait Core: Clone + Encode {
    /// What nodes say to each other.
    type Message: Message;
    /// What the disk keeps.
    type Record: Clone + Debug + Encode;
    /// The timers by name; see [`TimerName`].
    type Timer: TimerName;
    /// What a workload asks of a client.
    type Request: Clone + Debug + Encode;
    /// What a client answers to its workload.
    type Response: Clone + Debug + Encode + PartialEq;

    /// True of a core that compares local times (leases, expiry). Its state for search then says how long its timers still
    /// have to run; of other cores only which timers are armed counts.
    const COMPARES_LOCAL_TIME: bool = false;

    /// Handles one input at local time `now`. Everything that happens as a consequence is an effect in `out`.
    ///
    /// `Encode` of a core is its canonical state for state fingerprints: no absolute time, no ids, no counters.
    fn handle(&mut self, now: LocalTime, input: Input<Self>, out: &mut Effects<Self>);
}

/// What can happen to a core. The first input of every incarnation is [`Input::Started`].
#[derive(Clone, Debug)]
pub enum Input<C: Core> {
    /// The process starts, for the first time or again, with what its disk kept, in the order of writing.
    Started {
        /// The disk's slots; empty at the first boot or on an empty disk.
        disk: Vec<Slot<C::Record>>,
    },
    /// A message arrived.
    Message {
        /// The sender, as the network knows it (no node can forge it).
        from: NodeId,
        /// The message.
        message: C::Message,
    },
    /// A timer that was set in this incarnation, and not cancelled or set again since, ran out.
    Timer(C::Timer),
    /// The workload asks for an operation (clients only).
    Request {
        /// Its identity; the reply names it.
        op: OpId,
        /// What is asked.
        request: C::Request,
    },
    /// A write of this incarnation is on disk, and so are all before it.
    Persisted(WriteId),
    /// A write of this incarnation failed: the disk is full. Nothing of it is on disk.
    WriteFailed(WriteId),
}

/// One place of a disk, as a starting node reads it. Checksums are modelled, not computed: the disk knows what is damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot<R> {
    /// Checksum right: what was written.
    Intact(R),
    /// The write was cut short by a crash; it was never acknowledged.
    Torn,
    /// Checksum wrong, in a record that may have been acknowledged.
    Corrupt,
}

/// A named timer: a small enum with a fixed table of names.
pub trait TimerName: Copy + Debug + PartialEq {
    /// Names in the field's words, by number.
    const NAMES: &'static [&'static str];
    /// This timer's number in [`TimerName::NAMES`].
    fn index(self) -> u8;
    /// The timer with this number.
    fn from_index(index: u8) -> Option<Self>;
}

/// Which half of a conversation a message is; faults may tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Class {
    /// Asks for a reply.
    Request = 0,
    /// Answers a request.
    Reply = 1,
    /// Neither.
    OneWay = 2,
}

/// How a message is drawn (PAGE-DESIGN, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Carries data: a square.
    Data,
    /// Control traffic: a circle.
    Control,
    /// Elections: a diamond.
    Election,
}

/// What is the same for all messages of one kind.
#[derive(Debug)]
pub struct MessageKind {
    /// The field's name for it, e.g. `AppendEntries`.
    pub name: &'static str,
    /// Request, reply or one-way.
    pub class: Class,
    /// How it is drawn.
    pub shape: Shape,
}

/// A message of a system.
pub trait Message: Clone + Debug + Encode {
    /// The kinds, by number.
    const KINDS: &'static [MessageKind];
    /// This message's number in [`Message::KINDS`].
    fn kind(&self) -> u8;
    /// Size on the wire in bytes, as a plain binary encoding would have it.
    fn size_bytes(&self) -> u32;
    /// How many identical requests it stands for.
    fn count(&self) -> u32 {
        1
    }
}

/// The outcome that a client reports for an operation. Three, never two: *unknown* may still take effect at any later time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<R> {
    /// It took effect, with this response.
    Ok(R),
    /// It definitely has no effect.
    Fail,
    /// The client gave up: it may or may not have, or may yet take, effect.
    Unknown,
}

impl<R> Outcome<R> {
    /// The names that predicates and words use, by number.
    pub const NAMES: [&'static str; 3] = ["ok", "fail", "unknown"];

    /// Which of the three it is: its place in [`Outcome::NAMES`].
    pub fn number(&self) -> usize {
        match self {
            Outcome::Ok(_) => 0,
            Outcome::Fail => 1,
            Outcome::Unknown => 2,
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        Self::NAMES[self.number()]
    }
}

/// What a core wants done.
#[derive(Clone, Debug)]
pub enum Effect<C: Core> {
    /// Send a message; not before the write `after` is on disk.
    Send {
        /// The receiver.
        to: NodeId,
        /// The message.
        message: C::Message,
        /// The write to wait for.
        after: Option<WriteId>,
    },
    /// Arm a timer, replacing an earlier setting: it fires after a delay within the range, on the monotonic clock.
    SetTimer {
        /// Which.
        timer: C::Timer,
        /// Least delay in microseconds.
        delay_us_min: u64,
        /// Greatest delay in microseconds.
        delay_us_max: u64,
    },
    /// Disarm a timer.
    CancelTimer(C::Timer),
    /// Append a record to the disk; [`Input::Persisted`] tells when it is there.
    Persist {
        /// The write's number.
        write: WriteId,
        /// The record.
        record: C::Record,
    },
    /// Report an operation's outcome to the workload.
    Reply {
        /// The operation.
        op: OpId,
        /// What the client knows of it.
        outcome: Outcome<C::Response>,
    },
    /// A remark for the reader.
    Note(Note),
    /// Something happened that must not, whatever the inputs. The node halts.
    Violation(Note),
    /// The process ends itself, as on a disk error. The world treats it as a crash; the note says why.
    Exit(Note),
}

/// The list of effects that a core fills, and the counter of its writes.
#[derive(Debug)]
pub struct Effects<C: Core> {
    list: Vec<Effect<C>>,
    next_write: u32,
}

impl<C: Core> Default for Effects<C> {
    fn default() -> Self {
        Effects { list: Vec::new(), next_write: 0 }
    }
}

impl<C: Core> Effects<C> {
    /// An empty list for a node whose next write has the number `next_write`. Reuses the memory of earlier lists.
    pub fn begin(&mut self, next_write: u32) {
        self.list.clear();
        self.next_write = next_write;
    }

    /// An empty list for a core that runs inside this one and shares its disk: [`Effects::adopt`] takes over what it wants done.
    pub fn inside<I: Core>(&self) -> Effects<I> {
        Effects { list: Vec::new(), next_write: self.next_write }
    }

    /// Takes over what a core inside this one wants done, in its order. It has no workload of its own: nobody hears its replies. A
    /// timer that is `None` here is not set. Nothing may have been persisted here since `inner` began.
    pub fn adopt<I: Core>(
        &mut self,
        inner: &mut Effects<I>,
        message: impl Fn(I::Message) -> C::Message,
        record: impl Fn(I::Record) -> C::Record,
        timer: impl Fn(I::Timer) -> Option<C::Timer>,
    ) {
        self.next_write = inner.next_write;
        for effect in inner.list.drain(..) {
            self.list.push(match effect {
                Effect::Send { to, message: inner, after } => Effect::Send { to, message: message(inner), after },
                Effect::SetTimer { timer: inner, delay_us_min, delay_us_max } => match timer(inner) {
                    Some(timer) => Effect::SetTimer { timer, delay_us_min, delay_us_max },
                    None => continue,
                },
                Effect::CancelTimer(inner) => match timer(inner) {
                    Some(timer) => Effect::CancelTimer(timer),
                    None => continue,
                },
                Effect::Persist { write, record: inner } => Effect::Persist { write, record: record(inner) },
                Effect::Reply { .. } => continue,
                Effect::Note(note) => Effect::Note(note),
                Effect::Violation(note) => Effect::Violation(note),
                Effect::Exit(note) => Effect::Exit(note),
            });
        }
    }

    /// What was collected, in order; empties the list but keeps its memory.
    pub fn drain(&mut self) -> impl Iterator<Item = Effect<C>> + '_ {
        self.list.drain(..)
    }

    /// What was collected, in order.
    pub fn list(&self) -> &[Effect<C>] {
        &self.list
    }

    /// Sends at once.
    pub fn send(&mut self, to: NodeId, message: C::Message) {
        self.list.push(Effect::Send { to, message, after: None });
    }

    /// Sends when `after` is on disk; at once if there is nothing to wait for.
    pub fn send_after(&mut self, to: NodeId, message: C::Message, after: Option<WriteId>) {
        self.list.push(Effect::Send { to, message, after });
    }

    /// Arms a timer to fire after a delay within `delay_us_min..=delay_us_max` of the node's monotonic clock.
    pub fn set_timer(&mut self, timer: C::Timer, delay_us_min: u64, delay_us_max: u64) {
        self.list.push(Effect::SetTimer { timer, delay_us_min, delay_us_max });
    }

    /// Disarms a timer; nothing happens if it is not armed.
    pub fn cancel_timer(&mut self, timer: C::Timer) {
        self.list.push(Effect::CancelTimer(timer));
    }

    /// Appends a record to the disk and returns the write to wait for. Writes complete in order.
    pub fn persist(&mut self, record: C::Record) -> WriteId {
        let write = WriteId(self.next_write);
        self.next_write += 1;
        self.list.push(Effect::Persist { write, record });
        write
    }

    /// Reports an operation's outcome.
    pub fn reply(&mut self, op: OpId, outcome: Outcome<C::Response>) {
        self.list.push(Effect::Reply { op, outcome });
    }

    /// Leaves a remark.
    pub fn note(&mut self, note: Note) {
        self.list.push(Effect::Note(note));
    }

    /// Reports what must never happen, and halts the node.
    pub fn violation(&mut self, note: Note) {
        self.list.push(Effect::Violation(note));
    }

    /// Ends the process.
    pub fn exit(&mut self, note: Note) {
        self.list.push(Effect::Exit(note));
    }
}
