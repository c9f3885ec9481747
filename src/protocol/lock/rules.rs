//! The decisions that locks rest on, one small pure function each, and the wrong versions of them.
//!
//! A mutant replaces exactly one rule, here and nowhere else. More than half of them are the defects of a widespread lock
//! manager class: a failed acquire that releases by resource, a timer that nobody cancels, an extension that moves no timer, an
//! expired entry that stays, a token made of the time. These carry the number of the defect, `LK-1` to `LK-12`.
//!
//! The page shows these functions as they stand, right and wrong lines beside each other; `tests/rules.rs` cuts them out. So
//! each has the same shape: a mutant is an `if` of its own that returns, and what follows is the right rule. A doc comment
//! ends its sentence with where the rule is from: `(see Kleppmann 2016)`.

use super::command::Revision;
use super::config::drift_us;
use super::message::{Entry, Token};
use super::session::Alarm;
use crate::base::LocalTime;
use crate::base::time::MS;
use crate::protocol::mutants::mutants;

mutants! {
    ReleaseByResource, "release_by_resource", "token_to_release", "exclusion-by-belief", "a failed acquire releases whatever is held here under that name (LK-1)";
    ReleaseIgnoresOwner, "release_ignores_owner", "may_release", "own-release", "anybody releases anything (LK-2)";
    StaleTimer, "stale_timer", "alarms_left", "exclusion-by-belief", "a lock that ends leaves its timer running (LK-3)";
    TimerNotMoved, "timer_not_moved", "alarm_after_extension", "covered-belief", "an extension leaves the timer where it was (LK-4)";
    ExpiredStays, "expired_stays", "may_set", "leases-end", "an expired entry is in the way for ever (LK-5)";
    NoElapsed, "no_elapsed", "validity_us", "valid-grant", "the time that acquiring took is not taken off (LK-6)";
    NoNodeTimeout, "no_node_timeout", "wait_us", "bounded-attempt", "an attempt waits for every node without an end (LK-6)";
    NoReleaseOnFailure, "no_release_on_failure", "token_to_release", "clean-failure", "a failed acquire leaves its keys (LK-7)";
    TokenFromTime, "token_from_time", "token", "unique-tokens", "a token is its client and the time in milliseconds (LK-8)";
    AbsoluteExpiry, "absolute_expiry", "left_us", "exclusion-by-belief", "the client's clock says when a key is over (LK-9)";
    ExtendForever, "extend_forever", "may_extend", "bounded-extension", "a lock is extended without a limit (LK-10)";
    ExtendAfterExpiry, "extend_after_expiry", "extension_counts", "valid-grant", "an extension counts although the lock was over (LK-10)";
    Unfenced, "unfenced", "accepts", "exclusion-by-effect", "the resource looks at no fence (LK-11)";
    NoDelayedRestart, "no_delayed_restart", "stay_away_us", "exclusion-by-belief", "a node without memory is back at once (LK-12)";
    PlainDelete, "plain_delete", "may_delete", "own-release", "a key is deleted without a look at its token";
    NoDrift, "no_drift", "validity_us", "exclusion-by-belief", "clocks count as equally fast";
    SequentialAcquire, "sequential_acquire", "asked_at_once", "bounded-attempt", "nodes are asked one after the other";
    HalfQuorum, "half_quorum", "quorum", "exclusion-by-belief", "half of the nodes are enough";
    WallClockExpiry, "wall_clock_expiry", "left_us", "exclusion-by-belief", "a node measures by its wall clock, as Redis does";
    ExtendByMinority, "extend_by_minority", "extension_counts", "covered-belief", "one node is enough for an extension (LK-10)";
    LateAnswers, "late_answers", "is_of_this_round", "valid-grant", "an answer to an extension that failed counts for the next one";
    FenceAboveOnly, "fence_above_only", "accepts", "holder-served", "an equal fence is rejected";
    SequencerUnasked, "sequencer_unasked", "asks_about", "valid-sequencer", "the resource believes what it is shown";
    SequencerCached, "sequencer_cached", "asks_about", "valid-sequencer", "a sequencer that was valid once is not asked about again";
    FenceForgotten, "fence_forgotten", "fence_after_restart", "exclusion-by-effect", "the resource forgets its fence in a crash";
    FixedRetryDelay, "fixed_retry_delay", "retry_us", "no-livelock", "everybody tries again after the same time";
    WriteWithoutRecheck, "write_without_recheck", "may_write", "exclusion-by-belief", "a holder writes without a look at its clock";
    NoReread, "no_reread", "holds_after_wait", "exclusion-by-belief", "whoever waited holds the lock without a look at its own entry";
    NoGuid, "no_guid", "entry_number", "one-entry", "each attempt creates an entry of its own";
    OnePermitMore, "one_permit_more", "permits", "queue-order", "one more holds a lock than there are permits";
    WatchParent, "watch_parent", "wakes", "one-woken", "everybody watches the whole queue";
    FenceFromTime, "fence_from_time", "fence", "unique-tokens", "the client's clock is the fence";
    FollowerExpires, "follower_expires", "decides_expiry", "same-table", "every server ends leases by itself";
    KeepAliveIgnored, "keep_alive_ignored", "lease_since", "exclusion-by-belief", "signs of life are confirmed and change nothing";
    KeepAliveAlone, "keep_alive_alone", "keep_alive_needs_log", "exclusion-by-belief", "a leader confirms signs of life without the others";
}

