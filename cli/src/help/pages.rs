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

/// The parameters of the short page, which fits on a screen of 80 columns and 24 lines, each in a few words.
const NEEDED_MOST: &[(&Parameter, &str)] = &[
    (&row::SOURCE, "What: a folder, a container, a share"),
    (&row::DEST, "Where to: the same"),
    (&row::SOURCE_KEY, "The account key of the source"),
    (&row::DEST_KEY, "The account key of the destination"),
    (&row::SOURCE_SAS, "The signature (SAS) for the source"),
    (&row::DEST_SAS, "The signature for the destination"),
    (&row::PATTERN, "Which names to copy"),
    (&row::S, "Include sub-folders"),
    (&row::Y, "Ask nothing, overwrite what exists"),
    (&row::XO, "Only what is newer at the source"),
    (&row::L, "Count what would be copied"),
];

/// The program and its version.
pub(crate) fn version() -> String {
    format!("azring {}", env!("CARGO_PKG_VERSION"))
}

/// The page of a bare call and of `-h`.
pub(crate) fn short(width: usize) -> String {
    let rows: Vec<_> = NEEDED_MOST
        .iter()
        .map(|(row, brief)| {
            [
                row.usage(Dialect::Slash),
                format!("--{}", row.dash[0]),
                (*brief).to_owned(),
            ]
        })
        .collect();
    let more = [
        ["/?", "--help", "all parameters and commands"],
        ["/?:Pattern", "--help include", "one parameter"],
        ["/?:Sample", "--help sample", "examples"],
    ]
    .map(|row| row.map(str::to_owned));
    [
        title(),
        usage(),
        format!(
            "Most used parameters, in both dialects:\n{}",
            columns(&rows, width)
        ),
        format!("More help:\n{}", columns(&more, width)),
    ]
    .join("\n\n")
}

fn title() -> String {
    format!(
        "{}: copies data to and from Azure Storage, as AzCopy does",
        version()
    )
}

/// The blanks before a synopsis.
const INDENT: usize = 2;

/// One line for each command, and its synopsis if there is room for it.
pub(crate) fn commands(commands: &[CommandHelp], width: usize) -> String {
    let rows: Vec<_> = commands
        .iter()
        .map(|command| {
            let synopsis = format!("{} {}", command.name, command.usage);
            let fits = INDENT + synopsis.chars().count() <= width;
            let shown = if fits {
                synopsis.trim_end()
            } else {
                command.name
            };
            [shown.to_owned(), command.brief.to_owned()]
        })
        .collect();
    columns(&rows, width)
}

/// The page about a command and the parameters that it takes, `is_long`: with their whole descriptions.
pub(crate) fn command(
    help: CommandHelp,
    taken: &[&Parameter],
    dialect: Dialect,
    width: usize,
    is_long: bool,
) -> String {
    let synopsis = format!("Usage: azring {} {}", help.name, help.usage);
    let mut parts = vec![
        paragraph(&synopsis, 0, width),
        paragraph(&format!("{}.", help.brief), 0, width),
    ];
    if taken.is_empty() {
        return parts.join("\n\n");
    }
    if is_long {
        parts.push("Parameters:".to_owned());
        parts.extend(taken.iter().map(|row| entry(row, dialect, width)));
    } else {
        let rows: Vec<_> = taken
            .iter()
            .map(|row| [row.usage(dialect), row.brief.to_owned()])
            .collect();
        parts.push(format!("Parameters:\n{}", columns(&rows, width)));
    }
    parts.join("\n\n")
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
    topic::page(wanted, dialect, width)
        .or_else(|| beginning_with(wanted, dialect, width))
        .ok_or_else(|| {
            UsageError::meaning(format!(
                "there is no help about `{}`: give a parameter, or one of {}",
                crate::mask::stray(wanted),
                topic::names()
            ))
        })
}

/// The parameters whose names begin with `wanted` in this dialect, if there are any.
fn beginning_with(wanted: &str, dialect: Dialect, width: usize) -> Option<String> {
    let wanted = wanted.trim_start_matches(['/', '-']).to_ascii_lowercase();
    let begins = |name: &str| name.to_ascii_lowercase().starts_with(&wanted);
    let rows: Vec<_> = row::all()
        .filter(|row| match dialect {
            Dialect::Slash => begins(row.slash),
            Dialect::Dash | Dialect::AzCopy10 => row.dash.iter().any(|name| begins(name)),
        })
        .map(|row| [row.usage(dialect), row.brief.to_owned()])
        .collect();
    if wanted.is_empty() || rows.is_empty() {
        return None;
    }
    Some(format!(
        "Parameters that begin with `{wanted}`:\n{}",
        columns(&rows, width)
    ))
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
    parts.push(format!(
        "Other commands:\n{}",
        self::commands(commands, width)
    ));
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
    facts.push(match parameter.since {
        "AzCopy" => "Also in AzCopy 8.".to_owned(),
        since => format!("Since: {since}."),
    });
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
