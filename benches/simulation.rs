//! How fast the world runs, natively, on one core. One line of JSON per figure: the median of several runs.

mod support;

use std::time::Instant;
use support::{CASES, Case};

const RUNS: usize = 7;

fn main() {
    for case in CASES {
        println!("{}", support::figure("native", case, median(case)));
    }
}

fn median(case: &Case) -> f64 {
    (case.run)();
    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let work = (case.run)();
            std::hint::black_box(work.fingerprint);
            support::rate(case, work.amount, start.elapsed().as_secs_f64())
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[RUNS / 2]
}
