//! The properties of Raft, checked live: the five of the paper's figure 3, and that what must only grow does.
//!
//! All of them look only at the server at which an event happened, and only if it differs from what they remember of it.
//! They read terms, roles, logs and indexes; never notes, and no messages. What they keep is tables of shared chunks, so
//! that a clone costs pointers.
//!
//! - Election Safety in [`election_safety`], Leader Append-Only in [`leader_append_only`], Log Matching in [`log_matching`],
//!   Leader Completeness in [`leader_completeness`], State Machine Safety in [`state_machine_safety`];
//! - terms and votes in [`monotonic_term`], commit index and applied index in [`monotonic_index`].
//!
//! A property that has fallen keeps its first witness for ever. A server that reports a violation halts, and the property
//! that it concerns falls with it. If events go by unchecked, what has not fallen is unknown from then on.
//!
//! Raft's promises presuppose that disks keep what they have synced. A server that starts again with an empty disk has
//! forgotten its vote and its acknowledgements: whatever falls then has really fallen, but not by a fault of the protocol.

mod election_safety;
mod leader_append_only;
mod leader_completeness;
mod log_matching;
mod monotonic_index;
mod monotonic_term;
pub mod notes;
mod sight;
mod state_machine_safety;
#[cfg(test)]
mod tests;

use super::{Checker, Verdict, fall};
use crate::base::{Encoder, NodeId, WriteId};
use crate::protocol::raft::{Node, Server, notes as core_notes};
use crate::sim::kernel::Process;
use crate::sim::plan::Cluster;
use crate::sim::trace::{Event, EventKind};
use crate::sim::{Deployment, World};
use election_safety::ElectionSafety;
use fall::{Fall, Property};
use leader_append_only::LeaderAppendOnly;
use leader_completeness::LeaderCompleteness;
use log_matching::LogMatching;
use monotonic_index::MonotonicIndex;
use monotonic_term::{DiskState, MonotonicTerm};
use sight::{Digest, Sight};
use state_machine_safety::StateMachineSafety;

macro_rules! properties {
    ($($id:literal, $holds:ident, $unknown:ident;)*) => {
        /// Ids of the properties, in the order to be shown.
        pub const PROPERTIES: &[&str] = &[$($id),*];
        static TABLE: [Property; PROPERTIES.len()] =
            [$(Property { id: $id, holds: &notes::$holds, unknown: &notes::$unknown }),*];
    };
}

properties! {
    "election-safety", ELECTION_SAFETY_HOLDS, ELECTION_SAFETY_UNKNOWN;
    "leader-append-only", LEADER_APPEND_ONLY_HOLDS, LEADER_APPEND_ONLY_UNKNOWN;
    "log-matching", LOG_MATCHING_HOLDS, LOG_MATCHING_UNKNOWN;
    "leader-completeness", LEADER_COMPLETENESS_HOLDS, LEADER_COMPLETENESS_UNKNOWN;
    "state-machine-safety", STATE_MACHINE_SAFETY_HOLDS, STATE_MACHINE_SAFETY_UNKNOWN;
    "monotonic-term", MONOTONIC_TERM_HOLDS, MONOTONIC_TERM_UNKNOWN;
    "monotonic-commit", MONOTONIC_COMMIT_HOLDS, MONOTONIC_COMMIT_UNKNOWN;
    "monotonic-applied", MONOTONIC_APPLIED_HOLDS, MONOTONIC_APPLIED_UNKNOWN;
}

/// All checkers of Raft.
#[derive(Clone, Debug)]
pub struct RaftChecks {
    /// What each server was after its last event; `None` before it starts, for the first time or again.
    servers: Vec<Option<Digest>>,
    /// How many events it was told of. Fewer than were executed: some went by unchecked, and what it remembers is stale.
    told: u64,
    /// How many violations the cores have reported.
    reported: usize,
    election_safety: ElectionSafety,
    leader_append_only: LeaderAppendOnly,
    log_matching: LogMatching,
    leader_completeness: LeaderCompleteness,
    state_machine_safety: StateMachineSafety,
    monotonic_term: MonotonicTerm,
    monotonic_commit: MonotonicIndex,
    monotonic_applied: MonotonicIndex,
}

impl RaftChecks {
    /// Checkers that have seen nothing yet.
    pub fn new(cluster: Cluster) -> RaftChecks {
        RaftChecks {
            servers: vec![None; cluster.servers as usize],
            told: 0,
            reported: 0,
            election_safety: ElectionSafety::default(),
            leader_append_only: LeaderAppendOnly::default(),
            log_matching: LogMatching::default(),
            leader_completeness: LeaderCompleteness::default(),
            state_machine_safety: StateMachineSafety::default(),
            monotonic_term: MonotonicTerm::new(cluster.servers),
            monotonic_commit: MonotonicIndex::commit(),
            monotonic_applied: MonotonicIndex::applied(),
        }
    }

