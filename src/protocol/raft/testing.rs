//! A cluster in memory for the tests of this folder: it executes effects over a network that loses nothing and keeps order,
//! unless a test cuts a link, and with disks that write at once, unless a test holds one.

use super::*;
use crate::base::{LocalTime, NoteKind, OpId, WriteId};
use crate::protocol::{Core, Effect, Effects, Input, Outcome, Slot, TimerName, kv, machine};
use std::collections::VecDeque;
use std::sync::Arc;

pub(super) const S0: NodeId = NodeId(0);
pub(super) const S1: NodeId = NodeId(1);
pub(super) const S2: NodeId = NodeId(2);
pub(super) const S3: NodeId = NodeId(3);
pub(super) const S4: NodeId = NodeId(4);
pub(super) const X: kv::Key = kv::Key(0);

pub(super) use crate::base::NodeId;

/// A node and what surrounds it.
pub(super) struct Host {
    pub(super) node: Node,
    pub(super) up: bool,
    pub(super) disk: Vec<Slot<Record>>,
    /// Writes on their way, oldest first.
    pub(super) writing: VecDeque<(WriteId, Record)>,
    pub(super) holds_writes: bool,
    /// Armed timers with their ranges, by number.
    pub(super) timers: [Option<(u64, u64)>; Timer::NAMES.len()],
    pub(super) notes: Vec<crate::base::Note>,
    waiting: Vec<(NodeId, Message, WriteId)>,
    next_write: u32,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sent {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) message: Message,
}

pub(super) struct Cluster {
    pub(super) hosts: Vec<Host>,
    pub(super) network: VecDeque<Sent>,
    pub(super) cut: Vec<(NodeId, NodeId)>,
    pub(super) replies: Vec<(OpId, Outcome<machine::Answer>)>,
    pub(super) violations: Vec<(NodeId, &'static str)>,
    pub(super) now_us: u64,
    servers: u16,
}

/// Neither PreVote nor CheckQuorum: the paper's Raft.
pub(super) fn paper() -> Config {
    Config { pre_vote: false, check_quorum: false, ..Config::default() }
}

pub(super) fn mutant(mutant: Mutant) -> Config {
    Config { rules: Rules::RIGHT.with(mutant), ..paper() }
}

pub(super) fn put(value: u64) -> Command {
    Command::Client { client: NodeId(60), seq: value as u32, op: kv::Op::Put(X, value) }
}

pub(super) fn entry(term: Term, value: u64) -> Entry {
    Entry { term, command: put(value) }
}

/// A disk that holds a log with these terms, in `term`, with no vote.
pub(super) fn disk_with(term: Term, log: &[Term]) -> Vec<Slot<Record>> {
    let entries = log.iter().enumerate().map(|(at, term)| entry(*term, at as u64 + 1)).collect();
    vec![Slot::Intact(Record::HardState(HardState { term, voted_for: None })), Slot::Intact(Record::Append { from: 1, entries })]
}

pub(super) fn terms(log: &Log) -> Vec<Term> {
    log.iter_from(1).map(|entry| entry.term).collect()
}

impl Cluster {
    /// Started servers 0 to `servers - 1`, with empty disks, and one client after them.
    pub(super) fn new(servers: u16, config: Config) -> Cluster {
        Cluster::with_disks(config, vec![Vec::new(); servers as usize])
    }

    /// Started servers, one for each disk, and one client after them.
    pub(super) fn with_disks(config: Config, disks: Vec<Vec<Slot<Record>>>) -> Cluster {
        let config = Arc::new(config);
        config.validate().expect("settings that can work");
        let servers = disks.len() as u16;
        let voters = NodeSet::first(servers);
        let mut nodes: Vec<Node> =
            (0..servers).map(|id| Node::Server(Server::new(NodeId(id), voters.clone(), config.clone()))).collect();
        nodes.push(Node::Client(Client::new(NodeId(servers), voters, config)));
        let host = |(node, disk)| Host {
            node,
            up: false,
            disk,
            writing: VecDeque::new(),
            holds_writes: false,
            timers: Default::default(),
            notes: Vec::new(),
            waiting: Vec::new(),
            next_write: 0,
        };
        let hosts = nodes.into_iter().zip(disks.into_iter().chain([Vec::new()])).map(host).collect();
        let mut cluster = Cluster {
            hosts,
            network: VecDeque::new(),
            cut: Vec::new(),
            replies: Vec::new(),
            violations: Vec::new(),
            now_us: 1_000_000,
            servers,
        };
        (0..=servers).for_each(|id| cluster.restart(NodeId(id)));
        cluster
    }

