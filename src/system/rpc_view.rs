//! How servers and clients are shown. A field named `stamp` stands beneath its node, or beside its message, on the stage too.

use super::inspect::{Field, FieldValue, Fill, RoleView, field, int};
use super::keys;
use super::live::{Description, Portrait};
use super::rpc::Calls;
use crate::base::{LocalTime, NodeId};
use crate::protocol::rpc::breaker::State;
use crate::protocol::rpc::call::Phase;
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::{Answer, Ask, Message, Request, Says, Timer};
use crate::protocol::rpc::queue::FOR_EVER;
use crate::protocol::rpc::relay::Relay;
use crate::protocol::rpc::role::Role;
use crate::protocol::rpc::rules::Refusal;
use crate::protocol::rpc::server::Server;
use crate::sim::World;
use crate::sim::plan::Cluster;

const IDLE: RoleView = RoleView { key: "rpc.role.idle", letter: 'S', fill: Fill::Outline };
const WORKING: RoleView = RoleView { key: "rpc.role.working", letter: 'W', fill: Fill::Half };
const FULL: RoleView = RoleView { key: "rpc.role.full", letter: 'F', fill: Fill::Solid };
const RELAY: RoleView = RoleView { key: "rpc.role.relay", letter: 'R', fill: Fill::Outline };
const PASSING_ON: RoleView = RoleView { key: "rpc.role.passing-on", letter: 'R', fill: Fill::Half };
const CLIENT: RoleView = RoleView { key: "rpc.role.client", letter: ' ', fill: Fill::Outline };
const WAITING: RoleView = RoleView { key: "rpc.role.waiting", letter: 'W', fill: Fill::Half };
const BACKING_OFF: RoleView = RoleView { key: "rpc.role.backing-off", letter: 'B', fill: Fill::Half };

/// How a node is shown.
pub(super) fn portray(world: &World<Calls>, node: NodeId) -> Portrait {
    let (now, cluster) = (world.local_time(node), world.plan().cluster);
    match world.core(node) {
        Role::Server(server) => portray_server(server, now, cluster),
        Role::Relay(relay) => portray_relay(relay, now),
        Role::Client(client) => portray_client(client, now),
    }
}

fn portray_server(server: &Server, now: LocalTime, cluster: Cluster) -> Portrait {
    let counts = server.counts();
    let waiting = server.queue().len();
    let mut fields = vec![field("rpc.field.queue", int(waiting as u64))];
    if let Some(oldest) = server.queue().iter().next() {
        let waited_us = now.monotonic_us.saturating_sub(oldest.arrived_us);
        fields.push(field("rpc.field.oldest-waits", FieldValue::DurationUs(waited_us)));
    }
    if let Some(job) = server.working() {
        fields.push(field("rpc.field.works-for", FieldValue::Node(Some(job.from))));
        if job.until_us != FOR_EVER {
            fields.push(field("rpc.field.waited-for", FieldValue::DurationUs(job.until_us.saturating_sub(now.monotonic_us))));
        }
    }
    fields.extend([
        field("rpc.field.arrived", int(counts.arrived)),
        field("rpc.field.worked", int(counts.worked)),
        field("rpc.field.charges", int(counts.charges)),
        field("rpc.field.recognised", int(counts.recognised)),
        field("rpc.field.dropped", int(counts.dropped)),
        field("rpc.field.turned-away", int(counts.turned_away)),
        field("rpc.field.known", int(server.dedup().len() as u64)),
    ]);
    if counts.failed > 0 {
        fields.push(field("rpc.field.failed", int(counts.failed)));
    }
    if counts.updates > 0 {
        fields.push(field("rpc.field.updates", int(counts.updates)));
        fields.push(field("rpc.field.changed", int(counts.changed)));
    }
    if !server.dead_letters().is_empty() {
        fields.push(field("rpc.field.set-aside", int(server.dead_letters().len() as u64)));
    }
    for letter in server.dead_letters().iter().take(4) {
        let (id, name) = (letter.attempt.id, cluster.name(letter.attempt.id.client));
        let text = format!("{name} #{}: {}, {}x", u64::from(id.seq) + 1, ask_text(&letter.attempt.ask), letter.deliveries);
        fields.push(field("rpc.field.dead-letter", FieldValue::Data(text)));
    }
    let mut texts = Vec::new();
    for (account, balance) in server.balances().take(3) {
        fields.push(field("rpc.field.value", int(balance)));
        texts.push(format!("{} = {balance}", keys::name(account)));
    }
    if let Some(job) = server.working() {
        texts.push(format!("{} #{}", cluster.name(job.from), u64::from(job.attempt.id.seq) + 1));
    }
    if waiting > 0 {
        texts.push(format!("+{waiting}"));
    }
    if !texts.is_empty() {
        fields.push(field("rpc.field.stamp", FieldValue::Data(texts.join(", "))));
    }
    let role = match (server.working().is_some(), waiting >= server.config().capacity as usize) {
        (_, true) => FULL,
        (true, false) => WORKING,
        (false, false) => IDLE,
    };
    Portrait::plain(role, fields, server.working().map(|_| Timer::Work))
}

