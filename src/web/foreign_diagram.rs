//! The space-time diagram of a trace of another program.

use super::answers::{Answer, answer, row};
use super::arguments::Arguments;
use super::diagram_calls::ReadRow;
use super::foreign::TraceFile;
use crate::scenario::foreign::Trace;
use crate::timeline::causal_graph::CausalGraph;
use crate::view::space_time::foreign::{TraceGraph, TraceTexts};
use crate::view::space_time::{Diagram, Now, Texts};
use crate::view::words::Lang;
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The diagram of one execution of a file. It ends with the file.
#[wasm_bindgen]
pub struct TraceDiagram {
    file: TraceFile,
    execution: u32,
    graph: TraceGraph,
    diagram: RefCell<Diagram>,
    lang: Lang,
}

#[wasm_bindgen]
impl TraceFile {
    /// The diagram of an execution.
    #[wasm_bindgen(unchecked_return_type = "Result<TraceDiagram>")]
    pub fn diagram(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] execution: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> JsValue {
        answer(self.trace(&execution, |trace, read| {
            let lang = read.lang(&lang, "lang")?;
            let too_large = || read.problem("bad-data", "execution", &[("why", "it has too many hosts or events")]);
            let graph = TraceGraph::new(trace).ok_or_else(too_large)?;
            let execution = execution.as_f64().unwrap_or_default() as u32;
            Ok(TraceDiagram { file: self.share(), execution, graph, diagram: RefCell::default(), lang }.into())
        }))
    }
}

impl TraceDiagram {
    pub(super) fn diagram<T>(
        &self,
        work: impl FnOnce(Arguments, &CausalGraph, &mut Diagram, Option<Now>, &dyn Texts) -> Answer<T>,
    ) -> Answer<T> {
        self.file.trace(&self.execution.into(), |trace: &Trace, _| {
            let read = Arguments { lang: self.lang };
            let mut diagram = self.diagram.try_borrow_mut().map_err(|_| read.problem("busy", "", &[]))?;
            work(read, self.graph.graph(), &mut diagram, None, &TraceTexts::new(trace, &self.graph, read.lang))
        })
    }
}

#[wasm_bindgen]
impl TraceDiagram {
    /// Everything is read at once: `read` is `all`.
    #[wasm_bindgen(js_name = spaceTimeRead, unchecked_return_type = "Result<SpaceTimeRead>")]
    pub fn space_time_read(&self) -> JsValue {
        let all = u64::from(self.graph.graph().len());
        answer(Ok(row(&ReadRow { read: all, all })))
    }

    /// The place in the trace of an event of the diagram; null if there is none.
    #[wasm_bindgen(js_name = traceEvent, unchecked_return_type = "number | null")]
    pub fn trace_event(&self, #[wasm_bindgen(unchecked_param_type = "number")] event: JsValue) -> JsValue {
        let place = event.as_f64().and_then(|event| self.graph.origin(event as u32));
        place.map_or(JsValue::NULL, |place| f64::from(place).into())
    }

    /// The event of the diagram for a place in the trace; null if there is none.
    #[wasm_bindgen(js_name = diagramEvent, unchecked_return_type = "number | null")]
    pub fn diagram_event(&self, #[wasm_bindgen(unchecked_param_type = "number")] place: JsValue) -> JsValue {
        let event = place.as_f64().and_then(|place| self.graph.event(place as u32));
        event.map_or(JsValue::NULL, |event| f64::from(event).into())
    }
}
