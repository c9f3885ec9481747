//! Where very many nodes stand: rings within rings, or rows beneath rows.
//!
//! Numbers follow the angle on rings and the columns of grids, so that neighbours by number are neighbours on the stage, and the
//! halves of a cluster are halves of the picture.

use super::geometry::{Point, direction_at};
use super::layout::Spot;

/// Clusters of more servers than this stand in rings within rings.
pub(crate) const MANY: u16 = 40;
/// Nodes of a crowd are not larger than this: names come with the zoom.
const LARGEST: f64 = Spot::NAMED - 0.5;
/// Nor smaller than this.
const SMALLEST: f64 = 3.0;

/// An area of the stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    fn middle(self) -> Point {
        Point::new(self.left + self.width / 2.0, self.top + self.height / 2.0)
    }
}

/// Nodes of one size.
pub(crate) struct Crowd {
    /// Where they stand, by number.
    pub(crate) places: Vec<Point>,
    /// Half of a node's extent.
    pub(crate) radius: f64,
    /// Distance between neighbours, about.
    pub(crate) pitch: f64,
}

impl Crowd {
    fn new(places: Vec<Point>, radius: f64) -> Crowd {
        Crowd { places, radius, pitch: pitch(radius) }
    }
}

/// The distance between neighbours of this radius.
fn pitch(radius: f64) -> f64 {
    2.0 * radius + (radius * 0.8).max(2.0)
}

/// The largest radius at which there is room, in steps of half a pixel.
fn largest(fits: impl Fn(f64) -> bool) -> f64 {
    let mut radius = LARGEST;
    while radius > SMALLEST && !fits(radius) {
        radius -= 0.5;
    }
    radius
}

/// Rings within rings, as wide as the area.
pub(crate) fn rings(count: u16, area: Area) -> Crowd {
    let radius = largest(|radius| ring_sizes(area, radius).iter().map(|ring| ring.room).sum::<usize>() >= count as usize);
    let rings = ring_sizes(area, radius);
    let room: usize = rings.iter().map(|ring| ring.room).sum::<usize>().max(1);
    let (mut left, mut room_left) = (count as usize, room);
    let mut places: Vec<(f64, usize, Point)> = Vec::with_capacity(count as usize);
    for (depth, ring) in rings.iter().enumerate() {
        // As full as the rings within it, to the last node.
        let here = if depth + 1 == rings.len() { left } else { (left * ring.room).div_ceil(room_left.max(1)).min(left) };
        places.extend(ring.places(here).into_iter().map(|place| (turn(place), depth, place)));
        (left, room_left) = (left - here, room_left - ring.room);
    }
    places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let middle = area.middle();
    Crowd::new(places.into_iter().map(|(.., place)| middle.by(place.x, place.y)).collect(), radius)
}

/// A running track around the origin: two straights and two half circles; or the line that is left of it.
struct Ring {
    /// Length of each straight.
    straight: f64,
    /// Radius of the half circles; 0 of the line.
    bend: f64,
    /// The straights run up and down.
    upright: bool,
    /// So many nodes have room on it.
    room: usize,
}

/// The tracks within an area, the outermost first.
fn ring_sizes(area: Area, radius: f64) -> Vec<Ring> {
    let pitch = pitch(radius);
    let (width, height) = (area.width - 2.0 * radius, area.height - 2.0 * radius);
    let (straight, upright) = ((width - height).abs(), height > width);
    let mut bend = width.min(height) / 2.0;
    let mut rings = Vec::new();
    while bend >= 0.0 {
        let ring = Ring { straight, bend: if bend < pitch / 2.0 { 0.0 } else { bend }, upright, room: 0 };
        let room = if ring.bend == 0.0 { (straight / pitch).floor() + 1.0 } else { (ring.length() / pitch).floor() };
        rings.push(Ring { room: room as usize, ..ring });
        bend -= pitch;
    }
    rings
}

impl Ring {
    fn length(&self) -> f64 {
        2.0 * self.straight + std::f64::consts::TAU * self.bend
    }

    /// So many places, evenly along its line.
    fn places(&self, count: usize) -> Vec<Point> {
        let place = |i: usize| match self.bend {
            0.0 if count > 1 => Point::new(self.straight * (i as f64 / (count - 1) as f64 - 0.5), 0.0),
            0.0 => Point::default(),
            _ => self.at(self.length() * i as f64 / count as f64),
        };
        let turned = |p: Point| if self.upright { Point::new(p.y, -p.x) } else { p };
        (0..count).map(|i| turned(place(i))).collect()
    }

