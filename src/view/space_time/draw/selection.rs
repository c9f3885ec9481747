//! What somebody chose, points at or looks for: cones, chain, matches.

use super::Drawing;
use crate::timeline::causal_graph::NONE;
use crate::view::geometry::Point;
use crate::view::scene::{Dash, Role, Shape};

impl Drawing<'_> {
    /// What is in neither cone of the selected event fades.
    pub(super) fn dims(&mut self) {
        let Some(cones) = self.diagram.cones().cloned() else { return };
        for (row, lane) in self.visible_rows() {
            let (past, future) = (cones.past[lane as usize], cones.future[lane as usize]);
            let x = |position: u32| self.graph.at(lane, position).map(|event| self.x(event));
            let from = past.checked_sub(1).and_then(x).map_or(self.metrics.left - 4.0, |x| x + 5.0);
            let to = (future != NONE).then(|| x(future)).flatten().map_or(self.metrics.right + 4.0, |x| x - 5.0);
            let (from, to) = (self.clamped(from), self.clamped(to));
            let y = self.metrics.y(row);
            let height = self.metrics.row - 2.0;
            // The cones themselves: a stripe under the lane, so that colour and dimming are not all that tells.
            let edge = y + height / 2.0 - 3.0;
            let stripe = |from: f64, to: f64| (Point::new(from, edge), Point::new(to.max(from), edge));
            if past > 0 {
                let lines = vec![stripe(self.metrics.left, from)];
                self.lines(lines, |shape| shape.outlined(Role::Ink, 2.0));
            }
            if future != NONE {
                let lines = vec![stripe(to, self.metrics.right)];
                self.lines(lines, |shape| shape.stroked(Role::Ink, 2.0, Dash::Dashed));
            }
        }
    }

    /// What was searched for: a small flag above each; and the occurrence that is looked at.
    pub(super) fn matches(&mut self) {
        let hits = self.diagram.sought.hits();
        let first = hits.partition_point(|event| *event < self.window.start);
        let count = hits[first..].partition_point(|event| *event < self.window.end);
        let step = count / 400 + 1;
        let mut lines = Vec::new();
        for event in hits[first..first + count].iter().step_by(step) {
            let Some(at) = self.point(*event) else { continue };
            let top = at.y - (self.metrics.row / 2.0 - 3.0).min(16.0);
            lines.push((Point::new(at.x, top), Point::new(at.x, at.y - 6.0)));
            lines.push((Point::new(at.x - 3.0, top), Point::new(at.x + 3.0, top)));
        }
        self.lines(lines, |shape| shape.outlined(Role::Ink, 2.0));
        let found: Vec<Point> = self.look.found.iter().filter_map(|event| self.point(*event)).collect();
        found.into_iter().for_each(|at| self.scene.push(Shape::circle(at, 8.0).outlined(Role::Ink, 2.0)));
    }

    /// The chain between the two selected events.
    pub(super) fn chain(&mut self) {
        let Some(chain) = self.diagram.chain().filter(|chain| chain.len() > 1) else { return };
        let points: Vec<Point> = chain.iter().filter_map(|link| self.point(link.event)).collect();
        let points: Vec<Point> = points.into_iter().map(|at| Point::new(self.clamped(at.x), at.y)).collect();
        if points.len() > 1 {
            self.scene.push(Shape::polyline(points).outlined(Role::Ink, 3.0));
        }
    }

    /// Selection and hover.
    pub(super) fn pointed(&mut self) {
        for (event, radius, width) in [(self.look.hover, 9.0, 1.5), (self.look.other, 9.0, 3.0), (self.look.selected, 9.0, 3.0)] {
            if let Some(at) = event.and_then(|event| self.point(event)) {
                self.scene.push(Shape::circle(at, radius).outlined(Role::Ink, width));
            }
        }
    }
}
