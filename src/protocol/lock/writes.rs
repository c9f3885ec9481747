//! Writes of a client that the resource has not answered.

use super::message::Token;
use crate::base::{Encode, Encoder, OpId};

/// A write that the resource has not answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    pub(super) op: OpId,
    pub(super) token: Token,
    pub(super) until_us: u64,
    /// The lock goes back when the answer is there.
    pub(super) then_release: bool,
}

/// In the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Writes(Vec<Write>);

impl Writes {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn begin(&mut self, write: Write) {
        self.0.push(write);
    }

    /// The write with this number is answered.
    pub(super) fn take(&mut self, seq: u32) -> Option<Write> {
        let at = self.0.iter().position(|write| write.op.n == seq)?;
        Some(self.0.remove(at))
    }

    /// Those whose answers come too late, if they come.
    pub(super) fn take_late(&mut self, now_us: u64) -> Vec<Write> {
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
