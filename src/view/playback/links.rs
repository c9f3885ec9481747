//! What a link of this run carries, and whether this run is the one that its link promised.

use super::rows::ProvenanceRow;
use super::{JobId, Playback};
use crate::base::Fingerprint;
use crate::scenario::{Link, Marks};
use crate::timeline::{BranchId, BranchName};
use crate::view::words;
use std::collections::BTreeMap;

/// What the link promised that this run was opened from.
pub(super) struct Promised {
    behaviour: u32,
    expected: Fingerprint,
    marks: Marks,
    /// The seek to its cursor.
    seek: JobId,
    actual: Option<Fingerprint>,
    /// After how many events it was still the same, and after how many not any more.
    parted: Option<(u64, u64)>,
}

/// Marks that were taken of branches, each of the one that owns the place: their past does not change, and is that of their forks.
pub(super) type Taken = BTreeMap<(BranchId, u64), u32>;
/// Most of them that are kept.
const TAKEN_MAX: usize = 4_096;

impl Playback {
    /// What a link to this branch at this moment carries. `scenario` is the one that tells the story.
    pub fn link(&mut self, scenario: Option<&str>) -> Link {
        let marks = self.link_marks();
        let name = self.session.branches().into_iter().find(|branch| branch.current).map(|branch| branch.name);
        Link {
            scenario: scenario.map(str::to_owned),
            plan: self.session.plan(),
            branch: if let Some(BranchName::Custom(name)) = name { Some(name) } else { None },
            cursor: self.session.cursor().moment,
            behaviour: self.session.run().info().behaviour,
            fingerprint: self.session.fingerprint(),
            marks,
        }
    }

    fn link_marks(&mut self) -> Marks {
        let events = self.session.cursor().position;
        let prints = Marks::places(events).map_while(|place| self.link_mark(place)).collect();
        Marks { events, prints }
    }

    fn link_mark(&mut self, place: u64) -> Option<u32> {
        let key = (self.session.owner_of(place), place);
        if let Some(print) = self.taken.get(&key) {
            return Some(*print);
        }
        let print = Marks::print(self.session.fingerprint_at(place)?);
        if self.taken.len() >= TAKEN_MAX {
            self.taken.clear();
        }
        self.taken.insert(key, print);
        Some(print)
    }

    /// Begins to go where a link points whose plan was opened: its branch's name, its cursor, and the fingerprint there.
    pub fn follow(&mut self, link: &Link) -> JobId {
        if let Some(name) = &link.branch {
            // A session that was just opened has its first branch.
            let _ = self.session.rename_branch(BranchId(0), name.clone());
        }
        let seek = self.seek_moment(link.cursor);
        let (behaviour, expected, marks) = (link.behaviour, link.fingerprint, link.marks.clone());
        self.promise = Some(Promised { behaviour, expected, marks, seek, actual: None, parted: None });
        seek
    }

    /// The seek to the cursor of the link that this run was opened from.
    pub fn following(&self) -> Option<JobId> {
        self.promise.as_ref().map(|promise| promise.seek)
    }

    pub(super) fn keep_promise(&mut self, job: JobId) {
        let actual = self.session.fingerprint();
        let Some(promise) = self.promise.as_ref().filter(|promise| promise.seek == job) else { return };
        let parted = if actual == promise.expected { None } else { self.parted(promise.marks.clone()) };
        if let Some(promise) = &mut self.promise {
            (promise.actual, promise.parted) = (Some(actual), parted);
        }
    }

    /// Between which events the run parts from the marks of its link; `None` if it has none.
    fn parted(&mut self, marks: Marks) -> Option<(u64, u64)> {
        if marks.events == 0 {
            return None;
        }
        let placed: Vec<(u64, u32)> = marks.placed().collect();
        // What differs once differs for ever: a run's fingerprint is of all its events.
        let (mut same, mut differs) = (0, placed.len());
        while same < differs {
            let middle = same + (differs - same) / 2;
            let (place, print) = placed[middle];
            if self.link_mark(place) == Some(print) { same = middle + 1 } else { differs = middle }
        }
        let until = same.checked_sub(1).map_or(0, |last| placed[last].0);
        Some((until, placed.get(same).map_or(marks.events, |(place, _)| *place)))
    }

    /// Whether this is the run that its link promised; `None` if it was not opened from one.
    pub fn provenance(&self) -> Option<ProvenanceRow> {
        let promise = self.promise.as_ref()?;
        let matches = promise.actual.map(|actual| actual == promise.expected);
        let here = self.session.run().info().behaviour;
        Some(ProvenanceRow {
            behaviour: promise.behaviour,
            behaviour_here: here,
            expected: promise.expected.to_string(),
            actual: promise.actual.map(|actual| actual.to_string()),
            matches,
            same_until: promise.parted.map(|(same, _)| same),
            differs_before: promise.parted.map(|(_, differs)| differs),
            text: (matches == Some(false)).then(|| self.not_sent(promise, here)),
        })
    }

    /// That it is another run: where it parts from the one that was sent, and why that may be.
    fn not_sent(&self, promise: &Promised, here: u32) -> String {
        let lang = self.speech().lang;
        let what = match promise.parted {
            None => words::filled(lang, "link.not-sent", &[]),
            Some((0, differs)) => words::filled(lang, "link.differs", &[("differs", &differs.to_string())]),
            Some((same, differs)) => {
                let args = [("same", &same.to_string()), ("differs", &differs.to_string())];
                words::filled(lang, "link.parts", &args.map(|(name, value)| (name, value.as_str())))
            }
        };
        let versions = [("behaviour", promise.behaviour.to_string()), ("here", here.to_string())];
        let why = match promise.behaviour == here {
            true => words::filled(lang, "link.changed", &[]),
            false => words::filled(lang, "link.behaviour", &versions.each_ref().map(|(name, value)| (*name, value.as_str()))),
        };
        format!("{what} {why}")
    }
}
