//! The world as a state of a systematic search: choices, budgets, state fingerprints.

use netsplit::base::ids::PlaceKind;
use netsplit::base::{Encoder, EventId, NodeId};
use netsplit::protocol::TimerName;
use netsplit::protocol::raft::Timer;
use netsplit::sim::kernel::timer_item;
use netsplit::sim::plan::{Action, Plan};
use netsplit::sim::search::{Budgets, Choice};
use netsplit::sim::trace::{EventKind, NoTrace};
use netsplit::system::{Run, live::Live, raft::Raft};
use std::collections::BTreeSet;

fn initial(budgets: Budgets) -> Live<Raft> {
    let mut plan = Plan::new("raft", 3, 1);
    plan.settings.push(netsplit::sim::plan::Setting { name: "pre_vote".into(), value: 0 });
    let mut run = Live::<Raft>::open(&plan).unwrap();
    run.begin_search(budgets);
    run
}

#[test]
fn in_search_the_seed_means_nothing() {
    let fingerprint = |seed| {
        let mut plan = Plan::new("raft", 3, seed);
        plan.network.default.loss_ppm = 500_000;
        let mut run = Live::<Raft>::open(&plan).unwrap();
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

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);

/// A search in which one says by name what happens next.
#[derive(Clone)]
struct Story(Live<Raft>);

impl Story {
    /// Three servers that have started.
    fn new() -> Story {
        let mut story = Story(initial(Budgets::default()));
        for start in story.0.world().choices() {
            story.0.take(start, &mut NoTrace).unwrap();
        }
        story
    }

    fn item(&mut self, wanted: impl Fn(EventId) -> bool) -> bool {
        let items = self.0.world().choices().into_iter().filter_map(|choice| match choice {
            Choice::Item(id) if wanted(id) => Some(id),
            _ => None,
        });
        let last = items.last();
        last.is_some_and(|id| self.0.take(Choice::Item(id), &mut NoTrace).is_ok())
    }

    /// A server's election timer runs out, and its vote for itself is on disk.
    fn campaigns(&mut self, node: NodeId) {
        assert!(self.item(|id| id == timer_item(node, Timer::Election.index())));
        self.syncs(node);
    }

    fn syncs(&mut self, node: NodeId) {
        while self.item(|id| id.place().kind() == PlaceKind::Disk && id.place().node() == node) {}
    }

    /// The message that was sent last on a link arrives.
    fn hears(&mut self, to: NodeId, from: NodeId) {
        let on_link = |id: EventId| id.place().kind() == PlaceKind::Link && (id.place().node(), id.place().to()) == (from, to);
        assert!(self.item(on_link), "{to:?} hears {from:?}");
    }

    /// A server campaigns, and S3 gives it its vote.
    fn is_elected(&mut self, node: NodeId) {
        self.campaigns(node);
        self.hears(S3, node);
        self.syncs(S3);
        self.hears(node, S3);
        assert!(self.0.world().core(node).as_server().unwrap().is_leader());
    }

    /// Everybody loses everything, and so does the network.
    fn forget_all(&mut self) {
        for node in [S1, S2, S3] {
            self.0.act(0, &Action::Crash(node), &mut NoTrace).unwrap();
        }
        while self.0.step_with(&mut NoTrace).is_some() {}
        for node in [S1, S2, S3] {
            self.0.act(0, &Action::Restart { node, empty: true }, &mut NoTrace).unwrap();
        }
    }

    /// The world's state alone, and the state fingerprint, which has the property monitors in it.
    fn states(&self) -> (Vec<u8>, netsplit::base::Fingerprint) {
        let mut world = Encoder::new();
        self.0.world().encode_state(&mut world);
        (world.bytes().to_vec(), self.0.state_fingerprint())
    }
}

#[test]
fn states_with_equal_nodes_differ_if_their_monitors_do() {
    let after = |leader: NodeId| {
        let mut story = Story::new();
        story.is_elected(leader);
        story.forget_all();
        story
    };
    let ((mut one, mut other), again) = ((after(S1), after(S2)), after(S1));
    assert_eq!(one.states().0, other.states().0, "nobody and nothing remembers who led term 1");
    assert_ne!(one.states().1, other.states().1, "but the checkers do");
    assert_eq!(one.states(), again.states());
    // And rightly: the same choices lead to different verdicts.
    one.is_elected(S1);
    other.is_elected(S1);
    assert_eq!(one.states().0, other.states().0);
    assert_eq!((one.0.fallen(), other.0.fallen()), (0, 1), "{:?}", other.0.verdicts());
}

#[test]
fn elections_that_commute_leave_the_same_monitors() {
    // S1 asks for votes in term 1, S2 in term 2; S3 has voted for both, and its answers are on the way.
    let mut story = Story::new();
    story.campaigns(S1);
    story.hears(S3, S1);
    story.syncs(S3);
    story.campaigns(S2);
    story.campaigns(S2);
    story.hears(S3, S2);
    story.syncs(S3);
    let after = |order: [NodeId; 2]| {
        let mut story = story.clone();
        order.into_iter().for_each(|leader| story.hears(leader, S3));
        let leads = |node| story.0.world().core(node).as_server().is_some_and(|server| server.is_leader());
        assert!(leads(S1) && leads(S2), "one of term 1, one of term 2");
        story.states()
    };
    // Index 1 is seen first in term 1, or first in term 2.
    assert_eq!(after([S1, S2]), after([S2, S1]));
}

#[test]
fn a_state_is_the_same_however_long_it_took() {
    let after = |detours: usize| {
        let mut story = Story::new();
        story.is_elected(S1);
        for _ in 0..detours {
            // A heartbeat to S2 arrives and is answered; nobody knows more than before.
            assert!(story.item(|id| id == timer_item(S1, Timer::Heartbeat.index())));
            for (to, from) in [(S2, S1), (S3, S1)] {
                while story.item(|id| id.place().kind() == PlaceKind::Link && id.place().to() == to) {}
                story.syncs(to);
                while story.item(|id| id.place().kind() == PlaceKind::Link && id.place().to() == from) {}
            }
            story.syncs(S1);
            while story.item(|id| id.place().kind() == PlaceKind::Link) {}
        }
        story.states()
    };
    assert_ne!(after(0), after(3));
    assert_eq!(after(3), after(4));
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
    take(&|choice| matches!(choice, Choice::Item(id) if id.place().kind() == PlaceKind::Timer));
    assert_eq!(take(&|choice| matches!(choice, Choice::Crash { torn: true, .. })).kind, EventKind::Crashed);
    let restarted = take(&|choice| matches!(choice, Choice::Restart(NodeId(0))));
    assert_eq!(restarted.kind, EventKind::Started);
    take(&|choice| matches!(choice, Choice::Item(id) if id.place().kind() == PlaceKind::Timer));
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
    let run = Live::<Raft>::open(&Plan::new("raft", 3, 1)).unwrap();
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
