//! What a server works on:
//! - no work begins after the time for which its attempt is waited for, nor after the deadline of the call with which it began,
//!   however many tiers are between (no late work): it would be work for nobody. The time that messages are under way nobody knows,
//!   so that it does not count;
//! - no request at which the worker fails is given to it more often than it may be (bounded deliveries): it keeps others waiting.
//!   That is counted here, from one failure to the next; a request begins anew when the server does, when it was let go, and when
//!   somebody asks for what was set aside.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, LocalTime, NodeId, Note};
use crate::protocol::rpc::message::{Ask, CallId};
use crate::protocol::rpc::server::{Deed, Server};
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// How often the worker has failed at requests that are not done.
#[derive(Clone, Debug, Default)]
pub(super) struct Work(BTreeMap<CallId, u32>);

impl Work {
    /// A server starts: what waited is gone.
    pub(super) fn server_starts(&mut self) {
        self.0.clear();
    }

    /// A server did something.
    pub(super) fn server(&mut self, event: &Event, node: NodeId, server: &Server, now: LocalTime, falls: &mut Falls) {
        let most = server.config().max_receives;
        for deed in server.deeds() {
            match *deed {
                Deed::Started { id, until_us, ends_us, .. } if now.monotonic_us >= until_us.min(ends_us) => {
                    let late_us = now.monotonic_us - until_us.min(ends_us);
                    let args = [event.at_us, node.0.into(), u64::from(id.seq) + 1, id.client.0.into(), late_us];
                    falls.at(P::NoLateWork, event, Note::new(&notes::NO_LATE_WORK_VIOLATED, args), &[], &[node, id.client]);
                }
                Deed::Failed(id) => self.fails(event, node, id, most, falls),
                Deed::LetGo(id) | Deed::Charged(id, _) => {
                    self.0.remove(&id);
                }
                Deed::Arrived(attempt) if matches!(attempt.ask, Ask::Redrive { .. }) => self.0.retain(|_, times| *times < most),
                _ => {}
            }
        }
    }

    fn fails(&mut self, event: &Event, node: NodeId, id: CallId, most: u32, falls: &mut Falls) {
        let times = self.0.entry(id).or_default();
        *times = times.saturating_add(1);
        if *times > most {
            let args = [event.at_us, node.0.into(), u64::from(id.seq) + 1, id.client.0.into(), u64::from(*times)];
            let note = Note::new(&notes::BOUNDED_DELIVERIES_VIOLATED, args);
            falls.at(P::BoundedDeliveries, event, note, &[], &[node, id.client]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (id, times) in &self.0 {
            to.put(id);
            to.u32(*times);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::EventId;
    use crate::sim::trace::EventKind;

    const S1: NodeId = NodeId(0);
    const CALL: CallId = CallId { client: NodeId(1), seq: 0 };

    fn fails(work: &mut Work, times: u32, falls: &mut Falls) {
        let event = Event {
            id: EventId::NONE,
            at_us: 1,
            cause: EventId::NONE,
            item: EventId::NONE,
            kind: EventKind::TimerFired,
            sub: 0,
            peer: S1,
            detail: 0,
        };
        (0..times).for_each(|_| work.fails(&event, S1, CALL, 3, falls));
    }

    /// Whatever a server thinks how often that was.
    #[test]
    fn deliveries_are_counted_by_those_who_watch() {
        let (mut work, mut falls) = (Work::default(), Falls::default());
        fails(&mut work, 3, &mut falls);
        assert!(!falls.has(P::BoundedDeliveries));
        work.server_starts();
        fails(&mut work, 3, &mut falls);
        assert!(!falls.has(P::BoundedDeliveries), "who starts anew counts anew");
        fails(&mut work, 1, &mut falls);
        assert!(falls.has(P::BoundedDeliveries));
    }
}
