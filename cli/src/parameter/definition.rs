//! A parameter: its spellings, its value, its help texts.

use super::Service;

/// A parameter: its spellings, its value and its help texts.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// The name after the slash in AzCopy's Windows dialect: `SourceKey`. Case is ignored.
    pub(crate) slash: &'static str,
    /// The names after the two dashes, as in AzCopy on Linux if it had the parameter. Help shows
    /// the first; the others are accepted too.
    pub(crate) dash: &'static [&'static str],
    /// The value that the parameter takes.
    pub(crate) value: Value,
    /// The value is a secret: it is never shown, and it is removed from the process's arguments.
    pub(crate) secret: bool,
    /// The parameter belongs to the job: another value makes another job. Other parameters control
    /// output, resources and questions. Credentials never belong to a job.
    pub(crate) identity: bool,
    /// The services that the parameter applies to.
    pub(crate) applies_to: &'static [Service],
    /// The default in words; empty if there is nothing to say.
    pub(crate) default: &'static str,
    /// One line for lists.
    pub(crate) brief: &'static str,
    /// Some sentences; paragraphs are separated by an empty line.
    pub(crate) detail: &'static str,
    /// The version of AzCopy or azring that introduced the parameter.
    pub(crate) since: &'static str,
}

/// The value that a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// No value. The parameter may be repeated.
    Flag,
    /// No value, or `on` or `off`. The parameter may be repeated, and the last one counts.
    Switch,
    /// An optional value; the word describes it.
    Optional(&'static str),
    /// A required value; the word describes it.
    Required(&'static str),
    /// One of these words; case is ignored.
    Choice(&'static [&'static str]),
    /// A required value, and the parameter may be repeated; the word describes the value.
    Repeated(&'static str),
}

/// On or off, for azring's own parameters.
pub(super) const ON_OFF: Value = Value::Choice(&["on", "off"]);

/// Parameters of one subject, in the order of help.
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
    /// `copy SOURCE DESTINATION --name=value`, AzCopy 10. Its commands are translated into rows, and
    /// the words of those rows are in the dialect of AzCopy on Linux.
    AzCopy10,
}

impl Dialect {
    /// The dialect in which the rows of a command are written down.
    pub(crate) fn of_rows(self) -> Self {
        match self {
            Self::Slash => Self::Slash,
            Self::Dash | Self::AzCopy10 => Self::Dash,
        }
    }
}

/// What a user of AzCopy 10 gives for a row, where that is not the row's own name.
const AZCOPY10_NAMES: &[(&str, &str)] = &[
    ("Source", "<source>"),
    ("Dest", "<destination>"),
    ("SourceSAS", "<source>?<SAS>"),
    ("DestSAS", "<destination>?<SAS>"),
    ("SourceKey", "AZRING_SOURCE_KEY"),
    ("DestKey", "AZRING_DEST_KEY"),
    ("SourceType", "--from-to"),
    ("DestType", "--from-to"),
    ("Y", "--overwrite=true"),
    ("XO", "--overwrite=ifSourceNewer"),
    ("Delete", "--delete-destination"),
    ("MaxDelete", "AZRING_MAX_DELETE"),
    ("Compare", "--compare-hash"),
    ("Output", "--output-type"),
    ("Progress", "--output-level"),
    ("SetContentType", "--content-type"),
    ("BlockSizeInMb", "--block-size-mb"),
    ("NC", "AZCOPY_CONCURRENCY_VALUE"),
    ("Memory", "AZCOPY_BUFFER_GB"),
    ("ServiceVersion", "AZCOPY_DEFAULT_SERVICE_API_VERSION"),
    ("V", "AZCOPY_LOG_LOCATION"),
    ("Z", "AZCOPY_JOB_PLAN_LOCATION"),
    ("Pattern", "--include-pattern"),
    ("Size", "--size-per-file"),
    ("Count", "--file-count"),
];

impl Parameter {
    /// Its name as the user of this dialect types it: `/SourceKey` or `--source-key`.
    pub(crate) fn spelled(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Slash => format!("/{}", self.slash),
            Dialect::Dash => format!("--{}", self.dash[0]),
            Dialect::AzCopy10 => AZCOPY10_NAMES
                .iter()
                .find(|(slash, _)| *slash == self.slash)
                .map_or_else(
                    || format!("--{}", self.dash[0]),
                    |(_, name)| (*name).to_owned(),
                ),
        }
    }

    /// Its name with the value it takes: `/Pattern:<pattern>`, `--verbose [file]`, `--io auto|ring|threads`.
    pub(crate) fn usage(&self, dialect: Dialect) -> String {
        let name = self.spelled(dialect);
        let mark = match dialect {
            Dialect::Slash => ':',
            Dialect::Dash => ' ',
            Dialect::AzCopy10 => '=',
        };
        match (self.value, dialect) {
            (Value::Flag | Value::Switch, _) => name,
            (Value::Optional(what), Dialect::Slash) => format!("{name}[:<{what}>]"),
            (Value::Optional(what), Dialect::Dash | Dialect::AzCopy10) => {
                format!("{name} [<{what}>]")
            }
            (Value::Required(what) | Value::Repeated(what), _) => format!("{name}{mark}<{what}>"),
            (Value::Choice(choices), _) => {
                format!("{name}{mark}{}", choices.join("|"))
            }
        }
    }

    /// Its name with this value, as the user of this dialect types it: `/Z:/folder`, `--resume
    /// /folder`.
    pub(crate) fn with_value(&self, value: &str, dialect: Dialect) -> String {
        let mark = match dialect {
            Dialect::Slash => ':',
            Dialect::Dash => ' ',
            Dialect::AzCopy10 => '=',
        };
        let value = match (dialect, self.slash, value) {
            (Dialect::AzCopy10, "Delete", "on") => "true",
            (Dialect::AzCopy10, "Delete", "off") => "false",
            (_, _, value) => value,
        };
        format!("{}{mark}{value}", self.spelled(dialect))
    }

    /// The words that ask for help about it: `/?:Source`, `--help source`.
    pub(crate) fn ask_help(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Slash => format!("/?:{}", self.slash),
            Dialect::Dash | Dialect::AzCopy10 => format!("--help {}", self.dash[0]),
        }
    }

    /// This very row of the table.
    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The rows of one list and of another one. The number is that of all rows.
pub(crate) const fn joined<const ROWS: usize>(
    one: &[&'static Parameter],
    other: &[&'static Parameter],
) -> [&'static Parameter; ROWS] {
    assert!(one.len() + other.len() == ROWS);
    let mut all = [one[0]; ROWS];
    let mut at = 0;
    while at < ROWS {
        all[at] = if at < one.len() {
            one[at]
        } else {
            other[at - one.len()]
        };
        at += 1;
    }
    all
}
