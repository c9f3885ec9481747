//! Interval tree clocks (Almeida, Baquero, Fonte, OPODIS 2008): causality among processes that come and go, without names.
//!
//! A stamp is an identity and a number for every point of the interval from 0 to 1. An identity is the part of the interval
//! that a process owns; whoever joins is given half of somebody's, whoever leaves gives it back. An event raises the numbers
//! somewhere in the own part: nobody else could have, so it is new to everybody who has not heard of it.
//!
//! Both are trees over halves of the interval, kept in normal form: equal functions are equal trees.

use super::order::Order;
use std::fmt;
use std::sync::Arc;

/// The part of the interval that a process owns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    /// Nothing of it.
    None,
    /// All of it.
    All,
    /// These parts of its two halves.
    Halves(Arc<(Id, Id)>),
}

/// A number for every point of the interval.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The same everywhere.
    Flat(u64),
    /// At least this, and on the halves so much more.
    Halves(u64, Arc<(Event, Event)>),
}

/// Identity and numbers of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Its part of the interval.
    pub id: Id,
    /// What it knows to have happened.
    pub event: Event,
}

impl Id {
    /// Halves in normal form: two equal leaves are one (paper 5.2).
    pub fn halves(left: Id, right: Id) -> Id {
        match (left, right) {
            (Id::None, Id::None) => Id::None,
            (Id::All, Id::All) => Id::All,
            (left, right) => Id::Halves(Arc::new((left, right))),
        }
    }

    /// Two parts that together are this one and have nothing in common (paper 5.3.2).
    pub fn split(&self) -> (Id, Id) {
        match self {
            Id::None => (Id::None, Id::None),
            Id::All => (Id::halves(Id::All, Id::None), Id::halves(Id::None, Id::All)),
            Id::Halves(halves) => match &**halves {
                (Id::None, right) => {
                    let (first, second) = right.split();
                    (Id::halves(Id::None, first), Id::halves(Id::None, second))
                }
                (left, Id::None) => {
                    let (first, second) = left.split();
                    (Id::halves(first, Id::None), Id::halves(second, Id::None))
                }
                (left, right) => (Id::halves(left.clone(), Id::None), Id::halves(Id::None, right.clone())),
            },
        }
    }

    /// Both parts together; `None` if they have something in common (paper 5.3.3).
    pub fn sum(&self, other: &Id) -> Option<Id> {
        match (self, other) {
            (Id::None, id) | (id, Id::None) => Some(id.clone()),
            (Id::Halves(a), Id::Halves(b)) => Some(Id::halves(a.0.sum(&b.0)?, a.1.sum(&b.1)?)),
            _ => None,
        }
    }

    /// What is in this part and not in the other.
    pub fn without(&self, other: &Id) -> Id {
        let halves = |id: &Id| match id {
            Id::Halves(halves) => (halves.0.clone(), halves.1.clone()),
            leaf => (leaf.clone(), leaf.clone()),
        };
        match (self, other) {
            (Id::None, _) | (_, Id::All) => Id::None,
            (id, Id::None) => id.clone(),
            (id, other) => {
                let ((left, right), (other_left, other_right)) = (halves(id), halves(other));
                Id::halves(left.without(&other_left), right.without(&other_right))
            }
        }
    }

    /// Whether it is in normal form.
    pub fn is_normal(&self) -> bool {
        match self {
            Id::Halves(halves) => {
                let leaves = matches!(&**halves, (Id::None, Id::None) | (Id::All, Id::All));
                !leaves && halves.0.is_normal() && halves.1.is_normal()
            }
            _ => true,
        }
    }

    /// Number of halvings above its deepest leaf.
    pub fn depth(&self) -> usize {
        match self {
            Id::Halves(halves) => 1 + halves.0.depth().max(halves.1.depth()),
            _ => 0,
        }
    }
}

impl Event {
    /// Halves in normal form: what both have in common is lifted (paper 5.2).
    pub fn halves(base: u64, left: Event, right: Event) -> Event {
        if let (Event::Flat(a), Event::Flat(b)) = (&left, &right)
            && a == b
        {
            return Event::Flat(base.saturating_add(*a));
        }
        let common = left.base().min(right.base());
        Event::Halves(base.saturating_add(common), Arc::new((left.sunk(common), right.sunk(common))))
    }

    fn base(&self) -> u64 {
        match self {
            Event::Flat(n) | Event::Halves(n, _) => *n,
        }
    }

    fn sunk(self, by: u64) -> Event {
        match self {
            Event::Flat(n) => Event::Flat(n - by),
            Event::Halves(n, halves) => Event::Halves(n - by, halves),
        }
    }

