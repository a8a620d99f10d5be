//! Examples, written once in the slash dialect and shown in either. A test carries each of them out as far as that goes
//! without a service.

use std::ffi::OsString;

use super::layout::paragraph;
use crate::parameter::Dialect;
use crate::words;

/// A command and what it does.
pub(super) struct Sample {
    pub(super) says: &'static str,
    pub(super) words: &'static [&'static str],
}

/// In the order in which people come to need them.
pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        says: "Upload a folder with everything below it into a container, which is made if it is missing:",
        words: &[
            "/Source:/data/myfolder",
            "/Dest:https://myaccount.blob.core.windows.net/mycontainer",
            "/DestKey:$KEY",
            "/S",
        ],
    },
    Sample {
        says: "Download a container, and let the files keep the blobs' modification times:",
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
        says: "Upload what is missing or older in a virtual directory, ask nothing, and give each blob the content type \
               of its extension:",
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
        says: "Count what a download would copy, without copying:",
        words: &[
            "/Source:https://myaccount.blob.core.windows.net/mycontainer",
            "/Dest:/data/myfolder",
            "/SourceKey:$KEY",
            "/S",
            "/L",
        ],
    },
    Sample {
        says: "Download a single blob to standard output, to be unpacked on the way; to upload what comes from standard input, \
               leave the source out:",
        words: &[
            "/Source:https://myaccount.blob.core.windows.net/mycontainer/mydir/dir.tar.gz",
            "/Dest:-",
            "/SourceKey:$KEY",
        ],
    },
    Sample {
        says: "Upload into the emulator, whose address does not tell which service it is:",
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
        .map(|sample| {
            format!(
                "{}\n\n{}",
                paragraph(sample.says, 0, width),
                command(sample, dialect)
            )
        })
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// One parameter in a line, as a shell reads it.
fn command(sample: &Sample, dialect: Dialect) -> String {
    let words: Vec<OsString> = sample.words.iter().map(OsString::from).collect();
    let mut line = String::from("  azring");
    let Ok(given) = words::read(&words) else {
        return line;
    };
    for phrase in given.phrases(dialect) {
        let words: Vec<_> = phrase
            .iter()
            .map(|word| quoted(&word.to_string_lossy()))
            .collect();
        line.push_str(" \\\n    ");
        line.push_str(&words.join(" "));
    }
    line
}

/// In double quotes where a shell would see more in it than a word. A variable stays one.
fn quoted(word: &str) -> String {
    if word.contains(['*', '?', '&', '$', ' ', '<', '>', '#', ';', '(', ')']) {
        format!("\"{word}\"")
    } else {
        word.to_owned()
    }
}
