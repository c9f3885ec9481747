//! Demand, load and goodput by the second of true time, and a detector of metastable failure: goodput is back within some time
//! after the last trouble has ended (recovers).
//!
//! A second is bad if fewer than a tenth of the calls that began in it were answered in it, and nothing is wrong that somebody
//! did: no node is down, stands still or is slow, no link is other than it was, no trigger is on by the server's clock (Bronson and
//! others 2021, *Metastable failures in distributed systems*). A second in which nobody asked is neither good nor bad: the time that
//! bad seconds add up to is not the time that has passed.

use super::latency::{CLASSES, class_of, percentiles};
use super::notes;
use super::{Falls, P};
use crate::base::time::SECOND;
use crate::base::{Encoder, Note};
use crate::protocol::rpc::call::{Deed, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::config::Config;
use crate::protocol::rpc::server::{Deed as ServerDeed, Server};
use crate::sim::trace::{Event, EventKind};
use std::collections::VecDeque;
use std::sync::Arc;

/// So many seconds are remembered.
const MOST: usize = 600;

/// What happened in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Calls that began.
    pub demand: u32,
    /// Attempts that came to the server.
    pub offered: u32,
    /// Calls that were done, as far as their callers know.
    pub goodput: u32,
    /// Something was wrong that somebody did.
    pub trouble: bool,
    /// Within how long half of the calls that were done, 95 and 99 of 100 were done by their callers' clocks, microseconds; none if
    /// none was done, or the second is not over.
    pub latency_us: Option<[u64; 3]>,
    /// How many calls took how long, by class.
    pub spread: [u16; CLASSES],
}

/// The seconds up to now. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct Goodput {
    /// Number of the first second in `seconds`.
    first: u64,
    seconds: VecDeque<Arc<Second>>,
    /// Bad seconds in a row, up to the last that is over.
    bad: u64,
    /// How long the calls took that were done in the last second, microseconds.
    times_us: Vec<u64>,
}

impl Goodput {
    /// The seconds, oldest first, each with its number; the last one is not over.
    pub fn seconds(&self) -> impl ExactSizeIterator<Item = (u64, &Second)> {
        self.seconds.iter().enumerate().map(|(at, second)| (self.first + at as u64, &**second))
    }

    /// Sums over the seconds `from..to`, as far as they are remembered.
    pub fn sum(&self, from: u64, to: u64) -> Second {
        let within = self.seconds().filter(|(n, _)| (from..to).contains(n));
        within.fold(Second::default(), |sum, (_, second)| Second {
            demand: sum.demand + second.demand,
            offered: sum.offered + second.offered,
            goodput: sum.goodput + second.goodput,
            trouble: sum.trouble || second.trouble,
            ..sum
        })
    }

    /// Time passes up to an event. `server_us` is what the server's monotonic clock showed at a moment of true time up to now.
    pub(super) fn passes(
        &mut self,
        event: &Event,
        config: &Config,
        (has_trouble, server_us): (impl Fn() -> bool, impl Fn(u64) -> u64),
        falls: &mut Falls,
    ) {
        let now = event.at_us / SECOND;
        let acted = matches!(event.kind, EventKind::Crashed | EventKind::Paused | EventKind::Acted | EventKind::Resumed);
        if self.seconds.is_empty() {
            self.first = now;
            self.seconds.push_back(Arc::default());
        }
        let mut last = self.first + self.seconds.len() as u64 - 1;
        if last < now {
            let trouble = has_trouble();
            let begin_us = |n: u64| server_us(n.saturating_mul(SECOND));
            let is_on = |n: u64| config.trigger.is_on_within(begin_us(n), begin_us(n + 1));
            if now - last > MOST as u64 {
                // A long silence: nothing was asked in it, and only its end is kept.
                self.ends(event, config, trouble || is_on(last), falls);
                self.seconds = std::iter::once(Arc::new(Second { trouble, ..Second::default() })).collect();
                last = now - MOST as u64;
                self.first = last;
            }
            while last < now {
                self.ends(event, config, trouble || is_on(last), falls);
                self.seconds.push_back(Arc::new(Second { trouble, ..Second::default() }));
                last += 1;
            }
            while self.seconds.len() > MOST {
                self.seconds.pop_front();
                self.first += 1;
            }
        }
        if acted && let Some(second) = self.now() {
            second.trouble = true;
        }
    }

    /// A second is over.
    fn ends(&mut self, event: &Event, config: &Config, trouble: bool, falls: &mut Falls) {
        let latency_us = percentiles(&mut self.times_us);
        self.times_us.clear();
        let Some(second) = self.now() else { return };
        second.trouble |= trouble;
        second.latency_us = latency_us;
        let second = *second;
        let is_quiet = second.demand == 0 && second.goodput == 0;
        if is_quiet && !second.trouble {
            return;
        }
        let is_bad = !second.trouble && u64::from(second.goodput) * 10 < u64::from(second.demand);
        self.bad = if is_bad { self.bad + 1 } else { 0 };
        let bad_us = self.bad_us();
        if bad_us > config.recovery_us {
            let args = [event.at_us, bad_us, second.goodput.into(), second.demand.into(), second.offered.into()];
            falls.at(P::Recovers, event, Note::new(&notes::RECOVERS_VIOLATED, args), &[], &[config.worker()]);
        }
    }

    /// The time that bad seconds in a row add up to, up to the last that is over, microseconds.
    pub(super) fn bad_us(&self) -> u64 {
        self.bad.saturating_mul(SECOND)
    }

    fn now(&mut self) -> Option<&mut Second> {
        self.seconds.back_mut().map(Arc::make_mut)
    }

    /// A client did something.
    pub(super) fn client(&mut self, client: &Client) {
        let Some(second) = self.seconds.back_mut().map(Arc::make_mut) else { return };
        for deed in client.deeds() {
            match deed {
                Deed::Began(_) => second.demand += 1,
                Deed::Ended { told: Told::Ok(_), took_us, .. } => {
                    second.goodput += 1;
                    let class = &mut second.spread[class_of(*took_us)];
                    *class = class.saturating_add(1);
                    self.times_us.push(*took_us);
                }
                _ => {}
            }
        }
    }

    /// A server did something.
    pub(super) fn server(&mut self, server: &Server) {
        let Some(second) = self.now() else { return };
        second.offered += server.deeds().iter().filter(|deed| matches!(deed, ServerDeed::Arrived(_))).count() as u32;
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.u64(self.bad);
        let last = self.seconds.back().map_or(Second::default(), |second| **second);
        to.u32(last.demand);
        to.u32(last.goodput);
        to.bool(last.trouble);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_all_seconds_but_the_one_that_changes() {
        let mut goodput = Goodput { seconds: (0..MOST).map(|_| Arc::default()).collect(), ..Goodput::default() };
        let kept = goodput.clone();
        goodput.now().expect("a second").demand = 1;
        let shared = goodput.seconds.iter().zip(&kept.seconds).filter(|(one, other)| Arc::ptr_eq(one, other)).count();
        assert_eq!((shared, kept.seconds().last().map(|(_, second)| second.demand)), (MOST - 1, Some(0)));
    }
}
