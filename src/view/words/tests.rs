//! The catalogue is complete in every language: every key that is used has a sentence, every place an argument, every sentence
//! its length.

use super::*;
use crate::base::{ArgType, NodeId, NoteKind, Place};
use crate::protocol::raft::notes;
use crate::protocol::{Class, Shape};
use crate::sim::plan::{ChannelPatch, ChannelRule, ClockAct, Cut, DiskAct, MessageAct, Operation, Selector};
use crate::sim::trace::{EventKind, Loss};
use std::collections::BTreeSet;

static KINDS: &[MessageKind] = &[MessageKind { name: "AppendEntriesResponse", class: Class::Reply, shape: Shape::Control }];

fn names() -> Names {
    Names { cluster: Cluster { servers: 5, clients: 2 }, system: "raft", messages: KINDS, timers: &["check quorum"] }
}

/// Everything that is said, in English.
fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    english::all().chain(foreign::TEXTS.iter().copied())
}

#[test]
fn every_text_is_found_by_its_key() {
    for (key, text) in english::all() {
        assert_eq!(english::text(key), Some(text), "{key}: see which table english::text looks into");
    }
}

/// Every kind of note that a core or a checker declares.
fn kinds() -> impl Iterator<Item = &'static NoteKind> {
    let clocks = crate::protocol::clock::notes::ALL.iter().chain(crate::check::clock::notes::ALL);
    let locks = crate::protocol::lock::notes::ALL.iter().chain(crate::check::lock::notes::ALL);
    let calls = crate::protocol::rpc::notes::ALL.iter().chain(crate::check::rpc::notes::ALL);
    notes::ALL.iter().chain(crate::check::raft::notes::ALL).chain(clocks).chain(locks).chain(calls).copied()
}

/// The names of a template's places.
fn places(template: &str) -> BTreeSet<&str> {
    template.split('{').skip(1).filter_map(|rest| rest.split(['}', '|']).next()).collect()
}

/// An argument as runs have it.
fn typical(ty: ArgType) -> u64 {
    match ty {
        ArgType::Node => 2,
        ArgType::Nodes => 0b11100,
        ArgType::Int => 12,
        ArgType::DurationUs => 214_000,
        ArgType::TimeUs => 1_204_000,
        ArgType::Key | ArgType::Message | ArgType::Timer => 0,
        ArgType::Signed => (-3_i64) as u64,
        ArgType::Ppm => 300_000,
    }
}

/// Longest sentence, characters: German says the same at greater length.
fn longest(lang: Lang) -> usize {
    if lang == Lang::De { 120 } else { 110 }
}

fn check_sentence(lang: Lang, key: &str, sentence: &str) {
    assert!(!sentence.contains(['{', '}', '!']), "{key}: {sentence}");
    assert!(sentence.chars().count() <= longest(lang), "{key}: {} characters: {sentence}", sentence.chars().count());
    assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{key}: {sentence}");
}

#[test]
fn many_nodes_are_told_by_three_names_and_their_number() {
    let names = |count: u16| {
        let ids: Vec<NodeId> = (0..count).map(NodeId).collect();
        render::nodes(Lang::En, &ids, Cluster { servers: 1_000, clients: 0 })
    };
    assert_eq!(names(3), "S1, S2 and S3");
    assert_eq!(names(9), "S1, S2, S3, S4, S5, S6, S7, S8 and S9");
    assert_eq!(names(10), "S1, S2, S3 and 7 others");
    assert_eq!(names(1_000), "S1, S2, S3 and 997 others");
}

#[test]
fn sources_are_told_in_the_language_and_titles_left_alone() {
    let told = |written| source(Lang::De, written);
    assert_eq!(
        told("Ongaro and Ousterhout 2014, section 5.3 and figure 2"),
        "Ongaro und Ousterhout 2014, Abschnitt 5.3 und Abbildung 2"
    );
    assert_eq!(told("Ongaro 2014 (thesis), sections 6.2 and 9.6"), "Ongaro 2014 (Dissertation), Abschnitte 6.2 und 9.6");
    assert_eq!(told("Brooker 2015, Exponential backoff and jitter"), "Brooker 2015, Exponential backoff and jitter");
    assert_eq!(source(Lang::En, "Huang and others 2022"), "Huang and others 2022");
    for lang in Lang::ALL {
        let words = text(lang, SOURCE_WORDS).map(|words| words.split(' ').count());
        assert_eq!(words, Some(7), "{}", lang.code());
        for scenario in crate::scenario::library::all() {
            let told = scenario.sources.iter().map(|each| source(lang, each)).collect::<Vec<_>>().join("; ");
            let english = [" section ", " sections ", " figure "].iter().any(|word| told.contains(word));
            assert!(lang == Lang::En || !english, "{}: {told}", scenario.id);
        }
    }
}

