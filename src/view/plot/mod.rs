//! The plot of goodput against offered load: second by second, how many calls began, how many attempts came to the server, and
//! how many calls were done; beneath it, how long they took ([`latency`]). Seconds in which something was wrong stand on a darker
//! ground.

mod latency;

use super::geometry::Point;
use super::layout::{NARROW, ViewOptions};
use super::leases::nice_step;
use super::scene::{Anchor, Dash, Role, Scene, Shape, Text};
use super::words;
use crate::system::requests::LoadSecond;

/// What the plot draws.
#[derive(Clone, Copy, Debug)]
pub struct PlotInput<'a> {
    /// Seconds, oldest first; the last one is not over.
    pub seconds: &'a [LoadSecond],
    /// The cursor, microseconds.
    pub now_us: f64,
    /// How the viewer wants it.
    pub options: &'a ViewOptions,
}

/// Room for the names of a panel's lines.
const HEAD: f64 = 26.0;
/// Room for the seconds.
const FOOT: f64 = 26.0;
const SIZE: f64 = 12.0;
/// Least height of a panel beside which there is another.
const PANEL_MIN: f64 = 44.0;
/// No fewer seconds are drawn, and no more.
const SECONDS: (u64, u64) = (20, 150);

/// A line of the plot: its number in a second, its colour, its dash, its name.
type Line = (fn(&LoadSecond) -> u32, Role, Dash, &'static str);

const LINES: [Line; 3] = [
    (|second| second.demand, Role::Muted, Dash::Dashed, "plot.demand"),
    (|second| second.offered, Role::Epoch(0), Dash::Dotted, "plot.offered"),
    (|second| second.goodput, Role::Epoch(1), Dash::Solid, "plot.goodput"),
];

/// Where things are.
struct Metrics {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    first: u64,
    count: f64,
    most: f64,
}

impl Metrics {
    fn new(input: &PlotInput<'_>) -> Metrics {
        let options = input.options;
        let end = input.seconds.last().map_or(0, |second| second.n) + 1;
        let first = end.saturating_sub(SECONDS.1);
        let greatest =
            whole(input).iter().filter(|second| second.n >= first).map(|second| second.demand.max(second.offered)).max();
        let step = nice_step(f64::from(greatest.unwrap_or(0).max(4)) / 4.0);
        Metrics {
            left: if options.width < NARROW { 54.0 } else { 56.0 },
            right: options.width - 12.0 - spread_of(options),
            top: HEAD,
            bottom: HEAD + height_of(options),
            first,
            count: (end - first).max(SECONDS.0) as f64,
            most: step * (f64::from(greatest.unwrap_or(0).max(4)) / step).ceil(),
        }
    }

    /// The same beneath, for how long calls took.
    fn beneath(&self, options: &ViewOptions) -> Metrics {
        let top = self.bottom + HEAD;
        Metrics { top, bottom: top + height_of(options), ..*self }
    }

    fn x(&self, n: f64) -> f64 {
        (self.left + (n - self.first as f64) / self.count * (self.right - self.left)).clamp(self.left, self.right)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - value / self.most * (self.bottom - self.top)
    }
}

/// How wide the spread of times is, beside the seconds.
fn spread_of(options: &ViewOptions) -> f64 {
    if options.width < NARROW { 88.0 } else { 128.0 }
}

/// How high each of the two panels is; the first one alone, if both would be too low to be read.
fn height_of(options: &ViewOptions) -> f64 {
    let height = (options.height - 2.0 * HEAD - FOOT) / 2.0;
    if height < PANEL_MIN { (options.height - HEAD - FOOT).max(1.0) } else { height }
}

/// The seconds that are over.
fn whole<'a>(input: &PlotInput<'a>) -> &'a [LoadSecond] {
    input.seconds.split_last().map_or(&[], |(_, whole)| whole)
}