fn portray_relay(relay: &Relay, now: LocalTime) -> Portrait {
    let mut portrait = portray_client(relay.client(), now);
    portrait.role = if relay.waiting() == 0 { RELAY } else { PASSING_ON };
    portrait.fields.insert(0, field("rpc.field.arrived", int(relay.arrived())));
    portrait
}

fn portray_client(client: &Client, now: LocalTime) -> Portrait {
    let counts = client.counts();
    let mut fields = vec![
        field("rpc.field.open", int(client.calls().len() as u64)),
        field("rpc.field.attempts", int(counts.attempts)),
        field("rpc.field.ok", int(counts.ok)),
        field("rpc.field.given-up", int(counts.given_up)),
        field("rpc.field.timeouts", int(counts.timeouts)),
    ];
    if client.config().budget.capacity > 0 {
        fields.push(field("rpc.field.tokens", int(client.bucket().tokens() / 1_000)));
    }
    fields.extend(extras(client, now));
    for (seq, call) in client.calls().take(4) {
        let text = format!("#{} {}", u64::from(seq) + 1, request_text(&call.request));
        fields.push(field("rpc.field.call", FieldValue::Data(text)));
        fields.push(field("rpc.field.attempt", int(call.made.into())));
        let left = |until_us: u64| FieldValue::DurationUs(until_us.saturating_sub(now.monotonic_us));
        fields.push(match call.phase {
            Phase::Waits(until_us) => field("rpc.field.waits-for", left(until_us)),
            Phase::Backoff(until_us) => field("rpc.field.retries-in", left(until_us)),
            Phase::Held => field("rpc.field.held", FieldValue::Bool(true)),
            Phase::Joined(leader) => field("rpc.field.waits-with", int(u64::from(leader) + 1)),
        });
        let left_us = client.ends_us(call).saturating_sub(now.monotonic_us);
        fields.push(field("rpc.field.deadline-in", FieldValue::DurationUs(left_us)));
    }
    let waits = client.calls().any(|(_, call)| matches!(call.phase, Phase::Waits(_) | Phase::Joined(_)));
    if let Some((seq, call)) = client.calls().next() {
        let others = client.calls().len() - 1;
        let more = if others > 0 { format!(" +{others}") } else { String::new() };
        fields.push(field("rpc.field.stamp", FieldValue::Data(format!("#{}.{}{more}", u64::from(seq) + 1, call.made))));
    }
    let (role, timer) = match (client.calls().len(), waits) {
        (0, _) => (CLIENT, None),
        (_, true) => (WAITING, Some(Timer::Reply)),
        (_, false) => (BACKING_OFF, Some(Timer::Retry)),
    };
    Portrait::plain(role, fields, timer)
}

/// What only clients have that send copies, rest, join or hold back.
fn extras(client: &Client, now: LocalTime) -> Vec<Field> {
    let (config, counts) = (client.config(), client.counts());
    let mut fields = Vec::new();
    if config.hedge.exists() {
        fields.push(field("rpc.field.hedges", int(counts.hedges)));
    }
    if config.collapses {
        fields.push(field("rpc.field.joined", int(counts.joined)));
    }
    if client.breaker().exists() {
        let (word, rest_us) = match client.breaker().state() {
            State::Closed => ("rpc.breaker.closed", None),
            State::Open(until_us) => ("rpc.breaker.open", Some(until_us.saturating_sub(now.monotonic_us))),
            State::HalfOpen { .. } => ("rpc.breaker.half-open", None),
        };
        fields.push(field("rpc.field.breaker", FieldValue::Word(word)));
        fields.extend(rest_us.map(|rest_us| field("rpc.field.tries-again-in", FieldValue::DurationUs(rest_us))));
        fields.push(field("rpc.field.kept-back", int(counts.kept_back)));
    }
    if let Some(rate) = client.rate() {
        fields.push(field("rpc.field.rate", int(rate / 1_000_000)));
    }
    for (key, percent) in [("rpc.field.median", 50), ("rpc.field.p95", 95), ("rpc.field.p99", 99)] {
        let time_us = client.latencies().percentile_us(percent);
        fields.extend(time_us.map(|time_us| field(key, FieldValue::DurationUs(time_us))));
    }
    fields
}

