//! What servers and clients remark, for the reader of a run. Their sentences are in the catalogue, under these keys.

use crate::base::note_kinds;

note_kinds! {
    // Start and disk
    /// Starts for the first time, with an empty disk.
    STARTS = "raft.starts", Everything, None, [];
    /// Starts again: term, vote and log come from its disk; what is committed it learns anew.
    RESTARTS = "raft.restarts", Story, None, ["term": Int, "last_index": Int, "last_term": Int];
    /// Passes over torn records, which it never acknowledged.
    PASSES_OVER_TORN = "raft.passes-over-torn", Protocol, None, ["records": Int];
    /// Refuses to start: a record is corrupt, and may hold a vote or entries that it acknowledged.
    DISK_CORRUPT = "raft.disk-corrupt", Story, None, ["record": Int];
    /// Refuses to start: a record does not follow from those before it.
    DISK_CONTRADICTS = "raft.disk-contradicts", Story, None, ["record": Int];
    /// Stops: its disk is full, and it cannot promise anything.
    DISK_FULL = "raft.disk-full", Story, None, ["term": Int];

    // Elections
    /// Times out without a heartbeat, and asks for votes.
    TIMES_OUT = "raft.times-out", Story, Some("election_timeout"), ["waited": DurationUs, "term": Int];
    /// Times out without a heartbeat, and asks whether it would get the votes (thesis 9.6).
    TIMES_OUT_PRE = "raft.times-out-pre", Story, Some("election_timeout"), ["waited": DurationUs, "term": Int];
    /// A candidate without a majority asks for votes again, in the next term. The votes are those of the election that failed.
    ASKS_AGAIN = "raft.asks-again", Story, Some("election_timeout"),
        ["waited": DurationUs, "term": Int, "votes": Nodes, "count": Int, "needed": Int];
    /// The same with PreVote: asks again whether it would get the votes.
    ASKS_AGAIN_PRE = "raft.asks-again-pre", Protocol, Some("election_timeout"),
        ["waited": DurationUs, "term": Int, "votes": Nodes, "count": Int, "needed": Int];
    /// Would win: asks for votes now.
    WINS_PRE_VOTE = "raft.wins-pre-vote", Protocol, Some("majority"), ["term": Int, "votes": Nodes, "count": Int, "voters": Int];
    /// Grants its vote.
    GRANTS_VOTE = "raft.grants-vote", Protocol, Some("grant_vote"), ["candidate": Node, "term": Int];
    /// Would grant its vote.
    GRANTS_PRE_VOTE = "raft.grants-pre-vote", Protocol, Some("grant_vote"), ["candidate": Node, "term": Int];
    /// Refuses its vote: the candidate's log is behind.
    VOTE_REFUSED_LOG = "raft.vote-refused-log", Protocol, Some("is_up_to_date"),
        ["candidate": Node, "its_last_term": Int, "its_last_index": Int, "last_term": Int, "last_index": Int];
    /// Would refuse its vote: the log is behind.
    PRE_VOTE_REFUSED_LOG = "raft.pre-vote-refused-log", Protocol, Some("is_up_to_date"),
        ["candidate": Node, "its_last_term": Int, "its_last_index": Int, "last_term": Int, "last_index": Int];
    /// Refuses its vote: it has already voted in this term.
    VOTE_REFUSED_VOTED = "raft.vote-refused-voted", Protocol, Some("grant_vote"),
        ["candidate": Node, "voted_for": Node, "term": Int];
    /// Refuses its vote: it hears from a leader.
    VOTE_REFUSED_LEADER = "raft.vote-refused-leader", Protocol, Some("leader_bars_election"),
        ["candidate": Node, "leader": Node, "term": Int];
    /// Would refuse its vote: it hears from a leader.
    PRE_VOTE_REFUSED_LEADER = "raft.pre-vote-refused-leader", Protocol, Some("leader_bars_election"),
        ["candidate": Node, "leader": Node, "term": Int];
    /// Refuses its vote: the election is of an older term.
    VOTE_REFUSED_TERM = "raft.vote-refused-term", Protocol, None, ["candidate": Node, "its_term": Int, "term": Int];
    /// Would refuse its vote: its own term is not below the one that is asked for.
    PRE_VOTE_REFUSED_TERM = "raft.pre-vote-refused-term", Protocol, None, ["candidate": Node, "its_term": Int, "term": Int];
    /// Counts a vote.
    COUNTS_VOTE = "raft.counts-vote", Protocol, Some("tally"), ["voter": Node, "votes": Nodes, "count": Int, "needed": Int];
    /// Wins the election.
    BECOMES_LEADER = "raft.becomes-leader", Story, Some("majority"), ["term": Int, "votes": Nodes, "count": Int, "voters": Int];
    /// A leader or candidate steps down: it hears of a later term.
    STEPS_DOWN_TERM = "raft.steps-down-term", Story, None, ["from": Node, "old_term": Int, "term": Int];
    /// A follower moves on to a later term.
    ADOPTS_TERM = "raft.adopts-term", Protocol, None, ["from": Node, "old_term": Int, "term": Int];
    /// A leader steps down: an election timeout without hearing from a majority.
    STEPS_DOWN_QUORUM = "raft.steps-down-quorum", Story, Some("keeps_leading"),
        ["term": Int, "heard": Nodes, "count": Int, "voters": Int];
    /// A candidate steps down: another one has won.
    YIELDS = "raft.yields", Protocol, None, ["leader": Node, "term": Int];
    /// A follower hears from the leader of its term for the first time.
    FOLLOWS = "raft.follows", Protocol, None, ["leader": Node, "term": Int];
    /// Hears of a second leader in one term: Election Safety has fallen.
    SECOND_LEADER = "raft.second-leader", Story, None, ["other": Node, "known": Node, "term": Int];

    // Replication
    /// A leader takes a client's operation into its log.
    PROPOSES = "raft.proposes", Protocol, None, ["index": Int, "client": Node, "seq": Int, "key": Key];
    /// A leader takes a client's operation into its log that is about no key.
    PROPOSES_OTHER = "raft.proposes-other", Protocol, None, ["index": Int, "client": Node, "seq": Int];
    /// Takes entries into its log.
    ACCEPTS = "raft.accepts", Protocol, Some("logs_agree_at"), ["leader": Node, "first": Int, "last": Int];
    /// Refuses entries: they are of an older leader.
    REFUSES_OLD_LEADER = "raft.refuses-old-leader", Protocol, None, ["leader": Node, "its_term": Int, "term": Int];
    /// Refuses entries: its log ends before the previous entry.
    REFUSES_GAP = "raft.refuses-gap", Protocol, Some("logs_agree_at"), ["leader": Node, "prev_index": Int, "last_index": Int];
    /// Refuses entries: its previous entry has another term.
    REFUSES_CONFLICT = "raft.refuses-conflict", Protocol, Some("logs_agree_at"),
        ["leader": Node, "prev_index": Int, "its_term": Int, "term": Int];
    /// Removes entries that are not the leader's.
    TRUNCATES = "raft.truncates", Story, Some("truncates_from"), ["leader": Node, "from": Int, "last": Int];
    /// A leader goes back in a follower's log to find where they agree.
    BACKTRACKS = "raft.backtracks", Protocol, None, ["follower": Node, "refused": Int, "next": Int];
    /// A leader takes entries in flight for lost, and probes again.
    PROBES_AGAIN = "raft.probes-again", Everything, None, ["follower": Node, "next": Int];
    /// A follower no longer has entries that it acknowledged.
    LOST_ACKNOWLEDGED = "raft.lost-acknowledged", Story, None, ["follower": Node, "match_index": Int];
    /// A leader's entry is on a majority: everything up to it is committed.
    COMMITS = "raft.commits", Story, Some("commits_by_counting"), ["index": Int, "copies": Nodes, "count": Int, "voters": Int];
    /// A follower learns what is committed.
    LEARNS_COMMIT = "raft.learns-commit", Protocol, Some("follower_commit"), ["index": Int];

    // State machine and clients
    /// Applies a client's operation.
    APPLIES = "raft.applies", Everything, None, ["index": Int, "client": Node, "seq": Int, "key": Key];
    /// Applies an operation that is about no key.
    APPLIES_OTHER = "raft.applies-other", Everything, None, ["index": Int, "client": Node, "seq": Int];
    /// Does not apply an operation again.
    SKIPS_DUPLICATE = "raft.skips-duplicate", Protocol, Some("is_duplicate"), ["index": Int, "client": Node, "seq": Int];
    /// A leader answers a client.
    ANSWERS = "raft.answers", Protocol, None, ["client": Node, "seq": Int, "index": Int];
    /// Answers a repeated request from the client's session.
    ANSWERS_AGAIN = "raft.answers-again", Protocol, Some("is_duplicate"), ["client": Node, "seq": Int];
    /// Ignores a repeated request: it stands in the log and will be answered.
    ALREADY_IN_LOG = "raft.already-in-log", Protocol, Some("is_duplicate"), ["client": Node, "seq": Int];
    /// Ignores a request that its client has left behind.
    IGNORES_OLD_REQUEST = "raft.ignores-old-request", Protocol, Some("is_duplicate"), ["client": Node, "seq": Int];
    /// Answers a read from its own store, without the log.
    READS_LOCALLY = "raft.reads-locally", Protocol, Some("needs_log"), ["client": Node, "seq": Int, "key": Key];
    /// Sends a client to the leader.
    REDIRECTS = "raft.redirects", Protocol, None, ["client": Node, "leader": Node];
    /// Sends a client away: it knows no leader.
    KNOWS_NO_LEADER = "raft.knows-no-leader", Protocol, None, ["client": Node];

    // What is ignored
    /// Ignores a message that no server of the cluster sends.
    IGNORES_FOREIGN = "raft.ignores-foreign", Protocol, None, ["from": Node];
    /// Ignores a vote of an earlier term.
    IGNORES_STALE_VOTE = "raft.ignores-stale-vote", Protocol, Some("vote_is_of_this_election"),
        ["voter": Node, "its_term": Int, "term": Int];
    /// Ignores a vote: the election is over.
    IGNORES_LATE_VOTE = "raft.ignores-late-vote", Everything, None, ["voter": Node, "term": Int];
    /// Ignores an answer to entries of an earlier leadership.
    IGNORES_STALE_ACK = "raft.ignores-stale-ack", Protocol, Some("ack_is_of_this_leadership"),
        ["follower": Node, "its_term": Int, "term": Int];
    /// Ignores a refusal that later answers have overtaken.
    IGNORES_STALE_REJECTION = "raft.ignores-stale-rejection", Protocol, None, ["follower": Node, "prev_index": Int];
    /// Ignores the word of a later term.
    IGNORES_HIGHER_TERM = "raft.ignores-higher-term", Protocol, Some("steps_down_for_response"),
        ["from": Node, "its_term": Int, "term": Int];

    // What must not be
    /// Stops: it is told to remove entries that it knows as committed.
    TRUNCATES_COMMITTED = "raft.truncates-committed", Story, Some("truncates_from"),
        ["leader": Node, "from": Int, "commit_index": Int];
    /// Stops: it is told that entries are committed which it does not have.
    COMMIT_BEYOND_LOG = "raft.commit-beyond-log", Story, Some("follower_commit"), ["commit_index": Int, "last_index": Int];

    // The client
    /// A client sends its request.
    CLIENT_SENDS = "raft.client-sends", Protocol, None, ["server": Node, "seq": Int];
    /// A client follows a redirect.
    CLIENT_FOLLOWS_REDIRECT = "raft.client-follows-redirect", Protocol, None, ["from": Node, "leader": Node, "seq": Int];
    /// A client hears that a server knows no leader, and waits.
    CLIENT_BACKS_OFF = "raft.client-backs-off", Everything, None, ["server": Node, "seq": Int];
    /// A client has no answer yet, and asks again.
    CLIENT_RETRIES = "raft.client-retries", Protocol, None, ["server": Node, "seq": Int, "attempt": Int];
    /// A client gives up: the operation may or may not take effect.
    CLIENT_GIVES_UP = "raft.client-gives-up", Story, None, ["seq": Int, "after": DurationUs];
    /// A client takes no more requests: too many wait. This one was never sent.
    CLIENT_QUEUE_FULL = "raft.client-queue-full", Story, None, ["seq": Int, "waiting": Int];
    /// A client ignores an answer to a request that it no longer waits for.
    CLIENT_IGNORES_STALE = "raft.client-ignores-stale", Everything, None, ["server": Node, "seq": Int];
}
