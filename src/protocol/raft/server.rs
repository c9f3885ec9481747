//! A server: its state, and which part of it an input concerns.

use super::config::Config;
use super::entry::{Index, Term};
use super::log::Log;
use super::message::Message;
use super::node::{Node, Timer};
use super::node_set::NodeSet;
use super::notes;
use super::persistence::PendingWrites;
use super::progress::Progress;
use super::record::{HardState, ReplayError, replay};
use super::role::Role;
use super::sessions::Sessions;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note};
use crate::protocol::machine::Machine;
use crate::protocol::{Effects, Input, kv};
use std::sync::Arc;

/// A server of the cluster (paper figure 2).
///
/// Term, vote and log survive a crash. `commit_index` and `last_applied` do not: a server that starts again rebuilds its
/// state machine from its log, as far as it learns from a leader, or as a leader finds out, what is committed.
///
/// Invariants, whatever arrives and whichever mutants are on: `commit_index`, `last_applied` and `persisted_index` are at most
/// `log.last_index()`. Between inputs `last_applied == commit_index`, unless a mutant took the latter back.
///
/// No decision compares clocks: whether a leader is still heard from is what the server's own election timer says.
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) id: NodeId,
    pub(super) voters: NodeSet,
    pub(super) config: Arc<Config>,
    pub(super) role: Role,
    pub(super) hard: HardState,
    pub(super) log: Log,
    pub(super) disk: PendingWrites,
    pub(super) commit_index: Index,
    pub(super) last_applied: Index,
    pub(super) machine: Machine,
    pub(super) sessions: Sessions,
    /// When the election timer was last set; for the notes only.
    pub(super) waiting_since_us: u64,
    /// The moment of the present input; for the notes only.
    pub(super) now_us: u64,
}

/// What can be read from outside.
impl Server {
    /// A server of the cluster `voters` before its first start.
    pub fn new(id: NodeId, voters: NodeSet, config: Arc<Config>) -> Server {
        Server::with_machine(id, voters, config, Machine::default())
    }

    /// The same with a state machine of its own; whatever happened to that, it begins empty.
    pub fn with_machine(id: NodeId, voters: NodeSet, config: Arc<Config>, machine: Machine) -> Server {
        Server {
            id,
            voters,
            config,
            role: Role::Follower { leader: None },
            hard: HardState::default(),
            log: Log::new(),
            disk: PendingWrites::default(),
            commit_index: 0,
            last_applied: 0,
            machine: machine.emptied(),
            sessions: Sessions::default(),
            waiting_since_us: 0,
            now_us: 0,
        }
    }

    /// Its id.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The servers that vote, itself included.
    pub fn voters(&self) -> &NodeSet {
        &self.voters
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its role, with the data that only that role has.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// Whether it is a leader.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    /// Its current term.
    pub fn term(&self) -> Term {
        self.hard.term
    }

    /// Whom it voted for in its current term.
    pub fn voted_for(&self) -> Option<NodeId> {
        self.hard.voted_for
    }

    /// The leader as it knows: itself, or the one it hears from.
    pub fn leader(&self) -> Option<NodeId> {
        match &self.role {
            Role::Follower { leader } => *leader,
            Role::PreCandidate { .. } | Role::Candidate { .. } => None,
            Role::Leader(_) => Some(self.id),
        }
    }

    /// Up to here it knows the log as committed.
    pub fn commit_index(&self) -> Index {
        self.commit_index
    }

    /// Up to here its state machine has applied the log.
    pub fn last_applied(&self) -> Index {
        self.last_applied
    }

    /// Its log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Up to here its log is on disk.
    pub fn persisted_index(&self) -> Index {
        self.disk.persisted_index()
    }

    /// Number of its writes that are not on disk yet.
    pub fn pending_writes(&self) -> usize {
        self.disk.len()
    }

    /// A leader's view of a follower; `None` if it does not lead, or for itself, or for a node that does not vote.
    pub fn progress(&self, of: NodeId) -> Option<&Progress> {
        match &self.role {
            Role::Leader(leader) if of != self.id && self.voters.contains(of) => leader.progress.get(of.index()),
            _ => None,
        }
    }

    /// The votes of the election that it stands in; none if it does not.
    pub fn votes(&self) -> NodeSet {
        match &self.role {
            Role::PreCandidate { votes } | Role::Candidate { votes } => votes.granted.clone(),
            Role::Follower { .. } | Role::Leader(_) => NodeSet::new(),
        }
    }

    /// Whom a leader has heard from since it last checked its quorum, itself included.
    pub fn heard(&self) -> NodeSet {
        match &self.role {
            Role::Leader(leader) => leader.heard.clone(),
            _ => NodeSet::new(),
        }
    }

    /// How many votes or copies are a majority, by the rules in force.
    pub fn majority(&self) -> usize {
        self.config.rules.majority(self.voters.len())
    }

    /// Its state machine.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Its state machine, if that is a key-value store.
    pub fn store(&self) -> Option<&kv::Store> {
        self.machine.as_store()
    }

    /// The client sessions of its state machine.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }
}

/// What happens to it.
impl Server {
    /// Handles one input.
    pub(in crate::protocol) fn handle(&mut self, now: LocalTime, input: Input<Node>, out: &mut Effects<Node>) {
        self.log.begin_event();
        self.now_us = now.monotonic_us;
        match input {
            Input::Started { disk } => self.start(&disk, out),
            Input::Message { from, message } => self.receive(from, message, out),
            Input::Timer(Timer::Election) => self.election_timeout(out),
            Input::Timer(Timer::Heartbeat) => self.heartbeat_timeout(out),
            Input::Timer(Timer::CheckQuorum) => self.check_quorum(out),
            Input::Persisted(write) => self.persisted(write, out),
            Input::WriteFailed(_) => out.exit(Note::new(&notes::DISK_FULL, [self.hard.term])),
            // A server has no workload and no client's timers.
            Input::Request { .. } | Input::Timer(Timer::Retry | Timer::Deadline) => {}
        }
        self.write_hard_state(out);
    }

