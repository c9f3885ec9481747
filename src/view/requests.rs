//! The view of requests: a row for each client with its open calls, then what the server works on, what waits there, what it
//! would recognise, how often calls were done, and what was set aside. A request that nobody waits for is struck out.

use super::geometry::Point;
use super::layout::{NARROW, ViewOptions};
use super::legend::{Legend, draw_left_out};
use super::scene::{Anchor, Dash, Role, Scene, Shape, Text};
use super::words::{self, Names};
use crate::base::NodeId;
use crate::sim::plan::Cluster;
use crate::system::inspect::{NodeStatus, NodeView};
use crate::system::requests::{ClientView, EffectView, JobView, RequestsView, ServerView};
use std::cmp::Ordering;

/// What the view draws.
#[derive(Clone, Copy, Debug)]
pub struct RequestsInput<'a> {
    /// Calls, the server, effects.
    pub requests: &'a RequestsView,
    /// All nodes, by number.
    pub nodes: &'a [NodeView],
    /// The names of nodes.
    pub names: Names,
    /// How the viewer wants it.
    pub options: &'a ViewOptions,
}

const TOP: f64 = 8.0;
const ROW_MIN: f64 = 22.0;
const SIZE: f64 = 12.0;
/// Room beside a cell's text; fonts differ.
const PAD: f64 = 8.0;
/// How much wider than usual text is that consists of figures and signs.
const FIGURES: f64 = 1.15;
/// Rows beside those of clients: works on, waits, has done. There is one more while requests are set aside.
const SERVER_ROWS: usize = 3;

/// A row: whose, its name, what stands beneath it, what is said of the node (once), and its cells.
struct Row {
    node: NodeId,
    name: String,
    under: String,
    label: String,
    cells: Vec<Cell>,
    /// How many cells there should be.
    all: usize,
}

/// A box with a text.
struct Cell {
    text: String,
    ground: Ground,
}

/// How a cell looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// In the hue of its client.
    Hue(u16),
    /// The same, as an outline: it waits before it asks again.
    Outline(u16),
    /// Struck out: nobody waits for it.
    Late(u16),
    /// Done more often than once.
    Twice(u16),
    /// No call: a word about whoever makes them.
    Note,
}

/// Draws the view. Ids: `node:0`.
pub fn requests_scene(input: &RequestsInput<'_>) -> Scene {
    let options = input.options;
    let legend = legend(input);
    let foot = legend.height();
    let own: Vec<Row> = input.requests.server.iter().flat_map(|server| server_rows(input, server)).collect();
    let server_rows = own.len().max(SERVER_ROWS);
    let room = (((options.height - TOP - foot) / ROW_MIN).floor() as usize).max(server_rows + 1);
    let clients = input.requests.clients.len().min(room - server_rows);
    let left_out = input.requests.clients.len() - clients;
    let mut rows: Vec<Row> = input.requests.clients.iter().take(clients).map(|client| client_row(input, client)).collect();
    rows.extend(own);
    let height = ((options.height - TOP - foot) / rows.len().max(1) as f64).clamp(ROW_MIN, 60.0);
    let mut scene = Scene::new(options.width, options.height, whole_label(input));
    for (n, row) in rows.iter().enumerate() {
        let top = TOP + height * n as f64;
        match n.cmp(&clients) {
            Ordering::Less => draw_ground(&mut scene, options, row, top, height),
            // The rows of the server are one thing.
            Ordering::Equal => draw_ground(&mut scene, options, row, top, height * server_rows as f64),
            Ordering::Greater => {}
        }
        draw_row(&mut scene, input, row, top, height, n == clients);
    }
    let right = draw_left_out(&mut scene, options, left_out);
    legend.draw(&mut scene, options, right);
    scene
}

fn whole_label(input: &RequestsInput<'_>) -> String {
    let (requests, lang) = (input.requests, input.options.lang);
    let open: usize = requests.clients.iter().map(|client| client.open).sum();
    let (waiting, late) = requests.server.as_ref().map_or((0, 0), |server| server.waiting);
    let args = [("open", &*open.to_string()), ("waiting", &*waiting.to_string()), ("late", &*late.to_string())];
    words::told(lang, "requests.label", &args)
}

