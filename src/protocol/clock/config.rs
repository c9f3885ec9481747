//! What kind of clock runs, and its figures.

use super::rules::Rules;
use super::stamp::Carried;
use std::fmt;

/// What the nodes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Processes exchange messages and stamp their events.
    Processes(Carried),
    /// Processes broadcast to each other, in causal order, and keep copies as long as somebody may lack them.
    Broadcast,
    /// Replicas of an object that clients read and write.
    Versions,
    /// Servers that commit transactions by TrueTime.
    TrueTime,
    /// The first server has the time, the others ask it.
    Sync,
}

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What the nodes do.
    pub mode: Mode,
    /// Number of servers.
    pub servers: u16,
    /// Processes: how many of the servers own a part of the interval from the start; the others have to join.
    pub members: u16,
    /// Least time between two things that a process does by itself, microseconds; with 0 as greatest it does nothing by itself.
    pub every_us_min: u64,
    /// Greatest time between two things that a process does by itself, microseconds.
    pub every_us_max: u64,
    /// Entries that a vector keeps where it is pruned.
    pub prune_to: usize,
    /// Hybrid: how far ahead a message's time may be, microseconds. CockroachDB's default; below the true skew, honest messages
    /// are refused.
    pub max_offset_us: u64,
    /// TrueTime: by how much a clock may be wrong, microseconds. Below the true error, external consistency is lost.
    pub epsilon_us: u64,
    /// Sync: time between two questions, microseconds.
    pub poll_us: u64,
    /// Sync: how many exchanges are kept, of which the shortest counts: 1 is Cristian's way, 8 is NTP's.
    pub samples: usize,
    /// Sync: how much faster or slower than true a clock is taken to run at most, parts per million.
    pub drift_ppm: u64,
    /// Broadcast and versions: time between two messages by which a node tells another what it has, microseconds.
    pub gossip_us: u64,
    /// When a client gives up, microseconds.
    pub deadline_us: u64,
    /// The rules in force.
    pub rules: Rules,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            mode: Mode::Processes(Carried::DEFAULT),
            servers: 3,
            members: 3,
            every_us_min: 0,
            every_us_max: 0,
            prune_to: 2,
            max_offset_us: 500_000,
            epsilon_us: 7_000,
            poll_us: 1_000_000,
            samples: 8,
            drift_ppm: 200,
            gossip_us: 200_000,
            deadline_us: 3_000_000,
            rules: Rules::RIGHT,
        }
    }
}

/// Why settings cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// These two exclude each other.
    Both(&'static str, &'static str),
    /// The least time is above the greatest.
    EmptyRange,
    /// More members than servers, or none.
    Members,
    /// This kind needs more servers.
    TooFewServers(u16),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Both(a, b) => write!(f, "{a} and {b} cannot both be on"),
            ConfigError::EmptyRange => write!(f, "every_us_min must not be greater than every_us_max"),
            ConfigError::Members => write!(f, "members must be at least 1 and at most the number of servers"),
            ConfigError::TooFewServers(least) => write!(f, "this needs at least {least} servers"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Checks that the settings can work at all, not that they are wise.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.every_us_min > self.every_us_max {
            return Err(ConfigError::EmptyRange);
        }
        if self.members == 0 || self.members > self.servers {
            return Err(ConfigError::Members);
        }
        if self.mode == Mode::Sync && self.servers < 2 {
            return Err(ConfigError::TooFewServers(2));
        }
        Ok(())
    }
}
