//! A branch that is executed once more, beside the cursors, for what its trace does not keep: digests of what events carry.

use super::branch::BranchId;
use super::player::{Player, Stepped};
use super::session::Session;
use crate::base::{Note, digest};
use crate::sim::trace::{Event, Sink};
use std::fmt;

/// How far a branch was executed once more: one run, which goes on from where it stands when the branch has grown.
#[derive(Clone)]
pub struct Replay {
    branch: BranchId,
    from: u64,
    player: Option<Player>,
}

impl Replay {
    /// Of a branch, from a position on; see [`Session::replay`].
    pub fn new(branch: BranchId, from: u64) -> Replay {
        Replay { branch, from, player: None }
    }

    /// The branch.
    pub fn branch(&self) -> BranchId {
        self.branch
    }

    /// Number of the branch's events that were told, or lie before the first of them.
    pub fn position(&self) -> u64 {
        self.player.as_ref().map_or(0, Player::position).max(self.from)
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("branch", &self.branch).field("position", &self.position()).finish_non_exhaustive()
    }
}

impl Session {
    /// Executes a branch once more, at most `budget` steps, and tells each event from the replay's first on with a digest of what
    /// it carries. True at the branch's end, for now.
    pub fn replay(&self, replay: &mut Replay, budget: u32, mut each: impl FnMut(&Event, u32)) -> bool {
        let Some(branch) = self.tree.get(replay.branch) else { return true };
        let end = self.tree.end(replay.branch);
        let from = replay.from;
        if replay.player.is_none() {
            replay.player = self.tree.checkpoint(replay.branch, |player| player.position() <= from).cloned();
        }
        let Some(player) = &mut replay.player else { return true };
        for _ in 0..budget {
            if player.position() >= end {
                return true;
            }
            let told = player.position() >= from;
            let mut carried = Carried::default();
            match player.step(&branch.script, &mut carried) {
                Stepped::Event(event) | Stepped::Acted(event) if told => each(&event, carried.0),
                Stepped::Quiet => return true,
                _ => {}
            }
        }
        player.position() >= end
    }
}

/// A digest of what one event carries; 0 if that is nothing.
#[derive(Default)]
struct Carried(u32);

impl Sink for Carried {
    fn carried(&mut self, bytes: &[u8]) {
        self.0 = digest(bytes);
    }

    fn event(&mut self, _: &Event) {}

    fn note(&mut self, _: &Note) {}
}
