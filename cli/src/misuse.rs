//! Why a command line cannot be carried out: said in the dialect it was typed in, before anything was touched.
//!
//! Where AzCopy has a text for it, that text is used, because scripts look for it; the rest is said in azring's voice.

use std::fmt;

/// Wrong usage; the program ends with 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misuse {
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
        "The syntax of the command is incorrect. `{foreign}` is written differently from the rest of the command: write \
         it `{native}`."
    )]
    Mixed {
        /// The word in the other dialect.
        foreign: String,
        /// The same parameter in this one.
        native: String,
    },
    /// A value that is not UTF-8 where text is needed.
    #[error("the value of `{0}` is not UTF-8")]
    NotText(String),
    /// A source or destination that is none.
    #[error(
        "Error parsing {side} location \"{text}\": {reason}. For more details, please type \"azring {help}\"."
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

/// One of the two ends of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Where objects come from.
    Source,
    /// Where they go.
    Destination,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Destination => "destination",
        })
    }
}

impl Misuse {
    /// Wrong meaning, in words.
    pub(crate) fn meaning(text: impl Into<String>) -> Self {
        Self::Meaning(text.into())
    }
}

/// ` Did you mean ...?`, or nothing.
fn advice(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" Did you mean `{nearest}`?"))
}
