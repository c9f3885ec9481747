//! The space-time diagram of a trace of another program.

use super::answers::{Answer, answer, row};
use super::arguments::Arguments;
use super::diagram_calls::{ReadRow, SLICE_MS};
use super::foreign::TraceFile;
use super::promises::stopwatch;
use crate::scenario::foreign::Trace;
use crate::timeline::causal_graph::CausalGraph;
use crate::view::problem::Problem;
use crate::view::space_time::foreign::{NoGraph, TraceGraph, TraceTexts};
use crate::view::space_time::{Diagram, Now, Texts};
use crate::view::words::Lang;
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Steps between two looks at the clock.
const SLICE: u32 = 2_048;

/// The diagram of one execution of a file. It ends with the file.
#[wasm_bindgen]
pub struct TraceDiagram {
    file: TraceFile,
    execution: u32,
    graph: RefCell<TraceGraph>,
    diagram: RefCell<Diagram>,
    lang: Lang,
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
            let graph = RefCell::new(TraceGraph::begin(trace).map_err(|why| no_graph(read, why))?);
            let execution = execution.as_f64().unwrap_or_default() as u32;
            Ok(TraceDiagram { file: self.share(), execution, graph, diagram: RefCell::default(), lang }.into())
        }))
    }
}

fn no_graph(read: Arguments, _: NoGraph) -> Problem {
    read.problem("bad-data", "execution", &[("why", "it has too many hosts or events, or an order that goes in a circle")])
}

impl TraceDiagram {
    pub(super) fn diagram<T>(
        &self,
        work: impl FnOnce(Arguments, &CausalGraph, &mut Diagram, Option<Now>, &dyn Texts) -> Answer<T>,
    ) -> Answer<T> {
        self.file.trace(&self.execution.into(), |trace: &Trace, _| {
            let read = Arguments { lang: self.lang };
            let busy = || read.problem("busy", "", &[]);
            let mut diagram = self.diagram.try_borrow_mut().map_err(|_| busy())?;
            let graph = self.graph.try_borrow().map_err(|_| busy())?;
            work(read, graph.graph(), &mut diagram, None, &TraceTexts::new(trace, &graph, read.lang))
        })
    }
}

#[wasm_bindgen]
impl TraceDiagram {
    /// Builds on, a few milliseconds: to be called until `read` is `all`.
    #[wasm_bindgen(js_name = spaceTimeRead, unchecked_return_type = "Result<SpaceTimeRead>")]
    pub fn space_time_read(&self) -> JsValue {
        answer(self.file.trace(&self.execution.into(), |trace: &Trace, _| {
            let read = Arguments { lang: self.lang };
            let mut graph = self.graph.try_borrow_mut().map_err(|_| read.problem("busy", "", &[]))?;
            let mut spent = stopwatch(SLICE_MS);
            while !graph.work(trace, SLICE).map_err(|why| no_graph(read, why))? && !spent() {}
            Ok(row(&ReadRow { read: graph.read(trace), all: trace.events.len() as u64, drawn: graph.graph().len().into() }))
        }))
    }

    /// The place in the trace of an event of the diagram; null if there is none.
    #[wasm_bindgen(js_name = traceEvent, unchecked_return_type = "number | null")]
    pub fn trace_event(&self, #[wasm_bindgen(unchecked_param_type = "number")] event: JsValue) -> JsValue {
        let place = event.as_f64().and_then(|event| self.graph.try_borrow().ok()?.origin(event as u32));
        place.map_or(JsValue::NULL, |place| f64::from(place).into())
    }

    /// The event of the diagram for a place in the trace; null if there is none.
    #[wasm_bindgen(js_name = diagramEvent, unchecked_return_type = "number | null")]
    pub fn diagram_event(&self, #[wasm_bindgen(unchecked_param_type = "number")] place: JsValue) -> JsValue {
        let event = place.as_f64().and_then(|place| self.graph.try_borrow().ok()?.event(place as u32));
        event.map_or(JsValue::NULL, |event| f64::from(event).into())
    }
}
