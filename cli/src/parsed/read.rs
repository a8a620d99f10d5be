//! Readers of values: numbers, sizes, times and choices within their limits.

use std::time::Duration;

use azring_core::options::{GiveUp, SPLIT_MB_MIN};
use azring_core::select::{Attributes, LETTERS};
use azring_transport::service::ApiVersion;

use super::ParsedArgs;
use crate::environment::Environment;
use crate::mask::shown;
use crate::parameter::{self as row, Parameter, Value};
use crate::usage_error::UsageError;

/// AzCopy's limit for `/NC`.
const CONCURRENCY_MAX: i64 = 512;
/// The limits of `/BlockSizeInMb`, from AzCopy's data movement library.
const BLOCK_MIB_MIN: i64 = 4;
const BLOCK_MIB_MAX: i64 = 100;
/// The largest file share, in GiB.
/// <https://learn.microsoft.com/rest/api/storageservices/create-share#request-headers>
const QUOTA_GIB_MAX: i64 = 102_400;
/// The smallest memory that holds a block for each of a few requests.
const MEMORY_BYTES_MIN: u64 = 32 << 20;

/// The largest number of objects: their names have nine digits.
const OBJECTS_MAX: i64 = 999_999_999;

/// A week, in seconds: the longest time that a parameter accepts.
const SECONDS_MAX: u64 = 7 * 24 * 3600;

/// Checks the values that can be checked alone.
pub(crate) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    for (parameter, _) in args.typed() {
        choice(args, parameter)?;
    }
    concurrency(args)?;
    block_bytes(args)?;
    memory_bytes(args)?;
    give_up(args)?;
    delimiter(args)?;
    attributes(args, &row::IA)?;
    attributes(args, &row::XA)?;
    split_mb(args).map(drop)
}

/// `/IA` and `/XA`; none without the parameter.
pub(crate) fn attributes(
    args: &ParsedArgs,
    parameter: &Parameter,
) -> Result<Attributes, UsageError> {
    let text = args.text(parameter)?.unwrap_or_default();
    Attributes::of_letters(text).map_err(|letter| {
        UsageError::meaning(format!(
            "`{}` is no attribute: `{}` takes letters of `{LETTERS}`",
            shown(&letter.to_string()),
            parameter.spelled(args.dialect())
        ))
    })
}

/// The chosen word in the spelling of the table; case is ignored.
pub(crate) fn choice(
    args: &ParsedArgs,
    parameter: &Parameter,
) -> Result<Option<&'static str>, UsageError> {
    let Value::Choice(known) = parameter.value else {
        return Ok(None);
    };
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    known
        .iter()
        .find(|word| word.eq_ignore_ascii_case(text))
        .map(|word| Some(*word))
        .ok_or_else(|| {
            UsageError::meaning(format!(
                "invalid value `{}` for `{}`: it takes {}",
                shown(text),
                parameter.spelled(args.dialect()),
                choices(parameter)
            ))
        })
}

/// The chosen word, if it is one of the table.
pub(crate) fn known_word(args: &ParsedArgs, parameter: &Parameter) -> Option<&'static str> {
    choice(args, parameter).ok().flatten()
}

