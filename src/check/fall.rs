//! Whether a property has fallen: its first witness, which nothing later replaces.

use crate::base::{Encoder, EventId, NodeId, Note, NoteKind};
use crate::check::{Status, Verdict, Witness};
use crate::sim::trace::Event;
use std::marker::PhantomData;
use std::sync::Arc;

/// Empty while the property holds. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::check) struct Fall(Option<Arc<(Note, Witness)>>);

impl Fall {
    /// Whether the property has fallen: then there is nothing left to check.
    #[inline]
    pub(in crate::check) fn has_happened(&self) -> bool {
        self.0.is_some()
    }

    /// Appends whether the property has fallen, and, if it still holds, what its checker remembers.
    pub(in crate::check) fn encode_with(&self, to: &mut Encoder, memory: impl FnOnce(&mut Encoder)) {
        to.bool(self.has_happened());
        if !self.has_happened() {
            memory(to);
        }
    }

    /// The property falls at `event`, unless it has before. The earlier events of the witness go first.
    pub(in crate::check) fn at(&mut self, event: &Event, note: Note, earlier: &[EventId], nodes: &[NodeId], indexes: &[u64]) {
        if self.has_happened() {
            return;
        }
        let mut events = earlier.to_vec();
        events.push(event.id);
        let witness = Witness {
            at_us: event.at_us,
            event: Some(event.id),
            events,
            nodes: nodes.to_vec(),
            indexes: indexes.to_vec(),
            operations: Vec::new(),
        };
        self.0 = Some(Arc::new((note, witness)));
    }
}

/// A property with its sentences.
pub(in crate::check) struct Property {
    pub(in crate::check) id: &'static str,
    pub(in crate::check) holds: &'static NoteKind,
    pub(in crate::check) unknown: &'static NoteKind,
}

impl Property {
    /// What can be said of it: with `unchecked` events, only a fall is certain.
    pub(in crate::check) fn verdict(&self, fall: &Fall, unchecked: u64) -> Verdict {
        let (status, note, witness) = match &fall.0 {
            Some(fallen) => (Status::Violated, fallen.0, Some(fallen.1.clone())),
            None if unchecked > 0 => (Status::Unknown, Note::new(self.unknown, [unchecked]), None),
            None => (Status::Holds, Note::new(self.holds, []), None),
        };
        Verdict { property: self.id, status, note, witness }
    }
}

/// Which of `N` properties have fallen, and how; `P` numbers them.
#[derive(Clone, Debug)]
pub(in crate::check) struct Falls<P, const N: usize>([Fall; N], PhantomData<P>);

impl<P, const N: usize> Default for Falls<P, N> {
    fn default() -> Self {
        Falls(std::array::from_fn(|_| Fall::default()), PhantomData)
    }
}

impl<P: Into<usize>, const N: usize> Falls<P, N> {
    /// Whether a property has fallen.
    pub(in crate::check) fn has(&self, property: P) -> bool {
        self.0[property.into()].has_happened()
    }

    /// Whether and how a property has fallen.
    pub(in crate::check) fn of(&self, property: P) -> &Fall {
        &self.0[property.into()]
    }

    /// A property falls at `event`, unless it has before.
    pub(in crate::check) fn at(&mut self, property: P, event: &Event, note: Note, earlier: &[EventId], nodes: &[NodeId]) {
        self.0[property.into()].at(event, note, earlier, nodes, &[]);
    }

    /// How many have fallen.
    pub(in crate::check) fn count(&self) -> u32 {
        self.0.iter().filter(|fall| fall.has_happened()).count() as u32
    }

    /// Appends which have fallen.
    pub(in crate::check) fn encode(&self, to: &mut Encoder) {
        self.0.iter().for_each(|fall| to.bool(fall.has_happened()));
    }

    /// What can be said of each property of a table that is in the order of `P`: see [`Property::verdict`].
    pub(in crate::check) fn verdicts<'a>(
        &'a self,
        table: &'a [Property; N],
        unchecked: u64,
    ) -> impl Iterator<Item = Verdict> + 'a {
        table.iter().zip(&self.0).map(move |(property, fall)| property.verdict(fall, unchecked))
    }
}

/// Declares the properties of a system, a line each: its name in code, its id, and the kinds of notes, in the module `notes`
/// beside, that say that it holds and that it is unknown. Makes of them the enum `P`, the ids `PROPERTIES`, their `TABLE`, and
/// `Falls`.
macro_rules! properties {
    ($($property:ident, $id:literal, $holds:ident, $unknown:ident;)*) => {
        /// The properties, by number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum P { $($property),* }

        impl From<P> for usize {
            fn from(property: P) -> usize {
                property as usize
            }
        }

        /// Ids of the properties, in the order to be shown.
        pub const PROPERTIES: &[&str] = &[$($id),*];
        static TABLE: [$crate::check::fall::Property; PROPERTIES.len()] = [$(
            $crate::check::fall::Property { id: $id, holds: &notes::$holds, unknown: &notes::$unknown }
        ),*];

        /// Which properties have fallen, and how.
        type Falls = $crate::check::fall::Falls<P, { PROPERTIES.len() }>;
    };
}
pub(in crate::check) use properties;
