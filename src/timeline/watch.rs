//! Evaluation of predicates, event by event.

use super::predicate::{Compare, Count, Operand, Predicate, Test};
use crate::base::{NodeId, Note};
use crate::sim::trace::{Event, EventKind};
use crate::system::inspect::{FieldValue, NodeView, Status};
use crate::system::run::Run;

/// A predicate being watched along a run. It counts what happened, event by event, and looks at a node only when something
/// happened there.
#[derive(Clone, Debug)]
pub struct Watch {
    predicate: Predicate,
    state: State,
    /// The node of the event that is being reported.
    at: Option<NodeId>,
    /// Nodes to be looked at again.
    look: Look,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Look {
    All,
    At(Vec<NodeId>),
}

/// A predicate with what is known so far.
#[derive(Clone, Debug)]
enum State {
    And(Vec<State>),
    Or(Vec<State>),
    Not(Box<State>),
    Nodes { of: Vec<NodeId>, count: Count, tests: Vec<Test>, pass: Vec<bool> },
    Event { key: String, node: Option<NodeId>, times: Count, seen: u32 },
    Verdict { property: String, status: String },
    Operations { outcome: String, count: Count },
    Time { at_us: u64 },
}

impl Watch {
    /// Starts to watch from the beginning of a run.
    pub fn new(predicate: Predicate) -> Watch {
        Watch { state: State::new(&predicate), predicate, at: None, look: Look::All }
    }

    /// What is watched.
    pub fn predicate(&self) -> &Predicate {
        &self.predicate
    }

    /// Takes an event and its own catalogue key.
    pub fn event(&mut self, event: &Event, key: &str) {
        self.at = event.node();
        match (&mut self.look, self.at) {
            (Look::At(nodes), Some(node)) if !nodes.contains(&node) => nodes.push(node),
            // An action may have changed clocks, disks or queues anywhere.
            (look, None) if event.kind == EventKind::Acted => *look = Look::All,
            _ => {}
        }
        self.state.count(key, self.at, 1);
    }

    /// Takes a note of the event just taken.
    pub fn note(&mut self, note: &Note) {
        self.state.count(note.kind.key, self.at, 1);
    }

    /// True if the predicate holds now, at a time in microseconds, on this run.
    pub fn holds(&mut self, run: &dyn Run, now_us: u64) -> bool {
        let look = std::mem::replace(&mut self.look, Look::At(Vec::new()));
        self.state.look(run, &look);
        self.state.holds(run, now_us)
    }

    /// Forgets what it knows of nodes, because the run was moved; counts stay.
    pub fn look_again(&mut self) {
        self.look = Look::All;
    }

    /// The next time after `now_us`, microseconds, at which the predicate may change without an event.
    pub fn next_time(&self, now_us: u64) -> Option<u64> {
        self.state.next_time(now_us)
    }

    /// Sets every count of events anew: `count(key, node)` says how often that has happened.
    pub fn recount(&mut self, mut count: impl FnMut(&str, Option<NodeId>) -> u32) {
        self.state.recount(&mut count);
        self.look = Look::All;
    }
}

impl State {
    fn new(predicate: &Predicate) -> State {
        match predicate {
            Predicate::And(parts) => State::And(parts.iter().map(State::new).collect()),
            Predicate::Or(parts) => State::Or(parts.iter().map(State::new).collect()),
            Predicate::Not(part) => State::Not(Box::new(State::new(part))),
            Predicate::Nodes { of, count, tests } => {
                State::Nodes { of: of.clone(), count: *count, tests: tests.clone(), pass: Vec::new() }
            }
            Predicate::Event { key, node, times } => State::Event { key: key.clone(), node: *node, times: *times, seen: 0 },
            Predicate::Verdict { property, status } => State::Verdict { property: property.clone(), status: status.clone() },
            Predicate::Operations { outcome, count } => State::Operations { outcome: outcome.clone(), count: *count },
            Predicate::Time { at_us } => State::Time { at_us: *at_us },
        }
    }

    fn parts(&mut self) -> &mut [State] {
        match self {
            State::And(parts) | State::Or(parts) => parts,
            State::Not(part) => std::slice::from_mut(&mut **part),
            _ => &mut [],
        }
    }

    fn count(&mut self, happened: &str, at: Option<NodeId>, times: u32) {
        if let State::Event { key, node, seen, .. } = self {
            if key == happened && (node.is_none() || *node == at) {
                *seen = seen.saturating_add(times);
            }
            return;
        }
        self.parts().iter_mut().for_each(|part| part.count(happened, at, times));
    }

    fn recount(&mut self, count: &mut impl FnMut(&str, Option<NodeId>) -> u32) {
        if let State::Event { key, node, seen, .. } = self {
            *seen = count(key, *node);
            return;
        }
        self.parts().iter_mut().for_each(|part| part.recount(count));
    }