#[test]
fn no_key_stands_twice_in_the_table() {
    let mut seen = BTreeSet::new();
    let twice = texts().find(|(key, _)| !seen.insert(*key));
    assert_eq!(twice, None);
}

#[test]
fn every_language_has_every_key_with_the_same_places() {
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != Lang::En) {
        for (key, english) in texts() {
            let text = lang::text(lang, key).unwrap_or_else(|| panic!("{} has no {key}", lang.code()));
            assert!(!text.is_empty() && !text.contains('!'), "{}, {key}: {text}", lang.code());
            assert_eq!(places(text), places(english), "{}, {key}: {text}", lang.code());
        }
    }
}

#[test]
fn every_language_tells_every_scenario_in_all_its_parts_and_nothing_else() {
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != Lang::En) {
        let mut known: BTreeSet<String> = texts().map(|(key, _)| key.to_owned()).collect();
        for name in crate::system::systems().into_iter().flat_map(|info| info.timers) {
            let key = format!("timer.{name}");
            assert!(lang::text(lang, &key).is_some_and(|text| !text.is_empty()), "{} has no {key}", lang.code());
            known.insert(key);
        }
        for scenario in crate::scenario::library::all() {
            let mut parts: Vec<String> = ["title", "question", "about", "looks_for", "happened"].map(str::to_owned).into();
            parts.extend((1..=scenario.steps.len()).map(|n| format!("steps.{n}")));
            if let Some(prediction) = &scenario.prediction {
                parts.push("prediction".to_owned());
                parts.extend((1..=prediction.answers.len()).map(|n| format!("prediction.{n}")));
            }
            for part in parts {
                let text = scenario_text(lang, &scenario.id, &part);
                let text = text.unwrap_or_else(|| panic!("{} has no {}.{part}", lang.code(), scenario.id));
                assert!(!text.contains('!') && (part != "title" || text.chars().count() <= 40), "{}: {text}", scenario.id);
                known.insert(format!("{}.{part}", scenario.id));
            }
        }
        let file: serde_json::Value = serde_json::from_str(lang.file()).expect("a language's file is JSON");
        let unknown: Vec<_> = file["lab"].as_object().expect("texts").keys().filter(|key| !known.contains(*key)).collect();
        assert!(unknown.is_empty(), "{} has texts that nothing asks for: {unknown:?}", lang.code());
    }
}

#[test]
fn every_kind_of_note_has_a_sentence_that_uses_its_own_arguments() {
    for (lang, kind) in Lang::ALL.into_iter().flat_map(|lang| kinds().map(move |kind| (lang, kind))) {
        let template = text(lang, kind.key).unwrap_or_else(|| panic!("{} has no sentence", kind.key));
        let known: BTreeSet<&str> = kind.args.iter().map(|(name, _)| *name).chain(["me"]).collect();
        assert!(places(template).is_subset(&known), "{}: {template}", kind.key);
        let mut args = [0; Note::MAX_ARGS];
        for (value, (_, ty)) in args.iter_mut().zip(kind.args) {
            *value = typical(*ty);
        }
        check_sentence(lang, kind.key, &sentence(lang, &Note { kind, args }, Some(NodeId(0)), &names()));
        // Of several entries, where one has a sentence of its own.
        if let Some(last) = kind.args.iter().position(|(name, _)| *name == "last") {
            args[last] += 1;
            check_sentence(lang, kind.key, &sentence(lang, &Note { kind, args }, Some(NodeId(0)), &names()));
        }
    }
}

#[test]
fn one_entry_is_not_told_as_a_range() {
    let accepts = |first, last| sentence(Lang::En, &Note::new(&notes::ACCEPTS, [0, first, last]), Some(NodeId(1)), &names());
    assert_eq!(accepts(5, 5), "S2 takes entry 5 from S1 into its log.");
    assert_eq!(accepts(5, 7), "S2 takes entries 5 to 7 from S1 into its log.");
}

#[test]
fn every_wrong_variant_has_a_short_name_and_a_sentence() {
    for (lang, info) in Lang::ALL.into_iter().flat_map(|lang| crate::system::systems().into_iter().map(move |info| (lang, info)))
    {
        for mutant in info.mutants {
            let name = mutant_name(lang, info.id, mutant.id);
            assert!(name != mutant.id && name.chars().count() <= 36 && !name.ends_with('.'), "{name}");
            check_sentence(lang, mutant.id, mutant_about(lang, info.id, mutant.id));
        }
    }
}

