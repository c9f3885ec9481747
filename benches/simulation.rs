//! How fast the world runs, natively, on one core. One line of JSON per figure: the median of several runs.

mod support;

use std::time::Instant;
use support::{CASES, Case};

const RUNS: usize = 7;

fn main() {
    for case in CASES {
        println!("{}", figure(case));
    }
}

fn figure(case: &Case) -> String {
    (case.run)();
    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let work = (case.run)();
            std::hint::black_box(work.fingerprint);
            rate(case, work.amount, start.elapsed().as_secs_f64())
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    format!(
        r#"{{"name":"native: {}","value":{:.0},"unit":"{}","peer":null,"peer_value":null}}"#,
        case.name,
        rates[RUNS / 2],
        case.unit
    )
}

fn rate(case: &Case, amount: u64, seconds: f64) -> f64 {
    let amount = if case.unit == "times real time" { amount as f64 / 1e6 } else { amount as f64 };
    amount / seconds
}
