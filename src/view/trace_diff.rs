//! What is said of two executions that are compared: sentences for page, screen reader and command line.

use super::words::{self, Lang};
use crate::scenario::foreign::Trace;
use crate::scenario::foreign::compare::{Comparison, Difference, Mark, Side, heard};
use serde::Serialize;

/// Longest text of an event in a sentence, characters.
const TEXT_MAX: usize = 40;

/// What two executions are called, and the language in which it is told.
#[derive(Clone, Copy, Debug)]
pub struct Sentences<'a> {
    /// Of both.
    pub names: [&'a str; 2],
    /// The language.
    pub lang: Lang,
}

/// Two executions compared, in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceDiffRow {
    /// What both are called.
    pub names: [String; 2],
    /// In a sentence: where they differ first, or that they do not.
    pub text: String,
    /// Number of differences.
    pub differences: usize,
    /// Events in both.
    pub same: u64,
    /// Events in one only, by side.
    pub only: [u64; 2],
    /// Events in both that heard of other events.
    pub otherwise: u64,
    /// Hosts with events in one only, by side.
    pub hosts: [Vec<String>; 2],
    /// A host differs so much that more of its events may be in both.
    pub rough: bool,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DifferenceRow {
    /// Its number, from 0.
    pub n: usize,
    /// In a sentence.
    pub text: String,
    /// The host.
    pub host: String,
    /// It is in both, and heard of other events.
    pub otherwise: bool,
    /// The events of each side: their places in the trace.
    pub events: [Vec<u32>; 2],
}

/// Most events of a difference that are listed for each side.
const LISTED_MAX: usize = 200;

impl TraceDiffRow {
    /// Of two traces.
    pub fn new(comparison: &Comparison, traces: [&Trace; 2], sentences: Sentences<'_>) -> TraceDiffRow {
        let (same, otherwise) = comparison.shared();
        let alone = |side: Side| {
            let hosts = comparison.hosts().iter().filter(|hosts| hosts[side.other() as usize].is_none());
            let name = |host: u32| traces[side as usize].hosts[host as usize].name.clone();
            hosts.filter_map(|hosts| hosts[side as usize].map(name)).collect()
        };
        TraceDiffRow {
            names: sentences.names.map(str::to_owned),
            text: sentences.first(comparison, traces),
            differences: comparison.differences().len(),
            same,
            only: Side::BOTH.map(|side| comparison.only(side)),
            otherwise,
            hosts: Side::BOTH.map(alone),
            rough: comparison.rough(),
        }
    }
}

impl DifferenceRow {
    /// The difference with a number.
    pub fn new(comparison: &Comparison, traces: [&Trace; 2], sentences: Sentences<'_>, n: usize) -> Option<DifferenceRow> {
        let difference = comparison.differences().get(n)?;
        let events = |side: Side| difference.events_of(traces, side).iter().copied().take(LISTED_MAX).collect();
        Some(DifferenceRow {
            n,
            text: sentences.numbered(comparison, traces, n)?,
            host: host(traces, difference).to_owned(),
            otherwise: difference.otherwise,
            events: Side::BOTH.map(events),
        })
    }
}

