//! The shortest causal chain between two events.

use super::{CausalGraph, NONE};

/// One step of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The event that it leads to.
    pub event: u32,
    /// The message by which it was reached; `None` along a lane.
    pub message: Option<usize>,
}

/// From `from` to `to` with the fewest messages, and among those with the fewest events; the first link is `from` itself.
/// `None` if `from` did not happen before `to`.
///
/// In time proportional to the events between the two.
pub fn shortest(graph: &CausalGraph, from: u32, to: u32) -> Option<Vec<Link>> {
    graph.lane_of(from)?;
    graph.lane_of(to)?;
    if from > to {
        return None;
    }
    const UNREACHED: u64 = u64::MAX;
    const MESSAGE: u64 = 1 << 32;
    let count = (to - from) as usize + 1;
    let mut cost = vec![UNREACHED; count];
    // The message by which it was reached; NONE along the lane.
    let mut by = vec![NONE; count];
    cost[0] = 0;
    let edges = graph.edges();
    let mut number = edges.first_ending_at(from + 1);
    for event in from + 1..=to {
        let at = (event - from) as usize;
        if let Some(before) = graph.before(event).filter(|before| *before >= from) {
            cost[at] = cost[(before - from) as usize].saturating_add(1);
        }
        while let Some(edge) = edges.get(number).filter(|edge| edge.to == event) {
            if edge.from >= from && graph.lane_of(event).is_some() {
                let through = cost[(edge.from - from) as usize].saturating_add(MESSAGE + 1);
                if through < cost[at] {
                    (cost[at], by[at]) = (through, number as u32);
                }
            }
            number += 1;
        }
    }
    if cost[count - 1] == UNREACHED {
        return None;
    }
    let (mut chain, mut event) = (Vec::new(), to);
    while event != from {
        let message = Some(by[(event - from) as usize] as usize).filter(|by| *by != NONE as usize);
        chain.push(Link { event, message });
        event = match message {
            Some(message) => edges.get(message)?.from,
            None => graph.before(event)?,
        };
    }
    chain.push(Link { event: from, message: None });
    chain.reverse();
    Some(chain)
}
