//! Small patterns of events, and where they occur.
//!
//! A pattern has a few events on a few lanes, and messages between them. It occurs where its lanes are different lanes of the
//! graph, each of its messages is one that arrived, and along each lane every event is at or after the one before it, at most
//! [`GAP`] events later. So "receives, then answers" also holds where one event does both.
//!
//! Only events with messages are searched for, and the first one, which is given. The others take what room their neighbours
//! leave: it only counts how many they are. What has failed once is not tried again, and a search ends after so many steps.

use super::{CausalGraph, Fate};
use std::collections::BTreeSet;

/// The most events of a pattern.
pub const EVENTS_MAX: usize = 12;
/// How many events of a lane may lie between two neighbours of a pattern.
pub const GAP: u32 = 32;
/// So many events are tried for one occurrence, as a rule: a few milliseconds.
pub const STEPS_MAX: u32 = 50_000;

/// A pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Motif {
    /// For each event its lane; the order in the list is the order along the lane.
    lanes: Vec<u16>,
    /// Messages: sending and receiving event.
    messages: Vec<(usize, usize)>,
    /// In which order events are placed: the first one, and those with messages.
    plan: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    event: usize,
    reach: Reach,
    /// Placed events that what is placed from here on has to fit.
    open: Vec<usize>,
    /// Whether lanes are still to be found, which then must not be those that are.
    lanes_follow: bool,
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
    /// Along the lane, at most so many events after a placed event.
    After(usize, u32),
    /// Along the lane, at most so many events before a placed event.
    Before(usize, u32),
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
        let mut motif = Motif { lanes, messages, plan: Vec::new() };
        let mut order = vec![(0, Reach::Anywhere)];
        while let Some(next) = motif.next(&order) {
            order.push(next);
        }
        let placed = |event: usize| order.iter().any(|(known, _)| *known == event);
        let beside = |event: usize| order.iter().any(|(known, _)| motif.lanes[*known] == motif.lanes[event]);
        if !(0..motif.lanes.len()).all(|event| if motif.is_searched(event) { placed(event) } else { beside(event) }) {
            return Err(NoMotif::Apart);
        }
        motif.plan = (0..order.len()).map(|at| motif.step(&order, at)).collect();
        Ok(motif)
    }

    fn step(&self, order: &[(usize, Reach)], at: usize) -> Step {
        let (placed, later) = order.split_at(at);
        let later = |event: usize| later.iter().any(|(other, _)| *other == event);
        let neighbours = self.neighbours().map(|(first, second, _)| (first, second));
        let pairs: Vec<(usize, usize)> = self.messages.iter().copied().chain(neighbours).collect();
        let needed = |event: usize| pairs.iter().any(|&(a, b)| (a == event && later(b)) || (b == event && later(a)));
        let known = |lane: u16| placed.iter().any(|(event, _)| self.lanes[*event] == lane);
        let (event, reach) = order[at];
        Step {
            event,
            reach,
            open: placed.iter().map(|(event, _)| *event).filter(|event| needed(*event)).collect(),
            lanes_follow: order[at..].iter().any(|(event, _)| !known(self.lanes[*event])),
        }
    }

    /// Whether an event is searched for; the others follow from their neighbours.
    fn is_searched(&self, event: usize) -> bool {
        event == 0 || self.messages.iter().any(|&(from, to)| from == event || to == event)
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
    fn next(&self, order: &[(usize, Reach)]) -> Option<(usize, Reach)> {
        let placed = |event: usize| order.iter().any(|(known, _)| *known == event);
        let by_message = self.messages.iter().find_map(|&(from, to)| match (placed(from), placed(to)) {
            (true, false) => Some((to, Reach::From(from))),
            (false, true) => Some((from, Reach::To(to))),
            _ => None,
        });
        let along = || {
            self.neighbours().find_map(|(first, second, gap)| match (placed(first), placed(second)) {
                (true, false) => Some((second, Reach::After(first, gap))),
                (false, true) => Some((first, Reach::Before(second, gap))),
                _ => None,
            })
        };
        by_message.or_else(along)
    }

    /// Events that are searched for and follow each other on a lane, and how many events later the second one may be.
    fn neighbours(&self) -> impl Iterator<Item = (usize, usize, u32)> + '_ {
        (0..self.lanes.len()).filter(|event| self.is_searched(*event)).filter_map(|event| {
            let mut rest = (event + 1..self.lanes.len()).filter(|next| self.lanes[*next] == self.lanes[event]);
            let between = rest.clone().take_while(|next| !self.is_searched(*next)).count();
            Some((event, rest.nth(between)?, (between as u32 + 1) * GAP))
        })
    }

    /// Where the pattern occurs with its first event at `event`: the events in the pattern's order. `None` if it does not, or if
    /// `steps` is 0 then: it counts down with every event that is tried, and nobody knows.
    pub fn at(&self, graph: &CausalGraph, event: u32, steps: &mut u32) -> Option<Vec<u32>> {
        let mut search = Search { motif: self, graph, found: vec![None; self.lanes.len()], failed: BTreeSet::new(), steps };
        if !search.place(0, event) {
            return None;
        }
        let found = search.found;
        self.filled(graph, found)
    }

    /// The events that are not searched for, too: each as early as what comes after it on its lane allows.
    fn filled(&self, graph: &CausalGraph, mut found: Vec<Option<u32>>) -> Option<Vec<u32>> {
        for event in 0..self.lanes.len() {
            if found[event].is_some() {
                continue;
            }
            let on = |other: &usize| self.lanes[*other] == self.lanes[event];
            let before = (0..event).rev().find(on).and_then(|before| graph.position_of(found[before]?));
            let mut after = (event + 1..self.lanes.len()).filter(on);
            let steps = after.clone().take_while(|after| found[*after].is_none()).count();
            let after = after.nth(steps).and_then(|after| graph.position_of(found[after]?));
            let room = (steps as u32 + 1) * GAP;
            let position = before.unwrap_or(0).max(after.map_or(0, |after| after.saturating_sub(room)));
            let beside = (0..self.lanes.len()).filter(on).find_map(|other| found[other])?;
            // Without anything before it, it may be where the next one is.
            let position = if before.is_none() { after.unwrap_or(position) } else { position };
            found[event] = graph.at(graph.lane_of(beside)?, position);
        }
        found.into_iter().collect()
    }
}

