//! What can be read at the cursor: rows of events, marks, nodes, messages, operations, verdicts.

use super::{Census, LogPartRow, MarkRow, Playback};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, Level, NodeId};
use crate::sim::plan::{Action, Intervention};
use crate::sim::trace::Event;
use crate::system::inspect::NodeStatus;
use crate::timeline::{Before, Mark, MarkShape};
use crate::view::layout::ViewOptions;
use crate::view::log_grid::{log_rows, log_window};
use crate::view::report::{
    About, CutRow, EnabledRow, EntryRow, EventRow, FateRow, LinkRow, MessageRow, NodeRow, OperationRow, SystemText, VerdictRow,
    is_action,
};
use crate::view::words;
use std::ops::Range;

/// Most rows that one call answers with.
const ROWS_MAX: u64 = 10_000;
/// Events between two looks at the clock.
const BEFORE_SLICE: u64 = 64;

impl Playback {
    /// The row of the event with this index.
    pub fn event(&self, n: u64) -> Option<EventRow> {
        let event = self.session.event(n)?;
        let notes = self.session.notes(n);
        let action = self.action_of(&event);
        let before = self.before.iter().find(|(id, _)| *id == event.id).map(|(_, node)| node);
        let about = About { notes: &notes, action: action.as_ref(), before, cause_n: self.session.cause(n) };
        Some(self.speech.event(n, &event, about))
    }

    /// The sentence of the event with this index.
    pub fn sentence(&self, n: u64) -> Option<String> {
        let event = self.session.event(n)?;
        let action = self.action_of(&event);
        let before = self.before.iter().find(|(id, _)| *id == event.id).map(|(_, node)| node);
        let context = words::Context { action: action.as_ref(), before };
        Some(words::headline(self.speech.lang, &event, context, &self.session.notes(n), &self.speech.names).text)
    }

    /// The rows of a range of indexes, as far as they exist; at most ten thousand.
    pub fn events(&mut self, range: Range<u64>) -> Vec<EventRow> {
        let end = range.end.min(self.session.event_count()).min(range.start.saturating_add(ROWS_MAX));
        if range.start >= end {
            return Vec::new();
        }
        self.session.recall(range.start..end);
        (range.start..end).filter_map(|n| self.event(n)).collect()
    }

    /// The last rows of a level up to the cursor, oldest first; at most ten thousand.
    pub fn recent(&self, level: Level, most: usize) -> Vec<EventRow> {
        self.session.recent(level, most.min(ROWS_MAX as usize)).into_iter().filter_map(|n| self.event(n)).collect()
    }

    /// What became of a message before the cursor; `None` if it has not arrived or vanished by then.
    pub fn fate(&self, message: EventId) -> Option<FateRow> {
        let n = self.session.find_item(message, 0).filter(|n| *n < self.session.cursor().position)?;
        let text = words::fate(self.speech.lang, &self.session.event(n)?, &self.speech.names)?;
        Some(FateRow { text, event: self.event(n)? })
    }

    pub(super) fn action_of(&self, event: &Event) -> Option<Action> {
        self.action_among(&self.interventions, event)
    }

    /// What was done in an event of a branch with this script.
    pub(in crate::view) fn action_among(&self, script: &[Intervention], event: &Event) -> Option<Action> {
        if !is_action(event) {
            return None;
        }
        let n = event.item.n();
        match event.item.place().kind() {
            PlaceKind::Hand => script.iter().find(|done| done.n == n).map(|done| done.action.clone()),
            _ => self.session.run().planned_action(n),
        }
    }

    /// The marks of the current branch, in order.
    pub fn marks(&self) -> Vec<MarkRow> {
        self.session.marks().iter().map(|mark| self.mark(mark)).collect()
    }

    fn mark(&self, mark: &Mark) -> MarkRow {
        let action = self.action_of(&mark.event);
        let notes = mark.note.as_slice();
        let row = self.speech.event(mark.position, &mark.event, About { notes, action: action.as_ref(), ..About::default() });
        let shape = match mark.shape {
            MarkShape::Epoch => "epoch",
            MarkShape::Commit => "commit",
            MarkShape::Fault => "fault",
            MarkShape::Violation => "violation",
            MarkShape::Intervention => "intervention",
        };
        MarkRow { at_us: mark.at_us, event: mark.position, shape, label: row.text }
    }

