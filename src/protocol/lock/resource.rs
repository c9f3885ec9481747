//! What the lock is for: a resource that takes writes. It remembers the greatest fence of each key on disk, and takes no write
//! with a smaller one (Kleppmann 2016, *How to do distributed locking*).
//!
//! With sequencers it moreover asks the lock service whether what a writer shows is still that of a holder, and takes the write only
//! then (Burrows 2006, section 2.4). So it refuses what a fence cannot tell from right: a late write that comes before the next
//! holder's first.

use super::command::{Answer, Command, Sequencer};
use super::config::Config;
use super::consensus::finder::Finder;
use super::message::{Accepted, Message, Record, Timer};
use super::notes;
use super::role::Role;
use super::timers;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, WriteId};
use crate::protocol::{Effects, Input, Slot, machine, raft};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What became of a write, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    /// The how-many-eth write it was that came since the resource started.
    pub nth: u64,
    /// Which.
    pub write: Accepted,
    /// What was shown with it.
    pub shown: Option<Sequencer>,
    /// What the resource made of it.
    pub ruling: Ruling,
}

/// What the resource makes of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It takes it.
    Accepted,
    /// It does not: it has seen this greater fence.
    Overtaken(u64),
    /// It does not: what was shown is not that of a holder, or nobody has said so.
    Unproved,
}

/// A write of which the lock service is being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The how-many-eth write it is that came since the resource started.
    pub nth: u64,
    /// Which.
    pub write: Accepted,
    /// What was shown with it.
    pub shown: Sequencer,
    from: NodeId,
    seq: u32,
    /// When it is refused, microseconds.
    until_us: u64,
    /// When the next server is asked, microseconds.
    again_us: u64,
}

/// A resource.
#[derive(Clone, Debug)]
pub struct Resource {
    config: Arc<Config>,
    fences: BTreeMap<u32, u64>,
    /// The last accepted write of each key.
    last: BTreeMap<u32, Accepted>,
    accepted: u64,
    rejected: u64,
    /// How many writes have come.
    came: u64,
    /// When it started, on its own clock, microseconds: an answer that was asked for before a crash belongs to nothing since.
    started_us: u64,
    checks: Vec<Check>,
    /// The sequencer of each key that was found valid last.
    valid: BTreeMap<u32, Sequencer>,
    finder: Finder,
    /// What the timer is set to.
    armed: Option<u64>,
    deeds: Vec<Deed>,
    /// Accepted writes on their way to the disk, and those that came there in the last step.
    writing: VecDeque<(WriteId, Accepted)>,
    kept: Vec<Accepted>,
}

/// What can be read from outside.
impl Resource {
    /// A resource before its first start.
    pub fn new(config: Arc<Config>) -> Resource {
        Resource {
            fences: BTreeMap::new(),
            last: BTreeMap::new(),
            accepted: 0,
            rejected: 0,
            came: 0,
            started_us: 0,
            checks: Vec::new(),
            valid: BTreeMap::new(),
            finder: Finder::new(config.resource(), config.nodes()),
            armed: None,
            deeds: Vec::new(),
            writing: VecDeque::new(),
            kept: Vec::new(),
            config,
        }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The greatest fence of a key.
    pub fn fence(&self, key: u32) -> u64 {
        self.fences.get(&key).copied().unwrap_or(0)
    }

    /// The last accepted write of each key.
    pub fn last(&self) -> impl Iterator<Item = &Accepted> {
        self.last.values()
    }

    /// How many writes it accepted since it started.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many writes it rejected since it started.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// How many writes have come since it started.
    pub fn came(&self) -> u64 {
        self.came
    }

    /// Writes of which the lock service is being asked, in the order in which they came.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// What it did in its last step.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// Writes that came on disk in its last step: no crash undoes them.
    pub fn kept(&self) -> &[Accepted] {
        &self.kept
    }
}

/// What happens to it.
impl Resource {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        use raft::Message::{ClientAnswer, ClientRedirect};
        self.deeds.clear();
        self.kept.clear();
        match input {
            Input::Started { disk } => self.start(&disk, now),
            Input::Message { from, message: Message::Write { seq, key, token, fence, value, shown } } => {
                self.came += 1;
                self.arrive((from, seq), Accepted { key, token, fence, value }, shown, now, out);
            }
            Input::Message { from, message: Message::Raft(ClientAnswer { seq, answer: machine::Answer::Lock(answer) }) } => {
                self.finder.answered(from);
                self.answered(seq, answer, out);
            }
            Input::Message { from, message: Message::Raft(ClientRedirect { leader, .. }) } => {
                if self.finder.redirected(from, leader) {
                    (0..self.checks.len()).for_each(|at| self.ask(at, now, out));
                }
            }
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Timer(Timer::Reply) => self.ask_again(now, out),
            Input::Persisted(write) => {
                while let Some((_, accepted)) = self.writing.pop_front_if(|(on_its_way, _)| *on_its_way <= write) {
                    self.kept.push(accepted);
                }
            }
            // What is in memory is not what is on disk: the next incarnation begins with that.
            Input::WriteFailed(_) => out.exit(Note::new(&notes::CANNOT_WRITE, [])),
            Input::Timer(_) | Input::Request { .. } => {}
        }
        self.arm(now, out);
    }

