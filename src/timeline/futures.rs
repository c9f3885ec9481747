//! Searches the futures of a moment for one in which a property falls.
//!
//! A future is what a [`Plan`] can say: interventions after the moment, so that whoever finds one can hand it on, play it, and
//! make it shorter. They are tried in a fixed order, and each depends on nothing but what happened up to the moment and its own
//! number: the same moment gives the same search, wherever and in however small slices it is done.
//!
//! - Future 0 is the one that the branch has anyway.
//! - Every odd one [draws anew](Action::Redraw): other delays, timeouts and losses, and nothing else.
//! - Every even one draws anew and has faults of the [nemesis]: in turn all of a schedule, and only the first few, which are easier
//!   to understand.
//!
//! The faults are those that whoever asks a network has to live with: nodes that crash and come back with their disk, stand still
//! or are slow; messages lost, late, twice, out of order, held; cuts. Disks misbehave only if the plan has something of the kind
//! itself, and clocks are left alone: how wrong they may be is a promise that each system makes differently. Nothing is ever
//! damaged that no protocol claims to survive.

use super::player::{Player, Stepped};
use super::session::Session;
use crate::base::draw::{Purpose, Sequence, mix};
use crate::base::time::{MS, SECOND};
use crate::sim::nemesis;
use crate::sim::plan::{Action, Intervention, Moment, Plan};
use crate::sim::trace::NoTrace;
use crate::system::inspect::Status;

/// Most events of one future.
const EVENTS_MAX: u64 = 3_000;
/// How far one future goes, microseconds.
const FAR_US: u64 = 20 * SECOND;
/// Most faults of a future that has only a few.
const FEW: u64 = 4;

/// How much a search may do in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Futures tried to their end.
    pub runs: u64,
    /// Events executed; a future that was begun is tried to its end.
    pub events: u64,
}

/// A future in which a property falls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Everything done by hand up to the fall, from the start of the run on.
    pub script: Vec<Intervention>,
    /// The property's id.
    pub property: &'static str,
    /// Number of events up to the fall, the one at which it falls included.
    pub position: u64,
    /// When it falls, microseconds.
    pub at_us: u64,
}

/// How a search ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a failure.
    Failure(Failure),
    /// It has done what it may, and found nothing. With higher limits it goes on.
    Exhausted,
}

/// A search of the futures of a moment.
pub struct Futures {
    start: Player,
    plan: Plan,
    /// What was done by hand before the moment.
    past: Vec<Intervention>,
    /// What draws are keyed with.
    seed: u64,
    /// Properties whose fall is no news.
    known: Vec<String>,
    runs: u64,
    events: u64,
    under_way: Option<Future>,
}

struct Future {
    player: Player,
    script: Vec<Intervention>,
    fallen: u32,
    last_event: u64,
    last_us: u64,
}

impl Session {
    /// Begins to search the futures of the cursor. The fall of properties that have fallen, and of those that playing
    /// [does not stop at](Session::play_on), is no news.
    pub fn futures(&self) -> Futures {
        let start = self.player().clone();
        let plan = self.plan();
        let fallen = start.run().verdicts().into_iter().filter(|verdict| verdict.status == Status::Violated);
        let known = fallen.map(|verdict| verdict.property.to_owned()).chain(self.played_on().iter().cloned()).collect();
        let past = plan.interventions.iter().take(start.next_intervention()).cloned().collect();
        let seed = mix(plan.seed, Purpose::Search, start.fingerprint().0 as u64, start.moment().at_us);
        Futures { start, plan, past, seed, known, runs: 0, events: 0, under_way: None }
    }

    /// Whether a search is one of the futures of the cursor.
    pub fn is_at(&self, futures: &Futures) -> bool {
        let (here, there) = (self.player(), &futures.start);
        (here.position(), here.moment(), here.fingerprint()) == (there.position(), there.moment(), there.fingerprint())
            && self.plan() == futures.plan
    }
}

impl Futures {
    /// Futures that were tried to their end.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Events that were executed.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// What is done by hand in the future that is under way, from the start of the run on.
    pub fn script(&self) -> &[Intervention] {
        self.under_way.as_ref().map_or(&[], |future| &future.script)
    }

