//! Events by themselves, and as ticks.

use super::super::Detail;
use super::super::axis::is_local;
use super::{DIM, Drawing, STORY_MAX};
use crate::base::Level;
use crate::timeline::causal_graph::Kind;
use crate::view::geometry::Point;
use crate::view::scene::{Role, Shape};
use crate::view::words;

impl Drawing<'_> {
    pub(super) fn events(&mut self) {
        match self.detail {
            Detail::Single => self.singles(),
            Detail::Marks => self.marks(),
            Detail::Density => self.bars(),
        }
        if self.detail != Detail::Single {
            self.story();
        }
        self.matches();
    }

    /// Every event by itself; in groups where local ones are collapsed.
    fn singles(&mut self) {
        for (row, lane) in self.visible_rows() {
            let y = self.metrics.y(row);
            let lane = &self.graph.lanes()[lane as usize];
            let mut group: Option<(u32, u32, u32)> = None;
            let events = &lane.events()[lane.positions(self.window.clone())];
            let (look, graph) = (self.look, self.graph);
            let alone = |event: u32| {
                let kept = [look.selected, look.other, look.hover].contains(&Some(event));
                kept || !(look.collapsed && is_local(graph, event))
            };
            for &event in events {
                if !alone(event) {
                    group = Some(group.map_or((event, event, 1), |(first, _, n)| (first, event, n + 1)));
                    continue;
                }
                if let Some(group) = group.take() {
                    self.group(group, y);
                }
                self.single(event, y, look.spoken);
            }
            if let Some(group) = group {
                self.group(group, y);
            }
            // Once more, over what recedes; names are spoken in the lane's order.
            if events.iter().any(|event| self.recedes(*event)) {
                for &event in events.iter().filter(|event| alone(**event)) {
                    if !self.recedes(event) && !self.concurrent(event) {
                        self.single(event, y, false);
                    }
                }
            }
        }
    }

    fn group(&mut self, (first, last, count): (u32, u32, u32), y: f64) {
        let (from, to) = (self.x(first), self.x(last));
        let strength = if self.concurrent(first) { 1.0 - DIM } else { 1.0 };
        let bar = Shape::rect(Point::new(from - 4.0, y - 3.0), to - from + 8.0, 6.0, 3.0)
            .filled(Role::Paper)
            .outlined(Role::Muted, 1.0);
        let bar = bar.faded(strength);
        let text = words::filled(self.look.lang, "space-time.local", &[("n", &count.to_string())]);
        self.scene.push(if self.look.spoken { bar.named(format!("event:{first}"), text) } else { bar });
        if count > 1 && to - from > 16.0 {
            let at = Point::new((from + to) / 2.0, y - 9.0);
            self.scene.push(Shape::text(at, format!("{count}"), 12.0).filled(Role::Muted).faded(strength).rimmed());
        }
    }

    fn single(&mut self, event: u32, y: f64, named: bool) {
        let at = Point::new(self.x(event), y);
        let strength = if self.concurrent(event) { 1.0 - DIM } else { 1.0 };
        let shape = self.differing(event, at).unwrap_or_else(|| self.mark(event, at)).faded(strength);
        self.scene.push(if named { shape.named(format!("event:{event}"), self.texts.event(event)) } else { shape });
        if self.graph.kind_of(event) == Kind::Crashed {
            let cross = vec![(at.by(-3.0, -3.0), at.by(3.0, 3.0)), (at.by(-3.0, 3.0), at.by(3.0, -3.0))];
            self.scene.push(Shape::hatch(cross).outlined(Role::Ink, 1.5).faded(strength));
        }
    }

    fn mark(&self, event: u32, at: Point) -> Shape {
        let level = self.graph.level_of(event);
        let (ink, size) = if self.recedes(event) { (Role::Muted, 0.7) } else { (Role::Ink, 1.0) };
        let square = |half: f64| Shape::rect(at.by(-half, -half), 2.0 * half, 2.0 * half, 0.0);
        match self.graph.kind_of(event) {
            Kind::Timer | Kind::Disk if level != Level::Story => square(2.5 * size).filled(Role::Muted),
            Kind::Invoked => {
                let half = 4.0 * size;
                Shape::rect(at.by(-half, -half), 2.0 * half, 2.0 * half, 1.0).filled(Role::Paper).outlined(ink, 1.5)
            }
            Kind::Crashed => square(5.0).filled(Role::Paper).outlined(Role::Ink, 2.0),
            _ if level == Level::Story => {
                Shape::polygon(vec![at.by(0.0, -6.0), at.by(6.0, 0.0), at.by(0.0, 6.0), at.by(-6.0, 0.0)]).filled(Role::Ink)
            }
            Kind::Delivered | Kind::Foreign => Shape::circle(at, 4.0 * size).filled(Role::Paper).outlined(ink, 1.5 * size),
            _ => Shape::circle(at, 3.5 * size).filled(Role::Muted),
        }
    }

    /// Every event a tick.
    fn marks(&mut self) {
        let (mut strong, mut dim, mut receding, mut alone) = (vec![], vec![], vec![], vec![]);
        for (row, lane) in self.visible_rows() {
            let y = self.metrics.y(row);
            let lane = &self.graph.lanes()[lane as usize];
            for &event in &lane.events()[lane.positions(self.window.clone())] {
                if !self.diagram.projection.shows(self.graph, event) {
                    continue;
                }
                let x = self.x(event);
                let tick = |half: f64| (Point::new(x, y - half), Point::new(x, y + half));
                if self.diagram.beside.is_some() && self.graph.label_of(event) != 0 {
                    alone.push(tick(8.0));
                } else if self.concurrent(event) {
                    dim.push(tick(4.0));
                } else if self.recedes(event) {
                    receding.push(tick(3.0));
                } else {
                    strong.push(tick(4.0));
                }
            }
        }
        self.lines(dim, |shape| shape.outlined(Role::Muted, 1.5).faded(0.3));
        self.lines(receding, |shape| shape.outlined(Role::Muted, 1.0).faded(0.7));
        self.lines(strong, |shape| shape.outlined(Role::Ink, 1.5).faded(0.85));
        self.lines(alone, |shape| shape.outlined(Role::Ink, 2.0));
    }

    /// Events of the story, where not every event is drawn by itself.
    fn story(&mut self) {
        let story = self.graph.story(self.window.clone());
        let step = story.len() / STORY_MAX + 1;
        let shapes: Vec<Shape> = story
            .iter()
            .step_by(step)
            .filter_map(|event| {
                let row = self.rows.binary_search(&self.graph.lane_of(*event)?).ok().filter(|row| self.metrics.in_view(*row))?;
                let at = Point::new(self.x(*event), self.metrics.y(row));
                let strength = if self.concurrent(*event) { 1.0 - DIM } else { 1.0 };
                let mark = vec![at.by(0.0, -5.0), at.by(5.0, 0.0), at.by(0.0, 5.0), at.by(-5.0, 0.0)];
                let shape = Shape::polygon(mark).filled(Role::Ink).outlined(Role::Paper, 1.0).faded(strength);
                Some(if self.look.spoken { shape.named(format!("event:{event}"), self.texts.event(*event)) } else { shape })
            })
            .collect();
        shapes.into_iter().for_each(|shape| self.scene.push(shape));
    }
}
