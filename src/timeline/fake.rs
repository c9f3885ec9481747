//! A small run for tests: nodes that pass tokens on, with delays and routes drawn statelessly. Token `t` goes from node to
//! node for ever; each arrival is an event, and many share a time.

use crate::base::draw::{Purpose, in_range, mix};
use crate::base::ids::PlaceKind;
use crate::base::{Encoder, EventId, Fingerprint, Level, NodeId, Note, NoteKind, Place, RunHash};
use crate::sim::plan::{Action, Cluster, Cut, MessageAct, Plan, Refusal};
use crate::sim::trace::{Event, EventKind, Sink};
use crate::system::inspect::{
    Enabled, EntryView, Field, FieldValue, Fill, LinkView, MessageView, NodeStatus, NodeView, OperationView, RoleView, Status,
    SystemInfo, Verdict, Witness,
};
use crate::system::run::Run;
use std::collections::BTreeMap;

static TENTH: NoteKind = NoteKind { key: "fake.becomes-leader", level: Level::Story, rule: None, args: &[] };
static SUM: NoteKind = NoteKind { key: "fake.sum", level: Level::Protocol, rule: None, args: &[] };
static FELL: NoteKind = NoteKind { key: "fake.fell", level: Level::Story, rule: None, args: &[] };
static INFO: SystemInfo = SystemInfo {
    id: "fake",
    behaviour: 1,
    messages: &[],
    timers: &[],
    properties: &["small"],
    mutants: &[],
    settings: &[],
    verbs: &[],
    views: &[],
};

#[derive(Clone)]
pub(super) struct Fake {
    seed: u64,
    servers: u16,
    now_us: u64,
    executed: u64,
    /// (due, message) to (sender, receiver, cause, value).
    flights: BTreeMap<(u64, EventId), (NodeId, NodeId, EventId, u64)>,
    sums: Vec<u64>,
    counts: Vec<u32>,
    down: Vec<bool>,
    sends: BTreeMap<Place, u32>,
    losses: BTreeMap<Place, u32>,
    limit: u64,
    fell: Option<EventId>,
    hash: RunHash,
}

/// Opens a fake; setting `limit`: the sum beyond which its property falls; `tokens`: how many go round.
pub(super) fn open(plan: &Plan) -> Result<Box<dyn Run>, String> {
    let servers = plan.cluster.servers;
    let mut fake = Fake {
        seed: plan.seed,
        servers,
        now_us: 0,
        executed: 0,
        flights: BTreeMap::new(),
        sums: vec![0; servers as usize],
        counts: vec![0; servers as usize],
        down: vec![false; servers as usize],
        sends: BTreeMap::new(),
        losses: BTreeMap::new(),
        limit: plan.setting("limit").map_or(u64::MAX, |limit| limit as u64),
        fell: None,
        hash: RunHash::default(),
    };
    for token in 0..plan.setting("tokens").unwrap_or(servers as i64) as u16 {
        fake.send(NodeId(token % servers), EventId::NONE, token as u64);
    }
    Ok(Box::new(fake))
}

impl Fake {
    fn send(&mut self, from: NodeId, cause: EventId, value: u64) {
        let to_draw = mix(self.seed, Purpose::Send, value ^ (self.counts[from.index()] as u64) << 20, from.0 as u64);
        let to = NodeId(in_range(to_draw, 0, self.servers as u64 - 1) as u16);
        let link = Place::of_link(PlaceKind::Link, from, to);
        let n = self.sends.entry(link).or_default();
        let id = EventId::new(link, *n);
        *n += 1;
        let delay_us = in_range(mix(self.seed, Purpose::Send, id.0, 1), 0, 40);
        self.flights.insert((self.now_us + delay_us, id), (from, to, cause, value));
    }

    fn event(&mut self, kind: EventKind, node: NodeId, cause: EventId, item: EventId, sink: &mut dyn Sink) -> Event {
        let n = self.counts[node.index()];
        self.counts[node.index()] += 1;
        let id = EventId::new(Place::of_node(PlaceKind::Node, node), n);
        self.report(Event { id, at_us: self.now_us, cause, item, kind, sub: 0, peer: NodeId(0), detail: 0 }, sink)
    }

