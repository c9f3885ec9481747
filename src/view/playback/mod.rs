//! A session as somebody watches it: playing at a pace, one job at a time, rows and pictures of the moment at the cursor.
//!
//! This is the Lab handle without its JavaScript. It owns no clock: whoever calls says when the time for one piece of work is
//! spent. Every call is total, whatever the arguments and whatever came before.

mod drawing;
mod links;
mod reading;
mod rows;

pub use rows::{BranchRow, Census, CursorRow, InterventionRow, LogPartRow, MarkRow, ProvenanceRow, StoryStepRow, TickRow};

use super::groups::Groups;
use super::report::{EventRow, Speech};
use super::space_time::live::LiveDiagram;
use super::words::{self, Names};
use crate::base::{EventId, Level, NodeId};
use crate::scenario::lesson::Lesson;
use crate::sim::plan::{Action, Intervention, Moment};
use crate::system::inspect::NodeView;
use crate::timeline::{Acted, BranchId, BranchInfo, BranchName, Predicate, Progress, Session, StepKind, Stop};
use serde::Serialize;

/// Is told the number of executed events before the cursor, and says whether the time for this piece of work is spent.
pub type Spent<'a> = &'a mut dyn FnMut(u64) -> bool;

/// Number of a long piece of work: a seek, a *run until*. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobId(u64);

/// How a long piece of work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// There is more to do.
    Working,
    /// It has ended.
    Ended(Stop),
}

/// What paused playing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PausedBy {
    /// A property fell.
    Violation,
    /// A step of the scenario was done for the first time.
    Step,
    /// The goal was reached for the first time.
    Goal,
    /// Nothing will ever happen again by itself.
    Quiet,
}

/// What pauses playing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseOn {
    /// When a property falls.
    pub violation: bool,
    /// When a step of the scenario is done for the first time.
    pub step: bool,
    /// When the goal is reached for the first time.
    pub goal: bool,
}

impl Default for PauseOn {
    fn default() -> Self {
        PauseOn { violation: true, step: false, goal: false }
    }
}

/// A session as somebody watches it.
pub struct Playback {
    pub(super) session: Session,
    /// Graph and diagram, once somebody has looked at it.
    pub(super) space_time: Option<Box<LiveDiagram>>,
    pub(super) speech: Speech,
    goals: Goals,
    pub(super) playing: bool,
    speed: f64,
    /// Events come one by one, however far apart they are.
    by_event: bool,
    /// Real milliseconds since the last of them.
    waited_ms: f64,
    pause_on: PauseOn,
    job: Option<JobId>,
    ended: Option<(JobId, Stop)>,
    jobs: u64,
    /// The wrong variants that are on.
    mutants: Vec<String>,
    /// What was done by hand on the current branch: the sentences of those events need it.
    pub(super) interventions: Vec<Intervention>,
    /// The same of the branch that is compared with.
    pub(super) interventions_there: Vec<Intervention>,
    /// Nodes as they were just before something was done to them by hand.
    before: Vec<(EventId, NodeView)>,
    /// What was done as one.
    pub(super) groups: Groups,
    told: Option<(BranchId, u64)>,
    promise: Option<links::Promised>,
    /// Marks of links that were taken.
    taken: links::Taken,
}

/// The predicates that a scenario watches: its steps, and last its goal.
#[derive(Clone, Debug, Default)]
pub struct Goals {
    /// One for each step.
    pub steps: Vec<Predicate>,
    /// The goal.
    pub goal: Option<Predicate>,
    /// Properties that are known to fall on the way: playing goes on.
    pub plays_on: Vec<String>,
}

impl From<&Lesson> for Goals {
    fn from(lesson: &Lesson) -> Goals {
        Goals {
            steps: lesson.steps.iter().map(|step| step.until.clone()).collect(),
            goal: Some(lesson.goal.clone()),
            plays_on: lesson.plays_on.clone(),
        }
    }
}

/// Slowest pace, virtual microseconds for each real millisecond: a microsecond in ten seconds.
pub const SPEED_MIN: f64 = 0.0001;
/// Fastest pace: a thousand seconds in a second.
pub const SPEED_MAX: f64 = 1e6;
/// Longest real time that one tick makes up for, milliseconds: a tab that was hidden does not jump.
const TICK_MS_MAX: f64 = 100.0;
/// Events between two looks at the clock.
const SLICE: u64 = 64;
/// Event by event: how long each can be looked at, milliseconds of real time.
pub const EVENT_MS: f64 = 800.0;
/// Most nodes remembered as they were before an intervention.
const BEFORE_MAX: usize = 256;

