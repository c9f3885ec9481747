//! The settings of a cluster: the same for all its servers and clients.

use super::rules::Rules;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Settings of servers and clients. Durations are microseconds of the node's own monotonic clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Least election timeout. Recommended: 150,000 (paper 9.3), several heartbeats and far more than a round trip. Smaller:
    /// elections while the leader is well.
    pub election_timeout_us_min: u64,
    /// Greatest election timeout; each wait is drawn between the two (paper 5.2). Recommended: 300,000, twice the least.
    /// Too close to the least: votes split again and again.
    pub election_timeout_us_max: u64,
    /// Time between a leader's heartbeats. Recommended: 50,000, at most a third of the least election timeout, so that one
    /// lost message starts no election.
    pub heartbeat_us: u64,
    /// Ask before an election whether it could be won, without raising the term (thesis 9.6). Recommended: on. Off: a server
    /// that was cut off comes back with a high term and deposes a healthy leader.
    pub pre_vote: bool,
    /// A leader that has not heard from a majority for [`Config::election_timeout_us_max`] steps down, and whoever hears from
    /// a leader ignores other candidates (thesis 6.2, 4.2.3). Recommended: on. Off: a leader whose incoming links are cut
    /// keeps its followers, answers nobody, and is not replaced.
    pub check_quorum: bool,
    /// Most entries in one AppendEntries. Recommended: 64. One: catching up takes a message for each entry. Thousands: one
    /// message holds up the heartbeats behind it.
    pub max_entries_per_append: u32,
    /// Most entries sent to a follower beyond what it has acknowledged. Recommended: 256, at least
    /// [`Config::max_entries_per_append`]. Smaller than what arrives in a round trip: throughput falls. Without a bound: a
    /// slow follower's link fills with entries that are sent again.
    pub max_inflight: u32,
    /// How long a client waits for an answer before it asks the next server. Recommended: 300,000, more than an operation
    /// takes and about an election. Smaller: the same request stands in the log several times.
    pub client_retry_us: u64,
    /// How long a client waits when a server knows no leader. Recommended: 50,000. Much smaller: it asks in circles during
    /// an election.
    pub client_backoff_us: u64,
    /// When a client gives up on an operation and reports *unknown*, counted from when it first sends it. Recommended:
    /// 3,000,000. Shorter than an election: operations are unknown that a repetition would have finished.
    pub client_deadline_us: u64,
    /// Most operations that wait in a client while another one is outstanding; what comes beyond fails at once, unsent.
    /// Recommended: 1,000.
    pub client_queue_max: u32,
    /// Which wrong versions of rules are in force: none, in real Raft.
    pub rules: Rules,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            election_timeout_us_min: 150_000,
            election_timeout_us_max: 300_000,
            heartbeat_us: 50_000,
            pre_vote: true,
            check_quorum: true,
            max_entries_per_append: 64,
            max_inflight: 256,
            client_retry_us: 300_000,
            client_backoff_us: 50_000,
            client_deadline_us: 3_000_000,
            client_queue_max: 1_000,
            rules: Rules::RIGHT,
        }
    }
}

/// Why settings cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// This setting must be greater than zero.
    Zero(&'static str),
    /// The least election timeout is above the greatest.
    EmptyElectionRange,
    /// A leader's heartbeats come later than the least election timeout: no leader lasts.
    HeartbeatTooSlow,
    /// The window of entries in flight has no room for one full message.
    WindowTooSmall,
    /// A client would give up before it first repeats its request.
    DeadlineBeforeRetry,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Zero(field) => write!(f, "{field} must be greater than 0"),
            ConfigError::EmptyElectionRange => {
                write!(f, "election_timeout_us_min must not be greater than election_timeout_us_max")
            }
            ConfigError::HeartbeatTooSlow => write!(f, "heartbeat_us must be smaller than election_timeout_us_min"),
            ConfigError::WindowTooSmall => write!(f, "max_inflight must be at least max_entries_per_append"),
            ConfigError::DeadlineBeforeRetry => write!(f, "client_deadline_us must not be smaller than client_retry_us"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Checks that the settings can work at all, not that they are wise.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let positive = [
            ("election_timeout_us_min", self.election_timeout_us_min),
            ("heartbeat_us", self.heartbeat_us),
            ("max_entries_per_append", self.max_entries_per_append as u64),
            ("client_retry_us", self.client_retry_us),
            ("client_backoff_us", self.client_backoff_us),
        ];
        if let Some((field, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::Zero(field));
        }
        if self.election_timeout_us_min > self.election_timeout_us_max {
            return Err(ConfigError::EmptyElectionRange);
        }
        if self.heartbeat_us >= self.election_timeout_us_min {
            return Err(ConfigError::HeartbeatTooSlow);
        }
        if self.max_inflight < self.max_entries_per_append {
            return Err(ConfigError::WindowTooSmall);
        }
        if self.client_deadline_us < self.client_retry_us {
            return Err(ConfigError::DeadlineBeforeRetry);
        }
        Ok(())
    }
}
