//! What stamps say, against what is true (Lamport 1978; Fidge 1988; Mattern 1989; Kulkarni et al. 2014; Almeida et al. 2008).
//!
//! Let V(e) be the stamp of event e, and e -> f true happens-before among the events of all processes.
//! - Exact Order, of vectors and interval trees: `V(e) < V(f) <=> e -> f`, for any two events.
//! - Clock Condition, of Lamport's and hybrid clocks: `e -> f => C(e) < C(f)`.
//! - Own Entry: `V(e)[own] == V(before e)[own] + 1`. Monotone Stamps: `V(before e) <= V(e)`.
//! - Unique Dots: no two events are the same number of the same name.
//! - Hybrid Bounds: `pt <= l <= most + max_offset` and `c < 2^16`, where `most` is the greatest time that the process's own clock
//!   has shown. It differs from `pt` only after that clock was set back.
//! - Identities: the parts of the interval that processes own are disjoint, and together with what is on its way or was lost
//!   they are the whole.
//!
//! Every pair is covered, with work in proportion to the processes: a new event is compared with the one before it and with the
//! send that it received, from which everything in its past follows; and of every other process with the first and the last event
//! that are not in its past, between which all others lie.

use super::notes;
use super::truth::{Around, Seen, Truth};
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note, NoteKind};
use crate::protocol::clock::Order;
use crate::protocol::clock::hlc::Hlc;
use crate::protocol::clock::itc::Id;
use crate::protocol::clock::process::Process;
use crate::protocol::clock::rules::Rules;
use crate::protocol::clock::stamp::{Actor, Stamp};
use crate::sim::trace::{Event, EventKind};
use std::collections::BTreeMap;

/// What is remembered of processes.
#[derive(Clone, Debug)]
pub(super) struct Processes {
    truth: Truth,
    /// By node.
    known: Vec<Known>,
    /// The greatest number that was given under each name, and in which event.
    dots: BTreeMap<Actor, (u64, EventId)>,
    /// Parts of the interval that nobody owns: on the way to somebody, or lost.
    loose: Option<Id>,
    /// What those who have started owned at their first start, together; and how many they are.
    first: (Id, usize),
    /// Number of events that were compared.
    pub(super) compared: u64,
}

#[derive(Clone, Debug, Default)]
struct Known {
    events: u64,
    stamp: Stamp,
    /// The greatest time that its clock has shown, microseconds.
    most_us: u64,
}

impl Processes {
    pub(super) fn new(servers: u16) -> Processes {
        Processes {
            truth: Truth::new(servers as usize),
            known: vec![Known::default(); servers as usize],
            dots: BTreeMap::new(),
            loose: None,
            first: (Id::None, 0),
            compared: 0,
        }
    }

    /// Not every pair of events could be compared.
    pub(super) fn is_lost(&self) -> bool {
        self.truth.lost
    }

    /// Something happened at a process; `wall_us` is what its clock shows. `server`: whether a node is a process.
    pub(super) fn step(
        &mut self,
        event: &Event,
        node: NodeId,
        process: &Process,
        wall_us: i64,
        server: impl Fn(NodeId) -> bool,
        falls: &mut Falls,
    ) {
        if event.kind == EventKind::Started {
            self.begin(event, node, process, falls);
        }
        let Some(known) = self.known.get_mut(node.index()) else { return };
        if process.events() == known.events {
            return;
        }
        let physical = u64::try_from(wall_us).unwrap_or(0);
        let before = std::mem::replace(&mut known.stamp, process.stamp().clone());
        known.events = process.events();
        known.most_us = known.most_us.max(physical);
        let most = known.most_us.saturating_add(process.config().max_offset_us);
        self.compared += 1;
        check_hybrid(event, node, process.stamp().hybrid, physical, most, falls);
        check_entries(event, node, process.actor(), &before, process.stamp(), falls);
        self.check_dot(event, node, process, falls);
        self.check_parts(event, node, owned(&before), owned(process.stamp()), falls);
        let cause = Some(event.cause).filter(|_| event.kind == EventKind::Delivered && server(event.peer));
        if let Some(around) = self.truth.add(node, event.id, cause, process.stamp().clone()) {
            check_order(event, &around, process.config().rules, falls);
        }
    }

    /// A new life: what it owned is lost. What it owns at its first start is its share of the whole.
    fn begin(&mut self, event: &Event, node: NodeId, process: &Process, falls: &mut Falls) {
        self.truth.begin(node, event.id);
        let Some(known) = self.known.get_mut(node.index()) else { return };
        let before = std::mem::take(known);
        known.stamp = process.stamp().clone();
        match event.detail {
            0 => self.check_first(event, node, process, falls),
            _ => self.check_parts(event, node, owned(&before.stamp), owned(process.stamp()), falls),
        }
    }

