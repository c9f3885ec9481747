//! Labels that look for a free place.

use crate::view::geometry::Point;
use crate::view::layout::Spot;
use crate::view::scene::{Anchor, Shape};

type Area = (f64, f64, f64, f64);

/// Labels placed so far, and the areas that are taken.
pub(super) struct Labels {
    width: f64,
    height: f64,
    taken: Vec<Area>,
    /// The labels, to be drawn on top.
    pub(super) shapes: Vec<Shape>,
}

impl Labels {
    /// No label yet; nodes and their log bars are taken.
    pub(super) fn new<'a>(width: f64, height: f64, spots: impl Iterator<Item = &'a Spot>) -> Labels {
        let taken = spots.map(|spot| {
            let (c, r) = (spot.center, spot.radius);
            (c.x - r - 8.0, c.y - r - 8.0, c.x + r + 8.0, c.y + r + if r >= Spot::NAMED { 22.0 } else { 6.0 })
        });
        Labels { width, height, taken: taken.collect(), shapes: Vec::new() }
    }

    /// Keeps an area free of labels.
    pub(super) fn take(&mut self, left: f64, top: f64, right: f64, bottom: f64) {
        self.taken.push((left, top, right, bottom));
    }

    /// Puts a label at the first place where it fits. If none is free, it goes to the first place inside of the stage if it
    /// `must` be there, and is left out otherwise. True if it was put.
    pub(super) fn put(&mut self, places: &[(Point, Anchor)], label: impl Fn(Point, Anchor) -> Shape, must: bool) -> bool {
        let shapes: Vec<Shape> = places.iter().map(|&(at, anchor)| label(at, anchor)).collect();
        let inside = |shape: &&Shape| {
            let (left, top, right, bottom) = shape.bounds();
            left >= 2.0 && top >= 2.0 && right <= self.width - 2.0 && bottom <= self.height - 2.0
        };
        let free = |shape: &&Shape| {
            let (left, top, right, bottom) = shape.bounds();
            !self.taken.iter().any(|area| left < area.2 && area.0 < right && top < area.3 && area.1 < bottom)
        };
        let chosen = shapes
            .iter()
            .filter(inside)
            .find(free)
            .or_else(|| shapes.iter().filter(|_| must).find(inside))
            .or(shapes.first().filter(|_| must));
        let chosen = chosen.cloned();
        let found = chosen.is_some();
        if let Some(shape) = chosen {
            let (left, top, right, bottom) = shape.bounds();
            self.take(left - 2.0, top - 1.0, right + 2.0, bottom + 1.0);
            self.shapes.push(shape);
        }
        found
    }
}
