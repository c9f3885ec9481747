//! Identities: nodes, places, events, operations, writes.
//!
//! An event is named by *where* it happens and by *how many* happened there before: (place, n). No global counter takes
//! part, so one more event elsewhere renames nothing (DESIGN: "Determinism, in detail").

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A node of the cluster: server, client or resource, counted from 0 in the order of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u16);

impl NodeId {
    /// The largest number of nodes in one world: ids must fit the 14 bits that [`Place`] gives them.
    pub const MAX_NODES: usize = 1 << 14;

    /// This id as an index into a list with one item per node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where an event happens. Packed into 32 bits: 4 for the kind, 14 for each node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(u32);

/// The kinds of places, in the order in which simultaneous events run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum PlaceKind {
    /// The plan: its scheduled faults, n is the position in the list.
    Plan = 0,
    /// The hand of whoever plays: n counts interventions.
    Hand = 1,
    /// A node: n counts the events executed there, across restarts.
    Node = 2,
    /// A node's disk: n counts writes, across restarts.
    Disk = 3,
    /// A node's timers: n is the timer's number in its core's table.
    Timer = 4,
    /// A client's workload: n counts its operations.
    Workload = 5,
    /// A directed link: n counts sends.
    Link = 6,
    /// The second copy that a faulty link made of its n-th send.
    Copy = 7,
    /// Copies made by hand on a directed link: n counts them.
    HandCopy = 8,
    /// Losses on a directed link: n counts the messages that vanished there.
    Loss = 9,
}

impl PlaceKind {
    const OF_NODE: [PlaceKind; 4] = [PlaceKind::Node, PlaceKind::Disk, PlaceKind::Timer, PlaceKind::Workload];
    const OF_LINK: [PlaceKind; 4] = [PlaceKind::Link, PlaceKind::Copy, PlaceKind::HandCopy, PlaceKind::Loss];

    /// What follows the nodes in the text form of a place.
    fn suffix(self) -> &'static str {
        match self {
            PlaceKind::Plan | PlaceKind::Hand | PlaceKind::Node | PlaceKind::Link => "",
            PlaceKind::Disk => ".disk",
            PlaceKind::Timer => ".timer",
            PlaceKind::Workload => ".work",
            PlaceKind::Copy => ".copy",
            PlaceKind::HandCopy => ".hand-copy",
            PlaceKind::Loss => ".loss",
        }
    }
}

impl Place {
    const NODE_BITS: u32 = 14;
    const NODE_MASK: u32 = (1 << Self::NODE_BITS) - 1;

    fn pack(kind: PlaceKind, a: u16, b: u16) -> Place {
        Place((kind as u32) << 28 | (a as u32 & Self::NODE_MASK) << Self::NODE_BITS | (b as u32 & Self::NODE_MASK))
    }

    /// The plan's list of scheduled faults.
    pub fn plan() -> Place {
        Place::pack(PlaceKind::Plan, 0, 0)
    }

    /// Interventions.
    pub fn hand() -> Place {
        Place::pack(PlaceKind::Hand, 0, 0)
    }

    /// A place of `kind` that belongs to one node.
    pub fn of_node(kind: PlaceKind, node: NodeId) -> Place {
        Place::pack(kind, node.0, 0)
    }

    /// A place of `kind` that belongs to the directed link `from -> to`.
    pub fn of_link(kind: PlaceKind, from: NodeId, to: NodeId) -> Place {
        Place::pack(kind, from.0, to.0)
    }

    /// Which kind of place this is.
    pub fn kind(self) -> PlaceKind {
        match self.0 >> 28 {
            0 => PlaceKind::Plan,
            1 => PlaceKind::Hand,
            2 => PlaceKind::Node,
            3 => PlaceKind::Disk,
            4 => PlaceKind::Timer,
            5 => PlaceKind::Workload,
            6 => PlaceKind::Link,
            7 => PlaceKind::Copy,
            8 => PlaceKind::HandCopy,
            _ => PlaceKind::Loss,
        }
    }

    /// The node it belongs to; for a link, the sender. Meaningless for [`PlaceKind::Plan`] and [`PlaceKind::Hand`].
    pub fn node(self) -> NodeId {
        NodeId((self.0 >> Self::NODE_BITS & Self::NODE_MASK) as u16)
    }

    /// The receiving end of a link.
    pub fn to(self) -> NodeId {
        NodeId((self.0 & Self::NODE_MASK) as u16)
    }

