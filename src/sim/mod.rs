//! The world.

pub mod plan;
pub mod trace;
