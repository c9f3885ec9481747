//! Clients that compete for a lock of five nodes.

use super::Work;
use netsplit::base::time::MS;
use netsplit::sim::plan::{Cluster, Generator, Plan, Setting};
use netsplit::sim::trace::NoTrace;
use netsplit::system::{Run, live::Live, lock::Locks};

/// Four clients use two locks of Redlock as often as they can, until so many events have happened.
pub fn events(checking: bool) -> Work {
    run(&[("ttl_us", 400_000)], &[("use", 3), ("extend", 1)], checking)
}

/// The same on a replicated log.
pub fn on_raft(checking: bool) -> Work {
    run(&[("raft", 1), ("ttl_us", 400_000)], &[("use", 3), ("read", 1)], checking)
}

fn run(settings: &[(&str, i64)], mix: &[(&str, u32)], checking: bool) -> Work {
    let mut plan = Plan::new("lock", 6, 7);
    plan.cluster = Cluster { servers: 6, clients: 4 };
    plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
    let (every_us_min, every_us_max) = (20 * MS, 200 * MS);
    let mix = mix.iter().map(|(verb, share)| ((*verb).to_owned(), *share)).collect();
    plan.workload.generator = Some(Generator { start_us: 0, end_us: u64::MAX, every_us_min, every_us_max, keys: 2, mix });
    let mut run = Live::<Locks>::open(&plan).expect("the plan opens");
    run.set_checking(checking);
    let amount = 100_000;
    for _ in 0..amount {
        run.step_with(&mut NoTrace);
    }
    assert_eq!(run.fallen(), 0);
    Work { amount, fingerprint: run.run_fingerprint().0 }
}
