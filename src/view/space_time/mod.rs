//! The space-time diagram: a lane for each node, events along the time or the order, messages between the lanes.
//!
//! What is drawn is a function of the graph, the cursor and a [`Look`]. Only the window is touched: events are found by binary
//! search on each lane, messages by an index over their ends. Three levels of detail, by what is in the window:
//!
//! - *single*: every event and message by itself, to be pointed at and spoken;
//! - *marks*: every event a tick, all messages one hairline drawing;
//! - *density*: for each column and lane a bar as high as there are events; of the messages a sample.

mod axis;
pub mod beside;
mod draw;
pub mod foreign;
mod hiding;
pub mod live;
mod pointing;
mod roles;
pub mod search;

pub use pointing::{Hit, Way};
pub use roles::role_of;
pub use search::{Found, Sought};

use super::cluster::Chip;
use super::geometry::Point;
use super::layout::{STRIP, ViewOptions};
use super::scene::{Scene, Text};
use super::words::Lang;
use crate::base::Level;
use crate::timeline::causal_graph::chain::{self, Link};
use crate::timeline::causal_graph::cone::Cones;
use crate::timeline::causal_graph::diff::Differences;
use crate::timeline::causal_graph::{Axis, CausalGraph};
use axis::Projection;
use hiding::Hiding;

/// How the viewer looks at the diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Width in logical pixels.
    pub width: f64,
    /// Height in logical pixels.
    pub height: f64,
    /// What lies along it.
    pub axis: Axis,
    /// The window, in units of the axis; all if it is empty.
    pub window: (f64, f64),
    /// How far the lanes are scrolled, pixels.
    pub scroll: f64,
    /// Lanes that are not drawn.
    pub hidden: Vec<u16>,
    /// Local events stand in groups.
    pub collapsed: bool,
    /// Events below this level are faint.
    pub level: Level,
    /// The selected event.
    pub selected: Option<u32>,
    /// A second selected event: the chain between the two is drawn.
    pub other: Option<u32>,
    /// The event under the pointer, or with the focus.
    pub hover: Option<u32>,
    /// The lane of the node that is pointed at elsewhere.
    pub lane: Option<u16>,
    /// The events of the occurrence that was found.
    pub found: Vec<u32>,
    /// A stripe with all of the run at the foot.
    pub minimap: bool,
    /// What must not be missing in any picture is in this one: a broken rule, a foreign trace. False only where it stands
    /// beside it.
    pub chips: bool,
    /// Single events have names and sentences: for SVG and for the twin in the document.
    pub spoken: bool,
    /// The language.
    pub lang: Lang,
}

impl Default for Look {
    fn default() -> Look {
        Look {
            width: 0.0,
            height: 0.0,
            axis: Axis::Time,
            window: (0.0, 0.0),
            scroll: 0.0,
            hidden: Vec::new(),
            collapsed: false,
            level: Level::Everything,
            selected: None,
            other: None,
            hover: None,
            lane: None,
            found: Vec::new(),
            minimap: true,
            chips: true,
            spoken: false,
            lang: Lang::En,
        }
    }
}

impl Look {
    /// All of a run, as pictures of any view are asked for.
    pub fn plain(options: &ViewOptions) -> Look {
        let event = |id: &Option<String>| id.as_deref()?.strip_prefix("event:")?.parse().ok();
        Look {
            width: options.width,
            height: options.height,
            selected: event(&options.selected),
            hover: event(&options.hover),
            minimap: false,
            spoken: true,
            lang: options.lang,
            ..Look::default()
        }
    }
}

/// Where the cursor stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// Number of events before it.
    pub event: u32,
    /// Time, microseconds.
    pub at_us: f64,
}

/// The words of events and messages, asked for only when they are shown.
pub trait Texts {
    /// The sentence of an event.
    fn event(&self, event: u32) -> String;
    /// The name of a message's kind.
    fn message(&self, label: u16) -> String;
    /// What must not be missing in any picture of a run: a broken rule, a run unlike its link.
    fn chips(&self) -> Vec<Chip> {
        Vec::new()
    }
    /// What must not be missing in any picture of a foreign trace, from right to left: that it is one, and whose.
    fn labels(&self) -> Vec<String> {
        Vec::new()
    }
}

/// How many events of each kind of detail are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Every event by itself.
    Single,
    /// Every event a tick.
    Marks,
    /// Bars.
    Density,
}

/// More events in the window than this are ticks.
pub(super) const SINGLE_MAX: u64 = 400;
/// More than this are bars.
pub(super) const MARKS_MAX: u64 = 5_000;

/// A branch to compare with.
#[derive(Clone, Debug)]
pub struct Compared {
    /// How it differs, as far as that is known.
    pub differences: Differences,
    /// What it is called.
    pub name: String,
}

