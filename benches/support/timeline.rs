//! Seek latency, and memory per million events, of a session with five Raft nodes and two clients.

use super::{Figure, Place};
use netsplit::base::draw::{Purpose, Sequence};
use netsplit::sim::plan::{Generator, Plan};
use netsplit::sim::trace::NoTrace;
use netsplit::system;
use netsplit::timeline::{Config, Session, StepKind};

const EVENTS: u64 = 1_000_000;

/// Measures everything, and tells `say` one figure after the other.
pub fn measure(place: &Place, mut say: impl FnMut(String)) {
    let mut tell = |name: &str, value: f64, unit, fingerprint| {
        let name = format!("timeline: {name}");
        say(place.figure(&Figure { name: &name, value, unit, fingerprint }));
    };
    let before = (place.memory_bytes)();
    let mut session = Session::open(plan(), Config::default(), system::open).expect("a good plan");
    let took = place.timed(|| {
        session.seek(EVENTS);
    });
    let (memory, fingerprint) = (session.memory(), session.fingerprint().0);
    let rate = EVENTS as f64 / took * 1e3;
    tell("events played per second, with checkers, trace and checkpoints", rate, "1/s", fingerprint);
    let held = (place.memory_bytes)().saturating_sub(before);
    tell("memory per million events", held as f64 / 1e6, "MB", fingerprint);
    tell("trace per event, own estimate", memory.trace as f64 / EVENTS as f64, "bytes", fingerprint);
    tell("checkpoints, own estimate", memory.checkpoints as f64 / 1e6, "MB", fingerprint);
    tell("distance of checkpoints", memory.checkpoint_gap as f64, "events", fingerprint);

    let mut draws = Sequence::new(1, Purpose::Nemesis, 0);
    let gap = memory.checkpoint_gap;
    let anywhere = (0..200).map(|_| draws.range(0, EVENTS)).collect();
    // The farthest from a checkpoint.
    let worst = (0..60).map(|_| draws.range(1, EVENTS / gap) * gap - 1).collect();
    let targets: [(&str, Vec<u64>); 2] =
        [("seek anywhere in a million events", anywhere), ("seek to just before a checkpoint", worst)];
    for (name, positions) in targets {
        let mut fingerprint = 0;
        let times = positions.into_iter().map(|position| {
            let took = place.timed(|| {
                session.seek(position);
            });
            fingerprint ^= session.fingerprint().0;
            took
        });
        let mut times: Vec<f64> = times.collect();
        times.sort_by(f64::total_cmp);
        tell(&format!("{name}, median"), times[times.len() / 2], "ms", fingerprint);
        tell(&format!("{name}, worst of {}", times.len()), times[times.len() - 1], "ms", fingerprint);
    }

    session.seek(EVENTS / 2 - 3);
    let mut back: Vec<f64> = (0..500)
        .map(|_| {
            place.timed(|| {
                session.step_back(StepKind::Event);
            })
        })
        .collect();
    back.sort_by(f64::total_cmp);
    let fingerprint = session.fingerprint().0;
    tell("step back, median", back[back.len() / 2], "ms", fingerprint);
    tell("step back, worst of 500", back[back.len() - 1], "ms", fingerprint);
    session.seek(EVENTS / 2);
    let fork = place.timed(|| {
        session.fork(None);
    });
    tell("fork", fork, "ms", session.fingerprint().0);
    drop(session);

    let mut run = system::open(&plan()).expect("a good plan");
    let took = place.timed(|| {
        for _ in 0..EVENTS / 4 {
            run.step(&mut NoTrace);
        }
    });
    let rate = EVENTS as f64 / 4.0 / took * 1e3;
    tell("events replayed per second, with checkers", rate, "1/s", run.run_fingerprint().0);
}

fn plan() -> Plan {
    let mut plan = Plan::new("raft", 5, 42);
    plan.cluster.clients = 2;
    let mix = vec![("put".into(), 3), ("get".into(), 3), ("append".into(), 1)];
    plan.workload.generator =
        Some(Generator { start_us: 500_000, end_us: u64::MAX / 2, every_us_min: 20_000, every_us_max: 80_000, keys: 8, mix });
    plan
}
