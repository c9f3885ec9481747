//! A link: a whole run in a few hundred bytes, and where in it to stand.
//!
//! The packed form, before compression:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of the format: 2 |
//! | 3 | length of the link's text in characters, least byte first; 0 if it is not known. Whoever makes the text fills it in, so that a reader can tell how much of a link is missing |
//! | the rest | in postcard: the run (a scenario's id and what differs from it, or a whole plan), the branch's name, the cursor, the behaviour version, the fingerprint at the cursor; since version 2 [`Marks`], fingerprints on the way there |
//!
//! The text is `#v1.` and base64url(deflate-raw(packed)): that `1` is of the text, and the same for all versions. The page makes it with what the browser has
//! (`www/lab/link.js`), the command line with [`link_text`](super::link_text).
//!
//! A link of any version opens for ever (`tests/links`): whoever changes the shape of [`Plan`] keeps the old one here.
//! That it gives the same events is promised within a behaviour version only; hence the fingerprint.

use super::diagnostic::Diagnostic;
use super::{compile, library};
use crate::base::Fingerprint;
use crate::sim::plan::{Intervention, Moment, Plan};
use crate::system;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of the format that is written.
pub const VERSION: u8 = 2;
/// The first version: without marks.
const FIRST: u8 = 1;
/// Longest packed link, bytes: no longer one is made, and none is read. No value in it takes more than a hundred times its bytes
/// in memory.
pub const PACKED_MAX: usize = 1 << 18;
/// Bytes before the content: the version, and the length of the text.
const HEAD: usize = 4;
/// Longest name of a branch, characters.
const NAME_MAX: usize = 200;
/// The furthest moment that a link may name, microseconds: what a number in JavaScript holds.
const MOMENT_MAX_US: u64 = (1 << 53) - 1;
const ASK_AGAIN: &str = "Ask for it again, or open the scenario without its interventions.";

/// What a link carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Id of the built-in scenario that tells the story, if one does.
    pub scenario: Option<String>,
    /// The input of the run, with everything done by hand.
    pub plan: Plan,
    /// What the branch is called, if somebody gave it a name.
    pub branch: Option<String>,
    /// Where to stand.
    pub cursor: Moment,
    /// Version of the system's behaviour with which it was made.
    pub behaviour: u32,
    /// Fingerprint of everything up to the cursor.
    pub fingerprint: Fingerprint,
    /// Fingerprints on the way there.
    pub marks: Marks,
}

/// Fingerprints at evenly spaced events before the cursor, so that a run unlike its link can be told where it begins to differ.
/// The last word is the fingerprint at the cursor: these are cut short, and none is there in links of version 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Number of events before the cursor.
    pub events: u64,
    /// The first 32 bits of the fingerprints after as many events as the [spacing](Marks::spacing) says, twice as many, ..
    pub prints: Vec<u32>,
}

/// Most marks of a link.
const MARKS_MAX: u64 = 16;

impl Marks {
    /// Events between two marks of a run so long: a power of two, so that marks stay where they are while it grows.
    pub fn spacing(events: u64) -> u64 {
        (events / (MARKS_MAX + 1) + 1).next_power_of_two()
    }

    /// After how many events the marks of a run so long stand, ascending; all before its end.
    pub fn places(events: u64) -> impl Iterator<Item = u64> {
        let spacing = Marks::spacing(events);
        (1..=MARKS_MAX).map(move |n| n * spacing).take_while(move |place| *place < events)
    }

    /// The same with what the fingerprint there is to begin with.
    pub fn placed(&self) -> impl Iterator<Item = (u64, u32)> {
        Marks::places(self.events).zip(self.prints.iter().copied())
    }

    /// What a mark keeps of a fingerprint.
    pub fn print(fingerprint: Fingerprint) -> u32 {
        fingerprint.0 as u32
    }
}

/// Why a link cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// For programs: `link-empty`, `link-version`, `link-truncated`, `link-damaged`, `link-too-long`, `link-scenario`,
    /// `link-value`, `link-text`.
    pub code: &'static str,
    /// Where (`byte 17`, `character 812`), what, and what to do about it.
    pub diagnostic: Diagnostic,
}

