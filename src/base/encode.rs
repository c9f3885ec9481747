//! The canonical encoding and the two fingerprints made of it.
//!
//! Fixed width, little endian, lengths as u64: never Rust's in-memory layout and never `derive(Hash)`, which differ
//! between 32 and 64 bits. The same bytes natively and in wasm give the same XXH3-128 fingerprint.

use serde::{Deserialize, Serialize};
use std::fmt;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Something with a canonical encoding. Equal encodings mean equal things, within one type.
pub trait Encode {
    /// Appends the canonical bytes.
    fn encode(&self, to: &mut Encoder);
}

/// Collects canonical bytes.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// An empty encoder.
    pub fn new() -> Encoder {
        Encoder::default()
    }

    /// Forgets everything but keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What was collected.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends one byte.
    #[inline]
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends two bytes.
    #[inline]
    pub fn u16(&mut self, value: u16) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends four bytes.
    #[inline]
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends eight bytes.
    #[inline]
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends eight bytes.
    #[inline]
    pub fn i64(&mut self, value: i64) {
        self.u64(value as u64);
    }

    /// Appends sixteen bytes.
    #[inline]
    pub fn u128(&mut self, value: u128) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends one byte, 0 or 1.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.u8(value as u8);
    }

    /// Appends a list's length; its items follow.
    #[inline]
    pub fn len(&mut self, len: usize) {
        self.u64(len as u64);
    }

    /// Appends a text as length and UTF-8 bytes.
    pub fn text(&mut self, value: &str) {
        self.len(value.len());
        self.bytes.extend_from_slice(value.as_bytes());
    }

    /// Appends something that knows its encoding.
    #[inline]
    pub fn put(&mut self, value: &impl Encode) {
        value.encode(self);
    }

    /// Appends 0 for `None`, 1 and the value for `Some`.
    pub fn option(&mut self, value: Option<&impl Encode>) {
        self.bool(value.is_some());
        if let Some(value) = value {
            value.encode(self);
        }
    }

    /// Appends the length and the items.
    pub fn list<'a, T: Encode + 'a>(&mut self, items: impl ExactSizeIterator<Item = &'a T>) {
        self.len(items.len());
        items.for_each(|item| item.encode(self));
    }

    /// The fingerprint of what was collected.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(xxh3_128(&self.bytes))
    }
}

macro_rules! encode_as {
    ($($type:ty => $method:ident),*) => {$(
        impl Encode for $type {
            #[inline]
            fn encode(&self, to: &mut Encoder) {
                to.$method(*self);
            }
        }
    )*};
}
encode_as!(u8 => u8, u16 => u16, u32 => u32, u64 => u64, i64 => i64, u128 => u128, bool => bool);

impl Encode for super::NodeId {
    fn encode(&self, to: &mut Encoder) {
        to.u16(self.0);
    }
}

/// 128 bits that stand for a run or a state. Shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Fingerprint(pub u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Fingerprint)
    }
}

/// 32 bits that stand for canonical bytes, where a coincidence does no harm.
pub fn digest(bytes: &[u8]) -> u32 {
    xxh3_128(bytes) as u32
}

/// The rolling hash of a run: feed it every executed event, ask for the fingerprint at any moment.
#[derive(Clone)]
pub struct RunHash(Xxh3);

impl Default for RunHash {
    fn default() -> Self {
        RunHash(Xxh3::new())
    }
}

impl RunHash {
    /// Continues the hash with the canonical bytes of one event.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The fingerprint so far.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.0.digest128())
    }
}

impl fmt::Debug for RunHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunHash({})", self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_fixed_width_little_endian() {
        let mut to = Encoder::new();
        to.u16(0x0102);
        to.option(Some(&3u32));
        to.option(None::<&u32>);
        to.text("é");
        assert_eq!(to.bytes(), [2, 1, 1, 3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0xC3, 0xA9]);
    }

    #[test]
    fn a_rolling_hash_equals_the_hash_of_all_bytes() {
        let bytes: Vec<u8> = (0..5_000u32).map(|i| (i % 251) as u8).collect();
        let mut rolling = RunHash::default();
        bytes.chunks(37).for_each(|chunk| rolling.update(chunk));
        assert_eq!(rolling.fingerprint().0, xxh3_128(&bytes));
    }
}