    fn lifted(&self, by: u64) -> Event {
        match self {
            Event::Flat(n) => Event::Flat(n.saturating_add(by)),
            Event::Halves(n, halves) => Event::Halves(n.saturating_add(by), halves.clone()),
        }
    }

    /// The greatest number in the interval.
    pub fn max(&self) -> u64 {
        match self {
            Event::Flat(n) => *n,
            Event::Halves(n, halves) => n.saturating_add(halves.0.max().max(halves.1.max())),
        }
    }

    /// Whether every point's number is at most the other's (paper 5.3.1).
    pub fn is_within(&self, other: &Event) -> bool {
        within(self, 0, other, 0)
    }

    /// How the event with these numbers stands to the one with the others.
    pub fn compare(&self, other: &Event) -> Order {
        Order::of(self.is_within(other), other.is_within(self))
    }

    /// Point by point the greater number (paper 5.3.3).
    pub fn join(&self, other: &Event) -> Event {
        match (self, other) {
            (Event::Flat(a), Event::Flat(b)) => Event::Flat(*a.max(b)),
            (Event::Flat(a), Event::Halves(..)) => with_halves(*a).join(other),
            (Event::Halves(..), Event::Flat(b)) => self.join(&with_halves(*b)),
            (Event::Halves(a, _), Event::Halves(b, _)) if a > b => other.join(self),
            (Event::Halves(a, ours), Event::Halves(b, theirs)) => {
                let above = b - a;
                Event::halves(*a, ours.0.join(&theirs.0.lifted(above)), ours.1.join(&theirs.1.lifted(above)))
            }
        }
    }

    /// Whether it is in normal form: one of two halves begins at 0, and they are not the same leaf.
    pub fn is_normal(&self) -> bool {
        match self {
            Event::Flat(_) => true,
            Event::Halves(_, halves) => {
                let (left, right) = &**halves;
                let leaves = matches!((left, right), (Event::Flat(a), Event::Flat(b)) if a == b);
                !leaves && left.base().min(right.base()) == 0 && left.is_normal() && right.is_normal()
            }
        }
    }
}

/// A leaf as a node, which is not normal.
fn with_halves(n: u64) -> Event {
    Event::Halves(n, Arc::new((Event::Flat(0), Event::Flat(0))))
}

fn within(a: &Event, above_a: u64, b: &Event, above_b: u64) -> bool {
    let sum = u64::saturating_add;
    match (a, b) {
        (Event::Flat(n), _) => sum(*n, above_a) <= sum(b.base(), above_b),
        (Event::Halves(n, halves), Event::Flat(m)) => {
            let n = sum(*n, above_a);
            n <= sum(*m, above_b) && within(&halves.0, n, b, above_b) && within(&halves.1, n, b, above_b)
        }
        (Event::Halves(n, ours), Event::Halves(m, theirs)) => {
            let (n, m) = (sum(*n, above_a), sum(*m, above_b));
            n <= m && within(&ours.0, n, &theirs.0, m) && within(&ours.1, n, &theirs.1, m)
        }
    }
}

/// Raises the own part as far as it makes the tree simpler (paper 5.3.4).
fn fill(id: &Id, event: &Event) -> Event {
    match (id, event) {
        (Id::None, _) | (_, Event::Flat(_)) if !matches!(id, Id::All) => event.clone(),
        (Id::All, _) => Event::Flat(event.max()),
        (Id::Halves(ids), Event::Halves(n, halves)) => match (&ids.0, &ids.1) {
            (Id::All, right) => {
                let right = fill(right, &halves.1);
                Event::halves(*n, Event::Flat(halves.0.max().max(right.base())), right)
            }
            (left, Id::All) => {
                let left = fill(left, &halves.0);
                let right = Event::Flat(halves.1.max().max(left.base()));
                Event::halves(*n, left, right)
            }
            (left, right) => Event::halves(*n, fill(left, &halves.0), fill(right, &halves.1)),
        },
        _ => event.clone(),
    }
}

/// What it costs to turn a leaf into a node: more than any depth.
const NEW_NODE: u64 = 1_000;

