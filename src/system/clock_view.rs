//! How nodes with clocks are shown. A field named `stamp` stands beneath its node, or beside its message, on the stage too.

use super::clock::Clocks;
use super::inspect::{FieldValue, Fill, RoleView, field, int};
use super::keys;
use super::live::{Description, Portrait};
use crate::base::{LocalTime, NodeId};
use crate::protocol::clock::broadcaster::Broadcaster;
use crate::protocol::clock::client::Client;
use crate::protocol::clock::message::{Act, Answer, Ask, Context, Message, Object, Request, Timer};
use crate::protocol::clock::node::Node;
use crate::protocol::clock::process::Process;
use crate::protocol::clock::replica::Replica;
use crate::protocol::clock::stamp::{Actor, Stamp};
use crate::protocol::clock::time_node::{TIME_SERVER, TimeNode};
use crate::protocol::clock::truetime_server::TrueTimeServer;
use crate::protocol::clock::{Order, Vector};
use crate::sim::World;
use crate::sim::plan::Cluster;

const PROCESS: RoleView = RoleView { key: "clock.role.process", letter: 'P', fill: Fill::Outline };
const NEWCOMER: RoleView = RoleView { key: "clock.role.newcomer", letter: 'N', fill: Fill::Outline };
const REPLICA: RoleView = RoleView { key: "clock.role.replica", letter: 'R', fill: Fill::Outline };
const SERVER: RoleView = RoleView { key: "clock.role.server", letter: 'S', fill: Fill::Outline };
const WAITING: RoleView = RoleView { key: "clock.role.waiting", letter: 'W', fill: Fill::Half };
const TIME: RoleView = RoleView { key: "clock.role.time-server", letter: 'T', fill: Fill::Half };
const ASKER: RoleView = RoleView { key: "clock.role.asker", letter: 'A', fill: Fill::Outline };
const CLIENT: RoleView = RoleView { key: "clock.role.client", letter: ' ', fill: Fill::Outline };

/// How a node is shown.
pub(super) fn portray(world: &World<Clocks>, node: NodeId) -> Portrait {
    let now = world.local_time(node);
    match world.core(node) {
        Node::Process(process) => portray_process(world, process, now),
        Node::Broadcaster(process) => portray_broadcaster(process),
        Node::Replica(replica) => portray_replica(replica),
        Node::TrueTime(server) => portray_truetime(server, now),
        Node::Time(asker) => portray_time(world, asker, now),
        Node::Client(client) => portray_client(client),
    }
}

fn portray_process(world: &World<Clocks>, process: &Process, now: LocalTime) -> Portrait {
    let stamp = process.stamp();
    let mut fields = vec![field("clock.field.events", int(process.events()))];
    let mut add = |key, value| fields.push(field(key, value));
    if let Some(lamport) = stamp.lamport {
        add("clock.field.lamport", int(lamport.0));
    }
    if let Some(vector) = &stamp.vector {
        add("clock.field.vector", FieldValue::Data(vector_text(vector, world.plan().cluster)));
        add("clock.field.entries", int(vector.len() as u64));
    }
    if let Some(hybrid) = stamp.hybrid {
        let physical = u64::try_from(now.wall_us).unwrap_or(0);
        add("clock.field.hybrid", FieldValue::Data(hybrid.to_string()));
        add("clock.field.ahead", FieldValue::DurationUs(hybrid.l.saturating_sub(physical)));
        add("clock.field.counter", int(hybrid.c));
    }
    if let Some(itc) = &stamp.itc {
        add("clock.field.identity", FieldValue::Data(itc.id.to_string()));
        add("clock.field.tree", FieldValue::Data(itc.event.to_string()));
    }
    let relations = relations(world, process);
    if stamp.vector.is_some() || stamp.itc.is_some() {
        add("clock.field.after", FieldValue::Nodes(relations.after));
        add("clock.field.concurrent", FieldValue::Nodes(relations.concurrent));
    }
    if stamp.lamport.is_some() || stamp.hybrid.is_some() {
        add("clock.field.above", FieldValue::Nodes(relations.above));
    }
    add("clock.field.stamp", FieldValue::Data(stamp_text(stamp, world.plan().cluster)));
    let newcomer = process.carried().itc && stamp.itc.is_none();
    let spontaneous = process.config().every_us_max > 0;
    Portrait::plain(if newcomer { NEWCOMER } else { PROCESS }, fields, spontaneous.then_some(Timer::Act))
}

