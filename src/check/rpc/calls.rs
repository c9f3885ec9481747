//! What a call may do from beginning to end:
//! - it is over when its deadline is (within deadline), whether or not anything happens to it;
//! - it has only so many attempts (bounded attempts), and none after a refusal for good (final refusals);
//! - a result that comes while it is not over ends it (replies count), and it is its own, or that of the call that it has joined
//!   (right reply);
//! - who gives up while attempts are open tells the server so, in the same step (clean end).

use super::notes;
use super::{Falls, P, clock, whose};
use crate::base::{Encoder, NodeId, Note};
use crate::protocol::rpc::call::{Deed, Failure, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::config::Config;
use crate::protocol::rpc::message::{Ask, Attempt, CallId};
use crate::protocol::rpc::rules::Refusal;
use crate::sim::kernel::Process;
use crate::sim::trace::{Event, EventKind};
use crate::sim::{Deployment, World};
use std::collections::BTreeMap;

/// What is remembered of a call that is not over.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// When it is to be over by its client's monotonic clock, microseconds.
    ends_us: u64,
    attempts: u32,
    refused: bool,
    /// The call that it has joined.
    leader: Option<CallId>,
}

/// Calls that are not over.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    open: BTreeMap<CallId, Open>,
    /// When clients stood still last, by their monotonic clocks: from, to.
    stood: BTreeMap<NodeId, (u64, u64)>,
    /// In which tenth of a second open calls were looked at last.
    looked: u64,
}

/// What timers may be rounded by, microseconds.
const ROUNDING_US: u64 = 1_000;
/// How often open calls are looked at, microseconds.
const LOOK_US: u64 = 100_000;

impl Calls {
    /// Something happened, somewhere.
    pub(super) fn event<D: Deployment>(&mut self, event: &Event, world: &World<D>, config: &Config, falls: &mut Falls) {
        if event.at_us / LOOK_US != self.looked {
            self.looked = event.at_us / LOOK_US;
            self.look(event, world, config, falls);
        }
        let Some(node) = event.node() else { return };
        match event.kind {
            EventKind::Paused => {
                let now_us = clock(world, node).monotonic_us;
                self.stood.insert(node, (now_us, u64::MAX));
            }
            EventKind::Resumed => {
                let now_us = clock(world, node).monotonic_us;
                self.stood.entry(node).and_modify(|(_, to_us)| *to_us = now_us);
            }
            // Its calls are gone.
            EventKind::Crashed => {
                self.open.retain(|id, _| id.client != node);
                self.stood.remove(&node);
            }
            _ => {}
        }
    }

    /// Calls that nothing ends are overdue all the same.
    fn look<D: Deployment>(&self, event: &Event, world: &World<D>, config: &Config, falls: &mut Falls) {
        if falls.has(P::WithinDeadline) {
            return;
        }
        let mut now = None;
        for (id, open) in &self.open {
            let (client, now_us) = match now {
                Some((client, now_us)) if client == id.client => (client, now_us),
                _ => (id.client, clock(world, id.client).monotonic_us),
            };
            now = Some((client, now_us));
            if world.process(client) == Process::Running && now_us > self.may_end_us(client, open.ends_us) {
                return takes_long(event, *id, now_us.saturating_sub(open.ends_us), config, falls);
            }
        }
    }

    /// By when a call of this client must be over that is to end then: a client that stood still at that time may be late until it
    /// goes on, and no longer.
    fn may_end_us(&self, client: NodeId, ends_us: u64) -> u64 {
        let stood = self
            .stood
            .get(&client)
            .filter(|(from_us, to_us)| *from_us <= ends_us.saturating_add(ROUNDING_US) && ends_us <= *to_us);
        stood.map_or(ends_us, |(_, to_us)| *to_us).saturating_add(ROUNDING_US)
    }

