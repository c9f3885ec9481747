//! The one catalogue of sentences: page, spoken status and command line render the same text from it.
//!
//! A language is a table from keys to templates. `{name}` stands for an argument, rendered by its declared type; `{n|entry|entries}`
//! for a word that follows a number. No sentence is built anywhere else. English is part of the program; see [`Lang`] for others.

mod en;
mod en_clock;
mod en_lock;
mod en_rpc;
mod en_rpc_caller;
mod english;
mod foreign;
mod lang;
mod render;
mod world;

use crate::base::ids::PlaceKind;
use crate::base::{EventId, Level, NodeId, Note};
use crate::protocol::MessageKind;
use crate::sim::plan::{Action, Cluster, Refusal};
use crate::sim::trace::{Event, EventClass, EventKind};
use crate::system::inspect::{
    EntryState, EntryView, Field, FieldValue, Fill, LinkView, MessageView, NodeStatus, NodeView, SystemInfo, Verdict,
};
use crate::system::keys;
use render::{Arg, capital, fill};

pub use foreign::{finding, of_trace};
pub use lang::{Lang, learn};
pub use world::{action_sentence, action_title, cut_label, event_sentence};

/// The names that a run's sentences need.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// Who takes part.
    pub cluster: Cluster,
    /// Id of the system, e.g. `raft`.
    pub system: &'static str,
    /// Its message kinds by number.
    pub messages: &'static [MessageKind],
    /// Its timers by number.
    pub timers: &'static [&'static str],
}

impl Names {
    /// The names of a system's run.
    pub fn new(info: &SystemInfo, cluster: Cluster) -> Names {
        Names { cluster, system: info.id, messages: info.messages, timers: info.timers }
    }
}

/// What is known around an event when its sentence is made. All of it is optional; the sentence says less without it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The action that was executed, for events of the plan and the hand.
    pub action: Option<&'a Action>,
    /// The node of the event as it was just before: "S1, the leader of term 3".
    pub before: Option<&'a NodeView>,
}

/// A finished sentence with what filters and panels need to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Key in the catalogue, e.g. `raft.becomes-leader`, `world.crashed`.
    pub key: &'static str,
    /// Who wants to read it.
    pub level: Level,
    /// The rule that decided, if one did.
    pub rule: Option<&'static str>,
    /// The sentence.
    pub text: String,
}

/// The sentence of a note that was made at `node`. Of one entry, `first` to `last`, a sentence of its own is said if there is one.
pub fn sentence(lang: Lang, note: &Note, node: Option<NodeId>, names: &Names) -> String {
    let Some(template) = template(lang, note) else { return format!("{note:?}") };
    let mut args: Vec<(&str, Arg)> =
        note.kind.args.iter().zip(note.args).map(|(&(name, ty), value)| (name, render::typed(lang, ty, value, names))).collect();
    if let Some(node) = node {
        args.push(("me", render::node(lang, names.cluster, node).into()));
    }
    capital(fill(template, &args))
}

fn template(lang: Lang, note: &Note) -> Option<&'static str> {
    let arg = |wanted: &str| note.kind.args.iter().position(|(name, _)| *name == wanted).map(|i| note.args[i]);
    let one = arg("first").filter(|first| arg("last") == Some(*first)).map(|_| format!("{}.one", note.kind.key));
    one.and_then(|key| text(lang, &key)).or_else(|| text(lang, note.kind.key))
}

/// The sentence for everybody: the weightiest of what the event's notes say and what the event itself is. Of equals, a note
/// says more than the event, and a later note more than an earlier one; but what somebody does by hand is told as that.
pub fn headline(lang: Lang, event: &Event, context: Context<'_>, notes: &[Note], names: &Names) -> Headline {
    let EventClass { key, level } = event.class();
    let own = || Headline { key, level, rule: None, text: event_sentence(lang, event, context, names) };
    // `min_by_key` keeps the first of equals.
    let Some(note) = notes.iter().rev().min_by_key(|note| note.kind.level) else { return own() };
    if level < note.kind.level || (level == note.kind.level && event.by_hand()) {
        return own();
    }
    let text = sentence(lang, note, event.node(), names);
    Headline { key: note.kind.key, level: note.kind.level, rule: note.kind.rule, text }
}

