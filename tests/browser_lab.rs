//! The Lab handle as a page uses it: through its JavaScript, in a browser.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Function, JSON, Promise, Reflect};
use netsplit::web::lab::Lab;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SCENARIO: &str = "raft/leader-crash";
const PICTURE: &str = "({width: 640, height: 400, dpr: 2, theme: 'light', selected: null, hover: null, reduced_motion: false})";

/// What a JavaScript expression stands for.
fn js(expression: &str) -> JsValue {
    js_sys::eval(expression).unwrap_or_else(|thrown| panic!("{expression}: {thrown:?}"))
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or_else(|thrown| panic!("{key}: {thrown:?}"))
}

fn number(object: &JsValue, key: &str) -> f64 {
    get(object, key).as_f64().unwrap_or_else(|| panic!("{key} is a number: {}", shown(object)))
}

fn text(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_else(|| panic!("{key} is a text: {}", shown(object)))
}

fn shown(value: &JsValue) -> String {
    JSON::stringify(value).ok().and_then(|json| json.as_string()).unwrap_or_else(|| format!("{value:?}"))
}

/// The value of an answer.
fn ok(answer: JsValue) -> JsValue {
    assert!(get(&answer, "ok").is_truthy(), "{}", shown(&answer));
    get(&answer, "value")
}

/// The code of an answer's error, which has all its parts.
fn code(answer: &JsValue) -> String {
    assert!(get(answer, "ok").is_falsy(), "{}", shown(answer));
    let error = get(answer, "error");
    for key in ["place", "hint"] {
        text(&error, key);
    }
    assert!(!text(&error, "message").is_empty() && text(&error, "message") != text(&error, "code"), "{}", shown(&error));
    text(&error, "code")
}

/// A lab as JavaScript sees it. Nothing that is called on it may ever throw.
struct Handle(JsValue);

impl Handle {
    fn open(source: &str) -> Handle {
        Handle(ok(Lab::open(js(source), JsValue::UNDEFINED)))
    }

    fn default() -> Handle {
        Handle::open(&format!("({{scenario: '{SCENARIO}'}})"))
    }

    fn call(&self, method: &str, args: &[JsValue]) -> JsValue {
        let function: Function = get(&self.0, method).dyn_into().unwrap_or_else(|_| panic!("{method} is a method"));
        let result = Reflect::apply(&function, &self.0, &args.iter().collect::<Array>());
        result.unwrap_or_else(|thrown| panic!("{method} threw {thrown:?}"))
    }

    /// Calls with the items of a JavaScript list.
    fn with(&self, method: &str, list: &str) -> JsValue {
        self.call(method, &js(list).unchecked_into::<Array>().to_vec())
    }

    async fn wait(&self, method: &str, list: &str) -> JsValue {
        let promise: Promise = self.with(method, list).dyn_into().expect("a promise");
        JsFuture::from(promise).await.expect("promises of the lab do not reject")
    }

    fn list(&self, method: &str, args: &str) -> Vec<JsValue> {
        self.with(method, args).dyn_into::<Array>().unwrap_or_else(|_| panic!("{method} answers a list")).to_vec()
    }

    fn fingerprint(&self) -> String {
        self.call("fingerprint", &[]).as_string().expect("digits")
    }

    fn cursor(&self) -> JsValue {
        self.call("cursor", &[])
    }

    fn leader(&self) -> f64 {
        let nodes = self.list("nodes", "[]");
        let leads = |node: &&JsValue| text(&get(node, "role"), "letter") == "L" && text(node, "status") == "running";
        number(nodes.iter().find(leads).expect("somebody leads"), "id")
    }

    /// Everything that a bad call must leave as it is.
    fn state(&self) -> String {
        let parts = ["cursor", "branches", "nodes", "plan", "system"].map(|part| shown(&self.call(part, &[])));
        format!("{} {}", self.fingerprint(), parts.join(" "))
    }
}

