//! Rows that a playback answers with.

use super::{PausedBy, Playback};
use crate::sim::plan::Action;
use crate::timeline::Stop;
use crate::view::report::EventRow;
use serde::Serialize;

/// How many nodes are in which state, and whether a cut is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Census {
    /// They run.
    pub running: usize,
    /// They stand still.
    pub paused: usize,
    /// They are crashed or halted.
    pub down: usize,
    /// They have not had their first start.
    pub not_started: usize,
    /// A cut is open.
    pub cut: bool,
}

/// Which part of the logs is in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LogPartRow {
    /// First position.
    pub first: u64,
    /// Last position.
    pub last: u64,
    /// The first position if one looks at the newest.
    pub newest: u64,
    /// Rows above.
    pub row: usize,
    /// Rows in view.
    pub rows: usize,
    /// Rows in all.
    pub of: usize,
}

/// What a tick did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TickRow {
    /// The picture may have changed.
    pub moved: bool,
    /// Number of events executed.
    pub events: u64,
    /// Set if playing was paused by itself.
    pub paused_by: Option<PausedBy>,
    /// It was on the branch that is compared with.
    pub paused_there: bool,
    /// The time for this tick was spent before the cursor got where it should be.
    pub behind: bool,
    /// The newest story event before the cursor, if it is another one than after the last tick.
    pub story: Option<EventRow>,
}

/// How a step to the next story event ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoryStepRow {
    /// `reached` a story event; `quiet`: nothing will ever happen again by itself; `limit`: things happen, but none of the story.
    pub ended: &'static str,
    /// The event that was reached.
    pub event: Option<EventRow>,
}

impl StoryStepRow {
    /// The row of a step that has ended.
    pub fn new(playback: &mut Playback, stop: Stop) -> StoryStepRow {
        let ended = match stop {
            Stop::Quiet => "quiet",
            Stop::Limit => "limit",
            _ => "reached",
        };
        StoryStepRow { ended, event: if ended == "reached" { playback.latest() } else { None } }
    }
}

/// Where the session stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CursorRow {
    /// Virtual time, microseconds.
    pub at_us: u64,
    /// Number of executed events before the cursor.
    pub event: u64,
    /// Number of events executed on this branch.
    pub events: u64,
    /// The furthest time played on this branch, microseconds.
    pub end_us: u64,
    /// The branch.
    pub branch: u32,
    /// Whether `tick` moves the cursor.
    pub playing: bool,
    /// Virtual microseconds for each real millisecond.
    pub speed: f64,
    /// Playing goes event by event, at no speed.
    pub by_event: bool,
    /// Acting here continues the branch.
    pub at_end: bool,
    /// How far into the microsecond after `at_us`, 0 to 1: for drawing only.
    pub fraction: f64,
    /// A seek or a *run until* is under way.
    pub busy: bool,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BranchRow {
    /// Its number.
    pub id: u32,
    /// What it is called.
    pub name: String,
    /// The branch it left.
    pub parent: Option<u32>,
    /// Index of its first own event.
    pub from_event: u64,
    /// When it left its parent.
    pub from_us: u64,
    /// Number of events executed on it, the parent's included.
    pub events: u64,
    /// The furthest time played on it.
    pub end_us: u64,
    /// It has the cursor.
    pub current: bool,
    /// What was done by hand on it, in order.
    pub interventions: Vec<InterventionRow>,
}

/// Something done by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterventionRow {
    /// Its number.
    pub n: u32,
    /// When.
    pub at_us: u64,
    /// What, as `act` takes it.
    pub action: Action,
    /// What, in words.
    pub text: String,
    /// Its target was missing: nothing was done.
    pub missed: bool,
}

/// A mark on the time bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkRow {
    /// When.
    pub at_us: u64,
    /// Index of its event.
    pub event: u64,
    /// `epoch`, `commit`, `fault`, `violation`, `intervention`.
    pub shape: &'static str,
    /// What happened.
    pub label: String,
}

/// Whether a run is the one that its link promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProvenanceRow {
    /// Version of the system's behaviour with which the link was made.
    pub behaviour: u32,
    /// Version of the system's behaviour here.
    pub behaviour_here: u32,
    /// The fingerprint that the link promised at its cursor.
    pub expected: String,
    /// The fingerprint here; `None` until the run has got there.
    pub actual: Option<String>,
    /// Whether they are the same.
    pub matches: Option<bool>,
    /// If they are not: the number of events up to which the runs are known to be the same; `None` if the link does not tell.
    pub same_until: Option<u64>,
    /// And the number of events before which they differ.
    pub differs_before: Option<u64>,
    /// In words, if they are not.
    pub text: Option<String>,
}
