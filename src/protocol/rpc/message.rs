//! What clients and servers say to each other, what disks keep, and what clients are asked for.

use super::dead_letters::DeadLetter;
use super::rules::Refusal;
use crate::base::{Encode, Encoder, NodeId};
use crate::protocol::{Class, MessageKind, Shape, TimerName};

/// A call: the same over all its attempts, and given to no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId {
    /// Whose.
    pub client: NodeId,
    /// Number of the operation at its client; none is given twice, not even across a restart.
    pub seq: u32,
}

impl Encode for CallId {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.client);
        to.u32(self.seq);
    }
}

/// By what a server recognises a request that comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The call.
    pub call: CallId,
    /// 0, unless somebody makes a new key for each attempt.
    pub attempt: u32,
}

impl Encode for Key {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.call);
        to.u32(self.attempt);
    }
}

/// What is asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Charge an account. It matters how often. An amount of 0 is refused, today and tomorrow.
    Charge {
        /// Which account.
        account: u32,
        /// How much.
        amount: u64,
    },
    /// Charge an account, by a request at which the worker fails each time, until its bug is mended.
    Faulty {
        /// Which account.
        account: u32,
        /// How much.
        amount: u64,
    },
    /// Give those to the worker again that were set aside. It does not matter how often.
    Redrive {
        /// Of which account.
        account: u32,
    },
    /// Read an account. It does not matter how often.
    Read {
        /// Which account.
        account: u32,
    },
    /// Look at an account before it is changed: the first half of an update.
    Look {
        /// Which account.
        account: u32,
    },
    /// Charge an account with one if it still holds what was seen (optimistic concurrency): the second half.
    Update {
        /// Which account.
        account: u32,
        /// What it held; 0 in a workload, which does not know.
        seen: u64,
    },
}

impl Ask {
    /// Whether it changes anything.
    pub fn has_effect(&self) -> bool {
        matches!(self, Ask::Charge { .. } | Ask::Faulty { .. } | Ask::Update { .. })
    }

    /// What stays the same in all attempts of a call: what was seen does not.
    pub fn payload(self) -> Ask {
        match self {
            Ask::Update { account, .. } => Ask::Update { account, seen: 0 },
            ask => ask,
        }
    }

    /// Whose account.
    pub fn account(&self) -> u32 {
        match self {
            Ask::Charge { account, .. }
            | Ask::Faulty { account, .. }
            | Ask::Redrive { account }
            | Ask::Read { account }
            | Ask::Look { account }
            | Ask::Update { account, .. } => *account,
        }
    }
}

impl Encode for Ask {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Ask::Charge { account, amount } => {
                to.u8(0);
                to.u32(*account);
                to.u64(*amount);
            }
            Ask::Read { account } => {
                to.u8(1);
                to.u32(*account);
            }
            Ask::Faulty { account, amount } => {
                to.u8(2);
                to.u32(*account);
                to.u64(*amount);
            }
            Ask::Redrive { account } => {
                to.u8(3);
                to.u32(*account);
            }
            Ask::Look { account } => {
                to.u8(4);
                to.u32(*account);
            }
            Ask::Update { account, seen } => {
                to.u8(5);
                to.u32(*account);
                to.u64(*seen);
            }
        }
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// An attempt.
    Call(Attempt),
    /// Its answer.
    Reply {
        /// Of which call.
        id: CallId,
        /// Of which attempt.
        attempt: u32,
        /// What it says.
        says: Says,
    },
    /// Nobody waits for this call any more.
    Cancel {
        /// Which.
        id: CallId,
    },
}

/// One attempt of a call, as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Of which call.
    pub id: CallId,
    /// The call at the client with which it began: another one only behind a tier between.
    pub origin: CallId,
    /// How many retries of tiers between it is owed to, for those who watch.
    pub retries: u32,
    /// The how-many-eth, from 1.
    pub attempt: u32,
    /// By what it is recognised; none if it need not be, or nobody thought of it.
    pub key: Option<Key>,
    /// What is asked.
    pub ask: Ask,
    /// How long the work takes, microseconds.
    pub work_us: u64,
    /// How much longer this attempt is waited for, microseconds. A time that is left, not a moment: clocks may differ.
    pub left_us: u64,
    /// How much longer the call goes on with its retries, microseconds.
    pub call_left_us: u64,
}

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// It is done, and this came of it.
    Done {
        /// What the account holds.
        value: u64,
        /// It was done before: this is the stored result.
        again: bool,
    },
    /// It is not done, and will not be for this attempt.
    Refused(Refusal),
    /// This is what the account holds that is to be changed.
    Seen(u64),
    /// The same for want of room; one should ask again after so long, microseconds.
    Later(u64),
}

impl Says {
    /// That there is no room; after how long one should ask again, microseconds, or 0.
    pub(super) fn overloaded(after_us: u64) -> Says {
        if after_us == 0 { Says::Refused(Refusal::Overloaded) } else { Says::Later(after_us) }
    }
}