/// Raises one place of the own part by one, where the tree grows least, and the cost (paper 5.3.4). `None` without an own part.
fn grow(id: &Id, event: &Event) -> Option<(Event, u64)> {
    match (id, event) {
        (Id::None, _) => None,
        (Id::All, Event::Flat(n)) => Some((Event::Flat(n.saturating_add(1)), 0)),
        // Filled, it would be a leaf; without, it may be raised as a whole.
        (Id::All, Event::Halves(n, halves)) => Some((Event::Halves(n.saturating_add(1), halves.clone()), 0)),
        (Id::Halves(_), Event::Flat(n)) => {
            let (grown, cost) = grow(id, &with_halves(*n))?;
            Some((grown, cost.saturating_add(NEW_NODE)))
        }
        (Id::Halves(ids), Event::Halves(n, halves)) => {
            let left = grow(&ids.0, &halves.0);
            let right = grow(&ids.1, &halves.1);
            let left_costs = left.as_ref().map_or(u64::MAX, |(_, cost)| *cost);
            let right_costs = right.as_ref().map_or(u64::MAX, |(_, cost)| *cost);
            if left_costs < right_costs {
                left.map(|(left, cost)| (Event::halves(*n, left, halves.1.clone()), cost.saturating_add(1)))
            } else {
                right.map(|(right, cost)| (Event::halves(*n, halves.0.clone(), right), cost.saturating_add(1)))
            }
        }
    }
}

impl Stamp {
    /// The first process: it owns everything, and nothing has happened.
    pub fn seed() -> Stamp {
        Stamp { id: Id::All, event: Event::Flat(0) }
    }

    /// Two stamps of the same past: one stays, the other goes to whoever joins.
    pub fn fork(&self) -> (Stamp, Stamp) {
        let (kept, given) = self.id.split();
        (Stamp { id: kept, event: self.event.clone() }, Stamp { id: given, event: self.event.clone() })
    }

    /// What a message carries: the past, and no part of the interval.
    pub fn peek(&self) -> Stamp {
        Stamp { id: Id::None, event: self.event.clone() }
    }

    /// The stamp after an event; `None` if it owns no part of the interval and cannot have events.
    pub fn event(&self) -> Option<Stamp> {
        let filled = fill(&self.id, &self.event);
        let event = if filled == self.event { grow(&self.id, &self.event)?.0 } else { filled };
        Some(Stamp { id: self.id.clone(), event })
    }

    /// Both together: of whoever leaves, or of a message. `None` if both claim the same part.
    pub fn join(&self, other: &Stamp) -> Option<Stamp> {
        Some(Stamp { id: self.id.sum(&other.id)?, event: self.event.join(&other.event) })
    }

