//! The Lab handle: arguments in, rows out.

use super::answers::{Answer, answer, row};
use super::arguments::{Arguments, WHOLE_MAX, is_absent};
use super::canvas;
use super::entropy;
use super::panic::{self, Trail};
use super::promises::{promise, stopwatch};
use crate::base::{Level, NodeId};
use crate::scenario::predicate::Shown;
use crate::scenario::{self, Lesson, Link, library};
use crate::sim::plan::{Action, Operation, Plan};
use crate::system;
use crate::timeline::{self, Session, StepKind, Stop};
use crate::view::compare::ActedInBoth;
use crate::view::palette::Theme;
use crate::view::playback::{Goals, JobId, JobState, PauseOn, Playback, TickRow};
use crate::view::problem::Problem;
use crate::view::report::{self, EventRow, ScenarioText};
use crate::view::words::{self, Lang};
use crate::view::{Camera, LayoutKind, LogPart, Naming, Scene, ViewOptions, to_svg};
use js_sys::Promise;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Longest work within one frame, milliseconds.
const TICK_MS: f64 = 6.0;
/// Longest work within a call that is not a promise, milliseconds; what is left goes on in ticks.
const CALL_MS: f64 = 50.0;
/// How far *run until* goes if it is not told, microseconds.
const LIMIT_US: u64 = 600_000_000;
/// Largest canvas, pixels a side.
pub(super) const SIDE_MAX: f64 = 16_384.0;

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
}

/// What a handle that was not freed holds.
pub(super) struct Desk {
    pub(super) playback: Playback,
    pub(super) lesson: Option<Lesson>,
    trail: Rc<Trail>,
}

/// What acting did.
#[derive(Serialize)]
pub(super) struct ActedRow {
    done: usize,
    branched: bool,
    branch: u32,
    event: Option<EventRow>,
    refused: Option<String>,
    there: Option<ThereRow>,
}

/// What the same did on the branch that is compared with.
#[derive(Serialize)]
struct ThereRow {
    branched: bool,
    refused: Option<String>,
}

#[derive(Serialize)]
struct ReachedRow {
    reached: bool,
}

#[derive(Serialize)]
struct StepRow {
    done: bool,
    text: String,
    until: String,
    action: Option<Action>,
}

#[derive(Serialize)]
struct TargetRow<'a> {
    id: &'a str,
    label: &'a str,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// How a picture is wanted.
#[derive(Deserialize)]
struct PaintOptions {
    width: f64,
    height: f64,
    #[serde(default)]
    dpr: Option<f64>,
    #[serde(default)]
    theme: Option<String>,
    #[serde(default)]
    selected: Option<String>,
    #[serde(default)]
    hover: Option<String>,
    #[serde(default)]
    focus: Option<String>,
    #[serde(default)]
    islands: Option<Vec<Vec<NodeId>>>,
    #[serde(default)]
    layout: Option<String>,
    #[serde(default)]
    moved: Vec<(NodeId, f64, f64)>,
    #[serde(default)]
    chosen: Vec<NodeId>,
    #[serde(default)]
    camera: Option<(f64, f64, f64)>,
    #[serde(default)]
    log_first: Option<u64>,
    #[serde(default)]
    log_row: u32,
    #[serde(default)]
    reduced_motion: bool,
    #[serde(default)]
    verdicts_elsewhere: bool,
}

/// A picture and how to paint it.
pub(super) struct Picture {
    pub(super) scene: Scene,
    pub(super) theme: Theme,
    pub(super) dpr: f64,
}

// ---- opening

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
            (plan, Some(id)) => {
                let compiled = built_in(read, &id)?;
                (plan.unwrap_or(compiled.plan), Some(compiled.lesson))
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
    }
}

impl From<Desk> for Lab {
    fn from(desk: Desk) -> Lab {
        Lab { desk: Rc::new(RefCell::new(Some(desk))) }
    }
}

