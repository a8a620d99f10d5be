//! The pages of help: the short one, the whole table, one parameter.

use crate::parameter::{self as row, Dialect, GROUPS, Parameter};
use crate::usage_error::UsageError;

use super::layout::{columns, paragraph};
use super::{sample, topic};

/// The help of a command: its name, what follows the name, and one line about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandHelp {
    pub(crate) name: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) brief: &'static str,
}

/// The parameters of the short page, which fits on one screen.
const NEEDED_MOST: &[&Parameter] = &[
    &row::SOURCE,
    &row::DEST,
    &row::SOURCE_KEY,
    &row::DEST_KEY,
    &row::SOURCE_SAS,
    &row::DEST_SAS,
    &row::PATTERN,
    &row::S,
    &row::Y,
    &row::XO,
    &row::L,
];

/// The program and its version.
pub(crate) fn version() -> String {
    format!("azring {}", env!("CARGO_PKG_VERSION"))
}

/// The page of a bare call.
pub(crate) fn short() -> String {
    let rows: Vec<_> = NEEDED_MOST
        .iter()
        .map(|row| {
            [
                row.usage(Dialect::Slash),
                format!("--{}", row.dash[0]),
                row.brief.to_owned(),
            ]
        })
        .collect();
    let more = [
        ["/?", "--help", "all parameters"],
        ["/?:Pattern", "--help include", "one parameter"],
        ["/?:Sample", "--help sample", "examples"],
    ]
    .map(|row| row.map(str::to_owned));
    [
        title(),
        usage(),
        format!(
            "Most used parameters, in both dialects:\n{}",
            columns(&rows)
        ),
        format!("More help:\n{}", columns(&more)),
    ]
    .join("\n\n")
}

fn title() -> String {
    format!(
        "{}: copies data to and from Azure Storage, as AzCopy does",
        version()
    )
}

/// One line for each command.
pub(crate) fn commands(commands: &[CommandHelp]) -> String {
    let rows: Vec<_> = commands
        .iter()
        .map(|command| [command.name, command.usage, command.brief].map(str::to_owned))
        .collect();
    columns(&rows)
}

fn usage() -> String {
    "Usage: azring /Source:<source> /Dest:<destination> [parameters]\n       \
     azring --source <source> --destination <destination> [parameters]\n       \
     azring <command> ..."
        .to_owned()
}

/// A page about `wanted`: a parameter in either spelling, a topic, or everything.
pub(crate) fn page(
    wanted: Option<&str>,
    dialect: Dialect,
    width: usize,
    commands: &[CommandHelp],
) -> Result<String, UsageError> {
    let Some(wanted) = wanted else {
        return Ok(everything(dialect, width, commands));
    };
    if let Some(parameter) = find(wanted) {
        let page = one(parameter, dialect, width);
        // A topic may be called like the parameter that it is about (`ExitCodes`).
        return Ok(match topic::page(wanted, dialect, width) {
            Some(topic) => format!("{page}\n\n{topic}"),
            None => page,
        });
    }
    topic::page(wanted, dialect, width).ok_or_else(|| {
        UsageError::meaning(format!(
            "there is no help about `{}`: give a parameter, or one of {}",
            crate::mask::stray(wanted),
            topic::names()
        ))
    })
}

/// The parameter with this name, with or without its slash or dashes.
fn find(wanted: &str) -> Option<&'static Parameter> {
    let name = wanted.trim_start_matches(['/', '-']);
    row::by_slash(name).or_else(|| row::by_dash(&name.to_ascii_lowercase()))
}

fn everything(dialect: Dialect, width: usize, commands: &[CommandHelp]) -> String {
    let mut parts = vec![
        title(),
        usage(),
        paragraph(
            "Parameters can be in any order, but all in one dialect, which the first of them decides. This page \
             uses the dialect of your question; the page of each parameter shows both.",
            0,
            width,
        ),
    ];
    for group in GROUPS {
        parts.push(format!(
            "{}\n{}",
            group.title,
            "-".repeat(group.title.len())
        ));
        parts.extend(group.rows.iter().map(|row| entry(row, dialect, width)));
    }
    parts.push(format!("Other commands:\n{}", self::commands(commands)));
    let topics = format!(
        "Topics: {}. Ask for one with `{}`.",
        topic::names(),
        match dialect {
            Dialect::Slash => "/?:Sample",
            Dialect::Dash | Dialect::AzCopy10 => "--help sample",
        }
    );
    parts.push(paragraph(&topics, 0, width));
    parts.join("\n\n")
}

/// A parameter on the page of all parameters.
fn entry(parameter: &Parameter, dialect: Dialect, width: usize) -> String {
    let mut text = format!(
        "{}\n{}",
        parameter.usage(dialect),
        paragraph(parameter.detail, 4, width)
    );
    for line in remarks(parameter) {
        text.push('\n');
        text.push_str(&paragraph(&line, 4, width));
    }
    text
}

/// The page of one parameter.
fn one(parameter: &Parameter, dialect: Dialect, width: usize) -> String {
    let other = match dialect {
        Dialect::Slash => Dialect::Dash,
        Dialect::Dash | Dialect::AzCopy10 => Dialect::Slash,
    };
    let services: Vec<_> = parameter
        .applies_to
        .iter()
        .map(|service| service.title())
        .collect();
    let mut facts = remarks(parameter);
    facts.push(format!("Applies to: {}.", services.join(", ")));
    if parameter.dash.len() > 1 {
        let aliases: Vec<_> = parameter.dash[1..]
            .iter()
            .map(|name| format!("`--{name}`"))
            .collect();
        facts.push(format!("Also accepted: {}.", aliases.join(", ")));
    }
    facts.push(format!("Since: {}.", parameter.since));
    let facts: Vec<_> = facts.iter().map(|fact| paragraph(fact, 4, width)).collect();
    let example = match sample::with(parameter, dialect, width) {
        Some(example) => format!("\n\nExample. {example}"),
        None => String::new(),
    };
    format!(
        "{}\n{}\n\n{}\n\n{}{example}",
        parameter.usage(dialect),
        parameter.usage(other),
        paragraph(parameter.detail, 4, width),
        facts.join("\n")
    )
}

/// The remarks about a parameter that every page has.
fn remarks(parameter: &Parameter) -> Vec<String> {
    let mut remarks = Vec::new();
    if !parameter.default.is_empty() {
        remarks.push(format!("Default: {}.", parameter.default));
    }
    remarks
}
