//! The same plan gives the same run in the browser as natively, bit for bit.
#![cfg(target_arch = "wasm32")]

use netsplit::scenario::{compile, library};
use netsplit::system::open;
use netsplit::timeline::{self, Session, Stop};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// The same file that the native test reads.
const PINNED: &str = include_str!("pinned.txt");

#[wasm_bindgen_test]
fn pinned_runs_have_their_native_fingerprints() {
    for line in PINNED.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let [id, seed, pinned] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("three words: {line}") };
        let scenario = library::find(id).unwrap_or_else(|| panic!("{id} is built in"));
        let info = open::info(&scenario.system).unwrap_or_else(|| panic!("{} is built in", scenario.system));
        let mut compiled = compile(scenario, info).unwrap_or_else(|wrong| panic!("{id}: {wrong:?}"));
        compiled.plan.seed = seed.parse().unwrap_or_else(|_| panic!("a seed: {line}"));
        let session = Session::open(compiled.plan, timeline::Config::default(), open::open);
        let mut session = session.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_ne!(session.seek_time(compiled.lesson.end_us), Stop::Dropped, "{id}");
        assert_eq!(session.fingerprint().to_string(), pinned, "{id} with seed {seed}");
    }
}
