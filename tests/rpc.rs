//! Every mutant of requests and replies falls where it should, and nothing falls without one, whatever goes wrong around it.

mod common;

use common::{Planned, assert_falls, assert_unknown_after_a_gap, at, others, rough, run, trouble, workload};
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::Status;
use netsplit::protocol::Class;
use netsplit::protocol::rpc::rules::MUTANTS;
use netsplit::sim::plan::{
    Action, Channel, ChannelPatch, ChannelRule, ClockAct, Cluster, Cut, Generator, Plan, PlannedAction, Selector,
};
use netsplit::system::Run;
use netsplit::system::inspect::FieldValue;

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
    let mix = [("charge", 12), ("read", 6), ("poison", 2), ("faulty", 2), ("redrive", 1)];
    plan.workload.generator = Some(workload(20 * MS, 300 * MS, &mix));
    plan
}

/// Patient, with a bug that is mended; impatient with a full server; with controlled delay; with gRPC's throttle and the newest
/// first; with copies and joined calls; with a breaker and a limit on the rate; with delays by kind of failure, and a server that asks
/// for some.
const RUNS: [&[(&str, i64)]; 7] = [
    &[("timeout_us", 300_000), ("work", 2), ("mended_at_us", 20_000_000), ("max_receives", 3)],
    &[("timeout_us", 60_000), ("work", 2), ("work_us", 30_000), ("queue_capacity", 3), ("attempts", 5), ("backoff", 4)],
    &[("timeout_us", 150_000), ("work", 2), ("work_us", 30_000), ("queue", 2), ("codel_target_us", 20_000)],
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
    &[
        ("timeout_us", 300_000),
        ("work", 2),
        ("work_us", 20_000),
        ("hedge_us", 30_000),
        ("hedge_percentile", 90),
        ("collapse", 1),
        ("attempts", 4),
    ],
    &[
        ("timeout_us", 80_000),
        ("work", 2),
        ("work_us", 20_000),
        ("queue_capacity", 3),
        ("breaker_percent", 30),
        ("breaker_least", 5),
        ("breaker_window_us", 2_000_000),
        ("breaker_rest_us", 300_000),
        ("breaker_probes", 2),
        ("adaptive", 1),
        ("hedge_us", 50_000),
    ],
    &[
        ("timeout_us", 200_000),
        ("work", 2),
        ("work_us", 30_000),
        ("queue_capacity", 2),
        ("attempts", 5),
        ("backoff", 4),
        ("backoff_base_us", 50_000),
        ("backoff_throttled_us", 300_000),
        ("retry_after_us", 400_000),
        ("budget_timeout_mtok", 14_000),
    ],
];

/// What does not hold at the end; of recovery it may be too early to tell.
fn not_holding(run: &dyn Run) -> Vec<String> {
    others(run, Status::Holds).into_iter().filter(|told| !told.starts_with("recovers: Unknown rpc.recovers.not-yet ")).collect()
}

#[test]
fn without_a_mutant_nothing_falls() {
    for settings in RUNS {
        let mut done = 0;
        for seed in 0..8 {
            let run = run(&busy(settings, seed), 40 * SECOND);
            assert_eq!(not_holding(&*run), Vec::<String>::new(), "{settings:?}, seed {seed}");
            done += run.operations_with("ok");
        }
        assert!(done > 1_500, "{settings:?}: {done}");
    }
}

#[test]
fn recovery_is_not_due_while_something_is_wrong() {
    let mut plan = busy(RUNS[0], 1);
    plan.faults = vec![PlannedAction { at_us: 2 * SECOND, action: Action::Pause(NodeId(0)) }];
    let told = |until_us| {
        let verdicts = run(&plan, until_us).verdicts();
        let recovers = verdicts.into_iter().find(|verdict| verdict.property == "recovers").expect("it is checked");
        (recovers.status, recovers.note.kind.key)
    };
    assert_eq!(told(SECOND), (Status::Holds, "rpc.recovers.holds"));
    assert_eq!(told(4 * SECOND), (Status::Unknown, "rpc.recovers.not-due"));
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
            assert_eq!(not_holding(&*run), Vec::<String>::new(), "{settings:?}, seed {seed}");
        }
    }
}

