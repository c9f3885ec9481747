//! How long a caller waits before it asks again: no delay, exponential, and three ways to spread it (Brooker 2015, *Exponential
//! backoff and jitter*).

/// The kinds, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Backoff {
    /// At once.
    None = 0,
    /// `e = min(cap, base x 2^n)`.
    Exponential = 1,
    /// `e/2` and up to as much again.
    Equal = 2,
    /// Anything up to `e`.
    Full = 3,
    /// Anything from `base` to three times the last delay; what is above `cap` becomes `cap`.
    Decorrelated = 4,
}

impl Backoff {
    /// All of them, by number.
    pub const ALL: [Backoff; 5] = [Backoff::None, Backoff::Exponential, Backoff::Equal, Backoff::Full, Backoff::Decorrelated];

    /// The kind with this number.
    pub fn from_number(number: u64) -> Option<Backoff> {
        Backoff::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The range from which the delay before retry `nth` (from 0) is drawn, microseconds; a decorrelated draw is to be capped then.
    /// `slept_us` is the delay before the last retry, 0 before the first.
    pub fn range_us(self, base_us: u64, cap_us: u64, nth: u32, slept_us: u64) -> (u64, u64) {
        let e = exponential_us(base_us, cap_us, nth);
        match self {
            Backoff::None => (0, 0),
            Backoff::Exponential => (e, e),
            Backoff::Equal => (e / 2, e),
            Backoff::Full => (0, e),
            Backoff::Decorrelated => (base_us, slept_us.max(base_us).saturating_mul(3)),
        }
    }
}

/// So much longer than it would anyway a caller waits at most because it is asked to, microseconds.
pub const HEEDS_MORE_US: u64 = 5_000_000;

/// The delay when the server has said after how long one should ask again: that, if it is no less than the delay would be anyway, and
/// no more than [`HEEDS_MORE_US`] beyond (AWS SDKs, x-amz-retry-after). 0: it has said nothing.
pub fn heeded_us(delay_us: u64, asked_us: u64) -> u64 {
    asked_us.clamp(delay_us, delay_us.saturating_add(HEEDS_MORE_US))
}

/// `min(cap, base x 2^nth)`.
pub fn exponential_us(base_us: u64, cap_us: u64, nth: u32) -> u64 {
    let factor = 1u64.checked_shl(nth).unwrap_or(u64::MAX);
    base_us.saturating_mul(factor).min(cap_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_article() {
        let range = |kind: Backoff, nth, slept| kind.range_us(100, 1_000, nth, slept);
        assert_eq!(range(Backoff::None, 3, 0), (0, 0));
        assert_eq!(
            [0, 1, 3, 4, 63, 64, 200].map(|nth| exponential_us(100, 1_000, nth)),
            [100, 200, 800, 1_000, 1_000, 1_000, 1_000]
        );
        assert_eq!(range(Backoff::Exponential, 1, 0), (200, 200));
        assert_eq!(range(Backoff::Equal, 1, 0), (100, 200));
        assert_eq!(range(Backoff::Full, 1, 0), (0, 200));
        assert_eq!(range(Backoff::Decorrelated, 0, 0), (100, 300));
        assert_eq!(range(Backoff::Decorrelated, 1, 250), (100, 750));
        assert_eq!(range(Backoff::Decorrelated, 2, 900), (100, 2_700));
        assert_eq!(exponential_us(u64::MAX, u64::MAX, 5), u64::MAX);
    }

    #[test]
    fn what_a_server_asks_for_is_heeded_within_bounds() {
        let heeded = [0, 1, 70, 5_000_050, 9_000_000].map(|asked| heeded_us(50, asked));
        assert_eq!(heeded, [50, 50, 70, 5_000_050, 5_000_050]);
    }
}
