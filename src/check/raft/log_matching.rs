//! Log Matching: "if two logs contain an entry with the same index and term, then the logs are identical in all entries up
//! through the given index" (paper figure 3, 5.3).
//!
//! For all servers a, b and indexes i: `a.log.term(i) == b.log.term(i) => a.log.prefix_hash(i) == b.log.prefix_hash(i)`.
//! Checked for all logs that there have ever been, which is more: an index and a term name one entry for all time, since
//! the leader of a term appends once at an index and nobody leads a term twice. A server that starts with an empty disk may
//! vote, and lead, twice in one term; what then falls here is real, and outside of what Raft promises.
//!
//! Cost: for each entry that is appended (or read from disk, at a start), a look into a table of the hashes first seen.

use super::fall::Fall;
use super::notes;
use super::sight::Sight;
use crate::base::{Chunked, Encoder, EventId, NodeId, Note};
use crate::protocol::raft::{Index, Term};

/// The checker of Log Matching.
#[derive(Clone, Debug, Default)]
pub(super) struct LogMatching {
    /// By index, from 1 on: the first entry seen there.
    first: Chunked<Seen, 256>,
    /// Entries of other terms at an index that has one already.
    others: Chunked<Seen>,
    pub(super) fall: Fall,
}

/// The first sight of an entry.
#[derive(Clone, Copy, Debug)]
struct Seen {
    term: Term,
    hash: u64,
    event: EventId,
    node: NodeId,
    /// The next entry of the same index: 1 + its place among the others; 0 if there is none.
    next: u32,
}

impl LogMatching {
    pub(super) fn step(&mut self, sight: &Sight<'_>) {
        let Some(first) = sight.first_changed() else { return };
        if self.fall.has_happened() {
            return;
        }
        for (index, entry) in (first..).zip(sight.log.iter_from(first)) {
            let hash = sight.log.prefix_hash(index).unwrap_or(0);
            let seen = Seen { term: entry.term, hash, event: sight.id(), node: sight.node, next: 0 };
            if let Some(known) = self.look_up(index, seen)
                && known.hash != hash
            {
                let args = [sight.event.at_us, known.node.0 as u64, sight.node.0 as u64, index, entry.term];
                let note = Note::new(&notes::LOG_MATCHING_VIOLATED, args);
                return self.fall.at(sight.event, note, &[known.event], &[known.node, sight.node], &[index]);
            }
        }
    }

    /// The entries seen at each index, by term. Which of them came first says nothing of what may fall.
    pub(super) fn encode_state(&self, to: &mut Encoder) {
        self.fall.encode_with(to, |to| {
            to.len(self.first.len());
            for first in self.first.iter() {
                let mut seen: Vec<(Term, u64)> = self.chain(first).map(|seen| (seen.term, seen.hash)).collect();
                seen.sort_unstable();
                to.len(seen.len());
                for (term, hash) in seen {
                    to.u64(term);
                    to.u64(hash);
                }
            }
        });
    }

    /// All entries seen at the index of this one, which was the first.
    fn chain<'a>(&'a self, first: &'a Seen) -> impl Iterator<Item = &'a Seen> {
        std::iter::successors(Some(first), |seen| self.others.get((seen.next as usize).checked_sub(1)?))
    }

    /// The first sight of this index and term, if there was one before; otherwise this is it.
    fn look_up(&mut self, index: Index, seen: Seen) -> Option<Seen> {
        let place = index as usize - 1;
        let Some(mut known) = self.first.get(place).copied() else {
            self.first.push(seen);
            return None;
        };
        let mut last = None;
        loop {
            if known.term == seen.term {
                return Some(known);
            }
            let Some(next) = (known.next as usize).checked_sub(1) else { break };
            (known, last) = (self.others[next], Some(next));
        }
        self.others.push(seen);
        let next = self.others.len() as u32;
        let slot = match last {
            Some(last) => self.others.get_mut(last),
            None => self.first.get_mut(place),
        };
        slot?.next = next;
        None
    }
}