/// One action of every kind.
fn actions() -> Vec<Action> {
    let (a, b) = (NodeId(0), NodeId(1));
    let message = EventId::new(Place::of_link(PlaceKind::Link, a, b), 3);
    let operation = Operation { verb: "cas".to_owned(), key: "x".to_owned(), args: vec![7, 8], target: None };
    let loss = ChannelPatch { loss_ppm: Some(300_000), delay_us: Some((20_000, 80_000)), ..ChannelPatch::default() };
    let cuts = [
        Cut::Islands(vec![vec![a, b]]),
        Cut::Bridge { bridge: a, left: vec![b], right: vec![NodeId(2)] },
        Cut::Ring(vec![a, b, NodeId(2), NodeId(3)]),
        Cut::OneWay { from: vec![a], to: vec![b] },
        Cut::Isolate(a),
        Cut::Links(vec![(a, b)]),
    ];
    let messages =
        [MessageAct::Deliver, MessageAct::Drop, MessageAct::Duplicate, MessageAct::Delay(50_000), MessageAct::Swap(message)];
    let clocks = [ClockAct::Jump(-400_000), ClockAct::Rate(200), ClockAct::Rate(-200), ClockAct::Rate(0)];
    let disks = [
        DiskAct::Fsync(500, 20_000),
        DiskAct::LoseUnsynced(500_000),
        DiskAct::TornTail(500_000),
        DiskAct::Corrupt(0),
        DiskAct::Misdirect(2),
        DiskAct::Full(true),
        DiskAct::Full(false),
    ];
    let places = [
        Place::plan(),
        Place::of_node(PlaceKind::Node, a),
        Place::of_node(PlaceKind::Disk, a),
        Place::of_node(PlaceKind::Timer, a),
        Place::of_node(PlaceKind::Workload, a),
        Place::of_link(PlaceKind::Copy, a, b),
    ];
    let mut all = vec![
        Action::Crash(a),
        Action::Restart { node: a, empty: false },
        Action::Restart { node: a, empty: true },
        Action::Pause(a),
        Action::Resume(a),
        Action::Slow { node: a, service_us: 5_000, queue: 8 },
        Action::Slow { node: a, service_us: 0, queue: 8 },
        Action::Heal(vec![]),
        Action::Heal(vec![(a, b), (b, a)]),
        Action::Channel(ChannelRule { select: Selector::default(), set: loss }),
        Action::Channel(ChannelRule {
            select: Selector { from: vec![a], to: vec![b], class: Some(Class::Reply), kind: None },
            set: loss,
        }),
        Action::ResetChannels,
        Action::Clog { links: vec![(a, b)], for_us: 2_000_000 },
        Action::SwizzleClog { nodes: vec![a, b], step_us: 1, free_order: vec![1, 0] },
        Action::Hold(vec![(a, b)]),
        Action::Release(vec![(a, b), (b, a), (a, a)]),
        Action::Request { client: NodeId(5), operation },
        Action::Redraw(7),
    ];
    all.extend(cuts.map(Action::Cut));
    all.extend(messages.map(|act| Action::Message { message, act }));
    all.extend(clocks.map(|act| Action::Clock { node: a, act }));
    all.extend(disks.map(|act| Action::Disk { node: a, act }));
    all.extend(places.map(|place| Action::Choose(EventId::new(place, 0))));
    all
}

#[test]
fn every_action_is_told_in_the_second_and_in_the_third_person() {
    for (lang, action) in Lang::ALL.into_iter().flat_map(|lang| actions().into_iter().map(move |action| (lang, action))) {
        let you = if lang == Lang::De { "Sie " } else { "You " };
        let told = |by_hand| action_sentence(lang, &action, by_hand, None, &names());
        check_sentence(lang, &format!("{action:?}"), &told(false));
        check_sentence(lang, &format!("{action:?}"), &told(true));
        assert!(told(true).starts_with(you) && !told(false).starts_with(you), "{}", told(true));
        let title = action_title(lang, &action, &names());
        assert!(!title.contains('{') && !title.ends_with('.') && title.chars().count() <= longest(lang) - 40, "{title}");
    }
}

fn event(place: Place, kind: EventKind, item: EventId) -> Event {
    Event { id: EventId::new(place, 4), at_us: 1, cause: EventId::NONE, item, kind, sub: 0, peer: NodeId(2), detail: 0 }
}

