//! Predicates on a run: what *run until*, a scenario's steps, its goal and its assertions are made of.
//!
//! Data only: `scenario` parses them from text, [`crate::timeline`] evaluates them.

use crate::base::NodeId;
use serde::{Deserialize, Serialize};

/// Something that is true or false at a moment of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Predicate {
    /// All of them.
    And(Vec<Predicate>),
    /// At least one of them.
    Or(Vec<Predicate>),
    /// Not so.
    Not(Box<Predicate>),
    /// So many of these nodes pass every test.
    Nodes {
        /// Which nodes are asked; empty means all servers.
        of: Vec<NodeId>,
        /// How many of them must pass.
        count: Count,
        /// The tests that one node must pass, all of them.
        tests: Vec<Test>,
    },
    /// An event or a note with this catalogue key happened, so far, that many times.
    Event {
        /// Catalogue key, e.g. `raft.becomes-leader` or `world.crashed`.
        key: String,
        /// Only at this node.
        node: Option<NodeId>,
        /// How often.
        times: Count,
    },
    /// A property has this verdict: `holds`, `violated`, `unknown`.
    Verdict {
        /// Id of the property.
        property: String,
        /// Name of the status.
        status: String,
    },
    /// So many operations of clients have this outcome: `ok`, `fail`, `unknown`, `pending`.
    Operations {
        /// Name of the outcome.
        outcome: String,
        /// How many.
        count: Count,
    },
    /// The time has come.
    Time {
        /// Microseconds of virtual time.
        at_us: u64,
    },
}

/// A number to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Count {
    /// At least so many.
    AtLeast(u32),
    /// At most so many.
    AtMost(u32),
    /// Exactly so many.
    Exactly(u32),
    /// All that are asked.
    All,
}

impl Count {
    /// True if `found` out of `asked` is right.
    pub fn holds(self, found: usize, asked: usize) -> bool {
        match self {
            Count::AtLeast(n) => found >= n as usize,
            Count::AtMost(n) => found <= n as usize,
            Count::Exactly(n) => found == n as usize,
            Count::All => found == asked,
        }
    }
}

/// A comparison with a field of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// `role`, `status`, `epoch`, `committed`, `last`, `applied`, or the last part of a field's key, e.g. `term`.
    pub field: String,
    /// How to compare.
    pub compare: Compare,
    /// With what.
    pub with: Operand,
}

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operand {
    /// A number.
    Int(i64),
    /// A name: of a role, a status, a word.
    Name(String),
    /// A node.
    Node(NodeId),
}
