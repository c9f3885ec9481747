//! The plot of goodput against offered load: second by second, how many calls began, how many attempts came to the server, and
//! how many calls were done. Seconds in which something was wrong stand on a darker ground.

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

const HEAD: f64 = 26.0;
const FOOT: f64 = 54.0;
const SIZE: f64 = 12.0;
/// No fewer seconds are drawn, and no more.
const SECONDS: (u64, u64) = (20, 150);

/// A line of the plot: its number in a second, its colour, its dash, its name.
type Line = (fn(&LoadSecond) -> u32, Role, Dash, &'static str);

const LINES: [Line; 3] = [
    (|second| second.demand, Role::Muted, Dash::Dashed, "plot.demand"),
    (|second| second.offered, Role::Epoch(0), Dash::Solid, "plot.offered"),
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
            left: if options.width < NARROW { 40.0 } else { 52.0 },
            right: options.width - 12.0,
            top: HEAD,
            bottom: options.height - FOOT,
            first,
            count: (end - first).max(SECONDS.0) as f64,
            most: step * (f64::from(greatest.unwrap_or(0).max(4)) / step).ceil(),
        }
    }

    fn x(&self, n: f64) -> f64 {
        (self.left + (n - self.first as f64) / self.count * (self.right - self.left)).clamp(self.left, self.right)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - value / self.most * (self.bottom - self.top)
    }
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
    scene.push(ground.filled(Role::Paper).named("plot", label));
    draw_trouble(&mut scene, input, &metrics);
    draw_axes(&mut scene, input, &metrics);
    for line in &LINES {
        draw_line(&mut scene, input, &metrics, line);
    }
    draw_legend(&mut scene, input.options);
    scene
}

fn label(input: &PlotInput<'_>) -> String {
    let lang = input.options.lang;
    let Some(last) = whole(input).last() else { return words::told(lang, "plot.nothing", &[]) };
    let numbers = [last.n + 1, last.goodput.into(), last.demand.into(), last.offered.into()].map(|n: u64| n.to_string());
    let args = [("n", &*numbers[0]), ("goodput", &*numbers[1]), ("demand", &*numbers[2]), ("offered", &*numbers[3])];
    words::told(lang, "plot.label", &args)
}

fn draw_trouble(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics) {
    for second in input.seconds.iter().filter(|second| second.trouble && second.n >= metrics.first) {
        let (left, right) = (metrics.x(second.n as f64), metrics.x(second.n as f64 + 1.0));
        let height = (metrics.bottom - metrics.top).max(1.0);
        scene.push(Shape::rect(Point::new(left, metrics.top), right - left, height, 0.0).filled(Role::Line).faded(0.5));
    }
}

fn draw_axes(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics) {
    let lang = input.options.lang;
    let step = nice_step(metrics.most / 4.0);
    for value in (0..).map(|n| f64::from(n) * step).take_while(|value| *value <= metrics.most) {
        let y = metrics.y(value);
        let faint = if value == 0.0 { 1.0 } else { 0.35 };
        scene.push(Shape::line(Point::new(metrics.left, y), Point::new(metrics.right, y)).outlined(Role::Line, 1.0).faded(faint));
        let text = format!("{value:.0}");
        scene.push(Shape::text(Point::new(metrics.left - 6.0, y), text, SIZE).filled(Role::Muted).anchored(Anchor::End));
    }
    let unit = words::word(lang, "plot.unit").to_owned();
    scene.push(Shape::text(Point::new(8.0, metrics.top - 14.0), unit, SIZE).filled(Role::Muted).anchored(Anchor::Start));
    let room = ((metrics.right - metrics.left) / 60.0).floor().max(1.0);
    let step = nice_step((metrics.count / room).max(1.0));
    let mut at = (metrics.first as f64 / step).ceil() * step;
    while at <= metrics.first as f64 + metrics.count {
        let text = words::duration(lang, (at * 1e6) as u64);
        let (x, half) = (metrics.x(at), Text::width_of(&text, SIZE) / 2.0);
        if x + half < input.options.width && x - half > 0.0 {
            scene.push(Shape::line(Point::new(x, metrics.bottom), Point::new(x, metrics.bottom + 4.0)).outlined(Role::Line, 1.0));
            scene.push(Shape::text(Point::new(x, metrics.bottom + 14.0), text, SIZE).filled(Role::Muted));
        }
        at += step;
    }
    let now = metrics.x(input.now_us / 1e6);
    scene.push(Shape::line(Point::new(now, metrics.top - 4.0), Point::new(now, metrics.bottom)).outlined(Role::Ink, 2.0));
}

/// One point in the middle of each whole second.
fn draw_line(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics, (value, role, dash, _): &Line) {
    let seconds = whole(input).iter().filter(|second| second.n >= metrics.first);
    let points: Vec<Point> =
        seconds.map(|second| Point::new(metrics.x(second.n as f64 + 0.5), metrics.y(f64::from(value(second))))).collect();
    if points.len() > 1 {
        scene.push(Shape::polyline(points).stroked(*role, if *dash == Dash::Solid { 2.5 } else { 1.5 }, *dash));
    }
}

fn draw_legend(scene: &mut Scene, options: &ViewOptions) {
    let y = options.height - 13.0;
    let mut x = 12.0;
    for (_, role, dash, key) in &LINES {
        let text = words::word(options.lang, key).to_owned();
        let width = 24.0 + Text::width_of(&text, SIZE);
        if x + width > options.width - 4.0 {
            return;
        }
        scene.push(Shape::line(Point::new(x, y), Point::new(x + 18.0, y)).stroked(*role, 2.5, *dash));
        scene.push(Shape::text(Point::new(x + 23.0, y), text, SIZE).filled(Role::Muted).anchored(Anchor::Start));
        x += width + 12.0;
    }
}
