//! Messages in flight: each glides along the right-hand lane of its link, so that those going the other way pass beside it.

use super::label::Labels;
use super::{ClusterInput, DIMMED, Spot, link};
use crate::protocol::{Class, Shape as Glyph};
use crate::system::inspect::{MessageView, NodeStatus};
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Dash, Role, Scene, Shape};
use crate::view::words;

/// Kinds are written while no more than this many messages that are not routine are in view.
const WRITTEN_UP_TO: usize = 12;
/// How far to the right of the middle of the link a message travels.
const LANE: f64 = 9.0;
/// Half of a glyph's extent.
const HALF: f64 = 7.0;
/// A lost message gets so far; then it fades, and a cross marks the place.
const LOST_AT: f64 = 0.6;
const FAINT: f64 = 0.4;

/// A message where it is at the cursor.
struct Placed<'a> {
    message: &'a MessageView,
    from: Point,
    to: Point,
    at: Point,
    /// Part of its way in time, 0 to 1.
    part: f64,
}

fn placed<'a>(input: &ClusterInput<'a>, spots: &[Spot]) -> Vec<Placed<'a>> {
    let mut all: Vec<Placed<'a>> = Vec::new();
    for message in input.messages {
        let (Some(&from), Some(&to)) = (spots.get(message.from.index()), spots.get(message.to.index())) else { continue };
        let mut lane = LANE * (from.radius.min(to.radius) / Spot::FULL).max(0.45);
        let (mut start, mut end) = link::ends(from, to, lane);
        let ahead = all.iter().filter(|other| (other.message.from, other.message.to) == (message.from, message.to));
        let length = start.distance(end);
        let (part, way) = progress(input, message, length, ahead.clone().filter(|other| other.message.waiting).count());
        // Two at the same place on one lane: the later one steps aside.
        let crowd = ahead.filter(|other| other.at.distance(start.towards(end, way)) < HALF * 1.6 && !message.waiting).count();
        if crowd > 0 && length > 0.0 {
            lane += 10.0 * crowd.min(3) as f64;
            (start, end) = link::ends(from, to, lane);
        }
        all.push(Placed { message, from: start, to: end, at: start.towards(end, way), part });
    }
    all
}

/// How much of its time has passed, and how much of its way lies behind it.
fn progress(input: &ClusterInput<'_>, message: &MessageView, length: f64, waiting_before: usize) -> (f64, f64) {
    let receiver = input.nodes.get(message.to.index());
    if message.waiting || message.due_us.is_none() {
        // In the queue of a node that stands still or is slow it waits at the door, else in the middle of the link.
        let at_door = receiver.is_some_and(|node| node.status == NodeStatus::Paused || node.queue.is_some());
        let back = waiting_before as f64 * (2.0 * HALF + 6.0) / length.max(1.0);
        let way = if at_door { 1.0 - 12.0 / length.max(12.0) - back } else { 0.5 - back };
        return (1.0, way.max(0.05));
    }
    let (sent, due) = (message.sent_us as f64, message.due_us.unwrap_or(message.sent_us) as f64);
    let mut part = if due > sent { ((input.now_us - sent) / (due - sent)).clamp(0.0, 1.0) } else { 1.0 };
    if input.options.reduced_motion {
        // It hops: three places on the way.
        part = ((part * 3.0).floor().min(2.0) + 0.5) / 3.0;
    }
    (part, if message.lost { part.min(0.85) / 0.85 * LOST_AT } else { part })
}

fn hue(message: &MessageView) -> Role {
    message.epoch.filter(|&epoch| epoch > 0).map_or(Role::Ink, Role::epoch)
}

fn id(message: &MessageView) -> String {
    words::message_id(message.id)
}

/// What lies beneath the nodes: bands of many requests, dotted tails of delayed messages, arrows.
pub(super) fn draw_beneath(scene: &mut Scene, input: &ClusterInput<'_>, spots: &[Spot]) {
    for Placed { message, from, to, at, .. } in placed(input, spots) {
        let strength = strength(input, message);
        if message.count > 1 {
            let width = (2.0 * (message.count.ilog2() + 1) as f64).min(16.0);
            scene.push(Shape::line(from, at).outlined(hue(message), width).faded(0.3 * strength));
        }
        if message.delayed {
            scene.push(Shape::line(from, at).stroked(hue(message), 2.0, Dash::Dotted).faded(strength));
        }
        if input.options.reduced_motion && !message.waiting {
            let way = from.direction(to);
            let head = |side: f64| to.along(way, -8.0).along(way.right(), side * 4.0);
            scene.push(Shape::line(from, to).outlined(hue(message), 1.0).faded(0.7 * strength));
            scene.push(Shape::polygon(vec![to, head(1.0), head(-1.0)]).filled(hue(message)).faded(0.7 * strength));
        }
    }
}

fn strength(input: &ClusterInput<'_>, message: &MessageView) -> f64 {
    let shown = if message.faint && !input.options.points_at(&id(message)) { FAINT } else { 1.0 };
    if input.witness.is_some() { shown * DIMMED } else { shown }
}

