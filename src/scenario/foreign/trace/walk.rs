//! What the making of a trace walks with: who waits for whom, and one vector spread out.

/// Finds an order in which every event comes after what it knows of.
#[derive(Debug, Default)]
pub(super) struct Ordering {
    /// Lamport times; 0 while an event has no place yet.
    pub(super) depth: Vec<u32>,
    /// Hosts that can go on.
    pub(super) ready: Vec<u32>,
    /// Of each host: its next event, and how many of those it grew from have been looked at.
    pub(super) next: Vec<(u32, u32)>,
    /// Of each event: the first in the list of those that wait for it, in `waits`.
    pub(super) waited_by: Vec<u32>,
    /// Hosts that wait, and the next one that waits for the same event.
    pub(super) waits: Vec<(u32, u32)>,
}

/// One vector, spread out by host, with the stamps that tell which entries are of now.
#[derive(Debug, Default)]
pub(super) struct Vector {
    pub(super) now: u32,
    pub(super) own: Vec<(u32, u32)>,
    pub(super) via: Vec<(u32, u32)>,
    pub(super) list: Vec<u32>,
}

impl Vector {
    pub(super) fn begin(&mut self) {
        self.now += 1;
        self.list.clear();
    }

    pub(super) fn set(&mut self, host: u32, count: u32) {
        self.own[host as usize] = (self.now, count);
    }

    pub(super) fn get(&self, host: u32) -> u32 {
        let (stamp, count) = self.own[host as usize];
        if stamp == self.now { count } else { 0 }
    }

    pub(super) fn raise(&mut self, host: u32, count: u32) {
        if self.own[host as usize].0 != self.now {
            self.list.push(host);
        }
        let known = self.get(host);
        self.set(host, known.max(count));
    }

    /// Somebody that the event knows of knows so many events of a host.
    pub(super) fn learn(&mut self, host: u32, count: u32) {
        let known = self.via(host);
        self.via[host as usize] = (self.now, known.max(count));
    }

    pub(super) fn via(&self, host: u32) -> u32 {
        let (stamp, count) = self.via[host as usize];
        if stamp == self.now { count } else { 0 }
    }
}
