//! The log grid: a row for each server, a column for each position of its log.
//!
//! Only the columns of a window are drawn, and the rows for which there is room, so a log of a million entries costs as much as
//! one of twenty, and a thousand servers as much as fifteen.

use super::geometry::Point;
use super::layout::{NARROW, ViewOptions};
use super::legend::Legend;
use super::scene::{Anchor, Dash, Role, Scene, Shape, Text};
use super::words::{self, Names};
use crate::system::inspect::{EntryState, EntryView, NodeStatus, NodeView, PeerView};
use std::ops::Range;

/// The columns that are in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First position.
    pub first: u64,
    /// Last position.
    pub last: u64,
}

/// What the log grid draws.
#[derive(Clone, Copy, Debug)]
pub struct LogGridInput<'a> {
    /// All nodes, by number; those without a log have no row.
    pub nodes: &'a [NodeView],
    /// For each node of `nodes`: its entries within the window, as far as they exist.
    pub entries: &'a [Vec<EntryView>],
    /// The columns.
    pub window: Window,
    /// The names of nodes.
    pub names: Names,
    /// How the viewer wants it.
    pub options: &'a ViewOptions,
}

const HEAD: f64 = 30.0;
/// Least height of a row: five of them stand on a telephone.
const ROW_MIN: f64 = 31.0;

/// Sizes that follow from the stage.
struct Metrics {
    left: f64,
    column: f64,
    row: f64,
    top: f64,
}

impl Metrics {
    fn new(rows: usize, options: &ViewOptions) -> Metrics {
        let narrow = options.width < NARROW;
        let room = options.height - HEAD - legend(options).height();
        let row = (room / rows.max(1) as f64).clamp(ROW_MIN, 76.0);
        let top = HEAD + ((room - row * rows as f64) / 2.0).max(0.0);
        Metrics { left: if narrow { 70.0 } else { 96.0 }, column: if narrow { 56.0 } else { 62.0 }, row, top }
    }

    fn columns(&self, options: &ViewOptions) -> u64 {
        (((options.width - self.left - 8.0) / self.column).floor() as u64).max(1)
    }
}

/// The rows that are in view, of so many: all if there is room, else from the row at which one looks.
fn visible(all: usize, options: &ViewOptions) -> Range<usize> {
    let room = (((options.height - HEAD - legend(options).height()) / ROW_MIN).floor() as usize).max(1);
    let first = options.log.row.min(all.saturating_sub(room));
    first..all.min(first + room)
}

/// Numbers of the nodes whose rows are in view, and of those between them.
pub fn log_rows(nodes: &[NodeView], options: &ViewOptions) -> Range<usize> {
    let with_log: Vec<usize> = nodes.iter().enumerate().filter(|(_, node)| node.log.is_some()).map(|(i, _)| i).collect();
    match &with_log[visible(with_log.len(), options)] {
        [] => 0..0,
        [only] => *only..only + 1,
        [first, .., last] => *first..last + 1,
    }
}

/// The window of the grid: from column `first`, or the newest entries if that is `None`, as many as the width has room for.
pub fn log_window(nodes: &[NodeView], first: Option<u64>, options: &ViewOptions) -> Window {
    let columns = Metrics::new(nodes.len(), options).columns(options);
    // One column stays empty: the place of the next entry.
    let last_first = (newest(nodes) + 2).saturating_sub(columns).max(1);
    let first = first.unwrap_or(last_first).clamp(1, last_first);
    Window { first, last: first + columns - 1 }
}

fn newest(nodes: &[NodeView]) -> u64 {
    nodes.iter().filter_map(|node| node.log).map(|log| log.last).max().unwrap_or(0)
}

/// Draws the grid. Ids: `entry:0:5` (node, position), `node:0`.
pub fn log_scene(input: &LogGridInput<'_>) -> Scene {
    let options = input.options;
    let rows: Vec<(&NodeView, &[EntryView])> = input
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.log.is_some())
        .map(|(i, node)| (node, input.entries.get(i).map_or(&[][..], Vec::as_slice)))
        .collect();
    let all = rows.len();
    let seen = visible(all, options);
    let rows = &rows[seen.clone()];
    let metrics = Metrics::new(rows.len(), options);
    let mut scene = Scene::new(
        options.width,
        options.height,
        words::log_label(options.lang, rows.len(), input.window.first, input.window.last),
    );
    draw_head(&mut scene, input, &metrics);
    let leader = leader(input.nodes);
    for (i, (node, entries)) in rows.iter().enumerate() {
        let top = metrics.top + metrics.row * i as f64;
        if i > 0 {
            scene.push(
                Shape::line(Point::new(8.0, top), Point::new(options.width - 8.0, top)).outlined(Role::Line, 1.0).faded(0.35),
            );
        }
        draw_name(&mut scene, input, node, top, &metrics);
        let at = |position: u64| Point::new(metrics.left + (position - input.window.first) as f64 * metrics.column, top);
        let strength = if node.status == NodeStatus::Crashed { 0.75 } else { 1.0 };
        for entry in entries.iter().filter(|entry| (input.window.first..=input.window.last).contains(&entry.index)) {
            draw_entry(&mut scene, input, node, entry, at(entry.index), &metrics, strength);
        }
        draw_marks(&mut scene, input.window, node, &metrics, top);
        if let Some(peer) = leader.and_then(|leader| leader.peers.iter().find(|peer| peer.node == node.id)) {
            draw_peer(&mut scene, input, peer, &metrics, top);
        }
    }
    let right = draw_part(&mut scene, input, seen, all);
    legend(options).draw(&mut scene, options, right);
    scene
}

