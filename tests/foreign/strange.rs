//! Files that somebody might open all the same: each is told what is wrong, where, and what was expected; what can be read is.

use crate::{found, read, shiviz};
use netsplit::scenario::foreign::{Format, Imported, Importer, Options};
use netsplit::view::{Lang, words};

const PARSER: &str = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)";
/// Two events of two hosts.
const WHOLE: &str = "a {\"a\":1}\nx\nb {\"b\":1, \"a\":1}\ny\n";

fn events(imported: &Imported) -> usize {
    imported.traces.iter().map(|trace| trace.events.len()).sum()
}

/// A log below the usual parser: what is found, with its place, and how many events are read.
#[track_caller]
fn log(log: &str, expected: &[(&str, u32, u32)], count: usize) {
    told(&shiviz(&format!("{PARSER}\n\n{log}")), expected, count);
}

/// The usual log below another head.
#[track_caller]
fn head(parser: &str, delimiter: &str, expected: &[(&str, u32, u32)], count: usize) {
    told(&shiviz(&format!("{parser}\n{delimiter}\n{WHOLE}")), expected, count);
}

#[track_caller]
fn told(imported: &Imported, expected: &[(&str, u32, u32)], count: usize) {
    assert_eq!((found(imported), events(imported)), (expected.to_vec(), count));
    for finding in imported.all_findings() {
        for lang in Lang::ALL {
            let (message, hint) = words::finding(lang, finding);
            assert!(!message.is_empty() && !hint.is_empty() && !message.contains('{'), "{finding:?}: {message} {hint}");
        }
    }
    assert_eq!(imported.partial(), imported.all_findings().any(|finding| finding.weight.name() == "error"));
}

#[test]
fn clocks_that_are_none() {
    let wrong = |column: u32| [("clock-json", 3, column)];
    for (clock, column) in [
        ("{\"a\":99999999999999999999}", 8),
        ("{\"a\":4294967295}", 8),
        ("{\"a\":-1}", 8),
        ("{\"a\":1.5}", 9),
        ("{\"a\":1e0}", 9),
        ("{\"a\":\u{ff11}}", 8),
        ("{\"a\":null}", 8),
        ("{a:1}", 4),
        ("{}}", 5),
    ] {
        log(&format!("a {clock}\nx\n{WHOLE}"), &wrong(column), 2);
    }
    let deep = ["{\"a\":".repeat(100_000), "1".to_owned(), "}".repeat(100_000)].concat();
    log(&format!("a {deep}\nx\n{WHOLE}"), &wrong(8), 2);
    let range = shiviz(&format!("{PARSER}\n\na {{\"a\":99999999999999999999}}\nx\n"));
    let text = range.all_findings().map(|finding| words::finding(Lang::En, finding).0).collect::<String>();
    assert!(text.contains("0-4294967294 is expected here"), "{text}");
}

#[test]
fn clocks_that_contradict() {
    log("a {\"a\":1, \"a\":2}\nx\na {\"a\":1}\nw\n", &[("clock-key-twice", 3, 3)], 2);
    log("a {\"a\":1}\nx\na {\"a\":1}\ny\n", &[("clock-twice", 5, 4)], 1);
    log("a {\"a\":1, \"b\":1}\nx\nb {\"b\":1, \"a\":1}\ny\n", &[("clock-cycle", 3, 11)], 2);
    let back = "a {\"a\":1}\nx\na {\"a\":2, \"b\":2}\ny\na {\"a\":3, \"b\":1}\nz\nb {\"b\":1}\nx\nb {\"b\":2}\nx\n";
    log(back, &[("clock-back", 7, 11)], 5);
}

#[test]
fn names_that_are_strange() {
    log("__proto__ {\"__proto__\":1}\nx\nconstructor {\"constructor\":1}\ny\n", &[], 2);
    log(&format!(" {{\"\":1}}\nx\n{WHOLE}"), &[], 3);
    log(&format!("a\0b {{\"a\0b\":1}}\nx\n{WHOLE}"), &[("clock-json", 3, 8)], 2);
    log("a {\"a\":1}\nx\nb {\"\\ud800\":1}\ny\n", &[("json-surrogate", 5, 5), ("clock-own", 5, 3)], 1);
}

