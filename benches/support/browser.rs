//! Time and memory in a browser.

use super::Place;
use js_sys::{Function, Reflect, global};
use wasm_bindgen::JsValue;

pub const PLACE: Place = Place { name: "Chromium", now_ms, memory_bytes };

/// `performance.now()`, which has finer steps than `Date.now()`.
fn now_ms() -> f64 {
    let performance = get(&global(), "performance");
    let now = Function::from(get(&performance, "now"));
    now.call0(&performance).ok().and_then(|now| now.as_f64()).expect("a number")
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("every browser has it")
}

/// All memory of the instance: it never shrinks.
fn memory_bytes() -> u64 {
    core::arch::wasm32::memory_size::<0>() as u64 * 65_536
}
