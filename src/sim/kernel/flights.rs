//! Messages in flight: sending, with everything that links may do, and acting on single messages.

use super::Kernel;
use crate::base::draw::{Purpose, chance, in_range, mix};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, Place};
use crate::protocol::Class;
use crate::sim::fired::FaultKind;
use crate::sim::links::{Link, message_id};
use crate::sim::plan::Channel;
use crate::sim::trace::Loss;

/// What the network knows of a message.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Number of its kind in the system's table.
    pub kind: u8,
    /// Request, reply, one-way.
    pub class: Class,
    /// Size on the wire, bytes.
    pub size_bytes: u32,
    /// How many identical requests it stands for.
    pub count: u32,
}

/// A message in flight.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    /// Its id.
    pub id: EventId,
    /// The event in which it was sent.
    pub cause: EventId,
    /// Who, to whom, what.
    pub envelope: Envelope,
    /// When it was sent, microseconds.
    pub sent_us: u64,
    /// When it arrives or vanishes, microseconds.
    pub due_us: u64,
    /// When it would, were its link not clogged.
    base_due_us: u64,
    /// Why it will be lost, if it will.
    pub lost: Option<Loss>,
    /// Kept until released.
    pub held: bool,
    /// Waits in a slow node's queue.
    pub queued: bool,
    /// Moved by hand beyond what its link does.
    pub delayed: bool,
    /// Delivered by hand or by choice: no cut stops it.
    pub(super) forced: bool,
}

// Fields of the draws about one send. Each send has all of them, used or not.
const DELAY: u64 = 0;
const LOSE: u64 = 1;
const DUPLICATE: u64 = 2;
const REORDER: u64 = 3;
const REORDER_BY: u64 = 4;
const COPY_DELAY: u64 = 5;

impl Kernel {
    /// Sends a message. Returns its slot, and the slot of a second copy if the link made one.
    #[inline]
    pub fn send(&mut self, envelope: Envelope, cause: EventId) -> (u32, Option<u32>) {
        let link = (envelope.from, envelope.to);
        let channel = self.links.channel(link, envelope.class, envelope.kind);
        let state = self.links.state(link);
        let id = message_id(link, state.sends);
        state.sends += 1;
        let delay = self.draw_delay(&channel, id, DELAY);
        let mut base_due_us = self.now_us.saturating_add(delay);
        let mut lost = None;
        if self.links.is_cut(link) {
            lost = Some(Loss::Cut);
        } else if self.draw_chance(id, LOSE, channel.loss_ppm) {
            lost = Some(Loss::Chance);
        }
        if lost.is_some() {
            // It vanishes half-way.
            base_due_us = self.now_us.saturating_add(delay / 2);
        } else if self.draw_chance(id, REORDER, channel.reorder_ppm) {
            let by = self.seed.map_or(0, |seed| in_range(mix(seed, Purpose::Send, id.0, REORDER_BY), 0, channel.reorder_us_max));
            base_due_us = base_due_us.saturating_add(by);
        } else {
            let state = self.links.state(link);
            base_due_us = base_due_us.max(state.last_due_us);
            state.last_due_us = base_due_us;
        }
        let first = self.launch(id, cause, envelope, base_due_us, lost);
        let second = self.draw_chance(id, DUPLICATE, channel.duplicate_ppm).then(|| {
            let copy = EventId::new(Place::of_link(PlaceKind::Copy, link.0, link.1), id.n());
            let due_us = self.now_us.saturating_add(self.draw_delay(&channel, id, COPY_DELAY));
            let lost = self.links.is_cut(link).then_some(Loss::Cut);
            self.launch(copy, cause, envelope, due_us, lost)
        });
        (first, second)
    }

    #[inline]
    fn draw_delay(&self, channel: &Channel, id: EventId, field: u64) -> u64 {
        match self.seed {
            Some(seed) => in_range(mix(seed, Purpose::Send, id.0, field), channel.delay_us_min, channel.delay_us_max),
            None => channel.delay_us_min,
        }
    }

