//! Lanes that are hidden, and the order between the others that went through them.

use super::{CausalGraph, Edge, Edges, Fate};
use std::collections::BTreeMap;

/// The edges that keep happens-before between visible events as it was, when `hidden` lanes (true) are not drawn; by `to`.
/// What an earlier message between the same two lanes already says is left out. Each goes from the visible event that the hidden
/// lanes heard from to the visible event that heard from them.
pub fn through(graph: &CausalGraph, hidden: &[bool]) -> Edges {
    let mut search = Through::new(graph, hidden.to_vec());
    while !search.work(graph, u32::MAX) {}
    search.found
}

/// Looks for these edges in slices: see [`work`](Through::work).
#[derive(Clone, Debug, Default)]
pub struct Through {
    hidden: Vec<bool>,
    lanes: usize,
    /// How many events are looked at in all: those that were there when it began. Messages of later ones are not all known yet.
    end: u32,
    /// The next event, and the next message.
    event: u32,
    number: usize,
    /// For each hidden lane: the latest event of every visible lane that it has heard of, plus one.
    heard: BTreeMap<u16, Vec<u32>>,
    /// The same at each hidden event whose messages are still on their way, with how many these are.
    sent: BTreeMap<u32, (Vec<u32>, usize)>,
    /// For (receiving lane, sending lane): the latest event that is known there, plus one.
    known: BTreeMap<(u16, u16), u32>,
    /// What was found so far, by `to`.
    pub found: Edges,
}

impl Through {
    /// Nothing is found yet.
    pub fn new(graph: &CausalGraph, hidden: Vec<bool>) -> Through {
        Through { hidden, lanes: graph.lanes().len(), end: graph.len(), ..Through::default() }
    }

    /// Looks on, at most so many events; at least one. True when all of the graph is looked at as it was at the beginning.
    pub fn work(&mut self, graph: &CausalGraph, events: u32) -> bool {
        if !self.hidden.contains(&true) {
            self.event = self.end;
        }
        let to = self.end.min(self.event.saturating_add(events.max(1)));
        while self.event < to {
            self.look_at(graph, self.event);
            self.event += 1;
        }
        self.event >= self.end
    }

    /// How many events it looks at in all.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// How many events were looked at.
    pub fn looked_at(&self) -> u32 {
        self.event
    }

    fn hides(&self, lane: u16) -> bool {
        self.hidden.get(lane as usize).copied().unwrap_or(false)
    }

    fn look_at(&mut self, graph: &CausalGraph, event: u32) {
        let lane = graph.lane_of(event);
        while let Some(edge) = graph.edges().get(self.number).filter(|edge| edge.to == event) {
            self.number += 1;
            if let (Some(to), Some(from)) = (lane, graph.lane_of(edge.from)) {
                self.arrive(edge.from, from, event, to);
            }
        }
        if let Some(past) = lane.filter(|lane| self.hides(*lane)).and_then(|lane| self.heard.get(&lane)) {
            let arrives = |number: &usize| graph.edges().get(*number).is_some_and(|edge| edge.fate != Fate::Lost);
            let left = graph.edges().outgoing(event).filter(arrives).count();
            if left > 0 {
                self.sent.insert(event, (past.clone(), left));
            }
        }
    }

    /// A message from an event on a lane arrives in another.
    fn arrive(&mut self, sender: u32, from: u16, event: u32, to: u16) {
        let lanes = self.lanes;
        match (self.hides(from), self.hides(to)) {
            (false, false) => learn(&mut self.known, to, from, sender),
            (false, true) => {
                let heard = &mut self.heard.entry(to).or_insert_with(|| vec![0; lanes])[from as usize];
                *heard = (sender + 1).max(*heard);
            }
            (true, hides) => {
                let Some((past, left)) = self.sent.get_mut(&sender) else { return };
                *left -= 1;
                if hides {
                    let heard = self.heard.entry(to).or_insert_with(|| vec![0; lanes]);
                    heard.iter_mut().zip(past.iter()).for_each(|(heard, past)| *heard = (*past).max(*heard));
                } else {
                    for (from, past) in past.iter().enumerate().filter(|(from, past)| **past > 0 && *from != to as usize) {
                        if self.known.get(&(to, from as u16)).is_none_or(|known| known < past) {
                            let edge = Edge { from: past - 1, to: event, to_lane: to, fate: Fate::Arrived, label: 0 };
                            self.found.push(edge, event as usize);
                            learn(&mut self.known, to, from as u16, past - 1);
                        }
                    }
                }
                if *left == 0 {
                    self.sent.remove(&sender);
                }
            }
        }
    }
}

fn learn(known: &mut BTreeMap<(u16, u16), u32>, to: u16, from: u16, event: u32) {
    let latest = known.entry((to, from)).or_default();
    *latest = (event + 1).max(*latest);
}
