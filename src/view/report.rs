//! A run as plain rows: names resolved, words chosen, ready to be serialised.
//!
//! The Lab handle gives these rows to the page and the command line prints them as JSON, so both tell the same of the same
//! moment, in the same words. Times are virtual microseconds. Nodes are numbers, with their names beside them where a row is
//! about one node. Ids of events and messages are text (see [`EventId`]).

use super::words::{self, Context, Lang, Names};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, Level, NodeId, Note};
use crate::protocol::{Class, Shape};
use crate::scenario::{Card, Lesson, Prediction, library, schema};
use crate::sim::plan::{Action, Cut};
use crate::sim::trace::{Event, EventKind};
use crate::system::inspect::{
    Enabled, EntryState, EntryView, Field, LinkView, LogSummary, MessageView, NodeView, OperationView, SystemInfo, Verdict,
};
use serde::Serialize;

/// In which language rows speak, and by which names.
#[derive(Clone, Copy, Debug)]
pub struct Speech {
    /// The language.
    pub lang: Lang,
    /// The names of this run.
    pub names: Names,
}

/// What happened: one executed event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// Its index on the branch, from 0.
    pub n: u64,
    /// Its id.
    pub id: EventId,
    /// When.
    pub at_us: u64,
    /// What was executed: the message, the timer, the write, the operation, the action; `None` where there is none.
    pub item: Option<EventId>,
    /// Where, if it happened at a node.
    pub node: Option<NodeId>,
    /// What kind of event, e.g. `delivered`.
    pub kind: &'static str,
    /// Key of the headline in the catalogue, e.g. `raft.becomes-leader`.
    pub key: &'static str,
    /// Who wants to read it.
    pub level: Level,
    /// The headline.
    pub text: String,
    /// The rule that decided, if one did.
    pub rule: Option<&'static str>,
    /// What was noted in the event.
    pub notes: Vec<NoteRow>,
    /// Index of the event that caused it, where that is known.
    pub cause_n: Option<u64>,
}

/// What became of a message that is no longer in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FateRow {
    /// Delivered or lost, where and when.
    pub text: String,
    /// The event in which that happened.
    pub event: EventRow,
}

/// A remark made in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoteRow {
    /// Key in the catalogue.
    pub key: &'static str,
    /// Who wants to read it.
    pub level: Level,
    /// The sentence.
    pub text: String,
    /// The rule that decided, if one did.
    pub rule: Option<&'static str>,
}

/// A node at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeRow {
    /// Its number.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// True of clients.
    pub client: bool,
    /// The part it plays.
    pub role: RoleRow,
    /// Term, ballot, view, if the system has one.
    pub epoch: Option<u64>,
    /// `running`, `crashed`, `paused`, `halted`.
    pub status: &'static str,
    /// Messages that wait for a slow node, and of how many; `None` if it is not slow.
    pub queue: Option<(u32, u32)>,
    /// Wall clock less true time.
    pub wall_skew_us: i64,
    /// How much faster than true its clocks run.
    pub rate_ppm: i64,
    /// Its state.
    pub fields: Vec<FieldRow>,
    /// Its armed timers.
    pub timers: Vec<TimerRow>,
    /// Its log, if it keeps one.
    pub log: Option<LogRow>,
    /// What it knows of the others' logs, if it leads.
    pub peers: Vec<PeerRow>,
    /// Nodes that voted for it, while it stands for election.
    pub votes: Vec<NodeId>,
    /// Records on its disk.
    pub disk: DiskRow,
    /// What is said of it.
    pub spoken: String,
}

/// The part a node plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleRow {
    /// Key in the catalogue.
    pub key: &'static str,
    /// The word.
    pub name: String,
    /// The letter in the notch.
    pub letter: char,
}

/// A line of a description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldRow {
    /// Key in the catalogue.
    pub key: &'static str,
    /// The label.
    pub label: String,
    /// The value as shown.
    pub value: String,
}

