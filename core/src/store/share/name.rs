//! The names of files at a target in a share: from an entry's name to the path of a file in the share.
//!
//! A share compares names without their case and keeps the case in which each was made. It takes no
//! name that Windows does not take.
//! <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata>

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Result;
use crate::entry::EntryName;
use crate::plan::route::SourceNames;
use crate::plan::target_name::{MappedName, TargetName, invalid, is_step};

/// The longest part of a path, in UTF-16 code units.
pub(super) const PART_CHARS_MAX: usize = 255;

/// The longest path in a share, in UTF-16 code units.
pub(super) const PATH_CHARS_MAX: usize = 2048;

/// The most parts of a path.
pub(super) const DEPTH_MAX: usize = 250;

/// The characters that no name in a share has, besides the slash and control characters.
const FORBIDDEN: [char; 8] = ['"', '\\', ':', '|', '<', '>', '*', '?'];

/// The names that Windows gives to devices, without the numbered ones.
const DEVICES: [&str; 5] = ["PRN", "AUX", "NUL", "CON", "CLOCK$"];

/// How a directory of a share names its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShareNaming {
    /// The directory's path, without a slash at its end; empty for the share itself.
    directory: String,
    source: SourceNames,
}

/// Whether the service keeps the dots at the end of a name.
///
/// Versions before 2022-11-02 remove them, so that `a.` becomes `a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrailingDots {
    Kept,
    Removed,
}

impl ShareNaming {
    pub(super) fn new(directory: &str, source: SourceNames) -> Self {
        Self {
            directory: directory.to_owned(),
            source,
        }
    }

    /// The path in the share of the file that an entry becomes.
    ///
    /// Fails with [`Error::Name`](crate::Error::Name) when no file can have such a path.
    pub(super) fn name(&self, entry: &EntryName, dots: TrailingDots) -> Result<MappedName> {
        let text = text_of(entry)?;
        let relative = match self.source {
            SourceNames::Files => escaped(text),
            SourceNames::Blobs => escaped(&escaped_slashes(text)),
            SourceNames::Shares => text.to_owned(),
        };
        self.checked(entry, &relative, dots)
    }

    /// The path of the file that the user named; `name` is the last part of the URL.
    pub(super) fn exact_name(&self, name: &EntryName, dots: TrailingDots) -> Result<MappedName> {
        self.checked(name, text_of(name)?, dots)
    }

    /// The path in the form that a share compares, for a source that tells apart more names.
    ///
    /// `None` where the source is a share, whose names differ already.
    pub(super) fn folded(&self, name: &TargetName) -> Option<TargetName> {
        let text = name.as_str()?;
        match self.source {
            SourceNames::Files | SourceNames::Blobs => {
                Some(TargetName::new(folded(text).into_bytes()))
            }
            SourceNames::Shares => None,
        }
    }

    fn checked(&self, entry: &EntryName, relative: &str, dots: TrailingDots) -> Result<MappedName> {
        let path = if self.directory.is_empty() {
            relative.to_owned()
        } else {
            format!("{}/{relative}", self.directory)
        };
        for part in relative.split('/') {
            check_part(part, dots).map_err(|why| invalid(entry, &why))?;
        }
        if characters(&path) > PATH_CHARS_MAX {
            return Err(invalid(
                entry,
                &format!("its path in the share would be longer than {PATH_CHARS_MAX} characters"),
            ));
        }
        if path.split('/').count() > DEPTH_MAX {
            return Err(invalid(
                entry,
                &format!("its path in the share would have more than {DEPTH_MAX} parts"),
            ));
        }
        Ok(MappedName::unchanged(TargetName::new(path.into_bytes())))
    }
}

/// The path of a file in a share as text.
pub(super) fn share_path(name: &TargetName) -> &str {
    let Some(text) = name.as_str() else {
        unreachable!("ShareNaming makes names of UTF-8");
    };
    text
}

/// A name in the form that a share compares: every character in upper case, where that is one
/// character too.
pub(super) fn folded(text: &str) -> String {
    let upper = |character: char| {
        let mut upper = character.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(single), None) => single,
            _ => character,
        }
    };
    text.chars().map(upper).collect()
}

fn text_of(entry: &EntryName) -> Result<&str> {
    entry
        .as_str()
        .ok_or_else(|| invalid(entry, "a name in a share must be UTF-8"))
}

/// The characters that no name in a share has, as `%HH`. This is AzCopy's form of them.
fn escaped(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for character in text.chars() {
        if FORBIDDEN.contains(&character) {
            path.extend(utf8_percent_encode(
                character.encode_utf8(&mut [0; 4]),
                NON_ALPHANUMERIC,
            ));
        } else {
            path.push(character);
        }
    }
    path
}

/// The slashes that do not separate two parts with characters, as `%2F`.
fn escaped_slashes(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    let mut characters = name.chars().peekable();
    let mut previous = '/';
    while let Some(character) = characters.next() {
        let separates = character == '/' && previous != '/' && characters.peek().is_some();
        if character == '/' && !separates {
            path.push_str("%2F");
        } else {
            path.push(character);
        }
        previous = character;
    }
    path
}

/// Refuses a text that cannot be one part of a path, with the reason.
fn check_part(part: &str, dots: TrailingDots) -> Result<(), String> {
    if part.is_empty() {
        return Err("a part of the name is empty".to_owned());
    }
    let shown = EntryName::from(part);
    if is_step(part.as_bytes()) {
        return Err(format!("the name has the part `{shown}`"));
    }
    if let Some(character) = part.chars().find(|character| is_forbidden(*character)) {
        let character = EntryName::from(character.encode_utf8(&mut [0; 4]) as &str);
        return Err(format!(
            "no name in a share has the character `{character}`"
        ));
    }
    if is_device(part) {
        return Err(format!("`{shown}` is the name of a device in Windows"));
    }
    if characters(part) > PART_CHARS_MAX {
        return Err(format!(
            "a part of the name is longer than {PART_CHARS_MAX} characters"
        ));
    }
    if dots == TrailingDots::Removed && part.ends_with('.') {
        return Err(format!(
            "this version of the service removes the dot at the end of `{shown}`"
        ));
    }
    Ok(())
}

fn is_forbidden(character: char) -> bool {
    FORBIDDEN.contains(&character) || character < ' '
}

fn is_device(part: &str) -> bool {
    let upper = part.to_ascii_uppercase();
    let is_numbered = |device: &str| {
        let number = upper.strip_prefix(device);
        number.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))
    };
    DEVICES.contains(&upper.as_str()) || is_numbered("LPT") || is_numbered("COM")
}

/// The service counts UTF-16 code units.
fn characters(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests;
