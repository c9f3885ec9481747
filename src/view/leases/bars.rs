//! The bars of a row: where each lease is, and which of them lie beneath each other because they are held at the same time.

use super::Metrics;
use crate::base::sorted;
use crate::system::inspect::{Lease, LeaseKind, LeaseRow};
use crate::view::geometry::Point;
use crate::view::scene::{Dash, Role, Scene, Shape};

/// Between bars that are held at the same time.
const GAP: f64 = 4.0;

/// A lease in view.
pub(super) struct Bar<'a> {
    /// Which.
    pub(super) lease: &'a Lease,
    /// Its beginning.
    pub(super) left: f64,
    /// Now, or its end if that is over.
    pub(super) split: f64,
    /// Its end.
    pub(super) right: f64,
    /// Its upper edge.
    pub(super) y: f64,
    /// How high it is.
    pub(super) height: f64,
}

/// The bars of a row from its upper edge. What is held at the same time lies beneath each other: none covers another.
pub(super) fn of_row<'a>(now_us: f64, row: &'a LeaseRow, top: f64, metrics: &Metrics) -> Vec<Bar<'a>> {
    let in_view: Vec<&Lease> = row.leases.iter().filter(|lease| is_in_view(lease, metrics)).collect();
    let lanes = lanes(&in_view);
    let count = lanes.iter().max().map_or(1, |last| last + 1) as f64;
    // A key that a node keeps is slighter than a belief.
    let most = if row.kind == LeaseKind::Client { 24.0 } else { 18.0 };
    let height = ((metrics.row - 5.0 - GAP * (count - 1.0)) / count).clamp(1.0, most);
    let first = top + (metrics.row - height * count - GAP * (count - 1.0)) / 2.0;
    let bar = |(lease, lane): (&'a Lease, usize)| {
        let (from, until) = (lease.from_us as f64, lease.until_us as f64);
        let (left, split, right) = (metrics.x(from), metrics.x(now_us.clamp(from, until)), metrics.x(until));
        Bar { lease, left, split, right, y: first + (height + GAP) * lane as f64, height }
    };
    in_view.into_iter().zip(lanes).map(bar).collect()
}

fn is_in_view(lease: &Lease, metrics: &Metrics) -> bool {
    let (from, until) = (lease.from_us as f64, lease.until_us as f64);
    until > metrics.from_us && from < metrics.from_us + metrics.span_us && until > from
}

/// For each lease the lane in which it lies, from 0: the first in which nothing else is held meanwhile. Whoever has the lower
/// number lies higher, whoever came first. One who holds a key anew, before the old lease is over, has one bar.
fn lanes(leases: &[&Lease]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..leases.len()).collect();
    let key = |n: usize| (leases[n].holder, leases[n].from_us, n);
    sorted::sort_few(&mut order, |a, b| key(*a) < key(*b));
    let mut lanes = vec![0; leases.len()];
    let mut filled: Vec<Vec<&Lease>> = Vec::new();
    for n in order {
        let lease = leases[n];
        let at_once = |other: &Lease| lease.from_us < other.until_us && other.from_us < lease.until_us;
        let own = |other: &Lease| (other.holder, other.key) == (lease.holder, lease.key);
        let renewed = filled.iter().position(|lane| lane.iter().any(|other| own(other) && at_once(other)));
        let free = || filled.iter().position(|lane| !lane.iter().any(|other| at_once(other)));
        let lane = renewed.or_else(free).unwrap_or(filled.len());
        if lane == filled.len() {
            filled.push(Vec::new());
        }
        filled[lane].push(lease);
        lanes[n] = lane;
    }
    lanes
}

