//! A trace: hosts, events, what each knew of the others; and how it is made of what a file says.
//!
//! A file gives, for each event, a host and a vector: how many events of each host it knows, itself included. That alone says
//! who knew of whom, so that the order of the file does not matter. [`Draft`] collects the events as they are read; [`Build`]
//! sorts, connects and checks them:
//!
//! 1. Each host's events, by their own count, must be 1, 2, 3, ..
//! 2. Where an event's entry for another host is greater than that of the event before it, it *grew*: it has heard, directly or
//!    not, of that event, which must exist.
//! 3. The strict check, which ShiViz has but never calls: the vector is exactly the merge of the vector before it, of those of
//!    the events it grew from, and of its own tick. It is enough that none of these knows more than the event itself: each entry
//!    that is greater than before is somebody's own count.
//! 4. Its *parents* are the events that it grew from, without those of which another parent knew already.
//!
//! An event whose clock cannot be read, or that stands twice, is left out; references that lead nowhere are left out; vectors
//! that contradict each other are kept as they are written. All of it is told, and the trace is then *partial*.

mod build;
mod draft;
mod walk;

pub use build::Build;
pub use draft::{Draft, Entry, FIELDS_MAX};

use super::finding::Findings;
use super::text::Text;
use std::sync::Arc;

/// The texts that a file's traces are cut from: the file itself, and texts that are not in it as they are meant.
#[derive(Debug, Default)]
pub struct Texts {
    /// The file.
    pub file: Text,
    /// What was written with escapes, or made.
    pub made: String,
}

/// A piece of the file, or of the made texts if it begins at [`MADE`] or later.
pub type Span = (u32, u32);
/// Where the made texts begin: no file is that long.
pub const MADE: u32 = 1 << 31;

impl Texts {
    /// A piece.
    pub fn slice(&self, (start, end): Span) -> &str {
        if start < MADE {
            return self.file.slice((start, end));
        }
        self.made.get((start - MADE) as usize..(end.max(start) - MADE) as usize).unwrap_or_default()
    }

    /// Keeps a text that is not in the file.
    pub fn make(&mut self, text: &str) -> Span {
        let start = self.made.len() as u32;
        self.made.push_str(text);
        (start | MADE, self.made.len() as u32 | MADE)
    }
}

/// Someone who has events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The name in the clocks.
    pub name: String,
    /// Its events, by their count: positions in [`Trace::events`].
    pub events: Vec<u32>,
}

/// One event. Its texts and lists are had from the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of its host.
    pub host: u32,
    /// Its own count, from 1.
    pub n: u32,
    /// Lamport's time: 1 more than that of everything it knows.
    pub depth: u32,
    /// Line in the file, from 1; 0 if it comes from no file.
    pub line: u32,
    /// When, microseconds, if the file says so.
    pub at_us: Option<u64>,
    message: Span,
    /// In `clocks`.
    clock: (u32, u32),
    /// In `details`.
    details: (u32, u32),
    /// In `parents`.
    parents: (u32, u32),
}

/// One execution: a run that somebody else recorded.
#[derive(Debug)]
pub struct Trace {
    /// What the delimiter calls it; empty if there is none.
    pub name: String,
    /// In the order in which the file names them. One that is only spoken of has no events.
    pub hosts: Vec<Host>,
    /// All events, each after everything it knows of.
    pub events: Vec<Event>,
    /// Every event has a time, and none comes before what it knows of: then times order the events.
    pub timed: bool,
    /// Names of what the file tells of events besides host, clock and text.
    pub fields: Vec<String>,
    /// What is wrong with it, and what is worth knowing.
    pub findings: Findings,
    /// Events that could not be used.
    pub left_out: u64,
    texts: Arc<Texts>,
    clocks: Vec<(u32, u32)>,
    details: Vec<(u32, Span)>,
    parents: Vec<u32>,
}

impl Trace {
    /// True if something of the file is missing in it, or cannot be true.
    pub fn partial(&self) -> bool {
        self.findings.errors > 0
    }

    /// What the file calls an event.
    pub fn message(&self, event: &Event) -> &str {
        self.texts.slice(event.message)
    }

    /// Its vector: numbers of hosts, ascending, and counts.
    pub fn clock(&self, event: &Event) -> &[(u32, u32)] {
        &self.clocks[range(event.clock)]
    }

    /// The events that it knows of directly, without the one before it at its host: positions in [`Trace::events`].
    pub fn parents(&self, event: &Event) -> &[u32] {
        &self.parents[range(event.parents)]
    }

    /// The event before it at its host.
    pub fn before(&self, event: &Event) -> Option<u32> {
        let own = &self.hosts[event.host as usize].events;
        let at = own.partition_point(|other| self.events[*other as usize].n < event.n);
        at.checked_sub(1).map(|at| own[at])
    }

    /// What else the file tells of it: names and values.
    pub fn details(&self, event: &Event) -> impl Iterator<Item = (&str, &str)> {
        self.numbered_details(event).map(|(field, value)| (self.fields[field].as_str(), value))
    }

    /// The same with places of the names in [`fields`](Trace::fields).
    pub fn numbered_details(&self, event: &Event) -> impl Iterator<Item = (usize, &str)> {
        self.details[range(event.details)].iter().map(|(field, span)| (*field as usize, self.texts.slice(*span)))
    }

    /// The name of an event's host.
    pub fn host(&self, event: &Event) -> &str {
        &self.hosts[event.host as usize].name
    }

    /// True if `a` happened before `b`, by what their vectors say.
    pub fn happened_before(&self, a: &Event, b: &Event) -> bool {
        let known = entry(self.clock(b), a.host);
        (a.host, a.n) != (b.host, b.n) && known >= a.n
    }
}

fn range((from, length): (u32, u32)) -> std::ops::Range<usize> {
    from as usize..from as usize + length as usize
}

/// A vector's entry for a host.
fn entry(clock: &[(u32, u32)], host: u32) -> u32 {
    clock.binary_search_by_key(&host, |(host, _)| *host).map_or(0, |at| clock[at].1)
}