const fn kind(name: &'static str, class: Class, shape: Shape) -> MessageKind {
    MessageKind { name, class, shape }
}

impl crate::protocol::Message for Message {
    const KINDS: &'static [MessageKind] = &[
        kind("Call", Class::Request, Shape::Data),
        kind("Reply", Class::Reply, Shape::Data),
        kind("Cancel", Class::OneWay, Shape::Control),
    ];

    fn kind(&self) -> u8 {
        match self {
            Message::Call(_) => 0,
            Message::Reply { .. } => 1,
            Message::Cancel { .. } => 2,
        }
    }

    fn size_bytes(&self) -> u32 {
        match self {
            Message::Call(_) => 64,
            Message::Reply { .. } => 24,
            Message::Cancel { .. } => 12,
        }
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        to.u8(crate::protocol::Message::kind(self));
        match self {
            Message::Call(attempt) => {
                to.put(&attempt.id);
                to.u32(attempt.attempt);
                put_option(to, attempt.key.as_ref());
                to.put(&attempt.ask);
                to.u64(attempt.work_us);
                to.u64(attempt.left_us);
                to.u64(attempt.call_left_us);
                if attempt.origin != attempt.id {
                    to.put(&attempt.origin);
                }
            }
            Message::Reply { id, attempt, says } => {
                to.put(id);
                to.u32(*attempt);
                match says {
                    Says::Done { value, again } => {
                        to.u8(if *again { 1 } else { 0 });
                        to.u64(*value);
                    }
                    Says::Refused(refusal) => to.u8(2 + *refusal as u8),
                    Says::Seen(value) => {
                        to.u8(u8::MAX);
                        to.u64(*value);
                    }
                    Says::Later(after_us) => {
                        to.u8(u8::MAX - 1);
                        to.u64(*after_us);
                    }
                }
            }
            Message::Cancel { id } => to.put(id),
        }
    }
}

fn put_option<T: Encode>(to: &mut Encoder, value: Option<&T>) {
    to.bool(value.is_some());
    if let Some(value) = value {
        to.put(value);
    }
}

/// What disks keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// An effect, and in the same record what is needed to recognise its request.
    Done {
        /// Whose it is: for those who watch.
        id: CallId,
        /// By what it is recognised.
        key: Option<Key>,
        /// What was asked.
        ask: Ask,
        /// What the account holds from then on: the result too.
        balance: u64,
        /// How long the request must be recognised, microseconds.
        keep_us: u64,
    },
    /// A tier between has started.
    Start,
    /// A request that was set aside.
    Dead(DeadLetter),
    /// What is needed to recognise a request, by itself.
    Key {
        /// By what it is recognised.
        key: Key,
        /// What was asked.
        ask: Ask,
        /// The result.
        balance: u64,
        /// How long it must be recognised, microseconds.
        keep_us: u64,
    },
}

impl Encode for Record {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Record::Done { id, key, ask, balance, keep_us } => {
                to.u8(0);
                to.put(id);
                put_option(to, key.as_ref());
                to.put(ask);
                to.u64(*balance);
                to.u64(*keep_us);
            }
            Record::Key { key, ask, balance, keep_us } => {
                to.u8(1);
                to.put(key);
                to.put(ask);
                to.u64(*balance);
                to.u64(*keep_us);
            }
            Record::Start => to.u8(3),
            Record::Dead(letter) => {
                to.u8(2);
                to.put(letter);
            }
        }
    }
}

/// What a workload asks of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What.
    pub ask: Ask,
    /// How long the work takes, microseconds.
    pub work_us: u64,
    /// The earlier call whose id it takes, by its number at the client from 0; none: its own.
    pub key_of: Option<u32>,
    /// How long the call may take if that is less than calls may anyway, microseconds: a tier between is not waited for longer.
    pub within_us: Option<u64>,
}

impl Request {
    /// One with an id of its own.
    pub fn new(ask: Ask, work_us: u64) -> Request {
        Request { ask, work_us, key_of: None, within_us: None }
    }
}

impl Encode for Request {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.ask);
        to.u64(self.work_us);
        if let Some(seq) = self.key_of {
            to.u32(seq);
        }
        if let Some(within_us) = self.within_us {
            to.u64(within_us);
        }
    }
}

/// What a client answers: what the account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer(pub u64);

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.0);
    }
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Timer {
    /// Client: the next attempt, or call, that has taken too long.
    Reply = 0,
    /// Client: the next retry.
    Retry = 1,
    /// Server: the work is done.
    Work = 2,
    /// Client: the next copy of an attempt that is under way.
    Hedge = 3,
}

impl TimerName for Timer {
    const NAMES: &'static [&'static str] = &["reply", "retry", "work", "hedge"];

    fn index(self) -> u8 {
        self as u8
    }

    fn from_index(index: u8) -> Option<Timer> {
        [Timer::Reply, Timer::Retry, Timer::Work, Timer::Hedge].get(usize::from(index)).copied()
    }
}
