//! The text form of a scenario: plain data, as somebody writes it down.
//!
//! This file knows nothing of the rest of the crate. The build script includes it, reads every `www/scenarios/*.toml` with
//! it, and leaves one compact blob for the crate to embed, so that the page needs no TOML parser. Names are texts here;
//! [`super::compile`](mod@super::compile) gives them their meaning.
//!
//! Every struct refuses keys that it does not know, and every enum is written as `{ name = value }`.

use serde::{Deserialize, Serialize, de};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// One scenario: what it asks, what it does, what must come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its address in words: `raft/leader-crash`.
    pub id: String,
    /// The system it runs, e.g. `raft`.
    pub system: String,
    /// At most 40 characters.
    pub title: String,
    /// The one question that it asks.
    pub question: String,
    /// Two sentences that say what one sees.
    pub about: String,
    /// What to look for: one line for lists.
    pub looks_for: String,
    /// How much the reader should know before.
    pub level: Level,
    /// How long it takes a newcomer.
    pub minutes: u32,
    /// The view that the stage opens with: `cluster`, `log`, ...
    pub view: String,
    /// How fast it plays.
    pub pace: Pace,
    /// Where the page opens.
    #[serde(default)]
    pub start_at: Time,
    /// One to three things to do.
    pub steps: Vec<Step>,
    /// The predicate that says when the question is answered.
    pub goal: String,
    /// Ids of properties whose fall is part of the way to the goal: it does not pause what plays.
    #[serde(default)]
    pub plays_on: Vec<String>,
    /// A guess to make before.
    #[serde(default)]
    pub prediction: Option<Prediction>,
    /// What happened, in at most 60 words.
    pub happened: String,
    /// Ids of scenarios to go on with.
    #[serde(default)]
    pub next: Vec<String>,
    /// Where it comes from: papers, sections, reports.
    pub sources: Vec<String>,
    /// The input of the run.
    pub plan: Plan,
    /// What must come of it.
    pub expect: Vec<Expect>,
    /// The same with a broken rule put right.
    #[serde(default)]
    pub twin: Option<Twin>,
}

/// How much the reader should know before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing.
    First,
    /// How elections and replication go when all is well.
    Second,
    /// The paper.
    Deep,
}

/// One thing to do. It is done when its predicate holds, however that came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What to do, as a command: "Crash the leader".
    pub text: String,
    /// The action that a button offers.
    #[serde(default, rename = "do")]
    pub action: Option<Action>,
    /// The predicate that ticks it.
    pub until: String,
}

/// A guess to make before the run shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// What is to be guessed.
    pub question: String,
    /// Two to four answers.
    pub answers: Vec<String>,
    /// The number of the right one, from 1.
    pub right: u32,
}

/// Something that must be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// When it is looked at: a time, a predicate (the first moment at which it holds), or `end`.
    pub when: String,
    /// The predicate that must hold then.
    pub that: String,
    /// What it shows.
    pub why: String,
}

/// The same run with rules put right: what must hold then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    /// Which mutants are switched off; all of them if it is left out.
    #[serde(default)]
    pub without: Vec<String>,
    /// What must come of it.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

/// The input of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Seed of every draw.
    pub seed: u64,
    /// Who takes part.
    pub cluster: Cluster,
    /// How long it runs without a viewer.
    pub end: Time,
    /// The system's settings by name; switches are 0 and 1.
    #[serde(default)]
    pub settings: BTreeMap<String, i64>,
    /// Broken rules.
    #[serde(default)]
    pub mutants: Vec<String>,
    /// What links do.
    #[serde(default)]
    pub network: Network,
    /// Clocks that are not true.
    #[serde(default)]
    pub clocks: Vec<Clock>,
    /// What disks do.
    #[serde(default)]
    pub disk: Disk,
    /// Operations at fixed times.
    #[serde(default)]
    pub operations: Vec<PlannedOperation>,
    /// Random operations.
    #[serde(default)]
    pub generator: Option<Generator>,
    /// What goes wrong, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Servers, named S1, S2, ...
    pub servers: u16,
    /// Clients, named client 1, client 2, ...
    #[serde(default)]
    pub clients: u16,
}

