//! The first server has the time; the others ask it, and correct themselves (Cristian 1989; NTP, RFC 5905).
//!
//! Exchanges are measured on monotonic clocks, which nobody sets; what is answered is the server's wall clock.

use super::config::Config;
use super::message::{Message, Timer};
use super::node::Node;
use super::notes;
use super::sync::{Filter, Sample};
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note};
use crate::protocol::{Effects, Input};
use std::sync::Arc;

/// The node that has the time.
pub const TIME_SERVER: NodeId = NodeId(0);

/// A node that has the time, or asks for it.
#[derive(Clone, Debug)]
pub struct TimeNode {
    id: NodeId,
    config: Arc<Config>,
    filter: Filter,
}

/// What can be read from outside.
impl TimeNode {
    /// A node before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> TimeNode {
        TimeNode { id, config, filter: Filter::default() }
    }

    /// Whether it has the time.
    pub fn is_server(&self) -> bool {
        self.id == TIME_SERVER
    }

    /// The exchange that it goes by.
    pub fn best(&self) -> Option<Sample> {
        self.filter.best()
    }

    /// The exchanges that it keeps, oldest first.
    pub fn samples(&self) -> &[Sample] {
        self.filter.samples()
    }

    /// What it takes the server's clock to show now, and by how much it may be wrong, microseconds.
    pub fn estimate(&self, now: LocalTime) -> Option<(i64, u64)> {
        let best = self.best()?;
        let here = monotonic(now);
        let half = self.config.rules.offset_error_us(best.round_trip_us);
        Some((here.saturating_add(best.offset_us), best.error_us(half, here, self.config.drift_ppm)))
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

/// What happens to it.
impl TimeNode {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Node>, out: &mut Effects<Node>) {
        match input {
            Input::Started { .. } => {
                *self = TimeNode::new(self.id, self.config.clone());
                if !self.is_server() {
                    out.set_timer(Timer::Poll, 0, self.config.poll_us / 4);
                }
            }
            Input::Timer(Timer::Poll) => self.ask(now, out),
            Input::Message { from, message: Message::TimeRequest { t1_us } } if self.is_server() => {
                out.send(from, Message::TimeReply { t1_us, t2_us: now.wall_us, t3_us: now.wall_us });
            }
            Input::Message { from: TIME_SERVER, message: Message::TimeReply { t1_us, t2_us, t3_us } } => {
                self.learn(Sample::of(t1_us, t2_us, t3_us, monotonic(now)), now, out);
            }
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Timer(_) | Input::Request { .. } | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
    }

    fn ask(&self, now: LocalTime, out: &mut Effects<Node>) {
        out.set_timer(Timer::Poll, self.config.poll_us, self.config.poll_us);
        out.send(TIME_SERVER, Message::TimeRequest { t1_us: monotonic(now) });
        out.note(Note::new(&notes::ASKS_TIME, []));
    }

    fn learn(&mut self, sample: Sample, now: LocalTime, out: &mut Effects<Node>) {
        self.filter.push(sample, self.config.samples);
        let Some(best) = self.best() else { return };
        if best == sample {
            let error_us = self.estimate(now).map_or(0, |(_, error)| error);
            out.note(Note::new(&notes::SETS_OFFSET, [best.round_trip_us, error_us]));
        } else {
            out.note(Note::new(&notes::KEEPS_OFFSET, [sample.round_trip_us, best.round_trip_us]));
        }
    }
}

/// Monotonic time as exchanges are measured in.
pub fn monotonic(now: LocalTime) -> i64 {
    i64::try_from(now.monotonic_us).unwrap_or(i64::MAX)
}

impl Encode for TimeNode {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.filter.samples().len());
        for sample in self.filter.samples() {
            to.i64(sample.offset_us);
            to.u64(sample.round_trip_us);
        }
    }
}