    fn start(&mut self, disk: &[Slot<Record>], now: LocalTime) {
        *self = Resource { started_us: now.monotonic_us, ..Resource::new(self.config.clone()) };
        for slot in disk {
            if let Slot::Intact(Record::Accepted(write)) = slot {
                self.last.insert(write.key, *write);
                let kept = self.fence(write.key).max(write.fence);
                self.fences.insert(write.key, self.config.rules.fence_after_restart(kept));
            }
        }
    }

    fn arrive(
        &mut self,
        (from, seq): (NodeId, u32),
        write: Accepted,
        shown: Option<Sequencer>,
        now: LocalTime,
        out: &mut Effects<Role>,
    ) {
        let (nth, consensus) = (self.came, &self.config.consensus);
        if !consensus.sequencers {
            return self.judge((nth, from, seq), write, None, out);
        }
        let Some(shown) = shown else { return self.refuse((nth, from, seq), write, None, out) };
        if !self.config.rules.asks_about(self.valid.get(&write.key) == Some(&shown)) {
            return self.judge((nth, from, seq), write, Some(shown), out);
        }
        let until_us = now.monotonic_us.saturating_add(self.config.deadline_us);
        self.checks.push(Check { nth, write, shown, from, seq, until_us, again_us: until_us });
        out.note(Note::new(&notes::ASKS_ABOUT, [from.0.into(), write.key.into(), shown.generation]));
        self.ask(self.checks.len() - 1, now, out);
    }

    /// Looks at the fence of a write, now that nothing else speaks against it.
    fn judge(
        &mut self,
        (nth, from, seq): (u64, NodeId, u32),
        write: Accepted,
        shown: Option<Sequencer>,
        out: &mut Effects<Role>,
    ) {
        let greatest = self.fence(write.key);
        let (client, key) = (u64::from(from.0), u64::from(write.key));
        if !self.config.rules.accepts(write.fence, greatest) {
            self.rejected += 1;
            self.deeds.push(Deed { nth, write, shown, ruling: Ruling::Overtaken(greatest) });
            out.note(Note::new(&notes::REJECTS, [write.value, client, key, write.fence, greatest]));
            return out.send(from, Message::WriteReply { seq, ok: false });
        }
        self.accepted += 1;
        self.fences.insert(write.key, greatest.max(write.fence));
        self.last.insert(write.key, write);
        self.deeds.push(Deed { nth, write, shown, ruling: Ruling::Accepted });
        let after = out.persist(Record::Accepted(write));
        self.writing.push_back((after, write));
        out.note(match shown {
            Some(shown) => Note::new(&notes::ACCEPTS_SHOWN, [write.value, client, key, shown.generation]),
            None => Note::new(&notes::ACCEPTS, [write.value, client, key, write.fence]),
        });
        out.send_after(from, Message::WriteReply { seq, ok: true }, Some(after));
    }

    fn refuse(
        &mut self,
        (nth, from, seq): (u64, NodeId, u32),
        write: Accepted,
        shown: Option<Sequencer>,
        out: &mut Effects<Role>,
    ) {
        self.rejected += 1;
        self.deeds.push(Deed { nth, write, shown, ruling: Ruling::Unproved });
        out.send(from, Message::WriteReply { seq, ok: false });
    }
}

/// The lock service.
impl Resource {
    fn ask(&mut self, at: usize, now: LocalTime, out: &mut Effects<Role>) {
        let check = &mut self.checks[at];
        check.again_us = now.monotonic_us.saturating_add(self.config.consensus.raft.client_retry_us);
        let (seq, op) = (number(self.started_us, check.nth), Command::Check(check.shown).into());
        out.send(self.finder.leader(), Message::Raft(raft::Message::ClientRequest { seq, op }));
    }

