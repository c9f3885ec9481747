//! Traces of other programs: what is read, what is refused with its place, what is written.

mod compare;
mod faults;
mod hostile;
mod lines;
mod logs;
mod own_runs;
mod patterns;
mod round_trips;
mod strange;
#[allow(unreachable_pub, reason = "it is a program of its own")]
#[path = "../../examples/trace_writer.rs"]
mod trace_writer;

use netsplit::scenario::foreign::{Format, Imported, Importer, Options};

pub(crate) fn shiviz(text: &str) -> Imported {
    read(Format::Shiviz, text.as_bytes())
}

pub(crate) fn jsonl(text: &str) -> Imported {
    read(Format::JsonLines, text.as_bytes())
}

pub(crate) fn read(format: Format, bytes: &[u8]) -> Imported {
    Importer::read(Options { format: Some(format), parser: None, delimiter: None }, bytes)
}

/// Codes and places of everything that was found.
pub(crate) fn found(imported: &Imported) -> Vec<(&'static str, u32, u32)> {
    imported.all_findings().map(|finding| (finding.code, finding.line, finding.column)).collect()
}
