//! The text of predicates: small, and meant to be read aloud.
//!
//! ```text
//! S1.role = leader                         one node's field
//! 1 server with role = leader              at least one; also: exactly 1, at most 1, no, any
//! 2 of S1, S2, S3 with term >= 3           out of these
//! all servers: committed >= 2, term = 1    every one; also: all S1, S2: ...   all clients: ...
//! event raft.becomes-leader at S3          happened so far
//! 3 x event world.crashed                  at least three times; also: exactly 3 x, at most 3 x, no event ...
//! verdict election-safety = violated       holds, violated, unknown
//! 2 operations ok                          at least two; ok, fail, unknown, pending
//! time >= 3 s
//! not ..., ... and ..., ... or ..., ( ... )
//! ```
//!
//! Between tests of one node stands a comma, between predicates `and`. `not` binds tighter than `and`, `and` tighter than
//! `or`.

use super::diagnostic::{Diagnostic, did_you_mean};
use super::schema::Time;
use crate::base::NodeId;
use crate::sim::plan::Cluster;
use crate::timeline::predicate::{Compare, Count, Operand, Predicate, Test};
use std::fmt;

/// Parses a predicate about this cluster. What is wrong is reported with its column (from 1).
pub fn parse(text: &str, cluster: &Cluster) -> Result<Predicate, Diagnostic> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, cluster, end: text.chars().count() as u32 + 1, depth: 0 };
    if tokens.is_empty() {
        return Err(parser.wrong("the predicate is empty", "write for example `1 server with role = leader`"));
    }
    let predicate = parser.any_of()?;
    if parser.peek().is_some() {
        return Err(parser.unexpected("`and`, `or`, or the end", "a comma separates tests of one node; predicates need `and`"));
    }
    Ok(predicate)
}

/// A predicate with the names of a cluster: parsing its text gives it back.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What is shown.
    pub predicate: &'a Predicate,
    /// Whose nodes it is about.
    pub cluster: &'a Cluster,
}

/// Words of outcomes.
pub const OUTCOMES: [&str; 4] = ["ok", "fail", "unknown", "pending"];
/// Words of verdicts.
pub const STATUSES: [&str; 3] = ["holds", "violated", "unknown"];

/// Deeper than any person nests; keeps the stack from running out.
const DEPTH_MAX: u32 = 64;

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// Letters, digits, `_`, `-` and `.`, beginning with a letter.
    Word(String),
    /// Digits with an optional fraction.
    Number(String),
    /// Anything else: `=`, `>=`, `(`, `,`, `:`, `-`.
    Sign(&'static str),
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    column: u32,
}

impl Token {
    fn text(&self) -> &str {
        match &self.kind {
            Kind::Word(text) | Kind::Number(text) => text,
            Kind::Sign(text) => text,
        }
    }
}

const SIGNS: [&str; 11] = [">=", "<=", "!=", "=", "<", ">", "(", ")", ",", ":", "-"];

fn tokens(text: &str) -> Result<Vec<Token>, Diagnostic> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (first, column) = (chars[at], at as u32 + 1);
        let run = |more: fn(char) -> bool| chars[at..].iter().take_while(|c| more(**c)).collect::<String>();
        let kind = if first.is_whitespace() {
            at += 1;
            continue;
        } else if first.is_ascii_alphabetic() {
            let word = run(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
            Kind::Word(word.trim_end_matches(['.', '-']).to_owned())
        } else if first.is_ascii_digit() {
            Kind::Number(run(|c| c.is_ascii_digit() || c == '.').trim_end_matches('.').to_owned())
        } else {
            let rest: String = chars[at..chars.len().min(at + 2)].iter().collect();
            match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => Kind::Sign(sign),
                None => {
                    let message = format!("`{first}` has no meaning here");
                    return Err(Diagnostic::at("", message, "write for example `S1.role = leader`").at_column(column));
                }
            }
        };
        let token = Token { kind, column };
        at += token.text().chars().count();
        tokens.push(token);
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    cluster: &'a Cluster,
    /// Column after the last character.
    end: u32,
    depth: u32,
}

