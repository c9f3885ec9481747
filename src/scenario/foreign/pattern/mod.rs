//! Patterns: the regular expressions that logs bring with them, in the dialect of JavaScript, in linear time.
//!
//! ShiViz's parser and delimiter are JavaScript regular expressions with the flags `g` and `m`, so that is what people have.
//! Here they are read by [`parse`](mod@parse), turned into a [`Program`], and run by a [`Search`] that visits each pair of (place in
//! the pattern, place in the text) once. Finding *all* matches of a text takes time linear in the text, and a search can stop at
//! any step and go on later: a hostile pattern cannot hang a tab.
//!
//! Why no crate does this: `regex` adds 217 kB to the compressed wasm, more than the whole first load may weigh;
//! `regex-lite` adds 26 kB, but it reads real logs at 6 MB/s, cannot be interrupted, and needs five seconds a megabyte for
//! `(a?){100}b`. Both promise linear time for one match, not for all. `tests/foreign/patterns.rs` compares what is found here with what
//! `regex-lite` finds, after rewriting the dialect for it.
//!
//! ## The dialect
//!
//! | written | means |
//! |---|---|
//! | `(?<name>...)` | a named group; a name may occur once |
//! | `(...)` | the same as `(?:...)`: unnamed groups are not kept |
//! | `{` where no count can stand | itself, as in `(?<clock>{.*})`; so are `}` and `]` |
//! | `.` | anything but `\n`, `\r`, U+2028 and U+2029 |
//! | `^` `$` | the begin and the end of a line, everywhere (flag `m`) |
//! | `\d` `\w` `\b` | ASCII, as in JavaScript; `\s` is its white space, with U+FEFF and the Unicode spaces |
//! | `[^]` `[]` | anything, nothing |
//! | `\n \r \t \v \f \0 \xHH \uHHHH \cX` | that character |
//! | `\` and any other sign | that sign |
//! | `(?=` `(?!` `(?<=` `(?<!` | look-around: refused, with its place |
//! | `\1` `\k<name>` | a back-reference: refused, with its place |
//!
//! Alternatives and repetitions prefer what JavaScript prefers; `tests/foreign/javascript.jsonl` holds what JavaScript itself finds.
//! Three things are different: a group inside a repetition keeps what it held last, where JavaScript empties it at each turn; a
//! counted repetition of something that may be empty takes an empty turn, where JavaScript looks for a longer one first; and a
//! `\r` before `\n` or `$`, or at the end, may be missing, since a file's CR LF are LF when it is searched.

mod class;
mod parse;
mod program;
mod returns;
mod search;

pub use class::spaces;
pub use parse::{PatternError, Problem};
pub use program::Program;
pub use search::{Found, Outcome, Search};

/// Longest pattern that is read, characters.
pub const LENGTH_MAX: usize = 4_096;
/// Longest match, bytes, of a small pattern; large ones may match less, so that the memory of a search stays below 32 MB.
pub const SPAN_MAX: usize = 1 << 20;

impl Program {
    /// Reads a pattern. It matches wherever it does, as JavaScript has it: logs whose lines end in white space are common, and their
    /// parsers do not name it. ShiViz itself takes whole lines only.
    pub fn anywhere(pattern: &str) -> Result<Program, PatternError> {
        program::compile(&read(pattern)?, program::Bounds::None)
    }

    /// Reads a pattern that matches whole lines only: as `^(?:pattern)$` does.
    pub fn lines(pattern: &str) -> Result<Program, PatternError> {
        program::compile(&read(pattern)?, program::Bounds::Lines)
    }
}

fn read(pattern: &str) -> Result<parse::Tree, PatternError> {
    let tree = parse::parse(pattern)?;
    Ok(parse::Tree { root: returns::whole(tree.root), ..tree })
}
