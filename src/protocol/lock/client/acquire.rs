//! How a client comes to hold a lock: it asks all nodes at once, counts the votes, and tries again.

use super::super::message::{Message, Request, Token};
use super::super::notes;
use super::super::role::Role;
use super::super::session::{Alarm, Deed, Job, Phase, Round, Session};
use super::{Client, SESSIONS_MAX};
use crate::base::{LocalTime, NodeId, Note, OpId};
use crate::protocol::{Effects, Outcome};

impl Client {
    pub(super) fn acquire(
        &mut self,
        op: OpId,
        request: Request,
        work: Option<(u64, u64)>,
        now: LocalTime,
        out: &mut Effects<Role>,
    ) {
        if self.sessions.len() >= SESSIONS_MAX {
            return out.reply(op, Outcome::Fail);
        }
        let token = Token { client: self.id, op: op.n, attempt: 0 };
        let new = Session::new(request, token, Phase::Backoff, Job { op, work });
        self.sessions.push(Session { attempts: self.config.attempts, ..new });
        self.attempt(self.sessions.len() - 1, now, out);
    }

    fn attempt(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        let attempt = self.config.attempts.saturating_sub(session.attempts) + 1;
        let unique = Token { client: self.id, op: session.token.op, attempt };
        session.token = self.config.rules.token(unique, now.wall_us);
        session.fence = 0;
        session.retry_at_us = None;
        session.phase = Phase::Asking(Round::new(now.monotonic_us, now.monotonic_us));
        self.begun = self.begun.wrapping_add(1);
        out.note(Note::new(&notes::ASKS, [u64::from(session.key), u64::from(session.attempts)]));
        self.ask_nodes(at, self.config.rules.asked_at_once(self.config.nodes()), now, out);
        let session = &self.sessions[at];
        if let Phase::Asking(round) = &session.phase {
            self.deeds.push(Deed::Began(session.token, round.asked));
        }
    }

    /// Asks so many more nodes for the key.
    fn ask_nodes(&mut self, at: usize, count: u16, now: LocalTime, out: &mut Effects<Role>) {
        let (config, session, nth) = (&self.config, &mut self.sessions[at], self.begun);
        let Phase::Asking(round) = &mut session.phase else { return };
        let until = round.asked.saturating_add(count).min(config.nodes());
        let until_wall_us = now.wall_us.saturating_add_unsigned(config.ttl_us);
        for node in round.asked..until {
            let message = Message::Set { key: session.key, token: session.token, ttl_us: config.ttl_us, until_wall_us, nth };
            out.send(NodeId(node), message);
        }
        round.asked = until;
        round.until_us = config.rules.wait_us(config.node_timeout_us).map(|wait_us| now.monotonic_us.saturating_add(wait_us));
    }

    /// A node has answered, or has not in time.
    pub(super) fn count(&mut self, at: usize, from: NodeId, ok: bool, now: LocalTime, out: &mut Effects<Role>) {
        let nodes = u32::from(self.config.nodes());
        let quorum = self.config.rules.quorum(self.config.nodes());
        let phase = &mut self.sessions[at].phase;
        let (Phase::Asking(round) | Phase::Raising(round) | Phase::Releasing(round)) = phase else { return };
        if !round.hear(from, ok) {
            return;
        }
        let (yes, no, asked) = (round.yes.len() as u32, round.no.len() as u32, u32::from(round.asked));
        if yes >= quorum {
            self.has_majority(at, now, out);
        } else if no + quorum > nodes {
            self.has_no_majority(at, now, out);
        } else if yes + no == asked {
            self.ask_nodes(at, 1, now, out);
        }
    }

    fn has_majority(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let (since_us, votes) = match &self.sessions[at].phase {
            Phase::Asking(round) | Phase::Raising(round) => (round.since_us, round.yes.len()),
            Phase::Releasing(_) => return self.released(at, out),
            _ => return,
        };
        let elapsed_us = now.monotonic_us.saturating_sub(since_us);
        let validity_us = self.config.rules.validity_us(self.config.ttl_us, elapsed_us, self.config.drift());
        if validity_us == 0 {
            out.note(Note::new(&notes::TOO_LATE, [u64::from(self.sessions[at].key), elapsed_us, self.config.ttl_us]));
            return self.has_no_majority(at, now, out);
        }
        if self.config.fencing && matches!(self.sessions[at].phase, Phase::Asking(_)) {
            return self.raise(at, since_us, now, out);
        }
        self.grant(at, (since_us, votes), validity_us, now, out);
    }

    /// One above the greatest fence that a majority knows, at a majority.
    fn raise(&mut self, at: usize, since_us: u64, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        session.fence = session.fence.saturating_add(1);
        let mut round = Round::new(since_us, now.monotonic_us);
        round.asked = self.config.nodes();
        let wait_us = self.config.rules.wait_us(self.config.node_timeout_us);
        round.until_us = wait_us.map(|wait_us| now.monotonic_us.saturating_add(wait_us));
        let message = Message::Raise { key: session.key, token: session.token, fence: session.fence };
        out.note(Note::new(&notes::HAS_MAJORITY, [u64::from(session.key), session.fence]));
        self.deeds.push(Deed::Began(session.token, round.asked));
        session.phase = Phase::Raising(round);
        self.nodes().for_each(|node| out.send(node, message.clone()));
    }

    fn grant(&mut self, at: usize, since: (u64, usize), validity_us: u64, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        session.phase = Phase::Held;
        if !self.config.fencing {
            session.fence = 0;
        }
        session.valid_until_us = now.monotonic_us.saturating_add(validity_us);
        let (key, token, fence, valid_until_us) = (session.key, session.token, session.fence, session.valid_until_us);
        self.alarms.push(Alarm { at_us: valid_until_us, key, token });
        self.deeds.push(Deed::Granted { key, token, fence, since_us: since.0, valid_until_us, votes: Some(since.1) });
        out.note(Note::new(&notes::HOLDS, [u64::from(key), validity_us, fence]));
        session.begin(validity_us, now, out);
    }

    /// An attempt has failed: everything that it stored goes, also where it believes to have stored nothing.
    fn has_no_majority(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let (key, token) = (self.sessions[at].key, self.sessions[at].token);
        let (yes, refused) = match &self.sessions[at].phase {
            Phase::Asking(round) => (round.yes.len(), round.silent == 0),
            Phase::Raising(round) => (round.yes.len(), false),
            _ => return,
        };
        self.deeds.push(Deed::Failed(key, token, yes, refused));
        out.note(Note::new(&notes::FAILS, [u64::from(key), yes as u64, u64::from(self.config.nodes())]));
        let held = self.sessions.iter().find(|session| session.key == key && session.phase == Phase::Held);
        if let Some(token) = self.config.rules.token_to_release(token, held.map(|session| session.token)) {
            self.delete_everywhere(key, token, out);
        }
        let session = &mut self.sessions[at];
        session.attempts = session.attempts.saturating_sub(1);
        session.phase = Phase::Backoff;
        if session.attempts == 0 {
            out.note(Note::new(&notes::GIVES_UP, [u64::from(key)]));
            return self.end(at, out);
        }
        session.retry_at_us = Some(now.monotonic_us.saturating_add(self.config.retry_delay_us(token)));
    }

    pub(super) fn retry(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[3] = None;
        for at in 0..self.sessions.len() {
            if self.sessions[at].retry_at_us.is_some_and(|at_us| at_us <= now.monotonic_us) {
                self.attempt(at, now, out);
            }
        }
    }
}
