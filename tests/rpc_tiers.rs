//! Tiers between: what they pass on of times, ids and refusals, so that a call behind them is what it is before one server; and copies
//! of which one is refused.

mod common;

use common::{Planned, at, field, others, rough, run, trouble, workload};
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::sim::plan::{Action, Channel, ClockAct, Cluster, Cut, Plan};
use netsplit::system::Run;
use netsplit::system::inspect::FieldValue;

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);

/// So many tiers and two clients, on a quiet network with a delay of 2 ms.
fn quiet(tiers: u16, settings: &[(&str, i64)], operations: &[(u64, u16, &str, &[u64])]) -> Plan {
    let all = [&[("tiers", i64::from(tiers))], settings].concat();
    let operations: Vec<Planned<'_>> =
        operations.iter().map(|(at_ms, client, verb, args)| (*at_ms, client_of(tiers, *client), *verb, *args)).collect();
    common::quiet("rpc", Cluster { servers: tiers, clients: 2 }, &all, &operations)
}

fn client_of(tiers: u16, n: u16) -> NodeId {
    NodeId(tiers + n - 1)
}

fn number(run: &dyn Run, node: NodeId, name: &str) -> u64 {
    match field(run, node, name) {
        Some(FieldValue::Int(n)) => u64::try_from(n).expect("a count"),
        None => 0,
        other => panic!("{name}: {other:?}"),
    }
}

/// Everything holds; that recovery is not due yet, as long as something is wrong, is no fault.
fn assert_holds(run: &dyn Run) {
    let told = others(run, Status::Holds).into_iter().filter(|told| told != "recovers: Unknown rpc.recovers.not-due");
    assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new());
}

/// The last tier remembers a result while the caller may ask again, and not only while the tier before it may.
#[test]
fn what_was_done_behind_a_tier_is_known_while_its_caller_may_ask() {
    let settings = [("timeout_us", 500_000), ("backoff", 1), ("backoff_base_us", 2_000_000), ("dedup_window_us", 0)];
    for tiers in [1, 2, 4] {
        let mut plan = quiet(tiers, &settings, &[(100, 1, "charge", &[5])]);
        let reply = vec![(S1, client_of(tiers, 1))];
        plan.faults = vec![at(104, Action::Cut(Cut::Links(reply))), at(1_000, Action::Heal(Vec::new()))];
        let run = run(&plan, 12 * SECOND);
        assert_eq!((run.operations_with("ok"), number(&*run, NodeId(tiers - 1), "value")), (1, 5), "{tiers} tiers");
        assert_holds(&*run);
    }
}

/// However slowly the tiers' own clocks go, they stop when they hear that nobody waits.
#[test]
fn whoever_gives_up_is_heard_at_every_tier() {
    let settings = [("timeout_us", 500_000), ("deadline_us", 500_000), ("attempts", 1)];
    let mut plan = quiet(3, &settings, &[(100, 1, "charge", &[5, 900])]);
    plan.faults = [S1, S2, S3].map(|node| at(0, Action::Clock { node, act: ClockAct::Rate(-500_000) })).to_vec();
    let before = run(&plan, 590 * MS);
    assert_eq!([S1, S2].map(|tier| number(&*before, tier, "open")), [1, 1]);
    let after = run(&plan, 610 * MS);
    assert_eq!([S1, S2].map(|tier| number(&*after, tier, "open")), [0, 0]);
    assert_eq!(number(&*after, S3, "known"), 0, "nor does the last one work on it");
    let end = run(&plan, 5 * SECOND);
    assert_eq!(number(&*end, S3, "charges"), 0);
    assert_holds(&*end);
}

/// The answer that nobody answers comes before the caller's own patience ends, and counts for its breaker.
#[test]
fn a_tier_says_in_time_that_nobody_answers_it() {
    let settings =
        [("timeout_us", 500_000), ("deadline_us", 2_000_000), ("breaker_percent", 50), ("breaker_least", 2), ("attempts", 1)];
    let charge: &[u64] = &[5, 2_000];
    let calls = [1_000, 2_000, 3_000, 4_000].map(|at_ms| (at_ms, 1, "charge", charge));
    let mut plan = quiet(2, &settings, &calls);
    plan.faults = vec![at(900, Action::Crash(S2))];
    let run = run(&plan, 20 * SECOND);
    let client = client_of(2, 1);
    assert_eq!((number(&*run, client, "timeouts"), number(&*run, client, "kept-back")), (0, 2));
    assert_holds(&*run);
}

/// A read that nobody answers further on is not one for which there was no room.
#[test]
fn silence_behind_a_tier_is_no_throttling() {
    let mut plan = quiet(2, &[("timeout_us", 500_000), ("adaptive", 1), ("attempts", 2)], &[(100, 1, "read", &[])]);
    plan.faults = vec![at(50, Action::Crash(S2))];
    let run = run(&plan, 5 * SECOND);
    assert_eq!((field(&*run, client_of(2, 1), "rate"), run.operations_with("fail")), (None, 1));
}

