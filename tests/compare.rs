//! Two branches beside each other: one time for both cursors, one intervention for both worlds, and the first difference in words.

use netsplit::base::{Fingerprint, NodeId};
use netsplit::sim::plan::{Action, Cluster, Generator, Intervention, Moment, Operation, Plan};
use netsplit::system::open::open;
use netsplit::timeline::{self, BranchId, Session, Stop};
use netsplit::view::ViewOptions;
use netsplit::view::playback::{Goals, Playback, TickRow};
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

fn lab(plan: Plan) -> Playback {
    let session = Session::open(plan, timeline::Config::default(), open).expect("the plan is fine");
    Playback::new(session, Lang::En, Goals::default(), 33.0)
}

fn seek(lab: &mut Playback, at_us: u64) {
    lab.seek_time(at_us);
    settle(lab);
}

/// Ticks without playing until nothing is under way any more.
fn settle(lab: &mut Playback) {
    (0..10_000).find(|_| {
        lab.tick(0.0, &mut |_| false);
        !lab.cursor().busy
    });
    assert!(!lab.cursor().busy, "it comes to rest");
}

/// A run of two seconds, and a branch from its middle in which S1 is down. The first one has the cursor.
fn two_branches() -> Playback {
    let mut lab = lab(plan(7));
    seek(&mut lab, 2_000_000);
    seek(&mut lab, 1_000_000);
    lab.act(Action::Crash(NodeId(0))).expect("it runs");
    seek(&mut lab, 1_800_000);
    lab.switch_branch(0).expect("it exists");
    lab
}

fn there(lab: &mut Playback) -> (Fingerprint, u64) {
    let read = |lab: &mut Playback| (lab.session().fingerprint(), lab.session().cursor().moment.at_us);
    lab.on_other(read).expect("two branches are compared")
}

/// What a branch is by itself at a time, without a comparison.
fn alone(lab: &mut Playback, branch: u32, at_us: u64) -> Fingerprint {
    lab.compare(None).expect("always possible");
    let before = lab.cursor().branch;
    lab.switch_branch(branch).expect("it exists");
    seek(lab, at_us);
    let fingerprint = lab.session().fingerprint();
    lab.switch_branch(before).expect("it exists");
    fingerprint
}

#[test]
fn the_second_cursor_is_at_the_time_of_the_first_wherever_that_goes() {
    let mut lab = two_branches();
    let expected: Vec<(u64, Fingerprint)> =
        [1_500_000, 300_000, 2_600_000, 1_000_001, 0].map(|at_us| (at_us, alone(&mut lab, 1, at_us))).into();
    lab.compare(Some(1)).expect("it exists");
    for (at_us, fingerprint) in expected {
        seek(&mut lab, at_us);
        assert_eq!(there(&mut lab), (fingerprint, at_us));
        assert_eq!(lab.cursor().branch, 0, "the cursor stays on its branch");
    }
}

#[test]
fn playing_and_stepping_take_both_along_and_events_are_the_same_as_alone() {
    let mut lab = two_branches();
    lab.compare(Some(1)).expect("it exists");
    seek(&mut lab, 1_100_000);
    lab.set_playing(true);
    for _ in 0..400 {
        lab.tick(16.0, &mut |_| false);
        let now = lab.cursor();
        assert_eq!(there(&mut lab).1, now.at_us);
    }
    lab.set_playing(false);
    lab.step();
    settle(&mut lab);
    let (at_us, ours) = (lab.cursor().at_us, lab.session().fingerprint());
    let theirs = there(&mut lab).0;
    assert_ne!(ours, theirs);
    assert_eq!(alone(&mut lab, 1, at_us), theirs);
}

