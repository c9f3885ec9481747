//! Branches: the tree of futures.

use crate::base::{EventId, Fingerprint};
use crate::sim::plan::{Action, Intervention, Moment, Refusal};
use crate::sim::trace::Event;

/// A branch of a session, counted from 0 (the original) in the order of making. Never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchId(pub u32);

/// What a branch is called: structure, not a sentence. `view/words` renders it ("S1 crashed at 1.204 s").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BranchName {
    /// The first one.
    Original,
    /// Made by acting in the past.
    Acted {
        /// What was done.
        action: Action,
        /// When, microseconds.
        at_us: u64,
    },
    /// Made by forking without acting.
    Forked {
        /// Where, microseconds.
        at_us: u64,
    },
    /// Made by undoing.
    Undone {
        /// What was undone.
        action: Action,
        /// When it had been done, microseconds.
        at_us: u64,
    },
    /// Given by the person who plays.
    Custom(String),
}

/// A branch as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchInfo {
    /// Its number.
    pub id: BranchId,
    /// What it is called.
    pub name: BranchName,
    /// The branch it left; `None` of the original.
    pub parent: Option<BranchId>,
    /// The position at which it left its parent: events before it are the parent's.
    pub from_event: u64,
    /// The time of that position, microseconds.
    pub from_us: u64,
    /// Number of events executed on it, the parent's included.
    pub events: u64,
    /// The furthest time played, microseconds.
    pub end_us: u64,
    /// True of the branch with the cursor.
    pub current: bool,
    /// Everything done by hand on it, the inherited included, in the order of their moments.
    pub interventions: Vec<Intervention>,
    /// The interventions whose target was missing when their moment came.
    pub missed: Vec<Missed>,
}

/// An intervention that could not be carried out: a reported no-op.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Its number.
    pub n: u32,
    /// The position at which its moment came.
    pub position: u64,
    /// Why.
    pub refusal: Refusal,
}

/// Where two branches first differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Number of events that they share.
    pub position: u64,
    /// The time of the earlier of the two first differing events, microseconds.
    pub at_us: u64,
    /// The event there on the first branch; `None` if it has not been played so far.
    pub a: Option<Event>,
    /// The event there on the second branch; `None` if it has not been played so far.
    pub b: Option<Event>,
}
