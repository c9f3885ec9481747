//! Writes of a client to the resource, from the moment at which it looks at its clock to the answer.

use super::command::Sequencer;
use super::config::Config;
use super::message::{Message, Token};
use super::notes;
use super::role::Role;
use super::session::{Deed, Session};
use crate::base::{Encode, Encoder, LocalTime, Note, OpId};
use crate::protocol::{Effects, Outcome};

/// What a holder is to write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    pub(super) op: OpId,
    pub(super) value: u64,
    /// The lock goes back when the answer is there.
    pub(super) then_release: bool,
}

/// A write that the resource has not answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) op: OpId,
    pub(super) token: Token,
    until_us: u64,
    /// The lock goes back when the answer is there.
    pub(super) then_release: bool,
}

/// In the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Writes(Vec<Open>);

impl Writes {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A holder writes, if it is one by its own clock; with sequencers it shows which lock it holds.
    pub(super) fn send(
        &mut self,
        config: &Config,
        session: &Session,
        Write { op, value, then_release }: Write,
        now: LocalTime,
        out: &mut Effects<Role>,
    ) -> Option<Deed> {
        let (key, token, fence) = (session.key, session.token, session.fence);
        if !config.rules.may_write(session.valid_for_us(now.monotonic_us)) {
            out.note(Note::new(&notes::WRITES_NOT, [u64::from(key)]));
            out.reply(op, Outcome::Fail);
            return None;
        }
        let until_us = now.monotonic_us.saturating_add(config.deadline_us);
        self.0.push(Open { op, token, until_us, then_release });
        let place = session.place.as_ref().filter(|_| config.consensus.sequencers);
        let shown = place.map(|place| Sequencer { name: key, mode: place.mode, generation: place.created });
        out.note(match shown {
            Some(shown) => Note::new(&notes::WRITES_SHOWING, [value, u64::from(key), shown.generation]),
            None => Note::new(&notes::WRITES, [value, u64::from(key), fence]),
        });
        out.send(config.resource(), Message::Write { seq: op.n, key, token, fence, value, shown });
        Some(Deed::Wrote(key, token))
    }

    /// The write with this number is answered.
    pub(super) fn take(&mut self, seq: u32) -> Option<Open> {
        let at = self.0.iter().position(|write| write.op.n == seq)?;
        Some(self.0.remove(at))
    }

    /// Those whose answers come too late, if they come.
    pub(super) fn take_late(&mut self, now_us: u64) -> Vec<Open> {
        let (late, waiting) = self.0.iter().copied().partition(|write| write.until_us <= now_us);
        self.0 = waiting;
        late
    }

    /// When the next one is late.
    pub(super) fn next_us(&self) -> Option<u64> {
        self.0.iter().map(|write| write.until_us).min()
    }
}

impl Encode for Writes {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for write in &self.0 {
            to.u32(write.op.n);
            to.put(&write.token);
            to.u64(write.until_us);
            to.bool(write.then_release);
        }
    }
}
