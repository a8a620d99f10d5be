//! Values that the emulator chooses by itself, such as `ETags`, in place of the recorded ones.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that the recorded clients do not encode in a query.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Recorded values with the emulator's own, in both directions.
#[derive(Debug, Default)]
pub struct Substitution {
    answered: BTreeMap<String, String>,
    recorded: BTreeMap<String, String>,
    dates: BTreeMap<String, String>,
}

impl Substitution {
    /// Notes that the emulator answered one value where the other was recorded. Returns whether
    /// that fits what was noted before: equal values stay equal, different ones different.
    pub fn learn(&mut self, recorded: &str, answered: &str) -> bool {
        let (recorded, answered) = (recorded.trim_matches('"'), answered.trim_matches('"'));
        let forward = self.answered.entry(recorded.to_owned());
        let backward = self.recorded.entry(answered.to_owned());
        let fits = forward.or_insert_with(|| answered.to_owned()) == answered
            && backward.or_insert_with(|| recorded.to_owned()) == recorded;
        if !fits {
            self.answered
                .insert(recorded.to_owned(), answered.to_owned());
        }
        fits
    }

    /// Notes the emulator's value of something that no recorded answer has.
    pub fn replace(&mut self, recorded: &str, answered: &str) {
        let (recorded, answered) = (recorded.trim_matches('"'), answered.trim_matches('"'));
        self.answered
            .insert(recorded.to_owned(), answered.to_owned());
        self.recorded
            .insert(answered.to_owned(), recorded.to_owned());
    }

    /// Notes a `Last-Modified` of the emulator, which later conditions use.
    pub fn learn_date(&mut self, recorded: &str, answered: &str) {
        self.dates.insert(recorded.to_owned(), answered.to_owned());
    }

    /// The emulator's value of a recorded `ETag`, lease id and the like.
    pub fn answered(&self, recorded: &str) -> Option<&str> {
        self.answered
            .get(recorded.trim_matches('"'))
            .map(String::as_str)
    }

    /// The emulator's date in place of a recorded `Last-Modified`.
    pub fn date(&self, recorded: &str) -> Option<&str> {
        self.dates.get(recorded).map(String::as_str)
    }

    /// A text with all recorded values replaced.
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (recorded, answered) in self.answered.iter().rev() {
            if recorded.len() >= 16 && recorded != answered {
                text = text.replace(recorded, answered);
                let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
                text = text.replace(&encode(recorded), &encode(answered));
            }
        }
        text
    }
}
