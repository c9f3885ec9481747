//! The rules as the page shows them: cut from the very source that runs.
//!
//! `www/data/rules/<system>.json` is what *Why?* and *Rules* load when they are asked for. It must be what `rules.rs` says.
//! `NETSPLIT_REWRITE=1 cargo test --test rules` writes it anew.

use netsplit::base::NoteKind;
use netsplit::protocol::{clock, lock, raft, rpc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A protocol whose rules are shown.
struct Protocol {
    source: &'static str,
    excerpts: &'static str,
    mutants: Vec<Known>,
    notes: &'static [&'static NoteKind],
}

/// A mutant: its name in the code, its id, and the rule that it replaces.
struct Known {
    name: String,
    id: &'static str,
    rule: &'static str,
}

macro_rules! known {
    ($mutants:expr) => {
        $mutants.iter().map(|info| Known { name: format!("{:?}", info.mutant), id: info.id, rule: info.rule }).collect()
    };
}

fn protocols() -> [Protocol; 4] {
    [
        Protocol {
            source: "src/protocol/raft/rules.rs",
            excerpts: "www/data/rules/raft.json",
            mutants: known!(raft::rules::MUTANTS),
            notes: raft::notes::ALL,
        },
        Protocol {
            source: "src/protocol/clock/rules.rs",
            excerpts: "www/data/rules/clock.json",
            mutants: known!(clock::rules::MUTANTS),
            notes: clock::notes::ALL,
        },
        Protocol {
            source: "src/protocol/lock/rules.rs",
            excerpts: "www/data/rules/lock.json",
            mutants: known!(lock::rules::MUTANTS),
            notes: lock::notes::ALL,
        },
        Protocol {
            source: "src/protocol/rpc/rules.rs",
            excerpts: "www/data/rules/rpc.json",
            mutants: known!(rpc::rules::MUTANTS),
            notes: rpc::notes::ALL,
        },
    ]
}

/// One rule.
#[derive(Serialize)]
struct Rule {
    name: String,
    /// The heading of its group: `Elections`.
    topic: String,
    /// In words, one string a paragraph, without the sources.
    about: Vec<String>,
    /// In the order in which they are named: `Ongaro and Ousterhout 2014, section 5.4.1`.
    sources: Vec<String>,
    /// Line of `pub fn`, from 1.
    line: usize,
    /// The signature, to the opening brace.
    head: Vec<String>,
    /// The body without its mutants.
    right: Vec<String>,
    /// The body of each mutant, in the order in which they take effect.
    wrong: Vec<Wrong>,
}

#[derive(Serialize)]
struct Wrong {
    mutant: &'static str,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct Excerpts {
    source: &'static str,
    rules: Vec<Rule>,
}

/// Cuts every public function out of the blocks `impl Rules` that have a heading and no set-up.
fn cut(source: &str, mutants: &[Known]) -> Vec<Rule> {
    let lines: Vec<&str> = source.lines().collect();
    let mut rules = Vec::new();
    let mut topic = None;
    let mut docs = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if line == "impl Rules {" {
            topic = at.checked_sub(1).and_then(|before| lines[before].strip_prefix("/// ")).map(|doc| doc.trim_end_matches('.'));
        } else if line == "}" {
            topic = None;
        } else if let Some(doc) = line.strip_prefix("    ///") {
            docs.push(doc.trim());
        } else if let (Some(topic), Some(rest)) = (topic, line.strip_prefix("    pub fn ")) {
            let head = at..=at + lines[at..].iter().position(|line| line.ends_with('{')).expect("a body");
            let end = at + lines[at..].iter().position(|line| *line == "    }").expect("an end");
            let name = rest.split('(').next().expect("a name");
            let (about, sources) = in_words(&docs);
            let (right, wrong) = bodies(name, &lines[head.end() + 1..end], mutants);
            let head = lines[head.clone()].iter().map(|line| line[4..].to_owned()).collect();
            rules.push(Rule { name: name.to_owned(), topic: topic.to_owned(), about, sources, line: at + 1, head, right, wrong });
            at = end;
        }
        if !lines[at].trim_start().starts_with("///") {
            docs.clear();
        }
        at += 1;
    }
    rules
}

