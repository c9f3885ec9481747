//! The kernel: what is due when. Queue, messages in flight, timers, node states, clocks; payloads are slot numbers.
//!
//! It is compiled once, whatever the system. Items run in (due, id) order, never in order of insertion; executing one sets
//! `now = max(now, due)`. Items that were moved, cancelled or held stay in the heap and are recognised as stale.

use super::clock::Clock;
use super::fired::{FaultKind, Fired};
use super::links::{Link, Links, message_id};
use super::plan::{Channel, Plan, Refusal};
use super::trace::{Event, EventKind, Loss};
use crate::base::draw::{Purpose, chance, in_range, mix};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, Place, RunHash};
use crate::protocol::Class;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// What the network knows of a message.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Number of its kind in the system's table.
    pub kind: u8,
    /// Request, reply, one-way.
    pub class: Class,
    /// Size on the wire, bytes.
    pub size_bytes: u32,
    /// How many identical requests it stands for.
    pub count: u32,
}

/// A message in flight.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    /// Its id.
    pub id: EventId,
    /// The event in which it was sent.
    pub cause: EventId,
    /// Who, to whom, what.
    pub envelope: Envelope,
    /// When it was sent, microseconds.
    pub sent_us: u64,
    /// When it arrives or vanishes, microseconds.
    pub due_us: u64,
    /// When it would, were its link not clogged.
    base_due_us: u64,
    /// Why it will be lost, if it will.
    pub lost: Option<Loss>,
    /// Kept until released.
    pub held: bool,
    /// Waits in a slow node's queue.
    pub queued: bool,
    /// Moved by hand beyond what its link does.
    pub delayed: bool,
    /// Delivered by hand or by choice: no cut stops it.
    forced: bool,
}

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

/// An armed timer.
#[derive(Clone, Copy, Debug)]
pub struct Armed {
    /// When it was set, microseconds.
    pub set_us: u64,
    /// When it runs out, microseconds.
    pub due_us: u64,
    /// The event in which it was set.
    pub cause: EventId,
}

#[derive(Clone, Copy, Debug, Default)]
struct TimerSlot {
    armed: Option<Armed>,
    /// How often it was set: keys its draws.
    settings: u32,
    /// Due time of its one live entry in the heap.
    queued_us: Option<u64>,
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

/// One entry of the heap. Ordered by due time, then id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    due_us: u64,
    id: EventId,
    slot: u32,
}

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

// Fields of the draws about one send. Each send has all of them, used or not.
const DELAY: u64 = 0;
const LOSE: u64 = 1;
const DUPLICATE: u64 = 2;
const REORDER: u64 = 3;
const REORDER_BY: u64 = 4;
const COPY_DELAY: u64 = 5;

