//! The cluster view: nodes, links, cuts and messages in flight at one moment (PAGE-DESIGN, section 6).
//!
//! Drawn from below: islands, links, bands and tails, nodes, messages, labels, chips. Labels come last and look for a free
//! place; one that finds none is left out unless something points at its owner.

mod label;
mod link;
mod message;
mod node;

use super::geometry::{self, Point};
use super::islands;
use super::islands::Outline;
use super::layout::{self, Spot, ViewOptions, place};
use super::scene::{Anchor, Dash, Role, Scene, Shape, Text};
use super::words::{self, Names};
use crate::base::{NodeId, sorted};
use crate::protocol::MessageKind;
use crate::sim::plan::{Cluster, Cut};
use crate::system::inspect::{LinkView, MessageView, NodeView, Witness};
use label::Labels;

/// What does not belong to a witness keeps this much of its strength.
const DIMMED: f64 = 0.35;

/// A remark on the stage that cannot be hidden: a broken rule, a property that fell. At most three are drawn.
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
    /// The names of nodes, messages and timers.
    pub names: Names,
    /// The cursor in microseconds, with its fraction: messages glide with it.
    pub now_us: f64,
    /// Broken rules and fallen properties.
    pub chips: &'a [Chip],
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
    let label = words::cluster_label(options.lang, input.nodes, input.messages.len(), input.now_us as u64, &input.names);
    let mut scene = Scene::new(options.width, options.height, label);
    let spots = place(input.cluster(), options);
    let mut labels = Labels::new(options.width, options.height, &spots);

    let islands = islands::islands(spots.len(), input.links, input.cuts);
    let corners = corner_remarks(input, &mut labels);
    draw_islands(&mut scene, &mut labels, input, &islands, &spots, false);
    if let Some(draft) = &options.draft {
        let draft: Vec<Vec<NodeId>> = draft.iter().filter(|island| !island.is_empty()).cloned().collect();
        draw_islands(&mut scene, &mut labels, input, &draft, &spots, true);
    }
    link::draw(&mut scene, &mut labels, input, &islands, &spots);
    message::draw_beneath(&mut scene, input, &spots);
    for node in input.nodes {
        if let Some(spot) = spots.get(node.id.index()) {
            node::draw(&mut scene, input, node, *spot);
            node::remark(&mut labels, input, node, *spot);
        }
    }
    message::draw(&mut scene, &mut labels, input, &spots);
    scene.shapes.extend(labels.shapes);
    scene.shapes.extend(corners);
    scene
}

fn draw_islands(
    scene: &mut Scene,
    labels: &mut Labels,
    input: &ClusterInput<'_>,
    islands: &[Vec<NodeId>],
    spots: &[Spot],
    draft: bool,
) {
    let options = input.options;
    if islands.is_empty() {
        return;
    }
    let outlines = islands::outlines(islands, input.cluster(), spots);
    for (i, outline) in outlines.iter().enumerate() {
        for part in &outline.parts {
            let lines = geometry::hatching(part, islands::slope(i), 9.0);
            scene.push(Shape::hatch(lines).outlined(Role::Line, 1.0).faded(if draft { 0.25 } else { 0.4 }));
            scene.push(
                Shape::polygon(part.clone()).stroked(Role::Line, 1.0, if draft { Dash::Dashed } else { Dash::Solid }).faded(0.6),
            );
        }
    }
    for (from, to) in islands::borders(islands, &outlines, spots, options.width, options.height) {
        let (role, width) = if draft { (Role::Muted, 2.0) } else { (Role::Ink, 4.0) };
        scene.push(Shape::line(from, to).stroked(role, width, Dash::Dashed));
        // No label shall stand on the line.
        let steps = (from.distance(to) / 12.0).ceil().max(1.0);
        for step in 0..=steps as u32 {
            let at = from.towards(to, step as f64 / steps);
            labels.take(at.x - 4.0, at.y - 4.0, at.x + 4.0, at.y + 4.0);
        }
    }
    for (i, (island, outline)) in islands.iter().zip(&outlines).enumerate() {
        // Where there is no room for all names, the letter will do.
        let names = words::island(options.lang, i, island, &input.names);
        for (text, must) in [(names, false), (words::island_letter(options.lang, i), true)] {
            let places = island_label_places(outline, &outlines, &text);
            if labels.put(&places, |at, anchor| Shape::text(at, text.clone(), 12.0).anchored(anchor).bold().rimmed(), must) {
                break;
            }
        }
    }
}

