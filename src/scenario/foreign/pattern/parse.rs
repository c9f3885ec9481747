//! A pattern's text as a tree.

use super::LENGTH_MAX;
use super::class::{self, Class};

/// What is wrong with a pattern, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What.
    pub problem: Problem,
    /// The character at which, from 1.
    pub column: u32,
    /// What the problem is about: the name of a group, a sign; empty if it needs none.
    pub what: String,
}

/// What can be wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// `(?=`, `(?!`, `(?<=`, `(?<!`.
    LookAround,
    /// `\1`, `\k<name>`.
    BackReference,
    /// A `(` without its `)`.
    OpenGroup,
    /// A `)` without its `(`.
    StrayParenthesis,
    /// A `[` without its `]`.
    OpenClass,
    /// `[z-a]`.
    BadRange,
    /// `{3,2}`.
    BadCount,
    /// `*` after nothing that can be repeated.
    NothingToRepeat,
    /// A `\` at the end.
    OpenEscape,
    /// `\p{..}`: classes of Unicode.
    UnicodeClass,
    /// `(?` and something that is none of the known kinds.
    UnknownGroup,
    /// A group's name is empty, begins with a digit, or has no `>`.
    BadName,
    /// Two groups have this name.
    NameTwice,
    /// Groups in groups, too many.
    TooDeep,
    /// It has too many characters, or its counts make too much of it.
    TooLarge,
}

impl Problem {
    /// The end of its key in the catalogue of sentences.
    pub fn code(self) -> &'static str {
        match self {
            Problem::LookAround => "pattern-look-around",
            Problem::BackReference => "pattern-back-reference",
            Problem::OpenGroup => "pattern-open-group",
            Problem::StrayParenthesis => "pattern-stray-parenthesis",
            Problem::OpenClass => "pattern-open-class",
            Problem::BadRange => "pattern-bad-range",
            Problem::BadCount => "pattern-bad-count",
            Problem::NothingToRepeat => "pattern-nothing-to-repeat",
            Problem::OpenEscape => "pattern-open-escape",
            Problem::UnicodeClass => "pattern-unicode-class",
            Problem::UnknownGroup => "pattern-unknown-group",
            Problem::BadName => "pattern-bad-name",
            Problem::NameTwice => "pattern-name-twice",
            Problem::TooDeep => "pattern-too-deep",
            Problem::TooLarge => "pattern-too-large",
        }
    }
}

/// A pattern as a tree.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) root: Node,
    /// Names of groups, by number.
    pub(super) names: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Empty,
    Class(Class),
    Assert(Assertion),
    Group(Box<Node>, usize),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Repeat { node: Box<Node>, min: u32, max: Option<u32>, greedy: bool },
}

/// What must be so between two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assertion {
    LineStart,
    LineEnd,
    WordEdge,
    NoWordEdge,
}

const DEPTH_MAX: u32 = 50;

pub(super) fn parse(pattern: &str) -> Result<Tree, PatternError> {
    let letters: Vec<char> = pattern.chars().take(LENGTH_MAX + 1).collect();
    let mut parser = Parser { letters, at: 0, names: Vec::new() };
    if parser.letters.len() > LENGTH_MAX {
        return Err(parser.wrong(Problem::TooLarge, LENGTH_MAX, ""));
    }
    let root = parser.choice(0)?;
    match parser.peek() {
        None => Ok(Tree { root, names: parser.names }),
        Some(_) => Err(parser.wrong(Problem::StrayParenthesis, parser.at, ")")),
    }
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    names: Vec<String>,
}

type Parsed<T> = Result<T, PatternError>;

impl Parser {
    fn wrong(&self, problem: Problem, at: usize, what: impl Into<String>) -> PatternError {
        PatternError { problem, column: at as u32 + 1, what: what.into() }
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn ahead(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(n, letter)| self.letters.get(self.at + n) == Some(&letter))
    }

    fn eat(&mut self, text: &str) -> bool {
        let there = self.ahead(text);
        if there {
            self.at += text.chars().count();
        }
        there
    }

    fn choice(&mut self, depth: u32) -> Parsed<Node> {
        let mut branches = vec![self.sequence(depth)?];
        while self.eat("|") {
            branches.push(self.sequence(depth)?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Choice(branches) })
    }

