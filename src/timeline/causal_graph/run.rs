//! The graph of a session's branch, kept up to date as the run grows and as branches are changed.

use super::{CausalGraph, Fate, Kind, LaneKind, LaneState, NO_LANE, NONE, NewEvent};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, Level, NodeId, Note};
use crate::sim::trace::{Event, EventKind};
use crate::system::inspect::{Fill, NodeStatus};
use crate::timeline::{BranchId, Session};

/// What a note says of its node's role: letter, fill, epoch; `None` if it says nothing of it.
pub type RoleNote = fn(&Note) -> Option<(char, Fill, u64)>;

/// A graph that follows a session. An event's number is its index on the branch.
#[derive(Clone, Debug)]
pub struct RunGraph {
    graph: CausalGraph,
    branch: BranchId,
    role: RoleNote,
}

impl RunGraph {
    /// Nothing is read yet: see [`follow`](RunGraph::follow).
    pub fn new(lanes: impl IntoIterator<Item = (String, LaneKind)>, role: RoleNote) -> RunGraph {
        RunGraph { graph: CausalGraph::new(lanes), branch: BranchId(0), role }
    }

    /// The graph as far as it was read.
    pub fn graph(&self) -> &CausalGraph {
        &self.graph
    }

    /// The branch that it was read from.
    pub fn branch(&self) -> BranchId {
        self.branch
    }

    /// Reads what is new on a branch, at most `budget` events; after a change of branch, only what the two do not share. True
    /// when everything is read. Parts of the trace that were dropped are brought back by replay.
    pub fn follow(&mut self, session: &mut Session, branch: BranchId, budget: u32) -> bool {
        let from = self.begin(session, branch);
        session.recall_on(branch, from..from.saturating_add(budget.into()).min(session.event_count_on(branch)));
        self.read(session, branch, budget)
    }

    /// The same of what is in memory; stops before the first part of the trace that was dropped.
    pub fn read(&mut self, session: &Session, branch: BranchId, budget: u32) -> bool {
        let from = self.begin(session, branch);
        let end = session.event_count_on(branch).min(super::EVENTS_MAX as u64);
        let to = end.min(from + u64::from(budget));
        for number in from..to {
            let Some(event) = session.event_on(branch, number) else { return false };
            let level = session.level_on(branch, number).unwrap_or(Level::Everything);
            self.push(&event, level, &session.notes_on(branch, number));
        }
        to == end
    }

    /// Takes away what another branch, or another run, does not share. Returns the first event to read.
    fn begin(&mut self, session: &Session, branch: BranchId) -> u64 {
        if branch != self.branch {
            self.graph.truncate(session.shared(self.branch, branch).min(u64::from(u32::MAX)) as u32);
            self.branch = branch;
        }
        self.graph.truncate(session.event_count_on(branch).min(super::EVENTS_MAX as u64) as u32);
        u64::from(self.graph.len())
    }

    /// Adds the next event of the run with its notes. `level` is the highest of both.
    pub fn push(&mut self, event: &Event, level: Level, notes: &[Note]) {
        let lane = event.node().map_or(NO_LANE, |node| node.0);
        let (kind, label) = (kind_of(event.kind), u16::from(event.sub));
        self.graph.push(NewEvent { lane, at_us: event.at_us, kind, label, level });
        let sent = || self.number(event.cause);
        match event.kind {
            EventKind::Delivered if event.cause.place() != event.id.place() => {
                let copy = matches!(event.item.place().kind(), PlaceKind::Copy | PlaceKind::HandCopy);
                let fate = if copy { Fate::Copy } else { Fate::Arrived };
                if let Some(from) = sent() {
                    self.graph.push_edge(from, lane, fate, label);
                }
            }
            EventKind::Lost => {
                if let Some(from) = sent() {
                    self.graph.push_edge(from, event.peer.0, Fate::Lost, label);
                }
            }
            _ => {}
        }
        self.set_state(event, notes);
    }

    /// The number of an event of a node, by its id: the n-th event there has position n.
    pub fn number(&self, id: EventId) -> Option<u32> {
        let place = id.some()?.place();
        if place.kind() != PlaceKind::Node {
            return None;
        }
        self.graph.at(place.node().0, id.n()).filter(|number| *number != NONE)
    }

    fn set_state(&mut self, event: &Event, notes: &[Note]) {
        let Some(NodeId(lane)) = event.node() else { return };
        let Some(states) = self.graph.lanes().get(lane as usize) else { return };
        let mut state = states.states().last().map_or_else(LaneState::default, |(_, state)| *state);
        for (role, fill, epoch) in notes.iter().filter_map(self.role) {
            (state.role, state.fill, state.epoch) = (role, fill, epoch);
        }
        match event.kind {
            EventKind::Crashed => {
                let status = if event.detail == 2 { NodeStatus::Halted } else { NodeStatus::Crashed };
                state = LaneState { status, ..LaneState::default() };
            }
            EventKind::Paused => state.status = NodeStatus::Paused,
            EventKind::Resumed | EventKind::Started => state.status = NodeStatus::Running,
            _ => {}
        }
        self.graph.set_state(state);
    }
}

pub(super) fn kind_of(kind: EventKind) -> Kind {
    match kind {
        EventKind::Started => Kind::Started,
        EventKind::Delivered => Kind::Delivered,
        EventKind::TimerFired => Kind::Timer,
        EventKind::Persisted | EventKind::WriteFailed => Kind::Disk,
        EventKind::Invoked => Kind::Invoked,
        EventKind::Crashed => Kind::Crashed,
        EventKind::Paused => Kind::Paused,
        EventKind::Resumed => Kind::Resumed,
        EventKind::Lost => Kind::Lost,
        EventKind::Acted | EventKind::Missed => Kind::Acted,
    }
}
