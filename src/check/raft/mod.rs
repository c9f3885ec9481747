//! The properties of Raft.
