//! Jobs of a session, cut into slices: going somewhere, playing, running until something holds.

use super::{Job, Progress, RECENT, RECENT_GAP, Session, Stop, Target};
use crate::base::Level;
use crate::sim::trace::NoTrace;
use crate::timeline::branch::News;
use crate::timeline::player::{Player, Stepped};
use crate::timeline::watch::Watch;

impl Session {
    pub(in crate::timeline) fn begin_seek(&mut self, target: Target) {
        self.here.job = None;
        self.here.fraction_ppm = 0;
        let near = self.here.recent.iter().rev().chain([&self.here.player]).filter(|player| target.is_ahead_of(player));
        let far = self.tree.checkpoint(self.here.branch, |player| target.is_ahead_of(player));
        let worker = near.chain(far).max_by_key(|player| (player.position(), player.moment())).cloned();
        if let Some(worker) = worker {
            self.here.job = Some(Job::Seek { target, worker, recent: Vec::new() });
        }
    }

    pub(super) fn seek_slice(&mut self, target: Target, mut worker: Player, mut recent: Vec<Player>, budget: u64) -> Progress {
        let goal = match target {
            Target::Position(position) => position,
            Target::Moment(moment) => self.tree.position_at(self.here.branch, moment.at_us),
        };
        let near = goal.saturating_sub(RECENT as u64 * RECENT_GAP / 2);
        let mut events = 0;
        let mut quiet = false;
        while target.wants_step(&worker, &self.tree.branch(self.here.branch).script) {
            if events == budget {
                self.here.job = Some(Job::Seek { target, worker, recent });
                return Progress { events, stop: None };
            }
            if worker.position() >= near && worker.position().is_multiple_of(RECENT_GAP) && !worker.is_between_events() {
                keep_recent(&mut recent, &worker);
            }
            match self.tree.step(self.here.branch, &mut worker, None).0 {
                Stepped::Quiet => {
                    quiet = true;
                    break;
                }
                Stepped::Missed { .. } => {}
                Stepped::Event(_) | Stepped::Acted(_) => events += 1,
            }
        }
        self.settle(&mut worker);
        if let Target::Moment(moment) = target {
            let script = &self.tree.branch(self.here.branch).script;
            worker.advance_to(moment.at_us, script);
            let end_us = &mut self.tree.branch_mut(self.here.branch).end_us;
            *end_us = (*end_us).max(worker.moment().at_us);
        }
        self.tree.look_at_goals(self.here.branch, &worker);
        self.here.recent.retain(|player| player.position() < worker.position());
        recent.into_iter().for_each(|player| keep_recent(&mut self.here.recent, &player));
        self.here.player = worker;
        Progress { events, stop: Some(if quiet { Stop::Quiet } else { Stop::Reached }) }
    }

    /// At the end of a branch, an intervention whose target was missing there has been dealt with.
    pub(super) fn settle(&mut self, player: &mut Player) {
        let branch = self.tree.branch(self.here.branch);
        while player.position() == branch.trace.end()
            && player.next_intervention() < branch.done.len()
            && let Stepped::Missed { .. } = player.clone().step(&branch.script, &mut NoTrace)
        {
            player.step(&branch.script, &mut NoTrace);
        }
    }

    pub(in crate::timeline) fn play_slice(&mut self, until_us: u64, budget: u64) -> Progress {
        self.here.fraction_ppm = 0;
        let mut events = 0;
        loop {
            let script = &self.tree.branch(self.here.branch).script;
            let quiet = match self.here.player.next_us(script) {
                Some(next_us) if next_us <= until_us => {
                    if events == budget {
                        return Progress { events, stop: None };
                    }
                    let (stepped, news) = self.tree.step(self.here.branch, &mut self.here.player, None);
                    match stepped {
                        Stepped::Event(_) | Stepped::Acted(_) => events += 1,
                        Stepped::Missed { .. } => continue,
                        Stepped::Quiet => return Progress { events, stop: Some(Stop::Quiet) },
                    }
                    if let Some(stop) = self.stop_for(news) {
                        return Progress { events, stop: Some(stop) };
                    }
                    continue;
                }
                next_us => next_us.is_none(),
            };
            self.let_time_pass(until_us);
            // A goal may be reached by time alone.
            let goal = self.tree.look_at_goals(self.here.branch, &self.here.player).map(Stop::Goal);
            return Progress { events, stop: goal.or(Some(if quiet { Stop::Quiet } else { Stop::Reached })) };
        }
    }

