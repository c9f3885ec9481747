//! The decisions that reliable requests rest on, one small pure function each, and the wrong versions of them.
//!
//! A mutant replaces exactly one rule, here and nowhere else. Several are the defects of a widespread helper class for reliable
//! messages: a limit of retries that counts attempts, a falsy reply that counts as none, a request without an id, a timeout that
//! stops nothing, retries without deadline, jitter, cap or budget, retries of errors that stay. These carry the number of the
//! defect, `RP-1` to `RP-6`; the seventh, that only requests are ever lost and no replies, is none of a rule but of the world.
//!
//! The page shows these functions as they stand, right and wrong lines beside each other; `tests/rules.rs` cuts them out. So
//! each has the same shape: a mutant is an `if` of its own that returns, and what follows is the right rule. A doc comment
//! ends its sentence with where the rule is from: `(see Brooker 2015)`.

use super::call::{Failure, Told};
use super::dedup::State;
use super::message::{Ask, CallId, Key};
use crate::protocol::mutants::mutants;

/// Why a server does not do what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    /// It has no room now.
    Overloaded = 0,
    /// It never will: the request makes no sense.
    Invalid = 1,
    /// The worker has failed at it too often: it is set aside, and may be done when somebody has looked at it.
    SetAside = 2,
    /// It never will: the request carries the id of another one (HTTP 422).
    OtherPayload = 3,
    /// Not yet: a request with the same id is being worked on for another call (HTTP 409).
    InProgress = 4,
    /// The tier behind it does not answer: it may be done or not.
    Unreachable = 5,
    /// Not so: what was seen has been changed since.
    Changed = 6,
}

impl Refusal {
    /// Whether it is certain that nothing is done, and will not be: not if another request with its id may be.
    pub fn is_certain(self) -> bool {
        matches!(self, Refusal::Overloaded | Refusal::Invalid | Refusal::OtherPayload | Refusal::Changed)
    }

    /// Whether it will be said again.
    pub fn is_final(self) -> bool {
        matches!(self, Refusal::Invalid | Refusal::OtherPayload | Refusal::SetAside)
    }
}

/// What a circuit breaker is to an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The circuit is closed: everything passes.
    Open,
    /// The circuit is open: nothing does.
    Shut,
    /// The circuit is half-open.
    Ajar {
        /// How many trials have passed.
        through: u32,
        /// How many may.
        most: u32,
    },
}

