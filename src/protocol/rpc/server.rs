//! A server: one request after the other, out of a bounded queue. A charge and the record by which its request is recognised go
//! to disk in one step; the reply waits for it.

mod work;

use super::config::Config;
use super::dead_letters::DeadLetters;
use super::dedup::{Dedup, State};
use super::message::{Ask, Attempt, CallId, Key, Message, Record, Says, Timer};
use super::notes;
use super::queue::{FOR_EVER, Job, Queue};
use super::role::Role;
use super::rules::{Recognised, Refusal};
use super::turned_away::TurnedAway;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, NoteKind, WriteId};
use crate::protocol::{Effects, Input, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a worker that has failed takes at least until it has failed again, microseconds: it begins anew.
const RESTART_US: u64 = 1_000;

/// What a server did in its last step, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// An attempt came.
    Arrived(Attempt),
    /// Work began; it had waited so long, and was waited for until then (server's monotonic clock, microseconds).
    Started {
        /// For which call at the client with which it began.
        id: CallId,
        /// When it came.
        arrived_us: u64,
        /// Until when it was waited for.
        until_us: u64,
        /// Until when the call itself goes on.
        ends_us: u64,
    },
    /// A charge is on disk, with this result: now it cannot be lost.
    Charged(CallId, u64),
    /// It starts, and such a charge is on its disk.
    Found(CallId, u64),
    /// A request was thrown away because nobody waited for it.
    Dropped(CallId),
    /// The worker has failed at a request.
    Failed(CallId),
    /// Nobody works on a request any more, and nothing came of it; it is not set aside either.
    LetGo(CallId),
}

/// What it has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Attempts that came.
    pub arrived: u64,
    /// Requests that were worked on to the end.
    pub worked: u64,
    /// Charges made.
    pub charges: u64,
    /// Attempts answered with a stored result, or joined to one in progress.
    pub recognised: u64,
    /// Attempts thrown away because nobody waited.
    pub dropped: u64,
    /// Attempts turned away for want of room.
    pub turned_away: u64,
    /// How often the worker has failed.
    pub failed: u64,
    /// Updates tried: second halves that were worked on.
    pub updates: u64,
    /// Those of them that were refused, because what they had seen was so no more.
    pub changed: u64,
}

/// An effect on its way to disk.
#[derive(Clone, Copy, Debug)]
struct Unsynced {
    write: WriteId,
    id: CallId,
    key: Option<Key>,
    ask: Ask,
    balance: u64,
    keep_us: u64,
}

/// A server.
#[derive(Clone, Debug)]
pub struct Server {
    config: Arc<Config>,
    balances: BTreeMap<u32, u64>,
    dedup: Dedup,
    turned_away: TurnedAway,
    dead_letters: DeadLetters,
    queue: Queue,
    working: Option<Job>,
    /// Effects on their way to disk, oldest first.
    unsynced: Vec<Unsynced>,
    counts: Counts,
    deeds: Vec<Deed>,
}

/// What can be read from outside.
impl Server {
    /// A server before its first start.
    pub fn new(config: Arc<Config>) -> Server {
        Server {
            config,
            balances: BTreeMap::new(),
            dedup: Dedup::default(),
            turned_away: TurnedAway::default(),
            dead_letters: DeadLetters::default(),
            queue: Queue::default(),
            working: None,
            unsynced: Vec::new(),
            counts: Counts::default(),
            deeds: Vec::new(),
        }
    }

    /// What an account holds.
    pub fn balance(&self, account: u32) -> u64 {
        self.balances.get(&account).copied().unwrap_or(0)
    }

    /// All accounts that were charged.
    pub fn balances(&self) -> impl Iterator<Item = (u32, u64)> {
        self.balances.iter().map(|(account, balance)| (*account, *balance))
    }

    /// What it remembers of requests.
    pub fn dedup(&self) -> &Dedup {
        &self.dedup
    }

    /// What it has set aside.
    pub fn dead_letters(&self) -> &DeadLetters {
        &self.dead_letters
    }

    /// What waits.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// What it works on.
    pub fn working(&self) -> Option<&Job> {
        self.working.as_ref()
    }

