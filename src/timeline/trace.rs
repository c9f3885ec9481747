//! The trace as the session keeps it: events and notes in segments, marks, summaries.

use crate::base::ids::PlaceKind;
use crate::base::{EventId, Fingerprint, Level, NodeId, Note, NoteKind, Place};
use crate::sim::trace::{Event, EventKind, Sink};
use std::ops::Range;

/// The mark that a note makes: a leader of a new epoch, a commit; by the last part of its key.
pub fn mark_note(note: &Note) -> Option<MarkShape> {
    match note.kind.key.rsplit('.').next().unwrap_or_default() {
        "becomes-leader" => Some(MarkShape::Epoch),
        "commits" | "committed" => Some(MarkShape::Commit),
        _ => None,
    }
}

/// The shape of a mark on the time bar (PAGE-DESIGN, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkShape {
    /// Diamond: a new epoch has a leader.
    Epoch,
    /// Tick: a commit.
    Commit,
    /// Cross: a fault of the plan.
    Fault,
    /// Octagon: a property fell.
    Violation,
    /// Flag: something done by hand.
    Intervention,
}

/// A mark on the time bar. Marks stay when trace segments are dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Index of its event.
    pub position: u64,
    /// When, microseconds.
    pub at_us: u64,
    /// Its shape.
    pub shape: MarkShape,
    /// The event.
    pub event: Event,
    /// The note that made it a mark, if one did.
    pub note: Option<Note>,
}

/// Events per segment; segments of all branches begin at multiples of it (the first of a branch where it forked).
pub(super) const SEGMENT: u64 = 4_096;

/// All kinds of notes met so far, so that a stored note needs a small number and not a pointer.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    kinds: Vec<&'static NoteKind>,
    /// For each address, modulo the length, the number of the kind last met there.
    recent: Vec<u16>,
}

impl Kinds {
    const RECENT: usize = 256;

    fn number(&mut self, kind: &'static NoteKind) -> u16 {
        let slot = (std::ptr::from_ref(kind).addr() >> 3) % Self::RECENT;
        if self.recent.is_empty() {
            self.recent = vec![0; Self::RECENT];
        }
        let guess = self.recent[slot];
        if self.kinds.get(guess as usize).is_some_and(|known| std::ptr::eq(*known, kind)) {
            return guess;
        }
        let number = match self.kinds.iter().position(|known| std::ptr::eq(*known, kind)) {
            Some(number) => number,
            None => {
                self.kinds.push(kind);
                self.kinds.len() - 1
            }
        } as u16;
        self.recent[slot] = number;
        number
    }
}

/// What the catalogue says of events and notes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) mark: fn(&Note) -> Option<MarkShape>,
}

/// How often something happened at a node, in a dropped segment.
#[derive(Clone, Copy, Debug)]
struct Tally {
    key: &'static str,
    node: Option<NodeId>,
    times: u32,
}

/// The part of a segment that replay can bring back.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    events: Vec<Event>,
    /// For each event, where its notes begin in `bytes`.
    starts: Vec<u32>,
    /// Notes: number of the kind and arguments, each in seven-bit groups.
    bytes: Vec<u8>,
}

impl Body {
    fn push(&mut self, event: &Event) {
        if self.events.capacity() == 0 {
            self.events.reserve_exact(SEGMENT as usize);
            self.starts.reserve_exact(SEGMENT as usize);
        }
        self.events.push(*event);
        self.starts.push(self.bytes.len() as u32);
    }

    fn push_note(&mut self, note: &Note, kinds: &mut Kinds) {
        put(&mut self.bytes, kinds.number(note.kind) as u64);
        note.args.iter().take(note.kind.args.len()).for_each(|arg| put(&mut self.bytes, *arg));
    }

    fn notes<'a>(&'a self, index: usize, kinds: &'a Kinds) -> impl Iterator<Item = Note> + 'a {
        let from = self.starts.get(index).map_or(self.bytes.len(), |start| *start as usize);
        let to = self.starts.get(index + 1).map_or(self.bytes.len(), |start| *start as usize);
        let mut rest = self.bytes.get(from..to).unwrap_or(&[]);
        std::iter::from_fn(move || {
            let kind = *kinds.kinds.get(take(&mut rest)? as usize)?;
            let mut args = [0; Note::MAX_ARGS];
            for arg in args.iter_mut().take(kind.args.len()) {
                *arg = take(&mut rest)?;
            }
            Some(Note { kind, args })
        })
    }

