//! What the views of requests show of a run.

use super::requests::{CallView, ClientView, EffectView, JobView, LoadSecond, RequestsView, ServerView, SetAsideView};
use super::rpc::Calls;
use crate::base::NodeId;
use crate::check::rpc::RpcChecks;
use crate::protocol::rpc::breaker;
use crate::protocol::rpc::call::{Phase, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::queue::Job;
use crate::protocol::rpc::role::Role;
use crate::protocol::rpc::server::Server;
use crate::sim::World;

/// More of anything is not shown.
const MOST: usize = 64;

/// Calls, the server, effects.
pub(super) fn requests(world: &World<Calls>, checks: &RpcChecks) -> RequestsView {
    let mut view = RequestsView::default();
    for node in (0..world.seats().len() as u16).map(NodeId) {
        let now_us = world.local_time(node).monotonic_us;
        match world.core(node) {
            Role::Client(client) => view.clients.push(client_view(node, client, now_us)),
            Role::Relay(relay) => view.clients.push(client_view(node, relay.client(), now_us)),
            Role::Server(server) => view.server = Some(server_view(node, server, now_us)),
        }
    }
    // Whoever called first comes first, then tier by tier.
    let cluster = world.plan().cluster;
    view.clients.sort_by_key(|client| !cluster.is_client(client.node));
    let effect = |(id, known): (crate::protocol::rpc::message::CallId, &crate::check::rpc::effects::Known)| EffectView {
        client: id.client,
        n: u64::from(id.seq) + 1,
        times: known.times,
        told: match known.told {
            None => "pending",
            Some(Told::Ok(_)) => "ok",
            Some(Told::Fail) => "fail",
            Some(Told::Unknown) => "unknown",
        },
    };
    view.effects = checks.effects().newest().take(MOST).map(effect).collect();
    view
}

/// Demand, load and goodput by the second.
pub(super) fn load(checks: &RpcChecks) -> Vec<LoadSecond> {
    let second = |(n, second): (u64, &crate::check::rpc::goodput::Second)| LoadSecond {
        n,
        demand: second.demand,
        offered: second.offered,
        goodput: second.goodput,
        trouble: second.trouble,
        latency_us: second.latency_us,
        spread: second.spread,
    };
    checks.goodput().seconds().map(second).collect()
}

fn client_view(node: NodeId, client: &Client, now_us: u64) -> ClientView {
    let calls = client.calls().take(MOST).map(|(seq, call)| {
        let (backs_off, until_us) = match call.phase {
            Phase::Waits(until_us) => (false, until_us),
            Phase::Backoff(until_us) => (true, until_us),
            Phase::Held => (true, now_us),
            Phase::Joined(_) => (false, client.ends_us(call)),
        };
        CallView {
            n: u64::from(seq) + 1,
            attempt: call.made,
            backs_off,
            joined: if let Phase::Joined(leader) = call.phase { Some(u64::from(leader) + 1) } else { None },
            waits_us: until_us.saturating_sub(now_us),
            left_us: client.ends_us(call).saturating_sub(now_us),
        }
    });
    let tokens = (client.config().budget.capacity > 0).then(|| client.bucket().tokens() / 1_000);
    let breaker = match client.breaker().state() {
        breaker::State::Closed => None,
        breaker::State::Open(_) => Some("requests.breaker.open"),
        breaker::State::HalfOpen { .. } => Some("requests.breaker.half-open"),
    };
    ClientView { node, calls: calls.collect(), open: client.calls().len(), tokens, breaker }
}

fn server_view(node: NodeId, server: &Server, now_us: u64) -> ServerView {
    let job = |job: &Job| JobView {
        client: job.from,
        n: u64::from(job.attempt.id.seq) + 1,
        attempt: job.attempt.attempt,
        age_us: now_us.saturating_sub(job.arrived_us),
        left_us: job.until_us.saturating_sub(now_us),
    };
    let queue = server.queue();
    let set_aside = server.dead_letters().iter().take(MOST).map(|letter| SetAsideView {
        client: letter.attempt.id.client,
        n: u64::from(letter.attempt.id.seq) + 1,
        deliveries: letter.deliveries,
    });
    ServerView {
        set_aside: (set_aside.collect(), server.dead_letters().len()),
        node,
        working: server.working().map(job),
        queue: queue.iter().take(MOST).map(job).collect(),
        waiting: (queue.len(), queue.iter().filter(|job| job.until_us <= now_us).count()),
        capacity: server.config().capacity as usize,
        known: (server.dedup().len() - server.dedup().done(), server.dedup().done()),
    }
}