#[wasm_bindgen_test]
fn the_first_scenario_opens_with_a_leader_and_its_story() {
    let lab = Handle::default();
    lab.leader();
    let scenario = lab.call("scenario", &[]);
    assert_eq!(text(&scenario, "id"), SCENARIO);
    assert_eq!(number(&lab.cursor(), "at_us"), number(&scenario, "start_us"));
    assert_eq!(lab.list("steps", "[]").len() as f64, number(&get(&scenario, "steps"), "length"));
    assert_eq!(lab.fingerprint().len(), 32);
    let story = lab.list("recentEvents", "['story', 5]");
    assert!(!story.is_empty() && story.iter().all(|row| text(row, "level") == "story" && !text(row, "text").is_empty()));
    let count = lab.call("eventCount", &[]).as_f64().expect("a number");
    assert_eq!(lab.list("events", "[0, Infinity]").len(), 0, "Infinity is no index");
    assert_eq!(lab.list("events", "[0, 1e9]").len() as f64, count);
    for method in ["messages", "links", "cuts", "marks", "verdicts", "enabled"] {
        lab.list(method, "[]");
    }
    assert!(!lab.list("operations", "[10]").is_empty() && !lab.list("log", "[0, 1, 100]").is_empty());
}

#[wasm_bindgen_test]
fn every_built_in_scenario_opens_and_draws_each_of_its_views() {
    let cards: Array = netsplit::web::lab::scenarios(JsValue::UNDEFINED).dyn_into().expect("a list");
    assert!(cards.length() > 0);
    for card in cards {
        let lab = Handle::open(&format!("({{scenario: '{}', seed: 18446744073709551615n}})", text(&card, "id")));
        assert_eq!(lab.call("seed", &[]).as_string().as_deref(), Some("18446744073709551615"));
        for view in get(&lab.call("system", &[]), "views").unchecked_into::<Array>() {
            let svg = ok(lab.call("svg", &[view, js(PICTURE)])).as_string().expect("a text");
            assert!(svg.starts_with("<svg"), "{svg}");
        }
    }
}

#[wasm_bindgen_test]
fn steps_forth_and_back_end_where_they_began() {
    let lab = Handle::default();
    let (before, print) = (shown(&lab.cursor()), lab.fingerprint());
    for _ in 0..20 {
        assert!(ok(lab.with("step", "[]")).is_object());
    }
    assert_ne!(lab.fingerprint(), print);
    for _ in 0..20 {
        ok(lab.with("stepBack", "['event']"));
    }
    assert_eq!(lab.fingerprint(), print);
    assert_eq!(number(&lab.cursor(), "event"), number(&JSON::parse(&before).expect("JSON"), "event"));
}

#[wasm_bindgen_test]
async fn a_step_to_the_next_story_event_says_how_it_ended() {
    let lab = Handle::default();
    let reached = ok(lab.wait("stepStory", "[]").await);
    assert_eq!((text(&reached, "ended").as_str(), text(&get(&reached, "event"), "level").as_str()), ("reached", "story"));
    let event = number(&lab.cursor(), "event");
    let limit = ok(lab.wait("stepStory", "[{limit_us: 0}]").await);
    assert_eq!((text(&limit, "ended").as_str(), number(&lab.cursor(), "event")), ("limit", event));
}

#[wasm_bindgen_test]
fn a_tick_moves_only_while_playing() {
    let lab = Handle::default();
    assert!(get(&lab.with("tick", "[16]"), "moved").is_falsy());
    ok(lab.with("setSpeed", "[1000]"));
    lab.call("play", &[]);
    let before = number(&lab.cursor(), "at_us");
    assert!(get(&lab.with("tick", "[16]"), "moved").is_truthy());
    assert_eq!(number(&lab.cursor(), "at_us"), before + 16_000.0);
    lab.call("pause", &[]);
    assert!(get(&lab.with("tick", "[16]"), "moved").is_falsy());
}

#[wasm_bindgen_test]
async fn seeks_and_runs_are_promises() {
    let lab = Handle::default();
    ok(lab.wait("seekTime", "[3000000]").await);
    assert_eq!(number(&lab.cursor(), "at_us"), 3e6);
    let print = lab.fingerprint();
    ok(lab.wait("seekEvent", "[0]").await);
    assert_eq!(number(&lab.cursor(), "event"), 0.0);
    let reached = ok(lab.wait("runUntil", "['1 server with role = leader']").await);
    assert!(get(&reached, "reached").is_truthy());
    lab.leader();
    let never = ok(lab.wait("runUntil", "['9 servers with role = leader', {limit_us: 2000000}]").await);
    assert!(get(&never, "reached").is_falsy());
    ok(lab.wait("runUntil", "[{Time: {at_us: 2500000}}]").await);
    ok(lab.wait("seekTime", "[3000000]").await);
    assert_eq!(lab.fingerprint(), print);
}