/// Acquire.
impl Rules {
    /// What is stored at the nodes: unique over all clients and all requests (see redis.io, Distributed locks with Redis, Correct
    /// implementation with a single instance).
    pub fn token(self, unique: Token, wall_us: i64) -> Token {
        if self.has(Mutant::TokenFromTime) {
            return Token { client: unique.client, op: (wall_us.unsigned_abs() / MS) as u32, attempt: 0 };
        }
        unique
    }

    /// How many nodes are asked at the same time: all of them. The longer it takes, the less validity is left, and the more
    /// clients split the votes (see redis.io, Distributed locks with Redis, Retry on failure).
    pub fn asked_at_once(self, nodes: u16) -> u16 {
        if self.has(Mutant::SequentialAcquire) {
            return nodes.min(1);
        }
        nodes
    }

    /// How long an attempt waits for its nodes: a short time against the time to live, so that one that is down does not eat the
    /// validity (see redis.io, Distributed locks with Redis, The Redlock algorithm, step 2).
    pub fn wait_us(self, node_timeout_us: u64) -> Option<u64> {
        if self.has(Mutant::NoNodeTimeout) {
            return None;
        }
        Some(node_timeout_us)
    }

    /// How many nodes make a lock: more than half, so that no two clients have them (see redis.io, Distributed locks with Redis,
    /// The Redlock algorithm, step 3).
    pub fn quorum(self, nodes: u16) -> u32 {
        if self.has(Mutant::HalfQuorum) {
            return u32::from(nodes / 2).max(1);
        }
        u32::from(nodes / 2) + 1
    }

    /// How long a lock is valid: the time to live, less what acquiring took, less what clocks may differ by. Nothing is left if
    /// it took too long (see redis.io, Distributed locks with Redis, The Redlock algorithm, steps 3 and 4).
    pub fn validity_us(self, ttl_us: u64, elapsed_us: u64, drift_us: u64) -> u64 {
        if self.has(Mutant::NoElapsed) {
            return ttl_us;
        }
        if self.has(Mutant::NoDrift) {
            return ttl_us.saturating_sub(elapsed_us);
        }
        ttl_us.saturating_sub(elapsed_us).saturating_sub(drift_us)
    }

    /// After which time a failed attempt is repeated: a random one, so that clients which split the votes do not split them again
    /// (see redis.io, Distributed locks with Redis, Retry on failure).
    pub fn retry_us(self, retry_us_max: u64) -> (u64, u64) {
        if self.has(Mutant::FixedRetryDelay) {
            return (retry_us_max, retry_us_max);
        }
        (0, retry_us_max)
    }
}

