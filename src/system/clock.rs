//! Clocks and what is built on them, as the catalogue offers them: one system whose settings say what its nodes do.
//!
//! Switches: `lamport`, `vector`, `hybrid`, `itc` let processes carry these clocks, any of them together; `broadcast`,
//! `versions`, `truetime`, `sync` let the nodes do something else, one at a time. With none, processes carry Lamport's clock and
//! a vector.

use super::clock_view::{describe, portray, request_text, response_text};
use super::inspect::{HOUR_US, Mutant, SettingInfo, SystemInfo, setting};
use super::keys;
use super::live::{Description, Portrait, System};
use super::open::{OpenError, check_operations};
use crate::base::NodeId;
use crate::base::draw::Sequence;
use crate::check::clock::{ClockChecks, PROPERTIES};
use crate::protocol::clock::config::{Config, ConfigError, Mode};
use crate::protocol::clock::message::{Act, Answer, Ask, Message, Request, Timer};
use crate::protocol::clock::node::Node;
use crate::protocol::clock::rules::{MUTANTS, Rules};
use crate::protocol::clock::stamp::Carried;
use crate::protocol::{Message as _, TimerName};
use crate::sim::plan::{Cluster, Generator, Operation, Plan};
use crate::sim::{Deployment, World};
use std::sync::{Arc, OnceLock};

/// Version of the behaviour: bumped whenever a pinned fingerprint changes.
pub const BEHAVIOUR: u32 = 2;

/// Nodes with clocks, and their clients.
#[derive(Clone, Debug)]
pub struct Clocks {
    cluster: Cluster,
    config: Arc<Config>,
}

impl Clocks {
    /// What the nodes do.
    pub fn mode(&self) -> Mode {
        self.config.mode
    }
}

impl Deployment for Clocks {
    type Node = Node;

    fn boot(&self, node: NodeId) -> Node {
        if self.cluster.is_client(node) { Node::client(node, &self.config) } else { Node::server(node, &self.config) }
    }

    fn generate(&self, generator: &Generator, client: NodeId, n: u32, draws: &mut Sequence) -> Request {
        let verb = generator.verb(draws);
        let servers = u64::from(self.cluster.servers);
        let server = |draws: &mut Sequence| NodeId(draws.range(0, servers.saturating_sub(1)) as u16);
        let (target, other) = (server(draws), server(draws));
        let key = draws.range(0, u64::from(generator.keys).saturating_sub(1)) as u32;
        // Unique among all generated operations.
        let value = u64::from(n) * u64::from(self.cluster.clients) + u64::from(client.0 - self.cluster.servers) + 1;
        let ask = match verb.unwrap_or("event") {
            "send" => Ask::Act(Act::Send(other)),
            "join" => Ask::Act(Act::Join(other)),
            "leave" => Ask::Act(Act::Leave(other)),
            "broadcast" => Ask::Act(Act::Broadcast(value)),
            "get" => Ask::Get(key),
            "put" => Ask::Put(key, value),
            "commit" => Ask::Commit,
            _ => Ask::Act(Act::Local),
        };
        Request { ask, target: Some(target) }
    }

