//! The decisions that the papers name, one small pure function each, and the wrong versions of them.
//!
//! A mutant replaces exactly one rule, here and nowhere else. Each is a bug that real implementations have had.
//!
//! The page shows these functions as they stand, right and wrong lines beside each other; `tests/rules.rs` cuts them out. So
//! each has the same shape: a mutant is an `if` of its own that returns, and what follows is the right rule. A doc comment
//! ends its sentence with where the rule is from: `(paper 5.2)`, `(thesis 6.2)`.

use super::entry::{Index, Term};
use super::node_set::NodeSet;
use super::role::Votes;
use crate::base::NodeId;
use crate::protocol::machine::Op;
use crate::protocol::mutants::mutants;
use serde::{Deserialize, Serialize};
use std::fmt;

const ES: &str = "election-safety";
const LM: &str = "log-matching";
const LC: &str = "leader-completeness";
const SMS: &str = "state-machine-safety";
const MON: &str = "monotonic-commit";
const LIN: &str = "linearizable";
const LIV: &str = "liveness";

mutants! {
    #[derive(Serialize, Deserialize)]
    #[serde(try_from = "Vec<String>", into = "Vec<String>")]
    NoPersistVote, "no_persist_vote", "vote_to_write", ES, "the vote is never written, only the term";
    ClearVoteSameTerm, "clear_vote_same_term", "vote_after_step_down", ES, "stepping down forgets the vote, even within a term";
    NoSelfVote, "no_self_vote", "vote_of_a_candidate", ES, "a candidate counts its own vote but does not record it";
    CountDupVotes, "count_dup_votes", "tally", ES, "grants are counted, not voters";
    StaleVoteResp, "stale_vote_resp", "vote_is_of_this_election", ES, "a grant of an earlier term counts";
    EvenMajority, "even_majority", "majority", ES, "half of the others, rounded down, and one";
    NoUpToDateCheck, "no_up_to_date_check", "is_up_to_date", LC, "any log will do";
    IndexBeforeTerm, "index_before_term", "is_up_to_date", LC, "the longer log wins, whatever its last term";
    LeaderIgnoresHigherTerm, "leader_ignores_higher_term", "steps_down_for_response", LIV, "a response of a higher term changes nothing";
    PreVoteHidesTerm, "pre_vote_hides_term", "term_of_a_refused_pre_vote", LIV, "the refusal carries the asker's term";
    FixedTimeout, "fixed_timeout", "election_timeout", LIV, "the least timeout, always";
    Fig8, "fig8", "commits_by_counting", LC, "an entry of any term is committed by counting copies";
    AeAlwaysTruncates, "ae_always_truncates", "truncates_from", LC, "everything after the previous entry goes";
    NoPrevTermCheck, "no_prev_term_check", "logs_agree_at", LM, "it is enough that there is a previous entry";
    BriefCommitIndex, "brief_commit_index", "position_of_majority", LC, "one copy too few: the leader counts twice";
    CommitToLastIndex, "commit_to_last_index", "follower_commit", SMS, "up to the last entry, verified or not";
    HeartbeatCommitUnclipped, "heartbeat_commit_unclipped", "follower_commit", SMS, "the leader's commit index as it is";
    CommitRegress, "commit_regress", "follower_commit", MON, "also backwards";
    AckLastIndex, "ack_last_index", "acknowledged_index", LC, "up to the last entry, verified or not";
    StaleAckOtherLeadership, "stale_ack_other_leadership", "ack_is_of_this_leadership", LC, "an answer to an earlier leadership counts";
    AckBeforeFsync, "ack_before_fsync", "ack_waits_for_disk", LC, "the answer does not wait for the disk";
    NoSessionDedup, "no_session_dedup", "is_duplicate", LIN, "a repeated request is taken for a new one";
    LocalLeaderRead, "local_leader_read", "needs_log", LIN, "a leader answers reads from its own store";
}

/// No mutant has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMutant(pub String);

impl fmt::Display for UnknownMutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no mutant of Raft is called {:?}", self.0)
    }
}

impl std::error::Error for UnknownMutant {}

impl TryFrom<Vec<String>> for Rules {
    type Error = UnknownMutant;
    fn try_from(ids: Vec<String>) -> Result<Rules, UnknownMutant> {
        ids.into_iter().map(|id| Mutant::from_id(&id).ok_or(UnknownMutant(id))).collect()
    }
}

impl From<Rules> for Vec<String> {
    fn from(rules: Rules) -> Vec<String> {
        rules.mutants().map(|mutant| mutant.info().id.to_owned()).collect()
    }
}

/// Why a vote is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The vote of this term is somebody else's.
    VotedFor(NodeId),
    /// The candidate's log is behind the voter's.
    LogBehind,
}