/// Hold and extend.
impl Rules {
    /// Whether a holder may write: only while its own clock says that the lock is valid (see Gray and Cheriton 1989, section 2).
    pub fn may_write(self, valid_for_us: u64) -> bool {
        if self.has(Mutant::WriteWithoutRecheck) {
            return true;
        }
        valid_for_us > 0
    }

    /// Whether a holder may ask for an extension: while the lock is valid, and only so often; otherwise nobody else ever has it
    /// (see redis.io, Distributed locks with Redis, Making the algorithm more reliable).
    pub fn may_extend(self, valid_for_us: u64, done: u32, most: u32) -> bool {
        if self.has(Mutant::ExtendForever) {
            return valid_for_us > 0;
        }
        valid_for_us > 0 && done < most
    }

    /// Whether an extension counts: if a majority extended within the validity. Otherwise the holder stops at the old time
    /// (see redis.io, Distributed locks with Redis, Making the algorithm more reliable).
    pub fn extension_counts(self, extended: u32, quorum: u32, valid_for_us: u64) -> bool {
        if self.has(Mutant::ExtendByMinority) {
            return extended > 0 && valid_for_us > 0;
        }
        if self.has(Mutant::ExtendAfterExpiry) {
            return extended >= quorum;
        }
        extended >= quorum && valid_for_us > 0
    }

    /// Whether an answer is one to the question that is open: they are numbered, since an extension that failed may be answered late
    /// (see redis.io, Distributed locks with Redis, Making the algorithm more reliable).
    pub fn is_of_this_round(self, answered: u32, asked: u32) -> bool {
        if self.has(Mutant::LateAnswers) {
            return true;
        }
        answered == asked
    }

    /// When a lock that was extended is over: at the new time (see redis.io, Distributed locks with Redis, Making the algorithm
    /// more reliable).
    pub fn alarm_after_extension(self, old_us: u64, new_us: u64) -> u64 {
        if self.has(Mutant::TimerNotMoved) {
            return old_us;
        }
        new_us
    }

    /// Which timers go on when a lock ends: those of other locks. A timer belongs to a token, not to the name of a resource
    /// (see node-redlock, release).
    pub fn alarms_left(self, alarms: &[Alarm], ended: Token) -> Vec<Alarm> {
        if self.has(Mutant::StaleTimer) {
            return alarms.to_vec();
        }
        alarms.iter().filter(|alarm| alarm.token != ended).copied().collect()
    }
}

/// Release.
impl Rules {
    /// What a failed attempt releases at all nodes: its own token, also where it believes to have nothing. What is held here under
    /// the same name is another lock (see redis.io, Distributed locks with Redis, The Redlock algorithm, step 5).
    pub fn token_to_release(self, own: Token, held_here: Option<Token>) -> Option<Token> {
        if self.has(Mutant::ReleaseByResource) {
            return held_here;
        }
        if self.has(Mutant::NoReleaseOnFailure) {
            return None;
        }
        Some(own)
    }

    /// Whether somebody may release a lock: if it is theirs (see redis.io, Distributed locks with Redis, Correct implementation
    /// with a single instance).
    pub fn may_release(self, asker: u64, owner: u64) -> bool {
        if self.has(Mutant::ReleaseIgnoresOwner) {
            return true;
        }
        asker == owner
    }
}

/// Lock nodes.
impl Rules {
    /// How long a key has left. The node measures it by a clock that nobody sets: neither the client's clock nor a wall clock that
    /// jumps says when it is over (see Kleppmann 2016, Breaking Redlock with bad timings).
    pub fn left_us(self, entry: &Entry, now: LocalTime) -> u64 {
        if self.has(Mutant::AbsoluteExpiry) {
            return u64::try_from(entry.until_wall_us.saturating_sub(now.wall_us)).unwrap_or(0);
        }
        if self.has(Mutant::WallClockExpiry) {
            let passed_us = u64::try_from(now.wall_us.saturating_sub(entry.since.wall_us)).unwrap_or(0);
            return entry.ttl_us.saturating_sub(passed_us);
        }
        entry.ttl_us.saturating_sub(now.monotonic_us.saturating_sub(entry.since.monotonic_us))
    }