    /// How the event with this stamp stands to the one with the other.
    pub fn compare(&self, other: &Stamp) -> Order {
        self.event.compare(&other.event)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::None => f.write_str("0"),
            Id::All => f.write_str("1"),
            Id::Halves(halves) => write!(f, "({}, {})", halves.0, halves.1),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Flat(n) => write!(f, "{n}"),
            Event::Halves(n, halves) => write!(f, "({n}, {}, {})", halves.0, halves.1),
        }
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}; {})", self.id, self.event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn halves(left: Id, right: Id) -> Id {
        Id::halves(left, right)
    }

    #[test]
    fn forks_split_as_the_paper_does() {
        let (a, b) = Id::All.split();
        assert_eq!((a.to_string(), b.to_string()), ("(1, 0)".into(), "(0, 1)".into()));
        let (c, d) = a.split();
        assert_eq!((c.to_string(), d.to_string()), ("((1, 0), 0)".into(), "((0, 1), 0)".into()));
        let (e, f) = halves(c.clone(), b.clone()).split();
        assert_eq!((e.to_string(), f.to_string()), ("(((1, 0), 0), 0)".into(), "(0, (0, 1))".into()));
        assert_eq!(a.sum(&b), Some(Id::All));
        assert_eq!(c.sum(&d), Some(a.clone()));
        assert_eq!(a.sum(&c), None, "nobody may own the same part twice");
    }

    #[test]
    fn the_example_of_the_papers_figure() {
        // Figure 4: seed, fork; one has an event, the other two; a fork of the first; a join; a last event.
        let (a, b) = Stamp::seed().fork();
        let a = a.event().unwrap();
        let b = b.event().unwrap().event().unwrap();
        assert_eq!((a.to_string(), b.to_string()), ("((1, 0); (0, 1, 0))".into(), "((0, 1); (0, 0, 2))".into()));
        let (a, c) = a.fork();
        let a = a.event().unwrap();
        let c = c.join(&b).unwrap();
        assert_eq!(a.to_string(), "(((1, 0), 0); (0, (1, 1, 0), 0))");
        assert_eq!(c.to_string(), "(((0, 1), 1); (1, 0, 1))");
        let (c, d) = c.fork();
        assert_eq!((c.id.to_string(), d.id.to_string()), ("((0, 1), 0)".into(), "(0, 1)".into()));
        let a = a.join(&c).unwrap();
        assert_eq!(a.to_string(), "((1, 0); (1, (0, 1, 0), 1))");
        let a = a.event().unwrap();
        assert_eq!(a.to_string(), "((1, 0); 2)", "filled, the tree is a single number");
    }

    #[test]
    fn events_have_a_normal_form() {
        assert_eq!(Event::halves(2, Event::Flat(3), Event::Flat(3)), Event::Flat(5));
        assert_eq!(Event::halves(1, Event::Flat(2), Event::Flat(4)).to_string(), "(3, 0, 2)");
        assert_eq!(Event::Flat(1).compare(&Event::halves(0, Event::Flat(2), Event::Flat(0))), Order::Concurrent);
    }

    #[test]
    fn who_owns_nothing_has_no_events() {
        assert_eq!(Stamp::seed().peek().event(), None);
    }

    /// A population of stamps with the true history of each: which events lie in its past.
    #[derive(Clone, Debug)]
    struct Member {
        stamp: Stamp,
        past: BTreeSet<usize>,
    }

    fn total(members: &[Member]) -> Option<Id> {
        members.iter().try_fold(Id::None, |sum, member| sum.sum(&member.stamp.id))
    }

    proptest! {
        #[test]
        fn ids_are_disjoint_and_sum_to_one_and_order_is_causality(
            steps in proptest::collection::vec((0..4u8, 0..8usize, 0..8usize), 1..60)
        ) {
            let mut members = vec![Member { stamp: Stamp::seed(), past: BTreeSet::new() }];
            // Every event with its stamp and its true past, itself included.
            let mut events: Vec<(Event, BTreeSet<usize>)> = Vec::new();
            for (what, a, b) in steps {
                let (a, b) = (a % members.len(), b % members.len());
                match what {
                    0 => {
                        let (kept, given) = members[a].stamp.fork();
                        members[a].stamp = kept;
                        let past = members[a].past.clone();
                        members.push(Member { stamp: given, past });
                    }
                    1 if a != b => {
                        let gone = members[b].clone();
                        members[a].stamp = members[a].stamp.join(&gone.stamp).expect("parts are disjoint");
                        members[a].past.extend(gone.past);
                        members.remove(b);
                    }
                    2 if a != b => {
                        // A message from a to b: both are events.
                        let sent = members[a].stamp.event().expect("it owns a part");
                        members[a].past.insert(events.len());
                        events.push((sent.event.clone(), members[a].past.clone()));
                        members[a].stamp = sent.clone();
                        let received = members[b].stamp.join(&sent.peek()).and_then(|joined| joined.event()).expect("it owns a part");
                        let past = members[a].past.clone();
                        members[b].past.extend(past);
                        members[b].past.insert(events.len());
                        events.push((received.event.clone(), members[b].past.clone()));
                        members[b].stamp = received;
                    }
                    _ => {
                        members[a].stamp = members[a].stamp.event().expect("it owns a part");
                        members[a].past.insert(events.len());
                        events.push((members[a].stamp.event.clone(), members[a].past.clone()));
                    }
                }
                prop_assert_eq!(total(&members), Some(Id::All));
                for member in &members {
                    prop_assert!(member.stamp.id.is_normal() && member.stamp.event.is_normal(), "{}", member.stamp);
                }
            }
            for (n, (a, past_a)) in events.iter().enumerate() {
                for (m, (b, past_b)) in events.iter().enumerate() {
                    let truth = Order::of(past_b.contains(&n), past_a.contains(&m));
                    prop_assert_eq!(a.compare(b), truth, "{} and {}", a, b);
                }
            }
        }

        #[test]
        fn join_is_the_least_upper_bound(a in trees(), b in trees(), c in trees()) {
            let both = a.join(&b);
            prop_assert!(both.is_normal());
            prop_assert_eq!(&both, &b.join(&a));
            prop_assert_eq!(&a.join(&a), &a);
            prop_assert_eq!(both.join(&c), a.join(&b.join(&c)));
            prop_assert!(a.is_within(&both) && b.is_within(&both));
            prop_assert_eq!(a.is_within(&b), both == b);
        }
    }

    fn trees() -> impl Strategy<Value = Event> {
        let leaf = (0..4u64).prop_map(Event::Flat);
        leaf.prop_recursive(4, 16, 2, |inner| (0..3u64, inner.clone(), inner).prop_map(|(n, l, r)| Event::halves(n, l, r)))
    }
}
