//! Values: from text to numbers, sizes and choices, within their limits.

use std::ffi::OsStr;
use std::net::IpAddr;
use std::time::Duration;

use azring_core::options::GiveUp;
use azring_core::select::{Attributes, LETTERS};
use azring_transport::http::ApiVersion;

use super::choices;
use crate::given::Given;
use crate::mask::shown;
use crate::misuse::Misuse;
use crate::parameter::{self as row, Choice, Parameter, Value};
use crate::surroundings::Surroundings;

/// AzCopy's limit for `/NC`.
const CONCURRENCY_MAX: i64 = 512;
/// The limits of `/BlockSizeInMb`, from AzCopy's data movement library.
const BLOCK_MIB_MIN: i64 = 4;
const BLOCK_MIB_MAX: i64 = 100;
/// Less than this cannot hold a block for each of a few requests.
const MEMORY_BYTES_MIN: u64 = 32 << 20;

/// As many as their names have digits for.
const OBJECTS_MAX: i64 = 999_999_999;

/// A week: whoever wants to know what happens later wants something else.
const SECONDS_MAX: u64 = 7 * 24 * 3600;

/// AzCopy's limit for `/SplitSize`.
const SPLIT_MB_MIN: i64 = 32;

/// Checks the values that mean something on their own, also those of parameters that this version does not have.
pub(super) fn check(given: &Given) -> Result<(), Misuse> {
    for (parameter, _) in given.typed() {
        known_choice(given, parameter)?;
    }
    concurrency(given)?;
    block_bytes(given)?;
    memory_bytes(given)?;
    give_up(given)?;
    delimiter(given)?;
    attributes(given, &row::IA)?;
    attributes(given, &row::XA)?;
    split_size(given)
}

/// `/IA` and `/XA`; none without the parameter.
pub(super) fn attributes(given: &Given, parameter: &Parameter) -> Result<Attributes, Misuse> {
    let text = given.text(parameter)?.unwrap_or_default();
    Attributes::of_letters(text).map_err(|letter| {
        Misuse::meaning(format!(
            "`{}` is no attribute: `{}` takes letters of `{LETTERS}`",
            shown(&letter.to_string()),
            parameter.spelled(given.dialect())
        ))
    })
}

fn split_size(given: &Given) -> Result<(), Misuse> {
    match number(given, &row::SPLIT_SIZE)? {
        Some(megabytes) if megabytes < SPLIT_MB_MIN => Err(Misuse::meaning(format!(
            "`{}` must be at least {SPLIT_MB_MIN}",
            row::SPLIT_SIZE.spelled(given.dialect())
        ))),
        _ => Ok(()),
    }
}

/// Which of its choices the parameter was given, as the table writes it; one that this version cannot do is refused.
pub(crate) fn choice(given: &Given, parameter: &Parameter) -> Result<Option<&'static str>, Misuse> {
    match known_choice(given, parameter)? {
        Some(choice) if !choice.built => Err(Misuse::meaning(format!(
            "`{}` as the value of `{}` is not built yet in azring {}",
            choice.word,
            parameter.spelled(given.dialect()),
            env!("CARGO_PKG_VERSION")
        ))),
        choice => Ok(choice.map(|choice| choice.word)),
    }
}

/// The choice of the table that was given, whatever the case of its letters.
pub(super) fn known_choice(
    given: &Given,
    parameter: &Parameter,
) -> Result<Option<&'static Choice>, Misuse> {
    let Value::Choice(known) = parameter.value else {
        return Ok(None);
    };
    let Some(text) = given.text(parameter)? else {
        return Ok(None);
    };
    known
        .iter()
        .find(|choice| choice.word.eq_ignore_ascii_case(text))
        .map(Some)
        .ok_or_else(|| {
            Misuse::meaning(format!(
                "`{}` is no value of `{}`: it takes {}",
                shown(text),
                parameter.spelled(given.dialect()),
                choices(parameter)
            ))
        })
}

/// `/NC`.
pub(super) fn concurrency(given: &Given) -> Result<Option<u32>, Misuse> {
    match number(given, &row::NC)? {
        Some(count) if count < 1 => Err(Misuse::meaning(format!(
            "Parallel operations count must be positive: `{}` is {count}",
            row::NC.spelled(given.dialect())
        ))),
        Some(count) if count > CONCURRENCY_MAX => Err(Misuse::meaning(format!(
            "`{}` must be between 1 and {CONCURRENCY_MAX}",
            row::NC.spelled(given.dialect())
        ))),
        count => Ok(count.map(|count| count as u32)),
    }
}

