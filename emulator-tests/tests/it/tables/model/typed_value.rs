//! The value of a property with its type, and the ways in which JSON can spell it.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::draw::CaseDraw;

/// A value and its type. Two of these are equal only if no bit differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TypedValue {
    /// UTF-16 units: half of a surrogate pair is legal in a value.
    Text(Vec<u16>),
    Int32(i32),
    Int64(i64),
    /// The bits of the number. All NaN have the same.
    Double(u64),
    Boolean(bool),
    /// In UTC, without zeros at the end of the fraction.
    Time(String),
    Guid(String),
    Binary(Vec<u8>),
}

/// Texts that readers of JSON, CSV and URLs may take for something else.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "\"",
    "\\",
    "\\\"]}",
    "]},{",
    "},\n{\"PartitionKey\":\"x\"",
    "a,b\r\nc",
    "\u{0}\u{1}\u{1f}\u{7f}",
    "\u{2028}\u{2029}\u{feff}",
    "it's 100% <&> +/=?#",
    "NaN",
    "2014-01-03T11:20:20.1234567Z",
    "--batch_5f3c9a52-6a2e-4c0d-9d0a-7b1f60c3a7e1--",
    "ü😀丂\u{fffd}\u{ffee}",
    "{\"value\":[",
];

const DOUBLES: [f64; 22] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    3.0,
    100.0,
    1e15,
    1e16,
    1e21,
    1e22,
    0.1,
    1e-7,
    1e308,
    -1e308,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    2_147_483_648.0,
    9_007_199_254_740_993.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

const TIMES: [&str; 7] = [
    "1601-01-01T00:00:00Z",
    "1601-01-01T00:00:00.0000001Z",
    "1969-12-31T23:59:59.9999999Z",
    "1970-01-01T00:00:00Z",
    "2000-02-29T12:00:00.5Z",
    "2014-01-03T11:20:20.1234567Z",
    "9999-12-31T23:59:59.9999999Z",
];

/// The longest text, in UTF-16 units, and the longest binary value, in bytes.
pub(super) const TEXT_UNITS_MAX: usize = 32 << 10;
const BINARY_BYTES_MAX: usize = 64 << 10;

