//! Virtual time: unsigned integer microseconds, everywhere.

use serde::{Deserialize, Serialize};

/// One millisecond in microseconds.
pub const MS: u64 = 1_000;
/// One second in microseconds.
pub const SECOND: u64 = 1_000_000;

/// What a node's own clocks show. True time is the world's secret; a core sees only this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// Monotonic clock, microseconds since the node first booted: drifts by rate, never jumps. Timers run on it.
    pub monotonic_us: u64,
    /// Wall clock, microseconds: offset, rate and jumps; may go backwards.
    pub wall_us: i64,
}
