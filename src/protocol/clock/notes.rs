//! What nodes remark, for the reader of a run. Their sentences are in the catalogue, under these keys.

use crate::base::note_kinds;

note_kinds! {
    // Processes
    /// Starts to count under a name: so many starts came before.
    BEGINS = "clock.begins", Everything, Some("actor"), [];
    /// Starts again without its memory: counts under a new name.
    BEGINS_AGAIN = "clock.begins-again", Story, Some("actor"), ["starts": Int];
    /// Does something of its own.
    ACTS = "clock.acts", Story, None, ["n": Int];
    /// Sends a message.
    SENDS = "clock.sends", Story, Some("vector_of_send"), ["n": Int, "to": Node];
    /// Receives one: the sender's event number `theirs`.
    RECEIVES = "clock.receives", Story, Some("vector_of_receive"), ["n": Int, "from": Node, "theirs": Int];
    /// Ignores a message: it is not ready, and nothing that it did could be told apart from what it did before.
    NOT_READY = "clock.not-ready", Everything, None, ["from": Node];
    /// Cannot have events: it owns no part of the interval.
    OWNS_NOTHING = "clock.owns-nothing", Protocol, None, [];
    /// Does not know whom to send to.
    NO_SUCH_PROCESS = "clock.no-such-process", Protocol, None, [];
    /// Ignores a message that is not for it, or not of this kind.
    IGNORES_FOREIGN = "clock.ignores-foreign", Everything, None, ["from": Node];

    /// Stops: what it wrote is not on disk.
    CANNOT_WRITE = "clock.cannot-write", Story, None, [];

    // Interval trees
    /// Asks for a part of the interval.
    ASKS_TO_JOIN = "clock.asks-to-join", Story, Some("fork"), ["of": Node];
    /// Gives half of its part away.
    GIVES_SHARE = "clock.gives-share", Story, Some("fork"), ["n": Int, "to": Node];
    /// Owns a part from now on.
    JOINS = "clock.joins", Story, Some("fork"), ["n": Int, "from": Node];
    /// Leaves, and hands its part over.
    LEAVES = "clock.leaves", Story, None, ["to": Node];
    /// Takes over the part of one that leaves.
    TAKES_OVER = "clock.takes-over", Story, None, ["n": Int, "from": Node];
    /// Ignores a part that is meant for somebody else: for who it was before its restart, or that it has already.
    IGNORES_SHARE = "clock.ignores-share", Protocol, None, ["from": Node];

    // Hybrid
    /// Its clock jumps ahead of its own physical time, to that of a message.
    PULLED_AHEAD = "clock.pulled-ahead", Story, Some("hybrid_time"), ["n": Int, "from": Node, "ahead": DurationUs];
    /// Refuses a message: its time is too far ahead.
    REFUSES_TIME = "clock.refuses-time", Story, Some("hybrid_accepts"), ["from": Node, "ahead": DurationUs, "most": DurationUs];

    // Broadcast
    /// Broadcasts its message number n.
    BROADCASTS = "clock.broadcasts", Story, None, ["n": Int, "value": Int];
    /// Delivers a message of a process.
    DELIVERS = "clock.delivers", Story, Some("may_deliver"), ["origin": Node, "n": Int, "value": Int];
    /// Broadcasts nothing: of its damaged disk it cannot tell whether its message number n is out already.
    KEEPS_SILENT = "clock.keeps-silent", Story, None, ["n": Int];
    /// Holds a message back: an earlier one is missing.
    HOLDS_BACK = "clock.holds-back", Story, Some("may_deliver"), ["origin": Node, "n": Int];
    /// Sends copies of messages that somebody lacks.
    SENDS_AGAIN = "clock.sends-again", Protocol, None, ["count": Int, "to": Node];
    /// Everybody has these: the copies go.
    COLLECTS = "clock.collects", Protocol, Some("collectable"), ["count": Int, "kept": Int];

    // Versions
    /// Takes a client's write in.
    STORES = "clock.stores", Story, Some("context_of_write"), ["value": Int, "key": Key, "client": Node, "siblings": Int];
    /// Takes in what another replica has.
    MERGES = "clock.merges", Protocol, Some("verdict"), ["key": Key, "from": Node, "siblings": Int];
    /// A conflict: versions of which neither replaces the other.
    CONFLICT = "clock.conflict", Story, Some("verdict"), ["key": Key, "siblings": Int];
    /// Answers a read.
    READS = "clock.reads", Protocol, Some("dot_after_read"), ["key": Key, "client": Node, "siblings": Int];

    // TrueTime
    /// Takes a timestamp, and waits until it has certainly passed.
    WAITS = "clock.waits", Story, Some("commit_wait_us"), ["client": Node, "seq": Int, "wait": DurationUs];
    /// Tells the client that its transaction is committed.
    COMMITS = "clock.commits", Story, Some("commit_wait_us"), ["client": Node, "seq": Int];

    // Sync
    /// Asks for the time.
    ASKS_TIME = "clock.asks-time", Protocol, None, [];
    /// Knows better what time it is.
    SETS_OFFSET = "clock.sets-offset", Story, Some("offset_error_us"), ["trip": DurationUs, "error": DurationUs];
    /// Keeps to an earlier exchange: this one took longer.
    KEEPS_OFFSET = "clock.keeps-offset", Protocol, None, ["trip": DurationUs, "best": DurationUs];

    // Clients
    /// A client asks.
    CLIENT_ASKS = "clock.client-asks", Protocol, None, ["server": Node];
    /// A client waits with a request: the one before is open.
    CLIENT_QUEUES = "clock.client-queues", Everything, None, ["waiting": Int];
    /// A client has its answer.
    CLIENT_DONE = "clock.client-done", Protocol, None, ["server": Node];
    /// A client gives up.
    CLIENT_GIVES_UP = "clock.client-gives-up", Story, None, ["server": Node];
}