/// The sentence of a verdict.
pub fn verdict_sentence(lang: Lang, verdict: &Verdict, names: &Names) -> String {
    let node = verdict.witness.as_ref().and_then(|witness| witness.nodes.first().copied());
    sentence(lang, &verdict.note, node, names)
}

/// The text with this key as it stands, without arguments: in English, where the language has none. `None` if the catalogue
/// has none either.
pub fn text(lang: Lang, key: &str) -> Option<&'static str> {
    lang::text(lang, key).or_else(|| english::text(key))
}

/// A text of a scenario, by the part it plays: `title`, `steps.1`. `None` if the language leaves it as it was written.
pub fn scenario_text(lang: Lang, scenario: &str, part: &str) -> Option<&'static str> {
    lang::text(lang, &format!("{scenario}.{part}"))
}

/// A source, as scenarios write it: `Ongaro and Ousterhout 2014, section 5.3 and figure 2`. Titles stay as they are; who and where
/// is said in the language.
pub fn source(lang: Lang, written: &str) -> String {
    if lang == Lang::En {
        return written.to_owned();
    }
    let words = |lang| text(lang, SOURCE_WORDS).unwrap_or_default().split(' ');
    let translated = |word: &str| {
        let own = words(Lang::En).zip(words(lang)).find(|(english, _)| *english == word);
        own.map_or(word, |(_, own)| own).to_owned()
    };
    let part = |part: &str| {
        let names = part.ends_with("(thesis)") || part.len() > 4 && part.bytes().rev().take(4).all(|byte| byte.is_ascii_digit());
        let place = ["section", "figure"].iter().any(|word| part.starts_with(word));
        if names || place { part.split(' ').map(translated).collect::<Vec<_>>().join(" ") } else { part.to_owned() }
    };
    written.split(", ").map(part).collect::<Vec<_>>().join(", ")
}

/// The key of the words of sources, one after the other.
const SOURCE_WORDS: &str = "source.words";

/// The name of one of a system's timers. English has the system's own, and other languages a text for each: `timer.heartbeat`.
pub fn timer(lang: Lang, names: &Names, number: usize) -> &'static str {
    names.timers.get(number).map_or("?", |name| timer_name(lang, name))
}

/// The same, by the system's own name for it.
pub fn timer_name(lang: Lang, own: &'static str) -> &'static str {
    lang::text(lang, &format!("timer.{own}")).unwrap_or(own)
}

/// The text with this key, and its places filled with texts.
pub fn filled(lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<(&str, Arg)> =
        args.iter().map(|&(name, value)| (name, value.parse().map_or_else(|_| Arg::from(value), Arg::Number))).collect();
    fill(text(lang, key).unwrap_or(key), &args)
}

/// A sentence with this key, and its places filled with texts.
pub fn told(lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
    capital(filled(lang, key, args))
}

/// The word with this key: a role, a status, a label. The last part of the key if the catalogue has none.
pub fn word(lang: Lang, key: &str) -> &str {
    text(lang, key).unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key))
}

/// The published name of a property: `Election Safety`.
pub fn property_name<'a>(lang: Lang, system: &str, property: &'a str) -> &'a str {
    text(lang, &format!("{system}.{property}.name")).or_else(|| text(lang, &format!("{property}.name"))).unwrap_or(property)
}

/// What a property says, in a sentence.
pub fn property_about(lang: Lang, system: &str, property: &str) -> &'static str {
    text(lang, &format!("{system}.{property}.about")).or_else(|| text(lang, &format!("{property}.about"))).unwrap_or("")
}

/// What is broken by a wrong variant, in a few words.
pub fn mutant_name<'a>(lang: Lang, system: &str, mutant: &'a str) -> &'a str {
    text(lang, &format!("{system}.mutant.{mutant}.name")).unwrap_or(mutant)
}

