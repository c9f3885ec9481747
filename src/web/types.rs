//! The types that JavaScript sees. `tests/lab_types.rs` compares them with real rows.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");
