//! Files that mean harm: no panic, no long wait, always a reason.

use crate::{found, read, shiviz};
use netsplit::scenario::foreign::{Format, Imported, Importer, Options};
use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1_000_000;

/// Imports a file, which must not take longer than a second.
#[track_caller]
fn timed(format: Format, bytes: &[u8]) -> Imported {
    let begin = worked();
    let imported = read(format, bytes);
    let took = worked() - begin;
    let first: Vec<_> = found(&imported).into_iter().take(5).collect();
    assert!(took < Duration::from_secs(1), "{took:?} for {} bytes: {first:?}", bytes.len());
    imported
}

/// How long this thread has worked: what else the machine has to do is not counted, where the system tells.
fn worked() -> Duration {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split_whitespace().next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| BEGIN.elapsed(), Duration::from_nanos)
}

/// A log of one megabyte under a parser whose event is this pattern.
fn under(pattern: &str, text: &str) -> Imported {
    let log = format!("(?<host>a*)(?<clock>b*)(?<event>{pattern})\n\n{}", text.repeat(MEGABYTE / text.len()));
    timed(Format::Shiviz, log.as_bytes())
}

#[test]
fn hostile_patterns_end_in_time() {
    for pattern in [
        "(a+)+$",
        "(a*)*b",
        "(a|a)*b",
        "(.*)*x",
        "(a?){100}b",
        "(a?){100}a{100}",
        "((a{1,10}){1,10}){1,10}b",
        "(.*a){10}x",
        "[^]*z|a",
        "(a.*z)?",
    ] {
        for text in ["a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "a\n"] {
            let imported = under(pattern, text);
            assert!(imported.partial(), "{pattern}");
        }
    }
}

#[test]
fn a_pattern_that_takes_too_long_is_told_and_what_was_read_is_kept() {
    // Each way through the optional parts is another one; each line is tried from its beginning.
    let log = format!(
        "(?<host>a)(?<clock>{{.*}})?(?<event>(b?(a|b)?){{300}}c)|(?<x>y)\n\n{}",
        format!("{}\n", "ab".repeat(400)).repeat(MEGABYTE / 801)
    );
    let imported = timed(Format::Shiviz, log.as_bytes());
    assert!(found(&imported).iter().any(|(code, line, _)| *code == "pattern-slow" && *line >= 3), "{:?}", found(&imported));
}

#[test]
fn hostile_clocks_end_in_time() {
    let parser = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n\n";
    // One clock of a hundred thousand hosts; hosts of one event each that know all before; the same event over and over; circles.
    let wide: String = (0..60_000).map(|n| format!("\"h{n}\":1,")).collect();
    let one = format!("{parser}a {{{wide}\"a\":1}}\nx\n");
    timed(Format::Shiviz, one.as_bytes());
    let mut stairs = parser.to_owned();
    for host in 0..500 {
        let known: String = (0..host).map(|n| format!("\"{n}\":1,")).collect();
        stairs.push_str(&format!("{host} {{{known}\"{host}\":1}}\nx\n"));
    }
    let imported = timed(Format::Shiviz, stairs.as_bytes());
    assert!(!imported.partial());
    let circle: String = (0..20_000).map(|n| format!("{n} {{\"{n}\":1,\"{}\":1}}\nx\n", (n + 1) % 20_000)).collect();
    let imported = timed(Format::Shiviz, format!("{parser}{circle}").as_bytes());
    assert!(found(&imported).iter().any(|(code, ..)| *code == "clock-cycle"));
    let all = |n: u32| (0..250).filter(|other| *other != n).map(|other| format!(",\"{other}\":1")).collect::<String>();
    let knot: String = (0..250).map(|n| format!("{n} {{\"{n}\":1{}}}\nx\n", all(n))).collect();
    timed(Format::Shiviz, format!("{parser}{knot}").as_bytes());
    let same: String = "a {\"a\":1}\nx\n".repeat(MEGABYTE / 14);
    let imported = timed(Format::Shiviz, format!("{parser}{same}").as_bytes());
    assert_eq!(imported.traces[0].left_out as usize, MEGABYTE / 14 - 1);
    assert!(imported.traces[0].findings.listed.len() <= 200, "not all are listed");
    let deep = format!("{{\"x\":{}", "[".repeat(MEGABYTE));
    timed(Format::JsonLines, deep.as_bytes());
}

