//! The nodes of all kinds behind one type, as a world runs them.

use super::broadcaster::Broadcaster;
use super::client::Client;
use super::config::{Config, Mode};
use super::message::{Answer, Message, Record, Request, Timer};
use super::process::Process;
use super::replica::Replica;
use super::time_node::TimeNode;
use super::truetime_server::TrueTimeServer;
use crate::base::{Encode, Encoder, LocalTime, NodeId};
use crate::protocol::{Core, Effects, Input};
use std::sync::Arc;

/// A server of one kind, or a client.
#[derive(Clone, Debug)]
pub enum Node {
    /// Stamps its events.
    Process(Process),
    /// Broadcasts.
    Broadcaster(Broadcaster),
    /// Keeps objects.
    Replica(Replica),
    /// Commits transactions.
    TrueTime(TrueTimeServer),
    /// Has the time, or asks for it.
    Time(TimeNode),
    /// Asks for all that.
    Client(Client),
}

impl Node {
    /// The server with this number, before its first start.
    pub fn server(id: NodeId, config: &Arc<Config>) -> Node {
        match config.mode {
            Mode::Processes(carried) => Node::Process(Process::new(id, carried, config.clone())),
            Mode::Broadcast => Node::Broadcaster(Broadcaster::new(id, config.clone())),
            Mode::Versions => Node::Replica(Replica::new(id, config.clone())),
            Mode::TrueTime => Node::TrueTime(TrueTimeServer::new(config.clone())),
            Mode::Sync => Node::Time(TimeNode::new(id, config.clone())),
        }
    }

    /// The client with this number, before its first start.
    pub fn client(id: NodeId, config: &Arc<Config>) -> Node {
        Node::Client(Client::new(id, config.clone()))
    }
}

impl Core for Node {
    type Message = Message;
    type Record = Record;
    type Timer = Timer;
    type Request = Request;
    type Response = Answer;

    const COMPARES_LOCAL_TIME: bool = true;

    fn handle(&mut self, now: LocalTime, input: Input<Node>, out: &mut Effects<Node>) {
        match self {
            Node::Process(process) => process.handle(now, input, out),
            Node::Broadcaster(process) => process.handle(input, out),
            Node::Replica(replica) => replica.handle(input, out),
            Node::TrueTime(server) => server.handle(now, input, out),
            Node::Time(node) => node.handle(now, input, out),
            Node::Client(client) => client.handle(input, out),
        }
    }
}

impl Encode for Node {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Node::Process(process) => {
                to.u8(0);
                to.put(process);
            }
            Node::Broadcaster(process) => {
                to.u8(1);
                to.put(process);
            }
            Node::Replica(replica) => {
                to.u8(2);
                to.put(replica);
            }
            Node::TrueTime(server) => {
                to.u8(3);
                to.put(server);
            }
            Node::Time(node) => {
                to.u8(4);
                to.put(node);
            }
            Node::Client(client) => {
                to.u8(5);
                to.put(client);
            }
        }
    }
}
