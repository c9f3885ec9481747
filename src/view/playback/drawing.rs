//! The pictures at the cursor.

use super::Playback;
use crate::base::{Level, NodeId, Note};
use crate::system::inspect::{Fill, NodeView, Status};
use crate::view::cluster::{Chip, ClusterInput, cluster_scene, draw_chips};
use crate::view::geometry::Point;
use crate::view::islands::islands_of;
use crate::view::layout::{LayoutKind, STRIP, ViewOptions};
use crate::view::leases::{LeasesInput, leases_scene};
use crate::view::log_grid::{LogGridInput, log_rows, log_scene, log_window};
use crate::view::plot::{PlotInput, plot_scene};
use crate::view::report::Speech;
use crate::view::requests::{RequestsInput, requests_scene};
use crate::view::scene::Scene;
use crate::view::space_time::Look;
use crate::view::words;

/// How long a new role pulses, milliseconds of real time.
const PULSE_MS: f64 = 240.0;
/// In clusters of up to this many nodes every link is looked at in every picture.
const LISTED_LINKS: usize = 60;

impl Playback {
    /// The picture of a view at the cursor; `None` if there is no such view.
    pub fn scene(&self, view: &str, options: &ViewOptions) -> Option<Scene> {
        match view {
            "cluster" => Some(self.cluster(options)),
            "log" => Some(self.beneath_chips(options, |options| self.log_grid(options))),
            "leases" => Some(self.beneath_chips(options, |options| self.leases(options))),
            "requests" => Some(self.beneath_chips(options, |options| self.requests(options))),
            "plot" => Some(self.beneath_chips(options, |options| self.plot(options))),
            "space-time" => Some(self.space_time_scene(&Look::plain(options))),
            _ => None,
        }
    }

    /// A view that knows of no chips, below a strip with those that there are.
    fn beneath_chips(&self, options: &ViewOptions, draw: impl FnOnce(&ViewOptions) -> Scene) -> Scene {
        let chips = self.stage_chips(options);
        let lower = self.strip_above(options);
        let mut scene = draw(&ViewOptions { height: options.height - lower, ..options.clone() });
        scene.lower(lower);
        draw_chips(&mut scene.shapes, &chips, Point::new(12.0, STRIP / 2.0), options.width);
        scene
    }

    /// How much of the height of such a view the chips take.
    pub(super) fn strip_above(&self, options: &ViewOptions) -> f64 {
        if self.stage_chips(options).is_empty() { 0.0 } else { STRIP }
    }

    /// What stands on the stage whatever the view: a run unlike its link, what fell, rules that are broken.
    pub(in crate::view) fn stage_chips(&self, options: &ViewOptions) -> Vec<Chip> {
        let Speech { lang, names } = self.speech;
        let mut chips = Vec::new();
        if self.provenance().is_some_and(|provenance| provenance.matches == Some(false)) {
            chips.push(Chip { text: words::filled(lang, "chip.not-sent", &[]), violated: true });
        }
        if !options.verdicts_elsewhere && self.session.run().fallen() > 0 {
            let verdicts = self.session.run().verdicts();
            let fallen = verdicts.iter().filter(|verdict| verdict.status == Status::Violated);
            let properties: Vec<&str> = fallen.map(|verdict| verdict.property).collect();
            chips.push(Chip { text: words::violated_properties(lang, names.system, &properties), violated: true });
        }
        match &self.mutants[..] {
            few if few.len() <= 2 => {
                chips.extend(few.iter().map(|mutant| Chip { text: words::broken_rule(lang, mutant), violated: false }));
            }
            many => chips.push(Chip { text: words::broken_rules(lang, many.len()), violated: false }),
        }
        chips
    }