/// `/Delimiter`.
pub(super) fn delimiter(given: &Given) -> Result<Option<char>, Misuse> {
    let Some(text) = given.text(&row::DELIMITER)? else {
        return Ok(None);
    };
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(Some(letter)),
        _ => Err(Misuse::meaning(format!(
            "`{}` as the value of `{}` is not a single character",
            shown(text),
            row::DELIMITER.spelled(given.dialect())
        ))),
    }
}

/// `/BlockSizeInMb`, in bytes.
pub(super) fn block_bytes(given: &Given) -> Result<Option<u64>, Misuse> {
    match number(given, &row::BLOCK_SIZE_IN_MB)? {
        Some(mib) if !(BLOCK_MIB_MIN..=BLOCK_MIB_MAX).contains(&mib) => Err(Misuse::meaning(
            format!("BlockSize must be between {BLOCK_MIB_MIN}MB and {BLOCK_MIB_MAX}MB."),
        )),
        Some(mib) if mib % 4 != 0 => Err(Misuse::meaning("BlockSize must be multiple of 4MB.")),
        mib => Ok(mib.map(|mib| (mib as u64) << 20)),
    }
}

/// A whole number, of any size that makes sense anywhere.
fn number(given: &Given, parameter: &Parameter) -> Result<Option<i64>, Misuse> {
    let Some(text) = given.text(parameter)? else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        Misuse::meaning(format!(
            "`{}` is no number, but `{}` needs one",
            shown(text),
            parameter.spelled(given.dialect())
        ))
    })
}

/// `/Memory`, in bytes.
pub(super) fn memory_bytes(given: &Given) -> Result<Option<u64>, Misuse> {
    let Some(text) = given.text(&row::MEMORY)? else {
        return Ok(None);
    };
    let name = row::MEMORY.spelled(given.dialect());
    let bytes = size(text).ok_or_else(|| no_size(text, &name))?;
    if bytes < MEMORY_BYTES_MIN {
        return Err(Misuse::meaning(format!(
            "`{name}` must be at least {}M",
            MEMORY_BYTES_MIN >> 20
        )));
    }
    Ok(Some(bytes))
}

fn no_size(text: &str, name: &str) -> Misuse {
    Misuse::meaning(format!(
        "`{}` is no size, but `{name}` needs one: a number of bytes, or one with K, M, G or T behind it, as in `512M`",
        shown(text)
    ))
}

/// `/Size`, in bytes.
pub(super) fn object_bytes(given: &Given) -> Result<Option<u64>, Misuse> {
    let Some(text) = given.text(&row::SIZE)? else {
        return Ok(None);
    };
    let name = row::SIZE.spelled(given.dialect());
    size(text).map(Some).ok_or_else(|| no_size(text, &name))
}

/// `/Count`.
pub(super) fn objects(given: &Given) -> Result<Option<u64>, Misuse> {
    match number(given, &row::COUNT)? {
        Some(count) if !(1..=OBJECTS_MAX).contains(&count) => Err(Misuse::meaning(format!(
            "`{}` must be between 1 and {OBJECTS_MAX}",
            row::COUNT.spelled(given.dialect())
        ))),
        count => Ok(count.map(|count| count as u64)),
    }
}

/// `/Duration`.
pub(super) fn lasts(given: &Given) -> Result<Option<Duration>, Misuse> {
    time(given, &row::DURATION)
}

/// The variable that AzCopy 10 has for `/ServiceVersion`.
const VERSION_VARIABLE: &str = "AZCOPY_DEFAULT_SERVICE_API_VERSION";

/// `/ServiceVersion`, or the variable in its place. A later version than is spoken is no wish of the user's that could be met:
/// the variable is left aside then, since it may be meant for AzCopy.
pub(super) fn service_version(
    given: &Given,
    around: &Surroundings,
) -> Result<Option<ApiVersion>, Misuse> {
    let is_spoken =
        |version: &ApiVersion| (ApiVersion::OLDEST..=ApiVersion::USUAL).contains(version);
    let wrong = |text: &str, name: &str| {
        Misuse::meaning(format!(
            "`{}` is no version of the interface that `{name}` takes: a date from {} to {}, as in `2019-07-07`",
            shown(text),
            ApiVersion::OLDEST,
            ApiVersion::USUAL
        ))
    };
    if let Some(text) = given.text(&row::SERVICE_VERSION)? {
        let version = text.parse().ok().filter(is_spoken);
        let name = row::SERVICE_VERSION.spelled(given.dialect());
        return version.map(Some).ok_or_else(|| wrong(text, &name));
    }
    let Some(text) = around.variable(VERSION_VARIABLE) else {
        return Ok(None);
    };
    let version: ApiVersion = text
        .trim()
        .parse()
        .map_err(|()| wrong(&text, VERSION_VARIABLE))?;
    Ok(Some(version).filter(is_spoken))
}