/// The end of a log: what elections compare (paper 5.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// Term of the last entry.
    pub term: Term,
    /// Index of the last entry.
    pub index: Index,
}

/// Elections.
impl Rules {
    /// "Election timeouts are chosen randomly from a fixed interval" (paper 5.2): least and greatest wait in microseconds.
    pub fn election_timeout(self, least_us: u64, greatest_us: u64) -> (u64, u64) {
        if self.has(Mutant::FixedTimeout) {
            return (least_us, least_us);
        }
        (least_us, greatest_us)
    }

    /// A majority of `voters` servers: any two of them share a server (paper 5.2).
    pub fn majority(self, voters: usize) -> usize {
        if self.has(Mutant::EvenMajority) {
            return voters.saturating_sub(1) / 2 + 1;
        }
        voters / 2 + 1
    }

    /// "Updated on stable storage before responding to RPCs" (paper figure 2): the vote that goes to disk with the term.
    pub fn vote_to_write(self, voted_for: Option<NodeId>) -> Option<NodeId> {
        if self.has(Mutant::NoPersistVote) {
            return None;
        }
        voted_for
    }

    /// A server votes for at most one candidate in a term (paper 5.2): what remains of its vote of `old_term` when it becomes a
    /// follower in `new_term`. Only a new term clears it.
    pub fn vote_after_step_down(self, old_term: Term, new_term: Term, voted_for: Option<NodeId>) -> Option<NodeId> {
        if self.has(Mutant::ClearVoteSameTerm) {
            return None;
        }
        if new_term > old_term { None } else { voted_for }
    }

    /// A candidate "votes for itself" (paper 5.2), and that is its vote of the term.
    pub fn vote_of_a_candidate(self, id: NodeId) -> Option<NodeId> {
        if self.has(Mutant::NoSelfVote) {
            return None;
        }
        Some(id)
    }

    /// Counts a vote. A majority is of servers (paper 5.2): the same vote delivered twice is one.
    pub fn tally(self, votes: &mut Votes, voter: NodeId) {
        votes.granted.insert(voter);
        if self.has(Mutant::CountDupVotes) {
            votes.counted += 1;
            return;
        }
        votes.counted = votes.granted.len() as u32;
    }

    /// A vote counts in the election of its own term: "votes from a majority of the servers in the full cluster for the same
    /// term" (paper 5.2).
    pub fn vote_is_of_this_election(self, vote_term: Term, current_term: Term) -> bool {
        if self.has(Mutant::StaleVoteResp) {
            return true;
        }
        vote_term == current_term
    }

    /// The voter denies its vote "if its own log is more up-to-date than that of the candidate": the later last term wins, and
    /// with equal terms the longer log (paper 5.4.1).
    pub fn is_up_to_date(self, candidate: LogEnd, voter: LogEnd) -> bool {
        if self.has(Mutant::NoUpToDateCheck) {
            return true;
        }
        if self.has(Mutant::IndexBeforeTerm) {
            return (candidate.index, candidate.term) >= (voter.index, voter.term);
        }
        (candidate.term, candidate.index) >= (voter.term, voter.index)
    }

    /// RequestVote, receiver's rule 2 (paper figure 2): grant if the vote is free or already this candidate's, and the
    /// candidate's log is at least as up-to-date.
    pub fn grant_vote(
        self,
        voted_for: Option<NodeId>,
        candidate: NodeId,
        candidate_log: LogEnd,
        own_log: LogEnd,
    ) -> Result<(), Refusal> {
        match voted_for {
            Some(other) if other != candidate => Err(Refusal::VotedFor(other)),
            _ if !self.is_up_to_date(candidate_log, own_log) => Err(Refusal::LogBehind),
            _ => Ok(()),
        }
    }

    /// The leader a server hears from, if that bars an election: within an election timeout of hearing from a current leader
    /// it neither updates its term nor grants a vote (thesis 4.2.3, 9.6). The timeout is the server's own, so nothing here
    /// compares clocks. A leader that stands for election has lost its office, and bars nobody.
    pub fn leader_bars_election(
        self,
        pre_or_check_quorum: bool,
        hears_from: Option<NodeId>,
        candidate: NodeId,
    ) -> Option<NodeId> {
        hears_from.filter(|leader| pre_or_check_quorum && *leader != candidate)
    }

    /// The term in the refusal of a pre-vote: the voter's, from which an asker that fell behind learns where the cluster is.
    /// Otherwise a server with the better log and the lower term, and one with the worse log and the higher term, refuse each
    /// other for ever (thesis 9.6).
    pub fn term_of_a_refused_pre_vote(self, own_term: Term, asked_term: Term) -> Term {
        if self.has(Mutant::PreVoteHidesTerm) {
            return asked_term.saturating_sub(1);
        }
        own_term
    }

