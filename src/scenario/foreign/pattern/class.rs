//! Sets of characters.

/// A set of characters: ranges in order, none of which touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    ranges: Vec<(char, char)>,
    /// The part of the set that is ASCII: bit i is character i.
    ascii: u128,
}

impl Class {
    pub(super) fn of(ranges: impl IntoIterator<Item = (char, char)>) -> Class {
        let mut all: Vec<(char, char)> = ranges.into_iter().filter(|(low, high)| low <= high).collect();
        all.sort_unstable();
        let mut merged: Vec<(char, char)> = Vec::new();
        for (low, high) in all {
            match merged.last_mut() {
                Some((_, end)) if low <= *end || next(*end) == Some(low) => *end = high.max(*end),
                _ => merged.push((low, high)),
            }
        }
        let ascii = (0..128).filter(|byte| within(&merged, *byte as u8 as char)).fold(0, |bits, byte| bits | 1 << byte);
        Class { ranges: merged, ascii }
    }

    pub(super) fn negated(&self) -> Class {
        let mut ranges = Vec::new();
        let mut from = Some('\0');
        for &(low, high) in &self.ranges {
            if let (Some(from), Some(to)) = (from, before(low)) {
                ranges.push((from, to));
            }
            from = next(high);
        }
        ranges.extend(from.map(|from| (from, char::MAX)));
        Class::of(ranges)
    }

    pub(super) fn ranges(&self) -> &[(char, char)] {
        &self.ranges
    }

    /// Length in bytes of the character at `at`, if it is there and in the set. `text` is UTF-8, `at` a boundary.
    #[inline]
    pub(super) fn matches(&self, text: &[u8], at: usize, end: usize) -> Option<usize> {
        if at >= end {
            return None;
        }
        let first = text[at];
        if first < 128 {
            return (self.ascii >> first & 1 == 1).then_some(1);
        }
        let (letter, length) = decode(text, at);
        within(&self.ranges, letter).then_some(length)
    }
}

fn within(ranges: &[(char, char)], letter: char) -> bool {
    let after = ranges.partition_point(|(low, _)| *low <= letter);
    after > 0 && letter <= ranges[after - 1].1
}

fn next(letter: char) -> Option<char> {
    if letter == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(letter as u32 + 1) }
}

fn before(letter: char) -> Option<char> {
    if letter == '\u{e000}' { Some('\u{d7ff}') } else { char::from_u32((letter as u32).checked_sub(1)?) }
}

/// The character that begins at `at`, and its length in bytes. `text` is UTF-8, and `at` a boundary in it.
#[inline]
pub(super) fn decode(text: &[u8], at: usize) -> (char, usize) {
    let byte = |n: usize| text.get(at + n).map_or(0, |byte| *byte as u32 & 0x3f);
    let first = text[at] as u32;
    let (code, length) = match first {
        0..=0x7f => (first, 1),
        0x80..=0xdf => ((first & 0x1f) << 6 | byte(1), 2),
        0xe0..=0xef => ((first & 0x0f) << 12 | byte(1) << 6 | byte(2), 3),
        _ => ((first & 0x07) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3), 4),
    };
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), length)
}

pub(super) fn digits() -> Class {
    Class::of([('0', '9')])
}

pub(super) fn word() -> Class {
    Class::of([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')])
}

/// White space and line ends as JavaScript has them.
pub(super) fn space() -> Class {
    let single = ['\u{20}', '\u{a0}', '\u{1680}', '\u{202f}', '\u{205f}', '\u{3000}', '\u{feff}'];
    let ranges = [('\t', '\r'), ('\u{2000}', '\u{200a}'), ('\u{2028}', '\u{2029}')];
    Class::of(single.map(|letter| (letter, letter)).into_iter().chain(ranges))
}

/// What `\s` stands for.
pub fn spaces() -> impl Fn(char) -> bool {
    let class = space();
    move |letter| within(&class.ranges, letter)
}

pub(super) fn line_ends() -> Class {
    Class::of([('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_and_its_opposite_share_nothing_and_miss_nothing() {
        for class in [digits(), word(), space(), line_ends(), Class::default(), Class::of([('\0', char::MAX)])] {
            let other = class.negated();
            assert_eq!(other.negated(), class);
            for letter in [
                '\0',
                '\n',
                '0',
                '9',
                'A',
                '_',
                'z',
                '\u{7f}',
                '\u{80}',
                'é',
                '\u{2028}',
                '\u{d7ff}',
                '\u{e000}',
                '🦀',
                char::MAX,
            ] {
                let mut buffer = [0; 4];
                let text = letter.encode_utf8(&mut buffer).as_bytes();
                let both = [&class, &other].map(|class| class.matches(text, 0, text.len()));
                assert_eq!(both.iter().flatten().collect::<Vec<_>>(), [&text.len()], "{letter:?}");
                assert_eq!(decode(text, 0), (letter, text.len()));
            }
        }
    }
}
