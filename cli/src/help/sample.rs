//! Examples, written in the slash dialect and shown in either. A test runs each of them as far as
//! that needs no service.

use std::ffi::OsString;

use super::layout::paragraph;
use crate::args;
use crate::parameter::{Dialect, Parameter};
use crate::parsed::ParsedArgs;

/// A command and its description.
pub(super) struct Sample {
    pub(super) says: &'static str,
    pub(super) words: &'static [&'static str],
}

/// The examples, the most frequent ones first.
pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        says: "Upload a folder with all its sub-folders to a container. A missing container is created:",
        words: &[
            "/Source:/data/myfolder",
            "/Dest:https://myaccount.blob.core.windows.net/mycontainer",
            "/DestKey:$KEY",
            "/S",
        ],
    },
    Sample {
        says: "Download a container, and give the files the modification times of the blobs:",
        words: &[
            "/Source:https://myaccount.blob.core.windows.net/mycontainer",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/S",
            "/MT",
        ],
    },
    Sample {
        says: "Download a single blob:",
        words: &[
            "/Source:https://myaccount.blob.core.windows.net/mycontainer",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/Pattern:abc.txt",
        ],
    },
    Sample {
        says: "Download the blobs whose names begin with `a`, from the secondary region:",
        words: &[
            "/Source:https://myaccount-secondary.blob.core.windows.net/mycontainer",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/Pattern:a",
            "/S",
        ],
    },
    Sample {
        says: "Upload files that are missing or older in a virtual directory, ask nothing, and set the content type \
               of each blob by its extension:",
        words: &[
            "/Source:/data/myfolder",
            "/Dest:https://myaccount.blob.core.windows.net/mycontainer/vd",
            "/DestSAS:$SAS",
            "/S",
            "/XO",
            "/Y",
            "/SetContentType",
        ],
    },
    Sample {
        says: "Upload the disk images of a folder in blocks of 100 MiB:",
        words: &[
            "/Source:/data/images",
            "/Dest:https://myaccount.blob.core.windows.net/vhds",
            "/DestKey:$KEY",
            "/Pattern:*.vhd",
            "/BlockSizeInMb:100",
        ],
    },
    Sample {
        says: "Upload files that have the archive attribute and are read-only or archived, but not hidden, as append \
               blobs:",
        words: &[
            "/Source:/mnt/share",
            "/Dest:https://myaccount.blob.core.windows.net/mycontainer",
            "/DestKey:$KEY",
            "/S",
            "/A",
            "/IA:RA",
            "/XA:H",
            "/BlobType:append",
        ],
    },
    Sample {
        says: "Copy a container with the snapshots of its blobs to another account through this machine, but only \
               blobs that are missing or older there:",
        words: &[
            "/Source:https://myaccount1.blob.core.windows.net/mycontainer",
            "/Dest:https://myaccount2.blob.core.windows.net/mycontainer",
            "/SourceSAS:$SAS",
            "/DestKey:$KEY",
            "/S",
            "/Snapshot",
            "/SyncCopy",
            "/XO",
        ],
    },
    Sample {
        says: "Use a Windows command unchanged, with a folder that replaces its drive, a log, its own journal and four \
               concurrent requests:",
        words: &[
            "/Source:https://myaccount.blob.core.windows.net/mycontainer",
            r"/Dest:C:\myfolder",
            "/SourceKey:$KEY",
            "/S",
            "/XN",
            r"/V:C:\logs\azcopy1.log",
            r"/Z:C:\journalfolder",
            "/NC:4",
            "/MapDrive:C:=/mnt/c",
        ],
    },
    Sample {
        says: "Upload in a pipeline, with records instead of text, a ledger of every object, and detailed exit codes:",
        words: &[
            "/Source:/data/myfolder",
            "/Dest:https://myaccount.blob.core.windows.net/mycontainer",
            "/DestKey:@env:KEY",
            "/S",
            "/Y",
            "/Output:json",
            "/Ledger:ledger.csv",
            "/ExitCodes:detailed",
            "/FailIfEmpty",
        ],
    },
    Sample {
        says: "Count what a download would copy, and copy nothing:",
        words: &[
            "/Source:https://myaccount.blob.core.windows.net/mycontainer",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/S",
            "/L",
        ],
    },
    Sample {
        says: "Download a single blob to standard output, for example to unpack it. To upload standard input, leave \
               the source out:",
        words: &[
            "/Source:https://myaccount.blob.core.windows.net/mycontainer/mydir/dir.tar.gz",
            "/Dest:-",
            "/SourceKey:$KEY",
        ],
    },
    Sample {
        says: "Upload a folder with all its sub-folders to a file share. A missing share is created, and its \
               directories:",
        words: &[
            "/Source:/data/myfolder",
            "/Dest:https://myaccount.file.core.windows.net/myshare/mydir",
            "/DestKey:$KEY",
            "/S",
        ],
    },
    Sample {
        says: "Download one file of a file share:",
        words: &[
            "/Source:https://myaccount.file.core.windows.net/myshare/mydir",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/Pattern:abc.txt",
        ],
    },
    Sample {
        says: "Export a table to a folder, three ranges of partition keys at the same time, in files of at most 100 MB:",
        words: &[
            "/Source:https://myaccount.table.core.windows.net/mytable",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/PKRS:aa#bb",
            "/SplitSize:100",
        ],
    },
    Sample {
        says: "Export a table as CSV. The columns' types are in a file beside each file:",
        words: &[
            "/Source:https://myaccount.table.core.windows.net/mytable",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/PayloadFormat:CSV",
        ],
    },
    Sample {
        says: "Import the entities of an export into a table, and replace those that exist. A missing table is \
               created:",
        words: &[
            "/Source:/data/myfolder",
            "/Dest:https://myaccount.table.core.windows.net/mytable",
            "/DestKey:$KEY",
            "/Manifest:myaccount_mytable_20140103T112020.manifest",
            "/EntityOperation:InsertOrReplace",
        ],
    },
    Sample {
        says: "Download from the emulator. Names are split into folders at `#`, and each file is compared with the MD5 \
               stored with its blob:",
        words: &[
            "/Source:http://127.0.0.1:10000/devstoreaccount1/mycontainer",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/SourceType:Blob",
            "/S",
            "/Delimiter:#",
            "/CheckMD5",
        ],
    },
    Sample {
        says: "Upload to the emulator, whose address does not say which service it is:",
        words: &[
            "/Source:/data/myfolder",
            "/Dest:http://127.0.0.1:10000/devstoreaccount1/mycontainer",
            "/DestKey:$KEY",
            "/DestType:Blob",
            "/S",
        ],
    },
];

