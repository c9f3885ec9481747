//! What can be read of the Lab as rows: nodes, messages, logs, events, marks, operations, verdicts.

use super::answers::{Answer, answer, row};
use super::arguments::{Arguments, WHOLE_MAX};
use super::lab::{Desk, Lab, empty_list, with};
use super::promises::promise;
use crate::base::{Level, NodeId};
use crate::scenario::predicate::Shown;
use crate::sim::plan::Action;
use crate::view::report::{self};
use js_sys::Promise;
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[derive(Serialize)]
struct StepRow {
    done: bool,
    text: String,
    until: String,
    action: Option<Action>,
}

#[wasm_bindgen]
impl Lab {
    /// All nodes, by number.
    #[wasm_bindgen(unchecked_return_type = "NodeRow[]")]
    pub fn nodes(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.nodes())
    }

    /// A node as it was just before an event of this branch; null if that has not been played, or there is no such node.
    #[wasm_bindgen(js_name = nodeBefore, unchecked_return_type = "Promise<Result<NodeRow | null>>")]
    pub fn node_before(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] n: JsValue,
    ) -> Promise {
        let begun = self.with(|desk, read| {
            let id = NodeId(read.whole(&id, "id", u16::MAX.into())? as u16);
            let n = read.whole(&n, "n", WHOLE_MAX)?;
            Ok(desk.playback.session().before(n).map(|before| (id, before)))
        });
        let (id, mut before) = match begun {
            Ok(Some(begun)) => begun,
            Ok(None) => return Promise::resolve(&answer(Ok(JsValue::NULL))),
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        promise(move |spent| {
            let worked = with(&desk, |desk, _| Ok(desk.playback.node_before(id, &mut before, spent)));
            worked.transpose().map(|found| answer(found.map(|found| row(&found))))
        })
    }

    /// Messages in flight.
    #[wasm_bindgen(unchecked_return_type = "MessageRow[]")]
    pub fn messages(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.messages())
    }

    /// Links with something wrong.
    #[wasm_bindgen(unchecked_return_type = "LinkRow[]")]
    pub fn links(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.links())
    }

    /// Cuts that are open.
    #[wasm_bindgen(unchecked_return_type = "CutRow[]")]
    pub fn cuts(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.cuts())
    }

    /// Entries of a node's log from position `first` to `last`, as far as they exist; at most ten thousand.
    #[wasm_bindgen(unchecked_return_type = "EntryRow[]")]
    pub fn log(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] node: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] first: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] last: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let node = NodeId(read.whole(&node, "node", u16::MAX.into())? as u16);
            let first = read.whole(&first, "first", WHOLE_MAX)?;
            let last = read.whole(&last, "last", WHOLE_MAX)?;
            Ok(row(&desk.playback.log(node, first, last)))
        })
    }

    /// Events of this branch by index, from `from` to before `to`, as far as they exist; at most ten thousand.
    #[wasm_bindgen(unchecked_return_type = "EventRow[]")]
    pub fn events(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] from: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] to: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let from = read.whole(&from, "from", WHOLE_MAX)?;
            let to = read.whole(&to, "to", WHOLE_MAX)?;
            Ok(row(&desk.playback.events(from..to)))
        })
    }

    /// What became of a message before the cursor, by its id; null if it has not arrived or vanished by then.
    #[wasm_bindgen(unchecked_return_type = "Fate | null")]
    pub fn fate(&self, #[wasm_bindgen(unchecked_param_type = "Id")] message: JsValue) -> JsValue {
        let fate = self.with(|desk, read| {
            let message = read.data(&message, "message")?;
            Ok(row(&desk.playback.fate(message)))
        });
        fate.unwrap_or(JsValue::NULL)
    }

    /// Number of events executed on this branch.
    #[wasm_bindgen(js_name = eventCount)]
    pub fn event_count(&self) -> f64 {
        self.with(|desk, _| Ok(desk.playback.session().event_count() as f64)).unwrap_or_default()
    }

    /// The last events of a level up to the cursor, newest last; at most ten thousand.
    #[wasm_bindgen(js_name = recentEvents, unchecked_return_type = "EventRow[]")]
    pub fn recent_events(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Level")] level: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] most: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let levels = [("story", Level::Story), ("protocol", Level::Protocol), ("everything", Level::Everything)];
            let level = read.choice(&level, "level", &levels)?;
            let most = read.whole(&most, "most", u32::MAX.into())?;
            Ok(row(&desk.playback.recent(level, most as usize)))
        })
    }

    /// The marks of this branch, in order.
    #[wasm_bindgen(unchecked_return_type = "Mark[]")]
    pub fn marks(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.marks())
    }

    /// The last operations of clients, oldest first; at most ten thousand.
    #[wasm_bindgen(unchecked_return_type = "OperationRow[]")]
    pub fn operations(&self, #[wasm_bindgen(unchecked_param_type = "number")] most: JsValue) -> JsValue {
        self.list(|desk, read| {
            let most = read.whole(&most, "most", u32::MAX.into())?;
            Ok(row(&desk.playback.operations(most as usize)))
        })
    }

    /// Every property, as things stand at the cursor.
    #[wasm_bindgen(unchecked_return_type = "VerdictRow[]")]
    pub fn verdicts(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.verdicts())
    }

    /// The scenario's steps: done or not, and the action that does them as things stand.
    #[wasm_bindgen(unchecked_return_type = "StepState[]")]
    pub fn steps(&self) -> JsValue {
        self.get(empty_list(), |desk| {
            let Some(lesson) = &desk.lesson else { return Vec::new() };
            let run = desk.playback.session().run();
            let cluster = &desk.playback.speech().names.cluster;
            let done = desk.playback.steps_done();
            let step = |(i, done): (usize, bool)| StepRow {
                done,
                text: report::step_text(desk.read().lang, lesson, i),
                until: lesson.steps.get(i).map(|step| Shown { predicate: &step.until, cluster }.to_string()).unwrap_or_default(),
                action: lesson.action(i, run).and_then(Result::ok),
            };
            done.into_iter().enumerate().map(step).collect()
        })
    }

    /// The scenario's goal was reached, at or before the cursor.
    pub fn goal(&self) -> bool {
        self.with(|desk, _| Ok(desk.playback.goal_reached())).unwrap_or_default()
    }

    /// Everything that can happen next: `act({choose: item})` lets it happen now.
    #[wasm_bindgen(unchecked_return_type = "EnabledRow[]")]
    pub fn enabled(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.enabled())
    }

    /// A list, empty where the arguments name none.
    pub(super) fn list(&self, read: impl FnOnce(&mut Desk, Arguments) -> Answer<JsValue>) -> JsValue {
        self.with(read).unwrap_or_else(|_| empty_list())
    }
}
