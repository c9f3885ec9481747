//! What the view of leases shows of Redlock: beliefs of clients, keys of nodes, writes at the resource, all by true time.

use super::inspect::{Lease, LeaseKind, LeaseRow, LeaseWrite, LeasesView};
use super::lock::Locks;
use crate::base::NodeId;
use crate::check::lock::LockChecks;
use crate::check::lock::leases::Leases;
use crate::protocol::lock::command::Mode;
use crate::protocol::lock::consensus::replica::Replica;
use crate::protocol::lock::node::LockNode;
use crate::protocol::lock::resource::Resource;
use crate::protocol::lock::role::Role;
use crate::sim::World;
use crate::sim::kernel::Process;

/// Who believes what, who keeps what, what came.
pub(super) fn leases(world: &World<Locks>, checks: &LockChecks) -> LeasesView {
    let cluster = world.plan().cluster;
    let clients = cluster.servers..cluster.nodes() as u16;
    let rows = clients.chain(0..cluster.servers).map(|node| row(world, checks.leases(), NodeId(node)));
    let write = |write: &crate::check::lock::leases::Write| LeaseWrite {
        came_us: write.came_us,
        ruled_us: write.ruled_us,
        client: write.write.token.client,
        fence: write.shown.unwrap_or(write.write.fence),
        value: write.write.value,
        accepted: write.accepted,
    };
    LeasesView {
        ttl_us: world.deployment().config().ttl_us,
        permits: world.deployment().config().consensus.permits as usize,
        sequencers: world.deployment().config().consensus.sequencers,
        rows: rows.collect(),
        writes: checks.leases().writes().map(write).collect(),
    }
}

fn row(world: &World<Locks>, known: &Leases, node: NodeId) -> LeaseRow {
    match world.core(node) {
        Role::Client(_) | Role::Contender(_) => believes(known, node),
        Role::Replica(replica) => measures(world, replica, node),
        Role::Node(lock) => keeps(world, lock, node),
        Role::Resource(resource) => takes(resource, node),
    }
}

fn believes(known: &Leases, node: NodeId) -> LeaseRow {
    let own = known.beliefs().filter(|belief| belief.client == node);
    let lease = own.map(|belief| Lease {
        holder: node,
        key: belief.key,
        fence: belief.fence,
        token: None,
        shared: belief.shared,
        from_us: belief.from_us,
        until_us: belief.until_us,
    });
    LeaseRow { node, kind: LeaseKind::Client, leases: lease.collect(), fence: None }
}

/// A process that is down keeps and measures nothing, whatever its disk holds.
fn is_up(world: &World<Locks>, node: NodeId) -> bool {
    matches!(world.process(node), Process::Running | Process::Paused)
}

fn keeps(world: &World<Locks>, lock: &LockNode, node: NodeId) -> LeaseRow {
    if !is_up(world, node) {
        return LeaseRow { node, kind: LeaseKind::Node, leases: Vec::new(), fence: None };
    }
    let now_us = world.kernel().now_us();
    let clock = world.kernel().node(node).map(|state| state.clock).unwrap_or_default();
    let now = clock.read(now_us);
    let lease = |(key, entry): (u32, &crate::protocol::lock::message::Entry)| {
        let (age_us, left_us) = (now.monotonic_us.saturating_sub(entry.since.monotonic_us), lock.left_us(entry, now));
        // A key that is over is drawn no further than its time to live.
        let from_us = now_us.saturating_sub(clock.true_delay(age_us));
        let until_us = match left_us {
            0 => now_us.min(from_us.saturating_add(clock.true_delay(entry.ttl_us))),
            left_us => now_us.saturating_add(clock.true_delay(left_us)),
        };
        let token = Some((u64::from(entry.token.op) + 1, entry.token.attempt));
        Lease { holder: entry.token.client, key, fence: 0, token, shared: false, from_us, until_us }
    };
    LeaseRow { node, kind: LeaseKind::Node, leases: lock.keys().map(lease).collect(), fence: Some(lock.greatest_fence()) }
}

/// The holders' leases, as the leader measures them; followers measure none.
fn measures(world: &World<Locks>, replica: &Replica, node: NodeId) -> LeaseRow {
    if !is_up(world, node) {
        return LeaseRow { node, kind: LeaseKind::Node, leases: Vec::new(), fence: None };
    }
    let now_us = world.kernel().now_us();
    let clock = world.kernel().node(node).map(|state| state.clock).unwrap_or_default();
    let now = clock.read(now_us);
    let table = replica.table();
    let holders = table.into_iter().flat_map(|table| {
        table.names().flat_map(|name| table.queue(name).iter().take(table.holders(name)).map(move |waiter| (name, *waiter)))
    });
    let lease = holders.filter_map(|(key, waiter)| {
        let (since_us, left_us) = (replica.lessor().since_us(waiter.lease)?, replica.left_us(waiter.lease, now)?);
        let from_us = now_us.saturating_sub(clock.true_delay(now.monotonic_us.saturating_sub(since_us)));
        let until_us = now_us.saturating_add(clock.true_delay(left_us));
        Some(Lease {
            holder: waiter.lease.client,
            key,
            fence: waiter.created,
            token: None,
            shared: waiter.mode == Mode::Shared,
            from_us,
            until_us,
        })
    });
    let newest = table.into_iter().flat_map(|table| table.names().filter_map(|name| Some(table.queue(name).last()?.created)));
    LeaseRow { node, kind: LeaseKind::Node, leases: lease.collect(), fence: Some(newest.max().unwrap_or(0)) }
}

fn takes(resource: &Resource, node: NodeId) -> LeaseRow {
    let fence = resource.last().map(|write| resource.fence(write.key)).max();
    LeaseRow { node, kind: LeaseKind::Resource, leases: Vec::new(), fence: Some(fence.unwrap_or(0)) }
}
