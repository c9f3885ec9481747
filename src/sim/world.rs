//! The world: a system's nodes around the kernel.
//!
//! One step function executes both ways of saying what happens next: *timed* (the earliest due item) and *chosen* (any
//! enabled one). Everything that a core does goes through here; everything that happens is reported to a [`Sink`].

use super::disk::{Disk, Pending};
use super::fired::{FaultKind, Fired};
use super::history::History;
use super::kernel::{Envelope, EventPlace, Flight, Item, Kernel, Process};
use super::plan::{Action, ClockAct, Cut, DiskAct, Generator, MessageAct, Operation, Plan, Refusal};
use super::search::Budgets;
use super::trace::{Event, EventKind, Loss, Sink};
use crate::base::draw::{Purpose, Sequence, mix};
use crate::base::{Encode, Encoder, EventId, Fingerprint, LocalTime, NodeId, Note, OpId, Place, WriteId, sorted};
use crate::protocol::{Core, Effect, Effects, Input, Message, Outcome, TimerName};
use std::sync::Arc;

/// What ties a system's cores to a world: how nodes come to be, and what its clients understand.
pub trait Deployment: Clone {
    /// The node type: an enum of the system's roles.
    type Node: Core;

    /// A node as it is before its first or next start.
    fn boot(&self, node: NodeId) -> Self::Node;

    /// The `n`-th generated operation of a client. Written values are unique.
    fn generate(&self, generator: &Generator, client: NodeId, n: u32, draws: &mut Sequence) -> <Self::Node as Core>::Request;

    /// Understands an operation in words, or says what it would have understood.
    fn parse(&self, operation: &Operation) -> Result<<Self::Node as Core>::Request, String>;
}

/// A deployment's message type.
pub type MessageOf<D> = <<D as Deployment>::Node as Core>::Message;
/// A deployment's record type.
pub type RecordOf<D> = <<D as Deployment>::Node as Core>::Record;
/// A deployment's history.
pub type HistoryOf<D> = History<<<D as Deployment>::Node as Core>::Request, <<D as Deployment>::Node as Core>::Response>;

/// One node: its core, its disk, and the messages that wait for its disk.
#[derive(Clone, Debug)]
pub struct Seat<C: Core> {
    /// The protocol state. Of a node that is down: what it was.
    pub core: C,
    /// What survives a crash.
    pub disk: Disk<C::Record>,
    outbox: Vec<(WriteId, NodeId, C::Message)>,
    synced: Option<WriteId>,
}

/// A world in which one system runs.
#[derive(Clone, Debug)]
pub struct World<D: Deployment> {
    plan: Arc<Plan>,
    deployment: Arc<D>,
    kernel: Kernel,
    seats: Vec<Seat<D::Node>>,
    payloads: Vec<Option<MessageOf<D>>>,
    history: HistoryOf<D>,
    violations: Vec<(EventId, Note)>,
    /// What a search may still choose; `None` outside of one.
    budgets: Option<Budgets>,
    scratch: Scratch<D::Node>,
}

/// Memory that is used again for every event; a clone starts with its own.
#[derive(Debug)]
struct Scratch<C: Core> {
    effects: Effects<C>,
    bytes: Encoder,
}

impl<C: Core> Clone for Scratch<C> {
    fn clone(&self) -> Self {
        Scratch { effects: Effects::default(), bytes: Encoder::new() }
    }
}

impl<D: Deployment> World<D> {
    /// The world of a plan before its first event. Every node is started at time zero, when it is first stepped.
    pub fn new(plan: Arc<Plan>, deployment: D) -> World<D> {
        let timers = <<D::Node as Core>::Timer as TimerName>::NAMES.len();
        let nodes = plan.cluster.nodes() as u16;
        let ids = || (0..nodes).map(NodeId);
        let seat =
            |node| Seat { core: deployment.boot(node), disk: Disk::new(node, plan.disk), outbox: Vec::new(), synced: None };
        let mut world = World {
            kernel: Kernel::new(&plan, timers),
            seats: ids().map(seat).collect(),
            payloads: Vec::new(),
            history: History::new(plan.cluster.servers, plan.cluster.clients),
            violations: Vec::new(),
            budgets: None,
            scratch: Scratch { effects: Effects::default(), bytes: Encoder::new() },
            deployment: Arc::new(deployment),
            plan,
        };
        ids().for_each(|node| world.kernel.schedule_start(node));
        world.kernel.settle();
        world
    }

