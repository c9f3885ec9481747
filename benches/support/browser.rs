//! Time and memory in a browser.

use super::Place;
use js_sys::{Function, Reflect, global};

pub const PLACE: Place = Place { name: "Chromium", now_ms, memory_bytes };

/// `performance.now()`, which has finer steps than `Date.now()`.
fn now_ms() -> f64 {
    let get = |of, name: &str| Reflect::get(of, &name.into()).expect("every browser has it");
    let performance = get(&global(), "performance");
    let now = Function::from(get(&performance, "now"));
    now.call0(&performance).ok().and_then(|now| now.as_f64()).expect("a number")
}

/// All memory of the instance: it never shrinks.
fn memory_bytes() -> u64 {
    core::arch::wasm32::memory_size::<0>() as u64 * 65_536
}
