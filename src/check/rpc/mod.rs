//! The properties of requests and replies, checked live.
//!
//! Each keeps its first witness for ever; if events go by unchecked, what has not fallen is unknown from then on. They rest on
//! what clients and the server did in their last step.
//!
//! - how often a call had an effect, against what its caller was told, in [`effects`];
//! - attempts, deadlines and replies in [`calls`], delays and budgets in [`retries`], what breakers keep back in [`breakers`], what a
//!   limit on the rate holds back in [`rates`];
//! - what a client reads of its own charges in [`reads`];
//! - work that nobody waits for, and that fails again and again, in [`work`];
//! - how many attempts come to the last tier for one call in [`tiers`];
//! - demand, load and goodput by the second, and whether goodput recovers, in [`goodput`]; how long calls took, in [`latency`].

mod breakers;
mod calls;
pub mod effects;
pub mod goodput;
pub mod latency;
pub mod notes;
mod rates;
mod reads;
mod retries;
mod tiers;
mod work;

use super::fall::properties;
use super::{Checker, Status, Verdict};
use crate::base::{Encoder, EventId, LocalTime, NodeId, Note};
use crate::protocol::rpc::config::Config;
use crate::protocol::rpc::message::{CallId, Message};
use crate::protocol::rpc::role::Role;
use crate::sim::kernel::Process;
use crate::sim::trace::{Event, EventKind};
use crate::sim::{Deployment, World};
use std::sync::Arc;

properties! {
    EffectOnce, "effect-once", EFFECT_ONCE_HOLDS, EFFECT_ONCE_UNKNOWN;
    OkMeansDone, "ok-means-done", OK_MEANS_DONE_HOLDS, OK_MEANS_DONE_UNKNOWN;
    FailMeansNone, "fail-means-none", FAIL_MEANS_NONE_HOLDS, FAIL_MEANS_NONE_UNKNOWN;
    WithinDeadline, "within-deadline", WITHIN_DEADLINE_HOLDS, WITHIN_DEADLINE_UNKNOWN;
    BoundedAttempts, "bounded-attempts", BOUNDED_ATTEMPTS_HOLDS, BOUNDED_ATTEMPTS_UNKNOWN;
    RetryBudget, "retry-budget", RETRY_BUDGET_HOLDS, RETRY_BUDGET_UNKNOWN;
    NoLateWork, "no-late-work", NO_LATE_WORK_HOLDS, NO_LATE_WORK_UNKNOWN;
    Recovers, "recovers", RECOVERS_HOLDS, RECOVERS_UNKNOWN;
    RightReply, "right-reply", RIGHT_REPLY_HOLDS, RIGHT_REPLY_UNKNOWN;
    RepliesCount, "replies-count", REPLIES_COUNT_HOLDS, REPLIES_COUNT_UNKNOWN;
    BackoffBounds, "backoff-bounds", BACKOFF_BOUNDS_HOLDS, BACKOFF_BOUNDS_UNKNOWN;
    FinalRefusals, "final-refusals", FINAL_REFUSALS_HOLDS, FINAL_REFUSALS_UNKNOWN;
    CleanEnd, "clean-end", CLEAN_END_HOLDS, CLEAN_END_UNKNOWN;
    BoundedWork, "bounded-work", BOUNDED_WORK_HOLDS, BOUNDED_WORK_UNKNOWN;
    BoundedDeliveries, "bounded-deliveries", BOUNDED_DELIVERIES_HOLDS, BOUNDED_DELIVERIES_UNKNOWN;
    BreakerHolds, "breaker-holds", BREAKER_HOLDS_HOLDS, BREAKER_HOLDS_UNKNOWN;
    BreakerTriesAgain, "breaker-tries-again", BREAKER_TRIES_AGAIN_HOLDS, BREAKER_TRIES_AGAIN_UNKNOWN;
    ReadsOwnWrites, "reads-own-writes", READS_OWN_WRITES_HOLDS, READS_OWN_WRITES_UNKNOWN;
    WithinRate, "within-rate", WITHIN_RATE_HOLDS, WITHIN_RATE_UNKNOWN;
}

