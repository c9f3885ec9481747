//! What all parts of one picture of the cluster need to know, found out once.

use super::{ClusterInput, FEW};
use crate::base::NodeId;
use crate::view::layout::{Naming, Spot};
use crate::view::scene::Shape;
use crate::view::thing::Thing;
use std::ops::Deref;

/// One picture: its input, where nodes stand, and what is pointed at.
pub(super) struct Frame<'a> {
    pub(super) input: &'a ClusterInput<'a>,
    /// Where every node stands, by number.
    pub(super) spots: Vec<Spot>,
    /// The last position of the longest log.
    pub(super) newest: u64,
    selected: Option<Thing>,
    hovered: Option<Thing>,
    focused: Option<Thing>,
    chosen: Vec<bool>,
}

impl<'a> Deref for Frame<'a> {
    type Target = ClusterInput<'a>;

    fn deref(&self) -> &ClusterInput<'a> {
        self.input
    }
}

impl<'a> Frame<'a> {
    pub(super) fn new(input: &'a ClusterInput<'a>, spots: Vec<Spot>) -> Frame<'a> {
        let thing = |id: &Option<String>| id.as_deref().and_then(Thing::parse);
        let mut chosen = vec![false; spots.len()];
        for node in &input.options.chosen {
            if let Some(chosen) = chosen.get_mut(node.index()) {
                *chosen = true;
            }
        }
        Frame {
            input,
            spots,
            newest: input.nodes.iter().filter_map(|node| node.log).map(|log| log.last).max().unwrap_or(0),
            selected: thing(&input.options.selected),
            hovered: thing(&input.options.hover),
            focused: thing(&input.options.focus),
            chosen,
        }
    }

    /// Whether names come on focus and with the zoom only.
    pub(super) fn is_crowd(&self) -> bool {
        self.spots.len() > FEW
    }

    /// Whether a node, with what belongs to it, is in view.
    pub(super) fn sees(&self, Spot { center, radius }: &Spot) -> bool {
        let around = radius + 56.0;
        let in_view = |at: f64, extent: f64| at >= -around && at <= extent + around;
        in_view(center.x, self.options.width) && in_view(center.y, self.options.height)
    }

    pub(super) fn is_selected(&self, thing: Thing) -> bool {
        self.selected == Some(thing)
            || matches!(thing, Thing::Node(NodeId(node)) if self.chosen.get(node as usize) == Some(&true))
    }

    pub(super) fn is_hovered(&self, thing: Thing) -> bool {
        self.hovered == Some(thing)
    }

    pub(super) fn is_focused(&self, thing: Thing) -> bool {
        self.focused == Some(thing)
    }

    /// Whether this alone is what one looks at: not one of several that are selected together.
    pub(super) fn looks_at(&self, thing: Thing) -> bool {
        [self.selected, self.hovered, self.focused].contains(&Some(thing))
    }

    /// Whether this is what the selection, the pointer or the focus is on.
    pub(super) fn points_at(&self, thing: Thing) -> bool {
        self.looks_at(thing) || self.is_selected(thing)
    }

    /// The shape as what shows this thing, with an id and in words as far as somebody wants to know.
    pub(super) fn named(&self, shape: Shape, thing: Thing, label: impl FnOnce() -> String) -> Shape {
        match self.options.naming {
            Naming::Full => shape.named(thing.id(), label()),
            Naming::Ids => shape.named(thing.id(), ""),
            Naming::None => shape,
        }
    }
}
