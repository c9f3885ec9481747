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

use super::finding::{Finding, Findings};
use super::text::Text;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
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
    /// When, microseconds, if the file says so for every event and no event comes before what it knows of.
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
        self.details[range(event.details)]
            .iter()
            .map(|(name, span)| (self.fields[*name as usize].as_str(), self.texts.slice(*span)))
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

/// An event as a file tells it.
#[derive(Clone, Copy, Debug)]
struct Raw {
    host: u32,
    n: u32,
    line: u32,
    /// Byte of the file at which its clock stands.
    clock_at: u32,
    /// The clock names only those of which it heard directly.
    direct: bool,
    at_us: Option<u64>,
    message: Span,
    clock: (u32, u32),
    details: (u32, u32),
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
    name: String,
    hosts: Vec<String>,
    numbers: HashMap<String, u32>,
    own: Vec<Vec<u32>>,
    raws: Vec<Raw>,
    clocks: Vec<(u32, u32)>,
    details: Vec<(u32, Span)>,
    fields: Vec<String>,
    findings: Findings,
    left_out: u64,
    /// The clock of the event that is being read.
    pending: Vec<(u32, u32)>,
    /// Where its details begin.
    details_from: u32,
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

    /// One event cannot be used, because of what stands at a byte of the file.
    pub fn leave_out(&mut self, text: &Text, at: u32, finding: Finding) {
        self.left_out += 1;
        // Where it stands is looked up only for what is listed.
        let listed = self.findings.errors < Findings::LISTED_MAX;
        self.findings.add(if listed { text.locate(finding, at) } else { finding });
        self.pending.clear();
        self.details.truncate(self.details_from as usize);
    }

    /// The event that is being read happened at this host.
    pub fn begin(&mut self, host: &str) {
        self.number(host);
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

    /// Something else about the event that is being read.
    pub fn detail(&mut self, field: &str, value: Span) {
        let known = self.fields.iter().position(|known| known == field);
        let field = known.unwrap_or_else(|| {
            self.fields.push(field.to_owned());
            self.fields.len() - 1
        });
        self.details.push((field as u32, value));
    }

    /// The event that is being read, with the clock that was collected: a whole vector.
    pub fn event(&mut self, entry: Entry<'_>, text: &Text) {
        let host = self.number(entry.host);
        let (n, twice) = self.close_clock(host);
        if let Some(twice) = twice.and_then(|host| self.hosts.get(host as usize)) {
            let finding = Finding::notice("clock-key-twice", &[("host", twice)]);
            // Where it stands is looked up only for what is listed.
            let listed = self.findings.notices < Findings::LISTED_MAX;
            self.findings.add(if listed { text.locate(finding, entry.clock_at) } else { finding });
        }
        if n == 0 {
            let finding = Finding::error("clock-own", &[("host", entry.host)]);
            return self.leave_out(text, entry.clock_at, finding);
        }
        self.push(entry, host, n, false);
    }

    /// The event that is being read; the clock names only what it heard of directly, and its own count is one more than the
    /// events of its host so far.
    pub fn event_after(&mut self, entry: Entry<'_>) {
        let host = self.number(entry.host);
        self.close_clock(host);
        let n = self.own[host as usize].len() as u32 + 1;
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
        number
    }
}

/// Makes a trace of a draft, in slices.
#[derive(Debug)]
pub struct Build {
    draft: Draft,
    texts: Arc<Texts>,
    stage: Stage,
    /// Where the stage stands.
    at: usize,
    /// In the present host's list: how many were looked at, and how many of them are kept.
    within: usize,
    kept: usize,
    /// The events that each event grew from: ranges in `grown`.
    grew: Vec<(u32, u32)>,
    grown: Vec<u32>,
    order: Ordering,
    /// Positions of events in the order of happening, each after everything it knows of.
    sequence: Vec<u32>,
    vector: Vector,
    /// Reduced: ranges in `parents`, raw numbers.
    parents_of: Vec<(u32, u32)>,
    parents: Vec<u32>,
    merge: BinaryHeap<Reverse<(u64, u32, u32)>>,
    cursors: Vec<u32>,
    /// The place of each raw event among the events of the trace.
    place: Vec<u32>,
    events: Vec<Event>,
    timed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Hosts,
    Grow,
    Order,
    Check,
    Merge,
    Place,
    Done,
}

const NOWHERE: u32 = u32::MAX;
/// Events of a host that are looked at in one go.
const HOST_SLICE: usize = 64;

/// Finds an order in which every event comes after what it knows of.
#[derive(Debug, Default)]
struct Ordering {
    /// Lamport times; 0 while an event has no place yet.
    depth: Vec<u32>,
    /// Hosts that can go on.
    ready: Vec<u32>,
    /// Of each host: its next event, and how many of those it grew from have been looked at.
    next: Vec<(u32, u32)>,
    /// Of each event: the first in the list of those that wait for it, in `waits`.
    waited_by: Vec<u32>,
    /// Hosts that wait, and the next one that waits for the same event.
    waits: Vec<(u32, u32)>,
}

/// One vector, spread out by host, with the stamps that tell which entries are of now.
#[derive(Debug, Default)]
struct Vector {
    now: u32,
    own: Vec<(u32, u32)>,
    via: Vec<(u32, u32)>,
    list: Vec<u32>,
}

impl Build {
    /// Begins.
    pub fn new(draft: Draft, texts: Arc<Texts>) -> Build {
        Build {
            draft,
            texts,
            stage: Stage::Hosts,
            at: 0,
            within: 0,
            kept: 0,
            grew: Vec::new(),
            grown: Vec::new(),
            order: Ordering::default(),
            sequence: Vec::new(),
            vector: Vector::default(),
            parents_of: Vec::new(),
            parents: Vec::new(),
            merge: BinaryHeap::new(),
            cursors: Vec::new(),
            place: Vec::new(),
            events: Vec::new(),
            timed: true,
        }
    }

