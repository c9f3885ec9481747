//! Election Safety: "at most one leader can be elected in a given term" (paper figure 3, 5.2).
//!
//! For any two elections a and b: `a.term == b.term => a.node == b.node`. An election is the event in which a server becomes
//! leader; whether it stays one, and whether the two ever lead at the same moment, does not matter.
//!
//! Cost: nothing, but in an event in which a server becomes leader: a search in the elections so far, which are kept in the
//! order of their terms.

use super::fall::Fall;
use super::notes;
use super::sight::Sight;
use crate::base::{Chunked, Encoder, EventId, NodeId, Note};
use crate::protocol::raft::Term;

/// The checker of Election Safety.
#[derive(Clone, Debug, Default)]
pub(super) struct ElectionSafety {
    /// The first leader of each term, by term.
    leaders: Chunked<Elected>,
    pub(super) fall: Fall,
}

#[derive(Clone, Copy, Debug)]
struct Elected {
    term: Term,
    node: NodeId,
    event: EventId,
}

impl ElectionSafety {
    pub(super) fn step(&mut self, sight: &Sight<'_>) {
        if !sight.is_elected() || self.fall.has_happened() {
            return;
        }
        let elected = Elected { term: sight.after.term, node: sight.node, event: sight.id() };
        let place = self.place_of(elected.term);
        match place.checked_sub(1).and_then(|last| self.leaders.get(last)) {
            Some(first) if first.term == elected.term => {
                if first.node != elected.node {
                    let args = [sight.event.at_us, first.node.0 as u64, elected.node.0 as u64, elected.term];
                    let note = Note::new(&notes::ELECTION_SAFETY_VIOLATED, args);
                    self.fall.at(sight.event, note, &[first.event], &[first.node, elected.node], &[]);
                }
            }
            _ => self.insert(place, elected),
        }
    }

    /// Who has led each term.
    pub(super) fn encode_state(&self, to: &mut Encoder) {
        self.fall.encode_with(to, |to| {
            to.len(self.leaders.len());
            for elected in self.leaders.iter() {
                to.u64(elected.term);
                to.put(&elected.node);
            }
        });
    }

    /// How many elections are of terms up to this one. Terms mostly come in order, so the search is from the end.
    fn place_of(&self, term: Term) -> usize {
        let mut place = self.leaders.len();
        while place > 0 && self.leaders[place - 1].term > term {
            place -= 1;
        }
        place
    }

    fn insert(&mut self, place: usize, elected: Elected) {
        self.leaders.push(elected);
        for at in (place..self.leaders.len() - 1).rev() {
            let later = self.leaders[at];
            if let Some(slot) = self.leaders.get_mut(at + 1) {
                *slot = later;
            }
        }
        if let Some(slot) = self.leaders.get_mut(place) {
            *slot = elected;
        }
    }
}
