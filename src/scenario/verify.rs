//! Runs a scenario without a viewer, the way an attentive reader would, and looks whether everything comes of it that should.
//!
//! The reader does what each step's button offers, at the opening moment or as soon as the step before is done, and nothing
//! else. The goal and all steps must be reached before the end, every expectation must hold when it is due, and the verdicts
//! must be those that the scenario stands for: a property that a mutant breaks falls, and without a mutant none does.

use super::compile::Compiled;
use super::lesson::{Expectation, When};
use super::predicate::Shown;
use crate::base::{Fingerprint, Note};
use crate::sim::plan::Plan;
use crate::sim::trace::{Event, Sink};
use crate::system::inspect::{Status, Verdict};
use crate::system::{OpenError, Run, open};
use crate::timeline::{Predicate, Watch};

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// Everything that was looked at, in the order of the scenario.
    pub checks: Vec<Check>,
    /// Every property at the end.
    pub verdicts: Vec<Verdict>,
    /// Number of events executed.
    pub events: u64,
    /// When the run ended, microseconds.
    pub end_us: u64,
    /// Fingerprint of the whole run, with what the reader did in it.
    pub fingerprint: Fingerprint,
}

impl Report {
    /// True if everything came of it that should.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.failure.is_none())
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What it shows, in the scenario's words.
    pub what: String,
    /// When it was looked at, microseconds; `None` if that moment never came.
    pub at_us: Option<u64>,
    /// Why it is not so.
    pub failure: Option<String>,
}

/// Runs a scenario to its end.
pub fn verify(scenario: &Compiled) -> Result<Report, OpenError> {
    let lesson = &scenario.lesson;
    let mut reader = Reader::new(scenario, &scenario.plan, &lesson.expect)?;
    reader.read();
    let mut checks = reader.reached();
    checks.extend(reader.expected());
    let falls: Vec<&'static str> = scenario.plan.mutants.iter().filter_map(|id| property_of(&*reader.run, id)).collect();
    checks.extend(fallen(&reader.run.verdicts(), &falls));
    let plays_on = lesson.plays_on.iter().map(String::as_str).collect::<Vec<_>>();
    checks.extend(falls_of(&reader.run.verdicts(), &plays_on));
    Ok(reader.report(checks))
}

/// Runs a scenario without the mutants that its twin switches off: every property must hold. `None` if it has no twin.
pub fn verify_twin(scenario: &Compiled) -> Result<Option<Report>, OpenError> {
    let Some(twin) = &scenario.lesson.twin else { return Ok(None) };
    let mut plan = scenario.plan.clone();
    plan.mutants.retain(|id| !twin.without.contains(id));
    let mut reader = Reader::new(scenario, &plan, &twin.expect)?;
    reader.read();
    let mut checks = reader.expected();
    let falls: Vec<&'static str> = plan.mutants.iter().filter_map(|id| property_of(&*reader.run, id)).collect();
    checks.extend(fallen(&reader.run.verdicts(), &falls));
    Ok(Some(reader.report(checks)))
}

fn property_of(run: &dyn Run, mutant: &str) -> Option<&'static str> {
    run.info().mutants.iter().find(|known| known.id == mutant).map(|known| known.falls)
}

/// The verdicts at the end: these properties fell, or none did.
fn fallen(verdicts: &[Verdict], falls: &[&str]) -> Vec<Check> {
    if falls.is_empty() {
        let violated = verdicts.iter().find(|verdict| verdict.status == Status::Violated);
        let failure = violated.map(|verdict| format!("{} is violated", verdict.property));
        return vec![Check { what: "no property falls".to_owned(), at_us: None, failure }];
    }
    falls_of(verdicts, falls)
}