fn built_in(read: Arguments, id: &str) -> Answer<scenario::Compiled> {
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
        let lesson = link.scenario.as_deref().map(|id| built_in(read, id)).transpose()?.map(|compiled| compiled.lesson);
        let mut desk = Desk::open_at(read.lang, link.plan.clone(), lesson, 0)?;
        desk.playback.follow(&link);
        let mut spent = stopwatch(CALL_MS);
        desk.playback.work(&mut |_| spent());
        desk.remember_moment();
        Ok(desk)
    }

    fn open(lang: Lang, plan: Plan, lesson: Option<Lesson>) -> Answer<Desk> {
        let start_us = lesson.as_ref().map_or(0, |lesson| lesson.start_us);
        Desk::open_at(lang, plan, lesson, start_us)
    }

    fn open_at(lang: Lang, plan: Plan, lesson: Option<Lesson>, start_us: u64) -> Answer<Desk> {
        let seed = plan.seed.to_string();
        let session = Session::open(plan, timeline::Config::default(), system::open::open)?;
        let goals = lesson.as_ref().map(|lesson| Goals {
            steps: lesson.steps.iter().map(|step| step.until.clone()).collect(),
            goal: Some(lesson.goal.clone()),
        });
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

    fn read(&self) -> Arguments {
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

impl Lab {
    fn set_playing(&self, playing: bool) {
        let _ = self.with(|desk, _| {
            desk.playback.set_playing(playing);
            Ok(())
        });
    }
}

fn empty_list() -> JsValue {
    js_sys::Array::new().into()
}

// ---- what it is

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
    /// (`www/lab/link.js`) it is what addresses carry.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array")]
    pub fn link(&self) -> JsValue {
        let packed = self.with(|desk, _| Ok(desk.playback.link(desk.lesson.as_ref().map(|lesson| lesson.id.as_str())).pack()));
        js_sys::Uint8Array::from(packed.unwrap_or_default().as_slice()).into()
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

// ---- time

#[wasm_bindgen]
impl Lab {
    /// Where the lab stands.
    #[wasm_bindgen(unchecked_return_type = "Cursor")]
    pub fn cursor(&self) -> JsValue {
        self.get(JsValue::NULL, |desk| desk.playback.cursor())
    }

    /// From now on, `tick` moves the cursor.
    pub fn play(&self) {
        self.set_playing(true);
    }

    /// From now on, it does not.
    pub fn pause(&self) {
        self.set_playing(false);
    }

    /// Sets the pace: virtual microseconds for each real millisecond, from 0.0001 to 1,000,000; 1000 is real time.
    #[wasm_bindgen(js_name = setSpeed, unchecked_return_type = "Result<null>")]
    pub fn set_speed(&self, #[wasm_bindgen(unchecked_param_type = "number")] us_per_ms: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let fine = us_per_ms.as_f64().is_some_and(|speed| desk.playback.set_speed(speed));
            let range = [("min", "0.0001"), ("max", "1000000")];
            if fine { Ok(JsValue::NULL) } else { Err(read.problem("bad-speed", "us_per_ms", &range)) }
        }))
    }

    /// Plays event by event, each at a pace to read it, however far apart they are, until a speed is set.
    #[wasm_bindgen(js_name = playByEvent, unchecked_return_type = "Result<null>")]
    pub fn play_by_event(&self) -> JsValue {
        answer(self.with(|desk, _| {
            desk.playback.set_by_event();
            Ok(JsValue::NULL)
        }))
    }

    /// What pauses playing: a property that falls (does at first), a step that is first done, the goal when it is first reached
    /// (do not).
    #[wasm_bindgen(js_name = pauseOn, unchecked_return_type = "Result<null>")]
    pub fn pause_on(
        &self,
        #[wasm_bindgen(unchecked_param_type = "\"violation\" | \"step\" | \"goal\"")] what: JsValue,
        #[wasm_bindgen(unchecked_param_type = "boolean")] on: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let on = read.flag(&on, "on")?;
            let now = desk.playback.pause_on();
            let (violation, step, goal) =
                (PauseOn { violation: on, ..now }, PauseOn { step: on, ..now }, PauseOn { goal: on, ..now });
            let choices = [("violation", violation), ("step", step), ("goal", goal)];
            desk.playback.set_pause_on(read.choice(&what, "what", &choices)?);
            Ok(JsValue::NULL)
        }))
    }

    /// Goes on for one frame: so many milliseconds of real time have gone since the last. Works for about 6 ms at most.
    #[wasm_bindgen(unchecked_return_type = "TickResult")]
    pub fn tick(&self, #[wasm_bindgen(unchecked_param_type = "number")] elapsed_ms: JsValue) -> JsValue {
        self.get(row(&TickRow::default()), |desk| {
            let mut spent = stopwatch(TICK_MS);
            let trail = Rc::clone(&desk.trail);
            desk.playback.tick(elapsed_ms.as_f64().unwrap_or(0.0), &mut |event| {
                trail.event.set(event);
                spent()
            })
        })
    }

    /// One event forward, or as far as the next story event. The value is null if there was none.
    #[wasm_bindgen(unchecked_return_type = "Result<EventRow | null>")]
    pub fn step(&self, #[wasm_bindgen(unchecked_optional_param_type = "StepKind")] kind: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let kind = step_kind(read, &kind)?;
            let mut spent = stopwatch(CALL_MS);
            Ok(row(&desk.playback.step(kind, &mut |_| spent())))
        }))
    }

    /// One event back, or to just after the story event before. At the beginning nothing happens.
    #[wasm_bindgen(js_name = stepBack, unchecked_return_type = "Result<null>")]
    pub fn step_back(&self, #[wasm_bindgen(unchecked_optional_param_type = "StepKind")] kind: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let kind = step_kind(read, &kind)?;
            desk.playback.step_back(kind);
            Ok(JsValue::NULL)
        }))
    }

    /// Goes to a time; beyond the end, the future is played up to there.
    #[wasm_bindgen(js_name = seekTime, unchecked_return_type = "Promise<Result<null>>")]
    pub fn seek_time(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] at_us: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "JobOptions")] options: JsValue,
    ) -> Promise {
        self.job(&options, |desk, read| {
            let at_us = read.whole(&at_us, "at_us", WHOLE_MAX)?;
            Ok(desk.playback.seek_time(at_us))
        })
    }

    /// Goes to just after `n` events; beyond the end, the future is played up to there.
    #[wasm_bindgen(js_name = seekEvent, unchecked_return_type = "Promise<Result<null>>")]
    pub fn seek_event(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] n: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "JobOptions")] options: JsValue,
    ) -> Promise {
        self.job(&options, |desk, read| {
            let n = read.whole(&n, "n", WHOLE_MAX)?;
            Ok(desk.playback.seek_event(n))
        })
    }

    /// Plays until a predicate holds, as text (`count(role = leader) >= 1`) or as data, or until `limit_us` of virtual time (ten minutes
    /// from the cursor if it is left out).
    #[wasm_bindgen(js_name = runUntil, unchecked_return_type = "Promise<Result<{reached: boolean}>>")]
    pub fn run_until(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | object")] predicate: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunUntilOptions")] options: JsValue,
    ) -> Promise {
        let limit = options.clone();
        self.job(&options, |desk, read| {
            let limit = read.property(&limit, "limit_us", "options")?;
            let now_us = desk.playback.session().cursor().moment.at_us;
            let limit_us = read.whole_or(&limit, "options.limit_us", WHOLE_MAX, now_us.saturating_add(LIMIT_US))?;
            let predicate = if predicate.is_string() {
                let text = read.text(&predicate, "predicate")?;
                scenario::predicate::parse(&text, &desk.playback.speech().names.cluster)
                    .map_err(|wrong| Problem::of_text("bad-predicate", "predicate", &wrong))?
            } else {
                read.data(&predicate, "predicate")?
            };
            Ok(desk.playback.run_until(predicate, limit_us))
        })
    }

    /// A promise of a job's end.
    fn job(&self, options: &JsValue, begin: impl FnOnce(&mut Desk, Arguments) -> Answer<JobId>) -> Promise {
        let begun = self.with(|desk, read| {
            let signal = read.property(options, "signal", "options")?;
            if !is_absent(&signal) && !signal.is_object() {
                return Err(read.problem("bad-data", "options.signal", &[("why", "not an AbortSignal")]));
            }
            if aborted(&signal) {
                return Err(read.problem("aborted", "", &[]));
            }
            Ok((begin(desk, read)?, signal))
        });
        let (id, signal) = match begun {
            Ok(begun) => begun,
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        promise(move |spent| job_slice(&desk, id, aborted(&signal), spent).map(answer))
    }
}

