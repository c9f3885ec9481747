//! What is at a point of the diagram, and where the arrow keys lead.

use super::axis::partition;
use super::{Detail, Diagram, Look, Metrics, draw};
use crate::timeline::causal_graph::CausalGraph;
use crate::view::geometry::{self, Point};

/// What is at a point of the diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hit {
    /// An event.
    Event(u32),
    /// A message, by its number.
    Message(usize),
    /// A lane's name.
    Lane(u16),
    /// The stripe with all of the run: the place there.
    Minimap(f64),
    /// Nothing but a place along the axis, and the number of events before it.
    Place(f64, u32),
}

/// A step with the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The next event of the lane.
    Later,
    /// The event before on the lane.
    Earlier,
    /// Along a message that the event sent.
    Effect,
    /// Back along the message that the event heard.
    Cause,
    /// To the lane above.
    Above,
    /// To the lane below.
    Below,
}

impl Diagram {
    /// What is at a point.
    pub fn hit(&mut self, graph: &CausalGraph, look: &Look, x: f64, y: f64) -> Hit {
        self.follow(graph, look);
        let metrics = self.metrics(graph, look);
        if super::has_minimap(look) && y > metrics.bottom + 4.0 {
            let (from, to) = self.projection.span(graph);
            return Hit::Minimap(from + (x - metrics.left) / (metrics.right - metrics.left) * (to - from));
        }
        let place = metrics.place(x);
        let nothing = Hit::Place(place, self.projection.count_before(graph, place));
        let rows = self.rows(graph);
        let row = (y - metrics.top + metrics.scroll) / metrics.row;
        if row < 0.0 || row >= rows.len() as f64 || y < metrics.top {
            return nothing;
        }
        let lane = rows[row as usize];
        if x < metrics.left - 6.0 {
            return Hit::Lane(lane);
        }
        const REACH: f64 = 12.0;
        let near =
            self.nearest(graph, lane, place).map(|event| (event, (metrics.x(self.projection.place(graph, event)) - x).abs()));
        if let Some((event, distance)) = near
            && distance <= REACH
            && (y - metrics.y(row as usize)).abs() <= (metrics.row / 2.0).min(16.0)
        {
            return Hit::Event(event);
        }
        if self.detail_in(graph, &metrics) != Detail::Single {
            return nothing;
        }
        self.message_at(graph, &metrics, &rows, Point::new(x, y)).map_or(nothing, Hit::Message)
    }

    /// The shown event of a lane that stands nearest to a place.
    fn nearest(&self, graph: &CausalGraph, lane: u16, place: f64) -> Option<u32> {
        let events = graph.lanes().get(lane as usize)?.events();
        let after = partition(0, events.len() as u32, |at| self.projection.place(graph, events[at as usize]) < place) as usize;
        let shows = |event: &&u32| self.projection.shows(graph, **event);
        let before = events[..after].iter().rev().take(64).find(shows);
        let after = events[after..].iter().take(64).find(shows);
        let distance = |event: &&u32| (self.projection.place(graph, **event) - place).abs();
        before.into_iter().chain(after).min_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
    }

    fn message_at(&self, graph: &CausalGraph, metrics: &Metrics, rows: &[u16], p: Point) -> Option<usize> {
        let window = self.window(graph, metrics);
        let mut best: Option<(f64, usize)> = None;
        let mut left = 2_000;
        graph.edges().across(window.start, window.end, |number, edge| {
            if let Some((a, b)) = draw::ends(self, graph, metrics, rows, edge) {
                let distance = geometry::segment_distance(p, a, b);
                if distance <= 6.0 && best.is_none_or(|(least, _)| distance < least) {
                    best = Some((distance, number));
                }
            }
            left -= 1;
            left > 0
        });
        best.map(|(_, number)| number)
    }

    /// The next shown event from an event: along its lane, or by a message to another.
    pub fn walk(&mut self, graph: &CausalGraph, look: &Look, from: u32, way: Way) -> Option<u32> {
        self.follow(graph, look);
        let shows = |event: &u32| self.projection.shows(graph, *event);
        let edge = |number: usize| graph.edges().get(number);
        let visible =
            |event: &u32| graph.lane_of(*event).is_some_and(|lane| !self.hidden.get(lane as usize).copied().unwrap_or(false));
        match way {
            Way::Later => std::iter::successors(graph.after(from), |event| graph.after(*event)).find(shows),
            Way::Earlier => std::iter::successors(graph.before(from), |event| graph.before(*event)).find(shows),
            Way::Effect => {
                let through = self.hiding.found();
                let sent = graph.edges().outgoing(from).filter_map(edge).map(|edge| edge.to).filter(visible);
                sent.chain(through.outgoing(from).filter_map(|number| through.get(number)).map(|edge| edge.to)).min()
            }
            Way::Cause => {
                let through = self.hiding.found();
                let heard = graph.edges().incoming(from).filter_map(edge).map(|edge| edge.from).filter(visible);
                heard.chain(through.incoming(from).filter_map(|number| through.get(number)).map(|edge| edge.from)).max()
            }
            Way::Above | Way::Below => {
                let rows = self.rows(graph);
                let row = rows.iter().position(|lane| Some(*lane) == graph.lane_of(from))?;
                let row = if way == Way::Above { row.checked_sub(1)? } else { row + 1 };
                self.nearest(graph, *rows.get(row)?, self.projection.place(graph, from))
            }
        }
    }
}
