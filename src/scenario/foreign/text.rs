//! A file's bytes as text.
//!
//! UTF-8 with or without a byte order mark, and UTF-16 with one, or evidently so (every other byte of the beginning is zero).
//! Bytes that are no UTF-8 become U+FFFD, and are reported. `\r\n` becomes `\n`: patterns that name `\n` then match files
//! from Windows, too. In a text without any `\n`, so does `\r`: it ended the lines of old Macs. Elsewhere a single `\r` stays.

use super::finding::Finding;

/// Largest file, bytes.
pub const BYTES_MAX: usize = 1 << 30;

/// A text and where its lines begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    text: String,
    /// Byte at which each line begins.
    lines: Vec<u32>,
}

impl Text {
    /// A text that is there already.
    pub fn new(text: String) -> Text {
        let mut decoder = Decoder { encoding: Some(Encoding::Utf8), lines: vec![0], ..Decoder::default() };
        decoder.text.reserve(text.len());
        decoder.push(text.as_bytes());
        decoder.finish().0
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Bytes of a range; empty if there is no such range.
    pub fn slice(&self, (start, end): (u32, u32)) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Number of lines.
    pub fn lines(&self) -> u32 {
        self.lines.len() as u32
    }

    /// A line by its number from 1, without its end.
    pub fn line(&self, number: u32) -> &str {
        let Some(start) = (number as usize).checked_sub(1).and_then(|n| self.lines.get(n)) else { return "" };
        let end = self.lines.get(number as usize).map_or(self.text.len(), |next| *next as usize - 1);
        self.text.get(*start as usize..end).unwrap_or_default()
    }

    /// The byte at which a line begins, by its number from 1.
    pub fn line_start(&self, number: u32) -> u32 {
        let at = (number as usize).checked_sub(1).and_then(|n| self.lines.get(n)).copied();
        at.unwrap_or(self.text.len() as u32)
    }

    /// Line and column, both from 1, of a byte.
    pub fn place(&self, at: u32) -> (u32, u32) {
        let line = self.line_of(at);
        let start = self.lines.get(line as usize - 1).copied().unwrap_or_default();
        let column = self.text.get(start as usize..at as usize).map_or(0, |before| before.chars().count());
        (line, column as u32 + 1)
    }

    /// The line, from 1, of a byte.
    pub fn line_of(&self, at: u32) -> u32 {
        (self.lines.partition_point(|start| *start <= at) as u32).max(1)
    }

    /// A finding with its place, and with the line around it.
    pub fn locate(&self, finding: Finding, at: u32) -> Finding {
        let (line, column) = self.place(at);
        Finding { excerpt: excerpt(self.line(line), column), ..finding.at(line, column) }
    }
}

/// Characters of a line that are shown on either side of a place.
const AROUND: usize = 40;

/// What is shown of a line: all of it, or the part around a column.
fn excerpt(line: &str, column: u32) -> String {
    let from = (column as usize).saturating_sub(AROUND + 1);
    let mut letters = line.chars().skip(from);
    let part: String = letters.by_ref().take(2 * AROUND).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let (before, after) = (if from > 0 { ".." } else { "" }, if letters.next().is_some() { ".." } else { "" });
    format!("{before}{part}{after}")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big_endian: bool },
}

/// Turns bytes into text, piece by piece.
#[derive(Debug, Default)]
pub struct Decoder {
    encoding: Option<Encoding>,
    /// Bytes that wait for those that follow.
    rest: Vec<u8>,
    text: String,
    lines: Vec<u32>,
    /// The text ends in a `\r` that waits for its `\n`.
    held_return: bool,
    carriage_returns: bool,
    /// Bytes, or halves of pairs, that are no text: where, up to [`LOST_MAX`], and how many.
    lost: Vec<u32>,
    lost_count: u64,
    /// More came than is read.
    cut: bool,
}

const LOST_MAX: usize = 200;