/// What links do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Delay of a message: `1 ms to 5 ms` if it is left out.
    #[serde(default)]
    pub delay: Option<Span>,
    /// Chance of loss.
    #[serde(default)]
    pub loss: Option<Chance>,
    /// Chance of arriving twice.
    #[serde(default)]
    pub duplicate: Option<Chance>,
    /// Chance of leaving the order of the link.
    #[serde(default)]
    pub reorder: Option<Chance>,
    /// How much later a reordered message may come.
    #[serde(default)]
    pub reorder_by: Option<Time>,
    /// Exceptions, in order.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// Another behaviour for some messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Senders; all if it is left out.
    #[serde(default)]
    pub from: Vec<String>,
    /// Receivers; all if it is left out.
    #[serde(default)]
    pub to: Vec<String>,
    /// Requests, replies or one-way messages only.
    #[serde(default)]
    pub class: Option<Class>,
    /// One kind of message only, by its name.
    #[serde(default)]
    pub kind: Option<String>,
    /// Delay of a message.
    #[serde(default)]
    pub delay: Option<Span>,
    /// Chance of loss.
    #[serde(default)]
    pub loss: Option<Chance>,
    /// Chance of arriving twice.
    #[serde(default)]
    pub duplicate: Option<Chance>,
    /// Chance of leaving the order of the link.
    #[serde(default)]
    pub reorder: Option<Chance>,
    /// How much later a reordered message may come.
    #[serde(default)]
    pub reorder_by: Option<Time>,
}

/// Which half of a conversation a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Asks for a reply.
    Request,
    /// Answers a request.
    Reply,
    /// Neither.
    OneWay,
}

/// One node's clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Whose.
    pub node: String,
    /// How far its wall clock is ahead: `400 ms`, `-2 s`.
    #[serde(default)]
    pub ahead: Shift,
    /// How much faster than true it runs, parts per million.
    #[serde(default)]
    pub rate_ppm: i64,
}

/// What disks do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// Time until a write is on disk: `500 us to 1 ms` if it is left out.
    #[serde(default)]
    pub fsync: Option<Span>,
    /// Chance that a write not yet on disk is lost at a crash.
    #[serde(default)]
    pub lose_unsynced: Option<Chance>,
    /// Chance that the first lost write leaves a torn record behind.
    #[serde(default)]
    pub torn_tail: Option<Chance>,
}

/// In place of a client's name: one operation of each client.
pub const EACH_CLIENT: &str = "each client";

/// An operation at a fixed time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedOperation {
    /// When.
    pub at: Time,
    /// Which client invokes it; [`EACH_CLIENT`] for all of them.
    pub client: String,
    /// Verb, key and numbers: `put x 7`, `get x`, `cas x 7 8`.
    pub ask: String,
    /// The server that is asked first, whoever leads.
    #[serde(default)]
    pub of: Option<String>,
}

/// Random operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    /// First invocation.
    pub from: Time,
    /// No invocation from here on.
    pub until: Time,
    /// Time between two invocations of one client.
    pub every: Span,
    /// Number of keys.
    pub keys: u32,
    /// Verbs and their weights.
    pub mix: BTreeMap<String, u32>,
}

/// An action at a fixed time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When.
    pub at: Time,
    /// What.
    #[serde(rename = "do")]
    pub action: Action,
}

/// Everything that can be done to a world. Nodes are named `S1`, `client 2`; in a step's action also by role: `leader`.
/// Links are written `S1 -> S2`, `S1 <-> S2, S3`, `all -> S1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// The process stops; volatile state is lost.
    Crash(String),
    /// The process starts again with its disk.
    Restart(String),
    /// The process starts again with an empty disk.
    RestartEmpty(String),
    /// The process stands still.
    Pause(String),
    /// It goes on.
    Resume(String),
    /// Each message takes a service time, and only so many wait.
    Slow {
        /// Which node.
        node: String,
        /// Time per message.
        service: Time,
        /// How many messages may wait.
        queue: u32,
    },
    /// Cut links.
    Cut(Cut),
    /// Mend these links; everything, if the list is empty.
    Heal(Vec<String>),
    /// Change what links do.
    Channel(Rule),
    /// Take back every such change.
    ResetChannels,
    /// Links stand still for a while.
    Clog {
        /// Which.
        links: Vec<String>,
        /// How long.
        lasts: Time,
    },
    /// Clog all links of several nodes one after the other, and free them in another order.
    SwizzleClog {
        /// The nodes, in the order of clogging.
        nodes: Vec<String>,
        /// Time between two steps.
        step: Time,
        /// The same nodes, in the order of freeing.
        free: Vec<String>,
    },
    /// Keep what is sent on links, and what is in flight there.
    Hold(Vec<String>),
    /// Let held messages go.
    Release(Vec<String>),
    /// This message arrives now: `message 3 from S1 to S2`, counted from 1.
    Deliver(String),
    /// This message is lost now.
    Drop(String),
    /// A second copy goes with this message.
    Duplicate(String),
    /// This message arrives later.
    Delay {
        /// Which.
        message: String,
        /// By how much.
        by: Time,
    },
    /// Two messages change their times of arrival.
    Swap(String, String),
    /// A node's wall clock jumps.
    ClockJump {
        /// Whose.
        node: String,
        /// How far forward: `400 ms`, `-2 s`.
        by: Shift,
    },
    /// A node's clocks run at another rate.
    ClockRate {
        /// Whose.
        node: String,
        /// How much faster than true, parts per million.
        ppm: i64,
    },
    /// Do something to a node's disk.
    Disk {
        /// Whose.
        node: String,
        /// What.
        act: DiskAct,
    },
    /// A client asks for an operation.
    Request {
        /// Which client.
        client: String,
        /// Verb, key and numbers: `put x 7`.
        ask: String,
        /// The server that is asked first.
        #[serde(default)]
        of: Option<String>,
    },
    /// Let this happen next: `timer election of S2`, `message 3 from S1 to S2`, `write 2 of S1`.
    Choose(String),
}

