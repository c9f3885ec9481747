//! The history: what clients asked for and what they were told, in order of invocation.
//!
//! Three outcomes, never two. After *unknown* the client continues under a new process id, so that no process ever has two
//! operations open and an open one stays open to the end.

use crate::base::{Chunked, EventId, NodeId, OpId};
use crate::protocol::Outcome;

/// What the outcome of an operation that has not returned is called.
pub const PENDING: &str = "pending";

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation<Q, A> {
    /// Its identity.
    pub op: OpId,
    /// The process under which it was invoked.
    pub process: u32,
    /// What was asked.
    pub request: Q,
    /// When it went in, microseconds, and the event.
    pub invoked: (u64, EventId),
    /// When it came back, the event, and how; `None` while it is pending.
    pub returned: Option<(u64, EventId, Outcome<A>)>,
}

/// All operations of a run.
#[derive(Clone, Debug)]
pub struct History<Q, A> {
    operations: Chunked<Operation<Q, A>>,
    /// By client: operations invoked, the current process, and places of those still open.
    clients: Vec<Client>,
    first_client: u16,
    /// Operations that have returned, by [`Outcome::number`].
    returned: [usize; 3],
}

#[derive(Clone, Debug)]
struct Client {
    invoked: u32,
    process: u32,
    open: Vec<(u32, usize)>,
}

impl<Q: Clone, A: Clone> History<Q, A> {
    /// An empty history for clients `first_client..first_client + clients`.
    pub fn new(first_client: u16, clients: u16) -> History<Q, A> {
        let client = |n| Client { invoked: 0, process: u32::from(n), open: Vec::new() };
        History { operations: Chunked::new(), clients: (0..clients).map(client).collect(), first_client, returned: [0; 3] }
    }

    /// Records an invocation and names it. `None` if the node is no client.
    pub fn invoke(&mut self, client: NodeId, request: Q, at_us: u64, event: EventId) -> Option<OpId> {
        let place = self.operations.len();
        let entry = self.clients.get_mut(client.0.checked_sub(self.first_client)? as usize)?;
        let op = OpId { client, n: entry.invoked };
        entry.invoked += 1;
        entry.open.push((op.n, place));
        let process = entry.process;
        self.operations.push(Operation { op, process, request, invoked: (at_us, event), returned: None });
        Some(op)
    }

    /// Records an outcome. False if the operation is not open: an answer that comes twice changes nothing.
    pub fn complete(&mut self, op: OpId, outcome: Outcome<A>, at_us: u64, event: EventId) -> bool {
        let clients = self.clients.len() as u32;
        let index = op.client.0.wrapping_sub(self.first_client) as usize;
        let Some(entry) = self.clients.get_mut(index) else { return false };
        let Some(open) = entry.open.iter().position(|(n, _)| *n == op.n) else { return false };
        let (_, place) = entry.open.swap_remove(open);
        if matches!(outcome, Outcome::Unknown) {
            entry.process += clients;
        }
        self.returned[outcome.number()] += 1;
        if let Some(operation) = self.operations.get_mut(place) {
            operation.returned = Some((at_us, event, outcome));
        }
        true
    }

    /// The client forgets its open operations: they are *unknown* from now on.
    pub fn abandon(&mut self, client: NodeId, at_us: u64, event: EventId) {
        let index = client.0.wrapping_sub(self.first_client) as usize;
        let open = self.clients.get(index).map(|entry| entry.open.clone()).unwrap_or_default();
        for (n, _) in open {
            self.complete(OpId { client, n }, Outcome::Unknown, at_us, event);
        }
    }

    /// All operations, in order of invocation.
    pub fn operations(&self) -> &Chunked<Operation<Q, A>> {
        &self.operations
    }

    /// How many operations have this outcome, by its name; [`PENDING`] is the name of having none yet.
    pub fn count(&self, outcome: &str) -> usize {
        match Outcome::<A>::NAMES.iter().position(|name| *name == outcome) {
            Some(number) => self.returned[number],
            None if outcome == PENDING => self.operations.len() - self.returned.iter().sum::<usize>(),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted_by_outcome() {
        let (client, other) = (NodeId(3), NodeId(4));
        let mut history: History<u8, u8> = History::new(3, 2);
        let ops: Vec<OpId> = (0..5).map(|n| history.invoke(client, n, 0, EventId::NONE).unwrap()).collect();
        history.invoke(other, 9, 0, EventId::NONE);
        let counts = |history: &History<u8, u8>| ["ok", "fail", "unknown", PENDING, "lost"].map(|name| history.count(name));
        assert_eq!(counts(&history), [0, 0, 0, 6, 0]);
        history.complete(ops[0], Outcome::Ok(1), 1, EventId::NONE);
        history.complete(ops[1], Outcome::Fail, 1, EventId::NONE);
        assert!(!history.complete(ops[1], Outcome::Ok(2), 2, EventId::NONE), "it has returned");
        assert_eq!(counts(&history), [1, 1, 0, 4, 0]);
        history.abandon(client, 3, EventId::NONE);
        assert_eq!(counts(&history), [1, 1, 3, 1, 0]);
    }
}
