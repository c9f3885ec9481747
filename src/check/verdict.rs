//! What a checker says: *holds*, *violated* with a witness, or *unknown* and why.

use crate::base::{EventId, NodeId};

/// Whether a property holds in this run, so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// In everything that happened so far.
    Holds,
    /// Not: see the witness.
    Violated,
    /// Not decided.
    Unknown,
}

impl Status {
    /// The name that predicates and words use.
    pub fn name(self) -> &'static str {
        match self {
            Status::Holds => "holds",
            Status::Violated => "violated",
            Status::Unknown => "unknown",
        }
    }
}

/// What shows that a property fell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witness {
    /// When, microseconds.
    pub at_us: u64,
    /// The event at which it fell.
    pub event: Option<EventId>,
    /// The events that it points at, in order of time.
    pub events: Vec<EventId>,
    /// The nodes.
    pub nodes: Vec<NodeId>,
    /// Log positions.
    pub indexes: Vec<u64>,
    /// Operations.
    pub operations: Vec<crate::base::OpId>,
}

/// A property and what can be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Id of the property, e.g. `election-safety`; its name and sentences are in the catalogue of words.
    pub property: &'static str,
    /// Holds, violated, unknown.
    pub status: Status,
    /// The sentence: a catalogue key with arguments (why it fell, what holds, why it is not known).
    pub note: crate::base::Note,
    /// What shows it, if it is violated.
    pub witness: Option<Witness>,
}
