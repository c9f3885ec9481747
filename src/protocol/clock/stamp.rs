//! What an event of a process is stamped with, and by whom.

use super::hlc::Hlc;
use super::itc;
use super::lamport::Lamport;
use super::vector::Vector;
use crate::base::{Encode, Encoder, NodeId};
use std::fmt;
use std::sync::Arc;

/// A process from one start to the next: whoever has lost its memory counts under a new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    /// The node.
    pub node: NodeId,
    /// How often it had started before.
    pub incarnation: u32,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.node.0 + 1)?;
        (0..self.incarnation.min(3)).try_for_each(|_| f.write_str("'"))
    }
}

impl Encode for Actor {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.node);
        to.u32(self.incarnation);
    }
}

/// Which clocks processes carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Lamport's.
    pub lamport: bool,
    /// Vectors.
    pub vector: bool,
    /// Hybrid.
    pub hybrid: bool,
    /// Interval trees.
    pub itc: bool,
}

impl Carried {
    /// Lamport's and vectors, side by side.
    pub const DEFAULT: Carried = Carried { lamport: true, vector: true, hybrid: false, itc: false };
    /// None of them.
    pub const NONE: Carried = Carried { lamport: false, vector: false, hybrid: false, itc: false };
}

/// The stamp of an event: one of each clock that is carried. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stamp {
    /// Lamport's.
    pub lamport: Option<Lamport>,
    /// A vector.
    pub vector: Option<Arc<Vector<Actor>>>,
    /// A hybrid timestamp.
    pub hybrid: Option<Hlc>,
    /// An interval tree; in messages without a part of the interval.
    pub itc: Option<Arc<itc::Stamp>>,
}

impl Stamp {
    /// What a message carries.
    pub fn peek(&self) -> Stamp {
        Stamp { itc: self.itc.as_ref().map(|stamp| Arc::new(stamp.peek())), ..self.clone() }
    }

    /// Size on the wire, bytes.
    pub fn size_bytes(&self) -> u32 {
        let vector = self.vector.as_ref().map_or(0, |vector| 8 + 16 * vector.len() as u32);
        let itc = self.itc.as_ref().map_or(0, |stamp| 2 + 2 * (1 << stamp.id.depth().min(8)));
        self.lamport.map_or(0, |_| 8) + vector + self.hybrid.map_or(0, |_| 8) + itc
    }
}

/// Appends a vector's entries.
pub(super) fn encode_vector(vector: &Vector<Actor>, to: &mut Encoder) {
    to.len(vector.len());
    for (actor, count) in vector.iter() {
        to.put(actor);
        to.u64(count);
    }
}

fn encode_id(id: &itc::Id, to: &mut Encoder) {
    match id {
        itc::Id::None => to.u8(0),
        itc::Id::All => to.u8(1),
        itc::Id::Halves(halves) => {
            to.u8(2);
            encode_id(&halves.0, to);
            encode_id(&halves.1, to);
        }
    }
}

fn encode_event(event: &itc::Event, to: &mut Encoder) {
    match event {
        itc::Event::Flat(n) => {
            to.u8(0);
            to.u64(*n);
        }
        itc::Event::Halves(n, halves) => {
            to.u8(1);
            to.u64(*n);
            encode_event(&halves.0, to);
            encode_event(&halves.1, to);
        }
    }
}

impl Encode for itc::Stamp {
    fn encode(&self, to: &mut Encoder) {
        encode_id(&self.id, to);
        encode_event(&self.event, to);
    }
}

impl Encode for Hlc {
    fn encode(&self, to: &mut Encoder) {
        to.u64(self.l);
        to.u64(self.c);
    }
}

impl Encode for Stamp {
    fn encode(&self, to: &mut Encoder) {
        to.option(self.lamport.map(|clock| clock.0).as_ref());
        to.bool(self.vector.is_some());
        if let Some(vector) = &self.vector {
            encode_vector(vector, to);
        }
        to.option(self.hybrid.as_ref());
        to.option(self.itc.as_deref());
    }
}