/// What a wrong variant does, in a sentence.
pub fn mutant_about(lang: Lang, system: &str, mutant: &str) -> &'static str {
    text(lang, &format!("{system}.mutant.{mutant}")).unwrap_or("")
}

/// The chip of a wrong variant: `Rule broken: even_majority`.
pub fn broken_rule(lang: Lang, mutant: &str) -> String {
    fill(text(lang, "chip.rule-broken").unwrap_or("{mutant}"), &[("mutant", mutant.into())])
}

/// The chip that stands for several broken rules: `4 rules broken`.
pub fn broken_rules(lang: Lang, n: usize) -> String {
    fill(text(lang, "chip.rules-broken").unwrap_or("{n}"), &[("n", Arg::Number(n as u64))])
}

/// The chip of properties that fell: `Election Safety violated`, `2 properties violated`.
pub fn violated_properties(lang: Lang, system: &str, properties: &[&str]) -> String {
    match properties {
        [one] => {
            fill(text(lang, "chip.violated").unwrap_or("{property}"), &[("property", property_name(lang, system, one).into())])
        }
        many => fill(text(lang, "chip.violated-many").unwrap_or("{n}"), &[("n", Arg::Number(many.len() as u64))]),
    }
}

/// What became of a message, where and when: `AppendEntries from S1, delivered to S3 at 1.204 s.` `None` for other events.
pub fn fate(lang: Lang, event: &Event, names: &Names) -> Option<String> {
    let place = event.item.place();
    let key = match event.kind {
        EventKind::Delivered => "fate.delivered",
        EventKind::Lost => "fate.lost",
        _ => return None,
    };
    let message = names.messages.get(usize::from(event.sub)).map_or("?", |kind| kind.name);
    let args = [
        ("message", message.into()),
        ("from", render::node(lang, names.cluster, place.node()).into()),
        ("to", render::node(lang, names.cluster, place.to()).into()),
        ("at", render::time(lang, event.at_us).into()),
    ];
    text(lang, key).map(|template| fill(template, &args))
}

/// A term, ballot or view with its number: `term 3`.
pub fn epoch(lang: Lang, system: &str, epoch: u64) -> String {
    let template = text(lang, &format!("{system}.epoch")).or_else(|| text(lang, "epoch")).unwrap_or("{n}");
    fill(template, &[("n", Arg::Number(epoch))])
}

/// A field's value as panels show it.
pub fn field_value(lang: Lang, value: &FieldValue, names: &Names) -> String {
    match value {
        FieldValue::Int(n) => n.to_string(),
        FieldValue::Node(Some(node)) => render::node(lang, names.cluster, *node),
        FieldValue::Node(None) => word(lang, "list.none").to_owned(),
        FieldValue::Nodes(nodes) => render::nodes(lang, nodes, names.cluster),
        FieldValue::Bool(true) => word(lang, "yes").to_owned(),
        FieldValue::Bool(false) => word(lang, "no").to_owned(),
        FieldValue::DurationUs(us) => render::duration(lang, *us),
        FieldValue::Word(key) => word(lang, key).to_owned(),
        FieldValue::Data(data) => data.clone(),
    }
}

/// Why an action was refused, and what to do instead: message and hint.
pub fn refusal(lang: Lang, refusal: &Refusal, names: &Names) -> (String, String) {
    let (code, args): (&str, Vec<(&str, Arg)>) = match refusal {
        Refusal::NoSuchNode(node) => {
            let last = names.cluster.nodes().saturating_sub(1) as u16;
            let args = vec![
                ("n", Arg::Number(node.0 as u64)),
                ("first", render::node(lang, names.cluster, NodeId(0)).into()),
                ("last", render::node(lang, names.cluster, NodeId(last)).into()),
            ];
            ("no-such-node", args)
        }
        Refusal::NoSuchMessage(id) => ("no-such-message", vec![("item", item(lang, *id, names).into())]),
        Refusal::NotEnabled(id) => ("not-enabled", vec![("item", item(lang, *id, names).into())]),
        Refusal::NothingToDo(why) => {
            let key = format!("error.nothing-to-do.{why}");
            let specific = text(lang, &key).map(|message| (fill(message, &[]), word_or(lang, &format!("{key}.hint"))));
            if let Some(both) = specific {
                return both;
            }
            ("nothing-to-do", vec![("why", why.replace('-', " ").into())])
        }
        Refusal::BadValue(field, range) => ("bad-value", vec![("field", (*field).into()), ("range", (*range).into())]),
        Refusal::BadOperation(why) => ("bad-operation", vec![("why", why.as_str().into())]),
    };
    both(lang, &format!("error.{code}"), &args)
}