/// One slice of a job; its answer when it has ended.
fn job_slice(desk: &RefCell<Option<Desk>>, id: JobId, aborted: bool, spent: &mut dyn FnMut() -> bool) -> Option<Answer<JsValue>> {
    let result = with(desk, |desk, read| {
        if aborted {
            desk.playback.cancel(id);
            return Err(read.problem("aborted", "", &[]));
        }
        if desk.playback.job(id) == JobState::Working {
            let trail = Rc::clone(&desk.trail);
            desk.playback.work(&mut |event| {
                trail.event.set(event);
                spent()
            });
        }
        match desk.playback.job(id) {
            JobState::Working => Ok(None),
            JobState::Ended(Stop::Dropped) => Err(read.problem("replaced", "", &[])),
            JobState::Ended(stop) => Ok(Some(row(&ReachedRow { reached: stop == Stop::Reached }))),
        }
    });
    result.transpose()
}

fn aborted(signal: &JsValue) -> bool {
    signal.is_object() && js_sys::Reflect::get(signal, &"aborted".into()).is_ok_and(|aborted| aborted.is_truthy())
}

fn step_kind(read: Arguments, kind: &JsValue) -> Answer<StepKind> {
    if is_absent(kind) {
        return Ok(StepKind::Event);
    }
    read.choice(kind, "kind", &[("event", StepKind::Event), ("story", StepKind::Story)])
}