    /// All nodes, by number.
    pub fn nodes(&self) -> Vec<NodeRow> {
        self.session.run().nodes().iter().map(|node| self.speech.node(node)).collect()
    }

    /// Goes on to just before an event until the time is spent: the node as it was there, or `None` of no such node, once it is found.
    pub fn node_before(&self, id: NodeId, before: &mut Before, spent: &mut dyn FnMut() -> bool) -> Option<Option<NodeRow>> {
        loop {
            if let Some(run) = before.slice(BEFORE_SLICE) {
                return Some(run.node(id).map(|node| self.speech.node(&node)));
            }
            if spent() {
                return None;
            }
        }
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> Option<NodeRow> {
        self.session.run().node(id).map(|node| self.speech.node(&node))
    }

    /// How many nodes are in which state.
    pub fn census(&self) -> Census {
        let run = self.session.run();
        let mut census = Census { cut: !run.cuts().is_empty(), ..Census::default() };
        for status in (0..run.cluster().nodes() as u16).filter_map(|node| run.status(NodeId(node))) {
            *match status {
                NodeStatus::Running => &mut census.running,
                NodeStatus::Paused => &mut census.paused,
                NodeStatus::Crashed | NodeStatus::Halted => &mut census.down,
                NodeStatus::NotStarted => &mut census.not_started,
            } += 1;
        }
        census
    }

    /// Which part of the logs the log view shows.
    pub fn log_part(&self, options: &ViewOptions) -> LogPartRow {
        let nodes = self.session.run().node_sketches();
        let options = &ViewOptions { height: options.height - self.strip_above(options), ..options.clone() };
        let window = log_window(&nodes, options.log.first, options);
        let newest = log_window(&nodes, None, options);
        let rows = log_rows(&nodes, options);
        LogPartRow {
            first: window.first,
            last: window.last,
            newest: newest.first,
            row: rows.start,
            rows: rows.len(),
            of: nodes.iter().filter(|node| node.log.is_some()).count(),
        }
    }

    /// Messages in flight.
    pub fn messages(&self) -> Vec<MessageRow> {
        self.session.run().messages().iter().map(|message| self.speech.message(message)).collect()
    }

    /// Links with something wrong.
    pub fn links(&self) -> Vec<LinkRow> {
        self.session.run().links().iter().map(|link| self.speech.link(link)).collect()
    }

    /// Cuts that are open.
    pub fn cuts(&self) -> Vec<CutRow> {
        self.session.run().cuts().iter().map(|cut| self.speech.cut(cut)).collect()
    }

    /// Entries of a node's log, as far as they exist; at most ten thousand.
    pub fn log(&self, node: NodeId, first: u64, last: u64) -> Vec<EntryRow> {
        let entries = self.session.run().log(node, first, last.min(first.saturating_add(ROWS_MAX - 1)));
        entries.iter().map(|entry| self.speech.entry(node, entry)).collect()
    }

    /// The last operations, oldest first; at most ten thousand.
    pub fn operations(&self, most: usize) -> Vec<OperationRow> {
        let operations = self.session.run().operations(most.min(ROWS_MAX as usize));
        operations.iter().map(|operation| self.speech.operation(operation)).collect()
    }

    /// Every property.
    pub fn verdicts(&self) -> Vec<VerdictRow> {
        let index = |id: EventId| self.session.find(id);
        self.session.run().verdicts().iter().map(|verdict| self.speech.verdict(verdict, &index)).collect()
    }

    /// What can happen next, by (due, id).
    pub fn enabled(&self) -> Vec<EnabledRow> {
        let messages = self.session.run().messages();
        self.session.run().enabled().iter().map(|item| self.speech.enabled(item, &messages)).collect()
    }

    /// What the system tells of itself.
    pub fn system(&self) -> SystemText {
        self.speech.system(self.session.run().info(), &self.mutants)
    }

    /// For each step of the scenario: done, at or before the cursor.
    pub fn steps_done(&self) -> Vec<bool> {
        self.session.goals().iter().take(self.goals.steps.len()).map(Option::is_some).collect()
    }

    /// The goal was reached, at or before the cursor.
    pub fn goal_reached(&self) -> bool {
        self.session.goals().get(self.goals.steps.len()).is_some_and(Option::is_some)
    }
}
