//! The view of leases: a row for each client with the times in which it took itself for the holder, a row for each lock node with
//! the key that it keeps, and one for the resource with the writes that came. Time runs to the right; what lies to the right of
//! *now* is what the row's own clock will say if nothing happens.

mod bars;

use self::bars::Bar;
use super::geometry::Point;
use super::layout::{NARROW, ViewOptions};
use super::legend::{Legend, draw_left_out};
use super::scene::{Anchor, Dash, Role, Scene, Shape, Text};
use super::words::{self, Names};
use crate::base::NodeId;
use crate::system::inspect::{Lease, LeaseKind, LeaseRow, LeaseWrite, LeasesView, NodeStatus, NodeView};

/// What the view draws.
#[derive(Clone, Copy, Debug)]
pub struct LeasesInput<'a> {
    /// Who holds what.
    pub leases: &'a LeasesView,
    /// All nodes, by number.
    pub nodes: &'a [NodeView],
    /// The names of nodes.
    pub names: Names,
    /// The cursor, microseconds.
    pub now_us: f64,
    /// How the viewer wants it.
    pub options: &'a ViewOptions,
}

const HEAD: f64 = 26.0;
/// Least height of a row.
const ROW_MIN: f64 = 19.0;
/// Of a bar with a text on it.
const TEXT_MIN: f64 = 13.0;

/// Where things are.
struct Metrics {
    left: f64,
    right: f64,
    top: f64,
    row: f64,
    /// The time at `left`, and how much passes up to `right`, microseconds.
    from_us: f64,
    span_us: f64,
}

impl Metrics {
    fn new(rows: usize, foot: f64, input: &LeasesInput<'_>) -> Metrics {
        let options = input.options;
        let room = options.height - HEAD - foot;
        let row = (room / rows.max(1) as f64).clamp(ROW_MIN, 54.0);
        let ttl_us = (input.leases.ttl_us as f64).max(1.0);
        // A lease that begins now has room, and so has one that has just ended.
        let (past_us, span_us) = (0.95 * ttl_us, 2.05 * ttl_us);
        Metrics {
            left: if options.width < NARROW { 74.0 } else { 116.0 },
            right: options.width - 10.0,
            top: HEAD + ((room - row * rows as f64) / 2.0).max(0.0),
            row,
            from_us: (input.now_us - past_us).max(0.0),
            span_us,
        }
    }

    /// Where a time is, and whether that is within the picture.
    fn x(&self, at_us: f64) -> f64 {
        (self.left + (at_us - self.from_us) / self.span_us * (self.right - self.left)).clamp(self.left, self.right)
    }

    fn shows(&self, at_us: f64) -> bool {
        (self.from_us..=self.from_us + self.span_us).contains(&at_us)
    }
}

/// Rows for which there is room: clients, lock nodes and the resource give way in turn, the resource last.
fn rows_in_view(leases: &LeasesView, height: f64) -> (Vec<&LeaseRow>, usize) {
    let room = ((height / ROW_MIN).floor() as usize).max(2);
    let all = leases.rows.len();
    if all <= room {
        return (leases.rows.iter().collect(), 0);
    }
    let of = |kind| leases.rows.iter().filter(move |row| row.kind == kind);
    let half = of(LeaseKind::Node).count().min(room / 2);
    let clients = of(LeaseKind::Client).count().min(room.saturating_sub(half + 1));
    let nodes = room.saturating_sub(clients + 1);
    let rows: Vec<&LeaseRow> =
        of(LeaseKind::Client).take(clients).chain(of(LeaseKind::Node).take(nodes)).chain(of(LeaseKind::Resource)).collect();
    let left_out = all - rows.len();
    (rows, left_out)
}

