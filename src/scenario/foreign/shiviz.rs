//! The format of ShiViz and GoVector, read.
//!
//! A file begins with the parser, a pattern with the groups `host`, `clock` and `event` (others become fields of the event);
//! its second line is the delimiter, a pattern that parts the executions and may name them (`trace`), or empty; the log follows.
//! The parser may match anywhere, the delimiter whole lines. Text that the parser does not match is passed over. A clock is a JSON object from hosts to counts; if it is none, `\"` is
//! read as `"` (traces of TLA+ are written so).

use super::finding::Finding;
use super::json::{Json, Unexpected};
use super::pattern::{Found, Outcome, PatternError, Program, Search};
use super::text::Text;
use super::trace::{Draft, Entry, Span};
use std::collections::HashMap;

/// What is used where line 1 is empty.
pub const PARSER: &str = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})";
/// What GoVector's logs are read with.
pub const PARSER_GO: &str = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)";
/// The same with time stamps in nanoseconds, as TSViz reads them.
pub const PARSER_TIMES: &str = r"(?<timestamp>\d+) (?<host>\S*) (?<clock>{.*})\n(?<event>.*)";
/// Between executions, as it is written here.
pub const DELIMITER: &str = r"^=== (?<trace>.*) ===$";

/// Steps that a search may take for each byte of the log. Parsers of real logs take fewer than ten.
const STEPS_MAX: u64 = 32;
/// Steps that a search may take in any case.
const STEPS_FREE: u64 = 1 << 20;
/// Steps between two looks at the clock.
const FUEL: u64 = 1 << 14;

/// How the log of a file is to be read.
#[derive(Clone, Debug)]
pub struct Layout {
    parser: Parser,
    delimiter: Option<Delimiter>,
    /// Where the log begins, bytes.
    log_from: u32,
}

#[derive(Clone, Debug)]
struct Parser {
    program: Program,
    host: usize,
    clock: usize,
    event: usize,
    /// Groups that become fields.
    others: Vec<usize>,
    /// The group whose value is a time stamp in nanoseconds.
    timestamp: Option<usize>,
}

#[derive(Clone, Debug)]
struct Delimiter {
    program: Program,
    name: Option<usize>,
}

/// Which of the two patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The parser.
    Parser,
    /// The delimiter.
    Delimiter,
}

impl Layout {
    /// Reads the first two lines of a file, or what was given in their place: then all of the file is log.
    pub fn of(text: &Text, parser: Option<&str>, delimiter: Option<&str>) -> Result<Layout, Vec<Finding>> {
        let in_file = parser.is_none();
        let mut wrong = Vec::new();
        let written = parser.unwrap_or_else(|| text.line(1));
        let parser = check(Pattern::Parser, written).map_err(|found| wrong.extend(found));
        let written = delimiter.unwrap_or_else(|| if in_file { text.line(2) } else { "" });
        let delimiter = check(Pattern::Delimiter, written).map_err(|found| {
            wrong.extend(found.into_iter().map(|finding| Finding { line: 2, ..finding }));
        });
        match (parser, delimiter) {
            (Ok(Some(program)), Ok(delimiter)) => {
                let name = delimiter.as_ref().and_then(|program| program.group("trace"));
                Ok(Layout {
                    parser: Parser::of(program),
                    delimiter: delimiter.map(|program| Delimiter { program, name }),
                    log_from: if in_file { text.line_start(3) } else { 0 },
                })
            }
            _ => {
                let placed = |finding: Finding| {
                    let line = finding.line.max(1);
                    let excerpt = if in_file { text.line(line).chars().take(200).collect() } else { String::new() };
                    if in_file { Finding { line, excerpt, ..finding } } else { Finding { line: 0, ..finding } }
                };
                Err(wrong.into_iter().map(placed).collect())
            }
        }
    }
}

