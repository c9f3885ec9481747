//! Dotted version vectors (Preguiça et al. 2010, 2012) and the compact sets of them (Almeida et al. 2014): exact siblings with
//! one entry for each *server*, however many clients write.
//!
//! A version is its own dot, the n-th write that a server has coordinated, and the context: everything that its writer had
//! read. A version is obsolete if its dot lies in the context of another; nothing else makes it so.

use super::order::Order;
use super::version::VersionVector;
use std::collections::BTreeMap;

/// One write: the n-th (from 1) that a server has coordinated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot<A> {
    /// The server.
    pub server: A,
    /// Its number there.
    pub n: u64,
}

/// The version of one sibling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dotted<A> {
    /// The write itself.
    pub dot: Dot<A>,
    /// What its writer had read.
    pub context: VersionVector<A>,
}

impl<A: Ord + Clone> Dotted<A> {
    /// Whether it contains a write: its own, or one that its writer had read.
    pub fn contains(&self, dot: &Dot<A>) -> bool {
        self.dot == *dot || self.context.contains(&dot.server, dot.n)
    }

    /// How this version stands to the other. Constant time but for two searches: only the dots are looked up.
    pub fn compare(&self, other: &Dotted<A>) -> Order {
        Order::of(other.contains(&self.dot), self.contains(&other.dot))
    }

    /// Its causal history as far as a version vector can say it: context and dot.
    pub fn history(&self) -> VersionVector<A> {
        let mut history = self.context.clone();
        history.0.set(self.dot.server.clone(), history.0.get(&self.dot.server).max(self.dot.n));
        history
    }
}

/// The siblings of an object as a list of versions, by dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Siblings<A, V> {
    all: Vec<(Dotted<A>, V)>,
}

impl<A, V> Default for Siblings<A, V> {
    fn default() -> Self {
        Siblings { all: Vec::new() }
    }
}

impl<A: Ord + Clone, V: Clone> Siblings<A, V> {
    /// What a reader takes along, so that its next write replaces what it has read: everything that these versions contain.
    pub fn context(&self) -> VersionVector<A> {
        self.all.iter().fold(VersionVector::new(), |context, (version, _)| context.merged(&version.history()))
    }

    /// Takes in a version: what it contains goes, and it goes itself if another contains it. `replaces` says whether a version
    /// that stands in this order to another is replaced by it.
    pub fn add(&mut self, version: Dotted<A>, value: V, replaces: impl Fn(Order) -> bool) {
        if self.all.iter().any(|(known, _)| known.dot == version.dot || replaces(version.compare(known))) {
            return;
        }
        self.all.retain(|(known, _)| !replaces(known.compare(&version)));
        let at = self.all.partition_point(|(known, _)| known.dot < version.dot);
        self.all.insert(at, (version, value));
    }

    /// Versions and values, by dot.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(Dotted<A>, V)> {
        self.all.iter()
    }

    /// Writable, for those who change versions in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut (Dotted<A>, V)> {
        self.all.iter_mut()
    }

    /// Number of siblings.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// What takes a version out: another that contains it. Equal versions are one.
pub fn is_replaced(order: Order) -> bool {
    matches!(order, Order::Before | Order::Equal)
}

/// A compact set of siblings (Almeida et al. 2014): for each server the number of its writes that are known, and the values of
/// the newest of them that are not obsolete. The value at position i of a server with n writes has the dot n - i.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DvvSet<A, V> {
    servers: BTreeMap<A, (u64, Vec<V>)>,
    /// Values without a dot, ascending: the outcome of a reconciliation, or what a client is about to write.
    anonymous: Vec<V>,
}

impl<A, V> Default for DvvSet<A, V> {
    fn default() -> Self {
        DvvSet { servers: BTreeMap::new(), anonymous: Vec::new() }
    }
}

impl<A: Ord + Clone, V: Clone + Ord> DvvSet<A, V> {
    /// Values that a client brings, with the context that it has read.
    pub fn with(context: &VersionVector<A>, mut values: Vec<V>) -> DvvSet<A, V> {
        values.sort_unstable();
        values.dedup();
        let servers = context.0.iter().map(|(server, n)| (server.clone(), (n, Vec::new()))).collect();
        DvvSet { servers, anonymous: values }
    }

    /// One server's entry, for tests and for reading what was stored.
    pub fn entry(&self, server: &A) -> Option<(u64, &[V])> {
        self.servers.get(server).map(|(n, values)| (*n, values.as_slice()))
    }

