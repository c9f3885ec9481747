//! The roles of a server (paper 5.1), each with the data that only it has.

use super::entry::Index;
use super::node_set::NodeSet;
use super::progress::Progress;
use crate::base::{Encode, Encoder, NodeId};

/// What a server is at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Answers others, and waits.
    Follower {
        /// The leader it has heard from in this term, until its election timer runs out.
        leader: Option<NodeId>,
    },
    /// Asks whether it could win an election in the next term (thesis 9.6).
    PreCandidate {
        /// Who said yes, itself included.
        votes: Votes,
    },
    /// Asks for votes in its term.
    Candidate {
        /// Whose votes it has; its own from when that is on disk.
        votes: Votes,
    },
    /// Replicates its log.
    Leader(Leader),
}

impl Role {
    /// The role's name.
    pub fn name(&self) -> &'static str {
        match self {
            Role::Follower { .. } => "follower",
            Role::PreCandidate { .. } => "pre-candidate",
            Role::Candidate { .. } => "candidate",
            Role::Leader(_) => "leader",
        }
    }
}

/// The votes of one election.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// Whose votes they are.
    pub granted: NodeSet,
    /// How many the candidate reckons with: the size of the set, unless a mutant counts otherwise.
    pub counted: u32,
}

/// What only a leader has (paper figure 2, "volatile state on leaders").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// One for each node up to the greatest voter, by id. The leader's own is not used.
    pub(super) progress: Vec<Progress>,
    /// Whom it has heard from since it last checked its quorum, itself included.
    pub(super) heard: NodeSet,
    /// For each client with requests in the log, the greatest number there; sorted by client.
    pub(super) proposed: Vec<(NodeId, u32)>,
}

impl Leader {
    pub(super) fn new(id: NodeId, voters: &NodeSet, last_index: Index) -> Leader {
        let nodes = voters.iter().last().map_or(0, |last| last.index() + 1);
        Leader { progress: vec![Progress::new(last_index); nodes], heard: NodeSet::from_iter([id]), proposed: Vec::new() }
    }

    /// The greatest request number of `client` that stands in the log, if any does.
    pub(super) fn proposed(&self, client: NodeId) -> Option<u32> {
        self.proposed.binary_search_by_key(&client, |(node, _)| *node).ok().map(|at| self.proposed[at].1)
    }

    /// A request of `client` stands in the log.
    pub(super) fn note_proposed(&mut self, client: NodeId, seq: u32) {
        match self.proposed.binary_search_by_key(&client, |(node, _)| *node) {
            Ok(at) => self.proposed[at].1 = self.proposed[at].1.max(seq),
            Err(at) => self.proposed.insert(at, (client, seq)),
        }
    }
}

impl Encode for Votes {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.granted);
        to.u32(self.counted);
    }
}

impl Encode for Role {
    fn encode(&self, to: &mut Encoder) {
        // Whether a set of more than one word follows.
        const WIDE: u8 = 16;
        let tag = |tag: u8, set: &NodeSet| if set.is_wide() { tag | WIDE } else { tag };
        match self {
            Role::Follower { leader } => {
                to.u8(0);
                to.option(leader.as_ref());
            }
            Role::PreCandidate { votes } => {
                to.u8(tag(1, &votes.granted));
                to.put(votes);
            }
            Role::Candidate { votes } => {
                to.u8(tag(2, &votes.granted));
                to.put(votes);
            }
            Role::Leader(leader) => {
                to.u8(tag(3, &leader.heard));
                to.list(leader.progress.iter());
                to.put(&leader.heard);
                // `proposed` is left out: of what is not yet applied it follows from the log, of the rest the sessions know.
            }
        }
    }
}
