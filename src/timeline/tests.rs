//! The mechanics of sessions, on a small fake run.

use super::fake;
use super::predicate::{Compare, Count, Operand, Predicate, Test};
use super::*;
use crate::base::{EventId, Fingerprint, Level, NodeId};
use crate::sim::plan::{Action, MessageAct, Plan, Setting};
use crate::sim::trace::{EventKind, NoTrace};

fn plan(seed: u64) -> Plan {
    Plan::new("fake", 3, seed)
}

fn small() -> Config {
    Config { checkpoint_gap: 64, ..Config::default() }
}

fn session(seed: u64) -> Session {
    Session::open(plan(seed), small(), fake::open).unwrap()
}

/// Fingerprints after each of the first `events` events of a plan, run straight through.
fn straight(plan: &Plan, events: u64) -> Vec<Fingerprint> {
    let mut player = player::Player::new(fake::open(plan).unwrap());
    let mut all = vec![player.fingerprint()];
    while player.position() < events {
        player.step(&plan.interventions, &mut NoTrace);
        if player.position() as usize == all.len() {
            all.push(player.fingerprint());
        }
    }
    all
}

/// Fingerprints at every position of the current branch, by seeking.
fn by_seeking(session: &mut Session) -> Vec<Fingerprint> {
    (0..=session.event_count())
        .map(|position| {
            session.seek(position);
            session.fingerprint()
        })
        .collect()
}

#[test]
fn a_seek_anywhere_equals_a_straight_run() {
    let straight = straight(&plan(7), 3_000);
    let mut session = session(7);
    session.seek(3_000);
    let mut position = 1u64;
    for _ in 0..300 {
        position = (position * 48_271 + 11) % 3_001;
        assert_eq!(session.seek(position), Stop::Reached);
        assert_eq!((session.cursor().position, session.fingerprint()), (position, straight[position as usize]));
        assert_eq!(session.cursor().moment.at_us, position.checked_sub(1).map_or(0, |last| session.event(last).unwrap().at_us));
    }
}

#[test]
fn stepping_back_equals_a_fresh_run() {
    let straight = straight(&plan(3), 700);
    let mut session = session(3);
    session.seek(700);
    for position in (0..700).rev() {
        assert!(session.step_back(StepKind::Event));
        assert_eq!(session.fingerprint(), straight[position]);
    }
    assert!(!session.step_back(StepKind::Event), "there is nothing before the beginning");
}

#[test]
fn stepping_by_story_stops_at_story_events_both_ways() {
    let mut session = session(5);
    let mut stops = Vec::new();
    for _ in 0..10 {
        assert_eq!(session.step_story(u64::MAX), Stop::Reached);
        let position = session.cursor().position;
        assert_eq!(session.level(position - 1), Some(Level::Story));
        stops.push(position);
    }
    assert_eq!(session.recent(Level::Story, 4), stops[6..].iter().map(|position| position - 1).collect::<Vec<_>>());
    for position in stops.iter().rev().skip(1) {
        assert!(session.step_back(StepKind::Story));
        assert_eq!(session.cursor().position, *position);
    }
    session.step_story_begin(0);
    assert_eq!(session.slice(u64::MAX).stop, Some(Stop::Reached), "the past is known, whatever the limit");
    assert_eq!(session.cursor().position, stops[1]);
}

#[test]
fn a_seek_to_a_time_executes_all_that_is_due_by_then() {
    let mut session = session(9);
    session.seek_time(1_000);
    let (events, fingerprint) = (session.event_count(), session.fingerprint());
    assert_eq!(session.cursor().moment.at_us, 1_000);
    session.seek_time(500);
    assert_eq!(session.position_at(500), session.cursor().position);
    assert!(session.event(session.cursor().position).unwrap().at_us > 500);
    assert!(session.events(0..session.cursor().position).iter().all(|(_, event)| event.at_us <= 500));
    session.seek_time(1_000);
    assert_eq!((session.event_count(), session.fingerprint()), (events, fingerprint));
    assert_eq!(session.density(0..1_001, 7).iter().sum::<u64>(), events);
}

