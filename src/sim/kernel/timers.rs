//! Timers: named, one setting at a time, on the node's monotonic clock.

use super::{Kernel, timer_item};
use crate::base::draw::{Purpose, in_range, mix};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, Place};
use crate::sim::plan::Refusal;

/// An armed timer.
#[derive(Clone, Copy, Debug)]
pub struct Armed {
    /// When it was set, microseconds.
    pub set_us: u64,
    /// When it runs out, microseconds.
    pub due_us: u64,
    /// The event in which it was set.
    pub cause: EventId,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TimerSlot {
    pub(super) armed: Option<Armed>,
    /// How often it was set: keys its draws.
    settings: u32,
    /// Due time of its one live entry in the heap.
    pub(super) queued_us: Option<u64>,
}

impl Kernel {
    /// Arms a timer, replacing its last setting. The delay is of the node's monotonic clock.
    #[inline]
    pub fn set_timer(&mut self, node: NodeId, timer: u8, delay_us_min: u64, delay_us_max: u64, cause: EventId) {
        let state = &mut self.nodes[node.index()];
        let Some(slot) = state.timers.get_mut(timer as usize) else { return };
        let setting = EventId::new(Place::of_link(PlaceKind::Timer, node, NodeId(timer as u16)), slot.settings);
        slot.settings += 1;
        let delay = match self.seed {
            Some(seed) if delay_us_max > delay_us_min => {
                in_range(mix(seed, Purpose::Timer, setting.0, 0), delay_us_min, delay_us_max)
            }
            _ => delay_us_min,
        };
        let due_us = self.now_us.saturating_add(state.clock.true_delay(delay));
        self.arm(node, timer, Armed { set_us: self.now_us, due_us, cause });
    }

    #[inline]
    pub(super) fn arm(&mut self, node: NodeId, timer: u8, armed: Armed) {
        let slot = &mut self.nodes[node.index()].timers[timer as usize];
        slot.armed = Some(armed);
        // Mostly a timer moves later: then its old entry, when it comes up, is put back at the new time.
        if slot.queued_us.is_none_or(|queued| armed.due_us < queued) {
            slot.queued_us = Some(armed.due_us);
            self.push(armed.due_us, timer_item(node, timer), 0);
        }
    }

    /// Disarms a timer.
    #[inline]
    pub fn cancel_timer(&mut self, node: NodeId, timer: u8) {
        if let Some(slot) = self.nodes[node.index()].timers.get_mut(timer as usize) {
            slot.armed = None;
        }
    }

    /// An armed timer.
    pub fn timer(&self, node: NodeId, timer: u8) -> Option<Armed> {
        self.nodes.get(node.index())?.timers.get(timer as usize)?.armed
    }

    /// Number of timers of each node.
    pub fn timers(&self) -> u8 {
        self.nodes.first().map_or(0, |node| node.timers.len() as u8)
    }

    /// Changes the rate of a node's clocks; armed timers keep what is left of them in local time.
    pub fn set_rate(&mut self, node: NodeId, rate_ppm: i64) -> Result<(), Refusal> {
        let now = self.now_us;
        let old = self.nodes[node.index()].clock;
        self.nodes[node.index()].clock.set_rate(now, rate_ppm)?;
        let new = self.nodes[node.index()].clock;
        for timer in 0..self.nodes[node.index()].timers.len() as u8 {
            let Some(mut armed) = self.timer(node, timer) else { continue };
            let left = old.local(armed.due_us.saturating_sub(now));
            armed.due_us = now.saturating_add(new.true_delay(left));
            self.arm(node, timer, armed);
        }
        Ok(())
    }
}
