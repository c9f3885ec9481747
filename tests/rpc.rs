//! Every mutant of requests and replies falls where it should, and nothing falls without one, whatever goes wrong around it.

mod common;

use common::{Planned, assert_falls, assert_unknown_after_a_gap, at, others, rough, run, trouble, workload};
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::protocol::Class;
use netsplit::protocol::rpc::rules::MUTANTS;
use netsplit::sim::plan::{Action, ChannelPatch, ChannelRule, Cluster, Plan, Selector};

const S1: NodeId = NodeId(0);
const C1: NodeId = NodeId(1);
const C2: NodeId = NodeId(2);

/// One server and two clients on a quiet network with a delay of 2 ms.
fn quiet(settings: &[(&str, i64)], operations: &[Planned<'_>]) -> Plan {
    common::quiet("rpc", Cluster { servers: 1, clients: 2 }, settings, operations)
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
    plan.network.default = rough(100_000);
    let mix = [("charge", 6), ("read", 3), ("poison", 1)];
    plan.workload.generator = Some(workload(20 * MS, 300 * MS, &mix));
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
            plan.faults = trouble(&plan, 25 * SECOND);
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
    let charge: &[Planned<'_>] = &[(100, C1, "charge", &[5])];
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
            let calls: [Planned<'_>; 2] = [(100, C1, "charge", &[5]), (200, C1, "charge", &[6])];
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
            let calls: [Planned<'_>; 2] = [(100, C1, "charge", &[5]), (200, C2, "charge", &[6])];
            (losing(quiet(&[], &calls), 150), 3_000)
        }
        "first_come" => {
            let calls: [Planned<'_>; 2] = [(100, C1, "charge", &[5]), (200, C1, "charge", &[6])];
            (losing(quiet(&[], &calls), 150), 3_000)
        }
        "ignores_deadline" => {
            let calls: [Planned<'_>; 2] = [(100, C1, "charge", &[5, 500]), (101, C2, "charge", &[6])];
            (quiet(&[("timeout_us", 100_000), ("attempts", 1)], &calls), 2_000)
        }
        other => panic!("{other} has no run"),
    }
}

#[test]
fn every_mutant_makes_its_property_fall_and_shows_where() {
    for mutant in MUTANTS {
        let with: &[&str] = if mutant.id == "ignores_deadline" { &["no_cancel"] } else { &[] };
        assert_falls(mutant, run_of(mutant.id), with);
    }
}

#[test]
fn events_that_go_by_unchecked_leave_it_unknown() {
    assert_unknown_after_a_gap(&busy(RUNS[0], 1));
}
