//! What a server keeps on disk, and how it finds its state there again (paper figure 2, "persistent state on all servers").

use super::entry::{Entries, Index, Term};
use super::log::Log;
use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::Slot;

/// Term and vote. One record, so that no crash can come between the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HardState {
    /// The latest term the server has seen.
    pub term: Term,
    /// Who got its vote in that term.
    pub voted_for: Option<NodeId>,
}

impl Encode for HardState {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.term);
        to.option(self.voted_for.as_ref());
    }
}

/// One record of a server's disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Term and vote are now these.
    HardState(HardState),
    /// The log ends before `from`, and these entries follow. One record, so that entries are never removed without those
    /// that replace them.
    Append {
        /// Index of the first new entry.
        from: Index,
        /// The new entries.
        entries: Entries,
    },
}

impl Encode for Record {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Record::HardState(hard) => {
                to.u8(0);
                to.put(hard);
            }
            Record::Append { from, entries } => {
                to.u8(1);
                to.u64(*from);
                to.put(entries);
            }
        }
    }
}

/// What a disk holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recovered {
    /// Term and vote.
    pub hard: HardState,
    /// The log.
    pub log: Log,
    /// Number of torn records that were passed over.
    pub torn: usize,
}

/// Why a server cannot trust its disk. The number is the slot, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// The record is damaged. It may hold a vote that was given or entries that were acknowledged, so it cannot be passed
    /// over (Alagappan et al., "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018).
    Corrupt(usize),
    /// The record does not follow from those before it: a gap in the log, or a term that goes back.
    Contradiction(usize),
}

/// Reads a disk from its first record to its last.
///
/// A torn record was never acknowledged: it is passed over. It can only have been the last one when the server next
/// started, so whatever follows it was written by a process that had passed over it as well.
pub fn replay(disk: &[Slot<Record>]) -> Result<Recovered, ReplayError> {
    let mut state = Recovered::default();
    for (at, slot) in disk.iter().enumerate() {
        match slot {
            Slot::Torn => state.torn += 1,
            Slot::Corrupt => return Err(ReplayError::Corrupt(at)),
            Slot::Intact(Record::HardState(hard)) if hard.term >= state.hard.term => state.hard = *hard,
            Slot::Intact(Record::Append { from, entries }) if (1..=state.log.last_index() + 1).contains(from) => {
                state.log.truncate_from(*from);
                entries.iter().for_each(|entry| {
                    state.log.push(*entry);
                });
            }
            Slot::Intact(_) => return Err(ReplayError::Contradiction(at)),
        }
    }
    Ok(state)
}
