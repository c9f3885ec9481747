//! Requests and replies as the catalogue offers them: one server, or several tiers of which the last one works, and the clients that
//! ask.

use super::inspect::{HOUR_US, Mutant, SettingInfo, SystemInfo, setting};
use super::keys;
use super::live::{Description, Portrait, System};
use super::open::{OpenError, check_operations};
use super::requests::{LoadSecond, RequestsView};
use super::rpc_requests::{load, requests};
use super::rpc_view::{describe, portray, request_text, response_text};
use crate::base::NodeId;
use crate::base::draw::{Purpose, Sequence, mix};
use crate::check::rpc::{PROPERTIES, RpcChecks};
use crate::protocol::rpc::backoff::Backoff;
use crate::protocol::rpc::config::{Config, ConfigError, Work};
use crate::protocol::rpc::message::{Answer, Ask, Message, Request, Timer};
use crate::protocol::rpc::queue::Order;
use crate::protocol::rpc::role::Role;
use crate::protocol::rpc::rules::{MUTANTS, Rules};
use crate::protocol::{Message as _, TimerName};
use crate::sim::plan::{Cluster, Generator, Operation, Plan};
use crate::sim::{Deployment, World};
use std::sync::{Arc, OnceLock};

/// Version of the behaviour: bumped whenever a pinned fingerprint changes.
pub const BEHAVIOUR: u32 = 3;

/// A server, and clients.
#[derive(Clone, Debug)]
pub struct Calls {
    cluster: Cluster,
    config: Arc<Config>,
}

impl Calls {
    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

impl Deployment for Calls {
    type Node = Role;

    fn boot(&self, node: NodeId) -> Role {
        match node {
            _ if self.cluster.is_client(node) => Role::client(node, &self.config),
            _ if node == self.config.worker() => Role::server(&self.config),
            _ => Role::relay(node, &self.config),
        }
    }

    fn generate(&self, generator: &Generator, _: NodeId, _: u32, draws: &mut Sequence) -> Request {
        let verb = generator.verb(draws);
        let account = draws.range(0, u64::from(generator.keys).saturating_sub(1)) as u32;
        let work_us = self.config.work.time_us(self.config.work_us, draws.next_u64());
        let ask = match verb.unwrap_or("read") {
            "charge" => Ask::Charge { account, amount: draws.range(1, 9) },
            "poison" => Ask::Charge { account, amount: 0 },
            "faulty" => Ask::Faulty { account, amount: draws.range(1, 9) },
            "redrive" => Ask::Redrive { account },
            "update" => Ask::Update { account, seen: 0 },
            _ => Ask::Read { account },
        };
        Request::new(ask, work_us)
    }

    fn parse(&self, operation: &Operation) -> Result<Request, String> {
        let (verb, args) = (operation.verb.as_str(), &operation.args);
        let account = keys::number(&operation.key, "account")?;
        let (own, what) = match verb {
            "charge" | "faulty" => (1, "an amount, and at most one more number, the milliseconds that the work takes"),
            "redrive" if !args.is_empty() => return Err(format!("redrive takes no number, found {}", args.len())),
            "redrive" => (0, ""),
            "reuse" => {
                (2, "an amount, the number of the call whose id is used, and at most the milliseconds that the work takes")
            }
            "update" if self.config.tiers > 1 => {
                return Err("update looks and writes at one server; with tiers between use charge".to_owned());
            }
            "read" | "poison" | "update" => (0, "at most one number, the milliseconds that the work takes"),
            _ => return Err(format!("\"{verb}\" means nothing to this server; it knows {}", VERBS.join(", "))),
        };
        if args.len() < own || args.len() > own + 1 {
            return Err(format!("{verb} takes {what}, found {}", args.len()));
        }
        let ask = match (verb, args.first()) {
            ("faulty", Some(0)) => return Err("a charge of 0 is refused before the worker can fail at it".to_owned()),
            ("faulty", Some(amount)) => Ask::Faulty { account, amount: *amount },
            ("redrive", _) => Ask::Redrive { account },
            ("charge" | "reuse", Some(0)) => return Err("a charge of 0 is refused; write poison to ask for one".to_owned()),
            ("charge" | "reuse", Some(amount)) => Ask::Charge { account, amount: *amount },
            ("update", _) => Ask::Update { account, seen: 0 },
            ("poison", _) => Ask::Charge { account, amount: 0 },
            _ => Ask::Read { account },
        };
        let work_us = match args.get(own) {
            None => self.config.work_us,
            Some(ms) => match ms.checked_mul(1_000).filter(|work_us| *work_us <= HOUR_US as u64) {
                Some(work_us) => work_us,
                None => return Err(format!("work of {ms} ms is too long; at most one hour")),
            },
        };
        let key_of = match (verb, args.get(1)) {
            ("reuse", Some(n)) => match u32::try_from(*n).ok().and_then(|n| n.checked_sub(1)) {
                Some(seq) => Some(seq),
                None => return Err(format!("there is no call {n}; calls of a client are counted from 1")),
            },
            _ => None,
        };
        if operation.target.is_some() {
            return Err(format!("{verb} goes to the only server; leave it out"));
        }
        Ok(Request { key_of, ..Request::new(ask, work_us) })
    }
}

const VERBS: &[&str] = &["charge", "read", "poison", "faulty", "redrive", "reuse", "update"];
/// What tiers between pass on: each message for itself, and an update has two.
const BEHIND_TIERS: &[&str] = &["charge", "read", "poison", "faulty", "redrive", "reuse"];

impl System for Calls {
    type Checks = RpcChecks;

