//! The view of leases: what it says and draws is what the run holds, at every size, and the same for the same moment.

mod common;

use common::quiet;
use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::scenario::{compile, library};
use netsplit::sim::plan::{Action, Cluster, Plan};
use netsplit::system::open::{info, open};
use netsplit::timeline::{self, Session};
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::scene::Form;
use netsplit::view::words::Lang;
use netsplit::view::{Scene, ViewOptions};

fn watched(id: &str, lang: Lang) -> Playback {
    let scenario = library::all().iter().find(|scenario| scenario.id == id).expect("a scenario");
    playing(compile(scenario, info("lock").expect("the system")).expect("it compiles").plan, lang)
}

fn playing(plan: Plan, lang: Lang) -> Playback {
    let session = Session::open(plan, timeline::Config::default(), open).expect("the plan is fine");
    Playback::new(session, lang, Goals::default(), 33.0)
}

fn at(lab: &mut Playback, at_us: u64) {
    lab.seek_time(at_us);
    lab.work(&mut |_| false);
}

fn label(scene: &Scene, id: &str) -> String {
    scene.targets().into_iter().find(|target| target.id == id).expect("it can be pointed at").label
}

#[test]
fn it_says_who_believes_what_and_until_when_on_whose_clock() {
    let mut lab = watched("lock/clock-jump", Lang::En);
    let options = ViewOptions::sized(800.0, 500.0);
    at(&mut lab, 3_500 * MS);
    let scene = lab.scene("leases", &options).expect("there is such a view");
    assert!(scene.label.contains("Client 1 takes itself for the holder of x until 9."), "{}", scene.label);
    assert!(scene.label.contains("Client 2 takes itself for the holder of x until 11."), "{}", scene.label);
    assert!(label(&scene, "node:0").contains("S1 keeps x for client 1 (#1.1) until 10."), "{}", label(&scene, "node:0"));
    assert!(label(&scene, "node:2").contains("S3 keeps x for client 2 (#1.1) until 12."), "{}", label(&scene, "node:2"));
    assert_eq!(label(&scene, "node:5"), "S6 has seen fence 2: 1 write accepted, 0 rejected.");
    at(&mut lab, 4_500 * MS);
    let scene = lab.scene("leases", &options).expect("there is such a view");
    assert_eq!(label(&scene, "node:5"), "S6 has seen fence 2: 1 write accepted, 1 rejected.");
    at(&mut lab, 50 * MS);
    assert_eq!(lab.scene("leases", &options).expect("a view").label, "Nobody takes itself for the holder.");
}

#[test]
fn a_belief_ends_by_the_holders_own_clock_although_it_stands_still() {
    let mut lab = watched("lock/pause-unfenced", Lang::En);
    at(&mut lab, 13 * SECOND);
    let leases = lab.session().run().leases().expect("locks have leases");
    let first = leases.rows.iter().find(|row| row.node == NodeId(6)).expect("client 1").leases[0];
    assert!((9_900 * MS..10 * SECOND).contains(&first.until_us), "{first:?}");
    let values: Vec<(u64, bool)> = leases.writes.iter().map(|write| (write.value, write.accepted)).collect();
    assert_eq!(values, [(34, true), (33, true)]);
}

#[test]
fn a_write_that_is_asked_about_is_told_and_drawn_as_that() {
    let mut lab = watched("lock/raft-beyond-the-delay", Lang::En);
    let options = ViewOptions::sized(800.0, 500.0);
    let told = |lab: &mut Playback, at_ms: u64| {
        at(lab, at_ms * MS);
        label(&lab.scene("leases", &options).expect("there is such a view"), "node:5")
    };
    assert_eq!(told(&mut lab, 12_000), "S6 asks about each write: 0 open, 2 writes accepted, 0 rejected.");
    let mut lab = watched("lock/raft-sequencer-cached", Lang::En);
    let asked =
        |lab: &Playback| lab.session().run().leases().expect("locks have leases").writes.iter().any(|w| w.ruled_us.is_none());
    let open = (1_500..1_520).find(|at_ms| {
        at(&mut lab, at_ms * MS);
        asked(&lab)
    });
    let open = open.expect("the resource asks");
    assert_eq!(told(&mut lab, open), "S6 asks about each write: 1 open, 0 writes accepted, 0 rejected.");
    assert_eq!(told(&mut lab, 1_600), "S6 asks about each write: 0 open, 1 write accepted, 0 rejected.");
}