    /// A client did something; `now_us` is its monotonic clock.
    pub(super) fn client(
        &mut self,
        event: &Event,
        client: &Client,
        now_us: u64,
        has_cancelled: impl Fn(CallId) -> bool,
        falls: &mut Falls,
    ) {
        let config = client.config();
        for deed in client.deeds() {
            match *deed {
                Deed::Began(id) => {
                    let ends_us = now_us.saturating_add(config.deadline_us);
                    self.open.insert(id, Open { ends_us, ..Open::default() });
                }
                Deed::Joined { id, leader } => self.open.entry(id).or_default().leader = Some(leader),
                // The second half of an update belongs to its attempt.
                Deed::Sent(Attempt { ask: Ask::Update { .. }, .. }) => {}
                Deed::Sent(attempt) => self.sent(event, config, attempt.id, falls),
                Deed::Failed(id, Failure::Refused(Refusal::Invalid | Refusal::OtherPayload | Refusal::SetAside)) => {
                    self.open.entry(id).or_default().refused = true;
                }
                Deed::Heard(id) => {
                    let ends = |deed: &Deed| matches!(deed, Deed::Ended { id: ended, .. } if *ended == id);
                    if !client.deeds().iter().any(ends) {
                        let note = Note::new(&notes::REPLIES_COUNT_VIOLATED, whose(event, id));
                        falls.at(P::RepliesCount, event, note, &[], &[id.client]);
                    }
                }
                Deed::Ended { id, told: outcome, unanswered, by, .. } => {
                    let open = self.open.remove(&id).unwrap_or_default();
                    if now_us > self.may_end_us(id.client, open.ends_us) {
                        takes_long(event, id, now_us.saturating_sub(open.ends_us), config, falls);
                    }
                    if matches!(outcome, Told::Ok(_)) && by != Some(open.leader.unwrap_or(id)) {
                        let note = Note::new(&notes::RIGHT_REPLY_VIOLATED, whose(event, id));
                        falls.at(P::RightReply, event, note, &[], &[id.client]);
                    }
                    if unanswered > 0 && !falls.has(P::CleanEnd) && !has_cancelled(id) {
                        let note = Note::new(&notes::CLEAN_END_VIOLATED, whose(event, id));
                        falls.at(P::CleanEnd, event, note, &[], &[id.client]);
                    }
                }
                Deed::Failed(..) | Deed::Waits { .. } | Deed::KeptBack(_) | Deed::Hedged(_) | Deed::Saw(_) => {}
            }
        }
    }

    fn sent(&mut self, event: &Event, config: &Config, id: CallId, falls: &mut Falls) {
        let most = config.attempts;
        let open = self.open.entry(id).or_default();
        open.attempts += 1;
        let [at, node, n] = whose(event, id);
        if open.attempts > most {
            let note = Note::new(&notes::BOUNDED_ATTEMPTS_VIOLATED, [at, node, n, open.attempts.into(), most.into()]);
            falls.at(P::BoundedAttempts, event, note, &[], &[id.client]);
        }
        if open.refused {
            falls.at(P::FinalRefusals, event, Note::new(&notes::FINAL_REFUSALS_VIOLATED, [at, node, n]), &[], &[id.client]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.open.len());
        for (id, open) in &self.open {
            to.put(id);
            to.u64(open.ends_us);
            to.u32(open.attempts);
            to.bool(open.refused);
            to.bool(open.leader.is_some());
        }
        to.len(self.stood.len());
        for (node, (from_us, to_us)) in &self.stood {
            to.put(node);
            to.u64(*from_us);
            to.u64(*to_us);
        }
    }
}

/// A call has taken so much more than it may.
fn takes_long(event: &Event, id: CallId, more_us: u64, config: &Config, falls: &mut Falls) {
    let [at, node, n] = whose(event, id);
    let took_us = config.deadline_us.saturating_add(more_us);
    let note = Note::new(&notes::WITHIN_DEADLINE_VIOLATED, [at, node, n, took_us, config.deadline_us]);
    falls.at(P::WithinDeadline, event, note, &[], &[id.client]);
}
