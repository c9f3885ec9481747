//! Locks on a replicated log: nothing falls without a mutant, whatever goes wrong around it, and whoever asks gets the lock in turn.

mod common;

use common::{Planned, at, drifting, field, others, rough, run, trouble, workload};
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::sim::plan::{Action, ChannelPatch, ChannelRule, ClockAct, Cluster, Cut, Plan, Selector};
use netsplit::system::Run;
use netsplit::system::inspect::FieldValue;

const RESOURCE: NodeId = NodeId(5);
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

const RUNS: [&[(&str, i64)]; 5] = [
    &[("raft", 1), ("ttl_us", 2_000_000)],
    &[("raft", 1), ("ttl_us", 3_000_000), ("zookeeper", 1)],
    &[("raft", 1), ("ttl_us", 2_000_000), ("lock_delay_us", 500_000)],
    &[("raft", 1), ("ttl_us", 2_000_000), ("permits", 2), ("fencing", 0)],
    &[("raft", 1), ("ttl_us", 2_000_000), ("sequencers", 1), ("fencing", 0)],
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

/// Who leads at the first second.
fn leader(plan: &Plan) -> NodeId {
    let run = run(plan, SECOND);
    let leads = |node: &NodeId| run.node(*node).is_some_and(|node| node.role.key == "raft.role.leader");
    (0..5).map(NodeId).find(leads).expect("somebody leads")
}

/// Whoever finds itself first when its own clock says that the lease may be over gives the lease back: it is in nobody's way. Here
/// C1 hears of its entry only after a pause, and a new leader has given its lease the whole time again meanwhile.
#[test]
fn who_comes_first_too_late_is_in_nobodys_way() {
    let mut plan = quiet(&[("raft", 1)], &[(1_000, C1, "acquire", &[]), (13_000, C2, "acquire", &[])]);
    plan.faults = vec![at(1_012, Action::Pause(C1)), at(12_500, Action::Resume(C1))];
    plan.faults.push(at(9_000, Action::Crash(leader(&plan))));
    let expired = |at_ms: u64| field(&*run(&plan, at_ms * MS), C1, "queues-for").is_none();
    assert!(!expired(12_400), "it has not heard of its entry");
    assert!(holds(&*run(&plan, 13_500 * MS), C2));
}

/// A release that comes twice wakes no second one: what frees nothing is no reason. The others do not hear of the two until the
/// leader has both, so that both count in one step.
#[test]
fn a_release_that_comes_twice_wakes_one() {
    let operations: [Planned<'_>; 4] =
        [(1_000, C1, "acquire", &[]), (1_100, C2, "acquire", &[]), (1_200, C3, "acquire", &[]), (3_000, C1, "release", &[])];
    let mut plan = quiet(&[("raft", 1)], &operations);
    let select = Selector { from: vec![C1], ..Selector::default() };
    let set = ChannelPatch { duplicate_ppm: Some(1_000_000), ..ChannelPatch::default() };
    let leader = leader(&plan);
    let cut = (0..5).map(NodeId).filter(|node| *node != leader).map(|node| (leader, node)).collect();
    let faults = [Action::Channel(ChannelRule { select, set }), Action::Cut(Cut::Links(cut)), Action::Heal(Vec::new())];
    plan.faults = [2_900, 2_999, 3_050].into_iter().zip(faults).map(|(at_ms, action)| at(at_ms, action)).collect();
    let right = run(&plan, 4 * SECOND);
    assert_eq!((others(&*right, Status::Holds), holds(&*right, C2)), (Vec::new(), true));
    plan.mutants = vec!["watch_parent".to_owned()];
    let fallen = others(&*run(&plan, 4 * SECOND), Status::Holds);
    assert!(fallen.iter().any(|fallen| fallen.starts_with("one-woken")), "{fallen:?}");
}

/// The third of a semaphore with two permits has none, and what says so is the order of the queue.
#[test]
fn one_permit_more_breaks_the_order_of_the_queue() {
    let operations: [Planned<'_>; 3] = [(1_000, C1, "acquire", &[]), (1_100, C2, "acquire", &[]), (1_200, C3, "acquire", &[])];
    let mut plan = quiet(&[("raft", 1), ("permits", 2), ("fencing", 0)], &operations);
    let right = run(&plan, 3 * SECOND);
    assert_eq!((others(&*right, Status::Holds), holds(&*right, C3)), (Vec::new(), false));
    plan.mutants = vec!["one_permit_more".to_owned()];
    let fallen = others(&*run(&plan, 3 * SECOND), Status::Holds);
    assert!(fallen.iter().any(|fallen| fallen.starts_with("queue-order")), "{fallen:?}");
}

/// Whoever cannot ask the lock service takes nothing; and whoever asked a leader that is gone asks the next one.
#[test]
fn a_write_waits_for_the_lock_service_and_no_longer_than_it_may() {
    let mut plan = quiet(&[("raft", 1), ("sequencers", 1)], &[(1_000, C1, "acquire", &[]), (2_000, C1, "write", &[33])]);
    let counted = |plan: &Plan, at_ms: u64| {
        let run = run(plan, at_ms * MS);
        assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
        ["accepted", "rejected"].map(|name| field(&*run, RESOURCE, name))
    };
    let ints = |accepted, rejected| [Some(FieldValue::Int(accepted)), Some(FieldValue::Int(rejected))];
    assert_eq!(counted(&plan, 2_100), ints(1, 0));
    let both = |node| [(RESOURCE, NodeId(node)), (NodeId(node), RESOURCE)];
    plan.faults = vec![at(1_900, Action::Cut(Cut::Links((0..5).flat_map(both).collect())))];
    assert_eq!([4_900, 5_100].map(|at_ms| counted(&plan, at_ms)), [ints(0, 0), ints(0, 1)]);
    plan.faults = vec![at(2_003, Action::Crash(leader(&plan)))];
    assert_eq!([2_100, 4_900].map(|at_ms| counted(&plan, at_ms)), [ints(0, 0), ints(1, 0)]);
}