    fn report(&mut self, event: Event, sink: &mut dyn Sink) -> Event {
        self.executed += 1;
        let mut bytes = Encoder::new();
        [event.id.0, event.at_us, event.cause.0, event.item.0].into_iter().for_each(|word| bytes.u64(word));
        bytes.list(self.sums.iter());
        self.hash.update(bytes.bytes());
        sink.event(&event);
        event
    }

    fn take(&mut self, due_us: u64, id: EventId, sink: &mut dyn Sink) -> Option<Event> {
        let (from, to, cause, value) = self.flights.remove(&(due_us, id))?;
        self.now_us = self.now_us.max(due_us);
        if self.down[to.index()] {
            // The sender tries again, so that crashes do not end the run.
            let lost = self.lose(id, from, to, cause, sink);
            self.send(from, lost.id, value.wrapping_add(1));
            return Some(lost);
        }
        self.sums[to.index()] = self.sums[to.index()].wrapping_mul(3).wrapping_add(value) % 1_000_003;
        let mut event = self.event(EventKind::Delivered, to, cause, id, sink);
        event.peer = from;
        let sum = self.sums[to.index()];
        if event.id.n() % 10 == 9 {
            sink.note(&Note::new(&TENTH, []));
        }
        if sum.is_multiple_of(7) {
            sink.note(&Note::new(&SUM, []));
        }
        if sum > self.limit && self.fell.is_none() {
            self.fell = Some(event.id);
        }
        self.send(to, event.id, value.wrapping_add(sum));
        Some(event)
    }

    fn lose(&mut self, id: EventId, from: NodeId, to: NodeId, cause: EventId, sink: &mut dyn Sink) -> Event {
        let place = Place::of_link(PlaceKind::Loss, from, to);
        let n = self.losses.entry(place).or_default();
        let lost = EventId::new(place, *n);
        *n += 1;
        let (kind, at_us) = (EventKind::Lost, self.now_us);
        self.report(Event { id: lost, at_us, cause, item: id, kind, sub: 0, peer: to, detail: 0 }, sink)
    }

    fn known(&self, node: NodeId) -> Result<(), Refusal> {
        if node.0 < self.servers { Ok(()) } else { Err(Refusal::NoSuchNode(node)) }
    }

    fn flight(&self, id: EventId) -> Result<u64, Refusal> {
        let found = self.flights.keys().find(|(_, known)| *known == id);
        found.map(|(due_us, _)| *due_us).ok_or(Refusal::NoSuchMessage(id))
    }
}

