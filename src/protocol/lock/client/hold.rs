//! What a client does with a lock that it holds: extend it, work and write under it, release it.

use super::super::message::{Answer, Message, Request};
use super::super::notes;
use super::super::role::Role;
use super::super::session::{Alarm, Deed, Job, Phase, Round, Session, held_by, refuse};
use super::super::writes::{Open, Write};
use super::Client;
use crate::base::{LocalTime, NodeId, Note, OpId};
use crate::protocol::{Effects, Outcome};

impl Client {
    pub(super) fn extend(&mut self, op: OpId, request: Request, now: LocalTime, out: &mut Effects<Role>) {
        let Some(at) = held_by(&self.sessions, request) else { return refuse(op, request.key, out) };
        let (config, session) = (&self.config, &mut self.sessions[at]);
        let valid_for_us = session.valid_for_us(now.monotonic_us);
        if session.extending.is_some() || !config.rules.may_extend(valid_for_us, session.extensions, config.extensions) {
            out.note(Note::new(&notes::MAY_NOT_EXTEND, [u64::from(session.key), u64::from(session.extensions)]));
            return out.reply(op, Outcome::Fail);
        }
        let mut round = Round::new(now.monotonic_us, now.monotonic_us);
        round.asked = config.nodes();
        let wait_us = config.rules.wait_us(config.node_timeout_us);
        round.until_us = wait_us.map(|wait_us| now.monotonic_us.saturating_add(wait_us));
        session.extending = Some((round, op));
        session.rounds += 1;
        let message = Message::Extend {
            key: session.key,
            token: session.token,
            ttl_us: config.ttl_us,
            until_wall_us: now.wall_us.saturating_add_unsigned(config.ttl_us),
            nth: session.rounds,
        };
        self.deeds.push(Deed::Extends(session.token));
        out.note(Note::new(&notes::ASKS_TO_EXTEND, [u64::from(session.key)]));
        self.nodes().for_each(|node| out.send(node, message.clone()));
    }

    pub(super) fn count_extension(&mut self, at: usize, from: NodeId, ok: bool, now: LocalTime, out: &mut Effects<Role>) {
        let (nodes, quorum) = (u32::from(self.config.nodes()), self.config.rules.quorum(self.config.nodes()));
        let session = &mut self.sessions[at];
        let valid_for_us = session.valid_for_us(now.monotonic_us);
        let Some((round, _)) = &mut session.extending else { return };
        if !round.hear(from, ok) {
            return;
        }
        let (yes, no) = (round.yes.len() as u32, round.no.len() as u32);
        if self.config.rules.extension_counts(yes, quorum, valid_for_us) {
            self.extended(at, now, out);
        } else if yes >= quorum || no + quorum > nodes {
            self.not_extended(at, now, out);
        }
    }

    fn extended(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let (config, session) = (&self.config, &mut self.sessions[at]);
        let Some((round, op)) = session.extending.take() else { return };
        let elapsed_us = now.monotonic_us.saturating_sub(round.since_us);
        let validity_us = config.rules.validity_us(config.ttl_us, elapsed_us, config.drift());
        let before_us = session.valid_until_us;
        let valid_until_us = now.monotonic_us.saturating_add(validity_us);
        session.valid_until_us = valid_until_us.max(before_us);
        session.extensions += 1;
        let (key, token, nth) = (session.key, session.token, session.extensions);
        match self.alarms.iter_mut().find(|alarm| alarm.token == token) {
            Some(alarm) => alarm.at_us = config.rules.alarm_after_extension(alarm.at_us, session.valid_until_us),
            None => self.alarms.push(Alarm { at_us: session.valid_until_us, key, token }),
        }
        let (valid_until_us, votes) = (session.valid_until_us, Some(round.yes.len()));
        self.deeds.push(Deed::Extended { token, nth, since_us: round.since_us, before_us, valid_until_us, votes });
        out.note(Note::new(&notes::EXTENDED, [u64::from(key), validity_us, u64::from(nth)]));
        out.reply(op, Outcome::Ok(Answer::Extended(validity_us)));
    }

    /// The old time counts.
    pub(super) fn not_extended(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let session = &mut self.sessions[at];
        let Some((round, op)) = session.extending.take() else { return };
        let (key, left_us) = (u64::from(session.key), session.valid_for_us(now.monotonic_us));
        out.note(Note::new(&notes::NOT_EXTENDED, [key, round.yes.len() as u64, u64::from(self.config.nodes()), left_us]));
        out.reply(op, Outcome::Fail);
        if left_us == 0 {
            self.end(at, out);
        }
    }

