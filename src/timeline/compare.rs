//! Two futures beside each other: a second cursor on another branch, always at the time of the first; and short looks elsewhere.
//!
//! One of the two cursors is *here*: everything that a session does and answers concerns that one. The other follows it.

use super::branch::{Branch, BranchId, BranchName, Divergence};
use super::session::{Error, Job, Place, Progress, Session, Stop, Target};
use crate::sim::plan::Intervention;

/// As many events as are played for a graft, at most: about a second.
const GRAFT_EVENTS_MAX: u64 = 2_000_000;

/// A branch that is on its way into the tree: see [`Session::graft_begin`].
pub struct Graft {
    script: Vec<Intervention>,
    name: Option<BranchName>,
    /// The script of the branch that it leaves, as it was when that was looked at.
    ours: Vec<Intervention>,
    /// How much of the two is the same.
    common: usize,
    /// Goes to where they part.
    place: Place,
    events: u64,
}

impl Session {
    /// Compares with another branch from now on, or with none any more. The second cursor is at the first one's time after
    /// [`follow`](Session::follow) says so.
    pub fn compare(&mut self, branch: Option<BranchId>) -> Result<(), Error> {
        self.there = match branch {
            None => None,
            Some(branch) => {
                self.tree.get(branch).ok_or(Error::NoSuchBranch(branch))?;
                let mut place = self.place_on(branch, self.target_on(branch, u64::MAX))?;
                std::mem::swap(&mut self.here, &mut place);
                self.drop_job();
                std::mem::swap(&mut self.here, &mut place);
                Some(place)
            }
        };
        Ok(())
    }

    /// The branch that is compared with.
    pub fn compared(&self) -> Option<BranchId> {
        self.there.as_ref().map(|place| place.branch)
    }

    /// Exchanges the two cursors, if there are two: what was *there* is *here*.
    pub fn change_places(&mut self) -> bool {
        let Some(there) = &mut self.there else { return false };
        std::mem::swap(&mut self.here, there);
        true
    }

    /// True if the second cursor is at the first one's time, or if there is none.
    pub fn follows(&self) -> bool {
        self.there.as_ref().is_none_or(|there| {
            let target = self.target_on(there.branch, u64::MAX);
            let (ours, theirs) = (self.here.player.moment(), there.player.moment());
            let script = &self.tree.branch(there.branch).script;
            // What never does anything again does not get there, and need not.
            let quiet = || there.player.next_us(script).is_none() && theirs.at_us <= ours.at_us;
            (target.is_ahead_of(&there.player) && !target.wants_step(&there.player, script) && theirs.at_us == ours.at_us)
                || quiet()
        })
    }

    /// The time to which the second cursor has been followed, microseconds: also while it seeks, and stands where it was.
    pub fn followed_us(&self) -> u64 {
        self.there.as_ref().map_or(0, |there| match &there.job {
            Some(Job::Seek { worker, .. }) => worker.moment().at_us,
            _ => there.player.moment().at_us,
        })
    }

    /// Brings the second cursor to the time of the first, where need be by playing its branch further: at most `budget` executed
    /// events. `Violation` if a property fell there on the way: then the next call goes on.
    pub fn follow(&mut self, budget: u64) -> Progress {
        let reached = |events| Progress { events, stop: Some(Stop::Reached) };
        let Some(branch) = self.compared() else { return reached(0) };
        let target = self.target_on(branch, u64::MAX);
        let (at_us, fraction_ppm) = (self.here.player.moment().at_us, self.here.fraction_ppm);
        if self.follows() {
            if let Some(there) = &mut self.there {
                there.fraction_ppm = fraction_ppm;
            }
            return reached(0);
        }
        self.change_places();
        let progress = match &self.here.job {
            Some(Job::Seek { target: known, .. }) if *known == target => self.slice(budget),
            // Playing gets somewhere with every slice, also if the first cursor never waits.
            _ if target == Target::time(at_us) && target.is_ahead_of(&self.here.player) => {
                self.drop_job();
                self.play_slice(at_us, budget)
            }
            _ => {
                self.begin_seek(target);
                self.slice(budget)
            }
        };
        self.here.fraction_ppm = fraction_ppm;
        self.change_places();
        progress
    }