    pub(super) fn server(&self, id: NodeId) -> &Server {
        self.hosts[id.index()].node.as_server().expect("a server")
    }

    pub(super) fn client(&self) -> &Client {
        self.hosts[self.servers as usize].node.as_client().expect("the client")
    }

    pub(super) fn client_id(&self) -> NodeId {
        NodeId(self.servers)
    }

    pub(super) fn host(&mut self, id: NodeId) -> &mut Host {
        &mut self.hosts[id.index()]
    }

    pub(super) fn server_ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.servers).map(NodeId)
    }

    /// Gives a node an input and executes what it asks for.
    pub(super) fn input(&mut self, id: NodeId, input: Input<Node>) {
        if !self.hosts[id.index()].up {
            return;
        }
        let mut out = Effects::default();
        out.begin(self.hosts[id.index()].next_write);
        let now = LocalTime { monotonic_us: self.now_us, wall_us: 0 };
        self.hosts[id.index()].node.handle(now, input, &mut out);
        self.execute(id, out);
        if !self.hosts[id.index()].holds_writes {
            self.persist(id);
        }
    }

    fn execute(&mut self, id: NodeId, mut out: Effects<Node>) {
        let host = &mut self.hosts[id.index()];
        for effect in out.drain() {
            match effect {
                Effect::Send { to, message, after } => match after.filter(|write| host.writing.iter().any(|(w, _)| w == write)) {
                    Some(write) => host.waiting.push((to, message, write)),
                    None => self.network.push_back(Sent { from: id, to, message }),
                },
                Effect::SetTimer { timer, delay_us_min, delay_us_max } => {
                    host.timers[timer.index() as usize] = Some((delay_us_min, delay_us_max));
                }
                Effect::CancelTimer(timer) => host.timers[timer.index() as usize] = None,
                Effect::Persist { write, record } => {
                    host.writing.push_back((write, record));
                    host.next_write = write.0 + 1;
                }
                Effect::Reply { op, outcome } => self.replies.push((op, outcome)),
                Effect::Note(note) => host.notes.push(note),
                Effect::Violation(note) => {
                    self.violations.push((id, note.kind.key));
                    host.up = false;
                }
                Effect::Exit(note) => {
                    host.notes.push(note);
                    host.up = false;
                }
            }
        }
    }

    /// Completes all writes of a node.
    pub(super) fn persist(&mut self, id: NodeId) {
        while let Some((write, record)) = self.hosts[id.index()].writing.pop_front() {
            let host = &mut self.hosts[id.index()];
            host.disk.push(Slot::Intact(record));
            let (ready, waiting) = std::mem::take(&mut host.waiting).into_iter().partition(|(_, _, after)| *after <= write);
            host.waiting = waiting;
            let ready: Vec<(NodeId, Message, WriteId)> = ready;
            self.network.extend(ready.into_iter().map(|(to, message, _)| Sent { from: id, to, message }));
            let holds = std::mem::replace(&mut self.hosts[id.index()].holds_writes, true);
            self.input(id, Input::Persisted(write));
            self.hosts[id.index()].holds_writes = holds;
        }
    }

    /// Fires an armed timer; false if it is not armed.
    pub(super) fn fire(&mut self, id: NodeId, timer: Timer) -> bool {
        self.now_us += 200_000;
        let armed = self.hosts[id.index()].timers[timer.index() as usize].take().is_some();
        if armed {
            self.input(id, Input::Timer(timer));
        }
        armed
    }

    /// Hands over one message, as if `from` had sent it.
    pub(super) fn hand(&mut self, from: NodeId, to: NodeId, message: Message) {
        self.input(to, Input::Message { from, message });
    }

    /// Delivers the oldest message, unless its link is cut; false if there is none.
    pub(super) fn step(&mut self) -> bool {
        let Some(Sent { from, to, message }) = self.network.pop_front() else { return false };
        if !self.cut.contains(&(from, to)) && to.index() < self.hosts.len() {
            self.hand(from, to, message);
        }
        true
    }

    /// Delivers until nothing is on its way; returns how many messages that took.
    pub(super) fn settle(&mut self) -> usize {
        let delivered = (0..100_000).take_while(|_| self.step()).count();
        assert!(delivered < 100_000, "the cluster does not come to rest");
        delivered
    }

    /// Takes the messages on their way out of the network.
    pub(super) fn sent(&mut self) -> Vec<Sent> {
        self.network.drain(..).collect()
    }

    pub(super) fn sent_to(&mut self, to: NodeId) -> Vec<Message> {
        self.sent().into_iter().filter(|sent| sent.to == to).map(|sent| sent.message).collect()
    }

    /// Lets a server win an election.
    pub(super) fn elect(&mut self, id: NodeId) {
        for other in self.server_ids().filter(|other| *other != id) {
            self.forget_leader(other);
        }
        self.fire(id, Timer::Election);
        self.settle();
        assert!(self.server(id).is_leader(), "{id:?} is {:?}", self.server(id).role());
    }

    /// Lets a follower's election timer run out without anybody hearing of it.
    fn forget_leader(&mut self, id: NodeId) {
        if self.server(id).config().pre_vote && !self.server(id).is_leader() {
            let before = self.network.clone();
            self.fire(id, Timer::Election);
            self.network = before;
        }
    }

    pub(super) fn heartbeat(&mut self, id: NodeId) {
        self.fire(id, Timer::Heartbeat);
        self.settle();
    }

    pub(super) fn crash(&mut self, id: NodeId) {
        let host = self.host(id);
        host.up = false;
        host.writing.clear();
        host.waiting.clear();
        host.timers = Default::default();
    }

    pub(super) fn restart(&mut self, id: NodeId) {
        self.crash(id);
        let host = self.host(id);
        host.up = true;
        let disk = host.disk.clone();
        self.input(id, Input::Started { disk });
    }

    pub(super) fn isolate(&mut self, id: NodeId) {
        let others: Vec<NodeId> = self.server_ids().chain([self.client_id()]).filter(|other| *other != id).collect();
        self.cut.extend(others.into_iter().flat_map(|other| [(id, other), (other, id)]));
    }

    pub(super) fn heal(&mut self) {
        self.cut.clear();
    }

    /// The client's workload asks for its n-th operation, of `target` first.
    pub(super) fn ask(&mut self, n: u32, op: kv::Op, target: NodeId) -> OpId {
        let id = OpId { client: self.client_id(), n };
        self.input(self.client_id(), Input::Request { op: id, request: Request { op: op.into(), target: Some(target) } });
        id
    }

    pub(super) fn outcome(&self, op: OpId) -> Option<&Outcome<machine::Answer>> {
        self.replies.iter().find(|(of, _)| *of == op).map(|(_, outcome)| outcome)
    }

    pub(super) fn noted(&self, id: NodeId, kind: &'static NoteKind) -> usize {
        self.hosts[id.index()].notes.iter().filter(|note| std::ptr::eq(note.kind, kind)).count()
    }

    pub(super) fn value_at(&self, id: NodeId) -> Option<Vec<u64>> {
        self.server(id).store()?.get(X).map(|value| value.to_vec())
    }

    /// Servers that lead `term`.
    pub(super) fn leaders_of(&self, term: Term) -> Vec<NodeId> {
        self.server_ids().filter(|id| self.server(*id).is_leader() && self.server(*id).term() == term).collect()
    }
}

/// An AppendEntries of `term` after (prev_index, prev_term).
pub(super) fn append(term: Term, prev: (Index, Term), entries: &[Entry], commit: Index) -> Message {
    let entries = entries.iter().copied().collect();
    Message::AppendEntries { term, prev_index: prev.0, prev_term: prev.1, commit, entries }
}

pub(super) fn request_vote(term: Term, last: (Term, Index)) -> Message {
    Message::RequestVote { pre: false, term, last_index: last.1, last_term: last.0 }
}

pub(super) fn vote(term: Term, granted: bool) -> Message {
    Message::RequestVoteResponse { pre: false, term, granted }
}
