//! Paper 5.1, 5.2, 5.4.1: terms, elections, votes.

use super::super::testing::*;
use super::super::*;
use crate::protocol::TimerName;

fn role(cluster: &Cluster, id: NodeId) -> &'static str {
    cluster.server(id).role().name()
}

#[test]
fn servers_start_as_followers() {
    let cluster = Cluster::new(3, paper());
    for id in cluster.server_ids() {
        assert_eq!((role(&cluster, id), cluster.server(id).term(), cluster.server(id).leader()), ("follower", 0, None));
        assert_eq!(cluster.hosts[id.index()].timers[Timer::Election.index() as usize], Some((150_000, 300_000)));
    }
}

#[test]
fn every_role_takes_a_later_term_from_a_message_and_follows() {
    for prepare in [0, 1, 2] {
        let mut cluster = Cluster::new(3, paper());
        match prepare {
            0 => {}
            1 => {
                cluster.fire(S0, Timer::Election);
            }
            _ => cluster.elect(S0),
        }
        cluster.hand(S1, S0, append(7, (0, 0), &[], 0));
        assert_eq!((role(&cluster, S0), cluster.server(S0).term(), cluster.server(S0).leader()), ("follower", 7, Some(S1)));
    }
}

#[test]
fn an_election_raises_the_term_votes_for_itself_and_asks_everybody() {
    let mut cluster = Cluster::new(5, paper());
    cluster.host(S0).holds_writes = true;
    cluster.fire(S0, Timer::Election);
    assert_eq!((role(&cluster, S0), cluster.server(S0).term()), ("candidate", 1));
    assert_eq!(cluster.server(S0).voted_for(), Some(S0));
    // Nobody hears of it before it is on disk, and its own vote does not count before.
    assert!(cluster.network.is_empty());
    assert!(cluster.server(S0).votes().is_empty());
    cluster.persist(S0);
    assert_eq!(cluster.server(S0).votes(), NodeSet::from_iter([S0]));
    let asked: Vec<NodeId> = cluster.sent().into_iter().map(|sent| sent.to).collect();
    assert_eq!(asked, [S1, S2, S3, S4]);
}

#[test]
fn a_candidate_that_hears_nothing_starts_a_new_election() {
    let mut cluster = Cluster::new(3, paper());
    cluster.fire(S0, Timer::Election);
    cluster.sent();
    cluster.fire(S0, Timer::Election);
    assert_eq!((role(&cluster, S0), cluster.server(S0).term()), ("candidate", 2));
    assert_eq!(cluster.sent().len(), 2);
    assert_eq!((cluster.noted(S0, &notes::TIMES_OUT), cluster.noted(S0, &notes::ASKS_AGAIN)), (1, 1));
}

#[test]
fn an_election_is_won_with_a_majority_of_votes_and_not_before() {
    for (voters, granted, leads) in [
        (1, 0, true),
        (2, 0, false),
        (2, 1, true),
        (3, 0, false),
        (3, 1, true),
        (4, 1, false),
        (4, 2, true),
        (5, 1, false),
        (5, 2, true),
    ] {
        let mut cluster = Cluster::new(voters, paper());
        cluster.fire(S0, Timer::Election);
        for voter in 1..=granted {
            cluster.hand(NodeId(voter), S0, vote(1, true));
            // Twice is once.
            cluster.hand(NodeId(voter), S0, vote(1, true));
        }
        for voter in granted + 1..voters {
            cluster.hand(NodeId(voter), S0, vote(1, false));
        }
        assert_eq!(cluster.server(S0).is_leader(), leads, "{granted} of {voters}");
    }
}

#[test]
fn a_cluster_of_one_leads_itself_when_its_vote_is_on_disk() {
    for config in [paper(), Config::default()] {
        let mut cluster = Cluster::new(1, config);
        cluster.host(S0).holds_writes = true;
        cluster.fire(S0, Timer::Election);
        assert_eq!(role(&cluster, S0), "candidate");
        cluster.persist(S0);
        assert!(cluster.server(S0).is_leader());
        assert_eq!(cluster.server(S0).commit_index(), 1);
    }
}

#[test]
fn a_server_votes_for_one_candidate_in_a_term() {
    for (before, candidate, granted) in [(None, S1, true), (None, S2, true), (Some(S1), S1, true), (Some(S1), S2, false)] {
        let mut cluster = Cluster::new(3, paper());
        if let Some(first) = before {
            cluster.hand(first, S0, request_vote(1, (0, 0)));
            cluster.sent();
        }
        cluster.hand(candidate, S0, request_vote(1, (0, 0)));
        assert_eq!(cluster.sent_to(candidate), [vote(1, granted)], "{before:?} then {candidate:?}");
    }
}

#[test]
fn a_vote_goes_out_when_it_is_on_disk() {
    let mut cluster = Cluster::new(3, paper());
    cluster.host(S0).holds_writes = true;
    cluster.hand(S1, S0, request_vote(1, (0, 0)));
    assert!(cluster.network.is_empty());
    cluster.persist(S0);
    assert_eq!(cluster.sent_to(S1), [vote(1, true)]);
}

#[test]
fn a_vote_survives_a_restart() {
    let mut cluster = Cluster::new(3, paper());
    cluster.hand(S1, S0, request_vote(1, (0, 0)));
    cluster.restart(S0);
    cluster.sent();
    cluster.hand(S2, S0, request_vote(1, (0, 0)));
    assert_eq!(cluster.sent_to(S2), [vote(1, false)]);
}

