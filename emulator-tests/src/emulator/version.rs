//! The API version of a request, which decides about limits, defaults and string-to-sign formats.

use std::fmt;

/// A version such as `2021-12-02`, comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion(u32);

impl ApiVersion {
    /// The version of anonymous requests without one.
    pub const OLDEST: Self = Self::new(2009, 9, 19);
    /// The version in answers to requests whose version cannot be read.
    pub const NEWEST: Self = Self::new(2026, 12, 6);

    /// A version by its date.
    pub const fn new(year: u32, month: u32, day: u32) -> Self {
        Self(year * 10_000 + month * 100 + day)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let part = |range: std::ops::Range<usize>| text[range].parse().ok();
        if !shaped {
            return None;
        }
        let version = Self::new(part(0..4)?, part(5..7)?, part(8..10)?);
        (version >= Self::OLDEST || version == Self::new(2009, 7, 17)).then_some(version)
    }

    /// Whether this version is `YYYY-MM-DD` or later.
    pub const fn since(self, year: u32, month: u32, day: u32) -> bool {
        self.0 >= Self::new(year, month, day).0
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{:04}-{:02}-{:02}",
            self.0 / 10_000,
            self.0 / 100 % 100,
            self.0 % 100
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_dates_and_print_as_they_came() {
        let version = ApiVersion::parse("2021-12-02").unwrap();
        assert!(version.since(2020, 12, 6) && !version.since(2022, 11, 2));
        assert_eq!(version.to_string(), "2021-12-02");
        assert_eq!(ApiVersion::parse("2021-12-2"), None);
        assert_eq!(ApiVersion::parse("latest"), None);
    }
}