/// The words that a parameter accepts, for an error message.
fn choices(parameter: &Parameter) -> String {
    let Value::Choice(choices) = parameter.value else {
        return String::new();
    };
    let words: Vec<_> = choices.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// `/NC`.
pub(crate) fn concurrency(args: &ParsedArgs) -> Result<Option<u32>, UsageError> {
    match number(args, &row::NC)? {
        Some(count) if count < 1 => Err(UsageError::meaning(format!(
            "Parallel operations count must be positive: `{}` is {count}",
            row::NC.spelled(args.dialect())
        ))),
        Some(count) if count > CONCURRENCY_MAX => Err(UsageError::meaning(format!(
            "`{}` must be between 1 and {CONCURRENCY_MAX}",
            row::NC.spelled(args.dialect())
        ))),
        count => Ok(count.map(|count| count as u32)),
    }
}

/// `/CapMbps`, in bytes per second.
pub(crate) fn bytes_per_second_max(args: &ParsedArgs) -> Result<Option<f64>, UsageError> {
    let Some(text) = args.text(&row::CAP_MBPS)? else {
        return Ok(None);
    };
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let megabits: Option<f64> = text.parse().ok().filter(|_| is_plain);
    match megabits {
        Some(0.0) => Ok(None),
        Some(megabits) if (0.001..=1e9).contains(&megabits) => Ok(Some(megabits * 125_000.0)),
        Some(_) | None => Err(UsageError::meaning(format!(
            "`{}` is no rate for `{}`: it is a number of megabits per second from 0.001 on, or 0 for no cap",
            shown(text),
            row::CAP_MBPS.spelled(args.dialect())
        ))),
    }
}

/// `/Delimiter`.
pub(crate) fn delimiter(args: &ParsedArgs) -> Result<Option<char>, UsageError> {
    let Some(text) = args.text(&row::DELIMITER)? else {
        return Ok(None);
    };
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(Some(letter)),
        _ => Err(UsageError::meaning(format!(
            "`{}` must be one character, not `{}`",
            row::DELIMITER.spelled(args.dialect()),
            shown(text)
        ))),
    }
}

/// `/BlockSizeInMb`, in bytes.
pub(crate) fn block_bytes(args: &ParsedArgs) -> Result<Option<u64>, UsageError> {
    match number(args, &row::BLOCK_SIZE_IN_MB)? {
        Some(mib) if !(BLOCK_MIB_MIN..=BLOCK_MIB_MAX).contains(&mib) => Err(UsageError::meaning(
            format!("BlockSize must be between {BLOCK_MIB_MIN}MB and {BLOCK_MIB_MAX}MB."),
        )),
        Some(mib) if mib % 4 != 0 => Err(UsageError::meaning("BlockSize must be multiple of 4MB.")),
        mib => Ok(mib.map(|mib| (mib as u64) << 20)),
    }
}

/// `/QuotaGb`; `None` for the service's default.
pub(crate) fn quota_gib(args: &ParsedArgs) -> Result<Option<u32>, UsageError> {
    match number(args, &row::QUOTA_GB)? {
        Some(gib) if !(0..=QUOTA_GIB_MAX).contains(&gib) => Err(UsageError::meaning(format!(
            "`{}` must be between 0 and {QUOTA_GIB_MAX}",
            row::QUOTA_GB.spelled(args.dialect())
        ))),
        gib => Ok(gib.filter(|gib| *gib > 0).map(|gib| gib as u32)),
    }
}

/// `/SplitSize`, in MB.
pub(crate) fn split_mb(args: &ParsedArgs) -> Result<Option<u64>, UsageError> {
    match number(args, &row::SPLIT_SIZE)? {
        Some(mb) if mb < SPLIT_MB_MIN as i64 => Err(UsageError::meaning(format!(
            "`{}` must be at least {SPLIT_MB_MIN}",
            row::SPLIT_SIZE.spelled(args.dialect())
        ))),
        mb => Ok(mb.map(|mb| mb as u64)),
    }
}

/// A whole number within the limits of any parameter.
fn number(args: &ParsedArgs, parameter: &Parameter) -> Result<Option<i64>, UsageError> {
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        UsageError::meaning(format!(
            "`{}` needs a number, not `{}`",
            parameter.spelled(args.dialect()),
            shown(text)
        ))
    })
}

/// `/Memory`, in bytes.
pub(crate) fn memory_bytes(args: &ParsedArgs) -> Result<Option<u64>, UsageError> {
    let Some(text) = args.text(&row::MEMORY)? else {
        return Ok(None);
    };
    let name = row::MEMORY.spelled(args.dialect());
    let bytes = size(text).ok_or_else(|| no_size(text, &name))?;
    if bytes < MEMORY_BYTES_MIN {
        return Err(UsageError::meaning(format!(
            "`{name}` must be at least {}M",
            MEMORY_BYTES_MIN >> 20
        )));
    }
    Ok(Some(bytes))
}

fn no_size(text: &str, name: &str) -> UsageError {
    UsageError::meaning(format!(
        "`{}` is no size, but `{name}` needs one: a number of bytes, or a number followed by K, M, G or T, for example `512M`",
        shown(text)
    ))
}