type Parsed<T> = Result<T, Diagnostic>;

impl Parser<'_> {
    fn any_of(&mut self) -> Parsed<Predicate> {
        let mut parts = vec![self.all_of()?];
        while self.take("or") {
            parts.push(self.all_of()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Predicate::Or(parts) })
    }

    fn all_of(&mut self) -> Parsed<Predicate> {
        let mut parts = vec![self.one()?];
        while self.take("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Predicate::And(parts) })
    }

    fn one(&mut self) -> Parsed<Predicate> {
        if self.depth >= DEPTH_MAX {
            return Err(self.wrong("this is nested too deeply", "write fewer parentheses"));
        }
        self.depth += 1;
        let one = if self.take("not") {
            self.one().map(|inner| Predicate::Not(Box::new(inner)))
        } else if self.take("(") {
            let inner = self.any_of();
            inner.and_then(|inner| self.expect(")", "the parenthesis that closes").map(|()| inner))
        } else {
            self.atom()
        };
        self.depth -= 1;
        one
    }

    fn atom(&mut self) -> Parsed<Predicate> {
        if self.take("time") {
            self.expect(">=", "`time >= 3 s`")?;
            return Ok(Predicate::Time { at_us: self.duration()? });
        }
        if self.take("verdict") {
            let property = self.word("the id of a property", "for example `verdict election-safety = holds`")?;
            self.expect("=", "`= holds`, `= violated` or `= unknown`")?;
            return Ok(Predicate::Verdict { property, status: self.one_of(&STATUSES)? });
        }
        if self.take("event") {
            return self.event(Count::AtLeast(1));
        }
        if let Some(node) = self.dotted() {
            return node;
        }
        let column = self.column();
        let Some(count) = self.count()? else {
            let word = self.peek().map_or("", Token::text).to_owned();
            let known = ["all", "any", "no", "at", "exactly", "event", "time", "verdict", "not"];
            let hint = match did_you_mean(&word, known) {
                hint if hint.starts_with("did") => hint,
                _ => "begin with a node (`S1.role = ...`), a count, `all`, `event`, `verdict`, `time` or `not`".to_owned(),
            };
            return Err(self.unexpected("a predicate", &hint));
        };
        if self.take("x") {
            self.expect("event", "`event` and its key")?;
            return self.event(count);
        }
        if count == Count::Exactly(0) && self.take("event") {
            return self.event(count);
        }
        if self.take("operation") || self.take("operations") {
            return Ok(Predicate::Operations { count, outcome: self.one_of(&OUTCOMES)? });
        }
        self.nodes(count, column)
    }

    /// `S1.role = leader`
    fn dotted(&mut self) -> Option<Parsed<Predicate>> {
        let Some(Token { kind: Kind::Word(word), column }) = self.peek().cloned() else { return None };
        let (name, field) = word.split_once('.')?;
        self.at += 1;
        let Some(node) = self.cluster.node(name) else {
            self.at -= 1;
            return Some(Err(self.no_such_node(name, column)));
        };
        let field = field.to_owned();
        Some(self.comparison(field).map(|test| Predicate::Nodes { of: vec![node], count: Count::All, tests: vec![test] }))
    }

    fn nodes(&mut self, count: Count, column: u32) -> Parsed<Predicate> {
        let of = if self.take("servers") || self.take("server") || self.take("nodes") || self.take("node") {
            if self.take("of") { self.node_list()? } else { Vec::new() }
        } else if self.take("clients") || self.take("client") && !matches!(self.peek(), Some(Token { kind: Kind::Number(_), .. }))
        {
            let clients: Vec<NodeId> = (0..self.cluster.clients).map(|n| self.cluster.client(n)).collect();
            if clients.is_empty() {
                let hint = "set plan.cluster.clients";
                return Err(Diagnostic::at("", "this cluster has no clients", hint).at_column(column));
            }
            clients
        } else {
            // `client 2` began with the word that was just taken.
            if self.at > 0 && self.tokens[self.at - 1].text() == "client" {
                self.at -= 1;
            }
            if count != Count::All {
                self.expect("of", "`servers`, `clients`, `operations`, `x event`, or `of S1, S2`")?;
            }
            self.node_list()?
        };
        if count == Count::All {
            self.expect(":", "a colon, then what all must pass")?
        } else {
            self.expect("with", "`with`, then what a node must pass")?
        }
        let mut tests = vec![self.test()?];
        while self.take(",") {
            tests.push(self.test()?);
        }
        Ok(Predicate::Nodes { of, count, tests })
    }

    fn event(&mut self, times: Count) -> Parsed<Predicate> {
        let key = self.word("the key of an event", "for example `event world.crashed`")?;
        let node = if self.take("at") { Some(self.node()?) } else { None };
        Ok(Predicate::Event { key, node, times })
    }

    fn count(&mut self) -> Parsed<Option<Count>> {
        let count = if self.take("all") {
            Count::All
        } else if self.take("any") || self.take("some") {
            Count::AtLeast(1)
        } else if self.take("no") {
            Count::Exactly(0)
        } else if self.take("exactly") {
            Count::Exactly(self.whole()?)
        } else if self.take("at") {
            if self.take("most") {
                Count::AtMost(self.whole()?)
            } else {
                self.expect("least", "`least` or `most`")?;
                Count::AtLeast(self.whole()?)
            }
        } else if matches!(self.peek(), Some(Token { kind: Kind::Number(_), .. })) {
            Count::AtLeast(self.whole()?)
        } else {
            return Ok(None);
        };
        Ok(Some(count))
    }

    fn test(&mut self) -> Parsed<Test> {
        let field = self.word("the name of a field", "for example `role = leader` or `term >= 2`")?;
        self.comparison(field)
    }

    fn comparison(&mut self, field: String) -> Parsed<Test> {
        let compare = COMPARISONS.iter().find(|(_, sign)| self.take(sign)).map(|(compare, _)| *compare);
        let Some(compare) = compare else {
            return Err(self.unexpected("=, !=, <, <=, > or >=", "compare the field with a value"));
        };
        Ok(Test { field, compare, with: self.operand()? })
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let negative = self.take("-");
        match self.peek().map(|token| token.kind.clone()) {
            Some(Kind::Number(number)) => {
                let column = self.column();
                self.at += 1;
                if let Some(unit) = self.unit() {
                    return Ok(Operand::Int(signed(negative, time(&number, &unit, column)? as i64)));
                }
                let int = number.parse::<i64>().map_err(|_| {
                    Diagnostic::at(
                        "",
                        format!("`{number}` is not a whole number"),
                        "leave out the fraction, or add a unit of time",
                    )
                    .at_column(column)
                })?;
                Ok(Operand::Int(signed(negative, int)))
            }
            Some(Kind::Word(_)) if !negative => match self.maybe_node() {
                Some(node) => Ok(Operand::Node(node)),
                None => Ok(Operand::Name(self.word("a value", "a number, a name or a node")?)),
            },
            _ => Err(self.unexpected("a number, a name or a node", "for example `term >= 2`")),
        }
    }

    fn node_list(&mut self) -> Parsed<Vec<NodeId>> {
        let mut nodes = vec![self.node()?];
        while self.take(",") {
            nodes.push(self.node()?);
        }
        Ok(nodes)
    }

    fn node(&mut self) -> Parsed<NodeId> {
        let column = self.column();
        if let Some(node) = self.maybe_node() {
            return Ok(node);
        }
        let name = self.peek().map_or("", Token::text).to_owned();
        if name.is_empty() {
            Err(self.unexpected("a node", "nodes are S1, S2, ... and client 1, ..."))
        } else {
            Err(self.no_such_node(&name, column))
        }
    }

    /// `S1`, `client1`, `client 1`
    fn maybe_node(&mut self) -> Option<NodeId> {
        let word = self.peek()?.text().to_owned();
        if let Some(node) = self.cluster.node(&word) {
            self.at += 1;
            return Some(node);
        }
        let number = self.tokens.get(self.at + 1).filter(|_| word == "client")?;
        let node = self.cluster.node(&format!("client{}", number.text()))?;
        self.at += 2;
        Some(node)
    }

    fn duration(&mut self) -> Parsed<u64> {
        let (column, token) = (self.column(), self.peek().cloned());
        let Some(Token { kind: Kind::Number(number), .. }) = token else {
            return Err(self.unexpected("a time", "for example `3 s` or `150 ms`"));
        };
        self.at += 1;
        match self.unit() {
            Some(unit) => time(&number, &unit, column),
            None => Err(self.unexpected("a unit of time", "us, ms, s, min or h")),
        }
    }

    fn unit(&mut self) -> Option<String> {
        let unit = self.peek()?.text();
        let unit = ["us", "ms", "s", "min", "h"].into_iter().find(|known| *known == unit)?;
        self.at += 1;
        Some(unit.to_owned())
    }

    fn whole(&mut self) -> Parsed<u32> {
        let number = self.peek().and_then(|token| token.text().parse::<u32>().ok());
        let number = number.ok_or_else(|| self.unexpected("a whole number", "for example `exactly 1`"))?;
        self.at += 1;
        Ok(number)
    }

    fn word(&mut self, what: &str, hint: &str) -> Parsed<String> {
        match self.peek().map(|token| token.kind.clone()) {
            Some(Kind::Word(word)) => {
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.unexpected(what, hint)),
        }
    }

    fn one_of(&mut self, words: &[&str]) -> Parsed<String> {
        let found = self.peek().map_or("", Token::text);
        match words.iter().find(|word| **word == found) {
            Some(word) => {
                self.at += 1;
                Ok((*word).to_owned())
            }
            None => {
                let hint = did_you_mean(found, words.iter().copied());
                Err(self.unexpected(&words.join(", "), &hint))
            }
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.text() == text);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str, hint: &str) -> Parsed<()> {
        if self.take(text) { Ok(()) } else { Err(self.unexpected(&format!("`{text}`"), &format!("here belongs {hint}"))) }
    }

    fn column(&self) -> u32 {
        self.peek().map_or(self.end, |token| token.column)
    }

    fn wrong(&self, message: &str, hint: &str) -> Diagnostic {
        Diagnostic::at("", message, hint).at_column(self.column())
    }

    fn unexpected(&self, expected: &str, hint: &str) -> Diagnostic {
        let found = self.peek().map_or("the end".to_owned(), |token| format!("`{}`", token.text()));
        self.wrong(&format!("found {found}, expected {expected}"), hint)
    }

    fn no_such_node(&self, name: &str, column: u32) -> Diagnostic {
        let message = format!("no node is named `{name}`");
        Diagnostic::at("", message, names_of(self.cluster)).at_column(column)
    }
}

