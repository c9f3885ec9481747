//! How fast the world runs in headless Chromium: the same cases as natively, the median of several runs.

#![cfg(target_arch = "wasm32")]

mod support;

use wasm_bindgen_test::{Criterion, console_log, wasm_bindgen_bench, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_bench]
fn simulation(_: &mut Criterion) {
    support::CASES.iter().for_each(|case| console_log!("{}", support::median(&support::browser::PLACE, case)));
}
