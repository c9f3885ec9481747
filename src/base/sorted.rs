//! Sorting and sorted sets, once for everybody.
//!
//! The standard library compiles a sort and a tree anew for each type that it is used with, which in wasm is most of what a
//! visitor would download. Whatever has an order here has one as a number: all sets are one set of numbers, and all long
//! lists are sorted as one list of numbers.

use super::{EventId, NodeId};
use std::marker::PhantomData;

/// Something that is known by a number, and sorted as that number.
pub trait Numbered: Copy {
    /// Its number.
    fn number(self) -> u64;
    /// What has this number.
    fn of_number(number: u64) -> Self;
}

impl Numbered for u64 {
    fn number(self) -> u64 {
        self
    }
    fn of_number(number: u64) -> u64 {
        number
    }
}

impl Numbered for EventId {
    fn number(self) -> u64 {
        self.0
    }
    fn of_number(number: u64) -> EventId {
        EventId(number)
    }
}

impl Numbered for (NodeId, NodeId) {
    fn number(self) -> u64 {
        u64::from(self.0.0) << 16 | u64::from(self.1.0)
    }
    fn of_number(number: u64) -> (NodeId, NodeId) {
        (NodeId((number >> 16) as u16), NodeId(number as u16))
    }
}

/// A set in order. For few items, or for many that come at once or in order: one more costs as much as lies behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted<T> {
    numbers: Vec<u64>,
    of: PhantomData<T>,
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Sorted { numbers: Vec::new(), of: PhantomData }
    }
}

impl<T: Numbered> Sorted<T> {
    /// True if nothing is in it.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// True if the item is in it.
    #[inline]
    pub fn contains(&self, item: T) -> bool {
        !self.is_empty() && self.numbers.binary_search(&item.number()).is_ok()
    }

    /// Adds an item. False if it was in it.
    pub fn insert(&mut self, item: T) -> bool {
        insert(&mut self.numbers, item.number())
    }

    /// Takes an item out. False if it was not in it.
    #[inline]
    pub fn remove(&mut self, item: T) -> bool {
        !self.is_empty() && remove(&mut self.numbers, item.number())
    }

    /// The items in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + '_ {
        self.numbers.iter().map(|number| T::of_number(*number))
    }
}

impl<T: Numbered> Extend<T> for Sorted<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        self.numbers.extend(items.into_iter().map(T::number));
        sort(&mut self.numbers);
        self.numbers.dedup();
    }
}

impl<T: Numbered> FromIterator<T> for Sorted<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut sorted = Sorted::default();
        sorted.extend(items);
        sorted
    }
}

#[inline(never)]
fn insert(numbers: &mut Vec<u64>, number: u64) -> bool {
    let place = numbers.binary_search(&number);
    if let Err(place) = place {
        numbers.insert(place, number);
    }
    place.is_err()
}

#[inline(never)]
fn remove(numbers: &mut Vec<u64>, number: u64) -> bool {
    let place = numbers.binary_search(&number);
    if let Ok(place) = place {
        numbers.remove(place);
    }
    place.is_ok()
}

/// Sorts numbers.
#[inline(never)]
pub fn sort(numbers: &mut [u64]) {
    numbers.sort_unstable();
}

/// Sorts large numbers: two in one, the more important one above.
#[inline(never)]
pub fn sort_pairs(numbers: &mut [u128]) {
    numbers.sort_unstable();
}

/// Sorts a list of a few hundred items at most, and leaves equal ones as they stand.
pub fn sort_few<T>(items: &mut [T], mut before: impl FnMut(&T, &T) -> bool) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && before(&items[at], &items[at - 1]) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_sorted_set_is_the_set_of_the_standard_library(
            first: Vec<(u16, u16)>,
            steps: Vec<(bool, u16, u16)>,
        ) {
            let link = |(a, b): (u16, u16)| (NodeId(a), NodeId(b));
            let mut set: Sorted<(NodeId, NodeId)> = first.iter().copied().map(link).collect();
            let mut model: BTreeSet<(NodeId, NodeId)> = first.iter().copied().map(link).collect();
            for (insert, a, b) in steps.into_iter().chain(first.iter().map(|&(a, b)| (false, a, b)).take(3)) {
                let link = link((a, b));
                prop_assert_eq!(set.contains(link), model.contains(&link));
                match insert {
                    true => prop_assert_eq!(set.insert(link), model.insert(link)),
                    false => prop_assert_eq!(set.remove(link), model.remove(&link)),
                }
                prop_assert!(set.iter().eq(model.iter().copied()));
            }
        }

        #[test]
        fn a_short_list_is_sorted_and_equal_items_stay(items: Vec<(u8, u8)>) {
            let (mut few, mut all) = (items.clone(), items);
            sort_few(&mut few, |a, b| a.0 < b.0);
            all.sort_by_key(|item| item.0);
            prop_assert_eq!(few, all);
        }
    }
}
