//! A process that broadcasts, delivers in causal order, and keeps copies as long as somebody may lack them.
//!
//! Everything that it delivers is on disk before it tells that it has it: with that, and with its matrix clock, it sends again
//! what others lack, and drops what everybody has (Wuu, Bernstein 1984).
//!
//! A damaged disk costs what it has lost, and nothing else: what cannot follow without it waits until somebody sends it again, and
//! no number is given twice. If everybody had it, the copies are gone, and what needs it waits for ever. A process that cannot
//! tell how many messages it has broadcast broadcasts no more.

use super::causal::{Broadcast, Delivery};
use super::config::Config;
use super::matrix::Matrix;
use super::message::{Act, Message, Record, Timer};
use super::node::Node;
use super::notes;
use crate::base::{Chunked, Encode, Encoder, NodeId, Note, WriteId};
use crate::protocol::{Effects, Input, Slot};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// At most so many copies go out at once.
const AGAIN_MAX: usize = 16;

/// A message that was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Who broadcast it.
    pub origin: NodeId,
    /// Its number there, from 1.
    pub n: u64,
    /// What it says.
    pub value: u64,
}

/// A broadcasting process.
#[derive(Clone, Debug)]
pub struct Broadcaster {
    id: NodeId,
    config: Arc<Config>,
    delivery: Delivery<u64>,
    matrix: Matrix,
    /// Delivered, and perhaps lacked by somebody: in the order of delivery.
    kept: VecDeque<Arc<Broadcast<u64>>>,
    /// Everything delivered, in order.
    log: Chunked<Delivered>,
    /// How many messages it may have broadcast, as far as its disk could be read: it gives no number up to this.
    spoken: u64,
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
            spoken: 0,
            collected: vec![0; n],
            pending: VecDeque::new(),
            turn: 0,
            config,
        }
    }

    /// Everything that it has delivered, in order.
    pub fn log(&self) -> &Chunked<Delivered> {
        &self.log
    }

    /// How many messages of each process it has delivered.
    pub fn delivered(&self) -> &[u64] {
        self.delivery.delivered()
    }

    /// Messages that it holds back.
    pub fn waiting(&self) -> &[Broadcast<u64>] {
        self.delivery.waiting()
    }

    /// The copies that it keeps, in the order of delivery.
    pub fn kept(&self) -> impl DoubleEndedIterator<Item = &Broadcast<u64>> + ExactSizeIterator {
        self.kept.iter().map(|message| &**message)
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
            Input::WriteFailed(_) => out.exit(Note::new(&notes::CANNOT_WRITE, [])),
            Input::Timer(_) | Input::Request { .. } => {}
        }
    }

    /// What is on disk was delivered. What cannot follow, behind a damaged record, waits as if it had just arrived.
    fn start(&mut self, disk: &[Slot<Record>], out: &mut Effects<Node>) {
        *self = Broadcaster::new(self.id, self.config.clone());
        let intact = |slot: &Slot<Record>| match slot {
            Slot::Intact(Record::Delivered(message)) => Some(message.clone()),
            _ => None,
        };
        for message in disk.iter().filter_map(intact) {
            for next in self.delivery.take((*message).clone(), Delivery::is_next) {
                self.matrix.see(self.id.index(), next.origin, next.n);
                self.keep(Arc::new(next));
            }
        }
        self.spoken = spoken(self.id, self.config.servers as usize, disk);
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
        if n <= self.spoken {
            return out.note(Note::new(&notes::KEEPS_SILENT, [n]));
        }
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
        // Its sender had all that on disk when it sent. What this process has itself, its own disk says.
        if message.origin != self.id.index() {
            (0..message.after.len()).for_each(|of| self.matrix.see(message.origin, of, message.after[of]));
            self.matrix.see(message.origin, message.origin, message.n);
        }
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
        self.log.push(Delivered { origin: NodeId(message.origin as u16), n: message.n, value: message.value });
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
        self.matrix.merge(matrix, self.id.index());
        // By what it says of itself now: it may have lost what it said that it had.
        let lacks = |message: &&Arc<Broadcast<u64>>| message.n > matrix.get(from.index(), message.origin);
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

/// How many messages a process may have broadcast. Its own come in order, each on disk before it goes out, so that beyond the last
/// one that can be read there are at most as many as there are damaged records behind it; none, if what the others needed
/// accounts for every damaged record.
fn spoken(id: NodeId, servers: usize, disk: &[Slot<Record>]) -> u64 {
    let (mut needed, mut read) = (vec![0u64; servers], BTreeSet::new());
    let (mut damaged, mut behind, mut own) = (0, 0, 0);
    for slot in disk {
        match slot {
            Slot::Intact(Record::Delivered(message)) => {
                read.insert((message.origin, message.n));
                needed.iter_mut().zip(&message.after).for_each(|(needed, after)| *needed = (*needed).max(*after));
                if let Some(needed) = needed.get_mut(message.origin) {
                    *needed = (*needed).max(message.n);
                }
                if message.origin == id.index() && message.n > own {
                    (own, behind) = (message.n, 0);
                }
            }
            Slot::Corrupt => (damaged, behind) = (damaged + 1, behind + 1),
            // It was never on disk, so nothing was said of it.
            Slot::Torn | Slot::Intact(_) => {}
        }
    }
    let own = needed.get(id.index()).copied().unwrap_or(0).max(own);
    let missing = needed.iter().sum::<u64>().saturating_sub(read.len() as u64);
    if missing == damaged { own } else { own.saturating_add(behind) }
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
        to.u64(self.spoken.max(self.delivered()[self.id.index()]));
        to.len(self.pending.len());
        for (_, origin, n) in &self.pending {
            to.put(origin);
            to.u64(*n);
        }
        to.u16(self.turn);
    }
}