/// The page of all examples.
pub(super) fn page(dialect: Dialect, width: usize) -> String {
    SAMPLES
        .iter()
        .map(|sample| shown(sample, dialect, width))
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// The first example that contains the parameter.
pub(super) fn with(parameter: &Parameter, dialect: Dialect, width: usize) -> Option<String> {
    let has_it = |sample: &&Sample| args(sample).is_some_and(|args| args.has(parameter));
    let sample = SAMPLES.iter().find(has_it)?;
    Some(shown(sample, dialect, width))
}

fn shown(sample: &Sample, dialect: Dialect, width: usize) -> String {
    format!(
        "{}\n\n{}",
        paragraph(sample.says, 0, width),
        command(sample, dialect)
    )
}

fn args(sample: &Sample) -> Option<ParsedArgs> {
    let words: Vec<OsString> = sample.words.iter().map(OsString::from).collect();
    args::read(&words).ok()
}

/// The command in one line, quoted for a shell.
fn command(sample: &Sample, dialect: Dialect) -> String {
    let mut line = String::from("  azring");
    let Some(args) = args(sample) else {
        return line;
    };
    for phrase in args.phrases(dialect) {
        let words: Vec<_> = phrase
            .iter()
            .map(|word| quoted(&word.to_string_lossy()))
            .collect();
        line.push_str(" \\\n    ");
        line.push_str(&words.join(" "));
    }
    line
}

/// Quotes a word that a shell would change. Variables are still expanded.
fn quoted(word: &str) -> String {
    if word.contains(['*', '?', '&', '$', ' ', '<', '>', '#', ';', '(', ')', '\\']) {
        format!("\"{word}\"")
    } else {
        word.to_owned()
    }
}
