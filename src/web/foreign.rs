//! Files of other programs: read in slices, and looked at.

use super::answers::{Answer, answer, row};
use super::arguments::{Arguments, is_absent};
use super::panic;
use super::promises::{promise, stopwatch};
use crate::scenario::foreign::{Format, Imported, Importer, Options, Trace, shiviz, write};
use crate::view::trace_report::{FileRow, FindingRow, TraceEventRow, search};
use crate::view::words::Lang;
use js_sys::{Promise, Uint8Array};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Largest piece of a file that is taken at once, bytes.
const PIECE_MAX: u32 = 4 << 20;
/// Most events that are told at once.
const ROWS_MAX: u64 = 1_000;
/// Longest work within a call that is not a promise, milliseconds.
const CALL_MS: f64 = 8.0;

/// What is wrong with a parser or a delimiter as somebody types it; nothing, if it can be used.
#[wasm_bindgen(js_name = checkPattern, unchecked_return_type = "FindingRow[]")]
pub fn check_pattern(
    #[wasm_bindgen(unchecked_param_type = "\"parser\" | \"delimiter\"")] which: JsValue,
    #[wasm_bindgen(unchecked_param_type = "string")] pattern: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
) -> JsValue {
    let read = Arguments { lang: Lang::En };
    let lang = read.lang(&lang, "lang").unwrap_or_default();
    let choices = [("parser", shiviz::Pattern::Parser), ("delimiter", shiviz::Pattern::Delimiter)];
    let (Ok(which), Ok(pattern)) = (read.choice(&which, "which", &choices), read.text(&pattern, "pattern")) else {
        return js_sys::Array::new().into();
    };
    let wrong = shiviz::check(which, &pattern).err().unwrap_or_default();
    row(&wrong.iter().map(|finding| FindingRow::new(lang, finding)).collect::<Vec<_>>())
}

/// A file that another program wrote. `begin`, `push` its bytes piece by piece, `read` it; then its executions can be looked at.
#[wasm_bindgen]
pub struct TraceFile {
    desk: Rc<RefCell<Option<Desk>>>,
}

enum Desk {
    Importing(Box<Importer>),
    Read(Imported),
}

#[derive(Serialize)]
struct ProgressRow {
    permille: u32,
    events: u64,
}

#[derive(Serialize)]
struct SearchRow {
    found: Vec<u32>,
    /// The first event that was not looked at.
    next: u32,
}

#[wasm_bindgen]
impl TraceFile {
    /// Begins to read a file.
    #[wasm_bindgen(unchecked_return_type = "Result<TraceFile>")]
    pub fn begin(#[wasm_bindgen(unchecked_param_type = "TraceOptions")] options: JsValue) -> JsValue {
        answer(TraceFile::open(&options).map(JsValue::from))
    }

    fn open(options: &JsValue) -> Answer<TraceFile> {
        let read = Arguments { lang: Lang::En };
        if panic::stopped() {
            return Err(read.problem("stopped", "", &[]));
        }
        let format = read.property(options, "format", "options")?;
        let choice = || read.choice(&format, "options.format", &Format::ALL);
        let format = if is_absent(&format) { None } else { Some(choice()?) };
        let text = |key: &str| read.text_or_none(&read.property(options, key, "options")?, &format!("options.{key}"));
        let (parser, delimiter) = (text("parser")?, text("delimiter")?);
        let size = read.whole_or(&read.property(options, "size", "options")?, "options.size", u32::MAX.into(), 0)?;
        let mut importer = Importer::new(Options { format, parser, delimiter });
        importer.reserve(size as usize);
        Ok(TraceFile { desk: Rc::new(RefCell::new(Some(Desk::Importing(Box::new(importer))))) })
    }

