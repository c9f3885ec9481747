//! The Lab handle: arguments in, rows out.

use super::answers::{Answer, answer, row};
use super::arguments::{Arguments, is_absent};
use super::entropy;
use super::lab_search::Searching;
use super::panic::{self, Trail};
use super::promises::stopwatch;
use crate::scenario::{self, Lesson, Link, library};
use crate::sim::plan::Plan;
use crate::system;
use crate::timeline::{self, Session};
use crate::view::playback::{Goals, Playback};
use crate::view::problem::Problem;
use crate::view::report::{self, ScenarioText};
use crate::view::words::{self, Lang};
use js_sys::Promise;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Longest work within a call that is not a promise, milliseconds; what is left goes on in ticks.
pub(super) const CALL_MS: f64 = 50.0;
/// The built-in scenarios, in the order to be offered.
#[wasm_bindgen(unchecked_return_type = "ScenarioCard[]")]
pub fn scenarios(#[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue) -> JsValue {
    let lang = Arguments { lang: Lang::En }.lang(&lang, "lang").unwrap_or_default();
    row(&report::cards(lang))
}

/// Teaches every lab a language: the part `lab` of its file, `data/words/<code>.json`. Until then, it is English.
#[wasm_bindgen(js_name = addLanguage, unchecked_return_type = "Result<null>")]
pub fn add_language(
    #[wasm_bindgen(unchecked_param_type = "Lang")] lang: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Record<string, string>")] texts: JsValue,
) -> JsValue {
    let english = Arguments { lang: Lang::En };
    answer(english.lang(&lang, "lang").and_then(|lang| {
        words::learn(lang, english.data(&texts, "texts")?);
        Ok(JsValue::NULL)
    }))
}

/// A fresh seed, as digits: the one place where chance enters. Show it; a run is known by it.
#[wasm_bindgen(js_name = freshSeed)]
pub fn fresh_seed() -> String {
    entropy::fresh_seed().unwrap_or_default().to_string()
}

/// A laboratory: one run with its past and its forks.
///
/// Each call answers `{ok: true, value}` or `{ok: false, error}`, and changes nothing in the second case. Reads of a lab that
/// was freed, or that stopped by a panic, are empty.
#[wasm_bindgen]
pub struct Lab {
    pub(super) desk: Rc<RefCell<Option<Desk>>>,
    /// The last search for a failure.
    pub(super) searching: Searching,
}

/// What a handle that was not freed holds.
pub(super) struct Desk {
    pub(super) playback: Playback,
    pub(super) lesson: Option<Lesson>,
    pub(super) trail: Rc<Trail>,
}

#[wasm_bindgen]
impl Lab {
    /// Opens a built-in scenario, or a plan: one that `plan()` gave, or one made by hand. With both, the plan is run and the
    /// scenario tells its story. Or opens a link, as `link()` gave it, at its cursor; a long way there goes on in `tick`, and
    /// `arrive` waits for it.
    #[wasm_bindgen(unchecked_return_type = "Result<Lab>")]
    pub fn open(
        #[wasm_bindgen(unchecked_param_type = "LabSource")] source: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "LabOptions")] options: JsValue,
    ) -> JsValue {
        answer(Lab::open_source(&source, &options).map(JsValue::from))
    }

    fn open_source(source: &JsValue, options: &JsValue) -> Answer<Lab> {
        let english = Arguments { lang: Lang::En };
        if panic::stopped() {
            return Err(english.problem("stopped", "", &[]));
        }
        let code = english.property(options, "lang", "options")?;
        let lang = english.lang(&code, "options.lang")?;
        let read = Arguments { lang };
        let link = read.property(source, "link", "source")?;
        if !is_absent(&link) {
            let packed = read.bytes(&link, "source.link")?;
            let link = Link::unpack(&packed).map_err(|error| Problem::of_link("source.link", &error))?;
            return Desk::open_link(read, link).map(Lab::from);
        }
        let id = read.text_or_none(&read.property(source, "scenario", "source")?, "source.scenario")?;
        let plan = read.property(source, "plan", "source")?;
        let seed = read.property(source, "seed", "source")?;
        let plan = if is_absent(&plan) { None } else { Some(read.data::<Plan>(&plan, "source.plan")?) };
        let (plan, lesson) = match (plan, id) {
            (None, None) => return Err(read.problem("bad-source", "source", &[])),
            (Some(plan), None) => (plan, None),
            (None, Some(id)) => {
                let compiled = built_in(read, &id)?;
                (compiled.plan, Some(compiled.lesson))
            }
            (Some(plan), Some(id)) => {
                let lesson = built_in(read, &id)?.lesson_of(&plan);
                (plan, Some(lesson))
            }
        };
        let seed = if is_absent(&seed) { plan.seed } else { read.seed(&seed, "source.seed")? };
        Desk::open(lang, Plan { seed, ..plan }, lesson).map(Lab::from)
    }