impl LinkError {
    pub(super) fn new(
        code: &'static str,
        place: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> LinkError {
        LinkError { code, diagnostic: Diagnostic::at(place, message, hint) }
    }

    pub(super) fn ask_again(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> LinkError {
        LinkError::new(code, place, message, ASK_AGAIN)
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for LinkError {}

/// The content of a link of version 1.
#[derive(Deserialize)]
struct V1 {
    run: RunV1,
    branch: Option<String>,
    cursor: Moment,
    behaviour: u32,
    fingerprint: [u8; 16],
}

/// The content of a link of version 2: the fingerprint stays last.
#[derive(Serialize, Deserialize)]
struct V2 {
    run: RunV1,
    branch: Option<String>,
    cursor: Moment,
    behaviour: u32,
    events: u64,
    /// Random bits: as numbers of any length they would take more.
    prints: Vec<[u8; 4]>,
    fingerprint: [u8; 16],
}

/// The run of a link, in both versions.
#[derive(Serialize, Deserialize)]
enum RunV1 {
    /// A built-in scenario's plan, and what differs from it.
    Scenario { id: String, seed: Option<u64>, mutants: Option<Vec<String>>, interventions: Vec<Intervention> },
    /// A plan that is like no scenario's.
    Plan { scenario: Option<String>, plan: Box<Plan> },
}

impl Link {
    /// The packed form. An error if it would be longer than is read: `link-too-long`.
    pub fn pack(&self) -> Result<Vec<u8>, LinkError> {
        let content = V2 {
            run: self.run(),
            branch: self.branch.as_ref().map(|name| name.chars().take(NAME_MAX).collect()),
            cursor: self.cursor,
            behaviour: self.behaviour,
            events: self.marks.events,
            prints: self.marks.prints.iter().map(|print| print.to_le_bytes()).collect(),
            fingerprint: self.fingerprint.0.to_le_bytes(),
        };
        let head = vec![VERSION, 0, 0, 0];
        // Plain data into memory: nothing of it can fail.
        let packed = postcard::to_extend(&content, head).unwrap_or_default();
        if packed.len() > PACKED_MAX {
            let message = format!("A link of this run would hold {} bytes; at most {PACKED_MAX} are read.", packed.len());
            return Err(too_long(message));
        }
        Ok(packed)
    }

    fn run(&self) -> RunV1 {
        let plan = self.plan.clone();
        if let Some(id) = &self.scenario
            && let Some(own) = plan_of(id)
        {
            let Plan { seed, mutants, interventions, .. } = plan.clone();
            if (Plan { seed: own.seed, mutants: own.mutants.clone(), interventions: own.interventions.clone(), ..plan }) == own {
                let seed = (seed != own.seed).then_some(seed);
                let mutants = (mutants != own.mutants).then_some(mutants);
                return RunV1::Scenario { id: id.clone(), seed, mutants, interventions };
            }
        }
        RunV1::Plan { scenario: self.scenario.clone(), plan: Box::new(self.plan.clone()) }
    }

    /// Reads the packed form. Total: whatever the bytes are, the answer is a link or what is wrong with them.
    pub fn unpack(bytes: &[u8]) -> Result<Link, LinkError> {
        let Some(version) = bytes.first() else {
            return Err(LinkError::ask_again("link-empty", "byte 0", "This link is empty."));
        };
        if !(FIRST..=VERSION).contains(version) {
            let message = format!("This link has version {version} of the format; this lab reads versions {FIRST} to {VERSION}.");
            return Err(LinkError::new(
                "link-version",
                "byte 0",
                message,
                "Open it with the lab that made it, or with a newer one.",
            ));
        }
        if bytes.len() > PACKED_MAX {
            let message = format!("This link holds {} bytes; at most {PACKED_MAX} are read.", bytes.len());
            return Err(too_long(message));
        }
        if *version == FIRST {
            return content::<V1>(bytes)?.open(Marks::default());
        }
        let V2 { run, branch, cursor, behaviour, events, prints, fingerprint } = content(bytes)?;
        let marks = Marks { events, prints: prints.into_iter().map(u32::from_le_bytes).collect() };
        if marks.events > MOMENT_MAX_US || marks.prints.len() as u64 > MARKS_MAX {
            let message = format!("This link has {} marks in {} events.", marks.prints.len(), marks.events);
            return Err(LinkError::ask_again("link-value", "marks", message));
        }
        V1 { run, branch, cursor, behaviour, fingerprint }.open(marks)
    }
}

/// Reads what follows the head; says at which byte it stops making sense.
fn content<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, LinkError> {
    let body = bytes.get(HEAD..).unwrap_or_default();
    let mut from = postcard::Deserializer::from_bytes(body);
    let read = T::deserialize(&mut from);
    let rest = from.finalize().map_or(0, <[u8]>::len);
    let at = bytes.len() - rest;
    let place = format!("byte {at}");
    match read {
        Ok(content) if rest == 0 => Ok(content),
        Ok(_) => Err(LinkError::ask_again("link-damaged", place, format!("This link goes on for {rest} bytes after its end."))),
        Err(postcard::Error::DeserializeUnexpectedEnd) => {
            let message = format!("This link ends too early: at byte {at} of {} more is announced.", bytes.len());
            Err(LinkError::ask_again("link-truncated", place, message))
        }
        Err(_) => {
            let message = format!("This link is damaged at byte {at} of {}.", bytes.len());
            Err(LinkError::ask_again("link-damaged", place, message))
        }
    }
}

impl V1 {
    fn open(self, marks: Marks) -> Result<Link, LinkError> {
        let (scenario, plan) = match self.run {
            RunV1::Scenario { id, seed, mutants, interventions } => {
                let own = plan_of(&id).ok_or_else(|| unknown_scenario(&id))?;
                let (seed, mutants) = (seed.unwrap_or(own.seed), mutants.unwrap_or_else(|| own.mutants.clone()));
                (Some(id), Plan { seed, mutants, interventions, ..own })
            }
            // Its story may be gone; its run is not.
            RunV1::Plan { scenario, plan } => (scenario.filter(|id| library::find(id).is_some()), *plan),
        };
        if self.cursor.at_us > MOMENT_MAX_US {
            let message = format!("This link's moment, {} us, is further than any run goes.", self.cursor.at_us);
            return Err(LinkError::ask_again("link-value", "cursor", message));
        }
        if let Some(name) = self.branch.as_ref().filter(|name| name.chars().count() > NAME_MAX) {
            let message = format!("This link names a branch in {} characters; {NAME_MAX} are read.", name.chars().count());
            return Err(LinkError::ask_again("link-value", "branch", message));
        }
        Ok(Link {
            scenario,
            plan,
            branch: self.branch,
            cursor: self.cursor,
            behaviour: self.behaviour,
            fingerprint: Fingerprint(u128::from_le_bytes(self.fingerprint)),
            marks,
        })
    }
}

fn too_long(message: String) -> LinkError {
    LinkError::new("link-too-long", format!("byte {PACKED_MAX}"), message, "Save the run as a file instead.")
}

fn unknown_scenario(id: &str) -> LinkError {
    let id: String = id.chars().take(80).collect();
    let ids = library::all().iter().map(|scenario| scenario.id.as_str());
    let hint = match super::diagnostic::nearest(&id, ids) {
        Some(near) => format!("Did you mean {near}? Open that, or this link with a newer lab."),
        None => "Open it with a newer lab, or choose one of the scenarios.".to_owned(),
    };
    LinkError::new(
        "link-scenario",
        format!("byte {}", HEAD + 1),
        format!("This link plays {id}, which this lab does not have."),
        hint,
    )
}

/// The plan of a built-in scenario.
fn plan_of(id: &str) -> Option<Plan> {
    let scenario = library::find(id)?;
    compile(scenario, system::open::info(&scenario.system)?).ok().map(|compiled| compiled.plan)
}
