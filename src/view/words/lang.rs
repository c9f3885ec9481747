//! The languages, and where their texts come from.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A language of the catalogue.
///
/// English is compiled in. Every other language is one file, `www/data/words/<code>.json`: the page loads it when somebody
/// reads that language, and hands its part `lab` on to [`learn`]; the command line carries all of them. What a language does not
/// say, or before it is learnt, is said in English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// Texts by their keys.
type Texts = HashMap<String, String>;

static LEARNT: [OnceLock<Texts>; Lang::ALL.len()] = [const { OnceLock::new() }; Lang::ALL.len()];

impl Lang {
    /// All of them.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::De];

    /// The language with this code: `en`.
    pub fn from_code(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// Its code, as HTML's `lang` takes it.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
        }
    }

    /// Its file.
    #[cfg(any(test, feature = "cli"))]
    pub(super) fn file(self) -> &'static str {
        match self {
            Lang::En => r#"{ "lab": {} }"#,
            Lang::De => include_str!("../../../www/data/words/de.json"),
        }
    }

    /// The texts of its file.
    #[cfg(any(test, feature = "cli"))]
    fn built_in(self) -> Option<&'static Texts> {
        #[derive(serde::Deserialize)]
        struct File {
            lab: Texts,
        }
        // Tests read every file: at run time it cannot fail.
        let read = || serde_json::from_str::<File>(self.file()).map(|file| file.lab).unwrap_or_default();
        Some(LEARNT[self as usize].get_or_init(read))
    }

    #[cfg(not(any(test, feature = "cli")))]
    fn built_in(self) -> Option<&'static Texts> {
        LEARNT[self as usize].get()
    }
}

/// Teaches a language. It is learnt once: later texts for the same language are not looked at.
pub fn learn(lang: Lang, texts: HashMap<String, String>) {
    let _ = LEARNT[lang as usize].set(texts);
}

/// What a language other than English says for this key.
pub(super) fn text(lang: Lang, key: &str) -> Option<&'static str> {
    if lang == Lang::En {
        return None;
    }
    lang.built_in()?.get(key).map(String::as_str)
}
