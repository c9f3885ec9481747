//! A limit on the rate of a client's own attempts, which throttling answers bring down and all others let rise again: the *adaptive*
//! retry mode of the AWS SDKs, on top of a budget. The rate follows CUBIC (Ha, Rhee and Xu 2008): after a throttling answer 0.7 of
//! what it was, then slowly up to that, then faster beyond. It is no more than twice what is measured, and no less than one in two
//! seconds. It begins with the first throttling answer, and from then on holds up first attempts too.
//!
//! Whole numbers only: rates are millionths of an attempt a second.

use crate::base::{Encode, Encoder};

const MILLION: u64 = 1_000_000;
/// A token: rates times microseconds.
const TOKEN: u64 = MILLION * MILLION;
/// One attempt in two seconds.
const LEAST: u64 = MILLION / 2;
/// A million attempts a second: no sum runs over.
const MOST: u64 = MILLION * MILLION;
/// Measured anew twice a second.
const SLICE_US: u64 = 500_000;

/// A limiter.
#[derive(Clone, Copy, Debug)]
pub struct Limiter {
    /// Whether there was a throttling answer.
    on: bool,
    /// Tokens that come in.
    rate: u64,
    /// What it has, [`TOKEN`]s.
    has: u64,
    has_at_us: u64,
    /// Measured rate of answers, what has been counted since, and from which slice on.
    measured: u64,
    count: u64,
    slice: u64,
    /// The rate at the last throttling answer, when that was, and after which time CUBIC is back at it.
    peak: u64,
    peak_at_us: u64,
    back_us: u64,
}

impl Limiter {
    /// One that does not limit yet.
    pub fn new(now_us: u64) -> Limiter {
        Limiter {
            on: false,
            rate: LEAST,
            has: 0,
            has_at_us: now_us,
            measured: 0,
            count: 0,
            slice: now_us / SLICE_US,
            peak: 0,
            peak_at_us: now_us,
            back_us: 0,
        }
    }

    /// Tokens a second, millionths, if it limits.
    pub fn rate(&self) -> Option<u64> {
        self.on.then_some(self.rate)
    }

    /// Takes a token for an attempt; false if there is none.
    pub fn takes(&mut self, now_us: u64) -> bool {
        if !self.on {
            return true;
        }
        self.refill(now_us);
        if self.has < TOKEN {
            return false;
        }
        self.has -= TOKEN;
        true
    }

    /// When there is a token if nothing changes, microseconds.
    pub fn next_us(&self, now_us: u64) -> u64 {
        if !self.on {
            return now_us;
        }
        self.has_at_us.saturating_add(TOKEN.saturating_sub(self.has).div_ceil(self.rate.max(1))).max(now_us)
    }

    /// An answer came, or its time is over.
    pub fn hears(&mut self, is_throttled: bool, now_us: u64) {
        self.measure(now_us);
        let rate = if is_throttled {
            let rate = if self.on { self.measured.min(self.rate) } else { self.measured };
            (self.on, self.peak, self.peak_at_us) = (true, rate, now_us);
            self.back_us = cube_root(u128::from(rate) * 3 / 4 * u128::from(TOKEN));
            rate * 7 / 10
        } else {
            self.cubic(now_us)
        };
        self.refill(now_us);
        self.rate = rate.min(self.measured.saturating_mul(2)).clamp(LEAST, MOST);
        self.has = self.has.min(self.holds());
    }

    /// `0.4 (t - K)^3 + peak`.
    fn cubic(&self, now_us: u64) -> u64 {
        // Eleven days change nothing any more.
        const FAR_US: i128 = 1_000_000_000_000;
        let since_us = i128::from(now_us.saturating_sub(self.peak_at_us));
        let t = (since_us - i128::from(self.back_us)).clamp(-FAR_US, FAR_US);
        let rate = t * t * t * 2 / (5 * i128::from(TOKEN)) + i128::from(self.peak);
        u64::try_from(rate.clamp(0, i128::from(MOST))).unwrap_or(MOST)
    }

    fn measure(&mut self, now_us: u64) {
        self.count += 1;
        let slice = now_us / SLICE_US;
        let Some(slices @ 1..) = slice.checked_sub(self.slice) else { return };
        let rate = self.count.saturating_mul(TOKEN / SLICE_US) / slices;
        self.measured = (rate.min(MOST) * 8 + self.measured * 2) / 10;
        (self.count, self.slice) = (0, slice);
    }

    /// What it holds at most: the tokens of a second, and one at least.
    fn holds(&self) -> u64 {
        self.rate.max(MILLION).saturating_mul(MILLION)
    }

