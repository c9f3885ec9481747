//! What a scenario tells, asks and expects: all of it but the input of the run.

use super::compile::{self, ROLES};
use super::diagnostic::Diagnostic;
use super::schema;
pub use super::schema::Level;
use crate::base::NodeId;
use crate::base::sorted::sort_few;
use crate::sim::plan::Action;
use crate::system::inspect::{NodeStatus, NodeView};
use crate::system::run::Run;
use crate::timeline::predicate::Predicate;
use serde::{Deserialize, Serialize};

/// What a scenario tells, asks and expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// Its address in words: `raft/leader-crash`.
    pub id: String,
    /// The system it runs.
    pub system: String,
    /// At most 40 characters.
    pub title: String,
    /// The one question that it asks.
    pub question: String,
    /// Two sentences that say what one sees.
    pub about: String,
    /// What to look for: one line for lists.
    pub looks_for: String,
    /// How much the reader should know before.
    pub level: Level,
    /// How long it takes a newcomer.
    pub minutes: u32,
    /// The view that the stage opens with.
    pub view: String,
    /// Speed of playback: virtual microseconds per real millisecond.
    pub pace_us_per_ms: u64,
    /// Where the page opens, microseconds.
    pub start_us: u64,
    /// How long it runs without a viewer, microseconds.
    pub end_us: u64,
    /// One to three things to do.
    pub steps: Vec<LessonStep>,
    /// When the question is answered.
    pub goal: Predicate,
    /// Ids of properties whose fall does not pause what plays: it is part of the way to the goal.
    pub plays_on: Vec<String>,
    /// A guess to make before.
    pub prediction: Option<Prediction>,
    /// What happened.
    pub happened: String,
    /// Ids of scenarios to go on with.
    pub next: Vec<String>,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// What must come of it.
    pub expect: Vec<Expectation>,
    /// The same with a broken rule put right.
    pub twin: Option<Twin>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonStep {
    /// What to do, as a command.
    pub text: String,
    /// The action that a button offers, in the words of the scenario; see [`Lesson::action`].
    pub action: Option<schema::Action>,
    /// It is done when this holds, however that came about.
    pub until: Predicate,
}

/// A guess to make before the run shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// What is to be guessed.
    pub question: String,
    /// Two to four answers.
    pub answers: Vec<String>,
    /// The position of the right one, from 0.
    pub right: u32,
}

/// Something that must be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// When it is looked at.
    pub when: When,
    /// What must hold then.
    pub that: Predicate,
    /// What it shows.
    pub why: String,
}

/// A moment at which an expectation is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// At the end of the run.
    End,
    /// When everything due at this time, in microseconds, has happened.
    At(u64),
    /// At the first moment at which this holds. If that never comes, the expectation fails.
    First(Predicate),
}

/// The same run with rules put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin {
    /// Mutants that are switched off.
    pub without: Vec<String>,
    /// What must come of it, besides that every property holds.
    pub expect: Vec<Expectation>,
}

impl Lesson {
    /// The action of a step as things stand in this run: `leader` is whoever leads now. `None` if the step offers none.
    pub fn action(&self, step: usize, run: &dyn Run) -> Option<Result<Action, Diagnostic>> {
        let action = self.steps.get(step)?.action.as_ref()?;
        let nodes = run.nodes();
        Some(compile::action(action, run.cluster(), run.info(), &roles(&nodes)))
    }
}

/// Who plays which part: running nodes, those of the latest epoch first.
fn roles(nodes: &[NodeView]) -> Vec<(&'static str, NodeId)> {
    let mut running: Vec<&NodeView> = nodes.iter().filter(|node| node.status == NodeStatus::Running && !node.client).collect();
    sort_few(&mut running, |a, b| (std::cmp::Reverse(a.epoch), a.id) < (std::cmp::Reverse(b.epoch), b.id));
    running.iter().map(|node| (node.role.name(), node.id)).filter(|(role, _)| ROLES.contains(role)).collect()
}
