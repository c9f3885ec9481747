//! What is wrong with a file is told with line and column, what was expected, in both languages; and the rest is read.

use crate::{found, jsonl, read, shiviz};
use netsplit::scenario::foreign::{Format, Imported, Importer, Options};
use netsplit::view::words::{self, Lang};

const GO: &str = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n\n";

/// A log in GoVector's layout: each event is a host and a clock.
fn go(events: &[&str]) -> Imported {
    shiviz(&format!("{GO}{}", events.iter().map(|event| format!("{event}\nx\n")).collect::<String>()))
}

#[track_caller]
fn check(imported: &Imported, expected: &[(&str, u32, u32)]) {
    assert_eq!(found(imported), expected);
    for finding in imported.all_findings() {
        for lang in Lang::ALL {
            let (message, hint) = words::finding(lang, finding);
            for text in [&message, &hint] {
                let places = finding.args.iter().any(|(name, _)| text.contains(&format!("{{{name}")));
                assert!(text.ends_with('.') && !places && text.chars().count() <= 160, "{}: {text}", finding.code);
            }
        }
        assert_ne!(words::finding(Lang::En, finding).0, words::finding(Lang::De, finding).0, "{}", finding.code);
    }
}

fn events(imported: &Imported) -> usize {
    imported.traces.iter().map(|trace| trace.events.len()).sum()
}

