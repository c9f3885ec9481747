//! The kernel: what is due when. Queue, messages in flight, timers, node states, clocks; payloads are slot numbers.
//!
//! It is compiled once, whatever the system. Items run in (due, id) order, never in order of insertion; executing one sets
//! `now = max(now, due)`. Items that were moved, cancelled or held stay in the heap and are recognised as stale.
//!
//! [`queue`] says what happens next, [`flights`] what is on its way, [`timers`] what is armed, [`items`] what there is to
//! execute and how it is named.

mod flights;
mod items;
mod queue;
mod timers;

use super::clock::Clock;
use super::fired::Fired;
use super::links::{Link, Links};
use super::plan::Plan;
use super::trace::{Event, EventKind, Loss};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, Place, RunHash, Sorted};
use queue::Entry;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use timers::TimerSlot;

pub use flights::{Envelope, Flight};
pub use items::{Item, generated_item, scripted_item, timer_item};
pub use timers::Armed;

/// Whether a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// It runs.
    Running,
    /// It is down.
    Crashed,
    /// It stands still.
    Paused,
    /// A violation halted it.
    Halted,
}

/// A node that takes its time.
#[derive(Clone, Copy, Debug)]
pub struct Slowness {
    /// Time per message, microseconds.
    pub service_us: u64,
    /// How many messages may wait.
    pub capacity: u32,
    /// How many wait.
    pub waiting: u32,
    free_us: u64,
}

/// What the kernel knows of a node.
#[derive(Clone, Debug)]
pub struct NodeState {
    /// Whether it runs.
    pub process: Process,
    /// Its clocks.
    pub clock: Clock,
    /// Set while it is slow.
    pub slow: Option<Slowness>,
    /// Events executed there.
    events: u32,
    timers: Vec<TimerSlot>,
    /// Writes up to here are done, or died with their incarnation.
    writes_done: u32,
    /// The next operation of its generated workload.
    generated: u32,
    /// Items that came due while it stood still.
    parked: Vec<Entry>,
}

impl NodeState {
    /// Whether it has had its first start.
    pub fn has_started(&self) -> bool {
        self.events > 0
    }
}

/// The kernel of a world.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// `None` in search: nothing is drawn, all delays are the least ones.
    seed: Option<u64>,
    now_us: u64,
    executed: u64,
    heap: BinaryHeap<Reverse<Entry>>,
    flights: Vec<Option<Flight>>,
    free: Vec<u32>,
    /// All links.
    pub links: Links,
    nodes: Vec<NodeState>,
    /// Plan and workload items that were chosen before they were due.
    early: Sorted<EventId>,
    /// The run's rolling hash.
    pub hash: RunHash,
    /// Which faults took effect, and how often.
    pub fired: Fired,
}

impl Kernel {
    /// A kernel at time zero with everything scheduled that the plan schedules. `timers` is the number of timers per node.
    pub fn new(plan: &Plan, timers: usize) -> Kernel {
        let mut nodes: Vec<NodeState> = (0..plan.cluster.nodes())
            .map(|_| NodeState {
                process: Process::Crashed,
                clock: Clock::default(),
                slow: None,
                events: 0,
                timers: vec![TimerSlot::default(); timers],
                writes_done: 0,
                generated: 0,
                parked: Vec::new(),
            })
            .collect();
        for clock in &plan.clocks {
            if let Some(node) = nodes.get_mut(clock.node.index()) {
                node.clock = Clock::new(clock.wall_offset_us, clock.rate_ppm);
            }
        }
        let mut kernel = Kernel {
            seed: Some(plan.seed),
            now_us: 0,
            executed: 0,
            heap: BinaryHeap::new(),
            flights: Vec::new(),
            free: Vec::new(),
            links: Links::new(plan.cluster, &plan.network),
            nodes,
            early: Sorted::default(),
            hash: RunHash::default(),
            fired: Fired::default(),
        };
        for (n, planned) in plan.faults.iter().enumerate() {
            kernel.push(planned.at_us, EventId::new(Place::plan(), n as u32), 0);
        }
        for (n, operation) in plan.workload.operations.iter().enumerate() {
            kernel.push(operation.at_us, scripted_item(operation.client, n as u32), 0);
        }
        kernel
    }

    // ---- time and identity

    /// Virtual time, microseconds.
    pub fn now_us(&self) -> u64 {
        self.now_us
    }

    /// Number of events executed.
    pub fn executed(&self) -> u64 {
        self.executed
    }

