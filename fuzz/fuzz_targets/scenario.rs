//! Scenario texts: a scenario that compiles and plays, or diagnostics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netsplit::scenario::{compile, toml};
use netsplit::system::{info, open};
use netsplit::timeline::Session;

fuzz_target!(|text: &str| {
    match toml::parse("fuzz.toml", text) {
        Err(wrong) => assert!(!wrong.is_empty()),
        Ok(scenario) => {
            if let Some(info) = info(&scenario.system)
                && let Ok(compiled) = compile(&scenario, info)
                && let Ok(mut session) = Session::open(compiled.plan, Default::default(), open)
            {
                session.seek_begin(200);
                session.slice(200);
            }
        }
    }
});
