//! Two executions compared: which events are in both, which in only one, and where they first part.
//!
//! Hosts are the same by their names. Along each host the events are aligned by their texts, so that as few as possible are in
//! only one; times and other fields do not count, since no two executions have the same. An event that is in both may still have
//! *heard otherwise*: its clock grew from an event of another host, or from another event of that host.
//!
//! A *difference* is a stretch of one host between two events that are in both, or an event that heard otherwise. Differences
//! are in the order of Lamport's time: before the first one, nothing differs that it can have followed from. ShiViz compares
//! sets of texts for each host; an event that comes once more or in another order is no difference there.

mod align;
mod order;

use super::trace::{Event, Trace};
use align::Align;
pub use order::Order;
use std::collections::HashMap;
use std::ops::Range;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

impl Side {
    /// Both, in order.
    pub const BOTH: [Side; 2] = [Side::A, Side::B];

    /// The other one.
    pub fn other(self) -> Side {
        if self == Side::A { Side::B } else { Side::A }
    }

    /// Its letter.
    pub fn letter(self) -> &'static str {
        if self == Side::A { "A" } else { "B" }
    }
}

/// How an event stands to the other execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is in both.
    Same,
    /// It is in this one only.
    Only,
    /// It is in both, but heard of other events there.
    Otherwise,
}

/// A stretch of one host in which the two differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The host's number in each; `None` if it has no events there.
    pub hosts: [Option<u32>; 2],
    /// The stretch in each: places among the host's events, from 0.
    pub events: [Range<u32>; 2],
    /// The one event of each is in both, and heard otherwise.
    pub otherwise: bool,
    /// Lamport's time of its first event.
    pub depth: u32,
}

impl Difference {
    /// The first event, in the first execution that has one: its place in the trace.
    pub fn first(&self, traces: [&Trace; 2]) -> Option<(Side, u32)> {
        Side::BOTH.into_iter().find_map(|side| Some((side, self.events_of(traces, side).first().copied()?)))
    }

    /// Its events in one execution: places in the trace.
    pub fn events_of<'a>(&self, traces: [&'a Trace; 2], side: Side) -> &'a [u32] {
        let host = self.hosts[side as usize].and_then(|host| traces[side as usize].hosts.get(host as usize));
        let Range { start, end } = self.events[side as usize];
        host.and_then(|host| host.events.get(start as usize..end as usize)).unwrap_or_default()
    }
}

/// No event.
const NONE: u32 = u32::MAX;
/// Events between two looks at the clock.
const SLICE: usize = 512;

/// A comparison, made in slices: see [`work`](Comparison::work).
#[derive(Debug)]
pub struct Comparison {
    stage: Stage,
    /// Which of a stage's things is next.
    at: usize,
    hosts: Vec<[Option<u32>; 2]>,
    /// A hash of each event's text, by side.
    hashes: [Vec<u64>; 2],
    /// The same event of the other side, by side.
    partners: [Vec<u32>; 2],
    otherwise: Vec<bool>,
    /// By hosts of the first: their numbers in the second, or [`NONE`].
    counterparts: Vec<u32>,
    /// By hosts of the second: the event that is being looked at heard of this one of theirs; otherwise all [`NONE`].
    heard_there: Vec<u32>,
    align: Option<Align>,
    /// How far each side of a host is looked at.
    walked: [u32; 2],
    differences: Vec<Difference>,
    /// How they are sorted, and what is sorted of them.
    order: Option<Order>,
    sorted: Vec<Difference>,
    /// The greatest depth of a difference.
    deepest: u32,
    only: [u64; 2],
    rough: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Hash(Side),
    Align,
    Hear,
    Gather,
    Sort,
    Done,
}

impl Comparison {
    /// All at once.
    pub fn new(a: &Trace, b: &Trace) -> Comparison {
        let mut comparison = Comparison::begin(a, b);
        comparison.work([a, b], &mut || false);
        comparison
    }

    /// Nothing is compared yet.
    pub fn begin(a: &Trace, b: &Trace) -> Comparison {
        let hosts = matched(a, b);
        let mut counterparts = vec![NONE; a.hosts.len()];
        for [here, there] in &hosts {
            if let (Some(here), Some(there)) = (here, there) {
                counterparts[*here as usize] = *there;
            }
        }
        Comparison {
            stage: Stage::Hash(Side::A),
            at: 0,
            hosts,
            counterparts,
            heard_there: vec![NONE; b.hosts.len()],
            hashes: [Vec::new(), Vec::new()],
            partners: [a, b].map(|trace| vec![NONE; trace.events.len()]),
            otherwise: vec![false; a.events.len()],
            align: None,
            walked: [0, 0],
            differences: Vec::new(),
            order: None,
            sorted: Vec::new(),
            deepest: 0,
            only: [0, 0],
            rough: false,
        }
    }

