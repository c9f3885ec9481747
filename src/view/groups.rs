//! What was done by hand as one: undoing takes it back together.

use crate::sim::plan::Intervention;
use crate::timeline::BranchId;
use std::collections::BTreeMap;

/// Numbers of interventions that belong together, branch by branch: the same number means something else on another branch.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    of: BTreeMap<BranchId, Vec<Vec<u32>>>,
}

impl Groups {
    /// Those of a branch.
    pub(super) fn on(&self, branch: BranchId) -> &[Vec<u32>] {
        self.of.get(&branch).map_or(&[], Vec::as_slice)
    }

    /// Notes what was done as one on a branch. One thing alone is no group.
    pub(super) fn add(&mut self, branch: BranchId, numbers: Vec<u32>) {
        if numbers.len() > 1 {
            self.of.entry(branch).or_default().push(numbers);
        }
    }

    /// A branch was made that begins with some of its parent's interventions: what is left of a group of them still belongs together.
    pub(super) fn inherit(&mut self, parent: BranchId, child: BranchId, inherited: &[Intervention]) {
        let is_there = |n: &u32| inherited.iter().any(|done| done.n == *n);
        let left = |group: &Vec<u32>| group.iter().copied().filter(is_there).collect::<Vec<u32>>();
        for group in self.on(parent).iter().map(left).collect::<Vec<_>>() {
            self.add(child, group);
        }
    }
}
