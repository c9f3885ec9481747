//! Writes on their way to disk, and who waits for them (paper figure 2: "updated on stable storage before responding").

use super::entry::{Entries, Index, Term};
use super::node::Node;
use super::record::{HardState, Record};
use super::role::Role;
use super::server::Server;
use crate::base::{Encode, Encoder, WriteId};
use crate::protocol::Effects;
use std::collections::VecDeque;

/// What a server has written, and what of that is on disk. Writes complete in order.
#[derive(Clone, Debug, Default)]
pub(super) struct PendingWrites {
    queue: VecDeque<(WriteId, Pending)>,
    /// Term and vote as last written.
    written: HardState,
    persisted_index: Index,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    /// Term and vote, of this term; with `candidacy`, the server's vote for itself.
    HardState { term: Term, candidacy: bool },
    /// Log entries. `last` shrinks when they are cut off before they are on disk: the completion of the old write must not
    /// vouch for the entries that took their place.
    Append { from: Index, last: Index },
}

impl PendingWrites {
    pub(super) fn recovered(written: HardState, persisted_index: Index) -> PendingWrites {
        PendingWrites { queue: VecDeque::new(), written, persisted_index }
    }

    pub(super) fn persisted_index(&self) -> Index {
        self.persisted_index
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// The last write that matters for somebody who relies on the log up to `index`, and on term and vote.
    fn last_concerning(&self, index: Index) -> Option<WriteId> {
        let concerns = |pending: &Pending| match *pending {
            Pending::HardState { .. } => true,
            Pending::Append { from, .. } => from <= index,
        };
        self.queue.iter().rev().find(|(_, pending)| concerns(pending)).map(|(write, _)| *write)
    }

    fn cut_from(&mut self, from: Index) {
        self.persisted_index = self.persisted_index.min(from - 1);
        for (_, pending) in &mut self.queue {
            if let Pending::Append { last, .. } = pending {
                *last = (*last).min(from - 1);
            }
        }
    }
}

impl Server {
    /// Writes term and vote if they have changed since they were last written.
    pub(super) fn write_hard_state(&mut self, out: &mut Effects<Node>) {
        let hard = HardState { term: self.hard.term, voted_for: self.config.rules.vote_to_write(self.hard.voted_for) };
        if hard == self.disk.written {
            return;
        }
        self.disk.written = hard;
        let write = out.persist(Record::HardState(hard));
        let candidacy = matches!(self.role, Role::Candidate { .. });
        self.disk.queue.push_back((write, Pending::HardState { term: hard.term, candidacy }));
    }

    /// Cuts the log before `from` and adds `entries`, in memory and on the way to disk.
    pub(super) fn write_log(&mut self, from: Index, entries: Entries, out: &mut Effects<Node>) {
        if from <= self.log.last_index() {
            self.log.truncate_from(from);
            self.disk.cut_from(from);
        }
        for entry in entries.iter() {
            self.log.push(*entry);
        }
        // Term and vote come first: no entry stands on disk under a term that does not.
        self.write_hard_state(out);
        let write = out.persist(Record::Append { from, entries });
        self.disk.queue.push_back((write, Pending::Append { from, last: self.log.last_index() }));
    }

    /// The write that a promise about term, vote and the log up to `index` waits for.
    pub(super) fn after_writes(&mut self, index: Index, out: &mut Effects<Node>) -> Option<WriteId> {
        self.write_hard_state(out);
        self.disk.last_concerning(index)
    }

    /// A write, and all before it, are on disk.
    pub(super) fn persisted(&mut self, write: WriteId, out: &mut Effects<Node>) {
        while let Some((_, pending)) = self.disk.queue.front().copied().filter(|(first, _)| *first <= write) {
            self.disk.queue.pop_front();
            match pending {
                Pending::Append { last, .. } => self.disk.persisted_index = self.disk.persisted_index.max(last),
                Pending::HardState { term, candidacy: true } if term == self.hard.term => self.count_own_vote(out),
                Pending::HardState { .. } => {}
            }
        }
        self.advance_commit(out);
    }
}

impl Encode for PendingWrites {
    /// Without the writes' numbers.
    fn encode(&self, to: &mut Encoder) {
        to.len(self.queue.len());
        for (_, pending) in &self.queue {
            match *pending {
                Pending::HardState { term, candidacy } => {
                    to.u8(candidacy as u8);
                    to.u64(term);
                }
                Pending::Append { from, last } => {
                    to.u8(2);
                    to.u64(from);
                    to.u64(last);
                }
            }
        }
        to.put(&self.written);
        to.u64(self.persisted_index);
    }
}