    /// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (paper figure 2,
    /// rules for all servers), for responses.
    pub fn steps_down_for_response(self, response_term: Term, current_term: Term, leads: bool) -> bool {
        if self.has(Mutant::LeaderIgnoresHigherTerm) {
            return response_term > current_term && !leads;
        }
        response_term > current_term
    }

    /// A leader "steps down if an election timeout elapses without a successful round of heartbeats to a majority of its
    /// cluster" (thesis 6.2).
    pub fn keeps_leading(self, heard: &NodeSet, voters: usize) -> bool {
        heard.len() >= self.majority(voters)
    }
}

/// Replication and commitment.
impl Rules {
    /// AppendEntries, receiver's rule 2 (paper figure 2): the log contains an entry at the previous index with the previous
    /// term. `found` is the term it has there.
    pub fn logs_agree_at(self, prev_term: Term, found: Option<Term>) -> bool {
        if self.has(Mutant::NoPrevTermCheck) {
            return found.is_some();
        }
        found == Some(prev_term)
    }

    /// AppendEntries, receiver's rule 3 (paper figure 2): "if an existing entry conflicts with a new one (same index but
    /// different terms), delete the existing entry and all that follow it". Where to cut, if at all; `conflict` is the first
    /// index at which the terms differ.
    ///
    /// Cutting without a conflict loses entries that were acknowledged, when a request comes late or twice.
    pub fn truncates_from(self, prev_index: Index, last_index: Index, conflict: Option<Index>) -> Option<Index> {
        if self.has(Mutant::AeAlwaysTruncates) {
            return if last_index > prev_index { Some(prev_index + 1) } else { conflict };
        }
        conflict
    }

    /// What a follower acknowledges: the entries that it verified against the leader's, those of the request. Beyond them its
    /// log may be another leader's (thesis, appendix B).
    pub fn acknowledged_index(self, last_verified: Index, last_index: Index) -> Index {
        if self.has(Mutant::AckLastIndex) {
            return last_index;
        }
        last_verified
    }

    /// Whether an acknowledgement waits until the entries are on disk: "updated on stable storage before responding" (paper
    /// figure 2).
    pub fn ack_waits_for_disk(self) -> bool {
        if self.has(Mutant::AckBeforeFsync) {
            return false;
        }
        true
    }

    /// An acknowledgement counts in the leadership that it answers: later the follower's log may have been cut (thesis,
    /// appendix B).
    pub fn ack_is_of_this_leadership(self, ack_term: Term, current_term: Term) -> bool {
        if self.has(Mutant::StaleAckOtherLeadership) {
            return true;
        }
        ack_term == current_term
    }

    /// AppendEntries, receiver's rule 5 (paper figure 2): "if leaderCommit > commitIndex, set commitIndex = min(leaderCommit,
    /// index of last new entry)". What is not verified is not committed.
    pub fn follower_commit(self, commit: Index, leader_commit: Index, last_verified: Index, last_index: Index) -> Index {
        if self.has(Mutant::CommitRegress) {
            return leader_commit.min(last_verified);
        }
        if self.has(Mutant::CommitToLastIndex) {
            return commit.max(leader_commit.min(last_index));
        }
        if self.has(Mutant::HeartbeatCommitUnclipped) {
            return commit.max(leader_commit);
        }
        commit.max(leader_commit.min(last_verified))
    }

    /// Which of the match indexes of all voters, the leader's own among them, sorted from the greatest down, is the one that
    /// a majority has reached (paper 5.3): the position counts from 0.
    pub fn position_of_majority(self, voters: usize) -> usize {
        if self.has(Mutant::BriefCommitIndex) {
            return (voters / 2).saturating_sub(1);
        }
        voters / 2
    }

    /// "Only log entries from the leader's current term are committed by counting replicas" (paper 5.4.2); all before them
    /// are committed with them.
    pub fn commits_by_counting(self, entry_term: Term, current_term: Term) -> bool {
        if self.has(Mutant::Fig8) {
            return true;
        }
        entry_term == current_term
    }
}

/// Clients.
impl Rules {
    /// "If it receives a command whose serial number has already been executed, it responds immediately without re-executing
    /// the request" (paper 8). `known` is the greatest number known of that client.
    pub fn is_duplicate(self, known: Option<u32>, seq: u32) -> bool {
        if self.has(Mutant::NoSessionDedup) {
            return false;
        }
        known.is_some_and(|known| seq <= known)
    }

    /// A read takes its place in the log like any other operation: a leader that answers from its own store may have been
    /// replaced without knowing it (paper 8).
    pub fn needs_log(self, op: &Op) -> bool {
        if self.has(Mutant::LocalLeaderRead) {
            return !op.is_read();
        }
        true
    }
}
