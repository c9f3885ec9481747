//! Logical clocks (Lamport, "Time, clocks, and the ordering of events in a distributed system", CACM 1978).
//!
//! They keep the Clock Condition: if a happened before b, then C(a) < C(b). The reverse does not follow: of two numbers nobody
//! can tell whether the smaller one is earlier or merely concurrent. With the process as a tie-break they are a total order.

/// A logical clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lamport(pub u64);

impl Lamport {
    /// An event of the process itself, a send among them (implementation rule IR1): the clock after it, which a message carries.
    #[must_use]
    pub fn ticked(self) -> Lamport {
        Lamport(self.0.saturating_add(1))
    }

    /// A message arrives (implementation rule IR2): the clock after it.
    #[must_use]
    pub fn received(self, message: Lamport) -> Lamport {
        self.max(message).ticked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_number_after_a_receive_is_above_both() {
        assert_eq!(Lamport(2).received(Lamport(7)), Lamport(8));
        assert_eq!(Lamport(7).received(Lamport(2)), Lamport(8));
        assert_eq!(Lamport(0).ticked(), Lamport(1));
    }

    proptest! {
        #[test]
        fn every_event_is_numbered_above_its_causes(own in 0..u64::MAX / 2, message in 0..u64::MAX / 2) {
            let after = Lamport(own).received(Lamport(message));
            prop_assert!(after > Lamport(own) && after > Lamport(message));
        }
    }
}
