//! What the Lab does with time: plays, steps, seeks, runs until something holds.

use super::answers::{Answer, answer, row};
use super::arguments::{Arguments, WHOLE_MAX, is_absent};
use super::lab::{Desk, Lab, with};
use super::promises::{promise, stopwatch};
use crate::scenario;
use crate::timeline::{StepKind, Stop};
use crate::view::playback::{JobId, JobState, PauseOn, StoryStepRow, TickRow};
use crate::view::problem::Problem;
use js_sys::Promise;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Longest work within one frame, milliseconds.
const TICK_MS: f64 = 6.0;
/// How far *run until* goes if it is not told, microseconds.
const LIMIT_US: u64 = 600_000_000;
/// How far a step to the next story event goes if it is not told, microseconds.
const STORY_LIMIT_US: u64 = 60_000_000;

#[derive(Serialize)]
struct ReachedRow {
    reached: bool,
}

impl Lab {
    fn set_playing(&self, playing: bool) {
        let _ = self.with(|desk, _| {
            desk.playback.set_playing(playing);
            Ok(())
        });
    }
}

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

    /// One event forward. The value is null if nothing will ever happen again by itself.
    #[wasm_bindgen(unchecked_return_type = "Result<EventRow | null>")]
    pub fn step(&self) -> JsValue {
        answer(self.with(|desk, _| Ok(row(&desk.playback.step()))))
    }

    /// Goes on to just after the next story event, or as far as `limit_us` of virtual time (a minute from the cursor if it is left
    /// out), and tells how that ended.
    #[wasm_bindgen(js_name = stepStory, unchecked_return_type = "Promise<Result<StoryStep>>")]
    pub fn step_story(&self, #[wasm_bindgen(unchecked_optional_param_type = "RunUntilOptions")] options: JsValue) -> Promise {
        let limit = options.clone();
        let begin = |desk: &mut Desk, read: Arguments| {
            let limit_us = desk.limit(read, &limit, STORY_LIMIT_US)?;
            Ok(desk.playback.step_story(limit_us))
        };
        self.job_with(&options, begin, |desk, stop| row(&StoryStepRow::new(&mut desk.playback, stop)))
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
            let limit_us = desk.limit(read, &limit, LIMIT_US)?;
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
    pub(super) fn job(&self, options: &JsValue, begin: impl FnOnce(&mut Desk, Arguments) -> Answer<JobId>) -> Promise {
        self.job_with(options, begin, |_, stop| row(&ReachedRow { reached: stop == Stop::Reached }))
    }

    /// The same, with what is told of how it ended.
    fn job_with(
        &self,
        options: &JsValue,
        begin: impl FnOnce(&mut Desk, Arguments) -> Answer<JobId>,
        told: fn(&mut Desk, Stop) -> JsValue,
    ) -> Promise {
        let begun = self.with(|desk, read| {
            let signal = read.signal(options)?;
            Ok((begin(desk, read)?, signal))
        });
        let (id, signal) = match begun {
            Ok(begun) => begun,
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        promise(move |spent| job_slice(&desk, id, aborted(&signal), told, spent).map(answer))
    }
}

impl Desk {
    /// The option `limit_us`: a virtual time, `far_us` from the cursor if it is left out.
    fn limit(&self, read: Arguments, options: &JsValue, far_us: u64) -> Answer<u64> {
        let limit = read.property(options, "limit_us", "options")?;
        let now_us = self.playback.session().cursor().moment.at_us;
        read.whole_or(&limit, "options.limit_us", WHOLE_MAX, now_us.saturating_add(far_us))
    }
}

/// One slice of a job; its answer when it has ended.
fn job_slice(
    desk: &RefCell<Option<Desk>>,
    id: JobId,
    aborted: bool,
    told: fn(&mut Desk, Stop) -> JsValue,
    spent: &mut dyn FnMut() -> bool,
) -> Option<Answer<JsValue>> {
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
            JobState::Ended(stop) => Ok(Some(told(desk, stop))),
        }
    });
    result.transpose()
}

/// Whether a signal says that work is to stop.
pub(super) fn aborted(signal: &JsValue) -> bool {
    signal.is_object() && js_sys::Reflect::get(signal, &"aborted".into()).is_ok_and(|aborted| aborted.is_truthy())
}

fn step_kind(read: Arguments, kind: &JsValue) -> Answer<StepKind> {
    if is_absent(kind) {
        return Ok(StepKind::Event);
    }
    read.choice(kind, "kind", &[("event", StepKind::Event), ("story", StepKind::Story)])
}
