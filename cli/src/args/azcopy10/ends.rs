//! The two ends of a command: their kinds, and the rows that name them.

use std::ffi::OsStr;

use super::Verb;
use super::filters::SUB_FOLDERS;
use super::from_to::{self, End};
use super::place::{self, at_blob_service};
use super::translate::Translator;
use crate::mask::shown;
use crate::parameter as row;
use crate::usage_error::UsageError;

/// The ends of a copy or a sync.
pub(super) struct CommandEnds {
    pub(super) source: End,
    pub(super) target: End,
    /// The content of the source is meant, and not the source itself.
    pub(super) is_content: bool,
}

impl CommandEnds {
    pub(super) fn is_upload(&self) -> bool {
        self.target.is_remote() && !self.source.is_remote()
    }

    pub(super) fn is_upload_of_files(&self) -> bool {
        self.source == End::Local && matches!(self.target, End::Blob | End::DataLake | End::File)
    }

    pub(super) fn is_download(&self) -> bool {
        self.source.is_remote() && !self.target.is_remote()
    }
}

impl Translator<'_> {
    /// Reads the two places of a copy or a sync, and adds them.
    pub(super) fn ends(&mut self, usage: &str) -> Result<CommandEnds, UsageError> {
        let is_typed = self.words.text("from-to")?.is_some();
        self.words
            .check_places(if is_typed { 1 } else { 2 }, 2, usage)?;
        let (source, target) = self.typed_ends(End::Unknown)?;
        let is_piped = source == End::Pipe || target == End::Pipe;
        if is_piped != (self.words.places.len() == 1) {
            return Err(UsageError::meaning(if is_piped {
                "wrong number of arguments: a pipe is no place of its own, so give the other place alone"
            } else {
                "wrong number of arguments: give a source and a destination (for a pipe `--from-to=PipeBlob` or `--from-to=BlobPipe`)"
            }));
        }
        if source == End::Pipe {
            let place = self.words.places[0].clone();
            self.words.places.insert(0, "-".into());
            self.value(&row::SOURCE, "-")?;
            self.target(&place, target)?;
            return Ok(CommandEnds {
                source,
                target,
                is_content: false,
            });
        }
        let is_content = self.source(source)?;
        if target == End::Pipe {
            self.value(&row::DEST, "-")?;
        } else {
            let place = self.words.places[1].clone();
            self.target(&place, target)?;
        }
        Ok(CommandEnds {
            source,
            target,
            is_content,
        })
    }

    /// The kinds of the ends by `--from-to`, or by their texts. `other` is the kind of an end that has no place.
    pub(super) fn typed_ends(&self, other: End) -> Result<(End, End), UsageError> {
        let text_of = |at: usize| {
            let place = self.words.places.get(at);
            place.map(|place| place.to_string_lossy().into_owned())
        };
        let Some(typed) = self.words.text("from-to")? else {
            let infer = |at| text_of(at).map_or(Ok(other), |text| from_to::infer(&text));
            return Ok((infer(0)?, infer(1)?));
        };
        let (source, target) = from_to::read(typed)?;
        let is_fit = match self.verb {
            Verb::Copy | Verb::Sync => ![source, target]
                .iter()
                .any(|end| matches!(end, End::Trash | End::Nothing)),
            Verb::Remove => target == End::Trash,
            _ => true,
        };
        if !is_fit {
            return Err(UsageError::meaning(format!(
                "`--from-to={}` has no meaning in `{}`",
                shown(typed),
                self.verb.name()
            )));
        }
        let places: Vec<_> = match (source, target) {
            (End::Pipe, end) | (end, End::Pipe | End::Trash | End::Nothing) => vec![(0, end)],
            (source, target) => vec![(0, source), (1, target)],
        };
        for (at, end) in places {
            let Some(text) = text_of(at) else { continue };
            if text.contains("://") != end.is_remote() {
                return Err(UsageError::meaning(format!(
                    "`--from-to={}` does not fit `{}`, which is {} URL",
                    shown(typed),
                    shown(&text),
                    if end.is_remote() { "no" } else { "a" }
                )));
            }
        }
        Ok((source, target))
    }

    /// Adds the source. Returns whether its content is meant.
    pub(super) fn source(&mut self, end: End) -> Result<bool, UsageError> {
        let raw = self.words.places[0].clone();
        let Some(text) = raw.to_str() else {
            self.value(&row::SOURCE, raw)?;
            return Ok(false);
        };
        let path = self.local(text, end);
        let source = place::source(&path, end)?;
        let source_text = source.text.clone();
        let url = self.at_blob_service(source.text, end);
        self.value(&row::SOURCE, url)?;
        if let Some(word) = end.type_word() {
            self.value(&row::SOURCE_TYPE, word)?;
        }
        let is_deep = self.words.is_on("recursive", self.verb == Verb::Sync);
        if place::names_account(&source_text, end) {
            if self.verb == Verb::Copy && !is_deep {
                return Err(UsageError::meaning(
                    "account copies are an inherently recursive operation, and thus --recursive is required",
                ));
            }
            return Ok(source.is_content);
        }
        match source.pattern {
            Some(pattern) if is_deep => self.source_pattern(&pattern)?,
            Some(pattern) => self.value(&row::PATTERN, pattern)?,
            None if source.is_content && end.is_remote() && !is_deep => {
                self.without_sub_folders()?;
            }
            None => {}
        }
        Ok(source.is_content)
    }

    fn target(&mut self, place: &OsStr, end: End) -> Result<(), UsageError> {
        let Some(text) = place.to_str() else {
            return self.value(&row::DEST, place);
        };
        let place = self.local(text, end);
        let url = self.at_blob_service(place, end);
        self.value(&row::DEST, url)?;
        match end.type_word() {
            Some(word) => self.value(&row::DEST_TYPE, word),
            None => Ok(()),
        }
    }

    /// A URL has all that is below it, unless its sub-folders are excluded.
    pub(super) fn without_sub_folders(&mut self) -> Result<(), UsageError> {
        self.flag(&row::S)?;
        self.value(&row::EXCLUDE_PATTERN, SUB_FOLDERS)
    }

    fn local(&self, text: &str, end: End) -> String {
        match end {
            End::Local => place::local_path(text, self.disk.exists),
            _ => text.to_owned(),
        }
    }

    fn at_blob_service(&mut self, text: String, end: End) -> String {
        if end != End::DataLake {
            return text;
        }
        let notice = "data of the Data Lake endpoint is copied through the Blob endpoint of the same account: access control lists and empty directories are not copied";
        if !self.notices.iter().any(|known| known == notice) {
            self.notices.push(notice.to_owned());
        }
        at_blob_service(&text)
    }
}
