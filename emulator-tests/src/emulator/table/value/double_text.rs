//! The digits of a `Double`, as .NET Framework writes them (format `R`), which the service runs on.
//!
//! 15 significant digits if they read back as the same number, else 17. An exponent is written for
//! numbers below 1e-4, and for numbers with more digits before the point than that. `.0` is added to
//! what has neither a point nor an exponent.
//! <https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings#RFormatString>

/// The text of a number. `NaN`, `Infinity` and `-Infinity` are those words.
pub fn double_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        let word = if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        return word.to_owned();
    }
    let short = spelled(number, 15);
    if short.parse() == Ok(number) {
        short
    } else {
        spelled(number, 17)
    }
}

/// The number with so many significant digits, zeros at the end cut.
fn spelled(number: f64, precision: usize) -> String {
    let scientific = format!("{:.*e}", precision - 1, number.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let text = if exponent < -4 || exponent >= precision as i32 {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign_of_exponent = if exponent < 0 { '-' } else { '+' };
        let exponent = exponent.unsigned_abs();
        format!("{first}{point}{rest}E{sign_of_exponent}{exponent:02}")
    } else if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        format!("0.{zeros}{digits}")
    } else {
        let whole = exponent as usize + 1;
        if digits.len() > whole {
            format!("{}.{}", &digits[..whole], &digits[whole..])
        } else {
            format!("{digits:0<whole$}.0")
        }
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_written_as_dotnet_writes_them() {
        let texts = [
            (3.0, "3.0"),
            (8.1, "8.1"),
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (100.0, "100.0"),
            (0.0001, "0.0001"),
            (0.00001, "1E-05"),
            (1e14, "100000000000000.0"),
            (1e15, "1E+15"),
            (1e300, "1E+300"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::MAX, "1.7976931348623157E+308"),
            (5e-324, "4.94065645841247E-324"),
            (-123_456.75, "-123456.75"),
            (1_234_567_890_123_456.0, "1234567890123456.0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (number, text) in texts {
            assert_eq!(double_text(number), text);
        }
    }

    proptest! {
        #[test]
        fn every_number_reads_back(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let text = double_text(number);
            prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(bits));
            prop_assert!(text.contains(['.', 'E']));
        }
    }
}
