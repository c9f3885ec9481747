//! Against slow references on random traces.

use super::chain::{Link, shortest};
use super::cone::{Cones, Relation};
use super::hide::through;
use super::motif::{GAP, Motif, NoMotif, STEPS_MAX};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A random trace: for each event its lane and, by how far back, the events that it hears from.
fn traces() -> impl Strategy<Value = (usize, Vec<(u16, Vec<u16>)>)> {
    (2usize..6).prop_flat_map(|lanes| {
        let event = (0..lanes as u16, proptest::collection::vec(1u16..20, 0..3));
        (Just(lanes), proptest::collection::vec(event, 1..60))
    })
}

/// An event as it is given: its lane, its parents, its time.
type Given = (u16, Vec<u32>, Option<u64>);

/// A foreign trace as a careless program may write it: parents given twice, of the same lane, that come later or are not there.
fn given() -> impl Strategy<Value = (usize, Vec<Given>)> {
    (2usize..6, any::<bool>()).prop_flat_map(|(lanes, timed)| {
        let late = prop_oneof![9 => Just(0i64), 1 => 1i64..3];
        let event = (0..lanes as u16, proptest::collection::vec((1i64..12, late), 0..4), 0u64..3);
        proptest::collection::vec(event, 0..60).prop_map(move |events| {
            let parent = |number: usize, (back, late): (i64, i64)| u32::try_from(number as i64 - back + 6 * late).ok();
            let parents = |number, back: Vec<_>| back.into_iter().filter_map(|back| parent(number, back)).collect();
            let events = events.into_iter().enumerate();
            let events = events
                .map(|(number, (lane, back, wait))| (lane, parents(number, back), timed.then_some(number as u64 / 4 + wait)));
            (lanes, events.collect())
        })
    })
}

fn foreign_of(lanes: usize, events: &[Given]) -> Foreign {
    let mut foreign = Foreign::new();
    for lane in 0..lanes {
        foreign.lane(format!("P{lane}")).unwrap();
    }
    for (lane, parents, at_us) in events {
        foreign.event(*lane, parents, *at_us, 3).unwrap();
    }
    foreign
}

/// Whether times are used, the order of the events, and the messages as (to, from).
type OnePiece = (bool, Vec<u32>, Vec<(u32, u32)>);

/// By sorting all of it. `None` if it goes in a circle.
fn in_one_piece(lanes: usize, events: &[Given]) -> Option<OnePiece> {
    let lane = |event: u32| events[event as usize].0;
    let mut parents: Vec<BTreeSet<u32>> = Vec::new();
    for (event, (lane_of_it, given, _)) in events.iter().enumerate() {
        let counts =
            |parent: &u32| (*parent as usize) < events.len() && (lane(*parent) != *lane_of_it || *parent as usize >= event);
        parents.push(given.iter().copied().filter(counts).collect());
    }
    let mut before = parents.clone();
    for on in 0..lanes as u16 {
        let all: Vec<u32> = (0..events.len() as u32).filter(|event| lane(*event) == on).collect();
        for pair in all.windows(2) {
            before[pair[1] as usize].insert(pair[0]);
        }
    }
    // The depth grows until it is what it must be, or beyond all bounds.
    let mut depth = vec![0; events.len()];
    loop {
        let deeper: Vec<usize> =
            before.iter().map(|before| before.iter().map(|other| depth[*other as usize] + 1).max().unwrap_or(0)).collect();
        if deeper == depth {
            break;
        }
        depth = deeper;
        if depth.iter().any(|depth| *depth > events.len()) {
            return None;
        }
    }
    let time = |event: u32| events[event as usize].2;
    let agree = |(event, before): (usize, &BTreeSet<u32>)| before.iter().all(|other| time(*other) <= time(event as u32));
    let timed = !events.is_empty() && events.iter().all(|event| event.2.is_some()) && before.iter().enumerate().all(agree);
    let mut order: Vec<u32> = (0..events.len() as u32).collect();
    order.sort_by_key(|event| (time(*event).filter(|_| timed), depth[*event as usize], lane(*event)));
    let mut numbers = vec![0; order.len()];
    order.iter().enumerate().for_each(|(number, event)| numbers[*event as usize] = number as u32);
    let heard = |(number, event): (usize, &u32)| {
        parents[*event as usize].iter().map(|parent| (number as u32, numbers[*parent as usize])).collect::<Vec<_>>()
    };
    let edges = order.iter().enumerate().flat_map(heard).collect();
    Some((timed, order, edges))
}