    /// Takes the next bytes of the file, 4 MB at most.
    #[wasm_bindgen(unchecked_return_type = "Result<null>")]
    pub fn push(&self, #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let wrong = |why: &str| read.problem("bad-data", "bytes", &[("why", why)]);
            let list = bytes.dyn_ref::<Uint8Array>().ok_or_else(|| wrong("not a Uint8Array"))?;
            if list.length() > PIECE_MAX {
                return Err(wrong("too long"));
            }
            if let Desk::Importing(importer) = desk {
                importer.push(&list.to_vec());
            }
            Ok(JsValue::NULL)
        }))
    }

    /// The file ends here: reads and checks it.
    #[wasm_bindgen(unchecked_return_type = "Promise<Result<null>>")]
    pub fn read(&self, #[wasm_bindgen(unchecked_optional_param_type = "JobOptions")] options: JsValue) -> Promise {
        let begun = self.with(|desk, read| {
            let signal = read.property(&options, "signal", "options")?;
            if let Desk::Importing(importer) = desk {
                importer.close();
            }
            Ok(signal)
        });
        let signal = match begun {
            Ok(signal) => signal,
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        promise(move |spent| slice(&desk, aborted(&signal), spent).map(answer))
    }

    /// How far reading has got, and how many events it has found.
    #[wasm_bindgen(unchecked_return_type = "{ permille: number, events: number }")]
    pub fn progress(&self) -> JsValue {
        let progress = self.with(|desk, _| {
            Ok(match desk {
                Desk::Importing(importer) => {
                    ProgressRow { permille: importer.progress().permille, events: importer.progress().events }
                }
                Desk::Read(_) => ProgressRow { permille: 1000, events: 0 },
            })
        });
        row(&progress.unwrap_or(ProgressRow { permille: 0, events: 0 }))
    }

    /// What the file holds, and what was found in it.
    #[wasm_bindgen(unchecked_return_type = "TraceText")]
    pub fn about(&self, #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue) -> JsValue {
        let about = self.with(|desk, read| {
            let lang = read.lang(&lang, "lang")?;
            Ok(match desk {
                Desk::Importing(_) => FileRow::new(lang, &Imported::default()),
                Desk::Read(imported) => FileRow::new(lang, imported),
            })
        });
        row(&about.unwrap_or_else(|_| FileRow::new(Lang::En, &Imported::default())))
    }

    /// Events of an execution, from the first number up to the second; a thousand at most.
    #[wasm_bindgen(unchecked_return_type = "TraceEventRow[]")]
    pub fn events(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] execution: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] from: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] to: JsValue,
    ) -> JsValue {
        let rows = self.trace(&execution, |trace, read| {
            let from = read.whole(&from, "from", u32::MAX.into())?;
            let to = read.whole(&to, "to", u32::MAX.into())?.min(from + ROWS_MAX);
            Ok((from..to).map_while(|n| TraceEventRow::new(trace, n as u32)).collect::<Vec<_>>())
        });
        row(&rows.unwrap_or_default())
    }

    /// Numbers of events from one on whose host, text or fields contain a text; as far as a few milliseconds reach.
    #[wasm_bindgen(unchecked_return_type = "{ found: number[], next: number }")]
    pub fn search(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] execution: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] sought: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] from: JsValue,
    ) -> JsValue {
        let found = self.trace(&execution, |trace, read| {
            let sought = read.text(&sought, "sought")?.to_lowercase();
            let mut next = read.whole(&from, "from", u32::MAX.into())? as u32;
            let (mut spent, mut found) = (stopwatch(CALL_MS), Vec::new());
            while (next as usize) < trace.events.len() && !spent() {
                found.extend(search(trace, &sought, next, 500));
                next = next.saturating_add(500);
            }
            Ok(SearchRow { found, next: next.min(trace.events.len() as u32) })
        });
        row(&found.unwrap_or(SearchRow { found: Vec::new(), next: u32::MAX }))
    }

    /// The file once more, in one of the formats: all executions.
    #[wasm_bindgen(unchecked_return_type = "Result<string>")]
    pub fn text(&self, #[wasm_bindgen(unchecked_param_type = "TraceFormat")] format: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let format = read.choice(&format, "format", &Format::ALL)?;
            let traces: Vec<&Trace> = match desk {
                Desk::Importing(_) => Vec::new(),
                Desk::Read(imported) => imported.traces.iter().collect(),
            };
            Ok(JsValue::from(written(&traces, format)))
        }))
    }

    /// A second handle of the same file, for `beside`, which takes it.
    pub fn share(&self) -> TraceFile {
        self.handle()
    }

    /// Gives its memory back.
    pub fn free(&self) {
        if let Ok(mut desk) = self.desk.try_borrow_mut() {
            *desk = None;
        }
    }
}

