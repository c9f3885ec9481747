//! JSON Lines: what a line may say besides its event, and what becomes of one that cannot be used.

use crate::{found, jsonl};
use netsplit::scenario::foreign::trace::FIELDS_MAX;
use netsplit::scenario::foreign::{Format, Imported, Importer, Options, Trace};
use netsplit::view::{Lang, words};

fn only(imported: &Imported) -> &Trace {
    assert_eq!(imported.traces.len(), 1);
    &imported.traces[0]
}

/// Each event's host, count, and the host and count of those that it heard of.
fn heard(trace: &Trace) -> Vec<(String, Vec<String>)> {
    let name = |event: &netsplit::scenario::foreign::Event| format!("{}{}", trace.host(event), event.n);
    let parents = |event| trace.parents(event).iter().map(|at| name(&trace.events[*at as usize])).collect();
    trace.events.iter().map(|event| (name(event), parents(event))).collect()
}

fn times(trace: &Trace) -> Vec<Option<u64>> {
    trace.events.iter().map(|event| event.at_us).collect()
}

/// The English sentence of the only finding.
fn sentence(imported: &Imported) -> String {
    let all: Vec<String> = imported.all_findings().map(|finding| words::finding(Lang::En, finding).0).collect();
    all.join(" ")
}

#[test]
fn times_that_not_every_event_has_are_kept_and_told() {
    let imported = jsonl(concat!(
        "{\"host\":\"b\",\"event\":\"late\",\"at_us\":90}\n",
        "{\"host\":\"a\",\"event\":\"early\",\"at_us\":10}\n",
        "{\"host\":\"a\",\"event\":\"without\"}\n",
    ));
    assert_eq!((found(&imported), imported.partial()), (vec![("time-missing", 3, 1)], false));
    assert!(sentence(&imported).starts_with("1 event has no time"));
    let trace = only(&imported);
    assert_eq!((times(trace), trace.timed), (vec![Some(90), Some(10), None], false), "in the order of what they know");
    let none = jsonl("{\"host\":\"a\"}\n{\"host\":\"b\"}\n");
    assert_eq!(found(&none), [], "where no event has a time, none is missing");
}

#[test]
fn times_that_contradict_the_order_are_kept_and_told_with_both_lines() {
    let imported = jsonl(concat!(
        "{\"host\":\"a\",\"event\":\"sends\",\"at_us\":50}\n",
        "{\"host\":\"b\",\"event\":\"receives\",\"at_us\":40,\"after\":{\"a\":1}}\n",
        "{\"host\":\"b\",\"event\":\"goes on\",\"at_us\":45}\n",
        "{\"host\":\"c\",\"event\":\"receives\",\"at_us\":20,\"after\":{\"a\":1,\"b\":1}}\n",
    ));
    assert_eq!((found(&imported), imported.partial()), (vec![("time-back", 2, 51)], false));
    assert!(sentence(&imported).contains("2 events are before what they know of, the first before a in line 1"));
    let trace = only(&imported);
    assert_eq!((times(trace), trace.timed), (vec![Some(50), Some(40), Some(45), Some(20)], false));
}

#[test]
fn the_line_that_names_the_format_gives_nothing_to_the_first_event() {
    let imported = jsonl("{\"netsplit-trace\":1,\"made-by\":\"x\",\"at_us\":-1}\n{\"host\":\"a\",\"event\":\"e\"}\n");
    let trace = only(&imported);
    assert_eq!((found(&imported), trace.details(&trace.events[0]).count(), trace.fields.len()), (vec![], 0, 0));
    // Nor does a line that cannot be used.
    let imported = jsonl("{\"host\":7,\"size\":1}\n{\"size\":2}\n{\"host\":\"a\",\"event\":\"e\"}\n");
    let trace = only(&imported);
    assert_eq!((trace.left_out, trace.details(&trace.events[0]).count()), (2, 0));
}

