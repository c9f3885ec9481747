//! A system in motion: a world with its live checkers, behind the object-safe [`Run`].

use super::inspect::{
    Detail, Enabled, EntryView, Field, LeasesView, LinkView, LogSummary, MessageView, NodeStatus, NodeView, OperationView,
    PeerView, RoleView, SystemInfo, TimerView, Verdict,
};
use super::open::OpenError;
use super::requests::{LoadSecond, RequestsView};
use super::run::Run;
use crate::base::ids::PlaceKind;
use crate::base::{Encoder, EventId, Fingerprint, NodeId, sorted};
use crate::check::Checker;
use crate::protocol::{Class, Core, Outcome, TimerName};
use crate::sim::history::PENDING;
use crate::sim::kernel::{Flight, Process, timer_item};
use crate::sim::plan::{Action, Cluster, Cut, Plan, Refusal};
use crate::sim::search::{Budgets, Choice};
use crate::sim::trace::{Event, EventKind, Sink};
use crate::sim::world::MessageOf;
use crate::sim::{Deployment, World};
use std::sync::Arc;

/// What a catalogue entry adds to a deployment: its checkers, and how its state is shown.
pub trait System: Deployment + 'static {
    /// Its live checkers.
    type Checks: Checker<Self> + 'static;

    /// What it tells about itself.
    fn info() -> &'static SystemInfo;

    /// The deployment of a plan whose common parts have been checked.
    fn deploy(plan: &Plan) -> Result<Self, OpenError>;

    /// Checkers that have seen nothing yet.
    fn checks(&self, cluster: Cluster) -> Self::Checks;

    /// How a node is shown.
    fn portray(world: &World<Self>, node: NodeId) -> Portrait;

    /// How all nodes are shown, by number: for systems that can do it faster than one by one.
    fn portray_all(world: &World<Self>, detail: Detail) -> Vec<Portrait> {
        let _ = detail;
        (0..world.seats().len() as u16).map(|node| Self::portray(world, NodeId(node))).collect()
    }

    /// Entries `first..=last` of a node's log, as far as they exist; none if nodes have no logs.
    fn entries(_: &World<Self>, _node: NodeId, _first: u64, _last: u64) -> Vec<EntryView> {
        Vec::new()
    }

    /// How a message is shown.
    fn describe(message: &MessageOf<Self>) -> Description;

    /// How a message is shown without its fields, for systems that can do that faster.
    fn describe_sketch(message: &MessageOf<Self>) -> Description {
        Self::describe(message)
    }

    /// Who believes to hold which lock, if the system has locks.
    fn leases(_: &World<Self>, _: &Self::Checks) -> Option<LeasesView> {
        None
    }

    /// Calls and what became of them, if the system has calls.
    fn requests(_: &World<Self>, _: &Self::Checks) -> Option<RequestsView> {
        None
    }

    /// Whether each server asks the next one: they stand in a row.
    fn is_chain(_: &World<Self>) -> bool {
        false
    }

    /// Demand, load and goodput by the second, oldest first; empty if the system does not measure them.
    fn load(_: &Self::Checks) -> Vec<LoadSecond> {
        Vec::new()
    }

    /// A request in short: `put x 7`.
    fn request_text(request: &<Self::Node as Core>::Request) -> String;

    /// A response in short: `7`.
    fn response_text(response: &<Self::Node as Core>::Response) -> String;
}

/// What only the system knows of how a node is shown.
#[derive(Clone, Debug)]
pub struct Portrait {
    /// The part it plays.
    pub role: RoleView,
    /// Term, ballot, view.
    pub epoch: Option<u64>,
    /// Its state, in the order to be read.
    pub fields: Vec<Field>,
    /// Its log.
    pub log: Option<LogSummary>,
    /// What it knows of the others' logs.
    pub peers: Vec<PeerView>,
    /// Nodes that voted for it.
    pub votes: Vec<NodeId>,
    /// Number of the timer that the ring shows.
    pub main_timer: Option<u8>,
}

impl Portrait {
    /// Of a node without epochs, log and votes.
    pub fn plain(role: RoleView, fields: Vec<Field>, main_timer: Option<impl TimerName>) -> Portrait {
        let main_timer = main_timer.map(TimerName::index);
        Portrait { role, epoch: None, fields, log: None, peers: Vec::new(), votes: Vec::new(), main_timer }
    }
}

