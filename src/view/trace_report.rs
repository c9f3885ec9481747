//! Traces of other programs as plain rows, and the lab's own runs as traces.

use super::playback::Playback;
use super::words::{self, Lang};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId};
use crate::scenario::foreign::trace::{Build, Draft, Entry, Texts};
use crate::scenario::foreign::{Finding, Imported, Trace};
use serde::Serialize;
use std::sync::Arc;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileRow {
    /// Something of it is missing, or cannot be true.
    pub partial: bool,
    /// Its executions, those with most events first.
    pub executions: Vec<ExecutionRow>,
    /// What was found, errors and notices.
    pub findings: Vec<FindingRow>,
    /// How many are not listed.
    pub unlisted: u64,
}

/// One execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExecutionRow {
    /// What its delimiter calls it; may be empty.
    pub name: String,
    /// Number of events.
    pub events: usize,
    /// Events that could not be used.
    pub left_out: u64,
    /// Its hosts: names and numbers of events.
    pub hosts: Vec<(String, usize)>,
    /// Something of it is missing, or cannot be true.
    pub partial: bool,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// For programs: `clock-gap`.
    pub code: &'static str,
    /// `error` or `notice`.
    pub weight: &'static str,
    /// Line from 1; 0 if it concerns the whole file, or a pattern that does not stand in it.
    pub line: u32,
    /// Character from 1; 0 if it concerns the whole line.
    pub column: u32,
    /// The line, or the part of it around the column.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What was expected.
    pub hint: String,
}

/// An event of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceEventRow {
    /// Its place in the trace, from 0.
    pub n: u32,
    /// Its host.
    pub host: String,
    /// Its number among its host's events, from 1.
    pub host_n: u32,
    /// Line in the file, from 1.
    pub line: u32,
    /// When, microseconds, if the file says so.
    pub at_us: Option<u64>,
    /// What the file calls it.
    pub text: String,
    /// Its vector, by the names of hosts.
    pub clock: Vec<(String, u32)>,
    /// What else the file tells of it.
    pub fields: Vec<(String, String)>,
    /// The events that it knows of directly, at other hosts.
    pub parents: Vec<u32>,
    /// The event before it at its host.
    pub before: Option<u32>,
}

impl FileRow {
    /// What a file holds, in a language.
    pub fn new(lang: Lang, imported: &Imported) -> FileRow {
        let unlisted = [&imported.findings].into_iter().chain(imported.traces.iter().map(|trace| &trace.findings));
        FileRow {
            partial: imported.partial(),
            executions: imported.traces.iter().map(ExecutionRow::new).collect(),
            findings: imported.all_findings().map(|finding| FindingRow::new(lang, finding)).collect(),
            unlisted: unlisted.map(|findings| findings.unlisted()).sum(),
        }
    }
}

impl ExecutionRow {
    fn new(trace: &Trace) -> ExecutionRow {
        ExecutionRow {
            name: trace.name.clone(),
            events: trace.events.len(),
            left_out: trace.left_out,
            hosts: trace.hosts.iter().map(|host| (host.name.clone(), host.events.len())).collect(),
            partial: trace.partial(),
        }
    }
}

impl FindingRow {
    /// A finding in a language.
    pub fn new(lang: Lang, finding: &Finding) -> FindingRow {
        let (message, hint) = words::finding(lang, finding);
        let Finding { code, weight, line, column, excerpt, .. } = finding;
        FindingRow { code, weight: weight.name(), line: *line, column: *column, excerpt: excerpt.clone(), message, hint }
    }
}

impl TraceEventRow {
    /// The event at a place; `None` beyond the end.
    pub fn new(trace: &Trace, n: u32) -> Option<TraceEventRow> {
        let event = trace.events.get(n as usize)?;
        let name = |host: u32| trace.hosts[host as usize].name.clone();
        Some(TraceEventRow {
            n,
            host: name(event.host),
            host_n: event.n,
            line: event.line,
            at_us: event.at_us,
            text: trace.message(event).to_owned(),
            clock: trace.clock(event).iter().map(|(host, count)| (name(*host), *count)).collect(),
            fields: trace.details(event).map(|(field, value)| (field.to_owned(), value.to_owned())).collect(),
            parents: trace.parents(event).to_vec(),
            before: trace.before(event),
        })
    }
}

