//! The history: what clients asked for and what they were told, in order of invocation.
//!
//! Three outcomes, never two. After *unknown* the client continues under a new process id, so that no process ever has two
//! operations open and an open one stays open to the end.

use crate::base::{Chunked, EventId, NodeId, OpId};
use crate::protocol::Outcome;

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
        History { operations: Chunked::new(), clients: (0..clients).map(client).collect(), first_client }
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
}
