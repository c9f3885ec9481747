//! Two executions in one diagram: a pair of lanes for each host, and what is in both in one column.
//!
//! The order along the diagram is that of both: an event stands to the right of everything that it follows from in its own
//! execution. Events that are in both share a column, so that what only one has leaves a gap in the other. No message leads from
//! one execution to the other: past and future of an event are those of its own.

use super::foreign::NoGraph;
use super::{Beside, Texts};
use crate::scenario::foreign::Trace;
use crate::scenario::foreign::compare::{Comparison, Difference, Mark, Order, Side};
use crate::timeline::causal_graph::{Building, Built, CausalGraph, Foreign, NONE};
use crate::view::trace_diff::Sentences;
use crate::view::words;
use std::ops::Range;

/// What an event's label says: how it stands to the other execution.
pub(super) const SAME: u16 = 0;
/// It is in one only.
pub(super) const ONLY: u16 = 1;
/// It heard of other events.
pub(super) const OTHERWISE: u16 = 2;

/// The graph of two executions. It is built in slices: see [`work`](BesideGraph::work).
#[derive(Debug)]
pub struct BesideGraph {
    comparison: Comparison,
    stage: Stage,
    /// Of each lane, whether it is the second one's, and the number of its host.
    lanes: Vec<(bool, u32)>,
    /// Number of events of the first execution: those of the second are counted on from there.
    first: u32,
    /// The first event of each difference, in the order of the differences.
    differences: Vec<u32>,
    /// The same in the order of the events.
    along: Vec<u32>,
}

#[derive(Debug)]
enum Stage {
    Comparing,
    /// Events are taken out of the traces; of each side and host its lane, if it has one.
    Collecting {
        foreign: Box<Foreign>,
        lanes: [Vec<Option<u16>>; 2],
    },
    Pairing(Box<Foreign>, u32),
    Building(Box<Building>),
    /// The first events of the differences are looked up, so many so far.
    Noting(Box<Built>, usize),
    Sorting(Box<Built>, Order),
    Done(Box<Built>),
}

impl BesideGraph {
    /// All of it, in one piece.
    pub fn new(traces: [&Trace; 2], sentences: Sentences<'_>) -> Result<BesideGraph, NoGraph> {
        let mut graph = BesideGraph::begin(traces);
        while !graph.work(traces, sentences, &mut || false)? {}
        Ok(graph)
    }

    /// Nothing is compared yet.
    pub fn begin(traces: [&Trace; 2]) -> BesideGraph {
        let [a, b] = traces;
        BesideGraph {
            comparison: Comparison::begin(a, b),
            stage: Stage::Comparing,
            lanes: Vec::new(),
            first: a.events.len() as u32,
            differences: Vec::new(),
            along: Vec::new(),
        }
    }

    /// Goes on until it is whole, or until `spent` says so; true when it is. The traces are those that it was begun with.
    pub fn work(
        &mut self,
        traces: [&Trace; 2],
        sentences: Sentences<'_>,
        spent: &mut dyn FnMut() -> bool,
    ) -> Result<bool, NoGraph> {
        const STEPS: u32 = 2_048;
        loop {
            match &mut self.stage {
                Stage::Comparing => {
                    if self.comparison.work(traces, spent) {
                        self.begin_lanes(traces, sentences)?;
                    }
                }
                Stage::Collecting { foreign, lanes } => {
                    let from = foreign.len();
                    let all = traces[0].events.len() + traces[1].events.len();
                    for at in from..all.min(from + STEPS as usize) {
                        let side = if at < self.first as usize { Side::A } else { Side::B };
                        let base = if side == Side::A { 0 } else { self.first };
                        let trace = traces[side as usize];
                        let event = &trace.events[at - base as usize];
                        let lane = lanes[side as usize].get(event.host as usize).copied().flatten().ok_or(NoGraph)?;
                        let parents: Vec<u32> = trace.parents(event).iter().map(|parent| parent + base).collect();
                        let label = match self.comparison.mark(side, at as u32 - base) {
                            Mark::Same => SAME,
                            Mark::Only => ONLY,
                            Mark::Otherwise => OTHERWISE,
                        };
                        foreign.event(lane, &parents, None, label).ok_or(NoGraph)?;
                    }
                    if foreign.len() == all {
                        self.stage = Stage::Pairing(std::mem::take(foreign), 0);
                    }
                }
                Stage::Pairing(foreign, at) => {
                    let to = self.first.min(at.saturating_add(STEPS));
                    for event in *at..to {
                        if let Some(partner) = self.comparison.partner(Side::A, event) {
                            foreign.align(event, partner + self.first);
                        }
                    }
                    *at = to;
                    if to == self.first {
                        self.stage = Stage::Building(Box::new(std::mem::take(&mut **foreign).build()));
                    }
                }
                Stage::Building(building) => {
                    if building.work(STEPS).map_err(|_| NoGraph)? {
                        self.stage = Stage::Noting(Box::new(building.take()), 0);
                    }
                }
                Stage::Noting(_, at) => {
                    let from = *at;
                    *at = self.comparison.differences().len().min(from + STEPS as usize);
                    let to = *at;
                    self.note(traces, from..to);
                    if to == self.comparison.differences().len() {
                        self.begin_sorting();
                    }
                }
                Stage::Sorting(built, order) => {
                    let differences = &self.differences;
                    if order.work(|number| differences[number], STEPS as usize) {
                        let from = self.along.len();
                        let next = order.numbers()[from..].iter().take(STEPS as usize);
                        self.along.extend(next.map(|number| differences[*number as usize]));
                        if self.along.len() == differences.len() {
                            self.stage = Stage::Done(std::mem::take(built));
                        }
                    }
                }
                Stage::Done(_) => return Ok(true),
            }
            if spent() {
                return Ok(self.is_done());
            }
        }
    }