/// `/Size`, in bytes.
pub(crate) fn object_bytes(args: &ParsedArgs) -> Result<Option<u64>, UsageError> {
    let Some(text) = args.text(&row::SIZE)? else {
        return Ok(None);
    };
    let name = row::SIZE.spelled(args.dialect());
    size(text).map(Some).ok_or_else(|| no_size(text, &name))
}

/// `/MinSize` and `/MaxSize`, in bytes.
pub(crate) fn limit_bytes(
    args: &ParsedArgs,
    parameter: &Parameter,
) -> Result<Option<u64>, UsageError> {
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    let name = parameter.spelled(args.dialect());
    size(text).map(Some).ok_or_else(|| no_size(text, &name))
}

/// `/Count`.
pub(crate) fn objects(args: &ParsedArgs) -> Result<Option<u64>, UsageError> {
    match number(args, &row::COUNT)? {
        Some(count) if !(1..=OBJECTS_MAX).contains(&count) => Err(UsageError::meaning(format!(
            "`{}` must be between 1 and {OBJECTS_MAX}",
            row::COUNT.spelled(args.dialect())
        ))),
        count => Ok(count.map(|count| count as u64)),
    }
}

/// `/Duration`.
pub(crate) fn lasts(args: &ParsedArgs) -> Result<Option<Duration>, UsageError> {
    time(args, &row::DURATION)
}

/// The variable that AzCopy 10 has for `/ServiceVersion`.
const VERSION_VARIABLE: &str = "AZCOPY_DEFAULT_SERVICE_API_VERSION";

/// `/ServiceVersion`, or the variable in its place. `newest` is the latest version of the service
/// that azring composes requests for. A later one in the variable is ignored: it may be meant for
/// AzCopy.
pub(crate) fn service_version(
    args: &ParsedArgs,
    environment: &Environment,
    newest: ApiVersion,
) -> Result<Option<ApiVersion>, UsageError> {
    let is_spoken = |version: &ApiVersion| (ApiVersion::OLDEST..=newest).contains(version);
    let wrong = |text: &str, name: &str| {
        UsageError::meaning(format!(
            "`{}` is no API version that `{name}` accepts: a date from {} to {}, as in `2019-07-07`",
            shown(text),
            ApiVersion::OLDEST,
            newest
        ))
    };
    if let Some(text) = args.text(&row::SERVICE_VERSION)? {
        let version = text.parse().ok().filter(is_spoken);
        let name = row::SERVICE_VERSION.spelled(args.dialect());
        return version.map(Some).ok_or_else(|| wrong(text, &name));
    }
    let Some(text) = environment.variable(VERSION_VARIABLE) else {
        return Ok(None);
    };
    let version: ApiVersion = text
        .trim()
        .parse()
        .map_err(|()| wrong(&text, VERSION_VARIABLE))?;
    Ok(Some(version).filter(is_spoken))
}

/// `/GiveUp`.
pub(crate) fn give_up(args: &ParsedArgs) -> Result<GiveUp, UsageError> {
    let args = time(args, &row::GIVE_UP)?;
    Ok(args.map_or_else(GiveUp::default, |time| GiveUp {
        at_start: time,
        later: time,
    }))
}

fn time(args: &ParsedArgs, parameter: &Parameter) -> Result<Option<Duration>, UsageError> {
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    duration(text).map(Some).ok_or_else(|| {
        UsageError::meaning(format!(
            "`{}` is no time, but `{}` needs one: at least a second and at most a week, in seconds or as a number followed by s, m or h, for example `90s`",
            shown(text),
            parameter.spelled(args.dialect())
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

/// A number of bytes: `512M`, `2G`, `1073741824`, in powers of 1024. `None` if it is no size or too
/// large.
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

/// The text of a header: printable ASCII.
pub(crate) fn header(
    args: &ParsedArgs,
    parameter: &Parameter,
    text: &str,
) -> Result<String, UsageError> {
    if text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Ok(text.to_owned());
    }
    Err(UsageError::meaning(format!(
        "`{}` as the value of `{}` contains a character that is not allowed in headers",
        shown(text),
        parameter.spelled(args.dialect())
    )))
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
}
