//! The properties of Raft: an unharmed cluster keeps them whatever the world does to it, and a wrong variant of a rule breaks
//! one, which is caught with a witness. The same run without the mutant holds.

use netsplit::base::{NodeId, Note, time::SECOND};
use netsplit::check::raft::PROPERTIES;
use netsplit::check::{Status, Verdict, Witness};
use netsplit::protocol::TimerName;
use netsplit::protocol::raft::{Server, Timer};
use netsplit::sim::kernel::timer_item;
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{Action, Cluster, Cut, Generator, Operation, Plan, PlannedAction, Setting};
use netsplit::sim::trace::{Event, NoTrace, Sink};
use netsplit::system::raft::Raft;
use netsplit::system::{Run, live::Live, open};
use netsplit::timeline::{Config, MarkShape, Session, Stop};

// ---- a laboratory in which elections happen only on demand

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);
const S4: NodeId = NodeId(3);
const S5: NodeId = NodeId(4);

/// A cluster with two clients whose election timers run out only when they are told to.
struct Story {
    run: Live<Raft>,
    acted: u32,
}

impl Story {
    fn new(servers: u16, mutants: &[&str]) -> Story {
        let mut plan = Plan::new("raft", servers, 1);
        plan.cluster = Cluster { servers, clients: 2 };
        plan.mutants = mutants.iter().map(|id| (*id).to_owned()).collect();
        let hour_us = 3_600_000_000;
        for (name, value) in [
            ("pre_vote", 0),
            ("check_quorum", 0),
            ("max_entries_per_append", 1),
            ("election_timeout_us_min", hour_us),
            ("election_timeout_us_max", hour_us),
        ] {
            plan.settings.push(Setting { name: name.to_owned(), value });
        }
        let mut story = Story { run: Live::<Raft>::open(&plan).unwrap(), acted: 0 };
        story.pass(1_000);
        story
    }

    fn act(&mut self, action: Action) {
        self.run.act(self.acted, &action, &mut NoTrace).unwrap();
        self.acted += 1;
    }

    /// Lets time pass.
    fn pass(&mut self, for_us: u64) {
        let until_us = self.run.now_us() + for_us;
        while self.run.next_due_us().is_some_and(|due| due <= until_us) {
            self.run.step_with(&mut NoTrace);
        }
        self.run.advance_to(until_us);
    }

    /// Goes on until something is so, for at most a second.
    fn until(&mut self, what: impl Fn(&Story) -> bool) {
        let end_us = self.run.now_us() + SECOND;
        while !what(self) {
            assert!(self.run.next_due_us().is_some_and(|due| due <= end_us), "it does not happen");
            self.run.step_with(&mut NoTrace);
        }
    }

    /// A server's election timer runs out.
    fn time_out(&mut self, node: NodeId) {
        self.act(Action::Choose(timer_item(node, Timer::Election.index())));
    }

    /// A server stands for election until it leads; not a moment longer.
    fn elect(&mut self, node: NodeId) {
        for _ in 0..5 {
            self.time_out(node);
            let until_us = self.run.now_us() + 30_000;
            while self.run.next_due_us().is_some_and(|due| due <= until_us) {
                self.run.step_with(&mut NoTrace);
                if self.server(node).is_leader() {
                    return;
                }
            }
        }
        panic!("{node:?} is not elected");
    }

    /// A client puts a value through a server.
    fn put(&mut self, client: u16, target: NodeId, value: u64) {
        let client = self.run.cluster().client(client);
        let operation = Operation { verb: "put".into(), key: "x".into(), args: vec![value], target: Some(target) };
        self.act(Action::Request { client, operation });
    }

    fn cut(&mut self, islands: &[&[NodeId]]) {
        self.act(Action::Cut(Cut::Islands(islands.iter().map(|island| island.to_vec()).collect())));
    }

    fn isolate(&mut self, node: NodeId) {
        self.act(Action::Cut(Cut::Isolate(node)));
    }

    fn restart(&mut self, node: NodeId) {
        self.act(Action::Crash(node));
        self.act(Action::Restart { node, empty: false });
    }

    fn heal(&mut self) {
        self.act(Action::Heal(vec![]));
    }

    fn server(&self, node: NodeId) -> &Server {
        self.run.world().core(node).as_server().unwrap()
    }

