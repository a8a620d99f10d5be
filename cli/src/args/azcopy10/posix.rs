//! The flags of AzCopy 10 about symbolic links and the properties of a POSIX file system.

use super::ends::CommandEnds;
use super::translate::Translator;
use crate::parameter as row;
use crate::usage_error::UsageError;

impl Translator<'_> {
    /// `--preserve-posix-properties` with its style, and `--include-directory-stub`. A copy between services
    /// keeps the metadata and the marks of folders.
    pub(super) fn posix(&mut self, ends: &CommandEnds) -> Result<(), UsageError> {
        let style = self
            .words
            .one_of("posix-properties-style", &["standard", "amlfs"])?;
        let keeps = self.words.is_on("preserve-posix-properties", false);
        let has_marks = self.words.is_on("include-directory-stub", false);
        if has_marks && self.args.has(&row::SYNC) {
            return Err(UsageError::meaning(
                "`--include-directory-stub` is not supported in a sync, which compares objects with data: copy the \
                 folders once with `copy`",
            ));
        }
        if ends.source.is_remote() && ends.target.is_remote() {
            return Ok(());
        }
        if keeps {
            let form = if style == Some("amlfs") {
                "amlfs"
            } else {
                "azcopy"
            };
            self.value(&row::POSIX, form)?;
        }
        // A download makes folders of marks anyway, and an upload of single files has none.
        let has_use = if ends.is_upload() {
            self.args.has(&row::S)
        } else {
            keeps
        };
        if has_marks && has_use {
            self.flag(&row::FOLDER_MARKS)?;
        }
        Ok(())
    }

    /// `--follow-symlinks` and `--preserve-symlinks`; without them AzCopy passes over links in a folder. A copy between
    /// services keeps what blobs are.
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
            (false, false) if ends.is_upload_of_files() => self.value(&row::LINKS, "skip"),
            (false, false) => Ok(()),
        }
    }
}
