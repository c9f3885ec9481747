//! A client: tells processes what to do, or reads and writes, one operation after the other. It repeats nothing: what is not
//! answered in time is unknown.

use super::config::Config;
use super::message::{Answer, Ask, Context, Message, Request, Timer, encode_context};
use super::node::Node;
use super::notes;
use crate::base::{Encode, Encoder, NodeId, Note, OpId};
use crate::protocol::{Effects, Input, Outcome};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// At most so many requests wait.
const QUEUE_MAX: usize = 1_000;

/// What a client has read of an object.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// What it brings along with its next write.
    pub context: Context,
    /// The values.
    pub values: Vec<u64>,
}

/// A client. After a crash it has forgotten its requests, and what it has read.
#[derive(Clone, Debug)]
pub struct Client {
    id: NodeId,
    config: Arc<Config>,
    open: Option<(OpId, Request, NodeId)>,
    queue: VecDeque<(OpId, Request)>,
    read: BTreeMap<u32, Read>,
    /// The last operation that was answered.
    done: Option<(OpId, Answer)>,
}

/// What can be read from outside.
impl Client {
    /// A client before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Client {
        Client { id, config, open: None, queue: VecDeque::new(), read: BTreeMap::new(), done: None }
    }

    /// The operation that it waits for, and the server that it asked.
    pub fn open(&self) -> Option<&(OpId, Request, NodeId)> {
        self.open.as_ref()
    }

    /// The last operation that was answered.
    pub fn done(&self) -> Option<&(OpId, Answer)> {
        self.done.as_ref()
    }

    /// What it has read of an object.
    pub fn read(&self, key: u32) -> Option<&Read> {
        self.read.get(&key)
    }

    /// Number of requests that wait.
    pub fn queue_len(&self) -> usize {
        self.queue.len()
    }
}

/// What happens to it.
impl Client {
    /// Handles one input.
    pub(super) fn handle(&mut self, input: Input<Node>, out: &mut Effects<Node>) {
        match input {
            Input::Started { .. } => *self = Client::new(self.id, self.config.clone()),
            Input::Request { op, request } => self.ask(op, request, out),
            Input::Message { from, message } => self.hear(from, message, out),
            Input::Timer(Timer::Deadline) => self.give_up(out),
            Input::Timer(_) | Input::Persisted(_) | Input::WriteFailed(_) => {}
        }
    }

    fn ask(&mut self, op: OpId, request: Request, out: &mut Effects<Node>) {
        if let Ask::Act(act) = request.ask {
            // Nothing comes back: an answer would order what is not ordered.
            out.send(self.server_of(&request), Message::Command(act));
            out.note(Note::new(&notes::CLIENT_ASKS, [u64::from(self.server_of(&request).0)]));
            return out.reply(op, Outcome::Ok(Answer::Sent));
        }
        if self.open.is_some() {
            if self.queue.len() >= QUEUE_MAX {
                return out.reply(op, Outcome::Fail);
            }
            self.queue.push_back((op, request));
            return out.note(Note::new(&notes::CLIENT_QUEUES, [self.queue.len() as u64]));
        }
        self.begin(op, request, out);
    }

    /// Clients have different servers of their own.
    fn server_of(&self, request: &Request) -> NodeId {
        let own = NodeId(self.id.0.saturating_sub(self.config.servers) % self.config.servers.max(1));
        request.target.filter(|target| target.0 < self.config.servers).unwrap_or(own)
    }

    fn begin(&mut self, op: OpId, request: Request, out: &mut Effects<Node>) {
        let server = self.server_of(&request);
        let seq = op.n;
        let message = match request.ask {
            Ask::Get(key) => Message::Get { seq, key },
            Ask::Put(key, value) => {
                let context = self.read.get(&key).map(|read| read.context.clone()).unwrap_or_default();
                Message::Put { seq, key, context, value }
            }
            Ask::Commit | Ask::Act(_) => Message::Commit { seq },
        };
        self.open = Some((op, request, server));
        out.send(server, message);
        out.set_timer(Timer::Deadline, self.config.deadline_us, self.config.deadline_us);
        out.note(Note::new(&notes::CLIENT_ASKS, [u64::from(server.0)]));
    }

    fn hear(&mut self, from: NodeId, message: Message, out: &mut Effects<Node>) {
        let Some((op, _, server)) = self.open else { return };
        let (seq, answer) = match message {
            Message::Values { seq, key, values, context } => {
                if seq == op.n && from == server {
                    self.read.insert(key, Read { context, values: values.clone() });
                }
                (seq, Answer::Values(values))
            }
            Message::Stored { seq } => (seq, Answer::Stored),
            Message::Committed { seq, at_us } => (seq, Answer::Committed(at_us)),
            _ => return,
        };
        if seq == op.n && from == server {
            self.open = None;
            self.done = Some((op, answer.clone()));
            out.cancel_timer(Timer::Deadline);
            out.reply(op, Outcome::Ok(answer));
            out.note(Note::new(&notes::CLIENT_DONE, [u64::from(from.0)]));
            self.next(out);
        }
    }

    fn give_up(&mut self, out: &mut Effects<Node>) {
        if let Some((op, _, server)) = self.open.take() {
            out.reply(op, Outcome::Unknown);
            out.note(Note::new(&notes::CLIENT_GIVES_UP, [u64::from(server.0)]));
            self.next(out);
        }
    }

    fn next(&mut self, out: &mut Effects<Node>) {
        if let Some((op, request)) = self.queue.pop_front() {
            self.begin(op, request, out);
        }
    }
}

impl Encode for Client {
    fn encode(&self, to: &mut Encoder) {
        to.bool(self.open.is_some());
        if let Some((_, request, server)) = &self.open {
            to.put(request);
            to.put(server);
        }
        to.len(self.queue.len());
        self.queue.iter().for_each(|(_, request)| to.put(request));
        to.len(self.read.len());
        for (key, read) in &self.read {
            to.u32(*key);
            encode_context(&read.context, to);
            to.list(read.values.iter());
        }
    }
}
