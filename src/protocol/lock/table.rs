//! Locks as a replicated log keeps them: a state machine whose commands are applied in the order of the log, each with its index as
//! revision. Nothing here reads a clock: that a lease is over is a command like any other, proposed by whoever leads.
//!
//! It follows etcd's `concurrency.Mutex` and ZooKeeper's recipes: who wants a lock creates an entry that lives as long as its lease;
//! entries queue by the revision of their creation; the first holds the lock, and the revision is the fence. Whoever waits watches
//! the entry before its own and looks again when that is gone. From Chubby come the lock-delay and sequencers (Burrows 2006, 2.4).
//!
//! This is the state machine alone: no system of the catalogue carries it through a log yet.

use std::collections::BTreeMap;

/// Index of the log entry that made something: it grows, and nothing has it twice.
pub type Revision = u64;

/// Whether others may hold the lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody else: a writer.
    Exclusive,
    /// Other readers.
    Shared,
}

/// What those watch that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// The entry that stands in one's way: one is woken.
    Predecessor,
    /// The whole queue: everybody is woken by everything.
    Parent,
}

/// Somebody in the queue of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// The lease with which the entry goes.
    pub lease: u64,
    /// A number that its client drew: finds the entry again when the answer to its creation is lost.
    pub guid: u64,
    /// When it was created: the place in the queue, and the fence.
    pub created: Revision,
    /// Exclusive or shared.
    pub mode: Mode,
}

/// What a holder shows to servers: name, mode and generation of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequencer {
    /// Which lock.
    pub name: u32,
    /// Held in which mode.
    pub mode: Mode,
    /// The revision of the holder's entry.
    pub generation: Revision,
}

/// What the log asks of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// A lease begins.
    Grant {
        /// Its number.
        lease: u64,
    },
    /// A lease ends, with all its entries.
    End {
        /// Its number.
        lease: u64,
        /// It ran out, rather than being given back: locks that it held may be delayed.
        expired: bool,
    },
    /// Somebody queues for a lock; asked again with the same `guid`, it is the same entry.
    Enqueue {
        /// Which lock.
        name: u32,
        /// With which lease.
        lease: u64,
        /// By which number.
        guid: u64,
        /// Exclusive or shared.
        mode: Mode,
    },
    /// Somebody leaves the queue, as a holder or before.
    Leave {
        /// Which lock.
        name: u32,
        /// By which number.
        guid: u64,
    },
    /// The delay of a lock is over.
    Undelay {
        /// Which lock.
        name: u32,
    },
}

/// What came of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The entry that was created or found.
    pub entry: Option<Waiter>,
    /// Whose watches fired: they look again. Each a lock and a revision.
    pub woken: Vec<(u32, Revision)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lock {
    /// By revision.
    queue: Vec<Waiter>,
    /// Free and yet not to be had: its holder's lease ran out.
    delayed: bool,
}

/// All locks and leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// How many may hold a lock at once, of those that want it exclusively: 1 is a lock, more a semaphore.
    permits: usize,
    /// Whether a lock whose holder's lease ran out is delayed.
    lock_delay: bool,
    watch: Watch,
    leases: Vec<u64>,
    locks: BTreeMap<u32, Lock>,
}

/// What can be read.
impl Table {
    /// A table without locks. `permits` is at least 1.
    pub fn new(permits: usize, lock_delay: bool, watch: Watch) -> Table {
        Table { permits: permits.max(1), lock_delay, watch, leases: Vec::new(), locks: BTreeMap::new() }
    }

    /// The queue of a lock, holders first.
    pub fn queue(&self, name: u32) -> &[Waiter] {
        self.locks.get(&name).map_or(&[], |lock| &lock.queue)
    }

    /// How many of the queue hold the lock.
    pub fn holders(&self, name: u32) -> usize {
        self.locks.get(&name).map_or(0, |lock| if lock.delayed { 0 } else { front(&lock.queue, self.permits) })
    }

