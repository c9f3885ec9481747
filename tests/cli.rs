//! The native command line, as a shell sees it.

#![cfg(feature = "cli")]

use serde_json::Value;
use std::process::{Command, Output};

fn netsplit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netsplit")).args(arguments).output().expect("the binary runs")
}

#[track_caller]
fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = netsplit(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[track_caller]
fn unusable(arguments: &[&str], says: &str, hint: &str) {
    let output = netsplit(arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert!(output.stdout.is_empty(), "results and mistakes do not mix");
    assert!(told.contains(says) && told.contains(hint), "{arguments:?}: {told}");
}

#[test]
fn a_run_is_told_event_by_event_and_ends_with_its_fingerprint() {
    let told = lines(&["run", "raft/leader-crash", "--until", "1s", "--json"]);
    let (summary, rest) = told.split_last().expect("a summary");
    let events: Vec<&Value> = rest.iter().filter(|line| line.get("at_us").is_some()).collect();
    assert_eq!(summary["events"], events.len());
    assert_eq!(summary["fingerprint"].as_str().map(str::len), Some(32));
    for (n, event) in events.iter().enumerate() {
        assert_eq!(event["n"], n);
        for field in ["id", "node", "kind", "key", "level", "text", "rule", "notes"] {
            assert!(event.get(field).is_some(), "{field} of {event}");
        }
    }
    let verdicts = rest.len() - events.len();
    assert!(rest[events.len()..].iter().all(|verdict| verdict["status"] != "violated"), "{verdicts} verdicts");
}

#[test]
fn the_same_run_has_the_same_fingerprint_and_another_seed_another() {
    let fingerprint =
        |seed: &str| lines(&["run", "raft/first-election", "--seed", seed, "--json"]).pop().unwrap()["fingerprint"].clone();
    assert_eq!(fingerprint("5"), fingerprint("5"));
    assert_ne!(fingerprint("5"), fingerprint("6"));
}

#[test]
fn a_run_is_told_in_german_too() {
    let output = netsplit(&["run", "raft/first-election", "--lang", "de"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(" wird Leader von Term 1"), "{text}");
    let output = netsplit(&["run", "raft/first-election", "--lang", "xx"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_run_is_told_in_sentences() {
    let output = netsplit(&["run", "raft/first-election"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(" becomes leader of term 1"), "{text}");
    assert!(text.lines().last().unwrap().starts_with("fingerprint "), "{text}");
}

/// A cell of the table of jitter: ten clients, full jitter, 473 ms and 39 calls (tests/jitter.rs has all of them).
#[test]
fn many_runs_are_told_by_their_means() {
    let contended = ["run", "rpc/contended-row", "--twin", "--clients", "10", "--set", "backoff=3", "--runs", "50"];
    let output = netsplit(&contended);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.starts_with("50 runs, seeds 1 to 50"), "{text}");
    let figure = |of: &str| -> (f64, f64) {
        let line = text.lines().find(|line| line.ends_with(of)).unwrap_or_else(|| panic!("no {of}: {text}"));
        let mut numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
        (numbers.next().expect("a mean"), numbers.next().expect("an error"))
    };
    assert_eq!(figure("operations ok"), (10.0, 0.0));
    for (of, should) in [("ms until the last operation returned", 473.0), ("updates tried", 39.0)] {
        let (mean, error) = figure(of);
        // The table is of fifty runs too.
        let within = 3.0 * error * 2f64.sqrt() + 0.5;
        assert!((mean - should).abs() <= within, "{of}: {mean}, not {should} within {within}");
    }
    let broken = netsplit(&["run", "rpc/contended-row", "--clients", "2", "--json"]);
    let right = netsplit(&["run", "rpc/contended-row", "--clients", "2", "--twin", "--json"]);
    assert_ne!(broken.stdout, right.stdout);
}

#[test]
fn a_file_runs_like_a_built_in_scenario() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/www/scenarios/raft-first-election.toml");
    assert_eq!(lines(&["run", file, "--json"]), lines(&["run", "raft/first-election", "--json"]));
}

#[test]
fn scenarios_and_mutants_are_listed() {
    let scenarios = lines(&["scenarios", "--json"]);
    assert!(scenarios.len() >= 8);
    for scenario in &scenarios {
        assert!(["id", "system", "title", "looks_for"].iter().all(|field| scenario[field].is_string()), "{scenario}");
    }
    let mutants = lines(&["mutants", "--system", "raft", "--json"]);
    assert!(mutants.iter().filter(|mutant| mutant["scenario"].is_string()).count() >= 8);
    for mutant in &mutants {
        assert!(["id", "rule", "property"].iter().all(|field| mutant[field].is_string()), "{mutant}");
    }
}

#[test]
fn a_moment_is_drawn() {
    for view in ["cluster", "log"] {
        let output = netsplit(&["svg", "raft/leader-crash", "--at", "1.2s", "--view", view, "--theme", "dark"]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.starts_with("<svg") && text.trim_end().ends_with("</svg>"));
    }
}

#[test]
fn verify_says_what_passed() {
    let rows = lines(&["verify", "raft/no-persist-vote", "raft/first-election", "--json"]);
    let twins: Vec<bool> = rows.iter().map(|row| row["twin"] == true).collect();
    assert_eq!(twins, [false, true, false]);
    assert!(rows.iter().all(|row| row["passed"] == true), "{rows:#?}");
}

#[test]
fn a_scenario_that_does_not_keep_its_promise_fails_with_status_1() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/scenarios/raft-first-election.toml")).unwrap();
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken-promise.toml");
    std::fs::write(&file, text.replace("committed = 1", "committed = 99")).unwrap();
    let output = netsplit(&["verify", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("FAILED raft/first-election") && told.contains("not so:"), "{told}");
}

#[test]
fn unusable_input_is_told_with_a_hint_and_status_2() {
    unusable(&["run", "raft/leader-crsh"], "no scenario", "did you mean `raft/leader-crash`?");
    unusable(&["run", "nowhere.toml"], "nowhere.toml", "readable");
    unusable(&["run", "raft/leader-crash", "--until", "soon"], "soon", "unit of time");
    unusable(&["run", "rpc/contended-row", "--set", "back-off=3"], "no setting `back-off`", "did you mean `backoff`?");
    unusable(&["run", "rpc/contended-row", "--set", "backoff=9"], "backoff cannot be 9", "0 to 4");
    unusable(&["run", "rpc/contended-row", "--set", "backoff"], "no setting", "NAME=VALUE");
    unusable(&["run", "rpc/contended-row", "--set", "backoff=full"], "`full` is not a whole number", "--help");
    unusable(&["run", "rpc/contended-row", "--clients", "1000"], "too many together", "at most 1000");
    unusable(&["run", "rpc/contended-row", "--clients", "0"], "no client is there to ask", "plan.cluster.clients");
    unusable(&["run", "rpc/contended-row", "--runs", "0"], "0 is not in", "--help");
    unusable(&["run", "rpc/contended-row", "--runs", "2", "--json"], "cannot be used with", "--help");
    unusable(&["run", "rpc/first-call", "--twin"], "has no twin", "leave --twin out");
    unusable(&["svg", "raft/leader-crash", "--view", "map"], "no view", "cluster");
    unusable(&["mutants", "--system", "rafd"], "no system", "did you mean `raft`?");
    unusable(&["verify", "nothing"], "no scenario", "netsplit scenarios");
    unusable(&["dance"], "dance", "--help");
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("unknown-key.toml");
    std::fs::write(&file, "id = \"raft/x\"\ntitel = \"X\"\n").unwrap();
    unusable(&["run", file.to_str().unwrap()], "unknown-key.toml:2:1: unknown field `titel`", "did you mean `title`?");
}

#[test]
fn a_link_is_run_up_to_its_moment_and_compared() {
    let golden = include_str!("links/v1.txt");
    let text = |name: &str| {
        let line = golden.lines().find(|line| line.starts_with(name)).expect("a golden link");
        line.split_once(' ').expect("name and link").1.to_owned()
    };
    let link = text("plain");
    let told = lines(&["run", "--json", "--link", &link]);
    let summary = told.last().expect("a summary");
    let by_words = lines(&["run", "raft/leader-crash", "--seed", "7", "--until", "1.204s", "--json"]);
    assert_eq!(summary, by_words.last().expect("a summary"));
    assert!(netsplit(&["run", "--link", &text("by-hand")]).status.success());
    assert!(netsplit(&["svg", "--link", &text("strange")]).status.success());
    unusable(&["run", "--link", &link[..60]], "This link ends after 60 of", "Ask for it again");
    unusable(&["run", "--link", "raft/leader-crash"], "no link of a run", "begins with #v1.");
}

#[test]
fn a_run_becomes_a_trace_and_a_trace_is_converted() {
    let go = netsplit(&["run", "raft/leader-crash", "--until", "300ms", "--to", "shiviz"]);
    assert!(go.status.success());
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-run.log");
    std::fs::write(&file, &go.stdout).unwrap();
    let file = file.to_str().unwrap();
    let events = lines(&["convert", "--from", "shiviz", "--to", "jsonl", file]);
    assert_eq!(events, lines(&["run", "raft/leader-crash", "--until", "300ms", "--to", "jsonl"]));
    assert!(events.iter().all(|event| event["clock"].is_object() && event["at_us"].is_u64()), "{:?}", events.first());
    assert_eq!(lines(&["convert", "--to", "jsonl", file]), events, "what it is written in is told by its first line");
    let again = netsplit(&["convert", "--from", "shiviz", "--to", "shiviz", file]);
    assert_eq!(again.stdout, go.stdout, "the layout is the same");
    let picture = netsplit(&["convert", "--from", "shiviz", "--to", "svg", file]);
    let svg = String::from_utf8(picture.stdout).expect("text");
    assert!(picture.status.success() && svg.starts_with("<svg") && svg.contains("Foreign"), "a picture that says what it is");
    assert!(["S1", "S5", "client-1"].iter().all(|host| svg.contains(&format!(">{host}<"))), "a lane for each host");
    let texts = events.iter().filter_map(|event| event["event"].as_str());
    assert!(
        texts.take(10).all(|text| svg.contains(&text.replace('\'', "&#39;")) || svg.contains(text)),
        "events have their sentences"
    );
}

#[test]
fn a_log_of_several_executions_loses_none_of_them() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("nameless.log");
    let log = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n^---$\na {\"a\":1}\nx\n---\na {\"a\":1}\ny\n";
    std::fs::write(&file, log).unwrap();
    for form in ["jsonl", "shiviz"] {
        let written = netsplit(&["convert", "--to", form, file.to_str().unwrap()]);
        let again = file.with_extension(form);
        std::fs::write(&again, &written.stdout).unwrap();
        let read = netsplit(&["convert", "--to", "jsonl", again.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&read.stderr);
        assert!(read.status.success() && told.contains("2 executions, 2 events"), "{told}");
    }
}

#[test]
fn a_trace_that_contradicts_itself_is_written_and_fails_with_status_1() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("contradiction.log");
    let go = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n\na {\"a\":1}\nx\na {\"a\":3}\ny\n";
    std::fs::write(&file, go).unwrap();
    let output = netsplit(&["convert", "--from", "shiviz", "--to", "jsonl", file.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.iter().filter(|byte| **byte == b'\n').count()), (Some(1), 2));
    assert!(told.contains("contradiction.log:5:4: The count of a goes from 1 to 3") && told.contains("partial"), "{told}");
    let output = netsplit(&["convert", "--lang", "de", "--from", "shiviz", "--to", "jsonl", file.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("Der Zähler von a geht von 1 auf 3"));
}

#[test]
fn a_trace_that_cannot_be_read_is_told_with_its_place() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-trace.log");
    std::fs::write(&file, "(?<host>a)(?=b)\n\nx\n").unwrap();
    let file = file.to_str().unwrap();
    unusable(
        &["convert", "--from", "shiviz", "--to", "jsonl", file],
        "no-trace.log:1:11: Patterns here have no look-around",
        "hint:",
    );
    unusable(
        &["convert", "--from", "shiviz", "--to", "jsonl", "--parser", "(", file],
        "--parser:1: This group has no end",
        "hint:",
    );
    unusable(
        &["convert", "--from", "jsonl", "--to", "shiviz", file],
        "no-trace.log:1:1: No line of the file is an event",
        "JSON object",
    );
    unusable(&["convert", "--from", "jsonl", "--to", "shiviz", "nowhere.log"], "nowhere.log", "readable");
}

#[test]
fn two_executions_are_compared_and_the_first_difference_is_named() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let log = |name: &str, server: &str| {
        let text = concat!(
            "=== NAME ===\nclient {\"client\":1}\nasks\nserver {\"server\":1, \"client\":1}\nSERVER\n",
            "client {\"client\":2, \"server\":1}\nis glad\n"
        );
        text.replace("NAME", name).replace("SERVER", server)
    };
    let write = |file: &str, log: &str| {
        let text = format!("(?<host>\\S*) (?<clock>{{.*}})\\n(?<event>.*)\n^=== (?<trace>.*) ===$\n{log}");
        let path = folder.join(file);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let both = write("two.log", &(log("one", "answers") + &log("two", "says no")));
    let told = netsplit(&["diff", "--from", "shiviz", "-a", "one", "-b", "two", &both]);
    let text = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.status.code(), Some(1));
    assert!(text.contains("First difference, 1 of 1: at server, A has \u{201c}answers\u{201d} (event 1), and B has"), "{text}");
    assert!(text.contains("  - server 1 answers\n  + server 1 says no\n"), "{text}");
    let other = write("other.log", &log("one", "answers"));
    let same = netsplit(&["diff", "--lang", "de", "--from", "shiviz", "-a", "one", &both, &other]);
    let text = String::from_utf8(same.stdout).unwrap();
    assert!(same.status.success() && text.contains("Kein Unterschied"), "{text}");
    let rows = netsplit(&["diff", "--from", "shiviz", "--to", "jsonl", "-a", "one", "-b", "two", &both]);
    let rows: Vec<serde_json::Value> =
        String::from_utf8(rows.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["same"], &rows[0]["only"]), (2, &serde_json::json!(2), &serde_json::json!([1, 1])));
    let drawn = netsplit(&["diff", "--from", "shiviz", "--to", "svg", "-a", "one", "-b", "two", &both]);
    assert!(String::from_utf8(drawn.stdout).unwrap().contains(">First difference<"));
    unusable(&["diff", "--from", "shiviz", "-b", "three", &both], "no execution is called `three`", "there is: one, two");
}
