//! The session: cursor, jobs, acting, branches.

mod jobs;
mod reading;

pub use reading::Before;

use super::branch::{Branch, BranchId, BranchInfo, BranchName, Divergence, Tree};
use super::player::{Opened, Player, Stepped};
use super::predicate::Predicate;
use super::trace::Reading;
use super::watch::Watch;
use crate::base::{Fingerprint, Level, Note};
use crate::sim::plan::{Action, Intervention, Moment, Plan, Refusal};
use crate::sim::trace::{Event, NoTrace};
use crate::system::run::Run;
use std::fmt;
use std::ops::Range;

/// How much a session may keep, and what it takes events for.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Distance of checkpoints at the start, in events: a power of two. Smaller: faster seeks, more memory.
    pub checkpoint_gap: u64,
    /// Memory for checkpoints, bytes. Beyond it every other one goes and the gap doubles.
    pub checkpoint_bytes: usize,
    /// Memory for the trace, bytes. Beyond it the segments that were not read for longest are dropped.
    pub trace_bytes: usize,
    /// The mark that a note makes, besides those that events make by themselves.
    pub mark: fn(&Note) -> Option<super::MarkShape>,
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The branch.
    pub branch: BranchId,
    /// Number of events executed before the cursor.
    pub position: u64,
    /// Time, microseconds; may lie between two events.
    pub moment: Moment,
    /// How far into the microsecond after it, in parts per million: for drawing only.
    pub fraction_ppm: u32,
    /// Number of events executed on this branch so far.
    pub events: u64,
    /// The furthest time played on this branch, microseconds.
    pub end_us: u64,
    /// True if nothing that was executed on this branch lies after the cursor: acting continues the run.
    pub at_end: bool,
}

/// How far one step back goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// One event.
    Event,
    /// As far as an event that somebody who follows the story wants to read of.
    Story,
}

/// Why a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It got where it was to go.
    Reached,
    /// The limit of *run until*, or of a step to the next story event, came first.
    Limit,
    /// Nothing will ever happen again by itself.
    Quiet,
    /// A property fell; the cursor stands just after the event, and nothing beyond it has been played.
    Violation,
    /// A goal was reached for the first time: its number.
    Goal(usize),
    /// The job was dropped by another call, or there was none.
    Dropped,
}

/// What a slice of work did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Events executed in this slice.
    pub events: u64,
    /// `None` while there is more to do.
    pub stop: Option<Stop>,
}

/// What acting did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acted {
    /// True if a new branch was made.
    pub branched: bool,
    /// The branch on which it happened: now the current one.
    pub branch: BranchId,
    /// The event.
    pub event: Event,
    /// Its index.
    pub position: u64,
    /// The intervention's number.
    pub n: u32,
}

/// What undoing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The new branch: now the current one. A seek to the old cursor's time is under way.
    pub branch: BranchId,
    /// Number of the intervention that it lacks.
    pub n: u32,
}

/// Why a call changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The world refused the action.
    Refused(Refusal),
    /// No branch has this number.
    NoSuchBranch(BranchId),
    /// Nothing was done by hand on this branch (or nothing with this number).
    NothingToUndo,
    /// The position is beyond the end of what was played.
    NotPlayed(u64),
    /// The branch that is compared with has not come to the cursor's time yet.
    Behind,
}

/// What a session holds in memory, bytes. Rough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Events and notes.
    pub trace: usize,
    /// Checkpoints and the worlds near the cursor.
    pub checkpoints: usize,
    /// Number of checkpoints.
    pub checkpoint_count: usize,
    /// Distance of checkpoints, events.
    pub checkpoint_gap: u64,
}

/// A run with its past and its forks.
pub struct Session {
    plan: Plan,
    pub(super) tree: Tree,
    pub(super) here: Place,
    /// The second cursor, on the branch that is compared with.
    pub(super) there: Option<Place>,
    pause_on_violation: bool,
    /// Properties whose fall does not pause.
    plays_on: Vec<String>,
}

/// A cursor: a moment of a branch.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) branch: BranchId,
    /// The world there.
    pub(super) player: Player,
    /// Worlds just before it on this branch, by position: they make stepping back instant.
    recent: Vec<Player>,
    pub(super) job: Option<Job>,
    pub(super) fraction_ppm: u32,
}

