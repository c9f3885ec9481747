//! What marks stand for, at the foot of a view: in as many lines as they take.

use super::geometry::Point;
use super::layout::ViewOptions;
use super::scene::{Anchor, Role, Scene, Shape, Text};
use super::words;

/// Height of the last line, and of each one above it.
const FOOT: f64 = 30.0;
const LINE: f64 = 18.0;
const SIZE: f64 = 12.0;
/// From the left end of a mark to its text.
const MARK: f64 = 20.0;

/// A mark, drawn to the right of the origin, and its text; one without a mark is text alone.
pub(super) type Item = (Vec<Shape>, String);

/// The marks with their texts.
pub(super) struct Legend {
    /// Each with its left end.
    lines: Vec<Vec<(f64, Item)>>,
}

fn width_of((mark, text): &Item) -> f64 {
    Text::width_of(text, SIZE) + if mark.is_empty() { 0.0 } else { MARK }
}

impl Legend {
    /// For a picture of this width.
    pub(super) fn new(width: f64, items: Vec<Item>) -> Legend {
        let mut lines = vec![Vec::new()];
        let mut x = 12.0;
        for item in items {
            let end = x + 2.0 + width_of(&item);
            if end > width - 8.0 && x > 12.0 {
                lines.push(Vec::new());
                x = 12.0;
            }
            let next = x + 16.0 + width_of(&item);
            lines.last_mut().into_iter().for_each(|line| line.push((x, item.clone())));
            x = next;
        }
        Legend { lines }
    }

    /// How much of the picture's height it takes.
    pub(super) fn height(&self) -> f64 {
        FOOT + LINE * (self.lines.len() as f64 - 1.0)
    }

    /// Draws it; what would lie beyond `right` in the last line is left out.
    pub(super) fn draw(self, scene: &mut Scene, options: &ViewOptions, right: f64) {
        let top = options.height - 13.0 - LINE * (self.lines.len() as f64 - 1.0);
        let last = self.lines.len() - 1;
        for (n, line) in self.lines.into_iter().enumerate() {
            let y = top + LINE * n as f64;
            for (x, item) in line.into_iter().filter(|(x, item)| n < last || x + width_of(item) <= right) {
                let (mark, text) = item;
                let at = Point::new(if mark.is_empty() { x } else { x + MARK }, y);
                scene.shapes.extend(mark.into_iter().map(|shape| shape.moved(x, y)));
                scene.push(Shape::text(at, text, SIZE).filled(Role::Muted).anchored(Anchor::Start));
            }
        }
    }
}

/// How many rows there is no room for, at the right end of the foot. Returns where that begins.
pub(super) fn draw_left_out(scene: &mut Scene, options: &ViewOptions, left_out: usize) -> f64 {
    let right = options.width - 8.0;
    if left_out == 0 {
        return right;
    }
    let text = words::filled(options.lang, "leases.more", &[("rows", &left_out.to_string())]);
    let width = Text::width_of(&text, SIZE);
    scene.push(Shape::text(Point::new(right, options.height - 13.0), text, SIZE).filled(Role::Muted).anchored(Anchor::End));
    right - width - 10.0
}