/// An armed timer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimerRow {
    /// Its name.
    pub name: &'static str,
    /// What `{choose: item}` takes, to let it run out now.
    pub item: EventId,
    /// When it runs out.
    pub due_us: u64,
    /// When it was set.
    pub set_us: u64,
    /// True of the one that the ring shows.
    pub main: bool,
}

/// A log in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LogRow {
    /// First position.
    pub first: u64,
    /// Last position; `first - 1` if it is empty.
    pub last: u64,
    /// Known to be committed up to here.
    pub committed: u64,
    /// Applied up to here.
    pub applied: u64,
    /// The first position at which another running node holds a different entry.
    pub conflict: Option<u64>,
}

/// What a leader knows of another's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PeerRow {
    /// The other.
    pub node: NodeId,
    /// The next position to send.
    pub next: u64,
    /// The highest position known to match.
    pub matched: u64,
    /// Messages in flight to it that are not answered.
    pub inflight: u32,
}

/// A disk in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DiskRow {
    /// Records that are whole.
    pub intact: u32,
    /// Records that are torn or corrupt.
    pub damaged: u32,
    /// Records that a crash may still lose.
    pub unsynced: u32,
}

/// A message in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageRow {
    /// Its id: actions name it.
    pub id: EventId,
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Number of its kind in the system's table.
    pub kind: u8,
    /// The field's name for it.
    pub kind_name: &'static str,
    /// When it was sent.
    pub sent_us: u64,
    /// When it arrives (or vanishes); `None` while it is held or queued.
    pub due_us: Option<u64>,
    /// The link loses it on the way.
    pub lost: bool,
    /// A second copy.
    pub copy: bool,
    /// Held, clogged, or in a node's queue.
    pub waiting: bool,
    /// Delayed beyond what its link does by itself.
    pub delayed: bool,
    /// How many identical requests it stands for.
    pub count: u32,
    /// Size on the wire.
    pub size_bytes: u32,
    /// Term, ballot, view that it speaks for.
    pub epoch: Option<u64>,
    /// Routine traffic.
    pub faint: bool,
    /// For replies: what they say.
    pub answer: Option<bool>,
    /// What it carries.
    pub fields: Vec<FieldRow>,
    /// What is said of it.
    pub spoken: String,
}

/// A directed link with something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkRow {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Nothing passes.
    pub cut: bool,
    /// Stands still until then.
    pub clogged_until_us: Option<u64>,
    /// Keeps everything until released.
    pub held: bool,
    /// Chance of loss: requests, replies, one-way messages.
    pub loss_ppm: [u32; 3],
    /// Chance of duplication.
    pub duplicate_ppm: u32,
    /// Chance of leaving the link's order.
    pub reorder_ppm: u32,
    /// Delay range, if it is not the plan's.
    pub delay_us: Option<(u64, u64)>,
    /// What is said of it.
    pub spoken: String,
}

/// An open cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CutRow {
    /// The cut as actions write it.
    pub cut: Cut,
    /// What is said of it.
    pub spoken: String,
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryRow {
    /// Position from 1.
    pub index: u64,
    /// Term, ballot, view.
    pub epoch: u64,
    /// The command in short.
    pub label: String,
    /// `appended`, `committed`, `applied`.
    pub state: &'static str,
    /// Another running node holds a different entry here.
    pub conflict: bool,
    /// What is said of it.
    pub spoken: String,
}

/// An operation of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationRow {
    /// The client.
    pub client: NodeId,
    /// Its name.
    pub name: String,
    /// Its number among the client's operations.
    pub n: u32,
    /// The process under which it was invoked.
    pub process: u32,
    /// What was asked.
    pub request: String,
    /// When.
    pub invoked_us: u64,
    /// When it returned.
    pub returned_us: Option<u64>,
    /// `ok`, `fail`, `unknown`, `pending`.
    pub outcome: &'static str,
    /// The answer.
    pub response: Option<String>,
}

