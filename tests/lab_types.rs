//! The declared types of the Lab handle against the rows of a real run: each value must fit its type, and each object must
//! have exactly the declared keys.

use netsplit::base::NodeId;
use netsplit::sim::plan::{Action, ChannelPatch, ChannelRule, ClockAct, Cluster, Cut, Generator, MessageAct, Plan, Selector};
use netsplit::system::open::open;
use netsplit::timeline::{self, Session, Stop};
use netsplit::view::ViewOptions;
use netsplit::view::playback::{Goals, Playback, StoryStepRow, TickRow};
use netsplit::view::words::Lang;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

const DECLARED: &str = include_str!("../src/web/types.d.ts");

/// A TypeScript type, as far as `types.d.ts` uses them.
#[derive(Clone, Debug)]
enum Type {
    Name(String),
    Literal(String),
    List(Box<Type>),
    Tuple(Vec<Type>),
    Object(Vec<Key>),
    Union(Vec<Type>),
}

#[derive(Clone, Debug)]
struct Key {
    name: String,
    optional: bool,
    value: Type,
}

/// The declarations of a file by name. Generic ones and those that extend others are left out: no row has such a type.
fn declarations(text: &str) -> BTreeMap<String, Type> {
    let mut tokens = Tokens::of(text);
    let mut found = BTreeMap::new();
    while let Some(token) = tokens.next() {
        if token != "interface" && token != "type" {
            continue;
        }
        let name = tokens.next().expect("a name");
        match tokens.peek() {
            Some("{") => drop(found.insert(name, tokens.parse())),
            Some("=") => {
                tokens.next();
                let value = tokens.parse();
                found.insert(name, value);
            }
            _ => {}
        }
    }
    found
}

struct Tokens {
    list: Vec<String>,
    at: usize,
}

impl Tokens {
    fn of(text: &str) -> Tokens {
        let mut list: Vec<String> = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                _ if rest.starts_with("/*") => rest.find("*/").expect("comments end") + 2,
                '"' => rest[1..].find('"').expect("texts end") + 2,
                _ if first.is_alphanumeric() || first == '_' => {
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
                }
                _ => first.len_utf8(),
            };
            let (token, after) = rest.split_at(length);
            if !token.trim().is_empty() && !token.starts_with("/*") {
                list.push(token.to_owned());
            }
            rest = after;
        }
        Tokens { list, at: 0 }
    }

    fn peek(&self) -> Option<&str> {
        self.list.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.list.get(self.at - 1).cloned()
    }

    fn take(&mut self, token: &str) -> bool {
        let is = self.peek() == Some(token);
        self.at += usize::from(is);
        is
    }

    fn parse(&mut self) -> Type {
        self.take("|");
        let mut all = vec![self.one()];
        while self.take("|") {
            all.push(self.one());
        }
        if all.len() == 1 { all.remove(0) } else { Type::Union(all) }
    }

    fn one(&mut self) -> Type {
        let token = self.next().expect("a type");
        let mut value = match token.as_str() {
            "{" => Type::Object(self.keys()),
            "[" => {
                let mut items = Vec::new();
                while !self.take("]") {
                    items.push(self.parse());
                    self.take(",");
                }
                Type::Tuple(items)
            }
            _ if token.starts_with('"') => Type::Literal(token.trim_matches('"').to_owned()),
            _ => Type::Name(token),
        };
        while self.take("[") {
            assert!(self.take("]"), "only lists are written X[]");
            value = Type::List(Box::new(value));
        }
        value
    }

    fn keys(&mut self) -> Vec<Key> {
        let mut keys = Vec::new();
        while !self.take("}") {
            let name = self.next().expect("a key").trim_matches('"').to_owned();
            let optional = self.take("?");
            assert!(self.take(":"), "{name} has a type");
            keys.push(Key { name, optional, value: self.parse() });
            let _ = self.take(";") || self.take(",");
        }
        keys
    }
}

/// What does not fit, and where.
fn misfit(value: &Value, declared: &Type, types: &BTreeMap<String, Type>, place: &str) -> Result<(), String> {
    let wrong = || Err(format!("{place}: {value} is no {declared:?}"));
    let fine = match (declared, value) {
        (Type::Name(name), _) => match (name.as_str(), value) {
            ("number", Value::Number(_)) | ("string", Value::String(_)) | ("boolean", Value::Bool(_)) | ("null", Value::Null) => {
                true
            }
            ("object", Value::Object(_)) => true,
            ("number" | "string" | "boolean" | "null" | "object", _) => false,
            _ => return misfit(value, types.get(name).unwrap_or_else(|| panic!("{name} is declared")), types, place),
        },
        (Type::Literal(text), Value::String(value)) => value == text,
        (Type::List(item), Value::Array(items)) => {
            return items.iter().enumerate().try_for_each(|(i, value)| misfit(value, item, types, &format!("{place}[{i}]")));
        }
        (Type::Tuple(declared), Value::Array(items)) if declared.len() == items.len() => {
            return items.iter().zip(declared).try_for_each(|(value, item)| misfit(value, item, types, place));
        }
        (Type::Union(any), _) => any.iter().any(|one| misfit(value, one, types, place).is_ok()),
        (Type::Object(keys), Value::Object(object)) => {
            if let Some(unknown) = object.keys().find(|name| !keys.iter().any(|key| &key.name == *name)) {
                return Err(format!("{place}.{unknown} is not declared"));
            }
            return keys.iter().try_for_each(|key| match object.get(&key.name) {
                Some(value) => misfit(value, &key.value, types, &format!("{place}.{}", key.name)),
                None if key.optional => Ok(()),
                None => Err(format!("{place}.{} is missing", key.name)),
            });
        }
        _ => false,
    };
    if fine { Ok(()) } else { wrong() }
}