    // ---- reading

    /// The plan it runs.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The deployment it runs.
    pub fn deployment(&self) -> &D {
        &self.deployment
    }

    /// Queue, links, clocks, messages in flight.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// All nodes.
    pub fn seats(&self) -> &[Seat<D::Node>] {
        &self.seats
    }

    /// The core of a node.
    #[inline]
    pub fn core(&self, node: NodeId) -> &D::Node {
        &self.seats[node.index()].core
    }

    /// What a node's clocks show now.
    pub fn local_time(&self, node: NodeId) -> LocalTime {
        self.kernel.node(node).map_or(LocalTime::default(), |state| state.clock.read(self.kernel.now_us()))
    }

    /// Whether a node runs.
    pub fn process(&self, node: NodeId) -> Process {
        self.kernel.node(node).map_or(Process::Crashed, |state| state.process)
    }

    /// The payload of a message in flight.
    pub fn payload(&self, slot: u32) -> Option<&MessageOf<D>> {
        self.payloads.get(slot as usize)?.as_ref()
    }

    /// What clients asked for and were told.
    pub fn history(&self) -> &HistoryOf<D> {
        &self.history
    }

    /// What cores reported that must never happen.
    pub fn violations(&self) -> &[(EventId, Note)] {
        &self.violations
    }

    /// Fingerprint of all events executed so far.
    pub fn run_fingerprint(&self) -> Fingerprint {
        self.kernel.hash.fingerprint()
    }

    /// Which faults took effect so far, and how often.
    pub fn fired(&self) -> &Fired {
        &self.kernel.fired
    }

    /// Draws nothing from now on: delays are the least ones, and loss, duplication and crashes are choices.
    pub fn stop_drawing(&mut self) {
        self.kernel.stop_drawing();
    }

    /// What a search may still choose; `None` outside of one.
    pub fn budgets(&self) -> Option<Budgets> {
        self.budgets
    }

    pub(super) fn set_budgets(&mut self, budgets: Option<Budgets>) {
        self.budgets = budgets;
    }

    pub(super) fn tear(&mut self, node: NodeId) {
        self.kernel.fired.count(FaultKind::TornTail);
        self.seats[node.index()].disk.tear();
    }

    /// Whether a node has had its first start.
    pub fn has_started(&self, node: NodeId) -> bool {
        self.kernel.node(node).is_some_and(super::kernel::NodeState::has_started)
    }

    /// A message in flight is lost now, as one event.
    pub(super) fn lose_now(&mut self, message: EventId, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        let slot = self.kernel.find(message).ok_or(Refusal::NoSuchMessage(message))?;
        let event = self.lose(slot, Loss::Hand, sink);
        self.kernel.settle();
        Ok(event)
    }

    /// Lets time pass, at most until the next item is due.
    pub fn advance_to(&mut self, at_us: u64) {
        self.kernel.advance_to(at_us);
    }

    // ---- what happens next

    /// Executes the earliest due item. `None` if nothing will ever happen again.
    pub fn step(&mut self, sink: &mut (impl Sink + ?Sized)) -> Option<Event> {
        let item = self.kernel.pop()?;
        let event = self.execute(item, sink);
        self.kernel.settle();
        Some(event)
    }

    /// Executes this enabled item now, whatever is due before it.
    pub fn choose(&mut self, id: EventId, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        let item = self.kernel.choose(id)?;
        let event = self.execute(item, sink);
        self.kernel.settle();
        Ok(event)
    }

    /// Executes this enabled item at its time: `now = max(now, due)`.
    pub(super) fn choose_in_time(&mut self, id: EventId, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        let due_us = self.kernel.due_us(id).filter(|_| self.kernel.is_enabled(id)).ok_or(Refusal::NotEnabled(id))?;
        self.kernel.reach(due_us);
        self.choose(id, sink)
    }

