//! What the lock is for: a resource that takes writes. It remembers the greatest fence of each key on disk, and takes no write
//! with a smaller one (Kleppmann 2016, *How to do distributed locking*).

use super::config::Config;
use super::message::{Accepted, Message, Record};
use super::notes;
use super::role::Role;
use crate::base::{Encode, Encoder, NodeId, Note};
use crate::protocol::{Effects, Input, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What it did in its last step, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It accepted a write.
    Accepted(Accepted),
    /// It rejected a write; the greatest fence was this.
    Rejected(Accepted, u64),
}

/// A resource.
#[derive(Clone, Debug)]
pub struct Resource {
    config: Arc<Config>,
    fences: BTreeMap<u32, u64>,
    /// The last accepted write of each key.
    last: BTreeMap<u32, Accepted>,
    accepted: u64,
    rejected: u64,
    deed: Option<Deed>,
}

/// What can be read from outside.
impl Resource {
    /// A resource before its first start.
    pub fn new(config: Arc<Config>) -> Resource {
        Resource { config, fences: BTreeMap::new(), last: BTreeMap::new(), accepted: 0, rejected: 0, deed: None }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The greatest fence of a key.
    pub fn fence(&self, key: u32) -> u64 {
        self.fences.get(&key).copied().unwrap_or(0)
    }

    /// The last accepted write of each key.
    pub fn last(&self) -> impl Iterator<Item = &Accepted> {
        self.last.values()
    }

    /// How many writes it accepted since it started.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many writes it rejected since it started.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// What it did in its last step.
    pub fn deed(&self) -> Option<&Deed> {
        self.deed.as_ref()
    }
}

/// What happens to it.
impl Resource {
    /// Handles one input.
    pub(super) fn handle(&mut self, input: Input<Role>, out: &mut Effects<Role>) {
        self.deed = None;
        match input {
            Input::Started { disk } => self.start(&disk),
            Input::Message { from, message: Message::Write { seq, key, token, fence, value } } => {
                self.write(from, seq, Accepted { key, token, fence, value }, out);
            }
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Timer(_) | Input::Request { .. } | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
    }

    fn start(&mut self, disk: &[Slot<Record>]) {
        *self = Resource::new(self.config.clone());
        for slot in disk {
            if let Slot::Intact(Record::Accepted(write)) = slot {
                self.last.insert(write.key, *write);
                let kept = self.fence(write.key).max(write.fence);
                self.fences.insert(write.key, self.config.rules.fence_after_restart(kept));
            }
        }
    }

    fn write(&mut self, from: NodeId, seq: u32, write: Accepted, out: &mut Effects<Role>) {
        let greatest = self.fence(write.key);
        let (client, key) = (u64::from(from.0), u64::from(write.key));
        if !self.config.rules.accepts(write.fence, greatest) {
            self.rejected += 1;
            self.deed = Some(Deed::Rejected(write, greatest));
            out.note(Note::new(&notes::REJECTS, [write.value, client, key, write.fence, greatest]));
            return out.send(from, Message::WriteReply { seq, ok: false });
        }
        self.accepted += 1;
        self.fences.insert(write.key, greatest.max(write.fence));
        self.last.insert(write.key, write);
        self.deed = Some(Deed::Accepted(write));
        let after = out.persist(Record::Accepted(write));
        out.note(Note::new(&notes::ACCEPTS, [write.value, client, key, write.fence]));
        out.send_after(from, Message::WriteReply { seq, ok: true }, Some(after));
    }
}

impl Encode for Resource {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.fences.len());
        for (key, fence) in &self.fences {
            to.u32(*key);
            to.u64(*fence);
        }
        to.list(self.last.values().collect::<Vec<_>>().into_iter());
    }
}
