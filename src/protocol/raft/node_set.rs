//! Sets of servers: votes, quorums, voters.

use crate::base::{Encode, Encoder, NodeId, NodesArg};
use std::fmt;
use std::sync::Arc;

/// A set of nodes, as bits: bit `i` of word `w` is node `64 w + i`.
///
/// The first word lies in the set itself, so that the sets of a cluster of up to 64 servers cost no allocation. The others are
/// shared until one is changed: all servers of a large cluster, and all checkpoints, have one set of voters.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NodeSet {
    low: u64,
    /// The words after the first, the last of them not zero; `None` if there are none.
    high: Option<Arc<Vec<u64>>>,
}

const WORD: u16 = u64::BITS as u16;

impl NodeSet {
    /// Ids in a set are smaller than this.
    pub const MAX_NODES: u16 = NodeId::MAX_NODES as u16;

    /// No node.
    pub const fn new() -> NodeSet {
        NodeSet { low: 0, high: None }
    }

    /// The nodes 0 to `count - 1`; no more than [`NodeSet::MAX_NODES`].
    pub fn first(count: u16) -> NodeSet {
        (0..count.min(Self::MAX_NODES)).map(NodeId).collect()
    }

    /// Adds a node; true if it was not there. A node that no set can hold is not added.
    #[inline]
    pub fn insert(&mut self, node: NodeId) -> bool {
        if node.0 < WORD {
            let before = self.low;
            self.low |= 1 << node.0;
            return self.low != before;
        }
        node.0 < Self::MAX_NODES && !self.contains(node) && self.insert_high(node)
    }

    #[cold]
    fn insert_high(&mut self, node: NodeId) -> bool {
        let (word, bit) = high_place(node);
        let words = Arc::make_mut(self.high.get_or_insert_default());
        if words.len() <= word {
            words.resize(word + 1, 0);
        }
        words[word] |= bit;
        true
    }

    /// Whether the node is a member.
    #[inline]
    pub fn contains(&self, node: NodeId) -> bool {
        if node.0 < WORD {
            return self.low >> node.0 & 1 == 1;
        }
        let (word, bit) = high_place(node);
        self.high().get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Number of members.
    #[inline]
    pub fn len(&self) -> usize {
        let high: u32 = self.high().iter().map(|word| word.count_ones()).sum();
        (self.low.count_ones() + high) as usize
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.low == 0 && self.high.is_none()
    }

    /// Whether it has members that do not lie in the first word.
    pub fn is_wide(&self) -> bool {
        self.high.is_some()
    }

    /// The members, by id.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        let mut words = self.high().iter();
        let (mut rest, mut base) = (self.low, 0);
        std::iter::from_fn(move || {
            while rest == 0 {
                rest = *words.next()?;
                base += WORD;
            }
            let next = NodeId(base + rest.trailing_zeros() as u16);
            rest &= rest - 1;
            Some(next)
        })
    }

    /// The members but `node`.
    pub fn without(&self, node: NodeId) -> NodeSet {
        let mut rest = self.clone();
        if node.0 < WORD {
            rest.low &= !(1 << node.0);
        } else if self.contains(node)
            && let Some(words) = &mut rest.high
        {
            let (word, bit) = high_place(node);
            let words = Arc::make_mut(words);
            words[word] &= !bit;
            while words.last() == Some(&0) {
                words.pop();
            }
            if words.is_empty() {
                rest.high = None;
            }
        }
        rest
    }

    /// The member after `node` in a ring of all members; `None` if there are none.
    pub fn after(&self, node: NodeId) -> Option<NodeId> {
        self.iter().find(|member| *member > node).or_else(|| self.iter().next())
    }

    /// As a note carries it, of a cluster whose servers are `all`.
    pub fn for_note(&self, all: &NodeSet) -> u64 {
        if all.is_wide() { NodesArg::summary(self.iter(), self.len()) } else { self.low }
    }

    fn high(&self) -> &[u64] {
        self.high.as_ref().map_or(&[], |words| words.as_slice())
    }
}

/// Where a node beyond the first word stands: in which of the others, and as which bit.
fn high_place(node: NodeId) -> (usize, u64) {
    ((node.0 / WORD) as usize - 1, 1 << (node.0 % WORD))
}

impl FromIterator<NodeId> for NodeSet {
    fn from_iter<I: IntoIterator<Item = NodeId>>(nodes: I) -> Self {
        let mut set = NodeSet::new();
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
    /// The first word, and the others if there are any: whoever encodes a set says before it whether it is wide.
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.low);
        if let Some(words) = &self.high {
            to.len(words.len());
            words.iter().for_each(|word| to.u64(*word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn ids(set: &NodeSet) -> Vec<u16> {
        set.iter().map(|node| node.0).collect()
    }

    #[test]
    fn a_set_of_any_width_does_what_an_ordered_set_does() {
        // Nodes on both sides of every border between words, put in and taken out in a crooked order.
        let nodes: Vec<u16> = (0..400u16).map(|i| i * 37 % 1_000).chain([0, 63, 64, 127, 128, 999, 16_383]).collect();
        let (mut set, mut model) = (NodeSet::new(), BTreeSet::new());
        for &node in &nodes {
            assert_eq!(set.insert(NodeId(node)), model.insert(node), "{node}");
            assert_eq!((set.len(), set.contains(NodeId(node))), (model.len(), true));
        }
        assert_eq!(ids(&set), model.iter().copied().collect::<Vec<_>>());
        for &node in nodes.iter().rev() {
            set = set.without(NodeId(node));
            model.remove(&node);
            assert_eq!((ids(&set), set.is_empty()), (model.iter().copied().collect(), model.is_empty()), "without {node}");
        }
        assert_eq!(set, NodeSet::new(), "an empty set is one set, whatever was in it");
    }

    #[test]
    fn what_no_set_can_hold_is_not_taken_in() {
        let mut set = NodeSet::new();
        assert!(!set.insert(NodeId(NodeSet::MAX_NODES)) && !set.insert(NodeId(u16::MAX)));
        assert!(set.is_empty() && !set.contains(NodeId(u16::MAX)) && set.without(NodeId(u16::MAX)).is_empty());
    }

    #[test]
    fn the_ring_of_members_closes_beyond_the_first_word() {
        let set: NodeSet = [2, 70, 999].map(NodeId).into_iter().collect();
        assert_eq!(
            [2, 70, 999, 0].map(|node| set.after(NodeId(node)).map(|next| next.0)),
            [Some(70), Some(999), Some(2), Some(2)]
        );
    }

    #[test]
    fn a_copy_shares_its_words_until_one_changes() {
        let voters = NodeSet::first(1_000);
        let mut copy = voters.clone();
        assert!(Arc::ptr_eq(voters.high.as_ref().unwrap(), copy.high.as_ref().unwrap()));
        assert!(!copy.insert(NodeId(999)) && Arc::ptr_eq(voters.high.as_ref().unwrap(), copy.high.as_ref().unwrap()));
        copy = copy.without(NodeId(500));
        assert!(voters.contains(NodeId(500)) && !copy.contains(NodeId(500)) && (voters.len(), copy.len()) == (1_000, 999));
    }

    #[test]
    fn a_small_set_is_encoded_as_one_word_as_ever() {
        let bytes = |set: &NodeSet| {
            let mut to = Encoder::new();
            to.put(set);
            to.bytes().to_vec()
        };
        assert_eq!(bytes(&NodeSet::first(5)), [0b11111, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes(&NodeSet::first(64)), [255; 8]);
        assert_ne!(bytes(&NodeSet::first(65)), bytes(&NodeSet::first(66)));
    }
}
