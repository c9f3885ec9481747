//! The first thing that must hold in a browser: the crate's code runs there.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_crate_links_and_runs_in_the_browser() {
    assert_eq!(module_path!(), "browser_smoke");
    use netsplit as _;
}
