//! The scenarios that come with the laboratory.
//!
//! The build script has read them from `www/scenarios/`; here they are decoded from its blob.

use super::schema::{Level, Scenario};
use std::sync::LazyLock;

/// All of them, in the order to be offered: real rules before broken ones, then by what one should know before.
pub fn all() -> &'static [Scenario] {
    static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
        // The blob was written by this crate's own build with the same types: it cannot fail to decode.
        postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/scenarios.postcard"))).unwrap_or_default()
    });
    &ALL
}

/// The scenario with this id, e.g. `raft/leader-crash`.
pub fn find(id: &str) -> Option<&'static Scenario> {
    all().iter().find(|scenario| scenario.id == id)
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
    };
    all().iter().map(card).collect()
}
