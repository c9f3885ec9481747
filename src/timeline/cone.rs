//! Causal cones: what an intervention can have changed, and the proof that nothing else did.

use crate::base::EventId;

/// The events of one trace that a set of seeds may have influenced: the seeds, and everything after them by the two edges of
/// happens-before (same place, cause).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cone {
    /// Indexes of the events inside, ascending.
    pub positions: Vec<u64>,
}

/// An event outside the cone that differs between two branches: a fork that changed more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The event.
    pub id: EventId,
    /// True if it is on the first branch only, or differs there; false if it is on the second only.
    pub on_first: bool,
}
