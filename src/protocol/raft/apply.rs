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
use crate::protocol::Effects;
use crate::protocol::machine::Op;

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
            if let Some((client, seq, op)) = command.asked() {
                self.apply(index, client, seq, &op, out);
            }
        }
    }

    fn apply(&mut self, index: Index, client: NodeId, seq: u32, op: &Op, out: &mut Effects<Node>) {
        let known = self.sessions.get(client);
        if op.needs_session() && self.config.rules.is_duplicate(known.map(|session| session.seq), seq) {
            out.note(Note::new(&notes::SKIPS_DUPLICATE, [index, client.0 as u64, seq as u64]));
            if self.is_leader() {
                self.answer_again(client, seq, out);
            }
            return;
        }
        out.note(match op.key() {
            Some(key) => Note::new(&notes::APPLIES, [index, client.0 as u64, seq as u64, key.0 as u64]),
            None => Note::new(&notes::APPLIES_OTHER, [index, client.0 as u64, seq as u64]),
        });
        let Some(answer) = self.machine.apply(index, op) else { return };
        // What a server proposed itself nobody waits for.
        if self.is_leader() && !self.voters.contains(client) {
            out.note(Note::new(&notes::ANSWERS, [client.0 as u64, seq as u64, index]));
            out.send(client, Message::ClientAnswer { seq, answer: answer.clone() });
        }
        if op.needs_session() {
            self.sessions.record(client, Session { seq, answer });
        }
    }

    /// Applies an operation that stands in no log: nobody else knows of it. Only what is wrong does so.
    pub(in crate::protocol) fn apply_alone(&mut self, op: &Op) {
        self.machine.apply(self.last_applied, op);
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
    pub(super) fn client_request(&mut self, client: NodeId, seq: u32, op: Op, out: &mut Effects<Node>) {
        let rules = self.config.rules;
        let (who, number) = (client.0 as u64, seq as u64);
        let leader = self.leader();
        let Role::Leader(leading) = &mut self.role else {
            out.note(match leader {
                Some(leader) => Note::new(&notes::REDIRECTS, [who, leader.0 as u64]),
                None => Note::new(&notes::KNOWS_NO_LEADER, [who]),
            });
            return out.send(client, Message::ClientRedirect { seq, leader });
        };
        if op.needs_session() && rules.is_duplicate(self.sessions.get(client).map(|session| session.seq), seq) {
            return self.answer_again(client, seq, out);
        }
        if op.needs_session() && rules.is_duplicate(leading.proposed(client), seq) {
            return out.note(Note::new(&notes::ALREADY_IN_LOG, [who, number]));
        }
        if !rules.needs_log(&op) {
            out.note(Note::new(&notes::READS_LOCALLY, [who, number, op.key().map_or(0, |key| key.0 as u64)]));
            let Some(answer) = self.machine.clone().apply(self.last_applied, &op) else { return };
            return out.send(client, Message::ClientAnswer { seq, answer });
        }
        leading.note_proposed(client, seq);
        let index = self.log.last_index() + 1;
        out.note(match op.key() {
            Some(key) => Note::new(&notes::PROPOSES, [index, who, number, key.0 as u64]),
            None => Note::new(&notes::PROPOSES_OTHER, [index, who, number]),
        });
        self.append_command(Command::of(client, seq, op), out);
    }

    /// Takes an operation of its own into the log, if it leads: one that its state machine asks for. It is answered to nobody, and
    /// there is no session to find it a second time.
    pub(in crate::protocol) fn propose(&mut self, op: Op, out: &mut Effects<Node>) {
        if self.is_leader() {
            self.append_command(Command::of(self.id, 0, op), out);
        }
    }

    fn append_command(&mut self, command: Command, out: &mut Effects<Node>) {
        self.append_own(Entries::one(Entry { term: self.hard.term, command }), out);
    }
}
