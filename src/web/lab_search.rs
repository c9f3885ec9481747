//! What the Lab does with failures: searches for one, and makes one shorter.

use super::answers::{Answer, answer, row};
use super::arguments::{Arguments, WHOLE_MAX, is_absent};
use super::lab::{Desk, Lab, with};
use super::lab_time::aborted;
use super::promises::promise;
use crate::timeline::{Error, Futures, Limits, Outcome, Shortest};
use crate::view::failure::{Arriving, FailureRow, SearchRow, ShortestRow};
use js_sys::Promise;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Events between two looks at the clock: some take milliseconds.
const SLICE: u64 = 4;
/// How many more futures a call tries if it is not told.
const RUNS: u64 = 2_000;
/// How many more events a call executes if it is not told.
const EVENTS: u64 = 2_000_000;

/// A search that goes on while the page looks how far it has got.
pub(super) type Searching = Rc<RefCell<Option<Box<Futures>>>>;

#[wasm_bindgen]
impl Lab {
    /// Searches the futures of the cursor for one in which a property falls: as many more as the options say. A search from the same
    /// cursor goes on where the last one ended. What it finds is a branch, to which the cursor does not move by itself. Meanwhile
    /// the lab can be used, and `searched` says how far it has got.
    #[wasm_bindgen(js_name = searchFailure, unchecked_return_type = "Promise<Result<Searched>>")]
    pub fn search_failure(&self, #[wasm_bindgen(unchecked_optional_param_type = "SearchOptions")] options: JsValue) -> Promise {
        let searching = Rc::clone(&self.searching);
        let begun = self.with(|desk, read| {
            let signal = read.signal(&options)?;
            let more = |name: &str, place: &str, default| {
                read.whole_or(&read.property(&options, name, "options")?, place, WHOLE_MAX, default)
            };
            let (runs, events) = (more("runs", "options.runs", RUNS)?, more("events", "options.events", EVENTS)?);
            let mut slot = searching.try_borrow_mut().map_err(|_| read.problem("busy", "", &[]))?;
            let known = slot.take().filter(|known| desk.playback.session().is_at(known));
            let futures = known.unwrap_or_else(|| Box::new(desk.playback.futures()));
            let limits = Limits { runs: futures.runs().saturating_add(runs), events: futures.events().saturating_add(events) };
            *slot = Some(futures);
            Ok((limits, signal))
        });
        let (limits, signal) = match begun {
            Ok(begun) => begun,
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        let mut arriving = None;
        promise(move |spent| {
            let sliced = with(&desk, |desk, read| {
                let mut slot = searching.try_borrow_mut().map_err(|_| read.problem("busy", "", &[]))?;
                // Another search took its place.
                let Some(futures) = slot.as_mut() else { return Err(read.problem("replaced", "", &[])) };
                search_slice(desk, read, (futures, limits), &mut arriving, aborted(&signal), spent)
            });
            sliced.transpose().map(|searched| answer(searched.map(|searched| row(&searched))))
        })
    }

    /// How far the last search has got; null if there was none.
    #[wasm_bindgen(unchecked_return_type = "Searched | null")]
    pub fn searched(&self) -> JsValue {
        let futures = self.searching.try_borrow().ok();
        let searched = futures.as_ref().and_then(|slot| slot.as_deref()).map(searched);
        row(&searched)
    }

    /// Makes shorter what led to the fall of a property on the current branch: leaves out whatever was done by hand that it falls
    /// without, no later. The result is a branch of its own if anything could be left out; the cursor does not move.
    #[wasm_bindgen(unchecked_return_type = "Promise<Result<Shortest>>")]
    pub fn shortest(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] property: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "JobOptions")] options: JsValue,
    ) -> Promise {
        let begun = self.with(|desk, read| {
            let signal = read.signal(&options)?;
            let id = read.text(&property, "property")?;
            let shortest = desk.playback.shortest(&id);
            let shortest = shortest.ok_or_else(|| read.problem("not-fallen", "property", &[("property", &id)]))?;
            Ok((shortest, signal))
        });
        let (mut shortest, signal) = match begun {
            Ok(begun) => begun,
            Err(problem) => return Promise::resolve(&answer(Err(problem))),
        };
        let desk = Rc::clone(&self.desk);
        let mut arriving = None;
        promise(move |spent| {
            let sliced =
                with(&desk, |desk, read| shortest_slice(desk, read, &mut shortest, &mut arriving, aborted(&signal), spent));
            sliced.transpose().map(|shorter| answer(shorter.map(|shorter| row(&shorter))))
        })
    }
}

fn searched(futures: &Futures) -> SearchRow {
    SearchRow { runs: futures.runs(), events: futures.events(), found: None }
}

fn search_slice(
    desk: &mut Desk,
    read: Arguments,
    (futures, limits): (&mut Futures, Limits),
    arriving: &mut Option<Arriving>,
    aborted: bool,
    spent: &mut dyn FnMut() -> bool,
) -> Answer<Option<SearchRow>> {
    if aborted {
        return Err(read.problem("aborted", "", &[]));
    }
    while arriving.is_none() {
        match futures.slice(limits, SLICE) {
            Some(Outcome::Exhausted) => return Ok(Some(searched(futures))),
            Some(Outcome::Failure(failure)) => *arriving = Some(told(desk, |desk| desk.playback.found(failure))?),
            None if spent() => return Ok(None),
            None => {}
        }
    }
    let found = arrive(desk, arriving, spent)?;
    Ok(found.map(|found| SearchRow { found: Some(found), ..searched(futures) }))
}

fn shortest_slice(
    desk: &mut Desk,
    read: Arguments,
    shortest: &mut Shortest,
    arriving: &mut Option<Arriving>,
    aborted: bool,
    spent: &mut dyn FnMut() -> bool,
) -> Answer<Option<ShortestRow>> {
    if aborted {
        return Err(read.problem("aborted", "", &[]));
    }
    while arriving.is_none() {
        if shortest.slice(SLICE) {
            let best = shortest.best().clone();
            *arriving = Some(told(desk, |desk| desk.playback.shortened(best))?);
        } else if spent() {
            return Ok(None);
        }
    }
    let found = arrive(desk, arriving, spent)?;
    Ok(found.map(|found| desk.playback.shortest_row(shortest, found)))
}

/// Goes on to the branch of a failure.
fn arrive(desk: &mut Desk, arriving: &mut Option<Arriving>, spent: &mut dyn FnMut() -> bool) -> Answer<Option<FailureRow>> {
    let Some(arriving) = arriving else { return Ok(None) };
    told(desk, |desk| desk.playback.arrive(arriving, &mut |_| spent()))
}

fn told<T>(desk: &mut Desk, work: impl FnOnce(&mut Desk) -> Result<T, Error>) -> Answer<T> {
    work(desk).map_err(|error| desk.problem(&error))
}

impl Arguments {
    /// The option `signal`, which has not stopped it yet.
    pub(super) fn signal(self, options: &JsValue) -> Answer<JsValue> {
        let signal = self.property(options, "signal", "options")?;
        if !is_absent(&signal) && !signal.is_object() {
            return Err(self.problem("bad-data", "options.signal", &[("why", "not an AbortSignal")]));
        }
        if aborted(&signal) { Err(self.problem("aborted", "", &[])) } else { Ok(signal) }
    }
}
