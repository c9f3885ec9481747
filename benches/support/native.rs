//! Time and memory natively.

use super::Place;
use std::sync::LazyLock;
use std::time::Instant;

pub const PLACE: Place = Place { name: "native", now_ms, memory_bytes };

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now_ms() -> f64 {
    BEGIN.elapsed().as_secs_f64() * 1e3
}

/// Memory that the process holds; 0 where /proc does not tell.
fn memory_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
}
