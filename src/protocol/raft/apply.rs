//! Commitment (paper 5.3, 5.4.2), the state machine, and the requests of clients (paper 8, thesis 6).

use super::entry::{Command, Entries, Entry, Index};
use super::message::Message;
use super::node::Node;
use super::node_set::NodeSet;
use super::notes;
use super::role::Role;
use super::server::Server;
use super::sessions::Session;
use crate::base::{NodeId, Note, sorted};
use crate::protocol::{Effects, kv};

/// As many voters' match indexes have room beside the function that sorts them.
const FEW: usize = 64;

/// Commitment.
impl Server {
    /// A leader commits what a majority has on disk, itself counted with what is on its own.
    pub(super) fn advance_commit(&mut self, out: &mut Effects<Node>) {
        let Role::Leader(leader) = &self.role else { return };
        if self.log.last_index() <= self.commit_index {
            return;
        }
        let rules = self.config.rules;
        let has = |voter: NodeId| match voter == self.id {
            true => self.disk.persisted_index(),
            false => leader.progress[voter.index()].match_index,
        };
        // Clusters that are not large do without an allocation.
        let (mut few, mut many) = ([0; FEW], Vec::new());
        let count = self.voters.len();
        let matches = if count <= FEW {
            &mut few[..count]
        } else {
            many.resize(count, 0);
            &mut many[..]
        };
        self.voters.iter().zip(&mut *matches).for_each(|(voter, slot)| *slot = has(voter));
        sorted::sort(matches);
        let Some(&index) = matches.iter().rev().nth(rules.position_of_majority(count)) else { return };
        let counts = self.log.term(index).is_some_and(|term| rules.commits_by_counting(term, self.hard.term));
        if index <= self.commit_index || !counts {
            return;
        }
        let copies: NodeSet = self.voters.iter().filter(|voter| has(*voter) >= index).collect();
        out.note(Note::new(&notes::COMMITS, [index, copies.for_note(&self.voters), copies.len() as u64, count as u64]));
        self.commit_index = index;
        self.apply_committed(out);
    }

    /// A follower learns from its leader what is committed. False if it cannot be: it has no such entries.
    pub(super) fn learn_commit(&mut self, leader_commit: Index, last_verified: Index, out: &mut Effects<Node>) -> bool {
        let last_index = self.log.last_index();
        let index = self.config.rules.follower_commit(self.commit_index, leader_commit, last_verified, last_index);
        if index > last_index {
            out.violation(Note::new(&notes::COMMIT_BEYOND_LOG, [index, last_index]));
            return false;
        }
        if index != self.commit_index {
            out.note(Note::new(&notes::LEARNS_COMMIT, [index]));
            self.commit_index = index;
            self.apply_committed(out);
        }
        true
    }
}

/// The state machine.
impl Server {
    /// Applies what is committed, in log order (paper figure 2, rules for all servers).
    fn apply_committed(&mut self, out: &mut Effects<Node>) {
        while self.last_applied < self.commit_index {
            let index = self.last_applied + 1;
            let Some(&Entry { command, .. }) = self.log.get(index) else { return };
            self.last_applied = index;
            if let Command::Client { client, seq, op } = command {
                self.apply(index, client, seq, &op, out);
            }
        }
    }

    fn apply(&mut self, index: Index, client: NodeId, seq: u32, op: &kv::Op, out: &mut Effects<Node>) {
        let known = self.sessions.get(client);
        if self.config.rules.is_duplicate(known.map(|session| session.seq), seq) {
            out.note(Note::new(&notes::SKIPS_DUPLICATE, [index, client.0 as u64, seq as u64]));
            if self.is_leader() {
                self.answer_again(client, seq, out);
            }
            return;
        }
        out.note(Note::new(&notes::APPLIES, [index, client.0 as u64, seq as u64, op.key().0 as u64]));
        let answer = self.store.apply(op);
        if self.is_leader() {
            out.note(Note::new(&notes::ANSWERS, [client.0 as u64, seq as u64, index]));
            out.send(client, Message::ClientAnswer { seq, answer: answer.clone() });
        }
        self.sessions.record(client, Session { seq, answer });
    }

    /// Answers a request that was applied before: from the session, if it is the client's latest one.
    fn answer_again(&self, client: NodeId, seq: u32, out: &mut Effects<Node>) {
        match self.sessions.get(client) {
            Some(session) if session.seq == seq => {
                out.note(Note::new(&notes::ANSWERS_AGAIN, [client.0 as u64, seq as u64]));
                out.send(client, Message::ClientAnswer { seq, answer: session.answer.clone() });
            }
            _ => out.note(Note::new(&notes::IGNORES_OLD_REQUEST, [client.0 as u64, seq as u64])),
        }
    }
}

/// Requests.
impl Server {
    pub(super) fn client_request(&mut self, client: NodeId, seq: u32, op: kv::Op, out: &mut Effects<Node>) {
        let rules = self.config.rules;
        let (who, number, key) = (client.0 as u64, seq as u64, op.key().0 as u64);
        let leader = self.leader();
        let Role::Leader(leading) = &mut self.role else {
            out.note(match leader {
                Some(leader) => Note::new(&notes::REDIRECTS, [who, leader.0 as u64]),
                None => Note::new(&notes::KNOWS_NO_LEADER, [who]),
            });
            return out.send(client, Message::ClientRedirect { seq, leader });
        };
        if rules.is_duplicate(self.sessions.get(client).map(|session| session.seq), seq) {
            return self.answer_again(client, seq, out);
        }
        if rules.is_duplicate(leading.proposed(client), seq) {
            return out.note(Note::new(&notes::ALREADY_IN_LOG, [who, number]));
        }
        if !rules.needs_log(&op) {
            out.note(Note::new(&notes::READS_LOCALLY, [who, number, key]));
            let answer = self.store.clone().apply(&op);
            return out.send(client, Message::ClientAnswer { seq, answer });
        }
        leading.note_proposed(client, seq);
        out.note(Note::new(&notes::PROPOSES, [self.log.last_index() + 1, who, number, key]));
        let command = Command::Client { client, seq, op };
        self.append_own(Entries::one(Entry { term: self.hard.term, command }), out);
    }
}
