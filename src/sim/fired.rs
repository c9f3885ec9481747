//! Which faults really fired: counted where they take effect, not where they are asked for.
//!
//! A cut that no message met, a chance of loss that lost nothing, a full disk that nobody wrote to: none of them counts.

/// A kind of fault that can take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it; what is counted stands in `FaultKind::name`")]
pub enum FaultKind {
    LossOfRequest,
    LossOfReply,
    LossOfOneWay,
    Duplication,
    Reordering,
    Delay,
    Clog,
    SwizzleClog,
    Hold,
    CutIslands,
    CutBridge,
    CutRing,
    CutOneWay,
    CutIsolate,
    CutLinks,
    LostInCut,
    Crash,
    Restart,
    RestartEmpty,
    Pause,
    Slow,
    QueueFull,
    ClockJump,
    ClockRate,
    FsyncDelay,
    UnsyncedLost,
    TornTail,
    Corruption,
    Misdirection,
    DiskFull,
    MessageDelivered,
    MessageDropped,
    MessageDuplicated,
    MessageDelayed,
    MessageSwapped,
}

impl FaultKind {
    /// All kinds, by number.
    pub const ALL: [FaultKind; 35] = [
        FaultKind::LossOfRequest,
        FaultKind::LossOfReply,
        FaultKind::LossOfOneWay,
        FaultKind::Duplication,
        FaultKind::Reordering,
        FaultKind::Delay,
        FaultKind::Clog,
        FaultKind::SwizzleClog,
        FaultKind::Hold,
        FaultKind::CutIslands,
        FaultKind::CutBridge,
        FaultKind::CutRing,
        FaultKind::CutOneWay,
        FaultKind::CutIsolate,
        FaultKind::CutLinks,
        FaultKind::LostInCut,
        FaultKind::Crash,
        FaultKind::Restart,
        FaultKind::RestartEmpty,
        FaultKind::Pause,
        FaultKind::Slow,
        FaultKind::QueueFull,
        FaultKind::ClockJump,
        FaultKind::ClockRate,
        FaultKind::FsyncDelay,
        FaultKind::UnsyncedLost,
        FaultKind::TornTail,
        FaultKind::Corruption,
        FaultKind::Misdirection,
        FaultKind::DiskFull,
        FaultKind::MessageDelivered,
        FaultKind::MessageDropped,
        FaultKind::MessageDuplicated,
        FaultKind::MessageDelayed,
        FaultKind::MessageSwapped,
    ];

    /// What is counted, in words.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::LossOfRequest => "requests lost by chance",
            FaultKind::LossOfReply => "replies lost by chance",
            FaultKind::LossOfOneWay => "one-way messages lost by chance",
            FaultKind::Duplication => "second copies delivered",
            FaultKind::Reordering => "messages that an earlier one overtook",
            FaultKind::Delay => "changes of a link's delay",
            FaultKind::Clog => "messages kept by a clog",
            FaultKind::SwizzleClog => "swizzle-clogs",
            FaultKind::Hold => "messages held",
            FaultKind::CutIslands => "cuts into islands",
            FaultKind::CutBridge => "cuts with a bridge",
            FaultKind::CutRing => "cuts to a ring",
            FaultKind::CutOneWay => "one-way cuts",
            FaultKind::CutIsolate => "nodes isolated",
            FaultKind::CutLinks => "cuts of single links",
            FaultKind::LostInCut => "messages lost in a cut",
            FaultKind::Crash => "crashes",
            FaultKind::Restart => "restarts with a disk",
            FaultKind::RestartEmpty => "restarts with an empty disk",
            FaultKind::Pause => "pauses",
            FaultKind::Slow => "messages that waited for a slow node",
            FaultKind::QueueFull => "messages lost at a full queue",
            FaultKind::ClockJump => "jumps of a wall clock",
            FaultKind::ClockRate => "changes of a clock's rate",
            FaultKind::FsyncDelay => "changes of a disk's fsync time",
            FaultKind::UnsyncedLost => "crashes that lost unsynced writes",
            FaultKind::TornTail => "torn records",
            FaultKind::Corruption => "records corrupted",
            FaultKind::Misdirection => "writes misdirected",
            FaultKind::DiskFull => "writes that failed on a full disk",
            FaultKind::MessageDelivered => "messages delivered by hand",
            FaultKind::MessageDropped => "messages dropped by hand",
            FaultKind::MessageDuplicated => "messages duplicated by hand",
            FaultKind::MessageDelayed => "messages delayed by hand",
            FaultKind::MessageSwapped => "messages swapped by hand",
        }
    }
}

/// How often each kind fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fired([u32; FaultKind::ALL.len()]);

impl Default for Fired {
    fn default() -> Self {
        Fired([0; FaultKind::ALL.len()])
    }
}

impl Fired {
    /// One more.
    #[inline]
    pub fn count(&mut self, kind: FaultKind) {
        self.0[kind as usize] = self.0[kind as usize].saturating_add(1);
    }

    /// How often.
    pub fn of(&self, kind: FaultKind) -> u32 {
        self.0[kind as usize]
    }

    /// Adds another run's figures.
    pub fn add(&mut self, other: &Fired) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine = mine.saturating_add(theirs));
    }

    /// Kinds and figures, by kind.
    pub fn iter(&self) -> impl Iterator<Item = (FaultKind, u32)> + '_ {
        FaultKind::ALL.into_iter().map(|kind| (kind, self.of(kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_at_their_numbers() {
        assert!(FaultKind::ALL.iter().enumerate().all(|(n, kind)| *kind as usize == n));
    }
}
