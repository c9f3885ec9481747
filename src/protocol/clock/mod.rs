//! Time and causality: what clocks can say of events, and what is built on it.
//!
//! Each clock is a plain data structure in a file of its own, of use by itself:
//! - [`lamport`] one number, [`vector`] one for each process, [`matrix`] one for each pair, [`itc`] none with a name;
//! - [`version`] and [`dvv`] order the versions of an object rather than events;
//! - [`hlc`] and [`truetime`] keep to physical time, [`sync`] reads other clocks;
//! - [`causal`] delivers broadcasts in causal order.
//!
//! The cores carry them: [`process`] stamps its events, [`broadcaster`] delivers and collects, [`replica`] keeps siblings,
//! [`truetime_server`] commits, [`time_node`] has the time or asks for it, [`client`] asks for all that. Every decision that a
//! paper names is in [`rules`], with its wrong variants.

pub mod broadcaster;
pub mod causal;
pub mod client;
pub mod config;
pub mod dvv;
pub mod hlc;
pub mod itc;
pub mod lamport;
pub mod matrix;
pub mod message;
pub mod node;
pub mod notes;
pub mod order;
pub mod process;
pub mod replica;
pub mod rules;
pub mod stamp;
pub mod sync;
pub mod time_node;
pub mod truetime;
pub mod truetime_server;
pub mod vector;
pub mod version;

pub use order::Order;
pub use vector::Vector;