#[wasm_bindgen_test]
async fn long_work_is_called_off_by_its_signal_or_replaced_by_a_later_call() {
    let lab = Handle::default();
    let aborted = lab.wait("seekTime", "[9000000, {signal: AbortSignal.abort()}]").await;
    assert_eq!(code(&aborted), "aborted");
    let controller = js("globalThis.controller = new AbortController()");
    let long = "[600000000, {signal: globalThis.controller.signal}]";
    let promise: Promise = lab.with("seekTime", long).dyn_into().expect("a promise");
    assert!(get(&lab.cursor(), "busy").is_truthy(), "ten minutes take longer than a slice");
    js("globalThis.controller.abort()");
    drop(controller);
    assert_eq!(code(&JsFuture::from(promise).await.expect("a value")), "aborted");
    let first: Promise = lab.with("seekTime", "[600000000]").dyn_into().expect("a promise");
    ok(lab.wait("seekEvent", "[5]").await);
    assert_eq!(code(&JsFuture::from(first).await.expect("a value")), "replaced");
    let last: Promise = lab.with("seekTime", "[600000000]").dyn_into().expect("a promise");
    lab.call("free", &[]);
    assert_eq!(code(&JsFuture::from(last).await.expect("a value")), "freed");
}

#[wasm_bindgen_test]
async fn acting_in_the_past_branches_and_undo_brings_the_old_future_back() {
    let lab = Handle::default();
    ok(lab.wait("seekTime", "[4000000]").await);
    let original = lab.fingerprint();
    ok(lab.wait("seekTime", "[2000000]").await);
    let crash = format!("[{{crash: {}}}]", lab.leader());
    let acted = ok(lab.with("act", &crash));
    assert!(get(&acted, "branched").is_truthy() && text(&get(&acted, "event"), "kind") == "crashed");
    assert_eq!(code(&lab.with("act", &crash)), "nothing-to-do");
    ok(lab.wait("seekTime", "[4000000]").await);
    assert_ne!(lab.fingerprint(), original);
    assert!(ok(lab.with("divergence", "[0, 1]")).is_object());
    assert!(get(&lab.list("steps", "[]")[0], "done").is_truthy(), "the first step is to crash the leader");
    ok(lab.with("undo", "[]"));
    ok(lab.wait("seekTime", "[4000000]").await);
    assert_eq!(lab.fingerprint(), original);
    ok(lab.with("switchBranch", "[1]"));
    let fork = ok(lab.with("fork", "['mine']")).as_f64().expect("a number");
    ok(lab.with("renameBranch", &format!("[{fork}, 'ours']")));
    let branches = lab.list("branches", "[]");
    let names: Vec<String> = branches.iter().map(|branch| text(branch, "name")).collect();
    assert_eq!(names.last().map(String::as_str), Some("ours"), "{names:?}");
}

#[wasm_bindgen_test]
async fn a_plan_with_interventions_opens_as_the_same_run() {
    let lab = Handle::default();
    ok(lab.with("act", "[{cut: {isolate: 1}}]"));
    ok(lab.with("request", "[5, {verb: 'put', key: 'x', args: [123456]}]"));
    let message = lab.list("messages", "[]").first().map(|message| text(message, "id"));
    if let Some(message) = message {
        ok(lab.with("act", &format!("[{{message: {{message: '{message}', act: 'drop'}}}}]")));
    }
    ok(lab.wait("seekTime", "[3000000]").await);
    let source = js("({})");
    Reflect::set(&source, &"plan".into(), &lab.call("plan", &[])).expect("an object");
    let again = Handle(ok(Lab::open(source, JsValue::UNDEFINED)));
    assert!(again.call("scenario", &[]).is_null());
    ok(again.wait("seekTime", "[3000000]").await);
    assert_eq!(again.fingerprint(), lab.fingerprint());
}

#[wasm_bindgen_test]
fn a_rule_can_be_broken_and_put_right() {
    let lab = Handle::default();
    let print = lab.fingerprint();
    ok(lab.with("setMutant", "['even_majority', true]"));
    let on = |lab: &Handle| get(&get(&lab.call("plan", &[]), "mutants"), "length").as_f64();
    assert_eq!(on(&lab), Some(1.0));
    ok(lab.with("setMutant", "['even_majority', false]"));
    assert_eq!((on(&lab), lab.fingerprint()), (Some(0.0), print));
}