/// Draws the plot. It has one thing that can be pointed at: `plot`, which says the last whole second.
pub fn plot_scene(input: &PlotInput<'_>) -> Scene {
    let metrics = Metrics::new(input);
    let label = label(input);
    let mut scene = Scene::new(input.options.width, input.options.height, label.clone());
    let ground = Shape::rect(
        Point::new(metrics.left, metrics.top),
        metrics.right - metrics.left,
        (metrics.bottom - metrics.top).max(1.0),
        0.0,
    );
    let beneath = metrics.beneath(input.options);
    scene.push(ground.filled(Role::Paper).named("plot", label));
    draw_trouble(&mut scene, input, &metrics);
    draw_counts(&mut scene, &metrics);
    for (value, role, dash, _) in LINES {
        let point = |second: &LoadSecond| Some(Point::new(metrics.x(second.n as f64 + 0.5), metrics.y(f64::from(value(second)))));
        lines_of(&mut scene, input, &metrics, point, (role, if dash == Dash::Dashed { 1.5 } else { 2.5 }, dash));
    }
    draw_cursor(&mut scene, input, &metrics);
    let spread_left = metrics.right + 12.0;
    latency::draw_figures(&mut scene, input, (spread_left, metrics.top));
    let alone = beneath.bottom > input.options.height;
    let names = LINES.map(|(_, role, dash, key)| (role, dash, key));
    let [above, within] = draw_head(&mut scene, input.options, &metrics, "plot.unit", &names);
    let lower = if alone { None } else { Some(latency::draw(&mut scene, input, &beneath, spread_left)) };
    // What the darker ground is, where there is room for it.
    [Some(above), lower, Some(within)].into_iter().flatten().any(|at| name_trouble(&mut scene, input, at));
    draw_seconds(&mut scene, input, if alone { &metrics } else { &beneath });
    scene
}

fn label(input: &PlotInput<'_>) -> String {
    let lang = input.options.lang;
    let Some(last) = whole(input).last() else { return words::told(lang, "plot.nothing", &[]) };
    let numbers = [last.n + 1, last.goodput.into(), last.demand.into(), last.offered.into()].map(|n: u64| n.to_string());
    let args = [("n", &*numbers[0]), ("goodput", &*numbers[1]), ("demand", &*numbers[2]), ("offered", &*numbers[3])];
    let counts = words::told(lang, "plot.label", &args);
    latency::label(input).map_or(counts.clone(), |latency| format!("{counts} {latency}"))
}

fn draw_trouble(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics) {
    // Seconds that follow each other are one ground: no seam is seen between them.
    for seconds in input.seconds.chunk_by(|a, b| a.trouble == b.trouble) {
        let mut in_view = seconds.iter().filter(|second| second.trouble && second.n >= metrics.first);
        let (Some(first), Some(last)) = (in_view.clone().next(), in_view.next_back()) else { continue };
        let (left, right) = (metrics.x(first.n as f64), metrics.x(last.n as f64 + 1.0));
        let height = (metrics.bottom - metrics.top).max(1.0);
        scene.push(Shape::rect(Point::new(left, metrics.top), right - left, height, 0.0).filled(Role::Line).faded(0.5));
    }
}

fn draw_counts(scene: &mut Scene, metrics: &Metrics) {
    let step = nice_step(metrics.most / 4.0);
    let mut last_y = f64::INFINITY;
    for value in (0..).map(|n| f64::from(n) * step).take_while(|value| *value <= metrics.most) {
        let y = metrics.y(value);
        if last_y - y < SIZE + 1.0 {
            continue;
        }
        last_y = y;
        let faint = if value == 0.0 { 1.0 } else { 0.35 };
        scene.push(Shape::line(Point::new(metrics.left, y), Point::new(metrics.right, y)).outlined(Role::Line, 1.0).faded(faint));
        let text = format!("{value:.0}");
        scene.push(Shape::text(Point::new(metrics.left - 6.0, y), text, SIZE).filled(Role::Muted).anchored(Anchor::End));
    }
}