    fn sequence(&mut self, depth: u32) -> Parsed<Node> {
        let mut nodes = Vec::new();
        while let Some(letter) = self.peek().filter(|letter| !matches!(letter, '|' | ')')) {
            let begin = self.at;
            let node = self.atom(letter, depth)?;
            nodes.push(self.repeated(node, begin)?);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Sequence(nodes),
        })
    }

    fn repeated(&mut self, node: Node, begin: usize) -> Parsed<Node> {
        let count_at = self.at;
        let Some((min, max)) = self.count()? else { return Ok(node) };
        if matches!(node, Node::Assert(_)) {
            return Err(self.wrong(Problem::NothingToRepeat, begin, ""));
        }
        let greedy = !self.eat("?");
        if self.peek().is_some_and(|letter| matches!(letter, '*' | '+' | '?')) {
            let what = self.peek().map(String::from).unwrap_or_default();
            return Err(self.wrong(Problem::NothingToRepeat, self.at, what));
        }
        if max.is_some_and(|max| max < min) {
            return Err(self.wrong(Problem::BadCount, count_at, format!("{{{min},{}}}", max.unwrap_or_default())));
        }
        Ok(Node::Repeat { node: Box::new(node), min, max, greedy })
    }

    /// How often: least and most. A `{` that begins no count is left where it is.
    fn count(&mut self) -> Parsed<Option<(u32, Option<u32>)>> {
        for (sign, range) in [("*", (0, None)), ("+", (1, None)), ("?", (0, Some(1)))] {
            if self.eat(sign) {
                return Ok(Some(range));
            }
        }
        let begin = self.at;
        let count = self.braces();
        if count.is_none() {
            self.at = begin;
        }
        Ok(count)
    }

    fn braces(&mut self) -> Option<(u32, Option<u32>)> {
        if !self.eat("{") {
            return None;
        }
        let min = self.number()?;
        let max = if self.eat(",") { self.number() } else { Some(min) };
        self.eat("}").then_some((min, max))
    }

    fn number(&mut self) -> Option<u32> {
        let begin = self.at;
        while self.peek().is_some_and(|letter| letter.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = &self.letters[begin..self.at];
        let value = |digits: &[char]| {
            digits.iter().fold(0_u32, |n, digit| n.saturating_mul(10).saturating_add(digit.to_digit(10).unwrap_or(0)))
        };
        (!digits.is_empty()).then(|| value(digits))
    }

    fn atom(&mut self, letter: char, depth: u32) -> Parsed<Node> {
        let begin = self.at;
        if letter == '(' {
            return self.group(depth);
        }
        if matches!(letter, '*' | '+' | '?') || self.count()?.is_some() {
            return Err(self.wrong(Problem::NothingToRepeat, begin, letter.to_string()));
        }
        self.at += 1;
        Ok(match letter {
            '[' => Node::Class(self.class(begin)?),
            '.' => Node::Class(class::line_ends().negated()),
            '^' => Node::Assert(Assertion::LineStart),
            '$' => Node::Assert(Assertion::LineEnd),
            '\\' if self.eat("b") => Node::Assert(Assertion::WordEdge),
            '\\' if self.eat("B") => Node::Assert(Assertion::NoWordEdge),
            '\\' => Node::Class(self.escape(begin)?),
            letter => Node::Class(Class::of([(letter, letter)])),
        })
    }

    fn group(&mut self, depth: u32) -> Parsed<Node> {
        let begin = self.at;
        if depth >= DEPTH_MAX {
            return Err(self.wrong(Problem::TooDeep, begin, DEPTH_MAX.to_string()));
        }
        for look in ["(?=", "(?!", "(?<=", "(?<!"] {
            if self.ahead(look) {
                return Err(self.wrong(Problem::LookAround, begin, look));
            }
        }
        let number = if self.eat("(?<") {
            Some(self.name(begin)?)
        } else if self.eat("(?:") {
            None
        } else if self.ahead("(?") {
            return Err(self.wrong(Problem::UnknownGroup, begin, self.letters[begin..].iter().take(3).collect::<String>()));
        } else {
            self.at += 1;
            None
        };
        let inner = self.choice(depth + 1)?;
        if !self.eat(")") {
            return Err(self.wrong(Problem::OpenGroup, begin, "("));
        }
        Ok(match number {
            Some(number) => Node::Group(Box::new(inner), number),
            None => inner,
        })
    }

    fn name(&mut self, begin: usize) -> Parsed<usize> {
        let from = self.at;
        while self.peek().is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$')) {
            self.at += 1;
        }
        let name: String = self.letters[from..self.at].iter().collect();
        if !self.eat(">") || name.is_empty() || name.starts_with(|letter: char| letter.is_numeric()) {
            return Err(self.wrong(Problem::BadName, begin, name));
        }
        if self.names.contains(&name) {
            return Err(self.wrong(Problem::NameTwice, begin, name));
        }
        self.names.push(name);
        Ok(self.names.len() - 1)
    }

    /// What follows a `\`: a set or a single character.
    fn escape(&mut self, begin: usize) -> Parsed<Class> {
        let Some(letter) = self.peek() else { return Err(self.wrong(Problem::OpenEscape, begin, "\\")) };
        self.at += 1;
        let one = |letter: char| Class::of([(letter, letter)]);
        Ok(match letter {
            'd' => class::digits(),
            'D' => class::digits().negated(),
            'w' => class::word(),
            'W' => class::word().negated(),
            's' => class::space(),
            'S' => class::space().negated(),
            'p' | 'P' if self.peek() == Some('{') => {
                return Err(self.wrong(Problem::UnicodeClass, begin, format!("\\{letter}")));
            }
            '1'..='9' => return Err(self.wrong(Problem::BackReference, begin, format!("\\{letter}"))),
            'k' if self.peek() == Some('<') => return Err(self.wrong(Problem::BackReference, begin, "\\k")),
            'n' => one('\n'),
            'r' => one('\r'),
            't' => one('\t'),
            'v' => one('\u{b}'),
            'f' => one('\u{c}'),
            '0' => one('\0'),
            'x' => one(self.hex(2).unwrap_or('x')),
            'u' => one(self.hex(4).unwrap_or('u')),
            'c' => match self.peek().filter(char::is_ascii_alphabetic) {
                Some(control) => {
                    self.at += 1;
                    one((control as u8 & 0x1f) as char)
                }
                // As in JavaScript, where no letter follows: the backslash itself.
                None => {
                    self.at -= 1;
                    one('\\')
                }
            },
            other => one(other),
        })
    }

    fn hex(&mut self, digits: usize) -> Option<char> {
        let text: String = self.letters.get(self.at..self.at + digits)?.iter().collect();
        let valid = text.chars().all(|letter| letter.is_ascii_hexdigit());
        let letter = valid.then(|| u32::from_str_radix(&text, 16).ok()).flatten().and_then(char::from_u32)?;
        self.at += digits;
        Some(letter)
    }

    /// What stands between `[` and `]`.
    fn class(&mut self, begin: usize) -> Parsed<Class> {
        let negated = self.eat("^");
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            if self.eat("]") {
                break;
            }
            let low = self.class_item(begin)?;
            let dash_at = self.at;
            if self.ahead("-") && self.letters.get(self.at + 1).is_some_and(|letter| *letter != ']') {
                self.at += 1;
                let high = self.class_item(begin)?;
                match (single(&low), single(&high)) {
                    (Some(low), Some(high)) if low > high => {
                        return Err(self.wrong(Problem::BadRange, dash_at - 1, format!("{low}-{high}")));
                    }
                    (Some(low), Some(high)) => ranges.push((low, high)),
                    // `[\w-.]`: the dash stands for itself.
                    _ => ranges.extend([low.ranges(), high.ranges(), &[('-', '-')]].concat()),
                }
            } else {
                ranges.extend(low.ranges());
            }
        }
        let class = Class::of(ranges);
        Ok(if negated { class.negated() } else { class })
    }

    fn class_item(&mut self, begin: usize) -> Parsed<Class> {
        let at = self.at;
        let Some(letter) = self.peek() else { return Err(self.wrong(Problem::OpenClass, begin, "[")) };
        self.at += 1;
        match letter {
            '\\' if self.eat("b") => Ok(Class::of([('\u{8}', '\u{8}')])),
            '\\' => self.escape(at),
            letter => Ok(Class::of([(letter, letter)])),
        }
    }
}

/// The one character of a set that has one.
fn single(class: &Class) -> Option<char> {
    match class.ranges() {
        [(low, high)] if low == high => Some(*low),
        _ => None,
    }
}