// ---- branches and acting

#[wasm_bindgen]
impl Lab {
    /// All branches, by number.
    #[wasm_bindgen(unchecked_return_type = "Branch[]")]
    pub fn branches(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.branches())
    }

    /// A new branch from the cursor; the value is its number.
    #[wasm_bindgen(unchecked_return_type = "Result<number>")]
    pub fn fork(&self, #[wasm_bindgen(unchecked_optional_param_type = "string")] name: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let name = read.text_or_none(&name, "name")?;
            let branch = desk.playback.fork(name);
            desk.remember_plan();
            Ok(branch.into())
        }))
    }

    /// Makes a branch the current one, at the cursor's time or at its end if that is earlier.
    #[wasm_bindgen(js_name = switchBranch, unchecked_return_type = "Result<null>")]
    pub fn switch_branch(&self, #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let id = read.whole(&id, "id", u32::MAX.into())? as u32;
            desk.playback.switch_branch(id).map_err(|error| desk.problem(&error))?;
            desk.remember_plan();
            Ok(JsValue::NULL)
        }))
    }

    /// Gives a branch a name.
    #[wasm_bindgen(js_name = renameBranch, unchecked_return_type = "Result<null>")]
    pub fn rename_branch(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] name: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let id = read.whole(&id, "id", u32::MAX.into())? as u32;
            let name = read.text(&name, "name")?;
            desk.playback.rename_branch(id, name).map_err(|error| desk.problem(&error))?;
            Ok(JsValue::NULL)
        }))
    }

    /// Takes back the last thing done by hand before the cursor, on a new branch.
    #[wasm_bindgen(unchecked_return_type = "Result<null>")]
    pub fn undo(&self) -> JsValue {
        answer(self.with(|desk, _| {
            desk.playback.undo().map_err(|error| desk.problem(&error))?;
            desk.remember_plan();
            let mut spent = stopwatch(CALL_MS);
            desk.playback.work(&mut |_| spent());
            Ok(JsValue::NULL)
        }))
    }

    /// Does something to the world at the cursor: `{crash: 0}`, `{cut: {isolate: 2}}`, `{message: {message: "n0>n1#3", act: "drop"}}`.
    /// At the end of a branch it continues the run, in the past it makes a new branch. While branches are compared, on both.
    #[wasm_bindgen(unchecked_return_type = "Result<Acted>")]
    pub fn act(&self, #[wasm_bindgen(unchecked_param_type = "Action")] action: JsValue) -> JsValue {
        answer(self.with(|desk, read| {
            let action: Action = read.data(&action, "action")?;
            desk.act_all(vec![action]).map(|acted| row(&acted))
        }))
    }

    /// Lets a client invoke an operation now.
    #[wasm_bindgen(unchecked_return_type = "Result<Acted>")]
    pub fn request(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] client: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Operation")] operation: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let client = NodeId(read.whole(&client, "client", u16::MAX.into())? as u16);
            let operation: Operation = read.data(&operation, "operation")?;
            desk.act_all(vec![Action::Request { client, operation }]).map(|acted| row(&acted))
        }))
    }

    /// Opens the run again with a rule broken, or put right. What was done by hand is done again at its moment.
    #[wasm_bindgen(js_name = setMutant, unchecked_return_type = "Result<null>")]
    pub fn set_mutant(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "boolean")] on: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let id = read.text(&id, "id")?;
            let on = read.flag(&on, "on")?;
            let mut plan = desk.playback.session().plan();
            plan.mutants.retain(|mutant| *mutant != id);
            let known = desk.playback.session().run().info().mutants.iter().any(|mutant| mutant.id == id);
            if !known {
                return Err(read.problem("no-such-mutant", "id", &[("mutant", &id)]));
            }
            if on {
                plan.mutants.push(id);
            }
            let (cursor, pauses) = (desk.playback.cursor(), desk.playback.pause_on());
            let mut fresh = Desk::open(read.lang, plan, desk.lesson.clone())?;
            fresh.playback.set_playing(cursor.playing);
            fresh.playback.set_speed(cursor.speed);
            fresh.playback.set_pause_on(pauses);
            *desk = fresh;
            Ok(JsValue::NULL)
        }))
    }
}

