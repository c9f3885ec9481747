//! Lanes that are hidden, and the order between the others that went through them.

use super::{CausalGraph, Fate};
use std::collections::BTreeMap;

/// An order that went through hidden lanes only: `from` happened before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transitive {
    /// The visible event that the hidden lanes heard from.
    pub from: u32,
    /// The visible event that heard from them.
    pub to: u32,
}

/// The edges that keep happens-before between visible events as it was, when `hidden` lanes (true) are not drawn; by `to`.
/// What an earlier message between the same two lanes already says is left out.
pub fn through(graph: &CausalGraph, hidden: &[bool]) -> Vec<Transitive> {
    let hides = |lane: u16| hidden.get(lane as usize).copied().unwrap_or(false);
    let lanes = graph.lanes().len();
    // For each hidden lane: the latest event of every visible lane that it has heard of, plus one.
    let mut heard: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
    // The same at each hidden event whose messages are still on their way, with how many these are.
    let mut sent: BTreeMap<u32, (Vec<u32>, usize)> = BTreeMap::new();
    // For (receiving lane, sending lane): the latest event that is known there, plus one.
    let mut known: BTreeMap<(u16, u16), u32> = BTreeMap::new();
    let mut found = Vec::new();
    let mut number = 0;
    for event in 0..graph.len() {
        let lane = graph.lane_of(event);
        while let Some(edge) = graph.edges().get(number).filter(|edge| edge.to == event) {
            number += 1;
            let (Some(to), Some(from)) = (lane, graph.lane_of(edge.from)) else { continue };
            match (hides(from), hides(to)) {
                (false, false) => learn(&mut known, to, from, edge.from),
                (false, true) => {
                    let heard = &mut heard.entry(to).or_insert_with(|| vec![0; lanes])[from as usize];
                    *heard = (edge.from + 1).max(*heard);
                }
                (true, _) => {
                    let Some((past, left)) = sent.get_mut(&edge.from) else { continue };
                    *left -= 1;
                    if hides(to) {
                        let heard = heard.entry(to).or_insert_with(|| vec![0; lanes]);
                        heard.iter_mut().zip(past.iter()).for_each(|(heard, past)| *heard = (*past).max(*heard));
                    } else {
                        for (from, past) in past.iter().enumerate().filter(|(from, past)| **past > 0 && *from != to as usize) {
                            if known.get(&(to, from as u16)).is_none_or(|known| known < past) {
                                found.push(Transitive { from: past - 1, to: event });
                                learn(&mut known, to, from as u16, past - 1);
                            }
                        }
                    }
                    if *left == 0 {
                        sent.remove(&edge.from);
                    }
                }
            }
        }
        if let Some(past) = lane.filter(|lane| hides(*lane)).and_then(|lane| heard.get(&lane)) {
            let arrives = |number: &usize| graph.edges().get(*number).is_some_and(|edge| edge.fate != Fate::Lost);
            let left = graph.edges().outgoing(event).filter(arrives).count();
            if left > 0 {
                sent.insert(event, (past.clone(), left));
            }
        }
    }
    found
}

fn learn(known: &mut BTreeMap<(u16, u16), u32>, to: u16, from: u16, event: u32) {
    let latest = known.entry((to, from)).or_default();
    *latest = (event + 1).max(*latest);
}
