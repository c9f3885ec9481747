//! Locks as a replicated log keeps them: a state machine whose commands are applied in the order of the log, each with its index as
//! revision. Nothing here reads a clock: that a lease is over is a command like any other, proposed by whoever leads.
//!
//! It follows etcd's `concurrency.Mutex` and ZooKeeper's recipes: who wants a lock creates an entry that lives as long as its lease;
//! entries queue by the revision of their creation; the first holds the lock, and the revision is the fence. Whoever waits watches
//! the entry before its own and looks again when that is gone. From Chubby come the lock-delay and sequencers (Burrows 2006, 2.4).

use super::command::{Answer, Command, DELAY, Lease, Mode, Place, Revision, Sequencer};
use crate::base::{Encode, Encoder, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody in the queue of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// The lease with which the entry goes.
    pub lease: Lease,
    /// With the lease, what the entry is called: finds it again when the answer to its creation is lost.
    pub number: u32,
    /// When it was created: the place in the queue, and the fence.
    pub created: Revision,
    /// Exclusive or shared.
    pub mode: Mode,
}

impl Encode for Waiter {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.lease);
        to.u32(self.number);
        to.u64(self.created);
        to.bool(self.mode == Mode::Shared);
    }
}

/// The life of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// The revision of its last sign of life.
    pub renewed: Revision,
    /// When it ends by the client's wall clock, microseconds: nobody should read it.
    pub until_wall_us: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lock {
    /// By revision.
    queue: Vec<Waiter>,
    /// Free and yet not to be had: its holder's lease ran out, at this revision.
    delayed: Option<Revision>,
}

/// What is remembered of a client's leases that are over: a sign of life that comes late makes none of them anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ended {
    /// The client's operations before this one ask for no lease any more.
    oldest: u32,
    /// Of the others, those whose lease is over.
    ops: BTreeSet<u32>,
}

impl Ended {
    fn forget_before(&mut self, oldest: u32) {
        self.oldest = self.oldest.max(oldest);
        self.ops = self.ops.split_off(&self.oldest);
    }

    fn has(&self, op: u32) -> bool {
        op < self.oldest || self.ops.contains(&op)
    }
}

/// All locks and leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// How many may hold a lock at once, of those that want it exclusively: 1 is a lock, more a semaphore.
    permits: usize,
    /// Whether a lock whose holder's lease ran out is delayed.
    lock_delay: bool,
    leases: BTreeMap<Lease, Life>,
    ended: BTreeMap<NodeId, Ended>,
    locks: BTreeMap<u32, Lock>,
    /// How many entries have gone, and delays have ended. It follows from the log, as everything here.
    freed: u64,
}

/// What can be read.
impl Table {
    /// A table without locks. `permits` is at least 1.
    pub fn new(permits: usize, lock_delay: bool) -> Table {
        let (leases, ended, locks) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Table { permits: permits.max(1), lock_delay, leases, ended, locks, freed: 0 }
    }

    /// A table of the same kind without locks.
    pub fn emptied(&self) -> Table {
        Table::new(self.permits, self.lock_delay)
    }

