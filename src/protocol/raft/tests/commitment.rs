//! Paper 5.3, 5.4.2: what is committed, and when.

use super::super::testing::*;
use super::super::*;
use crate::protocol::kv;

#[test]
fn an_entry_is_committed_when_a_majority_has_it_on_disk() {
    for (servers, acks, committed) in [(3, 0, false), (3, 1, true), (4, 1, false), (4, 2, true), (5, 1, false), (5, 2, true)] {
        let mut cluster = Cluster::new(servers, paper());
        cluster.elect(S0);
        cluster.hand(NodeId(servers), S0, Message::ClientRequest { seq: 1, op: kv::Op::Put(X, 1).into() });
        for follower in 1..=acks {
            cluster.hand(NodeId(follower), S0, Message::AppendEntriesAccepted { term: 1, match_index: 2 });
        }
        assert_eq!(cluster.server(S0).commit_index() == 2, committed, "{acks} of {servers}");
        assert_eq!(cluster.value_at(S0).is_some(), committed);
    }
}

#[test]
fn a_leader_counts_its_own_copy_when_it_is_on_disk() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.isolate(S2);
    cluster.host(S0).holds_writes = true;
    cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: 1, op: kv::Op::Put(X, 1).into() });
    cluster.settle();
    assert_eq!(cluster.server(S0).progress(S1).unwrap().match_index, 2);
    assert_eq!(cluster.server(S0).commit_index(), 1, "one copy on disk is no majority of three");
    cluster.persist(S0);
    assert_eq!(cluster.server(S0).commit_index(), 2);
}

/// Paper 5.4.2: entries of earlier terms are not committed by counting, but with the first of the leader's own.
#[test]
fn a_leader_counts_copies_of_its_own_terms_entries_only() {
    for (match_index, commit) in [(1, 0), (2, 0), (3, 3)] {
        let mut cluster = Cluster::with_disks(paper(), vec![disk_with(2, &[1, 2]), vec![], vec![]]);
        cluster.fire(S0, Timer::Election);
        cluster.hand(S1, S0, vote(3, true));
        cluster.hand(S1, S0, Message::AppendEntriesAccepted { term: 3, match_index });
        assert_eq!(cluster.server(S0).commit_index(), commit);
    }
}

#[test]
fn what_comes_before_a_committed_entry_is_applied_with_it_in_order() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(2, &[1, 1, 2]), vec![], vec![]]);
    cluster.elect(S0);
    assert_eq!((cluster.server(S0).commit_index(), cluster.server(S0).last_applied()), (4, 4));
    assert_eq!(cluster.value_at(S0), Some(vec![3]));
}

/// Paper figure 2, receiver's rule 5: no further than what this very message verified.
#[test]
fn a_follower_commits_no_further_than_it_has_verified() {
    for (prev, entries, leader_commit, commit) in
        [((1, 1), 0, 3, 1), ((1, 1), 1, 3, 2), ((3, 1), 0, 3, 3), ((3, 1), 0, 1, 1), ((0, 0), 0, 3, 0)]
    {
        let mut cluster = Cluster::with_disks(paper(), vec![disk_with(1, &[1, 1, 1]), vec![], vec![]]);
        let entries: Vec<Entry> = (0..entries).map(|n| entry(1, prev.0 + n + 1)).collect();
        cluster.hand(S1, S0, append(1, prev, &entries, leader_commit));
        assert_eq!(cluster.server(S0).commit_index(), commit, "{prev:?} {leader_commit}");
    }
}

#[test]
fn a_commit_index_never_goes_back() {
    let mut cluster = Cluster::with_disks(paper(), vec![disk_with(1, &[1, 1, 1]), vec![], vec![]]);
    cluster.hand(S1, S0, append(1, (3, 1), &[], 3));
    cluster.hand(S1, S0, append(1, (1, 1), &[], 1));
    assert_eq!(cluster.server(S0).commit_index(), 3);
}

#[test]
fn followers_apply_the_same_in_the_same_order() {
    let mut cluster = Cluster::new(5, Config::default());
    cluster.elect(S2);
    for n in 1..=20 {
        cluster.ask(n, kv::Op::Append(X, n as u64), S2);
        cluster.settle();
    }
    cluster.heartbeat(S2);
    let all: Vec<u64> = (1..=20).collect();
    assert!(cluster.server_ids().all(|id| cluster.value_at(id) == Some(all.clone())));
    assert!(cluster.server_ids().all(|id| cluster.server(id).sessions() == cluster.server(S2).sessions()));
}
