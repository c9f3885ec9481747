//! From a draft to a trace: each host's events, what they grew from, an order, the strict check, and the parents.

mod check;

use super::draft::{Draft, Raw};
use super::walk::{Ordering, Vector};
use super::{Event, Host, Texts, Trace, range};
use crate::scenario::foreign::finding::{Finding, Findings};
use check::Times;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

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
    /// Entries of clocks, about, that were looked at since the last look at the clock on the wall.
    cost: usize,
    /// Nothing was found to be wrong with any clock so far.
    clean: bool,
    /// The event that is being checked: those that it must know all of, and how many of them were looked at.
    checking: Option<u32>,
    sources: Vec<u32>,
    looked: usize,
    times: Times,
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
/// Entries of clocks that are looked at between two looks at the clock on the wall.
const LOOK: usize = 2_048;
/// What a step costs beside the entries that it looks at.
const STEP: usize = 8;

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
            cost: 0,
            clean: true,
            checking: None,
            sources: Vec::new(),
            looked: 0,
            times: Times::default(),
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
            self.cost = 0;
            while self.cost < LOOK {
                self.cost += STEP;
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
        let timed = self.times.order();
        let Build { draft, texts, events, parents, .. } = self;
        let Draft { name, hosts, own, clocks, details, fields, findings, left_out, .. } = draft;
        let hosts = hosts.into_iter().zip(own).map(|(name, events)| Host { name, events }).collect();
        Trace { name, hosts, events, timed, fields, findings, left_out, texts, clocks, details, parents }
    }

    fn to(&mut self, stage: Stage) {
        self.stage = stage;
        self.at = 0;
    }

    /// A finding at the entry for `host` in an event's clock.
    fn find_entry(&mut self, raw: u32, host: u32, finding: Finding) {
        self.clean = false;
        if self.draft.findings.errors >= Findings::LISTED_MAX {
            return self.draft.findings.add(finding);
        }
        let at = self.draft.raws[raw as usize].clock_at;
        let file = &self.texts.file;
        let line_end = file.line_start(file.line_of(at) + 1);
        self.cost += (line_end - at) as usize / STEP;
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
        self.cost += HOST_SLICE;
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
        self.cost += self.draft.raws[raw as usize].clock.1 as usize;
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
        self.cost += grown.len();
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

    // ---- the events of the trace, in their order

    /// Puts the next event of a host among those to choose from.
    fn offer(&mut self, host: u32) {
        let Some(&raw) = self.draft.own[host as usize].get(self.cursors[host as usize] as usize) else { return };
        let at_us = self.draft.raws[raw as usize].at_us.filter(|_| self.times.order()).unwrap_or(0);
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
        let Some(own) = self.draft.own.get_mut(self.at - parents) else { return self.to(Stage::Done) };
        let slice = own[self.within..].iter_mut().take(HOST_SLICE);
        self.cost += slice.len();
        self.within += slice.len();
        slice.for_each(|raw| *raw = self.place[*raw as usize]);
        if self.within == own.len() {
            (self.within, self.at) = (0, self.at + 1);
        }
    }
}