    /// Executes an action by hand now; `n` is its number. A refusal changes nothing.
    pub fn act(&mut self, n: u32, action: &Action, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        if let Action::Choose(item) = action {
            return self.choose(*item, sink);
        }
        let event = self.perform(EventId::new(Place::hand(), n), action, sink)?;
        self.kernel.settle();
        Ok(event)
    }

    fn execute(&mut self, item: Item, sink: &mut (impl Sink + ?Sized)) -> Event {
        match item {
            Item::Deliver(slot) => self.deliver(slot, sink),
            Item::Lose(slot, reason) => self.lose(slot, reason, sink),
            Item::Timer(node, timer, cause) => self.fire(node, timer, cause, sink),
            Item::Write(node) => self.complete_write(node, sink),
            Item::Start(node) => self.start(node, 0, EventId::NONE, sink),
            Item::Generated(client, n) => self.generated(client, n, sink),
            Item::Scripted(client, n) => self.scripted(client, n, sink),
            Item::Planned(n) => self.planned(n, sink),
        }
    }

    // ---- events at nodes

    fn deliver(&mut self, slot: u32, sink: &mut (impl Sink + ?Sized)) -> Event {
        let flight = self.kernel.land(slot, None);
        let Some(message) = self.payloads[slot as usize].take() else { unreachable!("every flight has a payload") };
        let Envelope { from, to, kind, .. } = flight.envelope;
        let mut event = self.kernel.event(EventKind::Delivered, EventPlace::Node(to), flight.id, flight.cause);
        (event.sub, event.peer) = (kind, from);
        self.report(&event, &message, sink);
        self.handle(to, Input::Message { from, message }, event.id, sink);
        event
    }

    fn fire(&mut self, node: NodeId, timer: u8, cause: EventId, sink: &mut (impl Sink + ?Sized)) -> Event {
        let item = super::kernel::timer_item(node, timer);
        let mut event = self.kernel.event(EventKind::TimerFired, EventPlace::Node(node), item, cause);
        event.sub = timer;
        self.report(&event, &timer, sink);
        if let Some(timer) = TimerName::from_index(timer) {
            self.handle(node, Input::Timer(timer), event.id, sink);
        }
        event
    }

    fn complete_write(&mut self, node: NodeId, sink: &mut (impl Sink + ?Sized)) -> Event {
        let seat = &mut self.seats[node.index()];
        let Some(Pending { write, record, cause, fails, .. }) = seat.disk.complete(&mut self.kernel.fired) else {
            unreachable!("the kernel schedules a completion for each pending write")
        };
        let kind = if fails { EventKind::WriteFailed } else { EventKind::Persisted };
        let event = self.kernel.event(kind, EventPlace::Node(node), Disk::<RecordOf<D>>::item(node, write), cause);
        self.report(&event, &record, sink);
        if fails {
            self.handle(node, Input::WriteFailed(write), event.id, sink);
            return event;
        }
        let seat = &mut self.seats[node.index()];
        seat.synced = Some(write);
        // What waited for this write goes out first, in the order in which it was said.
        let ready = seat.outbox.partition_point(|(after, ..)| *after <= write);
        let released: Vec<_> = seat.outbox.drain(..ready).collect();
        for (_, to, message) in released {
            self.send(node, to, message, event.id);
        }
        self.handle(node, Input::Persisted(write), event.id, sink);
        event
    }

    /// Starts a node; `how`: 0 for the first time, 1 with its disk, 2 with an empty one.
    fn start(&mut self, node: NodeId, how: u32, cause: EventId, sink: &mut (impl Sink + ?Sized)) -> Event {
        self.kernel.run(node);
        let seat = &mut self.seats[node.index()];
        seat.core = self.deployment.boot(node);
        let disk = seat.disk.read();
        let item = EventId::new(Place::of_node(crate::base::ids::PlaceKind::Node, node), 0);
        let mut event = self.kernel.event(EventKind::Started, EventPlace::Node(node), item, cause);
        event.detail = how;
        self.report(&event, &how, sink);
        if how == 0 {
            self.schedule_first_operation(node);
        }
        self.handle(node, Input::Started { disk }, event.id, sink);
        event
    }