    fn last_term(&self, node: NodeId) -> u64 {
        self.server(node).log().last_term()
    }

    fn fallen(&self, property: &str) -> (Note, Witness) {
        let verdict = verdict(&self.run, property);
        assert_eq!(verdict.status, Status::Violated, "{:?}", self.run.verdicts());
        let witness = verdict.witness.unwrap();
        assert_eq!(witness.event, witness.events.last().copied());
        assert_eq!(verdict.note.args[0], witness.at_us);
        (verdict.note, witness)
    }
}

fn verdict(run: &dyn Run, property: &str) -> Verdict {
    run.verdicts().into_iter().find(|verdict| verdict.property == property).unwrap()
}

fn fallen(run: &dyn Run) -> Vec<&'static str> {
    run.verdicts().iter().filter(|verdict| verdict.status == Status::Violated).map(|verdict| verdict.property).collect()
}

#[track_caller]
fn all_hold(run: &dyn Run) {
    let verdicts = run.verdicts();
    assert_eq!(verdicts.iter().map(|verdict| verdict.property).collect::<Vec<_>>(), PROPERTIES);
    for verdict in verdicts {
        assert_eq!(verdict.status, Status::Holds, "{verdict:?}");
        assert_eq!(verdict.note.kind.key, format!("raft.{}.holds", verdict.property));
        assert_eq!(verdict.witness, None);
    }
}

// ---- Election Safety

/// Four servers, cut into two and two, with real timeouts.
fn two_and_two(mutants: &[&str]) -> Plan {
    let mut plan = Plan::new("raft", 4, 1);
    plan.mutants = mutants.iter().map(|id| (*id).to_owned()).collect();
    let cut = Cut::Islands(vec![vec![S1, S2], vec![S3, S4]]);
    plan.faults = vec![PlannedAction { at_us: 1_000, action: Action::Cut(cut) }];
    plan
}

fn run(plan: &Plan, until_us: u64) -> Live<Raft> {
    let mut run = Live::<Raft>::open(plan).unwrap();
    while run.next_due_us().is_some_and(|due| due <= until_us) {
        run.step_with(&mut NoTrace);
    }
    run
}

#[test]
fn election_safety_even_majority_elects_a_leader_on_both_sides_of_two_and_two() {
    let broken = run(&two_and_two(&["even_majority"]), 3 * SECOND);
    let verdict = verdict(&broken, "election-safety");
    assert_eq!((verdict.status, verdict.note.kind.key), (Status::Violated, "raft.election-safety.violated"));
    let witness = verdict.witness.unwrap();
    let [a, b] = witness.nodes[..] else { panic!("{witness:?}") };
    assert_ne!(a.0 / 2, b.0 / 2, "one on each side");
    assert_eq!(verdict.note.args, [witness.at_us, a.0 as u64, b.0 as u64, 1, 0]);
    assert_eq!(witness.events.iter().map(|event| event.place().node()).collect::<Vec<_>>(), [a, b], "both elections");
    all_hold(&run(&two_and_two(&[]), 3 * SECOND));
}

#[test]
fn playing_stops_right_after_the_witness_and_the_count_of_the_fallen_is_that_of_the_verdicts() {
    let mut session = Session::open(two_and_two(&["even_majority"]), Config::default(), open).unwrap();
    session.play_begin(3 * SECOND);
    assert_eq!(session.finish(), Stop::Violation);
    let cursor = session.cursor();
    assert_eq!(cursor.events, cursor.position, "nothing is played beyond the violation");
    let witness = verdict(session.run(), "election-safety").witness.unwrap();
    assert_eq!(session.event(cursor.position - 1).map(|event| event.id), witness.event);
    let marks = session.marks();
    let marked: Vec<u64> = marks.iter().filter(|mark| mark.shape == MarkShape::Violation).map(|mark| mark.position + 1).collect();
    assert_eq!(marked, [cursor.position]);
    let mut run = open(&two_and_two(&["even_majority"])).unwrap();
    for _ in 0..cursor.position + 500 {
        assert_eq!(run.fallen() > 0, run.executed() >= cursor.position);
        assert_eq!(run.fallen() as usize, fallen(run.as_ref()).len());
        run.step(&mut NoTrace);
    }
}

