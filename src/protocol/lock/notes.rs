//! What nodes remark, for the reader of a run. Their sentences are in the catalogue, under these keys.

use crate::base::note_kinds;

note_kinds! {
    // Lock nodes
    /// Stores a key.
    STORES = "lock.stores", Protocol, Some("may_set"), ["client": Node, "key": Key, "ttl": DurationUs];
    /// Refuses: another token is there, which lives so long.
    REFUSES = "lock.refuses", Protocol, Some("may_set"), ["client": Node, "key": Key, "holder": Node, "left": DurationUs];
    /// Removes a key.
    REMOVES = "lock.removes", Protocol, Some("may_delete"), ["holder": Node, "key": Key, "client": Node];
    /// Lets a key live on.
    LETS_LIVE = "lock.lets-live", Protocol, None, ["client": Node, "key": Key, "ttl": DurationUs];
    /// Cannot: the key is gone, or another's.
    CANNOT_EXTEND = "lock.cannot-extend", Protocol, None, ["client": Node, "key": Key];
    /// Remembers a greater fence.
    RAISES = "lock.raises", Everything, None, ["fence": Int, "client": Node, "key": Key];
    /// Starts without its keys, and stays away until they would all be over.
    STAYS_AWAY = "lock.stays-away", Story, Some("stay_away_us"), ["for": DurationUs];
    /// Starts without its fences, and gives no vote any more.
    HAS_LOST_FENCES = "lock.has-lost-fences", Story, Some("stay_away_us"), [];
    /// The disk is full: the process ends.
    CANNOT_WRITE = "lock.cannot-write", Story, None, [];
    /// Starts without its keys, and answers at once.
    HAS_FORGOTTEN = "lock.has-forgotten", Story, Some("stay_away_us"), [];
    /// Says nothing while it stays away.
    STAYS_SILENT = "lock.stays-silent", Protocol, Some("stay_away_us"), ["client": Node];
    /// Is back.
    COMES_BACK = "lock.comes-back", Story, Some("stay_away_us"), [];
    /// Ignores a message that is not for it.
    IGNORES_FOREIGN = "lock.ignores-foreign", Everything, None, ["from": Node];

    // The resource
    /// Accepts a write.
    ACCEPTS = "lock.accepts", Story, Some("accepts"), ["value": Int, "client": Node, "key": Key, "fence": Int];
    /// Accepts a write: what was shown with it is that of a holder.
    ACCEPTS_SHOWN = "lock.accepts-shown", Story, Some("asks_about"), ["value": Int, "client": Node, "key": Key, "generation": Int];
    /// Asks the lock service about a sequencer.
    ASKS_ABOUT = "lock.asks-about", Story, Some("asks_about"), ["client": Node, "key": Key, "generation": Int];
    /// Refuses a write: what was shown with it is nobody's any more.
    REFUSES_SHOWN = "lock.refuses-shown", Story, Some("asks_about"), ["value": Int, "client": Node, "key": Key, "generation": Int];
    /// Refuses a write: nobody has said whether its sequencer is valid.
    REFUSES_UNPROVED = "lock.refuses-unproved", Story, Some("asks_about"), ["value": Int, "client": Node, "key": Key];
    /// Rejects a write: it has seen a greater fence.
    REJECTS = "lock.rejects", Story, Some("accepts"), ["value": Int, "client": Node, "key": Key, "fence": Int, "greatest": Int];

    // Clients
    /// Asks the nodes for a key.
    ASKS = "lock.asks", Story, Some("asked_at_once"), ["key": Key, "left": Int];
    /// Has a majority, and raises the fence.
    HAS_MAJORITY = "lock.has-majority", Protocol, Some("quorum"), ["key": Key, "fence": Int];
    /// Holds a lock.
    HOLDS = "lock.holds", Story, Some("validity_us"), ["key": Key, "for": DurationUs, "fence": Int];
    /// Has a majority too late.
    TOO_LATE = "lock.too-late", Story, Some("validity_us"), ["key": Key, "elapsed": DurationUs, "ttl": DurationUs];
    /// An attempt fails.
    FAILS = "lock.fails", Story, Some("token_to_release"), ["key": Key, "yes": Int, "nodes": Int];
    /// The last attempt has failed.
    GIVES_UP = "lock.gives-up", Story, None, ["key": Key];
    /// Asks for an extension.
    ASKS_TO_EXTEND = "lock.asks-to-extend", Story, Some("may_extend"), ["key": Key];
    /// May not: it was extended so often, or is over.
    MAY_NOT_EXTEND = "lock.may-not-extend", Story, Some("may_extend"), ["key": Key, "done": Int];
    /// Holds it for longer.
    EXTENDED = "lock.extended", Story, Some("extension_counts"), ["key": Key, "for": DurationUs, "nth": Int];
    /// Does not: too few nodes extended.
    NOT_EXTENDED = "lock.not-extended", Story, Some("extension_counts"), ["key": Key, "yes": Int, "nodes": Int, "left": DurationUs];
    /// A lock's timer runs out.
    IS_OVER = "lock.is-over", Story, Some("alarms_left"), ["key": Key];
    /// Writes as holder.
    WRITES = "lock.writes", Story, Some("may_write"), ["value": Int, "key": Key, "fence": Int];
    /// Writes as holder, and shows its sequencer.
    WRITES_SHOWING = "lock.writes-showing", Story, Some("may_write"), ["value": Int, "key": Key, "generation": Int];
    /// Does not write: its lock is over.
    WRITES_NOT = "lock.writes-not", Story, Some("may_write"), ["key": Key];
    /// The resource has not answered in time.
    WRITE_UNKNOWN = "lock.write-unknown", Story, None, [];
    /// Gives a lock back.
    RELEASES = "lock.releases", Story, Some("may_release"), ["key": Key];
    /// Too few nodes have confirmed it.
    RELEASE_UNKNOWN = "lock.release-unknown", Story, None, ["key": Key];
    /// Asks for a lease and a place in the queue.
    QUEUES = "lock.queues", Story, Some("entry_number"), ["key": Key];
    /// Waits for the entry before its own to go.
    WAITS = "lock.waits", Story, None, ["key": Key, "created": Int, "before": Int];
    /// Waits for the delay of a lock to end.
    WAITS_FOR_DELAY = "lock.waits-for-delay", Story, None, ["key": Key];
    /// What stood before it is gone: looks at its place.
    LOOKS_AGAIN = "lock.looks-again", Story, Some("holds_after_wait"), ["key": Key];
    /// A sign of life is confirmed.
    LIVES_ON = "lock.lives-on", Protocol, Some("validity_us"), ["key": Key, "for": DurationUs];
    /// Is told that its lease is over.
    LEASE_LOST = "lock.lease-lost", Story, Some("holds_after_wait"), ["key": Key];
    /// By its own clock its lease may be over: it holds the lock no longer.
    LEASE_OVER = "lock.lease-over", Story, Some("validity_us"), ["key": Key];
    /// Nobody has confirmed that its lease has ended.
    END_UNKNOWN = "lock.end-unknown", Story, None, ["key": Key];

    // Leaders
    /// Gives every lease its whole time.
    RESTARTS_LEASES = "lock.restarts-leases", Story, Some("lease_since"), ["leases": Int];
    /// Proposes that a lease is over.
    EXPIRES = "lock.expires", Story, Some("decides_expiry"), ["client": Node, "ttl": DurationUs];
    /// Proposes that a delay is over.
    UNDELAYS = "lock.undelays", Story, None, ["key": Key, "for": DurationUs];
    /// Tells a client that what it waits for is gone.
    WAKES = "lock.wakes", Story, Some("wakes"), ["client": Node, "key": Key];

    /// Cannot: nothing is held for that owner.
    HOLDS_NOTHING = "lock.holds-nothing", Protocol, Some("may_release"), ["key": Key];
}
