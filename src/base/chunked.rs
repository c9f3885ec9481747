//! A list of shared chunks: appending is amortised constant, cloning copies only pointers.
//!
//! Logs, disks, history and traces are such lists, so that a world clones cheaply and a checkpoint costs what has changed
//! since the last one. A chunk that two lists share is copied when one of them first writes to it.

use std::ops::Index;
use std::sync::Arc;

/// A growable list of `T` in chunks of `N` items.
#[derive(Debug)]
pub struct Chunked<T, const N: usize = 64> {
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T, const N: usize> Clone for Chunked<T, N> {
    fn clone(&self) -> Self {
        Chunked { chunks: self.chunks.clone(), len: self.len }
    }
}

impl<T, const N: usize> Default for Chunked<T, N> {
    fn default() -> Self {
        Chunked { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Clone, const N: usize> Chunked<T, N> {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        if self.len == self.chunks.len() * N {
            self.chunks.push(Arc::new(Vec::with_capacity(N)));
        }
        let last = self.chunks.last_mut().expect("a chunk was just made");
        let chunk = Arc::make_mut(last);
        if chunk.capacity() < N {
            // A copy made by `make_mut` is only as large as its contents.
            chunk.reserve_exact(N - chunk.len());
        }
        chunk.push(item);
        self.len += 1;
    }

    /// The item at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / N)?.get(index % N)
    }

    /// A writable item; copies its chunk if it is shared.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        Arc::make_mut(&mut self.chunks[index / N]).get_mut(index % N)
    }

    /// The last item.
    pub fn last(&self) -> Option<&T> {
        self.len.checked_sub(1).and_then(|last| self.get(last))
    }

    /// Keeps the first `len` items.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        self.chunks.truncate(len.div_ceil(N));
        if !len.is_multiple_of(N) {
            let last = self.chunks.last_mut().expect("a partial chunk is there");
            Arc::make_mut(last).truncate(len % N);
        }
        self.len = len;
    }

    /// Items from `start` on, in order.
    pub fn iter_from(&self, start: usize) -> impl Iterator<Item = &T> + '_ {
        let (chunk, offset) = (start / N, start % N);
        let head = self.chunks.get(chunk).map(|c| c.get(offset..).unwrap_or(&[])).unwrap_or(&[]);
        let rest = self.chunks.get(chunk + 1..).unwrap_or(&[]);
        head.iter().chain(rest.iter().flat_map(|c| c.iter()))
    }

    /// All items, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> + '_ {
        self.iter_from(0)
    }
}

impl<T: Clone, const N: usize> Index<usize> for Chunked<T, N> {
    type Output = T;
    fn index(&self, index: usize) -> &T {
        self.get(index).expect("index within the list")
    }
}

impl<T: Clone, const N: usize> Extend<T> for Chunked<T, N> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T: Clone, const N: usize> FromIterator<T> for Chunked<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::new();
        list.extend(items);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_untouched_by_later_writes() {
        let mut list: Chunked<u32, 4> = (0..10).collect();
        let before = list.clone();
        list.push(10);
        *list.get_mut(2).unwrap() = 99;
        list.truncate(7);
        assert_eq!(before.iter().copied().collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        assert_eq!(list.iter().copied().collect::<Vec<_>>(), [0, 1, 99, 3, 4, 5, 6]);
    }

    #[test]
    fn truncation_at_every_length_matches_a_plain_list() {
        for len in 0..=12 {
            let mut list: Chunked<u32, 4> = (0..12).collect();
            let mut plain: Vec<u32> = (0..12).collect();
            list.truncate(len);
            plain.truncate(len);
            list.push(77);
            plain.push(77);
            assert_eq!(list.len(), plain.len());
            assert_eq!(list.iter().copied().collect::<Vec<_>>(), plain);
            for start in 0..=plain.len() {
                assert_eq!(list.iter_from(start).copied().collect::<Vec<_>>(), plain[start..]);
            }
        }
    }
}
