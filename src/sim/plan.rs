//! The Plan: the whole input of a run, as data.
//!
//! Cluster, settings, network, clocks, disks, workload, scheduled faults, seed, and the interventions made by hand. A
//! scenario is its text form, a link its packed form, a shrunk counterexample a smaller one. Same plan, same run, bit for
//! bit.

use crate::base::draw::Sequence;
use crate::base::{EventId, NodeId};
use crate::protocol::Class;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The whole input of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The system's name in the catalogue, e.g. `raft`.
    pub system: String,
    /// Seed of every draw. Formats for people write it as text where a JavaScript number could not hold it.
    #[serde(with = "seed_text")]
    pub seed: u64,
    /// Who takes part.
    pub cluster: Cluster,
    /// The system's own settings by name; what is not named keeps its default.
    pub settings: Vec<Setting>,
    /// Ids of the wrong variants that are switched on.
    pub mutants: Vec<String>,
    /// What links do unless a fault says otherwise.
    pub network: Network,
    /// Clocks that are not true; nodes not named have perfect ones.
    pub clocks: Vec<ClockPlan>,
    /// What disks do.
    pub disk: DiskSettings,
    /// What clients ask for.
    pub workload: Workload,
    /// Scheduled faults, in any order.
    pub faults: Vec<PlannedAction>,
    /// What was done by hand, in the order in which it was done.
    pub interventions: Vec<Intervention>,
}

impl Plan {
    /// A plan with nothing but a system, its servers and a seed: healthy network, perfect clocks, no clients, no faults.
    pub fn new(system: &str, servers: u16, seed: u64) -> Plan {
        Plan {
            system: system.to_owned(),
            seed,
            cluster: Cluster { servers, clients: 0 },
            settings: Vec::new(),
            mutants: Vec::new(),
            network: Network::default(),
            clocks: Vec::new(),
            disk: DiskSettings::default(),
            workload: Workload::default(),
            faults: Vec::new(),
            interventions: Vec::new(),
        }
    }

    /// The value of a setting, if the plan names it. The last mention wins.
    pub fn setting(&self, name: &str) -> Option<i64> {
        self.settings.iter().rev().find(|setting| setting.name == name).map(|setting| setting.value)
    }
}

/// A seed in formats for people: a number up to 2^53 - 1, text above; both are read.
mod seed_text {
    use serde::de::{Error, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    const NUMBER_MAX: u64 = (1 << 53) - 1;

    pub(super) fn serialize<S: Serializer>(seed: &u64, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() && *seed > NUMBER_MAX { to.collect_str(seed) } else { seed.serialize(to) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        if from.is_human_readable() { from.deserialize_any(SeedVisitor) } else { u64::deserialize(from) }
    }

    struct SeedVisitor;

    impl Visitor<'_> for SeedVisitor {
        type Value = u64;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a whole number from 0 to 2^64 - 1, as number or as text")
        }

        fn visit_u64<E: Error>(self, seed: u64) -> Result<u64, E> {
            Ok(seed)
        }

        fn visit_i64<E: Error>(self, seed: i64) -> Result<u64, E> {
            u64::try_from(seed).map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(seed), &self))
        }

        fn visit_str<E: Error>(self, seed: &str) -> Result<u64, E> {
            seed.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(seed), &self))
        }
    }
}

/// The nodes: servers first, then clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Number of servers: nodes 0 to servers - 1, named S1, S2, ...
    pub servers: u16,
    /// Number of clients: the nodes after them, named client 1, client 2, ...
    pub clients: u16,
}

impl Cluster {
    /// Number of all nodes.
    pub fn nodes(&self) -> usize {
        self.servers as usize + self.clients as usize
    }

    /// True of nodes that are clients.
    pub fn is_client(&self, node: NodeId) -> bool {
        node.0 >= self.servers
    }

    /// The n-th client (from 0).
    pub fn client(&self, n: u16) -> NodeId {
        NodeId(self.servers + n)
    }

    /// The name that a node goes by in every language-free place: `S1`, `client 1`.
    pub fn name(&self, node: NodeId) -> String {
        if self.is_client(node) { format!("client {}", node.0 - self.servers + 1) } else { format!("S{}", node.0 + 1) }
    }

    /// The node with this name; `c1` and `client1` are understood too.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        let lower = name.trim().to_ascii_lowercase();
        let client = lower.strip_prefix("client").or_else(|| lower.strip_prefix('c'));
        let (digits, base, count) = match (client, lower.strip_prefix('s')) {
            (Some(digits), _) => (digits, self.servers, self.clients),
            (None, Some(digits)) => (digits, 0, self.servers),
            (None, None) => return None,
        };
        let number: u16 = digits.trim().parse().ok()?;
        (1..=count).contains(&number).then(|| NodeId(base + number - 1))
    }
}

