//! The rooms of the house and the directions between them: what may know of what.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground floor up. A room may use what stands before it, and itself.
const ROOMS: [&str; 9] = ["base", "protocol", "sim", "check", "system", "timeline", "scenario", "view", "web"];

/// Words that must not stand in a room, and why.
const FORBIDDEN: [(&str, &[&str], &str); 4] = [
    (
        "protocol",
        &["std::time", "std::thread", "std::fs", "std::net", "std::io", "HashMap", "HashSet", "f64", "f32", "rand::"],
        "cores have no clock, no randomness, no I/O, no floats, no unstable order",
    ),
    (
        "sim",
        &["std::time", "std::thread", "std::fs", "std::net", "std::io", "HashMap", "HashSet", "f64", "f32"],
        "the world decides the same bits everywhere",
    ),
    ("check", &["std::time", "HashMap", "HashSet", "f64", "f32"], "verdicts are the same everywhere"),
    ("timeline", &["std::time", "std::thread", "HashMap", "HashSet"], "the timeline runs in wasm too"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The code of a source without comments: what the compiler acts on.
fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The rooms that a piece of code names after `crate::`, alone or in a group.
fn named(code: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            // A group at the top level names rooms at depth one.
            let mut depth = 1;
            let mut start = 0;
            for (place, letter) in group.char_indices() {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if (letter == ',' && depth == 1) || depth == 0 {
                    rooms.push(first_word(group[start..place].trim()));
                    start = place + 1;
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            rooms.push(first_word(rest));
        }
    }
    rooms
}

fn first_word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or("")
}

/// What a source in `room` does that it may not.
fn trespasses(room: &str, source: &str) -> Vec<String> {
    let code = code(source);
    let floor = ROOMS.iter().position(|known| *known == room).expect("a known room");
    let mut found: Vec<String> = named(&code)
        .into_iter()
        .filter(|other| ROOMS[floor + 1..].contains(other))
        .map(|other| format!("uses {other}, which stands above {room}"))
        .collect();
    for (_, words, why) in FORBIDDEN.iter().filter(|(where_, ..)| *where_ == room) {
        found.extend(words.iter().filter(|word| code.contains(*word)).map(|word| format!("says {word}: {why}")));
    }
    let web_only = ["wasm_bindgen", "web_sys", "js_sys", "getrandom", "target_arch"];
    if room != "web" {
        found.extend(web_only.iter().filter(|word| code.contains(*word)).map(|word| format!("says {word}: only web may")));
    }
    found
}

#[test]
fn rooms_use_only_what_stands_below_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut complaints = Vec::new();
    for room in ROOMS {
        let files = sources(&root.join(room));
        assert!(!files.is_empty(), "there is a room {room}");
        for file in files {
            let source = fs::read_to_string(&file).expect("a readable source");
            complaints.extend(trespasses(room, &source).into_iter().map(|what| format!("{}: {what}", file.display())));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_room_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = fs::read_dir(root).expect("src").map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    for folder in folders {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        assert!(name == "bin" || ROOMS.contains(&name.as_str()), "{name} is not on the list of rooms");
    }
}

#[test]
fn a_trespass_is_noticed() {
    let noticed = |room, source| !trespasses(room, source).is_empty();
    assert!(noticed("protocol", "use crate::sim::World;"));
    assert!(noticed("base", "use crate::{\n    base::NodeId,\n    view::{Scene, svg},\n};"));
    assert!(noticed("sim", "fn f() { crate::check::verdict(); }"));
    assert!(noticed("protocol", "use std::collections::HashMap;"));
    assert!(noticed("view", "#[cfg(target_arch = \"wasm32\")]"));
    assert!(!noticed("sim", "// crate::check is not known here\nuse crate::{base::NodeId, protocol::Core};"));
    assert!(!noticed("web", "use crate::timeline::Session; use wasm_bindgen::prelude::*;"));
}

/// A namespace of the W3C, or a host under `.example`, which is reserved for documentation and never resolves (RFC 2606).
fn is_no_site(address: &str) -> bool {
    let host = address.split("//").nth(1).unwrap_or("");
    let host = host.split(|next: char| !next.is_ascii_alphanumeric() && next != '.' && next != '-').next().unwrap_or("");
    address.starts_with("http://www.w3.org/") || host.ends_with(".example")
}

#[test]
fn a_site_is_noticed_and_a_placeholder_is_none() {
    assert!(is_no_site("https://course.example\", autocomplete"));
    assert!(is_no_site("http://www.w3.org/2000/svg"));
    for site in ["https://course.example.com/", "https://fonts.test/a.example", "http://example/", "https://"] {
        assert!(!is_no_site(site), "{site}");
    }
}

#[test]
fn pages_ask_no_other_site_and_evaluate_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the page") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let evaluates = ["eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"];
            if path.extension().is_some_and(|ending| ending == "js") {
                for word in evaluates {
                    assert!(!text.contains(word), "{}: {word}", path.display());
                }
            }
            let elsewhere = text.match_indices("https://").chain(text.match_indices("http://"));
            for (at, _) in elsewhere.filter(|_| path.extension().is_some_and(|ending| ending == "js" || ending == "css")) {
                let line = text[..at].lines().last().unwrap_or("");
                assert!(
                    is_no_site(&text[at..]) || line.trim_start().starts_with(['*', '/']),
                    "{}: names another site",
                    path.display()
                );
            }
        }
    }
}
