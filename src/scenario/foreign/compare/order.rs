//! The order of things by whole numbers, found in slices: a counting sort, none of whose steps grows with what is sorted.

/// Things in the order of their keys; those with the same key stay as they were.
#[derive(Debug)]
pub struct Order {
    stage: Stage,
    at: usize,
    /// By key: first how many have it, then where the next one of them comes.
    next: Vec<u32>,
    /// Numbers of the things.
    order: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Count,
    Sum { before: u32 },
    Place,
    Done,
}

impl Order {
    /// Of so many things, fewer than 2³², whose keys are at most `key_max`.
    pub fn begin(things: usize, key_max: u32) -> Order {
        Order { stage: Stage::Count, at: 0, next: vec![0; key_max as usize + 1], order: vec![0; things] }
    }

    /// Goes on by so many steps; true when it is done. `key` tells the key of a thing by its number, every time the same.
    pub fn work(&mut self, key: impl Fn(usize) -> u32, steps: usize) -> bool {
        let all = if let Stage::Sum { .. } = self.stage { self.next.len() } else { self.order.len() };
        let to = all.min(self.at.saturating_add(steps));
        match &mut self.stage {
            Stage::Count => (self.at..to).for_each(|thing| self.next[key(thing) as usize] += 1),
            Stage::Sum { before } => {
                for next in &mut self.next[self.at..to] {
                    *before += std::mem::replace(next, *before);
                }
            }
            Stage::Place => {
                for thing in self.at..to {
                    let next = &mut self.next[key(thing) as usize];
                    self.order[*next as usize] = thing as u32;
                    *next += 1;
                }
            }
            Stage::Done => return true,
        }
        self.at = to;
        if to == all {
            self.at = 0;
            self.stage = match self.stage {
                Stage::Count => Stage::Sum { before: 0 },
                Stage::Sum { .. } => Stage::Place,
                Stage::Place | Stage::Done => Stage::Done,
            };
        }
        self.stage == Stage::Done
    }

    /// Numbers of the things in their order, once it is found.
    pub fn numbers(&self) -> &[u32] {
        &self.order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_slices_give_the_order_of_a_stable_sort() {
        let keys: Vec<u32> = (0..500u32).map(|n| n.wrapping_mul(2_654_435_761) % 90).collect();
        let mut sorted: Vec<u32> = (0..500).collect();
        sorted.sort_by_key(|thing| keys[*thing as usize]);
        for steps in [1, 7, 500, usize::MAX] {
            let mut order = Order::begin(keys.len(), 89);
            while !order.work(|thing| keys[thing], steps) {}
            assert_eq!(order.numbers(), sorted, "{steps}");
        }
        let mut none = Order::begin(0, 0);
        while !none.work(|_| 0, 8) {}
        assert!(none.numbers().is_empty());
    }
}
