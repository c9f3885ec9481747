//! A server of the consensus variant: Raft with the table of locks as its state machine, and what a leader does beside it.

use super::lessor::Lessor;
use super::watches::{Watch, Watches};
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note};
use crate::protocol::lock::command::{Answer, Command, Lease, Mode};
use crate::protocol::lock::config::Config;
use crate::protocol::lock::message::{Message, Record, Timer};
use crate::protocol::lock::notes;
use crate::protocol::lock::role::Role;
use crate::protocol::lock::table::Table;
use crate::protocol::lock::timers;
use crate::protocol::machine::{self, Machine, Op};
use crate::protocol::raft::{self, NodeSet, Server};
use crate::protocol::{Effects, Input, Slot};
use std::sync::Arc;

/// What a leader did in its last step, for those who watch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deed {
    /// How many entries went, and delays ended.
    pub freed: u64,
    /// How many of those were woken that want a lock for themselves alone, and still have an entry.
    pub woken: usize,
}

/// A server.
#[derive(Clone, Debug)]
pub struct Replica {
    config: Arc<Config>,
    raft: Server,
    lessor: Lessor,
    watches: Watches,
    /// The term in which it led at the end of its last step, if it did.
    leads: Option<u64>,
    /// What the timer of leases is set to, by its monotonic clock, microseconds.
    armed: Option<u64>,
    deed: Deed,
}

/// What can be read from outside.
impl Replica {
    /// A server before its first start.
    pub fn new(id: NodeId, config: Arc<Config>) -> Replica {
        let table = Table::new(config.rules.permits(config.consensus.permits) as usize, config.consensus.lock_delay_us > 0);
        let voters = NodeSet::first(config.nodes());
        let raft = Server::with_machine(id, voters, config.consensus.raft.clone(), Machine::Lock(Box::new(table)));
        Replica {
            config,
            raft,
            lessor: Lessor::default(),
            watches: Watches::default(),
            leads: None,
            armed: None,
            deed: Deed::default(),
        }
    }

    /// The server of the log.
    pub fn raft(&self) -> &Server {
        &self.raft
    }

    /// Its locks, up to what it has applied.
    pub fn table(&self) -> Option<&Table> {
        self.raft.machine().as_table()
    }

    /// Who waits, as far as it knows.
    pub fn watches(&self) -> &Watches {
        &self.watches
    }

    /// How it measures leases.
    pub fn lessor(&self) -> &Lessor {
        &self.lessor
    }

    /// How long a lease has left by its own measure, microseconds; `None` if it is over, or not measured here.
    pub fn left_us(&self, lease: Lease, now: LocalTime) -> Option<u64> {
        self.lessor.left_us(lease, self.table()?.life(lease)?, &self.config, now)
    }

    /// What it did in its last step.
    pub fn deed(&self) -> Deed {
        self.deed
    }
}

