//! A list of versions of one blob that a user gives in a file, each once, the oldest first.

use crate::entry::LabelPlace;
use crate::location::check_version;

/// Versions of one blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionList {
    ids: Box<[Box<str>]>,
    label: LabelPlace,
}

impl VersionList {
    /// Reads a list, one id in a line. Copies get the time of their version in this place of their names.
    pub(super) fn read(text: &[u8], label: LabelPlace) -> Result<Self, (usize, String)> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut ids: Vec<Box<str>> = Vec::new();
        for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
            let wrong = |why: String| (at + 1, why);
            let line = std::str::from_utf8(line).map_err(|_| wrong("it is not UTF-8".into()))?;
            let id = line.trim();
            if !id.is_empty() {
                check_version(id).map_err(|error| wrong(error.to_string()))?;
                ids.push(id.into());
            }
        }
        if ids.is_empty() {
            return Err((1, "the list names no version".into()));
        }
        // The ids are times of one form, so this is the order of time.
        ids.sort_unstable();
        ids.dedup();
        Ok(Self {
            ids: ids.into(),
            label,
        })
    }

    /// Their ids, in the order of time.
    pub fn ids(&self) -> &[Box<str>] {
        &self.ids
    }

    /// Where the names of copies have the time of the version.
    pub fn label(&self) -> LabelPlace {
        self.label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_once_each_and_what_is_none_is_named_by_its_line() {
        let one = "2023-11-14T09:15:30.1234567Z";
        let two = "2023-11-15T09:15:30.1234567Z";
        let text = format!("{two}\r\n\n{one}\n {two} \n");
        let list = VersionList::read(text.as_bytes(), LabelPlace::BeforeName).unwrap();
        assert_eq!(
            list.ids().iter().map(|id| &**id).collect::<Vec<_>>(),
            [one, two]
        );
        for (text, line) in [("", 1), ("\n../x\n", 2), ("2023\n", 1)] {
            let wrong = VersionList::read(text.as_bytes(), LabelPlace::BeforeName).unwrap_err();
            assert_eq!(wrong.0, line, "{text:?}");
        }
    }
}