/// "nodes are S1 to S5, client 1 and client 2"
pub(super) fn names_of(cluster: &Cluster) -> String {
    let servers = format!("servers are S1 to S{}", cluster.servers);
    match cluster.clients {
        0 => servers,
        1 => format!("{servers}; the client is client 1"),
        n => format!("{servers}; clients are client 1 to client {n}"),
    }
}

fn time(number: &str, unit: &str, column: u32) -> Parsed<u64> {
    let time: Result<Time, String> = format!("{number} {unit}").parse();
    time.map(|time| time.us).map_err(|message| Diagnostic::at("", message, "whole microseconds at the least").at_column(column))
}

fn signed(negative: bool, value: i64) -> i64 {
    if negative { -value } else { value }
}

const COMPARISONS: [(Compare, &str); 6] = [
    (Compare::Equal, "="),
    (Compare::NotEqual, "!="),
    (Compare::LessOrEqual, "<="),
    (Compare::Less, "<"),
    (Compare::GreaterOrEqual, ">="),
    (Compare::Greater, ">"),
];

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cluster = self.cluster;
        fn part<'a>(predicate: &'a Predicate, cluster: &'a Cluster) -> Shown<'a> {
            Shown { predicate, cluster }
        }
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Predicate], word: &str| {
            for (i, inner) in parts.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { word })?;
                match inner {
                    Predicate::And(_) | Predicate::Or(_) => write!(f, "({})", part(inner, cluster))?,
                    _ => write!(f, "{}", part(inner, cluster))?,
                }
            }
            Ok(())
        };
        match self.predicate {
            Predicate::And(parts) => joined(f, parts, " and "),
            Predicate::Or(parts) => joined(f, parts, " or "),
            Predicate::Not(inner) => match **inner {
                Predicate::And(_) | Predicate::Or(_) => write!(f, "not ({})", part(inner, cluster)),
                _ => write!(f, "not {}", part(inner, cluster)),
            },
            Predicate::Nodes { of, count, tests } => self.fmt_nodes(f, of, *count, tests),
            Predicate::Event { key, node, times } => {
                match times {
                    Count::AtLeast(1) => write!(f, "event {key}")?,
                    times => write!(f, "{} x event {key}", count_text(*times))?,
                }
                node.map_or(Ok(()), |node| write!(f, " at {}", self.cluster.name(node)))
            }
            Predicate::Verdict { property, status } => write!(f, "verdict {property} = {status}"),
            Predicate::Operations { outcome, count } => {
                let noun = if matches!(count, Count::AtLeast(1)) { "operation" } else { "operations" };
                write!(f, "{} {noun} {outcome}", count_text(*count))
            }
            Predicate::Time { at_us } => write!(f, "time >= {}", Time { us: *at_us }),
        }
    }
}

