//! How often a call had an effect, against what its caller was told:
//! - no call has more than one (effect once);
//! - a caller that was told *ok* has exactly one, and knows its result (ok means done);
//! - a caller that was told *fail* has none, then and later (fail means none).

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::rpc::call::{Deed, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::{Ask, CallId};
use crate::protocol::rpc::server::{Deed as ServerDeed, Server};
use crate::sim::trace::Event;
use std::collections::{BTreeMap, VecDeque};

/// So many calls with effects are remembered.
const MOST: usize = 4_096;

/// What is known of a call that charges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// How often it was done.
    pub times: u32,
    /// The first result.
    pub result: u64,
    /// What its caller was told, if anything.
    pub told: Option<Told>,
    first: Option<EventId>,
}

/// Calls that charge, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    known: BTreeMap<CallId, Known>,
    order: VecDeque<CallId>,
}

impl Effects {
    /// What is known of a call.
    pub fn of(&self, id: CallId) -> Option<&Known> {
        self.known.get(&id)
    }

    /// Calls that charge, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = (CallId, &Known)> {
        self.order.iter().rev().filter_map(|id| Some((*id, self.known.get(id)?)))
    }

    fn entry(&mut self, id: CallId) -> &mut Known {
        if !self.known.contains_key(&id) {
            self.order.push_back(id);
            if self.order.len() > MOST
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
        self.known.entry(id).or_default()
    }

    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, falls: &mut Falls) {
        for deed in client.deeds() {
            match deed {
                Deed::Sent(attempt) if matches!(attempt.ask, Ask::Charge { .. }) => drop(self.entry(attempt.id)),
                Deed::Ended { id, told, .. } => self.ended(event, node, *id, *told, falls),
                _ => {}
            }
        }
    }

    fn ended(&mut self, event: &Event, node: NodeId, id: CallId, told: Told, falls: &mut Falls) {
        let Some(known) = self.known.get_mut(&id) else { return };
        known.told = Some(told);
        let (known, n) = (*known, u64::from(id.seq) + 1);
        let first: Vec<EventId> = known.first.into_iter().collect();
        let client = u64::from(node.0);
        match told {
            Told::Ok(_) if known.times == 0 => {
                let note = Note::new(&notes::OK_MEANS_DONE_VIOLATED, [event.at_us, client, n]);
                falls.at(P::OkMeansDone, event, note, &first, &[node]);
            }
            Told::Ok(value) if value != known.result => {
                let note = Note::new(&notes::OK_MEANS_DONE_VIOLATED_OTHER, [event.at_us, client, n, value, known.result]);
                falls.at(P::OkMeansDone, event, note, &first, &[node]);
            }
            Told::Fail if known.times > 0 => self.fails(event, id, &first, falls),
            Told::Ok(_) | Told::Fail | Told::Unknown => {}
        }
    }

    fn fails(&self, event: &Event, id: CallId, first: &[EventId], falls: &mut Falls) {
        let note = Note::new(&notes::FAIL_MEANS_NONE_VIOLATED, [event.at_us, id.client.0.into(), u64::from(id.seq) + 1]);
        falls.at(P::FailMeansNone, event, note, first, &[id.client]);
    }

    /// A server did something.
    pub(super) fn server(&mut self, event: &Event, node: NodeId, server: &Server, falls: &mut Falls) {
        // A crash may come between a write and the news of it: what is on disk counts.
        let mut found: BTreeMap<CallId, u32> = BTreeMap::new();
        for deed in server.deeds() {
            match *deed {
                ServerDeed::Charged(id, result) => self.charged(event, node, id, result, falls),
                ServerDeed::Found(id, result) => {
                    let times = found.entry(id).or_default();
                    *times += 1;
                    if self.known.get(&id).is_some_and(|known| known.times < *times) {
                        self.charged(event, node, id, result, falls);
                    }
                }
                _ => {}
            }
        }
    }

    /// An effect is on disk.
    fn charged(&mut self, event: &Event, node: NodeId, id: CallId, result: u64, falls: &mut Falls) {
        let known = self.entry(id);
        known.times += 1;
        let first: Vec<EventId> = known.first.into_iter().collect();
        if known.times == 1 {
            (known.result, known.first) = (result, Some(event.id));
        }
        let (times, told) = (known.times, known.told);
        if times > 1 {
            let args = [event.at_us, node.0.into(), u64::from(id.seq) + 1, id.client.0.into(), times.into()];
            falls.at(P::EffectOnce, event, Note::new(&notes::EFFECT_ONCE_VIOLATED, args), &first, &[node, id.client]);
        }
        if told == Some(Told::Fail) {
            self.fails(event, id, &first, falls);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.known.len());
        for (id, known) in &self.known {
            to.put(id);
            to.u32(known.times.min(2));
            to.u64(known.result);
            to.u8(match known.told {
                None => 0,
                Some(Told::Ok(_)) => 1,
                Some(Told::Fail) => 2,
                Some(Told::Unknown) => 3,
            });
        }
    }
}
