//! Log replication (paper 5.3): the leader's side and the follower's.

use super::entry::{Entries, Index, Term};
use super::message::Message;
use super::node::{Node, Timer};
use super::notes;
use super::progress::{ProgressState, Rejected};
use super::role::Role;
use super::server::Server;
use crate::base::{NodeId, Note};
use crate::protocol::Effects;

/// The fields of an AppendEntries (paper figure 2).
pub(super) struct Append {
    pub(super) term: Term,
    pub(super) prev_index: Index,
    pub(super) prev_term: Term,
    pub(super) commit: Index,
    pub(super) entries: Entries,
}

/// Why and where one was refused.
pub(super) struct Rejection {
    pub(super) prev_index: Index,
    pub(super) hint_index: Index,
    pub(super) hint_term: Term,
}

/// The leader's side: out.
impl Server {
    /// Takes entries into its own log and sends them to everybody, while they are on their way to its disk (thesis 10.2.1).
    pub(super) fn append_own(&mut self, entries: Entries, out: &mut Effects<Node>) {
        let from = self.log.last_index() + 1;
        self.write_log(from, entries.clone(), out);
        let mut shared = Some((from, entries));
        for peer in self.voters.without(self.id).iter() {
            self.replicate_to(peer, &mut shared, out);
        }
    }

    /// Sends what may be sent to a follower now. `shared` holds the latest run of entries that was cut out of the log, and
    /// where it starts: followers that need the same get the same.
    fn replicate_to(&mut self, to: NodeId, shared: &mut Option<(Index, Entries)>, out: &mut Effects<Node>) {
        let Role::Leader(leader) = &mut self.role else { return };
        let progress = &mut leader.progress[to.index()];
        let (max_entries, max_inflight) = (self.config.max_entries_per_append as u64, self.config.max_inflight as u64);
        while let Some(room) = progress.room(self.log.last_index(), max_entries, max_inflight) {
            let next = progress.next_index;
            let entries = match shared {
                Some((from, entries)) if *from == next && entries.len() as u64 == room => entries.clone(),
                _ => self.log.entries(next, room as usize),
            };
            *shared = Some((next, entries.clone()));
            progress.sent(room);
            let prev_term = self.log.term(next - 1).unwrap_or(0);
            let (term, commit) = (self.hard.term, self.commit_index);
            out.send(to, Message::AppendEntries { term, prev_index: next - 1, prev_term, commit, entries });
        }
    }

    pub(super) fn heartbeat_timeout(&mut self, out: &mut Effects<Node>) {
        let Role::Leader(leader) = &mut self.role else { return };
        out.set_timer(Timer::Heartbeat, self.config.heartbeat_us, self.config.heartbeat_us);
        for peer in self.voters.without(self.id).iter() {
            let progress = &mut leader.progress[peer.index()];
            let replicated = matches!(progress.state, ProgressState::Replicate { .. });
            let prev_index = progress.heartbeat();
            if replicated && matches!(progress.state, ProgressState::Probe { .. }) {
                out.note(Note::new(&notes::PROBES_AGAIN, [peer.0 as u64, progress.next_index]));
            }
            let prev_term = self.log.term(prev_index).unwrap_or(0);
            let (term, commit) = (self.hard.term, self.commit_index);
            out.send(peer, Message::AppendEntries { term, prev_index, prev_term, commit, entries: Entries::EMPTY });
        }
    }
}

