//! What a space-time diagram is drawn from: lanes, events in columns, messages between them.
//!
//! Events are numbered from 0 in an order that extends happens-before: the order of execution for a run, the order of causal
//! depth for a foreign trace without times. Along every [`Axis`] the place of events never decreases with their number, so
//! that a window of the axis is a range of numbers, and per lane a range of the lane's list.
//!
//! A graph holds no text. Whoever draws asks for the sentence of an event when it is shown; `label` is a small number whose
//! meaning belongs to whoever built the graph (message kinds and timers for runs).
//!
//! About 40 bytes an event with its message: a million events stay near 45 MB.

mod build;
mod building;
pub mod chain;
pub mod cone;
pub mod diff;
mod edges;
pub mod hide;
pub mod motif;
mod run;

#[cfg(test)]
mod tests;

pub use build::{Cycle, Foreign, Origin};
pub use building::{Building, Built};
pub use edges::{Edge, Edges, Fate};
pub use run::{RoleNote, RunGraph};

use crate::base::Level;
use crate::system::inspect::{Fill, NodeStatus};
use std::ops::Range;

/// No event.
pub const NONE: u32 = u32::MAX;
/// No lane: what happened on the network, by the plan or by hand, and orders nothing between nodes.
pub const NO_LANE: u16 = u16::MAX;
/// The most lanes that a graph can have.
pub const LANES_MAX: usize = NO_LANE as usize;
/// The most events that a graph can have.
pub const EVENTS_MAX: usize = (NONE - 1) as usize;

/// What kind of event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Of a foreign trace: only its text says what it is.
    #[default]
    Foreign,
    /// A node starts.
    Started,
    /// A message arrives.
    Delivered,
    /// A timer runs out.
    Timer,
    /// A write is on disk, or failed.
    Disk,
    /// A client invokes an operation.
    Invoked,
    /// A node crashes.
    Crashed,
    /// A node stands still.
    Paused,
    /// A node goes on.
    Resumed,
    /// A message is lost. On no lane.
    Lost,
    /// The plan or the hand acts on the network. On no lane.
    Acted,
}

/// Which coordinate lies along the diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Virtual time, microseconds. Only if the graph [has times](CausalGraph::has_times).
    #[default]
    Time,
    /// The order of events: one place for each event of a run; for a trace without times its causal depth, so that what may
    /// be concurrent stands side by side.
    Order,
}

/// Who a lane belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneKind {
    /// A node of the cluster.
    Server,
    /// A client.
    Client,
    /// A process of a foreign trace.
    Process,
}

/// What a lane's node is from some event on: a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneState {
    /// Whether it runs.
    pub status: NodeStatus,
    /// The letter of its role; a space if it has none.
    pub role: char,
    /// How its role is filled.
    pub fill: Fill,
    /// Term, ballot, view; 0 if unknown.
    pub epoch: u64,
}

impl Default for LaneState {
    fn default() -> LaneState {
        LaneState { status: NodeStatus::Running, role: ' ', fill: Fill::Outline, epoch: 0 }
    }
}

/// One line of the diagram.
#[derive(Clone, Debug)]
pub struct Lane {
    /// What it is called.
    pub name: String,
    /// Who it belongs to.
    pub kind: LaneKind,
    events: Vec<u32>,
    states: Vec<(u32, LaneState)>,
}

impl Lane {
    /// Its events, ascending.
    pub fn events(&self) -> &[u32] {
        &self.events
    }

    /// From which event on it is what.
    pub fn states(&self) -> &[(u32, LaneState)] {
        &self.states
    }

    /// The positions of its events with numbers in a range.
    pub fn positions(&self, numbers: Range<u32>) -> Range<usize> {
        let from = self.events.partition_point(|event| *event < numbers.start);
        let to = from + self.events[from..].partition_point(|event| *event < numbers.end);
        from..to
    }

    /// What it is just after an event.
    pub fn state_at(&self, event: u32) -> LaneState {
        let after = self.states.partition_point(|(from, _)| *from <= event);
        after.checked_sub(1).and_then(|at| self.states.get(at)).map_or_else(LaneState::default, |(_, state)| *state)
    }
}

