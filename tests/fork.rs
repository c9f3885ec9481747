//! A fork changes only what was changed (DESIGN, promise 3), on the real systems: over seeds, plans, and kinds of intervention.

use netsplit::base::{EventId, NodeId, Note};
use netsplit::scenario::{compile, library};
use netsplit::sim::nemesis::{self, Spec};
use netsplit::sim::plan::{
    Action, Channel, ChannelPatch, ChannelRule, ClockAct, Cut, DiskAct, Generator, MessageAct, Operation, Plan, PlannedAction,
    Selector,
};
use netsplit::sim::trace::Event;
use netsplit::system;
use netsplit::timeline::{BranchId, Change, Config, Session};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Plans of all kinds: generated ones, and the built-in scenarios under other seeds.
fn plans() -> impl Strategy<Value = Plan> {
    prop_oneof![3 => generated(), 1 => scenarios()]
}

fn scenarios() -> impl Strategy<Value = Plan> {
    (0..library::all().len(), any::<u64>()).prop_map(|(scenario, seed)| {
        let scenario = &library::all()[scenario];
        let info = system::info(&scenario.system).expect("a known system");
        Plan { seed, ..compile(scenario, info).expect("a built-in scenario").plan }
    })
}

/// A Raft cluster with clients, a network that loses, doubles and reorders, and a few planned faults.
fn generated() -> impl Strategy<Value = Plan> {
    let cluster = (3u16..=5, 0u16..=2);
    let network = (0u32..40_000, 0u32..40_000, 0u32..80_000);
    let faults = prop::collection::vec((0u64..2_500_000, 0u16..5, 0u8..6), 0..5);
    (any::<u64>(), cluster, network, faults, any::<bool>()).prop_map(
        |(seed, (servers, clients), (loss_ppm, duplicate_ppm, reorder_ppm), faults, swarm)| {
            let mut plan = Plan::new("raft", servers, seed);
            plan.cluster.clients = clients;
            plan.network.default = Channel { loss_ppm, duplicate_ppm, reorder_ppm, reorder_us_max: 8_000, ..Channel::default() };
            let mix = vec![("put".into(), 3), ("get".into(), 2), ("append".into(), 1)];
            plan.workload.generator = Some(Generator {
                start_us: 400_000,
                end_us: 4_000_000,
                every_us_min: 20_000,
                every_us_max: 90_000,
                keys: 3,
                mix,
            });
            if swarm {
                let spec = Spec { start_us: 100_000, end_us: 2_500_000, damaged_disks_max: 1, amnesia: false };
                plan.faults = nemesis::generate(&plan, &spec);
                return plan;
            }
            for (at_us, node, kind) in faults {
                let node = NodeId(node % servers);
                let action = match kind {
                    0 => Action::Crash(node),
                    1 => Action::Restart { node, empty: false },
                    2 => Action::Pause(node),
                    3 => Action::Resume(node),
                    4 => Action::Cut(Cut::Isolate(node)),
                    _ => Action::Heal(vec![]),
                };
                plan.faults.push(PlannedAction { at_us, action });
            }
            plan
        },
    )
}

const KINDS: u8 = 33;

