//! Siblings are exact (Preguiça et al. 2010): a value stays until a write that has read it replaces it, and no longer.
//!
//! Let r(w) be the values that the writer of w had read, and those that their writers had read, and so on. At every replica:
//! - no sibling is in r of another, and none is there twice;
//! - what was there and is gone, or was acknowledged and is not there, is in r of a sibling.
//!
//! What a writer had read is seen at the client when it sends; a replica is looked at when an object of it has changed.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note, NoteKind, OpId};
use crate::protocol::clock::client::Client;
use crate::protocol::clock::message::{Answer, Ask, Object};
use crate::protocol::clock::replica::Replica;
use crate::sim::trace::{Event, EventKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More writes are not followed.
const WRITES_MAX: usize = 2_000;

#[derive(Clone, Debug)]
struct Write {
    event: EventId,
    /// r(w)
    replaces: Arc<BTreeSet<u64>>,
}

/// What is remembered of writes and replicas.
#[derive(Clone, Debug)]
pub(super) struct Versions {
    /// By key and value: values are unique.
    writes: BTreeMap<(u32, u64), Write>,
    /// By client: the operation that it is at.
    open: BTreeMap<NodeId, (OpId, Ask, NodeId)>,
    /// By replica: its objects, and how often they have changed.
    replicas: Vec<(u64, BTreeMap<u32, Arc<Object>>)>,
    /// A value was written twice, or there are too many.
    pub(super) lost: bool,
}

impl Versions {
    pub(super) fn new(servers: u16) -> Versions {
        let replicas = vec![Default::default(); servers as usize];
        Versions { writes: BTreeMap::new(), open: BTreeMap::new(), replicas, lost: false }
    }

    /// Something happened at a client: it may have sent a write, or had it acknowledged.
    pub(super) fn client(
        &mut self,
        event: &Event,
        node: NodeId,
        client: &Client,
        object: impl Fn(NodeId, u32) -> Option<Arc<Object>>,
        falls: &mut Falls,
    ) {
        let now = client.open().map(|(op, request, server)| (*op, request.ask, *server));
        let before = self.open.get(&node).copied();
        if before == now {
            return;
        }
        if let Some((op, Ask::Put(key, value), asked)) = before
            && client.done().is_some_and(|done| *done == (op, Answer::Stored))
            && !object(asked, key).is_some_and(|object| self.has(&object, key, value))
        {
            self.lost_value(event, asked, key, value, falls);
        }
        match now {
            Some(open) => drop(self.open.insert(node, open)),
            None => drop(self.open.remove(&node)),
        }
        if let Some((_, Ask::Put(key, value), _)) = now {
            self.write(event, key, value, client);
        }
    }

    fn write(&mut self, event: &Event, key: u32, value: u64, client: &Client) {
        let mut replaces = BTreeSet::new();
        for read in client.read(key).iter().flat_map(|read| &read.values) {
            replaces.insert(*read);
            replaces.extend(self.writes.get(&(key, *read)).iter().flat_map(|write| write.replaces.iter()));
        }
        let write = Write { event: event.id, replaces: Arc::new(replaces) };
        let twice = self.writes.insert((key, value), write).is_some();
        self.lost |= twice || self.writes.len() > WRITES_MAX;
    }

    /// The siblings of an object here, or a write that has read this value.
    fn has(&self, object: &Object, key: u32, value: u64) -> bool {
        object.iter().any(|(_, sibling)| *sibling == value || self.replaced_by(key, value, *sibling))
    }

    fn replaced_by(&self, key: u32, value: u64, by: u64) -> bool {
        self.writes.get(&(key, by)).is_some_and(|write| write.replaces.contains(&value))
    }

    /// Something happened at a replica.
    pub(super) fn replica(&mut self, event: &Event, node: NodeId, replica: &Replica, falls: &mut Falls) {
        let Some((changes, known)) = self.replicas.get(node.index()) else { return };
        let starts = event.kind == EventKind::Started;
        if *changes == replica.changes() && !starts {
            return;
        }
        let known = known.clone();
        let keys: Vec<u32> = replica.objects().map(|(key, _)| key).collect();
        let mut now = BTreeMap::new();
        for key in keys {
            let Some(object) = replica.object(key) else { continue };
            now.insert(key, object.clone());
            let before = known.get(&key).filter(|_| !starts);
            if before.is_none_or(|before| !Arc::ptr_eq(before, object)) && !self.lost {
                self.check(event, node, key, before.map(|before| &**before), object, falls);
            }
        }
        self.replicas[node.index()] = (replica.changes(), now);
    }

    fn check(&self, event: &Event, node: NodeId, key: u32, before: Option<&Object>, now: &Object, falls: &mut Falls) {
        let values: Vec<u64> = now.iter().map(|(_, value)| *value).collect();
        let again = |at: usize| values[..at].contains(&values[at]);
        let replaced = |value: u64| values.iter().any(|by| self.replaced_by(key, value, *by));
        if let Some(at) = (0..values.len()).find(|at| again(*at) || replaced(values[*at])) {
            self.fall(event, &notes::SIBLINGS_VIOLATED_FALSE, node, key, values[at], falls);
        }
        let gone = before
            .into_iter()
            .flat_map(|before| before.iter().map(|(_, value)| *value))
            .find(|value| !self.has(now, key, *value));
        if let Some(value) = gone {
            self.lost_value(event, node, key, value, falls);
        }
    }

    fn lost_value(&self, event: &Event, node: NodeId, key: u32, value: u64, falls: &mut Falls) {
        if !self.lost {
            self.fall(event, &notes::SIBLINGS_VIOLATED_LOST, node, key, value, falls);
        }
    }

    fn fall(&self, event: &Event, kind: &'static NoteKind, node: NodeId, key: u32, value: u64, falls: &mut Falls) {
        let note = Note::new(kind, [event.at_us, u64::from(node.0), value, u64::from(key)]);
        let written: Vec<EventId> = self.writes.get(&(key, value)).iter().map(|write| write.event).collect();
        falls.at(P::Siblings, event, note, &written, &[node]);
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.bool(self.lost);
        to.len(self.writes.len());
        for ((key, value), write) in &self.writes {
            to.u32(*key);
            to.u64(*value);
            to.list(write.replaces.iter());
        }
    }
}