    fn invoke(
        &mut self,
        client: NodeId,
        request: <D::Node as Core>::Request,
        item: EventId,
        cause: EventId,
        sink: &mut (impl Sink + ?Sized),
    ) -> Event {
        let event = self.kernel.event(EventKind::Invoked, EventPlace::Node(client), item, cause);
        self.report(&event, &request, sink);
        if let Some(op) = self.history.invoke(client, request.clone(), event.at_us, event.id) {
            self.handle(client, Input::Request { op, request }, event.id, sink);
        }
        event
    }

    fn generated(&mut self, client: NodeId, n: u32, sink: &mut (impl Sink + ?Sized)) -> Event {
        let item = super::kernel::generated_item(client, n);
        let plan = self.plan.clone();
        let Some(generator) = &plan.workload.generator else { return self.missed(item, sink) };
        let mut draws = Sequence::new(plan.seed, Purpose::Workload, item.0);
        let due_us = self.kernel.now_us().saturating_add(draws.range(generator.every_us_min, generator.every_us_max));
        if due_us < generator.end_us {
            self.kernel.schedule_generated(client, n + 1, due_us);
        }
        if self.process(client) != Process::Running {
            return self.missed(item, sink);
        }
        let request = self.deployment.generate(generator, client, n, &mut draws);
        self.invoke(client, request, item, EventId::NONE, sink)
    }

    fn schedule_first_operation(&mut self, client: NodeId) {
        let Some(generator) = &self.plan.workload.generator else { return };
        if self.plan.cluster.is_client(client) {
            let mut draws = Sequence::new(self.plan.seed, Purpose::Workload, client.0 as u64);
            let due_us = generator.start_us.saturating_add(draws.range(0, generator.every_us_max));
            if due_us < generator.end_us {
                self.kernel.schedule_generated(client, 0, due_us);
            }
        }
    }

    fn scripted(&mut self, client: NodeId, n: u32, sink: &mut (impl Sink + ?Sized)) -> Event {
        let item = super::kernel::scripted_item(client, n);
        let plan = self.plan.clone();
        let parsed = plan.workload.operations.get(n as usize).map(|planned| self.deployment.parse(&planned.operation));
        match parsed {
            Some(Ok(request)) if self.process(client) == Process::Running => {
                self.invoke(client, request, item, EventId::NONE, sink)
            }
            _ => self.missed(item, sink),
        }
    }

    // ---- events elsewhere

    fn lose(&mut self, slot: u32, reason: Loss, sink: &mut (impl Sink + ?Sized)) -> Event {
        let flight = self.kernel.land(slot, Some(reason));
        self.payloads[slot as usize] = None;
        let Envelope { from, to, kind, .. } = flight.envelope;
        let mut event = self.kernel.event(EventKind::Lost, EventPlace::Loss((from, to)), flight.id, flight.cause);
        (event.sub, event.peer, event.detail) = (kind, to, reason as u32);
        self.report(&event, &(reason as u8), sink);
        event
    }

    fn missed(&mut self, item: EventId, sink: &mut (impl Sink + ?Sized)) -> Event {
        let event = self.kernel.event(EventKind::Missed, EventPlace::Item, item, EventId::NONE);
        self.report(&event, &0u8, sink);
        event
    }

    fn planned(&mut self, n: u32, sink: &mut (impl Sink + ?Sized)) -> Event {
        let plan = self.plan.clone();
        let item = EventId::new(Place::plan(), n);
        let Some(planned) = plan.faults.get(n as usize) else { return self.missed(item, sink) };
        if let Action::Choose(chosen) = planned.action {
            // One step is one event: the plan makes the item due now, and it runs next.
            return match self.kernel.hasten(chosen) {
                Ok(()) => self.acted(item, &planned.action, sink),
                Err(_) => self.missed(item, sink),
            };
        }
        match self.perform(item, &planned.action, sink) {
            Ok(event) => event,
            Err(_) => self.missed(item, sink),
        }
    }

