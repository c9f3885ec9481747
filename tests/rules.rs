//! The rules as the page shows them: cut from the very source that runs.
//!
//! `www/data/rules/raft.json` is what *Why?* and *Rules* load when they are asked for. It must be what `rules.rs` says.
//! `NETSPLIT_REWRITE=1 cargo test --test rules` writes it anew.

use netsplit::protocol::raft::notes;
use netsplit::protocol::raft::rules::MUTANTS;
use serde::Serialize;

const SOURCE: &str = "src/protocol/raft/rules.rs";
const EXCERPTS: &str = "www/data/rules/raft.json";

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
fn cut(source: &str) -> Vec<Rule> {
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
        } else if let (Some(topic), Some(rest)) =
            (topic.filter(|topic| *topic != "Set-up of the set"), line.strip_prefix("    pub fn "))
        {
            let head = at..=at + lines[at..].iter().position(|line| line.ends_with('{')).expect("a body");
            let end = at + lines[at..].iter().position(|line| *line == "    }").expect("an end");
            let name = rest.split('(').next().expect("a name");
            let (about, sources) = in_words(&docs);
            let (right, wrong) = bodies(name, &lines[head.end() + 1..end]);
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
fn bodies(rule: &str, body: &[&str]) -> (Vec<String>, Vec<Wrong>) {
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
        let info = MUTANTS.iter().find(|info| format!("{:?}", info.mutant) == mutant).expect("a known mutant");
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
        for start in ["(paper ", "(thesis ", "(thesis, "] {
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
    let author = if work.starts_with("thesis") { "Ongaro 2014, dissertation" } else { "Ongaro and Ousterhout 2014" };
    let sections = if place.contains(", ") { "sections " } else { "section " };
    format!("{author}, {}{place}", if place.starts_with(|letter: char| letter.is_ascii_digit()) { sections } else { "" })
}

#[test]
fn the_page_shows_the_rules_that_run() {
    let rules = cut(&std::fs::read_to_string(SOURCE).expect("the rules are there"));
    for rule in &rules {
        assert!(!rule.sources.is_empty(), "{}: its doc comment says where it is from", rule.name);
        assert!(!rule.right.is_empty() && rule.right.len() <= 10, "{}: one screen", rule.name);
    }
    let cut_out: usize = rules.iter().map(|rule| rule.wrong.len()).sum();
    assert_eq!(cut_out, MUTANTS.len(), "every mutant stands in a rule");
    let now = serde_json::to_string_pretty(&Excerpts { source: SOURCE, rules }).expect("texts are JSON") + "\n";
    if std::env::var_os("NETSPLIT_REWRITE").is_some() {
        std::fs::write(EXCERPTS, now).expect("the file can be written");
        return;
    }
    let kept = std::fs::read_to_string(EXCERPTS).expect("the file is there");
    assert!(kept == now, "{EXCERPTS} is not what {SOURCE} says; NETSPLIT_REWRITE=1 cargo test --test rules writes it anew");
}

#[test]
fn every_rule_that_an_event_names_can_be_shown() {
    let rules = cut(&std::fs::read_to_string(SOURCE).expect("the rules are there"));
    for rule in notes::ALL.iter().filter_map(|note| note.rule) {
        assert!(rules.iter().any(|known| known.name == rule), "{rule}");
    }
}

#[test]
fn right_and_wrong_lines_are_told_apart() {
    let source = "/// Elections.\nimpl Rules {\n    /// Any two share a server (paper 5.2). And more.\n    pub fn majority(self, voters: usize) -> usize {\n        \
                  let half = voters / 2;\n        if self.has(Mutant::EvenMajority) {\n            return half;\n        }\n        half + 1\n    }\n}\n";
    let [rule] = &cut(source)[..] else { panic!("one rule") };
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