/// Where in the logs one looks, if that is not all of them: at the right end of the foot. Returns where that begins.
fn draw_part(scene: &mut Scene, input: &LogGridInput<'_>, rows: Range<usize>, all: usize) -> f64 {
    let (options, newest) = (input.options, newest(input.nodes));
    let whole = input.window.first == 1 && input.window.last >= newest;
    if whole && rows.len() == all {
        return options.width;
    }
    let last = input.window.last.min(newest);
    // Where there is little room, rows count themselves by their names.
    let rows = if options.width < NARROW { (1, all, all) } else { (rows.start + 1, rows.end, all) };
    let text = words::log_part(options.lang, (input.window.first, last, newest), rows);
    let at = Point::new(options.width - 10.0, options.height - 13.0);
    let left = at.x - Text::width_of(&text, 12.0) - 12.0;
    scene.push(Shape::text(at, text, 12.0).filled(Role::Muted).anchored(Anchor::End));
    left
}

/// The leader of the newest epoch: what it knows of the others is marked.
fn leader(nodes: &[NodeView]) -> Option<&NodeView> {
    nodes.iter().filter(|node| !node.peers.is_empty() && node.status == NodeStatus::Running).max_by_key(|node| node.epoch)
}

/// The numbers of the positions, up to the place of the next entry.
fn draw_head(scene: &mut Scene, input: &LogGridInput<'_>, metrics: &Metrics) {
    let window = input.window;
    for position in window.first..=window.last.min(newest(input.nodes) + 1) {
        let x = metrics.left + ((position - window.first) as f64 + 0.5) * metrics.column;
        scene.push(Shape::text(Point::new(x, metrics.top - 12.0), position.to_string(), 12.0).filled(Role::Muted));
    }
}

fn draw_name(scene: &mut Scene, input: &LogGridInput<'_>, node: &NodeView, top: f64, metrics: &Metrics) {
    let id = format!("node:{}", node.id.0);
    let middle = top + metrics.row / 2.0;
    let is = |pointed: &Option<String>| pointed.as_deref() == Some(id.as_str());
    let mut ground = Shape::rect(Point::new(4.0, top + 3.0), metrics.left - 12.0, metrics.row - 6.0, 6.0).filled(Role::Paper);
    if is(&input.options.selected) {
        ground = ground.outlined(Role::Ink, 3.0);
    } else if is(&input.options.focus) {
        ground = ground.outlined(Role::Ink, 2.0);
    } else if is(&input.options.hover) {
        ground = ground.outlined(Role::Line, 1.0);
    }
    scene.push(ground.named(id, words::node_label(input.options.lang, node, &input.names)));
    let name = words::node_name(input.options.lang, node.id, input.names.cluster);
    let letter = format!("{} {}", node.role.letter, node.epoch.unwrap_or(0));
    scene.push(Shape::text(Point::new(14.0, middle - 7.0), name, 14.0).anchored(Anchor::Start).bold());
    let under = match node.status {
        NodeStatus::Running => letter,
        status => words::status(input.options.lang, status).to_owned(),
    };
    scene.push(Shape::text(Point::new(14.0, middle + 9.0), under, 12.0).filled(Role::Muted).anchored(Anchor::Start));
}

