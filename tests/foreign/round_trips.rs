//! What is read is written, and read again as the same: JSON Lines as the layout of GoVector, and back.

use crate::{found, jsonl, shiviz};
use netsplit::scenario::foreign::{Event, Format, Imported, Importer, Options, Trace, write};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Writer = fn(&[&Trace], &mut dyn std::io::Write) -> std::io::Result<()>;

fn written(imported: &Imported, writer: Writer) -> String {
    let traces: Vec<&Trace> = imported.traces.iter().collect();
    let mut bytes = Vec::new();
    writer(&traces, &mut bytes).expect("memory");
    String::from_utf8(bytes).expect("text")
}

fn names(imported: &Imported) -> Vec<&str> {
    imported.traces.iter().map(|trace| trace.name.as_str()).collect()
}

fn events(imported: &Imported) -> Vec<usize> {
    imported.traces.iter().map(|trace| trace.events.len()).collect()
}

/// A log whose delimiter names nothing, or the same name again.
fn parted(delimiter: &str, between: &str) -> Imported {
    let event = |text: &str| format!("a {{\"a\":1}}\n{text}\n");
    let log = format!("(?<host>\\S*) (?<clock>{{.*}})\\n(?<event>.*)\n{delimiter}\n{}{between}\n{}", event("x"), event("y"));
    shiviz(&log)
}

#[test]
fn executions_without_a_name_or_with_the_same_one_are_kept_apart() {
    for (imported, expected) in [
        (parted("^---$", "---"), ["execution 1", "execution 2"]),
        (parted("^=== (?<trace>.*) ===$", "=== execution 1 ==="), ["execution 1 2", "execution 1"]),
    ] {
        assert_eq!(events(&imported), [1, 1]);
        for (writer, reader) in [(write::jsonl as Writer, jsonl as fn(&str) -> Imported), (write::shiviz, shiviz)] {
            let again = reader(&written(&imported, writer));
            assert_eq!(
                (events(&again), names(&again), again.partial()),
                (vec![1, 1], expected.to_vec(), false),
                "{:?}",
                found(&again)
            );
        }
    }
    let twice = parted("^=== (?<trace>.*) ===$", "=== r ===\nb {\"b\":1}\nz\n=== r ===");
    assert_eq!(events(&twice), [1, 1, 1]);
    let lines = written(&twice, write::jsonl);
    let again = jsonl(&lines);
    assert_eq!((events(&again), names(&again)), (vec![1, 1, 1], vec!["execution 1", "r", "r 2"]), "{lines}");
    // One alone is called what it is called.
    let named = jsonl("{\"execution\":\"r\",\"host\":\"a\",\"event\":\"e\"}\n");
    assert_eq!(names(&shiviz(&written(&named, write::shiviz))), ["r"]);
    let nameless = jsonl("{\"host\":\"a\",\"event\":\"e\"}\n");
    assert!(written(&nameless, write::shiviz).contains("\n\n") && !written(&nameless, write::jsonl).contains("execution"));
}

#[test]
fn many_executions_of_one_name_are_named_in_time() {
    let lines: String = (0..10_000).map(|n| format!("{{\"execution\":\"{n}\",\"host\":\"a\"}}\n")).collect();
    let mut imported = jsonl(&lines);
    imported.traces.iter_mut().for_each(|trace| trace.name = "same".to_owned());
    let again = jsonl(&written(&imported, write::jsonl));
    assert_eq!((again.traces.len(), again.traces[9_999].name.as_str()), (10_000, "same 10000"));
}

#[test]
fn fields_whose_names_a_group_cannot_have_get_names_of_their_own() {
    let imported =
        jsonl("{\"host\":\"a\",\"event\":\"e\",\"x-y\":1,\"x_y\":2,\"\":3,\"7\":4,\"host \":5,\"clock_\":6,\"more\":7}\n");
    let log = written(&imported, write::shiviz);
    let again = shiviz(&log);
    assert_eq!((found(&again), events(&again)), (vec![], vec![1]), "{log}");
    let trace = &again.traces[0];
    let details: BTreeMap<&str, &str> = trace.details(&trace.events[0]).collect();
    let expected =
        [("x_y_2", "1"), ("x_y", "2"), ("field_", "3"), ("field_7", "4"), ("host_", "5"), ("clock_", "6"), ("more", "7")];
    assert_eq!(details, expected.into());
    // Keys of a line, too, are each of their own.
    let parser = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>\\S*) (?<after>\\S*) (?<after_>\\S*) (?<at_us>\\S*)";
    let lines = written(&shiviz(&format!("{parser}\n\na {{\"a\":1}}\ne 1 2 3\n")), write::jsonl);
    assert!(lines.contains("\"after__2\":\"1\",\"after_\":\"2\",\"at_us_\":\"3\"") || lines.contains("\"after_2\""), "{lines}");
    let again = jsonl(&lines);
    assert_eq!((found(&again), again.traces[0].details(&again.traces[0].events[0]).count()), (vec![], 3), "{lines}");
}