fn name(input: &RequestsInput<'_>, node: NodeId) -> String {
    words::node_name(input.options.lang, node, input.names.cluster)
}

fn with_status(input: &RequestsInput<'_>, node: NodeId, text: String) -> String {
    match status(input, node) {
        Some(status) => format!("{text} ({status})"),
        None => text,
    }
}

fn status(input: &RequestsInput<'_>, node: NodeId) -> Option<&'static str> {
    let status = input.nodes.get(node.index()).map(|node| node.status).filter(|status| *status != NodeStatus::Running)?;
    Some(words::status(input.options.lang, status))
}

/// Which hue a caller has, from 0: clients first, then servers that call others.
fn hue(input: &RequestsInput<'_>, caller: NodeId) -> u16 {
    let Cluster { servers, clients } = input.names.cluster;
    caller.0.checked_sub(servers).unwrap_or(clients + caller.0)
}

/// A caller in as few letters as tell it: a client is its number.
fn brief(input: &RequestsInput<'_>, caller: NodeId) -> String {
    let client = caller.0.checked_sub(input.names.cluster.servers);
    client.map_or_else(|| name(input, caller), |client| (client + 1).to_string())
}

fn client_row(input: &RequestsInput<'_>, client: &ClientView) -> Row {
    let (lang, own) = (input.options.lang, name(input, client.node));
    let cells = client.calls.iter().map(|call| {
        if let Some(leader) = call.joined {
            return Cell { text: format!("#{} = #{leader}", call.n), ground: Ground::Outline(hue(input, client.node)) };
        }
        let ground = if call.backs_off { Ground::Outline(hue(input, client.node)) } else { Ground::Hue(hue(input, client.node)) };
        Cell { text: format!("#{}.{} {}", call.n, call.attempt, words::duration(lang, call.waits_us)), ground }
    });
    let newest = client.calls.first().map_or(String::new(), |call| {
        let (n, attempt, left) = (call.n.to_string(), call.attempt.to_string(), words::duration(lang, call.left_us));
        let args = [("n", &*n), ("attempt", &*attempt), ("left", &*left)];
        format!(" {}", words::told(lang, "requests.oldest", &args))
    });
    let label = words::told(lang, "requests.client", &[("client", &*own), ("open", &*client.open.to_string())]);
    let tokens = |tokens: u64| words::filled(lang, "requests.tokens", &[("tokens", &*tokens.to_string())]);
    let under = client.tokens.map_or(String::new(), tokens);
    let breaker = client.breaker.map(|breaker| Cell { text: words::word(lang, breaker).to_owned(), ground: Ground::Note });
    let label = match client.breaker {
        Some(breaker) => format!("{label} ({})", words::word(lang, breaker)),
        None => label,
    };
    Row {
        node: client.node,
        under: status(input, client.node).map_or(under, str::to_owned),
        label: with_status(input, client.node, format!("{label}{newest}")),
        name: own,
        all: client.open + usize::from(breaker.is_some()),
        cells: breaker.into_iter().chain(cells).collect(),
    }
}

fn job_cell(input: &RequestsInput<'_>, job: &JobView) -> Cell {
    let hue = hue(input, job.client);
    let ground = if job.left_us == 0 { Ground::Late(hue) } else { Ground::Hue(hue) };
    let text =
        format!("{}#{}.{} {}", brief(input, job.client), job.n, job.attempt, words::duration(input.options.lang, job.age_us));
    Cell { text, ground }
}

fn effect_cell(input: &RequestsInput<'_>, effect: &EffectView) -> Cell {
    let hue = hue(input, effect.client);
    let ground = match effect.times {
        0 => Ground::Outline(hue),
        1 => Ground::Hue(hue),
        _ => Ground::Twice(hue),
    };
    let told = |key| words::word(input.options.lang, key);
    let done = match (effect.times, effect.told) {
        (0, "pending") => told("requests.not-yet").to_owned(),
        (0, answer) => format!("{} {}", told("requests.never"), told(told_key(answer))),
        (times, answer) => format!("{times}x {}", told(told_key(answer))),
    };
    Cell { text: format!("{}#{} {done}", brief(input, effect.client), effect.n), ground }
}

fn told_key(told: &str) -> &'static str {
    match told {
        "ok" => "requests.told.ok",
        "fail" => "requests.told.fail",
        "unknown" => "requests.told.unknown",
        _ => "requests.told.pending",
    }
}