fn graph_of(lanes: usize, events: &[(u16, Vec<u16>)]) -> CausalGraph {
    let mut graph = CausalGraph::new((0..lanes).map(|lane| (format!("P{lane}"), LaneKind::Process)));
    for (number, (lane, back)) in events.iter().enumerate() {
        let at_us = number as u64 / 3;
        graph.push(NewEvent { lane: *lane, at_us, kind: Kind::Foreign, label: 0, level: Level::Protocol });
        let heard: BTreeSet<u32> = back.iter().filter_map(|back| (number as u32).checked_sub(u32::from(*back))).collect();
        for from in heard.into_iter().filter(|from| events[*from as usize].0 != *lane) {
            assert!(graph.push_edge(from, *lane, Fate::Arrived, 0));
        }
    }
    graph
}

/// Which event happened before which, by following single steps until nothing is new.
pub(crate) fn slow_order(graph: &CausalGraph) -> Vec<BTreeSet<u32>> {
    let count = graph.len();
    let mut before: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); count as usize];
    for event in 0..count {
        for other in 0..event {
            if graph.lane_of(other) == graph.lane_of(event) && graph.lane_of(event).is_some() {
                before[event as usize].insert(other);
            }
        }
    }
    for number in 0..graph.edges().len() {
        let edge = graph.edges().get(number).unwrap();
        if graph.lane_of(edge.to).is_some() {
            before[edge.to as usize].insert(edge.from);
        }
    }
    loop {
        let mut grown = false;
        for event in 0..count as usize {
            let further: BTreeSet<u32> = before[event].iter().flat_map(|other| before[*other as usize].iter().copied()).collect();
            for other in further {
                grown |= before[event].insert(other);
            }
        }
        if !grown {
            return before;
        }
    }
}

