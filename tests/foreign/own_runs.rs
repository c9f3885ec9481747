//! Runs of the lab as traces: what is written is read again as the same, with the run's own happens-before.

use crate::{jsonl, shiviz};
use netsplit::base::ids::PlaceKind;
use netsplit::base::{EventId, NodeId};
use netsplit::scenario::foreign::{Imported, Trace, write};
use netsplit::scenario::{compile, library};
use netsplit::system;
use netsplit::timeline::Session;
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::trace_report::Recorder;
use netsplit::view::words::Lang;
use std::collections::BTreeMap;

type Writer = fn(&[&Trace], &mut dyn std::io::Write) -> std::io::Result<()>;

const SCENARIOS: [&str; 3] = ["raft/leader-crash", "raft/figure-8", "raft/minority-partition"];

fn played(id: &str) -> Playback {
    let scenario = library::find(id).expect("a scenario");
    let compiled = compile(scenario, system::info(&scenario.system).expect("a system")).expect("it compiles");
    let session = Session::open(compiled.plan, Default::default(), system::open).expect("it opens");
    let mut playback = Playback::new(session, Lang::En, Goals::default(), 1.0);
    playback.seek_time(compiled.lesson.end_us);
    playback.work(&mut |_| false);
    playback
}

fn recorded(playback: &mut Playback) -> Recorder {
    let mut recorder = Recorder::new(playback);
    // In slices: stopping must not matter.
    while !recorder.work(playback, &mut || true) {}
    recorder
}

/// The vector of each event at a node, by the run's two edges: the event before at the same node, and the cause.
fn vectors(playback: &Playback) -> Vec<(NodeId, Vec<u32>)> {
    let nodes = playback.speech().names.cluster.nodes();
    let session = playback.session();
    let mut latest = vec![vec![0_u32; nodes]; nodes];
    let mut known: BTreeMap<EventId, Vec<u32>> = BTreeMap::new();
    let mut all = Vec::new();
    for n in 0..session.cursor().position {
        let event = session.event(n).expect("an event before the cursor");
        if event.id.place().kind() != PlaceKind::Node {
            continue;
        }
        let node = event.id.place().node();
        let mut vector = latest[node.index()].clone();
        if let Some(cause) = known.get(&event.cause) {
            vector.iter_mut().zip(cause).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
        }
        vector[node.index()] += 1;
        latest[node.index()].clone_from(&vector);
        known.insert(event.id, vector.clone());
        all.push((node, vector));
    }
    all
}

#[track_caller]
fn check_same(imported: &Imported, expected: &[(NodeId, Vec<u32>)], names: &[String]) {
    assert!(!imported.partial(), "{:?}", crate::found(imported));
    let trace = &imported.traces[0];
    assert_eq!(trace.events.len(), expected.len());
    let number = |name: &str| names.iter().position(|known| known == name).expect("a node's name");
    let mut stated: BTreeMap<(usize, u32), Vec<u32>> = BTreeMap::new();
    for event in &trace.events {
        let mut vector = vec![0; names.len()];
        trace.clock(event).iter().for_each(|(host, n)| vector[number(&trace.hosts[*host as usize].name)] = *n);
        stated.insert((number(trace.host(event)), event.n), vector);
    }
    for (node, vector) in expected {
        assert_eq!(stated.get(&(node.index(), vector[node.index()])), Some(vector), "{node:?} {vector:?}");
    }
}

#[test]
fn what_is_written_has_the_happens_before_of_the_run() {
    for id in SCENARIOS {
        let mut playback = played(id);
        let recorder = recorded(&mut playback);
        let trace = recorder.trace().expect("it is done");
        let names: Vec<String> = trace.hosts.iter().map(|host| host.name.clone()).collect();
        let expected = vectors(&playback);
        assert!(
            expected.len() > 50
                && expected
                    .iter()
                    .any(|(node, vector)| vector.iter().enumerate().any(|(other, n)| other != node.index() && *n > 0))
        );
        let text = |write: Writer| {
            let mut bytes = Vec::new();
            write(&[trace], &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        check_same(&shiviz(&text(write::shiviz)), &expected, &names);
        check_same(&jsonl(&text(write::jsonl)), &expected, &names);
    }
}

#[test]
fn the_layout_is_that_of_govector_with_time_stamps() {
    let mut playback = played("raft/leader-crash");
    let recorder = recorded(&mut playback);
    let mut bytes = Vec::new();
    write::shiviz(&[recorder.trace().unwrap()], &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(r"(?<timestamp>\d+) (?<host>\S*) (?<clock>{.*})\n(?<event>.*)"));
    assert_eq!(lines.next(), Some(""));
    assert_eq!(lines.next(), Some(r#"0 S1 {"S1":1}"#));
    assert!(lines.next().is_some_and(|text| text.starts_with("S1 starts")));
    assert!(text.ends_with('\n') && text.lines().count().is_multiple_of(2));
    assert!(text.contains("client-1 {"), "names have no spaces");
}

#[test]
fn the_shipped_traces_are_runs_of_the_lab() {
    let mut playback = played("raft/leader-crash");
    playback.seek_time(500_000);
    playback.work(&mut |_| false);
    let recorder = recorded(&mut playback);
    let files: [(&str, Writer); 2] = [("log", write::shiviz), ("jsonl", write::jsonl)];
    for (ending, write) in files {
        let mut bytes = Vec::new();
        write(&[recorder.trace().unwrap()], &mut bytes).unwrap();
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/traces/raft-leader-crash").with_extension(ending);
        if std::env::var_os("NETSPLIT_REWRITE").is_some() {
            std::fs::write(&path, &bytes).unwrap();
        }
        let shipped =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; NETSPLIT_REWRITE=1 writes it", path.display()));
        assert!(shipped == bytes, "{} is another run; NETSPLIT_REWRITE=1 writes it anew", path.display());
    }
}

#[test]
fn the_example_writes_a_trace_that_opens() {
    let written = String::from_utf8(crate::trace_writer::ping_pong().unwrap()).unwrap();
    let imported = jsonl(&written);
    assert!(!imported.partial(), "{:?}", crate::found(&imported));
    let trace = &imported.traces[0];
    assert_eq!((trace.events.len(), trace.hosts.len()), (12, 2));
    let last = trace.events.last().unwrap();
    assert_eq!((trace.host(last), last.n, trace.message(last)), ("ping", 6, "receives \"pong\""));
    assert!(trace.events.iter().all(|event| event == last || trace.happened_before(event, last)));
}