/// What only the system knows of how a message is shown.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// Term, ballot, view that it speaks for.
    pub epoch: Option<u64>,
    /// Routine traffic.
    pub faint: bool,
    /// For replies: what they say.
    pub answer: Option<bool>,
    /// What it carries.
    pub fields: Vec<Field>,
}

/// A world and its checkers.
#[derive(Clone)]
pub struct Live<S: System> {
    world: World<S>,
    checks: S::Checks,
    checking: bool,
    /// The last few actions by hand, so that their events can be told in words.
    hand: Vec<(u32, Action)>,
}

impl<S: System> Live<S> {
    /// The run of a plan with its types, for benchmarks and searches; [`open`](super::open::open) checks what is common, too.
    pub fn open(plan: &Plan) -> Result<Live<S>, OpenError> {
        let deployment = S::deploy(plan)?;
        Ok(Live::new(World::new(Arc::new(plan.clone()), deployment)))
    }

    /// A world before its first event.
    pub fn new(world: World<S>) -> Live<S> {
        let checks = world.deployment().checks(world.plan().cluster);
        Live { world, checks, checking: true, hand: Vec::new() }
    }

    /// The world itself, for those who know its types.
    pub fn world(&self) -> &World<S> {
        &self.world
    }

    /// Turns the run into a state of a search: nothing is drawn from now on, faults are choices within `budgets`.
    pub fn begin_search(&mut self, budgets: Budgets) {
        self.world.begin_search(budgets);
    }

    /// Executes a choice, and checks what came of it.
    pub fn take(&mut self, choice: Choice, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        let event = self.world.take(choice, sink)?;
        self.check(&event);
        Ok(event)
    }

    /// Executes the earliest due item without dynamic dispatch.
    #[inline]
    pub fn step_with(&mut self, sink: &mut (impl Sink + ?Sized)) -> Option<Event> {
        let event = self.world.step(sink)?;
        self.check(&event);
        Some(event)
    }

    #[inline]
    fn check(&mut self, event: &Event) {
        if self.checking {
            self.checks.step(event, &self.world);
        }
    }

    fn timers(&self, node: NodeId, main: Option<u8>) -> Vec<TimerView> {
        let names = <<S::Node as Core>::Timer as TimerName>::NAMES;
        let kernel = self.world.kernel();
        let armed = (0..kernel.timers()).filter_map(|timer| Some((timer, kernel.timer(node, timer)?)));
        armed
            .map(|(timer, armed)| TimerView {
                name: names.get(timer as usize).copied().unwrap_or(""),
                item: timer_item(node, timer),
                set_us: armed.set_us,
                due_us: armed.due_us,
                main: main == Some(timer),
            })
            .collect()
    }

    fn node_view(&self, id: NodeId, portrait: Portrait) -> Option<NodeView> {
        let state = self.world.kernel().node(id)?;
        let seat = self.world.seats().get(id.index())?;
        let now_us = self.now_us();
        let local = state.clock.read(now_us);
        Some(NodeView {
            id,
            client: self.cluster().is_client(id),
            role: portrait.role,
            epoch: portrait.epoch,
            status: self.status(id)?,
            queue: state.slow.map(|slow| (slow.waiting, slow.capacity)),
            wall_skew_us: local.wall_us.saturating_sub_unsigned(now_us),
            rate_ppm: state.clock.rate_ppm(),
            fields: portrait.fields,
            timers: self.timers(id, portrait.main_timer),
            log: portrait.log,
            peers: portrait.peers,
            votes: portrait.votes,
            disk: seat.disk.counts(),
        })
    }

    fn node_views(&self, detail: Detail) -> Vec<NodeView> {
        let portraits = S::portray_all(&self.world, detail).into_iter().zip(0..);
        portraits.filter_map(|(portrait, node)| self.node_view(NodeId(node), portrait)).collect()
    }

    fn message_views(&self, detail: Detail) -> Vec<MessageView> {
        let flights = self.world.kernel().flights();
        let flights: Vec<(u32, &Flight)> = flights.collect();
        // By id: ids above, positions below.
        let ids = flights.iter().enumerate().map(|(at, (_, flight))| u128::from(flight.id.0) << 64 | at as u128);
        let mut order: Vec<u128> = ids.collect();
        sorted::sort_pairs(&mut order);
        let in_order = order.into_iter().filter_map(|item| flights.get(item as u32 as usize));
        in_order.filter_map(|(slot, flight)| self.message_view(*slot, flight, detail)).collect()
    }

