//! Keeps the number of requests for the next run to the same place, for an hour.
//!
//! It is one small text file for all places, with a line each: seconds since 1970, the number, the
//! place. It is a hint: a file that cannot be read or parsed gives no hints, and a file that cannot
//! be written stays as it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::limits::CONCURRENCY_MAX;

/// How long a number is valid.
const GOOD_FOR: Duration = Duration::from_hours(1);

/// The name of the file.
const FILE: &str = "concurrency";

/// The most places that are kept.
const PLACES_MAX: usize = 64;

/// The file is not read beyond this length.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// The remembered number of one place.
#[derive(Debug, Clone)]
pub struct Remembered {
    folder: PathBuf,
    place: String,
}

impl Remembered {
    /// In this folder, for this place: a word without blanks that names the endpoint and the
    /// direction.
    pub fn new(folder: &Path, place: &str) -> Self {
        Self {
            folder: folder.into(),
            place: place.split_whitespace().collect(),
        }
    }

    /// The number, if there is a valid one.
    pub fn number(&self) -> Option<u32> {
        let lines = read(&self.folder.join(FILE));
        number_of(&lines, &self.place, seconds_now())
    }

    /// Stores a number for the next run.
    pub fn keep(&self, number: u32) {
        let path = self.folder.join(FILE);
        let text = with(&read(&path), &self.place, number, seconds_now());
        let beside = self.folder.join(format!("{FILE}.{}", std::process::id()));
        let written = std::fs::create_dir_all(&self.folder)
            .and_then(|()| std::fs::write(&beside, text))
            .and_then(|()| std::fs::rename(&beside, &path));
        if written.is_err() {
            let _gone = std::fs::remove_file(&beside);
        }
    }
}

fn seconds_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_secs()
}

fn read(path: &Path) -> String {
    let is_small = std::fs::metadata(path).is_ok_and(|found| found.len() <= FILE_BYTES_MAX);
    let text = is_small
        .then(|| std::fs::read_to_string(path).ok())
        .flatten();
    text.unwrap_or_default()
}

/// Seconds, number and place of every valid line.
fn good(lines: &str, now: u64) -> impl Iterator<Item = (u64, u32, &str)> {
    lines.lines().filter_map(move |line| {
        let mut words = line.split(' ');
        let seconds: u64 = words.next()?.parse().ok()?;
        let number: u32 = words.next()?.parse().ok()?;
        let place = words.next()?;
        let is_good = words.next().is_none()
            && (1..=CONCURRENCY_MAX).contains(&number)
            && now
                .checked_sub(seconds)
                .is_some_and(|age| age <= GOOD_FOR.as_secs());
        is_good.then_some((seconds, number, place))
    })
}

fn number_of(lines: &str, place: &str, now: u64) -> Option<u32> {
    let mut found = good(lines, now).filter(|(.., of)| *of == place);
    found.next().map(|(_, number, _)| number)
}

/// The lines with this one first, which replaces an older line of the same place.
fn with(lines: &str, place: &str, number: u32, now: u64) -> String {
    let mut text = format!("{now} {number} {place}\n");
    let others = good(lines, now).filter(|(.., of)| *of != place);
    for (seconds, number, place) in others.take(PLACES_MAX - 1) {
        let _ = writeln!(text, "{seconds} {number} {place}");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_good_for_an_hour_and_for_its_place() {
        let lines = with("", "up:a.example:443", 48, 10_000);
        let lines = with(&lines, "down:a.example:443", 7, 10_001);
        assert_eq!(number_of(&lines, "up:a.example:443", 13_600), Some(48));
        assert_eq!(number_of(&lines, "up:a.example:443", 13_601), None);
        assert_eq!(number_of(&lines, "up:a.example:443", 9_999), None);
        assert_eq!(number_of(&lines, "down:a.example:443", 10_001), Some(7));
        assert_eq!(number_of(&lines, "up:b.example:443", 10_001), None);
        let newer = with(&lines, "up:a.example:443", 96, 10_002);
        assert_eq!(number_of(&newer, "up:a.example:443", 10_002), Some(96));
        assert_eq!(newer.lines().count(), 2);
    }

    #[test]
    fn it_is_kept_from_one_run_to_the_next_and_damage_only_loses_hints() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("state/azring");
        let remembered = Remembered::new(&below, "up:a b");
        assert_eq!(remembered.number(), None);
        remembered.keep(31);
        assert_eq!(remembered.number(), Some(31));
        assert_eq!(std::fs::read_dir(&below).unwrap().count(), 1);
        std::fs::write(below.join(FILE), [0xff, 0xfe, b'\n']).unwrap();
        assert_eq!(remembered.number(), None);
        remembered.keep(32);
        assert_eq!(remembered.number(), Some(32));
        // With a folder in its place nothing is kept, and nothing breaks.
        std::fs::remove_file(below.join(FILE)).unwrap();
        std::fs::create_dir(below.join(FILE)).unwrap();
        remembered.keep(33);
        assert_eq!(remembered.number(), None);
        assert_eq!(std::fs::read_dir(&below).unwrap().count(), 1);
    }

    proptest! {
        #[test]
        fn whatever_is_in_the_file_the_number_is_one_that_may_be(lines in "([0-9 a:\\n]|\\PC){0,200}", now: u64) {
            if let Some(number) = number_of(&lines, "a", now) {
                prop_assert!((1..=CONCURRENCY_MAX).contains(&number));
            }
            prop_assert_eq!(number_of(&with(&lines, "a", 5, now), "a", now), Some(5));
        }
    }
}