    /// The leases.
    pub fn leases(&self) -> impl Iterator<Item = (Lease, Life)> + '_ {
        self.leases.iter().map(|(lease, life)| (*lease, *life))
    }

    /// The life of a lease; `None` if it is over.
    pub fn life(&self, lease: Lease) -> Option<Life> {
        self.leases.get(&lease).copied()
    }

    /// How many entries have gone and delays have ended since it was made: each is a reason to wake one that waits.
    pub fn freed(&self) -> u64 {
        self.freed
    }

    /// Locks that somebody queues for, or that are delayed.
    pub fn names(&self) -> impl Iterator<Item = u32> + '_ {
        self.locks.iter().filter(|(_, lock)| !lock.queue.is_empty() || lock.delayed.is_some()).map(|(name, _)| *name)
    }

    /// The queue of a lock, holders first.
    pub fn queue(&self, name: u32) -> &[Waiter] {
        self.locks.get(&name).map_or(&[], |lock| &lock.queue)
    }

    /// How many of the queue hold the lock.
    pub fn holders(&self, name: u32) -> usize {
        self.locks.get(&name).map_or(0, |lock| if lock.delayed.is_some() { 0 } else { front(&lock.queue, self.permits) })
    }

    /// Since which revision a lock is free and not to be had, if it is.
    pub fn delayed(&self, name: u32) -> Option<Revision> {
        self.locks.get(&name)?.delayed
    }

    /// The place of whoever created an entry with this revision, whether or not the entry is there.
    pub fn place(&self, name: u32, created: Revision, mode: Mode) -> Place {
        let queue = self.queue(name);
        let at = queue.iter().take_while(|waiter| waiter.created < created).count();
        let exists = queue.get(at).is_some_and(|waiter| waiter.created == created);
        let before = self.in_the_way(&queue[..at], mode).map(|waiter| waiter.created);
        let before = before.or(self.delayed(name).map(|_| DELAY));
        Place { created, exists, before }
    }

    /// Whose leaving lets somebody hold the lock before whom these stand: of a reader the last writer, of a writer the entry just
    /// before it. Of a semaphore no single one is: it is enough if so many as are too many leave.
    fn in_the_way<'a>(&self, before: &'a [Waiter], mode: Mode) -> Option<&'a Waiter> {
        match mode {
            Mode::Shared => before.iter().rfind(|waiter| waiter.mode == Mode::Exclusive),
            Mode::Exclusive if before.iter().any(|waiter| waiter.mode == Mode::Shared) => before.last(),
            Mode::Exclusive => before.get(before.len().checked_sub(self.permits)?),
        }
    }

    /// Whether somebody who watches `watched` is woken now: that is gone, and in a semaphore there is a permit.
    pub fn wakes(&self, name: u32, watched: Revision, created: Revision, mode: Mode) -> bool {
        if self.permits > 1 {
            return self.place(name, created, mode).before.is_none();
        }
        match watched {
            DELAY => self.delayed(name).is_none(),
            _ => !self.queue(name).iter().any(|waiter| waiter.created == watched),
        }
    }

    /// What a holder shows to servers.
    pub fn sequencer(&self, name: u32, created: Revision) -> Option<Sequencer> {
        let holder = self.queue(name).iter().take(self.holders(name)).find(|waiter| waiter.created == created)?;
        Some(Sequencer { name, mode: holder.mode, generation: holder.created })
    }

    /// Whether a sequencer is still that of a holder: what a server asks before it acts.
    pub fn is_valid(&self, shown: Sequencer) -> bool {
        self.sequencer(shown.name, shown.generation) == Some(shown)
    }
}

/// How many at the front of a queue hold the lock: so many writers, or the readers before the first writer.
fn front(queue: &[Waiter], permits: usize) -> usize {
    match queue.first().map(|first| first.mode) {
        None => 0,
        Some(Mode::Exclusive) => queue.iter().take(permits).take_while(|waiter| waiter.mode == Mode::Exclusive).count(),
        Some(Mode::Shared) => queue.iter().take_while(|waiter| waiter.mode == Mode::Shared).count(),
    }
}