/// An error's message and hint by code, with arguments as text. `error.` and the code name the message; a text whose key is the
/// code itself will do, too.
pub fn error(lang: Lang, code: &str, args: &[(&str, &str)]) -> (String, String) {
    let args: Vec<(&str, Arg)> = args.iter().map(|&(name, value)| (name, Arg::from(value))).collect();
    let key = format!("error.{code}");
    both(lang, if text(lang, &key).is_some() { &key } else { code }, &args)
}

fn both(lang: Lang, key: &str, args: &[(&str, Arg)]) -> (String, String) {
    let hint = text(lang, &format!("{key}.hint")).map_or(String::new(), |hint| fill(hint, args));
    (capital(fill(text(lang, key).unwrap_or(key), args)), hint)
}

fn word_or(lang: Lang, key: &str) -> String {
    text(lang, key).unwrap_or_default().to_owned()
}

/// An item that can be executed, in words.
fn item(lang: Lang, id: EventId, names: &Names) -> String {
    if id == EventId::NONE {
        return word(lang, "list.none").to_owned();
    }
    let place = id.place();
    let ends = [("from", render::node(lang, names.cluster, place.node())), ("to", render::node(lang, names.cluster, place.to()))];
    match place.kind() {
        PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy | PlaceKind::Loss => {
            fill(text(lang, "item.message").unwrap_or("{from} {to}"), &ends.map(|(end, name)| (end, Arg::from(name))))
        }
        _ => fill(text(lang, "item.other").unwrap_or("{n}"), &[("n", Arg::Number(id.n() as u64))]),
    }
}

/// The id of a message's shape, as the page names it: `message:n0>n1#3`.
pub fn message_id(id: EventId) -> String {
    format!("message:{id}")
}

/// What is said of the whole cluster view.
pub fn cluster_label(lang: Lang, nodes: &[NodeView], messages: usize, now_us: u64, names: &Names) -> String {
    let leaders: Vec<String> = nodes
        .iter()
        .filter(|node| !node.client && node.role.fill == Fill::Solid && node.status == NodeStatus::Running)
        .map(|node| match node.epoch {
            Some(n) => format!("{} ({})", render::node(lang, names.cluster, node.id), epoch(lang, names.system, n)),
            None => render::node(lang, names.cluster, node.id),
        })
        .collect();
    let args = [
        ("at", render::time(lang, now_us).into()),
        ("servers", Arg::Number(names.cluster.servers as u64)),
        ("clients", Arg::Number(names.cluster.clients as u64)),
        ("leaders", render::listed(lang, &leaders).into()),
        ("messages", Arg::Number(messages as u64)),
    ];
    fill(text(lang, "view.cluster").unwrap_or_default(), &args)
}

/// What is said of the whole log grid.
pub fn log_label(lang: Lang, rows: usize, first: u64, last: u64) -> String {
    let args = [("rows", Arg::Number(rows as u64)), ("first", Arg::Number(first)), ("last", Arg::Number(last))];
    fill(text(lang, "view.log").unwrap_or_default(), &args)
}

/// Which part of the logs is in view: positions from, to, of; servers from, to, of.
pub fn log_part(lang: Lang, positions: (u64, u64, u64), rows: (usize, usize, usize)) -> String {
    let number = |n: usize| Arg::Number(n as u64);
    let args = [
        ("first", Arg::Number(positions.0)),
        ("last", Arg::Number(positions.1)),
        ("newest", Arg::Number(positions.2)),
        ("from", number(rows.0)),
        ("to", number(rows.1)),
        ("rows", number(rows.2)),
    ];
    let key = if rows.1 - rows.0 + 1 == rows.2 { "view.log.part" } else { "view.log.part.rows" };
    fill(text(lang, key).unwrap_or_default(), &args)
}

