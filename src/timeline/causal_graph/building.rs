//! The graph of a foreign trace, built in slices: whoever waits for it can do something else between two of them, and draw what
//! is there so far.
//!
//! Each phase goes over the events once; none sorts all of them. A lane is in order by itself (its times do not fall, its causal
//! depths rise), so that the order of the graph is a merge of the lanes, and events enter the graph as they leave the merge.
//!
//! Two events that are to stand beside each other have a depth together, greater than that of all that both wait for. If a
//! circle of such pairs waits for itself, its first pair is taken apart: what it was to show is in no order anyway.

use super::build::{Cycle, Foreign, Origin};
use super::{CausalGraph, Fate, Kind, Lane, LaneKind, NONE, NewEvent};
use crate::base::Level;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A graph that is being built: see [`work`](Building::work).
#[derive(Clone, Debug)]
pub struct Building {
    given: Foreign,
    phase: Phase,
    /// The next one of what the phase goes over.
    at: usize,
    parents: Lists,
    children: Lists,
    /// The event after each on its lane.
    next: Vec<u32>,
    /// The last event so far of each lane, and its first.
    ends: Vec<(u32, u32)>,
    /// Whether no event is earlier than one before it.
    agree: bool,
    /// How many events each waits for to know its depth.
    waits: Vec<u32>,
    depth: Vec<u32>,
    ready: Vec<u32>,
    /// Events that wait for nothing but the one beside them; some of them do not wait any more.
    half: BinaryHeap<Reverse<Origin>>,
    /// The next event of each lane.
    merge: BinaryHeap<Reverse<(u64, u32, u16, Origin)>>,
    built: Built,
}

/// A graph, and where its events came from.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The graph.
    pub graph: CausalGraph,
    /// For each event of the graph, its number as it was given.
    pub origins: Vec<Origin>,
    /// For each event as it was given, its number in the graph; [`NONE`] until it is there.
    pub numbers: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    CountParents,
    SumParents,
    PlaceParents,
    Sort,
    SumChildren,
    PlaceChildren,
    Roots,
    Depths,
    Merge,
    Done,
}

impl Phase {
    const ALL: [Phase; 10] = {
        use Phase::*;
        [CountParents, SumParents, PlaceParents, Sort, SumChildren, PlaceChildren, Roots, Depths, Merge, Done]
    };

    fn after(self) -> Phase {
        Phase::ALL[(self as usize + 1).min(Phase::ALL.len() - 1)]
    }
}

impl Building {
    pub(super) fn new(given: Foreign) -> Building {
        let count = given.len();
        let lane = |name: &String| Lane { name: name.clone(), kind: LaneKind::Process, events: Vec::new(), states: Vec::new() };
        let graph = CausalGraph { lanes: given.lanes.iter().map(lane).collect(), ..CausalGraph::default() };
        Building {
            phase: Phase::CountParents,
            at: 0,
            parents: Lists::new(count),
            children: Lists::new(count),
            next: vec![NONE; count],
            ends: vec![(NONE, NONE); given.lanes.len()],
            agree: true,
            waits: vec![0; count],
            depth: vec![0; count],
            ready: Vec::new(),
            half: BinaryHeap::new(),
            merge: BinaryHeap::new(),
            built: Built { graph, origins: Vec::new(), numbers: vec![NONE; count] },
            given,
        }
    }

    /// Builds on, about `budget` steps; at least one. True when the graph is whole.
    ///
    /// # Errors
    /// If the order goes in a circle. Then there is nothing more to build.
    pub fn work(&mut self, budget: u32) -> Result<bool, Cycle> {
        let mut left = u64::from(budget.max(1));
        while left > 0 && self.phase != Phase::Done {
            if self.at == self.size() {
                self.end_phase()?;
                continue;
            }
            left = left.saturating_sub(self.step());
        }
        Ok(self.phase == Phase::Done)
    }

    /// How far it is, in events: as many as there are when it is whole.
    pub fn read(&self) -> u64 {
        let count = self.all();
        // How many will be ready is not known; all events are in the end.
        let size = if self.phase == Phase::Depths { count } else { self.size() as u64 }.max(1);
        let last = Phase::Done as u64;
        (count * (self.phase as u64 * size + self.at as u64) / (last * size)).min(count)
    }

    /// Number of events that the graph will have.
    pub fn all(&self) -> u64 {
        self.given.len() as u64
    }

    /// What is there so far: the graph's first events.
    pub fn so_far(&self) -> &Built {
        &self.built
    }

