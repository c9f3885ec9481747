//! A replica of objects that clients read and write: siblings with dotted versions (Preguiça et al. 2012).
//!
//! A write gets the next dot of the replica that takes it, and replaces what its client had read. The replica answers, and tells
//! the others, when the object is on disk. Replicas send each other whole objects, so that what one knows of an object is
//! always all that lies before it.
//!
//! It trusts its disk: with a damaged record it forgets dots that it has given, and gives them again.

use super::config::Config;
use super::dvv::{Dot, Dotted, is_replaced};
use super::message::{Context, Message, Object, Record, Timer, encode_object};
use super::node::Node;
use super::notes;
use super::order::Order;
use super::rules::Rules;
use crate::base::{Encode, Encoder, NodeId, Note, WriteId};
use crate::protocol::{Effects, Input, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A replica.
#[derive(Clone, Debug)]
pub struct Replica {
    id: NodeId,
    config: Arc<Config>,
    objects: BTreeMap<u32, Arc<Object>>,
    /// The last write of each client: a request that comes twice, or after a later one, is not taken for a new one.
    taken: BTreeMap<NodeId, u32>,
    /// The last write to disk; what is told of objects waits for it.
    last_write: Option<WriteId>,
    turn: u16,
    /// Number of times that an object has changed here.
    changes: u64,
}

/// What can be read from outside.
impl Replica {
    /// A replica before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Replica {
        Replica { id, config, objects: BTreeMap::new(), taken: BTreeMap::new(), last_write: None, turn: 0, changes: 0 }
    }

    /// All objects, by key.
    pub fn objects(&self) -> impl Iterator<Item = (u32, &Object)> {
        self.objects.iter().map(|(key, object)| (*key, &**object))
    }

    /// One object.
    pub fn object(&self, key: u32) -> Option<&Arc<Object>> {
        self.objects.get(&key)
    }

    /// Number of times that an object has changed here since it started.
    pub fn changes(&self) -> u64 {
        self.changes
    }
}

/// What happens to it.
impl Replica {
    /// Handles one input.
    pub(super) fn handle(&mut self, input: Input<Node>, out: &mut Effects<Node>) {
        match input {
            Input::Started { disk } => self.start(&disk, out),
            Input::Message { from, message: Message::Get { seq, key } } => self.get(from, seq, key, out),
            Input::Message { from, message: Message::Put { seq, key, context, value } } => {
                self.put((from, seq), key, context, value, out);
            }
            Input::Message { from, message: Message::Sync { key, object } } => self.merge(from, key, &object, out),
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Timer(Timer::Gossip) => self.gossip(out),
            Input::WriteFailed(_) => out.exit(Note::new(&notes::CANNOT_WRITE, [])),
            Input::Timer(_) | Input::Request { .. } | Input::Persisted(_) => {}
        }
    }

    fn start(&mut self, disk: &[Slot<Record>], out: &mut Effects<Node>) {
        *self = Replica::new(self.id, self.config.clone());
        for slot in disk {
            if let Slot::Intact(Record::Object { key, object, by }) = slot {
                self.objects.insert(*key, object.clone());
                self.taken.extend(*by);
            }
        }
        self.arm(out);
    }

    fn arm(&self, out: &mut Effects<Node>) {
        let every = self.config.gossip_us;
        out.set_timer(Timer::Gossip, every, every.saturating_add(every / 4));
    }

    fn known(&self, key: u32) -> Object {
        self.objects.get(&key).map(|object| (**object).clone()).unwrap_or_default()
    }

    fn next_dot(&self, object: &Object) -> Dot<NodeId> {
        Dot { server: self.id, n: object.context().0.get(&self.id) + 1 }
    }

