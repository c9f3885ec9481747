//! Messages in flight: each glides along the right-hand lane of its link, so that those going the other way pass beside it.
//!
//! What is routine in a large cluster, or too much to be told apart, is dots; many on one link lie on a band that is the wider the
//! more of them there are.

use super::frame::Frame;
use super::label::Labels;
use super::{DIMMED, Spot, link};
use crate::protocol::{Class, Shape as Glyph};
use crate::system::inspect::{MessageView, NodeStatus};
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Dash, Role, Scene, Shape};
use crate::view::thing::Thing;
use crate::view::words;

/// Kinds are written while no more than this many messages that are not routine are in view.
const WRITTEN_UP_TO: usize = 12;
/// More messages than this on one way from node to node are a band.
const BAND_FROM: usize = 6;
/// Of more messages than this, the routine ones are dots.
const GLYPHS_UP_TO: usize = 150;
/// Of more messages than this, all are.
const DOTS_FROM: usize = 400;
/// Among up to this many messages, those that may be at one place are looked for everywhere; among more, next to each other.
const APART_UP_TO: usize = 64;
/// How far to the right of the middle of the link a message travels.
const LANE: f64 = 9.0;
/// Half of a glyph's extent.
const HALF: f64 = 7.0;
/// A lost message gets so far; then it fades, and a cross marks the place.
const LOST_AT: f64 = 0.6;
const FAINT: f64 = 0.4;

/// A message where it is at the cursor.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    message: &'a MessageView,
    from: Point,
    to: Point,
    at: Point,
    /// Part of its way in time, 0 to 1.
    part: f64,
    /// How many go the same way, this one included.
    crowd: usize,
    /// Drawn as a dot.
    dot: bool,
}

/// Where all messages are.
pub(super) fn place<'a>(input: &Frame<'a>) -> Vec<Placed<'a>> {
    let messages = input.input.messages;
    let mut all: Vec<Placed<'a>> = Vec::with_capacity(messages.len());
    // Messages are in the order of their ids: those on one link come one after the other.
    let way = |at: usize| messages.get(at).map(|message| (message.from, message.to));
    let (mut run, mut run_end, mut run_placed) = (0, 0, 0);
    for (i, message) in messages.iter().enumerate() {
        if i >= run_end {
            (run, run_end, run_placed) = (i, i + 1, all.len());
            while way(run_end) == way(run) {
                run_end += 1;
            }
        }
        let spots = &input.spots;
        let (Some(&from), Some(&to)) = (spots.get(message.from.index()), spots.get(message.to.index())) else { continue };
        let mut lane = LANE * (from.radius.min(to.radius) / Spot::FULL).max(0.45);
        let (mut start, mut end) = link::ends(from, to, lane);
        let before = if all.len() <= APART_UP_TO { &all[..] } else { &all[run_placed..] };
        let ahead = before.iter().filter(|other| (other.message.from, other.message.to) == (message.from, message.to));
        let length = start.distance(end);
        let crowd = run_end - run;
        let waiting_before = ahead.clone().filter(|other| other.message.waiting).count();
        let (part, way) = progress(input, message, length, waiting_before);
        // Two at the same place on one lane: the later one steps aside.
        let near = |other: &&Placed<'_>| other.at.distance(start.towards(end, way)) < HALF * 1.6 && !message.waiting;
        let beside = if crowd > BAND_FROM { 0 } else { ahead.filter(near).count() };
        if beside > 0 && length > 0.0 {
            lane += 10.0 * beside.min(3) as f64;
            (start, end) = link::ends(from, to, lane);
        }
        let much = messages.len() > DOTS_FROM || crowd > BAND_FROM;
        let routine = message.faint && (input.is_crowd() || messages.len() > GLYPHS_UP_TO);
        let dot = (much || routine) && !input.points_at(Thing::Message(message.id));
        all.push(Placed { message, from: start, to: end, at: start.towards(end, way), part, crowd, dot });
    }
    all
}

/// How much of its time has passed, and how much of its way lies behind it.
fn progress(input: &Frame<'_>, message: &MessageView, length: f64, waiting_before: usize) -> (f64, f64) {
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

/// Whether a point, with a glyph around it, is in view.
fn in_view(input: &Frame<'_>, at: Point) -> bool {
    let inside = |at: f64, extent: f64| at >= -20.0 && at <= extent + 20.0;
    inside(at.x, input.options.width) && inside(at.y, input.options.height)
}

/// The width of a line on which there are so many.
fn band_width(count: u32) -> f64 {
    (2.0 * (count.max(1).ilog2() + 1) as f64).min(16.0)
}

/// What lies beneath the nodes: bands of many requests, dotted tails of delayed messages, arrows.
pub(super) fn draw_beneath(scene: &mut Scene, input: &Frame<'_>, all: &[Placed<'_>]) {
    let mut banded = None;
    for &Placed { message, from, to, at, crowd, dot, .. } in all {
        let strength = strength(input, message);
        if crowd > BAND_FROM && banded != Some((message.from, message.to)) {
            banded = Some((message.from, message.to));
            scene.push(Shape::line(from, to).outlined(hue(message), band_width(crowd as u32)).faded(0.3 * strength));
        }
        if message.count > 1 {
            scene.push(Shape::line(from, at).outlined(hue(message), band_width(message.count)).faded(0.3 * strength));
        }
        if message.delayed {
            scene.push(Shape::line(from, at).stroked(hue(message), 2.0, Dash::Dotted).faded(strength));
        }
        if input.options.reduced_motion && !message.waiting && !dot {
            let way = from.direction(to);
            let head = |side: f64| to.along(way, -8.0).along(way.right(), side * 4.0);
            scene.push(Shape::line(from, to).outlined(hue(message), 1.0).faded(0.7 * strength));
            scene.push(Shape::polygon(vec![to, head(1.0), head(-1.0)]).filled(hue(message)).faded(0.7 * strength));
        }
    }
}

