//! What happened: one fixed-size record per executed event, with the notes made in it.
//!
//! Two edges give true happens-before: the event before it at the same place, and its cause. Events at links, disks and the
//! network order nothing between nodes. The trace is a cache: any part can be had again by replay.

use super::plan::Action;
use crate::base::ids::PlaceKind;
use crate::base::{EventId, Level, NodeId, Note};

/// What kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EventKind {
    /// At a node: it starts for the first time or again (`detail`: 0 first boot, 1 with its disk, 2 with an empty one).
    Started = 0,
    /// At a node: a message arrives (`item`: the message; `peer`: the sender; `sub`: its kind).
    Delivered = 1,
    /// At a node: a timer runs out (`sub`: the timer).
    TimerFired = 2,
    /// At a node: a write is on disk (`item`: the write).
    Persisted = 3,
    /// At a node: a write failed (`item`: the write).
    WriteFailed = 4,
    /// At a client: an operation is invoked (`item`: its workload item).
    Invoked = 5,
    /// At a node: it crashes (`detail`: 0 by the plan or by hand, 1 it ended itself, 2 halted by a violation).
    Crashed = 6,
    /// At a node: it stands still.
    Paused = 7,
    /// At a node: it goes on.
    Resumed = 8,
    /// At a link: a message is lost (`item`: the message; `sub`: its kind; `peer`: the receiver; `detail`: a [`Loss`]).
    Lost = 9,
    /// At the plan or the hand: an action on the network, a clock, a disk, a queue or a message (`detail`: the action's number,
    /// see [`Action::KEYS`](super::plan::Action::KEYS)).
    Acted = 10,
    /// At the plan: an action whose target is missing: a reported no-op.
    Missed = 11,
}

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Loss {
    /// The link's chance of loss.
    Chance = 0,
    /// The link was cut at its sending or its arrival.
    Cut = 1,
    /// The receiver was down.
    ReceiverDown = 2,
    /// The receiver's queue was full.
    QueueFull = 3,
    /// By hand.
    Hand = 4,
}

impl Loss {
    /// All reasons, by number.
    pub const ALL: [Loss; 5] = [Loss::Chance, Loss::Cut, Loss::ReceiverDown, Loss::QueueFull, Loss::Hand];
}

/// One executed event. 48 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its identity: (place, n).
    pub id: EventId,
    /// When, microseconds of virtual time.
    pub at_us: u64,
    /// The event that made it happen: the send's, the timer's setting, the write's. [`EventId::NONE`] for the plan's,
    /// the hand's and the workload's own.
    pub cause: EventId,
    /// The item that was executed: the message, the timer, the write, the operation, the planned action.
    pub item: EventId,
    /// What kind.
    pub kind: EventKind,
    /// Message kind or timer number, where the kind has one.
    pub sub: u8,
    /// The other node: a message's sender (or receiver, if it is lost).
    pub peer: NodeId,
    /// More about it, by kind.
    pub detail: u32,
}

/// What the catalogue says of an event itself, apart from its notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventClass {
    /// Key in the catalogue of sentences, e.g. `world.crashed`: what predicates name.
    pub key: &'static str,
    /// Who wants to read of it.
    pub level: Level,
}

impl Event {
    /// True if somebody did this by hand.
    pub fn by_hand(&self) -> bool {
        [self.item, self.id].iter().any(|id| *id != EventId::NONE && id.place().kind() == PlaceKind::Hand)
    }

    /// Its key in the catalogue and its level, by its kind and, for an action, by the action's.
    pub fn class(&self) -> EventClass {
        let (key, level) = match self.kind {
            EventKind::Started if self.detail == 0 => ("world.started", Level::Everything),
            EventKind::Started => ("world.restarted", Level::Story),
            EventKind::Delivered => ("world.delivered", Level::Everything),
            EventKind::TimerFired => ("world.timer-fired", Level::Everything),
            EventKind::Persisted => ("world.persisted", Level::Everything),
            EventKind::WriteFailed => ("world.write-failed", Level::Protocol),
            EventKind::Invoked if self.by_hand() => ("world.invoked", Level::Story),
            EventKind::Invoked => ("world.invoked", Level::Protocol),
            EventKind::Crashed => ("world.crashed", Level::Story),
            EventKind::Paused => ("world.paused", Level::Story),
            EventKind::Resumed => ("world.resumed", Level::Story),
            EventKind::Lost => match Loss::ALL.get(self.detail as usize) {
                // Routine traffic to whoever is down or cut off: only for those who want everything.
                Some(Loss::Cut | Loss::ReceiverDown) => ("world.lost", Level::Everything),
                _ => ("world.lost", Level::Protocol),
            },
            EventKind::Acted => match Action::KEYS.get(self.detail as usize).copied().unwrap_or("world.acted") {
                // A choreography's own business.
                "world.chosen" => ("world.chosen", Level::Protocol),
                key => (key, Level::Story),
            },
            EventKind::Missed => ("world.missed", Level::Protocol),
        };
        EventClass { key, level }
    }

    /// The node at which it happened; `None` for links, the plan and the hand.
    pub fn node(&self) -> Option<NodeId> {
        let place = self.id.place();
        (place.kind() == PlaceKind::Node).then(|| place.node())
    }
}

/// Takes what a world reports while it executes: one event, then the notes made in it.
pub trait Sink {
    /// The next event carries this: canonical bytes, without ids and times.
    #[inline]
    fn carried(&mut self, _: &[u8]) {}
    /// An event was executed.
    fn event(&mut self, event: &Event);
    /// A note of the last event, by the node at which it happened.
    fn note(&mut self, note: &Note);
}

/// Takes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl Sink for NoTrace {
    fn event(&mut self, _: &Event) {}
    fn note(&mut self, _: &Note) {}
}
