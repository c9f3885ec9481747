//! What there is to execute, and how it is named.

use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, Place};
use crate::sim::trace::Loss;

/// An item taken out of the queue, to be executed now.
#[derive(Clone, Copy, Debug)]
pub enum Item {
    /// A node starts for the first time.
    Start(NodeId),
    /// A message arrives.
    Deliver(u32),
    /// A message is lost.
    Lose(u32, Loss),
    /// A timer runs out.
    Timer(NodeId, u8, EventId),
    /// The node's next write completes.
    Write(NodeId),
    /// The n-th generated operation of a client.
    Generated(NodeId, u32),
    /// A scripted operation, by its place in the plan.
    Scripted(NodeId, u32),
    /// A planned action, by its place in the plan.
    Planned(u32),
}

// Which half of a workload an item belongs to: the `to` of its place.
pub(super) const GENERATED: NodeId = NodeId(0);
pub(super) const SCRIPTED: NodeId = NodeId(1);

/// The item of a node's timer.
pub fn timer_item(node: NodeId, timer: u8) -> EventId {
    EventId::new(Place::of_node(PlaceKind::Timer, node), timer as u32)
}

/// The item of a client's n-th generated operation.
pub fn generated_item(client: NodeId, n: u32) -> EventId {
    workload_item(client, GENERATED, n)
}

/// The item of a scripted operation: n is its place in the plan.
pub fn scripted_item(client: NodeId, n: u32) -> EventId {
    workload_item(client, SCRIPTED, n)
}

fn workload_item(client: NodeId, half: NodeId, n: u32) -> EventId {
    EventId::new(Place::of_link(PlaceKind::Workload, client, half), n)
}