mutants! {
    RetriesForAttempts, "retries_for_attempts", "attempts", "bounded-attempts", "the limit of attempts is one of retries (RP-1)";
    ZeroIsSilence, "zero_is_silence", "is_answer", "replies-count", "a result of 0 counts as none, and the attempt not at all (RP-2)";
    NoKey, "no_key", "key", "effect-once", "no id is sent (RP-3)";
    NoCancel, "no_cancel", "cancels", "clean-end", "the server is not told that nobody waits (RP-4)";
    LateReplyIgnored, "late_reply_ignored", "takes", "replies-count", "only the newest attempt may be answered";
    NoJitter, "no_jitter", "drawn_from_us", "backoff-bounds", "everybody waits equally long (RP-5)";
    NoCap, "no_cap", "delay_us", "backoff-bounds", "delays double without a limit (RP-5)";
    NoDeadline, "no_deadline", "ends_us", "within-deadline", "only attempts are counted, not the time that they take (RP-5)";
    NoBudget, "no_budget", "may_spend", "retry-budget", "there is always something left to retry with (RP-5)";
    RetryEverything, "retry_everything", "may_help", "final-refusals", "every error is repeated (RP-6)";
    SilenceIsFailure, "silence_is_failure", "told", "fail-means-none", "no reply means that nothing was done";
    KeyPerAttempt, "key_per_attempt", "key", "effect-once", "each attempt has an id of its own";
    DedupApart, "dedup_apart", "kept_with_effect", "effect-once", "what was done is noted after it is done";
    DedupForgotten, "dedup_forgotten", "remembers_after_restart", "effect-once", "the table is in memory only";
    DeadlineRestarted, "deadline_restarted", "ends_us", "within-deadline", "each attempt has the whole time again";
    BudgetPerCall, "budget_per_call", "shares_budget", "retry-budget", "each call has the whole budget";
    NoInProgress, "no_in_progress", "recognised", "effect-once", "what is not finished is not recognised";
    FixedWindow, "fixed_window", "keep_us", "effect-once", "the table forgets after a fixed time";
    ResultAnew, "result_anew", "result_again", "ok-means-done", "a repeated request is answered with what is so now";
    FirstCome, "first_come", "answers", "right-reply", "any reply is for the oldest call";
    IgnoresDeadline, "ignores_deadline", "may_start", "no-late-work", "the server does not look how long it is waited for";
    NoDeadLetters, "no_dead_letters", "delivers_again", "bounded-deliveries", "what the worker fails at is its next request again";
    HedgesFree, "hedges_free", "copy_costs", "retry-budget", "a second copy costs nothing";
    HalfOpenFloods, "half_open_floods", "lets_through", "breaker-holds", "a breaker that tries again lets everything through";
    NeverHalfOpens, "never_half_opens", "half_opens", "breaker-tries-again", "a breaker that is open stays so";
    JoinsStale, "joins_stale", "may_join", "reads-own-writes", "a read joins any other that is under way";
    PayloadIgnored, "payload_ignored", "fits", "ok-means-done", "of a request only its id is compared";
    TakesLateCopies, "takes_late_copies", "stays_away", "fail-means-none", "what was turned away is taken in when there is room";
    RetriesHeldOnly, "retries_held_only", "needs_token", "within-rate", "the limit on the rate holds up retries only";
    RetryAtEveryTier, "retry_at_every_tier", "attempts_between", "bounded-work", "each tier has all the attempts";
    DeadlinePerHop, "deadline_per_hop", "waits_behind_us", "no-late-work", "each tier waits as long as if it were the first";
}

/// Ask, and ask again.
impl Rules {
    /// By what the server recognises a request: the call, the same over all attempts. What changes nothing needs none
    /// (see Birrell and Nelson 1984, section 3.2).
    pub fn key(self, call: CallId, attempt: u32, has_effect: bool) -> Option<Key> {
        if self.has(Mutant::NoKey) {
            return None;
        }
        if self.has(Mutant::KeyPerAttempt) {
            return has_effect.then_some(Key { call, attempt });
        }
        has_effect.then_some(Key { call, attempt: 0 })
    }

    /// How many attempts a call has: the first is one of them (see gRFC A6, maxAttempts).
    pub fn attempts(self, limit: u32) -> u32 {
        if self.has(Mutant::RetriesForAttempts) {
            return limit.saturating_add(1);
        }
        limit
    }

    /// How many attempts a tier between has for each that comes: one, for whoever called first asks again (see Amazon Builders'
    /// Library, Timeouts, retries and backoff with jitter).
    pub fn attempts_between(self, limit: u32) -> u32 {
        if self.has(Mutant::RetryAtEveryTier) {
            return limit;
        }
        1
    }

    /// How long a tier between waits for the next one: no longer than it is waited for, and less by the time that its answer takes
    /// (see gRPC, Deadlines; Envoy, grpc_timeout_header_offset).
    pub fn waits_behind_us(self, left_us: u64, margin_us: u64, timeout_us: u64) -> u64 {
        if self.has(Mutant::DeadlinePerHop) {
            return timeout_us;
        }
        timeout_us.min(left_us - margin_us.min(left_us / 2))
    }

    /// When a call is over: when its deadline is, which is one for all attempts (see gRPC, Deadlines).
    pub fn ends_us(self, since_us: u64, attempt_since_us: u64, deadline_us: u64) -> u64 {
        if self.has(Mutant::NoDeadline) {
            return u64::MAX;
        }
        if self.has(Mutant::DeadlineRestarted) {
            return attempt_since_us.saturating_add(deadline_us);
        }
        since_us.saturating_add(deadline_us)
    }

    /// Whether it may help to ask again: not if the server will always say no (see Amazon Builders' Library, Timeouts, retries and
    /// backoff with jitter).
    pub fn may_help(self, failure: Failure) -> bool {
        if self.has(Mutant::RetryEverything) {
            return true;
        }
        !matches!(failure, Failure::Refused(refusal) if refusal.is_final())
    }

