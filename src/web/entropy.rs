//! The one use of true randomness: proposing a fresh seed, which is then shown.

/// A seed that reads well: below a million. `None` if the browser has no entropy to give.
pub(super) fn fresh_seed() -> Option<u64> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).ok()?;
    Some(u64::from(u32::from_le_bytes(bytes)) % 1_000_000)
}
