//! A pattern as a list of instructions.

use super::class::Class;
use super::parse::{Assertion, Node, PatternError, Problem, Tree};

/// A pattern that can be searched for.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) code: Vec<Instruction>,
    pub(super) classes: Vec<Class>,
    /// Instructions that more than one way leads to, and loops: their number among these, where each place in the text is visited
    /// once.
    pub(super) joins: usize,
    pub(super) bounds: Bounds,
    names: Vec<String>,
}

/// Where matches begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bounds {
    /// Anywhere.
    None,
    /// At both ends of lines.
    Lines,
}

impl Program {
    /// Names of the groups, by number.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of the group with this name.
    pub fn group(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    /// One character of a set.
    Class(u32),
    /// As many characters of a set as there are, then fewer. The number of this place among the joins.
    Star(u32, u32),
    /// First this way, then that.
    Split(u32, u32),
    Jump(u32),
    /// The place goes into a slot: 2n for the begin of group n, 2n + 1 for its end.
    Save(u32),
    Assert(Assertion),
    /// Several ways meet here: its number among the joins.
    Join(u32),
    Match,
}

/// Most instructions of a pattern.
const CODE_MAX: usize = 4_096;

pub(super) fn compile(tree: &Tree, bounds: Bounds) -> Result<Program, PatternError> {
    let mut compiler = Compiler::default();
    let whole = match bounds {
        Bounds::None => vec![tree.root.clone()],
        Bounds::Lines => vec![Node::Assert(Assertion::LineStart), tree.root.clone(), Node::Assert(Assertion::LineEnd)],
    };
    let done = compiler.sequence(&whole).and_then(|()| compiler.push(Instruction::Match));
    match done {
        Some(_) => Ok(Program {
            code: compiler.code,
            classes: compiler.classes,
            joins: compiler.joins as usize,
            bounds,
            names: tree.names.clone(),
        }),
        None => Err(PatternError { problem: Problem::TooLarge, column: 1, what: String::new() }),
    }
}

#[derive(Default)]
struct Compiler {
    code: Vec<Instruction>,
    classes: Vec<Class>,
    joins: u32,
}

/// `None`: it becomes too large.
type Done<T> = Option<T>;

impl Compiler {
    fn push(&mut self, instruction: Instruction) -> Done<usize> {
        (self.code.len() < CODE_MAX).then(|| {
            self.code.push(instruction);
            self.code.len() - 1
        })
    }

    fn join(&mut self) -> Done<usize> {
        self.joins += 1;
        self.push(Instruction::Join(self.joins - 1))
    }

    fn here(&self) -> u32 {
        self.code.len() as u32
    }

    fn class(&mut self, class: &Class) -> u32 {
        let known = self.classes.iter().position(|known| known == class);
        known.unwrap_or_else(|| {
            self.classes.push(class.clone());
            self.classes.len() - 1
        }) as u32
    }

    fn sequence(&mut self, nodes: &[Node]) -> Done<()> {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> Done<()> {
        match node {
            Node::Empty => Some(()),
            Node::Class(class) => {
                let class = self.class(class);
                self.push(Instruction::Class(class)).map(drop)
            }
            Node::Assert(assertion) => self.push(Instruction::Assert(*assertion)).map(drop),
            Node::Group(inner, number) => {
                let slot = *number as u32 * 2;
                self.push(Instruction::Save(slot))?;
                self.node(inner)?;
                self.push(Instruction::Save(slot + 1)).map(drop)
            }
            Node::Sequence(nodes) => self.sequence(nodes),
            Node::Choice(branches) => self.choice(branches),
            Node::Repeat { node, min, max, greedy } => {
                (0..*min).try_for_each(|_| self.node(node))?;
                match max {
                    None => self.many(node, *greedy),
                    Some(max) => self.some(node, max - min, *greedy),
                }
            }
        }
    }

    fn choice(&mut self, branches: &[Node]) -> Done<()> {
        let mut ends = Vec::new();
        for (n, branch) in branches.iter().enumerate() {
            if n + 1 == branches.len() {
                self.node(branch)?;
                break;
            }
            let split = self.push(Instruction::Match)?;
            self.node(branch)?;
            ends.push(self.push(Instruction::Match)?);
            self.code[split] = Instruction::Split(split as u32 + 1, self.here());
        }
        let end = self.join()? as u32;
        ends.into_iter().for_each(|at| self.code[at] = Instruction::Jump(end));
        Some(())
    }

    /// Any number of times.
    fn many(&mut self, node: &Node, greedy: bool) -> Done<()> {
        if let (Node::Class(class), true) = (node, greedy) {
            let class = self.class(class);
            self.joins += 1;
            let join = self.joins - 1;
            return self.push(Instruction::Star(class, join)).map(drop);
        }
        let head = self.join()? as u32;
        let split = self.push(Instruction::Match)?;
        self.node(node)?;
        self.push(Instruction::Jump(head))?;
        self.code[split] = ways(split as u32 + 1, self.here(), greedy);
        Some(())
    }

    /// So many times at most.
    fn some(&mut self, node: &Node, most: u32, greedy: bool) -> Done<()> {
        let mut splits = Vec::new();
        for _ in 0..most {
            splits.push(self.push(Instruction::Match)?);
            self.node(node)?;
        }
        if splits.is_empty() {
            return Some(());
        }
        let end = self.join()? as u32;
        splits.into_iter().for_each(|at| self.code[at] = ways(at as u32 + 1, end, greedy));
        Some(())
    }
}

fn ways(inner: u32, outer: u32, greedy: bool) -> Instruction {
    if greedy { Instruction::Split(inner, outer) } else { Instruction::Split(outer, inner) }
}