#[test]
fn more_fields_than_a_parser_has_room_for_stand_in_one() {
    let fields: String = (0..900).map(|n| format!(",\"field number {n}\":\"v{n}\"")).collect();
    let imported = jsonl(&format!("{{\"host\":\"a\",\"event\":\"e\"{fields}}}\n{{\"host\":\"a\",\"event\":\"f\"}}\n"));
    let log = written(&imported, write::shiviz);
    let again = shiviz(&log);
    assert_eq!((found(&again), events(&again)), (vec![], vec![2]), "{}", log.lines().next().unwrap_or_default());
    let trace = &again.traces[0];
    let all: String = trace.details(&trace.events[0]).map(|(_, value)| format!("{value},")).collect();
    assert!((0..900).all(|n| all.contains(&format!("v{n},")) || all.contains(&format!("\"v{n}\""))), "{all}");
    assert_eq!((trace.message(&trace.events[1]), trace.details(&trace.events[1]).count()), ("f", 0));
}

#[test]
fn messages_and_hosts_that_look_like_the_layout_do_not_part_it() {
    let imported = jsonl(concat!(
        "{\"execution\":\"r\",\"host\":\"\u{feff}a\",\"event\":\"=== boom ===\"}\n",
        "{\"execution\":\"r\",\"host\":\"\u{feff}a\",\"event\":\"===  ===\"}\n",
        "{\"execution\":\"s\",\"host\":\"a\u{85}b\",\"event\":\"b {\\\"b\\\":1}\"}\n",
    ));
    let again = shiviz(&written(&imported, write::shiviz));
    assert_eq!((found(&again), events(&again), names(&again)), (vec![], vec![2, 1], vec!["r", "s"]));
    let trace = &again.traces[0];
    assert_eq!((trace.message(&trace.events[0]), trace.hosts[0].name.as_str()), (" === boom ===", "-a"));
    assert_eq!(again.traces[1].hosts[0].name, "a\u{85}b");
}

#[test]
fn times_that_only_some_events_have_are_written() {
    let imported = jsonl("{\"host\":\"24\",\"event\":\"e\",\"at_us\":7}\n{\"host\":\"25\",\"event\":\"f\"}\n");
    for (writer, reader) in [(write::jsonl as Writer, jsonl as fn(&str) -> Imported), (write::shiviz, shiviz)] {
        let again = reader(&written(&imported, writer));
        let times: Vec<_> = again.traces[0].events.iter().map(|event| (again.traces[0].host(event), event.at_us)).collect();
        assert_eq!(times, [("24", Some(7)), ("25", None)]);
    }
}

/// An event as the property makes it: host, an earlier event that it heard of, text, time, fields.
type Made = (usize, Option<prop::sample::Index>, String, Option<u64>, Vec<(String, String)>);

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("=== boom ===".to_owned()),
        Just("===  ===".to_owned()),
        Just("b {\"b\":1}".to_owned()),
        Just("12 b {\"b\":1}".to_owned()),
        Just("(?<host>".to_owned()),
        "[a ={}\"\\\\\t\n\r\u{2028}\u{feff}\u{85}\u{0}\u{1f600}\\[\\]:,1]{0,12}",
        "[a-z]{0,6}",
    ]
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![Just("a b".to_owned()), Just("a-b".to_owned()), Just("12".to_owned()), text()]
}

fn field() -> impl Strategy<Value = String> {
    const ODD: [&str; 13] =
        ["x-y", "x_y", "x y", "timestamp", "after_", "at_us_", "execution_", "field_1", "1", "more", "host_", "\u{e9}", "\u{b2}"];
    prop_oneof![prop::sample::select(&ODD[..]).prop_map(str::to_owned), text()]
}

fn execution() -> impl Strategy<Value = (String, Vec<String>, Vec<Made>)> {
    let name = prop_oneof![Just(String::new()), Just("r".to_owned()), Just("execution 1".to_owned()), text()];
    let at_us = prop_oneof![2 => Just(None), 3 => (0_u64..1000).prop_map(Some), 1 => any::<u64>().prop_map(Some)];
    let fields = prop::collection::vec((field(), text()), 0..4);
    let event = (0_usize..4, any::<Option<prop::sample::Index>>(), text(), at_us, fields);
    (name, prop::collection::vec(host(), 4), prop::collection::vec(event, 1..12))
}

/// Executions as JSON Lines. Of two with one name, only the first is written.
fn lines(executions: &[(String, Vec<String>, Vec<Made>)]) -> String {
    let mut lines = String::new();
    let mut taken = BTreeSet::new();
    for (name, hosts, events) in executions.iter().filter(|(name, ..)| taken.insert(name.clone())) {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        let mut before: Vec<(&str, u32)> = Vec::new();
        for (host, heard, text, at_us, fields) in events {
            let host = hosts[*host].as_str();
            let mut line = serde_json::Map::new();
            for (field, value) in fields.iter().filter(|(field, _)| !["host", "event"].contains(&field.as_str())) {
                line.insert(field.clone(), value.clone().into());
            }
            line.insert("host".to_owned(), host.into());
            line.insert("event".to_owned(), text.clone().into());
            if !name.is_empty() {
                line.insert("execution".to_owned(), name.clone().into());
            }
            if let Some(at_us) = at_us {
                line.insert("at_us".to_owned(), (*at_us).into());
            }
            if let Some((heard, n)) = heard.filter(|_| !before.is_empty()).map(|heard| *heard.get(&before)) {
                line.insert("after".to_owned(), serde_json::json!({ heard: n }));
            }
            let count = counts.entry(host).or_default();
            *count += 1;
            before.push((host, *count));
            lines.push_str(&serde_json::Value::Object(line).to_string());
            lines.push('\n');
        }
    }
    lines
}

