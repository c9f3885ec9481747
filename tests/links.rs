//! Links: what goes in comes out, old ones open for ever, and nothing that pretends to be one does harm.

#![cfg(feature = "cli")]

use netsplit::base::NodeId;
use netsplit::scenario::{Link, compile, library, link::PACKED_MAX, link_text, toml};
use netsplit::sim::plan::{
    Action, Channel, ChannelPatch, ChannelRule, ClockAct, Cut, DiskAct, Generator, Intervention, MessageAct, Moment, Operation,
    Plan, Selector, Setting,
};
use netsplit::system::open::{info, open};
use netsplit::timeline::{self, Session};
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::words::Lang;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const SCENARIO: &str = "raft/leader-crash";
/// Links of every version of the format.
const GOLDEN: [&str; 2] = [include_str!("links/v1.txt"), include_str!("links/v2.txt")];

fn plan_of(id: &str) -> Plan {
    let scenario = library::find(id).expect("a built-in scenario");
    compile(scenario, info(&scenario.system).expect("its system")).expect("it compiles").plan
}

fn playback(plan: Plan) -> Playback {
    let session = Session::open(plan, timeline::Config::default(), open).expect("the plan opens");
    Playback::new(session, Lang::En, Goals::default(), 33.0)
}

fn seek(playback: &mut Playback, at_us: u64) {
    playback.seek_time(at_us);
    playback.work(&mut |_| false);
}

fn follow(link: &Link) -> Playback {
    let mut playback = playback(link.plan.clone());
    playback.follow(link);
    playback.work(&mut |_| false);
    playback
}

/// One action of every kind, in an order in which most of them can be done.
fn actions() -> Vec<Action> {
    let n = NodeId;
    let all = [(n(0), n(1)), (n(1), n(0)), (n(2), n(4))];
    let operation = Operation { verb: "put".into(), key: "x".into(), args: vec![7], target: Some(n(1)) };
    let rule = ChannelRule {
        select: Selector { from: vec![n(0)], to: vec![n(3)], class: None, kind: Some(1) },
        set: ChannelPatch { delay_us: Some((2_000, 9_000)), loss_ppm: Some(300_000), ..ChannelPatch::default() },
    };
    vec![
        Action::Pause(n(0)),
        Action::Resume(n(0)),
        Action::Slow { node: n(1), service_us: 400, queue: 12 },
        Action::Cut(Cut::Islands(vec![vec![n(0), n(1)], vec![n(2), n(3), n(4), n(5)]])),
        Action::Heal(all.to_vec()),
        Action::Cut(Cut::Bridge { bridge: n(2), left: vec![n(0), n(1)], right: vec![n(3), n(4)] }),
        Action::Heal(Vec::new()),
        Action::Cut(Cut::Ring(vec![n(0), n(2), n(4), n(1), n(3)])),
        Action::Cut(Cut::OneWay { from: vec![n(0)], to: vec![n(1), n(2)] }),
        Action::Cut(Cut::Links(all.to_vec())),
        Action::Cut(Cut::Isolate(n(3))),
        Action::Heal(Vec::new()),
        Action::Channel(rule),
        Action::ResetChannels,
        Action::Clog { links: all.to_vec(), for_us: 30_000 },
        Action::SwizzleClog { nodes: vec![n(0), n(1), n(2)], step_us: 5_000, free_order: vec![2, 0, 1] },
        Action::Hold(all.to_vec()),
        Action::Release(all.to_vec()),
        Action::Clock { node: n(1), act: ClockAct::Jump(-40_000) },
        Action::Clock { node: n(2), act: ClockAct::Rate(500) },
        Action::Disk { node: n(0), act: DiskAct::Fsync(900, 4_000) },
        Action::Disk { node: n(0), act: DiskAct::LoseUnsynced(500_000) },
        Action::Disk { node: n(0), act: DiskAct::TornTail(500_000) },
        Action::Disk { node: n(1), act: DiskAct::Full(true) },
        Action::Disk { node: n(1), act: DiskAct::Full(false) },
        Action::Disk { node: n(2), act: DiskAct::Misdirect(0) },
        Action::Disk { node: n(2), act: DiskAct::Corrupt(0) },
        Action::Request { client: n(5), operation },
        Action::Crash(n(4)),
        Action::Restart { node: n(4), empty: true },
    ]
}

