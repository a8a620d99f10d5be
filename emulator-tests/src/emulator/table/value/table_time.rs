//! A `DateTime` of the Table service: UTC, in ticks of 100 ns since the year 1.

use std::fmt;

use crate::emulator::clock::Moment;

const TICKS_PER_SECOND: i64 = 10_000_000;
const DAY_SECONDS: i64 = 86_400;
/// Ticks from 0001-01-01 to 1970-01-01.
const EPOCH_TICKS: i64 = 621_355_968_000_000_000;

/// A time, comparable. Every time that has four digits of a year can be written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct TableTime(i64);

impl TableTime {
    /// The earliest time that a property can have, 1601-01-01.
    pub const FIRST: Self = Self(504_911_232_000_000_000);

    /// A moment of the emulator's clock.
    pub fn of(moment: Moment) -> Self {
        Self(moment.ticks() as i64 + EPOCH_TICKS)
    }

    /// The next tick.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Ticks since the year 1.
    pub fn ticks(self) -> i64 {
        self.0
    }

    /// Reads `YYYY-MM-DD`, `YYYY-MM-DDThh:mm[:ss[.fffffff]]`, each with `Z`, an offset, or nothing,
    /// which is UTC. Digits after the seventh of a fraction are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
        let (clock, offset_seconds) = split_offset(time)?;
        let mut parts = date.splitn(3, '-');
        let year = number(parts.next()?, 4..=4)?;
        let month = number(parts.next()?, 2..=2)?;
        let day = number(parts.next()?, 2..=2)?;
        let days = days_from_civil(year, month, day)?;
        let (seconds, ticks) = if clock.is_empty() {
            (0, 0)
        } else {
            parse_clock(clock)?
        };
        let seconds = days * DAY_SECONDS + seconds - offset_seconds;
        let all = seconds * TICKS_PER_SECOND + ticks;
        (0..=MAX_TICKS).contains(&all).then_some(Self(all))
    }

    /// `MM/dd/yyyy HH:mm:ss`, the form in refusals.
    pub fn in_refusal(self) -> String {
        let (year, month, day) = civil_from_days(self.0 / TICKS_PER_SECOND / DAY_SECONDS);
        let [hour, minute, second] = self.clock();
        format!("{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02}")
    }

    fn clock(self) -> [i64; 3] {
        let second = self.0 / TICKS_PER_SECOND % DAY_SECONDS;
        [second / 3600, second / 60 % 60, second % 60]
    }
}

/// The last tick of the year 9999.
const MAX_TICKS: i64 = 3_155_378_975_999_999_999;

/// `2017-11-10T02:44:46.1416145Z`; zeros at the end of the fraction are cut, as the service cuts
/// them.
impl fmt::Display for TableTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0 / TICKS_PER_SECOND / DAY_SECONDS);
        let [hour, minute, second] = self.clock();
        write!(
            out,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        let fraction = self.0 % TICKS_PER_SECOND;
        if fraction > 0 {
            let digits = format!("{fraction:07}");
            write!(out, ".{}", digits.trim_end_matches('0'))?;
        }
        out.write_str("Z")
    }
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Second of the day, and the ticks of the fraction.
fn parse_clock(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = whole.split(':');
    let hour = number(parts.next()?, 2..=2)?;
    let minute = number(parts.next()?, 2..=2)?;
    let second = parts.next().map_or(Some(0), |part| number(part, 2..=2))?;
    if hour > 23 || minute > 59 || second > 59 || parts.next().is_some() {
        return None;
    }
    number(fraction, 1..=18)?;
    let ticks = format!("{fraction:0<7}")[..7].parse().ok()?;
    Some((hour * 3600 + minute * 60 + second, ticks))
}

/// The clock without its offset, and the offset in seconds.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let (hours, minutes) = time[at + 1..].split_once(':')?;
    let seconds = number(hours, 2..=2)? * 3600 + number(minutes, 2..=2)? * 60;
    let sign = if time.as_bytes()[at] == b'-' { -1 } else { 1 };
    Some((&time[..at], sign * seconds))
}

/// Days since 0001-01-01 in the Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=9999).contains(&year) || !(1..=days).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last of its year.
    let year_from_march = year - i64::from(month <= 2);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year_from_march / 4 - year_from_march / 100 + year_from_march / 400;
    Some(year_from_march * 365 + leap_days + day_of_year - 306)
}

/// Year, month and day of a number of days since 0001-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Eras of 400 years begin on 1 March of the year 0.
    let shifted = days + 306;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (
        year,
        month,
        day_of_year - (153 * month_from_march + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn again(text: &str) -> Option<String> {
        TableTime::parse(text).map(|time| time.to_string())
    }

    #[test]
    fn times_lose_the_zeros_at_their_end_and_their_offset() {
        let texts = [
            ("1973-10-04T00:00:00.000000Z", "1973-10-04T00:00:00Z"),
            ("2011-01-01T00:00:00.283000Z", "2011-01-01T00:00:00.283Z"),
            (
                "2011-01-01T00:00:00.1234567Z",
                "2011-01-01T00:00:00.1234567Z",
            ),
            ("2011-01-01T01:30:00+02:00", "2010-12-31T23:30:00Z"),
            ("1601-01-01", "1601-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            (
                "9999-12-31T23:59:59.9999999Z",
                "9999-12-31T23:59:59.9999999Z",
            ),
            ("2000-02-29T12:00Z", "2000-02-29T12:00:00Z"),
        ];
        for (given, written) in texts {
            assert_eq!(again(given).as_deref(), Some(written));
        }
        assert_eq!(TableTime::parse("1601-01-01"), Some(TableTime::FIRST));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "notadate",
            "",
            "2023-02-29",
            "2023-13-01",
            "2011-01-01T24:00:00Z",
            "2011-01-01T00:00:00.Z",
            "2011-1-1",
            "2011-01-01T00:00:00+2",
        ] {
            assert_eq!(again(text), None, "{text}");
        }
    }

    #[test]
    fn the_clock_of_the_emulator_has_the_same_texts() {
        let moment = Moment::from_ticks(17_092_100_961_234_567);
        assert_eq!(TableTime::of(moment).to_string(), moment.iso8601());
    }

    proptest! {
        #[test]
        fn every_time_reads_back(ticks in 0..=MAX_TICKS) {
            let time = TableTime(ticks);
            prop_assert_eq!(TableTime::parse(&time.to_string()), Some(time));
        }
    }
}