    fn memory_bytes(&self) -> usize {
        self.events.capacity() * size_of::<Event>() + self.starts.capacity() * 4 + self.bytes.capacity()
    }

    fn count(&self, key: &str, node: Option<NodeId>, below: usize, kinds: &Kinds) -> u32 {
        let mut times = 0;
        for (index, event) in self.events.iter().enumerate().take(below) {
            if node.is_some() && event.node() != node {
                continue;
            }
            times += (event.class().key == key) as u32;
            times += self.notes(index, kinds).filter(|note| note.kind.key == key).count() as u32;
        }
        times
    }

    fn tally(&self, kinds: &Kinds) -> Vec<Tally> {
        let mut tally: Vec<Tally> = Vec::new();
        let mut count = |key: &'static str, node: Option<NodeId>| match tally
            .binary_search_by(|tally| (tally.key, tally.node).cmp(&(key, node)))
        {
            Ok(at) => tally[at].times += 1,
            Err(at) => tally.insert(at, Tally { key, node, times: 1 }),
        };
        for (index, event) in self.events.iter().enumerate() {
            let node = event.node();
            count(event.class().key, node);
            self.notes(index, kinds).for_each(|note| count(note.kind.key, node));
        }
        tally
    }
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= ((byte & 0x7f) as u64) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Consecutive events of one branch: a body that may go and come back, and a summary that stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    first: u64,
    count: u32,
    first_us: u64,
    last_us: u64,
    /// The level of each event.
    levels: Vec<u8>,
    /// For each place, the least and the greatest number of its events here; made when the segment is full.
    places: Vec<(Place, u32, u32)>,
    /// Made when the body is dropped.
    tally: Vec<Tally>,
    /// Of the run at its end; set when the segment is full.
    fingerprint: Option<Fingerprint>,
    body: Option<Body>,
    /// When it was last asked for, in calls.
    touched: u64,
}

impl Segment {
    fn end(&self) -> u64 {
        self.first + self.count as u64
    }

    /// True once no event will be added.
    fn full(&self) -> bool {
        self.end().is_multiple_of(SEGMENT) && self.count > 0
    }

    fn add(&mut self, event: &Event, level: Level) {
        if self.count == 0 {
            self.first_us = event.at_us;
            self.levels.reserve_exact((SEGMENT - self.first % SEGMENT) as usize);
        }
        self.count += 1;
        self.last_us = event.at_us;
        self.levels.push(level as u8);
        if let Some(body) = &mut self.body {
            body.push(event);
        }
    }

    fn close(&mut self, fingerprint: Fingerprint) {
        self.fingerprint = Some(fingerprint);
        let Some(body) = &mut self.body else { return };
        body.bytes.shrink_to_fit();
        body.events.shrink_to_fit();
        body.starts.shrink_to_fit();
        for event in &body.events {
            let (place, n) = (event.id.place(), event.id.n());
            match self.places.iter_mut().find(|known| known.0 == place) {
                Some(known) => (known.1, known.2) = (known.1.min(n), known.2.max(n)),
                None => self.places.push((place, n, n)),
            }
        }
    }

    fn may_hold(&self, id: EventId) -> bool {
        let n = id.n();
        !self.full() || self.places.iter().any(|&(place, min, max)| place == id.place() && (min..=max).contains(&n))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Segment>()
            + self.levels.capacity()
            + self.places.capacity() * size_of::<(Place, u32, u32)>()
            + self.tally.capacity() * size_of::<Tally>()
            + self.body.as_ref().map_or(0, Body::memory_bytes)
    }
}

/// The events that a branch executed itself, from its fork on.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    base: u64,
    segments: Vec<Segment>,
    marks: Vec<Mark>,
    full_bytes: usize,
}

impl Trace {
    pub(super) fn new(base: u64) -> Trace {
        Trace { base, segments: Vec::new(), marks: Vec::new(), full_bytes: 0 }
    }

    /// Position after the last event.
    pub(super) fn end(&self) -> u64 {
        self.segments.last().map_or(self.base, Segment::end)
    }

    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Adds a mark; marks stay in the order of their events.
    pub(super) fn mark(&mut self, mark: Mark) {
        let at = self.marks.partition_point(|known| known.position <= mark.position);
        self.marks.insert(at, mark);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let open = self.segments.last().filter(|last| !last.full()).map_or(0, Segment::memory_bytes);
        self.full_bytes + open + self.marks.capacity() * size_of::<Mark>()
    }