impl Run for Fake {
    fn boxed_clone(&self) -> Box<dyn Run> {
        Box::new(self.clone())
    }
    fn info(&self) -> &'static SystemInfo {
        &INFO
    }
    fn cluster(&self) -> Cluster {
        Cluster { servers: self.servers, clients: 0 }
    }
    fn now_us(&self) -> u64 {
        self.now_us
    }
    fn executed(&self) -> u64 {
        self.executed
    }
    fn next_due_us(&self) -> Option<u64> {
        self.flights.keys().next().map(|(due_us, _)| *due_us)
    }
    fn step(&mut self, sink: &mut dyn Sink) -> Option<Event> {
        let (due_us, id) = *self.flights.keys().next()?;
        self.take(due_us, id, sink)
    }
    fn act(&mut self, n: u32, action: &Action, sink: &mut dyn Sink) -> Result<Event, Refusal> {
        let item = EventId::new(Place::hand(), n);
        match *action {
            Action::Crash(node) => {
                self.known(node)?;
                if std::mem::replace(&mut self.down[node.index()], true) {
                    return Err(Refusal::NothingToDo("already-crashed"));
                }
                Ok(self.event(EventKind::Crashed, node, item, item, sink))
            }
            Action::Restart { node, .. } => {
                self.known(node)?;
                if !std::mem::replace(&mut self.down[node.index()], false) {
                    return Err(Refusal::NothingToDo("not-crashed"));
                }
                let event = self.event(EventKind::Started, node, item, item, sink);
                self.send(node, event.id, n as u64);
                Ok(event)
            }
            Action::Message { message, act: MessageAct::Drop } => {
                let due_us = self.flight(message)?;
                let Some((from, to, cause, _)) = self.flights.remove(&(due_us, message)) else {
                    return Err(Refusal::NoSuchMessage(message));
                };
                Ok(self.lose(message, from, to, cause, sink))
            }
            Action::Choose(message) => {
                let due_us = self.flight(message)?;
                let flight = self.flights.remove(&(due_us, message)).ok_or(Refusal::NotEnabled(message))?;
                self.flights.insert((self.now_us, message), flight);
                self.take(self.now_us, message, sink).ok_or(Refusal::NotEnabled(message))
            }
            _ => Err(Refusal::NothingToDo("not-supported")),
        }
    }
    fn advance_to(&mut self, at_us: u64) {
        self.now_us = self.now_us.max(at_us.min(self.next_due_us().unwrap_or(u64::MAX)));
    }
    fn enabled(&self) -> Vec<Enabled> {
        Vec::new()
    }
    fn run_fingerprint(&self) -> Fingerprint {
        self.hash.fingerprint()
    }
    fn state_fingerprint(&self) -> Fingerprint {
        Fingerprint::default()
    }
    fn set_checking(&mut self, _: bool) {}
    fn nodes(&self) -> Vec<NodeView> {
        (0..self.servers).filter_map(|node| self.node(NodeId(node))).collect()
    }
    fn node(&self, id: NodeId) -> Option<NodeView> {
        self.known(id).ok()?;
        Some(NodeView {
            id,
            client: false,
            role: RoleView { key: "fake.role.passer", letter: 'P', fill: Fill::Outline },
            epoch: None,
            status: if self.down[id.index()] { NodeStatus::Crashed } else { NodeStatus::Running },
            queue: None,
            wall_skew_us: 0,
            rate_ppm: 0,
            fields: vec![Field { key: "fake.field.sum", value: FieldValue::Int(self.sums[id.index()] as i64) }],
            timers: Vec::new(),
            log: None,
            peers: Vec::new(),
            votes: Vec::new(),
            disk: (0, 0, 0),
        })
    }
    fn log(&self, _: NodeId, _: u64, _: u64) -> Vec<EntryView> {
        Vec::new()
    }
    fn messages(&self) -> Vec<MessageView> {
        let view = |(&(due_us, id), &(from, to, ..)): (&(u64, EventId), &(NodeId, NodeId, EventId, u64))| MessageView {
            id,
            from,
            to,
            kind: 0,
            sent_us: 0,
            due_us: Some(due_us),
            lost: false,
            copy: false,
            waiting: false,
            delayed: false,
            count: 1,
            size_bytes: 8,
            epoch: None,
            faint: false,
            answer: None,
            fields: Vec::new(),
        };
        self.flights.iter().map(view).collect()
    }
    fn links(&self) -> Vec<LinkView> {
        Vec::new()
    }
    fn cuts(&self) -> Vec<Cut> {
        Vec::new()
    }
    fn operations(&self, _: usize) -> Vec<OperationView> {
        Vec::new()
    }
    fn verdicts(&self) -> Vec<Verdict> {
        let status = if self.fell.is_some() { Status::Violated } else { Status::Holds };
        let witness = self.fell.map(|event| Witness { event: Some(event), ..Witness::default() });
        vec![Verdict { property: "small", status, note: Note::new(&FELL, []), witness }]
    }
    fn fallen(&self) -> u32 {
        self.fell.is_some() as u32
    }
    fn operations_with(&self, _: &str) -> usize {
        0
    }
    fn operation_count(&self) -> usize {
        0
    }
    fn planned_action(&self, _: u32) -> Option<Action> {
        None
    }
    fn memory_bytes(&self) -> usize {
        4_096
    }
}