#[test]
fn in_the_common_past_both_are_the_same_world_event_by_event() {
    let mut lab = two_branches();
    lab.compare(Some(1)).expect("it exists");
    let last = lab.divergence(0, 1).expect("both exist").expect("they differ").position;
    for position in [last, last - 1, last - 7, 5, 0] {
        lab.seek_event(position);
        settle(&mut lab);
        assert_eq!(there(&mut lab).0, lab.session().fingerprint(), "after {position} events");
    }
    lab.seek_event(last + 1);
    settle(&mut lab);
    assert_ne!(there(&mut lab).0, lab.session().fingerprint());
}

#[test]
fn an_intervention_goes_into_both_and_makes_branches_where_it_is_in_the_past() {
    let mut lab = two_branches();
    lab.compare(Some(1)).expect("it exists");
    seek(&mut lab, 1_500_000);
    let acted = lab.act_in_both(vec![Action::Crash(NodeId(1))]).expect("it is near");
    assert!(acted.here.is_ok_and(|done| done[0].branched) && acted.there.is_ok_and(|done| done[0].branched));
    assert_eq!(lab.branches().len(), 4, "both old futures are kept");
    let compared = lab.compared().expect("still");
    assert_eq!((lab.cursor().branch, compared.branch), (2, 3));
    let down = |lab: &mut Playback| lab.census().down;
    assert_eq!((down(&mut lab), lab.on_other(down)), (1, Some(2)));
    // Now both are at their ends.
    let acted = lab.act_in_both(vec![Action::Crash(NodeId(2))]).expect("it is near");
    assert!(acted.here.is_ok_and(|done| !done[0].branched) && acted.there.is_ok_and(|done| !done[0].branched));
    assert_eq!((down(&mut lab), lab.on_other(down)), (2, Some(3)));
    lab.undo().expect("there is something to undo");
    settle(&mut lab);
    assert_eq!((down(&mut lab), lab.on_other(down)), (1, Some(2)), "undone in both");
}

/// The original at 600 s, and a branch from its second second beside it that has not been played any further.
fn one_far_behind() -> Playback {
    let mut lab = lab(plan(7));
    seek(&mut lab, 2_000_000);
    let fork = lab.fork(None);
    lab.switch_branch(0).expect("it exists");
    seek(&mut lab, 600_000_000);
    lab.compare(Some(fork)).expect("it exists");
    lab
}

#[test]
fn nothing_is_done_by_hand_until_a_branch_far_behind_has_come_and_nothing_is_played_at_one_go() {
    let mut lab = one_far_behind();
    let before = (lab.cursor().event, lab.branches(), lab.session().fingerprint());
    let refused = lab.act_in_both(vec![Action::Crash(NodeId(1))]).map(|_| ());
    assert_eq!(refused, Err(timeline::Error::Behind));
    let far = lab.compared().expect("still");
    assert!(!far.there && far.at_us > 2_000_000 && far.at_us < 600_000_000, "some of the way: {}", far.at_us);
    assert_eq!((lab.cursor().event, lab.session().fingerprint()), (before.0, before.2));
    assert_eq!(lab.branches().len(), before.1.len(), "nothing was done");
    assert!(lab.cursor().busy, "ticks take it there");
    lab.tick(0.0, &mut |_| true);
    let further = lab.compared().expect("still");
    assert!(further.at_us > far.at_us, "they say how far it is");
    settle(&mut lab);
    let acted = lab.act_in_both(vec![Action::Crash(NodeId(1))]).expect("it is there");
    assert!(acted.here.is_ok() && acted.there.is_ok());
}

#[test]
fn an_undo_beside_a_comparison_takes_back_on_both_at_the_same_time() {
    let mut lab = two_branches();
    lab.compare(Some(1)).expect("it exists");
    seek(&mut lab, 1_500_000);
    lab.act_in_both(vec![Action::Crash(NodeId(1))]).expect("it is near");
    // The cursor moves on, and the other one has not followed yet.
    lab.step_story(u64::MAX);
    lab.work(&mut |_| false);
    lab.undo().expect("the crash of S2");
    settle(&mut lab);
    let now = lab.cursor().at_us;
    assert_eq!(there(&mut lab).1, now);
    let down = |lab: &mut Playback| lab.census().down;
    assert_eq!((down(&mut lab), lab.on_other(down)), (0, Some(1)), "S1 is down there, S2 on none");

    let mut far = one_far_behind();
    far.act(Action::Crash(NodeId(2))).expect("it runs");
    assert_eq!(far.undo(), Err(timeline::Error::Behind));
}

