//! What the log asks of the table of locks, and what that answers.
//!
//! Every command changes nothing when it is applied a second time, but that signs of life count again; so none needs a session.
//! What a client sends again, what comes late, or what a leader proposes that its predecessor had proposed, does no harm.

use crate::base::{Encode, Encoder, NodeId};

/// Index of the log entry that made something: it grows, and nothing has it twice.
pub type Revision = u64;

/// A lease: whose, and from which of its operations. No client counts an operation twice, not even across a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    /// Whose.
    pub client: NodeId,
    /// Number of the operation at its client.
    pub op: u32,
}

impl Lease {
    fn word(self) -> u64 {
        u64::from(self.client.0) << 32 | u64::from(self.op)
    }
}

/// Whether others may hold the lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody else: a writer.
    Exclusive,
    /// Other readers.
    Shared,
}

/// What a holder shows to servers: name, mode and generation of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequencer {
    /// Which lock.
    pub name: u32,
    /// Held in which mode.
    pub mode: Mode,
    /// The revision of the holder's entry.
    pub generation: Revision,
}

/// What the log asks of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// A sign of life with which a lease begins; one that has begun lives on, and one that has ended stays so.
    Grant {
        /// Which.
        lease: Lease,
        /// So many of the client's operations before this one may still ask for a lease: what is remembered of older ones can be
        /// forgotten.
        older: u16,
        /// The how-many-eth sign of life it is.
        nth: u32,
        /// When the lease ends by the client's wall clock, microseconds: nobody should read it.
        until_wall_us: i64,
    },
    /// A sign of life: a lease lives on, if it is not over.
    KeepAlive {
        /// Which.
        lease: Lease,
        /// The how-many-eth sign of life it is.
        nth: u32,
        /// When the lease ends by the client's wall clock, microseconds: nobody should read it.
        until_wall_us: i64,
    },
    /// A lease is given back, with all its entries.
    End(Lease),
    /// A lease has run out, with all its entries, unless it has lived on since that revision.
    Expire {
        /// Which.
        lease: Lease,
        /// The revision of its last sign of life that whoever says so knew of.
        renewed: Revision,
    },
    /// Somebody queues for a lock; asked again with the same lease and number, it is the same entry.
    Enqueue {
        /// Which lock.
        name: u32,
        /// With which lease.
        lease: Lease,
        /// By which number.
        number: u32,
        /// Exclusive or shared.
        mode: Mode,
    },
    /// Somebody looks at its place in the queue.
    Look {
        /// Which lock.
        name: u32,
        /// The revision of the own entry.
        created: Revision,
        /// Exclusive or shared.
        mode: Mode,
    },
    /// The delay of a lock that began with this revision is over.
    Undelay {
        /// Which lock.
        name: u32,
        /// The revision.
        since: Revision,
    },
    /// Somebody was shown this, and asks whether it is still that of a holder.
    Check(Sequencer),
}

impl Command {
    /// The lock that it is about, if it is about one.
    pub fn name(&self) -> Option<u32> {
        match *self {
            Command::Enqueue { name, .. } | Command::Look { name, .. } | Command::Undelay { name, .. } => Some(name),
            Command::Check(shown) => Some(shown.name),
            Command::Grant { .. } | Command::KeepAlive { .. } | Command::End(_) | Command::Expire { .. } => None,
        }
    }

    /// The command's name as the field has it.
    pub fn verb(&self) -> &'static str {
        match self {
            Command::Grant { .. } => "grant",
            Command::KeepAlive { .. } => "keep-alive",
            Command::End(_) => "end",
            Command::Expire { .. } => "expire",
            Command::Enqueue { .. } => "enqueue",
            Command::Look { .. } => "look",
            Command::Undelay { .. } => "undelay",
            Command::Check(_) => "check",
        }
    }

    /// Whether it changes nothing.
    pub(in crate::protocol) fn is_read(&self) -> bool {
        matches!(self, Command::Look { .. } | Command::Check(_))
    }

    /// Its content in four words; the first are different from those of other machines' operations.
    pub(in crate::protocol) fn words(&self) -> [u64; 4] {
        let shared = |mode: Mode| u64::from(mode == Mode::Shared) << 8;
        match *self {
            Command::Grant { lease, older, nth, until_wall_us } => {
                [16, u64::from(older) << 32 | u64::from(nth), lease.word(), until_wall_us as u64]
            }
            Command::KeepAlive { lease, nth, until_wall_us } => [17, nth.into(), lease.word(), until_wall_us as u64],
            Command::End(lease) => [18, 0, lease.word(), 0],
            Command::Expire { lease, renewed } => [19, 0, lease.word(), renewed],
            Command::Enqueue { name, lease, number, mode } => [20 | shared(mode), name.into(), lease.word(), number.into()],
            Command::Look { name, created, mode } => [21 | shared(mode), name.into(), created, 0],
            Command::Undelay { name, since } => [22, name.into(), since, 0],
            Command::Check(shown) => [23 | shared(shown.mode), shown.name.into(), shown.generation, 0],
        }
    }
}

impl Encode for Command {
    fn encode(&self, to: &mut Encoder) {
        // No operation of another machine begins with this first byte.
        let [tag, words @ ..] = self.words();
        to.u8(tag as u8);
        to.u8((tag >> 8) as u8);
        words.into_iter().for_each(|word| to.u64(word));
    }
}

/// What the table answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing that anybody waits for.
    Done,
    /// A lease lives on, or is gone.
    Lives {
        /// Which.
        lease: Lease,
        /// The how-many-eth sign of life is answered.
        nth: u32,
        /// It lives on.
        lives: bool,
    },
    /// A lease is gone.
    Ended(Lease),
    /// Somebody's place in a queue.
    Place(Place),
    /// What was shown is that of a holder, or is not.
    Checked {
        /// What was shown.
        shown: Sequencer,
        /// It is.
        valid: bool,
    },
}

/// A place in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The revision of the entry, as it was asked for or is found; 0 if the lease for it is gone.
    pub created: Revision,
    /// The entry is there. If it is gone, its lease ended while it waited: then it holds nothing, whoever is before it (etcd
    /// issue 11456).
    pub exists: bool,
    /// What stands in the way: the revision of the nearest entry that must go first, or [`DELAY`]. `None`: nothing.
    pub before: Option<Revision>,
}

/// What stands in the way of everybody while a lock is delayed. No entry has this revision.
pub const DELAY: Revision = 0;

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Answer::Done => to.u8(16),
            Answer::Lives { lease, nth, lives } => {
                to.u8(17);
                to.put(lease);
                to.u32(*nth);
                to.bool(*lives);
            }
            Answer::Ended(lease) => {
                to.u8(18);
                to.put(lease);
            }
            Answer::Place(place) => {
                to.u8(19);
                to.u64(place.created);
                to.bool(place.exists);
                to.option(place.before.as_ref());
            }
            Answer::Checked { shown, valid } => {
                to.u8(20);
                to.put(shown);
                to.bool(*valid);
            }
        }
    }
}

impl Encode for Sequencer {
    fn encode(&self, to: &mut Encoder) {
        to.u32(self.name);
        to.bool(self.mode == Mode::Shared);
        to.u64(self.generation);
    }
}

impl Encode for Lease {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.client);
        to.u32(self.op);
    }
}
