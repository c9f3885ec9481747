//! Valid grants: whoever holds a lock had a majority of votes at that moment, and takes it to be valid no longer than the time to
//! live less the time it took and the drift. The same of extensions, which moreover come before the old time is over and only so
//! often.

use super::notes;
use super::{Falls, P};
use crate::base::{LocalTime, NodeId, Note};
use crate::protocol::lock::config::Variant;
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::Deed;
use crate::sim::trace::Event;

/// A client did something.
pub(super) fn client(event: &Event, node: NodeId, client: Holder<'_>, now: LocalTime, falls: &mut Falls) {
    let config = client.config;
    let redlock = config.variant == Variant::Redlock;
    let majority = usize::from(config.nodes() / 2) + 1;
    let longest_us = config.ttl_us.saturating_sub(config.drift());
    for deed in client.deeds {
        let (since_us, valid_until_us, votes, before_us) = match deed {
            Deed::Granted { since_us, valid_until_us, votes, .. } => (*since_us, *valid_until_us, *votes, None),
            Deed::Extended { since_us, valid_until_us, votes, before_us, nth, .. } => {
                if redlock && *nth > config.extensions {
                    let args = [event.at_us, node.0.into(), u64::from(*nth), config.extensions.into()];
                    falls.at(P::BoundedExtension, event, Note::new(&notes::BOUNDED_EXTENSION_VIOLATED, args), &[], &[node]);
                }
                (*since_us, *valid_until_us, *votes, Some(*before_us))
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
