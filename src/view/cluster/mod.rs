//! The cluster view: nodes, links, cuts and messages in flight at one moment (PAGE-DESIGN, section 6).
//!
//! Drawn from below: islands, links, bands and tails, nodes, messages, labels, chips. Labels come last and look for a free
//! place; one that finds none is left out unless something points at its owner.
//!
//! Large clusters show less of each node and of each message ([`crate::view::Spot`], [`message`]), and what is out of view is not
//! drawn at all.

mod frame;
mod label;
mod link;
mod message;
mod node;

use super::geometry::{self, Point};
use super::islands;
use super::islands::{Outline, Stage};
use super::layout::{self, Naming, Spot, ViewOptions, place};
use super::scene::{Anchor, Dash, Form, Role, Scene, Shape, Text};
use super::words::{self, Names};
use crate::base::{NodeId, sorted};
use crate::protocol::MessageKind;
use crate::sim::plan::{Cluster, Cut};
use crate::system::inspect::{LinkView, MessageView, NodeView, Witness};
use frame::Frame;
use label::Labels;

/// In larger clusters names come on focus and with the zoom, and routine traffic is dots.
const FEW: usize = 60;
/// What does not belong to a witness keeps this much of its strength.
const DIMMED: f64 = 0.35;

/// A remark on the stage: a broken rule, which cannot be hidden, or properties that fell. At most three are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// What it says, in a few words.
    pub text: String,
    /// True if a property is violated: filled red.
    pub violated: bool,
}

/// What the cluster view draws: the run at one moment as plain data, and how the viewer wants it.
#[derive(Clone, Copy, Debug)]
pub struct ClusterInput<'a> {
    /// All nodes, by number.
    pub nodes: &'a [NodeView],
    /// Messages in flight.
    pub messages: &'a [MessageView],
    /// Links with something wrong.
    pub links: &'a [LinkView],
    /// Cuts that are open.
    pub cuts: &'a [Cut],
    /// The islands that they make, if they do not follow from `links`: of a large cluster these leave out what is cut.
    pub islands: Option<&'a [Vec<NodeId>]>,
    /// The names of nodes, messages and timers.
    pub names: Names,
    /// The cursor in microseconds, with its fraction: messages glide with it.
    pub now_us: f64,
    /// Broken rules and fallen properties.
    pub chips: &'a [Chip],
    /// Nodes whose role is new, and how much of its pulse has passed, 0 to 1.
    pub pulses: &'a [(NodeId, f64)],
    /// If a violation is shown: what does not belong to it dims.
    pub witness: Option<&'a Witness>,
    /// How the viewer wants it.
    pub options: &'a ViewOptions,
}

impl ClusterInput<'_> {
    pub(super) fn cluster(&self) -> Cluster {
        self.names.cluster
    }

    pub(super) fn kind(&self, message: &MessageView) -> Option<&'static MessageKind> {
        self.names.messages.get(message.kind as usize)
    }

    /// 1, or less if a witness is shown that this node has no part in.
    pub(super) fn strength(&self, node: NodeId) -> f64 {
        match self.witness {
            Some(witness) if !witness.nodes.contains(&node) => DIMMED,
            _ => 1.0,
        }
    }

    fn strength_between(&self, a: NodeId, b: NodeId) -> f64 {
        self.strength(a).min(self.strength(b))
    }
}

