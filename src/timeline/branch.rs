//! Branches: the tree of futures.

use super::player::{Player, Stepped};
use super::predicate::Predicate;
use super::trace::{Body, Collector, Kinds, Mark, MarkShape, Reading, Recorder, Trace};
use super::watch::Watch;
use crate::base::{EventId, Level, NodeId, Note};
use crate::sim::plan::{Action, Intervention, Refusal};
use crate::sim::trace::{Event, NoTrace, Sink};
use crate::system::inspect::Status;
use std::ops::Range;

/// A branch of a session, counted from 0 (the original) in the order of making. Never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchId(pub u32);

/// What a branch is called: structure, not a sentence. `view/words` renders it ("S1 crashed at 1.204 s").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BranchName {
    /// The first one.
    Original,
    /// Made by acting in the past.
    Acted {
        /// What was done.
        action: Action,
        /// When, microseconds.
        at_us: u64,
    },
    /// Made by forking without acting.
    Forked {
        /// Where, microseconds.
        at_us: u64,
    },
    /// Made by undoing.
    Undone {
        /// What was undone.
        action: Action,
        /// When it had been done, microseconds.
        at_us: u64,
    },
    /// Found by a search.
    Found {
        /// The property that falls on it.
        property: &'static str,
        /// When, microseconds.
        at_us: u64,
    },
    /// Made shorter: without what the fall did not need.
    Shortest {
        /// The property that falls on it.
        property: &'static str,
        /// When, microseconds.
        at_us: u64,
    },
    /// Given by the person who plays.
    Custom(String),
}

/// A branch as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchInfo {
    /// Its number.
    pub id: BranchId,
    /// What it is called.
    pub name: BranchName,
    /// The branch it left; `None` of the original.
    pub parent: Option<BranchId>,
    /// The position at which it left its parent: events before it are the parent's.
    pub from_event: u64,
    /// The time of that position, microseconds.
    pub from_us: u64,
    /// Number of events executed on it, the parent's included.
    pub events: u64,
    /// The furthest time played, microseconds.
    pub end_us: u64,
    /// True of the branch with the cursor.
    pub current: bool,
    /// Everything done by hand on it, the inherited included, in the order of their moments.
    pub interventions: Vec<Intervention>,
    /// The interventions whose target was missing when their moment came.
    pub missed: Vec<Missed>,
}

/// An intervention that could not be carried out: a reported no-op.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Its number.
    pub n: u32,
    /// The position at which its moment came.
    pub position: u64,
    /// Why.
    pub refusal: Refusal,
}

/// Where two branches first differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Number of events that they share.
    pub position: u64,
    /// The time of the earlier of the two first differing events, microseconds.
    pub at_us: u64,
    /// The event there on the first branch; `None` if it has not been played so far.
    pub a: Option<Event>,
    /// The event there on the second branch; `None` if it has not been played so far.
    pub b: Option<Event>,
}

/// A branch with what it stores: its own suffix, and checkpoints in it.
pub(super) struct Branch {
    pub(super) name: BranchName,
    pub(super) parent: Option<BranchId>,
    pub(super) from: u64,
    pub(super) from_us: u64,
    /// Everything by hand, carried out in this order, each at its moment or as soon as the run is past it.
    pub(super) script: Vec<Intervention>,
    /// For each intervention that was carried out or missed, the position at which it was.
    pub(super) done: Vec<u64>,
    pub(super) missed: Vec<Missed>,
    pub(super) trace: Trace,
    checkpoints: Vec<Checkpoint>,
    pub(super) end_us: u64,
    /// For each goal, where it was first reached.
    pub(super) goals: Vec<Option<u64>>,
    /// Properties that fell, and the index of the event at which they did.
    pub(super) violations: Vec<(&'static str, u64)>,
}

struct Checkpoint {
    player: Player,
    bytes: usize,
}

/// Goals being watched at the furthest moment of one branch.
struct GoalWatch {
    branch: BranchId,
    position: u64,
    watches: Vec<Option<Watch>>,
}

/// What happened at the furthest moment of a branch while one step was executed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    pub(super) goal: Option<usize>,
}