/// S3 votes for S1, starts again, and is asked by S2 in the same term.
fn voter_restarts(mutants: &[&str]) -> Story {
    let mut story = Story::new(3, mutants);
    story.act(Action::Cut(Cut::Links(vec![(S1, S2), (S2, S1)])));
    story.elect(S1);
    story.isolate(S1);
    story.restart(S3);
    story.time_out(S2);
    story.pass(30_000);
    story
}

#[test]
fn election_safety_a_vote_that_is_not_persisted_is_given_twice() {
    let broken = voter_restarts(&["no_persist_vote"]);
    let (note, witness) = broken.fallen("election-safety");
    assert_eq!(note.args[1..4], [0, 1, 1], "S1 and S2 both lead term 1");
    assert_eq!(witness.nodes, [S1, S2]);
    // The checker sees it earlier: the vote is gone when S3 starts again.
    let (note, witness) = broken.fallen("monotonic-term");
    assert_eq!((note.kind.key, &note.args[1..4]), ("raft.monotonic-term.violated-vote", &[2, 1, 0][..]));
    assert_eq!(witness.nodes, [S3, S1]);
    all_hold(&voter_restarts(&[]).run);
}

// ---- Log Matching and State Machine Safety

/// S1 keeps two entries of term 1 to itself; S2 and S3 fill the same places in terms 2 and 3; S2 leads term 4, and meets S1.
fn stale_leader_returns(mutants: &[&str]) -> Story {
    let mut story = Story::new(3, mutants);
    story.elect(S1);
    story.pass(100_000);
    story.cut(&[&[S2, S3]]);
    story.put(0, S1, 11);
    story.put(1, S1, 12);
    story.pass(50_000);
    for (node, index) in [(S2, 2), (S3, 3), (S2, 4)] {
        story.elect(node);
        story.until(|story| [S2, S3].iter().all(|node| story.server(*node).commit_index() == index));
    }
    assert_eq!(story.server(S1).log().last_index(), 3);
    story.heal();
    story.pass(SECOND);
    story
}

#[test]
fn log_matching_falls_when_the_previous_term_is_not_compared() {
    let broken = stale_leader_returns(&["no_prev_term_check"]);
    let (note, witness) = broken.fallen("log-matching");
    assert_eq!(note.args[1..], [1, 0, 4, 4], "S2's entry 4 of term 4, after S1's of term 1");
    assert_eq!((witness.nodes, witness.indexes), (vec![S2, S1], vec![4]));
    all_hold(&stale_leader_returns(&[]).run);
}

#[test]
fn state_machine_safety_falls_when_a_stale_entry_is_applied() {
    let broken = stale_leader_returns(&["no_prev_term_check"]);
    let (note, witness) = broken.fallen("state-machine-safety");
    assert_eq!(note.kind.key, "raft.state-machine-safety.violated");
    assert_eq!(note.args[2..4], [0, 2], "S1 applies its own entry 2");
    assert_eq!((witness.nodes, witness.indexes), (vec![S2, S1], vec![2]));
    assert_eq!(witness.events.len(), 2);
}

// ---- Leader Completeness

/// S3 misses a committed entry and stands for election.
fn candidate_behind(mutants: &[&str]) -> Story {
    let mut story = Story::new(3, mutants);
    story.elect(S1);
    story.pass(100_000);
    story.isolate(S3);
    story.put(0, S1, 7);
    story.until(|story| story.server(S1).commit_index() == 2);
    story.heal();
    story.isolate(S1);
    story.time_out(S3);
    story.pass(30_000);
    story
}

#[test]
fn leader_completeness_falls_when_any_log_will_do() {
    let broken = candidate_behind(&["no_up_to_date_check"]);
    let (note, witness) = broken.fallen("leader-completeness");
    assert_eq!(note.args[1..], [2, 2, 2, 1], "S3 leads term 2 without entry 2, committed in term 1");
    assert_eq!((witness.nodes, witness.indexes), (vec![S1, S3], vec![2]));
    all_hold(&candidate_behind(&[]).run);
}