/// An intervention of some kind on what is there at the cursor; `None` if nothing of the kind is.
fn intervention(kind: u8, draw: u64, session: &Session) -> Option<Action> {
    let cluster = session.run().cluster();
    let node = NodeId((draw % cluster.servers as u64) as u16);
    let other = NodeId((node.0 + 1) % cluster.servers);
    let messages = session.run().messages();
    let message = |skip: u64| (!messages.is_empty()).then(|| messages[(draw.wrapping_add(skip)) as usize % messages.len()].id);
    let on_message = |act| message(0).map(|message| Action::Message { message, act });
    let disk = |act| Some(Action::Disk { node, act });
    match kind {
        0 => Some(Action::Crash(node)),
        1 => Some(Action::Restart { node, empty: draw.is_multiple_of(2) }),
        2 => Some(Action::Pause(node)),
        3 => Some(Action::Resume(node)),
        4 => Some(Action::Slow { node, service_us: 2_000 + draw % 30_000, queue: 2 }),
        5 => Some(Action::Cut(Cut::Islands(vec![vec![node, other]]))),
        6 => Some(Action::Cut(Cut::Isolate(node))),
        7 => Some(Action::Cut(Cut::OneWay { from: vec![node], to: vec![other] })),
        8 => Some(Action::Cut(Cut::Links(vec![(node, other)]))),
        9 => Some(Action::Heal(vec![])),
        10 => Some(Action::Channel(ChannelRule {
            select: Selector { from: vec![node], to: vec![other], ..Selector::default() },
            set: ChannelPatch { delay_us: Some((20_000, 90_000)), loss_ppm: Some(300_000), ..ChannelPatch::default() },
        })),
        11 => Some(Action::ResetChannels),
        12 => Some(Action::Clog { links: vec![(node, other), (other, node)], for_us: 1_000 + draw % 200_000 }),
        13 => Some(Action::SwizzleClog { nodes: vec![node, other], step_us: 30_000, free_order: vec![0, 1] }),
        14 => Some(Action::Hold(vec![(node, other)])),
        15 => Some(Action::Release(vec![(node, other)])),
        16 => on_message(MessageAct::Deliver),
        17 => on_message(MessageAct::Drop),
        18 => on_message(MessageAct::Duplicate),
        19 => on_message(MessageAct::Delay(1 + draw % 50_000)),
        20 => on_message(MessageAct::Swap(message(1)?)),
        21 => Some(Action::Clock { node, act: ClockAct::Rate((draw % 100_000) as i64) }),
        22 => disk(DiskAct::Fsync(5_000, 30_000)),
        23 => disk(DiskAct::Full(true)),
        24 => {
            let operation = Operation { verb: "put".into(), key: "x".into(), args: vec![draw % 100], target: None };
            (cluster.clients > 0).then(|| Action::Request { client: cluster.client(0), operation })
        }
        25 => Some(Action::Clock { node, act: ClockAct::Jump(draw as i64 % 5_000_000) }),
        26 => disk(DiskAct::LoseUnsynced((draw % 1_000_000) as u32)),
        27 => disk(DiskAct::TornTail((draw % 1_000_000) as u32)),
        28 => disk(DiskAct::Corrupt(0)),
        29 => disk(DiskAct::Misdirect((draw % 3) as u32)),
        30 => {
            let rest: Vec<NodeId> = (0..cluster.servers).map(NodeId).filter(|peer| *peer != node).collect();
            let (left, right) = rest.split_at(rest.len() / 2);
            Some(Action::Cut(Cut::Bridge { bridge: node, left: left.to_vec(), right: right.to_vec() }))
        }
        31 => Some(Action::Cut(Cut::Ring((0..cluster.nodes() as u16).map(NodeId).collect()))),
        _ => {
            let timers: Vec<EventId> = session.run().nodes().iter().flat_map(|node| node.timers.iter().map(|t| t.item)).collect();
            let items: Vec<EventId> = timers.into_iter().chain(messages.iter().map(|message| message.id)).collect();
            (!items.is_empty()).then(|| Action::Choose(items[draw as usize % items.len()]))
        }
    }
}

/// What must have happened shortly before, so that an intervention of this kind means something.
fn preparation(kind: u8, draw: u64, plan: &Plan) -> Option<Action> {
    let node = NodeId((draw % plan.cluster.servers as u64) as u16);
    let other = NodeId((node.0 + 1) % plan.cluster.servers);
    match kind {
        1 => Some(Action::Crash(node)),
        3 => Some(Action::Pause(node)),
        9 => Some(Action::Cut(Cut::Isolate(node))),
        11 => Some(Action::Channel(ChannelRule {
            select: Selector::default(),
            set: ChannelPatch { loss_ppm: Some(400_000), ..ChannelPatch::default() },
        })),
        15 => Some(Action::Hold(vec![(node, other)])),
        _ => None,
    }
}

fn open(plan: &Plan) -> Session {
    Session::open(plan.clone(), Config { checkpoint_gap: 256, ..Config::default() }, system::open).expect("a good plan")
}

/// Events and notes of the current branch from a position on.
fn future(session: &Session, from: u64) -> (Vec<Event>, Vec<Vec<Note>>) {
    let events = session.events(from..session.event_count());
    let notes = events.iter().map(|(index, _)| session.notes(*index)).collect();
    (events.into_iter().map(|(_, event)| event).collect(), notes)
}

