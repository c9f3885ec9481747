//! The log: entries from index 1 on, each with a hash of everything up to it.

use super::entry::{Entries, Entry, Index, Term};
use crate::base::{Chunked, Encode, Encoder};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A server's log (paper 5.3). Cloning shares its chunks.
///
/// The *prefix hash* of an index is a chain over the entries up to it: two logs agree up to an index exactly if their hashes
/// there are equal (but for a chance of 2^-64), so a checker compares logs in constant time.
#[derive(Clone, Debug, Default)]
pub struct Log {
    slots: Chunked<Slot>,
    truncations: u32,
    first_changed: Option<Index>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    entry: Entry,
    prefix_hash: u64,
}

impl Log {
    /// An empty log.
    pub fn new() -> Log {
        Log::default()
    }

    /// Index of the last entry; 0 if there is none. Also the number of entries.
    pub fn last_index(&self) -> Index {
        self.slots.len() as Index
    }

    /// Term of the last entry; 0 if there is none.
    pub fn last_term(&self) -> Term {
        self.slots.last().map_or(0, |slot| slot.entry.term)
    }

    /// The entry at `index`.
    #[inline]
    pub fn get(&self, index: Index) -> Option<&Entry> {
        self.slot(index).map(|slot| &slot.entry)
    }

    /// The term at `index`; 0 at index 0, `None` beyond the end.
    #[inline]
    pub fn term(&self, index: Index) -> Option<Term> {
        match index {
            0 => Some(0),
            _ => self.slot(index).map(|slot| slot.entry.term),
        }
    }

    /// The hash of all entries up to and with `index`; 0 at index 0, `None` beyond the end.
    #[inline]
    pub fn prefix_hash(&self, index: Index) -> Option<u64> {
        match index {
            0 => Some(0),
            _ => self.slot(index).map(|slot| slot.prefix_hash),
        }
    }

    /// The entries from `from` on, in order.
    pub fn iter_from(&self, from: Index) -> impl Iterator<Item = &Entry> + '_ {
        self.slots.iter_from(from.max(1) as usize - 1).map(|slot| &slot.entry)
    }

    /// At most `max` entries from `from` on, ready to be sent.
    pub fn entries(&self, from: Index, max: usize) -> Entries {
        if from > self.last_index() {
            return Entries::EMPTY;
        }
        self.iter_from(from).take(max).copied().collect()
    }

    /// The last index up to `index` whose term is at most `term`: where two logs may still agree when one has `term` at
    /// `index` and the other has not. Terms never decrease along a log, so this is a binary search.
    pub fn last_index_of_term_at_most(&self, index: Index, term: Term) -> Index {
        let (mut low, mut high) = (0, index.min(self.last_index()));
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.term(middle).is_some_and(|found| found <= term) {
                true => low = middle,
                false => high = middle - 1,
            }
        }
        low
    }

    /// How often entries were removed since the process started.
    pub fn truncations(&self) -> u32 {
        self.truncations
    }

    /// The lowest index that was added or removed while the latest input was handled; `None` if the log is as it was.
    pub fn first_changed(&self) -> Option<Index> {
        self.first_changed
    }

    /// Forgets what changed: an input is about to be handled.
    pub(super) fn begin_event(&mut self) {
        self.first_changed = None;
    }

    /// Adds an entry at the end; returns its index.
    pub(super) fn push(&mut self, entry: Entry) -> Index {
        let before = self.slots.last().map_or(0, |slot| slot.prefix_hash);
        self.slots.push(Slot { entry, prefix_hash: chain(before, &entry) });
        self.changed_at(self.last_index());
        self.last_index()
    }

    /// Removes the entries from `from` on.
    pub(super) fn truncate_from(&mut self, from: Index) {
        if from > self.last_index() {
            return;
        }
        self.slots.truncate(from.max(1) as usize - 1);
        self.truncations = self.truncations.wrapping_add(1);
        self.changed_at(from.max(1));
    }

    #[inline]
    fn slot(&self, index: Index) -> Option<&Slot> {
        self.slots.get(usize::try_from(index.checked_sub(1)?).ok()?)
    }

    fn changed_at(&mut self, index: Index) {
        self.first_changed = Some(self.first_changed.map_or(index, |first| first.min(index)));
    }
}

/// The next link of the chain of hashes: of the entry's 40 canonical bytes, seeded with the link before.
fn chain(before: u64, entry: &Entry) -> u64 {
    let (head, key, a, b) = match entry.command.asked() {
        None => (0, 0, 0, 0),
        Some((client, seq, op)) => {
            let [tag, key, a, b] = op.words();
            (tag << 48 | (client.0 as u64) << 32 | seq as u64, key, a, b)
        }
    };
    let mut bytes = [0; 40];
    for (at, word) in [entry.term, head, key, a, b].into_iter().enumerate() {
        bytes[at * 8..][..8].copy_from_slice(&word.to_le_bytes());
    }
    xxh3_64_with_seed(&bytes, before)
}

impl PartialEq for Log {
    fn eq(&self, other: &Log) -> bool {
        self.last_index() == other.last_index() && self.prefix_hash(self.last_index()) == other.prefix_hash(other.last_index())
    }
}

impl Encode for Log {
    /// Length and prefix hash: what tells logs apart.
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.last_index());
        to.u64(self.slots.last().map_or(0, |slot| slot.prefix_hash));
    }
}
