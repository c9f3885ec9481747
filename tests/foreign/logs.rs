//! Logs that real systems wrote. They are not part of this repository: `NETSPLIT_SHIVIZ_LOGS` names their folder.

use crate::{found, jsonl, read, shiviz};
use netsplit::scenario::foreign::shiviz::{DELIMITER, PARSER, PARSER_GO};
use netsplit::scenario::foreign::{Format, Imported, Importer, Options, Trace, write};
use std::path::PathBuf;

const FACEBOOK: &str = r"(?<ip>(\d{1,3}\.){3}\d{1,3}) (?<date>(\d{1,2}/){2}\d{4} (\d{2}:){2}\d{2} (AM|PM)) (?<action>(INFO|GET|POST)) (?<event>.*)\n(?<host>\w*) (?<clock>.*)";
const BROADCAST: &str =
    r"\[\w+\] \[(?<date>([^ ]+ [^ ]+))\] [^ ]+ \[akka://Broadcast/user/(?<host>\w+)\] (?<clock>.*\}) (?<event>.*)";

struct Log {
    file: &'static str,
    /// `None`: it stands in the file.
    parser: Option<&'static str>,
    delimiter: Option<&'static str>,
    executions: usize,
    events: usize,
    hosts: usize,
}

const LOGS: [Log; 6] = [
    Log { file: "RpcClientServer.log", parser: None, delimiter: None, executions: 1, events: 10, hosts: 2 },
    Log { file: "simple-reliable-broadcast.log", parser: Some(BROADCAST), delimiter: None, executions: 1, events: 39, hosts: 3 },
    Log { file: "facebook.log", parser: Some(FACEBOOK), delimiter: None, executions: 1, events: 47, hosts: 4 },
    Log {
        file: "multiple-comparison.log",
        parser: Some(FACEBOOK),
        delimiter: Some(DELIMITER),
        executions: 5,
        events: 40,
        hosts: 2,
    },
    Log { file: "simpledb.log", parser: Some(PARSER), delimiter: None, executions: 1, events: 509, hosts: 5 },
    Log { file: "chord.log", parser: Some(PARSER_GO), delimiter: None, executions: 1, events: 1_235, hosts: 8 },
];

/// The log's bytes, if the logs are there.
fn bytes(log: &Log) -> Option<Vec<u8>> {
    let folder = std::env::var_os("NETSPLIT_SHIVIZ_LOGS")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/shiviz-logs")), PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there; NETSPLIT_SHIVIZ_LOGS names the folder of the logs", folder.display());
        return None;
    }
    Some(std::fs::read(folder.join(log.file)).unwrap_or_else(|error| panic!("{}: {error}", log.file)))
}

fn import(log: &Log, bytes: &[u8]) -> Imported {
    let (parser, delimiter) = (log.parser.map(str::to_owned), log.delimiter.map(str::to_owned));
    Importer::read(Options { format: Some(Format::Shiviz), parser, delimiter }, bytes)
}

fn counts(imported: &Imported) -> (usize, usize, usize) {
    let events = imported.traces.iter().map(|trace| trace.events.len()).sum();
    (imported.traces.len(), events, imported.traces.iter().map(|trace| trace.hosts.len()).max().unwrap_or(0))
}

/// Each event's host, vector by names, text, and what it knew directly: in an order that does not depend on the file's.
fn told(trace: &Trace) -> Vec<String> {
    let name = |host: u32| trace.hosts[host as usize].name.replace(char::is_whitespace, "-");
    let mut events: Vec<String> = trace
        .events
        .iter()
        .map(|event| {
            let mut clock: Vec<_> = trace.clock(event).iter().map(|(host, n)| (name(*host), *n)).collect();
            let mut parents: Vec<_> = trace
                .parents(event)
                .iter()
                .map(|at| &trace.events[*at as usize])
                .map(|parent| (name(parent.host), parent.n))
                .collect();
            clock.sort();
            parents.sort();
            format!("{} {clock:?} {parents:?} {}", name(event.host), trace.message(event))
        })
        .collect();
    events.sort();
    events
}

#[test]
fn every_log_has_its_events_hosts_and_executions_and_no_contradiction() {
    for log in &LOGS {
        let Some(bytes) = bytes(log) else { return };
        let imported = import(log, &bytes);
        assert_eq!(counts(&imported), (log.executions, log.events, log.hosts), "{}: {:?}", log.file, found(&imported));
        assert!(!imported.partial(), "{}: {:?}", log.file, found(&imported));
    }
}

