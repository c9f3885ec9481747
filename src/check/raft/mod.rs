//! The properties of Raft, checked live.

use super::{Checker, Verdict};
use crate::protocol::raft::Node;
use crate::sim::plan::Cluster;
use crate::sim::trace::Event;
use crate::sim::{Deployment, World};

/// Ids of the properties, in the order to be shown.
pub const PROPERTIES: &[&str] = &[];

/// All checkers of Raft.
#[derive(Clone, Debug, Default)]
pub struct RaftChecks {}

impl RaftChecks {
    /// Checkers that have seen nothing yet.
    pub fn new(_cluster: Cluster) -> RaftChecks {
        RaftChecks {}
    }
}

impl<D: Deployment<Node = Node>> Checker<D> for RaftChecks {
    fn step(&mut self, _event: &Event, _world: &World<D>) {}
    fn verdicts(&self, _world: &World<D>) -> Vec<Verdict> {
        Vec::new()
    }
}
