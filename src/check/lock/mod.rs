//! The properties of locks, checked live. Exclusion is two of them: *by belief*, which rests on clocks, and *by effect*, which a
//! fence gives without any clock.
//!
//! Each keeps its first witness for ever; if events go by unchecked, what has not fallen is unknown from then on. They rest on
//! what clients, nodes and the resource did in their last step, and on the clocks of the world, which no node sees.
//!
//! - exclusion in [`belief`] and [`effect`], and what both rest on in [`cover`];
//! - what makes a grant in [`grant`], tokens and fences in [`tokens`], releases in [`release`];
//! - what keeps locks obtainable in [`liveness`];
//! - in the consensus variant the queue in [`queue`], what sequencers promise in [`shown`], and what Raft promises beneath it.

mod belief;
mod cover;
mod effect;
mod grant;
pub mod leases;
mod liveness;
pub mod notes;
mod queue;
mod release;
mod shown;
mod tokens;

use super::fall::properties;
use super::raft::{RaftChecks, RunsRaft};
use super::{Checker, Verdict};
use crate::base::{Encoder, EventId, LocalTime, NodeId};
use crate::protocol::lock::config::{Config, Variant};
use crate::protocol::lock::message::{Entry, Message};
use crate::protocol::lock::node::LockNode;
use crate::protocol::lock::role::{Holder, Role};
use crate::protocol::lock::session::{Phase, Session};
use crate::protocol::raft::Server;
use crate::sim::kernel::Process;
use crate::sim::plan::Cluster;
use crate::sim::trace::{Event, EventKind};
use crate::sim::{Deployment, World};
use std::sync::Arc;

properties! {
    Belief, "exclusion-by-belief", BELIEF_HOLDS, BELIEF_UNKNOWN;
    Effect, "exclusion-by-effect", EFFECT_HOLDS, EFFECT_UNKNOWN;
    Covered, "covered-belief", COVERED_HOLDS, COVERED_UNKNOWN;
    ValidGrant, "valid-grant", VALID_GRANT_HOLDS, VALID_GRANT_UNKNOWN;
    UniqueTokens, "unique-tokens", UNIQUE_TOKENS_HOLDS, UNIQUE_TOKENS_UNKNOWN;
    OwnRelease, "own-release", OWN_RELEASE_HOLDS, OWN_RELEASE_UNKNOWN;
    CleanFailure, "clean-failure", CLEAN_FAILURE_HOLDS, CLEAN_FAILURE_UNKNOWN;
    LeasesEnd, "leases-end", LEASES_END_HOLDS, LEASES_END_UNKNOWN;
    BoundedExtension, "bounded-extension", BOUNDED_EXTENSION_HOLDS, BOUNDED_EXTENSION_UNKNOWN;
    BoundedAttempt, "bounded-attempt", BOUNDED_ATTEMPT_HOLDS, BOUNDED_ATTEMPT_UNKNOWN;
    HolderServed, "holder-served", HOLDER_SERVED_HOLDS, HOLDER_SERVED_UNKNOWN;
    NoLivelock, "no-livelock", NO_LIVELOCK_HOLDS, NO_LIVELOCK_UNKNOWN;
    QueueOrder, "queue-order", QUEUE_ORDER_HOLDS, QUEUE_ORDER_UNKNOWN;
    OneWoken, "one-woken", ONE_WOKEN_HOLDS, ONE_WOKEN_UNKNOWN;
    OneEntry, "one-entry", ONE_ENTRY_HOLDS, ONE_ENTRY_UNKNOWN;
    ValidSequencer, "valid-sequencer", VALID_SEQUENCER_HOLDS, VALID_SEQUENCER_UNKNOWN;
    SameTable, "same-table", SAME_TABLE_HOLDS, SAME_TABLE_UNKNOWN;
}

