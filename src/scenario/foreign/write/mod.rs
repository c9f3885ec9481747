//! Traces as text: the layout of GoVector, and JSON Lines. What is written is read again as the same events, with the same
//! order, texts, times and fields; names that a format cannot have are changed, each to one of its own.

mod names;
mod parser;

use super::json::quote;
use super::trace::{Event, Trace};
use parser::Parser;
use std::io::{self, Write};

/// Writes traces as GoVector writes its logs: the parser, the delimiter or an empty line, two lines for each event. Times stand
/// before the host in nanoseconds, as TSViz reads them; other fields follow the message, each behind a tab, and the parser
/// names them. Executions are parted if there are several, or if the only one has a name.
pub fn shiviz(traces: &[&Trace], out: &mut dyn Write) -> io::Result<()> {
    let executions = names::of_executions(traces, one_line);
    let parted = executions.iter().any(|name| !name.is_empty());
    let parser = Parser::of(traces);
    writeln!(out, "{}\n{}", parser.pattern, if parted { super::shiviz::DELIMITER } else { "" })?;
    for (n, (trace, name)) in traces.iter().zip(executions).enumerate() {
        if parted {
            writeln!(out, "=== {name} ===")?;
        }
        let hosts = names::of_hosts(trace);
        let mut columns = parser.columns(n);
        for event in &trace.events {
            parser.write_time(trace, event, out)?;
            writeln!(out, "{} {}", hosts[event.host as usize], vector(trace, event, &hosts))?;
            let line = columns.line(trace, event);
            // A line that looks like a delimiter would part the execution.
            let parts = parted && line.starts_with("=== ") && line.ends_with(" ===");
            writeln!(out, "{}{line}", if parts { " " } else { "" })?;
        }
    }
    Ok(())
}

/// Writes traces as JSON Lines, one event a line.
pub fn jsonl(traces: &[&Trace], out: &mut dyn Write) -> io::Result<()> {
    let executions = names::of_executions(traces, str::to_owned);
    let (fields, places) = names::all_fields(traces);
    let keys = names::of_keys(&fields);
    let mut line = String::new();
    for (n, (trace, name)) in traces.iter().zip(executions).enumerate() {
        let hosts: Vec<String> = trace.hosts.iter().map(|host| host.name.clone()).collect();
        for event in &trace.events {
            line.clear();
            line.push('{');
            if !name.is_empty() {
                line.push_str("\"execution\":");
                quote(&name, &mut line);
                line.push(',');
            }
            line.push_str("\"host\":");
            quote(trace.host(event), &mut line);
            line.push_str(",\"clock\":");
            line.push_str(&vector(trace, event, &hosts));
            line.push_str(",\"event\":");
            quote(trace.message(event), &mut line);
            if let Some(at_us) = event.at_us {
                line.push_str(&format!(",\"at_us\":{at_us}"));
            }
            for (field, value) in trace.numbered_details(event) {
                // A time stamp that says no more than the time is not said twice.
                let exact = |at_us: u64| value.parse() == Ok(u128::from(at_us) * 1000);
                if trace.fields[field] == TIMESTAMP && event.at_us.is_some_and(exact) {
                    continue;
                }
                line.push(',');
                quote(&keys[places[n][field]], &mut line);
                line.push(':');
                quote(value, &mut line);
            }
            line.push_str("}\n");
            out.write_all(line.as_bytes())?;
        }
    }
    Ok(())
}

/// The field that holds times in nanoseconds, as TSViz has them.
const TIMESTAMP: &str = "timestamp";

/// True if a value of [`TIMESTAMP`] is what the event's time was read from, or as good.
fn is_time(value: &str, event: &Event) -> bool {
    let microseconds = value.parse::<u128>().map(|nanoseconds| nanoseconds / 1000);
    event.at_us.is_some_and(|at_us| microseconds == Ok(at_us.into()))
}

/// A vector as GoVector writes it: names in order, `", "` between, no space behind the colon.
fn vector(trace: &Trace, event: &Event, names: &[String]) -> String {
    let mut entries: Vec<(&str, u32)> = trace.clock(event).iter().map(|(host, n)| (names[*host as usize].as_str(), *n)).collect();
    entries.sort_unstable();
    let mut text = String::from("{");
    for (n, (host, count)) in entries.into_iter().enumerate() {
        text.push_str(if n == 0 { "" } else { ", " });
        quote(host, &mut text);
        text.push_str(&format!(":{count}"));
    }
    text.push('}');
    text
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}') { ' ' } else { letter }).collect()
}

/// A text as a field between tabs can have it.
fn one_cell(text: &str) -> String {
    one_line(text).replace('\t', " ")
}