impl TypedValue {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.encode_utf16().collect())
    }

    pub(super) fn double(number: f64) -> Self {
        let number = if number.is_nan() { f64::NAN } else { number };
        Self::Double(number.to_bits())
    }

    /// A value of a random type, often at a border of it.
    pub(super) fn random(draw: &mut CaseDraw) -> Self {
        match draw.below(8) {
            0 => Self::random_text(draw),
            1 => Self::Int32(*draw.pick(&[0, 1, -1, i32::MIN, i32::MAX, 39])),
            2 => Self::Int64(match draw.below(2) {
                0 => *draw.pick(&[0, 1, -1, i64::MIN, i64::MAX, 1 << 53, (1 << 53) + 1]),
                _ => draw.next() as i64,
            }),
            3 => match draw.below(2) {
                0 => Self::double(*draw.pick(&DOUBLES)),
                _ => Self::double(f64::from_bits(draw.next())),
            },
            4 => Self::Boolean(draw.chance(50)),
            5 => Self::random_time(draw),
            6 => {
                let (high, low) = (draw.next(), draw.next());
                let digits = format!("{high:016x}{low:016x}");
                Self::Guid(format!(
                    "{}-{}-{}-{}-{}",
                    &digits[..8],
                    &digits[8..12],
                    &digits[12..16],
                    &digits[16..20],
                    &digits[20..]
                ))
            }
            _ => {
                let length = match draw.below(60) {
                    0 => BINARY_BYTES_MAX,
                    1..10 => 0,
                    _ => draw.below(200),
                };
                Self::Binary((0..length).map(|_| draw.next() as u8).collect())
            }
        }
    }

    fn random_text(draw: &mut CaseDraw) -> Self {
        match draw.below(40) {
            0 => Self::long_text(draw),
            1..15 => Self::text(TEXTS[draw.below(TEXTS.len())]),
            15..18 => Self::Text(vec![0x61, *draw.pick(&[0xd83d, 0xde00]), 0x62]),
            _ => {
                let parts = (0..draw.below(6)).map(|_| *draw.pick(&TEXTS));
                Self::text(&parts.collect::<String>())
            }
        }
    }

    /// A text of the greatest length.
    pub(super) fn long_text(draw: &mut CaseDraw) -> Self {
        let unit = *draw.pick(&[0x78, 0xe9, 0x5c, 0x22, 0x4e02]);
        Self::Text(vec![unit; TEXT_UNITS_MAX])
    }

    fn random_time(draw: &mut CaseDraw) -> Self {
        if draw.chance(40) {
            return Self::Time((*draw.pick(&TIMES)).to_owned());
        }
        let (year, month, day) = (
            1601 + draw.below(8399),
            1 + draw.below(12),
            1 + draw.below(28),
        );
        let (hour, minute, second) = (draw.below(24), draw.below(60), draw.below(60));
        let unit = *draw.pick(&[1, 10, 1000, 10_000_000]);
        let fraction = draw.below(10_000_000) / unit * unit;
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if fraction > 0 {
            let digits = format!("{fraction:07}");
            write!(text, ".{}", digits.trim_end_matches('0')).expect("a string grows");
        }
        text.push('Z');
        Self::Time(text)
    }

    /// The annotation that its JSON needs, if it needs one.
    pub(super) fn annotation(&self) -> Option<&'static str> {
        match self {
            Self::Double(bits) if !f64::from_bits(*bits).is_finite() => Some("Edm.Double"),
            Self::Text(_) | Self::Int32(_) | Self::Boolean(_) | Self::Double(_) => None,
            Self::Int64(_) => Some("Edm.Int64"),
            Self::Time(_) => Some("Edm.DateTime"),
            Self::Guid(_) => Some("Edm.Guid"),
            Self::Binary(_) => Some("Edm.Binary"),
        }
    }

    /// Its JSON, in one of the spellings that mean the same.
    pub(super) fn json(&self, draw: &mut CaseDraw) -> String {
        match self {
            Self::Text(units) => text_json(units, draw),
            Self::Int32(number) => number.to_string(),
            Self::Int64(number) => format!("\"{number}\""),
            Self::Double(bits) => match f64::from_bits(*bits) {
                number if number.is_nan() => "\"NaN\"".to_owned(),
                f64::INFINITY => "\"Infinity\"".to_owned(),
                f64::NEG_INFINITY => "\"-Infinity\"".to_owned(),
                number if draw.chance(50) => format!("{number:e}"),
                number => format!("{number:?}"),
            },
            Self::Boolean(truth) => truth.to_string(),
            Self::Time(text) | Self::Guid(text) => format!("\"{text}\""),
            Self::Binary(bytes) => format!("\"{}\"", STANDARD.encode(bytes)),
        }
    }

    /// Reads a value from its annotation and its JSON, as full metadata has them.
    ///
    /// # Panics
    /// When the service wrote something else.
    pub(super) fn of_json(annotation: Option<&str>, json: &str) -> Self {
        let inner = || {
            let inner = json
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            inner.unwrap_or_else(|| panic!("no text: {json}"))
        };
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("no double: {text}"));
        match annotation {
            Some("Edm.Int64") => Self::Int64(inner().parse().expect("it is an Int64")),
            Some("Edm.Double") => Self::double(match inner() {
                "NaN" => f64::NAN,
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                other => panic!("a number in quotes: {other}"),
            }),
            Some("Edm.DateTime") => Self::Time(inner().to_owned()),
            Some("Edm.Guid") => Self::Guid(inner().to_owned()),
            Some("Edm.Binary") => Self::Binary(STANDARD.decode(inner()).expect("it is base64")),
            Some(other) => panic!("an unexpected type: {other}"),
            None if json.starts_with('"') => Self::Text(text_units(inner())),
            None if json == "true" || json == "false" => Self::Boolean(json == "true"),
            None if json.contains(['.', 'E', 'e']) => Self::double(number(json)),
            None => Self::Int32(json.parse().expect("it is an Int32")),
        }
    }
}

/// The JSON of a text, with or without escapes where both are allowed.
pub(super) fn text_json(units: &[u16], draw: &mut CaseDraw) -> String {
    let escapes_all = draw.chance(30);
    let mut out = String::from('"');
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok('"') => out.push_str("\\\""),
            Ok('\\') => out.push_str("\\\\"),
            Ok(plain) if plain >= ' ' && !(escapes_all && plain > '~') => out.push(plain),
            Ok(other) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a string grows");
                }
            }
            Err(half) => {
                write!(out, "\\u{:04x}", half.unpaired_surrogate()).expect("a string grows");
            }
        }
    }
    out.push('"');
    out
}

/// The units of a text that stands between quotes in JSON.
pub(super) fn text_units(json: &str) -> Vec<u16> {
    let mut units = Vec::with_capacity(json.len());
    let mut rest = json.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            continue;
        }
        match rest.next().expect("something is escaped") {
            'u' => {
                let digits = &rest.as_str()[..4];
                units.push(u16::from_str_radix(digits, 16).expect("four digits"));
                rest = rest.as_str()[4..].chars();
            }
            'b' => units.push(8),
            't' => units.push(9),
            'n' => units.push(10),
            'f' => units.push(12),
            'r' => units.push(13),
            same @ ('"' | '\\' | '/') => units.push(same as u16),
            other => panic!("an unknown escape: {other}"),
        }
    }
    units
}