/// What happens to it.
impl Table {
    /// Applies the command at an index of the log. What makes no sense changes nothing.
    pub fn apply(&mut self, revision: Revision, command: Command) -> Answer {
        match command {
            Command::Grant { lease, older, nth, until_wall_us } => {
                let ended = self.ended.entry(lease.client).or_default();
                ended.forget_before(lease.op.saturating_sub(older.into()));
                let lives = self.leases.contains_key(&lease) || !ended.has(lease.op);
                self.live(revision, (lease, nth), until_wall_us, lives)
            }
            Command::KeepAlive { lease, nth, until_wall_us } => {
                let lives = self.leases.contains_key(&lease);
                self.live(revision, (lease, nth), until_wall_us, lives)
            }
            Command::End(lease) => {
                self.end(lease, None);
                Answer::Ended(lease)
            }
            Command::Expire { lease, renewed } => {
                if self.life(lease).is_some_and(|life| life.renewed == renewed) {
                    self.end(lease, Some(revision));
                }
                Answer::Done
            }
            Command::Enqueue { name, lease, number, mode } => Answer::Place(self.enqueue(revision, name, (lease, number), mode)),
            Command::Look { name, created, mode } => Answer::Place(self.place(name, created, mode)),
            Command::Undelay { name, since } => {
                if let Some(lock) = self.locks.get_mut(&name).filter(|lock| lock.delayed == Some(since)) {
                    lock.delayed = None;
                    self.freed += 1;
                }
                Answer::Done
            }
            Command::Check(shown) => Answer::Checked { shown, valid: self.is_valid(shown) },
        }
    }

    /// There was a sign of life of a lease that lives, or begins to, or does not.
    fn live(&mut self, revision: Revision, (lease, nth): (Lease, u32), until_wall_us: i64, lives: bool) -> Answer {
        if lives {
            self.leases.insert(lease, Life { renewed: revision, until_wall_us });
        }
        Answer::Lives { lease, nth, lives }
    }

    fn enqueue(&mut self, revision: Revision, name: u32, (lease, number): (Lease, u32), mode: Mode) -> Place {
        if !self.leases.contains_key(&lease) {
            return Place { created: 0, exists: false, before: None };
        }
        let queue = &mut self.locks.entry(name).or_default().queue;
        let known = queue.iter().find(|waiter| (waiter.lease, waiter.number) == (lease, number)).copied();
        let entry = known.unwrap_or(Waiter { lease, number, created: revision, mode });
        if known.is_none() {
            queue.push(entry);
        }
        self.place(name, entry.created, entry.mode)
    }

    /// A lease is over; `expired`: at which revision it ran out, if it was not given back.
    fn end(&mut self, lease: Lease, expired: Option<Revision>) {
        self.leases.remove(&lease);
        let ended = self.ended.entry(lease.client).or_default();
        if !ended.has(lease.op) {
            ended.ops.insert(lease.op);
        }
        let (permits, delays) = (self.permits, self.lock_delay);
        for lock in self.locks.values_mut() {
            let holders = if lock.delayed.is_some() { 0 } else { front(&lock.queue, permits) };
            let left_alone = holders == 1 && lock.queue.first().is_some_and(|first| first.lease == lease);
            if left_alone && delays && expired.is_some() {
                lock.delayed = expired;
            }
            let before = lock.queue.len();
            lock.queue.retain(|waiter| waiter.lease != lease);
            self.freed += (before - lock.queue.len()) as u64;
        }
    }
}