    fn look(&mut self, run: &dyn Run, look: &Look) {
        match self {
            State::Nodes { of, tests, pass, .. } => {
                if *look == Look::All {
                    if of.is_empty() {
                        of.extend((0..run.cluster().servers).map(NodeId));
                    }
                    *pass = of.iter().map(|id| run.node(*id).is_some_and(|node| passes(&node, tests))).collect();
                } else if let Look::At(nodes) = look {
                    for (id, pass) in of.iter().zip(pass).filter(|(id, _)| nodes.contains(id)) {
                        *pass = run.node(*id).is_some_and(|node| passes(&node, tests));
                    }
                }
            }
            _ => self.parts().iter_mut().for_each(|part| part.look(run, look)),
        }
    }

    fn holds(&self, run: &dyn Run, now_us: u64) -> bool {
        match self {
            State::And(parts) => parts.iter().all(|part| part.holds(run, now_us)),
            State::Or(parts) => parts.iter().any(|part| part.holds(run, now_us)),
            State::Not(part) => !part.holds(run, now_us),
            State::Nodes { of, count, pass, .. } => count.holds(pass.iter().filter(|pass| **pass).count(), of.len()),
            State::Event { times, seen, .. } => times.holds(*seen as usize, *seen as usize),
            State::Verdict { property, status } => {
                // Mostly one waits for a fall, and nothing has fallen.
                (run.fallen() > 0 || status != Status::Violated.name())
                    && run.verdicts().iter().any(|verdict| verdict.property == property && verdict.status.name() == status)
            }
            State::Operations { outcome, count } => count.holds(run.operations_with(outcome), run.operation_count()),
            State::Time { at_us } => now_us >= *at_us,
        }
    }

    fn next_time(&self, now_us: u64) -> Option<u64> {
        match self {
            State::And(parts) | State::Or(parts) => parts.iter().filter_map(|part| part.next_time(now_us)).min(),
            State::Not(part) => part.next_time(now_us),
            State::Time { at_us } => (*at_us > now_us).then_some(*at_us),
            _ => None,
        }
    }
}

fn passes(node: &NodeView, tests: &[Test]) -> bool {
    tests.iter().all(|test| compares(node, test))
}

/// A field that the node does not have passes no test, not even "is not".
fn compares(node: &NodeView, test: &Test) -> bool {
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let int = |value: u64| FieldValue::Int(signed(value));
    let value = match test.field.as_str() {
        "role" => FieldValue::Word(node.role.name()),
        "status" => FieldValue::Word(node.status.name()),
        "epoch" => match node.epoch {
            Some(epoch) => int(epoch),
            None => return false,
        },
        "committed" | "last" | "applied" if node.log.is_some() => {
            let log = node.log.unwrap_or_default();
            int(match test.field.as_str() {
                "committed" => log.committed,
                "last" => log.last,
                _ => log.applied,
            })
        }
        name => match node.fields.iter().find(|field| last_part(field.key) == name) {
            Some(field) => field.value.clone(),
            None => return false,
        },
    };
    let order = match (&value, &test.with) {
        (FieldValue::Int(have), Operand::Int(want)) => have.cmp(want),
        (FieldValue::DurationUs(have), Operand::Int(want)) => signed(*have).cmp(want),
        (FieldValue::Bool(have), Operand::Int(want)) => (*have as i64).cmp(want),
        (FieldValue::Bool(have), Operand::Name(want)) => word(if *have { "yes" } else { "no" }, want),
        (FieldValue::Word(have), Operand::Name(want)) => word(last_part(have), last_part(want)),
        (FieldValue::Data(have), Operand::Name(want)) => word(have, want),
        (FieldValue::Data(have), Operand::Int(want)) => word(have, &want.to_string()),
        (FieldValue::Node(have), Operand::Node(want)) => match have {
            Some(have) => have.cmp(want),
            None => return test.compare == Compare::NotEqual,
        },
        (FieldValue::Node(have), Operand::Name(want)) if want == "none" => {
            return (test.compare == Compare::Equal) == have.is_none();
        }
        (FieldValue::Nodes(have), Operand::Node(want)) => {
            return (test.compare == Compare::Equal) == have.contains(want);
        }
        (FieldValue::Nodes(have), Operand::Int(want)) => signed(have.len() as u64).cmp(want),
        _ => return false,
    };
    match test.compare {
        Compare::Equal => order.is_eq(),
        Compare::NotEqual => order.is_ne(),
        Compare::Less => order.is_lt(),
        Compare::LessOrEqual => order.is_le(),
        Compare::Greater => order.is_gt(),
        Compare::GreaterOrEqual => order.is_ge(),
    }
}

fn word(have: &str, want: &str) -> std::cmp::Ordering {
    have.to_ascii_lowercase().cmp(&want.to_ascii_lowercase())
}

fn last_part(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}
