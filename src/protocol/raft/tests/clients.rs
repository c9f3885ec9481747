//! Paper 8, thesis 6: finding the leader, repeating requests, exactly-once effects.

use super::super::testing::*;
use super::super::*;
use crate::base::OpId;
use crate::protocol::{Input, Outcome, kv};
use std::sync::Arc;

fn value(items: &[u64]) -> Outcome<crate::protocol::machine::Answer> {
    Outcome::Ok(kv::Answer::Value(Some(Arc::new(items.to_vec()))).into())
}

#[test]
fn operations_are_answered_and_reads_see_writes() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S0);
    let write = cluster.ask(0, kv::Op::Put(X, 7), S0);
    cluster.settle();
    let swap = cluster.ask(1, kv::Op::CompareAndSwap { key: X, expected: 7, new: 8 }, S0);
    cluster.settle();
    let read = cluster.ask(2, kv::Op::Get(X), S0);
    cluster.settle();
    assert_eq!(cluster.outcome(write), Some(&Outcome::Ok(kv::Answer::Done.into())));
    assert_eq!(cluster.outcome(swap), Some(&Outcome::Ok(kv::Answer::Swapped(true).into())));
    assert_eq!(cluster.outcome(read), Some(&value(&[8])));
    assert_eq!(cluster.server(S0).log().last_index(), 4, "a read has its place in the log");
}

#[test]
fn a_client_follows_the_redirect_of_a_follower() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S2);
    let op = cluster.ask(0, kv::Op::Put(X, 7), S0);
    cluster.settle();
    assert_eq!(cluster.outcome(op), Some(&Outcome::Ok(kv::Answer::Done.into())));
    assert_eq!(cluster.client().leader_guess(), S2);
}

#[test]
fn without_a_leader_a_client_waits_and_asks_the_next_server() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.ask(0, kv::Op::Put(X, 7), S0);
    cluster.settle();
    assert_eq!(cluster.noted(NodeId(3), &notes::CLIENT_BACKS_OFF), 1);
    assert_eq!(cluster.hosts[3].timers[3], Some((50_000, 50_000)));
    cluster.fire(NodeId(3), Timer::Retry);
    assert_eq!(cluster.client().outstanding().unwrap().server, S1);
}

#[test]
fn servers_that_name_each_other_do_not_keep_a_client_running() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.ask(0, kv::Op::Put(X, 7), S0);
    cluster.sent();
    let redirect = |leader| Message::ClientRedirect { seq: 0, leader: Some(leader) };
    for _ in 0..10 {
        let asked = cluster.client().outstanding().unwrap().server;
        let other = if asked == S0 { S1 } else { S0 };
        cluster.hand(asked, NodeId(3), redirect(other));
    }
    assert_eq!(cluster.noted(NodeId(3), &notes::CLIENT_FOLLOWS_REDIRECT), 3);
}

/// Thesis 6.3: the answer is lost, the client asks again, the effect happens once.
#[test]
fn a_repeated_request_takes_effect_once() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S0);
    cluster.cut.push((S0, NodeId(3)));
    let op = cluster.ask(0, kv::Op::Append(X, 5), S0);
    cluster.settle();
    assert_eq!((cluster.outcome(op), cluster.value_at(S0)), (None, Some(vec![5])));
    // The next leader has the entry, and the client's session with it.
    cluster.heartbeat(S0);
    cluster.crash(S0);
    cluster.elect(S1);
    cluster.heal();
    cluster.fire(NodeId(3), Timer::Retry);
    cluster.settle();
    assert_eq!(cluster.outcome(op), Some(&Outcome::Ok(kv::Answer::Done.into())));
    assert_eq!(cluster.value_at(S1), Some(vec![5]));
}

#[test]
fn a_request_that_stands_twice_in_the_log_is_applied_once() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    // Accepted by S0 alone, then by S1 in a later term; then S0's copy never comes back, but S1's is repeated.
    let request = Message::ClientRequest { seq: 4, op: kv::Op::Append(X, 5).into() };
    cluster.hand(NodeId(3), S0, request.clone());
    cluster.hand(NodeId(3), S0, request.clone());
    cluster.settle();
    assert_eq!(cluster.noted(S0, &notes::ALREADY_IN_LOG), 1);
    assert_eq!(cluster.server(S0).log().last_index(), 2);
    cluster.elect(S1);
    cluster.hand(NodeId(3), S1, request);
    cluster.settle();
    assert_eq!(cluster.noted(S1, &notes::ANSWERS_AGAIN), 1);
    assert_eq!(cluster.value_at(S1), Some(vec![5]));
}