#[test]
fn a_moment_between_simultaneous_events_is_found_again() {
    let mut session = session(2);
    session.seek(2_000);
    for position in 1..2_000 {
        session.seek(position);
        let cursor = session.cursor();
        session.seek(1_000);
        session.seek_moment_begin(cursor.moment);
        session.finish();
        assert_eq!(session.cursor().position, position);
    }
}

#[test]
fn a_sliced_seek_moves_the_cursor_only_when_it_is_done() {
    let mut session = session(4);
    session.seek(50);
    session.seek_begin(1_000);
    let mut slices = 0;
    while session.slice(100).stop.is_none() {
        assert_eq!(session.cursor().position, 50);
        slices += 1;
    }
    assert_eq!((session.cursor().position, slices), (1_000, 9));
    session.seek_begin(10);
    session.drop_job();
    assert_eq!(session.cursor().position, 1_000);
    assert_eq!(session.slice(1).stop, Some(Stop::Dropped));
}

#[test]
fn acting_at_the_end_continues_and_before_it_forks() {
    let mut session = session(1);
    session.seek(500);
    let acted = session.act(Action::Crash(NodeId(1))).unwrap();
    assert_eq!((acted.branched, acted.n, acted.event.kind), (false, 0, EventKind::Crashed));
    session.seek(800);
    let old = by_seeking(&mut session);
    session.seek(600);
    let acted = session.act(Action::Restart { node: NodeId(1), empty: false }).unwrap();
    assert_eq!((acted.branched, acted.branch, acted.n), (true, BranchId(1), 1));
    session.seek(900);
    let branches = session.branches();
    assert_eq!(branches[1].parent, Some(BranchId(0)));
    assert_eq!((branches[1].from_event, branches[1].events, branches[1].interventions.len()), (600, 900, 2));
    assert!(matches!(branches[1].name, BranchName::Acted { action: Action::Restart { .. }, .. }));
    session.switch_branch(BranchId(0)).unwrap();
    assert_eq!(by_seeking(&mut session), old, "the old future is kept");
    let divergence = session.divergence(BranchId(0), BranchId(1)).unwrap().unwrap();
    assert_eq!((divergence.position, divergence.b.unwrap().kind), (600, EventKind::Started));
}

#[test]
fn a_refused_action_changes_nothing() {
    let mut session = session(1);
    session.seek(500);
    for position in [500, 200] {
        session.seek(position);
        let (before, plan) = (session.cursor(), session.plan());
        assert!(matches!(session.act(Action::Crash(NodeId(9))), Err(Error::Refused(_))));
        assert!(matches!(session.act(Action::Pause(NodeId(0))), Err(Error::Refused(_))));
        assert_eq!((session.cursor(), session.plan(), session.branches().len()), (before, plan, 1));
    }
}

#[test]
fn a_plan_with_its_interventions_gives_the_same_run() {
    let mut session = session(11);
    session.seek(300);
    session.act(Action::Crash(NodeId(2))).unwrap();
    session.seek_time(session.cursor().moment.at_us + 333);
    session.act(Action::Restart { node: NodeId(2), empty: false }).unwrap();
    session.act(Action::Crash(NodeId(0))).unwrap();
    session.seek(700);
    let message = session.run().messages()[0].id;
    session.seek(650);
    if session.act(Action::Message { message, act: MessageAct::Drop }).is_err() {
        let message = session.run().messages()[0].id;
        session.act(Action::Choose(message)).unwrap();
    }
    session.seek(1_000);
    let mut again = Session::open(session.plan(), small(), fake::open).unwrap();
    again.seek(1_000);
    assert_eq!(again.fingerprint(), session.fingerprint());
    assert_eq!(by_seeking(&mut again), by_seeking(&mut session));
    assert_eq!(straight(&session.plan(), 1_000), by_seeking(&mut again));
}

