//! The state machines that a replicated log can carry. Whoever replicates them knows only what is here: operations, answers, and
//! that a machine makes answers of operations, in the order of the log.

use super::kv;
use super::lock::{command, table};
use crate::base::{Encode, Encoder};

/// What an entry of the log asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// An operation on the key-value store.
    Kv(kv::Op),
    /// A command to the table of locks.
    Lock(command::Command),
}

impl Op {
    /// The key that it is about, if it is about one.
    pub fn key(&self) -> Option<kv::Key> {
        match self {
            Op::Kv(op) => Some(op.key()),
            Op::Lock(command) => command.name().map(kv::Key),
        }
    }

    /// Whether a repetition must be recognised by its number in the client's session. What changes nothing when it is applied once
    /// more needs none.
    pub fn needs_session(&self) -> bool {
        matches!(self, Op::Kv(_))
    }

    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        matches!(self, Op::Kv(kv::Op::Get(_))) || matches!(self, Op::Lock(command) if command.is_read())
    }

    /// Its content in four words, for a chain of hashes: no two operations have the same.
    pub fn words(&self) -> [u64; 4] {
        match self {
            Op::Kv(op) => {
                let (tag, a, b) = match *op {
                    kv::Op::Get(_) => (1, 0, 0),
                    kv::Op::Put(_, value) => (2, value, 0),
                    kv::Op::Delete(_) => (3, 0, 0),
                    kv::Op::CompareAndSwap { expected, new, .. } => (4, expected, new),
                    kv::Op::Append(_, value) => (5, value, 0),
                };
                [tag, u64::from(op.key().0), a, b]
            }
            Op::Lock(command) => command.words(),
        }
    }
}

impl From<kv::Op> for Op {
    fn from(op: kv::Op) -> Op {
        Op::Kv(op)
    }
}

impl From<command::Command> for Op {
    fn from(command: command::Command) -> Op {
        Op::Lock(command)
    }
}

impl Encode for Op {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Op::Kv(op) => to.put(op),
            Op::Lock(command) => to.put(command),
        }
    }
}

/// What a machine answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The key-value store.
    Kv(kv::Answer),
    /// The table of locks.
    Lock(command::Answer),
}

impl Answer {
    /// Size on the wire in bytes.
    pub fn size_bytes(&self) -> u32 {
        match self {
            Answer::Kv(kv::Answer::Done) => 1,
            Answer::Kv(kv::Answer::Value(None) | kv::Answer::Swapped(_)) => 2,
            Answer::Kv(kv::Answer::Value(Some(items))) => 10 + 8 * items.len() as u32,
            Answer::Lock(_) => 24,
        }
    }
}

impl From<kv::Answer> for Answer {
    fn from(answer: kv::Answer) -> Answer {
        Answer::Kv(answer)
    }
}

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Answer::Kv(answer) => to.put(answer),
            Answer::Lock(answer) => to.put(answer),
        }
    }
}

/// A state machine: a deterministic function of the operations applied to it, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Machine {
    /// The key-value store.
    Kv(kv::Store),
    /// The table of locks.
    Lock(Box<table::Table>),
}

impl Machine {
    /// Applies the operation at an index of the log and answers it; `None`, and nothing has changed, if it is meant for another
    /// machine.
    pub fn apply(&mut self, index: u64, op: &Op) -> Option<Answer> {
        match (self, op) {
            (Machine::Kv(store), Op::Kv(op)) => Some(Answer::Kv(store.apply(op))),
            (Machine::Lock(table), Op::Lock(command)) => Some(Answer::Lock(table.apply(index, *command))),
            _ => None,
        }
    }

    /// A machine of the same kind to which nothing was applied.
    pub fn emptied(&self) -> Machine {
        match self {
            Machine::Kv(_) => Machine::Kv(kv::Store::default()),
            Machine::Lock(table) => Machine::Lock(Box::new(table.emptied())),
        }
    }

    /// The key-value store, if it is one.
    pub fn as_store(&self) -> Option<&kv::Store> {
        match self {
            Machine::Kv(store) => Some(store),
            Machine::Lock(_) => None,
        }
    }

    /// The table of locks, if it is one.
    pub fn as_table(&self) -> Option<&table::Table> {
        match self {
            Machine::Kv(_) => None,
            Machine::Lock(table) => Some(table),
        }
    }
}

impl Default for Machine {
    fn default() -> Machine {
        Machine::Kv(kv::Store::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_takes_only_its_own_operations() {
        let put = Op::from(kv::Op::Put(kv::Key(0), 7));
        let end = Op::from(command::Command::Undelay { name: 0, since: 1 });
        let mut store = Machine::default();
        assert_eq!((store.apply(1, &end), store.clone()), (None, Machine::default()));
        assert_eq!(store.apply(1, &put), Some(Answer::Kv(kv::Answer::Done)));
        let mut table = Machine::Lock(Box::new(table::Table::new(1, false)));
        assert_eq!(table.apply(1, &put), None);
        assert!(table.apply(2, &end).is_some() && table.as_store().is_none() && store.as_table().is_none());
    }
}
