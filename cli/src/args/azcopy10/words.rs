//! A command line of AzCopy 10, split into places and flags by the rules of its library (pflag).
//!
//! `--name=value` and `--name value` are the same. A switch takes its value after `=` only, so
//! `--recursive true` is a switch and a place. The last of several values counts.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::super::nearest::nearest;
use super::Verb;
use super::flag::{Flag, set_of};
use super::flags::{FLAGS, flag_of};
use crate::mask::{shown, stray};
use crate::usage_error::UsageError;

/// The places and flags of a command.
pub(crate) struct Words {
    pub(crate) verb: Verb,
    /// The words that are no flags, in their order.
    pub(crate) places: Vec<OsString>,
    given: Vec<GivenFlag>,
}

/// A flag with its value; `true` or `false` for a switch.
pub(super) struct GivenFlag {
    pub(super) flag: &'static Flag,
    pub(super) value: OsString,
}

impl Words {
    /// Splits the words after the name of a command.
    pub(crate) fn read(verb: Verb, words: &[OsString]) -> Result<Self, UsageError> {
        let mut read = Self {
            verb,
            places: Vec::new(),
            given: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_bytes() {
                b"--" => read.places.extend(words.by_ref().cloned()),
                b"-h" => read.give("help", None, &mut words)?,
                [b'-', b'-', flag @ ..] => {
                    let (name, value) = split(flag);
                    let name = std::str::from_utf8(name).unwrap_or_default();
                    read.give(name, value, &mut words)?;
                }
                [b'-', _, ..] => {
                    return Err(UsageError::meaning(format!(
                        "`{}` is no flag of AzCopy 10: its flags have two dashes",
                        stray(&word.to_string_lossy())
                    )));
                }
                _ => read.places.push(word.clone()),
            }
        }
        Ok(read)
    }

    fn give<'w>(
        &mut self,
        name: &str,
        value: Option<&[u8]>,
        rest: &mut impl Iterator<Item = &'w OsString>,
    ) -> Result<(), UsageError> {
        let Some(flag) = flag_of(self.verb, name) else {
            return Err(unknown(self.verb, name));
        };
        let value = match (flag.is_switch, value) {
            (true, None) => "true".into(),
            (true, Some(value)) => switch_value(flag, value)?.into(),
            (false, Some(value)) => OsString::from_vec(value.to_vec()),
            (false, None) => rest.next().cloned().ok_or_else(|| {
                UsageError::meaning(format!("`--{name}` needs a value: `--{name}=<value>`"))
            })?,
        };
        self.given.retain(|given| given.flag.name != name);
        self.given.push(GivenFlag { flag, value });
        Ok(())
    }

    pub(super) fn given(&self) -> impl Iterator<Item = &GivenFlag> {
        self.given.iter()
    }

    /// The value of a flag; `None` if it is not given or empty.
    pub(super) fn raw(&self, name: &str) -> Option<&OsStr> {
        let given = self.given.iter().find(|given| given.flag.name == name)?;
        Some(given.value.as_os_str()).filter(|value| !value.is_empty())
    }

    /// The same as text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, UsageError> {
        let Some(raw) = self.raw(name) else {
            return Ok(None);
        };
        let text = raw.to_str();
        text.map(Some)
            .ok_or_else(|| UsageError::NotText(format!("--{name}")))
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str, default: bool) -> bool {
        self.raw(name).map_or(default, |value| value == "true")
    }

    /// The word of a list that the value of a flag is, in any case.
    pub(super) fn one_of<'l>(
        &self,
        name: &str,
        known: &[&'l str],
    ) -> Result<Option<&'l str>, UsageError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let found = known.iter().find(|word| word.eq_ignore_ascii_case(text));
        found.copied().map(Some).ok_or_else(|| {
            let words: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
            UsageError::meaning(format!(
                "invalid value `{}` for `--{name}`: it takes {}",
                shown(text),
                words.join(", ")
            ))
        })
    }

    /// Checks the number of places. A value after a switch was meant for it.
    pub(crate) fn check_places(
        &self,
        least: usize,
        most: usize,
        usage: &str,
    ) -> Result<(), UsageError> {
        if (least..=most).contains(&self.places.len()) {
            return Ok(());
        }
        let is_value = |place: &&OsString| {
            let text = place.to_string_lossy().to_ascii_lowercase();
            text == "true" || text == "false"
        };
        let mut switches = self.given().filter(|given| given.flag.is_switch);
        if let (Some(value), Some(given)) = (self.places.iter().find(is_value), switches.next()) {
            let value = value.to_string_lossy();
            return Err(UsageError::meaning(format!(
                "`{value}` is a place here, as in AzCopy 10: a switch has its value after `=`, as in `--{}={value}`",
                given.flag.name
            )));
        }
        Err(UsageError::meaning(format!(
            "wrong number of arguments: `azring {} {usage}`, and {} given",
            self.verb.name(),
            match self.places.len() {
                0 => "none is".to_owned(),
                1 => "one is".to_owned(),
                count => format!("{count} are"),
            }
        )))
    }
}

/// `name=value`.
fn split(flag: &[u8]) -> (&[u8], Option<&[u8]>) {
    match flag.iter().position(|&byte| byte == b'=') {
        Some(at) => (&flag[..at], Some(&flag[at + 1..])),
        None => (flag, None),
    }
}

fn switch_value(flag: &Flag, value: &[u8]) -> Result<&'static str, UsageError> {
    match value {
        b"1" | b"t" | b"T" | b"true" | b"True" | b"TRUE" => Ok("true"),
        b"0" | b"f" | b"F" | b"false" | b"False" | b"FALSE" => Ok("false"),
        value => Err(UsageError::meaning(format!(
            "invalid value `{}` for `--{}`: it takes `true` or `false`",
            shown(&String::from_utf8_lossy(value)),
            flag.name
        ))),
    }
}

fn unknown(verb: Verb, name: &str) -> UsageError {
    let others = FLAGS.iter().find(|flag| flag.name == name);
    if others.is_some() {
        return UsageError::meaning(format!(
            "`--{name}` is no flag of `{}` in AzCopy 10",
            verb.name()
        ));
    }
    let own = FLAGS
        .iter()
        .filter(|flag| flag.verbs & set_of(verb) != 0)
        .map(|flag| flag.name);
    let advice =
        nearest(name, own).map_or_else(String::new, |flag| format!(" Did you mean `--{flag}`?"));
    UsageError::meaning(format!(
        "unknown flag: `{}` is no flag of AzCopy 10.{advice}",
        stray(&format!("--{name}"))
    ))
}
