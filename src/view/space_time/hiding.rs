//! What went through lanes that are hidden, kept up to date: in one piece, or in slices if whoever draws asks for it.

use crate::timeline::causal_graph::hide::Through;
use crate::timeline::causal_graph::{CausalGraph, Edges};

/// Events between two looks at the clock.
const SLICE: u32 = 512;

/// The order between visible lanes that went through hidden ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Hiding {
    hidden: Vec<bool>,
    /// Number of events when all was found.
    settled: u32,
    found: Edges,
    search: Option<Box<Through>>,
    /// Somebody looks on, slice by slice.
    sliced: bool,
}

impl Hiding {
    /// What was found, by `to`. While it is looked for, what is found so far; while it is looked for once more because events
    /// came, what was found before.
    pub(super) fn found(&self) -> &Edges {
        match &self.search {
            Some(search) if self.settled == 0 => &search.found,
            _ => &self.found,
        }
    }

    /// Looks whether there is something to look for; finds all of it, unless that is done in slices.
    pub(super) fn follow(&mut self, graph: &CausalGraph, hidden: &[bool]) {
        self.begin(graph, hidden);
        if !self.sliced {
            self.work(graph, &mut || false);
        }
    }

    /// Looks on until `spent` says so; true when all is found.
    pub(super) fn look_on(&mut self, graph: &CausalGraph, hidden: &[bool], spent: &mut dyn FnMut() -> bool) -> bool {
        self.sliced = true;
        self.begin(graph, hidden);
        self.work(graph, spent)
    }

    fn begin(&mut self, graph: &CausalGraph, hidden: &[bool]) {
        let looked_at = self.search.as_ref().map_or(self.settled, |search| search.looked_at());
        if self.hidden != hidden || graph.len() < looked_at.max(self.settled) {
            (self.hidden, self.settled, self.found, self.search) = (hidden.to_vec(), 0, Edges::default(), None);
        }
        if self.hidden.contains(&true) && self.search.is_none() && self.settled != graph.len() {
            self.search = Some(Box::new(Through::new(graph, self.hidden.clone())));
        }
    }

    fn work(&mut self, graph: &CausalGraph, spent: &mut dyn FnMut() -> bool) -> bool {
        let Some(search) = &mut self.search else { return true };
        while !search.work(graph, SLICE) {
            if spent() {
                return false;
            }
        }
        (self.found, self.settled, self.search) = (std::mem::take(&mut search.found), search.end(), None);
        self.settled == graph.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::causal_graph::Foreign;
    use crate::timeline::causal_graph::hide::through;

    fn all(edges: &Edges) -> Vec<(u32, u32)> {
        (0..edges.len()).filter_map(|number| edges.get(number)).map(|edge| (edge.from, edge.to)).collect()
    }

    /// A word that goes round three hosts, again and again.
    fn ring(events: u32) -> CausalGraph {
        let mut foreign = Foreign::new();
        let lanes = ["a", "b", "c"].map(|name| foreign.lane(name).expect("there is room"));
        for event in 0..events {
            let parents: Vec<u32> = event.checked_sub(1).into_iter().collect();
            foreign.event(lanes[event as usize % 3], &parents, None, 0).expect("there is room");
        }
        foreign.finish().expect("no circle").0
    }

    /// What one host tells another through a hidden one, which passes it on a thousand events later; the first so many events.
    fn late(events: u32) -> CausalGraph {
        let mut foreign = Foreign::new();
        let [a, b, c] = ["a", "b", "c"].map(|name| foreign.lane(name).expect("there is room"));
        for event in 0..events {
            let (lane, parents) = match event {
                0 => (a, vec![]),
                1 => (b, vec![0]),
                2 => (a, vec![0]),
                1_000 => (c, vec![1]),
                _ => (a, vec![event - 1]),
            };
            foreign.event(lane, &parents, None, 0).expect("there is room");
        }
        foreign.finish().expect("no circle").0
    }

    #[test]
    fn what_comes_while_it_is_looked_for_is_found_too() {
        let hidden = [false, true, false];
        let (early, whole) = (late(700), late(1_001));
        let mut hiding = Hiding::default();
        assert!(!hiding.look_on(&early, &hidden, &mut || true));
        while !hiding.look_on(&whole, &hidden, &mut || true) {}
        assert_eq!(all(hiding.found()), all(&through(&whole, &hidden)));
        assert_eq!(hiding.found().len(), 1);
    }

    #[test]
    fn slices_find_what_is_found_in_one_piece_and_end() {
        let (graph, hidden) = (ring(20_000), [false, true, false]);
        let expected = through(&graph, &hidden);
        assert!(expected.len() > 6_000);
        let mut hiding = Hiding::default();
        let mut slices = 1;
        while !hiding.look_on(&graph, &hidden, &mut || true) {
            assert!(hiding.found().len() < expected.len(), "some are found while the rest is looked for");
            slices += 1;
        }
        assert_eq!((all(hiding.found()), slices), (all(&expected), 20_000_u32.div_ceil(SLICE)));
        // What is drawn in between neither looks on nor forgets.
        let mut hiding = Hiding::default();
        hiding.look_on(&graph, &hidden, &mut || true);
        let found = hiding.found().len();
        hiding.follow(&graph, &hidden);
        assert_eq!(hiding.found().len(), found);
        hiding.follow(&graph, &[false; 3]);
        assert!(hiding.found().is_empty());
    }
}
