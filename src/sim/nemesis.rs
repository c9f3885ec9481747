//! The nemesis: makes a schedule of faults out of a seed, swarm-style.
//!
//! Each run enables a random subset of the faults and gives each a random intensity (Groce et al., "Swarm Testing", ISSTA
//! 2012): runs with *few kinds of faults, but hard* find what a mixture of everything does not. At the end it can heal
//! everything, so that liveness can be demanded too. It stays within a tolerance: what a protocol does not claim to survive
//! is left out, or confined to a few victims.

use super::plan::{Action, ChannelPatch, ChannelRule, ClockAct, Cluster, Cut, DiskAct, Plan, PlannedAction, Selector};
use crate::base::NodeId;
use crate::base::draw::{Purpose, Sequence};
use crate::base::time::{MS, SECOND};
use crate::protocol::Class;

/// When faults strike, and what the protocol claims to survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// No fault before, microseconds.
    pub start_us: u64,
    /// No fault from here on, microseconds; everything is healed at this time.
    pub end_us: u64,
    /// How many servers may lose what their disks held: corruption and misdirected writes hit only so many, the same ones all
    /// through a run. A minority keeps recovery possible.
    pub damaged_disks_max: u16,
    /// Servers may restart with an empty disk. Raft does not claim to survive that.
    pub amnesia: bool,
}

/// A kind of trouble that the swarm switches on or off as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Loss,
    Duplication,
    Reordering,
    Delay,
    Clog,
    SwizzleClog,
    Hold,
    Cut,
    Crash,
    ClientCrash,
    Pause,
    Slow,
    ClockJump,
    ClockRate,
    Fsync,
    UnsyncedLuck,
    TornTail,
    Damage,
    DiskFull,
}

const TROUBLES: [Trouble; 19] = [
    Trouble::Loss,
    Trouble::Duplication,
    Trouble::Reordering,
    Trouble::Delay,
    Trouble::Clog,
    Trouble::SwizzleClog,
    Trouble::Hold,
    Trouble::Cut,
    Trouble::Crash,
    Trouble::ClientCrash,
    Trouble::Pause,
    Trouble::Slow,
    Trouble::ClockJump,
    Trouble::ClockRate,
    Trouble::Fsync,
    Trouble::UnsyncedLuck,
    Trouble::TornTail,
    Trouble::Damage,
    Trouble::DiskFull,
];

/// Chance that a run has a kind of trouble: about a third of them.
const ENABLED_PPM: u32 = 350_000;

/// The faults of a run: a function of the plan's seed, its cluster and the spec.
pub fn generate(plan: &Plan, spec: &Spec) -> Vec<PlannedAction> {
    let mut swarm = Swarm { cluster: plan.cluster, spec, actions: Vec::new(), victims: Vec::new() };
    let mut choice = Sequence::new(plan.seed, Purpose::Nemesis, u64::MAX);
    let mut servers: Vec<NodeId> = swarm.servers();
    choice.shuffle(&mut servers);
    swarm.victims = servers.into_iter().take(spec.damaged_disks_max as usize).collect();
    for (id, trouble) in TROUBLES.into_iter().enumerate() {
        // Each trouble has draws of its own: switching one off leaves the others as they are.
        let mut draws = Sequence::new(plan.seed, Purpose::Nemesis, id as u64);
        if draws.chance(ENABLED_PPM) {
            swarm.schedule(trouble, &mut draws);
        }
    }
    swarm.heal();
    swarm.actions.sort_by_key(|planned| planned.at_us);
    swarm.actions
}

struct Swarm<'a> {
    cluster: Cluster,
    spec: &'a Spec,
    actions: Vec<PlannedAction>,
    victims: Vec<NodeId>,
}

