//! The world with real Raft nodes in it: determinism, faults, chosen steps.

use netsplit::base::{Chunked, EventId, NodeId, Note, time::SECOND};
use netsplit::sim::plan::{Action, Cluster, Cut, Generator, Plan, PlannedAction};
use netsplit::sim::trace::{Event, EventKind, NoTrace, Sink};
use netsplit::system::inspect::NodeStatus;
use netsplit::system::{Run, open};

fn plan(seed: u64) -> Plan {
    let mut plan = Plan::new("raft", 5, seed);
    plan.cluster = Cluster { servers: 5, clients: 2 };
    plan.workload.generator = Some(Generator {
        start_us: SECOND,
        end_us: 20 * SECOND,
        every_us_min: 20_000,
        every_us_max: 60_000,
        keys: 2,
        mix: vec![("put".into(), 3), ("get".into(), 1)],
    });
    plan
}

#[derive(Default)]
struct Collect {
    events: Chunked<Event>,
    notes: Vec<&'static str>,
}

impl Sink for Collect {
    fn event(&mut self, event: &Event) {
        self.events.push(*event);
    }
    fn note(&mut self, note: &Note) {
        self.notes.push(note.kind.key);
    }
}

fn run_until(run: &mut dyn Run, at_us: u64, sink: &mut dyn Sink) {
    while run.next_due_us().is_some_and(|due| due <= at_us) {
        run.step(sink);
    }
}

fn leaders(run: &dyn Run) -> Vec<NodeId> {
    let leads = |node: &netsplit::system::inspect::NodeView| node.role.name() == "leader" && node.status == NodeStatus::Running;
    run.nodes().iter().filter(|node| leads(node)).map(|node| node.id).collect()
}

#[test]
fn five_servers_elect_a_leader_and_replicate_writes() {
    let mut run = open(&plan(7)).unwrap();
    let mut trace = Collect::default();
    run_until(run.as_mut(), 5 * SECOND, &mut trace);
    assert_eq!(leaders(run.as_ref()).len(), 1);
    let ok = run.operations(1000).iter().filter(|operation| operation.outcome == "ok").count();
    assert!(ok > 50, "{ok} operations returned; notes: {:?}", &trace.notes[..40.min(trace.notes.len())]);
    for node in run.nodes().iter().filter(|node| !node.client) {
        assert!(node.log.unwrap().committed > 50, "{node:?}");
    }
}

#[test]
fn the_same_plan_gives_the_same_run_and_another_seed_another() {
    let fingerprint = |seed| {
        let mut run = open(&plan(seed)).unwrap();
        run_until(run.as_mut(), 3 * SECOND, &mut NoTrace);
        (run.run_fingerprint(), run.state_fingerprint(), run.executed())
    };
    assert_eq!(fingerprint(7), fingerprint(7));
    assert_ne!(fingerprint(7).0, fingerprint(8).0);
}

#[test]
fn a_clone_goes_its_own_way_and_the_original_does_not_notice() {
    let mut original = open(&plan(3)).unwrap();
    run_until(original.as_mut(), 2 * SECOND, &mut NoTrace);
    let mut clone = original.boxed_clone();
    let leader = leaders(clone.as_ref())[0];
    clone.act(0, &Action::Crash(leader), &mut NoTrace).unwrap();
    run_until(clone.as_mut(), 5 * SECOND, &mut NoTrace);
    run_until(original.as_mut(), 5 * SECOND, &mut NoTrace);
    let mut straight = open(&plan(3)).unwrap();
    run_until(straight.as_mut(), 5 * SECOND, &mut NoTrace);
    assert_eq!(original.run_fingerprint(), straight.run_fingerprint());
    assert_ne!(clone.run_fingerprint(), straight.run_fingerprint());
    assert_ne!(leaders(clone.as_ref()), [leader]);
}