/// A property and what can be said of it at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerdictRow {
    /// Id of the property.
    pub property: &'static str,
    /// Its published name.
    pub name: String,
    /// `holds`, `violated`, `unknown`.
    pub status: &'static str,
    /// The sentence.
    pub text: String,
    /// What shows that it fell.
    pub witness: Option<WitnessRow>,
}

/// What shows that a property fell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessRow {
    /// When.
    pub at_us: u64,
    /// Index of the event at which it fell.
    pub event_n: Option<u64>,
    /// Indexes of the events that it points at.
    pub events: Vec<u64>,
    /// The nodes.
    pub nodes: Vec<NodeId>,
    /// Log positions.
    pub indexes: Vec<u64>,
}

/// Something that can happen next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnabledRow {
    /// What `{choose: item}` takes.
    pub item: EventId,
    /// When it is due.
    pub due_us: u64,
    /// What kind of event it will be.
    pub kind: &'static str,
    /// The node at which it happens.
    pub node: NodeId,
    /// What it is.
    pub text: String,
}

/// What a system tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SystemText {
    /// Its name in plans.
    pub id: &'static str,
    /// Version of its behaviour.
    pub behaviour: u32,
    /// Message kinds by number.
    pub messages: Vec<MessageKindRow>,
    /// Timer names by number.
    pub timers: &'static [&'static str],
    /// Its properties.
    pub properties: Vec<PropertyRow>,
    /// Its wrong variants.
    pub mutants: Vec<MutantRow>,
    /// Its settings.
    pub settings: Vec<SettingRow>,
    /// Verbs that its clients understand.
    pub verbs: &'static [&'static str],
    /// Views of the stage, by id.
    pub views: &'static [&'static str],
    /// The nodes of this run.
    pub nodes: Vec<NameRow>,
}

/// A kind of message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageKindRow {
    /// The field's name for it.
    pub name: &'static str,
    /// `request`, `reply`, `oneway`.
    pub class: Class,
    /// `data`, `control`, `election`.
    pub shape: &'static str,
}

/// A property of a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PropertyRow {
    /// Its id.
    pub id: &'static str,
    /// Its published name.
    pub name: String,
    /// What it says.
    pub about: &'static str,
}

/// A wrong variant of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MutantRow {
    /// Its id.
    pub id: &'static str,
    /// The rule that it replaces.
    pub rule: &'static str,
    /// Id of the property that falls.
    pub falls: &'static str,
    /// What is broken, in a few words.
    pub name: &'static str,
    /// What it does instead, in a sentence.
    pub about: &'static str,
    /// The scenario that shows it fall; empty while there is none.
    pub scenario: &'static str,
    /// Whether it is on in this run.
    pub on: bool,
}

/// A setting of a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingRow {
    /// Its name, unit last.
    pub name: &'static str,
    /// Value if the plan does not name it.
    pub default: i64,
    /// Least value.
    pub min: i64,
    /// Greatest value.
    pub max: i64,
}

/// A node's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameRow {
    /// Its number.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// True of clients.
    pub client: bool,
}

/// What a scenario tells and asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScenarioText {
    /// Its address in words.
    pub id: String,
    /// The system it runs.
    pub system: String,
    /// At most 40 characters.
    pub title: String,
    /// The one question that it asks.
    pub question: String,
    /// Two sentences that say what one sees.
    pub sentences: String,
    /// What to look for: one line for lists.
    pub looks_for: String,
    /// One to three things to do, as commands.
    pub steps: Vec<String>,
    /// A guess to make before; `right` is a position from 0.
    pub prediction: Option<Prediction>,
    /// What happened.
    pub happened: String,
    /// Ids of scenarios to go on with.
    pub next: Vec<String>,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// How much the reader should know before.
    pub level: schema::Level,
    /// How long it takes a newcomer.
    pub minutes: u32,
    /// The view that the stage opens with.
    pub view: String,
    /// Speed of playback: virtual microseconds for each real millisecond.
    pub pace: u64,
    /// Where it opens.
    pub start_us: u64,
    /// How long it runs without a viewer.
    pub end_us: u64,
}

