//! The way back: azring's parameters as a command line of AzCopy 10.
//!
//! What AzCopy 10 cannot say is refused by name, so that no command changes its meaning.

use std::ffi::OsString;

use super::Verb;
use super::filters::{SUB_FOLDERS, of_azcopy};
use super::flag::{Flag, Verdict, set_of};
use super::flags::FLAGS;
use super::from_to::{self, End};
use crate::intent::DETECTED;
use crate::mask::shown;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// Rows that other flags and the places stand for.
const COMPOSED: &[&Parameter] = &[
    &row::SOURCE,
    &row::DEST,
    &row::SOURCE_TYPE,
    &row::DEST_TYPE,
    &row::S,
    &row::SYNC,
    &row::AS_SUBDIR,
    &row::Y,
    &row::OVERWRITE,
    &row::XO,
    &row::SET_CONTENT_TYPE,
    &row::BLOB_TYPE,
    &row::LINKS,
    &row::CHECK_MD5,
    &row::MISSING_MD5,
    &row::INCLUDE_PATTERN,
    &row::EXCLUDE_PATTERN,
    &row::INCLUDE_PATH,
    &row::EXCLUDE_PATH,
    &row::INCLUDE_REGEX,
    &row::EXCLUDE_REGEX,
    &row::INCLUDE_MODE,
    &row::COMPARE,
    &row::VERSION_LABEL,
    &row::PROGRESS,
];

/// The words after `azcopy` of a command that does the same. `verb` is copy, sync or remove.
/// Errors name parameters in the dialect `typed`.
pub(crate) fn write(
    verb: Verb,
    args: &ParsedArgs,
    typed: Dialect,
) -> Result<Vec<OsString>, UsageError> {
    let mut writer = Writer {
        verb,
        args,
        typed,
        words: vec![verb.name().into()],
    };
    writer.places()?;
    writer.overwrite()?;
    writer.upload()?;
    writer.filters()?;
    writer.others()?;
    Ok(writer.words)
}

struct Writer<'a> {
    verb: Verb,
    args: &'a ParsedArgs,
    typed: Dialect,
    words: Vec<OsString>,
}

