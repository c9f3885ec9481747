//! Time and causality: what clocks can say of events, and what is built on it.
//!
//! Each clock is a plain data structure in a file of its own, of use by itself:
//! - [`lamport`] one number, [`vector`] one for each process, [`matrix`] one for each pair, [`itc`] none with a name;
//! - [`version`] and [`dvv`] order the versions of an object rather than events;
//! - [`hlc`] and [`truetime`] keep to physical time, [`sync`] reads other clocks;
//! - [`causal`] delivers broadcasts in causal order.

pub mod causal;
pub mod dvv;
pub mod hlc;
pub mod itc;
pub mod lamport;
pub mod matrix;
pub mod order;
pub mod sync;
pub mod truetime;
pub mod vector;
pub mod version;

pub use order::Order;
pub use vector::Vector;
