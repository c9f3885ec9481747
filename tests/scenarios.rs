//! The scenarios that come with the laboratory keep what they promise, and a broken text is told where it is broken.

#![cfg(feature = "cli")]

use netsplit::scenario::{self, Compiled, Diagnostic, library, schema::Scenario, toml};
use netsplit::sim::plan::Plan;
use netsplit::system;
use netsplit::timeline::Predicate;
use netsplit::view::words::{self, Lang};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn compiled(scenario: &Scenario) -> Compiled {
    let info = system::info(&scenario.system).expect("a system of the catalogue");
    scenario::compile(scenario, info).unwrap_or_else(|wrong| panic!("{}: {wrong:#?}", scenario.id))
}

// ---- the library

#[test]
fn everything_comes_of_every_scenario_that_should() {
    for scenario in library::all() {
        let report = scenario::verify(&compiled(scenario)).unwrap();
        let failed: Vec<_> = report.checks.iter().filter(|check| check.failure.is_some()).collect();
        assert!(failed.is_empty(), "{}: {failed:#?}", scenario.id);
    }
}

#[test]
fn every_scenario_with_a_broken_rule_has_a_twin_in_which_all_properties_hold() {
    let broken: Vec<&Scenario> = library::all().iter().filter(|scenario| !scenario.plan.mutants.is_empty()).collect();
    assert!(broken.len() >= 8);
    for scenario in broken {
        let report = scenario::verify_twin(&compiled(scenario)).unwrap().expect("a twin");
        let failed: Vec<_> = report.checks.iter().filter(|check| check.failure.is_some()).collect();
        assert!(failed.is_empty(), "the twin of {}: {failed:#?}", scenario.id);
    }
}

#[test]
fn a_run_is_the_same_every_time() {
    for scenario in library::all() {
        let run = || scenario::verify(&compiled(scenario)).unwrap().fingerprint;
        assert_eq!(run(), run(), "{}", scenario.id);
    }
}

#[test]
fn what_falls_after_a_rule_was_put_right_pauses() {
    let compiled = compiled(library::find("rpc/breaker").expect("the library holds it"));
    let plays_on = |mutants: &[&str]| {
        let mutants = mutants.iter().map(|mutant| mutant.to_string()).collect();
        compiled.clone().lesson_of(&Plan { mutants, ..compiled.plan.clone() }).plays_on
    };
    assert_eq!(plays_on(&["ignores_deadline", "no_cancel"]), compiled.lesson.plays_on);
    assert_eq!(plays_on(&["no_cancel", "no_key", "ignores_deadline"]), compiled.lesson.plays_on);
    assert_eq!(plays_on(&["no_cancel"]), Vec::<String>::new());
}

#[test]
fn scenarios_lead_on_to_each_other() {
    let ids: BTreeSet<&str> = library::all().iter().map(|scenario| scenario.id.as_str()).collect();
    assert_eq!(ids.len(), library::all().len(), "an id stands for one scenario");
    for scenario in library::all() {
        assert!(!scenario.next.is_empty(), "{} leads nowhere", scenario.id);
        for next in &scenario.next {
            assert!(ids.contains(next.as_str()) && *next != scenario.id, "{} leads to {next}", scenario.id);
        }
    }
}

#[test]
fn predicates_name_only_events_that_can_be_told() {
    fn keys(predicate: &Predicate, into: &mut BTreeSet<String>) {
        match predicate {
            Predicate::And(parts) | Predicate::Or(parts) => parts.iter().for_each(|part| keys(part, into)),
            Predicate::Not(inner) => keys(inner, into),
            Predicate::Event { key, .. } => drop(into.insert(key.clone())),
            _ => {}
        }
    }
    for scenario in library::all() {
        let lesson = compiled(scenario).lesson;
        let mut found = BTreeSet::new();
        let twin = lesson.twin.iter().flat_map(|twin| &twin.expect);
        for expectation in lesson.expect.iter().chain(twin) {
            keys(&expectation.that, &mut found);
            if let scenario::When::First(when) = &expectation.when {
                keys(when, &mut found);
            }
        }
        lesson.steps.iter().map(|step| &step.until).chain([&lesson.goal]).for_each(|until| keys(until, &mut found));
        for key in found {
            assert!(words::text(Lang::En, &key).is_some(), "{}: no sentence for {key}", scenario.id);
        }
    }
}

#[test]
fn texts_are_short_enough_for_their_places() {
    for scenario in library::all() {
        let id = &scenario.id;
        assert!(scenario.question.chars().count() <= 90, "{id}: question");
        assert!(scenario.about.matches(['.', '?']).count() == 2, "{id}: two sentences");
        assert!(scenario.looks_for.chars().count() <= 110, "{id}: looks_for");
        scenario.steps.iter().for_each(|step| assert!(step.text.chars().count() <= 50, "{id}: {}", step.text));
        assert!(!scenario.happened.contains('!'), "{id}: happened");
    }
}

// ---- diagnostics