/// Every event outside the intervention's causal cone is identical in id, time and content; and every kind was really done.
#[test]
fn an_intervention_changes_nothing_outside_its_cone() {
    let config = ProptestConfig { cases: 900, failure_persistence: None, ..ProptestConfig::default() };
    let done = std::cell::RefCell::new([0; KINDS as usize]);
    let cases = (plans(), 1_000u64..2_500_000, 0..KINDS, any::<u64>());
    let outcome = TestRunner::new(config).run(&cases, |(mut plan, at_us, kind, draw)| {
        if let Some(action) = preparation(kind, draw, &plan) {
            plan.faults.push(PlannedAction { at_us: at_us - 500, action });
        }
        if change_stays_in_its_cone(&plan, at_us, kind, draw)? {
            done.borrow_mut()[kind as usize] += 1;
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let done = done.into_inner();
    println!("interventions done, by kind: {done:?}");
    assert!(done.iter().all(|count| *count > 0), "a kind of intervention was never done: {done:?}");
}

/// False if the intervention was impossible or refused.
fn change_stays_in_its_cone(plan: &Plan, at_us: u64, kind: u8, draw: u64) -> Result<bool, TestCaseError> {
    let mut session = open(plan);
    let end_us = at_us + 400_000;
    session.seek_time(end_us);
    session.seek_time(at_us);
    let from = session.cursor().position;
    let Some(action) = intervention(kind, draw, &session) else { return Ok(false) };
    let (original, original_notes) = future(&session, from);
    let Ok(acted) = session.act(action.clone()) else { return Ok(false) };
    prop_assert!(acted.branched || original.is_empty());
    session.seek_time(end_us);
    let (changed, changed_notes) = future(&session, from);
    let done = session.plan().interventions.last().expect("it is in the plan").clone();
    let change = Change::of(&done, plan.cluster, &original, &changed);
    let outside = change.outside(&original, &changed);
    prop_assert!(outside.is_none(), "{action:?} at {at_us}: {outside:#?}, cone {:?}", change.nodes);
    let notes = |events: &[Event], notes: Vec<Vec<Note>>| -> Vec<Vec<Note>> {
        events.iter().zip(notes).filter(|(event, _)| !change.contains(event)).map(|(_, notes)| notes).collect()
    };
    prop_assert_eq!(notes(&original, original_notes), notes(&changed, changed_notes), "contents outside the cone");
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// A fork without an intervention has the original's fingerprints at every later event, wherever it is made.
    #[test]
    fn a_fork_without_an_intervention_is_the_original(
        plan in plans(), at_us in 0u64..2_500_000, kind in 0..KINDS, draw in any::<u64>(),
    ) {
        let mut session = open(&plan);
        session.seek_time(at_us / 2);
        if let Some(action) = intervention(kind, draw, &session) {
            let _ = session.act(action);
        }
        session.seek_time(at_us + 200_000);
        let events = session.event_count();
        session.seek_time(at_us);
        let from = session.cursor().position;
        let original: Vec<_> = (from..=events).map(|position| { session.seek(position); session.fingerprint() }).collect();
        session.seek(from);
        let fork = session.fork(None);
        for (position, fingerprint) in (from..=events).zip(original) {
            prop_assert_eq!(session.seek(position), netsplit::timeline::Stop::Reached);
            prop_assert_eq!(session.fingerprint(), fingerprint, "after {} events", position);
        }
        prop_assert_eq!(session.divergence(BranchId(0), fork), Ok(None));
    }

    /// Whatever was done, undone and forked: the plan of the branch reproduces it, and stepping back is a fresh replay.
    #[test]
    fn a_branch_is_reproduced_by_its_plan(
        plan in plans(), acts in prop::collection::vec((0u64..1_500_000, 0..KINDS, any::<u64>(), 0u8..5), 1..6),
    ) {
        let mut session = open(&plan);
        for (at_us, kind, draw, then) in acts {
            session.seek_time(at_us);
            if let Some(action) = intervention(kind, draw, &session) {
                let _ = session.act(action);
            }
            match then {
                0 => drop(session.undo()),
                1 => drop(session.fork(None)),
                2 => drop(session.switch_branch(BranchId(0))),
                _ => {}
            }
            session.finish();
        }
        session.seek_time(1_600_000);
        let mut again = open(&session.plan());
        again.seek_time(1_600_000);
        prop_assert_eq!(again.cursor().position, session.cursor().position);
        prop_assert_eq!(again.fingerprint(), session.fingerprint());
        for _ in 0..40 {
            session.step_back(netsplit::timeline::StepKind::Event);
        }
        again.seek(session.cursor().position);
        prop_assert_eq!(again.fingerprint(), session.fingerprint());
        prop_assert_eq!(again.cursor(), netsplit::timeline::Cursor { branch: BranchId(0), ..session.cursor() });
    }
}

/// The property above is not empty: in a fork there are events outside the cone, and the cone is not empty either.
#[test]
fn the_cone_of_a_crash_is_neither_everything_nor_nothing() {
    let mut plan = Plan::new("raft", 5, 1);
    plan.cluster.clients = 1;
    let mut session = open(&plan);
    session.seek_time(2_000_000);
    session.seek_time(1_000_000);
    let from = session.cursor().position;
    let (original, _) = future(&session, from);
    session.act(Action::Crash(NodeId(4))).expect("it runs");
    session.seek_time(2_000_000);
    let (changed, _) = future(&session, from);
    let change = Change::of(&session.plan().interventions[0], plan.cluster, &original, &changed);
    let inside = changed.iter().filter(|event| change.contains(event)).count();
    assert!(inside > 0 && inside < changed.len(), "{inside} of {}", changed.len());
}

/// Two futures whose events look alike may carry different things: the fingerprint tells.
#[test]
fn branches_that_differ_only_in_what_was_asked_diverge_there() {
    let mut plan = Plan::new("raft", 3, 5);
    plan.cluster.clients = 1;
    let mut session = open(&plan);
    session.seek_time(1_500_000);
    session.seek_time(1_000_000);
    let position = session.cursor().position;
    let put = |value| {
        let operation = Operation { verb: "put".into(), key: "x".into(), args: vec![value], target: None };
        Action::Request { client: NodeId(3), operation }
    };
    let one = session.act(put(1)).expect("a client is there");
    session.seek_time(1_500_000);
    session.switch_branch(BranchId(0)).expect("the original is there");
    session.seek_time(1_000_000);
    assert_eq!(session.cursor().position, position);
    let two = session.act(put(2)).expect("a client is there");
    session.seek_time(1_500_000);
    assert_eq!(one.event, two.event, "the same event, on the face of it");
    let divergence = session.divergence(one.branch, two.branch).expect("both are there").expect("they differ");
    assert_eq!(divergence.position, position);
}
