//! A session as somebody watches it: the Lab handle without its JavaScript.

use netsplit::base::{Level, NodeId};
use netsplit::scenario::{compile, library};
use netsplit::sim::plan::{Action, Cluster, Cut, Generator, Operation, Plan};
use netsplit::system::open::{info, open};
use netsplit::timeline::predicate::{Compare, Count, Operand, Test};
use netsplit::timeline::{self, Predicate, Session, StepKind, Stop};
use netsplit::view::ViewOptions;
use netsplit::view::playback::{Goals, JobState, PausedBy, Playback};
use netsplit::view::scene::{Form, Shape};
use netsplit::view::words::Lang;

/// Five servers and a client that writes.
fn plan(seed: u64) -> Plan {
    let mut plan = Plan::new("raft", 5, seed);
    plan.cluster = Cluster { servers: 5, clients: 1 };
    plan.workload.generator = Some(Generator {
        start_us: 500_000,
        end_us: 60_000_000,
        every_us_min: 100_000,
        every_us_max: 200_000,
        keys: 2,
        mix: vec![("put".to_owned(), 1)],
    });
    plan
}

fn watched(plan: Plan, goals: Goals) -> Playback {
    let session = Session::open(plan, timeline::Config::default(), open).expect("the plan is fine");
    Playback::new(session, Lang::En, goals, 33.0)
}

fn lab() -> Playback {
    watched(plan(7), Goals::default())
}

fn finish(lab: &mut Playback) {
    lab.work(&mut |_| false);
}

/// Plays so many frames of 16 ms.
fn frames(lab: &mut Playback, most: u32) -> Option<PausedBy> {
    lab.set_playing(true);
    (0..most).find_map(|_| lab.tick(16.0, &mut |_| false).paused_by)
}

fn somebody_leads() -> Predicate {
    let leads = Test { field: "role".into(), compare: Compare::Equal, with: Operand::Name("leader".into()) };
    Predicate::Nodes { of: vec![], count: Count::AtLeast(1), tests: vec![leads] }
}

fn leader(lab: &Playback) -> NodeId {
    lab.nodes().iter().find(|node| node.role.letter == 'L').expect("somebody leads").id
}

#[test]
fn time_passes_at_the_pace_of_the_viewer_between_events_too() {
    let mut lab = lab();
    assert!(lab.set_speed(0.0625));
    frames(&mut lab, 24);
    let cursor = lab.cursor();
    assert_eq!((cursor.at_us, cursor.fraction), (24, 0.0));
    lab.tick(4.0, &mut |_| false);
    assert_eq!((lab.cursor().at_us, lab.cursor().fraction), (24, 0.25));
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
        assert!(!lab.set_speed(speed), "{speed}");
    }
    assert_eq!(lab.cursor().speed, 0.0625);
}

#[test]
fn event_by_event_each_stays_long_enough_to_be_read() {
    let mut lab = lab();
    lab.set_by_event();
    lab.set_playing(true);
    let mut frames = Vec::new();
    for frame in 0..500 {
        let before = lab.cursor().event;
        let row = lab.tick(16.0, &mut |_| false);
        assert!(row.events <= 1 && lab.cursor().event == before + row.events, "{row:?}");
        frames.extend((row.events > 0).then_some(frame));
    }
    assert_eq!(frames, [0, 50, 100, 150, 200, 250, 300, 350, 400, 450]);
    assert!(lab.cursor().by_event);
    lab.set_speed(1_000.0);
    assert!(!lab.cursor().by_event);
}

#[test]
fn a_tick_that_makes_no_sense_moves_nothing() {
    let mut lab = lab();
    lab.set_playing(true);
    for elapsed_ms in [0.0, -5.0, f64::NAN, f64::NEG_INFINITY] {
        assert!(!lab.tick(elapsed_ms, &mut |_| false).moved, "{elapsed_ms}");
    }
    assert_eq!(lab.cursor().at_us, 0);
    lab.tick(f64::INFINITY, &mut |_| false);
    assert_eq!(lab.cursor().at_us, 3_300, "a tab that was hidden makes up for 100 ms at most");
}