    /// The 32 bits, for canonical encodings.
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            PlaceKind::Plan | PlaceKind::Hand => write!(f, "{:?}", self.kind()),
            PlaceKind::Node | PlaceKind::Disk | PlaceKind::Timer | PlaceKind::Workload => {
                write!(f, "{:?}({})", self.kind(), self.node().0)
            }
            _ => write!(f, "{:?}({}->{})", self.kind(), self.node().0, self.to().0),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match kind {
            PlaceKind::Plan => f.write_str("plan"),
            PlaceKind::Hand => f.write_str("hand"),
            PlaceKind::Node | PlaceKind::Disk | PlaceKind::Timer | PlaceKind::Workload => write!(f, "n{}", self.node().0),
            _ => return write!(f, "n{}>n{}{}", self.node().0, self.to().0, kind.suffix()),
        }?;
        f.write_str(kind.suffix())?;
        match self.to() {
            NodeId(0) => Ok(()),
            NodeId(part) => write!(f, ".{part}"),
        }
    }
}

impl FromStr for Place {
    type Err = NoSuchId;

    fn from_str(text: &str) -> Result<Place, NoSuchId> {
        match text {
            "plan" => return Ok(Place::plan()),
            "hand" => return Ok(Place::hand()),
            _ => {}
        }
        let node = |text: &str| -> Result<NodeId, NoSuchId> {
            let id: u16 = number(text.strip_prefix('n').ok_or(NoSuchId)?)?;
            if (id as usize) < NodeId::MAX_NODES { Ok(NodeId(id)) } else { Err(NoSuchId) }
        };
        let (nodes, suffix) = text.find('.').map_or((text, ""), |dot| text.split_at(dot));
        let kind = |kinds: &[PlaceKind], suffix: &str| kinds.iter().copied().find(|kind| kind.suffix() == suffix).ok_or(NoSuchId);
        if let Some((from, to)) = nodes.split_once('>') {
            return Ok(Place::of_link(kind(&PlaceKind::OF_LINK, suffix)?, node(from)?, node(to)?));
        }
        let (suffix, part) = match suffix.rsplit_once('.') {
            Some((rest, part)) if part.starts_with(|digit: char| ('1'..='9').contains(&digit)) => (rest, number(part)?),
            _ => (suffix, 0),
        };
        if part as usize >= NodeId::MAX_NODES {
            return Err(NoSuchId);
        }
        Ok(Place::of_link(kind(&PlaceKind::OF_NODE, suffix)?, node(nodes)?, NodeId(part)))
    }
}

/// An event, a message in flight or an armed item: (place, n). Ordered by place, then n: the order in which
/// simultaneous items run.
///
/// As text it names nodes by number: `n0#12` (at a node), `n0>n1#3` (on a link), `n0.timer#1`, `n3.work.1#0` (the other part
/// of a client's workload), `plan#0`. Formats for
/// people (JSON, the page) write that text; packed ones write the 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u64);

impl EventId {
    /// No event: the cause of what has none. The hand's last id, which is never reached.
    pub const NONE: EventId = EventId(u64::MAX);

    /// The n-th (from 0) event at `place`.
    pub fn new(place: Place, n: u32) -> EventId {
        EventId((place.0 as u64) << 32 | n as u64)
    }

    /// Where.
    pub fn place(self) -> Place {
        Place((self.0 >> 32) as u32)
    }

    /// How many came before it at that place.
    pub fn n(self) -> u32 {
        self.0 as u32
    }

    /// The event before it at the same place: the first of the two edges of happens-before.
    pub fn predecessor(self) -> Option<EventId> {
        (self != EventId::NONE && self.n() > 0).then(|| EventId(self.0 - 1))
    }

    /// `None` for [`EventId::NONE`].
    pub fn some(self) -> Option<EventId> {
        (self != EventId::NONE).then_some(self)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.some() {
            Some(id) => write!(f, "{:?}#{}", id.place(), id.n()),
            None => write!(f, "none"),
        }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.some() {
            Some(id) => write!(f, "{}#{}", id.place(), id.n()),
            None => f.write_str("none"),
        }
    }
}

/// A text that names no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchId;

impl fmt::Display for NoSuchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the id of an event or a message, such as n0#12 or n0>n1#3")
    }
}

impl std::error::Error for NoSuchId {}

impl FromStr for EventId {
    type Err = NoSuchId;

