//! What the checkers see of an event: one server that has changed, before and after.

use crate::base::{EventId, NodeId};
use crate::protocol::raft::{Index, Log, Server, Term};
use crate::sim::trace::Event;

/// What the checkers remember of a server from one event to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) term: Term,
    pub(super) voted_for: Option<NodeId>,
    pub(super) leads: bool,
    pub(super) commit_index: Index,
    pub(super) last_applied: Index,
    pub(super) last_index: Index,
    /// How often entries were removed in this incarnation: with the last index, it tells whether the log has changed.
    pub(super) truncations: u32,
    /// Prefix hash of the last entry.
    pub(super) last_hash: u64,
}

impl Digest {
    pub(super) fn of(server: &Server) -> Digest {
        let log = server.log();
        Digest {
            term: server.term(),
            voted_for: server.voted_for(),
            leads: server.is_leader(),
            commit_index: server.commit_index(),
            last_applied: server.last_applied(),
            last_index: log.last_index(),
            truncations: log.truncations(),
            last_hash: log.prefix_hash(log.last_index()).unwrap_or(0),
        }
    }

    /// Whether nothing has changed since. All but the hash, which cannot change alone.
    #[inline]
    pub(super) fn is_of(&self, server: &Server) -> bool {
        let log = server.log();
        self.last_index == log.last_index()
            && self.commit_index == server.commit_index()
            && self.last_applied == server.last_applied()
            && self.term == server.term()
            && self.leads == server.is_leader()
            && self.voted_for == server.voted_for()
            && self.truncations == log.truncations()
    }
}

/// A running server that an event has changed.
pub(super) struct Sight<'a> {
    pub(super) event: &'a Event,
    pub(super) node: NodeId,
    /// `None` in the event in which it starts.
    pub(super) before: Option<Digest>,
    pub(super) after: Digest,
    pub(super) log: &'a Log,
}

impl Sight<'_> {
    /// Whether it becomes the leader of a term in this event.
    pub(super) fn is_elected(&self) -> bool {
        self.after.leads && !self.before.is_some_and(|before| before.leads && before.term == self.after.term)
    }

    /// The lowest index at which its log has changed in this event, if it has.
    pub(super) fn first_changed(&self) -> Option<Index> {
        let same = |before: Digest| (before.last_index, before.truncations) == (self.after.last_index, self.after.truncations);
        match self.before {
            Some(before) if same(before) => None,
            Some(_) => self.log.first_changed(),
            None => Some(1),
        }
    }

    pub(super) fn id(&self) -> EventId {
        self.event.id
    }
}

/// The lowest index up to `last` at which two logs differ that differ at `last`. `agree` is true of a prefix of the indexes,
/// because prefix hashes are compared; so this is a binary search.
pub(super) fn first_difference(last: Index, agree: impl Fn(Index) -> bool) -> Index {
    let (mut low, mut high) = (0, last);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match agree(middle) {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}
