//! One node: its circle, role, epoch, timer, log bar and state.

use super::frame::Frame;
use super::label::Labels;
use crate::system::inspect::{Fill, LogSummary, NodeStatus, NodeView};
use crate::view::geometry::{self, Point, direction_at};
use crate::view::layout::Spot;
use crate::view::scene::{Anchor, Dash, Role, Scene, Shape};
use crate::view::thing::Thing;
use crate::view::words;

/// Positions that a log bar shows: the newest ones of the whole cluster.
const BAR_POSITIONS: u64 = 16;
const ONE_O_CLOCK: f64 = 1.0 / 12.0;
const ELEVEN_O_CLOCK: f64 = 11.0 / 12.0;

/// Draws a node where it stands.
pub(super) fn draw(scene: &mut Scene, input: &Frame<'_>, node: &NodeView, spot: Spot) {
    let mut shapes = Vec::new();
    let named = spot.radius >= Spot::NAMED;
    if named && matches!(node.status, NodeStatus::Running | NodeStatus::Paused) {
        draw_timer(&mut shapes, input, node, spot);
    }
    let first = shapes.len();
    draw_body(&mut shapes, input, node, spot);
    if is_down(node) {
        let strength = if node.status == NodeStatus::Crashed { 0.45 } else { 0.7 };
        shapes[first..].iter_mut().for_each(|shape| shape.opacity *= strength);
        // Faint, but nothing shines through it.
        shapes.insert(first, body(node, spot, spot.radius).filled(Role::Paper));
    }
    if node.status == NodeStatus::Crashed {
        // Its name stays as legible as the others', on top of the cross.
        draw_cross(&mut shapes, spot);
    }
    if !named && node.status == NodeStatus::Paused {
        draw_pause(&mut shapes, spot.center, (spot.radius * 0.4).max(2.0), role_ink(node));
    } else if spot.radius >= Spot::LETTERED {
        let name = if named { words::node_name(input.options.lang, node.id, input.cluster()) } else { String::new() };
        draw_inscription(&mut shapes, node, spot, &name, named);
    }
    if named {
        draw_badges(&mut shapes, node, spot);
        if let Some(log) = node.log.filter(|_| node.status != NodeStatus::NotStarted) {
            draw_log_bar(&mut shapes, log, input.newest, spot);
        }
    }
    let strength = input.strength(node.id);
    scene.shapes.extend(shapes.into_iter().map(|shape| shape.faded(strength)));
    draw_pointed(scene, input, node, spot);
}

/// Crashed, or not there yet: what it is is what it was, or nothing.
fn is_down(node: &NodeView) -> bool {
    matches!(node.status, NodeStatus::Crashed | NodeStatus::NotStarted)
}

/// What is legible on a node's area.
fn role_ink(node: &NodeView) -> Role {
    if node.role.fill == Fill::Solid && !is_down(node) { Role::OnEpoch } else { Role::Ink }
}

/// The colour of what shows a node's epoch; `Line` where there is none.
fn hue(node: &NodeView) -> Role {
    node.epoch.filter(|&epoch| epoch > 0).map_or(Role::Line, Role::epoch)
}

fn body(node: &NodeView, spot: Spot, radius: f64) -> Shape {
    let c = spot.center;
    if node.status == NodeStatus::Halted {
        Shape::polygon(octagon(c, radius * 1.04))
    } else if node.client {
        Shape::rect(c.by(-radius, -radius), radius * 2.0, radius * 2.0, (radius * 0.3).max(3.0))
    } else {
        Shape::circle(c, radius)
    }
}

/// The corners of an upright octagon whose flat sides are `radius` from its centre.
pub(super) fn octagon(center: Point, radius: f64) -> Vec<Point> {
    let corner = radius * 1.0824;
    (0..8).map(|i| center.along(direction_at((i as f64 + 0.5) / 8.0), corner)).collect()
}

