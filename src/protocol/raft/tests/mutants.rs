//! The shortest stories in which mutants fall, and in which the right rule holds.

use super::super::testing::*;
use super::super::*;
use crate::protocol::kv;

fn both(of: Mutant, story: impl Fn(Config) -> bool) {
    assert!(story(paper()), "{of:?}: the right rule must hold");
    assert!(!story(mutant(of)), "{of:?}: the mutant must fall");
}

fn at_most_one_leader(cluster: &Cluster) -> bool {
    (1..=5).all(|term| cluster.leaders_of(term).len() <= 1)
}

fn request(cluster: &mut Cluster, at: NodeId, seq: u32) {
    let client = cluster.client_id();
    cluster.hand(client, at, Message::ClientRequest { seq, op: kv::Op::Append(X, seq as u64).into() });
}

#[test]
fn no_persist_vote() {
    both(Mutant::NoPersistVote, |config| {
        // S2 votes for S0, restarts before it hears more, and is asked by S1.
        let mut cluster = Cluster::new(3, config);
        cluster.fire(S0, Timer::Election);
        cluster.cut.extend([(S0, S1), (S1, S0)]);
        while !cluster.server(S0).is_leader() {
            assert!(cluster.step());
        }
        cluster.sent();
        cluster.restart(S2);
        cluster.fire(S1, Timer::Election);
        cluster.settle();
        at_most_one_leader(&cluster)
    });
}

#[test]
fn clear_vote_same_term() {
    both(Mutant::ClearVoteSameTerm, |config| {
        // S0 and S4 stand in term 1, S4's requests are slow; S0 loses to S1 in between.
        let mut cluster = Cluster::new(5, config);
        cluster.fire(S4, Timer::Election);
        let slow = cluster.sent();
        cluster.fire(S0, Timer::Election);
        cluster.sent();
        cluster.fire(S1, Timer::Election);
        cluster.cut.extend([(S1, S4), (S1, S0)]);
        cluster.settle();
        cluster.heal();
        assert!(cluster.server(S1).is_leader());
        cluster.hand(S1, S0, append(1, (0, 0), &[], 0));
        cluster.hand(S1, S2, append(1, (1, 1), &[], 0));
        for sent in slow {
            cluster.network.push_back(sent);
        }
        // S2, S3 gave S1 their votes; S0 may give a second one.
        cluster.settle();
        cluster.server(S4).votes().len() == 1 && at_most_one_leader(&cluster)
    });
}

#[test]
fn no_self_vote() {
    both(Mutant::NoSelfVote, |config| {
        // S0 has the votes of S1 and S2 on their way when S4 asks it.
        let mut cluster = Cluster::new(5, config);
        cluster.fire(S0, Timer::Election);
        for ask in cluster.sent().into_iter().filter(|sent| sent.to == S1 || sent.to == S2) {
            cluster.hand(ask.from, ask.to, ask.message);
        }
        let votes = cluster.sent();
        cluster.fire(S4, Timer::Election);
        cluster.cut.extend([(S4, S1), (S4, S2)]);
        while !cluster.server(S4).is_leader() && cluster.step() {}
        cluster.sent();
        cluster.network.extend(votes);
        cluster.settle();
        at_most_one_leader(&cluster)
    });
}

#[test]
fn count_dup_votes() {
    both(Mutant::CountDupVotes, |config| {
        let mut cluster = Cluster::new(5, config);
        cluster.fire(S0, Timer::Election);
        cluster.sent();
        cluster.hand(S1, S0, vote(1, true));
        cluster.hand(S1, S0, vote(1, true));
        !cluster.server(S0).is_leader()
    });
}

#[test]
fn stale_vote_resp() {
    both(Mutant::StaleVoteResp, |config| {
        let mut cluster = Cluster::new(3, config);
        cluster.fire(S0, Timer::Election);
        let asks = cluster.sent().into_iter().find(|sent| sent.to == S1).unwrap();
        cluster.hand(asks.from, asks.to, asks.message);
        let late = cluster.sent();
        cluster.fire(S0, Timer::Election);
        cluster.sent();
        cluster.fire(S2, Timer::Election);
        cluster.fire(S2, Timer::Election);
        cluster.cut.extend([(S0, S2), (S2, S0)]);
        cluster.settle();
        assert_eq!(cluster.leaders_of(2), [S2]);
        cluster.network.extend(late);
        cluster.settle();
        at_most_one_leader(&cluster)
    });
}