    fn answered(&mut self, seq: u32, answer: Answer, out: &mut Effects<Role>) {
        let Answer::Checked { shown, valid } = answer else { return };
        let asked = |check: &Check| (number(self.started_us, check.nth), check.shown) == (seq, shown);
        let Some(at) = self.checks.iter().position(asked) else { return };
        let Check { nth, write, from, seq, .. } = self.checks.remove(at);
        // An answer may have been overtaken by that about a newer holder; of a semaphore nobody is.
        let newest = self.valid.get(&write.key).filter(|_| self.config.consensus.permits == 1);
        if valid && newest.is_none_or(|newest| newest.generation <= shown.generation) {
            self.valid.insert(write.key, shown);
            return self.judge((nth, from, seq), write, Some(shown), out);
        }
        out.note(Note::new(&notes::REFUSES_SHOWN, [write.value, from.0.into(), write.key.into(), shown.generation]));
        self.refuse((nth, from, seq), write, Some(shown), out);
    }

    /// A server that has not answered is asked no more, and a write that waits for too long is refused.
    fn ask_again(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        self.armed = None;
        while let Some(at) = self.checks.iter().position(|check| check.until_us <= now.monotonic_us) {
            let Check { nth, write, shown, from, seq, .. } = self.checks.remove(at);
            out.note(Note::new(&notes::REFUSES_UNPROVED, [write.value, from.0.into(), write.key.into()]));
            self.refuse((nth, from, seq), write, Some(shown), out);
        }
        let due = |check: &Check| check.again_us <= now.monotonic_us;
        if self.checks.iter().any(due) {
            self.finder.turn_to_next();
        }
        for at in 0..self.checks.len() {
            if due(&self.checks[at]) {
                self.ask(at, now, out);
            }
        }
    }

    fn arm(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        let next = self.checks.iter().map(|check| check.until_us.min(check.again_us)).min();
        timers::arm(Timer::Reply, &mut self.armed, next, now, out);
    }
}

/// What a question is known by: no two of them have the same within an hour, also if a crash lies between them.
fn number(started_us: u64, nth: u64) -> u32 {
    started_us.wrapping_add(nth) as u32
}

impl Encode for Check {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.write);
        to.put(&self.shown);
        to.put(&self.from);
        to.u32(self.seq);
        to.u64(self.until_us);
        to.u64(self.again_us);
    }
}

impl Encode for Resource {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.fences.len());
        for (key, fence) in &self.fences {
            to.u32(*key);
            to.u64(*fence);
        }
        to.list(self.last.values().collect::<Vec<_>>().into_iter());
        if self.config.consensus.sequencers {
            to.list(self.checks.iter());
            to.list(self.valid.values().collect::<Vec<_>>().into_iter());
            to.put(&self.finder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Effect;
    use crate::protocol::lock::command::Mode;
    use crate::protocol::lock::config::{Consensus, Variant};
    use crate::protocol::lock::message::Token;

    const CLIENT: NodeId = NodeId(6);

    fn handle(resource: &mut Resource, at_us: u64, input: Input<Role>) -> Vec<Message> {
        let mut out = Effects::default();
        resource.handle(LocalTime { monotonic_us: at_us, wall_us: 0 }, input, &mut out);
        let sent = out.drain().filter_map(|effect| match effect {
            Effect::Send { message, .. } => Some(message),
            _ => None,
        });
        sent.collect()
    }

    /// The number under which the lock service is asked.
    fn asked(sent: &[Message]) -> u32 {
        match sent {
            [Message::Raft(raft::Message::ClientRequest { seq, .. })] => *seq,
            other => panic!("nothing is asked: {other:?}"),
        }
    }

    #[test]
    fn an_answer_to_what_was_asked_before_a_crash_is_none() {
        let shown = Sequencer { name: 0, mode: Mode::Exclusive, generation: 7 };
        let token = Token { client: CLIENT, op: 0, attempt: 1 };
        let write = |seq| Input::Message {
            from: CLIENT,
            message: Message::Write { seq, key: 0, token, fence: 7, value: 1, shown: Some(shown) },
        };
        let valid = |seq| {
            let answer = machine::Answer::Lock(Answer::Checked { shown, valid: true });
            Input::Message { from: NodeId(0), message: Message::Raft(raft::Message::ClientAnswer { seq, answer }) }
        };
        let consensus = Consensus { sequencers: true, ..Consensus::default() };
        let config = Config { servers: 6, variant: Variant::Raft, consensus, ..Config::default() };
        let mut resource = Resource::new(Arc::new(config));
        handle(&mut resource, 0, Input::Started { disk: Vec::new() });
        let before = asked(&handle(&mut resource, 1_000, write(1)));
        handle(&mut resource, 2_000_000, Input::Started { disk: Vec::new() });
        let since = asked(&handle(&mut resource, 2_001_000, write(2)));
        handle(&mut resource, 2_002_000, valid(before));
        assert_eq!((resource.accepted(), resource.checks().len()), (0, 1));
        handle(&mut resource, 2_003_000, valid(since));
        assert_eq!((resource.accepted(), resource.checks().len()), (1, 0));
    }
}