    /// How much of the work is done, in thousandths.
    pub fn done_permille(&self) -> u32 {
        let total = self.draft.raws.len().max(1);
        let within = (self.at.min(total) * 1000 / total) as u32;
        match self.stage {
            Stage::Hosts => 0,
            Stage::Grow => within / 4,
            Stage::Order => 250 + (self.sequence.len() * 250 / total) as u32,
            Stage::Check => 500 + within / 4,
            Stage::Merge | Stage::Place => 750 + (self.events.len() * 250 / total) as u32,
            Stage::Done => 1000,
        }
    }

    /// Goes on until it is done, or until `spent` says so. True when it is done.
    pub fn work(&mut self, spent: &mut dyn FnMut() -> bool) -> bool {
        while self.stage != Stage::Done {
            for _ in 0..64 {
                match self.stage {
                    Stage::Hosts => self.host(),
                    Stage::Grow => self.grow(),
                    Stage::Order => self.order(),
                    Stage::Check => self.check(),
                    Stage::Merge => self.merge(),
                    Stage::Place => self.finish(),
                    Stage::Done => return true,
                }
            }
            if spent() {
                return false;
            }
        }
        true
    }

    /// The trace.
    pub fn finish_into(self) -> Trace {
        let Build { draft, texts, events, parents, .. } = self;
        let Draft { name, hosts, own, clocks, details, fields, findings, left_out, .. } = draft;
        let hosts = hosts.into_iter().zip(own).map(|(name, events)| Host { name, events }).collect();
        Trace { name, hosts, events, fields, findings, left_out, texts, clocks, details, parents }
    }

    fn to(&mut self, stage: Stage) {
        self.stage = stage;
        self.at = 0;
    }

    /// A finding at the entry for `host` in an event's clock.
    fn find_entry(&mut self, raw: u32, host: u32, finding: Finding) {
        if self.draft.findings.errors >= Findings::LISTED_MAX {
            return self.draft.findings.add(finding);
        }
        let at = self.draft.raws[raw as usize].clock_at;
        let file = &self.texts.file;
        let line_end = file.line_start(file.line_of(at) + 1);
        let name = format!("\"{}\"", self.draft.hosts[host as usize]);
        let offset = file.slice((at, line_end)).find(&name).unwrap_or_default() as u32;
        let located = file.locate(finding, at + offset);
        self.draft.findings.add(located);
    }

    // ---- each host's own events

    fn host(&mut self) {
        let Some(own) = self.draft.own.get_mut(self.at) else {
            self.grew.reserve_exact(self.draft.raws.len());
            return self.to(Stage::Grow);
        };
        let raws = &self.draft.raws;
        let count = |raw: &u32| (raws[*raw as usize].n, *raw);
        if self.within == 0 && !own.is_sorted_by_key(count) {
            own.sort_unstable_by_key(count);
        }
        for _ in 0..HOST_SLICE {
            let Some(&raw) = self.draft.own[self.at].get(self.within) else {
                self.draft.own[self.at].truncate(self.kept);
                (self.within, self.kept) = (0, 0);
                self.at += 1;
                return;
            };
            self.within += 1;
            if self.follows(raw) {
                self.draft.own[self.at][self.kept] = raw;
                self.kept += 1;
            }
        }
    }

