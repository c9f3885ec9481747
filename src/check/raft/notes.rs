//! The sentences of the verdicts on Raft. Their words are in the catalogue, under these keys.
//!
//! For each property: `raft.<property>.holds`, in everything so far; `.unknown`, since so many events went by unchecked; and
//! `.violated`, or a key that starts so, with the moment first.

use crate::base::note_kinds;

note_kinds! {
    /// At most one leader in each term.
    ELECTION_SAFETY_HOLDS = "raft.election-safety.holds", [];
    /// Not known: events went by unchecked.
    ELECTION_SAFETY_UNKNOWN = "raft.election-safety.unknown", ["events": Int];
    /// Two servers lead one term; `a` was elected first.
    ELECTION_SAFETY_VIOLATED = "raft.election-safety.violated", ["at": TimeUs, "a": Node, "b": Node, "term": Int];

    /// Leaders only append to their logs.
    LEADER_APPEND_ONLY_HOLDS = "raft.leader-append-only.holds", [];
    /// Not known: events went by unchecked.
    LEADER_APPEND_ONLY_UNKNOWN = "raft.leader-append-only.unknown", ["events": Int];
    /// A leader removes or overwrites its entry at an index.
    LEADER_APPEND_ONLY_VIOLATED = "raft.leader-append-only.violated",
        ["at": TimeUs, "leader": Node, "term": Int, "index": Int];

    /// Entries with the same index and term stand on the same logs.
    LOG_MATCHING_HOLDS = "raft.log-matching.holds", [];
    /// Not known: events went by unchecked.
    LOG_MATCHING_UNKNOWN = "raft.log-matching.unknown", ["events": Int];
    /// Two logs have an entry of this index and term, and differ there or before; `a` had it first.
    LOG_MATCHING_VIOLATED = "raft.log-matching.violated",
        ["at": TimeUs, "a": Node, "b": Node, "index": Int, "term": Int];

    /// Leaders have everything that was committed in earlier terms.
    LEADER_COMPLETENESS_HOLDS = "raft.leader-completeness.holds", [];
    /// Not known: events went by unchecked.
    LEADER_COMPLETENESS_UNKNOWN = "raft.leader-completeness.unknown", ["events": Int];
    /// The leader of `term` was elected without the entry at `index`, which is committed in `committed_term`.
    LEADER_COMPLETENESS_VIOLATED = "raft.leader-completeness.violated",
        ["at": TimeUs, "leader": Node, "term": Int, "index": Int, "committed_term": Int];
    /// A server is told to remove entries from `index` on, which it knows as committed up to `commit_index`, and stops.
    LEADER_COMPLETENESS_VIOLATED_BY_REMOVAL = "raft.leader-completeness.violated-by-removal",
        ["at": TimeUs, "node": Node, "leader": Node, "index": Int, "commit_index": Int];

    /// All servers apply the same entry at each index.
    STATE_MACHINE_SAFETY_HOLDS = "raft.state-machine-safety.holds", [];
    /// Not known: events went by unchecked.
    STATE_MACHINE_SAFETY_UNKNOWN = "raft.state-machine-safety.unknown", ["events": Int];
    /// Two servers apply different entries at an index; `a` was first.
    STATE_MACHINE_SAFETY_VIOLATED = "raft.state-machine-safety.violated",
        ["at": TimeUs, "a": Node, "b": Node, "index": Int];
    /// A server is told to apply up to `commit_index`, beyond the end of its log, and stops.
    STATE_MACHINE_SAFETY_VIOLATED_BY_GAP = "raft.state-machine-safety.violated-by-gap",
        ["at": TimeUs, "node": Node, "commit_index": Int, "last_index": Int];
    /// A server meets what its own code rules out, and stops.
    STATE_MACHINE_SAFETY_VIOLATED_BY_ASSERTION = "raft.state-machine-safety.violated-by-assertion",
        ["at": TimeUs, "node": Node];

    /// Terms never go back, and no server forgets its vote.
    MONOTONIC_TERM_HOLDS = "raft.monotonic-term.holds", [];
    /// Not known: events went by unchecked.
    MONOTONIC_TERM_UNKNOWN = "raft.monotonic-term.unknown", ["events": Int];
    /// A server's term goes back.
    MONOTONIC_TERM_VIOLATED = "raft.monotonic-term.violated", ["at": TimeUs, "node": Node, "before": Int, "after": Int];
    /// A server no longer stands by the vote that it gave in a term.
    MONOTONIC_TERM_VIOLATED_VOTE = "raft.monotonic-term.violated-vote",
        ["at": TimeUs, "node": Node, "term": Int, "voted_for": Node];

    /// Commit indexes never go back while a server runs.
    MONOTONIC_COMMIT_HOLDS = "raft.monotonic-commit.holds", [];
    /// Not known: events went by unchecked.
    MONOTONIC_COMMIT_UNKNOWN = "raft.monotonic-commit.unknown", ["events": Int];
    /// A server's commit index goes back.
    MONOTONIC_COMMIT_VIOLATED = "raft.monotonic-commit.violated",
        ["at": TimeUs, "node": Node, "before": Int, "after": Int];

    /// Applied indexes never go back while a server runs.
    MONOTONIC_APPLIED_HOLDS = "raft.monotonic-applied.holds", [];
    /// Not known: events went by unchecked.
    MONOTONIC_APPLIED_UNKNOWN = "raft.monotonic-applied.unknown", ["events": Int];
    /// A server's applied index goes back.
    MONOTONIC_APPLIED_VIOLATED = "raft.monotonic-applied.violated",
        ["at": TimeUs, "node": Node, "before": Int, "after": Int];
}