/// What is said of a node: `S3: leader, term 4, running, log to 12, committed to 10`.
pub fn node_label(lang: Lang, node: &NodeView, names: &Names) -> String {
    if node.status == NodeStatus::NotStarted {
        return capital(format!("{}: {}", render::node(lang, names.cluster, node.id), word(lang, status_key(node.status))));
    }
    let mut parts = vec![word(lang, node.role.key).to_owned()];
    if !node.client {
        parts.extend(node.epoch.map(|n| epoch(lang, names.system, n)));
    }
    parts.push(word(lang, status_key(node.status)).to_owned());
    if let Some(log) = node.log {
        let args = [("last", Arg::Number(log.last)), ("committed", Arg::Number(log.committed))];
        parts.push(fill(text(lang, "node.log").unwrap_or_default(), &args));
        let conflict = |from| fill(text(lang, "node.conflict").unwrap_or_default(), &[("from", Arg::Number(from))]);
        parts.extend(log.conflict.map(conflict));
    }
    if node.status == NodeStatus::Running {
        parts.extend(node_remarks(lang, node, names));
    }
    capital(format!("{}: {}", render::node(lang, names.cluster, node.id), parts.join(", ")))
}

/// A node in a few words: `S17, follower, term 2, crashed`.
pub fn node_in_short(lang: Lang, node: &NodeView, names: &Names) -> String {
    let started = node.status != NodeStatus::NotStarted;
    let mut parts = vec![render::node(lang, names.cluster, node.id)];
    if !node.client && started {
        parts.push(word(lang, node.role.key).to_owned());
        parts.extend(node.epoch.map(|n| epoch(lang, names.system, n)));
    }
    if node.status != NodeStatus::Running {
        parts.push(word(lang, status_key(node.status)).to_owned());
    }
    parts.join(", ")
}

/// What needs words beneath a node: its status unless it runs, votes, its queue, its clock.
pub fn node_remarks(lang: Lang, node: &NodeView, names: &Names) -> Vec<String> {
    let words = |key: &str, args: &[(&str, Arg)]| fill(text(lang, key).unwrap_or(key), args);
    let mut remarks = Vec::new();
    if node.status != NodeStatus::Running {
        remarks.push(word(lang, status_key(node.status)).to_owned());
    }
    if node.role.fill == Fill::Half
        && !node.votes.is_empty()
        && !matches!(node.status, NodeStatus::Crashed | NodeStatus::NotStarted)
    {
        let args = [("count", Arg::Number(node.votes.len() as u64)), ("servers", Arg::Number(names.cluster.servers as u64))];
        remarks.push(words("node.votes", &args));
    }
    if let Some((waiting, most)) = node.queue {
        remarks.push(words("node.queue", &[("waiting", Arg::Number(waiting as u64)), ("most", Arg::Number(most as u64))]));
    }
    remarks.extend(stamp(&node.fields));
    if node.wall_skew_us.unsigned_abs() >= 1_000 {
        remarks.push(render::signed_duration(lang, node.wall_skew_us));
    }
    if node.rate_ppm != 0 {
        let key = if node.rate_ppm > 0 { "node.fast" } else { "node.slow" };
        remarks.push(words(key, &[("rate", render::per_cent(lang, node.rate_ppm.unsigned_abs()).into())]));
    }
    remarks
}

fn status_key(status: NodeStatus) -> &'static str {
    match status {
        NodeStatus::Running => "status.running",
        NodeStatus::Crashed => "status.crashed",
        NodeStatus::Paused => "status.paused",
        NodeStatus::Halted => "status.halted",
        NodeStatus::NotStarted => "status.not-started",
    }
}

/// A node's status in a word.
pub fn status(lang: Lang, status: NodeStatus) -> &'static str {
    text(lang, status_key(status)).unwrap_or_default()
}

fn kind_name(message: &MessageView, names: &Names) -> &'static str {
    names.messages.get(message.kind as usize).map_or("?", |kind| kind.name)
}

