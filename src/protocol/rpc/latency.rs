//! How long a client's last calls took: what it sends a second copy after, and what is shown.

use crate::base::{Encode, Encoder};
use std::collections::VecDeque;

/// So many are remembered.
const MOST: usize = 128;
/// Of fewer nobody judges.
const LEAST: usize = 20;

/// Times of the last calls that were done, oldest first, microseconds.
#[derive(Clone, Debug, Default)]
pub struct Latencies(VecDeque<u32>);

impl Latencies {
    /// A call is done.
    pub fn add(&mut self, took_us: u64) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(u32::try_from(took_us).unwrap_or(u32::MAX));
    }

    /// The time within which so many in a hundred were done, microseconds; none of fewer than 20 calls.
    pub fn percentile_us(&self, percent: u64) -> Option<u64> {
        if self.0.len() < LEAST {
            return None;
        }
        let mut sorted: Vec<u32> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let rank = (sorted.len() as u64 * percent).div_ceil(100).max(1) as usize;
        sorted.get(rank.min(sorted.len()) - 1).map(|us| u64::from(*us))
    }
}

impl Encode for Latencies {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        self.0.iter().for_each(|us| to.u32(*us));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_rank() {
        let mut latencies = Latencies::default();
        (1..=19).for_each(|ms| latencies.add(ms * 1_000));
        assert_eq!(latencies.percentile_us(50), None, "too few");
        (20..=100).rev().for_each(|ms| latencies.add(ms * 1_000));
        assert_eq!([1, 50, 95, 99, 100].map(|p| latencies.percentile_us(p)), [1, 50, 95, 99, 100].map(|ms| Some(ms * 1_000)));
        (0..MOST).for_each(|_| latencies.add(u64::MAX));
        assert_eq!(latencies.percentile_us(1), Some(u32::MAX.into()), "the oldest are forgotten");
    }
}
