//! How a system shows its state: generic view data, so that painters and panels never match on a protocol.

use crate::base::{EventId, Level, NodeId};
pub use crate::check::verdict::{Status, Verdict, Witness};
use crate::protocol::mutants::MutantInfo;

/// What a node's circle is filled with (PAGE-DESIGN, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The epoch's hue: a leader.
    Solid,
    /// Half of it: a candidate.
    Half,
    /// Outline only: a follower, a client.
    Outline,
}

/// The part a node plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleView {
    /// Key in the catalogue of words, e.g. `raft.role.leader`; the last part is the name predicates use: `leader`.
    pub key: &'static str,
    /// The letter in the notch.
    pub letter: char,
    /// How the circle is filled.
    pub fill: Fill,
}

impl RoleView {
    /// The last part of the key.
    pub fn name(&self) -> &'static str {
        self.key.rsplit('.').next().unwrap_or(self.key)
    }
}

/// Whether the process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeStatus {
    /// It runs.
    Running,
    /// It is down; what is shown is what it was.
    Crashed,
    /// It stands still.
    Paused,
    /// It was halted by a violation.
    Halted,
    /// It has not had its first start: there was nothing of it yet.
    NotStarted,
}

impl NodeStatus {
    /// The name that predicates and words use.
    pub fn name(self) -> &'static str {
        match self {
            NodeStatus::Running => "running",
            NodeStatus::Crashed => "crashed",
            NodeStatus::Paused => "paused",
            NodeStatus::Halted => "halted",
            NodeStatus::NotStarted => "not-started",
        }
    }
}

/// A typed value for panels, sentences and predicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A number.
    Int(i64),
    /// A node; `None` where there is none.
    Node(Option<NodeId>),
    /// Several nodes.
    Nodes(Vec<NodeId>),
    /// Yes or no.
    Bool(bool),
    /// A duration in microseconds.
    DurationUs(u64),
    /// Words from the catalogue.
    Word(&'static str),
    /// Data: a key's value, an operation.
    Data(String),
}

/// One line of a node's or a message's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Key in the catalogue, e.g. `raft.field.term`; the last part is the name that predicates use.
    pub key: &'static str,
    /// The value now.
    pub value: FieldValue,
}

/// A line.
pub(super) fn field(key: &'static str, value: FieldValue) -> Field {
    Field { key, value }
}

/// A number that may be too large for a line: then the largest.
pub(super) fn int(value: u64) -> FieldValue {
    FieldValue::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A timer of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerView {
    /// Its name in the system's table.
    pub name: &'static str,
    /// Its item: `Choose` it to let it run out now.
    pub item: EventId,
    /// When it was set, microseconds.
    pub set_us: u64,
    /// When it runs out, microseconds.
    pub due_us: u64,
    /// True of the one that the ring shows.
    pub main: bool,
}

/// How far an entry has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryState {
    /// In the log, not known to be committed.
    Appended,
    /// Committed.
    Committed,
    /// Committed and applied.
    Applied,
}

/// One entry of a replicated log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// Position from 1.
    pub index: u64,
    /// Term, ballot, view.
    pub epoch: u64,
    /// The command in short: `x=7`.
    pub label: String,
    /// How far it has come on this node.
    pub state: EntryState,
    /// True if another running node holds a different entry at this position.
    pub conflict: bool,
}

/// A log in figures; its entries are asked for by range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSummary {
    /// First position that is there (1 without compaction).
    pub first: u64,
    /// Last position; `first - 1` if it is empty.
    pub last: u64,
    /// Known to be committed up to here.
    pub committed: u64,
    /// Applied up to here.
    pub applied: u64,
    /// The first position at which another running node holds a different entry.
    pub conflict: Option<u64>,
}

/// What a leader knows of a follower's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerView {
    /// The follower.
    pub node: NodeId,
    /// The next position to send.
    pub next: u64,
    /// The highest position known to match.
    pub matched: u64,
    /// Messages in flight to it that are not answered.
    pub inflight: u32,
}

/// How much of a node or of a message is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// All of it: for panels, predicates, screen readers.
    Whole,
    /// What painters draw: without fields, without what a leader knows of the others.
    Sketch,
}

