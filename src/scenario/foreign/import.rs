//! From the bytes of a file to traces, in slices.

use super::finding::{Finding, Findings};
use super::text::{Decoder, Text};
use super::trace::{Build, Draft, Texts, Trace};
use super::{jsonl, shiviz};
use std::sync::Arc;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [`shiviz`].
    Shiviz,
    /// [`jsonl`].
    JsonLines,
}

impl Format {
    /// All formats, by name.
    pub const ALL: [(&'static str, Format); 2] = [("shiviz", Format::Shiviz), ("jsonl", Format::JsonLines)];

    /// What a text is written in: lines of JSON begin with an object, unless that is a parser of such lines.
    fn of(text: &Text) -> Format {
        let first = (1..=text.lines()).map(|line| text.line(line).trim_start()).find(|line| !line.is_empty()).unwrap_or_default();
        let parser = ["(?<host>", "(?<clock>", "(?<event>"].iter().all(|group| first.contains(group));
        if first.starts_with('{') && !parser { Format::JsonLines } else { Format::Shiviz }
    }
}

/// How a file is to be read.
#[derive(Clone, Debug)]
pub struct Options {
    /// What it is written in; `None`: what its first line looks like, or what a parser is given for.
    pub format: Option<Format>,
    /// The parser, if the file does not begin with it; then it has no delimiter either.
    pub parser: Option<String>,
    /// The delimiter, in place of the file's.
    pub delimiter: Option<String>,
}

/// What came of a file.
#[derive(Debug, Default)]
pub struct Imported {
    /// Its executions, those with most events first, as ShiViz has them.
    pub traces: Vec<Trace>,
    /// What concerns all of the file.
    pub findings: Findings,
}

impl Imported {
    /// True if something of the file is missing, or cannot be true.
    pub fn partial(&self) -> bool {
        self.findings.errors > 0 || self.traces.iter().any(Trace::partial)
    }

    /// Everything that was found: of the file, then of each execution.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.listed.iter().chain(self.traces.iter().flat_map(|trace| &trace.findings.listed))
    }
}

/// How far an import has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// In thousandths.
    pub permille: u32,
    /// Events read so far.
    pub events: u64,
    /// True when all is done.
    pub done: bool,
}

/// Reads a file: [`push`](Importer::push) its bytes, [`close`](Importer::close) it, and [`work`](Importer::work).
#[derive(Debug)]
pub struct Importer {
    options: Options,
    stage: Stage,
    imported: Imported,
    format: Format,
    events: u64,
    total: u32,
}

#[derive(Debug)]
enum Stage {
    Taking(Decoder),
    Shiviz(Box<shiviz::Reader>, Text),
    Lines(jsonl::Reader, Text),
    Building { waiting: Vec<Draft>, build: Option<Box<Build>>, texts: Arc<Texts> },
    Done,
}

impl Importer {
    /// Begins.
    pub fn new(options: Options) -> Importer {
        let stage = Stage::Taking(Decoder::default());
        Importer { options, stage, imported: Imported::default(), format: Format::Shiviz, events: 0, total: 0 }
    }

    /// All of a file at once.
    pub fn read(options: Options, bytes: &[u8]) -> Imported {
        let mut importer = Importer::new(options);
        importer.push(bytes);
        importer.close();
        importer.work(&mut || false);
        importer.into_imported()
    }