    fn start(&mut self, disk: &[crate::protocol::Slot<super::record::Record>], out: &mut Effects<Node>) {
        let now_us = self.now_us;
        let (voters, config) = (self.voters.clone(), self.config.clone());
        *self = Server { now_us, ..Server::with_machine(self.id, voters, config, self.machine.clone()) };
        let state = match replay(disk) {
            Ok(state) => state,
            Err(ReplayError::Corrupt(at)) => return out.exit(Note::new(&notes::DISK_CORRUPT, [at as u64])),
            Err(ReplayError::Contradiction(at)) => return out.exit(Note::new(&notes::DISK_CONTRADICTS, [at as u64])),
        };
        if state.torn > 0 {
            out.note(Note::new(&notes::PASSES_OVER_TORN, [state.torn as u64]));
        }
        match disk.is_empty() {
            true => out.note(Note::new(&notes::STARTS, [])),
            false => {
                let (last_index, last_term) = (state.log.last_index(), state.log.last_term());
                out.note(Note::new(&notes::RESTARTS, [state.hard.term, last_index, last_term]));
            }
        }
        self.hard = state.hard;
        self.log = state.log;
        self.disk = PendingWrites::recovered(state.hard, self.log.last_index());
        self.reset_election_timer(out);
    }

    fn receive(&mut self, from: NodeId, message: Message, out: &mut Effects<Node>) {
        if let Message::ClientRequest { seq, op } = message {
            return self.client_request(from, seq, op, out);
        }
        if from == self.id || !self.voters.contains(from) {
            return out.note(Note::new(&notes::IGNORES_FOREIGN, [from.0 as u64]));
        }
        match message {
            Message::RequestVote { pre, term, last_index, last_term } => {
                self.vote_request(from, pre, term, super::rules::LogEnd { term: last_term, index: last_index }, out)
            }
            Message::RequestVoteResponse { pre, term, granted } => self.vote_response(from, pre, term, granted, out),
            Message::AppendEntries { term, prev_index, prev_term, commit, entries } => {
                let append = super::replication::Append { term, prev_index, prev_term, commit, entries };
                self.append_request(from, append, out)
            }
            Message::AppendEntriesAccepted { term, match_index } => self.append_accepted(from, term, match_index, out),
            Message::AppendEntriesRejected { term, prev_index, hint_index, hint_term } => {
                let rejection = super::replication::Rejection { prev_index, hint_index, hint_term };
                self.append_rejected(from, term, rejection, out)
            }
            // Answers to clients; servers get none.
            Message::ClientRequest { .. } | Message::ClientAnswer { .. } | Message::ClientRedirect { .. } => {
                out.note(Note::new(&notes::IGNORES_FOREIGN, [from.0 as u64]))
            }
        }
    }
}

impl Encode for Server {
    /// State machine and sessions are left out: they follow from the log up to `last_applied`. So are the clocks' readings, which
    /// only notes use.
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.role);
        to.put(&self.hard);
        to.put(&self.log);
        to.put(&self.disk);
        to.u64(self.commit_index);
        to.u64(self.last_applied);
    }
}
