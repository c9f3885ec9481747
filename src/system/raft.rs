//! Raft with its replicated key-value store, as the catalogue offers it.

use super::inspect::{
    Detail, EntryState, EntryView, FieldValue, Fill, HOUR_US, LogSummary, Mutant, PeerView, RoleView, SettingInfo, SystemInfo,
    field, setting,
};
use super::keys;
use super::live::{Description, Portrait, System};
use super::open::{MAX_NODES, OpenError, check_operations};
use crate::base::NodeId;
use crate::base::draw::Sequence;
use crate::check::raft::{PROPERTIES, RaftChecks};
use crate::protocol::kv::{self, Key, Op, Value};
use crate::protocol::lock::command;
use crate::protocol::machine::{self, Answer};
use crate::protocol::raft::{Client, Command, Config, Log, MUTANTS, Message, Node, NodeSet, Request, Role, Rules, Server, Timer};
use crate::protocol::{Message as _, TimerName};
use crate::sim::kernel::Process;
use crate::sim::plan::{Cluster, Generator, Operation, Plan};
use crate::sim::{Deployment, World};
use std::sync::{Arc, OnceLock};

/// Version of the behaviour: bumped whenever a pinned fingerprint changes.
pub const BEHAVIOUR: u32 = 1;

/// A Raft cluster and its clients.
#[derive(Clone, Debug)]
pub struct Raft {
    cluster: Cluster,
    config: Arc<Config>,
}

impl Deployment for Raft {
    type Node = Node;

    fn boot(&self, node: NodeId) -> Node {
        let servers = NodeSet::first(self.cluster.servers);
        if self.cluster.is_client(node) {
            Node::Client(Client::new(node, servers, self.config.clone()))
        } else {
            Node::Server(Server::new(node, servers, self.config.clone()))
        }
    }

    fn generate(&self, generator: &Generator, client: NodeId, n: u32, draws: &mut Sequence) -> Request {
        let verb = generator.verb(draws);
        let key = Key(draws.range(0, generator.keys.saturating_sub(1) as u64) as u32);
        // Unique among all generated operations, and small enough to read.
        let value = n as u64 * self.cluster.clients as u64 + (client.0 - self.cluster.servers) as u64 + 1;
        let expected = draws.range(0, value.saturating_sub(1));
        let op = match verb.unwrap_or("put") {
            "get" => Op::Get(key),
            "delete" => Op::Delete(key),
            "cas" => Op::CompareAndSwap { key, expected, new: value },
            "append" => Op::Append(key, value),
            _ => Op::Put(key, value),
        };
        Request::new(op)
    }

    fn parse(&self, operation: &Operation) -> Result<Request, String> {
        let key = keys::number(&operation.key, "key").map(Key)?;
        let numbers = |count: usize, words: &str| match operation.args.len() == count {
            true => Ok(()),
            false => Err(format!("{} takes {words}, found {}", operation.verb, operation.args.len())),
        };
        let arg = |n: usize| operation.args.get(n).copied().unwrap_or(0);
        let op = match operation.verb.as_str() {
            "get" => numbers(0, "no number").map(|()| Op::Get(key))?,
            "delete" => numbers(0, "no number").map(|()| Op::Delete(key))?,
            "put" => numbers(1, "one number").map(|()| Op::Put(key, arg(0)))?,
            "append" => numbers(1, "one number").map(|()| Op::Append(key, arg(0)))?,
            "cas" => numbers(2, "two numbers").map(|()| Op::CompareAndSwap { key, expected: arg(0), new: arg(1) })?,
            other => return Err(format!("\"{other}\" is no operation; known: {}", VERBS.join(", "))),
        };
        match operation.target {
            Some(target) if self.cluster.is_client(target) || target.index() >= self.cluster.nodes() => {
                Err("the target must be a server".to_owned())
            }
            target => Ok(Request { op: op.into(), target }),
        }
    }
}

const VERBS: &[&str] = &["get", "put", "delete", "cas", "append"];

fn op_text(op: &machine::Op) -> String {
    let machine::Op::Kv(op) = op else { return label_of(op) };
    let name = keys::name(op.key().0);
    match op {
        Op::Get(_) => format!("get {name}"),
        Op::Delete(_) => format!("delete {name}"),
        Op::Put(_, value) => format!("put {name} {value}"),
        Op::Append(_, value) => format!("append {name} {value}"),
        Op::CompareAndSwap { expected, new, .. } => format!("cas {name} {expected} {new}"),
    }
}