/// All branches of a session, and everything that may be forgotten and had again.
pub(super) struct Tree {
    pub(super) branches: Vec<Branch>,
    pub(super) kinds: Kinds,
    pub(super) reading: Reading,
    pub(super) gap: u64,
    checkpoint_budget: usize,
    checkpoint_bytes: usize,
    trace_budget: usize,
    stamp: u64,
    pub(super) goals: Vec<Predicate>,
    watching: Option<GoalWatch>,
}

impl Tree {
    pub(super) fn new(start: Player, script: Vec<Intervention>, reading: Reading, budgets: (u64, usize, usize)) -> Tree {
        let base = start.position();
        let (gap, checkpoint_budget, trace_budget) = budgets;
        let mut tree = Tree {
            branches: Vec::new(),
            kinds: Kinds::default(),
            reading,
            gap: gap.clamp(1, 1 << 40).next_power_of_two(),
            checkpoint_budget,
            checkpoint_bytes: 0,
            trace_budget,
            stamp: 0,
            goals: Vec::new(),
            watching: None,
        };
        tree.branches.push(Branch {
            name: BranchName::Original,
            parent: None,
            from: base,
            from_us: start.moment().at_us,
            script,
            done: Vec::new(),
            missed: Vec::new(),
            trace: Trace::new(base),
            checkpoints: Vec::new(),
            end_us: start.moment().at_us,
            goals: Vec::new(),
            violations: Vec::new(),
        });
        tree.keep(BranchId(0), start);
        tree
    }

    pub(super) fn get(&self, id: BranchId) -> Option<&Branch> {
        self.branches.get(id.0 as usize)
    }

    /// A branch whose id came from this tree.
    pub(super) fn branch(&self, id: BranchId) -> &Branch {
        &self.branches[id.0 as usize]
    }

    pub(super) fn branch_mut(&mut self, id: BranchId) -> &mut Branch {
        &mut self.branches[id.0 as usize]
    }

    /// A new branch that leaves `parent` where `player` stands, with its own script.
    pub(super) fn add(&mut self, parent: BranchId, player: &Player, name: BranchName, script: Vec<Intervention>) -> BranchId {
        let from = player.position();
        let owner = self.owner(parent, from);
        let old = self.branch(parent);
        let carried = player.next_intervention().min(script.len()).min(old.done.len());
        let branch = Branch {
            name,
            parent: Some(owner),
            from,
            from_us: player.moment().at_us,
            done: old.done.iter().take(carried).copied().collect(),
            missed: old.missed.iter().filter(|missed| script.iter().take(carried).any(|i| i.n == missed.n)).cloned().collect(),
            script,
            trace: Trace::new(from),
            checkpoints: Vec::new(),
            end_us: player.moment().at_us,
            goals: old.goals.iter().map(|goal| goal.filter(|position| *position <= from)).collect(),
            violations: old.violations.iter().filter(|(_, index)| *index < from).copied().collect(),
        };
        self.branches.push(branch);
        BranchId(self.branches.len() as u32 - 1)
    }

    /// The branch in which the future after a position begins: itself, or the ancestor that still had it.
    pub(super) fn owner(&self, mut id: BranchId, position: u64) -> BranchId {
        while let Branch { parent: Some(parent), from, .. } = self.branch(id)
            && position < *from
        {
            id = *parent;
        }
        id
    }