/// A crashed node keeps nothing in memory, and the greatest fence is that of any key, also of one that is free.
#[test]
fn a_node_is_told_as_it_is() {
    let client = NodeId(6);
    let operations: [common::Planned<'_>; 2] = [(100, client, "use", &[100, 33]), (1_000, client, "use", &[100, 34])];
    let mut plan = quiet("lock", Cluster { servers: 6, clients: 2 }, &[], &operations);
    plan.workload.operations.iter_mut().for_each(|planned| planned.operation.key = "y".to_owned());
    let mut holds = plan.workload.operations[0].clone();
    (holds.at_us, holds.operation.verb, holds.operation.args) = (2 * SECOND, "acquire".to_owned(), Vec::new());
    holds.operation.key = "x".to_owned();
    plan.workload.operations.push(holds);
    plan.faults = vec![common::at(3_000, Action::Crash(NodeId(0)))];
    let mut lab = playing(plan, Lang::En);
    let row = |lab: &Playback, node: u16| {
        let leases = lab.session().run().leases().expect("locks have leases");
        let row = leases.rows.into_iter().find(|row| row.node == NodeId(node)).expect("a node");
        (row.fence, row.leases.len())
    };
    at(&mut lab, 1_900 * MS);
    assert_eq!(row(&lab, 0), (Some(2), 0), "y is free, and its fence is known");
    at(&mut lab, 3_500 * MS);
    assert_eq!((row(&lab, 0), row(&lab, 1)), ((None, 0), (Some(2), 1)));
    let scene = lab.scene("leases", &ViewOptions::sized(800.0, 500.0)).expect("there is such a view");
    assert_eq!(label(&scene, "node:0"), "S1 keeps no key. (crashed)");
    assert!(label(&scene, "node:1").contains("S2 keeps x for client 1 (#3.1) until 12."), "{}", label(&scene, "node:1"));
}

/// Its lock was over at the tenth second, and an extension that came late brought it back: two times, not one.
#[test]
fn a_belief_that_was_over_and_comes_back_is_drawn_as_two() {
    let mut lab = watched("lock/extend-after-expiry", Lang::En);
    at(&mut lab, 11 * SECOND);
    let leases = lab.session().run().leases().expect("locks have leases");
    let own = leases.rows.into_iter().find(|row| row.node == NodeId(6)).expect("client 1").leases;
    let times: Vec<(u64, u64)> = own.iter().map(|lease| (lease.from_us / (100 * MS), lease.until_us / (100 * MS))).collect();
    assert!(matches!(times[..], [(1, 99..=100), (102, 195..)]), "{times:?}");
}

/// A narrow picture tells every mark, too, in lines below each other.
#[test]
fn the_legend_tells_every_mark_at_every_width() {
    let mut lab = watched("lock/raft-beyond-the-delay", Lang::De);
    at(&mut lab, 10 * SECOND);
    for width in [320.0, 360.0, 1200.0] {
        let options = ViewOptions { lang: Lang::De, ..ViewOptions::sized(width, 500.0) };
        let scene = lab.scene("leases", &options).expect("there is such a view");
        let told = |shape: &netsplit::view::scene::Shape| matches!(&shape.form, Form::Text(text) if text.content == "abgewiesen");
        assert!(scene.shapes.iter().any(told), "{width}");
    }
}

/// Three hold what two may: each of them is hatched, also where only one has a row.
#[test]
fn what_is_too_much_is_hatched_although_the_others_have_no_room() {
    let mut lab = watched("lock/raft-one-permit-more", Lang::En);
    at(&mut lab, 2 * SECOND);
    let hatched = |height: f64| {
        let scene = lab.scene("leases", &ViewOptions::sized(800.0, height)).expect("there is such a view");
        scene.shapes.iter().filter(|shape| matches!(shape.form, Form::Hatch { .. })).count()
    };
    // One is in the legend.
    assert_eq!([hatched(500.0), hatched(170.0)], [3 + 1, 1 + 1]);
    at(&mut lab, 1_150 * MS);
    let scene = lab.scene("leases", &ViewOptions::sized(800.0, 500.0)).expect("there is such a view");
    let hatched = scene.shapes.iter().filter(|shape| matches!(shape.form, Form::Hatch { .. })).count();
    assert_eq!(hatched, 1, "two may hold it: only the legend's");
}

#[test]
fn everything_stays_within_every_size_in_every_language() {
    for id in ["lock/pause-unfenced", "lock/split-vote", "lock/extension-race", "lock/raft-beyond-the-delay"] {
        for lang in Lang::ALL {
            let mut lab = watched(id, lang);
            at(&mut lab, 11 * SECOND);
            for (width, height) in [(360.0, 300.0), (360.0, 640.0), (1200.0, 700.0)] {
                let options = ViewOptions { lang, ..ViewOptions::sized(width, height) };
                let scene = lab.scene("leases", &options).expect("there is such a view");
                for shape in &scene.shapes {
                    let (left, top, right, bottom) = shape.bounds();
                    let what = format!("{id} {width} x {height}: {:?}", shape.form);
                    assert!(left >= -0.5 && right <= width + 0.5 && top >= -0.5 && bottom <= height + 0.5, "{what}");
                    assert!(!matches!(&shape.form, Form::Text(text) if text.size < 12.0), "{what}");
                }
            }
        }
    }
}

#[test]
fn the_same_moment_looks_the_same_however_one_came_there() {
    let options = ViewOptions::sized(700.0, 500.0);
    let mut lab = watched("lock/restart-unfenced", Lang::En);
    at(&mut lab, 3_500 * MS);
    let forth = lab.scene("leases", &options);
    at(&mut lab, 5 * SECOND);
    assert_ne!(lab.scene("leases", &options), forth);
    at(&mut lab, 3_500 * MS);
    assert_eq!(lab.scene("leases", &options), forth);
}
