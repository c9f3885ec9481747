//! The catalogue of systems.

pub mod inspect;
pub mod run;
