//! The properties of clocks and of what is built on them, checked live against what is true.
//!
//! Which of them apply depends on what runs: only those are told. Each keeps its first witness for ever; if events go by
//! unchecked, what has not fallen is unknown from then on.
//!
//! - of stamps, in [`processes`], against the true happens-before in [`truth`];
//! - of broadcasts in [`broadcast`], of siblings in [`versions`], of TrueTime in [`truetime`], of offsets in [`offsets`].
//!
//! A process that starts again with an empty disk has forgotten how often it has started, and what it has sent: whatever falls
//! then has really fallen, but not by a fault of the clocks. Damaged records make nothing of stamps and broadcasts fall; replicas
//! trust theirs, and what falls of siblings behind a damaged record is no fault of the versions.

mod broadcast;
pub mod notes;
mod offsets;
mod processes;
mod truetime;
mod truth;
mod versions;

use super::fall::properties;
use super::{Checker, Status, Verdict};
use crate::base::{Encoder, LocalTime, NodeId, Note};
use crate::protocol::clock::broadcaster::Broadcaster;
use crate::protocol::clock::config::Mode;
use crate::protocol::clock::message::Object;
use crate::protocol::clock::node::Node;
use crate::protocol::clock::time_node::TIME_SERVER;
use crate::sim::kernel::Process;
use crate::sim::trace::{Event, EventKind};
use crate::sim::{Deployment, World};
use broadcast::Broadcasts;
use offsets::Offsets;
use processes::Processes;
use std::sync::Arc;
use truetime::Transactions;
use versions::Versions;

properties! {
    ExactOrder, "exact-order", EXACT_ORDER_HOLDS, EXACT_ORDER_UNKNOWN;
    ClockCondition, "clock-condition", CLOCK_CONDITION_HOLDS, CLOCK_CONDITION_UNKNOWN;
    OwnEntry, "own-entry", OWN_ENTRY_HOLDS, OWN_ENTRY_UNKNOWN;
    MonotoneStamps, "monotone-stamps", MONOTONE_STAMPS_HOLDS, MONOTONE_STAMPS_UNKNOWN;
    UniqueDots, "unique-dots", UNIQUE_DOTS_HOLDS, UNIQUE_DOTS_UNKNOWN;
    HybridBounds, "hybrid-bounds", HYBRID_BOUNDS_HOLDS, HYBRID_BOUNDS_UNKNOWN;
    Identities, "identities", IDENTITIES_HOLDS, IDENTITIES_UNKNOWN;
    CausalDelivery, "causal-delivery", CAUSAL_DELIVERY_HOLDS, CAUSAL_DELIVERY_UNKNOWN;
    Delivery, "delivery", DELIVERY_HOLDS, DELIVERY_UNKNOWN;
    Stability, "stability", STABILITY_HOLDS, STABILITY_UNKNOWN;
    Siblings, "siblings", SIBLINGS_HOLDS, SIBLINGS_UNKNOWN;
    ExternalConsistency, "external-consistency", EXTERNAL_CONSISTENCY_HOLDS, EXTERNAL_CONSISTENCY_UNKNOWN;
    Interval, "interval", INTERVAL_HOLDS, INTERVAL_UNKNOWN;
    OffsetBound, "offset-bound", OFFSET_BOUND_HOLDS, OFFSET_BOUND_UNKNOWN;
}

/// What is remembered, by what runs.
#[derive(Clone, Debug)]
enum Memory {
    Processes(Box<Processes>),
    Broadcast(Box<Broadcasts>),
    Versions(Box<Versions>),
    TrueTime(Transactions),
    Sync(Offsets),
}

/// All checkers of clocks.
#[derive(Clone, Debug)]
pub struct ClockChecks {
    mode: Mode,
    /// How many events it was told of. Fewer than were executed: some went by unchecked, and what it remembers is stale.
    told: u64,
    falls: Falls,
    memory: Memory,
}

impl ClockChecks {
    /// Checkers that have seen nothing yet.
    pub fn new(mode: Mode, servers: u16) -> ClockChecks {
        let memory = match mode {
            Mode::Processes(_) => Memory::Processes(Box::new(Processes::new(servers))),
            Mode::Broadcast => Memory::Broadcast(Box::new(Broadcasts::new(servers))),
            Mode::Versions => Memory::Versions(Box::new(Versions::new(servers))),
            Mode::TrueTime => Memory::TrueTime(Transactions::default()),
            Mode::Sync => Memory::Sync(Offsets::default()),
        };
        ClockChecks { mode, told: 0, falls: Falls::default(), memory }
    }

    /// The properties of what runs.
    fn applying(&self) -> Vec<P> {
        match self.mode {
            Mode::Processes(carried) => [
                (P::ExactOrder, carried.vector || carried.itc),
                (P::ClockCondition, carried.lamport || carried.hybrid),
                (P::OwnEntry, carried.vector),
                (P::MonotoneStamps, carried.vector),
                (P::UniqueDots, carried.vector),
                (P::HybridBounds, carried.hybrid),
                (P::Identities, carried.itc),
            ]
            .into_iter()
            .filter_map(|(property, applies)| applies.then_some(property))
            .collect(),
            Mode::Broadcast => vec![P::CausalDelivery, P::Delivery, P::Stability],
            Mode::Versions => vec![P::Siblings],
            Mode::TrueTime => vec![P::ExternalConsistency, P::Interval],
            Mode::Sync => vec![P::OffsetBound],
        }
    }

