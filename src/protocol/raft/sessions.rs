//! Client sessions: what makes a repeated request take effect once (thesis 6.3).

use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::machine::Answer;

/// What the state machine remembers of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The number of its last applied request.
    pub seq: u32,
    /// The answer to that request.
    pub answer: Answer,
}

/// The table of sessions: part of the replicated state, the same on every server at the same index.
///
/// A client has at most one request outstanding, so one answer each is enough. Its requests are numbered across its
/// restarts, so a restarted client's requests are new ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sessions {
    by_client: Vec<(NodeId, Session)>,
}

impl Sessions {
    /// The session of a client that has had a request applied.
    pub fn get(&self, client: NodeId) -> Option<&Session> {
        self.position(client).ok().map(|at| &self.by_client[at].1)
    }

    /// Clients and their sessions, by client.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Session)> + '_ {
        self.by_client.iter().map(|(client, session)| (*client, session))
    }

    /// Number of sessions.
    pub fn len(&self) -> usize {
        self.by_client.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.by_client.is_empty()
    }

    /// A request was applied, with this answer.
    pub(super) fn record(&mut self, client: NodeId, session: Session) {
        match self.position(client) {
            Ok(at) => self.by_client[at].1 = session,
            Err(at) => self.by_client.insert(at, (client, session)),
        }
    }

    fn position(&self, client: NodeId) -> Result<usize, usize> {
        self.by_client.binary_search_by_key(&client, |(node, _)| *node)
    }
}

impl Encode for Sessions {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.len());
        for (client, session) in self.iter() {
            to.put(&client);
            to.u32(session.seq);
            to.put(&session.answer);
        }
    }
}