    /// Whether an event is the next of its host; if it is the last one once more, it is left out.
    fn follows(&mut self, raw: u32) -> bool {
        let last = self.kept.checked_sub(1).map(|at| self.draft.raws[self.draft.own[self.at][at] as usize]);
        let Raw { host, n, .. } = self.draft.raws[raw as usize];
        if last.map_or(1, |last| last.n + 1) == n {
            return true;
        }
        let name = self.draft.hosts[host as usize].clone();
        let finding = match last {
            Some(last) if last.n == n => {
                self.draft.left_out += 1;
                let args = [("host", name.as_str()), ("n", &n.to_string()), ("other", &last.line.to_string())];
                Finding::error("clock-twice", &args)
            }
            Some(last) => {
                let args = [("host", name.as_str()), ("from", &last.n.to_string()), ("to", &n.to_string())];
                Finding::error("clock-gap", &args)
            }
            None => Finding::error("clock-start", &[("host", name.as_str()), ("n", &n.to_string())]),
        };
        let twice = finding.code == "clock-twice";
        self.find_entry(raw, host, finding);
        !twice
    }

    /// The event of a host with this count.
    fn event(&self, host: u32, n: u32) -> Option<u32> {
        let own = &self.draft.own[host as usize];
        let count = |raw: &u32| self.draft.raws[*raw as usize].n;
        let direct = own.get(n as usize - 1).filter(|raw| count(raw) == n);
        let found = direct.or_else(|| own.binary_search_by_key(&n, count).ok().map(|at| &own[at]));
        found.copied()
    }

    fn before(&self, raw: u32) -> Option<u32> {
        let Raw { host, n, .. } = self.draft.raws[raw as usize];
        let own = &self.draft.own[host as usize];
        let count = |raw: &u32| self.draft.raws[*raw as usize].n;
        let at = match own.get(n as usize - 1) {
            Some(there) if *there == raw => n as usize - 1,
            _ => own.partition_point(|raw| count(raw) < n),
        };
        at.checked_sub(1).map(|at| own[at])
    }

    /// True if the event was not left out.
    fn kept(&self, raw: u32) -> bool {
        let Raw { host, n, .. } = self.draft.raws[raw as usize];
        self.event(host, n) == Some(raw)
    }

    // ---- what each event grew from

    fn grow(&mut self) {
        let raw = self.at as u32;
        if self.at >= self.draft.raws.len() {
            let (hosts, raws) = (self.draft.hosts.len(), self.draft.raws.len());
            self.order = Ordering {
                depth: vec![0; raws],
                ready: (0..hosts as u32).rev().collect(),
                next: vec![(0, 0); hosts],
                waited_by: vec![NOWHERE; raws],
                waits: Vec::new(),
            };
            self.sequence.reserve_exact(raws);
            return self.to(Stage::Order);
        }
        self.at += 1;
        let from = self.grown.len() as u32;
        if self.kept(raw) {
            let own = self.draft.raws[raw as usize].host;
            let before = self.before(raw).map(|before| self.draft.raws[before as usize].clock).unwrap_or_default();
            let mut earlier = range(before);
            for at in range(self.draft.raws[raw as usize].clock) {
                let (host, n) = self.draft.clocks[at];
                while earlier.clone().next().is_some_and(|at| self.draft.clocks[at].0 < host) {
                    earlier.next();
                }
                let known = earlier.clone().next().map(|at| self.draft.clocks[at]).filter(|(other, _)| *other == host);
                if host == own || known.is_some_and(|(_, known)| known >= n) {
                    continue;
                }
                match self.event(host, n) {
                    Some(other) => self.grown.push(other),
                    None => self.miss(raw, host, n),
                }
            }
        }
        self.grew.push((from, self.grown.len() as u32 - from));
    }

    /// An event's clock refers to an event that is not there.
    fn miss(&mut self, raw: u32, host: u32, n: u32) {
        let own = &self.draft.own[host as usize];
        let count = |raw: Option<&u32>| raw.map_or(0, |raw| self.draft.raws[*raw as usize].n);
        let (first, last) = (count(own.first()), count(own.last()));
        let name = self.draft.hosts[host as usize].clone();
        let (n, first, last, out) = (n.to_string(), first.to_string(), last.to_string(), n > last || n < first);
        let finding = match own.is_empty() {
            true => Finding::error("unknown-host", &[("host", &name)]),
            false if out => Finding::error("out-of-range", &[("host", &name), ("n", &n), ("first", &first), ("last", &last)]),
            false => Finding::error("no-such-event", &[("host", &name), ("n", &n)]),
        };
        self.find_entry(raw, host, finding);
    }

    // ---- an order