    /// Whether a lock is free and not to be had.
    pub fn is_delayed(&self, name: u32) -> bool {
        self.locks.get(&name).is_some_and(|lock| lock.delayed)
    }

    /// What whoever was woken finds when it looks again: `None` if its own entry is gone, for its lease ended while it waited (then
    /// it holds nothing, whoever is before it; etcd issue 11456), else whether it holds the lock.
    pub fn look(&self, name: u32, guid: u64) -> Option<bool> {
        let at = self.queue(name).iter().position(|waiter| waiter.guid == guid)?;
        Some(at < self.holders(name))
    }

    /// What a holder shows to servers.
    pub fn sequencer(&self, name: u32, guid: u64) -> Option<Sequencer> {
        let holder = self.queue(name).iter().take(self.holders(name)).find(|waiter| waiter.guid == guid)?;
        Some(Sequencer { name, mode: holder.mode, generation: holder.created })
    }

    /// Whether a sequencer is still that of a holder: what a server asks before it acts.
    pub fn is_valid(&self, shown: Sequencer) -> bool {
        let holders = self.queue(shown.name).iter().take(self.holders(shown.name));
        holders.into_iter().any(|holder| holder.created == shown.generation && holder.mode == shown.mode)
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

/// The place of the entry that stands in the way of the one at `at`: the nearest that must go before it can hold the lock. Of a
/// reader that is the last writer before it, of a writer the entry just before it.
fn in_the_way(queue: &[Waiter], at: usize) -> Option<usize> {
    let before = &queue[..at];
    match queue[at].mode {
        Mode::Shared => before.iter().rposition(|waiter| waiter.mode == Mode::Exclusive),
        Mode::Exclusive => before.len().checked_sub(1),
    }
}

/// What happens to it.
impl Table {
    /// Applies the command at an index of the log. What makes no sense changes nothing.
    pub fn apply(&mut self, revision: Revision, command: Command) -> Applied {
        let mut applied = Applied::default();
        match command {
            Command::Grant { lease } => {
                if !self.leases.contains(&lease) {
                    self.leases.push(lease);
                }
            }
            Command::Enqueue { name, lease, guid, mode } if self.leases.contains(&lease) => {
                let queue = &mut self.locks.entry(name).or_default().queue;
                let known = queue.iter().find(|waiter| waiter.guid == guid).copied();
                let entry = known.unwrap_or(Waiter { lease, guid, created: revision, mode });
                if known.is_none() {
                    queue.push(entry);
                }
                applied.entry = Some(entry);
            }
            Command::Enqueue { .. } => {}
            Command::Leave { name, guid } => {
                if let Some(at) = self.queue(name).iter().position(|waiter| waiter.guid == guid) {
                    self.remove(name, at, &mut applied);
                }
            }
            Command::End { lease, expired } => self.end(lease, expired, &mut applied),
            Command::Undelay { name } => {
                if let Some(lock) = self.locks.get_mut(&name).filter(|lock| lock.delayed) {
                    lock.delayed = false;
                    let holders = front(&lock.queue, self.permits);
                    applied.woken.extend(lock.queue.iter().take(holders).map(|waiter| (name, waiter.created)));
                }
            }
        }
        applied
    }

    fn end(&mut self, lease: u64, expired: bool, applied: &mut Applied) {
        self.leases.retain(|known| *known != lease);
        let names: Vec<u32> = self.locks.keys().copied().collect();
        for name in names {
            while let Some(at) = self.queue(name).iter().position(|waiter| waiter.lease == lease) {
                if expired && self.lock_delay && at == 0 && self.holders(name) == 1 {
                    self.locks.entry(name).or_default().delayed = true;
                }
                self.remove(name, at, applied);
            }
        }
    }

    /// Takes an entry out and says whose watches fire.
    fn remove(&mut self, name: u32, at: usize, applied: &mut Applied) {
        let (before, watch, permits) = (self.holders(name), self.watch, self.permits);
        let Some(lock) = self.locks.get_mut(&name) else { return };
        let waited: Vec<(usize, Revision)> =
            lock.queue.iter().enumerate().skip(before.max(at + 1)).map(|(place, waiter)| (place, waiter.created)).collect();
        let watched = |place: usize| in_the_way(&lock.queue, place) == Some(at);
        let watching: Vec<Revision> = match watch {
            Watch::Parent => waited.iter().map(|(_, created)| *created).collect(),
            Watch::Predecessor => waited.iter().filter(|(place, _)| watched(*place)).map(|(_, created)| *created).collect(),
        };
        lock.queue.remove(at);
        // Of a semaphore no single entry is in the way: those are woken for whom there is a permit now.
        let now = &lock.queue[..if lock.delayed { 0 } else { front(&lock.queue, permits) }];
        let permitted = waited.iter().map(|(_, created)| *created).filter(|created| now.iter().any(|w| w.created == *created));
        let woken = if permits > 1 && watch == Watch::Predecessor { permitted.collect() } else { watching };
        applied.woken.extend(woken.into_iter().map(|created| (name, created)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: u32 = 0;

    fn enqueue(table: &mut Table, revision: Revision, guid: u64, mode: Mode) -> Option<Waiter> {
        table.apply(revision, Command::Grant { lease: guid });
        table.apply(revision, Command::Enqueue { name: NAME, lease: guid, guid, mode }).entry
    }

    fn queue_of(n: u64, watch: Watch) -> Table {
        let mut table = Table::new(1, false, watch);
        for guid in 1..=n {
            enqueue(&mut table, guid, guid, Mode::Exclusive);
        }
        table
    }

    /// The thundering herd: a release wakes everybody who watches the queue, and one of those who watch what is before them.
    #[test]
    fn a_release_wakes_one_of_fifty_or_all() {
        for (watch, expected) in [(Watch::Predecessor, 1), (Watch::Parent, 50)] {
            let mut table = queue_of(51, watch);
            let woken = table.apply(52, Command::Leave { name: NAME, guid: 1 }).woken;
            assert_eq!(woken.len(), expected, "{watch:?}");
            assert_eq!((woken[0], table.look(NAME, 2), table.look(NAME, 3)), ((NAME, 2), Some(true), Some(false)));
        }
    }

    #[test]
    fn who_waited_and_lost_its_lease_holds_nothing_when_it_looks_again() {
        let mut table = queue_of(2, Watch::Predecessor);
        table.apply(3, Command::End { lease: 2, expired: true });
        table.apply(4, Command::Leave { name: NAME, guid: 1 });
        assert_eq!(table.look(NAME, 2), None, "nobody is before it, and yet it holds nothing");
    }

    #[test]
    fn a_lost_answer_leaves_no_second_entry() {
        let mut table = Table::new(1, false, Watch::Predecessor);
        let first = enqueue(&mut table, 1, 7, Mode::Exclusive);
        assert_eq!(enqueue(&mut table, 2, 7, Mode::Exclusive), first);
        table.apply(3, Command::Leave { name: NAME, guid: 7 });
        assert!(table.queue(NAME).is_empty(), "no orphan is in the way");
    }

    #[test]
    fn a_lock_whose_holder_vanished_is_delayed_and_one_that_was_given_back_is_not() {
        for (expired, delayed) in [(true, true), (false, false)] {
            let mut table = Table::new(1, true, Watch::Predecessor);
            for guid in 1..=2 {
                enqueue(&mut table, guid, guid, Mode::Exclusive);
            }
            table.apply(3, Command::End { lease: 1, expired });
            assert_eq!((table.is_delayed(NAME), table.look(NAME, 2)), (delayed, Some(!delayed)));
            table.apply(4, Command::Undelay { name: NAME });
            assert_eq!(table.look(NAME, 2), Some(true));
        }
    }

    #[test]
    fn a_sequencer_is_valid_as_long_as_its_holder_holds() {
        let mut table = queue_of(2, Watch::Predecessor);
        let shown = table.sequencer(NAME, 1).expect("it holds the lock");
        assert!(table.is_valid(shown) && table.sequencer(NAME, 2).is_none());
        table.apply(3, Command::End { lease: 1, expired: true });
        let next = table.sequencer(NAME, 2).expect("it is next");
        assert!(!table.is_valid(shown) && next.generation > shown.generation);
    }

    fn commands() -> impl Strategy<Value = Vec<Command>> {
        let (lease, guid, name) = (0..4u64, 0..8u64, 0..2u32);
        let mode = prop_oneof![Just(Mode::Exclusive), Just(Mode::Shared)];
        let command = prop_oneof![
            2 => lease.clone().prop_map(|lease| Command::Grant { lease }),
            1 => (lease.clone(), any::<bool>()).prop_map(|(lease, expired)| Command::End { lease, expired }),
            4 => (name.clone(), lease, guid.clone(), mode).prop_map(|(name, lease, guid, mode)| Command::Enqueue { name, lease, guid, mode }),
            3 => (name.clone(), guid).prop_map(|(name, guid)| Command::Leave { name, guid }),
            1 => name.prop_map(|name| Command::Undelay { name }),
        ];
        proptest::collection::vec(command, 1..120)
    }

    fn holders(table: &Table, name: u32) -> Vec<Waiter> {
        table.queue(name)[..table.holders(name)].to_vec()
    }

    proptest! {
        /// At most so many writers or only readers; holders come in the order of their revisions and go by themselves; whoever
        /// becomes one without having just queued is woken; one is woken by a writer that leaves, as long as no readers wait.
        #[test]
        fn grants_follow_the_order_of_creation(commands in commands(), permits in 1usize..3, lock_delay: bool) {
            let mut table = Table::new(permits, lock_delay, Watch::Predecessor);
            let mut latest = [0; 2];
            for (n, command) in commands.into_iter().enumerate() {
                let revision = n as u64 + 1;
                let before = [holders(&table, 0), holders(&table, 1)];
                let has_reader = |table: &Table, name: u32| table.queue(name).iter().any(|waiter| waiter.mode == Mode::Shared);
                let readers = [has_reader(&table, 0), has_reader(&table, 1)];
                let applied = table.apply(revision, command);
                for name in 0..2u32 {
                    let now = holders(&table, name);
                    let writers = now.iter().filter(|holder| holder.mode == Mode::Exclusive).count();
                    prop_assert!(writers == 0 || (writers == now.len() && writers <= permits));
                    prop_assert!(table.queue(name).windows(2).all(|pair| pair[0].created < pair[1].created));
                    for holder in now.iter().filter(|holder| !before[name as usize].contains(holder)) {
                        prop_assert!(holder.created > latest[name as usize], "in order: {:?}", holder);
                        let asked = applied.entry == Some(*holder);
                        prop_assert!(asked || applied.woken.contains(&(name, holder.created)), "{:?} {:?}", command, holder);
                        latest[name as usize] = holder.created;
                    }
                    if matches!(command, Command::Leave { .. }) && !readers[name as usize] {
                        prop_assert!(applied.woken.iter().filter(|woken| woken.0 == name).count() <= 1);
                    }
                }
            }
        }

        /// The same commands make the same table: that is all a log asks of a state machine.
        #[test]
        fn the_same_log_makes_the_same_table(commands in commands()) {
            let replay = || {
                let mut table = Table::new(1, true, Watch::Predecessor);
                commands.iter().enumerate().for_each(|(n, command)| drop(table.apply(n as u64 + 1, *command)));
                table
            };
            prop_assert_eq!(replay(), replay());
        }
    }
}
