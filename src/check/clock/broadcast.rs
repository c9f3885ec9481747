//! Causal delivery (Birman, Schiper, Stephenson 1991), and copies that are kept as long as they are needed (Wuu, Bernstein 1984).
//!
//! - Causal Delivery: if the sender of m' had sent or delivered m before, nobody delivers m' without having delivered m; and
//!   whoever delivers a message delivers it once, and what was sent.
//! - Delivery: nobody holds back a message of which everything before it is delivered.
//! - Stability: a copy of m is dropped only when every process has delivered m; and nobody believes that another has delivered
//!   more than it has.
//!
//! What is true is seen at the processes: what the sender had delivered when it sent, and what each has delivered, message by
//! message, also after a restart. What a process says of itself counts for nothing. But others may rightly believe that it has
//! what a damaged or emptied disk has taken from it since. Cost: the processes for each delivery, and the copies when some go.

use super::notes;
use super::{Falls, P};
use crate::base::{Chunked, Encoder, EventId, NodeId, Note};
use crate::protocol::clock::broadcaster::{Broadcaster, Delivered};
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
    /// What each process has broadcast.
    values: Vec<Chunked<u64>>,
    known: Vec<Known>,
    /// Too much is on its way.
    pub(super) lost: bool,
}

#[derive(Clone, Debug)]
struct Known {
    /// Length of its log.
    length: usize,
    /// How many messages of each process it has delivered, without a gap.
    delivered: Vec<u64>,
    /// As far as it has told that this is on its disk.
    told: Vec<u64>,
    /// What it had told before its disk lost it.
    had: Vec<u64>,
    /// How many of its own messages may have gone out before it started: no other may take their numbers.
    out: u64,
    copies: usize,
}

impl Known {
    fn new(servers: usize) -> Known {
        let none = || vec![0; servers];
        Known { length: 0, delivered: none(), told: none(), had: none(), out: 0, copies: 0 }
    }

    /// How much of a process it has delivered at some time.
    fn ever(&self, of: usize) -> u64 {
        self.delivered[of].max(self.had[of])
    }

    /// The first process of which it lacks some of `needed`.
    fn lacks(&self, needed: &[u64]) -> Option<usize> {
        needed.iter().zip(&self.delivered).position(|(needed, has)| needed > has)
    }
}

impl Broadcasts {
    pub(super) fn new(servers: u16) -> Broadcasts {
        let servers = servers as usize;
        let (values, known) = (vec![Chunked::new(); servers], vec![Known::new(servers); servers]);
        Broadcasts { sent: BTreeMap::new(), values, known, lost: false }
    }

    /// Something happened at a process; `all` are all processes as they are now. `spoiled`: its disk has lost something.
    pub(super) fn step(&mut self, event: &Event, node: NodeId, all: &[&Broadcaster], spoiled: bool, falls: &mut Falls) {
        let Some(process) = all.get(node.index()).filter(|_| node.index() < self.known.len()) else { return };
        let starts = event.kind == EventKind::Started;
        if starts {
            self.restart(node, spoiled);
        }
        let known = &self.known[node.index()];
        let (copies, length) = (known.copies, known.length);
        let new: Vec<Delivered> = process.log().iter_from(length).copied().collect();
        new.iter().for_each(|message| self.deliver(event, node, *message, falls));
        if starts || event.kind == EventKind::Persisted {
            self.known[node.index()].told = process.matrix().row(node.index()).to_vec();
        }
        if process.kept().len() != copies + new.len() {
            self.check_copies(event, node, process, falls);
        }
        self.known[node.index()].copies = process.kept().len();
        if starts || event.kind == EventKind::Delivered {
            self.check_beliefs(event, node, process, falls);
            self.check_waiting(event, node, process, falls);
        }
        if !new.is_empty() || event.kind == EventKind::Persisted {
            self.forget();
        }
    }

