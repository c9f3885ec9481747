//! Figures of requests and replies.

use super::backoff::Backoff;
use super::breaker;
use super::budget::Budget;
use super::call::Failure;
use super::codel::Limits;
use super::queue::Order;
use super::rules::{Refusal, Rules};
use crate::base::NodeId;
use std::fmt;

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What delays are drawn with: a delay is a pure function of this, the call and the attempt. Callers that shared it would wait
    /// equally long, so the call takes part.
    pub luck: u64,
    /// Whom a client asks.
    pub asks: NodeId,
    /// How many servers there are, each behind the one before; the last one works.
    pub tiers: u16,
    /// How much less a tier between waits for the next one than it is waited for, microseconds: its answer is to come in time.
    pub margin_us: u64,
    /// How long an attempt is waited for, microseconds.
    pub timeout_us: u64,
    /// How long a call may take with all its attempts, microseconds.
    pub deadline_us: u64,
    /// How many attempts a call has, the first included.
    pub attempts: u32,
    /// How the delay between attempts is spread.
    pub backoff: Backoff,
    /// Delay before the first retry, microseconds.
    pub base_us: u64,
    /// The same after a server had no room, microseconds; 0: as after everything else.
    pub throttled_base_us: u64,
    /// Greatest delay, microseconds.
    pub cap_us: u64,
    /// What retries may cost.
    pub budget: Budget,
    /// When a second copy of an attempt is sent.
    pub hedge: Hedge,
    /// When the server is left alone.
    pub breaker: breaker::Settings,
    /// Whoever reads what is being read already waits for that answer.
    pub collapses: bool,
    /// Throttling answers limit the rate of attempts.
    pub adaptive: bool,
    /// How long work takes on average, microseconds.
    pub work_us: u64,
    /// How that is spread.
    pub work: Work,
    /// Which waiting request is next.
    pub order: Order,
    /// When a standing queue is made shorter.
    pub codel: Limits,
    /// How many requests may wait.
    pub capacity: u32,
    /// After how long a server that has no room says one should ask again, microseconds; 0: it does not say.
    pub retry_after_us: u64,
    /// How much longer than its caller may retry a finished request is remembered, microseconds.
    pub window_us: u64,
    /// How often a request at which the worker fails is given to it.
    pub max_receives: u32,
    /// When the bug at which it fails is mended, microseconds of the server's clock; 0: never.
    pub mended_at_us: u64,
    /// When work takes longer.
    pub trigger: Trigger,
    /// Within which time goodput must be back after trouble, microseconds.
    pub recovery_us: u64,
    /// The rules in force.
    pub rules: Rules,
}

/// When a second copy of an attempt is sent, while the first is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hedge {
    /// After this time at the earliest, microseconds; 0 without a percentile: never.
    pub after_us: u64,
    /// After the time within which so many in a hundred of the client's last calls were done; 0: after `after_us`.
    pub percentile: u64,
}

impl Hedge {
    /// Whether copies are sent at all.
    pub fn exists(&self) -> bool {
        self.after_us > 0 || self.percentile > 0
    }
}

/// How long generated requests take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Work {
    /// All the same.
    Constant = 0,
    /// Up to twice the mean.
    Uniform = 1,
    /// Exponentially distributed.
    Exponential = 2,
}

impl Work {
    /// All of them, by number.
    pub const ALL: [Work; 3] = [Work::Constant, Work::Uniform, Work::Exponential];

    /// The time that a draw of 64 bits stands for, microseconds.
    pub fn time_us(self, mean_us: u64, draw: u64) -> u64 {
        match self {
            Work::Constant => mean_us,
            Work::Uniform => crate::base::draw::in_range(draw, 0, mean_us.saturating_mul(2)),
            Work::Exponential => exponential_us(mean_us, draw),
        }
    }
}

/// `-ln(u) x mean` for `u` in (0, 1], in whole numbers: log2 by repeated squaring, 16 bits behind the point.
fn exponential_us(mean_us: u64, draw: u64) -> u64 {
    const LN2: u128 = 45_426;
    let u = draw.max(1);
    let zeros = u.leading_zeros();
    let mut mantissa = u128::from(u << zeros);
    let mut log2 = u64::from(63 - zeros) << 16;
    for bit in (0..16).rev() {
        mantissa = (mantissa * mantissa) >> 63;
        if mantissa >> 64 != 0 {
            log2 |= 1 << bit;
            mantissa >>= 1;
        }
    }
    let minus_log2 = u128::from((64u64 << 16) - log2);
    u64::try_from((minus_log2 * LN2 * u128::from(mean_us)) >> 32).unwrap_or(u64::MAX)
}

