//! What only one of two executions has, and where they first differ.
//!
//! Shape and letter say whose an event is, beside the hue: a triangle that stands is only in A, one that hangs only in B; a
//! square on its corner, with an unequal sign, is in both and heard otherwise.

use super::super::Detail;
use super::super::beside::{ONLY, OTHERWISE};
use super::Drawing;
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Role, Shape};
use crate::view::words;

/// Most letters in one picture, and most marks of differences above the lanes.
const LETTERS_MAX: usize = 200;
const MARKS_MAX: usize = 400;
/// Pixels that a letter needs beside its mark.
const LETTER_ROOM: f64 = 14.0;

impl Drawing<'_> {
    /// How an event is drawn that is not in both; `None` if it is, or if nothing is compared.
    pub(super) fn differing(&self, event: u32, at: Point) -> Option<Shape> {
        let beside = self.diagram.beside.as_ref()?;
        let (second, _) = beside.lanes.get(self.graph.lane_of(event)? as usize).copied()?;
        let shape = match (self.graph.label_of(event), second) {
            (ONLY, false) => Shape::polygon(vec![at.by(0.0, -6.0), at.by(6.0, 5.0), at.by(-6.0, 5.0)]).filled(Role::Epoch(0)),
            (ONLY, true) => Shape::polygon(vec![at.by(0.0, 6.0), at.by(6.0, -5.0), at.by(-6.0, -5.0)]).filled(Role::Epoch(1)),
            (OTHERWISE, _) => {
                let corners = vec![at.by(0.0, -6.0), at.by(6.0, 0.0), at.by(0.0, 6.0), at.by(-6.0, 0.0)];
                Shape::polygon(corners).filled(Role::Paper).outlined(Role::Ink, 2.0)
            }
            _ => return None,
        };
        Some(shape)
    }

    /// A ground behind every other host: its two lanes belong together.
    pub(super) fn hosts(&mut self) {
        if self.diagram.beside.is_none() {
            return;
        }
        let rows = self.visible_rows();
        for (row, lane) in rows {
            if self.side_and_host(lane).is_some_and(|(_, host)| host % 2 == 1) {
                let (y, row) = (self.metrics.y(row), self.metrics.row);
                let ground = Shape::rect(Point::new(0.0, y - row / 2.0), self.look.width, row, 0.0);
                self.scene.push(ground.filled(Role::Raised));
            }
        }
    }

    fn side_and_host(&self, lane: u16) -> Option<(bool, u32)> {
        self.diagram.beside.as_ref()?.lanes.get(lane as usize).copied()
    }

    /// Letters beside what is not in both, a mark above the lanes for each difference, and a line where the first one is.
    pub(super) fn beside(&mut self) {
        let Some(beside) = &self.diagram.beside else { return };
        let from = beside.differences.partition_point(|event| *event < self.window.start);
        let to = beside.differences.partition_point(|event| *event < self.window.end);
        let seen = &beside.differences[from..to];
        let y = self.metrics.top - 3.0;
        let mut ticks = Vec::new();
        let mut last = f64::MIN;
        for event in seen.iter().step_by(seen.len() / MARKS_MAX + 1) {
            let x = self.x(*event);
            if x - last >= 3.0 {
                ticks.push((Point::new(x, y - 6.0), Point::new(x, y)));
                last = x;
            }
        }
        let first = beside.first;
        self.lines(ticks, |shape| shape.outlined(Role::Ink, 2.0));
        if self.detail == Detail::Single {
            self.letters();
        }
        let Some(at) = first.map(|first| self.x(first)) else { return };
        if !(self.metrics.left..=self.metrics.right).contains(&at) {
            return;
        }
        // To the left of the event, so that it does not cross it.
        let at = (at - 9.0).max(self.metrics.left);
        let line = |x: f64| Shape::line(Point::new(x, self.metrics.top - 9.0), Point::new(x, self.metrics.bottom));
        let (one, two) = (line(at), line(at - 3.0));
        self.scene.push(one.outlined(Role::Ink, 2.0));
        self.scene.push(two.outlined(Role::Ink, 1.0));
        let text = words::of_trace(self.look.lang, "diff.mark", &[]);
        let anchor = if at > self.look.width * 0.6 { Anchor::End } else { Anchor::Start };
        let shift = if anchor == Anchor::End { -8.0 } else { 5.0 };
        let foot = Point::new(at + shift, self.metrics.bottom - 9.0);
        self.scene.push(Shape::text(foot, text, 12.0).anchored(anchor).bold().rimmed());
    }

    /// Where there is room for them.
    fn letters(&mut self) {
        let mut letters = 0;
        for (row, lane) in self.visible_rows() {
            let second = self.side_and_host(lane).is_some_and(|(second, _)| second);
            let lane = &self.graph.lanes()[lane as usize];
            let events = &lane.events()[lane.positions(self.window.clone())];
            let mut last = f64::MIN;
            for &event in events {
                let letter = match self.graph.label_of(event) {
                    ONLY if second => "B",
                    ONLY => "A",
                    OTHERWISE => "\u{2260}",
                    _ => continue,
                };
                let x = self.x(event);
                if x - last < LETTER_ROOM || letters == LETTERS_MAX {
                    continue;
                }
                (last, letters) = (x, letters + 1);
                let at = Point::new(x + 8.0, self.metrics.y(row) - 9.0);
                self.scene.push(Shape::text(at, letter.to_owned(), 12.0).anchored(Anchor::Middle).bold().rimmed());
            }
        }
    }
}
