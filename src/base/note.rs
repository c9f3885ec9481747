//! Notes: typed, cheap remarks that a core leaves for the reader.
//!
//! A note is a catalogue key with numbers. No sentence is built in a core: `view/words` renders the same note for the
//! page, the screen reader and the command line, in every language.

/// Who wants to read a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What a teacher would tell: a new leader, a crash, a committed write.
    Story,
    /// Decisions of the protocol: votes, refusals, backtracking.
    Protocol,
    /// All the rest.
    Everything,
}

/// How an argument is to be read and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgType {
    /// A node's number.
    Node,
    /// A set of nodes: bit i is node i. Only for clusters of at most 64 nodes.
    Nodes,
    /// A plain number: a term, an index, a count.
    Int,
    /// A duration in microseconds.
    DurationUs,
    /// A moment of virtual time in microseconds.
    TimeUs,
    /// A key of the replicated store.
    Key,
    /// Number of a message kind in the system's table.
    Message,
    /// Number of a timer in the system's table.
    Timer,
    /// A signed number, as the bits of an i64.
    Signed,
    /// A ratio in parts per million, shown in per cent.
    Ppm,
}

/// The kind of a note: its key in the catalogue of sentences and the meaning of its arguments.
#[derive(Debug)]
pub struct NoteKind {
    /// Key in the catalogue, e.g. `raft.vote-refused-log`.
    pub key: &'static str,
    /// Who wants to read it.
    pub level: Level,
    /// The rule (a function in the core's `rules.rs`) that decided, if one did.
    pub rule: Option<&'static str>,
    /// Names and types of the arguments, in order; at most [`Note::MAX_ARGS`].
    pub args: &'static [(&'static str, ArgType)],
}

/// A remark about the event in which it was made, by the node at which it happened.
#[derive(Clone, Copy)]
pub struct Note {
    /// What kind of remark.
    pub kind: &'static NoteKind,
    /// Its arguments, as many as the kind names; the rest is zero.
    pub args: [u64; Note::MAX_ARGS],
}

impl Note {
    /// The largest number of arguments.
    pub const MAX_ARGS: usize = 5;

    /// A note of `kind` with its arguments in the order that the kind declares.
    pub fn new<const K: usize>(kind: &'static NoteKind, args: [u64; K]) -> Note {
        debug_assert_eq!(K, kind.args.len(), "{}: one value for each declared argument", kind.key);
        let mut all = [0; Note::MAX_ARGS];
        all[..K].copy_from_slice(&args);
        Note { kind, args: all }
    }
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.kind.key)?;
        for ((name, _), value) in self.kind.args.iter().zip(self.args) {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl PartialEq for Note {
    fn eq(&self, other: &Note) -> bool {
        std::ptr::eq(self.kind, other.kind) && self.args == other.args
    }
}
