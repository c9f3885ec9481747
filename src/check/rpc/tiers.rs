//! For one call no more attempts come to the last tier than its caller may make (bounded work): what is retried at each tier
//! multiplies. A copy that the network makes may be passed on once more, and is nobody's retry.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, Note};
use crate::protocol::rpc::call::Deed;
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::CallId;
use crate::protocol::rpc::server::{Deed as ServerDeed, Server};
use crate::sim::trace::Event;
use std::collections::{BTreeMap, BTreeSet};

/// What came to the last tier of a call that is not over.
#[derive(Clone, Debug, Default)]
struct Came {
    /// Attempts, each once, however often the network doubled it.
    attempts: BTreeSet<(CallId, u32)>,
    /// One of them is owed to a tier between that asked again.
    retried: bool,
}

/// The same by call.
#[derive(Clone, Debug, Default)]
pub(super) struct Tiers(BTreeMap<CallId, Came>);

impl Tiers {
    /// A client did something.
    pub(super) fn client(&mut self, client: &Client) {
        for deed in client.deeds() {
            if let Deed::Ended { id, .. } = deed {
                self.0.remove(id);
            }
        }
    }

    /// The last tier did something.
    pub(super) fn server(&mut self, event: &Event, server: &Server, falls: &mut Falls) {
        let config = server.config();
        let most = config.rules.attempts(config.attempts);
        for deed in server.deeds() {
            let ServerDeed::Arrived(attempt) = deed else { continue };
            if config.tiers == 1 || falls.has(P::BoundedWork) {
                continue;
            }
            let came = self.0.entry(attempt.origin).or_default();
            came.attempts.insert((attempt.id, attempt.attempt));
            came.retried |= attempt.retries > 0;
            let (count, CallId { client, seq }) = (came.attempts.len() as u64, attempt.origin);
            if came.retried && count > u64::from(most) {
                let args = [event.at_us, client.0.into(), u64::from(seq) + 1, count, most.into()];
                let note = Note::new(&notes::BOUNDED_WORK_VIOLATED, args);
                falls.at(P::BoundedWork, event, note, &[], &[config.worker(), client]);
            }
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (id, came) in &self.0 {
            to.put(id);
            to.len(came.attempts.len());
            to.bool(came.retried);
        }
    }
}
