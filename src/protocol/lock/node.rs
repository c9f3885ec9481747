//! A lock node, as one Redis instance is: keys with a time to live that the node itself measures. An expired key goes when
//! somebody asks for it; each request is one step, so nothing comes between looking and storing.
//!
//! A node that does not keep its keys on disk has forgotten them after a crash. It stays away until all of them would be over.

use super::config::Config;
use super::message::{Entry, Message, Record, Timer, Token};
use super::notes;
use super::role::Role;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, WriteId};
use crate::protocol::{Effects, Input, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a node did in its last step, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It removed a key that held `stored` because somebody asked for `asked` to go.
    Removed {
        /// What was there.
        stored: Token,
        /// What was to go.
        asked: Token,
    },
    /// It refused to store a key because of this entry.
    Refused(Entry),
}

/// A lock node.
#[derive(Clone, Debug)]
pub struct LockNode {
    config: Arc<Config>,
    keys: BTreeMap<u32, Entry>,
    /// The greatest fence of each key; on disk before anybody hears of it.
    fences: BTreeMap<u32, u64>,
    away: bool,
    deed: Option<Deed>,
}

/// What can be read from outside.
impl LockNode {
    /// A node before its first start.
    pub fn new(config: Arc<Config>) -> LockNode {
        LockNode { config, keys: BTreeMap::new(), fences: BTreeMap::new(), away: false, deed: None }
    }

    /// Its keys, those included that are over and that nobody has asked for since.
    pub fn keys(&self) -> impl Iterator<Item = (u32, &Entry)> {
        self.keys.iter().map(|(key, entry)| (*key, entry))
    }

    /// What is stored under a key and not over by the node's own measure.
    pub fn entry(&self, key: u32, now: LocalTime) -> Option<&Entry> {
        self.keys.get(&key).filter(|entry| self.left_us(entry, now) > 0)
    }

    /// How long an entry has left by the node's own measure, microseconds.
    pub fn left_us(&self, entry: &Entry, now: LocalTime) -> u64 {
        self.config.rules.left_us(entry, now)
    }

    /// Whether somebody else could have the key now.
    pub fn would_grant(&self, key: u32, now: LocalTime, token: Token) -> bool {
        let stored = self.keys.get(&key);
        let left = stored.map(|entry| self.left_us(entry, now));
        !self.away && (stored.is_some_and(|entry| entry.token != token) || self.config.rules.may_set(left))
    }

    /// The greatest fence of a key that it knows.
    pub fn fence(&self, key: u32) -> u64 {
        self.fences.get(&key).copied().unwrap_or(0)
    }

    /// Whether it stays away.
    pub fn is_away(&self) -> bool {
        self.away
    }

    /// What it did in its last step.
    pub fn deed(&self) -> Option<&Deed> {
        self.deed.as_ref()
    }
}

/// What happens to it.
impl LockNode {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.deed = None;
        match input {
            Input::Started { disk } => self.start(&disk, out),
            Input::Timer(Timer::Away) => {
                self.away = false;
                out.note(Note::new(&notes::COMES_BACK, []));
            }
            Input::Message { from, .. } if self.away => out.note(Note::new(&notes::STAYS_SILENT, [u64::from(from.0)])),
            Input::Message { from, message } => self.receive(from, message, now, out),
            Input::Timer(_) | Input::Request { .. } | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
    }

    fn start(&mut self, disk: &[Slot<Record>], out: &mut Effects<Role>) {
        *self = LockNode::new(self.config.clone());
        let mut starts = 0u32;
        for slot in disk {
            match slot {
                Slot::Intact(Record::Start) => starts += 1,
                Slot::Intact(Record::Fence { key, fence }) => {
                    let known = self.fences.entry(*key).or_default();
                    *known = (*known).max(*fence);
                }
                Slot::Intact(Record::Key { key, entry: Some(entry) }) => drop(self.keys.insert(*key, *entry)),
                Slot::Intact(Record::Key { key, entry: None }) => drop(self.keys.remove(key)),
                Slot::Intact(Record::Accepted(_) | Record::Raft(_)) | Slot::Torn | Slot::Corrupt => {}
            }
        }
        out.persist(Record::Start);
        let forgot = starts > 0 && !self.config.persist;
        let away_us = self.config.rules.stay_away_us(forgot, self.config.ttl_us, self.config.drift());
        if away_us > 0 {
            self.away = true;
            out.set_timer(Timer::Away, away_us, away_us);
            out.note(Note::new(&notes::STAYS_AWAY, [away_us]));
        } else if forgot {
            out.note(Note::new(&notes::HAS_FORGOTTEN, []));
        }
    }