fn server_rows(input: &RequestsInput<'_>, server: &ServerView) -> Vec<Row> {
    let lang = input.options.lang;
    let own = name(input, server.node);
    let row = |key: &str, under: String, label: String, cells: Vec<Cell>, all: usize| Row {
        node: server.node,
        name: words::filled(lang, key, &[("server", &*own)]),
        under,
        label: with_status(input, server.node, label),
        cells,
        all,
    };
    let working: Vec<Cell> = server.working.iter().map(|job| job_cell(input, job)).collect();
    let works = words::told(lang, if working.is_empty() { "requests.idle" } else { "requests.works" }, &[("server", &*own)]);
    let (waiting, late) = server.waiting;
    let counts = [waiting.to_string(), late.to_string(), server.capacity.to_string()];
    let args = [("server", &*own), ("waiting", &*counts[0]), ("late", &*counts[1]), ("capacity", &*counts[2])];
    let queue: Vec<Cell> = server.queue.iter().map(|job| job_cell(input, job)).collect();
    let effects: Vec<Cell> = input.requests.effects.iter().map(|effect| effect_cell(input, effect)).collect();
    let twice = input.requests.effects.iter().filter(|effect| effect.times > 1).count();
    let known = [server.known.0.to_string(), server.known.1.to_string(), twice.to_string()];
    let known_args = [("server", &*own), ("progress", &*known[0]), ("done", &*known[1]), ("twice", &*known[2])];
    let under = status(input, server.node).unwrap_or_default().to_owned();
    let (letters, set_aside) = &server.set_aside;
    let aside_args = [("server", &*own), ("count", &*set_aside.to_string())];
    let aside = (*set_aside > 0).then(|| words::told(lang, "requests.aside", &aside_args));
    let label = [works, words::told(lang, "requests.queue", &args), words::told(lang, "requests.effects", &known_args)];
    let label = label.into_iter().chain(aside.clone()).collect::<Vec<_>>().join(" ");
    let all = effects.len();
    let letters = letters.iter().map(|letter| {
        let hue = hue(input, letter.client);
        Cell { text: format!("{}#{} {}x", brief(input, letter.client), letter.n, letter.deliveries), ground: Ground::Hue(hue) }
    });
    let aside = aside.map(|label| row("requests.row.aside", String::new(), label, letters.collect(), *set_aside));
    let rows = [
        row("requests.row.works", under, label, working, server.working.iter().count()),
        row(
            "requests.row.queue",
            format!("{waiting}/{}", server.capacity),
            words::told(lang, "requests.queue", &args),
            queue,
            waiting,
        ),
        row(
            "requests.row.done",
            words::filled(lang, "requests.knows", &[("known", &*(server.known.0 + server.known.1).to_string())]),
            String::new(),
            effects,
            all,
        ),
    ];
    rows.into_iter().chain(aside).collect()
}

fn draw_ground(scene: &mut Scene, options: &ViewOptions, row: &Row, top: f64, height: f64) {
    let id = format!("node:{}", row.node.0);
    let is = |pointed: &Option<String>| pointed.as_deref() == Some(id.as_str());
    let mut ground = Shape::rect(Point::new(3.0, top + 1.0), options.width - 6.0, height - 2.0, 5.0).filled(Role::Paper);
    if is(&options.selected) {
        ground = ground.outlined(Role::Ink, 3.0);
    } else if is(&options.focus) {
        ground = ground.outlined(Role::Ink, 2.0);
    } else if is(&options.hover) {
        ground = ground.outlined(Role::Line, 1.0);
    }
    scene.push(ground.named(id, row.label.clone()));
}

