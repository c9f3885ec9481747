//! No work begins after the time for which its attempt is waited for (no late work): it would be work for nobody.

use super::notes;
use super::{Falls, P};
use crate::base::{LocalTime, NodeId, Note};
use crate::protocol::rpc::server::{Deed, Server};
use crate::sim::trace::Event;

/// A server did something.
pub(super) fn server(event: &Event, node: NodeId, server: &Server, now: LocalTime, falls: &mut Falls) {
    for deed in server.deeds() {
        if let Deed::Started { id, until_us, .. } = deed
            && now.monotonic_us >= *until_us
        {
            let late_us = now.monotonic_us - until_us;
            let args = [event.at_us, node.0.into(), u64::from(id.seq) + 1, id.client.0.into(), late_us];
            falls.at(P::NoLateWork, event, Note::new(&notes::NO_LATE_WORK_VIOLATED, args), &[], &[node, id.client]);
        }
    }
}