    fn cluster(&self, options: &ViewOptions) -> Scene {
        let run = self.session.run();
        let layout = if run.is_chain() && options.layout == LayoutKind::Ring { LayoutKind::Row } else { options.layout };
        let options = &ViewOptions { layout, ..options.clone() };
        let cursor = self.session.cursor();
        let verdicts = if run.fallen() > 0 { run.verdicts() } else { Vec::new() };
        let mut fallen = verdicts.iter().filter(|verdict| verdict.status == Status::Violated);
        let chips = self.stage_chips(options);
        let witness = if self.playing { None } else { fallen.find_map(|verdict| verdict.witness.as_ref()) };
        // Of a large cluster a cut has more links than a frame has time for.
        let cuts = run.cuts();
        let large = run.cluster().nodes() > LISTED_LINKS;
        let islands = large.then(|| islands_of(run.cluster().nodes(), &run.cut_links(), &cuts));
        cluster_scene(&ClusterInput {
            nodes: &run.node_sketches(),
            messages: &run.message_sketches(),
            links: &if large { run.links_beside_cuts() } else { run.links() },
            cuts: &cuts,
            islands: islands.as_deref(),
            names: self.speech.names,
            now_us: cursor.moment.at_us as f64 + f64::from(cursor.fraction_ppm) / 1e6,
            chips: &chips,
            pulses: &self.pulses(options),
            witness,
            options,
        })
    }

    /// Nodes whose role is new, and how much of their pulse has passed. It takes so much virtual time as goes by in
    /// [`PULSE_MS`] at this pace: the picture is a function of run, cursor and pace alone.
    fn pulses(&self, options: &ViewOptions) -> Vec<(NodeId, f64)> {
        const MOST: usize = 8;
        if !self.playing || options.reduced_motion {
            return Vec::new();
        }
        let moment = self.session.cursor().moment;
        let whole = PULSE_MS * self.speed;
        let pulse = |n: u64| {
            let event = self.session.event(n)?;
            let part = moment.at_us.checked_sub(event.at_us)? as f64 / whole;
            let node = event.node().filter(|_| part < 1.0)?;
            self.session.notes(n).iter().any(is_new_role).then_some((node, part))
        };
        self.session.recent(Level::Story, MOST).into_iter().rev().filter_map(pulse).collect()
    }

    fn leases(&self, options: &ViewOptions) -> Scene {
        let run = self.session.run();
        let cursor = self.session.cursor();
        let now_us = cursor.moment.at_us as f64 + f64::from(cursor.fraction_ppm) / 1e6;
        let leases = run.leases().unwrap_or_default();
        leases_scene(&LeasesInput { leases: &leases, nodes: &run.node_sketches(), names: self.speech.names, now_us, options })
    }

    fn requests(&self, options: &ViewOptions) -> Scene {
        let run = self.session.run();
        let requests = run.requests().unwrap_or_default();
        requests_scene(&RequestsInput { requests: &requests, nodes: &run.node_sketches(), names: self.speech.names, options })
    }

    fn plot(&self, options: &ViewOptions) -> Scene {
        let cursor = self.session.cursor();
        let now_us = cursor.moment.at_us as f64 + f64::from(cursor.fraction_ppm) / 1e6;
        plot_scene(&PlotInput { seconds: &self.session.run().load(), now_us, options })
    }

    fn log_grid(&self, options: &ViewOptions) -> Scene {
        let run = self.session.run();
        // What a leader knows of the others is asked of those that lead.
        let whole = |node: NodeView| if node.role.fill == Fill::Solid { run.node(node.id).unwrap_or(node) } else { node };
        let nodes: Vec<NodeView> = run.node_sketches().into_iter().map(whole).collect();
        let (window, rows) = (log_window(&nodes, options.log.first, options), log_rows(&nodes, options));
        let in_view = |node: &NodeView| rows.contains(&node.id.index());
        let entries_of = |node: &NodeView| if in_view(node) { run.log(node.id, window.first, window.last) } else { Vec::new() };
        let entries: Vec<_> = nodes.iter().map(entries_of).collect();
        log_scene(&LogGridInput { nodes: &nodes, entries: &entries, window, names: self.speech.names, options })
    }
}

/// True of a note that a node's role changes, by the last part of its key.
fn is_new_role(note: &Note) -> bool {
    let what = note.kind.key.rsplit('.').next().unwrap_or_default();
    ["becomes-", "steps-down-", "times-out"].iter().any(|change| what.starts_with(change))
}
