//! The flags of AzCopy 10 about symbolic links and the properties of a POSIX file system.

use super::ends::CommandEnds;
use super::translate::Translator;
use crate::parameter as row;
use crate::usage_error::UsageError;

impl Translator<'_> {
    /// `--follow-symlinks` and `--preserve-symlinks`. A copy between services keeps what blobs are.
    pub(super) fn links(&mut self, ends: &CommandEnds) -> Result<(), UsageError> {
        let follows = self.words.is_on("follow-symlinks", false);
        let keeps = self.words.is_on("preserve-symlinks", false);
        match (follows, keeps) {
            (true, true) => Err(UsageError::meaning(
                "`--follow-symlinks` and `--preserve-symlinks` exclude each other",
            )),
            (false, true) if ends.source.is_remote() && ends.target.is_remote() => Ok(()),
            (false, true) => self.value(&row::LINKS, "keep"),
            (true, false) => self.value(&row::LINKS, "follow"),
            (false, false) => Ok(()),
        }
    }
}