#[test]
fn a_fork_without_an_intervention_replays_the_original_future() {
    let mut session = session(6);
    session.seek(400);
    session.act(Action::Crash(NodeId(0))).unwrap();
    session.seek(900);
    let original = by_seeking(&mut session);
    for at in [0, 1, 64, 399, 400, 401, 777] {
        session.switch_branch(BranchId(0)).unwrap();
        session.seek(at);
        let fork = session.fork(None);
        session.seek(900);
        assert_eq!(by_seeking(&mut session), original);
        assert_eq!(session.divergence(BranchId(0), fork), Ok(None));
    }
}

#[test]
fn undo_forks_without_the_intervention_and_keeps_later_ones() {
    let mut session = session(8);
    session.seek(200);
    session.act(Action::Crash(NodeId(0))).unwrap();
    session.seek(300);
    session.act(Action::Crash(NodeId(1))).unwrap();
    session.seek(400);
    session.act(Action::Restart { node: NodeId(0), empty: false }).unwrap();
    session.seek(600);
    let cursor = session.cursor();
    let undone = session.undo_number(0).unwrap();
    assert_eq!((undone.branch, session.finish()), (BranchId(1), Stop::Reached));
    assert_eq!(session.cursor().moment.at_us, cursor.moment.at_us);
    let branch = session.branches().remove(1);
    assert_eq!(branch.from_event, 200);
    assert_eq!(branch.interventions.iter().map(|i| i.n).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(branch.missed.iter().map(|missed| missed.n).collect::<Vec<_>>(), [2], "nothing to restart: a reported no-op");
    let mut again = Session::open(session.plan(), small(), fake::open).unwrap();
    again.seek(session.cursor().position);
    assert_eq!(again.fingerprint(), session.fingerprint());
    // The last one of the first branch, taken back at once: as if nothing had been done.
    session.switch_branch(BranchId(0)).unwrap();
    session.undo().unwrap();
    session.finish();
    assert_eq!(session.branches()[2].interventions.len(), 2);
    assert_eq!(session.branches()[2].from_event, 400);
}

#[test]
fn what_was_done_as_one_is_undone_as_one_and_what_came_before_and_after_stays() {
    let mut session = session(8);
    session.seek(200);
    let before = (session.cursor().position, session.fingerprint());
    session.act(Action::Crash(NodeId(0))).unwrap();
    let first = (session.cursor().position, session.fingerprint());
    let group: Vec<u32> = [1, 2].map(|node| session.act(Action::Crash(NodeId(node))).unwrap().n).to_vec();
    assert_eq!(session.undo_among(std::slice::from_ref(&group)).map(|undone| undone.n), Ok(group[0]));
    session.finish();
    assert_eq!((session.cursor().position, session.fingerprint()), first, "both of the group, and not the one before it");
    session.undo_among(std::slice::from_ref(&group)).unwrap();
    session.finish();
    assert_eq!((session.cursor().position, session.fingerprint()), before);
    // A later one of the same moment is found again where it belongs.
    session.switch_branch(BranchId(0)).unwrap();
    session.seek(before.0 + 3);
    session.act(Action::Restart { node: NodeId(0), empty: false }).unwrap();
    assert_eq!(session.undo_among(std::slice::from_ref(&group)).map(|undone| undone.n), Ok(3), "the group is not the last");
    session.finish();
    session.undo_among(&[group]).unwrap();
    session.finish();
    assert_eq!((session.cursor().position, session.fingerprint()), first);
}

#[test]
fn undoing_an_action_just_done_leads_back_to_where_it_was_done() {
    let mut session = session(8);
    for position in [0, 137, 200] {
        session.seek(position);
        let before = (session.cursor().position, session.fingerprint());
        session.act(Action::Crash(NodeId(0))).unwrap();
        session.undo().unwrap();
        session.finish();
        assert_eq!((session.cursor().position, session.fingerprint()), before);
    }
    session.switch_branch(BranchId(0)).unwrap();
    assert_eq!(session.undo().map(|undone| undone.n), Ok(0));
    session.finish();
    assert_eq!(session.undo(), Err(Error::NothingToUndo));
}

#[test]
fn checkpoints_thin_out_beyond_their_budget_and_seeks_stay_right() {
    let config = Config { checkpoint_gap: 16, checkpoint_bytes: 20 * 5_000, ..Config::default() };
    let mut session = Session::open(plan(7), config, fake::open).unwrap();
    session.seek(3_000);
    let memory = session.memory();
    assert!(memory.checkpoint_count <= 24 && memory.checkpoint_gap >= 128, "{memory:?}");
    let straight = straight(&plan(7), 3_000);
    for position in [0, 1, 255, 256, 257, 2_999, 1_500] {
        session.seek(position);
        assert_eq!(session.fingerprint(), straight[position as usize]);
    }
}

#[test]
fn dropped_parts_of_the_trace_come_back_by_replay() {
    let mut whole = session(7);
    whole.seek(40_000);
    let config = Config { trace_bytes: 1 << 20, checkpoint_gap: 1 << 10, ..Config::default() };
    let mut session = Session::open(plan(7), config, fake::open).unwrap();
    session.seek(40_000);
    assert!(session.memory().trace < (1 << 20) + 400_000, "{:?}", session.memory());
    assert_eq!(session.event(100), None);
    assert_eq!((session.marks(), session.recent(Level::Story, 9_999)), (whole.marks(), whole.recent(Level::Story, 9_999)));
    let leaders = Predicate::Event {
        key: "fake.becomes-leader".into(),
        node: Some(NodeId(1)),
        times: Count::Exactly(whole.marks().iter().filter(|mark| mark.event.node() == Some(NodeId(1))).count() as u32),
    };
    assert!(session.holds(&leaders) && whole.holds(&leaders));
    for from in [0, 4_000, 20_000] {
        session.recall(from..from + 300);
        assert_eq!(session.events(from..from + 300), whole.events(from..from + 300));
        assert!((from..from + 300).all(|index| session.notes(index) == whole.notes(index)));
        let id = whole.event(from).unwrap().id;
        assert_eq!((session.find(id), whole.find(id)), (Some(from), Some(from)));
    }
}

#[test]
fn events_are_found_by_id_and_by_what_they_executed() {
    let mut session = session(12);
    session.seek(10_000);
    for index in (0..10_000).step_by(97) {
        let event = session.event(index).unwrap();
        assert_eq!(session.find(event.id), Some(index));
        assert_eq!(session.find_item(event.item, 0), Some(index));
        let cause = session.cause(index).map(|cause| session.event(cause).unwrap().id);
        assert_eq!(cause, event.cause.some());
    }
    assert_eq!(session.find(EventId::NONE), None);
}

#[test]
fn run_until_stops_at_the_first_event_after_which_it_holds() {
    let third = Predicate::Event { key: "fake.becomes-leader".into(), node: None, times: Count::AtLeast(3) };
    let mut session = session(4);
    assert_eq!(session.run_until(third.clone(), 1_000_000), Stop::Reached);
    let position = session.cursor().position;
    assert_eq!(session.marks().iter().filter(|mark| mark.shape == MarkShape::Epoch).count(), 3);
    session.step_back(StepKind::Event);
    assert!(!session.holds(&third));
    // In the past it is found just the same.
    session.seek(0);
    assert_eq!((session.run_until(third, 1_000_000), session.cursor().position), (Stop::Reached, position));
    let crashed = |status: &str| Predicate::Nodes {
        of: vec![],
        count: Count::Exactly(1),
        tests: vec![Test { field: "status".into(), compare: Compare::Equal, with: Operand::Name(status.into()) }],
    };
    assert_eq!(session.run_until(crashed("crashed"), 300), Stop::Limit);
    session.act(Action::Crash(NodeId(0))).unwrap();
    assert!(session.holds(&crashed("crashed")) && !session.holds(&crashed("running")));
    let later = Predicate::And(vec![Predicate::Time { at_us: 12_345 }, Predicate::Not(Box::new(crashed("paused")))]);
    assert_eq!((session.run_until(later, 1_000_000), session.cursor().moment.at_us), (Stop::Reached, 12_345));
}

#[test]
fn playing_stops_at_a_violation_and_at_a_goal() {
    let mut plan = plan(4);
    plan.settings = vec![Setting { name: "limit".into(), value: 900_000 }];
    let mut session = Session::open(plan, small(), fake::open).unwrap();
    session.set_goals(vec![Predicate::Event { key: "world.delivered".into(), node: None, times: Count::AtLeast(5) }]);
    session.play_begin(1_000_000);
    assert_eq!(session.finish(), Stop::Goal(0));
    assert_eq!((session.cursor().position, session.goals()), (5, vec![Some(5)]));
    session.play_begin(1_000_000);
    assert_eq!(session.finish(), Stop::Violation);
    let position = session.cursor().position;
    let mark = session.marks().into_iter().find(|mark| mark.shape == MarkShape::Violation).unwrap();
    assert_eq!(mark.position + 1, position);
    session.seek(2);
    assert_eq!(session.goals(), [None]);
    session.play_begin(1_000_000);
    assert_eq!((session.finish(), session.cursor().position), (Stop::Violation, position));
    session.play_begin(100_000);
    assert_eq!((session.finish(), session.cursor().moment.at_us), (Stop::Reached, 100_000));
    session.play_on(session.run().info().properties.iter().map(|id| (*id).to_owned()).collect());
    session.play_begin(1_000_000);
    assert_eq!((session.finish(), session.cursor().moment.at_us), (Stop::Reached, 1_000_000), "it is known to fall");
}

#[test]
fn playing_stops_at_the_very_event_in_which_a_property_falls() {
    for limit in (700_000..1_000_000).step_by(15_000) {
        let mut plan = plan(4);
        plan.settings = vec![Setting { name: "limit".into(), value: limit }];
        let mut session = Session::open(plan, small(), fake::open).unwrap();
        session.play_begin(1_000_000);
        // Slices of any length.
        let stop = loop {
            if let Some(stop) = session.slice(7).stop {
                break stop;
            }
        };
        let witness = session.run().verdicts()[0].witness.clone().and_then(|witness| witness.event);
        let position = session.cursor().position;
        assert_eq!((stop, session.event(position - 1).map(|event| event.id)), (Stop::Violation, witness));
        assert_eq!(session.event_count(), position, "nothing is played beyond it");
        // Without the pause, by a seek: the mark is at the same event.
        let mut whole = Session::open(session.plan(), small(), fake::open).unwrap();
        whole.seek(position + 100);
        let fell = |session: &Session| session.marks().into_iter().find(|mark| mark.shape == MarkShape::Violation).unwrap();
        assert_eq!((fell(&whole), fell(&whole).position), (fell(&session), position - 1));
    }
}

#[test]
fn a_run_in_which_nothing_happens_says_so() {
    let mut plan = plan(1);
    plan.settings = vec![Setting { name: "tokens".into(), value: 0 }];
    let mut session = Session::open(plan, small(), fake::open).unwrap();
    assert_eq!((session.step(), session.step_story(u64::MAX)), (Stop::Quiet, Stop::Quiet));
    assert_eq!(session.seek(5), Stop::Quiet);
    session.play_begin(77);
    assert_eq!((session.finish(), session.cursor().moment.at_us), (Stop::Quiet, 77));
    session.act(Action::Crash(NodeId(0))).unwrap();
    session.act(Action::Restart { node: NodeId(0), empty: false }).unwrap();
    assert_eq!(session.seek(20), Stop::Reached);
    let mut again = Session::open(session.plan(), small(), fake::open).unwrap();
    again.seek(20);
    assert_eq!(again.fingerprint(), session.fingerprint());
}

#[test]
fn an_event_with_its_notes_takes_less_than_110_bytes() {
    let mut session = session(7);
    session.seek(100_000);
    let trace = session.memory().trace;
    assert!(trace < 110 * 100_000, "{trace} bytes");
}

#[test]
fn acting_at_the_end_of_a_plan_that_goes_on_keeps_what_it_has_planned() {
    let mut whole = session(3);
    whole.seek(100);
    whole.act(Action::Crash(NodeId(0))).unwrap();
    whole.seek(300);
    let mut session = Session::open(whole.plan(), small(), fake::open).unwrap();
    session.seek(50);
    assert_eq!(session.act(Action::Crash(NodeId(1))).map(|acted| (acted.branched, acted.n)), Ok((false, 1)));
    session.seek(300);
    let numbers: Vec<u32> = session.plan().interventions.iter().map(|intervention| intervention.n).collect();
    assert_eq!((numbers, session.branches()[0].missed.len()), (vec![1, 0], 0));
    let mut again = Session::open(session.plan(), small(), fake::open).unwrap();
    again.seek(300);
    assert_eq!(again.fingerprint(), session.fingerprint());
}

/// Any calls in any order: nothing panics, and the branch that one ends on can be opened afresh.
#[test]
fn any_order_of_calls_leads_to_a_run_that_its_plan_reproduces() {
    for seed in 0..60 {
        let mut session = session(seed);
        let mut draws = crate::base::draw::Sequence::new(seed, crate::base::draw::Purpose::Nemesis, 5);
        for _ in 0..60 {
            let position = draws.range(0, session.event_count() + 60);
            let node = NodeId(draws.range(0, 3) as u16);
            match draws.range(0, 15) {
                0 => drop(session.act(Action::Crash(node))),
                1 => drop(session.act(Action::Restart { node, empty: false })),
                2 => {
                    if let Some(message) = session.run().messages().first().map(|message| message.id) {
                        session.act(Action::Message { message, act: MessageAct::Drop }).unwrap();
                    }
                }
                3 => {
                    if let Some(message) = session.run().messages().last().map(|message| message.id) {
                        session.act(Action::Choose(message)).unwrap();
                    }
                }
                4 => drop(session.undo()),
                5 => drop(session.undo_number(draws.range(0, 3) as u32)),
                6 => drop(session.fork(None)),
                7 => drop(session.switch_branch(BranchId(draws.range(0, session.branches().len() as u64) as u32))),
                8 => drop(session.seek_time(draws.range(0, session.cursor().end_us + 100))),
                9 => drop(session.step_story(session.cursor().moment.at_us + 40)),
                10 => drop(session.step_back(StepKind::Story)),
                11 => drop(session.step_back(StepKind::Event)),
                12 => session.play_begin(session.cursor().moment.at_us + 50),
                13 => drop(session.slice(7)),
                14 => drop(session.finish()),
                _ => drop(session.seek(position)),
            }
        }
        session.finish();
        let cursor = session.cursor();
        let mut again = Session::open(session.plan(), small(), fake::open).unwrap();
        again.seek_moment_begin(cursor.moment);
        again.finish();
        assert_eq!(again.cursor().position, cursor.position, "seed {seed}");
        assert_eq!(again.fingerprint(), session.fingerprint(), "seed {seed}");
        session.seek(cursor.events);
        again.seek(cursor.events);
        assert_eq!(again.fingerprint(), session.fingerprint(), "seed {seed}, at the end");
        let (ours, theirs) = (session.events(0..cursor.events), again.events(0..cursor.events));
        assert_eq!(ours, theirs, "seed {seed}");
    }
}
