//! Dates in headers and listings: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), the only form that storage services
//! write.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads a date. `None` for any other form and for days that do not exist; the name of the weekday is not compared.
pub fn parse(text: &str) -> Option<SystemTime> {
    let bytes: &[u8; 29] = text.as_bytes().try_into().ok()?;
    let fixed = [
        (3, b','),
        (4, b' '),
        (7, b' '),
        (11, b' '),
        (16, b' '),
        (19, b':'),
        (22, b':'),
    ];
    let in_form = fixed.iter().all(|&(at, byte)| bytes[at] == byte) && bytes.ends_with(b" GMT");
    if !in_form {
        return None;
    }
    let month = MONTHS
        .iter()
        .position(|month| bytes[8..11] == *month.as_bytes())?
        + 1;
    let date = Date::new(
        number(&bytes[12..16])?,
        month as i8,
        number(&bytes[5..7])? as i8,
    )
    .ok()?;
    // A leap second is the second before it: clocks of files have none.
    let second = number(&bytes[23..25])?.min(59);
    let time = Time::new(
        number(&bytes[17..19])? as i8,
        number(&bytes[20..22])? as i8,
        second as i8,
        0,
    )
    .ok()?;
    let moment = DateTime::from_parts(date, time)
        .to_zoned(TimeZone::UTC)
        .ok()?;
    Some(moment.timestamp().into())
}

/// Digits, at most four.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |value, &digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i16::from(digit - b'0'))
    })
}

/// Writes a date, cut to whole seconds. Empty for a time that no calendar here knows (beyond the year 9999).
pub fn format(time: SystemTime) -> String {
    Timestamp::try_from(time)
        .map(|moment| moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_date_of_the_rfc_is_read() {
        let expected = UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT"), Some(expected));
        assert_eq!(format(expected), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn a_leap_second_is_the_second_before_it() {
        assert_eq!(
            parse("Sat, 31 Dec 2016 23:59:60 GMT"),
            parse("Sat, 31 Dec 2016 23:59:59 GMT")
        );
    }

    #[test]
    fn other_forms_and_days_that_do_not_exist_are_no_dates() {
        for text in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "1994-11-06T08:49:37Z",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:3é GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_second_reads_back(seconds in 0u64..253_402_300_799) {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            prop_assert_eq!(parse(&format(time)), Some(time));
        }

        #[test]
        fn any_text_is_a_date_or_none(text in ".{0,40}") {
            let _ = parse(&text);
        }
    }
}