    /// Where the shorter of two branches, which are equal that far, has been played past an event that only the longer one has.
    pub(super) fn lacked(&mut self, a: BranchId, b: BranchId) -> Option<Divergence> {
        let (end_a, end_b) = (self.tree.end(a), self.tree.end(b));
        let (longer, shorter, position) = if end_a > end_b { (a, b, end_b) } else { (b, a, end_a) };
        self.tree.recall(longer, position..position + 1);
        let event = *self.tree.event(longer, position)?;
        let end = self.tree.player_at(shorter, position)?;
        let Branch { script, end_us, .. } = self.tree.branch(shorter);
        let past = *end_us >= event.at_us && end.next_us(script).is_none_or(|next_us| next_us > event.at_us);
        let of = |branch| (branch == longer).then_some(event);
        past.then_some(Divergence { position, at_us: event.at_us, a: of(a), b: of(b) })
    }

    /// Begins a new branch with this script of interventions, which leaves the current one where their scripts part; as far as that
    /// has not been played, it is by [`graft_slice`](Session::graft_slice). Both cursors stay where they are.
    pub fn graft_begin(&self, script: Vec<Intervention>, name: Option<BranchName>) -> Result<Graft, Error> {
        let current = self.here.branch;
        let ours = self.tree.branch(current).script.clone();
        let common = ours.iter().zip(&script).take_while(|(a, b)| a == b).count();
        let parting = [ours.get(common), script.get(common)].into_iter().flatten().map(|done| done.at).min();
        let place = self.place_on(current, Target::Moment(parting.unwrap_or(self.here.player.moment())))?;
        Ok(Graft { script, name, ours, common, place, events: 0 })
    }

    /// Goes on with a graft, for at most `budget` executed events: the branch, once it is there. An error if that is too far away.
    pub fn graft_slice(&mut self, graft: &mut Graft, budget: u64) -> Result<Option<BranchId>, Error> {
        let parent = graft.place.branch;
        if self.tree.branch(parent).script != graft.ours {
            // Something was done there meanwhile.
            let elsewhere = std::mem::replace(&mut self.here, graft.place.clone());
            let anew = self.graft_begin(std::mem::take(&mut graft.script), graft.name.take());
            self.here = elsewhere;
            *graft = Graft { events: graft.events, ..anew? };
        }
        std::mem::swap(&mut self.here, &mut graft.place);
        let Progress { events, stop } = self.slice(budget.min(GRAFT_EVENTS_MAX));
        std::mem::swap(&mut self.here, &mut graft.place);
        graft.events += events;
        let player = &graft.place.player;
        if stop.is_none() {
            return if graft.events < GRAFT_EVENTS_MAX { Ok(None) } else { Err(Error::NotPlayed(player.position())) };
        }
        let player = self.carry_less(player.clone(), graft.common);
        let name = graft.name.take().unwrap_or(BranchName::Forked { at_us: player.moment().at_us });
        Ok(Some(self.tree.add(parent, &player, name, std::mem::take(&mut graft.script))))
    }

    /// Takes back on the branch that is compared with what was taken back here, if it was the last thing done by hand there, too.
    pub fn undo_there(&mut self, undone: &[Intervention]) -> bool {
        if !self.change_places() {
            return false;
        }
        let script = &self.tree.branch(self.here.branch).script;
        let last = self.here.player.next_intervention().min(script.len());
        let same = |(a, b): (&Intervention, &Intervention)| (a.at.at_us, &a.action) == (b.at.at_us, &b.action);
        let first = last.checked_sub(undone.len()).filter(|first| script[*first..last].iter().zip(undone).all(same));
        let done = !undone.is_empty() && first.is_some_and(|first| self.undo_range(first..last).is_ok());
        // The cursor there follows the one here, whenever that arrives.
        self.drop_job();
        self.change_places();
        done
    }

    /// Looks at the end of a branch, until [`look_back`](Session::look_back): in between, that is *here*.
    pub fn look_at_end(&mut self, branch: BranchId) -> Result<Elsewhere, Error> {
        let end_us = self.tree.get(branch).ok_or(Error::NoSuchBranch(branch))?.end_us;
        let end = self.place_on(branch, Target::time(end_us))?;
        let elsewhere = Elsewhere { here: std::mem::replace(&mut self.here, end), there: self.there.take() };
        self.finish();
        Ok(elsewhere)
    }

    /// Takes both cursors back to where they were, with what they were about.
    pub fn look_back(&mut self, elsewhere: Elsewhere) {
        self.here = elsewhere.here;
        self.there = elsewhere.there;
    }
}

/// Where the cursors were before a look at the end of a branch.
pub struct Elsewhere {
    here: Place,
    there: Option<Place>,
}
