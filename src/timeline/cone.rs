//! Causal cones: what an intervention can have changed, and the proof that nothing else did.
//!
//! Happens-before has two edges: an event comes after the one before it at the same node, and after its cause. Events at
//! links, disks and the plan order nothing between nodes. [`Cone::after`] follows these edges in one trace.
//!
//! [`Change`] compares two futures of one moment, the original and the one after an intervention. An event that one future
//! lacks (a message that was dropped) has no edges there, so the cone is computed for both futures together, as the time
//! from which each node may be different:
//!
//! 1. *Seeds.* An action on a node changes that node from its time on. An action on links or on a message changes the
//!    receiver from the first delivery on such a link that the two futures do not have in common. The delivery of the message
//!    itself is always one: at the same microsecond it may change places with others.
//! 2. *Edges.* A node is changed from the first event on that, in either future, has a cause at a changed node.
//! 3. *Queues.* A message that joins a slow node's queue takes another's place before its own delivery, which alone is an
//!    event. So a node is changed, too, from the first message on that its full queue turns away in one future only, if
//!    anything that can send to it is changed by then.
//!
//! Everything else must be identical in id, time and content: [`Change::outside`].

use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId};
use crate::sim::plan::{Action, Cluster, Cut, Intervention, MessageAct};
use crate::sim::trace::{Event, EventKind, Loss};
use std::collections::{BTreeMap, BTreeSet};

/// The events of one trace that a set of seeds may have influenced: the seeds, and everything after them by the two edges of
/// happens-before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cone {
    /// Indexes of the events inside, into the list that was given, ascending.
    pub positions: Vec<usize>,
}

impl Cone {
    /// The cone of some events in a trace, which is a list of consecutive events.
    pub fn after(events: &[Event], seeds: &[EventId]) -> Cone {
        let mut inside: BTreeSet<EventId> = seeds.iter().copied().collect();
        let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
        let mut positions = Vec::new();
        for (position, event) in events.iter().enumerate() {
            let node = event.node();
            if inside.contains(&event.id) || inside.contains(&event.cause) || node.is_some_and(|node| nodes.contains(&node)) {
                inside.insert(event.id);
                nodes.extend(node);
                positions.push(position);
            }
        }
        Cone { positions }
    }

    /// True if the event at this index is inside.
    pub fn contains(&self, position: usize) -> bool {
        self.positions.binary_search(&position).is_ok()
    }
}

/// What an action is aimed at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aim {
    /// Nodes that it changes.
    pub nodes: BTreeSet<NodeId>,
    /// Directed links that it changes.
    pub links: BTreeSet<(NodeId, NodeId)>,
    /// Messages that it changes.
    pub messages: BTreeSet<EventId>,
}

impl Aim {
    /// The aim of an action in a cluster.
    pub fn of(action: &Action, cluster: Cluster) -> Aim {
        let all: Vec<NodeId> = (0..cluster.nodes() as u16).map(NodeId).collect();
        let mut aim = Aim::default();
        match action {
            Action::Crash(node) | Action::Pause(node) | Action::Resume(node) => aim.node(*node),
            Action::Restart { node, .. } | Action::Slow { node, .. } => aim.node(*node),
            Action::Clock { node, .. } | Action::Disk { node, .. } => aim.node(*node),
            Action::Request { client, .. } => aim.node(*client),
            Action::Choose(item) => aim.item(*item),
            Action::Message { message, act } => {
                aim.item(*message);
                if let MessageAct::Swap(other) = act {
                    aim.item(*other);
                }
            }
            Action::Cut(Cut::Islands(islands)) => {
                // Nodes in no island form one more together.
                let island = |node: &NodeId| islands.iter().position(|island| island.contains(node));
                for a in &all {
                    all.iter().filter(|b| island(a) != island(b)).for_each(|b| aim.link(*a, *b));
                }
            }
            Action::Cut(Cut::Isolate(node)) => all.iter().for_each(|other| aim.between(*node, *other)),
            Action::Cut(Cut::OneWay { from, to }) => from.iter().for_each(|a| to.iter().for_each(|b| aim.link(*a, *b))),
            Action::Cut(Cut::Links(links)) | Action::Clog { links, .. } => links.iter().for_each(|(a, b)| aim.link(*a, *b)),
            Action::Hold(links) | Action::Release(links) | Action::Heal(links) if !links.is_empty() => {
                links.iter().for_each(|(a, b)| aim.link(*a, *b));
            }
            Action::Channel(rule) => {
                let pick = |nodes: &Vec<NodeId>| if nodes.is_empty() { all.clone() } else { nodes.clone() };
                let (from, to) = (pick(&rule.select.from), pick(&rule.select.to));
                from.iter().for_each(|a| to.iter().for_each(|b| aim.link(*a, *b)));
            }
            Action::SwizzleClog { nodes, .. } => {
                nodes.iter().for_each(|node| all.iter().for_each(|other| aim.between(*node, *other)));
            }
            Action::Redraw(_) => {
                all.iter().for_each(|a| aim.node(*a));
                all.iter().for_each(|a| all.iter().for_each(|b| aim.link(*a, *b)));
            }
            Action::Cut(_) | Action::ResetChannels | Action::Heal(_) | Action::Hold(_) | Action::Release(_) => {
                all.iter().for_each(|a| all.iter().for_each(|b| aim.link(*a, *b)));
            }
        }
        aim
    }

