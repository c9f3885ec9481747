//! Thesis 9.6 (PreVote), 6.2 and 4.2.3 (CheckQuorum).

use super::super::testing::*;
use super::super::*;

fn pre_only() -> Config {
    Config { check_quorum: false, ..Config::default() }
}

#[test]
fn a_pre_vote_changes_neither_term_nor_vote_nor_timer_of_anybody() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.host(S1).timers = Default::default();
    cluster.fire(S0, Timer::Election);
    assert!(cluster.step(), "the question reaches S1");
    for id in [S0, S1] {
        assert_eq!((cluster.server(id).term(), cluster.server(id).voted_for()), (0, None));
        assert!(cluster.hosts[id.index()].disk.is_empty());
    }
    assert_eq!(cluster.hosts[1].timers, [None; 5]);
    cluster.settle();
    assert_eq!(cluster.leaders_of(1), [S0]);
}

#[test]
fn a_server_that_was_cut_off_comes_back_without_disturbing_its_leader() {
    let mut cluster = Cluster::new(3, pre_only());
    cluster.elect(S0);
    cluster.isolate(S2);
    for _ in 0..10 {
        cluster.fire(S2, Timer::Election);
        cluster.heartbeat(S0);
    }
    assert_eq!(cluster.server(S2).term(), 1);
    cluster.heal();
    cluster.fire(S2, Timer::Election);
    cluster.settle();
    assert_eq!(cluster.leaders_of(1), [S0]);
    cluster.heartbeat(S0);
    assert_eq!(cluster.server(S2).leader(), Some(S0));
}

#[test]
fn without_pre_vote_it_deposes_its_leader() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.isolate(S2);
    cluster.fire(S2, Timer::Election);
    cluster.settle();
    cluster.heal();
    cluster.heartbeat(S0);
    assert!(!cluster.server(S0).is_leader());
    assert_eq!(cluster.server(S0).term(), 2);
}

#[test]
fn who_hears_from_a_leader_bars_elections_until_its_own_timer_runs_out() {
    let config = Config { pre_vote: false, ..Config::default() };
    let mut cluster = Cluster::new(3, config);
    cluster.elect(S0);
    cluster.hand(S2, S1, request_vote(2, (1, 9)));
    assert_eq!(cluster.sent_to(S2), [vote(1, false)]);
    assert_eq!((cluster.server(S1).term(), cluster.noted(S1, &notes::VOTE_REFUSED_LEADER)), (1, 1));
    // So does the leader itself.
    cluster.hand(S2, S0, request_vote(2, (1, 9)));
    assert!(cluster.server(S0).is_leader());
    cluster.fire(S1, Timer::Election);
    cluster.sent();
    cluster.hand(S2, S1, request_vote(3, (1, 9)));
    assert_eq!(cluster.sent_to(S2), [vote(3, true)]);
}

#[test]
fn the_lost_leader_itself_may_stand_again() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S0);
    cluster.restart(S0);
    cluster.fire(S0, Timer::Election);
    cluster.settle();
    assert_eq!(cluster.leaders_of(2), [S0]);
}

#[test]
fn a_leader_without_a_majority_steps_down_at_its_second_check() {
    let mut cluster = Cluster::new(5, Config::default());
    cluster.elect(S0);
    for id in [S1, S2, S3] {
        cluster.isolate(id);
    }
    // What it heard before the cut still counts once.
    cluster.fire(S0, Timer::CheckQuorum);
    assert!(cluster.server(S0).is_leader());
    cluster.heartbeat(S0);
    assert_eq!(cluster.server(S0).heard(), NodeSet::from_iter([S0, S4]));
    cluster.fire(S0, Timer::CheckQuorum);
    assert_eq!((cluster.server(S0).role().name(), cluster.server(S0).term()), ("follower", 1));
    assert_eq!(cluster.noted(S0, &notes::STEPS_DOWN_QUORUM), 1);
    assert!(cluster.fire(S0, Timer::Election), "it has an election timer again");
}

#[test]
fn a_leader_that_is_answered_keeps_leading() {
    let mut cluster = Cluster::new(5, Config::default());
    cluster.elect(S0);
    cluster.isolate(S1);
    cluster.isolate(S2);
    for _ in 0..5 {
        cluster.heartbeat(S0);
        cluster.fire(S0, Timer::CheckQuorum);
    }
    assert!(cluster.server(S0).is_leader());
}

/// The better log in the lower term, the worse log in the higher term: each would refuse the other for ever if a refusal
/// did not carry the refuser's term.
#[test]
fn a_better_log_in_a_lower_term_learns_the_term_and_wins() {
    for (rules, ends) in [(Rules::RIGHT, true), (Rules::RIGHT.with(Mutant::PreVoteHidesTerm), false)] {
        let config = Config { rules, ..Config::default() };
        let mut cluster = Cluster::with_disks(config, vec![disk_with(2, &[1, 1, 1]), disk_with(4, &[1]), disk_with(4, &[1])]);
        cluster.crash(S2);
        for _ in 0..4 {
            cluster.fire(S1, Timer::Election);
            cluster.settle();
            cluster.fire(S0, Timer::Election);
            cluster.settle();
        }
        assert_eq!(cluster.server(S0).is_leader(), ends, "{rules:?}");
    }
}

#[test]
fn a_refused_pre_vote_leaves_a_pre_candidate_waiting() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S0);
    cluster.fire(S1, Timer::Election);
    cluster.settle();
    assert_eq!(cluster.server(S1).role().name(), "pre-candidate");
    assert_eq!(cluster.server(S1).votes(), NodeSet::from_iter([S1]));
    cluster.heartbeat(S0);
    assert_eq!(cluster.server(S1).leader(), Some(S0));
}

/// A candidate in a later term whose requests are barred still gets through: it refuses the old leader's entries with its
/// term.
#[test]
fn a_candidate_of_a_later_term_is_not_stuck_behind_stickiness() {
    let config = Config { pre_vote: false, ..Config::default() };
    let mut cluster = Cluster::new(3, config);
    cluster.elect(S0);
    cluster.isolate(S2);
    cluster.fire(S2, Timer::Election);
    cluster.settle();
    cluster.heal();
    cluster.heartbeat(S0);
    assert_eq!((cluster.server(S0).role().name(), cluster.server(S0).term()), ("follower", 2));
    cluster.fire(S0, Timer::Election);
    cluster.fire(S1, Timer::Election);
    cluster.settle();
    cluster.fire(S0, Timer::Election);
    cluster.settle();
    assert_eq!(cluster.server_ids().filter(|id| cluster.server(*id).is_leader()).count(), 1);
}
