//! State Machine Safety: "if a server has applied a log entry at a given index to its state machine, no other server will
//! ever apply a different log entry for the same index" (paper figure 3, 5.4.3).
//!
//! For all servers a, b and indexes `i <= min(a.last_applied, b.last_applied)`: `a.log[i] == b.log[i]`, at the moments at
//! which they apply it. A server that starts again applies its log anew, and is compared anew.
//!
//! A server that is told to apply what it does not have stops: the property counts as fallen. So it does when a server
//! stops at anything else that its code rules out.
//!
//! Cost: a comparison of prefix hashes when the applied index moves, and an entry of a table for each index that is applied
//! for the first time.

use super::fall::Fall;
use super::notes;
use super::sight::{Sight, first_difference};
use crate::base::{Chunked, Encoder, EventId, NodeId, Note};
use crate::protocol::raft::Index;
use crate::sim::trace::Event;

/// The checker of State Machine Safety.
#[derive(Clone, Debug, Default)]
pub(super) struct StateMachineSafety {
    /// By index, from 1 on: who first applied it.
    applied: Chunked<Applied, 256>,
    pub(super) fall: Fall,
}

#[derive(Clone, Copy, Debug)]
struct Applied {
    hash: u64,
    event: EventId,
    node: NodeId,
}

impl StateMachineSafety {
    pub(super) fn step(&mut self, sight: &Sight<'_>) {
        let last_applied = sight.after.last_applied;
        if last_applied <= sight.before.map_or(0, |before| before.last_applied) || self.fall.has_happened() {
            return;
        }
        let known = (self.applied.len() as Index).min(last_applied);
        let agree = |index: Index| match self.applied.get((index as usize).wrapping_sub(1)) {
            Some(applied) => sight.log.prefix_hash(index) == Some(applied.hash),
            None => true,
        };
        if !agree(known) {
            let index = first_difference(known, agree);
            let first = self.applied[index as usize - 1];
            let args = [sight.event.at_us, first.node.0 as u64, sight.node.0 as u64, index];
            let note = Note::new(&notes::STATE_MACHINE_SAFETY_VIOLATED, args);
            return self.fall.at(sight.event, note, &[first.event], &[first.node, sight.node], &[index]);
        }
        for index in known + 1..=last_applied {
            let hash = sight.log.prefix_hash(index).unwrap_or(0);
            self.applied.push(Applied { hash, event: sight.id(), node: sight.node });
        }
    }

    /// What was applied at each index. Prefix hashes are a chain, but entries are kept as each was first applied, one by one.
    pub(super) fn encode_state(&self, to: &mut Encoder) {
        self.fall.encode_with(to, |to| {
            to.len(self.applied.len());
            self.applied.iter().for_each(|applied| to.u64(applied.hash));
        });
    }

    /// A server stops: it was told to apply up to `commit_index`, beyond its log.
    pub(super) fn gap(&mut self, event: &Event, node: NodeId, commit_index: Index, last_index: Index) {
        let args = [event.at_us, node.0 as u64, commit_index, last_index];
        let note = Note::new(&notes::STATE_MACHINE_SAFETY_VIOLATED_BY_GAP, args);
        self.fall.at(event, note, &[], &[node], &[commit_index]);
    }

    /// A server stops at something else that its code rules out.
    pub(super) fn assertion(&mut self, event: &Event, node: NodeId) {
        let note = Note::new(&notes::STATE_MACHINE_SAFETY_VIOLATED_BY_ASSERTION, [event.at_us, node.0 as u64]);
        self.fall.at(event, note, &[], &[node], &[]);
    }
}