impl Swarm<'_> {
    fn servers(&self) -> Vec<NodeId> {
        (0..self.cluster.servers).map(NodeId).collect()
    }

    fn nodes(&self) -> Vec<NodeId> {
        (0..self.cluster.nodes() as u16).map(NodeId).collect()
    }

    fn at(&mut self, at_us: u64, action: Action) {
        if at_us < self.spec.end_us {
            self.actions.push(PlannedAction { at_us, action });
        }
    }

    /// Strikes again and again, with a mean gap that is the run's intensity.
    fn schedule(&mut self, trouble: Trouble, draws: &mut Sequence) {
        let gap_us = *draws.pick(&[300 * MS, SECOND, 3 * SECOND, 8 * SECOND]).unwrap_or(&SECOND);
        let strength_ppm = draws.range(10_000, 400_000) as u32;
        let mut at_us = self.spec.start_us + draws.range(0, gap_us);
        while at_us < self.spec.end_us {
            let lasts_us = draws.range(gap_us / 8, gap_us);
            self.strike(trouble, at_us, lasts_us, strength_ppm, draws);
            at_us += draws.range(gap_us / 2, gap_us * 3 / 2).max(MS);
        }
    }

    fn strike(&mut self, trouble: Trouble, at_us: u64, lasts_us: u64, ppm: u32, draws: &mut Sequence) {
        let until_us = at_us.saturating_add(lasts_us);
        let (servers, nodes) = (self.servers(), self.nodes());
        let Some(&server) = draws.pick(&servers) else { return };
        let Some(&node) = draws.pick(&nodes) else { return };
        let clients: Vec<NodeId> = nodes[servers.len()..].to_vec();
        match trouble {
            Trouble::Loss => {
                let class = *draws.pick(&[None, Some(Class::Request), Some(Class::Reply), Some(Class::OneWay)]).unwrap_or(&None);
                self.channel(at_us, until_us, self.some(node, draws), class, ChannelPatch { loss_ppm: Some(ppm), ..none() });
            }
            Trouble::Duplication => {
                let set = ChannelPatch { duplicate_ppm: Some(ppm), ..none() };
                self.channel(at_us, until_us, self.some(node, draws), None, set);
            }
            Trouble::Reordering => {
                let by = draws.range(5 * MS, 300 * MS);
                let set = ChannelPatch { reorder_ppm: Some(ppm), reorder_us_max: Some(by), ..none() };
                self.channel(at_us, until_us, self.some(node, draws), None, set);
            }
            Trouble::Delay => {
                let min = draws.range(0, 80 * MS);
                let set = ChannelPatch { delay_us: Some((min, min + draws.range(0, 120 * MS))), ..none() };
                self.channel(at_us, until_us, self.some(node, draws), None, set);
            }
            Trouble::Clog => {
                let links = around(node, &nodes);
                self.at(at_us, Action::Clog { links, for_us: lasts_us });
            }
            Trouble::SwizzleClog => {
                let mut some = nodes.clone();
                draws.shuffle(&mut some);
                some.truncate(draws.range(2, some.len().max(2) as u64) as usize);
                let mut free_order: Vec<u16> = (0..some.len() as u16).collect();
                draws.shuffle(&mut free_order);
                self.at(at_us, Action::SwizzleClog { nodes: some, step_us: draws.range(10 * MS, 300 * MS), free_order });
            }
            Trouble::Hold => {
                let links = around(node, &nodes);
                self.at(at_us, Action::Hold(links.clone()));
                self.at(until_us, Action::Release(links));
            }
            Trouble::Cut => {
                let cut = self.cut(server, draws);
                self.at(at_us, Action::Cut(cut));
                self.at(until_us, Action::Heal(vec![]));
            }
            Trouble::Crash => {
                self.at(at_us, Action::Crash(server));
                let empty = self.spec.amnesia && draws.chance(200_000);
                self.at(until_us, Action::Restart { node: server, empty });
            }
            Trouble::ClientCrash => {
                if let Some(&client) = draws.pick(&clients) {
                    self.at(at_us, Action::Crash(client));
                    self.at(until_us, Action::Restart { node: client, empty: true });
                }
            }
            Trouble::Pause => {
                self.at(at_us, Action::Pause(node));
                self.at(until_us, Action::Resume(node));
            }
            Trouble::Slow => {
                let service_us = draws.range(MS, 40 * MS);
                self.at(at_us, Action::Slow { node: server, service_us, queue: draws.range(0, 8) as u32 });
                self.at(until_us, Action::Slow { node: server, service_us: 0, queue: 0 });
            }
            Trouble::ClockJump => {
                let by = draws.range(0, 4 * SECOND) as i64 - 2 * SECOND as i64;
                self.at(at_us, Action::Clock { node, act: ClockAct::Jump(by) });
            }
            Trouble::ClockRate => {
                let rate = draws.range(0, 400_000) as i64 - 200_000;
                self.at(at_us, Action::Clock { node, act: ClockAct::Rate(rate) });
                self.at(until_us, Action::Clock { node, act: ClockAct::Rate(0) });
            }
            Trouble::Fsync => {
                let min = draws.range(0, 20 * MS);
                let act = DiskAct::Fsync(min, min + draws.range(0, 60 * MS));
                self.at(at_us, Action::Disk { node: server, act });
            }
            Trouble::UnsyncedLuck => {
                let act = DiskAct::LoseUnsynced(draws.range(0, 1_000_000) as u32);
                self.at(at_us, Action::Disk { node: server, act });
                self.crash_for_the_disk(server, at_us, lasts_us);
            }
            Trouble::TornTail => {
                self.at(at_us, Action::Disk { node: server, act: DiskAct::TornTail(draws.range(200_000, 1_000_000) as u32) });
                // A slow disk has something unsynced when the power goes.
                self.at(at_us, Action::Disk { node: server, act: DiskAct::Fsync(5 * MS, 30 * MS) });
                self.crash_for_the_disk(server, at_us, lasts_us);
            }
            Trouble::Damage => {
                let victims = self.victims.clone();
                if let Some(&victim) = draws.pick(&victims) {
                    let from_newest = draws.range(0, 5) as u32;
                    let act = if draws.chance(500_000) { DiskAct::Corrupt(from_newest) } else { DiskAct::Misdirect(from_newest) };
                    self.at(at_us, Action::Disk { node: victim, act });
                    if draws.chance(300_000) {
                        self.crash_for_the_disk(victim, at_us, lasts_us);
                    }
                }
            }
            Trouble::DiskFull => {
                self.at(at_us, Action::Disk { node: server, act: DiskAct::Full(true) });
                self.at(until_us, Action::Disk { node: server, act: DiskAct::Full(false) });
                self.at(until_us, Action::Restart { node: server, empty: false });
            }
        }
    }

    fn crash_for_the_disk(&mut self, node: NodeId, at_us: u64, lasts_us: u64) {
        self.at(at_us + lasts_us / 2, Action::Crash(node));
        self.at(at_us + lasts_us, Action::Restart { node, empty: false });
    }

    /// All messages, those from a node, or those to it.
    fn some(&self, node: NodeId, draws: &mut Sequence) -> Selector {
        match draws.range(0, 2) {
            0 => Selector::default(),
            1 => Selector { from: vec![node], ..Selector::default() },
            _ => Selector { to: vec![node], ..Selector::default() },
        }
    }

    fn channel(&mut self, at_us: u64, until_us: u64, select: Selector, class: Option<Class>, set: ChannelPatch) {
        self.at(at_us, Action::Channel(ChannelRule { select: Selector { class, ..select }, set }));
        self.at(until_us, Action::ResetChannels);
    }

    fn cut(&self, server: NodeId, draws: &mut Sequence) -> Cut {
        let mut order = self.nodes();
        draws.shuffle(&mut order);
        let split = draws.range(1, order.len().saturating_sub(1).max(1) as u64) as usize;
        let (left, right) = order.split_at(split.min(order.len()));
        match draws.range(0, 6) {
            0 => Cut::Islands(vec![left.to_vec(), right.to_vec()]),
            1 => {
                let third = order.len().div_ceil(3);
                Cut::Islands(order.chunks(third.max(1)).map(<[NodeId]>::to_vec).collect())
            }
            2 => match order.split_first() {
                Some((bridge, rest)) => {
                    let (left, right) = rest.split_at(rest.len() / 2);
                    Cut::Bridge { bridge: *bridge, left: left.to_vec(), right: right.to_vec() }
                }
                None => Cut::Isolate(server),
            },
            3 => Cut::Ring(order),
            4 => Cut::OneWay { from: left.to_vec(), to: right.to_vec() },
            5 => Cut::Links(left.iter().zip(right).map(|(a, b)| (*a, *b)).collect()),
            _ => Cut::Isolate(server),
        }
    }

    /// Everything is well again, as far as it can be.
    fn heal(&mut self) {
        let at_us = self.spec.end_us;
        let mut well = |action| self.actions.push(PlannedAction { at_us, action });
        well(Action::Heal(vec![]));
        well(Action::ResetChannels);
        for node in (0..self.cluster.nodes() as u16).map(NodeId) {
            well(Action::Resume(node));
            well(Action::Slow { node, service_us: 0, queue: 0 });
            well(Action::Clock { node, act: ClockAct::Rate(0) });
            well(Action::Disk { node, act: DiskAct::Full(false) });
            well(Action::Disk { node, act: DiskAct::Fsync(500, 1_000) });
            well(Action::Restart { node, empty: self.cluster.is_client(node) });
        }
        // A write that was on its way to a full disk may still fail, and take its node down.
        let again_us = at_us + SECOND;
        let restart = |node| Action::Restart { node, empty: false };
        self.actions.extend(self.servers().into_iter().map(|node| PlannedAction { at_us: again_us, action: restart(node) }));
    }
}

