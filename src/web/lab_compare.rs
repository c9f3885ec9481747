//! What the Lab does with two branches: compares them, and looks at one that has not got the cursor.

use super::answers::{answer, row};
use super::arguments::{WHOLE_MAX, is_absent};
use super::lab::{Lab, packed, with};
use super::promises::promise;
use crate::base::Level;
use crate::scenario::Link;
use crate::view::Naming;
use crate::view::problem::Problem;
use crate::view::report::EventRow;
use js_sys::Promise;
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[derive(Serialize)]
struct GlanceRow {
    /// The newest story event there.
    latest: Option<EventRow>,
}

#[wasm_bindgen]
impl Lab {
    /// Compares with another branch from now on, or with none any more: a second cursor follows the one of the current branch, and
    /// `there: true` among the options of a picture asks for the picture there. What is done by hand is done on both.
    #[wasm_bindgen(unchecked_return_type = "Result<null>")]
    pub fn compare(&self, #[wasm_bindgen(unchecked_param_type = "number | null")] branch: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let branch = if is_absent(&branch) { None } else { Some(read.whole(&branch, "branch", u32::MAX.into())? as u32) };
            desk.playback.compare(branch).map_err(|error| desk.problem(&error))?;
            desk.playback.space_time_compare(branch);
            Ok(JsValue::NULL)
        }))
    }

    /// The branch that is compared with, where its cursor stands; null if there is none.
    #[wasm_bindgen(unchecked_return_type = "Compared | null")]
    pub fn compared(&self) -> JsValue {
        self.get(JsValue::NULL, |desk| desk.playback.compared())
    }

    /// The branch that is compared with at the same moment, packed as `link()` packs the current one; null if there is none, or
    /// no link can carry it.
    #[wasm_bindgen(js_name = linkThere, unchecked_return_type = "Uint8Array | null")]
    pub fn link_there(&self) -> JsValue {
        let link = self.with(|desk, _| {
            let scenario = desk.lesson.as_ref().map(|lesson| lesson.id.clone());
            desk.playback.on_other(|lab| lab.link(scenario.as_deref())).map(|link| packed(&link)).transpose()
        });
        link.ok().flatten().unwrap_or(JsValue::NULL)
    }

    /// A new branch with what was done by hand in the run that a link carries; the value is its number. An error if that is a run of
    /// something else, or parts from the current one too far ahead.
    #[wasm_bindgen(unchecked_return_type = "Promise<Result<number>>")]
    pub fn graft(&self, #[wasm_bindgen(unchecked_param_type = "Uint8Array")] link: JsValue) -> Promise {
        let begun = self.with(|desk, read| {
            let packed = read.bytes(&link, "link")?;
            let link = Link::unpack(&packed).map_err(|error| Problem::of_link("link", &error))?;
            let ours = desk.playback.session().plan();
            let theirs = crate::sim::plan::Plan { interventions: ours.interventions.clone(), ..link.plan.clone() };
            if ours != theirs {
                return Err(read.problem("other-run", "link", &[]));
            }
            desk.playback.graft_begin(link.plan.interventions, link.branch).map_err(|error| desk.problem(&error))
        });
        let mut graft = match begun {
            Ok(graft) => graft,
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        promise(move |spent| {
            let worked = with(&desk, |desk, _| {
                desk.playback.graft_work(&mut graft, &mut |_| spent()).map_err(|error| desk.problem(&error))
            });
            worked.map(|branch| branch.map(JsValue::from)).transpose().map(answer)
        })
    }

    /// Where two branches first differ; null as far as they are played equal.
    #[wasm_bindgen(unchecked_return_type = "Result<Divergence | null>")]
    pub fn divergence(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] a: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] b: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let a = read.whole(&a, "a", u32::MAX.into())? as u32;
            let b = read.whole(&b, "b", u32::MAX.into())? as u32;
            desk.playback.divergence(a, b).map(|found| row(&found)).map_err(|error| desk.problem(&error))
        }))
    }

    /// Paints a branch as it is at its end onto a canvas, whose bitmap is made to fit; the cursor stays where it is.
    #[wasm_bindgen(unchecked_return_type = "Result<Glance>")]
    pub fn glance(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] branch: JsValue,
        #[wasm_bindgen(unchecked_param_type = "HTMLCanvasElement")] canvas: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let branch = read.whole(&branch, "branch", WHOLE_MAX)?.min(u32::MAX.into()) as u32;
            let (view, theme, dpr) = desk.view_options(read, &options, Naming::None)?;
            let seen = desk.playback.glance(branch, |lab| (lab.scene("cluster", &view), lab.recent(Level::Story, 1).pop()));
            let (scene, latest) = seen.map_err(|error| desk.problem(&error))?;
            if let Some(scene) = scene {
                super::lab_drawing::Picture { scene, theme, dpr }.paint(read, &canvas)?;
            }
            Ok(row(&GlanceRow { latest }))
        }))
    }
}
