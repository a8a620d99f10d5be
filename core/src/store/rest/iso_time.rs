//! Times in headers and listings of file shares: `2019-04-10T17:30:21.1234567Z`, to 100 nanoseconds.
//! <https://learn.microsoft.com/rest/api/storageservices/create-file#request-headers>

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Reads a time in UTC; `None` for any other text.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    if !text.ends_with('Z') {
        return None;
    }
    let time: Timestamp = text.parse().ok()?;
    Some(time.into())
}

/// Writes a time, cut to 100 nanoseconds. `None` for a time that no file share can store: before 1601
/// or after 9999.
pub(crate) fn format(time: SystemTime) -> Option<String> {
    const YEAR_MIN: i16 = 1601;
    let time = Timestamp::try_from(time).ok()?.to_zoned(TimeZone::UTC);
    let ticks = time.subsec_nanosecond() / 100;
    let second = time.strftime("%Y-%m-%dT%H:%M:%S");
    (time.year() >= YEAR_MIN).then(|| format!("{second}.{ticks:07}Z"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_time_is_written_to_seven_digits_and_read_back() {
        let time = UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_789);
        let text = format(time).unwrap();
        assert_eq!(text, "2019-04-10T17:30:21.1234567Z");
        let cut = UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_700);
        assert_eq!(parse(&text), Some(cut));
        let old = UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(format(old).unwrap(), "1969-12-31T23:59:59.9990000Z");
        assert_eq!(parse("1969-12-31T23:59:59.9990000Z"), Some(old));
    }

    #[test]
    fn what_is_no_time_in_utc_is_not_read() {
        for text in [
            "",
            "now",
            "2019-04-10",
            "2019-04-10T17:30:21.1+02:00",
            "2019-13-10T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let ancient = UNIX_EPOCH - Duration::from_hours(24 * 366 * 400);
        assert_eq!(format(ancient), None);
    }
}
