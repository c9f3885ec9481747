//! Processes with clocks, and stamps by themselves.

use super::Work;
use netsplit::protocol::clock::itc::Stamp;
use netsplit::protocol::clock::{Order, Vector};
use netsplit::sim::plan::{Plan, Setting};
use netsplit::sim::trace::NoTrace;
use netsplit::system::{Run, clock::Clocks, live::Live};

/// Five processes with Lamport's clock, vectors and hybrid clocks: each event of theirs is one of the world's.
pub fn events(checking: bool) -> Work {
    let mut plan = Plan::new("clock", 5, 7);
    let settings = [("lamport", 1), ("vector", 1), ("hybrid", 1), ("every_us_min", 1_000), ("every_us_max", 4_000)];
    plan.settings = settings.map(|(name, value)| Setting { name: name.to_owned(), value }).into();
    let mut run = Live::<Clocks>::open(&plan).expect("the plan opens");
    run.set_checking(checking);
    let amount = 200_000;
    for _ in 0..amount {
        run.step_with(&mut NoTrace);
    }
    assert_eq!(run.fallen(), 0);
    Work { amount, fingerprint: run.run_fingerprint().0 }
}

/// Each process in turn receives from another one: a merge, a tick, and a comparison with a third.
pub fn vectors() -> Work {
    let mut all: Vec<Vector<u16>> = vec![Vector::new(); 8];
    let (amount, mut concurrent) = (1_000_000u64, 0u128);
    for n in 0..amount as usize {
        let (at, from, third) = (n % 8, (n * 5 + 3) % 8, (n * 3 + 1) % 8);
        let sent = all[from].ticked(from as u16);
        all[at].merge(&sent);
        all[at].tick(at as u16);
        concurrent += (all[at].compare(&all[third]) == Order::Concurrent) as u128;
    }
    Work { amount, fingerprint: concurrent << 64 | u128::from(all[0].get(&0)) }
}

/// The same with interval trees, of stamps that share the interval by forks.
pub fn trees() -> Work {
    let mut all = vec![Stamp::seed()];
    while all.len() < 8 {
        let (kept, given) = all[0].fork();
        all[0] = kept;
        all.push(given);
        all.rotate_left(1);
    }
    let (amount, mut greatest) = (200_000u64, 0);
    for n in 0..amount as usize {
        let (at, from) = (n % 8, (n * 5 + 3) % 8);
        let sent = all[from].event().expect("it owns a part");
        let received = all[at].join(&sent.peek()).and_then(|joined| joined.event()).expect("parts are disjoint");
        greatest = greatest.max(received.event.max());
        all[at] = received;
    }
    Work { amount, fingerprint: u128::from(greatest) }
}