fn draw_body(shapes: &mut Vec<Shape>, input: &Frame<'_>, node: &NodeView, spot: Spot) {
    let label = || words::node_label(input.options.lang, node, &input.names);
    let halted = node.status == NodeStatus::Halted;
    let outline = if halted { Role::Violated } else { hue(node) };
    let ground = if node.client { Role::Raised } else { Role::Paper };
    let fill = match node.role.fill {
        _ if is_down(node) => ground,
        Fill::Solid if node.epoch.is_some() => hue(node),
        Fill::Solid => Role::Ink,
        Fill::Half | Fill::Outline => ground,
    };
    let width = if halted {
        4.0
    } else if spot.radius < Spot::LETTERED {
        1.5
    } else {
        2.0
    };
    let dash = if node.status == NodeStatus::NotStarted { Dash::Dashed } else { Dash::Solid };
    let body = body(node, spot, spot.radius).filled(fill).stroked(outline, width, dash);
    shapes.push(input.named(body, Thing::Node(node.id), label));
    if node.role.fill == Fill::Half && node.status != NodeStatus::NotStarted {
        shapes.push(half(spot).filled(outline).faded(if spot.radius >= Spot::LETTERED { 0.38 } else { 1.0 }));
    }
}

/// The lower half of a node's circle.
fn half(spot: Spot) -> Shape {
    Shape::polygon((0..=24).map(|i| spot.center.along(direction_at(0.25 + 0.5 * i as f64 / 24.0), spot.radius - 1.0)).collect())
}

fn draw_inscription(shapes: &mut Vec<Shape>, node: &NodeView, spot: Spot, name: &str, named: bool) {
    let crashed = node.status == NodeStatus::Crashed;
    let ink = role_ink(node);
    let text = |at: Point, content: String, size: f64| {
        let text = Shape::text(at, content, size).filled(ink);
        if crashed { text.rimmed() } else { text }
    };
    let c = spot.center;
    // What has not started has neither epoch nor role.
    let started = node.status != NodeStatus::NotStarted;
    let epoch = node.epoch.filter(|_| !node.client && started).map(|epoch| epoch.to_string());
    if !named {
        if !started {
            return;
        }
        let letter = if node.client { 'C'.to_string() } else { node.role.letter.to_string() };
        let up = if epoch.is_some() && spot.radius >= 14.0 { 6.5 } else { 0.0 };
        shapes.push(text(c.by(0.0, -up), letter, 12.0).bold());
        if let Some(epoch) = epoch.filter(|_| up > 0.0) {
            shapes.push(text(c.by(0.0, up), epoch, 12.0));
        }
        return;
    }
    if node.client {
        // "client 1" in two lines.
        let (word, number) = name.split_once(' ').unwrap_or((name, ""));
        shapes.push(text(c.by(0.0, -7.0), word.to_owned(), 12.0));
        shapes.push(text(c.by(0.0, 8.0), number.to_owned(), 12.0).bold());
        return;
    }
    let up = if epoch.is_some() { 7.0 } else { 0.0 };
    shapes.push(text(c.by(0.0, -up), name.to_owned(), 14.0).bold());
    if let Some(epoch) = epoch {
        shapes.push(text(c.by(0.0, 9.0), epoch, 12.0));
    }
    if !started {
        return;
    }
    let notch = c.along(direction_at(ONE_O_CLOCK), spot.radius + 1.0);
    shapes.push(Shape::circle(notch, 9.5).filled(Role::Paper).outlined(hue(node), 1.5));
    shapes.push(Shape::text(notch, node.role.letter.to_string(), 12.0).filled(Role::Ink).bold());
}

/// Steps in which the ring runs out with reduced motion: it hops, as messages do.
const RING_STEPS: f64 = 4.0;
/// How far a pulse goes beyond the ring.
const PULSE: f64 = 9.0;

/// The main timer: a ring that runs out, clockwise from twelve, over a hairline. A new role lets it pulse once.
fn draw_timer(shapes: &mut Vec<Shape>, input: &Frame<'_>, node: &NodeView, spot: Spot) {
    let Some(timer) = node.timers.iter().find(|timer| timer.main) else { return };
    let whole = timer.due_us.saturating_sub(timer.set_us).max(1) as f64;
    let mut left = ((timer.due_us as f64 - input.now_us) / whole).clamp(0.0, 1.0);
    if input.options.reduced_motion {
        left = (left * RING_STEPS).ceil() / RING_STEPS;
    }
    let radius = spot.radius + 5.0;
    if node.client {
        return;
    }
    if let Some((_, part)) = input.pulses.iter().find(|(id, _)| *id == node.id) {
        shapes.push(Shape::circle(spot.center, radius + PULSE * part).outlined(hue(node), 3.0).faded(1.0 - part));
    }
    shapes.push(Shape::circle(spot.center, radius).outlined(Role::Line, 1.0).faded(0.45));
    if left < 0.004 {
        return;
    }
    let ring = if left > 0.996 { Shape::circle(spot.center, radius) } else { Shape::arc(spot.center, radius, 1.0 - left, 1.0) };
    shapes.push(ring.outlined(Role::Muted, 2.5));
}