/// A search for one occurrence.
struct Search<'a> {
    motif: &'a Motif,
    graph: &'a CausalGraph,
    found: Vec<Option<u32>>,
    /// From which step on nothing fits, with what it would have to fit.
    failed: BTreeSet<(usize, Vec<u32>)>,
    steps: &'a mut u32,
}

impl Search<'_> {
    fn place(&mut self, at: usize, anchor: u32) -> bool {
        let Some(step) = self.motif.plan.get(at) else { return !self.motif.plan.is_empty() };
        let key = (at, self.to_fit(step));
        if self.failed.contains(&key) {
            return false;
        }
        for candidate in candidates(self.graph, step.reach, anchor, &self.found) {
            *self.steps = self.steps.saturating_sub(1);
            if *self.steps == 0 {
                return false;
            }
            if !self.fits(step.event, candidate) {
                continue;
            }
            self.found[step.event] = Some(candidate);
            if self.place(at + 1, anchor) {
                return true;
            }
            self.found[step.event] = None;
        }
        self.failed.insert(key);
        false
    }

    /// All of what is placed that decides whether the rest fits.
    fn to_fit(&self, step: &Step) -> Vec<u32> {
        let mut all: Vec<u32> = step.open.iter().filter_map(|event| self.found[*event]).collect();
        if step.lanes_follow {
            let lanes: BTreeSet<u16> = self.found.iter().flatten().filter_map(|event| self.graph.lane_of(*event)).collect();
            all.extend(lanes.into_iter().map(u32::from));
        }
        all
    }

    /// True if an event may stand here beside those that are placed.
    fn fits(&self, event: usize, candidate: u32) -> bool {
        let (motif, graph, found) = (self.motif, self.graph, &self.found);
        let Some(lane) = graph.lane_of(candidate) else { return false };
        let sends = || graph.edges().outgoing(candidate).next().is_some();
        let receives = || !graph.edges().incoming(candidate).is_empty();
        if !motif.messages.iter().all(|&(from, to)| (from != event || sends()) && (to != event || receives())) {
            return false;
        }
        let lanes = found.iter().enumerate().all(|(other, placed)| {
            placed.is_none_or(|placed| (graph.lane_of(placed) == Some(lane)) == (motif.lanes[other] == motif.lanes[event]))
        });
        let at = |other: usize| if other == event { Some(candidate) } else { found[other] };
        let both = |a: usize, b: usize| at(a).zip(at(b)).filter(|_| a == event || b == event);
        lanes
            && motif.messages.iter().filter_map(|&(from, to)| both(from, to)).all(|(from, to)| is_message(graph, from, to))
            && motif.neighbours().all(|(a, b, gap)| both(a, b).is_none_or(|(first, second)| follows(graph, first, second, gap)))
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
        Reach::After(first, gap) => placed(first).and_then(|first| {
            let position = graph.position_of(first)?;
            Some(along(first, position, position.saturating_add(gap)))
        }),
        Reach::Before(second, gap) => placed(second).and_then(|second| {
            let position = graph.position_of(second)?;
            Some(along(second, position.saturating_sub(gap), position))
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

fn follows(graph: &CausalGraph, first: u32, second: u32, gap: u32) -> bool {
    let positions = graph.position_of(first).zip(graph.position_of(second));
    positions.is_some_and(|(first, second)| first <= second && second - first <= gap)
}