    fn order(&mut self) {
        let Some(host) = self.order.ready.pop() else { return self.unblock() };
        let (next, looked) = self.order.next[host as usize];
        let Some(&raw) = self.draft.own[host as usize].get(next as usize) else { return };
        let grown = &self.grown[range(self.grew[raw as usize])];
        let order = &mut self.order;
        let has_no_place = |other: &u32| *other != NOWHERE && order.depth[*other as usize] == 0;
        if let Some(at) = grown[looked as usize..].iter().position(has_no_place) {
            let looked = looked + at as u32;
            let others = &mut order.waited_by[grown[looked as usize] as usize];
            order.waits.push((host, *others));
            *others = order.waits.len() as u32 - 1;
            order.next[host as usize].1 = looked;
            return;
        }
        let before = self.before(raw);
        let grown = &self.grown[range(self.grew[raw as usize])];
        let known = grown.iter().copied().filter(|other| *other != NOWHERE).chain(before);
        let deepest = known.map(|other| self.order.depth[other as usize]).max();
        let order = &mut self.order;
        order.depth[raw as usize] = deepest.unwrap_or(0) + 1;
        order.next[host as usize] = (next + 1, 0);
        order.ready.push(host);
        let mut waiting = std::mem::replace(&mut order.waited_by[raw as usize], NOWHERE);
        while waiting != NOWHERE {
            let (host, next) = order.waits[waiting as usize];
            order.ready.push(host);
            waiting = next;
        }
        self.sequence.push(raw);
    }

    /// Nothing can go on: either all is done, or events know of each other in a circle. One reference of it is left out.
    fn unblock(&mut self) {
        let Some(own) = self.draft.own.get(self.at) else {
            let hosts = self.draft.hosts.len();
            self.vector = Vector { now: 0, own: vec![(0, 0); hosts], via: vec![(0, 0); hosts], list: Vec::new() };
            self.parents_of = vec![(0, 0); self.draft.raws.len()];
            return self.to(Stage::Check);
        };
        let (next, looked) = self.order.next[self.at];
        let Some(&raw) = own.get(next as usize) else {
            self.at += 1;
            return;
        };
        let at = (self.grew[raw as usize].0 + looked) as usize;
        let other = std::mem::replace(&mut self.grown[at], NOWHERE);
        let Raw { host: knows, n, line, .. } = self.draft.raws[other as usize];
        let args = [("n", &*n.to_string()), ("host", &*self.draft.hosts[knows as usize].clone()), ("line", &line.to_string())];
        self.find_entry(raw, knows, Finding::error("clock-cycle", &args));
        self.order.ready.push(self.at as u32);
    }

    // ---- the strict check

    fn check(&mut self) {
        let Some(&raw) = self.sequence.get(self.at) else {
            self.cursors = vec![0; self.draft.hosts.len()];
            self.place = vec![NOWHERE; self.draft.raws.len()];
            for host in 0..self.draft.hosts.len() as u32 {
                self.offer(host);
            }
            self.events.reserve_exact(self.sequence.len());
            return self.to(Stage::Merge);
        };
        self.at += 1;
        if self.draft.raws[raw as usize].direct {
            self.complete(raw);
        }
        let Raw { host, at_us, .. } = self.draft.raws[raw as usize];
        self.timed &= at_us.is_some();
        self.vector.begin();
        for at in range(self.draft.raws[raw as usize].clock) {
            let (host, count) = self.draft.clocks[at];
            self.vector.set(host, count);
        }
        if let Some(before) = self.before(raw) {
            self.timed &= self.draft.raws[before as usize].at_us <= at_us;
            self.compare(raw, before, Relation::Before);
        }
        let grew = range(self.grew[raw as usize]);
        for at in grew.clone() {
            if self.grown[at] == NOWHERE {
                continue;
            }
            self.timed &= self.draft.raws[self.grown[at] as usize].at_us <= at_us;
            self.compare(raw, self.grown[at], Relation::Known);
        }
        let from = self.parents.len() as u32;
        for at in grew {
            let other = self.grown[at];
            if other == NOWHERE {
                continue;
            }
            let known = self.draft.raws[other as usize];
            if known.host != host && self.vector.via(known.host) < known.n {
                self.parents.push(other);
            }
        }
        self.parents_of[raw as usize] = (from, self.parents.len() as u32 - from);
    }

