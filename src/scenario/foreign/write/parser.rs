//! The parser of a log that is written here, and the part of each event that it is made for: times before the host, fields behind
//! the message.

use super::names::{all_fields, of_groups};
use super::{TIMESTAMP, is_time, one_cell, one_line};
use crate::scenario::foreign::json::quote;
use crate::scenario::foreign::shiviz::{PARSER_GO, PARSER_TIMES};
use crate::scenario::foreign::trace::{Event, Trace};
use std::io::{self, Write};

/// The parser of a log.
pub(super) struct Parser {
    /// As it stands in line 1.
    pub(super) pattern: String,
    /// Some events have times: they stand before the host.
    times: bool,
    /// Number of groups behind the message. Fields beyond stand in one group more.
    groups: usize,
    /// More fields than the parser has room for: the last group holds them.
    more: bool,
    /// Of each trace, the group of each of its fields, or [`TOLD`].
    places: Vec<Vec<usize>>,
}

/// A field that the time before the host tells.
const TOLD: usize = usize::MAX;
/// Longest parser, characters: fewer than are read.
const LENGTH_MAX: usize = 4_000;
/// The group that holds the fields for which the parser has no room: a JSON object.
const MORE: &str = "more";

impl Parser {
    pub(super) fn of(traces: &[&Trace]) -> Parser {
        let events = || traces.iter().flat_map(|trace| &trace.events);
        let times = events().any(|event| event.at_us.is_some());
        let mut pattern = match times {
            false => PARSER_GO.to_owned(),
            true if events().all(|event| event.at_us.is_some()) => PARSER_TIMES.to_owned(),
            // Nothing stands where a time is missing.
            true => PARSER_TIMES.replacen(r"\d+", r"\d*", 1),
        };
        let (fields, places) = all_fields(traces);
        let left_out = fields.iter().position(|field| *field == TIMESTAMP && told(traces));
        let place = |place: usize| match left_out {
            Some(out) if place == out => TOLD,
            Some(out) if place > out => place - 1,
            _ => place,
        };
        let places = places.into_iter().map(|places| places.into_iter().map(place).collect()).collect();
        let fields: Vec<&str> = fields.into_iter().filter(|field| !(left_out.is_some() && *field == TIMESTAMP)).collect();
        if !fields.is_empty() {
            pattern = pattern.replace("(?<event>.*)", r"(?<event>[^\t\n]*)");
        }
        let room = LENGTH_MAX - pattern.chars().count();
        let fit = fitting(&of_groups(&fields), room);
        let more = fit < fields.len();
        let groups = if more { fit.saturating_sub(1) } else { fit };
        let names = if more { of_groups(&[&fields[..groups], &[MORE]].concat()) } else { of_groups(&fields) };
        names.iter().for_each(|name| pattern.push_str(&group(name)));
        Parser { pattern, times, groups, more, places }
    }

    /// The time before the host, if the parser has one.
    pub(super) fn write_time(&self, trace: &Trace, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        match event.at_us {
            Some(at_us) => {
                let nanoseconds = u128::from(at_us) * 1000;
                match trace.details(event).find(|(name, value)| *name == TIMESTAMP && is_time(value, event)) {
                    Some((_, written)) => write!(out, "{written} "),
                    None => write!(out, "{nanoseconds} "),
                }
            }
            None if self.times => write!(out, " "),
            None => Ok(()),
        }
    }

    /// The lines of messages of a trace, by its number.
    pub(super) fn columns(&self, trace: usize) -> Columns<'_> {
        Columns { parser: self, places: &self.places[trace], cells: vec![String::new(); self.groups], line: String::new() }
    }
}

/// How a field is read: all up to the next tab.
fn group(name: &str) -> String {
    format!(r"\t(?<{name}>[^\t\n]*)")
}

/// How many of the groups fit into so many characters, even if a number has to be added to the name of each.
fn fitting(names: &[String], room: usize) -> usize {
    const NUMBER_MAX: usize = 8;
    let mut length = 0;
    names
        .iter()
        .take_while(|name| {
            length += group(name).chars().count() + NUMBER_MAX;
            length <= room
        })
        .count()
}

/// True if the time before the host tells all that the field of time stamps tells.
fn told(traces: &[&Trace]) -> bool {
    traces.iter().all(|trace| {
        let Some(field) = trace.fields.iter().position(|field| field == TIMESTAMP) else { return true };
        let value = |event: &Event| trace.numbered_details(event).find(|(number, _)| *number == field).map(|(_, value)| value);
        trace.events.iter().all(|event| value(event).is_none_or(|value| is_time(value, event)))
    })
}

/// Writes lines: a message, and fields behind it.
pub(super) struct Columns<'a> {
    parser: &'a Parser,
    places: &'a [usize],
    cells: Vec<String>,
    line: String,
}

impl Columns<'_> {
    /// The line behind that of the host.
    pub(super) fn line(&mut self, trace: &Trace, event: &Event) -> &str {
        self.line.clear();
        let message = trace.message(event);
        if self.cells.is_empty() && !self.parser.more {
            self.line.push_str(&one_line(message));
            return &self.line;
        }
        self.cells.iter_mut().for_each(String::clear);
        let mut more = String::new();
        for (field, value) in trace.numbered_details(event) {
            if trace.fields[field] == TIMESTAMP && is_time(value, event) {
                continue;
            }
            match self.cells.get_mut(self.places[field]) {
                Some(cell) => cell.push_str(&one_cell(value)),
                None if self.places[field] != TOLD => {
                    more.push(if more.is_empty() { '{' } else { ',' });
                    quote(&one_cell(&trace.fields[field]), &mut more);
                    more.push(':');
                    quote(&one_cell(value), &mut more);
                }
                None => {}
            }
        }
        // Where fields follow, a tab begins the next one.
        self.line.push_str(&one_cell(message));
        for cell in &self.cells {
            self.line.push('\t');
            self.line.push_str(cell);
        }
        if self.parser.more {
            let end = if more.is_empty() { "" } else { "}" };
            self.line.push_str(&format!("\t{more}{end}"));
        }
        &self.line
    }
}
