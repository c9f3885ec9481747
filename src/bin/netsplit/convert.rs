//! `netsplit convert`: a trace that another program wrote, checked, in another form.

use super::traces::{Reading, named};
use super::{Done, Failure};
use netsplit::scenario::Diagnostic;
use netsplit::scenario::foreign::{self, Trace};
use netsplit::view::palette::Theme;
use netsplit::view::space_time::foreign::picture;
use netsplit::view::to_svg;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    /// What to write, to standard output: one JSON object a line, a log with its parser, or a picture
    #[arg(long, value_enum)]
    to: Output,
    /// Only the execution with this name, or with this number from 1, the largest first
    #[arg(long)]
    execution: Option<String>,
    /// The file; - for standard input
    file: String,
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
    let imported = arguments.reading.import(&arguments.file)?;
    let traces = match &arguments.execution {
        Some(wanted) => vec![named(&imported.traces, wanted, "--execution")?],
        None => imported.traces.iter().collect(),
    };
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
    let scene = traces.first().and_then(|trace| picture(trace, arguments.reading.lang.lang));
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

/// Says on standard error what was written.
fn summary(traces: &[&Trace], partial: bool) {
    let (events, hosts): (usize, usize) =
        traces.iter().fold((0, 0), |(events, hosts), trace| (events + trace.events.len(), hosts.max(trace.hosts.len())));
    let partial = if partial { ", partial" } else { "" };
    eprintln!("netsplit: {} executions, {events} events, {hosts} hosts{partial}", traces.len());
}