/// A command in the width of a log cell.
fn command_label(command: &Command) -> String {
    command.asked().map_or_else(|| "-".to_owned(), |(.., op)| label_of(&op))
}

fn label_of(op: &machine::Op) -> String {
    let name = op.key().map_or_else(String::new, |key| keys::name(key.0));
    match op {
        machine::Op::Lock(command) => format!("{} {name}", command.verb()).trim_end().to_owned(),
        machine::Op::Kv(op) => match op {
            Op::Get(_) => format!("{name}?"),
            Op::Delete(_) => format!("{name}=_"),
            Op::Put(_, value) => format!("{name}={value}"),
            Op::Append(_, value) => format!("{name}+{value}"),
            Op::CompareAndSwap { expected, new, .. } => format!("{name}:{expected}>{new}"),
        },
    }
}

fn value_text(value: &Value) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(items) => items.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
    }
}

fn server(node: &Node) -> Option<&Server> {
    match node {
        Node::Server(server) => Some(server),
        Node::Client(_) => None,
    }
}

const FOLLOWER: RoleView = RoleView { key: "raft.role.follower", letter: 'F', fill: Fill::Outline };
const PRE_CANDIDATE: RoleView = RoleView { key: "raft.role.pre-candidate", letter: 'P', fill: Fill::Half };
const CANDIDATE: RoleView = RoleView { key: "raft.role.candidate", letter: 'C', fill: Fill::Half };
const LEADER: RoleView = RoleView { key: "raft.role.leader", letter: 'L', fill: Fill::Solid };
const CLIENT: RoleView = RoleView { key: "raft.role.client", letter: ' ', fill: Fill::Outline };

/// What painters draw of a server, whose log is first contradicted at `conflict`.
fn sketch_server(server: &Server, conflict: Option<u64>) -> Portrait {
    let (role, main_timer) = match server.role() {
        Role::Follower { .. } => (FOLLOWER, Timer::Election),
        Role::PreCandidate { .. } => (PRE_CANDIDATE, Timer::Election),
        Role::Candidate { .. } => (CANDIDATE, Timer::Election),
        Role::Leader(_) => (LEADER, Timer::Heartbeat),
    };
    Portrait {
        role,
        epoch: Some(server.term()),
        fields: Vec::new(),
        log: Some(LogSummary {
            first: 1,
            last: server.log().last_index(),
            committed: server.commit_index(),
            applied: server.last_applied(),
            conflict,
        }),
        peers: Vec::new(),
        votes: server.votes().iter().collect(),
        main_timer: Some(main_timer.index()),
    }
}

pub(super) fn portray_server(server: &Server, conflict: Option<u64>) -> Portrait {
    let int = |value: u64| FieldValue::Int(value as i64);
    let log = server.log();
    let mut fields = vec![
        field("raft.field.term", int(server.term())),
        field("raft.field.voted-for", FieldValue::Node(server.voted_for())),
        field("raft.field.leader", FieldValue::Node(server.leader())),
        field("raft.field.last-index", int(log.last_index())),
        field("raft.field.last-term", int(log.last_term())),
        field("raft.field.commit-index", int(server.commit_index())),
        field("raft.field.last-applied", int(server.last_applied())),
        field("raft.field.persisted-index", int(server.persisted_index())),
    ];
    if !server.votes().is_empty() {
        fields.push(field("raft.field.votes", FieldValue::Nodes(server.votes().iter().collect())));
    }
    if let Some(store) = server.store() {
        let pair = |(key, value): (Key, &[u64])| {
            let items: Vec<String> = value.iter().map(u64::to_string).collect();
            format!("{}={}", keys::name(key.0), items.join(" "))
        };
        fields.push(field("raft.field.store", FieldValue::Data(store.iter().map(pair).collect::<Vec<_>>().join(", "))));
    }
    let peers = server.voters().iter().filter_map(|peer| Some((peer, server.progress(peer)?)));
    let peers = peers.map(|(node, progress)| PeerView {
        node,
        next: progress.next_index,
        matched: progress.match_index,
        inflight: progress.inflight() as u32,
    });
    let peers = peers.collect();
    Portrait { fields, peers, ..sketch_server(server, conflict) }
}

