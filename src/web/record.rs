//! A run of the lab as a trace, as other programs open it.

use super::answers::answer;
use super::foreign::{aborted, written};
use super::lab::{Lab, with};
use super::promises::promise;
use crate::scenario::foreign::Format;
use crate::view::trace_report::Recorder;
use js_sys::Promise;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
impl Lab {
    /// All events before the cursor as a trace: in the layout of GoVector with virtual times, or one JSON object a line.
    #[wasm_bindgen(unchecked_return_type = "Promise<Result<string>>")]
    pub fn trace(
        &self,
        #[wasm_bindgen(unchecked_param_type = "TraceFormat")] format: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "JobOptions")] options: JsValue,
    ) -> Promise {
        let begun = self.with(|desk, read| {
            let signal = read.property(&options, "signal", "options")?;
            let format = read.choice(&format, "format", &Format::ALL)?;
            Ok((Recorder::new(&desk.playback), format, signal))
        });
        let (mut recorder, format, signal) = match begun {
            Ok(begun) => begun,
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        promise(move |spent| {
            let result = with(&desk, |desk, read| {
                if aborted(&signal) {
                    return Err(read.problem("aborted", "", &[]));
                }
                Ok(recorder.work(&mut desk.playback, spent))
            });
            match result {
                Err(problem) => Some(answer(Err(problem))),
                Ok(false) => None,
                Ok(true) => Some(answer(Ok(recorder.trace().map(|trace| written(&[trace], format)).unwrap_or_default().into()))),
            }
        })
    }
}