/// An event to be added to a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its lane, or [`NO_LANE`].
    pub lane: u16,
    /// When, microseconds. Ignored by graphs without times.
    pub at_us: u64,
    /// What kind.
    pub kind: Kind,
    /// For whoever built the graph.
    pub label: u16,
    /// Who wants to read of it.
    pub level: Level,
}

/// Lanes, events, messages.
#[derive(Clone, Debug, Default)]
pub struct CausalGraph {
    lanes: Vec<Lane>,
    lane: Vec<u16>,
    position: Vec<u32>,
    kind: Vec<Kind>,
    label: Vec<u16>,
    level: Vec<u8>,
    /// Empty if there are no times.
    time: Vec<u64>,
    /// Causal depth; empty if the order is the events' number.
    rank: Vec<u32>,
    edges: Edges,
    /// Events of the story, ascending.
    story: Vec<u32>,
    timed: bool,
}

impl CausalGraph {
    /// A graph with times and without events. Lanes beyond [`LANES_MAX`] are left out.
    pub fn new(lanes: impl IntoIterator<Item = (String, LaneKind)>) -> CausalGraph {
        let lane = |(name, kind)| Lane { name, kind, events: Vec::new(), states: Vec::new() };
        CausalGraph { lanes: lanes.into_iter().take(LANES_MAX).map(lane).collect(), timed: true, ..CausalGraph::default() }
    }

    // ---- growing

    /// Adds an event and returns its number. Its time must not be before the last one's (an earlier one is taken for that).
    /// A lane that is not there counts as [`NO_LANE`].
    pub fn push(&mut self, event: NewEvent) -> u32 {
        let number = self.lane.len() as u32;
        let lane = if (event.lane as usize) < self.lanes.len() { event.lane } else { NO_LANE };
        self.lane.push(lane);
        self.kind.push(event.kind);
        self.label.push(event.label);
        self.level.push(event.level as u8);
        if self.timed {
            self.time.push(event.at_us.max(self.time.last().copied().unwrap_or_default()));
        }
        self.position.push(match self.lanes.get_mut(lane as usize) {
            Some(lane) => {
                lane.events.push(number);
                lane.events.len() as u32 - 1
            }
            None => NONE,
        });
        if event.level == Level::Story {
            self.story.push(number);
        }
        number
    }

    /// Adds a message from an earlier event to the last one. False, and nothing is added, if there is no such event.
    pub fn push_edge(&mut self, from: u32, to_lane: u16, fate: Fate, label: u16) -> bool {
        let Some(to) = (self.lane.len() as u32).checked_sub(1).filter(|to| from < *to) else { return false };
        self.edges.push(Edge { from, to, to_lane, fate, label }, self.lane.len());
        true
    }

    /// The last event's lane is this from now on.
    pub fn set_state(&mut self, state: LaneState) {
        let Some(number) = (self.lane.len() as u32).checked_sub(1) else { return };
        let Some(lane) = self.lanes.get_mut(self.lane[number as usize] as usize) else { return };
        if lane.states.last().map_or_else(LaneState::default, |(_, state)| *state) != state {
            match lane.states.last_mut() {
                Some(last) if last.0 == number => last.1 = state,
                _ => lane.states.push((number, state)),
            }
        }
    }

    /// Forgets all events from this number on.
    pub fn truncate(&mut self, number: u32) {
        let keep = number as usize;
        if keep >= self.lane.len() {
            return;
        }
        self.edges.truncate(number);
        for lane in &mut self.lanes {
            let events = lane.events.partition_point(|event| *event < number);
            lane.events.truncate(events);
            let states = lane.states.partition_point(|(event, _)| *event < number);
            lane.states.truncate(states);
        }
        self.lane.truncate(keep);
        self.position.truncate(keep);
        self.kind.truncate(keep);
        self.label.truncate(keep);
        self.level.truncate(keep);
        self.time.truncate(keep);
        self.rank.truncate(keep);
        let story = self.story.partition_point(|event| *event < number);
        self.story.truncate(story);
    }

    // ---- reading

    /// Number of events.
    pub fn len(&self) -> u32 {
        self.lane.len() as u32
    }

    /// True without events.
    pub fn is_empty(&self) -> bool {
        self.lane.is_empty()
    }

