//! What happens when the target has the object already.

/// The rules, applied in this order: the two exclusions by time first, then the overwrite question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conflict {
    /// `/XO`: leave out a source that is the same age as the target or older.
    pub skip_older: bool,
    /// `/XN`: leave out a source that is the same age as the target or newer.
    pub skip_newer: bool,
    /// Whether what exists may be replaced.
    pub overwrite: Overwrite,
}

impl Conflict {
    /// True when the target need not be looked at: nothing could keep us from writing (`/Y` without `/XO`, `/XN`).
    /// Write-only access works only then.
    pub fn is_blind(self) -> bool {
        !self.skip_older && !self.skip_newer && self.overwrite == Overwrite::Always
    }
}

/// Whether what exists may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// The user is asked, object by object.
    #[default]
    Ask,
    /// Yes, without asking (`/Y`).
    Always,
    /// No: what exists is skipped (no terminal to ask at).
    Never,
}
