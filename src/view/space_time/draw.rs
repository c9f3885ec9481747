//! From graph and look to shapes.

use super::axis::{is_local, partition};
use super::{Detail, Diagram, Look, MINIMAP, Metrics, Now, Texts, is_narrow, name_size};
use crate::base::Level;
use crate::system::inspect::{Fill, NodeStatus};
use crate::timeline::causal_graph::cone::Cones;
use crate::timeline::causal_graph::{CausalGraph, Edge, Fate, Kind, LaneState, NONE};
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Dash, Role, Scene, Shape, Text};
use crate::view::words;

/// More arrows than this have no heads.
const HEADS_MAX: usize = 300;
/// The most messages that are drawn; beyond it a sample.
const MESSAGES_MAX: usize = 600;
/// The most bars of one picture.
const BARS_MAX: f64 = 9_000.0;
/// The most marks of the story in one picture.
const STORY_MAX: usize = 160;
/// How strong what lies outside of the cones is.
const DIM: f64 = 0.74;
/// How strong the lines are of what the level leaves out.
const RECEDING: f64 = 0.5;

struct Drawing<'a> {
    diagram: &'a Diagram,
    graph: &'a CausalGraph,
    look: &'a Look,
    texts: &'a dyn Texts,
    metrics: Metrics,
    rows: Vec<u16>,
    window: std::ops::Range<u32>,
    detail: Detail,
    scene: Scene,
}

pub(super) fn scene(diagram: &Diagram, graph: &CausalGraph, look: &Look, now: Option<Now>, texts: &dyn Texts) -> Scene {
    let metrics = diagram.metrics(graph, look);
    let rows = diagram.rows(graph);
    let window = diagram.window(graph, &metrics);
    let detail = diagram.detail_in(graph, &metrics);
    let label = words::filled(
        look.lang,
        "space-time.label",
        &[("lanes", &rows.len().to_string()), ("events", &(window.end - window.start).to_string())],
    );
    let scene = Scene::new(look.width, look.height, label);
    let mut drawing = Drawing { diagram, graph, look, texts, metrics, rows, window, detail, scene };
    drawing.bands();
    drawing.network();
    let messages = drawing.messages();
    drawing.dims();
    drawing.events();
    drawing.compared();
    drawing.chain();
    drawing.pointed();
    drawing.edges_of_the_plot();
    drawing.names();
    drawing.axis(now, messages);
    drawing.minimap(now);
    drawing.chips();
    drawing.scene
}

/// Both ends of a message in the picture; `None` if one of its lanes is not drawn.
pub(super) fn ends(
    diagram: &Diagram,
    graph: &CausalGraph,
    metrics: &Metrics,
    rows: &[u16],
    edge: Edge,
) -> Option<(Point, Point)> {
    let row = |lane: u16| rows.binary_search(&lane).ok();
    let (from, to) = (row(graph.lane_of(edge.from)?)?, row(edge.to_lane)?);
    let end = |event: u32, row: usize| Point::new(metrics.x(diagram.projection.place(graph, event)), metrics.y(row));
    let (a, b) = (end(edge.from, from), end(edge.to, to));
    // What is lost does not arrive.
    Some((a, if edge.fate == Fate::Lost { a.towards(b, 0.86) } else { b }))
}

