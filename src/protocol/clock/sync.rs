//! Clock synchronisation: what an exchange of two messages says about another clock (Cristian 1989; Mills, NTP, RFC 5905).
//!
//! The client asks at `t1` on its clock, the server receives at `t2` and answers at `t3` on its own, the answer arrives at `t4`.
//! Offset ((t2-t1)+(t3-t4))/2, round trip (t4-t1)-(t3-t2). The true offset is within half the round trip of it: if one way takes
//! longer than the other, the estimate is wrong by half the difference, and no exchange can tell.

/// The outcome of one exchange, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sample {
    /// The server's clock less the client's.
    pub offset_us: i64,
    /// Time on the way, both ways together.
    pub round_trip_us: u64,
    /// When the answer arrived, on the client's clock.
    pub taken_us: i64,
}

impl Sample {
    /// What the four times of an exchange say. A round trip below zero, which only clocks of different speed can show, counts as 0.
    pub fn of(t1_us: i64, t2_us: i64, t3_us: i64, t4_us: i64) -> Sample {
        let there = i128::from(t2_us) - i128::from(t1_us);
        let back = i128::from(t3_us) - i128::from(t4_us);
        let clamp = |us: i128| us.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        Sample {
            offset_us: clamp((there + back).div_euclid(2)),
            round_trip_us: clamp(there - back).max(0) as u64,
            taken_us: t4_us,
        }
    }

    /// How wrong the offset may be at `now_us` of the client's clock, microseconds: half the round trip, what two clocks that are
    /// each wrong by at most `drift_ppm` can have drifted apart since, and a rounding.
    pub fn error_us(&self, half_trip_us: u64, now_us: i64, drift_ppm: u64) -> u64 {
        let age = now_us.abs_diff(self.taken_us).saturating_add(self.round_trip_us);
        let drifted = (u128::from(age) * 2 * u128::from(drift_ppm)).div_ceil(1_000_000);
        half_trip_us.saturating_add(u64::try_from(drifted).unwrap_or(u64::MAX)).saturating_add(2)
    }
}

/// NTP's clock filter (RFC 5905, section 10): of the last eight exchanges, the one with the shortest round trip is the most
/// exact, because a long one has waited somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    samples: Vec<Sample>,
}

impl Filter {
    /// How many exchanges are kept.
    pub const STAGES: usize = 8;

    /// Takes in an exchange; of more than `keep` the oldest goes.
    pub fn push(&mut self, sample: Sample, keep: usize) {
        self.samples.push(sample);
        let keep = keep.clamp(1, Filter::STAGES);
        self.samples.drain(..self.samples.len().saturating_sub(keep));
    }

    /// The exchange to go by: the shortest round trip, of equals the newest.
    pub fn best(&self) -> Option<Sample> {
        self.samples.iter().rev().min_by_key(|sample| sample.round_trip_us).copied()
    }

    /// The kept exchanges, oldest first.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_ways_give_the_true_offset_and_unequal_ones_half_the_difference() {
        // The server is 5,000 ahead; 10 there, 10 back.
        assert_eq!(Sample::of(0, 5_010, 5_012, 22).offset_us, 5_000);
        // 90 there, 10 back: wrong by 40, and the round trip says up to 50.
        let sample = Sample::of(0, 5_090, 5_092, 102);
        assert_eq!((sample.offset_us, sample.round_trip_us), (5_040, 100));
    }

    #[test]
    fn the_filter_goes_by_the_shortest_round_trip() {
        let mut filter = Filter::default();
        let sample = |offset_us, round_trip_us| Sample { offset_us, round_trip_us, taken_us: 0 };
        [sample(40, 100), sample(1, 12), sample(90, 200)].into_iter().for_each(|sample| filter.push(sample, 8));
        assert_eq!(filter.best(), Some(sample(1, 12)));
        (0..8).for_each(|n| filter.push(sample(50 + n, 60), 8));
        assert_eq!(filter.best(), Some(sample(57, 60)), "the old one has gone");
        filter.push(sample(7, 500), 1);
        assert_eq!(filter.best(), Some(sample(7, 500)), "Cristian goes by the last one");
        assert_eq!(Sample::of(i64::MIN, i64::MAX, i64::MAX, i64::MIN).round_trip_us, 0);
    }

    proptest! {
        #[test]
        fn the_error_is_within_half_the_round_trip(
            offset in -1_000_000..1_000_000i64, there in 0..100_000i64, back in 0..100_000i64, hold in 0..1_000i64
        ) {
            let sample = Sample::of(0, there + offset, there + hold + offset, there + hold + back);
            prop_assert_eq!(sample.round_trip_us, (there + back) as u64);
            let wrong = sample.offset_us.abs_diff(offset);
            prop_assert!(wrong <= sample.round_trip_us / 2 + 1);
            prop_assert!(wrong.abs_diff((there - back).unsigned_abs() / 2) <= 1);
            prop_assert!(wrong <= sample.error_us(sample.round_trip_us / 2, sample.taken_us, 0));
        }
    }
}