/// Draws the view. Ids: `node:0`.
pub fn leases_scene(input: &LeasesInput<'_>) -> Scene {
    let options = input.options;
    let legend = legend(input);
    let (rows, left_out) = rows_in_view(input.leases, options.height - HEAD - legend.height());
    let metrics = Metrics::new(rows.len(), legend.height(), input);
    let mut scene = Scene::new(options.width, options.height, whole_label(input));
    for (n, row) in rows.iter().enumerate() {
        draw_name(&mut scene, input, row, metrics.top + metrics.row * n as f64, &metrics);
    }
    draw_axis(&mut scene, input, &metrics, rows.len());
    let tops = (0..rows.len()).map(|n| metrics.top + metrics.row * n as f64);
    let bars: Vec<Vec<Bar<'_>>> =
        rows.iter().zip(tops).map(|(row, top)| bars::of_row(input.now_us, row, top, &metrics)).collect();
    let mut kind = None;
    for (n, row) in rows.iter().enumerate() {
        let top = metrics.top + metrics.row * n as f64;
        let strong = kind.replace(row.kind).is_some_and(|before| before != row.kind);
        if n > 0 {
            let line = Shape::line(Point::new(6.0, top), Point::new(options.width - 6.0, top));
            scene.push(line.outlined(Role::Line, if strong { 2.0 } else { 1.0 }).faded(if strong { 1.0 } else { 0.35 }));
        }
        bars[n].iter().for_each(|bar| bar.draw(&mut scene, client_hue(input, bar.lease.holder)));
        if row.kind == LeaseKind::Resource {
            draw_writes(&mut scene, input, top, &metrics);
        }
    }
    for (row, bars) in rows.iter().zip(&bars) {
        for bar in bars {
            overlaps(input, row, bar, &metrics).into_iter().for_each(|(from, to)| bar.draw_overlap(&mut scene, from, to));
        }
    }
    for (row, bars) in rows.iter().zip(&bars) {
        for bar in bars {
            let hatched = !overlaps(input, row, bar, &metrics).is_empty();
            draw_bar_text(&mut scene, input, row, bar, hatched);
        }
    }
    draw_now(&mut scene, input, &metrics, rows.len());
    let right = draw_left_out(&mut scene, options, left_out);
    legend.draw(&mut scene, options, right);
    scene
}

fn whole_label(input: &LeasesInput<'_>) -> String {
    let lang = input.options.lang;
    let believing = believing(input);
    if believing.is_empty() {
        return words::told(lang, "leases.nobody", &[]);
    }
    let sentences: Vec<String> = believing.iter().map(|(_, lease)| belief_text(input, lease)).collect();
    sentences.join(" ")
}

/// Who takes itself for the holder now.
fn believing<'a>(input: &LeasesInput<'a>) -> Vec<(NodeId, &'a Lease)> {
    let now = |lease: &&Lease| lease.from_us as f64 <= input.now_us && input.now_us < lease.until_us as f64;
    let clients = input.leases.rows.iter().filter(|row| row.kind == LeaseKind::Client);
    clients.flat_map(|row| row.leases.iter().filter(now).map(move |lease| (row.node, lease))).collect()
}

fn name(input: &LeasesInput<'_>, node: NodeId) -> String {
    words::node_name(input.options.lang, node, input.names.cluster)
}

/// `fence 2`, or `sequencer 2`; nothing where there are none.
fn fence_text(input: &LeasesInput<'_>, fence: u64) -> String {
    let key = if input.leases.sequencers { "leases.sequencer" } else { "leases.fence" };
    if fence == 0 { String::new() } else { words::filled(input.options.lang, key, &[("fence", &fence.to_string())]) }
}

/// `#3.1`: the first attempt of its client's operation number 3, as the token of a key is written everywhere.
fn token_text(lease: &Lease) -> String {
    lease.token.map_or(String::new(), |(op, attempt)| format!("#{op}.{attempt}"))
}

fn belief_text(input: &LeasesInput<'_>, lease: &Lease) -> String {
    let (lang, key) = (input.options.lang, words::key_name(u64::from(lease.key)));
    let until = words::time(lang, lease.until_us);
    let args = [("client", &*name(input, lease.holder)), ("key", &*key), ("until", &*until)];
    words::told(lang, "leases.believes", &args)
}