/// What stands beside a message on the stage: its kind, and its epoch's number.
pub fn message_short(lang: Lang, message: &MessageView, names: &Names) -> String {
    let name = kind_name(message, names);
    let name = text(lang, &format!("{}.message.{name}", names.system)).unwrap_or(name);
    let mut short = name.to_owned();
    if let Some(n) = message.epoch.filter(|&n| n > 0) {
        short.push_str(&format!(" {n}"));
    }
    if let Some(stamp) = stamp(&message.fields) {
        short.push_str(&format!(" {stamp}"));
    }
    if message.count > 1 {
        short.push_str(&format!(" × {}", message.count));
    }
    short
}

/// What stands beneath a node, or beside a message, in short: the field named `stamp`, as far as it is short.
fn stamp(fields: &[Field]) -> Option<String> {
    const LONGEST: usize = 44;
    let stamp = fields.iter().find(|field| field.key.ends_with(".stamp"))?;
    match &stamp.value {
        FieldValue::Data(data) if !data.is_empty() && data.chars().count() <= LONGEST => Some(data.clone()),
        _ => None,
    }
}

/// What is said of a message: `AppendEntries from S3 to S1, term 4, arrives at 1.204 s`. Whether it will be lost is not said:
/// the future is not told before it is played.
pub fn message_label(lang: Lang, message: &MessageView, names: &Names) -> String {
    let args = [
        ("message", kind_name(message, names).into()),
        ("from", render::node(lang, names.cluster, message.from).into()),
        ("to", render::node(lang, names.cluster, message.to).into()),
    ];
    let mut parts = vec![fill(text(lang, "message.label").unwrap_or_default(), &args)];
    parts.extend(message.epoch.map(|n| epoch(lang, names.system, n)));
    let flag = |set: bool, key: &str| set.then(|| word(lang, key).to_owned());
    parts.extend(flag(message.copy, "message.copy"));
    parts.extend(flag(message.delayed, "message.delayed"));
    match message.due_us.filter(|_| !message.waiting) {
        Some(due) => parts.push(fill(text(lang, "message.due").unwrap_or_default(), &[("at", render::time(lang, due).into())])),
        None => parts.push(word(lang, "message.waiting").to_owned()),
    }
    parts.join(", ")
}

/// A healthy link: `Link between S1 and S2`.
pub fn healthy_link(lang: Lang, a: NodeId, b: NodeId, names: &Names) -> String {
    let args = [("a", render::node(lang, names.cluster, a).into()), ("b", render::node(lang, names.cluster, b).into())];
    fill(text(lang, "link.healthy").unwrap_or_default(), &args)
}

/// What is wrong with a link: `30 % lost, S1 to S2`. A healthy one: `S1 to S2`.
pub fn link_label(lang: Lang, link: &LinkView, names: &Names) -> String {
    link_words(lang, &link_fault(lang, link, names), link.from, link.to, names)
}

/// A fault and its way: `30 % lost, S1 to S2`.
pub fn link_words(lang: Lang, fault: &str, from: NodeId, to: NodeId, names: &Names) -> String {
    let args = [("from", render::node(lang, names.cluster, from).into()), ("to", render::node(lang, names.cluster, to).into())];
    let way = fill(text(lang, "links.one").unwrap_or_default(), &args);
    if fault.is_empty() { way } else { capital(format!("{fault}, {way}")) }
}

/// The same fault on many links: `30 % lost on 20 links`.
pub fn links_summary(lang: Lang, fault: &str, count: usize) -> String {
    fill(text(lang, "link.summary").unwrap_or_default(), &[("fault", fault.into()), ("n", Arg::Number(count as u64))])
}