/// How a message is shown.
pub(super) fn describe(message: &Message) -> Description {
    let mut described = Description::default();
    let mut add = |key, value| described.fields.push(field(key, value));
    let number = |seq: u32, attempt: u32| format!("#{}.{attempt}", u64::from(seq) + 1);
    match message {
        Message::Call(attempt) => {
            add("rpc.field.call", FieldValue::Data(ask_text(&attempt.ask)));
            add("rpc.field.work", FieldValue::DurationUs(attempt.work_us));
            add("rpc.field.waited-for", FieldValue::DurationUs(attempt.left_us));
            add("rpc.field.deadline-in", FieldValue::DurationUs(attempt.call_left_us));
            add("rpc.field.has-key", FieldValue::Bool(attempt.key.is_some()));
            add("rpc.field.stamp", FieldValue::Data(number(attempt.id.seq, attempt.attempt)));
        }
        Message::Reply { id, attempt, says } => {
            described.answer = Some(matches!(says, Says::Done { .. } | Says::Seen(_)));
            let text = number(id.seq, *attempt);
            match says {
                Says::Done { value, again } => {
                    add("rpc.field.value", int(*value));
                    add("rpc.field.again", FieldValue::Bool(*again));
                    add("rpc.field.stamp", FieldValue::Data(format!("{text} = {value}")));
                }
                Says::Seen(value) => {
                    add("rpc.field.value", int(*value));
                    add("rpc.field.stamp", FieldValue::Data(format!("{text} = {value}?")));
                }
                Says::Later(after_us) => {
                    add("rpc.field.refused", FieldValue::Word("rpc.refusal.overloaded"));
                    add("rpc.field.asks-again-after", FieldValue::DurationUs(*after_us));
                    add("rpc.field.stamp", FieldValue::Data(text));
                }
                Says::Refused(refusal) => {
                    let why = match refusal {
                        Refusal::Overloaded => "rpc.refusal.overloaded",
                        Refusal::Invalid => "rpc.refusal.invalid",
                        Refusal::Unreachable => "rpc.refusal.unreachable",
                        Refusal::SetAside => "rpc.refusal.set-aside",
                        Refusal::OtherPayload => "rpc.refusal.other-payload",
                        Refusal::InProgress => "rpc.refusal.in-progress",
                        Refusal::Changed => "rpc.refusal.changed",
                    };
                    add("rpc.field.refused", FieldValue::Word(why));
                    add("rpc.field.stamp", FieldValue::Data(text));
                }
            }
        }
        Message::Cancel { id } => add("rpc.field.stamp", FieldValue::Data(format!("#{}", u64::from(id.seq) + 1))),
    }
    described
}

fn ask_text(ask: &Ask) -> String {
    match ask {
        Ask::Charge { account, amount: 0 } => format!("poison {}", keys::name(*account)),
        Ask::Charge { account, amount } => format!("charge {} {amount}", keys::name(*account)),
        Ask::Faulty { account, amount } => format!("faulty {} {amount}", keys::name(*account)),
        Ask::Redrive { account } => format!("redrive {}", keys::name(*account)),
        Ask::Read { account } => format!("read {}", keys::name(*account)),
        Ask::Look { account } => format!("look {}", keys::name(*account)),
        Ask::Update { account, .. } => format!("update {}", keys::name(*account)),
    }
}

/// A request in short.
pub(super) fn request_text(request: &Request) -> String {
    ask_text(&request.ask)
}

/// A response in short.
pub(super) fn response_text(answer: &Answer) -> String {
    answer.0.to_string()
}
