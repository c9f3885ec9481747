//! Every mutant falls where it should, nothing falls without one, whatever goes wrong around it.

mod common;

use common::{assert_falls, assert_unknown_after_a_gap, at, damage, field, others, quiet, rough, run, trouble};
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::protocol::clock::rules::MUTANTS;
use netsplit::sim::plan::{
    Action, Channel, ClockAct, ClockPlan, Cluster, Cut, DiskAct, Generator, Operation, Plan, PlannedOperation, Setting,
};
use netsplit::system::Run;
use netsplit::system::inspect::FieldValue;

/// A busy run of one kind, with lost and late messages and untrue clocks.
fn plan(settings: &[(&str, i64)], seed: u64) -> Plan {
    let mut plan = Plan::new("clock", 4, seed);
    let on = |name: &str| settings.iter().any(|(known, value)| *known == name && *value != 0);
    plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
    plan.network.default = rough(50_000);
    let clock = |node: u16, wall_offset_us: i64, rate_ppm: i64| ClockPlan { node: NodeId(node), wall_offset_us, rate_ppm };
    plan.clocks = vec![clock(0, 6_000, 50), clock(1, -6_000, -50), clock(2, 5_000, 0)];
    let mix: Vec<(String, u32)> = if on("versions") {
        vec![("get".into(), 2), ("put".into(), 3)]
    } else if on("truetime") {
        vec![("commit".into(), 1)]
    } else {
        Vec::new()
    };
    if !mix.is_empty() {
        plan.cluster = Cluster { servers: 4, clients: 3 };
        let (every_us_min, every_us_max) = (20 * MS, 60 * MS);
        plan.workload.generator =
            Some(Generator { start_us: 50 * MS, end_us: 10 * SECOND, every_us_min, every_us_max, keys: 2, mix });
    }
    plan
}

/// The kinds of runs, by the settings that make them.
const RUNS: [&[(&str, i64)]; 6] = [
    &[("lamport", 1), ("vector", 1), ("hybrid", 1), ("every_us_min", 5_000), ("every_us_max", 40_000)],
    &[("itc", 1), ("members", 3), ("every_us_min", 5_000), ("every_us_max", 40_000)],
    &[("broadcast", 1), ("every_us_min", 20_000), ("every_us_max", 200_000), ("gossip_us", 50_000)],
    &[("versions", 1), ("gossip_us", 50_000)],
    &[("truetime", 1), ("epsilon_us", 8_000)],
    &[("sync", 1), ("poll_us", 100_000)],
];

#[test]
fn without_a_mutant_nothing_falls() {
    for settings in RUNS {
        for seed in 0..6 {
            let run = run(&plan(settings, seed), 6 * SECOND);
            assert!(run.executed() > 150, "{settings:?}: {}", run.executed());
            assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "{settings:?}, seed {seed}");
        }
    }
}

#[test]
fn crashes_cuts_and_pauses_make_nothing_fall() {
    for settings in RUNS {
        for seed in 0..8 {
            let mut plan = plan(settings, seed);
            // The bounds of TrueTime and of offsets presuppose clocks that nobody sets.
            let clocks = settings.iter().any(|(name, _)| matches!(*name, "truetime" | "sync"));
            plan.faults = trouble(&plan, 5 * SECOND);
            if clocks {
                plan.faults.retain(|fault| !matches!(fault.action, Action::Clock { .. }));
            }
            let run = run(&plan, 8 * SECOND);
            assert_eq!(run.fallen(), 0, "{settings:?}, seed {seed}: {:?}", others(&*run, Status::Holds));
        }
    }
}

#[test]
fn damaged_disks_make_nothing_of_stamps_and_broadcasts_fall() {
    let mut spoiled = 0;
    for settings in &RUNS[..3] {
        for seed in 0..24 {
            let mut plan = plan(settings, seed);
            plan.faults = damage(&plan, 5 * SECOND);
            let hit = |act: &DiskAct| matches!(act, DiskAct::Corrupt(_) | DiskAct::Misdirect(_));
            spoiled += plan.faults.iter().filter(|fault| matches!(&fault.action, Action::Disk { act, .. } if hit(act))).count();
            let run = run(&plan, 8 * SECOND);
            assert_eq!(run.fallen(), 0, "{settings:?}, seed {seed}: {:?}", others(&*run, Status::Holds));
        }
    }
    assert!(spoiled > 12, "only {spoiled} records were damaged");
}

