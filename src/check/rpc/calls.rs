//! What a call may do from beginning to end:
//! - it is over when its deadline is (within deadline);
//! - it has only so many attempts (bounded attempts), and none after a refusal for good (final refusals);
//! - a result that comes while it is not over ends it (replies count), and it is that call's own (right reply);
//! - who gives up while attempts are open tells the server so, in the same step (clean end).

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, NodeId, Note};
use crate::protocol::rpc::call::{Deed, Failure, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::CallId;
use crate::protocol::rpc::rules::Refusal;
use crate::sim::trace::{Event, EventKind};
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered of a call that is not over.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    attempts: u32,
    refused: bool,
}

/// Calls that are not over.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    open: BTreeMap<CallId, Open>,
    /// Clients that stood still at some time: their calls may have taken longer.
    stood: BTreeSet<NodeId>,
}

/// What timers may be rounded by, microseconds.
const ROUNDING_US: u64 = 1_000;

impl Calls {
    /// Something happened, somewhere.
    pub(super) fn event(&mut self, event: &Event) {
        let Some(node) = event.node() else { return };
        match event.kind {
            EventKind::Paused => drop(self.stood.insert(node)),
            // Its calls are gone.
            EventKind::Crashed => self.open.retain(|id, _| id.client != node),
            _ => {}
        }
    }

    /// A client did something.
    pub(super) fn client(
        &mut self,
        event: &Event,
        node: NodeId,
        client: &Client,
        has_cancelled: impl Fn(CallId) -> bool,
        falls: &mut Falls,
    ) {
        for deed in client.deeds() {
            match *deed {
                Deed::Sent(attempt) => self.sent(event, client, attempt.id, falls),
                Deed::Failed(id, Failure::Refused(Refusal::Invalid | Refusal::SetAside)) => {
                    self.open.entry(id).or_default().refused = true
                }
                Deed::Heard(id) => {
                    let ends = |deed: &Deed| matches!(deed, Deed::Ended { id: ended, .. } if *ended == id);
                    if !client.deeds().iter().any(ends) {
                        let note = Note::new(&notes::REPLIES_COUNT_VIOLATED, told(event, id));
                        falls.at(P::RepliesCount, event, note, &[], &[node]);
                    }
                }
                Deed::Ended { id, told: outcome, took_us, unanswered, by } => {
                    self.open.remove(&id);
                    self.took(event, client, id, took_us, falls);
                    if matches!(outcome, Told::Ok(_)) && by != Some(id) {
                        let note = Note::new(&notes::RIGHT_REPLY_VIOLATED, told(event, id));
                        falls.at(P::RightReply, event, note, &[], &[node]);
                    }
                    if unanswered > 0 && !falls.has(P::CleanEnd) && !has_cancelled(id) {
                        let note = Note::new(&notes::CLEAN_END_VIOLATED, told(event, id));
                        falls.at(P::CleanEnd, event, note, &[], &[node]);
                    }
                }
                Deed::Began(_) | Deed::Failed(..) | Deed::Waits { .. } => {}
            }
        }
    }

    fn sent(&mut self, event: &Event, client: &Client, id: CallId, falls: &mut Falls) {
        let most = client.config().attempts;
        let open = self.open.entry(id).or_default();
        open.attempts += 1;
        let [at, node, n] = told(event, id);
        if open.attempts > most {
            let note = Note::new(&notes::BOUNDED_ATTEMPTS_VIOLATED, [at, node, n, open.attempts.into(), most.into()]);
            falls.at(P::BoundedAttempts, event, note, &[], &[id.client]);
        }
        if open.refused {
            falls.at(P::FinalRefusals, event, Note::new(&notes::FINAL_REFUSALS_VIOLATED, [at, node, n]), &[], &[id.client]);
        }
    }

    fn took(&self, event: &Event, client: &Client, id: CallId, took_us: u64, falls: &mut Falls) {
        let deadline_us = client.config().deadline_us;
        if took_us > deadline_us.saturating_add(ROUNDING_US) && !self.stood.contains(&id.client) {
            let [at, node, n] = told(event, id);
            let note = Note::new(&notes::WITHIN_DEADLINE_VIOLATED, [at, node, n, took_us, deadline_us]);
            falls.at(P::WithinDeadline, event, note, &[], &[id.client]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.open.len());
        for (id, open) in &self.open {
            to.put(id);
            to.u32(open.attempts);
            to.bool(open.refused);
        }
        to.list(self.stood.iter());
    }
}

fn told(event: &Event, id: CallId) -> [u64; 3] {
    [event.at_us, id.client.0.into(), u64::from(id.seq) + 1]
}
