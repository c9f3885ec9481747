//! Causal delivery (Birman, Schiper, Stephenson 1991), and copies that are kept as long as they are needed (Wuu, Bernstein 1984).
//!
//! - Causal Delivery: if the sender of m' had sent or delivered m before, nobody delivers m' without having delivered m.
//! - Stability: a copy of m is dropped only when every process has delivered m; and nobody believes that another has delivered
//!   more than it has.
//!
//! What is true is seen at the processes: what the sender had delivered when it sent, and what each has delivered. Cost: the
//! processes for each delivery.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::clock::broadcaster::Broadcaster;
use crate::sim::trace::{Event, EventKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// More messages that not everybody has are not followed.
const MESSAGES_MAX: usize = 65_536;

/// What the sender had delivered of each process, and the event in which it sent.
type Sent = (Arc<[u64]>, EventId);

/// What is remembered of broadcasts.
#[derive(Clone, Debug)]
pub(super) struct Broadcasts {
    /// What the sender of each message had delivered, until everybody has it.
    sent: BTreeMap<(u16, u64), Sent>,
    known: Vec<Known>,
    /// Too much is on its way.
    pub(super) lost: bool,
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// Length of its log.
    length: usize,
    delivered: Vec<u64>,
    collected: Vec<u64>,
}

impl Broadcasts {
    pub(super) fn new(servers: u16) -> Broadcasts {
        let none = || vec![0; servers as usize];
        let known = || Known { length: 0, delivered: none(), collected: none() };
        Broadcasts { sent: BTreeMap::new(), known: (0..servers).map(|_| known()).collect(), lost: false }
    }

    /// Something happened at a process; `all` are all processes as they are now.
    pub(super) fn step(&mut self, event: &Event, node: NodeId, all: &[&Broadcaster], falls: &mut Falls) {
        let (Some(process), Some(known)) = (all.get(node.index()), self.known.get_mut(node.index())) else { return };
        if event.kind == EventKind::Started {
            known.length = process.log().len();
            known.delivered = process.delivered().to_vec();
            known.collected = process.collected().to_vec();
            return;
        }
        let new: Vec<(NodeId, u64)> = process.log().iter_from(known.length).copied().collect();
        new.iter().for_each(|(origin, n)| self.deliver(event, node, *origin, *n, falls));
        if event.kind == EventKind::Delivered || self.known[node.index()].collected != process.collected() {
            self.check_copies(event, node, all, falls);
        }
        if !new.is_empty() {
            self.forget(all);
        }
    }

    fn deliver(&mut self, event: &Event, node: NodeId, origin: NodeId, n: u64, falls: &mut Falls) {
        let known = &mut self.known[node.index()];
        known.length += 1;
        if origin == node {
            if self.sent.len() >= MESSAGES_MAX {
                self.lost = true;
                self.sent.pop_first();
            }
            self.sent.insert((origin.0, n), (known.delivered.as_slice().into(), event.id));
        } else if let Some((before, _)) = self.sent.get(&(origin.0, n)) {
            let lacks = before.iter().zip(&known.delivered).position(|(needed, has)| needed > has);
            if let Some(missing) = lacks {
                let needed = before[missing];
                let earlier: Vec<EventId> = [(missing as u16, needed), (origin.0, n)]
                    .iter()
                    .filter_map(|message| self.sent.get(message).map(|(_, event)| *event))
                    .collect();
                let args = [event.at_us, u64::from(node.0), u64::from(origin.0), n, missing as u64];
                let nodes = [node, origin, NodeId(missing as u16)];
                falls.at(P::CausalDelivery, event, Note::new(&notes::CAUSAL_DELIVERY_VIOLATED, args), &earlier, &nodes);
            }
        }
        if let Some(count) = known.delivered.get_mut(origin.index()) {
            *count = (*count).max(n);
        }
    }

    fn check_copies(&mut self, event: &Event, node: NodeId, all: &[&Broadcaster], falls: &mut Falls) {
        let process = all[node.index()];
        let (at, who) = (event.at_us, u64::from(node.0));
        for (of, collected) in process.collected().iter().enumerate() {
            let lacks = all.iter().position(|other| other.delivered().get(of).is_some_and(|has| has < collected));
            if let Some(lacks) = lacks {
                let args = [at, who, of as u64, *collected, lacks as u64];
                let nodes = [node, NodeId(lacks as u16)];
                falls.at(P::Stability, event, Note::new(&notes::STABILITY_VIOLATED, args), &[], &nodes);
            }
        }
        let believes = |by: usize| {
            let has = all[by].delivered();
            (0..has.len()).any(|of| process.matrix().get(by, of) > has[of])
        };
        if let Some(by) = (0..all.len()).find(|by| believes(*by)) {
            let args = [at, who, by as u64];
            let nodes = [node, NodeId(by as u16)];
            falls.at(P::Stability, event, Note::new(&notes::STABILITY_VIOLATED_BELIEF, args), &[], &nodes);
        }
        self.known[node.index()].collected = process.collected().to_vec();
    }

    /// What everybody has on disk, nobody will deliver again.
    fn forget(&mut self, all: &[&Broadcaster]) {
        for of in 0..all.len() {
            let has = |(by, process): (usize, &&Broadcaster)| process.matrix().get(by, of);
            let by_all = all.iter().enumerate().map(has).min().unwrap_or(0);
            let origin = of as u16;
            while let Some((message, _)) = self.sent.range((origin, 0)..=(origin, by_all)).next() {
                let message = *message;
                self.sent.remove(&message);
            }
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.bool(self.lost);
        to.len(self.sent.len());
        for ((origin, n), (before, _)) in &self.sent {
            to.u16(*origin);
            to.u64(*n);
            to.list(before.iter());
        }
        for known in &self.known {
            to.list(known.delivered.iter());
        }
    }
}