    /// Compares an event's vector, which is spread out, with that of an event it must know all of.
    fn compare(&mut self, raw: u32, other: u32, relation: Relation) {
        let known = self.draft.raws[other as usize];
        for at in range(known.clock) {
            let (host, count) = self.draft.clocks[at];
            if host != known.host || relation == Relation::Before {
                self.vector.learn(host, count);
            }
            let is = self.vector.get(host);
            if count <= is {
                continue;
            }
            let name = |host: u32| self.draft.hosts[host as usize].clone();
            let own = self.draft.raws[raw as usize].host;
            let (line, count, is) = (known.line.to_string(), count.to_string(), is.to_string());
            let finding = match relation {
                Relation::Before => {
                    let args = [("host", &*name(own)), ("was", &count), ("other", &name(host)), ("line", &line), ("is", &is)];
                    Finding::error("clock-back", &args)
                }
                Relation::Known => {
                    let (n, other) = (known.n.to_string(), name(host));
                    let args = [
                        ("n", &*n),
                        ("host", &name(known.host)),
                        ("line", &line),
                        ("knows", &count),
                        ("other", &other),
                        ("is", &is),
                    ];
                    Finding::error("clock-merge", &args)
                }
            };
            self.find_entry(raw, host, finding);
            return;
        }
    }

    /// The whole vector of an event that names only what it heard of directly.
    fn complete(&mut self, raw: u32) {
        let Raw { host, n, .. } = self.draft.raws[raw as usize];
        self.vector.begin();
        let heard = range(self.grew[raw as usize]);
        let known = heard.map(|at| self.grown[at]).filter(|other| *other != NOWHERE);
        let sources = self.before(raw).into_iter().chain(known);
        for source in sources {
            for &(host, count) in &self.draft.clocks[range(self.draft.raws[source as usize].clock)] {
                self.vector.raise(host, count);
            }
        }
        self.vector.raise(host, n);
        let from = self.draft.clocks.len() as u32;
        self.vector.list.sort_unstable();
        for at in 0..self.vector.list.len() {
            let host = self.vector.list[at];
            self.draft.clocks.push((host, self.vector.get(host)));
        }
        self.draft.raws[raw as usize].clock = (from, self.vector.list.len() as u32);
    }

    // ---- the events of the trace, in their order

    /// Puts the next event of a host among those to choose from.
    fn offer(&mut self, host: u32) {
        let Some(&raw) = self.draft.own[host as usize].get(self.cursors[host as usize] as usize) else { return };
        let at_us = self.draft.raws[raw as usize].at_us.filter(|_| self.timed).unwrap_or(0);
        self.merge.push(Reverse((at_us, self.order.depth[raw as usize], host)));
    }

    fn merge(&mut self) {
        let Some(Reverse((_, depth, host))) = self.merge.pop() else { return self.to(Stage::Place) };
        let at = self.cursors[host as usize];
        let raw = self.draft.own[host as usize][at as usize];
        self.cursors[host as usize] += 1;
        self.place[raw as usize] = self.events.len() as u32;
        let Raw { host, n, line, at_us, message, clock, details, .. } = self.draft.raws[raw as usize];
        let parents = self.parents_of[raw as usize];
        let at_us = at_us.filter(|_| self.timed);
        self.events.push(Event { host, n, depth, line, at_us, message, clock, details, parents });
        self.offer(host);
    }

    /// Numbers of raw events become places of events.
    fn finish(&mut self) {
        let parents = self.parents.len();
        if self.at < parents {
            self.parents[self.at] = self.place[self.parents[self.at] as usize];
            self.at += 1;
            return;
        }
        match self.draft.own.get_mut(self.at - parents) {
            Some(own) => {
                own.iter_mut().for_each(|raw| *raw = self.place[*raw as usize]);
                self.at += 1;
            }
            None => self.to(Stage::Done),
        }
    }
}

/// How an event knows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// It is the one before it at its host.
    Before,
    /// Its clock grew to it.
    Known,
}

impl Vector {
    fn begin(&mut self) {
        self.now += 1;
        self.list.clear();
    }

    fn set(&mut self, host: u32, count: u32) {
        self.own[host as usize] = (self.now, count);
    }

    fn get(&self, host: u32) -> u32 {
        let (stamp, count) = self.own[host as usize];
        if stamp == self.now { count } else { 0 }
    }

    fn raise(&mut self, host: u32, count: u32) {
        if self.own[host as usize].0 != self.now {
            self.list.push(host);
        }
        let known = self.get(host);
        self.set(host, known.max(count));
    }

    /// Somebody that the event knows of knows so many events of a host.
    fn learn(&mut self, host: u32, count: u32) {
        let known = self.via(host);
        self.via[host as usize] = (self.now, known.max(count));
    }

    fn via(&self, host: u32) -> u32 {
        let (stamp, count) = self.via[host as usize];
        if stamp == self.now { count } else { 0 }
    }
}
