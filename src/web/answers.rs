//! Rust values as JavaScript values: rows, and answers that are a value or an error.

use crate::base::plain::to_json;
use crate::view::Target;
use crate::view::problem::Problem;
use js_sys::{Array, JSON, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// What a call that can fail answers.
pub(super) type Answer<T> = Result<T, Problem>;

/// A row or a list of rows. What a number cannot hold becomes text, as seeds do; nothing is ever lost or thrown.
pub(super) fn row<T: Serialize + ?Sized>(value: &T) -> JsValue {
    parsed(&to_json(value))
}

#[inline(never)]
fn parsed(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or(JsValue::NULL)
}

/// `{ok: true, value}` or `{ok: false, error}`.
#[inline(never)]
pub(super) fn answer(result: Answer<JsValue>) -> JsValue {
    let (ok, key, value) = match &result {
        Ok(value) => (true, "value", value.clone()),
        Err(problem) => (false, "error", row(problem)),
    };
    let object = Object::new();
    set(&object, "ok", &ok.into());
    set(&object, key, &value);
    object.into()
}

/// Sets a property of an object that was made here: that cannot fail.
#[inline(never)]
pub(super) fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}

#[derive(Serialize)]
struct TargetRow<'a> {
    id: &'a str,
    label: &'a str,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// What can be pointed at in a picture, each with its sentence and box.
pub(super) fn targets(targets: &[Target]) -> JsValue {
    let target = |target: &Target| {
        let Target { id, label, x, y, width, height } = target;
        row(&TargetRow { id, label, x: *x, y: *y, width: *width, height: *height })
    };
    targets.iter().map(target).collect::<Array>().into()
}