#[test]
fn a_line_that_is_left_out_keeps_its_place_among_those_of_its_host() {
    for broken in [
        "{\"host\":\"a\",\"event\":\"2\",\"after\":{\"x\":\"y\"}}",
        "{\"host\":\"a\",\"event\":2}",
        "{\"host\":\"a\",\"event\":\"2\",}",
        "{\"host\":\"a\",\"clock\":{\"b\":1}}",
    ] {
        let lines = [
            "{\"host\":\"a\",\"event\":\"1\"}",
            broken,
            "{\"host\":\"a\",\"event\":\"3\"}",
            "{\"host\":\"b\",\"event\":\"knows the second\",\"after\":{\"a\":2}}",
            "{\"host\":\"c\",\"event\":\"knows the third\",\"after\":{\"a\":3}}",
        ];
        let imported = jsonl(&lines.join("\n"));
        let heard = heard(only(&imported));
        let of = |event: &str| heard.iter().find(|(name, _)| name == event).map(|(_, heard)| heard.clone());
        assert_eq!((of("a3"), of("b1")), (Some(vec![]), Some(vec![])), "{broken}: nobody heard of what is not there");
        assert_eq!(of("c1"), Some(vec!["a3".to_owned()]), "{broken}");
        assert!(found(&imported).contains(&("no-such-event", 4, 49)), "{broken}: {:?}", found(&imported));
    }
}

#[test]
fn a_time_that_is_none_is_a_field_and_the_event_stays() {
    for written in ["12.5", "-3", "\"noon\"", "1e3", "99999999999999999999"] {
        let imported = jsonl(&format!("{{\"host\":\"a\",\"event\":\"e\",\"at_us\":{written},\"size\":1}}\n"));
        assert_eq!((found(&imported), imported.partial()), (vec![("json-time", 1, 33)], false), "{written}");
        let trace = only(&imported);
        let details: Vec<_> = trace.details(&trace.events[0]).collect();
        assert_eq!((trace.events[0].at_us, details), (None, vec![("at_us", written.trim_matches('"')), ("size", "1")]));
    }
    let imported = jsonl("{\"host\":\"a\",\"event\":\"e\",\"at_us\":null}\n");
    assert_eq!((found(&imported), times(only(&imported))), (vec![], vec![None]), "null says that there is none");
}

#[test]
fn a_field_may_be_as_deep_as_it_likes() {
    for depth in [65, 100_000] {
        let deep = format!("{}{}{}", "[{\"k\":".repeat(depth), "null", "}]".repeat(depth));
        let imported = jsonl(&format!("{{\"host\":\"a\",\"event\":\"e\",\"deep\":{deep}}}\n"));
        let trace = only(&imported);
        assert_eq!((found(&imported), trace.details(&trace.events[0]).next()), (vec![], Some(("deep", deep.as_str()))));
    }
    for (broken, at) in [("[1,]", 3), ("{\"a\"}", 4), ("[{]", 2), ("[1}", 2), ("[[1]", 4), ("[tru]", 1), ("{1:2}", 1)] {
        let imported = jsonl(&format!("{{\"host\":\"a\",\"event\":\"e\",\"broken\":{broken}}}\n"));
        assert_eq!(found(&imported)[1..], [("json", 1, 34 + at)], "{broken}");
    }
}