    /// Takes the next bytes. After [`close`](Importer::close), nothing more.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Stage::Taking(decoder) = &mut self.stage {
            decoder.push(bytes);
        }
    }

    /// Room for a file of so many bytes.
    pub fn reserve(&mut self, bytes: usize) {
        if let Stage::Taking(decoder) = &mut self.stage {
            decoder.reserve(bytes);
        }
    }

    /// The file ends here.
    pub fn close(&mut self) {
        let Stage::Taking(decoder) = std::mem::replace(&mut self.stage, Stage::Done) else { return };
        let (text, findings) = decoder.finish();
        findings.into_iter().for_each(|finding| self.imported.findings.add(finding));
        self.total = text.as_str().len() as u32;
        if text.as_str().trim().is_empty() {
            return self.imported.findings.add(Finding::error("empty", &[]));
        }
        let Options { format, parser, delimiter } = &self.options;
        let told = || if parser.is_some() { Format::Shiviz } else { Format::of(&text) };
        self.format = format.unwrap_or_else(told);
        self.stage = match self.format {
            Format::JsonLines => Stage::Lines(jsonl::Reader::new(), text),
            Format::Shiviz => match shiviz::Layout::of(&text, parser.as_deref(), delimiter.as_deref()) {
                Ok(layout) => Stage::Shiviz(Box::new(shiviz::Reader::new(layout, &text)), text),
                Err(wrong) => {
                    wrong.into_iter().for_each(|finding| self.imported.findings.add(finding));
                    Stage::Done
                }
            },
        };
    }

    /// Goes on until it is done, or until `spent` says so.
    pub fn work(&mut self, spent: &mut dyn FnMut() -> bool) -> Progress {
        loop {
            let stage = std::mem::replace(&mut self.stage, Stage::Done);
            let (stage, go_on) = self.go_on(stage, spent);
            self.stage = stage;
            if !go_on || spent() {
                return self.progress();
            }
        }
    }

    /// How far it has got.
    pub fn progress(&self) -> Progress {
        let part = |done: u32, total: u32| (u64::from(done) * 500 / u64::from(total.max(1))) as u32;
        let permille = match &self.stage {
            Stage::Taking(_) => 0,
            Stage::Shiviz(reader, _) => part(reader.position(), self.total),
            Stage::Lines(reader, text) => part(reader.line(), text.lines()),
            Stage::Building { waiting, build, .. } => {
                let here = build.as_ref().map_or(0, |build| build.done_permille().into());
                let done = self.imported.traces.len() as u64;
                let all = done + waiting.len() as u64 + u64::from(build.is_some());
                500 + ((done * 1000 + here) / all.max(1) / 2) as u32
            }
            Stage::Done => 1000,
        };
        Progress { permille, events: self.events, done: matches!(self.stage, Stage::Done) }
    }

    /// What came of it.
    pub fn into_imported(mut self) -> Imported {
        self.take()
    }

    /// What came of it, taken out.
    pub fn take(&mut self) -> Imported {
        std::mem::take(&mut self.imported)
    }

    /// One stage on: what comes next, and whether there is something to do.
    fn go_on(&mut self, stage: Stage, spent: &mut dyn FnMut() -> bool) -> (Stage, bool) {
        match stage {
            Stage::Taking(_) | Stage::Done => (stage, false),
            Stage::Shiviz(mut reader, text) => {
                if !reader.work(&text, spent) {
                    return (Stage::Shiviz(reader, text), false);
                }
                (self.build(reader.into_drafts(), text, String::new()), true)
            }
            Stage::Lines(mut reader, text) => {
                if !reader.work(&text, spent) {
                    return (Stage::Lines(reader, text), false);
                }
                let (drafts, made) = reader.into_drafts();
                (self.build(drafts, text, made), true)
            }
            Stage::Building { mut waiting, build, texts } => {
                let mut build = match build {
                    Some(build) => build,
                    None => match waiting.pop() {
                        Some(draft) => Box::new(Build::new(draft, Arc::clone(&texts))),
                        None => {
                            self.finish();
                            return (Stage::Done, false);
                        }
                    },
                };
                if !build.work(spent) {
                    return (Stage::Building { waiting, build: Some(build), texts }, false);
                }
                self.imported.traces.push(build.finish_into());
                (Stage::Building { waiting, build: None, texts }, true)
            }
        }
    }

    fn build(&mut self, mut drafts: Vec<Draft>, text: Text, made: String) -> Stage {
        self.events = drafts.iter().map(|draft| draft.len() as u64).sum();
        if self.events == 0 {
            let code = if self.format == Format::Shiviz { "no-events" } else { "no-lines" };
            let first = text.line_start(if self.format == Format::Shiviz && self.options.parser.is_none() { 3 } else { 1 });
            self.imported.findings.add(text.locate(Finding::error(code, &[]), first));
        }
        drafts.reverse();
        Stage::Building { waiting: drafts, build: None, texts: Arc::new(Texts { file: text, made }) }
    }

    fn finish(&mut self) {
        // Executions without events have nothing to show; what was found in them concerns the file.
        let (empty, mut full): (Vec<Trace>, Vec<Trace>) =
            std::mem::take(&mut self.imported.traces).into_iter().partition(|trace| trace.events.is_empty());
        empty.into_iter().flat_map(|trace| trace.findings.listed).for_each(|finding| self.imported.findings.add(finding));
        full.sort_by_key(|trace| std::cmp::Reverse(trace.events.len()));
        self.imported.traces = full;
    }
}
