//! Clients that compete for a lock of five nodes.

use super::Work;
use netsplit::base::time::MS;
use netsplit::sim::plan::{Cluster, Generator, Plan, Setting};
use netsplit::sim::trace::NoTrace;
use netsplit::system::{Run, live::Live, lock::Locks};

/// Four clients use two locks as often as they can, until so many events have happened.
pub fn events(checking: bool) -> Work {
    let mut plan = Plan::new("lock", 6, 7);
    plan.cluster = Cluster { servers: 6, clients: 4 };
    plan.settings = vec![Setting { name: "ttl_us".to_owned(), value: 400_000 }];
    let (every_us_min, every_us_max) = (20 * MS, 200 * MS);
    let mix = vec![("use".to_owned(), 3), ("extend".to_owned(), 1)];
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
