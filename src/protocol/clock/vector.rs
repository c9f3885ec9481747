//! Vector clocks (Fidge 1988; Mattern 1989): one counter for each process, exactly as much as it takes to tell *before* from
//! *concurrent* (Charron-Bost 1991).
//!
//! A vector is a sorted list of entries above zero; whoever has no entry has the counter 0. A send is an event: the sender
//! ticks *before* it attaches its vector. A receiver merges, then ticks.

use super::order::Order;
use std::cmp::Ordering;
use std::fmt;

/// How many events of each process lie in the past of an event, the event included. `A` names the processes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vector<A> {
    /// By process, each once, counters above zero.
    entries: Vec<(A, u64)>,
}

impl<A> Default for Vector<A> {
    fn default() -> Self {
        Vector { entries: Vec::new() }
    }
}

impl<A: Ord + Clone> Vector<A> {
    /// Nothing has happened.
    pub fn new() -> Vector<A> {
        Vector::default()
    }

    /// The counter of a process; 0 if it has no entry.
    pub fn get(&self, process: &A) -> u64 {
        self.place(process).map_or(0, |at| self.entries[at].1)
    }

    /// Sets the counter of a process; 0 takes its entry away.
    pub fn set(&mut self, process: A, count: u64) {
        match (self.place(&process), count) {
            (Ok(at), 0) => drop(self.entries.remove(at)),
            (Ok(at), _) => self.entries[at].1 = count,
            (Err(_), 0) => {}
            (Err(at), _) => self.entries.insert(at, (process, count)),
        }
    }

    /// One more event of a process: its counter after it.
    pub fn tick(&mut self, process: A) -> u64 {
        let count = self.get(&process).saturating_add(1);
        self.set(process, count);
        count
    }

    /// Entry by entry the greater one.
    pub fn merge(&mut self, other: &Vector<A>) {
        if other.entries.iter().all(|(process, count)| self.get(process) >= *count) {
            return;
        }
        let mut merged = Vec::with_capacity(self.entries.len() + other.entries.len());
        let (mut ours, mut theirs) = (self.entries.iter().peekable(), other.entries.iter().peekable());
        loop {
            let next = match (ours.peek(), theirs.peek()) {
                (Some(a), Some(b)) => match a.0.cmp(&b.0) {
                    Ordering::Less => ours.next().cloned(),
                    Ordering::Greater => theirs.next().cloned(),
                    Ordering::Equal => {
                        let (a, b) = (ours.next(), theirs.next());
                        a.zip(b).map(|(a, b)| (a.0.clone(), a.1.max(b.1)))
                    }
                },
                (Some(_), None) => ours.next().cloned(),
                (None, _) => theirs.next().cloned(),
            };
            match next {
                Some(entry) => merged.push(entry),
                None => break,
            }
        }
        self.entries = merged;
    }

    /// This vector after one more event of a process.
    #[must_use]
    pub fn ticked(&self, process: A) -> Vector<A> {
        let mut after = self.clone();
        after.tick(process);
        after
    }

    /// The least vector that both lie within.
    #[must_use]
    pub fn merged(&self, other: &Vector<A>) -> Vector<A> {
        let mut both = self.clone();
        both.merge(other);
        both
    }

    /// Whether every counter is at most the other's: pointwise, whatever the number of entries.
    pub fn is_within(&self, other: &Vector<A>) -> bool {
        let mut theirs = other.entries.iter();
        self.entries.iter().all(|(process, count)| {
            theirs.by_ref().find(|entry| entry.0 >= *process).is_some_and(|entry| entry.0 == *process && entry.1 >= *count)
        })
    }

    /// How the event with this vector stands to the one with the other.
    pub fn compare(&self, other: &Vector<A>) -> Order {
        Order::of(self.is_within(other), other.is_within(self))
    }

    /// The entries above zero, by process.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&A, u64)> {
        self.entries.iter().map(|(process, count)| (process, *count))
    }

    /// Number of processes with an entry.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn place(&self, process: &A) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.0.cmp(process))
    }
}

