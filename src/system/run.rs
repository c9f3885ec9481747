//! The object-safe face of a running world: all that timeline, scenario, view and web know of it.

use super::inspect::{
    Enabled, EntryView, LeasesView, LinkView, MessageView, NodeStatus, NodeView, OperationView, SystemInfo, Verdict,
};
use super::requests::{LoadSecond, RequestsView};
use crate::base::{Fingerprint, NodeId};
use crate::sim::plan::{Action, Cluster, Cut, Refusal};
use crate::sim::trace::{Event, Sink};

/// A running world with its checkers. Cloning one is cheap: checkpoints are clones.
pub trait Run {
    /// A copy that goes its own way.
    fn boxed_clone(&self) -> Box<dyn Run>;
    /// What the system tells about itself.
    fn info(&self) -> &'static SystemInfo;
    /// Who takes part.
    fn cluster(&self) -> Cluster;
    /// Virtual time, microseconds: that of the last executed event.
    fn now_us(&self) -> u64;
    /// Number of events executed so far.
    fn executed(&self) -> u64;
    /// When the next event is due in timed mode; `None` if nothing will ever happen again.
    fn next_due_us(&self) -> Option<u64>;
    /// Executes the earliest due item. Reports the event and its notes to `sink`. `None` if there is none.
    fn step(&mut self, sink: &mut dyn Sink) -> Option<Event>;
    /// Executes an action by hand now; `n` is the intervention's number. A refusal changes nothing and executes nothing.
    fn act(&mut self, n: u32, action: &Action, sink: &mut dyn Sink) -> Result<Event, Refusal>;
    /// Advances the time without executing anything; stops before the next due item.
    fn advance_to(&mut self, at_us: u64);
    /// All items that can happen next, by (due, id).
    fn enabled(&self) -> Vec<Enabled>;
    /// Fingerprint of all events executed so far.
    fn run_fingerprint(&self) -> Fingerprint;
    /// Fingerprint of the state, property monitors included, for search: no absolute time, ids, counters.
    fn state_fingerprint(&self) -> Fingerprint;
    /// Turns the live checkers on or off (they are on at the start). Turned off, verdicts stay *unknown*.
    fn set_checking(&mut self, on: bool);

    /// All nodes, by number.
    fn nodes(&self) -> Vec<NodeView>;
    /// All nodes as painters need them, by number: cheap enough for every frame of a large cluster. Fields and peers may be
    /// left out.
    fn node_sketches(&self) -> Vec<NodeView> {
        self.nodes()
    }
    /// Whether a node runs.
    fn status(&self, id: NodeId) -> Option<NodeStatus> {
        self.node(id).map(|node| node.status)
    }
    /// One node.
    fn node(&self, id: NodeId) -> Option<NodeView>;
    /// Entries `first..=last` of a node's log, as far as they exist.
    fn log(&self, id: NodeId, first: u64, last: u64) -> Vec<EntryView>;
    /// Messages in flight, by id.
    fn messages(&self) -> Vec<MessageView>;
    /// The same as painters need them: fields may be left out.
    fn message_sketches(&self) -> Vec<MessageView> {
        self.messages()
    }
    /// Directed links on which nothing passes, in order: those that a cut took away.
    fn cut_links(&self) -> Vec<(NodeId, NodeId)> {
        self.links().iter().filter(|link| link.cut).map(|link| (link.from, link.to)).collect()
    }
    /// Links with something wrong other than that nothing passes in either direction: of a cut in halves, none.
    fn links_beside_cuts(&self) -> Vec<LinkView> {
        self.links()
    }
    /// Links with something wrong.
    fn links(&self) -> Vec<LinkView>;
    /// Cuts that are open, in the order in which they were made.
    fn cuts(&self) -> Vec<Cut>;
    /// The history: the last `most` operations, oldest first.
    fn operations(&self, most: usize) -> Vec<OperationView>;
    /// Who believes to hold which lock, if the system has locks.
    fn leases(&self) -> Option<LeasesView> {
        None
    }
    /// Calls and what became of them, if the system has calls.
    fn requests(&self) -> Option<RequestsView> {
        None
    }
    /// Whether each server asks the next one: they stand in a row.
    fn is_chain(&self) -> bool {
        false
    }
    /// Demand, load and goodput by the second, oldest first; empty if the system does not measure them.
    fn load(&self) -> Vec<LoadSecond> {
        Vec::new()
    }
    /// How many operations have this outcome: `ok`, `fail`, `unknown`, or `pending`. Does not go through the history.
    fn operations_with(&self, outcome: &str) -> usize;
    /// How many operations were invoked.
    fn operation_count(&self) -> usize;
    /// Every property, in the system's order.
    fn verdicts(&self) -> Vec<Verdict>;
    /// How many properties are violated: cheap enough to be asked after every event.
    fn fallen(&self) -> u32;
    /// The planned action with this number (the `item` of an event at the plan), or the last one by hand with it.
    fn planned_action(&self, n: u32) -> Option<Action>;
    /// Rough number of bytes that this run holds and does not share with a clone of it.
    fn memory_bytes(&self) -> usize;
}

impl Clone for Box<dyn Run> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
