//! Every parameter by itself, a row each ([`rows`]): its names, its value, the copies that it applies to, its effect, and
//! the default.
//!
//! The rows were written by hand from AzCopy's documentation and not from the table. A parameter without a row fails, and
//! a row without a parameter fails too.

mod rows;

use std::collections::BTreeSet;
use std::ffi::OsString;

use azring_core::options::Options;

use super::tests::alone;
use crate::args;
use crate::help;
use crate::journal::{self, CommandJournal};
use crate::parameter::{self, Dialect, Parameter, Service, Value};

use crate::settings::Settings;
use crate::usage_error::UsageError;

/// Only file shares.
const FILES: &[Service] = &[Service::Files];

/// One parameter.
struct Row {
    /// `/Name`, as the documentation writes it.
    slash: &'static str,
    /// `--name`, and its other names.
    dash: &'static [&'static str],
    /// "Applicable to".
    services: &'static [Service],
    /// The copies that accept it.
    ways: &'static [Way],
    /// A part of the message with other copies.
    elsewhere: &'static str,
    /// Reads its effect.
    seen: fn(&Seen) -> String,
    /// The effect of its default.
    bare: &'static str,
    /// Accepted values, and their effect.
    right: &'static [(&'static str, &'static str)],
    /// Refused values, and a part of the message.
    wrong: &'static [(&'static str, &'static str)],
}

/// Whether a parameter has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Perhaps,
    One,
    Several,
}

/// The rows whose list of values does not show this: parameters without values, and parameters that can be repeated.
const TAKEN: [(&str, Takes); 12] = [
    ("@", Takes::Several),
    ("?", Takes::Perhaps),
    ("Version", Takes::Nothing),
    ("MapDrive", Takes::Several),
    ("IncludePattern", Takes::Several),
    ("ExcludePattern", Takes::Several),
    ("IncludePath", Takes::Several),
    ("ExcludePath", Takes::Several),
    ("IncludeRegex", Takes::Several),
    ("ExcludeRegex", Takes::Several),
    ("FilterFrom", Takes::Several),
    ("ExplainFilter", Takes::Several),
];

/// The direction of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Between,
}

/// The results of a command: options, settings, journal.
struct Seen {
    options: Options,
    settings: Settings,
    command_journal: Option<CommandJournal>,
}

impl Row {
    fn parameter(&self) -> &'static Parameter {
        parameter::by_slash(self.slash).unwrap_or_else(|| panic!("/{} is no parameter", self.slash))
    }

    /// Whether it has a value, by the values of the row.
    fn takes(&self) -> Takes {
        if let Some((_, takes)) = TAKEN.iter().find(|(name, _)| *name == self.slash) {
            return *takes;
        }
        assert!(!self.right.is_empty(), "/{}: no value", self.slash);
        let without = self.right.iter().filter(|(value, _)| value.is_empty());
        match without.count() {
            0 => Takes::One,
            count if count == self.right.len() => Takes::Nothing,
            _ => Takes::Perhaps,
        }
    }

    /// An accepted value, if there is one.
    fn sample(&self) -> Option<&'static str> {
        let known = self.right.iter().map(|&(value, _)| value);
        let sample = { known }.find(|value| !value.is_empty());
        (self.takes() != Takes::Nothing).then(|| sample.unwrap_or("x"))
    }
}

/// The words of a parameter in a dialect.
fn spelled(name: &str, value: Option<&str>, dialect: Dialect) -> String {
    match (value.filter(|value| !value.is_empty()), dialect) {
        (None, Dialect::Slash) => format!("/{name}"),
        (None, Dialect::Dash | Dialect::AzCopy10) => format!("--{name}"),
        (Some(value), Dialect::Slash) => format!("/{name}:{value}"),
        (Some(value), Dialect::Dash | Dialect::AzCopy10) => format!("--{name}={value}"),
    }
}

fn words_of(list: &[String]) -> Vec<OsString> {
    list.iter().map(OsString::from).collect()
}

