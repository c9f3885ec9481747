//! The dialect, and that the matches are those of a crate.

use netsplit::scenario::foreign::pattern::{Outcome, Program, Search};
use proptest::prelude::*;

type Groups = Vec<Option<String>>;

/// All matches: the whole, and the groups in order.
fn matches(pattern: &str, text: &str) -> Vec<Groups> {
    placed(pattern, text).into_iter().map(|(_, _, groups)| groups).collect()
}

/// The same with begin and end.
fn placed(pattern: &str, text: &str) -> Vec<(usize, usize, Groups)> {
    found(&Program::lines(pattern).unwrap_or_else(|error| panic!("{pattern}: {error:?}")), text)
}

fn found(program: &Program, text: &str) -> Vec<(usize, usize, Groups)> {
    let mut search = Search::new(program, 0, text.len());
    let mut all = Vec::new();
    loop {
        // A few steps at a time: stopping and going on must not matter.
        match search.next(program, text, 3) {
            Outcome::Pending => {}
            Outcome::End => return all,
            Outcome::Found(found) => {
                let group = |number| found.group(number).map(|(from, to)| text[from..to].to_owned());
                let whole = Some(text[found.start..found.end].to_owned());
                let groups = [whole].into_iter().chain((0..program.names().len()).map(group)).collect();
                all.push((found.start, found.end, groups));
            }
        }
    }
}

fn whole(pattern: &str, text: &str) -> Vec<String> {
    matches(pattern, text).into_iter().filter_map(|groups| groups[0].clone()).collect()
}

#[test]
fn the_dialect_is_that_of_javascript() {
    assert_eq!(whole("{.*}", "{a}\nb\n{}"), ["{a}", "{}"], "a brace where no count can stand");
    assert_eq!(whole("a{,2}", "a{,2}"), ["a{,2}"], "no count either");
    assert_eq!(whole("a{2}", "aa\naaa"), ["aa"]);
    assert_eq!(whole("x]}", "x]}"), ["x]}"]);
    assert_eq!(whole(r"\d+", "12\n٣"), ["12"], "ASCII digits");
    assert_eq!(whole(r"\w+", "a_9\nä"), ["a_9"]);
    assert_eq!(whole(r"\S", "\u{feff}\nä\n\u{3000}"), ["ä"], "white space as in JavaScript");
    assert_eq!(whole("a.c", "abc\na\rc\na\u{2028}c\naéc"), ["abc", "aéc"]);
    assert_eq!(whole(r"[^]", "\n"), ["\n"]);
    assert_eq!(whole(r"[]|a", "a"), ["a"]);
    assert_eq!(whole(r"\x41\u0042\t\cJ?", "AB\t"), ["AB\t"]);
    assert_eq!(whole(r"[\w-.]+", "a-b.c"), ["a-b.c"]);
    assert_eq!(whole(r"a\.\/b\-", "a./b-"), ["a./b-"]);
    assert_eq!(whole(r"a$\n^b", "a\nb"), ["a\nb"], "lines begin and end everywhere");
    assert_eq!(whole(r"\ba\b.*", "a b\nab"), ["a b"]);
    assert_eq!(matches("(?<a>x(?<b>y)?)(z)?", "xz"), [[Some("xz".to_owned()), Some("x".to_owned()), None]]);
    assert_eq!(whole("a|ab", "ab\na"), ["ab", "a"], "taken as a whole: both ends are line ends");
}

#[test]
fn a_return_before_the_end_of_a_line_may_be_missing() {
    for pattern in ["a\\r\\nb", "a\\r+\\nb", "(?:a\\r\\n)+b", "a\\r(?<x>\\n)b", "a\\r$\\nb", "(a|x\\r\\n)\\r\\n(b|c)"] {
        assert_eq!(whole(pattern, "a\nb"), ["a\nb"], "{pattern}");
        assert_eq!(whole(pattern, "a\r\nb"), ["a\r\nb"], "{pattern}");
    }
    assert!(whole("a\\rb", "ab").is_empty() && whole("a[\\r]?b", "a?b").is_empty(), "elsewhere it is one as any other");
}

#[test]
fn preferences_are_those_of_backtracking() {
    let groups = |pattern: &str, text: &str| matches(pattern, text).remove(0).into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(groups("(?<a>.*)(?<b>.*)", "xy"), ["xy", "xy", ""]);
    assert_eq!(groups("(?<a>.*?)(?<b>.*)", "xy"), ["xy", "", "xy"]);
    assert_eq!(groups("(?<a>x|xy)(?<b>y?z?)", "xyz"), ["xyz", "x", "yz"]);
    assert_eq!(groups("(?<a>x??)(?<b>.*)", "xy"), ["xy", "", "xy"]);
}

