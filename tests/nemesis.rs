//! Raft under the nemesis: many seeds, each with its own subset of faults, then healed and required to converge.
//!
//! `NETSPLIT_NEMESIS_SEEDS=100000 cargo test --features cli --test nemesis` runs more seeds than the default;
//! `NETSPLIT_NEMESIS_FIRST=7000` begins elsewhere.

use netsplit::base::time::SECOND;
use netsplit::base::{NodeId, Note};
use netsplit::check::Status;
use netsplit::protocol::raft::{Node, Server};
use netsplit::sim::fired::{FaultKind, Fired};
use netsplit::sim::kernel::Process;
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{Cluster, Generator, Operation, Plan, PlannedOperation};
use netsplit::sim::trace::{Event, Sink};
use netsplit::system::{Run, live::Live, raft::Raft};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Faults strike for so long: at least 30 virtual seconds.
const FAULTS_END_US: u64 = 31 * SECOND;
/// A write asked for then, after everything has healed, must be answered in time.
const LAST_WRITE_US: u64 = 35 * SECOND;
const END_US: u64 = 39 * SECOND;

fn plan(seed: u64) -> Plan {
    let servers = if seed.is_multiple_of(4) { 5 } else { 3 };
    let mut plan = Plan::new("raft", servers, seed);
    plan.cluster = Cluster { servers, clients: 2 };
    plan.workload.generator = Some(Generator {
        start_us: SECOND,
        end_us: FAULTS_END_US + SECOND,
        every_us_min: 100_000,
        every_us_max: 300_000,
        keys: 2,
        mix: vec![("put".into(), 4), ("append".into(), 2), ("cas".into(), 2), ("get".into(), 2), ("delete".into(), 1)],
    });
    let operation = Operation { verb: "put".into(), key: "z".into(), args: vec![1_000_000], target: None };
    plan.workload.operations = vec![PlannedOperation { at_us: LAST_WRITE_US, client: NodeId(servers), operation }];
    let spec = Spec { start_us: SECOND, end_us: FAULTS_END_US, damaged_disks_max: (servers - 1) / 2, amnesia: false };
    plan.faults = generate(&plan, &spec);
    plan
}

#[derive(Default)]
struct Tally {
    events: u64,
    elections: u64,
    commits: u64,
}

impl Sink for Tally {
    fn event(&mut self, _: &Event) {
        self.events += 1;
    }
    fn note(&mut self, note: &Note) {
        match note.kind.key {
            "raft.becomes-leader" => self.elections += 1,
            "raft.commits" => self.commits += 1,
            _ => {}
        }
    }
}

fn server(run: &Live<Raft>, node: u16) -> Option<&Server> {
    match run.world().core(NodeId(node)) {
        Node::Server(server) => Some(server),
        Node::Client(_) => None,
    }
}

/// What is wrong with a run after its end, if something is.
fn complaint(run: &Live<Raft>) -> Option<String> {
    if let Some(fallen) = run.verdicts().iter().find(|verdict| verdict.status == Status::Violated) {
        return Some(format!("{} fell: {:?} {:?}", fallen.property, fallen.note, fallen.witness));
    }
    if let Some((event, note)) = run.world().violations().first() {
        return Some(format!("the core reports {note:?} at {event:?}"));
    }
    let servers = run.cluster().servers;
    let up: Vec<&Server> = (0..servers)
        .filter(|node| run.world().process(NodeId(*node)) == Process::Running)
        .filter_map(|node| server(run, node))
        .collect();
    if up.len() * 2 <= servers as usize {
        return Some(format!("only {} of {servers} servers run", up.len()));
    }
    let leaders = up.iter().filter(|server| server.is_leader()).count();
    if leaders != 1 {
        return Some(format!("{leaders} leaders after the end of all faults"));
    }
    let last = up.iter().map(|server| server.last_applied()).max().unwrap_or(0);
    if let Some(behind) = up.iter().find(|server| server.last_applied() != last || server.store() != up[0].store()) {
        return Some(format!("{:?} has applied {} of {last}", behind.id(), behind.last_applied()));
    }
    let client = run.cluster().client(0);
    let history = run.world().history().operations();
    let asked = history.iter().find(|operation| operation.op.client == client && operation.invoked.0 == LAST_WRITE_US);
    let Some(write) = asked else { return Some("the write after the end of all faults was never invoked".to_owned()) };
    match &write.returned {
        Some((_, _, netsplit::protocol::Outcome::Ok(_))) => None,
        other => Some(format!("the write after the end of all faults returned {other:?}")),
    }
}

#[test]
fn raft_holds_under_the_nemesis_and_converges_when_it_ends() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().expect("a number"));
    let (first, seeds) = (number("NETSPLIT_NEMESIS_FIRST", 0), number("NETSPLIT_NEMESIS_SEEDS", 10_000));
    let next = AtomicU64::new(first);
    let total = Mutex::new((Tally::default(), Fired::default(), Vec::<String>::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (mut tally, mut fired) = (Tally::default(), Fired::default());
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        break;
                    }
                    let mut run = Live::<Raft>::open(&plan(seed)).expect("the plan opens");
                    while run.next_due_us().is_some_and(|due| due <= END_US) {
                        run.step_with(&mut tally);
                    }
                    fired.add(run.world().fired());
                    if let Some(why) = complaint(&run) {
                        total.lock().unwrap().2.push(format!("seed {seed}: {why}"));
                    }
                }
                let mut all = total.lock().unwrap();
                all.0.events += tally.events;
                all.0.elections += tally.elections;
                all.0.commits += tally.commits;
                all.1.add(&fired);
            });
        }
    });
    let (tally, fired, complaints) = total.into_inner().unwrap();
    report(seeds, &tally, &fired);
    assert!(
        complaints.is_empty(),
        "{} of {seeds} seeds:\n{}",
        complaints.len(),
        complaints[..complaints.len().min(10)].join("\n")
    );
    if seeds >= 1_000 {
        let never: Vec<&str> =
            fired.iter().filter(|(kind, count)| *count == 0 && !BY_HAND.contains(kind)).map(|(kind, _)| kind.name()).collect();
        assert!(never.is_empty(), "these faults never fired: {never:?}");
    }
}

/// Says what the seeds met: on the test's output, and in a file that `make test` shows.
fn report(seeds: u64, tally: &Tally, fired: &Fired) {
    let figures = [("events", tally.events), ("elections won", tally.elections), ("advances of a commit index", tally.commits)];
    let faults = fired.iter().map(|(kind, count)| (kind.name(), count as u64));
    let mut lines = vec![format!("nemesis: {seeds} seeds of {} virtual seconds; each line: in all, and a seed", END_US / SECOND)];
    lines.extend(figures.into_iter().chain(faults).map(|(what, count)| {
        format!("  {what:<40} {count:>12} {:>10}.{:02}", count / seeds.max(1), count * 100 / seeds.max(1) % 100)
    }));
    let text = lines.join("\n");
    println!("{text}");
    let _ = std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/nemesis.txt"), text + "\n");
}

/// Faults that need a hand, or a kind of message that Raft does not have: `tests/faults.rs` fires them one by one, and sees
/// what they do.
const BY_HAND: [FaultKind; 6] = [
    FaultKind::LossOfOneWay,
    FaultKind::MessageDelivered,
    FaultKind::MessageDropped,
    FaultKind::MessageDuplicated,
    FaultKind::MessageDelayed,
    FaultKind::MessageSwapped,
];
