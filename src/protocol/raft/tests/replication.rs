//! Paper 5.3: log replication, and the pipeline of thesis 10.2.1.

use super::super::testing::*;
use super::super::*;
use crate::protocol::kv;

fn logs_equal(cluster: &Cluster) -> bool {
    cluster.server_ids().all(|id| cluster.server(id).log() == cluster.server(S0).log())
}

#[test]
fn a_new_leader_appends_an_entry_of_its_term_and_replicates_it() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    assert_eq!(cluster.server(S0).log().get(1), Some(&Entry { term: 1, command: Command::Noop }));
    assert!(logs_equal(&cluster));
    assert_eq!(cluster.server(S0).commit_index(), 1);
    assert_eq!(cluster.server(S1).commit_index(), 0, "followers learn it with the next message");
    cluster.heartbeat(S0);
    assert_eq!(cluster.server(S1).commit_index(), 1);
}

#[test]
fn a_request_goes_to_all_followers_at_once_with_the_position_before_it() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.ask(1, kv::Op::Put(X, 7), S0);
    cluster.step();
    let sent: Vec<Sent> = cluster.sent().into_iter().filter(|sent| sent.from == S0).collect();
    let command = Command::Client { client: NodeId(3), seq: 1, op: kv::Op::Put(X, 7) };
    let expected = append(1, (1, 1), &[Entry { term: 1, command }], 1);
    assert_eq!(sent, [S1, S2].map(|to| Sent { from: S0, to, message: expected.clone() }));
}

/// Paper figure 2, receiver's rules 2: the previous entry must be there, with its term.
#[test]
fn a_follower_checks_the_previous_entry() {
    for (prev, accepted) in [((0, 0), true), ((1, 1), true), ((2, 2), true), ((1, 2), false), ((2, 1), false), ((3, 3), false)] {
        let mut cluster = Cluster::with_disks(paper(), vec![disk_with(2, &[1, 2]), vec![], vec![]]);
        cluster.hand(S1, S0, append(2, prev, &[], 0));
        match &cluster.sent_to(S1)[..] {
            [Message::AppendEntriesAccepted { term: 2, match_index }] => {
                assert!(accepted && *match_index == prev.0, "{prev:?}");
            }
            [Message::AppendEntriesRejected { term: 2, prev_index, .. }] => {
                assert!(!accepted && *prev_index == prev.0, "{prev:?}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(terms(cluster.server(S0).log()), [1, 2], "an empty AppendEntries removes nothing");
    }
}

/// Paper figure 2, receiver's rules 3 and 4.
#[test]
fn a_follower_removes_what_conflicts_and_only_that() {
    for (prev, entries, log, changed) in [
        ((2, 2), &[3][..], &[1, 2, 3][..], Some(3)),
        ((1, 1), &[3, 4], &[1, 3, 4], Some(2)),
        ((0, 0), &[1], &[1, 2], None),
        ((0, 0), &[1, 2, 4], &[1, 2, 4], Some(3)),
        ((0, 0), &[3], &[3], Some(1)),
        ((1, 1), &[2], &[1, 2], None),
    ] {
        let mut cluster = Cluster::with_disks(paper(), vec![disk_with(2, &[1, 2]), vec![], vec![]]);
        let entries: Vec<Entry> = entries.iter().zip(prev.0 + 1..).map(|(term, at)| entry(*term, at)).collect();
        cluster.host(S0).holds_writes = true;
        cluster.hand(S1, S0, append(4, prev, &entries, 0));
        let server = cluster.server(S0);
        assert_eq!((terms(server.log()), server.log().first_changed()), (log.to_vec(), changed), "{prev:?} {entries:?}");
        // And its disk says the same.
        cluster.persist(S0);
        let replayed = record::replay(&cluster.hosts[0].disk).unwrap();
        assert_eq!(&replayed.log, cluster.server(S0).log());
    }
}

#[test]
fn entries_are_acknowledged_when_they_are_on_disk_up_to_where_they_were_verified() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(2, &[1, 1, 1]), vec![], vec![]]);
    cluster.host(S0).holds_writes = true;
    cluster.hand(S1, S0, append(2, (0, 0), &[entry(1, 1)], 0));
    assert_eq!(cluster.sent_to(S1), [Message::AppendEntriesAccepted { term: 2, match_index: 1 }], "nothing to write");
    cluster.hand(S1, S0, append(2, (1, 1), &[entry(2, 9)], 0));
    assert!(cluster.network.is_empty());
    // A heartbeat about what is on disk does not wait for what is not.
    cluster.hand(S1, S0, append(2, (1, 1), &[], 0));
    assert_eq!(cluster.sent_to(S1), [Message::AppendEntriesAccepted { term: 2, match_index: 1 }]);
    cluster.persist(S0);
    assert_eq!(cluster.sent_to(S1), [Message::AppendEntriesAccepted { term: 2, match_index: 2 }]);
}

