//! What is drawn, as data.
//!
//! A [`Scene`] is a flat list of shapes in logical pixels whose colours are *roles*; a [`Palette`] turns roles into colours when a
//! painter needs them. There are two painters: [`svg`] here, and the canvas painter of the page. Layouts, the cluster view and the
//! log grid are pure functions from plain data to a scene; hit-testing is on the scene, never on pixels.
//!
//! [`words`] is the one catalogue of sentences that page, screen reader and command line render.
//!
//! Floats live here and nowhere below, and only with operations that are exact to the bit everywhere: `+ - * /`, `sqrt`,
//! rounding. So a picture is the same text natively and in wasm.

pub mod cluster;
pub mod compare;
mod crowd;
pub mod failure;
mod geometry;
mod groups;
mod islands;
pub mod layout;
pub mod leases;
mod legend;
pub mod log_grid;
pub mod palette;
pub mod playback;
pub mod plot;
pub mod problem;
pub mod report;
pub mod requests;
pub mod scene;
pub mod space_time;
pub mod svg;
mod thing;
pub mod trace_diff;
pub mod trace_report;
pub mod words;

pub use cluster::{Chip, ClusterInput, cluster_scene};
pub use geometry::Point;
pub use layout::{Camera, LayoutKind, LogPart, Naming, Spot, ViewOptions};
pub use log_grid::{LogGridInput, Window, log_rows, log_scene, log_window};
pub use palette::{Palette, Theme};
pub use scene::{Scene, Shape, Target};
pub use svg::{to_inline_svg, to_svg};
pub use words::{Lang, Names};