#[test]
fn even_majority() {
    both(Mutant::EvenMajority, |config| {
        let mut cluster = Cluster::new(4, config);
        for (a, b) in [(S0, S2), (S0, S3), (S1, S2), (S1, S3)] {
            cluster.cut.extend([(a, b), (b, a)]);
        }
        cluster.fire(S0, Timer::Election);
        cluster.fire(S2, Timer::Election);
        cluster.settle();
        at_most_one_leader(&cluster)
    });
}

/// A committed entry on S0 and S1; S2, without it, stands for election. True if the entry survives.
fn survives_election_of(config: Config, disks: [&[Term]; 3]) -> bool {
    let mut cluster = Cluster::with_disks(config, disks.iter().map(|log| disk_with(3, log)).collect());
    cluster.crash(S0);
    cluster.fire(S2, Timer::Election);
    cluster.settle();
    !cluster.server(S2).is_leader()
}

#[test]
fn no_up_to_date_check() {
    both(Mutant::NoUpToDateCheck, |config| survives_election_of(config, [&[3], &[3], &[]]));
}

#[test]
fn index_before_term() {
    both(Mutant::IndexBeforeTerm, |config| survives_election_of(config, [&[1, 3], &[1, 3], &[1, 2, 2]]));
}

#[test]
fn leader_ignores_higher_term() {
    both(Mutant::LeaderIgnoresHigherTerm, |config| {
        let mut cluster = Cluster::new(3, config);
        cluster.elect(S0);
        cluster.isolate(S0);
        cluster.elect(S1);
        cluster.heal();
        cluster.cut.push((S1, S0));
        cluster.heartbeat(S0);
        !cluster.server(S0).is_leader()
    });
}

/// Figure 8, from (c) on: S0 leads term 4 and brings its entry of term 2 to a majority; S4 has one of term 3.
#[test]
fn fig8() {
    both(Mutant::Fig8, |config| {
        let config = Config { max_entries_per_append: 1, ..config };
        let logs: [&[Term]; 5] = [&[1, 2], &[1, 2], &[1], &[1], &[1, 3]];
        let mut cluster = Cluster::with_disks(config, logs.iter().map(|log| disk_with(3, log)).collect());
        cluster.isolate(S4);
        cluster.isolate(S3);
        cluster.fire(S0, Timer::Election);
        while cluster.server(S2).log().last_index() < 2 {
            assert!(cluster.step());
        }
        // S2 has the entry of term 2, and says so; S0's own entry does not get through.
        cluster.network.retain(|sent| matches!(sent.message, Message::AppendEntriesAccepted { .. }));
        cluster.cut.push((S0, S2));
        cluster.cut.push((S0, S1));
        cluster.settle();
        let committed = cluster.server(S0).commit_index() >= 2;
        // S4 can still win the next election, with the votes of S2 and S3, and overwrite it.
        cluster.crash(S0);
        cluster.heal();
        cluster.fire(S4, Timer::Election);
        cluster.fire(S4, Timer::Election);
        cluster.settle();
        assert!(cluster.server(S4).is_leader() && cluster.server(S2).log().term(2) == Some(3));
        !committed
    });
}

#[test]
fn ae_always_truncates() {
    both(Mutant::AeAlwaysTruncates, |config| {
        let mut cluster = Cluster::new(3, config);
        cluster.elect(S0);
        cluster.isolate(S2);
        cluster.fire(S0, Timer::Heartbeat);
        let late = cluster.sent_to(S1);
        request(&mut cluster, S0, 1);
        cluster.settle();
        assert_eq!(cluster.server(S0).commit_index(), 2);
        late.into_iter().for_each(|message| cluster.hand(S0, S1, message));
        cluster.server(S1).log().last_index() == 2
    });
}

#[test]
fn no_prev_term_check() {
    both(Mutant::NoPrevTermCheck, |config| {
        let mut cluster = Cluster::with_disks(config, vec![disk_with(3, &[1, 3, 3]), disk_with(3, &[1, 2, 2]), vec![]]);
        cluster.elect(S0);
        let (a, b) = (cluster.server(S0).log(), cluster.server(S1).log());
        // Log Matching: the same term at the same index, and different logs before it.
        a.term(4) == b.term(4) && a.prefix_hash(4) == b.prefix_hash(4)
    });
}

#[test]
fn brief_commit_index() {
    both(Mutant::BriefCommitIndex, |config| {
        let mut cluster = Cluster::new(3, config);
        cluster.elect(S0);
        cluster.isolate(S0);
        request(&mut cluster, S0, 1);
        cluster.settle();
        cluster.server(S0).commit_index() == 1
    });
}

