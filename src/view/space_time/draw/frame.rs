//! What lies around the plot: axis, cursor, the stripe with all of it, chips.

use super::super::{Detail, MINIMAP, Now, has_minimap};
use super::Drawing;
use crate::view::cluster::draw_chips;
use crate::view::geometry::Point;
use crate::view::layout::STRIP;
use crate::view::scene::{Anchor, Role, Shape, Text};
use crate::view::words;

impl Drawing<'_> {
    /// Paper over what stands out of the plot on either side.
    pub(super) fn edges_of_the_plot(&mut self) {
        let (width, height) = (self.look.width, self.look.height);
        let left = self.metrics.left - 5.0;
        self.scene.push(Shape::rect(Point::new(0.0, 0.0), left, height, 0.0).filled(Role::Paper));
        let right = self.metrics.right + 5.0;
        self.scene.push(Shape::rect(Point::new(right, 0.0), (width - right).max(0.0), height, 0.0).filled(Role::Paper));
        let (top, bottom) = (self.metrics.top - 20.0, self.metrics.bottom);
        self.scene.push(Shape::rect(Point::new(0.0, bottom), width, (height - bottom).max(0.0), 0.0).filled(Role::Paper));
        if self.metrics.scroll > 0.0 {
            self.scene.push(Shape::rect(Point::new(0.0, 0.0), width, top.max(0.0), 0.0).filled(Role::Paper));
        }
    }

    /// Ticks with their figures, the cursor, and what is not shown.
    pub(super) fn axis(&mut self, now: Option<Now>, sample: usize) {
        let axis = self.metrics.axis;
        let by_time = self.diagram.projection.by_time(self.graph);
        let span = self.metrics.to - self.metrics.from;
        let step = round_step(span / ((self.metrics.right - self.metrics.left) / 110.0).max(2.0), 1.0);
        // There is nothing before the beginning, nor after the last event or the cursor.
        let (first, last) = self.diagram.projection.span(self.graph);
        let last = now.map_or(last, |now| last.max(self.now_place(now))).min(self.metrics.to);
        let mut tick = (self.metrics.from.max(first) / step).ceil() * step;
        let mut count = 0;
        while tick <= last && count < 40 {
            let x = self.metrics.x(tick);
            self.scene.push(Shape::line(Point::new(x, axis + 16.0), Point::new(x, axis + 20.0)).outlined(Role::Line, 1.0));
            let text = if by_time { words::time(self.look.lang, tick as u64) } else { format!("{}", tick as u64) };
            if x > self.metrics.left + 10.0 && x < self.metrics.right - 20.0 {
                self.scene.push(Shape::text(Point::new(x, axis + 8.0), text, 12.0).filled(Role::Muted));
            }
            tick += step;
            count += 1;
        }
        if sample > 1 && self.detail != Detail::Single {
            let text = words::filled(self.look.lang, "space-time.sample", &[("n", &sample.to_string())]);
            let at = Point::new(self.metrics.right, self.metrics.bottom - 8.0);
            self.scene.push(Shape::text(at, text, 12.0).anchored(Anchor::End).filled(Role::Muted).rimmed());
        }
        let Some(x) = now.map(|now| self.metrics.x(self.now_place(now))) else { return };
        if x < self.metrics.right {
            // What has been played but lies after the cursor is there, but fainter.
            let from = x.max(self.metrics.left - 4.0);
            let top = axis + 20.0;
            let shade = Shape::rect(Point::new(from, top), self.metrics.right + 5.0 - from, self.metrics.bottom - top, 0.0);
            self.scene.push(shade.filled(Role::Paper).faded(0.45));
        }
        if (self.metrics.left - 1.0..=self.metrics.right + 1.0).contains(&x) {
            self.scene.push(Shape::line(Point::new(x, axis + 14.0), Point::new(x, self.metrics.bottom)).outlined(Role::Ink, 1.5));
            let head = vec![Point::new(x - 5.0, axis + 12.0), Point::new(x + 5.0, axis + 12.0), Point::new(x, axis + 19.0)];
            self.scene.push(Shape::polygon(head).filled(Role::Ink));
        }
    }

    fn now_place(&self, now: Now) -> f64 {
        if self.diagram.projection.by_time(self.graph) {
            return now.at_us;
        }
        match now.event.checked_sub(1).filter(|last| *last < self.graph.len()) {
            Some(last) => self.diagram.projection.place(self.graph, last) + 0.5,
            None => 0.0,
        }
    }

    /// All of the run, with the window in it.
    pub(super) fn minimap(&mut self, now: Option<Now>) {
        if !has_minimap(self.look) {
            return;
        }
        let (from, to) = self.diagram.projection.span(self.graph);
        let (left, width) = (self.metrics.left, self.metrics.right - self.metrics.left);
        let top = self.look.height - MINIMAP;
        let x = |place: f64| left + ((place - from) / (to - from)).clamp(0.0, 1.0) * width;
        self.scene.push(Shape::rect(Point::new(left, top), width, MINIMAP - 4.0, 3.0).filled(Role::Raised));
        let columns = (width / 3.0).floor().max(1.0) as usize;
        let count = |column: usize| {
            let place = from + column as f64 / columns as f64 * (to - from);
            self.diagram.projection.count_before(self.graph, place)
        };
        let edges: Vec<u32> = (0..=columns).map(count).collect();
        let most = edges.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(1).max(1);
        let bottom = top + MINIMAP - 5.0;
        let bars = edges.windows(2).enumerate().filter(|(_, pair)| pair[1] > pair[0]).map(|(column, pair)| {
            let x = left + (column as f64 + 0.5) * width / columns as f64;
            let height = 1.0 + f64::from(pair[1] - pair[0]) / f64::from(most) * (MINIMAP - 9.0);
            (Point::new(x, bottom), Point::new(x, bottom - height))
        });
        self.scene.push(Shape::hatch(bars.collect()).outlined(Role::Muted, 2.0).faded(0.5));
        let (a, b) = (x(self.metrics.from), x(self.metrics.to));
        let frame = Shape::rect(Point::new(a, top), (b - a).max(4.0), MINIMAP - 4.0, 2.0).outlined(Role::Ink, 1.5);
        let label = words::filled(self.look.lang, "space-time.minimap", &[]);
        self.scene.push(if self.look.spoken { frame.named("minimap", label) } else { frame });
        if let Some(now) = now {
            let at = x(self.now_place(now));
            self.scene.push(Shape::line(Point::new(at, top - 2.0), Point::new(at, bottom + 1.0)).outlined(Role::Ink, 1.5));
        }
    }

    /// In a strip above the axis, as every view of a run has them.
    pub(super) fn chips(&mut self) {
        if self.diagram.strip && self.look.chips {
            draw_chips(&mut self.scene.shapes, &self.texts.chips(), Point::new(12.0, STRIP / 2.0), self.look.width);
        }
    }

    /// What a foreign trace is, at the right.
    pub(super) fn labels(&mut self) {
        let mut x = self.metrics.right;
        let texts = if self.look.chips { self.texts.labels() } else { Vec::new() };
        // Beneath the axis, where the first lane leaves room for it; else it covers a figure rather than an event.
        let top = if self.metrics.row < 40.0 { 0.0 } else { 22.0 };
        for text in texts {
            let width = Text::width_of(&text, 12.0) + 16.0;
            let at = Point::new((x - width).max(4.0), top);
            self.scene.push(Shape::rect(at, width, 20.0, 6.0).filled(Role::Paper).outlined(Role::Ink, 1.0));
            self.scene.push(Shape::text(Point::new(at.x + 8.0, top + 10.0), text, 12.0).anchored(Anchor::Start));
            x = at.x - 8.0;
        }
    }
}

/// 1, 2 or 5 times a power of ten, at least `step` and `least`.
fn round_step(step: f64, least: f64) -> f64 {
    let mut size = least;
    loop {
        for factor in [1.0, 2.0, 5.0] {
            if size * factor >= step || size > 1e18 {
                return size * factor;
            }
        }
        size *= 10.0;
    }
}