/// A diagram and what it keeps between two pictures: all of it follows from graph and look.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    projection: Projection,
    hidden: Vec<bool>,
    hiding: Hiding,
    cones: Option<(Cones, u32)>,
    chain: Option<(u32, u32, Vec<Link>)>,
    /// What was searched for.
    pub sought: Sought,
    /// What it is compared with.
    pub compared: Option<Compared>,
    /// Two executions stand beside each other in it.
    pub beside: Option<Beside>,
    /// A strip above the axis has the run's chips.
    strip: bool,
}

/// What is marked where two executions stand beside each other.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Of each lane, whether it is the second one's, and the number of its host.
    pub lanes: Vec<(bool, u32)>,
    /// The first event of the first difference.
    pub first: Option<u32>,
    /// The first event of each difference, ascending.
    pub differences: Vec<u32>,
}

/// Lanes whose names say how much room there is for all names.
const NAMES_MAX: usize = 200;

/// True on telephones.
pub(super) fn is_narrow(look: &Look) -> bool {
    look.width < 560.0
}

/// The size of the letters of the lanes' names.
pub(super) fn name_size(look: &Look) -> f64 {
    if is_narrow(look) { 12.0 } else { 13.0 }
}

/// Sizes that follow from the look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Metrics {
    /// Left edge of the plot.
    pub(super) left: f64,
    pub(super) right: f64,
    /// Upper edge of the axis.
    pub(super) axis: f64,
    /// Upper edge of the first lane.
    pub(super) top: f64,
    /// Lower edge of the lanes.
    pub(super) bottom: f64,
    pub(super) row: f64,
    pub(super) scroll: f64,
    /// The window.
    pub(super) from: f64,
    pub(super) to: f64,
}

/// Least height of a lane.
const ROW_MIN: f64 = 22.0;
const ROW_MAX: f64 = 84.0;
const HEAD: f64 = 26.0;
/// Height of the stripe with all of the run.
pub(super) const MINIMAP: f64 = 30.0;
/// Lower pictures than this have no such stripe, and closer lanes: that as many as can be are seen.
const LOW: f64 = 160.0;
const ROW_MIN_LOW: f64 = 15.0;

/// True if there is a stripe with all of the run.
pub(super) fn has_minimap(look: &Look) -> bool {
    look.minimap && look.height >= LOW
}

impl Metrics {
    pub(super) fn x(&self, place: f64) -> f64 {
        self.left + (place - self.from) / (self.to - self.from) * (self.right - self.left)
    }

    pub(super) fn place(&self, x: f64) -> f64 {
        self.from + (x - self.left) / (self.right - self.left).max(1.0) * (self.to - self.from)
    }

    /// Middle of the row with this number.
    pub(super) fn y(&self, row: usize) -> f64 {
        self.top + (row as f64 + 0.5) * self.row - self.scroll
    }

    pub(super) fn in_view(&self, row: usize) -> bool {
        let y = self.y(row);
        y + self.row / 2.0 > self.top && y - self.row / 2.0 < self.bottom
    }
}

impl Diagram {
    /// Forgets what follows from the graph: another one takes its place.
    pub fn forget(&mut self) {
        let sought = std::mem::take(&mut self.sought);
        *self = Diagram { sought, ..Diagram::default() };
    }

    /// Brings what is kept up to date with graph and look.
    fn follow(&mut self, graph: &CausalGraph, look: &Look) {
        let hidden: Vec<bool> = (0..graph.lanes().len()).map(|lane| look.hidden.contains(&(lane as u16))).collect();
        self.projection.follow(graph, look, &hidden);
        self.hiding.follow(graph, &hidden);
        self.hidden = hidden;
        let known = self.cones.as_ref().map(|(cones, len)| (cones.event, *len));
        match look.selected {
            Some(event) if known == Some((event, graph.len())) => {}
            selected => self.cones = selected.and_then(|event| Some((Cones::of(graph, event)?, graph.len()))),
        }
        match look.selected.zip(look.other) {
            Some((a, b)) if self.chain.as_ref().is_some_and(|(from, to, _)| (*from, *to) == (a.min(b), a.max(b))) => {}
            Some((a, b)) => {
                let (from, to) = (a.min(b), a.max(b));
                self.chain = Some((from, to, chain::shortest(graph, from, to).unwrap_or_default()));
            }
            None => self.chain = None,
        }
    }

    /// What went through hidden lanes is looked for until `spent` says so; without this it is found in one piece when it is drawn.
    /// True when all is found: until then, pictures have what is found so far.
    pub fn prepare(&mut self, graph: &CausalGraph, look: &Look, spent: &mut dyn FnMut() -> bool) -> bool {
        let hidden: Vec<bool> = (0..graph.lanes().len()).map(|lane| look.hidden.contains(&(lane as u16))).collect();
        self.hiding.look_on(graph, &hidden, spent)
    }