    /// It knows what is on its disk, and nothing else. What it had broadcast and not yet written, nobody has seen.
    fn restart(&mut self, node: NodeId, spoiled: bool) {
        let (at, servers) = (node.index(), self.known.len());
        let before = std::mem::replace(&mut self.known[at], Known::new(servers));
        let known = &mut self.known[at];
        known.had = before.had;
        if spoiled {
            known.had.iter_mut().zip(&before.told).for_each(|(had, told)| *had = (*had).max(*told));
        }
        known.out = before.told[at].max(known.had[at]);
    }

    /// It broadcasts a message. One that was lost before it went out leaves its number to the next.
    fn send(&mut self, event: &Event, node: NodeId, n: u64, value: u64) {
        let (at, known) = (node.index(), &self.known[node.index()]);
        let earlier = self.values[at].len() as u64;
        if n > known.out && n <= earlier {
            self.values[at].truncate((n - 1) as usize);
            self.sent.retain(|(origin, other), _| *origin != node.0 || *other < n);
        }
        if n == self.values[at].len() as u64 + 1 {
            self.values[at].push(value);
            if self.sent.len() >= MESSAGES_MAX {
                self.lost = true;
                self.sent.pop_first();
            }
            self.sent.insert((node.0, n), (known.delivered.as_slice().into(), event.id));
        }
    }

    fn deliver(&mut self, event: &Event, node: NodeId, message: Delivered, falls: &mut Falls) {
        let Delivered { origin, n, value } = message;
        let servers = self.known.len();
        self.known[node.index()].length += 1;
        if origin.index() >= servers {
            return;
        }
        let starts = event.kind == EventKind::Started;
        let again = event.kind == EventKind::Delivered && event.peer.index() < servers;
        let speaks = origin == node && !again && !starts;
        let twice = speaks && n <= self.known[node.index()].out;
        if speaks {
            self.send(event, node, n, value);
        }
        let known = &mut self.known[node.index()];
        if origin == node && starts {
            known.out = known.out.max(n);
        }
        let values = &self.values[origin.index()];
        let sent = n.checked_sub(1).and_then(|at| values.get(usize::try_from(at).ok()?));
        let has = &mut known.delivered[origin.index()];
        if sent != Some(&value) || n <= *has || twice {
            let args = [event.at_us, u64::from(node.0), u64::from(origin.0), n];
            let note = Note::new(&notes::CAUSAL_DELIVERY_VIOLATED_OTHER, args);
            let earlier: Vec<EventId> = self.sent.get(&(origin.0, n)).iter().map(|(_, event)| *event).collect();
            return falls.at(P::CausalDelivery, event, note, &earlier, &[node, origin]);
        }
        let gap = n > *has + 1;
        if !gap {
            *has = n;
        }
        let before = self.sent.get(&(origin.0, n)).map(|(before, _)| before.clone()).filter(|_| origin != node);
        let missing = if gap { Some(origin.index()) } else { before.as_ref().and_then(|before| known.lacks(before)) };
        if let Some(missing) = missing {
            let needed = if gap { n - 1 } else { before.map_or(0, |before| before[missing]) };
            let earlier = [(missing as u16, needed), (origin.0, n)];
            let earlier: Vec<EventId> = earlier.iter().filter_map(|key| self.sent.get(key).map(|(_, event)| *event)).collect();
            let args = [event.at_us, u64::from(node.0), u64::from(origin.0), n, missing as u64];
            let nodes = [node, origin, NodeId(missing as u16)];
            falls.at(P::CausalDelivery, event, Note::new(&notes::CAUSAL_DELIVERY_VIOLATED, args), &earlier, &nodes);
        }
    }

