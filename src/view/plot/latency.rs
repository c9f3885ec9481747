//! How long calls took, beneath their goodput: by the second the time within which half of them, 95 and 99 of 100 were done, and
//! beside it how the calls of the last seconds are spread, on the same scale. It is a logarithmic one: a tail is many times as long
//! as the usual.

use super::{Metrics, PlotInput, SIZE, draw_cursor, draw_head, draw_trouble, lines_of, whole};
use crate::system::requests::LoadSecond;
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Dash, Role, Scene, Shape};
use crate::view::words;

/// Over so many seconds the spread is shown.
const RECENT: usize = 10;
/// Fewer decades are not drawn: from 1 ms to a second.
const DECADES: f64 = 3.0;

/// A line of the plot: which of the three, its colour, its dash, its name.
const LINES: [(usize, Role, Dash, &str); 3] = [
    (0, Role::Epoch(1), Dash::Solid, "plot.p50"),
    (1, Role::Epoch(2), Dash::Dashed, "plot.p95"),
    (2, Role::Epoch(3), Dash::Dotted, "plot.p99"),
];

/// Where a time is: the bottom is a millisecond.
struct Scale {
    top: f64,
    bottom: f64,
    decades: f64,
}

impl Scale {
    fn new(input: &PlotInput<'_>, metrics: &Metrics) -> Scale {
        let seen = whole(input).iter().filter(|second| second.n >= metrics.first);
        let most = seen.filter_map(|second| second.latency_us).map(|[_, _, p99]| p99).max().unwrap_or(0);
        let decades = (most.max(1) as f64 / 1e3).log10().ceil().max(DECADES);
        Scale { top: metrics.top, bottom: metrics.bottom, decades }
    }

    fn y(&self, us: f64) -> f64 {
        let share = ((us / 1e3).max(1.0).log10() / self.decades).min(1.0);
        self.bottom - share * (self.bottom - self.top)
    }
}

/// Draws the panel. Returns where its names end.
pub(super) fn draw(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics, spread_left: f64) -> Point {
    let scale = Scale::new(input, metrics);
    draw_trouble(scene, input, metrics);
    draw_scale(scene, input, metrics, &scale);
    let names = LINES.map(|(_, role, dash, key)| (role, dash, key));
    let [above, _] = draw_head(scene, input.options, metrics, "plot.latency", &names);
    for (which, role, dash, _) in LINES {
        let point = |second: &LoadSecond| {
            let us = second.latency_us?[which];
            Some(Point::new(metrics.x(second.n as f64 + 0.5), scale.y(us as f64)))
        };
        lines_of(scene, input, metrics, point, (role, if dash == Dash::Dashed { 1.5 } else { 2.5 }, dash));
    }
    draw_cursor(scene, input, metrics);
    draw_spread(scene, input, &scale, spread_left);
    above
}

fn draw_scale(scene: &mut Scene, input: &PlotInput<'_>, metrics: &Metrics, scale: &Scale) {
    let mut last_y = f64::INFINITY;
    for decade in 0..=scale.decades as i32 {
        let us = 1e3 * 10f64.powi(decade);
        let y = scale.y(us);
        let opacity = if decade == 0 { 1.0 } else { 0.35 };
        scene.push(
            Shape::line(Point::new(metrics.left, y), Point::new(metrics.right, y)).outlined(Role::Line, 1.0).faded(opacity),
        );
        if last_y - y >= SIZE + 2.0 {
            let text = words::duration(input.options.lang, us as u64);
            scene.push(Shape::text(Point::new(metrics.left - 6.0, y), text, SIZE).filled(Role::Muted).anchored(Anchor::End));
            last_y = y;
        }
    }
}

/// A bar for each class of times, as long as its share of the greatest.
fn draw_spread(scene: &mut Scene, input: &PlotInput<'_>, scale: &Scale, left: f64) {
    let right = input.options.width - 12.0;
    let recent = whole(input);
    let recent = &recent[recent.len().saturating_sub(RECENT)..];
    let count = |class: usize| recent.iter().map(|second| u32::from(second.spread[class])).sum::<u32>();
    let classes = recent.first().map_or(0, |second| second.spread.len());
    let counts: Vec<u32> = (0..classes).map(count).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    scene.push(Shape::line(Point::new(left, scale.top), Point::new(left, scale.bottom)).outlined(Role::Line, 1.0));
    for (class, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (from_us, to_us) = LoadSecond::class_us(class);
        let (bottom, top) = (scale.y(from_us as f64), scale.y(to_us as f64));
        let width = (f64::from(*count) / f64::from(most) * (right - left)).max(1.5);
        let height = (bottom - top).max(1.0) - 0.5;
        scene.push(Shape::rect(Point::new(left, top), width, height.max(0.5), 0.0).filled(Role::Epoch(1)));
    }
}

/// What is said of the last whole second, after what is said of its calls; nothing if none was done.
pub(super) fn label(input: &PlotInput<'_>) -> Option<String> {
    let lang = input.options.lang;
    let [p50, p95, p99] = whole(input).last()?.latency_us?.map(|us| words::duration(lang, us));
    Some(words::told(lang, "plot.latency-label", &[("p50", &*p50), ("p95", &*p95), ("p99", &*p99)]))
}

/// The same in figures, beside the goodput: as many lines as there is room for.
pub(super) fn draw_figures(scene: &mut Scene, input: &PlotInput<'_>, (left, top): (f64, f64)) {
    let lang = input.options.lang;
    let Some(latency_us) = whole(input).last().and_then(|second| second.latency_us) else { return };
    for (n, (which, _, _, key)) in LINES.into_iter().enumerate() {
        let text = format!("{} {}", words::word(lang, key), words::duration(lang, latency_us[which]));
        let at = Point::new(left, top + 8.0 + 16.0 * n as f64);
        scene.push(Shape::text(at, text, SIZE).anchored(Anchor::Start));
    }
}