#[test]
fn clocks_that_cannot_be_read_are_told_and_the_rest_is_kept() {
    let imported =
        go(&[r#"a {"a":1}"#, r#"a {"a":2, b:1}"#, r#"a {"a":2, "b":1.5}"#, r#"a {"b":1}"#, r#"a {"a":-2}"#, r#"a {"a":2}"#]);
    check(&imported, &[("clock-json", 5, 11), ("clock-json", 7, 16), ("clock-own", 9, 3), ("clock-json", 11, 8)]);
    assert!(imported.partial());
    assert_eq!((events(&imported), imported.traces[0].left_out), (2, 4));
}

#[test]
fn counts_that_skip_start_late_or_stand_twice_are_told() {
    let imported = go(&[r#"a {"a":2}"#, r#"a {"a":4}"#, r#"a {"a":4}"#, r#"b {"b":1}"#]);
    check(&imported, &[("clock-start", 3, 4), ("clock-gap", 5, 4), ("clock-twice", 7, 4)]);
    assert_eq!((events(&imported), imported.traces[0].left_out), (3, 1));
}

#[test]
fn the_order_of_the_file_does_not_matter() {
    let imported = go(&[r#"b {"a":1, "b":2}"#, r#"a {"a":2}"#, r#"b {"b":1}"#, r#"a {"a":1}"#]);
    check(&imported, &[]);
    let trace = &imported.traces[0];
    let order: Vec<String> = trace.events.iter().map(|event| format!("{}{}", trace.host(event), event.n)).collect();
    assert_eq!(order, ["b1", "a1", "b2", "a2"]);
}

#[test]
fn references_that_lead_nowhere_are_told() {
    let imported =
        go(&[r#"a {"a":1, "c":1}"#, r#"a {"a":2, "b":7}"#, r#"b {"b":1}"#, r#"b {"b":3}"#, r#"a {"a":3, "b":7, "c":1}"#]);
    check(
        &imported,
        &[("clock-gap", 9, 4), ("unknown-host", 3, 11), ("out-of-range", 5, 11), ("unknown-host", 11, 18), ("clock-back", 5, 3)],
    );
    let imported = go(&[r#"b {"b":1}"#, r#"b {"b":3}"#, r#"a {"a":1, "b":2}"#]);
    check(&imported, &[("clock-gap", 5, 4), ("no-such-event", 7, 11)]);
}

#[test]
fn vectors_that_contradict_each_other_are_told_with_both_lines() {
    // b knows a's second event, and a's second knows c; b does not know c.
    let imported = go(&[r#"c {"c":1}"#, r#"a {"a":1}"#, r#"a {"a":2, "c":1}"#, r#"b {"b":1, "a":2}"#]);
    check(&imported, &[("clock-merge", 9, 3)]);
    let (message, _) = words::finding(Lang::En, imported.all_findings().next().unwrap());
    assert_eq!(message, "This knows event 2 of a (line 7), which knows 1 of c; here it is 0.");
    // What a knew of b gets less.
    let imported = go(&[r#"b {"b":1}"#, r#"b {"b":2}"#, r#"a {"a":1, "b":2}"#, r#"a {"a":2, "b":1}"#]);
    check(&imported, &[("clock-back", 9, 11)]);
    let (message, _) = words::finding(Lang::En, imported.all_findings().next().unwrap());
    assert_eq!(message, "a knew 2 of b in line 7, and here only 1.");
    assert_eq!(events(&imported), 4, "contradictions are told; nothing is left out");
}

#[test]
fn events_that_know_each_other_are_told_and_still_have_an_order() {
    let imported = go(&[r#"a {"a":1, "b":1}"#, r#"b {"b":1, "a":1}"#, r#"c {"c":1, "a":1, "b":1}"#]);
    check(&imported, &[("clock-cycle", 3, 11)]);
    assert_eq!(events(&imported), 3);
}

#[test]
fn a_parent_is_what_no_other_parent_knew() {
    let imported = go(&[r#"a {"a":1}"#, r#"b {"b":1, "a":1}"#, r#"c {"c":1, "a":1, "b":1}"#]);
    check(&imported, &[]);
    let trace = &imported.traces[0];
    let c = trace.events.iter().find(|event| trace.host(event) == "c").unwrap();
    let parents: Vec<&str> = trace.parents(c).iter().map(|at| trace.host(&trace.events[*at as usize])).collect();
    assert_eq!(parents, ["b"]);
}

#[test]
fn patterns_are_refused_with_their_place() {
    let wrong = |pattern: &str| {
        let imported = shiviz(&format!("{pattern}\n\na {{\"a\":1}}\nx\n"));
        check(&imported, &found(&imported));
        assert!(imported.traces.is_empty());
        let finding = imported.all_findings().next().expect("a finding");
        (finding.code, finding.line, finding.column)
    };
    assert_eq!(wrong(r"(?<host>\S*) (?<clock>{.*})"), ("missing-group", 1, 1));
    assert_eq!(wrong(r"(?<host>a)(?<clock>b)(?<event>c)(?=d)"), ("pattern-look-around", 1, 33));
    assert_eq!(wrong(r"(?<host>a)(?<clock>b)(?<event>c)(?<!d)"), ("pattern-look-around", 1, 33));
    assert_eq!(wrong(r"(?<host>a)(?<clock>b)(?<event>c)\1"), ("pattern-back-reference", 1, 33));
    assert_eq!(wrong(r"(?<host>a)(?<clock>b)(?<event>c)\k<host>"), ("pattern-back-reference", 1, 33));
    assert_eq!(wrong(r"(?<host>a"), ("pattern-open-group", 1, 1));
    assert_eq!(wrong(r"a)"), ("pattern-stray-parenthesis", 1, 2));
    assert_eq!(wrong(r"[a"), ("pattern-open-class", 1, 1));
    assert_eq!(wrong(r"[z-a]"), ("pattern-bad-range", 1, 2));
    assert_eq!(wrong(r"a{3,2}"), ("pattern-bad-count", 1, 2));
    assert_eq!(wrong(r"a|*"), ("pattern-nothing-to-repeat", 1, 3));
    assert_eq!(wrong(r"a**"), ("pattern-nothing-to-repeat", 1, 3));
    assert_eq!(wrong("a\\"), ("pattern-open-escape", 1, 2));
    assert_eq!(wrong(r"\p{L}"), ("pattern-unicode-class", 1, 1));
    assert_eq!(wrong(r"(?P<host>a)"), ("pattern-unknown-group", 1, 1));
    assert_eq!(wrong(r"(?<1>a)"), ("pattern-bad-name", 1, 1));
    assert_eq!(wrong(r"(?<a>a)(?<a>a)"), ("pattern-name-twice", 1, 8));
    assert_eq!(wrong(&"(".repeat(60)), ("pattern-too-deep", 1, 51));
    assert_eq!(wrong("((a{1,100}){1,100}){1,100}"), ("pattern-too-large", 1, 1));
    assert_eq!(wrong(&"a".repeat(5_000)), ("pattern-too-large", 1, 4_097));
    let imported = shiviz("\n(?<trace\n\na {\"a\":1}\n");
    check(&imported, &[("pattern-bad-name", 2, 1)]);
    let imported = Importer::read(Options { format: Some(Format::Shiviz), parser: Some("(".to_owned()), delimiter: None }, b"a");
    check(&imported, &[("pattern-open-group", 0, 1)]);
}

#[test]
fn a_log_that_the_parser_does_not_match_is_told_with_its_first_line() {
    let imported = shiviz(&format!("{GO}2026-11-26 hello\n"));
    check(&imported, &[("no-events", 3, 1), ("passed-over", 3, 1)]);
    assert!(imported.traces.is_empty() && imported.partial());
}

#[test]
fn lines_that_match_nothing_are_counted_and_do_not_matter() {
    let imported = shiviz(&format!("{GO}State 1:\na {{\"a\":1}}\nx\n\nState 2:\na {{\"a\":2}}\ny\n"));
    check(&imported, &[("passed-over", 3, 1)]);
    assert!(!imported.partial() && events(&imported) == 2);
    assert_eq!(
        words::finding(Lang::En, imported.all_findings().next().unwrap()).0,
        "2 lines say something and match nothing; the first is line 3."
    );
}

#[test]
fn executions_are_parted_named_and_told_if_two_have_one_name() {
    let parser = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)";
    let log = format!(
        "{parser}\n^=== (?<trace>.*) ===$\na {{\"a\":1}}\nx\n=== one ===\na {{\"a\":1}}\nx\na {{\"a\":2}}\nx\n=== two ===\n\n=== one ===\na {{\"a\":1}}\ny\n"
    );
    let imported = shiviz(&log);
    check(&imported, &[("execution-twice", 12, 12)]);
    let names: Vec<_> = imported.traces.iter().map(|trace| (trace.name.as_str(), trace.events.len())).collect();
    assert_eq!(names, [("one", 2), ("", 1), ("one", 1)], "blank executions are dropped");
}

#[test]
fn traces_of_tla_with_escaped_quotes_are_read() {
    let imported = go(&[r#"a {\"a\":1}"#, r#"b {\"b\":1, \"a\":1}"#]);
    check(&imported, &[]);
    assert_eq!(events(&imported), 2);
}

#[test]
fn files_from_elsewhere_are_read_and_told() {
    let text = format!("{GO}a {{\"a\":1}}\nx ä\nb {{\"b\":1, \"a\":1}}\ny\n");
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let imported = read(Format::Shiviz, &wide);
    check(&imported, &[("utf-16", 0, 0)]);
    assert_eq!((events(&imported), imported.partial()), (2, false));
    let imported = shiviz(&text.replace('\n', "\r\n"));
    check(&imported, &[("crlf", 0, 0)]);
    assert_eq!((events(&imported), imported.partial()), (2, false));
    let imported = shiviz(&text.replace('\n', "\r"));
    check(&imported, &[("cr", 0, 0)]);
    assert_eq!((events(&imported), imported.partial()), (2, false));
    let lines = ["{\"host\":\"a\",\"clock\":{\"a\":1},\"event\":\"x\"}", "{\"host\":\"a\",\"clock\":{\"a\":2}}"];
    let imported = jsonl(&lines.join("\r"));
    check(&imported, &[("cr", 0, 0)]);
    assert_eq!((events(&imported), imported.partial()), (2, false));
    let imported = read(Format::Shiviz, &[text.as_bytes(), b"a {\"a\":2}\nbad \xff byte\n"].concat());
    check(&imported, &[("not-utf-8", 8, 5)]);
    assert_eq!((events(&imported), imported.partial()), (3, true));
    check(&read(Format::Shiviz, b" \n "), &[("empty", 0, 0)]);
}

#[test]
fn json_lines_are_read_with_their_fields_times_and_executions() {
    let imported = jsonl(concat!(
        "{\"netsplit-trace\":1}\n",
        "{\"host\":\"a\",\"clock\":{\"a\":1},\"event\":\"sends \\\"x\\\"\",\"at_us\":10,\"size\":7}\n",
        "\n",
        "{\"execution\":\"two\",\"host\":\"a\",\"clock\":{\"a\":1},\"event\":\"alone\",\"at_us\":0}\n",
        "{\"host\":\"b\",\"clock\":{\"b\":1,\"a\":1},\"event\":\"hears\",\"at_us\":25,\"nested\":{\"x\":[1,2]}}\n",
    ));
    check(&imported, &[]);
    let trace = &imported.traces[0];
    assert_eq!((trace.events.len(), imported.traces[1].name.as_str()), (2, "two"));
    assert_eq!((trace.message(&trace.events[0]), trace.events[1].at_us), ("sends \"x\"", Some(25)));
    assert_eq!(trace.details(&trace.events[0]).collect::<Vec<_>>(), [("size", "7")]);
    assert_eq!(trace.details(&trace.events[1]).collect::<Vec<_>>(), [("nested", "{\"x\":[1,2]}")]);
}

#[test]
fn json_lines_without_vectors_get_them() {
    let imported = jsonl(concat!(
        "{\"host\":\"a\",\"event\":\"begins\"}\n",
        "{\"host\":\"b\",\"event\":\"hears\",\"after\":{\"a\":1}}\n",
        "{\"host\":\"c\",\"event\":\"hears\",\"after\":{\"b\":1}}\n",
        "{\"host\":\"a\",\"event\":\"hears\",\"after\":{\"c\":1,\"b\":1}}\n",
    ));
    check(&imported, &[]);
    let trace = &imported.traces[0];
    let last = trace.events.last().unwrap();
    assert_eq!(trace.clock(last), [(0, 2), (1, 1), (2, 1)]);
    assert_eq!(trace.parents(last).len(), 1, "b's event is known through c's");
}

#[test]
fn lines_that_are_no_events_are_told() {
    let imported = jsonl(concat!(
        "{\"host\":\"a\",\"clock\":{\"a\":1},\"event\":\"x\"}\n",
        "{\"host\":\"a\" \"clock\":{}}\n",
        "{\"clock\":{\"a\":2}}\n",
        "{\"host\":7,\"clock\":{\"a\":2}}\n",
        "{\"host\":\"a\",\"clock\":{\"a\":\"2\"}}\n",
        "[1]\n",
    ));
    check(&imported, &[("json", 2, 13), ("json-missing", 3, 1), ("json-text", 4, 9), ("json", 5, 26), ("json", 6, 1)]);
    assert_eq!((events(&imported), imported.partial()), (1, true));
    check(&jsonl("hello\n"), &[("no-lines", 1, 1), ("json", 1, 1)]);
}
