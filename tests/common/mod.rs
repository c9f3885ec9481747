//! What the tests of whole systems share: plans of quiet and of rough runs, how they are run, and what is said of them afterwards.
#![allow(dead_code, unreachable_pub, reason = "every test that is built with this module uses a part of it")]

use netsplit::base::NodeId;
use netsplit::base::time::{MS, SECOND};
use netsplit::check::{Status, Witness};
use netsplit::protocol::mutants::MutantInfo;
use netsplit::sim::nemesis::{Spec, generate};
use netsplit::sim::plan::{
    Action, Channel, ClockPlan, Cluster, Generator, Operation, Plan, PlannedAction, PlannedOperation, Setting,
};
use netsplit::sim::trace::NoTrace;
use netsplit::system::inspect::FieldValue;
use netsplit::system::{Run, open};

/// What a client does: when, milliseconds; who; the verb and its arguments. The key is x.
pub type Planned<'a> = (u64, NodeId, &'a str, &'a [u64]);

/// A run on a quiet network with a delay of 2 ms.
pub fn quiet(system: &str, cluster: Cluster, settings: &[(&str, i64)], operations: &[Planned<'_>]) -> Plan {
    let mut plan = Plan::new(system, cluster.servers, 1);
    plan.cluster = cluster;
    plan.settings = settings.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: *value }).collect();
    (plan.network.default.delay_us_min, plan.network.default.delay_us_max) = (2 * MS, 2 * MS);
    let planned = |(at_ms, client, verb, args): &Planned<'_>| PlannedOperation {
        at_us: at_ms * MS,
        client: *client,
        operation: Operation { verb: (*verb).to_owned(), key: "x".to_owned(), args: args.to_vec(), target: None },
    };
    plan.workload.operations = operations.iter().map(planned).collect();
    plan
}

pub fn at(at_ms: u64, action: Action) -> PlannedAction {
    PlannedAction { at_us: at_ms * MS, action }
}

/// Messages are late, overtake one another, and come twice or not at all.
pub fn rough(loss_ppm: u32) -> Channel {
    Channel {
        delay_us_min: MS,
        delay_us_max: 20 * MS,
        loss_ppm,
        duplicate_ppm: 50_000,
        reorder_ppm: 100_000,
        reorder_us_max: 60 * MS,
    }
}

/// Clients that are busy for 40 s with two keys.
pub fn workload(every_us_min: u64, every_us_max: u64, mix: &[(&str, u32)]) -> Generator {
    let mix = mix.iter().map(|(verb, share)| ((*verb).to_owned(), *share)).collect();
    Generator { start_us: 50 * MS, end_us: 40 * SECOND, every_us_min, every_us_max, keys: 2, mix }
}

/// Walls set apart by 300 ms a node, and rates of lock nodes and clients up to 1 % apart: the drift that locks take off.
pub fn drifting() -> Vec<ClockPlan> {
    let clock = |node: u16, rate_ppm: i64| ClockPlan { node: NodeId(node), wall_offset_us: i64::from(node) * 300_000, rate_ppm };
    vec![clock(0, 4_500), clock(1, -4_500), clock(2, 4_500), clock(3, 4_500), clock(6, -4_500), clock(7, 4_500)]
}

/// Crashes, pauses, cuts, late messages, untrue clocks, from the first second to this moment.
pub fn trouble(plan: &Plan, end_us: u64) -> Vec<PlannedAction> {
    generate(plan, &Spec { start_us: SECOND, end_us, damaged_disks_max: 0, amnesia: false })
}

/// The same, and the disk of one server loses records.
pub fn damage(plan: &Plan, end_us: u64) -> Vec<PlannedAction> {
    generate(plan, &Spec { start_us: SECOND, end_us, damaged_disks_max: 1, amnesia: false })
}

pub fn run(plan: &Plan, until_us: u64) -> Box<dyn Run> {
    let mut run = open(plan).unwrap_or_else(|wrong| panic!("{wrong}"));
    while run.next_due_us().is_some_and(|due| due <= until_us) {
        run.step(&mut NoTrace);
    }
    run.advance_to(until_us);
    run
}

/// The properties that have not the status that they should have, with what is said of them.
pub fn others(run: &dyn Run, status: Status) -> Vec<String> {
    let wrong = run.verdicts().into_iter().filter(|verdict| verdict.status != status);
    wrong.map(|verdict| format!("{}: {:?} {:?}", verdict.property, verdict.status, verdict.note)).collect()
}

/// What the panel says of a node under this name.
pub fn field(run: &dyn Run, node: NodeId, name: &str) -> Option<FieldValue> {
    let node = run.node(node).expect("a node");
    node.fields.into_iter().find(|field| field.key.ends_with(&format!(".{name}"))).map(|field| field.value)
}

/// All holds with the right rule; with the mutant, and others that it needs, what it says that it breaks falls, and is shown where.
pub fn assert_falls<M>(mutant: &MutantInfo<M>, (mut plan, until_ms): (Plan, u64), with: &[&str]) -> Witness {
    let right = run(&plan, until_ms * MS);
    assert_eq!(right.fallen(), 0, "{} without the mutant: {:?}", mutant.id, others(&*right, Status::Holds));
    plan.mutants = [mutant.id].iter().chain(with).map(|id| (*id).to_owned()).collect();
    let wrong = run(&plan, until_ms * MS);
    let verdict = wrong.verdicts().into_iter().find(|verdict| verdict.property == mutant.falls);
    let verdict = verdict.unwrap_or_else(|| panic!("{}: nobody checks {}", mutant.id, mutant.falls));
    assert_eq!(verdict.status, Status::Violated, "{}: {:?}", mutant.id, others(&*wrong, Status::Holds));
    let witness = verdict.witness.expect("what is violated has a witness");
    assert!(witness.event.is_some() && !witness.nodes.is_empty(), "{}", mutant.id);
    witness
}

/// Events that no checker saw leave every verdict open.
pub fn assert_unknown_after_a_gap(plan: &Plan) {
    let mut run = open(plan).unwrap_or_else(|wrong| panic!("{wrong}"));
    for n in 0..400 {
        run.set_checking(!(100..=200).contains(&n));
        run.step(&mut NoTrace);
    }
    assert_eq!(others(&*run, Status::Unknown), Vec::<String>::new());
}