    fn push(&mut self, event: &Event) {
        if self.segments.last().is_none_or(Segment::full) {
            self.segments.push(Segment { first: self.end(), body: Some(Body::default()), ..Segment::default() });
        }
        let position = self.end();
        let level = event.class().level;
        if let Some(shape) = mark_of(event) {
            self.marks.push(Mark { position, at_us: event.at_us, shape, event: *event, note: None });
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.add(event, level);
        }
    }

    fn push_note(&mut self, note: &Note, kinds: &mut Kinds, reading: Reading) {
        let Some(segment) = self.segments.last_mut() else { return };
        if let Some(level) = segment.levels.last_mut() {
            *level = (*level).min(note.kind.level as u8);
        }
        let Some(body) = &mut segment.body else { return };
        body.push_note(note, kinds);
        if let (Some(shape), Some(event)) = ((reading.mark)(note), body.events.last()) {
            let position = segment.first + segment.count as u64 - 1;
            self.marks.push(Mark { position, at_us: event.at_us, shape, event: *event, note: Some(*note) });
        }
    }

    /// To be called after each event with its notes; true if a segment has just become full.
    pub(super) fn settle(&mut self, stamp: u64, fingerprint: impl FnOnce() -> Fingerprint) -> bool {
        let Some(last) = self.segments.last_mut() else { return false };
        if !last.full() || last.fingerprint.is_some() {
            return false;
        }
        last.close(fingerprint());
        last.touched = stamp;
        self.full_bytes += last.memory_bytes();
        true
    }

    fn index_of(&self, position: u64) -> Option<usize> {
        (position >= self.base && position < self.end()).then(|| (position / SEGMENT - self.base / SEGMENT) as usize)
    }

    fn segment(&self, position: u64) -> Option<&Segment> {
        self.segments.get(self.index_of(position)?)
    }

    pub(super) fn event(&self, position: u64) -> Option<&Event> {
        let segment = self.segment(position)?;
        segment.body.as_ref()?.events.get((position - segment.first) as usize)
    }

    pub(super) fn notes<'a>(&'a self, position: u64, kinds: &'a Kinds) -> impl Iterator<Item = Note> + 'a {
        let segment = self.segment(position);
        let body = segment.and_then(|segment| Some((segment.body.as_ref()?, (position - segment.first) as usize)));
        body.into_iter().flat_map(move |(body, index)| body.notes(index, kinds))
    }

    pub(super) fn level(&self, position: u64) -> Option<Level> {
        let segment = self.segment(position)?;
        Some(match segment.levels.get((position - segment.first) as usize)? {
            0 => Level::Story,
            1 => Level::Protocol,
            _ => Level::Everything,
        })
    }

    /// The last event below `below` with this level or a weightier one.
    pub(super) fn last_at(&self, level: Level, below: u64) -> Option<u64> {
        let mut below = below.min(self.end());
        while below > self.base {
            let segment = self.segment(below - 1)?;
            let upto = (below - segment.first) as usize;
            let levels = segment.levels.get(..upto).unwrap_or(&segment.levels);
            if let Some(index) = levels.iter().rposition(|have| *have <= level as u8) {
                return Some(segment.first + index as u64);
            }
            below = segment.first;
        }
        None
    }

    /// The first event at or after `from` with this level or a weightier one.
    pub(super) fn first_at(&self, level: Level, from: u64) -> Option<u64> {
        let mut from = from.max(self.base);
        while from < self.end() {
            let segment = self.segment(from)?;
            let skip = (from - segment.first) as usize;
            if let Some(index) = segment.levels.iter().skip(skip).position(|have| *have <= level as u8) {
                return Some(from + index as u64);
            }
            from = segment.end();
        }
        None
    }

    /// Number of events (of the whole branch) at or before a time; interpolated within dropped segments.
    pub(super) fn position_at(&self, at_us: u64) -> u64 {
        let index = self.segments.partition_point(|segment| segment.last_us <= at_us);
        let Some(segment) = self.segments.get(index) else { return self.end() };
        match &segment.body {
            Some(body) => segment.first + body.events.partition_point(|event| event.at_us <= at_us) as u64,
            None if at_us < segment.first_us => segment.first,
            None => {
                let (into, span) = (at_us - segment.first_us, (segment.last_us - segment.first_us).max(1));
                segment.first + (into as u128 * segment.count as u128 / span as u128) as u64
            }
        }
    }