impl Shown<'_> {
    fn fmt_nodes(&self, f: &mut fmt::Formatter<'_>, of: &[NodeId], count: Count, tests: &[Test]) -> fmt::Result {
        let names = || of.iter().map(|node| self.cluster.name(*node)).collect::<Vec<_>>().join(", ");
        match (of, count, tests) {
            ([node], Count::All, [_]) if !self.cluster.is_client(*node) => write!(f, "{}.", self.cluster.name(*node))?,
            ([], Count::All, _) => f.write_str("all servers: ")?,
            (_, Count::All, _) => write!(f, "all {}: ", names())?,
            ([], Count::AtLeast(1), _) => f.write_str("1 server with ")?,
            ([], _, _) => write!(f, "{} servers with ", count_text(count))?,
            _ => write!(f, "{} of {} with ", count_text(count), names())?,
        }
        for (i, test) in tests.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            let sign = COMPARISONS.iter().find(|(compare, _)| *compare == test.compare).map_or("=", |(_, sign)| sign);
            write!(f, "{} {sign} ", test.field)?;
            match &test.with {
                Operand::Int(int) => write!(f, "{int}")?,
                Operand::Name(name) => f.write_str(name)?,
                Operand::Node(node) => f.write_str(&self.cluster.name(*node))?,
            }
        }
        Ok(())
    }
}