    fn info() -> &'static SystemInfo {
        info()
    }

    fn deploy(plan: &Plan) -> Result<Calls, OpenError> {
        let calls = Calls { cluster: plan.cluster, config: Arc::new(config(plan)?) };
        let verbs = if calls.config.tiers > 1 { BEHIND_TIERS } else { VERBS };
        check_operations(plan, verbs, |operation| calls.parse(operation))?;
        Ok(calls)
    }

    fn checks(&self, _: Cluster) -> RpcChecks {
        RpcChecks::new(self.config.clone())
    }

    fn portray(world: &World<Calls>, node: NodeId) -> Portrait {
        portray(world, node)
    }

    fn describe(message: &Message) -> Description {
        describe(message)
    }

    fn requests(world: &World<Calls>, checks: &RpcChecks) -> Option<RequestsView> {
        Some(requests(world, checks))
    }

    fn is_chain(world: &World<Calls>) -> bool {
        world.plan().cluster.servers > 1
    }

    fn load(checks: &RpcChecks) -> Vec<LoadSecond> {
        load(checks)
    }

    fn request_text(request: &Request) -> String {
        request_text(request)
    }

    fn response_text(response: &Answer) -> String {
        response_text(response)
    }
}

/// What the catalogue says of requests and replies.
pub fn info() -> &'static SystemInfo {
    static INFO: OnceLock<SystemInfo> = OnceLock::new();
    INFO.get_or_init(|| SystemInfo {
        id: "rpc",
        behaviour: BEHAVIOUR,
        messages: Message::KINDS,
        timers: Timer::NAMES,
        properties: PROPERTIES,
        mutants: Mutant::catalogue(MUTANTS, scenario_of),
        settings: SETTINGS,
        verbs: VERBS,
        views: &["cluster", "requests", "plot", "space-time"],
    })
}

/// The scenario in which a mutant's property falls; empty while there is none.
fn scenario_of(mutant: &str) -> &'static str {
    match mutant {
        "no_key" => "rpc/reply-lost",
        "late_reply_ignored" => "rpc/slow-server",
        "fixed_window" => "rpc/short-window",
        "dedup_apart" => "rpc/noted-apart",
        "zero_is_silence" => "rpc/zero-reply",
        "silence_is_failure" => "rpc/silence-is-failure",
        "retry_everything" => "rpc/poison",
        "deadline_restarted" => "rpc/deadline-restarted",
        "ignores_deadline" => "rpc/metastable",
        "no_cancel" => "rpc/slow-server",
        "no_budget" => "rpc/token-budget",
        "dedup_forgotten" => "rpc/table-in-memory",
        "no_in_progress" => "rpc/still-at-work",
        "result_anew" => "rpc/another-result",
        "retry_at_every_tier" => "rpc/three-tiers",
        "deadline_per_hop" => "rpc/deadline-per-hop",
        "no_dead_letters" => "rpc/head-of-the-line",
        "retries_for_attempts" => "rpc/one-too-many",
        "no_jitter" => "rpc/no-jitter",
        "no_cap" => "rpc/no-cap",
        "no_deadline" => "rpc/no-deadline",
        "key_per_attempt" => "rpc/id-per-attempt",
        "budget_per_call" => "rpc/budget-per-call",
        "first_come" => "rpc/any-reply",
        "hedges_free" => "rpc/hedge-storm",
        "half_open_floods" => "rpc/half-open-floods",
        "never_half_opens" => "rpc/never-half-opens",
        "joins_stale" => "rpc/stale-join",
        "payload_ignored" => "rpc/reused-id",
        "takes_late_copies" => "rpc/late-copy",
        "retries_held_only" => "rpc/first-attempts-free",
        _ => "",
    }
}

