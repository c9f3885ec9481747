//! What a server remembers of requests, so that it recognises one that comes again: in progress, or done with this result.

use super::message::{Ask, Key};
use super::rules::{Recognised, Rules};
use crate::base::{Encode, Encoder, WriteId};
use std::collections::BTreeMap;

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
pub struct Dedup(BTreeMap<Key, Known>);

impl Dedup {
    /// What is known of a request.
    pub fn get(&self, key: &Key) -> Option<&Known> {
        self.0.get(key)
    }

    /// All requests that are known, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &State)> {
        self.0.iter().map(|(key, known)| (key, &known.state))
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// It has come.
    pub fn begin(&mut self, key: Key, ask: Ask) {
        self.0.insert(key, Known { state: State::InProgress, ask });
    }

    /// Nobody works on it any more, and nothing came of it.
    pub fn forget(&mut self, key: &Key) {
        if self.0.get(key).is_some_and(|known| known.state == State::InProgress) {
            self.0.remove(key);
        }
    }

    /// It is done.
    pub fn finish(&mut self, key: Key, ask: Ask, value: u64, write: Option<WriteId>, until_us: u64) {
        self.0.insert(key, Known { state: State::Done { value, write, until_us }, ask });
    }

    /// Removes what need not be remembered any more, and says how many that were.
    pub fn evict(&mut self, now_us: u64, rules: Rules) -> usize {
        let before = self.0.len();
        self.0.retain(|_, known| !matches!(known.state, State::Done { until_us, .. } if rules.may_forget(now_us, until_us)));
        before - self.0.len()
    }
}

impl Encode for Dedup {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (key, known) in &self.0 {
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
