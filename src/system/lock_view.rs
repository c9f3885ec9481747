//! How lock nodes, the resource and clients are shown. A field named `stamp` stands beneath its node, or beside its message, on
//! the stage too.

use super::inspect::{FieldValue, Fill, RoleView, field, int};
use super::keys;
use super::live::{Description, Portrait, System};
use super::lock::Locks;
use super::raft::Raft;
use crate::base::{LocalTime, NodeId};
use crate::protocol::TimerName;
use crate::protocol::lock::command::{DELAY, Mode};
use crate::protocol::lock::consensus::replica::Replica;
use crate::protocol::lock::message::{Answer, Ask, Message, Request, Timer, Token};
use crate::protocol::lock::node::LockNode;
use crate::protocol::lock::resource::Resource;
use crate::protocol::lock::role::{Holder, Role};
use crate::protocol::lock::session::{Phase, Session};
use crate::protocol::lock::table::Waiter;
use crate::sim::World;
use crate::sim::plan::Cluster;

const NODE: RoleView = RoleView { key: "lock.role.node", letter: 'N', fill: Fill::Outline };
const STORES: RoleView = RoleView { key: "lock.role.locked", letter: 'N', fill: Fill::Half };
const AWAY: RoleView = RoleView { key: "lock.role.away", letter: 'A', fill: Fill::Outline };
const RESOURCE: RoleView = RoleView { key: "lock.role.resource", letter: 'R', fill: Fill::Half };
const IDLE: RoleView = RoleView { key: "lock.role.client", letter: ' ', fill: Fill::Outline };
const ASKING: RoleView = RoleView { key: "lock.role.asking", letter: 'A', fill: Fill::Half };
const HOLDER: RoleView = RoleView { key: "lock.role.holder", letter: 'H', fill: Fill::Solid };

/// `client 1 #3.1`: the first attempt of its operation number 3, from 1.
fn token_text(token: Token, cluster: Cluster) -> String {
    format!("{} {}", cluster.name(token.client), number_text(token))
}

fn number_text(token: Token) -> String {
    format!("#{}.{}", u64::from(token.op) + 1, token.attempt)
}

/// Milliseconds with one decimal.
fn ms_text(us: u64) -> String {
    format!("{}.{} ms", us / 1_000, us / 100 % 10)
}

/// How a node is shown.
pub(super) fn portray(world: &World<Locks>, node: NodeId) -> Portrait {
    let (now, cluster) = (world.local_time(node), world.plan().cluster);
    match world.core(node) {
        Role::Node(lock) => portray_node(lock, now, cluster),
        Role::Resource(resource) => portray_resource(resource, cluster),
        Role::Client(_) | Role::Contender(_) => world
            .core(node)
            .holder()
            .map_or_else(|| Portrait::plain(IDLE, Vec::new(), None::<Timer>), |client| portray_client(client, now, cluster)),
        Role::Replica(replica) => portray_replica(replica, now, cluster),
    }
}

fn portray_node(node: &LockNode, now: LocalTime, cluster: Cluster) -> Portrait {
    let stored: Vec<_> = node.keys().filter(|(key, _)| node.entry(*key, now).is_some()).collect();
    let mut fields = vec![field("lock.field.keys", int(stored.len() as u64))];
    for (key, entry) in &stored {
        fields.push(field(
            "lock.field.stored",
            FieldValue::Data(format!("{}: {}", keys::name(*key), token_text(entry.token, cluster))),
        ));
        fields.push(field("lock.field.holder", FieldValue::Node(Some(entry.token.client))));
        fields.push(field("lock.field.left", FieldValue::DurationUs(node.left_us(entry, now))));
    }
    fields.push(field("lock.field.fence", int(node.greatest_fence())));
    if let [(_, entry), ..] = &stored[..] {
        fields.push(field("lock.field.stamp", FieldValue::Data(token_text(entry.token, cluster))));
    }
    let role = match (node.is_away(), stored.is_empty()) {
        (true, _) => AWAY,
        (false, true) => NODE,
        (false, false) => STORES,
    };
    Portrait::plain(role, fields, node.is_away().then_some(Timer::Away))
}

