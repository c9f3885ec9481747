//! Covered belief: while a client takes its lock to be valid, fewer than a majority of nodes would give the key to somebody else.
//! Exclusion by belief rests on it: it falls before a second holder comes.

use super::notes;
use super::{Falls, P};
use crate::base::{LocalTime, NodeId, Note};
use crate::protocol::lock::config::Config;
use crate::protocol::lock::node::LockNode;
use crate::protocol::lock::role::Holder;
use crate::sim::trace::Event;

/// Something happened, somewhere.
pub(super) fn step<'a, C, N>(event: &Event, config: &Config, clients: impl Fn() -> C, nodes: impl Fn() -> N, falls: &mut Falls)
where
    C: Iterator<Item = (NodeId, Holder<'a>, LocalTime)>,
    N: Iterator<Item = (NodeId, &'a LockNode, LocalTime)>,
{
    if falls.has(P::Covered) {
        return;
    }
    let majority = usize::from(config.nodes() / 2) + 1;
    for (holder, client, now) in clients() {
        for session in client.sessions.iter().filter(|session| session.believes(now.monotonic_us)) {
            let free = nodes().filter(|(_, node, now)| node.would_grant(session.key, *now, session.token)).count();
            if free >= majority {
                let args = [event.at_us, holder.0.into(), free as u64, config.nodes().into(), session.key.into()];
                falls.at(P::Covered, event, Note::new(&notes::COVERED_VIOLATED, args), &[], &[holder]);
            }
        }
    }
}