#[test]
fn patterns_that_are_none() {
    head("(?<clock>{.*})\\n(?<event>.*)", "", &[("missing-group", 1, 1)], 0);
    head("(?<host>\\S*) (?<host>{.*})(?<clock>)(?<event>)", "", &[("pattern-name-twice", 1, 14)], 0);
    head("(?<host>\\p{L}+) (?<clock>{.*})\\n(?<event>.*)", "", &[("pattern-unicode-class", 1, 9)], 0);
    head("(?<host>\\S{1,60000}) (?<clock>{.*})\\n(?<event>.*)", "", &[("pattern-too-large", 1, 1)], 0);
    head("(?i)(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)", "", &[("pattern-unknown-group", 1, 1)], 0);
    head("(?P<host>\\S*) (?P<clock>{.*})\\n(?P<event>.*)", "", &[("pattern-unknown-group", 1, 1)], 0);
    head("(?<=x)(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)", "", &[("pattern-look-around", 1, 1)], 0);
    head(&format!("{PARSER}\\k<host>"), "", &[("pattern-back-reference", 1, 42)], 0);
    head(PARSER, "(((", &[("pattern-open-group", 2, 3)], 0);
    head("(?<host>(\\S+)+)\\s(?<clock>({.*})+)\\n(?<event>(.*)*)", "", &[], 2);
}

#[test]
fn delimiters_that_match_everything() {
    head(PARSER, ".*", &[("no-events", 3, 1), ("delimiter", 3, 1)], 0);
    let imported = shiviz(&format!("{PARSER}\n[^]*?\n{WHOLE}"));
    let codes: Vec<&str> = found(&imported).iter().map(|(code, ..)| *code).collect();
    assert!(events(&imported) == 0 && codes.contains(&"delimiter") && codes.contains(&"no-events"), "{codes:?}");
    // More executions than anybody has: the rest is one, and nothing of it is lost.
    let many: String = (1..=12_000).map(|n| format!("={n}=\na {{\"a\":1}}\nx\n")).collect();
    let imported = shiviz(&format!("{PARSER}\n^=(?<trace>\\d+)=$\n{many}"));
    let at = 3 + 3 * 9_999;
    assert!(found(&imported).contains(&("executions", at, 1)), "{:?}", &found(&imported)[..3]);
    assert_eq!(imported.traces.len(), 10_000);
    let read: u64 = imported.traces.iter().map(|trace| trace.events.len() as u64 + trace.left_out).sum();
    assert_eq!(read, 12_000);
}

#[test]
fn delimiters_match_whole_lines() {
    // As ShiViz has it: what is in the middle of a line parts nothing.
    let log = "a {\"a\":1}\nx === y\n===\na {\"a\":1}\n==== z\n";
    let imported = shiviz(&format!("{PARSER}\n===\n{log}"));
    told(&imported, &[], 2);
    assert_eq!(imported.traces.len(), 2);
    assert_eq!(imported.traces[0].message(&imported.traces[0].events[0]), "x === y");
    // One that matches no line was meant to match something.
    head(PARSER, "=+ .*", &[("delimiter-none", 2, 1)], 2);
    let given = |delimiter: &str| Options {
        format: Some(Format::Shiviz),
        parser: Some(PARSER.to_owned()),
        delimiter: Some(delimiter.to_owned()),
    };
    told(&Importer::read(given("="), WHOLE.as_bytes()), &[("delimiter-none", 0, 0)], 2);
}

#[test]
fn parsers_that_name_the_return_read_files_from_windows() {
    let windows = |parser: &str, delimiter: &str| {
        let lines = format!("{parser}\n{delimiter}\n{}--- r ---\n{WHOLE}", "a {\"a\":1}\nx\n").replace('\n', "\r\n");
        read(Format::Shiviz, lines.as_bytes())
    };
    for end in ["", r"\r", r"\r$", r"\r\n"] {
        let parser = format!(r"(?<host>\S*) (?<clock>{{.*}})\r\n(?<event>.*){end}");
        let imported = windows(&parser, r"--- (?<trace>.*) ---\r$");
        told(&imported, &[("crlf", 0, 0)], 3);
        assert_eq!(imported.traces.iter().map(|trace| trace.name.as_str()).collect::<Vec<_>>(), ["r", ""]);
    }
}

#[test]
fn encodings_and_ends_of_lines() {
    let file = format!("{PARSER}\n\n{WHOLE}");
    let utf16: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
    told(&read(Format::Shiviz, &utf16), &[("utf-16", 0, 0)], 2);
    told(&read(Format::Shiviz, &[b"\xff\xfe", &utf16[..]].concat()), &[("utf-16", 0, 0)], 2);
    told(&read(Format::Shiviz, &[b"\xef\xbb\xbf", file.as_bytes()].concat()), &[], 2);
    told(&read(Format::Shiviz, file.replace("x\n", "x\r\n").replacen('\n', "\r\n", 1).as_bytes()), &[("crlf", 0, 0)], 2);
    let latin = [file.as_bytes(), b"c {\"c\":1}\nf\xe4llt\n"].concat();
    told(&read(Format::Shiviz, &latin), &[("not-utf-8", 8, 2)], 3);
    told(&read(Format::Shiviz, &file.as_bytes()[..file.len() - 4]), &[("passed-over", 5, 1)], 1);
}
