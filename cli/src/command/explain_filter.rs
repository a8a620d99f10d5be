//! `--explain-filter NAME`: which rule of a command decides about a name.

use std::os::unix::ffi::OsStrExt as _;

use azring_core::entry::EntryName;
use azring_core::location::Location;
use azring_core::select::{Filter, FilterReason, RuleKind};

use crate::console::Console;
use crate::ending::Ending;
use crate::environment::Environment;
use crate::intent;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// Prints what decides about each name; `None` if the command does not ask for that.
pub(super) fn explain(
    args: &ParsedArgs,
    environment: &Environment,
    console: &Console,
) -> Result<Option<Ending>, UsageError> {
    if !args.has(&row::EXPLAIN_FILTER) {
        return Ok(None);
    }
    let source = if args.has(&row::SOURCE) {
        intent::place(args, environment)?
    } else {
        // Patterns are read as for a folder.
        Location::Local(".".into())
    };
    if let Location::Table(_) = source {
        return Err(UsageError::meaning(format!(
            "`{}` is not supported when the source is a table",
            row::EXPLAIN_FILTER.spelled(args.dialect())
        )));
    }
    let filter = intent::filter(args, &source)?;
    for name in args.all(&row::EXPLAIN_FILTER) {
        console.result(&explanation(&filter, name.as_bytes(), args));
    }
    Ok(Some(Ending::Success))
}

/// What decides about the name, in a sentence.
fn explanation(filter: &Filter, name: &[u8], args: &ParsedArgs) -> String {
    let dialect = args.dialect();
    let explained = filter.explain(name);
    let verdict = if explained.is_selected {
        "is selected"
    } else {
        "is left out"
    };
    let why = match explained.reason {
        FilterReason::Nothing if filter.selects_all_names() => {
            "no filter is about names".to_owned()
        }
        FilterReason::Nothing => "no filter leaves it out".to_owned(),
        FilterReason::Included(kind, text) => {
            format!("{} matches it", rule(of_include(kind), text, dialect))
        }
        FilterReason::Excluded(kind, text) => {
            format!("{} matches it", rule(of_exclude(kind), text, dialect))
        }
        FilterReason::NotIncluded => {
            let given: Vec<String> = [
                &row::INCLUDE_PATTERN,
                &row::INCLUDE_PATH,
                &row::INCLUDE_REGEX,
            ]
            .iter()
            .filter(|parameter| args.has(parameter))
            .map(|parameter| format!("`{}`", parameter.spelled(dialect)))
            .collect();
            format!("it matches no {}", given.join(" and no "))
        }
        FilterReason::Ordered { line, .. } => format!(
            "the line `{}` of `{}` is the first that matches it",
            EntryName::new(line),
            row::FILTER_FROM.spelled(dialect)
        ),
        FilterReason::NotListed => {
            let lists: [&Parameter; 3] = [&row::FILES_FROM, &row::FILES_FROM_0, &row::MAP_FROM];
            let list = lists.into_iter().find(|parameter| args.has(parameter));
            let list = list.unwrap_or(&row::FILES_FROM);
            format!("it is not in the list of `{}`", list.spelled(dialect))
        }
        FilterReason::OtherShard(shard) => {
            let other = row::SHARD.with_value(&shard.to_string(), dialect);
            format!("it belongs to the process with `{other}`")
        }
    };
    let more = if explained.is_selected {
        also(args)
    } else {
        String::new()
    };
    format!("`{}` {verdict}: {why}{more}", EntryName::new(name))
}

/// The other conditions of the command.
fn also(args: &ParsedArgs) -> String {
    let others: [&Parameter; 5] = [
        &row::PATTERN,
        &row::MIN_SIZE,
        &row::MAX_SIZE,
        &row::NEWER_THAN,
        &row::OLDER_THAN,
    ];
    let others = others.into_iter().filter(|parameter| args.has(parameter));
    let others: Vec<String> = others
        .map(|parameter| format!("`{}`", parameter.spelled(args.dialect())))
        .collect();
    match &*others {
        [] => String::new(),
        others => format!("; {} decides too", others.join(" and ")),
    }
}

fn of_include(kind: RuleKind) -> &'static Parameter {
    match kind {
        RuleKind::Pattern => &row::INCLUDE_PATTERN,
        RuleKind::Path => &row::INCLUDE_PATH,
        RuleKind::Regex => &row::INCLUDE_REGEX,
    }
}

fn of_exclude(kind: RuleKind) -> &'static Parameter {
    match kind {
        RuleKind::Pattern => &row::EXCLUDE_PATTERN,
        RuleKind::Path => &row::EXCLUDE_PATH,
        RuleKind::Regex => &row::EXCLUDE_REGEX,
    }
}

fn rule(parameter: &Parameter, text: &[u8], dialect: Dialect) -> String {
    let text = EntryName::new(text).to_string();
    format!("`{}`", parameter.with_value(&text, dialect))
}
