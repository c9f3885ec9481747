//! Requests that wait for a server: bounded, and served in one of several orders.

use super::codel::{Codel, Limits};
use super::message::{Attempt, CallId, Key};
use crate::base::{Encode, Encoder, NodeId};
use std::collections::VecDeque;

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
        to.u32(self.failed);
    }
}

/// The waiting requests, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Queue(VecDeque<Job>, Codel);

impl Queue {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that wait, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Job> {
        self.0.iter()
    }

    /// Takes a request in. What has no room is given back.
    pub fn push(&mut self, job: Job, order: Order, capacity: u32) -> Option<Job> {
        if self.0.len() < capacity as usize {
            self.0.push_back(job);
            return None;
        }
        match order {
            Order::Codel if !self.1.is_shedding() => Some(job),
            Order::Fifo => Some(job),
            Order::Lifo | Order::Codel => {
                let oldest = self.0.pop_front();
                self.0.push_back(job);
                oldest
            }
        }
    }

    /// The next one.
    pub fn pop(&mut self, order: Order) -> Option<Job> {
        match order {
            Order::Codel if self.1.is_shedding() => self.0.pop_back(),
            Order::Fifo | Order::Codel => self.0.pop_front(),
            Order::Lifo => self.0.pop_back(),
        }
    }

    /// Puts one back at which the worker has failed: it is the next one again.
    pub fn put_back(&mut self, job: Job, order: Order) {
        match order {
            Order::Codel if self.1.is_shedding() => self.0.push_back(job),
            Order::Fifo | Order::Codel => self.0.push_front(job),
            Order::Lifo => self.0.push_back(job),
        }
    }

    /// Takes the oldest out if it is to be shed before the next one is taken.
    pub fn shed(&mut self, order: Order, limits: Limits, now_us: u64) -> Option<Job> {
        let oldest = self.0.front().filter(|_| order == Order::Codel)?;
        let waited_us = now_us.saturating_sub(oldest.arrived_us);
        let sheds = self.1.sheds(limits, self.0.len(), waited_us, now_us);
        if sheds { self.0.pop_front() } else { None }
    }

    /// The waiting request with this key.
    pub fn find(&mut self, key: Key) -> Option<&mut Job> {
        self.0.iter_mut().find(|job| job.attempt.key == Some(key))
    }

    /// Takes all attempts of a call out, unless somebody else waits for them.
    pub fn cancel(&mut self, id: CallId) -> Vec<Job> {
        let (gone, left): (Vec<Job>, Vec<Job>) = self.0.iter().partition(|job| job.attempt.id == id && job.until_us != FOR_EVER);
        if !gone.is_empty() {
            self.0 = left.into();
        }
        gone
    }
}

impl Encode for Queue {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.0.iter());
        to.put(&self.1);
    }
}
