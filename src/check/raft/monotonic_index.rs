//! Commit index and applied index never go back: both are "initialized to 0, increases monotonically" (paper figure 2).
//!
//! Within an incarnation: `after.commit_index >= before.commit_index`, `after.last_applied >= before.last_applied`. Both are
//! volatile: a server that starts again starts at 0.
//!
//! Cost: a comparison.

use super::fall::Fall;
use super::notes;
use super::sight::{Digest, Sight};
use crate::base::{Encoder, Note, NoteKind};
use crate::protocol::raft::Index;

/// The checker of one index of all servers.
#[derive(Clone, Debug)]
pub(super) struct MonotonicIndex {
    index: fn(&Digest) -> Index,
    violated: &'static NoteKind,
    pub(super) fall: Fall,
}

impl MonotonicIndex {
    pub(super) fn commit() -> MonotonicIndex {
        let violated = &notes::MONOTONIC_COMMIT_VIOLATED;
        MonotonicIndex { index: |digest| digest.commit_index, violated, fall: Fall::default() }
    }

    pub(super) fn applied() -> MonotonicIndex {
        let violated = &notes::MONOTONIC_APPLIED_VIOLATED;
        MonotonicIndex { index: |digest| digest.last_applied, violated, fall: Fall::default() }
    }

    pub(super) fn step(&mut self, sight: &Sight<'_>) {
        let (before, after) = (sight.before.map_or(0, |before| (self.index)(&before)), (self.index)(&sight.after));
        if after < before {
            let note = Note::new(self.violated, [sight.event.at_us, sight.node.0 as u64, before, after]);
            self.fall.at(sight.event, note, &[], &[sight.node], &[before, after]);
        }
    }

    /// Nothing but whether it has fallen: what it compares with is the server itself, a moment before.
    pub(super) fn encode_state(&self, to: &mut Encoder) {
        self.fall.encode_with(to, |_| ());
    }
}
