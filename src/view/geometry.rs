//! Points, lines and hulls, with operations that are exact to the bit on every machine.

use crate::base::sorted::sort_few;

/// A point in logical pixels: x to the right, y down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// A point.
    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// This point moved by `dx`, `dy`.
    pub fn by(self, dx: f64, dy: f64) -> Point {
        Point { x: self.x + dx, y: self.y + dy }
    }

    /// The point `length` away in the direction of `unit`.
    pub fn along(self, unit: Point, length: f64) -> Point {
        self.by(unit.x * length, unit.y * length)
    }

    /// Distance between two points.
    pub fn distance(self, other: Point) -> f64 {
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        (dx * dx + dy * dy).sqrt()
    }

    /// The point at `part` (0 to 1) of the way to `other`.
    pub fn towards(self, other: Point, part: f64) -> Point {
        self.by((other.x - self.x) * part, (other.y - self.y) * part)
    }

    /// The direction to `other`, of length 1; to the right if they are the same.
    pub fn direction(self, other: Point) -> Point {
        let length = self.distance(other);
        if length == 0.0 { Point::new(1.0, 0.0) } else { Point::new((other.x - self.x) / length, (other.y - self.y) / length) }
    }

    /// Turned by a quarter, clockwise on the screen.
    pub fn right(self) -> Point {
        Point::new(-self.y, self.x)
    }
}

/// The direction at `turns` clockwise from twelve o'clock, of length 1.
///
/// `sin` of the standard library differs between platforms in the last bit; this polynomial does not. It is exact at quarter
/// turns and elsewhere off by less than 1e-8.
pub(crate) fn direction_at(turns: f64) -> Point {
    let turns = turns - turns.floor();
    let quarter = (turns * 4.0).floor();
    let (sin, cos) = quarter_sine(turns * 4.0 - quarter);
    match quarter as u8 {
        0 => Point::new(sin, -cos),
        1 => Point::new(cos, sin),
        2 => Point::new(-sin, cos),
        _ => Point::new(-cos, -sin),
    }
}

/// Sine and cosine of `part` (0 to 1) of a right angle.
fn quarter_sine(part: f64) -> (f64, f64) {
    let small = |part: f64| {
        let x = part * std::f64::consts::FRAC_PI_2;
        let xx = x * x;
        let sin = x * (1.0 - xx / 6.0 * (1.0 - xx / 20.0 * (1.0 - xx / 42.0 * (1.0 - xx / 72.0))));
        (sin, (1.0 - sin * sin).sqrt())
    };
    // The series is short: keep it below an eighth of a turn.
    if part <= 0.5 {
        small(part)
    } else {
        let (sin, cos) = small(1.0 - part);
        (cos, sin)
    }
}

/// The box around points: left, top, right, bottom.
pub(crate) fn bounds(points: impl Iterator<Item = Point>) -> (f64, f64, f64, f64) {
    points.fold((f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY), |(left, top, right, bottom), p| {
        (left.min(p.x), top.min(p.y), right.max(p.x), bottom.max(p.y))
    })
}

/// Distance from `p` to the segment from `a` to `b`.
pub(crate) fn segment_distance(p: Point, a: Point, b: Point) -> f64 {
    p.distance(nearest_on_segment(p, a, b))
}

/// The point of the segment from `a` to `b` that is nearest to `p`.
pub(crate) fn nearest_on_segment(p: Point, a: Point, b: Point) -> Point {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    if length == 0.0 {
        return a;
    }
    let part = ((p.x - a.x) * dx + (p.y - a.y) * dy) / length;
    a.towards(b, part.clamp(0.0, 1.0))
}

fn cross(o: Point, a: Point, b: Point) -> f64 {
    (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x)
}

/// True if `p` is inside of the polygon.
pub(crate) fn inside(p: Point, polygon: &[Point]) -> bool {
    let mut inside = false;
    for (a, b) in edges(polygon) {
        if (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
            inside = !inside;
        }
    }
    inside
}

/// Distance from `p` to the outline of a polygon.
pub(crate) fn outline_distance(p: Point, polygon: &[Point]) -> f64 {
    edges(polygon).map(|(a, b)| segment_distance(p, a, b)).fold(f64::INFINITY, f64::min)
}

/// The edges of a closed polygon.
pub(crate) fn edges(polygon: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..polygon.len()).map(|i| (polygon[i], polygon[(i + 1) % polygon.len()]))
}

