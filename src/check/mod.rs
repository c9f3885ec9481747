//! Checkers: one property, or one family of them, a file.
//!
//! A checker only reads. It is told of every executed event and may look at the world as it is right after; what it needs to
//! know of the moment before, it remembers itself, so that nothing is copied for events that change nothing. It is cheap to
//! clone, because it is part of every checkpoint: seeking and forking restore verdicts.

pub mod clock;
mod fall;
pub mod lock;
pub mod raft;
pub mod rpc;
pub mod verdict;

use crate::base::Encoder;
use crate::sim::trace::Event;
use crate::sim::{Deployment, World};
pub use verdict::{Status, Verdict, Witness};

/// The live checkers of a deployment.
pub trait Checker<D: Deployment>: Clone {
    /// An event was executed; `world` is the world right after it. Work is proportional to what the event changed.
    fn step(&mut self, event: &Event, world: &World<D>);

    /// What can be said now, in the system's order of properties.
    fn verdicts(&self, world: &World<D>) -> Vec<Verdict>;

    /// How many properties are violated. Asked after every event: the cost does not depend on the run.
    fn fallen(&self) -> u32;

    /// Appends what it remembers, as far as that can influence a verdict to come: canonical bytes for state fingerprints. No
    /// absolute time, no ids of events, nothing that grows with the length of the run alone, and the same bytes whichever way
    /// one came to know the same. A property that has fallen stays so: nothing else of it is told.
    fn encode_state(&self, world: &World<D>, to: &mut Encoder);
}
