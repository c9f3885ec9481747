//! Traces as text: the layout of GoVector, and JSON Lines.

use super::json::quote;
use super::shiviz::{DELIMITER, PARSER_GO, PARSER_TIMES};
use super::trace::{Event, Trace};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes traces as GoVector writes its logs: the parser, the delimiter or an empty line, two lines for each event. Times, if
/// all events have them, stand before the host in nanoseconds, as TSViz reads them; other fields follow the message, each behind
/// a tab, and the parser names them.
pub fn shiviz(traces: &[&Trace], out: &mut dyn Write) -> io::Result<()> {
    let timed = !traces.is_empty() && traces.iter().all(|trace| trace.events.iter().all(|event| event.at_us.is_some()));
    let fields: BTreeSet<&str> = traces.iter().flat_map(|trace| trace.fields.iter().map(String::as_str)).collect();
    let fields: Vec<&str> = fields.into_iter().filter(|field| !(timed && *field == "timestamp")).collect();
    let mut parser = if timed { PARSER_TIMES } else { PARSER_GO }.to_owned();
    if !fields.is_empty() {
        parser = parser.replace("(?<event>.*)", r"(?<event>[^\t\n]*)");
        fields.iter().for_each(|field| parser.push_str(&format!(r"\t(?<{}>[^\t\n]*)", group_name(field))));
    }
    writeln!(out, "{parser}\n{}", if traces.len() > 1 { DELIMITER } else { "" })?;
    for (n, trace) in traces.iter().enumerate() {
        if traces.len() > 1 {
            let name = if trace.name.is_empty() { format!("execution {}", n + 1) } else { one_line(&trace.name) };
            writeln!(out, "=== {name} ===")?;
        }
        let names = host_names(trace);
        for event in &trace.events {
            if let Some(at_us) = event.at_us.filter(|_| timed) {
                let nanoseconds = u128::from(at_us) * 1000;
                let written = trace.details(event).find(|(name, value)| is_timestamp(name, value, at_us)).map(|(_, value)| value);
                write!(out, "{} ", written.unwrap_or(&nanoseconds.to_string()))?;
            }
            writeln!(out, "{} {}", names[event.host as usize], vector(trace, event, &names))?;
            let message = one_line(trace.message(event));
            // Where fields follow, a tab begins the next one.
            out.write_all(if fields.is_empty() { message } else { message.replace('\t', " ") }.as_bytes())?;
            for field in &fields {
                let value = trace.details(event).find(|(name, _)| name == field).map_or("", |(_, value)| value);
                write!(out, "\t{}", one_line(value).replace('\t', " "))?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Writes traces as JSON Lines, one event a line.
pub fn jsonl(traces: &[&Trace], out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for trace in traces {
        let names: Vec<String> = trace.hosts.iter().map(|host| host.name.clone()).collect();
        for event in &trace.events {
            line.clear();
            line.push('{');
            if !trace.name.is_empty() {
                line.push_str("\"execution\":");
                quote(&trace.name, &mut line);
                line.push(',');
            }
            line.push_str("\"host\":");
            quote(trace.host(event), &mut line);
            line.push_str(",\"clock\":");
            line.push_str(&vector(trace, event, &names));
            line.push_str(",\"event\":");
            quote(trace.message(event), &mut line);
            if let Some(at_us) = event.at_us {
                line.push_str(&format!(",\"at_us\":{at_us}"));
            }
            // A time stamp that says no more than the time is not said twice.
            let exact = |value: &str, at_us: u64| value.parse() == Ok(u128::from(at_us) * 1000);
            let told = |name: &str, value: &str| event.at_us.is_some_and(|at_us| name == "timestamp" && exact(value, at_us));
            for (name, value) in trace.details(event).filter(|(name, value)| !told(name, value)) {
                line.push(',');
                quote(own_key(name), &mut line);
                line.push(':');
                quote(value, &mut line);
            }
            line.push_str("}\n");
            out.write_all(line.as_bytes())?;
        }
    }
    Ok(())
}

/// The time stamp, in nanoseconds, that a time was read from.
fn is_timestamp(name: &str, value: &str, at_us: u64) -> bool {
    name == "timestamp" && value.parse::<u64>().is_ok_and(|ns| ns / 1000 == at_us)
}

/// Keys that mean something in a line cannot name a field.
fn own_key(name: &str) -> &str {
    match name {
        "execution" => "execution_",
        "after" => "after_",
        "at_us" => "at_us_",
        name => name,
    }
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

/// Names of hosts without white space, each of its own.
fn host_names(trace: &Trace) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::new();
    for host in &trace.hosts {
        let plain: String = host.name.chars().map(|letter| if letter.is_whitespace() { '-' } else { letter }).collect();
        let mut name = if plain.is_empty() { "-".to_owned() } else { plain.clone() };
        let mut n = 2;
        while !taken.insert(name.clone()) {
            name = format!("{plain}-{n}");
            n += 1;
        }
        names.push(name);
    }
    names
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}') { ' ' } else { letter }).collect()
}

/// A field's name as a group can have it.
fn group_name(field: &str) -> String {
    let plain: String =
        field.chars().map(|letter| if letter.is_alphanumeric() || letter == '_' { letter } else { '_' }).collect();
    let reserved = ["host", "clock", "event", "timestamp"].contains(&plain.as_str());
    let digit = plain.starts_with(|letter: char| letter.is_numeric());
    if plain.is_empty() || reserved || digit { format!("field_{plain}") } else { plain }
}
