//! The views of requests and of goodput: what they say and draw is what the run holds, at every size.

use netsplit::base::time::{MS, SECOND};
use netsplit::scenario::{compile, library};
use netsplit::system::open::{info, open};
use netsplit::timeline::{self, Session};
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::scene::{Form, Role, Shape};
use netsplit::view::words::Lang;
use netsplit::view::{Scene, ViewOptions};

fn watched(id: &str, lang: Lang) -> Playback {
    let scenario = library::all().iter().find(|scenario| scenario.id == id).expect("a scenario");
    let plan = compile(scenario, info("rpc").expect("the system")).expect("it compiles").plan;
    let session = Session::open(plan, timeline::Config::default(), open).expect("the plan is fine");
    Playback::new(session, lang, Goals::default(), 33.0)
}

fn at(lab: &mut Playback, at_us: u64) {
    lab.seek_time(at_us);
    lab.work(&mut |_| false);
}

fn drawn(lab: &Playback, view: &str) -> Scene {
    lab.scene(view, &ViewOptions::sized(900.0, 500.0)).expect("there is such a view")
}

fn labels(scene: &Scene, id: &str) -> Vec<String> {
    scene.targets().into_iter().filter(|target| target.id == id).map(|target| target.label).collect()
}

#[test]
fn requests_say_what_is_open_and_how_often_it_was_done() {
    let mut lab = watched("rpc/reply-lost", Lang::En);
    at(&mut lab, SECOND);
    let scene = drawn(&lab, "requests");
    assert_eq!(scene.label, "1 call open; 0 requests wait, 0 of them for nobody.");
    let client = labels(&scene, "node:1").join(" ");
    assert!(client.contains("Client 1 has 1 open call. The oldest is call 1, at attempt 1, with 9.1 s"), "{client}");
    at(&mut lab, 2 * SECOND);
    let scene = drawn(&lab, "requests");
    let server = labels(&scene, "node:0").join(" ");
    assert!(server.contains("0 in progress and 0 done; 1 happened more than once"), "{server}");
    let text = |text: &str| scene.shapes.iter().any(|shape| matches!(&shape.form, Form::Text(is) if is.content == text));
    assert!(text("1#1 2x ok"), "the cell of the call says so too");
}

/// S3 is asked by S2: it is no client, and has neither the number nor the hue of one.
#[test]
fn a_server_that_asks_is_named_as_what_it_is() {
    let mut lab = watched("rpc/three-tiers", Lang::En);
    at(&mut lab, 6 * SECOND);
    let scene = drawn(&lab, "requests");
    let text =
        |start: &str| scene.shapes.iter().any(|shape| matches!(&shape.form, Form::Text(is) if is.content.starts_with(start)));
    assert!(text("S2#2.1 ") && !text("1#2.1 "), "what S3 works on");
    let fills: Vec<Role> =
        scene.shapes.iter().filter_map(|shape| shape.fill).filter(|fill| matches!(fill, Role::Epoch(_))).collect();
    assert!(fills.len() >= 4 && !fills.contains(&Role::epoch(1)), "client 1 has no call open: {fills:?}");
}

/// Also where rows have one line.
#[test]
fn an_open_breaker_is_seen_at_every_size() {
    let mut lab = watched("rpc/breaker", Lang::En);
    at(&mut lab, 13 * SECOND);
    for (width, height) in [(360.0, 240.0), (1200.0, 700.0)] {
        let scene = lab.scene("requests", &ViewOptions::sized(width, height)).expect("there is such a view");
        let open = |shape: &Shape| matches!(&shape.form, Form::Text(text) if text.content == "breaker open");
        assert!(scene.shapes.iter().any(open), "{width} x {height}");
    }
}

#[test]
fn what_waits_for_nobody_is_told() {
    let mut lab = watched("rpc/metastable", Lang::En);
    at(&mut lab, 20 * SECOND);
    let requests = lab.session().run().requests().expect("there are requests");
    let (waiting, late) = requests.server.as_ref().expect("a server").waiting;
    assert!(waiting > 500 && late > waiting / 2, "{waiting} {late}");
    assert!(drawn(&lab, "requests").label.contains(&format!("{waiting} requests wait, {late} of them for nobody.")));
}

#[test]
fn the_plot_says_the_last_whole_second() {
    let mut lab = watched("rpc/metastable", Lang::En);
    assert_eq!(drawn(&lab, "plot").label, "No second is over.");
    at(&mut lab, 20 * SECOND + 500 * MS);
    let load = lab.session().run().load();
    assert_eq!(load.len(), 21);
    let last = load[19];
    assert!(last.offered > 250 && last.goodput == 0 && !last.trouble, "{last:?}");
    assert!(load[11].trouble, "the trigger is on");
    let said = format!("In second 20: 0 of {} calls done, {} attempts came to the server.", last.demand, last.offered);
    assert_eq!(labels(&drawn(&lab, "plot"), "plot"), [said]);
}

#[test]
fn everything_stays_within_every_size_in_every_language() {
    for (id, at_us) in [("rpc/metastable", 14 * SECOND), ("rpc/slow-server", 350 * MS), ("rpc/first-call", 50 * MS)] {
        for lang in Lang::ALL {
            let mut lab = watched(id, lang);
            at(&mut lab, at_us);
            for (width, height) in [(360.0, 300.0), (360.0, 640.0), (1200.0, 700.0)] {
                for view in ["requests", "plot"] {
                    let scene = lab.scene(view, &ViewOptions::sized(width, height)).expect("there is such a view");
                    for shape in &scene.shapes {
                        let (left, top, right, bottom) = shape.bounds();
                        let what = format!("{id} {view} {width} x {height}: {:?}", shape.form);
                        assert!(left >= -0.5 && right <= width + 0.5 && top >= -0.5 && bottom <= height + 0.5, "{what}");
                        assert!(!matches!(&shape.form, Form::Text(text) if text.size < 12.0), "{what}");
                    }
                }
            }
        }
    }
}