/// How many messages of each process a process has delivered.
fn delivered(run: &dyn Run, node: u16) -> String {
    match field(run, NodeId(node), "delivered-of") {
        Some(FieldValue::Data(counts)) => counts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn once_nothing_stands_in_the_way_everybody_delivers_everything() {
    for (seed, mutant) in (0..12).map(|seed| (seed, None)).chain([(0, Some("hold_back_always"))]) {
        let mut plan = plan(&[("broadcast", 1), ("gossip_us", 50_000)], seed);
        plan.cluster.clients = 2;
        let (every_us_min, every_us_max) = (20 * MS, 100 * MS);
        let mix = vec![("broadcast".to_owned(), 1)];
        plan.workload.generator =
            Some(Generator { start_us: 50 * MS, end_us: 5 * SECOND, every_us_min, every_us_max, keys: 1, mix });
        plan.faults = trouble(&plan, 5 * SECOND);
        plan.mutants = mutant.iter().map(|id| (*id).to_owned()).collect();
        let run = run(&plan, 12 * SECOND);
        let all: Vec<String> = (0..4).map(|node| delivered(&*run, node)).collect();
        let waiting = |node| field(&*run, NodeId(node), "waiting") != Some(FieldValue::Int(0));
        let same = all.iter().all(|counts| *counts == all[0]) && !(0..4).any(waiting);
        assert!(same == mutant.is_none() && all[0] != "(0, 0, 0, 0)", "seed {seed}: {all:?}");
    }
}

/// S1 broadcasts three messages in the first half second, and a fourth at 2 s. At 900 ms the disk of one of the processes loses
/// the record at `from_newest`, while nobody reaches it. `deaf`: S3 hears nothing before 1.5 s, so that the others keep copies.
fn one_record_lost(node: NodeId, from_newest: u32, deaf: bool) -> Box<dyn Run> {
    let cluster = Cluster { servers: 3, clients: 1 };
    let ask = |at_ms, value: &'static [u64]| (at_ms, NodeId(3), "broadcast", value);
    let asked = [ask(100, &[1]), ask(200, &[2]), ask(300, &[3]), ask(2_000, &[4])];
    let mut plan = quiet("clock", cluster, &[("broadcast", 1), ("gossip_us", 50_000)], &asked);
    plan.workload.operations.iter_mut().for_each(|planned| planned.operation.target = Some(NodeId(0)));
    let cut = |node: u16| Action::Cut(Cut::Isolate(NodeId(node)));
    if deaf {
        plan.faults.push(at(50, cut(2)));
    }
    plan.faults.extend([
        at(900, Action::Crash(node)),
        at(910, cut(node.0)),
        at(920, Action::Disk { node, act: DiskAct::Corrupt(from_newest) }),
        at(1_000, Action::Restart { node, empty: false }),
        at(1_500, Action::Heal(vec![])),
    ]);
    run(&plan, 4 * SECOND)
}

#[test]
fn nothing_behind_a_damaged_record_counts_as_delivered() {
    let run = one_record_lost(NodeId(1), 1, false);
    assert_eq!(delivered(&*run, 1), "(1, 0, 0)", "the second message is gone everywhere");
    assert_eq!(field(&*run, NodeId(1), "waiting"), Some(FieldValue::Int(2)), "the third and the fourth");
    assert_eq!(delivered(&*run, 2), "(4, 0, 0)");
    assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
    let run = one_record_lost(NodeId(1), 1, true);
    for node in 0..3 {
        assert_eq!(delivered(&*run, node), "(4, 0, 0)", "who has a copy sends it again");
    }
    assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
}

#[test]
fn a_process_that_forgot_its_last_message_gives_no_number_twice() {
    let run = one_record_lost(NodeId(0), 0, false);
    assert_eq!(delivered(&*run, 0), "(2, 0, 0)", "it cannot know what it said");
    assert_eq!([delivered(&*run, 1), delivered(&*run, 2)], ["(3, 0, 0)"; 2], "and says nothing");
    assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
    let run = one_record_lost(NodeId(0), 0, true);
    for node in 0..3 {
        assert_eq!(delivered(&*run, node), "(4, 0, 0)", "it was told, and goes on");
    }
    assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
    // Of one in the middle it is clear how many there were.
    let run = one_record_lost(NodeId(0), 1, true);
    assert_eq!([0, 1, 2].map(|node| delivered(&*run, node)), ["(4, 0, 0)"; 3]);
}

#[test]
fn who_leaves_and_joins_again_brings_along_what_it_has_seen() {
    for with in [&[("itc", 1)][..], &[("itc", 1), ("vector", 1), ("lamport", 1), ("hybrid", 1)]] {
        let cluster = Cluster { servers: 3, clients: 1 };
        let mut plan = quiet("clock", cluster, with, &[]);
        let asked = |at_ms: u64, verb: &str, key: &str| PlannedOperation {
            at_us: at_ms * MS,
            client: NodeId(3),
            operation: Operation { verb: verb.into(), key: key.into(), args: Vec::new(), target: Some(NodeId(0)) },
        };
        // S3 has heard nothing of S1 when S1 asks it for a part.
        plan.workload.operations =
            vec![asked(100, "event", ""), asked(200, "leave", "S2"), asked(300, "join", "S3"), asked(400, "event", "")];
        let run = run(&plan, SECOND);
        assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "{with:?}");
        assert_eq!(field(&*run, NodeId(0), "events"), Some(FieldValue::Int(4)), "{with:?}: it has joined");
        assert_eq!(field(&*run, NodeId(2), "events"), Some(FieldValue::Int(1)));
    }
}

/// The run in which a mutant shows, and until when, milliseconds.
fn run_of(mutant: &str) -> (Plan, u64) {
    let of = |run: usize| plan(RUNS[run], 3);
    match mutant {
        "fork_keeps_all" => {
            let mut plan = plan(RUNS[1], 3);
            plan.cluster.clients = 1;
            plan.workload.operations = vec![PlannedOperation {
                at_us: 100 * MS,
                client: NodeId(4),
                operation: Operation { verb: "join".into(), key: "S1".into(), args: Vec::new(), target: Some(NodeId(3)) },
            }];
            plan.network.default.loss_ppm = 0;
            (plan, 2_000)
        }
        "counter_restarts" => {
            let mut plan = of(0);
            let crash = Action::Crash(NodeId(1));
            let restart = Action::Restart { node: NodeId(1), empty: false };
            plan.faults = vec![at(1_000, crash), at(2_000, restart)];
            (plan, 4_000)
        }
        "hybrid_unbounded" => {
            let mut plan = of(0);
            plan.clocks.push(ClockPlan { node: NodeId(3), wall_offset_us: 2_000_000, rate_ppm: 0 });
            (plan, 2_000)
        }
        "deliver_on_arrival" | "hold_back_always" | "collect_when_seen_here" => (of(2), 6_000),
        "plain_version_vector" | "tick_on_read" => (of(3), 6_000),
        "no_commit_wait" | "earliest_timestamp" => {
            let mut plan = of(4);
            (plan.network.default, plan.clocks[0].wall_offset_us, plan.clocks[1].wall_offset_us) =
                (Channel { delay_us_min: 100, delay_us_max: 300, ..Channel::default() }, 7_000, -7_000);
            (plan, 6_000)
        }
        "bound_ignores_round_trip" => (of(5), 4_000),
        _ => (of(0), 2_000),
    }
}

#[test]
fn every_mutant_makes_its_property_fall_and_shows_where() {
    for mutant in MUTANTS {
        let witness = assert_falls(mutant, run_of(mutant.id), &[]);
        if ["exact-order", "clock-condition", "unique-dots", "external-consistency"].contains(&mutant.falls) {
            assert_eq!(witness.events.len(), 2, "{}: two events show it", mutant.id);
        }
    }
}

#[test]
fn events_that_go_by_unchecked_leave_it_unknown() {
    for settings in RUNS {
        assert_unknown_after_a_gap(&plan(settings, 1));
    }
}

#[test]
fn a_clock_that_is_set_voids_the_bound_and_does_not_break_it() {
    let mut plan = plan(RUNS[5], 1);
    let act = ClockAct::Jump(90_000);
    plan.faults = vec![at(1_000, Action::Clock { node: NodeId(0), act })];
    let run = run(&plan, 3 * SECOND);
    assert_eq!(others(&*run, Status::Unknown), Vec::<String>::new());
}
