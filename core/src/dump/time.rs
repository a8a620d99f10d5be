//! The time of an export, which its file names and its manifest contain.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The length of a step of the time, in nanoseconds.
const STEP_NS: i128 = 100;

/// Digits of the fraction of a second.
const DIGITS: usize = 7;

/// When an export began, in steps of 100 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportTime(Timestamp);

impl ExportTime {
    /// This time, rounded down to a step. Times outside of the years 1970 to 9999 become 1970.
    pub fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let ns = since.as_nanos() as i128 / STEP_NS * STEP_NS;
        Self(Timestamp::from_nanosecond(ns).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Reads both forms, `20140903T051850.8128447Z` and `2014-09-03T05:18:50.8128447Z`. The
    /// fraction and the `Z` may be missing, as in the article's `20140103T112020`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z').unwrap_or(text);
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_fraction = (1..=DIGITS).contains(&fraction.len());
        if !is_fraction || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let civil = ["%Y%m%dT%H%M%S", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|form| DateTime::strptime(form, whole).ok())?;
        let time = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let steps: i128 = format!("{fraction:0<DIGITS$}").parse().ok()?;
        let ns = time.as_nanosecond() + steps * STEP_NS;
        Timestamp::from_nanosecond(ns).ok().map(Self)
    }

    /// The form of file names: `20140903T051850.8128447Z`, always with seven digits.
    pub fn compact(self) -> String {
        self.write("%Y%m%dT%H%M%S")
    }

    /// The form of manifests: `2014-09-03T05:18:50.8128447Z`, always with seven digits.
    pub fn extended(self) -> String {
        self.write("%Y-%m-%dT%H:%M:%S")
    }

    fn write(self, form: &str) -> String {
        let mut text = self.0.strftime(form).to_string();
        let steps = i128::from(self.0.subsec_nanosecond()) / STEP_NS;
        let _infallible = write!(text, ".{steps:0DIGITS$}Z");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_seven_digits_in_both_forms_and_keeps_zeros() {
        let time = ExportTime::parse("2019-07-21T16:35:02.124928Z").unwrap();
        assert_eq!(time.compact(), "20190721T163502.1249280Z");
        assert_eq!(time.extended(), "2019-07-21T16:35:02.1249280Z");
        assert_eq!(ExportTime::parse(&time.compact()), Some(time));
    }

    #[test]
    fn a_time_without_fraction_or_zone_is_read() {
        let time = ExportTime::parse("20140103T112020").unwrap();
        assert_eq!(time.compact(), "20140103T112020.0000000Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "20140103",
            "20141303T112020Z",
            "20140103T112020.Z",
            "20140103T112020.12345678Z",
            "20140103T112020.+123456Z",
            "2014-01-03 11:20:20Z",
        ] {
            assert_eq!(ExportTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_system_time_is_cut_to_a_step() {
        let time = UNIX_EPOCH + std::time::Duration::new(1, 999);
        assert_eq!(ExportTime::of(time).compact(), "19700101T000001.0000009Z");
    }
}