/// A time in which work takes longer: a cache that is cold, a neighbour that is loud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// When it begins by the server's clock, microseconds.
    pub at_us: u64,
    /// How long it lasts, microseconds; 0: never.
    pub for_us: u64,
    /// How many times as long work takes.
    pub factor: u64,
}

impl Trigger {
    /// How many times as long work takes that begins now.
    pub fn factor_at(&self, monotonic_us: u64) -> u64 {
        let since = monotonic_us.checked_sub(self.at_us);
        if since.is_some_and(|since| since < self.for_us) { self.factor } else { 1 }
    }

    /// Whether it is on at some time in `from_us..to_us`, by the server's monotonic clock.
    pub fn is_on_within(&self, from_us: u64, to_us: u64) -> bool {
        self.for_us > 0 && self.at_us < to_us && from_us < self.at_us.saturating_add(self.for_us)
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            luck: 0,
            asks: NodeId(0),
            tiers: 1,
            margin_us: 10_000,
            timeout_us: 1_000_000,
            deadline_us: 10_000_000,
            attempts: 3,
            backoff: Backoff::Full,
            base_us: 100_000,
            throttled_base_us: 0,
            cap_us: 20_000_000,
            budget: Budget::AWS_STANDARD,
            hedge: Hedge::default(),
            breaker: breaker::Settings::NONE,
            collapses: false,
            adaptive: false,
            work_us: 10_000,
            work: Work::Constant,
            order: Order::Fifo,
            codel: Limits { target_us: 5_000, interval_us: 100_000 },
            capacity: 100,
            retry_after_us: 0,
            window_us: 60_000_000,
            max_receives: 10,
            mended_at_us: 0,
            trigger: Trigger { at_us: 0, for_us: 0, factor: 1 },
            recovery_us: 10_000_000,
            rules: Rules::RIGHT,
        }
    }
}