    /// Goes on for at most `budget` executed events; `None` while there is more to do.
    pub fn slice(&mut self, limits: Limits, budget: u64) -> Option<Outcome> {
        let mut left = budget.max(1);
        loop {
            let Some(future) = &mut self.under_way else {
                if self.runs >= limits.runs || self.events >= limits.events {
                    return Some(Outcome::Exhausted);
                }
                if left == 0 {
                    return None;
                }
                self.under_way = Some(self.future(self.runs));
                // Also one that ends at once takes some time.
                left -= 1;
                continue;
            };
            if future.is_over() {
                self.runs += 1;
                self.under_way = None;
                continue;
            }
            if left == 0 {
                return None;
            }
            if let Stepped::Event(_) | Stepped::Acted(_) = future.player.step(&future.script, &mut NoTrace) {
                (self.events, left) = (self.events + 1, left - 1);
                if let Some(failure) = future.fell(&self.known) {
                    self.runs += 1;
                    self.under_way = None;
                    return Some(Outcome::Failure(failure));
                }
            }
        }
    }

    fn future(&self, n: u64) -> Future {
        let moment = self.start.moment();
        Future {
            script: if n == 0 { self.plan.interventions.clone() } else { self.changed(n) },
            fallen: self.start.run().fallen(),
            last_event: self.start.position().saturating_add(EVENTS_MAX),
            last_us: moment.at_us.saturating_add(FAR_US),
            player: self.start.clone(),
        }
    }

    /// What is done by hand in a future.
    fn changed(&self, n: u64) -> Vec<Intervention> {
        let now = self.start.moment();
        let seed = mix(self.seed, Purpose::Search, n, 0);
        let faults = if n.is_multiple_of(2) { self.faults(n, seed) } else { Vec::new() };
        let after = |at_us| Moment { at_us, executed: 0 }.max(now);
        let redraw = (now, Action::Redraw(seed as u32));
        let done = [redraw].into_iter().chain(faults.into_iter().map(|(at_us, action)| (after(at_us), action)));
        let first = self.past.iter().map(|done| done.n.saturating_add(1)).max().unwrap_or(0);
        let done = done.zip(first..).map(|((at, action), n)| Intervention { at, n, action });
        self.past.iter().cloned().chain(done).collect()
    }

    fn faults(&self, n: u64, seed: u64) -> Vec<(u64, Action)> {
        let start_us = self.start.moment().at_us;
        let mut draws = Sequence::new(seed, Purpose::Search, 1);
        let end_us = start_us.saturating_add(draws.range(500 * MS, 6 * SECOND));
        let spec = nemesis::Spec { start_us, end_us, damaged_disks_max: 0, amnesia: false };
        let plan = Plan { seed, ..self.plan.clone() };
        let few = if n.is_multiple_of(4) { usize::MAX } else { draws.range(1, FEW) as usize };
        let faults = nemesis::generate(&plan, &spec).into_iter().filter(|fault| self.allows(&fault.action));
        faults.take(few).map(|fault| (fault.at_us, fault.action)).collect()
    }

    fn allows(&self, action: &Action) -> bool {
        let Plan { disk, faults, interventions, .. } = &self.plan;
        let mut done = faults.iter().map(|fault| &fault.action).chain(interventions.iter().map(|done| &done.action));
        match action {
            Action::Clock { .. } => false,
            Action::Disk { .. } => *disk != Default::default() || done.any(|done| matches!(done, Action::Disk { .. })),
            _ => true,
        }
    }
}

impl Future {
    fn is_over(&self) -> bool {
        let next_us = self.player.next_us(&self.script);
        self.player.position() >= self.last_event || next_us.is_none_or(|next_us| next_us > self.last_us)
    }

    /// The failure, if a property fell in the last step whose fall is news.
    fn fell(&mut self, known: &[String]) -> Option<Failure> {
        let fallen = self.player.run().fallen();
        if fallen == self.fallen {
            return None;
        }
        self.fallen = fallen;
        let property = news(&self.player, known)?;
        Some(failure(&self.player, &self.script, property))
    }
}

/// A property that has fallen and is not among these.
pub(super) fn news(player: &Player, known: &[String]) -> Option<&'static str> {
    let verdicts = player.run().verdicts();
    let mut fallen = verdicts.iter().filter(|verdict| verdict.status == Status::Violated).map(|verdict| verdict.property);
    fallen.find(|property| known.iter().all(|known| known != property))
}

/// The failure that a player has just come to.
pub(super) fn failure(player: &Player, script: &[Intervention], property: &'static str) -> Failure {
    let script = script.iter().take(player.next_intervention()).cloned().collect();
    Failure { script, property, position: player.position(), at_us: player.moment().at_us }
}
