//! Time in the service's formats: RFC 1123 in headers, ISO 8601 in XML and signatures.
//!
//! The arithmetic is the civil calendar on days since 1970-01-01, valid for every year of the
//! protocol. UTC is the only time zone.

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const TICKS_PER_SECOND: u64 = 10_000_000;
const DAY_SECONDS: u64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A moment in ticks of 100 ns since 1970-01-01 UTC, the service's own resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(u64);

impl Moment {
    /// The machine's clock.
    pub fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self((since.as_nanos() / 100) as u64)
    }

    /// A moment from whole seconds since 1970.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds * TICKS_PER_SECOND)
    }

    /// A moment from 100 ns ticks since 1970.
    pub const fn from_ticks(ticks: u64) -> Self {
        Self(ticks)
    }

    /// 100 ns ticks since 1970.
    pub const fn ticks(self) -> u64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub const fn seconds(self) -> u64 {
        self.0 / TICKS_PER_SECOND
    }

    /// This moment plus milliseconds.
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms.saturating_mul(10_000)))
    }

    /// This moment moved by milliseconds, into the past when they are negative.
    pub const fn shifted_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add_signed(ms.saturating_mul(10_000)))
    }

    /// This moment in whole seconds, as in `Last-Modified`.
    pub const fn whole_second(self) -> Self {
        Self(self.0 / TICKS_PER_SECOND * TICKS_PER_SECOND)
    }

    /// `Sun, 22 Nov 2026 10:10:02 GMT`. Each thread keeps the text of the current second, because
    /// every answer contains it.
    pub fn rfc1123(self) -> String {
        thread_local! {
            static LAST: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
        }
        let seconds = self.seconds();
        LAST.with_borrow_mut(|(second, text)| {
            if *second != seconds {
                *second = seconds;
                *text = format_rfc1123(seconds);
            }
            text.clone()
        })
    }

    /// `2026-11-22T10:10:02.1234567Z`, the form in XML and of snapshots.
    pub fn iso8601(self) -> String {
        let civil = Civil::of(self.seconds());
        format!("{}.{:07}Z", civil.date_time(), self.0 % TICKS_PER_SECOND)
    }

    /// `2026-11-22T10:10:02Z`.
    pub fn iso8601_seconds(self) -> String {
        format!("{}Z", Civil::of(self.seconds()).date_time())
    }

    /// Reads an RFC 1123 date. `None` for anything else.
    pub fn parse_rfc1123(text: &str) -> Option<Self> {
        let rest = text.split_once(", ")?.1;
        let mut parts = rest.split_ascii_whitespace();
        let day = parts.next()?.parse().ok()?;
        let month_name = parts.next()?;
        let month = MONTHS
            .iter()
            .position(|name| name.eq_ignore_ascii_case(month_name))? as u64
            + 1;
        let year = parts.next()?.parse().ok()?;
        let seconds = parse_clock(parts.next()?)?;
        if !matches!(parts.next(), Some("GMT" | "UTC")) || parts.next().is_some() {
            return None;
        }
        Some(Self::from_seconds(
            days_from_civil(year, month, day)? * DAY_SECONDS + seconds,
        ))
    }

    /// Reads `YYYY-MM-DD`, `YYYY-MM-DDThh:mmZ`, `YYYY-MM-DDThh:mm:ssZ` or with a fraction of up to
    /// seven digits: the forms a SAS and a stored policy may use. Offsets other than `Z` are read
    /// as well (`+01:00`).
    pub fn parse_iso8601(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't']).unwrap_or((text, "00:00Z"));
        let mut ymd = date.splitn(3, '-').map(str::parse::<u64>);
        let days = days_from_civil(ymd.next()?.ok()?, ymd.next()?.ok()?, ymd.next()?.ok()?)?;
        let (clock, offset_minutes) = split_offset(time)?;
        let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let ticks = parse_fraction(fraction)?;
        let seconds =
            (days * DAY_SECONDS + parse_clock(whole)?).checked_add_signed(-offset_minutes * 60)?;
        Some(Self(seconds * TICKS_PER_SECOND + ticks))
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self)
    }
}