/// Draws the cluster. Ids: `node:0`, `message:...`, `link:0:1`.
pub fn cluster_scene(input: &ClusterInput<'_>) -> Scene {
    let options = input.options;
    let label = match options.naming {
        Naming::Full => words::cluster_label(options.lang, input.nodes, input.messages.len(), input.now_us as u64, &input.names),
        Naming::Ids | Naming::None => String::new(),
    };
    let mut scene = Scene::new(options.width, options.height, label);
    let frame = Frame::new(input, place(input.cluster(), options, stage(input).top));
    let mut labels = Labels::new(options.width, options.height, frame.spots.iter().filter(|spot| frame.sees(spot)));

    let follow = || islands::islands(frame.spots.len(), input.links, input.cuts);
    let islands = input.islands.map_or_else(follow, <[Vec<NodeId>]>::to_vec);
    let corners = corner_remarks(input, &mut labels);
    let draft = options.draft.as_ref();
    draw_islands(&mut scene, &mut labels, &frame, &islands, if draft.is_some() { Cutting::Past } else { Cutting::Done });
    if let Some(draft) = draft {
        let draft: Vec<Vec<NodeId>> = draft.iter().filter(|island| !island.is_empty()).cloned().collect();
        draw_islands(&mut scene, &mut labels, &frame, &draft, Cutting::Draft);
    }
    link::draw(&mut scene, &mut labels, &frame, &islands);
    let placed = message::place(&frame);
    message::draw_beneath(&mut scene, &frame, &placed);
    let nodes = scene.shapes.len();
    for node in input.nodes {
        if let Some(spot) = frame.spots.get(node.id.index()).filter(|spot| frame.sees(spot)) {
            node::draw(&mut scene, &frame, node, *spot);
            node::remark(&mut labels, &frame, node, *spot);
        }
    }
    if frame.is_crowd() {
        letters_last(&mut scene.shapes, nodes);
    }
    message::draw(&mut scene, &mut labels, &frame, &placed);
    scene.shapes.extend(labels.shapes);
    scene.shapes.extend(corners);
    scene
}

/// Nodes of a crowd do not cover each other: all their texts are drawn after all their circles, and those in one font together,
/// because a canvas takes its time to change fonts.
fn letters_last(shapes: &mut Vec<Shape>, from: usize) {
    let nodes = shapes.split_off(from);
    let (texts, others): (Vec<Shape>, Vec<Shape>) = nodes.into_iter().partition(|shape| matches!(shape.form, Form::Text(_)));
    let bold = |shape: &Shape| matches!(&shape.form, Form::Text(text) if text.bold);
    let (bold, plain): (Vec<Shape>, Vec<Shape>) = texts.into_iter().partition(bold);
    shapes.extend(others.into_iter().chain(bold).chain(plain));
}

/// What is left for the cluster: beneath the strip of chips if there are any, above the strip at the foot of a narrow stage.
fn stage(input: &ClusterInput<'_>) -> Stage {
    let ViewOptions { width, height, .. } = *input.options;
    let narrow = width < layout::NARROW;
    Stage {
        width,
        top: if input.chips.is_empty() { 0.0 } else { layout::STRIP + 6.0 },
        bottom: if narrow { height - layout::STRIP } else { height },
    }
}

/// How a cut stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cutting {
    /// It is open.
    Done,
    /// It is open while another one is drawn: without names.
    Past,
    /// It is being drawn.
    Draft,
}

fn draw_islands(scene: &mut Scene, labels: &mut Labels, frame: &Frame<'_>, islands: &[Vec<NodeId>], cutting: Cutting) {
    let (options, spots) = (frame.options, &frame.spots[..]);
    if islands.is_empty() {
        return;
    }
    let outlines = islands::outlines(islands, frame.cluster(), spots, stage(frame.input));
    for (i, outline) in outlines.iter().enumerate() {
        for part in &outline.parts {
            let lines = geometry::hatching(part, islands::slope(i), 9.0);
            scene.push(Shape::hatch(lines).outlined(Role::Line, 1.0).faded(if cutting == Cutting::Past { 0.2 } else { 0.4 }));
            let rim = Shape::polygon(part.clone());
            scene.push(match cutting {
                Cutting::Draft => rim.stroked(Role::Muted, 1.5, Dash::Dashed),
                Cutting::Done | Cutting::Past => rim.outlined(Role::Line, 1.0).faded(0.6),
            });
        }
    }
    for (from, to) in islands::borders(islands, &outlines, spots, stage(frame.input)) {
        let (role, width) = if cutting == Cutting::Done { (Role::Ink, 4.0) } else { (Role::Muted, 2.0) };
        scene.push(Shape::line(from, to).stroked(role, width, Dash::Dashed));
        // No label shall stand on the line.
        let steps = (from.distance(to) / 12.0).ceil().max(1.0);
        for step in 0..=steps as u32 {
            let at = from.towards(to, step as f64 / steps);
            labels.take(at.x - 4.0, at.y - 4.0, at.x + 4.0, at.y + 4.0);
        }
    }
    if cutting == Cutting::Past {
        return;
    }
    for (i, island) in islands.iter().enumerate() {
        // Where there is no room for all names, the letter will do.
        let names = words::island(options.lang, i, island, &frame.names);
        for (text, must) in [(names, false), (words::island_letter(options.lang, i), true)] {
            let places = island_label_places(&outlines, i, spots, &text);
            if labels.put(&places, |at, anchor| Shape::text(at, text.clone(), 12.0).anchored(anchor).bold().rimmed(), must) {
                break;
            }
        }
    }
}

