//! A node's disk: a list of records that are intact, torn or corrupt, and the writes that are not yet on it.
//!
//! Checksums are modelled, not computed: the disk knows which of its records are damaged, and a starting node is told. Each
//! record carries its address, so a misdirected write damages two places: the one that it should have gone to, which reads
//! as corrupt, and the one that it hit. Bit rot that a checksum misses is not modelled.

use super::fired::{FaultKind, Fired};
use super::plan::{DiskAct, DiskSettings, Refusal};
use crate::base::draw::{Purpose, chance, in_range, mix};
use crate::base::ids::PlaceKind;
use crate::base::{Chunked, Encode, Encoder, EventId, NodeId, Place, WriteId};
use crate::protocol::Slot;
use std::collections::VecDeque;

/// A write on its way to the disk.
#[derive(Clone, Debug)]
pub struct Pending<R> {
    /// Its number.
    pub write: WriteId,
    /// What is written.
    pub record: R,
    /// When it will be on disk, microseconds.
    pub due_us: u64,
    /// The event that issued it.
    pub cause: EventId,
    /// True if it will fail: the disk was full.
    pub fails: bool,
}

/// One node's disk.
#[derive(Clone, Debug)]
pub struct Disk<R> {
    node: NodeId,
    settings: DiskSettings,
    records: Chunked<Slot<R>>,
    pending: VecDeque<Pending<R>>,
    next_write: u32,
    full: bool,
    misdirect: Option<u32>,
    damaged: u32,
}

// Fields of the draws about one write.
const FSYNC: u64 = 0;
const LOSE: u64 = 1;
const TEAR: u64 = 2;

impl<R: Clone + Encode> Disk<R> {
    /// An empty disk.
    pub fn new(node: NodeId, settings: DiskSettings) -> Disk<R> {
        Disk {
            node,
            settings,
            records: Chunked::new(),
            pending: VecDeque::new(),
            next_write: 0,
            full: false,
            misdirect: None,
            damaged: 0,
        }
    }

    /// The id of a write as an item: (disk, n).
    pub fn item(node: NodeId, write: WriteId) -> EventId {
        EventId::new(Place::of_node(PlaceKind::Disk, node), write.0)
    }

    /// The number that the next write will have: counts across restarts.
    pub fn next_write(&self) -> u32 {
        self.next_write
    }

    /// The number of the first write that is not on disk: of the next one if all are.
    pub fn first_pending(&self) -> u32 {
        self.head().map_or(self.next_write, |pending| pending.write.0)
    }

    /// Starts a write. Writes complete in order, each no earlier than the one before it. Returns when it is done.
    pub fn write(&mut self, seed: Option<u64>, now_us: u64, write: WriteId, record: R, cause: EventId) -> u64 {
        let DiskSettings { fsync_us_min, fsync_us_max, .. } = self.settings;
        let delay = match seed {
            Some(seed) => in_range(self.draw(seed, write, FSYNC), fsync_us_min, fsync_us_max),
            None => fsync_us_min,
        };
        let after = self.pending.back().map_or(0, |last| last.due_us);
        let due_us = now_us.saturating_add(delay).max(after);
        self.next_write = write.0 + 1;
        // A write that fails takes with it what was written behind it: a file has no holes.
        let fails = self.full || self.pending.back().is_some_and(|last| last.fails);
        self.pending.push_back(Pending { write, record, due_us, cause, fails });
        due_us
    }

    /// The write that completes next.
    pub fn head(&self) -> Option<&Pending<R>> {
        self.pending.front()
    }

    /// Writes that are not on disk yet, in order.
    pub fn pending(&self) -> impl ExactSizeIterator<Item = &Pending<R>> {
        self.pending.iter()
    }

    /// Completes the first pending write: it is on disk now, unless it fails.
    pub fn complete(&mut self, fired: &mut Fired) -> Option<Pending<R>> {
        let done = self.pending.pop_front()?;
        if done.fails {
            fired.count(FaultKind::DiskFull);
        } else {
            if self.misdirect.is_some() {
                fired.count(FaultKind::Misdirection);
            }
            self.append(done.record.clone());
        }
        Some(done)
    }

    fn append(&mut self, record: R) {
        match self.misdirect.take() {
            None => self.records.push(Slot::Intact(record)),
            Some(from_newest) => {
                // The place that it hit, and the place that it should have gone to.
                self.corrupt(from_newest);
                self.records.push(Slot::Corrupt);
                self.damaged += 1;
            }
        }
    }

    /// The power goes. Unsynced writes survive or are lost by their draws; the first lost one takes the later ones with it and
    /// may leave a torn record.
    pub fn crash(&mut self, seed: Option<u64>, fired: &mut Fired) {
        let DiskSettings { lose_unsynced_ppm, torn_tail_ppm, .. } = self.settings;
        while let Some(pending) = self.pending.pop_front() {
            let lost = match seed {
                Some(seed) => chance(self.draw(seed, pending.write, LOSE), lose_unsynced_ppm),
                None => true,
            };
            if pending.fails {
                self.pending.clear();
                return;
            }
            if lost {
                let torn = seed.is_some_and(|seed| chance(self.draw(seed, pending.write, TEAR), torn_tail_ppm));
                self.pending.clear();
                fired.count(FaultKind::UnsyncedLost);
                if torn {
                    fired.count(FaultKind::TornTail);
                    self.tear();
                }
                return;
            }
            self.append(pending.record);
        }
    }

    /// Leaves a torn record at the end.
    pub fn tear(&mut self) {
        self.records.push(Slot::Torn);
        self.damaged += 1;
    }