/// What a row says, for those who do not see it.
fn row_label(input: &LeasesInput<'_>, row: &LeaseRow) -> String {
    let lang = input.options.lang;
    let own = name(input, row.node);
    let current = row.leases.iter().rfind(|lease| input.now_us < lease.until_us as f64);
    let text = match (row.kind, current) {
        (LeaseKind::Client, Some(lease)) => belief_text(input, lease),
        (LeaseKind::Client, None) => words::told(lang, "leases.believes-not", &[("client", &own)]),
        (LeaseKind::Node, Some(lease)) => {
            let (key, until) = (words::key_name(u64::from(lease.key)), words::time(lang, lease.until_us));
            let (client, token) = (name(input, lease.holder), token_text(lease));
            let args = [("node", &*own), ("key", &*key), ("client", &*client), ("token", &*token), ("until", &*until)];
            words::told(lang, if token.is_empty() { "leases.keeps" } else { "leases.keeps-token" }, &args)
        }
        (LeaseKind::Node, None) => words::told(lang, "leases.keeps-not", &[("node", &own)]),
        (LeaseKind::Resource, _) => {
            let fence = row.fence.unwrap_or(0).to_string();
            let ruled = || input.leases.writes.iter().filter(|write| write.ruled_us.is_some());
            let count = |accepted: bool| ruled().filter(|write| write.accepted == accepted).count().to_string();
            let counts = [count(true), count(false)];
            let open = (input.leases.writes.len() - ruled().count()).to_string();
            if input.leases.sequencers {
                let args = [("node", &*own), ("open", &*open), ("accepted", &*counts[0]), ("rejected", &*counts[1])];
                return words::told(lang, "leases.resource-asks", &args);
            }
            let args = [("node", &*own), ("fence", &*fence), ("accepted", &*counts[0]), ("rejected", &*counts[1])];
            words::told(lang, "leases.resource", &args)
        }
    };
    let status = input.nodes.get(row.node.index()).map(|node| node.status);
    match status.filter(|status| *status != NodeStatus::Running) {
        Some(status) => format!("{text} ({})", words::status(lang, status)),
        None => text,
    }
}

fn draw_name(scene: &mut Scene, input: &LeasesInput<'_>, row: &LeaseRow, top: f64, metrics: &Metrics) {
    let (options, id) = (input.options, format!("node:{}", row.node.0));
    let is = |pointed: &Option<String>| pointed.as_deref() == Some(id.as_str());
    let mut ground = Shape::rect(Point::new(3.0, top + 2.0), options.width - 6.0, metrics.row - 4.0, 5.0).filled(Role::Paper);
    if is(&options.selected) {
        ground = ground.outlined(Role::Ink, 3.0);
    } else if is(&options.focus) {
        ground = ground.outlined(Role::Ink, 2.0);
    } else if is(&options.hover) {
        ground = ground.outlined(Role::Line, 1.0);
    }
    scene.push(ground.named(id, row_label(input, row)));
    let status = input.nodes.get(row.node.index()).map(|node| node.status).filter(|status| *status != NodeStatus::Running);
    let under = match (status, row.kind) {
        (Some(status), _) => words::status(options.lang, status).to_owned(),
        (None, LeaseKind::Client) => {
            let lease = row.leases.iter().rfind(|lease| input.now_us < lease.until_us as f64);
            lease.map_or(String::new(), |lease| fence_text(input, lease.fence))
        }
        (None, _) => row.fence.map_or(String::new(), |fence| fence_text(input, fence)),
    };
    let (middle, x) = (top + metrics.row / 2.0, 10.0);
    let two = metrics.row >= 36.0 && !under.is_empty();
    let at = Point::new(x, middle + if two { -7.0 } else { 0.0 });
    scene.push(Shape::text(at, name(input, row.node), 13.0).anchored(Anchor::Start).bold());
    if two {
        scene.push(Shape::text(Point::new(x, middle + 9.0), under, 12.0).filled(Role::Muted).anchored(Anchor::Start));
    }
}

fn client_hue(input: &LeasesInput<'_>, client: NodeId) -> Role {
    Role::epoch(u64::from(client.0.saturating_sub(input.names.cluster.servers)) + 1)
}