impl Playback {
    /// Watches a session; `speed` is virtual microseconds for each real millisecond.
    pub fn new(mut session: Session, lang: words::Lang, goals: Goals, speed: f64) -> Playback {
        let names = Names::new(session.run().info(), session.run().cluster());
        session.set_goals(goals.steps.iter().cloned().chain(goals.goal.clone()).collect());
        session.play_on(goals.plays_on.clone());
        let plan = session.plan();
        let mut playback = Playback {
            mutants: plan.mutants,
            interventions: plan.interventions,
            session,
            space_time: None,
            speech: Speech { lang, names },
            goals,
            playing: false,
            speed: speed.clamp(SPEED_MIN, SPEED_MAX),
            by_event: false,
            waited_ms: 0.0,
            interventions_there: Vec::new(),
            pause_on: PauseOn::default(),
            job: None,
            ended: None,
            jobs: 0,
            before: Vec::new(),
            groups: Groups::default(),
            told: None,
            promise: None,
            taken: links::Taken::new(),
        };
        playback.set_pause_on(PauseOn::default());
        playback
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The language and the names that rows are made with.
    pub fn speech(&self) -> &Speech {
        &self.speech
    }

    /// Makes rows in another language from now on.
    pub fn set_lang(&mut self, lang: words::Lang) {
        self.speech.lang = lang;
    }

    // ---- time

    /// Where the session stands.
    pub fn cursor(&self) -> CursorRow {
        let cursor = self.session.cursor();
        CursorRow {
            at_us: cursor.moment.at_us,
            event: cursor.position,
            events: cursor.events,
            end_us: cursor.end_us,
            branch: cursor.branch.0,
            playing: self.playing,
            speed: self.speed,
            by_event: self.by_event,
            at_end: cursor.at_end,
            fraction: f64::from(cursor.fraction_ppm) / 1e6,
            busy: self.job.is_some() || !self.session.follows(),
        }
    }

    /// Whether ticks move the cursor.
    pub fn set_playing(&mut self, playing: bool) {
        self.playing = playing;
    }

    /// Sets the pace; false (and nothing changes) if it is out of range.
    pub fn set_speed(&mut self, us_per_ms: f64) -> bool {
        let fine = (SPEED_MIN..=SPEED_MAX).contains(&us_per_ms);
        if fine {
            self.speed = us_per_ms;
            self.by_event = false;
        }
        fine
    }

    /// Plays event by event, each [`EVENT_MS`] of real time, however far apart they are, until a speed is set.
    pub fn set_by_event(&mut self) {
        self.by_event = true;
        self.waited_ms = EVENT_MS;
    }

    /// What pauses playing.
    pub fn pause_on(&self) -> PauseOn {
        self.pause_on
    }

    /// Sets what pauses playing.
    pub fn set_pause_on(&mut self, on: PauseOn) {
        self.pause_on = on;
        self.session.pause_on_violation(on.violation);
    }

    /// Goes on for one frame: with the job if there is one, otherwise by `elapsed_ms` of real time if playing.
    pub fn tick(&mut self, elapsed_ms: f64, spent: Spent<'_>) -> TickRow {
        let mut row = if self.job.is_some() {
            let position = self.session.cursor().position;
            self.work(spent);
            TickRow { moved: self.session.cursor().position != position || self.job.is_none(), ..TickRow::default() }
        } else if self.playing && elapsed_ms > 0.0 {
            self.play(elapsed_ms.min(TICK_MS_MAX), spent)
        } else {
            TickRow::default()
        };
        self.bring_along(&mut row, spent);
        row.story = self.news();
        row
    }

    fn play(&mut self, elapsed_ms: f64, spent: Spent<'_>) -> TickRow {
        self.waited_ms += elapsed_ms;
        if self.by_event && self.waited_ms < EVENT_MS {
            return TickRow::default();
        }
        self.waited_ms = 0.0;
        let cursor = self.session.cursor();
        let advance_us = elapsed_ms * self.speed + f64::from(cursor.fraction_ppm) / 1e6;
        let until_us = if self.by_event { u64::MAX } else { cursor.moment.at_us.saturating_add(advance_us as u64) };
        let slice = if self.by_event { 1 } else { SLICE };
        let mut row = TickRow { moved: true, ..TickRow::default() };
        self.session.play_begin(until_us);
        loop {
            let Progress { events, stop } = self.session.slice(slice);
            row.events += events;
            match stop {
                None if self.by_event && row.events > 0 => self.session.drop_job(),
                None if spent(self.session.cursor().position) => {
                    row.behind = true;
                    self.session.drop_job();
                }
                None => continue,
                Some(Stop::Goal(n)) if self.pause_on.goal && n == self.goals.steps.len() => {
                    row.paused_by = Some(PausedBy::Goal);
                }
                Some(Stop::Goal(n)) if self.pause_on.step && n < self.goals.steps.len() => {
                    row.paused_by = Some(PausedBy::Step);
                }
                Some(Stop::Goal(_)) if self.by_event => {}
                Some(Stop::Goal(_)) => {
                    self.session.play_begin(until_us);
                    continue;
                }
                Some(Stop::Violation) => row.paused_by = Some(PausedBy::Violation),
                Some(Stop::Quiet) => row.paused_by = Some(PausedBy::Quiet),
                Some(Stop::Reached) => self.session.set_fraction((advance_us.fract() * 1e6) as u32),
                Some(Stop::Limit | Stop::Dropped) => {}
            }
            break;
        }
        self.playing &= row.paused_by.is_none();
        row
    }

    /// The newest story event, if it has not been told yet.
    fn news(&mut self) -> Option<EventRow> {
        let n = *self.session.recent(Level::Story, 1).last()?;
        let now = Some((self.session.cursor().branch, n));
        if self.told == now {
            return None;
        }
        self.told = now;
        self.event(n)
    }

    /// One event forward: the event, or `None` if nothing will ever happen again by itself.
    pub fn step(&mut self) -> Option<EventRow> {
        self.halt();
        if self.session.step() != Stop::Reached {
            return None;
        }
        self.latest()
    }

    /// Begins to go on to just after the next story event, or to the last event at or before `limit_us` if there is none.
    pub fn step_story(&mut self, limit_us: u64) -> JobId {
        self.session.step_story_begin(limit_us);
        self.begin()
    }

    /// The event just before the cursor.
    pub fn latest(&mut self) -> Option<EventRow> {
        let last = self.session.cursor().position.checked_sub(1)?;
        self.event(last)
    }

    /// One step back. False at the beginning.
    pub fn step_back(&mut self, kind: StepKind) -> bool {
        self.halt();
        self.session.step_back(kind)
    }

    /// Begins a seek to just after `position` events.
    pub fn seek_event(&mut self, position: u64) -> JobId {
        self.session.seek_begin(position);
        self.begin()
    }

    /// Begins a seek to a time, microseconds.
    pub fn seek_time(&mut self, at_us: u64) -> JobId {
        self.session.seek_time_begin(at_us);
        self.begin()
    }

    /// Begins a seek to a moment.
    pub fn seek_moment(&mut self, moment: Moment) -> JobId {
        self.session.seek_moment_begin(moment);
        self.begin()
    }

    /// Begins to run until the predicate holds, or `limit_us` has come.
    pub fn run_until(&mut self, predicate: Predicate, limit_us: u64) -> JobId {
        self.session.run_until_begin(predicate, limit_us);
        self.begin()
    }

    /// Goes on with the job, whoever asked for it, until it ends or the time is spent.
    pub fn work(&mut self, spent: Spent<'_>) {
        let Some(job) = self.job else { return };
        loop {
            if let Some(stop) = self.session.slice(SLICE).stop {
                self.job = None;
                self.ended = Some((job, stop));
                self.keep_promise(job);
                return;
            }
            if spent(self.session.cursor().position) {
                return;
            }
        }
    }

    /// How a job stands. One that another call replaced has ended as dropped.
    pub fn job(&self, id: JobId) -> JobState {
        match (self.job, self.ended) {
            (Some(job), _) if job == id => JobState::Working,
            (_, Some((job, stop))) if job == id => JobState::Ended(stop),
            _ => JobState::Ended(Stop::Dropped),
        }
    }

    /// Drops the job if it is this one.
    pub fn cancel(&mut self, id: JobId) {
        if self.job == Some(id) {
            self.halt();
        }
    }

    pub(super) fn begin(&mut self) -> JobId {
        self.jobs += 1;
        let id = JobId(self.jobs);
        self.job = Some(id);
        id
    }

    /// Drops the job, before a call that moves the cursor by itself.
    pub(in crate::view) fn halt(&mut self) {
        if self.job.take().is_some() {
            self.session.drop_job();
        }
    }

    // ---- branches and acting

    /// Acts on the world at the cursor, on the current branch alone.
    pub fn act(&mut self, action: Action) -> Result<Acted, crate::timeline::Error> {
        self.halt();
        let before = target(&action).and_then(|node| self.session.run().node(node));
        let parent = self.session.cursor().branch;
        let acted = self.session.act(action)?;
        if acted.branched {
            let script = self.session.plan().interventions;
            let inherited: Vec<Intervention> = script.into_iter().filter(|done| done.n != acted.n).collect();
            self.groups.inherit(parent, acted.branch, &inherited);
        }
        if let Some(before) = before {
            self.before.retain(|(id, _)| *id != acted.event.id);
            if self.before.len() == BEFORE_MAX {
                self.before.remove(0);
            }
            self.before.push((acted.event.id, before));
        }
        self.branch_changed();
        Ok(acted)
    }

    /// A new branch from the cursor.
    pub fn fork(&mut self, name: Option<String>) -> u32 {
        self.halt();
        let parent = self.session.cursor().branch;
        let branch = self.session.fork(name);
        self.branch_changed();
        self.groups.inherit(parent, branch, &self.interventions);
        branch.0
    }

    /// Does several things to the world at the cursor, as one: undoing takes them back together. What is refused is left out; if
    /// all are, the first refusal is the error, and nothing has changed.
    pub fn act_all(&mut self, actions: Vec<Action>) -> Result<Vec<Acted>, crate::timeline::Error> {
        let (mut done, mut refused) = (Vec::new(), None);
        for action in actions {
            match self.act(action) {
                Ok(acted) => done.push(acted),
                Err(error) => _ = refused.get_or_insert(error),
            }
        }
        match refused {
            Some(error) if done.is_empty() => Err(error),
            _ => {
                self.groups.add(self.session.cursor().branch, done.iter().map(|acted| acted.n).collect());
                Ok(done)
            }
        }
    }

    /// Takes back the last intervention, and what was done with it as one, on a new branch; begins a seek to the cursor's time
    /// there. While branches are compared, on both.
    pub fn undo(&mut self) -> Result<JobId, crate::timeline::Error> {
        self.catch_up()?;
        let parent = self.session.cursor().branch;
        let undone = self.session.undo_among(self.groups.on(parent))?;
        let before = std::mem::take(&mut self.interventions);
        self.branch_changed();
        self.groups.inherit(parent, undone.branch, &self.interventions);
        let left: Vec<u32> = self.interventions.iter().map(|done| done.n).collect();
        let gone: Vec<Intervention> = before.into_iter().filter(|done| !left.contains(&done.n)).collect();
        self.undo_there(&gone);
        Ok(self.begin())
    }

    /// Makes a branch the current one.
    pub fn switch_branch(&mut self, branch: u32) -> Result<(), crate::timeline::Error> {
        self.halt();
        let there = self.session.cursor().branch;
        self.session.switch_branch(BranchId(branch))?;
        if self.session.compared() == Some(there) {
            std::mem::swap(&mut self.interventions, &mut self.interventions_there);
        }
        self.branch_changed();
        Ok(())
    }

    /// Gives a branch a name.
    pub fn rename_branch(&mut self, branch: u32, name: String) -> Result<(), crate::timeline::Error> {
        self.session.rename_branch(BranchId(branch), name)
    }

    /// All branches, by number.
    pub fn branches(&self) -> Vec<BranchRow> {
        self.session.branches().iter().map(|branch| self.branch(branch)).collect()
    }

    pub(super) fn branch_changed(&mut self) {
        self.interventions = self.session.plan().interventions;
    }

    pub(super) fn branch(&self, branch: &BranchInfo) -> BranchRow {
        let intervention = |done: &Intervention| InterventionRow {
            n: done.n,
            at_us: done.at.at_us,
            text: words::action_title(self.speech.lang, &done.action, &self.speech.names),
            action: done.action.clone(),
            missed: branch.missed.iter().any(|missed| missed.n == done.n),
        };
        BranchRow {
            id: branch.id.0,
            name: self.branch_name(&branch.name),
            parent: branch.parent.map(|parent| parent.0),
            from_event: branch.from_event,
            from_us: branch.from_us,
            events: branch.events,
            end_us: branch.end_us,
            current: branch.current,
            interventions: branch.interventions.iter().map(intervention).collect(),
        }
    }

    fn branch_name(&self, name: &BranchName) -> String {
        let Speech { lang, names } = &self.speech;
        let title = |action: &Action| words::action_title(*lang, action, names);
        let property = |id: &'static str| words::property_name(*lang, names.system, id).to_owned();
        let (key, action, at_us) = match name {
            BranchName::Custom(name) => return name.clone(),
            BranchName::Found { property: id, at_us } => ("branch.found", property(id), *at_us),
            BranchName::Shortest { property: id, at_us } => ("branch.shortest", property(id), *at_us),
            BranchName::Original => ("branch.original", String::new(), 0),
            BranchName::Acted { action, at_us } => ("branch.acted", title(action), *at_us),
            BranchName::Forked { at_us } => ("branch.forked", String::new(), *at_us),
            BranchName::Undone { action, at_us } => ("branch.undone", title(action), *at_us),
        };
        words::filled(*lang, key, &[("action", &action), ("at", &words::time(*lang, at_us))])
    }
}

/// The node that an action is done to, if it is one.
fn target(action: &Action) -> Option<NodeId> {
    match action {
        Action::Crash(node) | Action::Pause(node) | Action::Resume(node) => Some(*node),
        Action::Restart { node, .. } | Action::Slow { node, .. } => Some(*node),
        Action::Clock { node, .. } | Action::Disk { node, .. } => Some(*node),
        _ => None,
    }
}
