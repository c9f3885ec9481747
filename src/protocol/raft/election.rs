//! Leader election (paper 5.2, 5.4.1), PreVote (thesis 9.6) and CheckQuorum (thesis 6.2), and the ways into each role.

use super::entry::{Command, Entries, Entry, Term};
use super::message::Message;
use super::node::{Node, Timer};
use super::notes;
use super::role::{Leader, Role, Votes};
use super::rules::{LogEnd, Refusal};
use super::server::Server;
use crate::base::{NodeId, Note};
use crate::protocol::Effects;

/// Into a role.
impl Server {
    /// Follows, in `term`, which is not below the present one. The election timer runs on; a leader has none and gets one.
    pub(super) fn become_follower(&mut self, term: Term, leader: Option<NodeId>, out: &mut Effects<Node>) {
        let rules = self.config.rules;
        let led = self.is_leader();
        self.hard.voted_for = rules.vote_after_step_down(self.hard.term, term, self.hard.voted_for);
        self.hard.term = term;
        self.role = Role::Follower { leader };
        if led {
            out.cancel_timer(Timer::Heartbeat);
            out.cancel_timer(Timer::CheckQuorum);
            self.reset_election_timer(out);
        }
    }

    /// Asks whether it could win the next term. Nothing changes on disk.
    fn become_pre_candidate(&mut self, out: &mut Effects<Node>) {
        let mut votes = Votes::default();
        self.config.rules.tally(&mut votes, self.id);
        self.role = Role::PreCandidate { votes };
        self.reset_election_timer(out);
        self.ask_for_votes(true, self.hard.term + 1, out);
        self.settle_election(out);
    }

    /// Enters the next term and asks for votes. Its own vote counts when it is on disk, and nobody hears of the candidacy
    /// before.
    fn become_candidate(&mut self, out: &mut Effects<Node>) {
        self.hard.term += 1;
        self.hard.voted_for = self.config.rules.vote_of_a_candidate(self.id);
        self.role = Role::Candidate { votes: Votes::default() };
        self.reset_election_timer(out);
        self.ask_for_votes(false, self.hard.term, out);
    }

    /// Leads its term: takes an entry of its own into its log, with which it will commit what it inherited (paper 8).
    fn become_leader(&mut self, out: &mut Effects<Node>) {
        let mut leader = Leader::new(self.id, &self.voters, self.log.last_index());
        for entry in self.log.iter_from(self.commit_index + 1) {
            if let Some((client, seq, _)) = entry.command.asked() {
                leader.note_proposed(client, seq);
            }
        }
        self.role = Role::Leader(leader);
        out.cancel_timer(Timer::Election);
        out.set_timer(Timer::Heartbeat, self.config.heartbeat_us, self.config.heartbeat_us);
        self.set_quorum_timer(out);
        self.append_own(Entries::one(Entry { term: self.hard.term, command: Command::Noop }), out);
    }
}

/// Timers.
impl Server {
    /// Waits anew for a leader: after its AppendEntries, after a granted vote, and with an election (paper 5.2).
    pub(super) fn reset_election_timer(&mut self, out: &mut Effects<Node>) {
        self.waiting_since_us = self.now_us;
        let (least, greatest) = (self.config.election_timeout_us_min, self.config.election_timeout_us_max);
        let (least, greatest) = self.config.rules.election_timeout(least, greatest);
        out.set_timer(Timer::Election, least, greatest);
    }

    pub(super) fn election_timeout(&mut self, out: &mut Effects<Node>) {
        if self.is_leader() || !self.voters.contains(self.id) {
            return;
        }
        self.note_timeout(out);
        match self.config.pre_vote {
            true => self.become_pre_candidate(out),
            false => self.become_candidate(out),
        }
    }

    fn note_timeout(&self, out: &mut Effects<Node>) {
        let waited = self.now_us.saturating_sub(self.waiting_since_us);
        let (term, needed) = (self.hard.term + 1, self.majority() as u64);
        let (first, again) = match self.config.pre_vote {
            true => (&notes::TIMES_OUT_PRE, &notes::ASKS_AGAIN_PRE),
            false => (&notes::TIMES_OUT, &notes::ASKS_AGAIN),
        };
        out.note(match &self.role {
            Role::PreCandidate { votes } | Role::Candidate { votes } => {
                Note::new(again, [waited, term, votes.granted.for_note(&self.voters), votes.counted as u64, needed])
            }
            Role::Follower { .. } | Role::Leader(_) => Note::new(first, [waited, term]),
        });
    }

