//! Each rule next to its wrong versions.

use super::super::rules::{LogEnd, Refusal};
use super::super::testing::*;
use super::super::*;
use crate::protocol::kv;

const RIGHT: Rules = Rules::RIGHT;

fn wrong(mutant: Mutant) -> Rules {
    RIGHT.with(mutant)
}

const fn end(term: Term, index: Index) -> LogEnd {
    LogEnd { term, index }
}

#[test]
fn the_table_of_mutants_is_in_order_and_its_rules_exist() {
    let source = include_str!("../rules.rs");
    for (at, info) in MUTANTS.iter().enumerate() {
        assert_eq!(info.mutant as usize, at, "{}", info.id);
        assert_eq!(Mutant::from_id(info.id), Some(info.mutant));
        assert!(source.contains(&format!("pub fn {}(", info.rule)), "{}", info.rule);
    }
    for note in notes::ALL {
        if let Some(rule) = note.rule {
            assert!(source.contains(&format!("pub fn {rule}(")), "{} names {rule}", note.key);
        }
        assert!(note.args.len() <= crate::base::Note::MAX_ARGS && note.key.starts_with("raft."), "{}", note.key);
    }
    let mut keys: Vec<_> = notes::ALL.iter().map(|note| note.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), notes::ALL.len(), "keys are unique");
}

