//! Differences that are found in slices, against how they are defined.

use super::*;
use proptest::prelude::*;

/// The same in one piece, as it is defined: what is the first difference, and what only one of both has.
fn whole(shared: usize, [here, there]: [&[Content]; 2]) -> (Option<u32>, [Vec<u32>; 2]) {
    let both = here.len().min(there.len());
    let first = (shared..both).find(|n| here[*n] != there[*n]).or((here.len() != there.len()).then_some(both));
    let from = first.unwrap_or(both);
    let of = |side: &[Content], content: &Content, until: usize| side[from..until].iter().filter(|c| *c == content).count();
    let only = |side: &[Content], other: &[Content]| {
        let lacks = |n: &usize| of(side, &side[*n], *n) >= of(other, &side[*n], other.len());
        (from..side.len()).filter(lacks).map(|n| n as u32).collect()
    };
    (first.map(|n| n as u32), [only(here, there), only(there, here)])
}

fn found(differences: &Differences) -> (Option<u32>, [Vec<u32>; 2]) {
    let only = |side| differences.only(side).iter().map(|only| only.event).collect();
    (differences.first(), Side::BOTH.map(only))
}

/// Two branches with some events in common, and how much of each is read in each round.
fn branches() -> impl Strategy<Value = (usize, [Vec<Content>; 2], Vec<[usize; 2]>)> {
    let event = (0u64..3, 0u16..2, 0u32..2);
    let events = prop::collection::vec(event, 0..40);
    (events.clone(), events.clone(), events, prop::collection::vec([0usize..9, 0usize..9], 0..12)).prop_map(
        |(common, here, there, rounds)| {
            let line = |own: &[(u64, u16, u32)]| {
                let mut at_us = 0;
                let content = |(after, lane, carried): &(u64, u16, u32)| {
                    at_us += after;
                    Content { at_us, lane: *lane, kind: Kind::Timer, label: 0, heard: NO_LANE, carried: *carried }
                };
                common.iter().chain(own).map(content).collect()
            };
            (common.len() / 2, [line(&here), line(&there)], rounds)
        },
    )
}

proptest! {
    #[test]
    fn slices_find_what_is_found_in_one_piece((shared, lines, rounds) in branches(), budget in 1u32..9) {
        let mut differences = Differences::new(shared as u32);
        let mut read = lines.each_ref().map(|line| shared.min(line.len()));
        let rest = [usize::MAX; 2];
        for round in rounds.into_iter().chain([rest]) {
            for side in Side::BOTH {
                let line = &lines[side as usize];
                let until = read[side as usize].saturating_add(round[side as usize]).min(line.len());
                line[read[side as usize]..until].iter().for_each(|content| differences.push(side, *content));
                read[side as usize] = until;
            }
            // Each step deals with an event, or with two; only so many are done in a slice.
            let waiting = |differences: &Differences| differences.lines.iter().map(|line| line.waiting.len()).sum::<usize>();
            loop {
                let before = waiting(&differences);
                let done = differences.work(budget);
                let worked = before - waiting(&differences);
                prop_assert!(worked <= 2 * budget as usize);
                if done {
                    break;
                }
                prop_assert!(worked >= budget as usize, "a slice is made use of");
            }
            differences.end();
            // Nothing is kept of times that are over.
            prop_assert!(differences.alone.keys().all(|content| content.at_us == differences.alone_us));
            let so_far = [&lines[0][..read[0]], &lines[1][..read[1]]];
            prop_assert_eq!(found(&differences), whole(shared, so_far));
        }
    }
}

#[test]
fn what_lies_beyond_the_others_end_is_told_only_once_both_were_read() {
    let content = |at_us| Content { at_us, lane: 0, kind: Kind::Timer, label: 0, heard: NO_LANE, carried: 0 };
    let mut differences = Differences::new(0);
    (0..5).for_each(|at_us| differences.push(Side::There, content(at_us)));
    assert!(differences.work(10) && found(&differences) == (None, [vec![], vec![]]));
    differences.end();
    assert_eq!(found(&differences), (Some(0), [vec![], vec![0, 1, 2, 3, 4]]));
    (0..2).for_each(|at_us| differences.push(Side::Here, content(at_us)));
    assert!(differences.work(10));
    assert_eq!(found(&differences), (Some(2), [vec![], vec![2, 3, 4]]), "while both grow, what was known goes on");
}
