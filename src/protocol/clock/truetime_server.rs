//! A server that commits transactions by TrueTime, with commit wait (Corbett et al., Spanner, OSDI 2012, section 4.1.2).
//!
//! The transactions have nothing in common but time: what is shown is that their timestamps follow real time. A server that
//! crashes forgets what it has not told; its clients do not know.

use super::config::Config;
use super::message::{Message, Timer};
use super::node::Node;
use super::notes;
use super::truetime::Interval;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note};
use crate::protocol::{Effects, Input};
use std::sync::Arc;

/// A transaction that waits for its timestamp to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub client: NodeId,
    /// Number of the operation.
    pub seq: u32,
    /// Its timestamp, microseconds.
    pub at_us: i64,
}

/// A server.
#[derive(Clone, Debug)]
pub struct TrueTimeServer {
    config: Arc<Config>,
    /// The last timestamp that it gave.
    last: i64,
    /// In the order of their timestamps.
    waiting: Vec<Waiting>,
}

/// What can be read from outside.
impl TrueTimeServer {
    /// A server before its first start.
    pub fn new(config: Arc<Config>) -> TrueTimeServer {
        TrueTimeServer { config, last: i64::MIN, waiting: Vec::new() }
    }

    /// What the server knows of true time.
    pub fn interval(&self, now: LocalTime) -> Interval {
        Interval::around(now.wall_us, self.config.epsilon_us)
    }

    /// Transactions that wait, in the order of their timestamps.
    pub fn waiting(&self) -> &[Waiting] {
        &self.waiting
    }

    /// The last timestamp that it gave; `None` before the first.
    pub fn last(&self) -> Option<i64> {
        (self.last != i64::MIN).then_some(self.last)
    }
}

/// What happens to it.
impl TrueTimeServer {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Node>, out: &mut Effects<Node>) {
        match input {
            Input::Started { .. } => *self = TrueTimeServer::new(self.config.clone()),
            Input::Message { from, message: Message::Commit { seq } } => self.begin(from, seq, now, out),
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Timer(Timer::CommitWait) => self.tell(now, out),
            Input::Timer(_) | Input::Request { .. } | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
    }

    fn begin(&mut self, client: NodeId, seq: u32, now: LocalTime, out: &mut Effects<Node>) {
        let interval = self.interval(now);
        let at_us = self.config.rules.commit_timestamp(interval, self.last);
        self.last = at_us;
        self.waiting.push(Waiting { client, seq, at_us });
        let wait_us = self.config.rules.commit_wait_us(interval, at_us);
        if wait_us > 0 {
            out.note(Note::new(&notes::WAITS, [u64::from(client.0), u64::from(seq), wait_us]));
        }
        self.tell(now, out);
    }

    /// Tells the clients whose wait is over, and waits for the next one. A clock may have been set back meanwhile.
    fn tell(&mut self, now: LocalTime, out: &mut Effects<Node>) {
        let interval = self.interval(now);
        while let Some(first) = self.waiting.first().copied() {
            let wait_us = self.config.rules.commit_wait_us(interval, first.at_us);
            if wait_us > 0 {
                return out.set_timer(Timer::CommitWait, wait_us, wait_us);
            }
            self.waiting.remove(0);
            out.send(first.client, Message::Committed { seq: first.seq, at_us: first.at_us });
            out.note(Note::new(&notes::COMMITS, [u64::from(first.client.0), u64::from(first.seq)]));
        }
    }
}

impl Encode for TrueTimeServer {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.waiting.len());
        for waiting in &self.waiting {
            to.put(&waiting.client);
            to.u32(waiting.seq);
            to.i64(waiting.at_us);
        }
        to.i64(self.last);
    }
}
