//! The diagram of a run that is being watched.

use super::{Compared, Diagram, Look, Now, Texts, role_of};
use crate::base::NodeId;
use crate::sim::plan::Cluster;
use crate::timeline::causal_graph::diff::{Content, Differences, Side};
use crate::timeline::causal_graph::{CausalGraph, LaneKind, RunGraph};
use crate::timeline::{BranchId, Replay, Session};
use crate::view::cluster::Chip;
use crate::view::layout::ViewOptions;
use crate::view::playback::Playback;
use crate::view::report::Speech;
use crate::view::scene::Scene;
use crate::view::words;

/// Graph and diagram of a session.
#[derive(Clone, Debug)]
pub struct LiveDiagram {
    run: RunGraph,
    /// Pictures, cones, searches.
    pub diagram: Diagram,
    /// This branch and the one that it is compared with, executed once more; [`Diagram::compared`] has what is found.
    replays: Option<[Replay; 2]>,
}

/// How far a run has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Events that were read.
    pub read: u64,
    /// Events that there are.
    pub all: u64,
    /// How far it is compared with another branch, in thousandths; 1000 if there is none.
    pub compared: u32,
}

impl Read {
    /// True if nothing is left to do until the run goes on.
    pub fn is_whole(&self) -> bool {
        self.read >= self.all && self.compared == WHOLE
    }
}

const WHOLE: u32 = 1_000;

impl LiveDiagram {
    /// Nothing is read yet.
    pub fn new(speech: &Speech) -> LiveDiagram {
        let Cluster { servers, .. } = speech.names.cluster;
        let lane = |node: u16| {
            let kind = if node < servers { LaneKind::Server } else { LaneKind::Client };
            (words::node_name(speech.lang, NodeId(node), speech.names.cluster), kind)
        };
        let lanes = (0..speech.names.cluster.nodes() as u16).map(lane);
        LiveDiagram { run: RunGraph::new(lanes, role_of), diagram: Diagram::default(), replays: None }
    }

    /// The graph as far as it was read.
    pub fn graph(&self) -> &CausalGraph {
        self.run.graph()
    }

    /// Graph and diagram.
    pub fn parts(&mut self) -> (&CausalGraph, &mut Diagram) {
        (self.run.graph(), &mut self.diagram)
    }

    /// Reads on, at most `budget` events of the run, and as many of both branches that are compared.
    pub fn follow(&mut self, session: &mut Session, budget: u32) -> Read {
        let branch = session.cursor().branch;
        if branch != self.run.branch() {
            let shared = session.shared(self.run.branch(), branch);
            self.diagram.sought.truncate(shared.min(u64::from(u32::MAX)) as u32);
            self.diagram.forget();
            self.replays = None;
        }
        self.run.follow(session, branch, budget);
        let compared = self.follow_other(session, budget);
        Read { read: u64::from(self.run.graph().len()), all: session.event_count(), compared }
    }

    /// Compares with another branch of this name from now on, or with none any more; `follow` does the work.
    pub fn compare(&mut self, session: &Session, other: Option<(BranchId, String)>) {
        (self.replays, self.diagram.compared) = (None, None);
        let Some((other, name)) = other else { return };
        let branch = session.cursor().branch;
        let shared = session.shared(branch, other);
        self.replays = Some([branch, other].map(|branch| Replay::new(branch, shared)));
        let differences = Differences::new(shared.min(u64::from(u32::MAX)) as u32);
        self.diagram.compared = Some(Compared { differences, name });
    }

    /// Reads on in both branches that are compared, and holds what was read against each other. How far that is, in thousandths.
    fn follow_other(&mut self, session: &Session, budget: u32) -> u32 {
        let Some((replays, Compared { differences, .. })) = self.replays.as_mut().zip(self.diagram.compared.as_mut()) else {
            return WHOLE;
        };
        let (mut ends, mut read, mut all) = (true, 0, 0);
        for (side, replay) in Side::BOTH.into_iter().zip(replays) {
            ends &= session.replay(replay, budget, |event, carried| differences.push(side, Content::of(event, carried)));
            read += replay.position();
            all += session.event_count_on(replay.branch());
        }
        // A step for each event that was read, so that nothing piles up.
        if differences.work(budget.saturating_mul(2)) && ends {
            differences.end();
            return WHOLE;
        }
        (read * u64::from(WHOLE) / all.max(1)).min(u64::from(WHOLE) - 1) as u32
    }
}

/// The sentences of a run.
pub struct RunTexts<'a>(pub &'a Playback);

impl Texts for RunTexts<'_> {
    fn event(&self, event: u32) -> String {
        self.0.sentence(event.into()).unwrap_or_default()
    }

    fn message(&self, label: u16) -> String {
        self.0.speech().names.messages.get(label as usize).map_or_else(String::new, |kind| kind.name.to_owned())
    }

    fn chips(&self) -> Vec<Chip> {
        self.0.stage_chips(&ViewOptions { verdicts_elsewhere: true, ..ViewOptions::default() })
    }
}

impl Playback {
    /// Reads on what is new in the run for its diagram, at most `budget` events, and compares as many.
    pub fn space_time_follow(&mut self, budget: u32) -> Read {
        let mut live = self.take_space_time();
        let read = live.follow(&mut self.session, budget);
        self.space_time = Some(live);
        read
    }

    fn take_space_time(&mut self) -> Box<LiveDiagram> {
        self.space_time.take().unwrap_or_else(|| Box::new(LiveDiagram::new(self.speech())))
    }

    /// Does something with the diagram, the cursor and the run's sentences.
    pub fn with_space_time<T>(&mut self, work: impl FnOnce(&CausalGraph, &mut Diagram, Now, &dyn Texts) -> T) -> T {
        let mut live = self.take_space_time();
        let (now, texts) = (self.now(), RunTexts(self));
        let (graph, diagram) = live.parts();
        diagram.strip = !texts.chips().is_empty();
        let answer = work(graph, diagram, now, &texts);
        self.space_time = Some(live);
        answer
    }

    /// Compares with another branch, or with none any more.
    pub fn space_time_compare(&mut self, branch: Option<u32>) {
        let mut live = self.take_space_time();
        let named = |id: u32| self.branches().into_iter().find(|row| row.id == id).map(|row| (BranchId(id), row.name));
        live.compare(&self.session, branch.and_then(named));
        self.space_time = Some(live);
    }

    fn now(&self) -> Now {
        let cursor = self.session.cursor();
        let at_us = cursor.moment.at_us as f64 + f64::from(cursor.fraction_ppm) / 1e6;
        Now { event: cursor.position.min(u64::from(u32::MAX)) as u32, at_us }
    }

    /// The picture of all that was played and is still in memory, for painters that keep nothing.
    pub(in crate::view) fn space_time_scene(&self, look: &Look) -> Scene {
        let mut live = LiveDiagram::new(self.speech());
        live.run.read(&self.session, self.session.cursor().branch, u32::MAX);
        let texts = RunTexts(self);
        live.diagram.strip = !texts.chips().is_empty();
        live.diagram.scene(live.run.graph(), look, Some(self.now()), &texts)
    }
}
