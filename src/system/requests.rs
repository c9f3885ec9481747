//! What the views of requests show: calls and their attempts, what waits at the server, what became of calls, and demand, load and
//! goodput by the second. All times are those that are left, or have passed, by the clock of the node.

use crate::base::NodeId;
use crate::check::rpc::latency::{CLASSES, class_us};

/// Everything that they show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestsView {
    /// Clients, by number.
    pub clients: Vec<ClientView>,
    /// The server, if there is one.
    pub server: Option<ServerView>,
    /// Calls with effects, the newest first.
    pub effects: Vec<EffectView>,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientView {
    /// Which.
    pub node: NodeId,
    /// Its open calls, oldest first; no more than can be shown.
    pub calls: Vec<CallView>,
    /// How many it has.
    pub open: usize,
    /// Whole tokens in its budget of retries, if it has one.
    pub tokens: Option<u64>,
    /// Key of what its circuit breaker does, if that keeps anything back.
    pub breaker: Option<&'static str>,
}

/// A call that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallView {
    /// Its number at its client, from 1.
    pub n: u64,
    /// How many attempts were made.
    pub attempt: u32,
    /// It waits before it asks again, not for a reply.
    pub backs_off: bool,
    /// The call that it waits with, by its number: it asks nobody itself.
    pub joined: Option<u64>,
    /// How long it waits for that, microseconds.
    pub waits_us: u64,
    /// How long until its deadline, microseconds.
    pub left_us: u64,
}

/// The server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerView {
    /// Which.
    pub node: NodeId,
    /// What it works on.
    pub working: Option<JobView>,
    /// What waits, oldest first; no more than can be shown.
    pub queue: Vec<JobView>,
    /// How many wait, and how many of them nobody waits for.
    pub waiting: (usize, usize),
    /// How many have room.
    pub capacity: usize,
    /// Requests that it would recognise: in progress, and done.
    pub known: (usize, usize),
    /// Requests at which the worker has failed too often, and how many there are; no more than can be shown.
    pub set_aside: (Vec<SetAsideView>, usize),
}

/// A request that was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetAsideView {
    /// Whose.
    pub client: NodeId,
    /// Number of the call at its client, from 1.
    pub n: u64,
    /// How often it was given to the worker.
    pub deliveries: u32,
}

/// A request at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobView {
    /// Whose.
    pub client: NodeId,
    /// Number of the call at its client, from 1.
    pub n: u64,
    /// Which attempt.
    pub attempt: u32,
    /// How long it has waited, microseconds.
    pub age_us: u64,
    /// How much longer it is waited for, microseconds: 0 if nobody does.
    pub left_us: u64,
}

/// A call that has, or should have, an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectView {
    /// Whose.
    pub client: NodeId,
    /// Its number at its client, from 1.
    pub n: u64,
    /// How often it was done.
    pub times: u32,
    /// What its caller was told: `ok`, `fail`, `unknown`, or `pending`.
    pub told: &'static str,
}

/// A second of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadSecond {
    /// Its number, from 0.
    pub n: u64,
    /// Calls that began in it.
    pub demand: u32,
    /// Attempts that came to the server.
    pub offered: u32,
    /// Calls that were done, as far as their callers know.
    pub goodput: u32,
    /// Something was wrong that somebody did.
    pub trouble: bool,
    /// Within how long half of the calls that were done, 95 and 99 of 100 were done, microseconds; none if none was done.
    pub latency_us: Option<[u64; 3]>,
    /// How many calls took how long, by class: see [`LoadSecond::class_us`].
    pub spread: [u16; CLASSES],
}

impl LoadSecond {
    /// From when to when a class of times goes, microseconds; each is longer than the one before by the root of two.
    pub fn class_us(class: usize) -> (u64, u64) {
        class_us(class)
    }
}
