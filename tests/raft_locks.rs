//! Locks on a replicated log: nothing falls without a mutant, whatever goes wrong around it, and whoever asks gets the lock in turn.

use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{
    Action, Channel, ClockAct, ClockPlan, Cluster, Generator, Operation, Plan, PlannedAction, PlannedOperation, Setting,
};
use netsplit::sim::trace::NoTrace;
use netsplit::system::inspect::FieldValue;
use netsplit::system::{Run, open};

const C1: NodeId = NodeId(6);
const C2: NodeId = NodeId(7);
const C3: NodeId = NodeId(8);

/// Five servers, a resource and four clients on a quiet network with a delay of 2 ms.
fn quiet(settings: &[(&str, i64)], operations: &[(u64, NodeId, &str, &[u64])]) -> Plan {
    let mut plan = Plan::new("lock", 6, 1);
    plan.cluster = Cluster { servers: 6, clients: 4 };
    plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
    (plan.network.default.delay_us_min, plan.network.default.delay_us_max) = (2 * MS, 2 * MS);
    let planned = |(at_ms, client, verb, args): &(u64, NodeId, &str, &[u64])| PlannedOperation {
        at_us: at_ms * MS,
        client: *client,
        operation: Operation { verb: (*verb).to_owned(), key: "x".to_owned(), args: args.to_vec(), target: None },
    };
    plan.workload.operations = operations.iter().map(planned).collect();
    plan
}

fn at(at_ms: u64, action: Action) -> PlannedAction {
    PlannedAction { at_us: at_ms * MS, action }
}

/// A busy run: four clients compete for two locks, messages are lost, late and doubled, clocks run up to 1 % apart.
fn busy(settings: &[(&str, i64)], seed: u64) -> Plan {
    let mut plan = quiet(settings, &[]);
    plan.seed = seed;
    plan.cluster.clients = 4;
    plan.network.default = Channel {
        delay_us_min: MS,
        delay_us_max: 20 * MS,
        loss_ppm: 50_000,
        duplicate_ppm: 50_000,
        reorder_ppm: 100_000,
        reorder_us_max: 60 * MS,
    };
    let clock = |node: u16, rate_ppm: i64| ClockPlan { node: NodeId(node), wall_offset_us: i64::from(node) * 300_000, rate_ppm };
    plan.clocks = vec![clock(0, 4_500), clock(1, -4_500), clock(2, 4_500), clock(3, 4_500), clock(6, -4_500), clock(7, 4_500)];
    let mix = vec![
        ("use".into(), 4),
        ("acquire".into(), 2),
        ("share".into(), 1),
        ("read".into(), 2),
        ("write".into(), 2),
        ("release".into(), 2),
    ];
    let shares = !settings.iter().any(|(name, _)| *name == "permits");
    let mix = mix.into_iter().filter(|(verb, _): &(String, u32)| shares || !["share", "read"].contains(&verb.as_str())).collect();
    plan.workload.generator =
        Some(Generator { start_us: 50 * MS, end_us: 40 * SECOND, every_us_min: 100 * MS, every_us_max: 900 * MS, keys: 2, mix });
    plan
}

const RUNS: [&[(&str, i64)]; 4] = [
    &[("raft", 1), ("ttl_us", 2_000_000)],
    &[("raft", 1), ("ttl_us", 3_000_000), ("zookeeper", 1)],
    &[("raft", 1), ("ttl_us", 2_000_000), ("lock_delay_us", 500_000)],
    &[("raft", 1), ("ttl_us", 2_000_000), ("permits", 2), ("fencing", 0)],
];

fn run(plan: &Plan, until_us: u64) -> Box<dyn Run> {
    let mut run = open(plan).unwrap_or_else(|wrong| panic!("{wrong}"));
    while run.next_due_us().is_some_and(|due| due <= until_us) {
        run.step(&mut NoTrace);
    }
    run.advance_to(until_us);
    run
}

fn field(run: &dyn Run, node: NodeId, name: &str) -> Option<FieldValue> {
    let node = run.node(node).expect("a node");
    node.fields.into_iter().find(|field| field.key.ends_with(&format!(".{name}"))).map(|field| field.value)
}

fn fallen(run: &dyn Run) -> Vec<String> {
    let fallen = run.verdicts().into_iter().filter(|verdict| verdict.status != Status::Holds);
    fallen.map(|verdict| format!("{}: {:?} {:?}", verdict.property, verdict.status, verdict.note)).collect()
}

#[test]
fn without_a_mutant_nothing_falls() {
    for settings in RUNS {
        let mut granted = 0;
        for seed in 0..4 {
            let run = run(&busy(settings, seed), 40 * SECOND);
            assert_eq!(fallen(&*run), Vec::<String>::new(), "{settings:?}, seed {seed}");
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
            plan.faults = generate(&plan, &Spec { start_us: SECOND, end_us: 25 * SECOND, damaged_disks_max: 0, amnesia: false });
            plan.faults.retain(|fault| !matches!(fault.action, Action::Clock { act: ClockAct::Rate(_), .. }));
            let run = run(&plan, 40 * SECOND);
            assert_eq!(fallen(&*run), Vec::<String>::new(), "{settings:?}, seed {seed}");
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
        let operations: [(u64, NodeId, &str, &[u64]); 5] = [
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
