//! Why a call was refused: a code for programs, a place, and two sentences for people.

use super::words::{self, Lang, Names};
use crate::scenario::{Diagnostic, LinkError};
use crate::sim::plan::Refusal;
use crate::system::open::OpenError;
use crate::timeline;
use serde::Serialize;

/// An error as a value. Whoever gets one knows that nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of error: does not change with the language.
    pub code: &'static str,
    /// Where: the name of an argument, the way to a value (`plan.faults[2].at`), or empty.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl Problem {
    /// An error of the catalogue: `error.` and the code name its sentences.
    #[inline(never)]
    pub fn new(lang: Lang, code: &'static str, place: &str, args: &[(&str, &str)]) -> Problem {
        let (message, hint) = words::error(lang, code, args);
        Problem { code, place: place.to_owned(), message, hint }
    }

    /// Why the world refused an action.
    pub fn refused(lang: Lang, refusal: &Refusal, names: &Names) -> Problem {
        let code = match refusal {
            Refusal::NoSuchNode(_) => "no-such-node",
            Refusal::NoSuchMessage(_) => "no-such-message",
            Refusal::NotEnabled(_) => "not-enabled",
            Refusal::NothingToDo(_) => "nothing-to-do",
            Refusal::BadValue(..) => "bad-value",
            Refusal::BadOperation(_) => "bad-operation",
        };
        let place = match refusal {
            Refusal::BadValue(field, _) => format!("action.{field}"),
            _ => "action".to_owned(),
        };
        let (message, hint) = words::refusal(lang, refusal, names);
        Problem { code, place, message, hint }
    }

    /// Why the session refused a call.
    pub fn of_session(lang: Lang, error: &timeline::Error, names: &Names) -> Problem {
        match error {
            timeline::Error::Refused(refusal) => Problem::refused(lang, refusal, names),
            timeline::Error::NoSuchBranch(id) => Problem::new(lang, "no-such-branch", "branch", &[("branch", &id.0.to_string())]),
            timeline::Error::NothingToUndo => Problem::new(lang, "nothing-to-undo", "", &[]),
            timeline::Error::NotPlayed(n) => Problem::new(lang, "not-played", "event", &[("event", &n.to_string())]),
            timeline::Error::Behind => Problem::new(lang, "other-behind", "", &[]),
        }
    }

    /// What is wrong with a link.
    pub fn of_link(place: &str, error: &LinkError) -> Problem {
        Problem::of_text(error.code, place, &error.diagnostic)
    }

    /// What is wrong with a text.
    pub fn of_text(code: &'static str, place: &str, wrong: &Diagnostic) -> Problem {
        let inner = wrong.place.to_string();
        let place = if inner.is_empty() { place.to_owned() } else { format!("{place}:{inner}") };
        Problem { code, place, message: wrong.message.clone(), hint: wrong.hint.clone() }
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Problem {
        let OpenError { place, code, message, hint } = error;
        Problem { code, place: format!("plan.{place}"), message, hint }
    }
}