/// A body without its mutants, and the body of each: what they share, and then the mutant's own lines.
fn bodies(rule: &str, body: &[&str], mutants: &[Known]) -> (Vec<String>, Vec<Wrong>) {
    let mut right: Vec<String> = Vec::new();
    let mut wrong = Vec::new();
    let mut lines = body.iter();
    while let Some(line) = lines.next() {
        let Some(mutant) = line.strip_prefix("        if self.has(Mutant::").and_then(|rest| rest.strip_suffix(") {")) else {
            assert!(!line.contains("Mutant::"), "{rule}: a mutant is an `if` of its own: {line}");
            right.push(line.get(4..).unwrap_or("").to_owned());
            continue;
        };
        let own: Vec<&str> = lines.by_ref().copied().take_while(|line| *line != "        }").collect();
        assert!(own.last().is_some_and(|last| last.trim_start().starts_with("return")), "{rule}: {mutant} returns");
        let info = mutants.iter().find(|info| info.name == mutant).expect("a known mutant");
        assert_eq!(info.rule, rule, "{mutant} is listed with the rule in which it stands");
        let lines = right.iter().cloned().chain(own.iter().map(|line| line[8..].to_owned())).collect();
        wrong.push(Wrong { mutant: info.id, lines });
    }
    (right, wrong)
}

/// A doc comment as paragraphs, and the sources that it names in brackets.
fn in_words(docs: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut sources = Vec::new();
    let paragraphs = docs.split(|line| line.is_empty()).map(|lines| {
        let mut text = lines.join(" ");
        for start in ["(paper ", "(thesis ", "(thesis, ", "(see "] {
            while let Some(from) = text.find(start) {
                let to = from + text[from..].find(')').expect("a closing bracket");
                sources.push(reference(&text[from + 1..to]));
                text.replace_range(from.saturating_sub(1)..=to, "");
            }
        }
        text
    });
    let paragraphs: Vec<String> = paragraphs.collect();
    (paragraphs, sources)
}

/// `paper 5.2` as lists of sources write it.
fn reference(source: &str) -> String {
    let (work, place) = source.split_once(' ').expect("a work and a place in it");
    if work == "see" {
        return place.to_owned();
    }
    let author = if work.starts_with("thesis") { "Ongaro 2014, dissertation" } else { "Ongaro and Ousterhout 2014" };
    let sections = if place.contains(", ") { "sections " } else { "section " };
    format!("{author}, {}{place}", if place.starts_with(|letter: char| letter.is_ascii_digit()) { sections } else { "" })
}

#[test]
fn the_page_shows_the_rules_that_run() {
    for Protocol { source, excerpts, mutants, .. } in protocols() {
        let rules = cut(&std::fs::read_to_string(source).expect("the rules are there"), &mutants);
        for rule in &rules {
            assert!(!rule.sources.is_empty(), "{}: its doc comment says where it is from", rule.name);
            assert!(!rule.right.is_empty() && rule.right.len() <= 10, "{}: one screen", rule.name);
        }
        let cut_out: usize = rules.iter().map(|rule| rule.wrong.len()).sum();
        assert_eq!(cut_out, mutants.len(), "every mutant stands in a rule");
        let now = serde_json::to_string_pretty(&Excerpts { source, rules }).expect("texts are JSON") + "\n";
        if std::env::var_os("NETSPLIT_REWRITE").is_some() {
            std::fs::write(excerpts, now).expect("the file can be written");
            continue;
        }
        let kept = std::fs::read_to_string(excerpts).expect("the file is there");
        assert!(kept == now, "{excerpts} is not what {source} says; NETSPLIT_REWRITE=1 cargo test --test rules writes it anew");
    }
}

/// What a language says of rules: `raft.majority`, with a line for each paragraph; `topic.Elections`; `source.Brooker 2015`.
fn words_of(language: &std::path::Path) -> BTreeMap<String, String> {
    #[derive(serde::Deserialize)]
    struct File {
        rules: BTreeMap<String, String>,
    }
    let text = std::fs::read_to_string(language).expect("a file");
    serde_json::from_str::<File>(&text).expect("texts of rules").rules
}