// Which half of a workload an item belongs to: the `to` of its place.
const GENERATED: NodeId = NodeId(0);
const SCRIPTED: NodeId = NodeId(1);

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
    early: BTreeSet<EventId>,
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
            early: BTreeSet::new(),
            hash: RunHash::default(),
            fired: Fired::default(),
        };
        for (n, planned) in plan.faults.iter().enumerate() {
            kernel.push(planned.at_us, EventId::new(Place::plan(), n as u32), 0);
        }
        for (n, operation) in plan.workload.operations.iter().enumerate() {
            kernel.push(operation.at_us, workload_item(operation.client, SCRIPTED, n as u32), 0);
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

    /// The seed; `None` in search.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Draws nothing from now on: the systematic search explores instead.
    pub fn stop_drawing(&mut self) {
        self.seed = None;
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

    /// Changes the rate of a node's clocks; armed timers keep what is left of them in local time.
    pub fn set_rate(&mut self, node: NodeId, rate_ppm: i64) -> Result<(), Refusal> {
        let now = self.now_us;
        let old = self.nodes[node.index()].clock;
        self.nodes[node.index()].clock.set_rate(now, rate_ppm)?;
        let new = self.nodes[node.index()].clock;
        for timer in 0..self.nodes[node.index()].timers.len() as u8 {
            let Some(mut armed) = self.timer(node, timer) else { continue };
            let left = old.local(armed.due_us.saturating_sub(now));
            armed.due_us = now.saturating_add(new.true_delay(left));
            self.arm(node, timer, armed);
        }
        Ok(())
    }

    // ---- timers

    /// Arms a timer, replacing its last setting. The delay is of the node's monotonic clock.
    #[inline]
    pub fn set_timer(&mut self, node: NodeId, timer: u8, delay_us_min: u64, delay_us_max: u64, cause: EventId) {
        let state = &mut self.nodes[node.index()];
        let Some(slot) = state.timers.get_mut(timer as usize) else { return };
        let setting = EventId::new(Place::of_link(PlaceKind::Timer, node, NodeId(timer as u16)), slot.settings);
        slot.settings += 1;
        let delay = match self.seed {
            Some(seed) if delay_us_max > delay_us_min => {
                in_range(mix(seed, Purpose::Timer, setting.0, 0), delay_us_min, delay_us_max)
            }
            _ => delay_us_min,
        };
        let due_us = self.now_us.saturating_add(state.clock.true_delay(delay));
        self.arm(node, timer, Armed { set_us: self.now_us, due_us, cause });
    }

    #[inline]
    fn arm(&mut self, node: NodeId, timer: u8, armed: Armed) {
        let slot = &mut self.nodes[node.index()].timers[timer as usize];
        slot.armed = Some(armed);
        // Mostly a timer moves later: then its old entry, when it comes up, is put back at the new time.
        if slot.queued_us.is_none_or(|queued| armed.due_us < queued) {
            slot.queued_us = Some(armed.due_us);
            self.push(armed.due_us, timer_item(node, timer), 0);
        }
    }

    /// Disarms a timer.
    #[inline]
    pub fn cancel_timer(&mut self, node: NodeId, timer: u8) {
        if let Some(slot) = self.nodes[node.index()].timers.get_mut(timer as usize) {
            slot.armed = None;
        }
    }

    /// An armed timer.
    pub fn timer(&self, node: NodeId, timer: u8) -> Option<Armed> {
        self.nodes.get(node.index())?.timers.get(timer as usize)?.armed
    }

    /// Number of timers of each node.
    pub fn timers(&self) -> u8 {
        self.nodes.first().map_or(0, |node| node.timers.len() as u8)
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
        self.push(due_us, workload_item(client, GENERATED, n), 0);
    }

    // ---- messages

    /// Sends a message. Returns its slot, and the slot of a second copy if the link made one.
    #[inline]
    pub fn send(&mut self, envelope: Envelope, cause: EventId) -> (u32, Option<u32>) {
        let link = (envelope.from, envelope.to);
        let channel = self.links.channel(link, envelope.class, envelope.kind);
        let state = self.links.state(link);
        let id = message_id(link, state.sends);
        state.sends += 1;
        let delay = self.draw_delay(&channel, id, DELAY);
        let mut base_due_us = self.now_us.saturating_add(delay);
        let mut lost = None;
        if self.links.is_cut(link) {
            lost = Some(Loss::Cut);
        } else if self.draw_chance(id, LOSE, channel.loss_ppm) {
            lost = Some(Loss::Chance);
        }
        if lost.is_some() {
            // It vanishes half-way.
            base_due_us = self.now_us.saturating_add(delay / 2);
        } else if self.draw_chance(id, REORDER, channel.reorder_ppm) {
            let by = self.seed.map_or(0, |seed| in_range(mix(seed, Purpose::Send, id.0, REORDER_BY), 0, channel.reorder_us_max));
            base_due_us = base_due_us.saturating_add(by);
        } else {
            let state = self.links.state(link);
            base_due_us = base_due_us.max(state.last_due_us);
            state.last_due_us = base_due_us;
        }
        let first = self.launch(id, cause, envelope, base_due_us, lost);
        let second = self.draw_chance(id, DUPLICATE, channel.duplicate_ppm).then(|| {
            let copy = EventId::new(Place::of_link(PlaceKind::Copy, link.0, link.1), id.n());
            let due_us = self.now_us.saturating_add(self.draw_delay(&channel, id, COPY_DELAY));
            let lost = self.links.is_cut(link).then_some(Loss::Cut);
            self.launch(copy, cause, envelope, due_us, lost)
        });
        (first, second)
    }

    #[inline]
    fn draw_delay(&self, channel: &Channel, id: EventId, field: u64) -> u64 {
        match self.seed {
            Some(seed) => in_range(mix(seed, Purpose::Send, id.0, field), channel.delay_us_min, channel.delay_us_max),
            None => channel.delay_us_min,
        }
    }

    #[inline]
    fn draw_chance(&self, id: EventId, field: u64, ppm: u32) -> bool {
        ppm > 0 && self.seed.is_some_and(|seed| chance(mix(seed, Purpose::Send, id.0, field), ppm))
    }

    #[inline]
    fn launch(&mut self, id: EventId, cause: EventId, envelope: Envelope, base_due_us: u64, lost: Option<Loss>) -> u32 {
        let link = (envelope.from, envelope.to);
        let due_us = self.links.unclogged(link, base_due_us);
        if due_us > base_due_us {
            self.fired.count(FaultKind::Clog);
        }
        let held = self.links.is_held(link) && lost.is_none();
        if held {
            self.fired.count(FaultKind::Hold);
        }
        let flight = Flight {
            id,
            cause,
            envelope,
            sent_us: self.now_us,
            due_us,
            base_due_us,
            lost,
            held,
            queued: false,
            delayed: false,
            forced: false,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.flights[slot as usize] = Some(flight);
                slot
            }
            None => {
                self.flights.push(Some(flight));
                self.flights.len() as u32 - 1
            }
        };
        if !held {
            self.push(due_us, id, slot);
        }
        slot
    }

    /// A message in flight, by slot.
    #[inline]
    pub fn flight(&self, slot: u32) -> Option<&Flight> {
        self.flights.get(slot as usize)?.as_ref()
    }

    /// All messages in flight and their slots, in no particular order.
    pub fn flights(&self) -> impl Iterator<Item = (u32, &Flight)> + '_ {
        self.flights.iter().enumerate().filter_map(|(slot, flight)| Some((slot as u32, flight.as_ref()?)))
    }

    /// The slot of a message.
    pub fn find(&self, id: EventId) -> Option<u32> {
        self.flights().find(|(_, flight)| flight.id == id).map(|(slot, _)| slot)
    }

    /// Takes a message out of flight: it arrived or was lost.
    #[inline]
    pub fn land(&mut self, slot: u32, lost: Option<Loss>) -> Flight {
        let flight = self.flights[slot as usize].take().expect("the slot of a message in flight");
        self.free.push(slot);
        match lost {
            Some(reason) => self.count_loss(reason, flight.envelope.class),
            None => self.count_arrival(&flight),
        }
        flight
    }

    fn count_loss(&mut self, reason: Loss, class: Class) {
        let kind = match (reason, class) {
            (Loss::Chance, Class::Request) => FaultKind::LossOfRequest,
            (Loss::Chance, Class::Reply) => FaultKind::LossOfReply,
            (Loss::Chance, Class::OneWay) => FaultKind::LossOfOneWay,
            (Loss::Cut, _) => FaultKind::LostInCut,
            (Loss::QueueFull, _) => FaultKind::QueueFull,
            (Loss::Hand, _) => FaultKind::MessageDropped,
            (Loss::ReceiverDown, _) => return,
        };
        self.fired.count(kind);
    }

    #[inline]
    fn count_arrival(&mut self, flight: &Flight) {
        if flight.id.place().kind() != PlaceKind::Link {
            self.fired.count(FaultKind::Duplication);
            return;
        }
        let state = self.links.state((flight.envelope.from, flight.envelope.to));
        if flight.id.n() < state.arrived {
            self.fired.count(FaultKind::Reordering);
        } else {
            state.arrived = flight.id.n() + 1;
        }
    }

    fn reschedule(&mut self, slot: u32, due_us: u64, change: impl FnOnce(&mut Flight)) {
        let Some(flight) = self.flights[slot as usize].as_mut() else { return };
        flight.due_us = due_us;
        change(flight);
        let (id, held) = (flight.id, flight.held);
        if !held {
            self.push(due_us, id, slot);
        }
    }

    /// It arrives now, whatever is in its way.
    pub fn deliver_now(&mut self, slot: u32) {
        let now = self.now_us;
        self.reschedule(slot, now, |flight| {
            (flight.base_due_us, flight.lost, flight.held, flight.forced) = (now, None, false, true);
        });
    }

    /// It is lost now.
    pub fn drop_now(&mut self, slot: u32) {
        let now = self.now_us;
        self.reschedule(slot, now, |flight| {
            (flight.base_due_us, flight.lost, flight.held) = (now, Some(Loss::Hand), false);
        });
    }

    /// It arrives later.
    pub fn delay(&mut self, slot: u32, by_us: u64) {
        let Some(flight) = self.flight(slot) else { return };
        let due_us = flight.due_us.max(self.now_us).saturating_add(by_us);
        self.reschedule(slot, due_us, |flight| (flight.base_due_us, flight.delayed) = (due_us, true));
    }

    /// Two messages change arrival times.
    pub fn swap(&mut self, a: u32, b: u32) {
        let (Some(first), Some(second)) = (self.flight(a).copied(), self.flight(b).copied()) else { return };
        for (slot, other) in [(a, second), (b, first)] {
            self.reschedule(slot, other.due_us, |flight| {
                (flight.base_due_us, flight.delayed) = (other.base_due_us, true);
            });
        }
    }

    /// A copy goes with it. Returns the copy's slot.
    pub fn duplicate(&mut self, slot: u32) -> Option<u32> {
        let original = *self.flight(slot)?;
        let link = (original.envelope.from, original.envelope.to);
        let state = self.links.state(link);
        let id = EventId::new(Place::of_link(PlaceKind::HandCopy, link.0, link.1), state.hand_copies);
        state.hand_copies += 1;
        let copy = self.launch(id, original.cause, original.envelope, original.base_due_us, original.lost);
        let sent_us = original.sent_us;
        if let Some(flight) = self.flights[copy as usize].as_mut() {
            flight.sent_us = sent_us;
        }
        Some(copy)
    }

    /// What is in flight on these links runs into new clogs.
    pub fn reclog(&mut self, links: &[Link]) {
        for slot in self.slots_on(links) {
            let Some(flight) = self.flight(slot).copied() else { continue };
            let link = (flight.envelope.from, flight.envelope.to);
            let due_us = self.links.unclogged(link, flight.due_us.max(self.now_us));
            if due_us > flight.due_us && !flight.queued && !flight.forced {
                self.fired.count(FaultKind::Clog);
                self.reschedule(slot, due_us, |_| ());
            }
        }
    }

    /// Clogs ended early: what they kept arrives when it would have, or now.
    pub fn unclog(&mut self) {
        let now = self.now_us;
        for slot in 0..self.flights.len() as u32 {
            let Some(flight) = self.flight(slot).copied() else { continue };
            let due_us = self.links.unclogged((flight.envelope.from, flight.envelope.to), flight.base_due_us.max(now));
            if due_us < flight.due_us && !flight.queued {
                self.reschedule(slot, due_us, |_| ());
            }
        }
    }

    /// What is in flight on these links stays where it is.
    pub fn hold(&mut self, links: &[Link]) {
        for slot in self.slots_on(links) {
            if let Some(flight) = self.flights[slot as usize].as_mut() {
                flight.held = flight.lost.is_none() && !flight.queued;
            }
        }
    }

    /// What was held goes on, in order.
    pub fn release(&mut self, links: &[Link]) {
        for slot in self.slots_on(links) {
            let Some(flight) = self.flight(slot).copied().filter(|flight| flight.held) else { continue };
            let due_us = self.links.unclogged((flight.envelope.from, flight.envelope.to), flight.base_due_us.max(self.now_us));
            self.reschedule(slot, due_us, |flight| flight.held = false);
        }
    }

    fn slots_on(&self, links: &[Link]) -> Vec<u32> {
        let on = |flight: &Flight| links.contains(&(flight.envelope.from, flight.envelope.to));
        self.flights().filter(|(_, flight)| on(flight)).map(|(slot, _)| slot).collect()
    }

    // ---- the queue

    #[inline]
    fn push(&mut self, due_us: u64, id: EventId, slot: u32) {
        self.heap.push(Reverse(Entry { due_us, id, slot }));
    }

    fn head(&self) -> Option<Entry> {
        self.heap.peek().map(|Reverse(entry)| *entry)
    }

    /// When the next item is due. True after [`Kernel::settle`].
    pub fn next_due_us(&self) -> Option<u64> {
        self.head().map(|head| head.due_us.max(self.now_us))
    }

    /// Removes stale entries from the head of the queue, parks what meets a node that stands still, queues what meets a slow
    /// one. To be called after every change, so that the head is what happens next.
    pub fn settle(&mut self) {
        while let Some(entry) = self.head() {
            match self.look(entry) {
                Look::Ready => return,
                Look::Stale => {
                    self.heap.pop();
                }
                Look::Park(node) => {
                    self.heap.pop();
                    self.nodes[node.index()].parked.push(entry);
                }
                Look::Later(due_us) => {
                    self.heap.pop();
                    self.push(due_us, entry.id, entry.slot);
                }
            }
        }
    }

    #[inline]
    fn look(&mut self, entry: Entry) -> Look {
        let place = entry.id.place();
        match place.kind() {
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => self.look_at_message(entry),
            PlaceKind::Timer => {
                let state = &mut self.nodes[place.node().index()];
                let slot = &mut state.timers[entry.id.n() as usize];
                if slot.queued_us != Some(entry.due_us) {
                    return Look::Stale;
                }
                match slot.armed {
                    None => {
                        slot.queued_us = None;
                        Look::Stale
                    }
                    Some(armed) if armed.due_us > entry.due_us => {
                        slot.queued_us = Some(armed.due_us);
                        Look::Later(armed.due_us)
                    }
                    Some(_) if state.process == Process::Paused => Look::Park(place.node()),
                    Some(_) => Look::Ready,
                }
            }
            PlaceKind::Disk => {
                let state = &self.nodes[place.node().index()];
                match state.process {
                    _ if entry.id.n() < state.writes_done => Look::Stale,
                    Process::Paused => Look::Park(place.node()),
                    _ => Look::Ready,
                }
            }
            PlaceKind::Workload => {
                let Some(state) = self.nodes.get(place.node().index()) else { return Look::Stale };
                let done = place.to() == GENERATED && entry.id.n() < state.generated;
                if done || self.early.remove(&entry.id) {
                    Look::Stale
                } else if state.process == Process::Paused {
                    Look::Park(place.node())
                } else {
                    Look::Ready
                }
            }
            PlaceKind::Plan if self.early.remove(&entry.id) => Look::Stale,
            PlaceKind::Node if self.nodes[place.node().index()].events > 0 => Look::Stale,
            _ => Look::Ready,
        }
    }

    fn look_at_message(&mut self, entry: Entry) -> Look {
        let Some(flight) = self.flights[entry.slot as usize].as_mut() else { return Look::Stale };
        if flight.id != entry.id || flight.due_us != entry.due_us || flight.held {
            return Look::Stale;
        }
        let (from, to) = (flight.envelope.from, flight.envelope.to);
        let Some(state) = self.nodes.get_mut(to.index()) else { return Look::Ready };
        if flight.lost.is_some() || (!flight.forced && !flight.queued && self.links.is_cut((from, to))) {
            return Look::Ready;
        }
        match state.process {
            Process::Crashed | Process::Halted => Look::Ready,
            Process::Paused => Look::Park(to),
            Process::Running => match &mut state.slow {
                Some(slow) if !flight.queued && !flight.forced => {
                    let arrival = entry.due_us.max(self.now_us);
                    let start = slow.free_us.max(arrival);
                    if start > arrival && slow.waiting >= slow.capacity {
                        flight.lost = Some(Loss::QueueFull);
                        return Look::Ready;
                    }
                    slow.free_us = start.saturating_add(slow.service_us);
                    slow.waiting += 1;
                    if start > arrival {
                        self.fired.count(FaultKind::Slow);
                    }
                    flight.queued = true;
                    flight.due_us = slow.free_us;
                    Look::Later(slow.free_us)
                }
                _ => Look::Ready,
            },
        }
    }

    /// Rough number of bytes of the queue.
    pub fn memory_bytes(&self) -> usize {
        self.heap.len() * std::mem::size_of::<Reverse<Entry>>() + std::mem::size_of::<Kernel>()
    }

    /// Takes the earliest due item. The queue is settled before and after.
    #[inline]
    pub fn pop(&mut self) -> Option<Item> {
        let Reverse(entry) = self.heap.pop()?;
        self.now_us = self.now_us.max(entry.due_us);
        Some(self.take(entry.id, entry.slot))
    }

    /// Takes this item, whatever is due before it.
    pub fn choose(&mut self, id: EventId) -> Result<Item, Refusal> {
        if !self.is_enabled(id) {
            return Err(Refusal::NotEnabled(id));
        }
        let place = id.place();
        match place.kind() {
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => {
                let slot = self.find(id).ok_or(Refusal::NotEnabled(id))?;
                if let Some(flight) = self.flights[slot as usize].as_mut() {
                    (flight.held, flight.lost, flight.forced) = (false, None, true);
                }
                Ok(self.take(id, slot))
            }
            PlaceKind::Plan => {
                self.early.insert(id);
                Ok(self.take(id, 0))
            }
            PlaceKind::Workload if place.to() == SCRIPTED => {
                self.early.insert(id);
                Ok(self.take(id, 0))
            }
            _ => Ok(self.take(id, 0)),
        }
    }

    /// Makes an enabled item due now.
    pub fn hasten(&mut self, id: EventId) -> Result<(), Refusal> {
        if !self.is_enabled(id) {
            return Err(Refusal::NotEnabled(id));
        }
        let place = id.place();
        match place.kind() {
            PlaceKind::Timer => {
                let timer = id.n() as u8;
                if let Some(armed) = self.timer(place.node(), timer) {
                    self.arm(place.node(), timer, Armed { due_us: self.now_us, ..armed });
                }
            }
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => {
                if let Some(slot) = self.find(id) {
                    self.deliver_now(slot);
                }
            }
            PlaceKind::Disk => self.push(self.now_us, id, 0),
            PlaceKind::Workload if place.to() == GENERATED => self.push(self.now_us, id, 0),
            // What the plan fixes happens at its time.
            _ => return Err(Refusal::NotEnabled(id)),
        }
        Ok(())
    }

    /// True if the item can happen next.
    pub fn is_enabled(&self, id: EventId) -> bool {
        let place = id.place();
        let node = self.nodes.get(place.node().index());
        let runs = node.is_some_and(|state| state.process == Process::Running);
        match place.kind() {
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => {
                let receiver = self.nodes.get(place.to().index());
                let receives = receiver.is_some_and(|state| state.process == Process::Running);
                receives && self.find(id).is_some()
            }
            PlaceKind::Timer => runs && id.n() <= u8::MAX as u32 && self.timer(place.node(), id.n() as u8).is_some(),
            // Writes complete in order: only the next one is enabled.
            PlaceKind::Disk => runs && self.queued(id) && node.is_some_and(|state| state.writes_done == id.n()),
            PlaceKind::Workload if place.to() == GENERATED => {
                runs && self.queued(id) && node.is_some_and(|state| state.generated == id.n())
            }
            PlaceKind::Workload => runs && self.queued(id),
            PlaceKind::Plan => self.queued(id),
            PlaceKind::Node => self.queued(id) && node.is_some_and(|state| state.events == 0),
            _ => false,
        }
    }

    fn queued(&self, id: EventId) -> bool {
        !self.early.contains(&id) && self.heap.iter().any(|Reverse(entry)| entry.id == id)
    }

    /// Everything that can happen next: (due, id), in that order.
    pub fn enabled(&self) -> Vec<(u64, EventId)> {
        let mut items: Vec<(u64, EventId)> = self.flights().map(|(_, flight)| (flight.due_us, flight.id)).collect();
        for node in (0..self.nodes.len() as u16).map(NodeId) {
            let armed = |timer| self.timer(node, timer).map(|armed| (armed.due_us, timer_item(node, timer)));
            items.extend((0..self.timers()).filter_map(armed));
        }
        let others = self.heap.iter().map(|Reverse(entry)| (entry.due_us, entry.id));
        items.extend(others.filter(|(_, id)| {
            matches!(id.place().kind(), PlaceKind::Disk | PlaceKind::Workload | PlaceKind::Plan | PlaceKind::Node)
        }));
        items.retain(|(_, id)| self.is_enabled(*id));
        items.sort();
        items.dedup();
        items
    }

    fn take(&mut self, id: EventId, slot: u32) -> Item {
        let place = id.place();
        let node = place.node();
        match place.kind() {
            PlaceKind::Node => Item::Start(node),
            PlaceKind::Plan => Item::Planned(id.n()),
            PlaceKind::Timer => {
                let state = &mut self.nodes[node.index()].timers[id.n() as usize];
                let armed = state.armed.take();
                // An entry that is still in the heap is recognised as stale by this.
                state.queued_us = None;
                Item::Timer(node, id.n() as u8, armed.map_or(EventId::NONE, |armed| armed.cause))
            }
            PlaceKind::Disk => {
                self.nodes[node.index()].writes_done = id.n() + 1;
                Item::Write(node)
            }
            PlaceKind::Workload if place.to() == GENERATED => {
                self.nodes[node.index()].generated = id.n() + 1;
                Item::Generated(node, id.n())
            }
            PlaceKind::Workload => Item::Scripted(node, id.n()),
            _ => self.take_message(slot),
        }
    }

    fn take_message(&mut self, slot: u32) -> Item {
        let Some(flight) = self.flights[slot as usize] else { return Item::Lose(slot, Loss::Hand) };
        let to = flight.envelope.to;
        let state = &mut self.nodes[to.index()];
        if flight.queued
            && let Some(slow) = &mut state.slow
        {
            slow.waiting = slow.waiting.saturating_sub(1);
        }
        let link = (flight.envelope.from, to);
        match flight.lost {
            Some(reason) => Item::Lose(slot, reason),
            None if !flight.forced && !flight.queued && self.links.is_cut(link) => Item::Lose(slot, Loss::Cut),
            None if state.process != Process::Running => Item::Lose(slot, Loss::ReceiverDown),
            None => Item::Deliver(slot),
        }
    }
}

enum Look {
    Ready,
    Stale,
    Park(NodeId),
    Later(u64),
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
