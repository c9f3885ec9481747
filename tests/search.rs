//! The world as a state of a systematic search: choices, budgets, state fingerprints.

use netsplit::base::NodeId;
use netsplit::sim::plan::Plan;
use netsplit::sim::search::{Budgets, Choice};
use netsplit::sim::trace::{EventKind, NoTrace};
use netsplit::system::{Run, live::Live, raft};
use std::collections::BTreeSet;

fn initial(budgets: Budgets) -> Live<raft::Raft> {
    let mut plan = Plan::new("raft", 3, 1);
    plan.settings.push(netsplit::sim::plan::Setting { name: "pre_vote".into(), value: 0 });
    let mut run = raft::live(&plan).unwrap();
    run.begin_search(budgets);
    run
}

#[test]
fn in_search_the_seed_means_nothing() {
    let fingerprint = |seed| {
        let mut plan = Plan::new("raft", 3, seed);
        plan.network.default.loss_ppm = 500_000;
        let mut run = raft::live(&plan).unwrap();
        run.begin_search(Budgets::default());
        for _ in 0..40 {
            let choice = run.world().choices()[0];
            run.take(choice, &mut NoTrace).unwrap();
        }
        run.state_fingerprint()
    };
    assert_eq!(fingerprint(1), fingerprint(2));
}

#[test]
fn independent_starts_commute() {
    let after = |order: [usize; 3]| {
        let mut run = initial(Budgets::default());
        let starts = run.world().choices();
        for place in order {
            run.take(starts[place], &mut NoTrace).unwrap();
        }
        run.state_fingerprint()
    };
    assert_eq!(after([0, 1, 2]), after([2, 0, 1]));
}

#[test]
fn faults_are_choices_within_budgets() {
    let mut run = initial(Budgets { losses: 1, duplicates: 1, crashes: 1, torn_tails: 1 });
    let mut take = |wanted: &dyn Fn(&Choice) -> bool| {
        let choice = run.world().choices().into_iter().find(wanted);
        let choice = choice.expect("such a choice is offered");
        run.take(choice, &mut NoTrace).unwrap()
    };
    for _ in 0..3 {
        take(&|choice| matches!(choice, Choice::Item(_)));
    }
    // S1 campaigns: its vote goes to disk, and it asks the others.
    take(&|choice| matches!(choice, Choice::Item(id) if id.place().kind() == netsplit::base::ids::PlaceKind::Timer));
    assert_eq!(take(&|choice| matches!(choice, Choice::Crash { torn: true, .. })).kind, EventKind::Crashed);
    let restarted = take(&|choice| matches!(choice, Choice::Restart(NodeId(0))));
    assert_eq!(restarted.kind, EventKind::Started);
    take(&|choice| matches!(choice, Choice::Item(id) if id.place().kind() == netsplit::base::ids::PlaceKind::Timer));
    let faults = |choice: &Choice| matches!(choice, Choice::Crash { .. });
    assert!(!run.world().choices().iter().any(faults), "the budget for crashes is spent");
    assert!(run.take(Choice::Crash { node: NodeId(1), torn: false }, &mut NoTrace).is_err());
}

#[test]
fn time_moves_up_to_a_chosen_item_and_never_back() {
    let mut run = initial(Budgets::default());
    let mut before = 0;
    for n in 0..60 {
        let choices = run.world().choices();
        let Choice::Item(id) = choices[n * 7 % choices.len()] else { panic!("only items are offered") };
        let due_us = run.world().kernel().due_us(id).unwrap();
        let event = run.take(Choice::Item(id), &mut NoTrace).unwrap();
        assert_eq!(event.at_us, due_us.max(before));
        before = event.at_us;
    }
    assert!(before > 0);
}

#[test]
fn outside_of_a_search_no_fault_is_offered() {
    let run = raft::live(&Plan::new("raft", 3, 1)).unwrap();
    assert!(run.world().choices().iter().all(|choice| matches!(choice, Choice::Item(_))));
}

/// States within so many choices, by state fingerprint: each is expanded once.
fn reachable(depth: usize, budgets: Budgets) -> usize {
    let mut seen = BTreeSet::new();
    let mut frontier = vec![initial(budgets)];
    seen.insert(frontier[0].state_fingerprint());
    for _ in 0..depth {
        let mut next = Vec::new();
        for state in &frontier {
            for choice in state.world().choices() {
                let mut successor = state.clone();
                successor.take(choice, &mut NoTrace).unwrap();
                if seen.insert(successor.state_fingerprint()) {
                    next.push(successor);
                }
            }
        }
        frontier = next;
    }
    seen.len()
}

#[test]
fn a_search_of_small_depth_meets_each_state_once() {
    assert_eq!(reachable(1, Budgets::default()), 1 + 3);
    assert_eq!(reachable(2, Budgets::default()), reachable_by_hand());
    let crashes = Budgets { crashes: 1, ..Budgets::default() };
    assert!(reachable(3, crashes) > reachable(3, Budgets::default()));
}

/// Depth 2: nobody has started (1), one has (3), two have (3), or one has and its election timer ran out (3).
fn reachable_by_hand() -> usize {
    1 + 3 + 3 + 3
}
