//! A process that broadcasts, delivers in causal order, and keeps copies as long as somebody may lack them.
//!
//! Everything that it delivers is on disk before it tells that it has it: with that, and with its matrix clock, it sends again
//! what others lack, and drops what everybody has (Wuu, Bernstein 1984).

use super::causal::{Broadcast, Delivery};
use super::config::Config;
use super::matrix::Matrix;
use super::message::{Act, Message, Record, Timer};
use super::node::Node;
use super::notes;
use crate::base::{Chunked, Encode, Encoder, NodeId, Note, WriteId};
use crate::protocol::{Effects, Input, Slot};
use std::collections::VecDeque;
use std::sync::Arc;

/// At most so many copies go out at once.
const AGAIN_MAX: usize = 16;

/// A broadcasting process.
#[derive(Clone, Debug)]
pub struct Broadcaster {
    id: NodeId,
    config: Arc<Config>,
    delivery: Delivery<u64>,
    matrix: Matrix,
    /// Delivered, and perhaps lacked by somebody: in the order of delivery.
    kept: VecDeque<Arc<Broadcast<u64>>>,
    /// Everything delivered, in order: origin and number.
    log: Chunked<(NodeId, u64)>,
    /// How far copies were dropped, by origin.
    collected: Vec<u64>,
    /// Deliveries on the way to the disk.
    pending: VecDeque<(WriteId, NodeId, u64)>,
    /// Whom it tells next what it has.
    turn: u16,
}

/// What can be read from outside.
impl Broadcaster {
    /// A process before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Broadcaster {
        let n = config.servers as usize;
        Broadcaster {
            id,
            delivery: Delivery::new(n),
            matrix: Matrix::new(n),
            kept: VecDeque::new(),
            log: Chunked::new(),
            collected: vec![0; n],
            pending: VecDeque::new(),
            turn: 0,
            config,
        }
    }

    /// Everything that it has delivered, in order: origin and number.
    pub fn log(&self) -> &Chunked<(NodeId, u64)> {
        &self.log
    }

    /// How many messages of each process it has delivered.
    pub fn delivered(&self) -> &[u64] {
        self.delivery.delivered()
    }

    /// Messages that it holds back.
    pub fn waiting(&self) -> usize {
        self.delivery.waiting().len()
    }

    /// Number of copies that it keeps.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// How far it has dropped copies, by origin.
    pub fn collected(&self) -> &[u64] {
        &self.collected
    }

    /// What it knows that others have.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }
}

/// What happens to it.
impl Broadcaster {
    /// Handles one input.
    pub(super) fn handle(&mut self, input: Input<Node>, out: &mut Effects<Node>) {
        match input {
            Input::Started { disk } => self.start(&disk, out),
            Input::Message { message: Message::Command(Act::Broadcast(value)), .. } => self.broadcast(value, out),
            Input::Message { from, message: Message::Broadcast(message) } => self.take(from, message, out),
            Input::Message { from, message: Message::Gossip(matrix) } => self.hear(from, &matrix, out),
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Persisted(write) => self.persisted(write, out),
            Input::Timer(Timer::Gossip) => self.gossip(out),
            Input::Timer(Timer::Act) => self.by_itself(out),
            Input::Timer(_) | Input::Request { .. } | Input::WriteFailed(_) => {}
        }
    }

    /// What is on disk was delivered, in this order. A message that cannot follow, behind a damaged record, is left out: others
    /// still have it, as far as this one has not told that it has.
    fn start(&mut self, disk: &[Slot<Record>], out: &mut Effects<Node>) {
        *self = Broadcaster::new(self.id, self.config.clone());
        for slot in disk {
            if let Slot::Intact(Record::Delivered(message)) = slot {
                self.keep(message.clone());
                self.matrix.see(self.id.index(), message.origin, message.n);
            }
        }
        self.arm(out);
    }

    fn arm(&self, out: &mut Effects<Node>) {
        let every = self.config.gossip_us;
        out.set_timer(Timer::Gossip, every, every.saturating_add(every / 4));
        self.arm_act(out);
    }

    fn arm_act(&self, out: &mut Effects<Node>) {
        if self.config.every_us_max > 0 {
            out.set_timer(Timer::Act, self.config.every_us_min, self.config.every_us_max);
        }
    }

    fn by_itself(&mut self, out: &mut Effects<Node>) {
        self.arm_act(out);
        self.broadcast(self.log.len() as u64, out);
    }

    fn broadcast(&mut self, value: u64, out: &mut Effects<Node>) {
        let after = self.delivery.delivered().to_vec();
        let n = after.get(self.id.index()).copied().unwrap_or(0) + 1;
        let message = Arc::new(Broadcast { origin: self.id.index(), n, after, value });
        let write = self.deliver(message.clone(), out);
        for other in self.others() {
            out.send_after(other, Message::Broadcast(message.clone()), Some(write));
        }
        out.note(Note::new(&notes::BROADCASTS, [n, value]));
    }

