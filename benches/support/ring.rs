//! The smallest system: hosts in a ring that hand tokens on. What is measured with it is the world, not a protocol.

use netsplit::base::draw::Sequence;
use netsplit::base::{Encode, Encoder, LocalTime, NodeId};
use netsplit::protocol::{Class, Core, Effects, Input, Message, MessageKind, Shape, TimerName};
use netsplit::sim::plan::{Generator, Operation, Plan};
use netsplit::sim::{Deployment, World};
use std::sync::Arc;

/// A ring of hosts with so many tokens in it.
#[derive(Clone, Debug)]
pub struct Ring {
    pub hosts: u16,
    pub tokens: u32,
}

/// A host: knows the next one.
#[derive(Clone, Debug)]
pub struct Host {
    next: NodeId,
    starts_with: u32,
    passed: u64,
}

/// A token and its number.
#[derive(Clone, Debug)]
pub struct Token(u32);

/// Hosts need no timer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoTimer;

impl TimerName for NoTimer {
    const NAMES: &'static [&'static str] = &[];
    fn index(self) -> u8 {
        0
    }
    fn from_index(_: u8) -> Option<Self> {
        None
    }
}

impl Message for Token {
    const KINDS: &'static [MessageKind] = &[MessageKind { name: "Token", class: Class::OneWay, shape: Shape::Control }];
    fn kind(&self) -> u8 {
        0
    }
    fn size_bytes(&self) -> u32 {
        4
    }
}

impl Encode for Token {
    fn encode(&self, to: &mut Encoder) {
        to.u32(self.0);
    }
}

impl Encode for Host {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.passed);
    }
}

impl Core for Host {
    type Message = Token;
    type Record = u8;
    type Timer = NoTimer;
    type Request = u8;
    type Response = u8;

    fn handle(&mut self, _: LocalTime, input: Input<Host>, out: &mut Effects<Host>) {
        match input {
            Input::Started { .. } => (0..self.starts_with).for_each(|token| out.send(self.next, Token(token))),
            Input::Message { message, .. } => {
                self.passed += 1;
                out.send(self.next, message);
            }
            _ => {}
        }
    }
}

impl Deployment for Ring {
    type Node = Host;

    fn boot(&self, node: NodeId) -> Host {
        let share = self.tokens / self.hosts as u32 + (((node.0 as u32) < self.tokens % self.hosts as u32) as u32);
        Host { next: NodeId((node.0 + 1) % self.hosts), starts_with: share, passed: 0 }
    }

    fn generate(&self, _: &Generator, _: NodeId, _: u32, _: &mut Sequence) -> u8 {
        0
    }

    fn parse(&self, _: &Operation) -> Result<u8, String> {
        Err("a ring takes no operations".to_owned())
    }
}

/// A world with a ring in it: links of 1 to 10 ms, seed 1.
pub fn world(hosts: u16, tokens: u32) -> World<Ring> {
    let mut plan = Plan::new("ring", hosts, 1);
    (plan.network.default.delay_us_min, plan.network.default.delay_us_max) = (1_000, 10_000);
    World::new(Arc::new(plan), Ring { hosts, tokens })
}
