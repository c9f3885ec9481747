//! The nodes of a Raft system: servers and clients behind one type, as a world runs them.

use super::client::Client;
use super::message::Message;
use super::record::Record;
use super::server::Server;
use crate::base::{Encode, Encoder, LocalTime, NodeId};
use crate::protocol::{Core, Effects, Input, TimerName, kv, machine};

/// A server or a client.
#[derive(Clone, Debug)]
pub enum Node {
    /// A server of the cluster.
    Server(Server),
    /// One of its clients.
    Client(Client),
}

/// What a workload asks of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The operation.
    pub op: machine::Op,
    /// The server that the client asks first, instead of the one it takes for the leader. Later attempts go where redirects
    /// and timeouts lead.
    pub target: Option<NodeId>,
}

impl Request {
    /// A request to whichever server the client takes for the leader.
    pub fn new(op: kv::Op) -> Request {
        Request { op: op.into(), target: None }
    }
}

impl Encode for Request {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.op);
        to.option(self.target.as_ref());
    }
}

/// The timers of servers and clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Timer {
    /// Server, unless it leads: no leader has been heard from, nor a vote given, for an election timeout.
    Election = 0,
    /// Leader: the next heartbeats are due.
    Heartbeat = 1,
    /// Leader: time to see whether a majority still answers.
    CheckQuorum = 2,
    /// Client: no answer to the latest attempt.
    Retry = 3,
    /// Client: no answer at all.
    Deadline = 4,
}

impl TimerName for Timer {
    const NAMES: &'static [&'static str] = &["election", "heartbeat", "check quorum", "retry", "deadline"];

    fn index(self) -> u8 {
        self as u8
    }

    fn from_index(index: u8) -> Option<Timer> {
        [Timer::Election, Timer::Heartbeat, Timer::CheckQuorum, Timer::Retry, Timer::Deadline].get(index as usize).copied()
    }
}

impl Node {
    /// The server, if it is one.
    pub fn as_server(&self) -> Option<&Server> {
        match self {
            Node::Server(server) => Some(server),
            Node::Client(_) => None,
        }
    }

    /// The client, if it is one.
    pub fn as_client(&self) -> Option<&Client> {
        match self {
            Node::Server(_) => None,
            Node::Client(client) => Some(client),
        }
    }
}

impl Core for Node {
    type Message = Message;
    type Record = Record;
    type Timer = Timer;
    type Request = Request;
    type Response = machine::Answer;

    fn handle(&mut self, now: LocalTime, input: Input<Node>, out: &mut Effects<Node>) {
        match self {
            Node::Server(server) => server.handle(now, input, out),
            Node::Client(client) => client.handle(input, out),
        }
    }
}

impl Encode for Node {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Node::Server(server) => {
                to.u8(0);
                to.put(server);
            }
            Node::Client(client) => {
                to.u8(1);
                to.put(client);
            }
        }
    }
}
