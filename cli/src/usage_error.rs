//! Why a command line cannot be carried out, in the dialect it was typed in.
//!
//! If AzCopy has a text for an error, that text is used, because scripts look for it.

use std::io;

use azring_core::Side;

/// Wrong usage; the program ends with 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UsageError {
    /// A word of the slash dialect that is no parameter.
    #[error(
        "The syntax of the command is incorrect. Error parsing the argument \"{0}\": parameter name is required."
    )]
    NameRequired(String),
    /// A parameter that the slash dialect does not know.
    #[error("The syntax of the command is incorrect. Unknown parameter \"{name}\".{}", advice(.nearest.as_deref()))]
    Unknown {
        /// With its slash.
        name: String,
        /// A known one that it resembles.
        nearest: Option<String>,
    },
    /// A word that the dash dialect does not know.
    #[error("The syntax of the command is incorrect. Unrecognized command or argument '{word}'.{}", advice(.nearest.as_deref()))]
    Unrecognized {
        /// As it was typed.
        word: String,
        /// A known one that it resembles.
        nearest: Option<String>,
    },
    /// A value is missing.
    #[error("The syntax of the command is incorrect. `{name}` needs a value: `{usage}`.")]
    ValueRequired {
        /// The parameter.
        name: String,
        /// How it is written.
        usage: String,
    },
    /// A value where none may be.
    #[error("The syntax of the command is incorrect. `{0}` takes no value.")]
    ValueNotAllowed(String),
    /// The same parameter twice.
    #[error("The syntax of the command is incorrect. `{0}` is given more than once.")]
    Repeated(String),
    /// Words of both dialects.
    #[error(
        "The syntax of the command is incorrect. `{foreign}` is in another dialect than the rest of the command: write it `{native}`."
    )]
    Mixed {
        /// The word in the other dialect.
        foreign: String,
        /// The same parameter in this one.
        native: String,
    },
    /// A response file that cannot be read.
    #[error("cannot read the response file `{file}`: {reason}")]
    File {
        /// Its path.
        file: String,
        /// Why not.
        reason: String,
    },
    /// Something wrong in a response file.
    #[error("{error} (response file `{file}`, line {line})")]
    Within {
        /// Its path.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
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
    /// A source or destination that is none.
    #[error(
        "Error parsing {} location \"{text}\": {reason}. For more details, please type \"azring {help}\".",
        word_of(*.side)
    )]
    Location {
        /// Which of the two.
        side: Side,
        /// As it was typed, secrets masked.
        text: String,
        /// Why it is none.
        reason: String,
        /// How help is asked for.
        help: String,
    },
    /// Anything that is wrong with what the words mean: a value, a combination.
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
    /// The same, found in a line of a response file.
    pub(crate) fn within(file: &str, line: usize, error: Self) -> Self {
        Self::Within {
            file: file.to_owned(),
            line,
            error: Box::new(error),
        }
    }

    /// The same, with what led to it told behind the reason.
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

    /// Wrong meaning, in words.
    pub(crate) fn meaning(text: impl Into<String>) -> Self {
        Self::Meaning(text.into())
    }
}

/// ` Did you mean ...?`, or nothing.
fn advice(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" Did you mean `{nearest}`?"))
}

/// The kernel's reason in the program's voice: lower case, without the number that Rust adds.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