    fn from_str(text: &str) -> Result<EventId, NoSuchId> {
        if text == "none" {
            return Ok(EventId::NONE);
        }
        let (place, n) = text.split_once('#').ok_or(NoSuchId)?;
        Ok(EventId::new(place.parse()?, number(n)?))
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { to.serialize_u64(self.0) }
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<EventId, D::Error> {
        if from.is_human_readable() {
            String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
        } else {
            u64::deserialize(from).map(EventId)
        }
    }
}

/// A number as [`fmt::Display`] writes it, and no other way: no sign, no leading zero.
fn number<T: FromStr>(text: &str) -> Result<T, NoSuchId> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().map_err(|_| NoSuchId) } else { Err(NoSuchId) }
}

/// One client operation: the n-th (from 0) of that client's workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OpId {
    /// The client that invoked it.
    pub client: NodeId,
    /// Its number among this client's operations, from 0.
    pub n: u32,
}

/// One write to a node's disk, counted from 0 across restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WriteId(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_give_back_their_parts() {
        let link = Place::of_link(PlaceKind::Copy, NodeId(16_383), NodeId(7));
        let id = EventId::new(link, 41);
        assert_eq!(
            (id.place().kind(), id.place().node(), id.place().to(), id.n()),
            (PlaceKind::Copy, NodeId(16_383), NodeId(7), 41)
        );
        assert_eq!(id.predecessor(), Some(EventId::new(link, 40)));
        assert_eq!(EventId::new(link, 0).predecessor(), None);
        assert_eq!(EventId::NONE.some(), None);
    }

    #[test]
    fn simultaneous_items_run_plan_first_then_nodes_then_links() {
        let plan = EventId::new(Place::plan(), 9);
        let disk = EventId::new(Place::of_node(PlaceKind::Disk, NodeId(3)), 0);
        let link = EventId::new(Place::of_link(PlaceKind::Link, NodeId(0), NodeId(1)), 0);
        assert!(plan < disk && disk < link);
    }

    #[test]
    fn ids_round_trip_as_text() {
        let (a, b) = (NodeId(0), NodeId(16_383));
        let places = [Place::plan(), Place::hand()]
            .into_iter()
            .chain(PlaceKind::OF_NODE.map(|kind| Place::of_node(kind, b)))
            .chain(PlaceKind::OF_LINK.map(|kind| Place::of_link(kind, a, b)));
        for place in places {
            let id = EventId::new(place, u32::MAX - 1);
            assert_eq!(id.to_string().parse(), Ok(id), "{id}");
        }
        assert_eq!(EventId::new(Place::of_link(PlaceKind::Link, a, NodeId(1)), 12).to_string(), "n0>n1#12");
        assert_eq!("none".parse(), Ok(EventId::NONE));
    }

    #[test]
    fn text_that_names_no_event_is_refused() {
        for text in
            ["", "#", "n0", "n0#", "n0#-1", "n0#+1", "n0#01", "n0#4294967296", "n16384#0", "x0#1", "n0>#1", "n0>n1.disk#1"]
        {
            assert_eq!(text.parse::<EventId>(), Err(NoSuchId), "{text}");
        }
        for text in [
            "n0.copy#1",
            "n0.#1",
            "plan.disk#0",
            "n0>n1>n2#0",
            "n0#1#2",
            " n0#1",
            "n٣#1",
            "🦀#1",
            "None",
            "n0.work.0#1",
            "n0.work.01#1",
            "n0.work.16384#1",
            "n0.work.1.1#1",
            "n0>n1.1#1",
        ] {
            assert_eq!(text.parse::<EventId>(), Err(NoSuchId), "{text}");
        }
    }

    proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

            #[test]
    fn every_id_is_had_again_from_its_text(kind in 0usize..10, from in 0u16..16_384, to in 0u16..16_384, n in 0..u32::MAX) {
                let kinds: Vec<PlaceKind> = PlaceKind::OF_NODE.into_iter().chain(PlaceKind::OF_LINK).collect();
                let place = match kinds.get(kind) {
                    Some(kind) => Place::of_link(*kind, NodeId(from), NodeId(to)),
                    None if kind % 2 == 0 => Place::plan(),
                    None => Place::hand(),
                };
                let id = EventId::new(place, n);
                proptest::prop_assert_eq!(id.to_string().parse(), Ok(id));
            }

            #[test]
            fn any_text_is_an_id_in_its_one_form_or_refused(text in "\\PC*|[a-z]{1,2}[0-9]{0,6}(>n[0-9]{0,6})?#[0-9]{0,11}") {
                if let Ok(id) = text.parse::<EventId>() {
                    proptest::prop_assert_eq!(id.to_string(), text);
                }
            }
        }
}
