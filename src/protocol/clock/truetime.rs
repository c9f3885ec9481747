//! TrueTime (Corbett et al., Spanner, OSDI 2012): a clock that says how wrong it may be.
//!
//! `now` is an interval that contains true time. A commit timestamp is the latest end of it; whoever then waits until that
//! timestamp is certainly past (commit wait) can tell anybody: whatever begins after that gets a later timestamp.

use std::fmt;

/// True time lies in here, microseconds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// It is at least this.
    pub earliest_us: i64,
    /// It is at most this.
    pub latest_us: i64,
}

impl Interval {
    /// The interval of a clock that shows `wall_us` and is wrong by at most `epsilon_us`.
    pub fn around(wall_us: i64, epsilon_us: u64) -> Interval {
        Interval {
            earliest_us: wall_us.saturating_sub_unsigned(epsilon_us),
            latest_us: wall_us.saturating_add_unsigned(epsilon_us),
        }
    }

    /// `TT.after(t)`: t has definitely passed.
    pub fn is_after(&self, at_us: i64) -> bool {
        self.earliest_us > at_us
    }

    /// `TT.before(t)`: t has definitely not arrived.
    pub fn is_before(&self, at_us: i64) -> bool {
        self.latest_us < at_us
    }

    /// Whether a moment lies in it.
    pub fn contains(&self, at_us: i64) -> bool {
        (self.earliest_us..=self.latest_us).contains(&at_us)
    }

    /// How long a clock that runs true takes from now until `at_us` has definitely passed, microseconds.
    pub fn until_after_us(&self, at_us: i64) -> u64 {
        if self.is_after(at_us) { 0 } else { at_us.abs_diff(self.earliest_us).saturating_add(1) }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms =
            |us: i64| format!("{}{}.{:03}", if us < 0 { "-" } else { "" }, us.unsigned_abs() / 1_000, us.unsigned_abs() % 1_000);
        write!(f, "[{}, {}]", ms(self.earliest_us), ms(self.latest_us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commit_wait_is_twice_the_uncertainty() {
        let now = Interval::around(1_000_000, 4_000);
        let commit = now.latest_us;
        assert_eq!(now.until_after_us(commit), 8_001);
        assert!(!Interval::around(1_008_000, 4_000).is_after(commit));
        assert!(Interval::around(1_008_001, 4_000).is_after(commit));
        assert_eq!(now.to_string(), "[996.000, 1004.000]");
    }

    proptest! {
        /// A commits with commit wait; then B begins, on a clock with another error: B's timestamp is the later one.
        #[test]
        fn what_begins_after_a_commit_gets_a_later_timestamp(
            begin in 0..1_000_000i64, epsilon in 0..10_000u64, a in -10_000..=10_000i64, b in -10_000..=10_000i64, later in 0..5i64
        ) {
            let bound = epsilon as i64;
            let (a, b) = (a.clamp(-bound, bound), b.clamp(-bound, bound));
            let commit = Interval::around(begin + a, epsilon);
            prop_assert!(commit.contains(begin));
            let s1 = commit.latest_us;
            let told = begin + commit.until_after_us(s1) as i64;
            prop_assert!(Interval::around(told + a, epsilon).is_after(s1));
            let s2 = Interval::around(told + later + b, epsilon).latest_us;
            prop_assert!(s1 < s2);
        }
    }
}