/// A scenario with nothing wrong in it.
const WELL: &str = r#"id = "raft/well"
system = "raft"
title = "Well"
question = "Is all well?"
about = "One sentence. Another."
looks_for = "Nothing."
level = "first"
minutes = 1
view = "cluster"
pace = "25 x slower"
goal = "time >= 1 s"
happened = "Nothing."
sources = ["a paper"]

[[steps]]
text = "Wait"
do = { crash = "leader" }
until = "time >= 1 s"

[prediction]
question = "Which?"
answers = ["This", "That"]
right = 1

[plan]
seed = 1
cluster = { servers = 3, clients = 1 }
end = "2 s"
settings = { heartbeat_us = 40000 }
mutants = ["fig8"]
network = { delay = "1 ms to 5 ms", rules = [{ from = ["S1"], kind = "Heartbeat", loss = "3 %" }] }
operations = [{ at = "1 s", client = "client 1", ask = "put x 7", of = "S1" }]

[[plan.faults]]
at = "1 s"
do = { cut = { islands = [["S1"], ["S2", "S3"]] } }

[[plan.faults]]
at = "1.5 s"
do = { choose = "timer election of S2" }

[[expect]]
when = "end"
that = "all servers: term >= 0"
why = "because"

[twin]
without = ["fig8"]
"#;

fn read(text: &str) -> Result<Compiled, Vec<Diagnostic>> {
    let parsed = toml::parse("well.toml", text)?;
    let info = system::info("raft").expect("Raft");
    scenario::compile(&parsed, info).map_err(|mut wrong| {
        toml::locate("well.toml", text, &mut wrong);
        wrong
    })
}

/// Replaces `part` by `by`, in which `|` marks the place of the mistake, and looks for the mistake there.
#[track_caller]
fn check(part: &str, by: &str, message: &str, hint: &str) {
    assert_eq!(WELL.matches(part).count(), 1, "{part} stands in the text once");
    let marked = WELL.replace(part, by);
    let at = marked.find('|').expect("a mark");
    let line = marked[..at].matches('\n').count() as u32 + 1;
    let column = marked[..at].rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    let wrong = read(&marked.replacen('|', "", 1)).expect_err(by);
    let here = |wrong: &&Diagnostic| wrong.message.contains(message) && wrong.hint.contains(hint);
    let Some(found) = wrong.iter().find(here) else { panic!("{by}: {wrong:#?}") };
    assert_eq!((found.place.line, found.place.column), (line, column), "{found}");
    assert_eq!(found.place.file, "well.toml");
}

#[test]
fn nothing_is_wrong_with_what_is_right() {
    read(WELL).unwrap();
}

#[test]
fn mistakes_of_form_have_a_place_and_a_hint() {
    check("title = \"Well\"", "title = |Well", "string", "double quotes");
    check("title = \"Well\"", "|titel = \"Well\"", "unknown field `titel`", "did you mean `title`");
    check("level = \"first\"", "level = |\"frist\"", "unknown variant `frist`", "did you mean `first`");
    check("minutes = 1", "minutes = |\"1\"", "invalid type", "");
    check("end = \"2 s\"", "end = |\"2 parsecs\"", "not a unit of time", "");
    check("end = \"2 s\"", "end = |\"5\"", "not a duration", "");
    check("loss = \"3 %\"", "loss = |\"300 %\"", "more than always", "");
    check("\"1 ms to 5 ms\"", "|\"5 ms to 1 ms\"", "is empty", "");
    check("pace = \"25 x slower\"", "pace = |\"slow\"", "not a speed", "");
    check("servers = 3,", "|server = 3,", "unknown field `server`", "did you mean `servers`");
    check("{ crash = \"leader\" }", "{ |crahs = \"leader\" }", "unknown variant `crahs`", "did you mean `crash`");
    check("[prediction]", "[|predictoin]", "unknown field `predictoin`", "did you mean `prediction`");
}

/// Settings of locks with which nothing can work, each where it stands.
#[test]
fn bad_figures_of_locks_have_a_place_and_a_hint() {
    const LOCKS: &str = include_str!("../www/scenarios/lock-raft-lock-delay.toml");
    let settings = "ttl_us = 4000000, fencing = 0, lock_delay_us = 5000000";
    for (by, message) in [
        ("ttl_us = |0", "ttl_us cannot be 0"),
        ("ttl_us = |9223372036854775807", "ttl_us cannot be 9223372036854775807"),
        ("drift_ppm = |-1", "drift_ppm cannot be -1"),
        ("drift_us = |-1", "drift_us cannot be -1"),
        ("attempts = |0", "attempts cannot be 0"),
        ("extensions = |-1", "extensions cannot be -1"),
        ("permits = |0", "permits cannot be 0"),
        ("lock_delay_us = |-5", "lock_delay_us cannot be -5"),
        ("zookeeper = |2", "zookeeper cannot be 2"),
    ] {
        assert_eq!(LOCKS.matches(settings).count(), 1);
        let marked = LOCKS.replace(settings, by);
        let at = marked.find('|').expect("a mark");
        let (line, column) = (marked[..at].matches('\n').count() + 1, at - marked[..at].rfind('\n').expect("a line before"));
        let text = marked.replacen('|', "", 1);
        let scenario = toml::parse("locks.toml", &text).expect(by);
        let mut wrong = scenario::compile(&scenario, system::info("lock").expect("the system")).expect_err(by);
        toml::locate("locks.toml", &text, &mut wrong);
        let found = wrong.iter().find(|wrong| wrong.message.contains(message));
        let found = found.unwrap_or_else(|| panic!("{by}: {wrong:#?}"));
        assert_eq!((found.place.line as usize, found.place.column as usize), (line, column), "{found}");
        assert!(found.hint.contains(" to "), "{found}");
    }
}

