//! A lock node, as one Redis instance is: keys with a time to live that the node itself measures. An expired key goes when
//! somebody asks for it; each request is one step, so nothing comes between looking and storing.
//!
//! A node that does not keep its keys on disk has forgotten them after a crash, and one whose disk is empty or damaged may have.
//! It stays away until all of them would be over. Its fences are never over: a node that may have forgotten one of these gives no
//! vote any more, since nobody can tell it how far they were.
//!
//! So that a crash is noticed, a node answers nothing before its first start is on disk. An empty disk says that it is the first
//! one only while the clock which nobody sets still stands at its beginning.

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
    /// It stored this token, or lets it live on.
    Stored(Token),
}

/// A lock node.
#[derive(Clone, Debug)]
pub struct LockNode {
    config: Arc<Config>,
    keys: BTreeMap<u32, Entry>,
    /// The greatest fence of each key; on disk before anybody hears of it.
    fences: BTreeMap<u32, u64>,
    /// By key: the question that stored what is there, and the token that raised the fence. Both may be asked once more.
    stored: BTreeMap<u32, (Token, u32)>,
    raised: BTreeMap<u32, Token>,
    away: bool,
    /// That it has started, on its way to the disk; and its newest write.
    start: Option<WriteId>,
    newest: Option<WriteId>,
    deed: Option<Deed>,
}

/// What can be read from outside.
impl LockNode {
    /// A node before its first start.
    pub fn new(config: Arc<Config>) -> LockNode {
        LockNode {
            config,
            keys: BTreeMap::new(),
            fences: BTreeMap::new(),
            stored: BTreeMap::new(),
            raised: BTreeMap::new(),
            away: false,
            start: None,
            newest: None,
            deed: None,
        }
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

    /// The greatest fence that it knows of any key.
    pub fn greatest_fence(&self) -> u64 {
        self.fences.values().copied().max().unwrap_or(0)
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
            Input::Started { disk } => self.start(&disk, now, out),
            Input::Timer(Timer::Away) => {
                self.away = false;
                out.note(Note::new(&notes::COMES_BACK, []));
                self.begin(out);
            }
            Input::Message { from, .. } if self.away => out.note(Note::new(&notes::STAYS_SILENT, [u64::from(from.0)])),
            Input::Message { from, message } => self.receive(from, message, now, out),
            // What is in memory is not what is on disk: the next incarnation begins with that.
            Input::WriteFailed(_) => out.exit(Note::new(&notes::CANNOT_WRITE, [])),
            Input::Timer(_) | Input::Request { .. } | Input::Persisted(_) => {}
        }
    }

    fn start(&mut self, disk: &[Slot<Record>], now: LocalTime, out: &mut Effects<Role>) {
        *self = LockNode::new(self.config.clone());
        let (mut starts, mut damaged) = (0u32, false);
        for slot in disk {
            match slot {
                Slot::Intact(Record::Start) => starts += 1,
                Slot::Intact(Record::Fence { key, fence }) => {
                    let known = self.fences.entry(*key).or_default();
                    *known = (*known).max(*fence);
                }
                Slot::Intact(Record::Key { key, entry: Some(entry) }) => drop(self.keys.insert(*key, *entry)),
                Slot::Intact(Record::Key { key, entry: None }) => drop(self.keys.remove(key)),
                Slot::Corrupt => damaged = true,
                // What was cut short was never confirmed to anybody.
                Slot::Intact(Record::Accepted(_) | Record::Raft(_)) | Slot::Torn => {}
            }
        }
        let lost = damaged || starts == 0 && now.monotonic_us > 0;
        let forgot = lost || starts > 0 && !self.config.persist;
        let away_us = self.config.rules.stay_away_us(forgot, self.config.ttl_us, self.config.drift());
        if forgot && away_us == 0 {
            out.note(Note::new(&notes::HAS_FORGOTTEN, []));
        }
        if away_us == 0 {
            return self.begin(out);
        }
        self.away = true;
        if lost && self.config.fencing {
            return out.note(Note::new(&notes::HAS_LOST_FENCES, []));
        }
        out.set_timer(Timer::Away, away_us, away_us);
        out.note(Note::new(&notes::STAYS_AWAY, [away_us]));
    }

    /// It gives votes from now on. While it stays away it does not write that it has started: if it crashes meanwhile, the next
    /// incarnation must find its disk as it is.
    fn begin(&mut self, out: &mut Effects<Role>) {
        self.start = Some(self.persist(Record::Start, out));
    }

    fn receive(&mut self, from: NodeId, message: Message, now: LocalTime, out: &mut Effects<Role>) {
        match message {
            Message::Set { key, token, ttl_us, until_wall_us, nth } => {
                self.set(from, key, Entry { token, since: now, ttl_us, until_wall_us }, nth, now, out);
            }
            Message::Raise { key, token, fence } => self.raise(from, key, token, fence, out),
            Message::Delete { key, token } => self.delete(from, key, token, now, out),
            Message::Extend { key, token, ttl_us, until_wall_us, nth } => {
                self.extend(from, key, Entry { token, since: now, ttl_us, until_wall_us }, nth, out);
            }
            _ => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
        }
    }

    fn set(&mut self, from: NodeId, key: u32, entry: Entry, nth: u32, now: LocalTime, out: &mut Effects<Role>) {
        let left = self.keys.get(&key).map(|stored| self.left_us(stored, now));
        let copy = left.is_some_and(|left_us| left_us > 0) && self.stored.get(&key) == Some(&(entry.token, nth));
        let ok = copy || self.config.rules.may_set(left);
        let mut after = None;
        if copy {
            // The network has doubled the question: the answer is what it was, and waits for what it waited for.
            after = self.newest;
        } else if ok {
            after = self.store(key, Some(entry), out);
            self.stored.insert(key, (entry.token, nth));
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
        let copy = fence == self.fence(key) && self.raised.get(&key) == Some(&token);
        let ok = copy || fence > self.fence(key);
        let mut after = self.newest.filter(|_| copy);
        if ok && !copy {
            self.fences.insert(key, fence);
            self.raised.insert(key, token);
            after = Some(self.persist(Record::Fence { key, fence }, out));
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

    /// Changes a key; the write to wait for: that of the key, if keys are kept on disk, else that of the start.
    fn store(&mut self, key: u32, entry: Option<Entry>, out: &mut Effects<Role>) -> Option<WriteId> {
        self.stored.remove(&key);
        match entry {
            Some(entry) => {
                self.deed = Some(Deed::Stored(entry.token));
                self.keys.insert(key, entry);
            }
            None => drop(self.keys.remove(&key)),
        }
        if self.config.persist { Some(self.persist(Record::Key { key, entry }, out)) } else { self.start }
    }

    fn persist(&mut self, record: Record, out: &mut Effects<Role>) -> WriteId {
        let write = out.persist(record);
        self.newest = Some(write);
        write
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
        to.len(self.stored.len());
        for (key, (token, nth)) in &self.stored {
            to.u32(*key);
            to.put(token);
            to.u32(*nth);
        }
        to.len(self.raised.len());
        for (key, token) in &self.raised {
            to.u32(*key);
            to.put(token);
        }
    }
}