/// The results of a copy in this direction with this parameter.
fn copy(way: Way, row: &Row, value: Option<&str>, dialect: Dialect) -> Result<Seen, UsageError> {
    let (source, target) = match way {
        Way::Up if row.services == FILES => ("/data", "https://a.file.core.windows.net/s?sig=x"),
        Way::Down if row.services == FILES => ("https://a.file.core.windows.net/s?sig=x", "/data"),
        Way::Between if row.services == FILES => (
            "https://a.file.core.windows.net/s?sig=x",
            "https://b.file.core.windows.net/s?sig=x",
        ),
        Way::Up => ("/data", "https://a.blob.core.windows.net/c"),
        Way::Down => ("https://a.blob.core.windows.net/c", "/data"),
        Way::Between => (
            "https://a.blob.core.windows.net/c",
            "https://b.blob.core.windows.net/c",
        ),
    };
    let named = |slash, dash| {
        if dialect == Dialect::Slash {
            slash
        } else {
            dash
        }
    };
    let mut list: Vec<_> = [
        (named("Source", "source"), source),
        (named("Dest", "destination"), target),
    ]
    .into_iter()
    .filter(|(name, _)| *name != row.slash && *name != row.dash[0])
    .map(|(name, value)| spelled(name, Some(value), dialect))
    .collect();
    if row.services == FILES {
        list.push(spelled(named("S", "recursive"), None, dialect));
    }
    if value.is_some() {
        list.push(spelled(named(row.slash, row.dash[0]), value, dialect));
    }
    let environment = alone(&[("HOME", "/home/me")]);
    let args = args::read(&words_of(&list))?;
    let options = super::options(&args, &environment)?;
    let settings = Settings::new(&args, &environment)?;
    let command_journal = journal::of_command(&args, &options, &environment)?;
    Ok(Seen {
        options,
        settings,
        command_journal,
    })
}

#[test]
fn every_parameter_has_a_row_and_every_row_its_parameter() {
    let rows: BTreeSet<_> = rows::all().map(|row| row.slash).collect();
    let table: BTreeSet<_> = parameter::all().map(|row| row.slash).collect();
    assert_eq!(rows, table);
    assert_eq!(rows::all().count(), rows.len(), "a row is there twice");
}

#[test]
fn every_name_in_every_spelling_is_that_parameter_and_no_other_is() {
    for row in rows::all() {
        let value = row.sample();
        let cases = [
            row.slash.to_owned(),
            row.slash.to_lowercase(),
            row.slash.to_uppercase(),
        ];
        let slash = cases
            .iter()
            .map(|name| spelled(name, value, Dialect::Slash));
        let dash = row
            .dash
            .iter()
            .map(|name| spelled(name, value, Dialect::Dash));
        for word in slash.chain(dash) {
            let args = args::read_typed(&words_of(std::slice::from_ref(&word))).unwrap();
            assert!(args.has(row.parameter()), "{word}");
            let read = args.raw(row.parameter()).map(|text| text.to_str().unwrap());
            assert_eq!(read, value, "{word}");
        }
        assert_eq!(row.parameter().dash, row.dash, "/{}", row.slash);
        // The Linux dialect has its names in one case only.
        let wrong = spelled(&row.dash[0].to_uppercase(), value, Dialect::Dash);
        let refused = args::read(&words_of(&[wrong])).unwrap_err().to_string();
        assert!(
            refused.contains("Unrecognized command or argument"),
            "{refused}"
        );
    }
}

