//! What AzCopy 10's environment variables say about a run.

use crate::args::azcopy10::Verb;
use crate::environment::Environment;
use crate::mask::shown;
use crate::parameter as row;
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// The most requests at a time that `/NC` accepts.
const CONCURRENCY_MAX: u64 = 512;
/// The least memory that `/Memory` accepts, in GiB.
const MEMORY_GIB_MIN: f64 = 1.0 / 32.0;
const GIB: f64 = (1_u64 << 30) as f64;

/// Adds the rows that the variables stand for, where the command has none.
pub(super) fn add(
    args: &mut ParsedArgs,
    verb: Verb,
    environment: &Environment,
) -> Result<(), UsageError> {
    if !matches!(verb, Verb::Copy | Verb::Sync | Verb::Bench) {
        return Ok(());
    }
    if let Some(text) = environment.variable("AZCOPY_CONCURRENCY_VALUE")
        && let Some(count) = concurrency(&text)?
    {
        args.add(&row::NC, Some(count.to_string().into()))?;
    }
    if let Some(text) = environment.variable("AZCOPY_BUFFER_GB") {
        let bytes = memory(&text)?;
        args.add(&row::MEMORY, Some(bytes.to_string().into()))?;
    }
    Ok(())
}

/// A number of requests; `None` for `AUTO`, which is how azring works anyway.
fn concurrency(text: &str) -> Result<Option<u64>, UsageError> {
    if text.eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    match text.trim().parse::<u64>() {
        Ok(count) if count > 0 => Ok(Some(count.min(CONCURRENCY_MAX))),
        _ => Err(UsageError::meaning(format!(
            "`{}` in `AZCOPY_CONCURRENCY_VALUE` is neither a number of requests nor `AUTO`",
            shown(text)
        ))),
    }
}

/// A number of GiB, as bytes.
fn memory(text: &str) -> Result<u64, UsageError> {
    match text.trim().parse::<f64>() {
        Ok(gib) if gib > 0.0 && gib < 1e6 => Ok((gib.max(MEMORY_GIB_MIN) * GIB) as u64),
        _ => Err(UsageError::meaning(format!(
            "`{}` in `AZCOPY_BUFFER_GB` is not a number of gigabytes",
            shown(text)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::tests::alone;
    use crate::parameter::Dialect;

    fn added(variables: &[(&str, &str)]) -> Result<String, String> {
        let mut args = ParsedArgs::new(Dialect::Dash);
        add(&mut args, Verb::Copy, &alone(variables)).map_err(|error| error.to_string())?;
        let words = args.words(Dialect::Slash);
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn variables_are_rows_and_auto_is_none() {
        let value = |text: &str| added(&[("AZCOPY_CONCURRENCY_VALUE", text)]);
        assert_eq!(value("16").unwrap(), "/NC:16");
        assert_eq!(value("3000").unwrap(), "/NC:512");
        assert_eq!(value("Auto").unwrap(), "");
        assert!(
            value("many")
                .unwrap_err()
                .contains("AZCOPY_CONCURRENCY_VALUE")
        );
        let memory = |text: &str| added(&[("AZCOPY_BUFFER_GB", text)]);
        assert_eq!(memory("0.5").unwrap(), "/Memory:536870912");
        assert_eq!(memory("0.001").unwrap(), "/Memory:33554432");
        assert!(memory("-1").unwrap_err().contains("AZCOPY_BUFFER_GB"));
    }
}
