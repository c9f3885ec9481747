//! Netsplit: a distributed-systems laboratory.
//!
//! Real protocol cores run as simulated nodes in a deterministic world that can be stopped, rewound, forked and broken. The
//! same state machines run natively, in the page and under the checkers; seed, scenario and interventions determine every
//! event, bit for bit.
//!
//! ```
//! use netsplit::sim::plan::{Action, Plan};
//! use netsplit::sim::trace::NoTrace;
//! use netsplit::system::{inspect::NodeStatus, open};
//!
//! // Five Raft servers; two virtual seconds later one of them leads.
//! let mut run = open(&Plan::new("raft", 5, 7))?;
//! while run.next_due_us().is_some_and(|due_us| due_us <= 2_000_000) {
//!     run.step(&mut NoTrace);
//! }
//! let leader = run.nodes().into_iter().find(|node| node.role.name() == "leader").expect("a leader").id;
//!
//! // It crashes, and the others elect another one.
//! run.act(0, &Action::Crash(leader), &mut NoTrace).expect("it was running");
//! while run.next_due_us().is_some_and(|due_us| due_us <= 4_000_000) {
//!     run.step(&mut NoTrace);
//! }
//! let leads = |node: &&netsplit::system::inspect::NodeView| {
//!     node.role.name() == "leader" && node.status == NodeStatus::Running
//! };
//! assert_eq!(run.nodes().iter().filter(leads).count(), 1);
//! assert!(run.verdicts().iter().all(|verdict| verdict.status == netsplit::check::Status::Holds));
//! # Ok::<(), netsplit::system::OpenError>(())
//! ```
//!
//! The rooms, from the ground floor up: [`base`], [`protocol`], [`sim`], [`check`], [`system`], [`timeline`], [`scenario`],
//! [`view`], and `web`, which alone knows the browser. ARCHITECTURE.md has the map and the invariants.

pub mod base;
pub mod check;
pub mod protocol;
pub mod scenario;
pub mod sim;
pub mod system;
pub mod timeline;
pub mod view;
pub mod web;
