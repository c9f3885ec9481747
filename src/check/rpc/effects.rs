//! How often a call had an effect, against what its caller was told:
//! - no call has more than one (effect once);
//! - a caller that was told *ok* has exactly one, and knows its result (ok means done);
//! - a caller that was told *fail* has none, then and later (fail means none). Whom it has turned away a server keeps in memory:
//!   what it does after a crash, of an attempt from before that, speaks against nobody.

use super::notes;
use super::{Falls, P, whose};
use crate::base::chunked::Chunked;
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::rpc::call::{Deed, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::{Ask, Attempt, CallId};
use crate::protocol::rpc::server::{Deed as ServerDeed, Server};
use crate::sim::trace::Event;
use std::collections::BTreeMap;

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
    ask: Option<Ask>,
    /// How often the server had started when it was first asked.
    since: u32,
}

/// All calls that charge: none is forgotten, for a late copy may be done at any time. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// By client and number of the call; none for calls that change nothing.
    known: BTreeMap<NodeId, Chunked<Option<Known>>>,
    /// The same calls, oldest first.
    order: Chunked<CallId>,
    /// Calls that ask what another one has asked, under its id: they are that one, and its effect is theirs.
    same: BTreeMap<CallId, CallId>,
    /// How often the server has started.
    starts: u32,
}

impl Effects {
    /// What is known of a call.
    pub fn of(&self, id: CallId) -> Option<&Known> {
        self.known.get(&id.client)?.get(id.seq as usize)?.as_ref()
    }

    /// Calls that charge, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = (CallId, &Known)> {
        let ids = (0..self.order.len()).rev().filter_map(|at| self.order.get(at));
        ids.filter_map(|id| Some((*id, self.of(*id)?)))
    }

    fn is_known(&self, id: CallId) -> bool {
        self.of(id).is_some()
    }

    /// Changes what is known of a call; numbers count up at each client, so that hardly a place stays empty.
    fn change<T>(&mut self, id: CallId, change: impl FnOnce(&mut Known) -> T) -> Option<T> {
        if !self.is_known(id) {
            self.order.push(id);
        }
        let (calls, at) = (self.known.entry(id.client).or_default(), id.seq as usize);
        while calls.len() <= at {
            calls.push(None);
        }
        calls.get_mut(at).map(|known| change(known.get_or_insert_default()))
    }

    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, falls: &mut Falls) {
        for deed in client.deeds() {
            match deed {
                Deed::Sent(attempt) if attempt.ask.has_effect() => self.sent(attempt),
                Deed::Ended { id, told, .. } => self.ended(event, node, *id, *told, falls),
                _ => {}
            }
        }
    }

    fn sent(&mut self, attempt: &Attempt) {
        let owner = attempt.key.map_or(attempt.id, |key| key.call);
        let asked_the_same = self.of(owner).is_some_and(|known| known.ask == Some(attempt.ask.payload()));
        if owner != attempt.id && asked_the_same {
            self.same.insert(attempt.id, owner);
        } else {
            let starts = self.starts;
            self.change(attempt.id, |known| {
                known.since = if known.ask.is_none() { starts } else { known.since };
                known.ask = Some(attempt.ask.payload());
            });
        }
    }

    /// The call to which the effect of a call belongs.
    fn owner(&self, id: CallId) -> CallId {
        self.same.get(&id).copied().unwrap_or(id)
    }

    fn ended(&mut self, event: &Event, node: NodeId, id: CallId, told: Told, falls: &mut Falls) {
        let owner = self.owner(id);
        if !self.is_known(owner) || (owner != id && told == Told::Fail) {
            // That a call under another one's id fails says nothing of that.
            return;
        }
        let tell = |known: &mut Known| {
            if owner == id {
                known.told = Some(told);
            }
            *known
        };
        let (Some(known), n) = (self.change(owner, tell), u64::from(id.seq) + 1) else { return };
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
        let note = Note::new(&notes::FAIL_MEANS_NONE_VIOLATED, whose(event, id));
        falls.at(P::FailMeansNone, event, note, first, &[id.client]);
    }

    /// A server starts.
    pub(super) fn server_starts(&mut self) {
        self.starts += 1;
    }

    /// A server did something.
    pub(super) fn server(&mut self, event: &Event, node: NodeId, server: &Server, falls: &mut Falls) {
        // A crash may come between a write and the news of it: what is on disk counts.
        let mut found: BTreeMap<CallId, u32> = BTreeMap::new();
        for deed in server.deeds() {
            match *deed {
                ServerDeed::Charged(id, result) => self.charged(event, node, (id, self.starts), result, falls),
                ServerDeed::Found(id, result) => {
                    let times = found.entry(id).or_default();
                    *times += 1;
                    if self.of(id).is_some_and(|known| known.times < *times) {
                        // It was done before this start.
                        self.charged(event, node, (id, self.starts.saturating_sub(1)), result, falls);
                    }
                }
                _ => {}
            }
        }
    }

    /// An effect is on disk, of a server that had started so often.
    fn charged(&mut self, event: &Event, node: NodeId, (id, starts): (CallId, u32), result: u64, falls: &mut Falls) {
        let owner = self.owner(id);
        let once_more = |known: &mut Known| {
            known.times = known.times.saturating_add(1);
            let first = known.first;
            if known.times == 1 {
                (known.result, known.first) = (result, Some(event.id));
            }
            (known.times, known.told.filter(|_| known.since == starts), first)
        };
        let Some((times, told, first)) = self.change(owner, once_more) else { return };
        let first: Vec<EventId> = first.into_iter().collect();
        if times > 1 {
            let args = [event.at_us, node.0.into(), u64::from(id.seq) + 1, id.client.0.into(), times.into()];
            falls.at(P::EffectOnce, event, Note::new(&notes::EFFECT_ONCE_VIOLATED, args), &first, &[node, id.client]);
        }
        if told == Some(Told::Fail) && owner == id {
            self.fails(event, id, &first, falls);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        let calls =
            self.known.iter().flat_map(|(client, calls)| calls.iter().zip(0u32..).map(move |(known, seq)| (client, seq, known)));
        to.len(self.order.len());
        for (client, seq, known) in calls {
            let Some(known) = known else { continue };
            to.put(client);
            to.u32(seq);
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