fn portray_resource(resource: &Resource, cluster: Cluster) -> Portrait {
    let mut fields =
        vec![field("lock.field.accepted", int(resource.accepted())), field("lock.field.rejected", int(resource.rejected()))];
    for check in resource.checks() {
        fields.push(field("lock.field.asks-about", FieldValue::Node(Some(check.write.token.client))));
        fields.push(field("lock.field.sequencer", int(check.shown.generation)));
    }
    let mut texts = Vec::new();
    for write in resource.last() {
        fields.push(field("lock.field.greatest-fence", int(resource.fence(write.key))));
        fields.push(field("lock.field.value", int(write.value)));
        fields.push(field("lock.field.writer", FieldValue::Node(Some(write.token.client))));
        texts.push(format!("{} = {} ({})", keys::name(write.key), write.value, cluster.name(write.token.client)));
    }
    if !texts.is_empty() {
        fields.push(field("lock.field.stamp", FieldValue::Data(texts.join(", "))));
    }
    Portrait::plain(RESOURCE, fields, None::<Timer>)
}

/// Raft's server, and its locks.
fn portray_replica(replica: &Replica, now: LocalTime, cluster: Cluster) -> Portrait {
    let mut portrait = super::raft::portray_server(replica.raft(), None);
    let main = if replica.raft().is_leader() { Timer::Heartbeat } else { Timer::Election };
    portrait.main_timer = Some(main.index());
    let Some(table) = replica.table() else { return portrait };
    let fields = &mut portrait.fields;
    let mut holders = Vec::new();
    let mut queued = 0;
    for name in table.names() {
        let text = |waiter: &Waiter| {
            let mark = if waiter.mode == Mode::Shared { " shared" } else { "" };
            format!("{} {}{mark}", cluster.name(waiter.lease.client), waiter.created)
        };
        let (queue, held) = (table.queue(name), table.holders(name));
        queued += queue.len();
        let list = |waiters: &[Waiter]| waiters.iter().map(text).collect::<Vec<_>>().join(", ");
        fields.push(field("lock.field.held", FieldValue::Data(format!("{}: {}", keys::name(name), list(&queue[..held])))));
        if held < queue.len() {
            let waiting = &queue[held..];
            // A long queue is told by its first few.
            let (few, more) = waiting.split_at(waiting.len().min(5));
            let more = if more.is_empty() { String::new() } else { format!(", +{}", more.len()) };
            fields.push(field("lock.field.queue", FieldValue::Data(format!("{}{more}", list(few)))));
        }
        if table.delayed(name).is_some() {
            fields.push(field("lock.field.delayed", FieldValue::Data(keys::name(name))));
        }
        let names = queue[..held].iter().map(|waiter| cluster.name(waiter.lease.client)).collect::<Vec<_>>();
        if !names.is_empty() {
            holders.push(format!("{}: {}", keys::name(name), names.join(", ")));
        }
    }
    fields.push(field("lock.field.queued", int(queued as u64)));
    let leases: Vec<_> = table.leases().map(|(lease, _)| lease).collect();
    fields.push(field("lock.field.leases", int(leases.len() as u64)));
    for lease in leases.into_iter().take(5) {
        if let Some(left_us) = replica.left_us(lease, now) {
            fields.push(field("lock.field.lease-of", FieldValue::Node(Some(lease.client))));
            fields.push(field("lock.field.left", FieldValue::DurationUs(left_us)));
        }
    }
    fields.push(field("lock.field.watches", int(replica.watches().len() as u64)));
    if !holders.is_empty() {
        fields.push(field("lock.field.stamp", FieldValue::Data(holders.join(", "))));
    }
    portrait
}

fn portray_client(client: Holder<'_>, now: LocalTime, cluster: Cluster) -> Portrait {
    let believes = |session: &Session| session.believes(now.monotonic_us);
    let held: Vec<&Session> = client.sessions.iter().filter(|session| believes(session)).collect();
    let mut fields =
        vec![field("lock.field.believes", FieldValue::Bool(!held.is_empty())), field("lock.field.locks", int(held.len() as u64))];
    for session in client.sessions {
        let text = format!("{}: {}", keys::name(session.key), token_text(session.token, cluster));
        match &session.phase {
            Phase::Asking(round) => {
                fields.push(field("lock.field.asks-for", FieldValue::Data(text)));
                fields.push(field("lock.field.votes", FieldValue::Nodes(round.yes.clone())));
            }
            Phase::Raising(_) => fields.push(field("lock.field.raises", int(session.fence))),
            Phase::Backoff => fields.push(field("lock.field.attempts-left", int(session.attempts.into()))),
            Phase::Held => {
                fields.push(field("lock.field.holds", FieldValue::Data(text)));
                fields.push(field("lock.field.valid-for", FieldValue::DurationUs(session.valid_for_us(now.monotonic_us))));
                fields.push(field("lock.field.own-fence", int(session.fence)));
                fields.push(field("lock.field.extensions", int(session.extensions.into())));
            }
            Phase::Releasing(_) | Phase::Leaving => fields.push(field("lock.field.releases", FieldValue::Data(text))),
            Phase::Queueing => fields.push(field("lock.field.queues-for", FieldValue::Data(keys::name(session.key)))),
            Phase::Waiting => {
                fields.push(field("lock.field.waits-for", FieldValue::Data(keys::name(session.key))));
                let place = session.place.as_ref();
                fields.push(field("lock.field.created", int(place.map_or(0, |place| place.created))));
                if let Some(before) = place.and_then(|place| place.before).filter(|before| *before != DELAY) {
                    fields.push(field("lock.field.behind", int(before)));
                }
            }
        }
    }
    if let [session, ..] = held[..] {
        let left = ms_text(session.valid_for_us(now.monotonic_us));
        fields.push(field("lock.field.stamp", FieldValue::Data(format!("{} {left}", keys::name(session.key)))));
    }
    let backoff = client.sessions.iter().any(|session| session.phase == Phase::Backoff);
    let (role, timer) = match (held.is_empty(), client.sessions.is_empty()) {
        (false, _) => (HOLDER, Some(Timer::Validity)),
        (true, false) => (ASKING, Some(if backoff { Timer::Retry } else { Timer::Reply })),
        (true, true) => (IDLE, None),
    };
    Portrait::plain(role, fields, timer)
}

