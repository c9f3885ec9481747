//! The diagram of a trace of another program.

use super::{Diagram, Look, Texts};
use crate::scenario::foreign::Trace;
use crate::timeline::causal_graph::{CausalGraph, Foreign};
use crate::view::scene::Scene;
use crate::view::words::{self, Lang};

/// The graph of a trace: a lane for each host that has events.
#[derive(Clone, Debug)]
pub struct TraceGraph {
    graph: CausalGraph,
    /// Places in the trace, by the graph's events.
    places: Vec<u32>,
    /// The graph's events, by places in the trace.
    events: Vec<u32>,
}

impl TraceGraph {
    /// Of a trace; `None` if it has more hosts or events than a graph can hold, or an order that goes in a circle.
    pub fn new(trace: &Trace) -> Option<TraceGraph> {
        let mut foreign = Foreign::new();
        let mut lanes = Vec::with_capacity(trace.hosts.len());
        for host in &trace.hosts {
            lanes.push(if host.events.is_empty() { None } else { Some(foreign.lane(host.name.clone())?) });
        }
        for event in &trace.events {
            let lane = (*lanes.get(event.host as usize)?)?;
            foreign.event(lane, trace.parents(event), event.at_us, 0)?;
        }
        let (graph, places) = foreign.finish().ok()?;
        let mut events = vec![0; places.len()];
        for (event, place) in places.iter().enumerate() {
            events[*place as usize] = event as u32;
        }
        Some(TraceGraph { graph, places, events })
    }

    /// The graph.
    pub fn graph(&self) -> &CausalGraph {
        &self.graph
    }

    /// The place in the trace of an event of the graph.
    pub fn origin(&self, event: u32) -> Option<u32> {
        self.places.get(event as usize).copied()
    }

    /// The event of the graph for a place in the trace.
    pub fn event(&self, place: u32) -> Option<u32> {
        self.events.get(place as usize).copied()
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

    fn chips(&self) -> Vec<String> {
        let partial = self.trace.partial().then(|| words::filled(self.lang, "chip.partial", &[]));
        [words::filled(self.lang, "chip.foreign", &[])].into_iter().chain(partial).collect()
    }
}

/// Columns of events that stand apart in a picture; more are drawn closer.
const COLUMNS_MAX: u32 = 1_000;

/// The picture of a whole trace: as wide as its events need, in the order of their causes; `None` as [`TraceGraph::new`].
pub fn picture(trace: &Trace, lang: Lang) -> Option<Scene> {
    use crate::timeline::causal_graph::Axis;
    let graph = TraceGraph::new(trace)?;
    let columns = (0..graph.graph.len()).last().map_or(0, |last| graph.graph.place(last, Axis::Order) as u32 + 1);
    let lanes = graph.graph.lanes().len().min(400) as f64;
    let width = 120.0 + 16.0 * f64::from(columns.clamp(40, COLUMNS_MAX));
    let height = 60.0 + 48.0 * lanes.max(3.0);
    let look = Look { width, height, axis: Axis::Order, minimap: false, spoken: true, lang, ..Look::default() };
    Some(Diagram::default().scene(&graph.graph, &look, None, &TraceTexts::new(trace, &graph, lang)))
}
