//! A queue in pieces: that it grows never takes longer than one piece does.

use std::collections::VecDeque;

/// Items of a piece.
const PIECE: usize = 1_024;

/// First in, first out; any item can be read.
#[derive(Clone, Debug)]
pub(super) struct Waiting<T> {
    /// Full ones, but for the last; of the first, `gone` items are out.
    pieces: VecDeque<Vec<T>>,
    gone: usize,
    len: usize,
}

impl<T> Default for Waiting<T> {
    fn default() -> Waiting<T> {
        Waiting { pieces: VecDeque::new(), gone: 0, len: 0 }
    }
}

impl<T: Copy> Waiting<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, item: T) {
        match self.pieces.back_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(item),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(item);
                self.pieces.push_back(piece);
            }
        }
        self.len += 1;
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        let item = self.get(0)?;
        (self.gone, self.len) = (self.gone + 1, self.len - 1);
        if self.gone == PIECE {
            self.pieces.pop_front();
            self.gone = 0;
        }
        Some(item)
    }

    pub(super) fn get(&self, n: usize) -> Option<T> {
        let at = self.gone + n;
        self.pieces.get(at / PIECE)?.get(at % PIECE).copied()
    }

    /// How many come before the first of which `before` is false; it must be false of all after that.
    pub(super) fn partition_point(&self, before: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(|item| before(&item)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_goes_first_over_many_pieces() {
        let mut waiting = Waiting::default();
        let (mut next, mut out) = (0, 0);
        for round in 0..40 {
            for _ in 0..round * 37 {
                waiting.push(next);
                next += 1;
            }
            for _ in 0..round * 29 {
                assert_eq!(waiting.pop(), Some(out));
                out += 1;
            }
            assert_eq!(waiting.len(), next - out);
            assert!((0..waiting.len()).all(|n| waiting.get(n) == Some(out + n)) && waiting.get(waiting.len()).is_none());
            let middle = out + waiting.len() / 2;
            assert_eq!(waiting.partition_point(|item| *item < middle), waiting.len() / 2);
        }
        while waiting.pop().is_some() {
            out += 1;
        }
        assert!(out == next && next > 10 * PIECE);
        waiting.push(7);
        assert_eq!((waiting.get(0), waiting.len()), (Some(7), 1));
    }
}