/// How a message is shown.
pub(super) fn describe(message: &Message) -> Description {
    let mut described = Description::default();
    let mut add = |key, value| described.fields.push(field(key, value));
    let token = |token: &Token| FieldValue::Data(number_text(*token));
    match message {
        Message::Set { key, token: t, ttl_us, .. } | Message::Extend { key, token: t, ttl_us, .. } => {
            add("lock.field.key", FieldValue::Data(keys::name(*key)));
            add("lock.field.token", token(t));
            add("lock.field.ttl", FieldValue::DurationUs(*ttl_us));
        }
        Message::SetReply { token: t, ok, fence, .. } => {
            add("lock.field.token", token(t));
            add("lock.field.fence", int(*fence));
            described.answer = Some(*ok);
        }
        Message::Raise { token: t, fence, .. } => {
            add("lock.field.token", token(t));
            add("lock.field.fence", int(*fence));
        }
        Message::RaiseReply { token: t, ok, .. } | Message::ExtendReply { token: t, ok, .. } => {
            add("lock.field.token", token(t));
            described.answer = Some(*ok);
        }
        Message::Delete { key, token: t } => {
            add("lock.field.key", FieldValue::Data(keys::name(*key)));
            add("lock.field.token", token(t));
        }
        Message::DeleteReply { token: t, .. } => {
            add("lock.field.token", token(t));
            described.faint = true;
        }
        Message::Write { key, fence, value, shown, .. } => {
            match shown {
                Some(shown) => add("lock.field.sequencer", int(shown.generation)),
                None => add("lock.field.fence", int(*fence)),
            }
            add("lock.field.stamp", FieldValue::Data(format!("{} = {value}", keys::name(*key))));
        }
        Message::WriteReply { ok, .. } => described.answer = Some(*ok),
        Message::Raft(message) => return Raft::describe(message),
        Message::Watch(watch) => {
            add("lock.field.key", FieldValue::Data(keys::name(watch.name)));
            add("lock.field.behind", int(watch.watched));
        }
        Message::Gone { watched, .. } => add("lock.field.gone", int(*watched)),
    }
    described
}

/// A request in short.
pub(super) fn request_text(request: &Request) -> String {
    let key = keys::name(request.key);
    let owner = if request.owner == 1 { String::new() } else { format!(" {}", request.owner) };
    match request.ask {
        Ask::Acquire if request.mode == Mode::Shared => format!("share {key}{owner}"),
        Ask::Use { work_us, .. } if request.mode == Mode::Shared => format!("read {key} {}{owner}", work_us / 1_000),
        Ask::Acquire => format!("acquire {key}{owner}"),
        Ask::Release => format!("release {key}{owner}"),
        Ask::Extend => format!("extend {key}{owner}"),
        Ask::Write(value) => format!("write {key} {value}{owner}"),
        Ask::Use { work_us, value } => format!("use {key} {} {value}{owner}", work_us / 1_000),
    }
}

/// A response in short.
pub(super) fn response_text(answer: &Answer) -> String {
    match answer {
        Answer::Acquired { fence, for_us } => format!("held for {}, fence {fence}", ms_text(*for_us)),
        Answer::Released => "released".to_owned(),
        Answer::Extended(for_us) => format!("held for {}", ms_text(*for_us)),
        Answer::Written => "written".to_owned(),
    }
}