#[test]
fn what_was_done_as_one_is_taken_back_as_one_on_each_branch_and_on_branches_of_these() {
    let crash = |n| Action::Crash(NodeId(n));
    let down = |lab: &mut Playback| lab.census().down;
    let mut lab = lab(plan(7));
    seek(&mut lab, 1_000_000);
    lab.act_all(vec![crash(0), crash(1)]).expect("they run");
    // Another branch from before it, with interventions of the same numbers, each by itself.
    seek(&mut lab, 900_000);
    let other = lab.act(crash(2)).expect("it runs").branch;
    lab.act(crash(3)).expect("it runs");
    lab.undo().expect("the second");
    settle(&mut lab);
    assert_eq!(down(&mut lab), 1, "the first stays");
    lab.switch_branch(other.0).expect("it exists");
    // That the numbers came again there changes nothing of the first branch.
    lab.switch_branch(0).expect("it exists");
    seek(&mut lab, 1_100_000);
    let fork = lab.fork(None);
    for branch in [0, fork] {
        lab.switch_branch(branch).expect("it exists");
        seek(&mut lab, 1_100_000);
        assert_eq!(down(&mut lab), 2);
        lab.undo().expect("both");
        settle(&mut lab);
        assert_eq!(down(&mut lab), 0, "both together, on branch {branch}");
    }
}

#[test]
fn what_is_refused_on_one_branch_is_done_on_the_other() {
    let mut lab = two_branches();
    lab.compare(Some(1)).expect("it exists");
    seek(&mut lab, 1_500_000);
    let acted = lab.act_in_both(vec![Action::Crash(NodeId(0))]).expect("it is near");
    assert!(acted.here.is_ok() && acted.there.is_err(), "there it is down");
    let acted = lab.act_in_both(vec![Action::Crash(NodeId(0))]).expect("it is near");
    assert!(acted.here.is_err() && acted.there.is_err());
    lab.switch_branch(lab.branches()[1].id).expect("it exists");
    assert_eq!(lab.compared().map(|row| row.branch), Some(2), "the two have changed places");
    let acted = lab.act_in_both(vec![Action::Restart { node: NodeId(0), empty: false }]).expect("it is near");
    assert!(acted.here.is_ok() && acted.there.is_ok());
}

#[test]
fn an_undo_of_what_was_done_on_one_alone_leaves_the_other() {
    let mut lab = two_branches();
    lab.switch_branch(1).expect("it exists");
    lab.compare(Some(0)).expect("it exists");
    seek(&mut lab, 1_500_000);
    let (original, _) = there(&mut lab);
    lab.undo().expect("the crash");
    settle(&mut lab);
    assert_eq!(lab.compared().map(|row| row.branch), Some(0));
    assert_eq!((there(&mut lab).0, lab.session().fingerprint()), (original, original));
}

#[test]
fn the_first_difference_is_told_with_both_sentences() {
    let mut lab = two_branches();
    let found = lab.divergence(0, 1).expect("both exist").expect("they differ");
    let (here, there) = (found.event_a.expect("played"), found.event_b.expect("played"));
    assert!(there.text.contains("crash S1") || there.text.contains("S1"), "{}", there.text);
    assert_ne!(here.text, there.text);
    assert_eq!(found.position, here.n);
    assert!(
        found.text.contains(&here.text) && found.text.contains(&there.text) && found.text.contains("original"),
        "{}",
        found.text
    );
    lab.seek_event(found.position);
    settle(&mut lab);
    let fork = lab.fork(None);
    assert_eq!(lab.divergence(0, fork).expect("both exist"), None, "as far as it is played");
}