    /// The copies that are there, and not what the process says of those that it has dropped.
    fn check_copies(&mut self, event: &Event, node: NodeId, process: &Broadcaster, falls: &mut Falls) {
        let mut dropped = self.known[node.index()].delivered.clone();
        for copy in process.kept().rev() {
            if let Some(newest) = dropped.get_mut(copy.origin).filter(|newest| **newest == copy.n) {
                *newest -= 1;
            }
        }
        for (of, n) in dropped.iter().enumerate() {
            if let Some(lacks) = self.known.iter().position(|other| other.ever(of) < *n) {
                let args = [event.at_us, u64::from(node.0), of as u64, *n, lacks as u64];
                let nodes = [node, NodeId(lacks as u16)];
                falls.at(P::Stability, event, Note::new(&notes::STABILITY_VIOLATED, args), &[], &nodes);
            }
        }
    }

    fn check_beliefs(&mut self, event: &Event, node: NodeId, process: &Broadcaster, falls: &mut Falls) {
        let believes = |(by, known): (usize, &Known)| {
            (0..known.delivered.len()).any(|of| process.matrix().get(by, of) > known.ever(of)).then_some(by)
        };
        if let Some(by) = self.known.iter().enumerate().find_map(believes) {
            let args = [event.at_us, u64::from(node.0), by as u64];
            let nodes = [node, NodeId(by as u16)];
            falls.at(P::Stability, event, Note::new(&notes::STABILITY_VIOLATED_BELIEF, args), &[], &nodes);
        }
    }

    fn check_waiting(&mut self, event: &Event, node: NodeId, process: &Broadcaster, falls: &mut Falls) {
        let known = &self.known[node.index()];
        for message in process.waiting() {
            let Some(has) = known.delivered.get(message.origin) else { continue };
            let sent = self.sent.get(&(message.origin as u16, message.n));
            let before = sent.map_or(&message.after[..], |(before, _)| before);
            let own = |of: usize| of == message.origin;
            let all = before.iter().zip(&known.delivered).enumerate().all(|(of, (needed, has))| own(of) || needed <= has);
            if message.n == has + 1 && all {
                let earlier: Vec<EventId> = sent.iter().map(|(_, event)| *event).collect();
                let (origin, at) = (NodeId(message.origin as u16), event.at_us);
                let note = Note::new(&notes::DELIVERY_VIOLATED, [at, u64::from(node.0), u64::from(origin.0), message.n]);
                return falls.at(P::Delivery, event, note, &earlier, &[node, origin]);
            }
        }
    }

