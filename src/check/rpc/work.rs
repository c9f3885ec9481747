//! What a server works on:
//! - no work begins after the time for which its attempt is waited for (no late work): it would be work for nobody;
//! - no request at which the worker fails is given to it more often than it may be (bounded deliveries): it keeps others waiting.

use super::notes;
use super::{Falls, P};
use crate::base::{LocalTime, NodeId, Note};
use crate::protocol::rpc::server::{Deed, Server};
use crate::sim::trace::Event;

/// A server did something.
pub(super) fn server(event: &Event, node: NodeId, server: &Server, now: LocalTime, falls: &mut Falls) {
    let most = server.config().max_receives;
    for deed in server.deeds() {
        match *deed {
            Deed::Started { id, until_us, .. } if now.monotonic_us >= until_us => {
                let late_us = now.monotonic_us - until_us;
                let args = [event.at_us, node.0.into(), u64::from(id.seq) + 1, id.client.0.into(), late_us];
                falls.at(P::NoLateWork, event, Note::new(&notes::NO_LATE_WORK_VIOLATED, args), &[], &[node, id.client]);
            }
            Deed::Failed(id, times) if times > most => {
                let call = [u64::from(id.seq) + 1, id.client.0.into()];
                let args = [event.at_us, node.0.into(), call[0], call[1], times.into()];
                let note = Note::new(&notes::BOUNDED_DELIVERIES_VIOLATED, args);
                falls.at(P::BoundedDeliveries, event, note, &[], &[node, id.client]);
            }
            _ => {}
        }
    }
}