    /// Timers of locks run out.
    pub(super) fn ring(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[0] = None;
        let due = |alarm: &Alarm| alarm.at_us <= now.monotonic_us;
        let (rung, left): (Vec<Alarm>, Vec<Alarm>) = self.alarms.iter().copied().partition(due);
        self.alarms = left;
        for alarm in rung {
            let own = self.find(alarm.token, |phase| *phase == Phase::Held);
            let under_that_name = |s: &Session| s.key == alarm.key && s.phase == Phase::Held;
            let Some(at) = own.or_else(|| self.sessions.iter().position(under_that_name)) else { continue };
            let session = &self.sessions[at];
            let (key, token) = (session.key, session.token);
            let (over, extending) = (!session.believes(now.monotonic_us), session.extending.is_some());
            out.note(Note::new(&notes::IS_OVER, [u64::from(key)]));
            self.delete_everywhere(key, token, out);
            // Its owner believes on if the timer was another one's, or is wrong.
            if over && !extending {
                self.end(at, out);
            }
        }
    }

    pub(super) fn finish_work(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed[2] = None;
        for at in (0..self.sessions.len()).rev() {
            if let Some((op, value)) = self.sessions[at].take_done(now.monotonic_us) {
                self.write(at, Write { op, value, then_release: true }, now, out);
            }
        }
    }

    pub(super) fn write(&mut self, at: usize, write: Write, now: LocalTime, out: &mut Effects<Role>) {
        self.deeds.extend(self.writes.send(&self.config, &self.sessions[at], write, now, out));
    }

    pub(super) fn written(&mut self, seq: u32, ok: bool, out: &mut Effects<Role>) {
        let Some(write) = self.writes.take(seq) else { return };
        out.reply(write.op, if ok { Outcome::Ok(Answer::Written) } else { Outcome::Fail });
        self.release_after(write, out);
    }

    pub(super) fn release_after(&mut self, write: Open, out: &mut Effects<Role>) {
        if write.then_release
            && let Some(at) = self.find(write.token, |phase| *phase == Phase::Held)
        {
            let (key, owner) = (self.sessions[at].key, self.sessions[at].owner);
            self.deeds.push(Deed::Released(owner, owner));
            out.note(Note::new(&notes::RELEASES, [u64::from(key)]));
            self.delete_everywhere(key, write.token, out);
            self.end(at, out);
        }
    }

    pub(super) fn release(&mut self, op: OpId, request: Request, now: LocalTime, out: &mut Effects<Role>) {
        let rules = self.config.rules;
        let may = |s: &Session| s.key == request.key && s.phase == Phase::Held && rules.may_release(request.owner, s.owner);
        let Some(at) = held_by(&self.sessions, request).or_else(|| self.sessions.iter().position(may)) else {
            return refuse(op, request.key, out);
        };
        let session = &mut self.sessions[at];
        let (key, token, owner) = (session.key, session.token, session.owner);
        self.deeds.push(Deed::Released(request.owner, owner));
        out.note(Note::new(&notes::RELEASES, [u64::from(key)]));
        if owner == request.owner {
            let mut round = Round::new(now.monotonic_us, now.monotonic_us);
            round.asked = self.config.nodes();
            round.until_us = Some(now.monotonic_us.saturating_add(self.config.node_timeout_us));
            session.phase = Phase::Releasing(round);
            let open = session.job.replace(Job { op, work: None }).map(|job| job.op);
            let open = open.into_iter().chain(session.extending.take().map(|(_, op)| op));
            open.for_each(|op| out.reply(op, Outcome::Fail));
            session.work_until_us = None;
            self.alarms = rules.alarms_left(&self.alarms, token);
        } else {
            // Whoever holds it is not told.
            out.reply(op, Outcome::Ok(Answer::Released));
        }
        self.delete_everywhere(key, token, out);
    }

    pub(super) fn released(&mut self, at: usize, out: &mut Effects<Role>) {
        let session = self.sessions.remove(at);
        if let Some(job) = session.job {
            out.reply(job.op, Outcome::Ok(Answer::Released));
        }
    }
}