/// What is wrong with a link, without its way: `30 % lost`.
pub fn link_fault(lang: Lang, link: &LinkView, _names: &Names) -> String {
    let words = |key: &str, args: &[(&str, Arg)]| fill(text(lang, key).unwrap_or(key), args);
    let mut parts = Vec::new();
    if link.cut {
        parts.push(words("link.cut", &[]));
    }
    if link.held {
        parts.push(words("link.held", &[]));
    }
    if let Some(until) = link.clogged_until_us {
        parts.push(words("link.clogged", &[("until", render::time(lang, until).into())]));
    }
    let [requests, replies, one_way] = link.loss_ppm;
    let chance = |ppm: u32| Arg::from(render::per_cent(lang, ppm as u64));
    if requests == replies && (requests == one_way || one_way == 0) {
        if requests > 0 {
            parts.push(words("link.loss", &[("chance", chance(requests))]));
        }
    } else {
        for (key, ppm) in [("link.loss-requests", requests), ("link.loss-replies", replies), ("link.loss-one-way", one_way)] {
            if ppm > 0 {
                parts.push(words(key, &[("chance", chance(ppm))]));
            }
        }
    }
    for (key, ppm) in [("link.duplicate", link.duplicate_ppm), ("link.reorder", link.reorder_ppm)] {
        if ppm > 0 {
            parts.push(words(key, &[("chance", chance(ppm))]));
        }
    }
    if let Some((min, max)) = link.delay_us {
        parts.push(delay(lang, min, max));
    }
    render::listed_or_empty(lang, &parts)
}

/// A delay in microseconds: `1 ms to 5 ms delay`, and of one length only `5 ms delay`.
fn delay(lang: Lang, min: u64, max: u64) -> String {
    let key = if min == max { "link.delay.fixed" } else { "link.delay" };
    let ends = [("min", render::duration(lang, min).into()), ("max", render::duration(lang, max).into())];
    fill(text(lang, key).unwrap_or(key), &ends)
}

/// An island of a cut: `Island A: S1, S2, client 1`.
pub fn island(lang: Lang, number: usize, nodes: &[NodeId], names: &Names) -> String {
    let letter = char::from(b'A' + (number % 26) as u8).to_string();
    let all: Vec<String> = nodes.iter().map(|node| render::node(lang, names.cluster, *node)).collect();
    let args = [("letter", letter.into()), ("nodes", all.join(", ").into()), ("n", Arg::Number(all.len() as u64))];
    // Large islands are counted, not listed.
    let key = if all.len() <= 7 { "view.island" } else { "view.island.large" };
    fill(text(lang, key).unwrap_or_default(), &args)
}

/// The short form: `Island A`.
pub fn island_letter(lang: Lang, number: usize) -> String {
    let letter = char::from(b'A' + (number % 26) as u8).to_string();
    fill(text(lang, "view.island.letter").unwrap_or_default(), &[("letter", letter.into())])
}

/// What is said of an entry: `S3, entry 5, term 2: x=7, committed`.
pub fn entry_label(lang: Lang, node: NodeId, entry: &EntryView, names: &Names) -> String {
    let state = match entry.state {
        EntryState::Appended => "entry.appended",
        EntryState::Committed => "entry.committed",
        EntryState::Applied => "entry.applied",
    };
    let args = [
        ("node", render::node(lang, names.cluster, node).into()),
        ("index", Arg::Number(entry.index)),
        ("epoch", epoch(lang, names.system, entry.epoch).into()),
        ("label", entry.label.as_str().into()),
        ("state", word(lang, state).into()),
    ];
    let mut label = fill(text(lang, "entry.label").unwrap_or_default(), &args);
    if entry.conflict {
        label.push_str(text(lang, "entry.conflict").unwrap_or_default());
    }
    label
}

/// The name of a node: `S1`, `client 1`.
pub fn node_name(lang: Lang, id: NodeId, cluster: Cluster) -> String {
    render::node(lang, cluster, id)
}

/// A virtual time as the page shows it: `1.204 s`.
pub fn time(lang: Lang, at_us: u64) -> String {
    render::time(lang, at_us)
}

/// A duration with the unit that suits it: `214 ms`, `1.2 s`, `850 µs`.
pub fn duration(lang: Lang, us: u64) -> String {
    render::duration(lang, us)
}

/// Key number 0 is `x`, then `y`, `z`, `k3`, ...
pub fn key_name(key: u64) -> String {
    keys::name(key)
}

#[cfg(test)]
mod tests;
