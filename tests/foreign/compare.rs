//! Two executions compared: what is in both, what in one only, what heard otherwise, and which difference comes first.

use crate::shiviz;
use netsplit::scenario::foreign::compare::{Comparison, Mark, Side};
use netsplit::scenario::foreign::{Imported, Trace};
use netsplit::timeline::causal_graph::Axis;
use netsplit::view::Lang;
use netsplit::view::space_time::beside::BesideGraph;
use netsplit::view::trace_diff::Sentences;
use proptest::prelude::*;

const HEAD: &str = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n^=== (?<trace>.*) ===$\n";

/// Two executions, called one and two, of lines `host {clock} text`.
fn two(one: &[&str], two: &[&str]) -> Imported {
    let log = |name: &str, lines: &[&str]| {
        let events: String = lines.iter().map(|line| line.replacen("} ", "}\n", 1) + "\n").collect();
        format!("=== {name} ===\n{events}")
    };
    let imported = shiviz(&[HEAD, &log("one", one), &log("two", two)].concat());
    assert!(!imported.partial(), "{:?}", imported.all_findings().collect::<Vec<_>>());
    imported
}

fn named<'a>(imported: &'a Imported, name: &str) -> &'a Trace {
    imported.traces.iter().find(|trace| trace.name == name).expect("the execution")
}

/// Every difference, in words.
fn told(imported: &Imported) -> Vec<String> {
    let traces = [named(imported, "one"), named(imported, "two")];
    let comparison = Comparison::new(traces[0], traces[1]);
    let sentences = Sentences { names: ["one", "two"], lang: Lang::En };
    comparison.differences().iter().map(|difference| sentences.difference(traces, difference)).collect()
}