    /// What it has done since it started.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What it did in its last step.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

fn of(attempt: &Attempt) -> [u64; 3] {
    [u64::from(attempt.id.client.0), u64::from(attempt.id.seq) + 1, u64::from(attempt.attempt)]
}

/// What happens to it.
impl Server {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Role>, out: &mut Effects<Role>) {
        self.deeds.clear();
        let now_us = now.monotonic_us;
        match input {
            Input::Started { disk } => self.start(&disk, now_us, out),
            Input::Message { from, message: Message::Call(attempt) } if attempt.id.client == from => {
                self.evict(now_us, out);
                self.receive(from, attempt, now_us, out);
            }
            Input::Message { from, message: Message::Cancel { id } } if id.client == from => self.cancel(id, now_us, out),
            Input::Message { from, .. } => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
            Input::Timer(Timer::Work) => self.finish(now_us, out),
            Input::Persisted(write) => self.synced(write, out),
            // What is in memory is not what is on disk: the next incarnation begins with that.
            Input::WriteFailed(_) => out.exit(Note::new(&notes::CANNOT_WRITE, [])),
            Input::Timer(_) | Input::Request { .. } => {}
        }
    }

    fn start(&mut self, disk: &[Slot<Record>], now_us: u64, out: &mut Effects<Role>) {
        *self = Server::new(self.config.clone());
        let remembers = self.config.rules.remembers_after_restart();
        let mut known = 0;
        for slot in disk {
            let Slot::Intact(record) = slot else { continue };
            let (key, ask, balance, keep_us) = match *record {
                Record::Done { id, key, ask, balance, keep_us } => {
                    self.balances.insert(ask.account(), balance);
                    self.dead_letters.remove(id);
                    self.deeds.push(Deed::Found(id, balance));
                    (key, ask, balance, keep_us)
                }
                Record::Key { key, ask, balance, keep_us } => (Some(key), ask, balance, keep_us),
                Record::Start => continue,
                Record::Dead(letter) => {
                    self.dead_letters.add(letter);
                    continue;
                }
            };
            let Some(key) = key else { continue };
            known += 1;
            if remembers {
                // How long it was down it does not know: the time begins anew.
                self.dedup.finish(key, ask, balance, None, now_us.saturating_add(keep_us));
            }
        }
        if known > 0 {
            out.note(Note::new(if remembers { &notes::REMEMBERS } else { &notes::HAS_FORGOTTEN }, [known]));
        }
    }

    fn evict(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let gone = self.dedup.evict(now_us, self.config.rules);
        if gone > 0 {
            out.note(Note::new(&notes::FORGETS, [gone as u64]));
        }
    }

    fn receive(&mut self, from: NodeId, attempt: Attempt, now_us: u64, out: &mut Effects<Role>) {
        self.counts.arrived += 1;
        self.deeds.push(Deed::Arrived(attempt));
        let [client, n, nth] = of(&attempt);
        if let Ask::Charge { amount: 0, .. } = attempt.ask {
            out.note(Note::new(&notes::REFUSES, [client, n, nth]));
            return answer(from, &attempt, Says::Refused(Refusal::Invalid), None, out);
        }
        if let Ask::Redrive { account } = attempt.ask {
            let value = self.redrive(account, now_us, out);
            return answer(from, &attempt, Says::Done { value, again: false }, None, out);
        }
        if self.dead_letters.has(&attempt) {
            out.note(Note::new(&notes::STAYS_ASIDE, [client, n, nth]));
            return answer(from, &attempt, Says::Refused(Refusal::SetAside), None, out);
        }
        let known = attempt.key.and_then(|key| self.dedup.get(&key));
        if known.is_some_and(|known| !self.config.rules.fits(known.ask, attempt.ask)) {
            out.note(Note::new(&notes::REFUSES_PAYLOAD, [client, n, nth]));
            return answer(from, &attempt, Says::Refused(Refusal::OtherPayload), None, out);
        }
        let state = known.map(|known| &known.state);
        match self.config.rules.recognised(state) {
            Recognised::Done(stored) => {
                let write = state.and_then(|state| if let State::Done { write, .. } = state { *write } else { None });
                let value = self.config.rules.result_again(stored, self.balance(attempt.ask.account()));
                self.counts.recognised += 1;
                out.note(Note::new(&notes::REPLAYS, [client, n, nth, value]));
                answer(from, &attempt, Says::Done { value, again: true }, write, out);
            }
            Recognised::InProgress if attempt.key.is_some_and(|key| key.call != attempt.origin) => {
                out.note(Note::new(&notes::IS_AT_IT, [client, n, nth]));
                answer(from, &attempt, Says::Refused(Refusal::InProgress), None, out);
            }
            Recognised::InProgress => self.join(attempt, now_us, out),
            Recognised::New if self.config.rules.stays_away(self.turned_away.has(&attempt)) => {
                self.turn_away(from, &attempt, &notes::STAYS_AWAY, out);
            }
            Recognised::New => self.take_in(from, attempt, now_us, out),
        }
    }