#[test]
fn a_crashed_node_comes_back_with_its_disk() {
    let mut run = open(&plan(5)).unwrap();
    run_until(run.as_mut(), 4 * SECOND, &mut NoTrace);
    let node = leaders(run.as_ref())[0];
    run.act(0, &Action::Crash(node), &mut NoTrace).unwrap();
    let last = run.node(node).unwrap().log.unwrap().committed;
    run_until(run.as_mut(), 8 * SECOND, &mut NoTrace);
    assert_eq!(run.node(node).unwrap().status, NodeStatus::Crashed);
    run.act(1, &Action::Restart { node, empty: false }, &mut NoTrace).unwrap();
    assert!(run.node(node).unwrap().log.unwrap().last >= last);
    run_until(run.as_mut(), 10 * SECOND, &mut NoTrace);
    assert_eq!(leaders(run.as_ref()).len(), 1);
}

#[test]
fn a_minority_does_not_commit() {
    let mut run = open(&plan(5)).unwrap();
    run_until(run.as_mut(), 4 * SECOND, &mut NoTrace);
    let leader = leaders(run.as_ref())[0];
    run.act(0, &Action::Cut(Cut::Isolate(leader)), &mut NoTrace).unwrap();
    let before = run.node(leader).unwrap().log.unwrap().committed;
    run_until(run.as_mut(), 7 * SECOND, &mut NoTrace);
    assert!(run.node(leader).unwrap().log.unwrap().committed <= before + 1);
    assert_ne!(leaders(run.as_ref()), [leader]);
    run.act(1, &Action::Heal(vec![]), &mut NoTrace).unwrap();
    run_until(run.as_mut(), 9 * SECOND, &mut NoTrace);
    assert_eq!(leaders(run.as_ref()).len(), 1);
}

#[test]
fn a_planned_action_without_a_target_is_reported_and_changes_nothing() {
    let mut plan = plan(1);
    plan.faults.push(PlannedAction { at_us: 100, action: Action::Resume(NodeId(0)) });
    let mut run = open(&plan).unwrap();
    let mut trace = Collect::default();
    run_until(run.as_mut(), 200, &mut trace);
    assert!(trace.events.iter().any(|event| event.kind == EventKind::Missed));
}

#[test]
fn any_enabled_item_can_be_chosen_and_time_never_goes_back() {
    let mut run = open(&plan(9)).unwrap();
    run_until(run.as_mut(), SECOND, &mut NoTrace);
    for n in 0..200 {
        let enabled = run.enabled();
        // The last one: always the furthest away.
        let item = enabled[enabled.len() - 1 - n as usize % enabled.len().min(7)].item;
        let before = run.now_us();
        run.act(n, &Action::Choose(item), &mut NoTrace).unwrap_or_else(|refusal| panic!("{item:?}: {refusal}"));
        assert_eq!(run.now_us(), before, "a chosen item runs now");
    }
    // Overdue or not, timed mode goes on from here.
    run_until(run.as_mut(), 4 * SECOND, &mut NoTrace);
    assert_eq!(leaders(run.as_ref()).len(), 1);
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut run = open(&plan(9)).unwrap();
    run_until(run.as_mut(), SECOND, &mut NoTrace);
    let before = (run.run_fingerprint(), run.state_fingerprint(), run.executed());
    let nowhere = NodeId(99);
    let refused = [
        Action::Crash(nowhere),
        Action::Restart { node: NodeId(0), empty: false },
        Action::Resume(NodeId(1)),
        Action::Cut(Cut::Isolate(nowhere)),
        Action::Choose(EventId::NONE),
        Action::Choose(EventId(12345)),
        Action::Release(vec![]),
        Action::Request {
            client: NodeId(0),
            operation: netsplit::sim::plan::Operation { verb: "put".into(), key: "x".into(), args: vec![1], target: None },
        },
        Action::Request {
            client: NodeId(5),
            operation: netsplit::sim::plan::Operation { verb: "eat".into(), key: "x".into(), args: vec![1], target: None },
        },
    ];
    for action in refused {
        assert!(run.act(0, &action, &mut NoTrace).is_err(), "{action:?}");
        assert_eq!((run.run_fingerprint(), run.state_fingerprint(), run.executed()), before, "{action:?}");
    }
}