/// Traces as text.
pub(super) fn written(traces: &[&Trace], format: Format) -> String {
    let mut bytes = Vec::new();
    // Writing into memory cannot fail.
    let _ = match format {
        Format::Shiviz => write::shiviz(traces, &mut bytes),
        Format::JsonLines => write::jsonl(traces, &mut bytes),
    };
    String::from_utf8(bytes).unwrap_or_default()
}

impl TraceFile {
    fn with<T>(&self, work: impl FnOnce(&mut Desk, Arguments) -> Answer<T>) -> Answer<T> {
        with(&self.desk, work)
    }

    pub(super) fn handle(&self) -> TraceFile {
        TraceFile { desk: Rc::clone(&self.desk) }
    }

    pub(super) fn trace<T>(&self, execution: &JsValue, work: impl FnOnce(&Trace, Arguments) -> Answer<T>) -> Answer<T> {
        self.with(|desk, read| work(desk.trace(execution, read)?, read))
    }

    /// An execution of this file and one of another, which may be the same file.
    pub(super) fn traces<T>(
        &self,
        (execution, other, there): (&JsValue, &TraceFile, &JsValue),
        work: impl FnOnce([&Trace; 2], Arguments) -> Answer<T>,
    ) -> Answer<T> {
        self.with(|desk, read| {
            let here = desk.trace(execution, read)?;
            if Rc::ptr_eq(&self.desk, &other.desk) {
                return work([here, desk.trace(there, read)?], read);
            }
            other.with(|desk, read| work([here, desk.trace(there, read)?], read))
        })
    }
}

impl Desk {
    fn trace(&self, execution: &JsValue, read: Arguments) -> Answer<&Trace> {
        let number = read.whole(execution, "execution", u32::MAX.into())? as usize;
        let traces = match self {
            Desk::Importing(_) => [].as_slice(),
            Desk::Read(imported) => &imported.traces,
        };
        let last = traces.len().saturating_sub(1).to_string();
        let wrong = || read.problem("bad-number", "execution", &[("min", "0"), ("max", &last)]);
        traces.get(number).ok_or_else(wrong)
    }
}

fn with<T>(desk: &RefCell<Option<Desk>>, work: impl FnOnce(&mut Desk, Arguments) -> Answer<T>) -> Answer<T> {
    let read = Arguments { lang: Lang::En };
    if panic::stopped() {
        return Err(read.problem("stopped", "", &[]));
    }
    let Ok(mut desk) = desk.try_borrow_mut() else { return Err(read.problem("busy", "", &[])) };
    let Some(desk) = desk.as_mut() else { return Err(read.problem("freed", "", &[])) };
    work(desk, read)
}

/// One slice of reading; its answer when all is read.
fn slice(desk: &RefCell<Option<Desk>>, aborted: bool, spent: &mut dyn FnMut() -> bool) -> Option<Answer<JsValue>> {
    let result = with(desk, |desk, read| {
        if aborted {
            return Err(read.problem("aborted", "", &[]));
        }
        if let Desk::Importing(importer) = desk {
            if !importer.work(spent).done {
                return Ok(None);
            }
            *desk = Desk::Read(importer.take());
        }
        Ok(Some(JsValue::NULL))
    });
    result.transpose()
}

pub(super) fn aborted(signal: &JsValue) -> bool {
    !is_absent(signal) && js_sys::Reflect::get(signal, &"aborted".into()).is_ok_and(|aborted| aborted.is_truthy())
}
