//! The replicated key-value store that consensus and quorum systems serve: operations, answers, and the state machine.
//!
//! Keys are numbers; their names stand in the plan. Values are lists of numbers: `put` writes a list of one, `append` adds
//! to the end. Workloads write unique values, so that histories stay cheap to check.

use crate::base::{Encode, Encoder};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A key: its number in the plan's list of key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub u32);

/// An operation on one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// Read the value.
    Get(Key),
    /// Replace the value by one number.
    Put(Key, u64),
    /// Remove the value.
    Delete(Key),
    /// Replace the value by `new` if it is exactly the one number `expected`.
    CompareAndSwap {
        /// The key.
        key: Key,
        /// What the value must be.
        expected: u64,
        /// What it becomes.
        new: u64,
    },
    /// Add a number to the end of the value.
    Append(Key, u64),
}

impl Op {
    /// The key it is about.
    pub fn key(&self) -> Key {
        match *self {
            Op::Get(key) | Op::Put(key, _) | Op::Delete(key) | Op::Append(key, _) | Op::CompareAndSwap { key, .. } => key,
        }
    }

    /// The operation's name as scenarios write it.
    pub fn verb(&self) -> &'static str {
        match self {
            Op::Get(_) => "get",
            Op::Put(..) => "put",
            Op::Delete(_) => "delete",
            Op::CompareAndSwap { .. } => "cas",
            Op::Append(..) => "append",
        }
    }
}

impl Encode for Op {
    fn encode(&self, to: &mut Encoder) {
        let (tag, a, b) = match *self {
            Op::Get(_) => (0, 0, 0),
            Op::Put(_, value) => (1, value, 0),
            Op::Delete(_) => (2, 0, 0),
            Op::CompareAndSwap { expected, new, .. } => (3, expected, new),
            Op::Append(_, value) => (4, value, 0),
        };
        to.u8(tag);
        to.u32(self.key().0);
        to.u64(a);
        to.u64(b);
    }
}

/// A stored value; `None` where the key has none. Shared, because answers and sessions keep copies.
pub type Value = Option<Arc<Vec<u64>>>;

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A write, delete or append took effect.
    Done,
    /// The value read.
    Value(Value),
    /// Whether the comparison held and the swap was made.
    Swapped(bool),
}

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Answer::Done => to.u8(0),
            Answer::Value(value) => {
                to.u8(1);
                encode_value(value, to);
            }
            Answer::Swapped(swapped) => {
                to.u8(2);
                to.bool(*swapped);
            }
        }
    }
}

fn encode_value(value: &Value, to: &mut Encoder) {
    to.bool(value.is_some());
    if let Some(items) = value {
        to.list(items.iter());
    }
}

/// The state machine: a deterministic function of the operations applied to it, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// By key.
    values: Arc<Vec<(Key, Arc<Vec<u64>>)>>,
}

impl Store {
    /// Applies one operation and answers it.
    pub fn apply(&mut self, op: &Op) -> Answer {
        match *op {
            Op::Get(key) => Answer::Value(self.get(key)),
            Op::Put(key, value) => {
                *self.value_mut(key) = Arc::new(vec![value]);
                Answer::Done
            }
            Op::Delete(key) => {
                if let Ok(at) = self.place(key) {
                    Arc::make_mut(&mut self.values).remove(at);
                }
                Answer::Done
            }
            Op::CompareAndSwap { key, expected, new } => {
                let holds = self.get(key).is_some_and(|value| value.as_slice() == [expected]);
                if holds {
                    *self.value_mut(key) = Arc::new(vec![new]);
                }
                Answer::Swapped(holds)
            }
            Op::Append(key, value) => {
                Arc::make_mut(self.value_mut(key)).push(value);
                Answer::Done
            }
        }
    }

    /// The value of a key.
    pub fn get(&self, key: Key) -> Value {
        self.place(key).ok().and_then(|at| self.values.get(at)).map(|(_, value)| Arc::clone(value))
    }

    /// Keys and values, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &[u64])> + '_ {
        self.values.iter().map(|(key, value)| (*key, value.as_slice()))
    }

    fn place(&self, key: Key) -> Result<usize, usize> {
        self.values.binary_search_by(|(known, _)| known.cmp(&key))
    }

    /// The value of a key, empty if it had none.
    fn value_mut(&mut self, key: Key) -> &mut Arc<Vec<u64>> {
        let place = self.place(key);
        let values = Arc::make_mut(&mut self.values);
        let at = place.unwrap_or_else(|at| {
            values.insert(at, (key, Arc::default()));
            at
        });
        &mut values[at].1
    }
}

impl Encode for Store {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.values.len());
        for (key, value) in self.iter() {
            to.u32(key.0);
            to.list(value.iter());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_do_what_their_names_say() {
        let (x, mut store) = (Key(0), Store::default());
        let value = |items: &[u64]| Answer::Value(Some(Arc::new(items.to_vec())));
        assert_eq!(store.apply(&Op::Get(x)), Answer::Value(None));
        assert_eq!(store.apply(&Op::Put(x, 1)), Answer::Done);
        assert_eq!(store.apply(&Op::CompareAndSwap { key: x, expected: 2, new: 3 }), Answer::Swapped(false));
        assert_eq!(store.apply(&Op::CompareAndSwap { key: x, expected: 1, new: 3 }), Answer::Swapped(true));
        assert_eq!(store.apply(&Op::Append(x, 4)), Answer::Done);
        assert_eq!(store.apply(&Op::Get(x)), value(&[3, 4]));
        // A list of two is not "exactly the one number 3".
        assert_eq!(store.apply(&Op::CompareAndSwap { key: x, expected: 3, new: 5 }), Answer::Swapped(false));
        assert_eq!(store.apply(&Op::Delete(x)), Answer::Done);
        assert_eq!(store.apply(&Op::Get(x)), Answer::Value(None));
    }

    #[test]
    fn a_cloned_store_keeps_its_own_state() {
        let mut store = Store::default();
        store.apply(&Op::Append(Key(0), 1));
        let before = store.clone();
        store.apply(&Op::Append(Key(0), 2));
        assert_eq!(before.get(Key(0)).unwrap().as_slice(), [1]);
    }
}
