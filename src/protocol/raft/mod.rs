//! Raft: a replicated log, and a key-value store on top of it.
//!
//! Sources: *paper* is Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)", 2014;
//! *thesis* is Ongaro, "Consensus: Bridging Theory and Practice", 2014.
//!
//! What is here, and where it comes from:
//! - leader election (paper 5.2, 5.4.1) in [`election`], with PreVote (thesis 9.6) and CheckQuorum (thesis 6.2, and 4.2.3 for
//!   the followers' half of it), each with its own switch in [`Config`];
//! - log replication (paper 5.3) in [`replication`], with backtracking by terms instead of one index a round trip, and a
//!   window of entries in flight (thesis 10.2.1) in [`progress`];
//! - commitment (paper 5.4.2) and the state machine in [`apply`], with client sessions (thesis 6.3) in [`sessions`]; reads
//!   go through the log;
//! - what stands on disk (paper figure 2, "persistent state") in [`record`]. The disk is asynchronous: a message that
//!   promises something names the write it waits for, a candidate counts its own vote and a leader its own entries only when
//!   they are on disk;
//! - the client that finds the leader and repeats its request (paper 8, thesis 6.2) in [`client`].
//!
//! Each decision that the papers name is one function in [`rules`], and each wrong version of it, one [`rules::Mutant`].
//!
//! Left out, for later: snapshots and compaction, membership changes, learners, leadership transfer, reads by ReadIndex or
//! lease.

pub mod apply;
pub mod client;
pub mod config;
pub mod election;
pub mod entry;
pub mod log;
pub mod message;
pub mod node;
pub mod node_set;
pub mod notes;
pub mod persistence;
pub mod progress;
pub mod record;
pub mod replication;
pub mod role;
pub mod rules;
pub mod server;
pub mod sessions;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use client::{Client, Outstanding};
pub use config::{Config, ConfigError};
pub use entry::{Command, Entries, Entry, Index, Term};
pub use log::Log;
pub use message::Message;
pub use node::{Node, Request, Timer};
pub use node_set::NodeSet;
pub use progress::{Progress, ProgressState};
pub use record::{HardState, Record};
pub use role::{Leader, Role, Votes};
pub use rules::{MUTANTS, Mutant, Rules};
pub use server::Server;
pub use sessions::{Session, Sessions};
