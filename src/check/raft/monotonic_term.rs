//! The term never goes back, and the vote of a term is given once: `currentTerm` is the "latest term server has seen
//! (initialized to 0 on first boot, increases monotonically)", and both are "updated on stable storage before responding to
//! RPCs" (paper figure 2, 5.1, 5.2).
//!
//! Within an incarnation: `after.term >= before.term`, and `after.term == before.term && before.voted_for.is_some() =>
//! after.voted_for == before.voted_for`.
//!
//! Across a restart with its disk, the same of what the server had *persisted*, not of what it had in memory: a term that
//! was raised, or a vote that was given, and not yet on disk is lost in a crash, and that is no fault, since whatever would
//! tell of it waits for the same write. Term and vote count as persisted when all writes are on disk that were issued up to
//! the event in which they changed. The checker does not look into the records: a server that forgets to write its vote is
//! found out when it starts again. And who has led a term has told everybody: it must come back to that term or a later
//! one, persisted or not.
//!
//! A restart with an empty disk is outside of the claim, and begins anew. What other properties lose by it, they lose.
//!
//! Cost: a comparison; an entry of a short queue when term or vote change, and its removal when they are on disk.

use super::fall::Fall;
use super::notes;
use super::sight::Sight;
use crate::base::{Encoder, EventId, NodeId, Note, WriteId};
use crate::protocol::raft::{HardState, Term};
use crate::sim::trace::Event;
use std::collections::VecDeque;

/// The checker of terms and votes.
#[derive(Clone, Debug, Default)]
pub(super) struct MonotonicTerm {
    /// By server.
    servers: Vec<Promises>,
    pub(super) fall: Fall,
}

/// What a server may not take back.
#[derive(Clone, Debug, Default)]
struct Promises {
    persisted: Option<Promise>,
    /// On the way to disk: persisted when all writes before this number are.
    queue: VecDeque<(u32, Promise)>,
}

/// Term and vote, and the event in which they became so.
#[derive(Clone, Copy, Debug)]
struct Promise {
    hard: HardState,
    event: EventId,
}

/// How far a server's disk is.
#[derive(Clone, Copy, Debug)]
pub(super) struct DiskState {
    /// The number of the next write.
    pub(super) next_write: u32,
    /// Whether all writes before it are on disk.
    pub(super) idle: bool,
}

impl MonotonicTerm {
    pub(super) fn new(servers: u16) -> MonotonicTerm {
        MonotonicTerm { servers: vec![Promises::default(); servers as usize], fall: Fall::default() }
    }

    /// A server's write, and all before it, are on disk.
    pub(super) fn persisted(&mut self, node: NodeId, write: WriteId) {
        let Some(promises) = self.servers.get_mut(node.index()) else { return };
        while let Some((_, promise)) = promises.queue.front().copied().filter(|(after, _)| *after <= write.0 + 1) {
            promises.queue.pop_front();
            promises.persisted = Some(promise);
        }
    }

    /// A server starts: what was on the way to its disk is no promise any more, and on an empty disk there is none at all.
    pub(super) fn started(&mut self, node: NodeId, empty: bool) {
        let Some(promises) = self.servers.get_mut(node.index()) else { return };
        promises.queue.clear();
        if empty {
            promises.persisted = None;
        }
    }

    /// What each server may not take back, now or when so many more of its writes are on disk. `first_pending`: the number of
    /// the first write of a server that is not on disk.
    pub(super) fn encode_state(&self, first_pending: impl Fn(NodeId) -> u32, to: &mut Encoder) {
        self.fall.encode_with(to, |to| {
            for (node, promises) in (0..).map(NodeId).zip(&self.servers) {
                to.option(promises.persisted.map(|promise| promise.hard).as_ref());
                to.len(promises.queue.len());
                for (after, promise) in &promises.queue {
                    to.u32(after.saturating_sub(first_pending(node)));
                    to.put(&promise.hard);
                }
            }
        });
    }

    pub(super) fn step(&mut self, sight: &Sight<'_>, disk: DiskState) {
        let Some(promises) = self.servers.get_mut(sight.node.index()) else { return };
        let hard = |digest: &super::sight::Digest| HardState { term: digest.term, voted_for: digest.voted_for };
        let (before, after) = (sight.before.as_ref().map(hard), hard(&sight.after));
        let promise = Promise { hard: after, event: sight.id() };
        match before {
            None => {
                if let Some(known) = promises.persisted {
                    check(&mut self.fall, sight.event, sight.node, known.hard, after, &[known.event]);
                }
                promises.persisted = Some(promise);
            }
            Some(before) if before != after => {
                check(&mut self.fall, sight.event, sight.node, before, after, &[]);
                match disk.idle {
                    true => promises.persisted = Some(promise),
                    false => promises.queue.push_back((disk.next_write, promise)),
                }
            }
            Some(_) => {}
        }
        if sight.is_elected() {
            promises.queue.clear();
            promises.persisted = Some(promise);
        }
    }
}

/// `after` takes nothing back of `before`.
fn check(fall: &mut Fall, event: &Event, node: NodeId, before: HardState, after: HardState, earlier: &[EventId]) {
    let (at, who, term): (u64, u64, Term) = (event.at_us, node.0 as u64, before.term);
    if after.term < term {
        let note = Note::new(&notes::MONOTONIC_TERM_VIOLATED, [at, who, term, after.term]);
        return fall.at(event, note, earlier, &[node], &[]);
    }
    if let Some(voted_for) = before.voted_for
        && after.term == term
        && after.voted_for != before.voted_for
    {
        let note = Note::new(&notes::MONOTONIC_TERM_VIOLATED_VOTE, [at, who, term, voted_for.0 as u64]);
        fall.at(event, note, earlier, &[node, voted_for], &[]);
    }
}