#[test]
fn a_tick_ends_when_its_time_is_spent_and_the_next_one_goes_on() {
    let mut lab = lab();
    lab.set_speed(1e6);
    lab.set_playing(true);
    let row = lab.tick(100.0, &mut |_| true);
    assert!(row.behind && row.events > 0 && row.events <= 128, "{row:?}");
    let before = lab.cursor().event;
    lab.tick(100.0, &mut |_| true);
    assert!(lab.cursor().event > before);
}

#[test]
fn the_story_is_told_once() {
    let mut lab = lab();
    lab.set_speed(1_000.0);
    lab.set_playing(true);
    let told: Vec<_> = (0..200).filter_map(|_| lab.tick(16.0, &mut |_| false).story).collect();
    assert!(told.iter().any(|row| row.key == "raft.becomes-leader"), "{told:?}");
    assert!(told.windows(2).all(|rows| rows[0].n < rows[1].n));
    assert_eq!(lab.recent(Level::Story, 1).last(), told.last());
}

#[test]
fn steps_and_goal_are_ticked_as_they_happen_and_with_the_cursor() {
    let goals = Goals { steps: vec![somebody_leads()], goal: Some(Predicate::Time { at_us: 1_000_000 }), ..Goals::default() };
    let mut lab = watched(plan(7), goals);
    lab.set_speed(1_000.0);
    assert_eq!((lab.steps_done(), lab.goal_reached()), (vec![false], false));
    assert_eq!(frames(&mut lab, 100), None, "goals pause only if asked to");
    assert_eq!((lab.steps_done(), lab.goal_reached()), (vec![true], true));
    lab.seek_time(1_000);
    finish(&mut lab);
    assert_eq!((lab.steps_done(), lab.goal_reached()), (vec![false], false));
    lab.seek_time(1_500_000);
    finish(&mut lab);
    assert_eq!((lab.steps_done(), lab.goal_reached()), (vec![true], true));
}

#[test]
fn the_goal_pauses_if_asked_to() {
    let mut lab = watched(plan(7), Goals { steps: vec![], goal: Some(somebody_leads()), ..Goals::default() });
    let on = lab.pause_on();
    lab.set_pause_on(netsplit::view::playback::PauseOn { goal: true, ..on });
    lab.set_speed(1_000.0);
    assert_eq!(frames(&mut lab, 200), Some(PausedBy::Goal));
    assert!(!lab.cursor().playing && lab.goal_reached());
}

#[test]
fn a_step_pauses_if_asked_to_and_its_predicate_can_be_run_to() {
    let goals = || Goals { steps: vec![somebody_leads()], ..Goals::default() };
    let mut lab = watched(plan(7), goals());
    let on = lab.pause_on();
    lab.set_pause_on(netsplit::view::playback::PauseOn { step: true, ..on });
    lab.set_speed(1_000.0);
    assert_eq!(frames(&mut lab, 200), Some(PausedBy::Step));
    assert_eq!(lab.steps_done(), [true]);
    let mut other = watched(plan(7), goals());
    other.run_until(somebody_leads(), 10_000_000);
    finish(&mut other);
    assert_eq!(other.cursor().event, lab.cursor().event);
}

#[test]
fn a_message_becomes_its_delivery_or_its_loss() {
    let mut lab = lab();
    lab.seek_time(900_000);
    finish(&mut lab);
    let (crashed, messages) = (leader(&lab), lab.messages());
    assert!(messages.iter().all(|message| lab.fate(message.id).is_none()), "they are in flight");
    lab.act(Action::Crash(crashed)).expect("it runs");
    lab.seek_time(1_000_000);
    finish(&mut lab);
    for message in &messages {
        let fate = lab.fate(message.id).expect("no link takes so long");
        let (kind, verb) = if message.to == crashed { ("lost", "lost at") } else { ("delivered", "delivered to") };
        assert_eq!((fate.event.kind, fate.event.item), (kind, Some(message.id)));
        assert!(fate.text.contains(verb) && fate.text.contains(message.kind_name), "{}", fate.text);
    }
    lab.seek_time(900_000);
    finish(&mut lab);
    assert!(messages.iter().all(|message| lab.fate(message.id).is_none()), "the future is not told");
}

