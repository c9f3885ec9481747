//! What jitter is worth, as figures: n clients contend for one row under optimistic concurrency, and who loses backs off (Brooker
//! 2015, and the simulator published with it: network N(10, 2) ms, base 5 ms, cap 2 s, first retry at twice the base). Once as bare
//! formulas, and once as runs of the laboratory, with clients and a server that know nothing of the figures.

use netsplit::base::NodeId;
use netsplit::base::draw::{Purpose, Sequence};
use netsplit::base::time::MS;
use netsplit::protocol::rpc::backoff::Backoff;
use netsplit::scenario::{compile, library};
use netsplit::sim::plan::Setting;
use netsplit::sim::trace::NoTrace;
use netsplit::system::inspect::FieldValue;
use netsplit::system::{info, open};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const BASE_US: u64 = 5 * MS;
const CAP_US: u64 = 2_000 * MS;

/// What a client is about to do; versions are those that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Start,
    Read,
    HasRead(u64),
    Write(u64),
    HasWritten(bool),
}

/// The sum of twelve uniform draws is close enough to normal: mean 10 ms, deviation 2 ms.
fn network_us(draws: &mut Sequence) -> u64 {
    let sum: u64 = (0..12).map(|_| draws.range(0, 2_000)).sum();
    sum.saturating_sub(2_000)
}

/// When the last client is done, milliseconds, and how many writes were tried.
fn contend(clients: usize, backoff: Backoff, seed: u64) -> (f64, f64) {
    let mut draws = Sequence::new(seed, Purpose::Backoff, clients as u64);
    let (mut version, mut calls, mut last_us, mut n) = (0u64, 0u32, 0u64, clients);
    let mut tries = vec![(0u32, 0u64); clients];
    let mut due: BinaryHeap<Reverse<(u64, usize, usize, Step)>> =
        (0..clients).map(|client| Reverse((0, client, client, Step::Start))).collect();
    while let Some(Reverse((at_us, _, client, step))) = due.pop() {
        let (delay_us, next) = match step {
            Step::Start => (network_us(&mut draws), Step::Read),
            Step::Read => (network_us(&mut draws), Step::HasRead(version)),
            Step::HasRead(version) => (network_us(&mut draws), Step::Write(version)),
            Step::Write(read) => {
                calls += 1;
                let wins = read == version;
                version += u64::from(wins);
                (network_us(&mut draws), Step::HasWritten(wins))
            }
            Step::HasWritten(true) => {
                last_us = last_us.max(at_us);
                continue;
            }
            Step::HasWritten(false) => {
                let (tried, slept_us) = &mut tries[client];
                *tried += 1;
                let (least, most) = backoff.range_us(BASE_US, CAP_US, *tried, *slept_us);
                *slept_us = draws.range(least, most).min(CAP_US);
                (*slept_us, Step::Start)
            }
        };
        n += 1;
        due.push(Reverse((at_us + delay_us, n, client, next)));
    }
    (last_us as f64 / MS as f64, f64::from(calls))
}

const RUNS: usize = 50;

/// Mean and deviation of a figure.
fn spread(of: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let mean = of.clone().sum::<f64>() / RUNS as f64;
    (mean, (of.map(|is| (is - mean).powi(2)).sum::<f64>() / (RUNS - 1) as f64).sqrt())
}

/// The table is of means of fifty runs, and so is what is compared with it: they differ by three deviations of their difference at
/// most, and by half a unit of rounding.
fn is_near((mean, deviation): (f64, f64), should: f64) -> bool {
    (mean - should).abs() <= 3.0 * deviation * (2.0 / RUNS as f64).sqrt() + 0.5
}

/// Time and calls of so many runs.
fn means(run: impl Fn(u64) -> (f64, f64)) -> [(f64, f64); 2] {
    let runs: Vec<(f64, f64)> = (0..RUNS as u64).map(run).collect();
    [spread(runs.iter().map(|run| run.0)), spread(runs.iter().map(|run| run.1))]
}

/// The cells that do not meet the table, each with what it is.
fn misses(run: impl Fn(usize, Backoff, u64) -> (f64, f64)) -> Vec<String> {
    let mut misses = Vec::new();
    for (clients, row) in TABLE {
        for (backoff, should) in Backoff::ALL.into_iter().zip(row) {
            let is = means(|seed| run(clients, backoff, seed));
            for ((what, is), should) in ["ms", "calls"].into_iter().zip(is).zip([should.0, should.1]) {
                if !is_near(is, should) {
                    misses.push(format!("{clients} {backoff:?}, {what}: {:.0}, not {should}", is.0));
                }
            }
        }
    }
    misses
}

const TABLE: [(usize, [(f64, f64); 5]); 4] = [
    (10, [(386.0, 51.0), (3_801.0, 52.0), (742.0, 43.0), (473.0, 39.0), (451.0, 38.0)]),
    (50, [(1_139.0, 689.0), (36_909.0, 631.0), (4_136.0, 348.0), (2_928.0, 332.0), (2_135.0, 371.0)]),
    (100, [(2_019.0, 2_418.0), (63_721.0, 1_855.0), (6_547.0, 812.0), (4_836.0, 795.0), (4_705.0, 1_003.0)]),
    (190, [(3_536.0, 8_015.0), (100_559.0, 5_132.0), (9_268.0, 1_761.0), (7_593.0, 1_773.0), (7_649.0, 2_437.0)]),
];

/// The scenario, with so many clients and this kind of backoff: when the last is done, and how many writes were tried.
fn lived(clients: usize, backoff: Backoff, seed: u64) -> (f64, f64) {
    let mut scenario = library::find("rpc/contended-row").expect("the scenario").clone();
    scenario.plan.cluster.clients = clients as u16;
    let mut plan = compile(&scenario, info("rpc").expect("the system")).expect("it compiles").plan;
    plan.seed = seed;
    plan.mutants.clear();
    let base_us = if backoff == Backoff::Decorrelated { BASE_US } else { 2 * BASE_US };
    for (name, value) in [("backoff", backoff as i64), ("backoff_base_us", base_us as i64)] {
        plan.settings.retain(|setting| setting.name != name);
        plan.settings.push(Setting { name: name.to_owned(), value });
    }
    let mut run = open(&plan).expect("the plan opens");
    let mut last_us = 0;
    while let Some(due_us) = run.next_due_us().filter(|_| run.operations_with("pending") > 0 || last_us == 0) {
        last_us = due_us;
        run.step(&mut NoTrace);
    }
    let server = run.node(NodeId(0)).expect("a server");
    let count = |name: &str| match server.fields.iter().find(|field| field.key == name).map(|field| &field.value) {
        Some(FieldValue::Int(n)) => *n as f64,
        _ => 0.0,
    };
    assert_eq!((run.operations_with("ok"), count("rpc.field.charges")), (clients, clients as f64));
    (last_us as f64 / MS as f64, count("rpc.field.updates"))
}

/// All twenty cells, time and calls. A delay of the scenario is the sum of two uniform draws, as near to the normal one of the table
/// as the laboratory's links come; with a single draw of that deviation, 190 clients that do not wait make 0.5 % more calls.
#[test]
fn runs_of_the_laboratory_meet_the_table() {
    let misses = misses(lived);
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn jitter_saves_more_than_half_of_the_calls_and_most_of_the_time() {
    let misses = misses(contend);
    assert!(misses.is_empty(), "{misses:#?}");
    let calls = |backoff| means(|seed| contend(100, backoff, seed))[1].0;
    assert!(calls(Backoff::Full) * 2.0 < calls(Backoff::Exponential));
}