#[test]
fn every_event_of_the_world_has_a_key_a_level_and_a_sentence() {
    use EventKind::*;
    let at_node = Place::of_node(PlaceKind::Node, NodeId(0));
    let hand = EventId::new(Place::hand(), 0);
    for kind in [Started, Delivered, TimerFired, Persisted, WriteFailed, Invoked, Crashed, Paused, Resumed, Acted, Missed] {
        for (item, detail) in [EventId::NONE, hand].into_iter().flat_map(|item| (0..3).map(move |detail| (item, detail))) {
            let place = if matches!(kind, Acted | Missed) { Place::plan() } else { at_node };
            let event = Event { detail, ..event(place, kind, item) };
            for lang in Lang::ALL {
                let headline = headline(lang, &event, Context::default(), &[], &names());
                assert!(headline.key.starts_with("world."));
                check_sentence(lang, headline.key, &headline.text);
            }
        }
    }
    for reason in Loss::ALL {
        let place = Place::of_link(PlaceKind::Loss, NodeId(0), NodeId(2));
        let event = Event { detail: reason as u32, ..event(place, Lost, EventId::NONE) };
        for lang in Lang::ALL {
            check_sentence(lang, "world.lost", &event_sentence(lang, &event, Context::default(), &names()));
        }
    }
}

#[test]
fn what_is_done_by_hand_is_told_as_that() {
    let crash = event(Place::of_node(PlaceKind::Node, NodeId(0)), EventKind::Crashed, EventId::new(Place::hand(), 2));
    let action = Action::Crash(NodeId(0));
    let context = Context { action: Some(&action), before: None };
    assert_eq!(headline(Lang::En, &crash, context, &[], &names()).text, "You crash S1.");
    let planned = Event { item: EventId::new(Place::plan(), 2), ..crash };
    assert_eq!(event_sentence(Lang::En, &planned, context, &names()), "S1 crashes.");
    assert_eq!(event_sentence(Lang::De, &planned, context, &names()), "S1 stürzt ab.");
}

#[test]
fn the_weightiest_note_is_the_sentence_for_everybody() {
    let delivered = event(Place::of_node(PlaceKind::Node, NodeId(2)), EventKind::Delivered, EventId::NONE);
    let counts = Note::new(&notes::COUNTS_VOTE, [4, 0b11100, 3, 3]);
    let leads = Note::new(&notes::BECOMES_LEADER, [4, 0b11100, 3, 5]);
    let told = |notes: &[Note]| headline(Lang::En, &delivered, Context::default(), notes, &names());
    assert_eq!(told(&[counts, leads]).text, "S3 becomes leader of term 4 with 3 of 5 votes (S3, S4 and S5).");
    let german = headline(Lang::De, &delivered, Context::default(), &[leads], &names()).text;
    assert_eq!(german, "S3 wird Leader von Term 4 mit 3 von 5 Stimmen (S3, S4 und S5).");
    assert_eq!(told(&[leads, counts]).key, "raft.becomes-leader");
    assert_eq!(told(&[counts]).rule, Some("tally"));
    assert_eq!(told(&[]).text, "S3 receives AppendEntriesResponse from S3.");
}

#[test]
fn what_a_system_declares_has_words() {
    for info in crate::system::systems() {
        for mutant in info.mutants {
            assert!(!mutant_about(Lang::En, info.id, mutant.id).is_empty(), "{}", mutant.id);
        }
        for property in info.properties {
            assert_ne!(property_name(Lang::En, info.id, property), *property);
            assert!(!property_about(Lang::En, info.id, property).is_empty(), "{property}");
        }
    }
}

#[test]
fn refusals_come_with_a_hint() {
    let refusals = [
        Refusal::NoSuchNode(NodeId(40)),
        Refusal::NoSuchMessage(EventId::new(Place::of_link(PlaceKind::Link, NodeId(0), NodeId(1)), 3)),
        Refusal::NotEnabled(EventId::NONE),
        Refusal::NothingToDo("already-crashed"),
        Refusal::NothingToDo("something-new"),
        Refusal::BadValue("delay", "at most one hour"),
        Refusal::BadOperation("no verb is called fetch".to_owned()),
    ];
    for why in refusals {
        for lang in Lang::ALL {
            let (message, hint) = refusal(lang, &why, &names());
            assert!(
                message.ends_with('.') && hint.ends_with('.') && !message.contains('{') && !hint.contains('{'),
                "{message} {hint}"
            );
        }
    }
    let (message, hint) = error(Lang::En, "bad-choice", &[("choices", "a, b")]);
    assert_eq!((message.as_str(), hint.is_empty()), ("This must be one of: a, b.", false));
    assert_eq!(error(Lang::En, "branch.acted", &[("action", "Crash S1"), ("at", "1.204 s")]).0, "Crash S1 at 1.204 s");
}