#[test]
fn commit_to_last_index() {
    both(Mutant::CommitToLastIndex, |config| {
        let mut cluster = Cluster::with_disks(config, vec![disk_with(1, &[1, 1]), vec![], vec![]]);
        // The new leader's log is [1, 2]: only the first entry is verified.
        cluster.hand(S1, S0, append(2, (1, 1), &[], 2));
        cluster.server(S0).last_applied() == 1
    });
}

#[test]
fn heartbeat_commit_unclipped() {
    both(Mutant::HeartbeatCommitUnclipped, |config| {
        let mut cluster = Cluster::with_disks(config, vec![disk_with(1, &[1, 1]), vec![], vec![]]);
        cluster.hand(S1, S0, append(2, (1, 1), &[], 3));
        cluster.violations.is_empty()
    });
}

#[test]
fn commit_regress() {
    both(Mutant::CommitRegress, |config| {
        let mut cluster = Cluster::with_disks(config, vec![disk_with(1, &[1, 1]), vec![], vec![]]);
        cluster.hand(S1, S0, append(1, (2, 1), &[], 2));
        cluster.hand(S1, S0, append(1, (2, 1), &[], 1));
        cluster.server(S0).commit_index() == 2
    });
}

#[test]
fn ack_last_index() {
    both(Mutant::AckLastIndex, |config| {
        // S1 has a tail of a dead leader; the new leader's second entry never reaches it.
        let mut cluster = Cluster::with_disks(config, vec![disk_with(2, &[1, 2]), disk_with(2, &[1, 1, 1, 1]), vec![]]);
        cluster.crash(S2);
        cluster.hand(S0, S1, append(2, (1, 1), &[], 0));
        cluster.sent_to(S0) == [Message::AppendEntriesAccepted { term: 2, match_index: 1 }]
    });
}

#[test]
fn stale_ack_other_leadership() {
    both(Mutant::StaleAckOtherLeadership, |config| {
        // S1 acknowledges index 2 to the leader of term 1, slowly; S2's entries of term 2 then take its place everywhere.
        let mut cluster = Cluster::new(3, config);
        cluster.elect(S0);
        cluster.isolate(S2);
        request(&mut cluster, S0, 1);
        cluster.cut.push((S1, S0));
        cluster.settle();
        let late = Message::AppendEntriesAccepted { term: 1, match_index: 2 };
        for follower in [S0, S1] {
            cluster.hand(S2, follower, append(2, (1, 1), &[entry(2, 9)], 0));
        }
        // S0 leads term 3 and has an entry of its own at index 2 of nobody else.
        cluster.heal();
        cluster.sent();
        cluster.fire(S0, Timer::Election);
        cluster.sent();
        cluster.hand(S2, S0, vote(3, true));
        let commit = cluster.server(S0).commit_index();
        cluster.hand(S1, S0, late.clone());
        assert_eq!(cluster.server(S0).commit_index(), commit, "index 2 is of an earlier term");
        cluster.server(S0).progress(S1).unwrap().match_index == 0
    });
}

#[test]
fn ack_before_fsync() {
    both(Mutant::AckBeforeFsync, |config| {
        let mut cluster = Cluster::new(3, config);
        cluster.host(S0).holds_writes = true;
        cluster.hand(S1, S0, append(1, (0, 0), &[entry(1, 1)], 0));
        cluster.network.is_empty()
    });
}

#[test]
fn no_session_dedup() {
    both(Mutant::NoSessionDedup, |config| {
        let mut cluster = Cluster::new(3, config);
        cluster.elect(S0);
        request(&mut cluster, S0, 1);
        request(&mut cluster, S0, 1);
        cluster.settle();
        cluster.value_at(S0) == Some(vec![1])
    });
}

#[test]
fn local_leader_read() {
    both(Mutant::LocalLeaderRead, |config| {
        let mut cluster = Cluster::new(3, config);
        cluster.elect(S0);
        cluster.isolate(S0);
        cluster.elect(S1);
        cluster.sent();
        // S0 has been replaced, and does not know it.
        cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: 1, op: kv::Op::Get(X).into() });
        !cluster.sent().iter().any(|sent| matches!(sent.message, Message::ClientAnswer { .. }))
    });
}

#[test]
fn fixed_timeout() {
    both(Mutant::FixedTimeout, |config| {
        let cluster = Cluster::new(3, config);
        cluster.hosts[0].timers[0].is_some_and(|(least, greatest)| least < greatest)
    });
}
