//! Links as text, natively: `#v1.` and base64url(deflate-raw(packed)). In the page `www/lab/link.js` does the same with what
//! the browser has.
//!
//! The compressed bytes begin with a stored block that holds the head of the packed form: it can be read without inflating,
//! so that even a link that was cut off tells how long it was.

use super::link::{Link, LinkError, PACKED_MAX};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

/// What the text of a link begins with.
pub const PREFIX: &str = "#v1.";
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Bytes of the packed form that stand in a stored block of their own.
const HEAD: usize = 4;
/// That block, before its content: not the last, stored; four bytes; the same inverted.
const STORED: [u8; 5] = [0, HEAD as u8, 0, !(HEAD as u8), 0xff];

/// The text of a link. An error if it would be longer than is read.
pub fn write(link: &Link) -> Result<String, LinkError> {
    Ok(text_of(&link.pack()?))
}

/// The text of a packed link.
pub fn text_of(packed: &[u8]) -> String {
    let (head, content) = packed.split_at(HEAD.min(packed.len()));
    let content = compress_to_vec(content, 9);
    let length = PREFIX.len() + base64_length(STORED.len() + HEAD + content.len());
    let mut bytes = STORED.to_vec();
    bytes.push(head.first().copied().unwrap_or_default());
    bytes.extend_from_slice(&(length as u32).to_le_bytes()[..3]);
    bytes.extend_from_slice(&content);
    format!("{PREFIX}{}", base64(&bytes))
}

/// Reads the text of a link; what stands before the `#` of an address does not matter. Total.
pub fn read(text: &str) -> Result<Link, LinkError> {
    Link::unpack(&packed_of(text)?)
}

/// The packed form of a text.
pub fn packed_of(text: &str) -> Result<Vec<u8>, LinkError> {
    let text = text.trim();
    let text = text.find('#').map_or(text, |at| &text[at + 1..]);
    let Some(code) = text.strip_prefix(&PREFIX[1..]) else {
        if let Some(version) = text.strip_prefix('v').and_then(|text| text.split_once('.')?.0.parse::<u32>().ok()) {
            let message = format!("This link has version {version} of the text; this lab reads version 1.");
            let hint = "Open it with the lab that made it, or with a newer one.";
            return Err(LinkError::new("link-version", "character 3", message, hint));
        }
        let hint = "A link begins with #v1. and goes on with letters, digits, - and _.";
        return Err(LinkError::new("link-text", "character 1", "This is no link of a run.", hint));
    };
    let bytes = unbase64(code)?;
    let length = PREFIX.len() + code.len();
    if let Some(whole) = announced(&bytes).filter(|whole| *whole != length) {
        let place = format!("character {}", length.min(whole));
        return Err(if length < whole {
            LinkError::ask_again("link-truncated", place, format!("This link ends after {length} of {whole} characters."))
        } else {
            let more = length - whole;
            LinkError::ask_again(
                "link-damaged",
                place,
                format!("This link has {whole} characters, and {more} more that are not its own."),
            )
        });
    }
    decompress_to_vec_with_limit(&bytes, PACKED_MAX).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => {
            let message = format!("This link unfolds to more than {PACKED_MAX} bytes.");
            LinkError::new("link-too-long", "", message, "Save the run as a file instead.")
        }
        TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => LinkError::ask_again(
            "link-truncated",
            format!("character {length}"),
            format!("This link ends too early, after {length} characters."),
        ),
        _ => LinkError::ask_again("link-damaged", "", format!("This link of {length} characters is damaged.")),
    })
}

/// How many characters the text had when it was made, if its bytes still say so.
fn announced(bytes: &[u8]) -> Option<usize> {
    let length = bytes.strip_prefix(&STORED)?.get(1..HEAD)?;
    let length = length.iter().rev().fold(0, |length, byte| length << 8 | *byte as usize);
    (length > 0).then_some(length)
}

fn base64_length(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(base64_length(bytes.len()));
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | *byte as u32) << (8 * (3 - chunk.len()));
        for letter in 0..=chunk.len() {
            text.push(LETTERS[(bits >> (18 - 6 * letter) & 63) as usize] as char);
        }
    }
    text
}

fn unbase64(code: &str) -> Result<Vec<u8>, LinkError> {
    let mut bytes = Vec::with_capacity(code.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0);
    for (at, letter) in code.chars().enumerate() {
        let Some(value) = LETTERS.iter().position(|known| *known as char == letter) else {
            let at = PREFIX.len() + at + 1;
            let message = format!("Character {at} of this link, `{}`, does not belong into one.", letter.escape_default());
            return Err(LinkError::ask_again("link-text", format!("character {at}"), message));
        };
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Ok(bytes)
}
