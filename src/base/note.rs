//! Notes: typed, cheap remarks that a core leaves for the reader.
//!
//! A note is a catalogue key with numbers. No sentence is built in a core: `view/words` renders the same note for the
//! page, the screen reader and the command line, in every language.

use super::NodeId;

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
    /// A set of nodes, as [`NodesArg`] writes it.
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

/// Declares kinds of notes, each a static of its name, and `ALL`, the list of them:
///
/// `/// Stores a key.`
/// `STORES = "lock.stores", Protocol, Some("may_set"), ["client": Node, "key": Key];`
///
/// Without a level and a rule, as in verdicts, the level is [`Level::Story`] and no rule decided.
macro_rules! note_kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $key:literal, $($level:ident, $rule:expr,)? [$($arg:literal: $type:ident),*];)*) => {
        $($(#[doc = $doc])+ pub static $name: $crate::base::NoteKind = $crate::base::NoteKind {
            key: $key,
            level: note_kinds!(@or $crate::base::Level::Story $(, $crate::base::Level::$level)?),
            rule: note_kinds!(@or None $(, $rule)?),
            args: &[$(($arg, $crate::base::ArgType::$type)),*],
        };)*
        /// All of them, in this order.
        pub static ALL: &[&$crate::base::NoteKind] = &[$(&$name),*];
    };
    (@or $default:expr) => { $default };
    (@or $default:expr, $given:expr) => { $given };
}
pub(crate) use note_kinds;

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

/// A set of nodes as a note's argument.
///
/// Of a cluster of up to 64 servers it is bits: bit i is node i. Of a larger one it is a summary: the three members of the least
/// numbers, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodesArg {
    /// The members, or the first of them.
    pub named: Vec<NodeId>,
    /// How many others there are.
    pub others: usize,
}

impl NodesArg {
    /// The greatest number of servers of which a set is told whole.
    pub const WHOLE_UP_TO: u16 = 64;
    const NAMED: u32 = 3;
    const LANE: u32 = 16;

    /// The argument of a set of a cluster of more servers than that.
    pub fn summary(members: impl Iterator<Item = NodeId>, count: usize) -> u64 {
        let lane = |value: u64, lane: u32| (value & 0xFFFF) << (Self::LANE * lane);
        let named = members.take(Self::NAMED as usize).zip(0..).map(|(node, at)| lane(u64::from(node.0), at));
        named.sum::<u64>() | lane(count as u64, Self::NAMED)
    }

    /// What an argument says, of a cluster of so many servers.
    pub fn read(value: u64, servers: u16) -> NodesArg {
        if servers <= Self::WHOLE_UP_TO {
            return NodesArg { named: (0..64).filter(|i| value >> i & 1 == 1).map(NodeId).collect(), others: 0 };
        }
        let lane = |lane: u32| (value >> (Self::LANE * lane)) as u16;
        let count = lane(Self::NAMED);
        let named = count.min(Self::NAMED as u16);
        NodesArg { named: (0..u32::from(named)).map(|at| NodeId(lane(at))).collect(), others: usize::from(count - named) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_a_small_cluster_is_told_whole_and_of_a_large_one_in_short() {
        let nodes = |ids: &[u16]| ids.iter().map(|id| NodeId(*id)).collect::<Vec<_>>();
        assert_eq!(NodesArg::read(0b1_0110, 5), NodesArg { named: nodes(&[1, 2, 4]), others: 0 });
        for ids in [&[][..], &[0], &[70], &[0, 65, 999], &[3, 4, 5, 6], &[998, 999, 1_000, 16_383]] {
            let told = NodesArg::read(NodesArg::summary(nodes(ids).into_iter(), ids.len()), 1_000);
            assert_eq!(told, NodesArg { named: nodes(&ids[..ids.len().min(3)]), others: ids.len().saturating_sub(3) });
        }
    }
}
