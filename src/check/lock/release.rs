//! Own release: nobody gives back, and no node deletes, what is another's.

use super::notes;
use super::{Falls, P};
use crate::base::{NodeId, Note};
use crate::protocol::lock::node::{Deed as NodeDeed, LockNode};
use crate::protocol::lock::role::Holder;
use crate::protocol::lock::session::Deed;
use crate::sim::trace::Event;

/// A client did something.
pub(super) fn client(event: &Event, node: NodeId, client: Holder<'_>, falls: &mut Falls) {
    for deed in client.deeds {
        if let Deed::Released(asker, owner) = deed
            && asker != owner
        {
            let note = Note::new(&notes::OWN_RELEASE_VIOLATED_OWNER, [event.at_us, node.0.into(), *asker, *owner]);
            falls.at(P::OwnRelease, event, note, &[], &[node]);
        }
    }
}

/// A lock node did something.
pub(super) fn node(event: &Event, node: NodeId, lock: &LockNode, falls: &mut Falls) {
    if let Some(NodeDeed::Removed { stored, asked }) = lock.deed()
        && stored != asked
    {
        let args = [event.at_us, node.0.into(), stored.client.0.into(), asked.client.0.into()];
        let note = Note::new(&notes::OWN_RELEASE_VIOLATED_TOKEN, args);
        falls.at(P::OwnRelease, event, note, &[], &[node, stored.client, asked.client]);
    }
}
