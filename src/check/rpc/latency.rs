//! How long calls took: percentiles of a second, and how its calls are spread over classes of times.

/// Number of classes: from less than a millisecond to more than a minute.
pub const CLASSES: usize = 32;

/// From when to when a class goes, microseconds; each is longer than the one before by the root of two.
pub fn class_us(class: usize) -> (u64, u64) {
    let begin_us = |class: usize| (1_000_000u128 << class.min(64)).isqrt() as u64;
    (if class == 0 { 0 } else { begin_us(class) }, begin_us(class + 1))
}

/// The class of a time.
pub(super) fn class_of(us: u64) -> usize {
    let square = u128::from(us) * u128::from(us) / 1_000_000;
    square.checked_ilog2().map_or(0, |class| (class as usize).min(CLASSES - 1))
}

/// Within how long half of these, 95 and 99 of 100 were done: the least of them that is so long (nearest rank).
pub(super) fn percentiles(times_us: &mut [u64]) -> Option<[u64; 3]> {
    times_us.sort_unstable();
    let rank = |of_100: usize| (times_us.len() * of_100).div_ceil(100).saturating_sub(1);
    let [p50, p95, p99] = [50, 95, 99].map(|of_100| times_us.get(rank(of_100)).copied());
    Some([p50?, p95?, p99?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let mut hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(percentiles(&mut hundred), Some([50, 95, 99]));
        assert_eq!((percentiles(&mut [7]), percentiles(&mut [])), (Some([7; 3]), None));
        assert_eq!(percentiles(&mut [1, 2, 3]), Some([2, 3, 3]));
    }

    #[test]
    fn each_time_is_within_its_class() {
        for us in [0, 1, 999, 1_000, 1_414, 1_415, 2_000, 10_000, 123_456, 5_000_000, 60_000_000] {
            let (from, to) = class_us(class_of(us));
            assert!((from..=to).contains(&us), "{us}: {from} {to}");
        }
        assert_eq!([1_000, 2_000, 4_000, 4_001_000].map(class_of), [0, 2, 4, 23]);
        assert_eq!(class_of(u64::MAX), CLASSES - 1);
    }
}
