//! Numbers for people: sizes, rates, durations, counts.

use std::time::Duration;

/// AzCopy's sizes, as in its progress line: powers of 1024, at most two decimals, `0 B`, `1.5 MB`.
pub(crate) fn azcopy_size(bytes: u64) -> String {
    let (value, unit) = scaled(bytes, ["B", "KB", "MB", "GB", "TB", "PB", "EB"]);
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {unit}")
}

/// Sizes for the progress bar: three digits, `37.2 GiB`.
pub(crate) fn size(bytes: u64) -> String {
    let (value, unit) = scaled(bytes, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]);
    let decimals = match value {
        _ if unit == "B" => 0,
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

fn scaled(bytes: u64, units: [&'static str; 7]) -> (f64, &'static str) {
    let mut value = bytes as f64;
    let mut power = 0;
    // 1023.995 would be shown as 1024.
    while value >= 1023.995 && power + 1 < units.len() {
        value /= 1024.0;
        power += 1;
    }
    (value, units[power])
}

/// A rate in bits, of bytes per second: `1.25 Gbit/s`.
pub(crate) fn bits(bytes_per_second: f64) -> String {
    let mbit = bytes_per_second * 8.0 / 1e6;
    if mbit >= 999.95 {
        format!("{:.2} Gbit/s", mbit / 1000.0)
    } else {
        format!("{mbit:.1} Mbit/s")
    }
}

/// `18,220`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// AzCopy's `dd.hh:mm:ss`.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    format!(
        "{days:02}.{hours:02}:{:02}:{:02}",
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The remaining time: `0:46`, `1:02:03`, `2d 03:04`.
pub(crate) fn left(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match hours {
        0 => format!("{minutes}:{:02}", seconds % 60),
        1..24 => format!("{hours}:{minutes:02}:{:02}", seconds % 60),
        _ => format!("{}d {:02}:{minutes:02}", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azcopys_sizes_have_at_most_two_decimals() {
        let sizes = [0, 191, 1024, 1536, 1 << 20, 1_234_567, u64::MAX];
        let shown: Vec<_> = sizes.map(azcopy_size).into();
        assert_eq!(
            shown,
            ["0 B", "191 B", "1 KB", "1.5 KB", "1 MB", "1.18 MB", "16 EB"]
        );
    }

    #[test]
    fn sizes_have_three_digits() {
        let sizes = [0, 999, 1024, 10_240, 102_400, 1_048_575, 39_943_000_000];
        let shown: Vec<_> = sizes.map(size).into();
        assert_eq!(
            shown,
            [
                "0 B", "999 B", "1.00 KiB", "10.0 KiB", "100 KiB", "1.00 MiB", "37.2 GiB"
            ]
        );
    }

    #[test]
    fn rates_are_reported_in_bits_too() {
        assert_eq!(bits(13_110_000.0), "104.9 Mbit/s");
        assert_eq!(bits(156_250_000.0), "1.25 Gbit/s");
        assert_eq!(bits(124_999_999.0), "1.00 Gbit/s");
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(count(7), "7");
        assert_eq!(count(18_220), "18,220");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(100), "100");
    }

    #[test]
    fn durations_have_azcopys_form_and_a_short_one() {
        assert_eq!(elapsed(Duration::from_secs(787)), "00.00:13:07");
        assert_eq!(elapsed(Duration::from_secs(5477)), "00.01:31:17");
        assert_eq!(elapsed(Duration::from_secs(90_061)), "01.01:01:01");
        assert_eq!(left(Duration::from_secs(46)), "0:46");
        assert_eq!(left(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(left(Duration::from_secs(183_845)), "2d 03:04");
    }
}
