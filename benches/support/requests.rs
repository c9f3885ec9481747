//! Requests and replies: a busy server, and one that stays down.

use super::Work;
use netsplit::base::time::SECOND;
use netsplit::sim::plan::{Cluster, Generator, Plan, Setting};
use netsplit::sim::trace::NoTrace;
use netsplit::system::{Run, live::Live, rpc::Calls};

fn plan(every_us_max: u64, settings: &[(&str, i64)], mix: &[(&str, u32)]) -> Plan {
    let mut plan = Plan::new("rpc", 1, 7);
    plan.cluster = Cluster { servers: 1, clients: 4 };
    plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
    (plan.network.default.delay_us_min, plan.network.default.delay_us_max) = (500, 1_500);
    plan.workload.generator = Some(Generator {
        start_us: 0,
        end_us: u64::MAX,
        every_us_min: 1,
        every_us_max,
        keys: 3,
        mix: mix.iter().map(|(verb, weight)| ((*verb).to_owned(), *weight)).collect(),
    });
    plan
}

/// Four clients charge and read 400 times a second; work takes a millisecond.
pub fn events(checking: bool) -> Work {
    let events = 300_000;
    let mut run =
        Live::<Calls>::open(&plan(20_000, &[("work_us", 1_000)], &[("charge", 1), ("read", 1)])).expect("the plan opens");
    run.set_checking(checking);
    for _ in 0..events {
        run.step_with(&mut NoTrace);
    }
    Work { amount: events, fingerprint: run.run_fingerprint().0 }
}

/// 140 virtual seconds of the run in which retries keep a server down: 80 calls a second, up to 320 attempts.
pub fn metastable() -> Work {
    let settings = [
        ("timeout_us", 500_000),
        ("deadline_us", 60_000_000),
        ("attempts", 4),
        ("backoff", 0),
        ("budget_capacity_mtok", 0),
        ("work", 2),
        ("queue_capacity", 1_000),
        ("trigger_at_us", 10_000_000),
        ("trigger_for_us", 3_000_000),
        ("trigger_factor", 8),
    ];
    let mut plan = plan(100_000, &settings, &[("read", 1)]);
    plan.mutants = vec!["ignores_deadline".to_owned(), "no_cancel".to_owned()];
    let mut run = Live::<Calls>::open(&plan).expect("the plan opens");
    let length_us = 140 * SECOND;
    while run.next_due_us().is_some_and(|due| due <= length_us) {
        run.step_with(&mut NoTrace);
    }
    Work { amount: length_us, fingerprint: run.run_fingerprint().0 }
}
