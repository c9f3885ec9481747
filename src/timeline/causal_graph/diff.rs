//! What two runs have in common, and what only one of them has.

use super::CausalGraph;
use std::collections::BTreeMap;

/// The differences of two graphs with the same lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The number of the first event that is not the same in both, if there is one.
    pub first: Option<u32>,
    /// Events that only the first graph has, ascending.
    pub only_a: Vec<u32>,
    /// Events that only the second graph has, ascending.
    pub only_b: Vec<u32>,
}

/// What makes two events the same: where and when, what kind, and whom they hear from.
type Content = (u64, u16, super::Kind, u16, Vec<u16>);

fn content(graph: &CausalGraph, event: u32) -> Content {
    let lane = graph.lane_of(event).unwrap_or(super::NO_LANE);
    let sender = |number: usize| graph.lane_of(graph.edges().get(number)?.from);
    let heard = graph.edges().incoming(event).filter_map(sender).collect();
    (graph.place(event, super::Axis::Time), lane, graph.kind_of(event), graph.label_of(event), heard)
}

/// Compares two graphs. The first `shared` events are known to be the same. Without times, the order takes their place.
pub fn diff(a: &CausalGraph, b: &CausalGraph, shared: u32) -> Diff {
    let mut found = Diff::default();
    let both = a.len().min(b.len());
    found.first = (shared..both).find(|event| content(a, *event) != content(b, *event));
    let Some(from) = found.first.or((both < a.len().max(b.len())).then_some(both)) else { return found };
    found.first = Some(from);
    let mut left: BTreeMap<Content, Vec<u32>> = BTreeMap::new();
    // Backwards, so that the earliest of equals is taken first.
    (from..b.len()).rev().for_each(|event| left.entry(content(b, event)).or_default().push(event));
    for event in from..a.len() {
        if left.get_mut(&content(a, event)).and_then(Vec::pop).is_none() {
            found.only_a.push(event);
        }
    }
    found.only_b = left.into_values().flatten().collect();
    found.only_b.sort_unstable();
    found
}
