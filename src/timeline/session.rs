//! The session: cursor, jobs, acting, branches.

use super::branch::{BranchId, BranchInfo, BranchName, Divergence};
use super::player::Opened;
use super::predicate::Predicate;
use super::trace::{EventClass, Mark};
use crate::base::{EventId, Fingerprint, Level, Note};
use crate::sim::plan::{Action, Moment, Plan, Refusal};
use crate::sim::trace::Event;
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
    /// Key and level of an event itself.
    pub classify: fn(&Event) -> EventClass,
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

/// What one step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// One event.
    Event,
    /// As far as the next event that somebody who follows the story wants to read of.
    Story,
}

/// Why a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It got where it was to go.
    Reached,
    /// The limit of *run until* came first.
    Limit,
    /// Nothing will ever happen again by itself.
    Quiet,
    /// A property fell; the cursor stands just after the event (or the few that were executed with it).
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
pub struct Session;

#[allow(unused_variables, clippy::missing_panics_doc, clippy::unimplemented)]
impl Session {
    /// Opens a run. `open` makes the world from the plan; the plan's interventions are carried out at their moments as the
    /// session gets there. A plan taken from [`plan`](Session::plan) gives the same run again, with the same fingerprint.
    pub fn open<E>(plan: Plan, config: Config, open: impl FnOnce(&Plan) -> Opened<E>) -> Result<Session, E> { unimplemented!() }

    // ---- where it stands

    /// Where the session stands.
    pub fn cursor(&self) -> Cursor { unimplemented!() }
    /// The world at the cursor.
    pub fn run(&self) -> &dyn Run { unimplemented!() }
    /// Fingerprint of everything executed up to the cursor.
    pub fn fingerprint(&self) -> Fingerprint { unimplemented!() }
    /// The plan of the current branch, with everything done by hand on it: what a link carries.
    pub fn plan(&self) -> Plan { unimplemented!() }
    /// Turns the live checkers on or off, from the cursor on. Switch before playing: verdicts of the past stay as they are.
    pub fn set_checking(&mut self, on: bool) { unimplemented!() }
    /// What the session holds in memory.
    pub fn memory(&self) -> Memory { unimplemented!() }

    // ---- moving

    /// One step forward, at most `budget` events of new future: `Reached`, `Quiet` or `Limit` (the budget was too small
    /// for a story event), and how many events were executed.
    pub fn step(&mut self, kind: StepKind, budget: u64) -> Progress { unimplemented!() }
    /// One step back: to just before the last event, or to just after the story event before. False at the beginning.
    pub fn step_back(&mut self, kind: StepKind) -> bool { unimplemented!() }
    /// Begins a seek to just after `position` events; beyond the end, the future is played up to there.
    pub fn seek_begin(&mut self, position: u64) { unimplemented!() }
    /// Begins a seek to a time in microseconds: everything due up to then is executed.
    pub fn seek_time_begin(&mut self, at_us: u64) { unimplemented!() }
    /// Begins a seek to a moment.
    pub fn seek_moment_begin(&mut self, moment: Moment) { unimplemented!() }
    /// Begins to play up to a time in microseconds. Unlike a seek it shows every slice, and it stops at a violation (if
    /// [`pause_on_violation`](Session::pause_on_violation)) and at a goal reached for the first time.
    pub fn play_begin(&mut self, until_us: u64) { unimplemented!() }
    /// Begins to run until the predicate holds; it is looked at now and after every event. Stops at `limit_us` at the latest.
    pub fn run_until_begin(&mut self, predicate: Predicate, limit_us: u64) { unimplemented!() }
    /// Goes on with the job, for at most `budget` executed events. A seek moves the cursor only when it is done.
    pub fn slice(&mut self, budget: u64) -> Progress { unimplemented!() }
    /// Drops the job.
    pub fn drop_job(&mut self) { unimplemented!() }
    /// True while there is a job.
    pub fn busy(&self) -> bool { unimplemented!() }
    /// Goes on with the job until it ends.
    pub fn finish(&mut self) -> Stop { unimplemented!() }
    /// Seeks to a position, at one go.
    pub fn seek(&mut self, position: u64) -> Stop { unimplemented!() }
    /// Seeks to a time in microseconds, at one go.
    pub fn seek_time(&mut self, at_us: u64) -> Stop { unimplemented!() }
    /// Runs until the predicate holds, at one go.
    pub fn run_until(&mut self, predicate: Predicate, limit_us: u64) -> Stop { unimplemented!() }
    /// Sets the fraction of the microsecond that the cursor has gone, for drawing: parts per million, below a million.
    pub fn set_fraction(&mut self, ppm: u32) { unimplemented!() }
    /// Whether playing stops when a property falls. It does at the start.
    pub fn pause_on_violation(&mut self, on: bool) { unimplemented!() }