    // ---- actions

    /// Performs an action; `item` is its identity. Checks first, changes after.
    fn perform(&mut self, item: EventId, action: &Action, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        let event = self.carry_out(item, action, sink)?;
        if let Some(kind) = fault_kind(action) {
            self.kernel.fired.count(kind);
        }
        Ok(event)
    }

    fn carry_out(&mut self, item: EventId, action: &Action, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        let now = self.kernel.now_us();
        match action {
            Action::Crash(node) => {
                self.expect(*node, |p| p != Process::Crashed, "already-crashed")?;
                return Ok(self.crash(*node, item, sink));
            }
            Action::Restart { node, empty } => {
                self.expect(*node, |p| matches!(p, Process::Crashed | Process::Halted), "not-crashed")?;
                if self.process(*node) == Process::Halted {
                    self.stop(*node, Process::Crashed);
                }
                if *empty {
                    self.seats[node.index()].disk.wipe();
                }
                return Ok(self.start(*node, 1 + *empty as u32, item, sink));
            }
            Action::Pause(node) => {
                self.expect(*node, |p| p == Process::Running, "not-running")?;
                if let Some(state) = self.kernel.node_mut(*node) {
                    state.process = Process::Paused;
                }
                return Ok(self.at_node(EventKind::Paused, *node, item, sink));
            }
            Action::Resume(node) => {
                self.expect(*node, |p| p == Process::Paused, "not-paused")?;
                self.kernel.run(*node);
                return Ok(self.at_node(EventKind::Resumed, *node, item, sink));
            }
            Action::Request { client, operation } => {
                self.node(*client)?;
                if !self.plan.cluster.is_client(*client) {
                    return Err(Refusal::NothingToDo("not-a-client"));
                }
                self.expect(*client, |p| p == Process::Running, "not-running")?;
                let request = self.deployment.parse(operation).map_err(Refusal::BadOperation)?;
                return Ok(self.invoke(*client, request, item, item, sink));
            }
            Action::Slow { node, service_us, queue } => {
                self.node(*node)?;
                self.kernel.set_slow(*node, *service_us, *queue);
            }
            Action::Cut(cut) => self.kernel.links.cut(cut)?,
            Action::Heal(links) => {
                let released = self.kernel.links.heal(links)?;
                self.kernel.unclog();
                self.kernel.release(&released);
            }
            Action::Channel(rule) => self.kernel.links.add_rule(rule)?,
            Action::ResetChannels => self.kernel.links.reset_rules(),
            Action::Clog { links, for_us } => {
                self.kernel.links.forget_clogs_before(now);
                self.kernel.links.clog(links, now, now.saturating_add(*for_us))?;
                self.kernel.reclog(links);
            }
            Action::SwizzleClog { nodes, step_us, free_order } => self.swizzle(nodes, *step_us, free_order)?,
            Action::Hold(links) => {
                self.kernel.links.hold(links)?;
                self.kernel.hold(links);
            }
            Action::Release(links) => {
                let released = self.kernel.links.release(links)?;
                self.kernel.release(&released);
            }
            Action::Message { message, act } => self.act_on_message(*message, *act)?,
            Action::Clock { node, act } => {
                self.node(*node)?;
                match *act {
                    ClockAct::Rate(rate_ppm) => self.kernel.set_rate(*node, rate_ppm)?,
                    ClockAct::Jump(by_us) => {
                        if let Some(state) = self.kernel.node_mut(*node) {
                            state.clock.jump(by_us);
                        }
                    }
                }
            }
            Action::Disk { node, act } => self.act_on_disk(*node, act)?,
            Action::Choose(chosen) => return Err(Refusal::NotEnabled(*chosen)),
            Action::Redraw(number) => self.kernel.redraw(mix(self.plan.seed, Purpose::Redraw, u64::from(*number), 0)),
        }
        Ok(self.acted(item, action, sink))
    }

