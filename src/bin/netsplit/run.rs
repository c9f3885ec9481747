//! `netsplit run`: what happened, the verdicts, the fingerprint.

use super::convert::To;
use super::{Done, Failure, Language, Source, duration, json_line, runs, seconds};
use netsplit::base::{EventId, Level, Note};
use netsplit::scenario::foreign::Trace;
use netsplit::scenario::{Compiled, Diagnostic, Link};
use netsplit::sim::plan::Plan;
use netsplit::sim::trace::{Event, Sink};
use netsplit::system::Run;
use netsplit::system::inspect::NodeView;
use netsplit::timeline::Session;
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::report::{About, EventRow, Speech, VerdictRow, is_action};
use netsplit::view::trace_report::Recorder;
use netsplit::view::words::{Lang, Names};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// When to stop, instead of the scenario's end: `10s`, `150ms`
    #[arg(long, value_parser = duration)]
    until: Option<u64>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// The events as a trace, and nothing else: as ShiViz opens it, or one JSON object a line
    #[arg(long, value_enum, conflicts_with_all = ["json", "level"])]
    to: Option<To>,
    /// How much to tell: story, protocol or everything; all of it with --json
    #[arg(long, value_parser = level)]
    level: Option<Level>,
    /// How many clients there are, in place of the scenario's
    #[arg(long, value_name = "N", conflicts_with = "link")]
    clients: Option<u16>,
    /// A setting of the system in place of the scenario's: `backoff=4`; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting, conflicts_with = "link")]
    set: Vec<(String, i64)>,
    /// Without the broken rules that the scenario's twin does without
    #[arg(long, conflicts_with = "link")]
    twin: bool,
    /// So many runs, with this seed and those that follow: what comes of them in the mean
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000), conflicts_with_all = ["link", "json", "to", "level"])]
    runs: Option<u32>,
    #[command(flatten)]
    lang: Language,
}

impl Arguments {
    /// The scenario, with everything changed that was asked for.
    fn load(&self) -> Result<Compiled, Failure> {
        let mut scenario = self.source.load_changed(|text| {
            text.plan.cluster.clients = self.clients.unwrap_or(text.plan.cluster.clients);
            text.plan.settings.extend(self.set.iter().cloned());
        })?;
        if self.twin {
            let hint = "leave --twin out: only a scenario with a broken rule has one";
            let twin = scenario.lesson.twin.as_ref();
            let twin = twin.ok_or_else(|| Diagnostic::at("twin", "this scenario has no twin", hint))?;
            scenario.plan.mutants.retain(|id| !twin.without.contains(id));
        }
        Ok(scenario)
    }
}

/// The last line: which run it was.
#[derive(Serialize)]
struct Summary<'a> {
    scenario: &'a str,
    system: &'a str,
    behaviour: u32,
    seed: u64,
    events: u64,
    end_us: u64,
    fingerprint: String,
}

pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    if let Some(to) = arguments.to {
        return trace(to, arguments, out);
    }
    if let Some(link) = arguments.source.link()? {
        return follow(&link, arguments, out);
    }
    let scenario = arguments.load()?;
    let end_us = arguments.until.unwrap_or(scenario.lesson.end_us);
    if let Some(runs) = arguments.runs {
        return runs::run(scenario.plan, runs, end_us, arguments.lang.lang, out);
    }
    let level = arguments.level.unwrap_or(if arguments.json { Level::Everything } else { Level::Story });
    let mut run = netsplit::system::open(&scenario.plan)?;
    let mut teller = Teller::new(arguments.lang.lang, &*run, &scenario.plan);
    while run.next_due_us().is_some_and(|due| due <= end_us) {
        teller.step(&mut *run);
        teller.tell(&*run, level, arguments.json, out)?;
    }
    run.advance_to(end_us);
    let index = |id: EventId| teller.indexes.get(&id).copied();
    for verdict in run.verdicts() {
        let row = teller.speech.verdict(&verdict, &index);
        if arguments.json { json_line(out, &row)? } else { write_verdict(&row, out)? }
    }
    let summary = summary(&scenario, &*run, end_us);
    if arguments.json {
        json_line(out, &summary)?;
    } else {
        writeln!(out, "{} events in {}, seed {}", summary.events, seconds(end_us), summary.seed)?;
        writeln!(out, "fingerprint {}", run.run_fingerprint())?;
    }
    Ok(())
}

/// Plays a run up to its end, its moment or `--until`, and writes its events as a trace.
fn trace(to: To, arguments: &Arguments, out: &mut impl Write) -> Done {
    let open = |plan: Plan| -> Result<Playback, Failure> {
        let session = Session::open(plan, Default::default(), netsplit::system::open).map_err(Failure::from)?;
        Ok(Playback::new(session, arguments.lang.lang, Goals::default(), 1.0))
    };
    let mut playback = match arguments.source.link()? {
        Some(link) => {
            let mut playback = open(link.plan.clone())?;
            match arguments.until {
                None => playback.follow(&link),
                Some(until_us) => playback.seek_time(until_us),
            };
            playback
        }
        None => {
            let scenario = arguments.load()?;
            let mut playback = open(scenario.plan)?;
            playback.seek_time(arguments.until.unwrap_or(scenario.lesson.end_us));
            playback
        }
    };
    playback.work(&mut |_| false);
    let mut recorder = Recorder::new(&playback);
    recorder.work(&mut playback, &mut || false);
    let traces: Vec<&Trace> = recorder.trace().into_iter().collect();
    to.write(&traces, out)
}

