//! The timeline: a session with one run, its past, its forks.
//!
//! A run is determined by its [`Plan`](crate::sim::plan::Plan), so the past need not be stored to be had again: the session
//! keeps *checkpoints* (clones of the world, evenly spaced) and replays from the nearest one. What it does store of the past
//! is a cache for the reader: the trace, in segments that may be dropped and come back by replay.
//!
//! - A *position* counts the events executed on a branch: position 0 is the start, and the event with index `i` leads from
//!   position `i` to `i + 1`. A *moment* is (time, number of events executed at exactly that time); the cursor may also stand
//!   at a time between two events.
//! - *Branches* are append-only and form a tree; each stores its own suffix. Acting at the end of a branch continues it,
//!   acting before the end makes a new one, and the old future stays as it was.
//! - Long work (a seek, playing, *run until*) is a job that callers cut into slices of as many events as they have time for:
//!   [`Session::slice`]. A job may be dropped at any time; the session is then at a moment of its run like any other.
//!
//! Nothing here knows a protocol, a clock on the wall, or a screen. Nothing here panics, whatever the order of calls.

pub mod branch;
pub mod causal_graph;
pub mod compare;
pub mod cone;
pub mod futures;
pub mod player;
pub mod predicate;
pub mod replay;
pub mod session;
pub mod shortest;
pub mod trace;
pub mod watch;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub use branch::{BranchId, BranchInfo, BranchName, Divergence, Missed};
pub use causal_graph::{CausalGraph, RunGraph};
pub use compare::{Elsewhere, Graft};
pub use cone::{Aim, Change, Cone, Outside};
pub use futures::{Failure, Futures, Limits, Outcome};
pub use player::{Opened, Stepped};
pub use predicate::Predicate;
pub use replay::Replay;
pub use session::{Acted, Before, Config, Cursor, Error, Memory, Progress, Session, StepKind, Stop, Undone};
pub use shortest::Shortest;
pub use trace::{Mark, MarkShape, mark_note};
pub use watch::Watch;
