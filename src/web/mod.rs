#![cfg(target_arch = "wasm32")]
//! The public JavaScript API, and the only place that knows wasm-bindgen, web-sys, js-sys and getrandom.
//!
//! [`lab::Lab`] is the handle; what it knows and does is in [`view::playback`](crate::view::playback), natively tested. Here
//! values change their language, and nothing else happens. The types that JavaScript sees are in `types.d.ts`.
//!
//! - **Every call is total.** Arguments arrive as bare JavaScript values and are read by [`arguments`]; what cannot be read
//!   is an error as a value, and nothing has changed. All of an argument is read before the lab is touched.
//! - **Reads are synchronous.** Long work is a promise that goes on in slices of at most 8 ms ([`promises`]).
//! - **A panic ends the instance, not the page.** [`panic`] tells the page scenario, seed, event and plan before the trap;
//!   afterwards each call on the old instance answers `stopped`. A page starts over by importing the glue once more under
//!   another query (`netsplit.js?again=1`), which makes a fresh instance.

mod answers;
mod arguments;
pub mod canvas;
mod diagram_calls;
mod entropy;
pub mod foreign;
pub mod foreign_diagram;
pub mod lab;
mod lab_branches;
mod lab_compare;
mod lab_drawing;
mod lab_reading;
mod lab_search;
mod lab_space_time;
mod lab_time;
pub mod panic;
mod promises;
mod record;
pub mod stage;
mod types;
