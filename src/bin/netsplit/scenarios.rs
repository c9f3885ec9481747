//! `netsplit scenarios`: what there is to look at.

use super::{Done, Language, json_line};
use netsplit::view::report;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    lang: Language,
}

pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let cards = report::cards(arguments.lang.lang);
    let width = cards.iter().map(|card| card.id.len()).max().unwrap_or(0);
    for card in &cards {
        if arguments.json {
            json_line(out, card)?;
        } else {
            writeln!(out, "{:width$}  {}\n{:width$}  Look for: {}", card.id, card.title, "", card.looks_for)?;
        }
    }
    Ok(())
}
