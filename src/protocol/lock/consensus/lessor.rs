//! How a leader measures leases and delays: from the moment at which it applied the last sign of life, or began to lead, by its own
//! clock. Followers measure nothing.

use crate::base::{Encode, Encoder, LocalTime};
use crate::protocol::lock::command::{Lease, Revision};
use crate::protocol::lock::config::Config;
use crate::protocol::lock::message::{Entry, Token};
use crate::protocol::lock::table::{Life, Table};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
struct Measured {
    since: LocalTime,
    /// That it is over was proposed.
    proposed: bool,
}

/// The leases and delays that are measured.
#[derive(Clone, Debug, Default)]
pub struct Lessor {
    leases: BTreeMap<Lease, Measured>,
    /// By lock: since which revision it is delayed.
    delays: BTreeMap<u32, (Revision, Measured)>,
}

impl Lessor {
    /// Every lease and delay of the table has its whole time from now on.
    pub(super) fn restart(&mut self, table: &Table, now: LocalTime) {
        let whole = Measured { since: now, proposed: false };
        self.leases = table.leases().map(|(lease, _)| (lease, whole)).collect();
        self.delays = table.names().filter_map(|name| Some((name, (table.delayed(name)?, whole)))).collect();
    }

    pub(super) fn clear(&mut self) {
        *self = Lessor::default();
    }

    /// There was a sign of life.
    pub(super) fn renew(&mut self, lease: Lease, config: &Config, now: LocalTime) {
        let before = self.leases.get(&lease).map(|measured| measured.since);
        self.leases.insert(lease, Measured { since: config.rules.lease_since(before, now), proposed: false });
    }

    /// Leases that are over are not measured any more; delays that have begun are.
    pub(super) fn follow(&mut self, table: &Table, now: LocalTime) {
        self.leases.retain(|lease, _| table.life(*lease).is_some());
        self.delays.retain(|name, (since, _)| table.delayed(*name) == Some(*since));
        for (name, since) in table.names().filter_map(|name| Some((name, table.delayed(name)?))) {
            self.delays.entry(name).or_insert((since, Measured { since: now, proposed: false }));
        }
    }

    /// How long a lease has left by this server's measure, microseconds; `None` if it is not measured.
    pub fn left_us(&self, lease: Lease, life: Life, config: &Config, now: LocalTime) -> Option<u64> {
        let measured = self.leases.get(&lease)?;
        let token = Token { client: lease.client, op: lease.op, attempt: 0 };
        let entry = Entry { token, since: measured.since, ttl_us: config.ttl_us, until_wall_us: life.until_wall_us };
        Some(config.rules.left_us(&entry, now))
    }

    /// Since when by its monotonic clock a lease has been measured, microseconds.
    pub fn since_us(&self, lease: Lease) -> Option<u64> {
        self.leases.get(&lease).map(|measured| measured.since.monotonic_us)
    }

    /// Leases whose time is over and of which that was not proposed yet, each with its last sign of life.
    pub(super) fn take_expired(&mut self, table: &Table, config: &Config, now: LocalTime) -> Vec<(Lease, Revision)> {
        let over = |(lease, life): (Lease, Life)| {
            let open = self.leases.get(&lease).is_some_and(|measured| !measured.proposed);
            (open && self.left_us(lease, life, config, now) == Some(0)).then_some((lease, life.renewed))
        };
        let expired: Vec<_> = table.leases().filter_map(over).collect();
        for (lease, _) in &expired {
            self.leases.entry(*lease).and_modify(|measured| measured.proposed = true);
        }
        expired
    }

    /// Delays that are over and of which that was not proposed yet.
    pub(super) fn take_undelayed(&mut self, lock_delay_us: u64, now_us: u64) -> Vec<(u32, Revision)> {
        let over = |measured: &Measured| !measured.proposed && now_us >= end_us(measured, lock_delay_us);
        let due = self.delays.iter_mut().filter(|(_, (_, measured))| over(measured));
        due.map(|(name, (since, measured))| {
            measured.proposed = true;
            (*name, *since)
        })
        .collect()
    }

    /// How long it is until something is over, microseconds.
    pub(super) fn next_us(&self, table: &Table, config: &Config, lock_delay_us: u64, now: LocalTime) -> Option<u64> {
        let open = |lease: &Lease| self.leases.get(lease).is_some_and(|measured| !measured.proposed);
        let leases = table.leases().filter(|(lease, _)| open(lease));
        let leases = leases.filter_map(|(lease, life)| self.left_us(lease, life, config, now));
        let delays = self.delays.values().filter(|(_, measured)| !measured.proposed);
        let delays = delays.map(|(_, measured)| end_us(measured, lock_delay_us).saturating_sub(now.monotonic_us));
        leases.chain(delays).min()
    }
}

fn end_us(measured: &Measured, lock_delay_us: u64) -> u64 {
    measured.since.monotonic_us.saturating_add(lock_delay_us)
}

impl Encode for Lessor {
    fn encode(&self, to: &mut Encoder) {
        let measured = |measured: &Measured, to: &mut Encoder| {
            to.u64(measured.since.monotonic_us);
            to.i64(measured.since.wall_us);
            to.bool(measured.proposed);
        };
        to.len(self.leases.len());
        for (lease, measure) in &self.leases {
            to.put(lease);
            measured(measure, to);
        }
        to.len(self.delays.len());
        for (name, (since, measure)) in &self.delays {
            to.u32(*name);
            to.u64(*since);
            measured(measure, to);
        }
    }
}