/// A card for each built-in scenario, in the order to be offered.
pub fn cards(lang: Lang) -> Vec<Card> {
    let translated = |card: Card| {
        let text = |part, own| words::scenario_text(lang, card.id, part).unwrap_or(own);
        Card {
            title: text("title", card.title),
            question: text("question", card.question),
            looks_for: text("looks_for", card.looks_for),
            falls_names: card.falls.iter().map(|id| words::property_name(lang, card.system, id)).collect(),
            ..card
        }
    };
    library::cards().into_iter().map(translated).collect()
}

/// What the n-th step of a scenario, from 0, says.
pub fn step_text(lang: Lang, lesson: &Lesson, n: usize) -> String {
    let own = lesson.steps.get(n).map_or("", |step| &step.text);
    words::scenario_text(lang, &lesson.id, &format!("steps.{}", n + 1)).unwrap_or(own).to_owned()
}

impl ScenarioText {
    /// What a scenario tells, in a language.
    pub fn new(lang: Lang, lesson: &Lesson) -> ScenarioText {
        let text = |part: &str, own: &str| words::scenario_text(lang, &lesson.id, part).unwrap_or(own).to_owned();
        let answer = |(n, own): (usize, &String)| text(&format!("prediction.{}", n + 1), own);
        ScenarioText {
            id: lesson.id.clone(),
            system: lesson.system.clone(),
            title: text("title", &lesson.title),
            question: text("question", &lesson.question),
            sentences: text("about", &lesson.about),
            looks_for: text("looks_for", &lesson.looks_for),
            steps: (0..lesson.steps.len()).map(|n| step_text(lang, lesson, n)).collect(),
            prediction: lesson.prediction.as_ref().map(|prediction| Prediction {
                question: text("prediction", &prediction.question),
                answers: prediction.answers.iter().enumerate().map(answer).collect(),
                right: prediction.right,
            }),
            happened: text("happened", &lesson.happened),
            next: lesson.next.clone(),
            sources: lesson.sources.iter().map(|source| words::source(lang, source)).collect(),
            level: lesson.level,
            minutes: lesson.minutes,
            view: lesson.view.clone(),
            pace: lesson.pace_us_per_ms,
            start_us: lesson.start_us,
            end_us: lesson.end_us,
        }
    }
}

/// The name of a kind of event.
pub fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Started => "started",
        EventKind::Delivered => "delivered",
        EventKind::TimerFired => "timer-fired",
        EventKind::Persisted => "persisted",
        EventKind::WriteFailed => "write-failed",
        EventKind::Invoked => "invoked",
        EventKind::Crashed => "crashed",
        EventKind::Paused => "paused",
        EventKind::Resumed => "resumed",
        EventKind::Lost => "lost",
        EventKind::Acted => "acted",
        EventKind::Missed => "missed",
    }
}

/// True if the event carries out an action of the plan (or of the hand): its `item` names the action.
pub fn is_action(event: &Event) -> bool {
    matches!(event.item.place().kind(), PlaceKind::Plan | PlaceKind::Hand) && event.item != EventId::NONE
}

/// What is known of an event besides itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The notes made in it.
    pub notes: &'a [Note],
    /// The action that it carries out, if any.
    pub action: Option<&'a Action>,
    /// Its node as it was just before.
    pub before: Option<&'a NodeView>,
    /// Index of the event that caused it.
    pub cause_n: Option<u64>,
}

impl Speech {
    /// The row of the event with index `n`.
    pub fn event(&self, n: u64, event: &Event, about: About<'_>) -> EventRow {
        let context = Context { action: about.action, before: about.before };
        let headline = words::headline(self.lang, event, context, about.notes, &self.names);
        let note = |note: &Note| NoteRow {
            key: note.kind.key,
            level: note.kind.level,
            text: words::sentence(self.lang, note, event.node(), &self.names),
            rule: note.kind.rule,
        };
        EventRow {
            n,
            id: event.id,
            at_us: event.at_us,
            item: event.item.some(),
            node: event.node(),
            kind: kind_name(event.kind),
            key: headline.key,
            level: headline.level,
            text: headline.text,
            rule: headline.rule,
            notes: about.notes.iter().map(note).collect(),
            cause_n: about.cause_n,
        }
    }