    fn get(&mut self, client: NodeId, seq: u32, key: u32, out: &mut Effects<Node>) {
        let mut object = self.known(key);
        let before = object.clone();
        for at in 0..object.len() {
            let next = self.next_dot(&object);
            if let Some((version, _)) = object.iter_mut().nth(at) {
                version.dot = self.config.rules.dot_after_read(version.dot, next);
            }
        }
        if object != before {
            self.keep(key, object.clone(), None, out);
        }
        let values: Vec<u64> = object.iter().map(|(_, value)| *value).collect();
        out.note(Note::new(&notes::READS, [u64::from(key), u64::from(client.0), values.len() as u64]));
        out.send_after(client, Message::Values { seq, key, values, context: object.context() }, self.last_write);
    }

    fn put(&mut self, (client, seq): (NodeId, u32), key: u32, read: Context, value: u64, out: &mut Effects<Node>) {
        let last = self.taken.get(&client).copied();
        if last.is_some_and(|last| seq <= last) {
            if last == Some(seq) {
                out.send_after(client, Message::Stored { seq }, self.last_write);
            }
            return;
        }
        self.taken.insert(client, seq);
        let mut object = self.known(key);
        let dot = self.next_dot(&object);
        let context = self.config.rules.context_of_write(read, object.context());
        object.add(Dotted { dot, context }, value, replaces(self.config.rules));
        let siblings = object.len() as u64;
        self.keep(key, object, Some((client, seq)), out);
        out.send_after(client, Message::Stored { seq }, self.last_write);
        for other in (0..self.config.servers).map(NodeId).filter(|other| *other != self.id) {
            self.tell(other, key, out);
        }
        out.note(Note::new(&notes::STORES, [value, u64::from(key), u64::from(client.0), siblings]));
        self.conflict(key, siblings, out);
    }

    fn merge(&mut self, from: NodeId, key: u32, theirs: &Object, out: &mut Effects<Node>) {
        let before = self.known(key);
        let mut object = before.clone();
        for (version, value) in theirs.iter() {
            object.add(version.clone(), *value, replaces(self.config.rules));
        }
        if object != before {
            let siblings = object.len() as u64;
            self.keep(key, object, None, out);
            out.note(Note::new(&notes::MERGES, [u64::from(key), u64::from(from.0), siblings]));
            if siblings > before.len() as u64 {
                self.conflict(key, siblings, out);
            }
        }
    }

    fn conflict(&self, key: u32, siblings: u64, out: &mut Effects<Node>) {
        if siblings > 1 {
            out.note(Note::new(&notes::CONFLICT, [u64::from(key), siblings]));
        }
    }

    fn keep(&mut self, key: u32, object: Object, by: Option<(NodeId, u32)>, out: &mut Effects<Node>) {
        let object = Arc::new(object);
        self.last_write = Some(out.persist(Record::Object { key, object: object.clone(), by }));
        self.objects.insert(key, object);
        self.changes += 1;
    }

    fn tell(&self, to: NodeId, key: u32, out: &mut Effects<Node>) {
        if let Some(object) = self.objects.get(&key) {
            out.send_after(to, Message::Sync { key, object: object.clone() }, self.last_write);
        }
    }

    /// Anti-entropy: sends one of the others everything, in case something was lost.
    fn gossip(&mut self, out: &mut Effects<Node>) {
        self.arm(out);
        let others = self.config.servers.saturating_sub(1);
        if others > 0 {
            let to = NodeId((self.id.0 + 1 + self.turn % others) % self.config.servers);
            self.turn = self.turn.wrapping_add(1);
            self.objects.keys().for_each(|key| self.tell(to, *key, out));
        }
    }
}

/// Which order takes a version out: as the rule for verdicts reads it.
fn replaces(rules: Rules) -> impl Fn(Order) -> bool {
    move |order| {
        let within = |of: Order| matches!(of, Order::Before | Order::Equal);
        is_replaced(rules.verdict(within(order), within(order.reversed())))
    }
}

impl Encode for Replica {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.objects.len());
        for (key, object) in &self.objects {
            to.u32(*key);
            encode_object(object, to);
        }
        to.len(self.taken.len());
        for (client, seq) in &self.taken {
            to.put(client);
            to.u32(*seq);
        }
        to.u16(self.turn);
    }
}
