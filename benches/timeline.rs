//! Seek latency, and memory per million events, of a session with five Raft nodes and two clients.
//!
//! Prints one JSON object a line: {"name", "value", "unit"}.

use netsplit::base::draw::{Purpose, Sequence};
use netsplit::sim::plan::{Generator, Plan};
use netsplit::sim::trace::NoTrace;
use netsplit::system;
use netsplit::timeline::{Config, Session, StepKind};
use std::time::Instant;

const EVENTS: u64 = 1_000_000;

fn main() {
    let plan = plan();
    let mut run = system::open(&plan).expect("a good plan");
    let begin = Instant::now();
    for _ in 0..EVENTS / 4 {
        run.step(&mut NoTrace);
    }
    let bare = begin.elapsed().as_secs_f64();
    drop(run);
    figure("timeline: events replayed per second, with checkers", EVENTS as f64 / 4.0 / bare, "1/s");

    let before = resident_bytes();
    let mut session = Session::open(plan, Config::default(), system::open).expect("a good plan");
    let begin = Instant::now();
    session.seek(EVENTS);
    figure(
        "timeline: events played per second, with checkers, trace and checkpoints",
        EVENTS as f64 / begin.elapsed().as_secs_f64(),
        "1/s",
    );
    let memory = session.memory();
    figure("timeline: resident memory per million events", resident_bytes().saturating_sub(before) as f64 / 1e6, "MB");
    figure("timeline: trace per event", memory.trace as f64 / EVENTS as f64, "bytes");
    figure("timeline: checkpoints, own estimate", memory.checkpoints as f64 / 1e6, "MB");
    figure("timeline: distance of checkpoints", memory.checkpoint_gap as f64, "events");

    let mut draws = Sequence::new(1, Purpose::Nemesis, 0);
    let gap = memory.checkpoint_gap;
    let anywhere: Vec<f64> = (0..200).map(|_| seek(&mut session, draws.range(0, EVENTS))).collect();
    // The farthest from a checkpoint.
    let worst: Vec<f64> = (0..60).map(|_| seek(&mut session, draws.range(1, EVENTS / gap) * gap - 1)).collect();
    spread("timeline: seek anywhere in a million events", anywhere);
    spread("timeline: seek to just before a checkpoint", worst);
    session.seek(EVENTS / 2 - 3);
    let back: Vec<f64> = (0..500)
        .map(|_| {
            timed(|| {
                session.step_back(StepKind::Event);
            })
        })
        .collect();
    spread("timeline: step back", back);
    session.seek(EVENTS / 2);
    let fork = timed(|| {
        session.fork(None);
    });
    figure("timeline: fork", fork, "ms");
}

fn plan() -> Plan {
    let mut plan = Plan::new("raft", 5, 42);
    plan.cluster.clients = 2;
    let mix = vec![("put".into(), 3), ("get".into(), 3), ("append".into(), 1)];
    plan.workload.generator =
        Some(Generator { start_us: 500_000, end_us: u64::MAX / 2, every_us_min: 20_000, every_us_max: 80_000, keys: 8, mix });
    plan
}

fn seek(session: &mut Session, position: u64) -> f64 {
    timed(|| {
        let _ = session.seek(position);
    })
}

fn timed(work: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    work();
    begin.elapsed().as_secs_f64() * 1e3
}

fn spread(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    figure(&format!("{name}, median"), times[times.len() / 2], "ms");
    figure(&format!("{name}, worst of {}", times.len()), times[times.len() - 1], "ms");
}

fn figure(name: &str, value: f64, unit: &str) {
    println!(r#"{{"name":"{name}","value":{value:.3},"unit":"{unit}"}}"#);
}

/// Memory that the process holds; 0 where /proc does not tell.
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
}
