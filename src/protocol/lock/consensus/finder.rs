//! Whom a client of the log asks: the server that it takes for the leader, until that one names another or says nothing.

use crate::base::{Encode, Encoder, NodeId};

/// What it knows of the leader.
#[derive(Clone, Debug)]
pub struct Finder {
    nodes: u16,
    leader: NodeId,
    /// Redirects followed since it last turned to a server by itself: a circle of servers that name each other ends after one round.
    hops: u16,
}

impl Finder {
    /// Clients begin at different servers, so that none is special.
    pub fn new(client: NodeId, nodes: u16) -> Finder {
        Finder { nodes, leader: NodeId(client.0 % nodes.max(1)), hops: 0 }
    }

    /// The server that it takes for the leader.
    pub fn leader(&self) -> NodeId {
        self.leader
    }

    /// This server has answered as a leader does.
    pub fn answered(&mut self, from: NodeId) {
        (self.leader, self.hops) = (from, 0);
    }

    /// A server does not lead, and names another one if it knows who does. Whether everything that is open is to be asked there now.
    pub fn redirected(&mut self, from: NodeId, leader: Option<NodeId>) -> bool {
        if from != self.leader || self.hops >= self.nodes {
            return false;
        }
        let Some(leader) = leader.filter(|leader| *leader != from && leader.0 < self.nodes) else { return false };
        self.leader = leader;
        self.hops += 1;
        true
    }

    /// The server asked last has not answered: the next one may know more.
    pub fn turn_to_next(&mut self) {
        self.leader = NodeId((self.leader.0 + 1) % self.nodes.max(1));
        self.hops = 0;
    }
}

impl Encode for Finder {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.leader);
        to.u16(self.hops);
    }
}