    /// What was built; nothing is left behind.
    pub fn take(&mut self) -> Built {
        std::mem::take(&mut self.built)
    }

    /// How many steps a phase has, at least.
    fn size(&self) -> usize {
        match self.phase {
            Phase::CountParents | Phase::PlaceParents => self.given.parents.len(),
            Phase::SumParents | Phase::SumChildren => self.given.len() + 1,
            Phase::Sort | Phase::PlaceChildren | Phase::Roots | Phase::Merge => self.given.len(),
            // As many as become ready.
            Phase::Depths => self.at + self.ready.len(),
            Phase::Done => 0,
        }
    }

    fn end_phase(&mut self) -> Result<(), Cycle> {
        match self.phase {
            Phase::SumParents => self.parents.reserve(),
            Phase::PlaceParents => self.given.parents = Vec::new(),
            Phase::Sort => self.parents.end(self.given.len()),
            Phase::SumChildren => self.children.reserve(),
            Phase::Depths => {
                if self.take_apart() {
                    return Ok(());
                }
                if self.at < self.given.len()
                    && let Some(event) = self.waits.iter().position(|waits| *waits > 0)
                {
                    return Err(Cycle { event: event as u32 });
                }
                (self.children, self.waits) = (Lists::default(), Vec::new());
                self.built.graph.timed = !self.given.untimed && self.agree && !self.given.is_empty();
                let firsts: Vec<u32> = self.ends.iter().map(|ends| ends.1).filter(|first| *first != NONE).collect();
                firsts.into_iter().for_each(|first| self.wait_in_merge(first));
            }
            _ => {}
        }
        (self.phase, self.at) = (self.phase.after(), 0);
        Ok(())
    }

    /// One step of the phase. Returns how much it was.
    fn step(&mut self) -> u64 {
        let at = self.at;
        self.at += 1;
        match self.phase {
            Phase::CountParents => {
                if let Some((event, _)) = self.message(at) {
                    self.parents.count(event);
                }
                1
            }
            Phase::SumParents => self.parents.sum(at),
            Phase::PlaceParents => {
                if let Some((event, parent)) = self.message(at) {
                    self.parents.place(event, parent);
                }
                1
            }
            Phase::Sort => self.sort(at as u32),
            Phase::SumChildren => self.children.sum(at),
            Phase::PlaceChildren => {
                let parents = self.parents.of(at as u32);
                parents.iter().for_each(|parent| self.children.place(*parent, at as u32));
                1 + parents.len() as u64
            }
            Phase::Roots => {
                if self.waits[at] == 0 {
                    self.is_ready(at as u32);
                }
                1
            }
            Phase::Depths => self.deepen(),
            Phase::Merge => self.add_next(),
            Phase::Done => 1,
        }
    }

    /// A given parent, if it is a message: it is there, and not earlier on the same lane. A later place of the event's own lane
    /// stays: it is a circle, and to be reported.
    fn message(&self, at: usize) -> Option<(u32, u32)> {
        let (event, parent) = self.given.parents[at];
        let Foreign { lane, seat, .. } = &self.given;
        let (here, there) = (event as usize, parent as usize);
        let known = here < lane.len() && there < lane.len();
        (known && (lane[here] != lane[there] || seat[there] >= seat[here])).then_some((event, parent))
    }

    /// What an event's parents and its lane say of it.
    fn sort(&mut self, event: u32) -> u64 {
        let parents = self.parents.settle(event);
        let at_us = self.given.time[event as usize];
        for parent in self.parents.range(parents.clone()) {
            self.children.count(*parent);
            self.agree &= self.given.time[*parent as usize] <= at_us;
        }
        self.waits[event as usize] += parents.len() as u32;
        let (last, first) = &mut self.ends[self.given.lane[event as usize] as usize];
        if *last == NONE {
            *first = event;
        } else {
            self.next[*last as usize] = event;
            self.waits[event as usize] += 1;
            self.agree &= self.given.time[*last as usize] <= at_us;
        }
        *last = event;
        1 + parents.len() as u64
    }

    /// The next event whose depth is known, and what it lets those after it know.
    fn deepen(&mut self) -> u64 {
        let Some(event) = self.ready.pop() else { return 1 };
        let below = self.depth[event as usize] + 1;
        let after = Some(self.next[event as usize]).filter(|next| *next != NONE);
        let sent = self.children.range_of(event);
        let cost = 1 + sent.len() as u64;
        for at in sent.map(Some).chain([None]) {
            let Some(child) = at.map_or(after, |at| self.children.items.get(at).copied()) else { continue };
            let at = child as usize;
            self.depth[at] = self.depth[at].max(below);
            self.waits[at] -= 1;
            if self.waits[at] == 0 {
                self.is_ready(child);
            }
        }
        cost
    }

