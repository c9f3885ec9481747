//! The decisions that clocks and what is built on them rest on, one small pure function each, and the wrong versions of them.
//!
//! A mutant replaces exactly one rule, here and nowhere else. Four of them are the defects of a widespread vector clock class:
//! a null for *concurrent*, a send that does not tick, counters that restart, entries that are pruned.
//!
//! The page shows these functions as they stand, right and wrong lines beside each other; `tests/rules.rs` cuts them out. So
//! each has the same shape: a mutant is an `if` of its own that returns, and what follows is the right rule. A doc comment
//! ends its sentence with where the rule is from: `(see Lamport 1978)`.

use super::dvv::Dot;
use super::hlc::Hlc;
use super::itc;
use super::lamport::Lamport;
use super::order::Order;
use super::stamp::Actor;
use super::truetime::Interval;
use super::vector::Vector;
use super::version::VersionVector;
use crate::base::NodeId;
use crate::protocol::mutants::mutants;

mutants! {
    LamportIgnoresMessage, "lamport_ignores_message", "lamport_of_receive", "clock-condition", "a receive only ticks";
    SendWithoutTick, "send_without_tick", "vector_of_send", "exact-order", "a send attaches the vector as it is";
    ReceiveWithoutMerge, "receive_without_merge", "vector_of_receive", "exact-order", "a receive only ticks";
    MaxWithoutTick, "max_without_tick", "vector_of_receive", "own-entry", "a receive only merges";
    ConcurrentIsEqual, "concurrent_is_equal", "verdict", "exact-order", "neither within the other passes for equal, as a null does";
    CounterRestarts, "counter_restarts", "actor", "unique-dots", "after a restart the same process counts from zero";
    PruneOldest, "prune_oldest", "kept_entries", "exact-order", "entries beyond a number are dropped, the smallest first";
    ForkKeepsAll, "fork_keeps_all", "fork", "identities", "the giver keeps what it gives away";
    HybridWithoutPhysical, "hybrid_without_physical", "hybrid_time", "hybrid-bounds", "the physical clock is left out";
    HybridUnbounded, "hybrid_unbounded", "hybrid_accepts", "hybrid-bounds", "any time is believed";
    PlainVersionVector, "plain_version_vector", "context_of_write", "siblings", "a write passes for having read all that its server has";
    TickOnRead, "tick_on_read", "dot_after_read", "siblings", "a read gives what it reads a new dot";
    DeliverOnArrival, "deliver_on_arrival", "may_deliver", "causal-delivery", "what arrives is delivered";
    HoldBackAlways, "hold_back_always", "may_deliver", "delivery", "what arrives waits for ever";
    CollectWhenSeenHere, "collect_when_seen_here", "collectable", "stability", "what is delivered here is collected";
    NoCommitWait, "no_commit_wait", "commit_wait_us", "external-consistency", "a commit does not wait";
    EarliestTimestamp, "earliest_timestamp", "commit_timestamp", "external-consistency", "the earliest end of the interval";
    BoundIgnoresRoundTrip, "bound_ignores_round_trip", "offset_error_us", "offset-bound", "the way there and back counts for nothing";
}

/// Logical clocks.
impl Rules {
    /// "Upon receiving a message m, process sets its clock greater than or equal to its present value and greater than the
    /// message's" (see Lamport 1978, implementation rule IR2).
    pub fn lamport_of_receive(self, own: Lamport, message: Lamport) -> Lamport {
        if self.has(Mutant::LamportIgnoresMessage) {
            return own.ticked();
        }
        own.received(message)
    }

    /// A send is an event: the sender ticks its own entry, then attaches the vector. Otherwise two sends carry the same vector
    /// (see Mattern 1989, section 5; Fidge 1988).
    pub fn vector_of_send(self, before: &Vector<Actor>, own: Actor) -> Vector<Actor> {
        if self.has(Mutant::SendWithoutTick) {
            return before.clone();
        }
        before.ticked(own)
    }

    /// A receiver takes the greater of both vectors, entry by entry, and ticks its own entry: the receive is an event, too
    /// (see Mattern 1989, section 5; Fidge 1988).
    pub fn vector_of_receive(self, before: &Vector<Actor>, message: &Vector<Actor>, own: Actor) -> Vector<Actor> {
        if self.has(Mutant::ReceiveWithoutMerge) {
            return before.ticked(own);
        }
        if self.has(Mutant::MaxWithoutTick) {
            return before.merged(message);
        }
        before.merged(message).ticked(own)
    }

    /// What two stamps say of their events: each within the other, one within the other, or neither. Neither is an answer of
    /// its own: a null in its place passes every test for *at most* and *at least* (see Mattern 1989, section 5).
    pub fn verdict(self, a_within_b: bool, b_within_a: bool) -> Order {
        if self.has(Mutant::ConcurrentIsEqual) {
            return if a_within_b == b_within_a { Order::Equal } else { Order::of(a_within_b, b_within_a) };
        }
        Order::of(a_within_b, b_within_a)
    }