    fn set_quorum_timer(&self, out: &mut Effects<Node>) {
        if self.config.check_quorum {
            out.set_timer(Timer::CheckQuorum, self.config.election_timeout_us_max, self.config.election_timeout_us_max);
        }
    }

    pub(super) fn check_quorum(&mut self, out: &mut Effects<Node>) {
        let Role::Leader(leader) = &mut self.role else { return };
        let heard = &leader.heard;
        if self.config.rules.keeps_leading(heard, self.voters.len()) {
            leader.heard = [self.id].into_iter().collect();
            return self.set_quorum_timer(out);
        }
        let args = [self.hard.term, heard.for_note(&self.voters), heard.len() as u64, self.voters.len() as u64];
        out.note(Note::new(&notes::STEPS_DOWN_QUORUM, args));
        self.become_follower(self.hard.term, None, out);
    }
}

/// Votes.
impl Server {
    fn log_end(&self) -> LogEnd {
        LogEnd { term: self.log.last_term(), index: self.log.last_index() }
    }

    fn ask_for_votes(&mut self, pre: bool, term: Term, out: &mut Effects<Node>) {
        let LogEnd { term: last_term, index: last_index } = self.log_end();
        let after = self.after_writes(0, out);
        for peer in self.voters.without(self.id).iter() {
            out.send_after(peer, Message::RequestVote { pre, term, last_index, last_term }, after);
        }
    }

    pub(super) fn vote_request(&mut self, from: NodeId, pre: bool, term: Term, log: LogEnd, out: &mut Effects<Node>) {
        let granted = match pre {
            true => self.would_grant(from, term, log, out),
            false => self.grant(from, term, log, out),
        };
        let answer_term = match (pre, granted) {
            (true, true) => term,
            (true, false) => self.config.rules.term_of_a_refused_pre_vote(self.hard.term, term),
            (false, _) => self.hard.term,
        };
        let after = self.after_writes(0, out);
        out.send_after(from, Message::RequestVoteResponse { pre, term: answer_term, granted }, after);
    }

    /// Would it vote for `from` in `term`? Answers without changing anything: neither its vote nor its timer.
    fn would_grant(&self, from: NodeId, term: Term, log: LogEnd, out: &mut Effects<Node>) -> bool {
        if term <= self.hard.term {
            out.note(Note::new(&notes::PRE_VOTE_REFUSED_TERM, [from.0 as u64, term, self.hard.term]));
            return false;
        }
        if let Some(leader) = self.config.rules.leader_bars_election(true, self.leader(), from) {
            out.note(Note::new(&notes::PRE_VOTE_REFUSED_LEADER, [from.0 as u64, leader.0 as u64, term]));
            return false;
        }
        // The vote of a term that has not begun is still free.
        let own = self.log_end();
        if self.config.rules.grant_vote(None, from, log, own).is_err() {
            let args = [from.0 as u64, log.term, log.index, own.term, own.index];
            out.note(Note::new(&notes::PRE_VOTE_REFUSED_LOG, args));
            return false;
        }
        out.note(Note::new(&notes::GRANTS_PRE_VOTE, [from.0 as u64, term]));
        true
    }

    fn grant(&mut self, from: NodeId, term: Term, log: LogEnd, out: &mut Effects<Node>) -> bool {
        let rules = self.config.rules;
        if term < self.hard.term {
            out.note(Note::new(&notes::VOTE_REFUSED_TERM, [from.0 as u64, term, self.hard.term]));
            return false;
        }
        if term > self.hard.term {
            if let Some(leader) = rules.leader_bars_election(self.config.check_quorum, self.leader(), from) {
                out.note(Note::new(&notes::VOTE_REFUSED_LEADER, [from.0 as u64, leader.0 as u64, term]));
                return false;
            }
            self.adopt_term(from, term, out);
        }
        let own = self.log_end();
        match rules.grant_vote(self.hard.voted_for, from, log, own) {
            Ok(()) => {
                out.note(Note::new(&notes::GRANTS_VOTE, [from.0 as u64, term]));
                self.hard.voted_for = Some(from);
                if !self.is_leader() {
                    self.reset_election_timer(out);
                }
                true
            }
            Err(Refusal::VotedFor(other)) => {
                out.note(Note::new(&notes::VOTE_REFUSED_VOTED, [from.0 as u64, other.0 as u64, term]));
                false
            }
            Err(Refusal::LogBehind) => {
                let args = [from.0 as u64, log.term, log.index, own.term, own.index];
                out.note(Note::new(&notes::VOTE_REFUSED_LOG, args));
                false
            }
        }
    }

