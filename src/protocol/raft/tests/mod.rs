//! Tests named after what must hold, by the paper's sections.

mod chaos;
mod clients;
mod commitment;
mod disk;
mod elections;
mod model;
mod mutants;
mod pre_vote;
mod replication;
mod rules;
