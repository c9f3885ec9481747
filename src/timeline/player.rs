//! A run with the script of interventions laid over it: what a checkpoint is a clone of.

use crate::base::Fingerprint;
use crate::sim::plan::{Intervention, Moment, Refusal};
use crate::sim::trace::{Event, Sink};
use crate::system::run::Run;

/// What a factory of runs answers: a world at its beginning, or why the plan cannot be run.
pub type Opened<E> = Result<Box<dyn Run>, E>;

/// A run at a moment, and how much of its branch's script it has carried out.
#[derive(Clone)]
pub struct Player {
    run: Box<dyn Run>,
    position: u64,
    at: Moment,
    next: usize,
}

/// What one step of a [`Player`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// An event was executed.
    Event(Event),
    /// An intervention of the script was carried out.
    Acted(Event),
    /// An intervention was due whose target is missing: nothing was executed, its number and the reason are reported.
    Missed {
        /// Number of the intervention.
        n: u32,
        /// Why it could not be done.
        refusal: Refusal,
    },
    /// Nothing will ever happen again by itself.
    Quiet,
}

impl Player {
    /// A player at the beginning of a run.
    pub fn new(run: Box<dyn Run>) -> Player {
        let at = Moment { at_us: run.now_us(), executed: 0 };
        Player { position: run.executed(), run, at, next: 0 }
    }

    /// The run at this moment.
    pub fn run(&self) -> &dyn Run {
        &*self.run
    }

    /// Number of events executed.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Time, microseconds, and the number of events executed at exactly that time.
    pub fn moment(&self) -> Moment {
        self.at
    }

    /// How many interventions of the script have been carried out or missed.
    pub fn next_intervention(&self) -> usize {
        self.next
    }

    /// The same world with only the first `next` interventions of the script dealt with: those after them executed nothing.
    pub(super) fn with_next(mut self, next: usize) -> Player {
        self.next = next;
        self
    }

    /// Fingerprint of everything executed so far.
    pub fn fingerprint(&self) -> Fingerprint {
        self.run.run_fingerprint()
    }

    /// Turns the live checkers on or off.
    pub fn set_checking(&mut self, on: bool) {
        self.run.set_checking(on);
    }

    /// When the next step will execute something, microseconds: an event, or an intervention of the script. `None` if
    /// nothing will ever happen again by itself.
    pub fn next_us(&self, script: &[Intervention]) -> Option<u64> {
        let due = self.due_us();
        match script.get(self.next) {
            Some(next) if self.reaches(next, due) => Some(next.at.at_us.max(self.at.at_us)),
            _ => due,
        }
    }

    /// True if the next step happens before a moment.
    pub fn is_before(&self, moment: Moment, script: &[Intervention]) -> bool {
        let Some(next_us) = self.next_us(script) else { return false };
        let executed = if next_us == self.at.at_us { self.at.executed } else { 0 };
        (next_us, executed) < (moment.at_us, moment.executed)
    }

    /// True if time passed since the last event.
    pub fn is_between_events(&self) -> bool {
        self.at.executed == 0 && self.position > 0
    }

    /// Executes what comes next: the script's next intervention if its moment has come, otherwise the earliest due item.
    pub fn step(&mut self, script: &[Intervention], sink: &mut dyn Sink) -> Stepped {
        if let Some(next) = script.get(self.next)
            && self.reaches(next, self.due_us())
        {
            self.next += 1;
            self.advance(next.at.at_us);
            return match self.run.act(next.n, &next.action, sink) {
                Ok(event) => {
                    self.count(event);
                    Stepped::Acted(event)
                }
                Err(refusal) => Stepped::Missed { n: next.n, refusal },
            };
        }
        match self.run.step(sink) {
            Some(event) => {
                self.count(event);
                Stepped::Event(event)
            }
            None => Stepped::Quiet,
        }
    }

    /// Lets time pass without executing anything; stops where the next step would execute something.
    pub fn advance_to(&mut self, at_us: u64, script: &[Intervention]) {
        let limit = self.next_us(script).unwrap_or(u64::MAX);
        self.advance(at_us.min(limit));
    }

    /// Executes an intervention that is not in the script yet, now. The caller puts it there at
    /// [`next_intervention`](Player::next_intervention) `- 1`. A refusal changes nothing.
    pub fn act(&mut self, intervention: &Intervention, sink: &mut dyn Sink) -> Result<Event, Refusal> {
        let event = self.run.act(intervention.n, &intervention.action, sink)?;
        self.next += 1;
        self.count(event);
        Ok(event)
    }

    fn due_us(&self) -> Option<u64> {
        self.run.next_due_us().map(|due| due.max(self.at.at_us))
    }

    /// True if no event of the run comes before `next`.
    fn reaches(&self, next: &Intervention, due_us: Option<u64>) -> bool {
        let Some(due_us) = due_us else { return true };
        let executed = if due_us == self.at.at_us { self.at.executed } else { 0 };
        (due_us, executed) >= (next.at.at_us, next.at.executed)
    }

    fn advance(&mut self, at_us: u64) {
        if at_us > self.at.at_us {
            self.run.advance_to(at_us);
            self.at = Moment { at_us, executed: 0 };
        }
    }

    fn count(&mut self, event: Event) {
        self.position += 1;
        let executed = if event.at_us == self.at.at_us { self.at.executed + 1 } else { 1 };
        self.at = Moment { at_us: event.at_us, executed };
    }
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Player({} at {} us)", self.position, self.at.at_us)
    }
}