impl Writer<'_> {
    fn text(&self, parameter: &Parameter) -> Result<&str, UsageError> {
        Ok(self.args.text(parameter)?.unwrap_or_default())
    }

    fn flag(&mut self, text: impl Into<OsString>) {
        self.words.push(text.into());
    }

    fn ends(&self) -> Result<(End, End), UsageError> {
        let of = |text: &str, parameter: &Parameter| match (text, self.text(parameter)?) {
            ("-", _) => Ok(End::Pipe),
            ("", _) => Ok(End::Trash),
            (text, kind) => match from_to::infer(text)? {
                End::Unknown if kind == "File" => Ok(End::File),
                End::Unknown => Ok(End::Blob),
                end => Ok(end),
            },
        };
        let source = of(self.text(&row::SOURCE)?, &row::SOURCE_TYPE)?;
        Ok((source, of(self.text(&row::DEST)?, &row::DEST_TYPE)?))
    }

    fn places(&mut self) -> Result<(), UsageError> {
        let (source, target) = (self.text(&row::SOURCE)?, self.text(&row::DEST)?);
        let is_unknown = |text: &str| Ok(from_to::infer(text)? == End::Unknown);
        let is_named = source == "-" || target == "-" || is_unknown(source)? || is_unknown(target)?;
        let places = [source.to_owned(), target.to_owned()];
        let ends = self.ends()?;
        if is_named {
            let word = |end| match end {
                End::Local => "Local",
                End::Pipe => "Pipe",
                End::File => "File",
                End::Trash => "Trash",
                _ => "Blob",
            };
            self.flag(format!("--from-to={}{}", word(ends.0), word(ends.1)));
        }
        for place in places
            .iter()
            .filter(|place| !["", "-"].contains(&&***place))
        {
            self.words
                .insert(self.words.len() - usize::from(is_named), place.into());
        }
        let is_piped = ends.0 == End::Pipe || ends.1 == End::Pipe;
        let is_flat_sync = self.verb == Verb::Sync && self.args.is_off(&row::S);
        let mut excluded = self.args.all(&row::EXCLUDE_PATTERN);
        let is_flat = is_flat_sync || excluded.any(|pattern| pattern == SUB_FOLDERS);
        match self.verb {
            Verb::Sync if is_flat => self.flag("--recursive=false"),
            Verb::Sync => {}
            _ if is_flat => return Err(self.unsaid(&row::EXCLUDE_PATTERN)),
            _ if self.args.has(&row::S) => self.flag("--recursive"),
            _ => {}
        }
        if self.verb == Verb::Copy && !self.args.has(&row::AS_SUBDIR) && !is_piped {
            self.flag("--as-subdir=false");
        }
        Ok(())
    }

    fn overwrite(&mut self) -> Result<(), UsageError> {
        if self.verb != Verb::Copy {
            return Ok(());
        }
        let (is_quiet, is_newer) = (self.args.has(&row::Y), self.args.has(&row::XO));
        let word = match (self.text(&row::OVERWRITE)?, is_quiet, is_newer) {
            ("always", _, false) | ("", true, false) => return Ok(()),
            ("never", _, false) => "false",
            ("ask" | "", _, false) => "prompt",
            ("always", _, true) | ("", true, true) => "ifSourceNewer",
            _ => return Err(self.unsaid(&row::XO)),
        };
        self.flag(format!("--overwrite={word}"));
        Ok(())
    }

    fn upload(&mut self) -> Result<(), UsageError> {
        let (source, target) = self.ends()?;
        let is_upload = source == End::Local && target.is_remote();
        let is_download = source.is_remote() && !target.is_remote() && target != End::Trash;
        let content_type = self.text(&row::SET_CONTENT_TYPE)?.to_owned();
        match &*content_type {
            // It is what AzCopy does by itself.
            DETECTED if is_upload => {}
            "" if is_upload && self.args.has(&row::SET_CONTENT_TYPE) => {}
            "" if is_upload => self.flag("--no-guess-mime-type"),
            "" => {}
            given => self.flag(format!("--content-type={given}")),
        }
        match &*self.text(&row::LINKS)?.to_ascii_lowercase() {
            "" => {}
            "skip" if is_upload => {}
            "follow" => self.flag("--follow-symlinks"),
            "keep" => self.flag("--preserve-symlinks"),
            _ => return Err(self.unsaid(&row::LINKS)),
        }
        let is_detected = is_upload && target != End::File;
        match &*self.text(&row::BLOB_TYPE)?.to_ascii_lowercase() {
            "detect" => {}
            "block" => self.flag("--blob-type=BlockBlob"),
            "page" => self.flag("--blob-type=PageBlob"),
            "append" => self.flag("--blob-type=AppendBlob"),
            _ if is_detected => self.flag("--blob-type=BlockBlob"),
            _ => {}
        }
        if is_download {
            match (
                self.args.has(&row::CHECK_MD5),
                self.text(&row::MISSING_MD5)?,
            ) {
                (true, "pass") => {}
                (true, _) => self.flag("--check-md5=FailIfDifferentOrMissing"),
                (false, _) => self.flag("--check-md5=NoCheck"),
            }
        }
        Ok(())
    }

    fn filters(&mut self) -> Result<(), UsageError> {
        let rows = [
            ("include-pattern", &row::INCLUDE_PATTERN),
            ("exclude-pattern", &row::EXCLUDE_PATTERN),
            ("include-path", &row::INCLUDE_PATH),
            ("exclude-path", &row::EXCLUDE_PATH),
            ("include-regex", &row::INCLUDE_REGEX),
            ("exclude-regex", &row::EXCLUDE_REGEX),
        ];
        let mut kinds = 0;
        for (flag, parameter) in rows {
            let mut parts = Vec::new();
            for value in self
                .args
                .all(parameter)
                .filter(|value| *value != SUB_FOLDERS)
            {
                let text = value.to_str().ok_or_else(|| self.unsaid(parameter))?;
                let is_pattern = flag.ends_with("pattern");
                let part = if is_pattern {
                    of_azcopy(text)
                } else {
                    Some(text.to_owned())
                };
                let part = part.filter(|part| !part.contains(';'));
                parts.push(part.ok_or_else(|| self.unsaid(parameter))?);
            }
            if !parts.is_empty() {
                kinds += u32::from(flag.starts_with("include"));
                self.flag(format!("--{flag}={}", parts.join(";")));
            }
        }
        let needs_all = self.text(&row::INCLUDE_MODE)?.eq_ignore_ascii_case("all");
        if kinds > 1 && !needs_all {
            return Err(self.unsaid(&row::INCLUDE_MODE));
        }
        let is_labelled_otherwise = self.text(&row::VERSION_LABEL)? != "name";
        if self.args.has(&row::LIST_OF_VERSIONS) && is_labelled_otherwise {
            return Err(self.unsaid(&row::LIST_OF_VERSIONS));
        }
        match &*self.text(&row::COMPARE)?.to_ascii_lowercase() {
            "" | "time" => {}
            "always" => self.flag("--mirror-mode=true"),
            "hash" => self.flag("--compare-hash=MD5"),
            _ => return Err(self.unsaid(&row::COMPARE)),
        }
        match (self.text(&row::OUTPUT)?, self.text(&row::PROGRESS)?) {
            ("none", _) => self.flag("--output-level=quiet"),
            (_, "none") => self.flag("--output-level=essential"),
            _ => {}
        }
        Ok(())
    }

    /// The rows that are flags by themselves.
    fn others(&mut self) -> Result<(), UsageError> {
        for (parameter, value) in self.args.typed() {
            if COMPOSED.iter().any(|composed| composed.is(parameter))
                || (parameter.is(&row::OUTPUT) && value.is_some_and(|value| value == "none"))
            {
                continue;
            }
            let value = value.map(|value| value.to_string_lossy().into_owned());
            let word = self.own_flag(parameter, value.as_deref().unwrap_or_default());
            let word = word.ok_or_else(|| self.unsaid(parameter))?;
            self.words.push(word.into());
        }
        Ok(())
    }

    fn own_flag(&self, parameter: &Parameter, value: &str) -> Option<String> {
        let by_hand: [(&Parameter, &str, &str); 7] = [
            (&row::BLOCK_SIZE_IN_MB, "", "block-size-mb"),
            (&row::MT, "", "preserve-last-modified-time"),
            (&row::PRESERVE_SMB, "", "preserve-info"),
            (&row::DELETE_SNAPSHOTS, "include", "delete-snapshots"),
            (&row::KEEP_TIER, "off", "s2s-preserve-access-tier=false"),
            (&row::KEEP_TAGS, "on", "s2s-preserve-blob-tags"),
            (&row::IA, "", "include-attributes"),
        ];
        let spelled = |name: &str, value: &str| {
            let is_whole = value.is_empty() || name.contains('=') || name.starts_with("s2s");
            if is_whole {
                format!("--{name}")
            } else {
                format!("--{name}={value}")
            }
        };
        let named = by_hand
            .iter()
            .find(|(row, only, _)| row.is(parameter) && (only.is_empty() || *only == value));
        if let Some((_, _, name)) = named {
            return Some(spelled(name, value));
        }
        FLAGS
            .iter()
            .filter(|flag| flag.verbs & set_of(self.verb) != 0)
            .find_map(|flag| of_table(flag, parameter, value))
            .map(|(name, value)| spelled(name, &value))
    }

    fn unsaid(&self, parameter: &Parameter) -> UsageError {
        let dialect = self.typed.of_rows();
        UsageError::meaning(format!(
            "`{}` with this value has no equal in AzCopy 10's `{}`",
            shown(&parameter.spelled(dialect)),
            self.verb.name()
        ))
    }
}

/// The flag and its value that the table has for a row.
fn of_table(flag: &Flag, parameter: &Parameter, value: &str) -> Option<(&'static str, String)> {
    match flag.verdict {
        Verdict::Row(row) | Verdict::RowUnless(row, _) if row.is(parameter) => {
            Some((flag.name, value.to_owned()))
        }
        Verdict::Words(row, pairs) if row.is(parameter) => {
            let pair = pairs
                .iter()
                .find(|(_, own)| own.eq_ignore_ascii_case(value));
            // What gives nothing is what the flag does by itself.
            let word = pair.or_else(|| pairs.iter().find(|(_, own)| own.is_empty()));
            word.map(|(word, _)| (flag.name, (*word).to_owned()))
        }
        _ => None,
    }
}
