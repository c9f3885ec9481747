//! Locks as the catalogue offers them: lock nodes, or servers of a replicated log, a resource (the last server), and the clients
//! that compete for it. The setting `raft` chooses the variant.

use super::inspect::{EntryView, HOUR_US, LeasesView, Mutant, SettingInfo, SystemInfo, setting};
use super::keys;
use super::live::{Description, Portrait, System};
use super::lock_leases::leases;
use super::lock_view::{describe, portray, request_text, response_text};
use super::open::{OpenError, check_operations};
use crate::base::NodeId;
use crate::base::draw::{Purpose, Sequence, mix};
use crate::check::lock::{LockChecks, PROPERTIES};
use crate::protocol::lock::command::Mode;
use crate::protocol::lock::config::{Config, ConfigError, Variant};
use crate::protocol::lock::message::{Answer, Ask, Message, Request, Timer};
use crate::protocol::lock::role::Role;
use crate::protocol::lock::rules::{MUTANTS, Rules};
use crate::protocol::{Message as _, TimerName};
use crate::sim::plan::{Cluster, Generator, Operation, Plan};
use crate::sim::{Deployment, World};
use std::sync::{Arc, OnceLock};

/// Version of the behaviour: bumped whenever a pinned fingerprint changes.
pub const BEHAVIOUR: u32 = 2;

/// Lock nodes, a resource, and clients.
#[derive(Clone, Debug)]
pub struct Locks {
    cluster: Cluster,
    config: Arc<Config>,
}

impl Locks {
    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

impl Deployment for Locks {
    type Node = Role;

    fn boot(&self, node: NodeId) -> Role {
        if self.cluster.is_client(node) { Role::client(node, &self.config) } else { Role::server(node, &self.config) }
    }

    fn generate(&self, generator: &Generator, client: NodeId, n: u32, draws: &mut Sequence) -> Request {
        let verb = generator.verb(draws);
        let key = draws.range(0, u64::from(generator.keys).saturating_sub(1)) as u32;
        let work_us = draws.range(0, self.config.ttl_us / 4);
        // Unique among all generated operations.
        let value = u64::from(n) * u64::from(self.cluster.clients) + u64::from(client.0 - self.cluster.servers) + 1;
        let ask = match verb.unwrap_or("use") {
            "acquire" => Ask::Acquire,
            "release" => Ask::Release,
            "extend" => Ask::Extend,
            "write" => Ask::Write(value),
            "share" => Ask::Acquire,
            _ => Ask::Use { work_us, value },
        };
        Request { ask, key, owner: 1, mode: mode(verb.unwrap_or("")) }
    }

    fn parse(&self, operation: &Operation) -> Result<Request, String> {
        let (verb, args) = (operation.verb.as_str(), &operation.args);
        let key = keys::number(&operation.key, "key")?;
        let (own, what) = match verb {
            "acquire" | "share" | "release" | "extend" => (0, "at most one number, the owner"),
            "write" => (1, "a value, and at most one more number, the owner"),
            "use" => (2, "the milliseconds that the work takes, a value, and at most one more number, the owner"),
            "read" => (1, "the milliseconds that the work takes, and at most one more number, the owner"),
            _ => return Err(format!("\"{verb}\" means nothing to locks; they know {}", VERBS.join(", "))),
        };
        if !verbs(&self.config).contains(&verb) {
            return Err(format!("\"{verb}\" means nothing to this variant; it knows {}", verbs(&self.config).join(", ")));
        }
        if args.len() < own || args.len() > own + 1 {
            return Err(format!("{verb} takes {what}, found {}", args.len()));
        }
        let number = |at: usize| args.get(at).copied().unwrap_or(1);
        let ask = match verb {
            "acquire" | "share" => Ask::Acquire,
            "release" => Ask::Release,
            "extend" => Ask::Extend,
            "write" => Ask::Write(number(0)),
            _ => match number(0).checked_mul(1_000).filter(|work_us| *work_us <= HOUR_US as u64) {
                Some(work_us) => Ask::Use { work_us, value: number(1) },
                None => return Err(format!("work of {} ms is too long; at most one hour", number(0))),
            },
        };
        if operation.target.is_some() {
            return Err(format!("{verb} goes to all lock nodes; leave the server out"));
        }
        Ok(Request { ask, key, owner: number(own), mode: mode(verb) })
    }
}

const VERBS: &[&str] = &["acquire", "release", "extend", "write", "use", "share", "read"];

/// What a variant knows: Redlock shares nothing, leases of the other live on by themselves, and a semaphore has no readers.
fn verbs(config: &Config) -> &'static [&'static str] {
    match config.variant {
        Variant::Redlock => &["acquire", "release", "extend", "write", "use"],
        Variant::Raft if config.consensus.permits > 1 => &["acquire", "release", "write", "use"],
        Variant::Raft => &["acquire", "release", "write", "use", "share", "read"],
    }
}