/// What happens to it.
impl Replica {
    /// Handles one input.
    pub(in crate::protocol::lock) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.deed = Deed::default();
        let mut inner = out.inside::<raft::Node>();
        let started = matches!(input, Input::Started { .. });
        let before = if started { (0, 0) } else { (self.raft.last_applied(), self.table().map_or(0, Table::freed)) };
        if matches!(input, Input::Timer(Timer::Lease)) {
            self.armed = None;
        }
        match input {
            Input::Message { from, message: Message::Watch(watch) } => self.watch(from, watch, out),
            Input::Message { from, message } if self.answers_alone(from, &message, now, out) => {}
            other => {
                if let Some(input) = for_raft(other) {
                    self.raft.handle(now, input, &mut inner);
                }
            }
        }
        if started {
            (self.lessor, self.watches, self.leads, self.armed) = (Lessor::default(), Watches::default(), None, None);
        }
        self.follow(before, now, out);
        self.expire(now, &mut inner, out);
        out.adopt(&mut inner, Message::Raft, Record::Raft, from_raft);
        self.arm(now, out);
    }

    /// What the log has brought since that index, when so much had been freed.
    fn follow(&mut self, (before, freed): (u64, u64), now: LocalTime, out: &mut Effects<Role>) {
        let Some(table) = self.raft.machine().as_table() else { return };
        let rules = self.config.rules;
        let leads = self.raft.is_leader().then(|| self.raft.term());
        if leads != self.leads {
            self.watches.clear();
            match leads {
                Some(_) => {
                    self.lessor.restart(table, now);
                    out.note(Note::new(&notes::RESTARTS_LEASES, [table.leases().count() as u64]));
                }
                None if !rules.decides_expiry(false) => self.lessor.clear(),
                None => {}
            }
            self.leads = leads;
        }
        if !rules.decides_expiry(leads.is_some()) {
            return;
        }
        for index in before + 1..=self.raft.last_applied() {
            let Some(command) = self.raft.log().get(index).and_then(lock_command) else { continue };
            match command {
                Command::Grant { lease, .. } | Command::KeepAlive { lease, .. } => self.lessor.renew(lease, &self.config, now),
                _ => {}
            }
        }
        self.deed.freed = table.freed().saturating_sub(freed);
        self.lessor.follow(table, now);
        if leads.is_some() {
            self.wake(out);
        }
    }

    fn wake(&mut self, out: &mut Effects<Role>) {
        let Some(table) = self.raft.machine().as_table() else { return };
        for (client, watch) in self.watches.take_woken(table, self.deed.freed > 0, self.config.rules) {
            let exists = table.place(watch.name, watch.created, watch.mode).exists;
            self.deed.woken += usize::from(exists && watch.mode == Mode::Exclusive);
            out.note(Note::new(&notes::WAKES, [client.0.into(), watch.name.into()]));
            out.send(client, Message::Gone { lease: watch.lease, watched: watch.watched });
        }
    }

    /// Somebody waits; what it waits for may have gone already.
    fn watch(&mut self, client: NodeId, watch: Watch, out: &mut Effects<Role>) {
        let Some(table) = self.raft.machine().as_table().filter(|_| self.raft.is_leader()) else {
            let (seq, leader) = (watch.lease.op, self.raft.leader());
            return out.send(client, Message::Raft(raft::Message::ClientRedirect { seq, leader }));
        };
        if table.wakes(watch.name, watch.watched, watch.created, watch.mode) {
            return out.send(client, Message::Gone { lease: watch.lease, watched: watch.watched });
        }
        self.watches.add(client, watch);
    }

    /// Whether a sign of life is confirmed without the log.
    fn answers_alone(&mut self, client: NodeId, message: &Message, now: LocalTime, out: &mut Effects<Role>) -> bool {
        let Message::Raft(raft::Message::ClientRequest { seq, op: Op::Lock(Command::KeepAlive { lease, nth, .. }) }) = message
        else {
            return false;
        };
        if !self.raft.is_leader() || self.config.rules.keep_alive_needs_log() {
            return false;
        }
        let lives = self.table().is_some_and(|table| table.life(*lease).is_some());
        if lives {
            self.lessor.renew(*lease, &self.config, now);
        }
        let answer = machine::Answer::Lock(Answer::Lives { lease: *lease, nth: *nth, lives });
        out.send(client, Message::Raft(raft::Message::ClientAnswer { seq: *seq, answer }));
        true
    }

    /// Proposes that leases and delays are over whose time is.
    fn expire(&mut self, now: LocalTime, inner: &mut Effects<raft::Node>, out: &mut Effects<Role>) {
        let Some(table) = self.raft.machine().as_table() else { return };
        let expired = self.lessor.take_expired(table, &self.config, now);
        let undelayed = self.lessor.take_undelayed(self.config.consensus.lock_delay_us, now.monotonic_us);
        for (lease, renewed) in expired {
            out.note(Note::new(&notes::EXPIRES, [lease.client.0.into(), self.config.ttl_us]));
            self.conclude(Command::Expire { lease, renewed }, inner);
        }
        for (name, since) in undelayed {
            out.note(Note::new(&notes::UNDELAYS, [name.into(), self.config.consensus.lock_delay_us]));
            self.conclude(Command::Undelay { name, since }, inner);
        }
    }

    /// Through the log, if it leads. Who does not and decides nevertheless has it for itself alone.
    fn conclude(&mut self, command: Command, inner: &mut Effects<raft::Node>) {
        match self.raft.is_leader() {
            true => self.raft.propose(command.into(), inner),
            false => self.raft.apply_alone(&command.into()),
        }
    }

    fn arm(&mut self, now: LocalTime, out: &mut Effects<Role>) {
        let Some(table) = self.raft.machine().as_table() else { return };
        let left_us = self.lessor.next_us(table, &self.config, self.config.consensus.lock_delay_us, now);
        let at_us = left_us.map(|left_us| now.monotonic_us.saturating_add(left_us));
        timers::arm(Timer::Lease, &mut self.armed, at_us, now, out);
    }
}

/// The lock command of an entry, if it is one.
fn lock_command(entry: &raft::Entry) -> Option<Command> {
    match entry.command {
        raft::Command::Lock { command, .. } => Some(command),
        _ => None,
    }
}

/// An input as Raft's core takes it; `None` if it is not for it.
fn for_raft(input: Input<Role>) -> Option<Input<raft::Node>> {
    Some(match input {
        Input::Started { disk } => Input::Started { disk: disk.into_iter().filter_map(slot).collect() },
        Input::Message { from, message: Message::Raft(message) } => Input::Message { from, message },
        Input::Timer(Timer::Election) => Input::Timer(raft::Timer::Election),
        Input::Timer(Timer::Heartbeat) => Input::Timer(raft::Timer::Heartbeat),
        Input::Timer(Timer::CheckQuorum) => Input::Timer(raft::Timer::CheckQuorum),
        Input::Persisted(write) => Input::Persisted(write),
        Input::WriteFailed(write) => Input::WriteFailed(write),
        Input::Message { .. } | Input::Timer(_) | Input::Request { .. } => return None,
    })
}

fn slot(slot: Slot<Record>) -> Option<Slot<raft::Record>> {
    match slot {
        Slot::Intact(Record::Raft(record)) => Some(Slot::Intact(record)),
        Slot::Intact(_) => None,
        Slot::Torn => Some(Slot::Torn),
        Slot::Corrupt => Some(Slot::Corrupt),
    }
}

/// A timer of Raft's servers; they have no clients' timers.
fn from_raft(timer: raft::Timer) -> Option<Timer> {
    match timer {
        raft::Timer::Election => Some(Timer::Election),
        raft::Timer::Heartbeat => Some(Timer::Heartbeat),
        raft::Timer::CheckQuorum => Some(Timer::CheckQuorum),
        raft::Timer::Retry | raft::Timer::Deadline => None,
    }
}

impl Encode for Replica {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.raft);
        to.option(self.table());
        to.put(&self.lessor);
        to.put(&self.watches);
    }
}
