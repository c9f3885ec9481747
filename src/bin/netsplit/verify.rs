//! `netsplit verify`: does everything come of a scenario that should?

use super::{Done, Failure, json_line, load, seconds};
use netsplit::scenario::{Compiled, Report, library, verify, verify_twin};
use serde::Serialize;
use std::io::{self, Write};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Built-in scenarios or files; all built-in ones if there are none
    scenarios: Vec<String>,
    /// Only scenarios with a broken rule, each with its twin: the property must fall, and in the twin all must hold
    #[arg(long)]
    mutants: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// How one run went.
#[derive(Serialize)]
struct Row<'a> {
    scenario: &'a str,
    twin: bool,
    passed: bool,
    checks: usize,
    failures: Vec<String>,
    events: u64,
    end_us: u64,
    fingerprint: String,
}

pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let mut names = arguments.scenarios.clone();
    if names.is_empty() {
        names = library::all().iter().map(|scenario| scenario.id.clone()).collect();
    }
    let mut passed = true;
    for name in names {
        let scenario = load(&name)?;
        if arguments.mutants && scenario.plan.mutants.is_empty() {
            continue;
        }
        let id = scenario.lesson.id.as_str();
        passed &= tell(&scenario, id, false, &verify(&scenario)?, arguments, out)?;
        if let Some(twin) = verify_twin(&scenario)? {
            passed &= tell(&scenario, id, true, &twin, arguments, out)?;
        }
        out.flush()?;
    }
    if passed { Ok(()) } else { Err(Failure::Failed) }
}

fn tell(
    scenario: &Compiled,
    id: &str,
    twin: bool,
    report: &Report,
    arguments: &Arguments,
    out: &mut impl Write,
) -> io::Result<bool> {
    let failures: Vec<String> = report
        .checks
        .iter()
        .filter_map(|check| {
            let failure = check.failure.as_ref()?;
            let at = check.at_us.map_or(String::new(), |at_us| format!(" at {}", seconds(at_us)));
            Some(format!("{}{at}: {failure}", check.what))
        })
        .collect();
    let row = Row {
        scenario: id,
        twin,
        passed: report.passed(),
        checks: report.checks.len(),
        failures,
        events: report.events,
        end_us: report.end_us,
        fingerprint: report.fingerprint.to_string(),
    };
    if arguments.json {
        json_line(out, &row)?;
        return Ok(row.passed);
    }
    let state = if row.passed { "ok    " } else { "FAILED" };
    let without = scenario.lesson.twin.as_ref().filter(|_| twin).map(|twin| format!(" without {}", twin.without.join(", ")));
    writeln!(out, "{state} {id}{}: {} checks, {} events", without.unwrap_or_default(), row.checks, row.events)?;
    for failure in &row.failures {
        writeln!(out, "       {failure}")?;
    }
    Ok(row.passed)
}