    /// A lane of each side for each host, the two beside each other.
    fn begin_lanes(&mut self, traces: [&Trace; 2], sentences: Sentences<'_>) -> Result<(), NoGraph> {
        let mut foreign = Foreign::new();
        let mut lanes = traces.map(|trace| vec![None; trace.hosts.len()]);
        for (number, hosts) in self.comparison.hosts().iter().enumerate() {
            for side in Side::BOTH {
                let Some(host) = hosts[side as usize] else { continue };
                let name = &traces[side as usize].hosts[host as usize].name;
                let alone = hosts[side.other() as usize].is_none();
                let lane = foreign.lane(sentences.lane(side, name, alone)).ok_or(NoGraph)?;
                lanes[side as usize][host as usize] = Some(lane);
                self.lanes.push((side == Side::B, number as u32));
            }
        }
        self.stage = Stage::Collecting { foreign: Box::new(foreign), lanes };
        Ok(())
    }

    fn note(&mut self, traces: [&Trace; 2], numbers: Range<usize>) {
        let first = |difference: &Difference| {
            let (side, event) = difference.first(traces)?;
            self.event(side, event)
        };
        let noted: Vec<u32> = self.comparison.differences()[numbers].iter().filter_map(first).collect();
        self.differences.extend(noted);
    }

    fn begin_sorting(&mut self) {
        if let Stage::Noting(built, _) = &mut self.stage {
            let events = built.numbers.len() as u32;
            self.along.reserve_exact(self.differences.len());
            self.stage = Stage::Sorting(std::mem::take(built), Order::begin(self.differences.len(), events));
        }
    }

    /// What was compared.
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// How far it is, in thousandths.
    pub fn permille(&self) -> u32 {
        match &self.stage {
            Stage::Comparing => self.comparison.permille() / 2,
            Stage::Collecting { .. } => 500,
            Stage::Pairing(..) => 600,
            Stage::Building(building) => 650 + (building.read() * 349 / building.all().max(1)) as u32,
            Stage::Noting(..) | Stage::Sorting(..) => 999,
            Stage::Done(_) => 1_000,
        }
    }

    /// The graph, as far as it is built: its first events.
    pub fn graph(&self) -> Option<&CausalGraph> {
        self.so_far().map(|built| &built.graph)
    }

    fn so_far(&self) -> Option<&Built> {
        match &self.stage {
            Stage::Building(building) => Some(building.so_far()),
            Stage::Noting(built, _) | Stage::Sorting(built, _) | Stage::Done(built) => Some(built),
            _ => None,
        }
    }

    /// Whose an event of the graph is, and its place in that trace.
    pub fn origin(&self, event: u32) -> Option<(Side, u32)> {
        let given = self.so_far()?.origins.get(event as usize).copied()?;
        Some(given.checked_sub(self.first).map_or((Side::A, given), |event| (Side::B, event)))
    }

    /// The event of the graph for a place in one of the traces; `None` if it is not there yet.
    pub fn event(&self, side: Side, place: u32) -> Option<u32> {
        let given = if side == Side::A { place } else { place.checked_add(self.first)? };
        self.so_far()?.numbers.get(given as usize).copied().filter(|number| *number != NONE)
    }

    /// True once all is there.
    pub fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    /// What the diagram marks; `None` until all is there.
    pub fn marks(&self) -> Option<Beside> {
        if !self.is_done() {
            return None;
        }
        let first = self.differences.first().copied();
        Some(Beside { lanes: self.lanes.clone(), first, differences: self.along.clone() })
    }

    /// The first event of a difference, by its number.
    pub fn difference(&self, number: usize) -> Option<u32> {
        self.differences.get(number).copied()
    }
}

/// What two traces call their events.
#[derive(Clone, Copy, Debug)]
pub struct BesideTexts<'a> {
    /// The traces.
    pub traces: [&'a Trace; 2],
    /// Their graph.
    pub graph: &'a BesideGraph,
    /// What is said of them.
    pub sentences: Sentences<'a>,
}

impl Texts for BesideTexts<'_> {
    fn event(&self, event: u32) -> String {
        let Some((side, place)) = self.graph.origin(event) else { return String::new() };
        self.sentences.event(self.graph.comparison(), self.traces, side, place)
    }

    /// Messages have no names in such traces: they follow from the clocks.
    fn message(&self, _: u16) -> String {
        String::new()
    }

    fn labels(&self) -> Vec<String> {
        let lang = self.sentences.lang;
        let partial = self.traces.iter().any(|trace| trace.partial());
        let partial = partial.then(|| words::filled(lang, "chip.partial", &[]));
        let foreign = words::filled(lang, "chip.foreign", &[]);
        // They stand from right to left.
        let names = [Side::B, Side::A].map(|side| format!("{}: {}", side.letter(), self.sentences.names[side as usize]));
        [foreign].into_iter().chain(partial).chain(names).collect()
    }
}

/// The picture of two whole traces beside each other, as [`picture`](super::foreign::picture).
pub fn picture(traces: [&Trace; 2], sentences: Sentences<'_>) -> Option<crate::view::scene::Scene> {
    use super::{Diagram, Look, foreign};
    let graph = BesideGraph::new(traces, sentences).ok()?;
    let drawn = graph.graph()?;
    let mut diagram = Diagram { beside: graph.marks(), ..Diagram::default() };
    let look = Look { lang: sentences.lang, ..foreign::whole(drawn, 34.0) };
    let texts = BesideTexts { traces, graph: &graph, sentences };
    Some(diagram.scene(drawn, &look, None, &texts))
}
