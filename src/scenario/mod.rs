//! The text form of a run: scenarios.
//!
//! - [`schema`]: what is written down, as plain data;
//! - [`toml`] (feature `cli`): reads it, and says where it is wrong;
//! - [`predicate`]: the text of predicates;
//! - [`compile`](mod@compile): gives every name its meaning: a [`Plan`](crate::sim::plan::Plan) and a [`Lesson`];
//! - [`verify`](mod@verify): runs a scenario and looks whether everything comes of it that should;
//! - [`library`]: the scenarios that come with the laboratory;
//! - [`foreign`]: traces that other programs wrote;
//! - [`link`]: a whole run in a few hundred bytes; [`link_text`] (feature `cli`): its text, natively.
//!
//! A mistake is a [`Diagnostic`] with a place, a message and a hint. No input makes this room panic.

pub mod compile;
pub mod diagnostic;
pub mod foreign;
pub mod lesson;
pub mod library;
pub mod link;
#[cfg(feature = "cli")]
pub mod link_text;
pub mod predicate;
pub mod schema;
#[cfg(feature = "cli")]
pub mod toml;
pub mod verify;

pub use compile::{Compiled, compile};
pub use diagnostic::{Diagnostic, Place};
pub use lesson::{Expectation, Lesson, LessonStep, Prediction, Twin, When};
pub use library::Card;
pub use link::{Link, LinkError, Marks};
pub use verify::{Check, Report, verify, verify_twin};