    /// The range from which the delay before a retry is drawn: as wide as the jitter wants it (see Brooker 2015).
    pub fn drawn_from_us(self, (least, most): (u64, u64)) -> (u64, u64) {
        if self.has(Mutant::NoJitter) {
            return (most, most);
        }
        (least, most)
    }

    /// The delay before a retry: what was drawn, and no more than the cap (see Brooker 2015).
    pub fn delay_us(self, drawn_us: u64, doubled_us: u64, cap_us: u64) -> u64 {
        if self.has(Mutant::NoCap) {
            return doubled_us;
        }
        drawn_us.min(cap_us)
    }

    /// Whether a retry is worth it: not if the call is over before it would be made (see gRPC, Deadlines).
    pub fn is_in_time(self, delay_us: u64, left_us: u64) -> bool {
        delay_us < left_us
    }

    /// Whether there is enough in the budget for a retry (see AWS SDKs, standard retry mode; gRFC A6, retryThrottling).
    pub fn may_spend(self, tokens: u64, cost: u64, floor: u64) -> bool {
        if self.has(Mutant::NoBudget) {
            return true;
        }
        tokens >= cost && (floor == 0 || tokens > floor)
    }

    /// Whether the calls of a client share one budget: only so it bounds what a client adds to the load (see Amazon Builders'
    /// Library, Timeouts, retries and backoff with jitter).
    pub fn shares_budget(self) -> bool {
        if self.has(Mutant::BudgetPerCall) {
            return false;
        }
        true
    }
}

/// Copies, breakers, calls that join.
impl Rules {
    /// What a second copy costs: what a retry after silence does, so that copies too are a small part of the load (see Dean and
    /// Barroso 2013; gRFC A6, hedgingPolicy).
    pub fn copy_costs(self, retry: u64) -> u64 {
        if self.has(Mutant::HedgesFree) {
            return 0;
        }
        retry
    }

    /// Whether an attempt needs a token of the limit on its client's rate: each does, the first of a call too (see AWS SDKs, adaptive
    /// retry mode).
    pub fn needs_token(self, made: u32) -> bool {
        if self.has(Mutant::RetriesHeldOnly) {
            return made > 0;
        }
        true
    }

    /// Whether an attempt passes the breaker: while it tries again, only as many as it takes to know (see Nygard 2007, section 5.2).
    pub fn lets_through(self, door: Door) -> bool {
        if self.has(Mutant::HalfOpenFloods) {
            return door != Door::Shut;
        }
        match door {
            Door::Open => true,
            Door::Shut => false,
            Door::Ajar { through, most } => through < most,
        }
    }

    /// Whether an open breaker tries again: when it has rested (see Nygard 2007, section 5.2).
    pub fn half_opens(self, now_us: u64, until_us: u64) -> bool {
        if self.has(Mutant::NeverHalfOpens) {
            return false;
        }
        now_us >= until_us
    }

    /// Whether a read may join another one: only if that began after the caller's own last write was done; otherwise its answer may
    /// be from before (see Terry and others 1994, read your writes).
    pub fn may_join(self, began_us: u64, written_us: Option<u64>) -> bool {
        if self.has(Mutant::JoinsStale) {
            return true;
        }
        written_us.is_none_or(|written_us| began_us > written_us)
    }
}

/// Hear, and say what came of it.
impl Rules {
    /// Which call a reply is for: the one that it names (see Birrell and Nelson 1984, section 3.2).
    pub fn answers(self, named: CallId, oldest: CallId) -> CallId {
        if self.has(Mutant::FirstCome) {
            return oldest;
        }
        named
    }

    /// Whether a reply counts: also one to an earlier attempt, as long as the call is not over (see gRFC A6, hedging).
    pub fn takes(self, attempt: u32, newest: u32) -> bool {
        if self.has(Mutant::LateReplyIgnored) {
            return attempt == newest;
        }
        attempt <= newest
    }

    /// Whether a result is one: every result is, also 0 (see Birrell and Nelson 1984, section 3.2).
    pub fn is_answer(self, value: u64) -> bool {
        if self.has(Mutant::ZeroIsSilence) {
            return value != 0;
        }
        true
    }

