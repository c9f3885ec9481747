//! Requests that wait for a server: bounded, and served in one of several orders.

use super::codel::{Codel, Limits};
use super::message::{Attempt, CallId, Key};
use crate::base::{Encode, Encoder, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// Which waiting request is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Order {
    /// The oldest. Whoever comes to a full queue is turned away.
    Fifo = 0,
    /// The newest: its caller is the likeliest to be waiting still. At a full queue the oldest is turned away.
    Lifo = 1,
    /// The oldest; while the queue stands, the newest, and the oldest are shed (see [`codel`](super::codel)).
    Codel = 2,
}

impl Order {
    /// All of them, by number.
    pub const ALL: [Order; 3] = [Order::Fifo, Order::Lifo, Order::Codel];
}

/// A request that waits or is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Who asked.
    pub from: NodeId,
    /// What came. Of several attempts of one call, the newest.
    pub attempt: Attempt,
    /// When it came, microseconds of the server's monotonic clock.
    pub arrived_us: u64,
    /// Until when it is waited for by that clock.
    pub until_us: u64,
    /// Until when the call goes on with which it began, by that clock: not before `until_us`, if no tier between waits too long.
    pub ends_us: u64,
    /// How often the worker has failed at it.
    pub failed: u32,
}

/// Until when somebody waits who has given a request to the worker again, and not called: for ever.
pub const FOR_EVER: u64 = u64::MAX;

impl Encode for Job {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.from);
        to.put(&super::message::Message::Call(self.attempt));
        to.u64(self.arrived_us);
        to.u64(self.until_us);
        if self.attempt.origin != self.attempt.id {
            to.u64(self.ends_us);
        }
        to.u32(self.failed);
    }
}

/// The waiting requests, oldest first, each at a place of its own.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    jobs: BTreeMap<i64, Job>,
    /// The same places by key, and by call.
    by_key: BTreeSet<(Key, i64)>,
    by_call: BTreeSet<(CallId, i64)>,
    codel: Codel,
}

/// Which place is wanted.
#[derive(Clone, Copy)]
enum End {
    Oldest,
    Newest,
}

impl Queue {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Those that wait, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Job> {
        self.jobs.values()
    }

    /// Takes a request in. What has no room is given back.
    pub fn push(&mut self, job: Job, order: Order, capacity: u32) -> Option<Job> {
        if self.jobs.len() < capacity as usize {
            self.put(job, End::Newest);
            return None;
        }
        match order {
            Order::Codel if !self.codel.is_shedding() => Some(job),
            Order::Fifo => Some(job),
            Order::Lifo | Order::Codel => {
                let oldest = self.take(End::Oldest);
                self.put(job, End::Newest);
                oldest
            }
        }
    }

    /// The next one.
    pub fn pop(&mut self, order: Order) -> Option<Job> {
        self.take(self.next(order))
    }

    /// Puts one back at which the worker has failed: it is the next one again.
    pub fn put_back(&mut self, job: Job, order: Order) {
        self.put(job, self.next(order));
    }

    /// Takes the oldest out if it is to be shed before the next one is taken.
    pub fn shed(&mut self, order: Order, limits: Limits, now_us: u64) -> Option<Job> {
        let (_, oldest) = self.jobs.first_key_value().filter(|_| order == Order::Codel)?;
        let waited_us = now_us.saturating_sub(oldest.arrived_us);
        let sheds = self.codel.sheds(limits, self.jobs.len(), waited_us, now_us);
        if sheds { self.take(End::Oldest) } else { None }
    }

    /// Changes the waiting request with this key, if there is one.
    pub fn change(&mut self, key: Key, change: impl FnOnce(&mut Job)) {
        let Some((_, at)) = self.by_key.range((key, i64::MIN)..=(key, i64::MAX)).next().copied() else { return };
        let Some(mut job) = self.remove(at) else { return };
        change(&mut job);
        self.insert(at, job);
    }

    /// Takes all attempts of a call out, unless somebody else waits for them.
    pub fn cancel(&mut self, id: CallId) -> Vec<Job> {
        let of_call = self.by_call.range((id, i64::MIN)..=(id, i64::MAX)).map(|(_, at)| *at);
        let for_ever = |at: &i64| self.jobs.get(at).is_some_and(|job| job.until_us == FOR_EVER);
        let gone: Vec<i64> = of_call.filter(|at| !for_ever(at)).collect();
        gone.into_iter().filter_map(|at| self.remove(at)).collect()
    }