/// All checkers of requests and replies.
#[derive(Clone, Debug)]
pub struct RpcChecks {
    config: Arc<Config>,
    /// How many events it was told of. Fewer than were executed: some went by unchecked, and what it remembers is stale.
    told: u64,
    falls: Falls,
    effects: effects::Effects,
    calls: calls::Calls,
    retries: retries::Retries,
    breakers: breakers::Breakers,
    rates: rates::Rates,
    work: work::Work,
    reads: reads::Reads,
    goodput: goodput::Goodput,
    tiers: tiers::Tiers,
}

impl RpcChecks {
    /// Checkers that have seen nothing yet.
    pub fn new(config: Arc<Config>) -> RpcChecks {
        RpcChecks {
            config,
            told: 0,
            falls: Falls::default(),
            effects: effects::Effects::default(),
            calls: calls::Calls::default(),
            retries: retries::Retries::default(),
            breakers: breakers::Breakers::default(),
            rates: rates::Rates::default(),
            work: work::Work::default(),
            reads: reads::Reads::default(),
            goodput: goodput::Goodput::default(),
            tiers: tiers::Tiers::default(),
        }
    }

    /// How often each call had an effect.
    pub fn effects(&self) -> &effects::Effects {
        &self.effects
    }

    /// Demand, load and goodput by the second.
    pub fn goodput(&self) -> &goodput::Goodput {
        &self.goodput
    }
}

impl RpcChecks {
    /// Why nothing can be said of recovery yet: something is still wrong, or too little time has passed since.
    fn recovery_not_due<D: Deployment<Node = Role>>(&self, world: &World<D>) -> Option<Note> {
        let now = clock_at(world, self.config.worker(), world.kernel().now_us());
        if has_trouble(world) || self.config.trigger.is_on_within(now, now.saturating_add(1)) {
            return Some(Note::new(&notes::RECOVERS_NOT_DUE, []));
        }
        let bad_us = self.goodput.bad_us();
        (bad_us > 0).then(|| Note::new(&notes::RECOVERS_NOT_YET, [bad_us, self.config.recovery_us]))
    }
}

/// What a node's clocks show.
fn clock<D: Deployment>(world: &World<D>, node: NodeId) -> LocalTime {
    world.kernel().node(node).map_or(LocalTime::default(), |state| state.clock.read(world.kernel().now_us()))
}

/// What a node's monotonic clock showed at a moment up to now, microseconds, if its rate was then what it is now.
fn clock_at<D: Deployment>(world: &World<D>, node: NodeId, at_us: u64) -> u64 {
    let now_us = world.kernel().now_us();
    let Some(state) = world.kernel().node(node) else { return at_us };
    let ago_us = state.clock.local(now_us.saturating_sub(at_us));
    state.clock.read(now_us).monotonic_us.saturating_sub(ago_us)
}

/// What most notes on a call begin with: when, whose it is, and the how-many-eth of that client.
fn whose(event: &Event, id: CallId) -> [u64; 3] {
    [event.at_us, id.client.0.into(), u64::from(id.seq) + 1]
}

/// Whether an event is a step of its node's core.
fn is_step(kind: EventKind) -> bool {
    use EventKind::{Delivered, Invoked, Persisted, Started, TimerFired, WriteFailed};
    matches!(kind, Started | Delivered | TimerFired | Persisted | WriteFailed | Invoked)
}

