//! What nodes remark, for the reader of a run. Their sentences are in the catalogue, under these keys.

use crate::base::note_kinds;

note_kinds! {
    // Clients
    /// Sends an attempt.
    ASKS = "rpc.asks", Protocol, Some("key"), ["n": Int, "attempt": Int, "left": DurationUs];
    /// An attempt was not answered in time.
    TIMES_OUT = "rpc.times-out", Story, Some("may_help"), ["n": Int, "attempt": Int, "after": DurationUs];
    /// The server has no room.
    IS_TURNED_AWAY = "rpc.is-turned-away", Protocol, Some("may_help"), ["n": Int, "attempt": Int];
    /// The server refuses for good.
    IS_REFUSED = "rpc.is-refused", Story, Some("may_help"), ["n": Int, "attempt": Int];
    /// The server has set the request aside.
    IS_SET_ASIDE = "rpc.is-set-aside", Story, Some("may_help"), ["n": Int, "attempt": Int];
    /// The tier behind the one that it asks does not answer.
    HEARS_OF_SILENCE = "rpc.hears-of-silence", Story, Some("may_help"), ["n": Int, "attempt": Int];
    /// Waits, and will ask again.
    BACKS_OFF = "rpc.backs-off", Protocol, Some("delay_us"), ["n": Int, "for": DurationUs];
    /// A call is done.
    SUCCEEDS = "rpc.succeeds", Story, Some("takes"), ["n": Int, "value": Int, "attempts": Int, "after": DurationUs];
    /// A call is given up: nothing was done.
    FAILS = "rpc.fails", Story, Some("told"), ["n": Int, "attempts": Int];
    /// A call is given up: it may or may not have been done.
    GIVES_UP = "rpc.gives-up", Story, Some("told"), ["n": Int, "attempts": Int];
    /// The budget is too empty for a retry.
    HAS_NO_BUDGET = "rpc.has-no-budget", Protocol, Some("may_spend"), ["n": Int];
    /// The budget is too empty for a second copy.
    HAS_NO_BUDGET_TO_HEDGE = "rpc.has-no-budget-to-hedge", Protocol, Some("may_spend"), ["n": Int];
    /// Sends a second copy of an attempt that is under way.
    HEDGES = "rpc.hedges", Story, Some("copy_costs"), ["n": Int, "after": DurationUs];
    /// The breaker opens.
    BREAKER_OPENS = "rpc.breaker-opens", Story, Some("lets_through"), ["failed": Int, "of": Int];
    /// It lets a trial through.
    BREAKER_HALF_OPENS = "rpc.breaker-half-opens", Story, Some("half_opens"), [];
    /// A trial has failed.
    BREAKER_REOPENS = "rpc.breaker-reopens", Story, Some("lets_through"), [];
    /// All trials have succeeded.
    BREAKER_CLOSES = "rpc.breaker-closes", Story, Some("lets_through"), [];
    /// The breaker does not let an attempt through.
    KEEPS_BACK = "rpc.keeps-back", Protocol, Some("lets_through"), ["n": Int];
    /// An attempt waits for a token of the limit on the rate.
    IS_HELD = "rpc.is-held", Protocol, Some("needs_token"), ["n": Int];
    /// A call joins another one.
    JOINS_CALL = "rpc.joins-call", Story, Some("may_join"), ["n": Int, "other": Int];
    /// A call ends with the one that it has joined.
    SHARES = "rpc.shares", Story, Some("may_join"), ["n": Int, "other": Int];
    /// A request with the same id is being worked on for another call.
    IS_IN_PROGRESS = "rpc.is-in-progress", Story, Some("recognised"), ["n": Int, "attempt": Int];
    /// Somebody has changed what it saw.
    HEARS_OF_CHANGE = "rpc.hears-of-change", Protocol, Some("may_help"), ["n": Int, "attempt": Int];
    /// A reply is of no use any more.
    HEARS_TOO_LATE = "rpc.hears-too-late", Protocol, Some("takes"), ["n": Int, "attempt": Int];
    /// Takes a result of 0 for none, and asks again.
    HEARS_NOTHING = "rpc.hears-nothing", Story, Some("is_answer"), ["n": Int];

    // Servers
    /// Takes a request in.
    QUEUES = "rpc.queues", Everything, None, ["client": Node, "n": Int, "attempt": Int, "waiting": Int];
    /// Begins to work on it.
    STARTS = "rpc.starts", Protocol, Some("may_start"), ["client": Node, "n": Int, "attempt": Int, "waited": DurationUs];
    /// Begins to work for nobody.
    STARTS_LATE = "rpc.starts-late", Story, Some("may_start"), ["client": Node, "n": Int, "attempt": Int, "late": DurationUs];
    /// Drops a request that nobody waits for.
    DROPS = "rpc.drops", Protocol, Some("may_start"), ["client": Node, "n": Int, "attempt": Int, "late": DurationUs];
    /// An effect.
    CHARGES = "rpc.charges", Story, Some("kept_with_effect"), ["client": Node, "n": Int, "key": Key, "value": Int];
    /// A result without an effect.
    READS = "rpc.reads", Protocol, None, ["client": Node, "n": Int, "key": Key, "value": Int];
    /// What was seen is so no more: no effect.
    HAS_CHANGED = "rpc.has-changed", Protocol, None, ["client": Node, "n": Int, "key": Key, "value": Int];
    /// It is done already: the stored result.
    REPLAYS = "rpc.replays", Story, Some("recognised"), ["client": Node, "n": Int, "attempt": Int, "value": Int];
    /// It is being worked on already.
    JOINS = "rpc.joins", Story, Some("recognised"), ["client": Node, "n": Int, "attempt": Int];
    /// There is no room.
    TURNS_AWAY = "rpc.turns-away", Protocol, None, ["client": Node, "n": Int, "attempt": Int];
    /// It was turned away before, and is again.
    STAYS_AWAY = "rpc.stays-away", Story, Some("stays_away"), ["client": Node, "n": Int, "attempt": Int];
    /// The queue stands: the oldest is turned away.
    SHEDS = "rpc.sheds", Protocol, None, ["client": Node, "n": Int, "attempt": Int, "waited": DurationUs];
    /// The worker fails at a request, for the how-many-eth time.
    WORK_FAILS = "rpc.work-fails", Story, Some("delivers_again"), ["client": Node, "n": Int, "times": Int];
    /// It is set aside.
    SETS_ASIDE = "rpc.sets-aside", Story, Some("delivers_again"), ["client": Node, "n": Int, "times": Int];
    /// It asks again for what was set aside.
    STAYS_ASIDE = "rpc.stays-aside", Protocol, None, ["client": Node, "n": Int, "attempt": Int];
    /// What was set aside waits again.
    REDRIVES = "rpc.redrives", Story, None, ["count": Int, "key": Key];
    /// A tier between asks the next one.
    PASSES_ON = "rpc.passes-on", Everything, None, ["client": Node, "n": Int, "attempt": Int, "as": Int];
    /// It makes no sense.
    REFUSES = "rpc.refuses", Story, None, ["client": Node, "n": Int, "attempt": Int];
    /// It carries the id of another request.
    REFUSES_PAYLOAD = "rpc.refuses-payload", Story, Some("fits"), ["client": Node, "n": Int, "attempt": Int];
    /// A request with this id is being worked on for another call.
    IS_AT_IT = "rpc.is-at-it", Story, Some("recognised"), ["client": Node, "n": Int, "attempt": Int];
    /// Stops: nobody waits.
    STOPS = "rpc.stops", Protocol, Some("cancels"), ["client": Node, "n": Int];
    /// Has forgotten requests that were done.
    FORGETS = "rpc.forgets", Protocol, Some("keep_us"), ["count": Int];
    /// Starts with what its disk kept.
    REMEMBERS = "rpc.remembers", Story, Some("remembers_after_restart"), ["count": Int];
    /// Starts without knowing what it has done.
    HAS_FORGOTTEN = "rpc.has-forgotten", Story, Some("remembers_after_restart"), ["count": Int];
    /// The disk takes no more: the process ends.
    CANNOT_WRITE = "rpc.cannot-write", Story, None, [];
    /// Ignores a message that is not for it.
    IGNORES_FOREIGN = "rpc.ignores-foreign", Everything, None, ["from": Node];
}