    /// Forgets everything.
    pub fn wipe(&mut self) {
        self.records = Chunked::new();
        self.pending.clear();
        self.damaged = 0;
    }

    /// What a starting node reads. A torn record is reported once: reading repairs the tail by cutting it off.
    pub fn read(&mut self) -> Vec<Slot<R>> {
        let slots: Vec<Slot<R>> = self.records.iter().cloned().collect();
        while matches!(self.records.last(), Some(Slot::Torn)) {
            self.records.truncate(self.records.len() - 1);
            self.damaged -= 1;
        }
        slots
    }

    /// Does something to it by plan or by hand. The caller has checked the node.
    pub fn act(&mut self, act: &DiskAct) -> Result<(), Refusal> {
        const PPM: &str = "from 0 to 1,000,000";
        match *act {
            DiskAct::Fsync(min, max) if min > max => return Err(Refusal::BadValue("fsync", "a range from least to greatest")),
            DiskAct::Fsync(min, max) => (self.settings.fsync_us_min, self.settings.fsync_us_max) = (min, max),
            DiskAct::LoseUnsynced(ppm) if ppm > 1_000_000 => return Err(Refusal::BadValue("lose-unsynced", PPM)),
            DiskAct::LoseUnsynced(ppm) => self.settings.lose_unsynced_ppm = ppm,
            DiskAct::TornTail(ppm) if ppm > 1_000_000 => return Err(Refusal::BadValue("torn-tail", PPM)),
            DiskAct::TornTail(ppm) => self.settings.torn_tail_ppm = ppm,
            DiskAct::Corrupt(from_newest) => {
                if !self.corrupt(from_newest) {
                    return Err(Refusal::NothingToDo("no-such-record"));
                }
            }
            DiskAct::Misdirect(from_newest) => self.misdirect = Some(from_newest),
            DiskAct::Full(full) => self.full = full,
        }
        Ok(())
    }

    fn corrupt(&mut self, from_newest: u32) -> bool {
        let place = self.records.len().checked_sub(1 + from_newest as usize);
        let Some(slot) = place.and_then(|place| self.records.get_mut(place)) else { return false };
        if matches!(slot, Slot::Intact(_)) {
            self.damaged += 1;
        }
        *slot = Slot::Corrupt;
        true
    }

    /// Records on disk: intact, damaged, not yet synced.
    pub fn counts(&self) -> (u32, u32, u32) {
        (self.records.len() as u32 - self.damaged, self.damaged, self.pending.len() as u32)
    }

    fn draw(&self, seed: u64, write: WriteId, field: u64) -> u64 {
        mix(seed, Purpose::Disk, Self::item(self.node, write).0, field)
    }

    /// Canonical state: records and pending writes, without times and numbers.
    pub fn encode_state(&self, to: &mut Encoder) {
        to.len(self.records.len());
        for slot in self.records.iter() {
            match slot {
                Slot::Intact(record) => {
                    to.u8(0);
                    record.encode(to);
                }
                Slot::Torn => to.u8(1),
                Slot::Corrupt => to.u8(2),
            }
        }
        to.len(self.pending.len());
        for pending in &self.pending {
            pending.record.encode(to);
            to.bool(pending.fails);
        }
        to.bool(self.full);
        to.option(self.misdirect.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(lose_unsynced_ppm: u32, torn_tail_ppm: u32) -> Disk<u32> {
        let mut disk =
            Disk::new(NodeId(0), DiskSettings { fsync_us_min: 10, fsync_us_max: 10, lose_unsynced_ppm, torn_tail_ppm });
        for n in 0..4 {
            disk.write(Some(1), 0, WriteId(n), n, EventId::NONE);
        }
        disk.complete(&mut Fired::default());
        disk.complete(&mut Fired::default());
        disk
    }

    #[test]
    fn a_crash_loses_what_was_not_synced() {
        let mut disk = disk(1_000_000, 0);
        disk.crash(Some(1), &mut Fired::default());
        assert_eq!(disk.read(), [Slot::Intact(0), Slot::Intact(1)]);
        assert_eq!(disk.next_write(), 4, "write numbers go on across crashes");
    }

    #[test]
    fn a_lucky_crash_keeps_it() {
        let mut disk = disk(0, 0);
        disk.crash(Some(1), &mut Fired::default());
        assert_eq!(disk.read().len(), 4);
    }

    #[test]
    fn a_torn_tail_is_read_once_and_cut_off() {
        let mut disk = disk(1_000_000, 1_000_000);
        disk.crash(Some(1), &mut Fired::default());
        assert_eq!(disk.read(), [Slot::Intact(0), Slot::Intact(1), Slot::Torn]);
        assert_eq!(disk.read(), [Slot::Intact(0), Slot::Intact(1)]);
    }

    #[test]
    fn a_misdirected_write_damages_two_places() {
        let mut disk = disk(1_000_000, 0);
        disk.act(&DiskAct::Misdirect(1)).unwrap();
        disk.complete(&mut Fired::default());
        assert_eq!(disk.read(), [Slot::Corrupt, Slot::Intact(1), Slot::Corrupt]);
        assert_eq!(disk.counts(), (1, 2, 1));
    }

    #[test]
    fn a_full_disk_fails_writes_and_keeps_nothing_of_them() {
        let mut disk = disk(1_000_000, 0);
        disk.act(&DiskAct::Full(true)).unwrap();
        disk.write(Some(1), 50, WriteId(4), 4, EventId::NONE);
        let outcomes: Vec<bool> = std::iter::from_fn(|| disk.complete(&mut Fired::default())).map(|done| done.fails).collect();
        assert_eq!(outcomes, [false, false, true]);
        assert_eq!(disk.counts(), (4, 0, 0));
    }
}
