//! Every mutant of requests and replies falls where it should, and nothing falls without one, whatever goes wrong around it.

use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::protocol::Class;
use netsplit::protocol::rpc::rules::MUTANTS;
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{
    Action, Channel, ChannelPatch, ChannelRule, Cluster, Generator, Operation, Plan, PlannedAction, PlannedOperation, Selector,
    Setting,
};
use netsplit::sim::trace::NoTrace;
use netsplit::system::{Run, open};

const S1: NodeId = NodeId(0);
const C1: NodeId = NodeId(1);
const C2: NodeId = NodeId(2);

/// One server and two clients on a quiet network with a delay of 2 ms.
fn quiet(settings: &[(&str, i64)], operations: &[(u64, NodeId, &str, &[u64])]) -> Plan {
    let mut plan = Plan::new("rpc", 1, 1);
    plan.cluster = Cluster { servers: 1, clients: 2 };
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

fn lose_replies() -> Action {
    let select = Selector { class: Some(Class::Reply), ..Selector::default() };
    Action::Channel(ChannelRule { select, set: ChannelPatch { loss_ppm: Some(1_000_000), ..ChannelPatch::default() } })
}

/// Replies are lost up to this moment.
fn losing(mut plan: Plan, until_ms: u64) -> Plan {
    plan.faults.extend([at(50, lose_replies()), at(until_ms, Action::ResetChannels)]);
    plan
}

/// A busy run: four clients charge and read, messages are lost, late and doubled.
fn busy(settings: &[(&str, i64)], seed: u64) -> Plan {
    let mut plan = quiet(settings, &[]);
    plan.seed = seed;
    plan.cluster.clients = 4;
    plan.network.default = Channel {
        delay_us_min: MS,
        delay_us_max: 20 * MS,
        loss_ppm: 100_000,
        duplicate_ppm: 50_000,
        reorder_ppm: 100_000,
        reorder_us_max: 60 * MS,
    };
    let mix = vec![("charge".into(), 6), ("read".into(), 3), ("poison".into(), 1)];
    plan.workload.generator =
        Some(Generator { start_us: 50 * MS, end_us: 40 * SECOND, every_us_min: 20 * MS, every_us_max: 300 * MS, keys: 2, mix });
    plan
}

/// Patient, impatient with a full server, and with gRPC's throttle and the newest first.
const RUNS: [&[(&str, i64)]; 3] = [
    &[("timeout_us", 300_000), ("work", 2)],
    &[("timeout_us", 60_000), ("work", 2), ("work_us", 30_000), ("queue_capacity", 3), ("attempts", 5), ("backoff", 4)],
    &[
        ("timeout_us", 80_000),
        ("work", 1),
        ("work_us", 20_000),
        ("queue", 1),
        ("backoff", 2),
        ("budget_capacity_mtok", 10_000),
        ("budget_retry_mtok", 0),
        ("budget_timeout_mtok", 0),
        ("budget_failure_mtok", 1_000),
        ("budget_success_mtok", 100),
        ("budget_returns", 0),
        ("budget_floor_mtok", 5_000),
    ],
];

fn run(plan: &Plan, until_us: u64) -> Box<dyn Run> {
    let mut run = open(plan).unwrap_or_else(|wrong| panic!("{wrong}"));
    while run.next_due_us().is_some_and(|due| due <= until_us) {
        run.step(&mut NoTrace);
    }
    run.advance_to(until_us);
    run
}

fn others(run: &dyn Run, status: Status) -> Vec<String> {
    let wrong = run.verdicts().into_iter().filter(|verdict| verdict.status != status);
    wrong.map(|verdict| format!("{}: {:?} {:?}", verdict.property, verdict.status, verdict.note)).collect()
}

#[test]
fn without_a_mutant_nothing_falls() {
    for settings in RUNS {
        let mut done = 0;
        for seed in 0..8 {
            let run = run(&busy(settings, seed), 40 * SECOND);
            assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "{settings:?}, seed {seed}");
            done += run.operations_with("ok");
        }
        assert!(done > 2_000, "{settings:?}: {done}");
    }
}

#[test]
fn a_silence_of_centuries_takes_no_time_and_no_room() {
    let late_ms = 9_000_000_000_000;
    let run = run(&quiet(&[], &[(100, C1, "charge", &[1]), (late_ms, C1, "charge", &[1])]), late_ms * MS + SECOND);
    assert_eq!((run.operations_with("ok"), others(&*run, Status::Holds)), (2, Vec::<String>::new()));
}

#[test]
fn crashes_pauses_cuts_and_late_messages_make_nothing_fall() {
    for settings in RUNS {
        for seed in 0..12 {
            let mut plan = busy(settings, seed);
            plan.faults = generate(&plan, &Spec { start_us: SECOND, end_us: 25 * SECOND, damaged_disks_max: 0, amnesia: false });
            let run = run(&plan, 40 * SECOND);
            assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "{settings:?}, seed {seed}");
        }
    }
}

