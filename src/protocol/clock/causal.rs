//! Causal broadcast (Birman, Schiper, Stephenson, TOCS 1991): nobody delivers a message before one that its sender had delivered.
//!
//! A message carries, for each process, how many messages of it the sender had delivered. What comes too early waits.

/// A broadcast message, numbered from 1 by its sender.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broadcast<V> {
    /// Who broadcasts it, by number.
    pub origin: usize,
    /// Its number there.
    pub n: u64,
    /// How many of each process the sender had delivered.
    pub after: Vec<u64>,
    /// What it says.
    pub value: V,
}

/// What has been delivered, and what waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Delivery<V> {
    delivered: Vec<u64>,
    waiting: Vec<Broadcast<V>>,
}

impl<V: Clone> Delivery<V> {
    /// Of `n` processes, nothing is delivered.
    pub fn new(n: usize) -> Delivery<V> {
        Delivery { delivered: vec![0; n], waiting: Vec::new() }
    }

    /// How many messages of each process are delivered.
    pub fn delivered(&self) -> &[u64] {
        &self.delivered
    }

    /// What waits for an earlier message, in the order of arrival.
    pub fn waiting(&self) -> &[Broadcast<V>] {
        &self.waiting
    }

    /// Whether it is the next of its origin, and everything before it is delivered.
    pub fn is_next(&self, message: &Broadcast<V>) -> bool {
        let seen = |of: usize| self.delivered.get(of).copied().unwrap_or(0);
        let rest = message.after.iter().enumerate().all(|(of, count)| of == message.origin || *count <= seen(of));
        message.origin < self.delivered.len() && message.n == seen(message.origin).saturating_add(1) && rest
    }

    /// Whether it is delivered or waits already.
    pub fn knows(&self, message: &Broadcast<V>) -> bool {
        self.delivered.get(message.origin).is_none_or(|count| message.n <= *count)
            || self.waiting.iter().any(|known| (known.origin, known.n) == (message.origin, message.n))
    }

    /// Takes in a message; `ready` decides what may be delivered. What is delivered now, in order.
    pub fn take(&mut self, message: Broadcast<V>, ready: impl Fn(&Delivery<V>, &Broadcast<V>) -> bool) -> Vec<Broadcast<V>> {
        let mut out = Vec::new();
        if self.knows(&message) {
            return out;
        }
        self.waiting.push(message);
        while let Some(at) = (0..self.waiting.len()).find(|at| ready(self, &self.waiting[*at])) {
            let next = self.waiting.remove(at);
            self.deliver(&next);
            out.push(next);
        }
        out
    }

    /// Delivers a message, whatever came before: one's own, or one that is known to be next.
    pub fn deliver(&mut self, message: &Broadcast<V>) {
        if let Some(count) = self.delivered.get_mut(message.origin) {
            *count = (*count).max(message.n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(origin: usize, n: u64, after: &[u64]) -> Broadcast<&'static str> {
        Broadcast { origin, n, after: after.to_vec(), value: "" }
    }

    #[test]
    fn an_answer_that_overtakes_its_question_waits() {
        let mut delivery = Delivery::new(3);
        let (question, answer) = (message(0, 1, &[0, 0, 0]), message(1, 1, &[1, 0, 0]));
        assert!(delivery.take(answer.clone(), Delivery::is_next).is_empty());
        assert_eq!(delivery.waiting().len(), 1);
        assert_eq!(delivery.take(question.clone(), Delivery::is_next), [question.clone(), answer]);
        assert!(delivery.take(question, Delivery::is_next).is_empty(), "a second copy is not delivered");
        assert_eq!(delivery.delivered(), [1, 1, 0]);
    }

    #[test]
    fn what_names_no_process_waits_for_ever_and_harms_nobody() {
        let mut delivery = Delivery::new(2);
        assert!(delivery.take(message(9, 1, &[]), Delivery::is_next).is_empty());
        assert!(delivery.take(message(1, 1, &[0, 0, 7]), Delivery::is_next).is_empty());
        assert_eq!(delivery.delivered(), [0, 0]);
    }

    proptest! {
        /// Messages arrive in any order, several times: all are delivered, each once, each after what its sender had delivered.
        #[test]
        fn every_order_of_arrival_gives_a_causal_order(
            steps in proptest::collection::vec((0..3usize, 0..4usize), 1..20), order in any::<prop::sample::Index>(), stride in 1..7usize
        ) {
            let mut senders: Vec<Delivery<&str>> = vec![Delivery::new(3); 3];
            let mut sent: Vec<Broadcast<&str>> = Vec::new();
            for (who, hear) in steps {
                // It hears of some of the messages before, then speaks.
                for earlier in sent.iter().rev().take(hear).cloned().collect::<Vec<_>>() {
                    senders[who].take(earlier, Delivery::is_next);
                }
                let after = senders[who].delivered().to_vec();
                let next = Broadcast { origin: who, n: after[who] + 1, after, value: "" };
                senders[who].deliver(&next);
                sent.push(next);
            }
            let mut receiver = Delivery::new(3);
            let (mut delivered, mut at) = (Vec::new(), order.index(sent.len()));
            for _ in 0..sent.len() * stride * 2 {
                delivered.extend(receiver.take(sent[at % sent.len()].clone(), Delivery::is_next));
                at += stride;
            }
            (0..sent.len()).for_each(|at| delivered.extend(receiver.take(sent[at].clone(), Delivery::is_next)));
            prop_assert_eq!(delivered.len(), sent.len());
            let mut seen = [0u64; 3];
            for message in &delivered {
                prop_assert_eq!(message.n, seen[message.origin] + 1);
                prop_assert!(message.after.iter().zip(seen).all(|(needed, seen)| *needed <= seen));
                seen[message.origin] += 1;
            }
        }
    }
}
