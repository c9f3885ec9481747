//! The timeline.

pub mod predicate;
