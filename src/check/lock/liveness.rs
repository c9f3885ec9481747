//! What keeps locks obtainable, in forms that a run can contradict:
//! - a failed attempt tells every node to delete its token, in the same step (clean failure);
//! - no node refuses a key because of an entry that is over by the node's own monotonic clock (leases end);
//! - an attempt asks all nodes at once, and is not open any more when its waiting time is over (bounded attempt);
//! - the resource rejects no write with the greatest fence (holder served);
//! - attempts that split the votes do not go on splitting them while nobody holds the lock (no livelock).

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, LocalTime, NodeId, Note};
use crate::protocol::lock::config::Config;
use crate::protocol::lock::message::{Message, Token};
use crate::protocol::lock::node::{Deed as NodeDeed, LockNode};
use crate::protocol::lock::resource::{Resource, Ruling};
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::{Deed, Phase};
use crate::sim::trace::{Event, EventKind};
use std::collections::{BTreeMap, BTreeSet};

/// So many attempts in a row may split the votes.
const SPLITS_MAX: u32 = 12;

/// What is remembered of attempts.
#[derive(Clone, Debug, Default)]
pub(super) struct Liveness {
    /// By key: attempts in a row that split the votes.
    splits: BTreeMap<u32, u32>,
    /// Clients that stood still at some time: their attempts may have taken longer.
    stood: BTreeSet<NodeId>,
}

impl Liveness {
    /// A client did something; `sent`: what it sent in this step; `is_leased`: whether somebody has or had the lock, so that an
    /// attempt must fail.
    pub(super) fn client(
        &mut self,
        event: &Event,
        node: NodeId,
        client: Holder<'_>,
        sent: impl Fn() -> Vec<(NodeId, Message)>,
        is_leased: impl Fn(u32) -> bool,
        falls: &mut Falls,
    ) {
        for deed in client.deeds {
            match deed {
                Deed::Began(_, asked) if *asked < client.config.nodes() => {
                    let args = [event.at_us, node.0.into(), u64::from(*asked), client.config.nodes().into()];
                    let note = Note::new(&notes::BOUNDED_ATTEMPT_VIOLATED_ASKED, args);
                    falls.at(P::BoundedAttempt, event, note, &[], &[node]);
                }
                Deed::Failed(key, token, yes, refused) => {
                    self.cleans(event, node, client, (*key, *token), &sent(), falls);
                    if is_leased(*key) {
                        self.splits.remove(key);
                    } else {
                        self.splits(event, (node, client), *key, (*yes, *refused), falls);
                    }
                }
                Deed::Granted { key, .. } => drop(self.splits.remove(key)),
                _ => {}
            }
        }
    }

    fn cleans(
        &self,
        event: &Event,
        node: NodeId,
        client: Holder<'_>,
        of: (u32, Token),
        sent: &[(NodeId, Message)],
        falls: &mut Falls,
    ) {
        let told = |to: NodeId| {
            sent.iter()
                .any(|(node, message)| *node == to && matches!(message, Message::Delete { key, token } if (*key, *token) == of))
        };
        if let Some(missed) = (0..client.config.nodes()).map(NodeId).find(|to| !told(*to)) {
            let note = Note::new(&notes::CLEAN_FAILURE_VIOLATED, [event.at_us, node.0.into(), missed.0.into()]);
            falls.at(P::CleanFailure, event, note, &[], &[node, missed]);
        }
    }

    fn splits(&mut self, event: &Event, who: (NodeId, Holder<'_>), key: u32, votes: (usize, bool), falls: &mut Falls) {
        let ((node, client), (yes, refused)) = (who, votes);
        let majority = usize::from(client.config.nodes() / 2) + 1;
        if yes == 0 || !refused || yes >= majority {
            return;
        }
        let splits = self.splits.entry(key).or_default();
        *splits += 1;
        if *splits > SPLITS_MAX {
            let note = Note::new(&notes::NO_LIVELOCK_VIOLATED, [event.at_us, u64::from(*splits), key.into()]);
            falls.at(P::NoLivelock, event, note, &[], &[node]);
        }
    }

    /// Something happened, somewhere: no attempt that should have ended is open.
    pub(super) fn attempts<'a, I: Iterator<Item = (NodeId, Holder<'a>, LocalTime)>>(
        &mut self,
        event: &Event,
        config: &Config,
        all: impl Fn() -> I,
        falls: &mut Falls,
    ) {
        if event.kind == EventKind::Paused
            && let Some(node) = event.node()
        {
            self.stood.insert(node);
        }
        if falls.has(P::BoundedAttempt) {
            return;
        }
        for (node, client, now) in all().filter(|(node, ..)| !self.stood.contains(node)) {
            for session in client.sessions {
                let (Phase::Asking(round) | Phase::Raising(round)) = &session.phase else { continue };
                let open_us = now.monotonic_us.saturating_sub(round.began_us);
                // Timers are rounded to whole microseconds of true time.
                if open_us > config.node_timeout_us.saturating_add(1_000) {
                    let args = [event.at_us, node.0.into(), open_us, config.node_timeout_us];
                    falls.at(P::BoundedAttempt, event, Note::new(&notes::BOUNDED_ATTEMPT_VIOLATED, args), &[], &[node]);
                }
            }
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        for (key, splits) in &self.splits {
            to.u32(*key);
            to.u32(*splits);
        }
        to.list(self.stood.iter());
    }
}

/// A lock node did something.
pub(super) fn node(event: &Event, node: NodeId, lock: &LockNode, now: LocalTime, falls: &mut Falls) {
    if let Some(NodeDeed::Refused(entry)) = lock.deed() {
        let age_us = now.monotonic_us.saturating_sub(entry.since.monotonic_us);
        if age_us >= entry.ttl_us {
            let args = [event.at_us, node.0.into(), entry.token.client.0.into(), age_us - entry.ttl_us];
            falls.at(P::LeasesEnd, event, Note::new(&notes::LEASES_END_VIOLATED, args), &[], &[node, entry.token.client]);
        }
    }
}

/// The resource did something.
pub(super) fn resource(event: &Event, node: NodeId, resource: &Resource, falls: &mut Falls) {
    for deed in resource.deeds() {
        let (client, fence) = (deed.write.token.client, deed.write.fence);
        if matches!(deed.ruling, Ruling::Overtaken(greatest) if fence >= greatest) {
            let args = [event.at_us, node.0.into(), client.0.into(), fence];
            falls.at(P::HolderServed, event, Note::new(&notes::HOLDER_SERVED_VIOLATED, args), &[], &[client, node]);
        }
    }
}