    pub(super) fn until_slice(&mut self, watch: &mut Watch, limit_us: u64, budget: u64) -> Progress {
        self.here.fraction_ppm = 0;
        let mut events = 0;
        loop {
            let now_us = self.here.player.moment().at_us;
            if watch.holds(self.here.player.run(), now_us) {
                return Progress { events, stop: Some(Stop::Reached) };
            }
            if events == budget {
                return Progress { events, stop: None };
            }
            let script = &self.tree.branch(self.here.branch).script;
            let next_us = self.here.player.next_us(script);
            // The predicate may become true by time alone, between two events.
            if let Some(alarm_us) = watch.next_time(now_us)
                && alarm_us <= limit_us
                && next_us.is_none_or(|next_us| alarm_us < next_us)
            {
                self.let_time_pass(alarm_us);
                continue;
            }
            if next_us.is_none_or(|next_us| next_us > limit_us) {
                self.let_time_pass(limit_us.min(next_us.unwrap_or(now_us)));
                let stop = if next_us.is_none() { Stop::Quiet } else { Stop::Limit };
                return Progress { events, stop: Some(stop) };
            }
            match self.tree.step(self.here.branch, &mut self.here.player, Some(watch)).0 {
                Stepped::Event(_) | Stepped::Acted(_) => events += 1,
                Stepped::Missed { .. } => {}
                Stepped::Quiet => return Progress { events, stop: Some(Stop::Quiet) },
            }
        }
    }

    pub(super) fn story_slice(&mut self, limit_us: u64, budget: u64) -> Progress {
        let mut events = 0;
        loop {
            match self.here.player.next_us(&self.tree.branch(self.here.branch).script) {
                None => return Progress { events, stop: Some(Stop::Quiet) },
                Some(next_us) if next_us > limit_us => return Progress { events, stop: Some(Stop::Limit) },
                Some(_) if events == budget => return Progress { events, stop: None },
                Some(_) => {}
            }
            if self.here.player.position().is_multiple_of(RECENT_GAP) {
                self.remember();
            }
            match self.tree.step(self.here.branch, &mut self.here.player, None).0 {
                Stepped::Event(_) | Stepped::Acted(_) => events += 1,
                Stepped::Missed { .. } => continue,
                Stepped::Quiet => return Progress { events, stop: Some(Stop::Quiet) },
            }
            if self.tree.level(self.here.branch, self.here.player.position() - 1) == Some(Level::Story) {
                return Progress { events, stop: Some(Stop::Reached) };
            }
        }
    }

    pub(super) fn let_time_pass(&mut self, until_us: u64) {
        let branch = self.tree.branch(self.here.branch);
        self.here.player.advance_to(until_us, &branch.script);
        let end_us = &mut self.tree.branch_mut(self.here.branch).end_us;
        *end_us = (*end_us).max(self.here.player.moment().at_us);
    }

    /// Why playing stops after a step, if it does: played again, the past stops where it stopped the first time.
    pub(super) fn stop_for(&self, news: News) -> Option<Stop> {
        let violations = &self.tree.branch(self.here.branch).violations;
        let stops = |property: &str| self.plays_on.iter().all(|known| known != property);
        let fell = violations.iter().any(|(property, index)| index + 1 == self.here.player.position() && stops(property));
        match fell && self.pause_on_violation {
            true => Some(Stop::Violation),
            false => news.goal.map(Stop::Goal),
        }
    }
}

pub(super) fn keep_recent(recent: &mut Vec<Player>, player: &Player) {
    if recent.last().is_some_and(|last| last.position() >= player.position()) {
        return;
    }
    if recent.len() == RECENT {
        recent.remove(0);
    }
    recent.push(player.clone());
}
