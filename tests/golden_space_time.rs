//! The space-time diagram as text, to the byte: a run as it is played, its cones and a chain, its lanes by order, two branches,
//! and a trace of another program.
//!
//! `NETSPLIT_REWRITE=1 cargo test --test golden_space_time` writes the files anew; look at them before committing.

use netsplit::base::{Level, NodeId};
use netsplit::scenario::foreign::{Format, Importer, Options};
use netsplit::scenario::{compile, library};
use netsplit::sim::plan::{Action, Operation};
use netsplit::system::open;
use netsplit::timeline::Session;
use netsplit::timeline::causal_graph::diff::Side;
use netsplit::timeline::causal_graph::{Axis, Kind};
use netsplit::view::playback::{Goals, JobState, Playback};
use netsplit::view::space_time::{Detail, Hit, Look, beside, foreign};
use netsplit::view::{Lang, Theme, to_svg};
use std::path::PathBuf;

fn playback(id: &str, until_us: u64) -> Playback {
    let scenario = library::find(id).expect("the library holds it");
    let compiled = compile(scenario, open::info(&scenario.system).expect("a system")).expect("it compiles");
    let mut session = Session::open(compiled.plan, Default::default(), open::open).expect("it opens");
    session.seek_time(until_us);
    Playback::new(session, Lang::En, Goals::default(), 1.0)
}

fn look(width: f64, height: f64) -> Look {
    Look { width, height, spoken: true, ..Look::default() }
}

/// The picture of all that was read.
fn picture(playback: &mut Playback, look: &Look, theme: Theme) -> String {
    let read = playback.space_time_follow(u32::MAX);
    assert_eq!(read.read, read.all, "all of the run is read");
    let scene = playback.with_space_time(|graph, diagram, now, texts| diagram.scene(graph, look, Some(now), texts));
    to_svg(&scene, theme.palette())
}