#[test]
fn what_differs_between_logs_is_found_where_it_begins() {
    let scenario = netsplit::scenario::library::find("raft/figure-7").expect("it is built in");
    let info = netsplit::system::open::info("raft").expect("it is there");
    let plan = netsplit::scenario::compile(scenario, info).expect("it compiles").plan;
    let mut lab = watched(plan, Goals::default());
    let mut found = 0;
    for at_us in (200_000..2_400_000).step_by(100_000) {
        lab.seek_time(at_us);
        finish(&mut lab);
        for node in lab.nodes().iter().filter(|node| !node.client) {
            let first = lab.log(node.id, 1, u64::MAX).iter().find(|entry| entry.conflict).map(|entry| entry.index);
            assert_eq!(node.log.expect("servers have logs").conflict, first, "{} at {at_us}", node.name);
            found += usize::from(first.is_some());
        }
    }
    assert!(found > 0);
}

#[test]
fn a_new_leader_pulses_while_it_plays_and_motion_is_wanted() {
    let mut lab = lab();
    lab.seek_time(2_000_000);
    finish(&mut lab);
    let elected = lab.events(0..u64::MAX).into_iter().find(|row| row.key == "raft.becomes-leader").expect("somebody leads");
    lab.seek_time(elected.at_us + 2_000);
    finish(&mut lab);
    let shapes = |lab: &Playback, reduced_motion: bool| {
        let options = ViewOptions { reduced_motion, ..ViewOptions::sized(900.0, 600.0) };
        lab.scene("cluster", &options).expect("there is one").shapes.len()
    };
    let still = (shapes(&lab, false), shapes(&lab, true));
    lab.set_playing(true);
    assert_eq!((shapes(&lab, false), shapes(&lab, true)), (still.0 + 1, still.1));
    lab.seek_time(elected.at_us + 240 * 33);
    finish(&mut lab);
    let later = shapes(&lab, false);
    lab.set_playing(false);
    assert_eq!(shapes(&lab, false), later, "it is over");
}

#[test]
fn broken_rules_are_always_said_and_fallen_properties_unless_the_page_says_them() {
    let mut plan = plan(7);
    plan.mutants = ["even_majority", "fig8", "commit_regress"].map(str::to_owned).to_vec();
    let said = |plan: &Plan| {
        let scene =
            watched(plan.clone(), Goals::default()).scene("cluster", &ViewOptions::sized(900.0, 600.0)).expect("there is one");
        netsplit::view::to_svg(&scene, netsplit::view::Theme::Light.palette())
    };
    assert!(said(&plan).contains(">3 rules broken<"));
    plan.mutants.truncate(2);
    assert!(said(&plan).contains(">Rule broken: even_majority<") && said(&plan).contains(">Rule broken: fig8<"));
}

#[test]
fn steps_forth_and_back_end_where_they_began() {
    let mut lab = lab();
    let mut prints = vec![lab.session().fingerprint()];
    for n in 0..50 {
        let row = lab.step().expect("something happens");
        assert_eq!(row.n, n);
        prints.push(lab.session().fingerprint());
    }
    for print in prints.iter().rev().skip(1) {
        assert!(lab.step_back(StepKind::Event));
        assert_eq!(lab.session().fingerprint(), *print);
    }
    assert!(!lab.step_back(StepKind::Event));
    let step = lab.step_story(u64::MAX);
    finish(&mut lab);
    assert_eq!(lab.job(step), JobState::Ended(Stop::Reached));
    assert_eq!(lab.latest().map(|row| row.level), Some(Level::Story));
}

#[test]
fn a_run_that_goes_on_without_a_story_is_not_called_quiet() {
    let mut lab = lab();
    let client = lab.session().run().cluster().client(0);
    lab.seek_time(1_000_000);
    finish(&mut lab);
    lab.act(Action::Crash(client)).expect("it runs");
    let mut slices = 0;
    let ended = loop {
        let limit_us = lab.cursor().at_us + 60_000_000;
        let step = lab.step_story(limit_us);
        while lab.job(step) == JobState::Working {
            lab.work(&mut |_| true);
            slices += 1;
        }
        match lab.job(step) {
            JobState::Ended(Stop::Reached) => assert_eq!(lab.latest().map(|row| row.level), Some(Level::Story)),
            JobState::Ended(stop) => break stop,
            JobState::Working => {}
        }
    };
    assert_eq!(ended, Stop::Limit, "heartbeats go on");
    assert!(slices > 20, "such a step is cut into slices: {slices}");
}