    /// Everything that the set contains, to be handed to readers.
    pub fn join(&self) -> VersionVector<A> {
        VersionVector(self.servers.iter().map(|(server, (n, _))| (server.clone(), *n)).collect())
    }

    /// All siblings: those without a dot first, then by server, the newest first.
    pub fn values(&self) -> Vec<V> {
        self.anonymous.iter().chain(self.servers.values().flat_map(|(_, values)| values)).cloned().collect()
    }

    /// Both sets as one: what either knows as obsolete goes. In whatever order stored sets meet, they become the same one. Values
    /// without a dot only have a place in one of them: of those of two, the whole context decides, and so the order in which they
    /// meet does, too.
    #[must_use]
    pub fn sync(&self, other: &DvvSet<A, V>) -> DvvSet<A, V> {
        let mut both = self.clone();
        for (server, theirs) in &other.servers {
            let merged = match both.servers.get(server) {
                Some(ours) => merge_entry(ours, theirs),
                None => theirs.clone(),
            };
            both.servers.insert(server.clone(), merged);
        }
        both.anonymous = match (self.is_less(other), other.is_less(self)) {
            (true, _) => other.anonymous.clone(),
            (_, true) => self.anonymous.clone(),
            _ => {
                let mut all = [self.anonymous.as_slice(), other.anonymous.as_slice()].concat();
                all.sort_unstable();
                all.dedup();
                all
            }
        };
        both
    }

    /// A server takes the one new value of `write` in, under a new dot of its own, together with what it has.
    #[must_use]
    pub fn updated(&self, write: &DvvSet<A, V>, server: A) -> DvvSet<A, V> {
        let mut quiet = write.clone();
        let values = std::mem::take(&mut quiet.anonymous);
        let mut after = self.sync(&quiet);
        let entry = after.servers.entry(server).or_insert_with(|| (0, Vec::new()));
        entry.0 += 1;
        entry.1.splice(0..0, values);
        after
    }

    /// One value out of all siblings, chosen by `choose`: it has no dot of its own until it is written.
    #[must_use]
    pub fn reconciled(&self, choose: impl FnOnce(&[V]) -> V) -> DvvSet<A, V> {
        let winner = choose(&self.values());
        DvvSet::with(&self.join(), vec![winner])
    }

    /// Keeps only the greatest value by `key`, at its server, under the newest dot there: last writer wins.
    #[must_use]
    pub fn last_writer<K: Ord>(&self, key: impl Fn(&V) -> K) -> DvvSet<A, V> {
        let Some(winner) = self.values().into_iter().max_by_key(|value| key(value)) else { return self.clone() };
        if self.anonymous.contains(&winner) {
            return DvvSet::with(&self.join(), vec![winner]);
        }
        let mut kept = DvvSet { servers: self.servers.clone(), anonymous: Vec::new() };
        let mut found = false;
        for (_, values) in kept.servers.values_mut() {
            let here = !found && values.contains(&winner);
            *values = if here { vec![winner.clone()] } else { Vec::new() };
            found |= here;
        }
        kept
    }

    /// Whether everything here is contained there, and something there is not contained here.
    pub fn is_less(&self, other: &DvvSet<A, V>) -> bool {
        self.join().compare(&other.join()) == Order::Before
    }
}

