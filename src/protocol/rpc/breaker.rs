//! A circuit breaker: a caller that stops asking a server which fails too often, and tries again after a while with a few calls
//! (Nygard 2007, *Release It!*; the figures are those of Hystrix: 10 s in ten slices, half of at least 20 attempts, 5 s of rest, one
//! trial).
//!
//! *Closed*, it lets everything through and counts. *Open*, it lets nothing through. *Half-open*, it lets a few through: if all of
//! them succeed it closes, at the first that fails it opens again.

use super::rules::{Door, Rules};
use crate::base::{Encode, Encoder};

/// When it opens and when it tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// It opens if so many attempts in a hundred fail; 0: there is none.
    pub percent: u64,
    /// No judgement on fewer attempts than this.
    pub least: u32,
    /// Over how long it counts, microseconds.
    pub window_us: u64,
    /// For how long it is open before it tries again, microseconds.
    pub rest_us: u64,
    /// How many attempts it lets through to try, and how many of them must succeed.
    pub probes: u32,
}

impl Settings {
    /// None at all, with the figures of Hystrix for whoever switches it on.
    pub const NONE: Settings = Settings { percent: 0, least: 20, window_us: 10_000_000, rest_us: 5_000_000, probes: 1 };
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Lets everything through.
    Closed,
    /// Lets nothing through until then, microseconds of the client's monotonic clock.
    Open(u64),
    /// Lets a few through: so many are under way, so many have succeeded.
    HalfOpen {
        /// Trials that have no result yet.
        out: u32,
        /// Trials that have succeeded.
        ok: u32,
    },
}

/// A change of its state, for those who tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It opens: so many attempts of so many have failed.
    Opens {
        /// How many failed.
        failed: u32,
        /// Of how many.
        of: u32,
    },
    /// It tries again.
    HalfOpens,
    /// A trial has failed.
    Reopens,
    /// All trials have succeeded.
    Closes,
}

/// Slices of the window.
pub const SLICES: u64 = 10;

/// The results of a tenth of the window.
#[derive(Clone, Copy, Debug, Default)]
struct Slice {
    /// Which tenth, counted from the beginning of time.
    n: u64,
    ok: u32,
    failed: u32,
}

/// A breaker.
#[derive(Clone, Debug)]
pub struct Breaker {
    settings: Settings,
    state: State,
    /// How often it has tried again: a trial counts in its own round only.
    round: u32,
    slices: [Slice; SLICES as usize],
}

impl Breaker {
    /// A closed one.
    pub fn new(settings: Settings) -> Breaker {
        Breaker { settings, state: State::Closed, round: 0, slices: [Slice::default(); SLICES as usize] }
    }

    /// What it does.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether it keeps anything back.
    pub fn is_troubled(&self) -> bool {
        self.state != State::Closed
    }

    /// Whether there is one at all.
    pub fn exists(&self) -> bool {
        self.settings.percent > 0
    }

    /// Whether an attempt may leave now. An open one whose time is over becomes half-open by being asked.
    pub fn admits(&mut self, now_us: u64, rules: Rules) -> (bool, Option<Change>) {
        if !self.exists() {
            return (true, None);
        }
        let mut change = None;
        if let State::Open(until_us) = self.state
            && rules.half_opens(now_us, until_us)
        {
            self.state = State::HalfOpen { out: 0, ok: 0 };
            self.round = self.round.wrapping_add(1);
            change = Some(Change::HalfOpens);
        }
        let door = match self.state {
            State::Closed => Door::Open,
            State::Open(_) => Door::Shut,
            State::HalfOpen { out, ok } => Door::Ajar { through: out.saturating_add(ok), most: self.settings.probes },
        };
        (rules.lets_through(door), change)
    }

    /// An attempt leaves; if it is a trial, of which round.
    pub fn sends(&mut self) -> Option<u32> {
        match &mut self.state {
            State::HalfOpen { out, .. } => {
                *out = out.saturating_add(1);
                Some(self.round)
            }
            State::Closed | State::Open(_) => None,
        }
    }

    /// An attempt has succeeded or failed; `trial` as [`sends`](Self::sends) said. Results of what is no trial of this round count
    /// only while it is closed.
    pub fn hears(&mut self, ok: bool, trial: Option<u32>, now_us: u64) -> Option<Change> {
        if !self.exists() {
            return None;
        }
        match &mut self.state {
            State::Closed => self.counts(ok, now_us),
            State::HalfOpen { out, ok: succeeded } if trial == Some(self.round) => {
                *out = out.saturating_sub(1);
                *succeeded = succeeded.saturating_add(u32::from(ok));
                if !ok {
                    self.state = State::Open(now_us.saturating_add(self.settings.rest_us));
                    return Some(Change::Reopens);
                }
                if *succeeded < self.settings.probes {
                    return None;
                }
                *self = Breaker { round: self.round, ..Breaker::new(self.settings) };
                Some(Change::Closes)
            }
            State::Open(_) | State::HalfOpen { .. } => None,
        }
    }

