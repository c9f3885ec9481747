//! Evaluation of predicates, event by event.

use super::predicate::Predicate;

/// A predicate being watched along a run. It counts what happened, event by event, and looks at nodes only when their state
/// may have changed.
#[derive(Clone, Debug)]
pub struct Watch {
    predicate: Predicate,
}

impl Watch {
    /// Starts to watch from the beginning of a run.
    pub fn new(predicate: Predicate) -> Watch {
        Watch { predicate }
    }

    /// What is watched.
    pub fn predicate(&self) -> &Predicate {
        &self.predicate
    }
}