impl Drawing<'_> {
    /// Lines that look alike, as one shape.
    fn lines(&mut self, lines: Vec<(Point, Point)>, style: impl FnOnce(Shape) -> Shape) {
        if !lines.is_empty() {
            self.scene.push(style(Shape::hatch(lines)));
        }
    }

    fn visible_rows(&self) -> Vec<(usize, u16)> {
        self.rows.iter().copied().enumerate().filter(|(row, _)| self.metrics.in_view(*row)).collect()
    }

    fn x(&self, event: u32) -> f64 {
        self.metrics.x(self.diagram.projection.place(self.graph, event))
    }

    /// Kept within a little more than the plot: numbers stay small.
    fn clamped(&self, x: f64) -> f64 {
        x.clamp(self.metrics.left - 4.0, self.metrics.right + 4.0)
    }

    /// Status and role of each node along its lane.
    fn bands(&mut self) {
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

    /// What the plan or the hand did to the network: lines across all lanes.
    fn network(&mut self) {
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
    fn messages(&mut self) -> usize {
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
        let known = &self.diagram.transitive;
        let first = known.partition_point(|edge| edge.to < self.window.start);
        let mut lines = Vec::new();
        for edge in known[first..].iter().filter(|edge| edge.from < self.window.end).take(MESSAGES_MAX) {
            let Some(to_lane) = self.graph.lane_of(edge.to) else { continue };
            let edge = Edge { from: edge.from, to: edge.to, to_lane, fate: Fate::Arrived, label: 0 };
            if let Some((a, b)) = ends(self.diagram, self.graph, &self.metrics, &self.rows, edge) {
                lines.push(self.cut(a, b));
            }
        }
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

    /// What is in neither cone of the selected event fades.
    fn dims(&mut self) {
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

    fn concurrent(&self, event: u32) -> bool {
        use crate::timeline::causal_graph::cone::Relation;
        self.diagram.cones().is_some_and(|cones| cones.relation(self.graph, event) == Some(Relation::Concurrent))
    }

    /// True if the level leaves an event out: it steps back, but stays to be seen.
    fn recedes(&self, event: u32) -> bool {
        self.graph.level_of(event) as u8 > self.look.level as u8
    }

    fn events(&mut self) {
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
        let shape = self.mark(event, at).faded(strength);
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
        let (mut strong, mut dim, mut receding) = (vec![], vec![], vec![]);
        for (row, lane) in self.visible_rows() {
            let y = self.metrics.y(row);
            let lane = &self.graph.lanes()[lane as usize];
            for &event in &lane.events()[lane.positions(self.window.clone())] {
                if !self.diagram.projection.shows(self.graph, event) {
                    continue;
                }
                let x = self.x(event);
                let tick = |half: f64| (Point::new(x, y - half), Point::new(x, y + half));
                if self.concurrent(event) {
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
    }

    /// For each column and lane a bar as high as there are events.
    fn bars(&mut self) {
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

    /// What was searched for: a small flag above each; and the occurrence that is looked at.
    fn matches(&mut self) {
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

    fn point(&self, event: u32) -> Option<Point> {
        let row = self.rows.binary_search(&self.graph.lane_of(event)?).ok().filter(|row| self.metrics.in_view(*row))?;
        Some(Point::new(self.x(event), self.metrics.y(row)))
    }

    /// What only one of two branches has.
    fn compared(&mut self) {
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

    /// The chain between the two selected events.
    fn chain(&mut self) {
        let Some(chain) = self.diagram.chain().filter(|chain| chain.len() > 1) else { return };
        let points: Vec<Point> = chain.iter().filter_map(|link| self.point(link.event)).collect();
        let points: Vec<Point> = points.into_iter().map(|at| Point::new(self.clamped(at.x), at.y)).collect();
        if points.len() > 1 {
            self.scene.push(Shape::polyline(points).outlined(Role::Ink, 3.0));
        }
    }

    /// Selection and hover.
    fn pointed(&mut self) {
        for (event, radius, width) in [(self.look.hover, 9.0, 1.5), (self.look.other, 9.0, 3.0), (self.look.selected, 9.0, 3.0)] {
            if let Some(at) = event.and_then(|event| self.point(event)) {
                self.scene.push(Shape::circle(at, radius).outlined(Role::Ink, width));
            }
        }
    }

    /// Paper over what stands out of the plot on either side.
    fn edges_of_the_plot(&mut self) {
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

    fn names(&mut self) {
        let size = name_size(self.look);
        let x = if is_narrow(self.look) { 4.0 } else { 8.0 };
        for (row, lane) in self.visible_rows() {
            let name = self.graph.lanes()[lane as usize].name.clone();
            let text = shortened(&name, self.metrics.left - x - 8.0, size);
            let shape = Shape::text(Point::new(x, self.metrics.y(row)), text, size).anchored(Anchor::Start).bold().rimmed();
            self.scene.push(if self.look.spoken { shape.named(format!("node:{lane}"), name) } else { shape });
        }
    }

    /// Ticks with their figures, the cursor, and what is not shown.
    fn axis(&mut self, now: Option<Now>, sample: usize) {
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
            self.scene.push(Shape::line(Point::new(x, 16.0), Point::new(x, 20.0)).outlined(Role::Line, 1.0));
            let text = if by_time { words::time(self.look.lang, tick as u64) } else { format!("{}", tick as u64) };
            if x > self.metrics.left + 10.0 && x < self.metrics.right - 20.0 {
                self.scene.push(Shape::text(Point::new(x, 8.0), text, 12.0).filled(Role::Muted));
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
            let shade = Shape::rect(Point::new(from, 20.0), self.metrics.right + 5.0 - from, self.metrics.bottom - 20.0, 0.0);
            self.scene.push(shade.filled(Role::Paper).faded(0.45));
        }
        if (self.metrics.left - 1.0..=self.metrics.right + 1.0).contains(&x) {
            self.scene.push(Shape::line(Point::new(x, 14.0), Point::new(x, self.metrics.bottom)).outlined(Role::Ink, 1.5));
            let head = vec![Point::new(x - 5.0, 12.0), Point::new(x + 5.0, 12.0), Point::new(x, 19.0)];
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
    fn minimap(&mut self, now: Option<Now>) {
        if !self.look.minimap {
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

    fn chips(&mut self) {
        let mut x = self.metrics.right;
        let texts = if self.look.chips { self.texts.chips() } else { Vec::new() };
        for text in texts {
            let width = Text::width_of(&text, 12.0) + 16.0;
            let at = Point::new((x - width).max(4.0), 22.0);
            self.scene.push(Shape::rect(at, width, 20.0, 6.0).filled(Role::Paper).outlined(Role::Ink, 1.0));
            self.scene.push(Shape::text(Point::new(at.x + 8.0, 32.0), text, 12.0).anchored(Anchor::Start));
            x = at.x - 8.0;
        }
    }
}

/// True if a message belongs to either cone.
fn within(cones: &Cones, graph: &CausalGraph, edge: Edge) -> bool {
    let position = |event: u32| Some((graph.lane_of(event)? as usize, graph.position_of(event)?));
    let past = position(edge.to).is_some_and(|(lane, position)| position < cones.past[lane]);
    let future = position(edge.from).is_some_and(|(lane, position)| position >= cones.future[lane]);
    past || future
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
