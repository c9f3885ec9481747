//! What two branches have in common, and what only one of them has: found while both are read, event by event.
//!
//! As far as both have the same events in the same places, they are passed over in pairs. From the first difference on, events
//! are the same if they have the same [`Content`], the earliest of equals first. Contents begin with the time, and times never
//! decrease along a branch: so only events of one and the same time need be held against each other, what was settled stays
//! settled while both branches grow, and each event is one step of work.

#[cfg(test)]
mod tests;
mod waiting;

use super::{Kind, NO_LANE};
use crate::base::ids::PlaceKind;
use crate::base::{Chunked, NodeId};
use crate::sim::trace::{Event, EventKind};
use std::collections::{BTreeMap, VecDeque};
use waiting::Waiting;

/// What makes two events the same: when and where, what kind, whom they hear from, and what they carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content {
    at_us: u64,
    lane: u16,
    kind: Kind,
    label: u16,
    heard: u16,
    carried: u32,
}

impl Content {
    /// Of an event of a run; `carried` is a digest of what it carries.
    pub fn of(event: &Event, carried: u32) -> Content {
        let arrives = match event.kind {
            EventKind::Delivered => event.cause.place() != event.id.place(),
            kind => kind == EventKind::Lost,
        };
        let sender = event.cause.some().map(|cause| cause.place()).filter(|place| arrives && place.kind() == PlaceKind::Node);
        Content {
            at_us: event.at_us,
            lane: event.node().map_or(NO_LANE, |NodeId(node)| node),
            kind: super::run::kind_of(event.kind),
            label: u16::from(event.sub),
            heard: sender.map_or(NO_LANE, |place| place.node().0),
            carried,
        }
    }
}

/// One of two branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The branch that is looked at.
    Here,
    /// The one that it is compared with.
    There,
}

impl Side {
    /// Both, in the order of their numbers.
    pub const BOTH: [Side; 2] = [Side::Here, Side::There];

    fn other(self) -> Side {
        if self == Side::Here { Side::There } else { Side::Here }
    }
}

/// An event that only one branch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Only {
    /// Its number on its branch.
    pub event: u32,
    /// When, microseconds.
    pub at_us: u64,
    /// The lane that it is on, or [`NO_LANE`].
    pub lane: u16,
}

impl Only {
    fn new(event: u32, content: &Content) -> Only {
        Only { event, at_us: content.at_us, lane: content.lane }
    }
}

/// Events of one branch that have been read.
#[derive(Clone, Debug, Default)]
struct Line {
    /// Number of the first that waits.
    next: u32,
    /// Not held against the other branch yet.
    waiting: Waiting<Content>,
    /// The time of the last one that was read, microseconds.
    last_us: u64,
    /// Of those that do not wait, what the other branch does not have; ascending.
    only: Chunked<Only, 1_024>,
}

impl Line {
    fn read(&self) -> u32 {
        self.next + self.waiting.len() as u32
    }

    fn pop(&mut self) -> Option<(u32, Content)> {
        let content = self.waiting.pop()?;
        self.next += 1;
        Some((self.next - 1, content))
    }

    /// Takes one of the last events off the list of what the other branch does not have.
    fn take_off(&mut self, event: u32) {
        let Some(at) = (0..self.only.len()).rev().find(|at| self.only[*at].event <= event) else { return };
        let later: Vec<Only> = self.only.iter_from(at + 1).copied().collect();
        self.only.truncate(at);
        self.only.extend(later);
    }
}

/// The differences of two branches, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    lines: [Line; 2],
    /// The first event that is not the same in both.
    parted: Option<u32>,
    /// Events of the time that is worked on, by side, which have no like on the other one so far.
    alone: BTreeMap<Content, [VecDeque<u32>; 2]>,
    alone_us: u64,
    /// Both were read to their ends once: what one has beyond the other's end, only it has.
    ended: bool,
}

impl Differences {
    /// Of two branches that share their first `shared` events. The others are to be told with [`push`](Differences::push).
    pub fn new(shared: u32) -> Differences {
        let line = || Line { next: shared, ..Line::default() };
        Differences { lines: [line(), line()], ..Differences::default() }
    }

    /// The next event of a branch. Its time is not before the last one's; an earlier one is taken for that.
    pub fn push(&mut self, side: Side, content: Content) {
        let line = &mut self.lines[side as usize];
        line.last_us = line.last_us.max(content.at_us);
        line.waiting.push(Content { at_us: line.last_us, ..content });
    }