/// Which directed links a cut takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Cut {
    /// No link between nodes of different islands; nodes in no island form one more.
    Islands(Vec<Vec<String>>),
    /// Two islands, and one node that sees both.
    Bridge {
        /// The node in the middle.
        bridge: String,
        /// One side.
        left: Vec<String>,
        /// The other side.
        right: Vec<String>,
    },
    /// Each node sees only its two neighbours.
    Ring(Vec<String>),
    /// No messages in one direction.
    OneWay {
        /// Senders that are not heard.
        from: Vec<String>,
        /// By these.
        to: Vec<String>,
    },
    /// A node on its own.
    Isolate(String),
    /// Exactly these links.
    Links(Vec<String>),
}

/// What can be done to a node's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskAct {
    /// Writes take so long from now on.
    Fsync(Span),
    /// Chance that a crash loses unsynced writes.
    LoseUnsynced(Chance),
    /// Chance that the first lost write leaves a torn record.
    TornTail(Chance),
    /// The record at this place, counted from the newest as 0, is damaged.
    Corrupt(u32),
    /// The next write lands on the record at this place, counted from the newest as 0.
    Misdirect(u32),
    /// Writes fail, or succeed again.
    Full(bool),
}

/// A moment or a length of virtual time, written `150 ms`, `1.2 s`, `800 us`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Microseconds.
    pub us: u64,
}

/// A signed length of virtual time, written `400 ms`, `-2 s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Microseconds.
    pub us: i64,
}

/// A range of lengths of time, written `1 ms to 5 ms`, or `3 ms` if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The least.
    pub min: Time,
    /// The greatest.
    pub max: Time,
}

/// A chance, written `30 %`, `0.01 %`, `250 ppm`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chance {
    /// Parts per million.
    pub ppm: u32,
}

/// Speed of playback, written `30 x slower`, `real time`, `10 x faster`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One virtual second takes so many real ones.
    Slower(u32),
    /// So many virtual seconds take a real one; 1 is real time.
    Faster(u32),
}

impl Pace {
    /// Virtual microseconds per real millisecond, at least 1.
    pub fn us_per_ms(self) -> u64 {
        match self {
            Pace::Slower(times) => (1_000 / u64::from(times.max(1))).max(1),
            Pace::Faster(times) => 1_000 * u64::from(times),
        }
    }
}

const DURATION: &str = "a duration such as 150 ms, 1.2 s or 800 us";

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Time, String> {
        let text = text.trim();
        let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(|| format!("`{text}` is not {DURATION}"))?;
        let (number, unit) = text.split_at(unit_at);
        let unit_us: u64 = match unit.trim() {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            "min" => 60_000_000,
            "h" => 3_600_000_000,
            other => return Err(format!("`{other}` is not a unit of time: us, ms, s, min or h")),
        };
        scaled(number.trim(), unit_us).map(|us| Time { us }).ok_or_else(|| format!("`{text}` is not {DURATION}"))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.us {
            0 => f.write_str("0 s"),
            us if us >= 1_000_000 => fmt_scaled(f, us, 1_000_000, "s"),
            us if us >= 1_000 => fmt_scaled(f, us, 1_000, "ms"),
            us => write!(f, "{us} us"),
        }
    }
}

impl FromStr for Shift {
    type Err = String;

    fn from_str(text: &str) -> Result<Shift, String> {
        let text = text.trim();
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let us = i64::try_from(rest.parse::<Time>()?.us).map_err(|_| format!("`{text}` is too long"))?;
        Ok(Shift { us: sign * us })
    }
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.us < 0 { "-" } else { "" }, Time { us: self.us.unsigned_abs() })
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let (min, max) = match text.split_once(" to ") {
            None => {
                let both: Time = text.parse()?;
                (both, both)
            }
            Some((min, max)) => (min.parse()?, max.parse()?),
        };
        if min > max {
            return Err(format!("`{text}` is empty: {min} is longer than {max}"));
        }
        Ok(Span { min, max })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max { write!(f, "{}", self.min) } else { write!(f, "{} to {}", self.min, self.max) }
    }
}

