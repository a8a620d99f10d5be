//! The typed parameters of one command, before their values are interpreted.
//!
//! `args` makes them from either dialect, and `intent` reads them.

use std::ffi::{OsStr, OsString};
use std::fmt;

use crate::mask::{MASKED, shown};
use crate::parameter::{Dialect, Parameter, Value};
use crate::usage_error::UsageError;

/// The value of a switch that is turned off.
const OFF: &str = "off";

/// The parameters of one command, in the order in which they were typed.
pub(crate) struct ParsedArgs {
    dialect: Dialect,
    typed: Vec<Typed>,
    /// The command as it is shown, where it was not typed as these parameters.
    shown: Option<String>,
}

/// One parameter as it was typed.
struct Typed {
    parameter: &'static Parameter,
    value: Option<OsString>,
}

impl ParsedArgs {
    /// A command of this dialect without any parameter.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            typed: Vec::new(),
            shown: None,
        }
    }

    /// The same in another dialect, and shown as this text, which is safe to print.
    pub(crate) fn typed_as(self, dialect: Dialect, shown: String) -> Self {
        Self {
            dialect,
            shown: Some(shown),
            ..self
        }
    }

    /// Adds a parameter after the others. Fails if the value is missing or not allowed; an empty
    /// value counts as missing.
    pub(crate) fn add(
        &mut self,
        parameter: &'static Parameter,
        value: Option<OsString>,
    ) -> Result<(), UsageError> {
        let name = || parameter.spelled(self.dialect);
        let has_value = value.as_ref().is_some_and(|value| !value.is_empty());
        match parameter.value {
            Value::Flag if value.is_some() => return Err(UsageError::ValueNotAllowed(name())),
            Value::Switch => return self.turn(parameter, value.as_deref()),
            Value::Required(_) | Value::Choice(_) | Value::Repeated(_) if !has_value => {
                return Err(UsageError::ValueRequired {
                    usage: parameter.usage(self.dialect),
                    name: name(),
                });
            }
            Value::Required(_) | Value::Choice(_) | Value::Optional(_) if self.has(parameter) => {
                return Err(UsageError::Repeated(name()));
            }
            _ => {}
        }
        self.typed.push(Typed {
            parameter,
            value: value.filter(|_| has_value),
        });
        Ok(())
    }

    /// Adds a switch, which replaces what was said of it before. `on` is the same as no value.
    fn turn(
        &mut self,
        parameter: &'static Parameter,
        value: Option<&OsStr>,
    ) -> Result<(), UsageError> {
        let is_on = match value.map(OsStr::to_string_lossy) {
            None => true,
            Some(value) if value.eq_ignore_ascii_case("on") => true,
            Some(value) if value.eq_ignore_ascii_case(OFF) => false,
            Some(_) => {
                return Err(UsageError::ValueNotAllowed(parameter.spelled(self.dialect)));
            }
        };
        self.typed.retain(|typed| !typed.parameter.is(parameter));
        self.typed.push(Typed {
            parameter,
            value: (!is_on).then(|| OFF.into()),
        });
        Ok(())
    }

    /// Whether the switch was turned off.
    pub(crate) fn is_off(&self, parameter: &Parameter) -> bool {
        parameter.value == Value::Switch && self.raw(parameter).is_some_and(|value| value == OFF)
    }

    /// Adds the parameters of another command after the others.
    pub(crate) fn append(&mut self, other: Self) -> Result<(), UsageError> {
        for Typed { parameter, value } in other.typed {
            self.add(parameter, value)?;
        }
        Ok(())
    }

    /// The dialect of the command. Error messages use it too.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether there are no parameters.
    pub(crate) fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    /// Whether the parameter is there, with or without a value. A switch that was turned off is not.
    pub(crate) fn has(&self, parameter: &Parameter) -> bool {
        let is_there = self.typed.iter().any(|typed| typed.parameter.is(parameter));
        is_there && !self.is_off(parameter)
    }

    /// The parameter's value as it was typed: any bytes.
    pub(crate) fn raw(&self, parameter: &Parameter) -> Option<&OsStr> {
        self.typed
            .iter()
            .find(|typed| typed.parameter.is(parameter))
            .and_then(|typed| typed.value.as_deref())
    }

    /// The values of a parameter that may be repeated, in their order.
    pub(crate) fn all(&self, parameter: &Parameter) -> impl Iterator<Item = &OsStr> {
        self.typed()
            .filter(|(row, _)| row.is(parameter))
            .filter_map(|(_, value)| value)
    }

    /// The parameter's value as text.
    pub(crate) fn text(&self, parameter: &Parameter) -> Result<Option<&str>, UsageError> {
        let Some(raw) = self.raw(parameter) else {
            return Ok(None);
        };
        raw.to_str()
            .map(Some)
            .ok_or_else(|| UsageError::NotText(parameter.spelled(self.dialect)))
    }

    /// Gives the value of a parameter to another one.
    pub(crate) fn rename(&mut self, from: &Parameter, to: &'static Parameter) {
        for typed in &mut self.typed {
            if typed.parameter.is(from) {
                typed.parameter = to;
            }
        }
    }

    /// Removes a parameter.
    pub(crate) fn remove(&mut self, parameter: &Parameter) {
        self.typed.retain(|typed| !typed.parameter.is(parameter));
    }

    /// All parameters with their values; a repeated one occurs repeatedly.
    pub(crate) fn typed(&self) -> impl Iterator<Item = (&'static Parameter, Option<&OsStr>)> {
        self.typed
            .iter()
            .map(|typed| (typed.parameter, typed.value.as_deref()))
    }
}