    fn turn_away(&mut self, from: NodeId, attempt: &Attempt, why: &'static NoteKind, out: &mut Effects<Role>) {
        self.counts.turned_away += 1;
        self.turned_away.add(attempt);
        out.note(Note::new(why, of(attempt)));
        answer(from, attempt, Says::overloaded(self.config.retry_after_us), None, out);
    }

    /// Who asks again waits with the attempt that is here already.
    fn join(&mut self, attempt: Attempt, now_us: u64, out: &mut Effects<Role>) {
        let Some(key) = attempt.key else { return };
        let [client, n, nth] = of(&attempt);
        self.counts.recognised += 1;
        out.note(Note::new(&notes::JOINS, [client, n, nth]));
        let join = |job: &mut Job| {
            // A copy of an earlier attempt may come late: the newest is answered. Behind a tier between that may be another call of the
            // tier's, which has asked again, or has forgotten over a crash that it asked.
            if (attempt.id, attempt.attempt) > (job.attempt.id, job.attempt.attempt) {
                (job.from, job.attempt.id, job.attempt.attempt) = (attempt.id.client, attempt.id, attempt.attempt);
            }
            job.attempt.call_left_us = attempt.call_left_us;
            job.until_us = job.until_us.max(now_us.saturating_add(attempt.left_us));
            job.ends_us = job.ends_us.max(now_us.saturating_add(attempt.call_left_us));
        };
        match self.working.as_mut().filter(|job| job.attempt.key == Some(key)) {
            Some(job) => join(job),
            None => self.queue.change(key, join),
        }
    }

    fn take_in(&mut self, from: NodeId, attempt: Attempt, now_us: u64, out: &mut Effects<Role>) {
        let until_us = now_us.saturating_add(attempt.left_us);
        let ends_us = now_us.saturating_add(attempt.call_left_us);
        let job = Job { from, attempt, arrived_us: now_us, until_us, ends_us, failed: 0 };
        if let Some(key) = attempt.key {
            self.dedup.begin(key, attempt.ask);
        }
        let ([client, n, nth], waiting) = (of(&attempt), self.queue.len() as u64);
        let surplus = self.queue.push(job, self.config.order, self.config.capacity);
        if surplus != Some(job) {
            out.note(Note::new(&notes::QUEUES, [client, n, nth, waiting]));
        }
        if let Some(job) = surplus {
            self.send_away(&job, out);
        }
        if self.working.is_none() {
            self.begin_next(now_us, out);
        }
    }

    /// Effects are on disk; whoever keeps their requests apart notes them now.
    fn synced(&mut self, write: WriteId, out: &mut Effects<Role>) {
        let apart = !self.config.rules.kept_with_effect();
        let due = self.unsynced.partition_point(|effect| effect.write.0 <= write.0);
        for effect in self.unsynced.drain(..due) {
            self.deeds.push(Deed::Charged(effect.id, effect.balance));
            if let Some(key) = effect.key.filter(|_| apart) {
                out.persist(Record::Key { key, ask: effect.ask, balance: effect.balance, keep_us: effect.keep_us });
            }
        }
    }

    fn cancel(&mut self, id: CallId, now_us: u64, out: &mut Effects<Role>) {
        let mut gone = self.queue.cancel(id);
        let stops = self.working.is_some_and(|job| job.attempt.id == id && job.until_us != FOR_EVER);
        if stops {
            gone.extend(self.working.take());
            out.cancel_timer(Timer::Work);
        }
        gone.iter().for_each(|job| self.let_go(job));
        if !gone.is_empty() {
            out.note(Note::new(&notes::STOPS, [u64::from(id.client.0), u64::from(id.seq) + 1]));
        }
        if stops {
            self.begin_next(now_us, out);
        }
    }
}

fn answer(to: NodeId, attempt: &Attempt, says: Says, after: Option<WriteId>, out: &mut Effects<Role>) {
    out.send_after(to, Message::Reply { id: attempt.id, attempt: attempt.attempt, says }, after);
}

impl Encode for Server {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.balances.len());
        for (account, balance) in &self.balances {
            to.u32(*account);
            to.u64(*balance);
        }
        to.put(&self.dedup);
        to.put(&self.turned_away);
        to.put(&self.dead_letters);
        to.put(&self.queue);
        to.list(self.working.iter());
        to.len(self.unsynced.len());
        for effect in &self.unsynced {
            to.put(&effect.id);
            to.bool(effect.key.is_some());
            to.u64(effect.balance);
            to.u64(effect.keep_us);
        }
    }
}