    /// What the caller is told when it is given up: nothing was done, if each attempt was refused or changes nothing; otherwise
    /// nobody knows (see Saltzer, Reed and Clark 1984, section 2.3).
    pub fn told(self, unanswered: u32, has_effect: bool) -> Told {
        if self.has(Mutant::SilenceIsFailure) {
            return Told::Fail;
        }
        if unanswered == 0 || !has_effect { Told::Fail } else { Told::Unknown }
    }

    /// Whether the server is told when nobody waits any more (see gRPC, Cancellation).
    pub fn cancels(self, unanswered: u32) -> bool {
        if self.has(Mutant::NoCancel) {
            return false;
        }
        unanswered > 0
    }
}

/// What a server makes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// It is new.
    New,
    /// It waits, or is worked on: whoever asked again waits with it.
    InProgress,
    /// It is done, with this result.
    Done(u64),
}

/// Work once.
impl Rules {
    /// Whether a request is known: in progress, or done (see draft-ietf-httpapi-idempotency-key-header, section 2.6).
    pub fn recognised(self, state: Option<&State>) -> Recognised {
        if self.has(Mutant::NoInProgress) {
            return state.map_or(Recognised::New, State::recognised_if_done);
        }
        match state {
            None => Recognised::New,
            Some(State::InProgress) => Recognised::InProgress,
            Some(State::Done { value, .. }) => Recognised::Done(*value),
        }
    }

    /// Whether a request that is not known is turned away because it was before: its caller may have been told that nothing was
    /// done, and a copy that comes late is not to make that untrue. A crash does: refusals are in memory only (see Saltzer, Reed
    /// and Clark 1984, section 2.3).
    pub fn stays_away(self, was_turned_away: bool) -> bool {
        if self.has(Mutant::TakesLateCopies) {
            return false;
        }
        was_turned_away
    }

    /// Whether what is asked is what was asked under the same id; if not, it is refused for good (see
    /// draft-ietf-httpapi-idempotency-key-header, section 2.7).
    pub fn fits(self, known: Ask, asked: Ask) -> bool {
        if self.has(Mutant::PayloadIgnored) {
            return true;
        }
        known.payload() == asked.payload()
    }

    /// What a request that comes again is answered with: the stored result (see Lee and others 2015, section 3).
    pub fn result_again(self, stored: u64, now: u64) -> u64 {
        if self.has(Mutant::ResultAnew) {
            return now;
        }
        stored
    }

    /// Whether effect and record of the request are written in one step, so that no crash comes between (see Lee and others 2015,
    /// section 3).
    pub fn kept_with_effect(self) -> bool {
        if self.has(Mutant::DedupApart) {
            return false;
        }
        true
    }

    /// Whether a server still knows after a crash what it has done (see Lee and others 2015, section 3).
    pub fn remembers_after_restart(self) -> bool {
        if self.has(Mutant::DedupForgotten) {
            return false;
        }
        true
    }

    /// For how long a finished request is remembered: while its caller may ask again, and for as long as a message may be under
    /// way beyond that (see Lee and others 2015, section 3.3).
    pub fn keep_us(self, call_left_us: u64, window_us: u64) -> u64 {
        if self.has(Mutant::FixedWindow) {
            return window_us;
        }
        call_left_us.saturating_add(window_us)
    }

    /// Whether a finished request may be forgotten (see Lee and others 2015, section 3.3).
    pub fn may_forget(self, now_us: u64, until_us: u64) -> bool {
        now_us >= until_us
    }

    /// Whether work begins: only while somebody waits for it (see gRPC, Deadlines).
    pub fn may_start(self, now_us: u64, until_us: u64) -> bool {
        if self.has(Mutant::IgnoresDeadline) {
            return true;
        }
        now_us < until_us
    }

    /// Whether a request at which the worker has failed so often is given to it once more, before all others; otherwise it is set
    /// aside (see Amazon SQS, Using dead-letter queues).
    pub fn delivers_again(self, failed: u32, most: u32) -> bool {
        if self.has(Mutant::NoDeadLetters) {
            return true;
        }
        failed < most
    }
}