/// Names of the code that a text mentions, in alphabetical order.
fn code_in(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_language_tells_every_rule_its_group_and_its_sources_and_nothing_else() {
    let languages = std::fs::read_dir("www/data/words").expect("the languages are there");
    for language in languages.map(|entry| entry.expect("a file").path()) {
        let words = words_of(&language);
        let mut asked = BTreeSet::new();
        for Protocol { source, excerpts, mutants, .. } in protocols() {
            let system = std::path::Path::new(excerpts).file_stem().and_then(|stem| stem.to_str()).expect("a name");
            for rule in cut(&std::fs::read_to_string(source).expect("the rules are there"), &mutants) {
                let key = format!("{system}.{}", rule.name);
                let told = words.get(&key).unwrap_or_else(|| panic!("{language:?} has no {key}"));
                assert_eq!(told.split('\n').count(), rule.about.len(), "{key}: a line for each paragraph");
                assert_eq!(code_in(told), code_in(&rule.about.join("\n")), "{key}: the same names of the code");
                assert!(told.ends_with('.') && !told.contains('!') && !rule.about.contains(told), "{key}: {told}");
                asked.insert(key);
                asked.insert(format!("topic.{}", rule.topic));
                asked.extend(rule.sources.iter().map(|each| format!("source.{each}")));
            }
        }
        let known: BTreeSet<String> = words.keys().cloned().collect();
        let missing: Vec<_> = asked.difference(&known).collect();
        assert!(missing.is_empty(), "{language:?} does not say: {missing:?}");
        let unknown: Vec<_> = known.difference(&asked).collect();
        assert!(unknown.is_empty(), "{language:?} has texts that nothing asks for: {unknown:?}");
        assert!(words.values().all(|text| !text.trim().is_empty()), "{language:?} has an empty text");
    }
}

/// What falls and is no property of a run; `www/lab/rules.js` has words for each.
const UNCHECKED: [&str; 2] = ["liveness", "linearizable"];

#[test]
fn every_mutant_names_the_property_that_falls_or_something_that_has_words() {
    let page = std::fs::read_to_string("www/lab/rules.js").expect("the page is there");
    for info in netsplit::system::systems() {
        for mutant in info.mutants {
            let known = info.properties.contains(&mutant.falls) || UNCHECKED.contains(&mutant.falls);
            assert!(known, "{}: {}", mutant.id, mutant.falls);
        }
    }
    for falls in UNCHECKED {
        assert!(page.contains(&format!("{falls}: t(")), "{falls}");
    }
}

#[test]
fn every_rule_that_an_event_names_can_be_shown() {
    for Protocol { source, mutants, notes, .. } in protocols() {
        let rules = cut(&std::fs::read_to_string(source).expect("the rules are there"), &mutants);
        for rule in notes.iter().filter_map(|note| note.rule) {
            assert!(rules.iter().any(|known| known.name == rule), "{rule}");
        }
    }
}

#[test]
fn right_and_wrong_lines_are_told_apart() {
    let source = "/// Elections.\nimpl Rules {\n    /// Any two share a server (paper 5.2). And more.\n    pub fn majority(self, voters: usize) -> usize {\n        \
                  let half = voters / 2;\n        if self.has(Mutant::EvenMajority) {\n            return half;\n        }\n        half + 1\n    }\n}\n";
    let [raft, ..] = protocols();
    let [rule] = &cut(source, &raft.mutants)[..] else { panic!("one rule") };
    assert_eq!(rule.about, ["Any two share a server. And more."]);
    assert_eq!(rule.sources, ["Ongaro and Ousterhout 2014, section 5.2"]);
    assert_eq!((rule.line, &rule.head[..]), (4, &["pub fn majority(self, voters: usize) -> usize {".to_owned()][..]));
    assert_eq!(rule.right, ["    let half = voters / 2;", "    half + 1"]);
    let [wrong] = &rule.wrong[..] else { panic!("one mutant") };
    assert_eq!(
        (wrong.mutant, &wrong.lines[..]),
        ("even_majority", &["    let half = voters / 2;".to_owned(), "    return half;".to_owned()][..])
    );
}
