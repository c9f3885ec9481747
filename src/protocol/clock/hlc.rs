//! Hybrid logical clocks (Kulkarni, Demirbas, Madappa, Avva, Leone, OPODIS 2014): the Clock Condition in a number that stays
//! close to physical time and fits 64 bits. Concurrency they do not detect.
//!
//! `l` is the greatest physical time that is known, `c` counts events while `l` stands still. A process never falls behind its
//! own physical clock, and never runs ahead of the fastest clock that it has heard of; hence the bound on what it accepts.

use std::fmt;

/// A hybrid timestamp, ordered by `l`, then `c`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hlc {
    /// The greatest physical time known, microseconds.
    pub l: u64,
    /// Events since `l` last moved.
    pub c: u64,
}

impl Hlc {
    /// The greatest `c` that fits beside 48 bits of `l`.
    pub const C_MAX: u64 = u16::MAX as u64;

    /// A send or an event of the process itself (paper, figure 5). `l` after it is the greater of
    /// `l` before it and the process's own physical time.
    #[must_use]
    pub fn ticked(self, l: u64) -> Hlc {
        Hlc { l, c: if l == self.l { self.c.saturating_add(1) } else { 0 } }
    }

    /// A receive (paper, figure 5); `l` is the greatest of both `l` and the physical time.
    #[must_use]
    pub fn received(self, message: Hlc, l: u64) -> Hlc {
        let c = match (l == self.l, l == message.l) {
            (true, true) => self.c.max(message.c).saturating_add(1),
            (true, false) => self.c.saturating_add(1),
            (false, true) => message.c.saturating_add(1),
            (false, false) => 0,
        };
        Hlc { l, c }
    }

    /// The timestamp in 64 bits: 48 of `l`, which hold nine years of microseconds, and 16 of `c`. `None` if it does not fit.
    pub fn packed(self) -> Option<u64> {
        (self.l < 1 << 48 && self.c <= Hlc::C_MAX).then_some(self.l << 16 | self.c)
    }
}

impl fmt::Display for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}.{:03}, {})", self.l / 1_000, self.l % 1_000, self.c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_four_cases_of_a_receive() {
        let (own, message) = (Hlc { l: 10, c: 3 }, Hlc { l: 10, c: 5 });
        assert_eq!(own.received(message, 10), Hlc { l: 10, c: 6 });
        assert_eq!(own.received(Hlc { l: 9, c: 8 }, 10), Hlc { l: 10, c: 4 });
        assert_eq!(own.received(Hlc { l: 12, c: 8 }, 12), Hlc { l: 12, c: 9 });
        assert_eq!(own.received(message, 20), Hlc { l: 20, c: 0 });
    }

    #[test]
    fn the_figure_of_the_paper() {
        // Figure 6: process 0 at physical time 10 sends along a chain of processes whose clocks stand at 1, 2, 3.
        let first = Hlc::default().ticked(10);
        let second = Hlc { l: 1, c: 0 }.received(first, 10);
        let third = Hlc { l: 2, c: 0 }.received(second, 10);
        assert_eq!((first, second, third), (Hlc { l: 10, c: 0 }, Hlc { l: 10, c: 1 }, Hlc { l: 10, c: 2 }));
        assert_eq!(third.ticked(13), Hlc { l: 13, c: 0 });
        assert_eq!(third.packed(), Some(10 << 16 | 2));
        assert_eq!(Hlc { l: 1, c: Hlc::C_MAX + 1 }.packed(), None);
    }

    proptest! {
        /// Theorem 4 of the paper: who has counted to c has c events in its past that share its l, one for each number below. So
        /// c is at most the number of events within the skew: what is past it has another l.
        #[test]
        fn c_counts_events_in_the_past_that_share_l(
            skews in proptest::collection::vec(0..30u64, 3),
            steps in proptest::collection::vec((0..3usize, 0..3usize, 0..6u64), 1..80),
        ) {
            // The first event is at 1: nobody shares the l of a clock that has not begun.
            let mut now = 1;
            // Each process: its clock, and all stamps in its past.
            let mut processes: Vec<(Hlc, std::collections::BTreeSet<Hlc>)> = vec![Default::default(); 3];
            let mut all: Vec<(u64, Hlc)> = Vec::new();
            for (a, b, wait) in steps {
                now += wait;
                let own = processes[a].0;
                let sent = own.ticked(own.l.max(now + skews[a]));
                let mut stamped = vec![(a, sent, processes[a].1.clone())];
                if a != b {
                    let (own, past) = processes[b].clone();
                    let l = own.l.max(sent.l).max(now + skews[b]);
                    let known = past.iter().chain(&processes[a].1).copied().chain([sent]).collect();
                    stamped.push((b, own.received(sent, l), known));
                }
                for (process, stamp, mut past) in stamped {
                    prop_assert!((0..stamp.c).all(|c| past.contains(&Hlc { l: stamp.l, c })), "{} in {:?}", stamp, past);
                    all.push((now, stamp));
                    let skew = skews.iter().max().copied().unwrap_or(0);
                    let recent = all.iter().filter(|(at, _)| at + skew >= now).count() as u64;
                    prop_assert!(stamp.c < recent, "{} after {} events within {}", stamp, recent, skew);
                    past.insert(stamp);
                    processes[process] = (stamp, past);
                }
            }
        }

        /// Clocks that are at most `skew` apart: stamps respect causality, are never behind their own clock, and never further
        /// ahead than the skew.
        #[test]
        fn stamps_stay_within_the_skew(
            skews in proptest::collection::vec(0..50u64, 3),
            steps in proptest::collection::vec((0..3usize, 0..3usize, 0..20u64), 1..80),
        ) {
            let mut now = 0;
            let mut clocks = [Hlc::default(); 3];
            for (a, b, wait) in steps {
                now += wait;
                let physical = |process: usize| now + skews[process];
                let before = clocks[a];
                clocks[a] = before.ticked(before.l.max(physical(a)));
                prop_assert!(before < clocks[a]);
                if a != b {
                    let (own, message) = (clocks[b], clocks[a]);
                    clocks[b] = own.received(message, own.l.max(message.l).max(physical(b)));
                    prop_assert!(own < clocks[b] && message < clocks[b]);
                }
                for process in [a, b] {
                    prop_assert!(clocks[process].l >= physical(process) || process == b && a == b);
                    prop_assert!(clocks[process].l <= now + skews.iter().max().copied().unwrap_or(0));
                }
            }
        }
    }
}