    /// Whether a key can be stored: if there is none, or it is over. Looking and storing are one step (see redis.io, SET with NX
    /// and PX).
    pub fn may_set(self, left_us: Option<u64>) -> bool {
        if self.has(Mutant::ExpiredStays) {
            return left_us.is_none();
        }
        left_us.is_none_or(|left_us| left_us == 0)
    }

    /// Whether a key may be deleted: if the token that is to go is the one that is there (see redis.io, Distributed locks with
    /// Redis, Correct implementation with a single instance).
    pub fn may_delete(self, stored: Token, asked: Token) -> bool {
        if self.has(Mutant::PlainDelete) {
            return true;
        }
        stored == asked
    }

    /// How long a node stays away that has forgotten its keys: until every one of them is over (see redis.io, Distributed locks
    /// with Redis, Performance, crash recovery and fsync).
    pub fn stay_away_us(self, forgot: bool, ttl_us: u64, drift_us: u64) -> u64 {
        if self.has(Mutant::NoDelayedRestart) {
            return 0;
        }
        if forgot { ttl_us.saturating_add(drift_us) } else { 0 }
    }
}

/// Consensus: clients.
impl Rules {
    /// By which number an entry is created: the same in every attempt, so that one whose answer was lost is found again and does not
    /// stand in its own way (see ZooKeeper Recipes, Locks, Recoverable errors and the GUID).
    pub fn entry_number(self, attempts: u32) -> u32 {
        if self.has(Mutant::NoGuid) {
            return attempts;
        }
        0
    }

    /// Whether whoever has looked at its place holds the lock: if its own entry is there, nothing stands before it, and its lease is
    /// not over by its own clock. A wait may take longer than a lease (see etcd, concurrency.Mutex and issue 11456).
    pub fn holds_after_wait(self, exists: bool, is_first: bool, valid_for_us: u64) -> bool {
        if self.has(Mutant::NoReread) {
            return is_first;
        }
        exists && is_first && valid_for_us > 0
    }

    /// The fence of a holder: the revision at which its entry was created, which grows whatever clocks do (see Burrows 2006, section
    /// 2.4).
    pub fn fence(self, created: Revision, wall_us: i64) -> u64 {
        if self.has(Mutant::FenceFromTime) {
            return u64::try_from(wall_us).unwrap_or(0) / MS;
        }
        created
    }
}

/// Consensus: servers.
impl Rules {
    /// How many may hold a lock at once: so many as there are permits (see Dijkstra 1965, Cooperating sequential processes).
    pub fn permits(self, permits: u32) -> u32 {
        if self.has(Mutant::OnePermitMore) {
            return permits.saturating_add(1);
        }
        permits
    }

    /// Whether somebody who waits is woken: when the entry just before its own is gone. Otherwise one release wakes them all, and all
    /// but one for nothing (see ZooKeeper Recipes, Locks).
    pub fn wakes(self, predecessor_is_gone: bool, queue_has_changed: bool) -> bool {
        if self.has(Mutant::WatchParent) {
            return queue_has_changed;
        }
        predecessor_is_gone
    }

    /// Whether a server says when leases are over: the leader, through the log, so that all end them at the same place (see Gray and
    /// Cheriton 1989, section 2).
    pub fn decides_expiry(self, leads: bool) -> bool {
        if self.has(Mutant::FollowerExpires) {
            return true;
        }
        leads
    }

    /// From when on a lease is measured after a sign of life: from now (see Gray and Cheriton 1989, section 2).
    pub fn lease_since(self, before: Option<LocalTime>, now: LocalTime) -> LocalTime {
        if self.has(Mutant::KeepAliveIgnored) {
            return before.unwrap_or(now);
        }
        now
    }

    /// Whether a sign of life counts only when it is in the log: a leader may have been replaced without knowing it, and the next one
    /// counts for itself (see Gray and Cheriton 1989, section 2).
    pub fn keep_alive_needs_log(self) -> bool {
        if self.has(Mutant::KeepAliveAlone) {
            return false;
        }
        true
    }
}

