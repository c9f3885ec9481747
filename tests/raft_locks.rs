//! Locks on a replicated log: nothing falls without a mutant, whatever goes wrong around it, and whoever asks gets the lock in turn.

mod common;

use common::{Planned, at, drifting, field, others, rough, run, trouble, workload};
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::sim::plan::{Action, ClockAct, Cluster, Plan};
use netsplit::system::Run;
use netsplit::system::inspect::FieldValue;

const C1: NodeId = NodeId(6);
const C2: NodeId = NodeId(7);
const C3: NodeId = NodeId(8);

/// Five servers, a resource and four clients.
fn quiet(settings: &[(&str, i64)], operations: &[Planned<'_>]) -> Plan {
    common::quiet("lock", Cluster { servers: 6, clients: 4 }, settings, operations)
}

/// A busy run: four clients compete for two locks, messages are lost, late and doubled, clocks run up to 1 % apart.
fn busy(settings: &[(&str, i64)], seed: u64) -> Plan {
    let mut plan = quiet(settings, &[]);
    plan.seed = seed;
    plan.cluster.clients = 4;
    plan.network.default = rough(50_000);
    plan.clocks = drifting();
    let mix = [("use", 4), ("acquire", 2), ("share", 1), ("read", 2), ("write", 2), ("release", 2)];
    let shares = !settings.iter().any(|(name, _)| *name == "permits");
    let mix: Vec<_> = mix.into_iter().filter(|(verb, _)| shares || !["share", "read"].contains(verb)).collect();
    plan.workload.generator = Some(workload(100 * MS, 900 * MS, &mix));
    plan
}

const RUNS: [&[(&str, i64)]; 4] = [
    &[("raft", 1), ("ttl_us", 2_000_000)],
    &[("raft", 1), ("ttl_us", 3_000_000), ("zookeeper", 1)],
    &[("raft", 1), ("ttl_us", 2_000_000), ("lock_delay_us", 500_000)],
    &[("raft", 1), ("ttl_us", 2_000_000), ("permits", 2), ("fencing", 0)],
];

#[test]
fn without_a_mutant_nothing_falls() {
    for settings in RUNS {
        let mut granted = 0;
        for seed in 0..4 {
            let run = run(&busy(settings, seed), 40 * SECOND);
            assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "{settings:?}, seed {seed}");
            granted += run.operations_with("ok");
        }
        assert!(granted > 150, "{settings:?}: {granted}");
    }
}

/// Crashes, pauses, cuts, late messages, jumps of wall clocks: nothing falls, as long as clocks do not run further apart than the
/// drift that was taken off.
#[test]
fn crashes_pauses_cuts_and_jumps_make_nothing_fall() {
    for settings in RUNS {
        for seed in 0..6 {
            let mut plan = busy(settings, seed);
            plan.faults = trouble(&plan, 25 * SECOND);
            plan.faults.retain(|fault| !matches!(fault.action, Action::Clock { act: ClockAct::Rate(_), .. }));
            let run = run(&plan, 40 * SECOND);
            assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "{settings:?}, seed {seed}");
        }
    }
}

fn holds(run: &dyn Run, client: NodeId) -> bool {
    field(run, client, "believes") == Some(FieldValue::Bool(true))
}

/// Who asks first holds first; the next one has the lock as soon as it is given back.
#[test]
fn locks_are_granted_in_turn() {
    for settings in [&[("raft", 1)][..], &[("raft", 1), ("zookeeper", 1)]] {
        let operations: [Planned<'_>; 5] = [
            (1_000, C1, "acquire", &[]),
            (1_100, C2, "acquire", &[]),
            (1_200, C3, "acquire", &[]),
            (60_000, C1, "release", &[]),
            (70_000, C2, "release", &[]),
        ];
        let plan = quiet(settings, &operations);
        let holders = |at_ms: u64| [C1, C2, C3].map(|client| holds(&*run(&plan, at_ms * MS), client));
        assert_eq!(holders(59_000), [true, false, false], "{settings:?}: it lives on, six times over");
        assert_eq!(holders(60_100), [false, true, false]);
        assert_eq!(holders(70_100), [false, false, true]);
    }
}

/// A holder that is gone is in the way until its lease is over, and with a lock-delay so much longer.
#[test]
fn a_lock_is_obtainable_again_when_the_lease_is_over_and_the_delay() {
    for (delay_us, free_ms) in [(0, 11_100), (5_000_000, 16_100)] {
        let settings = [("raft", 1), ("lock_delay_us", delay_us)];
        let mut plan = quiet(&settings, &[(1_000, C1, "acquire", &[]), (2_000, C2, "acquire", &[])]);
        plan.faults = vec![at(1_050, Action::Crash(C1))];
        let got = |at_ms: u64| holds(&*run(&plan, at_ms * MS), C2);
        assert!(!got(free_ms - 200) && got(free_ms + 100), "delay {delay_us}");
    }
}