impl Desk {
    /// Acts on the current branch, and on the one that is compared with. What is done on one of them is done.
    pub(super) fn act_all(&mut self, actions: Vec<Action>) -> Answer<ActedRow> {
        let (here, there) = if self.playback.session().compared().is_some() {
            let ActedInBoth { here, there } = self.playback.act_in_both(actions);
            (here, Some(there))
        } else {
            (self.playback.act_all(actions), None)
        };
        self.remember_plan();
        let refused = here.as_ref().err().map(|error| self.problem(error));
        if let Some(problem) = refused
            && !there.as_ref().is_some_and(Result::is_ok)
        {
            return Err(problem);
        }
        let here = here.map_err(|error| self.problem(&error).message);
        let there = there.map(|there| match there {
            Ok(acted) => ThereRow { branched: acted.iter().any(|acted| acted.branched), refused: None },
            Err(error) => ThereRow { branched: false, refused: Some(self.problem(&error).message) },
        });
        let (done, refused) = match here {
            Ok(done) => (done, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        Ok(ActedRow {
            done: done.len(),
            branched: done.iter().any(|acted| acted.branched),
            branch: self.playback.session().cursor().branch.0,
            event: done.last().and_then(|acted| self.playback.event(acted.position)),
            refused,
            there,
        })
    }
}

// ---- reading

#[wasm_bindgen]
impl Lab {
    /// All nodes, by number.
    #[wasm_bindgen(unchecked_return_type = "NodeRow[]")]
    pub fn nodes(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.nodes())
    }

    /// Messages in flight.
    #[wasm_bindgen(unchecked_return_type = "MessageRow[]")]
    pub fn messages(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.messages())
    }

