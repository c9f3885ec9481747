//! The sentences of the verdicts on clocks. Their words are in the catalogue, under these keys.
//!
//! For each property: `clock.<property>.holds`, in everything so far; `.unknown`, since so many events went by unchecked; and
//! `.violated`, or a key that starts so, with the moment first.

use crate::base::note_kinds;

note_kinds! {
    /// Numbers grow along causality.
    CLOCK_CONDITION_HOLDS = "clock.clock-condition.holds", [];
    /// Not known.
    CLOCK_CONDITION_UNKNOWN = "clock.clock-condition.unknown", ["events": Int];
    /// An event of `b` has no greater number than one of `a` that it knew of.
    CLOCK_CONDITION_VIOLATED = "clock.clock-condition.violated", ["at": TimeUs, "a": Node, "b": Node];

    /// Stamps say of every two events what is true.
    EXACT_ORDER_HOLDS = "clock.exact-order.holds", ["events": Int];
    /// Not known.
    EXACT_ORDER_UNKNOWN = "clock.exact-order.unknown", ["events": Int];
    /// Not known: too much happened that somebody has not heard of, and not every two events could be compared.
    EXACT_ORDER_UNKNOWN_FAR = "clock.exact-order.unknown-far", [];
    /// An event of `a` happened before one of `b`; the stamps deny it.
    EXACT_ORDER_VIOLATED = "clock.exact-order.violated", ["at": TimeUs, "a": Node, "b": Node];
    /// Two events are concurrent; the stamps put them in an order.
    EXACT_ORDER_VIOLATED_ORDERED = "clock.exact-order.violated-ordered", ["at": TimeUs, "a": Node, "b": Node];
    /// Two different events carry equal stamps.
    EXACT_ORDER_VIOLATED_EQUAL = "clock.exact-order.violated-equal", ["at": TimeUs, "a": Node, "b": Node];

    /// Each event adds one to the process's own entry.
    OWN_ENTRY_HOLDS = "clock.own-entry.holds", [];
    /// Not known.
    OWN_ENTRY_UNKNOWN = "clock.own-entry.unknown", ["events": Int];
    /// The own entry went from one number to another.
    OWN_ENTRY_VIOLATED = "clock.own-entry.violated", ["at": TimeUs, "node": Node, "before": Int, "after": Int];

    /// No entry ever goes back.
    MONOTONE_STAMPS_HOLDS = "clock.monotone-stamps.holds", [];
    /// Not known.
    MONOTONE_STAMPS_UNKNOWN = "clock.monotone-stamps.unknown", ["events": Int];
    /// An entry went back.
    MONOTONE_STAMPS_VIOLATED = "clock.monotone-stamps.violated", ["at": TimeUs, "node": Node];

    /// No two events are the same number of the same name.
    UNIQUE_DOTS_HOLDS = "clock.unique-dots.holds", [];
    /// Not known.
    UNIQUE_DOTS_UNKNOWN = "clock.unique-dots.unknown", ["events": Int];
    /// A number is given a second time.
    UNIQUE_DOTS_VIOLATED = "clock.unique-dots.violated", ["at": TimeUs, "node": Node, "n": Int];

    /// Hybrid clocks stay near physical time.
    HYBRID_BOUNDS_HOLDS = "clock.hybrid-bounds.holds", [];
    /// Not known.
    HYBRID_BOUNDS_UNKNOWN = "clock.hybrid-bounds.unknown", ["events": Int];
    /// The hybrid clock is behind the process's own physical clock.
    HYBRID_BOUNDS_VIOLATED_BEHIND = "clock.hybrid-bounds.violated-behind", ["at": TimeUs, "node": Node, "behind": DurationUs];
    /// The hybrid clock is further ahead than allowed.
    HYBRID_BOUNDS_VIOLATED_AHEAD = "clock.hybrid-bounds.violated-ahead",
        ["at": TimeUs, "node": Node, "ahead": DurationUs, "most": DurationUs];
    /// The counter does not fit.
    HYBRID_BOUNDS_VIOLATED_COUNTER = "clock.hybrid-bounds.violated-counter", ["at": TimeUs, "node": Node, "c": Int];

    /// Parts of the interval are disjoint, and none comes from nowhere.
    IDENTITIES_HOLDS = "clock.identities.holds", [];
    /// Not known.
    IDENTITIES_UNKNOWN = "clock.identities.unknown", ["events": Int];
    /// A process owns what another one owns, or nobody gave away.
    IDENTITIES_VIOLATED = "clock.identities.violated", ["at": TimeUs, "node": Node];

    /// Nobody delivers a message before one that its sender had delivered.
    CAUSAL_DELIVERY_HOLDS = "clock.causal-delivery.holds", [];
    /// Not known.
    CAUSAL_DELIVERY_UNKNOWN = "clock.causal-delivery.unknown", ["events": Int];
    /// `node` delivers message n of `origin`, and lacks one of `missing` that came before it.
    CAUSAL_DELIVERY_VIOLATED = "clock.causal-delivery.violated",
        ["at": TimeUs, "node": Node, "origin": Node, "n": Int, "missing": Node];

    /// `node` delivers message n of `origin` a second time, or with another value than it was sent with, or it never was sent.
    CAUSAL_DELIVERY_VIOLATED_OTHER = "clock.causal-delivery.violated-other",
        ["at": TimeUs, "node": Node, "origin": Node, "n": Int];

    /// Nobody holds back what it may deliver.
    DELIVERY_HOLDS = "clock.delivery.holds", [];
    /// Not known.
    DELIVERY_UNKNOWN = "clock.delivery.unknown", ["events": Int];
    /// `node` holds message n of `origin` back, and has delivered everything before it.
    DELIVERY_VIOLATED = "clock.delivery.violated", ["at": TimeUs, "node": Node, "origin": Node, "n": Int];

    /// No copy is dropped that somebody lacks.
    STABILITY_HOLDS = "clock.stability.holds", [];
    /// Not known.
    STABILITY_UNKNOWN = "clock.stability.unknown", ["events": Int];
    /// `node` drops its copy of message n of `origin`, which `lacks` lacks.
    STABILITY_VIOLATED = "clock.stability.violated", ["at": TimeUs, "node": Node, "origin": Node, "n": Int, "lacks": Node];
    /// `node` believes that `by` has more than it has.
    STABILITY_VIOLATED_BELIEF = "clock.stability.violated-belief", ["at": TimeUs, "node": Node, "by": Node];

    /// Siblings are exactly the writes that no other write has replaced.
    SIBLINGS_HOLDS = "clock.siblings.holds", [];
    /// Not known.
    SIBLINGS_UNKNOWN = "clock.siblings.unknown", ["events": Int];
    /// Not known: a value was written twice, or too much was written to follow it all.
    SIBLINGS_UNKNOWN_VALUES = "clock.siblings.unknown-values", [];
    /// A value vanishes that no write had read.
    SIBLINGS_VIOLATED_LOST = "clock.siblings.violated-lost", ["at": TimeUs, "node": Node, "value": Int, "key": Key];
    /// A value is kept as a sibling that was replaced, or twice.
    SIBLINGS_VIOLATED_FALSE = "clock.siblings.violated-false", ["at": TimeUs, "node": Node, "value": Int, "key": Key];

    /// Timestamps follow real time.
    EXTERNAL_CONSISTENCY_HOLDS = "clock.external-consistency.holds", [];
    /// Not known.
    EXTERNAL_CONSISTENCY_UNKNOWN = "clock.external-consistency.unknown", ["events": Int];
    /// The transaction of `b` began after that of `a` had returned, and its timestamp is so much earlier.
    EXTERNAL_CONSISTENCY_VIOLATED = "clock.external-consistency.violated",
        ["at": TimeUs, "a": Node, "b": Node, "earlier": DurationUs];

    /// Every interval contains true time.
    INTERVAL_HOLDS = "clock.interval.holds", [];
    /// Not known.
    INTERVAL_UNKNOWN = "clock.interval.unknown", ["events": Int];
    /// A server's clock is further off than it says.
    INTERVAL_VIOLATED = "clock.interval.violated", ["at": TimeUs, "node": Node, "off": DurationUs, "most": DurationUs];

    /// Every estimate is within its bound.
    OFFSET_BOUND_HOLDS = "clock.offset-bound.holds", [];
    /// Not known.
    OFFSET_BOUND_UNKNOWN = "clock.offset-bound.unknown", ["events": Int];
    /// Not known: a clock was set, or runs faster or slower than assumed.
    OFFSET_BOUND_UNKNOWN_CLOCK = "clock.offset-bound.unknown-clock", [];
    /// An estimate is further off than it says.
    OFFSET_BOUND_VIOLATED = "clock.offset-bound.violated", ["at": TimeUs, "node": Node, "off": DurationUs, "most": DurationUs];
}
