//! A client of the cluster (paper 8, thesis 6.2): finds the leader, one request at a time, and repeats it until it is
//! answered or its deadline has passed.

use super::config::Config;
use super::message::Message;
use super::node::{Node, Request, Timer};
use super::node_set::NodeSet;
use super::notes;
use crate::base::{Encode, Encoder, NodeId, Note, OpId};
use crate::protocol::{Effects, Input, Outcome, machine::Answer};
use std::collections::VecDeque;
use std::sync::Arc;

/// A client. It keeps nothing on disk: after a crash it has forgotten its requests, and goes on with later numbers.
///
/// Requests carry the operation's number as their sequence number. It grows across restarts, so the servers' session
/// (thesis 6.3) is the client's for all its life, and a new request is never taken for an old one.
#[derive(Clone, Debug)]
pub struct Client {
    id: NodeId,
    servers: NodeSet,
    config: Arc<Config>,
    leader_guess: NodeId,
    outstanding: Option<Outstanding>,
    queue: VecDeque<(OpId, Request)>,
}

/// The request that a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// The operation.
    pub op: OpId,
    /// What was asked.
    pub request: Request,
    /// The server asked last.
    pub server: NodeId,
    /// How often a timeout made the client ask again.
    pub retries: u32,
    /// Redirects followed since it last waited: a circle of servers that name each other ends after one round.
    hops: u32,
}

/// What can be read from outside.
impl Client {
    /// A client of the cluster `servers` before its first start.
    pub fn new(id: NodeId, servers: NodeSet, config: Arc<Config>) -> Client {
        let leader_guess = first_guess(id, &servers);
        Client { id, servers, config, leader_guess, outstanding: None, queue: VecDeque::new() }
    }

    /// Its id.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The request that it waits for.
    pub fn outstanding(&self) -> Option<&Outstanding> {
        self.outstanding.as_ref()
    }

    /// Number of requests behind that one.
    pub fn queue_len(&self) -> usize {
        self.queue.len()
    }

    /// The server that it takes for the leader.
    pub fn leader_guess(&self) -> NodeId {
        self.leader_guess
    }
}

/// Clients begin at different servers, so that none is special.
fn first_guess(id: NodeId, servers: &NodeSet) -> NodeId {
    servers.iter().nth(id.index() % servers.len().max(1)).unwrap_or(id)
}

