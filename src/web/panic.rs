//! Last words: what the page needs to know before a panic ends the instance.

use super::answers::set;
use js_sys::{Function, Object};
use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Where a lab has got to, kept outside of it: the lab itself cannot be read while it panics.
#[derive(Default)]
pub(super) struct Trail {
    /// Id of the scenario; empty if a plan was opened.
    pub(super) scenario: String,
    /// The seed.
    pub(super) seed: String,
    /// Number of executed events before the cursor.
    pub(super) event: Cell<u64>,
    /// Time of the cursor, microseconds.
    pub(super) at_us: Cell<u64>,
    /// The plan with everything done by hand, as a JavaScript object.
    pub(super) plan: RefCell<JsValue>,
}

thread_local! {
    static CURRENT: RefCell<Rc<Trail>> = RefCell::default();
    static CALLBACK: RefCell<Option<Function>> = const { RefCell::new(None) };
    static STOPPED: Cell<bool> = const { Cell::new(false) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(last_words));
}

/// Registers who is told of a panic: `callback({message, scenario, seed, event, at_us, plan})`, before the call that panicked
/// throws. Anything but a function means nobody.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(#[wasm_bindgen(unchecked_param_type = "((report: PanicReport) => void) | null")] callback: JsValue) {
    CALLBACK.set(wasm_bindgen::JsCast::dyn_into(callback).ok());
}

/// Panics. For whoever tests what a page does then.
#[wasm_bindgen(js_name = panicForTest)]
pub fn panic_for_test() {
    panic!("asked to, by panicForTest()");
}

/// Names the lab that works from now on.
pub(super) fn working(trail: &Rc<Trail>) {
    CURRENT.with_borrow_mut(|current| {
        if !Rc::ptr_eq(current, trail) {
            *current = Rc::clone(trail);
        }
    });
}

/// True after a panic: nothing in this instance can be relied on.
pub(super) fn stopped() -> bool {
    STOPPED.get()
}

fn last_words(info: &PanicHookInfo<'_>) {
    STOPPED.set(true);
    let message = info.to_string();
    let trail = CURRENT.try_with(|current| current.try_borrow().map(|trail| Rc::clone(&trail)).unwrap_or_default());
    let trail = trail.unwrap_or_default();
    let report = Object::new();
    set(&report, "message", &message.as_str().into());
    set(&report, "scenario", &trail.scenario.as_str().into());
    set(&report, "seed", &trail.seed.as_str().into());
    set(&report, "event", &(trail.event.get() as f64).into());
    set(&report, "at_us", &(trail.at_us.get() as f64).into());
    set(&report, "plan", &trail.plan.try_borrow().map_or(JsValue::NULL, |plan| plan.clone()));
    let callback = CALLBACK.with(|callback| callback.try_borrow().ok().and_then(|callback| callback.clone()));
    match callback {
        // Whatever it throws: the trap that follows is the error that matters.
        Some(callback) => drop(callback.call1(&JsValue::UNDEFINED, &report)),
        None => console_error(&message),
    }
}