fn draw_entry(
    scene: &mut Scene,
    input: &LogGridInput<'_>,
    node: &NodeView,
    entry: &EntryView,
    at: Point,
    metrics: &Metrics,
    strength: f64,
) {
    let id = format!("entry:{}:{}", node.id.0, entry.index);
    let hue = Role::epoch(entry.epoch);
    let (width, height) = (metrics.column - 6.0, (metrics.row - 20.0).clamp(15.0, 44.0));
    // Beneath it is room for its foot and for what the leader knows.
    let corner = at.by(3.0, ((metrics.row - height) / 2.0 - 2.0).min(metrics.row - height - 11.5));
    let committed = entry.state >= EntryState::Committed;
    let cell = Shape::rect(corner, width, height, 4.0);
    let cell =
        if committed { cell.filled(hue).outlined(hue, 1.5) } else { cell.filled(Role::Paper).stroked(hue, 1.5, Dash::Dashed) };
    let label = words::entry_label(input.options.lang, node.id, entry, &input.names);
    scene.push(cell.faded(strength).named(id.clone(), label));
    let ink = if committed { Role::OnEpoch } else { Role::Ink };
    let middle = corner.by(width / 2.0, height / 2.0);
    let two_lines = height >= 32.0;
    let shift = if two_lines { 7.5 } else { 0.0 };
    // Numbers say what hues say.
    let epoch = entry.epoch.to_string();
    if two_lines {
        scene.push(Shape::text(middle.by(0.0, -shift), shortened(&entry.label, width - 6.0), 12.0).filled(ink).mono());
        scene.push(Shape::text(middle.by(0.0, shift), epoch, 12.0).filled(ink));
    } else {
        scene.push(
            Shape::text(middle, shortened(&format!("{epoch} {}", entry.label), width - 4.0), 12.0)
                .filled(ink)
                .mono()
                .faded(strength),
        );
    }
    if entry.state == EntryState::Applied {
        // Applied: a foot of ink beneath the cell.
        let y = corner.y + height + 3.5;
        scene
            .push(Shape::line(Point::new(corner.x, y), Point::new(corner.x + width, y)).outlined(Role::Ink, 2.0).faded(strength));
    }
    if entry.conflict {
        draw_conflict(scene, corner, width);
    }
    let is = |pointed: &Option<String>| pointed.as_deref() == Some(id.as_str());
    let ring = |by: f64| Shape::rect(corner.by(-by, -by), width + 2.0 * by, height + 2.0 * by, 4.0 + by);
    if is(&input.options.selected) {
        scene.push(ring(2.0).outlined(Role::Ink, 3.0));
    } else if is(&input.options.hover) {
        scene.push(ring(2.0).outlined(Role::Line, 1.5));
    }
    if is(&input.options.focus) {
        scene.push(ring(3.0).outlined(Role::Ink, 2.0));
    }
}

/// Another running node holds something else here: unequal.
fn draw_conflict(scene: &mut Scene, corner: Point, width: f64) {
    let right = corner.by(width, 0.0);
    let sign = right.by(-1.0, 1.0);
    scene.push(Shape::circle(sign, 7.5).filled(Role::Paper).outlined(Role::Ink, 1.5));
    let mark = vec![
        (sign.by(-3.5, -1.7), sign.by(3.5, -1.7)),
        (sign.by(-3.5, 1.7), sign.by(3.5, 1.7)),
        (sign.by(-2.2, 4.0), sign.by(2.2, -4.0)),
    ];
    scene.push(Shape::hatch(mark).outlined(Role::Ink, 1.3));
}

/// Where the node's commit index stands: a line after that position.
fn draw_marks(scene: &mut Scene, window: Window, node: &NodeView, metrics: &Metrics, top: f64) {
    let Some(log) = node.log else { return };
    if (window.first.saturating_sub(1)..=window.last).contains(&log.committed) && log.committed > 0 {
        let x = metrics.left + (log.committed + 1 - window.first) as f64 * metrics.column;
        scene.push(Shape::line(Point::new(x, top + 5.0), Point::new(x, top + metrics.row - 5.0)).outlined(Role::Ink, 2.0));
    }
}

/// What the leader knows of this log: a full triangle under the last matching position, a hollow one under the next to send.
fn draw_peer(scene: &mut Scene, input: &LogGridInput<'_>, peer: &PeerView, metrics: &Metrics, top: f64) {
    let y = top + metrics.row - 1.5;
    let triangle = |position: u64, shift: f64| {
        let x = metrics.left + ((position - input.window.first) as f64 + 0.5) * metrics.column + shift;
        Shape::polygon(vec![Point::new(x, y - 7.0), Point::new(x + 4.5, y), Point::new(x - 4.5, y)])
    };
    let seen = |position: u64| (input.window.first..=input.window.last).contains(&position);
    if seen(peer.matched) {
        scene.push(triangle(peer.matched, -10.0).filled(Role::Ink).outlined(Role::Paper, 1.0));
    }
    if seen(peer.next) {
        scene.push(triangle(peer.next, 10.0).filled(Role::Paper).outlined(Role::Ink, 1.2));
    }
}

/// What the marks stand for; those of a leader have their place also while nobody leads.
fn legend(options: &ViewOptions) -> Legend {
    let square = || Shape::rect(Point::new(0.0, -6.0), 12.0, 12.0, 2.0);
    let triangle = || Shape::polygon(vec![Point::new(6.0, -4.0), Point::new(10.5, 3.0), Point::new(1.5, 3.0)]);
    let items = [
        (square().filled(Role::Muted), "log.legend.committed"),
        (square().stroked(Role::Muted, 1.5, Dash::Dashed), "log.legend.appended"),
        (Shape::line(Point::new(0.0, 3.0), Point::new(12.0, 3.0)).outlined(Role::Ink, 2.0), "log.legend.applied"),
        (triangle().filled(Role::Ink), "log.legend.match"),
        (triangle().outlined(Role::Ink, 1.2), "log.legend.next"),
    ];
    let told = |(mark, key): (Shape, &str)| (vec![mark], words::word(options.lang, key).to_owned());
    Legend::new(options.width, items.into_iter().map(told).collect())
}

/// As much of a label as fits.
fn shortened(label: &str, width: f64) -> String {
    // Monospaced digits are about 0.6 of the size wide.
    let most = (width / 7.3).floor().max(1.0) as usize;
    if label.chars().count() <= most {
        return label.to_owned();
    }
    label.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
