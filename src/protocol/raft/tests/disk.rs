//! Paper figure 2, "persistent state on all servers": restarts, torn and corrupt disks, full disks.

use super::super::record::{ReplayError, replay};
use super::super::testing::*;
use super::super::*;
use crate::protocol::{Input, Slot, kv};

fn hard(term: Term, voted_for: Option<NodeId>) -> Slot<Record> {
    Slot::Intact(Record::HardState(HardState { term, voted_for }))
}

fn append_record(from: Index, terms: &[Term]) -> Slot<Record> {
    let entries = terms.iter().zip(from..).map(|(term, at)| entry(*term, at)).collect();
    Slot::Intact(Record::Append { from, entries })
}

#[test]
fn a_restart_keeps_term_vote_and_log_and_learns_commitment_anew() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S0);
    cluster.ask(1, kv::Op::Put(X, 7), S0);
    cluster.settle();
    cluster.heartbeat(S0);
    let before = (cluster.server(S1).term(), cluster.server(S1).voted_for(), cluster.server(S1).log().clone());
    assert_eq!(cluster.value_at(S1), Some(vec![7]));
    cluster.restart(S1);
    let server = cluster.server(S1);
    assert_eq!((server.term(), server.voted_for(), server.log().clone()), before);
    assert_eq!((server.commit_index(), server.last_applied(), cluster.value_at(S1)), (0, 0, None));
    assert_eq!(cluster.noted(S1, &notes::RESTARTS), 1);
    cluster.heartbeat(S0);
    assert_eq!((cluster.server(S1).commit_index(), cluster.value_at(S1)), (2, Some(vec![7])));
}

#[test]
fn all_servers_lose_power_and_nothing_committed_is_lost() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S0);
    cluster.ask(1, kv::Op::Put(X, 7), S0);
    cluster.settle();
    cluster.server_ids().for_each(|id| cluster.restart(id));
    cluster.elect(S1);
    assert_eq!(cluster.value_at(S1), Some(vec![7]));
}

#[test]
fn what_was_not_on_disk_is_gone_after_a_crash_and_was_not_acknowledged() {
    let mut cluster = Cluster::new(3, paper());
    cluster.host(S0).holds_writes = true;
    cluster.hand(S1, S0, append(1, (0, 0), &[entry(1, 1)], 0));
    assert!(cluster.network.is_empty());
    cluster.restart(S0);
    assert_eq!((cluster.server(S0).term(), cluster.server(S0).log().last_index()), (0, 0));
}

#[test]
fn torn_records_are_passed_over() {
    let disk = [hard(1, Some(S1)), append_record(1, &[1, 1]), Slot::Torn];
    let state = replay(&disk).unwrap();
    assert_eq!((state.hard.term, terms(&state.log), state.torn), (1, vec![1, 1], 1));
    // The process that passed over it went on writing behind it.
    let disk = [hard(1, Some(S1)), Slot::Torn, append_record(1, &[1]), Slot::Torn, hard(2, None), append_record(2, &[2])];
    let state = replay(&disk).unwrap();
    assert_eq!((state.hard.term, terms(&state.log), state.torn), (2, vec![1, 2], 2));
}

#[test]
fn a_server_starts_from_a_torn_disk_and_not_from_a_corrupt_one() {
    for (disk, note, starts) in [
        (vec![hard(1, None), Slot::Torn], &notes::PASSES_OVER_TORN, true),
        (vec![hard(1, None), Slot::Corrupt], &notes::DISK_CORRUPT, false),
        (vec![hard(3, None), hard(2, None)], &notes::DISK_CONTRADICTS, false),
    ] {
        let cluster = Cluster::with_disks(paper(), vec![disk, vec![], vec![]]);
        assert_eq!((cluster.hosts[0].up, cluster.noted(S0, note)), (starts, 1));
    }
}

#[test]
fn records_that_contradict_each_other_name_their_place() {
    let gap = [append_record(1, &[1]), append_record(3, &[1])];
    assert_eq!(replay(&gap), Err(ReplayError::Contradiction(1)));
    let zero = [append_record(0, &[1])];
    assert_eq!(replay(&zero), Err(ReplayError::Contradiction(0)));
    let corrupt = [hard(1, None), append_record(1, &[1]), Slot::Corrupt];
    assert_eq!(replay(&corrupt), Err(ReplayError::Corrupt(2)));
}

#[test]
fn a_full_disk_ends_the_process() {
    let mut cluster = Cluster::new(3, paper());
    cluster.host(S0).holds_writes = true;
    cluster.hand(S1, S0, request_vote(1, (0, 0)));
    let (write, _) = cluster.host(S0).writing.pop_front().unwrap();
    cluster.input(S0, Input::WriteFailed(write));
    assert!(!cluster.hosts[0].up && cluster.network.is_empty());
    assert_eq!(cluster.noted(S0, &notes::DISK_FULL), 1);
}