/// What a bar is, on it: nothing is hatched beneath.
fn draw_bar_text(scene: &mut Scene, input: &LeasesInput<'_>, row: &LeaseRow, bar: &Bar<'_>, hatched: bool) {
    let Bar { lease, left, split, right, y, height } = *bar;
    if height < TEXT_MIN {
        return;
    }
    let key = words::key_name(u64::from(lease.key));
    let short = match row.kind {
        LeaseKind::Client => key,
        _ => format!("{key} {}", name(input, lease.holder)),
    };
    // With its token where there is room.
    let (token, wide) = (token_text(lease), |text: &str| Text::width_of(text, 12.0) + 8.0);
    let long = format!("{short} {token}");
    let fits = !token.is_empty() && wide(&long) <= (split - left).max(right - split);
    let text = if fits { long } else { short };
    let width = wide(&text);
    let middle = y + height / 2.0;
    if split - left >= width {
        if hatched {
            let ground = Shape::rect(Point::new(left + 2.0, y + 2.0), width - 2.0, height - 4.0, 2.0);
            scene.push(ground.filled(client_hue(input, lease.holder)));
        }
        scene.push(Shape::text(Point::new(left + 5.0, middle), text, 12.0).filled(Role::OnEpoch).anchored(Anchor::Start));
    } else if right - split >= width {
        scene.push(Shape::text(Point::new(split + 5.0, middle), text, 12.0).anchored(Anchor::Start));
    }
}

/// Where on a client's bar more believe at the same time than may: its left and right ends, also if the others have no room in view.
fn overlaps(input: &LeasesInput<'_>, row: &LeaseRow, bar: &Bar<'_>, metrics: &Metrics) -> Vec<(f64, f64)> {
    if row.kind != LeaseKind::Client {
        return Vec::new();
    }
    let others = input.leases.rows.iter().filter(|other| other.kind == LeaseKind::Client && other.node != row.node);
    let others = others.flat_map(|other| &other.leases);
    let crowded = bars::crowded(bar.lease, others, input.leases.permits).into_iter();
    crowded
        .map(|(from, until)| (from as f64, (until as f64).min(input.now_us)))
        .filter(|(from, until)| until > from && *until > metrics.from_us)
        .map(|(from, until)| (metrics.x(from), metrics.x(until)))
        .collect()
}

/// What came to the resource: a disc that was accepted, a struck circle that was rejected, each with its fence.
fn draw_writes(scene: &mut Scene, input: &LeasesInput<'_>, top: f64, metrics: &Metrics) {
    let middle = top + metrics.row / 2.0;
    // A write that is being asked about moves with the time.
    let at_us = |write: &LeaseWrite| write.ruled_us.map_or(input.now_us, |ruled_us| ruled_us as f64);
    let place = |at_us: f64| metrics.x(at_us).clamp(metrics.left + 6.0, metrics.right - 6.0);
    let mut writes = input.leases.writes.iter().filter(|write| metrics.shows(at_us(write))).peekable();
    while let Some(write) = writes.next() {
        let x = place(at_us(write));
        let came = place(write.came_us as f64);
        if x - came > 1.0 {
            let hue = client_hue(input, write.client);
            scene.push(Shape::line(Point::new(came, middle), Point::new(x, middle)).stroked(hue, 1.5, Dash::Dashed));
        }
        let end = writes.peek().map_or(metrics.right, |next| place(at_us(next)) - 8.0);
        draw_write(scene, input, write, Point::new(x, middle));
        // With its fence where there is room, else without, else a mark alone.
        let texts = [write_text(write), format!("= {}", write.value)];
        if let Some(text) = texts.into_iter().find(|text| x + 9.0 + Text::width_of(text, 12.0) <= end) {
            scene.push(Shape::text(Point::new(x + 9.0, middle), text, 12.0).anchored(Anchor::Start));
        }
    }
}

/// `= 33`, and the fence in brackets.
fn write_text(write: &LeaseWrite) -> String {
    if write.fence == 0 { format!("= {}", write.value) } else { format!("= {} ({})", write.value, write.fence) }
}

fn draw_write(scene: &mut Scene, input: &LeasesInput<'_>, write: &LeaseWrite, at: Point) {
    let hue = client_hue(input, write.client);
    if write.accepted {
        return scene.push(Shape::circle(at, 6.0).filled(hue).outlined(hue, 1.5));
    }
    let ring = Shape::circle(at, 6.0).filled(Role::Paper);
    if write.ruled_us.is_none() {
        return scene.push(ring.stroked(hue, 1.5, Dash::Dashed));
    }
    scene.push(ring.outlined(hue, 1.5));
    scene.push(Shape::line(at.by(-4.0, 4.0), at.by(4.0, -4.0)).outlined(Role::Ink, 1.5));
}