impl FromStr for Chance {
    type Err = String;

    fn from_str(text: &str) -> Result<Chance, String> {
        let text = text.trim();
        let ppm = match (text.strip_suffix('%'), text.strip_suffix("ppm")) {
            (Some(number), _) => scaled(number.trim(), 10_000),
            (_, Some(number)) => scaled(number.trim(), 1),
            (None, None) => None,
        };
        match ppm {
            Some(ppm @ 0..=1_000_000) => Ok(Chance { ppm: ppm as u32 }),
            Some(_) => Err(format!("`{text}` is more than always: the greatest chance is 100 %")),
            None => Err(format!("`{text}` is not a chance such as 30 % or 250 ppm")),
        }
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_scaled(f, u64::from(self.ppm), 10_000, "%")
    }
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Pace, String> {
        let wrong = || format!("`{text}` is not a speed such as 30 x slower, real time or 10 x faster");
        if text.trim() == "real time" {
            return Ok(Pace::Faster(1));
        }
        let (number, way) = text.split_once('x').ok_or_else(wrong)?;
        match (number.trim().parse::<u32>(), way.trim()) {
            (Ok(times @ 1..=1_000), "slower") => Ok(Pace::Slower(times)),
            (Ok(times @ 1..=1_000_000), "faster") => Ok(Pace::Faster(times)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::Faster(1) => f.write_str("real time"),
            Pace::Slower(times) => write!(f, "{times} x slower"),
            Pace::Faster(times) => write!(f, "{times} x faster"),
        }
    }
}

macro_rules! written_as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}
written_as_text!(Time, Shift, Span, Chance, Pace);

/// `1.25` times `unit`, exactly; `None` if it is no such number, or has parts smaller than 1.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let scale = 10u128.pow(part.len() as u32);
    let parts = part.parse::<u128>().ok()? * u128::from(unit);
    if parts % scale != 0 {
        return None;
    }
    let all = whole.parse::<u128>().ok()? * u128::from(unit) + parts / scale;
    // Whole microseconds that also fit a signed number and a JavaScript one.
    u64::try_from(all).ok().filter(|all| *all < 1 << 53)
}

/// `value` in `unit`s, without zeros at the end.
fn fmt_scaled(f: &mut fmt::Formatter<'_>, value: u64, unit: u64, name: &str) -> fmt::Result {
    let (whole, part) = (value / unit, value % unit);
    if part == 0 {
        return write!(f, "{whole} {name}");
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{part:0width$}");
    write!(f, "{whole}.{} {name}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr<Err = String> + fmt::Display>(text: &str, expect: Result<&str, &str>) {
        match (text.parse::<T>(), expect) {
            (Ok(value), Ok(shown)) => assert_eq!(value.to_string(), shown),
            (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
            (got, _) => panic!("{text}: {:?}, expected {expect:?}", got.map(|value| value.to_string())),
        }
    }

    #[test]
    fn times_are_whole_microseconds() {
        check::<Time>("150 ms", Ok("150 ms"));
        check::<Time>("1.204 s", Ok("1.204 s"));
        check::<Time>("1200ms", Ok("1.2 s"));
        check::<Time>("0 s", Ok("0 s"));
        check::<Time>("2 min", Ok("120 s"));
        check::<Time>("0.5 us", Err("not a duration"));
        check::<Time>("12", Err("not a duration"));
        check::<Time>("12 parsecs", Err("not a unit of time"));
        check::<Time>("-1 s", Err("not a duration"));
        check::<Time>("99999999999999 h", Err("not a duration"));
        check::<Shift>("-1.5 s", Ok("-1.5 s"));
        check::<Span>("1 ms to 5 ms", Ok("1 ms to 5 ms"));
        check::<Span>("3 ms", Ok("3 ms"));
        check::<Span>("5 ms to 1 ms", Err("is empty"));
    }

    #[test]
    fn chances_and_speeds_are_written_in_words() {
        check::<Chance>("30 %", Ok("30 %"));
        check::<Chance>("250 ppm", Ok("0.025 %"));
        check::<Chance>("101 %", Err("more than always"));
        check::<Chance>("0.3", Err("not a chance"));
        check::<Pace>("30 x slower", Ok("30 x slower"));
        check::<Pace>("1 x faster", Ok("real time"));
        check::<Pace>("0 x slower", Err("not a speed"));
        assert_eq!(Pace::Slower(30).us_per_ms(), 33);
    }
}