/// What is wrong with one of the two patterns as somebody types it: columns are those of the pattern.
pub fn check(which: Pattern, written: &str) -> Result<Option<Program>, Vec<Finding>> {
    let written = written.trim_end();
    let written = match which {
        Pattern::Parser if written.is_empty() => PARSER,
        Pattern::Delimiter if written.is_empty() => return Ok(None),
        _ => written,
    };
    // A delimiter in the middle of a line is part of what the line says.
    let read = if which == Pattern::Parser { Program::anywhere } else { Program::lines };
    let program = read(written).map_err(|error| vec![pattern_finding(&error)])?;
    let missing = |group: &&str| which == Pattern::Parser && program.group(group).is_none();
    let wrong: Vec<Finding> = ["host", "clock", "event"]
        .iter()
        .filter(|group| missing(group))
        .map(|group| Finding::error("missing-group", &[("group", group), ("example", &format!("(?<{group}>..)"))]).at(0, 1))
        .collect();
    if wrong.is_empty() { Ok(Some(program)) } else { Err(wrong) }
}

fn pattern_finding(error: &PatternError) -> Finding {
    Finding::error(error.problem.code(), &[("what", &error.what)]).at(0, error.column)
}

impl Parser {
    fn of(program: Program) -> Parser {
        let group = |name| program.group(name).unwrap_or_default();
        let (host, clock, event) = (group("host"), group("clock"), group("event"));
        let others = (0..program.names().len()).filter(|number| ![host, clock, event].contains(number)).collect();
        Parser { host, clock, event, others, timestamp: program.group("timestamp"), program }
    }
}

/// Most executions of a file: each takes a few hundred bytes, whatever is in it.
const EXECUTIONS_MAX: u32 = 10_000;

/// Reads the log of a file, in slices.
#[derive(Debug)]
pub struct Reader {
    layout: Layout,
    end: u32,
    /// Executions: name, begin and end of their text.
    parts: Vec<(String, u32, u32)>,
    splitting: Option<Search>,
    /// How often the delimiter matches, and where first.
    matches: u32,
    first: u32,
    /// The first execution with each name.
    named: HashMap<String, usize>,
    reading: Option<Search>,
    /// The execution that is being read.
    part: usize,
    drafts: Vec<Draft>,
    /// How far the log has been read, and lines of it that were passed over.
    read_to: u32,
    passed_over: (u64, u32),
    steps: u64,
    stopped: bool,
}

impl Reader {
    /// Begins.
    pub fn new(layout: Layout, text: &Text) -> Reader {
        let (from, end) = (layout.log_from, text.as_str().len() as u32);
        let splitting = layout.delimiter.as_ref().map(|delimiter| Search::new(&delimiter.program, from as usize, end as usize));
        Reader {
            parts: vec![(String::new(), from, end)],
            layout,
            end,
            splitting,
            matches: 0,
            first: 0,
            named: HashMap::new(),
            reading: None,
            part: 0,
            drafts: Vec::new(),
            read_to: from,
            passed_over: (0, 0),
            steps: 0,
            stopped: false,
        }
    }

    /// How far it has got, bytes of the file.
    pub fn position(&self) -> u32 {
        self.read_to
    }

