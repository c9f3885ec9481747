//! Random schedules on a small cluster: any message next, lost or twice; any armed timer; crashes with writes on their way.
//! The paper's properties (figure 3) hold all the time, and the cluster agrees when all is well again.

use super::super::testing::*;
use super::super::*;
use crate::base::draw::{Purpose, Sequence};
use crate::protocol::kv;
use std::collections::BTreeMap;

const SEEDS: u64 = 600;

#[derive(Default)]
struct Seen {
    leaders: BTreeMap<Term, NodeId>,
    /// For each index that was ever committed, the hash of the log up to it.
    committed: BTreeMap<Index, u64>,
    /// What each server's commit index was.
    commits: Vec<Index>,
}

/// Runs one schedule. The name of the first property that falls, or the number of committed entries.
fn run(seed: u64, servers: u16, config: Config) -> Result<u64, &'static str> {
    let mut draw = Sequence::new(seed, Purpose::Nemesis, 0);
    let mut cluster = Cluster::new(servers, config);
    let mut seen = Seen { commits: vec![0; servers as usize], ..Seen::default() };
    for step in 0..600 {
        let id = NodeId(draw.range(0, servers as u64 - 1) as u16);
        match draw.range(0, 99) {
            0..60 => deliver_any(&mut cluster, &mut draw),
            60..64 => drop(take_any(&mut cluster, &mut draw)),
            64..68 => {
                if let Some(sent) = take_any(&mut cluster, &mut draw) {
                    cluster.network.extend([sent.clone(), sent]);
                }
            }
            68 => {
                cluster.fire(id, Timer::Election);
            }
            69..77 => {
                cluster.fire(id, Timer::Heartbeat);
            }
            77 => {
                cluster.fire(id, Timer::CheckQuorum);
            }
            78..87 => {
                let op = kv::Op::Append(X, step);
                cluster.hand(NodeId(50), id, Message::ClientRequest { seq: step as u32, op: op.into() });
            }
            87..91 => cluster.host(id).holds_writes = true,
            91..97 => {
                cluster.host(id).holds_writes = false;
                cluster.persist(id);
            }
            97 => cluster.crash(id),
            _ if !cluster.hosts[id.index()].up => cluster.restart(id),
            _ => {}
        }
        check(&cluster, &mut seen)?;
    }
    converge(&mut cluster, &mut seen)?;
    Ok(seen.committed.len() as u64)
}

fn take_any(cluster: &mut Cluster, draw: &mut Sequence) -> Option<Sent> {
    let last = cluster.network.len().checked_sub(1)?;
    // Mostly the older ones: a message that is far too late is rare.
    let at = draw.range(0, last as u64).min(draw.range(0, last as u64));
    cluster.network.remove(at as usize)
}

fn deliver_any(cluster: &mut Cluster, draw: &mut Sequence) {
    if let Some(Sent { from, to, message }) = take_any(cluster, draw)
        && to.index() < cluster.server_ids().count()
    {
        cluster.hand(from, to, message);
    }
}

fn check(cluster: &Cluster, seen: &mut Seen) -> Result<(), &'static str> {
    if !cluster.violations.is_empty() {
        return Err("violation");
    }
    for id in cluster.server_ids() {
        let server = cluster.server(id);
        if server.is_leader() && cluster.hosts[id.index()].up {
            let new = !seen.leaders.contains_key(&server.term());
            if *seen.leaders.entry(server.term()).or_insert(id) != id {
                return Err("Election Safety");
            }
            let latest = seen.leaders.last_key_value().is_some_and(|(term, _)| *term == server.term());
            if let Some((index, hash)) = seen.committed.last_key_value()
                && new
                && latest
                && server.log().prefix_hash(*index) != Some(*hash)
            {
                return Err("Leader Completeness");
            }
        }
        let known = &mut seen.commits[id.index()];
        for index in *known + 1..=server.commit_index() {
            let hash = server.log().prefix_hash(index).ok_or("commit index within the log")?;
            if *seen.committed.entry(index).or_insert(hash) != hash {
                return Err("State Machine Safety");
            }
        }
        *known = server.commit_index();
    }
    for (a, b) in cluster.server_ids().flat_map(|a| (0..a.0).map(move |b| (a, NodeId(b)))) {
        let (a, b) = (cluster.server(a).log(), cluster.server(b).log());
        let shared = a.last_index().min(b.last_index());
        let same = (1..=shared).rev().find(|index| a.term(*index) == b.term(*index)).unwrap_or(0);
        if a.prefix_hash(same) != b.prefix_hash(same) {
            return Err("Log Matching");
        }
    }
    Ok(())
}

fn converge(cluster: &mut Cluster, seen: &mut Seen) -> Result<(), &'static str> {
    for id in cluster.server_ids() {
        cluster.host(id).holds_writes = false;
        cluster.persist(id);
        if !cluster.hosts[id.index()].up {
            cluster.restart(id);
        }
    }
    for round in 0..60 {
        cluster.settle();
        let newest =
            cluster.server_ids().filter(|id| cluster.server(*id).is_leader()).max_by_key(|id| cluster.server(*id).term());
        match newest {
            Some(_) => {
                for id in cluster.server_ids() {
                    cluster.fire(id, Timer::Heartbeat);
                    cluster.settle();
                }
            }
            None => {
                let count = cluster.server_ids().count() as u16;
                cluster.fire(NodeId(round % count), Timer::Election);
            }
        }
        check(cluster, seen)?;
    }
    let first = cluster.server(S0);
    let agree = |server: &Server| server.log() == first.log() && server.commit_index() == first.log().last_index();
    let leads = cluster.server_ids().filter(|id| cluster.server(*id).is_leader()).count() == 1;
    match leads && cluster.server_ids().all(|id| agree(cluster.server(id)) && cluster.server(id).store() == first.store()) {
        true => Ok(()),
        false => Err("liveness"),
    }
}

/// Two to five servers; every combination of the switches; messages of one entry or of many.
fn run_with(seed: u64, rules: Rules) -> Result<u64, &'static str> {
    let (max_entries_per_append, max_inflight) = if seed & 64 == 0 { (1, 3) } else { (64, 256) };
    let (pre_vote, check_quorum) = (seed & 16 != 0, seed & 32 != 0);
    let config = Config { pre_vote, check_quorum, max_entries_per_append, max_inflight, rules, ..Config::default() };
    run(seed, 2 + (seed % 4) as u16, config)
}

#[test]
fn the_properties_hold_in_random_schedules() {
    let mut committed = 0;
    for seed in 0..SEEDS {
        match run_with(seed, Rules::RIGHT) {
            Ok(entries) => committed += entries,
            Err(fallen) => panic!("seed {seed}: {fallen}"),
        }
    }
    assert!(committed > 5 * SEEDS, "only {committed} entries were committed: the schedules are too hard");
}

/// That the schedules are hard enough: what is easy to find falls.
#[test]
fn random_schedules_bring_mutants_down() {
    for mutant in [Mutant::EvenMajority, Mutant::NoUpToDateCheck, Mutant::AeAlwaysTruncates, Mutant::BriefCommitIndex] {
        assert!((0..SEEDS).any(|seed| run_with(seed, Rules::RIGHT.with(mutant)).is_err()), "{mutant:?}");
    }
}
