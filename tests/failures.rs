//! Searching the futures of a moment for a failure, and making one shorter.

use netsplit::base::NodeId;
use netsplit::scenario::{Link, compile, library};
use netsplit::sim::plan::{Action, ClockAct, Intervention, Plan};
use netsplit::system::inspect::Status;
use netsplit::system::open::{info, open};
use netsplit::timeline::{self, Failure, Limits, Outcome, Session, Stop};
use netsplit::view::failure::FailureRow;
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::words::Lang;

const SCENARIO: &str = "raft/leader-crash";
const START_US: u64 = 1_204_000;
/// A candidate does not record the vote for itself.
const BROKEN: &str = "no_self_vote";

fn plan(mutants: &[&str]) -> Plan {
    let scenario = library::find(SCENARIO).expect("a built-in scenario");
    let plan = compile(scenario, info(&scenario.system).expect("its system")).expect("it compiles").plan;
    Plan { mutants: mutants.iter().map(|id| (*id).to_owned()).collect(), ..plan }
}

fn lab(plan: Plan) -> Playback {
    let session = Session::open(plan, timeline::Config::default(), open).expect("the plan opens");
    let mut lab = Playback::new(session, Lang::En, Goals::default(), 33.0);
    lab.seek_time(START_US);
    lab.work(&mut |_| false);
    lab
}

fn search(lab: &Playback, budget: u64) -> (Outcome, u64, u64) {
    let mut futures = lab.futures();
    let limits = Limits { runs: 400, events: 400_000 };
    loop {
        if let Some(outcome) = futures.slice(limits, budget) {
            return (outcome, futures.runs(), futures.events());
        }
    }
}

fn found(lab: &Playback) -> Failure {
    match search(lab, u64::MAX).0 {
        Outcome::Failure(failure) => failure,
        Outcome::Exhausted => panic!("nothing was found"),
    }
}

fn arrive(lab: &mut Playback, failure: Failure) -> FailureRow {
    let mut arriving = lab.found(failure).expect("it can be reached");
    loop {
        if let Some(row) = lab.arrive(&mut arriving, &mut |_| true).expect("it can be reached") {
            return row;
        }
    }
}

fn shorten(lab: &mut Playback, property: &str, budget: u64) -> timeline::Shortest {
    let mut shortest = lab.shortest(property).expect("it fell");
    while !shortest.slice(budget) {}
    shortest
}

/// Whether the property falls in a run of its own no later than at a time.
fn falls(plan: Plan, script: Vec<Intervention>, property: &str, at_us: u64) -> bool {
    let plan = Plan { interventions: script, ..plan };
    let mut session = Session::open(plan, timeline::Config::default(), open).expect("the plan opens");
    session.seek_time(at_us);
    session.run().verdicts().iter().any(|verdict| verdict.property == property && verdict.status == Status::Violated)
}

#[test]
fn a_broken_rule_is_found_and_the_same_whatever_the_slices() {
    let lab = lab(plan(&[BROKEN]));
    let (outcome, runs, events) = search(&lab, u64::MAX);
    let Outcome::Failure(failure) = &outcome else { panic!("nothing in {runs} runs, {events} events") };
    // `tests/browser_lab.rs` has the same figures: the wasm searches as this does.
    assert_eq!(
        (failure.property, failure.position, failure.at_us, runs, events),
        ("election-safety", 746, 2_914_877, 57, 168_437)
    );
    for budget in [1, 7, 64] {
        assert_eq!(search(&lab, budget), (outcome.clone(), runs, events), "slices of {budget}");
    }
}

#[test]
fn what_is_found_is_a_branch_on_which_it_falls() {
    let mut lab = lab(plan(&[BROKEN]));
    let before = lab.cursor();
    let failure = found(&lab);
    let row = arrive(&mut lab, failure.clone());
    assert_eq!(lab.cursor(), before, "the cursor does not move by itself");
    assert_eq!((row.event, row.at_us), (failure.position, failure.at_us));
    lab.switch_branch(row.branch).expect("it exists");
    lab.seek_event(row.event);
    lab.work(&mut |_| false);
    let fell = |lab: &Playback| {
        lab.session().run().verdicts().iter().any(|v| v.property == row.property && v.status == Status::Violated)
    };
    assert!(fell(&lab));
    let name = lab.branches().pop().expect("a branch").name;
    assert!(name.starts_with(&row.name), "{name}");

    // A link carries it.
    let link = Link::unpack(&lab.link(Some(SCENARIO)).pack().expect("short enough")).expect("it opens");
    let session = Session::open(link.plan.clone(), timeline::Config::default(), open).expect("the plan opens");
    let mut sent = Playback::new(session, Lang::En, Goals::default(), 33.0);
    sent.follow(&link);
    sent.work(&mut |_| false);
    assert_eq!(sent.provenance().expect("a link").matches, Some(true));
    assert!(fell(&sent));

    lab.seek_event(row.event - 1);
    lab.work(&mut |_| false);
    assert!(!fell(&lab), "it falls in that very event");
}

