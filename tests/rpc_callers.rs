//! What callers do beside retrying, as figures: copies bring the tail down, a breaker leaves a server alone that has too much to do, a
//! limit on the rate finds what the server can do; and what their checkers see that nobody tells them.

mod common;

use common::{Planned, at, field, others, run, workload};
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::sim::plan::{Action, Cluster, Plan};
use netsplit::system::Run;
use netsplit::system::inspect::FieldValue;

const S1: NodeId = NodeId(0);
const C1: NodeId = NodeId(1);

fn quiet(settings: &[(&str, i64)], operations: &[Planned<'_>]) -> Plan {
    common::quiet("rpc", Cluster { servers: 1, clients: 1 }, settings, operations)
}

fn number(run: &dyn Run, node: NodeId, name: &str) -> u64 {
    match field(run, node, name) {
        Some(FieldValue::Int(n)) => u64::try_from(n).expect("a count"),
        Some(FieldValue::DurationUs(us)) => us,
        other => panic!("{name}: {other:?}"),
    }
}

fn status(run: &dyn Run, property: &str) -> Status {
    run.verdicts().into_iter().find(|verdict| verdict.property == property).expect("a property").status
}

/// One message in twenty is late by up to half a second; all else takes 4 ms and the work.
fn tailed(settings: &[(&str, i64)]) -> Box<dyn Run> {
    let mut plan = quiet(settings, &[]);
    (plan.network.default.reorder_ppm, plan.network.default.reorder_us_max) = (20_000, 500 * MS);
    plan.workload.generator = Some(workload(20 * MS, 180 * MS, &[("read", 1)]));
    run(&plan, 41 * SECOND)
}

#[test]
fn copies_bring_the_tail_down_for_a_few_per_cent_more_load() {
    let plain = tailed(&[]);
    let hedged = tailed(&[("hedge_us", 20_000), ("hedge_percentile", 95)]);
    assert!(number(&*plain, C1, "p99") > 150 * MS, "{}", number(&*plain, C1, "p99"));
    assert!(number(&*hedged, C1, "p99") < 60 * MS, "{}", number(&*hedged, C1, "p99"));
    assert_eq!(number(&*plain, C1, "median"), number(&*hedged, C1, "median"));
    let (calls, attempts) = (number(&*hedged, C1, "ok"), number(&*hedged, C1, "attempts"));
    assert!(attempts > calls && attempts * 100 <= calls * 107, "{attempts} for {calls}");
    assert_eq!(number(&*hedged, C1, "hedges"), attempts - calls);
    assert_eq!(others(&*hedged, Status::Holds), Vec::<String>::new());
}

#[test]
fn a_copy_of_a_charge_has_one_effect() {
    let plan = quiet(&[("hedge_us", 50_000)], &[(100, C1, "charge", &[5, 200])]);
    let run = run(&plan, SECOND);
    assert_eq!((number(&*run, C1, "attempts"), number(&*run, S1, "charges")), (3, 1));
    assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
}

#[test]
fn a_call_that_nothing_ends_is_overdue_all_the_same_and_a_pause_forgives_only_itself() {
    let settings = [("deadline_us", 1_500_000), ("attempts", 1_000), ("backoff", 0), ("budget_capacity_mtok", 0)];
    let mut plan = quiet(&settings, &[(100, C1, "charge", &[5])]);
    plan.faults = vec![at(50, Action::Crash(S1)), at(200, Action::Pause(C1)), at(300, Action::Resume(C1))];
    plan.mutants = vec!["no_deadline".to_owned()];
    assert_eq!(status(&*run(&plan, 1_500 * MS), "within-deadline"), Status::Holds);
    let open = run(&plan, 2_200 * MS);
    assert_eq!((number(&*open, C1, "open"), status(&*open, "within-deadline")), (1, Status::Violated));
    // Whoever stands still when the deadline comes is late and not to blame.
    plan.mutants.clear();
    plan.faults[1..].clone_from_slice(&[at(1_000, Action::Pause(C1)), at(3_000, Action::Resume(C1))]);
    assert_eq!(status(&*run(&plan, 5_000 * MS), "within-deadline"), Status::Holds);
}

#[test]
fn an_attempt_that_the_deadline_cuts_off_has_failed() {
    let grpc = [
        ("timeout_us", 500_000),
        ("deadline_us", 500_000),
        ("budget_capacity_mtok", 10_000),
        ("budget_retry_mtok", 0),
        ("budget_timeout_mtok", 0),
        ("budget_failure_mtok", 1_000),
        ("budget_floor_mtok", 5_000),
    ];
    let mut plan = quiet(&grpc, &[(100, C1, "read", &[]), (200, C1, "read", &[])]);
    plan.faults = vec![at(50, Action::Crash(S1))];
    assert_eq!(number(&*run(&plan, SECOND), C1, "tokens"), 8);
}

/// Twice what the server can do, by clients that are turned away at once.
fn throttled(adaptive: i64) -> Box<dyn Run> {
    let mut plan = quiet(&[("adaptive", adaptive), ("queue_capacity", 2), ("work_us", 20_000), ("deadline_us", 2_000_000)], &[]);
    plan.workload.generator = Some(workload(5 * MS, 15 * MS, &[("read", 1)]));
    run(&plan, 40 * SECOND)
}

#[test]
fn a_limit_on_the_rate_finds_what_the_server_can_do() {
    let (plain, limited) = (throttled(0), throttled(1));
    let share = |run: &dyn Run| number(run, S1, "turned-away") * 100 / number(run, S1, "arrived");
    assert!(share(&*plain) > 40, "{}", share(&*plain));
    assert!(share(&*limited) < 15, "{}", share(&*limited));
    let (before, after) = (number(&*plain, C1, "ok"), number(&*limited, C1, "ok"));
    assert!(after * 100 > before * 60, "{after} of {before}");
    assert_eq!(others(&*limited, Status::Holds), Vec::<String>::new());
}

/// The delay of the first call that waits for its retry, at this moment.
fn retries_in_us(settings: &[(&str, i64)], crashes: bool, at_ms: u64) -> u64 {
    let own = [("backoff", 1), ("backoff_base_us", 50_000), ("backoff_throttled_us", 1_000_000), ("queue_capacity", 1)];
    let calls: [Planned<'_>; 3] = [(100, C1, "read", &[5_000]), (150, C1, "read", &[5_000]), (200, C1, "charge", &[5])];
    let mut plan = quiet(&[&own, settings].concat(), if crashes { &calls[..1] } else { &calls });
    plan.faults = if crashes { vec![at(50, Action::Crash(S1))] } else { Vec::new() };
    let run = run(&plan, at_ms * MS);
    // While the server is down, recovery is not due.
    let told = others(&*run, Status::Holds).into_iter().filter(|told| told != "recovers: Unknown rpc.recovers.not-due");
    assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new(), "{settings:?}");
    number(&*run, C1, "retries-in")
}

/// AWS SDKs as updated in 2026: soon after silence, late after throttling, and as late as the server asks for, within bounds.
#[test]
fn delays_go_by_the_kind_of_failure_and_by_what_the_server_asks_for() {
    assert_eq!(retries_in_us(&[], true, 1_100), 50 * MS);
    assert_eq!(retries_in_us(&[("retry_after_us", 3_000_000)], true, 1_100), 50 * MS, "nobody has asked for anything");
    let throttled = |asked_us| retries_in_us(&[("retry_after_us", asked_us)], false, 204);
    assert_eq!([0, 400_000, 3_000_000, 20_000_000].map(throttled), [1_000, 1_000, 3_000, 6_000].map(|ms| ms * MS));
    assert_eq!(retries_in_us(&[("backoff_throttled_us", 0)], false, 204), 50 * MS);
}

/// The id of an earlier call, with its payload and with another one, soon and late, and after a crash.
#[test]
fn an_id_stands_for_one_request() {
    let again: &[Planned<'_>] = &[(100, C1, "charge", &[5]), (300, C1, "reuse", &[5, 1])];
    let other: &[Planned<'_>] = &[(100, C1, "charge", &[5]), (300, C1, "reuse", &[7, 1])];
    for restarts in [false, true] {
        for (operations, ok, fail) in [(again, 2, 0), (other, 1, 1)] {
            let mut plan = quiet(&[], operations);
            if restarts {
                plan.faults = vec![at(200, Action::Crash(S1)), at(210, Action::Restart { node: S1, empty: false })];
            }
            let run = run(&plan, 5 * SECOND);
            assert_eq!((run.operations_with("ok"), run.operations_with("fail")), (ok, fail), "{operations:?}, {restarts}");
            assert_eq!(number(&*run, S1, "value"), 5);
            assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
        }
    }
    // While the first is worked on, the second hears that it is too early, and asks again.
    let early = run(&quiet(&[], &[(100, C1, "charge", &[5, 50]), (110, C1, "reuse", &[5, 1, 50])]), 5 * SECOND);
    assert_eq!((early.operations_with("ok"), number(&*early, S1, "value")), (2, 5));
    assert_eq!(others(&*early, Status::Holds), Vec::<String>::new());
}

/// Clients that look, and write if nobody has written since: each is done once, whatever is lost, late, doubled or down.
#[test]
fn updates_that_look_before_they_write_are_done_once_each() {
    let settings = [("timeout_us", 300_000), ("deadline_us", 60_000_000), ("attempts", 1_000), ("backoff", 3), ("work_us", 0)];
    let more = [("backoff_base_us", 10_000), ("backoff_cap_us", 2_000_000), ("budget_capacity_mtok", 0)];
    let breaker = [("breaker_percent", 60), ("breaker_least", 10), ("breaker_rest_us", 200_000), ("hedge_us", 100_000)];
    let (mut ok, mut changed) = (0, 0);
    for (seed, extra) in (0..3).flat_map(|seed| [(seed, &[][..]), (seed, &breaker[..])]) {
        let mut plan = common::quiet("rpc", Cluster { servers: 1, clients: 8 }, &[&settings[..], &more, extra].concat(), &[]);
        plan.seed = seed;
        plan.network.default = common::rough(100_000);
        plan.workload.generator = Some(workload(200 * MS, 3 * SECOND, &[("update", 3), ("read", 1)]));
        plan.faults = common::trouble(&plan, 25 * SECOND);
        let run = run(&plan, 60 * SECOND);
        assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "seed {seed}, {extra:?}");
        ok += run.operations_with("ok");
        // Since its last start.
        changed += if let Some(FieldValue::Int(n)) = field(&*run, S1, "changed") { n } else { 0 };
    }
    assert!(ok > 180 && changed > 5, "{ok}, {changed}");
}

/// An update that finds the row as it saw it adds one; one that comes too late looks again.
#[test]
fn who_comes_too_late_looks_again() {
    let calls: &[Planned<'_>] = &[(100, C1, "update", &[]), (100, C1, "update", &[]), (300, C1, "read", &[])];
    let run = run(&quiet(&[("backoff", 0)], calls), SECOND);
    assert_eq!((number(&*run, S1, "value"), number(&*run, S1, "updates"), number(&*run, S1, "changed")), (2, 3, 1));
    assert_eq!((number(&*run, C1, "attempts"), run.operations_with("ok")), (7, 3));
    assert_eq!(others(&*run, Status::Holds), Vec::<String>::new());
    let mut behind =
        common::quiet("rpc", Cluster { servers: 2, clients: 1 }, &[("tiers", 2)], &[(100, NodeId(2), "update", &[])]);
    let Err(wrong) = netsplit::system::open(&behind) else { panic!("tiers between pass on one message at a time") };
    assert_eq!(wrong.place, "workload.operations[0]");
    behind.workload.operations.clear();
    behind.workload.generator = Some(workload(MS, MS, &[("update", 1)]));
    let Err(wrong) = netsplit::system::open(&behind) else { panic!("generated ones are refused too") };
    assert_eq!(wrong.place, "workload.generator.mix");
}