    fn parse(&self, operation: &Operation) -> Result<Request, String> {
        let verb = operation.verb.as_str();
        let understood = verbs_of(self.config.mode);
        if !understood.contains(&verb) {
            return Err(format!("\"{verb}\" means nothing to these nodes; they know {}", understood.join(", ")));
        }
        let number = |least: usize| match operation.args.len() {
            n if n >= least && n <= 1 => Ok(operation.args.first().copied().unwrap_or(1)),
            n => Err(format!("{verb} takes {}, found {n}", if least == 1 { "one number" } else { "at most one number" })),
        };
        let none = || match operation.args.len() {
            0 => Ok(()),
            n => Err(format!("{verb} takes no number, found {n}")),
        };
        let server = || {
            let found = self.cluster.node(&operation.key).filter(|node| !self.cluster.is_client(*node));
            found.ok_or_else(|| format!("\"{}\" is no process; {verb} names S1 to S{}", operation.key, self.cluster.servers))
        };
        let ask = match verb {
            "event" => none().map(|()| Ask::Act(Act::Local))?,
            "send" => none().and_then(|()| server()).map(|to| Ask::Act(Act::Send(to)))?,
            "join" => none().and_then(|()| server()).map(|of| Ask::Act(Act::Join(of)))?,
            "leave" => none().and_then(|()| server()).map(|to| Ask::Act(Act::Leave(to)))?,
            "broadcast" => Ask::Act(Act::Broadcast(number(0)?)),
            "get" => none().and_then(|()| keys::number(&operation.key, "key")).map(Ask::Get)?,
            "put" => Ask::Put(keys::number(&operation.key, "key")?, number(1)?),
            _ => none().map(|()| Ask::Commit)?,
        };
        match operation.target {
            Some(target) if self.cluster.is_client(target) || target.index() >= self.cluster.nodes() => {
                Err("the target must be a server".to_owned())
            }
            Some(target) if matches!(ask, Ask::Act(Act::Send(to) | Act::Join(to) | Act::Leave(to)) if to == target) => {
                Err(format!("{} cannot {verb} to itself", self.cluster.name(target)))
            }
            target => Ok(Request { ask, target }),
        }
    }
}

const VERBS: &[&str] = &["event", "send", "join", "leave", "broadcast", "get", "put", "commit"];

/// What clients of these nodes can ask for.
fn verbs_of(mode: Mode) -> &'static [&'static str] {
    match mode {
        Mode::Processes(carried) if carried.itc => &VERBS[..4],
        Mode::Processes(_) => &VERBS[..2],
        Mode::Broadcast => &VERBS[4..5],
        Mode::Versions => &VERBS[5..7],
        Mode::TrueTime => &VERBS[7..],
        Mode::Sync => &[],
    }
}

impl System for Clocks {
    type Checks = ClockChecks;

    fn info() -> &'static SystemInfo {
        info()
    }

    fn deploy(plan: &Plan) -> Result<Clocks, OpenError> {
        if plan.cluster.servers > MAX_SERVERS {
            return Err(OpenError::new("cluster.servers", "bad-value", "too many servers for clocks", "at most 64"));
        }
        let clocks = Clocks { cluster: plan.cluster, config: Arc::new(config(plan)?) };
        check_operations(plan, verbs_of(clocks.mode()), |operation| clocks.parse(operation))?;
        Ok(clocks)
    }

    fn checks(&self, cluster: Cluster) -> ClockChecks {
        ClockChecks::new(self.config.mode, cluster.servers)
    }

    fn portray(world: &World<Clocks>, node: NodeId) -> Portrait {
        portray(world, node)
    }

    fn describe(message: &Message) -> Description {
        describe(message)
    }

    fn request_text(request: &Request) -> String {
        request_text(request)
    }

    fn response_text(response: &Answer) -> String {
        response_text(response)
    }
}

/// What the catalogue says of clocks.
pub fn info() -> &'static SystemInfo {
    static INFO: OnceLock<SystemInfo> = OnceLock::new();
    INFO.get_or_init(|| SystemInfo {
        id: "clock",
        behaviour: BEHAVIOUR,
        messages: Message::KINDS,
        timers: Timer::NAMES,
        properties: PROPERTIES,
        mutants: Mutant::catalogue(MUTANTS, scenario_of),
        settings: SETTINGS,
        verbs: VERBS,
        views: &["cluster", "space-time"],
    })
}