/// `/GiveUp`.
pub(super) fn give_up(given: &Given) -> Result<GiveUp, Misuse> {
    let given = time(given, &row::GIVE_UP)?;
    Ok(given.map_or_else(GiveUp::default, |time| GiveUp {
        at_start: time,
        later: time,
    }))
}

fn time(given: &Given, parameter: &Parameter) -> Result<Option<Duration>, Misuse> {
    let Some(text) = given.text(parameter)? else {
        return Ok(None);
    };
    duration(text).map(Some).ok_or_else(|| {
        Misuse::meaning(format!(
            "`{}` is no time, but `{}` needs one: at least a second and at most a week, as seconds or with s, m or h behind a \
             number, as in `90s`",
            shown(text),
            parameter.spelled(given.dialect())
        ))
    })
}

/// `90`, `90s`, `5m`, `2h`; at least a second, at most a week.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let seconds = digits.parse::<u64>().ok()?.checked_mul(unit)?;
    (1..=SECONDS_MAX)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

/// `512M`, `2G`, `1073741824`: powers of 1024. `None` if it is none or does not fit.
fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// Text that goes into a header as it is: printable ASCII.
pub(super) fn header(given: &Given, parameter: &Parameter, text: &str) -> Result<String, Misuse> {
    if text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Ok(text.to_owned());
    }
    Err(Misuse::meaning(format!(
        "`{}` as the value of `{}` contains a character that no header may have",
        shown(text),
        parameter.spelled(given.dialect())
    )))
}

/// `AZRING_RESOLVE`: `host:port:address`, several separated by commas; an IPv6 address with or without brackets.
pub(super) fn resolve(text: &OsStr) -> Result<Vec<(String, u16, IpAddr)>, Misuse> {
    let text = text.to_string_lossy();
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            resolve_one(part).ok_or_else(|| {
                Misuse::meaning(format!(
                    "`{}` in `AZRING_RESOLVE` is not `host:port:address`",
                    shown(part)
                ))
            })
        })
        .collect()
}

fn resolve_one(text: &str) -> Option<(String, u16, IpAddr)> {
    let mut fields = text.splitn(3, ':');
    let host = fields.next().filter(|host| !host.is_empty())?;
    let port = fields.next()?.parse().ok()?;
    let address = fields.next()?;
    let address = address
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(address);
    Some((host.to_ascii_lowercase(), port, address.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_and_a_power_of_1024() {
        assert_eq!(size("512M"), Some(512 << 20));
        assert_eq!(size("2g"), Some(2 << 30));
        assert_eq!(size("64MiB"), Some(64 << 20));
        assert_eq!(size("1048576"), Some(1 << 20));
        for wrong in ["", "M", "1.5G", "-1", "1X", "99999999999T", "1 G"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_duration_is_at_least_a_second_and_at_most_a_week() {
        let seconds = |text| duration(text).map(|time| time.as_secs());
        assert_eq!(seconds("90"), Some(90));
        assert_eq!(seconds("90S"), Some(90));
        assert_eq!(seconds("5m"), Some(300));
        assert_eq!(seconds("168h"), Some(604_800));
        for wrong in [
            "",
            "s",
            "0",
            "1.5",
            "-1",
            "169h",
            "1d",
            "99999999999999999999h",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_resolve_list_names_hosts_ports_and_addresses() {
        let list = "A.blob.core.windows.net:443:127.0.0.1, b:80:::1,c:1:[fe80::1]";
        let list = resolve(OsStr::new(list)).unwrap();
        assert_eq!(
            list,
            [
                (
                    "a.blob.core.windows.net".into(),
                    443,
                    "127.0.0.1".parse().unwrap()
                ),
                ("b".into(), 80, "::1".parse().unwrap()),
                ("c".into(), 1, "fe80::1".parse().unwrap()),
            ]
        );
        for wrong in ["a", "a:1", "a:x:127.0.0.1", ":1:127.0.0.1", "a:1:host"] {
            assert!(resolve(OsStr::new(wrong)).is_err(), "{wrong}");
        }
    }
}
