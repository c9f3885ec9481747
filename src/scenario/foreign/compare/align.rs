//! What two lists have in common, in order: the fewest places that only one of them has.
//!
//! Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1, 1986: greedily, by furthest points. The search for
//! the shortest way is bounded: after so many differences, the furthest point that was reached counts as right, and the search
//! begins anew there. The steps for two lists of N places together are then at most proportional to N times the bound, and what
//! is found is still in order, but perhaps not the most.

/// No point.
const NOWHERE: u32 = u32::MAX;
/// Comparisons that a search may cost, about.
const COMPARISONS: usize = 40_000_000;
/// Places of an end that are looked at in one step.
const PLACES: u32 = 4_096;
/// Least and most differences after which a search begins anew.
const DIFFERENCES: (usize, usize) = (64, 1_500);

/// Aligns two lists, one number of differences after the other.
#[derive(Debug)]
pub(super) struct Align {
    /// Where what is not yet aligned begins in each list, and where it ends.
    from: (u32, u32),
    to: (u32, u32),
    /// For each number of differences, the furthest point of each diagonal: how much of the first list is passed there.
    furthest: Vec<Vec<u32>>,
    cap: usize,
    trimming: Trimming,
    /// Whether the search has begun anew, so that there may be a shorter way.
    pub(super) rough: bool,
}

/// Which end is looked at for what is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trimming {
    Head,
    Tail,
    Done,
}

impl Align {
    /// Of lists so long.
    pub(super) fn new(a: u32, b: u32) -> Align {
        Align { from: (0, 0), to: (a, b), furthest: Vec::new(), cap: 0, trimming: Trimming::Head, rough: false }
    }

    /// Aligns what is left for one more difference, after a look at both ends; `found` is told of places that are the same, as many as the third number
    /// says. True when all is aligned.
    pub(super) fn step(&mut self, same: impl Fn(u32, u32) -> bool, mut found: impl FnMut(u32, u32, u32)) -> bool {
        if self.trimming != Trimming::Done {
            self.trim(&same, &mut found);
            return false;
        }
        let (n, m) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        if n == 0 || m == 0 {
            return true;
        }
        let row = self.row(n, m, &same);
        let d = self.furthest.len();
        self.furthest.push(row);
        let end = m as usize + d;
        // The diagonal on which both lists end.
        let aside = end.checked_sub(n as usize).filter(|aside| aside.is_multiple_of(2));
        let last = aside.and_then(|aside| d.checked_sub(aside / 2));
        if let Some(last) = last.filter(|last| self.furthest[d].get(*last) == Some(&n)) {
            self.walk_back(d, last, &mut found);
            self.from = self.to;
            return true;
        }
        if d >= self.cap {
            self.begin_anew(d, &mut found);
        }
        false
    }

    /// The same at both ends needs no search.
    fn trim(&mut self, same: &impl Fn(u32, u32) -> bool, found: &mut impl FnMut(u32, u32, u32)) {
        let room = (self.to.0 - self.from.0).min(self.to.1 - self.from.1).min(PLACES);
        if self.trimming == Trimming::Head {
            let (a, b) = self.from;
            let head = (0..room).take_while(|n| same(a + n, b + n)).count() as u32;
            found(a, b, head);
            self.from = (a + head, b + head);
            if head < PLACES {
                self.trimming = Trimming::Tail;
            }
            return;
        }
        let (a, b) = self.to;
        let tail = (1..=room).take_while(|n| same(a - n, b - n)).count() as u32;
        found(a - tail, b - tail, tail);
        self.to = (a - tail, b - tail);
        if tail < PLACES {
            self.trimming = Trimming::Done;
            let left = (self.to.0 - self.from.0 + self.to.1 - self.from.1) as usize;
            self.cap = (COMPARISONS / left.max(1)).clamp(DIFFERENCES.0, DIFFERENCES.1);
        }
    }

    /// Where the diagonal with number `at` lies, of `d` differences: what is passed of the second list, by what is passed of the
    /// first. `None` outside of the lists.
    fn second(d: usize, at: usize, x: u32, m: u32) -> Option<u32> {
        let y = i64::from(x) + d as i64 - 2 * at as i64;
        u32::try_from(y).ok().filter(|y| *y <= m)
    }