/// The verdicts at the end: these properties fell.
fn falls_of(verdicts: &[Verdict], falls: &[&str]) -> Vec<Check> {
    let status = |property: &str| verdicts.iter().find(|verdict| verdict.property == property).map(|verdict| verdict.status);
    let check = |property: &&str| Check {
        what: format!("{property} falls"),
        at_us: verdicts.iter().find(|v| v.property == *property).and_then(|v| v.witness.as_ref()).map(|witness| witness.at_us),
        failure: match status(property) {
            Some(Status::Violated) => None,
            Some(status) => Some(format!("it {}", if status == Status::Holds { "holds" } else { "is unknown" })),
            None => Some("no checker knows it".to_owned()),
        },
    };
    falls.iter().map(check).collect()
}

/// A run, and everything that is watched along it.
struct Reader<'a> {
    scenario: &'a Compiled,
    run: Box<dyn Run>,
    /// For each step, and last for the goal: until when, and when that was.
    untils: Vec<(Watch, Option<u64>)>,
    /// The step that the reader is at.
    step: usize,
    /// That step's action has been carried out, or was refused.
    acted: bool,
    refused: Option<String>,
    interventions: u32,
    expectations: Vec<Watched<'a>>,
}

struct Watched<'a> {
    expectation: &'a Expectation,
    when: Option<Watch>,
    that: Watch,
    /// When it was looked at, and whether it was so.
    found: Option<(u64, bool)>,
}

