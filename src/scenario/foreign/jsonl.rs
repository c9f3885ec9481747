//! Traces as JSON Lines: one object a line, one line an event. `docs/trace-format.md` is the description for others.

use super::finding::Finding;
use super::json::{Json, Unexpected};
use super::shiviz::clock_entry;
use super::text::Text;
use super::trace::{Draft, Entry, Span, Texts};
use std::collections::HashMap;

/// Reads lines, in slices.
#[derive(Debug)]
pub struct Reader {
    /// The next line, from 1.
    line: u32,
    drafts: Vec<Draft>,
    numbers: HashMap<String, usize>,
    made: Texts,
}

/// What a line says.
#[derive(Default)]
struct Line {
    execution: String,
    host: Option<String>,
    event: Option<Span>,
    /// Where the value of `clock` stands, bytes of the line.
    clock_at: Option<usize>,
    after_at: Option<usize>,
    at_us: Option<u64>,
    /// Where a time stands that is none.
    no_time_at: Option<usize>,
    /// Where half of a pair stands without its other half.
    replaced_at: Option<usize>,
    /// Fields: names, values, and where those stand.
    details: Vec<(String, Span, usize)>,
}

/// What lines are expected to look like.
const EXAMPLE: &str = r#"{"host":"a","clock":{"a":1},"event":".."}"#;
/// Bytes that are read between two looks at the clock, if lines are short.
const SLICE: usize = 4_096;

/// Why a line cannot be used: the code, the byte, what it is about.
struct Wrong(&'static str, usize, &'static str);

impl From<Unexpected> for Wrong {
    fn from(wrong: Unexpected) -> Wrong {
        Wrong("json", wrong.at, wrong.expected)
    }
}

impl Reader {
    /// From the beginning of a file.
    pub fn new() -> Reader {
        Reader { line: 1, drafts: Vec::new(), numbers: HashMap::new(), made: Texts::default() }
    }

    /// The line that is next.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The executions that were read, and the texts that had to be made for them.
    pub fn into_drafts(self) -> (Vec<Draft>, String) {
        (self.drafts, self.made.made)
    }

    /// Goes on until all is read, or until `spent` says so. True when all is read.
    pub fn work(&mut self, text: &Text, spent: &mut dyn FnMut() -> bool) -> bool {
        while self.line <= text.lines() {
            let mut read = 0;
            while read < SLICE && self.line <= text.lines() {
                read += text.line(self.line).len() + 32;
                self.read(text);
                self.line += 1;
            }
            if spent() {
                break;
            }
        }
        self.line > text.lines()
    }

    fn read(&mut self, text: &Text) {
        let written = text.line(self.line);
        if written.trim().is_empty() {
            return;
        }
        let start = text.line_start(self.line);
        let mut line = Line::default();
        let read = self.parse(written, start, &mut line);
        if let Ok(false) = read {
            return;
        }
        let draft = self.draft(&line.execution);
        if let Some(host) = &line.host {
            draft.begin(host);
        }
        if let Err(Wrong(code, at, what)) = read.and_then(|_| event(draft, text, written, start, &line)) {
            let args = [("expected", what), ("key", what), ("example", EXAMPLE)];
            draft.leave_out(text, start + at as u32, Finding::error(code, &args));
        }
    }

    fn draft(&mut self, execution: &str) -> &mut Draft {
        let number = match self.numbers.get(execution) {
            Some(number) => *number,
            None => {
                self.numbers.insert(execution.to_owned(), self.drafts.len());
                self.drafts.push(Draft::named(execution));
                self.drafts.len() - 1
            }
        };
        &mut self.drafts[number]
    }

    /// False if the line is no event: the line that names the format.
    fn parse(&mut self, written: &str, start: u32, line: &mut Line) -> Result<bool, Wrong> {
        let mut json = Json::new(written);
        let mut event = true;
        let mut mistaken: Option<(usize, &'static str)> = None;
        json.object(|json, key, _| {
            let first = json.peek();
            let at = json.position();
            let mut text_of = |json: &mut Json<'_>| -> Result<Option<(String, Span)>, Unexpected> {
                if first != Some(b'"') {
                    json.any()?;
                    return Ok(None);
                }
                let value = json.string()?;
                let span = match &value {
                    std::borrow::Cow::Borrowed(_) => (start + at as u32 + 1, start + json.position() as u32 - 1),
                    std::borrow::Cow::Owned(value) => self.made.make(value),
                };
                Ok(Some((value.into_owned(), span)))
            };
            match &*key {
                "netsplit-trace" => {
                    json.any()?;
                    event = false;
                }
                "host" | "event" | "execution" => match (text_of(json)?, &*key) {
                    (Some((host, _)), "host") => line.host = Some(host),
                    (Some((_, span)), "event") => line.event = Some(span),
                    (Some((name, _)), _) => line.execution = name,
                    (None, "host") => mistaken = Some((at, "host")),
                    (None, "event") => mistaken = Some((at, "event")),
                    (None, _) => mistaken = Some((at, "execution")),
                },
                "clock" | "after" => {
                    json.any()?;
                    if key == "clock" { line.clock_at = Some(at) } else { line.after_at = Some(at) }
                }
                "at_us" if first == Some(b'n') => drop(json.any()?),
                "at_us" if let Some(at_us) = json.whole_if_it_is() => line.at_us = Some(at_us),
                _ => {
                    if key == "at_us" {
                        line.no_time_at = Some(at);
                    }
                    let value = match text_of(json)? {
                        Some((_, span)) => span,
                        None => (start + at as u32, start + json.position() as u32),
                    };
                    line.details.push((key.into_owned(), value, at));
                }
            }
            Ok(())
        })?;
        json.end()?;
        line.replaced_at = json.replaced();
        match mistaken {
            Some((at, key)) => Err(Wrong("json-text", at, key)),
            None => Ok(event),
        }
    }
}

/// Adds the event that a line tells.
fn event(draft: &mut Draft, text: &Text, written: &str, start: u32, line: &Line) -> Result<(), Wrong> {
    let host = line.host.as_deref().ok_or(Wrong("json-missing", 0, "host"))?;
    let clock_at = line.clock_at.or(line.after_at);
    let mut replaced_at = line.replaced_at;
    if let Some(at) = clock_at {
        let mut json = Json::new(&written[at..]);
        let read = json.object(|json, host, _| clock_entry(draft, json, &host));
        read.map_err(|wrong| Wrong("json", at + wrong.at, wrong.expected))?;
        replaced_at = replaced_at.or(json.replaced().map(|replaced| at + replaced));
    }
    if let Some(at) = line.no_time_at {
        draft.find_at(text, start + at as u32, Finding::notice("json-time", &[]));
    }
    if let Some(at) = replaced_at {
        draft.find_at(text, start + at as u32, Finding::notice("json-surrogate", &[]));
    }
    for (field, value, at) in &line.details {
        draft.detail(text, field, *value, start + *at as u32);
    }
    let entry = Entry {
        host,
        line: text.line_of(start),
        clock_at: start + clock_at.unwrap_or(0) as u32,
        message: line.event.unwrap_or((start, start)),
        at_us: line.at_us,
    };
    if line.clock_at.is_some() {
        draft.event(entry, text)
    } else {
        draft.event_after(entry)
    }
    Ok(())
}

impl Default for Reader {
    fn default() -> Reader {
        Reader::new()
    }
}
