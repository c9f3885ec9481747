//! Siblings are exact (Preguiça et al. 2010): a value stays until a write that has read it replaces it, and no longer.
//!
//! Let r(w) be the values that the writer of w had read, and those that their writers had read, and so on. At every replica:
//! - no sibling is in r of another, and none is there twice;
//! - what was there and is gone, or was acknowledged and is not there, is in r of a sibling.
//!
//! What a writer had read is seen at the client when it sends; a replica is looked at when an object of it has changed, and when
//! it starts again: what it had acknowledged must be there, unless its disk has lost something.

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
    /// By replica: keys and values that it has acknowledged.
    acknowledged: Vec<BTreeSet<(u32, u64)>>,
    /// Whose disks have lost something: they cannot be held to what they said.
    spoiled: BTreeSet<NodeId>,
    /// A value was written twice, or there are too many.
    pub(super) lost: bool,
}

impl Versions {
    pub(super) fn new(servers: u16) -> Versions {
        let replicas = vec![Default::default(); servers as usize];
        let acknowledged = vec![BTreeSet::new(); servers as usize];
        let (writes, open, spoiled) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Versions { writes, open, replicas, acknowledged, spoiled, lost: false }
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
        {
            if let Some(known) = self.acknowledged.get_mut(asked.index()).filter(|known| known.len() < WRITES_MAX) {
                known.insert((key, value));
            }
            self.check_kept(event, asked, key, value, object(asked, key).as_deref(), falls);
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

    fn check_kept(&self, event: &Event, node: NodeId, key: u32, value: u64, object: Option<&Object>, falls: &mut Falls) {
        if !self.spoiled.contains(&node) && !object.is_some_and(|object| self.has(object, key, value)) {
            self.lost_value(event, node, key, value, falls);
        }
    }

    /// Something happened at a replica. `spoiled`: its disk has lost something.
    pub(super) fn replica(&mut self, event: &Event, node: NodeId, replica: &Replica, spoiled: bool, falls: &mut Falls) {
        let Some((changes, known)) = self.replicas.get(node.index()) else { return };
        let starts = event.kind == EventKind::Started;
        if starts && spoiled && event.detail != 0 {
            self.spoiled.insert(node);
        }
        if starts {
            for (key, value) in &self.acknowledged[node.index()] {
                self.check_kept(event, node, *key, *value, replica.object(*key).map(|object| &**object), falls);
            }
        }
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
        for known in &self.acknowledged {
            to.len(known.len());
            for (key, value) in known {
                to.u32(*key);
                to.u64(*value);
            }
        }
        to.len(self.spoiled.len());
        self.spoiled.iter().for_each(|node| to.put(node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{LocalTime, Place, ids::PlaceKind};
    use crate::protocol::clock::config::{Config, Mode};
    use crate::protocol::clock::message::Record;
    use crate::protocol::clock::node::Node;
    use crate::protocol::{Core, Effects, Input, Slot};

    #[test]
    fn a_replica_that_comes_back_without_what_it_acknowledged_falls() {
        for (kept, spoiled, falls) in [(true, false, false), (false, false, true), (false, true, false)] {
            let (mut memory, mut fallen) = (Versions::new(1), Falls::default());
            memory.writes.insert((0, 7), Write { event: EventId::NONE, replaces: Arc::default() });
            memory.acknowledged[0].insert((0, 7));
            let config = Arc::new(Config { mode: Mode::Versions, servers: 1, ..Config::default() });
            let mut core = Node::server(NodeId(0), &config);
            let mut object = Object::default();
            let dot = crate::protocol::clock::dvv::Dot { server: NodeId(0), n: 1 };
            object.add(crate::protocol::clock::dvv::Dotted { dot, context: Default::default() }, 7, |_| false);
            let record = Slot::Intact(Record::Object { key: 0, object: Arc::new(object), by: None });
            let disk = if kept { vec![record] } else { Vec::new() };
            core.handle(LocalTime::default(), Input::Started { disk }, &mut Effects::default());
            let Node::Replica(replica) = &core else { panic!("a replica") };
            let id = EventId::new(Place::of_node(PlaceKind::Node, NodeId(0)), 3);
            let (cause, item, peer) = (EventId::NONE, EventId::NONE, NodeId(0));
            let event = Event { id, at_us: 0, cause, item, kind: EventKind::Started, sub: 0, peer, detail: 1 };
            memory.replica(&event, NodeId(0), replica, spoiled, &mut fallen);
            assert_eq!(fallen.has(P::Siblings), falls, "kept: {kept}, spoiled: {spoiled}");
        }
    }
}
