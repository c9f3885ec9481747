//! How fast traces of other programs are read in headless Chromium: the same as natively.

#![cfg(target_arch = "wasm32")]

mod support;

use wasm_bindgen_test::{Criterion, console_log, wasm_bindgen_bench, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_bench]
fn import(_: &mut Criterion) {
    support::import::measure(&support::browser::PLACE, |figure| console_log!("{figure}"));
}