fn mode(verb: &str) -> Mode {
    if matches!(verb, "share" | "read") { Mode::Shared } else { Mode::Exclusive }
}

impl System for Locks {
    type Checks = LockChecks;

    fn info() -> &'static SystemInfo {
        info()
    }

    fn deploy(plan: &Plan) -> Result<Locks, OpenError> {
        if plan.cluster.servers > MAX_SERVERS {
            return Err(OpenError::new("cluster.servers", "bad-value", "too many servers for locks", "at most 64"));
        }
        let locks = Locks { cluster: plan.cluster, config: Arc::new(config(plan)?) };
        check_operations(plan, verbs(&locks.config), |operation| locks.parse(operation))?;
        Ok(locks)
    }

    fn checks(&self, _: Cluster) -> LockChecks {
        LockChecks::new(self.config.clone())
    }

    fn portray(world: &World<Locks>, node: NodeId) -> Portrait {
        portray(world, node)
    }

    fn entries(world: &World<Locks>, node: NodeId, first: u64, last: u64) -> Vec<EntryView> {
        match world.core(node) {
            Role::Replica(replica) => super::raft::entries_of(replica.raft(), first, last),
            _ => Vec::new(),
        }
    }

    fn describe(message: &Message) -> Description {
        describe(message)
    }

    fn leases(world: &World<Locks>, checks: &LockChecks) -> Option<LeasesView> {
        Some(leases(world, checks))
    }

    fn request_text(request: &Request) -> String {
        request_text(request)
    }

    fn response_text(response: &Answer) -> String {
        response_text(response)
    }
}

/// What the catalogue says of locks.
pub fn info() -> &'static SystemInfo {
    static INFO: OnceLock<SystemInfo> = OnceLock::new();
    INFO.get_or_init(|| SystemInfo {
        id: "lock",
        behaviour: BEHAVIOUR,
        messages: Message::KINDS,
        timers: Timer::NAMES,
        properties: Vec::leak([PROPERTIES, crate::check::raft::PROPERTIES].concat()),
        mutants: Mutant::catalogue(MUTANTS, scenario_of),
        settings: SETTINGS,
        verbs: VERBS,
        views: &["cluster", "leases", "space-time"],
    })
}

/// The scenario in which a mutant's property falls; empty while there is none.
fn scenario_of(mutant: &str) -> &'static str {
    match mutant {
        "release_by_resource" => "lock/same-manager",
        "stale_timer" => "lock/stale-timer",
        "no_elapsed" => "lock/no-elapsed-check",
        "write_without_recheck" => "lock/pause-after-check",
        "wall_clock_expiry" => "lock/clock-jump",
        "no_delayed_restart" => "lock/restart-empty",
        "fixed_retry_delay" => "lock/split-vote",
        "late_answers" => "lock/late-answers",
        "extend_by_minority" => "lock/extension-race",
        "no_drift" => "lock/no-drift",
        "expired_stays" => "lock/expired-stays",
        "unfenced" => "lock/late-write",
        "half_quorum" => "lock/half-quorum",
        "fence_above_only" => "lock/fence-above-only",
        "release_ignores_owner" => "lock/release-ignores-owner",
        "extend_forever" => "lock/extend-forever",
        "plain_delete" => "lock/plain-delete",
        "no_reread" => "lock/raft-no-reread",
        "no_guid" => "lock/raft-no-guid",
        "one_permit_more" => "lock/raft-one-permit-more",
        "sequencer_unasked" => "lock/raft-beyond-the-delay",
        "sequencer_cached" => "lock/raft-sequencer-cached",
        "watch_parent" => "lock/raft-herd",
        "fence_from_time" => "lock/raft-fence-from-time",
        "follower_expires" => "lock/raft-follower-expires",
        "keep_alive_ignored" => "lock/raft-keep-alive-ignored",
        "keep_alive_alone" => "lock/raft-keep-alive-alone",
        "timer_not_moved" => "lock/timer-not-moved",
        "extend_after_expiry" => "lock/extend-after-expiry",
        "no_node_timeout" => "lock/no-node-timeout",
        "sequential_acquire" => "lock/sequential-acquire",
        "no_release_on_failure" => "lock/no-release-on-failure",
        "token_from_time" => "lock/token-from-time",
        "absolute_expiry" => "lock/absolute-expiry",
        "fence_forgotten" => "lock/fence-forgotten",
        _ => "",
    }
}