    // ---- goals

    /// Predicates to be watched from now on, at every new event: steps and goal of a scenario.
    pub fn set_goals(&mut self, goals: Vec<Predicate>) { unimplemented!() }
    /// For each goal, the position at which it was first reached on this branch, if at or before the cursor.
    pub fn goals(&self) -> Vec<Option<u64>> { unimplemented!() }
    /// True if the predicate holds at the cursor.
    pub fn holds(&mut self, predicate: &Predicate) -> bool { unimplemented!() }

    // ---- acting and branches

    /// Acts on the world at the cursor. At the end of a branch that continues the run, before it makes a new branch. A
    /// refusal changes nothing.
    pub fn act(&mut self, action: Action) -> Result<Acted, Error> { unimplemented!() }
    /// A new branch from the cursor without an intervention, named `name` or [`BranchName::Forked`]; its future is the
    /// original's, until somebody acts.
    pub fn fork(&mut self, name: Option<String>) -> BranchId { unimplemented!() }
    /// Takes back the last intervention before the cursor (or the last of all, if none is before it): makes a branch without
    /// it, keeps the later ones, and begins a seek to the cursor's time there.
    pub fn undo(&mut self) -> Result<Undone, Error> { unimplemented!() }
    /// Takes back the intervention with this number.
    pub fn undo_number(&mut self, n: u32) -> Result<Undone, Error> { unimplemented!() }
    /// Makes a branch the current one, at the cursor's time or at its end if that is earlier.
    pub fn switch_branch(&mut self, branch: BranchId) -> Result<(), Error> { unimplemented!() }
    /// Gives a branch a name.
    pub fn rename_branch(&mut self, branch: BranchId, name: String) -> Result<(), Error> { unimplemented!() }
    /// All branches, by number.
    pub fn branches(&self) -> Vec<BranchInfo> { unimplemented!() }
    /// Where two branches first differ; `None` as far as they are played equal.
    pub fn divergence(&mut self, a: BranchId, b: BranchId) -> Result<Option<Divergence>, Error> { unimplemented!() }

    // ---- reading the past of the current branch

    /// Number of events executed on the current branch.
    pub fn event_count(&self) -> u64 { unimplemented!() }
    /// Brings back dropped parts of the trace, by replay. Until then [`event`](Session::event) answers `None` there.
    pub fn recall(&mut self, range: Range<u64>) { unimplemented!() }
    /// The event with this index.
    pub fn event(&self, position: u64) -> Option<Event> { unimplemented!() }
    /// The notes made in the event with this index.
    pub fn notes(&self, position: u64) -> Vec<Note> { unimplemented!() }
    /// The highest level of an event and its notes (story is highest). Never dropped.
    pub fn level(&self, position: u64) -> Option<Level> { unimplemented!() }
    /// Indexes and events of a range, as far as they are there.
    pub fn events(&self, range: Range<u64>) -> Vec<(u64, Event)> { unimplemented!() }
    /// Indexes of the last `most` events up to the cursor that belong to a level (story is part of protocol, protocol of
    /// everything), oldest first.
    pub fn recent(&self, level: Level, most: usize) -> Vec<u64> { unimplemented!() }
    /// The index of an event on the current branch, by its id.
    pub fn find(&self, id: EventId) -> Option<u64> { unimplemented!() }
    /// The index of the first event that executed an item (delivered or lost a message, fired a timer) at or after `from`.
    pub fn find_item(&self, item: EventId, from: u64) -> Option<u64> { unimplemented!() }
    /// The index of the cause of the event with this index.
    pub fn cause(&self, position: u64) -> Option<u64> { unimplemented!() }
    /// Number of events up to and including a time in microseconds; approximate inside dropped parts of the trace.
    pub fn position_at(&self, at_us: u64) -> u64 { unimplemented!() }
    /// Marks of the current branch, in order.
    pub fn marks(&self) -> Vec<Mark> { unimplemented!() }
    /// Number of events in each of `buckets` equal parts of a span of time, microseconds.
    pub fn density(&self, span_us: Range<u64>, buckets: usize) -> Vec<u64> { unimplemented!() }
    /// Key and level of an event itself.
    pub fn class(&self, event: &Event) -> EventClass { unimplemented!() }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(refusal) => refusal.fmt(f),
            Error::NoSuchBranch(id) => write!(f, "no branch has the number {}", id.0),
            Error::NothingToUndo => f.write_str("nothing was done by hand here"),
            Error::NotPlayed(position) => write!(f, "event {position} has not been played"),
        }
    }
}

impl std::error::Error for Error {}
