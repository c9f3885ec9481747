//! Stories: a script, and what must come of it, word for word.
//!
//! A story is a file in `tests/stories/scripts`. It is a list of commands, each followed by `----` and what it prints, until
//! an empty line. Lines that begin with `#` are remarks. `NETSPLIT_REWRITE=1 cargo test --features cli --test stories` writes
//! what is printed now; look at the difference before you keep it.
//!
//! ```text
//! open raft/leader-crash [seed 7]     a scenario, at its beginning
//! to 800 ms                           everything due up to then
//! until S1.role = leader              to the first moment at which that holds
//! do { crash = "S1" }                 an action by hand
//! back                                to just before the last story event
//! undo                                a branch without the last action by hand
//! tell                                the story since the last `tell`, or since the last jump
//! nodes | operations | verdicts | branches | fingerprint
//! ```

#![cfg(feature = "cli")]

use netsplit::base::Level;
use netsplit::scenario::{self, Compiled, compile, library, predicate, toml};
use netsplit::system;
use netsplit::timeline::{Session, StepKind, Stop};
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::report::Speech;
use netsplit::view::words::{Lang, Names};
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[test]
fn every_story_is_told_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/scripts");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let rewrite = std::env::var_os("NETSPLIT_REWRITE").is_some_and(|on| on == "1");
    let mut differ = Vec::new();
    for file in files {
        let written = std::fs::read_to_string(&file).unwrap();
        let told = retell(&written);
        if rewrite {
            std::fs::write(&file, &told).unwrap();
        } else if written != told {
            let at = written.lines().zip(told.lines()).take_while(|(a, b)| a == b).count();
            let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
            let name = file.display();
            differ.push(format!("{name}:{}\n  written: {}\n  told:    {}", at + 1, line(&written), line(&told)));
        }
    }
    assert!(differ.is_empty(), "{}\nNETSPLIT_REWRITE=1 writes what is told now", differ.join("\n"));
}

/// The script again, with what its commands print now.
fn retell(script: &str) -> String {
    let mut told = String::new();
    let mut stage: Option<Stage> = None;
    let mut output = false;
    for line in script.lines() {
        match line.trim() {
            "----" => output = true,
            "" => {
                output = false;
                told.push('\n');
            }
            _ if output => {}
            remark if remark.starts_with('#') => writeln!(told, "{remark}").unwrap(),
            command => {
                let printed = perform(&mut stage, command).unwrap_or_else(|wrong| format!("wrong: {wrong}\n"));
                write!(told, "{command}\n----\n{printed}").unwrap();
            }
        }
    }
    told
}

/// What a story happens on.
struct Stage {
    scenario: Compiled,
    session: Session,
    speech: Speech,
    /// Index of the first event that has not been told.
    untold: u64,
}

fn perform(stage: &mut Option<Stage>, command: &str) -> Result<String, String> {
    let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
    if verb == "open" {
        *stage = Some(Stage::open(rest)?);
        return Ok(String::new());
    }
    stage.as_mut().ok_or("nothing is open")?.perform(verb, rest.trim())
}

impl Stage {
    fn open(what: &str) -> Result<Stage, String> {
        let (id, seed) = what.split_once(" seed ").map_or((what, None), |(id, seed)| (id, Some(seed)));
        let text = library::find(id).ok_or_else(|| format!("no scenario {id}"))?;
        let info = system::info(&text.system).ok_or("no such system")?;
        let mut scenario = scenario::compile(text, info).map_err(|wrong| format!("{wrong:?}"))?;
        if let Some(seed) = seed {
            scenario.plan.seed = seed.parse().map_err(|_| "a seed is a number".to_owned())?;
        }
        let session = Session::open(scenario.plan.clone(), Default::default(), system::open).map_err(|e| e.to_string())?;
        let speech = Speech { lang: Lang::En, names: Names::new(info, scenario.plan.cluster) };
        Ok(Stage { scenario, session, speech, untold: 0 })
    }