#[test]
fn mistakes_of_meaning_have_a_place_and_a_hint() {
    check("id = \"raft/well\"", "id = |\"Well\"", "not the address", "raft/");
    check("title = \"Well\"", "title = |\"Forty-one characters are one more than fit\"", "characters", "at most 40");
    check("view = \"cluster\"", "view = |\"clutser\"", "no view", "did you mean `cluster`");
    check("sources = [\"a paper\"]", "sources = |[]", "no source", "paper");
    check("goal = \"time >= 1 s\"", "goal = \"time >= 1 |parsec\"", "expected a unit", "us, ms, s");
    check("until = \"time >= 1 s\"", "until = \"|S9.role = leader\"", "no node is named `S9`", "S1 to S3");
    check("right = 1", "right = |3", "no answer 3", "1 to 2");
    check("heartbeat_us = 40000", "hartbeat_us = |40000", "no setting `hartbeat_us`", "did you mean `heartbeat_us`");
    check("heartbeat_us = 40000", "heartbeat_us = |-1", "cannot be -1", "50000 if left out");
    check("mutants = [\"fig8\"]", "mutants = [|\"fig9\"]", "no mutant `fig9`", "did you mean `fig8`");
    check("kind = \"Heartbeat\"", "kind = |\"Hartbeat\"", "no message", "did you mean `Heartbeat`");
    check("from = [\"S1\"]", "from = [|\"S7\"]", "no node is named `S7`", "S1 to S3");
    check("ask = \"put x 7\"", "ask = |\"pot x 7\"", "do not know `pot`", "did you mean `put`");
    check("ask = \"put x 7\"", "ask = |\"put x seven\"", "no number", "whole numbers");
    check("client = \"client 1\"", "client = |\"S1\"", "not a client", "client 1");
    check("at = \"1.5 s\"", "at = |\"5 s\"", "beyond the end", "at most 2 s");
    check("[[\"S1\"], [\"S2\", \"S3\"]]", "|[[\"S1\"], [\"S2\", \"S1\"]]", "stands here twice", "once");
    check("\"timer election of S2\"", "|\"timer elction of S2\"", "no timer `elction`", "did you mean `election`");
    check("that = \"all servers: term >= 0\"", "that = \"all servers |term >= 0\"", "expected `:`", "colon");
    check("without = [\"fig8\"]", "without = [|\"fig9\"]", "not switched on", "did you mean `fig8`");
}

#[test]
fn several_mistakes_are_told_at_once() {
    let text = WELL.replace("title", "titel").replace("minutes", "minuets").replace("question = \"Is", "qestion = \"Is");
    let wrong = toml::parse("well.toml", &text).unwrap_err();
    let unknown = wrong.iter().filter(|wrong| wrong.message.starts_with("unknown field")).count();
    assert_eq!(unknown, 3, "{wrong:#?}");
    let text = WELL.replace("fig8", "fig9").replace("\"S2\"", "\"S8\"").replace("heartbeat_us", "beat_us");
    assert!(read(&text).unwrap_err().len() >= 3);
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(
        scenario in 0..library::all().len(),
        cut in any::<prop::sample::Index>(),
        length in 0..40usize,
        insert in "(\\PC{0,12}|[\\[\\]{}=\",.'#\\n-]{0,6}|S9|-1|99999999999999999999|\"\"|true)",
    ) {
        let file = library::all()[scenario].id.replace('/', "-");
        let text = std::fs::read_to_string(format!("{}/www/scenarios/{file}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let characters: Vec<char> = text.chars().collect();
        let at = cut.index(characters.len());
        let after = (at + length).min(characters.len());
        let changed: String = characters[..at].iter().copied().chain(insert.chars()).chain(characters[after..].iter().copied()).collect();
        let truncated: String = characters[..at].iter().collect();
        for text in [changed, truncated] {
            if let Err(wrong) = read(&text) {
                prop_assert!(!wrong.is_empty());
                for wrong in wrong {
                    prop_assert!(wrong.place.line >= 1 && wrong.place.column >= 1 && !wrong.message.is_empty(), "{wrong:?}");
                }
            }
        }
    }
}
