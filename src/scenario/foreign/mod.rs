//! Traces that other programs wrote: read, checked, written.
//!
//! - [`text`](mod@text): a file's bytes as text, whatever their encoding, with its lines;
//! - [`pattern`]: regular expressions in the dialect of JavaScript, in linear time;
//! - [`shiviz`]: the format of ShiViz and GoVector; [`jsonl`]: one JSON object a line (docs/trace-format.md);
//! - [`trace`]: what both become: hosts, events, vectors, and who knew of whom; checked strictly on the way;
//! - [`import`]: from bytes to traces, in slices;
//! - [`compare`]: two executions, and where they differ;
//! - [`write`](mod@write): traces as text again.
//!
//! ShiViz: Beschastnikh et al., "Debugging Distributed Systems", CACM 59(8), 2016; the format as its `js/` and GoVector's
//! `govec.go` have it. ShiViz accepts vectors that no run can have: it checks that each host's counters run from 1 without gaps
//! and refer to events that exist. Here, a vector must also be exactly the merge of those it grew from, and its own tick.
//!
//! Nothing in here panics or gives up on a file: what is wrong is a [`Finding`] with line and column, what can be read is
//! read, and a trace that lacks something says that it is partial.

pub mod compare;
pub mod finding;
pub mod import;
pub mod json;
pub mod jsonl;
pub mod pattern;
pub mod shiviz;
pub mod text;
pub mod trace;
pub mod write;

pub use finding::{Finding, Findings, Weight};
pub use import::{Format, Imported, Importer, Options, Progress};
pub use text::Text;
pub use trace::{Event, Host, Trace};
