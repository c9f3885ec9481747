//! What notes say of their node's role, for the bands on the lanes.

use crate::base::Note;
use crate::system::inspect::Fill;

/// Letter, fill and epoch of the role that a note speaks of, by the last part of its key, as for the marks of the time bar.
pub fn role_of(note: &Note) -> Option<(char, Fill, u64)> {
    let (letter, fill) = match note.kind.key.rsplit('.').next().unwrap_or_default() {
        "becomes-leader" => ('L', Fill::Solid),
        "holds" => ('H', Fill::Solid),
        "is-over" | "releases" | "holds-nothing" => ('C', Fill::Outline),
        "times-out" | "asks-again" | "wins-pre-vote" => ('C', Fill::Half),
        "steps-down-term" | "steps-down-quorum" | "yields" | "follows" | "adopts-term" => ('F', Fill::Outline),
        _ => return None,
    };
    let term = note.kind.args.iter().position(|(name, _)| ["term", "fence"].contains(name)).and_then(|at| note.args.get(at));
    Some((letter, fill, term.copied().unwrap_or_default()))
}