    /// The row of a node.
    pub fn node(&self, node: &NodeView) -> NodeRow {
        let LogParts { log, peers, timers } = LogParts::of(node, self.lang);
        let (intact, damaged, unsynced) = node.disk;
        NodeRow {
            id: node.id,
            name: words::node_name(self.lang, node.id, self.names.cluster),
            client: node.client,
            role: RoleRow {
                key: node.role.key,
                name: words::word(self.lang, node.role.key).to_owned(),
                letter: node.role.letter,
            },
            epoch: node.epoch,
            status: node.status.name(),
            queue: node.queue,
            wall_skew_us: node.wall_skew_us,
            rate_ppm: node.rate_ppm,
            fields: self.fields(&node.fields),
            timers,
            log,
            peers,
            votes: node.votes.clone(),
            disk: DiskRow { intact, damaged, unsynced },
            spoken: words::node_label(self.lang, node, &self.names),
        }
    }

    /// The row of a message.
    pub fn message(&self, message: &MessageView) -> MessageRow {
        MessageRow {
            id: message.id,
            from: message.from,
            to: message.to,
            kind: message.kind,
            kind_name: self.names.messages.get(usize::from(message.kind)).map_or("", |kind| kind.name),
            sent_us: message.sent_us,
            due_us: message.due_us,
            lost: message.lost,
            copy: message.copy,
            waiting: message.waiting,
            delayed: message.delayed,
            count: message.count,
            size_bytes: message.size_bytes,
            epoch: message.epoch,
            faint: message.faint,
            answer: message.answer,
            fields: self.fields(&message.fields),
            spoken: words::message_label(self.lang, message, &self.names),
        }
    }

    /// The row of a link.
    pub fn link(&self, link: &LinkView) -> LinkRow {
        LinkRow {
            from: link.from,
            to: link.to,
            cut: link.cut,
            clogged_until_us: link.clogged_until_us,
            held: link.held,
            loss_ppm: link.loss_ppm,
            duplicate_ppm: link.duplicate_ppm,
            reorder_ppm: link.reorder_ppm,
            delay_us: link.delay_us,
            spoken: words::link_label(self.lang, link, &self.names),
        }
    }

    /// The row of an open cut.
    pub fn cut(&self, cut: &Cut) -> CutRow {
        CutRow { cut: cut.clone(), spoken: words::cut_label(self.lang, cut, &self.names) }
    }

    /// The row of an entry in a node's log.
    pub fn entry(&self, node: NodeId, entry: &EntryView) -> EntryRow {
        EntryRow {
            index: entry.index,
            epoch: entry.epoch,
            label: entry.label.clone(),
            state: match entry.state {
                EntryState::Appended => "appended",
                EntryState::Committed => "committed",
                EntryState::Applied => "applied",
            },
            conflict: entry.conflict,
            spoken: words::entry_label(self.lang, node, entry, &self.names),
        }
    }

    /// The row of an operation.
    pub fn operation(&self, operation: &OperationView) -> OperationRow {
        OperationRow {
            client: operation.client,
            name: words::node_name(self.lang, operation.client, self.names.cluster),
            n: operation.n,
            process: operation.process,
            request: operation.request.clone(),
            invoked_us: operation.invoked_us,
            returned_us: operation.returned_us,
            outcome: operation.outcome,
            response: operation.response.clone(),
        }
    }

    /// The row of a verdict; `index` finds an event's index by its id.
    pub fn verdict(&self, verdict: &Verdict, index: &dyn Fn(EventId) -> Option<u64>) -> VerdictRow {
        let witness = verdict.witness.as_ref().map(|witness| WitnessRow {
            at_us: witness.at_us,
            event_n: witness.event.and_then(index),
            events: witness.events.iter().copied().filter_map(index).collect(),
            nodes: witness.nodes.clone(),
            indexes: witness.indexes.clone(),
        });
        VerdictRow {
            property: verdict.property,
            name: words::property_name(self.lang, self.names.system, verdict.property).to_owned(),
            status: verdict.status.name(),
            text: words::verdict_sentence(self.lang, verdict, &self.names),
            witness,
        }
    }