/// Where an island's label may stand: all around its area, outside of it and of every other area, first on the side that faces
/// away from the rest of the cluster, and where no message passes. Messages come and go; a place that depended on them would too.
fn island_label_places(all: &[Outline], island: usize, spots: &[Spot], text: &str) -> Vec<(Point, Anchor)> {
    const AROUND: u32 = 32;
    let Some(outline) = all.get(island) else { return Vec::new() };
    let area = outline.main_part();
    let (left, top, right, bottom) = geometry::bounds(area.iter().copied());
    let middle = Point::new((left + right) / 2.0, (top + bottom) / 2.0);
    let (west, north, east, south) = geometry::bounds(spots.iter().map(|spot| spot.center));
    let outwards = Point::new((west + east) / 2.0, (north + south) / 2.0).direction(middle);
    let (half_width, half_height) = (Text::width_of(text, 12.0) / 2.0 + 4.0, 9.0);
    let mut places: Vec<(bool, bool, f64, Point)> = (0..AROUND)
        .filter_map(|i| {
            let way = geometry::direction_at(i as f64 / AROUND as f64);
            // The box touches the line that touches the area from this side.
            let reach = |p: &Point| p.x * way.x + p.y * way.y;
            // Along a straight side, its middle.
            let farthest = area.iter().map(reach).max_by(f64::total_cmp)?;
            let (left, top, right, bottom) = geometry::bounds(area.iter().copied().filter(|p| reach(p) > farthest - 1.0));
            let rim = Point::new((left + right) / 2.0, (top + bottom) / 2.0);
            let center = rim.along(way, 3.0 + way.x.abs() * half_width + way.y.abs() * half_height);
            let (x, y) = ([center.x - half_width, center.x + half_width], [center.y - half_height, center.y + half_height]);
            let corners = [Point::new(x[0], y[0]), Point::new(x[1], y[0]), Point::new(x[1], y[1]), Point::new(x[0], y[1])];
            let covers = all.iter().flat_map(|outline| &outline.parts).any(|part| geometry::overlap(part, &corners));
            // In a crowd there is a lane everywhere.
            let few = if spots.len() <= FEW { spots } else { &[] };
            let mut lanes = few.iter().enumerate().flat_map(|(i, a)| few[..i].iter().map(|b| (a.center, b.center)));
            let crossed = lanes.any(|(a, b)| geometry::crosses(a, b, &corners));
            Some((covers, crossed, -(way.x * outwards.x + way.y * outwards.y), center))
        })
        .collect();
    places.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    places.into_iter().map(|(.., center)| (center, Anchor::Middle)).collect()
}

