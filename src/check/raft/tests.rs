//! What no mutant of the core shows, and what must not be taken for a fall: hand-made sights.

use super::election_safety::ElectionSafety;
use super::fall::Fall;
use super::leader_append_only::LeaderAppendOnly;
use super::leader_completeness::LeaderCompleteness;
use super::log_matching::LogMatching;
use super::monotonic_index::MonotonicIndex;
use super::monotonic_term::{DiskState, MonotonicTerm};
use super::sight::{Digest, Sight, first_difference};
use super::{PROPERTIES, TABLE, notes};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, Place, WriteId};
use crate::check::{Status, Verdict};
use crate::protocol::Slot;
use crate::protocol::raft::{Command, Entry, Index, Log, Record, Term};
use crate::sim::trace::{Event, EventKind};

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);

/// A log that was written in runs of entries of these terms, each from an index on; what was there is cut off.
fn log(runs: &[(Index, &[Term])]) -> Log {
    let record = |(from, terms): &(Index, &[Term])| {
        let entries = terms.iter().map(|term| Entry { term: *term, command: Command::Noop }).collect();
        Slot::Intact(Record::Append { from: *from, entries })
    };
    let disk: Vec<_> = runs.iter().map(record).collect();
    crate::protocol::raft::record::replay(&disk).unwrap().log
}

fn event(node: NodeId, n: u32) -> Event {
    Event {
        id: EventId::new(Place::of_node(PlaceKind::Node, node), n),
        at_us: n as u64 * 1_000,
        cause: EventId::NONE,
        item: EventId::NONE,
        kind: EventKind::Delivered,
        sub: 0,
        peer: node,
        detail: 0,
    }
}

fn follower(term: Term, log: &Log) -> Digest {
    Digest {
        term,
        voted_for: None,
        leads: false,
        commit_index: 0,
        last_applied: 0,
        last_index: log.last_index(),
        truncations: log.truncations(),
        last_hash: log.prefix_hash(log.last_index()).unwrap(),
    }
}

fn leader(term: Term, log: &Log) -> Digest {
    Digest { leads: true, ..follower(term, log) }
}

fn sight<'a>(event: &'a Event, before: Option<Digest>, after: Digest, log: &'a Log) -> Sight<'a> {
    Sight { event, node: event.node().unwrap(), before, after, log }
}

/// The verdict with this fall on any property: all that matters here is whether it fell, and the witness.
fn fallen(fall: &Fall) -> Option<Verdict> {
    let verdict = TABLE[0].verdict(fall, 0);
    (verdict.status == Status::Violated).then_some(verdict)
}

#[test]
fn every_property_has_its_three_sentences() {
    for property in PROPERTIES {
        for end in ["holds", "unknown", "violated"] {
            let key = format!("raft.{property}.{end}");
            assert!(notes::ALL.iter().any(|kind| kind.key == key), "{key}");
        }
    }
    let kinds = notes::ALL.iter().filter(|kind| kind.key.contains(".violated"));
    assert!(kinds.into_iter().all(|kind| kind.args[0].0 == "at"), "the moment first");
}

#[test]
fn the_first_difference_is_found_at_every_place() {
    for last in 1..20 {
        for first in 1..=last {
            assert_eq!(first_difference(last, |index| index < first), first);
        }
    }
}

#[test]
fn election_safety_terms_may_come_in_any_order() {
    let mut checker = ElectionSafety::default();
    let empty = Log::new();
    let mut elect = |node, n, term| {
        let event = event(node, n);
        checker.step(&sight(&event, Some(follower(term, &empty)), leader(term, &empty), &empty));
        fallen(&checker.fall)
    };
    for (n, term) in [5, 2, 9, 1, 7].into_iter().enumerate() {
        assert_eq!(elect(S1, n as u32, term), None);
    }
    assert_eq!(elect(S1, 10, 2), None, "the same leader of a term");
    let witness = elect(S2, 11, 7).unwrap().witness.unwrap();
    assert_eq!(witness.events, [event(S1, 4).id, event(S2, 11).id]);
    assert_eq!(elect(S3, 12, 5).unwrap().witness.unwrap(), witness, "the first witness stays");
}