    /// An event waits for nothing any more but, perhaps, the one beside it.
    fn is_ready(&mut self, event: u32) {
        let Some(beside) = self.beside(event) else { return self.ready.push(event) };
        if self.waits[beside as usize] > 0 || self.phase == Phase::Roots && beside > event {
            return self.half.push(Reverse(event));
        }
        let depth = self.depth[event as usize].max(self.depth[beside as usize]);
        for one in [event, beside] {
            self.depth[one as usize] = depth;
            self.ready.push(one);
        }
    }

    fn beside(&self, event: u32) -> Option<u32> {
        self.given.beside.get(event as usize).copied().filter(|beside| *beside != NONE)
    }

    /// Nothing is ready: the first of those that wait for the one beside them stands alone. False if there is none.
    fn take_apart(&mut self) -> bool {
        while let Some(Reverse(event)) = self.half.pop() {
            let Some(beside) = self.beside(event).filter(|beside| self.waits[*beside as usize] > 0) else { continue };
            (self.given.beside[event as usize], self.given.beside[beside as usize]) = (NONE, NONE);
            self.ready.push(event);
            return true;
        }
        false
    }

    fn wait_in_merge(&mut self, event: u32) {
        let at = event as usize;
        let time = if self.built.graph.timed { self.given.time[at] } else { 0 };
        self.merge.push(Reverse((time, self.depth[at], self.given.lane[at], event)));
    }

    /// Adds the next event of the order to the graph, with its messages.
    fn add_next(&mut self) -> u64 {
        let Some(Reverse((at_us, depth, lane, event))) = self.merge.pop() else { return 1 };
        let label = self.given.label[event as usize];
        let Built { graph, origins, numbers } = &mut self.built;
        numbers[event as usize] = graph.push(NewEvent { lane, at_us, kind: Kind::Foreign, label, level: Level::Protocol });
        origins.push(event);
        if !graph.timed {
            graph.rank.push(depth);
        }
        let parents = self.parents.of(event);
        for parent in parents {
            graph.push_edge(numbers[*parent as usize], lane, Fate::Arrived, label);
        }
        let cost = 1 + parents.len() as u64;
        match self.next[event as usize] {
            NONE => {}
            next => self.wait_in_merge(next),
        }
        cost
    }
}

/// A list for each event, one after the other: first counted, then summed, then placed.
#[derive(Clone, Debug, Default)]
struct Lists {
    /// Where each begins. While they are placed, one place further on: where the next one goes.
    begins: Vec<u32>,
    items: Vec<u32>,
    /// How many are settled.
    settled: u32,
}

impl Lists {
    fn new(count: usize) -> Lists {
        Lists { begins: vec![0; count + 2], items: Vec::new(), settled: 0 }
    }

    fn count(&mut self, event: u32) {
        self.begins[event as usize + 2] += 1;
    }

    fn sum(&mut self, at: usize) -> u64 {
        self.begins[at + 1] += self.begins[at];
        1
    }

    fn reserve(&mut self) {
        self.items = vec![0; self.begins.last().copied().unwrap_or_default() as usize];
    }

    fn place(&mut self, event: u32, item: u32) {
        let end = &mut self.begins[event as usize + 1];
        self.items[*end as usize] = item;
        *end += 1;
    }

    fn of(&self, event: u32) -> &[u32] {
        &self.items[self.range_of(event)]
    }

    fn range_of(&self, event: u32) -> std::ops::Range<usize> {
        self.begins[event as usize] as usize..self.begins[event as usize + 1] as usize
    }

    fn range(&self, range: std::ops::Range<u32>) -> &[u32] {
        &self.items[range.start as usize..range.end as usize]
    }

    /// Ascending, and each only once; to be called for each event in turn, then [`end`](Lists::end). Where it is then.
    fn settle(&mut self, event: u32) -> std::ops::Range<u32> {
        let (from, to) = (self.begins[event as usize] as usize, self.begins[event as usize + 1] as usize);
        self.items[from..to].sort_unstable();
        let begin = self.settled;
        for at in from..to {
            if at == from || self.items[at] != self.items[at - 1] {
                // Never further on than what is read.
                self.items[self.settled as usize] = self.items[at];
                self.settled += 1;
            }
        }
        self.begins[event as usize] = begin;
        begin..self.settled
    }

    fn end(&mut self, count: usize) {
        self.begins[count] = self.settled;
    }
}
