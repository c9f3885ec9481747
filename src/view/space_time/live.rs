//! The diagram of a run that is being watched.

use super::{Compared, Diagram, Look, Now, Texts, role_of};
use crate::base::NodeId;
use crate::sim::plan::Cluster;
use crate::timeline::causal_graph::diff::diff;
use crate::timeline::causal_graph::{CausalGraph, LaneKind, RunGraph};
use crate::timeline::{BranchId, Session};
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
    /// The branch that is compared with, while it is read.
    other: Option<Other>,
}

#[derive(Clone, Debug)]
struct Other {
    run: RunGraph,
    branch: BranchId,
    /// Digests of what the events of both branches carry, from the first one on that they do not share.
    carried: [Vec<u32>; 2],
}

/// How far a run has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Events that were read.
    pub read: u64,
    /// Events that there are.
    pub all: u64,
}

impl LiveDiagram {
    /// Nothing is read yet.
    pub fn new(speech: &Speech) -> LiveDiagram {
        let Cluster { servers, .. } = speech.names.cluster;
        let lane = |node: u16| {
            let kind = if node < servers { LaneKind::Server } else { LaneKind::Client };
            (words::node_name(speech.lang, NodeId(node), speech.names.cluster), kind)
        };
        let lanes = (0..speech.names.cluster.nodes() as u16).map(lane);
        LiveDiagram { run: RunGraph::new(lanes, role_of), diagram: Diagram::default(), other: None }
    }

    /// The graph as far as it was read.
    pub fn graph(&self) -> &CausalGraph {
        self.run.graph()
    }

    /// Graph and diagram.
    pub fn parts(&mut self) -> (&CausalGraph, &mut Diagram) {
        (self.run.graph(), &mut self.diagram)
    }

    /// Reads on, at most `budget` events of the run and as many of the branch that it is compared with.
    pub fn follow(&mut self, session: &mut Session, budget: u32) -> Read {
        let branch = session.cursor().branch;
        if branch != self.run.branch() {
            let shared = session.shared(self.run.branch(), branch);
            self.diagram.sought.truncate(shared.min(u64::from(u32::MAX)) as u32);
            self.diagram.forget();
            self.compare(None);
        }
        self.run.follow(session, branch, budget);
        if let Some(other) = &mut self.other
            && other.run.follow(session, other.branch, budget)
        {
            let shared = session.shared(branch, other.branch);
            let ends = [(branch, self.run.graph().len()), (other.branch, other.run.graph().len())];
            for ((branch, end), carried) in ends.into_iter().zip(&mut other.carried) {
                let end = u64::from(end);
                carried.truncate(end.saturating_sub(shared) as usize);
                let from = shared + carried.len() as u64;
                let until = end.min(from + u64::from(budget));
                if from < until {
                    let mut new = session.carried_on(branch, from..until);
                    new.resize((until - from) as usize, 0);
                    carried.extend(new);
                }
            }
        }
        Read { read: u64::from(self.run.graph().len()), all: session.event_count() }
    }

    /// Compares with another branch, or with none any more; `follow` reads it.
    pub fn compare(&mut self, branch: Option<BranchId>) {
        self.other = branch.map(|branch| Other { run: self.run.clone(), branch, carried: Default::default() });
        self.diagram.compared = None;
    }

    /// Once both branches are read: how they differ.
    pub fn settle(&mut self, session: &Session, name: impl FnOnce() -> String) {
        let Some(Other { run: other, branch, carried }) = &self.other else { return };
        let current = self.run.branch();
        let lens = (u64::from(self.run.graph().len()), u64::from(other.graph().len()));
        let ends = session.branches();
        let end = |id: BranchId| ends.iter().find(|info| info.id == id).map(|info| info.events);
        if other.branch() != *branch || Some(lens.0) != end(current) || Some(lens.1) != end(*branch) {
            return;
        }
        let known = self.diagram.compared.as_ref().map(|compared| u64::from(compared.graph.len()));
        if known == Some(lens.1) && self.diagram.compared.as_ref().map(|compared| u64::from(compared.ours)) == Some(lens.0) {
            return;
        }
        let shared = session.shared(current, *branch);
        if [lens.0, lens.1].iter().zip(carried).any(|(len, carried)| shared + carried.len() as u64 != *len) {
            return;
        }
        let shared = shared.min(u64::from(u32::MAX)) as u32;
        let diff = diff(self.run.graph(), other.graph(), shared, [&carried[0], &carried[1]]);
        let ours = self.run.graph().len();
        self.diagram.compared = Some(Compared { graph: other.graph().clone(), ours, diff, name: name() });
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

    fn chips(&self) -> Vec<String> {
        self.0.chips()
    }
}

impl Playback {
    /// Reads on what is new in the run for its diagram, at most `budget` events.
    pub fn space_time_follow(&mut self, budget: u32) -> Read {
        let mut live = self.take_space_time();
        let read = live.follow(&mut self.session, budget);
        if let Some(Other { branch, .. }) = &live.other {
            let name = || self.branches().into_iter().find(|row| row.id == branch.0).map(|row| row.name).unwrap_or_default();
            let name = name();
            live.settle(&self.session, || name);
        }
        self.space_time = Some(live);
        read
    }

    fn take_space_time(&mut self) -> Box<LiveDiagram> {
        self.space_time.take().unwrap_or_else(|| Box::new(LiveDiagram::new(self.speech())))
    }

    /// Does something with the diagram, the cursor and the run's sentences.
    pub fn with_space_time<T>(&mut self, work: impl FnOnce(&CausalGraph, &mut Diagram, Now, &dyn Texts) -> T) -> T {
        let mut live = self.take_space_time();
        let now = self.now();
        let (graph, diagram) = live.parts();
        let answer = work(graph, diagram, now, &RunTexts(self));
        self.space_time = Some(live);
        answer
    }

    /// Compares with another branch, or with none any more.
    pub fn space_time_compare(&mut self, branch: Option<u32>) {
        let mut live = self.take_space_time();
        live.compare(branch.map(BranchId));
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
        live.diagram.scene(live.run.graph(), look, Some(self.now()), &RunTexts(self))
    }
}