/// How the last event of a process stands to the last ones of the others, by what the stamps say.
#[derive(Default)]
struct Relations {
    after: Vec<NodeId>,
    concurrent: Vec<NodeId>,
    above: Vec<NodeId>,
}

fn relations(world: &World<Clocks>, process: &Process) -> Relations {
    let (mine, rules) = (process.stamp(), process.config().rules);
    let mut relations = Relations::default();
    if process.events() == 0 {
        return relations;
    }
    for (at, seat) in world.seats().iter().enumerate() {
        let Node::Process(other) = &seat.core else { continue };
        if other.events() == 0 || other.actor() == process.actor() {
            continue;
        }
        let (node, theirs) = (NodeId(at as u16), other.stamp());
        let vectors = mine.vector.as_ref().zip(theirs.vector.as_ref());
        let vectors = vectors.map(|(a, b)| rules.verdict(a.is_within(b), b.is_within(a)));
        let trees = mine.itc.as_ref().zip(theirs.itc.as_ref());
        let order = vectors.or(trees.map(|(a, b)| rules.verdict(a.event.is_within(&b.event), b.event.is_within(&a.event))));
        match order {
            Some(Order::After) => relations.after.push(node),
            Some(Order::Concurrent) => relations.concurrent.push(node),
            _ => {}
        }
        let above = mine.lamport.zip(theirs.lamport).map_or(mine.hybrid > theirs.hybrid, |(a, b)| a > b);
        if above {
            relations.above.push(node);
        }
    }
    relations
}

/// `(2, 1, 0)` while everybody counts under the first name; else with names.
fn vector_text(vector: &Vector<Actor>, cluster: Cluster) -> String {
    if vector.iter().any(|(actor, _)| actor.incarnation > 0) {
        return vector.to_string();
    }
    let entries = (0..cluster.servers).map(|node| vector.get(&Actor { node: NodeId(node), incarnation: 0 }).to_string());
    format!("({})", entries.collect::<Vec<_>>().join(", "))
}

