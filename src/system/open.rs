//! Opens a plan: finds its system, checks everything in it, builds the run.

use super::inspect::SystemInfo;
use super::live::{Live, System};
use super::run::Run;
use crate::base::NodeId;
use crate::sim::plan::{Action, Operation, Plan};
use std::fmt;

/// Why a plan cannot be run, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    /// The field of the plan, e.g. `settings.heartbeat_us`, `faults[2]`.
    pub place: String,
    /// A stable code, e.g. `unknown-system`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: String,
}

impl OpenError {
    /// An error at a place.
    pub fn new(place: impl Into<String>, code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> OpenError {
        OpenError { place: place.into(), code, message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.message, self.hint)
    }
}

impl std::error::Error for OpenError {}

/// The largest cluster that a plan may ask for.
pub const MAX_NODES: usize = 1_000;

/// All systems, in the order of the catalogue.
pub fn systems() -> Vec<&'static SystemInfo> {
    vec![super::raft::info(), super::clock::info(), super::lock::info(), super::rpc::info()]
}

/// A system by name.
pub fn info(name: &str) -> Option<&'static SystemInfo> {
    // By name, not by looking through all of them: what one system tells of itself wakes no other.
    match name {
        "raft" => Some(super::raft::info()),
        "clock" => Some(super::clock::info()),
        "lock" => Some(super::lock::info()),
        "rpc" => Some(super::rpc::info()),
        _ => None,
    }
}

/// Checks what a system is asked to do: planned operations by how it reads them, generated ones by their verbs, of which it
/// understands these.
pub(super) fn check_operations<R>(
    plan: &Plan,
    verbs: &[&str],
    parse: impl Fn(&Operation) -> Result<R, String>,
) -> Result<(), OpenError> {
    let hint = if verbs.is_empty() { "no operation".to_owned() } else { format!("one of {}", verbs.join(", ")) };
    for (n, planned) in plan.workload.operations.iter().enumerate() {
        if let Err(why) = parse(&planned.operation) {
            return Err(OpenError::new(format!("workload.operations[{n}]"), "bad-operation", why, hint));
        }
    }
    let generated = plan.workload.generator.iter().flat_map(|generator| &generator.mix);
    match generated.map(|(verb, _)| verb).find(|verb| !verbs.contains(&verb.as_str())) {
        None => Ok(()),
        Some(verb) => {
            let message = format!("\"{verb}\" means nothing to these nodes");
            Err(OpenError::new("workload.generator.mix", "bad-operation", message, hint))
        }
    }
}

/// Builds the run of a plan, before its first event; the plan's interventions are the timeline's to replay.
pub fn open(plan: &Plan) -> Result<Box<dyn Run>, OpenError> {
    let Some(info) = info(&plan.system) else {
        let known: Vec<&str> = systems().iter().map(|info| info.id).collect();
        let message = format!("no system is called \"{}\"", plan.system);
        return Err(OpenError::new("system", "unknown-system", message, format!("known: {}", known.join(", "))));
    };
    check(plan, info)?;
    match info.id {
        "clock" => boxed::<super::clock::Clocks>(plan),
        "lock" => boxed::<super::lock::Locks>(plan),
        "rpc" => boxed::<super::rpc::Calls>(plan),
        _ => boxed::<super::raft::Raft>(plan),
    }
}

fn boxed<S: System>(plan: &Plan) -> Result<Box<dyn Run>, OpenError> {
    Ok(Box::new(Live::<S>::open(plan)?))
}