#[test]
fn a_line_of_many_fields_ends_in_time() {
    let fields: String = (0..100_000).map(|n| format!("\"{n}\":{n},")).collect();
    let imported = timed(Format::JsonLines, format!("{{{fields}\"host\":\"a\",\"event\":\"e\"}}\n").as_bytes());
    assert_eq!((found(&imported).len(), imported.traces[0].events.len()), (1, 1));
}

#[test]
fn vectors_of_many_hosts_are_checked_in_slices() {
    // Hosts of one event each that know all before: as vectors, and as what they heard of. The last file contradicts itself.
    let stairs = |key: &str, first: u32| -> String {
        let known = |host: u32| (0..host).map(|n| format!("\"{n}\":1,")).collect::<String>();
        let line = |host: u32, n: u32| format!("{{\"host\":\"{host}\",\"{key}\":{{{}\"{host}\":{n}}}}}\n", known(host));
        (0..700).map(|host| line(host, if host == 0 { first } else { 1 })).collect()
    };
    for (lines, partial) in [(stairs("clock", 1), false), (stairs("after", 1), false), (stairs("clock", 2), true)] {
        let mut importer = Importer::new(Options { format: Some(Format::JsonLines), parser: None, delimiter: None });
        importer.push(lines.as_bytes());
        importer.close();
        let begin = worked();
        let mut slices = 0;
        loop {
            let progress = importer.work(&mut || true);
            slices += u32::from(progress.permille >= 500);
            if progress.done {
                break;
            }
        }
        let took = worked() - begin;
        assert!(took < Duration::from_secs(5), "{took:?}");
        // 245,000 entries.
        assert!(slices > 150, "{slices} slices");
        let imported = importer.into_imported();
        assert_eq!(imported.partial(), partial, "{:?}", &found(&imported)[..2.min(found(&imported).len())]);
    }
}

/// A run of four hosts: at each step one has an event, and may hear of an event of another. The vector of each event.
fn run(steps: &[(usize, Option<prop::sample::Index>)]) -> Vec<(usize, [u32; 4])> {
    let mut latest = [[0_u32; 4]; 4];
    let mut events: Vec<(usize, [u32; 4])> = Vec::new();
    for (host, heard) in steps {
        let mut vector = latest[*host];
        if let Some((_, heard)) = heard.filter(|_| !events.is_empty()).map(|heard| *heard.get(&events)) {
            vector.iter_mut().zip(heard).for_each(|(mine, theirs)| *mine = (*mine).max(theirs));
        }
        vector[*host] = latest[*host][*host] + 1;
        latest[*host] = vector;
        events.push((*host, vector));
    }
    events
}

/// Whether vectors can be true, each against each, and what each event heard of that no other one that it heard of knew.
fn brute(events: &[(usize, [u32; 4])]) -> (bool, Vec<Vec<(usize, u32)>>) {
    let event = |host: usize, n: u32| events.iter().find(|(other, vector)| *other == host && vector[host] == n).map(|(_, v)| *v);
    let mut good = true;
    let parents = events.iter().map(|(host, vector)| {
        let before = event(*host, vector[*host] - 1).unwrap_or_default();
        let grown: Vec<usize> = (0..4).filter(|other| other != host && vector[*other] > before[*other]).collect();
        good &= before.iter().zip(vector).all(|(before, now)| before <= now);
        for other in &grown {
            let knows = event(*other, vector[*other]);
            good &= knows.is_some_and(|knows| {
                knows.iter().zip(vector).all(|(theirs, mine)| theirs <= mine) && knows[*host] < vector[*host]
            });
        }
        let known = |other: &usize| {
            let through =
                |by: &usize| by != other && event(*by, vector[*by]).is_some_and(|knows| knows[*other] >= vector[*other]);
            grown.iter().any(through)
        };
        grown.iter().filter(|other| !known(other)).map(|other| (*other, vector[*other])).collect()
    });
    let parents = parents.collect();
    (good, parents)
}

