//! Requests at which the worker has failed as often as it may: set aside, so that others have their turn, and kept until somebody
//! has looked at them. They are on disk; one is gone only when it was done after all (Amazon SQS, *Using dead-letter queues*).

use super::message::{Attempt, CallId};
use crate::base::{Encode, Encoder};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A request that was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// What came.
    pub attempt: Attempt,
    /// How often it was given to the worker.
    pub deliveries: u32,
}

/// All of them, by the call with which they began. A clone shares them until one of the two changes.
#[derive(Clone, Debug, Default)]
pub struct DeadLetters(Arc<BTreeMap<CallId, DeadLetter>>);

impl DeadLetters {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by call.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &DeadLetter> {
        self.0.values()
    }

    /// Whether this request is one of them.
    pub fn has(&self, attempt: &Attempt) -> bool {
        attempt.key.is_some() && self.0.get(&attempt.origin).is_some_and(|letter| letter.attempt.key == attempt.key)
    }

    /// Sets a request aside.
    pub fn add(&mut self, letter: DeadLetter) {
        Arc::make_mut(&mut self.0).insert(letter.attempt.origin, letter);
    }

    /// It was done after all.
    pub fn remove(&mut self, id: CallId) {
        if self.0.contains_key(&id) {
            Arc::make_mut(&mut self.0).remove(&id);
        }
    }

    /// Takes out the oldest calls for an account, at most so many.
    pub fn take(&mut self, account: u32, most: usize) -> Vec<DeadLetter> {
        let these = self.0.values().filter(|letter| letter.attempt.ask.account() == account);
        let these: Vec<DeadLetter> = these.take(most).copied().collect();
        these.iter().for_each(|letter| self.remove(letter.attempt.origin));
        these
    }
}

impl Encode for DeadLetter {
    fn encode(&self, to: &mut Encoder) {
        to.put(&super::message::Message::Call(self.attempt));
        to.u32(self.deliveries);
    }
}

impl Encode for DeadLetters {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.iter());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::NodeId;
    use crate::protocol::rpc::message::Ask;

    #[test]
    fn clones_share_what_was_set_aside_until_one_changes() {
        let letter = |seq| {
            let id = CallId { client: NodeId(1), seq };
            let ask = Ask::Faulty { account: 0, amount: 1 };
            let attempt =
                Attempt { id, origin: id, retries: 0, attempt: 1, key: None, ask, work_us: 0, left_us: 0, call_left_us: 0 };
            DeadLetter { attempt, deliveries: 1 }
        };
        let mut letters = DeadLetters::default();
        (0..1_000).for_each(|seq| letters.add(letter(seq)));
        let mut kept = letters.clone();
        letters.remove(letter(1_000).attempt.origin);
        assert!(Arc::ptr_eq(&letters.0, &kept.0), "nothing is copied");
        letters.remove(letter(7).attempt.origin);
        assert_eq!((letters.len(), kept.len()), (999, 1_000));
        assert_eq!(kept.take(0, 10).len(), 10);
    }
}
