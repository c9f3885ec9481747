//! Where there are too many events for marks: bars as high as there are events.

use super::super::axis::partition;
use super::Drawing;
use crate::view::geometry::Point;
use crate::view::scene::Role;

/// The most bars of one picture.
const BARS_MAX: f64 = 9_000.0;

impl Drawing<'_> {
    /// For each column and lane a bar as high as there are events.
    pub(super) fn bars(&mut self) {
        let rows = self.visible_rows();
        let width = self.metrics.right - self.metrics.left;
        let step = (width * rows.len().max(1) as f64 / BARS_MAX).ceil().max(2.0);
        let columns = (width / step).ceil() as usize;
        let mut counts = vec![0u32; columns * rows.len()];
        // Whether the middle of a column is concurrent to the selected event.
        let mut dim = vec![false; counts.len()];
        for (n, (_, lane)) in rows.iter().enumerate() {
            let events = self.graph.lanes()[*lane as usize].events();
            let mut before = 0;
            for column in 0..=columns {
                let edge = self.metrics.place(self.metrics.left + (column as f64 * step).min(width));
                let upto = self.seek(events, before, edge);
                if column > 0 {
                    counts[n * columns + column - 1] = upto - before;
                    dim[n * columns + column - 1] =
                        upto > before && self.concurrent(events[(before + (upto - before) / 2) as usize]);
                }
                before = upto;
            }
        }
        let most = f64::from(counts.iter().copied().max().unwrap_or(1).max(1));
        let room = (self.metrics.row - 6.0).min(40.0);
        let (mut strong, mut faint) = (vec![], vec![]);
        for (n, (row, _)) in rows.iter().enumerate() {
            let y = self.metrics.y(*row);
            for column in 0..columns {
                let count = counts[n * columns + column];
                if count == 0 {
                    continue;
                }
                let x = self.metrics.left + (column as f64 + 0.5) * step;
                let half = (1.0 + f64::from(count) / most * (room / 2.0 - 1.0)).max(1.0);
                let bar = (Point::new(x, y - half), Point::new(x, y + half));
                if dim[n * columns + column] { faint.push(bar) } else { strong.push(bar) }
            }
        }
        self.lines(faint, |shape| shape.outlined(Role::Muted, step - 0.5).faded(0.25));
        self.lines(strong, |shape| shape.outlined(Role::Muted, step - 0.5).faded(0.8));
    }

    /// Number of events of a list before a place; `from` are known to be. In steps that double: columns hold few or many.
    fn seek(&self, events: &[u32], from: u32, place: f64) -> u32 {
        let before = |at: u32| self.diagram.projection.place(self.graph, events[at as usize]) < place;
        let (mut low, mut step, count) = (from, 1, events.len() as u32);
        if low == 0 {
            return partition(0, count, before);
        }
        while low < count && low + step < count && before(low + step) {
            low += step;
            step *= 2;
        }
        partition(low, count.min(low.saturating_add(step).saturating_add(1)), before)
    }
}
