//! The space-time diagram of a trace of another program: of one execution, or of two beside each other.

use super::answers::{Answer, answer, row};
use super::arguments::Arguments;
use super::diagram_calls::{ReadRow, SLICE_MS};
use super::foreign::TraceFile;
use super::promises::stopwatch;
use crate::scenario::foreign::Trace;
use crate::scenario::foreign::compare::Side;
use crate::timeline::causal_graph::CausalGraph;
use crate::view::problem::Problem;
use crate::view::space_time::beside::{BesideGraph, BesideTexts};
use crate::view::space_time::foreign::{NoGraph, TraceGraph, TraceTexts};
use crate::view::space_time::{Diagram, Now, Texts};
use crate::view::trace_diff::{DifferenceRow, Sentences, TraceDiffRow};
use crate::view::words::Lang;
use serde::Serialize;
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Steps between two looks at the clock.
const SLICE: u32 = 2_048;

/// The diagram of one execution of a file, or of two. It ends with the file.
#[wasm_bindgen]
pub struct TraceDiagram {
    file: TraceFile,
    execution: u32,
    drawn: RefCell<Drawn>,
    diagram: RefCell<Diagram>,
    lang: Lang,
}

enum Drawn {
    One(Box<TraceGraph>),
    Two(Box<Pair>),
}

/// What stands beside the execution.
struct Pair {
    file: TraceFile,
    execution: u32,
    names: [String; 2],
    graph: BesideGraph,
    /// Before anything is built.
    empty: CausalGraph,
}

/// One difference, and where it is drawn.
#[derive(Serialize)]
struct PlacedRow {
    #[serde(flatten)]
    difference: DifferenceRow,
    /// Its first event in the diagram.
    event: Option<u32>,
}

#[derive(Serialize)]
struct OriginRow {
    /// 0 or 1: the execution, or the one beside it.
    side: usize,
    /// Its place in that trace.
    n: u32,
}

#[wasm_bindgen]
impl TraceFile {
    /// The diagram of an execution; `spaceTimeRead` reads it.
    #[wasm_bindgen(unchecked_return_type = "Result<TraceDiagram>")]
    pub fn diagram(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] execution: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> JsValue {
        answer(self.trace(&execution, |trace, read| {
            let lang = read.lang(&lang, "lang")?;
            let graph = TraceGraph::begin(trace).map_err(|why| no_graph(read, why))?;
            Ok(TraceDiagram::new(self, &execution, Drawn::One(Box::new(graph)), lang).into())
        }))
    }

    /// The diagram of an execution and another one beside it, of this file or of one that `share` gave a handle of; `names` are
    /// what both are called. `spaceTimeRead` compares and reads them.
    #[wasm_bindgen(unchecked_return_type = "Result<TraceDiagram>")]
    pub fn beside(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] execution: JsValue,
        #[wasm_bindgen(unchecked_param_type = "TraceFile")] other: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] there: JsValue,
        #[wasm_bindgen(unchecked_param_type = "[string, string]")] names: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> JsValue {
        let read = Arguments { lang: Lang::En };
        let Ok(other) = TraceFile::try_from_js_value(other) else {
            return answer(Err(read.problem("bad-data", "other", &[("why", "not a TraceFile")])));
        };
        answer(self.traces((&execution, &other, &there), |traces, read| {
            let lang = read.lang(&lang, "lang")?;
            let names: [String; 2] = read.data(&names, "names")?;
            let graph = BesideGraph::begin(traces);
            let execution_there = there.as_f64().unwrap_or_default() as u32;
            let (file, empty) = (other.handle(), CausalGraph::default());
            let pair = Pair { file, execution: execution_there, names, graph, empty };
            Ok(TraceDiagram::new(self, &execution, Drawn::Two(Box::new(pair)), lang).into())
        }))
    }
}

fn no_graph(read: Arguments, _: NoGraph) -> Problem {
    read.problem("bad-data", "execution", &[("why", "it has too many hosts or events, or an order that goes in a circle")])
}

impl Pair {
    fn sentences(&self, lang: Lang) -> Sentences<'_> {
        Sentences { names: [&self.names[0], &self.names[1]], lang }
    }
}

impl TraceDiagram {
    fn new(file: &TraceFile, execution: &JsValue, drawn: Drawn, lang: Lang) -> TraceDiagram {
        let execution = execution.as_f64().unwrap_or_default() as u32;
        let (drawn, diagram) = (RefCell::new(drawn), RefCell::default());
        TraceDiagram { file: file.handle(), execution, drawn, diagram, lang }
    }

    pub(super) fn diagram<T>(
        &self,
        work: impl FnOnce(Arguments, &CausalGraph, &mut Diagram, Option<Now>, &dyn Texts) -> Answer<T>,
    ) -> Answer<T> {
        let read = Arguments { lang: self.lang };
        let busy = || read.problem("busy", "", &[]);
        let mut diagram = self.diagram.try_borrow_mut().map_err(|_| busy())?;
        match &*self.drawn.try_borrow().map_err(|_| busy())? {
            Drawn::One(graph) => self.file.trace(&self.execution.into(), |trace: &Trace, _| {
                work(read, graph.graph(), &mut diagram, None, &TraceTexts::new(trace, graph, read.lang))
            }),
            Drawn::Two(pair) => self.pair(pair, |traces| {
                let texts = BesideTexts { traces, graph: &pair.graph, sentences: pair.sentences(read.lang) };
                work(read, pair.graph.graph().unwrap_or(&pair.empty), &mut diagram, None, &texts)
            }),
        }
    }