    /// Draws with another seed from now on; not in search, where nothing is drawn.
    pub fn redraw(&mut self, seed: u64) {
        self.seed = self.seed.map(|_| seed);
    }

    /// The seed; `None` in search.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Draws nothing from now on: the systematic search explores instead.
    pub fn stop_drawing(&mut self) {
        self.seed = None;
    }

    /// Time moves up to an item that a search chose, past what is due before it: that is overdue then, and stays enabled.
    pub fn reach(&mut self, due_us: u64) {
        self.now_us = self.now_us.max(due_us);
    }

    /// Lets time pass without an event, at most until the next item is due.
    pub fn advance_to(&mut self, at_us: u64) {
        let limit = self.head().map_or(at_us, |head| head.due_us.min(at_us));
        self.now_us = self.now_us.max(limit);
    }

    /// Counts an event and gives it its identity.
    pub fn event(&mut self, kind: EventKind, place: EventPlace, item: EventId, cause: EventId) -> Event {
        self.executed += 1;
        let id = match place {
            EventPlace::Node(node) => {
                let state = &mut self.nodes[node.index()];
                state.events += 1;
                EventId::new(Place::of_node(PlaceKind::Node, node), state.events - 1)
            }
            EventPlace::Loss((from, to)) => {
                let state = self.links.state((from, to));
                state.losses += 1;
                EventId::new(Place::of_link(PlaceKind::Loss, from, to), state.losses - 1)
            }
            EventPlace::Item => item,
        };
        Event { id, at_us: self.now_us, cause, item, kind, sub: 0, peer: NodeId(0), detail: 0 }
    }

    // ---- nodes

    /// A node's state.
    pub fn node(&self, node: NodeId) -> Option<&NodeState> {
        self.nodes.get(node.index())
    }

    /// A node's state, for changes.
    pub fn node_mut(&mut self, node: NodeId) -> Option<&mut NodeState> {
        self.nodes.get_mut(node.index())
    }

    /// The process stops: its timers, its unanswered writes and its queue are gone.
    pub fn stop(&mut self, node: NodeId, process: Process, next_write: u32) {
        let state = &mut self.nodes[node.index()];
        state.process = process;
        state.timers.iter_mut().for_each(|slot| slot.armed = None);
        state.writes_done = next_write;
        if let Some(slow) = &mut state.slow {
            (slow.waiting, slow.free_us) = (0, 0);
        }
        let parked = std::mem::take(&mut state.parked);
        self.heap.extend(parked.into_iter().map(Reverse));
        // What waited in its queue is lost, now.
        for slot in 0..self.flights.len() as u32 {
            if self.flight(slot).is_some_and(|flight| flight.queued && flight.envelope.to == node) {
                self.reschedule(slot, self.now_us, |flight| {
                    flight.queued = false;
                    flight.lost = Some(Loss::ReceiverDown);
                });
            }
        }
    }

    /// The process runs: what was parked is due again.
    pub fn run(&mut self, node: NodeId) {
        let state = &mut self.nodes[node.index()];
        state.process = Process::Running;
        let parked = std::mem::take(&mut state.parked);
        self.heap.extend(parked.into_iter().map(Reverse));
    }

    /// Makes a node slow, or fast again.
    pub fn set_slow(&mut self, node: NodeId, service_us: u64, capacity: u32) {
        let state = &mut self.nodes[node.index()];
        let (waiting, free_us) = state.slow.map_or((0, 0), |slow| (slow.waiting, slow.free_us));
        state.slow = (service_us > 0).then_some(Slowness { service_us, capacity, waiting, free_us });
    }

    // ---- starts, writes, workload

    /// Schedules a node's first start, at time zero.
    pub fn schedule_start(&mut self, node: NodeId) {
        self.push(0, EventId::new(Place::of_node(PlaceKind::Node, node), 0), 0);
    }

    /// Schedules a write's completion.
    #[inline]
    pub fn schedule_write(&mut self, item: EventId, due_us: u64) {
        self.push(due_us, item, 0);
    }

    /// Schedules a client's next generated operation.
    pub fn schedule_generated(&mut self, client: NodeId, n: u32, due_us: u64) {
        self.nodes[client.index()].generated = n;
        self.push(due_us, generated_item(client, n), 0);
    }
}

/// Where an event is counted.
#[derive(Clone, Copy, Debug)]
pub enum EventPlace {
    /// At a node.
    Node(NodeId),
    /// At a link that loses a message.
    Loss(Link),
    /// At the item's own place: the plan, the hand.
    Item,
}
