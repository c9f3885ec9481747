//! The same plan gives the same run, bit for bit: today, tomorrow, natively and (in `browser_determinism`) in a browser.
//!
//! `NETSPLIT_REWRITE=1 cargo test --test determinism` writes the table anew.

use netsplit::scenario::{compile, library};
use netsplit::system::open;
use netsplit::timeline::{self, Session};
use std::fmt::Write as _;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pinned.txt");
/// Seeds besides each scenario's own.
const SEEDS: [u64; 2] = [1, u64::MAX];

/// The table as this build would write it: scenario, seed, run fingerprint at the scenario's end.
fn rows() -> String {
    let mut rows = String::new();
    for scenario in library::all() {
        let info = open::info(&scenario.system).expect("built-in scenarios name systems that exist");
        let compiled = compile(scenario, info).expect("built-in scenarios compile");
        for seed in [compiled.plan.seed].into_iter().chain(SEEDS) {
            let plan = netsplit::sim::plan::Plan { seed, ..compiled.plan.clone() };
            let mut session = Session::open(plan, timeline::Config::default(), open::open).expect("the plan is fine");
            session.seek_time(compiled.lesson.end_us);
            writeln!(rows, "{} {seed} {}", scenario.id, session.fingerprint()).expect("texts take everything");
        }
    }
    rows
}

#[test]
fn pinned_runs_keep_their_fingerprints() {
    let table = std::fs::read_to_string(TABLE).expect("the table is there");
    let (comments, pinned): (Vec<&str>, Vec<&str>) = table.lines().partition(|line| line.starts_with('#'));
    let now = rows();
    if std::env::var_os("NETSPLIT_REWRITE").is_some() {
        std::fs::write(TABLE, format!("{}\n{now}", comments.join("\n"))).expect("the table can be written");
        return;
    }
    for (pinned, now) in pinned.iter().zip(now.lines()) {
        assert_eq!(*pinned, now, "bump the system's behaviour version, say why in the changelog, then NETSPLIT_REWRITE=1");
    }
    assert_eq!(pinned.len(), now.lines().count(), "every scenario is pinned");
}