    fn counts(&mut self, ok: bool, now_us: u64) -> Option<Change> {
        let now = now_us / (self.settings.window_us / SLICES).max(1);
        let slice = &mut self.slices[(now % SLICES) as usize];
        if slice.n != now {
            *slice = Slice { n: now, ..Slice::default() };
        }
        let count = if ok { &mut slice.ok } else { &mut slice.failed };
        *count = count.saturating_add(1);
        let inside = self.slices.iter().filter(|slice| now - slice.n.min(now) < SLICES);
        let (ok, failed) =
            inside.fold((0u64, 0u64), |(ok, failed), slice| (ok + u64::from(slice.ok), failed + u64::from(slice.failed)));
        let of = ok + failed;
        let trips = of >= u64::from(self.settings.least) && failed * 100 >= of * self.settings.percent;
        if !trips {
            return None;
        }
        self.state = State::Open(now_us.saturating_add(self.settings.rest_us));
        Some(Change::Opens { failed: failed.min(u32::MAX.into()) as u32, of: of.min(u32::MAX.into()) as u32 })
    }
}

impl Encode for Breaker {
    fn encode(&self, to: &mut Encoder) {
        if !self.exists() {
            return;
        }
        let (state, a, b) = match self.state {
            State::Closed => (0, 0, 0),
            State::Open(until_us) => (1, until_us, 0),
            State::HalfOpen { out, ok } => (2, out.into(), ok.into()),
        };
        to.u8(state);
        to.u64(a);
        to.u64(b);
        to.u32(self.round);
        for slice in &self.slices {
            to.u64(slice.n);
            to.u32(slice.ok);
            to.u32(slice.failed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn breaker() -> Breaker {
        Breaker::new(Settings { percent: 50, ..Settings::NONE })
    }

    #[test]
    fn it_opens_at_half_of_twenty_and_not_before() {
        let mut breaker = breaker();
        (0..10).for_each(|n| assert_eq!(breaker.hears(true, None, n * SECOND / 10), None));
        (0..9).for_each(|_| assert_eq!(breaker.hears(false, None, SECOND), None, "fewer than twenty"));
        assert_eq!(breaker.hears(false, None, SECOND), Some(Change::Opens { failed: 10, of: 20 }));
        assert_eq!(breaker.state(), State::Open(6 * SECOND));
        assert_eq!(breaker.admits(6 * SECOND - 1, Rules::RIGHT), (false, None));
    }

    #[test]
    fn what_is_older_than_the_window_does_not_count() {
        let mut breaker = breaker();
        (0..19).for_each(|_| assert_eq!(breaker.hears(false, None, SECOND / 2), None));
        assert_eq!(breaker.hears(false, None, 10 * SECOND), None, "ten slices later the first is gone");
        let mut within = breaker_with_nineteen();
        assert_eq!(within.hears(false, None, 10 * SECOND - 1), Some(Change::Opens { failed: 20, of: 20 }));
    }

    fn breaker_with_nineteen() -> Breaker {
        let mut breaker = breaker();
        (0..19).for_each(|_| assert_eq!(breaker.hears(false, None, SECOND / 2), None));
        breaker
    }

    #[test]
    fn one_trial_decides() {
        let mut breaker = breaker_with_nineteen();
        breaker.hears(false, None, SECOND);
        assert_eq!(breaker.admits(6 * SECOND, Rules::RIGHT), (true, Some(Change::HalfOpens)));
        let first = breaker.sends();
        assert!(first.is_some(), "a trial");
        assert_eq!(breaker.admits(6 * SECOND, Rules::RIGHT), (false, None), "one at a time");
        assert_eq!(breaker.hears(true, None, 6 * SECOND), None, "a late reply is no trial");
        assert_eq!(breaker.hears(false, first, 7 * SECOND), Some(Change::Reopens));
        assert_eq!(breaker.admits(12 * SECOND, Rules::RIGHT), (true, Some(Change::HalfOpens)));
        let second = breaker.sends();
        assert_eq!(breaker.hears(true, second, 13 * SECOND), Some(Change::Closes));
        assert_eq!((breaker.state(), breaker.sends()), (State::Closed, None));
        assert_eq!(breaker.hears(false, None, 13 * SECOND), None, "what was before is forgotten");
    }

    #[test]
    fn a_late_trial_of_an_earlier_round_decides_nothing() {
        let mut breaker = Breaker::new(Settings { percent: 50, probes: 2, ..Settings::NONE });
        (0..20).for_each(|_| {
            breaker.hears(false, None, SECOND);
        });
        breaker.admits(6 * SECOND, Rules::RIGHT);
        let (late, fails) = (breaker.sends(), breaker.sends());
        assert_eq!(breaker.hears(false, fails, 7 * SECOND), Some(Change::Reopens));
        assert_eq!(breaker.admits(12 * SECOND, Rules::RIGHT), (true, Some(Change::HalfOpens)));
        let first = breaker.sends();
        assert_eq!(breaker.hears(false, late, 13 * SECOND), None, "it was sent in the round before");
        assert_eq!(breaker.state(), State::HalfOpen { out: 1, ok: 0 });
        assert_eq!(breaker.hears(true, first, 13 * SECOND), None);
        let second = breaker.sends();
        assert_eq!(breaker.hears(true, second, 14 * SECOND), Some(Change::Closes));
    }

    #[test]
    fn without_settings_there_is_none() {
        let mut none = Breaker::new(Settings::NONE);
        (0..100).for_each(|_| assert_eq!(none.hears(false, None, 1), None));
        assert_eq!(none.admits(1, Rules::RIGHT), (true, None));
    }
}
