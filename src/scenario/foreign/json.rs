//! As much of JSON as traces need, read straight from the text, with the place of every mistake.

use std::borrow::Cow;

/// Where a text stops being what it should, and what would have been right there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unexpected {
    /// Byte, from the beginning of the text.
    pub at: usize,
    /// What was expected, as it is written: `"`, `:`, `0-9`.
    pub expected: &'static str,
}

/// Reads a text from left to right.
#[derive(Debug)]
pub struct Json<'a> {
    text: &'a str,
    at: usize,
    replaced: Option<usize>,
}

type Read<T> = Result<T, Unexpected>;

impl<'a> Json<'a> {
    /// From the beginning of a text.
    pub fn new(text: &'a str) -> Json<'a> {
        Json { text, at: 0, replaced: None }
    }

    /// The first byte of the first escape that was half of a pair without the other half: U+FFFD was read in its place.
    pub fn replaced(&self) -> Option<usize> {
        self.replaced
    }

    /// The byte that is next.
    pub fn position(&self) -> usize {
        self.at
    }

    /// What comes next, after white space.
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Read<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.wrong(expected))
    }

    fn wrong(&self, expected: &'static str) -> Unexpected {
        Unexpected { at: self.at, expected }
    }

    /// An object: `each` reads the value of a key, and is told where the key begins.
    pub fn object(&mut self, mut each: impl FnMut(&mut Json<'a>, Cow<'a, str>, usize) -> Read<()>) -> Read<()> {
        self.expect(b'{', "{")?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.wrong("\""));
            }
            let key_at = self.at;
            let key = self.string()?;
            self.expect(b':', ":")?;
            each(self, key, key_at)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.wrong(", }")),
            }
        }
    }

    /// A text in quotes.
    pub fn string(&mut self) -> Read<Cow<'a, str>> {
        self.expect(b'"', "\"")?;
        let begin = self.at;
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return Ok(Cow::Borrowed(&self.text[begin..self.at - 1]));
                }
                b'\\' => return self.escaped(begin).map(Cow::Owned),
                0..=0x1f => break,
                _ => self.at += 1,
            }
        }
        Err(self.wrong("\""))
    }

    /// The rest of a text that has escapes in it.
    fn escaped(&mut self, begin: usize) -> Read<String> {
        let mut text = self.text[begin..self.at].to_owned();
        loop {
            let rest = &self.text[self.at..];
            let Some(letter) = rest.chars().next() else { return Err(self.wrong("\"")) };
            self.at += letter.len_utf8();
            match letter {
                '"' => return Ok(text),
                '\\' => text.push(self.escape()?),
                '\0'..='\u{1f}' => {
                    self.at -= 1;
                    return Err(self.wrong("\""));
                }
                letter => text.push(letter),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let letter = self.text.as_bytes().get(self.at).copied();
        self.at += usize::from(letter.is_some());
        Ok(match letter {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(sign @ (b'"' | b'\\' | b'/')) => sign as char,
            Some(b'u') => {
                let begin = self.at - 2;
                let first = self.hex()?;
                let second = if (0xd800..0xdc00).contains(&first) { self.second_half() } else { None };
                let units = [Some(first), second].into_iter().flatten();
                char::decode_utf16(units).next().and_then(Result::ok).unwrap_or_else(|| {
                    self.replaced.get_or_insert(begin);
                    char::REPLACEMENT_CHARACTER
                })
            }
            _ => {
                self.at -= usize::from(letter.is_some());
                return Err(self.wrong("\\n \\t \\\" \\\\ \\uXXXX"));
            }
        })
    }

    /// The second half of a pair, if it follows; anything else is left where it is.
    fn second_half(&mut self) -> Option<u16> {
        let begin = self.at;
        if self.text[begin..].starts_with("\\u") {
            self.at += 2;
            if let Some(second) = self.hex().ok().filter(|unit| (0xdc00..0xe000).contains(unit)) {
                return Some(second);
            }
        }
        self.at = begin;
        None
    }

    fn hex(&mut self) -> Read<u16> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).ok_or_else(|| self.wrong("0-9 a-f"))?;
        self.at += 4;
        Ok(value)
    }

    /// A whole number that is not negative.
    pub fn whole(&mut self) -> Read<u64> {
        self.peek();
        let begin = self.at;
        let digits = self.text.as_bytes()[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        let fraction = matches!(self.text.as_bytes().get(self.at), Some(b'.' | b'e' | b'E'));
        let value = self.text[begin..self.at].parse().ok().filter(|_| !fraction);
        value.ok_or(Unexpected { at: if fraction { self.at } else { begin }, expected: "0-9" })
    }

    /// The same, if it is one: otherwise the place does not change.
    pub fn whole_if_it_is(&mut self) -> Option<u64> {
        let begin = self.at;
        let value = self.whole().ok();
        if value.is_none() {
            self.at = begin;
        }
        value
    }

    /// Any value; what it is, as it is written.
    pub fn any(&mut self) -> Read<&'a str> {
        self.peek();
        let begin = self.at;
        self.skip()?;
        Ok(&self.text[begin..self.at])
    }

    /// Passes over a value, however deep it is.
    fn skip(&mut self) -> Read<()> {
        // The brackets that are open.
        let mut open: Vec<u8> = Vec::new();
        loop {
            let begins = self.peek();
            match begins {
                Some(bracket @ (b'{' | b'[')) => {
                    self.at += 1;
                    if self.peek() != Some(closing(bracket)) {
                        open.push(bracket);
                        self.skip_key(bracket)?;
                        continue;
                    }
                    self.at += 1;
                }
                Some(b'"') => self.skip_string()?,
                _ => self.skip_word()?,
            }
            // A value has ended: what is around it goes on, or ends, too.
            loop {
                let Some(&bracket) = open.last() else { return Ok(()) };
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.skip_key(bracket)?;
                        break;
                    }
                    Some(end) if end == closing(bracket) => {
                        self.at += 1;
                        open.pop();
                    }
                    _ => return Err(self.wrong(if bracket == b'{' { ", }" } else { ", ]" })),
                }
            }
        }
    }

    /// In an object, what stands before a value.
    fn skip_key(&mut self, bracket: u8) -> Read<()> {
        if bracket == b'[' {
            return Ok(());
        }
        if self.peek() != Some(b'"') {
            return Err(self.wrong("\""));
        }
        self.skip_string()?;
        self.expect(b':', ":")
    }

    /// A text that nobody reads: what was replaced in it is not told.
    fn skip_string(&mut self) -> Read<()> {
        let replaced = self.replaced;
        self.string()?;
        self.replaced = replaced;
        Ok(())
    }

    fn skip_word(&mut self) -> Read<()> {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = self.text.as_bytes()[self.at..].iter().take_while(|byte| word(byte)).count();
        let word = &self.text[self.at..self.at + length];
        let number = word.starts_with(|first: char| first.is_ascii_digit() || first == '-') && word.parse::<f64>().is_ok();
        if !number && !["true", "false", "null"].contains(&word) {
            return Err(self.wrong("0-9 \" { ["));
        }
        self.at += length;
        Ok(())
    }

    /// Nothing may follow.
    pub fn end(&mut self) -> Read<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.wrong("\\n")) }
    }
}

fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}

/// A text in quotes, as JSON has it.
pub fn quote(text: &str, to: &mut String) {
    to.push('"');
    for letter in text.chars() {
        match letter {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            '\0'..='\u{1f}' => to.push_str(&format!("\\u{:04x}", letter as u32)),
            letter => to.push(letter),
        }
    }
    to.push('"');
}
