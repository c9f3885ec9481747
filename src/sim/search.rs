//! What a systematic search chooses from: every enabled item, and faults within budgets.
//!
//! In search nothing is drawn. Delays are the least ones and do not matter, because any message in flight may arrive next and
//! any armed timer may run out; loss, duplication, crashes and torn tails are choices of their own, so many of each in a run.
//! Executing an item sets `now = max(now, due)`: no timer is early, what was due before is late, as in a slow network. (A
//! choice by hand runs *now* instead, so that everything outside of its causal cone keeps its time.) The world's one step
//! function executes them all.

use super::kernel::Process;
use super::plan::{Action, MessageAct, Refusal};
use super::trace::{Event, Sink};
use super::world::{Deployment, World};
use crate::base::ids::PlaceKind;
use crate::base::{Encode, Encoder, EventId, NodeId};

/// How many faults of each kind a search may still choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Messages lost.
    pub losses: u32,
    /// Messages duplicated.
    pub duplicates: u32,
    /// Crashes; every one loses what was not synced.
    pub crashes: u32,
    /// How many of the crashes may leave a torn record.
    pub torn_tails: u32,
}

impl Encode for Budgets {
    fn encode(&self, to: &mut Encoder) {
        [self.losses, self.duplicates, self.crashes, self.torn_tails].iter().for_each(|budget| to.u32(*budget));
    }
}

/// One thing that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// An enabled item: a delivery, a timer, a write's completion, an operation, a planned action.
    Item(EventId),
    /// A message in flight is lost.
    Lose(EventId),
    /// A message in flight gets a second copy.
    Duplicate(EventId),
    /// A node crashes.
    Crash {
        /// Which.
        node: NodeId,
        /// The first unsynced write leaves a torn record.
        torn: bool,
    },
    /// A node that is down starts again, with its disk.
    Restart(NodeId),
}

impl<D: Deployment> World<D> {
    /// Turns the world into a state of a search: nothing is drawn from now on, faults are choices within `budgets`.
    pub fn begin_search(&mut self, budgets: Budgets) {
        self.stop_drawing();
        self.set_budgets(Some(budgets));
    }

    /// Everything that can happen next, in a fixed order; no faults outside of a search.
    pub fn choices(&self) -> Vec<Choice> {
        let items: Vec<EventId> = self.kernel().enabled().into_iter().map(|(_, id)| id).collect();
        let mut choices: Vec<Choice> = items.iter().copied().map(Choice::Item).collect();
        let Some(left) = self.budgets() else { return choices };
        let messages = || self.kernel().flights().map(|(_, flight)| flight.id);
        if left.losses > 0 {
            choices.extend(messages().map(Choice::Lose));
        }
        if left.duplicates > 0 {
            choices.extend(messages().filter(|id| id.place().kind() == PlaceKind::Link).map(Choice::Duplicate));
        }
        for node in (0..self.seats().len() as u16).map(NodeId) {
            match self.process(node) {
                Process::Crashed if self.has_started(node) => choices.push(Choice::Restart(node)),
                Process::Running | Process::Paused if left.crashes > 0 => {
                    choices.push(Choice::Crash { node, torn: false });
                    if left.torn_tails > 0 && self.seats()[node.index()].disk.pending().len() > 0 {
                        choices.push(Choice::Crash { node, torn: true });
                    }
                }
                _ => {}
            }
        }
        choices.sort_unstable();
        choices
    }

    /// Executes a choice. Refuses what is not enabled or beyond its budget, and changes nothing then.
    pub fn take(&mut self, choice: Choice, sink: &mut (impl Sink + ?Sized)) -> Result<Event, Refusal> {
        let mut left = self.budgets().unwrap_or_default();
        let spend = |budget: &mut u32| match budget.checked_sub(1) {
            Some(rest) => {
                *budget = rest;
                Ok(())
            }
            None => Err(Refusal::NothingToDo("budget-spent")),
        };
        let n = self.kernel().executed() as u32;
        let event = match choice {
            Choice::Item(id) => return self.choose_in_time(id, sink),
            Choice::Restart(node) => return self.act(n, &Action::Restart { node, empty: false }, sink),
            Choice::Lose(message) => {
                spend(&mut left.losses)?;
                self.lose_now(message, sink)?
            }
            Choice::Duplicate(message) => {
                spend(&mut left.duplicates)?;
                self.act(n, &Action::Message { message, act: MessageAct::Duplicate }, sink)?
            }
            Choice::Crash { node, torn } => {
                spend(&mut left.crashes)?;
                if torn {
                    spend(&mut left.torn_tails)?;
                }
                let tears = torn && self.seats().get(node.index()).is_some_and(|seat| seat.disk.pending().len() > 0);
                let event = self.act(n, &Action::Crash(node), sink)?;
                if tears {
                    self.tear(node);
                }
                event
            }
        };
        self.set_budgets(Some(left));
        Ok(event)
    }
}
