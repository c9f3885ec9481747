//! Exclusion by belief: at each moment at most one client holds a lock and takes it to be valid by its own clock. Whoever writes
//! to the resource as holder believes to be one, whatever its clock says.
//!
//! Beliefs begin when a lock is granted or extended, and in a write; so it is enough to look then.

use super::notes;
use super::{Falls, P};
use crate::base::{EventId, LocalTime, NodeId, Note};
use crate::protocol::lock::config::Config;
use crate::protocol::lock::message::Token;
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::Deed;
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// How many others may hold a lock at the same time.
fn room(config: &Config) -> usize {
    (config.consensus.permits as usize).saturating_sub(1)
}

/// When each lock that may still be believed in was granted.
#[derive(Clone, Debug, Default)]
pub(super) struct Beliefs {
    granted: BTreeMap<Token, EventId>,
}

impl Beliefs {
    /// A client did something. `all`: the clients that are up.
    pub(super) fn client<'a, I: Iterator<Item = (NodeId, Holder<'a>, LocalTime)>>(
        &mut self,
        event: &Event,
        node: NodeId,
        client: Holder<'_>,
        all: impl Fn() -> I,
        falls: &mut Falls,
    ) {
        for deed in client.deeds {
            let begins = match deed {
                Deed::Granted { key, token, .. } => {
                    self.granted.insert(*token, event.id);
                    self.forget(&all);
                    Some((*key, *token))
                }
                Deed::Extended { token, .. } => {
                    let session = client.sessions.iter().find(|session| session.token == *token);
                    session.map(|session| (session.key, *token))
                }
                Deed::Wrote(key, token) => Some((*key, *token)),
                _ => None,
            };
            let Some((key, token)) = begins else { continue };
            let shared = client.sessions.iter().any(|session| session.token == token && session.is_shared());
            let mut others: Vec<(NodeId, Token, bool)> = all()
                .flat_map(|(other, client, now)| {
                    let sessions = client.sessions.iter();
                    let believed = sessions.filter(move |s| s.key == key && s.token != token && s.believes(now.monotonic_us));
                    believed.map(move |session| (other, session.token, session.is_shared()))
                })
                .collect();
            // Readers bear each other, and a semaphore so many as it has permits.
            others.retain(|(_, _, theirs)| !(shared && *theirs));
            let room = if others.iter().any(|(_, _, theirs)| *theirs != shared) { 0 } else { room(client.config) };
            if let Some((other, theirs, _)) = others.into_iter().nth(room) {
                let note = Note::new(&notes::BELIEF_VIOLATED, [event.at_us, node.0.into(), other.0.into(), key.into()]);
                let earlier: Vec<EventId> = self.granted.get(&theirs).copied().into_iter().collect();
                falls.at(P::Belief, event, note, &earlier, &[node, other]);
            }
        }
    }

    /// Forgets locks that nobody has any more.
    fn forget<'a, I: Iterator<Item = (NodeId, Holder<'a>, LocalTime)>>(&mut self, all: &impl Fn() -> I) {
        if self.granted.len() > 64 {
            let known = |token: &Token| all().any(|(_, client, _)| client.sessions.iter().any(|s| s.token == *token));
            self.granted.retain(|token, _| known(token));
        }
    }
}