    fn perform(&mut self, verb: &str, rest: &str) -> Result<String, String> {
        let end_us = self.scenario.lesson.end_us;
        match verb {
            "to" => {
                let time: scenario::schema::Time = rest.parse()?;
                self.session.seek_time(time.us);
            }
            "until" => {
                let predicate = predicate::parse(rest, &self.scenario.plan.cluster).map_err(|wrong| wrong.to_string())?;
                return match self.session.run_until(predicate, end_us) {
                    Stop::Reached => Ok(format!("at {}\n", self.now())),
                    stop => Ok(format!("{stop:?} at {}\n", self.now())),
                };
            }
            "do" => {
                let action = toml::parse_action(rest).map_err(|wrong| wrong.to_string())?;
                let (cluster, info) = (self.session.run().cluster(), self.session.run().info());
                let action = compile::action(&action, cluster, info, &[]).map_err(|wrong| wrong.to_string())?;
                let acted = self.session.act(action).map_err(|error| error.to_string())?;
                if acted.branched {
                    self.untold = acted.position;
                    return Ok(format!("a new branch at {}\n", self.now()));
                }
            }
            "back" => {
                self.session.step_back(StepKind::Story);
                self.untold = self.session.cursor().position;
                return Ok(format!("at {}\n", self.now()));
            }
            "undo" => {
                self.session.undo().map_err(|error| error.to_string())?;
                self.session.finish();
                self.untold = self.session.cursor().position;
            }
            "tell" => return Ok(self.tell()),
            "nodes" => return Ok(self.nodes()),
            "operations" => return Ok(self.operations()),
            "verdicts" => return Ok(self.verdicts()),
            "branches" => return Ok(format!("{}\n", self.session.branches().len())),
            "fingerprint" => return Ok(format!("{}\n", self.session.fingerprint())),
            other => return Err(format!("no story knows `{other}`")),
        }
        Ok(String::new())
    }

    fn now(&self) -> String {
        let at_us = self.session.cursor().moment.at_us;
        format!("{}.{:06} s", at_us / 1_000_000, at_us % 1_000_000)
    }

    /// The story so far, in the words of the page: the rows are those that the page lists.
    fn tell(&mut self) -> String {
        let position = self.session.cursor().position;
        let mut text = String::new();
        let plan = self.session.plan();
        let mut session = Session::open(plan, Default::default(), system::open).expect("it opened before");
        session.pause_on_violation(false);
        session.seek(position);
        let mut playback = Playback::new(session, Lang::En, Goals::default(), 1.0);
        for row in playback.events(self.untold..position) {
            if row.level == Level::Story {
                writeln!(text, "{:>6} ms  {}", row.at_us / 1_000, row.text).unwrap();
            }
        }
        self.untold = position;
        text
    }

    fn nodes(&self) -> String {
        let mut text = String::new();
        for node in self.session.run().nodes().iter().filter(|node| !node.client) {
            let row = self.speech.node(node);
            let log = node.log.unwrap_or_default();
            writeln!(
                text,
                "{} {} {}, term {}, log to {}, committed to {}",
                row.name,
                row.status,
                node.role.name(),
                node.epoch.unwrap_or(0),
                log.last,
                log.committed
            )
            .unwrap();
        }
        text
    }

    fn operations(&self) -> String {
        let mut text = String::new();
        for operation in self.session.run().operations(usize::MAX) {
            let row = self.speech.operation(&operation);
            writeln!(text, "{}: {} {}", row.name, row.request, row.outcome).unwrap();
        }
        text
    }

    fn verdicts(&self) -> String {
        let mut text = String::new();
        for verdict in self.session.run().verdicts() {
            let row = self.speech.verdict(&verdict, &|_| None);
            writeln!(text, "{:>8}  {}", row.status, row.text).unwrap();
        }
        text
    }
}
