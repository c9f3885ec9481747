//! The search for all matches of a pattern in a text: backtracking that never tries the same thing twice.
//!
//! A *state* is (place in the pattern, place in the text). What follows from a state does not depend on how it was come to, so a
//! state that has failed once fails always, for this start and for every later one. At each place where ways meet, states that
//! were visited are marked; the search does not enter a marked one again. After a match that ends at e, the search goes on from
//! e: marks behind e still tell of failures, except those at e itself, which belong to the way that led there; these are wiped.
//! So all matches together cost at most (instructions) x (characters).

use super::SPAN_MAX;
use super::class::decode;
use super::parse::Assertion;
use super::program::{Bounds, Instruction, Program};
use std::collections::VecDeque;

/// A match: byte ranges of the whole and of each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it begins, bytes.
    pub start: usize,
    /// Where it ends, bytes.
    pub end: usize,
    slots: Vec<usize>,
}

impl Found {
    /// The byte range of a group, if it took part.
    pub fn group(&self, number: usize) -> Option<(usize, usize)> {
        let (start, end) = (*self.slots.get(number * 2)?, *self.slots.get(number * 2 + 1)?);
        (start != NONE && end != NONE && start <= end).then_some((start, end))
    }
}

/// How a piece of searching ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The next match.
    Found(Found),
    /// There is no more.
    End,
    /// The steps that were granted are used up: ask again.
    Pending,
}

const NONE: usize = usize::MAX;

/// Something to be done when the present way fails.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Go on here.
    Try(u32, usize),
    /// Go on at this instruction from the character before the second place, but not before the first.
    Shorter(u32, usize, usize),
    /// Put back what a slot held.
    Restore(u32, usize),
}

/// A search through one text. It goes from match to match, and can stop at any step.
#[derive(Debug)]
pub struct Search {
    /// The text's begin and end.
    begin: usize,
    end: usize,
    /// Where the present attempt began.
    start: usize,
    /// An attempt is under way.
    trying: bool,
    slots: Vec<usize>,
    stack: Vec<Frame>,
    marks: Marks,
    steps: u64,
}

impl Search {
    /// A search in `text[begin..end]`, which is taken for a text of its own.
    pub fn new(program: &Program, begin: usize, end: usize) -> Search {
        Search {
            begin,
            end,
            start: begin,
            trying: false,
            slots: vec![NONE; program.names().len() * 2],
            stack: Vec::new(),
            marks: Marks::new(program.joins),
            steps: 0,
        }
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How far it has got, bytes.
    pub fn position(&self) -> usize {
        self.start
    }

    /// The next match, or as far as `fuel` steps lead. `text` must be the same at every call.
    pub fn next(&mut self, program: &Program, text: &str, fuel: u64) -> Outcome {
        let bytes = text.as_bytes();
        let until = self.steps + fuel;
        loop {
            if !self.trying {
                if self.start > self.end {
                    return Outcome::End;
                }
                self.marks.forget_before(self.start);
                self.slots.fill(NONE);
                self.stack.push(Frame::Try(0, self.start));
                self.trying = true;
            }
            match self.attempt(program, bytes, until) {
                None => return Outcome::Pending,
                Some(None) => {
                    self.trying = false;
                    self.start = self.start_after(program, bytes, self.start);
                }
                Some(Some(end)) => {
                    self.trying = false;
                    self.stack.clear();
                    self.marks.wipe(end);
                    let found = Found { start: self.start, end, slots: self.slots.clone() };
                    // An empty match is stepped over, as JavaScript does it.
                    self.start = if end > self.start { end } else { self.start_after(program, bytes, end) };
                    return Outcome::Found(found);
                }
            }
        }
    }

    /// The next place at which a match can begin. Beyond the end if there is none.
    fn start_after(&mut self, program: &Program, text: &[u8], at: usize) -> usize {
        match program.bounds {
            Bounds::Lines => self.line_after(text, at),
            Bounds::None if at < self.end => at + decode(text, at).1,
            Bounds::None => self.end + 1,
        }
    }

    /// The begin of the next line. Beyond the end if there is none.
    fn line_after(&mut self, text: &[u8], at: usize) -> usize {
        let mut at = at;
        while at < self.end {
            self.steps += 1;
            let (letter, length) = decode(text, at);
            at += length;
            if matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}') {
                return at;
            }
        }
        self.end + 1
    }

    /// Goes on with the present attempt: where its match ends, or that it has none. `None` when the steps are used up.
    fn attempt(&mut self, program: &Program, text: &[u8], until: u64) -> Option<Option<usize>> {
        let limit = self.end.min(self.start + self.marks.span_max);
        loop {
            if self.steps >= until {
                return None;
            }
            self.steps += 1;
            match self.stack.pop() {
                None => return Some(None),
                Some(Frame::Restore(slot, held)) => self.slots[slot as usize] = held,
                Some(Frame::Try(pc, at)) => {
                    if let Some(end) = self.follow(program, text, pc, at, limit) {
                        return Some(Some(end));
                    }
                }
                Some(Frame::Shorter(pc, least, at)) => {
                    if at > least {
                        let mut shorter = at - 1;
                        while text[shorter] & 0xc0 == 0x80 {
                            shorter -= 1;
                        }
                        self.stack.push(Frame::Shorter(pc, least, shorter));
                        if let Some(end) = self.follow(program, text, pc, shorter, limit) {
                            return Some(Some(end));
                        }
                    }
                }
            }
        }
    }

    /// Follows one way until it matches or fails.
    fn follow(&mut self, program: &Program, text: &[u8], pc: u32, at: usize, limit: usize) -> Option<usize> {
        let (mut pc, mut at) = (pc, at);
        loop {
            self.steps += 1;
            match program.code[pc as usize] {
                Instruction::Class(class) => {
                    at += program.classes[class as usize].matches(text, at, limit)?;
                    pc += 1;
                }
                Instruction::Star(class, join) => {
                    let (class, least) = (&program.classes[class as usize], at);
                    if self.marks.mark(join, at) {
                        return None;
                    }
                    while let Some(length) = class.matches(text, at, limit) {
                        self.steps += 1;
                        // From here on everything has been tried.
                        if self.marks.mark(join, at + length) {
                            break;
                        }
                        at += length;
                    }
                    pc += 1;
                    if at > least {
                        self.stack.push(Frame::Shorter(pc, least, at));
                    }
                }
                Instruction::Split(first, second) => {
                    self.stack.push(Frame::Try(second, at));
                    pc = first;
                }
                Instruction::Jump(to) => pc = to,
                Instruction::Join(join) => {
                    if self.marks.mark(join, at) {
                        return None;
                    }
                    pc += 1;
                }
                Instruction::Save(slot) => {
                    self.stack.push(Frame::Restore(slot, self.slots[slot as usize]));
                    self.slots[slot as usize] = at;
                    pc += 1;
                }
                Instruction::Assert(assertion) => {
                    if !self.holds(assertion, text, at) {
                        return None;
                    }
                    pc += 1;
                }
                Instruction::Match => return Some(at),
            }
        }
    }

    fn holds(&self, assertion: Assertion, text: &[u8], at: usize) -> bool {
        let before = (at > self.begin).then(|| text[at - 1]);
        let after = (at < self.end).then(|| text[at]);
        let word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match assertion {
            Assertion::LineStart => match before {
                None | Some(b'\n' | b'\r') => true,
                Some(0xa8 | 0xa9) => at - self.begin >= 3 && text[at - 3..at - 1] == [0xe2, 0x80],
                Some(_) => false,
            },
            Assertion::LineEnd => match after {
                None | Some(b'\n' | b'\r') => true,
                Some(0xe2) => matches!(decode(text, at).0, '\u{2028}' | '\u{2029}'),
                Some(_) => false,
            },
            Assertion::WordEdge => word(before) != word(after),
            Assertion::NoWordEdge => word(before) == word(after),
        }
    }
}

