//! Small patterns of events, and where they occur.
//!
//! A pattern has a few events on a few lanes, and messages between them. It occurs where its lanes are different lanes of the
//! graph, each of its messages is one that arrived, and along each lane every event is at or after the one before it, at most
//! [`GAP`] events later. So "receives, then answers" also holds where one event does both.

use super::{CausalGraph, Fate};

/// The most events of a pattern.
pub const EVENTS_MAX: usize = 12;
/// How many events of a lane may lie between two neighbours of a pattern.
pub const GAP: u32 = 32;

/// A pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Motif {
    /// For each event its lane; the order in the list is the order along the lane.
    lanes: Vec<u16>,
    /// Messages: sending and receiving event.
    messages: Vec<(usize, usize)>,
    /// In which order events are placed, and how each is reached.
    plan: Vec<(usize, Reach)>,
}

/// Why a drawing is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMotif {
    /// It has no event.
    Empty,
    /// It has more than [`EVENTS_MAX`] events.
    TooLarge,
    /// A message names no event, or goes back, or stays on its lane.
    BadMessage,
    /// It falls into parts that nothing connects.
    Apart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Anywhere,
    /// By a message from a placed event.
    From(usize),
    /// By a message to a placed event.
    To(usize),
    /// Along the lane, after a placed event.
    After(usize),
    /// Along the lane, before a placed event.
    Before(usize),
}

impl Motif {
    /// A pattern of events (each given by its lane, in order) and messages (between positions in that list, forward).
    pub fn new(lanes: Vec<u16>, messages: Vec<(usize, usize)>) -> Result<Motif, NoMotif> {
        if lanes.is_empty() {
            return Err(NoMotif::Empty);
        }
        if lanes.len() > EVENTS_MAX {
            return Err(NoMotif::TooLarge);
        }
        if messages.iter().any(|&(from, to)| from >= to || to >= lanes.len() || lanes[from] == lanes[to]) {
            return Err(NoMotif::BadMessage);
        }
        let mut motif = Motif { lanes, messages, plan: vec![(0, Reach::Anywhere)] };
        while motif.plan.len() < motif.lanes.len() {
            let next = motif.next().ok_or(NoMotif::Apart)?;
            motif.plan.push(next);
        }
        Ok(motif)
    }

    /// A asks B, and B answers.
    pub fn request_response() -> Motif {
        Motif::new(vec![0, 1, 1, 0], vec![(0, 1), (2, 3)]).unwrap_or_default()
    }

    /// One event sends to three others.
    pub fn broadcast() -> Motif {
        Motif::new(vec![0, 1, 2, 3], vec![(0, 1), (0, 2), (0, 3)]).unwrap_or_default()
    }

    /// Three lanes send to one.
    pub fn gather() -> Motif {
        Motif::new(vec![1, 2, 3, 0, 0, 0], vec![(0, 3), (1, 4), (2, 5)]).unwrap_or_default()
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// True without events.
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// The next event to place: one that a placed event leads to, by a message if there is one.
    fn next(&self) -> Option<(usize, Reach)> {
        let placed = |event: usize| self.plan.iter().any(|(known, _)| *known == event);
        let by_message = self.messages.iter().find_map(|&(from, to)| match (placed(from), placed(to)) {
            (true, false) => Some((to, Reach::From(from))),
            (false, true) => Some((from, Reach::To(to))),
            _ => None,
        });
        let along = || {
            self.neighbours().find_map(|(first, second)| match (placed(first), placed(second)) {
                (true, false) => Some((second, Reach::After(first))),
                (false, true) => Some((first, Reach::Before(second))),
                _ => None,
            })
        };
        by_message.or_else(along)
    }

    /// Events that follow each other on a lane.
    fn neighbours(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.lanes.len()).filter_map(|event| {
            let next = (event + 1..self.lanes.len()).find(|next| self.lanes[*next] == self.lanes[event])?;
            Some((event, next))
        })
    }

    /// Where the pattern occurs with its first event at `event`: the events in the pattern's order. `None` if it does not.
    pub fn at(&self, graph: &CausalGraph, event: u32) -> Option<Vec<u32>> {
        let mut found = vec![None; self.lanes.len()];
        self.place(graph, 0, event, &mut found).then(|| found.into_iter().flatten().collect())
    }

    fn place(&self, graph: &CausalGraph, step: usize, anchor: u32, found: &mut [Option<u32>]) -> bool {
        let Some(&(event, reach)) = self.plan.get(step) else { return !self.plan.is_empty() };
        for candidate in candidates(graph, reach, anchor, found) {
            if !self.fits(graph, event, candidate, found) {
                continue;
            }
            found[event] = Some(candidate);
            if self.place(graph, step + 1, anchor, found) {
                return true;
            }
            found[event] = None;
        }
        false
    }

    /// True if an event may stand here beside those that are placed.
    fn fits(&self, graph: &CausalGraph, event: usize, candidate: u32, found: &[Option<u32>]) -> bool {
        let Some(lane) = graph.lane_of(candidate) else { return false };
        let lanes = found.iter().enumerate().all(|(other, placed)| {
            placed.is_none_or(|placed| (graph.lane_of(placed) == Some(lane)) == (self.lanes[other] == self.lanes[event]))
        });
        let at = |other: usize| if other == event { Some(candidate) } else { found[other] };
        let both = |pair: (usize, usize)| at(pair.0).zip(at(pair.1)).filter(|_| pair.0 == event || pair.1 == event);
        lanes
            && self.messages.iter().filter_map(|pair| both(*pair)).all(|(from, to)| is_message(graph, from, to))
            && self.neighbours().filter_map(both).all(|(first, second)| follows(graph, first, second))
    }
}

fn candidates(graph: &CausalGraph, reach: Reach, anchor: u32, found: &[Option<u32>]) -> Vec<u32> {
    let placed = |event: usize| found.get(event).copied().flatten();
    let edge = |number: usize| graph.edges().get(number).filter(|edge| edge.fate != Fate::Lost);
    let along = |event: u32, first: u32, last: u32| -> Vec<u32> {
        graph.lane_of(event).map_or_else(Vec::new, |lane| (first..=last).map_while(|position| graph.at(lane, position)).collect())
    };
    let list = match reach {
        Reach::Anywhere => Some(vec![anchor]),
        Reach::From(from) => placed(from).map(|from| graph.edges().outgoing(from).filter_map(edge).map(|edge| edge.to).collect()),
        Reach::To(to) => placed(to).map(|to| graph.edges().incoming(to).filter_map(edge).map(|edge| edge.from).collect()),
        Reach::After(first) => placed(first).and_then(|first| {
            let position = graph.position_of(first)?;
            Some(along(first, position, position.saturating_add(GAP)))
        }),
        Reach::Before(second) => placed(second).and_then(|second| {
            let position = graph.position_of(second)?;
            Some(along(second, position.saturating_sub(GAP), position))
        }),
    };
    let mut list = list.unwrap_or_default();
    list.sort_unstable();
    list.dedup();
    list
}

fn is_message(graph: &CausalGraph, from: u32, to: u32) -> bool {
    let arrived = |number: usize| graph.edges().get(number).is_some_and(|edge| edge.from == from && edge.fate != Fate::Lost);
    graph.edges().incoming(to).any(arrived)
}

fn follows(graph: &CausalGraph, first: u32, second: u32) -> bool {
    let positions = graph.position_of(first).zip(graph.position_of(second));
    positions.is_some_and(|(first, second)| first <= second && second - first <= GAP)
}
