//! Client and server behind one type: what the world runs.

use super::client::Client;
use super::config::Config;
use super::message::{Answer, Message, Record, Request, Timer};
use super::relay::Relay;
use super::server::Server;
use crate::base::{Encode, Encoder, LocalTime, NodeId};
use crate::protocol::{Core, Effects, Input};
use std::sync::Arc;

/// A node of the system.
#[derive(Clone, Debug)]
pub enum Role {
    /// Answers.
    Server(Box<Server>),
    /// Asks the next one for whoever asks it.
    Relay(Box<Relay>),
    /// Asks.
    Client(Box<Client>),
}

impl Role {
    /// A server before its first start.
    pub fn server(config: &Arc<Config>) -> Role {
        Role::Server(Box::new(Server::new(config.clone())))
    }

    /// The tier between with this number, before its first start.
    pub fn relay(id: NodeId, config: &Config) -> Role {
        Role::Relay(Box::new(Relay::new(id, config)))
    }

    /// The client with this number, before its first start.
    pub fn client(id: NodeId, config: &Arc<Config>) -> Role {
        Role::Client(Box::new(Client::new(id, config.clone())))
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
            Role::Server(server) => server.handle(now, input, out),
            Role::Relay(relay) => relay.handle(now, input, out),
            Role::Client(client) => client.handle(now, input, out),
        }
    }
}

impl Encode for Role {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Role::Server(server) => {
                to.u8(0);
                to.put(&**server);
            }
            Role::Client(client) => {
                to.u8(1);
                to.put(&**client);
            }
            Role::Relay(relay) => {
                to.u8(2);
                to.put(&**relay);
            }
        }
    }
}
