//! What happens when the target has the object already.

/// The rules for existing targets: first the two exclusions by time, then [`Overwrite`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Conflict {
    /// `/XO`: a source that is as old as the target, or older, is skipped.
    pub skip_older: bool,
    /// `/XN`: a source that is as old as the target, or newer, is skipped.
    pub skip_newer: bool,
    /// Whether an existing target may be replaced.
    pub overwrite: Overwrite,
}

impl Conflict {
    /// Whether the copy never depends on what the target has: `/Y` without `/XO` and `/XN`.
    ///
    /// The target is not looked at then, so write-only access is enough.
    pub fn is_blind(self) -> bool {
        !self.skip_older && !self.skip_newer && self.overwrite == Overwrite::Always
    }
}

/// Whether an existing target may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// The user is asked for each object.
    #[default]
    Ask,
    /// Yes, without asking (`/Y`).
    Always,
    /// No: an existing target is skipped (there is no terminal to ask at).
    Never,
}
