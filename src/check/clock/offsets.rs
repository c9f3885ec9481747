//! An estimate of another clock is within the bound that it names (Cristian 1989; RFC 5905): `|estimate - truth| <= bound`, at
//! every event of the node.
//!
//! The bound presupposes that no clock runs faster or slower than assumed and that the server's clock is not set: after that,
//! nothing is claimed.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, LocalTime, NodeId, Note};
use crate::sim::trace::Event;

/// What is remembered of clocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Offsets {
    /// The server's wall clock less its monotonic clock, which changes only if it is set.
    server_us: Option<i64>,
    /// A clock does what the bound presupposes that none does.
    pub(super) void: bool,
}

impl Offsets {
    /// What the clocks do; `rates_ppm` are those of all nodes.
    pub(super) fn clocks(&mut self, server: LocalTime, mut rates_ppm: impl Iterator<Item = i64>, drift_ppm: u64) {
        let set_us = server.wall_us.saturating_sub_unsigned(server.monotonic_us);
        self.void |= self.server_us.is_some_and(|before| before != set_us);
        self.void |= rates_ppm.any(|rate| rate.unsigned_abs() > drift_ppm);
        self.server_us = Some(set_us);
    }

    /// Something happened at a node that takes the server's clock to show `estimate_us`, to `error_us`.
    pub(super) fn node(
        &self,
        event: &Event,
        node: NodeId,
        server: LocalTime,
        (estimate_us, error_us): (i64, u64),
        falls: &mut Falls,
    ) {
        let off_us = estimate_us.abs_diff(server.wall_us);
        if off_us > error_us && !self.void {
            let note = Note::new(&notes::OFFSET_BOUND_VIOLATED, [event.at_us, u64::from(node.0), off_us, error_us]);
            falls.at(P::OffsetBound, event, note, &[], &[node]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.bool(self.void);
    }
}