    /// A branch and its ancestors, each with the position up to which its events are the branch's: nearest first.
    pub(super) fn line(&self, id: BranchId) -> impl Iterator<Item = (BranchId, u64)> + '_ {
        let mut next = Some((id, u64::MAX));
        std::iter::from_fn(move || {
            let (id, below) = next?;
            let branch = self.branch(id);
            next = branch.parent.map(|parent| (parent, below.min(branch.from)));
            Some((id, below))
        })
    }

    /// Number of events that two branches share because they are the same events.
    pub(super) fn shared(&self, a: BranchId, b: BranchId) -> u64 {
        let ours: Vec<(BranchId, u64)> = self.line(a).collect();
        let common = self.line(b).find_map(|(id, below)| {
            let (_, ours_below) = ours.iter().find(|(ours, _)| *ours == id)?;
            Some((id, below.min(*ours_below)))
        });
        common.map_or(0, |(id, below)| below.min(self.end(id)))
    }

    /// Number of events executed on a branch.
    pub(super) fn end(&self, id: BranchId) -> u64 {
        self.branch(id).trace.end()
    }

    // ---- executing

    /// Executes the next step of a branch with `player`. At the branch's furthest moment everything is recorded.
    pub(super) fn step(&mut self, id: BranchId, player: &mut Player, mut extra: Option<&mut Watch>) -> (Stepped, News) {
        if player.position() != self.end(id) {
            let script = &self.branches[id.0 as usize].script;
            let stepped = match &mut extra {
                Some(watch) => player.step(script, &mut Ear { watch }),
                None => player.step(script, &mut NoTrace),
            };
            return (stepped, News::default());
        }
        self.prime_goals(id, player);
        let branch = &mut self.branches[id.0 as usize];
        let trace = &mut branch.trace;
        let mut watches: Vec<&mut Watch> = match &mut self.watching {
            Some(watching) => watching.watches.iter_mut().flatten().collect(),
            None => Vec::new(),
        };
        watches.extend(extra);
        let record = Recorder { trace, kinds: &mut self.kinds, reading: self.reading };
        let stepped = player.step(&branch.script, &mut Ears { record, watches });
        let news = self.record(id, player, &stepped);
        (stepped, news)
    }

    /// Executes an action at a branch's furthest moment that is not in its script yet, and puts it there.
    pub(super) fn act(&mut self, id: BranchId, player: &mut Player, act: Intervention) -> Result<(Event, News), Refusal> {
        self.prime_goals(id, player);
        let branch = &mut self.branches[id.0 as usize];
        let watches: Vec<&mut Watch> = match &mut self.watching {
            Some(watching) => watching.watches.iter_mut().flatten().collect(),
            None => Vec::new(),
        };
        let record = Recorder { trace: &mut branch.trace, kinds: &mut self.kinds, reading: self.reading };
        let event = player.act(&act, &mut Ears { record, watches })?;
        let index = player.next_intervention().saturating_sub(1).min(branch.script.len());
        branch.script.insert(index, act);
        let news = self.record(id, player, &Stepped::Acted(event));
        Ok((event, news))
    }

    /// What is to be kept of a step at the furthest moment of a branch.
    fn record(&mut self, id: BranchId, player: &Player, stepped: &Stepped) -> News {
        let mut news = News::default();
        let branch = &mut self.branches[id.0 as usize];
        branch.end_us = branch.end_us.max(player.moment().at_us);
        let position = player.position();
        while branch.done.len() < player.next_intervention() {
            branch.done.push(position - matches!(stepped, Stepped::Acted(_)) as u64);
        }
        match stepped {
            Stepped::Quiet => return news,
            Stepped::Missed { n, refusal } => {
                if branch.missed.iter().all(|missed| missed.n != *n) {
                    branch.missed.push(Missed { n: *n, position, refusal: refusal.clone() });
                }
                return news;
            }
            Stepped::Acted(event) => {
                let shape = MarkShape::Intervention;
                let mark = Mark { position: position - 1, at_us: event.at_us, shape, event: *event, note: None };
                branch.trace.mark(mark);
            }
            Stepped::Event(_) => {}
        }
        self.stamp += 1;
        if branch.trace.settle(self.stamp, || player.fingerprint()) {
            self.trim_trace();
        }
        if position.is_multiple_of(self.gap) {
            self.keep(id, player.clone());
        }
        if let Stepped::Acted(event) | Stepped::Event(event) = stepped {
            self.record_violations(id, player, event);
        }
        news.goal = self.check_goals(id, player);
        news
    }

    /// Marks the event just executed if properties fell in it.
    fn record_violations(&mut self, id: BranchId, player: &Player, event: &Event) {
        let branch = &mut self.branches[id.0 as usize];
        if player.run().fallen() as usize <= branch.violations.len() {
            return;
        }
        let position = player.position() - 1;
        for verdict in player.run().verdicts().iter().filter(|verdict| verdict.status == Status::Violated) {
            if branch.violations.iter().any(|(property, _)| *property == verdict.property) {
                continue;
            }
            branch.violations.push((verdict.property, position));
            let (shape, note) = (MarkShape::Violation, Some(verdict.note));
            branch.trace.mark(Mark { position, at_us: event.at_us, shape, event: *event, note });
        }
    }

    // ---- goals

    pub(super) fn set_goals(&mut self, goals: Vec<Predicate>) {
        self.branches.iter_mut().for_each(|branch| branch.goals = vec![None; goals.len()]);
        self.goals = goals;
        self.watching = None;
    }

    fn prime_goals(&mut self, id: BranchId, player: &Player) {
        let position = player.position();
        if self.goals.is_empty() || self.watching.as_ref().is_some_and(|w| w.branch == id && w.position == position) {
            return;
        }
        let reached = &self.branch(id).goals;
        let open = |(index, goal): (usize, &Predicate)| {
            if reached.get(index).copied().flatten().is_some() {
                return None;
            }
            let mut watch = Watch::new(goal.clone());
            self.recount(id, position, &mut watch);
            Some(watch)
        };
        let watches = self.goals.iter().enumerate().map(open).collect();
        self.watching = Some(GoalWatch { branch: id, position, watches });
    }

    /// Looks at the goals at the furthest moment of a branch: the first one that was reached just now.
    pub(super) fn check_goals(&mut self, id: BranchId, player: &Player) -> Option<usize> {
        if self.goals.is_empty() || player.position() != self.end(id) {
            return None;
        }
        let watching = self.watching.as_mut()?;
        if watching.branch != id {
            return None;
        }
        watching.position = player.position();
        let mut first = None;
        for (index, slot) in watching.watches.iter_mut().enumerate() {
            if slot.as_mut().is_some_and(|watch| watch.holds(player.run(), player.moment().at_us)) {
                *slot = None;
                first = first.or(Some(index));
                if let Some(goal) = self.branches[id.0 as usize].goals.get_mut(index) {
                    *goal = Some(player.position());
                }
            }
        }
        first
    }

    /// Looks at the goals without a step: after `set_goals`, or when only time passed.
    pub(super) fn look_at_goals(&mut self, id: BranchId, player: &Player) -> Option<usize> {
        if player.position() != self.end(id) {
            return None;
        }
        self.prime_goals(id, player);
        self.check_goals(id, player)
    }

    /// Sets a watch's counts to what they are at a position.
    pub(super) fn recount(&self, id: BranchId, position: u64, watch: &mut Watch) {
        watch.recount(|key, node| self.count(id, key, node, position));
    }

    // ---- checkpoints

    /// Another world for the beginning of the original branch, while nothing has been played.
    pub(super) fn restart(&mut self, start: &Player) {
        if self.branches.len() == 1 && self.end(BranchId(0)) == start.position() {
            self.checkpoint_bytes = 0;
            self.branch_mut(BranchId(0)).checkpoints.clear();
            self.keep(BranchId(0), start.clone());
        }
    }

    fn keep(&mut self, id: BranchId, player: Player) {
        let bytes = player.run().memory_bytes() + size_of::<Checkpoint>();
        let branch = self.branch_mut(id);
        if branch.checkpoints.last().is_some_and(|last| last.player.position() >= player.position()) {
            return;
        }
        branch.checkpoints.push(Checkpoint { player, bytes });
        self.checkpoint_bytes += bytes;
        while self.checkpoint_bytes > self.checkpoint_budget && self.thin() {}
    }

    /// Doubles the gap everywhere. False if only beginnings are left.
    fn thin(&mut self) -> bool {
        self.gap *= 2;
        let gap = self.gap;
        let mut dropped = false;
        for (index, branch) in self.branches.iter_mut().enumerate() {
            let start = if index == 0 { branch.from } else { u64::MAX };
            branch.checkpoints.retain(|checkpoint| {
                let position = checkpoint.player.position();
                let keep = position == start || position.is_multiple_of(gap);
                dropped |= !keep;
                keep
            });
        }
        let all = self.branches.iter().flat_map(|branch| &branch.checkpoints);
        self.checkpoint_bytes = all.map(|checkpoint| checkpoint.bytes).sum();
        dropped || self.branches.iter().any(|branch| branch.checkpoints.len() > 1)
    }

    /// Number of checkpoints, and their bytes.
    pub(super) fn checkpoints(&self) -> (usize, usize) {
        (self.branches.iter().map(|branch| branch.checkpoints.len()).sum(), self.checkpoint_bytes)
    }

    /// The latest checkpoint on a branch's line that is not past a position or a moment.
    pub(super) fn checkpoint(&self, id: BranchId, fits: impl Fn(&Player) -> bool) -> Option<&Player> {
        self.line(id).find_map(|(id, below)| {
            let checkpoints = &self.branch(id).checkpoints;
            let after = checkpoints.partition_point(|known| known.player.position() <= below && fits(&known.player));
            checkpoints.get(after.checked_sub(1)?).map(|checkpoint| &checkpoint.player)
        })
    }

    /// A player at a position that was played, by replay from the nearest checkpoint.
    pub(super) fn player_at(&mut self, id: BranchId, position: u64) -> Option<Player> {
        let mut player = self.checkpoint(id, |player| player.position() <= position)?.clone();
        while player.position() < position.min(self.end(id)) {
            if self.step(id, &mut player, None).0 == Stepped::Quiet {
                break;
            }
        }
        (player.position() == position).then_some(player)
    }

    // ---- the trace of a branch, its ancestors' part included

    fn holder(&self, id: BranchId, index: u64) -> &Trace {
        &self.branch(self.owner(id, index)).trace
    }

    pub(super) fn event(&self, id: BranchId, index: u64) -> Option<&Event> {
        self.holder(id, index).event(index)
    }

    pub(super) fn notes(&self, id: BranchId, index: u64) -> impl Iterator<Item = Note> + '_ {
        self.holder(id, index).notes(index, &self.kinds)
    }

    pub(super) fn level(&self, id: BranchId, index: u64) -> Option<Level> {
        self.holder(id, index).level(index)
    }

    /// The last event below `below` that belongs to a level.
    pub(super) fn last_at(&self, id: BranchId, level: Level, below: u64) -> Option<u64> {
        self.line(id).find_map(|(id, upto)| self.branch(id).trace.last_at(level, below.min(upto)))
    }

    /// The first event at or after `from` that belongs to a level.
    pub(super) fn first_at(&self, id: BranchId, level: Level, from: u64) -> Option<u64> {
        let mut line: Vec<(BranchId, u64)> = self.line(id).collect();
        line.reverse();
        line.iter().find_map(|(id, below)| self.branch(*id).trace.first_at(level, from).filter(|index| index < below))
    }

    /// Number of events at or before a time, microseconds.
    pub(super) fn position_at(&self, id: BranchId, at_us: u64) -> u64 {
        for (id, below) in self.line(id) {
            let trace = &self.branch(id).trace;
            let position = trace.position_at(at_us).min(below);
            if position > self.branch(id).from || self.branch(id).parent.is_none() {
                return position;
            }
        }
        0
    }

    pub(super) fn locate(&self, id: BranchId, event: EventId) -> Option<(Range<u64>, Option<u64>)> {
        self.line(id).find_map(|(id, below)| self.branch(id).trace.locate(event, below))
    }

    pub(super) fn find(&self, id: BranchId, event: EventId) -> Option<u64> {
        self.locate(id, event)?.1
    }

    pub(super) fn count(&self, id: BranchId, key: &str, node: Option<NodeId>, position: u64) -> u32 {
        let line = self.line(id);
        line.map(|(id, below)| self.branch(id).trace.count(key, node, position.min(below), &self.kinds)).sum()
    }

    pub(super) fn marks(&self, id: BranchId) -> Vec<Mark> {
        let mut line: Vec<(BranchId, u64)> = self.line(id).collect();
        line.reverse();
        let marks = line
            .iter()
            .flat_map(|(id, below)| self.branch(*id).trace.marks().iter().filter(|mark| mark.position < *below).copied());
        marks.collect()
    }

    /// Brings back what was dropped in a range.
    pub(super) fn recall(&mut self, id: BranchId, range: Range<u64>) {
        self.stamp += 1;
        let line: Vec<(BranchId, u64)> = self.line(id).collect();
        for (owner, below) in line {
            let part = range.start..range.end.min(below);
            let stamp = self.stamp;
            if part.is_empty() {
                continue;
            }
            for missing in self.branch_mut(owner).trace.touch(&part, stamp) {
                let Some(mut player) = self.player_at(owner, missing.start) else { continue };
                let mut collector = Collector { body: Body::default(), kinds: &mut self.kinds };
                let branch = &mut self.branches[owner.0 as usize];
                while player.position() < missing.end {
                    if player.step(&branch.script, &mut collector) == Stepped::Quiet {
                        break;
                    }
                }
                branch.trace.restore(missing.start, collector.body);
            }
        }
        self.trim_trace();
    }

    fn trim_trace(&mut self) {
        while self.trace_bytes() > self.trace_budget {
            let all = self.branches.iter().enumerate();
            let oldest =
                all.filter_map(|(branch, known)| known.trace.oldest().map(|(stamp, index)| (stamp, branch, index))).min();
            // What was asked for just now stays, whatever the budget says.
            let Some((_, branch, index)) = oldest.filter(|(stamp, ..)| *stamp < self.stamp) else { break };
            self.branches[branch].trace.drop_body(index, &self.kinds);
        }
    }

    /// Bytes of all traces.
    pub(super) fn trace_bytes(&self) -> usize {
        self.branches.iter().map(|branch| branch.trace.memory_bytes()).sum()
    }

    // ---- comparing

    /// Where two branches first differ: in an event's record, or in what it carried (by the run's fingerprint).
    pub(super) fn divergence(&mut self, a: BranchId, b: BranchId) -> Option<Divergence> {
        let shared = self.shared(a, b);
        let both = self.end(a).min(self.end(b));
        let mut equal = shared;
        while equal < both {
            let until = (equal + 4_096).min(both);
            self.recall(a, equal..until);
            self.recall(b, equal..until);
            match (equal..until).find(|index| self.event(a, *index) != self.event(b, *index)) {
                Some(index) => {
                    equal = index;
                    break;
                }
                None => equal = until,
            }
        }
        let records = equal;
        equal = self.same_contents(a, b, shared, records);
        let (event_a, event_b) = (self.event(a, equal).copied(), self.event(b, equal).copied());
        if equal == records && (event_a.is_none() || event_b.is_none()) {
            return None;
        }
        let at_us = [event_a, event_b].iter().flatten().map(|event| event.at_us).min().unwrap_or_default();
        Some(Divergence { position: equal, at_us, a: event_a, b: event_b })
    }

    /// The first position up to `records` after which the runs' fingerprints differ, less one; `records` if none.
    fn same_contents(&mut self, a: BranchId, b: BranchId, shared: u64, records: u64) -> u64 {
        if shared == records {
            return records;
        }
        // Samples bracket the difference, replay finds it.
        let mut low = shared;
        let mut high = records;
        let samples_b: Vec<_> = self.samples(b, shared, records);
        for ((at, ours), (_, theirs)) in self.samples(a, shared, records).into_iter().zip(samples_b) {
            if ours == theirs {
                low = at;
            } else {
                high = at;
                break;
            }
        }
        let (Some(mut ours), Some(mut theirs)) = (self.player_at(a, low), self.player_at(b, low)) else { return records };
        while ours.position() < high && theirs.position() < high {
            let before = ours.position();
            // Interventions with missing targets execute nothing.
            while ours.position() == before && self.step(a, &mut ours, None).0 != Stepped::Quiet {}
            while theirs.position() == before && self.step(b, &mut theirs, None).0 != Stepped::Quiet {}
            if ours.fingerprint() != theirs.fingerprint() {
                return before;
            }
            if ours.position() == before {
                break;
            }
        }
        records
    }

    fn samples(&self, id: BranchId, from: u64, to: u64) -> Vec<(u64, crate::base::Fingerprint)> {
        let mut line: Vec<(BranchId, u64)> = self.line(id).collect();
        line.reverse();
        let all = line.iter().flat_map(|(id, below)| {
            self.branch(*id).trace.samples().filter(move |(at, _)| at <= below && *at > from && *at <= to)
        });
        all.collect()
    }
}

/// Tells a watch what a replay executes.
struct Ear<'a> {
    watch: &'a mut Watch,
}

impl Sink for Ear<'_> {
    fn event(&mut self, event: &Event) {
        self.watch.event(event, event.class().key);
    }

    fn note(&mut self, note: &Note) {
        self.watch.note(note);
    }
}

/// Records what is new, and tells everybody who watches.
struct Ears<'a> {
    record: Recorder<'a>,
    watches: Vec<&'a mut Watch>,
}

impl Sink for Ears<'_> {
    fn event(&mut self, event: &Event) {
        self.record.event(event);
        if !self.watches.is_empty() {
            let key = event.class().key;
            self.watches.iter_mut().for_each(|watch| watch.event(event, key));
        }
    }

    fn note(&mut self, note: &Note) {
        self.record.note(note);
        self.watches.iter_mut().for_each(|watch| watch.note(note));
    }
}