    /// In the order of [`PROPERTIES`].
    fn falls(&self) -> [&Fall; PROPERTIES.len()] {
        [
            &self.election_safety.fall,
            &self.leader_append_only.fall,
            &self.log_matching.fall,
            &self.leader_completeness.fall,
            &self.state_machine_safety.fall,
            &self.monotonic_term.fall,
            &self.monotonic_commit.fall,
            &self.monotonic_applied.fall,
        ]
    }

    /// A running server has changed.
    fn see(&mut self, event: &Event, node: NodeId, server: &Server, disk: DiskState) {
        let after = Digest::of(server);
        let before = self.servers[node.index()].replace(after);
        let sight = Sight { event, node, before, after, log: server.log() };
        self.election_safety.step(&sight);
        self.leader_append_only.step(&sight);
        self.log_matching.step(&sight);
        self.leader_completeness.step(&sight);
        self.state_machine_safety.step(&sight);
        self.monotonic_term.step(&sight, disk);
        self.monotonic_commit.step(&sight);
        self.monotonic_applied.step(&sight);
    }

    /// A server has reported a violation: the property that it concerns falls.
    fn hear(&mut self, event: &Event, node: NodeId, note: &crate::base::Note) {
        let [first, second, third, ..] = note.args;
        if std::ptr::eq(note.kind, &core_notes::TRUNCATES_COMMITTED) {
            self.leader_completeness.removal(event, node, first, second, third);
        } else if std::ptr::eq(note.kind, &core_notes::COMMIT_BEYOND_LOG) {
            self.state_machine_safety.gap(event, node, first, second);
        } else {
            self.state_machine_safety.assertion(event, node);
        }
    }
}

/// A node that may be a server of Raft, alone or with more around it.
pub trait RunsRaft {
    /// The server, if it is one.
    fn raft_server(&self) -> Option<&Server>;
}

impl RunsRaft for Node {
    fn raft_server(&self) -> Option<&Server> {
        self.as_server()
    }
}

impl<D: Deployment<Node: RunsRaft>> Checker<D> for RaftChecks {
    #[inline]
    fn step(&mut self, event: &Event, world: &World<D>) {
        self.told += 1;
        if self.told != world.kernel().executed() {
            return;
        }
        let Some(node) = event.node() else { return };
        let Some(known) = self.servers.get_mut(node.index()) else { return };
        let Some(server) = world.core(node).raft_server() else { return };
        match event.kind {
            EventKind::Persisted => self.monotonic_term.persisted(node, WriteId(event.item.n())),
            EventKind::Started => {
                *known = None;
                self.monotonic_term.started(node, event.detail == 2);
            }
            _ => {}
        }
        if known.as_ref().is_some_and(|known| known.is_of(server)) && world.violations().len() == self.reported {
            return;
        }
        for (_, note) in world.violations().get(self.reported..).unwrap_or(&[]) {
            self.reported += 1;
            self.hear(event, node, note);
        }
        // A server that has stopped in this event, or could not even start, is what it was, or nothing.
        if world.process(node) == Process::Running {
            let disk = &world.seats()[node.index()].disk;
            let disk = DiskState { next_write: disk.next_write(), idle: disk.pending().len() == 0 };
            self.see(event, node, server, disk);
        }
    }

    fn verdicts(&self, world: &World<D>) -> Vec<Verdict> {
        let unchecked = world.kernel().executed().saturating_sub(self.told);
        TABLE.iter().zip(self.falls()).map(|(property, fall)| property.verdict(fall, unchecked)).collect()
    }

    fn fallen(&self) -> u32 {
        self.falls().iter().filter(|fall| fall.has_happened()).count() as u32
    }

    /// What is remembered of each server from one event to the next is not told: of a server that runs it follows from the
    /// server, which is part of the state, and of one that is down it is forgotten at its next start.
    fn encode_state(&self, world: &World<D>, to: &mut Encoder) {
        let unchecked = world.kernel().executed() != self.told;
        to.bool(unchecked);
        if unchecked {
            // Nothing more is checked.
            return self.falls().iter().for_each(|fall| to.bool(fall.has_happened()));
        }
        self.election_safety.encode_state(to);
        self.leader_append_only.encode_state(to);
        self.log_matching.encode_state(to);
        self.leader_completeness.encode_state(to);
        self.state_machine_safety.encode_state(to);
        self.monotonic_term.encode_state(|node| world.seats()[node.index()].disk.first_pending(), to);
        self.monotonic_commit.encode_state(to);
        self.monotonic_applied.encode_state(to);
    }
}
