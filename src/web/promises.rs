//! Promises for long work, done in slices between which the browser paints and answers.

use js_sys::Promise;
use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageChannel, MessagePort};

/// Longest slice of work within a promise, milliseconds.
const SLICE_MS: f64 = 7.0;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds on a clock that does not go backwards; in windows and in workers.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now_ms() -> f64;
}

/// Says whether so many milliseconds have gone since it was made.
pub(super) fn stopwatch(ms: f64) -> impl FnMut() -> bool {
    let end = now_ms() + ms;
    move || now_ms() >= end
}

/// A promise of what `slice` answers. It is asked at once, and again in a task of its own for as long as it answers `None`;
/// the clock it is given runs out after 7 ms.
pub(super) fn promise(mut slice: impl FnMut(&mut dyn FnMut() -> bool) -> Option<JsValue> + 'static) -> Promise {
    if let Some(answer) = slice(&mut stopwatch(SLICE_MS)) {
        return Promise::resolve(&answer);
    }
    let mut slice = Some(slice);
    Promise::new(&mut |resolve, _| {
        let Some(mut slice) = slice.take() else { return };
        let resolve: js_sys::Function = resolve;
        later(Box::new(move || match slice(&mut stopwatch(SLICE_MS)) {
            Some(answer) => {
                // Whoever waits runs in a task of the browser's: nothing that it throws comes back here.
                let _ = resolve.call1(&JsValue::UNDEFINED, &answer);
                false
            }
            None => true,
        }));
    })
}

/// Something to be done, again and again while it answers true.
type Task = Box<dyn FnMut() -> bool>;

/// A queue whose tasks run one by one, each in a task of the browser's: a message to oneself, which unlike a timeout is not
/// held back by 4 ms or in hidden tabs.
struct Queue {
    tasks: RefCell<VecDeque<Task>>,
    port: OnceCell<MessagePort>,
}

thread_local! {
    static QUEUE: Queue = const { Queue { tasks: RefCell::new(VecDeque::new()), port: OnceCell::new() } };
}

fn later(task: Task) {
    QUEUE.with(|queue| {
        queue.tasks.borrow_mut().push_back(task);
        queue.ring();
    });
}

impl Queue {
    fn ring(&self) {
        if let Some(port) = self.port() {
            // A message without content can always be cloned.
            let _ = port.post_message(&JsValue::NULL);
        }
    }

    /// The sending end of the channel; made at its first use. Browsers without channels have no wasm either.
    fn port(&self) -> Option<&MessagePort> {
        if self.port.get().is_none() {
            let channel = MessageChannel::new().ok()?;
            let work = Closure::<dyn FnMut()>::new(|| QUEUE.with(Queue::work));
            channel.port2().set_onmessage(Some(work.as_ref().unchecked_ref()));
            // Lives as long as the instance.
            work.forget();
            let _ = self.port.set(channel.port1());
        }
        self.port.get()
    }

    fn work(&self) {
        let Some(mut task) = self.tasks.borrow_mut().pop_front() else { return };
        if task() {
            self.tasks.borrow_mut().push_back(task);
            self.ring();
        }
    }
}