    /// Under which name a process counts its events. One that starts again without its memory takes a new name: its counter
    /// begins at zero, and no two events may be number one of the same name (see Almeida et al. 2014, section 2).
    pub fn actor(self, node: NodeId, starts: u32) -> Actor {
        if self.has(Mutant::CounterRestarts) {
            return Actor { node, incarnation: 0 };
        }
        Actor { node, incarnation: starts }
    }

    /// Which entries a process keeps: all. Exactness takes an entry for every process that there is (see Charron-Bost 1991).
    pub fn kept_entries(self, vector: Vector<Actor>, own: Actor, most: usize) -> Vector<Actor> {
        if self.has(Mutant::PruneOldest) {
            let mut others: Vec<(u64, Actor)> = vector.iter().filter(|(a, _)| **a != own).map(|(a, n)| (n, *a)).collect();
            others.sort_unstable();
            let drop = vector.len().saturating_sub(most).min(others.len());
            return vector.iter().filter(|(a, _)| !others[..drop].iter().any(|(_, b)| b == *a)).map(|(a, n)| (*a, n)).collect();
        }
        vector
    }
}

/// Interval tree clocks.
impl Rules {
    /// Whoever joins is given a half of somebody's part of the interval; the giver keeps the other half, and the two have
    /// nothing in common (see Almeida, Baquero, Fonte 2008, section 5.3.2).
    pub fn fork(self, stamp: &itc::Stamp) -> (itc::Stamp, itc::Stamp) {
        if self.has(Mutant::ForkKeepsAll) {
            return (stamp.clone(), stamp.clone());
        }
        stamp.fork()
    }
}

/// Hybrid logical clocks.
impl Rules {
    /// The new `l`: the greatest of the times that are known and the process's own physical time (see Kulkarni et al. 2014,
    /// figure 5).
    pub fn hybrid_time(self, known: u64, physical_us: u64) -> u64 {
        if self.has(Mutant::HybridWithoutPhysical) {
            return known;
        }
        known.max(physical_us)
    }

    /// Whether to believe a message's time. One that is further ahead than any clock may be is refused: it would drag everybody
    /// along (see Kulkarni et al. 2014, section 4.4; CockroachDB, package hlc).
    pub fn hybrid_accepts(self, message: Hlc, physical_us: u64, max_offset_us: u64) -> bool {
        if self.has(Mutant::HybridUnbounded) {
            return true;
        }
        message.l <= physical_us.saturating_add(max_offset_us)
    }
}

/// Versions of an object.
impl Rules {
    /// What a write replaces: what its writer has read, and not what its server happens to have
    /// (see Preguiça et al. 2010, section 4).
    pub fn context_of_write(self, read: VersionVector<NodeId>, known_here: VersionVector<NodeId>) -> VersionVector<NodeId> {
        if self.has(Mutant::PlainVersionVector) {
            return known_here;
        }
        read
    }

    /// The dot of a version after it was read: the same. Versions count updates, not events (see Parker et al. 1983).
    pub fn dot_after_read(self, dot: Dot<NodeId>, next: Dot<NodeId>) -> Dot<NodeId> {
        if self.has(Mutant::TickOnRead) {
            return next;
        }
        dot
    }
}

/// Broadcast.
impl Rules {
    /// A message is delivered when it is the next of its sender, and everything that its sender had delivered before is
    /// delivered here (see Birman, Schiper, Stephenson 1991, section 5.1).
    pub fn may_deliver(self, is_next: bool) -> bool {
        if self.has(Mutant::DeliverOnArrival) {
            return true;
        }
        if self.has(Mutant::HoldBackAlways) {
            return false;
        }
        is_next
    }

    /// Up to which message of a process copies may go: the last one that everybody is known to have, the least entry of its
    /// column (see Wuu, Bernstein 1984, section 3).
    pub fn collectable(self, seen_by_all: u64, seen_here: u64) -> u64 {
        if self.has(Mutant::CollectWhenSeenHere) {
            return seen_here;
        }
        seen_by_all.min(seen_here)
    }
}

/// Physical time.
impl Rules {
    /// The timestamp of a commit: no less than `TT.now().latest`, and above all that this server gave before
    /// (see Corbett et al. 2012, section 4.1.2, Start).
    pub fn commit_timestamp(self, now: Interval, last: i64) -> i64 {
        if self.has(Mutant::EarliestTimestamp) {
            return now.earliest_us.max(last.saturating_add(1));
        }
        now.latest_us.max(last.saturating_add(1))
    }

    /// How long nobody may see a commit: until `TT.after(s)` is true (see Corbett et al. 2012, section 4.1.2, Commit Wait).
    pub fn commit_wait_us(self, now: Interval, timestamp: i64) -> u64 {
        if self.has(Mutant::NoCommitWait) {
            return 0;
        }
        now.until_after_us(timestamp)
    }

    /// How far an estimate may be off for what nobody can measure, how the round trip is shared between the two ways: half of
    /// it (see Cristian 1989, section 3; Mills, RFC 5905, section 8).
    pub fn offset_error_us(self, round_trip_us: u64) -> u64 {
        if self.has(Mutant::BoundIgnoresRoundTrip) {
            return 0;
        }
        round_trip_us.div_ceil(2)
    }
}
