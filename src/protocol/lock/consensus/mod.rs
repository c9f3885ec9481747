//! Locks on a replicated log: etcd's leases and queues, ZooKeeper's recipe, Chubby's lock-delay.
//!
//! - [`replica`] is a server: Raft, whose state machine is the table of locks ([`super::table`]), and what only a leader does beside
//!   it: measuring leases by its own clock ([`lessor`]) and telling those who watch ([`watches`]);
//! - [`contender`] is the client: a lease with signs of life, a place in the queue ([`queueing`]), and the waiting;
//! - [`finder`] is how whoever asks the log finds its leader. With sequencers the resource asks it, too.
//!
//! Nobody decides alone that a lease is over: the leader proposes it through the log, and the entry says which sign of life it knew
//! of last, so that a later one, which is in the log before it, wins. A new leader gives every lease its whole time again, as
//! etcd's does. A sign of life counts when it is committed: a leader that was replaced without knowing it confirms none.

pub mod contender;
pub mod finder;
pub mod lessor;
pub mod queueing;
pub mod replica;
pub mod watches;
