//! The cluster view: nodes, links, cuts and messages in flight at one moment.

use super::layout::ViewOptions;
use super::scene::Scene;
use crate::protocol::MessageKind;
use crate::sim::plan::{Cluster, Cut};
use crate::system::inspect::{LinkView, MessageView, NodeView, Witness};

/// A remark on the stage that cannot be hidden: a broken rule, a property that fell. At most three are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// What it says, in a few words.
    pub text: String,
    /// True if a property is violated: filled red.
    pub violated: bool,
}

/// What the cluster view draws: the run at one moment as plain data, and how the viewer wants it.
#[derive(Clone, Copy, Debug)]
pub struct ClusterInput<'a> {
    /// All nodes, by number.
    pub nodes: &'a [NodeView],
    /// Messages in flight.
    pub messages: &'a [MessageView],
    /// Links with something wrong.
    pub links: &'a [LinkView],
    /// Cuts that are open.
    pub cuts: &'a [Cut],
    /// Who takes part.
    pub cluster: Cluster,
    /// The cursor in microseconds, with its fraction: messages glide with it.
    pub now_us: f64,
    /// The system's message kinds by number.
    pub kinds: &'static [MessageKind],
    /// Broken rules and fallen properties.
    pub chips: &'a [Chip],
    /// If a violation is shown: what does not belong to it dims.
    pub witness: Option<&'a Witness>,
    /// How the viewer wants it.
    pub options: &'a ViewOptions,
}

/// Draws the cluster. Ids: `node:0`, `message:...`, `link:0:1`.
pub fn cluster_scene(input: &ClusterInput<'_>) -> Scene {
    Scene::new(input.options.width, input.options.height, "")
}
