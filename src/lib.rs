//! Netsplit: a distributed-systems laboratory.

pub mod base;
pub mod protocol;