/// Settings of a plan and their ranges; the defaults are those of [`Config`].
const SETTINGS: &[SettingInfo] = &[
    setting("ttl_us", 10_000_000, 1, HOUR_US),
    setting("node_timeout_us", 50_000, 1, HOUR_US),
    setting("attempts", 3, 1, 1_000),
    setting("retry_us_max", 200_000, 1, HOUR_US),
    setting("extensions", 3, 0, 1_000_000),
    setting("drift_ppm", 10_000, 0, 1_000_000),
    setting("drift_us", 2_000, 0, HOUR_US),
    setting("fencing", 1, 0, 1),
    setting("persist", 0, 0, 1),
    setting("deadline_us", 3_000_000, 1, HOUR_US),
    setting("raft", 0, 0, 1),
    setting("zookeeper", 0, 0, 1),
    setting("permits", 1, 1, 1_000),
    setting("lock_delay_us", 0, 0, HOUR_US),
    setting("sequencers", 0, 0, 1),
];

/// The largest number of servers.
pub const MAX_SERVERS: u16 = 64;

fn refuse(error: ConfigError) -> OpenError {
    let (place, hint) = match error {
        ConfigError::TooFewServers => ("cluster.servers", "at least 2: the last server is the resource"),
        ConfigError::DriftEatsTtl(_) => ("settings.ttl_us", "a greater time to live, or a smaller drift"),
        ConfigError::FasterThanHeartbeats(_) => ("settings.ttl_us", "150,000 us at least, three heartbeats"),
        ConfigError::FencedSemaphore => ("settings.permits", "1, or fencing = 0"),
        ConfigError::DelayedSemaphore => ("settings.lock_delay_us", "0, or permits = 1"),
        ConfigError::ConsensusOnly("zookeeper") => ("settings.zookeeper", "raft = 1 beside it"),
        ConfigError::ConsensusOnly("sequencers") => ("settings.sequencers", "raft = 1 beside it"),
        ConfigError::ConsensusOnly("permits") => ("settings.permits", "raft = 1 beside it"),
        ConfigError::ConsensusOnly(_) => ("settings.lock_delay_us", "raft = 1 beside it"),
        ConfigError::TimeoutEatsTtl => ("settings.node_timeout_us", "small against ttl_us"),
    };
    OpenError::new(place, "bad-value", error.to_string(), hint)
}