/// Figure 8 of the paper: an entry of term 1 gets onto a majority in term 3, while S5 has one of term 2 in its place.
fn figure_8(mutants: &[&str]) -> Story {
    let mut story = Story::new(5, mutants);
    let (one, two) = (story.run.cluster().client(0), story.run.cluster().client(1));
    story.elect(S1);
    story.pass(100_000);
    // (a) S1 leads term 1 and replicates entry 2 to S2 only.
    story.cut(&[&[S1, S2, one], &[S3, S4, S5, two]]);
    story.put(0, S1, 7);
    story.until(|story| story.server(S2).persisted_index() == 2);
    story.pass(10_000);
    story.restart(S1);
    // (b) S5 is elected in term 2, takes another entry in at index 2, and is cut off.
    story.elect(S5);
    story.isolate(S5);
    story.pass(10_000);
    story.restart(S5);
    assert_eq!((story.last_term(S5), story.last_term(S3), story.last_term(S4)), (2, 1, 1));
    // (c) S1 is elected again, in term 3, and replicates entry 2 to one more.
    story.heal();
    story.isolate(S5);
    story.elect(S1);
    story.until(|story| [S3, S4].iter().any(|node| story.server(S1).progress(*node).is_some_and(|p| p.match_index >= 2)));
    story.isolate(S1);
    story.isolate(S2);
    story.pass(10_000);
    assert_eq!((story.last_term(S3), story.last_term(S4)), (1, 1));
    // (d) S5 is elected by S3 and S4.
    story.heal();
    story.isolate(S1);
    story.isolate(S2);
    story.elect(S5);
    story.pass(SECOND);
    story
}

#[test]
fn leader_completeness_falls_in_figure_8_when_old_entries_are_committed_by_counting() {
    let broken = figure_8(&["fig8"]);
    let (note, witness) = broken.fallen("leader-completeness");
    assert_eq!(note.args[1..], [4, 4, 2, 3], "S5 leads term 4 without entry 2, committed in term 3");
    assert_eq!((witness.nodes, witness.indexes), (vec![S1, S5], vec![2]));
    assert!(fallen(&broken.run).contains(&"state-machine-safety"), "and S5 applies another one");
    all_hold(&figure_8(&[]).run);
}

// ---- under the nemesis

/// A run under faults: loss, duplicates, reordering, cuts, crashes, slow disks and all the rest; disks keep what they synced.
fn harmed(seed: u64, mutants: &[&str]) -> Plan {
    let servers = if seed.is_multiple_of(3) { 5 } else { 3 };
    let mut plan = Plan::new("raft", servers, seed);
    plan.cluster = Cluster { servers, clients: 2 };
    plan.mutants = mutants.iter().map(|id| (*id).to_owned()).collect();
    let cautious = (seed.is_multiple_of(2)) as i64;
    plan.settings =
        ["pre_vote", "check_quorum"].map(|name| Setting { name: name.to_owned(), value: cautious }).into_iter().collect();
    plan.workload.generator = Some(Generator {
        start_us: SECOND,
        end_us: 15 * SECOND,
        every_us_min: 20_000,
        every_us_max: 100_000,
        keys: 2,
        mix: vec![("put".into(), 3), ("append".into(), 1)],
    });
    let spec = Spec { start_us: SECOND, end_us: 15 * SECOND, damaged_disks_max: 0, amnesia: false };
    plan.faults = generate(&plan, &spec);
    plan
}

#[derive(Default)]
struct Tally {
    elections: u32,
    restarts: u32,
}

impl Sink for Tally {
    fn event(&mut self, _: &Event) {}
    fn note(&mut self, note: &Note) {
        match note.kind.key {
            "raft.becomes-leader" => self.elections += 1,
            "raft.restarts" => self.restarts += 1,
            _ => {}
        }
    }
}

#[test]
fn everything_holds_in_an_unharmed_cluster_under_a_hundred_seeds_of_faults() {
    let mut tally = Tally::default();
    for seed in 0..100 {
        let mut run = Live::<Raft>::open(&harmed(seed, &[])).unwrap();
        while run.next_due_us().is_some_and(|due| due <= 16 * SECOND) {
            run.step_with(&mut tally);
        }
        assert_eq!(fallen(&run), [""; 0], "seed {seed}: {:?}", run.verdicts());
        all_hold(&run);
    }
    assert!(tally.elections > 300 && tally.restarts > 300, "{} elections, {} restarts", tally.elections, tally.restarts);
}