fn strength(input: &Frame<'_>, message: &MessageView) -> f64 {
    let shown = if message.faint && !input.points_at(Thing::Message(message.id)) { FAINT } else { 1.0 };
    if input.witness.is_some() { shown * DIMMED } else { shown }
}

/// The messages themselves, and their labels.
pub(super) fn draw(scene: &mut Scene, labels: &mut Labels, input: &Frame<'_>, all: &[Placed<'_>]) {
    draw_dots(scene, input, all);
    label_bands(labels, input, all);
    let seen = || all.iter().filter(|placed| !placed.dot && in_view(input, placed.at));
    let few = seen().filter(|placed| !placed.message.faint).count() <= WRITTEN_UP_TO;
    for placed in seen() {
        labels.take(placed.at.x - HALF, placed.at.y - HALF, placed.at.x + HALF, placed.at.y + HALF);
    }
    for placed in seen() {
        draw_one(scene, input, placed);
        let pointed = input.points_at(Thing::Message(placed.message.id));
        if pointed || (few && !placed.message.faint && input.witness.is_none()) {
            draw_label(labels, input, placed, pointed);
        }
    }
}

/// What there is on a band, and how much, while there are few bands.
fn label_bands(labels: &mut Labels, input: &Frame<'_>, all: &[Placed<'_>]) {
    const WORDS_UP_TO: usize = 6;
    let mut bands: Vec<&Placed<'_>> = all.iter().filter(|placed| placed.crowd > BAND_FROM).collect();
    bands.dedup_by_key(|placed| (placed.message.from, placed.message.to));
    if bands.len() > WORDS_UP_TO || input.witness.is_some() {
        return;
    }
    for band in bands {
        let all = MessageView { count: band.crowd as u32, ..band.message.clone() };
        let middle = Placed { message: &all, at: band.from.towards(band.to, 0.5), ..*band };
        draw_label(labels, input, &middle, false);
    }
}

/// Dots of one look.
struct Dots {
    hue: Role,
    reply: bool,
    faint: bool,
    at: Vec<Point>,
}

/// All dots: those that look alike are one shape. Requests are full, replies hollow.
fn draw_dots(scene: &mut Scene, input: &Frame<'_>, all: &[Placed<'_>]) {
    let mut looks: Vec<Dots> = Vec::new();
    for &Placed { message, at, .. } in all.iter().filter(|placed| placed.dot && in_view(input, placed.at)) {
        let reply = input.kind(message).is_some_and(|kind| kind.class == Class::Reply);
        let (hue, faint) = (hue(message), message.faint);
        match looks.iter_mut().find(|dots| (dots.hue, dots.reply, dots.faint) == (hue, reply, faint)) {
            Some(dots) => dots.at.push(at),
            None => looks.push(Dots { hue, reply, faint, at: vec![at] }),
        }
    }
    for Dots { hue, reply, faint, at } in looks {
        let strength = if faint { 0.7 } else { 1.0 } * if input.witness.is_some() { DIMMED } else { 1.0 };
        let radius = if faint { 2.0 } else { 3.0 };
        let dots = Shape::dots(at, radius);
        let dots = if reply { dots.filled(Role::Paper).outlined(hue, 1.0) } else { dots.filled(hue) };
        scene.push(dots.faded(strength));
    }
}

fn draw_one(scene: &mut Scene, input: &Frame<'_>, placed: &Placed<'_>) {
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
    let label = || words::message_label(input.options.lang, message, &input.names);
    let half = if message.faint { HALF - 2.0 } else { HALF };
    let shape = glyph(kind.shape, *at, half).filled(fill).outlined(hue, 2.0).faded(strength);
    scene.push(input.named(shape, Thing::Message(message.id), label));
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

fn draw_pointed(scene: &mut Scene, input: &Frame<'_>, message: &MessageView, at: Point) {
    let thing = Thing::Message(message.id);
    if input.is_selected(thing) {
        scene.push(Shape::circle(at, 14.0).outlined(Role::Ink, 3.0));
    } else if input.is_hovered(thing) {
        scene.push(Shape::circle(at, 13.0).outlined(Role::Line, 1.5));
    }
    if input.is_focused(thing) {
        scene.push(Shape::circle(at, 18.0).outlined(Role::Ink, 2.0));
    }
}

/// The kind, on the outer side of the lane or wherever there is room.
fn draw_label(labels: &mut Labels, input: &Frame<'_>, placed: &Placed<'_>, must: bool) {
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
