//! Timers that stand at the next moment at which they are needed.

use super::message::Timer;
use super::role::Role;
use crate::base::LocalTime;
use crate::protocol::Effects;

/// Sets a timer to a moment of the node's monotonic clock, microseconds, or cancels it; `armed`: what it is set to.
pub(super) fn arm(timer: Timer, armed: &mut Option<u64>, at_us: Option<u64>, now: LocalTime, out: &mut Effects<Role>) {
    if std::mem::replace(armed, at_us) == at_us {
        return;
    }
    match at_us {
        Some(at_us) => {
            let delay_us = at_us.saturating_sub(now.monotonic_us);
            out.set_timer(timer, delay_us, delay_us);
        }
        None => out.cancel_timer(timer),
    }
}
