//! Sets of servers: votes, quorums, voters.

use crate::base::{Encode, Encoder, NodeId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A set of nodes with ids below 64, as bits: bit i is node i. That is also how a note carries it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeSet(u64);

impl NodeSet {
    /// No node.
    pub const EMPTY: NodeSet = NodeSet(0);
    /// Ids in a set are smaller than this.
    pub const MAX_NODES: u16 = 64;

    /// The nodes 0 to `count - 1`; no more than [`NodeSet::MAX_NODES`].
    pub fn first(count: u16) -> NodeSet {
        (0..count.min(Self::MAX_NODES)).map(NodeId).collect()
    }

    /// Adds a node; true if it was not there. A node that no set can hold is not added.
    pub fn insert(&mut self, node: NodeId) -> bool {
        let new = node.0 < Self::MAX_NODES && !self.contains(node);
        if new {
            self.0 |= 1 << node.0;
        }
        new
    }

    /// Whether the node is a member.
    pub fn contains(self, node: NodeId) -> bool {
        node.0 < Self::MAX_NODES && self.0 >> node.0 & 1 == 1
    }

    /// Number of members.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// True if there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, by id.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let next = (rest != 0).then(|| NodeId(rest.trailing_zeros() as u16));
            rest &= rest.wrapping_sub(1);
            next
        })
    }

    /// The members but `node`.
    pub fn without(self, node: NodeId) -> NodeSet {
        match node.0 < Self::MAX_NODES {
            true => NodeSet(self.0 & !(1 << node.0)),
            false => self,
        }
    }

    /// The member after `node` in a ring of all members; `None` if there are none.
    pub fn after(self, node: NodeId) -> Option<NodeId> {
        self.iter().find(|member| *member > node).or_else(|| self.iter().next())
    }

    /// As bits, for notes.
    pub fn bits(self) -> u64 {
        self.0
    }
}

impl FromIterator<NodeId> for NodeSet {
    fn from_iter<I: IntoIterator<Item = NodeId>>(nodes: I) -> Self {
        let mut set = NodeSet::EMPTY;
        nodes.into_iter().for_each(|node| {
            set.insert(node);
        });
        set
    }
}

impl fmt::Debug for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|node| node.0)).finish()
    }
}

impl Encode for NodeSet {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.0);
    }
}