fn portray_client(client: &Client) -> Portrait {
    let outstanding = client.outstanding();
    let mut fields = vec![
        field("raft.field.leader-guess", FieldValue::Node(Some(client.leader_guess()))),
        field("raft.field.queue", FieldValue::Int(client.queue_len() as i64)),
    ];
    if let Some(outstanding) = outstanding {
        fields.push(field("raft.field.outstanding", FieldValue::Data(op_text(&outstanding.request.op))));
        fields.push(field("raft.field.asked", FieldValue::Node(Some(outstanding.server))));
        fields.push(field("raft.field.retries", FieldValue::Int(outstanding.retries as i64)));
    }
    Portrait {
        role: CLIENT,
        epoch: None,
        fields,
        log: None,
        peers: Vec::new(),
        votes: Vec::new(),
        main_timer: outstanding.map(|_| Timer::Retry.index()),
    }
}

/// Where another running server's log first contradicts this one's.
fn conflict<'a>(server: &Server, others: impl Iterator<Item = &'a Server>) -> Option<u64> {
    others.filter_map(|other| first_difference(server.log(), other.log())).min()
}

/// Running servers whose logs are all the logs of running servers: of equal ones the first. In a cluster that is well, these are
/// two or three, however large it is.
fn unlike_logs(world: &World<Raft>) -> Vec<&Server> {
    let mut unlike: Vec<&Server> = Vec::new();
    for server in running_others(world, NodeId(u16::MAX)) {
        let (log, last) = (server.log(), server.log().last_index());
        let same = |other: &&Server| other.log().last_index() == last && other.log().prefix_hash(last) == log.prefix_hash(last);
        if !unlike.iter().any(same) {
            unlike.push(server);
        }
    }
    unlike
}

/// The servers that run, but for one.
fn running_others(world: &World<Raft>, but: NodeId) -> impl Iterator<Item = &Server> {
    let runs = |node: NodeId| world.kernel().node(node).is_some_and(|state| state.process == Process::Running);
    let all = (0..world.seats().len() as u16).map(NodeId).filter(move |node| *node != but && runs(*node));
    all.filter_map(|node| server(world.core(node)))
}

/// The first position that both logs have and at which they differ: a binary search on the hashes of their prefixes.
fn first_difference(a: &Log, b: &Log) -> Option<u64> {
    let equal_up_to = |index| a.prefix_hash(index) == b.prefix_hash(index);
    let (mut low, mut high) = (0, a.last_index().min(b.last_index()));
    if equal_up_to(high) {
        return None;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if equal_up_to(middle) { low = middle } else { high = middle }
    }
    Some(high)
}

/// Entries `first..=last` of a server's log, as far as they exist, by themselves.
pub(super) fn entries_of(server: &Server, first: u64, last: u64) -> Vec<EntryView> {
    let view = |index: u64| {
        let entry = server.log().get(index)?;
        Some(EntryView {
            index,
            epoch: entry.term,
            label: command_label(&entry.command),
            state: match index {
                _ if index <= server.last_applied() => EntryState::Applied,
                _ if index <= server.commit_index() => EntryState::Committed,
                _ => EntryState::Appended,
            },
            conflict: false,
        })
    };
    (first.max(1)..=last.min(server.log().last_index())).filter_map(view).collect()
}

impl System for Raft {
    type Checks = RaftChecks;