/// A node as painters, panels, predicates and screen readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Its number.
    pub id: NodeId,
    /// True of clients: a rounded square outside the ring.
    pub client: bool,
    /// The part it plays.
    pub role: RoleView,
    /// Term, ballot, view, if the system has one.
    pub epoch: Option<u64>,
    /// Whether it runs.
    pub status: NodeStatus,
    /// Messages that wait for a slow node: how many, and of how many; `None` if it is not slow.
    pub queue: Option<(u32, u32)>,
    /// Wall clock less true time, microseconds.
    pub wall_skew_us: i64,
    /// How much faster than true its clocks run, parts per million.
    pub rate_ppm: i64,
    /// Its state, in the order to be read.
    pub fields: Vec<Field>,
    /// Its armed timers.
    pub timers: Vec<TimerView>,
    /// Its log, if it keeps one.
    pub log: Option<LogSummary>,
    /// What it knows of the others' logs, if it leads.
    pub peers: Vec<PeerView>,
    /// Nodes that voted for it, while it stands for election.
    pub votes: Vec<NodeId>,
    /// Records on its disk: intact, damaged, not yet synced.
    pub disk: (u32, u32, u32),
}

/// A message in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Its id: actions name it.
    pub id: EventId,
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Number of its kind in the system's table.
    pub kind: u8,
    /// When it was sent, microseconds.
    pub sent_us: u64,
    /// When it arrives (or vanishes), microseconds; `None` while it is held or queued.
    pub due_us: Option<u64>,
    /// True if the link loses it on the way, at `due_us`.
    pub lost: bool,
    /// True of a second copy.
    pub copy: bool,
    /// True while it is held, clogged, or waits in a paused or slow node's queue.
    pub waiting: bool,
    /// True if it is delayed beyond what its link does by itself.
    pub delayed: bool,
    /// How many identical requests it stands for.
    pub count: u32,
    /// Size on the wire, bytes.
    pub size_bytes: u32,
    /// Term, ballot, view that it speaks for: its hue.
    pub epoch: Option<u64>,
    /// True of routine traffic: drawn faint.
    pub faint: bool,
    /// For replies: what they say.
    pub answer: Option<bool>,
    /// What it carries, in the order to be read.
    pub fields: Vec<Field>,
}

/// What is wrong with a directed link at this moment; links not listed are healthy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Nothing passes.
    pub cut: bool,
    /// Stands still until then, microseconds.
    pub clogged_until_us: Option<u64>,
    /// Keeps everything until released.
    pub held: bool,
    /// Chance of loss: requests, replies, one-way messages; parts per million.
    pub loss_ppm: [u32; 3],
    /// Chance of duplication, greatest of all classes; parts per million.
    pub duplicate_ppm: u32,
    /// Chance of leaving the link's order, greatest of all classes; parts per million.
    pub reorder_ppm: u32,
    /// Delay range, if it is not the plan's, microseconds.
    pub delay_us: Option<(u64, u64)>,
}

/// One operation of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationView {
    /// The client.
    pub client: NodeId,
    /// Its number among the client's operations.
    pub n: u32,
    /// The process under which it was invoked: changes after an unknown outcome.
    pub process: u32,
    /// What was asked: `put x 7`.
    pub request: String,
    /// When, microseconds.
    pub invoked_us: u64,
    /// When it returned, microseconds.
    pub returned_us: Option<u64>,
    /// `ok`, `fail`, `unknown`, or `pending`.
    pub outcome: &'static str,
    /// The answer: `7`, `nothing`, `swapped`.
    pub response: Option<String>,
}

/// What the view of leases shows: who believes to hold what, what nodes keep, what came to the resource. All times are true ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeasesView {
    /// How long a lease lives, microseconds.
    pub ttl_us: u64,
    /// How many may hold a lock at once, of those that do not share it.
    pub permits: usize,
    /// The resource asks the lock service about the sequencer of each write.
    pub sequencers: bool,
    /// Clients, then lock nodes, then the resource.
    pub rows: Vec<LeaseRow>,
    /// What came to the resource, oldest first.
    pub writes: Vec<LeaseWrite>,
}