/// The smallest convex polygon around points (Andrew's monotone chain).
pub(crate) fn hull(mut points: Vec<Point>) -> Vec<Point> {
    sort_few(&mut points, |a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)).is_lt());
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for p in points {
            while chain.len() >= 2 && cross(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0.0 {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut lower = half(&mut points.iter().copied());
    lower.extend(half(&mut points.iter().rev().copied()));
    lower
}

/// The two nearest points of the outlines of two polygons.
pub(crate) fn nearest_points(a: &[Point], b: &[Point]) -> (Point, Point) {
    let mut best = (f64::INFINITY, Point::default(), Point::default());
    for &p in a {
        for (from, to) in edges(b) {
            let q = nearest_on_segment(p, from, to);
            if p.distance(q) < best.0 {
                best = (p.distance(q), p, q);
            }
        }
    }
    for &p in b {
        for (from, to) in edges(a) {
            let q = nearest_on_segment(p, from, to);
            if p.distance(q) < best.0 {
                best = (p.distance(q), q, p);
            }
        }
    }
    (best.1, best.2)
}

/// True if two convex polygons share a point.
pub(crate) fn overlap(a: &[Point], b: &[Point]) -> bool {
    let separates = |a: &[Point], b: &[Point]| {
        edges(a).any(|(from, to)| {
            let side = |p: &Point| cross(from, to, *p) < 0.0;
            b.iter().all(side)
        })
    };
    !separates(a, b) && !separates(b, a)
}

/// True if the line from `a` to `b` has a part inside of a convex polygon.
pub(crate) fn crosses(a: Point, b: Point, polygon: &[Point]) -> bool {
    if inside(a, polygon) || inside(b, polygon) {
        return true;
    }
    edges(polygon).any(|(p, q)| cross(a, b, p) * cross(a, b, q) < 0.0 && cross(p, q, a) * cross(p, q, b) < 0.0)
}

/// The part of the line from `a` to `b` on which `f(p) <= 0`, for a function that is linear along the line.
pub(crate) fn clip(a: Point, b: Point, f: impl Fn(Point) -> f64) -> Option<(Point, Point)> {
    let (fa, fb) = (f(a), f(b));
    match (fa <= 0.0, fb <= 0.0) {
        (true, true) => Some((a, b)),
        (false, false) => None,
        (true, false) => Some((a, a.towards(b, fa / (fa - fb)))),
        (false, true) => Some((a.towards(b, fa / (fa - fb)), b)),
    }
}

/// Parallel lines, `gap` apart, inside of a convex polygon. `slope` is their direction, of length 1.
pub(crate) fn hatching(polygon: &[Point], slope: Point, gap: f64) -> Vec<(Point, Point)> {
    let across = slope.right();
    let offset = |p: Point| p.x * across.x + p.y * across.y;
    let (low, high) =
        polygon.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(offset(*p)), high.max(offset(*p))));
    let mut lines = Vec::new();
    // Lines lie on a grid that belongs to the picture, not to the polygon: they stand still while islands change.
    let mut step = (low / gap).ceil();
    while step * gap < high {
        let at = step * gap;
        let mut crossings: Vec<Point> = Vec::new();
        for (a, b) in edges(polygon) {
            let (fa, fb) = (offset(a) - at, offset(b) - at);
            if (fa <= 0.0) != (fb <= 0.0) {
                crossings.push(a.towards(b, fa / (fa - fb)));
            }
        }
        if let [p, q] = crossings[..] {
            lines.push((p, q));
        }
        step += 1.0;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_exact_at_quarters_and_of_length_one_between() {
        assert_eq!(direction_at(0.0), Point::new(0.0, -1.0));
        assert_eq!(direction_at(0.25), Point::new(1.0, 0.0));
        assert_eq!(direction_at(0.5), Point::new(-0.0, 1.0));
        for i in 0..100 {
            let turns = i as f64 / 100.0;
            let p = direction_at(turns);
            let angle = turns * std::f64::consts::TAU;
            assert!((p.x - angle.sin()).abs() < 1e-6 && (p.y + angle.cos()).abs() < 1e-6, "{turns}");
        }
    }

    #[test]
    fn a_hull_is_convex_and_holds_all_points() {
        let square = hull(vec![
            Point::new(0.0, 0.0),
            Point::new(4.0, 0.0),
            Point::new(4.0, 4.0),
            Point::new(0.0, 4.0),
            Point::new(2.0, 1.0),
        ]);
        assert_eq!(square.len(), 4);
        assert!(inside(Point::new(2.0, 1.0), &square) && !inside(Point::new(5.0, 1.0), &square));
        let far: Vec<Point> = square.iter().map(|p| p.by(10.0, 0.0)).collect();
        let near: Vec<Point> = square.iter().map(|p| p.by(3.0, 0.0)).collect();
        assert!(!overlap(&square, &far) && overlap(&square, &near));
        assert_eq!(nearest_points(&square, &far).0.x, 4.0);
    }
}
