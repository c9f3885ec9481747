//! The sentences of the verdicts on locks. Their words are in the catalogue, under these keys.
//!
//! For each property: `lock.<property>.holds`, in everything so far; `.unknown`, since so many events went by unchecked; and
//! `.violated`, or a key that starts so, with the moment first.

use crate::base::note_kinds;

note_kinds! {
    /// At most one client believes to hold a lock.
    BELIEF_HOLDS = "lock.exclusion-by-belief.holds", [];
    /// Not known.
    BELIEF_UNKNOWN = "lock.exclusion-by-belief.unknown", ["events": Int];
    /// `a` takes itself for the holder while `b` does.
    BELIEF_VIOLATED = "lock.exclusion-by-belief.violated", ["at": TimeUs, "a": Node, "b": Node, "key": Key];

    /// No older holder's write is accepted after a newer one's.
    EFFECT_HOLDS = "lock.exclusion-by-effect.holds", [];
    /// Not known.
    EFFECT_UNKNOWN = "lock.exclusion-by-effect.unknown", ["events": Int];
    /// A write of `a` is accepted after one of `b`, whose lock is newer.
    EFFECT_VIOLATED = "lock.exclusion-by-effect.violated", ["at": TimeUs, "a": Node, "b": Node, "key": Key];

    /// Behind each belief stands a majority.
    COVERED_HOLDS = "lock.covered-belief.holds", [];
    /// Not known.
    COVERED_UNKNOWN = "lock.covered-belief.unknown", ["events": Int];
    /// So many nodes would give the key to somebody else.
    COVERED_VIOLATED = "lock.covered-belief.violated", ["at": TimeUs, "node": Node, "free": Int, "nodes": Int, "key": Key];

    /// Grants have a majority and are valid no longer than they may be.
    VALID_GRANT_HOLDS = "lock.valid-grant.holds", [];
    /// Not known.
    VALID_GRANT_UNKNOWN = "lock.valid-grant.unknown", ["events": Int];
    /// Too few votes.
    VALID_GRANT_VIOLATED_VOTES = "lock.valid-grant.violated-votes", ["at": TimeUs, "node": Node, "votes": Int, "nodes": Int];
    /// It takes the lock to be valid for too long.
    VALID_GRANT_VIOLATED_LONG = "lock.valid-grant.violated-long", ["at": TimeUs, "node": Node, "by": DurationUs];
    /// It extends a lock that was over.
    VALID_GRANT_VIOLATED_OVER = "lock.valid-grant.violated-over", ["at": TimeUs, "node": Node];

    /// No token is used twice, and fences grow.
    UNIQUE_TOKENS_HOLDS = "lock.unique-tokens.holds", [];
    /// Not known.
    UNIQUE_TOKENS_UNKNOWN = "lock.unique-tokens.unknown", ["events": Int];
    /// A token is used a second time.
    UNIQUE_TOKENS_VIOLATED = "lock.unique-tokens.violated", ["at": TimeUs, "node": Node, "n": Int];
    /// A grant has no greater fence than one before.
    UNIQUE_TOKENS_VIOLATED_FENCE = "lock.unique-tokens.violated-fence", ["at": TimeUs, "node": Node, "fence": Int, "greatest": Int, "other": Node];

    /// Nobody releases what is another's.
    OWN_RELEASE_HOLDS = "lock.own-release.holds", [];
    /// Not known.
    OWN_RELEASE_UNKNOWN = "lock.own-release.unknown", ["events": Int];
    /// An owner releases the lock of another one.
    OWN_RELEASE_VIOLATED_OWNER = "lock.own-release.violated-owner", ["at": TimeUs, "node": Node, "asker": Int, "owner": Int];
    /// A node deletes the key of another client.
    OWN_RELEASE_VIOLATED_TOKEN = "lock.own-release.violated-token", ["at": TimeUs, "node": Node, "holder": Node, "client": Node];

    /// Failed attempts leave nothing.
    CLEAN_FAILURE_HOLDS = "lock.clean-failure.holds", [];
    /// Not known.
    CLEAN_FAILURE_UNKNOWN = "lock.clean-failure.unknown", ["events": Int];
    /// A failed attempt does not tell a node to delete its token.
    CLEAN_FAILURE_VIOLATED = "lock.clean-failure.violated", ["at": TimeUs, "node": Node, "missed": Node];

    /// A key that is over is in nobody's way.
    LEASES_END_HOLDS = "lock.leases-end.holds", [];
    /// Not known.
    LEASES_END_UNKNOWN = "lock.leases-end.unknown", ["events": Int];
    /// A node refuses because of a key that is over.
    LEASES_END_VIOLATED = "lock.leases-end.violated", ["at": TimeUs, "node": Node, "holder": Node, "since": DurationUs];

    /// Locks are extended only so often.
    BOUNDED_EXTENSION_HOLDS = "lock.bounded-extension.holds", [];
    /// Not known.
    BOUNDED_EXTENSION_UNKNOWN = "lock.bounded-extension.unknown", ["events": Int];
    /// A lock is extended too often.
    BOUNDED_EXTENSION_VIOLATED = "lock.bounded-extension.violated", ["at": TimeUs, "node": Node, "nth": Int, "most": Int];

    /// Attempts ask all nodes at once and end in time.
    BOUNDED_ATTEMPT_HOLDS = "lock.bounded-attempt.holds", [];
    /// Not known.
    BOUNDED_ATTEMPT_UNKNOWN = "lock.bounded-attempt.unknown", ["events": Int];
    /// An attempt goes on for too long.
    BOUNDED_ATTEMPT_VIOLATED = "lock.bounded-attempt.violated", ["at": TimeUs, "node": Node, "open": DurationUs, "most": DurationUs];
    /// An attempt begins with fewer than all nodes.
    BOUNDED_ATTEMPT_VIOLATED_ASKED = "lock.bounded-attempt.violated-asked", ["at": TimeUs, "node": Node, "asked": Int, "nodes": Int];

    /// The newest holder is served.
    HOLDER_SERVED_HOLDS = "lock.holder-served.holds", [];
    /// Not known.
    HOLDER_SERVED_UNKNOWN = "lock.holder-served.unknown", ["events": Int];
    /// A write with the greatest fence is rejected.
    HOLDER_SERVED_VIOLATED = "lock.holder-served.violated", ["at": TimeUs, "node": Node, "client": Node, "fence": Int];

    /// Split votes do not go on for ever.
    NO_LIVELOCK_HOLDS = "lock.no-livelock.holds", [];
    /// Not known.
    NO_LIVELOCK_UNKNOWN = "lock.no-livelock.unknown", ["events": Int];
    /// So many attempts in a row split the votes.
    NO_LIVELOCK_VIOLATED = "lock.no-livelock.violated", ["at": TimeUs, "splits": Int, "key": Key];

    /// Grants follow the order of creation.
    QUEUE_ORDER_HOLDS = "lock.queue-order.holds", [];
    /// Not known.
    QUEUE_ORDER_UNKNOWN = "lock.queue-order.unknown", ["events": Int];
    /// An older entry is granted after a newer one.
    QUEUE_ORDER_VIOLATED = "lock.queue-order.violated", ["at": TimeUs, "node": Node, "created": Int, "greatest": Int, "other": Node];

    /// An entry is granted although there is no room: an older one is in its way.
    QUEUE_ORDER_VIOLATED_BEFORE = "lock.queue-order.violated-before", ["at": TimeUs, "node": Node, "created": Int, "before": Int, "other": Node];

    /// A release wakes one.
    ONE_WOKEN_HOLDS = "lock.one-woken.holds", [];
    /// Not known.
    ONE_WOKEN_UNKNOWN = "lock.one-woken.unknown", ["events": Int];
    /// It wakes many.
    ONE_WOKEN_VIOLATED = "lock.one-woken.violated", ["at": TimeUs, "node": Node, "woken": Int];

    /// No lease queues twice.
    ONE_ENTRY_HOLDS = "lock.one-entry.holds", [];
    /// Not known.
    ONE_ENTRY_UNKNOWN = "lock.one-entry.unknown", ["events": Int];
    /// One does.
    ONE_ENTRY_VIOLATED = "lock.one-entry.violated", ["at": TimeUs, "node": Node, "client": Node, "key": Key];

    /// No write is accepted whose lock was over.
    VALID_SEQUENCER_HOLDS = "lock.valid-sequencer.holds", [];
    /// Not known.
    VALID_SEQUENCER_UNKNOWN = "lock.valid-sequencer.unknown", ["events": Int];
    /// One is.
    VALID_SEQUENCER_VIOLATED = "lock.valid-sequencer.violated", ["at": TimeUs, "client": Node, "key": Key, "since": DurationUs];

    /// Servers agree.
    SAME_TABLE_HOLDS = "lock.same-table.holds", [];
    /// Not known.
    SAME_TABLE_UNKNOWN = "lock.same-table.unknown", ["events": Int];
    /// Two do not.
    SAME_TABLE_VIOLATED = "lock.same-table.violated", ["at": TimeUs, "node": Node, "other": Node, "applied": Int];
}