#[test]
fn half_a_pair_is_told_and_takes_nothing_with_it() {
    let line = |host: &str| format!("{{\"host\":\"{host}\",\"event\":\"e\"}}\n");
    let imported = jsonl(&(line("\\ud83d\\u0041") + &line("\\ud83d\\u0042") + &line("\\ud83d\\ude00") + &line("\\ude00x")));
    let surrogates = [("json-surrogate", 1, 10), ("json-surrogate", 2, 10), ("json-surrogate", 4, 10)];
    assert_eq!((found(&imported), imported.partial()), (surrogates.to_vec(), false));
    let hosts: Vec<&str> = only(&imported).hosts.iter().map(|host| host.name.as_str()).collect();
    assert_eq!(hosts, ["\u{fffd}A", "\u{fffd}B", "\u{1f600}", "\u{fffd}x"]);
    let imported = jsonl("{\"host\":\"\\ud83d\\ud83d\\ude00\",\"clock\":{\"\\ud83d\\ud83d\\ude00\":1},\"event\":\"\\uZ\"}\n");
    assert_eq!(found(&imported)[1..], [("json", 1, 74)]);
    let imported = jsonl("{\"host\":\"a\",\"clock\":{\"a\":1,\"\\ud800\":0},\"event\":\"e\",\"f\":[\"\\ud800\"]}\n");
    assert_eq!(found(&imported), [("json-surrogate", 1, 29)]);
    let trace = only(&imported);
    assert_eq!(
        trace.details(&trace.events[0]).next(),
        Some(("f", "[\"\\ud800\"]")),
        "a value that is no text stays as it is written"
    );
}

#[test]
fn what_a_line_says_of_a_field_last_counts() {
    let imported = jsonl("{\"host\":\"a\",\"x\":1,\"y\":2,\"x\":3}\n{\"host\":\"a\",\"x\":4}\n");
    let trace = only(&imported);
    let details: Vec<Vec<_>> = trace.events.iter().map(|event| trace.details(event).collect()).collect();
    assert_eq!(details, [vec![("x", "3"), ("y", "2")], vec![("x", "4")]]);
}

#[test]
fn more_names_of_fields_than_anybody_reads_are_left_out_and_told_once() {
    let line = |from: usize| {
        let fields: String = (from..from + FIELDS_MAX).map(|n| format!("\"k{n}\":{n},")).collect();
        format!("{{{fields}\"host\":\"a\",\"event\":\"e\"}}\n")
    };
    let imported = jsonl(&(line(0) + &line(1)));
    let last = line(1).find(&format!("\"k{FIELDS_MAX}\":")).expect("the field") + format!("\"k{FIELDS_MAX}\":").len() + 1;
    assert_eq!((found(&imported), imported.partial()), (vec![("fields", 2, last as u32)], true));
    let trace = only(&imported);
    let counts: Vec<usize> = trace.events.iter().map(|event| trace.details(event).count()).collect();
    assert_eq!(counts, [FIELDS_MAX, FIELDS_MAX - 1]);
}

#[test]
fn a_file_says_what_it_is_written_in_whatever_its_encoding() {
    let told = |bytes: &[u8], parser: Option<&str>| {
        Importer::read(Options { format: None, parser: parser.map(str::to_owned), delimiter: None }, bytes)
    };
    let lines = "\n {\"host\":\"a\",\"event\":\"(?<host>\"}\n{\"host\":\"\u{e4}\",\"event\":\"e\"}\n";
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    for bytes in [lines.as_bytes().to_vec(), [b"\xff\xfe".to_vec(), wide(lines)].concat(), wide(lines.trim_start())] {
        let imported = told(&bytes, None);
        assert_eq!((imported.partial(), only(&imported).events.len()), (false, 2), "{bytes:?}: {:?}", found(&imported));
    }
    // Logs in JSON have a parser that begins like an object; without a parser in the file, one is given.
    let log = "{\"host\":\"a\", \"clock\":{\"a\":1}, \"event\":\"e\"}\n";
    let parser = "{\"host\":\"(?<host>.*)\", \"clock\":(?<clock>{.*}), \"event\":\"(?<event>.*)\"}";
    for imported in [told(format!("{parser}\n\n{log}").as_bytes(), None), told(log.as_bytes(), Some(parser))] {
        assert_eq!((found(&imported), only(&imported).events.len()), (vec![], 1));
        assert_eq!(imported.traces[0].message(&imported.traces[0].events[0]), "e");
    }
    let go = crate::read(Format::Shiviz, b"(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n\na {\"a\":1}\nx\n");
    assert_eq!(only(&go).events.len(), 1);
}
