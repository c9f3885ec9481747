//! Valid grants: whoever holds a lock had a majority of votes at that moment, and takes it to be valid no longer than the time to
//! live less the time it took and the drift. The same of extensions, which moreover come before the old time is over and only so
//! often.
//!
//! A vote is what a node has done since the round of questions began, not what the client says that it was told: an answer to an
//! earlier question is none.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, LocalTime, NodeId, Note};
use crate::protocol::lock::config::Variant;
use crate::protocol::lock::message::Token;
use crate::protocol::lock::node::{Deed as NodeDeed, LockNode};
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::Deed;
use crate::sim::trace::Event;
use std::collections::{BTreeMap, BTreeSet};

/// Which nodes have stored each token, or let it live on, since its last round of questions began.
#[derive(Clone, Debug, Default)]
pub(super) struct Votes {
    of: BTreeMap<Token, BTreeSet<NodeId>>,
    /// From how many tokens on it is looked which of them still have a session.
    many: usize,
}

/// So many tokens are kept without a look.
const FEW: usize = 64;

impl Votes {
    /// A lock node did something.
    pub(super) fn node(&mut self, node: NodeId, lock: &LockNode) {
        if let Some(NodeDeed::Stored(token)) = lock.deed()
            && let Some(votes) = self.of.get_mut(token)
        {
            votes.insert(node);
        }
    }

    /// A client did something: rounds begin, before it is looked at what came of others. `all`: the clients that are up.
    pub(super) fn client<'a, I: Iterator<Item = (NodeId, Holder<'a>, LocalTime)>>(
        &mut self,
        client: Holder<'_>,
        all: impl Fn() -> I,
    ) {
        for deed in client.deeds {
            match deed {
                // The round that raises the fence carries the token of the one before, whose votes count on.
                Deed::Began(token, _) => drop(self.of.entry(*token).or_default()),
                Deed::Extends(token) => self.of.entry(*token).or_default().clear(),
                _ => continue,
            }
            if self.of.len() > self.many.max(FEW) {
                let known: BTreeSet<Token> =
                    all().flat_map(|(_, client, _)| client.sessions.iter().map(|session| session.token)).collect();
                self.of.retain(|token, _| known.contains(token));
                self.many = 2 * self.of.len();
            }
        }
    }

    fn of(&self, token: Token) -> usize {
        self.of.get(&token).map_or(0, BTreeSet::len)
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.of.len());
        for (token, votes) in &self.of {
            to.put(token);
            to.list(votes.iter());
        }
    }
}

/// A client did something.
pub(super) fn client(event: &Event, node: NodeId, client: Holder<'_>, cast: &Votes, now: LocalTime, falls: &mut Falls) {
    let config = client.config;
    let redlock = config.variant == Variant::Redlock;
    let majority = usize::from(config.nodes() / 2) + 1;
    let longest_us = config.ttl_us.saturating_sub(config.drift());
    for deed in client.deeds {
        let (since_us, valid_until_us, votes, before_us) = match deed {
            Deed::Granted { token, since_us, valid_until_us, votes, .. } => {
                (*since_us, *valid_until_us, votes.map(|votes| votes.min(cast.of(*token))), None)
            }
            Deed::Extended { token, since_us, valid_until_us, votes, before_us, nth } => {
                if redlock && *nth > config.extensions {
                    let args = [event.at_us, node.0.into(), u64::from(*nth), config.extensions.into()];
                    falls.at(P::BoundedExtension, event, Note::new(&notes::BOUNDED_EXTENSION_VIOLATED, args), &[], &[node]);
                }
                (*since_us, *valid_until_us, votes.map(|votes| votes.min(cast.of(*token))), Some(*before_us))
            }
            _ => continue,
        };
        let at = event.at_us;
        if let Some(votes) = votes.filter(|votes| *votes < majority) {
            let args = [at, node.0.into(), votes as u64, config.nodes().into()];
            falls.at(P::ValidGrant, event, Note::new(&notes::VALID_GRANT_VIOLATED_VOTES, args), &[], &[node]);
        }
        if valid_until_us > since_us.saturating_add(longest_us) {
            let too_long_us = valid_until_us - since_us.saturating_add(longest_us);
            let args = [at, node.0.into(), too_long_us];
            falls.at(P::ValidGrant, event, Note::new(&notes::VALID_GRANT_VIOLATED_LONG, args), &[], &[node]);
        }
        if before_us.is_some_and(|before_us| before_us <= now.monotonic_us) {
            let args = [at, node.0.into()];
            falls.at(P::ValidGrant, event, Note::new(&notes::VALID_GRANT_VIOLATED_OVER, args), &[], &[node]);
        }
    }
}