/// The resource.
impl Rules {
    /// Whether a write is accepted: not if its fence is smaller than one that was seen. An equal one is the same holder's
    /// (see Kleppmann 2016, Making the lock safe with fencing).
    pub fn accepts(self, fence: u64, greatest: u64) -> bool {
        if self.has(Mutant::Unfenced) {
            return true;
        }
        if self.has(Mutant::FenceAboveOnly) {
            return fence > greatest;
        }
        fence >= greatest
    }

    /// Whether the lock service is asked about a sequencer: for each write anew. It says what it was when it was made, and that it
    /// was valid a moment ago says nothing of now (see Burrows 2006, section 2.4).
    pub fn asks_about(self, was_valid: bool) -> bool {
        if self.has(Mutant::SequencerUnasked) {
            return false;
        }
        if self.has(Mutant::SequencerCached) {
            return !was_valid;
        }
        true
    }

    /// The greatest fence after a crash: what the disk kept (see Kleppmann 2016, Making the lock safe with fencing).
    pub fn fence_after_restart(self, kept: u64) -> u64 {
        if self.has(Mutant::FenceForgotten) {
            return 0;
        }
        kept
    }
}

/// What is left of a time to live, as client libraries reckon it: for tables and tests.
pub fn validity_of(ttl_us: u64, elapsed_us: u64) -> u64 {
    Rules::RIGHT.validity_us(ttl_us, elapsed_us, drift_us(ttl_us, 10_000, 2_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::NodeId;
    use crate::base::time::SECOND;

    #[test]
    fn validity_is_what_the_redis_page_says() {
        assert_eq!(validity_of(10 * SECOND, 50 * MS), 9_848 * MS);
        assert_eq!(validity_of(30 * SECOND, 50 * MS), 29_648 * MS);
        assert_eq!(validity_of(SECOND, 50 * MS), 938 * MS);
        assert_eq!(validity_of(10 * SECOND, 0), 9_898 * MS, "a clock jump is survived no longer than this");
        assert_eq!(validity_of(10 * SECOND, 30 * SECOND), 0, "a pause before the check is rejected");
        assert_eq!(validity_of(0, 0), 0);
    }

    #[test]
    fn any_two_quorums_share_a_node_and_halves_do_not() {
        let half = Rules::RIGHT.with(Mutant::HalfQuorum);
        for nodes in 1..200u16 {
            assert!(2 * Rules::RIGHT.quorum(nodes) > u32::from(nodes), "{nodes}");
            assert!(nodes == 1 || 2 * half.quorum(nodes) <= u32::from(nodes), "{nodes}");
        }
        assert_eq!((Rules::RIGHT.quorum(5), half.quorum(5)), (3, 2));
    }

    #[test]
    fn a_key_lives_by_the_nodes_own_measure() {
        let token = Token { client: NodeId(6), op: 0, attempt: 1 };
        let since = LocalTime { monotonic_us: 1_000, wall_us: 5_000 };
        let entry = Entry { token, since, ttl_us: 300, until_wall_us: 5_100 };
        let now = LocalTime { monotonic_us: 1_100, wall_us: 9_000 };
        assert_eq!(Rules::RIGHT.left_us(&entry, now), 200);
        assert_eq!(Rules::RIGHT.with(Mutant::WallClockExpiry).left_us(&entry, now), 0, "the wall clock has jumped");
        assert_eq!(Rules::RIGHT.with(Mutant::AbsoluteExpiry).left_us(&entry, since), 100);
        let back = LocalTime { monotonic_us: 0, wall_us: i64::MIN };
        assert_eq!(Rules::RIGHT.left_us(&entry, back), 300);
        assert_eq!(Rules::RIGHT.with(Mutant::WallClockExpiry).left_us(&entry, back), 300);
    }

    #[test]
    fn mutants_stand_in_their_order_and_have_names_of_their_own() {
        for (n, info) in MUTANTS.iter().enumerate() {
            assert_eq!(info.mutant as usize, n, "{}", info.id);
            assert_eq!(Mutant::from_id(info.id), Some(info.mutant));
        }
    }
}