    fn refill(&mut self, now_us: u64) {
        let came = self.rate.saturating_mul(now_us.saturating_sub(self.has_at_us));
        self.has = self.has.saturating_add(came).min(self.holds());
        self.has_at_us = now_us;
    }
}

/// The greatest whole number whose cube is no greater.
fn cube_root(of: u128) -> u64 {
    let (mut least, mut above) = (0u64, 1u64 << 42);
    while above - least > 1 {
        let middle = least + (above - least) / 2;
        if u128::from(middle).pow(3) <= of { least = middle } else { above = middle }
    }
    least
}

impl Encode for Limiter {
    fn encode(&self, to: &mut Encoder) {
        to.bool(self.on);
        for number in [self.rate, self.has, self.has_at_us, self.measured, self.count, self.slice] {
            to.u64(number);
        }
        for number in [self.peak, self.peak_at_us, self.back_us] {
            to.u64(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    /// Millionths that are the same but for what is rounded off.
    fn near(is: u64, should: u64) -> bool {
        is.abs_diff(should) <= 20
    }

    /// The SDKs' own figures for clients that hear something every 200 ms and are throttled at 2.0 s and at 3.2 s: moment, measured
    /// rate, tokens a second.
    #[test]
    fn rates_are_those_that_the_sdks_agree_on() {
        let mut limiter = Limiter::new(0);
        for (at_ms, measured, rate) in [
            (200, 0, 500_000),
            (400, 0, 500_000),
            (600, 4_800_000, 500_000),
            (800, 4_800_000, 500_000),
            (1_000, 4_160_000, 500_000),
            (1_200, 4_160_000, 691_200),
            (1_400, 4_160_000, 1_097_600),
            (1_600, 5_632_000, 1_638_400),
            (1_800, 5_632_000, 2_332_800),
            (2_000, 4_326_400, 3_028_480),
            (2_200, 4_326_400, 3_486_639),
            (2_400, 4_326_400, 3_821_874),
            (2_600, 5_665_280, 4_053_386),
            (2_800, 5_665_280, 4_200_373),
            (3_000, 4_333_056, 4_282_037),
            (3_200, 4_333_056, 2_997_426),
            (3_400, 4_333_056, 3_452_226),
        ] {
            limiter.hears([2_000, 3_200].contains(&at_ms), at_ms * MS);
            assert!(near(limiter.measured, measured), "{at_ms} ms: measured {}", limiter.measured);
            assert!(near(limiter.rate, rate), "{at_ms} ms: {} a second, not {rate}", limiter.rate);
            assert_eq!(limiter.rate().is_some(), at_ms >= 2_000, "{at_ms} ms: it begins with the first throttling answer");
        }
    }

    /// As botocore's tests have it: a peak of 8 is met again after 1.817 s, one of 10 after 1.957 s.
    #[test]
    fn cubic_is_back_at_its_peak_when_it_should_be() {
        for (peak, back_us) in [(10 * MILLION, 1_957_433), (8 * MILLION, 1_817_120)] {
            assert_eq!(cube_root(u128::from(peak) * 3 / 4 * u128::from(TOKEN)), back_us);
            let limiter = Limiter { peak, back_us, ..Limiter::new(0) };
            assert!(near(limiter.cubic(back_us), peak));
            assert!(limiter.cubic(back_us / 3) < peak && limiter.cubic(2 * back_us) > peak);
        }
    }

    #[test]
    fn tokens_come_at_the_rate_and_no_more_than_those_of_a_second_are_kept() {
        let mut limiter = Limiter { on: true, rate: 4 * MILLION, ..Limiter::new(0) };
        assert!(!limiter.takes(0));
        assert_eq!(limiter.next_us(0), 250 * MS);
        assert!(!limiter.takes(249_999) && limiter.takes(250 * MS));
        let kept = (0..10).filter(|_| limiter.takes(100 * 1_000 * MS)).count();
        assert_eq!(kept, 4);
    }

    #[test]
    fn a_silence_of_centuries_and_the_end_of_time_run_over_nothing() {
        let mut limiter = Limiter::new(0);
        limiter.hears(true, 1);
        limiter.hears(false, u64::MAX);
        assert!(limiter.takes(u64::MAX));
        limiter.hears(true, u64::MAX);
        assert!(limiter.next_us(u64::MAX) == u64::MAX && limiter.rate >= LEAST);
        assert_eq!(cube_root(0), 0);
        assert_eq!([26, 27, 28].map(cube_root), [2, 3, 3]);
    }
}