impl Sentences<'_> {
    /// Where two executions differ first, or that they do not.
    pub fn first(&self, comparison: &Comparison, traces: [&Trace; 2]) -> String {
        self.numbered(comparison, traces, 0).unwrap_or_else(|| self.say("diff.none", &[]))
    }

    /// A difference, with its number from 0 among all.
    pub fn numbered(&self, comparison: &Comparison, traces: [&Trace; 2], number: usize) -> Option<String> {
        let all = comparison.differences();
        let what = self.difference(traces, all.get(number)?);
        let key = if number == 0 { "diff.first" } else { "diff.number" };
        Some(self.say(key, &[("number", &(number + 1).to_string()), ("n", &all.len().to_string()), ("what", &what)]))
    }

    /// A difference, in a sentence that begins small.
    pub fn difference(&self, traces: [&Trace; 2], difference: &Difference) -> String {
        let host = shortened(host(traces, difference));
        let number = |side: Side| (difference.events[side as usize].start + 1).to_string();
        let own = |side: Side| difference.events_of(traces, side);
        let text = |side: Side| self.several(traces[side as usize], own(side));
        let say = |key: &str, side: Side| {
            let args = [("side", side.letter()), ("host", &host), ("event", &number(side)), ("text", &text(side))];
            self.say(key, &args)
        };
        match (own(Side::A), own(Side::B)) {
            (&[a], &[b]) if difference.otherwise => {
                let [of_a, of_b] = [self.heard(traces[0], a), self.heard(traces[1], b)];
                let args = [("host", &host), ("event", &number(Side::A)), ("text", &text(Side::A)), ("a", &of_a), ("b", &of_b)];
                self.say("diff.otherwise", &args.map(|(name, value)| (name, value.as_str())))
            }
            (&[], &[]) => String::new(),
            (own, other) if own.is_empty() || other.is_empty() => {
                let side = if other.is_empty() { Side::A } else { Side::B };
                say(if difference.hosts[side.other() as usize].is_none() { "diff.host" } else { "diff.only" }, side)
            }
            _ => {
                let [a, b] = Side::BOTH.map(text);
                let args = [("host", &host), ("event", &number(Side::A)), ("here", &number(Side::B)), ("a", &a), ("b", &b)];
                self.say("diff.both", &args.map(|(name, value)| (name, value.as_str())))
            }
        }
    }

    /// An event, and how it stands to the other execution.
    pub fn event(&self, comparison: &Comparison, traces: [&Trace; 2], side: Side, place: u32) -> String {
        let trace = traces[side as usize];
        let Some(event) = trace.events.get(place as usize) else { return String::new() };
        let key = match comparison.mark(side, place) {
            Mark::Same => "diff.event",
            Mark::Only => "diff.event-only",
            Mark::Otherwise => "diff.event-otherwise",
        };
        let (side, other) = (side.letter(), side.other().letter());
        self.say(key, &[("side", side), ("other", other), ("host", trace.host(event)), ("text", trace.message(event))])
    }

    /// What the lane of a host is called.
    pub fn lane(&self, side: Side, host: &str, alone: bool) -> String {
        self.say(if alone { "diff.lane-only" } else { "diff.lane" }, &[("side", side.letter()), ("host", host)])
    }

    fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        words::of_trace(self.lang, key, args)
    }

    /// Events are named by the first.
    fn several(&self, trace: &Trace, events: &[u32]) -> String {
        let text = events.first().and_then(|event| trace.events.get(*event as usize));
        let text = shortened(text.map_or("", |event| trace.message(event)));
        match events.len() {
            0 | 1 => self.say("diff.text", &[("text", &text)]),
            count => self.say("diff.several", &[("text", &text), ("n", &(count - 1).to_string())]),
        }
    }

    /// What an event heard of directly.
    fn heard(&self, trace: &Trace, event: u32) -> String {
        let Some(event) = trace.events.get(event as usize) else { return String::new() };
        let of: Vec<String> = heard(trace, event).take(3).map(|(host, n)| format!("{} {n}", shortened(host))).collect();
        let more = trace.parents(event).len() - of.len();
        match of.is_empty() {
            true => self.say("diff.nobody", &[]),
            false => of.join(", ") + &(if more > 0 { format!(" +{more}") } else { String::new() }),
        }
    }
}

/// The host of a difference.
fn host<'a>(traces: [&'a Trace; 2], difference: &Difference) -> &'a str {
    let name = |side: Side| Some(traces[side as usize].hosts.get(difference.hosts[side as usize]? as usize)?.name.as_str());
    Side::BOTH.into_iter().find_map(name).unwrap_or_default()
}

/// As much of a text as a sentence can hold.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(TEXT_MAX).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(TEXT_MAX).is_some() {
        short.push('\u{2026}');
    }
    short
}
