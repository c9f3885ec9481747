//! A node's clocks: a wall clock with offset, rate and jumps, and a monotonic clock with the same rate and no jumps.

use super::plan::Refusal;
use crate::base::LocalTime;

const MILLION: i128 = 1_000_000;

/// The two clocks of one node, as functions of true time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    rate_ppm: i64,
    /// True time at which the rate last changed, and what the clocks showed then.
    since_us: u64,
    monotonic_us: u64,
    wall_us: i64,
}

impl Clock {
    /// Rates that make sense: from a thousandth of true speed to a thousand times it.
    pub const RATE_PPM: std::ops::RangeInclusive<i64> = -999_000..=999_000_000;

    /// Clocks at true time zero.
    pub fn new(wall_offset_us: i64, rate_ppm: i64) -> Clock {
        Clock {
            rate_ppm: rate_ppm.clamp(*Self::RATE_PPM.start(), *Self::RATE_PPM.end()),
            wall_us: wall_offset_us,
            ..Clock::default()
        }
    }

    /// What the clocks show at true time `now_us`.
    #[inline]
    pub fn read(&self, now_us: u64) -> LocalTime {
        let elapsed = self.local(now_us - self.since_us);
        LocalTime {
            monotonic_us: self.monotonic_us.saturating_add(elapsed),
            wall_us: self.wall_us.saturating_add_unsigned(elapsed),
        }
    }

    /// How much faster than true they run, parts per million.
    pub fn rate_ppm(&self) -> i64 {
        self.rate_ppm
    }

    /// How long true time takes until the clocks have advanced by `local_us`; rounded up, so that a timer is never early.
    #[inline]
    pub fn true_delay(&self, local_us: u64) -> u64 {
        if self.rate_ppm == 0 {
            return local_us;
        }
        let rate = (MILLION + self.rate_ppm as i128) as u128;
        saturate((local_us as u128 * MILLION as u128).div_ceil(rate))
    }

    /// How far the clocks advance in `true_us` of true time.
    #[inline]
    pub fn local(&self, true_us: u64) -> u64 {
        if self.rate_ppm == 0 {
            return true_us;
        }
        let rate = (MILLION + self.rate_ppm as i128) as u128;
        saturate(true_us as u128 * rate / MILLION as u128)
    }

    /// The wall clock jumps.
    pub fn jump(&mut self, by_us: i64) {
        self.wall_us = self.wall_us.saturating_add(by_us);
    }

    /// Both clocks go on at another rate from `now_us` on.
    pub fn set_rate(&mut self, now_us: u64, rate_ppm: i64) -> Result<(), Refusal> {
        if !Self::RATE_PPM.contains(&rate_ppm) {
            return Err(Refusal::BadValue("rate_ppm", "from -999,000 to 999,000,000"));
        }
        let shown = self.read(now_us);
        *self = Clock { rate_ppm, since_us: now_us, monotonic_us: shown.monotonic_us, wall_us: shown.wall_us };
        Ok(())
    }
}

fn saturate(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_clock_runs_ahead_and_its_timers_fire_early_in_true_time() {
        let clock = Clock::new(-500, 100_000);
        assert_eq!(clock.read(1_000_000), LocalTime { monotonic_us: 1_100_000, wall_us: 1_099_500 });
        assert_eq!(clock.true_delay(1_100_000), 1_000_000);
        assert_eq!(clock.local(clock.true_delay(7)), 7);
    }

    #[test]
    fn the_monotonic_clock_never_goes_back() {
        let mut clock = Clock::new(0, 0);
        clock.jump(-10_000_000);
        clock.set_rate(1_000, -500_000).unwrap();
        assert_eq!(clock.read(3_000), LocalTime { monotonic_us: 2_000, wall_us: -9_998_000 });
        assert!(clock.set_rate(3_000, -1_000_000).is_err());
    }
}