/// A copy of an attempt that found no room comes when there is some: its caller was told that nothing was done.
#[test]
fn a_late_copy_of_what_was_turned_away_is_not_done_after_all() {
    let mut turned_away = 0;
    for seed in 0..8 {
        let mut plan = quiet(&[("attempts", 1), ("queue_capacity", 1), ("work_us", 30_000)], &[]);
        plan.seed = seed;
        plan.network.default = Channel { delay_us_max: 200 * MS, duplicate_ppm: 1_000_000, ..plan.network.default };
        let mix = vec![("charge".into(), 1)];
        plan.workload.generator = Some(Generator {
            start_us: 50 * MS,
            end_us: 10 * SECOND,
            every_us_min: 10 * MS,
            every_us_max: 100 * MS,
            keys: 2,
            mix,
        });
        let run = run(&plan, 20 * SECOND);
        assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "seed {seed}");
        turned_away += run.operations_with("fail");
    }
    assert!(turned_away > 400, "{turned_away}");
}

/// While S1 is full, a charge of client 2 comes doubled, each copy at a moment of its own.
fn doubled(seed: u64) -> Plan {
    let calls: [Planned<'_>; 3] = [(100, C1, "read", &[450]), (110, C1, "read", &[450]), (150, C2, "charge", &[5])];
    let mut plan = quiet(&[("attempts", 1), ("queue_capacity", 1)], &calls);
    plan.seed = seed;
    let select = Selector { class: Some(Class::Request), ..Selector::default() };
    let delay_us = Some((2 * MS, 900 * MS));
    let set = ChannelPatch { duplicate_ppm: Some(1_000_000), delay_us, ..ChannelPatch::default() };
    plan.faults = vec![at(140, Action::Channel(ChannelRule { select, set })), at(160, Action::ResetChannels)];
    plan
}

/// One in which the charge is turned away, and its copy comes when there is room.
fn seed_with_a_late_copy() -> u64 {
    let is_late = |seed: &u64| {
        let mut plan = doubled(*seed);
        plan.mutants = vec!["takes_late_copies".to_owned()];
        let run = run(&plan, 2 * SECOND);
        run.operations_with("fail") == 1 && common::field(&*run, S1, "charges") == Some(FieldValue::Int(1))
    };
    (0..100).find(is_late).expect("a late copy")
}

/// Whom a server has turned away it keeps in memory: a copy that outlives a crash is done, and no rule says that it is not.
#[test]
fn a_copy_that_outlives_a_crash_speaks_against_nobody() {
    let mut done_after_all = 0;
    for seed in 0..20 {
        let mut plan = doubled(seed);
        plan.faults.extend([at(600, Action::Crash(S1)), at(610, Action::Restart { node: S1, empty: false })]);
        let run = run(&plan, 2 * SECOND);
        assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "seed {seed}");
        let charged = common::field(&*run, S1, "charges") == Some(FieldValue::Int(1));
        done_after_all += u32::from(charged && run.operations_with("fail") == 2);
    }
    assert!(done_after_all > 2, "{done_after_all}");
}

/// A trigger is told by the server's clock: seconds in which it is on there are no bad ones, however wrong that clock goes.
#[test]
fn seconds_of_the_trigger_are_those_of_the_servers_clock() {
    let settings = [("trigger_at_us", 10_000_000), ("trigger_for_us", 2_000_000), ("trigger_factor", 8)];
    let mut plan = quiet(&settings, &[(100, C1, "read", &[]), (29_900, C1, "read", &[])]);
    plan.faults = vec![at(0, Action::Clock { node: S1, act: ClockAct::Rate(-500_000) })];
    let run = run(&plan, 30 * SECOND);
    let troubled: Vec<u64> = run.load().iter().filter(|second| second.trouble && second.n > 0).map(|second| second.n).collect();
    assert_eq!(troubled, (20..24).collect::<Vec<_>>());
}

