//! Graphs of foreign traces: events in any order, with any number of parents.

use super::{CausalGraph, EVENTS_MAX, Fate, Kind, LANES_MAX, Lane, LaneKind, NONE, NewEvent};
use crate::base::Level;
use std::collections::BTreeMap;

/// Where an event of a graph came from: its number as it was given to [`Foreign::event`].
pub type Origin = u32;

/// The given edges go in a circle: no execution has this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// An event in it, as it was given.
    pub event: Origin,
}

/// Collects a foreign trace: lanes, then events lane by lane or mixed, then [`finish`](Foreign::finish).
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    lanes: Vec<String>,
    lane: Vec<u16>,
    label: Vec<u16>,
    time: Vec<u64>,
    untimed: bool,
    /// (event, parent), events ascending.
    parents: Vec<(u32, u32)>,
}

impl Foreign {
    /// Nothing yet.
    pub fn new() -> Foreign {
        Foreign::default()
    }

    /// A further lane: its number; `None` if there are too many.
    pub fn lane(&mut self, name: impl Into<String>) -> Option<u16> {
        if self.lanes.len() == LANES_MAX {
            return None;
        }
        self.lanes.push(name.into());
        Some(self.lanes.len() as u16 - 1)
    }

    /// A further event: its number, from 0. Events of one lane are given in the lane's order; `parents` may name events that
    /// come later. `at_us` is used if all events have one and none contradicts the order. `None` if the lane is not there or
    /// there are too many events.
    pub fn event(&mut self, lane: u16, parents: &[Origin], at_us: Option<u64>, label: u16) -> Option<Origin> {
        if lane as usize >= self.lanes.len() || self.lane.len() == EVENTS_MAX {
            return None;
        }
        let number = self.lane.len() as u32;
        self.lane.push(lane);
        self.label.push(label);
        self.untimed |= at_us.is_none();
        self.time.push(at_us.unwrap_or_default());
        self.parents.extend(parents.iter().map(|parent| (number, *parent)));
        Some(number)
    }

    /// A further parent of an event that was given: a message from there. For whoever learns of it later.
    pub fn parent(&mut self, event: Origin, parent: Origin) {
        self.parents.push((event, parent));
    }

    /// The graph, and for each of its events where it came from. Parents that are not there, that stand earlier on the same
    /// lane, or that are given twice, are no messages. Takes time proportional to the trace, but for sorting.
    pub fn finish(mut self) -> Result<(CausalGraph, Vec<Origin>), Cycle> {
        let count = self.lane.len();
        let mut seat = vec![0u32; count];
        let mut seats = vec![0u32; self.lanes.len()];
        for (event, lane) in self.lane.iter().enumerate() {
            seat[event] = seats[*lane as usize];
            seats[*lane as usize] += 1;
        }
        let (lane, known) = (&self.lane, count as u32);
        // A message to an earlier place of one's own lane stays: it is a circle, and to be reported.
        self.parents.retain(|&(event, parent)| {
            let here = event < known && parent < known;
            here && (lane[event as usize] != lane[parent as usize] || seat[parent as usize] >= seat[event as usize])
        });
        self.parents.sort_unstable();
        self.parents.dedup();
        let depth = self.depths()?;
        let mut order: Vec<Origin> = (0..count as u32).collect();
        let by_depth = |event: &u32| (depth[*event as usize], self.lane[*event as usize]);
        let by_time = |event: &u32| (self.time[*event as usize], by_depth(event));
        let timed = !self.untimed && count > 0 && self.times_agree();
        if timed {
            order.sort_by_key(by_time);
        } else {
            order.sort_by_key(by_depth);
        }
        Ok((self.graph(&order, &depth, timed), order))
    }

    /// The events before an event: its parents, and the one before it on its lane.
    fn depths(&self) -> Result<Vec<u32>, Cycle> {
        let count = self.lane.len();
        let (mut next, mut last) = (vec![NONE; count], BTreeMap::new());
        let mut waits = vec![0u32; count];
        for (event, lane) in self.lane.iter().enumerate() {
            if let Some(before) = last.insert(*lane, event) {
                next[before] = event as u32;
                waits[event] += 1;
            }
        }
        // Children by parent.
        let mut starts = vec![0u32; count + 1];
        for &(event, parent) in &self.parents {
            waits[event as usize] += 1;
            starts[parent as usize + 1] += 1;
        }
        (1..=count).for_each(|at| starts[at] += starts[at - 1]);
        let (mut fill, mut children) = (starts.clone(), vec![0u32; self.parents.len()]);
        for &(event, parent) in &self.parents {
            children[fill[parent as usize] as usize] = event;
            fill[parent as usize] += 1;
        }
        let mut depth = vec![0u32; count];
        let mut ready: Vec<u32> = (0..count as u32).filter(|event| waits[*event as usize] == 0).collect();
        let mut done = 0;
        while let Some(event) = ready.pop() {
            done += 1;
            let at = event as usize;
            let sent = children[starts[at] as usize..starts[at + 1] as usize].iter();
            for &child in sent.chain(Some(&next[at]).filter(|next| **next != NONE)) {
                depth[child as usize] = depth[child as usize].max(depth[at] + 1);
                waits[child as usize] -= 1;
                if waits[child as usize] == 0 {
                    ready.push(child);
                }
            }
        }
        match waits.iter().position(|waits| *waits > 0) {
            Some(event) if done < count => Err(Cycle { event: event as u32 }),
            _ => Ok(depth),
        }
    }

    /// True if no event is earlier than one before it.
    fn times_agree(&self) -> bool {
        let mut last: BTreeMap<u16, u64> = BTreeMap::new();
        let lanes =
            self.lane.iter().zip(&self.time).all(|(lane, at_us)| last.insert(*lane, *at_us).is_none_or(|last| last <= *at_us));
        lanes && self.parents.iter().all(|&(event, parent)| self.time[parent as usize] <= self.time[event as usize])
    }

    fn graph(&self, order: &[Origin], depth: &[u32], timed: bool) -> CausalGraph {
        let lane = |name: &String| Lane { name: name.clone(), kind: LaneKind::Process, events: Vec::new(), states: Vec::new() };
        let mut graph = CausalGraph { lanes: self.lanes.iter().map(lane).collect(), timed, ..CausalGraph::default() };
        let mut number = vec![NONE; order.len()];
        for (at, &origin) in order.iter().enumerate() {
            number[origin as usize] = at as u32;
            let (lane, label) = (self.lane[origin as usize], self.label[origin as usize]);
            let at_us = self.time[origin as usize];
            graph.push(NewEvent { lane, at_us, kind: Kind::Foreign, label, level: Level::Protocol });
            if !timed {
                graph.rank.push(depth[origin as usize]);
            }
            let first = self.parents.partition_point(|(event, _)| *event < origin);
            for &(_, parent) in self.parents[first..].iter().take_while(|(event, _)| *event == origin) {
                graph.push_edge(number[parent as usize], lane, Fate::Arrived, label);
            }
        }
        graph
    }
}
