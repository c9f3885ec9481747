//! Rust values as JavaScript values: rows, and answers that are a value or an error.

use crate::view::problem::Problem;
use js_sys::{Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// What a call that can fail answers.
pub(super) type Answer<T> = Result<T, Problem>;

/// A row or a list of rows. What a number cannot hold becomes a BigInt; nothing is ever lost or thrown.
pub(super) fn row<T: Serialize + ?Sized>(value: &T) -> JsValue {
    let plain = Serializer::json_compatible();
    value
        .serialize(&plain)
        .or_else(|_| value.serialize(&plain.serialize_large_number_types_as_bigints(true)))
        .unwrap_or(JsValue::NULL)
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