    fn message_view(&self, slot: u32, flight: &Flight, detail: Detail) -> Option<MessageView> {
        let payload = self.world.payload(slot)?;
        let described = match detail {
            Detail::Whole => S::describe(payload),
            Detail::Sketch => S::describe_sketch(payload),
        };
        let kernel = self.world.kernel();
        let link = (flight.envelope.from, flight.envelope.to);
        let stands = kernel.node(link.1).is_some_and(|node| node.process == Process::Paused) && flight.due_us <= kernel.now_us();
        let waiting = flight.held || flight.queued || stands;
        let clogged = kernel.links.clogged_until(link, kernel.now_us()).is_some();
        Some(MessageView {
            id: flight.id,
            from: link.0,
            to: link.1,
            kind: flight.envelope.kind,
            sent_us: flight.sent_us,
            due_us: (!waiting).then_some(flight.due_us),
            lost: flight.lost.is_some(),
            copy: flight.id.place().kind() != PlaceKind::Link,
            waiting: waiting || clogged,
            delayed: flight.delayed,
            count: flight.envelope.count,
            size_bytes: flight.envelope.size_bytes,
            epoch: described.epoch,
            faint: described.faint,
            answer: described.answer,
            fields: described.fields,
        })
    }

    fn enabled_view(&self, due_us: u64, item: EventId) -> Enabled {
        let place = item.place();
        let (kind, sub, node) = match place.kind() {
            PlaceKind::Timer => (EventKind::TimerFired, item.n() as u8, place.node()),
            PlaceKind::Disk => (EventKind::Persisted, 0, place.node()),
            PlaceKind::Workload => (EventKind::Invoked, 0, place.node()),
            PlaceKind::Plan => (EventKind::Acted, 0, NodeId(0)),
            PlaceKind::Node => (EventKind::Started, 0, place.node()),
            _ => {
                let flight = self.world.kernel().find(item).and_then(|slot| self.world.kernel().flight(slot));
                (EventKind::Delivered, flight.map_or(0, |flight| flight.envelope.kind), place.to())
            }
        };
        Enabled { item, due_us, kind, sub, node }
    }

    fn link_view(&self, link: (NodeId, NodeId)) -> LinkView {
        let kernel = self.world.kernel();
        let links = &kernel.links;
        let channels = [Class::Request, Class::Reply, Class::OneWay].map(|class| links.channel_now(link, class));
        let default = links.default_channel();
        let unusual = channels.iter().find(|c| (c.delay_us_min, c.delay_us_max) != (default.delay_us_min, default.delay_us_max));
        LinkView {
            from: link.0,
            to: link.1,
            cut: links.is_cut(link),
            clogged_until_us: links.clogged_until(link, kernel.now_us()),
            held: links.is_held(link),
            loss_ppm: channels.map(|channel| channel.loss_ppm),
            duplicate_ppm: channels.iter().map(|channel| channel.duplicate_ppm).max().unwrap_or(0),
            reorder_ppm: channels.iter().map(|channel| channel.reorder_ppm).max().unwrap_or(0),
            delay_us: unusual.map(|channel| (channel.delay_us_min, channel.delay_us_max)),
        }
    }
}

/// How many actions by hand are remembered for their words; a timeline has them all.
const HAND_MEMORY: usize = 32;

impl<S: System> Run for Live<S> {
    fn boxed_clone(&self) -> Box<dyn Run> {
        Box::new(self.clone())
    }