    /// All lanes.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The lane of an event; `None` if it is on none.
    pub fn lane_of(&self, event: u32) -> Option<u16> {
        self.lane.get(event as usize).copied().filter(|lane| *lane != NO_LANE)
    }

    /// How many events of its lane came before an event; `None` if it is on no lane.
    pub fn position_of(&self, event: u32) -> Option<u32> {
        self.position.get(event as usize).copied().filter(|position| *position != NONE)
    }

    /// The event with this position on a lane.
    pub fn at(&self, lane: u16, position: u32) -> Option<u32> {
        self.lanes.get(lane as usize)?.events.get(position as usize).copied()
    }

    /// The event before an event on its lane.
    pub fn before(&self, event: u32) -> Option<u32> {
        self.at(self.lane_of(event)?, self.position_of(event)?.checked_sub(1)?)
    }

    /// The event after an event on its lane.
    pub fn after(&self, event: u32) -> Option<u32> {
        self.at(self.lane_of(event)?, self.position_of(event)? + 1)
    }

    /// What kind an event is.
    pub fn kind_of(&self, event: u32) -> Kind {
        self.kind.get(event as usize).copied().unwrap_or_default()
    }

    /// An event's label.
    pub fn label_of(&self, event: u32) -> u16 {
        self.label.get(event as usize).copied().unwrap_or_default()
    }

    /// Who wants to read of an event.
    pub fn level_of(&self, event: u32) -> Level {
        match self.level.get(event as usize) {
            Some(0) => Level::Story,
            Some(1) => Level::Protocol,
            _ => Level::Everything,
        }
    }

    /// When an event happened, microseconds; `None` if there are no times.
    pub fn at_us(&self, event: u32) -> Option<u64> {
        self.time.get(event as usize).copied()
    }

    /// True if events have times.
    pub fn has_times(&self) -> bool {
        self.timed
    }

    /// Events of the story with numbers in a range, ascending.
    pub fn story(&self, numbers: Range<u32>) -> &[u32] {
        let from = self.story.partition_point(|event| *event < numbers.start);
        let to = from + self.story[from..].partition_point(|event| *event < numbers.end);
        &self.story[from..to]
    }

    /// All messages, by their receiving event.
    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    /// True if a message leaves from or arrives at an event.
    pub fn communicates(&self, event: u32) -> bool {
        self.edges.outgoing(event).next().is_some() || !self.edges.incoming(event).is_empty()
    }

    /// Where an event stands along an axis. Never decreases with its number.
    pub fn place(&self, event: u32, axis: Axis) -> u64 {
        match axis {
            Axis::Time if self.timed => self.at_us(event).unwrap_or_default(),
            _ => self.rank.get(event as usize).map_or(u64::from(event), |rank| u64::from(*rank)),
        }
    }

    /// Number of events whose place along an axis is below `place`.
    pub fn count_below(&self, place: u64, axis: Axis) -> u32 {
        match axis {
            Axis::Time if self.timed => self.time.partition_point(|at_us| *at_us < place) as u32,
            _ if self.rank.is_empty() => place.min(u64::from(self.len())) as u32,
            _ => self.rank.partition_point(|rank| u64::from(*rank) < place) as u32,
        }
    }

    /// From the first place along an axis to just after the last.
    pub fn span(&self, axis: Axis) -> Range<u64> {
        let Some(last) = self.len().checked_sub(1) else { return 0..1 };
        let from = if axis == Axis::Time && self.timed { 0 } else { self.place(0, axis) };
        from..self.place(last, axis).saturating_add(1)
    }

    /// What it holds in memory, bytes.
    pub fn memory_bytes(&self) -> usize {
        let lane = |lane: &Lane| {
            lane.name.capacity() + lane.events.capacity() * 4 + lane.states.capacity() * size_of::<(u32, LaneState)>()
        };
        self.lanes.iter().map(lane).sum::<usize>()
            + self.lane.capacity() * 2
            + self.position.capacity() * 4
            + self.kind.capacity()
            + self.label.capacity() * 2
            + self.level.capacity()
            + self.time.capacity() * 8
            + self.rank.capacity() * 4
            + self.story.capacity() * 4
            + self.edges.memory_bytes()
    }
}
