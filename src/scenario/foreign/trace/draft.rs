//! The events of one execution, as they are read.

use super::{Span, entry};
use crate::scenario::foreign::finding::{Finding, Findings, Weight};
use crate::scenario::foreign::text::Text;
use std::collections::HashMap;

/// Most names of fields of an execution: each is looked at wherever events are shown or written.
pub const FIELDS_MAX: usize = 1_000;

/// An event as a file tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) host: u32,
    pub(super) n: u32,
    pub(super) line: u32,
    /// Byte of the file at which its clock stands.
    pub(super) clock_at: u32,
    /// The clock names only those of which it heard directly.
    pub(super) direct: bool,
    pub(super) at_us: Option<u64>,
    pub(super) message: Span,
    pub(super) clock: (u32, u32),
    pub(super) details: (u32, u32),
}

/// One event to be added to a draft.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its host.
    pub host: &'a str,
    /// Line in the file, from 1.
    pub line: u32,
    /// Byte of the file at which its clock stands.
    pub clock_at: u32,
    /// What it is.
    pub message: Span,
    /// When, microseconds.
    pub at_us: Option<u64>,
}

/// The events of one execution, as they are read.
#[derive(Debug, Default)]
pub struct Draft {
    pub(super) name: String,
    pub(super) hosts: Vec<String>,
    numbers: HashMap<String, u32>,
    pub(super) own: Vec<Vec<u32>>,
    /// How many events each host has had, with those that were left out.
    begun: Vec<u32>,
    pub(super) raws: Vec<Raw>,
    pub(super) clocks: Vec<(u32, u32)>,
    pub(super) details: Vec<(u32, Span)>,
    pub(super) fields: Vec<String>,
    field_numbers: HashMap<String, u32>,
    /// Where each field was told last, in `details`.
    told_at: Vec<u32>,
    pub(super) findings: Findings,
    pub(super) left_out: u64,
    /// The clock of the event that is being read.
    pending: Vec<(u32, u32)>,
    /// Where its details begin.
    details_from: u32,
    /// More fields were named than are kept.
    too_many_fields: bool,
}

impl Draft {
    /// A draft of an execution with this name.
    pub fn named(name: &str) -> Draft {
        Draft { name: name.to_owned(), ..Draft::default() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of events so far.
    pub fn len(&self) -> usize {
        self.raws.len()
    }

    /// True if it has no event.
    pub fn is_empty(&self) -> bool {
        self.raws.is_empty()
    }

    /// Something about this execution.
    pub fn find(&mut self, finding: Finding) {
        self.findings.add(finding);
    }

    /// Something about a byte of the file. Where that is, is looked up only for what is listed.
    pub fn find_at(&mut self, text: &Text, at: u32, finding: Finding) {
        let known = if finding.weight == Weight::Error { self.findings.errors } else { self.findings.notices };
        self.findings.add(if known < Findings::LISTED_MAX { text.locate(finding, at) } else { finding });
    }

    /// The event that is being read cannot be used, because of what stands at a byte of the file. If it was
    /// [begun](Draft::begin), it is counted among those of its host all the same.
    pub fn leave_out(&mut self, text: &Text, at: u32, finding: Finding) {
        self.left_out += 1;
        self.find_at(text, at, finding);
        self.pending.clear();
        self.details.truncate(self.details_from as usize);
    }

    /// Names a host, if it is new.
    pub fn host(&mut self, host: &str) {
        self.number(host);
    }

    /// The event that is being read happened at this host.
    pub fn begin(&mut self, host: &str) {
        let host = self.number(host);
        self.begun[host as usize] += 1;
    }

    /// One entry of the clock of the event that is being read. The last one for a host counts.
    pub fn clock(&mut self, host: &str, count: u32) {
        let host = self.number(host);
        self.pending.push((host, count));
    }

    /// Forgets the clock of the event that is being read.
    pub fn clear_clock(&mut self) {
        self.pending.clear();
    }

    /// Something else about the event that is being read, which stands at a byte of the file. What is told of a field last
    /// counts.
    pub fn detail(&mut self, text: &Text, field: &str, value: Span, at: u32) {
        let Some(field) = self.field(field) else {
            if !std::mem::replace(&mut self.too_many_fields, true) {
                self.find_at(text, at, Finding::error("fields", &[("max", &FIELDS_MAX.to_string()), ("field", field)]));
            }
            return;
        };
        let told_at = &mut self.told_at[field as usize];
        match self.details.get_mut(*told_at as usize) {
            Some(told) if *told_at >= self.details_from && told.0 == field => told.1 = value,
            _ => {
                *told_at = self.details.len() as u32;
                self.details.push((field, value));
            }
        }
    }

    fn field(&mut self, field: &str) -> Option<u32> {
        if let Some(number) = self.field_numbers.get(field) {
            return Some(*number);
        }
        if self.fields.len() == FIELDS_MAX {
            return None;
        }
        let number = self.fields.len() as u32;
        self.fields.push(field.to_owned());
        self.field_numbers.insert(field.to_owned(), number);
        self.told_at.push(0);
        Some(number)
    }

    /// The event that is being read, with the clock that was collected: a whole vector.
    pub fn event(&mut self, entry: Entry<'_>, text: &Text) {
        let host = self.number(entry.host);
        let (n, twice) = self.close_clock(host);
        if let Some(twice) = twice.and_then(|host| self.hosts.get(host as usize)) {
            let finding = Finding::notice("clock-key-twice", &[("host", twice)]);
            self.find_at(text, entry.clock_at, finding);
        }
        if n == 0 {
            let finding = Finding::error("clock-own", &[("host", entry.host)]);
            return self.leave_out(text, entry.clock_at, finding);
        }
        self.push(entry, host, n, false);
    }

    /// The event that is being read; the clock names only what it heard of directly, and its own count is its place among the
    /// events that its host has begun.
    pub fn event_after(&mut self, entry: Entry<'_>) {
        let host = self.number(entry.host);
        self.close_clock(host);
        let n = self.begun[host as usize];
        self.push(entry, host, n, true);
    }

    fn push(&mut self, entry: Entry<'_>, host: u32, n: u32, direct: bool) {
        let clock = (self.clocks.len() as u32, self.pending.len() as u32);
        self.clocks.append(&mut self.pending);
        let details = (self.details_from, self.details.len() as u32 - self.details_from);
        self.details_from = self.details.len() as u32;
        let Entry { line, clock_at, message, at_us, .. } = entry;
        self.own[host as usize].push(self.raws.len() as u32);
        self.raws.push(Raw { host, n, line, clock_at, direct, at_us, message, clock, details });
    }

    /// Sorts the clock, without zeros and with the last entry of each host. Answers that of `host`, and a host that had two.
    fn close_clock(&mut self, host: u32) -> (u32, Option<u32>) {
        let sorted = self.pending.is_sorted_by(|a, b| a.0 < b.0);
        let mut twice = None;
        if !sorted {
            self.pending.reverse();
            self.pending.sort_by_key(|(host, _)| *host);
            self.pending.dedup_by(|next, first| {
                let same = next.0 == first.0;
                twice = twice.or(same.then_some(next.0));
                same
            });
        }
        self.pending.retain(|(_, count)| *count > 0);
        (entry(&self.pending, host), twice)
    }

    fn number(&mut self, host: &str) -> u32 {
        if let Some(number) = self.numbers.get(host) {
            return *number;
        }
        let number = self.hosts.len() as u32;
        self.hosts.push(host.to_owned());
        self.numbers.insert(host.to_owned(), number);
        self.own.push(Vec::new());
        self.begun.push(0);
        number
    }
}