#[wasm_bindgen_test]
fn a_view_is_painted_hit_and_named() {
    let lab = Handle::default();
    let canvas = js("globalThis.canvas = document.createElement('canvas')");
    for view in ["cluster", "log"] {
        ok(lab.call("paint", &[canvas.clone(), view.into(), js(PICTURE)]));
        assert_eq!((number(&canvas, "width"), number(&canvas, "height")), (1280.0, 800.0));
        let painted =
            js("(() => { const {width, height} = canvas, {data} = canvas.getContext('2d').getImageData(0, 0, width, height); \
             return new Set(new Uint32Array(data.buffer)).size })()");
        assert!(painted.as_f64().is_some_and(|colours| colours > 3.0), "{view}: {painted:?} colours");
        let targets = lab.call("targets", &[view.into(), js(PICTURE)]).unchecked_into::<Array>();
        assert!(targets.length() >= 5);
    }
    let targets = lab.call("targets", &["cluster".into(), js(PICTURE)]).unchecked_into::<Array>();
    let node = targets.iter().find(|target| text(target, "id") == "node:0").expect("S1 is there");
    assert!(!text(&node, "label").is_empty());
    let middle = |at: &str, size: &str| JsValue::from(number(&node, at) + number(&node, size) / 2.0);
    let hit = lab.call("hit", &["cluster".into(), middle("x", "width"), middle("y", "height"), js(PICTURE)]);
    assert_eq!(hit.as_string().as_deref(), Some("node:0"));
}

/// Values that no argument accepts, besides undefined and null, which some do.
const BAD: [&str; 16] = [
    "NaN",
    "-1",
    "1.5",
    "1e300",
    "-Infinity",
    "2n ** 70n",
    "Symbol('s')",
    "(() => 0)",
    "[[[]]]",
    "new Proxy({}, {get() { throw new Error('no') }, has() { throw 1 }, ownKeys() { throw 1 }})",
    "(() => { const a = {}; a.and = [a]; a.crash = a; return a })()",
    "(() => { let a = 0; for (let i = 0; i < 5000; i++) a = {Not: a}; return a })()",
    "({get crash() { throw new Error('no') }})",
    "({crash: -1})",
    "({And: [{Nonsense: 1}], signal: 5})",
    "({crash: 0, restart: {node: 0, empty: 'yes'}})",
];