/// A stamp as short as it can be read: of several clocks the least first.
fn stamp_text(stamp: &Stamp, cluster: Cluster) -> String {
    let lamport = stamp.lamport.map(|clock| clock.0.to_string());
    let vector = stamp.vector.as_ref().map(|vector| vector_text(vector, cluster));
    let hybrid = stamp.hybrid.map(|clock| clock.to_string());
    let itc = stamp.itc.as_ref().map(|stamp| stamp.to_string());
    [lamport, vector, hybrid, itc].into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn portray_broadcaster(process: &Broadcaster) -> Portrait {
    let servers = process.delivered().len();
    let list = |counts: &[u64]| format!("({})", counts.iter().map(u64::to_string).collect::<Vec<_>>().join(", "));
    let log = process.log();
    let newest = log.iter_from(log.len().saturating_sub(8)).map(|known| format!("S{}.{}", known.origin.0 + 1, known.n));
    let rows = (0..servers).map(|by| list(process.matrix().row(by))).collect::<Vec<_>>().join(" ");
    let fields = vec![
        field("clock.field.delivered", int(log.len() as u64)),
        field("clock.field.delivered-of", FieldValue::Data(list(process.delivered()))),
        field("clock.field.newest", FieldValue::Data(newest.collect::<Vec<_>>().join(" "))),
        field("clock.field.waiting", int(process.waiting().len() as u64)),
        field("clock.field.kept", int(process.kept().len() as u64)),
        field("clock.field.collected", FieldValue::Data(list(process.collected()))),
        field("clock.field.matrix", FieldValue::Data(rows)),
        field("clock.field.stamp", FieldValue::Data(list(process.delivered()))),
    ];
    Portrait::plain(PROCESS, fields, None::<Timer>)
}

fn values_text(values: impl Iterator<Item = u64>) -> String {
    let values: Vec<String> = values.map(|value| value.to_string()).collect();
    if values.is_empty() { "nothing".to_owned() } else { values.join(" | ") }
}

fn context_text(context: &Context) -> String {
    let entries: Vec<String> = context.0.iter().map(|(server, n)| format!("S{}:{n}", server.0 + 1)).collect();
    format!("{{{}}}", entries.join(", "))
}

fn portray_replica(replica: &Replica) -> Portrait {
    let values =
        |(key, object): (u32, &Object)| format!("{} = {}", keys::name(key), values_text(object.iter().map(|(_, value)| *value)));
    let versions = |(key, object): (u32, &Object)| {
        let dots = object
            .iter()
            .map(|(version, _)| format!("(S{},{}){}", version.dot.server.0 + 1, version.dot.n, context_text(&version.context)));
        format!("{}: {}", keys::name(key), dots.collect::<Vec<_>>().join(" "))
    };
    let most = replica.objects().map(|(_, object)| object.len()).max().unwrap_or(0);
    let all = replica.objects().map(values).collect::<Vec<_>>().join(", ");
    let fields = vec![
        field("clock.field.siblings", int(most as u64)),
        field("clock.field.values", FieldValue::Data(all.clone())),
        field("clock.field.versions", FieldValue::Data(replica.objects().map(versions).collect::<Vec<_>>().join(", "))),
        field("clock.field.stamp", FieldValue::Data(all)),
    ];
    Portrait::plain(REPLICA, fields, None::<Timer>)
}

fn portray_truetime(server: &TrueTimeServer, now: LocalTime) -> Portrait {
    let interval = server.interval(now);
    let first = server.waiting().first();
    let left = first.map_or(0, |waiting| interval.until_after_us(waiting.at_us));
    let width = interval.latest_us.abs_diff(interval.earliest_us);
    let mut fields = vec![
        field("clock.field.interval", FieldValue::Data(interval.to_string())),
        field("clock.field.width", FieldValue::DurationUs(width)),
        field("clock.field.waiting", int(server.waiting().len() as u64)),
    ];
    if let Some(last) = server.last() {
        fields.push(field("clock.field.last-timestamp", FieldValue::Data(ms_text(last))));
    }
    if first.is_some() {
        fields.push(field("clock.field.wait-left", FieldValue::DurationUs(left)));
    }
    fields.push(field("clock.field.stamp", FieldValue::Data(interval.to_string())));
    Portrait::plain(if first.is_some() { WAITING } else { SERVER }, fields, first.map(|_| Timer::CommitWait))
}

/// `1204.050`, milliseconds.
fn ms_text(us: i64) -> String {
    format!("{}{}.{:03}", if us < 0 { "-" } else { "" }, us.unsigned_abs() / 1_000, us.unsigned_abs() % 1_000)
}

fn portray_time(world: &World<Clocks>, asker: &TimeNode, now: LocalTime) -> Portrait {
    let wall = format!("{} ms", ms_text(now.wall_us));
    if asker.is_server() {
        return Portrait::plain(TIME, vec![field("clock.field.wall", FieldValue::Data(wall))], None::<Timer>);
    }
    let mut fields = vec![
        field("clock.field.wall", FieldValue::Data(wall)),
        field("clock.field.exchanges", int(asker.samples().len() as u64)),
    ];
    if let (Some((estimate, error)), Some(best)) = (asker.estimate(now), asker.best()) {
        let server = world.kernel().node(TIME_SERVER).map(|state| state.clock.read(world.kernel().now_us()).wall_us);
        let off = server.map_or(0, |server| estimate.abs_diff(server));
        let correction = estimate.saturating_sub(now.wall_us);
        let sign = if correction > 0 { "+" } else { "" };
        fields.push(field("clock.field.correction", FieldValue::Data(format!("{sign}{} ms", ms_text(correction)))));
        fields.push(field("clock.field.round-trip", FieldValue::DurationUs(best.round_trip_us)));
        fields.push(field("clock.field.bound", FieldValue::DurationUs(error)));
        fields.push(field("clock.field.off", FieldValue::DurationUs(off)));
        let short = format!("{sign}{} ± {} ms", ms_text(correction), error.div_ceil(1_000));
        fields.push(field("clock.field.stamp", FieldValue::Data(short)));
    }
    Portrait::plain(ASKER, fields, Some(Timer::Poll))
}

fn portray_client(client: &Client) -> Portrait {
    let mut fields = vec![field("clock.field.queue", int(client.queue_len() as u64))];
    if let Some((_, request, server)) = client.open() {
        fields.push(field("clock.field.open", FieldValue::Data(request_text(request))));
        fields.push(field("clock.field.asked", FieldValue::Node(Some(*server))));
    }
    if let Some((_, answer)) = client.done() {
        fields.push(field("clock.field.answer", FieldValue::Data(response_text(answer))));
    }
    for (key, read) in (0..keys::LETTERS).filter_map(|key| Some((key, client.read(key)?))) {
        let text = format!("{}: {}", keys::name(key), context_text(&read.context));
        fields.push(field("clock.field.has-read", FieldValue::Data(text)));
    }
    Portrait::plain(CLIENT, fields, client.open().map(|_| Timer::Deadline))
}

/// How a message is shown.
pub(super) fn describe(message: &Message) -> Description {
    let mut described = Description::default();
    let mut add = |key, value| described.fields.push(field(key, value));
    let data = FieldValue::Data;
    match message {
        Message::Command(act) => add("clock.field.stamp", data(act_text(act))),
        Message::Event { n, stamp } => {
            add("clock.field.event", int(*n));
            add_stamp(stamp, &mut add);
        }
        Message::Join { actor, stamp } => {
            add("clock.field.name", data(actor.to_string()));
            add_stamp(stamp, &mut add);
        }
        Message::Share { to, from, stamp, .. } | Message::Leave { to, from, stamp, .. } => {
            add("clock.field.name", data(format!("{from} > {to}")));
            add_stamp(stamp, &mut add);
        }
        Message::Broadcast(message) => {
            add("clock.field.origin", FieldValue::Node(Some(NodeId(message.origin as u16))));
            add("clock.field.value", int(message.value));
            let after: Vec<String> = message.after.iter().map(u64::to_string).collect();
            add("clock.field.needs", data(format!("({})", after.join(", "))));
            add("clock.field.stamp", data(format!("S{}.{}", message.origin + 1, message.n)));
        }
        Message::Gossip(matrix) => {
            let row = |by: usize| format!("({})", matrix.row(by).iter().map(u64::to_string).collect::<Vec<_>>().join(", "));
            add("clock.field.matrix", data((0..matrix.processes()).map(row).collect::<Vec<_>>().join(" ")));
            described.faint = true;
        }
        Message::Get { key, .. } => add("clock.field.stamp", data(keys::name(*key))),
        Message::Put { key, context, value, .. } => {
            add("clock.field.context", data(context_text(context)));
            add("clock.field.stamp", data(format!("{} = {value}", keys::name(*key))));
        }
        Message::Values { values, context, .. } => {
            add("clock.field.context", data(context_text(context)));
            add("clock.field.stamp", data(values_text(values.iter().copied())));
        }
        Message::Stored { .. } => described.answer = Some(true),
        Message::Sync { key, object } => {
            let values = values_text(object.iter().map(|(_, value)| *value));
            add("clock.field.stamp", data(format!("{} = {values}", keys::name(*key))));
        }
        Message::Commit { seq } => add("clock.field.seq", int(u64::from(*seq))),
        Message::Committed { at_us, .. } => {
            add("clock.field.stamp", data(ms_text(*at_us)));
            described.answer = Some(true);
        }
        Message::TimeRequest { t1_us } => add("clock.field.t1", data(ms_text(*t1_us))),
        Message::TimeReply { t1_us, t2_us, t3_us } => {
            add("clock.field.t1", data(ms_text(*t1_us)));
            add("clock.field.t2", data(ms_text(*t2_us)));
            add("clock.field.t3", data(ms_text(*t3_us)));
        }
    }
    described
}

fn add_stamp(stamp: &Stamp, add: &mut impl FnMut(&'static str, FieldValue)) {
    // A message does not know the cluster: its vector is told with names.
    let lamport = stamp.lamport.map(|clock| clock.0.to_string());
    let vector = stamp.vector.as_ref().map(|vector| vector.to_string());
    let hybrid = stamp.hybrid.map(|clock| clock.to_string());
    let itc = stamp.itc.as_ref().map(|stamp| stamp.to_string());
    let all = [lamport, vector, hybrid, itc].into_iter().flatten().collect::<Vec<_>>().join("  ");
    add("clock.field.stamp", FieldValue::Data(all));
}

fn act_text(act: &Act) -> String {
    match act {
        Act::Local => "event".to_owned(),
        Act::Send(node) => format!("send S{}", node.0 + 1),
        Act::Join(node) => format!("join S{}", node.0 + 1),
        Act::Leave(node) => format!("leave S{}", node.0 + 1),
        Act::Broadcast(value) => format!("broadcast {value}"),
    }
}

/// A request in short.
pub(super) fn request_text(request: &Request) -> String {
    match request.ask {
        Ask::Act(act) => act_text(&act),
        Ask::Get(key) => format!("get {}", keys::name(key)),
        Ask::Put(key, value) => format!("put {} {value}", keys::name(key)),
        Ask::Commit => "commit".to_owned(),
    }
}

/// A response in short.
pub(super) fn response_text(answer: &Answer) -> String {
    match answer {
        Answer::Sent => "sent".to_owned(),
        Answer::Values(values) => values_text(values.iter().copied()),
        Answer::Stored => "stored".to_owned(),
        Answer::Committed(at_us) => format!("committed at {} ms", ms_text(*at_us)),
    }
}