#[test]
fn a_branch_that_was_played_past_an_event_without_it_differs_there() {
    let mut lab = lab(plan(7));
    seek(&mut lab, 1_000_000);
    let fork = lab.fork(None);
    lab.act(Action::Crash(NodeId(0))).expect("it runs");
    assert_eq!(lab.cursor().branch, fork);
    lab.compare(Some(0)).expect("it exists");
    settle(&mut lab);
    let found = lab.divergence(fork, 0).expect("both exist").expect("nothing like it happens there");
    assert!(found.event_a.is_some() && found.event_b.is_none() && found.at_us == 1_000_000, "{}", found.text);
    let swapped = lab.divergence(0, fork).expect("both exist").expect("the other way round");
    assert!(swapped.event_a.is_none() && swapped.event_b == found.event_a);
}

#[test]
fn a_glance_shows_the_end_of_a_branch_and_leaves_everything_as_it_was() {
    let mut lab = two_branches();
    seek(&mut lab, 1_234_567);
    lab.compare(Some(1)).expect("it exists");
    settle(&mut lab);
    let before = (lab.cursor(), lab.session().fingerprint(), there(&mut lab), lab.branches());
    let look =
        |lab: &mut Playback| (lab.cursor().at_us, lab.census().down, lab.scene("cluster", &ViewOptions::sized(192.0, 120.0)));
    let (at_us, down, picture) = lab.glance(1, look).expect("it exists");
    assert_eq!((at_us, down), (1_800_000, 1));
    assert!(picture.is_some_and(|scene| !scene.shapes.is_empty()));
    assert_eq!(lab.glance(0, |lab| lab.census().down), Ok(0));
    assert!(lab.glance(9, |_| ()).is_err());
    assert_eq!((lab.cursor(), lab.session().fingerprint(), there(&mut lab), lab.branches()), before);
}

#[test]
fn a_branch_from_a_link_is_the_same_as_the_one_that_it_was() {
    let mut source = two_branches();
    source.switch_branch(1).expect("it exists");
    seek(&mut source, 1_700_000);
    let (script, expected) = (source.session().plan().interventions, source.session().fingerprint());
    for played_us in [0, 2_000_000] {
        let mut lab = lab(plan(7));
        seek(&mut lab, played_us);
        let before = lab.session().fingerprint();
        let branch = lab.graft(script.clone(), Some("sent".to_owned())).expect("the same run");
        assert_eq!(lab.session().fingerprint(), before, "the cursor stays");
        assert_eq!(lab.branches()[1].name, "sent");
        lab.compare(Some(branch)).expect("it exists");
        seek(&mut lab, 1_700_000);
        assert_eq!(there(&mut lab).0, expected);
        let shared = lab.session().shared(BranchId(0), BranchId(branch));
        assert_eq!(lab.divergence(0, branch).expect("both exist").map(|found| found.position), Some(shared));
    }
}

#[test]
fn a_branch_from_a_link_shares_what_was_done_by_hand_on_both() {
    let mut source = lab(plan(7));
    seek(&mut source, 600_000);
    source.act(Action::Crash(NodeId(2))).expect("it runs");
    seek(&mut source, 900_000);
    let ours = source.session().plan();
    source.act(Action::Crash(NodeId(0))).expect("it runs");
    seek(&mut source, 1_700_000);
    let (script, expected) = (source.session().plan().interventions, source.session().fingerprint());
    let mut lab = lab(ours);
    seek(&mut lab, 1_700_000);
    let branch = lab.graft(script, None).expect("the same run");
    let row = lab.branches().pop().expect("it is there");
    assert_eq!((row.id, row.from_us, row.interventions.len()), (branch, 900_000, 2), "they part where the second was done");
    lab.compare(Some(branch)).expect("it exists");
    settle(&mut lab);
    assert_eq!(there(&mut lab).0, expected);
}