    fn info(&self) -> &'static SystemInfo {
        S::info()
    }

    fn cluster(&self) -> Cluster {
        self.world.plan().cluster
    }

    fn now_us(&self) -> u64 {
        self.world.kernel().now_us()
    }

    fn executed(&self) -> u64 {
        self.world.kernel().executed()
    }

    fn next_due_us(&self) -> Option<u64> {
        self.world.kernel().next_due_us()
    }

    fn step(&mut self, sink: &mut dyn Sink) -> Option<Event> {
        self.step_with(sink)
    }

    fn act(&mut self, n: u32, action: &Action, sink: &mut dyn Sink) -> Result<Event, Refusal> {
        let event = self.world.act(n, action, sink)?;
        if self.hand.len() == HAND_MEMORY {
            self.hand.remove(0);
        }
        self.hand.push((n, action.clone()));
        self.check(&event);
        Ok(event)
    }

    fn advance_to(&mut self, at_us: u64) {
        self.world.advance_to(at_us);
    }

    fn enabled(&self) -> Vec<Enabled> {
        self.world.kernel().enabled().into_iter().map(|(due_us, item)| self.enabled_view(due_us, item)).collect()
    }

    fn run_fingerprint(&self) -> Fingerprint {
        self.world.run_fingerprint()
    }

    fn state_fingerprint(&self) -> Fingerprint {
        let mut to = Encoder::new();
        self.world.encode_state(&mut to);
        self.checks.encode_state(&self.world, &mut to);
        to.fingerprint()
    }

    fn set_checking(&mut self, on: bool) {
        self.checking = on;
    }

    fn nodes(&self) -> Vec<NodeView> {
        self.node_views(Detail::Whole)
    }

    fn node_sketches(&self) -> Vec<NodeView> {
        self.node_views(Detail::Sketch)
    }

    fn status(&self, id: NodeId) -> Option<NodeStatus> {
        let state = self.world.kernel().node(id)?;
        Some(match state.process {
            Process::Running => NodeStatus::Running,
            Process::Crashed if !state.has_started() => NodeStatus::NotStarted,
            Process::Crashed => NodeStatus::Crashed,
            Process::Paused => NodeStatus::Paused,
            Process::Halted => NodeStatus::Halted,
        })
    }

    fn node(&self, id: NodeId) -> Option<NodeView> {
        self.world.seats().get(id.index())?;
        self.node_view(id, S::portray(&self.world, id))
    }

    fn log(&self, id: NodeId, first: u64, last: u64) -> Vec<EntryView> {
        if id.index() < self.world.seats().len() { S::entries(&self.world, id, first, last) } else { Vec::new() }
    }

    fn messages(&self) -> Vec<MessageView> {
        self.message_views(Detail::Whole)
    }

    fn message_sketches(&self) -> Vec<MessageView> {
        self.message_views(Detail::Sketch)
    }

    fn cut_links(&self) -> Vec<(NodeId, NodeId)> {
        self.world.kernel().links.all_cut().collect()
    }

    fn links_beside_cuts(&self) -> Vec<LinkView> {
        let links = &self.world.kernel().links;
        let split = |link: (NodeId, NodeId)| links.is_cut(link) && links.is_cut((link.1, link.0));
        let troubled = links.troubled_beside(self.now_us(), split);
        troubled.iter().map(|link| self.link_view(link)).collect()
    }

    fn links(&self) -> Vec<LinkView> {
        let troubled = self.world.kernel().links.troubled(self.now_us());
        troubled.iter().map(|link| self.link_view(link)).collect()
    }

    fn cuts(&self) -> Vec<Cut> {
        self.world.kernel().links.cuts().to_vec()
    }

    fn operations(&self, most: usize) -> Vec<OperationView> {
        let all = self.world.history().operations();
        all.iter_from(all.len().saturating_sub(most))
            .map(|operation| OperationView {
                client: operation.op.client,
                n: operation.op.n,
                process: operation.process,
                request: S::request_text(&operation.request),
                invoked_us: operation.invoked.0,
                returned_us: operation.returned.as_ref().map(|returned| returned.0),
                outcome: operation.returned.as_ref().map_or(PENDING, |(.., outcome)| outcome.name()),
                response: match operation.returned.as_ref().map(|returned| &returned.2) {
                    Some(Outcome::Ok(response)) => Some(S::response_text(response)),
                    _ => None,
                },
            })
            .collect()
    }

    fn leases(&self) -> Option<LeasesView> {
        S::leases(&self.world, &self.checks)
    }

    fn requests(&self) -> Option<RequestsView> {
        S::requests(&self.world, &self.checks)
    }

    fn is_chain(&self) -> bool {
        S::is_chain(&self.world)
    }

    fn load(&self) -> Vec<LoadSecond> {
        S::load(&self.checks)
    }

    fn operations_with(&self, outcome: &str) -> usize {
        self.world.history().count(outcome)
    }

    fn operation_count(&self) -> usize {
        self.world.history().operations().len()
    }

    fn verdicts(&self) -> Vec<Verdict> {
        self.checks.verdicts(&self.world)
    }

    fn fallen(&self) -> u32 {
        self.checks.fallen()
    }

    fn planned_action(&self, n: u32) -> Option<Action> {
        let planned = self.world.plan().faults.get(n as usize).map(|planned| planned.action.clone());
        planned.or_else(|| self.hand.iter().rev().find(|(number, _)| *number == n).map(|(_, action)| action.clone()))
    }

    fn memory_bytes(&self) -> usize {
        self.world.memory_bytes()
    }
}
