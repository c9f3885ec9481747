//! The queue: what happens next, in timed mode or by choice.

use super::items::{GENERATED, SCRIPTED};
use super::{Armed, Item, Kernel, Process, timer_item};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, sorted};
use crate::sim::fired::FaultKind;
use crate::sim::plan::Refusal;
use crate::sim::trace::Loss;
use std::cmp::Reverse;

/// One entry of the heap. Ordered by due time, then id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) due_us: u64,
    id: EventId,
    slot: u32,
}

enum Look {
    Ready,
    Stale,
    Park(NodeId),
    Later(u64),
}

impl Kernel {
    #[inline]
    pub(super) fn push(&mut self, due_us: u64, id: EventId, slot: u32) {
        self.heap.push(Reverse(Entry { due_us, id, slot }));
    }

    pub(super) fn head(&self) -> Option<Entry> {
        self.heap.peek().map(|Reverse(entry)| *entry)
    }

    /// When the next item is due. True after [`Kernel::settle`].
    pub fn next_due_us(&self) -> Option<u64> {
        self.head().map(|head| head.due_us.max(self.now_us))
    }

    /// Removes stale entries from the head of the queue, parks what meets a node that stands still, queues what meets a slow
    /// one. To be called after every change, so that the head is what happens next.
    pub fn settle(&mut self) {
        while let Some(entry) = self.head() {
            match self.look(entry) {
                Look::Ready => return,
                Look::Stale => {
                    self.heap.pop();
                }
                Look::Park(node) => {
                    self.heap.pop();
                    self.nodes[node.index()].parked.push(entry);
                }
                Look::Later(due_us) => {
                    self.heap.pop();
                    self.push(due_us, entry.id, entry.slot);
                }
            }
        }
    }

    #[inline]
    fn look(&mut self, entry: Entry) -> Look {
        let place = entry.id.place();
        match place.kind() {
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => self.look_at_message(entry),
            PlaceKind::Timer => {
                let state = &mut self.nodes[place.node().index()];
                let slot = &mut state.timers[entry.id.n() as usize];
                if slot.queued_us != Some(entry.due_us) {
                    return Look::Stale;
                }
                match slot.armed {
                    None => {
                        slot.queued_us = None;
                        Look::Stale
                    }
                    Some(armed) if armed.due_us > entry.due_us => {
                        slot.queued_us = Some(armed.due_us);
                        Look::Later(armed.due_us)
                    }
                    Some(_) if state.process == Process::Paused => Look::Park(place.node()),
                    Some(_) => Look::Ready,
                }
            }
            PlaceKind::Disk => {
                let state = &self.nodes[place.node().index()];
                match state.process {
                    _ if entry.id.n() < state.writes_done => Look::Stale,
                    Process::Paused => Look::Park(place.node()),
                    _ => Look::Ready,
                }
            }
            PlaceKind::Workload => {
                let Some(state) = self.nodes.get(place.node().index()) else { return Look::Stale };
                let done = place.to() == GENERATED && entry.id.n() < state.generated;
                if done || self.early.remove(entry.id) {
                    Look::Stale
                } else if state.process == Process::Paused {
                    Look::Park(place.node())
                } else {
                    Look::Ready
                }
            }
            PlaceKind::Plan if self.early.remove(entry.id) => Look::Stale,
            PlaceKind::Node if self.nodes[place.node().index()].events > 0 => Look::Stale,
            _ => Look::Ready,
        }
    }

