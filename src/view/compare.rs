//! Two branches beside each other, and a short look at one: what a lab does with its second cursor.

use super::playback::{Playback, Spent, TickRow};
use super::report::{About, EventRow};
use super::words;
use crate::base::Level;
use crate::sim::plan::{Action, Intervention};
use crate::timeline::{Acted, BranchId, BranchName, Error, Graft, Progress, Stop};
use serde::Serialize;

/// Events between two looks at the clock.
const SLICE: u64 = 64;
/// So many of them are played at one go before something is done by hand: about a hundredth of a second on a telephone.
const NEAR_SLICES: u32 = 64;

/// The branch that is compared with, where its cursor stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedRow {
    /// Its number.
    pub branch: u32,
    /// What it is called.
    pub name: String,
    /// It is at the time of the cursor.
    pub there: bool,
    /// How far it has come.
    pub at_us: u64,
    /// Number of executed events before that time.
    pub event: u64,
    /// The newest story event before that time.
    pub latest: Option<EventRow>,
}

/// Where two branches first differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DivergenceRow {
    /// Number of events that they share.
    pub position: u64,
    /// The event there on the first branch, if it has been played so far.
    pub event_a: Option<EventRow>,
    /// The event there on the second branch, if it has been played so far.
    pub event_b: Option<EventRow>,
    /// When: the earlier of the two.
    pub at_us: u64,
    /// All of it as a sentence.
    pub text: String,
}

/// What acting did on both branches that are compared.
#[derive(Clone, Debug)]
pub struct ActedInBoth {
    /// On the current one, or why nothing.
    pub here: Result<Vec<Acted>, Error>,
    /// On the other one, or why nothing.
    pub there: Result<Vec<Acted>, Error>,
}

impl Playback {
    /// Compares with another branch from now on, or with none any more: it gets a cursor that follows this one.
    pub fn compare(&mut self, branch: Option<u32>) -> Result<(), Error> {
        self.session.compare(branch.map(BranchId))?;
        self.interventions_there.clear();
        if self.change_places() {
            self.branch_changed();
            self.change_places();
        }
        Ok(())
    }

    /// The branch that is compared with, where its cursor stands.
    pub fn compared(&mut self) -> Option<ComparedRow> {
        let branch = self.session.compared()?;
        let there = self.session.follows();
        let at_us = self.session.followed_us();
        let (event, latest) = self.on_other(|lab| {
            let latest = lab.recent(Level::Story, 1).pop();
            (lab.session().cursor().position, latest)
        })?;
        Some(ComparedRow { branch: branch.0, name: self.name_of(branch), there, at_us, event, latest })
    }

    /// Reads something of the branch that is compared with, as if its cursor were the only one. `None` if there is none.
    pub fn on_other<T>(&mut self, read: impl FnOnce(&mut Playback) -> T) -> Option<T> {
        if !self.change_places() {
            return None;
        }
        let read = read(self);
        self.change_places();
        Some(read)
    }

    fn change_places(&mut self) -> bool {
        let changed = self.session.change_places();
        if changed {
            std::mem::swap(&mut self.interventions, &mut self.interventions_there);
        }
        changed
    }

    /// Brings the other cursor to the time of this one, until the time for that is spent.
    pub(super) fn bring_along(&mut self, row: &mut TickRow, spent: Spent<'_>) {
        row.moved |= !self.session.follows();
        while self.session.compared().is_some() {
            let Progress { events, stop } = self.session.follow(SLICE);
            row.moved |= events > 0;
            match stop {
                Some(Stop::Violation) if self.playing => {
                    self.playing = false;
                    row.paused_by = Some(super::playback::PausedBy::Violation);
                    row.paused_there = true;
                }
                Some(Stop::Goal(_) | Stop::Violation) => {}
                Some(_) => return,
                None => {}
            }
            if spent(self.session.cursor().position) {
                row.behind = true;
                return;
            }
        }
    }

    /// Brings the other cursor along if it is a few frames behind: then what is done by hand is done on both at the same time. An
    /// error if it has further to go, which nobody should wait for within one call: ticks take it there.
    pub(super) fn catch_up(&mut self) -> Result<(), Error> {
        let mut slices = 0;
        self.bring_along(&mut TickRow::default(), &mut |_| {
            slices += 1;
            slices == NEAR_SLICES
        });
        if self.session.follows() { Ok(()) } else { Err(Error::Behind) }
    }

