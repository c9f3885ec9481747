//! Whom a server has turned away. A caller whose attempts were all refused is told that nothing was done; a copy of such an attempt,
//! late on its way, must not be done after all, even if there is room by then.
//!
//! The newest [`MOST`] calls are known one by one. For older ones a single number by client must do: what is older than that, and
//! neither in progress nor done, is turned away too. That may refuse an attempt that was never here, which harms nobody, and
//! takes none in that was refused. A crash takes all of it away, like the queue: a copy that outlives a restart is not recognised, and
//! may be done. To keep each refusal on disk would cost an overloaded server more than the work that it refuses.

use super::message::{Attempt, CallId};
use crate::base::{Encode, Encoder, NodeId};
use std::collections::{BTreeMap, VecDeque};

/// So many calls are known one by one.
pub const MOST: usize = 4_096;

/// Calls with effects of which an attempt was turned away.
#[derive(Clone, Debug, Default)]
pub struct TurnedAway {
    /// The newest attempt that was.
    calls: BTreeMap<CallId, u32>,
    /// The same calls in the order in which they came.
    order: VecDeque<CallId>,
    /// By client: up to this call every attempt passes for turned away.
    up_to: BTreeMap<NodeId, u32>,
}

impl TurnedAway {
    /// Whether an attempt, or a later one of its call, was turned away.
    pub fn has(&self, attempt: &Attempt) -> bool {
        let CallId { client, seq } = attempt.id;
        attempt.ask.has_effect()
            && (self.calls.get(&attempt.id).is_some_and(|newest| attempt.attempt <= *newest)
                || self.up_to.get(&client).is_some_and(|up_to| seq <= *up_to))
    }

    /// An attempt is turned away. What changes nothing need not be remembered: it may be done at any time.
    pub fn add(&mut self, attempt: &Attempt) {
        if !attempt.ask.has_effect() {
            return;
        }
        if let Some(newest) = self.calls.get_mut(&attempt.id) {
            *newest = attempt.attempt.max(*newest);
            return;
        }
        self.calls.insert(attempt.id, attempt.attempt);
        self.order.push_back(attempt.id);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.calls.remove(&oldest);
            let up_to = self.up_to.entry(oldest.client).or_default();
            *up_to = oldest.seq.max(*up_to);
        }
    }
}

impl Encode for TurnedAway {
    fn encode(&self, to: &mut Encoder) {
        to.len(self.calls.len());
        for (id, newest) in &self.calls {
            to.put(id);
            to.u32(*newest);
        }
        to.len(self.up_to.len());
        for (client, up_to) in &self.up_to {
            to.put(client);
            to.u32(*up_to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::rpc::message::Ask;

    fn attempt(client: u16, seq: u32, attempt: u32) -> Attempt {
        Attempt {
            id: CallId { client: NodeId(client), seq },
            origin: CallId { client: NodeId(client), seq },
            retries: 0,
            attempt,
            key: None,
            ask: Ask::Charge { account: 0, amount: 1 },
            work_us: 0,
            left_us: 0,
            call_left_us: 0,
        }
    }

    #[test]
    fn a_copy_is_known_and_a_later_attempt_is_not() {
        let mut turned_away = TurnedAway::default();
        turned_away.add(&attempt(1, 7, 2));
        turned_away.add(&attempt(1, 7, 1));
        assert!(turned_away.has(&attempt(1, 7, 1)) && turned_away.has(&attempt(1, 7, 2)));
        assert!(!turned_away.has(&attempt(1, 7, 3)) && !turned_away.has(&attempt(2, 7, 1)));
        turned_away.add(&Attempt { ask: Ask::Read { account: 0 }, ..attempt(1, 8, 1) });
        assert!(!turned_away.has(&attempt(1, 8, 1)), "whatever it reads, nothing changes");
    }

    #[test]
    fn however_many_there_are_none_is_taken_in_later_and_the_memory_stays_small() {
        let mut turned_away = TurnedAway::default();
        let all = || (0..3 * MOST as u32).flat_map(|seq| [attempt(1, seq, 1), attempt(2, seq, 1)]);
        all().for_each(|attempt| turned_away.add(&attempt));
        assert!(all().all(|attempt| turned_away.has(&attempt)));
        assert_eq!((turned_away.calls.len(), turned_away.order.len(), turned_away.up_to.len()), (MOST, MOST, 2));
        assert!(!turned_away.has(&attempt(1, 3 * MOST as u32, 1)));
    }
}