/// Checks what is the same for every system.
fn check(plan: &Plan, info: &SystemInfo) -> Result<(), OpenError> {
    let error = |place: &str, message: &str, hint: &str| Err(OpenError::new(place, "bad-value", message, hint));
    if plan.cluster.servers == 0 {
        return error("cluster.servers", "a cluster needs a server", "at least 1");
    }
    if plan.cluster.nodes() > MAX_NODES {
        return error("cluster", "too many nodes", "at most 1,000 servers and clients together");
    }
    for setting in &plan.settings {
        let place = format!("settings.{}", setting.name);
        let Some(known) = info.settings.iter().find(|known| known.name == setting.name) else {
            let names: Vec<&str> = info.settings.iter().map(|known| known.name).collect();
            return Err(OpenError::new(place, "unknown-setting", "no such setting", format!("known: {}", names.join(", "))));
        };
        if !(known.min..=known.max).contains(&setting.value) {
            let hint = format!("from {} to {}", known.min, known.max);
            return Err(OpenError::new(place, "bad-value", "out of range", hint));
        }
    }
    for mutant in &plan.mutants {
        if !info.mutants.iter().any(|known| known.id == mutant) {
            let known: Vec<&str> = info.mutants.iter().map(|known| known.id).collect();
            let message = format!("no wrong variant is called \"{mutant}\"");
            return Err(OpenError::new("mutants", "unknown-mutant", message, format!("known: {}", known.join(", "))));
        }
    }
    check_network(plan)?;
    check_workload(plan)?;
    for clock in &plan.clocks {
        if !node_exists(plan, clock.node) {
            return error("clocks", "no such node", "a server or client of the cluster");
        }
        if !crate::sim::clock::Clock::RATE_PPM.contains(&clock.rate_ppm) {
            return error("clocks.rate_ppm", "out of range", "from -999,000 to 999,000,000");
        }
    }
    let disk = &plan.disk;
    if disk.fsync_us_min > disk.fsync_us_max {
        return error("disk", "the least fsync time is above the greatest", "a range from least to greatest");
    }
    if disk.lose_unsynced_ppm > 1_000_000 || disk.torn_tail_ppm > 1_000_000 {
        return error("disk", "a chance is above 1,000,000 parts per million", "from 0 to 1,000,000");
    }
    for (n, planned) in plan.faults.iter().enumerate() {
        if let Some(node) = target(&planned.action)
            && !node_exists(plan, node)
        {
            let message = format!("no node has the number {}", node.0);
            return Err(OpenError::new(format!("faults[{n}]"), "no-such-node", message, "a server or client of the cluster"));
        }
    }
    Ok(())
}

fn check_network(plan: &Plan) -> Result<(), OpenError> {
    let patches = plan.network.rules.iter().map(|rule| &rule.set);
    let ranges = patches.clone().filter_map(|set| set.delay_us);
    let default = &plan.network.default;
    for (min, max) in ranges.chain([(default.delay_us_min, default.delay_us_max)]) {
        if min > max || max > 3_600_000_000 {
            return Err(OpenError::new("network", "bad-value", "not a delay range", "from least to greatest, at most one hour"));
        }
    }
    let chances = patches.flat_map(|set| [set.loss_ppm, set.duplicate_ppm, set.reorder_ppm]).flatten();
    for ppm in chances.chain([default.loss_ppm, default.duplicate_ppm, default.reorder_ppm]) {
        if ppm > 1_000_000 {
            return Err(OpenError::new("network", "bad-value", "a chance is too great", "from 0 to 1,000,000 parts per million"));
        }
    }
    Ok(())
}

fn check_workload(plan: &Plan) -> Result<(), OpenError> {
    for (n, planned) in plan.workload.operations.iter().enumerate() {
        if !node_exists(plan, planned.client) || !plan.cluster.is_client(planned.client) {
            let place = format!("workload.operations[{n}]");
            return Err(OpenError::new(place, "no-such-node", "operations need a client", "client 1, client 2, ..."));
        }
    }
    if let Some(generator) = &plan.workload.generator {
        let place = "workload.generator";
        if generator.every_us_min == 0 || generator.every_us_min > generator.every_us_max {
            return Err(OpenError::new(place, "bad-value", "not a range of times", "from least to greatest, at least 1 us"));
        }
        if generator.keys == 0 || generator.mix.iter().map(|(_, weight)| *weight as u64).sum::<u64>() == 0 {
            return Err(OpenError::new(place, "bad-value", "nothing to generate", "at least one key and one verb with a weight"));
        }
    }
    Ok(())
}

fn node_exists(plan: &Plan, node: NodeId) -> bool {
    node.index() < plan.cluster.nodes()
}

/// The node that an action is about, if it is about one.
fn target(action: &Action) -> Option<NodeId> {
    match action {
        Action::Crash(node) | Action::Pause(node) | Action::Resume(node) => Some(*node),
        Action::Restart { node, .. } | Action::Slow { node, .. } | Action::Clock { node, .. } | Action::Disk { node, .. } => {
            Some(*node)
        }
        Action::Request { client, .. } => Some(*client),
        _ => None,
    }
}