    /// Compares on until it is done, or until `spent` says so. True when it is done. The traces are those that it was begun with.
    pub fn work(&mut self, traces: [&Trace; 2], spent: &mut dyn FnMut() -> bool) -> bool {
        while self.stage != Stage::Done {
            match self.stage {
                Stage::Hash(side) => self.hash(traces, side),
                Stage::Align => self.align(traces),
                Stage::Hear => self.hear(traces),
                Stage::Gather => self.gather(traces),
                Stage::Sort => self.sort(),
                Stage::Done => {}
            }
            if spent() {
                break;
            }
        }
        self.stage == Stage::Done
    }

    /// How far it is, in thousandths.
    pub fn permille(&self) -> u32 {
        let part = |from: u32, size: u32, all: usize| from + (size as usize * self.at.min(all) / all.max(1)) as u32;
        match self.stage {
            Stage::Hash(side) => part(200 * side as u32, 200, self.partners[side as usize].len()),
            Stage::Align => part(400, 300, self.hosts.len()),
            Stage::Hear => part(700, 200, self.partners[0].len()),
            Stage::Gather => part(900, 50, self.hosts.len()),
            Stage::Sort => part(950, 50, self.differences.len()),
            Stage::Done => 1_000,
        }
    }

    /// The hosts of both, by name: those of the first, then those that only the second has.
    pub fn hosts(&self) -> &[[Option<u32>; 2]] {
        &self.hosts
    }

    /// The same event in the other execution; by places in the traces.
    pub fn partner(&self, side: Side, event: u32) -> Option<u32> {
        self.partners[side as usize].get(event as usize).copied().filter(|partner| *partner != NONE)
    }

    /// How an event stands to the other execution.
    pub fn mark(&self, side: Side, event: u32) -> Mark {
        let Some(partner) = self.partner(side, event) else { return Mark::Only };
        let a = if side == Side::A { event } else { partner };
        if self.otherwise.get(a as usize).copied().unwrap_or_default() { Mark::Otherwise } else { Mark::Same }
    }

    /// The differences, the first one first.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// How many events are in one only.
    pub fn only(&self, side: Side) -> u64 {
        self.only[side as usize]
    }

    /// How many events are in both, and how many of these heard otherwise.
    pub fn shared(&self) -> (u64, u64) {
        let both = self.partners[0].len() as u64 - self.only[0];
        (both, self.otherwise.iter().filter(|otherwise| **otherwise).count() as u64)
    }

    /// True if a host differs so much that more of its events may be in both than are told.
    pub fn rough(&self) -> bool {
        self.rough
    }

    fn to(&mut self, stage: Stage) {
        (self.stage, self.at) = (stage, 0);
    }

    fn hash(&mut self, traces: [&Trace; 2], side: Side) {
        let trace = traces[side as usize];
        let to = trace.events.len().min(self.at + SLICE);
        self.hashes[side as usize].extend(trace.events[self.at..to].iter().map(|event| hash(trace.message(event))));
        self.at = to;
        if to == trace.events.len() {
            self.to(if side == Side::A { Stage::Hash(Side::B) } else { Stage::Align });
        }
    }

    fn align(&mut self, traces: [&Trace; 2]) {
        let Some(hosts) = self.hosts.get(self.at) else {
            self.hashes = [Vec::new(), Vec::new()];
            return self.to(Stage::Hear);
        };
        let ([Some(a), Some(b)], [of_a, of_b]) = (*hosts, traces) else {
            self.at += 1;
            return;
        };
        let (own_a, own_b) = (&of_a.hosts[a as usize].events, &of_b.hosts[b as usize].events);
        let align = self.align.get_or_insert_with(|| Align::new(own_a.len() as u32, own_b.len() as u32));
        let (hashes, partners) = (&self.hashes, &mut self.partners);
        let same = |x: u32, y: u32| {
            let (x, y) = (own_a[x as usize] as usize, own_b[y as usize] as usize);
            hashes[0][x] == hashes[1][y] && of_a.message(&of_a.events[x]) == of_b.message(&of_b.events[y])
        };
        let found = |x: u32, y: u32, count: u32| {
            for n in 0..count {
                let (x, y) = (own_a[(x + n) as usize], own_b[(y + n) as usize]);
                (partners[0][x as usize], partners[1][y as usize]) = (y, x);
            }
        };
        if align.step(same, found) {
            self.rough |= align.rough;
            self.align = None;
            self.at += 1;
        }
    }

