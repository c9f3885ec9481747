//! What the queue of the consensus variant promises:
//! - locks are granted in the order in which their entries were created, and not before so many of the earlier ones have gone that
//!   there is room (queue order); of a semaphore only that is true, since its holders hear of it in any order;
//! - whoever ends wakes at most one of those that want a lock for themselves alone (one woken);
//! - no lease has two entries in one queue: the one that its client does not know of would be in everybody's way (one entry);
//! - servers that have applied the same part of the log have the same locks (same table).

use super::notes;
use super::{Falls, P};
use crate::base::{Encode, Encoder, EventId, NodeId, Note};
use crate::protocol::lock::command::{Command, Mode, Revision};
use crate::protocol::lock::consensus::replica::Replica;
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::Deed;
use crate::protocol::lock::table::{Table, Waiter};
use crate::protocol::raft::entry;
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// Tables of so many places of the log are compared.
const TABLES_MAX: usize = 1_024;

/// The newest grant of a lock: the revision of its entry, when, to whom.
type Newest = (Revision, EventId, NodeId);

/// Queues, by lock.
type Standing = BTreeMap<u32, Vec<Waiter>>;

/// How much of the log somebody has applied, and the queues that were there then.
type Applied = (u64, Standing);

/// What is remembered of grants and tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Queues {
    /// By key: the newest grant, and the newest that is not shared.
    granted: BTreeMap<u32, [Option<Newest>; 2]>,
    /// By how much of the log was applied: the table that somebody had then.
    tables: BTreeMap<u64, (u128, EventId, NodeId)>,
    /// The queues of whoever had applied most of the log.
    newest: Applied,
    /// Entries that have gone from the newest queues: since when, microseconds, and in which event.
    gone: BTreeMap<Revision, (u64, EventId)>,
    /// By server: how much it had applied at its last step.
    applied: BTreeMap<NodeId, u64>,
}

impl Queues {
    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: Holder<'_>, falls: &mut Falls) {
        for deed in client.deeds {
            let Deed::Granted { key, token, .. } = deed else { continue };
            let session = client.sessions.iter().find(|session| session.token == *token);
            let Some(place) = session.and_then(|session| session.place.as_ref()) else { continue };
            let (shared, created) = (session.is_some_and(|session| session.is_shared()), place.created);
            if let Some(before) = self.in_the_way(client, *key, created, shared) {
                let other = before.lease.client;
                let args = [event.at_us, node.0.into(), created, before.created, other.0.into()];
                falls.at(P::QueueOrder, event, Note::new(&notes::QUEUE_ORDER_VIOLATED_BEFORE, args), &[], &[node, other]);
            }
            let [any, alone] = self.granted.entry(*key).or_default();
            // A semaphore's holders hear of it in any order, and so do readers.
            let newest = if shared { *alone } else { *any };
            if let Some((greatest, earlier, other)) = newest.filter(|(greatest, ..)| *greatest > created)
                && client.config.consensus.permits == 1
            {
                let args = [event.at_us, node.0.into(), created, greatest, other.0.into()];
                falls.at(P::QueueOrder, event, Note::new(&notes::QUEUE_ORDER_VIOLATED, args), &[earlier], &[node, other]);
            }
            let grant = Some((created, event.id, node));
            *any = (*any).max(grant);
            if !shared {
                *alone = (*alone).max(grant);
            }
        }
    }

    /// Who holds the lock or stands before this entry so that it cannot be granted. What goes from a queue does not come back: if
    /// the newest queue has somebody there, the one by which the lock was granted had, too.
    fn in_the_way(&self, client: Holder<'_>, key: u32, created: Revision, shared: bool) -> Option<Waiter> {
        let queue = self.newest.1.get(&key)?;
        let mut before = queue.iter().filter(|waiter| waiter.created < created);
        match shared {
            true => before.find(|waiter| waiter.mode == Mode::Exclusive).copied(),
            false => before.nth(client.config.consensus.permits as usize - 1).copied(),
        }
    }

    /// Since when an entry has been gone, microseconds, and the event in which it went, as far as that is remembered.
    pub(super) fn gone(&self, created: Revision) -> Option<(u64, EventId)> {
        self.gone.get(&created).copied()
    }

    /// A server did something.
    pub(super) fn replica(&mut self, event: &Event, node: NodeId, replica: &Replica, falls: &mut Falls) {
        let deed = replica.deed();
        if deed.woken as u64 > deed.freed {
            let note = Note::new(&notes::ONE_WOKEN_VIOLATED, [event.at_us, node.0.into(), deed.woken as u64]);
            falls.at(P::OneWoken, event, note, &[], &[node]);
        }
        let applied = replica.raft().last_applied();
        let Some(table) = replica.table().filter(|_| self.applied.insert(node, applied) != Some(applied)) else { return };
        if applied > self.newest.0 {
            let newest: Standing = table.names().map(|name| (name, table.queue(name).to_vec())).collect();
            let left = |name: &u32, old: &Waiter| !newest.get(name).is_some_and(|queue| queue.contains(old));
            let old = self.newest.1.iter().flat_map(|(name, queue)| queue.iter().filter(move |old| left(name, old)));
            let gone: Vec<Revision> = old.map(|waiter| waiter.created).collect();
            let log = replica.raft().log().iter_from(self.newest.0 + 1).map(|entry| entry.command);
            let passed = passed((self.newest.0 + 1..applied).zip(log), &newest);
            self.gone.extend(gone.into_iter().chain(passed).map(|created| (created, (event.at_us, event.id))));
            while self.gone.len() > TABLES_MAX {
                self.gone.pop_first();
            }
            self.newest = (applied, newest);
        }
        orphans(event, node, table, falls);
        if falls.has(P::SameTable) {
            return;
        }
        let content = content(table);
        match self.tables.get(&applied) {
            Some((known, earlier, other)) if *known != content => {
                let note = Note::new(&notes::SAME_TABLE_VIOLATED, [event.at_us, node.0.into(), other.0.into(), applied]);
                falls.at(P::SameTable, event, note, &[*earlier], &[node, *other]);
            }
            Some(_) => {}
            None => {
                self.tables.insert(applied, (content, event.id, node));
                if self.tables.len() > TABLES_MAX {
                    self.tables.pop_first();
                }
            }
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.u64(self.newest.0);
        for (name, queue) in &self.newest.1 {
            to.u32(*name);
            to.list(queue.iter());
        }
        self.gone.keys().for_each(|created| to.u64(*created));
        for (key, newest) in &self.granted {
            to.u32(*key);
            newest.iter().for_each(|newest| to.option(newest.map(|(created, ..)| created).as_ref()));
        }
        for (applied, (content, ..)) in &self.tables {
            to.u64(*applied);
            to.u64(*content as u64);
        }
    }
}