    /// The executions that were read.
    pub fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }

    /// Goes on until all is read, or until `spent` says so. True when all is read.
    pub fn work(&mut self, text: &Text, spent: &mut dyn FnMut() -> bool) -> bool {
        loop {
            let done = if self.splitting.is_some() { self.split(text) } else { self.read(text, spent) };
            if done || self.stopped {
                self.tell_delimiter(text);
                self.tell_passed_over(text);
                return true;
            }
            if spent() {
                return false;
            }
        }
    }

    fn allowed(&self, from: u32) -> u64 {
        u64::from(self.end - from) * STEPS_MAX + STEPS_FREE
    }

    // ---- executions

    fn split(&mut self, text: &Text) -> bool {
        let (Some(delimiter), Some(search)) = (&self.layout.delimiter, &mut self.splitting) else { return false };
        match search.next(&delimiter.program, text.as_str(), FUEL) {
            Outcome::Pending => {
                let (steps, at) = (search.steps(), search.position() as u32);
                if steps > self.allowed(self.layout.log_from) {
                    self.give_up(text, at);
                    self.splitting = None;
                }
            }
            Outcome::Found(found) => {
                let name =
                    delimiter.name.and_then(|group| found.group(group)).map_or("", |(start, end)| &text.as_str()[start..end]);
                let name = name.to_owned();
                if let Some(last) = self.parts.last_mut() {
                    last.2 = found.start as u32;
                }
                self.parts.push((name, found.end as u32, self.end));
                if self.matches == 0 {
                    self.first = found.start as u32;
                }
                self.matches += 1;
                if self.matches == EXECUTIONS_MAX {
                    // The rest stays in the last one.
                    let finding = Finding::error("executions", &[("max", &EXECUTIONS_MAX.to_string())]);
                    self.find(text.locate(finding, found.start as u32));
                    self.end_split(text);
                }
            }
            Outcome::End => self.end_split(text),
        }
        false
    }

    fn end_split(&mut self, text: &Text) {
        self.splitting = None;
        self.parts.retain(|(_, from, to)| !text.slice((*from, *to)).trim().is_empty());
    }

    /// Something that concerns all of the file.
    fn find(&mut self, finding: Finding) {
        let mut draft = Draft::named("");
        draft.find(finding);
        self.drafts.push(draft);
    }

    /// A delimiter that leaves nothing between its matches is the likely reason if there are no events. One that matches
    /// nothing was meant to match something.
    fn tell_delimiter(&mut self, text: &Text) {
        if self.layout.delimiter.is_some() && self.matches == 0 && !self.stopped {
            let finding = Finding::notice("delimiter-none", &[("example", DELIMITER)]);
            self.find(if self.layout.log_from > 0 { text.locate(finding, text.line_start(2)) } else { finding });
        }
        if self.matches > 0 && self.drafts.iter().all(Draft::is_empty) {
            let finding = Finding::notice("delimiter", &[("n", &self.matches.to_string())]);
            self.find(text.locate(finding, self.first));
        }
    }

    /// The pattern takes too long.
    fn give_up(&mut self, text: &Text, at: u32) {
        let finding = text.locate(Finding::error("pattern-slow", &[("line", &text.line_of(at).to_string())]), at.min(self.end));
        match self.drafts.last_mut() {
            Some(draft) => draft.find(finding),
            None => self.find(finding),
        }
        self.stopped = true;
    }

    // ---- events

    /// Reads on in the present execution. True when there is no more.
    fn read(&mut self, text: &Text, spent: &mut dyn FnMut() -> bool) -> bool {
        let Some((name, from, to)) = self.parts.get(self.part) else { return true };
        let (from, to) = (*from, *to);
        if self.reading.is_none() {
            let mut draft = Draft::named(name);
            let first = *self.named.entry(name.clone()).or_insert(self.part);
            // Those without a name are told by their number.
            if let Some(at) = Some(first).filter(|first| *first < self.part && !name.is_empty()) {
                let line = text.line_of(self.parts[at].1).to_string();
                draft.find(text.locate(Finding::error("execution-twice", &[("name", name), ("line", &line)]), from));
            }
            self.drafts.push(draft);
            self.reading = Some(Search::new(&self.layout.parser.program, from as usize, to as usize));
            self.read_to = from;
        }
        let before = self.reading.as_ref().map_or(0, Search::steps);
        loop {
            let Some(search) = &mut self.reading else { return false };
            let outcome = search.next(&self.layout.parser.program, text.as_str(), FUEL);
            let (steps, at) = (search.steps(), search.position() as u32);
            match outcome {
                Outcome::Found(found) => {
                    self.pass_over(text, self.read_to, found.start as u32);
                    self.read_to = found.end as u32;
                    self.event(text, &found);
                    if steps - before > FUEL && spent() {
                        return false;
                    }
                }
                Outcome::Pending => {
                    if steps + self.steps > self.allowed(self.layout.log_from) {
                        self.give_up(text, at);
                    }
                    return false;
                }
                Outcome::End => {
                    self.pass_over(text, self.read_to, to);
                    self.read_to = to;
                    self.steps += steps;
                    self.reading = None;
                    self.part += 1;
                    return false;
                }
            }
        }
    }

    /// Counts the lines that say something and were not matched.
    fn pass_over(&mut self, text: &Text, from: u32, to: u32) {
        let between = text.slice((from, to));
        if between.trim().is_empty() {
            return;
        }
        let mut at = from;
        for line in between.split_inclusive('\n') {
            if !line.trim().is_empty() {
                if self.passed_over.0 == 0 {
                    self.passed_over.1 = text.line_of(at);
                }
                self.passed_over.0 += 1;
            }
            at += line.len() as u32;
        }
    }

    fn tell_passed_over(&mut self, text: &Text) {
        let (lines, first) = self.passed_over;
        self.passed_over = (0, 0);
        if let (1.., Some(draft)) = (lines, self.drafts.first_mut()) {
            let args = [("n", &*lines.to_string()), ("line", &*first.to_string())];
            draft.find(text.locate(Finding::notice("passed-over", &args), text.line_start(first)));
        }
    }

    fn event(&mut self, text: &Text, found: &Found) {
        let Some(draft) = self.drafts.last_mut() else { return };
        let parser = &self.layout.parser;
        let span = |group: usize| found.group(group).map(|(start, end)| (start as u32, end as u32));
        let nothing = (found.start as u32, found.start as u32);
        let host = text.slice(span(parser.host).unwrap_or(nothing));
        let clock = span(parser.clock).unwrap_or(nothing);
        draft.begin(host);
        for group in &parser.others {
            // A group that holds nothing tells nothing.
            if let Some(value) = span(*group).filter(|(from, to)| from < to) {
                draft.detail(text, &parser.program.names()[*group], value, value.0);
            }
        }
        if let Err(wrong) = read_clock(draft, text, clock) {
            let args = [("expected", wrong.expected), ("example", r#"{"a":1, "b":2}"#)];
            return draft.leave_out(text, clock.0 + wrong.at as u32, Finding::error("clock-json", &args));
        }
        let nanoseconds = parser.timestamp.and_then(span).and_then(|span| text.slice(span).parse::<u128>().ok());
        let entry = Entry {
            host,
            line: text.line_of(found.start as u32),
            clock_at: clock.0,
            message: span(parser.event).unwrap_or(nothing),
            at_us: nanoseconds.and_then(|ns| u64::try_from(ns / 1000).ok()),
        };
        draft.event(entry, text);
    }
}

/// Reads a clock into a draft; as it stands or, if that fails, with `\"` read as `"`.
fn read_clock(draft: &mut Draft, text: &Text, clock: Span) -> Result<(), Unexpected> {
    let written = text.slice(clock);
    let first = clock_entries(draft, written);
    let replaced = match first {
        Err(wrong) if written.contains("\\\"") => {
            draft.clear_clock();
            clock_entries(draft, &written.replace("\\\"", "\"")).map_err(|_| wrong)?.map(|_| 0)
        }
        first => first?,
    };
    if let Some(at) = replaced {
        draft.find_at(text, clock.0 + at as u32, Finding::notice("json-surrogate", &[]));
    }
    Ok(())
}

/// Reads a clock into a draft. Answers where half of a pair stands without its other half.
fn clock_entries(draft: &mut Draft, written: &str) -> Result<Option<usize>, Unexpected> {
    let mut json = Json::new(written);
    json.object(|json, host, _| clock_entry(draft, json, &host))?;
    json.end().map_err(|wrong| Unexpected { expected: "}", ..wrong })?;
    Ok(json.replaced())
}

pub(super) fn clock_entry(draft: &mut Draft, json: &mut Json<'_>, host: &str) -> Result<(), Unexpected> {
    let digit = json.peek().is_some_and(|byte| byte.is_ascii_digit());
    let at = json.position();
    let too_large = Unexpected { at, expected: "0-4294967294" };
    // Where digits begin, it is their number that is wrong, or a fraction after them.
    let whole = json.whole().map_err(|wrong| if digit && wrong.at == at { too_large } else { wrong })?;
    let count = u32::try_from(whole).ok().filter(|count| *count < u32::MAX);
    draft.clock(host, count.ok_or(too_large)?);
    Ok(())
}
