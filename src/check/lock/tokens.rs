//! Unique tokens: no client uses a token twice; and each grant of a key has a greater fence than all before it.

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::lock::message::Token;
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::Deed;
use crate::sim::trace::Event;
use std::collections::{BTreeMap, VecDeque};

/// So many tokens of a client are compared.
const TOKENS_MAX: usize = 64;

/// What is remembered of tokens and fences.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    /// By client: its last tokens.
    used: BTreeMap<NodeId, VecDeque<(Token, EventId)>>,
    /// By key: the greatest fence that was granted, and when.
    fences: BTreeMap<u32, (u64, EventId, NodeId)>,
}

impl Tokens {
    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: Holder<'_>, falls: &mut Falls) {
        let mut raising = None;
        for deed in client.deeds {
            match deed {
                Deed::Began(token, _) => {
                    // The second round of an attempt carries the token of the first.
                    let second = client
                        .sessions
                        .iter()
                        .any(|s| s.token == *token && matches!(s.phase, crate::protocol::lock::session::Phase::Raising(_)));
                    if !second && raising != Some(*token) {
                        self.use_token(event, node, *token, falls);
                    }
                    raising = Some(*token);
                }
                // Readers hold a lock together: their grants have no order.
                Deed::Granted { token, .. } if client.sessions.iter().any(|s| s.token == *token && s.is_shared()) => {}
                Deed::Granted { key, fence, .. } if client.config.fencing => self.fence(event, node, *key, *fence, falls),
                _ => {}
            }
        }
    }

    fn use_token(&mut self, event: &Event, node: NodeId, token: Token, falls: &mut Falls) {
        let used = self.used.entry(node).or_default();
        if let Some((_, earlier)) = used.iter().find(|(other, _)| *other == token) {
            let note = Note::new(&notes::UNIQUE_TOKENS_VIOLATED, [event.at_us, node.0.into(), token.op.into()]);
            falls.at(P::UniqueTokens, event, note, &[*earlier], &[node]);
        }
        used.push_back((token, event.id));
        if used.len() > TOKENS_MAX {
            used.pop_front();
        }
    }

    fn fence(&mut self, event: &Event, node: NodeId, key: u32, fence: u64, falls: &mut Falls) {
        if let Some((greatest, earlier, other)) = self.fences.get(&key)
            && fence <= *greatest
        {
            let args = [event.at_us, node.0.into(), fence, *greatest, other.0.into()];
            let note = Note::new(&notes::UNIQUE_TOKENS_VIOLATED_FENCE, args);
            falls.at(P::UniqueTokens, event, note, &[*earlier], &[node, *other]);
        }
        self.fences.insert(key, (fence, event.id, node));
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        for used in self.used.values() {
            to.list(used.iter().map(|(token, _)| token).collect::<Vec<_>>().into_iter());
        }
        for (key, (fence, ..)) in &self.fences {
            to.u32(*key);
            to.u64(*fence);
        }
    }
}
