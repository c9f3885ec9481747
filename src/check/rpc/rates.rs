//! How fast a client sends whose retry mode is adaptive, reckoned here once more from what it sends and from what it hears: no attempt
//! leaves for which the tokens of its rate have not come in (within rate).
//!
//! The rate is that of the AWS SDKs: none before the first throttling answer; after one 0.7 of what was measured; otherwise
//! `0.4 (t - K)^3 + peak` (CUBIC), at most twice what is measured, and at least one attempt in two seconds.

use super::notes;
use super::{Falls, P, whose};
use crate::base::{Encoder, NodeId, Note};
use crate::protocol::rpc::call::{Deed, Failure, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::message::CallId;
use crate::protocol::rpc::rules::Refusal;
use crate::sim::trace::Event;
use std::collections::BTreeMap;

const MILLION: u64 = 1_000_000;
/// Answers are counted by halves of a second.
const HALF_US: u64 = 500_000;
/// A token, as a rate in millionths a second times microseconds brings it in.
const TOKEN: i128 = 1_000_000_000_000;
/// What rounding may add up to.
const ROUNDING: i128 = TOKEN / 10;

/// The peak from which a rate climbs, millionths a second; when that was, and how long until it is met again, microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Peak {
    rate: u64,
    at_us: u64,
    back_us: u64,
}

/// One client as it must be.
#[derive(Clone, Debug, Default)]
struct Watch {
    /// Answers a second, millionths; those since, and in which half of a second they began.
    measured: u64,
    heard: u64,
    half: u64,
    /// Whether there was a throttling answer: before that nothing limits it, though tokens come in.
    limits: bool,
    /// Its rate from the last answer on, millionths a second, and what had come in by then.
    peak: Peak,
    rate: u64,
    tokens: i128,
    at_us: u64,
}

/// Rates by client.
#[derive(Clone, Debug, Default)]
pub(super) struct Rates(BTreeMap<NodeId, Watch>);

impl Rates {
    /// A node starts: its rate is in memory. `now_us` is its monotonic clock, here and below.
    pub(super) fn starts(&mut self, node: NodeId, now_us: u64) {
        let watch = Watch {
            half: now_us / HALF_US,
            peak: Peak { at_us: now_us, ..Peak::default() },
            rate: MILLION / 2,
            at_us: now_us,
            ..Watch::default()
        };
        self.0.insert(node, watch);
    }

    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, now_us: u64, falls: &mut Falls) {
        let Some(watch) = self.0.get_mut(&node).filter(|_| client.config().adaptive) else { return };
        for deed in client.deeds() {
            match *deed {
                Deed::Sent(attempt) => watch.sent(event, attempt.id, now_us, falls),
                Deed::Failed(_, failure) => watch.hears(failure == Failure::Refused(Refusal::Overloaded), now_us),
                Deed::Saw(_) => watch.hears(false, now_us),
                Deed::Ended { id, told: Told::Ok(_), by, .. } if by == Some(id) => watch.hears(false, now_us),
                _ => {}
            }
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (node, watch) in &self.0 {
            to.put(node);
            to.bool(watch.limits);
            to.u128(watch.tokens.cast_unsigned());
            let Peak { rate, at_us, back_us } = watch.peak;
            for number in [watch.measured, watch.heard, watch.half, watch.rate, watch.at_us, rate, at_us, back_us] {
                to.u64(number);
            }
        }
    }
}

impl Watch {
    fn sent(&mut self, event: &Event, id: CallId, now_us: u64, falls: &mut Falls) {
        if !self.limits {
            return;
        }
        self.come_in(now_us);
        self.tokens -= TOKEN;
        if self.tokens < -ROUNDING {
            let every_us = MILLION * MILLION / self.rate.max(1);
            let [at, node, n] = whose(event, id);
            let args = [at, node, n, every_us];
            falls.at(P::WithinRate, event, Note::new(&notes::WITHIN_RATE_VIOLATED, args), &[], &[id.client]);
        }
    }

    /// Tokens come in, and no more are kept than a second brings, or one.
    fn come_in(&mut self, now_us: u64) {
        let came = i128::from(self.rate) * i128::from(now_us.saturating_sub(self.at_us));
        self.at_us = now_us;
        self.tokens = self.tokens.saturating_add(came);
        self.keep();
    }

    fn keep(&mut self) {
        self.tokens = self.tokens.min(i128::from(self.rate.max(MILLION)) * i128::from(MILLION));
    }

    fn hears(&mut self, is_throttled: bool, now_us: u64) {
        self.measure(now_us);
        self.come_in(now_us);
        let wanted = if is_throttled {
            let rate = if self.limits { self.rate.min(self.measured) } else { self.measured };
            let third = u128::from(rate) * 3 / 4 * TOKEN.unsigned_abs();
            self.peak = Peak { rate, at_us: now_us, back_us: cube_root(third) };
            self.limits = true;
            rate * 7 / 10
        } else {
            self.peak.climbs(now_us)
        };
        self.rate = wanted.min(self.measured.saturating_mul(2)).max(MILLION / 2);
        self.keep();
    }

    fn measure(&mut self, now_us: u64) {
        self.heard += 1;
        let halves = (now_us / HALF_US).saturating_sub(self.half);
        let Some(since) = self.heard.saturating_mul(2 * MILLION).checked_div(halves) else { return };
        self.measured = (since * 8 + self.measured * 2) / 10;
        (self.heard, self.half) = (0, now_us / HALF_US);
    }
}

impl Peak {
    /// Far from the peak this is more than any measured rate allows, or nothing.
    fn climbs(self, now_us: u64) -> u64 {
        let t_us = i128::from(now_us) - i128::from(self.at_us) - i128::from(self.back_us);
        let cube = t_us.checked_pow(3).unwrap_or(i128::MAX / 2 * t_us.signum());
        let rate = cube / 5 * 2 / TOKEN + i128::from(self.rate);
        u64::try_from(rate.max(0)).unwrap_or(u64::MAX)
    }
}

/// The greatest whole number whose cube is no greater, bit by bit.
fn cube_root(of: u128) -> u64 {
    let fits = |root: u64| u128::from(root).checked_pow(3).is_some_and(|cube| cube <= of);
    (0..42).rev().fold(0, |root: u64, bit| if fits(root | 1 << bit) { root | 1 << bit } else { root })
}
