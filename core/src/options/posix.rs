//! What is kept of a file system that Windows does not have: symbolic links.

/// What becomes of symbolic links of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Links {
    /// A link to a file counts as the file, and a link to a folder is passed over.
    #[default]
    Files,
    /// Every link is passed over, with a notice.
    Skip,
    /// A link counts as the file or the folder that it leads to.
    Follow,
    /// A link is stored as a link: a blob that has the target of the link as its bytes. A link that leads out
    /// of the destination is not made.
    Keep,
    /// The same; a link may lead anywhere.
    Unsafe,
}

impl Links {
    /// Whether links are stored and made.
    pub fn keeps(self) -> bool {
        matches!(self, Self::Keep | Self::Unsafe)
    }
}
