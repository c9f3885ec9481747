//! The one catalogue of sentences: page, spoken status and command line render the same text from it.
//!
//! A language is a table from keys to templates. `{name}` stands for an argument, rendered by its declared type; `{n|entry|entries}`
//! for a word that follows a number. No sentence is built anywhere else.

mod en;

use crate::base::{Level, NodeId, Note};
use crate::protocol::MessageKind;
use crate::sim::plan::{Action, Cluster, Cut, Refusal};
use crate::sim::trace::Event;
use crate::system::inspect::{EntryView, FieldValue, LinkView, MessageView, NodeView, SystemInfo, Verdict};

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
}

impl Lang {
    /// The language with this code: `en`.
    pub fn from_code(code: &str) -> Option<Lang> {
        (code == "en").then_some(Lang::En)
    }

    /// Its code, as HTML's `lang` takes it.
    pub fn code(self) -> &'static str {
        "en"
    }
}

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

/// The sentence of a note that was made at `node`.
pub fn sentence(lang: Lang, note: &Note, node: Option<NodeId>, names: &Names) -> String {
    let _ = (lang, node, names);
    note.kind.key.to_owned()
}

/// Key and level of an event of the world itself: `world.crashed`, `world.lost-cut`, ...
pub fn event_key(event: &Event, action: Option<&Action>) -> (&'static str, Level) {
    let _ = (event, action);
    ("world.delivered", Level::Everything)
}

/// The sentence of an event of the world itself.
pub fn event_sentence(lang: Lang, event: &Event, context: Context<'_>, names: &Names) -> String {
    let _ = (lang, names);
    event_key(event, context.action).0.to_owned()
}

/// The sentence for everybody: the weightiest of what the event's notes say and what the event itself is.
pub fn headline(lang: Lang, event: &Event, context: Context<'_>, notes: &[Note], names: &Names) -> Headline {
    let _ = notes;
    let (key, level) = event_key(event, context.action);
    Headline { key, level, rule: None, text: event_sentence(lang, event, context, names) }
}

/// The sentence of a verdict.
pub fn verdict_sentence(lang: Lang, verdict: &Verdict, names: &Names) -> String {
    sentence(lang, &verdict.note, None, names)
}

/// The text with this key as it stands, without arguments. `None` if the catalogue has none.
pub fn text(lang: Lang, key: &str) -> Option<&'static str> {
    let Lang::En = lang;
    en::TEXTS.binary_search_by(|(candidate, _)| (*candidate).cmp(key)).ok().map(|at| en::TEXTS[at].1)
}

/// The word with this key: a role, a status, a label. The last part of the key if the catalogue has none.
pub fn word<'a>(lang: Lang, key: &'a str) -> &'a str {
    text(lang, key).unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key))
}

/// The published name of a property: `Election Safety`.
pub fn property_name<'a>(lang: Lang, system: &str, property: &'a str) -> &'a str {
    let _ = (lang, system);
    property
}

/// What a property says, in a sentence.
pub fn property_about(lang: Lang, system: &str, property: &str) -> &'static str {
    text(lang, &format!("{system}.{property}.about")).unwrap_or("")
}

/// What a wrong variant does, in a sentence.
pub fn mutant_about(lang: Lang, system: &str, mutant: &str) -> &'static str {
    text(lang, &format!("{system}.mutant.{mutant}")).unwrap_or("")
}

/// The chip of a wrong variant: `Rule broken: even_majority`.
pub fn broken_rule(lang: Lang, mutant: &str) -> String {
    let _ = lang;
    format!("Rule broken: {mutant}")
}

/// A field's value as panels show it.
pub fn field_value(lang: Lang, value: &FieldValue, names: &Names) -> String {
    let _ = (lang, names);
    format!("{value:?}")
}

/// An action in words, for menus and lists: `Crash S1`.
pub fn action_title(lang: Lang, action: &Action, names: &Names) -> String {
    let _ = (lang, names);
    format!("{action:?}")
}

/// Why an action was refused, and what to do instead: message and hint.
pub fn refusal(lang: Lang, refusal: &Refusal, names: &Names) -> (String, String) {
    let _ = (lang, names);
    (refusal.to_string(), String::new())
}

/// An error's message and hint by code, with arguments as text: `{name}` is replaced.
pub fn error(lang: Lang, code: &str, args: &[(&str, &str)]) -> (String, String) {
    let _ = (lang, args);
    (code.to_owned(), String::new())
}

/// What is said of a node: `S3, leader of term 4, log 1 to 12, 10 committed`.
pub fn node_label(lang: Lang, node: &NodeView, names: &Names) -> String {
    let _ = lang;
    names.cluster.name(node.id)
}

/// What is said of a message: `AppendEntries from S3 to S1, arrives at 1.204 s`.
pub fn message_label(lang: Lang, message: &MessageView, names: &Names) -> String {
    let _ = (lang, message, names);
    String::new()
}

/// What is wrong with a link: `30 % lost, S1 to S2`. A healthy one: `S1 to S2`.
pub fn link_label(lang: Lang, link: &LinkView, names: &Names) -> String {
    let _ = (lang, link, names);
    String::new()
}

/// What a cut is: `Cut: S1 and S2 | S3, S4 and S5`.
pub fn cut_label(lang: Lang, cut: &Cut, names: &Names) -> String {
    let _ = (lang, cut, names);
    String::new()
}

/// What is said of an entry: `S3, entry 5, term 2: x=7, committed`.
pub fn entry_label(lang: Lang, node: NodeId, entry: &EntryView, names: &Names) -> String {
    let _ = (lang, node, entry, names);
    String::new()
}

/// A virtual time as the page shows it: `1.204 s`.
pub fn time(at_us: u64) -> String {
    format!("{}.{:03} s", at_us / 1_000_000, at_us / 1_000 % 1_000)
}

/// A duration with the unit that suits it: `214 ms`, `1.2 s`, `850 us`.
pub fn duration(us: u64) -> String {
    format!("{us} us")
}

/// Key number 0 is `x`, then `y`, `z`, `k3`, ...
pub fn key_name(key: u64) -> String {
    match key {
        0 => "x".to_owned(),
        1 => "y".to_owned(),
        2 => "z".to_owned(),
        n => format!("k{n}"),
    }
}