#[test]
fn monotonic_commit_falls_when_followers_believe_an_older_commit_index() {
    let broken = (0..20).map(|seed| (seed, run(&harmed(seed, &["commit_regress"]), 16 * SECOND)));
    let (seed, broken) = broken.into_iter().find(|(_, run)| !fallen(run).is_empty()).expect("one of twenty seeds");
    assert_eq!(fallen(&broken), ["monotonic-commit"]);
    let verdict = verdict(&broken, "monotonic-commit");
    let witness = verdict.witness.unwrap();
    let [before, after] = witness.indexes[..] else { panic!("{witness:?}") };
    assert!(after < before);
    assert_eq!(verdict.note.args, [witness.at_us, witness.nodes[0].0 as u64, before, after, 0]);
    all_hold(&run(&harmed(seed, &[]), 16 * SECOND));
}

#[test]
fn a_server_that_stops_itself_takes_its_property_along() {
    for (mutant, property, key) in [
        ("ae_always_truncates", "leader-completeness", "raft.leader-completeness.violated-by-removal"),
        ("heartbeat_commit_unclipped", "state-machine-safety", "raft.state-machine-safety.violated-by-gap"),
    ] {
        let verdicts = (0..20).map(|seed| verdict(&run(&harmed(seed, &[mutant]), 16 * SECOND), property));
        let verdict = verdicts.into_iter().find(|verdict| verdict.status == Status::Violated).expect("one of twenty seeds");
        assert_eq!(verdict.note.kind.key, key);
        assert!(!verdict.witness.unwrap().indexes.is_empty());
    }
}

// ---- checkpoints and replay

/// A seed under which a candidate that is behind wins without the check of its log.
const FORGETFUL_SEED: u64 = 5;

#[test]
fn verdicts_survive_a_clone_and_are_equal_on_replay() {
    let plan = harmed(FORGETFUL_SEED, &["no_up_to_date_check"]);
    let straight = run(&plan, 16 * SECOND);
    assert!(fallen(&straight).contains(&"leader-completeness"));
    let mut original = Live::<Raft>::open(&plan).unwrap();
    let mut checkpoints = Vec::new();
    let mut executed = 0;
    while original.next_due_us().is_some_and(|due| due <= 16 * SECOND) {
        if executed % 1_000 == 0 {
            checkpoints.push((original.clone(), original.verdicts()));
        }
        original.step_with(&mut NoTrace);
        executed += 1;
    }
    assert_eq!(original.verdicts(), straight.verdicts());
    for (mut checkpoint, verdicts) in checkpoints {
        assert_eq!(checkpoint.verdicts(), verdicts, "a checkpoint does not see what happens after it");
        while checkpoint.next_due_us().is_some_and(|due| due <= 16 * SECOND) {
            checkpoint.step_with(&mut NoTrace);
        }
        assert_eq!(checkpoint.verdicts(), straight.verdicts());
    }
}

#[test]
fn a_fallen_property_keeps_its_first_witness() {
    let plan = harmed(FORGETFUL_SEED, &["no_up_to_date_check"]);
    let mut run = Live::<Raft>::open(&plan).unwrap();
    let mut first = None;
    while run.next_due_us().is_some_and(|due| due <= 16 * SECOND) {
        run.step_with(&mut NoTrace);
        if first.is_none() && run.executed().is_multiple_of(50) && !fallen(&run).is_empty() {
            first = fallen(&run).first().map(|property| verdict(&run, property));
        }
    }
    let first = first.unwrap();
    assert_eq!(verdict(&run, first.property), first);
}

#[test]
fn what_was_not_checked_is_unknown() {
    let mut run = Live::<Raft>::open(&harmed(2, &[])).unwrap();
    let step = |run: &mut Live<Raft>, until_us| {
        while run.next_due_us().is_some_and(|due| due <= until_us) {
            run.step_with(&mut NoTrace);
        }
    };
    step(&mut run, 2 * SECOND);
    all_hold(&run);
    run.set_checking(false);
    step(&mut run, 3 * SECOND);
    run.set_checking(true);
    step(&mut run, 16 * SECOND);
    for verdict in run.verdicts() {
        assert_eq!(verdict.status, Status::Unknown);
        assert_eq!(verdict.note.kind.key, format!("raft.{}.unknown", verdict.property));
        assert!(verdict.note.args[0] > 0, "the number of events that went by");
    }
}
