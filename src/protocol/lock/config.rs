//! Figures of locks.

use super::message::Token;
use super::rules::Rules;
use crate::base::NodeId;
use crate::base::draw::{Purpose, in_range, mix};
use crate::base::time::MS;
use crate::protocol::raft;
use std::fmt;
use std::sync::Arc;

/// What the locks rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Independent nodes, of which a majority decides.
    Redlock,
    /// A replicated log.
    Raft,
}

/// Settings of the consensus variant alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consensus {
    /// ZooKeeper's recipe: whoever has created an entry looks at its place in a second step. Otherwise etcd's: one transaction creates
    /// the entry and tells the place.
    pub zookeeper: bool,
    /// How many may hold a lock at once: 1 is a lock, more a semaphore.
    pub permits: u32,
    /// How long a lock is not to be had after its holder's lease has run out, microseconds; 0: at once.
    pub lock_delay_us: u64,
    /// Whether holders show their sequencer with each write, and the resource asks the log about it.
    pub sequencers: bool,
    /// Those of the log.
    pub raft: Arc<raft::Config>,
}

impl Default for Consensus {
    fn default() -> Self {
        Consensus { zookeeper: false, permits: 1, lock_delay_us: 0, sequencers: false, raft: Arc::default() }
    }
}

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Number of servers: the last one is the resource, the others are lock nodes.
    pub servers: u16,
    /// Time to live of a key, microseconds.
    pub ttl_us: u64,
    /// How long an attempt waits for nodes, microseconds: small against the time to live.
    pub node_timeout_us: u64,
    /// How often an acquire tries. Redlock-rb tries 3 times.
    pub attempts: u32,
    /// Greatest delay between two attempts, microseconds.
    pub retry_us_max: u64,
    /// How often a lock can be extended.
    pub extensions: u32,
    /// What clocks may differ by, parts of a million of the time to live.
    pub drift_ppm: u64,
    /// What clocks may differ by beside that, microseconds: Redis' resolution, and one millisecond at least.
    pub drift_us: u64,
    /// Whether each grant comes with a fence.
    pub fencing: bool,
    /// Whether nodes keep their keys on disk, and answer only when they are there.
    pub persist: bool,
    /// When a client gives up waiting for the resource, microseconds.
    pub deadline_us: u64,
    /// What the locks rest on.
    pub variant: Variant,
    /// Settings of the consensus variant.
    pub consensus: Consensus,
    /// What delays between attempts are drawn with: a delay is a pure function of this and of the attempt. Clients that shared a
    /// draw would split the votes again.
    pub luck: u64,
    /// The rules in force.
    pub rules: Rules,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            servers: 6,
            ttl_us: 10_000_000,
            node_timeout_us: 50_000,
            attempts: 3,
            retry_us_max: 200_000,
            extensions: 3,
            drift_ppm: 10_000,
            drift_us: 2_000,
            fencing: true,
            persist: false,
            deadline_us: 3_000_000,
            variant: Variant::Redlock,
            consensus: Consensus::default(),
            luck: 0,
            rules: Rules::RIGHT,
        }
    }
}