    pub(super) fn vote_response(&mut self, from: NodeId, pre: bool, term: Term, granted: bool, out: &mut Effects<Node>) {
        // A granted pre-vote carries the term that was asked for, which is nobody's yet.
        if !(pre && granted) && self.yields_to_term(from, term, out) {
            return;
        }
        if pre {
            return match &mut self.role {
                Role::PreCandidate { votes } if granted && term == self.hard.term + 1 => {
                    self.config.rules.tally(votes, from);
                    self.note_vote(from, out);
                    self.settle_election(out);
                }
                _ => out.note(Note::new(&notes::IGNORES_LATE_VOTE, [from.0 as u64, term])),
            };
        }
        if !self.config.rules.vote_is_of_this_election(term, self.hard.term) {
            return out.note(Note::new(&notes::IGNORES_STALE_VOTE, [from.0 as u64, term, self.hard.term]));
        }
        match &mut self.role {
            Role::Candidate { votes } if granted => {
                self.config.rules.tally(votes, from);
                self.note_vote(from, out);
                self.settle_election(out);
            }
            Role::Candidate { .. } => {}
            _ => out.note(Note::new(&notes::IGNORES_LATE_VOTE, [from.0 as u64, term])),
        }
    }

    /// The candidate's vote for itself is on disk.
    pub(super) fn count_own_vote(&mut self, out: &mut Effects<Node>) {
        if let Role::Candidate { votes } = &mut self.role {
            self.config.rules.tally(votes, self.id);
            self.settle_election(out);
        }
    }

    fn note_vote(&self, from: NodeId, out: &mut Effects<Node>) {
        let votes = self.votes();
        let args = [from.0 as u64, votes.for_note(&self.voters), votes.len() as u64, self.majority() as u64];
        out.note(Note::new(&notes::COUNTS_VOTE, args));
    }

    /// Goes on to the next role if the votes are a majority.
    fn settle_election(&mut self, out: &mut Effects<Node>) {
        let needed = self.majority() as u32;
        let voters = self.voters.len() as u64;
        match &self.role {
            Role::PreCandidate { votes } if votes.counted >= needed => {
                let args = [self.hard.term + 1, votes.granted.for_note(&self.voters), votes.counted as u64, voters];
                out.note(Note::new(&notes::WINS_PRE_VOTE, args));
                self.become_candidate(out);
            }
            Role::Candidate { votes } if votes.counted >= needed => {
                let args = [self.hard.term, votes.granted.for_note(&self.voters), votes.counted as u64, voters];
                out.note(Note::new(&notes::BECOMES_LEADER, args));
                self.become_leader(out);
            }
            Role::PreCandidate { .. } | Role::Candidate { .. } | Role::Follower { .. } | Role::Leader(_) => {}
        }
    }
}

/// Terms.
impl Server {
    /// A response of a later term: true if there is nothing more to do with it.
    pub(super) fn yields_to_term(&mut self, from: NodeId, term: Term, out: &mut Effects<Node>) -> bool {
        if term <= self.hard.term {
            return false;
        }
        match self.config.rules.steps_down_for_response(term, self.hard.term, self.is_leader()) {
            true => self.adopt_term(from, term, out),
            false => out.note(Note::new(&notes::IGNORES_HIGHER_TERM, [from.0 as u64, term, self.hard.term])),
        }
        true
    }

    /// Becomes a follower in a later term, of which it heard from `from` (paper 5.1).
    pub(super) fn adopt_term(&mut self, from: NodeId, term: Term, out: &mut Effects<Node>) {
        let kind = match self.role {
            Role::Leader(_) | Role::Candidate { .. } => &notes::STEPS_DOWN_TERM,
            Role::Follower { .. } | Role::PreCandidate { .. } => &notes::ADOPTS_TERM,
        };
        out.note(Note::new(kind, [from.0 as u64, self.hard.term, term]));
        self.become_follower(term, None, out);
    }
}
