//! Patterns of files whose lines end in CR LF: when they are searched, those ends are LF.

use super::class::Class;
use super::parse::{Assertion, Node};

/// The same pattern, in which a `\r` before `\n` or `$`, or at the end, may be missing.
pub(super) fn whole(mut root: Node) -> Node {
    match &mut root {
        Node::Sequence(nodes) => nodes.last_mut().into_iter().for_each(may_be_missing),
        alone => may_be_missing(alone),
    }
    optional(root)
}

fn optional(node: Node) -> Node {
    match node {
        Node::Sequence(nodes) => {
            let mut nodes: Vec<Node> = nodes.into_iter().map(optional).collect();
            for at in 1..nodes.len() {
                if ends_a_line(&nodes[at]) {
                    may_be_missing(&mut nodes[at - 1]);
                }
            }
            Node::Sequence(nodes)
        }
        Node::Choice(branches) => Node::Choice(branches.into_iter().map(optional).collect()),
        Node::Group(inner, number) => Node::Group(Box::new(optional(*inner)), number),
        Node::Repeat { node, min, max, greedy } => Node::Repeat { node: Box::new(optional(*node)), min, max, greedy },
        Node::Empty | Node::Class(_) | Node::Assert(_) => node,
    }
}

fn is(class: &Class, letter: char) -> bool {
    class.ranges() == [(letter, letter)]
}

fn ends_a_line(node: &Node) -> bool {
    match node {
        Node::Class(class) => is(class, '\n'),
        Node::Assert(assertion) => *assertion == Assertion::LineEnd,
        Node::Repeat { node, min: 1.., .. } => ends_a_line(node),
        Node::Sequence(nodes) => nodes.first().is_some_and(ends_a_line),
        Node::Group(inner, _) => ends_a_line(inner),
        Node::Empty | Node::Choice(_) | Node::Repeat { .. } => false,
    }
}

fn may_be_missing(node: &mut Node) {
    match node {
        Node::Class(class) if is(class, '\r') => {
            let node_once = Box::new(Node::Class(class.clone()));
            *node = Node::Repeat { node: node_once, min: 0, max: Some(1), greedy: true };
        }
        Node::Repeat { node, min, .. } if matches!(&**node, Node::Class(class) if is(class, '\r')) => *min = 0,
        _ => {}
    }
}
