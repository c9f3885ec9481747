//! The English texts by key: which table has it.
//!
//! Each family of systems has a table, and a function of its own, never a part of another, that looks into it: what no run on
//! the page is about is not read, and not loaded (see "What is loaded when" in ARCHITECTURE.md).

use super::{en, en_clock, en_lock, en_rpc, en_rpc_caller};
use std::collections::HashMap;
use std::sync::OnceLock;

type Table = &'static [(&'static str, &'static str)];
type Index = OnceLock<HashMap<&'static str, &'static str>>;

/// The text with this key.
pub(super) fn text(key: &str) -> Option<&'static str> {
    match key.split('.').next() {
        Some("clock") => clock(key),
        Some("lock" | "leases") => lock(key),
        Some("rpc" | "requests" | "plot") => rpc(key),
        // What every family says, and Raft. A property may have any name: all tables are asked for it.
        _ => general(key)
            .or_else(|| if is_of_property(key) { clock(key).or_else(|| lock(key)).or_else(|| rpc(key)) } else { None }),
    }
}

fn is_of_property(key: &str) -> bool {
    matches!(key.split_once('.'), Some((property, "name" | "about")) if !matches!(property, "raft" | "world"))
}

fn general(key: &str) -> Option<&'static str> {
    static INDEX: Index = OnceLock::new();
    find(&INDEX, en::TEXTS, key)
}

#[inline(never)]
fn clock(key: &str) -> Option<&'static str> {
    static INDEX: Index = OnceLock::new();
    find(&INDEX, en_clock::TEXTS, key)
}

#[inline(never)]
fn lock(key: &str) -> Option<&'static str> {
    static INDEX: Index = OnceLock::new();
    find(&INDEX, en_lock::TEXTS, key)
}

#[inline(never)]
fn rpc(key: &str) -> Option<&'static str> {
    static INDEX: Index = OnceLock::new();
    find(&INDEX, en_rpc::TEXTS, key).or_else(|| rpc_caller(key))
}

#[inline(never)]
fn rpc_caller(key: &str) -> Option<&'static str> {
    static INDEX: Index = OnceLock::new();
    find(&INDEX, en_rpc_caller::TEXTS, key)
}

fn find(index: &Index, table: Table, key: &str) -> Option<&'static str> {
    index.get_or_init(|| table.iter().copied().collect()).get(key).copied()
}

/// All of them: the general ones and Raft's, then those of the other systems.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    en::TEXTS.iter().chain(en_clock::TEXTS).chain(en_lock::TEXTS).chain(en_rpc::TEXTS).chain(en_rpc_caller::TEXTS).copied()
}