/// One of the system's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name, unit last, e.g. `heartbeat_us`.
    pub name: String,
    /// Its value; switches are 0 and 1.
    pub value: i64,
}

/// What a directed link does with messages of one class. Chances are parts per million, each drawn per message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Least delay in microseconds.
    pub delay_us_min: u64,
    /// Greatest delay in microseconds.
    pub delay_us_max: u64,
    /// Chance that the message is lost.
    pub loss_ppm: u32,
    /// Chance that it arrives twice.
    pub duplicate_ppm: u32,
    /// Chance that it leaves the order of its link: such a message is delayed by up to `reorder_us_max` more, and later ones
    /// may overtake it. All others arrive in the order in which they were sent on that link.
    pub reorder_ppm: u32,
    /// Greatest additional delay of a reordered message.
    pub reorder_us_max: u64,
}

impl Default for Channel {
    /// A quiet data centre: 1 to 5 ms, nothing lost.
    fn default() -> Self {
        Channel { delay_us_min: 1_000, delay_us_max: 5_000, loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, reorder_us_max: 0 }
    }
}

/// Some fields of a [`Channel`]; the others stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelPatch {
    /// Least and greatest delay in microseconds.
    pub delay_us: Option<(u64, u64)>,
    /// Chance of loss.
    pub loss_ppm: Option<u32>,
    /// Chance of duplication.
    pub duplicate_ppm: Option<u32>,
    /// Chance of leaving the link's order.
    pub reorder_ppm: Option<u32>,
    /// Greatest additional delay of a reordered message.
    pub reorder_us_max: Option<u64>,
}

/// Which messages a channel rule is about. Empty lists and `None` mean *all*.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selector {
    /// Senders.
    pub from: Vec<NodeId>,
    /// Receivers.
    pub to: Vec<NodeId>,
    /// Requests, replies or one-way messages only.
    pub class: Option<Class>,
    /// Number of one message kind in the system's table.
    pub kind: Option<u8>,
}

/// A channel setting for some messages. Later rules win, field by field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRule {
    /// For which messages.
    pub select: Selector,
    /// What changes for them.
    pub set: ChannelPatch,
}

/// The network before anything happens to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// All links.
    pub default: Channel,
    /// Exceptions, in order.
    pub rules: Vec<ChannelRule>,
}

/// One node's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockPlan {
    /// Whose.
    pub node: NodeId,
    /// What the wall clock shows at time zero, less the truth.
    pub wall_offset_us: i64,
    /// How much faster than true both clocks run, parts per million; above -1,000,000.
    pub rate_ppm: i64,
}

/// What disks do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskSettings {
    /// Least time until a write is on disk, microseconds.
    pub fsync_us_min: u64,
    /// Greatest time until a write is on disk, microseconds.
    pub fsync_us_max: u64,
    /// Chance that a write not yet on disk is lost at a crash; the first lost one takes all later ones with it.
    pub lose_unsynced_ppm: u32,
    /// Chance that the first lost write leaves a torn record behind.
    pub torn_tail_ppm: u32,
}

impl Default for DiskSettings {
    /// A fast disk: 0.5 to 1 ms per write; what was not synced is gone after a crash.
    fn default() -> Self {
        DiskSettings { fsync_us_min: 500, fsync_us_max: 1_000, lose_unsynced_ppm: 1_000_000, torn_tail_ppm: 0 }
    }
}

/// What clients ask for: scripted operations, and a generator for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// Operations at fixed times.
    pub operations: Vec<PlannedOperation>,
    /// Random operations of every client.
    pub generator: Option<Generator>,
}

/// An operation at a fixed time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOperation {
    /// When, microseconds.
    pub at_us: u64,
    /// Which client invokes it.
    pub client: NodeId,
    /// What.
    pub operation: Operation,
}

/// An operation in words that every system understands in its own way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What to do: `get`, `put`, `delete`, `cas`, `append`, ...
    pub verb: String,
    /// On which key; key `x` is number 0, `y` 1, `z` 2, `k3` 3, ...
    pub key: String,
    /// Its numbers: the value to put, the values expected and new, ...
    pub args: Vec<u64>,
    /// Send it to this server first, whoever leads.
    #[serde(default)]
    pub target: Option<NodeId>,
}