    /// Gives its memory back. Whatever is called on it afterwards answers with the error `freed`.
    pub fn free(&self) {
        if let Ok(mut desk) = self.desk.try_borrow_mut() {
            *desk = None;
        }
        if let Ok(mut searching) = self.searching.try_borrow_mut() {
            *searching = None;
        }
    }
}

impl From<Desk> for Lab {
    fn from(desk: Desk) -> Lab {
        Lab { desk: Rc::new(RefCell::new(Some(desk))), searching: Searching::default() }
    }
}

pub(super) fn built_in(read: Arguments, id: &str) -> Answer<scenario::Compiled> {
    let unknown = || read.problem("unknown-scenario", "source.scenario", &[("scenario", id)]);
    let scenario = library::find(id).ok_or_else(unknown)?;
    let info = system::open::info(&scenario.system).ok_or_else(unknown)?;
    scenario::compile(scenario, info).map_err(|wrong| match wrong.first() {
        Some(wrong) => Problem::of_text("bad-scenario", "source.scenario", wrong),
        None => unknown(),
    })
}

impl Desk {
    fn open_link(read: Arguments, link: Link) -> Answer<Desk> {
        let lesson =
            link.scenario.as_deref().map(|id| built_in(read, id)).transpose()?.map(|compiled| compiled.lesson_of(&link.plan));
        let mut desk = Desk::open_at(read.lang, link.plan.clone(), lesson, 0)?;
        desk.playback.follow(&link);
        let mut spent = stopwatch(CALL_MS);
        desk.playback.work(&mut |_| spent());
        desk.remember_moment();
        Ok(desk)
    }

    pub(super) fn open(lang: Lang, plan: Plan, lesson: Option<Lesson>) -> Answer<Desk> {
        let start_us = lesson.as_ref().map_or(0, |lesson| lesson.start_us);
        Desk::open_at(lang, plan, lesson, start_us)
    }

    fn open_at(lang: Lang, plan: Plan, lesson: Option<Lesson>, start_us: u64) -> Answer<Desk> {
        let seed = plan.seed.to_string();
        let session = Session::open(plan, timeline::Config::default(), system::open::open)?;
        let goals = lesson.as_ref().map(Goals::from);
        let pace = lesson.as_ref().map_or(33, |lesson| lesson.pace_us_per_ms);
        let mut playback = Playback::new(session, lang, goals.unwrap_or_default(), pace as f64);
        if start_us > 0 {
            playback.seek_time(start_us);
            let mut spent = stopwatch(CALL_MS);
            playback.work(&mut |_| spent());
        }
        let scenario = lesson.as_ref().map(|lesson| lesson.id.clone()).unwrap_or_default();
        let desk = Desk { playback, lesson, trail: Rc::new(Trail { scenario, seed, ..Trail::default() }) };
        desk.remember_plan();
        desk.remember_moment();
        Ok(desk)
    }

    /// Keeps the plan for the last words: after whatever changes the script of interventions.
    pub(super) fn remember_plan(&self) {
        self.trail.plan.replace(row(&self.playback.session().plan()));
    }

    fn remember_moment(&self) {
        let cursor = self.playback.session().cursor();
        self.trail.event.set(cursor.position);
        self.trail.at_us.set(cursor.moment.at_us);
    }

    pub(super) fn read(&self) -> Arguments {
        Arguments { lang: self.playback.speech().lang }
    }

    pub(super) fn problem(&self, error: &timeline::Error) -> Problem {
        let speech = self.playback.speech();
        Problem::of_session(speech.lang, error, &speech.names)
    }
}