#[test]
fn leader_append_only_a_leader_must_keep_what_it_has() {
    let (old, now) = (log(&[(1, &[1, 1, 2])]), event(S1, 1));
    let step = |before, after, log: &Log| {
        let mut checker = LeaderAppendOnly::default();
        checker.step(&sight(&now, Some(before), after, log));
        fallen(&checker.fall).map(|verdict| (verdict.note.args[..4].to_vec(), verdict.witness.unwrap().indexes))
    };
    let appended = log(&[(1, &[1, 1, 2, 2])]);
    assert_eq!(step(leader(2, &old), leader(2, &appended), &appended), None);
    for changed in [log(&[(1, &[1, 1])]), log(&[(1, &[1, 1, 1, 2])])] {
        assert!(step(leader(2, &old), leader(2, &changed), &changed).is_some(), "an entry is gone, or another one");
        assert_eq!(step(leader(2, &old), follower(3, &changed), &changed), None, "it follows a new leader");
        assert_eq!(step(leader(2, &old), leader(3, &changed), &changed), None, "it leads another term");
    }
    // The same contents as before, but cut and written again in between.
    let rewritten = log(&[(1, &[1, 1, 2]), (3, &[2])]);
    assert!(step(leader(2, &old), leader(2, &rewritten), &rewritten).is_some());
}

#[test]
fn log_matching_one_index_may_hold_entries_of_many_terms_but_one_of_each() {
    let mut checker = LogMatching::default();
    let mut see = |node, n, log: &Log| {
        let event = event(node, n);
        checker.step(&sight(&event, None, follower(9, log), log));
        fallen(&checker.fall).map(|verdict| verdict.note.args)
    };
    for (n, terms) in [[1, 1], [1, 2], [1, 3], [2, 4], [1, 3]].into_iter().enumerate() {
        assert_eq!(see(S1, n as u32, &log(&[(1, &terms)])), None);
    }
    let args = see(S2, 7, &log(&[(1, &[2, 3])]));
    assert_eq!(args, Some([7_000, 0, 1, 2, 3]), "index 2, term 3: after an entry of term 1 there, of term 2 here");
}

#[test]
fn leader_completeness_a_late_commitment_meets_the_leaders_that_lack_it() {
    let mut checker = LeaderCompleteness::default();
    let (old, new) = (log(&[(1, &[1, 1])]), log(&[(1, &[1, 2])]));
    // S2 is elected in term 2 without entry 2 of term 1, and steps down.
    let elected = event(S2, 1);
    checker.step(&sight(&elected, Some(follower(2, &new)), leader(2, &new), &new));
    // S1 still leads term 1, and commits it.
    let committed = event(S1, 2);
    let commits = |commit_index| Digest { commit_index, ..leader(1, &old) };
    checker.step(&sight(&committed, Some(leader(1, &old)), commits(1), &old));
    assert_eq!(fallen(&checker.fall), None, "entry 1 is in both logs");
    checker.step(&sight(&committed, Some(commits(1)), commits(2), &old));
    let verdict = fallen(&checker.fall).unwrap();
    assert_eq!(verdict.note.args, [2_000, 1, 2, 2, 1], "the leader of term 2 lacks entry 2, committed in term 1");
    assert_eq!(verdict.witness.unwrap().events, [elected.id, committed.id]);
}

#[test]
fn leader_completeness_a_stale_leader_need_not_have_what_is_committed_later() {
    let mut checker = LeaderCompleteness::default();
    let (old, new) = (log(&[(1, &[1, 1])]), log(&[(1, &[1, 3])]));
    let commits = Digest { commit_index: 2, ..leader(3, &new) };
    checker.step(&sight(&event(S2, 1), Some(leader(3, &new)), commits, &new));
    // Its votes come late: it leads term 2 when term 3 has long begun.
    checker.step(&sight(&event(S1, 2), Some(follower(2, &old)), leader(2, &old), &old));
    assert_eq!(fallen(&checker.fall), None);
}

