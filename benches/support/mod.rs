//! What is measured, natively and in the browser alike: each case does a fixed amount of work and says how much.

#![allow(dead_code, missing_docs, unreachable_pub)]

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod clocks;
pub mod import;
pub mod locks;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod requests;
pub mod ring;
pub mod timeline;

use netsplit::base::time::SECOND;
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{Cluster, Generator, Plan};
use netsplit::sim::trace::{Event, EventKind, NoTrace, Sink};
use netsplit::system::live::Live;
use netsplit::system::{Run, raft::Raft};

/// Where something is measured.
pub struct Place {
    pub name: &'static str,
    /// Milliseconds since some moment.
    pub now_ms: fn() -> f64,
    /// Memory that everything holds together.
    pub memory_bytes: fn() -> u64,
}

/// What was measured.
pub struct Figure<'a> {
    pub name: &'a str,
    pub value: f64,
    pub unit: &'a str,
    /// What came out of the work: the same everywhere.
    pub fingerprint: u128,
}

impl Place {
    /// How long it takes, milliseconds.
    pub fn timed(&self, work: impl FnOnce()) -> f64 {
        let begin = (self.now_ms)();
        work();
        (self.now_ms)() - begin
    }

    /// A figure as `make bench` collects it.
    pub fn figure(&self, figure: &Figure<'_>) -> String {
        let Figure { name, value, unit, fingerprint } = figure;
        let (place, digits) = (self.name, if *value < 1e3 { 3 } else { 0 });
        let who = format!(r#""name":"{place}: {name}","fingerprint":"{fingerprint:032x}""#);
        format!(r#"{{{who},"value":{value:.digits$},"unit":"{unit}","peer":null,"peer_value":null}}"#)
    }
}

/// The work that a case did.
pub struct Work {
    /// How much of it: events, messages, or virtual microseconds.
    pub amount: u64,
    /// What came out, so that native and wasm can be compared and nothing is optimised away.
    pub fingerprint: u128,
}

pub struct Case {
    pub name: &'static str,
    pub unit: &'static str,
    pub run: fn() -> Work,
}

/// All cases, in the order of the table.
pub const CASES: &[Case] = &[
    Case { name: "event loop, 1,000 tokens among 100 hosts", unit: "events/s", run: || tokens(100, 1_000, 400_000) },
    Case { name: "one token, 3 hosts", unit: "messages/s", run: || tokens(3, 1, 400_000) },
    Case { name: "one token, 10 hosts", unit: "messages/s", run: || tokens(10, 1, 400_000) },
    Case { name: "one token, 30 hosts", unit: "messages/s", run: || tokens(30, 1, 400_000) },
    Case { name: "one token, 100 hosts", unit: "messages/s", run: || tokens(100, 1, 400_000) },
    Case { name: "Raft, 5 servers, without checkers", unit: "message events/s", run: || raft_messages(false) },
    Case { name: "Raft, 5 servers, with all checkers", unit: "message events/s", run: || raft_messages(true) },
    Case { name: "Raft, 3 servers, swarm of faults, all checkers", unit: "times real time", run: raft_under_faults },
    Case { name: "clocks, 5 processes, without checkers", unit: "events/s", run: || clocks::events(false) },
    Case { name: "clocks, 5 processes, every pair checked", unit: "events/s", run: || clocks::events(true) },
    Case { name: "locks, 5 nodes, 4 clients, without checkers", unit: "events/s", run: || locks::events(false) },
    Case { name: "locks, 5 nodes, 4 clients, all checkers", unit: "events/s", run: || locks::events(true) },
    Case { name: "locks on Raft, 5 servers, 4 clients, without checkers", unit: "events/s", run: || locks::on_raft(false) },
    Case { name: "locks on Raft, 5 servers, 4 clients, all checkers", unit: "events/s", run: || locks::on_raft(true) },
    Case { name: "Lamport's clock, 8 processes: send and receive", unit: "stamps/s", run: clocks::lamport },
    Case { name: "hybrid clocks, 8 processes: send and receive", unit: "stamps/s", run: clocks::hybrid },
    Case { name: "vectors of 8 processes: send, receive, compare", unit: "stamps/s", run: clocks::vectors },
    Case { name: "interval trees of 8 processes: send and receive", unit: "stamps/s", run: clocks::trees },
    Case { name: "matrices of 8 processes: send, receive, seen by all", unit: "stamps/s", run: clocks::matrices },
    Case { name: "dotted versions at 3 servers: write and take over", unit: "stamps/s", run: clocks::versions },
    Case { name: "requests, 4 clients, without checkers", unit: "events/s", run: || requests::events(false) },
    Case { name: "requests, 4 clients, all checkers", unit: "events/s", run: || requests::events(true) },
    Case { name: "requests, a server kept down by retries, all checkers", unit: "times real time", run: requests::metastable },
];

const RUNS: usize = 5;

/// The median of several runs of a case, after one that is not counted, as a figure.
pub fn median(place: &Place, case: &Case) -> String {
    let fingerprint = (case.run)().fingerprint;
    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let mut amount = 0;
            let took_ms = place.timed(|| {
                let work = (case.run)();
                assert_eq!(work.fingerprint, fingerprint, "{}: the same work each time", case.name);
                amount = work.amount;
            });
            rate(case, amount, took_ms / 1e3)
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    place.figure(&Figure { name: case.name, value: rates[RUNS / 2], unit: case.unit, fingerprint })
}

/// Amount a second; for runs of virtual time, virtual seconds a second.
fn rate(case: &Case, amount: u64, seconds: f64) -> f64 {
    let amount = if case.unit == "times real time" { amount as f64 / 1e6 } else { amount as f64 };
    amount / seconds
}

fn tokens(hosts: u16, tokens: u32, events: u64) -> Work {
    let mut world = ring::world(hosts, tokens);
    for _ in 0..events {
        world.step(&mut NoTrace);
    }
    Work { amount: events, fingerprint: world.run_fingerprint().0 }
}

/// Counts events at which a message arrives or is lost.
#[derive(Default)]
struct Messages(u64);

impl Sink for Messages {
    fn event(&mut self, event: &Event) {
        self.0 += matches!(event.kind, EventKind::Delivered | EventKind::Lost) as u64;
    }
    fn note(&mut self, _: &netsplit::base::Note) {}
}

fn raft_messages(checking: bool) -> Work {
    let mut plan = Plan::new("raft", 5, 7);
    plan.cluster = Cluster { servers: 5, clients: 4 };
    plan.workload.generator = Some(Generator {
        start_us: SECOND,
        end_us: u64::MAX,
        every_us_min: 5_000,
        every_us_max: 15_000,
        keys: 3,
        mix: vec![("put".into(), 3), ("get".into(), 1)],
    });
    let mut run = Live::<Raft>::open(&plan).expect("the plan opens");
    run.set_checking(checking);
    let mut messages = Messages::default();
    while messages.0 < 300_000 {
        run.step_with(&mut messages);
    }
    Work { amount: messages.0, fingerprint: run.run_fingerprint().0 }
}

/// 20 seeds of 60 virtual seconds: 50 ms heartbeats, 10 operations a second, 1 ms fsync.
fn raft_under_faults() -> Work {
    let mut fingerprint = 0;
    let (seeds, length_us) = (20, 60 * SECOND);
    for seed in 0..seeds {
        let mut run = faulty(seed, length_us);
        while run.next_due_us().is_some_and(|due| due <= length_us) {
            run.step_with(&mut NoTrace);
        }
        fingerprint ^= run.run_fingerprint().0;
    }
    Work { amount: seeds * length_us, fingerprint }
}

fn faulty(seed: u64, length_us: u64) -> Live<Raft> {
    let mut plan = Plan::new("raft", 3, seed);
    plan.cluster = Cluster { servers: 3, clients: 2 };
    (plan.disk.fsync_us_min, plan.disk.fsync_us_max) = (1_000, 1_000);
    plan.workload.generator = Some(Generator {
        start_us: SECOND,
        end_us: length_us,
        every_us_min: 100_000,
        every_us_max: 300_000,
        keys: 2,
        mix: vec![("put".into(), 4), ("append".into(), 1), ("cas".into(), 2), ("get".into(), 3)],
    });
    plan.faults = generate(&plan, &Spec { start_us: SECOND, end_us: length_us, damaged_disks_max: 1, amnesia: false });
    Live::<Raft>::open(&plan).expect("the plan opens")
}
