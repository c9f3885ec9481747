//! From graph and look to shapes.

mod beside;
mod compared;
mod density;
mod events;
mod frame;
mod lanes;
mod messages;
mod selection;

use super::{Detail, Diagram, Look, Metrics, Now, Texts};
use crate::timeline::causal_graph::{CausalGraph, Edge, Fate};
use crate::view::geometry::Point;
use crate::view::scene::{Scene, Shape};
use crate::view::words;

/// The most marks of the story in one picture.
const STORY_MAX: usize = 160;
/// How strong what lies outside of the cones is.
const DIM: f64 = 0.74;

struct Drawing<'a> {
    diagram: &'a Diagram,
    graph: &'a CausalGraph,
    look: &'a Look,
    texts: &'a dyn Texts,
    metrics: Metrics,
    rows: Vec<u16>,
    window: std::ops::Range<u32>,
    detail: Detail,
    scene: Scene,
}

pub(super) fn scene(diagram: &Diagram, graph: &CausalGraph, look: &Look, now: Option<Now>, texts: &dyn Texts) -> Scene {
    let metrics = diagram.metrics(graph, look);
    let rows = diagram.rows(graph);
    let window = diagram.window(graph, &metrics);
    let detail = diagram.detail_in(graph, &metrics);
    let label = words::filled(
        look.lang,
        "space-time.label",
        &[("lanes", &rows.len().to_string()), ("events", &(window.end - window.start).to_string())],
    );
    let scene = Scene::new(look.width, look.height, label);
    let mut drawing = Drawing { diagram, graph, look, texts, metrics, rows, window, detail, scene };
    drawing.hosts();
    drawing.bands();
    drawing.network();
    let messages = drawing.messages();
    drawing.dims();
    drawing.events();
    drawing.compared();
    drawing.beside();
    drawing.chain();
    drawing.pointed();
    drawing.edges_of_the_plot();
    drawing.names();
    drawing.axis(now, messages);
    drawing.minimap(now);
    drawing.chips();
    drawing.labels();
    drawing.scene
}

/// Both ends of a message in the picture; `None` if one of its lanes is not drawn.
pub(super) fn ends(
    diagram: &Diagram,
    graph: &CausalGraph,
    metrics: &Metrics,
    rows: &[u16],
    edge: Edge,
) -> Option<(Point, Point)> {
    let row = |lane: u16| rows.binary_search(&lane).ok();
    let (from, to) = (row(graph.lane_of(edge.from)?)?, row(edge.to_lane)?);
    let end = |event: u32, row: usize| Point::new(metrics.x(diagram.projection.place(graph, event)), metrics.y(row));
    let (a, b) = (end(edge.from, from), end(edge.to, to));
    // What is lost does not arrive.
    Some((a, if edge.fate == Fate::Lost { a.towards(b, 0.86) } else { b }))
}

impl Drawing<'_> {
    /// Lines that look alike, as one shape.
    fn lines(&mut self, lines: Vec<(Point, Point)>, style: impl FnOnce(Shape) -> Shape) {
        if !lines.is_empty() {
            self.scene.push(style(Shape::hatch(lines)));
        }
    }

    fn visible_rows(&self) -> Vec<(usize, u16)> {
        self.rows.iter().copied().enumerate().filter(|(row, _)| self.metrics.in_view(*row)).collect()
    }

    fn x(&self, event: u32) -> f64 {
        self.metrics.x(self.diagram.projection.place(self.graph, event))
    }

    /// Kept within a little more than the plot: numbers stay small.
    fn clamped(&self, x: f64) -> f64 {
        x.clamp(self.metrics.left - 4.0, self.metrics.right + 4.0)
    }

    fn concurrent(&self, event: u32) -> bool {
        use crate::timeline::causal_graph::cone::Relation;
        self.diagram.cones().is_some_and(|cones| cones.relation(self.graph, event) == Some(Relation::Concurrent))
    }

    /// True if the level leaves an event out: it steps back, but stays to be seen.
    fn recedes(&self, event: u32) -> bool {
        self.graph.level_of(event) as u8 > self.look.level as u8
    }

    fn point(&self, event: u32) -> Option<Point> {
        let row = self.rows.binary_search(&self.graph.lane_of(event)?).ok().filter(|row| self.metrics.in_view(*row))?;
        Some(Point::new(self.x(event), self.metrics.y(row)))
    }
}