/// After how long the last tier wants to be asked again comes to whoever asks again.
#[test]
fn what_the_last_tier_asks_for_is_passed_on() {
    let settings = [("retry_after_us", 2_000_000), ("queue_capacity", 1), ("backoff", 1), ("attempts", 2)];
    let calls: [(u64, u16, &str, &[u64]); 3] = [(100, 2, "read", &[900]), (150, 2, "read", &[900]), (200, 1, "charge", &[5])];
    let run = run(&quiet(2, &settings, &calls), 208 * MS);
    assert_eq!(field(&*run, client_of(2, 1), "retries-in"), Some(FieldValue::DurationUs(2 * SECOND)));
}

/// A tier that has forgotten over a crash that it asked asks again, and its call is joined to what is being worked on.
#[test]
fn a_retry_through_a_tier_that_crashed_joins_the_work() {
    let mut plan = quiet(2, &[("backoff", 0)], &[(100, 1, "charge", &[5, 1_500])]);
    plan.faults = vec![at(300, Action::Crash(S1)), at(400, Action::Restart { node: S1, empty: false })];
    let run = run(&plan, 5 * SECOND);
    assert_eq!((run.operations_with("ok"), number(&*run, S2, "charges"), number(&*run, S2, "recognised")), (1, 1, 1));
    assert_holds(&*run);
}

/// A copy of what a tier has turned away is not passed on when there is room further on.
#[test]
fn what_was_turned_away_further_on_is_not_done_after_all() {
    let mut turned_away = 0;
    for seed in 0..8 {
        let mut plan = quiet(2, &[("attempts", 1), ("queue_capacity", 1), ("work_us", 30_000)], &[]);
        plan.seed = seed;
        plan.network.default = Channel { delay_us_max: 200 * MS, duplicate_ppm: 1_000_000, ..plan.network.default };
        plan.workload.generator = Some(workload(10 * MS, 100 * MS, &[("charge", 1)]));
        let run = run(&plan, 20 * SECOND);
        assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "seed {seed}");
        turned_away += run.operations_with("fail");
    }
    assert!(turned_away > 400, "{turned_away}");
}

/// Copies go through all tiers, each by itself if it changes nothing; breakers, limits, crashes and copies by the network make nothing
/// fall.
#[test]
fn callers_of_every_kind_are_served_through_tiers() {
    let copies = quiet(2, &[("hedge_us", 50_000)], &[(100, 1, "read", &[200])]);
    assert_eq!(number(&*run(&copies, SECOND), S2, "arrived"), 3);
    let copies = quiet(2, &[("hedge_us", 50_000)], &[(100, 1, "charge", &[5, 200])]);
    assert_eq!(number(&*run(&copies, SECOND), S2, "arrived"), 1, "they wait with the first");
    let kinds: [&[(&str, i64)]; 3] = [
        &[("timeout_us", 300_000), ("hedge_us", 40_000), ("attempts", 4), ("work_us", 30_000), ("collapse", 1)],
        &[("timeout_us", 150_000), ("breaker_percent", 30), ("breaker_least", 5), ("breaker_rest_us", 300_000), ("adaptive", 1)],
        &[("timeout_us", 200_000), ("queue", 1), ("queue_capacity", 2), ("work_us", 30_000), ("tier_margin_us", 0)],
    ];
    for settings in kinds {
        for seed in 0..8 {
            let mut plan = quiet(3, &[settings, &[("work", 2), ("max_receives", 3)]].concat(), &[]);
            (plan.seed, plan.cluster.clients, plan.network.default) = (seed, 4, rough(50_000));
            let mix = [("charge", 12), ("read", 6), ("poison", 2), ("faulty", 1)];
            plan.workload.generator = Some(workload(20 * MS, 300 * MS, &mix));
            plan.faults = trouble(&plan, 25 * SECOND);
            let run = run(&plan, 40 * SECOND);
            assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "{settings:?}, seed {seed}");
            assert!(run.operations_with("ok") > 100, "{settings:?}, seed {seed}: {}", run.operations_with("ok"));
        }
    }
}

/// A copy for which there is no room says nothing of the first attempt: that is being worked on.
#[test]
fn a_copy_that_is_refused_ends_nothing_while_the_first_is_under_way() {
    for attempts in [2, 3] {
        let settings = [("hedge_us", 50_000), ("attempts", attempts), ("queue_capacity", 1), ("backoff", 0)];
        let plan = quiet(1, &settings, &[(100, 2, "read", &[300]), (110, 1, "read", &[10])]);
        let run = run(&plan, SECOND);
        assert_eq!(run.operations_with("ok"), 2);
        assert_eq!([1, 2].map(|n| number(&*run, client_of(1, n), "attempts")), [attempts as u64; 2]);
        assert_holds(&*run);
    }
    // The other copies leave at once, as far as there may be any, and not after a delay each.
    let settings = [("hedge_us", 50_000), ("attempts", 3), ("queue_capacity", 1), ("backoff", 0)];
    let plan = quiet(1, &settings, &[(100, 2, "read", &[300]), (110, 1, "read", &[10])]);
    assert_eq!(number(&*run(&plan, 156 * MS), client_of(1, 2), "attempts"), 3);
}
