//! Reading the past: the trace of the current branch, and of others.

use super::Session;
use crate::base::{EventId, Level, Note};
use crate::sim::plan::Intervention;
use crate::sim::trace::{Event, NoTrace};
use crate::system::run::Run;
use crate::timeline::branch::BranchId;
use crate::timeline::player::{Player, Stepped};
use crate::timeline::trace::Mark;
use std::ops::Range;

/// On the way to just before an event.
pub struct Before {
    player: Player,
    script: Vec<Intervention>,
    index: u64,
}

impl Before {
    /// Goes on for at most `budget` executed events: the run just before the event, once it is there.
    pub fn slice(&mut self, budget: u64) -> Option<&dyn Run> {
        for _ in 0..budget.max(1) {
            if self.player.position() >= self.index || self.player.step(&self.script, &mut NoTrace) == Stepped::Quiet {
                return Some(self.player.run());
            }
        }
        None
    }
}

impl Session {
    /// Begins to go to just before the event with this index, from the nearest world that is kept; `None` if it has not been
    /// played. The cursor stays where it is.
    pub fn before(&self, index: u64) -> Option<Before> {
        if index >= self.event_count() {
            return None;
        }
        let near = self.here.recent.iter().filter(|player| player.position() <= index);
        let far = self.tree.checkpoint(self.here.branch, |player| player.position() <= index);
        let player = near.chain(far).max_by_key(|player| player.position())?.clone();
        Some(Before { player, script: self.tree.branch(self.here.branch).script.clone(), index })
    }

    /// Number of events executed on a branch.
    pub fn event_count_on(&self, branch: BranchId) -> u64 {
        self.tree.get(branch).map_or(0, |branch| branch.trace.end())
    }

    /// Brings back dropped parts of a branch's trace, by replay.
    pub fn recall_on(&mut self, branch: BranchId, range: Range<u64>) {
        if self.tree.get(branch).is_some() {
            self.tree.recall(branch, range);
        }
    }

    /// The event with this index on a branch.
    pub fn event_on(&self, branch: BranchId, position: u64) -> Option<Event> {
        self.tree.get(branch)?;
        self.tree.event(branch, position).copied()
    }

    /// The notes made in the event with this index on a branch.
    pub fn notes_on(&self, branch: BranchId, position: u64) -> Vec<Note> {
        if self.tree.get(branch).is_none() { Vec::new() } else { self.tree.notes(branch, position).collect() }
    }

    /// The highest level of an event of a branch and its notes.
    pub fn level_on(&self, branch: BranchId, position: u64) -> Option<Level> {
        self.tree.get(branch)?;
        self.tree.level(branch, position)
    }

    /// Number of events executed on the current branch.
    pub fn event_count(&self) -> u64 {
        self.tree.end(self.here.branch)
    }

    /// Brings back dropped parts of the trace, by replay. Until then [`event`](Session::event) answers `None` there.
    pub fn recall(&mut self, range: Range<u64>) {
        self.tree.recall(self.here.branch, range);
    }

    /// The event with this index.
    pub fn event(&self, position: u64) -> Option<Event> {
        self.tree.event(self.here.branch, position).copied()
    }

    /// The notes made in the event with this index.
    pub fn notes(&self, position: u64) -> Vec<Note> {
        self.tree.notes(self.here.branch, position).collect()
    }

    /// The highest level of an event and its notes (story is highest). Never dropped.
    pub fn level(&self, position: u64) -> Option<Level> {
        self.tree.level(self.here.branch, position)
    }

    /// Indexes and events of a range, as far as they are there.
    pub fn events(&self, range: Range<u64>) -> Vec<(u64, Event)> {
        let range = range.start..range.end.min(self.event_count());
        range.filter_map(|index| Some((index, self.event(index)?))).collect()
    }

    /// Indexes of the last `most` events up to the cursor that belong to a level (story is part of protocol, protocol of
    /// everything), oldest first.
    pub fn recent(&self, level: Level, most: usize) -> Vec<u64> {
        let mut below = self.here.player.position();
        let mut found = Vec::new();
        while found.len() < most
            && let Some(index) = self.tree.last_at(self.here.branch, level, below)
        {
            found.push(index);
            below = index;
        }
        found.reverse();
        found
    }

    /// The index of an event on the current branch, by its id. `None` too in a dropped part: see [`locate`](Session::locate).
    pub fn find(&self, id: EventId) -> Option<u64> {
        self.tree.find(self.here.branch, id)
    }

    /// The part of the trace that holds an event: what to [`recall`](Session::recall) before [`find`](Session::find) if that
    /// part was dropped.
    pub fn locate(&self, id: EventId) -> Option<Range<u64>> {
        self.tree.locate(self.here.branch, id).map(|(range, _)| range)
    }

    /// The index of the first event that executed an item (delivered or lost a message, fired a timer) at or after `from`.
    pub fn find_item(&self, item: EventId, from: u64) -> Option<u64> {
        (from..self.event_count()).find(|index| self.tree.event(self.here.branch, *index).is_some_and(|event| event.item == item))
    }

    /// The index of the cause of the event with this index.
    pub fn cause(&self, position: u64) -> Option<u64> {
        self.find(self.event(position)?.cause.some()?)
    }

    /// Number of events up to and including a time in microseconds; approximate inside dropped parts of the trace.
    pub fn position_at(&self, at_us: u64) -> u64 {
        self.tree.position_at(self.here.branch, at_us)
    }

    /// Marks of the current branch, in order.
    pub fn marks(&self) -> Vec<Mark> {
        self.tree.marks(self.here.branch)
    }

    /// Number of events in each of `buckets` equal parts of a span of time, microseconds.
    pub fn density(&self, span_us: Range<u64>, buckets: usize) -> Vec<u64> {
        let width = span_us.end.saturating_sub(span_us.start) as u128;
        let edge = |bucket: usize| {
            let at_us = span_us.start + (width * bucket as u128 / buckets.max(1) as u128) as u64;
            // Events at an edge belong to the part that begins there.
            at_us.checked_sub(1).map_or(0, |before| self.position_at(before))
        };
        (0..buckets).map(|bucket| edge(bucket + 1).saturating_sub(edge(bucket))).collect()
    }
}
