//! What only the Lab can do with its space-time diagram: read on, compare branches.

use super::answers::{Answer, answer, row};
use super::arguments::{Arguments, is_absent};
use super::diagram_calls::{ReadRow, SLICE_MS};
use super::lab::Lab;
use super::promises::stopwatch;
use crate::timeline::causal_graph::CausalGraph;
use crate::timeline::causal_graph::diff::Side;
use crate::view::space_time::live::Read;
use crate::view::space_time::{Diagram, Now, Texts};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Events between two looks at the clock.
const SLICE: u32 = 256;

#[derive(Serialize)]
struct DiffRow {
    first: Option<u32>,
    only_here: usize,
    only_there: usize,
}

impl Lab {
    pub(super) fn diagram<T>(
        &self,
        work: impl FnOnce(Arguments, &CausalGraph, &mut Diagram, Option<Now>, &dyn Texts) -> Answer<T>,
    ) -> Answer<T> {
        self.with(|desk, read| {
            desk.playback.with_space_time(|graph, diagram, now, texts| work(read, graph, diagram, Some(now), texts))
        })
    }
}

#[wasm_bindgen]
impl Lab {
    /// Reads on for the diagram and compares on, a few milliseconds: to be called until `read` is `all` and `compared` is 1000.
    #[wasm_bindgen(js_name = spaceTimeRead, unchecked_return_type = "Result<SpaceTimeRead>")]
    pub fn space_time_read(&self) -> JsValue {
        answer(self.with(|desk, _| {
            let mut spent = stopwatch(SLICE_MS);
            loop {
                let read = desk.playback.space_time_follow(SLICE);
                if read.is_whole() || spent() {
                    let Read { read, all, compared } = read;
                    return Ok(row(&ReadRow { read, all, drawn: read, compared }));
                }
            }
        }))
    }

    /// Compares with another branch, or with none any more; `spaceTimeRead` reads it.
    #[wasm_bindgen(js_name = spaceTimeCompare, unchecked_return_type = "Result<null>")]
    pub fn space_time_compare(&self, #[wasm_bindgen(unchecked_param_type = "number | null")] branch: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let branch = if is_absent(&branch) { None } else { Some(read.whole(&branch, "branch", u32::MAX.into())? as u32) };
            let branches = desk.playback.branches();
            if let Some(unknown) = branch.filter(|branch| branches.iter().all(|row| row.id != *branch)) {
                let unknown = crate::timeline::Error::NoSuchBranch(crate::timeline::BranchId(unknown));
                return Err(desk.problem(&unknown));
            }
            desk.playback.space_time_compare(branch);
            Ok(JsValue::NULL)
        }))
    }

    /// How the branch differs from the one that it is compared with; null until both were read to their ends, or if there is none.
    #[wasm_bindgen(js_name = spaceTimeDiff, unchecked_return_type = "SpaceTimeDiff | null")]
    pub fn space_time_diff(&self) -> JsValue {
        let diff = self.with(|desk, _| {
            Ok(desk.playback.with_space_time(|_, diagram, _, _| {
                let known = diagram.compared.as_ref().map(|compared| &compared.differences).filter(|known| known.is_known());
                known.map_or(JsValue::NULL, |known| {
                    let [only_here, only_there] = Side::BOTH.map(|side| known.only(side).len());
                    row(&DiffRow { first: known.first(), only_here, only_there })
                })
            }))
        });
        diff.unwrap_or(JsValue::NULL)
    }
}