    /// Links with something wrong.
    #[wasm_bindgen(unchecked_return_type = "LinkRow[]")]
    pub fn links(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.links())
    }

    /// Cuts that are open.
    #[wasm_bindgen(unchecked_return_type = "CutRow[]")]
    pub fn cuts(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.cuts())
    }

    /// Entries of a node's log from position `first` to `last`, as far as they exist; at most ten thousand.
    #[wasm_bindgen(unchecked_return_type = "EntryRow[]")]
    pub fn log(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] node: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] first: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] last: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let node = NodeId(read.whole(&node, "node", u16::MAX.into())? as u16);
            let first = read.whole(&first, "first", WHOLE_MAX)?;
            let last = read.whole(&last, "last", WHOLE_MAX)?;
            Ok(row(&desk.playback.log(node, first, last)))
        })
    }

    /// Events of this branch by index, from `from` to before `to`, as far as they exist; at most ten thousand.
    #[wasm_bindgen(unchecked_return_type = "EventRow[]")]
    pub fn events(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] from: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] to: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let from = read.whole(&from, "from", WHOLE_MAX)?;
            let to = read.whole(&to, "to", WHOLE_MAX)?;
            Ok(row(&desk.playback.events(from..to)))
        })
    }

    /// What became of a message before the cursor, by its id; null if it has not arrived or vanished by then.
    #[wasm_bindgen(unchecked_return_type = "Fate | null")]
    pub fn fate(&self, #[wasm_bindgen(unchecked_param_type = "Id")] message: JsValue) -> JsValue {
        let fate = self.with(|desk, read| {
            let message = read.data(&message, "message")?;
            Ok(row(&desk.playback.fate(message)))
        });
        fate.unwrap_or(JsValue::NULL)
    }

    /// Number of events executed on this branch.
    #[wasm_bindgen(js_name = eventCount)]
    pub fn event_count(&self) -> f64 {
        self.with(|desk, _| Ok(desk.playback.session().event_count() as f64)).unwrap_or_default()
    }

    /// The last events of a level up to the cursor, newest last; at most ten thousand.
    #[wasm_bindgen(js_name = recentEvents, unchecked_return_type = "EventRow[]")]
    pub fn recent_events(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Level")] level: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] most: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let levels = [("story", Level::Story), ("protocol", Level::Protocol), ("everything", Level::Everything)];
            let level = read.choice(&level, "level", &levels)?;
            let most = read.whole(&most, "most", u32::MAX.into())?;
            Ok(row(&desk.playback.recent(level, most as usize)))
        })
    }

    /// The marks of this branch, in order.
    #[wasm_bindgen(unchecked_return_type = "Mark[]")]
    pub fn marks(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.marks())
    }

    /// The last operations of clients, oldest first; at most ten thousand.
    #[wasm_bindgen(unchecked_return_type = "OperationRow[]")]
    pub fn operations(&self, #[wasm_bindgen(unchecked_param_type = "number")] most: JsValue) -> JsValue {
        self.list(|desk, read| {
            let most = read.whole(&most, "most", u32::MAX.into())?;
            Ok(row(&desk.playback.operations(most as usize)))
        })
    }

    /// Every property, as things stand at the cursor.
    #[wasm_bindgen(unchecked_return_type = "VerdictRow[]")]
    pub fn verdicts(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.verdicts())
    }

    /// The scenario's steps: done or not, and the action that does them as things stand.
    #[wasm_bindgen(unchecked_return_type = "StepState[]")]
    pub fn steps(&self) -> JsValue {
        self.get(empty_list(), |desk| {
            let Some(lesson) = &desk.lesson else { return Vec::new() };
            let run = desk.playback.session().run();
            let cluster = &desk.playback.speech().names.cluster;
            let done = desk.playback.steps_done();
            let step = |(i, done): (usize, bool)| StepRow {
                done,
                text: report::step_text(desk.read().lang, lesson, i),
                until: lesson.steps.get(i).map(|step| Shown { predicate: &step.until, cluster }.to_string()).unwrap_or_default(),
                action: lesson.action(i, run).and_then(Result::ok),
            };
            done.into_iter().enumerate().map(step).collect()
        })
    }

    /// The scenario's goal was reached, at or before the cursor.
    pub fn goal(&self) -> bool {
        self.with(|desk, _| Ok(desk.playback.goal_reached())).unwrap_or_default()
    }

    /// Everything that can happen next: `act({choose: item})` lets it happen now.
    #[wasm_bindgen(unchecked_return_type = "EnabledRow[]")]
    pub fn enabled(&self) -> JsValue {
        self.get(empty_list(), |desk| desk.playback.enabled())
    }

    /// A list, empty where the arguments name none.
    pub(super) fn list(&self, read: impl FnOnce(&mut Desk, Arguments) -> Answer<JsValue>) -> JsValue {
        self.with(read).unwrap_or_else(|_| empty_list())
    }
}

// ---- drawing

#[wasm_bindgen]
impl Lab {
    /// Paints a view onto a canvas, whose bitmap is made to fit.
    #[wasm_bindgen(unchecked_return_type = "Result<null>")]
    pub fn paint(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HTMLCanvasElement")] canvas: JsValue,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            desk.picture(read, &view, &options, Naming::None)?.paint(read, &canvas)?;
            Ok(JsValue::NULL)
        }))
    }

    /// A view as SVG.
    #[wasm_bindgen(unchecked_return_type = "Result<string>")]
    pub fn svg(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let Picture { scene, theme, .. } = desk.picture(read, &view, &options, Naming::Full)?;
            Ok(to_svg(&scene, theme.palette()).into())
        }))
    }

    /// Id of what is at a point of a view: `node:0`, `message:n0>n1#3`, `link:0:1`, `entry:0:5`; null if nothing is.
    #[wasm_bindgen(unchecked_return_type = "string | null")]
    pub fn hit(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] x: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] y: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        let hit = self.with(|desk, read| {
            let scene = desk.picture(read, &view, &options, Naming::Ids)?.scene;
            let point = x.as_f64().zip(y.as_f64()).filter(|(x, y)| x.is_finite() && y.is_finite());
            Ok(point.and_then(|(x, y)| scene.hit(x, y).map(JsValue::from)))
        });
        hit.ok().flatten().unwrap_or(JsValue::NULL)
    }

    /// Everything in a view that can be pointed at, with its box.
    #[wasm_bindgen(unchecked_return_type = "Target[]")]
    pub fn targets(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        self.list(|desk, read| {
            let targets = desk.picture(read, &view, &options, Naming::Full)?.scene.targets();
            let target = |target: &crate::view::Target| {
                let crate::view::Target { id, label, x, y, width, height } = target;
                row(&TargetRow { id, label, x: *x, y: *y, width: *width, height: *height })
            };
            Ok(targets.iter().map(target).collect::<js_sys::Array>().into())
        })
    }
}

