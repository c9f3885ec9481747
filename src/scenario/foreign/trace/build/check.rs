//! The strict check: each vector against those of the events that it grew from.

use super::{Build, LOOK, NOWHERE, Stage};
use crate::scenario::foreign::finding::Finding;
use crate::scenario::foreign::trace::draft::Raw;
use crate::scenario::foreign::trace::range;
use std::cmp::Reverse;

/// What the times of the events are like.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// Events that have none: how many, and the first.
    missing: Option<(u64, u32)>,
    /// Events that come before something they know of.
    back: Option<Back>,
}

impl Times {
    /// All events have times, and none comes before what it knows of.
    pub(super) fn order(&self) -> bool {
        self.missing.is_none() && self.back.is_none()
    }
}

/// Events whose time is before that of something they know of.
#[derive(Clone, Copy, Debug)]
struct Back {
    count: u64,
    /// The first, and what it knows of.
    first: u32,
    known: u32,
    last: u32,
}

/// How an event knows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// It is the one before it at its host.
    Before,
    /// Its clock grew to it.
    Known,
}

impl Build {
    pub(super) fn check(&mut self) {
        let Some(raw) = self.checking.take() else { return self.begin_check() };
        while let Some(&source) = self.sources.get(self.looked) {
            if self.cost >= LOOK {
                self.checking = Some(raw);
                return;
            }
            self.looked += 1;
            let Raw { host, n, at_us, clock, .. } = self.draft.raws[source as usize];
            let Raw { host: own, at_us: own_us, direct, .. } = self.draft.raws[raw as usize];
            if at_us.is_some_and(|at_us| own_us.is_some_and(|own_us| at_us > own_us)) {
                let back = self.times.back.get_or_insert(Back { count: 1, first: raw, known: source, last: raw });
                back.count += u64::from(back.last != raw);
                back.last = raw;
            }
            // Where no clock was wrong so far, who knows of an event knows all that it knew.
            if self.clean && host != own && self.vector.via(host) >= n {
                continue;
            }
            self.cost += clock.1 as usize;
            let relation = if host == own { Relation::Before } else { Relation::Known };
            if direct { self.merge_in(source, relation) } else { self.compare(raw, source, relation) }
        }
        self.end_check(raw);
    }

    /// The next event's vector is spread out; those that it must know all of are listed, who knows most first.
    fn begin_check(&mut self) {
        let Some(&raw) = self.sequence.get(self.at) else { return self.end_checks() };
        self.at += 1;
        let Raw { at_us, direct, clock, .. } = self.draft.raws[raw as usize];
        if at_us.is_none() {
            let (count, first) = self.times.missing.unwrap_or((0, raw));
            self.times.missing = Some((count + 1, first));
        }
        self.vector.begin();
        if !direct {
            self.cost += clock.1 as usize;
            for at in range(clock) {
                let (host, count) = self.draft.clocks[at];
                self.vector.set(host, count);
            }
        }
        self.looked = 0;
        self.sources.clear();
        self.sources.extend(self.before(raw));
        let grown = self.sources.len();
        self.sources.extend(self.grown[range(self.grew[raw as usize])].iter().filter(|other| **other != NOWHERE));
        let depth = &self.order.depth;
        self.sources[grown..].sort_by_key(|other| Reverse(depth[*other as usize]));
        self.checking = Some(raw);
    }

    /// The parents of an event whose sources were all looked at.
    fn end_check(&mut self, raw: u32) {
        if self.draft.raws[raw as usize].direct {
            self.complete(raw);
        }
        let own = self.draft.raws[raw as usize].host;
        let grew = range(self.grew[raw as usize]);
        self.cost += grew.len();
        let from = self.parents.len() as u32;
        for at in grew {
            let other = self.grown[at];
            if other == NOWHERE {
                continue;
            }
            let Raw { host, n, .. } = self.draft.raws[other as usize];
            if host != own && self.vector.via(host) < n {
                self.parents.push(other);
            }
        }
        self.parents_of[raw as usize] = (from, self.parents.len() as u32 - from);
    }

    fn end_checks(&mut self) {
        self.tell_times();
        self.cursors = vec![0; self.draft.hosts.len()];
        self.place = vec![NOWHERE; self.draft.raws.len()];
        for host in 0..self.draft.hosts.len() as u32 {
            self.offer(host);
        }
        self.events.reserve_exact(self.sequence.len());
        self.to(Stage::Merge);
    }

    /// Times that not all events have, or that contradict what is known, are shown, and order nothing.
    fn tell_times(&mut self) {
        let events = self.sequence.len() as u64;
        if let Some((n, first)) = self.times.missing.filter(|(n, _)| *n < events) {
            let raw = self.draft.raws[first as usize];
            self.draft.find_at(&self.texts.file, raw.clock_at, Finding::notice("time-missing", &[("n", &n.to_string())]));
        }
        if let Some(Back { count: n, first, known, .. }) = self.times.back {
            let [raw, known] = [first, known].map(|raw| self.draft.raws[raw as usize]);
            let (n, line, host) = (n.to_string(), known.line.to_string(), &self.draft.hosts[known.host as usize]);
            let finding = Finding::notice("time-back", &[("n", &n), ("host", host), ("line", &line)]);
            self.draft.find_at(&self.texts.file, raw.clock_at, finding);
        }
    }

    /// Compares an event's vector, which is spread out, with that of an event it must know all of.
    fn compare(&mut self, raw: u32, other: u32, relation: Relation) {
        let known = self.draft.raws[other as usize];
        for at in range(known.clock) {
            let (host, count) = self.draft.clocks[at];
            if host != known.host || relation == Relation::Before {
                self.vector.learn(host, count);
            }
            let is = self.vector.get(host);
            if count <= is {
                continue;
            }
            let name = |host: u32| self.draft.hosts[host as usize].clone();
            let own = self.draft.raws[raw as usize].host;
            let (line, count, is) = (known.line.to_string(), count.to_string(), is.to_string());
            let finding = match relation {
                Relation::Before => {
                    let args = [("host", &*name(own)), ("was", &count), ("other", &name(host)), ("line", &line), ("is", &is)];
                    Finding::error("clock-back", &args)
                }
                Relation::Known => {
                    let (n, other) = (known.n.to_string(), name(host));
                    let args = [
                        ("n", &*n),
                        ("host", &name(known.host)),
                        ("line", &line),
                        ("knows", &count),
                        ("other", &other),
                        ("is", &is),
                    ];
                    Finding::error("clock-merge", &args)
                }
            };
            self.find_entry(raw, host, finding);
            return;
        }
    }

    /// What an event knew becomes known to the one that is being checked, whose clock names only what it heard of directly.
    fn merge_in(&mut self, other: u32, relation: Relation) {
        let known = self.draft.raws[other as usize];
        for at in range(known.clock) {
            let (host, count) = self.draft.clocks[at];
            if host != known.host || relation == Relation::Before {
                self.vector.learn(host, count);
            }
            self.vector.raise(host, count);
        }
    }

    /// Writes down the vector that was merged, with the event's own tick.
    fn complete(&mut self, raw: u32) {
        let Raw { host, n, .. } = self.draft.raws[raw as usize];
        self.vector.raise(host, n);
        let from = self.draft.clocks.len() as u32;
        self.vector.list.sort_unstable();
        self.cost += self.vector.list.len();
        for at in 0..self.vector.list.len() {
            let host = self.vector.list[at];
            self.draft.clocks.push((host, self.vector.get(host)));
        }
        self.draft.raws[raw as usize].clock = (from, self.vector.list.len() as u32);
    }
}