/// A write that is overtaken by a truncation does not vouch for what took its place.
#[test]
fn a_completed_write_does_not_vouch_for_entries_that_replaced_its_own() {
    let mut cluster = Cluster::new(3, paper());
    cluster.host(S0).holds_writes = true;
    cluster.hand(S1, S0, append(1, (0, 0), &[entry(1, 1), entry(1, 2), entry(1, 3)], 0));
    cluster.hand(S2, S0, append(2, (1, 1), &[entry(2, 8), entry(2, 9)], 0));
    // The writes of term 1, its vote and the three entries, but nothing of term 2.
    for _ in 0..2 {
        let (write, _) = cluster.host(S0).writing.pop_front().unwrap();
        cluster.input(S0, crate::protocol::Input::Persisted(write));
    }
    assert_eq!(cluster.server(S0).persisted_index(), 1);
}

/// Paper figure 7: followers that lack entries, have extra ones, or both, end with the leader's log.
#[test]
fn the_logs_of_figure_7_become_the_leaders() {
    let leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    let followers: [&[Term]; 6] = [
        &[1, 1, 1, 4, 4, 5, 5, 6, 6],
        &[1, 1, 1, 4],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        &[1, 1, 1, 4, 4, 4, 4],
        &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    let mut disks = vec![disk_with(7, &leader)];
    disks.extend(followers.iter().map(|log| disk_with(7, log)));
    let mut cluster = Cluster::with_disks(paper(), disks);
    cluster.elect(S0);
    cluster.heartbeat(S0);
    assert!(logs_equal(&cluster));
    assert_eq!(terms(cluster.server(S0).log()), [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8]);
    assert!(cluster.server_ids().all(|id| cluster.server(id).last_applied() == 11));
}

/// With hints from both sides a probe passes over a term at a time: a hundred entries of one wrong term take two probes.
#[test]
fn backtracking_takes_a_round_trip_for_each_term_at_most() {
    let common = [1; 5];
    let of = |term: Term, count| common.into_iter().chain(vec![term; count]).collect::<Vec<_>>();
    for (leader, follower, most) in
        [(of(3, 100), of(2, 100), 2), (of(3, 1), of(2, 100), 2), (of(3, 100), of(2, 1), 2), (of(3, 100), common.to_vec(), 1)]
    {
        let mut cluster = Cluster::with_disks(paper(), vec![disk_with(3, &leader), disk_with(3, &follower), vec![]]);
        cluster.crash(S2);
        cluster.elect(S0);
        let took = cluster.noted(S0, &notes::BACKTRACKS);
        assert!(took <= most, "{took} round trips");
        assert_eq!(cluster.server(S0).log(), cluster.server(S1).log());
    }
    // Terms that alternate are the worst case: as many round trips as there are terms.
    let (leader, follower): (Vec<Term>, Vec<Term>) =
        ((1..=40).map(|at| at / 2 * 2 + 1).collect(), (1..=40).map(|at| at.max(2) / 2 * 2).collect());
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(50, &leader), disk_with(50, &follower), vec![]]);
    cluster.crash(S2);
    cluster.elect(S0);
    assert!(cluster.noted(S0, &notes::BACKTRACKS) <= 21);
    assert_eq!(cluster.server(S0).log(), cluster.server(S1).log());
}

