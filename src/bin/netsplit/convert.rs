//! `netsplit convert`: a trace that another program wrote, checked, in another form.

use super::{Done, Failure, Language};
use netsplit::scenario::Diagnostic;
use netsplit::scenario::foreign::{self, Finding, Format, Importer, Options, Trace, Weight};
use netsplit::view::palette::Theme;
use netsplit::view::space_time::foreign::picture;
use netsplit::view::{to_svg, words};
use std::io::{Read, Write};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What the file is written in
    #[arg(long, value_enum)]
    from: From,
    /// What to write, to standard output: one JSON object a line, a log with its parser, or a picture
    #[arg(long, value_enum)]
    to: Output,
    /// The parser, for a log that does not begin with it: a regular expression with host, clock and event
    #[arg(long)]
    parser: Option<String>,
    /// The delimiter between executions, a regular expression: its group `trace` names them
    #[arg(long)]
    delimiter: Option<String>,
    /// Only the execution with this name, or with this number from 1, the largest first
    #[arg(long)]
    execution: Option<String>,
    /// The file; - for standard input
    file: String,
    #[command(flatten)]
    lang: Language,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum From {
    /// ShiViz or GoVector: line 1 is the parser, line 2 the delimiter or empty, then the log
    Shiviz,
    /// One JSON object a line
    Jsonl,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum To {
    /// One JSON object a line
    Jsonl,
    /// The layout of GoVector, as ShiViz opens it
    Shiviz,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// One JSON object a line
    Jsonl,
    /// The layout of GoVector, as ShiViz opens it
    Shiviz,
    /// The space-time diagram of one execution: the largest, if none is named
    Svg,
}

pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let bytes = read(&arguments.file)?;
    let format = match arguments.from {
        From::Shiviz => Format::Shiviz,
        From::Jsonl => Format::JsonLines,
    };
    let (parser, delimiter) = (arguments.parser.clone(), arguments.delimiter.clone());
    let imported = Importer::read(Options { format, parser, delimiter }, &bytes);
    let findings = imported.all_findings().map(|finding| diagnostic(arguments, finding)).collect();
    if imported.traces.is_empty() {
        return Err(Failure::Unusable(findings));
    }
    findings.iter().for_each(|finding| eprintln!("netsplit: {finding}"));
    let unlisted: u64 = [&imported.findings]
        .into_iter()
        .chain(imported.traces.iter().map(|trace| &trace.findings))
        .map(|all| all.unlisted())
        .sum();
    if unlisted > 0 {
        eprintln!("netsplit: {unlisted} more findings are not listed");
    }
    let traces = chosen(arguments, &imported.traces)?;
    let traces = if arguments.to == Output::Svg { traces.into_iter().take(1).collect() } else { traces };
    match arguments.to {
        Output::Jsonl => To::Jsonl.write(&traces, out)?,
        Output::Shiviz => To::Shiviz.write(&traces, out)?,
        Output::Svg => draw(&traces, arguments, out)?,
    }
    summary(&traces, imported.partial());
    if imported.partial() { Err(Failure::Failed) } else { Ok(()) }
}

/// Writes the picture of the first trace.
fn draw(traces: &[&Trace], arguments: &Arguments, out: &mut impl Write) -> Done {
    let scene = traces.first().and_then(|trace| picture(trace, arguments.lang.lang));
    let scene = scene.ok_or_else(|| {
        Diagnostic::at("--to", "this execution has no picture", "at most 65,535 hosts, and an order that does not go in a circle")
    })?;
    out.write_all(to_svg(&scene, Theme::Light.palette()).as_bytes())?;
    Ok(())
}

impl To {
    pub(super) fn write(self, traces: &[&Trace], out: &mut impl Write) -> Done {
        match self {
            To::Jsonl => foreign::write::jsonl(traces, out)?,
            To::Shiviz => foreign::write::shiviz(traces, out)?,
        }
        Ok(())
    }
}

fn read(file: &str) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::new();
    let done = match file {
        "-" => std::io::stdin().lock().read_to_end(&mut bytes).map(drop),
        _ => std::fs::read(file).map(|read| bytes = read),
    };
    done.map(|()| bytes).map_err(|error| Diagnostic::at("", format!("{file}: {error}"), "the file must be readable"))
}

fn diagnostic(arguments: &Arguments, finding: &Finding) -> Diagnostic {
    let (message, hint) = words::finding(arguments.lang.lang, finding);
    let line = if finding.excerpt.is_empty() { String::new() } else { format!("\n    {}", finding.excerpt) };
    let weight = if finding.weight == Weight::Notice { "notice: " } else { "" };
    let mut diagnostic = Diagnostic::at("", format!("{weight}{message}{line}"), hint);
    diagnostic.place.file.clone_from(&arguments.file);
    match finding.line {
        // A pattern of the command line.
        0 if finding.column > 0 => {
            diagnostic.place =
                netsplit::scenario::Place { path: "--parser".to_owned(), column: finding.column, ..Default::default() }
        }
        line => (diagnostic.place.line, diagnostic.place.column) = (line, finding.column),
    }
    diagnostic
}

fn chosen<'a>(arguments: &Arguments, traces: &'a [Trace]) -> Result<Vec<&'a Trace>, Diagnostic> {
    let Some(wanted) = &arguments.execution else { return Ok(traces.iter().collect()) };
    let named = traces.iter().find(|trace| trace.name == *wanted);
    let numbered = || wanted.parse::<usize>().ok().and_then(|n| traces.get(n.checked_sub(1)?));
    named.or_else(numbered).map(|trace| vec![trace]).ok_or_else(|| {
        let names: Vec<&str> = traces.iter().map(|trace| trace.name.as_str()).collect();
        Diagnostic::at("--execution", format!("no execution is called `{wanted}`"), format!("there is: {}", names.join(", ")))
    })
}

/// Says on standard error what was written.
fn summary(traces: &[&Trace], partial: bool) {
    let (events, hosts): (usize, usize) =
        traces.iter().fold((0, 0), |(events, hosts), trace| (events + trace.events.len(), hosts.max(trace.hosts.len())));
    let partial = if partial { ", partial" } else { "" };
    eprintln!("netsplit: {} executions, {events} events, {hosts} hosts{partial}", traces.len());
}
