//! Locks of several nodes: who holds one, until when on whose clock, and what a resource makes of it.
//!
//! This is Redlock as its authors describe it (redis.io, *Distributed locks with Redis*; Sanfilippo 2016), and what its critics
//! ask for beside it (Kleppmann 2016):
//! - [`node`] keeps keys with a time to live that it measures itself, as one Redis instance does;
//! - [`client`] is the automaton that acquires, holds, extends and releases: one [`session`] for each lock;
//! - [`resource`] is what the lock is for: it takes writes, and looks at their fence;
//! - [`role`] puts them behind one type. Every decision is in [`rules`], with its wrong variants;
//! - [`consensus`] is the other way: locks as the state machine of a replicated log: its
//!   [`command`]s, and the [`table`] that they make.
//!
//! Redlock's tokens are unique and have no order, so they cannot be fences. Here each node keeps a number beside its keys, on
//! disk: who has a majority of tokens raises the greatest of these numbers by one at a majority, and only then holds the lock.
//! Two majorities share a node, so each grant has a greater fence than all before it. `fencing = 0` leaves that round out.
//!
//! What the right rules claim. Exclusion by belief, as long as clocks run no further apart than the drift, and as long as a node
//! whose memory or disk is gone finds that out when it starts: then it stays away. Exclusion by effect with fences, whatever
//! clocks do. For that a node whose disk is emptied or damaged gives no vote any more, and of five such nodes two may be lost.
//! What they do not claim: anything of a disk that shows an older state as if it were the newest one, or of the resource's writes
//! once its own disk has lost them.

pub mod client;
pub mod command;
pub mod config;
pub mod consensus;
pub mod message;
pub mod node;
pub mod notes;
pub mod resource;
pub mod role;
pub mod rules;
pub mod session;
pub mod table;
mod timers;
mod writes;
