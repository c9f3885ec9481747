//! From events to places along the diagram, and back.

use super::Look;
use crate::timeline::causal_graph::{Axis, CausalGraph};

/// Where events stand along the diagram, in units of its axis: microseconds, or places in the order. Never decreases with an
/// event's number.
///
/// In the order, columns in which nothing is shown (hidden lanes, local events that are collapsed) take no room: for each
/// event it is then known how many columns before it are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Projection {
    axis: Axis,
    hidden: Vec<bool>,
    collapsed: bool,
    /// For each event, the number of shown columns before its own; empty if all are shown.
    columns: Vec<u32>,
    /// Shown columns up to the last event, and whether its own is one of them.
    shown: (u32, bool),
    /// How many events there were when all columns were counted.
    settled: usize,
}

impl Projection {
    /// Brings it up to date.
    pub(super) fn follow(&mut self, graph: &CausalGraph, look: &Look, hidden: &[bool]) {
        let collapsed = look.collapsed && look.axis == Axis::Order;
        let hides = look.axis == Axis::Order && hidden.iter().any(|hidden| *hidden);
        if (self.axis, self.collapsed) != (look.axis, collapsed)
            || self.hidden != hidden
            || self.columns.len() > graph.len() as usize
        {
            *self = Projection { axis: look.axis, hidden: hidden.to_vec(), collapsed, ..Projection::default() };
        }
        if !collapsed && !hides {
            return;
        }
        // An event may have sent something since that has only now arrived. In a large graph that is looked at once in a while.
        let (known, all) = (self.columns.len(), graph.len() as usize);
        if collapsed && known < all && (all < 100_000 || all - self.settled > all / 100) {
            (self.columns, self.shown, self.settled) = (Vec::with_capacity(all), (0, false), all);
        }
        for event in self.columns.len() as u32..graph.len() {
            let new = event == 0 || graph.place(event, Axis::Order) != graph.place(event - 1, Axis::Order);
            if new {
                self.shown = (self.shown.0 + u32::from(self.shown.1), false);
            }
            self.columns.push(self.shown.0);
            self.shown.1 |= self.shows(graph, event);
        }
    }

    /// True if an event has a mark of its own.
    pub(super) fn shows(&self, graph: &CausalGraph, event: u32) -> bool {
        let Some(lane) = graph.lane_of(event) else { return false };
        let hidden = self.hidden.get(lane as usize).copied().unwrap_or(false);
        !(hidden || self.collapsed && is_local(graph, event))
    }

    /// Where an event stands.
    pub(super) fn place(&self, graph: &CausalGraph, event: u32) -> f64 {
        match self.columns.get(event as usize) {
            Some(column) => f64::from(*column) + 0.5,
            None if self.axis == Axis::Order || !graph.has_times() => graph.place(event, Axis::Order) as f64 + 0.5,
            None => graph.place(event, Axis::Time) as f64,
        }
    }

    /// Number of events before a place.
    pub(super) fn count_before(&self, graph: &CausalGraph, place: f64) -> u32 {
        partition(0, graph.len(), |event| self.place(graph, event) < place)
    }

    /// From the first place to just after the last.
    pub(super) fn span(&self, graph: &CausalGraph) -> (f64, f64) {
        let Some(last) = graph.len().checked_sub(1) else { return (0.0, 1.0) };
        let from = if self.by_time(graph) { 0.0 } else { (self.place(graph, 0) - 0.5).max(0.0) };
        (from, (self.place(graph, last) + 0.5).max(from + 1.0))
    }

    pub(super) fn by_time(&self, graph: &CausalGraph) -> bool {
        self.axis == Axis::Time && graph.has_times()
    }
}

/// True if an event neither sends to nor hears from another lane, and nobody needs to see it: it is not of the story.
pub(super) fn is_local(graph: &CausalGraph, event: u32) -> bool {
    graph.level_of(event) != crate::base::Level::Story && !graph.communicates(event)
}

/// The first number from `from` on for which `before` is false; `to` if there is none.
pub(super) fn partition(from: u32, to: u32, before: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (from, to);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