/// Entries that came and went in one step, in which more of the log than one place was applied: no queue ever showed them.
/// `applied` is what was applied in it, but for the last.
fn passed(applied: impl Iterator<Item = (Revision, entry::Command)>, queues: &Standing) -> impl Iterator<Item = Revision> {
    applied.filter_map(|(revision, command)| {
        let entry::Command::Lock { command: Command::Enqueue { name, lease, number, .. }, .. } = command else { return None };
        // What asks again for an entry that is there finds that one, under its own revision.
        let stands = |queue: &Vec<Waiter>| queue.iter().any(|waiter| (waiter.lease, waiter.number) == (lease, number));
        (!queues.get(&name).is_some_and(stands)).then_some(revision)
    })
}

fn content(table: &Table) -> u128 {
    let mut to = Encoder::new();
    table.encode(&mut to);
    to.fingerprint().0
}

fn orphans(event: &Event, node: NodeId, table: &Table, falls: &mut Falls) {
    if falls.has(P::OneEntry) {
        return;
    }
    for name in table.names() {
        let queue = table.queue(name);
        let second = |at: usize| queue[..at].iter().any(|other| other.lease == queue[at].lease);
        if let Some(entry) = (0..queue.len()).find(|at| second(*at)).map(|at| queue[at]) {
            let client = entry.lease.client;
            let note = Note::new(&notes::ONE_ENTRY_VIOLATED, [event.at_us, node.0.into(), client.0.into(), name.into()]);
            falls.at(P::OneEntry, event, note, &[], &[node, client]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::lock::command::Lease;

    #[test]
    fn who_came_and_went_between_two_looks_is_known_to_be_gone() {
        let lease = |op| Lease { client: NodeId(7), op };
        let enqueue = |op| Command::Enqueue { name: 1, lease: lease(op), number: 0, mode: Mode::Exclusive };
        let commands = [enqueue(1), Command::End(lease(1)), enqueue(2), enqueue(2)];
        let commands = commands.map(|command| entry::Command::Lock { client: NodeId(7), seq: 0, command });
        let second = Waiter { lease: lease(2), number: 0, created: 12, mode: Mode::Exclusive };
        let gone: Vec<Revision> = passed((10..).zip(commands), &BTreeMap::from([(1, vec![second])])).collect();
        assert_eq!(gone, [10], "13 asks for what 12 is");
    }
}