impl<A: Ord + Clone> FromIterator<(A, u64)> for Vector<A> {
    /// The last counter of a process counts.
    fn from_iter<I: IntoIterator<Item = (A, u64)>>(entries: I) -> Vector<A> {
        let mut vector = Vector::new();
        entries.into_iter().for_each(|(process, count)| vector.set(process, count));
        vector
    }
}

impl<A: fmt::Display> fmt::Display for Vector<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (n, (process, count)) in self.entries.iter().enumerate() {
            write!(f, "{}{process}:{count}", if n > 0 { ", " } else { "" })?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vector(entries: &[(char, u64)]) -> Vector<char> {
        entries.iter().copied().collect()
    }

    #[test]
    fn four_answers() {
        let (a, b) = (vector(&[('p', 2), ('q', 1)]), vector(&[('p', 1), ('q', 2)]));
        assert_eq!(a.compare(&b), Order::Concurrent);
        assert_eq!(a.compare(&a.merged(&b)), Order::Before);
        assert_eq!(a.merged(&b).compare(&b), Order::After);
        assert_eq!(a.compare(&a.clone()), Order::Equal);
    }

    #[test]
    fn a_missing_entry_is_zero_and_the_number_of_entries_decides_nothing() {
        let (short, long) = (vector(&[('q', 3)]), vector(&[('p', 1), ('q', 2), ('r', 1)]));
        assert_eq!(short.compare(&long), Order::Concurrent);
        assert_eq!(vector(&[('p', 0)]), Vector::new());
        assert_eq!(Vector::new().compare(&short), Order::Before);
        assert_eq!(vector(&[('p', 1), ('r', 1)]).compare(&vector(&[('q', 9)])), Order::Concurrent);
    }

    #[test]
    fn tick_before_attach_and_merge_before_tick() {
        // p sends; q receives; r does something of its own.
        let (mut p, mut q, mut r) = (Vector::new(), Vector::new(), Vector::new());
        p.tick('p');
        let carried = p.clone();
        q.tick('q');
        q.merge(&carried);
        q.tick('q');
        r.tick('r');
        assert_eq!(q, vector(&[('p', 1), ('q', 2)]));
        assert_eq!((carried.compare(&q), q.compare(&r)), (Order::Before, Order::Concurrent));
        assert_eq!(q.to_string(), "{p:1, q:2}");
    }

    /// Vectors of up to four processes with small counters: collisions are likely.
    pub(in crate::protocol::clock) fn vectors() -> impl Strategy<Value = Vector<u8>> {
        proptest::collection::vec((0..4u8, 0..4u64), 0..5).prop_map(|entries| entries.into_iter().collect())
    }

    proptest! {
        #[test]
        fn comparison_is_a_partial_order(a in vectors(), b in vectors(), c in vectors()) {
            prop_assert_eq!(a.compare(&a), Order::Equal);
            prop_assert_eq!(a.compare(&b), b.compare(&a).reversed());
            prop_assert_eq!(a.compare(&b) == Order::Equal, a == b);
            if a.is_within(&b) && b.is_within(&c) {
                prop_assert!(a.is_within(&c));
            }
        }

        #[test]
        fn merge_is_the_least_upper_bound(a in vectors(), b in vectors(), c in vectors()) {
            let both = a.merged(&b);
            prop_assert_eq!(&both, &b.merged(&a));
            prop_assert_eq!(a.merged(&a), a.clone());
            prop_assert_eq!(both.merged(&c), a.merged(&b.merged(&c)));
            prop_assert!(a.is_within(&both) && b.is_within(&both));
            if a.is_within(&c) && b.is_within(&c) {
                prop_assert!(both.is_within(&c));
            }
        }

        #[test]
        fn a_tick_is_strictly_after(a in vectors(), process in 0..4u8) {
            prop_assert_eq!(a.compare(&a.ticked(process)), Order::Before);
            prop_assert_eq!(a.ticked(process).get(&process), a.get(&process) + 1);
        }

        #[test]
        fn within_is_pointwise(a in vectors(), b in vectors()) {
            prop_assert_eq!(a.is_within(&b), (0..4u8).all(|process| a.get(&process) <= b.get(&process)));
        }
    }
}