    /// Works at most `budget` steps, of which each deals with one or two events. True once nothing is left to do until more is read.
    pub fn work(&mut self, budget: u32) -> bool {
        (0..budget).any(|_| !self.step()) || !self.can_step()
    }

    /// Both branches have been read to their ends, for now, and nothing is left to do.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// True once [`end`](Differences::end) was said: what is known is all, or all that was known the last time.
    pub fn is_known(&self) -> bool {
        self.ended
    }

    /// The first event that is not the same in both.
    pub fn first(&self) -> Option<u32> {
        let [here, there] = self.lines.each_ref().map(Line::read);
        self.parted.or((self.ended && here != there).then_some(here.min(there)))
    }

    /// What only one branch has, ascending.
    pub fn only(&self, side: Side) -> Onlies<'_> {
        let line = &self.lines[side as usize];
        Onlies { line, beyond: self.beyond(side) }
    }

    /// How many of a line's waiting events the other branch can have; those after them lie beyond its end.
    fn beyond(&self, side: Side) -> usize {
        let [line, other] = [side, side.other()].map(|side| &self.lines[side as usize]);
        match self.parted {
            _ if !self.ended => line.waiting.len(),
            None => (other.read().saturating_sub(line.next) as usize).min(line.waiting.len()),
            Some(_) => line.waiting.partition_point(|content| content.at_us <= other.last_us),
        }
    }

    fn fronts(&self) -> [Option<Content>; 2] {
        self.lines.each_ref().map(|line| line.waiting.get(0))
    }

    fn can_step(&self) -> bool {
        match self.fronts() {
            [Some(_), Some(_)] => true,
            _ if self.parted.is_none() => false,
            fronts => self.earlier(fronts).is_some(),
        }
    }

    /// False if there is nothing to do.
    fn step(&mut self) -> bool {
        let fronts = self.fronts();
        if let [Some(here), Some(there)] = fronts {
            let nobody_waits = self.alone.is_empty() || self.alone_us < here.at_us;
            if here == there && (self.parted.is_none() || nobody_waits) {
                for line in &mut self.lines {
                    line.pop();
                }
                return true;
            }
            self.parted.get_or_insert(self.lines[Side::Here as usize].next);
        } else if self.parted.is_none() {
            return false;
        }
        let Some(side) = self.earlier(fronts) else { return false };
        if let Some((event, content)) = self.lines[side as usize].pop() {
            self.hold(side, event, content);
        }
        true
    }

    /// Whose next event comes first. If the other branch ends before that event, it has none that could be the same.
    fn earlier(&self, fronts: [Option<Content>; 2]) -> Option<Side> {
        let ends = |side: Side| self.lines[side as usize].last_us;
        match fronts {
            [Some(here), Some(there)] => Some(if here.at_us <= there.at_us { Side::Here } else { Side::There }),
            [Some(here), None] => (here.at_us <= ends(Side::There)).then_some(Side::Here),
            [None, Some(there)] => (there.at_us <= ends(Side::Here)).then_some(Side::There),
            [None, None] => None,
        }
    }

    /// Holds an event against those of the other branch at the same time.
    fn hold(&mut self, side: Side, event: u32, content: Content) {
        if content.at_us > self.alone_us {
            self.alone.clear();
            self.alone_us = content.at_us;
        }
        let alike = self.alone.entry(content).or_default();
        match alike[side.other() as usize].pop_front() {
            Some(like) => self.lines[side.other() as usize].take_off(like),
            None => {
                alike[side as usize].push_back(event);
                self.lines[side as usize].only.push(Only::new(event, &content));
            }
        }
    }
}

/// The events that only one branch has, ascending.
#[derive(Clone, Copy, Debug)]
pub struct Onlies<'a> {
    line: &'a Line,
    beyond: usize,
}

impl Onlies<'_> {
    /// How many.
    pub fn len(&self) -> usize {
        self.line.only.len() + self.line.waiting.len() - self.beyond
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The n-th of them.
    pub fn get(&self, n: usize) -> Option<Only> {
        self.line.only.get(n).copied().or_else(|| {
            let at = n.checked_sub(self.line.only.len())? + self.beyond;
            Some(Only::new(self.line.next + at as u32, &self.line.waiting.get(at)?))
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Only> {
        (0..self.len()).filter_map(|n| self.get(n))
    }
}
