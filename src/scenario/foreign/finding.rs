//! What was found in a file that is not as it should be.

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is lost or cannot be true: the trace is partial.
    Error,
    /// Worth knowing; nothing is lost.
    Notice,
}

impl Weight {
    /// Its word in rows: `error` or `notice`.
    pub fn name(self) -> &'static str {
        match self {
            Weight::Error => "error",
            Weight::Notice => "notice",
        }
    }
}

/// One thing that was found. `trace.` and its code are the key of its sentence, with `.hint` that of what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What: `clock-gap`.
    pub code: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// Line from 1; 0 if it concerns the whole file.
    pub line: u32,
    /// Character from 1; 0 if it concerns the whole line.
    pub column: u32,
    /// The line itself, or the part of it around the column.
    pub excerpt: String,
    /// What the sentence names.
    pub args: Vec<(&'static str, String)>,
}

impl Finding {
    /// Something that makes a trace partial.
    pub fn error(code: &'static str, args: &[(&'static str, &str)]) -> Finding {
        let args = args.iter().map(|(name, value)| (*name, shown(value))).collect();
        Finding { code, weight: Weight::Error, line: 0, column: 0, excerpt: String::new(), args }
    }

    /// Something worth knowing.
    pub fn notice(code: &'static str, args: &[(&'static str, &str)]) -> Finding {
        Finding { weight: Weight::Notice, ..Finding::error(code, args) }
    }

    /// The same with a place.
    pub fn at(self, line: u32, column: u32) -> Finding {
        Finding { line, column, ..self }
    }
}

/// Longest argument that is shown, characters.
const ARGUMENT_MAX: usize = 40;

/// An argument as a sentence can hold it.
fn shown(value: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    let mut text: String = value.chars().take(ARGUMENT_MAX).map(plain).collect();
    if value.chars().nth(ARGUMENT_MAX).is_some() {
        text.push_str("..");
    }
    text
}

/// The first findings, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The first ones of each weight, in the order of the file.
    pub listed: Vec<Finding>,
    /// Number of errors.
    pub errors: u64,
    /// Number of notices.
    pub notices: u64,
}

impl Findings {
    /// Most that are listed of each weight.
    pub const LISTED_MAX: u64 = 200;

    /// One more.
    pub fn add(&mut self, finding: Finding) {
        let count = match finding.weight {
            Weight::Error => &mut self.errors,
            Weight::Notice => &mut self.notices,
        };
        *count += 1;
        if *count <= Findings::LISTED_MAX {
            self.listed.push(finding);
        }
    }

    /// How many are not listed.
    pub fn unlisted(&self) -> u64 {
        self.errors + self.notices - self.listed.len() as u64
    }
}