#[test]
fn the_same_executions_have_no_difference_in_whatever_order_the_hosts_come() {
    let one = [r#"a {"a":1} begins"#, r#"b {"b":1, "a":1} hears"#];
    let other = [r#"b {"b":1, "a":1} hears"#, r#"a {"a":1} begins"#];
    assert_eq!(told(&two(&one, &other)), [""; 0]);
}

#[test]
fn an_event_more_is_found_and_what_follows_stays_the_same() {
    let one = [r#"a {"a":1} x"#, r#"a {"a":2} y"#, r#"a {"a":3} z"#];
    let other = [r#"a {"a":1} x"#, r#"a {"a":2} once more"#, r#"a {"a":3} y"#, r#"a {"a":4} z"#];
    assert_eq!(told(&two(&one, &other)), ["at a, only B has \u{201c}once more\u{201d} (event 2)."]);
    assert_eq!(told(&two(&other, &one)), ["at a, only A has \u{201c}once more\u{201d} (event 2)."]);
}

#[test]
fn what_comes_first_is_what_nothing_that_differs_came_before() {
    // In the file, c stands first; but what differs there follows from what differs at b.
    let one = [r#"c {"c":1, "b":1, "a":1} hears yes"#, r#"b {"b":1, "a":1} says yes"#, r#"a {"a":1} asks"#];
    let other = [r#"c {"c":1, "b":1, "a":1} hears no"#, r#"b {"b":1, "a":1} says no"#, r#"a {"a":1} asks"#];
    let told = told(&two(&one, &other));
    assert_eq!(told[0], "at b, A has \u{201c}says yes\u{201d} (event 1), and B has \u{201c}says no\u{201d} (event 1).");
    assert_eq!(told.len(), 2);
}

#[test]
fn who_has_heard_of_somebody_else_differs_with_the_same_text() {
    let one = [r#"a {"a":1} asks"#, r#"b {"b":1} asks"#, r#"c {"c":1, "a":1} grants"#];
    let other = [r#"a {"a":1} asks"#, r#"b {"b":1} asks"#, r#"c {"c":1, "b":1} grants"#];
    let imported = two(&one, &other);
    assert_eq!(told(&imported), ["at c, \u{201c}grants\u{201d} (event 1) has heard of a 1 in A, and of b 1 in B."]);
    let traces = [named(&imported, "one"), named(&imported, "two")];
    let comparison = Comparison::new(traces[0], traces[1]);
    assert_eq!((comparison.shared(), comparison.only(Side::A), comparison.only(Side::B)), ((3, 1), 0, 0));
}

#[test]
fn what_follows_from_a_difference_does_not_differ_by_itself() {
    // The server hears of the client's third event in place of its second: the same event, one place on.
    let one = [r#"a {"a":1} x"#, r#"a {"a":2} sends"#, r#"b {"b":1, "a":2} hears"#];
    let other = [r#"a {"a":1} x"#, r#"a {"a":2} waits"#, r#"a {"a":3} sends"#, r#"b {"b":1, "a":3} hears"#];
    assert_eq!(told(&two(&one, &other)).len(), 1);
}

#[test]
fn a_host_that_only_one_has_is_named() {
    let one = [r#"a {"a":1} x"#];
    let other = [r#"a {"a":1} x"#, r#"b {"b":1} comes"#, r#"b {"b":2} goes"#];
    assert_eq!(told(&two(&one, &other)), ["only B has events of b: \u{201c}comes\u{201d} and 1 more (event 1)."]);
}

#[test]
fn what_is_in_both_stands_in_one_column() {
    let one = [r#"a {"a":1} x"#, r#"a {"a":2} y"#, r#"b {"b":1, "a":2} hears"#];
    let other = [r#"a {"a":1} x"#, r#"a {"a":2} once more"#, r#"a {"a":3} y"#, r#"b {"b":1, "a":3} hears"#];
    let imported = two(&one, &other);
    let traces = [named(&imported, "one"), named(&imported, "two")];
    let graph = BesideGraph::new(traces, Sentences { names: ["one", "two"], lang: Lang::En }).expect("it goes in no circle");
    let drawn = graph.graph().expect("it is built");
    let columns = |side: Side, count: u32| {
        let column = |place: u32| drawn.place(graph.event(side, place).expect("it is drawn"), Axis::Order);
        (0..count).map(column).collect::<Vec<_>>()
    };
    assert_eq!((columns(Side::A, 3), columns(Side::B, 4)), (vec![0, 2, 3], vec![0, 1, 2, 3]));
    let names: Vec<&str> = drawn.lanes().iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["A a", "B a", "A b", "B b"]);
}

#[test]
fn orders_that_contradict_each_other_can_be_drawn() {
    // In one, b hears of a; in the other, a of b: both cannot share their columns.
    let one = [r#"a {"a":1} x"#, r#"b {"b":1, "a":1} y"#];
    let other = [r#"b {"b":1} y"#, r#"a {"a":1, "b":1} x"#];
    let imported = two(&one, &other);
    let traces = [named(&imported, "one"), named(&imported, "two")];
    let graph = BesideGraph::new(traces, Sentences { names: ["one", "two"], lang: Lang::En }).expect("it can be drawn");
    assert_eq!(graph.graph().map(|graph| graph.len()), Some(4));
    assert_eq!(told(&imported).len(), 2, "each has heard of what the other has not");
}

/// An execution of three hosts that send to each other, with few texts.
fn execution() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec((0_usize..3, 0_usize..3, 0_u32..4), 0..40).prop_map(|steps| {
        let mut clocks = [[0_u32; 3]; 3];
        let event = |(host, from, text): (usize, usize, u32)| {
            let heard = clocks[from];
            let clock = &mut clocks[host];
            clock.iter_mut().zip(heard).for_each(|(own, heard)| *own = (*own).max(heard));
            clock[host] += 1;
            let entries = clock.iter().enumerate().filter(|(_, count)| **count > 0);
            let entries: Vec<String> = entries.map(|(host, count)| format!("\"h{host}\":{count}")).collect();
            format!("h{host} {{{}}} text {text}", entries.join(", "))
        };
        steps.into_iter().map(event).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_two_executions_can_be_compared_and_drawn(one in execution(), other in execution()) {
        prop_assume!(!one.is_empty() && !other.is_empty());
        fn lines(list: &[String]) -> Vec<&str> {
            list.iter().map(String::as_str).collect()
        }
        let imported = two(&lines(&one), &lines(&other));
        let traces = [named(&imported, "one"), named(&imported, "two")];
        let sentences = Sentences { names: ["one", "two"], lang: Lang::De };
        let graph = BesideGraph::new(traces, sentences).expect("it can be drawn");
        let comparison = graph.comparison();
        let drawn = graph.graph().expect("it is built");
        prop_assert_eq!(drawn.len() as usize, one.len() + other.len());
        for side in Side::BOTH {
            let (trace, there) = (traces[side as usize], traces[side.other() as usize]);
            for (n, event) in trace.events.iter().enumerate() {
                let place = |event: u32| drawn.place(graph.event(side, event).expect("drawn"), Axis::Order);
                let causes = trace.parents(event).iter().copied().chain(trace.before(event));
                prop_assert!(causes.into_iter().all(|cause| place(cause) < place(n as u32)), "causes stand to the left");
                if let Some(partner) = comparison.partner(side, n as u32) {
                    prop_assert_eq!(comparison.partner(side.other(), partner), Some(n as u32));
                    let same = &there.events[partner as usize];
                    prop_assert_eq!((trace.host(event), trace.message(event)), (there.host(same), there.message(same)));
                }
            }
        }
        // Each event that differs is told exactly once.
        for side in Side::BOTH {
            let mut told: Vec<u32> = Vec::new();
            for difference in comparison.differences() {
                told.extend(difference.events_of(traces, side));
                prop_assert!(!sentences.difference(traces, difference).is_empty());
            }
            told.sort_unstable();
            let differ = |event: &u32| comparison.mark(side, *event) != Mark::Same;
            let all: Vec<u32> = (0..traces[side as usize].events.len() as u32).filter(differ).collect();
            prop_assert_eq!(told, all);
        }
    }
}