fn config(plan: &Plan) -> Result<Config, OpenError> {
    let luck = mix(plan.seed, Purpose::Backoff, 0, 0);
    let mut config = Config { servers: plan.cluster.servers, luck, ..Config::default() };
    let number = |name: &str| plan.setting(name).map(i64::unsigned_abs);
    let set = |name: &str, field: &mut u64| *field = number(name).unwrap_or(*field);
    set("ttl_us", &mut config.ttl_us);
    set("node_timeout_us", &mut config.node_timeout_us);
    set("retry_us_max", &mut config.retry_us_max);
    set("drift_ppm", &mut config.drift_ppm);
    set("drift_us", &mut config.drift_us);
    set("deadline_us", &mut config.deadline_us);
    config.attempts = number("attempts").map_or(config.attempts, |n| n as u32);
    config.extensions = number("extensions").map_or(config.extensions, |n| n as u32);
    config.fencing = number("fencing").map_or(config.fencing, |n| n != 0);
    config.persist = number("persist").map_or(config.persist, |n| n != 0);
    config.variant = if plan.setting("raft") == Some(1) { Variant::Raft } else { Variant::Redlock };
    config.consensus.zookeeper = plan.setting("zookeeper") == Some(1);
    config.consensus.permits = number("permits").map_or(1, |n| n as u32);
    config.consensus.lock_delay_us = number("lock_delay_us").unwrap_or(0);
    config.consensus.sequencers = plan.setting("sequencers") == Some(1);
    config.rules = Rules::named(&plan.mutants);
    config.validate().map_err(refuse)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::plan::Setting;

    fn plan(settings: &[(&str, i64)]) -> Plan {
        let mut plan = Plan::new("lock", 6, 1);
        plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
        plan
    }

    #[test]
    fn settings_tell_the_defaults_of_the_core() {
        let explicit: Vec<(&str, i64)> = SETTINGS.iter().map(|setting| (setting.name, setting.default)).collect();
        assert_eq!(config(&plan(&[])).unwrap(), config(&plan(&explicit)).unwrap());
        let luck = config(&plan(&[])).unwrap().luck;
        assert_eq!(config(&plan(&[])).unwrap(), Config { luck, ..Config::default() });
    }

    #[test]
    fn bad_settings_are_told_with_their_place_and_a_hint() {
        let refused = |settings: &[(&str, i64)]| super::super::open(&plan(settings)).err().expect("it cannot work");
        for (settings, place) in [
            (&[("ttl_us", 0)][..], "settings.ttl_us"),
            (&[("ttl_us", i64::MAX)], "settings.ttl_us"),
            (&[("ttl_us", 2_000)], "settings.ttl_us"),
            (&[("ttl_us", 100_000), ("node_timeout_us", 100_000)], "settings.node_timeout_us"),
            (&[("drift_ppm", -1)], "settings.drift_ppm"),
            (&[("drift_us", -1)], "settings.drift_us"),
            (&[("attempts", 0)], "settings.attempts"),
            (&[("retry_us_max", 0)], "settings.retry_us_max"),
            (&[("extensions", -1)], "settings.extensions"),
            (&[("raft", 2)], "settings.raft"),
            (&[("permits", 2)], "settings.permits"),
            (&[("zookeeper", 1)], "settings.zookeeper"),
            (&[("lock_delay_us", 1)], "settings.lock_delay_us"),
            (&[("sequencers", 1)], "settings.sequencers"),
            (&[("raft", 1), ("permits", 0)], "settings.permits"),
            (&[("raft", 1), ("permits", 2)], "settings.permits"),
            (&[("raft", 1), ("permits", 2), ("fencing", 0), ("lock_delay_us", 1)], "settings.lock_delay_us"),
            (&[("raft", 1), ("ttl_us", 2_000)], "settings.ttl_us"),
            (&[("raft", 1), ("ttl_us", 1), ("drift_us", 0), ("drift_ppm", 0)], "settings.ttl_us"),
        ] {
            let wrong = refused(settings);
            assert_eq!((wrong.place.as_str(), wrong.code), (place, "bad-value"), "{settings:?}");
            assert!(!wrong.hint.is_empty());
        }
        let mut lonely = plan(&[]);
        lonely.cluster.servers = 1;
        assert_eq!(config(&lonely).unwrap_err().place, "cluster.servers");
    }

    #[test]
    fn operations_say_what_they_take() {
        let locks = Locks::deploy(&plan(&[])).unwrap();
        let parse = |verb: &str, args: &[u64]| {
            locks.parse(&Operation { verb: verb.into(), key: "x".into(), args: args.to_vec(), target: None })
        };
        assert_eq!(parse("acquire", &[]).unwrap(), Request { ask: Ask::Acquire, key: 0, owner: 1, mode: Mode::Exclusive });
        let used = Ask::Use { work_us: 500_000, value: 7 };
        assert_eq!(parse("use", &[500, 7, 2]).unwrap(), Request { ask: used, key: 0, owner: 2, mode: Mode::Exclusive });
        for (verb, args) in [
            ("acquire", &[1, 2][..]),
            ("write", &[]),
            ("use", &[1]),
            ("use", &[u64::MAX, 1]),
            ("share", &[]),
            ("put", &[1]),
            ("", &[]),
        ] {
            assert!(!parse(verb, args).unwrap_err().is_empty(), "{verb}");
        }
    }
}
