//! Processes with clocks, and stamps by themselves.

use super::Work;
use netsplit::protocol::clock::dvv::DvvSet;
use netsplit::protocol::clock::hlc::Hlc;
use netsplit::protocol::clock::itc::Stamp;
use netsplit::protocol::clock::lamport::Lamport;
use netsplit::protocol::clock::matrix::Matrix;
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

/// Who receives the nth message of eight processes, and from whom.
fn pair(n: u64) -> (usize, usize) {
    ((n % 8) as usize, ((n * 5 + 3) % 8) as usize)
}

/// Each process in turn receives from another one: a tick at the sender, the greater number and one more at the receiver.
pub fn lamport() -> Work {
    let mut all = [Lamport::default(); 8];
    let amount = 20_000_000;
    for n in 0..amount {
        let (at, from) = pair(n);
        all[from] = all[from].ticked();
        all[at] = all[at].received(all[from]);
    }
    Work { amount, fingerprint: all[0].0.into() }
}

/// The same with hybrid clocks, on physical clocks that are up to 7 us apart.
pub fn hybrid() -> Work {
    let mut all = [Hlc::default(); 8];
    let amount = 20_000_000;
    for n in 0..amount {
        let (at, from) = pair(n);
        let physical = |of: usize| n / 4 + of as u64;
        all[from] = all[from].ticked(all[from].l.max(physical(from)));
        all[at] = all[at].received(all[from], all[at].l.max(all[from].l).max(physical(at)));
    }
    Work { amount, fingerprint: u128::from(all[0].l) << 64 | u128::from(all[0].c) }
}

/// The same with matrices: the receiver takes in what the sender knows of everybody, and looks what everybody has seen of it.
pub fn matrices() -> Work {
    let mut all: Vec<Matrix> = vec![Matrix::new(8); 8];
    let (amount, mut stable) = (1_000_000, 0u128);
    for n in 0..amount {
        let (at, from) = pair(n);
        let count = all[from].get(from, from) + 1;
        all[from].see(from, from, count);
        let sent = all[from].clone();
        all[at].merge(&sent, at);
        (0..8).for_each(|of| all[at].see(at, of, sent.get(from, of)));
        stable += u128::from(all[at].seen_by_all(from));
    }
    Work { amount, fingerprint: stable }
}

/// Versions of an object at three servers: a write that has read what its server had, and the next server takes it over; every
/// fourth write has read nothing, and is a sibling.
pub fn versions() -> Work {
    let mut all: Vec<DvvSet<u16, u64>> = vec![DvvSet::default(); 3];
    let (amount, mut siblings) = (300_000, 0u128);
    for n in 0..amount {
        let (at, next) = ((n % 3) as usize, ((n + 1) % 3) as usize);
        let read = if n % 4 == 0 { Default::default() } else { all[at].join() };
        all[at] = all[at].updated(&DvvSet::with(&read, vec![n]), at as u16);
        all[next] = all[next].sync(&all[at]);
        siblings += all[next].values().len() as u128;
    }
    Work { amount, fingerprint: siblings }
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