    fn info() -> &'static SystemInfo {
        info()
    }

    fn deploy(plan: &Plan) -> Result<Raft, OpenError> {
        if plan.cluster.servers > MAX_SERVERS {
            return Err(OpenError::new("cluster.servers", "bad-value", "too many servers for Raft", "at most 1,000"));
        }
        let raft = Raft { cluster: plan.cluster, config: Arc::new(config(plan)?) };
        check_operations(plan, VERBS, |operation| raft.parse(operation))?;
        Ok(raft)
    }

    fn checks(&self, cluster: Cluster) -> RaftChecks {
        RaftChecks::new(cluster)
    }

    fn portray(world: &World<Raft>, node: NodeId) -> Portrait {
        match world.core(node) {
            Node::Server(server) => portray_server(server, conflict(server, running_others(world, node))),
            Node::Client(client) => portray_client(client),
        }
    }

    fn portray_all(world: &World<Raft>, detail: Detail) -> Vec<Portrait> {
        let unlike = unlike_logs(world);
        let portray = |node: &Node| match (node, detail) {
            (Node::Client(client), _) => portray_client(client),
            // Its own log is no other's, but contradicts nothing either.
            (Node::Server(server), Detail::Whole) => portray_server(server, conflict(server, unlike.iter().copied())),
            (Node::Server(server), Detail::Sketch) => sketch_server(server, conflict(server, unlike.iter().copied())),
        };
        world.seats().iter().map(|seat| portray(&seat.core)).collect()
    }

    fn describe_sketch(message: &Message) -> Description {
        let (answer, faint) = match message {
            Message::RequestVoteResponse { granted, .. } => (Some(*granted), false),
            Message::AppendEntries { entries, .. } => (None, entries.is_empty()),
            Message::AppendEntriesAccepted { .. } => (Some(true), true),
            Message::AppendEntriesRejected { .. } | Message::ClientRedirect { .. } => (Some(false), false),
            Message::ClientAnswer { .. } => (Some(true), false),
            Message::RequestVote { .. } | Message::ClientRequest { .. } => (None, false),
        };
        Description { epoch: message.term(), faint, answer, fields: Vec::new() }
    }

    fn entries(world: &World<Raft>, node: NodeId, first: u64, last: u64) -> Vec<EntryView> {
        let Some(server) = server(world.core(node)) else { return Vec::new() };
        let (first, last) = (first.max(1), last.min(server.log().last_index()));
        let contradicted = conflict(server, unlike_logs(world).into_iter());
        let unlike = if contradicted.is_some_and(|from| from <= last) { unlike_logs(world) } else { Vec::new() };
        let differs = |index, entry| unlike.iter().any(|other| other.log().get(index).is_some_and(|its| its != entry));
        let conflict = |entry: EntryView| {
            let differs = server.log().get(entry.index).is_some_and(|own| differs(entry.index, own));
            EntryView { conflict: differs, ..entry }
        };
        entries_of(server, first, last).into_iter().map(conflict).collect()
    }

    fn describe(message: &Message) -> Description {
        let int = |value: u64| FieldValue::Int(value as i64);
        let epoch = message.term();
        let mut described = Description { epoch, ..Description::default() };
        let mut add = |key, value| described.fields.push(field(key, value));
        if let Some(term) = epoch {
            add("raft.field.term", int(term));
        }
        match message {
            Message::RequestVote { last_index, last_term, .. } => {
                add("raft.field.last-index", int(*last_index));
                add("raft.field.last-term", int(*last_term));
            }
            Message::RequestVoteResponse { granted, .. } => {
                add("raft.field.granted", FieldValue::Bool(*granted));
                described.answer = Some(*granted);
            }
            Message::AppendEntries { prev_index, prev_term, commit, entries, .. } => {
                add("raft.field.prev-index", int(*prev_index));
                add("raft.field.prev-term", int(*prev_term));
                add("raft.field.commit-index", int(*commit));
                let labels: Vec<String> = entries.iter().map(|entry| command_label(&entry.command)).collect();
                add("raft.field.entries", FieldValue::Data(labels.join(", ")));
                described.faint = entries.is_empty();
            }
            Message::AppendEntriesAccepted { match_index, .. } => {
                add("raft.field.match-index", int(*match_index));
                (described.answer, described.faint) = (Some(true), true);
            }
            Message::AppendEntriesRejected { prev_index, hint_index, hint_term, .. } => {
                add("raft.field.prev-index", int(*prev_index));
                add("raft.field.hint-index", int(*hint_index));
                add("raft.field.hint-term", int(*hint_term));
                described.answer = Some(false);
            }
            Message::ClientRequest { seq, op } => {
                add("raft.field.operation", FieldValue::Data(op_text(op)));
                add("raft.field.seq", int(*seq as u64));
            }
            Message::ClientAnswer { seq, answer } => {
                add("raft.field.answer", FieldValue::Data(answer_text(answer)));
                add("raft.field.seq", int(*seq as u64));
                described.answer = Some(true);
            }
            Message::ClientRedirect { seq, leader } => {
                add("raft.field.leader", FieldValue::Node(*leader));
                add("raft.field.seq", int(*seq as u64));
                described.answer = Some(false);
            }
        }
        described
    }

    fn request_text(request: &Request) -> String {
        op_text(&request.op)
    }

    fn response_text(response: &Answer) -> String {
        answer_text(response)
    }
}

fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Kv(kv::Answer::Done) => "done".to_owned(),
        Answer::Kv(kv::Answer::Value(value)) => value_text(value),
        Answer::Kv(kv::Answer::Swapped(true)) => "swapped".to_owned(),
        Answer::Kv(kv::Answer::Swapped(false)) => "not swapped".to_owned(),
        Answer::Lock(command::Answer::Done) => "done".to_owned(),
        Answer::Lock(command::Answer::Lives { lives: true, .. }) => "lives".to_owned(),
        Answer::Lock(command::Answer::Lives { lives: false, .. }) => "is over".to_owned(),
        Answer::Lock(command::Answer::Ended(_)) => "ended".to_owned(),
        Answer::Lock(command::Answer::Checked { valid: true, .. }) => "valid".to_owned(),
        Answer::Lock(command::Answer::Checked { valid: false, .. }) => "not valid".to_owned(),
        Answer::Lock(command::Answer::Place(place)) => match place.before {
            _ if !place.exists => "no entry".to_owned(),
            None => format!("first, {}", place.created),
            Some(command::DELAY) => format!("{} behind a delay", place.created),
            Some(before) => format!("{} behind {before}", place.created),
        },
    }
}

