//! `netsplit diff`: two executions that another program recorded, and where they first part.

use super::traces::{Reading, named};
use super::{Done, Failure, json_line};
use netsplit::scenario::Diagnostic;
use netsplit::scenario::foreign::Trace;
use netsplit::scenario::foreign::compare::{Comparison, Side};
use netsplit::view::palette::Theme;
use netsplit::view::space_time::beside::picture;
use netsplit::view::to_svg;
use netsplit::view::trace_diff::{DifferenceRow, Sentences, TraceDiffRow};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    /// What to write, to standard output: sentences, one JSON object a line, or a picture
    #[arg(long, value_enum, default_value = "text")]
    to: Output,
    /// The first execution: its name, or its number from 1, the largest first
    #[arg(short, long, default_value = "1")]
    a: String,
    /// The second execution; without it 2, or 1 of another file
    #[arg(short, long)]
    b: Option<String>,
    /// The file; - for standard input
    file: String,
    /// Another file, for the second execution
    other: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// A sentence for each difference, the first one first, with the events
    Text,
    /// The figures, then an object for each difference
    Jsonl,
    /// Both space-time diagrams in one
    Svg,
}

/// Exit status 0: nothing differs; 1: something does, or a file is partial.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let here = arguments.reading.import(&arguments.file)?;
    let there = arguments.other.as_ref().map(|other| arguments.reading.import(other)).transpose()?;
    let b = arguments.b.as_deref().unwrap_or(if there.is_some() { "1" } else { "2" });
    let traces = [named(&here.traces, &arguments.a, "--a")?, named(&there.as_ref().unwrap_or(&here).traces, b, "--b")?];
    let files = [&arguments.file, arguments.other.as_ref().unwrap_or(&arguments.file)];
    let called = Side::BOTH.map(|side| match traces[side as usize].name.as_str() {
        "" => files[side as usize].clone(),
        name => name.to_owned(),
    });
    let sentences = Sentences { names: [&called[0], &called[1]], lang: arguments.reading.lang.lang };
    let comparison = Comparison::new(traces[0], traces[1]);
    match arguments.to {
        Output::Text => tell(&comparison, traces, sentences, out)?,
        Output::Jsonl => {
            json_line(out, &TraceDiffRow::new(&comparison, traces, sentences))?;
            for n in 0..comparison.differences().len() {
                json_line(out, &DifferenceRow::new(&comparison, traces, sentences, n))?;
            }
        }
        Output::Svg => {
            let scene = picture(traces, sentences).ok_or_else(|| {
                Diagnostic::at("--to", "these executions have no picture", "at most 65,535 hosts in both together")
            })?;
            out.write_all(to_svg(&scene, Theme::Light.palette()).as_bytes())?;
        }
    }
    let partial = here.partial() || there.is_some_and(|there| there.partial());
    if comparison.differences().is_empty() && !partial { Ok(()) } else { Err(Failure::Failed) }
}

/// Most events of a difference that are written out for each side.
const LISTED_MAX: usize = 20;

fn tell(comparison: &Comparison, traces: [&Trace; 2], sentences: Sentences<'_>, out: &mut impl Write) -> Done {
    for side in Side::BOTH {
        let trace = traces[side as usize];
        writeln!(out, "{}: {} ({} events)", side.letter(), sentences.names[side as usize], trace.events.len())?;
    }
    if comparison.differences().is_empty() {
        writeln!(out, "{}", sentences.first(comparison, traces))?;
    }
    for (n, difference) in comparison.differences().iter().enumerate() {
        writeln!(out, "{}", sentences.numbered(comparison, traces, n).unwrap_or_default())?;
        for (side, sign) in Side::BOTH.into_iter().zip(['-', '+']) {
            let events = difference.events_of(traces, side);
            for event in events.iter().take(LISTED_MAX).filter_map(|event| traces[side as usize].events.get(*event as usize)) {
                let message = traces[side as usize].message(event).replace(['\n', '\r'], " ");
                writeln!(out, "  {sign} {} {} {message}", traces[side as usize].host(event), event.n)?;
            }
            if events.len() > LISTED_MAX {
                writeln!(out, "  {sign} .. {}", events.len() - LISTED_MAX)?;
            }
        }
    }
    if comparison.rough() {
        eprintln!("netsplit: {}", netsplit::view::words::of_trace(sentences.lang, "diff.rough", &[]));
    }
    Ok(())
}