/// The least (messages, events) from one event to another, by trying every way.
fn slow_chain(graph: &CausalGraph, from: u32, to: u32) -> Option<(u32, u32)> {
    if from == to {
        return Some((0, 0));
    }
    let local =
        graph.before(to).and_then(|before| slow_chain(graph, from, before)).map(|(messages, events)| (messages, events + 1));
    let heard = graph.edges().incoming(to).filter_map(|number| {
        let edge = graph.edges().get(number)?;
        slow_chain(graph, from, edge.from).map(|(messages, events)| (messages + 1, events + 1))
    });
    heard.chain(local).min()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn cones_agree_with_a_slow_reference((lanes, events) in traces()) {
        let graph = graph_of(lanes, &events);
        let before = slow_order(&graph);
        for event in 0..graph.len() {
            let cones = Cones::of(&graph, event).unwrap();
            let mut sizes = (0, 0);
            for other in 0..graph.len() {
                let expected = if other == event {
                    Relation::Same
                } else if before[event as usize].contains(&other) {
                    sizes.0 += 1;
                    Relation::Before
                } else if before[other as usize].contains(&event) {
                    sizes.1 += 1;
                    Relation::After
                } else {
                    Relation::Concurrent
                };
                prop_assert_eq!(cones.relation(&graph, other), Some(expected), "{} to {}", other, event);
            }
            prop_assert_eq!(cones.sizes(&graph), sizes);
        }
    }

    #[test]
    fn a_chain_is_a_way_and_no_way_is_shorter((lanes, events) in traces()) {
        let events = &events[..events.len().min(18)];
        let graph = graph_of(lanes, events);
        for (from, to) in (0..graph.len()).flat_map(|from| (0..graph.len()).map(move |to| (from, to))) {
            let chain = shortest(&graph, from, to);
            let expected = if from <= to { slow_chain(&graph, from, to) } else { None };
            let cost = chain.as_ref().map(|chain| {
                (chain.iter().filter(|link| link.message.is_some()).count() as u32, chain.len() as u32 - 1)
            });
            prop_assert_eq!(cost, expected, "{} to {}", from, to);
            for pair in chain.iter().flat_map(|chain| chain.windows(2)) {
                let [a, Link { event, message }] = pair else { unreachable!() };
                match message {
                    Some(message) => {
                        let edge = graph.edges().get(*message).unwrap();
                        prop_assert_eq!((edge.from, edge.to), (a.event, *event));
                    }
                    None => prop_assert_eq!(graph.before(*event), Some(a.event)),
                }
            }
        }
    }

    #[test]
    fn a_graph_cut_short_is_the_graph_of_the_beginning((lanes, events) in traces(), keep in 0usize..60) {
        let keep = keep.min(events.len());
        let mut graph = graph_of(lanes, &events);
        graph.truncate(keep as u32);
        let fresh = graph_of(lanes, &events[..keep]);
        prop_assert_eq!(graph.len(), fresh.len());
        prop_assert_eq!(graph.edges().len(), fresh.edges().len());
        for event in 0..fresh.len() {
            let sent = |graph: &CausalGraph| graph.edges().outgoing(event).collect::<Vec<_>>();
            prop_assert_eq!(sent(&graph), sent(&fresh));
            prop_assert_eq!(Cones::of(&graph, event), Cones::of(&fresh, event));
        }
    }

    #[test]
    fn hidden_lanes_leave_the_order_of_the_others_as_it_was((lanes, events) in traces(), hide in 0u8..32) {
        let graph = graph_of(lanes, &events);
        let hidden: Vec<bool> = (0..lanes).map(|lane| hide >> lane & 1 == 1).collect();
        let visible = |event: u32| !hidden[graph.lane_of(event).unwrap() as usize];
        let before = slow_order(&graph);
        // The graph of what is drawn: visible events, messages between them, and what replaces the hidden ones.
        let shown: Vec<u32> = (0..graph.len()).filter(|event| visible(*event)).collect();
        let number = |event: u32| shown.iter().position(|shown| *shown == event).unwrap() as u32;
        let replaced = through(&graph, &hidden);
        let mut drawn = CausalGraph::new((0..lanes).map(|lane| (format!("P{lane}"), LaneKind::Process)));
        for event in &shown {
            let lane = graph.lane_of(*event).unwrap();
            drawn.push(NewEvent { lane, at_us: 0, kind: Kind::Foreign, label: 0, level: Level::Protocol });
            let heard = graph.edges().incoming(*event).map(|number| graph.edges().get(number).unwrap().from);
            let heard: Vec<u32> = heard.filter(|from| visible(*from)).collect();
            let through: Vec<u32> = replaced.incoming(*event).map(|number| replaced.get(number).unwrap().from).collect();
            for from in &through {
                let ends = replaced.outgoing(*from).map(|number| replaced.get(number).unwrap().to);
                prop_assert_eq!(ends.filter(|to| to == event).count(), 1, "both ends know of it");
            }
            for from in heard.into_iter().chain(through) {
                prop_assert!(drawn.push_edge(number(from), lane, Fate::Arrived, 0));
            }
        }
        let after = slow_order(&drawn);
        for event in &shown {
            let expected: BTreeSet<u32> = before[*event as usize].iter().copied().filter(|other| visible(*other)).map(number).collect();
            prop_assert_eq!(&after[number(*event) as usize], &expected);
        }
    }

    #[test]
    fn patterns_are_found_where_trying_everything_finds_them((lanes, events) in traces(), which in 0usize..9) {
        let events = &events[..events.len().min(16)];
        let graph = graph_of(lanes, events);
        let (of, messages): (Vec<u16>, Vec<(usize, usize)>) = [
            (vec![0, 0, 0, 1], vec![(2, 3)]),
            (vec![0, 1, 1, 1], vec![(0, 1)]),
            (vec![1, 0, 0, 1], vec![(1, 3)]),
            (vec![0, 1, 1, 0], vec![(0, 2)]),
            (vec![0, 1, 1, 0], vec![(0, 1), (2, 3)]),
            (vec![0, 1, 2], vec![(0, 1), (0, 2)]),
            (vec![1, 2, 0, 0], vec![(0, 2), (1, 3)]),
            (vec![0, 0, 1], vec![(1, 2)]),
            (vec![0, 1, 2], vec![(0, 1), (1, 2)]),
        ][which].clone();
        let motif = Motif::new(of.clone(), messages.clone()).unwrap();
        let is = |found: &[u32]| {
            let lane = |n: usize| graph.lane_of(found[n]).unwrap();
            (0..of.len()).all(|a| (0..of.len()).all(|b| (of[a] == of[b]) == (lane(a) == lane(b))))
                && messages.iter().all(|(from, to)| (0..graph.edges().len()).any(|number| {
                    let edge = graph.edges().get(number).unwrap();
                    (edge.from, edge.to) == (found[*from], found[*to])
                }))
                && (0..of.len()).all(|a| match (a + 1..of.len()).find(|b| of[*b] == of[a]) {
                    Some(b) => found[a] <= found[b]
                        && graph.position_of(found[b]).unwrap() - graph.position_of(found[a]).unwrap() <= GAP,
                    None => true,
                })
        };
        let count = graph.len() as usize;
        for anchor in 0..graph.len() {
            let found = motif.at(&graph, anchor, &mut { STEPS_MAX });
            if let Some(found) = &found {
                prop_assert!(found[0] == anchor && is(found));
            }
            let others = of.len() as u32 - 1;
            let any = (0..count.pow(others)).any(|mut choice| {
                let mut tried = vec![anchor];
                for _ in 0..others {
                    tried.push((choice % count) as u32);
                    choice /= count;
                }
                is(&tried)
            });
            prop_assert_eq!(found.is_some(), any, "at {}", anchor);
        }
    }

    #[test]
    fn slices_build_what_one_piece_builds((lanes, events) in given(), budget in 1u32..40) {
        let whole = foreign_of(lanes, &events).finish();
        let mut building = foreign_of(lanes, &events).build();
        let (mut read, mut drawn) = (0, 0);
        let sliced = loop {
            let worked = building.work(budget);
            prop_assert!(building.read() >= read && building.read() <= building.all(), "what is read is never unread");
            read = building.read();
            // What was there stays as it was.
            prop_assert!(building.so_far().graph.len() >= drawn);
            drawn = building.so_far().graph.len();
            match worked {
                Ok(false) => {}
                Ok(true) => break Ok(building),
                Err(circle) => break Err(circle),
            }
        };
        match (whole, sliced) {
            (Err(_), Err(_)) => prop_assert!(in_one_piece(lanes, &events).is_none()),
            (Ok((graph, origins)), Ok(mut building)) => {
                let built = building.take();
                prop_assert_eq!(&built.origins, &origins);
                let numbers: Vec<u32> = (0..origins.len() as u32).map(|given| built.numbers[given as usize]).collect();
                prop_assert!(origins.iter().enumerate().all(|(n, origin)| numbers[*origin as usize] as usize == n));
                prop_assert_eq!(format!("{:?}", built.graph), format!("{graph:?}"));
                let (timed, order, edges) = in_one_piece(lanes, &events).expect("no circle");
                prop_assert_eq!(graph.has_times(), timed);
                prop_assert_eq!(origins, order);
                let drawn: Vec<(u32, u32)> = (0..graph.edges().len()).map(|n| graph.edges().get(n).unwrap()).map(|edge| (edge.to, edge.from)).collect();
                prop_assert_eq!(drawn, edges);
            }
            (whole, sliced) => prop_assert!(false, "{:?} {:?}", whole.is_ok(), sliced.is_ok()),
        }
    }

    #[test]
    fn windows_hold_every_message_that_crosses_them((lanes, events) in traces(), a in 0u32..60, b in 0u32..60) {
        let graph = graph_of(lanes, &events);
        let (first, last) = (a.min(b), a.max(b));
        let mut found = Vec::new();
        graph.edges().across(first, last, |number, _| { found.push(number); true });
        let expected: Vec<usize> = (0..graph.edges().len())
            .filter(|number| { let edge = graph.edges().get(*number).unwrap(); edge.from <= last && edge.to >= first })
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_foreign_trace_keeps_its_order_whatever_order_it_is_given_in((lanes, events) in traces()) {
        let graph = graph_of(lanes, &events);
        let mut foreign = Foreign::new();
        (0..lanes).for_each(|lane| { foreign.lane(format!("P{lane}")).unwrap(); });
        // Lane by lane: parents come later.
        let given: Vec<u32> = graph.lanes().iter().flat_map(|lane| lane.events().iter().copied()).collect();
        for event in &given {
            let heard: Vec<u32> = graph.edges().incoming(*event)
                .map(|number| { let from = graph.edges().get(number).unwrap().from; given.iter().position(|e| *e == from).unwrap() as u32 })
                .collect();
            foreign.event(graph.lane_of(*event).unwrap(), &heard, None, 7).unwrap();
        }
        let (built, origins) = foreign.finish().unwrap();
        let (slow, ours) = (slow_order(&built), slow_order(&graph));
        for event in 0..built.len() {
            let back = |event: u32| given[origins[event as usize] as usize];
            let before: BTreeSet<u32> = slow[event as usize].iter().map(|event| back(*event)).collect();
            prop_assert_eq!(&before, &ours[back(event) as usize]);
            // The depth is the longest way here.
            let depth = slow[event as usize].iter().map(|other| built.place(*other, Axis::Order) + 1).max().unwrap_or(0);
            prop_assert_eq!(built.place(event, Axis::Order), depth);
            prop_assert!(event == 0 || built.place(event - 1, Axis::Order) <= depth);
        }
    }
}

#[test]
fn long_messages_are_found_across_blocks() {
    let mut graph = CausalGraph::new([("A".to_owned(), LaneKind::Process), ("B".to_owned(), LaneKind::Process)]);
    let event = |lane| NewEvent { lane, at_us: 0, kind: Kind::Foreign, label: 0, level: Level::Protocol };
    graph.push(event(0));
    for number in 1..20_000u32 {
        graph.push(event((number % 2) as u16));
        // The last one of all comes from the first event.
        let from = if number == 19_999 { 0 } else { number - 1 };
        graph.push_edge(from, 0, Fate::Arrived, 0);
    }
    let mut found = Vec::new();
    graph.edges().across(10, 12, |_, edge| {
        found.push((edge.from, edge.to));
        true
    });
    assert_eq!(found, [(9, 10), (10, 11), (11, 12), (12, 13), (0, 19_999)]);
}

#[test]
fn a_circle_is_refused_and_names_an_event_in_it() {
    let mut foreign = Foreign::new();
    let lanes = [foreign.lane("A").unwrap(), foreign.lane("B").unwrap()];
    foreign.event(lanes[0], &[3], None, 0).unwrap();
    foreign.event(lanes[0], &[], None, 0).unwrap();
    foreign.event(lanes[1], &[1], None, 0).unwrap();
    foreign.event(lanes[1], &[], None, 0).unwrap();
    let Cycle { event } = foreign.finish().unwrap_err();
    assert!(event < 4);
}

#[test]
fn times_are_used_only_if_they_agree_with_the_order() {
    let build = |times: [u64; 2]| {
        let mut foreign = Foreign::new();
        let lanes = [foreign.lane("A").unwrap(), foreign.lane("B").unwrap()];
        foreign.event(lanes[0], &[], Some(times[0]), 0).unwrap();
        foreign.event(lanes[1], &[0], Some(times[1]), 0).unwrap();
        foreign.finish().unwrap().0
    };
    assert!(build([5, 9]).has_times());
    assert_eq!(build([5, 9]).at_us(1), Some(9));
    assert!(!build([9, 5]).has_times());
    assert_eq!(build([9, 5]).place(1, Axis::Time), 1);
}

#[test]
fn a_million_events_stay_far_below_a_hundred_megabytes() {
    let mut graph = CausalGraph::new((0..7).map(|lane| (format!("S{lane}"), LaneKind::Server)));
    for number in 0..1_000_000u32 {
        let event = NewEvent {
            lane: (number % 7) as u16,
            at_us: number.into(),
            kind: Kind::Delivered,
            label: 0,
            level: Level::Everything,
        };
        graph.push(event);
        if number > 10 {
            graph.push_edge(number - 10, 0, Fate::Arrived, 0);
        }
    }
    assert!(graph.memory_bytes() < 64_000_000, "{}", graph.memory_bytes());
}

#[test]
fn drawings_that_are_no_pattern_are_refused() {
    assert_eq!(Motif::new(vec![], vec![]), Err(NoMotif::Empty));
    assert_eq!(Motif::new(vec![0; 13], vec![]), Err(NoMotif::TooLarge));
    assert_eq!(Motif::new(vec![0, 1], vec![]), Err(NoMotif::Apart));
    assert_eq!(Motif::new(vec![0, 1], vec![(1, 0)]), Err(NoMotif::BadMessage));
    assert_eq!(Motif::new(vec![0, 0], vec![(0, 1)]), Err(NoMotif::BadMessage));
    assert_eq!(Motif::new(vec![0, 1], vec![(0, 2)]), Err(NoMotif::BadMessage));
    assert_eq!([Motif::request_response(), Motif::broadcast(), Motif::gather()].map(|motif| motif.len()), [4, 4, 6]);
}

/// Events of one lane, the last of which sends to the other.
fn talks_last(local: u32) -> CausalGraph {
    let mut graph = CausalGraph::new([("A".into(), LaneKind::Process), ("B".into(), LaneKind::Process)]);
    let event = |lane| NewEvent { lane, at_us: 0, kind: Kind::Foreign, label: 0, level: Level::Protocol };
    for _ in 0..local {
        graph.push(event(0));
    }
    graph.push(event(1));
    assert!(graph.push_edge(local - 1, 1, Fate::Arrived, 0));
    graph
}

#[test]
fn a_long_lane_before_a_message_is_searched_in_as_many_steps_as_it_has_events() {
    let graph = talks_last(10_000);
    let motif = Motif::new([vec![0; 11], vec![1]].concat(), vec![(10, 11)]).unwrap();
    let tried = std::cell::Cell::new(0);
    let at = |event: u32| {
        let mut steps = STEPS_MAX;
        let found = motif.at(&graph, event, &mut steps);
        tried.set(tried.get() + STEPS_MAX - steps);
        assert!(steps > 0, "it knows");
        found
    };
    let found: Vec<u32> = (0..graph.len()).filter(|event| at(*event).is_some()).collect();
    let tried = tried.get();
    assert_eq!((found.first(), found.last(), found.len()), (Some(&(9_999 - 10 * GAP)), Some(&9_999), 10 * GAP as usize + 1));
    assert!(tried < graph.len() * (10 * GAP + 2), "{tried}");
    let far = at(9_999 - 10 * GAP).unwrap();
    assert!(far.windows(2).take(10).all(|pair| pair[1] - pair[0] == GAP), "as far apart as may be: {far:?}");
    let near = at(9_999).unwrap();
    assert!(near[..11].iter().all(|event| *event == 9_999), "one event does all: {near:?}");
}

#[test]
fn a_pattern_that_nearly_occurs_everywhere_is_searched_without_trying_all_combinations() {
    // A and B write to each other all the time; nobody ever writes to C.
    let lanes = ["A", "B", "C"].map(|name| (name.to_owned(), LaneKind::Process));
    let mut graph = CausalGraph::new(lanes);
    let event = |lane| NewEvent { lane, at_us: 0, kind: Kind::Foreign, label: 0, level: Level::Protocol };
    graph.push(event(0));
    for number in 1..2_000u32 {
        let lane = (number % 2) as u16;
        graph.push(event(lane));
        assert!(graph.push_edge(number - 1, lane, Fate::Arrived, 0));
    }
    // Four messages to and fro, then one to a third.
    let motif = Motif::new(vec![0, 1, 1, 0, 0, 1, 1, 0, 0, 2], vec![(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]).unwrap();
    let mut steps = STEPS_MAX;
    assert_eq!(motif.at(&graph, 500, &mut steps), None);
    assert!(steps > 0 && STEPS_MAX - steps < 20_000, "{} steps", STEPS_MAX - steps);
    let mut few = 100;
    assert_eq!((motif.at(&graph, 500, &mut few), few), (None, 0), "with fewer steps it says that it does not know");
}