/// Chips in the strip at the top, and the legend of hues at the foot, which on narrow stages is a strip of its own: a long caption
/// may cover that for a while, but never a chip.
fn corner_remarks(input: &ClusterInput<'_>, labels: &mut Labels) -> Vec<Shape> {
    let (options, mut shapes) = (input.options, Vec::new());
    let at = Point::new(12.0, layout::STRIP / 2.0 + 4.0);
    let right = draw_chips(&mut shapes, input.chips, at, options.width);
    if right > at.x {
        labels.take(at.x, at.y - 12.0, right, at.y + 12.0);
    }
    draw_legend(&mut shapes, labels, input, Point::new(12.0, options.height - layout::STRIP / 2.0));
    shapes
}

/// Chips beside each other, from the left end of the first; returns where another one would begin.
pub(super) fn draw_chips(shapes: &mut Vec<Shape>, chips: &[Chip], mut at: Point, width: f64) -> f64 {
    const CHIPS: usize = 3;
    let narrow = width < layout::NARROW;
    for (i, chip) in chips.iter().take(CHIPS).enumerate() {
        // The first one has its words; the others as far as there is room, else their sign.
        let rest = (chips.len().min(CHIPS) - i - 1) as f64 * 36.0;
        let words = i == 0 || (!narrow && at.x + chip_width(chip) + rest < width);
        at.x += draw_chip(shapes, at, chip, words) + 6.0;
    }
    at.x
}

/// Where a chip's words begin.
const CHIP_SIGN: f64 = 28.0;

/// The width of a chip with its words.
fn chip_width(chip: &Chip) -> f64 {
    CHIP_SIGN + Text::width_of(&chip.text, 12.0) + 12.0
}

/// A chip from its left end; returns its width.
fn draw_chip(shapes: &mut Vec<Shape>, at: Point, chip: &Chip, words: bool) -> f64 {
    let width = if words { chip_width(chip) } else { CHIP_SIGN + 2.0 };
    let role = if chip.violated { Role::Violated } else { Role::Ink };
    shapes.push(Shape::rect(at.by(0.0, -12.0), width, 24.0, 6.0).filled(Role::Raised).outlined(role, 1.0));
    let center = at.by(15.0, 0.0);
    if chip.violated {
        shapes.push(Shape::polygon(node::octagon(center, 8.0)).filled(Role::Violated));
        shapes.push(Shape::text(center, "!", 12.0).filled(Role::OnEpoch).bold());
    } else {
        // A rule that is struck out.
        shapes.push(Shape::circle(center, 6.5).outlined(Role::Ink, 1.5));
        shapes.push(Shape::line(center.by(-4.5, 4.5), center.by(4.5, -4.5)).outlined(Role::Ink, 1.5));
    }
    if words {
        shapes.push(Shape::text(at.by(CHIP_SIGN, 0.0), chip.text.clone(), 12.0).filled(role).anchored(Anchor::Start));
    }
    width
}

/// Which hue is which epoch, from the second epoch on.
fn draw_legend(shapes: &mut Vec<Shape>, labels: &mut Labels, input: &ClusterInput<'_>, from: Point) {
    let mut epochs: Vec<u64> = input.nodes.iter().filter_map(|node| node.epoch).filter(|&epoch| epoch > 0).collect();
    epochs.extend(input.messages.iter().filter_map(|message| message.epoch).filter(|&epoch| epoch > 0));
    sorted::sort(&mut epochs);
    epochs.dedup();
    if input.options.hueless || epochs.last().is_none_or(|&last| last < 2) {
        return;
    }
    let first = epochs.len().saturating_sub(4);
    let mut at = from;
    for &epoch in &epochs[first..] {
        let text = words::epoch(input.options.lang, input.names.system, epoch);
        let width = 18.0 + Text::width_of(&text, 12.0) + 16.0;
        if at.x + width > input.options.width {
            break;
        }
        shapes.push(Shape::rect(at.by(0.0, -6.0), 12.0, 12.0, 3.0).filled(Role::epoch(epoch)));
        shapes.push(Shape::text(at.by(18.0, 0.0), text, 12.0).filled(Role::Muted).anchored(Anchor::Start).rimmed());
        labels.take(at.x, at.y - 8.0, at.x + width, at.y + 8.0);
        at.x += width;
    }
}
