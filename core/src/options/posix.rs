//! What is kept of a POSIX file system: symbolic links, owners, permissions, times and folders.

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
    Keep(LinkForm),
    /// The same; a link may lead anywhere.
    Unsafe(LinkForm),
}

/// What shows that a blob stands for a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkForm {
    /// The metadata `is_symlink=true`.
    #[default]
    Metadata,
    /// The end of its name, `.rclonelink`.
    Suffix,
}

impl Links {
    /// Whether links are stored and made.
    pub fn keeps(self) -> bool {
        self.form().is_some()
    }

    /// The form of links in a service, where they are stored and made.
    pub fn form(self) -> Option<LinkForm> {
        match self {
            Self::Keep(form) | Self::Unsafe(form) => Some(form),
            Self::Files | Self::Skip | Self::Follow => None,
        }
    }
}

/// What is kept of files and folders beside their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PosixOptions {
    /// An upload stores owner, permissions and times in this form, and a download restores them from any
    /// form; `None`: neither.
    pub form: Option<PosixForm>,
    /// A download restores the set-user-ID, set-group-ID and sticky bits too.
    pub keeps_special_bits: bool,
    /// An upload stores a mark for each folder. A download restores the properties of folders that have a
    /// mark, if it restores those of files.
    pub folder_marks: bool,
}

impl PosixOptions {
    /// Whether a download gives folders their properties.
    pub fn restores_folders(&self) -> bool {
        self.folder_marks && self.form.is_some()
    }
}

/// The program whose names of metadata are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PosixForm {
    /// `AzCopy` 10.
    AzCopy,
    /// Azure Managed Lustre, and `AzCopy` 10 in its style: no access time, and whole seconds.
    Lustre,
    /// rclone.
    Rclone,
}

impl PosixForm {
    /// More bytes than the names and values of any form have.
    pub const BYTES_MAX: usize = 512;
}