/// Why settings cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// No attempt may be made.
    NoAttempt,
    /// No request may wait.
    NoQueue,
    /// The deadline is over before the first attempt's timeout is.
    TimeoutEatsDeadline,
    /// The delay before the first retry is above the greatest.
    BaseAboveCap,
    /// The delay before the first retry after a server had no room is above the greatest.
    ThrottledAboveCap,
    /// A retry costs more than the budget ever holds.
    RetryAboveBudget,
    /// Nobody may retry even while the budget is full.
    FloorAboveBudget,
    /// Nothing is ever given to the worker.
    NoDelivery,
    /// A second copy would leave when nobody waits for the first any more.
    HedgeAfterTimeout,
    /// A second copy is an attempt, and only one may be made.
    HedgeWithoutAttempt,
    /// There is one server for each tier.
    NotOneServer,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConfigError::NoAttempt => "a call needs an attempt",
            ConfigError::NoQueue => "a server needs room for a request",
            ConfigError::TimeoutEatsDeadline => "an attempt is waited for longer than the whole call may take",
            ConfigError::BaseAboveCap => "the first delay is above the greatest",
            ConfigError::ThrottledAboveCap => "the first delay for want of room is above the greatest",
            ConfigError::RetryAboveBudget => "a retry costs more than the budget ever holds",
            ConfigError::FloorAboveBudget => "the floor is not below what the budget holds",
            ConfigError::NoDelivery => "a request needs a delivery",
            ConfigError::HedgeAfterTimeout => "a copy would leave when the attempt is not waited for any more",
            ConfigError::HedgeWithoutAttempt => "a copy is an attempt, and a call may have one only",
            ConfigError::NotOneServer => "there is one server for each tier",
        })
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Checks that the settings can work at all, not that they are wise.
    pub fn validate(&self, servers: u16) -> Result<(), ConfigError> {
        let budget = &self.budget;
        let wrong = [
            (servers != self.tiers, ConfigError::NotOneServer),
            (self.attempts == 0, ConfigError::NoAttempt),
            (self.capacity == 0, ConfigError::NoQueue),
            (self.max_receives == 0, ConfigError::NoDelivery),
            (self.timeout_us > self.deadline_us, ConfigError::TimeoutEatsDeadline),
            (self.base_us > self.cap_us, ConfigError::BaseAboveCap),
            (self.throttled_base_us > self.cap_us, ConfigError::ThrottledAboveCap),
            (budget.capacity > 0 && budget.retry.max(budget.timeout) > budget.capacity, ConfigError::RetryAboveBudget),
            (budget.capacity > 0 && budget.floor >= budget.capacity, ConfigError::FloorAboveBudget),
            (self.hedge.after_us >= self.timeout_us, ConfigError::HedgeAfterTimeout),
            (self.hedge.exists() && self.attempts < 2, ConfigError::HedgeWithoutAttempt),
        ];
        wrong.into_iter().find(|(is_wrong, _)| *is_wrong).map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Delay before the first retry after a failure, microseconds.
    pub fn base_after_us(&self, failure: Failure) -> u64 {
        match failure {
            Failure::Refused(Refusal::Overloaded) if self.throttled_base_us > 0 => self.throttled_base_us,
            Failure::Silence | Failure::Refused(_) => self.base_us,
        }
    }

    /// Whether the worker fails at faulty requests.
    pub fn has_bug(&self, monotonic_us: u64) -> bool {
        self.mended_at_us == 0 || monotonic_us < self.mended_at_us
    }

    /// Whom a client asks: the first node.
    pub fn server(&self) -> NodeId {
        self.asks
    }

    /// Who works: the last tier.
    pub fn worker(&self) -> NodeId {
        NodeId(self.tiers.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::draw::{Purpose, Sequence};

    #[test]
    fn exponential_times_have_their_mean_and_their_tail() {
        let mut draws = Sequence::new(1, Purpose::Workload, 0);
        let n = 100_000u64;
        let times: Vec<u64> = (0..n).map(|_| Work::Exponential.time_us(10_000, draws.next_u64())).collect();
        let mean = times.iter().sum::<u64>() / n;
        assert!((9_850..=10_150).contains(&mean), "{mean}");
        // P(X > 3 means) = e^-3 = 4.98 %
        let tail = times.iter().filter(|time| **time > 30_000).count();
        assert!((4_780..=5_180).contains(&tail), "{tail}");
        assert_eq!(Work::Exponential.time_us(10_000, u64::MAX), 0);
        assert_eq!(Work::Exponential.time_us(10_000, 0), Work::Exponential.time_us(10_000, 1));
        assert_eq!(Work::Exponential.time_us(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let with = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.validate(1)
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|c| c.attempts = 0), Err(ConfigError::NoAttempt));
        assert_eq!(with(|c| c.capacity = 0), Err(ConfigError::NoQueue));
        assert_eq!(with(|c| c.max_receives = 0), Err(ConfigError::NoDelivery));
        assert_eq!(with(|c| c.timeout_us = 10_000_001), Err(ConfigError::TimeoutEatsDeadline));
        assert_eq!(with(|c| c.base_us = 20_000_001), Err(ConfigError::BaseAboveCap));
        assert_eq!(with(|c| c.throttled_base_us = 20_000_001), Err(ConfigError::ThrottledAboveCap));
        assert_eq!(with(|c| c.budget.timeout = 500_001), Err(ConfigError::RetryAboveBudget));
        assert_eq!(with(|c| c.budget.floor = 500_000), Err(ConfigError::FloorAboveBudget));
        assert_eq!(with(|c| c.hedge.after_us = 1_000_000), Err(ConfigError::HedgeAfterTimeout));
        assert_eq!(with(|c| (c.hedge.percentile, c.attempts) = (95, 1)), Err(ConfigError::HedgeWithoutAttempt));
        assert_eq!(Config::default().validate(2), Err(ConfigError::NotOneServer));
    }

    #[test]
    fn a_trigger_has_a_beginning_and_an_end() {
        let trigger = Trigger { at_us: 10, for_us: 5, factor: 8 };
        assert_eq!([9, 10, 14, 15].map(|at| trigger.factor_at(at)), [1, 8, 8, 1]);
        assert_eq!(
            [(0, 10), (0, 11), (14, 15), (15, 20)].map(|(from, to)| trigger.is_on_within(from, to)),
            [false, true, true, false]
        );
        assert!(!Trigger { for_us: 0, ..trigger }.is_on_within(0, u64::MAX));
    }
}