/// The arms of a cross, which leave room for the name in their middle.
fn draw_cross(shapes: &mut Vec<Shape>, spot: Spot) {
    let (c, far) = (spot.center, spot.radius * 0.86);
    let (near, width) = if spot.radius >= Spot::LETTERED { (far * 0.5, 2.5) } else { (0.0, 1.5) };
    for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
        shapes.push(Shape::line(c.by(far * x, far * y), c.by(near * x, near * y)).outlined(Role::Ink, width));
    }
}

/// Paused: two bars at eleven o'clock. Slow: a queue at the left. Skewed: a dial at seven.
fn draw_badges(shapes: &mut Vec<Shape>, node: &NodeView, spot: Spot) {
    let c = spot.center;
    if node.status == NodeStatus::Paused {
        let at = c.along(direction_at(ELEVEN_O_CLOCK), spot.radius + 1.0);
        shapes.push(Shape::circle(at, 9.5).filled(Role::Ink));
        draw_pause(shapes, at, 4.5, Role::Paper);
    }
    if let Some((waiting, most)) = node.queue {
        let (width, height) = (8.0, spot.radius * 1.3);
        let at = c.by(-spot.radius - 20.0, -height / 2.0);
        let full = height * (waiting.min(most) as f64 / most.max(1) as f64);
        shapes.push(Shape::rect(at, width, height, 2.0).filled(Role::Raised).outlined(Role::Ink, 1.0));
        shapes.push(Shape::rect(at.by(0.0, height - full), width, full, 0.0).filled(Role::Ink));
    }
    if node.wall_skew_us.unsigned_abs() >= 1_000 {
        let at = c.along(direction_at(8.0 / 12.0), spot.radius + 1.0);
        let ahead = node.wall_skew_us > 0;
        shapes.push(Shape::circle(at, 8.5).filled(Role::Paper).outlined(Role::Ink, 1.5));
        shapes.push(Shape::line(at, at.by(0.0, -6.0)).outlined(Role::Line, 1.5));
        shapes.push(Shape::line(at, at.along(direction_at(if ahead { 0.17 } else { 0.83 }), 6.0)).outlined(Role::Ink, 2.0));
    }
}

/// Two bars, each as high as twice `half`.
fn draw_pause(shapes: &mut Vec<Shape>, at: Point, half: f64, role: Role) {
    for side in [-half, half / 3.0] {
        shapes.push(Shape::rect(at.by(side, -half), half / 1.5, half * 2.0, 0.0).filled(role));
    }
}

/// The log bar: the newest positions of the cluster from left to right; committed ones filled, others in outline. From the first
/// position on that another log contradicts, it is hatched, and a wedge marks that place.
fn draw_log_bar(shapes: &mut Vec<Shape>, log: LogSummary, newest: u64, spot: Spot) {
    let first = newest.saturating_sub(BAR_POSITIONS) + 1;
    let cell = spot.radius * 2.0 / BAR_POSITIONS as f64;
    let at = spot.center.by(-spot.radius, spot.radius + 11.0);
    let x = |position: u64| (position.clamp(first, first + BAR_POSITIONS) - first) as f64 * cell;
    let committed = x(log.committed.min(log.last) + 1);
    let appended = x(log.last + 1);
    shapes.push(Shape::line(at.by(0.0, 8.0), at.by(cell * BAR_POSITIONS as f64, 8.0)).outlined(Role::Line, 1.0));
    if committed > 0.0 {
        shapes.push(Shape::rect(at, committed, 8.0, 0.0).filled(Role::Ink));
    }
    if appended > committed {
        shapes.push(
            Shape::rect(at.by(committed, 0.5), appended - committed, 7.5, 0.0).filled(Role::Paper).outlined(Role::Ink, 1.0),
        );
        let marks =
            (log.committed.max(first - 1) + 2..=log.last).map(|position| (at.by(x(position), 0.5), at.by(x(position), 8.0)));
        shapes.push(Shape::hatch(marks.collect()).outlined(Role::Ink, 0.75));
    }
    if let Some(from) = log.conflict.filter(|from| *from <= log.last) {
        draw_conflict(shapes, at, (x(from), committed, appended));
    }
}

