//! What servers and clients say to each other (paper, figure 2).
//!
//! A response carries its sender's term, so that it can be told apart from one of another term, and names the position it
//! speaks of, so that a late one cannot be mistaken for the answer to a later request.

use super::entry::{Entries, Index, Term};
use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::{Class, MessageKind, Shape, machine};

/// A message of a Raft cluster. The sender is known from the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A candidate, or a server that would like to become one, asks for a vote.
    RequestVote {
        /// True: only asks whether it would get the vote (thesis 9.6).
        pre: bool,
        /// The term of the election: the candidate's, or the one it would enter.
        term: Term,
        /// Index of the candidate's last entry.
        last_index: Index,
        /// Term of the candidate's last entry.
        last_term: Term,
    },
    /// The answer to it.
    RequestVoteResponse {
        /// Of which of the two questions.
        pre: bool,
        /// The voter's term; of a granted pre-vote, the term that was asked for.
        term: Term,
        /// Whether the vote is given.
        granted: bool,
    },
    /// The leader replicates entries; with none, a heartbeat.
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// Index of the entry before the new ones.
        prev_index: Index,
        /// Term of that entry.
        prev_term: Term,
        /// The leader's commit index.
        commit: Index,
        /// The entries from `prev_index + 1` on.
        entries: Entries,
    },
    /// The follower has these entries on disk.
    AppendEntriesAccepted {
        /// The follower's term.
        term: Term,
        /// Up to here its log is the leader's: the end of the entries that it answers.
        match_index: Index,
    },
    /// The follower has no such previous entry, or is in a later term.
    AppendEntriesRejected {
        /// The follower's term.
        term: Term,
        /// The previous index that was refused.
        prev_index: Index,
        /// Where the logs may agree at the latest: the follower's last entry, up to `prev_index`, whose term is no later than
        /// the refused one.
        hint_index: Index,
        /// Term of that entry.
        hint_term: Term,
    },
    /// A client asks for an operation.
    ClientRequest {
        /// Its number in the client's session.
        seq: u32,
        /// The operation.
        op: machine::Op,
    },
    /// The operation took effect.
    ClientAnswer {
        /// Which operation.
        seq: u32,
        /// What the state machine answers.
        answer: machine::Answer,
    },
    /// The server is no leader.
    ClientRedirect {
        /// Which operation was refused.
        seq: u32,
        /// The leader, if the server knows one.
        leader: Option<NodeId>,
    },
}

impl Message {
    /// The sender's term; `None` for what clients and servers say to each other.
    pub fn term(&self) -> Option<Term> {
        match *self {
            Message::RequestVote { term, .. }
            | Message::RequestVoteResponse { term, .. }
            | Message::AppendEntries { term, .. }
            | Message::AppendEntriesAccepted { term, .. }
            | Message::AppendEntriesRejected { term, .. } => Some(term),
            Message::ClientRequest { .. } | Message::ClientAnswer { .. } | Message::ClientRedirect { .. } => None,
        }
    }
}

impl crate::protocol::Message for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind { name: "PreVote", class: Class::Request, shape: Shape::Election },
        MessageKind { name: "PreVoteResponse", class: Class::Reply, shape: Shape::Election },
        MessageKind { name: "RequestVote", class: Class::Request, shape: Shape::Election },
        MessageKind { name: "RequestVoteResponse", class: Class::Reply, shape: Shape::Election },
        MessageKind { name: "AppendEntries", class: Class::Request, shape: Shape::Data },
        MessageKind { name: "Heartbeat", class: Class::Request, shape: Shape::Control },
        MessageKind { name: "AppendEntriesResponse", class: Class::Reply, shape: Shape::Control },
        MessageKind { name: "AppendEntriesRejection", class: Class::Reply, shape: Shape::Control },
        MessageKind { name: "ClientRequest", class: Class::Request, shape: Shape::Data },
        MessageKind { name: "ClientResponse", class: Class::Reply, shape: Shape::Data },
        MessageKind { name: "ClientRedirect", class: Class::Reply, shape: Shape::Control },
    ];

    fn kind(&self) -> u8 {
        match self {
            Message::RequestVote { pre: true, .. } => 0,
            Message::RequestVoteResponse { pre: true, .. } => 1,
            Message::RequestVote { .. } => 2,
            Message::RequestVoteResponse { .. } => 3,
            Message::AppendEntries { entries, .. } if !entries.is_empty() => 4,
            Message::AppendEntries { .. } => 5,
            Message::AppendEntriesAccepted { .. } => 6,
            Message::AppendEntriesRejected { .. } => 7,
            Message::ClientRequest { .. } => 8,
            Message::ClientAnswer { .. } => 9,
            Message::ClientRedirect { .. } => 10,
        }
    }

    fn size_bytes(&self) -> u32 {
        match self {
            Message::RequestVote { .. } => 25,
            Message::RequestVoteResponse { .. } => 10,
            Message::AppendEntries { entries, .. } => 41 + entries.iter().map(|entry| entry.size_bytes()).sum::<u32>(),
            Message::AppendEntriesAccepted { .. } => 17,
            Message::AppendEntriesRejected { .. } => 33,
            Message::ClientRequest { .. } => 26,
            Message::ClientAnswer { answer, .. } => 5 + answer.size_bytes(),
            Message::ClientRedirect { .. } => 8,
        }
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        to.u8(crate::protocol::Message::kind(self));
        match self {
            Message::RequestVote { term, last_index, last_term, .. } => {
                to.u64(*term);
                to.u64(*last_index);
                to.u64(*last_term);
            }
            Message::RequestVoteResponse { term, granted, .. } => {
                to.u64(*term);
                to.bool(*granted);
            }
            Message::AppendEntries { term, prev_index, prev_term, commit, entries } => {
                to.u64(*term);
                to.u64(*prev_index);
                to.u64(*prev_term);
                to.u64(*commit);
                to.put(entries);
            }
            Message::AppendEntriesAccepted { term, match_index } => {
                to.u64(*term);
                to.u64(*match_index);
            }
            Message::AppendEntriesRejected { term, prev_index, hint_index, hint_term } => {
                to.u64(*term);
                to.u64(*prev_index);
                to.u64(*hint_index);
                to.u64(*hint_term);
            }
            Message::ClientRequest { seq, op } => {
                to.u32(*seq);
                to.put(op);
            }
            Message::ClientAnswer { seq, answer } => {
                to.u32(*seq);
                to.put(answer);
            }
            Message::ClientRedirect { seq, leader } => {
                to.u32(*seq);
                to.option(leader.as_ref());
            }
        }
    }
}