/// What is the same of an event in every format.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    depth: u32,
    n: u32,
    at_us: Option<u64>,
    text: String,
    values: Vec<String>,
    /// Those that it heard of: depth, count, text.
    heard: Vec<(u32, u32, String)>,
}

/// All events of a trace. `plain` makes of a text what the format can hold.
fn told(trace: &Trace, plain: fn(&str) -> String) -> Vec<Told> {
    let text = |event: &Event| plain(trace.message(event));
    let of = |event: &Event| {
        let heard = trace.parents(event).iter().map(|at| &trace.events[*at as usize]);
        let mut heard: Vec<_> = heard.map(|event| (event.depth, event.n, text(event))).collect();
        // A time stamp is the time itself, if it says the same.
        let time = |name: &str, value: &str| {
            let says = value.parse().map(|ns: u128| ns / 1000);
            name == "timestamp" && event.at_us.is_some_and(|at_us| says == Ok(at_us.into()))
        };
        let values = trace.details(event).filter(|(name, value)| !time(name, value)).map(|(_, value)| plain(value));
        let mut values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
        values.sort();
        heard.sort();
        Told { depth: event.depth, n: event.n, at_us: event.at_us, text: text(event), values, heard }
    };
    let mut all: Vec<Told> = trace.events.iter().map(of).collect();
    all.sort();
    all
}

/// A text between tabs, on one line; without the space that a line has which would part executions.
fn cell(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if "\n\r\u{2028}\u{2029}\t".contains(letter) { ' ' } else { letter }).collect();
    plain.strip_prefix(' ').filter(|rest| rest.starts_with("=== ")).map_or(plain.clone(), str::to_owned)
}

fn named(imported: &Imported) -> bool {
    let distinct: BTreeSet<&str> = names(imported).into_iter().filter(|name| !name.is_empty()).collect();
    distinct.len() == imported.traces.len() || imported.traces.len() == 1
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_500, ..Default::default() })]

    #[test]
    fn json_lines_as_a_log_and_back_are_the_same(executions in prop::collection::vec(execution(), 1..4)) {
        let lines = lines(&executions);
        let first = jsonl(&lines);
        prop_assert!(!first.partial(), "{:?} in {}", found(&first), lines);
        // As lines again: to the letter.
        let again = jsonl(&written(&first, write::jsonl));
        prop_assert!(!again.partial(), "{:?}", found(&again));
        prop_assert_eq!(events(&again), events(&first));
        for (again, first) in again.traces.iter().zip(&first.traces) {
            prop_assert_eq!(told(again, str::to_owned), told(first, str::to_owned));
            let hosts = |trace: &Trace| trace.hosts.iter().map(|host| host.name.clone()).collect::<BTreeSet<_>>();
            prop_assert_eq!(hosts(again), hosts(first));
        }
        if named(&first) {
            prop_assert_eq!(names(&again), names(&first));
        }
        // As a log, and as lines once more.
        let log = written(&first, write::shiviz);
        let read = shiviz(&log);
        prop_assert!(!read.partial(), "{:?} in {}", found(&read), log);
        let back = jsonl(&written(&read, write::jsonl));
        prop_assert!(!back.partial(), "{:?} in {}", found(&back), log);
        for imported in [&read, &back] {
            prop_assert_eq!(events(imported), events(&first), "{}", log);
            for (trace, first) in imported.traces.iter().zip(&first.traces) {
                prop_assert_eq!(told(trace, cell), told(first, cell), "{}", log);
                prop_assert_eq!((trace.hosts.len(), trace.timed), (first.hosts.len(), first.timed), "{}", log);
            }
        }
        if first.traces.len() > 1 {
            let all: BTreeSet<&str> = names(&read).into_iter().collect();
            prop_assert_eq!(all.len(), read.traces.len(), "each has a name of its own");
        }
    }
}

#[test]
fn a_log_is_told_from_lines_by_its_first_line() {
    let imported = jsonl("{\"host\":\"a\",\"event\":\"e\"}\n");
    for text in [written(&imported, write::jsonl), written(&imported, write::shiviz)] {
        let told = Importer::read(Options { format: None, parser: None, delimiter: None }, text.as_bytes());
        let all: [Imported; 2] = Format::ALL.map(|(_, format)| crate::read(format, text.as_bytes()));
        assert!(events(&told) == [1] && all.iter().filter(|imported| events(imported) == [1]).count() == 1);
    }
}
