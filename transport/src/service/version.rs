//! The version of a service's interface, which every request names.

use std::fmt;
use std::str::FromStr;

/// A version of a service's interface: a date, `2021-12-02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion(u32);

impl ApiVersion {
    /// The first version with CRC-64 of a request's body.
    pub const CRC64: Self = Self::new(2019, 2, 2);
    /// The first version with Put Block From URL.
    pub const PUT_BLOCK_FROM_URL: Self = Self::new(2018, 3, 28);
    /// The first version with Blob Batch of a container.
    pub const CONTAINER_BATCH: Self = Self::new(2020, 4, 8);
    /// The oldest version that requests may name: page blobs, append blobs and copies as this
    /// program uses them.
    pub const OLDEST: Self = Self::new(2015, 2, 21);

    /// A version by its date.
    pub const fn new(year: u32, month: u32, day: u32) -> Self {
        Self(year * 10_000 + month * 100 + day)
    }

    /// The newest version between [`ApiVersion::OLDEST`] and `refused` (exclusive) that `text`
    /// names. Services list the versions that they know when they refuse one.
    pub(crate) fn newest_named(text: &str, refused: Self) -> Option<Self> {
        let words = text.split(|char: char| !(char.is_ascii_digit() || char == '-'));
        let versions = words.filter_map(|word| word.parse().ok());
        versions
            .filter(|version| (Self::OLDEST..refused).contains(version))
            .max()
    }

    /// The date as one number, `20211202`.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The version of a date as one number.
    pub(super) fn of_number(number: u32) -> Self {
        Self(number)
    }
}

impl FromStr for ApiVersion {
    type Err = ();

    /// Reads `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = text.as_bytes();
        let is_date = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !is_date {
            return Err(());
        }
        let number = |from: usize, to: usize| text[from..to].parse().map_err(|_| ());
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(());
        }
        Ok(Self::new(year, month, day))
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(date) = self;
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_date_and_compares_as_one() {
        let version: ApiVersion = "2019-07-07".parse().unwrap();
        assert_eq!(version.to_string(), "2019-07-07");
        assert!(version < ApiVersion::new(2021, 12, 2) && version > ApiVersion::CRC64);
        for wrong in ["", "2019", "2019-7-7", "2019-13-01", "2019-01-00", "latest"] {
            assert!(wrong.parse::<ApiVersion>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_newest_older_version_that_a_service_names_is_found() {
        let refused = ApiVersion::new(2021, 12, 2);
        let named = |text| ApiVersion::newest_named(text, refused).map(|found| found.to_string());
        let text = "supported are 2017-11-09, 2019-07-07 and 2023-01-03; got 2021-12-02.";
        assert_eq!(named(text).as_deref(), Some("2019-07-07"));
        assert_eq!(named("not in the correct format"), None);
        assert_eq!(named("since 2009-09-19"), None);
    }
}