impl Lab {
    /// Does something with the lab, unless it was freed, has stopped, or is at work right now (a callback that calls back).
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Desk, Arguments) -> Answer<T>) -> Answer<T> {
        with(&self.desk, work)
    }

    /// Reads something; what is `empty` if it cannot.
    pub(super) fn get<T: Serialize>(&self, empty: JsValue, read: impl FnOnce(&mut Desk) -> T) -> JsValue {
        self.with(|desk, _| Ok(row(&read(desk)))).unwrap_or(empty)
    }
}

pub(super) fn with<T>(desk: &RefCell<Option<Desk>>, work: impl FnOnce(&mut Desk, Arguments) -> Answer<T>) -> Answer<T> {
    let english = Arguments { lang: Lang::En };
    if panic::stopped() {
        return Err(english.problem("stopped", "", &[]));
    }
    let Ok(mut desk) = desk.try_borrow_mut() else { return Err(english.problem("busy", "", &[])) };
    let Some(desk) = desk.as_mut() else { return Err(english.problem("freed", "", &[])) };
    panic::working(&desk.trail);
    let read = desk.read();
    let result = work(desk, read);
    desk.remember_moment();
    result
}

/// A link's bytes, as JavaScript has them.
pub(super) fn packed(link: &Link) -> Answer<JsValue> {
    let packed = link.pack().map_err(|error| Problem::of_link("link", &error))?;
    Ok(js_sys::Uint8Array::from(packed.as_slice()).into())
}

pub(super) fn empty_list() -> JsValue {
    js_sys::Array::new().into()
}

#[wasm_bindgen]
impl Lab {
    /// What the scenario tells and asks; null if a bare plan was opened.
    #[wasm_bindgen(unchecked_return_type = "ScenarioText | null")]
    pub fn scenario(&self) -> JsValue {
        self.get(JsValue::NULL, |desk| desk.lesson.as_ref().map(|lesson| ScenarioText::new(desk.read().lang, lesson)))
    }

    /// Speaks another language from now on; `addLanguage` has taught it.
    #[wasm_bindgen(js_name = setLanguage, unchecked_return_type = "Result<null>")]
    pub fn set_language(&self, #[wasm_bindgen(unchecked_param_type = "Lang")] lang: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            desk.playback.set_lang(read.lang(&lang, "lang")?);
            Ok(JsValue::NULL)
        }))
    }

    /// What the system tells of itself.
    #[wasm_bindgen(unchecked_return_type = "SystemText")]
    pub fn system(&self) -> JsValue {
        self.get(JsValue::NULL, |desk| desk.playback.system())
    }

    /// The seed, as digits.
    pub fn seed(&self) -> String {
        self.with(|desk, _| Ok(desk.trail.seed.clone())).unwrap_or_default()
    }

    /// Fingerprint of all events before the cursor: 32 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.with(|desk, _| Ok(desk.playback.session().fingerprint().to_string())).unwrap_or_default()
    }

    /// The whole input of the run, with everything done by hand on this branch: `open({plan})` gives it again.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn plan(&self) -> JsValue {
        self.get(JsValue::NULL, |desk| desk.playback.session().plan())
    }

    /// This run at this moment, packed: `open({link})` opens it there and looks whether it is the same. Compressed and as text
    /// (`www/lab/link.js`) it is what addresses carry. An error, `link-too-long`, of a run with more in it than a link carries.
    #[wasm_bindgen(unchecked_return_type = "Result<Uint8Array>")]
    pub fn link(&self) -> JsValue {
        answer(self.with(|desk, _| {
            let link = desk.playback.link(desk.lesson.as_ref().map(|lesson| lesson.id.as_str()));
            packed(&link)
        }))
    }

    /// Whether this is the run that its link promised; null if it was not opened from one.
    #[wasm_bindgen(unchecked_return_type = "Provenance | null")]
    pub fn provenance(&self) -> JsValue {
        self.get(JsValue::NULL, |desk| desk.playback.provenance())
    }

    /// Waits until a lab that was opened from a link stands at its cursor. Answers at once if it does, or was not.
    #[wasm_bindgen(unchecked_return_type = "Promise<Result<null>>")]
    pub fn arrive(&self, #[wasm_bindgen(unchecked_optional_param_type = "JobOptions")] options: JsValue) -> Promise {
        match self.with(|desk, _| Ok(desk.playback.following())) {
            Ok(None) => Promise::resolve(&answer(Ok(JsValue::NULL))),
            Ok(Some(seek)) => self.job(&options, |_, _| Ok(seek)),
            Err(problem) => Promise::resolve(&answer(Err(problem))),
        }
    }
}
