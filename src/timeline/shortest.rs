//! Makes what led to a failure as short as it gets: leaves out what was done by hand, as long as the same property still falls,
//! and no later than it did.
//!
//! First all of it is left out, then halves, quarters, and so on down to single interventions, again and again until none can be
//! missed: the greedy form of delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
//! TSE 28(2), 2002). Every try is a run of its own. The result is the least in that no *single* intervention can be left out
//! of it; another way may be shorter still.

use super::futures::{Failure, failure};
use super::player::{Player, Stepped};
use super::session::Session;
use crate::sim::plan::Intervention;
use crate::sim::trace::NoTrace;
use crate::system::inspect::Status;

/// Most events of all tries together.
const EVENTS_MAX: u64 = 20_000_000;

/// A failure that is being made shorter.
pub struct Shortest {
    /// Before the first intervention.
    start: Player,
    best: Failure,
    left_out: Vec<Intervention>,
    /// The try that is under way leaves out so many, from here on.
    from: usize,
    many: usize,
    /// Something was left out since single ones were tried from the first on.
    shrunk: bool,
    under_way: Option<(Player, Vec<Intervention>)>,
    runs: u64,
    events: u64,
}

impl Session {
    /// Begins to make shorter what led to the fall of a property on the current branch. `None` if it has not fallen there.
    pub fn shortest(&mut self, property: &str) -> Option<Shortest> {
        let (property, index) = self.fall_of(property)?;
        let end = self.player_after(index)?;
        let script = self.plan().interventions;
        let start = self.checkpoint_before_hand()?;
        let best = failure(&end, &script, property);
        let many = best.script.len();
        Some(Shortest { start, best, left_out: Vec::new(), from: 0, many, shrunk: false, under_way: None, runs: 0, events: 0 })
    }
}

impl Shortest {
    /// The shortest so far.
    pub fn best(&self) -> &Failure {
        &self.best
    }

    /// What was left out so far, in the order of its moments.
    pub fn left_out(&self) -> Vec<Intervention> {
        let mut left_out = self.left_out.clone();
        left_out.sort_by_key(|done| (done.at, done.n));
        left_out
    }

    /// Runs that were tried.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Events that were executed.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Goes on for at most `budget` executed events; true when there is nothing more to try.
    pub fn slice(&mut self, budget: u64) -> bool {
        let mut left = budget.max(1);
        while left > 0 {
            let Some((mut player, script)) = self.under_way.take() else {
                if !self.begin() || self.events >= EVENTS_MAX {
                    return true;
                }
                left -= 1;
                continue;
            };
            if player.next_us(&script).is_none_or(|next_us| next_us > self.best.at_us) {
                self.tried(None);
                continue;
            }
            let fallen = player.run().fallen();
            if let Stepped::Event(_) | Stepped::Acted(_) = player.step(&script, &mut NoTrace) {
                (self.events, left) = (self.events + 1, left - 1);
            }
            if player.run().fallen() > fallen && self.fell(&player) {
                self.tried(Some(failure(&player, &script, self.best.property)));
            } else {
                self.under_way = Some((player, script));
            }
        }
        false
    }

    /// Begins the next try; false if there is none.
    fn begin(&mut self) -> bool {
        loop {
            let all = self.best.script.len();
            if self.from < all {
                let mut script = self.best.script.clone();
                script.drain(self.from..(self.from + self.many).min(all));
                self.under_way = Some((self.start.clone(), script));
                return true;
            }
            if all == 0 || self.many <= 1 && !self.shrunk {
                return false;
            }
            self.many = self.many.div_ceil(2).clamp(1, all);
            (self.from, self.shrunk) = (0, false);
        }
    }

    /// A try has ended: with a shorter failure, or with none.
    fn tried(&mut self, shorter: Option<Failure>) {
        self.runs += 1;
        match shorter {
            Some(shorter) => {
                let kept = |done: &&Intervention| shorter.script.iter().any(|kept| kept.n == done.n);
                self.left_out.extend(self.best.script.iter().filter(|done| !kept(done)).cloned());
                self.best = shorter;
                self.shrunk = true;
            }
            None => self.from += self.many,
        }
    }

    fn fell(&self, player: &Player) -> bool {
        let verdicts = player.run().verdicts();
        verdicts.iter().any(|verdict| verdict.property == self.best.property && verdict.status == Status::Violated)
    }
}