#[test]
fn a_job_that_another_call_replaces_ends_as_dropped() {
    let mut lab = lab();
    let first = lab.seek_event(5_000);
    lab.work(&mut |_| true);
    assert_eq!(lab.job(first), JobState::Working);
    let second = lab.seek_event(100);
    assert_eq!(lab.job(first), JobState::Ended(Stop::Dropped));
    finish(&mut lab);
    assert_eq!(lab.job(second), JobState::Ended(Stop::Reached));
    assert_eq!(lab.cursor().event, 100);
    lab.cancel(second);
    let third = lab.run_until(somebody_leads(), 10_000_000);
    lab.step();
    assert_eq!(lab.job(third), JobState::Ended(Stop::Dropped));
}

#[test]
fn a_tick_goes_on_with_a_job_even_when_paused() {
    let mut lab = lab();
    lab.seek_event(5_000);
    assert!(lab.cursor().busy);
    let ticks = (0..10_000).take_while(|_| lab.tick(16.0, &mut |_| true).moved || lab.cursor().busy).count();
    assert!(ticks > 1, "{ticks}");
    assert_eq!((lab.cursor().event, lab.cursor().busy), (5_000, false));
}

#[test]
fn acting_in_the_past_branches_and_undo_brings_the_old_future_back() {
    let mut lab = lab();
    lab.seek_time(2_000_000);
    finish(&mut lab);
    let original = lab.session().fingerprint();
    lab.seek_time(1_000_000);
    finish(&mut lab);
    let leader = leader(&lab);
    let acted = lab.act(Action::Crash(leader)).expect("it runs");
    assert!(acted.branched);
    let row = lab.event(acted.position).expect("it was executed");
    assert_eq!((row.kind, row.node, row.at_us), ("crashed", Some(leader), 1_000_000));
    assert_eq!(
        lab.act(Action::Crash(leader)).map(|_| ()).map_err(|error| matches!(error, timeline::Error::Refused(_))),
        Err(true)
    );
    lab.seek_time(2_000_000);
    finish(&mut lab);
    assert_ne!(lab.session().fingerprint(), original);
    let branches = lab.branches();
    assert_eq!((branches.len(), branches[1].interventions.len(), branches[1].current), (2, 1, true));
    assert!(lab.divergence(0, acted.branch.0).expect("both exist").is_some());
    lab.undo().expect("there is something to undo");
    finish(&mut lab);
    assert_eq!(lab.session().fingerprint(), original);
    assert!(lab.switch_branch(99).is_err() && lab.rename_branch(99, String::new()).is_err());
}

#[test]
fn one_thing_done_to_several_nodes_is_one_thing_to_undo() {
    let mut lab = lab();
    lab.seek_time(1_000_000);
    finish(&mut lab);
    let before = lab.session().fingerprint();
    let crash = |nodes: &[u16]| nodes.iter().map(|node| Action::Crash(NodeId(*node))).collect::<Vec<_>>();
    assert_eq!(lab.act_all(crash(&[0, 1])).expect("both run").len(), 2);
    let two = lab.session().fingerprint();
    assert_eq!(lab.act_all(crash(&[1, 2, 9])).expect("one runs").len(), 1, "what cannot be done is left out");
    assert!(lab.act_all(crash(&[0, 1])).is_err(), "and if nothing can, that is said");
    assert_eq!((lab.census().down, lab.census().cut), (3, false));
    for expected in [two, before] {
        lab.undo().expect("there is something to undo");
        finish(&mut lab);
        assert_eq!(lab.session().fingerprint(), expected);
    }
    // The same numbers once more, one by one: those are no group.
    lab.act(Action::Crash(NodeId(0))).expect("it runs");
    let one = lab.session().fingerprint();
    lab.act(Action::Crash(NodeId(1))).expect("it runs");
    lab.undo().expect("there is something to undo");
    finish(&mut lab);
    assert_eq!(lab.session().fingerprint(), one);
}