/// Whether a property says something of locks with these settings.
fn concerns(property: &str, config: &Config) -> bool {
    let variant = config.variant;
    match property {
        "exclusion-by-belief" | "exclusion-by-effect" | "valid-grant" | "unique-tokens" | "own-release" | "holder-served" => true,
        "queue-order" | "one-woken" | "one-entry" | "same-table" => variant == Variant::Raft,
        "valid-sequencer" => config.consensus.sequencers,
        _ => variant == Variant::Redlock,
    }
}

/// All checkers of locks.
#[derive(Clone, Debug)]
pub struct LockChecks {
    config: Arc<Config>,
    /// How many events it was told of. Fewer than were executed: some went by unchecked, and what it remembers is stale.
    told: u64,
    falls: Falls,
    belief: belief::Beliefs,
    effect: effect::Effects,
    votes: grant::Votes,
    tokens: tokens::Tokens,
    liveness: liveness::Liveness,
    leases: leases::Leases,
    queues: queue::Queues,
    shown: shown::Shown,
    /// What is beneath the consensus variant.
    raft: Option<Box<RaftChecks>>,
}

impl LockChecks {
    /// Checkers that have seen nothing yet.
    pub fn new(config: Arc<Config>) -> LockChecks {
        let raft =
            (config.variant == Variant::Raft).then(|| Box::new(RaftChecks::new(Cluster { servers: config.nodes(), clients: 0 })));
        LockChecks {
            raft,
            queues: queue::Queues::default(),
            shown: shown::Shown::default(),
            config,
            told: 0,
            falls: Falls::default(),
            belief: belief::Beliefs::default(),
            effect: effect::Effects::default(),
            votes: grant::Votes::default(),
            tokens: tokens::Tokens::default(),
            liveness: liveness::Liveness::default(),
            leases: leases::Leases::default(),
        }
    }

    /// Which locks were believed in, and which writes came.
    pub fn leases(&self) -> &leases::Leases {
        &self.leases
    }
}

/// What a node's clocks show.
fn clock<D: Deployment>(world: &World<D>, node: NodeId) -> LocalTime {
    world.kernel().node(node).map_or(LocalTime::default(), |state| state.clock.read(world.kernel().now_us()))
}

/// The clients that are up, if only standing still, each with what its clock shows.
fn clients<D: Deployment<Node = Role>>(world: &World<D>) -> impl Iterator<Item = (NodeId, Holder<'_>, LocalTime)> {
    let first = world.plan().cluster.servers;
    let up = |id: NodeId| matches!(world.process(id), Process::Running | Process::Paused);
    let ids = (first..world.seats().len() as u16).map(NodeId).filter(move |id| up(*id));
    ids.filter_map(move |id| Some((id, world.core(id).holder()?, clock(world, id))))
}

/// The lock nodes that run, each with what its clock shows.
fn nodes<D: Deployment<Node = Role>>(world: &World<D>) -> impl Iterator<Item = (NodeId, &LockNode, LocalTime)> {
    let last = world.plan().cluster.servers.saturating_sub(1);
    (0..last).map(NodeId).filter_map(move |id| match world.core(id) {
        Role::Node(node) if world.process(id) == Process::Running => Some((id, node, clock(world, id))),
        _ => None,
    })
}

/// Whether an event is a step of its node's core.
fn is_step(kind: EventKind) -> bool {
    use EventKind::{Delivered, Invoked, Persisted, Started, TimerFired, WriteFailed};
    matches!(kind, Started | Delivered | TimerFired | Persisted | WriteFailed | Invoked)
}

impl RunsRaft for Role {
    fn raft_server(&self) -> Option<&Server> {
        match self {
            Role::Replica(replica) => Some(replica.raft()),
            _ => None,
        }
    }
}