    fn crash(&mut self, node: NodeId, cause: EventId, sink: &mut (impl Sink + ?Sized)) -> Event {
        self.stop(node, Process::Crashed);
        let event = self.at_node(EventKind::Crashed, node, cause, sink);
        self.history.abandon(node, event.at_us, event.id);
        event
    }

    /// The process ends: what it held in memory is gone, and its disk loses what it loses.
    fn stop(&mut self, node: NodeId, process: Process) {
        let seat = &mut self.seats[node.index()];
        let seed = self.kernel.seed();
        seat.disk.crash(seed, &mut self.kernel.fired);
        seat.outbox.clear();
        let next_write = seat.disk.next_write();
        self.kernel.stop(node, process, next_write);
    }

    fn swizzle(&mut self, nodes: &[NodeId], step_us: u64, free_order: &[u16]) -> Result<(), Refusal> {
        let named = (0..nodes.len() as u16).all(|position| free_order.contains(&position));
        if !named || free_order.len() != nodes.len() {
            return Err(Refusal::BadValue("free-order", "each position of the nodes once"));
        }
        nodes.iter().try_for_each(|node| self.node(*node))?;
        let now = self.kernel.now_us();
        self.kernel.links.forget_clogs_before(now);
        let after = |steps: usize| now.saturating_add(step_us.saturating_mul(steps as u64));
        for (freed, place) in free_order.iter().enumerate() {
            let links = self.kernel.links.around(nodes[*place as usize]);
            self.kernel.links.clog(&links, after(*place as usize), after(nodes.len() + freed))?;
        }
        for node in nodes {
            let links = self.kernel.links.around(*node);
            self.kernel.reclog(&links);
        }
        Ok(())
    }

    fn act_on_message(&mut self, message: EventId, act: MessageAct) -> Result<(), Refusal> {
        let find = |id| self.kernel.find(id).ok_or(Refusal::NoSuchMessage(id));
        let slot = find(message)?;
        match act {
            MessageAct::Deliver => self.kernel.deliver_now(slot),
            MessageAct::Drop => self.kernel.drop_now(slot),
            MessageAct::Delay(by_us) => self.kernel.delay(slot, by_us),
            MessageAct::Swap(other) => {
                let other = find(other)?;
                self.kernel.swap(slot, other);
            }
            MessageAct::Duplicate => {
                let payload = self.payloads[slot as usize].clone();
                if let Some(copy) = self.kernel.duplicate(slot) {
                    self.store(copy, payload);
                }
            }
        }
        Ok(())
    }

    fn act_on_disk(&mut self, node: NodeId, act: &DiskAct) -> Result<(), Refusal> {
        self.node(node)?;
        self.seats[node.index()].disk.act(act)
    }

    fn at_node(&mut self, kind: EventKind, node: NodeId, cause: EventId, sink: &mut (impl Sink + ?Sized)) -> Event {
        let event = self.kernel.event(kind, EventPlace::Node(node), cause, cause);
        self.report(&event, &0u8, sink);
        event
    }

    fn acted(&mut self, item: EventId, action: &Action, sink: &mut (impl Sink + ?Sized)) -> Event {
        let mut event = self.kernel.event(EventKind::Acted, EventPlace::Item, item, EventId::NONE);
        event.detail = action.number();
        self.report(&event, &0u8, sink);
        event
    }

    fn node(&self, node: NodeId) -> Result<(), Refusal> {
        if node.index() < self.seats.len() { Ok(()) } else { Err(Refusal::NoSuchNode(node)) }
    }

    fn expect(&self, node: NodeId, right: impl Fn(Process) -> bool, otherwise: &'static str) -> Result<(), Refusal> {
        self.node(node)?;
        if right(self.process(node)) { Ok(()) } else { Err(Refusal::NothingToDo(otherwise)) }
    }

    // ---- cores and their effects

