//! How fast the world runs in headless Chromium: the same cases as natively, the median of several runs.

#![cfg(target_arch = "wasm32")]

mod support;

use support::CASES;
use wasm_bindgen_test::{Criterion, console_log, wasm_bindgen_bench, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const RUNS: usize = 5;

#[wasm_bindgen_bench]
fn simulation(_: &mut Criterion) {
    for case in CASES {
        (case.run)();
        let mut rates: Vec<f64> = (0..RUNS)
            .map(|_| {
                let start = js_sys::Date::now();
                let work = (case.run)();
                support::rate(case, work.amount, (js_sys::Date::now() - start) / 1e3)
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        console_log!("{}", support::figure("Chromium", case, rates[RUNS / 2]));
    }
}
