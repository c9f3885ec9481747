//! The ground floor: what every other room names things with.
//!
//! Identities, virtual time, stateless random draws, the canonical encoding behind every fingerprint, lists that clone
//! in a moment, and the typed remarks ("notes") that cores leave for the reader. Nothing here knows of protocols,
//! worlds or screens.

pub mod chunked;
pub mod draw;
pub mod encode;
pub mod ids;
pub mod note;
pub mod plain;
pub mod sorted;
pub mod time;

pub use chunked::Chunked;
pub use encode::{Encode, Encoder, Fingerprint, RunHash, digest};
pub use ids::{EventId, NoSuchId, NodeId, OpId, Place, WriteId};
pub(crate) use note::note_kinds;
pub use note::{ArgType, Level, NodesArg, Note, NoteKind};
pub use sorted::Sorted;
pub use time::LocalTime;