/// Events from a place on whose host, text or fields contain `sought`, in lower case: at most `looked_at` are looked at.
pub fn search(trace: &Trace, sought: &str, from: u32, looked_at: u32) -> Vec<u32> {
    let contains = |text: &str| text.to_lowercase().contains(sought);
    let range = from..from.saturating_add(looked_at).min(trace.events.len() as u32);
    range
        .filter(|n| {
            let event = &trace.events[*n as usize];
            contains(trace.message(event))
                || contains(trace.host(event))
                || trace.details(event).any(|(_, value)| contains(value))
        })
        .collect()
}

/// Makes a trace of a run of the lab, in slices: the events at its nodes, each with its sentence and its time, and who knew
/// of whom by the run's own two edges, the event before at the same node and the cause.
#[derive(Debug)]
pub struct Recorder {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Reading { draft: Box<Draft>, texts: Box<Texts>, names: Vec<String>, from: u64, to: u64 },
    Building(Box<Build>),
    Done(Box<Trace>),
}

/// Rows that are read at a time.
const SLICE: u64 = 64;

impl Recorder {
    /// Begins: all events before the cursor.
    pub fn new(playback: &Playback) -> Recorder {
        let speech = playback.speech();
        let nodes = speech.names.cluster.nodes() as u16;
        let name = |node| words::node_name(speech.lang, NodeId(node), speech.names.cluster).replace(' ', "-");
        let names: Vec<String> = (0..nodes).map(name).collect();
        let mut draft = Box::new(Draft::named(""));
        names.iter().for_each(|name| draft.host(name));
        Recorder { stage: Stage::Reading { draft, texts: Box::default(), names, from: 0, to: playback.cursor().event } }
    }

    /// Goes on until it is done, or until `spent` says so. True when it is done.
    pub fn work(&mut self, playback: &mut Playback, spent: &mut dyn FnMut() -> bool) -> bool {
        loop {
            match &mut self.stage {
                Stage::Done(_) => return true,
                Stage::Reading { draft, texts, names, from, to } => {
                    let rows = playback.events(*from..(*from + SLICE).min(*to));
                    *from += rows.len() as u64;
                    for row in &rows {
                        let Some(host) = row.node.and_then(|node| names.get(node.index())) else { continue };
                        let message = texts.make(&row.text);
                        if let Some((other, n)) = playback.session().event(row.n).and_then(|event| at_node(event.cause)) {
                            draft.clock(&names[other.index()], n);
                        }
                        draft.begin(host);
                        draft.event_after(Entry { host, line: 0, clock_at: 0, message, at_us: Some(row.at_us) });
                    }
                    if rows.is_empty() || *from >= *to {
                        let (draft, texts) = (std::mem::take(&mut **draft), std::mem::take(&mut **texts));
                        self.stage = Stage::Building(Box::new(Build::new(draft, Arc::new(texts))));
                    }
                }
                Stage::Building(build) => {
                    if !build.work(spent) {
                        return false;
                    }
                    let empty = Box::new(Build::new(Draft::default(), Arc::default()));
                    let build = std::mem::replace(build, empty);
                    self.stage = Stage::Done(Box::new(build.finish_into()));
                }
            }
            if spent() {
                return matches!(self.stage, Stage::Done(_));
            }
        }
    }

    /// The trace, when it is done.
    pub fn trace(&self) -> Option<&Trace> {
        match &self.stage {
            Stage::Done(trace) => Some(trace),
            _ => None,
        }
    }
}

/// The node and the count, from 1, of an event at a node.
fn at_node(id: EventId) -> Option<(NodeId, u32)> {
    let there = id != EventId::NONE && id.place().kind() == PlaceKind::Node;
    there.then(|| (id.place().node(), id.n() + 1))
}