/// Of one server: the longer knowledge, with the values that neither side knows as obsolete.
fn merge_entry<V: Clone>(a: &(u64, Vec<V>), b: &(u64, Vec<V>)) -> (u64, Vec<V>) {
    let (new, old) = if a.0 >= b.0 { (a, b) } else { (b, a) };
    // The other side knows the dots up to `old.0` and keeps those above `old.0 - old.1.len()`.
    let alive_from = old.0 - (old.1.len() as u64).min(old.0);
    let keep = new.1.len().min((new.0 - alive_from) as usize);
    (new.0, new.1[..keep].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::clock::vector::Vector;
    use proptest::prelude::*;

    type Set = DvvSet<char, &'static str>;

    fn context(entries: &[(char, u64)]) -> VersionVector<char> {
        VersionVector(entries.iter().copied().collect())
    }

    fn write(context: &VersionVector<char>, value: &'static str) -> Set {
        DvvSet::with(context, vec![value])
    }

    #[test]
    fn the_example_of_the_papers() {
        let none = context(&[]);
        let v1 = Set::default().updated(&write(&none, "v1"), 'A');
        assert_eq!(v1.entry(&'A'), Some((1, &["v1"][..])));
        let v2 = v1.updated(&write(&none, "v2"), 'A');
        assert_eq!(v2.entry(&'A'), Some((2, &["v2", "v1"][..])));
        let v3 = v2.updated(&write(&context(&[('A', 1)]), "v3"), 'A');
        assert_eq!(v3.entry(&'A'), Some((3, &["v3", "v2"][..])), "v1 was read, v2 was not");
        assert_eq!(v3.join(), context(&[('A', 3)]));
    }

    #[test]
    fn the_same_example_with_a_list_of_versions() {
        let mut siblings: Siblings<char, &str> = Siblings::default();
        let version = |n, read: &[(char, u64)]| Dotted { dot: Dot { server: 'A', n }, context: context(read) };
        siblings.add(version(1, &[]), "v1", is_replaced);
        siblings.add(version(2, &[]), "v2", is_replaced);
        siblings.add(version(3, &[('A', 1)]), "v3", is_replaced);
        assert_eq!(siblings.iter().map(|(_, value)| *value).collect::<Vec<_>>(), ["v2", "v3"]);
        assert_eq!(siblings.context(), context(&[('A', 3)]));
    }

    #[test]
    fn a_version_vector_of_servers_cannot_say_it() {
        // v2's vector would have to be {A:2}: it contains {A:1}, and v1 is lost.
        assert_eq!(context(&[('A', 1)]).compare(&context(&[('A', 2)])), Order::Before);
        let dotted = |n| Dotted { dot: Dot { server: 'A', n }, context: context(&[]) };
        assert_eq!(dotted(1).compare(&dotted(2)), Order::Concurrent);
    }

    #[test]
    fn reconciling_is_deterministic_and_leaves_no_dot() {
        let none = context(&[]);
        let two = Set::default().updated(&write(&none, "a"), 'A').updated(&write(&none, "b"), 'B');
        let greatest = |values: &[&'static str]| values.iter().copied().max().unwrap_or("");
        let one = two.reconciled(greatest);
        assert_eq!((one.values(), one.join()), (vec!["b"], two.join()));
        assert_eq!(two.sync(&one).values(), ["b"], "it has read them all");
        let written = two.updated(&one, 'B');
        assert_eq!(written.values(), ["b"]);
    }

    #[test]
    fn the_last_writer_keeps_its_dot() {
        let none = context(&[]);
        let two = Set::default().updated(&write(&none, "late"), 'A').updated(&write(&none, "early"), 'B');
        let winner = two.last_writer(|value| value.len());
        assert_eq!(winner.values(), ["early"]);
        assert_eq!(winner.entry(&'B'), Some((1, &["early"][..])));
        assert_eq!(winner.join(), two.join());
    }

    /// A store in which clients read and write at random servers: as a compact set, as a list, and as plain histories of writes.
    #[derive(Clone, Default)]
    struct Replica {
        set: DvvSet<u8, u32>,
        list: Siblings<u8, u32>,
        /// The writes that are known here, and those among them that another one has read.
        known: std::collections::BTreeSet<u32>,
        obsolete: std::collections::BTreeSet<u32>,
    }

    impl Replica {
        fn truth(&self) -> Vec<u32> {
            self.known.difference(&self.obsolete).copied().collect()
        }

        fn sync(&mut self, other: &Replica) {
            self.set = self.set.sync(&other.set);
            other.list.iter().for_each(|(version, value)| self.list.add(version.clone(), *value, is_replaced));
            self.known.extend(&other.known);
            self.obsolete.extend(&other.obsolete);
        }
    }

    proptest! {
        #[test]
        fn siblings_are_exactly_the_writes_that_nobody_has_read(
            steps in proptest::collection::vec((0..3usize, 0..3usize, 0..4u8), 1..40)
        ) {
            let mut replicas = vec![Replica::default(); 3];
            // What each of three clients has read: the context, and the values.
            let mut read: Vec<(VersionVector<u8>, std::collections::BTreeSet<u32>)> = vec![(VersionVector::new(), Default::default()); 3];
            for (value, (at, client, what)) in (0u32..).zip(steps) {
                match what {
                    0 => read[client] = (replicas[at].set.join(), replicas[at].known.clone()),
                    1 => {
                        let from = replicas[(at + 1) % 3].clone();
                        replicas[at].sync(&from);
                    }
                    _ => {
                        let server = at as u8;
                        let write = DvvSet::with(&read[client].0, vec![value]);
                        replicas[at].set = replicas[at].set.updated(&write, server);
                        let n = replicas[at].set.entry(&server).map_or(0, |entry| entry.0);
                        let version = Dotted { dot: Dot { server, n }, context: read[client].0.clone() };
                        replicas[at].list.add(version, value, is_replaced);
                        let seen: Vec<u32> = read[client].1.iter().copied().collect();
                        replicas[at].known.extend(&seen);
                        replicas[at].obsolete.extend(&seen);
                        replicas[at].known.insert(value);
                    }
                }
                for replica in &replicas {
                    let mut values = replica.set.values();
                    values.sort_unstable();
                    prop_assert_eq!(values, replica.truth());
                    let listed: Vec<u32> = replica.list.iter().map(|(_, value)| *value).collect();
                    let listed: std::collections::BTreeSet<u32> = listed.into_iter().collect();
                    prop_assert_eq!(listed.into_iter().collect::<Vec<_>>(), replica.truth());
                    let versions: Vec<&Dotted<u8>> = replica.list.iter().map(|(version, _)| version).collect();
                    for a in &versions {
                        for b in versions.iter().filter(|b| !std::ptr::eq(*a, **b)) {
                            prop_assert_eq!(a.compare(b), Order::Concurrent, "siblings are an antichain");
                        }
                    }
                }
            }
        }

        /// What a server has, and a client's answer to it beside that: none, one, or several values without a dot.
        #[test]
        fn sync_is_commutative_and_idempotent(steps in steps(), brought in proptest::collection::vec(0..4u32, 0..4), which in 0..2usize) {
            let mut sets = stored::<2>(steps);
            let context = sets[which].join();
            sets[which].anonymous = DvvSet::<u8, u32>::with(&context, brought.clone()).anonymous;
            sets[1 - which].anonymous = DvvSet::<u8, u32>::with(&context, brought.into_iter().map(|value| value / 2 + 1).collect()).anonymous;
            let both = sets[0].sync(&sets[1]);
            prop_assert_eq!(&both, &sets[1].sync(&sets[0]));
            prop_assert_eq!(&both.sync(&both), &both);
            prop_assert!([0, 1].iter().all(|at| !both.is_less(&sets[*at])));
        }

        #[test]
        fn stored_sets_become_the_same_in_whatever_order_they_meet(steps in steps()) {
            let [a, b, c] = stored::<3>(steps);
            prop_assert_eq!(a.sync(&b).sync(&c), a.sync(&b.sync(&c)));
            prop_assert_eq!(a.sync(&b).sync(&a), a.sync(&b), "what is known already changes nothing");
        }
    }

    #[test]
    fn values_without_a_dot_are_a_set() {
        let none = context(&[]);
        let (ab, ba) = (Set::with(&none, vec!["a", "b"]), Set::with(&none, vec!["b", "a"]));
        assert_eq!(ab, ba);
        let (a, b) = (Set::with(&none, vec!["a"]), Set::with(&none, vec!["b"]));
        assert_eq!((a.sync(&b), b.sync(&a)), (ab.clone(), ba));
        assert_eq!(ab.sync(&a), ab);
    }

    #[test]
    fn of_values_without_a_dot_in_two_sets_the_order_decides() {
        let (old, new) = (Set::with(&context(&[('A', 1)]), vec!["a"]), Set::with(&context(&[('A', 2)]), vec![]));
        let beside = Set::with(&context(&[('B', 1)]), vec!["c"]);
        assert_eq!(old.sync(&new).sync(&beside).values(), ["c"], "a is obsolete");
        assert_eq!(old.sync(&beside).sync(&new).values(), ["a", "c"], "nothing says any more whose context a had");
    }

    type Step = (usize, usize, u8);

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        proptest::collection::vec((0..3usize, 0..3usize, 0..5u8), 1..40)
    }

    /// Sets as servers have them: writes with and without a context, each at its own server, and meetings.
    fn stored<const N: usize>(steps: Vec<Step>) -> [DvvSet<u8, u32>; N] {
        let mut sets: [DvvSet<u8, u32>; N] = std::array::from_fn(|_| DvvSet::default());
        for (value, (at, other, what)) in (0u32..).zip(steps) {
            let (at, other) = (at % N, other % N);
            match what {
                0 => sets[at] = sets[at].sync(&sets[other]),
                _ => {
                    let read = if what == 1 { Vector::new() } else { sets[if what == 2 { other } else { at }].join().0 };
                    sets[at] = sets[at].updated(&DvvSet::with(&VersionVector(read), vec![value]), at as u8);
                }
            }
        }
        sets
    }
}
