//! One parameter: its spellings, its value, its help texts.

/// One parameter: its spellings, its value and everything that is told about it.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// What follows the slash in AzCopy's Windows dialect: `SourceKey`. Read without regard to case.
    pub(crate) slash: &'static str,
    /// What follows the two dashes, as AzCopy on Linux had it where it had it; help shows the first, the others are
    /// spellings seen in the wild.
    pub(crate) dash: &'static [&'static str],
    /// What may stand behind the name.
    pub(crate) value: Value,
    /// The value is a secret: it is never shown, and it is removed from the process's arguments.
    pub(crate) secret: bool,
    /// The parameter belongs to what is copied: a command with another value is another job. The
    /// others say how a run is reported, how much of the machine it uses, what is asked.
    /// Credentials are never part of a job.
    pub(crate) identity: bool,
    /// What it is about.
    pub(crate) applies_to: &'static [Service],
    /// What holds when it is not given, in words; empty where there is nothing to say.
    pub(crate) default: &'static str,
    /// One line for lists.
    pub(crate) brief: &'static str,
    /// Some sentences; paragraphs are separated by an empty line.
    pub(crate) detail: &'static str,
    /// Since which version of AzCopy or azring there is such a parameter.
    pub(crate) since: &'static str,
    /// Whether this version can do it.
    pub(crate) built: bool,
}

/// What may stand behind a parameter's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing: being there is all it says. May be repeated.
    Flag,
    /// Something or nothing; the word names what.
    Optional(&'static str),
    /// Something; the word names what.
    Required(&'static str),
    /// One of these, without regard to case.
    Choice(&'static [Choice]),
    /// Something, any number of times; the word names what.
    Repeated(&'static str),
}

/// One of the values that a parameter knows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// As help writes it.
    pub(crate) word: &'static str,
    /// Whether this version can do it.
    pub(crate) built: bool,
}

/// A value that this version can do.
pub(super) const fn built(word: &'static str) -> Choice {
    Choice { word, built: true }
}

/// A value of AzCopy's that this version cannot do.
pub(super) const fn not_yet(word: &'static str) -> Choice {
    Choice { word, built: false }
}

/// On or off, for the parameters that are azring's own.
pub(super) const ON_OFF: Value = Value::Choice(&[built("on"), built("off")]);

/// A service that a parameter applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// The Blob service.
    Blobs,
    /// Azure Files.
    Files,
    /// The Table service.
    Tables,
}

pub(super) const BLOBS: &[Service] = &[Service::Blobs];
pub(super) const BLOBS_FILES: &[Service] = &[Service::Blobs, Service::Files];
pub(super) const BLOBS_TABLES: &[Service] = &[Service::Blobs, Service::Tables];
pub(super) const TABLES: &[Service] = &[Service::Tables];
pub(super) const ALL: &[Service] = &[Service::Blobs, Service::Files, Service::Tables];

impl Service {
    /// As help writes it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Blobs => "Blobs",
            Self::Files => "Files",
            Self::Tables => "Tables",
        }
    }
}

/// Parameters that are about the same thing, in the order in which help lists them.
#[derive(Debug)]
pub(crate) struct Group {
    /// Its heading.
    pub(crate) title: &'static str,
    /// Its parameters.
    pub(crate) rows: &'static [&'static Parameter],
}

/// How parameters are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `/Name:value`, AzCopy on Windows.
    Slash,
    /// `--name value` or `--name=value`, AzCopy on Linux.
    Dash,
}

impl Parameter {
    /// Its name as the user of this dialect types it: `/SourceKey` or `--source-key`.
    pub(crate) fn spelled(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Slash => format!("/{}", self.slash),
            Dialect::Dash => format!("--{}", self.dash[0]),
        }
    }

    /// Its name with the value it takes: `/Pattern:<pattern>`, `--verbose [file]`, `--io auto|ring|threads`.
    pub(crate) fn usage(&self, dialect: Dialect) -> String {
        let name = self.spelled(dialect);
        let mark = match dialect {
            Dialect::Slash => ':',
            Dialect::Dash => ' ',
        };
        match (self.value, dialect) {
            (Value::Flag, _) => name,
            (Value::Optional(what), Dialect::Slash) => format!("{name}[:<{what}>]"),
            (Value::Optional(what), Dialect::Dash) => format!("{name} [<{what}>]"),
            (Value::Required(what) | Value::Repeated(what), _) => format!("{name}{mark}<{what}>"),
            (Value::Choice(choices), _) => {
                let words: Vec<_> = choices.iter().map(|choice| choice.word).collect();
                format!("{name}{mark}{}", words.join("|"))
            }
        }
    }

    /// Its name with this value, as the user of this dialect types it: `/Z:/folder`, `--resume /folder`.
    pub(crate) fn with_value(&self, value: &str, dialect: Dialect) -> String {
        let mark = match dialect {
            Dialect::Slash => ':',
            Dialect::Dash => ' ',
        };
        format!("{}{mark}{value}", self.spelled(dialect))
    }

    /// What one types to get help about it: `/?:Source`, `--help source`.
    pub(crate) fn ask_help(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Slash => format!("/?:{}", self.slash),
            Dialect::Dash => format!("--help {}", self.dash[0]),
        }
    }

    /// This very row of the table.
    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}
