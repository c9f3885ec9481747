//! The diagram of a trace of another program.

use super::{Diagram, Look, Texts};
use crate::scenario::foreign::{Host, Trace};
use crate::timeline::causal_graph::{Building, Built, CausalGraph, Foreign, LaneKind, NONE};
use crate::view::scene::Scene;
use crate::view::words::{self, Lang};

/// The graph of a trace: a lane for each host that has events. It is built in slices: see [`work`](TraceGraph::work).
#[derive(Clone, Debug)]
pub struct TraceGraph {
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// Events are taken out of the trace; of each host its lane, if it has one.
    Collecting {
        foreign: Box<Foreign>,
        lanes: Vec<Option<u16>>,
        empty: Box<Built>,
    },
    Building(Box<Building>),
    Done(Box<Built>),
}

/// A trace has more hosts or events than a graph can hold, or an order that goes in a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoGraph;

impl TraceGraph {
    /// The whole graph of a trace, in one piece.
    pub fn new(trace: &Trace) -> Result<TraceGraph, NoGraph> {
        let mut graph = TraceGraph::begin(trace)?;
        while !graph.work(trace, u32::MAX)? {}
        Ok(graph)
    }

    /// Lanes without events.
    pub fn begin(trace: &Trace) -> Result<TraceGraph, NoGraph> {
        let mut foreign = Foreign::new();
        let mut lane = |host: &Host| match host.events.is_empty() {
            true => Ok(None),
            false => foreign.lane(host.name.clone()).map(Some).ok_or(NoGraph),
        };
        let lanes = trace.hosts.iter().map(&mut lane).collect::<Result<_, _>>()?;
        let named = trace.hosts.iter().filter(|host| !host.events.is_empty());
        let graph = CausalGraph::new(named.map(|host| (host.name.clone(), LaneKind::Process)));
        let empty = Box::new(Built { graph, ..Built::default() });
        let foreign = Box::new(foreign);
        Ok(TraceGraph { stage: Stage::Collecting { foreign, lanes, empty } })
    }

    /// Builds on, about `budget` steps. True when the graph is whole. `trace` is the one that it was begun with.
    pub fn work(&mut self, trace: &Trace, budget: u32) -> Result<bool, NoGraph> {
        match &mut self.stage {
            Stage::Collecting { foreign, lanes, .. } => {
                let from = foreign.len();
                for event in trace.events[from..].iter().take(budget.max(1) as usize) {
                    let lane = lanes.get(event.host as usize).copied().flatten().ok_or(NoGraph)?;
                    foreign.event(lane, trace.parents(event), event.at_us.filter(|_| trace.timed), 0).ok_or(NoGraph)?;
                }
                if foreign.len() == trace.events.len() {
                    self.stage = Stage::Building(Box::new(std::mem::take(&mut **foreign).build()));
                }
                Ok(false)
            }
            Stage::Building(building) => {
                let whole = building.work(budget).map_err(|_| NoGraph)?;
                if whole {
                    self.stage = Stage::Done(Box::new(building.take()));
                }
                Ok(whole)
            }
            Stage::Done(_) => Ok(true),
        }
    }

    /// How far it is, in events of the trace: as many as there are only when it is whole.
    pub fn read(&self, trace: &Trace) -> u64 {
        let all = trace.events.len() as u64;
        // Taking them out is about a quarter of the work.
        match &self.stage {
            Stage::Collecting { foreign, .. } => (foreign.len() as u64 / 4).min(all.saturating_sub(1)),
            Stage::Building(building) => (all / 4 + building.read() * 3 / 4).min(all.saturating_sub(1)),
            Stage::Done(_) => all,
        }
    }

    fn so_far(&self) -> &Built {
        match &self.stage {
            Stage::Collecting { empty, .. } => empty,
            Stage::Building(building) => building.so_far(),
            Stage::Done(built) => built,
        }
    }

    /// The graph, as far as it is built: its first events.
    pub fn graph(&self) -> &CausalGraph {
        &self.so_far().graph
    }

    /// The place in the trace of an event of the graph.
    pub fn origin(&self, event: u32) -> Option<u32> {
        self.so_far().origins.get(event as usize).copied()
    }

    /// The event of the graph for a place in the trace; `None` if it is not there yet.
    pub fn event(&self, place: u32) -> Option<u32> {
        self.so_far().numbers.get(place as usize).copied().filter(|number| *number != NONE)
    }
}

/// What a trace calls its events.
#[derive(Clone, Copy, Debug)]
pub struct TraceTexts<'a> {
    trace: &'a Trace,
    graph: &'a TraceGraph,
    lang: Lang,
}

impl<'a> TraceTexts<'a> {
    /// Of a trace and its graph.
    pub fn new(trace: &'a Trace, graph: &'a TraceGraph, lang: Lang) -> TraceTexts<'a> {
        TraceTexts { trace, graph, lang }
    }
}

impl Texts for TraceTexts<'_> {
    fn event(&self, event: u32) -> String {
        let event = self.graph.origin(event).and_then(|place| self.trace.events.get(place as usize));
        event.map_or_else(String::new, |event| format!("{}: {}", self.trace.host(event), self.trace.message(event)))
    }

    /// Messages have no names in such traces: they follow from the clocks.
    fn message(&self, _: u16) -> String {
        String::new()
    }

    fn labels(&self) -> Vec<String> {
        let partial = self.trace.partial().then(|| words::filled(self.lang, "chip.partial", &[]));
        [words::filled(self.lang, "chip.foreign", &[])].into_iter().chain(partial).collect()
    }
}

/// Columns of events that stand apart in a picture; more are drawn closer.
const COLUMNS_MAX: u32 = 1_000;

/// The picture of a whole trace: as wide as its events need, in the order of their causes; `None` as [`TraceGraph::new`].
pub fn picture(trace: &Trace, lang: Lang) -> Option<Scene> {
    let graph = TraceGraph::new(trace).ok()?;
    let look = Look { lang, ..whole(graph.graph(), 48.0) };
    Some(Diagram::default().scene(graph.graph(), &look, None, &TraceTexts::new(trace, &graph, lang)))
}

/// How all of a graph is looked at: as wide as its columns need, in the order of their causes, lanes of a height in pixels.
pub(super) fn whole(graph: &CausalGraph, row: f64) -> Look {
    use crate::timeline::causal_graph::Axis;
    let columns = graph.len().checked_sub(1).map_or(0, |last| graph.place(last, Axis::Order) as u32 + 1);
    let lanes = graph.lanes().len().min(400) as f64;
    let width = 120.0 + 16.0 * f64::from(columns.clamp(40, COLUMNS_MAX));
    let height = 60.0 + row * lanes.max(3.0);
    Look { width, height, axis: Axis::Order, minimap: false, spoken: true, ..Look::default() }
}