#[test]
fn what_is_read_in_slices_is_the_same() {
    let parser = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n^=== (?<trace>.*) ===$\n";
    let mut log = parser.to_owned();
    for execution in 0..3 {
        log.push_str(&format!("=== {execution} ===\n"));
        for n in 1..400 {
            log.push_str(&format!("a {{\"a\":{n}}}\nx\nb {{\"a\":{n}, \"b\":{n}}}\ny\n"));
        }
    }
    let whole = shiviz(&log);
    let mut importer = Importer::new(Options { format: Some(Format::Shiviz), parser: None, delimiter: None });
    log.as_bytes().chunks(1_000).for_each(|piece| importer.push(piece));
    importer.close();
    let mut slices = 0;
    let mut last = 0;
    loop {
        let progress = importer.work(&mut || true);
        assert!(progress.permille >= last && progress.permille <= 1000, "{last} {progress:?}");
        last = progress.permille;
        slices += 1;
        if progress.done {
            break;
        }
    }
    assert!(slices > 20, "{slices} slices");
    let sliced = importer.into_imported();
    let events = |imported: &Imported| imported.traces.iter().map(|trace| trace.events.clone()).collect::<Vec<_>>();
    assert_eq!(events(&sliced), events(&whole));
    assert_eq!(found(&sliced), []);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 600, ..Default::default() })]

    #[test]
    fn any_bytes_are_a_trace_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (_, format) in Format::ALL {
            let imported = timed(format, &bytes);
            prop_assert!(!imported.traces.is_empty() || imported.findings.errors > 0);
        }
    }

    #[test]
    fn logs_that_are_nearly_right_are_a_trace_or_a_reason(
        lines in prop::collection::vec("[abc] \\{(\"[abc]\":[0-4],? ?){0,3}\\}|[a-c =]{0,6}|=== [ab] ===|\\{\"host\":\"[ab]\",\"(clock|after)\":\\{\"[ab]\":[0-3]\\}\\}", 0..60),
    ) {
        let log = lines.join("\n");
        let imported = shiviz(&format!("(?<host>\\S*) (?<clock>{{.*}})\\n(?<event>.*)\n=== (?<trace>.*) ===\n{log}"));
        for trace in &imported.traces {
            for (at, event) in trace.events.iter().enumerate() {
                prop_assert!(trace.parents(event).iter().chain(trace.before(event).iter()).all(|other| (*other as usize) < at));
            }
        }
        let imported = read(Format::JsonLines, log.as_bytes());
        prop_assert!(!imported.traces.is_empty() || imported.findings.errors > 0);
    }

    /// The check takes short cuts; what it finds is what every event against every other one finds.
    #[test]
    fn vectors_are_refused_where_they_contradict_and_only_there(
        steps in prop::collection::vec((0_usize..4, any::<Option<prop::sample::Index>>()), 1..16),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, 0_u32..5), 0..2),
    ) {
        let mut events = run(&steps);
        for (event, entry, count) in changes {
            let at = event.index(events.len());
            if events[at].0 != entry {
                events[at].1[entry] = count;
            }
        }
        let line = |(host, vector): &(usize, [u32; 4])| {
            let clock: Vec<String> = vector.iter().enumerate().map(|(host, n)| format!("\"{host}\":{n}")).collect();
            format!("{{\"host\":\"{host}\",\"clock\":{{{}}}}}\n", clock.join(","))
        };
        let imported = read(Format::JsonLines, events.iter().map(line).collect::<String>().as_bytes());
        let (good, parents) = brute(&events);
        prop_assert_eq!(!imported.partial(), good, "{:?}", found(&imported));
        if good {
            let trace = &imported.traces[0];
            let name = |host: u32| trace.hosts[host as usize].name.parse::<usize>().unwrap_or_default();
            for event in &trace.events {
                let at = events.iter().position(|(host, vector)| (*host, vector[*host]) == (name(event.host), event.n)).expect("the event");
                let mut heard: Vec<_> = trace.parents(event).iter().map(|at| &trace.events[*at as usize]).map(|event| (name(event.host), event.n)).collect();
                heard.sort_unstable();
                prop_assert_eq!(&heard, &parents[at]);
            }
        }
    }

    /// Patterns and texts that strangers chose, a megabyte of them.
    #[test]
    fn any_megabyte_ends_in_a_second(pattern in "(\\(?[ab.\\[\\]^*+?{}|0-9,)]){0,24}", piece in "[ab\\n {}\":1]{1,40}") {
        if pattern.len() % 5 == 0 {
            let log = format!("(?<host>[ab]*)(?<clock>{pattern})(?<event>.*)\n\n{}", piece.repeat(MEGABYTE / piece.len()));
            timed(Format::Shiviz, log.as_bytes());
        }
    }
}