    fn look_at_message(&mut self, entry: Entry) -> Look {
        let Some(flight) = self.flights[entry.slot as usize].as_mut() else { return Look::Stale };
        if flight.id != entry.id || flight.due_us != entry.due_us || flight.held {
            return Look::Stale;
        }
        let (from, to) = (flight.envelope.from, flight.envelope.to);
        let Some(state) = self.nodes.get_mut(to.index()) else { return Look::Ready };
        if flight.lost.is_some() || (!flight.forced && !flight.queued && self.links.is_cut((from, to))) {
            return Look::Ready;
        }
        match state.process {
            Process::Crashed | Process::Halted => Look::Ready,
            Process::Paused => Look::Park(to),
            Process::Running => match &mut state.slow {
                Some(slow) if !flight.queued && !flight.forced => {
                    let arrival = entry.due_us.max(self.now_us);
                    let start = slow.free_us.max(arrival);
                    if start > arrival && slow.waiting >= slow.capacity {
                        flight.lost = Some(Loss::QueueFull);
                        return Look::Ready;
                    }
                    slow.free_us = start.saturating_add(slow.service_us);
                    slow.waiting += 1;
                    if start > arrival {
                        self.fired.count(FaultKind::Slow);
                    }
                    flight.queued = true;
                    flight.due_us = slow.free_us;
                    Look::Later(slow.free_us)
                }
                _ => Look::Ready,
            },
        }
    }

    /// Rough number of bytes of the queue.
    pub fn memory_bytes(&self) -> usize {
        self.heap.len() * std::mem::size_of::<Reverse<Entry>>() + std::mem::size_of::<Kernel>()
    }

    /// Takes the earliest due item. The queue is settled before and after.
    #[inline]
    pub fn pop(&mut self) -> Option<Item> {
        let Reverse(entry) = self.heap.pop()?;
        self.now_us = self.now_us.max(entry.due_us);
        Some(self.take(entry.id, entry.slot))
    }

    /// When an enabled item is due, microseconds. A held message is due whenever it is let go.
    pub fn due_us(&self, id: EventId) -> Option<u64> {
        let place = id.place();
        match place.kind() {
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => {
                let flight = self.flight(self.find(id)?)?;
                Some(if flight.held { self.now_us } else { flight.due_us })
            }
            PlaceKind::Timer => Some(self.timer(place.node(), u8::try_from(id.n()).ok()?)?.due_us),
            _ => self.heap.iter().find(|Reverse(entry)| entry.id == id).map(|Reverse(entry)| entry.due_us),
        }
    }

    /// Takes this item now, whatever is due before it. Its time is now: all others keep theirs.
    pub fn choose(&mut self, id: EventId) -> Result<Item, Refusal> {
        if !self.is_enabled(id) {
            return Err(Refusal::NotEnabled(id));
        }
        let place = id.place();
        match place.kind() {
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => {
                let slot = self.find(id).ok_or(Refusal::NotEnabled(id))?;
                if let Some(flight) = self.flights[slot as usize].as_mut() {
                    (flight.held, flight.lost, flight.forced) = (false, None, true);
                }
                Ok(self.take(id, slot))
            }
            PlaceKind::Plan => {
                self.early.insert(id);
                Ok(self.take(id, 0))
            }
            PlaceKind::Workload if place.to() == SCRIPTED => {
                self.early.insert(id);
                Ok(self.take(id, 0))
            }
            _ => Ok(self.take(id, 0)),
        }
    }

    /// Makes an enabled item due now.
    pub fn hasten(&mut self, id: EventId) -> Result<(), Refusal> {
        if !self.is_enabled(id) {
            return Err(Refusal::NotEnabled(id));
        }
        let place = id.place();
        match place.kind() {
            PlaceKind::Timer => {
                let timer = id.n() as u8;
                if let Some(armed) = self.timer(place.node(), timer) {
                    self.arm(place.node(), timer, Armed { due_us: self.now_us, ..armed });
                }
            }
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => {
                if let Some(slot) = self.find(id) {
                    self.deliver_now(slot);
                }
            }
            PlaceKind::Disk => self.push(self.now_us, id, 0),
            PlaceKind::Workload if place.to() == GENERATED => self.push(self.now_us, id, 0),
            // What the plan fixes happens at its time.
            _ => return Err(Refusal::NotEnabled(id)),
        }
        Ok(())
    }

