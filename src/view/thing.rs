//! What can be pointed at on the stage, and what it is called.

use super::words;
use crate::base::{EventId, NodeId};

/// A node, a message in flight or a directed link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// `node:0`.
    Node(NodeId),
    /// `message:n0>n1#3`.
    Message(EventId),
    /// `link:0:1`.
    Link(NodeId, NodeId),
}

impl Thing {
    /// What an id names; `None` if that is nothing of a cluster.
    pub(crate) fn parse(id: &str) -> Option<Thing> {
        let (kind, name) = id.split_once(':')?;
        match kind {
            "node" => name.parse().ok().map(|node| Thing::Node(NodeId(node))),
            "message" => name.parse().ok().map(Thing::Message),
            "link" => {
                let (from, to) = name.split_once(':')?;
                Some(Thing::Link(NodeId(from.parse().ok()?), NodeId(to.parse().ok()?)))
            }
            _ => None,
        }
    }

    /// Its id.
    pub(crate) fn id(self) -> String {
        match self {
            Thing::Node(node) => format!("node:{}", node.0),
            Thing::Message(message) => words::message_id(message),
            Thing::Link(from, to) => format!("link:{}:{}", from.0, to.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::base::ids::PlaceKind;

    #[test]
    fn an_id_names_what_it_was_made_of() {
        let message = EventId::new(Place::of_link(PlaceKind::Link, NodeId(3), NodeId(999)), 12);
        for thing in [Thing::Node(NodeId(7)), Thing::Message(message), Thing::Link(NodeId(0), NodeId(70))] {
            assert_eq!(Thing::parse(&thing.id()), Some(thing));
        }
        for id in ["", "node", "node:x", "link:1", "entry:0:5", "message:"] {
            assert_eq!(Thing::parse(id), None, "{id}");
        }
    }
}