    /// Does something to the world at the cursor, and the same on the branch that is compared with. What is refused on one of them is
    /// done on the other all the same. An error, and nothing is done, while the other one is far behind.
    pub fn act_in_both(&mut self, actions: Vec<Action>) -> Result<ActedInBoth, Error> {
        self.catch_up()?;
        self.halt();
        let here = self.act_all(actions.clone());
        let there = self.on_other(|lab| lab.act_all(actions));
        let there = there.unwrap_or(Err(Error::NothingToUndo));
        Ok(ActedInBoth { here, there })
    }

    /// Takes back on the branch that is compared with what was taken back here.
    pub(super) fn undo_there(&mut self, undone: &[Intervention]) {
        let Some(parent) = self.session.compared() else { return };
        if self.session.undo_there(undone) && self.change_places() {
            self.branch_changed();
            self.groups.inherit(parent, self.session.cursor().branch, &self.interventions);
            self.change_places();
        }
    }

    /// Begins a new branch with this script of interventions, as far as it is another one: what a link to a comparison carries.
    pub fn graft_begin(&mut self, script: Vec<Intervention>, name: Option<String>) -> Result<Graft, Error> {
        self.halt();
        self.session.graft_begin(script, name.map(BranchName::Custom))
    }

    /// The same at one go: the branch's number.
    pub fn graft(&mut self, script: Vec<Intervention>, name: Option<String>) -> Result<u32, Error> {
        let mut graft = self.graft_begin(script, name)?;
        loop {
            if let Some(branch) = self.graft_work(&mut graft, &mut |_| false)? {
                return Ok(branch);
            }
        }
    }

    /// Goes on with a graft until the time for that is spent: the branch's number, once it is there.
    pub fn graft_work(&mut self, graft: &mut Graft, spent: Spent<'_>) -> Result<Option<u32>, Error> {
        loop {
            if let Some(branch) = self.session.graft_slice(graft, SLICE)? {
                return Ok(Some(branch.0));
            }
            if spent(self.session.cursor().position) {
                return Ok(None);
            }
        }
    }

    /// Where two branches first differ; `None` as far as they are played equal.
    pub fn divergence(&mut self, a: u32, b: u32) -> Result<Option<DivergenceRow>, Error> {
        let (a, b) = (BranchId(a), BranchId(b));
        let Some(found) = self.session.divergence(a, b)? else { return Ok(None) };
        let (event_a, event_b) = (self.event_on(a, found.position), self.event_on(b, found.position));
        let lang = self.speech.lang;
        let told = |branch, event: &Option<EventRow>| {
            let name = self.name_of(branch);
            match event {
                Some(event) => words::filled(lang, "compare.first", &[("branch", &name), ("what", &event.text)]),
                None => words::filled(lang, "compare.nothing", &[("branch", &name)]),
            }
        };
        let at = words::time(lang, found.at_us);
        let texts = (told(a, &event_a), told(b, &event_b));
        let text = words::filled(lang, "compare.differ", &[("at", &at), ("a", &texts.0), ("b", &texts.1)]);
        Ok(Some(DivergenceRow { position: found.position, event_a, event_b, at_us: found.at_us, text }))
    }

    /// The row of an event of any branch.
    fn event_on(&self, branch: BranchId, n: u64) -> Option<EventRow> {
        let event = self.session.event_on(branch, n)?;
        let notes = self.session.notes_on(branch, n);
        let branches = self.session.branches();
        let script = branches.iter().find(|info| info.id == branch).map(|info| &info.interventions[..]);
        let action = self.action_among(script.unwrap_or_default(), &event);
        Some(self.speech.event(n, &event, About { notes: &notes, action: action.as_ref(), ..About::default() }))
    }

    pub(super) fn name_of(&self, branch: BranchId) -> String {
        let branches = self.session.branches();
        branches.iter().find(|info| info.id == branch).map(|info| self.branch(info).name).unwrap_or_default()
    }

    /// Takes a short look at the end of a branch: there, `look` reads and draws. The cursor is where it was afterwards.
    pub fn glance<T>(&mut self, branch: u32, look: impl FnOnce(&mut Playback) -> T) -> Result<T, Error> {
        let elsewhere = self.session.look_at_end(BranchId(branch))?;
        let playing = std::mem::take(&mut self.playing);
        let interventions = std::mem::take(&mut self.interventions);
        self.branch_changed();
        let seen = look(self);
        self.session.look_back(elsewhere);
        self.interventions = interventions;
        self.playing = playing;
        Ok(seen)
    }
}
