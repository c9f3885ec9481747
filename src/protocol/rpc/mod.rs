//! Reliable request and reply: what a client may conclude from a reply that does not come, and what a server must remember so
//! that asking again does no harm.
//!
//! A network that loses messages gives *at most once* to who never repeats and *at least once* to who repeats until there is an
//! answer. *Exactly once* exists only as an effect: repeated requests, a server that recognises them, and a result that is kept
//! in the same step as the effect (Saltzer, Reed and Clark 1984; Birrell and Nelson 1984; Lee and others, RIFL, 2015).
//! - [`client`] is the automaton of a caller: attempts with timeouts, a deadline over all of them, [`backoff`], a [`budget`];
//! - [`server`] works on one request after the other, out of a bounded [`queue`] that [`codel`] may keep short, and keeps finished
//!   ones in [`dedup`], those that found no room in [`turned_away`], those at which it fails in [`dead_letters`];
//! - [`relay`] is a tier between them;
//! - [`role`] puts them behind one type. Every decision is in [`rules`], with its wrong variants.

pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod call;
pub mod client;
pub mod codel;
pub mod config;
pub mod dead_letters;
pub mod dedup;
pub mod latency;
pub mod limiter;
pub mod message;
pub mod notes;
pub mod queue;
pub mod relay;
pub mod role;
pub mod rules;
pub mod server;
pub mod turned_away;