#[test]
fn right_rules_hold_and_a_search_that_found_nothing_goes_on() {
    let lab = lab(plan(&[]));
    let mut futures = lab.futures();
    let mut limits = Limits { runs: 40, events: u64::MAX };
    assert_eq!(futures.slice(limits, u64::MAX), Some(Outcome::Exhausted));
    let events = futures.events();
    assert!(futures.runs() == 40 && events > 10_000, "{events} events");
    assert!(lab.session().is_at(&futures));
    limits.runs = 60;
    assert_eq!(futures.slice(limits, u64::MAX), Some(Outcome::Exhausted));
    assert!(futures.runs() == 60 && futures.events() > events);
    limits.events = futures.events();
    limits.runs = 1_000;
    assert_eq!(futures.slice(limits, u64::MAX), Some(Outcome::Exhausted), "events are limited, too");
    assert_eq!(futures.runs(), 60);
}

/// How wrong clocks may be is a promise that each system makes differently.
#[test]
fn a_search_leaves_clocks_alone() {
    let done = |plan: Plan| {
        let lab = lab(plan);
        let mut futures = lab.futures();
        let limits = Limits { runs: 60, events: u64::MAX };
        let (mut clocks, mut crashes) = (0, 0);
        while futures.slice(limits, 500).is_none() {
            clocks += futures.script().iter().filter(|done| matches!(done.action, Action::Clock { .. })).count();
            crashes += futures.script().iter().filter(|done| matches!(done.action, Action::Crash(_))).count();
        }
        (clocks, crashes > 0)
    };
    assert_eq!(done(plan(&[])), (0, true));
    let mut skewed = plan(&[]);
    skewed.clocks = vec![netsplit::sim::plan::ClockPlan { node: NodeId(0), wall_offset_us: 5, rate_ppm: 0 }];
    assert_eq!(done(skewed), (0, true));
}

#[test]
fn the_shortest_run_needs_all_that_is_left_in_it() {
    let mut lab = lab(plan(&[BROKEN]));
    // What has nothing to do with it.
    for node in [0, 1, 2] {
        lab.act(Action::Clock { node: NodeId(node), act: ClockAct::Jump(1_000) }).expect("it runs");
    }
    let failure = found(&lab);
    let row = arrive(&mut lab, failure);
    lab.switch_branch(row.branch).expect("it exists");
    lab.seek_event(row.event);
    lab.work(&mut |_| false);
    let long = lab.session().plan().interventions.len();
    let shortest = shorten(&mut lab, row.property, u64::MAX);
    let best = shortest.best().clone();
    assert!(best.script.len() + 3 <= long, "{} of {long}", best.script.len());
    assert!(best.at_us <= row.at_us);
    assert_eq!(best.script.len() + shortest.left_out().len(), long, "nothing is forgotten");
    let plan = plan(&[BROKEN]);
    assert!(falls(plan.clone(), best.script.clone(), row.property, best.at_us));
    for n in 0..best.script.len() {
        let mut less = best.script.clone();
        let out = less.remove(n);
        assert!(!falls(plan.clone(), less, row.property, best.at_us), "{:?} is not needed", out.action);
    }
    for budget in [1, 100] {
        let again = shorten(&mut lab, row.property, budget);
        assert_eq!((again.best(), again.left_out(), again.runs()), (&best, shortest.left_out(), shortest.runs()));
    }

    let mut arriving = lab.shortened(best.clone()).expect("it can be reached");
    let short = loop {
        if let Some(row) = lab.arrive(&mut arriving, &mut |_| true).expect("it can be reached") {
            break row;
        }
    };
    let said = lab.shortest_row(&shortest, short.clone());
    assert_eq!((said.kept.len(), said.left_out.len()), (best.script.len(), shortest.left_out().len()));
    lab.switch_branch(short.branch).expect("it exists");
    let job = lab.seek_event(short.event);
    lab.work(&mut |_| false);
    assert_eq!(lab.job(job), netsplit::view::playback::JobState::Ended(Stop::Reached));
    assert!(lab.session().run().verdicts().iter().any(|v| v.property == row.property && v.status == Status::Violated));
    assert!(lab.shortest("no-such-property").is_none());
}