/// A run of the first scenario in which `many` things were done by hand.
fn played(many: usize) -> Playback {
    let mut lab = playback(plan_of(SCENARIO));
    seek(&mut lab, 1_000_000);
    let mut done = 0;
    for action in actions().iter().cycle().take(1_000) {
        if done == many {
            break;
        }
        done += usize::from(lab.act(action.clone()).is_ok());
        let next = lab.cursor().at_us + 33_217;
        seek(&mut lab, next);
    }
    assert_eq!(done, many, "so many can be done");
    lab
}

/// A plan that is like no scenario's, with every kind of action.
fn strange() -> Plan {
    let mut plan = plan_of(SCENARIO);
    plan.cluster.clients += 2;
    plan.settings = vec![Setting { name: "heartbeat_us".into(), value: 40_000 }];
    plan.network.default = Channel { loss_ppm: 10_000, ..Channel::default() };
    plan.workload.generator = Some(Generator {
        start_us: 0,
        end_us: 5_000_000,
        every_us_min: 20_000,
        every_us_max: 60_000,
        keys: 3,
        mix: vec![("put".into(), 2), ("get".into(), 1)],
    });
    let message = "n0>n1#3".parse().expect("an id");
    let more = [MessageAct::Deliver, MessageAct::Drop, MessageAct::Duplicate, MessageAct::Delay(5), MessageAct::Swap(message)]
        .map(|act| Action::Message { message, act });
    let all = actions().into_iter().chain(more).chain([Action::Choose(message)]);
    plan.interventions = all
        .enumerate()
        .map(|(n, action)| Intervention { at: Moment { at_us: 700_000 + 9_001 * n as u64, executed: 1 }, n: n as u32, action })
        .collect();
    plan
}

fn links() -> Vec<Link> {
    let plain = {
        let mut lab = playback(Plan { seed: 7, ..plan_of(SCENARIO) });
        seek(&mut lab, 1_204_000);
        lab.link(Some(SCENARIO))
    };
    let by_hand = {
        let mut lab = played(20);
        lab.rename_branch(lab.cursor().branch, "The café's branch".into()).expect("it exists");
        lab.link(Some(SCENARIO))
    };
    let broken = {
        let mut plan = plan_of(SCENARIO);
        plan.mutants = vec!["even_majority".into()];
        let mut lab = playback(plan);
        seek(&mut lab, 900_000);
        lab.link(Some(SCENARIO))
    };
    let strange = {
        let mut lab = playback(strange());
        seek(&mut lab, 1_500_000);
        lab.link(None)
    };
    vec![plain, by_hand, broken, strange]
}

