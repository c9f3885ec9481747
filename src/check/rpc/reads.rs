//! A client that was told of a charge reads it from then on (reads own writes; Terry and others 1994): a read that begins later and
//! joins an older one may be told what was so before.

use super::notes;
use super::{Falls, P, whose};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::rpc::call::{Deed, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::{Ask, CallId};
use crate::protocol::rpc::server::Server;
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// What a client knows of an account: so much, since that event.
#[derive(Clone, Copy, Debug)]
struct Least {
    value: u64,
    since: EventId,
}

/// What reads must find.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    written: BTreeMap<(NodeId, u32), Least>,
    /// Calls that are not over: what they ask, and what a read must find.
    open: BTreeMap<CallId, (Ask, Option<Least>)>,
}

impl Reads {
    /// A client starts: nobody waits for its calls any more.
    pub(super) fn starts(&mut self, node: NodeId) {
        self.open.retain(|id, _| id.client != node);
    }

    /// A server starts with what its disk has kept: no more can be read.
    pub(super) fn server_starts(&mut self, server: &Server) {
        self.written.retain(|(_, account), least| least.value <= server.balance(*account));
        for (ask, least) in self.open.values_mut() {
            *least = least.filter(|least| least.value <= server.balance(ask.account()));
        }
    }

    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, falls: &mut Falls) {
        for deed in client.deeds() {
            match *deed {
                Deed::Began(id) => {
                    let Some(ask) = client.call(id.seq).map(|call| call.request.ask) else { continue };
                    self.open.insert(id, (ask, self.written.get(&(node, ask.account())).copied()));
                }
                Deed::Ended { id, told, .. } => self.ended(event, id, told, falls),
                _ => {}
            }
        }
    }

    fn ended(&mut self, event: &Event, id: CallId, told: Told, falls: &mut Falls) {
        let (Some((ask, least)), Told::Ok(value)) = (self.open.remove(&id), told) else { return };
        if ask.has_effect() {
            let known = self.written.entry((id.client, ask.account())).or_insert(Least { value, since: event.id });
            if value > known.value {
                *known = Least { value, since: event.id };
            }
        } else if let (Ask::Read { .. }, Some(least)) = (ask, least.filter(|least| value < least.value)) {
            let [at, node, n] = whose(event, id);
            let args = [at, node, n, value, least.value];
            let note = Note::new(&notes::READS_OWN_WRITES_VIOLATED, args);
            falls.at(P::ReadsOwnWrites, event, note, &[least.since], &[id.client]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.written.len());
        for ((node, account), least) in &self.written {
            to.put(node);
            to.u32(*account);
            to.u64(least.value);
        }
        to.len(self.open.len());
        for (id, (_, least)) in &self.open {
            to.put(id);
            to.u64(least.map_or(0, |least| least.value.saturating_add(1)));
        }
    }
}