impl Picture {
    /// Paints it onto a canvas, whose bitmap is made to fit.
    pub(super) fn paint(&self, read: Arguments, canvas: &JsValue) -> Answer<()> {
        let wrong = || read.problem("bad-canvas", "canvas", &[]);
        let canvas: &HtmlCanvasElement = canvas.dyn_ref().ok_or_else(wrong)?;
        let context = canvas.get_context("2d").ok().flatten().ok_or_else(wrong)?;
        let context: &CanvasRenderingContext2d = context.dyn_ref().ok_or_else(wrong)?;
        let Picture { scene, theme, dpr } = self;
        let (width, height) = ((scene.width * dpr).round() as u32, (scene.height * dpr).round() as u32);
        if (canvas.width(), canvas.height()) != (width, height) {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        canvas::paint(context, scene, theme.palette(), *dpr).map_err(|_| wrong())
    }
}

impl Desk {
    pub(super) fn picture(&mut self, read: Arguments, view: &JsValue, options: &JsValue, naming: Naming) -> Answer<Picture> {
        let views = self.playback.session().run().info().views;
        let choices: Vec<(&str, &str)> = views.iter().map(|view| (*view, *view)).collect();
        let view = read.choice(view, "view", &choices)?;
        let there = read.flag_or_not(&read.property(options, "there", "options")?, "options.there")?;
        let (options, theme, dpr) = self.view_options(read, options, naming)?;
        let scene = if there {
            self.playback.on_other(|lab| lab.scene(view, &options)).flatten()
        } else {
            self.playback.scene(view, &options)
        };
        let scene = scene.ok_or_else(|| read.problem("bad-choice", "view", &[("choices", &views.join(", "))]))?;
        Ok(Picture { scene, theme, dpr })
    }

    /// Options as the page gives them: how the viewer wants it, the theme, and bitmap pixels for each logical pixel.
    pub(super) fn view_options(&self, read: Arguments, options: &JsValue, naming: Naming) -> Answer<(ViewOptions, Theme, f64)> {
        let options: PaintOptions = read.data(options, "options")?;
        let dpr = options.dpr.unwrap_or(1.0);
        let size = |side: f64| (1.0..=SIDE_MAX).contains(&side) && (0.0..=SIDE_MAX).contains(&(side * dpr));
        if !size(options.width) || !size(options.height) || dpr <= 0.0 {
            return Err(read.problem("bad-size", "options", &[("max", "16384")]));
        }
        let theme = match options.theme.as_deref() {
            None => Theme::default(),
            Some(name) => Theme::from_name(name)
                .ok_or_else(|| read.problem("bad-choice", "options.theme", &[("choices", "light, dark")]))?,
        };
        let layout = match options.layout.as_deref() {
            None => LayoutKind::default(),
            Some(name) => LayoutKind::from_name(name)
                .ok_or_else(|| read.problem("bad-choice", "options.layout", &[("choices", "ring, row, two-sites")]))?,
        };
        let options = ViewOptions {
            width: options.width,
            height: options.height,
            selected: options.selected,
            hover: options.hover,
            focus: options.focus,
            draft: options.islands,
            layout,
            moved: options.moved,
            chosen: options.chosen,
            camera: options.camera.map_or_else(Camera::default, |(zoom, x, y)| Camera::new(zoom, x, y)),
            log: LogPart { first: options.log_first, row: options.log_row as usize },
            naming,
            reduced_motion: options.reduced_motion,
            verdicts_elsewhere: options.verdicts_elsewhere,
            lang: read.lang,
        };
        Ok((options, theme, dpr))
    }
}