const MILLITOKENS: i64 = 1_000_000_000;

/// Settings of a plan and their ranges; the defaults are those of [`Config`]. `backoff`: 0 none, 1 exponential, 2 equal jitter,
/// 3 full jitter, 4 decorrelated jitter. `work`: 0 constant, 1 uniform, 2 exponential. `queue`: 0 first in first out, 1 last in
/// first out, 2 controlled delay. Those of the budget are thousandths of a token.
const SETTINGS: &[SettingInfo] = &[
    setting("tiers", 1, 1, 5),
    setting("tier_margin_us", 10_000, 0, HOUR_US),
    setting("timeout_us", 1_000_000, 1, HOUR_US),
    setting("deadline_us", 10_000_000, 1, HOUR_US),
    setting("attempts", 3, 1, 1_000),
    setting("backoff", 3, 0, 4),
    setting("backoff_base_us", 100_000, 1, HOUR_US),
    setting("backoff_throttled_us", 0, 0, HOUR_US),
    setting("backoff_cap_us", 20_000_000, 1, HOUR_US),
    setting("budget_capacity_mtok", 500_000, 0, MILLITOKENS),
    setting("budget_retry_mtok", 5_000, 0, MILLITOKENS),
    setting("budget_timeout_mtok", 10_000, 0, MILLITOKENS),
    setting("budget_failure_mtok", 0, 0, MILLITOKENS),
    setting("budget_success_mtok", 1_000, 0, MILLITOKENS),
    setting("budget_returns", 1, 0, 1),
    setting("budget_call_mtok", 0, 0, MILLITOKENS),
    setting("budget_floor_mtok", 0, 0, MILLITOKENS),
    setting("hedge_us", 0, 0, HOUR_US),
    setting("hedge_percentile", 0, 0, 99),
    setting("breaker_percent", 0, 0, 100),
    setting("breaker_least", 20, 1, 1_000_000),
    setting("breaker_window_us", 10_000_000, 10, HOUR_US),
    setting("breaker_rest_us", 5_000_000, 1, HOUR_US),
    setting("breaker_probes", 1, 1, 1_000),
    setting("collapse", 0, 0, 1),
    setting("adaptive", 0, 0, 1),
    setting("work_us", 10_000, 0, HOUR_US),
    setting("work", 0, 0, 2),
    setting("queue", 0, 0, 2),
    setting("codel_target_us", 5_000, 1, HOUR_US),
    setting("codel_interval_us", 100_000, 1, HOUR_US),
    setting("queue_capacity", 100, 1, 100_000),
    setting("retry_after_us", 0, 0, HOUR_US),
    setting("dedup_window_us", 60_000_000, 0, 24 * HOUR_US),
    setting("max_receives", 10, 1, 1_000),
    setting("mended_at_us", 0, 0, 24 * HOUR_US),
    setting("trigger_at_us", 0, 0, 24 * HOUR_US),
    setting("trigger_for_us", 0, 0, 24 * HOUR_US),
    setting("trigger_factor", 1, 1, 1_000_000),
    setting("recovery_us", 10_000_000, 1, HOUR_US),
];

fn refuse(error: ConfigError) -> OpenError {
    let (place, hint) = match error {
        ConfigError::NoAttempt => ("settings.attempts", "at least 1: the first attempt is one"),
        ConfigError::NoQueue => ("settings.queue_capacity", "at least 1"),
        ConfigError::TimeoutEatsDeadline => ("settings.timeout_us", "no more than deadline_us"),
        ConfigError::BaseAboveCap => ("settings.backoff_base_us", "no more than backoff_cap_us"),
        ConfigError::ThrottledAboveCap => ("settings.backoff_throttled_us", "no more than backoff_cap_us"),
        ConfigError::RetryAboveBudget => ("settings.budget_capacity_mtok", "at least what a retry costs; 0 for no budget"),
        ConfigError::FloorAboveBudget => ("settings.budget_floor_mtok", "below budget_capacity_mtok"),
        ConfigError::NoDelivery => ("settings.max_receives", "at least 1"),
        ConfigError::HedgeAfterTimeout => ("settings.hedge_us", "below timeout_us; 0 for no copies"),
        ConfigError::HedgeWithoutAttempt => ("settings.attempts", "at least 2: a copy is one"),
        ConfigError::NotOneServer => ("cluster.servers", "as many as settings.tiers: 1 unless said otherwise"),
    };
    OpenError::new(place, "bad-value", error.to_string(), hint)
}