/// A second in which nobody asks says nothing: bad seconds around it are still in a row.
#[test]
fn seconds_without_demand_do_not_make_a_dead_server_well() {
    let calls: Vec<(u64, NodeId, &str, &[u64])> = (0..12).map(|n| (100 + 2_000 * n, C1, "read", &[][..])).collect();
    let mut plan = quiet(&[("recovery_us", 5_000_000), ("attempts", 1), ("work_us", 2_000_000)], &calls);
    plan.mutants = vec!["ignores_deadline".to_owned(), "no_cancel".to_owned()];
    let run = run(&plan, 30 * SECOND);
    let recovers = run.verdicts().into_iter().find(|verdict| verdict.property == "recovers");
    assert_eq!(recovers.map(|verdict| verdict.status), Some(Status::Violated));
}

/// A request at which the worker fails keeps others waiting no longer than it may be delivered; it is kept across a crash, done
/// when it is given to the worker again after its bug is mended, and then once.
#[test]
fn what_is_set_aside_lets_others_pass_and_may_be_done_later() {
    let calls: [Planned<'_>; 5] = [
        (100, C1, "faulty", &[5]),
        (101, C2, "charge", &[1]),
        (1_000, C2, "redrive", &[]),
        (2_500, C2, "redrive", &[]),
        (2_600, C2, "redrive", &[]),
    ];
    let mut plan = quiet(&[("max_receives", 4), ("mended_at_us", 2_000_000), ("attempts", 1), ("work_us", 20_000)], &calls);
    let fails = |run: &dyn Run| common::field(run, S1, "failed");
    let early = run(&plan, 500 * MS);
    assert_eq!((early.operations_with("ok"), early.operations_with("unknown")), (1, 1), "the other one waited for 4 deliveries");
    assert_eq!((fails(&*early), common::field(&*early, S1, "set-aside")), (Some(FieldValue::Int(4)), Some(FieldValue::Int(1))));
    plan.faults = vec![at(1_500, Action::Crash(S1)), at(1_600, Action::Restart { node: S1, empty: false })];
    let late = run(&plan, 4 * SECOND);
    assert_eq!(others(&*late, Status::Holds), Vec::<String>::new());
    assert_eq!(common::field(&*late, S1, "value"), Some(FieldValue::Int(6)), "charged once after it was mended");
    assert_eq!(common::field(&*late, S1, "set-aside"), None);
}

/// What was given to the worker again and has to give way is not lost: it is set aside as before.
#[test]
fn what_was_redriven_is_not_lost_when_there_is_no_room() {
    let calls: [Planned<'_>; 5] = [
        (100, C1, "faulty", &[5]),
        (1_000, C2, "read", &[800]),
        (1_100, C2, "redrive", &[]),
        (1_200, C1, "read", &[]),
        (3_000, C2, "redrive", &[]),
    ];
    let settings = [
        ("queue", 1),
        ("queue_capacity", 1),
        ("max_receives", 1),
        ("mended_at_us", 500_000),
        ("attempts", 1),
        ("work_us", 300_000),
    ];
    let plan = quiet(&settings, &calls);
    let between = run(&plan, 2_900 * MS);
    assert_eq!(common::field(&*between, S1, "set-aside"), Some(FieldValue::Int(1)));
    let late = run(&plan, 5 * SECOND);
    assert_eq!(others(&*late, Status::Holds), Vec::<String>::new());
    assert_eq!(common::field(&*late, S1, "value"), Some(FieldValue::Int(5)));
}