/// Paper 5.4.1: the later last term wins; with equal terms, the longer log.
#[test]
fn a_vote_is_refused_to_a_log_that_is_behind() {
    for (own, candidate, granted) in [
        (&[1][..], (1, 1), true),
        (&[1], (1, 2), true),
        (&[1, 1], (1, 1), false),
        (&[1], (2, 1), true),
        (&[1], (2, 2), true),
        (&[1, 1], (2, 1), true),
        (&[2], (1, 1), false),
        (&[2], (1, 2), false),
        (&[2, 2], (1, 1), false),
        (&[1, 1], (0, 0), false),
    ] {
        let mut cluster = Cluster::with_disks(paper(), vec![disk_with(2, own), vec![], vec![]]);
        cluster.hand(S1, S0, request_vote(3, candidate));
        assert_eq!(cluster.sent_to(S1), [vote(3, granted)], "own {own:?}, candidate {candidate:?}");
    }
}

#[test]
fn a_request_of_an_older_term_is_refused_with_the_present_one() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(3, &[1]), vec![], vec![]]);
    cluster.hand(S1, S0, request_vote(2, (2, 9)));
    assert_eq!(cluster.sent_to(S1), [vote(3, false)]);
    cluster.hand(S1, S0, append(2, (0, 0), &[entry(2, 9)], 0));
    assert!(matches!(cluster.sent_to(S1)[..], [Message::AppendEntriesRejected { term: 3, .. }]));
    assert_eq!(terms(cluster.server(S0).log()), [1]);
}

#[test]
fn a_candidate_follows_the_winner_of_its_term_and_keeps_its_vote() {
    for term in [1, 2] {
        let mut cluster = Cluster::new(3, paper());
        cluster.fire(S0, Timer::Election);
        cluster.hand(S2, S0, append(term, (0, 0), &[], 0));
        assert_eq!((role(&cluster, S0), cluster.server(S0).term(), cluster.server(S0).leader()), ("follower", term, Some(S2)));
        assert_eq!(cluster.server(S0).voted_for(), (term == 1).then_some(S0));
    }
}

#[test]
fn a_vote_of_an_earlier_term_does_not_count() {
    let mut cluster = Cluster::new(3, paper());
    cluster.fire(S0, Timer::Election);
    cluster.fire(S0, Timer::Election);
    cluster.hand(S1, S0, vote(1, true));
    assert_eq!(role(&cluster, S0), "candidate");
    assert_eq!(cluster.noted(S0, &notes::IGNORES_STALE_VOTE), 1);
    cluster.hand(S1, S0, vote(2, true));
    assert!(cluster.server(S0).is_leader());
}

#[test]
fn a_leader_beats_and_steps_down_for_a_later_term_in_a_response() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.fire(S0, Timer::Heartbeat);
    let beats = cluster.sent();
    assert_eq!(beats.iter().map(|sent| sent.to).collect::<Vec<_>>(), [S1, S2]);
    assert!(beats.iter().all(|sent| crate::protocol::Message::kind(&sent.message) == 5), "{beats:?}");
    cluster.hand(S1, S0, Message::AppendEntriesRejected { term: 9, prev_index: 1, hint_index: 0, hint_term: 0 });
    assert_eq!((role(&cluster, S0), cluster.server(S0).term()), ("follower", 9));
    assert!(!cluster.fire(S0, Timer::Heartbeat) && cluster.fire(S0, Timer::Election));
}

/// Only what the paper names sets the timer anew: an AppendEntries of the current leader, a granted vote, an election.
#[test]
fn a_refused_vote_and_an_old_leader_do_not_reset_the_election_timer() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(5, &[5]), vec![], vec![]]);
    let election = Timer::Election.index() as usize;
    let mut resets = |message: Message| {
        cluster.host(S0).timers[election] = None;
        cluster.hand(S1, S0, message);
        cluster.host(S0).timers[election].is_some()
    };
    assert!(!resets(request_vote(6, (4, 9))));
    assert!(!resets(append(5, (0, 0), &[], 0)));
    assert!(resets(request_vote(6, (5, 1))));
    assert!(resets(append(6, (1, 5), &[], 0)));
    // Also where the logs differ: it is the leader.
    assert!(resets(append(6, (9, 5), &[], 0)));
}

#[test]
fn strangers_and_itself_are_ignored() {
    let mut cluster = Cluster::new(3, paper());
    for from in [S0, NodeId(40), NodeId(900)] {
        cluster.hand(from, S0, append(9, (0, 0), &[], 0));
        cluster.hand(from, S0, request_vote(9, (9, 9)));
    }
    assert_eq!((cluster.server(S0).term(), cluster.noted(S0, &notes::IGNORES_FOREIGN)), (0, 6));
    assert!(cluster.network.is_empty());
}

#[test]
fn a_leader_that_hears_of_another_in_its_term_remarks_it_and_goes_on() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.hand(S1, S0, append(1, (0, 0), &[], 0));
    assert!(cluster.server(S0).is_leader());
    assert_eq!(cluster.noted(S0, &notes::SECOND_LEADER), 1);
    assert!(cluster.network.is_empty() && cluster.violations.is_empty());
}