    fn receive(&mut self, from: NodeId, message: Message, now: LocalTime, out: &mut Effects<Role>) {
        match message {
            Message::Set { key, token, ttl_us, until_wall_us } => {
                self.set(from, key, Entry { token, since: now, ttl_us, until_wall_us }, now, out);
            }
            Message::Raise { key, token, fence } => self.raise(from, key, token, fence, out),
            Message::Delete { key, token } => self.delete(from, key, token, now, out),
            Message::Extend { key, token, ttl_us, until_wall_us, nth } => {
                self.extend(from, key, Entry { token, since: now, ttl_us, until_wall_us }, nth, out);
            }
            _ => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
        }
    }

    fn set(&mut self, from: NodeId, key: u32, entry: Entry, now: LocalTime, out: &mut Effects<Role>) {
        let left = self.keys.get(&key).map(|stored| self.left_us(stored, now));
        let ok = self.config.rules.may_set(left);
        let mut after = None;
        if ok {
            after = self.store(key, Some(entry), out);
            out.note(Note::new(&notes::STORES, [u64::from(from.0), u64::from(key), entry.ttl_us]));
        } else if let Some(stored) = self.keys.get(&key) {
            self.deed = Some(Deed::Refused(*stored));
            let args = [u64::from(from.0), u64::from(key), u64::from(stored.token.client.0), left.unwrap_or(0)];
            out.note(Note::new(&notes::REFUSES, args));
        }
        let fence = self.fence(key);
        out.send_after(from, Message::SetReply { key, token: entry.token, ok, fence }, after);
    }

    fn raise(&mut self, from: NodeId, key: u32, token: Token, fence: u64, out: &mut Effects<Role>) {
        let ok = fence > self.fence(key);
        let mut after = None;
        if ok {
            self.fences.insert(key, fence);
            after = Some(out.persist(Record::Fence { key, fence }));
            out.note(Note::new(&notes::RAISES, [fence, u64::from(from.0), u64::from(key)]));
        }
        out.send_after(from, Message::RaiseReply { key, token, ok }, after);
    }

    fn delete(&mut self, from: NodeId, key: u32, asked: Token, now: LocalTime, out: &mut Effects<Role>) {
        let mut after = None;
        if let Some(stored) = self.entry(key, now).map(|entry| entry.token)
            && self.config.rules.may_delete(stored, asked)
        {
            after = self.store(key, None, out);
            self.deed = Some(Deed::Removed { stored, asked });
            out.note(Note::new(&notes::REMOVES, [u64::from(stored.client.0), u64::from(key), u64::from(from.0)]));
        }
        out.send_after(from, Message::DeleteReply { key, token: asked }, after);
    }

    fn extend(&mut self, from: NodeId, key: u32, entry: Entry, nth: u32, out: &mut Effects<Role>) {
        let ok = self.entry(key, entry.since).is_some_and(|stored| stored.token == entry.token);
        let mut after = None;
        if ok {
            after = self.store(key, Some(entry), out);
            out.note(Note::new(&notes::LETS_LIVE, [u64::from(from.0), u64::from(key), entry.ttl_us]));
        } else {
            out.note(Note::new(&notes::CANNOT_EXTEND, [u64::from(from.0), u64::from(key)]));
        }
        out.send_after(from, Message::ExtendReply { key, token: entry.token, nth, ok }, after);
    }

    /// Changes a key; the write to wait for, if keys are kept on disk.
    fn store(&mut self, key: u32, entry: Option<Entry>, out: &mut Effects<Role>) -> Option<WriteId> {
        match entry {
            Some(entry) => drop(self.keys.insert(key, entry)),
            None => drop(self.keys.remove(&key)),
        }
        self.config.persist.then(|| out.persist(Record::Key { key, entry }))
    }
}

impl Encode for LockNode {
    fn encode(&self, to: &mut Encoder) {
        to.bool(self.away);
        to.len(self.keys.len());
        for (key, entry) in &self.keys {
            to.u32(*key);
            to.put(entry);
        }
        to.len(self.fences.len());
        for (key, fence) in &self.fences {
            to.u32(*key);
            to.u64(*fence);
        }
    }
}
