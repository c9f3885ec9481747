//! Leader Completeness: "if a log entry is committed in a given term, then that entry will be present in the logs of the
//! leaders for all higher-numbered terms" (paper figure 3, 5.4).
//!
//! For each index i that a server takes for committed in term t, with the entry e, and each leader of a term u > t:
//! `leader.log[i] == e` at its election; afterwards Leader Append-Only keeps it there. An entry counts as committed in the
//! term of the server that first says so, right or wrong: that is what clients are told.
//!
//! Checked from both sides: when a leader is elected, against all that was committed in earlier terms; and when something is
//! committed although a leader of a later term has been elected, against the log with which it was. Of such elections the
//! last [`REMEMBERED`] are kept.
//!
//! A server that is told to remove what it knows as committed does not do so, but stops: the entry is then no longer safe in
//! the logs that the next leader comes from, and the property counts as fallen.
//!
//! Cost: for each entry that is committed for the first time, one entry of a table; for each election and each late
//! commitment, a comparison of prefix hashes for each leader concerned.

use super::fall::Fall;
use super::notes;
use super::sight::{Sight, first_difference};
use crate::base::{Chunked, Encode, Encoder, EventId, NodeId, Note};
use crate::protocol::raft::{Index, Log, Term};
use crate::sim::trace::Event;
use std::sync::Arc;

/// How many elections are remembered with their logs.
const REMEMBERED: usize = 64;

/// The checker of Leader Completeness.
#[derive(Clone, Debug, Default)]
pub(super) struct LeaderCompleteness {
    /// By index, from 1 on: who first took it for committed.
    committed: Chunked<Committed, 256>,
    elections: Arc<Vec<Election>>,
    /// The highest term with a leader.
    highest_term: Term,
    pub(super) fall: Fall,
}

#[derive(Clone, Copy, Debug)]
struct Committed {
    hash: u64,
    /// In which term.
    term: Term,
    event: EventId,
    node: NodeId,
}

/// An election, and the log with which it was won.
#[derive(Clone, Debug)]
struct Election {
    term: Term,
    node: NodeId,
    event: EventId,
    log: Log,
}

impl Election {
    /// What tells elections apart.
    fn key(&self) -> (Term, NodeId, Index, Option<u64>) {
        let last_index = self.log.last_index();
        (self.term, self.node, last_index, self.log.prefix_hash(last_index))
    }
}

impl Encode for Election {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.term);
        to.put(&self.node);
        to.put(&self.log);
    }
}

impl LeaderCompleteness {
    pub(super) fn step(&mut self, sight: &Sight<'_>) {
        if self.fall.has_happened() {
            return;
        }
        if sight.is_elected() {
            self.check_leader(sight);
            self.remember(sight);
        }
        if sight.after.commit_index > sight.before.map_or(0, |before| before.commit_index) {
            self.check_commitment(sight);
        }
    }

    /// A server stops: it was told to remove, from `from` on, entries that it knows as committed.
    pub(super) fn removal(&mut self, event: &Event, node: NodeId, leader: u64, from: Index, commit_index: Index) {
        let args = [event.at_us, node.0 as u64, leader, from, commit_index];
        let note = Note::new(&notes::LEADER_COMPLETENESS_VIOLATED_BY_REMOVAL, args);
        let earlier: Vec<EventId> = self.committed(from).map(|committed| committed.event).into_iter().collect();
        self.fall.at(event, note, &earlier, &[node, NodeId(leader as u16)], &[from]);
    }

    /// What was committed, each in its term, and the elections with the logs with which they were won. Their order matters
    /// only when one of them is about to be forgotten.
    pub(super) fn encode_state(&self, to: &mut Encoder) {
        self.fall.encode_with(to, |to| {
            to.len(self.committed.len());
            for committed in self.committed.iter() {
                to.u64(committed.hash);
                to.u64(committed.term);
            }
            let mut elections: Vec<&Election> = self.elections.iter().collect();
            if elections.len() < REMEMBERED {
                elections.sort_by_key(|election| election.key());
            }
            to.list(elections.into_iter());
            to.u64(self.highest_term);
        });
    }

    /// A new leader has everything that was committed in earlier terms.
    fn check_leader(&mut self, sight: &Sight<'_>) {
        let term = sight.after.term;
        let earlier = |index: &Index| self.committed(*index).is_some_and(|committed| committed.term < term);
        let Some(last) = (1..=self.committed.len() as Index).rev().find(earlier) else { return };
        let agree = |index: Index| self.committed(index).map(|committed| committed.hash) == sight.log.prefix_hash(index);
        if agree(last) {
            return;
        }
        let first = first_difference(last, agree);
        let Some(index) = (first..=last).find(earlier) else { return };
        let committed = self.committed[index as usize - 1];
        let args = [sight.event.at_us, sight.node.0 as u64, term, index, committed.term];
        let note = Note::new(&notes::LEADER_COMPLETENESS_VIOLATED, args);
        self.fall.at(sight.event, note, &[committed.event], &[committed.node, sight.node], &[index]);
    }

    fn remember(&mut self, sight: &Sight<'_>) {
        let elections = Arc::make_mut(&mut self.elections);
        if elections.len() == REMEMBERED {
            elections.remove(0);
        }
        let (term, log) = (sight.after.term, sight.log.clone());
        elections.push(Election { term, node: sight.node, event: sight.id(), log });
        self.highest_term = self.highest_term.max(term);
    }

    /// What is committed now was there when leaders of later terms were elected.
    fn check_commitment(&mut self, sight: &Sight<'_>) {
        let (term, commit_index) = (sight.after.term, sight.after.commit_index.min(sight.after.last_index));
        if term < self.highest_term {
            let agree = |log: &Log, index| log.prefix_hash(index) == sight.log.prefix_hash(index);
            let lacks = |election: &&Election| election.term > term && !agree(&election.log, commit_index);
            if let Some(leader) = self.elections.iter().find(lacks) {
                let index = first_difference(commit_index, |index| agree(&leader.log, index));
                let args = [sight.event.at_us, leader.node.0 as u64, leader.term, index, term];
                let note = Note::new(&notes::LEADER_COMPLETENESS_VIOLATED, args);
                return self.fall.at(sight.event, note, &[leader.event], &[sight.node, leader.node], &[index]);
            }
        }
        for index in self.committed.len() as Index + 1..=commit_index {
            let hash = sight.log.prefix_hash(index).unwrap_or(0);
            self.committed.push(Committed { hash, term, event: sight.id(), node: sight.node });
        }
    }

    fn committed(&self, index: Index) -> Option<&Committed> {
        self.committed.get(index.checked_sub(1)? as usize)
    }
}
