//! What stands along and beside the lanes: bands of status and role, and names.

use super::super::axis::partition;
use super::super::{is_narrow, name_size};
use super::Drawing;
use crate::system::inspect::{Fill, NodeStatus};
use crate::timeline::causal_graph::LaneState;
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Dash, Role, Shape, Text};

impl Drawing<'_> {
    /// Status and role of each node along its lane.
    pub(super) fn bands(&mut self) {
        let end = if self.graph.is_empty() { self.metrics.left } else { self.clamped(self.x(self.graph.len() - 1)) };
        for (row, lane) in self.visible_rows() {
            let y = self.metrics.y(row);
            let height = (self.metrics.row - 4.0).min(34.0);
            if self.look.lane == Some(lane) {
                let top = y - self.metrics.row / 2.0;
                let width = self.look.width;
                self.scene.push(Shape::rect(Point::new(0.0, top), width, self.metrics.row, 0.0).filled(Role::Raised));
            }
            let states = self.graph.lanes()[lane as usize].states();
            let first = states.partition_point(|(event, _)| *event <= self.window.start).saturating_sub(1);
            let mut at = first;
            let mut letters = 0;
            while let Some(&(event, state)) = states.get(at).filter(|(event, _)| *event < self.window.end) {
                let from = self.clamped(self.x(event));
                let mut next = at + 1;
                // Bands that are thinner than a pixel are not looked at one by one.
                if self.window.len() > 20_000 {
                    let stop = from + 1.0;
                    next = at
                        + 1
                        + partition(0, (states.len() - at - 1) as u32, |n| self.x(states[at + 1 + n as usize].0) < stop) as usize;
                }
                let to = states.get(next).map_or(end, |(event, _)| self.clamped(self.x(*event)));
                if to > from {
                    self.band(from, to, y, height, state, &mut letters);
                }
                at = next;
            }
            let status = states.get(at.wrapping_sub(1)).map_or(NodeStatus::Running, |(_, state)| state.status);
            let line = Shape::line(Point::new(self.metrics.left, y), Point::new(self.metrics.right, y));
            let dash = if status == NodeStatus::Running { Dash::Solid } else { Dash::Dashed };
            self.scene.push(line.stroked(Role::Line, 1.0, dash).faded(0.6));
        }
    }

    fn band(&mut self, from: f64, to: f64, y: f64, height: f64, state: LaneState, letters: &mut u32) {
        let ground = |height: f64| Shape::rect(Point::new(from, y - height / 2.0), to - from, height, 0.0);
        match state.status {
            NodeStatus::Crashed | NodeStatus::Halted => {
                let step = 8.0;
                let count = ((to - from) / step).floor() as usize;
                let line = |n: usize| {
                    let x = from + n as f64 * step;
                    (Point::new(x, y + height / 2.0), Point::new((x + step).min(to), y - height / 2.0))
                };
                let role = if state.status == NodeStatus::Halted { Role::Violated } else { Role::Muted };
                self.scene.push(Shape::hatch((0..=count).map(line).collect()).outlined(role, 1.0).faded(0.5));
                self.scene.push(ground(height).stroked(role, 1.0, Dash::Dashed).faded(0.6));
            }
            NodeStatus::NotStarted => {}
            NodeStatus::Paused => self.scene.push(ground(height * 0.5).stroked(Role::Muted, 2.0, Dash::Dotted)),
            NodeStatus::Running => match state.fill {
                Fill::Solid => {
                    self.scene.push(ground(height).filled(Role::epoch(state.epoch)).faded(0.22));
                    self.scene.push(ground(height).outlined(Role::epoch(state.epoch), 1.0).faded(0.7));
                }
                Fill::Half => self.scene.push(ground(height * 0.6).stroked(Role::epoch(state.epoch), 1.0, Dash::Dashed)),
                Fill::Outline => {}
            },
        }
        let letter = match state.status {
            NodeStatus::Crashed | NodeStatus::Halted => '\u{d7}',
            NodeStatus::Paused => '\u{2016}',
            NodeStatus::Running if state.fill != Fill::Outline => state.role,
            NodeStatus::Running | NodeStatus::NotStarted => return,
        };
        let text = if state.epoch > 0 && state.status == NodeStatus::Running {
            format!("{letter} {}", state.epoch)
        } else {
            letter.to_string()
        };
        if to - from > Text::width_of(&text, 12.0) + 10.0 && height >= 14.0 && *letters < 40 {
            *letters += 1;
            // At the upper edge, so that events do not lie on it.
            let at = Point::new(from + 5.0, y - height / 2.0 + 7.0);
            self.scene.push(Shape::text(at, text, 12.0).anchored(Anchor::Start).filled(Role::Muted).rimmed());
        }
    }

    pub(super) fn names(&mut self) {
        let size = name_size(self.look);
        let x = if is_narrow(self.look) { 4.0 } else { 8.0 };
        for (row, lane) in self.visible_rows() {
            let name = self.graph.lanes()[lane as usize].name.clone();
            let text = shortened(&name, self.metrics.left - x - 8.0, size);
            let shape = Shape::text(Point::new(x, self.metrics.y(row)), text, size).anchored(Anchor::Start).bold().rimmed();
            self.scene.push(if self.look.spoken { shape.named(format!("node:{lane}"), name) } else { shape });
        }
    }
}

/// As much of a name as there is room for.
fn shortened(name: &str, room: f64, size: f64) -> String {
    if Text::width_of(name, size) <= room {
        return name.to_owned();
    }
    let mut short = String::new();
    for letter in name.chars() {
        if Text::width_of(&short, size) + size * 1.2 > room {
            break;
        }
        short.push(letter);
    }
    short.push('\u{2026}');
    short
}