#[test]
fn pictures_are_the_same_for_the_same_moment() {
    let mut lab = lab();
    let options = ViewOptions::sized(800.0, 600.0);
    lab.seek_time(1_500_000);
    finish(&mut lab);
    let pictures = ["cluster", "log"].map(|view| lab.scene(view, &options).expect("there is such a view"));
    lab.act(Action::Cut(Cut::Isolate(NodeId(0)))).expect("it is connected");
    lab.seek_time(3_000_000);
    finish(&mut lab);
    assert_ne!(lab.scene("log", &options).as_ref(), Some(&pictures[1]));
    lab.switch_branch(0).expect("the original");
    lab.seek_time(0);
    finish(&mut lab);
    lab.seek_event(0);
    finish(&mut lab);
    assert_eq!(lab.scene("nonsense", &options), None);
}

#[test]
fn a_plan_taken_from_a_lab_gives_the_same_run() {
    let mut lab = lab();
    lab.seek_time(1_000_000);
    finish(&mut lab);
    let client = NodeId(5);
    let operation = Operation { verb: "put".into(), key: "x".into(), args: vec![1_000_001], target: None };
    lab.act(Action::Request { client, operation }).expect("clients put");
    let message = lab.messages().first().map(|message| message.id);
    if let Some(message) = message {
        let act = netsplit::sim::plan::MessageAct::Drop;
        lab.act(Action::Message { message, act }).expect("it is in flight");
    }
    lab.seek_time(2_000_000);
    finish(&mut lab);
    let json = serde_json::to_string(&lab.session().plan()).expect("plans are plain data");
    let mut again = watched(serde_json::from_str(&json).expect("it was one"), Goals::default());
    again.seek_time(2_000_000);
    finish(&mut again);
    assert_eq!(again.session().fingerprint(), lab.session().fingerprint());
}

/// Whatever is looked at: a picture of a run with a broken rule says so, and only such a one.
#[test]
fn every_view_says_which_rule_is_broken() {
    let says = |lab: &Playback, view: &str| {
        let scene = lab.scene(view, &ViewOptions::sized(360.0, 280.0)).expect("there is such a view");
        let broken = |shape: &&Shape| matches!(&shape.form, Form::Text(text) if text.content.starts_with("Rule broken: "));
        let bounds = scene.shapes.iter().find(broken).map(Shape::bounds);
        bounds.is_some_and(|(left, top, right, bottom)| left >= 0.0 && top >= 0.0 && right <= 360.0 && bottom <= 280.0)
    };
    for id in ["raft/even-majority", "lock/clock-jump", "rpc/reply-lost"] {
        let scenario = library::find(id).expect("the library holds it");
        let system = info(&scenario.system).expect("a system");
        let broken = compile(scenario, system).expect("it compiles").plan;
        let right = Plan { mutants: Vec::new(), ..broken.clone() };
        for (plan, wanted) in [(broken, true), (right, false)] {
            let mut lab = watched(plan, Goals::default());
            lab.seek_time(150_000);
            finish(&mut lab);
            for view in system.views {
                assert_eq!(says(&lab, view), wanted, "{id}, {view}");
            }
        }
    }
}

#[test]
fn a_node_before_an_event_is_the_node_that_stepping_there_shows() {
    let mut lab = lab();
    lab.seek_event(9_000);
    finish(&mut lab);
    lab.seek_event(6_000);
    finish(&mut lab);
    for n in [0, 1, 700, 4_095, 4_096, 4_097, 5_999, 6_000, 8_999] {
        let mut before = lab.session().before(n).expect("it was played");
        let mut slices = 0;
        let node = loop {
            slices += 1;
            if let Some(node) = lab.node_before(NodeId(1), &mut before, &mut || true) {
                break node;
            }
        };
        assert!(slices < 70, "from the nearest checkpoint: {slices} slices");
        assert_eq!(lab.cursor().event, 6_000, "the cursor stays");
        let mut fresh = self::lab();
        fresh.seek_event(n);
        finish(&mut fresh);
        assert_eq!(format!("{node:?}"), format!("{:?}", fresh.node(NodeId(1))), "before event {n}");
    }
    assert!(lab.session().before(9_000).is_none(), "it has not been played");
}