/// The scenario in which a mutant's property falls; empty while there is none.
fn scenario_of(mutant: &str) -> &'static str {
    match mutant {
        "send_without_tick" => "clock/send-without-tick",
        "concurrent_is_equal" => "clock/null-is-equal",
        "counter_restarts" => "clock/reused-dots",
        "prune_oldest" => "clock/pruned-entries",
        "plain_version_vector" => "clock/lost-sibling",
        "deliver_on_arrival" => "clock/overtaken",
        "hold_back_always" => "clock/held-for-ever",
        "collect_when_seen_here" => "clock/dropped-copy",
        "no_commit_wait" => "clock/no-commit-wait",
        "lamport_ignores_message" => "clock/deaf-lamport",
        "receive_without_merge" => "clock/deaf-vector",
        "max_without_tick" => "clock/uncounted-receive",
        "fork_keeps_all" => "clock/fork-keeps-all",
        "hybrid_without_physical" => "clock/hybrid-without-time",
        "hybrid_unbounded" => "clock/hybrid-unbounded",
        "tick_on_read" => "clock/tick-on-read",
        "earliest_timestamp" => "clock/earliest-timestamp",
        "bound_ignores_round_trip" => "clock/claimed-bound",
        _ => "",
    }
}

/// Settings of a plan and their ranges; the defaults are those of [`Config`], and of a plan without any switch.
const SETTINGS: &[SettingInfo] = &[
    setting("lamport", 0, 0, 1),
    setting("vector", 0, 0, 1),
    setting("hybrid", 0, 0, 1),
    setting("itc", 0, 0, 1),
    setting("broadcast", 0, 0, 1),
    setting("versions", 0, 0, 1),
    setting("truetime", 0, 0, 1),
    setting("sync", 0, 0, 1),
    // 0: all servers.
    setting("members", 0, 0, MAX_SERVERS as i64),
    setting("every_us_min", 0, 0, HOUR_US),
    setting("every_us_max", 0, 0, HOUR_US),
    setting("prune_to", 2, 1, 1_000),
    setting("max_offset_us", 500_000, 0, HOUR_US),
    setting("epsilon_us", 7_000, 0, HOUR_US),
    setting("poll_us", 1_000_000, 1_000, HOUR_US),
    setting("samples", 8, 1, 8),
    setting("drift_ppm", 200, 0, 100_000),
    setting("gossip_us", 200_000, 1_000, HOUR_US),
    setting("deadline_us", 3_000_000, 1, HOUR_US),
];

/// The largest number of servers: matrices have the square of it, and sets of nodes 64 bits.
pub const MAX_SERVERS: u16 = 64;

/// The kinds that exclude everything else.
const KINDS: [(&str, Mode); 4] =
    [("broadcast", Mode::Broadcast), ("versions", Mode::Versions), ("truetime", Mode::TrueTime), ("sync", Mode::Sync)];

fn mode(plan: &Plan) -> Result<Mode, OpenError> {
    let on = |name: &str| plan.setting(name).is_some_and(|value| value != 0);
    let carried = Carried { lamport: on("lamport"), vector: on("vector"), hybrid: on("hybrid"), itc: on("itc") };
    let switches: Vec<&str> = SETTINGS[..8].iter().map(|setting| setting.name).filter(|name| on(name)).collect();
    let kind = KINDS.iter().find(|(name, _)| on(name));
    match kind {
        Some((name, mode)) => match switches.iter().find(|other| *other != name) {
            Some(other) => Err(refuse(&format!("settings.{other}"), ConfigError::Both(name, other))),
            None => Ok(*mode),
        },
        None if carried == Carried::NONE => Ok(Mode::Processes(Carried::DEFAULT)),
        None => Ok(Mode::Processes(carried)),
    }
}

fn refuse(place: &str, error: ConfigError) -> OpenError {
    let hint = match error {
        ConfigError::Both(..) => "lamport, vector, hybrid and itc go together; of the other kinds one",
        ConfigError::EmptyRange => "from least to greatest",
        ConfigError::Members => "0 for all servers",
        ConfigError::TooFewServers(_) => "the first server has the time, the others ask it",
    };
    OpenError::new(place, "bad-value", error.to_string(), hint)
}

