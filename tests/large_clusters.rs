//! Clusters of hundreds of servers: they elect and replicate, and what painters are told of them is what panels are told.

use netsplit::base::time::SECOND;
use netsplit::base::{NodeId, NodesArg, Note};
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{Action, Cluster, Cut, Generator, Plan, Setting};
use netsplit::sim::trace::{Event, NoTrace, Sink};
use netsplit::system::inspect::{MessageView, NodeStatus, NodeView};
use netsplit::system::{Run, open};

/// A plan for so many servers. Election timeouts are drawn from a range that is wide for the time a message takes, so that
/// seldom two of them stand at once.
fn plan(servers: u16, clients: u16) -> Plan {
    let mut plan = Plan::new("raft", servers, 7);
    plan.cluster = Cluster { servers, clients };
    for (name, value) in [("election_timeout_us_min", 300_000), ("election_timeout_us_max", 5_000_000)] {
        plan.settings.push(Setting { name: name.to_owned(), value });
    }
    if clients > 0 {
        plan.workload.generator = Some(Generator {
            start_us: 2 * SECOND,
            end_us: 60 * SECOND,
            every_us_min: 100_000,
            every_us_max: 200_000,
            keys: 3,
            mix: vec![("put".into(), 1)],
        });
    }
    plan
}

fn run_until(run: &mut dyn Run, at_us: u64, sink: &mut dyn Sink) {
    while run.next_due_us().is_some_and(|due| due <= at_us) {
        run.step(sink);
    }
}

#[derive(Default)]
struct Wins(Vec<Note>);

impl Sink for Wins {
    fn event(&mut self, _: &Event) {}
    fn note(&mut self, note: &Note) {
        if note.kind.key == "raft.becomes-leader" {
            self.0.push(*note);
        }
    }
}

#[test]
fn two_hundred_and_a_thousand_servers_elect_a_leader_with_a_majority() {
    for servers in [65, 200, 990] {
        let mut run = open(&plan(servers, 2)).unwrap();
        let mut wins = Wins::default();
        run_until(run.as_mut(), 2 * SECOND, &mut wins);
        let [_, votes, count, voters, _] = wins.0.last().unwrap_or_else(|| panic!("{servers} servers elect nobody")).args;
        assert_eq!((voters, count), (servers as u64, servers as u64 / 2 + 1), "as many votes as it needs, and not one less");
        let told = NodesArg::read(votes, servers);
        assert_eq!((told.named.len(), told.named.len() + told.others), (3, count as usize), "{servers}");
        assert!(run.nodes().iter().filter(|node| node.role.name() == "leader").count() == 1, "{servers}");
        assert_eq!(run.fallen(), 0);
    }
}

#[test]
fn a_minority_of_two_hundred_commits_nothing() {
    let mut run = open(&plan(200, 2)).unwrap();
    run_until(run.as_mut(), 4 * SECOND, &mut NoTrace);
    let leader = run.nodes().iter().find(|node| node.role.name() == "leader").expect("somebody leads").id;
    // The leader and 99 others are no majority, though 100 of them answer; with one more they would be.
    let others = (0..200).map(NodeId).filter(|node| *node != leader);
    let mut minority: Vec<NodeId> = others.take(99).collect();
    minority.extend([leader, NodeId(200), NodeId(201)]);
    run.act(0, &Action::Cut(Cut::Islands(vec![minority.clone()])), &mut NoTrace).unwrap();
    let before = run.node(leader).unwrap().log.unwrap();
    run_until(run.as_mut(), 4 * SECOND + 250_000, &mut NoTrace);
    let after = run.node(leader).unwrap().log.unwrap();
    assert!(after.last > before.last && after.committed <= before.last, "{before:?} {after:?}");
    assert_eq!(run.cut_links().len(), 2 * minority.len() * (202 - minority.len()));
    assert_eq!(run.links_beside_cuts(), [], "a cut in halves is told by its islands");
}

/// What painters draw of a node: neither fields nor peers, whether they are told of them or not.
fn sketch(node: NodeView) -> NodeView {
    NodeView { fields: vec![], peers: vec![], ..node }
}

#[test]
fn painters_are_told_what_panels_are_told() {
    for seed in 0..6 {
        let mut plan = Plan::new("raft", 5, seed);
        plan.cluster = Cluster { servers: 5, clients: 2 };
        plan.workload.generator =
            self::plan(5, 2).workload.generator.map(|generator| Generator { start_us: SECOND, ..generator });
        plan.faults = generate(&plan, &Spec { start_us: SECOND, end_us: 20 * SECOND, damaged_disks_max: 2, amnesia: true });
        let mut run = open(&plan).unwrap();
        let (mut conflicts, mut ill) = (0, 0);
        for at in 0..200 {
            run_until(run.as_mut(), at * SECOND / 10, &mut NoTrace);
            // One by one, each compared with all others; and all at once.
            let whole: Vec<NodeView> = (0..7).filter_map(|node| run.node(NodeId(node))).collect();
            assert_eq!(run.nodes(), whole, "seed {seed} at {at}");
            conflicts += whole.iter().filter(|node| node.log.is_some_and(|log| log.conflict.is_some())).count();
            ill += whole.iter().filter(|node| node.status != NodeStatus::Running).count();
            let sketches: Vec<NodeView> = run.node_sketches().into_iter().map(sketch).collect();
            assert_eq!(sketches, whole.into_iter().map(sketch).collect::<Vec<_>>());
            let messages: Vec<MessageView> =
                run.messages().into_iter().map(|message| MessageView { fields: vec![], ..message }).collect();
            assert_eq!(run.message_sketches(), messages);
            let cut: Vec<_> = run.links().iter().filter(|link| link.cut).map(|link| (link.from, link.to)).collect();
            assert_eq!(run.cut_links(), cut);
            let listed = run.links_beside_cuts();
            for link in run.links() {
                let split = cut.contains(&(link.from, link.to)) && cut.contains(&(link.to, link.from));
                assert!(split || listed.contains(&link), "{link:?}");
            }
        }
        assert!(ill > 0, "seed {seed} breaks something");
        if seed == 0 {
            assert!(conflicts > 0, "logs contradict each other somewhere");
        }
    }
}

#[test]
fn a_node_has_not_started_before_it_has_and_is_crashed_only_after() {
    let mut run = open(&plan(3, 1)).unwrap();
    let status = |run: &dyn Run| run.nodes().iter().map(|node| node.status).collect::<Vec<_>>();
    assert_eq!(status(run.as_ref()), [NodeStatus::NotStarted; 4]);
    run.step(&mut NoTrace);
    assert_eq!(status(run.as_ref()).iter().filter(|status| **status == NodeStatus::Running).count(), 1);
    run_until(run.as_mut(), 0, &mut NoTrace);
    assert_eq!(status(run.as_ref()), [NodeStatus::Running; 4]);
    run.act(0, &Action::Crash(NodeId(0)), &mut NoTrace).unwrap();
    assert_eq!(status(run.as_ref())[0], NodeStatus::Crashed);
}

#[test]
fn more_nodes_than_there_may_be_are_refused_with_a_hint() {
    for (servers, clients) in [(1_001, 0), (1_000, 1), (u16::MAX, u16::MAX)] {
        let mut plan = Plan::new("raft", 5, 7);
        plan.cluster = Cluster { servers, clients };
        let error = open(&plan).err().expect("too many");
        assert!(error.place.starts_with("cluster") && error.hint.contains("1,000"), "{error:?}");
    }
    assert!(open(&plan(1_000, 0)).is_ok());
}