/// The largest number of servers.
pub const MAX_SERVERS: u16 = MAX_NODES as u16;

/// What the catalogue says of Raft.
pub fn info() -> &'static SystemInfo {
    static INFO: OnceLock<SystemInfo> = OnceLock::new();
    INFO.get_or_init(|| SystemInfo {
        id: "raft",
        behaviour: BEHAVIOUR,
        messages: Message::KINDS,
        timers: Timer::NAMES,
        properties: PROPERTIES,
        mutants: Mutant::catalogue(MUTANTS, scenario_of),
        settings: SETTINGS,
        verbs: VERBS,
        views: &["cluster", "log", "space-time"],
    })
}

/// The scenario in which a mutant's property falls; empty while there is none.
fn scenario_of(mutant: &str) -> &'static str {
    match mutant {
        "no_persist_vote" => "raft/no-persist-vote",
        "clear_vote_same_term" => "raft/clear-vote-same-term",
        "stale_vote_resp" => "raft/stale-vote-resp",
        "even_majority" => "raft/even-majority",
        "no_up_to_date_check" => "raft/no-up-to-date-check",
        "fig8" => "raft/fig8",
        "ae_always_truncates" => "raft/ae-always-truncates",
        "brief_commit_index" => "raft/brief-commit-index",
        _ => "",
    }
}

/// Settings of a plan and their ranges; the defaults are those of [`Config`].
const SETTINGS: &[SettingInfo] = &[
    setting("election_timeout_us_min", 150_000, 1, HOUR_US),
    setting("election_timeout_us_max", 300_000, 1, HOUR_US),
    setting("heartbeat_us", 50_000, 1, HOUR_US),
    setting("pre_vote", 1, 0, 1),
    setting("check_quorum", 1, 0, 1),
    setting("max_entries_per_append", 64, 1, 100_000),
    setting("max_inflight", 256, 1, 1_000_000),
    setting("client_retry_us", 300_000, 1, HOUR_US),
    setting("client_backoff_us", 50_000, 1, HOUR_US),
    setting("client_deadline_us", 3_000_000, 1, HOUR_US),
    setting("client_queue_max", 1_000, 0, 1_000_000),
];

fn config(plan: &Plan) -> Result<Config, OpenError> {
    let mut config = Config::default();
    let u64_of = |name: &str, field: &mut u64| {
        if let Some(value) = plan.setting(name) {
            *field = value.unsigned_abs();
        }
    };
    u64_of("election_timeout_us_min", &mut config.election_timeout_us_min);
    u64_of("election_timeout_us_max", &mut config.election_timeout_us_max);
    u64_of("heartbeat_us", &mut config.heartbeat_us);
    u64_of("client_retry_us", &mut config.client_retry_us);
    u64_of("client_backoff_us", &mut config.client_backoff_us);
    u64_of("client_deadline_us", &mut config.client_deadline_us);
    let u32_of = |name: &str, field: &mut u32| {
        if let Some(value) = plan.setting(name) {
            *field = u32::try_from(value).unwrap_or(u32::MAX);
        }
    };
    u32_of("max_entries_per_append", &mut config.max_entries_per_append);
    u32_of("max_inflight", &mut config.max_inflight);
    u32_of("client_queue_max", &mut config.client_queue_max);
    let switch = |name: &str, field: &mut bool| {
        if let Some(value) = plan.setting(name) {
            *field = value != 0;
        }
    };
    switch("pre_vote", &mut config.pre_vote);
    switch("check_quorum", &mut config.check_quorum);
    config.rules = Rules::named(&plan.mutants);
    config.validate().map_err(|error| OpenError::new("settings", "bad-value", error.to_string(), "see the defaults"))?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_tell_the_defaults_of_the_core() {
        let plan = Plan::new("raft", 3, 1);
        let mut explicit = plan.clone();
        explicit.settings =
            SETTINGS.iter().map(|s| crate::sim::plan::Setting { name: s.name.to_owned(), value: s.default }).collect();
        assert_eq!(config(&plan).unwrap(), config(&explicit).unwrap());
    }
}