    /// Feeds the run's hash and the sink.
    #[inline]
    fn report(&mut self, event: &Event, payload: &impl Encode, sink: &mut (impl Sink + ?Sized)) {
        let bytes = &mut self.scratch.bytes;
        bytes.clear();
        bytes.u64(event.id.0);
        bytes.u64(event.at_us);
        bytes.u8(event.kind as u8);
        bytes.u64(event.cause.0);
        let head = bytes.bytes().len();
        bytes.put(payload);
        self.kernel.hash.update(bytes.bytes());
        sink.carried(&bytes.bytes()[head..]);
        sink.event(event);
    }

    /// Gives a core its input and carries out what it wants.
    #[inline]
    fn handle(&mut self, node: NodeId, input: Input<D::Node>, event: EventId, sink: &mut (impl Sink + ?Sized)) {
        let now_us = self.kernel.now_us();
        let Some(state) = self.kernel.node(node) else { return };
        let local = state.clock.read(now_us);
        let mut effects = std::mem::take(&mut self.scratch.effects);
        let seat = &mut self.seats[node.index()];
        effects.begin(seat.disk.next_write());
        seat.core.handle(local, input, &mut effects);
        for effect in effects.drain() {
            match effect {
                Effect::Send { to, message, after } => match after {
                    Some(write) if self.seats[node.index()].synced.is_none_or(|synced| synced < write) => {
                        let outbox = &mut self.seats[node.index()].outbox;
                        let place = outbox.partition_point(|(other, ..)| *other <= write);
                        outbox.insert(place, (write, to, message));
                    }
                    _ => self.send(node, to, message, event),
                },
                Effect::SetTimer { timer, delay_us_min, delay_us_max } => {
                    self.kernel.set_timer(node, timer.index(), delay_us_min, delay_us_max, event);
                }
                Effect::CancelTimer(timer) => self.kernel.cancel_timer(node, timer.index()),
                Effect::Persist { write, record } => {
                    let seed = self.kernel.seed();
                    let due_us = self.seats[node.index()].disk.write(seed, now_us, write, record, event);
                    self.kernel.schedule_write(Disk::<RecordOf<D>>::item(node, write), due_us);
                }
                Effect::Reply { op, outcome } => self.reply(op, outcome, event),
                Effect::Note(note) => sink.note(&note),
                Effect::Violation(note) => {
                    sink.note(&note);
                    self.violations.push((event, note));
                    self.stop(node, Process::Halted);
                    break;
                }
                Effect::Exit(note) => {
                    sink.note(&note);
                    self.stop(node, Process::Crashed);
                    break;
                }
            }
        }
        self.scratch.effects = effects;
    }

    fn reply(&mut self, op: OpId, outcome: Outcome<<D::Node as Core>::Response>, event: EventId) {
        self.history.complete(op, outcome, self.kernel.now_us(), event);
    }

    #[inline]
    fn send(&mut self, from: NodeId, to: NodeId, message: MessageOf<D>, cause: EventId) {
        if self.node(to).is_err() || from == to {
            // Nobody is there: as on a real network, the message goes nowhere.
            return;
        }
        let kind = message.kind();
        let class = <MessageOf<D> as Message>::KINDS.get(kind as usize).map_or(crate::protocol::Class::OneWay, |kind| kind.class);
        let envelope = Envelope { from, to, kind, class, size_bytes: message.size_bytes(), count: message.count() };
        let (slot, copy) = self.kernel.send(envelope, cause);
        if let Some(copy) = copy {
            self.store(copy, Some(message.clone()));
        }
        self.store(slot, Some(message));
    }

    #[inline]
    fn store(&mut self, slot: u32, payload: Option<MessageOf<D>>) {
        let slot = slot as usize;
        if slot >= self.payloads.len() {
            self.payloads.resize(slot + 1, None);
        }
        self.payloads[slot] = payload;
    }

    // ---- the state as a whole