impl<'a> Reader<'a> {
    fn new(scenario: &'a Compiled, plan: &Plan, expect: &'a [Expectation]) -> Result<Reader<'a>, OpenError> {
        let lesson = &scenario.lesson;
        let watched = |expectation: &'a Expectation| Watched {
            expectation,
            when: match &expectation.when {
                When::First(predicate) => Some(Watch::new(predicate.clone())),
                When::End | When::At(_) => None,
            },
            that: Watch::new(expectation.that.clone()),
            found: None,
        };
        let untils = lesson.steps.iter().map(|step| &step.until).chain([&lesson.goal]);
        Ok(Reader {
            scenario,
            run: open(plan)?,
            untils: untils.map(|until| (Watch::new(until.clone()), None)).collect(),
            step: 0,
            acted: false,
            refused: None,
            interventions: 0,
            expectations: expect.iter().map(watched).collect(),
        })
    }

    fn read(&mut self) {
        let end_us = self.scenario.lesson.end_us;
        loop {
            self.look();
            let now = self.run.now_us();
            let stop = self.next_look_us(now).min(end_us);
            if self.run.next_due_us().is_some_and(|due| due <= stop) {
                let mut heard = Heard::default();
                self.run.step(&mut heard);
                self.hear(&heard);
            } else if now < stop {
                self.run.advance_to(stop);
            } else {
                break;
            }
        }
        for watched in self.expectations.iter_mut().filter(|watched| watched.expectation.when == When::End) {
            watched.found = Some((end_us, watched.that.holds(&*self.run, end_us)));
        }
    }

    /// Looks at everything that is due to be looked at, and does what the reader does next.
    fn look(&mut self) {
        let now = self.run.now_us();
        let settled = self.run.next_due_us().is_none_or(|due| due > now);
        for watched in self.expectations.iter_mut().filter(|watched| watched.found.is_none()) {
            let due = match (&watched.expectation.when, &mut watched.when) {
                (When::At(at_us), _) => now >= *at_us && settled,
                (When::First(_), Some(when)) => when.holds(&*self.run, now),
                _ => false,
            };
            if due {
                watched.found = Some((now, watched.that.holds(&*self.run, now)));
            }
        }
        let steps = self.untils.len() - 1;
        while now >= self.scenario.lesson.start_us && self.step < steps {
            self.act();
            let (until, reached) = &mut self.untils[self.step];
            if !until.holds(&*self.run, now) {
                break;
            }
            *reached = Some(now);
            self.step += 1;
            self.acted = false;
        }
        let (goal, reached) = &mut self.untils[steps];
        if reached.is_none() && goal.holds(&*self.run, now) {
            *reached = Some(now);
        }
    }

    fn act(&mut self) {
        if std::mem::replace(&mut self.acted, true) {
            return;
        }
        let mut heard = Heard::default();
        let done = match self.scenario.lesson.action(self.step, &*self.run) {
            None => return,
            Some(Err(wrong)) => Err(wrong.message),
            Some(Ok(action)) => {
                let done = self.run.act(self.interventions, &action, &mut heard);
                done.map(|_| ()).map_err(|refusal| refusal.to_string())
            }
        };
        match done {
            Ok(()) => {
                self.interventions += 1;
                self.hear(&heard);
            }
            Err(why) => self.refused = Some(format!("step {}: {why}", self.step + 1)),
        }
    }

    fn hear(&mut self, heard: &Heard) {
        let Some(event) = &heard.event else { return };
        let key = event.class().key;
        for watch in self.watches() {
            watch.event(event, key);
            heard.notes.iter().for_each(|note| watch.note(note));
        }
    }

    fn watches(&mut self) -> impl Iterator<Item = &mut Watch> {
        let expectations = self.expectations.iter_mut().flat_map(|watched| watched.when.iter_mut().chain([&mut watched.that]));
        self.untils.iter_mut().map(|(until, _)| until).chain(expectations)
    }

    /// The next time, microseconds, at which something must be looked at although nothing may happen then.
    fn next_look_us(&self, now: u64) -> u64 {
        let untils = self.untils.iter().filter(|(_, reached)| reached.is_none()).filter_map(|(until, _)| until.next_time(now));
        let open = || self.expectations.iter().filter(|watched| watched.found.is_none());
        let whens = open().filter_map(|watched| watched.when.as_ref()?.next_time(now));
        let times = open().filter_map(|watched| match watched.expectation.when {
            When::At(at_us) => Some(at_us),
            _ => None,
        });
        let start = Some(self.scenario.lesson.start_us);
        untils.chain(whens).chain(times).chain(start).filter(|at_us| *at_us > now).min().unwrap_or(u64::MAX)
    }

    /// Whether the steps and the goal were reached.
    fn reached(&self) -> Vec<Check> {
        let texts = self.scenario.lesson.steps.iter().map(|step| format!("step: {}", step.text)).chain(["goal".to_owned()]);
        let check = |(what, (until, reached)): (String, &(Watch, Option<u64>))| Check {
            what,
            at_us: *reached,
            failure: reached.is_none().then(|| match &self.refused {
                Some(why) => why.clone(),
                None => format!("never so: {}", self.text(until.predicate())),
            }),
        };
        texts.zip(&self.untils).map(check).collect()
    }

    fn expected(&self) -> Vec<Check> {
        let check = |watched: &Watched<'_>| Check {
            what: watched.expectation.why.clone(),
            at_us: watched.found.map(|(at_us, _)| at_us),
            failure: match (watched.found, &watched.expectation.when) {
                (Some((_, true)), _) => None,
                (Some((_, false)), _) => Some(format!("not so: {}", self.text(&watched.expectation.that))),
                (None, When::First(when)) => Some(format!("its moment never came: {}", self.text(when))),
                (None, _) => Some("the run ended before its moment".to_owned()),
            },
        };
        self.expectations.iter().map(check).collect()
    }

    fn text(&self, predicate: &Predicate) -> String {
        Shown { predicate, cluster: &self.scenario.plan.cluster }.to_string()
    }

    fn report(&self, checks: Vec<Check>) -> Report {
        Report {
            checks,
            verdicts: self.run.verdicts(),
            events: self.run.executed(),
            end_us: self.run.now_us(),
            fingerprint: self.run.run_fingerprint(),
        }
    }
}

/// Takes down one event and its notes.
#[derive(Default)]
struct Heard {
    event: Option<Event>,
    notes: Vec<Note>,
}

impl Sink for Heard {
    fn event(&mut self, event: &Event) {
        self.event = Some(*event);
    }

    fn note(&mut self, note: &Note) {
        self.notes.push(*note);
    }
}
