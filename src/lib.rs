//! Netsplit: a distributed-systems laboratory.

pub mod base;
pub mod check;
pub mod protocol;
pub mod scenario;
pub mod sim;
pub mod system;
pub mod timeline;
pub mod view;
pub mod web;