    /// Where the way to a diagonal comes from: the diagonal with one difference less, and the point after that difference.
    fn arrive(&self, d: usize, at: usize, n: u32, m: u32) -> Option<(usize, u32)> {
        let before = &self.furthest[d - 1];
        let reached = |at: usize| before.get(at).copied().filter(|x| *x != NOWHERE);
        let skip_a = at.checked_sub(1).and_then(|at| Some((at, reached(at)? + 1))).filter(|(_, x)| *x <= n);
        let skip_b = reached(at).map(|x| (at, x)).filter(|(_, x)| Align::second(d, at, *x, m).is_some());
        match (skip_a, skip_b) {
            (Some(a), Some(b)) => Some(if a.1 >= b.1 { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    /// The furthest points with one more difference than so far.
    fn row(&self, n: u32, m: u32, same: &impl Fn(u32, u32) -> bool) -> Vec<u32> {
        let d = self.furthest.len();
        let point = |at: usize| {
            let begin = if d == 0 { Some(0) } else { self.arrive(d, at, n, m).map(|(_, x)| x) };
            let Some((mut x, mut y)) = begin.and_then(|x| Some((x, Align::second(d, at, x, m)?))) else { return NOWHERE };
            while x < n && y < m && same(self.from.0 + x, self.from.1 + y) {
                (x, y) = (x + 1, y + 1);
            }
            x
        };
        (0..=d).map(point).collect()
    }

    /// Tells what is the same on the way to a point.
    fn walk_back(&self, d: usize, at: usize, found: &mut impl FnMut(u32, u32, u32)) {
        let (n, m) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let (mut at, mut d) = (at, d);
        loop {
            let end = self.furthest[d][at];
            let before = if d == 0 { None } else { self.arrive(d, at, n, m) };
            let begin = before.map_or(0, |(_, x)| x);
            if let Some(y) = Align::second(d, at, begin, m) {
                found(self.from.0 + begin, self.from.1 + y, end - begin);
            }
            let Some((from, _)) = before else { return };
            (at, d) = (from, d - 1);
        }
    }

    /// Too many differences: the furthest point is right.
    fn begin_anew(&mut self, d: usize, found: &mut impl FnMut(u32, u32, u32)) {
        let m = self.to.1 - self.from.1;
        let reach = |at: usize| {
            let x = self.furthest[d][at];
            Align::second(d, at, x, m).filter(|_| x != NOWHERE).map(|y| (x + y, at.abs_diff(d / 2), at, y))
        };
        let best = (0..=d).filter_map(reach).max_by_key(|(sum, aside, at, _)| (*sum, usize::MAX - aside, *at));
        let Some((_, _, at, y)) = best else { return };
        self.walk_back(d, at, found);
        self.from = (self.from.0 + self.furthest[d][at], self.from.1 + y);
        self.furthest.clear();
        (self.trimming, self.rough) = (Trimming::Head, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pairs of places that are the same, and whether the search had to begin anew.
    fn aligned(a: &[u8], b: &[u8]) -> (Vec<(u32, u32)>, bool) {
        let mut align = Align::new(a.len() as u32, b.len() as u32);
        let mut pairs = Vec::new();
        let same = |x: u32, y: u32| a[x as usize] == b[y as usize];
        while !align.step(same, |x, y, count| pairs.extend((0..count).map(|n| (x + n, y + n)))) {}
        pairs.sort_unstable();
        (pairs, align.rough)
    }

    /// The length of the longest list that both have, by the table of all.
    fn longest(a: &[u8], b: &[u8]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut corner = 0;
            for (at, y) in b.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if x == y { corner + 1 } else { above.max(row[at]) };
                corner = above;
            }
        }
        row[b.len()]
    }

    #[test]
    fn what_is_inserted_and_what_is_missing_is_found() {
        assert_eq!(aligned(b"abcde", b"abXcde").0, [(0, 0), (1, 1), (2, 3), (3, 4), (4, 5)]);
        assert_eq!(aligned(b"abcde", b"acde").0, [(0, 0), (2, 1), (3, 2), (4, 3)]);
        assert_eq!(aligned(b"", b"ab").0, []);
        assert_eq!(aligned(b"ab", b"cd").0, []);
    }

    #[test]
    fn lists_that_have_nothing_in_common_end_in_time() {
        let (a, b) = (vec![1; 60_000], vec![2; 60_000]);
        assert_eq!(aligned(&a, &b), (vec![], true));
    }

    #[test]
    fn a_far_bound_leaves_only_what_is_in_order() {
        let list = |seed: u32| (0..30_000_u32).map(|n| (n.wrapping_mul(seed) >> 9) as u8 % 3).collect::<Vec<u8>>();
        let (a, b) = (list(2_654_435_761), list(2_246_822_519));
        let (pairs, _) = aligned(&a, &b);
        assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1), "in order");
        assert!(pairs.len() > 10_000, "{} are found", pairs.len());
    }

    proptest! {
        #[test]
        fn nothing_longer_is_in_both(a in prop::collection::vec(0_u8..4, 0..60), b in prop::collection::vec(0_u8..4, 0..60)) {
            let (pairs, rough) = aligned(&a, &b);
            prop_assert!(!rough);
            prop_assert!(pairs.iter().all(|(x, y)| a[*x as usize] == b[*y as usize]));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
            prop_assert_eq!(pairs.len(), longest(&a, &b));
        }
    }
}