    /// The point so far along a lying track, from the middle of its upper straight, clockwise.
    fn at(&self, along: f64) -> Point {
        let (half, bow) = (self.straight / 2.0, std::f64::consts::PI * self.bend);
        let end = |x: f64, turns: f64| Point::new(x, 0.0).along(direction_at(turns), self.bend);
        let rest = along - half;
        if rest < 0.0 {
            Point::new(along, -self.bend)
        } else if rest < bow {
            end(half, rest / bow * 0.5)
        } else if rest < bow + self.straight {
            Point::new(half - (rest - bow), self.bend)
        } else if rest < 2.0 * bow + self.straight {
            end(-half, 0.5 + (rest - bow - self.straight) / bow * 0.5)
        } else {
            Point::new(rest - 2.0 * bow - self.straight - half, -self.bend)
        }
    }
}

/// Grows with the angle, clockwise from twelve o'clock, from 0 to 4.
fn turn(p: Point) -> f64 {
    let sum = p.x.abs() + p.y.abs();
    if sum == 0.0 {
        return 0.0;
    }
    match (p.x >= 0.0, p.y < 0.0) {
        (true, true) => p.x / sum,
        (true, false) => 1.0 + p.y / sum,
        (false, false) => 2.0 - p.x / sum,
        (false, true) => 3.0 - p.y / sum,
    }
}

/// The order of a grid's places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Along the rows.
    Rows,
    /// Down the columns.
    Columns,
}

/// Rows beneath rows.
pub(crate) fn grid(count: u16, area: Area, order: Order) -> Crowd {
    let room = |extent: f64, radius: f64| ((extent - 2.0 * radius) / pitch(radius)).floor().max(0.0) as usize + 1;
    let radius = largest(|radius| room(area.width, radius) * room(area.height, radius) >= count as usize);
    // As many columns as there is room for, and no more rows than that needs; rows and columns spread over the area.
    let count = count as usize;
    let columns = room(area.width, radius).min(count.max(1));
    let rows = count.div_ceil(columns).max(1);
    let columns = count.div_ceil(rows).max(1);
    let step = |extent: f64, cells: usize| (extent / cells as f64).min(pitch(radius) * 1.6);
    let (dx, dy) = (step(area.width, columns), step(area.height, rows));
    let middle = area.middle();
    let (columns_middle, rows_middle) = ((columns - 1) as f64 / 2.0, (rows - 1) as f64 / 2.0);
    let place = |i: usize| {
        let (column, row) = match order {
            Order::Rows => (i % columns, i / columns),
            Order::Columns => (i / rows, i % rows),
        };
        middle.by((column as f64 - columns_middle) * dx, (row as f64 - rows_middle) * dy)
    };
    Crowd::new((0..count).map(place).collect(), radius)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_keeps_inside_of_its_area_and_apart() {
        for (width, height) in [(250.0, 240.0), (360.0, 420.0), (700.0, 420.0), (1080.0, 580.0), (1800.0, 900.0)] {
            for count in [1, 41, 60, 200, 333, 1_000] {
                let area = Area { left: 30.0, top: 20.0, width, height };
                for crowd in [rings(count, area), grid(count, area, Order::Rows), grid(count, area, Order::Columns)] {
                    let what = format!("{count} at {width}x{height}, radius {}", crowd.radius);
                    assert_eq!(crowd.places.len(), count as usize, "{what}");
                    for (i, p) in crowd.places.iter().enumerate() {
                        let r = crowd.radius - 0.01;
                        let inside = p.x - r >= 30.0 && p.x + r <= 30.0 + width && p.y - r >= 20.0 && p.y + r <= 20.0 + height;
                        assert!(inside, "{what}: {p:?}");
                        let nearest = crowd.places[..i].iter().map(|q| p.distance(*q)).fold(f64::INFINITY, f64::min);
                        // Where there is no room at the smallest size, they touch.
                        assert!(nearest >= 2.0 * crowd.radius * 0.95 || crowd.radius <= SMALLEST, "{what}: {i} at {nearest}");
                    }
                }
            }
        }
    }

    #[test]
    fn two_hundred_nodes_keep_their_letters_on_a_desktop() {
        let area = Area { left: 0.0, top: 0.0, width: 1100.0, height: 580.0 };
        assert!(rings(200, area).radius >= Spot::LETTERED && grid(200, area, Order::Rows).radius >= Spot::LETTERED);
    }

    #[test]
    fn halves_by_number_are_halves_of_the_picture() {
        let area = Area { left: 0.0, top: 0.0, width: 1100.0, height: 580.0 };
        let right = rings(200, area).places.iter().take(100).filter(|p| p.x >= 550.0).count();
        assert!(right >= 97, "{right} of the first hundred are on the right");
        let left = grid(200, area, Order::Columns).places.iter().take(100).filter(|p| p.x <= 550.0).count();
        assert!(left >= 97, "{left} of the first hundred are on the left");
    }
}
