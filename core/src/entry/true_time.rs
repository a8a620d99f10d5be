//! The true modification time of an object that a service keeps in metadata.
//!
//! A service sets `Last-Modified` at every write, so an upload loses the time of the file. `mtime`
//! (RFC 3339 with nanoseconds) is what rclone writes, and what azring writes. `AzCopy` writes `modtime`:
//! nanoseconds since 1970 in decimal, or in the style of Azure Managed Lustre `2006-01-02 15:04:05
//! -0700`, which has whole seconds. All of them are read, `mtime` first.

use std::time::SystemTime;

use jiff::Timestamp;

use super::ObjectProperties;

/// The name of the metadata that azring and rclone write.
const MTIME: &str = "mtime";

/// The name of the metadata that `AzCopy` writes.
const MODTIME: &str = "modtime";

/// The form that Azure Managed Lustre reads.
const LUSTRE: &str = "%Y-%m-%d %H:%M:%S %z";

/// The true modification time of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrueTime {
    /// The time.
    pub time: SystemTime,
    /// It has whole seconds only.
    pub is_coarse: bool,
}

impl TrueTime {
    /// Reads it from the properties of an object; `None` where they have none, or none that is a time.
    pub fn of(properties: &ObjectProperties) -> Option<Self> {
        let value = |name: &str| {
            let mut metadata = properties.metadata.iter();
            let found = metadata.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim())
        };
        let exact = |time: Timestamp| Self {
            time: time.into(),
            is_coarse: false,
        };
        let mtime = || value(MTIME)?.parse().ok().map(exact);
        let modtime = || Self::of_modtime(value(MODTIME)?);
        mtime().or_else(modtime)
    }

    /// Whether it is this time, as far as it is exact.
    fn says(self, time: SystemTime) -> bool {
        if !self.is_coarse {
            return self.time == time;
        }
        let since = time.duration_since(self.time);
        since.is_ok_and(|since| since.as_secs() == 0)
    }

    fn of_modtime(text: &str) -> Option<Self> {
        if let Ok(nanoseconds) = text.parse() {
            let time = Timestamp::from_nanosecond(nanoseconds).ok()?;
            return Some(Self {
                time: time.into(),
                is_coarse: false,
            });
        }
        let time = Timestamp::strptime(LUSTRE, text).ok()?;
        Some(Self {
            time: time.into(),
            is_coarse: true,
        })
    }
}

/// The properties with this true time. Metadata of `AzCopy` about another time is left out.
///
/// A time that cannot be written (before the year -9999 or after 9999) is left out.
pub fn with_true_time(properties: ObjectProperties, time: SystemTime) -> ObjectProperties {
    let mut metadata = properties.metadata;
    let is_of_time = |text: &str| {
        let found = TrueTime::of_modtime(text.trim());
        found.is_some_and(|found| found.says(time))
    };
    metadata.retain(|(name, value)| {
        let is_other = name.eq_ignore_ascii_case(MODTIME) && !is_of_time(value);
        !name.eq_ignore_ascii_case(MTIME) && !is_other
    });
    if let Ok(time) = Timestamp::try_from(time) {
        metadata.push((MTIME.to_owned(), format!("{time:.9}")));
    }
    ObjectProperties {
        metadata,
        ..properties
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    fn properties(metadata: &[(&str, &str)]) -> ObjectProperties {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        ObjectProperties {
            metadata: metadata.iter().map(owned).collect(),
            ..ObjectProperties::default()
        }
    }

    fn read(metadata: &[(&str, &str)]) -> Option<TrueTime> {
        TrueTime::of(&properties(metadata))
    }

    #[test]
    fn the_forms_of_rclone_azcopy_and_lustre_are_read() {
        let time = UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_789);
        let exact = Some(TrueTime {
            time,
            is_coarse: false,
        });
        let coarse = Some(TrueTime {
            time: UNIX_EPOCH + Duration::from_secs(1_554_917_421),
            is_coarse: true,
        });
        assert_eq!(read(&[("Mtime", "2019-04-10T17:30:21.123456789Z")]), exact);
        let elsewhere = "2019-04-10T19:30:21.123456789+02:00";
        assert_eq!(read(&[("mtime", elsewhere)]), exact);
        assert_eq!(read(&[("modtime", "1554917421123456789")]), exact);
        assert_eq!(read(&[("modtime", "2019-04-10 19:30:21 +0200")]), coarse);
        let both = [
            ("modtime", "0"),
            ("mtime", "2019-04-10T17:30:21.123456789Z"),
        ];
        assert_eq!(read(&both), exact);
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in ["", "yesterday", "2019-04-10", "1.5"] {
            assert_eq!(read(&[("mtime", text), ("modtime", text)]), None, "{text}");
        }
        assert_eq!(read(&[("other", "0")]), None);
    }

    #[test]
    fn other_metadata_stays_and_other_forms_of_the_time_go() {
        let before = properties(&[("a", "1"), ("ModTime", "1"), ("MTIME", "x")]);
        let after = with_true_time(before, UNIX_EPOCH);
        let expected = properties(&[("a", "1"), ("mtime", "1970-01-01T00:00:00.000000000Z")]);
        assert_eq!(after, expected);
    }

    #[test]
    fn a_form_of_azcopy_stays_where_it_says_the_same_time() {
        let time = UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_789);
        for (modtime, stays) in [
            ("1554917421123456789", true),
            ("1554917421123456788", false),
            ("2019-04-10 17:30:21 +0000", true),
            ("2019-04-10 17:30:20 +0000", false),
        ] {
            let after = with_true_time(properties(&[("modtime", modtime)]), time);
            let has = after.metadata.iter().any(|(name, _)| name == MODTIME);
            assert_eq!(has, stays, "{modtime}");
        }
    }

    proptest! {
        #[test]
        fn a_time_reads_back_as_it_was_written(seconds in -9_000_000_000_i64..9_000_000_000, nanos in 0_u32..1_000_000_000) {
            let time: SystemTime = Timestamp::new(seconds, 0).unwrap().into();
            let time = time + Duration::from_nanos(nanos.into());
            let written = with_true_time(ObjectProperties::default(), time);
            prop_assert_eq!(TrueTime::of(&written).map(|found| found.time), Some(time));
        }
    }
}
