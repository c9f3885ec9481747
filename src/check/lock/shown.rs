//! Valid sequencers: where the resource asks about sequencers, it accepts no write whose lock was over before it came, although
//! nobody may have written under the lock since. A fence does not promise that.

use super::notes;
use super::queue::Queues;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::lock::resource::{Resource, Ruling};
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// What is remembered of writes that the resource asks about.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// How many writes have come since the resource started.
    came: u64,
    /// By number: those whose lock was over when they came, since when, microseconds, and the event in which that was.
    late: BTreeMap<u64, (u64, EventId)>,
}

impl Shown {
    /// The resource did something.
    pub(super) fn resource(&mut self, event: &Event, node: NodeId, resource: &Resource, queues: &Queues, falls: &mut Falls) {
        if !resource.config().consensus.sequencers {
            return;
        }
        let open = resource.checks().iter().map(|check| (check.nth, check.shown));
        let ruled = resource.deeds().iter().filter_map(|deed| Some((deed.nth, deed.shown?)));
        let new = open.chain(ruled).filter(|(nth, _)| *nth > self.came);
        self.late.extend(new.filter_map(|(nth, shown)| Some((nth, queues.gone(shown.generation)?))));
        self.came = resource.came();
        self.late.retain(|nth, _| *nth <= self.came);
        for deed in resource.deeds() {
            let Some((since_us, ended)) = self.late.remove(&deed.nth).filter(|_| deed.ruling == Ruling::Accepted) else {
                continue;
            };
            let client = deed.write.token.client;
            let args = [event.at_us, client.0.into(), deed.write.key.into(), event.at_us.saturating_sub(since_us)];
            let note = Note::new(&notes::VALID_SEQUENCER_VIOLATED, args);
            falls.at(P::ValidSequencer, event, note, &[ended], &[client, node]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        self.late.keys().for_each(|nth| to.u64(self.came - nth));
    }
}
