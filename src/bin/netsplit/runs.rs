//! `netsplit run --runs`: one plan with many seeds, and what comes of it in the mean.

use super::Done;
use netsplit::base::NodeId;
use netsplit::sim::plan::Plan;
use netsplit::sim::trace::NoTrace;
use netsplit::system::Run;
use netsplit::system::inspect::FieldValue;
use netsplit::view::words::{self, Lang};
use std::io::Write;

/// What is measured of each run.
type Figures = Vec<(Label, f64)>;

/// What a figure is of.
#[derive(Clone, PartialEq, Eq)]
enum Label {
    /// Milliseconds until the last operation returned.
    Last,
    /// Operations with this outcome.
    Outcome(&'static str),
    /// A number that a server says of itself.
    Field(NodeId, &'static str),
}

const OUTCOMES: [&str; 4] = ["ok", "fail", "unknown", "pending"];

/// Plays each seed until nothing is pending, at most to `end_us`, and prints the mean of each figure with its standard error.
pub(super) fn run(mut plan: Plan, runs: u32, end_us: u64, lang: Lang, out: &mut impl Write) -> Done {
    let (first, cluster) = (plan.seed, plan.cluster);
    let mut all: Vec<(Label, Vec<f64>)> = Vec::new();
    for n in 0..runs {
        plan.seed = first.wrapping_add(n.into());
        let mut run = netsplit::system::open(&plan)?;
        for (label, value) in play(&mut *run, end_us) {
            match all.iter_mut().find(|(other, _)| *other == label) {
                Some((_, values)) => values.push(value),
                None => all.push((label, vec![value])),
            }
        }
    }
    writeln!(out, "{runs} runs, seeds {first} to {}: mean, and its standard error", plan.seed)?;
    for (label, mut values) in all {
        // A figure that a run does not show is none.
        values.resize(runs as usize, 0.0);
        let (mean, error) = mean(&values);
        let text = match label {
            Label::Last => "ms until the last operation returned".to_owned(),
            Label::Outcome(outcome) => format!("operations {outcome}"),
            Label::Field(node, key) => format!("{}: {}", words::node_name(lang, node, cluster), words::word(lang, key)),
        };
        writeln!(out, "{mean:>12.1} ± {error:<8.1} {text}")?;
    }
    Ok(())
}

fn play(run: &mut dyn Run, end_us: u64) -> Figures {
    let (mut last_us, mut returned) = (0, 0);
    while let Some(due_us) = run.next_due_us().filter(|due_us| *due_us <= end_us) {
        run.step(&mut NoTrace);
        let pending = run.operations_with("pending");
        let now = run.operation_count() - pending;
        if now != returned {
            (last_us, returned) = (due_us, now);
        }
    }
    let mut figures = vec![(Label::Last, last_us as f64 / 1_000.0)];
    figures.extend(OUTCOMES.map(|outcome| (Label::Outcome(outcome), run.operations_with(outcome) as f64)));
    for node in run.nodes().into_iter().filter(|node| node.id.0 < run.cluster().servers) {
        for field in node.fields {
            let label = Label::Field(node.id, field.key);
            if let FieldValue::Int(value) = field.value
                && !figures.iter().any(|(other, _)| *other == label)
            {
                figures.push((label, value as f64));
            }
        }
    }
    figures
}

/// The mean, and how far it is likely to be from that of endless runs; 0 of a single run, of which nobody knows.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 {
        return (mean, 0.0);
    }
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
