//! True happens-before among the events of processes (Lamport 1978): the order at each process, and from send to receive.
//!
//! A message that asks for a part of the interval goes out without an event: what its sender had seen is what it had seen in the
//! event before.
//!
//! A lane is a process from one start to the next: who has lost its memory is a new process, and what it did before is not in
//! its past unless somebody tells it. Of each event is kept which events of each lane lie in its past, as their number.
//!
//! An event can be forgotten when every living lane has it in its past: no later event will be concurrent to it, and what a
//! message tells of it is known. So memory is what somebody has not heard of yet, and at most [`KEPT_MAX`] events of a lane.

use crate::base::{Encode, Encoder, EventId, NodeId};
use crate::protocol::clock::stamp::Stamp;
use std::collections::VecDeque;
use std::sync::Arc;

/// Of each lane at most so many events are kept; beyond, not every pair can be compared any more.
pub(super) const KEPT_MAX: usize = 4_096;
/// More lanes are not followed.
const LANES_MAX: usize = 256;
/// How often forgotten events are cleared away.
const SWEEP_EVERY: u32 = 32;

/// One event with what is true of it, and what its stamp says.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) event: EventId,
    /// How many events of each lane are in its past, itself included; 0 for lanes beyond.
    past: Arc<[u32]>,
    pub(super) stamp: Stamp,
}

#[derive(Clone, Debug)]
struct Lane {
    node: NodeId,
    /// The start with which it begins.
    from: EventId,
    living: bool,
    /// The first event, for those who come later and know of none.
    first: Option<Seen>,
    /// Number of events that are forgotten.
    forgotten: u32,
    kept: VecDeque<Seen>,
}

impl Lane {
    fn count(&self) -> u32 {
        self.forgotten + self.kept.len() as u32
    }

    /// Event number `n`, from 0; `None` if it is forgotten, or has not happened.
    fn get(&self, n: u32) -> Option<&Seen> {
        match n.checked_sub(self.forgotten) {
            Some(at) => self.kept.get(at as usize),
            None => self.first.as_ref().filter(|_| n == 0),
        }
    }
}

/// What is in the past of a message.
enum Sent {
    /// This event of a lane, by its place among those that are kept.
    Event(usize, usize),
    /// No event of its sender.
    Nothing,
    /// One that is forgotten, of this lane.
    Forgotten(usize),
}

/// All lanes.
#[derive(Clone, Debug, Default)]
pub(super) struct Truth {
    lanes: Vec<Lane>,
    /// The living lane of each node.
    current: Vec<Option<usize>>,
    since_sweep: u32,
    /// Not every pair of events could be compared.
    pub(super) lost: bool,
}

/// What there is to compare a new event with.
pub(super) struct Around<'a> {
    /// The event before it at its process.
    pub(super) before: Option<&'a Seen>,
    /// The send that it received.
    pub(super) cause: Option<&'a Seen>,
    /// Of each other lane the first and the last event that are not in its past. Stamps of a lane grow, so if both are rightly
    /// told to be concurrent, all between them are.
    pub(super) concurrent: Vec<&'a Seen>,
    pub(super) event: &'a Seen,
}

impl Truth {
    pub(super) fn new(nodes: usize) -> Truth {
        Truth { current: vec![None; nodes], ..Truth::default() }
    }

    /// A process starts, for the first time or again.
    pub(super) fn begin(&mut self, node: NodeId, from: EventId) {
        let Some(current) = self.current.get_mut(node.index()) else { return };
        if let Some(lane) = current.take().and_then(|lane| self.lanes.get_mut(lane)) {
            lane.living = false;
        }
        if self.lanes.len() >= LANES_MAX {
            self.lost = true;
            return;
        }
        *current = Some(self.lanes.len());
        self.lanes.push(Lane { node, from, living: true, first: None, forgotten: 0, kept: VecDeque::new() });
    }