/// A row of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRow {
    /// Whose.
    pub node: NodeId,
    /// What it is.
    pub kind: LeaseKind,
    /// Of a client: what it believed and believes to hold; of a node: what it keeps.
    pub leases: Vec<Lease>,
    /// The greatest fence that it knows, if it keeps one.
    pub fence: Option<u64>,
}

/// Who has a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseKind {
    /// Believes.
    Client,
    /// Keeps keys.
    Node,
    /// Takes writes.
    Resource,
}

/// A lock from one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Who has it.
    pub holder: NodeId,
    /// Which key.
    pub key: u32,
    /// With which fence; 0 if that is not known here.
    pub fence: u64,
    /// Of a key that a node keeps: the how-many-eth operation of its client the token is of, from 1, and which attempt.
    pub token: Option<(u64, u32)>,
    /// Since when, microseconds.
    pub from_us: u64,
    /// Until when by the clock of the row's node, microseconds.
    pub until_us: u64,
    /// With others that share it.
    pub shared: bool,
}

/// A write that came to the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseWrite {
    /// When it came, microseconds.
    pub came_us: u64,
    /// When the resource accepted or rejected it, microseconds; `None` while it asks the lock service.
    pub ruled_us: Option<u64>,
    /// Whose.
    pub client: NodeId,
    /// With which fence, or the generation of which sequencer.
    pub fence: u64,
    /// What.
    pub value: u64,
    /// It was accepted.
    pub accepted: bool,
}

/// What a system tells about itself once.
#[derive(Clone, Copy, Debug)]
pub struct SystemInfo {
    /// Its name in plans, e.g. `raft`.
    pub id: &'static str,
    /// Version of its behaviour: bumped whenever a pinned fingerprint changes.
    pub behaviour: u32,
    /// Message kinds by number.
    pub messages: &'static [crate::protocol::MessageKind],
    /// Timer names by number.
    pub timers: &'static [&'static str],
    /// Ids of its properties, in the order to be shown.
    pub properties: &'static [&'static str],
    /// Its wrong variants.
    pub mutants: &'static [Mutant],
    /// Its settings.
    pub settings: &'static [SettingInfo],
    /// Verbs that its clients understand.
    pub verbs: &'static [&'static str],
    /// Views of the stage, by id, in the order to be offered: `cluster`, `log`, ...
    pub views: &'static [&'static str],
}

/// A wrong variant of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Its id, e.g. `no_persist_vote`.
    pub id: &'static str,
    /// The function in `rules.rs` that it replaces.
    pub rule: &'static str,
    /// Id of the property that falls in its scenario.
    pub falls: &'static str,
    /// Id of the scenario that shows it fall; empty while there is none.
    pub scenario: &'static str,
}

impl Mutant {
    /// The wrong variants of a core, each with the scenario that shows its property fall. Made once for a system, and kept.
    pub(super) fn catalogue<M>(of: &'static [MutantInfo<M>], scenario_of: fn(&str) -> &'static str) -> &'static [Mutant] {
        let known =
            |info: &MutantInfo<M>| Mutant { id: info.id, rule: info.rule, falls: info.falls, scenario: scenario_of(info.id) };
        Vec::leak(of.iter().map(known).collect())
    }
}

/// A setting of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingInfo {
    /// Its name, unit last.
    pub name: &'static str,
    /// Value if the plan does not name it.
    pub default: i64,
    /// Least value.
    pub min: i64,
    /// Greatest value.
    pub max: i64,
}

/// A setting with its range.
pub(super) const fn setting(name: &'static str, default: i64, min: i64, max: i64) -> SettingInfo {
    SettingInfo { name, default, min, max }
}

/// An hour in microseconds: the greatest value of most settings that are times.
pub(super) const HOUR_US: i64 = 3_600_000_000;

/// An item that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// Its id: what `Choose` takes.
    pub item: EventId,
    /// When it is due in timed mode, microseconds.
    pub due_us: u64,
    /// What would happen.
    pub kind: crate::sim::trace::EventKind,
    /// Message kind or timer number.
    pub sub: u8,
    /// The node at which it would happen.
    pub node: NodeId,
}

/// Levels in the order in which filters offer them.
pub const LEVELS: [Level; 3] = [Level::Story, Level::Protocol, Level::Everything];
