//! Reads the scenarios in `www/scenarios/` and leaves them as compact blobs for `scenario::library`, all in one and the page's
//! first by itself: the page then needs no TOML parser. A broken scenario breaks the build, with file, line, column and a hint.

// The crate's own files; the build needs a part of them.
#[allow(dead_code, unreachable_pub)]
#[path = "src/scenario/diagnostic.rs"]
mod diagnostic;
#[allow(dead_code, unreachable_pub)]
#[path = "src/scenario/schema.rs"]
mod schema;
#[allow(dead_code, unreachable_pub)]
#[path = "src/scenario/toml.rs"]
mod toml;

use std::path::{Path, PathBuf};
use std::{env, fs, process};

const FOLDER: &str = "www/scenarios";
/// The scenario that the page opens with.
const OPENING: &str = "raft/leader-crash";

fn main() {
    // Where each constant begins and ends: scripts/wasm-split lets those that the page does not open with come later.
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
        if let Some(profile) = out.ancestors().nth(3) {
            println!("cargo::rustc-link-arg-cdylib=-Map={}", profile.join("netsplit.map").display());
        }
    }
    for file in ["build.rs", FOLDER, "src/scenario/diagnostic.rs", "src/scenario/schema.rs", "src/scenario/toml.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let mut scenarios = Vec::new();
    let mut broken = 0;
    for file in files(Path::new(FOLDER)) {
        let name = file.display().to_string();
        let text = fs::read_to_string(&file).unwrap_or_else(|error| stop(&format!("{name}: {error}")));
        match toml::parse(&name, &text) {
            Ok(scenario) => scenarios.push((name, scenario)),
            Err(diagnostics) => {
                broken += diagnostics.len();
                for diagnostic in diagnostics {
                    println!("cargo::error={}", diagnostic.to_string().replace("\n  hint: ", " (hint: ") + ")");
                }
            }
        }
    }
    if broken > 0 {
        process::exit(1);
    }
    // As they are to be offered: real rules before broken ones, then by what one should know, then by name.
    scenarios.sort_by_key(|(name, scenario)| (!scenario.plan.mutants.is_empty(), scenario.level, name.clone()));
    let scenarios: Vec<schema::Scenario> = scenarios.into_iter().map(|(_, scenario)| scenario).collect();
    let Some(opening) = scenarios.iter().find(|scenario| scenario.id == OPENING) else {
        stop(&format!("{FOLDER} has no {OPENING}, with which the page opens"))
    };
    write("opening.postcard", postcard::to_allocvec(opening));
    write("scenarios.postcard", postcard::to_allocvec(&scenarios));
}

fn write(name: &str, bytes: postcard::Result<Vec<u8>>) {
    let bytes = bytes.unwrap_or_else(|error| stop(&error.to_string()));
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    fs::write(out, bytes).unwrap_or_else(|error| stop(&error.to_string()));
}

/// All TOML files in a folder and the folders in it, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
    let mut found = Vec::new();
    for path in entries.unwrap_or_default() {
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn stop(message: &str) -> ! {
    println!("cargo::error={message}");
    process::exit(1)
}
