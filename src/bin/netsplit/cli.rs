//! Arguments, exit status, and what the commands share.
//!
//! Results go to standard output. What is wrong goes to standard error, with a hint; the exit status is then 2 if the input
//! could not be used, and 1 if something that should hold does not.

mod convert;
mod diff;
mod mutants;
mod pictures;
mod run;
mod runs;
mod scenarios;
mod svg;
mod traces;
mod verify;

use clap::{Args, Parser, Subcommand};
use netsplit::scenario::{self, Compiled, Diagnostic, Link, LinkError, library, link_text, schema, toml};
use netsplit::system::{self, OpenError};
use netsplit::view::words::Lang;
use std::io::{self, Write};
use std::process::ExitCode;

/// A distributed-systems laboratory: real protocol cores in a deterministic world.
#[derive(Parser)]
#[command(name = "netsplit", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario and print what happened, the verdicts, and the run's fingerprint
    Run(run::Arguments),
    /// Draw the moment of a run as SVG
    Svg(svg::Arguments),
    /// Draw every scenario at its telling moment, as SVG files
    Pictures(pictures::Arguments),
    /// List the scenarios that come with the laboratory
    Scenarios(scenarios::Arguments),
    /// Run scenarios and look whether everything comes of them that should
    Verify(verify::Arguments),
    /// Read a trace that another program wrote, check it, and write it in another form
    Convert(convert::Arguments),
    /// Compare two executions that another program recorded: what only one has, and where they first differ
    Diff(diff::Arguments),
    /// List the broken rules of a system, and the property that falls with each
    Mutants(mutants::Arguments),
}

/// Which run.
#[derive(Args)]
struct Source {
    /// A built-in scenario (`raft/leader-crash`) or a TOML file
    #[arg(required_unless_present = "link")]
    scenario: Option<String>,
    /// Seed of every draw, instead of the scenario's
    #[arg(long, conflicts_with = "link")]
    seed: Option<u64>,
    /// A link of the page (`#v1....`, or the whole address): its run with everything done by hand, up to its moment
    #[arg(long, conflicts_with = "scenario")]
    link: Option<String>,
}

/// In which language.
#[derive(Args)]
struct Language {
    /// The language of sentences: en or de
    #[arg(long, default_value = "en", value_parser = lang)]
    lang: Lang,
}

fn lang(code: &str) -> Result<Lang, String> {
    let all = Lang::ALL.map(Lang::code).join(" or ");
    Lang::from_code(code).ok_or_else(|| format!("`{code}` is no language of the laboratory: {all}"))
}

/// Why a command ended early.
enum Failure {
    /// The input could not be used.
    Unusable(Vec<Diagnostic>),
    /// Something does not hold that should; it has been told already.
    Failed,
    /// Nobody reads the output any more.
    Output(io::Error),
}

type Done = Result<(), Failure>;

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Failure::Unusable(vec![diagnostic])
    }
}

impl From<LinkError> for Failure {
    fn from(error: LinkError) -> Failure {
        error.diagnostic.into()
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Diagnostic::at(format!("plan.{}", error.place), error.message, error.hint).into()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

/// Reads the arguments, runs the command, and says how it went.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let done = match cli.command {
        Command::Run(arguments) => run::run(&arguments, &mut out),
        Command::Svg(arguments) => svg::run(&arguments, &mut out),
        Command::Pictures(arguments) => pictures::run(&arguments),
        Command::Scenarios(arguments) => scenarios::run(&arguments, &mut out),
        Command::Verify(arguments) => verify::run(&arguments, &mut out),
        Command::Convert(arguments) => convert::run(&arguments, &mut out),
        Command::Diff(arguments) => diff::run(&arguments, &mut out),
        Command::Mutants(arguments) => mutants::run(&arguments, &mut out),
    };
    match done.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader such as `head` that has seen enough is no failure.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            eprintln!("netsplit: {error}");
            ExitCode::from(2)
        }
        Err(Failure::Failed) => {
            let _ = out.flush();
            ExitCode::from(1)
        }
        Err(Failure::Unusable(diagnostics)) => {
            let _ = out.flush();
            diagnostics.iter().for_each(|diagnostic| eprintln!("netsplit: {diagnostic}"));
            ExitCode::from(2)
        }
    }
}

impl Source {
    /// The scenario, with the seed that was asked for.
    fn load(&self) -> Result<Compiled, Failure> {
        self.load_changed(|_| ())
    }

    /// The same, with something changed in its text before it is given a meaning.
    fn load_changed(&self, change: impl FnOnce(&mut schema::Scenario)) -> Result<Compiled, Failure> {
        let mut compiled = load_changed(self.scenario.as_deref().unwrap_or_default(), change)?;
        compiled.plan.seed = self.seed.unwrap_or(compiled.plan.seed);
        Ok(compiled)
    }

    /// The link, if one was given.
    fn link(&self) -> Result<Option<Link>, Failure> {
        Ok(self.link.as_deref().map(link_text::read).transpose()?)
    }
}

/// A built-in scenario by its id, or one from a file.
fn load(name: &str) -> Result<Compiled, Failure> {
    load_changed(name, |_| ())
}

/// The same, with something changed in its text before it is given a meaning.
fn load_changed(name: &str, change: impl FnOnce(&mut schema::Scenario)) -> Result<Compiled, Failure> {
    if let Some(built_in) = library::find(name) {
        let mut scenario = built_in.clone();
        change(&mut scenario);
        return compile(&scenario).map_err(Failure::Unusable);
    }
    let is_file = name.ends_with(".toml") || std::path::Path::new(name).exists();
    if !is_file {
        let ids = library::all().iter().map(|scenario| scenario.id.as_str());
        let hint = match scenario::diagnostic::nearest(name, ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`netsplit scenarios` lists them; a file's name ends in .toml".to_owned(),
        };
        return Err(Diagnostic::at("", format!("no scenario is called `{name}`"), hint).into());
    }
    let text = std::fs::read_to_string(name)
        .map_err(|error| Diagnostic::at("", format!("{name}: {error}"), "the file must be readable, and UTF-8 text"))?;
    let mut parsed = toml::parse(name, &text).map_err(Failure::Unusable)?;
    change(&mut parsed);
    compile(&parsed).map_err(|mut diagnostics| {
        toml::locate(name, &text, &mut diagnostics);
        Failure::Unusable(diagnostics)
    })
}

fn compile(text: &schema::Scenario) -> Result<Compiled, Vec<Diagnostic>> {
    scenario::compile(text, system_named(&text.system).map_err(|wrong| vec![wrong])?)
}

fn system_named(name: &str) -> Result<&'static system::inspect::SystemInfo, Diagnostic> {
    system::info(name).ok_or_else(|| {
        let known: Vec<&str> = system::systems().iter().map(|info| info.id).collect();
        let hint = scenario::diagnostic::did_you_mean(name, known.iter().copied());
        Diagnostic::at("system", format!("no system is called `{name}`"), hint)
    })
}

/// A value as one line of JSON.
fn json_line(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// A time as people read it: `1.204 s`.
fn seconds(at_us: u64) -> String {
    format!("{}.{:03} s", at_us / 1_000_000, at_us / 1_000 % 1_000)
}

/// A duration on the command line: `10s`, `3.2 s`, `150ms`.
fn duration(text: &str) -> Result<u64, String> {
    text.parse::<schema::Time>().map(|time| time.us)
}
