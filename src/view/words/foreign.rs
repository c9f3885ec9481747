//! Traces of other programs: what is wrong with a file, what was expected, and how two executions differ. A table of its own,
//! which only who opens files needs.

use super::{Arg, Lang, fill, lang};
use crate::scenario::foreign::Finding;

/// Keys are `trace.` and a finding's code; with `.hint`, what was expected. `diff.` is of two executions.
pub(super) static TEXTS: &[(&str, &str)] = &[
    // The file
    ("trace.empty", "The file is empty."),
    ("trace.empty.hint", "A trace has a parser, a delimiter or an empty line, and a log; or one JSON object a line."),
    ("trace.file-too-large", "The file is larger than {max} MB: what is beyond that is not read."),
    ("trace.file-too-large.hint", "Cut it into executions, or leave out events that nobody looks for."),
    ("trace.utf-16", "The file is UTF-16; it is read as that."),
    ("trace.utf-16.hint", "Other programs expect UTF-8."),
    ("trace.crlf", "Lines end in CR LF; they are read as if they ended in LF."),
    ("trace.crlf.hint", "ShiViz takes the CR for a part of the line."),
    ("trace.cr", "Lines end in CR alone, as on old Macs; they are read as if they ended in LF."),
    ("trace.cr.hint", "ShiViz takes such a file for a single line."),
    ("trace.not-utf-8", "A byte here is no {encoding}; a sign stands in its place."),
    ("trace.not-utf-8.hint", "Save the file as UTF-8."),
    ("trace.not-utf-8-more", "{n} more {n|byte is|bytes are} no {encoding}."),
    ("trace.not-utf-8-more.hint", "Save the file as UTF-8."),
    // Patterns
    ("trace.pattern-look-around", "Patterns here have no look-around: {what}."),
    ("trace.pattern-look-around.hint", "Match what stands around it, too, in a group without a name."),
    ("trace.pattern-back-reference", "Patterns here have no back-references: {what}."),
    ("trace.pattern-back-reference.hint", "Match the second occurrence by what it may be, not by what the first one was."),
    ("trace.pattern-open-group", "This group has no end."),
    ("trace.pattern-open-group.hint", "Close it with ), or write \\( for the sign itself."),
    ("trace.pattern-stray-parenthesis", "This ) closes nothing."),
    ("trace.pattern-stray-parenthesis.hint", "Write \\) for the sign itself."),
    ("trace.pattern-open-class", "This class has no end."),
    ("trace.pattern-open-class.hint", "Close it with ], or write \\[ for the sign itself."),
    ("trace.pattern-bad-range", "The range {what} runs backwards."),
    ("trace.pattern-bad-range.hint", "Swap its ends, or write \\- for the sign itself."),
    ("trace.pattern-bad-count", "The count {what} has its greater number first."),
    ("trace.pattern-bad-count.hint", "Write the smaller number first."),
    ("trace.pattern-nothing-to-repeat", "There is nothing here that {what} could repeat."),
    ("trace.pattern-nothing-to-repeat.hint", "Write a \\ before it for the sign itself."),
    ("trace.pattern-open-escape", "The pattern ends in a \\."),
    ("trace.pattern-open-escape.hint", "Write \\\\ for the sign itself."),
    ("trace.pattern-unicode-class", "Patterns here have no classes of Unicode: {what}."),
    ("trace.pattern-unicode-class.hint", "Name the characters in [ ], or take . for any."),
    ("trace.pattern-unknown-group", "No kind of group begins with {what}."),
    ("trace.pattern-unknown-group.hint", "There are (?<name>..), (?:..) and (..)."),
    ("trace.pattern-bad-name", "This group has no name that can be used: {what}."),
    ("trace.pattern-bad-name.hint", "A name is letters, digits and _, begins with no digit, and ends in >."),
    ("trace.pattern-name-twice", "Two groups are called {what}."),
    ("trace.pattern-name-twice.hint", "Each group has a name of its own."),
    ("trace.pattern-too-deep", "Groups stand in groups more than {what} deep."),
    ("trace.pattern-too-deep.hint", "Leave out groups that have no name and nothing to repeat."),
    ("trace.pattern-too-large", "The pattern is too large once its counts are written out."),
    ("trace.pattern-too-large.hint", "Write * or + in place of large counts."),
    ("trace.pattern-slow", "The pattern takes too long on this log: reading ends in line {line}."),
    ("trace.pattern-slow.hint", "Avoid repetitions in repetitions, and .* before what may be missing."),
    ("trace.missing-group", "The parser has no group called {group}."),
    ("trace.missing-group.hint", "Write {example} around the part of the line that it is."),
    // The log
    ("trace.no-events", "The parser matches nothing in this log."),
    ("trace.no-events.hint", "Compare it with this line, sign by sign, from the left."),
    ("trace.no-lines", "No line of the file is an event."),
    ("trace.no-lines.hint", "Each line is a JSON object with host, clock and event."),
    (
        "trace.passed-over",
        "{n} {n|line says something and matches|lines say something and match} nothing; the first is line {line}.",
    ),
    ("trace.passed-over.hint", "They are passed over, as ShiViz does."),
    ("trace.delimiter", "The delimiter matches {n} {n|time|times}: nothing that the parser matches is between."),
    ("trace.delimiter.hint", "Leave it empty if there is one execution; otherwise let it match the line between two."),
    ("trace.delimiter-none", "The delimiter matches no line: all is one execution."),
    ("trace.delimiter-none.hint", "It has to match a whole line between two executions, as {example} does."),
    ("trace.executions", "The delimiter matches {max} times up to here: all that follows stays in one execution."),
    ("trace.executions.hint", "Let it match only the line between two executions: ^=== (?<trace>.*) ===$"),
    ("trace.execution-twice", "An execution before, in line {line}, is called {name}, too."),
    ("trace.execution-twice.hint", "Give each execution a name of its own; both are read."),
    ("trace.json", "This is no JSON object: {expected} is expected here."),
    ("trace.json.hint", "A line looks like {example}."),
    ("trace.json-missing", "This line has no {key}."),
    ("trace.json-missing.hint", "A line looks like {example}."),
    ("trace.json-text", "The value of {key} must be a text in quotes."),
    ("trace.json-text.hint", "A line looks like {example}."),
    ("trace.json-time", "The time of this event is no whole number of microseconds: it is shown as a field."),
    ("trace.json-time.hint", "at_us is 0 or more, without a fraction."),
    ("trace.json-surrogate", "Half of a pair stands here without its other half: U+FFFD takes its place."),
    ("trace.json-surrogate.hint", "Beyond \\uffff, a character is two \\u: the first of d800-dbff, the second of dc00-dfff."),
    ("trace.fields", "More than {max} names of fields: {field} and all further ones are left out."),
    ("trace.fields.hint", "Put what changes from event to event into values, not into names."),
    ("trace.time-missing", "{n} {n|event has|events have} no time: times are shown, but do not order the events."),
    ("trace.time-missing.hint", "Times order events where every event has one."),
    (
        "trace.time-back",
        "{n} {n|event is|events are} before what they know of, the first before {host} in line {line}: times do not order.",
    ),
    ("trace.time-back.hint", "The clocks of two computers differ. Times are shown as they are."),
    // Clocks
    ("trace.clock-json", "The clock is no JSON object of counts: {expected} is expected here."),
    ("trace.clock-json.hint", "A clock looks like {example}."),
    ("trace.clock-key-twice", "The clock names {host} twice: the last count is taken."),
    ("trace.clock-key-twice.hint", "Each host stands in a clock once."),
    ("trace.clock-own", "The clock does not name its own host, {host}."),
    ("trace.clock-own.hint", "Each event counts itself: its clock has an entry for its own host, 1 or more."),
    ("trace.clock-start", "The first event of {host} has the count {n}."),
    ("trace.clock-start.hint", "Each host counts its events from 1."),
    ("trace.clock-gap", "The count of {host} goes from {from} to {to}: what is between is missing."),
    ("trace.clock-gap.hint", "The count of a host grows by 1 with each of its events."),
    ("trace.clock-twice", "Event {n} of {host} stands in line {other} already: this one is left out."),
    ("trace.clock-twice.hint", "No two events of a host have the same count."),
    ("trace.unknown-host", "The clock knows of {host}, which has no events here."),
    ("trace.unknown-host.hint", "Add the log of that host, or look at how its name is written."),
    ("trace.out-of-range", "The clock knows event {n} of {host}, which has events {first} to {last}."),
    ("trace.out-of-range.hint", "Add the rest of that host's log, or look at the count."),
    ("trace.no-such-event", "The clock knows event {n} of {host}, which is not in the file."),
    ("trace.no-such-event.hint", "Add what is missing in that host's log."),
    ("trace.clock-back", "{host} knew {was} of {other} in line {line}, and here only {is}."),
    ("trace.clock-back.hint", "What a host knows of others never gets less."),
    ("trace.clock-merge", "This knows event {n} of {host} (line {line}), which knows {knows} of {other}; here it is {is}."),
    ("trace.clock-merge.hint", "A vector is the merge of those it grew from, and 1 more for its own host."),
    ("trace.clock-cycle", "This knows event {n} of {host} (line {line}), which knows this one already."),
    ("trace.clock-cycle.hint", "Of two events that know each other, neither can have come first."),
    // Two executions compared
    ("diff.none", "No difference: at each host both have the same events, which heard of the same events."),
    ("diff.first", "First difference, 1 of {n}: {what}"),
    ("diff.number", "Difference {number} of {n}: {what}"),
    ("diff.both", "at {host}, A has {a} (event {event}), and B has {b} (event {here})."),
    ("diff.only", "at {host}, only {side} has {text} (event {event})."),
    ("diff.host", "only {side} has events of {host}: {text} (event {event})."),
    ("diff.otherwise", "at {host}, {text} (event {event}) has heard of {a} in A, and of {b} in B."),
    ("diff.text", "\u{201c}{text}\u{201d}"),
    ("diff.several", "\u{201c}{text}\u{201d} and {n} more"),
    ("diff.nobody", "nothing"),
    ("diff.rough", "They differ so much that more of their events may be in both."),
    ("diff.event", "{side}, {host}: {text}"),
    ("diff.event-only", "Only in {side}, {host}: {text}"),
    ("diff.event-otherwise", "{side}, {host}: {text} (in {other} it has heard otherwise)"),
    ("diff.lane", "{side} {host}"),
    ("diff.lane-only", "{side} only: {host}"),
    ("diff.mark", "First difference"),
];

/// A finding in words: what is wrong, and what was expected.
pub fn finding(language: Lang, finding: &Finding) -> (String, String) {
    let args: Vec<(&str, &str)> = finding.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let text = |key: &str| of_trace(language, key, &args);
    (text(&format!("trace.{}", finding.code)), text(&format!("trace.{}.hint", finding.code)))
}

/// A text of this table, its places filled with what files say; nothing, if there is no such key.
pub fn of_trace<'a>(language: Lang, key: &str, args: &[(&'a str, &'a str)]) -> String {
    let number = |value: &str| value.parse().map_or_else(|_| Arg::from(value), Arg::Number);
    // Only what counts is a number: hosts may be called 1.
    let arg = |&(name, value): &(&'a str, &'a str)| (name, if name == "n" { number(value) } else { Arg::from(value) });
    let args: Vec<(&str, Arg)> = args.iter().map(arg).collect();
    let english = || TEXTS.iter().find(|(known, _)| *known == key).map(|(_, text)| *text);
    lang::text(language, key).or_else(english).map_or(String::new(), |template| fill(template, &args))
}