    fn node(&mut self, node: NodeId) {
        self.nodes.insert(node);
    }

    fn link(&mut self, from: NodeId, to: NodeId) {
        self.links.insert((from, to));
    }

    fn between(&mut self, a: NodeId, b: NodeId) {
        self.link(a, b);
        self.link(b, a);
    }

    fn item(&mut self, item: EventId) {
        match link_of(item) {
            Some((from, to)) => {
                self.messages.insert(item);
                self.link(from, to);
            }
            None => self.node(item.place().node()),
        }
    }
}

/// The link of a message or of a loss.
fn link_of(item: EventId) -> Option<(NodeId, NodeId)> {
    let place = item.place();
    let on_link = matches!(place.kind(), PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy | PlaceKind::Loss);
    on_link.then(|| (place.node(), place.to()))
}

/// What may differ between two futures of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    aim: Aim,
    at_us: u64,
    /// The intervention's own number: its events are inside.
    hand: EventId,
    /// Planned actions that missed their target in one of the futures.
    missed: BTreeSet<EventId>,
    /// The time from which each node may be different, microseconds; nodes not named are untouched.
    pub nodes: BTreeMap<NodeId, u64>,
}

/// An event outside the cone that differs between two futures: the intervention changed more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The event of the original future; `None` if it has no more.
    pub original: Option<Event>,
    /// The event of the changed future; `None` if it has no more.
    pub changed: Option<Event>,
}

impl Change {
    /// What `intervention` may have changed. Both futures are lists of all events from the intervention on, the changed one
    /// with the intervention's event first, and reach up to the same time.
    pub fn of(intervention: &Intervention, cluster: Cluster, original: &[Event], changed: &[Event]) -> Change {
        let aim = Aim::of(&intervention.action, cluster);
        let at_us = intervention.at.at_us;
        let hand = EventId::new(crate::base::Place::hand(), intervention.n);
        let misses = original.iter().chain(changed).filter(|event| event.kind == EventKind::Missed);
        let missed = misses.map(|event| event.id).collect();
        let mut change = Change { at_us, hand, missed, nodes: aim.nodes.iter().map(|node| (*node, at_us)).collect(), aim };
        for link in change.aim.links.clone() {
            if let Some(at_us) = first_difference(link, original, changed) {
                change.touch(link.1, at_us);
            }
        }
        for event in original.iter().chain(changed) {
            if event.kind == EventKind::Delivered && change.aim.messages.contains(&event.item) {
                event.node().into_iter().for_each(|node| change.touch(node, event.at_us));
            }
        }
        let times = [original, changed].map(|events| events.iter().map(|event| (event.id, event)).collect::<BTreeMap<_, _>>());
        let full = turned_away(original, changed);
        // Causes at the same microsecond may come to light in any order.
        loop {
            let before = change.nodes.clone();
            for &(node, at_us) in &full {
                let aimed = change.aim.links.iter().any(|(_, to)| *to == node);
                if aimed || change.nodes.values().any(|from_us| *from_us <= at_us) {
                    change.touch(node, at_us);
                }
            }
            for (events, known) in [original, changed].into_iter().zip(&times) {
                for event in events {
                    let caused = known.get(&event.cause).is_some_and(|cause| change.contains(cause));
                    if let Some(node) = event.node().filter(|_| caused || event.item == hand) {
                        change.touch(node, event.at_us);
                    }
                }
            }
            if change.nodes == before {
                return change;
            }
        }
    }

    fn touch(&mut self, node: NodeId, at_us: u64) {
        let known = self.nodes.entry(node).or_insert(at_us);
        *known = at_us.min(*known);
    }

    fn touched(&self, node: NodeId, at_us: u64) -> bool {
        self.nodes.get(&node).is_some_and(|from_us| *from_us <= at_us)
    }

    /// True if an event of either future is inside the cone.
    pub fn contains(&self, event: &Event) -> bool {
        if event.at_us < self.at_us {
            return false;
        }
        if event.item == self.hand {
            return true;
        }
        match (event.id.place().kind(), link_of(event.id)) {
            (PlaceKind::Node, _) => self.touched(event.id.place().node(), event.at_us),
            // The sender's messages may be others, or the receiver may be down, or the link is aimed at.
            (_, Some(link)) => {
                self.touched(link.0, event.at_us) || self.touched(link.1, event.at_us) || self.aim.links.contains(&link)
            }
            // A planned action may find its target in one future only.
            _ => self.missed.contains(&event.id),
        }
    }