fn config(plan: &Plan) -> Result<Config, OpenError> {
    let mut config = Config { mode: mode(plan)?, servers: plan.cluster.servers, ..Config::default() };
    let number = |name: &str| plan.setting(name).map(i64::unsigned_abs);
    let set = |name: &str, field: &mut u64| *field = number(name).unwrap_or(*field);
    set("every_us_min", &mut config.every_us_min);
    set("every_us_max", &mut config.every_us_max);
    set("max_offset_us", &mut config.max_offset_us);
    set("epsilon_us", &mut config.epsilon_us);
    set("poll_us", &mut config.poll_us);
    set("drift_ppm", &mut config.drift_ppm);
    set("gossip_us", &mut config.gossip_us);
    set("deadline_us", &mut config.deadline_us);
    config.prune_to = number("prune_to").map_or(config.prune_to, |n| n as usize);
    config.samples = number("samples").map_or(config.samples, |n| n as usize);
    let members = number("members").filter(|n| *n > 0);
    config.members = members.map_or(config.servers, |n| u16::try_from(n).unwrap_or(u16::MAX));
    config.rules = Rules::named(&plan.mutants);
    let place = |error: &ConfigError| match error {
        ConfigError::EmptyRange => "settings.every_us_min",
        ConfigError::Members => "settings.members",
        ConfigError::TooFewServers(_) => "cluster.servers",
        ConfigError::Both(..) => "settings",
    };
    config.validate().map_err(|error| refuse(place(&error), error))?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::plan::Setting;

    fn plan(settings: &[(&str, i64)]) -> Plan {
        let mut plan = Plan::new("clock", 3, 1);
        plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
        plan
    }

    #[test]
    fn settings_tell_the_defaults_of_the_core() {
        let explicit: Vec<(&str, i64)> = SETTINGS.iter().map(|setting| (setting.name, setting.default)).collect();
        assert_eq!(config(&plan(&[])).unwrap(), config(&plan(&explicit)).unwrap());
    }

    #[test]
    fn kinds_exclude_each_other_and_say_where() {
        let mode = |settings: &[(&str, i64)]| mode(&plan(settings));
        assert_eq!(mode(&[("sync", 1)]).unwrap(), Mode::Sync);
        assert!(matches!(mode(&[("hybrid", 1), ("itc", 1)]), Ok(Mode::Processes(Carried { vector: false, itc: true, .. }))));
        let wrong = mode(&[("truetime", 1), ("vector", 1)]).unwrap_err();
        assert_eq!((wrong.place.as_str(), wrong.code), ("settings.vector", "bad-value"));
        assert_eq!(mode(&[("truetime", 1), ("sync", 1)]).unwrap_err().place, "settings.sync");
    }

    #[test]
    fn bad_settings_are_told_with_their_place_and_a_hint() {
        let refused = |settings: &[(&str, i64)]| config(&plan(settings)).unwrap_err();
        assert_eq!(refused(&[("every_us_min", 5), ("every_us_max", 4)]).place, "settings.every_us_min");
        assert_eq!(refused(&[("members", 4), ("itc", 1)]).place, "settings.members");
        let mut lonely = plan(&[("sync", 1)]);
        lonely.cluster.servers = 1;
        let wrong = config(&lonely).unwrap_err();
        assert!(wrong.place == "cluster.servers" && !wrong.hint.is_empty());
        let range = super::super::open(&plan(&[("samples", 9)])).err().expect("nine are too many");
        assert_eq!((range.place.as_str(), range.hint.as_str()), ("settings.samples", "from 1 to 8"));
    }

    #[test]
    fn operations_belong_to_their_kind() {
        let clocks = Clocks::deploy(&plan(&[("itc", 1)])).unwrap();
        let parse = |verb: &str, key: &str, args: &[u64]| {
            clocks.parse(&Operation { verb: verb.into(), key: key.into(), args: args.to_vec(), target: Some(NodeId(0)) })
        };
        assert!(parse("send", "S2", &[]).is_ok() && parse("event", "x", &[]).is_ok());
        for (verb, key, args) in
            [("send", "x", &[][..]), ("send", "S1", &[]), ("send", "S9", &[]), ("put", "x", &[1]), ("event", "x", &[1])]
        {
            assert!(!parse(verb, key, args).unwrap_err().is_empty(), "{verb} {key}");
        }
    }
}
