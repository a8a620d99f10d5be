//! Points of time, as users write them: a date, a date with a time, or an age.

use std::time::{Duration, SystemTime};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Reads `2026-11-01`, `2026-11-01T10:00:00Z`, `2026-11-01 10:00` or an age before `now` as in `7d`. A time
/// without a zone is in the time zone of this machine. `None` for any other text.
pub(crate) fn moment(text: &str, now: SystemTime) -> Option<SystemTime> {
    if let Some(age) = age(text) {
        return now.checked_sub(age);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.into());
    }
    // An offset without `Z` is part of a timestamp above; a zone's name would be ignored here.
    let is_local = !text.contains(['[', '+', 'Z', 'z']);
    let time: DateTime = text.parse().ok().filter(|_| is_local)?;
    let zoned: Zoned = time.to_zoned(TimeZone::system()).ok()?;
    Some(zoned.timestamp().into())
}

/// `90s`, `30m`, `12h`, `7d`, `2w`.
fn age(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        _ => return None,
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<u64>().ok().filter(|_| is_number)?;
    Some(Duration::from_secs(number.checked_mul(unit)?))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_moment_is_a_date_a_time_or_an_age() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(moment("7d", now), at(1_000_000_000 - 604_800));
        assert_eq!(moment("2w", now), at(1_000_000_000 - 2 * 604_800));
        assert_eq!(moment("90s", now), at(999_999_910));
        assert_eq!(moment("1970-01-02T00:00:01Z", now), at(86_401));
        assert_eq!(moment("1970-01-02T00:00:01+01:00", now), at(86_401 - 3600));
        let local = |text: &str| {
            let time: DateTime = text.parse().unwrap();
            let zoned = time.to_zoned(TimeZone::system()).unwrap();
            Some(zoned.timestamp().into())
        };
        assert_eq!(moment("2026-11-01", now), local("2026-11-01T00:00:00"));
        assert_eq!(
            moment("2026-11-01 10:20", now),
            local("2026-11-01T10:20:00")
        );
        for wrong in [
            "",
            "d",
            "7",
            "7y",
            "+7d",
            "-1d",
            "1.5d",
            "yesterday",
            "2026-13-01",
            "2026-11-01T10:00:00 UTC",
            "99999999999999999999d",
            "9999999999999999w",
        ] {
            assert_eq!(moment(wrong, now), None, "{wrong}");
        }
    }
}
