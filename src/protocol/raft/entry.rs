//! Log entries, and runs of entries as messages and records carry them.

use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::kv;
use crate::protocol::lock::command;
use crate::protocol::machine::Op;
use std::ops::Deref;
use std::sync::Arc;

/// A term (paper 5.1). 0 before the first election.
pub type Term = u64;

/// A position in the log. The first entry has index 1; 0 is the empty place before it.
pub type Index = u64;

/// What an entry asks of the state machine: a [machine's operation](Op), laid out so that an entry takes no more room for being of
/// either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing: a new leader's first entry, with which it commits what it inherited (paper 8).
    Noop,
    /// A client's operation on the key-value store.
    Client {
        /// Who asked: the session (thesis 6.3).
        client: NodeId,
        /// Number of the operation in that session; grows, also across restarts of the client.
        seq: u32,
        /// The operation.
        op: kv::Op,
    },
    /// A client's command to the table of locks, or one that a server proposed itself: then `client` is that server.
    Lock {
        /// Who asked.
        client: NodeId,
        /// Number of the request at its client.
        seq: u32,
        /// The command.
        command: command::Command,
    },
}

impl Command {
    /// An operation that somebody asks for.
    pub fn of(client: NodeId, seq: u32, op: Op) -> Command {
        match op {
            Op::Kv(op) => Command::Client { client, seq, op },
            Op::Lock(command) => Command::Lock { client, seq, command },
        }
    }

    /// Who asked, by which number, for which operation; `None` if nobody did.
    pub fn asked(&self) -> Option<(NodeId, u32, Op)> {
        match *self {
            Command::Noop => None,
            Command::Client { client, seq, op } => Some((client, seq, Op::Kv(op))),
            Command::Lock { client, seq, command } => Some((client, seq, Op::Lock(command))),
        }
    }
}

impl Encode for Command {
    fn encode(&self, to: &mut Encoder) {
        let Some((client, seq, op)) = self.asked() else { return to.u8(0) };
        to.u8(1);
        to.put(&client);
        to.u32(seq);
        to.put(&op);
    }
}

/// One entry of the log (paper 5.3): a command and the term in which a leader received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The term of the leader that received it.
    pub term: Term,
    /// What it asks of the state machine.
    pub command: Command,
}

impl Entry {
    /// Size on the wire and on disk in bytes.
    pub fn size_bytes(&self) -> u32 {
        match self.command {
            Command::Noop => 9,
            Command::Client { .. } | Command::Lock { .. } => 36,
        }
    }
}

impl Encode for Entry {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.term);
        to.put(&self.command);
    }
}

/// A run of entries, shared between the messages and the record that carry it. An empty run owns no memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries(Option<Arc<[Entry]>>);

impl Entries {
    /// No entries, as a heartbeat carries them.
    pub const EMPTY: Entries = Entries(None);

    /// A run of one.
    pub fn one(entry: Entry) -> Entries {
        Entries(Some(Arc::new([entry])))
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<I: IntoIterator<Item = Entry>>(items: I) -> Self {
        let items: Arc<[Entry]> = items.into_iter().collect();
        Entries((!items.is_empty()).then_some(items))
    }
}

impl Deref for Entries {
    type Target = [Entry];
    fn deref(&self) -> &[Entry] {
        self.0.as_deref().unwrap_or(&[])
    }
}

impl Encode for Entries {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.iter());
    }
}
