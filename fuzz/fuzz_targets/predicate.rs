//! The text of predicates.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netsplit::scenario::predicate;
use netsplit::sim::plan::Cluster;

fuzz_target!(|text: &str| {
    if let Err(wrong) = predicate::parse(text, &Cluster { servers: 5, clients: 2 }) {
        assert!(!wrong.message.is_empty());
    }
});
