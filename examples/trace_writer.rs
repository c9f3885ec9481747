//! How a program writes a trace that Netsplit opens. Needs nothing but the standard library: copy [`Tracer`] into yours.
//!
//! ```text
//! cargo run --example trace_writer > ping.jsonl
//! netsplit convert --from jsonl --to shiviz ping.jsonl
//! ```
//!
//! Each process has one tracer. It ticks its own entry at every event; what it sends carries its vector, and what it receives
//! is merged. The lines of all processes together, in any order, are the trace (docs/trace-format.md).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::mpsc::channel;
use std::thread;

/// How many events of each host somebody knows: what every message carries.
pub type Vector = BTreeMap<String, u64>;

/// Writes the events of one process, a line each.
pub struct Tracer<W: Write> {
    host: String,
    vector: Vector,
    out: W,
}

impl<W: Write> Tracer<W> {
    /// A tracer for a process; its name must be its own.
    pub fn new(host: &str, out: W) -> Tracer<W> {
        Tracer { host: host.to_owned(), vector: Vector::new(), out }
    }

    /// Something happens here.
    pub fn event(&mut self, text: &str) -> io::Result<()> {
        *self.vector.entry(self.host.clone()).or_insert(0) += 1;
        let clock: Vec<String> = self.vector.iter().map(|(host, n)| format!("{}:{n}", quoted(host))).collect();
        writeln!(self.out, r#"{{"host":{},"clock":{{{}}},"event":{}}}"#, quoted(&self.host), clock.join(","), quoted(text))
    }

    /// A message is sent: the vector goes with it.
    pub fn send(&mut self, text: &str) -> io::Result<Vector> {
        self.event(text)?;
        Ok(self.vector.clone())
    }

    /// A message arrives, with the vector that came with it.
    pub fn receive(&mut self, theirs: &Vector, text: &str) -> io::Result<()> {
        for (host, n) in theirs {
            let mine = self.vector.entry(host.clone()).or_insert(0);
            *mine = (*mine).max(*n);
        }
        self.event(text)
    }

    /// Where the lines went.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// A text in quotes, as JSON has it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if letter < ' ' => out.push_str(&format!("\\u{:04x}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out + "\""
}

/// Two threads play ping-pong; their lines one after the other.
pub fn ping_pong() -> io::Result<Vec<u8>> {
    let (to_pong, from_ping) = channel::<Vector>();
    let (to_ping, from_pong) = channel::<Vector>();
    let pong = thread::spawn(move || -> io::Result<Vec<u8>> {
        let mut tracer = Tracer::new("pong", Vec::new());
        while let Ok(vector) = from_ping.recv() {
            tracer.receive(&vector, "receives \"ping\"")?;
            let _ = to_ping.send(tracer.send("sends \"pong\"")?);
        }
        Ok(tracer.into_inner())
    });
    let mut tracer = Tracer::new("ping", Vec::new());
    for round in 1..=3 {
        let vector = tracer.send(&format!("sends \"ping\", round {round}"))?;
        if to_pong.send(vector).is_err() {
            break;
        }
        if let Ok(vector) = from_pong.recv() {
            tracer.receive(&vector, "receives \"pong\"")?;
        }
    }
    drop(to_pong);
    let theirs = pong.join().map_err(|_| io::Error::other("pong ended early"))??;
    Ok([tracer.into_inner(), theirs].concat())
}

#[allow(dead_code, reason = "tests call the rest of it")]
fn main() -> io::Result<()> {
    io::stdout().write_all(&ping_pong()?)
}