/// Plays a link's run up to its moment (or `--until`), and looks whether it is the run that was sent.
fn follow(link: &Link, arguments: &Arguments, out: &mut impl Write) -> Done {
    let session = Session::open(link.plan.clone(), Default::default(), netsplit::system::open).map_err(Failure::from)?;
    let mut playback = Playback::new(session, arguments.lang.lang, Goals::default(), 1.0);
    match arguments.until {
        None => playback.follow(link),
        Some(until_us) => playback.seek_time(until_us),
    };
    playback.work(&mut |_| false);
    let level = arguments.level.unwrap_or(if arguments.json { Level::Everything } else { Level::Story });
    let cursor = playback.cursor();
    let mut from = 0;
    while from < cursor.event {
        let rows = playback.events(from..cursor.event);
        if rows.is_empty() {
            break;
        }
        from += rows.len() as u64;
        for row in rows.iter().filter(|row| row.level <= level) {
            if arguments.json { json_line(out, row)? } else { write_event(row, out)? }
        }
    }
    for row in playback.verdicts() {
        if arguments.json { json_line(out, &row)? } else { write_verdict(&row, out)? }
    }
    let fingerprint = playback.session().fingerprint().to_string();
    if arguments.json {
        let summary = Summary {
            scenario: link.scenario.as_deref().unwrap_or_default(),
            system: &link.plan.system,
            behaviour: playback.session().run().info().behaviour,
            seed: link.plan.seed,
            events: cursor.event,
            end_us: cursor.at_us,
            fingerprint,
        };
        json_line(out, &summary)?;
    } else {
        writeln!(out, "{} events in {}, seed {}", cursor.event, seconds(cursor.at_us), link.plan.seed)?;
        writeln!(out, "fingerprint {fingerprint}")?;
    }
    match playback.provenance() {
        Some(found) if found.matches == Some(false) => {
            eprintln!("netsplit: {}", found.text.unwrap_or_default());
            eprintln!("  its fingerprint was {}", found.expected);
            Err(Failure::Failed)
        }
        _ => Ok(()),
    }
}

fn write_event(row: &EventRow, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{:>9}  {}", seconds(row.at_us), row.text)
}

fn write_verdict(row: &VerdictRow, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{:>9}  {}", row.status, row.text)
}

fn summary<'a>(scenario: &'a Compiled, run: &dyn Run, end_us: u64) -> Summary<'a> {
    Summary {
        scenario: &scenario.lesson.id,
        system: &scenario.plan.system,
        behaviour: run.info().behaviour,
        seed: scenario.plan.seed,
        events: run.executed(),
        end_us,
        fingerprint: run.run_fingerprint().to_string(),
    }
}

fn setting(text: &str) -> Result<(String, i64), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is no setting: write NAME=VALUE"))?;
    let value = value.trim().parse().map_err(|_| format!("`{value}` is not a whole number"))?;
    Ok((name.trim().to_owned(), value))
}

fn level(text: &str) -> Result<Level, String> {
    match text {
        "story" => Ok(Level::Story),
        "protocol" => Ok(Level::Protocol),
        "everything" => Ok(Level::Everything),
        other => Err(format!("`{other}` is no level: story, protocol or everything")),
    }
}

/// Puts events into words, one by one.
struct Teller {
    speech: Speech,
    /// The index of every event so far, for causes and witnesses.
    indexes: HashMap<EventId, u64>,
    told: u64,
    event: Option<Event>,
    notes: Vec<Note>,
    before: Option<NodeView>,
    /// When the plan acts, microseconds.
    planned_us: BTreeSet<u64>,
}

impl Teller {
    fn new(lang: Lang, run: &dyn Run, plan: &Plan) -> Teller {
        let speech = Speech { lang, names: Names::new(run.info(), run.cluster()) };
        let planned_us = plan.faults.iter().map(|fault| fault.at_us).collect();
        Teller { speech, indexes: HashMap::new(), told: 0, event: None, notes: Vec::new(), before: None, planned_us }
    }

    fn step(&mut self, run: &mut dyn Run) {
        self.event = None;
        self.notes.clear();
        self.before = None;
        // Of a crash the story tells what the node was before; only the plan's actions need that look.
        let planned = run.next_due_us().is_some_and(|due| self.planned_us.contains(&due));
        let nodes = planned.then(|| run.nodes());
        run.step(self);
        let node = self.event.as_ref().and_then(Event::node);
        self.before = nodes.zip(node).and_then(|(nodes, node)| nodes.into_iter().nth(node.index()));
    }

    fn tell(&mut self, run: &dyn Run, level: Level, json: bool, out: &mut impl Write) -> std::io::Result<()> {
        let Some(event) = self.event else { return Ok(()) };
        let n = self.told;
        self.told += 1;
        self.indexes.insert(event.id, n);
        let action = if is_action(&event) { run.planned_action(event.item.n()) } else { None };
        let about = About {
            notes: &self.notes,
            action: action.as_ref(),
            before: self.before.as_ref(),
            cause_n: event.cause.some().and_then(|cause| self.indexes.get(&cause).copied()),
        };
        let row = self.speech.event(n, &event, about);
        if row.level > level {
            return Ok(());
        }
        if json { json_line(out, &row) } else { write_event(&row, out) }
    }
}

impl Sink for Teller {
    fn event(&mut self, event: &Event) {
        self.event = Some(*event);
    }

    fn note(&mut self, note: &Note) {
        self.notes.push(*note);
    }
}
