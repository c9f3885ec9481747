//! The catalogue of systems: what makes a core usable.
//!
//! A system ties a core to its cluster, clients, workload, properties and mutants, and says how its state is shown. Everything
//! above this floor sees only a [`Run`]: painters and panels never match on a protocol.

pub mod clock;
mod clock_view;
pub mod inspect;
pub mod keys;
pub mod live;
pub mod lock;
mod lock_leases;
mod lock_view;
pub mod open;
pub mod raft;
pub mod requests;
pub mod rpc;
mod rpc_requests;
mod rpc_view;
pub mod run;

pub use live::System;
pub use open::{OpenError, info, open, systems};
pub use run::Run;
