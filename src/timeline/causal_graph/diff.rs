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

/// What makes two events the same: where and when, what kind, whom they hear from, and what they carry.
type Content = (u64, u16, super::Kind, u16, Vec<u16>, u32);

/// A graph, and digests of what its events carry, from the first one on that is not shared. Those that are not known count as alike.
struct Side<'a>(&'a CausalGraph, u32, &'a [u32]);

fn content(side: &Side<'_>, event: u32) -> Content {
    let Side(graph, shared, carried) = *side;
    let lane = graph.lane_of(event).unwrap_or(super::NO_LANE);
    let sender = |number: usize| graph.lane_of(graph.edges().get(number)?.from);
    let heard = graph.edges().incoming(event).filter_map(sender).collect();
    let carried = event.checked_sub(shared).and_then(|at| carried.get(at as usize)).copied().unwrap_or(0);
    (graph.place(event, super::Axis::Time), lane, graph.kind_of(event), graph.label_of(event), heard, carried)
}

/// Compares two graphs. The first `shared` events are known to be the same; `carried` has digests of what the others carry, for
/// each graph. Without times, the order takes their place.
pub fn diff(a: &CausalGraph, b: &CausalGraph, shared: u32, carried: [&[u32]; 2]) -> Diff {
    let mut found = Diff::default();
    let (len_a, len_b) = (a.len(), b.len());
    let (a, b) = (&Side(a, shared, carried[0]), &Side(b, shared, carried[1]));
    let both = len_a.min(len_b);
    found.first = (shared..both).find(|event| content(a, *event) != content(b, *event));
    let Some(from) = found.first.or((both < len_a.max(len_b)).then_some(both)) else { return found };
    found.first = Some(from);
    let mut left: BTreeMap<Content, Vec<u32>> = BTreeMap::new();
    // Backwards, so that the earliest of equals is taken first.
    (from..len_b).rev().for_each(|event| left.entry(content(b, event)).or_default().push(event));
    for event in from..len_a {
        if left.get_mut(&content(a, event)).and_then(Vec::pop).is_none() {
            found.only_a.push(event);
        }
    }
    found.only_b = left.into_values().flatten().collect();
    found.only_b.sort_unstable();
    found
}