impl Decoder {
    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.encoding.is_none() {
            self.rest.extend_from_slice(bytes);
            if self.rest.len() < 4 {
                return;
            }
            let begin = std::mem::take(&mut self.rest);
            self.begin(&begin);
            return;
        }
        self.decode(bytes);
    }

    /// Room for so many bytes.
    pub fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes.min(BYTES_MAX));
    }

    /// The text, and what was strange about the bytes.
    pub fn finish(mut self) -> (Text, Vec<Finding>) {
        if self.encoding.is_none() {
            let begin = std::mem::take(&mut self.rest);
            self.begin(&begin);
        }
        if !self.rest.is_empty() {
            self.rest.clear();
            self.lose();
        }
        self.put("");
        if self.held_return {
            self.text.push('\r');
        }
        if self.lines.is_empty() {
            self.lines.push(0);
        }
        let returns_only = self.lines.len() == 1 && self.text.contains('\r');
        if returns_only {
            self.end_lines_at_returns();
        }
        let utf16 = matches!(self.encoding, Some(Encoding::Utf16 { .. }));
        let text = Text { text: self.text, lines: self.lines };
        let mut findings = Vec::new();
        if utf16 {
            findings.push(Finding::notice("utf-16", &[]));
        }
        if self.carriage_returns {
            findings.push(Finding::notice("crlf", &[]));
        }
        if returns_only {
            findings.push(Finding::notice("cr", &[]));
        }
        if self.cut {
            findings.push(Finding::error("file-too-large", &[("max", &(BYTES_MAX >> 20).to_string())]));
        }
        let expected = if utf16 { "UTF-16" } else { "UTF-8" };
        findings.extend(self.lost.iter().map(|at| text.locate(Finding::error("not-utf-8", &[("encoding", expected)]), *at)));
        let more = self.lost_count - self.lost.len() as u64;
        if more > 0 {
            findings.push(Finding::error("not-utf-8-more", &[("n", &more.to_string()), ("encoding", expected)]));
        }
        (text, findings)
    }

    /// Looks at the first bytes and decides.
    fn begin(&mut self, bytes: &[u8]) {
        let (encoding, mark) = match bytes {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16 { big_endian: false }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { big_endian: true }, 2),
            [1..=255, 0, 1..=255, 0, ..] => (Encoding::Utf16 { big_endian: false }, 0),
            [0, 1..=255, 0, 1..=255, ..] => (Encoding::Utf16 { big_endian: true }, 0),
            _ => (Encoding::Utf8, 0),
        };
        self.encoding = Some(encoding);
        self.lines.push(0);
        self.decode(&bytes[mark..]);
    }

    fn decode(&mut self, bytes: &[u8]) {
        let room = BYTES_MAX.saturating_sub(self.text.len());
        self.cut |= bytes.len() > room;
        let bytes = &bytes[..bytes.len().min(room)];
        let joined;
        let mut left = if self.rest.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.rest).as_slice(), bytes].concat();
            &joined
        };
        match self.encoding {
            Some(Encoding::Utf16 { big_endian }) => self.utf16(left, big_endian),
            _ => {
                while !left.is_empty() {
                    match std::str::from_utf8(left) {
                        Ok(text) => {
                            self.put(text);
                            return;
                        }
                        Err(error) => {
                            let (good, bad) = left.split_at(error.valid_up_to());
                            self.put(std::str::from_utf8(good).unwrap_or_default());
                            let Some(length) = error.error_len() else {
                                self.rest = bad.to_vec();
                                return;
                            };
                            self.lose();
                            left = &bad[length..];
                        }
                    }
                }
            }
        }
    }

    fn utf16(&mut self, bytes: &[u8], big_endian: bool) {
        let unit = |pair: &[u8]| {
            if big_endian { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) }
        };
        let mut at = 0;
        let mut text = String::new();
        while at + 2 <= bytes.len() {
            let first = unit(&bytes[at..]);
            let high = (0xd800..0xdc00).contains(&first);
            if high && at + 4 > bytes.len() {
                break;
            }
            let units = [first, if high { unit(&bytes[at + 2..]) } else { 0 }];
            at += 2;
            match char::decode_utf16(units.into_iter().take(if high { 2 } else { 1 })).next() {
                Some(Ok(letter)) => {
                    at += if high { 2 } else { 0 };
                    text.push(letter);
                }
                _ => {
                    self.put(&std::mem::take(&mut text));
                    self.lose();
                }
            }
        }
        self.put(&text);
        self.rest = bytes[at..].to_vec();
    }

    /// Something that is no text.
    fn lose(&mut self) {
        self.put("");
        if self.lost.len() < LOST_MAX {
            self.lost.push(self.text.len() as u32 + u32::from(self.held_return));
        }
        self.lost_count += 1;
        self.put("\u{fffd}");
    }

    fn put(&mut self, text: &str) {
        let mut left = text;
        if self.held_return && !left.is_empty() {
            self.held_return = false;
            if left.starts_with('\n') { self.carriage_returns = true } else { self.text.push('\r') }
        }
        while let Some(at) = left.bytes().position(|byte| byte == b'\n' || byte == b'\r') {
            let (before, rest) = left.split_at(at);
            self.text.push_str(before);
            if let Some(after) = rest.strip_prefix('\n') {
                self.end_line();
                left = after;
            } else if let Some(after) = rest.strip_prefix("\r\n") {
                self.carriage_returns = true;
                self.end_line();
                left = after;
            } else if rest.len() == 1 {
                self.held_return = true;
                return;
            } else {
                self.text.push('\r');
                left = &rest[1..];
            }
        }
        self.text.push_str(left);
    }

    /// Every byte stays where it is.
    fn end_lines_at_returns(&mut self) {
        self.text = self.text.replace('\r', "\n");
        let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        self.lines.extend(ends.map(|(at, _)| at as u32 + 1));
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        self.lines.push(self.text.len() as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], piece: usize) -> (Text, Vec<Finding>) {
        let mut decoder = Decoder::default();
        bytes.chunks(piece).for_each(|piece| decoder.push(piece));
        decoder.finish()
    }

    #[test]
    fn any_cut_into_pieces_gives_the_same_text() {
        let crlf = "a\r\nb\rc\r\r\nñ🦀\r\n";
        let utf16 = |big: bool, mark: bool| -> Vec<u8> {
            let mark = if mark { "\u{feff}" } else { "" };
            let units: Vec<u16> = format!("{mark}{crlf}").encode_utf16().collect();
            units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let broken = b"good\nbad \xff\xc3( tail\xe2\x82";
        let files: [Vec<u8>; 8] = [
            crlf.into(),
            crlf.replace('\n', "").into(),
            format!("\u{feff}{crlf}").into(),
            utf16(false, true),
            utf16(true, true),
            [vec![b'x', 0], utf16(false, false)].concat(),
            broken.to_vec(),
            Vec::new(),
        ];
        for file in files {
            let whole = read(&file, usize::MAX);
            for piece in [1, 2, 3, 5, 7] {
                assert_eq!(read(&file, piece), whole, "{file:?}, {piece}");
            }
        }
        assert_eq!(read(crlf.as_bytes(), 9).0.as_str(), "a\nb\rc\r\nñ🦀\n");
        assert_eq!(read(&utf16(true, true), 9).0.as_str(), "a\nb\rc\r\nñ🦀\n");
    }

    #[test]
    fn returns_end_lines_where_nothing_else_does() {
        let (text, findings) = read(b"a\rb\r\rc \xff\r", 2);
        assert_eq!((text.as_str(), text.lines(), text.line(2), text.line(4)), ("a\nb\n\nc \u{fffd}\n", 5, "b", "c \u{fffd}"));
        let places: Vec<_> = findings.iter().map(|finding| (finding.code, finding.line, finding.column)).collect();
        assert_eq!(places, [("cr", 0, 0), ("not-utf-8", 4, 3)]);
        let (text, findings) = read(b"a\rb\nc", 9);
        assert_eq!((text.as_str(), text.lines(), findings.len()), ("a\rb\nc", 2, 0));
    }

    #[test]
    fn bytes_that_are_no_text_are_kept_as_signs_and_told_with_their_place() {
        let (text, findings) = read(b"good\nbad \xff\xc3( tail\xe2\x82", 100);
        assert_eq!(text.as_str(), "good\nbad \u{fffd}\u{fffd}( tail\u{fffd}");
        let places: Vec<_> = findings.iter().map(|finding| (finding.code, finding.line, finding.column)).collect();
        assert_eq!(places, [("not-utf-8", 2, 5), ("not-utf-8", 2, 6), ("not-utf-8", 2, 13)]);
    }

    #[test]
    fn lines_and_places_are_counted_from_one() {
        let text = Text::new("äb\n\ncd".to_owned());
        assert_eq!((text.lines(), text.line(1), text.line(2), text.line(3), text.line(4)), (3, "äb", "", "cd", ""));
        assert_eq!([0, 2, 3, 4, 5, 6].map(|at| text.place(at)), [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2)]);
        assert_eq!(text.locate(Finding::error("x", &[]), 6).excerpt, "cd");
    }
}