    fn next(&self, order: Order) -> End {
        match order {
            Order::Codel if self.codel.is_shedding() => End::Newest,
            Order::Fifo | Order::Codel => End::Oldest,
            Order::Lifo => End::Newest,
        }
    }

    fn put(&mut self, job: Job, end: End) {
        let at = match end {
            End::Oldest => self.jobs.first_key_value().map_or(0, |(at, _)| at - 1),
            End::Newest => self.jobs.last_key_value().map_or(0, |(at, _)| at + 1),
        };
        self.insert(at, job);
    }

    fn take(&mut self, end: End) -> Option<Job> {
        let at = match end {
            End::Oldest => self.jobs.first_key_value(),
            End::Newest => self.jobs.last_key_value(),
        };
        let at = at.map(|(at, _)| *at)?;
        self.remove(at)
    }

    fn insert(&mut self, at: i64, job: Job) {
        self.by_key.extend(job.attempt.key.map(|key| (key, at)));
        self.by_call.insert((job.attempt.id, at));
        self.jobs.insert(at, job);
    }

    fn remove(&mut self, at: i64) -> Option<Job> {
        let job = self.jobs.remove(&at)?;
        if let Some(key) = job.attempt.key {
            self.by_key.remove(&(key, at));
        }
        self.by_call.remove(&(job.attempt.id, at));
        Some(job)
    }
}

impl Encode for Queue {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.jobs.values());
        to.put(&self.codel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::draw::{Purpose, Sequence};
    use crate::protocol::rpc::message::Ask;
    use std::collections::VecDeque;

    fn job(draws: &mut Sequence, n: u64) -> Job {
        let call = CallId { client: NodeId(1), seq: draws.range(0, 5) as u32 };
        let key = (draws.range(0, 3) > 0).then_some(Key { call, attempt: 0 });
        let ask = Ask::Charge { account: 0, amount: n };
        let attempt =
            Attempt { id: call, origin: call, retries: 0, attempt: 1, key, ask, work_us: 0, left_us: 0, call_left_us: 0 };
        let until_us = if draws.range(0, 9) == 0 { FOR_EVER } else { n };
        Job { from: call.client, attempt, arrived_us: n, until_us, ends_us: n, failed: 0 }
    }

    /// The indices say what a walk along the line would find.
    #[test]
    fn it_is_a_line_in_which_keys_and_calls_are_found() {
        for order in [Order::Fifo, Order::Lifo] {
            let (mut queue, mut line) = (Queue::default(), VecDeque::new());
            let mut draws = Sequence::new(1, Purpose::Workload, order as u64);
            for n in 0..2_000 {
                let job = job(&mut draws, n);
                match draws.range(0, 5) {
                    0 | 1 if line.len() < 12 => {
                        assert_eq!(queue.push(job, order, 12), None);
                        line.push_back(job);
                    }
                    2 => {
                        let next = if order == Order::Fifo { line.pop_front() } else { line.pop_back() };
                        assert_eq!(queue.pop(order), next);
                    }
                    3 => {
                        queue.put_back(job, order);
                        if order == Order::Fifo {
                            line.push_front(job)
                        } else {
                            line.push_back(job)
                        };
                    }
                    4 => {
                        let is_of = |other: &Job| other.attempt.id == job.attempt.id && other.until_us != FOR_EVER;
                        let gone: Vec<Job> = line.iter().copied().filter(is_of).collect();
                        line.retain(|other| !is_of(other));
                        assert_eq!(queue.cancel(job.attempt.id), gone);
                    }
                    _ => {
                        let Some(key) = job.attempt.key else { continue };
                        let moved = CallId { seq: 9, ..key.call };
                        queue.change(key, |other| other.attempt.id = moved);
                        if let Some(other) = line.iter_mut().find(|other| other.attempt.key == Some(key)) {
                            other.attempt.id = moved;
                        }
                    }
                }
                assert!(queue.iter().eq(line.iter()), "step {n}");
            }
        }
    }
}
