//! How fast traces of other programs are read, and the graphs of their diagrams built: a log of a million events in GoVector's
//! layout.

use super::{Figure, Place};
use netsplit::base::draw::{Purpose, Sequence};
use netsplit::scenario::foreign::{Format, Importer, Options, Trace};
use netsplit::timeline::causal_graph::Axis;
use netsplit::view::space_time::foreign::TraceGraph;

const EVENTS: u64 = 1_000_000;
const HOSTS: usize = 8;
/// Longest slice in the page, milliseconds.
const SLICE_MS: f64 = 7.0;

/// Measures everything, and tells `say` one figure after the other.
pub fn measure(place: &Place, mut say: impl FnMut(String)) {
    let mut tell = |name: &str, value: f64, unit, fingerprint| {
        let name = format!("import: {name}");
        say(place.figure(&Figure { name: &name, value, unit, fingerprint }));
    };
    let log = log();
    let before = (place.memory_bytes)();
    let mut importer = Importer::new(Options { format: Some(Format::Shiviz), parser: None, delimiter: None });
    let mut longest = 0_f64;
    let mut slices = 0;
    let took = place.timed(|| {
        importer.reserve(log.len());
        for piece in log.as_bytes().chunks(1 << 20) {
            longest = longest.max(place.timed(|| importer.push(piece)));
        }
        longest = longest.max(place.timed(|| importer.close()));
        let mut done = false;
        while !done {
            slices += 1;
            let took = place.timed(|| {
                let end = (place.now_ms)() + SLICE_MS;
                done = importer.work(&mut || (place.now_ms)() >= end).done;
            });
            longest = longest.max(took);
        }
    });
    let imported = importer.into_imported();
    assert!(!imported.partial(), "a good log");
    let trace = &imported.traces[0];
    let fingerprint = trace.events.iter().map(|event| u128::from(event.depth)).sum();
    assert_eq!(trace.events.len() as u64, EVENTS);
    tell("events read and checked per second, a million of 8 hosts", EVENTS as f64 / took * 1e3, "1/s", fingerprint);
    tell("log read per second", log.len() as f64 / took / 1e3, "MB/s", fingerprint);
    tell("longest slice", longest, "ms", fingerprint);
    let held = (place.memory_bytes)().saturating_sub(before);
    tell("memory per million events", held as f64 / 1e6, "MB", fingerprint);
    let (took, longest, fingerprint) = graph(place, trace);
    tell("events of a diagram's graph built per second, a million of 8 hosts", EVENTS as f64 / took * 1e3, "1/s", fingerprint);
    tell("longest slice of a diagram's graph", longest, "ms", fingerprint);
}

/// Builds the graph of a trace in slices: how long all of it took and the longest slice, milliseconds, and what tells the
/// graph from others.
fn graph(place: &Place, trace: &Trace) -> (f64, f64, u128) {
    const STEPS: u32 = 2_048;
    let mut longest = 0_f64;
    let mut graph = TraceGraph::begin(trace).expect("few hosts");
    let took = place.timed(|| {
        let mut done = false;
        while !done {
            let took = place.timed(|| {
                let end = (place.now_ms)() + SLICE_MS;
                while !done && (place.now_ms)() < end {
                    done = graph.work(trace, STEPS).expect("no circle");
                }
            });
            longest = longest.max(took);
        }
    });
    let graph = graph.graph();
    assert_eq!(u64::from(graph.len()), EVENTS);
    let depths = (0..graph.len()).map(|event| u128::from(graph.place(event, Axis::Order))).sum::<u128>();
    (took, longest, depths * 1_000_000_007 + graph.edges().len() as u128)
}

/// Hosts that send and receive at random; all of a host's events stand together, as GoVector's tool merges its files.
fn log() -> String {
    let mut draws = Sequence::new(1, Purpose::Nemesis, 0);
    let mut clocks = vec![[0_u64; HOSTS]; HOSTS];
    let mut files = vec![String::new(); HOSTS];
    for _ in 0..EVENTS {
        let host = draws.range(0, HOSTS as u64 - 1) as usize;
        let from = draws.range(0, 3 * HOSTS as u64) as usize;
        if from < HOSTS {
            let theirs = clocks[from];
            clocks[host].iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine = (*mine).max(theirs));
        }
        clocks[host][host] += 1;
        let known = clocks[host].iter().enumerate().filter(|(_, n)| **n > 0);
        let clock: Vec<String> = known.map(|(host, n)| format!("\"node{host}\":{n}")).collect();
        let text = if from < HOSTS { "INFO Received a message" } else { "INFO Sending a message to somebody" };
        files[host].push_str(&format!("node{host} {{{}}}\n{text}\n", clock.join(", ")));
    }
    format!("(?<host>\\S*) (?<clock>{{.*}})\\n(?<event>.*)\n\n{}", files.concat())
}
