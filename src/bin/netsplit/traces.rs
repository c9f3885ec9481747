//! Traces of other programs, as the commands that take them read them.

use super::{Failure, Language};
use netsplit::scenario::foreign::{Finding, Format, Imported, Importer, Options, Trace, Weight};
use netsplit::scenario::{Diagnostic, Place};
use netsplit::view::words;
use std::io::Read;

/// How a file is to be read.
#[derive(clap::Args)]
pub(super) struct Reading {
    /// What the file is written in; without it, what its first line looks like
    #[arg(long, value_enum)]
    from: Option<From>,
    /// The parser, for a log that does not begin with it: a regular expression with host, clock and event
    #[arg(long)]
    parser: Option<String>,
    /// The delimiter between executions, a regular expression: its group `trace` names them
    #[arg(long)]
    delimiter: Option<String>,
    #[command(flatten)]
    pub(super) lang: Language,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum From {
    /// ShiViz or GoVector: line 1 is the parser, line 2 the delimiter or empty, then the log
    Shiviz,
    /// One JSON object a line
    Jsonl,
}

impl Reading {
    /// What a file holds; what was found in it is told. An error if it has no event that can be read.
    pub(super) fn import(&self, file: &str) -> Result<Imported, Failure> {
        let bytes = read(file)?;
        let format = self.from.map(|from| match from {
            From::Shiviz => Format::Shiviz,
            From::Jsonl => Format::JsonLines,
        });
        let (parser, delimiter) = (self.parser.clone(), self.delimiter.clone());
        let imported = Importer::read(Options { format, parser, delimiter }, &bytes);
        let findings = imported.all_findings().map(|finding| self.diagnostic(file, finding)).collect();
        if imported.traces.is_empty() {
            return Err(Failure::Unusable(findings));
        }
        findings.iter().for_each(|finding| eprintln!("netsplit: {finding}"));
        let all = [&imported.findings].into_iter().chain(imported.traces.iter().map(|trace| &trace.findings));
        let unlisted: u64 = all.map(|all| all.unlisted()).sum();
        if unlisted > 0 {
            eprintln!("netsplit: {unlisted} more findings are not listed");
        }
        Ok(imported)
    }

    fn diagnostic(&self, file: &str, finding: &Finding) -> Diagnostic {
        let (message, hint) = words::finding(self.lang.lang, finding);
        let line = if finding.excerpt.is_empty() { String::new() } else { format!("\n    {}", finding.excerpt) };
        let weight = if finding.weight == Weight::Notice { "notice: " } else { "" };
        let mut diagnostic = Diagnostic::at("", format!("{weight}{message}{line}"), hint);
        diagnostic.place.file = file.to_owned();
        match finding.line {
            // A pattern of the command line.
            0 if finding.column > 0 => {
                diagnostic.place = Place { path: "--parser".to_owned(), column: finding.column, ..Default::default() }
            }
            line => (diagnostic.place.line, diagnostic.place.column) = (line, finding.column),
        }
        diagnostic
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

/// The execution with a name, or with a number from 1; `option` is what asks for it.
pub(super) fn named<'a>(traces: &'a [Trace], wanted: &str, option: &str) -> Result<&'a Trace, Diagnostic> {
    let named = traces.iter().find(|trace| trace.name == wanted);
    let numbered = || wanted.parse::<usize>().ok().and_then(|n| traces.get(n.checked_sub(1)?));
    named.or_else(numbered).ok_or_else(|| {
        let names: Vec<&str> = traces.iter().map(|trace| trace.name.as_str()).collect();
        Diagnostic::at(option, format!("no execution is called `{wanted}`"), format!("there is: {}", names.join(", ")))
    })
}