/// The seconds beneath.
fn draw_seconds(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics) {
    let lang = input.options.lang;
    let room = ((metrics.right - metrics.left) / 60.0).floor().max(1.0);
    let step = nice_step((metrics.count / room).max(1.0));
    let mut at = (metrics.first as f64 / step).ceil() * step;
    while at <= metrics.first as f64 + metrics.count {
        let text = if at == 0.0 { "0".to_owned() } else { words::duration(lang, (at * 1e6) as u64) };
        let (x, half) = (metrics.x(at), Text::width_of(&text, SIZE) / 2.0);
        if x + half < input.options.width && x - half > 0.0 {
            scene.push(Shape::line(Point::new(x, metrics.bottom), Point::new(x, metrics.bottom + 4.0)).outlined(Role::Line, 1.0));
            scene.push(Shape::text(Point::new(x, metrics.bottom + 14.0), text, SIZE).filled(Role::Muted));
        }
        at += step;
    }
}

fn draw_cursor(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics) {
    let now = metrics.x(input.now_us / 1e6);
    scene.push(Shape::line(Point::new(now, metrics.top - 4.0), Point::new(now, metrics.bottom)).outlined(Role::Ink, 2.0));
}

/// A point in the middle of each whole second that has one; between seconds that have none there is no line.
fn lines_of(
    scene: &mut Scene,
    input: &PlotInput<'_>,
    metrics: &Metrics,
    point: impl Fn(&LoadSecond) -> Option<Point>,
    (role, width, dash): (Role, f64, Dash),
) {
    let seconds: Vec<Option<Point>> = whole(input).iter().filter(|second| second.n >= metrics.first).map(point).collect();
    for points in seconds.split(Option::is_none) {
        let points: Vec<Point> = points.iter().copied().flatten().collect();
        match points[..] {
            [] => {}
            [alone] => scene.push(Shape::circle(alone, width / 2.0 + 0.5).filled(role)),
            _ => scene.push(Shape::polyline(points).stroked(role, width, dash)),
        }
    }
}

/// What the darker ground is, beside the lines, if there is any. Returns whether there was room for that.
fn name_trouble(scene: &mut Scene, input: &PlotInput<'_>, at: Point) -> bool {
    let text = words::word(input.options.lang, "plot.trouble").to_owned();
    let fits = at.x + 20.0 + Text::width_of(&text, SIZE) <= input.options.width - 4.0;
    if fits && input.seconds.iter().any(|second| second.trouble) {
        scene.push(Shape::rect(at.by(0.0, -6.0), 14.0, 12.0, 0.0).filled(Role::Line).faded(0.5));
        scene.push(Shape::text(at.by(20.0, 0.0), text, SIZE).anchored(Anchor::Start));
    }
    fits
}

/// What a panel shows, and its lines, above it; where there is no room for both, what it shows stands within. Returns where that
/// ends above, and where within.
fn draw_head(
    scene: &mut Scene,
    options: &ViewOptions,
    metrics: &Metrics,
    unit: &str,
    lines: &[(Role, Dash, &str)],
) -> [Point; 2] {
    let [mut above, mut within] = [Point::new(8.0, metrics.top - 13.0), Point::new(metrics.left + 6.0, metrics.top + 9.0)];
    let word = |key: &str| words::word(options.lang, key).to_owned();
    let width_of = |key: &str| 32.0 + Text::width_of(&word(key), SIZE);
    let unit = word(unit);
    let width = Text::width_of(&unit, SIZE) + 14.0;
    let all = width + lines.iter().map(|(.., key)| width_of(key)).sum::<f64>();
    let place = if above.x + all - 10.0 <= options.width - 4.0 { &mut above } else { &mut within };
    scene.push(Shape::text(*place, unit, SIZE).filled(Role::Muted).anchored(Anchor::Start).rimmed());
    place.x += width;
    for (role, dash, key) in lines {
        if above.x + width_of(key) - 10.0 > options.width - 4.0 {
            above.x = options.width;
            break;
        }
        // As long as its dash takes to be told from the others.
        let thick = if *dash == Dash::Dashed { 1.5 } else { 2.5 };
        scene.push(Shape::line(above, above.by(16.0, 0.0)).stroked(*role, thick, *dash));
        scene.push(Shape::text(above.by(20.0, 0.0), word(key), SIZE).filled(Role::Ink).anchored(Anchor::Start));
        above.x += width_of(key);
    }
    [above, within]
}