    /// The lanes that are drawn, from top to bottom.
    pub(super) fn rows(&self, graph: &CausalGraph) -> Vec<u16> {
        let shown = |lane: &u16| !self.hidden.get(*lane as usize).copied().unwrap_or(false);
        (0..graph.lanes().len() as u16).filter(shown).collect()
    }

    pub(super) fn metrics(&self, graph: &CausalGraph, look: &Look) -> Metrics {
        let rows = self.rows(graph).len().max(1);
        let foot = if has_minimap(look) { MINIMAP + 8.0 } else { 4.0 };
        let axis = if self.strip && look.chips { STRIP } else { 0.0 };
        let head = axis + HEAD;
        let least = if look.height < LOW { ROW_MIN_LOW } else { ROW_MIN };
        let bottom = (look.height - foot).max(head + least);
        let row = ((bottom - head) / rows as f64).clamp(least, ROW_MAX);
        let span = self.projection.span(graph);
        let (from, to) = if look.window.1 > look.window.0 { look.window } else { span };
        // A little of air on both sides, so that the first and the last event are whole.
        let left = self.names(graph, look);
        let top = head + ((bottom - head - row * rows as f64) / 2.0).max(0.0);
        let scroll = look.scroll.clamp(0.0, (row * rows as f64 - (bottom - head)).max(0.0));
        Metrics {
            left,
            right: (look.width - 12.0).max(left + 16.0),
            axis,
            top,
            bottom,
            row,
            scroll,
            from,
            to: to.max(from + 1e-3),
        }
    }

    /// The room for the names of the lanes: on telephones no more than they need, for long names no more than is left over.
    fn names(&self, graph: &CausalGraph, look: &Look) -> f64 {
        let longest = |lane: u16| Text::width_of(&graph.lanes()[lane as usize].name, name_size(look));
        let widest = self.rows(graph).into_iter().take(NAMES_MAX).map(longest).fold(0.0, f64::max).ceil();
        if is_narrow(look) { (widest + 14.0).clamp(24.0, look.width * 0.22) } else { (widest + 18.0).clamp(86.0, 148.0) }
    }

    /// The picture.
    pub fn scene(&mut self, graph: &CausalGraph, look: &Look, now: Option<Now>, texts: &dyn Texts) -> Scene {
        self.follow(graph, look);
        draw::scene(self, graph, look, now, texts)
    }

    /// The whole axis: from the first place to just after the last.
    pub fn span(&mut self, graph: &CausalGraph, look: &Look) -> (f64, f64) {
        self.follow(graph, look);
        self.projection.span(graph)
    }

    /// From where to where the axis reaches in the picture, pixels.
    pub fn plot(&mut self, graph: &CausalGraph, look: &Look) -> (f64, f64) {
        let metrics = self.metrics(graph, look);
        (metrics.left, metrics.right)
    }

    /// The place of an event along the axis.
    pub fn place(&mut self, graph: &CausalGraph, look: &Look, event: u32) -> f64 {
        self.follow(graph, look);
        self.projection.place(graph, event)
    }

    /// Where an event stands in the picture, pixels; `None` if it is on no lane that is drawn.
    pub fn point(&mut self, graph: &CausalGraph, look: &Look, event: u32) -> Option<Point> {
        self.follow(graph, look);
        let metrics = self.metrics(graph, look);
        let row = self.rows(graph).binary_search(&graph.lane_of(event)?).ok()?;
        Some(Point::new(metrics.x(self.projection.place(graph, event)), metrics.y(row)))
    }

    /// How finely the window is drawn.
    pub fn detail(&mut self, graph: &CausalGraph, look: &Look) -> Detail {
        self.follow(graph, look);
        let metrics = self.metrics(graph, look);
        self.detail_in(graph, &metrics)
    }

    pub(super) fn window(&self, graph: &CausalGraph, metrics: &Metrics) -> std::ops::Range<u32> {
        self.projection.count_before(graph, metrics.from)..self.projection.count_before(graph, metrics.to)
    }

    pub(super) fn detail_in(&self, graph: &CausalGraph, metrics: &Metrics) -> Detail {
        let window = self.window(graph, metrics);
        let on = |lane: u16| graph.lanes()[lane as usize].positions(window.clone()).len() as u64;
        match self.rows(graph).into_iter().map(on).sum::<u64>() {
            count if count <= SINGLE_MAX => Detail::Single,
            count if count <= MARKS_MAX => Detail::Marks,
            _ => Detail::Density,
        }
    }

    /// The cones of the selected event.
    pub fn cones(&self) -> Option<&Cones> {
        self.cones.as_ref().map(|(cones, _)| cones)
    }

    /// The chain between the two selected events; empty if neither happened before the other.
    pub fn chain(&self) -> Option<&[Link]> {
        self.chain.as_ref().map(|(.., chain)| &chain[..])
    }
}
