//! What a client of the consensus variant knows of its place in a queue, and of the lease with which it has it.

use crate::base::{Encode, Encoder};
use crate::protocol::lock::command::{DELAY, Lease, Mode, Revision};
use std::collections::VecDeque;

/// So many signs of life are remembered.
const SIGNS_MAX: usize = 16;

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Step {
    /// For its lease.
    Grant,
    /// For its entry in the queue.
    Enqueue,
    /// For what it finds when it looks at its place.
    Look,
    /// For what stands before it to go.
    Wait,
    /// For nothing: it holds the lock.
    Hold,
    /// For the end of its lease, which it gives back.
    End,
}

/// A place in a queue, as its client knows it.
#[derive(Clone, Debug)]
pub struct Queueing {
    /// The lease.
    pub lease: Lease,
    /// Exclusive or shared.
    pub mode: Mode,
    /// What it waits for.
    pub step: Step,
    /// The revision of its entry; 0 before it has one.
    pub created: Revision,
    /// What stands before it.
    pub before: Option<Revision>,
    /// How often it asked for an entry.
    pub(super) attempts: u32,
    /// When it asks again, microseconds.
    pub(super) again_us: Option<u64>,
    /// Signs of life by number, each with when it was sent, microseconds.
    signs: VecDeque<(u32, u64)>,
    signs_sent: u32,
    /// When the next sign of life is due, microseconds.
    pub(super) sign_us: Option<u64>,
}

impl Queueing {
    pub(super) fn new(lease: Lease, mode: Mode) -> Queueing {
        Queueing {
            lease,
            mode,
            step: Step::Grant,
            created: 0,
            before: None,
            attempts: 0,
            again_us: None,
            signs: VecDeque::new(),
            signs_sent: 0,
            sign_us: None,
        }
    }

    /// Whether it waits for a lock that is free, but delayed.
    pub fn is_delayed(&self) -> bool {
        self.step == Step::Wait && self.before == Some(DELAY)
    }

    /// Whether a sign of life was sent that is not confirmed.
    pub(super) fn has_open_signs(&self) -> bool {
        !self.signs.is_empty()
    }

    /// A sign of life is sent: its number.
    pub(super) fn sign(&mut self, now_us: u64) -> u32 {
        self.signs_sent = self.signs_sent.saturating_add(1);
        self.signs.push_back((self.signs_sent, now_us));
        if self.signs.len() > SIGNS_MAX {
            self.signs.pop_front();
        }
        self.signs_sent
    }

    /// When a sign of life was sent that has been confirmed, microseconds; earlier ones are not waited for any more.
    pub(super) fn confirmed(&mut self, nth: u32) -> Option<u64> {
        let (_, sent_us) = self.signs.iter().find(|(number, _)| *number == nth).copied()?;
        self.signs.retain(|(number, _)| *number > nth);
        Some(sent_us)
    }
}

impl Encode for Queueing {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.lease);
        to.bool(self.mode == Mode::Shared);
        to.u8(self.step as u8);
        to.u64(self.created);
        to.option(self.before.as_ref());
        to.u32(self.attempts);
        to.option(self.again_us.as_ref());
        to.len(self.signs.len());
        for (nth, sent_us) in &self.signs {
            to.u32(*nth);
            to.u64(*sent_us);
        }
        to.option(self.sign_us.as_ref());
    }
}
