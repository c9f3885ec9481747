//! Leader Append-Only: "a leader never overwrites or deletes entries in its log; it only appends new entries" (paper figure
//! 3, 5.3).
//!
//! While a server leads one term, `after.log[..before.last_index] == before.log` and it removes nothing:
//! `after.truncations == before.truncations`.
//!
//! Cost: a comparison of prefix hashes when a leader's log has changed.

use super::fall::Fall;
use super::notes;
use super::sight::Sight;
use crate::base::{Encoder, Note};

/// The checker of Leader Append-Only.
#[derive(Clone, Debug, Default)]
pub(super) struct LeaderAppendOnly {
    pub(super) fall: Fall,
}

impl LeaderAppendOnly {
    pub(super) fn step(&mut self, sight: &Sight<'_>) {
        let (Some(before), after) = (sight.before, sight.after) else { return };
        if !before.leads || !after.leads || before.term != after.term {
            return;
        }
        let kept = sight.log.prefix_hash(before.last_index) == Some(before.last_hash);
        if kept && before.truncations == after.truncations {
            return;
        }
        let index = sight.log.first_changed().unwrap_or(after.last_index + 1).min(before.last_index);
        let args = [sight.event.at_us, sight.node.0 as u64, after.term, index];
        let note = Note::new(&notes::LEADER_APPEND_ONLY_VIOLATED, args);
        self.fall.at(sight.event, note, &[], &[sight.node], &[index]);
    }

    /// Nothing but whether it has fallen: what it compares with is the server itself, a moment before.
    pub(super) fn encode_state(&self, to: &mut Encoder) {
        self.fall.encode_with(to, |_| ());
    }
}
