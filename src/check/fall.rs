//! Whether a property has fallen: its first witness, which nothing later replaces.

use crate::base::{Encoder, EventId, NodeId, Note, NoteKind};
use crate::check::{Status, Verdict, Witness};
use crate::sim::trace::Event;
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