/// Which states were visited: a bit for each join at each place of the text, in pages that are made when they are first needed
/// and given back when the search has passed them.
#[derive(Debug)]
struct Marks {
    /// Words for one place of the text.
    width: usize,
    /// The number of the first page.
    first: usize,
    pages: VecDeque<Option<Box<[u64]>>>,
    spare: Vec<Box<[u64]>>,
    /// Longest match, bytes.
    span_max: usize,
}

/// Places of the text on one page.
const PAGE: usize = 256;
/// Most words of marks at once: 32 MB.
const WORDS_MAX: usize = 4 << 20;
const SPARE_MAX: usize = 16;

impl Marks {
    fn new(joins: usize) -> Marks {
        let width = joins.div_ceil(64).max(1);
        Marks { width, first: 0, pages: VecDeque::new(), spare: Vec::new(), span_max: SPAN_MAX.min(WORDS_MAX / width) }
    }

    /// Marks a state. True if it was marked already.
    #[inline]
    fn mark(&mut self, join: u32, at: usize) -> bool {
        let page = (at / PAGE).saturating_sub(self.first);
        if page >= self.pages.len() || self.pages[page].is_none() {
            self.make(page);
        }
        let Some(Some(words)) = self.pages.get_mut(page) else { return true };
        let word = &mut words[at % PAGE * self.width + join as usize / 64];
        let bit = 1 << (join % 64);
        let was = *word & bit != 0;
        *word |= bit;
        was
    }

    #[cold]
    fn make(&mut self, page: usize) {
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, || None);
        }
        let clean = self.spare.pop().unwrap_or_else(|| vec![0; PAGE * self.width].into_boxed_slice());
        self.pages[page] = Some(clean);
    }

    fn wipe(&mut self, at: usize) {
        let page = (at / PAGE).saturating_sub(self.first);
        if let Some(Some(words)) = self.pages.get_mut(page) {
            words[at % PAGE * self.width..][..self.width].fill(0);
        }
    }

    fn forget_before(&mut self, at: usize) {
        let page = at / PAGE;
        while self.first < page {
            match self.pages.pop_front() {
                Some(Some(mut words)) if self.spare.len() < SPARE_MAX => {
                    words.fill(0);
                    self.spare.push(words);
                }
                Some(_) => {}
                None => {
                    self.first = page;
                    break;
                }
            }
            self.first += 1;
        }
    }
}
