//! Graphs of foreign traces: events in any order, with any number of parents.

use super::building::Building;
use super::{CausalGraph, EVENTS_MAX, LANES_MAX, NONE};

/// Where an event of a graph came from: its number as it was given to [`Foreign::event`].
pub type Origin = u32;

/// The given edges go in a circle: no execution has this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// An event in it, as it was given.
    pub event: Origin,
}

/// Collects a foreign trace: lanes, then events lane by lane or mixed, then [`build`](Foreign::build) or
/// [`finish`](Foreign::finish).
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    pub(super) lanes: Vec<String>,
    pub(super) lane: Vec<u16>,
    pub(super) label: Vec<u16>,
    pub(super) time: Vec<u64>,
    pub(super) untimed: bool,
    /// (event, parent).
    pub(super) parents: Vec<(u32, u32)>,
    /// How many events of its lane came before each.
    pub(super) seat: Vec<u32>,
    /// Events of each lane.
    seats: Vec<u32>,
    /// Of each event, the one that it is to stand beside; empty if there are none.
    pub(super) beside: Vec<u32>,
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
        self.seats.push(0);
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
        let seats = &mut self.seats[lane as usize];
        self.seat.push(*seats);
        *seats += 1;
        self.untimed |= at_us.is_none();
        self.time.push(at_us.unwrap_or_default());
        self.parents.extend(parents.iter().map(|parent| (number, *parent)));
        Some(number)
    }

    /// A further parent of an event that was given: a message from there. For whoever learns of it later.
    pub fn parent(&mut self, event: Origin, parent: Origin) {
        self.parents.push((event, parent));
    }

    /// Two events, both given, are to stand in one column, as far as the order lets them; each beside one other at most.
    pub fn align(&mut self, a: Origin, b: Origin) {
        self.beside.resize(self.lane.len(), NONE);
        if let Ok([of_a, of_b]) = self.beside.get_disjoint_mut([a as usize, b as usize])
            && (*of_a, *of_b) == (NONE, NONE)
        {
            (*of_a, *of_b) = (b, a);
        }
    }

    /// Number of events so far.
    pub fn len(&self) -> usize {
        self.lane.len()
    }

    /// True without events.
    pub fn is_empty(&self) -> bool {
        self.lane.is_empty()
    }

    /// Builds the graph in slices. Parents that are not there, that stand earlier on the same lane, or that are given twice,
    /// are no messages. All slices together take time proportional to the trace, but for the logarithm of the number of lanes.
    pub fn build(self) -> Building {
        Building::new(self)
    }

    /// The graph, and for each of its events where it came from, in one piece.
    pub fn finish(self) -> Result<(CausalGraph, Vec<Origin>), Cycle> {
        let mut building = self.build();
        while !building.work(u32::MAX)? {}
        let built = building.take();
        Ok((built.graph, built.origins))
    }
}
