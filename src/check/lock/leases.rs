//! Not a property: which locks were believed in, from when to when by true time, and which writes came. A picture of leases is
//! drawn from it; like verdicts it is part of every checkpoint.

use super::clock;
use crate::base::NodeId;
use crate::protocol::lock::command::Revision;
use crate::protocol::lock::message::{Accepted, Token};
use crate::protocol::lock::resource::{Resource, Ruling};
use crate::protocol::lock::role::{Holder, Role};
use crate::protocol::lock::session::{Deed, Phase};
use crate::sim::trace::Event;
use crate::sim::{Deployment, World};
use std::collections::VecDeque;

/// So many of each are remembered.
const MOST: usize = 96;

/// A time in which a client took itself for the holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belief {
    /// Whose.
    pub client: NodeId,
    /// Of which lock.
    pub key: u32,
    /// With which token.
    pub token: Token,
    /// With which fence.
    pub fence: u64,
    /// With others that share it.
    pub shared: bool,
    /// Since when, microseconds of true time.
    pub from_us: u64,
    /// Until when; of one that is open, as its clock runs now.
    pub until_us: u64,
    /// It has not ended otherwise.
    pub open: bool,
}

/// A write that came to the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// The how-many-eth it was that came since the resource started.
    nth: u64,
    /// When it came, microseconds of true time.
    pub came_us: u64,
    /// When the resource accepted or rejected it, microseconds of true time; `None` while the lock service is being asked.
    pub ruled_us: Option<u64>,
    /// What.
    pub write: Accepted,
    /// The generation of the sequencer that was shown with it.
    pub shown: Option<Revision>,
    /// It was accepted.
    pub accepted: bool,
}

/// The newest beliefs and writes.
#[derive(Clone, Debug, Default)]
pub struct Leases {
    beliefs: VecDeque<Belief>,
    writes: VecDeque<Write>,
}

impl Leases {
    /// Beliefs, oldest first.
    pub fn beliefs(&self) -> impl Iterator<Item = &Belief> {
        self.beliefs.iter()
    }

    /// Writes, oldest first.
    pub fn writes(&self) -> impl Iterator<Item = &Write> {
        self.writes.iter()
    }

    /// Something happened at a client; `up`: whether it is, if only standing still.
    pub(super) fn client<D: Deployment<Node = Role>>(
        &mut self,
        event: &Event,
        node: NodeId,
        client: Holder<'_>,
        up: bool,
        world: &World<D>,
    ) {
        let now = clock(world, node);
        let true_until = |local_us: u64| {
            let left_us = local_us.saturating_sub(now.monotonic_us);
            let delay = world.kernel().node(node).map_or(left_us, |state| state.clock.true_delay(left_us));
            event.at_us.saturating_add(delay)
        };
        let mut again = Vec::new();
        for belief in self.beliefs.iter_mut().filter(|belief| belief.open && belief.client == node) {
            let session = client.sessions.iter().find(|s| s.token == belief.token && s.phase == Phase::Held);
            match session.filter(|_| up) {
                // It was over, and is believed in once more.
                Some(session) if session.believes(now.monotonic_us) && belief.until_us < event.at_us => {
                    belief.open = false;
                    let until_us = true_until(session.valid_until_us);
                    again.push(Belief { from_us: event.at_us, until_us, open: true, ..*belief });
                }
                Some(session) if session.believes(now.monotonic_us) => belief.until_us = true_until(session.valid_until_us),
                Some(_) => belief.until_us = belief.until_us.min(event.at_us),
                None => {
                    belief.until_us = belief.until_us.min(event.at_us);
                    belief.open = false;
                }
            }
        }
        self.beliefs.extend(again);
        let granted = client.deeds.iter().filter_map(|deed| match deed {
            Deed::Granted { key, token, fence, valid_until_us, .. } => Some(Belief {
                client: node,
                key: *key,
                token: *token,
                fence: *fence,
                shared: client.sessions.iter().any(|session| session.token == *token && session.is_shared()),
                from_us: event.at_us,
                until_us: true_until(*valid_until_us),
                open: true,
            }),
            _ => None,
        });
        if up {
            self.beliefs.extend(granted);
        }
        while self.beliefs.len() > MOST {
            self.beliefs.pop_front();
        }
    }

    /// The resource did something.
    pub(super) fn resource(&mut self, event: &Event, resource: &Resource) {
        for deed in resource.deeds() {
            let came = self.writes.iter().position(|write| write.ruled_us.is_none() && write.nth == deed.nth);
            let came_us = came.and_then(|at| self.writes.remove(at)).map_or(event.at_us, |write| write.came_us);
            let shown = deed.shown.map(|shown| shown.generation);
            let (nth, write, accepted) = (deed.nth, deed.write, deed.ruling == Ruling::Accepted);
            self.writes.push_back(Write { nth, came_us, ruled_us: Some(event.at_us), write, shown, accepted });
        }
        // What it asked about before a crash it has forgotten.
        self.writes.retain(|write| write.ruled_us.is_some() || resource.checks().iter().any(|check| check.nth == write.nth));
        for check in resource.checks() {
            if !self.writes.iter().any(|write| write.ruled_us.is_none() && write.nth == check.nth) {
                let (shown, write) = (Some(check.shown.generation), check.write);
                self.writes.push_back(Write {
                    nth: check.nth,
                    came_us: event.at_us,
                    ruled_us: None,
                    write,
                    shown,
                    accepted: false,
                });
            }
        }
        while self.writes.len() > MOST {
            self.writes.pop_front();
        }
    }
}