/// `javascript.mjs` asks JavaScript itself.
#[test]
fn matches_are_those_of_javascript() {
    let cases = include_str!("javascript.jsonl");
    for line in cases.lines() {
        let (pattern, text, expected): (String, String, Vec<Groups>) = serde_json::from_str(line).expect("a case");
        assert_eq!(matches(&pattern, &text), expected, "{pattern} in {text:?}");
    }
    assert_eq!(cases.lines().count(), 600);
}

/// Patterns of everything that both know, small enough to meet each other in small texts.
fn pattern() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        "[ab]",
        Just(".".to_owned()),
        Just("\\n".to_owned()),
        Just("[^a]".to_owned()),
        Just("[^ab\\n]".to_owned()),
        Just("\\w".to_owned()),
        Just("é".to_owned()),
        Just("(?:$|a)".to_owned()),
        Just("(?:\\b|^)".to_owned()),
    ];
    let count = prop_oneof![
        Just("*"),
        Just("+"),
        Just("?"),
        Just("*?"),
        Just("+?"),
        Just("??"),
        Just("{2}"),
        Just("{1,3}"),
        Just("{0,2}?"),
        Just("{2,}")
    ];
    atom.prop_recursive(4, 24, 4, move |inner| {
        let group = prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat());
        prop_oneof![
            // What is repeated is never empty: there, JavaScript and the crate differ.
            (group.clone(), count.clone()).prop_map(|(inner, count)| format!("(?:[ab]{inner}){count}")),
            (group.clone(), group.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
            group,
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 3_000, ..Default::default() })]

    /// In texts that end no lines in another way than `\n`.
    #[test]
    fn matches_are_those_of_regex_lite(a in pattern(), b in pattern(), text in "[abé\\n]{0,14}") {
        let mut ours = Vec::new();
        let mut end = None;
        // JavaScript finds an empty match right behind another match, the crate does not.
        for (from, to, groups) in placed(&format!("(?<a>{a})(?<b>{b})"), &text) {
            if from < to || end != Some(from) {
                ours.push(groups);
            }
            end = Some(to);
        }
        let theirs = regex_lite::RegexBuilder::new(&format!("^(?:(?<a>{a})(?<b>{b}))$").replace('.', "[^\\n\\r\\x{2028}\\x{2029}]")).multi_line(true).build().expect("the same pattern");
        let group = |found: &regex_lite::Captures<'_>, n: usize| found.get(n).map(|found| found.as_str().to_owned());
        let expected: Vec<Vec<Option<String>>> = theirs.captures_iter(&text).map(|found| (0..3).map(|n| group(&found, n)).collect()).collect();
        prop_assert_eq!(ours, expected, "({})({}) in {:?}", a, b, text);
    }

    /// The same where matches may begin and end anywhere.
    #[test]
    fn matches_anywhere_are_those_of_regex_lite(a in pattern(), b in pattern(), text in "[abé\\n]{0,14}") {
        let written = format!("(?<a>{a})(?<b>{b})");
        let mut ours = Vec::new();
        let mut end = None;
        for (from, to, groups) in found(&Program::anywhere(&written).expect("a pattern"), &text) {
            if from < to || end != Some(from) {
                ours.push(groups);
            }
            end = Some(to);
        }
        let theirs = regex_lite::RegexBuilder::new(&written.replace('.', "[^\\n\\r\\x{2028}\\x{2029}]")).multi_line(true).build().expect("the same");
        let group = |found: &regex_lite::Captures<'_>, n: usize| found.get(n).map(|found| found.as_str().to_owned());
        let expected: Vec<Groups> = theirs.captures_iter(&text).map(|found| (0..3).map(|n| group(&found, n)).collect()).collect();
        prop_assert_eq!(ours, expected, "{} in {:?}", written, text);
    }

    #[test]
    fn any_pattern_is_one_or_is_refused_with_its_place(pattern in "\\PC{0,40}|[()\\[\\]{}?*+|\\\\<>=!:.^$,a1kdwux-]{0,40}", text in "\\PC{0,60}|[a1\\n{}-]{0,60}") {
        match Program::lines(&pattern) {
            Err(error) => prop_assert!(error.column as usize <= pattern.chars().count() + 1),
            Ok(program) => {
                let mut search = Search::new(&program, 0, text.len());
                let mut at = 0;
                loop {
                    match search.next(&program, &text, 1_000_000) {
                        Outcome::Found(found) => {
                            prop_assert!(found.start >= at && text.get(found.start..found.end).is_some());
                            at = found.end;
                        }
                        outcome => {
                            prop_assert_eq!(outcome, Outcome::End);
                            break;
                        }
                    }
                }
            }
        }
    }
}