#[test]
fn every_value_is_where_it_has_to_be_and_nowhere_else() {
    let refused = |list: &[String]| {
        let refused = args::read_typed(&words_of(list)).err();
        refused.map(|error| error.to_string()).unwrap_or_default()
    };
    for row in rows::all() {
        let is_as_said = matches!(
            (row.takes(), row.parameter().value),
            (Takes::Nothing, Value::Flag | Value::Switch)
                | (Takes::Perhaps, Value::Optional(_))
                | (Takes::One, Value::Required(_) | Value::Choice(_))
                | (Takes::Several, Value::Repeated(_))
        );
        assert!(is_as_said, "/{}: {:?}", row.slash, row.parameter().value);
        for dialect in [Dialect::Slash, Dialect::Dash] {
            let name = row.parameter().spelled(dialect);
            let mark = if dialect == Dialect::Slash { ":" } else { "=" };
            let none = [vec![name.clone()], vec![format!("{name}{mark}")]];
            let (one, two) = (format!("{name}{mark}x"), format!("{name}{mark}y"));
            for words in &none {
                let needs = format!("`{name}` needs a value");
                let is_needed = matches!(row.takes(), Takes::One | Takes::Several);
                let is_nothing = row.takes() == Takes::Nothing && words[0] != name;
                if is_needed {
                    assert!(
                        refused(words).contains(&needs),
                        "{words:?}: {}",
                        refused(words)
                    );
                } else if !is_nothing {
                    assert_eq!(refused(words), "", "{words:?}");
                }
            }
            match row.takes() {
                Takes::Nothing => {
                    assert!(refused(&[one]).contains(&format!("`{name}` takes no value")));
                    assert_eq!(refused(&[name.clone(), name]), "");
                }
                Takes::Several => assert_eq!(refused(&[one, two]), ""),
                Takes::Perhaps | Takes::One => {
                    let message = refused(&[one, two]);
                    assert!(
                        message.contains(&format!("`{name}` is given more than once")),
                        "{message}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_parameter_comes_to_what_it_says_and_to_something_else_without_it() {
    for row in rows::all() {
        for &way in row.ways {
            for dialect in [Dialect::Slash, Dialect::Dash] {
                let case = format!("/{} {way:?} {dialect:?}", row.slash);
                let seen = |value| copy(way, row, value, dialect).map(|seen| (row.seen)(&seen));
                if !row.bare.is_empty() {
                    assert_eq!(seen(None).unwrap(), row.bare, "{case}");
                }
                for (value, expected) in row.right {
                    let seen = seen(Some(value)).unwrap_or_else(|error| panic!("{case}: {error}"));
                    assert_eq!(&seen, expected, "{case} {value}");
                }
            }
        }
    }
}

#[test]
fn every_parameter_is_refused_where_it_does_not_apply() {
    for row in rows::all().filter(|row| !row.elsewhere.is_empty()) {
        let others = [Way::Up, Way::Down, Way::Between];
        for way in others.into_iter().filter(|way| !row.ways.contains(way)) {
            for dialect in [Dialect::Slash, Dialect::Dash] {
                let value = row.sample().or(Some(""));
                let case = format!("/{} {way:?} {dialect:?}", row.slash);
                let refused = copy(way, row, value, dialect).err();
                let refused = refused
                    .unwrap_or_else(|| panic!("{case} is accepted"))
                    .to_string();
                assert!(refused.contains(row.elsewhere), "{case}: {refused}");
            }
        }
    }
}

#[test]
fn every_wrong_value_is_refused_in_both_dialects() {
    for row in rows::all() {
        let way = row.ways.first().copied().unwrap_or(Way::Up);
        for (value, said) in row.wrong {
            for dialect in [Dialect::Slash, Dialect::Dash] {
                let case = format!("/{}:{value} {dialect:?}", row.slash);
                let refused = copy(way, row, Some(value), dialect).err();
                let refused = refused
                    .unwrap_or_else(|| panic!("{case} is accepted"))
                    .to_string();
                assert!(refused.contains(said), "{case}: {refused}");
                let foreign = row.parameter().spelled(match dialect {
                    Dialect::Slash => Dialect::Dash,
                    Dialect::Dash | Dialect::AzCopy10 => Dialect::Slash,
                });
                assert!(
                    !refused.contains(&format!("`{foreign}`")),
                    "{case}: {refused}"
                );
            }
        }
        let is_checked = matches!(
            row.parameter().value,
            Value::Choice(_) | Value::Required("number" | "MB" | "MiB" | "size")
        );
        assert!(
            !is_checked || !row.wrong.is_empty(),
            "/{} takes anything",
            row.slash
        );
    }
}

#[test]
fn every_page_of_help_shows_what_it_applies_to_and_what_holds_without_it() {
    for row in rows::all() {
        assert_eq!(row.parameter().applies_to, row.services, "/{}", row.slash);
        let services: Vec<_> = row.services.iter().map(|service| service.title()).collect();
        for (dialect, name) in [(Dialect::Slash, row.slash), (Dialect::Dash, row.dash[0])] {
            let page = help::page(Some(name), dialect, 100, &[]).unwrap();
            assert!(page.contains(&services.join(", ")), "{page}");
            assert!(page.contains(row.parameter().default), "{page}");
            assert!(page.contains(&row.parameter().usage(dialect)), "{page}");
        }
    }
}
