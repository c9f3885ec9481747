//! What a clock can say of two events.

/// How one event stands to another. Four answers, never a null: what is concurrent is neither before, nor after, nor equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// It happened before the other: it may have caused it.
    Before,
    /// It happened after the other.
    After,
    /// They are one and the same.
    Equal,
    /// Neither can have caused the other.
    Concurrent,
}

impl Order {
    /// The order of two things of which is known whether each lies within the other.
    #[inline]
    pub fn of(a_within_b: bool, b_within_a: bool) -> Order {
        match (a_within_b, b_within_a) {
            (true, true) => Order::Equal,
            (true, false) => Order::Before,
            (false, true) => Order::After,
            (false, false) => Order::Concurrent,
        }
    }

    /// The same seen from the other event.
    pub fn reversed(self) -> Order {
        match self {
            Order::Before => Order::After,
            Order::After => Order::Before,
            same => same,
        }
    }
}