    #[inline]
    fn draw_chance(&self, id: EventId, field: u64, ppm: u32) -> bool {
        ppm > 0 && self.seed.is_some_and(|seed| chance(mix(seed, Purpose::Send, id.0, field), ppm))
    }

    #[inline]
    fn launch(&mut self, id: EventId, cause: EventId, envelope: Envelope, base_due_us: u64, lost: Option<Loss>) -> u32 {
        let link = (envelope.from, envelope.to);
        let due_us = self.links.unclogged(link, base_due_us);
        if due_us > base_due_us {
            self.fired.count(FaultKind::Clog);
        }
        let held = self.links.is_held(link) && lost.is_none();
        if held {
            self.fired.count(FaultKind::Hold);
        }
        let flight = Flight {
            id,
            cause,
            envelope,
            sent_us: self.now_us,
            due_us,
            base_due_us,
            lost,
            held,
            queued: false,
            delayed: false,
            forced: false,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.flights[slot as usize] = Some(flight);
                slot
            }
            None => {
                self.flights.push(Some(flight));
                self.flights.len() as u32 - 1
            }
        };
        if !held {
            self.push(due_us, id, slot);
        }
        slot
    }

    /// A message in flight, by slot.
    #[inline]
    pub fn flight(&self, slot: u32) -> Option<&Flight> {
        self.flights.get(slot as usize)?.as_ref()
    }

    /// All messages in flight and their slots, in no particular order.
    pub fn flights(&self) -> impl Iterator<Item = (u32, &Flight)> + '_ {
        self.flights.iter().enumerate().filter_map(|(slot, flight)| Some((slot as u32, flight.as_ref()?)))
    }

    /// The slot of a message.
    pub fn find(&self, id: EventId) -> Option<u32> {
        self.flights().find(|(_, flight)| flight.id == id).map(|(slot, _)| slot)
    }

    /// Takes a message out of flight: it arrived or was lost.
    #[inline]
    pub fn land(&mut self, slot: u32, lost: Option<Loss>) -> Flight {
        let flight = self.flights[slot as usize].take().expect("the slot of a message in flight");
        self.free.push(slot);
        match lost {
            Some(reason) => self.count_loss(reason, flight.envelope.class),
            None => self.count_arrival(&flight),
        }
        flight
    }

    fn count_loss(&mut self, reason: Loss, class: Class) {
        let kind = match (reason, class) {
            (Loss::Chance, Class::Request) => FaultKind::LossOfRequest,
            (Loss::Chance, Class::Reply) => FaultKind::LossOfReply,
            (Loss::Chance, Class::OneWay) => FaultKind::LossOfOneWay,
            (Loss::Cut, _) => FaultKind::LostInCut,
            (Loss::QueueFull, _) => FaultKind::QueueFull,
            (Loss::Hand, _) => FaultKind::MessageDropped,
            (Loss::ReceiverDown, _) => return,
        };
        self.fired.count(kind);
    }

    #[inline]
    fn count_arrival(&mut self, flight: &Flight) {
        if flight.id.place().kind() != PlaceKind::Link {
            self.fired.count(FaultKind::Duplication);
            return;
        }
        let state = self.links.state((flight.envelope.from, flight.envelope.to));
        if flight.id.n() < state.arrived {
            self.fired.count(FaultKind::Reordering);
        } else {
            state.arrived = flight.id.n() + 1;
        }
    }

    pub(super) fn reschedule(&mut self, slot: u32, due_us: u64, change: impl FnOnce(&mut Flight)) {
        let Some(flight) = self.flights[slot as usize].as_mut() else { return };
        flight.due_us = due_us;
        change(flight);
        let (id, held) = (flight.id, flight.held);
        if !held {
            self.push(due_us, id, slot);
        }
    }

    /// It arrives now, whatever is in its way.
    pub fn deliver_now(&mut self, slot: u32) {
        let now = self.now_us;
        self.reschedule(slot, now, |flight| {
            (flight.base_due_us, flight.lost, flight.held, flight.forced) = (now, None, false, true);
        });
    }

    /// It is lost now.
    pub fn drop_now(&mut self, slot: u32) {
        let now = self.now_us;
        self.reschedule(slot, now, |flight| {
            (flight.base_due_us, flight.lost, flight.held) = (now, Some(Loss::Hand), false);
        });
    }

    /// It arrives later.
    pub fn delay(&mut self, slot: u32, by_us: u64) {
        let Some(flight) = self.flight(slot) else { return };
        let due_us = flight.due_us.max(self.now_us).saturating_add(by_us);
        self.reschedule(slot, due_us, |flight| (flight.base_due_us, flight.delayed) = (due_us, true));
    }

    /// Two messages change arrival times.
    pub fn swap(&mut self, a: u32, b: u32) {
        let (Some(first), Some(second)) = (self.flight(a).copied(), self.flight(b).copied()) else { return };
        for (slot, other) in [(a, second), (b, first)] {
            self.reschedule(slot, other.due_us, |flight| {
                (flight.base_due_us, flight.delayed) = (other.base_due_us, true);
            });
        }
    }

    /// A copy goes with it. Returns the copy's slot.
    pub fn duplicate(&mut self, slot: u32) -> Option<u32> {
        let original = *self.flight(slot)?;
        let link = (original.envelope.from, original.envelope.to);
        let state = self.links.state(link);
        let id = EventId::new(Place::of_link(PlaceKind::HandCopy, link.0, link.1), state.hand_copies);
        state.hand_copies += 1;
        let copy = self.launch(id, original.cause, original.envelope, original.base_due_us, original.lost);
        let sent_us = original.sent_us;
        if let Some(flight) = self.flights[copy as usize].as_mut() {
            flight.sent_us = sent_us;
        }
        Some(copy)
    }

    /// What is in flight on these links runs into new clogs.
    pub fn reclog(&mut self, links: &[Link]) {
        for slot in self.slots_on(links) {
            let Some(flight) = self.flight(slot).copied() else { continue };
            let link = (flight.envelope.from, flight.envelope.to);
            let due_us = self.links.unclogged(link, flight.due_us.max(self.now_us));
            if due_us > flight.due_us && !flight.queued && !flight.forced {
                self.fired.count(FaultKind::Clog);
                self.reschedule(slot, due_us, |_| ());
            }
        }
    }

    /// Clogs ended early: what they kept arrives when it would have, or now.
    pub fn unclog(&mut self) {
        let now = self.now_us;
        for slot in 0..self.flights.len() as u32 {
            let Some(flight) = self.flight(slot).copied() else { continue };
            let due_us = self.links.unclogged((flight.envelope.from, flight.envelope.to), flight.base_due_us.max(now));
            if due_us < flight.due_us && !flight.queued {
                self.reschedule(slot, due_us, |_| ());
            }
        }
    }

    /// What is in flight on these links stays where it is.
    pub fn hold(&mut self, links: &[Link]) {
        for slot in self.slots_on(links) {
            if let Some(flight) = self.flights[slot as usize].as_mut() {
                flight.held = flight.lost.is_none() && !flight.queued;
            }
        }
    }

    /// What was held goes on, in order.
    pub fn release(&mut self, links: &[Link]) {
        for slot in self.slots_on(links) {
            let Some(flight) = self.flight(slot).copied().filter(|flight| flight.held) else { continue };
            let due_us = self.links.unclogged((flight.envelope.from, flight.envelope.to), flight.base_due_us.max(self.now_us));
            self.reschedule(slot, due_us, |flight| flight.held = false);
        }
    }

    fn slots_on(&self, links: &[Link]) -> Vec<u32> {
        let on = |flight: &Flight| links.contains(&(flight.envelope.from, flight.envelope.to));
        self.flights().filter(|(_, flight)| on(flight)).map(|(slot, _)| slot).collect()
    }
}