/// A chain of tiers of which the last one is full when a client charges, without a budget of retries.
fn crowded_tiers(tiers: i64, settings: &[(&str, i64)]) -> Plan {
    let own = [("tiers", tiers), ("backoff", 0), ("queue_capacity", 1), ("timeout_us", 10_000_000)];
    let no_budget: &[(&str, i64)] =
        if settings.iter().any(|(name, _)| name.starts_with("budget")) { &[] } else { &[("budget_capacity_mtok", 0)] };
    let servers = tiers as u16;
    let (c1, c2) = (NodeId(servers), NodeId(servers + 1));
    let calls: [Planned<'_>; 3] = [(100, c1, "read", &[5_000]), (200, c1, "read", &[5_000]), (300, c2, "charge", &[5])];
    common::quiet("rpc", Cluster { servers, clients: 2 }, &[&own, settings, no_budget].concat(), &calls)
}

/// Attempts at the last tier multiply with each tier that retries; not if only the caller does, and hardly with a budget.
#[test]
fn retries_at_every_tier_multiply() {
    let came = |tiers: i64, settings: &[(&str, i64)], mutants: &[&str]| {
        let mut plan = crowded_tiers(tiers, settings);
        plan.mutants = mutants.iter().map(|id| (*id).to_owned()).collect();
        let run = run(&plan, 4 * SECOND);
        assert_eq!(run.operations_with("fail"), 1, "it is certain that nothing was done");
        match common::field(&*run, NodeId(tiers as u16 - 1), "arrived") {
            Some(FieldValue::Int(came)) => came - 2,
            other => panic!("{other:?}"),
        }
    };
    let each: &[&str] = &["retry_at_every_tier"];
    let powers = [(1, 3), (2, 3), (3, 3), (5, 3), (3, 4)].map(|(tiers, attempts)| came(tiers, &[("attempts", attempts)], each));
    assert_eq!(powers, [3, 9, 27, 243, 64]);
    assert_eq!([1, 3, 5].map(|tiers| came(tiers, &[("attempts", 3)], &[])), [3; 3]);
    let budget = [("attempts", 4), ("budget_capacity_mtok", 10_000)];
    assert!(came(3, &budget, each) <= 9, "each tier has two retries at 5 tokens");
}

/// A charge goes through all tiers and is done once, also if replies are lost and tiers crash.
#[test]
fn a_charge_behind_tiers_is_done_once() {
    let settings = [("tiers", 3), ("timeout_us", 300_000), ("work", 2), ("max_receives", 3), ("mended_at_us", 9_000_000)];
    for seed in 0..12 {
        let mut plan = busy(&settings, seed);
        plan.cluster.servers = 3;
        plan.faults = trouble(&plan, 25 * SECOND);
        let run = run(&plan, 40 * SECOND);
        assert_eq!(others(&*run, Status::Holds), Vec::<String>::new(), "seed {seed}");
        assert!(run.operations_with("ok") > 100, "seed {seed}");
    }
}

/// However many calls there were since, a late attempt of the first is still seen for what it is.
#[test]
fn an_effect_too_many_is_seen_however_many_calls_came_between() {
    let mut plan = quiet(&[("work_us", 10), ("timeout_us", 100_000), ("attempts", 2), ("backoff", 0)], &[]);
    plan.mutants = vec!["no_key".to_owned()];
    let (mix, every_us) = (vec![("charge".into(), 1)], 500);
    plan.workload.generator =
        Some(Generator { start_us: 10 * MS, end_us: 4 * SECOND, every_us_min: every_us, every_us_max: every_us, keys: 1, mix });
    let late = ChannelPatch { reorder_ppm: Some(1_000_000), delay_us: Some((3 * SECOND, 3 * SECOND)), ..ChannelPatch::default() };
    let select = Selector { class: Some(Class::Request), ..Selector::default() };
    plan.faults = vec![at(5, Action::Channel(ChannelRule { select, set: late })), at(11, Action::ResetChannels)];
    let run = run(&plan, 5 * SECOND);
    assert!(run.operation_count() > 8_000);
    let once = run.verdicts().into_iter().find(|verdict| verdict.property == "effect-once").expect("it is checked");
    assert!(once.status == Status::Violated && once.witness.is_some_and(|witness| witness.at_us > 3 * SECOND), "{:?}", once.note);
}
/// A breaker that opens after two failures, and rests for 300 ms.
const BREAKER: [(&str, i64); 6] = [
    ("timeout_us", 40_000),
    ("attempts", 1),
    ("breaker_percent", 50),
    ("breaker_least", 2),
    ("breaker_rest_us", 300_000),
    ("backoff", 0),
];

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
        "hedges_free" => {
            let calls: [Planned<'_>; 2] = [(100, C1, "read", &[300]), (500, C1, "read", &[300])];
            let budget = [("budget_capacity_mtok", 10_000), ("budget_returns", 0), ("budget_success_mtok", 0)];
            (quiet(&[&budget[..], &[("hedge_us", 100_000)]].concat(), &calls), 2_000)
        }
        "half_open_floods" => {
            let calls: Vec<Planned<'_>> = (0..60).map(|n| (100 + 15 * n, C1, "read", &[][..])).collect();
            (down(quiet(&BREAKER, &calls)), 2_000)
        }
        "never_half_opens" => {
            let calls: Vec<Planned<'_>> = (0..60).map(|n| (100 + 15 * n, C1, "read", &[][..])).collect();
            (down(quiet(&BREAKER, &calls)), 2_000)
        }
        "joins_stale" => {
            // The answer to the first read is from before the charge, and comes after it.
            let calls: [Planned<'_>; 3] = [(100, C1, "read", &[10]), (101, C1, "charge", &[5, 5]), (130, C1, "read", &[10])];
            let mut plan = quiet(&[("collapse", 1)], &calls);
            let (select, late) = (Selector { class: Some(Class::Reply), ..Selector::default() }, Some((60 * MS, 60 * MS)));
            let set = ChannelPatch { delay_us: late, ..ChannelPatch::default() };
            let overtakes = ChannelPatch { reorder_ppm: Some(1_000_000), reorder_us_max: Some(MS), ..ChannelPatch::default() };
            plan.faults = vec![
                at(111, Action::Channel(ChannelRule { select: select.clone(), set })),
                at(114, Action::ResetChannels),
                at(114, Action::Channel(ChannelRule { select, set: overtakes })),
            ];
            (plan, 2_000)
        }
        "payload_ignored" => {
            let calls: [Planned<'_>; 2] = [(100, C1, "charge", &[5]), (200, C1, "reuse", &[7, 1])];
            (quiet(&[], &calls), 2_000)
        }
        "ignores_deadline" => {
            let calls: [Planned<'_>; 2] = [(100, C1, "charge", &[5, 500]), (101, C2, "charge", &[6])];
            (quiet(&[("timeout_us", 100_000), ("attempts", 1)], &calls), 2_000)
        }
        "takes_late_copies" => (doubled(seed_with_a_late_copy()), 2_000),
        "retries_held_only" => {
            let mut plan = quiet(&[("adaptive", 1), ("queue_capacity", 2), ("work_us", 20_000)], &[]);
            plan.workload.generator = Some(workload(5 * MS, 15 * MS, &[("read", 1)]));
            (plan, 5_000)
        }
        "retry_at_every_tier" => (crowded_tiers(3, &[("attempts", 3)]), 2_000),
        "deadline_per_hop" => {
            let settings = [
                ("tiers", 2),
                ("timeout_us", 600_000),
                ("deadline_us", 1_000_000),
                ("attempts", 2),
                ("backoff", 1),
                ("backoff_base_us", 20_000),
            ];
            // The first attempt is lost, the second waits behind a read, and nobody hears that its caller has given up.
            let calls: [Planned<'_>; 2] = [(100, C2, "charge", &[5]), (690, NodeId(3), "read", &[500])];
            let mut plan = common::quiet("rpc", Cluster { servers: 2, clients: 2 }, &settings, &calls);
            plan.faults = vec![
                at(50, Action::Cut(Cut::Links(vec![(S1, C1)]))),
                at(650, Action::Heal(Vec::new())),
                at(800, Action::Cut(Cut::Links(vec![(C2, S1)]))),
            ];
            (plan, 2_000)
        }
        "no_dead_letters" => (quiet(&[("max_receives", 3)], &[(100, C1, "faulty", &[5])]), 1_000),
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
