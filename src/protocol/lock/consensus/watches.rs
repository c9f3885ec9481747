//! Who waits for what to go: known to the leader alone, and told again to the next one by those who wait.

use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::lock::command::{Lease, Mode, Revision};
use crate::protocol::lock::rules::Rules;
use crate::protocol::lock::table::Table;

/// Somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// For which lock.
    pub name: u32,
    /// With which lease.
    pub lease: Lease,
    /// For which entry to go; [`super::super::command::DELAY`] for the delay.
    pub watched: Revision,
    /// Which entry waits.
    pub created: Revision,
    /// Exclusive or shared.
    pub mode: Mode,
}

impl Encode for Watch {
    fn encode(&self, to: &mut Encoder) {
        to.u32(self.name);
        to.put(&self.lease);
        to.u64(self.watched);
        to.u64(self.created);
        to.bool(self.mode == Mode::Shared);
    }
}

/// Those who wait, each with the client to be told.
#[derive(Clone, Debug, Default)]
pub struct Watches(Vec<(NodeId, Watch)>);

impl Watches {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Somebody waits from now on; what it waited for before it does not any more.
    pub(super) fn add(&mut self, client: NodeId, watch: Watch) {
        self.0.retain(|(_, other)| (other.lease, other.name) != (watch.lease, watch.name));
        self.0.push((client, watch));
    }

    /// Takes out those that are woken now; `freed`: whether entries have gone since it was asked last.
    pub(super) fn take_woken(&mut self, table: &Table, freed: bool, rules: Rules) -> Vec<(NodeId, Watch)> {
        let woken = |watch: &Watch| rules.wakes(table.wakes(watch.name, watch.watched, watch.created, watch.mode), freed);
        let (woken, waiting) = self.0.iter().copied().partition(|(_, watch)| woken(watch));
        self.0 = waiting;
        woken
    }
}

impl Encode for Watches {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (client, watch) in &self.0 {
            to.put(client);
            to.put(watch);
        }
    }
}
