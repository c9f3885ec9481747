//! The sentences of the verdicts on requests and replies. Their words are in the catalogue, under these keys.
//!
//! For each property: `rpc.<property>.holds`, in everything so far; `.unknown`, since so many events went by unchecked; and
//! `.violated`, or a key that starts so, with the moment first.

use crate::base::note_kinds;

note_kinds! {
    /// No call has an effect twice.
    EFFECT_ONCE_HOLDS = "rpc.effect-once.holds", [];
    /// Not known.
    EFFECT_ONCE_UNKNOWN = "rpc.effect-once.unknown", ["events": Int];
    /// A call has an effect once more.
    EFFECT_ONCE_VIOLATED = "rpc.effect-once.violated", ["at": TimeUs, "node": Node, "n": Int, "client": Node, "times": Int];

    /// Who is told ok has an effect, and its result.
    OK_MEANS_DONE_HOLDS = "rpc.ok-means-done.holds", [];
    /// Not known.
    OK_MEANS_DONE_UNKNOWN = "rpc.ok-means-done.unknown", ["events": Int];
    /// A caller is told ok, and nothing was done.
    OK_MEANS_DONE_VIOLATED = "rpc.ok-means-done.violated", ["at": TimeUs, "node": Node, "n": Int];
    /// A caller is told another result.
    OK_MEANS_DONE_VIOLATED_OTHER = "rpc.ok-means-done.violated-other", ["at": TimeUs, "node": Node, "n": Int, "value": Int, "result": Int];

    /// Who is told fail has no effect.
    FAIL_MEANS_NONE_HOLDS = "rpc.fail-means-none.holds", [];
    /// Not known.
    FAIL_MEANS_NONE_UNKNOWN = "rpc.fail-means-none.unknown", ["events": Int];
    /// A caller is told fail, and it was done.
    FAIL_MEANS_NONE_VIOLATED = "rpc.fail-means-none.violated", ["at": TimeUs, "node": Node, "n": Int];

    /// Calls end with their deadline.
    WITHIN_DEADLINE_HOLDS = "rpc.within-deadline.holds", [];
    /// Not known.
    WITHIN_DEADLINE_UNKNOWN = "rpc.within-deadline.unknown", ["events": Int];
    /// A call took too long.
    WITHIN_DEADLINE_VIOLATED = "rpc.within-deadline.violated", ["at": TimeUs, "node": Node, "n": Int, "took": DurationUs, "most": DurationUs];

    /// Calls have only so many attempts.
    BOUNDED_ATTEMPTS_HOLDS = "rpc.bounded-attempts.holds", [];
    /// Not known.
    BOUNDED_ATTEMPTS_UNKNOWN = "rpc.bounded-attempts.unknown", ["events": Int];
    /// A call has one more.
    BOUNDED_ATTEMPTS_VIOLATED = "rpc.bounded-attempts.violated", ["at": TimeUs, "node": Node, "n": Int, "attempts": Int, "most": Int];

    /// Retries stay within the budget.
    RETRY_BUDGET_HOLDS = "rpc.retry-budget.holds", [];
    /// Not known.
    RETRY_BUDGET_UNKNOWN = "rpc.retry-budget.unknown", ["events": Int];
    /// A retry costs more than there is.
    RETRY_BUDGET_VIOLATED = "rpc.retry-budget.violated", ["at": TimeUs, "node": Node, "n": Int, "tokens": Int, "cost": Int];

    /// No work begins that nobody waits for.
    NO_LATE_WORK_HOLDS = "rpc.no-late-work.holds", [];
    /// Not known.
    NO_LATE_WORK_UNKNOWN = "rpc.no-late-work.unknown", ["events": Int];
    /// Work begins too late.
    NO_LATE_WORK_VIOLATED = "rpc.no-late-work.violated", ["at": TimeUs, "node": Node, "n": Int, "client": Node, "late": DurationUs];

    /// Goodput is back in time after trouble.
    RECOVERS_HOLDS = "rpc.recovers.holds", [];
    /// Not known.
    RECOVERS_UNKNOWN = "rpc.recovers.unknown", ["events": Int];
    /// Something is still wrong: it need not be back.
    RECOVERS_NOT_DUE = "rpc.recovers.not-due", [];
    /// It is not back, and need not be yet.
    RECOVERS_NOT_YET = "rpc.recovers.not-yet", ["for": DurationUs, "most": DurationUs];
    /// It is not.
    RECOVERS_VIOLATED = "rpc.recovers.violated", ["at": TimeUs, "for": DurationUs, "goodput": Int, "demand": Int, "offered": Int];

    /// A call is ended by its own reply.
    RIGHT_REPLY_HOLDS = "rpc.right-reply.holds", [];
    /// Not known.
    RIGHT_REPLY_UNKNOWN = "rpc.right-reply.unknown", ["events": Int];
    /// A call takes the reply to another one.
    RIGHT_REPLY_VIOLATED = "rpc.right-reply.violated", ["at": TimeUs, "node": Node, "n": Int];

    /// Results that come in time are taken.
    REPLIES_COUNT_HOLDS = "rpc.replies-count.holds", [];
    /// Not known.
    REPLIES_COUNT_UNKNOWN = "rpc.replies-count.unknown", ["events": Int];
    /// A result is not taken.
    REPLIES_COUNT_VIOLATED = "rpc.replies-count.violated", ["at": TimeUs, "node": Node, "n": Int];

    /// Delays are drawn from the right range.
    BACKOFF_BOUNDS_HOLDS = "rpc.backoff-bounds.holds", [];
    /// Not known.
    BACKOFF_BOUNDS_UNKNOWN = "rpc.backoff-bounds.unknown", ["events": Int];
    /// One is not.
    BACKOFF_BOUNDS_VIOLATED = "rpc.backoff-bounds.violated", ["at": TimeUs, "node": Node, "delay": DurationUs, "least": DurationUs, "most": DurationUs];

    /// What is refused for good is not asked again.
    FINAL_REFUSALS_HOLDS = "rpc.final-refusals.holds", [];
    /// Not known.
    FINAL_REFUSALS_UNKNOWN = "rpc.final-refusals.unknown", ["events": Int];
    /// It is.
    FINAL_REFUSALS_VIOLATED = "rpc.final-refusals.violated", ["at": TimeUs, "node": Node, "n": Int];

    /// Who stops waiting tells the server.
    CLEAN_END_HOLDS = "rpc.clean-end.holds", [];
    /// Not known.
    CLEAN_END_UNKNOWN = "rpc.clean-end.unknown", ["events": Int];
    /// A caller does not.
    CLEAN_END_VIOLATED = "rpc.clean-end.violated", ["at": TimeUs, "node": Node, "n": Int];

    /// No more attempts come to the last tier than a caller may make.
    BOUNDED_WORK_HOLDS = "rpc.bounded-work.holds", [];
    /// Not known.
    BOUNDED_WORK_UNKNOWN = "rpc.bounded-work.unknown", ["events": Int];
    /// More do.
    BOUNDED_WORK_VIOLATED = "rpc.bounded-work.violated", ["at": TimeUs, "node": Node, "n": Int, "attempts": Int, "most": Int];

    /// No request is given to the worker more often than it may be.
    BOUNDED_DELIVERIES_HOLDS = "rpc.bounded-deliveries.holds", [];
    /// Not known.
    BOUNDED_DELIVERIES_UNKNOWN = "rpc.bounded-deliveries.unknown", ["events": Int];
    /// One is.
    BOUNDED_DELIVERIES_VIOLATED = "rpc.bounded-deliveries.violated", ["at": TimeUs, "node": Node, "n": Int, "client": Node, "times": Int];
    /// A breaker that is open lets nothing through.
    BREAKER_HOLDS_HOLDS = "rpc.breaker-holds.holds", [];
    /// Not known.
    BREAKER_HOLDS_UNKNOWN = "rpc.breaker-holds.unknown", ["events": Int];
    /// An attempt leaves although it is open.
    BREAKER_HOLDS_VIOLATED = "rpc.breaker-holds.violated", ["at": TimeUs, "node": Node, "n": Int];
    /// More trials than there may be.
    BREAKER_HOLDS_VIOLATED_FLOOD = "rpc.breaker-holds.violated-flood", ["at": TimeUs, "node": Node, "n": Int, "through": Int, "most": Int];

    /// A breaker that has rested tries again.
    BREAKER_TRIES_AGAIN_HOLDS = "rpc.breaker-tries-again.holds", [];
    /// Not known.
    BREAKER_TRIES_AGAIN_UNKNOWN = "rpc.breaker-tries-again.unknown", ["events": Int];
    /// It does not.
    BREAKER_TRIES_AGAIN_VIOLATED = "rpc.breaker-tries-again.violated", ["at": TimeUs, "node": Node, "n": Int];

    /// Clients read their own charges.
    READS_OWN_WRITES_HOLDS = "rpc.reads-own-writes.holds", [];
    /// Not known.
    READS_OWN_WRITES_UNKNOWN = "rpc.reads-own-writes.unknown", ["events": Int];
    /// A client reads less than it was told before.
    READS_OWN_WRITES_VIOLATED = "rpc.reads-own-writes.violated", ["at": TimeUs, "node": Node, "n": Int, "value": Int, "least": Int];

    /// Clients that limit their rate send no faster.
    WITHIN_RATE_HOLDS = "rpc.within-rate.holds", [];
    /// Not known.
    WITHIN_RATE_UNKNOWN = "rpc.within-rate.unknown", ["events": Int];
    /// An attempt leaves for which there is no token.
    WITHIN_RATE_VIOLATED = "rpc.within-rate.violated", ["at": TimeUs, "node": Node, "n": Int, "every": DurationUs];
}
