//! Lock nodes, the resource and clients behind one type, as a world runs them.

use super::client::Client;
use super::config::Config;
use super::message::{Answer, Message, Record, Request, Timer};
use super::node::LockNode;
use super::resource::Resource;
use crate::base::{Encode, Encoder, LocalTime, NodeId};
use crate::protocol::{Core, Effects, Input};
use std::sync::Arc;

/// A node of any kind.
#[derive(Clone, Debug)]
pub enum Role {
    /// Keeps keys.
    Node(LockNode),
    /// Takes writes.
    Resource(Resource),
    /// Acquires and holds.
    Client(Client),
}

impl Role {
    /// The server with this number, before its first start.
    pub fn server(id: NodeId, config: &Arc<Config>) -> Role {
        match id == config.resource() {
            true => Role::Resource(Resource::new(config.clone())),
            false => Role::Node(LockNode::new(config.clone())),
        }
    }

    /// The client with this number, before its first start.
    pub fn client(id: NodeId, config: &Arc<Config>) -> Role {
        Role::Client(Client::new(id, config.clone()))
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
            Role::Resource(resource) => resource.handle(input, out),
            Role::Client(client) => client.handle(now, input, out),
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
        }
    }
}
