//! Logs and disks against plain models, with random operations.

use super::super::record::replay;
use super::super::testing::*;
use super::super::*;
use crate::base::Encoder;
use crate::protocol::Slot;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Push(u64),
    Raise,
    Truncate(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![6 => (0..1_000u64).prop_map(Step::Push), 1 => Just(Step::Raise), 1 => (0..200usize).prop_map(Step::Truncate)]
}

proptest! {
    #[test]
    fn a_log_is_a_list(steps in prop::collection::vec(step(), 0..300)) {
        let (mut log, mut plain, mut term) = (Log::new(), Vec::new(), 1);
        for step in steps {
            log.begin_event();
            let first_changed = match step {
                Step::Push(value) => {
                    log.push(entry(term, value));
                    plain.push(entry(term, value));
                    Some(plain.len() as u64)
                }
                Step::Raise => {
                    term += 1;
                    None
                }
                Step::Truncate(at) => {
                    let from = at.min(plain.len() + 1).max(1);
                    let removes = from <= plain.len();
                    log.truncate_from(from as u64);
                    plain.truncate(from - 1);
                    removes.then_some(from as u64)
                }
            };
            prop_assert_eq!(log.first_changed(), first_changed);
            prop_assert_eq!(log.last_index(), plain.len() as u64);
            prop_assert_eq!(log.last_term(), plain.last().map_or(0, |entry| entry.term));
        }
        prop_assert_eq!(log.iter_from(1).copied().collect::<Vec<_>>(), plain.clone());
        // The hash of a prefix depends on that prefix only.
        let mut rebuilt = Log::new();
        for (at, entry) in plain.iter().enumerate() {
            rebuilt.push(*entry);
            prop_assert_eq!(rebuilt.prefix_hash(at as u64 + 1), log.prefix_hash(at as u64 + 1));
            prop_assert_eq!(log.get(at as u64 + 1), Some(entry));
        }
        prop_assert_eq!(log.get(0), None);
        prop_assert_eq!(log.term(0), Some(0));
        prop_assert_eq!(log.term(plain.len() as u64 + 1), None);
    }

    #[test]
    fn the_search_for_a_term_is_a_scan(mut log_terms in prop::collection::vec(1..8u64, 0..100), index in 0..120u64, term in 0..9u64) {
        log_terms.sort_unstable();
        let mut log = Log::new();
        log_terms.iter().for_each(|term| { log.push(entry(*term, 0)); });
        let scan = (0..=index.min(log.last_index())).rev().find(|at| log.term(*at).unwrap() <= term).unwrap();
        prop_assert_eq!(log.last_index_of_term_at_most(index, term), scan);
    }

    #[test]
    fn a_run_of_entries_is_a_slice(len in 0..200u64, from in 1..220u64, max in 0..100usize) {
        let mut log = Log::new();
        (0..len).for_each(|at| { log.push(entry(1, at)); });
        let expected: Vec<Entry> = (from..=len).take(max).map(|at| entry(1, at - 1)).collect();
        prop_assert_eq!(&log.entries(from, max)[..], &expected[..]);
    }

    /// Whatever two leaders send, in whatever order: what is on disk replays to what is in memory, and a different command
    /// anywhere gives a different hash.
    #[test]
    fn a_disk_replays_to_the_state_it_was_written_from(
        sends in prop::collection::vec((0..2u16, 1..5u64, 0..8u64, 0..5u64), 0..60),
        torn in prop::collection::vec(any::<bool>(), 60),
    ) {
        let mut cluster = Cluster::new(3, paper());
        for (at, (leader, term, prev, count)) in sends.into_iter().enumerate() {
            let server = cluster.server(S2);
            let prev_term = server.log().term(prev).unwrap_or(1);
            let entries: Vec<Entry> = (1..=count).map(|n| entry(term.max(prev_term), prev + n)).collect();
            cluster.hand(NodeId(leader), S2, append(term.max(prev_term), (prev, prev_term), &entries, 0));
            if torn[at] {
                cluster.host(S2).disk.push(Slot::Torn);
            }
            let server = cluster.server(S2);
            let state = replay(&cluster.hosts[2].disk).unwrap();
            prop_assert_eq!(state.hard, HardState { term: server.term(), voted_for: server.voted_for() });
            prop_assert_eq!(&state.log, server.log());
            prop_assert_eq!(server.persisted_index(), server.log().last_index());
        }
        let before = cluster.server(S2).clone();
        cluster.restart(S2);
        prop_assert_eq!((before.term(), before.log()), (cluster.server(S2).term(), cluster.server(S2).log()));
    }

    /// Arbitrary messages never make a server panic, and its invariants hold.
    #[test]
    fn no_message_is_too_strange(
        messages in prop::collection::vec((0..4u16, 0..6u8, 0..6u64, 0..12u64, 0..6u64, 0..12u64, 0..4u64), 0..120),
        mutants in prop::collection::vec(0..MUTANTS.len(), 0..4),
        elect in any::<bool>(),
    ) {
        let rules = mutants.into_iter().map(|at| MUTANTS[at].mutant).collect();
        let mut cluster = Cluster::with_disks(Config { rules, ..Config::default() }, vec![disk_with(2, &[1, 1, 2]); 3]);
        if elect {
            cluster.fire(S0, Timer::Election);
            cluster.settle();
        }
        for (at, (from, kind, term, a, b, c, count)) in messages.into_iter().enumerate() {
            let message = match kind {
                0 => Message::RequestVote { pre: a % 2 == 0, term, last_index: b, last_term: c },
                1 => Message::RequestVoteResponse { pre: a % 2 == 0, term, granted: b % 2 == 0 },
                2 => append(term, (a, b), &(0..count).map(|n| entry(term.min(b + n), n)).collect::<Vec<_>>(), c),
                3 => Message::AppendEntriesAccepted { term, match_index: a },
                4 => Message::AppendEntriesRejected { term, prev_index: a, hint_index: c, hint_term: b },
                _ => Message::ClientRequest { seq: a as u32, op: crate::protocol::kv::Op::Append(X, c).into() },
            };
            cluster.hand(NodeId(from), S0, message);
            cluster.sent();
            let server = cluster.server(S0);
            prop_assert!(server.commit_index() <= server.log().last_index());
            prop_assert!(server.last_applied() <= server.log().last_index());
            prop_assert!(server.persisted_index() <= server.log().last_index());
            for peer in [S1, S2] {
                if let Some(progress) = server.progress(peer) {
                    prop_assert!(progress.match_index < progress.next_index && progress.next_index <= server.log().last_index() + 1);
                }
            }
            match at % 5 {
                0 => cluster.fire(S0, Timer::Heartbeat),
                1 => cluster.fire(S0, Timer::Election),
                _ => false,
            };
        }
    }
}

#[test]
fn one_different_command_changes_every_later_hash() {
    let of = |value| {
        let mut log = Log::new();
        [1, value, 3].into_iter().for_each(|value| {
            log.push(entry(1, value));
        });
        log
    };
    let (a, b) = (of(2), of(9));
    assert_eq!(a.prefix_hash(1), b.prefix_hash(1));
    assert!(a.prefix_hash(2) != b.prefix_hash(2) && a.prefix_hash(3) != b.prefix_hash(3));
    assert!(a != b && a.last_index() == b.last_index());
}

/// Equal states have equal encodings, whenever and after whatever they came about.
#[test]
fn an_encoding_knows_no_times_and_no_write_numbers() {
    let run = |detour: bool| {
        let mut cluster = Cluster::new(3, paper());
        if detour {
            cluster.now_us += 77;
            cluster.restart(S1);
            cluster.restart(S0);
        }
        cluster.elect(S0);
        cluster.heartbeat(S0);
        let mut to = Encoder::new();
        cluster.server_ids().for_each(|id| to.put(&cluster.hosts[id.index()].node));
        to.fingerprint()
    };
    assert_eq!(run(false), run(true));
}