fn count_text(count: Count) -> String {
    match count {
        Count::AtLeast(n) => n.to_string(),
        Count::AtMost(n) => format!("at most {n}"),
        Count::Exactly(n) => format!("exactly {n}"),
        Count::All => "all".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLUSTER: Cluster = Cluster { servers: 5, clients: 2 };

    fn shown(text: &str) -> Result<String, Diagnostic> {
        parse(text, &CLUSTER).map(|predicate| Shown { predicate: &predicate, cluster: &CLUSTER }.to_string())
    }

    #[test]
    fn predicates_read_as_they_are_written() {
        for text in [
            "S1.role = leader",
            "1 server with role = leader",
            "exactly 2 of S1, S2, client 1 with term >= 3, role != follower",
            "all servers: committed >= 2",
            "all client 1, client 2: status = running",
            "event raft.becomes-leader at S3",
            "3 x event world.crashed",
            "verdict election-safety = violated",
            "time >= 3 s",
            "2 operations ok",
            "all operations ok",
            "not (S1.role = leader or S2.role = leader) and time >= 150 ms",
            "S1.leader = S3",
            "S2.voted-for = none",
        ] {
            assert_eq!(shown(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn there_are_several_ways_to_say_the_same() {
        for (text, same) in [
            ("any node with role=leader", "1 server with role = leader"),
            ("no event raft.becomes-leader", "exactly 0 x event raft.becomes-leader"),
            ("at least 2 operations ok", "2 operations ok"),
            ("S1.election-timeout >= 150ms", "S1.election-timeout >= 150000"),
            ("all clients: pending = 0", "all client 1, client 2: pending = 0"),
            ("all client 2: pending = -1", "all client 2: pending = -1"),
            ("1 of c2 with x = 1", "1 of client 2 with x = 1"),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(same));
        }
    }

    #[track_caller]
    fn check(text: &str, column: u32, hint: &str) {
        let wrong = shown(text).expect_err(text);
        assert_eq!(wrong.place.column, column, "{wrong}");
        assert!(wrong.hint.contains(hint), "{wrong}");
    }

    #[test]
    fn what_is_wrong_has_a_column_and_a_hint() {
        check("", 1, "write for example");
        check("S9.role = leader", 1, "S1 to S5; clients are client 1 to client 2");
        check("S1.role leader", 9, "compare the field");
        check("1 server with role = ", 22, "term >= 2");
        check("verdict election-safety = broken", 27, "holds, violated");
        check("verdict election-safety = hold", 27, "did you mean `holds`");
        check("time >= 3", 10, "us, ms, s");
        check("evnt world.crashed", 1, "did you mean `event`");
        check("S1.role = leader S2.role = leader", 18, "predicates need `and`");
        check("(S1.role = leader", 18, "closes");
        check("S1.role = leader & S2.term = 1", 18, "write for example");
        check("all servers committed = 2", 13, "colon");
        check(&"(".repeat(10_000), 65, "fewer");
        check(&"not ".repeat(10_000), 257, "fewer");
    }

    fn predicates() -> impl Strategy<Value = Predicate> {
        let node = (0..7u16).prop_map(NodeId);
        let name = "[a-z]{3,8}(-[a-z]{1,5})?x";
        let count = prop_oneof![
            (0..9u32).prop_map(Count::AtLeast),
            (0..9u32).prop_map(Count::AtMost),
            (0..9u32).prop_map(Count::Exactly)
        ];
        let compare = proptest::sample::select(COMPARISONS.map(|(compare, _)| compare).to_vec());
        let with = prop_oneof![
            any::<i32>().prop_map(|n| Operand::Int(n.into())),
            name.prop_map(Operand::Name),
            node.clone().prop_map(Operand::Node)
        ];
        let tests = proptest::collection::vec(
            (name, compare, with).prop_map(|(field, compare, with)| Test { field, compare, with }),
            1..4,
        );
        let of = proptest::collection::vec(node.clone(), 0..4);
        let leaf = prop_oneof![
            (of, prop_oneof![count.clone(), Just(Count::All)], tests).prop_map(|(of, count, tests)| Predicate::Nodes {
                of,
                count,
                tests
            }),
            (name, proptest::option::of(node), count.clone()).prop_map(|(key, node, times)| Predicate::Event {
                key,
                node,
                times
            }),
            (name, proptest::sample::select(STATUSES.to_vec()))
                .prop_map(|(property, status)| Predicate::Verdict { property, status: status.into() }),
            (proptest::sample::select(OUTCOMES.to_vec()), count)
                .prop_map(|(outcome, count)| Predicate::Operations { outcome: outcome.into(), count }),
            (0..1u64 << 53).prop_map(|at_us| Predicate::Time { at_us }),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Predicate::And),
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Predicate::Or),
                inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_text_of_a_predicate_gives_it_back(predicate in predicates()) {
            let text = Shown { predicate: &predicate, cluster: &CLUSTER }.to_string();
            prop_assert_eq!(parse(&text, &CLUSTER), Ok(predicate), "{}", text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(S1|client|all|not|[()=<>,:.-]|[0-9]{1,3}|ms|with|event|\\PC| ){0,30}") {
            if let Err(wrong) = parse(&text, &CLUSTER) {
                prop_assert!(wrong.place.column >= 1 && !wrong.message.is_empty() && !wrong.hint.is_empty());
            }
        }
    }
}