    fn pair<T>(&self, pair: &Pair, work: impl FnOnce([&Trace; 2]) -> Answer<T>) -> Answer<T> {
        let of = (&self.execution.into(), &pair.file, &pair.execution.into());
        self.file.traces(of, |traces, _| work(traces))
    }

    /// What is said of two executions, once they are compared.
    fn compared(&self, say: impl FnOnce(&Pair, [&Trace; 2], Sentences<'_>) -> JsValue) -> JsValue {
        let said = || match &*self.drawn.try_borrow().ok()? {
            Drawn::Two(pair) if pair.graph.is_done() => {
                self.pair(pair, |traces| Ok(say(pair, traces, pair.sentences(self.lang)))).ok()
            }
            _ => None,
        };
        said().unwrap_or(JsValue::NULL)
    }
}

#[wasm_bindgen]
impl TraceDiagram {
    /// Builds on, a few milliseconds: to be called until `read` is `all`.
    #[wasm_bindgen(js_name = spaceTimeRead, unchecked_return_type = "Result<SpaceTimeRead>")]
    pub fn space_time_read(&self) -> JsValue {
        let read = Arguments { lang: self.lang };
        let busy = || read.problem("busy", "", &[]);
        let mut spent = stopwatch(SLICE_MS);
        let mut go_on = || match &mut *self.drawn.try_borrow_mut().map_err(|_| busy())? {
            Drawn::One(graph) => self.file.trace(&self.execution.into(), |trace: &Trace, _| {
                while !graph.work(trace, SLICE).map_err(|why| no_graph(read, why))? && !spent() {}
                Ok(ReadRow {
                    read: graph.read(trace),
                    all: trace.events.len() as u64,
                    drawn: graph.graph().len().into(),
                    compared: 1_000,
                })
            }),
            Drawn::Two(pair) => {
                let Pair { file, execution, names, graph, .. } = &mut **pair;
                let sentences = Sentences { names: [&names[0], &names[1]], lang: self.lang };
                self.file.traces((&self.execution.into(), file, &(*execution).into()), |traces, _| {
                    let whole = graph.work(traces, sentences, &mut spent).map_err(|why| no_graph(read, why))?;
                    if whole {
                        let mut diagram = self.diagram.try_borrow_mut().map_err(|_| busy())?;
                        diagram.beside.get_or_insert_with(|| graph.marks().unwrap_or_default());
                    }
                    let all = traces.iter().map(|trace| trace.events.len() as u64).sum::<u64>();
                    let drawn = graph.graph().map_or(0, |graph| graph.len().into());
                    let part = (all * u64::from(graph.permille()) / 1_000).min(all.saturating_sub(1));
                    Ok(ReadRow { read: if whole { all } else { part }, all, drawn, compared: 1_000 })
                })
            }
        };
        answer(go_on().map(|progress| row(&progress)))
    }

    /// Whose an event of the diagram is, and its place in that trace; null if there is none.
    #[wasm_bindgen(js_name = traceEvent, unchecked_return_type = "TraceOrigin | null")]
    pub fn trace_event(&self, #[wasm_bindgen(unchecked_param_type = "number")] event: JsValue) -> JsValue {
        let origin = || {
            let event = event.as_f64()? as u32;
            match &*self.drawn.try_borrow().ok()? {
                Drawn::One(graph) => graph.origin(event).map(|n| OriginRow { side: 0, n }),
                Drawn::Two(pair) => pair.graph.origin(event).map(|(side, n)| OriginRow { side: side as usize, n }),
            }
        };
        origin().map_or(JsValue::NULL, |origin| row(&origin))
    }

    /// The event of the diagram for a place in the trace, or in the one beside it (`side` 1); null if there is none.
    #[wasm_bindgen(js_name = diagramEvent, unchecked_return_type = "number | null")]
    pub fn diagram_event(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] place: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] side: JsValue,
    ) -> JsValue {
        let event = || {
            let place = place.as_f64()? as u32;
            match &*self.drawn.try_borrow().ok()? {
                Drawn::One(graph) => graph.event(place),
                Drawn::Two(pair) => pair.graph.event(if side.as_f64() == Some(1.0) { Side::B } else { Side::A }, place),
            }
        };
        event().map_or(JsValue::NULL, |event| f64::from(event).into())
    }

    /// How two executions differ, in figures; null until they are compared, or if there is one only.
    #[wasm_bindgen(js_name = traceDiff, unchecked_return_type = "TraceDiff | null")]
    pub fn trace_diff(&self) -> JsValue {
        self.compared(|pair, traces, sentences| row(&TraceDiffRow::new(pair.graph.comparison(), traces, sentences)))
    }

    /// One of the differences, by its number from 0: the first one first; null if there is none.
    #[wasm_bindgen(js_name = traceDifference, unchecked_return_type = "TraceDifference | null")]
    pub fn trace_difference(&self, #[wasm_bindgen(unchecked_param_type = "number")] number: JsValue) -> JsValue {
        let number = number.as_f64().map_or(usize::MAX, |number| number as usize);
        self.compared(|pair, traces, sentences| {
            let difference = DifferenceRow::new(pair.graph.comparison(), traces, sentences, number);
            let event = pair.graph.difference(number);
            difference.map_or(JsValue::NULL, |difference| row(&PlacedRow { difference, event }))
        })
    }
}
