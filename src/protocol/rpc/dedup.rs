//! What a server remembers of requests, so that it recognises one that comes again: in progress, or done with this result.

use super::message::{Ask, Key};
use super::rules::{Recognised, Rules};
use crate::base::{Encode, Encoder, WriteId};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits, or is worked on.
    InProgress,
    /// It is done.
    Done {
        /// The result.
        value: u64,
        /// The write that must be on disk before anybody hears of it; none if it is known to be.
        write: Option<WriteId>,
        /// Until when it is remembered, microseconds of the server's monotonic clock.
        until_us: u64,
    },
}

impl State {
    /// What it is to who knows of finished requests only.
    pub(super) fn recognised_if_done(&self) -> Recognised {
        match self {
            State::InProgress => Recognised::New,
            State::Done { value, .. } => Recognised::Done(*value),
        }
    }
}

/// A request, and what was asked in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// What is known of it.
    pub state: State,
    /// What was asked: an id stands for one request.
    pub ask: Ask,
}

/// The table of requests.
#[derive(Clone, Debug, Default)]
pub struct Dedup {
    known: BTreeMap<Key, Known>,
    /// Those that are done, by the moment until which they are remembered.
    ends: BTreeSet<(u64, Key)>,
}

impl Dedup {
    /// What is known of a request.
    pub fn get(&self, key: &Key) -> Option<&Known> {
        self.known.get(key)
    }

    /// All requests that are known, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &State)> {
        self.known.iter().map(|(key, known)| (key, &known.state))
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// How many of them are done.
    pub fn done(&self) -> usize {
        self.ends.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// It has come.
    pub fn begin(&mut self, key: Key, ask: Ask) {
        self.put(key, Known { state: State::InProgress, ask });
    }

    /// Nobody works on it any more, and nothing came of it.
    pub fn forget(&mut self, key: &Key) {
        if self.known.get(key).is_some_and(|known| known.state == State::InProgress) {
            self.known.remove(key);
        }
    }

    /// It is done.
    pub fn finish(&mut self, key: Key, ask: Ask, value: u64, write: Option<WriteId>, until_us: u64) {
        self.put(key, Known { state: State::Done { value, write, until_us }, ask });
        self.ends.insert((until_us, key));
    }

    fn put(&mut self, key: Key, known: Known) {
        if let Some(Known { state: State::Done { until_us, .. }, .. }) = self.known.insert(key, known) {
            self.ends.remove(&(until_us, key));
        }
    }

    /// Removes what need not be remembered any more, and says how many that were.
    pub fn evict(&mut self, now_us: u64, rules: Rules) -> usize {
        let before = self.known.len();
        while let Some((until_us, key)) = self.ends.first().copied()
            && rules.may_forget(now_us, until_us)
        {
            self.ends.remove(&(until_us, key));
            self.known.remove(&key);
        }
        before - self.known.len()
    }
}

impl Encode for Dedup {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.known.len());
        for (key, known) in &self.known {
            to.put(key);
            to.put(&known.ask);
            match &known.state {
                State::InProgress => to.u8(0),
                State::Done { value, write, until_us } => {
                    to.u8(1);
                    to.u64(*value);
                    to.bool(write.is_some());
                    to.u64(*until_us);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::NodeId;
    use crate::protocol::rpc::message::CallId;

    #[test]
    fn what_is_done_is_forgotten_in_its_time_and_what_is_not_is_kept() {
        let key = |seq| Key { call: CallId { client: NodeId(1), seq }, attempt: 0 };
        let (mut table, ask) = (Dedup::default(), Ask::Charge { account: 0, amount: 1 });
        (0..4).for_each(|seq| table.begin(key(seq), ask));
        table.finish(key(0), ask, 1, None, 300);
        table.finish(key(1), ask, 2, None, 100);
        table.finish(key(2), ask, 3, None, 200);
        assert_eq!((table.len(), table.done(), table.evict(99, Rules::RIGHT)), (4, 3, 0));
        assert_eq!((table.evict(100, Rules::RIGHT), table.get(&key(1))), (1, None));
        table.finish(key(2), ask, 3, None, 400);
        assert_eq!(
            (table.evict(300, Rules::RIGHT), table.get(&key(0))),
            (1, None),
            "a later moment takes the place of an earlier"
        );
        table.begin(key(2), ask);
        assert_eq!((table.done(), table.evict(u64::MAX, Rules::RIGHT), table.len()), (0, 0, 2), "what is in progress stays");
        table.forget(&key(2));
        table.forget(&key(3));
        assert!(table.is_empty());
    }
}