fn draw_axis(scene: &mut Scene, input: &LeasesInput<'_>, metrics: &Metrics, rows: usize) {
    let bottom = metrics.top + metrics.row * rows as f64;
    let room = ((metrics.right - metrics.left) / 74.0).floor().max(1.0);
    let step = nice_step(metrics.span_us / room);
    let mut at = (metrics.from_us / step).ceil() * step;
    while at <= metrics.from_us + metrics.span_us {
        let x = metrics.x(at);
        scene.push(Shape::line(Point::new(x, metrics.top - 4.0), Point::new(x, bottom)).outlined(Role::Line, 1.0).faded(0.35));
        let text = if at == 0.0 { "0".to_owned() } else { words::duration(input.options.lang, at as u64) };
        let half = Text::width_of(&text, 12.0) / 2.0;
        if x - half > metrics.left - 20.0 && x + half < input.options.width {
            scene.push(Shape::text(Point::new(x, metrics.top - 13.0), text, 12.0).filled(Role::Muted));
        }
        at += step;
    }
}

/// The least of 1, 2, 5 times a power of ten that is not below this.
pub(super) fn nice_step(least: f64) -> f64 {
    let power = 10f64.powf(least.max(1.0).log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= least);
    factor.unwrap_or(10.0) * power
}

fn draw_now(scene: &mut Scene, input: &LeasesInput<'_>, metrics: &Metrics, rows: usize) {
    let (x, bottom) = (metrics.x(input.now_us), metrics.top + metrics.row * rows as f64);
    scene.push(Shape::line(Point::new(x, metrics.top - 6.0), Point::new(x, bottom + 3.0)).outlined(Role::Ink, 2.0));
}

/// What the marks stand for.
fn legend(input: &LeasesInput<'_>) -> Legend {
    let asks = input.leases.sequencers;
    let bar = || Shape::rect(Point::new(0.0, -6.0), 14.0, 12.0, 2.0);
    let at = Point::new(7.0, 0.0);
    let disc = || Shape::circle(at, 6.0);
    let mut items = vec![
        (vec![bar().filled(Role::Muted)], "leases.legend.until-now"),
        (vec![bar().stroked(Role::Muted, 1.5, Dash::Dashed)], "leases.legend.to-come"),
        (
            vec![bar().filled(Role::Muted), bars::hatch((0.0, 14.0), (-6.0, 12.0)), bar().outlined(Role::Violated, 2.0)],
            if input.leases.permits > 1 { "leases.legend.too-many" } else { "leases.legend.two" },
        ),
    ];
    if asks {
        items.push((vec![disc().stroked(Role::Muted, 1.5, Dash::Dashed)], "leases.legend.asked"));
    }
    let accepted = if asks { "leases.legend.accepted-shown" } else { "leases.legend.accepted" };
    items.push((vec![disc().filled(Role::Muted)], accepted));
    let stroke = Shape::line(at.by(-4.0, 4.0), at.by(4.0, -4.0)).outlined(Role::Ink, 1.5);
    items.push((vec![disc().outlined(Role::Muted, 1.5), stroke], "leases.legend.rejected"));
    let told = |(mark, key): (Vec<Shape>, &str)| (mark, words::word(input.options.lang, key).to_owned());
    Legend::new(input.options.width, items.into_iter().map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_the_axis_are_round() {
        assert_eq!([1.0, 3.0, 700.0, 5_000.0, 5_001.0].map(nice_step), [1.0, 5.0, 1_000.0, 5_000.0, 10_000.0]);
    }

    #[test]
    fn rows_give_way_to_the_resource() {
        let row = |node: u16, kind| LeaseRow { node: NodeId(node), kind, leases: Vec::new(), fence: None };
        let rows = (0..40)
            .map(|node| row(node, if node < 20 { LeaseKind::Client } else { LeaseKind::Node }))
            .chain([row(40, LeaseKind::Resource)]);
        let leases = LeasesView { ttl_us: 1, permits: 1, sequencers: false, rows: rows.collect(), writes: Vec::new() };
        let (seen, left_out) = rows_in_view(&leases, 10.0 * ROW_MIN);
        assert_eq!((seen.len(), left_out), (10, 31));
        assert_eq!(seen.last().map(|row| row.kind), Some(LeaseKind::Resource));
    }
}