    /// True if the item can happen next.
    pub fn is_enabled(&self, id: EventId) -> bool {
        let place = id.place();
        let node = self.nodes.get(place.node().index());
        let runs = node.is_some_and(|state| state.process == Process::Running);
        match place.kind() {
            PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy => {
                let receiver = self.nodes.get(place.to().index());
                let receives = receiver.is_some_and(|state| state.process == Process::Running);
                receives && self.find(id).is_some()
            }
            PlaceKind::Timer => runs && id.n() <= u8::MAX as u32 && self.timer(place.node(), id.n() as u8).is_some(),
            // Writes complete in order: only the next one is enabled.
            PlaceKind::Disk => runs && self.queued(id) && node.is_some_and(|state| state.writes_done == id.n()),
            PlaceKind::Workload if place.to() == GENERATED => {
                runs && self.queued(id) && node.is_some_and(|state| state.generated == id.n())
            }
            PlaceKind::Workload => runs && self.queued(id),
            PlaceKind::Plan => self.queued(id),
            PlaceKind::Node => self.queued(id) && node.is_some_and(|state| state.events == 0),
            _ => false,
        }
    }

    fn queued(&self, id: EventId) -> bool {
        !self.early.contains(id) && self.heap.iter().any(|Reverse(entry)| entry.id == id)
    }

    /// Everything that can happen next: (due, id), in that order.
    pub fn enabled(&self) -> Vec<(u64, EventId)> {
        let mut items: Vec<(u64, EventId)> = self.flights().map(|(_, flight)| (flight.due_us, flight.id)).collect();
        for node in (0..self.nodes.len() as u16).map(NodeId) {
            let armed = |timer| self.timer(node, timer).map(|armed| (armed.due_us, timer_item(node, timer)));
            items.extend((0..self.timers()).filter_map(armed));
        }
        let others = self.heap.iter().map(|Reverse(entry)| (entry.due_us, entry.id));
        items.extend(others.filter(|(_, id)| {
            matches!(id.place().kind(), PlaceKind::Disk | PlaceKind::Workload | PlaceKind::Plan | PlaceKind::Node)
        }));
        items.retain(|(_, id)| self.is_enabled(*id));
        let mut order: Vec<u128> = items.into_iter().map(|(due_us, id)| u128::from(due_us) << 64 | u128::from(id.0)).collect();
        sorted::sort_pairs(&mut order);
        order.dedup();
        order.into_iter().map(|item| ((item >> 64) as u64, EventId(item as u64))).collect()
    }

    fn take(&mut self, id: EventId, slot: u32) -> Item {
        let place = id.place();
        let node = place.node();
        match place.kind() {
            PlaceKind::Node => Item::Start(node),
            PlaceKind::Plan => Item::Planned(id.n()),
            PlaceKind::Timer => {
                let state = &mut self.nodes[node.index()].timers[id.n() as usize];
                let armed = state.armed.take();
                // An entry that is still in the heap is recognised as stale by this.
                state.queued_us = None;
                Item::Timer(node, id.n() as u8, armed.map_or(EventId::NONE, |armed| armed.cause))
            }
            PlaceKind::Disk => {
                self.nodes[node.index()].writes_done = id.n() + 1;
                Item::Write(node)
            }
            PlaceKind::Workload if place.to() == GENERATED => {
                self.nodes[node.index()].generated = id.n() + 1;
                Item::Generated(node, id.n())
            }
            PlaceKind::Workload => Item::Scripted(node, id.n()),
            _ => self.take_message(slot),
        }
    }

    fn take_message(&mut self, slot: u32) -> Item {
        let Some(flight) = self.flights[slot as usize] else { return Item::Lose(slot, Loss::Hand) };
        let to = flight.envelope.to;
        let state = &mut self.nodes[to.index()];
        if flight.queued
            && let Some(slow) = &mut state.slow
        {
            slow.waiting = slow.waiting.saturating_sub(1);
        }
        let link = (flight.envelope.from, to);
        match flight.lost {
            Some(reason) => Item::Lose(slot, reason),
            None if !flight.forced && !flight.queued && self.links.is_cut(link) => Item::Lose(slot, Loss::Cut),
            None if state.process != Process::Running => Item::Lose(slot, Loss::ReceiverDown),
            None => Item::Deliver(slot),
        }
    }
}
