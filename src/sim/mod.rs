//! The world in which nodes run: deterministic, breakable, cloneable.
//!
//! [`kernel`] knows what is due when and is compiled once; [`world`] puts a system's nodes around it. [`links`], [`disk`] and
//! [`clock`] are what nodes run on, and everything in them can be broken. [`plan`] is the whole input of a run, [`trace`] and
//! [`history`] what comes out of it. No checker is known here.

pub mod clock;
pub mod disk;
pub mod fired;
pub mod history;
pub mod kernel;
pub mod links;
pub mod nemesis;
pub mod plan;
pub mod search;
pub mod trace;
pub mod world;

pub use world::{Deployment, World};