#[test]
fn what_goes_in_comes_out_and_the_run_is_the_same() {
    for link in links() {
        assert_eq!(Link::unpack(&link.pack().expect("short enough")).expect("it opens"), link);
        let text = link_text::write(&link).expect("short enough");
        assert!(text.starts_with("#v1.") && text[4..].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let sent = link_text::read(&format!("https://example.org/lab/?view=log{text}")).expect("it opens");
        assert_eq!(sent, link);
        let provenance = follow(&sent).provenance().expect("it was opened from a link");
        assert_eq!(provenance.matches, Some(true), "{provenance:?}");
        assert_eq!(follow(&sent).link(link.scenario.as_deref()), link);
    }
}

#[test]
fn no_link_is_made_that_no_lab_opens() {
    let mut link = links().remove(0);
    let pause =
        |n: u32| Intervention { at: Moment { at_us: u64::from(n) << 30, executed: 0 }, n, action: Action::Pause(NodeId(0)) };
    let mut with = |count: u32| {
        link.plan.interventions = (0..count).map(|n| pause(n + 100_000)).collect();
        (link.pack(), link.clone())
    };
    let mut length = |count| with(count).0.expect("short enough").len();
    let most = (PACKED_MAX * 1_000 / (length(2_000) - length(1_000))) as u32;
    let (mut opened, mut refused) = (0, 0);
    for count in most - 200..most + 200 {
        let (packed, link) = with(count);
        match packed {
            Ok(packed) => {
                assert_eq!(Link::unpack(&packed).as_ref(), Ok(&link));
                opened += 1;
            }
            Err(wrong) => {
                assert_eq!(wrong.code, "link-too-long");
                assert!(wrong.diagnostic.message.contains(&PACKED_MAX.to_string()) && wrong.diagnostic.hint.contains("file"));
                assert_eq!(link_text::write(&link).expect_err("as long").code, "link-too-long");
                refused += 1;
            }
        }
    }
    assert!(opened > 0 && refused > 0, "{opened} opened, {refused} refused");
}

#[test]
fn the_page_unfolds_as_much_of_a_link_as_the_lab_reads() {
    let page = include_str!("../www/lab/link.js");
    let limit = page.split_once("const PACKED_MAX = 1 << ").and_then(|(_, rest)| rest.split_once(';'));
    let (shift, _) = limit.expect("the page's limit, as a power of two");
    assert_eq!(1 << shift.parse::<u32>().expect("a number"), PACKED_MAX);
}

#[test]
fn only_the_difference_to_a_scenario_is_stored() {
    let mut lab = playback(Plan { seed: 7, ..plan_of(SCENARIO) });
    assert!(lab.link(Some(SCENARIO)).pack().expect("short enough").len() < 60);
    seek(&mut lab, 2_000_000);
    assert!(lab.link(Some(SCENARIO)).pack().expect("short enough").len() < 60 + 4 * 16 + 4, "four bytes for each mark");
    assert!(playback(strange()).link(Some(SCENARIO)).pack().expect("short enough").len() > 200);
}

#[test]
fn twenty_interventions_stay_under_900_characters() {
    let text = link_text::write(&played(20).link(Some(SCENARIO))).expect("short enough");
    assert!(text.len() < 900, "{} characters", text.len());
}

#[test]
fn links_of_every_version_open_for_ever() {
    let names = ["plain", "by-hand", "broken", "strange"];
    for (version, golden) in GOLDEN.into_iter().enumerate() {
        opens(version + 1, golden, names);
    }
}

fn opens(version: usize, golden: &str, names: [&str; 4]) {
    let lines = golden.lines().filter(|line| !line.is_empty() && !line.starts_with("//"));
    let mut seen = Vec::new();
    for line in lines {
        let (name, text) = line.split_once(' ').expect("name and link");
        let link = link_text::read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let lab = follow(&link);
        let provenance = lab.provenance().expect("it was opened from a link");
        assert!(provenance.actual.is_some(), "{name}");
        assert_eq!(link.marks.prints.is_empty(), version == 1, "{name}");
        match name {
            "by-hand" => assert_eq!(link.plan.interventions.len(), 20),
            "broken" => assert_eq!(link.plan.mutants, ["even_majority"]),
            "strange" => assert_eq!(link.plan, strange()),
            _ => assert_eq!(link.plan, Plan { seed: 7, ..plan_of(SCENARIO) }),
        }
        seen.push(name);
    }
    assert_eq!(seen, names);
}

/// Prints the lines of the newest file in `tests/links`. For a new version of the format: those of an old one are never written again.
#[test]
#[ignore = "writes, does not check"]
fn print_golden_links() {
    for (name, link) in ["plain", "by-hand", "broken", "strange"].iter().zip(links()) {
        println!("{name} {}", link_text::write(&link).expect("short enough"));
    }
}

#[test]
fn a_run_unlike_its_link_is_noticed() {
    let mut link = links().remove(0);
    link.plan.seed += 1;
    assert_eq!(follow(&link).provenance().expect("from a link").matches, Some(false));
}

#[test]
fn a_run_unlike_its_link_is_told_where_it_parts() {
    // The second of two interventions is another one than was sent.
    let mut lab = playback(plan_of(SCENARIO));
    seek(&mut lab, 600_000);
    lab.act(Action::Crash(NodeId(2))).expect("it can crash");
    seek(&mut lab, 1_500_000);
    let acted_at = lab.cursor().event;
    lab.act(Action::Crash(NodeId(3))).expect("it can crash");
    seek(&mut lab, 2_500_000);
    let sent = lab.link(Some(SCENARIO));
    let events = lab.cursor().event;
    assert!((8..=16).contains(&sent.marks.prints.len()) && sent.marks.events == events, "{:?}", sent.marks);
    let mut other = sent.clone();
    other.plan.interventions[1].action = Action::Crash(NodeId(4));
    let provenance = follow(&other).provenance().expect("from a link");
    let (same, differs) = (provenance.same_until.expect("it is told"), provenance.differs_before.expect("it is told"));
    assert!(
        same <= acted_at && acted_at < differs && differs - same <= events / 8 + 1,
        "{same}, {acted_at}, {differs} of {events}"
    );
    let text = provenance.text.expect("it is said");
    assert!(text.contains(&format!("the same until event {same}, it differs before event {differs}")), "{text}");
    // A link of version 1 says only that it differs.
    let first = Link { marks: Default::default(), ..other };
    let provenance = follow(&first).provenance().expect("from a link");
    assert_eq!((provenance.matches, provenance.same_until), (Some(false), None));
    // What was cut short by hand is told as far as it goes.
    let mut short = sent.clone();
    short.marks.prints.truncate(3);
    short.fingerprint.0 ^= 1;
    let provenance = follow(&short).provenance().expect("from a link");
    assert_eq!(
        (provenance.same_until, provenance.differs_before),
        (Some(3 * netsplit::scenario::Marks::spacing(events)), Some(events))
    );
}

#[test]
fn marks_that_are_damaged_do_no_harm() {
    let link = links().remove(0);
    for (events, prints) in [(u64::MAX, vec![1]), (3, vec![0; 17]), (0, vec![5; 16]), (1 << 52, vec![7; 16]), (1, vec![])] {
        let mut hostile = link.clone();
        (hostile.marks.events, hostile.marks.prints, hostile.fingerprint.0) = (events, prints, 0);
        match Link::unpack(&hostile.pack().expect("short enough")) {
            Ok(read) => assert_eq!(follow(&read).provenance().expect("from a link").matches, Some(false)),
            Err(error) => assert_eq!(error.code, "link-value", "{error}"),
        }
    }
}

#[track_caller]
fn refused(text: &str, code: &str, says: &str) {
    let error = link_text::read(text).expect_err("it must not open");
    assert_eq!(error.code, code, "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert!(!error.diagnostic.hint.is_empty() && !error.diagnostic.place.path.is_empty() || code == "link-too-long", "{error:?}");
}

#[test]
fn a_bad_link_says_what_is_wrong_where_and_what_to_do() {
    let text = link_text::write(&links()[1]).expect("short enough");
    let whole = text.len();
    let short = whole - 100;
    refused(&text[..short], "link-truncated", &format!("This link ends after {short} of {whole} characters."));
    refused(&format!("{text}AAAA"), "link-damaged", "4 more that are not its own");
    refused(&text.replacen("#v1.", "#v1.!", 1), "link-text", "Character 5 of this link, `!`");
    refused("#v1.", "link-truncated", "too early");
    refused("#raft/leader-crash", "link-text", "no link");
    refused("#v7.AAAA", "link-version", "version 7");
    refused(&link_text::text_of(&[9, 0, 0, 0, 1]), "link-version", "version 9");
    refused(&link_text::text_of(&vec![1; PACKED_MAX + 1]), "link-too-long", "unfolds to more");
    let unknown = Link { scenario: None, ..links().remove(0) }.pack().expect("short enough");
    assert!(Link::unpack(&unknown).is_ok(), "a plan needs no story");
    let mut packed = links()[0].pack().expect("short enough");
    let at = packed.windows(SCENARIO.len()).position(|part| part == SCENARIO.as_bytes()).expect("its id");
    packed[at + 5] = b'm';
    refused(&link_text::text_of(&packed), "link-scenario", "Did you mean raft/leader-crash?");
    for length in 0..packed.len() {
        let error = Link::unpack(&packed[..length]).expect_err("it is cut off");
        assert!(["link-truncated", "link-damaged", "link-empty"].contains(&error.code), "{error}");
    }
}

/// The most memory that this process ever held, bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[test]
fn hostile_sizes_cost_neither_memory_nor_time() {
    let before = peak();
    let start = Instant::now();
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let packed = links().remove(3).pack().expect("short enough");
    for at in 4..packed.len().min(400) {
        let mut hostile = packed.clone();
        hostile.splice(at..at + 1, huge);
        let _ = Link::unpack(&hostile);
        let _ = link_text::read(&link_text::text_of(&hostile));
    }
    // As many as fit of what takes most memory for each byte.
    for (version, filler) in [1, 2].into_iter().flat_map(|version| [0, 1, 2, 8].map(|filler| (version, filler))) {
        let mut full = vec![version, 0, 0, 0, 0, 1, b'x', 0, 0, 0xff, 0xff, 0x0f];
        full.resize(PACKED_MAX, filler);
        assert!(Link::unpack(&full).is_err());
        let mut full = vec![version, 0, 0, 0, 1, 0, 4, b'r', b'a', b'f', b't', 1, 5, 0, 0xff, 0xff, 0x0f];
        full.resize(PACKED_MAX, filler);
        assert!(Link::unpack(&full).is_err());
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?} for some thousand links", start.elapsed());
    if let (Some(before), Some(after)) = (before, peak()) {
        assert!(after - before < 64 << 20, "{} MB", (after - before) >> 20);
    }
}

/// Reads bytes as a link; plays a little of what opens.
fn survives(bytes: &[u8]) {
    let start = Instant::now();
    match Link::unpack(bytes) {
        Ok(link) => {
            assert_eq!(Link::unpack(&link.pack().expect("short enough")).as_ref(), Ok(&link));
            let config = timeline::Config::default();
            if let Ok(mut session) = Session::open(link.plan.clone(), config, open) {
                session.seek_moment_begin(link.cursor);
                session.slice(300);
            }
        }
        Err(error) => {
            let said = &error.diagnostic;
            assert!(!error.code.is_empty() && !said.message.is_empty() && !said.hint.is_empty(), "{error:?}");
        }
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

fn packed() -> &'static [Vec<u8>] {
    static PACKED: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(|| {
        let golden = GOLDEN[0].lines().filter_map(|line| link_text::packed_of(line.split_once(" #")?.1).ok());
        links().iter().map(|link| link.pack().expect("short enough")).chain(golden).collect()
    });
    &PACKED
}

proptest! {
    #[test]
    fn any_bytes_are_a_link_or_a_diagnostic(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), version in 0..3_u8) {
        if version > 0 && let Some(first) = bytes.first_mut() {
            *first = version;
        }
        survives(&bytes);
    }

    #[test]
    fn a_link_with_some_bytes_changed_does_no_harm(
        which in 0..8_usize,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::weighted(0.2, any::<proptest::sample::Index>()),
    ) {
        let mut bytes = packed()[which].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len() - 1) + 1;
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes);
    }

    #[test]
    fn any_text_is_a_link_or_a_diagnostic(text in "(#v1\\.)?[A-Za-z0-9_#.é-]{0,300}") {
        if let Err(error) = link_text::read(&text) {
            prop_assert!(!error.diagnostic.message.is_empty());
        }
    }

    #[test]
    fn a_text_with_some_letters_changed_does_no_harm(
        which in 0..8_usize,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), "[A-Za-z0-9_-]"), 1..4),
    ) {
        let mut text = link_text::text_of(&packed()[which]);
        for (at, letter) in changes {
            let at = at.index(text.len() - 4) + 4;
            text.replace_range(at..at + 1, &letter);
        }
        match link_text::packed_of(&text) {
            Ok(bytes) => survives(&bytes),
            Err(error) => prop_assert!(!error.diagnostic.message.is_empty()),
        }
    }

    #[test]
    fn a_scenario_with_some_of_its_text_changed_does_no_harm(
        which in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), 0..12_usize, "[\\PC\n]{0,6}|[0-9]{1,25}|\\[|\\]|\"|= "), 1..4),
    ) {
        let files = scenario_files();
        let mut text: Vec<char> = files[which.index(files.len())].chars().collect();
        for (at, length, new) in changes {
            let at = at.index(text.len());
            text.splice(at..(at + length).min(text.len()), new.chars());
        }
        let text: String = text.into_iter().collect();
        let start = Instant::now();
        match toml::parse("changed.toml", &text) {
            Ok(scenario) => {
                if let Some(info) = info(&scenario.system)
                    && let Ok(compiled) = compile(&scenario, info)
                    && let Ok(mut session) = Session::open(compiled.plan, timeline::Config::default(), open)
                {
                    session.seek_begin(200);
                    session.slice(300);
                }
            }
            Err(wrong) => prop_assert!(wrong.iter().all(|each| !each.message.is_empty()) && !wrong.is_empty()),
        }
        prop_assert!(start.elapsed() < Duration::from_secs(1));
    }
}

fn scenario_files() -> &'static [String] {
    static FILES: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/scenarios");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.iter().map(|file| std::fs::read_to_string(file).expect("text")).collect()
    });
    &FILES
}
