//! Searching a diagram: for words in the events' sentences, or for a pattern.

use super::Texts;
use crate::timeline::causal_graph::CausalGraph;
use crate::timeline::causal_graph::motif::{Motif, STEPS_MAX};

/// What is searched for, and what was found so far.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    what: What,
    hits: Vec<u32>,
    /// Events that were looked at.
    read: u32,
    /// Those among them of which the search gave up, ascending.
    undecided: Vec<u32>,
}

/// After so many events that were tried for a pattern, or a 32nd of them that were read for words, the time is looked at.
const STEPS: u32 = 4_096;

#[derive(Clone, Debug, Default, PartialEq)]
enum What {
    #[default]
    Nothing,
    /// In lower case.
    Words(String),
    Pattern(Motif),
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number among all that were found so far, from 0.
    pub index: u64,
    /// Its events; of words one, of a pattern all.
    pub events: Vec<u32>,
}

/// Most occurrences that are kept.
pub const HITS_MAX: usize = 200_000;

impl Sought {
    /// Searches for words; for nothing, if there are none.
    pub fn words(words: &str) -> Sought {
        let words = words.trim().to_lowercase();
        let what = if words.is_empty() { What::Nothing } else { What::Words(words) };
        Sought { what, ..Sought::default() }
    }

    /// Searches for a pattern.
    pub fn pattern(motif: Motif) -> Sought {
        Sought { what: What::Pattern(motif), ..Sought::default() }
    }

    /// The first events of all that was found so far, ascending.
    pub fn hits(&self) -> &[u32] {
        &self.hits
    }

    /// Number of events that were looked at.
    pub fn read(&self) -> u32 {
        self.read
    }

    /// At how many of these events the search for the pattern was given up: too much had to be tried.
    pub fn undecided(&self) -> usize {
        self.undecided.len()
    }

    /// True if something is searched for.
    pub fn is_on(&self) -> bool {
        self.what != What::Nothing
    }

    /// Forgets what was found from an event on: the graph was changed there.
    pub fn truncate(&mut self, event: u32) {
        self.read = self.read.min(event);
        let keep = self.hits.partition_point(|hit| *hit < event);
        self.hits.truncate(keep);
        let keep = self.undecided.partition_point(|unsure| *unsure < event);
        self.undecided.truncate(keep);
    }

    /// Looks on, until all is looked at or `spent` says so. True when all is.
    pub fn look_on(&mut self, graph: &CausalGraph, texts: &dyn Texts, spent: &mut dyn FnMut() -> bool) -> bool {
        let mut steps = 0;
        while self.read < graph.len() && self.hits.len() < HITS_MAX {
            let hit = match &self.what {
                What::Nothing => return true,
                What::Words(words) => {
                    steps += STEPS / 32;
                    texts.event(self.read).to_lowercase().contains(words)
                }
                What::Pattern(motif) => {
                    let mut left = STEPS_MAX;
                    let found = motif.at(graph, self.read, &mut left).is_some();
                    steps += STEPS_MAX - left + 32;
                    if left == 0 {
                        self.undecided.push(self.read);
                    }
                    found
                }
            };
            if hit {
                self.hits.push(self.read);
            }
            self.read += 1;
            if steps >= STEPS {
                steps = 0;
                if spent() {
                    break;
                }
            }
        }
        self.read >= graph.len() || self.hits.len() >= HITS_MAX
    }

    /// The next occurrence after an event, or the one before it; round the ends.
    pub fn step(&self, graph: &CausalGraph, from: Option<u32>, back: bool) -> Option<Found> {
        let count = self.hits.len();
        if count == 0 {
            return None;
        }
        let index = match from {
            None => 0,
            Some(from) if back => (self.hits.partition_point(|hit| *hit < from) + count - 1) % count,
            Some(from) => self.hits.partition_point(|hit| *hit <= from) % count,
        };
        let hit = *self.hits.get(index)?;
        let events = match &self.what {
            What::Pattern(motif) => motif.at(graph, hit, &mut { STEPS_MAX })?,
            _ => vec![hit],
        };
        Some(Found { index: index as u64, events })
    }
}
