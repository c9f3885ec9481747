//! English.

/// All texts by key, sorted.
pub(super) static TEXTS: &[(&str, &str)] = &[];
