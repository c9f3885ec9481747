//! Lock nodes, the resource and clients behind one type, as a world runs them.

use super::client::Client;
use super::config::{Config, Variant};
use super::consensus::contender::Contender;
use super::consensus::replica::Replica;
use super::message::{Answer, Message, Record, Request, Timer};
use super::node::LockNode;
use super::resource::Resource;
use super::session::{Deed, Session};
use crate::base::{Encode, Encoder, LocalTime, NodeId};
use crate::protocol::{Core, Effects, Input};
use std::sync::Arc;

/// What a client tells of itself, of either variant.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// Its locks, in the order in which they were asked for.
    pub sessions: &'a [Session],
    /// What it did in its last step.
    pub deeds: &'a [Deed],
    /// The settings.
    pub config: &'a Config,
    /// Number of its writes that the resource has not answered.
    pub writing: usize,
}

/// A node of any kind.
#[derive(Clone, Debug)]
pub enum Role {
    /// Keeps keys.
    Node(LockNode),
    /// Takes writes.
    Resource(Resource),
    /// Acquires and holds.
    Client(Client),
    /// Consensus: keeps the table of locks, with others.
    Replica(Box<Replica>),
    /// Consensus: queues and holds.
    Contender(Contender),
}

impl Role {
    /// The server with this number, before its first start.
    pub fn server(id: NodeId, config: &Arc<Config>) -> Role {
        match config.variant {
            _ if id == config.resource() => Role::Resource(Resource::new(config.clone())),
            Variant::Redlock => Role::Node(LockNode::new(config.clone())),
            Variant::Raft => Role::Replica(Box::new(Replica::new(id, config.clone()))),
        }
    }

    /// The client with this number, before its first start.
    pub fn client(id: NodeId, config: &Arc<Config>) -> Role {
        match config.variant {
            Variant::Redlock => Role::Client(Client::new(id, config.clone())),
            Variant::Raft => Role::Contender(Contender::new(id, config.clone())),
        }
    }

    /// What it tells as a client, if it is one.
    pub fn holder(&self) -> Option<Holder<'_>> {
        match self {
            Role::Client(client) => Some(Holder {
                sessions: client.sessions(),
                deeds: client.deeds(),
                config: client.config(),
                writing: client.writing(),
            }),
            Role::Contender(client) => Some(Holder {
                sessions: client.sessions(),
                deeds: client.deeds(),
                config: client.config(),
                writing: client.writing(),
            }),
            Role::Node(_) | Role::Resource(_) | Role::Replica(_) => None,
        }
    }
}

impl Core for Role {
    type Message = Message;
    type Record = Record;
    type Timer = Timer;
    type Request = Request;
    type Response = Answer;

    const COMPARES_LOCAL_TIME: bool = true;

    fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        match self {
            Role::Node(node) => node.handle(now, input, out),
            Role::Resource(resource) => resource.handle(now, input, out),
            Role::Client(client) => client.handle(now, input, out),
            Role::Replica(replica) => replica.handle(now, input, out),
            Role::Contender(client) => client.handle(now, input, out),
        }
    }
}

impl Encode for Role {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Role::Node(node) => {
                to.u8(0);
                to.put(node);
            }
            Role::Resource(resource) => {
                to.u8(1);
                to.put(resource);
            }
            Role::Client(client) => {
                to.u8(2);
                to.put(client);
            }
            Role::Replica(replica) => {
                to.u8(3);
                to.put(&**replica);
            }
            Role::Contender(client) => {
                to.u8(4);
                to.put(client);
            }
        }
    }
}
