//! Past, future and vector stamp of an event, on demand.
//!
//! The past of an event is a prefix of every lane, its future a suffix: one number for each lane says all. Either is found in
//! one pass over the messages, away from the event, which ends as soon as no lane can change any more: where all lanes talk,
//! soon.

use super::{CausalGraph, NONE};

/// An event with everything that may have influenced it, and everything that it may have influenced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cones {
    /// The event.
    pub event: u32,
    /// For each lane, how many of its events happened before the event or are it: its vector stamp.
    pub past: Vec<u32>,
    /// For each lane, the position of the first event that happened after the event or is it; [`NONE`] if there is none.
    pub future: Vec<u32>,
}

/// How an event stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is the other.
    Same,
    /// It happened before.
    Before,
    /// It happened after.
    After,
    /// Neither.
    Concurrent,
}

impl Cones {
    /// Of an event; `None` if it is on no lane.
    pub fn of(graph: &CausalGraph, event: u32) -> Option<Cones> {
        Some(Cones { event, past: past(graph, event)?, future: future(graph, event)? })
    }

    /// How an event of a lane stands to the event in the middle; `None` if it is on no lane.
    pub fn relation(&self, graph: &CausalGraph, other: u32) -> Option<Relation> {
        let (lane, position) = (graph.lane_of(other)? as usize, graph.position_of(other)?);
        Some(match () {
            () if other == self.event => Relation::Same,
            () if position < *self.past.get(lane)? => Relation::Before,
            () if position >= *self.future.get(lane)? => Relation::After,
            () => Relation::Concurrent,
        })
    }

    /// Number of events that happened before, and after.
    pub fn sizes(&self, graph: &CausalGraph) -> (u64, u64) {
        let past = self.past.iter().map(|n| u64::from(*n)).sum::<u64>().saturating_sub(1);
        let after = |(first, lane): (&u32, &super::Lane)| (lane.events().len() as u64).saturating_sub(u64::from(*first));
        let future = self.future.iter().zip(graph.lanes()).map(after).sum::<u64>().saturating_sub(1);
        (past, future)
    }
}

/// For each lane, how many of its events happened before an event or are it.
pub fn past(graph: &CausalGraph, event: u32) -> Option<Vec<u32>> {
    let mut past = vec![0; graph.lanes().len()];
    past[graph.lane_of(event)? as usize] = graph.position_of(event)? + 1;
    let edges = graph.edges();
    // Backwards through the messages: whatever a message's arrival leads to was looked at before it.
    for number in (0..edges.first_ending_at(event + 1)).rev() {
        let Some(edge) = edges.get(number) else { continue };
        // What arrives before the last known event of every lane was sent before it, too.
        if number.is_multiple_of(LOOK) && latest(graph, &past).is_some_and(|least| edge.to <= least) {
            break;
        }
        let (Some(to), Some(from)) = (graph.lane_of(edge.to), graph.lane_of(edge.from)) else { continue };
        if graph.position[edge.to as usize] < past[to as usize] {
            let known = &mut past[from as usize];
            *known = (graph.position[edge.from as usize] + 1).max(*known);
        }
    }
    Some(past)
}

/// Messages between two looks whether the past is known.
const LOOK: usize = 64;

/// The least of the last known events of all lanes; `None` if nothing is known of one of them.
fn latest(graph: &CausalGraph, past: &[u32]) -> Option<u32> {
    let last = |(lane, known): (&super::Lane, &u32)| lane.events.get(known.checked_sub(1)? as usize).copied();
    graph.lanes.iter().zip(past).map(last).try_fold(NONE, |least, last| Some(least.min(last?)))
}

/// For each lane, the position of the first event that happened after an event or is it.
fn future(graph: &CausalGraph, event: u32) -> Option<Vec<u32>> {
    let mut future = vec![NONE; graph.lanes().len()];
    future[graph.lane_of(event)? as usize] = graph.position_of(event)?;
    let edges = graph.edges();
    let mut unknown = future.len() - 1;
    for number in edges.first_ending_at(event)..edges.len() {
        // Later messages arrive later: a lane that knows of the event has known of it.
        if unknown == 0 {
            break;
        }
        let Some(edge) = edges.get(number) else { continue };
        let (Some(to), Some(from)) = (graph.lane_of(edge.to), graph.lane_of(edge.from)) else { continue };
        if graph.position[edge.from as usize] >= future[from as usize] {
            let known = &mut future[to as usize];
            unknown -= usize::from(*known == NONE);
            *known = graph.position[edge.to as usize].min(*known);
        }
    }
    Some(future)
}
