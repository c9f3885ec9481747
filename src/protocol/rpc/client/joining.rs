//! Calls that join another one: whoever reads what is being read already waits for that answer (*single flight*, *request
//! collapsing*). Success, failure and the end of patience are shared.

use super::super::call::{Deed, Phase, Told};
use super::super::message::CallId;
use super::super::notes;
use super::super::role::Role;
use super::Client;
use crate::base::Note;
use crate::protocol::Effects;

impl Client {
    /// Joins a call to one that asks the same, if there is one that it may join.
    pub(super) fn join(&mut self, seq: u32, out: &mut Effects<Role>) -> bool {
        if !self.config.collapses {
            return false;
        }
        let Some(ask) = self.calls.get(&seq).map(|call| call.request.ask).filter(|ask| !ask.has_effect()) else { return false };
        let written_us = self.written.get(&ask.account()).copied();
        let mut others = self.calls.iter().filter(|(other, call)| **other != seq && call.request.ask == ask);
        let leader = others.find(|(_, call)| call.made > 0 && self.config.rules.may_join(call.since_us, written_us));
        let Some(leader) = leader.map(|(leader, _)| *leader) else { return false };
        let Some(call) = self.calls.get_mut(&seq) else { return false };
        call.phase = Phase::Joined(leader);
        self.due.touch(seq);
        self.counts.joined += 1;
        self.deeds.push(Deed::Joined { id: self.call_id(seq), leader: self.call_id(leader) });
        out.note(Note::new(&notes::JOINS_CALL, [u64::from(seq) + 1, u64::from(leader) + 1]));
        true
    }

    /// Whoever has joined a call is told what its caller is told.
    pub(super) fn share(&mut self, leader: u32, told: Told, by: Option<CallId>, now_us: u64, out: &mut Effects<Role>) {
        if !self.config.collapses {
            return;
        }
        let joined = self.calls.iter().filter(|(_, call)| call.phase == Phase::Joined(leader));
        let joined: Vec<u32> = joined.map(|(seq, _)| *seq).collect();
        for seq in joined {
            out.note(Note::new(&notes::SHARES, [u64::from(seq) + 1, u64::from(leader) + 1]));
            self.end(seq, told, by, now_us, out);
        }
    }
}