    /// The first parts are disjoint, and the whole once everybody has started.
    fn check_first(&mut self, event: &Event, node: NodeId, process: &Process, falls: &mut Falls) {
        if !process.carried().itc {
            return;
        }
        let (others, started) = &mut self.first;
        *started += 1;
        let all = *started == self.known.len();
        let together = others.sum(owned(process.stamp()));
        let right = together.as_ref().is_some_and(|together| !all || *together == Id::All);
        *others = together.unwrap_or(Id::All);
        if !right {
            let note = Note::new(&notes::IDENTITIES_VIOLATED, [event.at_us, u64::from(node.0)]);
            falls.at(P::Identities, event, note, &[], &[node]);
        }
    }

    fn check_dot(&mut self, event: &Event, node: NodeId, process: &Process, falls: &mut Falls) {
        let Some(vector) = &process.stamp().vector else { return };
        let (actor, n) = (process.actor(), vector.get(&process.actor()));
        let (most, given) = self.dots.get(&actor).copied().unwrap_or((0, EventId::NONE));
        if n > most {
            self.dots.insert(actor, (n, event.id));
        } else if !falls.has(P::UniqueDots) {
            let same = |seen: &&Seen| seen.stamp.vector.as_ref().is_some_and(|vector| vector.get(&actor) == n);
            let first = self.truth.of(node).find(same).map_or(given, |seen| seen.event);
            let note = Note::new(&notes::UNIQUE_DOTS_VIOLATED, [event.at_us, u64::from(node.0), n]);
            falls.at(P::UniqueDots, event, note, &[first], &[node]);
        }
    }