#[wasm_bindgen_test]
async fn no_bad_value_throws_or_changes_anything() {
    let lab = Handle::default();
    let before = lab.state();
    for bad in BAD {
        for method in ["setSpeed", "switchBranch", "act", "stepBack", "svg", "paint"] {
            if method == "setSpeed" && bad == "1.5" {
                continue;
            }
            code(&lab.with(method, &format!("[{bad}, {bad}, {bad}, {bad}]")));
        }
        for method in ["renameBranch", "divergence", "request", "setMutant", "pauseOn"] {
            code(&lab.with(method, &format!("[{bad}, {bad}]")));
        }
        for method in ["seekTime", "seekEvent", "runUntil"] {
            code(&lab.wait(method, &format!("[{bad}]")).await);
        }
        for method in ["log", "events", "recentEvents", "operations", "targets"] {
            assert_eq!(lab.list(method, &format!("[{bad}, {bad}, {bad}]")).len(), 0, "{method}({bad})");
        }
        assert!(lab.with("hit", &format!("[{bad}, {bad}, {bad}, {bad}]")).is_null());
        code(&Lab::open(js(bad), js(bad)));
        code(&Lab::open(js("({plan: {}})"), js(bad)));
    }
    for (method, args, expected) in [
        ("act", "[{crash: 99}]", "no-such-node"),
        ("act", "[{message: {message: 'n0>n1#999999', act: 'drop'}}]", "no-such-message"),
        ("act", "[{message: {message: 'no id', act: 'drop'}}]", "bad-data"),
        ("act", "[{choose: 'n0.timer#77'}]", "not-enabled"),
        ("act", "[{cut: {islands: [[0], [99]]}}]", "no-such-node"),
        ("act", "[{clock: {node: 0, act: {rate: -1000000}}}]", "bad-value"),
        ("act", "[]", "bad-data"),
        ("request", "[5, {verb: 'sing', key: 'x', args: []}]", "bad-operation"),
        ("request", "[5, {verb: 'put', key: 'x', args: [-1]}]", "bad-data"),
        ("switchBranch", "[7]", "no-such-branch"),
        ("undo", "[]", "nothing-to-undo"),
        ("setMutant", "['no_such_rule', true]", "no-such-mutant"),
        ("setSpeed", "[0]", "bad-speed"),
        ("stepBack", "['twice']", "bad-choice"),
        ("svg", "['cluster', {width: 0, height: 10}]", "bad-size"),
        ("svg", "['cluster', {width: 1e9, height: 10}]", "bad-size"),
        ("svg", "['cluster', {width: 100, height: 100, theme: 'pink'}]", "bad-choice"),
        ("svg", "['cluster', {width: 100, height: 100, moved: [[0, NaN, 1]]}]", "bad-data"),
        ("svg", "['sculpture', {width: 100, height: 100}]", "bad-choice"),
        ("paint", "[document.body, 'cluster', {width: 100, height: 100}]", "bad-canvas"),
    ] {
        assert_eq!(code(&lab.with(method, args)), expected, "{method} {args}");
    }
    assert_eq!(code(&lab.wait("runUntil", "['somebody leads']").await), "bad-predicate");
    assert_eq!(code(&Lab::open(js("({scenario: 'raft/nonsense'})"), JsValue::UNDEFINED)), "unknown-scenario");
    assert_eq!(code(&Lab::open(js("({})"), JsValue::UNDEFINED)), "bad-source");
    assert_eq!(code(&Lab::open(JsValue::UNDEFINED, JsValue::UNDEFINED)), "bad-source");
    assert_eq!(lab.state(), before);
}

#[wasm_bindgen_test]
fn locks_and_calls_refuse_what_makes_no_sense_to_them() {
    for (scenario, client, operations, settings) in [
        (
            "lock/first-lock",
            6,
            &[
                "{verb: 'sing', key: 'x', args: []}",
                "{verb: 'use', key: 'x', args: [1]}",
                "{verb: 'use', key: 'x', args: [4e6, 1]}",
            ][..],
            &[("ttl_us", "0"), ("node_timeout_us", "1e10"), ("permits", "2"), ("nonsense", "1"), ("attempts", "-1")][..],
        ),
        (
            "rpc/first-call",
            1,
            &[
                "{verb: 'sing', key: 'x', args: []}",
                "{verb: 'charge', key: 'x', args: []}",
                "{verb: 'read', key: 'x', args: [4e6]}",
            ],
            &[("timeout_us", "0"), ("attempts", "1e10"), ("backoff", "5"), ("nonsense", "1"), ("tiers", "-1")],
        ),
    ] {
        let lab = Handle::open(&format!("({{scenario: '{scenario}'}})"));
        // Until everybody runs.
        for _ in 0..30 {
            lab.with("step", "[]");
        }
        let before = lab.state();
        for operation in operations {
            let answer = lab.with("request", &format!("[{client}, {operation}]"));
            assert_eq!(code(&answer), "bad-operation", "{scenario}: {operation}");
        }
        for bad in BAD {
            code(&lab.with("request", &format!("[{client}, {bad}]")));
            code(&lab.with("setMutant", &format!("[{bad}, true]")));
        }
        assert_eq!(code(&lab.with("setMutant", "['no_persist_vote', true]")), "no-such-mutant", "{scenario}: another system's");
        for (name, value) in settings {
            let change = js(&format!("(p => {{ p.settings = [{{name: '{name}', value: {value}}}] }})"));
            let source = broken(&lab.call("plan", &[]), &change);
            code(&Lab::open(source, JsValue::UNDEFINED));
        }
        assert_eq!(lab.state(), before, "{scenario}");
    }
}

/// A plan with a change that a JavaScript function makes, as a source.
fn broken(plan: &JsValue, change: &JsValue) -> JsValue {
    let changed = js("((plan, change) => { const copy = structuredClone(plan); change(copy); return {plan: copy} })");
    let changed: Function = changed.unchecked_into();
    changed.call2(&JsValue::UNDEFINED, plan, change).expect("a source")
}

