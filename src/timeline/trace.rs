//! The trace as the session keeps it: events and notes in segments, marks, summaries.

use crate::base::{Level, Note};
use crate::sim::trace::{Event, EventKind};

/// What the catalogue says of an event itself, apart from its notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventClass {
    /// Key in the catalogue of sentences, e.g. `world.crashed`.
    pub key: &'static str,
    /// Who wants to read of it.
    pub level: Level,
}

/// The class of an event by its kind: `world.started`, `world.delivered`, `world.timer-fired`, `world.persisted`,
/// `world.write-failed`, `world.invoked`, `world.crashed`, `world.paused`, `world.resumed`, `world.lost`, `world.acted`,
/// `world.missed`. A [`Config`](super::Config) may bring its own.
pub fn classify(event: &Event) -> EventClass {
    let (key, level) = match event.kind {
        EventKind::Started if event.detail == 0 => ("world.started", Level::Everything),
        EventKind::Started => ("world.restarted", Level::Story),
        EventKind::Delivered => ("world.delivered", Level::Everything),
        EventKind::TimerFired => ("world.timer-fired", Level::Everything),
        EventKind::Persisted => ("world.persisted", Level::Everything),
        EventKind::WriteFailed => ("world.write-failed", Level::Protocol),
        EventKind::Invoked => ("world.invoked", Level::Protocol),
        EventKind::Crashed => ("world.crashed", Level::Story),
        EventKind::Paused => ("world.paused", Level::Story),
        EventKind::Resumed => ("world.resumed", Level::Story),
        EventKind::Lost => ("world.lost", Level::Everything),
        EventKind::Acted => ("world.acted", Level::Story),
        EventKind::Missed => ("world.missed", Level::Protocol),
    };
    EventClass { key, level }
}

/// The shape of a mark on the time bar (PAGE-DESIGN, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkShape {
    /// Diamond: a new epoch has a leader.
    Epoch,
    /// Tick: a commit.
    Commit,
    /// Cross: a fault of the plan.
    Fault,
    /// Octagon: a property fell.
    Violation,
    /// Flag: something done by hand.
    Intervention,
}

/// A mark on the time bar. Marks stay when trace segments are dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Index of its event.
    pub position: u64,
    /// When, microseconds.
    pub at_us: u64,
    /// Its shape.
    pub shape: MarkShape,
    /// The event.
    pub event: Event,
    /// The note that made it a mark, if one did.
    pub note: Option<Note>,
}