/// Rows of one kind from a whole run.
struct Seen {
    types: BTreeMap<String, Type>,
    count: BTreeMap<&'static str, usize>,
}

impl Seen {
    fn check<T: Serialize>(&mut self, name: &'static str, row: &T) {
        let value = serde_json::to_value(row).expect("rows are plain data");
        if let Err(why) = misfit(&value, &Type::Name(name.to_owned()), &self.types, name) {
            panic!("{why}");
        }
        *self.count.entry(name).or_default() += 1;
    }

    fn all<T: Serialize>(&mut self, name: &'static str, rows: &[T]) {
        rows.iter().for_each(|row| self.check(name, row));
    }
}

/// A run in which much goes wrong.
fn eventful() -> Plan {
    let mut plan = Plan::new("raft", 5, 3);
    plan.cluster = Cluster { servers: 5, clients: 2 };
    plan.network.default.loss_ppm = 20_000;
    plan.network.default.duplicate_ppm = 50_000;
    plan.workload.generator = Some(Generator {
        start_us: 300_000,
        end_us: 5_000_000,
        every_us_min: 50_000,
        every_us_max: 100_000,
        keys: 2,
        mix: vec![("put".to_owned(), 2), ("get".to_owned(), 1)],
    });
    plan
}

fn interventions() -> Vec<Action> {
    let (a, b) = (NodeId(0), NodeId(1));
    let set = ChannelPatch { delay_us: Some((5, 9)), loss_ppm: Some(1), ..ChannelPatch::default() };
    vec![
        Action::Slow { node: a, service_us: 2_000, queue: 5 },
        Action::Cut(Cut::Islands(vec![vec![a, b], vec![NodeId(2), NodeId(3), NodeId(4)]])),
        Action::Cut(Cut::OneWay { from: vec![a], to: vec![b] }),
        Action::Cut(Cut::Ring(vec![a, b, NodeId(2)])),
        Action::Hold(vec![(b, a)]),
        Action::Clog { links: vec![(a, NodeId(2))], for_us: 100_000 },
        Action::Channel(ChannelRule { select: Selector::default(), set }),
        Action::Clock { node: b, act: ClockAct::Jump(-5) },
        Action::Crash(NodeId(4)),
        Action::Pause(NodeId(3)),
        Action::ResetChannels,
        Action::Heal(vec![]),
        Action::Resume(NodeId(3)),
        Action::Restart { node: NodeId(4), empty: false },
        Action::Redraw(3),
    ]
}