    /// The row of something that can happen next; `messages` are those in flight.
    pub fn enabled(&self, enabled: &Enabled, messages: &[MessageView]) -> EnabledRow {
        let kind = kind_name(enabled.kind);
        let text = messages
            .iter()
            .find(|message| message.id == enabled.item)
            .map(|message| words::message_label(self.lang, message, &self.names))
            .unwrap_or_else(|| words::action_title(self.lang, &Action::Choose(enabled.item), &self.names));
        EnabledRow { item: enabled.item, due_us: enabled.due_us, kind, node: enabled.node, text }
    }

    /// What the system tells of itself, with the mutants of a run marked.
    pub fn system(&self, info: &SystemInfo, mutants_on: &[String]) -> SystemText {
        let property = |id: &&'static str| PropertyRow {
            id,
            name: words::property_name(self.lang, info.id, id).to_owned(),
            about: words::property_about(self.lang, info.id, id),
        };
        SystemText {
            id: info.id,
            behaviour: info.behaviour,
            messages: info
                .messages
                .iter()
                .map(|kind| MessageKindRow { name: kind.name, class: kind.class, shape: shape_name(kind.shape) })
                .collect(),
            timers: info.timers,
            properties: info.properties.iter().map(property).collect(),
            mutants: info
                .mutants
                .iter()
                .map(|mutant| MutantRow {
                    id: mutant.id,
                    rule: mutant.rule,
                    falls: mutant.falls,
                    name: words::mutant_name(self.lang, info.id, mutant.id),
                    about: words::mutant_about(self.lang, info.id, mutant.id),
                    scenario: mutant.scenario,
                    on: mutants_on.iter().any(|id| id == mutant.id),
                })
                .collect(),
            settings: info
                .settings
                .iter()
                .map(|setting| SettingRow { name: setting.name, default: setting.default, min: setting.min, max: setting.max })
                .collect(),
            verbs: info.verbs,
            views: info.views,
            nodes: (0..self.names.cluster.nodes() as u16)
                .map(|id| NameRow {
                    id: NodeId(id),
                    name: words::node_name(self.lang, NodeId(id), self.names.cluster),
                    client: self.names.cluster.is_client(NodeId(id)),
                })
                .collect(),
        }
    }

    fn fields(&self, fields: &[Field]) -> Vec<FieldRow> {
        fields
            .iter()
            .map(|field| FieldRow {
                key: field.key,
                label: words::word(self.lang, field.key).to_owned(),
                value: words::field_value(self.lang, &field.value, &self.names),
            })
            .collect()
    }
}

fn shape_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Data => "data",
        Shape::Control => "control",
        Shape::Election => "election",
    }
}

/// The parts of a node that only change their type.
struct LogParts {
    log: Option<LogRow>,
    peers: Vec<PeerRow>,
    timers: Vec<TimerRow>,
}

impl LogParts {
    fn of(node: &NodeView, lang: Lang) -> LogParts {
        let log = |log: LogSummary| {
            let LogSummary { first, last, committed, applied, conflict } = log;
            LogRow { first, last, committed, applied, conflict }
        };
        LogParts {
            log: node.log.map(log),
            peers: node
                .peers
                .iter()
                .map(|peer| PeerRow { node: peer.node, next: peer.next, matched: peer.matched, inflight: peer.inflight })
                .collect(),
            timers: node
                .timers
                .iter()
                .map(|timer| TimerRow {
                    name: words::timer_name(lang, timer.name),
                    item: timer.item,
                    due_us: timer.due_us,
                    set_us: timer.set_us,
                    main: timer.main,
                })
                .collect(),
        }
    }
}
