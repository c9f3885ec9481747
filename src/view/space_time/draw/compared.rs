//! What only one of two branches has, and where they part.

use super::super::axis::partition;
use super::Drawing;
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Role, Shape};
use crate::view::words;

impl Drawing<'_> {
    /// What only one of two branches has.
    pub(super) fn compared(&mut self) {
        let Some(compared) = &self.diagram.compared else { return };
        let (mut ours, mut theirs) = (vec![], vec![]);
        let window = |list: &[u32], from: u32, to: u32| {
            let first = list.partition_point(|event| *event < from);
            first..first + list[first..].partition_point(|event| *event < to)
        };
        let range = window(&compared.diff.only_a, self.window.start, self.window.end);
        for event in compared.diff.only_a[range.clone()].iter().step_by(range.len() / 600 + 1) {
            if let Some(at) = self.point(*event) {
                ours.push((at.by(-5.0, 8.0), at.by(5.0, 8.0)));
            }
        }
        if self.diagram.projection.by_time(self.graph) && compared.graph.has_times() {
            let other = &compared.graph;
            let list = &compared.diff.only_b;
            let place = |event: u32| other.at_us(event).unwrap_or_default() as f64;
            let first = partition(0, list.len() as u32, |n| place(list[n as usize]) < self.metrics.from) as usize;
            let last = partition(first as u32, list.len() as u32, |n| place(list[n as usize]) < self.metrics.to) as usize;
            for event in list[first..last].iter().step_by((last - first) / 600 + 1) {
                let Some(row) = other.lane_of(*event).and_then(|lane| self.rows.binary_search(&lane).ok()) else { continue };
                let at = Point::new(self.metrics.x(place(*event)), self.metrics.y(row) - (self.metrics.row / 4.0).min(12.0));
                theirs.push((at.by(-3.0, 0.0), at.by(0.0, -3.0)));
                theirs.push((at.by(0.0, -3.0), at.by(3.0, 0.0)));
                theirs.push((at.by(3.0, 0.0), at.by(0.0, 3.0)));
                theirs.push((at.by(0.0, 3.0), at.by(-3.0, 0.0)));
            }
        }
        let name = compared.name.clone();
        let first = compared.diff.first;
        self.lines(ours, |shape| shape.outlined(Role::Ink, 2.0));
        self.lines(theirs, |shape| shape.outlined(Role::Muted, 1.5));
        let Some(first) = first else { return };
        let at =
            if first < self.graph.len() { self.x(first) } else { self.metrics.x(self.diagram.projection.span(self.graph).1) };
        if (self.metrics.left..=self.metrics.right).contains(&at) {
            let (top, bottom) = (self.metrics.top - 4.0, self.metrics.bottom);
            self.scene.push(Shape::line(Point::new(at, top), Point::new(at, bottom)).outlined(Role::Ink, 2.0));
            self.scene.push(Shape::line(Point::new(at + 3.0, top), Point::new(at + 3.0, bottom)).outlined(Role::Ink, 1.0));
            let text = words::filled(self.look.lang, "space-time.differs", &[("branch", &name)]);
            let anchor = if at > self.look.width * 0.6 { Anchor::End } else { Anchor::Start };
            let shift = if anchor == Anchor::End { -5.0 } else { 8.0 };
            let shape =
                Shape::text(Point::new(at + shift, self.metrics.bottom - 9.0), text, 12.0).anchored(anchor).bold().rimmed();
            self.scene.push(shape);
        }
    }
}