/// Random operations, open loop: each client invokes one after the other, whether or not the last has returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    /// First invocation, microseconds.
    pub start_us: u64,
    /// No invocation from here on, microseconds.
    pub end_us: u64,
    /// Least time between two invocations of one client, microseconds.
    pub every_us_min: u64,
    /// Greatest time between two invocations of one client, microseconds.
    pub every_us_max: u64,
    /// Number of keys.
    pub keys: u32,
    /// Verbs and their weights.
    pub mix: Vec<(String, u32)>,
}

impl Generator {
    /// A verb of the mix by its weight; `None` of an empty mix.
    pub fn verb(&self, draws: &mut Sequence) -> Option<&str> {
        let total: u64 = self.mix.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = draws.range(0, total.saturating_sub(1));
        let drawn = self.mix.iter().find(|(_, weight)| {
            let here = left < u64::from(*weight);
            left = left.saturating_sub(u64::from(*weight));
            here
        });
        drawn.map(|(verb, _)| verb.as_str())
    }
}

/// A moment of a run: a time, and how many events had been executed at that very time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// Virtual time, microseconds.
    pub at_us: u64,
    /// Number of events executed at exactly this time before the moment.
    pub executed: u32,
}

/// An action at a scheduled time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedAction {
    /// When, microseconds.
    pub at_us: u64,
    /// What.
    pub action: Action,
}

/// An action by hand at a recorded moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// When.
    pub at: Moment,
    /// Its number at the hand's place: names its event, and stays the same when another intervention is undone.
    pub n: u32,
    /// What.
    pub action: Action,
}

/// Everything that can be done to a world, by plan, by nemesis or by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The process stops; volatile state is lost.
    Crash(NodeId),
    /// The process starts again.
    Restart {
        /// Which node.
        node: NodeId,
        /// With an empty disk.
        empty: bool,
    },
    /// The process stands still: time runs, messages and timers queue.
    Pause(NodeId),
    /// It goes on, with everything that queued.
    Resume(NodeId),
    /// Each message takes a service time, and only so many wait; more are dropped. Zero service time: fast again.
    Slow {
        /// Which node.
        node: NodeId,
        /// Time per message, microseconds.
        service_us: u64,
        /// How many messages may wait.
        queue: u32,
    },
    /// Cut links. Cuts add up.
    Cut(Cut),
    /// Mend links: these, or all of them and end every clog and hold if the list is empty.
    Heal(Vec<(NodeId, NodeId)>),
    /// Change what links do.
    Channel(ChannelRule),
    /// Take back every channel change made after the start.
    ResetChannels,
    /// Links stand still for a while; what was to arrive meanwhile arrives at the end.
    Clog {
        /// Directed links.
        links: Vec<(NodeId, NodeId)>,
        /// How long, microseconds.
        for_us: u64,
    },
    /// Clog all links of several nodes, one node after the other, and free them in another order.
    SwizzleClog {
        /// The nodes, in the order of clogging.
        nodes: Vec<NodeId>,
        /// Time between two steps, microseconds.
        step_us: u64,
        /// The order of freeing, as positions in `nodes`.
        free_order: Vec<u16>,
    },
    /// Keep what is sent on links, and what is in flight there, until released.
    Hold(Vec<(NodeId, NodeId)>),
    /// Let held messages go, in order.
    Release(Vec<(NodeId, NodeId)>),
    /// Act on one message in flight.
    Message {
        /// Its id.
        message: EventId,
        /// What to do with it.
        act: MessageAct,
    },
    /// Change a node's clocks.
    Clock {
        /// Whose.
        node: NodeId,
        /// How.
        act: ClockAct,
    },
    /// Do something to a node's disk.
    Disk {
        /// Whose.
        node: NodeId,
        /// What.
        act: DiskAct,
    },
    /// A client invokes an operation now.
    Request {
        /// Which client.
        client: NodeId,
        /// What.
        operation: Operation,
    },
    /// Execute this enabled item next, whatever is due before it: a delivery, a timer, a write's completion.
    Choose(EventId),
    /// What is drawn from now on is drawn anew: another delay, another timeout, another loss. What was drawn stays. Two runs that
    /// redraw with the same number draw the same.
    Redraw(u32),
}

impl Action {
    /// Catalogue keys of the events that actions are, by [`Action::number`].
    pub const KEYS: [&'static str; 19] = [
        "world.crashed",
        "world.restarted",
        "world.paused",
        "world.resumed",
        "world.slowed",
        "world.cut",
        "world.healed",
        "world.link-changed",
        "world.links-reset",
        "world.clogged",
        "world.swizzled",
        "world.held",
        "world.released",
        "world.message",
        "world.clock",
        "world.disk",
        "world.invoked",
        "world.chosen",
        "world.redrawn",
    ];