#[test]
fn the_window_bounds_what_is_in_flight_and_answers_open_it() {
    let config = Config { max_entries_per_append: 2, max_inflight: 4, ..paper() };
    let mut cluster = Cluster::new(3, config);
    cluster.elect(S0);
    cluster.cut.push((S1, S0));
    for n in 1..=10 {
        let op = kv::Op::Append(X, n as u64);
        cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: n, op: op.into() });
        assert!(cluster.server(S0).progress(S1).unwrap().inflight() <= 4);
    }
    cluster.settle();
    assert_eq!(cluster.server(S1).log().last_index(), 5);
    assert_eq!(cluster.server(S0).progress(S1).unwrap().inflight(), 4);
    assert_eq!(cluster.server(S0).commit_index(), 11, "the others go on");
    cluster.heal();
    cluster.heartbeat(S0);
    cluster.heartbeat(S0);
    assert_eq!(cluster.server(S1).log().last_index(), 11);
    assert_eq!(cluster.server(S0).progress(S1).unwrap().match_index, 11);
}

#[test]
fn lost_entries_are_sent_again_after_two_heartbeats() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.cut.push((S0, S1));
    cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: 1, op: kv::Op::Put(X, 1).into() });
    cluster.settle();
    cluster.heal();
    cluster.heartbeat(S0);
    assert_eq!(cluster.server(S1).log().last_index(), 1, "they might still be on their way");
    cluster.heartbeat(S0);
    assert_eq!(cluster.server(S1).log().last_index(), 2);
    assert_eq!(cluster.noted(S0, &notes::PROBES_AGAIN), 1);
}

#[test]
fn heartbeats_of_the_past_remove_nothing() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(1, &[1, 1, 1]), vec![], vec![]]);
    cluster.hand(S1, S0, append(1, (1, 1), &[], 1));
    cluster.hand(S1, S0, append(1, (0, 0), &[entry(1, 1)], 0));
    assert_eq!(terms(cluster.server(S0).log()), [1, 1, 1]);
    assert_eq!(cluster.server(S0).commit_index(), 1);
}

#[test]
fn a_late_refusal_does_not_move_the_leader_back() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(1, &[1, 1, 1]), disk_with(1, &[1]), vec![]]);
    cluster.elect(S0);
    let before = *cluster.server(S0).progress(S1).unwrap();
    assert_eq!((before.match_index, before.next_index), (4, 5));
    let late = Message::AppendEntriesRejected { term: 2, prev_index: 3, hint_index: 1, hint_term: 1 };
    cluster.hand(S1, S0, late);
    assert_eq!(cluster.server(S0).progress(S1), Some(&before));
    assert_eq!(cluster.noted(S0, &notes::IGNORES_STALE_REJECTION), 1);
}

#[test]
fn an_acknowledgement_of_an_earlier_leadership_is_ignored() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.elect(S1);
    cluster.elect(S0);
    cluster.isolate(S1);
    cluster.isolate(S2);
    cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: 1, op: kv::Op::Put(X, 1).into() });
    let commit = cluster.server(S0).commit_index();
    cluster.hand(S1, S0, Message::AppendEntriesAccepted { term: 1, match_index: 4 });
    assert_eq!(cluster.server(S0).commit_index(), commit);
    assert_eq!(cluster.noted(S0, &notes::IGNORES_STALE_ACK), 1);
}

#[test]
fn a_follower_whose_disk_was_emptied_is_filled_again_within_the_term() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    for n in 1..=5 {
        cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: n, op: kv::Op::Append(X, n as u64).into() });
        cluster.settle();
    }
    cluster.host(S1).disk.clear();
    cluster.restart(S1);
    cluster.heartbeat(S0);
    cluster.heartbeat(S0);
    assert!(logs_equal(&cluster));
    assert_eq!(cluster.noted(S0, &notes::LOST_ACKNOWLEDGED), 1);
    assert_eq!(cluster.server(S1).last_applied(), 6);
}

#[test]
fn removing_committed_entries_is_a_violation_and_halts() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(1, &[1, 1]), vec![], vec![]]);
    cluster.hand(S1, S0, append(1, (2, 1), &[], 2));
    assert_eq!(cluster.server(S0).commit_index(), 2);
    cluster.hand(S2, S0, append(2, (1, 1), &[entry(2, 7)], 0));
    assert_eq!(cluster.violations, [(S0, "raft.truncates-committed")]);
    assert_eq!(terms(cluster.server(S0).log()), [1, 1]);
}

#[test]
fn a_message_is_small() {
    assert!(size_of::<Message>() <= 64, "{}", size_of::<Message>());
    assert!(size_of::<Entry>() <= 40, "{}", size_of::<Entry>());
}
