//! Every mutant falls where it should, nothing falls without one, whatever goes wrong around it.

use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::protocol::clock::rules::MUTANTS;
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{Channel, ClockPlan, Cluster, Generator, Plan, Setting};
use netsplit::sim::trace::NoTrace;
use netsplit::system::{Run, open};

/// A busy run of one kind, with lost and late messages and untrue clocks.
fn plan(settings: &[(&str, i64)], seed: u64) -> Plan {
    let mut plan = Plan::new("clock", 4, seed);
    let on = |name: &str| settings.iter().any(|(known, value)| *known == name && *value != 0);
    plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
    plan.network.default = Channel {
        delay_us_min: MS,
        delay_us_max: 20 * MS,
        loss_ppm: 50_000,
        duplicate_ppm: 50_000,
        reorder_ppm: 100_000,
        reorder_us_max: 60 * MS,
    };
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

fn run(plan: &Plan, until_us: u64) -> Box<dyn Run> {
    let mut run = open(plan).unwrap_or_else(|wrong| panic!("{wrong}"));
    while run.next_due_us().is_some_and(|due| due <= until_us) {
        run.step(&mut NoTrace);
    }
    run
}

/// What has not the status that it should have.
fn others(run: &dyn Run, status: Status) -> Vec<String> {
    let wrong = run.verdicts().into_iter().filter(|verdict| verdict.status != status);
    wrong.map(|verdict| format!("{}: {:?} {:?}", verdict.property, verdict.status, verdict.note)).collect()
}

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
            plan.faults = generate(&plan, &Spec { start_us: SECOND, end_us: 5 * SECOND, damaged_disks_max: 0, amnesia: false });
            if clocks {
                plan.faults.retain(|fault| !matches!(fault.action, netsplit::sim::plan::Action::Clock { .. }));
            }
            let run = run(&plan, 8 * SECOND);
            let fallen: Vec<String> = run
                .verdicts()
                .into_iter()
                .filter(|verdict| verdict.status == Status::Violated)
                .map(|verdict| format!("{}: {:?}", verdict.property, verdict.note))
                .collect();
            assert_eq!(fallen, Vec::<String>::new(), "{settings:?}, seed {seed}");
        }
    }
}

/// The run in which a mutant shows, and for how long.
fn run_of(mutant: &str) -> (Plan, u64) {
    let at = |run: usize| plan(RUNS[run], 3);
    match mutant {
        "fork_keeps_all" => {
            let mut plan = plan(RUNS[1], 3);
            plan.cluster.clients = 1;
            plan.workload.operations = vec![netsplit::sim::plan::PlannedOperation {
                at_us: 100 * MS,
                client: NodeId(4),
                operation: netsplit::sim::plan::Operation {
                    verb: "join".into(),
                    key: "S1".into(),
                    args: Vec::new(),
                    target: Some(NodeId(3)),
                },
            }];
            plan.network.default.loss_ppm = 0;
            (plan, 2 * SECOND)
        }
        "counter_restarts" => {
            let mut plan = at(0);
            let crash = netsplit::sim::plan::Action::Crash(NodeId(1));
            let restart = netsplit::sim::plan::Action::Restart { node: NodeId(1), empty: false };
            let action = |at_us, action| netsplit::sim::plan::PlannedAction { at_us, action };
            plan.faults = vec![action(SECOND, crash), action(2 * SECOND, restart)];
            (plan, 4 * SECOND)
        }
        "hybrid_unbounded" => {
            let mut plan = at(0);
            plan.clocks.push(ClockPlan { node: NodeId(3), wall_offset_us: 2_000_000, rate_ppm: 0 });
            (plan, 2 * SECOND)
        }
        "deliver_on_arrival" | "collect_when_seen_here" => (at(2), 6 * SECOND),
        "plain_version_vector" | "tick_on_read" => (at(3), 6 * SECOND),
        "no_commit_wait" | "earliest_timestamp" => {
            let mut plan = at(4);
            (plan.network.default, plan.clocks[0].wall_offset_us, plan.clocks[1].wall_offset_us) =
                (Channel { delay_us_min: 100, delay_us_max: 300, ..Channel::default() }, 7_000, -7_000);
            (plan, 6 * SECOND)
        }
        "bound_ignores_round_trip" => (at(5), 4 * SECOND),
        _ => (at(0), 2 * SECOND),
    }
}

#[test]
fn every_mutant_makes_its_property_fall_and_shows_where() {
    for mutant in MUTANTS {
        let (mut plan, until_us) = run_of(mutant.id);
        let right = run(&plan, until_us);
        assert_eq!(right.fallen(), 0, "{} without the mutant: {:?}", mutant.id, others(&*right, Status::Holds));
        plan.mutants = vec![mutant.id.to_owned()];
        let wrong = run(&plan, until_us);
        let verdict = wrong.verdicts().into_iter().find(|verdict| verdict.property == mutant.falls);
        let verdict = verdict.unwrap_or_else(|| panic!("{}: nobody checks {}", mutant.id, mutant.falls));
        assert_eq!(verdict.status, Status::Violated, "{}: {:?}", mutant.id, others(&*wrong, Status::Holds));
        let witness = verdict.witness.expect("what is violated has a witness");
        assert!(witness.event.is_some() && !witness.nodes.is_empty(), "{}", mutant.id);
        if ["exact-order", "clock-condition", "unique-dots", "external-consistency"].contains(&mutant.falls) {
            assert_eq!(witness.events.len(), 2, "{}: two events show it", mutant.id);
        }
    }
}

#[test]
fn events_that_go_by_unchecked_leave_it_unknown() {
    for settings in RUNS {
        let mut run = open(&plan(settings, 1)).unwrap_or_else(|wrong| panic!("{wrong}"));
        for n in 0..400 {
            run.set_checking(!(100..=200).contains(&n));
            run.step(&mut NoTrace);
        }
        assert!(run.verdicts().iter().all(|verdict| verdict.status == Status::Unknown), "{settings:?}");
    }
}

#[test]
fn a_clock_that_is_set_voids_the_bound_and_does_not_break_it() {
    let mut plan = plan(RUNS[5], 1);
    let act = netsplit::sim::plan::ClockAct::Jump(90_000);
    plan.faults = vec![netsplit::sim::plan::PlannedAction {
        at_us: SECOND,
        action: netsplit::sim::plan::Action::Clock { node: NodeId(0), act },
    }];
    let run = run(&plan, 3 * SECOND);
    assert_eq!(others(&*run, Status::Unknown), Vec::<String>::new());
}
