//! Errors of the command line, in the dialect of the command.
//!
//! If AzCopy has a text for an error, that text is used, because scripts look for it.

use std::io;

use azring_core::Side;

/// An error of the command line. The program ends with code 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UsageError {
    /// A word of the slash dialect that is no parameter.
    #[error(
        "The syntax of the command is incorrect. Error parsing the argument \"{0}\": parameter name is required."
    )]
    NameRequired(String),
    /// Two places without names, as AzCopy 10 and other programs have them.
    #[error(
        "The syntax of the command is incorrect. Error parsing the argument \"{0}\": parameter name is required. \
         Name both places: `/Source:<source> /Dest:<destination>` or `--source <source> --destination <destination>`. \
         AzCopy 10's commands begin with `copy`."
    )]
    NamesRequired(String),
    /// A flag of AzCopy 10 in a command that is none of its commands.
    #[error(
        "The syntax of the command is incorrect. `--{flag}` is a flag of AzCopy 10: begin the command with AzCopy 10's word, \
         `azring {verb} ...`."
    )]
    AzCopy10Flag {
        /// Its name.
        flag: &'static str,
        /// A command that takes it.
        verb: &'static str,
    },
    /// A parameter that the slash dialect does not know.
    #[error("The syntax of the command is incorrect. Unknown parameter \"{name}\".{}", advice(.nearest.as_deref()))]
    Unknown {
        /// The name with its slash.
        name: String,
        /// A similar parameter.
        nearest: Option<String>,
    },
    /// A word that the dash dialect does not know.
    #[error("The syntax of the command is incorrect. Unrecognized command or argument '{word}'.{}", advice(.nearest.as_deref()))]
    Unrecognized {
        /// The word as typed.
        word: String,
        /// A similar parameter.
        nearest: Option<String>,
    },
    /// A missing value.
    #[error("The syntax of the command is incorrect. `{name}` needs a value: `{usage}`.")]
    ValueRequired {
        /// The parameter.
        name: String,
        /// The parameter with its value.
        usage: String,
    },
    /// A value for a parameter that takes none.
    #[error("The syntax of the command is incorrect. `{0}` takes no value.")]
    ValueNotAllowed(String),
    /// A parameter that is given twice.
    #[error("The syntax of the command is incorrect. `{0}` is given more than once.")]
    Repeated(String),
    /// Words of both dialects.
    #[error(
        "The syntax of the command is incorrect. `{foreign}` is in another dialect than the rest of the command: write it `{native}`."
    )]
    Mixed {
        /// The word of the other dialect.
        foreign: String,
        /// The same parameter in the dialect of the command.
        native: String,
    },
    /// A response file that cannot be read.
    #[error("cannot read the response file `{file}`: {reason}")]
    File {
        /// Its path.
        file: String,
        /// The reason.
        reason: String,
    },
    /// An error in a response file.
    #[error("{error} (response file `{file}`, line {line})")]
    Within {
        /// Its path.
        file: String,
        /// The number of the line, from 1.
        line: usize,
        /// The error.
        error: Box<UsageError>,
    },
    /// A quote that is not closed on its line.
    #[error(
        "The syntax of the command is incorrect. A quote is not closed: a parameter cannot continue on the next line."
    )]
    OpenQuote,
    /// A response file in a response file.
    #[error("The syntax of the command is incorrect. `{0}` cannot be used in a response file.")]
    Nested(String),
    /// A value that is not UTF-8 where text is needed.
    #[error("the value of `{0}` is not UTF-8")]
    NotText(String),
    /// A source or destination that cannot be parsed.
    #[error(
        "Error parsing {} location \"{text}\": {reason}. For more details, please type \"azring {help}\".",
        word_of(*.side)
    )]
    Location {
        /// The end of the copy.
        side: Side,
        /// The text as typed, with secrets masked.
        text: String,
        /// The reason.
        reason: String,
        /// The words that ask for help about the parameter.
        help: String,
    },
    /// An error of the meaning: a wrong value, a combination that is not allowed.
    #[error("{0}")]
    Meaning(String),
}

/// The user's word for one end of a copy.
pub(crate) fn word_of(side: Side) -> &'static str {
    match side {
        Side::Source => "source",
        Side::Target => "destination",
    }
}

impl UsageError {
    /// The error, found in a line of a response file.
    pub(crate) fn within(file: &str, line: usize, error: Self) -> Self {
        Self::Within {
            file: file.to_owned(),
            line,
            error: Box::new(error),
        }
    }

    /// The error, with the circumstance that led to it after the reason.
    pub(crate) fn because(self, circumstance: &str) -> Self {
        match self {
            Self::Location {
                side,
                text,
                reason,
                help,
            } => Self::Location {
                side,
                text,
                reason: format!("{reason} ({circumstance})"),
                help,
            },
            other => other,
        }
    }

    /// An error of the meaning, in words.
    pub(crate) fn meaning(text: impl Into<String>) -> Self {
        Self::Meaning(text.into())
    }
}

/// ` Did you mean ...?`, or nothing.
fn advice(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" Did you mean `{nearest}`?"))
}

/// The kernel's reason in lower case, without the number that Rust adds.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