impl Encode for Table {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.leases.len());
        for (lease, life) in &self.leases {
            to.put(lease);
            to.u64(life.renewed);
            to.i64(life.until_wall_us);
        }
        to.len(self.ended.len());
        for (client, ended) in &self.ended {
            to.put(client);
            to.u32(ended.oldest);
            to.len(ended.ops.len());
            ended.ops.iter().for_each(|op| to.u32(*op));
        }
        to.len(self.locks.len());
        for (name, lock) in &self.locks {
            to.u32(*name);
            to.list(lock.queue.iter());
            to.option(lock.delayed.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: u32 = 0;

    fn lease(op: u32) -> Lease {
        Lease { client: NodeId(9), op }
    }

    fn grant(op: u32) -> Command {
        Command::Grant { lease: lease(op), older: u16::MAX, nth: 0, until_wall_us: 0 }
    }

    fn enqueue(table: &mut Table, revision: Revision, op: u32, mode: Mode) -> Place {
        table.apply(revision, grant(op));
        match table.apply(revision, Command::Enqueue { name: NAME, lease: lease(op), number: 0, mode }) {
            Answer::Place(place) => place,
            other => panic!("{other:?}"),
        }
    }

    fn queue_of(n: u32) -> Table {
        let mut table = Table::new(1, false);
        for op in 1..=n {
            enqueue(&mut table, op.into(), op, Mode::Exclusive);
        }
        table
    }

    fn place(table: &Table, created: Revision) -> (bool, Option<Revision>) {
        let place = table.place(NAME, created, Mode::Exclusive);
        (place.exists, place.before)
    }

    /// Who renewed last: what an expiry must know.
    fn expire(table: &mut Table, revision: Revision, op: u32) {
        let renewed = table.life(lease(op)).map_or(0, |life| life.renewed);
        table.apply(revision, Command::Expire { lease: lease(op), renewed });
    }

    #[test]
    fn who_waited_and_lost_its_lease_holds_nothing_when_it_looks_again() {
        let mut table = queue_of(2);
        expire(&mut table, 3, 2);
        table.apply(4, Command::End(lease(1)));
        assert_eq!(place(&table, 2), (false, None), "nobody is before it, and yet it holds nothing");
    }

    #[test]
    fn a_lease_that_lived_on_does_not_run_out() {
        let mut table = queue_of(1);
        let sign = Command::KeepAlive { lease: lease(1), nth: 1, until_wall_us: 0 };
        assert_eq!(table.apply(2, sign), Answer::Lives { lease: lease(1), nth: 1, lives: true });
        table.apply(3, Command::Expire { lease: lease(1), renewed: 1 });
        assert_eq!(place(&table, 1), (true, None), "the leader that said so did not know of the last sign of life");
        table.apply(4, Command::Expire { lease: lease(1), renewed: 2 });
        assert_eq!(table.apply(5, sign), Answer::Lives { lease: lease(1), nth: 1, lives: false });
    }

    #[test]
    fn a_lease_that_has_ended_stays_so_however_late_a_sign_of_life_comes() {
        let refused = |op| Answer::Lives { lease: lease(op), nth: 0, lives: false };
        for expired in [true, false] {
            let mut table = queue_of(2);
            if expired {
                expire(&mut table, 3, 1)
            } else {
                _ = table.apply(3, Command::End(lease(1)))
            };
            assert_eq!(table.apply(4, grant(1)), refused(1), "its first sign of life was under way for long");
            assert_eq!(enqueue(&mut table, 5, 1, Mode::Exclusive), Place { created: 0, exists: false, before: None });
            assert_eq!(table.queue(NAME).len(), 1, "and nobody waits behind it");
        }
    }

    /// So what is remembered stays small: a client says what it will not ask for any more.
    #[test]
    fn what_a_client_will_not_ask_for_needs_no_memory() {
        let mut table = queue_of(3);
        (1..=3).for_each(|op| _ = table.apply(4, Command::End(lease(op))));
        let next = |op, older| Command::Grant { lease: lease(op), older, nth: 0, until_wall_us: 0 };
        table.apply(5, next(7, 0));
        assert_eq!(table.ended[&NodeId(9)], Ended { oldest: 7, ops: BTreeSet::new() });
        for late in [grant(2), next(6, 0)] {
            assert!(matches!(table.apply(6, late), Answer::Lives { lives: false, .. }));
        }
        assert!(matches!(table.apply(7, grant(7)), Answer::Lives { lives: true, .. }), "one that lives is not ended by it");
    }

    #[test]
    fn what_frees_nothing_is_no_reason_to_wake_anybody() {
        let mut table = queue_of(2);
        table.apply(3, grant(8));
        for (revision, command, freed) in [
            (4, Command::End(lease(8)), 0),
            (5, Command::End(lease(1)), 1),
            (6, Command::End(lease(1)), 1),
            (7, Command::Undelay { name: NAME, since: 1 }, 1),
            (8, Command::Expire { lease: lease(2), renewed: 1 }, 1),
            (9, Command::Expire { lease: lease(2), renewed: 2 }, 2),
        ] {
            table.apply(revision, command);
            assert_eq!(table.freed(), freed, "{command:?}");
        }
    }

    #[test]
    fn a_lost_answer_leaves_no_second_entry_if_the_number_is_the_same() {
        let mut table = Table::new(1, false);
        let first = enqueue(&mut table, 1, 7, Mode::Exclusive);
        assert_eq!(enqueue(&mut table, 2, 7, Mode::Exclusive), first);
        let again = Command::Enqueue { name: NAME, lease: lease(7), number: 1, mode: Mode::Exclusive };
        assert_eq!(
            table.apply(3, again),
            Answer::Place(Place { created: 3, exists: true, before: Some(1) }),
            "an orphan is in the way"
        );
        table.apply(4, Command::End(lease(7)));
        assert!(table.queue(NAME).is_empty());
    }

    #[test]
    fn a_lock_whose_holder_vanished_is_delayed_and_one_that_was_given_back_is_not() {
        for expired in [true, false] {
            let mut table = Table::new(1, true);
            for op in 1..=2 {
                enqueue(&mut table, op.into(), op, Mode::Exclusive);
            }
            if expired {
                expire(&mut table, 3, 1)
            } else {
                _ = table.apply(3, Command::End(lease(1)))
            };
            let before = expired.then_some(DELAY);
            assert_eq!((table.delayed(NAME).is_some(), place(&table, 2)), (expired, (true, before)));
            table.apply(4, Command::Undelay { name: NAME, since: 2 });
            assert_eq!(place(&table, 2), (true, before), "that was another delay");
            table.apply(5, Command::Undelay { name: NAME, since: 3 });
            assert_eq!(place(&table, 2), (true, None));
        }
    }

    #[test]
    fn a_sequencer_is_valid_as_long_as_its_holder_holds() {
        let mut table = queue_of(2);
        let shown = table.sequencer(NAME, 1).expect("it holds the lock");
        assert!(table.is_valid(shown) && table.sequencer(NAME, 2).is_none());
        expire(&mut table, 3, 1);
        let next = table.sequencer(NAME, 2).expect("it is next");
        assert!(!table.is_valid(shown) && next.generation > shown.generation);
    }

    /// Of a lock, each watches the entry before its own; of a semaphore, whoever has a permit now is woken; readers wait for writers.
    #[test]
    fn who_stands_in_the_way() {
        let table = queue_of(3);
        assert_eq!([1, 2, 3].map(|created| place(&table, created).1), [None, Some(1), Some(2)]);
        let mut two = Table::new(2, false);
        for op in 1..=4 {
            enqueue(&mut two, op.into(), op, Mode::Exclusive);
        }
        assert_eq!([1, 2, 3, 4].map(|created| place(&two, created).1), [None, None, Some(1), Some(2)]);
        two.apply(5, Command::End(lease(2)));
        let woken = [(3, 1), (4, 2)].map(|(created, watched)| two.wakes(NAME, watched, created, Mode::Exclusive));
        assert_eq!(woken, [true, false], "one permit is free");
        let mut mixed = Table::new(1, false);
        let modes = [Mode::Shared, Mode::Shared, Mode::Exclusive, Mode::Shared, Mode::Exclusive];
        let before: Vec<_> = (1..).zip(modes).map(|(op, mode)| enqueue(&mut mixed, op.into(), op, mode).before).collect();
        assert_eq!(before, [None, None, Some(2), Some(3), Some(4)]);
        assert_eq!(mixed.holders(NAME), 2);
    }

    fn commands() -> impl Strategy<Value = Vec<Command>> {
        let (op, number, name) = (0..12u32, 0..2u32, 0..2u32);
        let mode = prop_oneof![Just(Mode::Exclusive), Just(Mode::Shared)];
        let command = prop_oneof![
            3 => op.clone().prop_map(grant),
            1 => op.clone().prop_map(|op| Command::KeepAlive { lease: lease(op), nth: 1, until_wall_us: 0 }),
            2 => op.clone().prop_map(|op| Command::End(lease(op))),
            2 => (op.clone(), 0..100u64).prop_map(|(op, renewed)| Command::Expire { lease: lease(op), renewed }),
            4 => (name.clone(), op, number, mode).prop_map(|(name, op, number, mode)| Command::Enqueue { name, lease: lease(op), number, mode }),
            1 => (name, 0..100u64).prop_map(|(name, since)| Command::Undelay { name, since }),
        ];
        proptest::collection::vec(command, 1..120)
    }

    fn holders(table: &Table, name: u32) -> Vec<Waiter> {
        table.queue(name)[..table.holders(name)].to_vec()
    }

    proptest! {
        /// At most so many writers or only readers; holders come in the order of their revisions and go by themselves; whoever
        /// becomes one without having just queued is woken by what it watched; one writer is woken by one lease that ends, as long
        /// as no readers wait and nobody queues twice.
        #[test]
        fn grants_follow_the_order_of_creation(commands in commands(), permits in 1usize..3, lock_delay: bool) {
            // A semaphore is not delayed: with the delay all its permits would become free at once.
            let mut table = Table::new(permits, lock_delay && permits == 1);
            let mut latest = [0; 2];
            for (n, command) in commands.into_iter().enumerate() {
                let revision = n as u64 + 1;
                // An expiry and the end of a delay that mean something.
                let command = match command {
                    Command::Expire { lease, renewed } if renewed % 2 == 0 => {
                        Command::Expire { lease, renewed: table.life(lease).map_or(0, |life| life.renewed) }
                    }
                    Command::Undelay { name, .. } => Command::Undelay { name, since: table.delayed(name).unwrap_or(0) },
                    other => other,
                };
                let (old, before) = (table.clone(), [holders(&table, 0), holders(&table, 1)]);
                let answer = table.apply(revision, command);
                for name in 0..2u32 {
                    let now = holders(&table, name);
                    let writers = now.iter().filter(|holder| holder.mode == Mode::Exclusive).count();
                    prop_assert!(writers == 0 || (writers == now.len() && writers <= permits));
                    prop_assert!(table.queue(name).windows(2).all(|pair| pair[0].created < pair[1].created));
                    let watched = |waiter: &Waiter| old.place(name, waiter.created, waiter.mode).before;
                    let woken = |waiter: &Waiter| {
                        watched(waiter).is_some_and(|watched| table.wakes(name, watched, waiter.created, waiter.mode))
                    };
                    for holder in now.iter().filter(|holder| !before[name as usize].contains(holder)) {
                        prop_assert!(holder.created > latest[name as usize], "in order: {:?}", holder);
                        let asked = matches!(answer, Answer::Place(place) if place.created == holder.created);
                        prop_assert!(asked || woken(holder), "{:?} {:?}", command, holder);
                        prop_assert_eq!(table.place(name, holder.created, holder.mode).before, None);
                        latest[name as usize] = holder.created;
                    }
                    let queue = old.queue(name);
                    let alone = |waiter: &Waiter| queue.iter().filter(|other| other.lease == waiter.lease).count() == 1;
                    if queue.iter().all(|waiter| waiter.mode == Mode::Exclusive && alone(waiter)) {
                        prop_assert!(table.queue(name).iter().filter(|waiter| woken(waiter)).count() <= 1);
                    }
                }
            }
        }

        /// The same commands make the same table, and a second time they change nothing: that is all a log asks of a state machine
        /// whose clients have no sessions.
        #[test]
        fn the_same_log_makes_the_same_table(commands in commands()) {
            let (mut once, mut twice) = (Table::new(1, true), Table::new(1, true));
            for (n, command) in commands.iter().enumerate() {
                let revision = n as u64 + 1;
                once.apply(revision, *command);
                twice.apply(revision, *command);
                let before = twice.clone();
                if !matches!(command, Command::Grant { .. } | Command::KeepAlive { .. }) {
                    twice.apply(revision + 1, *command);
                }
                prop_assert_eq!(&before, &twice);
            }
            prop_assert_eq!(once, twice);
        }
    }
}