#[test]
fn a_log_with_its_patterns_in_the_first_two_lines_is_the_same() {
    for log in &LOGS {
        let Some(bytes) = bytes(log) else { return };
        let Some(parser) = log.parser else { continue };
        let header = format!("{parser}\n{}\n", log.delimiter.unwrap_or_default());
        let imported = read(Format::Shiviz, &[header.as_bytes(), &bytes].concat());
        let expected = import(log, &bytes);
        let all = |imported: &Imported| imported.traces.iter().map(told).collect::<Vec<_>>();
        assert_eq!(all(&imported), all(&expected), "{}", log.file);
    }
}

#[test]
fn names_of_executions_and_fields_are_kept() {
    let Some(bytes) = bytes(&LOGS[3]) else { return };
    let imported = import(&LOGS[3], &bytes);
    let names: Vec<&str> = imported.traces.iter().map(|trace| trace.name.as_str()).collect();
    assert!(names.contains(&"Base execution"), "{names:?}");
    assert!(imported.traces.windows(2).all(|pair| pair[0].events.len() >= pair[1].events.len()), "the largest first");
    let first = &imported.traces[0];
    let details: Vec<_> = first.details(&first.events[0]).map(|(name, _)| name).collect();
    assert_eq!(details, ["ip", "date", "action"]);
}

#[test]
fn every_log_survives_both_formats() {
    for log in &LOGS {
        let Some(bytes) = bytes(log) else { return };
        let imported = import(log, &bytes);
        let traces: Vec<&Trace> = imported.traces.iter().collect();
        let (mut lines, mut go) = (Vec::new(), Vec::new());
        write::jsonl(&traces, &mut lines).unwrap();
        write::shiviz(&traces, &mut go).unwrap();
        let (lines, go) = (String::from_utf8(lines).unwrap(), String::from_utf8(go).unwrap());
        assert_eq!(lines.lines().count(), log.events);
        for line in lines.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(value["host"].is_string() && value["clock"].is_object() && value["event"].is_string(), "{line}");
        }
        for (format, again) in [("jsonl", jsonl(&lines)), ("shiviz", shiviz(&go))] {
            assert_eq!(
                counts(&again),
                (log.executions, log.events, log.hosts),
                "{} through {format}: {:?}",
                log.file,
                found(&again)
            );
            assert!(!again.partial(), "{} through {format}: {:?}", log.file, found(&again));
            for trace in &imported.traces {
                let same = again.traces.iter().find(|other| other.name == trace.name).expect("the execution");
                assert_eq!(told(same), told(trace), "{} through {format}", log.file);
            }
        }
    }
}

#[test]
fn an_edited_counter_is_told_with_both_lines() {
    let Some(bytes) = bytes(&LOGS[0]) else { return };
    let text = String::from_utf8(bytes).unwrap();
    // The client's fifth event knows five events of the server; as if the reply had brought nothing.
    let edited = text.replace(r#"server {"server":4, "client":4}"#, r#"server {"server":4, "client":1}"#);
    assert_ne!(edited, text);
    let imported = shiviz(&edited);
    assert!(imported.partial());
    let codes: Vec<_> = found(&imported).into_iter().map(|(code, line, _)| (code, line)).collect();
    assert_eq!(codes, [("clock-back", 20)]);
}

#[test]
fn what_the_vectors_say_is_what_the_edges_say() {
    for log in &LOGS {
        let Some(bytes) = bytes(log) else { return };
        for trace in &import(log, &bytes).traces {
            // Everything that reaches an event by the two edges, against its vector.
            let mut known: Vec<Vec<u32>> = Vec::new();
            for (at, event) in trace.events.iter().enumerate() {
                let mut vector = vec![0; trace.hosts.len()];
                let before = trace.before(event).into_iter().chain(trace.parents(event).iter().copied());
                for from in before {
                    assert!((from as usize) < at, "an event comes after what it knows of");
                    vector.iter_mut().zip(&known[from as usize]).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
                }
                vector[event.host as usize] = event.n;
                let stated: Vec<u32> = (0..trace.hosts.len() as u32)
                    .map(|host| trace.clock(event).iter().find(|(known, _)| *known == host).map_or(0, |(_, n)| *n))
                    .collect();
                assert_eq!(vector, stated, "{}, line {}", log.file, event.line);
                known.push(vector);
            }
        }
    }
}
