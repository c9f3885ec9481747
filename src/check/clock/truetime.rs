//! External consistency (Corbett et al. 2012, section 1): if a transaction begins after another one has returned, its timestamp
//! is the later one. And TrueTime's promise: its interval contains true time.
//!
//! `t_ret(T1) < t_inv(T2) => s1 < s2`. Cost: a comparison for each transaction, with the greatest timestamp that had been
//! returned when it began.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note, OpId};
use crate::protocol::clock::client::Client;
use crate::protocol::clock::message::Answer;
use crate::protocol::clock::truetime::Interval;
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// A timestamp, the event in which a client was told of it, and that client.
type Told = (i64, EventId, NodeId);

/// What is remembered of transactions.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// The greatest timestamp that any client was told.
    latest: Option<Told>,
    /// By client: its open transaction, and the greatest timestamp when it began.
    open: BTreeMap<NodeId, (OpId, Option<Told>)>,
}

impl Transactions {
    /// Something happened at a client.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, falls: &mut Falls) {
        let now = client.open().map(|(op, ..)| *op);
        let before = self.open.get(&node).copied();
        if before.map(|(op, _)| op) == now {
            return;
        }
        if let Some((op, earlier)) = before
            && let Some((done, Answer::Committed(at_us))) = client.done()
            && *done == op
        {
            self.committed(event, node, *at_us, earlier, falls);
        }
        match now {
            Some(op) => drop(self.open.insert(node, (op, self.latest))),
            None => drop(self.open.remove(&node)),
        }
    }

    fn committed(&mut self, event: &Event, node: NodeId, at_us: i64, earlier: Option<Told>, falls: &mut Falls) {
        if let Some((first, told, by)) = earlier
            && first >= at_us
        {
            let args = [event.at_us, u64::from(by.0), u64::from(node.0), first.abs_diff(at_us)];
            let note = Note::new(&notes::EXTERNAL_CONSISTENCY_VIOLATED, args);
            falls.at(P::ExternalConsistency, event, note, &[told], &[by, node]);
        }
        if self.latest.is_none_or(|(latest, ..)| latest < at_us) {
            self.latest = Some((at_us, event.id, node));
        }
    }

    /// Something happened at a server, which takes true time to lie in this interval.
    pub(super) fn server(&self, event: &Event, node: NodeId, interval: Interval, falls: &mut Falls) {
        let now = i64::try_from(event.at_us).unwrap_or(i64::MAX);
        if !interval.contains(now) {
            let middle = interval.earliest_us / 2 + interval.latest_us / 2;
            let half = interval.latest_us.abs_diff(interval.earliest_us) / 2;
            let note = Note::new(&notes::INTERVAL_VIOLATED, [event.at_us, u64::from(node.0), middle.abs_diff(now), half]);
            falls.at(P::Interval, event, note, &[], &[node]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.option(self.latest.map(|(at_us, ..)| at_us).as_ref());
        for (_, earlier) in self.open.values() {
            to.option(earlier.map(|(at_us, ..)| at_us).as_ref());
        }
    }
}
