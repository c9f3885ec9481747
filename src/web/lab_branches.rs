//! What the Lab does to a run: branches, interventions, undo, another set of rules.

use super::answers::{Answer, answer, row};
use super::lab::{CALL_MS, Desk, Lab, built_in, empty_list};
use super::promises::stopwatch;
use crate::base::NodeId;
use crate::sim::plan::{Action, Operation};
use crate::view::compare::ActedInBoth;
use crate::view::report::EventRow;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// What acting did.
#[derive(Serialize)]
pub(super) struct ActedRow {
    done: usize,
    branched: bool,
    branch: u32,
    event: Option<EventRow>,
    refused: Option<String>,
    there: Option<ThereRow>,
}

/// What the same did on the branch that is compared with.
#[derive(Serialize)]
struct ThereRow {
    branched: bool,
    refused: Option<String>,
}

#[wasm_bindgen]
impl Lab {
    /// All branches, by number.
    #[wasm_bindgen(unchecked_return_type = "Branch[]")]
    pub fn branches(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.branches())
    }

    /// A new branch from the cursor; the value is its number.
    #[wasm_bindgen(unchecked_return_type = "Result<number>")]
    pub fn fork(&self, #[wasm_bindgen(unchecked_optional_param_type = "string")] name: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let name = read.text_or_none(&name, "name")?;
            let branch = desk.playback.fork(name);
            desk.remember_plan();
            Ok(branch.into())
        }))
    }

    /// Makes a branch the current one, at the cursor's time or at its end if that is earlier.
    #[wasm_bindgen(js_name = switchBranch, unchecked_return_type = "Result<null>")]
    pub fn switch_branch(&self, #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let id = read.whole(&id, "id", u32::MAX.into())? as u32;
            desk.playback.switch_branch(id).map_err(|error| desk.problem(&error))?;
            desk.remember_plan();
            Ok(JsValue::NULL)
        }))
    }

    /// Gives a branch a name.
    #[wasm_bindgen(js_name = renameBranch, unchecked_return_type = "Result<null>")]
    pub fn rename_branch(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] name: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let id = read.whole(&id, "id", u32::MAX.into())? as u32;
            let name = read.text(&name, "name")?;
            desk.playback.rename_branch(id, name).map_err(|error| desk.problem(&error))?;
            Ok(JsValue::NULL)
        }))
    }

    /// Takes back the last thing done by hand before the cursor, on a new branch; while branches are compared, on both. An error
    /// while the other branch has not come to this moment (`compared().there`): a few ticks later it has.
    #[wasm_bindgen(unchecked_return_type = "Result<null>")]
    pub fn undo(&self) -> JsValue {
        answer(self.with(|desk, _| {
            desk.playback.undo().map_err(|error| desk.problem(&error))?;
            desk.remember_plan();
            let mut spent = stopwatch(CALL_MS);
            desk.playback.work(&mut |_| spent());
            Ok(JsValue::NULL)
        }))
    }

    /// Does something to the world at the cursor: `{crash: 0}`, `{cut: {isolate: 2}}`, `{message: {message: "n0>n1#3", act: "drop"}}`.
    /// At the end of a branch it continues the run, in the past it makes a new branch. While branches are compared, on both; an
    /// error while the other one has not come to this moment (`compared().there`).
    #[wasm_bindgen(unchecked_return_type = "Result<Acted>")]
    pub fn act(&self, #[wasm_bindgen(unchecked_param_type = "Action")] action: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let action: Action = read.data(&action, "action")?;
            desk.act_all(vec![action]).map(|acted| row(&acted))
        }))
    }

    /// Lets a client invoke an operation now.
    #[wasm_bindgen(unchecked_return_type = "Result<Acted>")]
    pub fn request(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] client: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Operation")] operation: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let client = NodeId(read.whole(&client, "client", u16::MAX.into())? as u16);
            let operation: Operation = read.data(&operation, "operation")?;
            desk.act_all(vec![Action::Request { client, operation }]).map(|acted| row(&acted))
        }))
    }

    /// Opens the run again with a rule broken, or put right. What was done by hand is done again at its moment.
    #[wasm_bindgen(js_name = setMutant, unchecked_return_type = "Result<null>")]
    pub fn set_mutant(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "boolean")] on: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let id = read.text(&id, "id")?;
            let on = read.flag(&on, "on")?;
            let mut plan = desk.playback.session().plan();
            plan.mutants.retain(|mutant| *mutant != id);
            let known = desk.playback.session().run().info().mutants.iter().any(|mutant| mutant.id == id);
            if !known {
                return Err(read.problem("no-such-mutant", "id", &[("mutant", &id)]));
            }
            if on {
                plan.mutants.push(id);
            }
            let (cursor, pauses) = (desk.playback.cursor(), desk.playback.pause_on());
            let told = desk.lesson.as_ref().map(|lesson| built_in(read, &lesson.id)).transpose()?;
            let lesson = told.map(|compiled| compiled.lesson_of(&plan));
            let mut fresh = Desk::open(read.lang, plan, lesson)?;
            fresh.playback.set_playing(cursor.playing);
            fresh.playback.set_speed(cursor.speed);
            fresh.playback.set_pause_on(pauses);
            *desk = fresh;
            Ok(JsValue::NULL)
        }))
    }
}

impl Desk {
    /// Acts on the current branch, and on the one that is compared with. What is done on one of them is done.
    pub(super) fn act_all(&mut self, actions: Vec<Action>) -> Answer<ActedRow> {
        let (here, there) = if self.playback.session().compared().is_some() {
            let acted = self.playback.act_in_both(actions);
            let ActedInBoth { here, there } = acted.map_err(|error| self.problem(&error))?;
            (here, Some(there))
        } else {
            (self.playback.act_all(actions), None)
        };
        self.remember_plan();
        let refused = here.as_ref().err().map(|error| self.problem(error));
        if let Some(problem) = refused
            && !there.as_ref().is_some_and(Result::is_ok)
        {
            return Err(problem);
        }
        let here = here.map_err(|error| self.problem(&error).message);
        let there = there.map(|there| match there {
            Ok(acted) => ThereRow { branched: acted.iter().any(|acted| acted.branched), refused: None },
            Err(error) => ThereRow { branched: false, refused: Some(self.problem(&error).message) },
        });
        let (done, refused) = match here {
            Ok(done) => (done, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        Ok(ActedRow {
            done: done.len(),
            branched: done.iter().any(|acted| acted.branched),
            branch: self.playback.session().cursor().branch.0,
            event: done.last().and_then(|acted| self.playback.event(acted.position)),
            refused,
            there,
        })
    }
}