impl<D: Deployment<Node = Role>> Checker<D> for RpcChecks {
    #[inline]
    fn step(&mut self, event: &Event, world: &World<D>) {
        self.told += 1;
        if self.told != world.kernel().executed() {
            return;
        }
        let falls = &mut self.falls;
        let server = self.config.worker();
        self.goodput.passes(event, &self.config, (|| has_trouble(world), |at_us| clock_at(world, server, at_us)), falls);
        self.calls.event(event, world, &self.config, falls);
        let Some(node) = event.node().filter(|node| is_step(event.kind) && world.process(*node) == Process::Running) else {
            return;
        };
        if event.kind == EventKind::Started {
            self.retries.starts(node);
            self.breakers.starts(node);
            match world.core(node) {
                Role::Client(_) => {
                    self.reads.starts(node);
                    self.rates.starts(node, clock(world, node).monotonic_us);
                }
                Role::Server(server) => {
                    self.reads.server_starts(server);
                    self.effects.server_starts();
                    self.work.server_starts();
                }
                Role::Relay(_) => {}
            }
        }
        match world.core(node) {
            Role::Client(client) if !client.deeds().is_empty() => {
                self.effects.client(event, node, client, falls);
                let now_us = clock(world, node).monotonic_us;
                self.calls.client(event, client, now_us, |id| has_cancelled(world, event.id, node, id), falls);
                self.breakers.client(event, node, client, now_us, falls);
                self.rates.client(event, node, client, now_us, falls);
                self.reads.client(event, node, client, falls);
                self.retries.client(event, node, client, falls);
                self.goodput.client(client);
                self.tiers.client(client);
            }
            Role::Relay(relay) => {
                let Some(client) = relay.asking() else { return };
                let now_us = clock(world, node).monotonic_us;
                self.calls.client(event, client, now_us, |id| has_cancelled(world, event.id, node, id), falls);
                self.retries.client(event, node, client, falls);
            }
            Role::Server(server) if !server.deeds().is_empty() => {
                self.tiers.server(event, server, falls);
                self.effects.server(event, node, server, falls);
                self.work.server(event, node, server, clock(world, node), falls);
                self.goodput.server(server);
            }
            Role::Client(_) | Role::Server(_) => {}
        }
    }

    fn verdicts(&self, world: &World<D>) -> Vec<Verdict> {
        let unchecked = world.kernel().executed().saturating_sub(self.told);
        let not_due = if unchecked == 0 { self.recovery_not_due(world) } else { None };
        let told = self.falls.verdicts(&TABLE, unchecked).map(|verdict| match not_due {
            Some(note) if verdict.property == TABLE[P::Recovers as usize].id && verdict.status == Status::Holds => {
                Verdict { status: Status::Unknown, note, ..verdict }
            }
            _ => verdict,
        });
        told.collect()
    }

    fn fallen(&self) -> u32 {
        self.falls.count()
    }

    fn encode_state(&self, world: &World<D>, to: &mut Encoder) {
        let unchecked = world.kernel().executed() != self.told;
        to.bool(unchecked);
        self.falls.encode(to);
        if !unchecked {
            self.effects.encode(to);
            self.calls.encode(to);
            self.retries.encode(to);
            self.breakers.encode(to);
            self.rates.encode(to);
            self.work.encode(to);
            self.reads.encode(to);
            self.goodput.encode(to);
            self.tiers.encode(to);
        }
    }
}

/// Whether a client has told the server in an event that nobody waits for a call. Messages of that event are still under way.
fn has_cancelled<D: Deployment<Node = Role>>(world: &World<D>, event: EventId, from: NodeId, id: CallId) -> bool {
    let kernel = world.kernel();
    let mut flights = kernel.flights().filter(|(_, flight)| flight.cause == event && flight.envelope.from == from);
    flights.any(|(slot, _)| world.payload(slot).is_some_and(|message| *message == Message::Cancel { id }))
}

/// Whether anything is wrong that somebody did: a node that is down, stands still or is slow, a link that does not do what it did
/// at first.
fn has_trouble<D: Deployment>(world: &World<D>) -> bool {
    let kernel = world.kernel();
    let nodes = 0..world.seats().len() as u16;
    let down =
        |node: NodeId| world.process(node) != Process::Running || kernel.node(node).is_some_and(|node| node.slow.is_some());
    nodes.map(NodeId).any(down) || !kernel.links.troubled(kernel.now_us()).is_empty()
}