/// The messages themselves, and their labels.
pub(super) fn draw(scene: &mut Scene, labels: &mut Labels, input: &ClusterInput<'_>, spots: &[Spot]) {
    let all = placed(input, spots);
    let few = all.iter().filter(|placed| !placed.message.faint).count() <= WRITTEN_UP_TO;
    for placed in &all {
        labels.take(placed.at.x - HALF, placed.at.y - HALF, placed.at.x + HALF, placed.at.y + HALF);
    }
    for placed in &all {
        draw_one(scene, input, placed);
        let pointed = input.options.points_at(&id(placed.message));
        if pointed || (few && !placed.message.faint && input.witness.is_none()) {
            draw_label(labels, input, placed, pointed);
        }
    }
}

fn draw_one(scene: &mut Scene, input: &ClusterInput<'_>, placed: &Placed<'_>) {
    let Placed { message, at, part, .. } = placed;
    let vanishing = message.lost && *part >= 0.85;
    let mut strength = strength(input, message);
    if vanishing {
        draw_cross(scene, *at, strength);
        strength *= 0.3;
    }
    let Some(kind) = input.kind(message) else { return };
    let (hue, hollow) = (hue(message), kind.class == Class::Reply);
    let fill = if hollow { Role::Paper } else { hue };
    if message.copy {
        scene.push(glyph(kind.shape, *at, HALF + 3.5).outlined(hue, 1.5).faded(strength));
    }
    let label = words::message_label(input.options.lang, message, &input.names);
    let half = if message.faint { HALF - 2.0 } else { HALF };
    scene.push(glyph(kind.shape, *at, half).filled(fill).outlined(hue, 2.0).faded(strength).named(id(message), label));
    if let Some(yes) = message.answer.filter(|_| hollow) {
        let mut marks = vec![(at.by(-3.0, 0.0), at.by(3.0, 0.0))];
        if yes {
            marks.push((at.by(0.0, -3.0), at.by(0.0, 3.0)));
        }
        scene.push(Shape::hatch(marks).outlined(hue, 1.5).faded(strength));
    }
    if message.waiting {
        for side in [HALF + 3.0, HALF + 7.0] {
            scene.push(Shape::line(at.by(side, -5.0), at.by(side, 5.0)).outlined(Role::Ink, 2.0).faded(strength));
        }
    }
    draw_pointed(scene, input, message, *at);
}

fn glyph(glyph: Glyph, at: Point, half: f64) -> Shape {
    match glyph {
        Glyph::Data => Shape::rect(at.by(-half * 0.86, -half * 0.86), half * 1.72, half * 1.72, 1.5),
        Glyph::Control => Shape::circle(at, half * 0.95),
        Glyph::Election => {
            let corner = half * 1.22;
            Shape::polygon(vec![at.by(0.0, -corner), at.by(corner, 0.0), at.by(0.0, corner), at.by(-corner, 0.0)])
        }
    }
}

fn draw_cross(scene: &mut Scene, at: Point, strength: f64) {
    for side in [-1.0, 1.0] {
        scene.push(Shape::line(at.by(-HALF, -HALF * side), at.by(HALF, HALF * side)).outlined(Role::Ink, 2.5).faded(strength));
    }
}

fn draw_pointed(scene: &mut Scene, input: &ClusterInput<'_>, message: &MessageView, at: Point) {
    let id = id(message);
    let is = |pointed: &Option<String>| pointed.as_deref() == Some(id.as_str());
    if is(&input.options.selected) {
        scene.push(Shape::circle(at, 14.0).outlined(Role::Ink, 3.0));
    } else if is(&input.options.hover) {
        scene.push(Shape::circle(at, 13.0).outlined(Role::Line, 1.5));
    }
    if is(&input.options.focus) {
        scene.push(Shape::circle(at, 18.0).outlined(Role::Ink, 2.0));
    }
}

/// The kind, on the outer side of the lane or wherever there is room.
fn draw_label(labels: &mut Labels, input: &ClusterInput<'_>, placed: &Placed<'_>, must: bool) {
    let text = words::message_short(input.options.lang, placed.message, &input.names);
    let side = placed.from.direction(placed.to).right();
    let out = |sign: f64| {
        let x = side.x * sign;
        if x > 0.5 {
            (placed.at.by(HALF + 6.0, 0.0), Anchor::Start)
        } else if x < -0.5 {
            (placed.at.by(-HALF - 6.0, 0.0), Anchor::End)
        } else {
            (placed.at.by(0.0, if side.y * sign > 0.0 { HALF + 10.0 } else { -HALF - 9.0 }), Anchor::Middle)
        }
    };
    let beneath = (placed.at.by(0.0, HALF + 10.0), Anchor::Middle);
    let above = (placed.at.by(0.0, -HALF - 9.0), Anchor::Middle);
    let places = [
        out(1.0),
        out(-1.0),
        beneath,
        above,
        (placed.at.by(HALF + 6.0, 0.0), Anchor::Start),
        (placed.at.by(-HALF - 6.0, 0.0), Anchor::End),
    ];
    labels.put(&places, |at, anchor| Shape::text(at, text.clone(), 12.0).filled(Role::Muted).anchored(anchor).rimmed(), must);
}
