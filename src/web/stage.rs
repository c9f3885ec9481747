//! The Lab handle for what stands around a picture: its twin for keyboards and screen readers, who is up and who is down, which
//! part of the logs is in view, and one thing done to several nodes.

use super::answers::{answer, row, targets};
use super::lab::Lab;
use crate::base::NodeId;
use crate::sim::plan::Action;
use crate::view::Naming;
use crate::view::playback::Census;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
impl Lab {
    /// What a view shows, in reading order: nodes, messages, all else; of very much, the `most` things around one of them.
    #[wasm_bindgen(unchecked_return_type = "Target[]")]
    pub fn twin(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string | null")] around: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] most: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let around = read.text_or_none(&around, "around")?;
            let most = read.whole(&most, "most", 10_000)? as usize;
            let scene = desk.picture(read, &view, &options, Naming::Full)?.scene;
            Ok(targets(&scene.reading_order(around.as_deref(), most)))
        })
    }

    /// One node; null if there is none with this number.
    #[wasm_bindgen(unchecked_return_type = "NodeRow | null")]
    pub fn node(&self, #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue) -> JsValue {
        let node = self.with(|desk, read| {
            let id = NodeId(read.whole(&id, "id", u16::MAX.into())? as u16);
            Ok(row(&desk.playback.node(id)))
        });
        node.unwrap_or(JsValue::NULL)
    }

    /// How many nodes run, are down, stand still, and whether anything of the network is cut.
    #[wasm_bindgen(unchecked_return_type = "Census")]
    pub fn census(&self) -> JsValue {
        self.get(row(&Census::default()), |desk| desk.playback.census())
    }

    /// Which part of the logs the log view shows with these options; null if there is no such view.
    #[wasm_bindgen(js_name = logPart, unchecked_return_type = "LogPart | null")]
    pub fn log_part(&self, #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue) -> JsValue {
        let part = self.with(|desk, read| {
            let there = read.flag_or_not(&read.property(&options, "there", "options")?, "options.there")?;
            let (options, ..) = desk.view_options(read, &options, Naming::None)?;
            let part =
                if there { desk.playback.on_other(|lab| lab.log_part(&options)) } else { Some(desk.playback.log_part(&options)) };
            Ok(row(&part))
        });
        part.unwrap_or(JsValue::NULL)
    }

    /// Does several things to the world at the cursor, as one: `undo` takes them back together. What cannot be done is left out;
    /// an error means that nothing could.
    #[wasm_bindgen(js_name = actAll, unchecked_return_type = "Result<Acted>")]
    pub fn act_all(&self, #[wasm_bindgen(unchecked_param_type = "Action[]")] actions: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let actions: Vec<Action> = read.data(&actions, "actions")?;
            desk.act_all(actions).map(|acted| row(&acted))
        }))
    }
}