/// The run in which a mutant shows, and until when, milliseconds.
fn run_of(mutant: &str) -> (Plan, u64) {
    let down = |mut plan: Plan| {
        plan.faults.push(at(50, Action::Crash(S1)));
        plan
    };
    let charge: &[(u64, NodeId, &str, &[u64])] = &[(100, C1, "charge", &[5])];
    match mutant {
        "retries_for_attempts" => (down(quiet(&[], charge)), 5_000),
        "zero_is_silence" => (quiet(&[], &[(100, C1, "read", &[])]), 1_000),
        "no_key" | "key_per_attempt" => (losing(quiet(&[], charge), 500), 3_000),
        "no_cancel" => (down(quiet(&[], charge)), 5_000),
        "late_reply_ignored" => (quiet(&[("timeout_us", 100_000), ("backoff", 0)], &[(100, C1, "read", &[150])]), 1_000),
        "no_jitter" => (down(quiet(&[], charge)), 5_000),
        "no_cap" => (down(quiet(&[("backoff", 1), ("backoff_cap_us", 150_000)], charge)), 5_000),
        "no_deadline" => (down(quiet(&[("deadline_us", 1_500_000)], charge)), 5_000),
        "deadline_restarted" => (down(quiet(&[("deadline_us", 1_500_000)], charge)), 5_000),
        "no_budget" => (down(quiet(&[("budget_capacity_mtok", 10_000)], charge)), 5_000),
        "budget_per_call" => {
            let calls: [(u64, NodeId, &str, &[u64]); 2] = [(100, C1, "charge", &[5]), (200, C1, "charge", &[6])];
            (down(quiet(&[("budget_capacity_mtok", 20_000)], &calls)), 5_000)
        }
        "retry_everything" => (quiet(&[], &[(100, C1, "poison", &[])]), 2_000),
        "silence_is_failure" => (losing(quiet(&[("attempts", 1)], charge), 500), 3_000),
        "dedup_apart" => {
            let mut plan = losing(quiet(&[], charge), 500);
            (plan.disk.fsync_us_min, plan.disk.fsync_us_max) = (100 * MS, 100 * MS);
            plan.faults.extend([at(250, Action::Crash(S1)), at(400, Action::Restart { node: S1, empty: false })]);
            (plan, 3_000)
        }
        "dedup_forgotten" => {
            let mut plan = losing(quiet(&[], charge), 500);
            plan.faults.extend([at(250, Action::Crash(S1)), at(400, Action::Restart { node: S1, empty: false })]);
            (plan, 3_000)
        }
        "no_in_progress" => {
            let slow = quiet(&[("timeout_us", 100_000), ("backoff", 0)], &[(100, C1, "charge", &[5, 120])]);
            (losing(slow, 500), 1_000)
        }
        "fixed_window" => (losing(quiet(&[("dedup_window_us", 500_000)], charge), 500), 3_000),
        "result_anew" => {
            let calls: [(u64, NodeId, &str, &[u64]); 2] = [(100, C1, "charge", &[5]), (200, C2, "charge", &[6])];
            (losing(quiet(&[], &calls), 150), 3_000)
        }
        "first_come" => {
            let calls: [(u64, NodeId, &str, &[u64]); 2] = [(100, C1, "charge", &[5]), (200, C1, "charge", &[6])];
            (losing(quiet(&[], &calls), 150), 3_000)
        }
        "ignores_deadline" => {
            let calls: [(u64, NodeId, &str, &[u64]); 2] = [(100, C1, "charge", &[5, 500]), (101, C2, "charge", &[6])];
            (quiet(&[("timeout_us", 100_000), ("attempts", 1)], &calls), 2_000)
        }
        other => panic!("{other} has no run"),
    }
}

#[test]
fn every_mutant_makes_its_property_fall_and_shows_where() {
    for mutant in MUTANTS {
        let (mut plan, until_ms) = run_of(mutant.id);
        let right = run(&plan, until_ms * MS);
        assert_eq!(others(&*right, Status::Holds), Vec::<String>::new(), "{} without the mutant", mutant.id);
        plan.mutants = vec![mutant.id.to_owned()];
        if mutant.id == "ignores_deadline" {
            plan.mutants.push("no_cancel".to_owned());
        }
        let wrong = run(&plan, until_ms * MS);
        let verdict = wrong.verdicts().into_iter().find(|verdict| verdict.property == mutant.falls);
        let verdict = verdict.unwrap_or_else(|| panic!("{}: nobody checks {}", mutant.id, mutant.falls));
        assert_eq!(verdict.status, Status::Violated, "{}: {:?}", mutant.id, others(&*wrong, Status::Holds));
        let witness = verdict.witness.expect("what is violated has a witness");
        assert!(witness.event.is_some() && !witness.nodes.is_empty(), "{}", mutant.id);
    }
}

#[test]
fn events_that_go_by_unchecked_leave_it_unknown() {
    let mut run = open(&busy(RUNS[0], 1)).unwrap_or_else(|wrong| panic!("{wrong}"));
    for n in 0..400 {
        run.set_checking(!(100..=200).contains(&n));
        run.step(&mut NoTrace);
    }
    assert!(run.verdicts().iter().all(|verdict| verdict.status == Status::Unknown));
}
