//! Matrix clocks (Wuu, Bernstein 1984; Sarin, Lynch 1987): what each process knows that each other one has seen.
//!
//! Row i is the vector of process i, as far as it is known here. The least entry of a column says what *everybody* has seen:
//! that much of a log nobody will ask for again. Size n², the price of knowing that others know.

/// What one process knows of everybody's vector.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Matrix {
    n: usize,
    /// Row by row.
    entries: Vec<u64>,
}

impl Matrix {
    /// Of `n` processes, nothing is known.
    pub fn new(n: usize) -> Matrix {
        Matrix { n, entries: vec![0; n * n] }
    }

    /// Number of processes.
    pub fn processes(&self) -> usize {
        self.n
    }

    /// How much of process `of` process `by` has seen, as far as it is known here; 0 outside of the matrix.
    pub fn get(&self, by: usize, of: usize) -> u64 {
        if of < self.n { self.entries.get(by * self.n + of).copied().unwrap_or(0) } else { 0 }
    }

    /// One's own vector, or somebody's row.
    pub fn row(&self, by: usize) -> &[u64] {
        self.entries.get(by * self.n..(by + 1) * self.n).unwrap_or(&[])
    }

    /// Process `by` has seen everything of `of` up to `count`.
    pub fn see(&mut self, by: usize, of: usize, count: u64) {
        if of < self.n
            && let Some(entry) = self.entries.get_mut(by * self.n + of)
        {
            *entry = (*entry).max(count);
        }
    }

    /// Takes in what another process knows: entry by entry the greater one, but for the row of process `own`, whose matrix this
    /// is: nobody knows better what it has. A matrix of another size says nothing.
    pub fn merge(&mut self, other: &Matrix, own: usize) {
        if other.n == self.n {
            let both = self.entries.iter_mut().zip(&other.entries).enumerate();
            let others = both.filter(|(at, _)| at / self.n != own);
            others.for_each(|(_, (mine, theirs))| *mine = (*mine).max(*theirs));
        }
    }

    /// What everybody has seen of process `of`: the least entry of its column.
    pub fn seen_by_all(&self, of: usize) -> u64 {
        (0..self.n).map(|by| self.get(by, of)).min().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_least_of_a_column_is_what_everybody_has_seen() {
        let mut mine = Matrix::new(3);
        mine.see(0, 0, 5);
        mine.see(1, 0, 4);
        assert_eq!(mine.seen_by_all(0), 0, "nothing is known of process 2");
        let mut theirs = Matrix::new(3);
        theirs.see(2, 0, 3);
        mine.merge(&theirs, 0);
        assert_eq!((mine.seen_by_all(0), mine.row(0)), (3, &[5, 0, 0][..]));
        assert_eq!((mine.get(7, 0), mine.get(0, 7)), (0, 0));
    }

    proptest! {
        /// Processes see each other's events, and tell each other what they know; knowledge never exceeds the truth.
        #[test]
        fn nobody_believes_more_than_is_true(steps in proptest::collection::vec((0..3usize, 0..3usize, 0..2u8), 1..60)) {
            let mut matrices = vec![Matrix::new(3); 3];
            for (a, b, what) in steps {
                if what == 0 {
                    let count = matrices[a].get(a, a) + 1;
                    matrices[a].see(a, a, count);
                } else if a != b {
                    let told = matrices[a].clone();
                    matrices[b].merge(&told, b);
                    (0..3).for_each(|of| matrices[b].see(b, of, told.get(a, of)));
                }
                let truth: Vec<Vec<u64>> = (0..3).map(|by| matrices[by].row(by).to_vec()).collect();
                for matrix in &matrices {
                    for of in [0, 1, 2] {
                        prop_assert!((0..3).all(|by| matrix.get(by, of) <= truth[by][of]));
                        prop_assert!((0..3).all(|by| matrix.seen_by_all(of) <= truth[by][of]));
                    }
                }
            }
        }
    }
}