/// Where an island's label may stand: at the outermost points of its area, first where it covers no area.
fn island_label_places(outline: &Outline, all: &[Outline], text: &str) -> Vec<(Point, Anchor)> {
    let area = outline.main_part();
    let outermost = |key: fn(&Point) -> f64| area.iter().copied().max_by(|a, b| key(a).total_cmp(&key(b))).unwrap_or_default();
    let (top, bottom) = (outermost(|p| -p.y), outermost(|p| p.y));
    let (left, right) = (outermost(|p| -p.x), outermost(|p| p.x));
    let mut places = vec![(bottom.by(0.0, 11.0), Anchor::Middle), (top.by(0.0, -11.0), Anchor::Middle)];
    for shift in [0.0, 24.0, -24.0] {
        places.extend([(right.by(8.0, shift), Anchor::Start), (left.by(-8.0, shift), Anchor::End)]);
    }
    for (at, shift) in [(bottom, 11.0), (top, -11.0)] {
        places.extend([(at.by(-20.0, shift), Anchor::Start), (at.by(20.0, shift), Anchor::End)]);
    }
    let covers = |&(at, anchor): &(Point, Anchor)| {
        let (x, y, to, below) = Shape::text(at, text, 12.0).anchored(anchor).bounds();
        let corners = [(x, y), (to, y), (x, below), (to, below), ((x + to) / 2.0, y), ((x + to) / 2.0, below)];
        let inside = |(x, y)| all.iter().flat_map(|outline| &outline.parts).any(|part| geometry::inside(Point::new(x, y), part));
        corners.into_iter().any(inside)
    };
    // Those that cover something come last.
    let (covering, mut free): (Vec<_>, Vec<_>) = places.into_iter().partition(covers);
    free.extend(covering);
    free
}

/// Chips and the legend of hues, in the corners or, on narrow stages, in the strip at the foot.
fn corner_remarks(input: &ClusterInput<'_>, labels: &mut Labels) -> Vec<Shape> {
    let (options, mut shapes) = (input.options, Vec::new());
    let narrow = options.width < layout::NARROW;
    let foot = options.height - layout::STRIP / 2.0;
    let mut at = Point::new(if narrow { 8.0 } else { 12.0 }, if narrow { foot } else { 22.0 });
    let mut taken = 0.0;
    for (i, chip) in input.chips.iter().take(3).enumerate() {
        // Beside each other there is room for the words of the first one; the others keep their sign.
        let width = draw_chip(&mut shapes, at, chip, !narrow || i == 0);
        labels.take(at.x, at.y - 12.0, at.x + width, at.y + 12.0);
        if narrow {
            at.x += width + 6.0;
            taken = at.x;
        } else {
            at.y += 30.0;
        }
    }
    let left = if narrow { taken.max(8.0) } else { 12.0 };
    draw_legend(&mut shapes, labels, input, Point::new(left, foot));
    shapes
}

/// A chip from its left end; returns its width.
fn draw_chip(shapes: &mut Vec<Shape>, at: Point, chip: &Chip, words: bool) -> f64 {
    let glyph = 28.0;
    let width = if words { glyph + Text::width_of(&chip.text, 12.0) + 12.0 } else { glyph + 2.0 };
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
        shapes.push(Shape::text(at.by(glyph, 0.0), chip.text.clone(), 12.0).filled(role).anchored(Anchor::Start));
    }
    width
}

/// Which hue is which epoch, from the second epoch on.
fn draw_legend(shapes: &mut Vec<Shape>, labels: &mut Labels, input: &ClusterInput<'_>, from: Point) {
    let mut epochs: Vec<u64> = input.nodes.iter().filter_map(|node| node.epoch).filter(|&epoch| epoch > 0).collect();
    epochs.extend(input.messages.iter().filter_map(|message| message.epoch).filter(|&epoch| epoch > 0));
    sorted::sort(&mut epochs);
    epochs.dedup();
    if epochs.last().is_none_or(|&last| last < 2) {
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