fn none() -> ChannelPatch {
    ChannelPatch::default()
}

fn around(node: NodeId, nodes: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    let others = nodes.iter().copied().filter(|other| *other != node);
    others.flat_map(|other| [(node, other), (other, node)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> Spec {
        Spec { start_us: SECOND, end_us: 30 * SECOND, damaged_disks_max: 1, amnesia: false }
    }

    fn faults(seed: u64) -> Vec<PlannedAction> {
        let mut plan = Plan::new("raft", 3, seed);
        plan.cluster.clients = 2;
        generate(&plan, &spec())
    }

    #[test]
    fn a_seed_gives_one_schedule_in_order_of_time() {
        assert_eq!(faults(4), faults(4));
        assert_ne!(faults(4), faults(5));
        assert!(faults(4).is_sorted_by_key(|planned| planned.at_us));
    }

    #[test]
    fn servers_keep_their_memory_unless_amnesia_is_allowed() {
        let empty = |planned: &PlannedAction| matches!(planned.action, Action::Restart { node, empty: true } if node.0 < 3);
        assert!(!(0..200).flat_map(faults).any(|planned| empty(&planned)));
    }

    #[test]
    fn damage_is_confined_to_the_victims() {
        for seed in 0..200 {
            let damaged: std::collections::BTreeSet<NodeId> = faults(seed)
                .into_iter()
                .filter_map(|planned| match planned.action {
                    Action::Disk { node, act: DiskAct::Corrupt(_) | DiskAct::Misdirect(_) } => Some(node),
                    _ => None,
                })
                .collect();
            assert!(damaged.len() <= 1, "seed {seed}: {damaged:?}");
        }
    }
}