    /// Which kind of action it is: its place in [`Action::KEYS`].
    pub fn number(&self) -> u32 {
        match self {
            Action::Crash(_) => 0,
            Action::Restart { .. } => 1,
            Action::Pause(_) => 2,
            Action::Resume(_) => 3,
            Action::Slow { .. } => 4,
            Action::Cut(_) => 5,
            Action::Heal(_) => 6,
            Action::Channel(_) => 7,
            Action::ResetChannels => 8,
            Action::Clog { .. } => 9,
            Action::SwizzleClog { .. } => 10,
            Action::Hold(_) => 11,
            Action::Release(_) => 12,
            Action::Message { .. } => 13,
            Action::Clock { .. } => 14,
            Action::Disk { .. } => 15,
            Action::Request { .. } => 16,
            Action::Choose(_) => 17,
            Action::Redraw(_) => 18,
        }
    }
}

/// Which directed links a cut takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Islands: no link between nodes of different islands. Nodes in no island form one more together.
    Islands(Vec<Vec<NodeId>>),
    /// Two islands, and one node that sees both.
    Bridge {
        /// The node in the middle.
        bridge: NodeId,
        /// One side.
        left: Vec<NodeId>,
        /// The other side.
        right: Vec<NodeId>,
    },
    /// Each node sees only its two neighbours in this order, which closes to a ring.
    Ring(Vec<NodeId>),
    /// No messages in one direction.
    OneWay {
        /// Senders that are not heard.
        from: Vec<NodeId>,
        /// By these.
        to: Vec<NodeId>,
    },
    /// A node on its own.
    Isolate(NodeId),
    /// Exactly these directed links.
    Links(Vec<(NodeId, NodeId)>),
}

/// What can be done to one message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageAct {
    /// It arrives now.
    Deliver,
    /// It is lost now.
    Drop,
    /// A second copy goes with it.
    Duplicate,
    /// It arrives later by so many microseconds.
    Delay(u64),
    /// It changes arrival times with another message in flight.
    Swap(EventId),
}

/// What can be done to a node's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockAct {
    /// The wall clock jumps by so many microseconds.
    Jump(i64),
    /// Both clocks run faster than true by so many parts per million from now on; above -1,000,000.
    Rate(i64),
}

/// What can be done to a node's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskAct {
    /// Writes take between so many microseconds from now on.
    Fsync(u64, u64),
    /// Chance in a million that a crash loses unsynced writes, from now on.
    LoseUnsynced(u32),
    /// Chance in a million that the first lost write leaves a torn record, from now on.
    TornTail(u32),
    /// The record at this place, counted from the newest, is damaged.
    Corrupt(u32),
    /// The next write goes to the place of the record counted from the newest: both are damaged afterwards.
    Misdirect(u32),
    /// Writes fail from now on (true), or succeed again (false).
    Full(bool),
}

/// Why an action was refused. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such node in this cluster.
    NoSuchNode(NodeId),
    /// No such message in flight: delivered, lost, or never sent in this branch.
    NoSuchMessage(EventId),
    /// No such item is enabled.
    NotEnabled(EventId),
    /// The node is in a state in which this means nothing; the key says which (`already-crashed`, `not-crashed`, ...).
    NothingToDo(&'static str),
    /// A number is out of its range: which field, and the range in words.
    BadValue(&'static str, &'static str),
    /// The system does not understand the operation.
    BadOperation(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoSuchNode(node) => write!(f, "no node has the number {}", node.0),
            Refusal::NoSuchMessage(id) => write!(f, "message {id:?} is not in flight"),
            Refusal::NotEnabled(id) => write!(f, "{id:?} is not enabled"),
            Refusal::NothingToDo(why) => write!(f, "nothing to do: {why}"),
            Refusal::BadValue(field, range) => write!(f, "{field} must be {range}"),
            Refusal::BadOperation(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_round_trips_as_json_and_packed() {
        for seed in [0, (1 << 53) - 1, 1 << 53, u64::MAX] {
            let mut plan = Plan::new("raft", 5, seed);
            let message = "n0>n1#3".parse().unwrap();
            let action = Action::Message { message, act: MessageAct::Drop };
            plan.interventions.push(Intervention { at: Moment::default(), n: 0, action });
            let json = serde_json::to_string(&plan).unwrap();
            assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan, "{json}");
            assert_eq!(postcard::from_bytes::<Plan>(&postcard::to_allocvec(&plan).unwrap()).unwrap(), plan);
        }
    }
}
