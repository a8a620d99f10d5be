//! The table of parameters: every word the command line understands, once.
//!
//! Parsing in both dialects, validation, help, completions and the manual page read this table; a new parameter is a new
//! row in the file of its group and its meaning in `intent`. The table says nothing about what was typed (`given`) and
//! nothing about what it leads to (`intent`).

mod location;

mod selection;

mod transfer;

mod machine;

mod table;

mod measure;

mod session;

pub(crate) use location::{
    DEST, DEST_KEY, DEST_SAS, DEST_TYPE, MAP_DRIVE, SOURCE, SOURCE_KEY, SOURCE_SAS, SOURCE_TYPE,
};
pub(crate) use machine::{CA_FILE, GIVE_UP, IO, MEMORY, NC, SERVICE_VERSION, TRACE_CONTROLLER};
pub(crate) use measure::{COUNT, DURATION, KEEP, SIZE, VERIFY};
pub(crate) use selection::{A, DELIMITER, IA, PATTERN, S, SNAPSHOT, XA, XN, XO};
pub(crate) use session::{
    EXIT_CODES, FAIL_IF_EMPTY, HELP, L, LEDGER, NO_JOURNAL, OUTPUT, PROGRESS, REPORT,
    RESPONSE_FILE, V, VERSION, Y, Z,
};
pub(crate) use table::{ENTITY_OPERATION, MANIFEST, PAYLOAD_FORMAT, PKRS, SPLIT_SIZE};
pub(crate) use transfer::{
    BLOB_TYPE, BLOCK_SIZE_IN_MB, CHECK_MD5, CRC64, DURABILITY, MD5, MT, SERVER_COPY,
    SET_CONTENT_TYPE, SYNC_COPY,
};

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
const fn built(word: &'static str) -> Choice {
    Choice { word, built: true }
}

/// A value of AzCopy's that this version cannot do.
const fn not_yet(word: &'static str) -> Choice {
    Choice { word, built: false }
}

/// On or off, for the parameters that are azring's own.
const ON_OFF: Value = Value::Choice(&[built("on"), built("off")]);

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

const BLOBS: &[Service] = &[Service::Blobs];
const BLOBS_FILES: &[Service] = &[Service::Blobs, Service::Files];
const BLOBS_TABLES: &[Service] = &[Service::Blobs, Service::Tables];
const TABLES: &[Service] = &[Service::Tables];
const ALL: &[Service] = &[Service::Blobs, Service::Files, Service::Tables];

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

/// The whole table.
pub(crate) static GROUPS: &[Group] = &[
    location::GROUP,
    selection::GROUP,
    transfer::GROUP,
    machine::GROUP,
    table::GROUP,
    measure::GROUP,
    session::GROUP,
];

/// How parameters are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `/Name:value`, AzCopy on Windows.
    Slash,
    /// `--name value` or `--name=value`, AzCopy on Linux.
    Dash,
}

/// Every parameter, group by group.
pub(crate) fn all() -> impl Iterator<Item = &'static Parameter> {
    GROUPS.iter().flat_map(|group| group.rows.iter().copied())
}

/// The parameter that the slash dialect calls `name` (without the slash), in any case.
pub(crate) fn by_slash(name: &str) -> Option<&'static Parameter> {
    all().find(|row| row.slash.eq_ignore_ascii_case(name))
}

/// The parameter that the dash dialect calls `name` (without the dashes).
pub(crate) fn by_dash(name: &str) -> Option<&'static Parameter> {
    all().find(|row| row.dash.contains(&name))
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

    /// The heading of its group.
    pub(crate) fn group(&self) -> &'static str {
        GROUPS
            .iter()
            .find(|group| group.rows.iter().any(|row| row.is(self)))
            .map_or("", |group| group.title)
    }

    /// This very row of the table.
    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_means_two_parameters() {
        let slash: Vec<_> = all().map(|row| row.slash.to_ascii_lowercase()).collect();
        assert_eq!(slash.iter().collect::<HashSet<_>>().len(), slash.len());
        let dash: Vec<_> = all().flat_map(|row| row.dash).collect();
        assert_eq!(dash.iter().collect::<HashSet<_>>().len(), dash.len());
    }

    #[test]
    fn every_parameter_of_the_article_is_a_row() {
        let article = "Source Dest Pattern DestKey DestSAS SourceKey SourceSAS S BlobType CheckMD5 Snapshot V Z @ Y L MT \
                       XN XO A IA XA Delimiter NC SourceType DestType PKRS SplitSize EntityOperation Manifest SyncCopy \
                       SetContentType PayloadFormat BlockSizeInMb ?";
        for name in article.split_whitespace() {
            assert!(by_slash(name).is_some(), "/{name} is missing");
        }
    }

    #[test]
    fn every_option_of_azcopy_on_linux_is_a_row() {
        let linux = "source destination source-key dest-key source-sas dest-sas include recursive include-snapshot \
                     blob-type set-content-type sync-copy preserve-last-modified-time exclude-newer exclude-older quiet \
                     verbose resume parallel-level config-file help version dest-type source-type block-size \
                     block-size-in-mb check-md5 delimiter dry-run list";
        for name in linux.split_whitespace() {
            assert!(by_dash(name).is_some(), "--{name} is missing");
        }
    }

    #[test]
    fn every_row_is_told_in_both_dialects_and_in_both_lengths() {
        for row in all() {
            assert!(!row.dash.is_empty(), "/{} has no dash spelling", row.slash);
            assert!(
                !row.brief.is_empty() && row.brief.len() <= 60,
                "/{}",
                row.slash
            );
            assert!(!row.brief.ends_with('.'), "/{}", row.slash);
            assert!(row.detail.ends_with('.'), "/{}", row.slash);
            assert!(!row.since.is_empty(), "/{}", row.slash);
        }
    }

    #[test]
    fn a_usage_shows_what_the_value_is() {
        assert_eq!(PATTERN.usage(Dialect::Slash), "/Pattern:<pattern>");
        assert_eq!(PATTERN.usage(Dialect::Dash), "--include <pattern>");
        assert_eq!(
            SET_CONTENT_TYPE.usage(Dialect::Slash),
            "/SetContentType[:<type>]"
        );
        assert_eq!(IO.usage(Dialect::Dash), "--io auto|ring|threads");
        assert_eq!(S.usage(Dialect::Dash), "--recursive");
    }
}