fn config(plan: &Plan) -> Result<Config, OpenError> {
    let mut config = Config { luck: mix(plan.seed, Purpose::Backoff, 0, 0), ..Config::default() };
    let number = |name: &str| plan.setting(name).map(i64::unsigned_abs);
    let set = |name: &str, field: &mut u64| *field = number(name).unwrap_or(*field);
    set("tier_margin_us", &mut config.margin_us);
    set("timeout_us", &mut config.timeout_us);
    set("deadline_us", &mut config.deadline_us);
    set("backoff_base_us", &mut config.base_us);
    set("backoff_throttled_us", &mut config.throttled_base_us);
    set("retry_after_us", &mut config.retry_after_us);
    set("backoff_cap_us", &mut config.cap_us);
    set("budget_capacity_mtok", &mut config.budget.capacity);
    set("budget_retry_mtok", &mut config.budget.retry);
    set("budget_timeout_mtok", &mut config.budget.timeout);
    set("budget_failure_mtok", &mut config.budget.failure);
    set("budget_success_mtok", &mut config.budget.success);
    set("budget_call_mtok", &mut config.budget.call);
    set("budget_floor_mtok", &mut config.budget.floor);
    set("work_us", &mut config.work_us);
    set("dedup_window_us", &mut config.window_us);
    set("codel_target_us", &mut config.codel.target_us);
    set("codel_interval_us", &mut config.codel.interval_us);
    set("mended_at_us", &mut config.mended_at_us);
    set("trigger_at_us", &mut config.trigger.at_us);
    set("trigger_for_us", &mut config.trigger.for_us);
    set("trigger_factor", &mut config.trigger.factor);
    set("recovery_us", &mut config.recovery_us);
    set("hedge_us", &mut config.hedge.after_us);
    set("hedge_percentile", &mut config.hedge.percentile);
    set("breaker_percent", &mut config.breaker.percent);
    set("breaker_window_us", &mut config.breaker.window_us);
    set("breaker_rest_us", &mut config.breaker.rest_us);
    config.breaker.least = number("breaker_least").map_or(config.breaker.least, |n| n as u32);
    config.breaker.probes = number("breaker_probes").map_or(config.breaker.probes, |n| n as u32);
    config.collapses = number("collapse").map_or(config.collapses, |n| n != 0);
    config.adaptive = number("adaptive").map_or(config.adaptive, |n| n != 0);
    config.budget.returns = number("budget_returns").map_or(config.budget.returns, |n| n != 0);
    config.tiers = number("tiers").map_or(config.tiers, |n| n as u16);
    config.attempts = number("attempts").map_or(config.attempts, |n| n as u32);
    config.capacity = number("queue_capacity").map_or(config.capacity, |n| n as u32);
    config.max_receives = number("max_receives").map_or(config.max_receives, |n| n as u32);
    config.backoff = number("backoff").and_then(Backoff::from_number).unwrap_or(config.backoff);
    config.work = number("work").and_then(|n| Work::ALL.get(n as usize).copied()).unwrap_or(config.work);
    config.order = number("queue").and_then(|n| Order::ALL.get(n as usize).copied()).unwrap_or(config.order);
    config.rules = Rules::named(&plan.mutants);
    config.validate(plan.cluster.servers).map_err(refuse)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::plan::Setting;

    fn plan(settings: &[(&str, i64)]) -> Plan {
        let mut plan = Plan::new("rpc", 1, 1);
        plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
        plan
    }

    #[test]
    fn settings_tell_the_defaults_of_the_core() {
        let explicit: Vec<(&str, i64)> = SETTINGS.iter().map(|setting| (setting.name, setting.default)).collect();
        let luck = mix(1, Purpose::Backoff, 0, 0);
        assert_eq!(config(&plan(&explicit)).unwrap(), Config { luck, ..Config::default() });
        assert_eq!(config(&plan(&[])).unwrap(), config(&plan(&explicit)).unwrap());
    }

    #[test]
    fn bad_settings_are_told_with_their_place_and_a_hint() {
        let refused = |settings: &[(&str, i64)]| super::super::open(&plan(settings)).err().expect("it cannot work");
        for (settings, place) in [
            (&[("attempts", 0)][..], "settings.attempts"),
            (&[("attempts", -1)], "settings.attempts"),
            (&[("queue_capacity", 0)], "settings.queue_capacity"),
            (&[("timeout_us", 0)], "settings.timeout_us"),
            (&[("timeout_us", i64::MAX)], "settings.timeout_us"),
            (&[("timeout_us", 2_000), ("deadline_us", 1_000)], "settings.timeout_us"),
            (&[("backoff", 5)], "settings.backoff"),
            (&[("backoff_base_us", 2_000), ("backoff_cap_us", 1_000)], "settings.backoff_base_us"),
            (&[("backoff_throttled_us", 20_000_001)], "settings.backoff_throttled_us"),
            (&[("retry_after_us", -1)], "settings.retry_after_us"),
            (&[("budget_capacity_mtok", 9_999)], "settings.budget_capacity_mtok"),
            (&[("budget_floor_mtok", 500_000)], "settings.budget_floor_mtok"),
            (&[("hedge_us", 1_000_000)], "settings.hedge_us"),
            (&[("hedge_us", -1)], "settings.hedge_us"),
            (&[("hedge_percentile", 100)], "settings.hedge_percentile"),
            (&[("hedge_percentile", 95), ("attempts", 1)], "settings.attempts"),
            (&[("breaker_percent", 101)], "settings.breaker_percent"),
            (&[("breaker_least", 0)], "settings.breaker_least"),
            (&[("breaker_window_us", 0)], "settings.breaker_window_us"),
            (&[("breaker_rest_us", i64::MAX)], "settings.breaker_rest_us"),
            (&[("breaker_probes", -1)], "settings.breaker_probes"),
            (&[("collapse", 2)], "settings.collapse"),
            (&[("adaptive", 2)], "settings.adaptive"),
            (&[("dedup_window_us", -1)], "settings.dedup_window_us"),
            (&[("trigger_factor", 0)], "settings.trigger_factor"),
            (&[("work_us", i64::MIN)], "settings.work_us"),
            (&[("tiers", 0)], "settings.tiers"),
            (&[("tiers", 6)], "settings.tiers"),
            (&[("tier_margin_us", -1)], "settings.tier_margin_us"),
            (&[("tiers", 3)], "cluster.servers"),
            (&[("max_receives", 0)], "settings.max_receives"),
            (&[("max_receives", i64::MAX)], "settings.max_receives"),
            (&[("codel_target_us", 0)], "settings.codel_target_us"),
            (&[("codel_interval_us", -1)], "settings.codel_interval_us"),
            (&[("mended_at_us", -1)], "settings.mended_at_us"),
            (&[("queue", 3)], "settings.queue"),
        ] {
            let wrong = refused(settings);
            assert_eq!((wrong.place.as_str(), wrong.code), (place, "bad-value"), "{settings:?}");
            assert!(!wrong.hint.is_empty());
        }
        let mut crowd = plan(&[]);
        crowd.cluster.servers = 2;
        assert_eq!(config(&crowd).unwrap_err().place, "cluster.servers");
    }

    #[test]
    fn operations_say_what_they_take() {
        let calls = Calls::deploy(&plan(&[])).unwrap();
        let parse = |verb: &str, args: &[u64]| {
            calls.parse(&Operation { verb: verb.into(), key: "x".into(), args: args.to_vec(), target: None })
        };
        let charge = |amount| Ask::Charge { account: 0, amount };
        assert_eq!(parse("charge", &[5]).unwrap(), Request::new(charge(5), 10_000));
        assert_eq!(parse("charge", &[5, 150]).unwrap(), Request::new(charge(5), 150_000));
        assert_eq!(parse("poison", &[]).unwrap(), Request::new(charge(0), 10_000));
        assert_eq!(parse("read", &[7]).unwrap(), Request::new(Ask::Read { account: 0 }, 7_000));
        assert_eq!(parse("reuse", &[5, 1]).unwrap(), Request { key_of: Some(0), ..Request::new(charge(5), 10_000) });
        for (verb, args) in [
            ("charge", &[][..]),
            ("charge", &[0]),
            ("charge", &[1, 2, 3]),
            ("read", &[1, 2]),
            ("read", &[u64::MAX]),
            ("reuse", &[5]),
            ("reuse", &[5, 0]),
            ("reuse", &[5, u64::MAX]),
            ("reuse", &[0, 1]),
            ("put", &[1]),
        ] {
            assert!(!parse(verb, args).unwrap_err().is_empty(), "{verb}");
        }
    }
}
