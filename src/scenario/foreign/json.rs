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

/// Deepest nesting of a value that is skipped.
const DEPTH_MAX: u32 = 64;

/// Reads a text from left to right.
#[derive(Debug)]
pub struct Json<'a> {
    text: &'a str,
    at: usize,
}

type Read<T> = Result<T, Unexpected>;

impl<'a> Json<'a> {
    /// From the beginning of a text.
    pub fn new(text: &'a str) -> Json<'a> {
        Json { text, at: 0 }
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
                let first = self.hex()?;
                let paired = (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u");
                let second = if paired {
                    self.at += 2;
                    Some(self.hex()?)
                } else {
                    None
                };
                let units = [Some(first), second].into_iter().flatten();
                char::decode_utf16(units).next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                self.at -= usize::from(letter.is_some());
                return Err(self.wrong("\\n \\t \\\" \\\\ \\uXXXX"));
            }
        })
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

    /// Any value; what it is, as it is written.
    pub fn any(&mut self) -> Read<&'a str> {
        self.peek();
        let begin = self.at;
        self.skip(0)?;
        Ok(&self.text[begin..self.at])
    }

    fn skip(&mut self, depth: u32) -> Read<()> {
        if depth > DEPTH_MAX {
            return Err(self.wrong("0-9 \""));
        }
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.object(|json, _, _| json.skip(depth + 1)),
            Some(b'[') => {
                self.at += 1;
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(());
                }
                loop {
                    self.skip(depth + 1)?;
                    match self.peek() {
                        Some(b',') => self.at += 1,
                        Some(b']') => {
                            self.at += 1;
                            return Ok(());
                        }
                        _ => return Err(self.wrong(", ]")),
                    }
                }
            }
            _ => {
                let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
                let length = self.text.as_bytes()[self.at..].iter().take_while(|byte| word(byte)).count();
                let word = &self.text[self.at..self.at + length];
                let number =
                    word.starts_with(|first: char| first.is_ascii_digit() || first == '-') && word.parse::<f64>().is_ok();
                if !number && !["true", "false", "null"].contains(&word) {
                    return Err(self.wrong("0-9 \" { ["));
                }
                self.at += length;
                Ok(())
            }
        }
    }

    /// Nothing may follow.
    pub fn end(&mut self) -> Read<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.wrong("\\n")) }
    }
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
