//! Failures that were searched for or made shorter, as rows and as branches.

use super::playback::{Playback, Spent};
use super::words;
use crate::sim::plan::Intervention;
use crate::timeline::{BranchName, Error, Failure, Futures, Graft, Shortest};
use serde::Serialize;

/// How far a search has got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SearchRow {
    /// Futures that were tried to their end.
    pub runs: u64,
    /// Events that were executed.
    pub events: u64,
    /// A failure, once one was found.
    pub found: Option<FailureRow>,
}

/// A failure, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureRow {
    /// The branch on which it is.
    pub branch: u32,
    /// Number of events up to the fall, that at which it falls included: seeking there shows it.
    pub event: u64,
    /// When, microseconds.
    pub at_us: u64,
    /// The property's id.
    pub property: &'static str,
    /// The property's name.
    pub name: String,
}

/// A failure that was made shorter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShortestRow {
    /// The failure.
    pub failure: FailureRow,
    /// What is still done by hand up to it.
    pub kept: Vec<String>,
    /// What was left out.
    pub left_out: Vec<String>,
    /// Runs that were tried.
    pub runs: u64,
    /// Events that were executed.
    pub events: u64,
}

/// A failure on its way to a branch.
pub struct Arriving {
    failure: Failure,
    /// `None` if it is on the current branch.
    graft: Option<Graft>,
}

impl Playback {
    /// Begins to search the futures of the cursor.
    pub fn futures(&self) -> Futures {
        self.session.futures()
    }

    /// Begins to make shorter what led to the fall of a property on the current branch; `None` if it has not fallen there.
    pub fn shortest(&mut self, property: &str) -> Option<Shortest> {
        self.halt();
        self.session.shortest(property)
    }

    /// Begins to make a branch of a failure that a search has found.
    pub fn found(&mut self, failure: Failure) -> Result<Arriving, Error> {
        let (property, at_us) = (failure.property, failure.at_us);
        self.arriving(failure, BranchName::Found { property, at_us })
    }

    /// Begins to make a branch of a failure that was made shorter.
    pub fn shortened(&mut self, failure: Failure) -> Result<Arriving, Error> {
        let (property, at_us) = (failure.property, failure.at_us);
        self.arriving(failure, BranchName::Shortest { property, at_us })
    }

    fn arriving(&mut self, failure: Failure, name: BranchName) -> Result<Arriving, Error> {
        let ours = self.session.plan().interventions;
        let later = ours.get(failure.script.len()).is_none_or(|next| next.at.at_us > failure.at_us);
        let graft = if ours.starts_with(&failure.script) && later {
            None
        } else {
            self.halt();
            Some(self.session.graft_begin(failure.script.clone(), Some(name))?)
        };
        Ok(Arriving { failure, graft })
    }

    /// Goes on with that until the time is spent: the row, once the branch is there.
    pub fn arrive(&mut self, arriving: &mut Arriving, spent: Spent<'_>) -> Result<Option<FailureRow>, Error> {
        let branch = match &mut arriving.graft {
            None => Some(self.session.cursor().branch.0),
            Some(graft) => self.graft_work(graft, spent)?,
        };
        let Failure { property, position, at_us, .. } = arriving.failure;
        let name = words::property_name(self.speech.lang, self.speech.names.system, property).to_owned();
        Ok(branch.map(|branch| FailureRow { branch, event: position, at_us, property, name }))
    }

    /// The row of a failure that was made shorter.
    pub fn shortest_row(&self, shortest: &Shortest, failure: FailureRow) -> ShortestRow {
        let title = |done: &Intervention| words::action_title(self.speech.lang, &done.action, &self.speech.names);
        ShortestRow {
            failure,
            kept: shortest.best().script.iter().map(title).collect(),
            left_out: shortest.left_out().iter().map(title).collect(),
            runs: shortest.runs(),
            events: shortest.events(),
        }
    }
}
