//! `--from-to`: the kinds of the two ends of a command, or what their texts say about them.

use crate::mask::shown;
use crate::usage_error::UsageError;

/// The kind of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Local,
    /// Standard input or output.
    Pipe,
    Blob,
    File,
    /// The Data Lake endpoint of blobs.
    DataLake,
    /// The other end of a removal.
    Trash,
    /// The other end of new properties.
    Nothing,
    /// A URL whose host says nothing.
    Unknown,
}

/// AzCopy's words for ends. The second is `None` for what azring does not have.
const WORDS: &[(&str, Option<End>)] = &[
    ("Local", Some(End::Local)),
    ("Pipe", Some(End::Pipe)),
    ("BlobFS", Some(End::DataLake)),
    ("Blob", Some(End::Blob)),
    ("FileSMB", Some(End::File)),
    ("FileNFS", None),
    ("File", Some(End::File)),
    ("Trash", Some(End::Trash)),
    ("None", Some(End::Nothing)),
    ("S3", None),
    ("GCP", None),
];

impl End {
    pub(super) fn is_remote(self) -> bool {
        match self {
            Self::Blob | Self::File | Self::DataLake | Self::Unknown => true,
            Self::Local | Self::Pipe | Self::Trash | Self::Nothing => false,
        }
    }

    /// The word of `/SourceType` and `/DestType`.
    pub(super) fn type_word(self) -> Option<&'static str> {
        match self {
            Self::Blob | Self::DataLake => Some("Blob"),
            Self::File => Some("File"),
            Self::Local | Self::Pipe | Self::Trash | Self::Nothing | Self::Unknown => None,
        }
    }
}

/// Reads `LocalBlob` and the like, in any case.
pub(super) fn read(text: &str) -> Result<(End, End), UsageError> {
    let split = |(from, first): &(&'static str, Option<End>)| {
        let (head, rest) = text.split_at_checked(from.len())?;
        let to = WORDS.iter().find(|(to, _)| rest.eq_ignore_ascii_case(to))?;
        head.eq_ignore_ascii_case(from)
            .then_some(((*from, *first), *to))
    };
    let Some(((from, first), (to, second))) = WORDS.iter().find_map(split) else {
        return Err(UsageError::meaning(format!(
            "invalid value `{}` for `--from-to`: it takes two of `Local`, `Blob`, `File`, `BlobFS`, `Pipe` and `Trash`, as in `LocalBlob`",
            shown(text)
        )));
    };
    match (first, second) {
        (Some(first), Some(second)) => Ok((first, second)),
        (None, _) => Err(unbuilt(from)),
        (_, None) => Err(unbuilt(to)),
    }
}

/// What AzCopy infers from the text of a place.
pub(super) fn infer(text: &str) -> Result<End, UsageError> {
    let lower = text.to_ascii_lowercase();
    let Some((_, rest)) = lower
        .split_once("://")
        .filter(|(scheme, _)| *scheme == "http" || *scheme == "https")
    else {
        return Ok(End::Local);
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let is_host = |part: &str| host.contains(part);
    if is_host(".blob") {
        Ok(End::Blob)
    } else if is_host(".file") {
        Ok(End::File)
    } else if is_host(".dfs") {
        Ok(End::DataLake)
    } else if is_host("amazonaws.") {
        Err(unbuilt("S3"))
    } else if is_host("storage.cloud.google.com") {
        Err(unbuilt("GCP"))
    } else {
        Ok(End::Unknown)
    }
}

fn unbuilt(word: &str) -> UsageError {
    let what = match word {
        "S3" => "Amazon S3",
        "GCP" => "Google Cloud Storage",
        _ => "NFS file shares",
    };
    UsageError::meaning(format!(
        "azring does not copy from or to {what}: it copies between files, blobs and SMB file shares"
    ))
}
