//! Reads the text form from TOML, with the line and column of what is wrong.
//!
//! Native only: the page gets its scenarios from the blob that the build script makes with this very file.

use super::diagnostic::{Diagnostic, Place, did_you_mean};
use super::schema::{Action, Scenario};
use std::ops::Range;
use toml_edit::{ImDocument, Item, Table};

/// How many mistakes are reported at once.
const MOST: usize = 20;

/// Reads one scenario. `file` is only named in what is wrong. Reports as many mistakes as can be told apart.
pub fn parse(file: &str, text: &str) -> Result<Scenario, Vec<Diagnostic>> {
    let mut wrong = Vec::new();
    let mut text = text.to_owned();
    loop {
        let document = match ImDocument::parse(text.as_str()) {
            Ok(document) => document,
            Err(error) => {
                let place = place_of(file, &text, error.span());
                let hint = "strings stand in double quotes, and every key on a line of its own".to_owned();
                wrong.push(Diagnostic { place, message: in_one_line(error.message()), hint });
                return Err(wrong);
            }
        };
        let error = match toml_edit::de::from_str::<Scenario>(&text) {
            Ok(scenario) if wrong.is_empty() => return Ok(scenario),
            Ok(_) => return Err(wrong),
            Err(error) => error,
        };
        wrong.push(explain(file, &text, &error));
        // An unknown key can be left out, and the rest looked at; nothing else can be guessed.
        let unknown = error.message().starts_with("unknown field");
        let entry = error.span().filter(|_| unknown).and_then(|key| entry_with_key(document.as_table(), &key));
        match entry.and_then(|range| without(&text, range)) {
            Some(rest) if wrong.len() < MOST => text = rest,
            _ => return Err(wrong),
        }
    }
}

/// Reads one action, as a fault or a step has it after `do =`: `{ crash = "S1" }`.
pub fn parse_action(text: &str) -> Result<Action, Diagnostic> {
    #[derive(serde::Deserialize)]
    struct Line {
        #[serde(rename = "do")]
        action: Action,
    }
    let line = format!("do = {text}");
    toml_edit::de::from_str::<Line>(&line).map(|line| line.action).map_err(|error| explain("", &line, &error))
}

/// Gives diagnostics of a scenario's values (which know only their paths) file, line and column.
pub fn locate(file: &str, text: &str, diagnostics: &mut [Diagnostic]) {
    let Ok(document) = ImDocument::parse(text) else { return };
    for diagnostic in diagnostics {
        let span = span_of(document.as_item(), &diagnostic.place.path);
        let inside = diagnostic.place.column;
        let mut place = place_of(file, text, span.clone());
        if inside > 0 && span.is_some_and(|span| text[span].starts_with(['"', '\''])) {
            place.column += inside;
        }
        diagnostic.place.file = place.file;
        diagnostic.place.line = place.line;
        diagnostic.place.column = place.column;
    }
}

fn explain(file: &str, text: &str, error: &toml_edit::de::Error) -> Diagnostic {
    let message = in_one_line(error.message());
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let hint = match quoted.split_first() {
        Some((word, known)) if message.starts_with("unknown") => did_you_mean(word, known.iter().copied()),
        Some((word, _)) if message.starts_with("missing field") => format!("add `{word} = ...` here"),
        _ if message.contains("expected a string") || message.contains("expected string") => {
            "write it in double quotes".to_owned()
        }
        _ => String::new(),
    };
    Diagnostic { place: place_of(file, text, error.span()), message, hint }
}

fn in_one_line(message: &str) -> String {
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { "this is not TOML".to_owned() } else { lines.join(", ") }
}

/// Line and column of the beginning of a span; the first line where there is no span.
fn place_of(file: &str, text: &str, span: Option<Range<usize>>) -> Place {
    let mut at = span.map_or(0, |span| span.start).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    Place { file: file.to_owned(), path: String::new(), line, column }
}

/// The span of the value at `plan.faults[2].at`, or of the nearest thing around it.
fn span_of(root: &Item, path: &str) -> Option<Range<usize>> {
    let mut found = None;
    let mut item = root;
    for part in path.split(['.', '[']).map(|part| part.trim_end_matches(']')) {
        let inner = match part.parse::<usize>() {
            Ok(index) => item.get(index),
            Err(_) => item.get(part),
        };
        let Some(inner) = inner else { break };
        item = inner;
        found = item.span().or(found);
    }
    found
}

/// From the key at this span to the end of its value.
fn entry_with_key(table: &Table, span: &Range<usize>) -> Option<Range<usize>> {
    for (name, item) in table.iter() {
        let (key, _) = table.get_key_value(name)?;
        if key.span().as_ref() == Some(span) {
            return Some(span.start..item.span()?.end);
        }
        let inner = match item {
            Item::Table(inner) => entry_with_key(inner, span),
            Item::ArrayOfTables(tables) => tables.iter().find_map(|inner| entry_with_key(inner, span)),
            _ => None,
        };
        if inner.is_some() {
            return inner;
        }
    }
    None
}

/// The text with blanks in that range, if it stands on lines of its own and the rest is still TOML.
fn without(text: &str, range: Range<usize>) -> Option<String> {
    let before = text.get(..range.start)?;
    if !before.rsplit('\n').next().unwrap_or("").trim().is_empty() {
        return None;
    }
    let blanks: String =
        text.get(range.clone())?.chars().map(|c| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) }).collect();
    let rest = format!("{before}{blanks}{}", text.get(range.end..)?);
    (rest != text).then_some(rest)
}
