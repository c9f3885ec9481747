//! Where nodes stand: on a ring, in a row, at two sites; servers inside, clients outside.

use super::geometry::{Point, direction_at};
use super::words::Lang;
use crate::base::NodeId;
use crate::sim::plan::Cluster;

/// How nodes are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayoutKind {
    /// Servers on a ring, the first at twelve o'clock, clockwise; clients at the sides.
    #[default]
    Ring,
    /// Servers in a row, clients in a row beneath.
    Row,
    /// The first half of the servers at one site, the rest at another, facing each other.
    TwoSites,
}

impl LayoutKind {
    /// The layout with this name: `ring`, `row`, `two-sites`.
    pub fn from_name(name: &str) -> Option<LayoutKind> {
        match name {
            "ring" => Some(LayoutKind::Ring),
            "row" => Some(LayoutKind::Row),
            "two-sites" => Some(LayoutKind::TwoSites),
            _ => None,
        }
    }
}

/// How the viewer wants a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewOptions {
    /// Width in logical pixels.
    pub width: f64,
    /// Height in logical pixels.
    pub height: f64,
    /// Id of the selected shape.
    pub selected: Option<String>,
    /// Id of the shape under the pointer.
    pub hover: Option<String>,
    /// Id of the shape that has the keyboard's focus.
    pub focus: Option<String>,
    /// Islands that are being drawn and are not yet applied.
    pub draft: Option<Vec<Vec<NodeId>>>,
    /// How nodes are arranged.
    pub layout: LayoutKind,
    /// Nodes that were moved by hand: parts (0 to 1) of width and height.
    pub moved: Vec<(NodeId, f64, f64)>,
    /// Messages are arrows that hop from event to event.
    pub reduced_motion: bool,
    /// The language of all words in the picture.
    pub lang: Lang,
}

impl ViewOptions {
    /// Everything as usual, in this size.
    pub fn sized(width: f64, height: f64) -> ViewOptions {
        ViewOptions { width, height, ..ViewOptions::default() }
    }

    /// True if this is what the selection, the pointer or the focus is on.
    pub(crate) fn points_at(&self, id: &str) -> bool {
        [&self.selected, &self.hover, &self.focus].into_iter().any(|pointed| pointed.as_deref() == Some(id))
    }
}

/// Where a node stands, and how large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Its middle.
    pub center: Point,
    /// Half of its extent.
    pub radius: f64,
}