    /// An event happens at a process; `cause` is the event in which the message was sent that it receives.
    pub(super) fn add(&mut self, node: NodeId, event: EventId, cause: Option<EventId>, stamp: Stamp) -> Option<Around<'_>> {
        let own = (*self.current.get(node.index())?)?;
        let mut past: Vec<u32> = self.lanes[own].kept.back().map_or(Vec::new(), |seen| seen.past.to_vec());
        past.resize(self.lanes.len(), 0);
        match cause.map_or(Sent::Nothing, |cause| self.sent(cause)) {
            Sent::Event(lane, at) => {
                let theirs = &self.lanes[lane].kept[at].past;
                past.iter_mut().zip(theirs.iter()).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
            }
            // What everybody knew then tells nothing new.
            Sent::Forgotten(lane) => self.lost |= past[lane] < self.lanes[lane].forgotten,
            Sent::Nothing => {}
        }
        past[own] += 1;
        let seen = Seen { event, past: past.into(), stamp };
        let lane = &mut self.lanes[own];
        lane.first.get_or_insert_with(|| seen.clone());
        lane.kept.push_back(seen);
        self.since_sweep += 1;
        if self.since_sweep >= SWEEP_EVERY {
            self.since_sweep = 0;
            self.sweep();
        }
        self.notice_gaps(own);
        self.around(own, cause)
    }

    /// Kept events of a node in all its lives, oldest first.
    pub(super) fn of(&self, node: NodeId) -> impl Iterator<Item = &Seen> {
        let lanes = self.lanes.iter().filter(move |lane| lane.node == node);
        lanes.flat_map(|lane| lane.first.iter().filter(|_| lane.forgotten > 0).chain(&lane.kept))
    }

    fn sent(&self, cause: EventId) -> Sent {
        let node = cause.place().node();
        let lanes = self.lanes.iter().enumerate().rev();
        let Some((n, lane)) = lanes.filter(|(_, lane)| lane.node == node).find(|(_, lane)| lane.from <= cause) else {
            return Sent::Nothing;
        };
        match lane.kept.partition_point(|seen| seen.event <= cause) {
            0 if lane.forgotten > 0 => Sent::Forgotten(n),
            0 => Sent::Nothing,
            after => Sent::Event(n, after - 1),
        }
    }

    /// An event that should be compared with the newest one of a lane may be forgotten: one who starts anew knows nothing.
    fn notice_gaps(&mut self, own: usize) {
        let Some(event) = self.lanes[own].kept.back() else { return };
        let gap = self.lanes.iter().enumerate().filter(|(n, _)| *n != own).any(|(n, lane)| {
            let known = event.past.get(n).copied().unwrap_or(0);
            known < lane.count() && lane.get(known).is_none()
        });
        self.lost |= gap;
    }

    fn around(&self, own: usize, cause: Option<EventId>) -> Option<Around<'_>> {
        let event = self.lanes[own].kept.back()?;
        let mut concurrent = Vec::new();
        for (n, lane) in self.lanes.iter().enumerate().filter(|(n, _)| *n != own) {
            let (known, count) = (event.past.get(n).copied().unwrap_or(0), lane.count());
            if known < count {
                concurrent.extend(lane.get(known));
                concurrent.extend(lane.kept.back().filter(|_| known + 1 < count));
            }
        }
        let kept = &self.lanes[own].kept;
        let before = kept.len().checked_sub(2).and_then(|at| kept.get(at));
        let cause = cause.and_then(|cause| match self.sent(cause) {
            Sent::Event(lane, at) => self.lanes[lane].kept.get(at),
            Sent::Nothing | Sent::Forgotten(_) => None,
        });
        Some(Around { before, cause, concurrent, event })
    }

    /// Forgets what every living lane has in its past, but for the last two events of each lane.
    fn sweep(&mut self) {
        let living = self.lanes.iter().filter(|lane| lane.living);
        let latest: Vec<Option<Arc<[u32]>>> = living.map(|lane| lane.kept.back().map(|seen| seen.past.clone())).collect();
        for n in 0..self.lanes.len() {
            let known = |past: &Option<Arc<[u32]>>| past.as_ref().and_then(|past| past.get(n).copied()).unwrap_or(0);
            let by_all = latest.iter().map(known).min().unwrap_or(0);
            let lane = &mut self.lanes[n];
            while lane.kept.len() > 2 && (lane.forgotten < by_all || lane.kept.len() > KEPT_MAX) {
                self.lost |= lane.forgotten >= by_all;
                lane.kept.pop_front();
                lane.forgotten += 1;
            }
        }
    }

    /// What is remembered: of each lane its events, without their names.
    pub(super) fn encode(&self, to: &mut Encoder) {
        to.bool(self.lost);
        to.len(self.lanes.len());
        for lane in &self.lanes {
            to.put(&lane.node);
            to.bool(lane.living);
            to.len(lane.kept.len());
            for seen in &lane.kept {
                to.list(seen.past.iter());
                seen.stamp.encode(to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::base::ids::PlaceKind;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn id(node: u16, n: u32) -> EventId {
        EventId::new(Place::of_node(PlaceKind::Node, NodeId(node)), n)
    }

    type Life = (u16, u32);

    /// An event as a story has it: its name, its process and life, and all that is in its past.
    #[derive(Clone)]
    struct Told(EventId, Life, BTreeSet<EventId>);

    proptest! {
        /// Against sets of events, with restarts: the neighbours are those that they should be.
        #[test]
        fn neighbours_are_the_true_ones(steps in proptest::collection::vec((0..3u16, 0..4u8, any::<prop::sample::Index>()), 1..200)) {
            let mut truth = Truth::new(3);
            (0..3).for_each(|node| truth.begin(NodeId(node), id(node, 0)));
            let (mut counts, mut lives) = ([0u32; 3], [0u32; 3]);
            let mut all: Vec<Told> = Vec::new();
            for (node, what, which) in steps {
                if what == 3 && all.len() % 17 == 16 {
                    truth.begin(NodeId(node), id(node, counts[node as usize]));
                    lives[node as usize] += 1;
                    continue;
                }
                let me = (node, lives[node as usize]);
                let before = all.iter().rev().find(|told| told.1 == me).cloned();
                let cause = (what == 1 && !all.is_empty()).then(|| all[which.index(all.len())].clone()).filter(|told| told.1.0 != node);
                let event = id(node, counts[node as usize]);
                counts[node as usize] += 1;
                let mut past: BTreeSet<EventId> = before.iter().chain(&cause).flat_map(|told| told.2.iter().copied()).collect();
                past.insert(event);
                let around = truth.add(NodeId(node), event, cause.as_ref().map(|told| told.0), Stamp::default());
                let around = around.expect("it has a lane");
                prop_assert_eq!(around.event.event, event);
                prop_assert_eq!(around.before.map(|seen| seen.event), before.map(|told| told.0));
                let concurrent: Vec<EventId> = around.concurrent.iter().map(|seen| seen.event).collect();
                let count: u32 = around.event.past.iter().sum();
                all.push(Told(event, me, past.clone()));
                if truth.lost {
                    break;
                }
                prop_assert_eq!(count as usize, past.len());
                prop_assert!(concurrent.iter().all(|told| !past.contains(told)));
                for life in all.iter().map(|told| told.1).filter(|life| *life != me) {
                    let mut outside = all.iter().filter(|told| told.1 == life && !past.contains(&told.0)).map(|told| told.0);
                    if let Some(first) = outside.next() {
                        let last = outside.next_back().unwrap_or(first);
                        prop_assert!(concurrent.contains(&first) && concurrent.contains(&last));
                    }
                }
            }
        }
    }

    #[test]
    fn what_everybody_knows_is_forgotten() {
        let mut truth = Truth::new(2);
        (0..2).for_each(|node| truth.begin(NodeId(node), id(node, 0)));
        for n in 0..10_000 {
            truth.add(NodeId(0), id(0, n), n.checked_sub(1).map(|n| id(1, n)), Stamp::default());
            truth.add(NodeId(1), id(1, n), Some(id(0, n)), Stamp::default());
        }
        assert!(truth.lanes.iter().all(|lane| lane.kept.len() < 64) && !truth.lost);
        // One that nobody hears of is kept, up to a number.
        for n in 10_000..20_000 {
            truth.add(NodeId(0), id(0, n), None, Stamp::default());
        }
        assert!(truth.lost && truth.lanes[0].kept.len() <= KEPT_MAX + SWEEP_EVERY as usize);
    }

    #[test]
    fn a_message_without_an_event_has_the_event_before_it_in_its_past() {
        let mut truth = Truth::new(2);
        (0..2).for_each(|node| truth.begin(NodeId(node), id(node, 0)));
        truth.add(NodeId(0), id(0, 1), None, Stamp::default());
        let around = truth.add(NodeId(1), id(1, 1), Some(id(0, 4)), Stamp::default()).expect("it has a lane");
        assert_eq!(around.cause.map(|seen| seen.event), Some(id(0, 1)));
        assert!(around.concurrent.is_empty());
        // Who starts again has none.
        truth.begin(NodeId(0), id(0, 5));
        let around = truth.add(NodeId(1), id(1, 2), Some(id(0, 6)), Stamp::default()).expect("it has a lane");
        assert!(around.cause.is_none());
    }
}
