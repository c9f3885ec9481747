//! The first thing that must hold in a browser: the crate's code loads there, in a page.
#![cfg(target_arch = "wasm32")]

use netsplit as _;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_crate_runs_in_a_page() {
    let document = js_sys::Reflect::get(&js_sys::global(), &"document".into());
    assert!(document.is_ok_and(|document| document.is_object()));
}