impl Place {
    pub(super) fn new(branch: BranchId, player: Player) -> Place {
        Place { branch, player, recent: Vec::new(), job: None, fraction_ppm: 0 }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Job {
    Seek { target: Target, worker: Player, recent: Vec<Player> },
    Play { until_us: u64 },
    Until { watch: Box<Watch>, limit_us: u64 },
    Story { limit_us: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Position(u64),
    Moment(Moment),
}

impl Target {
    /// Everything that happens up to and at a time.
    pub(super) fn time(at_us: u64) -> Target {
        Target::Moment(Moment { at_us, executed: u32::MAX })
    }

    /// True if the target can be reached from a player by going forward.
    pub(super) fn is_ahead_of(self, player: &Player) -> bool {
        match self {
            Target::Position(position) => {
                player.position() < position || player.position() == position && !player.is_between_events()
            }
            Target::Moment(moment) => player.moment() <= moment,
        }
    }

    pub(super) fn wants_step(self, player: &Player, script: &[Intervention]) -> bool {
        match self {
            Target::Position(position) => player.position() < position,
            Target::Moment(moment) => player.is_before(moment, script),
        }
    }
}

/// Worlds kept near the cursor: so many, so many events apart.
const RECENT: usize = 16;
const RECENT_GAP: u64 = 32;

impl Session {
    /// Opens a run. `open` makes the world from the plan; the plan's interventions are carried out by the session, in their
    /// order, each when its moment comes. A plan taken from [`plan`](Session::plan) gives the same run again, with the same
    /// fingerprint.
    pub fn open<E>(plan: Plan, config: Config, open: impl FnOnce(&Plan) -> Opened<E>) -> Result<Session, E> {
        let player = Player::new(open(&plan)?);
        let reading = Reading { mark: config.mark };
        let budgets = (config.checkpoint_gap, config.checkpoint_bytes, config.trace_bytes);
        let script = plan.interventions.clone();
        Ok(Session {
            tree: Tree::new(player.clone(), script, reading, budgets),
            plan,
            here: Place::new(BranchId(0), player),
            there: None,
            pause_on_violation: true,
            plays_on: Vec::new(),
        })
    }

    // ---- where it stands

    /// Where the session stands.
    pub fn cursor(&self) -> Cursor {
        let branch = self.tree.branch(self.here.branch);
        Cursor {
            branch: self.here.branch,
            position: self.here.player.position(),
            moment: self.here.player.moment(),
            fraction_ppm: self.here.fraction_ppm,
            events: branch.trace.end(),
            end_us: branch.end_us,
            at_end: self.at_end(),
        }
    }

    /// The world at the cursor.
    pub fn run(&self) -> &dyn Run {
        self.here.player.run()
    }

    /// Fingerprint of everything executed up to the cursor.
    pub fn fingerprint(&self) -> Fingerprint {
        self.here.player.fingerprint()
    }

    /// Fingerprint of the first events of the current branch, so many; `None` if they have not been executed.
    pub fn fingerprint_at(&mut self, events: u64) -> Option<Fingerprint> {
        self.tree.player_at(self.here.branch, events).map(|player| player.fingerprint())
    }

    /// The branch on which the last of the first events of the current one happened, so many: the same for all that share them.
    pub fn owner_of(&self, events: u64) -> BranchId {
        self.tree.owner(self.here.branch, events.saturating_sub(1))
    }

    /// The plan of the current branch, with everything done by hand on it: what a link carries.
    pub fn plan(&self) -> Plan {
        Plan { interventions: self.tree.branch(self.here.branch).script.clone(), ..self.plan.clone() }
    }

    /// Turns the live checkers on or off, from the cursor on. Switch before playing: verdicts of the past stay as they are.
    pub fn set_checking(&mut self, on: bool) {
        self.here.player.set_checking(on);
        if self.here.player.position() == self.tree.branch(BranchId(0)).from {
            self.tree.restart(&self.here.player);
        }
    }

    /// What the session holds in memory.
    pub fn memory(&self) -> Memory {
        let (checkpoint_count, bytes) = self.tree.checkpoints();
        let places = || [&self.here].into_iter().chain(&self.there);
        let near = places().flat_map(|place| place.recent.iter().chain([&place.player]));
        let near = near.map(|player| player.run().memory_bytes()).sum::<usize>();
        Memory { trace: self.tree.trace_bytes(), checkpoints: bytes + near, checkpoint_count, checkpoint_gap: self.tree.gap }
    }

    // ---- moving

    /// One event forward: `Reached`, or `Quiet` if there is none.
    pub fn step(&mut self) -> Stop {
        self.drop_job();
        self.here.fraction_ppm = 0;
        if self.here.player.position().is_multiple_of(RECENT_GAP) {
            self.remember();
        }
        loop {
            match self.tree.step(self.here.branch, &mut self.here.player, None).0 {
                Stepped::Quiet => return Stop::Quiet,
                Stepped::Missed { .. } => {}
                Stepped::Event(_) | Stepped::Acted(_) => return Stop::Reached,
            }
        }
    }

    /// Begins to go on to just after the next story event: `Reached`. `Limit` if none comes up to `limit_us`; the cursor then
    /// stands after the last event before. `Quiet` if nothing at all will happen any more.
    pub fn step_story_begin(&mut self, limit_us: u64) {
        match self.tree.first_at(self.here.branch, Level::Story, self.here.player.position()) {
            Some(index) => self.seek_begin(index + 1),
            None => {
                self.here.fraction_ppm = 0;
                self.here.job = Some(Job::Story { limit_us });
            }
        }
    }

    /// Goes on to the next story event, at one go.
    pub fn step_story(&mut self, limit_us: u64) -> Stop {
        self.step_story_begin(limit_us);
        self.finish()
    }

    /// One step back: to before the last event, or to just after the story event before. False at the beginning.
    pub fn step_back(&mut self, kind: StepKind) -> bool {
        self.drop_job();
        let Some(last) = self.here.player.position().checked_sub(1) else { return false };
        if last < self.tree.branch(BranchId(0)).from {
            return false;
        }
        let position = match kind {
            StepKind::Event => last,
            StepKind::Story => self.tree.last_at(self.here.branch, Level::Story, last).map_or(0, |index| index + 1),
        };
        self.seek(position) == Stop::Reached
    }

    /// Begins a seek to just after `position` events; beyond the end, the future is played up to there.
    pub fn seek_begin(&mut self, position: u64) {
        self.begin_seek(Target::Position(position));
    }

    /// Begins a seek to a time in microseconds: everything due up to then is executed.
    pub fn seek_time_begin(&mut self, at_us: u64) {
        self.begin_seek(Target::time(at_us));
    }

    /// Begins a seek to a moment.
    pub fn seek_moment_begin(&mut self, moment: Moment) {
        self.begin_seek(Target::Moment(moment));
    }

    /// Begins to play up to a time in microseconds. Unlike a seek it shows every slice, and it stops at a violation (if
    /// [`pause_on_violation`](Session::pause_on_violation)) and at a goal reached for the first time.
    pub fn play_begin(&mut self, until_us: u64) {
        self.remember();
        self.here.job = Some(Job::Play { until_us });
    }

    /// Begins to run until the predicate holds; it is looked at now and after every event. Stops at `limit_us` at the latest.
    pub fn run_until_begin(&mut self, predicate: Predicate, limit_us: u64) {
        self.remember();
        let watch = Box::new(self.watch(predicate));
        self.here.job = Some(Job::Until { watch, limit_us });
    }

    /// Goes on with the job, for at most `budget` executed events (at least one). A seek moves the cursor only when it is done.
    pub fn slice(&mut self, budget: u64) -> Progress {
        let budget = budget.max(1);
        match self.here.job.take() {
            None => Progress { events: 0, stop: Some(Stop::Dropped) },
            Some(Job::Seek { target, worker, recent }) => self.seek_slice(target, worker, recent, budget),
            Some(Job::Play { until_us }) => {
                let progress = self.play_slice(until_us, budget);
                if progress.stop.is_none() {
                    self.here.job = Some(Job::Play { until_us });
                }
                progress
            }
            Some(Job::Story { limit_us }) => {
                let progress = self.story_slice(limit_us, budget);
                if progress.stop.is_none() {
                    self.here.job = Some(Job::Story { limit_us });
                }
                progress
            }
            Some(Job::Until { mut watch, limit_us }) => {
                let progress = self.until_slice(&mut watch, limit_us, budget);
                if progress.stop.is_none() {
                    self.here.job = Some(Job::Until { watch, limit_us });
                }
                progress
            }
        }
    }

    /// Drops the job.
    pub fn drop_job(&mut self) {
        self.here.job = None;
    }

    /// True while there is a job.
    pub fn busy(&self) -> bool {
        self.here.job.is_some()
    }

    /// Goes on with the job until it ends.
    pub fn finish(&mut self) -> Stop {
        loop {
            if let Some(stop) = self.slice(u64::MAX).stop {
                return stop;
            }
        }
    }

    /// Seeks to a position, at one go.
    pub fn seek(&mut self, position: u64) -> Stop {
        self.seek_begin(position);
        self.finish()
    }

    /// Seeks to a time in microseconds, at one go.
    pub fn seek_time(&mut self, at_us: u64) -> Stop {
        self.seek_time_begin(at_us);
        self.finish()
    }

    /// Runs until the predicate holds, at one go.
    pub fn run_until(&mut self, predicate: Predicate, limit_us: u64) -> Stop {
        self.run_until_begin(predicate, limit_us);
        self.finish()
    }

    /// Sets the fraction of the microsecond that the cursor has gone, for drawing: parts per million, below a million.
    pub fn set_fraction(&mut self, ppm: u32) {
        self.here.fraction_ppm = ppm.min(999_999);
    }

    /// Whether playing stops when a property falls. It does at the start.
    pub fn pause_on_violation(&mut self, on: bool) {
        self.pause_on_violation = on;
    }

    /// Properties, by id, whose fall does not stop playing, whatever else does: they are known to fall on the way.
    pub fn play_on(&mut self, properties: Vec<String>) {
        self.plays_on = properties;
    }

    // ---- goals

    /// Predicates to be watched from now on, at every new event: steps and goal of a scenario.
    pub fn set_goals(&mut self, goals: Vec<Predicate>) {
        self.tree.set_goals(goals);
        self.tree.look_at_goals(self.here.branch, &self.here.player);
    }

    /// For each goal, the position at which it was first reached on this branch, if at or before the cursor.
    pub fn goals(&self) -> Vec<Option<u64>> {
        let goals = self.tree.branch(self.here.branch).goals.iter();
        goals.map(|goal| goal.filter(|position| *position <= self.here.player.position())).collect()
    }

    /// True if the predicate holds at the cursor.
    pub fn holds(&self, predicate: &Predicate) -> bool {
        self.watch(predicate.clone()).holds(self.here.player.run(), self.here.player.moment().at_us)
    }

    // ---- acting and branches

    /// Acts on the world at the cursor. At the end of a branch that continues the run, before it makes a new branch. A
    /// refusal changes nothing.
    pub fn act(&mut self, action: Action) -> Result<Acted, Error> {
        self.drop_job();
        let at = self.here.player.moment();
        let intervention = Intervention { at, n: self.next_number(), action };
        let n = intervention.n;
        let position = self.here.player.position();
        if self.at_end() {
            let (event, _) = self.tree.act(self.here.branch, &mut self.here.player, intervention).map_err(Error::Refused)?;
            return Ok(Acted { branched: false, branch: self.here.branch, event, position, n });
        }
        // Try it on a copy first: a refusal must not leave a branch behind.
        self.here.player.clone().act(&intervention, &mut NoTrace).map_err(Error::Refused)?;
        let carried = self.here.player.next_intervention();
        let script = self.tree.branch(self.here.branch).script.iter().take(carried).cloned().collect();
        let name = BranchName::Acted { action: intervention.action.clone(), at_us: at.at_us };
        let branch = self.tree.add(self.here.branch, &self.here.player, name, script);
        self.enter(branch);
        let (event, _) = self.tree.act(branch, &mut self.here.player, intervention).map_err(Error::Refused)?;
        Ok(Acted { branched: true, branch, event, position, n })
    }

    /// A new branch from the cursor without an intervention, named `name` or [`BranchName::Forked`]; its future is the
    /// original's, until somebody acts.
    pub fn fork(&mut self, name: Option<String>) -> BranchId {
        self.drop_job();
        let name = match name {
            Some(name) => BranchName::Custom(name),
            None => BranchName::Forked { at_us: self.here.player.moment().at_us },
        };
        let script = self.tree.branch(self.here.branch).script.clone();
        let branch = self.tree.add(self.here.branch, &self.here.player, name, script);
        self.enter(branch);
        branch
    }

    /// Takes back the last intervention before the cursor (or the last of all, if none is before it): makes a branch without
    /// it, keeps the later ones, and begins a seek to the cursor's time there.
    pub fn undo(&mut self) -> Result<Undone, Error> {
        self.undo_among(&[])
    }

    /// The same; if that intervention is one of a group, with those of the group that are directly before it.
    pub fn undo_among(&mut self, groups: &[Vec<u32>]) -> Result<Undone, Error> {
        let branch = self.tree.branch(self.here.branch);
        let carried = self.here.player.next_intervention().min(branch.script.len());
        let index = if carried > 0 { carried } else { branch.script.len() };
        let last = index.checked_sub(1).ok_or(Error::NothingToUndo)?;
        let n = branch.script[last].n;
        let group = groups.iter().find(|group| group.contains(&n));
        let together = |done: &&Intervention| group.is_some_and(|group| group.contains(&done.n));
        let before = branch.script[..last].iter().rev().take_while(together).count();
        self.undo_range(last - before..index)
    }

    /// Takes back the intervention with this number.
    pub fn undo_number(&mut self, n: u32) -> Result<Undone, Error> {
        let script = &self.tree.branch(self.here.branch).script;
        let index = script.iter().position(|intervention| intervention.n == n).ok_or(Error::NothingToUndo)?;
        self.undo_range(index..index + 1)
    }

    pub(super) fn undo_range(&mut self, range: Range<usize>) -> Result<Undone, Error> {
        self.drop_job();
        let cursor = self.here.player.moment();
        let branch = self.tree.branch(self.here.branch);
        let mut script = branch.script.clone();
        let index = range.start;
        let position = branch.done.get(index).copied();
        let all: Vec<Intervention> = script.drain(range).collect();
        let missed = |gone: &Intervention| branch.missed.iter().any(|missed| missed.n == gone.n);
        // Each was an event at its time: there are so many less before the later ones.
        let executed: Vec<Moment> = all.iter().filter(|gone| !missed(gone)).map(|gone| gone.at).collect();
        let less = |at: Moment| {
            let before = |gone: &&Moment| gone.at_us == at.at_us && gone.executed < at.executed;
            executed.iter().filter(before).count() as u32
        };
        for later in script.iter_mut().skip(index) {
            later.at.executed = later.at.executed.saturating_sub(less(later.at));
        }
        let gone = all.into_iter().next().ok_or(Error::NothingToUndo)?;
        // What has not been reached yet is undone where the cursor stands.
        let position = position.unwrap_or(self.here.player.position()).min(self.here.player.position());
        let name = BranchName::Undone { action: gone.action, at_us: gone.at.at_us };
        let player = self.tree.player_at(self.here.branch, position).ok_or(Error::NotPlayed(position))?;
        let player = self.carry_less(player, index);
        let branch = self.tree.add(self.here.branch, &player, name, script);
        self.here.player = player;
        self.enter(branch);
        self.begin_seek(Target::Moment(Moment { executed: cursor.executed.saturating_sub(less(cursor)), ..cursor }));
        Ok(Undone { branch, n: gone.n })
    }

    /// Makes a branch the current one, at the cursor's time or at its end if that is earlier. If it is the one that is compared
    /// with, the two cursors change places.
    pub fn switch_branch(&mut self, branch: BranchId) -> Result<(), Error> {
        let end_us = self.tree.get(branch).ok_or(Error::NoSuchBranch(branch))?.end_us;
        if branch == self.here.branch {
            return Ok(());
        }
        self.drop_job();
        if self.compared() == Some(branch) {
            self.change_places();
            return Ok(());
        }
        let target = self.target_on(branch, end_us);
        self.here = self.place_on(branch, target)?;
        self.finish();
        Ok(())
    }

    /// The cursor's moment on another branch, no later than a time: the same moment where both share their past.
    pub(super) fn target_on(&self, branch: BranchId, latest_us: u64) -> Target {
        let Place { player, .. } = &self.here;
        let moment = player.moment();
        let common = player.position() <= self.tree.shared(self.here.branch, branch) && moment.at_us <= latest_us;
        if common { Target::Moment(moment) } else { Target::time(moment.at_us.min(latest_us)) }
    }

    /// A cursor on a branch, on its way to a target: [`finish`](Session::finish) takes it there.
    pub(super) fn place_on(&self, branch: BranchId, target: Target) -> Result<Place, Error> {
        let start = self.tree.checkpoint(branch, |player| target.is_ahead_of(player)).cloned();
        let start = start.ok_or(Error::NotPlayed(self.here.player.position()))?;
        Ok(Place { job: Some(Job::Seek { target, worker: start.clone(), recent: Vec::new() }), ..Place::new(branch, start) })
    }

    /// Gives a branch a name.
    pub fn rename_branch(&mut self, branch: BranchId, name: String) -> Result<(), Error> {
        self.tree.get(branch).ok_or(Error::NoSuchBranch(branch))?;
        self.tree.branch_mut(branch).name = BranchName::Custom(name);
        Ok(())
    }

    /// All branches, by number.
    pub fn branches(&self) -> Vec<BranchInfo> {
        let info = |(index, branch): (usize, &Branch)| BranchInfo {
            id: BranchId(index as u32),
            name: branch.name.clone(),
            parent: branch.parent,
            from_event: branch.from,
            from_us: branch.from_us,
            events: branch.trace.end(),
            end_us: branch.end_us,
            current: self.here.branch == BranchId(index as u32),
            interventions: branch.script.clone(),
            missed: branch.missed.clone(),
        };
        self.tree.branches.iter().enumerate().map(info).collect()
    }

    /// Where two branches first differ; `None` as far as they are played equal. They differ, too, where one has an event that the other
    /// has been played past without.
    pub fn divergence(&mut self, a: BranchId, b: BranchId) -> Result<Option<Divergence>, Error> {
        for branch in [a, b] {
            self.tree.get(branch).ok_or(Error::NoSuchBranch(branch))?;
        }
        Ok(self.tree.divergence(a, b).or_else(|| self.lacked(a, b)))
    }

    /// How many of their first events two branches share.
    pub fn shared(&self, a: BranchId, b: BranchId) -> u64 {
        if self.tree.get(a).is_none() || self.tree.get(b).is_none() { 0 } else { self.tree.shared(a, b) }
    }

    // ---- inside

    /// The player at the cursor.
    pub(super) fn player(&self) -> &Player {
        &self.here.player
    }

    /// Properties whose fall does not stop playing.
    pub(super) fn played_on(&self) -> &[String] {
        &self.plays_on
    }

    /// The property with this id, and the index of the event at which it fell on the current branch.
    pub(super) fn fall_of(&self, property: &str) -> Option<(&'static str, u64)> {
        let violations = &self.tree.branch(self.here.branch).violations;
        violations.iter().find(|(fallen, _)| *fallen == property).copied()
    }

    /// The world just after an event of the current branch.
    pub(super) fn player_after(&mut self, index: u64) -> Option<Player> {
        self.tree.player_at(self.here.branch, index + 1)
    }

    /// The last checkpoint of the current branch before anything was done by hand.
    pub(super) fn checkpoint_before_hand(&self) -> Option<Player> {
        self.tree.checkpoint(self.here.branch, |player| player.next_intervention() == 0).cloned()
    }

    fn at_end(&self) -> bool {
        self.here.player.position() == self.tree.end(self.here.branch)
    }

    /// One more than every number on the current line, so that a number means one thing on it.
    fn next_number(&self) -> u32 {
        let script = &self.tree.branch(self.here.branch).script;
        script.iter().map(|intervention| intervention.n.saturating_add(1)).max().unwrap_or(0)
    }

    fn watch(&self, predicate: Predicate) -> Watch {
        let mut watch = Watch::new(predicate);
        self.tree.recount(self.here.branch, self.here.player.position(), &mut watch);
        watch
    }

    /// Makes a branch the current one; the player stands on it.
    pub(super) fn enter(&mut self, branch: BranchId) {
        self.here.recent.clear();
        self.here.fraction_ppm = 0;
        self.here.branch = branch;
    }

    /// Keeps a copy of the world at the cursor for stepping back.
    pub(super) fn remember(&mut self) {
        if !self.here.player.is_between_events() {
            jobs::keep_recent(&mut self.here.recent, &self.here.player);
        }
    }

    /// A player that stands before an intervention which is no longer in the script: the same world, found again from a
    /// checkpoint that had not passed it either.
    pub(super) fn carry_less(&self, player: Player, index: usize) -> Player {
        if player.next_intervention() <= index {
            return player;
        }
        // Only missed interventions execute nothing: the world is the same with fewer of them carried out.
        player.with_next(index)
    }
}

impl Default for Config {
    /// A million events of a five-node cluster in less than half of 256 MB, and no seek in it longer than 50 ms, in a browser.
    fn default() -> Config {
        Config { checkpoint_gap: 4_096, checkpoint_bytes: 64 << 20, trace_bytes: 128 << 20, mark: super::trace::mark_note }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("cursor", &self.cursor()).field("job", &self.here.job).finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(refusal) => refusal.fmt(f),
            Error::NoSuchBranch(id) => write!(f, "no branch has the number {}", id.0),
            Error::NothingToUndo => f.write_str("nothing was done by hand here"),
            Error::NotPlayed(position) => write!(f, "event {position} has not been played"),
            Error::Behind => f.write_str("the branch that is compared with has not come to this time yet"),
        }
    }
}

impl std::error::Error for Error {}
