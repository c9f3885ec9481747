//! What a client's breaker keeps back, reckoned here once more from its settings and from what came of attempts:
//! - while it is open no attempt leaves, and while it tries again only as many as it may (breaker holds);
//! - when its rest is over the next call is tried, and not kept back (breaker tries again).

use super::notes;
use super::{Falls, P, whose};
use crate::base::{Encoder, NodeId, Note};
use crate::protocol::rpc::breaker::{SLICES, Settings};
use crate::protocol::rpc::call::{Deed, Failure, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::CallId;
use crate::protocol::rpc::rules::Refusal;
use crate::sim::trace::Event;
use std::collections::{BTreeMap, BTreeSet};

/// A breaker as it must be.
#[derive(Clone, Debug, Default)]
struct Watch {
    /// Attempts that succeeded, and those that failed, by slice of the window.
    results: BTreeMap<u64, (u64, u64)>,
    /// Until when it is to rest, microseconds of its client's monotonic clock; none while it is closed.
    rests_until_us: Option<u64>,
    /// Since its rest: calls whose trials are under way, and how many have succeeded.
    trials: BTreeSet<CallId>,
    succeeded: u32,
}

/// Breakers by client.
#[derive(Clone, Debug, Default)]
pub(super) struct Breakers(BTreeMap<NodeId, Watch>);

impl Breakers {
    /// A node starts: its breaker is in memory.
    pub(super) fn starts(&mut self, node: NodeId) {
        self.0.remove(&node);
    }

    /// A client did something; `now_us` is its monotonic clock.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, now_us: u64, falls: &mut Falls) {
        let settings = &client.config().breaker;
        if settings.percent == 0 {
            return;
        }
        let watch = self.0.entry(node).or_default();
        for deed in client.deeds() {
            match *deed {
                Deed::Sent(attempt) => watch.sent(event, settings, attempt.id, now_us, falls),
                Deed::KeptBack(id) => watch.kept_back(event, settings, id, now_us, falls),
                Deed::Failed(id, failure) => {
                    let counts =
                        matches!(failure, Failure::Silence | Failure::Refused(Refusal::Overloaded | Refusal::Unreachable));
                    watch.hears(settings, id, !counts, now_us);
                }
                Deed::Saw(id) => watch.hears(settings, id, true, now_us),
                Deed::Ended { id, told: Told::Ok(_), by, .. } if by == Some(id) => watch.hears(settings, id, true, now_us),
                _ => {}
            }
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (node, watch) in &self.0 {
            to.put(node);
            to.u64(watch.rests_until_us.map_or(0, |until_us| until_us.saturating_add(1)));
            to.u32(watch.succeeded);
            to.list(watch.trials.iter());
            to.len(watch.results.len());
            for (slice, (ok, failed)) in &watch.results {
                to.u64(*slice);
                to.u64(*ok);
                to.u64(*failed);
            }
        }
    }
}

impl Watch {
    fn sent(&mut self, event: &Event, settings: &Settings, id: CallId, now_us: u64, falls: &mut Falls) {
        let Some(until_us) = self.rests_until_us else { return };
        let args = whose(event, id);
        if now_us < until_us {
            let note = Note::new(&notes::BREAKER_HOLDS_VIOLATED, args);
            return falls.at(P::BreakerHolds, event, note, &[], &[id.client]);
        }
        self.trials.insert(id);
        let [at, node, n] = args;
        let through = self.trials.len() as u64 + u64::from(self.succeeded);
        if through > u64::from(settings.probes) {
            let note = Note::new(&notes::BREAKER_HOLDS_VIOLATED_FLOOD, [at, node, n, through, settings.probes.into()]);
            falls.at(P::BreakerHolds, event, note, &[], &[id.client]);
        }
    }

    fn kept_back(&mut self, event: &Event, settings: &Settings, id: CallId, now_us: u64, falls: &mut Falls) {
        let through = self.trials.len() as u64 + u64::from(self.succeeded);
        let may_try = self.rests_until_us.is_none_or(|until_us| now_us >= until_us) && through < u64::from(settings.probes);
        if may_try {
            let note = Note::new(&notes::BREAKER_TRIES_AGAIN_VIOLATED, whose(event, id));
            falls.at(P::BreakerTriesAgain, event, note, &[], &[id.client]);
        }
    }

    fn hears(&mut self, settings: &Settings, id: CallId, ok: bool, now_us: u64) {
        let opens = match self.rests_until_us {
            None => self.counts(settings, ok, now_us),
            Some(_) if self.trials.remove(&id) => {
                self.succeeded += u32::from(ok);
                if self.succeeded >= settings.probes {
                    *self = Watch::default();
                }
                !ok
            }
            Some(_) => false,
        };
        if opens {
            *self = Watch { rests_until_us: Some(now_us.saturating_add(settings.rest_us)), ..Watch::default() };
        }
    }

    /// Counts a result; true if too many have failed.
    fn counts(&mut self, settings: &Settings, ok: bool, now_us: u64) -> bool {
        let slice = now_us / (settings.window_us / SLICES).max(1);
        self.results.retain(|earlier, _| *earlier + SLICES > slice);
        let (succeeded, failed) = self.results.entry(slice).or_default();
        *(if ok { succeeded } else { failed }) += 1;
        let failed: u64 = self.results.values().map(|(_, failed)| failed).sum();
        let all: u64 = self.results.values().map(|(ok, failed)| ok + failed).sum();
        all >= u64::from(settings.least) && failed * 100 >= all * settings.percent
    }
}
