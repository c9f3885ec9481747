//! What only one of two branches has, and where they part.

use super::super::LOW;
use super::super::axis::partition;
use super::Drawing;
use crate::timeline::causal_graph::diff::{Onlies, Only, Side};
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Role, Shape};
use crate::view::words;
use std::ops::Range;

/// Most marks of either branch in one picture.
const MARKS_MAX: usize = 600;

impl Drawing<'_> {
    /// What only one of two branches has.
    pub(super) fn compared(&mut self) {
        let Some(compared) = &self.diagram.compared else { return };
        let (mut ours, mut theirs) = (vec![], vec![]);
        let here = compared.differences.only(Side::Here);
        let seen = window(here, |only| only.event < self.window.start, |only| only.event < self.window.end);
        for only in seen.clone().step_by(seen.len() / MARKS_MAX + 1).filter_map(|n| here.get(n)) {
            if let Some(at) = self.point(only.event) {
                ours.push((at.by(-5.0, 8.0), at.by(5.0, 8.0)));
            }
        }
        if self.diagram.projection.by_time(self.graph) {
            let there = compared.differences.only(Side::There);
            let before = |only: Only, place: f64| (only.at_us as f64) < place;
            let seen = window(there, |only| before(only, self.metrics.from), |only| before(only, self.metrics.to));
            for only in seen.clone().step_by(seen.len() / MARKS_MAX + 1).filter_map(|n| there.get(n)) {
                let Ok(row) = self.rows.binary_search(&only.lane) else { continue };
                let x = self.metrics.x(only.at_us as f64);
                let at = Point::new(x, self.metrics.y(row) - (self.metrics.row / 4.0).min(12.0));
                theirs.push((at.by(-3.0, 0.0), at.by(0.0, -3.0)));
                theirs.push((at.by(0.0, -3.0), at.by(3.0, 0.0)));
                theirs.push((at.by(3.0, 0.0), at.by(0.0, 3.0)));
                theirs.push((at.by(0.0, 3.0), at.by(-3.0, 0.0)));
            }
        }
        let name = compared.name.clone();
        let first = compared.differences.first();
        self.lines(ours, |shape| shape.outlined(Role::Ink, 2.0));
        self.lines(theirs, |shape| shape.outlined(Role::Muted, 1.5));
        let Some(first) = first else { return };
        let at =
            if first < self.graph.len() { self.x(first) } else { self.metrics.x(self.diagram.projection.span(self.graph).1) };
        if (self.metrics.left..=self.metrics.right).contains(&at) {
            let (top, bottom) = (self.metrics.top - 4.0, self.metrics.bottom);
            self.scene.push(Shape::line(Point::new(at, top), Point::new(at, bottom)).outlined(Role::Ink, 2.0));
            self.scene.push(Shape::line(Point::new(at + 3.0, top), Point::new(at + 3.0, bottom)).outlined(Role::Ink, 1.0));
            // Where the lanes are close, words would cover them; the line says it, and the page in words.
            if self.look.height >= LOW {
                let text = words::filled(self.look.lang, "space-time.differs", &[("branch", &name)]);
                let anchor = if at > self.look.width * 0.6 { Anchor::End } else { Anchor::Start };
                let shift = if anchor == Anchor::End { -5.0 } else { 8.0 };
                let foot = Point::new(at + shift, self.metrics.bottom - 9.0);
                self.scene.push(Shape::text(foot, text, 12.0).anchored(anchor).bold().rimmed());
            }
        }
    }
}

/// Which events lie in a window: from the first that is not before its beginning to the last that is before its end.
fn window(onlies: Onlies<'_>, before: impl Fn(Only) -> bool, within: impl Fn(Only) -> bool) -> Range<usize> {
    let all = onlies.len() as u32;
    let first = partition(0, all, |n| onlies.get(n as usize).is_some_and(&before));
    let last = partition(first, all, |n| onlies.get(n as usize).is_some_and(&within));
    first as usize..last as usize
}
