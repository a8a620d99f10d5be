//! Where a sync keeps what it would delete otherwise.

use std::time::SystemTime;

use jiff::Timestamp;

/// A folder of the target that holds what was superfluous there. Nothing in it is compared, and nothing in
/// it is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrashFolder(Box<str>);

impl TrashFolder {
    /// Reads the path of a folder below the target; `None` for a text that is no such path.
    pub fn parse(text: &str) -> Option<Self> {
        let path = text.strip_suffix('/').unwrap_or(text);
        let is_name = |part: &str| {
            !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']) && !part.ends_with('.')
        };
        path.split('/').all(is_name).then(|| Self(path.into()))
    }

    /// Its name below the target.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether the object of this name is in the folder, or has its name. `ignores_case`: the target takes names
    /// for one that differ in case only.
    pub fn has(&self, name: &[u8], ignores_case: bool) -> bool {
        let own = self.0.as_bytes();
        if !ignores_case {
            return is_below(own, name);
        }
        let upper = |name: &[u8]| String::from_utf8_lossy(name).to_uppercase();
        is_below(upper(own).as_bytes(), upper(name).as_bytes())
    }

    /// The folder in it that a run of this time uses: `.trash/2026-11-29T21-07-12.345Z`.
    ///
    /// The names of two runs differ, so that no run replaces what another one has put there.
    pub fn of_run(&self, time: SystemTime) -> String {
        let time = Timestamp::try_from(time).unwrap_or_default();
        format!("{}/{}", self.0, time.strftime("%Y-%m-%dT%H-%M-%S%.3fZ"))
    }
}

fn is_below(folder: &[u8], name: &[u8]) -> bool {
    let rest = name.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn the_trash_is_a_folder_below_the_target() {
        for (text, name) in [(".trash", ".trash"), ("old/trash/", "old/trash")] {
            let trash = TrashFolder::parse(text).unwrap();
            assert_eq!(trash.name(), name);
        }
        for text in [
            "", "/", "/tmp", ".", "..", "a/../b", "a//b", "a\\b", "a.", "a/./b",
        ] {
            assert_eq!(TrashFolder::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_is_in_the_folder_is_in_the_trash() {
        let trash = TrashFolder::parse("old/é").unwrap();
        let has = |name: &str, ignores_case| trash.has(name.as_bytes(), ignores_case);
        assert!(has("old/é", false) && has("old/é/x", false));
        assert!(!has("old/éx", false) && !has("old", false) && !has("x/old/é/x", false));
        assert!(!has("Old/É/x", false) && has("Old/É/x", true) && !has("OLD/ÉX", true));
    }

    #[test]
    fn each_run_has_a_folder_of_its_own() {
        let trash = TrashFolder::parse("t").unwrap();
        let at = |ms| trash.of_run(UNIX_EPOCH + Duration::from_millis(ms));
        assert_eq!(at(1_500), "t/1970-01-01T00-00-01.500Z");
        assert_ne!(at(1_500), at(1_501));
    }
}