fn golden(name: &str, svg: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.svg"));
    if std::env::var_os("NETSPLIT_REWRITE").is_some() {
        std::fs::write(&path, svg).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(svg == expected, "{} differs; NETSPLIT_REWRITE=1 writes it anew", path.display());
}

#[test]
fn a_run_is_drawn_along_time() {
    let mut playback = playback("raft/leader-crash", 500_000);
    playback.act(Action::Crash(NodeId(0))).expect("a server can crash");
    let job = playback.seek_time(900_000);
    playback.work(&mut |_| false);
    assert!(!matches!(playback.job(job), JobState::Working));
    golden("space-time", &picture(&mut playback, &look(900.0, 480.0), Theme::Light));
    golden("space-time-dark-360", &picture(&mut playback, &look(360.0, 300.0), Theme::Dark));
    let story = Look { level: Level::Story, ..look(900.0, 480.0) };
    golden("space-time-story", &picture(&mut playback, &story, Theme::Forced));
    let order = Look { axis: Axis::Order, hidden: vec![0], collapsed: true, ..look(900.0, 480.0) };
    golden("space-time-order-hidden", &picture(&mut playback, &order, Theme::Light));
}

#[test]
fn cones_and_the_shortest_chain_are_drawn() {
    let mut playback = playback("clock/vectors-tell", 5_000_000);
    playback.space_time_follow(u32::MAX);
    let (first, last) = playback.with_space_time(|graph, _, _, _| {
        let cones = |event| netsplit::timeline::causal_graph::cone::Cones::of(graph, event);
        let last = (0..graph.len()).max_by_key(|event| cones(*event).map(|cones| cones.sizes(graph).0)).expect("events");
        (graph.edges().incoming(last).filter_map(|n| graph.edges().get(n)).map(|edge| edge.from).next().unwrap_or(0), last)
    });
    let chosen = Look { selected: Some(first), other: Some(last), ..look(900.0, 420.0) };
    golden("space-time-chain", &picture(&mut playback, &chosen, Theme::Light));
    let links = playback.with_space_time(|_, diagram, _, _| diagram.chain().map(<[_]>::len));
    assert!(links.is_some_and(|links| links >= 2), "there is a chain");
}

#[test]
fn two_branches_are_compared() {
    let mut playback = playback("raft/leader-crash", 700_000);
    playback.space_time_follow(u32::MAX);
    let job = playback.seek_time(560_000);
    playback.work(&mut |_| false);
    assert!(!matches!(playback.job(job), JobState::Working));
    playback.act(Action::Crash(NodeId(1))).expect("a server can crash");
    let job = playback.seek_time(700_000);
    playback.work(&mut |_| false);
    assert!(!matches!(playback.job(job), JobState::Working));
    let others: Vec<u32> = playback.branches().iter().filter(|row| !row.current).map(|row| row.id).collect();
    assert_eq!(others.len(), 1, "the old future is kept");
    playback.space_time_follow(u32::MAX);
    playback.space_time_compare(others.first().copied());
    let window = Look { window: (480_000.0, 720_000.0), ..look(900.0, 480.0) };
    golden("space-time-branches", &picture(&mut playback, &window, Theme::Light));
    let (first, [here, there]) = differences(&mut playback).expect("both are read");
    assert!(first.is_some() && !here.is_empty() && !there.is_empty(), "each has something of its own");
}

/// The first difference of the branches that are compared, and the events that only one has; `None` until both are read.
fn differences(playback: &mut Playback) -> Option<(Option<u32>, [Vec<u32>; 2])> {
    playback.with_space_time(|_, diagram, _, _| {
        let known = diagram.compared.as_ref().map(|compared| &compared.differences).filter(|known| known.is_known())?;
        let only = |side| known.only(side).iter().map(|only| only.event).collect();
        Some((known.first(), Side::BOTH.map(only)))
    })
}

/// Compares in slices; every slice executes at most its budget of either branch. Returns what is found, and the slices.
fn compared_in_slices(playback: &mut Playback, budget: u32) -> ((Option<u32>, [Vec<u32>; 2]), u32) {
    let mut slices = 1;
    while !playback.space_time_follow(budget).is_whole() {
        slices += 1;
    }
    (differences(playback).expect("both are read"), slices)
}

#[test]
fn branches_are_compared_in_slices_as_in_one_piece_and_go_on_where_they_stood() {
    let seek = |playback: &mut Playback, at_us: u64| {
        let job = playback.seek_time(at_us);
        playback.work(&mut |_| false);
        assert!(!matches!(playback.job(job), JobState::Working));
    };
    let forked = || {
        let mut playback = playback("raft/leader-crash", 900_000);
        seek(&mut playback, 560_000);
        playback.act(Action::Crash(NodeId(1))).expect("a server can crash");
        seek(&mut playback, 700_000);
        playback.space_time_follow(u32::MAX);
        playback
    };
    let anew = |playback: &mut Playback, other: u32| {
        playback.space_time_compare(Some(other));
        assert_eq!(differences(playback), None, "nothing is known yet");
        compared_in_slices(playback, u32::MAX).0
    };
    let mut whole = forked();
    let [early, late] = [700_000, 1_100_000].map(|at_us| {
        seek(&mut whole, at_us);
        anew(&mut whole, 0)
    });
    assert!(early != late && late.0 == early.0 && late.1.iter().all(|only| only.len() > 5));
    for budget in [1, 7, 300] {
        let mut playback = forked();
        playback.space_time_compare(Some(0));
        let (found, slices) = compared_in_slices(&mut playback, budget);
        assert!(found == early && slices > playback.session().event_count() as u32 / 4 / budget, "{slices} slices of {budget}");
        // The run goes on: what was found stays and is added to.
        seek(&mut playback, 1_100_000);
        assert_eq!(differences(&mut playback), Some(found), "what was known is kept");
        let (found, _) = compared_in_slices(&mut playback, budget);
        assert_eq!(found, late);
        assert_eq!(compared_in_slices(&mut playback, budget), (found, 1), "nothing is done twice");
        // The cursor goes back: both branches are as long as before.
        seek(&mut playback, 300_000);
        assert_eq!(compared_in_slices(&mut playback, budget), (late.clone(), 1));
        // Seen from the other branch, which is not compared with anything yet.
        playback.switch_branch(0).expect("the original");
        assert!(playback.space_time_follow(u32::MAX).is_whole() && differences(&mut playback).is_none());
        playback.space_time_compare(Some(1));
        let ((first, [here, there]), _) = compared_in_slices(&mut playback, budget);
        assert_eq!((first, [there, here]), late);
    }
}

#[test]
fn branches_that_differ_only_in_what_messages_carry_are_told_apart() {
    let mut playback = playback("clock/causal-broadcast", 300_000);
    let seek = |playback: &mut Playback, at_us: u64| {
        let job = playback.seek_time(at_us);
        playback.work(&mut |_| false);
        assert!(!matches!(playback.job(job), JobState::Working));
    };
    for value in [8, 9] {
        playback.switch_branch(0).expect("the original");
        seek(&mut playback, 260_000);
        let (verb, key, args) = ("broadcast".to_owned(), "x".to_owned(), vec![value]);
        let operation = Operation { verb, key, args, target: Some(NodeId(0)) };
        playback.act(Action::Request { client: NodeId(3), operation }).expect("it can ask");
        seek(&mut playback, 1_000_000);
    }
    playback.space_time_follow(u32::MAX);
    let other = playback.branches().iter().filter(|row| !row.current).map(|row| row.id).max();
    playback.space_time_compare(other);
    playback.space_time_follow(u32::MAX);
    let (first, [here, there]) = differences(&mut playback).expect("both are read");
    let messages =
        playback.with_space_time(|graph, _, _, _| here.iter().filter(|event| graph.kind_of(**event) == Kind::Delivered).count());
    assert!(first.is_some() && here == there, "event for event the same: {here:?}, {there:?}");
    assert!(messages >= 3, "what S1 was told, and what it told the others: {here:?}");
}

/// Four calls that two clients make to one server, without times; the clock in the last line but one knows of an event that
/// is not there.
const CALLS: &str = r#"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)

alice {"alice":1}
asks for the lock
bob {"bob":1}
asks for the lock
a-server-with-a-long-name.example {"a-server-with-a-long-name.example":1, "alice":1}
gives the lock to alice
a-server-with-a-long-name.example {"a-server-with-a-long-name.example":2, "alice":1, "bob":1}
refuses bob: the lock is taken
alice {"alice":2, "a-server-with-a-long-name.example":1}
has the lock
bob {"bob":2, "a-server-with-a-long-name.example":2, "alice":1}
waits
alice {"alice":3, "a-server-with-a-long-name.example":1, "bob":9}
gives the lock back
"#;

#[test]
fn a_trace_of_another_program_is_drawn_and_says_so() {
    let draw = |text: &str, lang: Lang| {
        let options = Options { format: Some(Format::Shiviz), parser: None, delimiter: None };
        let imported = Importer::read(options, text.as_bytes());
        let trace = imported.traces.first().expect("an execution");
        to_svg(&foreign::picture(trace, lang).expect("it goes in no circle"), Theme::Light.palette())
    };
    let whole = CALLS.replace(", \"bob\":9", "");
    golden("space-time-foreign", &draw(&whole, Lang::En));
    golden("space-time-foreign-partial", &draw(CALLS, Lang::De));
}

#[test]
fn the_axis_has_figures_only_where_something_can_be() {
    let mut playback = playback("raft/leader-crash", 500_000);
    let early = Look { window: (-300_000.0, 400_000.0), ..look(900.0, 480.0) };
    let late = Look { window: (300_000.0, 2_000_000.0), ..look(900.0, 480.0) };
    let figures = |svg: String| {
        let texts = svg.split("</text>").filter_map(|text| text.rsplit('>').next().filter(|text| text.ends_with(" s")));
        texts.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(figures(picture(&mut playback, &early, Theme::Light)), ["0.000 s", "0.100 s", "0.200 s", "0.300 s"]);
    assert_eq!(figures(picture(&mut playback, &late, Theme::Light)), ["0.500 s"]);
}

#[test]
fn what_is_drawn_is_found_where_it_is_drawn() {
    let mut playback = playback("raft/leader-crash", 500_000);
    playback.space_time_follow(u32::MAX);
    let look = look(1_400.0, 600.0);
    playback.with_space_time(|graph, diagram, now, texts| {
        assert_eq!(diagram.detail(graph, &look), Detail::Single);
        let scene = diagram.scene(graph, &look, Some(now), texts);
        let mut found = 0;
        for target in scene.targets().iter().filter(|target| target.id.starts_with("event:")) {
            let (x, y) = (target.x + target.width / 2.0, target.y + target.height / 2.0);
            let Hit::Event(event) = diagram.hit(graph, &look, x, y) else { panic!("{} is not at {x}, {y}", target.id) };
            found += usize::from(target.id == format!("event:{event}"));
        }
        let all = scene.targets().iter().filter(|target| target.id.starts_with("event:")).count();
        assert!(
            all > 40 && found * 10 >= all * 9,
            "{found} of {all}: only those that lie upon each other may be taken for another"
        );
    });
}

/// Three hosts in two executions: in the second, the server hears of bob first, refuses alice, and an auditor looks on.
const TWO: &str = r#"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)
^=== (?<trace>.*) ===$
=== monday ===
alice {"alice":1}
asks for the lock
bob {"bob":1}
asks for the lock
server {"server":1, "alice":1}
gives the lock to alice
server {"server":2, "alice":1, "bob":1}
refuses: the lock is taken
alice {"alice":2, "server":1}
has the lock
bob {"bob":2, "server":2, "alice":1}
waits
=== tuesday ===
alice {"alice":1}
asks for the lock
bob {"bob":1}
asks for the lock
server {"server":1, "bob":1}
gives the lock to bob
server {"server":2, "alice":1, "bob":1}
refuses: the lock is taken
bob {"bob":2, "server":1}
has the lock
bob {"bob":3, "server":1}
writes the file
alice {"alice":2, "server":2, "bob":1}
waits
auditor {"auditor":1, "bob":3, "server":1}
looks on
"#;

#[test]
fn two_executions_stand_beside_each_other_and_what_differs_is_marked() {
    use netsplit::view::trace_diff::Sentences;
    let options = Options { format: Some(Format::Shiviz), parser: None, delimiter: None };
    let imported = Importer::read(options, TWO.as_bytes());
    let named = |name: &str| imported.traces.iter().find(|trace| trace.name == name).expect("the execution");
    let traces = [named("monday"), named("tuesday")];
    let draw = |lang: Lang, theme: Theme| {
        let sentences = Sentences { names: ["monday", "tuesday"], lang };
        to_svg(&beside::picture(traces, sentences).expect("it goes in no circle"), theme.palette())
    };
    golden("space-time-beside", &draw(Lang::En, Theme::Light));
    golden("space-time-beside-forced", &draw(Lang::De, Theme::Forced));
    let svg = draw(Lang::En, Theme::Light);
    for part in [">A server<", ">B server<", ">B only: auditor<", ">First difference<", ">A: monday<", ">\u{2260}<"] {
        assert!(svg.contains(part), "{part}");
    }
}