impl Bar<'_> {
    /// Draws it in the hue of its holder: full up to now, an outline from there on.
    pub(super) fn draw(&self, scene: &mut Scene, hue: Role) {
        let bar = |a: f64, b: f64| Shape::rect(Point::new(a, self.y), (b - a).max(1.0), self.height, 3.0);
        if self.right > self.split {
            scene.push(bar(self.split, self.right).filled(Role::Paper).stroked(hue, 1.5, Dash::Dashed));
        }
        if self.split > self.left {
            scene.push(bar(self.left, self.split).filled(hue).outlined(hue, 1.5));
        }
    }

    /// Marks a part of it in which too many hold the key.
    pub(super) fn draw_overlap(&self, scene: &mut Scene, left: f64, right: f64) {
        let right = right.max(left + 2.0);
        scene.push(hatch((left, right), (self.y, self.height)).faded(0.8));
        scene.push(Shape::rect(Point::new(left, self.y), right - left, self.height, 3.0).outlined(Role::Violated, 2.0));
    }
}

/// Slanting strokes from left to right, within an upper edge and a height.
pub(super) fn hatch((left, right): (f64, f64), (y, height): (f64, f64)) -> Shape {
    let strokes = (0..).map(|n| left + 6.0 * f64::from(n)).take_while(|x| x + 4.0 <= right);
    let lines: Vec<(Point, Point)> = strokes.map(|x| (Point::new(x, y + height), Point::new(x + 4.0, y))).collect();
    Shape::hatch(lines).outlined(Role::OnEpoch, 1.0)
}

/// When a lease is one too many, microseconds: so many others that bear no second one are believed in as there are permits.
pub(super) fn crowded<'a>(lease: &Lease, others: impl Iterator<Item = &'a Lease>, permits: usize) -> Vec<(u64, u64)> {
    let mut times: Vec<(u64, bool)> = others
        .filter(|other| other.key == lease.key && !(other.shared && lease.shared))
        .map(|other| (other.from_us.max(lease.from_us), other.until_us.min(lease.until_us)))
        .filter(|(from, until)| from < until)
        .flat_map(|(from, until)| [(from, true), (until, false)])
        .collect();
    times.sort_unstable();
    let (mut count, mut since, mut crowded) = (0, None, Vec::new());
    for (at_us, begins) in times {
        count = if begins { count + 1 } else { count - 1 };
        match since {
            None if count >= permits => since = Some(at_us),
            Some(from_us) if count < permits => {
                crowded.push((from_us, at_us));
                since = None;
            }
            _ => {}
        }
    }
    crowded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::NodeId;

    #[test]
    fn only_what_is_too_much_is_crowded() {
        let lease =
            |from_us, until_us, shared| Lease { holder: NodeId(0), key: 0, fence: 0, token: None, shared, from_us, until_us };
        let own = lease(10, 50, false);
        let others = [lease(0, 20, false), lease(15, 30, false), lease(30, 90, false), lease(60, 70, false)];
        assert_eq!(crowded(&own, others.iter(), 1), [(10, 30), (30, 50)]);
        assert_eq!(crowded(&own, others.iter(), 2), [(15, 20)]);
        assert_eq!(crowded(&own, others.iter(), 3), []);
        let reads = [lease(0, 20, true)];
        assert_eq!(crowded(&own, reads.iter(), 1), [(10, 20)], "a reader bears no writer");
        assert_eq!(crowded(&lease(10, 50, true), reads.iter(), 1), [], "but other readers");
    }

    #[test]
    fn what_is_held_at_the_same_time_lies_beneath_each_other() {
        let lease = |holder, from_us, until_us| Lease {
            holder: NodeId(holder),
            key: 0,
            fence: 0,
            token: None,
            shared: false,
            from_us,
            until_us,
        };
        let leases = [lease(6, 10, 30), lease(5, 0, 20), lease(5, 30, 50), lease(7, 20, 40), lease(7, 35, 60)];
        let lanes = lanes(&leases.iter().collect::<Vec<_>>());
        assert_eq!(lanes, [1, 0, 0, 2, 2], "the first two at once, then a third; one who renews has one bar");
    }
}