    /// A process owns another part than before: what it gained must have been loose.
    fn check_parts(&mut self, event: &Event, node: NodeId, before: &Id, after: &Id, falls: &mut Falls) {
        if before == after || falls.has(P::Identities) {
            return;
        }
        let loose = self.loose.take().unwrap_or(Id::None);
        let (lost, gained) = (before.without(after), after.without(before));
        self.loose = loose.sum(&lost).filter(|loose| gained.without(loose) == Id::None).map(|loose| loose.without(&gained));
        if self.loose.is_none() {
            let others = self
                .known
                .iter()
                .enumerate()
                .filter(|(at, known)| *at != node.index() && owned(&known.stamp).sum(after).is_none());
            let nodes: Vec<NodeId> = std::iter::once(node).chain(others.map(|(at, _)| NodeId(at as u16))).collect();
            let note = Note::new(&notes::IDENTITIES_VIOLATED, [event.at_us, u64::from(node.0)]);
            falls.at(P::Identities, event, note, &[], &nodes);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        self.truth.encode(to);
        to.len(self.dots.len());
        for (actor, (n, _)) in &self.dots {
            to.put(actor);
            to.u64(*n);
        }
        self.known.iter().for_each(|known| to.u64(known.most_us));
        to.bool(self.loose.is_some());
        to.len(self.first.1);
    }
}

fn owned(stamp: &Stamp) -> &Id {
    stamp.itc.as_ref().map_or(&Id::None, |stamp| &stamp.id)
}

fn check_hybrid(event: &Event, node: NodeId, hybrid: Option<Hlc>, physical: u64, most: u64, falls: &mut Falls) {
    let Some(Hlc { l, c }) = hybrid else { return };
    let (at, who) = (event.at_us, u64::from(node.0));
    let note = if l < physical {
        Note::new(&notes::HYBRID_BOUNDS_VIOLATED_BEHIND, [at, who, physical - l])
    } else if l > most {
        Note::new(&notes::HYBRID_BOUNDS_VIOLATED_AHEAD, [at, who, l - physical, most.saturating_sub(physical)])
    } else if c > Hlc::C_MAX {
        Note::new(&notes::HYBRID_BOUNDS_VIOLATED_COUNTER, [at, who, c])
    } else {
        return;
    };
    falls.at(P::HybridBounds, event, note, &[], &[node]);
}

fn check_entries(event: &Event, node: NodeId, actor: Actor, before: &Stamp, after: &Stamp, falls: &mut Falls) {
    let (Some(before), Some(after)) = (&before.vector, &after.vector) else { return };
    let (old, new) = (before.get(&actor), after.get(&actor));
    if new != old + 1 {
        let note = Note::new(&notes::OWN_ENTRY_VIOLATED, [event.at_us, u64::from(node.0), old, new]);
        falls.at(P::OwnEntry, event, note, &[], &[node]);
    }
    if !before.is_within(after) {
        let note = Note::new(&notes::MONOTONE_STAMPS_VIOLATED, [event.at_us, u64::from(node.0)]);
        falls.at(P::MonotoneStamps, event, note, &[], &[node]);
    }
}

fn check_order(event: &Event, around: &Around<'_>, rules: Rules, falls: &mut Falls) {
    for earlier in around.before.iter().chain(&around.cause) {
        for said in verdicts(&earlier.stamp, &around.event.stamp, rules) {
            let kind = match said {
                Order::Before => continue,
                Order::Equal => &notes::EXACT_ORDER_VIOLATED_EQUAL,
                Order::After | Order::Concurrent => &notes::EXACT_ORDER_VIOLATED,
            };
            violated(event, P::ExactOrder, kind, earlier, around.event, falls);
        }
        if !numbers_grow(&earlier.stamp, &around.event.stamp) {
            violated(event, P::ClockCondition, &notes::CLOCK_CONDITION_VIOLATED, earlier, around.event, falls);
        }
    }
    for other in &around.concurrent {
        for said in verdicts(&other.stamp, &around.event.stamp, rules) {
            let kind = match said {
                Order::Concurrent => continue,
                Order::Equal => &notes::EXACT_ORDER_VIOLATED_EQUAL,
                Order::Before | Order::After => &notes::EXACT_ORDER_VIOLATED_ORDERED,
            };
            violated(event, P::ExactOrder, kind, other, around.event, falls);
        }
    }
}

/// What the clocks that claim to know it say of two events.
fn verdicts(a: &Stamp, b: &Stamp, rules: Rules) -> impl Iterator<Item = Order> {
    let vectors = a.vector.as_ref().zip(b.vector.as_ref()).map(|(a, b)| rules.verdict(a.is_within(b), b.is_within(a)));
    let trees = a.itc.as_ref().zip(b.itc.as_ref());
    let trees = trees.map(|(a, b)| rules.verdict(a.event.is_within(&b.event), b.event.is_within(&a.event)));
    vectors.into_iter().chain(trees)
}

fn numbers_grow(a: &Stamp, b: &Stamp) -> bool {
    a.lamport.zip(b.lamport).is_none_or(|(a, b)| a < b) && a.hybrid.zip(b.hybrid).is_none_or(|(a, b)| a < b)
}

fn violated(event: &Event, property: P, kind: &'static NoteKind, a: &Seen, b: &Seen, falls: &mut Falls) {
    let (a_node, b_node) = (a.event.place().node(), b.event.place().node());
    let note = Note::new(kind, [event.at_us, u64::from(a_node.0), u64::from(b_node.0)]);
    let nodes = if a_node == b_node { vec![a_node] } else { vec![a_node, b_node] };
    falls.at(property, event, note, &[a.event], &nodes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{LocalTime, Place, ids::PlaceKind};
    use crate::protocol::clock::config::{Config, Mode};
    use crate::protocol::clock::node::Node;
    use crate::protocol::clock::stamp::Carried;
    use crate::protocol::{Core, Effects, Input};
    use std::sync::Arc;

    /// Whether identities fall when processes start that each take so many to be members.
    fn falls(members: &[u16]) -> bool {
        let servers = members.len() as u16;
        let (mut memory, mut falls) = (Processes::new(servers), Falls::default());
        for (node, members) in (0..servers).zip(members) {
            let mode = Mode::Processes(Carried { itc: true, ..Carried::NONE });
            let config = Arc::new(Config { mode, servers, members: *members, ..Config::default() });
            let mut core = Node::server(NodeId(node), &config);
            core.handle(LocalTime::default(), Input::Started { disk: Vec::new() }, &mut Effects::default());
            let Node::Process(process) = &core else { panic!("a process") };
            let id = EventId::new(Place::of_node(PlaceKind::Node, NodeId(node)), 0);
            let (cause, item, peer) = (EventId::NONE, EventId::NONE, NodeId(0));
            let event = Event { id, at_us: 0, cause, item, kind: EventKind::Started, sub: 0, peer, detail: 0 };
            memory.step(&event, NodeId(node), process, 0, |_| true, &mut falls);
        }
        falls.has(P::Identities)
    }

    #[test]
    fn the_first_parts_are_disjoint_and_the_whole() {
        assert!(!falls(&[2, 2]) && !falls(&[2, 2, 2]) && !falls(&[1, 1]), "the others join later");
        assert!(falls(&[1, 2]), "the second one's half is the first one's, too");
        assert!(falls(&[4, 4]), "nobody has the other half");
    }
}
