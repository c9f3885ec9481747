//! Exclusion by effect: the resource accepts no write of an older holder after one of a newer holder. Who is older is the order
//! in which locks were granted; it has nothing to do with when they are over.
//!
//! A write counts when it is on the resource's disk: one that a crash takes with it has had no effect, and nobody was told that it
//! had. What is not claimed: that the newer write is still there after the disk itself has lost it.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::lock::message::{Accepted, Token};
use crate::protocol::lock::resource::Resource;
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::Deed;
use crate::sim::trace::{Event, EventKind};
use std::collections::BTreeMap;

/// More grants are not told apart: older ones count as equally old.
const GRANTS_MAX: usize = 4_096;

/// What is remembered of grants and accepted writes.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    grants: u64,
    /// By token: the how-many-eth grant it was.
    nth: BTreeMap<Token, u64>,
    /// By key: the newest grant of which a write was accepted, that write, and its client.
    newest: BTreeMap<u32, (u64, EventId, NodeId)>,
}

impl Effects {
    /// A client did something.
    pub(super) fn client(&mut self, _: &Event, client: Holder<'_>) {
        for deed in client.deeds {
            if let Deed::Granted { token, .. } = deed {
                self.grants += 1;
                self.nth.insert(*token, self.grants);
                if self.nth.len() > GRANTS_MAX {
                    let old = self.grants - GRANTS_MAX as u64 / 2;
                    self.nth.retain(|_, nth| *nth > old);
                }
            }
        }
    }

    /// The resource did something.
    pub(super) fn resource(&mut self, event: &Event, node: NodeId, resource: &Resource, falls: &mut Falls) {
        if resource.config().consensus.permits > 1 {
            // Holders of a semaphore write side by side.
            return;
        }
        if event.kind == EventKind::Started {
            self.found(event, resource);
        }
        for write in resource.kept() {
            self.accepted(event, node, *write, falls);
        }
    }

    /// The resource has started: what its disk holds is what has had an effect, confirmed or not.
    fn found(&mut self, event: &Event, resource: &Resource) {
        let before = std::mem::take(&mut self.newest);
        for write in resource.last() {
            let nth = self.nth.get(&write.token).copied().unwrap_or(0);
            let known = before.get(&write.key).filter(|(newest, ..)| *newest == nth);
            self.newest.insert(write.key, known.copied().unwrap_or((nth, event.id, write.token.client)));
        }
    }

    fn accepted(&mut self, event: &Event, node: NodeId, write: Accepted, falls: &mut Falls) {
        let nth = self.nth.get(&write.token).copied().unwrap_or(0);
        if let Some((newest, accepted, by)) = self.newest.get(&write.key)
            && nth < *newest
        {
            let clients = [u64::from(write.token.client.0), u64::from(by.0)];
            let note = Note::new(&notes::EFFECT_VIOLATED, [event.at_us, clients[0], clients[1], write.key.into()]);
            falls.at(P::Effect, event, note, &[*accepted], &[write.token.client, *by, node]);
            return;
        }
        self.newest.insert(write.key, (nth, event.id, write.token.client));
    }

    /// How grants stand to each other, and to the newest write.
    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.nth.len());
        for (token, nth) in &self.nth {
            to.put(token);
            to.u64(self.grants - nth);
        }
        for (key, (nth, ..)) in &self.newest {
            to.u32(*key);
            to.u64(self.grants - nth);
        }
    }
}
