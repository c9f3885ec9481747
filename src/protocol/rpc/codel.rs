//! Controlled delay: how a queue that has stood for too long is made shorter (Nichols and others 2018, RFC 8289, *Controlled Delay
//! Active Queue Management*).
//!
//! A queue that empties now and then is a good one. If the oldest request has waited for more than a target during a whole interval,
//! the queue only adds delay: one request is shed, and one more each time after the interval divided by the square root of how many
//! were, until the wait is below the target again. Here what is shed is refused, and its caller is told at once.

use crate::base::{Encode, Encoder};

/// What is controlled: the two figures of the discipline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long the oldest request may wait, microseconds.
    pub target_us: u64,
    /// For how long it may wait longer before something is shed, microseconds.
    pub interval_us: u64,
}

/// What the discipline remembers. Times are those of the server's monotonic clock, microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codel {
    /// When the wait will have been too long for a whole interval; none while it is short.
    above_until_us: Option<u64>,
    /// When the next request is shed; none while nothing is.
    next_us: Option<u64>,
    /// How many were shed since shedding began.
    count: u64,
    /// When shedding last began, or would have gone on, and how many it had begun with.
    last: (u64, u64),
}

impl Codel {
    /// Whether it sheds: the queue stands.
    pub fn is_shedding(&self) -> bool {
        self.next_us.is_some()
    }

    /// Whether the oldest of `waiting` requests, which has waited for `waited_us`, is shed now. To be asked before a request is taken
    /// out, and again as long as the answer is yes. A single request is no queue.
    pub fn sheds(&mut self, limits: Limits, waiting: usize, waited_us: u64, now_us: u64) -> bool {
        let stands = self.stands(limits, waiting, waited_us, now_us);
        match self.next_us {
            Some(_) if !stands => {
                self.next_us = None;
                false
            }
            Some(next_us) => {
                let is_due = now_us >= next_us;
                if is_due {
                    self.count += 1;
                    self.goes_on(limits, next_us);
                }
                is_due
            }
            None => {
                if stands {
                    self.begins(limits, now_us);
                }
                stands
            }
        }
    }

    /// Whether the wait has been too long for a whole interval.
    fn stands(&mut self, limits: Limits, waiting: usize, waited_us: u64, now_us: u64) -> bool {
        if waited_us < limits.target_us || waiting <= 1 {
            self.above_until_us = None;
            return false;
        }
        let until_us = *self.above_until_us.get_or_insert(now_us.saturating_add(limits.interval_us));
        now_us >= until_us
    }

    /// The first is shed. If shedding ended not long ago, it goes on about where it was: the load is hardly another one.
    fn begins(&mut self, limits: Limits, now_us: u64) {
        let (last_us, last_count) = self.last;
        let since = self.count.saturating_sub(last_count);
        let is_near = now_us.saturating_sub(last_us) < limits.interval_us.saturating_mul(16);
        self.count = if since > 1 && is_near { since } else { 1 };
        self.goes_on(limits, now_us);
        self.last.1 = self.count;
    }

    /// The control law.
    fn goes_on(&mut self, limits: Limits, from_us: u64) {
        let next_us = from_us.saturating_add(divided_by_root(limits.interval_us, self.count));
        self.next_us = Some(next_us);
        self.last.0 = next_us;
    }
}

/// `interval / sqrt(count)`, rounded down.
fn divided_by_root(interval_us: u64, count: u64) -> u64 {
    (u128::from(interval_us).pow(2) / u128::from(count.max(1))).isqrt() as u64
}

impl Encode for Codel {
    fn encode(&self, to: &mut Encoder) {
        to.option(self.above_until_us.as_ref());
        to.option(self.next_us.as_ref());
        to.u64(self.count);
        to.u64(self.last.0);
        to.u64(self.last.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { target_us: 5_000, interval_us: 100_000 };

    /// When requests are shed, milliseconds, if one is taken out each millisecond and the oldest has always waited so long.
    fn shed(codel: &mut Codel, from_ms: u64, to_ms: u64, waited_us: u64) -> Vec<u64> {
        let mut times = Vec::new();
        for ms in from_ms..to_ms {
            while codel.sheds(LIMITS, 100, waited_us, ms * 1_000) {
                times.push(ms);
            }
        }
        times
    }

    /// 100 / sqrt(n) ms after the one before, from RFC 8289, section 5.5: 100, 100, 71, 58, 50, 45, 41, 38.
    #[test]
    fn a_standing_queue_is_shed_ever_faster_by_the_control_law() {
        // In microseconds, so that the square root is a whole number of them.
        let after = |n: u64| (10_000_000_000 / n).isqrt();
        let exact = (1..8).scan(100_000, |at_us, n| (*at_us += after(n), Some(*at_us)).1);
        let whole: Vec<u64> = [100].into_iter().chain(exact.map(|us: u64| us.div_ceil(1_000))).collect();
        assert_eq!(shed(&mut Codel::default(), 0, 503, 5_000), whole);
        assert_eq!(whole, [100, 200, 271, 329, 379, 424, 464, 502]);
    }

    #[test]
    fn a_queue_that_is_short_now_and_then_is_left_alone() {
        let mut codel = Codel::default();
        for begin_ms in (0..1_000).step_by(100) {
            assert_eq!(shed(&mut codel, begin_ms, begin_ms + 99, 60_000), Vec::<u64>::new());
            assert_eq!(shed(&mut codel, begin_ms + 99, begin_ms + 100, 4_999), Vec::<u64>::new());
        }
        assert!((0..1_000).all(|ms| !codel.sheds(LIMITS, 1, 60_000, ms * 1_000)), "one request is no queue");
    }

    #[test]
    fn shedding_ends_with_the_wait_and_soon_after_goes_on_where_it_was() {
        let mut codel = Codel::default();
        let before = shed(&mut codel, 0, 2_000, 60_000).len();
        assert!(before > 20 && codel.is_shedding());
        assert!(!codel.sheds(LIMITS, 100, 4_000, 2_000_000) && !codel.is_shedding());
        let again = shed(&mut codel, 2_001, 3_000, 60_000);
        assert_eq!(again[0], 2_101);
        assert!(again[1] - again[0] < 25, "{again:?}");
        let mut later = codel;
        assert!(!later.sheds(LIMITS, 100, 0, 3_000_000));
        let later = shed(&mut later, 60_000, 60_250, 60_000);
        assert_eq!(later, [60_100, 60_200], "long after, it begins anew");
    }

    #[test]
    fn roots_are_exact_enough_and_nothing_overflows() {
        assert_eq!([1, 2, 4, 100].map(|count| divided_by_root(100_000, count)), [100_000, 70_710, 50_000, 10_000]);
        assert_eq!((divided_by_root(u64::MAX, 1), divided_by_root(7, u64::MAX), divided_by_root(7, 0)), (u64::MAX, 0, 7));
    }
}
