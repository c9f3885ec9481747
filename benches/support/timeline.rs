//! Seek latency, and memory per million events, of a session with five Raft nodes and two clients.

use super::{Figure, Place};
use netsplit::base::NodeId;
use netsplit::base::draw::{Purpose, Sequence};
use netsplit::sim::plan::{Action, Generator, Plan};
use netsplit::sim::trace::NoTrace;
use netsplit::system;
use netsplit::timeline::causal_graph::diff::{Content, Differences, Side};
use netsplit::timeline::{Config, Replay, Session, StepKind};

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
            let took = seek(place, &mut session, position);
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
    compare(place, &mut session, &mut tell);
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

/// Two branches that part in the middle of a million events are held against each other, as the page does it: in slices.
fn compare(place: &Place, session: &mut Session, tell: &mut dyn FnMut(&str, f64, &'static str, u128)) {
    const SLICE: u32 = 256;
    session.act(Action::Crash(NodeId(0))).expect("a server can crash");
    session.seek(EVENTS - 1);
    let (branch, other) = (session.cursor().branch, session.branches()[0].id);
    let shared = session.shared(branch, other);
    let mut replays = [branch, other].map(|branch| Replay::new(branch, shared));
    let mut differences = Differences::new(shared as u32);
    // The longest slice, and all of them.
    let mut read_on = |session: &Session, differences: &mut Differences| {
        let (mut longest, mut all) = (0.0_f64, 0.0);
        loop {
            let mut whole = true;
            let took = place.timed(|| {
                for (side, replay) in Side::BOTH.into_iter().zip(&mut replays) {
                    whole &= session.replay(replay, SLICE, |event, carried| differences.push(side, Content::of(event, carried)));
                }
                whole &= differences.work(2 * SLICE);
            });
            (longest, all) = (longest.max(took), all + took);
            if whole {
                differences.end();
                return (longest, all);
            }
        }
    };
    let fingerprint = session.fingerprint().0;
    let (longest, all) = read_on(session, &mut differences);
    let events = session.event_count_on(branch) + session.event_count_on(other) - 2 * shared;
    tell(&format!("comparing two branches of {events} events that they do not share, all"), all, "ms", fingerprint);
    tell("the same, longest slice of 256 events of each", longest, "ms", fingerprint);
    session.seek(EVENTS + 2_000);
    let (_, again) = read_on(session, &mut differences);
    tell("the same once more, when one has grown by some 2,000", again, "ms", fingerprint);
}

/// The best of three seeks from the beginning, where no world near the target is at hand; the best, so that what else the
/// machine has to do is not counted.
fn seek(place: &Place, session: &mut Session, position: u64) -> f64 {
    let mut try_once = || {
        session.seek(0);
        place.timed(|| {
            session.seek(position);
        })
    };
    (0..3).map(|_| try_once()).fold(f64::INFINITY, f64::min)
}

fn plan() -> Plan {
    let mut plan = Plan::new("raft", 5, 42);
    plan.cluster.clients = 2;
    let mix = vec![("put".into(), 3), ("get".into(), 3), ("append".into(), 1)];
    plan.workload.generator =
        Some(Generator { start_us: 500_000, end_us: u64::MAX / 2, every_us_min: 20_000, every_us_max: 80_000, keys: 8, mix });
    plan
}