/// Hatching from the first contradicted position to the end of the log: paper on what is committed, ink on the rest.
fn draw_conflict(shapes: &mut Vec<Shape>, at: Point, (from, committed, appended): (f64, f64, f64)) {
    const GAP: f64 = 3.0;
    let part = |left: f64, right: f64| {
        let corners = vec![at.by(left, 0.5), at.by(right, 0.5), at.by(right, 8.0), at.by(left, 8.0)];
        geometry::hatching(&corners, direction_at(0.125), GAP)
    };
    if from < committed {
        shapes.push(Shape::hatch(part(from, committed)).outlined(Role::Paper, 1.0));
    }
    if committed.max(from) < appended {
        shapes.push(Shape::hatch(part(from.max(committed), appended)).outlined(Role::Ink, 1.25));
    }
    let tip = at.by(from, -0.5);
    shapes.push(Shape::polygon(vec![tip, tip.by(4.0, -5.0), tip.by(-4.0, -5.0)]).filled(Role::Ink));
}

/// What the node's state needs words for, beneath it, as far as there is room.
pub(super) fn remark(labels: &mut Labels, input: &Frame<'_>, node: &NodeView, spot: Spot) {
    if spot.radius < Spot::NAMED {
        return remark_small(labels, input, node, spot);
    }
    let from = spot.center.by(0.0, spot.radius + 29.0);
    for (i, remark) in words::node_remarks(input.options.lang, node, &input.names).into_iter().enumerate() {
        // That it does not run must be said; the rest is said where there is room.
        let must = node.status != NodeStatus::Running && i == 0;
        let halted = node.status == NodeStatus::Halted && i == 0;
        let place = (from.by(0.0, 14.0 * i as f64), Anchor::Middle);
        let text = |at, _| {
            let text = Shape::text(at, remark.clone(), 12.0).rimmed().faded(input.strength(node.id));
            if halted { text.filled(Role::Violated).bold() } else { text.filled(Role::Muted) }
        };
        labels.put(&[place], text, must);
    }
}

/// A node that is too small for its name has it beside it while something points at it, with what its letter and its number say.
fn remark_small(labels: &mut Labels, input: &Frame<'_>, node: &NodeView, spot: Spot) {
    if !input.is_crowd() || !input.looks_at(Thing::Node(node.id)) {
        return;
    }
    let text = words::node_in_short(input.options.lang, node, &input.names);
    let (c, away) = (spot.center, spot.radius + 14.0);
    let places = [
        (c.by(0.0, -away - 2.0), Anchor::Middle),
        (c.by(0.0, away + 2.0), Anchor::Middle),
        (c.by(away, 0.0), Anchor::Start),
        (c.by(-away, 0.0), Anchor::End),
    ];
    labels.put(&places, |at, anchor| Shape::text(at, text.clone(), 12.0).anchored(anchor).bold().rimmed(), true);
}

/// Selection: ink, 3 wide. Focus: ink, 2 wide, with a gap of 2. Pointer: a hairline.
fn draw_pointed(scene: &mut Scene, input: &Frame<'_>, node: &NodeView, spot: Spot) {
    let thing = Thing::Node(node.id);
    let selected = input.is_selected(thing);
    // Among small nodes the rings stay close.
    let near = if spot.radius >= Spot::NAMED { 0.0 } else { -5.0 };
    let mut ring = |by: f64, role: Role, width: f64| scene.push(body(node, spot, spot.radius + by).outlined(role, width));
    let away = |by: f64| if input.is_crowd() { by + near } else { by };
    if selected {
        ring(away(9.5), Role::Ink, 3.0);
    } else if input.is_hovered(thing) {
        ring(away(9.5), Role::Line, 1.5);
    }
    if input.is_focused(thing) {
        ring(away(if selected { 14.0 } else { 11.0 }), Role::Ink, 2.0);
    }
}