#[test]
fn every_row_of_an_eventful_run_fits_its_declared_type() {
    let session = Session::open(eventful(), timeline::Config::default(), open).expect("the plan is fine");
    let mut lab = Playback::new(session, Lang::En, Goals::default(), 33.0);
    let mut seen = Seen { types: declarations(DECLARED), count: BTreeMap::new() };
    seen.check("SystemText", &lab.system());
    seen.check("TickResult", &TickRow::default());
    lab.set_playing(true);
    lab.set_speed(500.0);
    for mut action in [vec![Action::Heal(vec![])], interventions()].concat() {
        for _ in 0..40 {
            seen.check("TickResult", &lab.tick(16.0, &mut |_| false));
            seen.all("NodeRow", &lab.nodes());
            seen.all("MessageRow", &lab.messages());
            seen.all("LinkRow", &lab.links());
            seen.all("CutRow", &lab.cuts());
            seen.all("VerdictRow", &lab.verdicts());
            seen.all("EnabledRow", &lab.enabled());
        }
        if let (Action::ResetChannels, Some(message)) = (&action, lab.messages().first()) {
            action = Action::Message { message: message.id, act: MessageAct::Delay(5) };
        }
        seen.check("Action", &action);
        let _ = lab.act(action);
        seen.check("Cursor", &lab.cursor());
        seen.check("Census", &lab.census());
        seen.check("LogPart", &lab.log_part(&ViewOptions::sized(720.0, 460.0)));
    }
    let fates: Vec<_> = lab.events(0..u64::MAX).iter().filter_map(|row| lab.fate(row.item?)).collect();
    seen.all("Fate", &fates);
    seen.all("EntryRow", &lab.log(NodeId(0), 0, u64::MAX));
    seen.all("EventRow", &lab.events(0..u64::MAX));
    seen.all("Mark", &lab.marks());
    seen.all("OperationRow", &lab.operations(usize::MAX));
    lab.seek_time(1_000_000);
    lab.work(&mut |_| false);
    lab.step_story(2_000_000);
    lab.work(&mut |_| false);
    seen.check("StoryStep", &StoryStepRow::new(&mut lab, Stop::Limit));
    seen.check("StoryStep", &StoryStepRow::new(&mut lab, Stop::Reached));
    lab.act(Action::Crash(NodeId(1))).expect("it runs");
    seen.all("Branch", &lab.branches());
    seen.check("Divergence", &lab.divergence(0, 1).expect("both exist").expect("they differ"));
    lab.compare(Some(0)).expect("it exists");
    seen.check("Compared", &lab.compared().expect("it is compared"));
    lab.compare(None).expect("always possible");
    let link = lab.link(None);
    assert!(lab.provenance().is_none(), "it was not opened from a link");
    lab.follow(&link);
    seen.check("Provenance", &lab.provenance().expect("on the way"));
    lab.work(&mut |_| false);
    seen.check("Provenance", &lab.provenance().expect("arrived"));
    for name in
        ["NodeRow", "MessageRow", "Fate", "LinkRow", "CutRow", "EntryRow", "EventRow", "Mark", "OperationRow", "VerdictRow"]
    {
        assert!(seen.count.get(name).is_some_and(|count| *count > 1), "{name} was seen: {:?}", seen.count);
    }
}

#[test]
fn cards_and_texts_of_all_scenarios_fit_their_declared_types() {
    let mut seen = Seen { types: declarations(DECLARED), count: BTreeMap::new() };
    seen.all("ScenarioCard", &netsplit::view::report::cards(Lang::En));
    for scenario in netsplit::scenario::library::all() {
        let info = netsplit::system::open::info(&scenario.system).expect("the system exists");
        let lesson = netsplit::scenario::compile(scenario, info).expect("built-in scenarios compile").lesson;
        seen.check("ScenarioText", &netsplit::view::report::ScenarioText::new(Lang::En, &lesson));
    }
}

#[test]
fn rows_of_foreign_traces_fit_their_declared_types() {
    use netsplit::scenario::foreign::compare::Comparison;
    use netsplit::scenario::foreign::{Format, Importer, Options};
    use netsplit::view::trace_diff::{Sentences, TraceDiffRow};
    use netsplit::view::trace_report::{FileRow, TraceEventRow};
    let mut seen = Seen { types: declarations(DECLARED), count: BTreeMap::new() };
    let lines = concat!(
        r#"{"host":"a","clock":{"a":1},"event":"x","at_us":1,"size":2}"#,
        "\n",
        r#"{"host":"b","clock":{"b":1,"a":1},"event":"y","at_us":2}"#,
        "\n",
        r#"{"host":"b","clock":{"b":3},"event":"y","at_us":2}"#,
        "\nno JSON\n",
    );
    let imported = Importer::read(Options { format: Some(Format::JsonLines), parser: None, delimiter: None }, lines.as_bytes());
    let file = FileRow::new(Lang::De, &imported);
    seen.check("TraceText", &file);
    seen.all("FindingRow", &file.findings);
    let trace = &imported.traces[0];
    let rows: Vec<_> = (0..4).filter_map(|n| TraceEventRow::new(trace, n)).collect();
    assert_eq!(rows.len(), 3);
    seen.all("TraceEventRow", &rows);
    assert!(seen.count["FindingRow"] > 2);
    let comparison = Comparison::new(trace, trace);
    let sentences = Sentences { names: ["one", "two"], lang: Lang::En };
    seen.check("TraceDiff", &TraceDiffRow::new(&comparison, [trace, trace], sentences));
}

#[test]
fn what_does_not_fit_is_found() {
    let types = declarations(DECLARED);
    let check = |name: &str, json: &str| {
        misfit(&serde_json::from_str(json).expect("JSON"), &Type::Name(name.to_owned()), &types, "x").is_ok()
    };
    assert!(check("Target", r#"{"id":"a","label":"","x":0,"y":0,"width":1.5,"height":2}"#));
    assert!(!check("Target", r#"{"id":"a","label":"","x":0,"y":0,"width":1.5}"#));
    assert!(!check("Target", r#"{"id":"a","label":"","x":0,"y":0,"width":1.5,"height":2,"z":0}"#));
    assert!(check("Action", r#"{"cut":{"one-way":{"from":[0],"to":[1]}}}"#) && check("Action", r#""reset-channels""#));
    assert!(!check("Action", r#"{"explode":0}"#));
}