#[wasm_bindgen_test]
async fn plans_that_cannot_be_run_are_refused() {
    let plan = Handle::default().call("plan", &[]);
    for change in [
        "p => { p.system = 'sorcery' }",
        "p => { p.cluster.servers = 0 }",
        "p => { p.cluster.servers = 65535 }",
        "p => { p.mutants = ['nonsense'] }",
        "p => { p.settings = [{name: 'nonsense', value: 1}] }",
        "p => { p.network.default.delay_us_min = 9e15 }",
        "p => { p.disk.fsync_us_min = 10; p.disk.fsync_us_max = 5 }",
        "p => { p.seed = -1 }",
        "p => { p.seed = '18446744073709551616' }",
        "p => { delete p.workload }",
        "p => { p.interventions = [{at: {at_us: 0, executed: 0}, n: 0, action: {crash: 'S1'}}] }",
    ] {
        code(&Lab::open(broken(&plan, &js(&format!("({change})"))), JsValue::UNDEFINED));
    }
}

#[wasm_bindgen_test]
async fn a_freed_lab_answers_and_reads_as_empty() {
    let lab = Handle::default();
    lab.call("free", &[]);
    lab.call("free", &[]);
    for method in ["step", "stepBack", "fork", "undo", "act", "svg", "paint", "setSpeed"] {
        assert_eq!(code(&lab.with(method, "[]")), "freed", "{method}");
    }
    assert_eq!(code(&lab.wait("seekTime", "[1]").await), "freed");
    for method in ["nodes", "messages", "links", "cuts", "branches", "marks", "verdicts", "steps", "enabled"] {
        assert_eq!(lab.list(method, "[]").len(), 0, "{method}");
    }
    for method in ["scenario", "system", "plan", "cursor"] {
        assert!(lab.call(method, &[]).is_null(), "{method}");
    }
    lab.call("play", &[]);
    assert!(get(&lab.with("tick", "[16]"), "moved").is_falsy());
    assert_eq!(lab.fingerprint(), "");
}

#[wasm_bindgen_test]
async fn a_link_opens_the_same_run_at_the_same_moment() {
    let lab = Handle::default();
    assert!(lab.call("provenance", &[]).is_null(), "it was not opened from a link");
    ok(lab.wait("arrive", "[]").await);
    ok(lab.with("act", &format!("[{{crash: {}}}]", lab.leader())));
    ok(lab.wait("seekTime", "[2345678]").await);
    let link = ok(lab.call("link", &[]));
    let source = js_sys::Object::new();
    Reflect::set(&source, &"link".into(), &link).expect("an object of its own");
    let sent = Handle(ok(Lab::open(source.into(), JsValue::UNDEFINED)));
    ok(sent.wait("arrive", "[]").await);
    assert_eq!(sent.fingerprint(), lab.fingerprint());
    let provenance = sent.call("provenance", &[]);
    assert!(get(&provenance, "matches").is_truthy(), "{}", shown(&provenance));
    assert_eq!(shown(&sent.call("plan", &[])), shown(&lab.call("plan", &[])));
    assert_eq!(Array::from(&ok(sent.call("link", &[]))).length(), Array::from(&link).length());

    for bad in BAD {
        code(&Lab::open(js(&format!("({{link: {bad}}})")), JsValue::UNDEFINED));
    }
    for (bad, expected) in [
        ("new Uint8Array(0)", "link-empty"),
        ("new Uint8Array([9, 0, 0, 0, 0])", "link-version"),
        ("new Uint8Array([1, 0, 0, 0, 0])", "link-truncated"),
        ("new Uint8Array([1, 0, 0, 0, 9])", "link-damaged"),
        ("new Uint8Array(1e7)", "bad-data"),
        ("new Float64Array(3)", "bad-data"),
        ("Object.create(Uint8Array.prototype)", "bad-data"),
        ("Object.setPrototypeOf(new DataView(new ArrayBuffer(4)), Uint8Array.prototype)", "bad-data"),
        ("Object.defineProperty(new Uint8Array(9), 'length', {get() { throw 1 }})", "bad-data"),
    ] {
        assert_eq!(code(&Lab::open(js(&format!("({{link: {bad}}})")), JsValue::UNDEFINED)), expected, "{bad}");
    }
}