impl ParsedArgs {
    /// The values that are secrets themselves and do not only refer to one.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &OsStr> {
        self.typed()
            .filter(|(row, _)| row.secret)
            .filter_map(|(_, value)| value)
            .filter(|value| !matches!(value.as_encoded_bytes(), [b'@', ..] | b"-"))
    }

    /// The words of the same command in a dialect.
    pub(crate) fn words(&self, dialect: Dialect) -> Vec<OsString> {
        self.phrases(dialect).flatten().collect()
    }

    /// The same, grouped by parameter.
    pub(crate) fn phrases(&self, dialect: Dialect) -> impl Iterator<Item = Vec<OsString>> {
        let dialect = dialect.of_rows();
        self.typed.iter().map(move |typed| spelled(typed, dialect))
    }
}

/// The words of one parameter. In the dash dialect a value is a word of its own, unless it looks
/// like a parameter.
fn spelled(typed: &Typed, dialect: Dialect) -> Vec<OsString> {
    let mut name = OsString::from(typed.parameter.spelled(dialect));
    match (&typed.value, dialect) {
        (None, _) => vec![name],
        (Some(value), Dialect::Dash | Dialect::AzCopy10)
            if !value.as_encoded_bytes().starts_with(b"-") =>
        {
            vec![name, value.clone()]
        }
        (Some(value), _) => {
            name.push(if dialect == Dialect::Slash { ":" } else { "=" });
            name.push(value);
            vec![name]
        }
    }
}

/// The command with its secrets masked, as in AzCopy's logs.
impl fmt::Display for ParsedArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(shown) = &self.shown {
            return f.write_str(shown);
        }
        f.write_str("azring")?;
        for typed in &self.typed {
            let masked = Typed {
                parameter: typed.parameter,
                value: typed.value.as_ref().map(|value| {
                    if typed.parameter.secret {
                        MASKED.into()
                    } else {
                        shown(&value.to_string_lossy()).into()
                    }
                }),
            };
            for word in spelled(&masked, self.dialect) {
                write!(f, " {}", word.to_string_lossy())?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ParsedArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{DEST_KEY, DEST_SAS, S, SOURCE};

    #[test]
    fn a_command_is_shown_without_its_secrets() {
        let mut args = ParsedArgs::new(Dialect::Slash);
        let url = "https://a.blob.core.windows.net/c?sv=1&sig=canary";
        args.add(&SOURCE, Some(url.into())).unwrap();
        args.add(&DEST_KEY, Some("canary".into())).unwrap();
        args.add(&DEST_SAS, Some("sv=1&sig=canary".into())).unwrap();
        args.add(&S, None).unwrap();
        assert_eq!(
            format!("{args:?}"),
            "azring /Source:https://a.blob.core.windows.net/c?sv=1&sig=****** /DestKey:****** /DestSAS:****** /S"
        );
    }
}