    /// What everybody has on disk, nobody will deliver again; but for one whose disk loses it.
    fn forget(&mut self) {
        for of in 0..self.known.len() {
            let by_all = self.known.iter().map(|known| known.delivered[of].min(known.told[of])).min().unwrap_or(0);
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
            to.list(known.had.iter());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{LocalTime, Place, WriteId, ids::PlaceKind};
    use crate::protocol::clock::config::{Config, Mode};
    use crate::protocol::clock::message::{Act, Message, Record};
    use crate::protocol::clock::node::Node;
    use crate::protocol::{Core, Effects, Input, Slot};

    /// Two processes, what was checked of them, and the number of the next event.
    struct Two(Vec<Node>, Broadcasts, Falls, u32);

    impl Two {
        fn new() -> Two {
            let config = Arc::new(Config { mode: Mode::Broadcast, servers: 2, ..Config::default() });
            let node = |node| Node::server(NodeId(node), &config);
            let mut two = Two(vec![node(0), node(1)], Broadcasts::new(2), Falls::default(), 0);
            (0..2).for_each(|node| two.start(node, &[], false));
            two
        }

        fn broadcaster(&self, node: u16) -> &Broadcaster {
            let Node::Broadcaster(process) = &self.0[node as usize] else { panic!("a broadcaster") };
            process
        }

        /// The core handles something, and the checker is told.
        fn happens(&mut self, node: u16, kind: EventKind, input: Input<Node>, spoiled: bool) {
            let by_itself = matches!(input, Input::Message { message: Message::Command(_), .. });
            let peer = NodeId(if by_itself { 2 } else { 1 - node });
            let mut out = Effects::default();
            out.begin(self.3);
            self.0[node as usize].handle(LocalTime::default(), input, &mut out);
            let id = EventId::new(Place::of_node(PlaceKind::Node, NodeId(node)), self.3);
            self.3 += 1;
            let (cause, item) = (EventId::NONE, EventId::NONE);
            let event = Event { id, at_us: 0, cause, item, kind, sub: 0, peer, detail: 0 };
            let all = [self.broadcaster(0).clone(), self.broadcaster(1).clone()];
            self.1.step(&event, NodeId(node), &[&all[0], &all[1]], spoiled, &mut self.2);
        }

        fn start(&mut self, node: u16, disk: &[Record], spoiled: bool) {
            let disk = disk.iter().cloned().map(Slot::Intact).collect();
            self.happens(node, EventKind::Started, Input::Started { disk }, spoiled);
        }

        fn hears(&mut self, node: u16, message: Message) {
            self.happens(node, EventKind::Delivered, Input::Message { from: NodeId(1 - node), message }, false);
            self.happens(node, EventKind::Persisted, Input::Persisted(WriteId(self.3)), false);
        }

        /// The first process broadcasts, and the second delivers it.
        fn broadcast(&mut self, value: u64) -> Record {
            self.hears(0, Message::Command(Act::Broadcast(value)));
            let message = self.broadcaster(0).kept().next_back().expect("its own").clone();
            self.hears(1, Message::Broadcast(Arc::new(message.clone())));
            Record::Delivered(Arc::new(message))
        }

        fn gossip(&mut self, to: u16) {
            let matrix = Arc::new(self.broadcaster(1 - to).matrix().clone());
            self.hears(to, Message::Gossip(matrix));
        }

        fn fallen(&self) -> [bool; 3] {
            [P::CausalDelivery, P::Delivery, P::Stability].map(|property| self.2.has(property))
        }
    }

    #[test]
    fn who_comes_back_without_what_it_had_told_is_believed_to_have_more_than_it_has() {
        for spoiled in [false, true] {
            let mut two = Two::new();
            let first = two.broadcast(1);
            two.broadcast(2);
            two.gossip(0);
            assert_eq!(two.fallen(), [false; 3]);
            two.start(1, &[first], spoiled);
            two.gossip(0);
            assert_eq!(two.fallen(), [false, false, !spoiled], "nobody is blamed for what a disk loses");
        }
    }

    #[test]
    fn a_number_that_stands_for_two_messages_falls() {
        let mut two = Two::new();
        let first = two.broadcast(1);
        two.broadcast(2);
        two.start(0, &[first], true);
        two.hears(0, Message::Command(Act::Broadcast(3)));
        assert_eq!(two.fallen(), [true, false, false]);
    }

    #[test]
    fn a_log_with_a_gap_falls_and_so_does_a_message_that_nobody_sent() {
        let mut two = Two::new();
        two.broadcast(1);
        let (log, event) = (two.broadcaster(1).log().clone(), two.3);
        assert_eq!((log.len(), event > 0), (1, true));
        for (origin, n, value) in [(0, 3, 3), (0, 1, 1), (1, 7, 7)] {
            let (mut memory, mut falls) = (two.1.clone(), two.2.clone());
            memory.values[0].push(2);
            memory.values[0].push(3);
            let id = EventId::new(Place::of_node(PlaceKind::Node, NodeId(1)), event);
            let (cause, item) = (EventId::NONE, EventId::NONE);
            let event = Event { id, at_us: 0, cause, item, kind: EventKind::Delivered, sub: 0, peer: NodeId(0), detail: 0 };
            memory.deliver(&event, NodeId(1), Delivered { origin: NodeId(origin), n, value }, &mut falls);
            assert!(falls.has(P::CausalDelivery), "S{} {n}: behind a gap, twice, or from nowhere", origin + 1);
        }
    }
}