#[test]
fn a_new_leader_knows_the_requests_it_inherited() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.cut.push((S1, S0));
    cluster.cut.push((S2, S0));
    let op = cluster.ask(4, kv::Op::Append(X, 5), S0);
    cluster.settle();
    cluster.crash(S0);
    cluster.fire(S1, Timer::Election);
    // S1 leads, and its own entry is not committed yet, when the client asks again.
    while !cluster.server(S1).is_leader() {
        assert!(cluster.step());
    }
    cluster.hand(NodeId(3), S1, Message::ClientRequest { seq: 4, op: kv::Op::Append(X, 5).into() });
    assert_eq!(cluster.noted(S1, &notes::ALREADY_IN_LOG), 1);
    cluster.settle();
    assert_eq!(cluster.value_at(S1), Some(vec![5]));
    assert_eq!(cluster.outcome(op), Some(&Outcome::Ok(kv::Answer::Done.into())), "the new leader answers");
}

#[test]
fn a_request_that_its_client_has_left_behind_has_no_effect() {
    let mut cluster = Cluster::new(3, paper());
    cluster.elect(S0);
    cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: 4, op: kv::Op::Put(X, 4).into() });
    cluster.settle();
    cluster.hand(NodeId(3), S0, Message::ClientRequest { seq: 3, op: kv::Op::Put(X, 3).into() });
    cluster.settle();
    assert_eq!(cluster.value_at(S0), Some(vec![4]));
    assert_eq!(cluster.noted(S0, &notes::IGNORES_OLD_REQUEST), 1);
}

#[test]
fn one_request_is_outstanding_and_the_rest_wait_in_order() {
    let config = Config { client_queue_max: 2, ..Config::default() };
    let mut cluster = Cluster::new(3, config);
    cluster.elect(S0);
    let ops: Vec<OpId> = (0..4).map(|n| cluster.ask(n, kv::Op::Append(X, n as u64), S0)).collect();
    assert_eq!(cluster.client().queue_len(), 2);
    assert_eq!(cluster.outcome(ops[3]), Some(&Outcome::Fail), "never sent");
    cluster.settle();
    assert_eq!(cluster.value_at(S0), Some(vec![0, 1, 2]));
    assert!(ops[..3].iter().all(|op| cluster.outcome(*op) == Some(&Outcome::Ok(kv::Answer::Done.into()))));
}

#[test]
fn at_the_deadline_an_operation_is_unknown_and_the_next_one_begins() {
    let mut cluster = Cluster::new(3, Config::default());
    let first = cluster.ask(0, kv::Op::Put(X, 1), S0);
    let second = cluster.ask(1, kv::Op::Put(X, 2), S0);
    cluster.sent();
    cluster.fire(NodeId(3), Timer::Deadline);
    assert_eq!((cluster.outcome(first), cluster.outcome(second)), (Some(&Outcome::Unknown), None));
    assert_eq!(cluster.client().outstanding().unwrap().op, second);
    // A late answer to the first is not one to the second.
    cluster.hand(S0, NodeId(3), Message::ClientAnswer { seq: 0, answer: kv::Answer::Done.into() });
    assert_eq!(cluster.outcome(second), None);
}

#[test]
fn a_restarted_client_is_not_taken_for_its_former_self() {
    let mut cluster = Cluster::new(3, Config::default());
    cluster.elect(S0);
    cluster.ask(0, kv::Op::Append(X, 1), S0);
    cluster.step();
    cluster.restart(NodeId(3));
    let op = cluster.ask(1, kv::Op::Append(X, 2), S0);
    cluster.settle();
    assert_eq!(cluster.outcome(op), Some(&Outcome::Ok(kv::Answer::Done.into())));
    assert_eq!(cluster.value_at(S0), Some(vec![1, 2]));
}

#[test]
fn inputs_that_are_not_theirs_leave_nodes_as_they_are() {
    let mut cluster = Cluster::new(1, Config::default());
    let op = OpId { client: S0, n: 0 };
    cluster.input(S0, Input::Request { op, request: Request::new(kv::Op::Get(X)) });
    cluster.input(S0, Input::Timer(Timer::Deadline));
    cluster.hand(S0, S1, request_vote(1, (0, 0)));
    cluster.input(S1, Input::Timer(Timer::Election));
    assert!(cluster.network.is_empty() && cluster.replies.is_empty());
}