#[test]
fn rules_are_written_by_the_names_of_their_mutants() {
    let rules = RIGHT.with(Mutant::Fig8).with(Mutant::EvenMajority);
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(text, r#"["even_majority","fig8"]"#);
    assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules);
    assert!(serde_json::from_str::<Rules>(r#"["fig9"]"#).unwrap_err().to_string().contains("fig9"));
    assert_eq!(rules.without(Mutant::Fig8).mutants().collect::<Vec<_>>(), [Mutant::EvenMajority]);
}

#[test]
fn two_majorities_share_a_server_and_two_halves_do_not() {
    for voters in 1..=1_000 {
        assert!(2 * RIGHT.majority(voters) > voters);
        let wrong = wrong(Mutant::EvenMajority).majority(voters);
        assert_eq!(2 * wrong > voters, voters % 2 == 1, "{voters}");
    }
}

#[test]
fn votes_are_kept_written_and_given_once() {
    assert_eq!(RIGHT.vote_to_write(Some(S1)), Some(S1));
    assert_eq!(wrong(Mutant::NoPersistVote).vote_to_write(Some(S1)), None);
    assert_eq!(RIGHT.vote_after_step_down(3, 3, Some(S1)), Some(S1));
    assert_eq!(RIGHT.vote_after_step_down(3, 4, Some(S1)), None);
    assert_eq!(wrong(Mutant::ClearVoteSameTerm).vote_after_step_down(3, 3, Some(S1)), None);
    assert_eq!(RIGHT.vote_of_a_candidate(S0), Some(S0));
    assert_eq!(wrong(Mutant::NoSelfVote).vote_of_a_candidate(S0), None);
    assert_eq!(RIGHT.grant_vote(Some(S1), S2, end(9, 9), end(1, 1)), Err(Refusal::VotedFor(S1)));
    assert_eq!(RIGHT.grant_vote(Some(S1), S1, end(1, 1), end(1, 2)), Err(Refusal::LogBehind));
}

#[test]
fn a_tally_counts_servers() {
    for (rules, counted) in [(RIGHT, 1), (wrong(Mutant::CountDupVotes), 2)] {
        let mut votes = Votes::default();
        rules.tally(&mut votes, S1);
        rules.tally(&mut votes, S1);
        assert_eq!((votes.counted, votes.granted.len()), (counted, 1));
    }
    assert!(!RIGHT.vote_is_of_this_election(1, 2) && wrong(Mutant::StaleVoteResp).vote_is_of_this_election(1, 2));
}

#[test]
fn logs_are_compared_by_last_term_then_length() {
    let table = [
        (end(1, 9), end(2, 1), false),
        (end(2, 1), end(1, 9), true),
        (end(1, 1), end(1, 2), false),
        (end(1, 2), end(1, 2), true),
    ];
    for (candidate, voter, expected) in table {
        assert_eq!(RIGHT.is_up_to_date(candidate, voter), expected);
        assert!(wrong(Mutant::NoUpToDateCheck).is_up_to_date(candidate, voter));
    }
    assert!(wrong(Mutant::IndexBeforeTerm).is_up_to_date(end(1, 9), end(2, 1)));
    assert!(!wrong(Mutant::IndexBeforeTerm).is_up_to_date(end(2, 1), end(1, 9)));
}

#[test]
fn elections_are_barred_by_a_leader_that_is_heard() {
    assert_eq!(RIGHT.leader_bars_election(true, Some(S1), S2), Some(S1));
    assert_eq!(RIGHT.leader_bars_election(true, Some(S1), S1), None);
    assert_eq!(RIGHT.leader_bars_election(true, None, S1), None);
    assert_eq!(RIGHT.leader_bars_election(false, Some(S1), S2), None);
    assert_eq!(RIGHT.term_of_a_refused_pre_vote(9, 4), 9);
    assert_eq!(wrong(Mutant::PreVoteHidesTerm).term_of_a_refused_pre_vote(9, 4), 3);
    assert!(RIGHT.steps_down_for_response(4, 3, true) && !RIGHT.steps_down_for_response(3, 3, true));
    assert!(!wrong(Mutant::LeaderIgnoresHigherTerm).steps_down_for_response(4, 3, true));
    assert!(wrong(Mutant::LeaderIgnoresHigherTerm).steps_down_for_response(4, 3, false));
    assert_eq!(RIGHT.election_timeout(150, 300), (150, 300));
    assert_eq!(wrong(Mutant::FixedTimeout).election_timeout(150, 300), (150, 150));
    assert!(RIGHT.keeps_leading(&NodeSet::first(3), 5) && !RIGHT.keeps_leading(&NodeSet::first(2), 5));
}

#[test]
fn entries_are_checked_cut_and_acknowledged_where_the_papers_say() {
    assert!(RIGHT.logs_agree_at(2, Some(2)) && !RIGHT.logs_agree_at(2, Some(1)) && !RIGHT.logs_agree_at(2, None));
    assert!(wrong(Mutant::NoPrevTermCheck).logs_agree_at(2, Some(1)) && !wrong(Mutant::NoPrevTermCheck).logs_agree_at(2, None));
    assert_eq!((RIGHT.truncates_from(1, 5, None), RIGHT.truncates_from(1, 5, Some(3))), (None, Some(3)));
    let always = wrong(Mutant::AeAlwaysTruncates);
    assert_eq!((always.truncates_from(1, 5, None), always.truncates_from(5, 5, None)), (Some(2), None));
    assert_eq!((RIGHT.acknowledged_index(3, 5), wrong(Mutant::AckLastIndex).acknowledged_index(3, 5)), (3, 5));
    assert!(RIGHT.ack_waits_for_disk() && !wrong(Mutant::AckBeforeFsync).ack_waits_for_disk());
    assert!(!RIGHT.ack_is_of_this_leadership(1, 3) && wrong(Mutant::StaleAckOtherLeadership).ack_is_of_this_leadership(1, 3));
}

#[test]
fn commit_indexes_are_bounded_by_what_is_verified_and_by_a_majority() {
    // commit, the leader's, last verified, last.
    assert_eq!(RIGHT.follower_commit(1, 9, 3, 5), 3);
    assert_eq!(RIGHT.follower_commit(4, 2, 3, 5), 4);
    assert_eq!(wrong(Mutant::CommitToLastIndex).follower_commit(1, 9, 3, 5), 5);
    assert_eq!(wrong(Mutant::HeartbeatCommitUnclipped).follower_commit(1, 9, 3, 5), 9);
    assert_eq!(wrong(Mutant::CommitRegress).follower_commit(4, 2, 3, 5), 2);
    for voters in 1..=9 {
        assert_eq!(RIGHT.position_of_majority(voters) + 1, RIGHT.majority(voters), "copies that are enough");
    }
    assert_eq!(wrong(Mutant::BriefCommitIndex).position_of_majority(3), 0);
    assert_eq!(wrong(Mutant::BriefCommitIndex).position_of_majority(5), 1);
    assert!(!RIGHT.commits_by_counting(2, 3) && RIGHT.commits_by_counting(3, 3) && wrong(Mutant::Fig8).commits_by_counting(2, 3));
}

#[test]
fn requests_are_known_again_and_reads_go_through_the_log() {
    assert!(RIGHT.is_duplicate(Some(4), 4) && RIGHT.is_duplicate(Some(4), 3));
    assert!(!RIGHT.is_duplicate(Some(4), 5) && !RIGHT.is_duplicate(None, 0));
    assert!(!wrong(Mutant::NoSessionDedup).is_duplicate(Some(4), 4));
    assert!(RIGHT.needs_log(&kv::Op::Get(X).into()));
    assert!(
        !wrong(Mutant::LocalLeaderRead).needs_log(&kv::Op::Get(X).into())
            && wrong(Mutant::LocalLeaderRead).needs_log(&kv::Op::Put(X, 1).into())
    );
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let with = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        config.validate()
    };
    assert_eq!(with(|_| {}), Ok(()));
    assert_eq!(with(|c| c.heartbeat_us = 0), Err(ConfigError::Zero("heartbeat_us")));
    assert_eq!(with(|c| c.election_timeout_us_max = 1), Err(ConfigError::EmptyElectionRange));
    assert_eq!(with(|c| c.heartbeat_us = 150_000), Err(ConfigError::HeartbeatTooSlow));
    assert_eq!(with(|c| c.max_inflight = 1), Err(ConfigError::WindowTooSmall));
    assert_eq!(with(|c| c.client_deadline_us = 1), Err(ConfigError::DeadlineBeforeRetry));
}