    /// Appends the canonical state: nodes, disks, messages in flight, armed timers, faults. No absolute time, no ids.
    pub fn encode_state(&self, to: &mut Encoder) {
        let now_us = self.kernel.now_us();
        for (node, seat) in self.seats.iter().enumerate() {
            let id = NodeId(node as u16);
            to.u8(self.process(id) as u8);
            to.put(&seat.core);
            seat.disk.encode_state(to);
            to.len(seat.outbox.len());
            for (after, receiver, message) in &seat.outbox {
                to.u32(after.0.saturating_sub(seat.disk.first_pending()));
                to.put(receiver);
                to.put(message);
            }
            if let Some(state) = self.kernel.node(id) {
                to.i64(state.clock.rate_ppm());
                to.bool(state.slow.is_some());
                if let Some(slow) = state.slow {
                    to.u64(slow.service_us);
                    to.u32(slow.capacity);
                    to.u32(slow.waiting);
                }
            }
            for timer in 0..self.kernel.timers() {
                let armed = self.kernel.timer(id, timer);
                to.bool(armed.is_some());
                if let Some(armed) = armed.filter(|_| <D::Node as Core>::COMPARES_LOCAL_TIME) {
                    to.u64(armed.due_us.saturating_sub(now_us));
                }
            }
        }
        let mut flying: Vec<u128> = self.kernel.flights().map(|(slot, flight)| self.encode_flight(slot, flight)).collect();
        sorted::sort_pairs(&mut flying);
        to.list(flying.iter());
        self.kernel.links.encode_faults(now_us, to);
        to.option(self.budgets.as_ref());
    }

    /// Rough number of bytes that a clone does not share: queue, messages, timers, pointers to shared chunks.
    pub fn memory_bytes(&self) -> usize {
        use std::mem::size_of;
        let seats = self.seats.len() * (size_of::<Seat<D::Node>>() + 1024);
        let payloads = self.payloads.len() * (size_of::<Option<MessageOf<D>>>() + size_of::<Flight>());
        let chunks: usize = self.seats.iter().map(|seat| seat.disk.counts().0 as usize / 64 * 16).sum();
        seats + payloads + chunks * 2 + self.kernel.memory_bytes()
    }

    fn encode_flight(&self, slot: u32, flight: &Flight) -> u128 {
        let mut to = Encoder::new();
        to.put(&flight.envelope.from);
        to.put(&flight.envelope.to);
        to.bool(flight.lost.is_some());
        to.bool(flight.held);
        to.option(self.payload(slot));
        to.fingerprint().0
    }
}

/// The fault that an action is by itself; what depends on who meets it is counted there.
fn fault_kind(action: &Action) -> Option<FaultKind> {
    Some(match action {
        Action::Crash(_) => FaultKind::Crash,
        Action::Restart { empty: false, .. } => FaultKind::Restart,
        Action::Restart { empty: true, .. } => FaultKind::RestartEmpty,
        Action::Pause(_) => FaultKind::Pause,
        Action::SwizzleClog { .. } => FaultKind::SwizzleClog,
        Action::Cut(cut) => match cut {
            Cut::Islands(_) => FaultKind::CutIslands,
            Cut::Bridge { .. } => FaultKind::CutBridge,
            Cut::Ring(_) => FaultKind::CutRing,
            Cut::OneWay { .. } => FaultKind::CutOneWay,
            Cut::Isolate(_) => FaultKind::CutIsolate,
            Cut::Links(_) => FaultKind::CutLinks,
        },
        Action::Channel(rule) if rule.set.delay_us.is_some() => FaultKind::Delay,
        Action::Clock { act: ClockAct::Jump(_), .. } => FaultKind::ClockJump,
        Action::Clock { act: ClockAct::Rate(rate), .. } if *rate != 0 => FaultKind::ClockRate,
        Action::Disk { act: DiskAct::Fsync(..), .. } => FaultKind::FsyncDelay,
        Action::Disk { act: DiskAct::Corrupt(_), .. } => FaultKind::Corruption,
        Action::Message { act, .. } => match act {
            MessageAct::Deliver => FaultKind::MessageDelivered,
            MessageAct::Duplicate => FaultKind::MessageDuplicated,
            MessageAct::Delay(_) => FaultKind::MessageDelayed,
            MessageAct::Swap(_) => FaultKind::MessageSwapped,
            // Counted when it vanishes.
            MessageAct::Drop => return None,
        },
        _ => return None,
    })
}
