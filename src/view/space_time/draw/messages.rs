//! Messages between the lanes, what was done to the network, and the order that went through hidden lanes.

use super::super::Detail;
use super::{Drawing, STORY_MAX, ends};
use crate::timeline::causal_graph::cone::Cones;
use crate::timeline::causal_graph::{CausalGraph, Edge, Fate, Kind};
use crate::view::geometry::Point;
use crate::view::scene::{Dash, Role, Shape};
use crate::view::words;

/// More arrows than this have no heads.
const HEADS_MAX: usize = 300;
/// The most messages that are drawn; beyond it a sample.
const MESSAGES_MAX: usize = 600;
/// How strong the lines are of what the level leaves out.
const RECEDING: f64 = 0.5;

impl Drawing<'_> {
    /// What the plan or the hand did to the network: lines across all lanes.
    pub(super) fn network(&mut self) {
        let story = self.graph.story(self.window.clone());
        let acted: Vec<u32> =
            story.iter().copied().filter(|event| self.graph.kind_of(*event) == Kind::Acted).take(STORY_MAX).collect();
        let mut last = f64::NEG_INFINITY;
        for event in acted {
            let x = self.x(event);
            let line = Shape::line(Point::new(x, self.metrics.top - 6.0), Point::new(x, self.metrics.bottom));
            let line = line.stroked(Role::Muted, 2.0, Dash::Dashed);
            self.scene.push(if self.look.spoken { line.named(format!("event:{event}"), self.texts.event(event)) } else { line });
            if x - last > 14.0 {
                self.scene.push(Shape::text(Point::new(x, self.metrics.top - 12.0), "\u{2715}", 12.0).filled(Role::Muted));
                last = x;
            }
        }
    }

    /// Messages: one drawing for each way to draw them. Returns one of how many is drawn.
    pub(super) fn messages(&mut self) -> usize {
        let edges = self.graph.edges();
        let (first, last) = (edges.first_ending_at(self.window.start), edges.first_ending_at(self.window.end));
        let stride = ((last - first) / MESSAGES_MAX + 1).next_power_of_two();
        let mut found: Vec<(usize, Edge)> = Vec::new();
        if stride == 1 {
            edges.across(self.window.start, self.window.end, |number, edge| {
                found.push((number, edge));
                found.len() < 2 * MESSAGES_MAX
            });
        } else {
            // By number, so that the sample is the same wherever the window lies.
            let from = first.next_multiple_of(stride);
            found.extend((from..last).step_by(stride).filter_map(|number| Some((number, edges.get(number)?))));
        }
        let cones = self.diagram.cones().cloned();
        let (mut plain, mut copies, mut faint, mut crosses) = (vec![], vec![], vec![], vec![]);
        let (mut heads, mut receding, mut receding_heads) = (vec![], vec![], vec![]);
        let with_heads = self.detail == Detail::Single && found.len() <= HEADS_MAX;
        for &(number, edge) in &found {
            let Some((a, b)) = ends(self.diagram, self.graph, &self.metrics, &self.rows, edge) else { continue };
            if b.x < self.metrics.left - 2.0 || a.x > self.metrics.right + 2.0 {
                continue;
            }
            let (a, b) = self.cut(a, b);
            let inside = cones.as_ref().is_none_or(|cones| within(cones, self.graph, edge));
            let recedes = self.recedes(edge.from) && self.recedes(edge.to);
            if !inside {
                faint.push((a, b));
            } else if recedes && edge.fate == Fate::Arrived {
                receding.push((a, b));
            } else if edge.fate == Fate::Copy {
                copies.push((a, b));
            } else {
                plain.push((a, b));
            }
            if edge.fate == Fate::Lost && inside {
                let d = 4.0;
                crosses.push((b.by(-d, -d), b.by(d, d)));
                crosses.push((b.by(-d, d), b.by(d, -d)));
            } else if with_heads && inside {
                let back = b.direction(a);
                let tip = b.along(back, 5.0);
                let heads = if recedes { &mut receding_heads } else { &mut heads };
                heads.push((tip, tip.along(back, 7.0).along(back.right(), 3.5)));
                heads.push((tip, tip.along(back, 7.0).along(back.right(), -3.5)));
            }
            if self.look.spoken && self.detail == Detail::Single && (b.x - a.x).abs() + (b.y - a.y).abs() > 1.0 {
                let label = self.message(edge);
                self.scene.push(Shape::line(a, b).named(format!("edge:{number}"), label));
            }
        }
        let strength = if stride > 1 { 0.35 } else { 0.8 };
        self.lines(faint, |shape| shape.outlined(Role::Line, 1.0).faded(0.2));
        self.lines(receding, |shape| shape.outlined(Role::Muted, 1.0).faded(strength * RECEDING));
        self.lines(receding_heads, |shape| shape.outlined(Role::Muted, 1.0).faded(RECEDING));
        self.lines(plain, |shape| shape.outlined(Role::Muted, 1.0).faded(strength));
        self.lines(copies, |shape| shape.stroked(Role::Muted, 1.5, Dash::Dashed).faded(strength));
        self.lines(heads, |shape| shape.outlined(Role::Muted, 1.0));
        self.lines(crosses, |shape| shape.outlined(Role::Ink, 1.5));
        self.transitive();
        stride
    }

    /// The order that went through hidden lanes.
    fn transitive(&mut self) {
        let (mut lines, mut left) = (Vec::new(), MESSAGES_MAX);
        self.diagram.hiding.found().across(self.window.start, self.window.end.saturating_sub(1), |_, edge| {
            if let Some((a, b)) = ends(self.diagram, self.graph, &self.metrics, &self.rows, edge) {
                lines.push(self.cut(a, b));
            }
            left -= 1;
            left > 0
        });
        self.lines(lines, |shape| shape.stroked(Role::Muted, 1.5, Dash::Dotted));
    }

    /// The part of a line within the plot.
    fn cut(&self, a: Point, b: Point) -> (Point, Point) {
        let (left, right) = (self.metrics.left - 40.0, self.metrics.right + 40.0);
        let at = |x: f64| a.towards(b, (x - a.x) / (b.x - a.x));
        let a_cut = if a.x < left && b.x > left { at(left) } else { a };
        let b_cut = if b.x > right && a.x < right { at(right) } else { b };
        (a_cut, b_cut)
    }

    fn message(&self, edge: Edge) -> String {
        let name = |lane: Option<u16>| lane.and_then(|lane| self.graph.lanes().get(lane as usize)).map_or("", |lane| &lane.name);
        let args = [
            ("message", &*self.texts.message(edge.label)),
            ("from", name(self.graph.lane_of(edge.from))),
            ("to", name(Some(edge.to_lane))),
        ];
        let key = match edge.fate {
            Fate::Arrived => "message.label",
            Fate::Copy => "space-time.copy",
            Fate::Lost => "space-time.lost",
        };
        words::filled(self.look.lang, key, &args)
    }
}

/// True if a message belongs to either cone.
fn within(cones: &Cones, graph: &CausalGraph, edge: Edge) -> bool {
    let position = |event: u32| Some((graph.lane_of(event)? as usize, graph.position_of(event)?));
    let past = position(edge.to).is_some_and(|(lane, position)| position < cones.past[lane]);
    let future = position(edge.from).is_some_and(|(lane, position)| position >= cones.future[lane]);
    past || future
}
