//! Version vectors (Parker et al. 1983): the same algebra for another question. A vector clock orders *events*, a version
//! vector orders *versions of an object*: it ticks when a replica changes the object, and never when it is read or sent.

use super::order::Order;
use super::vector::Vector;

/// Which updates of an object a version contains: how many of each replica's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionVector<A>(pub Vector<A>);

impl<A> Default for VersionVector<A> {
    fn default() -> Self {
        VersionVector(Vector::default())
    }
}

impl<A: Ord + Clone> VersionVector<A> {
    /// The version before the first update.
    pub fn new() -> VersionVector<A> {
        VersionVector::default()
    }

    /// The version after an update at a replica.
    #[must_use]
    pub fn updated(&self, replica: A) -> VersionVector<A> {
        VersionVector(self.0.ticked(replica))
    }

    /// The version that contains both, of an object in which both were merged.
    #[must_use]
    pub fn merged(&self, other: &VersionVector<A>) -> VersionVector<A> {
        VersionVector(self.0.merged(&other.0))
    }

    /// Whether it contains update number `n` of a replica.
    pub fn contains(&self, replica: &A, n: u64) -> bool {
        self.0.get(replica) >= n
    }

    /// How this version stands to the other: concurrent versions are a conflict.
    pub fn compare(&self, other: &VersionVector<A>) -> Order {
        self.0.compare(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_conflict_if_both_were_updated_apart() {
        let first = VersionVector::new().updated('a');
        let (at_a, at_b) = (first.updated('a'), first.updated('b'));
        assert_eq!(at_a.compare(&at_b), Order::Concurrent);
        assert_eq!(first.compare(&at_b), Order::Before);
        let merged = at_a.merged(&at_b);
        assert_eq!((at_a.compare(&merged), at_b.compare(&merged)), (Order::Before, Order::Before));
        assert!(merged.contains(&'a', 2) && !merged.contains(&'b', 2));
    }

    #[test]
    fn the_servers_vector_as_version_hides_a_concurrent_write() {
        // Two clients that have read nothing write at one server: what they wrote is concurrent, its vector says otherwise.
        let first = VersionVector::new().updated('a');
        let second = first.updated('a');
        assert_eq!(first.compare(&second), Order::Before);
    }
}