    /// The first event outside the cone that is not identical in both futures.
    pub fn outside(&self, original: &[Event], changed: &[Event]) -> Option<Outside> {
        let mut ours = original.iter().filter(|event| !self.contains(event));
        let mut theirs = changed.iter().filter(|event| !self.contains(event));
        loop {
            let pair = Outside { original: ours.next().copied(), changed: theirs.next().copied() };
            match (pair.original, pair.changed) {
                (None, None) => return None,
                (a, b) if a == b => {}
                _ => return Some(pair),
            }
        }
    }
}

/// Receivers, and times, of the messages that a full queue turned away in one of two futures only.
fn turned_away(original: &[Event], changed: &[Event]) -> Vec<(NodeId, u64)> {
    let full = |events: &[Event]| -> BTreeSet<(EventId, NodeId, u64)> {
        let lost = events.iter().filter(|event| event.kind == EventKind::Lost && event.detail == Loss::QueueFull as u32);
        lost.map(|event| (event.item, event.peer, event.at_us)).collect()
    };
    full(original).symmetric_difference(&full(changed)).map(|(_, node, at_us)| (*node, *at_us)).collect()
}

/// The time of the first delivery on a link that only one of two futures has.
fn first_difference(link: (NodeId, NodeId), original: &[Event], changed: &[Event]) -> Option<u64> {
    // With the event's own id: a message may arrive at the same time, but after another that it came before.
    let deliveries = |events: &[Event]| -> Vec<(EventId, EventId, u64)> {
        let on_link = |event: &&Event| event.kind == EventKind::Delivered && link_of(event.item) == Some(link);
        events.iter().filter(on_link).map(|event| (event.item, event.id, event.at_us)).collect()
    };
    let (ours, theirs) = (deliveries(original), deliveries(changed));
    let at = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
    [ours.get(at), theirs.get(at)].into_iter().flatten().map(|(.., at_us)| *at_us).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;

    fn event(node: u16, n: u32, at_us: u64, cause: Option<(u16, u32)>) -> Event {
        let id = |(node, n)| EventId::new(Place::of_node(PlaceKind::Node, NodeId(node)), n);
        let (cause, kind) = (cause.map_or(EventId::NONE, id), EventKind::Delivered);
        Event { id: id((node, n)), at_us, cause, item: EventId::NONE, kind, sub: 0, peer: NodeId(0), detail: 0 }
    }

    #[test]
    fn a_cone_follows_place_and_cause() {
        let trace = [
            event(0, 0, 1, None),
            event(1, 0, 2, Some((0, 0))),
            event(2, 0, 3, None),
            event(0, 1, 4, None),
            event(2, 1, 5, Some((1, 0))),
            event(2, 2, 6, None),
        ];
        assert_eq!(Cone::after(&trace, &[trace[1].id]).positions, [1, 4, 5]);
        assert_eq!(Cone::after(&trace, &[trace[0].id]).positions, [0, 1, 3, 4, 5]);
    }

    #[test]
    fn a_message_that_is_acted_on_may_change_places_within_a_microsecond() {
        let cluster = Cluster { servers: 2, clients: 0 };
        let message = EventId::new(Place::of_link(PlaceKind::Link, NodeId(0), NodeId(1)), 0);
        let delivered = Event { item: message, ..event(1, 0, 5, None) };
        let plan = Event { id: EventId::new(Place::plan(), 0), kind: EventKind::Acted, ..event(0, 0, 5, None) };
        let act = |message| Action::Message { message, act: MessageAct::Delay(1) };
        let of = |message| {
            let intervention = Intervention { at: Default::default(), n: 0, action: act(message) };
            Change::of(&intervention, cluster, &[plan, delivered], &[delivered, plan])
        };
        assert_eq!(of(message).outside(&[plan, delivered], &[delivered, plan]), None);
        let another = EventId::new(Place::of_link(PlaceKind::Link, NodeId(0), NodeId(1)), 1);
        assert!(of(another).outside(&[plan, delivered], &[delivered, plan]).is_some(), "another's place is its own");
    }

    #[test]
    fn what_differs_outside_the_cone_is_found() {
        let cluster = Cluster { servers: 3, clients: 0 };
        let crash = |node| Intervention { at: Default::default(), n: 0, action: Action::Crash(NodeId(node)) };
        let original = [event(0, 0, 1, None), event(1, 0, 2, Some((0, 0))), event(2, 0, 3, None)];
        let changed = [event(0, 0, 1, None), event(2, 0, 3, None)];
        let change = Change::of(&crash(0), cluster, &original, &changed);
        assert_eq!(change.outside(&original, &changed), None);
        assert_eq!(change.nodes.keys().copied().collect::<Vec<_>>(), [NodeId(0), NodeId(1)]);
        let change = Change::of(&crash(2), cluster, &original, &changed);
        let outside = change.outside(&original, &changed).unwrap();
        assert_eq!(outside.original, Some(original[1]), "a crash of node 2 cannot keep node 1 from hearing of node 0");
    }
}
