//! Messages in columns, in the order of their receiving events, with an index for windows.

use super::NONE;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Fate {
    /// It arrived.
    Arrived,
    /// It arrived, and is a second copy.
    Copy,
    /// It vanished; its receiving event is on no lane.
    Lost,
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The event that sent it.
    pub from: u32,
    /// The event at which it arrived or vanished.
    pub to: u32,
    /// The lane that it was for.
    pub to_lane: u16,
    /// What became of it.
    pub fate: Fate,
    /// For whoever built the graph: its kind.
    pub label: u16,
}

/// Messages per block of the index.
const BLOCK: usize = 64;

/// All messages.
#[derive(Clone, Debug, Default)]
pub struct Edges {
    from: Vec<u32>,
    to: Vec<u32>,
    to_lane: Vec<u16>,
    fate: Vec<Fate>,
    label: Vec<u16>,
    /// For each event up to the last that sent something, its newest message.
    newest: Vec<u32>,
    /// For each message, the one that its sender sent before.
    older: Vec<u32>,
    /// The least sender in each block, and in each block of blocks: skips what cannot reach back into a window.
    least: [Vec<u32>; 2],
}

impl Edges {
    pub(super) fn push(&mut self, edge: Edge, events: usize) {
        let number = self.from.len();
        if self.newest.len() < events {
            self.newest.resize(events, NONE);
        }
        self.from.push(edge.from);
        self.to.push(edge.to);
        self.to_lane.push(edge.to_lane);
        self.fate.push(edge.fate);
        self.label.push(edge.label);
        let sent = &mut self.newest[edge.from as usize];
        self.older.push(*sent);
        *sent = number as u32;
        self.index(number);
    }

    fn index(&mut self, number: usize) {
        let from = self.from[number];
        for (level, size) in [BLOCK, BLOCK * BLOCK].into_iter().enumerate() {
            match self.least[level].get_mut(number / size) {
                Some(least) => *least = from.min(*least),
                None => self.least[level].push(from),
            }
        }
    }

    pub(super) fn truncate(&mut self, event: u32) {
        let keep = self.to.partition_point(|to| *to < event);
        for number in (keep..self.from.len()).rev() {
            self.newest[self.from[number] as usize] = self.older[number];
        }
        self.newest.truncate(event as usize);
        self.from.truncate(keep);
        self.to.truncate(keep);
        self.to_lane.truncate(keep);
        self.fate.truncate(keep);
        self.label.truncate(keep);
        self.older.truncate(keep);
        let whole = keep / (BLOCK * BLOCK);
        self.least[0].truncate(whole * BLOCK);
        self.least[1].truncate(whole);
        (whole * BLOCK * BLOCK..keep).for_each(|number| self.index(number));
    }

    /// Number of messages.
    pub fn len(&self) -> usize {
        self.from.len()
    }

    /// True without messages.
    pub fn is_empty(&self) -> bool {
        self.from.is_empty()
    }

    /// The message with this number.
    pub fn get(&self, number: usize) -> Option<Edge> {
        Some(Edge {
            from: *self.from.get(number)?,
            to: self.to[number],
            to_lane: self.to_lane[number],
            fate: self.fate[number],
            label: self.label[number],
        })
    }

    /// The messages that arrive at an event, or vanish in it.
    pub fn incoming(&self, event: u32) -> std::ops::Range<usize> {
        let from = self.to.partition_point(|to| *to < event);
        from..from + self.to[from..].iter().take_while(|to| **to == event).count()
    }

    /// The messages that an event sent and whose end is known, newest first.
    pub fn outgoing(&self, event: u32) -> impl Iterator<Item = usize> + '_ {
        let newest = self.newest.get(event as usize).copied().unwrap_or(NONE);
        let next = |number: &u32| self.older.get(*number as usize).copied();
        std::iter::successors(Some(newest), next).take_while(|number| *number != NONE).map(|number| number as usize)
    }

    /// Number of the first message that ends at or after an event.
    pub fn first_ending_at(&self, event: u32) -> usize {
        self.to.partition_point(|to| *to < event)
    }

    /// Calls `each` with every message that is on its way somewhere within a range of events (sent at or before `last`,
    /// ended at or after `first`), until it answers false.
    pub fn across(&self, first: u32, last: u32, mut each: impl FnMut(usize, Edge) -> bool) {
        let mut number = self.first_ending_at(first);
        while number < self.from.len() {
            if number.is_multiple_of(BLOCK * BLOCK) && self.least[1][number / (BLOCK * BLOCK)] > last {
                number += BLOCK * BLOCK;
            } else if number.is_multiple_of(BLOCK) && self.least[0][number / BLOCK] > last {
                number += BLOCK;
            } else {
                if self.from[number] <= last
                    && let Some(edge) = self.get(number)
                    && !each(number, edge)
                {
                    return;
                }
                number += 1;
            }
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.from.capacity() * 4
            + self.to.capacity() * 4
            + self.to_lane.capacity() * 2
            + self.fate.capacity()
            + self.label.capacity() * 2
            + self.newest.capacity() * 4
            + self.older.capacity() * 4
            + self.least.iter().map(|least| least.capacity() * 4).sum::<usize>()
    }
}