/// Why settings cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// There is no lock node, or no resource.
    TooFewServers,
    /// Nothing is left of the time to live once the drift is taken off; it is so many microseconds.
    DriftEatsTtl(u64),
    /// An attempt may wait as long as a key lives.
    TimeoutEatsTtl,
    /// Leases are shorter than so many microseconds: their signs of life would come more often than heartbeats.
    FasterThanHeartbeats(u64),
    /// A semaphore has no newest holder whom a fence could prefer.
    FencedSemaphore,
    /// A semaphore has several holders: that one of them is gone says nothing of the others' work.
    DelayedSemaphore,
    /// Something was set that Redlock does not know.
    ConsensusOnly(&'static str),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::TooFewServers => write!(f, "locks need a lock node and a resource"),
            ConfigError::DriftEatsTtl(us) => write!(f, "the drift of {us} us leaves nothing of the time to live"),
            ConfigError::FencedSemaphore => write!(f, "holders of a semaphore have no order that a fence could keep"),
            ConfigError::DelayedSemaphore => write!(f, "a semaphore cannot be delayed"),
            ConfigError::ConsensusOnly(setting) => write!(f, "Redlock has no {setting}"),
            ConfigError::FasterThanHeartbeats(us) => {
                write!(f, "signs of life for leases below {us} us would come more often than the log's heartbeats")
            }
            ConfigError::TimeoutEatsTtl => write!(f, "an attempt waits as long as a key lives"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Checks that the settings can work at all, not that they are wise.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.servers < 2 {
            return Err(ConfigError::TooFewServers);
        }
        if self.drift() >= self.ttl_us {
            return Err(ConfigError::DriftEatsTtl(self.drift()));
        }
        match self.variant {
            Variant::Redlock if self.node_timeout_us >= self.ttl_us => Err(ConfigError::TimeoutEatsTtl),
            Variant::Redlock => self.validate_redlock(),
            Variant::Raft if self.ttl_us < self.shortest_lease_us() => {
                Err(ConfigError::FasterThanHeartbeats(self.shortest_lease_us()))
            }
            Variant::Raft if self.consensus.permits > 1 && self.fencing => Err(ConfigError::FencedSemaphore),
            Variant::Raft if self.consensus.permits > 1 && self.consensus.lock_delay_us > 0 => Err(ConfigError::DelayedSemaphore),
            Variant::Raft => Ok(()),
        }
    }

    fn validate_redlock(&self) -> Result<(), ConfigError> {
        let Consensus { zookeeper, permits, lock_delay_us, sequencers, .. } = self.consensus;
        let delayed = ("lock_delay_us", lock_delay_us > 0);
        let set = [("zookeeper", zookeeper), ("permits", permits > 1), delayed, ("sequencers", sequencers)];
        set.iter().find(|(_, set)| *set).map_or(Ok(()), |(name, _)| Err(ConfigError::ConsensusOnly(name)))
    }

    /// The shortest time to live of a lease, microseconds: three signs of life come in it, and each of them is an entry of the log.
    fn shortest_lease_us(&self) -> u64 {
        self.consensus.raft.heartbeat_us.saturating_mul(3)
    }

    /// Number of lock nodes: S1, S2, ...
    pub fn nodes(&self) -> u16 {
        self.servers.saturating_sub(1)
    }

    /// The resource: the last server.
    pub fn resource(&self) -> NodeId {
        NodeId(self.nodes())
    }

    /// How long an attempt that has failed waits before the next one, microseconds; `token` is that of the failed one.
    pub fn retry_delay_us(&self, token: Token) -> u64 {
        let (least, most) = self.rules.retry_us(self.retry_us_max);
        let attempt = u64::from(token.op) << 32 | u64::from(token.attempt);
        in_range(mix(self.luck, Purpose::Backoff, u64::from(token.client.0), attempt), least, most)
    }

    /// What clocks may differ by over a time to live, microseconds: whole milliseconds of the part, as libraries round it down.
    pub fn drift(&self) -> u64 {
        drift_us(self.ttl_us, self.drift_ppm, self.drift_us)
    }
}

/// `floor(factor x TTL) + constant`, the first of these in whole milliseconds (Redlock-rb, node-redlock, rslock).
pub fn drift_us(ttl_us: u64, drift_ppm: u64, constant_us: u64) -> u64 {
    let part_ms = u128::from(ttl_us) * u128::from(drift_ppm) / 1_000_000 / u128::from(MS);
    u64::try_from(part_ms).unwrap_or(u64::MAX).saturating_mul(MS).saturating_add(constant_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drift_is_what_libraries_take() {
        let config = Config::default();
        let drift_ms = |ttl_ms: u64| Config { ttl_us: ttl_ms * MS, ..config.clone() }.drift() / MS;
        assert_eq!((drift_ms(10_000), drift_ms(30_000), drift_ms(1_000), drift_ms(50)), (102, 302, 12, 2));
        assert_eq!(drift_ms(1_050), 12, "the part is rounded down to milliseconds");
        assert_eq!(drift_us(u64::MAX, 1_000_000, u64::MAX), u64::MAX);
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let with = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.validate()
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|c| c.servers = 1), Err(ConfigError::TooFewServers));
        assert_eq!(with(|c| c.ttl_us = 2_000), Err(ConfigError::DriftEatsTtl(2_000)));
        assert_eq!(with(|c| c.node_timeout_us = 10_000_000), Err(ConfigError::TimeoutEatsTtl));
        let leased =
            |ttl_us| Config { variant: Variant::Raft, ttl_us, drift_ppm: 0, drift_us: 0, ..Config::default() }.validate();
        assert_eq!(leased(1), Err(ConfigError::FasterThanHeartbeats(150_000)));
        assert_eq!((leased(149_999).is_err(), leased(150_000)), (true, Ok(())));
    }
}
