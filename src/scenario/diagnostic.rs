//! What is wrong with a text, where, and what to do about it.
//!
//! Knows nothing of the rest of the crate, so that the build script can use it too.

use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Diagnostic {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

/// A place in a text, or in a structure that never was a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The file's name, or empty.
    pub file: String,
    /// The way to the value: `plan.faults[2].at`; empty if it is not known.
    pub path: String,
    /// Line from 1; 0 if it is not known.
    pub line: u32,
    /// Column from 1, in characters: of the line, or of the value itself while the line is not known. 0 if it is not known.
    pub column: u32,
}

impl Diagnostic {
    /// Something wrong with the value at `path`.
    pub fn at(path: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Diagnostic {
        let place = Place { path: path.into(), ..Place::default() };
        Diagnostic { place, message: message.into(), hint: hint.into() }
    }

    /// Something wrong at a character of the value at `path`, from 1.
    pub fn at_column(mut self, column: u32) -> Diagnostic {
        self.place.column = column;
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        if !self.file.is_empty() {
            parts.push(self.file.clone());
        }
        if self.line > 0 {
            parts.push(format!("{}:{}", self.line, self.column.max(1)));
        } else if !self.path.is_empty() {
            parts.push(self.path.clone());
            if self.column > 0 {
                parts.push(self.column.to_string());
            }
        }
        f.write_str(&parts.join(":"))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// The candidate that was most likely meant, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let near = |candidate: &&'a str| distance(&word, &candidate.to_ascii_lowercase());
    let best = candidates.into_iter().min_by_key(near)?;
    (near(&best) <= 1.max(word.chars().count() / 3)).then_some(best)
}

/// "Did you mean `x`?", or the list of what there is.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(best) = nearest(word, candidates.clone()) {
        return format!("did you mean `{best}`?");
    }
    let all: Vec<&str> = candidates.into_iter().collect();
    if all.is_empty() { "there are none here".to_owned() } else { format!("there is: {}", all.join(", ")) }
}

/// Number of letters to insert, remove, replace, or to swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    // Words only: nobody waits for the distance between two novels.
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_if_it_is_near() {
        let words = ["title", "question", "steps"];
        assert_eq!(nearest("titel", words), Some("title"));
        assert_eq!(nearest("Step", words), Some("steps"));
        assert_eq!(nearest("zebra", words), None);
        assert_eq!(did_you_mean("zebra", words), "there is: title, question, steps");
    }

    #[test]
    fn a_diagnostic_names_file_line_column_and_hint() {
        let mut wrong = Diagnostic::at("plan.end", "no", "yes");
        assert_eq!(wrong.to_string(), "plan.end: no\n  hint: yes");
        wrong.place = Place { file: "a.toml".into(), path: "plan.end".into(), line: 3, column: 7 };
        assert_eq!(wrong.to_string(), "a.toml:3:7: no\n  hint: yes");
    }
}