#[test]
fn monotonic_applied_restarts_at_zero_and_only_then() {
    let mut checker = MonotonicIndex::applied();
    let log = log(&[(1, &[1, 1])]);
    let applied = |last_applied| Digest { last_applied, ..follower(1, &log) };
    checker.step(&sight(&event(S1, 1), Some(applied(2)), applied(2), &log));
    checker.step(&sight(&event(S1, 2), None, applied(0), &log));
    assert_eq!(fallen(&checker.fall), None);
    checker.step(&sight(&event(S1, 3), Some(applied(2)), applied(1), &log));
    assert_eq!(fallen(&checker.fall).unwrap().note.args, [3_000, 0, 2, 1, 0]);
}

/// A server on its way through terms and restarts.
struct Terms {
    checker: MonotonicTerm,
    last: Option<Digest>,
    n: u32,
    writes: u32,
}

impl Terms {
    fn new() -> Terms {
        Terms { checker: MonotonicTerm::new(1), last: None, n: 0, writes: 0 }.start(false, 0, None)
    }

    fn start(mut self, empty: bool, term: Term, voted_for: Option<NodeId>) -> Terms {
        self.checker.started(S1, empty);
        self.last = None;
        self.see(term, voted_for, true)
    }

    /// Term and vote change, and are on their way to disk.
    fn write(mut self, term: Term, voted_for: Option<NodeId>) -> Terms {
        self.writes += 1;
        self.see(term, voted_for, false)
    }

    /// All that was written is on disk.
    fn sync(mut self) -> Terms {
        self.checker.persisted(S1, WriteId(self.writes - 1));
        self
    }

    fn see(mut self, term: Term, voted_for: Option<NodeId>, idle: bool) -> Terms {
        let (log, now) = (Log::new(), event(S1, self.n));
        let after = Digest { voted_for, ..follower(term, &log) };
        self.checker.step(&sight(&now, self.last, after, &log), DiskState { next_write: self.writes, idle });
        (self.last, self.n) = (Some(after), self.n + 1);
        self
    }

    /// The key and the arguments after time and node.
    fn fallen(self) -> Option<(&'static str, u64, u64)> {
        fallen(&self.checker.fall).map(|verdict| (verdict.note.kind.key, verdict.note.args[2], verdict.note.args[3]))
    }
}

const BACK: &str = "raft.monotonic-term.violated";
const VOTE: &str = "raft.monotonic-term.violated-vote";

#[test]
fn monotonic_term_what_is_synced_survives_a_crash_and_what_is_not_may_be_lost() {
    let synced = || Terms::new().write(1, None).write(2, Some(S2)).sync();
    assert_eq!(synced().start(false, 2, Some(S2)).fallen(), None);
    assert_eq!(synced().start(false, 1, None).fallen(), Some((BACK, 2, 1)));
    assert_eq!(synced().start(false, 2, None).fallen(), Some((VOTE, 2, 1)));
    assert_eq!(synced().start(false, 2, Some(S3)).fallen(), Some((VOTE, 2, 1)));
    assert_eq!(synced().write(3, Some(S1)).start(false, 2, Some(S2)).fallen(), None, "term 3 was not on disk");
    assert_eq!(synced().write(3, Some(S1)).start(false, 3, Some(S1)).fallen(), None, "or it was, by luck");
    let lucky = synced().write(3, Some(S1)).start(false, 3, Some(S1));
    assert_eq!(lucky.start(false, 2, Some(S2)).fallen(), Some((BACK, 3, 2)), "what it found on its disk is there for good");
    assert_eq!(synced().start(true, 0, None).write(1, Some(S3)).sync().fallen(), None, "an empty disk begins anew");
}

#[test]
fn monotonic_term_what_is_not_even_written_is_missed_at_the_next_start() {
    let forgetful = Terms::new().write(1, None).sync().see(1, Some(S2), true);
    assert_eq!(forgetful.start(false, 1, None).fallen(), Some((VOTE, 1, 1)));
}

#[test]
fn monotonic_term_a_running_server_never_goes_back() {
    let running = || Terms::new().write(4, None).write(4, Some(S2));
    assert_eq!(running().write(5, None).fallen(), None);
    assert_eq!(running().write(3, None).fallen(), Some((BACK, 4, 3)));
    assert_eq!(running().write(4, None).fallen(), Some((VOTE, 4, 1)));
    assert_eq!(running().write(4, Some(S3)).fallen(), Some((VOTE, 4, 1)));
}
