//! The scenarios that come with the laboratory.
//!
//! The build script has read them from `www/scenarios/`; here they are decoded from its blobs. The one that the page opens
//! with has a blob of its own: of the others, the page's first load then carries nothing.

use super::schema::{Action, Level, Network, Scenario};
use crate::system::open;
use std::sync::LazyLock;

/// All of them, in the order to be offered: real rules before broken ones, then by what one should know before.
// Never a part of another function: only this one, which the page's first load does without, reads their blob.
#[inline(never)]
pub fn all() -> &'static [Scenario] {
    static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
        // The blobs were written by this crate's own build with the same types: they cannot fail to decode.
        postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/scenarios.postcard"))).unwrap_or_default()
    });
    &ALL
}

/// The scenario with this id, e.g. `raft/leader-crash`.
pub fn find(id: &str) -> Option<&'static Scenario> {
    opening().filter(|scenario| scenario.id == id).or_else(|| all().iter().find(|scenario| scenario.id == id))
}

/// The scenario that the page opens with.
fn opening() -> Option<&'static Scenario> {
    static OPENING: LazyLock<Option<Scenario>> =
        LazyLock::new(|| postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/opening.postcard"))).ok());
    OPENING.as_ref()
}

/// The scenario in which this mutant of a system is on and its property falls.
pub fn of_mutant(system: &str, mutant: &str) -> Option<&'static Scenario> {
    all().iter().find(|scenario| scenario.system == system && scenario.twin.is_some() && scenario.plan.mutants == [mutant])
}

/// What lists show of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Card {
    /// Its address in words.
    pub id: &'static str,
    /// The system it runs.
    pub system: &'static str,
    /// At most 40 characters.
    pub title: &'static str,
    /// The one question that it asks.
    pub question: &'static str,
    /// What to look for: one line.
    pub looks_for: &'static str,
    /// How much the reader should know before.
    pub level: Level,
    /// How long it takes a newcomer.
    pub minutes: u32,
    /// Broken rules.
    pub mutants: &'static [String],
    /// Ids of the properties that fall because of them.
    pub falls: Vec<&'static str>,
    /// Their names, in the same order.
    pub falls_names: Vec<&'static str>,
    /// What goes wrong in it, or can be made to by its steps: `crash`, `pause`, `cut`, `messages`, `clock`, `disk`.
    pub faults: Vec<&'static str>,
}

/// A card for each scenario, in the order of [`all`].
pub fn cards() -> Vec<Card> {
    let card = |scenario: &'static Scenario| Card {
        id: &scenario.id,
        system: &scenario.system,
        title: &scenario.title,
        question: &scenario.question,
        looks_for: &scenario.looks_for,
        level: scenario.level,
        minutes: scenario.minutes,
        mutants: &scenario.plan.mutants,
        falls: falls(scenario),
        // Names are the catalogue of words' business; until it is asked, ids will do.
        falls_names: falls(scenario),
        faults: faults(scenario),
    };
    all().iter().map(card).collect()
}

fn falls(scenario: &Scenario) -> Vec<&'static str> {
    let known = open::info(&scenario.system).map_or(&[][..], |info| info.mutants);
    let mut falls: Vec<&str> =
        known.iter().filter(|mutant| scenario.plan.mutants.iter().any(|id| id == mutant.id)).map(|mutant| mutant.falls).collect();
    falls.sort_unstable();
    falls.dedup();
    falls
}

/// The kinds of faults, as lists offer them.
const FAULTS: [&str; 6] = ["crash", "pause", "cut", "messages", "clock", "disk"];

fn faults(scenario: &Scenario) -> Vec<&'static str> {
    let plan = &scenario.plan;
    let steps = scenario.steps.iter().filter_map(|step| step.action.as_ref());
    let mut found: Vec<&str> = plan.faults.iter().map(|fault| &fault.action).chain(steps).filter_map(fault_of).collect();
    if loses(&plan.network) {
        found.push("messages");
    }
    FAULTS.into_iter().filter(|fault| found.contains(fault)).collect()
}

fn loses(network: &Network) -> bool {
    let chances = [network.loss, network.duplicate, network.reorder].into_iter();
    let rules = network.rules.iter().flat_map(|rule| [rule.loss, rule.duplicate, rule.reorder]);
    chances.chain(rules).flatten().any(|chance| chance.ppm > 0)
}

fn fault_of(action: &Action) -> Option<&'static str> {
    match action {
        Action::Crash(_) | Action::Restart(_) | Action::RestartEmpty(_) => Some("crash"),
        Action::Pause(_) | Action::Resume(_) | Action::Slow { .. } => Some("pause"),
        Action::Cut(_) | Action::Heal(_) => Some("cut"),
        Action::Channel(_)
        | Action::ResetChannels
        | Action::Clog { .. }
        | Action::SwizzleClog { .. }
        | Action::Hold(_)
        | Action::Release(_)
        | Action::Deliver(_)
        | Action::Drop(_)
        | Action::Duplicate(_)
        | Action::Delay { .. }
        | Action::Swap(..) => Some("messages"),
        Action::ClockJump { .. } | Action::ClockRate { .. } => Some("clock"),
        Action::Disk { .. } => Some("disk"),
        Action::Request { .. } | Action::Choose(_) => None,
    }
}
