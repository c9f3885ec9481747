//! Names as a format can have them, each of its own.

use crate::scenario::foreign::pattern::spaces;
use crate::scenario::foreign::trace::Trace;
use std::collections::{BTreeMap, BTreeSet};

/// Gives each wish a name: those that `fits` keep it where it is free, all others are numbered where it is taken.
fn each_its_own(wishes: &[(String, bool)], between: char) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names: Vec<Option<String>> =
        wishes.iter().map(|(wish, fits)| (*fits && taken.insert(wish.clone())).then(|| wish.clone())).collect();
    let mut last: BTreeMap<&str, u32> = BTreeMap::new();
    for (name, (wish, _)) in names.iter_mut().zip(wishes) {
        if name.is_some() {
            continue;
        }
        let mut own = wish.clone();
        while !taken.insert(own.clone()) {
            let n = last.entry(wish).or_insert(1);
            *n += 1;
            own = format!("{wish}{between}{n}");
        }
        *name = Some(own);
    }
    names.into_iter().flatten().collect()
}

/// Names of executions in a file of their own: one alone is called what it is called, even nothing; several have a name each.
pub(super) fn of_executions(traces: &[&Trace], written: fn(&str) -> String) -> Vec<String> {
    if let [alone] = traces {
        return vec![written(&alone.name)];
    }
    let wish = |(n, trace): (usize, &&Trace)| match written(&trace.name) {
        name if name.is_empty() => (format!("execution {}", n + 1), false),
        name => (name.clone(), name == trace.name),
    };
    each_its_own(&traces.iter().enumerate().map(wish).collect::<Vec<_>>(), ' ')
}

/// Names of a trace's hosts without white space.
pub(super) fn of_hosts(trace: &Trace) -> Vec<String> {
    let space = spaces();
    let wish = |name: &String| {
        let plain: String = name.chars().map(|letter| if space(letter) { '-' } else { letter }).collect();
        (if plain.is_empty() { "-".to_owned() } else { plain.clone() }, plain == *name && !plain.is_empty())
    };
    each_its_own(&trace.hosts.iter().map(|host| wish(&host.name)).collect::<Vec<_>>(), '-')
}

/// Longest name of a group, characters.
const GROUP_MAX: usize = 40;

/// Names of fields as groups of a parser can have them.
pub(super) fn of_groups(fields: &[&str]) -> Vec<String> {
    let allowed = |letter: char| letter.is_ascii_digit() || letter.is_alphabetic() || letter == '_';
    let wish = |field: &&str| {
        let plain: String = field.chars().take(GROUP_MAX).map(|letter| if allowed(letter) { letter } else { '_' }).collect();
        let begins = plain.starts_with(|letter: char| !letter.is_ascii_digit());
        let plain = if begins && !PARSER_GROUPS.contains(&plain.as_str()) { plain } else { format!("field_{plain}") };
        (plain.clone(), plain == **field)
    };
    each_its_own(&fields.iter().map(wish).collect::<Vec<_>>(), '_')
}

/// Groups that every parser has, or that are read as something.
const PARSER_GROUPS: [&str; 4] = ["host", "clock", "event", "timestamp"];

/// Names of fields as keys of a line can have them.
pub(super) fn of_keys(fields: &[&str]) -> Vec<String> {
    const RESERVED: [&str; 7] = ["execution", "host", "clock", "after", "event", "at_us", "netsplit-trace"];
    let wish = |field: &&str| {
        let reserved = RESERVED.contains(field);
        (if reserved { format!("{field}_") } else { (*field).to_owned() }, !reserved)
    };
    each_its_own(&fields.iter().map(wish).collect::<Vec<_>>(), '_')
}

/// All names of fields of some traces, in order, and for each trace the place of each of its fields among them.
pub(super) fn all_fields<'a>(traces: &[&'a Trace]) -> (Vec<&'a str>, Vec<Vec<usize>>) {
    let all: BTreeSet<&str> = traces.iter().flat_map(|trace| trace.fields.iter().map(String::as_str)).collect();
    let all: Vec<&str> = all.into_iter().collect();
    let place = |field: &String| all.binary_search(&field.as_str()).unwrap_or_default();
    let places = traces.iter().map(|trace| trace.fields.iter().map(place).collect()).collect();
    (all, places)
}
