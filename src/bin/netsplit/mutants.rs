//! `netsplit mutants`: the broken rules of a system.

use super::{Done, json_line, system_named};
use netsplit::scenario::library;
use serde::Serialize;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Which system
    #[arg(long, default_value = "raft")]
    system: String,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    /// The function in `rules.rs` that it replaces.
    rule: &'static str,
    /// The property that falls.
    property: &'static str,
    /// The scenario that shows it fall, if there is one.
    scenario: Option<&'static str>,
}

pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let info = system_named(&arguments.system)?;
    let row = |mutant: &'static netsplit::system::inspect::Mutant| Row {
        id: mutant.id,
        rule: mutant.rule,
        property: mutant.falls,
        scenario: library::of_mutant(info.id, mutant.id).map(|scenario| scenario.id.as_str()),
    };
    for row in info.mutants.iter().map(row) {
        if arguments.json {
            json_line(out, &row)?;
        } else {
            writeln!(out, "{:28} {:28} {:26} {}", row.id, row.rule, row.property, row.scenario.unwrap_or("-"))?;
        }
    }
    Ok(())
}