/// What happens to it.
impl Client {
    /// Handles one input.
    pub(super) fn handle(&mut self, input: Input<Node>, out: &mut Effects<Node>) {
        match input {
            Input::Started { .. } => *self = Client::new(self.id, self.servers.clone(), self.config.clone()),
            Input::Request { op, request } => self.request(op, request, out),
            Input::Message { from, message: Message::ClientAnswer { seq, answer } } => self.answer(from, seq, answer, out),
            Input::Message { from, message: Message::ClientRedirect { seq, leader } } => self.redirect(from, seq, leader, out),
            Input::Timer(Timer::Retry) => self.retry(out),
            Input::Timer(Timer::Deadline) => self.give_up(out),
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [from.0 as u64])),
            // A client has no disk and no server's timers.
            Input::Timer(Timer::Election | Timer::Heartbeat | Timer::CheckQuorum) => {}
            Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
    }

    fn request(&mut self, op: OpId, request: Request, out: &mut Effects<Node>) {
        if self.outstanding.is_none() {
            return self.begin(op, request, out);
        }
        if self.queue.len() >= self.config.client_queue_max as usize {
            out.note(Note::new(&notes::CLIENT_QUEUE_FULL, [op.n as u64, self.queue.len() as u64]));
            return out.reply(op, Outcome::Fail);
        }
        self.queue.push_back((op, request));
    }

    fn begin(&mut self, op: OpId, request: Request, out: &mut Effects<Node>) {
        let server = request.target.filter(|target| self.servers.contains(*target)).unwrap_or(self.leader_guess);
        self.outstanding = Some(Outstanding { op, request, server, retries: 0, hops: 0 });
        out.set_timer(Timer::Deadline, self.config.client_deadline_us, self.config.client_deadline_us);
        out.note(Note::new(&notes::CLIENT_SENDS, [server.0 as u64, op.n as u64]));
        self.send(out);
    }

    fn send(&self, out: &mut Effects<Node>) {
        let Some(outstanding) = &self.outstanding else { return };
        out.send(outstanding.server, Message::ClientRequest { seq: outstanding.op.n, op: outstanding.request.op });
        out.set_timer(Timer::Retry, self.config.client_retry_us, self.config.client_retry_us);
    }

    fn answer(&mut self, from: NodeId, seq: u32, answer: Answer, out: &mut Effects<Node>) {
        match self.outstanding {
            Some(outstanding) if outstanding.op.n == seq => {
                self.leader_guess = from;
                self.finish(Outcome::Ok(answer), out);
            }
            _ => out.note(Note::new(&notes::CLIENT_IGNORES_STALE, [from.0 as u64, seq as u64])),
        }
    }

    /// A server that does not lead names the leader: asks there at once. If it knows none, waits for a moment and asks the
    /// next one.
    fn redirect(&mut self, from: NodeId, seq: u32, leader: Option<NodeId>, out: &mut Effects<Node>) {
        let Some(outstanding) = self.outstanding.as_mut().filter(|it| it.op.n == seq && it.server == from) else {
            return out.note(Note::new(&notes::CLIENT_IGNORES_STALE, [from.0 as u64, seq as u64]));
        };
        match leader.filter(|leader| *leader != from && self.servers.contains(*leader)) {
            Some(leader) if outstanding.hops < self.servers.len() as u32 => {
                outstanding.hops += 1;
                outstanding.server = leader;
                self.leader_guess = leader;
                out.note(Note::new(&notes::CLIENT_FOLLOWS_REDIRECT, [from.0 as u64, leader.0 as u64, seq as u64]));
                self.send(out);
            }
            _ => {
                out.note(Note::new(&notes::CLIENT_BACKS_OFF, [from.0 as u64, seq as u64]));
                out.set_timer(Timer::Retry, self.config.client_backoff_us, self.config.client_backoff_us);
            }
        }
    }

    fn retry(&mut self, out: &mut Effects<Node>) {
        let Some(outstanding) = &mut self.outstanding else { return };
        outstanding.server = self.servers.after(outstanding.server).unwrap_or(outstanding.server);
        outstanding.hops = 0;
        outstanding.retries = outstanding.retries.saturating_add(1);
        self.leader_guess = outstanding.server;
        let args = [outstanding.server.0 as u64, outstanding.op.n as u64, outstanding.retries as u64 + 1];
        out.note(Note::new(&notes::CLIENT_RETRIES, args));
        self.send(out);
    }

    fn give_up(&mut self, out: &mut Effects<Node>) {
        let Some(outstanding) = &self.outstanding else { return };
        out.note(Note::new(&notes::CLIENT_GIVES_UP, [outstanding.op.n as u64, self.config.client_deadline_us]));
        self.leader_guess = self.servers.after(outstanding.server).unwrap_or(outstanding.server);
        // Every attempt was sent, and a copy of one may still arrive at a leader: nothing but an answer is certain.
        self.finish(Outcome::Unknown, out);
    }

    fn finish(&mut self, outcome: Outcome<Answer>, out: &mut Effects<Node>) {
        let Some(outstanding) = self.outstanding.take() else { return };
        out.cancel_timer(Timer::Retry);
        out.cancel_timer(Timer::Deadline);
        out.reply(outstanding.op, outcome);
        if let Some((op, request)) = self.queue.pop_front() {
            self.begin(op, request, out);
        }
    }
}

impl Encode for Client {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.leader_guess);
        to.bool(self.outstanding.is_some());
        if let Some(outstanding) = &self.outstanding {
            // The number stands in the requests and answers in flight.
            to.u32(outstanding.op.n);
            to.put(&outstanding.request);
            to.put(&outstanding.server);
            to.u32(outstanding.hops);
        }
        to.len(self.queue.len());
        for (op, request) in &self.queue {
            to.u32(op.n);
            to.put(request);
        }
    }
}