/// The leader's side: what comes back.
impl Server {
    pub(super) fn append_accepted(&mut self, from: NodeId, term: Term, match_index: Index, out: &mut Effects<Node>) {
        if !self.is_answer_to_this_leader(from, term, out) {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { return };
        if leader.progress[from.index()].acknowledge(match_index.min(self.log.last_index())) {
            self.advance_commit(out);
        }
        self.replicate_to(from, &mut None, out);
    }

    pub(super) fn append_rejected(&mut self, from: NodeId, term: Term, rejection: Rejection, out: &mut Effects<Node>) {
        if !self.is_answer_to_this_leader(from, term, out) {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { return };
        let progress = &mut leader.progress[from.index()];
        let known = progress.match_index;
        let agreed = self.log.last_index_of_term_at_most(rejection.hint_index, rejection.hint_term);
        let follower = from.0 as u64;
        out.note(match progress.reject(rejection.prev_index, agreed) {
            Rejected::Stale => Note::new(&notes::IGNORES_STALE_REJECTION, [follower, rejection.prev_index]),
            Rejected::Backtracked => Note::new(&notes::BACKTRACKS, [follower, rejection.prev_index, progress.next_index]),
            Rejected::Lost => Note::new(&notes::LOST_ACKNOWLEDGED, [follower, known]),
        });
        self.replicate_to(from, &mut None, out);
    }

    /// Whether a response counts. One of a later term deposes the leader; one of an earlier term is stale.
    fn is_answer_to_this_leader(&mut self, from: NodeId, term: Term, out: &mut Effects<Node>) -> bool {
        if self.yields_to_term(from, term, out) {
            return false;
        }
        let current = self.config.rules.ack_is_of_this_leadership(term, self.hard.term);
        match &mut self.role {
            Role::Leader(leader) if current => {
                leader.heard.insert(from);
                true
            }
            _ => {
                out.note(Note::new(&notes::IGNORES_STALE_ACK, [from.0 as u64, term, self.hard.term]));
                false
            }
        }
    }
}

/// The follower's side.
impl Server {
    pub(super) fn append_request(&mut self, from: NodeId, append: Append, out: &mut Effects<Node>) {
        let leader = from.0 as u64;
        if append.term < self.hard.term {
            out.note(Note::new(&notes::REFUSES_OLD_LEADER, [leader, append.term, self.hard.term]));
            return self.refuse_append(from, &append, out);
        }
        if append.term > self.hard.term {
            self.adopt_term(from, append.term, out);
        }
        if !self.hear_from_leader(from, out) {
            return;
        }
        let found = self.log.term(append.prev_index);
        if !self.config.rules.logs_agree_at(append.prev_term, found) {
            out.note(match found {
                None => Note::new(&notes::REFUSES_GAP, [leader, append.prev_index, self.log.last_index()]),
                Some(own) => Note::new(&notes::REFUSES_CONFLICT, [leader, append.prev_index, append.prev_term, own]),
            });
            return self.refuse_append(from, &append, out);
        }
        let verified = append.prev_index + append.entries.len() as u64;
        if !self.take_entries(from, &append, out) || !self.learn_commit(append.commit, verified, out) {
            return;
        }
        let rules = self.config.rules;
        let match_index = rules.acknowledged_index(verified, self.log.last_index());
        let after = self.after_writes(match_index, out).filter(|_| rules.ack_waits_for_disk());
        out.send_after(from, Message::AppendEntriesAccepted { term: self.hard.term, match_index }, after);
    }

    /// Follows the leader of its term, and waits anew for its next message. False if it cannot follow: it leads that term
    /// itself, which the proof of Election Safety (paper 5.4.3) excludes and a mutant does not.
    fn hear_from_leader(&mut self, from: NodeId, out: &mut Effects<Node>) -> bool {
        let (leader, term) = (from.0 as u64, self.hard.term);
        match &self.role {
            Role::Follower { leader: Some(known) } if *known == from => {
                self.reset_election_timer(out);
                return true;
            }
            Role::Leader(_) => {
                out.note(Note::new(&notes::SECOND_LEADER, [leader, self.id.0 as u64, term]));
                return false;
            }
            Role::Follower { leader: Some(known) } => {
                out.note(Note::new(&notes::SECOND_LEADER, [leader, known.0 as u64, term]));
            }
            Role::Follower { leader: None } => out.note(Note::new(&notes::FOLLOWS, [leader, term])),
            Role::PreCandidate { .. } | Role::Candidate { .. } => out.note(Note::new(&notes::YIELDS, [leader, term])),
        }
        self.become_follower(term, Some(from), out);
        self.reset_election_timer(out);
        true
    }

    /// Takes over what is new among the entries. False if that would remove what is committed.
    fn take_entries(&mut self, from: NodeId, append: &Append, out: &mut Effects<Node>) -> bool {
        let (prev_index, last_index) = (append.prev_index, self.log.last_index());
        let differs = |(index, term): &(Index, Term)| self.log.term(*index).is_some_and(|own| own != *term);
        let conflict =
            (prev_index + 1..).zip(append.entries.iter().map(|entry| entry.term)).find(differs).map(|(index, _)| index);
        let cut = self.config.rules.truncates_from(prev_index, last_index, conflict);
        let known_committed = self.commit_index.max(self.last_applied);
        if let Some(first) = cut {
            let leader = from.0 as u64;
            if first <= known_committed {
                out.violation(Note::new(&notes::TRUNCATES_COMMITTED, [leader, first, known_committed]));
                return false;
            }
            out.note(Note::new(&notes::TRUNCATES, [leader, first, last_index]));
        }
        let first = cut.unwrap_or(last_index + 1);
        let last = prev_index + append.entries.len() as u64;
        if cut.is_some() || first <= last {
            let entries = match (first - prev_index - 1) as usize {
                0 => append.entries.clone(),
                held => append.entries.iter().skip(held).copied().collect(),
            };
            if first <= last {
                out.note(Note::new(&notes::ACCEPTS, [from.0 as u64, first, last]));
            }
            self.write_log(first, entries, out);
        }
        true
    }

    /// Refuses entries, and hints where the logs may agree: with one hint from each side, a round trip passes over all
    /// entries of a term at once (paper 5.3).
    fn refuse_append(&mut self, from: NodeId, append: &Append, out: &mut Effects<Node>) {
        let hint_index = self.log.last_index_of_term_at_most(append.prev_index, append.prev_term);
        let hint_term = self.log.term(hint_index).unwrap_or(0);
        let after = self.after_writes(0, out);
        let (term, prev_index) = (self.hard.term, append.prev_index);
        out.send_after(from, Message::AppendEntriesRejected { term, prev_index, hint_index, hint_term }, after);
    }
}