fn draw_row(scene: &mut Scene, input: &RequestsInput<'_>, row: &Row, top: f64, height: f64, first_of_server: bool) {
    let options = input.options;
    let line = Shape::line(Point::new(6.0, top), Point::new(options.width - 6.0, top));
    if top > TOP {
        let (width, opacity) = if first_of_server { (2.0, 1.0) } else { (1.0, 0.35) };
        scene.push(line.outlined(Role::Line, width).faded(opacity));
    }
    let middle = top + height / 2.0;
    let two = height >= 36.0 && !row.under.is_empty();
    let at = Point::new(10.0, middle + if two { -7.0 } else { 0.0 });
    scene.push(Shape::text(at, row.name.clone(), 13.0).anchored(Anchor::Start).bold());
    if two {
        scene.push(
            Shape::text(Point::new(10.0, middle + 9.0), row.under.clone(), SIZE).filled(Role::Muted).anchored(Anchor::Start),
        );
    }
    let left = if options.width < NARROW { 104.0 } else { 136.0 };
    draw_cells(scene, row, (left, options.width - 10.0), middle);
}

/// As many cells as there is room for, and how many there are beside them.
fn draw_cells(scene: &mut Scene, row: &Row, (left, right): (f64, f64), middle: f64) {
    let mut x = left;
    for (n, cell) in row.cells.iter().enumerate() {
        let width = Text::width_of(&cell.text, SIZE) * FIGURES + 2.0 * PAD;
        let others = row.all - n - 1;
        let more = format!("+{}", others + 1);
        let reserve = if others > 0 { Text::width_of(&more, SIZE) + 8.0 } else { 0.0 };
        if x + width + reserve > right {
            return scene.push(Shape::text(Point::new(x, middle), more, SIZE).filled(Role::Muted).anchored(Anchor::Start));
        }
        draw_cell(scene, cell, Point::new(x, middle), width);
        x += width + 5.0;
    }
    if row.all > row.cells.len() {
        let more = format!("+{}", row.all - row.cells.len());
        scene.push(Shape::text(Point::new(x, middle), more, SIZE).filled(Role::Muted).anchored(Anchor::Start));
    }
}

fn draw_cell(scene: &mut Scene, cell: &Cell, at: Point, width: f64) {
    let shape = Shape::rect(at.by(0.0, -10.0), width, 20.0, 3.0);
    let role = |hue: u16| Role::epoch(u64::from(hue) + 1);
    let (shape, ink) = match cell.ground {
        Ground::Hue(hue) => (shape.filled(role(hue)).outlined(role(hue), 1.5), Role::OnEpoch),
        Ground::Outline(hue) => (shape.filled(Role::Paper).stroked(role(hue), 1.5, Dash::Dashed), Role::Ink),
        Ground::Late(hue) => (shape.filled(Role::Raised).outlined(role(hue), 1.5), Role::Muted),
        Ground::Twice(hue) => (shape.filled(role(hue)).outlined(Role::Violated, 2.5), Role::OnEpoch),
        Ground::Note => (shape.filled(Role::Raised).outlined(Role::Ink, 1.5), Role::Ink),
    };
    scene.push(shape);
    let text = at.by(PAD, 0.0);
    scene.push(Shape::text(text, cell.text.clone(), SIZE).filled(ink).anchored(Anchor::Start));
    if let Ground::Late(_) = cell.ground {
        scene.push(Shape::line(text, text.by(width - 2.0 * PAD, 0.0)).outlined(Role::Ink, 1.0));
    }
}

/// What marks and texts stand for.
fn legend(input: &RequestsInput<'_>) -> Legend {
    let bar = || Shape::rect(Point::new(0.0, -6.0), 14.0, 12.0, 2.0);
    let struck = Shape::line(Point::new(2.0, 0.0), Point::new(12.0, 0.0)).outlined(Role::Ink, 1.0);
    let items = [
        (Vec::new(), "requests.legend.name"),
        (vec![bar().filled(Role::Muted)], "requests.legend.waits"),
        (vec![bar().stroked(Role::Muted, 1.5, Dash::Dashed)], "requests.legend.backs-off"),
        (vec![bar().outlined(Role::Muted, 1.5), struck], "requests.legend.late"),
        (vec![bar().filled(Role::Muted).outlined(Role::Violated, 2.0)], "requests.legend.twice"),
    ];
    let told = |(mark, key): (Vec<Shape>, &str)| (mark, words::word(input.options.lang, key).to_owned());
    Legend::new(input.options.width, items.into_iter().map(told).collect())
}