    fn others(&self) -> impl Iterator<Item = NodeId> + use<> {
        let id = self.id;
        (0..self.config.servers).map(NodeId).filter(move |node| *node != id)
    }

    fn take(&mut self, from: NodeId, message: Arc<Broadcast<u64>>, out: &mut Effects<Node>) {
        if message.origin >= self.config.servers as usize || message.after.len() != self.config.servers as usize {
            return out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)]));
        }
        // Its sender had all that on disk when it sent.
        (0..message.after.len()).for_each(|of| self.matrix.see(message.origin, of, message.after[of]));
        self.matrix.see(message.origin, message.origin, message.n);
        if self.delivery.knows(&message) {
            return;
        }
        let rules = self.config.rules;
        let (origin, n) = (message.origin as u64, message.n);
        let ready = self.delivery.take((*message).clone(), |delivery, next| rules.may_deliver(delivery.is_next(next)));
        if ready.is_empty() {
            return out.note(Note::new(&notes::HOLDS_BACK, [origin, n]));
        }
        for next in ready {
            let args = [next.origin as u64, next.n, next.value];
            self.deliver(Arc::new(next), out);
            out.note(Note::new(&notes::DELIVERS, args));
        }
    }

    /// A delivery goes to disk; what waits for it waits for this write.
    fn deliver(&mut self, message: Arc<Broadcast<u64>>, out: &mut Effects<Node>) -> WriteId {
        let write = out.persist(Record::Delivered(message.clone()));
        self.pending.push_back((write, NodeId(message.origin as u16), message.n));
        self.keep(message);
        write
    }

    fn keep(&mut self, message: Arc<Broadcast<u64>>) {
        self.delivery.deliver(&message);
        self.log.push((NodeId(message.origin as u16), message.n));
        self.kept.push_back(message);
    }

    fn persisted(&mut self, write: WriteId, out: &mut Effects<Node>) {
        while let Some((_, origin, n)) = self.pending.front().copied().filter(|(pending, ..)| pending.0 <= write.0) {
            self.pending.pop_front();
            self.matrix.see(self.id.index(), origin.index(), n);
        }
        self.collect(out);
    }

    /// Tells one of the others what everybody has, as far as it is known here.
    fn gossip(&mut self, out: &mut Effects<Node>) {
        let every = self.config.gossip_us;
        out.set_timer(Timer::Gossip, every, every.saturating_add(every / 4));
        let others = self.config.servers.saturating_sub(1);
        if others > 0 {
            let to = NodeId((self.id.0 + 1 + self.turn % others) % self.config.servers);
            self.turn = self.turn.wrapping_add(1);
            out.send(to, Message::Gossip(Arc::new(self.matrix.clone())));
        }
    }

    /// Learns what others have, sends the sender what it lacks, and drops what nobody lacks.
    fn hear(&mut self, from: NodeId, matrix: &Matrix, out: &mut Effects<Node>) {
        self.matrix.merge(matrix);
        let lacks = |message: &&Arc<Broadcast<u64>>| message.n > self.matrix.get(from.index(), message.origin);
        let again: Vec<Arc<Broadcast<u64>>> = self.kept.iter().filter(lacks).take(AGAIN_MAX).cloned().collect();
        // What is not on disk here is not sent: its own sender's copy is on the way.
        let durable = |message: &Arc<Broadcast<u64>>| message.n <= self.matrix.get(self.id.index(), message.origin);
        let again: Vec<_> = again.into_iter().filter(durable).collect();
        if !again.is_empty() {
            out.note(Note::new(&notes::SENDS_AGAIN, [again.len() as u64, u64::from(from.0)]));
        }
        again.into_iter().for_each(|message| out.send(from, Message::Broadcast(message)));
        self.collect(out);
    }

    fn collect(&mut self, out: &mut Effects<Node>) {
        let mine = self.id.index();
        for of in 0..self.collected.len() {
            let upto = self.config.rules.collectable(self.matrix.seen_by_all(of), self.matrix.get(mine, of));
            self.collected[of] = self.collected[of].max(upto);
        }
        let before = self.kept.len();
        let collected = &self.collected;
        self.kept.retain(|message| message.n > collected[message.origin]);
        let dropped = before - self.kept.len();
        if dropped > 0 {
            out.note(Note::new(&notes::COLLECTS, [dropped as u64, self.kept.len() as u64]));
        }
    }
}

impl Encode for Broadcaster {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.delivery.delivered().iter());
        to.len(self.delivery.waiting().len());
        self.delivery.waiting().iter().for_each(|message| to.put(message));
        to.put(&self.matrix);
        to.len(self.kept.len());
        self.kept.iter().for_each(|message| to.put(&**message));
        to.list(self.collected.iter());
        to.len(self.pending.len());
        for (_, origin, n) in &self.pending {
            to.put(origin);
            to.u64(*n);
        }
        to.u16(self.turn);
    }
}
