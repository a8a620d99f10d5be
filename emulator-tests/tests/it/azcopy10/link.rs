//! azring under the name of AzCopy.

use std::os::unix::fs::symlink;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::program::built;

/// A link called `azcopy`, and the folder of its journals.
pub(super) struct AzCopyLink {
    folder: Folder,
}

impl AzCopyLink {
    pub(super) fn new() -> Self {
        let folder = Folder::new();
        symlink(built("azring"), folder.join("azcopy")).expect("the folder is ours");
        Self { folder }
    }

    /// `azcopy WORDS`.
    pub(super) fn run(&self, words: &[&str]) -> Azring {
        Azring::new()
            .program(self.folder.join("azcopy"))
            .env("AZCOPY_JOB_PLAN_LOCATION", self.folder.join("jobs"))
            .args(words)
    }
}