#[test]
fn what_a_fork_shares_belongs_to_the_branch_that_it_left() {
    let mut lab = two_branches();
    lab.switch_branch(1).expect("it exists");
    let from = lab.branches()[1].from_event;
    assert!(from > 0);
    let owners = [0, 1, from, from + 1].map(|events| lab.session().owner_of(events));
    assert_eq!(owners, [BranchId(0), BranchId(0), BranchId(0), BranchId(1)]);
    let marks = lab.link(None).marks;
    lab.switch_branch(0).expect("it exists");
    seek(&mut lab, 1_700_000);
    let (there, here) = (lab.link(None).marks, marks);
    let shared = |marks: &netsplit::scenario::Marks| marks.placed().filter(|(place, _)| *place <= from).collect::<Vec<_>>();
    assert_eq!(shared(&there), shared(&here));
}

#[test]
fn a_graft_in_slices_is_the_same_whatever_is_done_meanwhile() {
    let mut source = lab(plan(7));
    seek(&mut source, 1_500_000);
    source.act(Action::Crash(NodeId(2))).expect("it runs");
    seek(&mut source, 1_700_000);
    let (script, expected) = (source.session().plan().interventions, source.session().fingerprint());
    for meanwhile in [None, Some(400_000)] {
        let mut lab = lab(plan(7));
        let mut graft = lab.graft_begin(script.clone(), None).expect("the same run");
        let mut slices = 0;
        let branch = loop {
            slices += 1;
            let before = lab.session().fingerprint();
            if let Some(branch) = lab.graft_work(&mut graft, &mut |_| true).expect("it is near") {
                break branch;
            }
            assert_eq!(lab.session().fingerprint(), before, "the cursor stays");
            if let Some(at_us) = meanwhile.filter(|_| slices == 2) {
                seek(&mut lab, at_us);
                lab.act(Action::Crash(NodeId(1))).expect("it runs");
            }
        };
        assert!(slices > 4, "{slices}");
        lab.switch_branch(branch).expect("it exists");
        seek(&mut lab, 1_700_000);
        assert_eq!(lab.session().fingerprint(), expected);
        assert_eq!(lab.session().plan().interventions, script);
    }
}

#[test]
fn a_branch_that_parts_beyond_all_bounds_is_refused() {
    let mut lab = lab(plan(7));
    let before = (lab.cursor().event, lab.session().fingerprint());
    let at = Moment { at_us: 1 << 53, ..Default::default() };
    let far = Intervention { at, n: 0, action: Action::Crash(NodeId(0)) };
    assert!(lab.graft(vec![far], None).is_err());
    assert_eq!((lab.cursor().event, lab.session().fingerprint()), before, "the cursor stays");
    assert_eq!(lab.branches().len(), 1);
}

#[test]
fn calls_in_any_order_are_total() {
    let mut lab = lab(plan(3));
    assert!(lab.compare(Some(4)).is_err() && lab.compared().is_none());
    assert!(lab.on_other(|_| ()).is_none());
    lab.compare(Some(0)).expect("a branch with itself");
    lab.tick(16.0, &mut |_| true);
    seek(&mut lab, 700_000);
    assert_eq!(there(&mut lab).0, lab.session().fingerprint());
    lab.act_in_both(vec![Action::Request {
        client: NodeId(5),
        operation: Operation { verb: "put".to_owned(), key: "x".to_owned(), args: vec![1], target: None },
    }])
    .expect("it is near");
    lab.act_in_both(vec![]).expect("it is near").here.expect("nothing to do is done");
    lab.undo().expect("the request");
    settle(&mut lab);
    assert_eq!(lab.graft(vec![], None), Ok(lab.branches().len() as u32 - 1));
    let mut session = Session::open(plan(3), timeline::Config::default(), open).expect("the plan is fine");
    assert_eq!(session.follow(1).stop, Some(Stop::Reached));
    assert!(!session.change_places() && session.follows());
    assert_eq!(lab.tick(0.0, &mut |_| true), TickRow::default());
}