    /// Looks whether events that are in both heard of the same events.
    fn hear(&mut self, [a, b]: [&Trace; 2]) {
        let mut looked_at = 0;
        while self.at < a.events.len() && looked_at < SLICE {
            let at = self.at;
            self.at += 1;
            looked_at += 1;
            let Some(partner) = self.partner(Side::A, at as u32) else { continue };
            let (of_a, of_b) = (a.parents(&a.events[at]), b.parents(&b.events[partner as usize]));
            looked_at += of_a.len() + of_b.len();
            let host = |trace: &Trace, event: u32| trace.events[event as usize].host as usize;
            // An event grew from at most one event of each host.
            for event in of_b {
                self.heard_there[host(b, *event)] = *event;
            }
            let heard = |event: &u32| {
                let there =
                    self.heard_there.get(self.counterparts[host(a, *event)] as usize).copied().filter(|there| *there != NONE);
                there.is_some_and(|there| match (self.partner(Side::A, *event), self.partner(Side::B, there)) {
                    (None, None) => true,
                    (here, _) => here == Some(there),
                })
            };
            self.otherwise[at] = of_a.len() != of_b.len() || !of_a.iter().all(heard);
            for event in of_b {
                self.heard_there[host(b, *event)] = NONE;
            }
        }
        if self.at == a.events.len() {
            self.to(Stage::Gather);
        }
    }

    /// Goes along a host, and notes where the two differ.
    fn gather(&mut self, traces: [&Trace; 2]) {
        let Some(&hosts) = self.hosts.get(self.at) else {
            return self.to(Stage::Sort);
        };
        let own = [0, 1].map(|side: usize| {
            let host = hosts[side].and_then(|host| traces[side].hosts.get(host as usize));
            host.map_or(&[][..], |host| &host.events[..])
        });
        for _ in 0..SLICE {
            let from = self.walked;
            let mut to = from;
            for side in Side::BOTH {
                let alone = |event: &&u32| self.partner(side, **event).is_none();
                let rest = own[side as usize].get(from[side as usize] as usize..).unwrap_or_default();
                to[side as usize] += rest.iter().take_while(alone).count() as u32;
                self.only[side as usize] += u64::from(to[side as usize] - from[side as usize]);
            }
            if to != from {
                self.note(traces, hosts, [from[0]..to[0], from[1]..to[1]], false);
            }
            let next = own[0].get(to[0] as usize);
            if next.is_some_and(|event| self.otherwise[*event as usize]) {
                self.note(traces, hosts, [to[0]..to[0] + 1, to[1]..to[1] + 1], true);
            }
            if next.is_none() {
                (self.at, self.walked) = (self.at + 1, [0, 0]);
                return;
            }
            self.walked = to.map(|at| at + 1);
        }
    }

    /// Brings the differences into the order of their depths.
    fn sort(&mut self) {
        let differences = &self.differences;
        let order = self.order.get_or_insert_with(|| Order::begin(differences.len(), self.deepest));
        if !order.work(|number| differences[number].depth, SLICE) {
            return;
        }
        let to = differences.len().min(self.at + SLICE);
        if self.at == 0 {
            self.sorted.reserve_exact(differences.len());
        }
        self.sorted.extend(order.numbers()[self.at..to].iter().map(|number| differences[*number as usize].clone()));
        self.at = to;
        if to == differences.len() {
            self.differences = std::mem::take(&mut self.sorted);
            self.order = None;
            self.to(Stage::Done);
        }
    }

    fn note(&mut self, traces: [&Trace; 2], hosts: [Option<u32>; 2], events: [Range<u32>; 2], otherwise: bool) {
        let mut difference = Difference { hosts, events, otherwise, depth: 0 };
        let first = |side: Side| difference.events_of(traces, side).first();
        let depth = |side: Side| first(side).map(|event| traces[side as usize].events[*event as usize].depth);
        difference.depth = Side::BOTH.into_iter().filter_map(depth).min().unwrap_or_default();
        self.deepest = self.deepest.max(difference.depth);
        self.differences.push(difference);
    }
}

/// What an event heard of directly: hosts and counts.
pub fn heard<'a>(trace: &'a Trace, event: &Event) -> impl Iterator<Item = (&'a str, u32)> {
    trace.parents(event).iter().map(|parent| {
        let parent = &trace.events[*parent as usize];
        (trace.host(parent), parent.n)
    })
}

/// Hosts with events, by name.
fn matched(a: &Trace, b: &Trace) -> Vec<[Option<u32>; 2]> {
    let named = |trace: &Trace| {
        let hosts = trace.hosts.iter().enumerate().filter(|(_, host)| !host.events.is_empty());
        hosts.map(|(number, host)| (host.name.clone(), number as u32)).collect::<Vec<_>>()
    };
    let of_b = named(b);
    let by_name: HashMap<&str, u32> = of_b.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    let mut met = vec![false; b.hosts.len()];
    let mut hosts: Vec<[Option<u32>; 2]> = Vec::new();
    for (name, number) in named(a) {
        let there = by_name.get(name.as_str()).copied();
        if let Some(there) = there {
            met[there as usize] = true;
        }
        hosts.push([Some(number), there]);
    }
    hosts.extend(of_b.iter().filter(|(_, number)| !met[*number as usize]).map(|(_, number)| [None, Some(*number)]));
    hosts
}

/// FNV-1a, so that most texts that differ are known to differ at a glance.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