    /// The segment that holds an event below `below`, if one does; and its index, if the segment is there.
    pub(super) fn locate(&self, id: EventId, below: u64) -> Option<(Range<u64>, Option<u64>)> {
        for segment in self.segments.iter().rev().filter(|segment| segment.first < below && segment.may_hold(id)) {
            let range = segment.first..segment.end();
            let Some(body) = &segment.body else { return Some((range, None)) };
            if let Some(index) = body.events.iter().position(|event| event.id == id) {
                let position = segment.first + index as u64;
                return (position < below).then_some((range, Some(position)));
            }
        }
        None
    }

    /// How often something with this key happened below `below`.
    pub(super) fn count(&self, key: &str, node: Option<NodeId>, below: u64, kinds: &Kinds) -> u32 {
        let mut times = 0;
        for segment in self.segments.iter().take_while(|segment| segment.first < below) {
            times += match &segment.body {
                Some(body) => body.count(key, node, (below - segment.first) as usize, kinds),
                None => {
                    let here = segment.tally.iter().filter(|tally| tally.key == key && (node.is_none() || tally.node == node));
                    here.map(|tally| tally.times).sum()
                }
            };
        }
        times
    }

    /// The last sampled fingerprint at or before a position, and where.
    pub(super) fn samples(&self) -> impl Iterator<Item = (u64, Fingerprint)> + '_ {
        self.segments.iter().filter_map(|segment| Some((segment.end(), segment.fingerprint?)))
    }

    /// The droppable segment that was not asked for for longest: its stamp and index.
    pub(super) fn oldest(&self) -> Option<(u64, usize)> {
        let there = self.segments.iter().enumerate().filter(|(_, segment)| segment.full() && segment.body.is_some());
        there.map(|(index, segment)| (segment.touched, index)).min()
    }

    pub(super) fn drop_body(&mut self, index: usize, kinds: &Kinds) {
        let Some(segment) = self.segments.get_mut(index) else { return };
        let before = segment.memory_bytes();
        if let Some(body) = segment.body.take() {
            segment.tally = body.tally(kinds);
        }
        self.full_bytes = self.full_bytes + segment.memory_bytes() - before;
    }

    /// Remembers that a range was asked for, and says which of its segments are not there.
    pub(super) fn touch(&mut self, range: &Range<u64>, stamp: u64) -> Vec<Range<u64>> {
        let mut missing = Vec::new();
        for segment in self.segments.iter_mut().filter(|segment| segment.first < range.end && segment.end() > range.start) {
            segment.touched = stamp;
            if segment.body.is_none() {
                missing.push(segment.first..segment.end());
            }
        }
        missing
    }

    /// Puts a body back.
    pub(super) fn restore(&mut self, first: u64, body: Body) {
        let Some(index) = self.index_of(first) else { return };
        let Some(segment) = self.segments.get_mut(index) else { return };
        if segment.first == first && segment.count as usize == body.events.len() {
            let before = segment.memory_bytes();
            segment.body = Some(body);
            self.full_bytes = self.full_bytes + segment.memory_bytes() - before;
        }
    }
}

/// The mark that an event makes by itself. What is done by hand is marked by the session.
fn mark_of(event: &Event) -> Option<MarkShape> {
    let by_plan = event.id.place().kind() == PlaceKind::Plan || event.item.place().kind() == PlaceKind::Plan;
    (by_plan && event.kind != EventKind::Missed && event.item != EventId::NONE).then_some(MarkShape::Fault)
}

/// Writes a branch's new events into its trace.
pub(super) struct Recorder<'a> {
    pub(super) trace: &'a mut Trace,
    pub(super) kinds: &'a mut Kinds,
    pub(super) reading: Reading,
}

impl Sink for Recorder<'_> {
    fn event(&mut self, event: &Event) {
        self.trace.push(event);
    }

    fn note(&mut self, note: &Note) {
        self.trace.push_note(note, self.kinds, self.reading);
    }
}

/// Collects a body that had been dropped.
pub(super) struct Collector<'a> {
    pub(super) body: Body,
    pub(super) kinds: &'a mut Kinds,
}

impl Sink for Collector<'_> {
    fn event(&mut self, event: &Event) {
        self.body.push(event);
    }

    fn note(&mut self, note: &Note) {
        self.body.push_note(note, self.kinds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_come_back_from_their_groups() {
        let mut bytes = Vec::new();
        let values = [0, 1, 127, 128, 300, u32::MAX as u64, u64::MAX - 1, u64::MAX, 1 << 63];
        values.iter().for_each(|value| put(&mut bytes, *value));
        let mut rest = &bytes[..];
        for value in values {
            assert_eq!(take(&mut rest), Some(value));
        }
        assert_eq!(take(&mut rest), None);
    }
}