    /// Why a property is unknown although every event was checked.
    fn out_of_reach(&self, property: P) -> Option<Note> {
        match (&self.memory, property) {
            (Memory::Processes(memory), P::ExactOrder) if memory.is_lost() => {
                Some(Note::new(&notes::EXACT_ORDER_UNKNOWN_FAR, []))
            }
            (Memory::Broadcast(memory), P::CausalDelivery) if memory.lost => {
                Some(Note::new(&notes::CAUSAL_DELIVERY_UNKNOWN, [1]))
            }
            (Memory::Versions(memory), P::Siblings) if memory.lost => Some(Note::new(&notes::SIBLINGS_UNKNOWN_VALUES, [])),
            (Memory::Sync(memory), P::OffsetBound) if memory.void => Some(Note::new(&notes::OFFSET_BOUND_UNKNOWN_CLOCK, [])),
            _ => None,
        }
    }

    fn verdict(&self, property: P, unchecked: u64) -> Verdict {
        let known = &TABLE[property as usize];
        let fall = self.falls.of(property);
        let unknown = self.out_of_reach(property).filter(|_| !fall.has_happened() && unchecked == 0);
        match (unknown, &self.memory) {
            (Some(note), _) => Verdict { property: known.id, status: Status::Unknown, note, witness: None },
            (None, Memory::Processes(memory)) if property == P::ExactOrder && !fall.has_happened() && unchecked == 0 => {
                let note = Note::new(known.holds, [memory.compared]);
                Verdict { property: known.id, status: Status::Holds, note, witness: None }
            }
            _ => known.verdict(fall, unchecked),
        }
    }
}

/// Whether a node's disk has lost something: a record is damaged, or nothing is left.
fn is_spoiled<D: Deployment>(world: &World<D>, node: NodeId) -> bool {
    world.seats().get(node.index()).map(|seat| seat.disk.counts()).is_some_and(|(intact, damaged, _)| damaged > 0 || intact == 0)
}

/// What a node's clocks show.
fn clock<D: Deployment>(world: &World<D>, node: NodeId) -> LocalTime {
    world.kernel().node(node).map_or(LocalTime::default(), |state| state.clock.read(world.kernel().now_us()))
}

impl<D: Deployment<Node = Node>> Checker<D> for ClockChecks {
    #[inline]
    fn step(&mut self, event: &Event, world: &World<D>) {
        self.told += 1;
        if self.told != world.kernel().executed() {
            return;
        }
        if let Memory::Sync(memory) = &mut self.memory
            && matches!(event.kind, EventKind::Acted | EventKind::Started)
            && let Some(Node::Time(server)) = world.seats().first().map(|seat| &seat.core)
        {
            let rates = (0..world.seats().len() as u16).filter_map(|node| world.kernel().node(NodeId(node)));
            let drift_ppm = server.config().drift_ppm;
            memory.clocks(clock(world, TIME_SERVER), rates.map(|state| state.clock.rate_ppm()), drift_ppm);
        }
        let Some(node) = event.node() else { return };
        if world.process(node) != Process::Running {
            return;
        }
        let falls = &mut self.falls;
        match (&mut self.memory, world.core(node)) {
            (Memory::Processes(memory), Node::Process(process)) => {
                let servers = world.plan().cluster.servers;
                memory.step(event, node, process, clock(world, node).wall_us, |peer| peer.0 < servers, falls);
            }
            (Memory::Broadcast(memory), Node::Broadcaster(_)) => {
                let cores = world.seats().iter().map(|seat| &seat.core);
                let all: Vec<&Broadcaster> = cores
                    .filter_map(|core| match core {
                        Node::Broadcaster(process) => Some(process),
                        _ => None,
                    })
                    .collect();
                memory.step(event, node, &all, is_spoiled(world, node), falls);
            }
            (Memory::Versions(memory), Node::Replica(replica)) => {
                memory.replica(event, node, replica, is_spoiled(world, node), falls);
            }
            (Memory::Versions(memory), Node::Client(client)) => {
                memory.client(event, node, client, |server, key| object(world, server, key), falls);
            }
            (Memory::TrueTime(memory), Node::Client(client)) => memory.client(event, node, client, falls),
            (Memory::TrueTime(memory), Node::TrueTime(server)) => {
                memory.server(event, node, server.interval(clock(world, node)), falls);
            }
            (Memory::Sync(memory), Node::Time(asker)) if !asker.is_server() => {
                if let Some(estimate) = asker.estimate(clock(world, node)) {
                    memory.node(event, node, clock(world, TIME_SERVER), estimate, falls);
                }
            }
            _ => {}
        }
    }

    fn verdicts(&self, world: &World<D>) -> Vec<Verdict> {
        let unchecked = world.kernel().executed().saturating_sub(self.told);
        self.applying().into_iter().map(|property| self.verdict(property, unchecked)).collect()
    }

    fn fallen(&self) -> u32 {
        self.falls.count()
    }

    fn encode_state(&self, world: &World<D>, to: &mut Encoder) {
        let unchecked = world.kernel().executed() != self.told;
        to.bool(unchecked);
        self.falls.encode(to);
        if unchecked {
            return;
        }
        match &self.memory {
            Memory::Processes(memory) => memory.encode(to),
            Memory::Broadcast(memory) => memory.encode(to),
            Memory::Versions(memory) => memory.encode(to),
            Memory::TrueTime(memory) => memory.encode(to),
            Memory::Sync(memory) => memory.encode(to),
        }
    }
}

/// An object as a replica has it.
fn object<D: Deployment<Node = Node>>(world: &World<D>, server: NodeId, key: u32) -> Option<Arc<Object>> {
    match world.seats().get(server.index()).map(|seat| &seat.core) {
        Some(Node::Replica(replica)) => replica.object(key).cloned(),
        _ => None,
    }
}