/// Waits deliberately: for the delays of a fault plan, and in the accept loop without free
/// descriptors.
#[expect(
    clippy::disallowed_methods,
    reason = "the emulator is slow when it is told to be; nothing else is waited for"
)]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

struct Civil {
    year: u64,
    month: u64,
    day: u64,
    second_of_day: u64,
}

impl Civil {
    /// Days to year, month and day by eras of 400 years that begin on 1 March, so the leap day is
    /// an era's last.
    fn of(seconds: u64) -> Self {
        let shifted = seconds / DAY_SECONDS + 719_468;
        let era = shifted / 146_097;
        let day_of_era = shifted % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        Self {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            second_of_day: seconds % DAY_SECONDS,
        }
    }

    fn clock(&self) -> String {
        let second = self.second_of_day;
        format!(
            "{:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }

    fn date_time(&self) -> String {
        format!(
            "{:04}-{:02}-{:02}T{}",
            self.year,
            self.month,
            self.day,
            self.clock()
        )
    }
}

fn format_rfc1123(seconds: u64) -> String {
    let civil = Civil::of(seconds);
    let weekday = WEEKDAYS[(seconds / DAY_SECONDS % 7) as usize];
    let month = MONTHS[civil.month as usize - 1];
    format!(
        "{weekday}, {:02} {month} {:04} {} GMT",
        civil.day,
        civil.year,
        civil.clock()
    )
}

fn days_from_civil(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1..=12).contains(&month)
        || day == 0
        || day > days_in_month(year, month)
        || !(1970..=9999).contains(&year)
    {
        return None;
    }
    let year_from_march = year - u64::from(month <= 2);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let era = year_from_march / 400;
    let year_of_era = year_from_march % 400;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `hh:mm` or `hh:mm:ss` as a second of the day.
fn parse_clock(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let hour: u64 = parts.next()?.parse().ok()?;
    let minute: u64 = parts.next()?.parse().ok()?;
    let second: u64 = parts.next().map_or(Some(0), |part| part.parse().ok())?;
    (hour < 24 && minute < 60 && second < 60 && parts.next().is_none())
        .then_some(hour * 3600 + minute * 60 + second)
}

fn parse_fraction(digits: &str) -> Option<u64> {
    if digits.len() > 7 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<7}").parse().ok()
}

fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let minutes = (parse_clock(&time[at + 1..])? / 60) as i64;
    Some((
        &time[..at],
        if time.as_bytes()[at] == b'-' {
            -minutes
        } else {
            minutes
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_dates_are_written_as_the_service_writes_them() {
        let moment = Moment::from_ticks(1_709_210_096 * TICKS_PER_SECOND + 1_234_567);
        assert_eq!(moment.rfc1123(), "Thu, 29 Feb 2024 12:34:56 GMT");
        assert_eq!(moment.iso8601(), "2024-02-29T12:34:56.1234567Z");
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        assert_eq!(Moment::parse_iso8601("2023-02-29"), None);
        assert_eq!(Moment::parse_iso8601("2023-13-01T00:00Z"), None);
        assert_eq!(Moment::parse_rfc1123("Thu, 29 Feb 2024 24:34:56 GMT"), None);
        assert_eq!(Moment::parse_rfc1123("yesterday"), None);
    }

    #[test]
    fn an_offset_is_taken_off() {
        assert_eq!(
            Moment::parse_iso8601("2024-03-01T00:30:00+01:00"),
            Moment::parse_iso8601("2024-02-29T23:30:00Z")
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(ticks in 0..2_534_000_000_000_000_u64) {
            let moment = Moment::from_ticks(ticks);
            prop_assert_eq!(Moment::parse_iso8601(&moment.iso8601()), Some(moment));
            prop_assert_eq!(Moment::parse_rfc1123(&moment.rfc1123()), Some(moment.whole_second()));
        }
    }
}
