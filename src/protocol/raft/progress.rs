//! What a leader knows about one follower's log (paper figure 2: nextIndex, matchIndex; thesis 10.2.1 for the pipeline).

use super::entry::Index;
use crate::base::{Encode, Encoder};

/// How a leader sends to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressState {
    /// It does not know where the logs agree, or its entries seem lost: one AppendEntries at a time, until one is accepted.
    Probe {
        /// One is on its way; the next goes out with its answer, or with a heartbeat.
        waiting: bool,
    },
    /// The logs agree: entries are sent as they come, without waiting for answers, within the window.
    Replicate {
        /// Entries are in flight, and none was acknowledged since the last heartbeat.
        stalled: bool,
    },
}

/// What a refusal meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejected {
    /// Nothing: later answers have overtaken it.
    Stale,
    /// The logs differ at that place: the next probe is an earlier one.
    Backtracked,
    /// The follower refused what it had acknowledged: its disk was emptied. All knowledge of it is given up.
    Lost,
}

/// A leader's view of one follower.
///
/// Invariant: `match_index < next_index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The greatest index up to which the follower's log is known to be the leader's, on disk.
    pub match_index: Index,
    /// The next entry to send.
    pub next_index: Index,
    /// How to send it.
    pub state: ProgressState,
}

impl Progress {
    /// As a new leader begins: nothing known, the end of its own log as a guess (paper 5.3).
    pub fn new(last_index: Index) -> Progress {
        Progress { match_index: 0, next_index: last_index + 1, state: ProgressState::Probe { waiting: false } }
    }

    /// Number of entries sent and not acknowledged.
    pub fn inflight(&self) -> u64 {
        match self.state {
            ProgressState::Probe { .. } => 0,
            ProgressState::Replicate { .. } => self.next_index - 1 - self.match_index,
        }
    }

    /// The follower has everything up to `index` on disk. True if that is news.
    pub(super) fn acknowledge(&mut self, index: Index) -> bool {
        let news = index > self.match_index;
        self.match_index = self.match_index.max(index);
        match self.state {
            // What is below the probed position is the answer to an older message: it says nothing about this one.
            ProgressState::Probe { .. } if index + 1 >= self.next_index => self.become_replicate(),
            ProgressState::Probe { .. } => self.next_index = self.next_index.max(self.match_index + 1),
            ProgressState::Replicate { stalled } => {
                self.next_index = self.next_index.max(self.match_index + 1);
                self.state = ProgressState::Replicate { stalled: stalled && !news };
            }
        }
        news
    }

    /// The follower refused `prev_index`; the logs may agree at `agreed` at the latest.
    pub(super) fn reject(&mut self, prev_index: Index, agreed: Index) -> Rejected {
        let probed = match self.state {
            ProgressState::Probe { .. } => prev_index + 1 == self.next_index,
            ProgressState::Replicate { .. } => true,
        };
        if !probed || prev_index < self.match_index || prev_index == 0 {
            return Rejected::Stale;
        }
        let agreed = agreed.min(prev_index - 1);
        if prev_index == self.match_index {
            // Forgetting what a follower has is safe at any time, so a late refusal does no harm here.
            self.match_index = 0;
            self.become_probe(agreed + 1, false);
            return Rejected::Lost;
        }
        self.become_probe(agreed.max(self.match_index) + 1, false);
        Rejected::Backtracked
    }

    /// How many entries may be sent now, of those up to `last_index`; `None` if no message goes out.
    pub(super) fn room(&self, last_index: Index, max_entries: u64, max_inflight: u64) -> Option<u64> {
        let left = (last_index + 1).saturating_sub(self.next_index);
        match self.state {
            ProgressState::Probe { waiting: true } => None,
            ProgressState::Probe { waiting: false } => Some(left.min(max_entries)),
            ProgressState::Replicate { .. } => {
                let room = left.min(max_entries).min(max_inflight.saturating_sub(self.inflight()));
                (room > 0).then_some(room)
            }
        }
    }

    /// So many entries were sent, from `next_index` on.
    pub(super) fn sent(&mut self, entries: u64) {
        match &mut self.state {
            ProgressState::Probe { waiting } => *waiting = true,
            ProgressState::Replicate { .. } => self.next_index += entries,
        }
    }

    /// A heartbeat goes out: returns the position it should check. Entries that a whole heartbeat interval brought no answer
    /// for count as lost, and are probed for again.
    pub(super) fn heartbeat(&mut self) -> Index {
        match self.state {
            ProgressState::Probe { .. } => self.next_index - 1,
            ProgressState::Replicate { .. } if self.inflight() == 0 => self.match_index,
            ProgressState::Replicate { stalled: false } => {
                self.state = ProgressState::Replicate { stalled: true };
                self.match_index
            }
            ProgressState::Replicate { stalled: true } => {
                self.become_probe(self.match_index + 1, true);
                self.match_index
            }
        }
    }

    fn become_replicate(&mut self) {
        self.next_index = self.match_index + 1;
        self.state = ProgressState::Replicate { stalled: false };
    }

    fn become_probe(&mut self, next_index: Index, waiting: bool) {
        self.next_index = next_index;
        self.state = ProgressState::Probe { waiting };
    }
}

impl Encode for Progress {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.match_index);
        to.u64(self.next_index);
        to.u8(match self.state {
            ProgressState::Probe { waiting } => waiting as u8,
            ProgressState::Replicate { stalled } => 2 + stalled as u8,
        });
    }
}