impl<D: Deployment<Node = Role>> Checker<D> for LockChecks {
    #[inline]
    fn step(&mut self, event: &Event, world: &World<D>) {
        self.told += 1;
        if self.told != world.kernel().executed() {
            return;
        }
        if let Some(raft) = &mut self.raft {
            raft.step(event, world);
        }
        if let Some((node, client)) = event.node().and_then(|node| Some((node, world.core(node).holder()?))) {
            let up = matches!(world.process(node), Process::Running | Process::Paused);
            self.leases.client(event, node, client, up, world);
        }
        let falls = &mut self.falls;
        if let Some(node) = event.node().filter(|node| is_step(event.kind) && world.process(*node) == Process::Running) {
            match (world.core(node), world.core(node).holder()) {
                (_, Some(client)) if !client.deeds.is_empty() => {
                    self.queues.client(event, node, client, falls);
                    self.tokens.client(event, node, client, falls);
                    self.votes.client(client, || clients(world));
                    grant::client(event, node, client, &self.votes, clock(world, node), falls);
                    release::client(event, node, client, falls);
                    self.belief.client(event, node, client, || clients(world), falls);
                    self.effect.client(event, client);
                    let leased = |key| is_leased(world, &self.config, key);
                    self.liveness.client(event, node, client, || sent(world, event.id, node), leased, falls);
                }
                (Role::Client(_) | Role::Contender(_), _) => {}
                (Role::Replica(replica), _) => self.queues.replica(event, node, replica, falls),
                (Role::Node(lock), _) => {
                    self.votes.node(node, lock);
                    release::node(event, node, lock, falls);
                    liveness::node(event, node, lock, clock(world, node), falls);
                }
                (Role::Resource(resource), _) => {
                    self.effect.resource(event, node, resource, falls);
                    self.leases.resource(event, resource);
                    self.shown.resource(event, node, resource, &self.queues, falls);
                    liveness::resource(event, node, resource, falls);
                }
            }
        }
        self.liveness.attempts(event, &self.config, || clients(world), falls);
        cover::step(event, &self.config, || clients(world), || nodes(world), falls);
    }

    fn verdicts(&self, world: &World<D>) -> Vec<Verdict> {
        let unchecked = world.kernel().executed().saturating_sub(self.told);
        let own = self.falls.verdicts(&TABLE, unchecked).filter(|verdict| concerns(verdict.property, &self.config));
        own.chain(self.raft.iter().flat_map(|raft| raft.verdicts(world))).collect()
    }

    fn fallen(&self) -> u32 {
        self.falls.count() + self.raft.as_ref().map_or(0, |raft| Checker::<D>::fallen(&**raft))
    }

    fn encode_state(&self, world: &World<D>, to: &mut Encoder) {
        let unchecked = world.kernel().executed() != self.told;
        to.bool(unchecked);
        self.falls.encode(to);
        if !unchecked {
            self.effect.encode(to);
            self.votes.encode(to);
            self.tokens.encode(to);
            self.liveness.encode(to);
            self.queues.encode(to);
            self.shown.encode(to);
        }
        if let Some(raft) = &self.raft {
            raft.encode_state(world, to);
        }
    }
}

/// The messages that a node sent in an event, as far as they are still under way, with their receivers.
fn sent<D: Deployment<Node = Role>>(world: &World<D>, event: EventId, from: NodeId) -> Vec<(NodeId, Message)> {
    let kernel = world.kernel();
    let flights = kernel.flights().filter(|(_, flight)| flight.cause == event && flight.envelope.from == from);
    flights.filter_map(|(slot, flight)| Some((flight.envelope.to, world.payload(slot)?.clone()))).collect()
}

/// Whether a client holds the lock, or a node keeps a key that is older than any attempt.
fn is_leased<D: Deployment<Node = Role>>(world: &World<D>, config: &Config, key: u32) -> bool {
    let held = |session: &Session| session.key == key && session.phase == Phase::Held;
    let old = |entry: &Entry, now: LocalTime| {
        now.monotonic_us.saturating_sub(entry.since.monotonic_us) > config.node_timeout_us.saturating_mul(2)
    };
    clients(world).any(|(_, client, _)| client.sessions.iter().any(held))
        || nodes(world).any(|(_, node, now)| node.entry(key, now).is_some_and(|entry| old(entry, now)))
}
