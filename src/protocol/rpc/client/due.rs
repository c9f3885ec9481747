//! When a client has to look at its calls again: an index over them, so that a step costs no more for calls that merely wait.

use super::super::call::{Call, Phase};
use super::{Client, TIMERS};
use std::collections::{BTreeMap, BTreeSet};

/// Moments by timer, microseconds of the client's monotonic clock.
type Moments = [Option<u64>; TIMERS.len()];

/// What the timers are set for, and calls that wait for a token.
#[derive(Clone, Debug, Default)]
pub(super) struct Due {
    by_time: [BTreeSet<(u64, u32)>; TIMERS.len()],
    by_call: BTreeMap<u32, Moments>,
    held: BTreeSet<u32>,
    /// Calls that have changed since it was brought up to date.
    touched: Vec<u32>,
}

impl Due {
    /// A call begins, changes or ends.
    pub(super) fn touch(&mut self, seq: u32) {
        self.touched.push(seq);
    }

    /// The next moment of a timer.
    pub(super) fn next_us(&self, timer: usize) -> Option<u64> {
        self.by_time[timer].first().map(|(at_us, _)| *at_us)
    }

    /// Calls whose moment has come, oldest first.
    pub(super) fn up_to(&self, timer: usize, now_us: u64) -> Vec<u32> {
        let mut due: Vec<u32> = self.by_time[timer].range(..=(now_us, u32::MAX)).map(|(_, seq)| *seq).collect();
        due.sort_unstable();
        due
    }

    /// Calls that wait for a token, as it was when it was brought up to date.
    pub(super) fn held(&self) -> &BTreeSet<u32> {
        &self.held
    }

    fn put(&mut self, seq: u32, moments: Moments, is_held: bool) {
        let before = self.by_call.remove(&seq).unwrap_or_default();
        for ((times, before), after) in self.by_time.iter_mut().zip(before).zip(moments) {
            if before != after {
                if let Some(at_us) = before {
                    times.remove(&(at_us, seq));
                }
                times.extend(after.map(|at_us| (at_us, seq)));
            }
        }
        if moments.iter().any(Option::is_some) {
            self.by_call.insert(seq, moments);
        }
        if is_held {
            self.held.insert(seq);
        } else {
            self.held.remove(&seq);
        }
    }
}

impl Client {
    /// Brings the index up to date.
    pub(super) fn index(&mut self) {
        while let Some(seq) = self.due.touched.pop() {
            let call = self.calls.get(&seq);
            let moments = call.map(|call| self.moments(call)).unwrap_or_default();
            self.due.put(seq, moments, call.is_some_and(|call| call.phase == Phase::Held));
        }
        debug_assert!(self.is_indexed(), "a call has changed and nobody said so");
    }

    /// When a call has to be looked at, by timer; a call that is held waits for a token besides.
    fn moments(&self, call: &Call) -> Moments {
        let ends_us = self.ends_us(call);
        let moments = match call.phase {
            Phase::Waits(until_us) => [Some(ends_us.min(until_us)), None, call.hedge_us],
            Phase::Backoff(until_us) => [Some(ends_us), Some(until_us), None],
            Phase::Held | Phase::Joined(_) => [Some(ends_us), None, None],
        };
        moments.map(|at_us| at_us.filter(|at_us| *at_us != u64::MAX))
    }

    fn is_indexed(&self) -> bool {
        let is = |(seq, call): (&u32, &Call)| {
            let is_held = self.due.held.contains(seq) == (call.phase == Phase::Held);
            is_held && self.due.by_call.get(seq).copied().unwrap_or_default() == self.moments(call)
        };
        self.due.by_call.len() <= self.calls.len() && self.calls.iter().all(is)
    }
}
