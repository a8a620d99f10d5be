//! Every combination that AzCopy's documentation or its library forbids, a row each: it is refused while words are read,
//! when nothing has been asked of a disk or a service yet.

mod rows;

use std::ffi::OsString;

use azring_core::dump::name::PayloadFormat;
use azring_core::location::{Access, Location, parse};
use azring_core::options::{BlobType, EntityOperation, SplitKeys, TableOptions};

use super::rules::{Ends, RULES};
use crate::args;
use crate::intent::options;
use crate::intent::tests::{alone, refused};
use crate::parameter::{self, Dialect};

use rows::{BLOBS, EMULATOR, FOLDER, KEY, OTHERS, ROWS, SHARE, TABLE};

#[test]
fn every_forbidden_combination_is_refused_before_anything_is_asked() {
    for (source, target, more, said) in ROWS {
        let ends = [format!("/Source:{source}"), format!("/Dest:{target}")];
        let text = refused(&ends.each_ref().map(String::as_str), more);
        assert!(
            text.contains(said),
            "{source} to {target} with {more:?}: {text}"
        );
    }
}

/// The same rows in the other dialect: what is said names its parameters as they were typed.
#[test]
fn every_forbidden_combination_is_refused_in_the_linux_dialect_too() {
    for (source, target, more, said) in ROWS {
        let ends = [format!("/Source:{source}"), format!("/Dest:{target}")];
        let words: Vec<OsString> = ends
            .iter()
            .map(OsString::from)
            .chain(more.iter().map(OsString::from))
            .collect();
        let dash = args::read(&words).unwrap().words(Dialect::Dash);
        let text = options(&args::read(&dash).unwrap(), &alone(&[]))
            .expect_err("must be refused")
            .to_string();
        let said = parameter::all().fold((*said).to_owned(), |said, row| {
            let [slash, dash] = [Dialect::Slash, Dialect::Dash]
                .map(|dialect| format!("`{}`", row.spelled(dialect)));
            said.replace(&slash, &dash)
        });
        assert!(text.contains(&said), "{dash:?}: {text}");
    }
}

/// Each parameter that makes sense in some directions only is in the rows with every direction in which it makes none.
#[test]
fn every_direction_that_makes_no_sense_has_its_row() {
    for rule in RULES {
        for (source, target) in [(FOLDER, BLOBS), (BLOBS, FOLDER), (BLOBS, OTHERS)] {
            let place = |text| parse(text, Access::default(), None).unwrap();
            let ends = Ends::of(&place(source), &place(target), false).unwrap();
            if (rule.is_allowed)(ends) {
                continue;
            }
            for parameter in rule.parameters {
                let name = format!("/{}", parameter.slash);
                let is_there = ROWS.iter().any(|(from, to, more, _)| {
                    (*from, *to) == (source, target)
                        && more
                            .iter()
                            .any(|word| word.split(':').next() == Some(&name))
                });
                assert!(is_there, "{name} in {:?} has no row", ends.direction);
            }
        }
    }
}

/// The conditions that AzCopy's documentation and its library forbid, and whether a row is about each.
#[test]
fn every_condition_that_azcopy_forbids_has_its_row() {
    let is_about = |source: &str, target: &str, words: &[&str]| {
        ROWS.iter().any(|(from, to, more, _)| {
            let args: Vec<_> = more
                .iter()
                .filter_map(|word| word.split(':').next())
                .collect();
            (*from, *to) == (source, target) && words.iter().all(|word| args.contains(word))
        })
    };
    for (condition, is_there) in [
        ("both ends local", is_about(FOLDER, "/other", &[])),
        ("both ends the same", is_about(BLOBS, BLOBS, &[])),
        (
            "a blob type that nothing is uploaded as",
            is_about(BLOBS, FOLDER, &["/BlobType"]) && is_about(FOLDER, SHARE, &["/BlobType"]),
        ),
        (
            "a delimiter without a download of blobs",
            is_about(FOLDER, BLOBS, &["/Delimiter"]) && is_about(SHARE, FOLDER, &["/Delimiter"]),
        ),
        (
            "snapshots of what is no blob",
            is_about(FOLDER, BLOBS, &["/Snapshot"]) && is_about(SHARE, FOLDER, &["/Snapshot"]),
        ),
        (
            "a content type without an upload",
            is_about(BLOBS, FOLDER, &["/SetContentType"]),
        ),
        (
            "a pattern and everything below, from a share",
            is_about(SHARE, FOLDER, &["/Pattern", "/S"]),
        ),
        (
            "neither of both, from a share",
            is_about(SHARE, FOLDER, &["/SourceKey"]),
        ),
        ("a share without a key", is_about(SHARE, FOLDER, &["/S"])),
        ("a table without a key", is_about(TABLE, FOLDER, &[])),
        ("ranges on import", is_about(FOLDER, TABLE, &["/PKRS"])),
        (
            "an import without an operation",
            is_about(FOLDER, TABLE, &["/Manifest"]),
        ),
        (
            "an import without a manifest",
            is_about(FOLDER, TABLE, &["/EntityOperation"]),
        ),
        (
            "an import of CSV",
            is_about(FOLDER, TABLE, &["/PayloadFormat"]),
        ),
        (
            "parts that are too small",
            is_about(BLOBS, FOLDER, &["/SplitSize"]),
        ),
        (
            "too few and too many requests",
            is_about(FOLDER, BLOBS, &["/NC"]),
        ),
        (
            "times of a table",
            is_about(TABLE, FOLDER, &["/XO"]) && is_about(TABLE, FOLDER, &["/XN"]),
        ),
        (
            "attributes without an upload",
            ["/A", "/IA", "/XA"]
                .iter()
                .all(|name| is_about(BLOBS, FOLDER, &[name])),
        ),
        (
            "a pattern that climbs",
            is_about(FOLDER, BLOBS, &["/Pattern"]),
        ),
        (
            "a block of another size",
            is_about(FOLDER, BLOBS, &["/BlockSizeInMb"]),
        ),
    ] {
        assert!(is_there, "no row is about {condition}");
    }
}

#[test]
fn a_copy_with_a_share_that_breaks_no_rule_has_options() {
    for (source, target, more) in [
        (SHARE, FOLDER, &[KEY, "/S"][..]),
        (SHARE, FOLDER, &[KEY, "/Pattern:abc.txt"]),
        ("https://a.file.core.windows.net/s/d/f", FOLDER, &[KEY]),
        ("https://a.file.core.windows.net/s/f", "-", &[KEY]),
        (
            FOLDER,
            SHARE,
            &["/DestKey:a2V5", "/Pattern:ab*", "/S", "/XO", "/XN"],
        ),
        (SHARE, BLOBS, &[KEY, "/S", "/SyncCopy", "/BlobType:page"]),
        (
            "http://127.0.0.1:10004/a/s",
            FOLDER,
            &[KEY, "/S", "/SourceType:File"],
        ),
    ] {
        let ends = [format!("/Source:{source}"), format!("/Dest:{target}")];
        let words: Vec<OsString> = ends
            .iter()
            .map(OsString::from)
            .chain(more.iter().map(OsString::from))
            .collect();
        let options = options(&args::read(&words).unwrap(), &alone(&[])).unwrap();
        let has_share = [&options.source, &options.target]
            .into_iter()
            .any(|end| matches!(end, Location::Share(_)));
        assert!(has_share, "{words:?}");
    }
}

#[test]
fn an_import_that_breaks_no_rule_has_options() {
    let import = &[
        "/Manifest:m",
        "/EntityOperation:InsertOrMerge",
        "/DestKey:a2V5",
    ];
    for (source, target, more) in [
        (FOLDER, TABLE, &[][..]),
        (FOLDER, TABLE, &["/S", "/CheckMD5", "/NC:4", "/Y"]),
        (BLOBS, TABLE, &["/CheckMD5"]),
        (FOLDER, EMULATOR, &["/DestType:Table"]),
    ] {
        let ends = [format!("/Source:{source}"), format!("/Dest:{target}")];
        let words: Vec<OsString> = ends
            .iter()
            .map(OsString::from)
            .chain(import.iter().chain(more).map(OsString::from))
            .collect();
        let options = options(&args::read(&words).unwrap(), &alone(&[])).unwrap();
        assert!(matches!(options.target, Location::Table(_)), "{words:?}");
        assert_eq!(options.table.manifest.as_deref(), Some("m"));
        assert_eq!(
            options.table.entity_operation,
            EntityOperation::InsertOrMerge
        );
    }
}

#[test]
fn an_export_that_breaks_no_rule_has_options() {
    let keys = ["aa", "bb"].map(str::to_owned).to_vec();
    for (source, more, wanted) in [
        (TABLE, &[][..], TableOptions::default()),
        (
            TABLE,
            &["/S", "/SplitSize:100", "/NC:4", "/Y"],
            TableOptions {
                split_mb: Some(100),
                ..TableOptions::default()
            },
        ),
        (
            TABLE,
            &["/PKRS:aa#bb", "/PayloadFormat:CSV", "/Manifest:m"],
            TableOptions {
                split_keys: SplitKeys::Before(keys),
                format: PayloadFormat::Csv,
                manifest: Some("m".into()),
                ..TableOptions::default()
            },
        ),
        (
            EMULATOR,
            &["/SourceType:Table", "/PKRS:auto"],
            TableOptions {
                split_keys: SplitKeys::Auto,
                ..TableOptions::default()
            },
        ),
    ] {
        let words: Vec<OsString> = [format!("/Source:{source}"), format!("/Dest:{FOLDER}")]
            .iter()
            .map(OsString::from)
            .chain([KEY].iter().chain(more).map(OsString::from))
            .collect();
        let options = options(&args::read(&words).unwrap(), &alone(&[])).unwrap();
        assert!(matches!(options.source, Location::Table(_)), "{words:?}");
        assert_eq!(options.table, wanted, "{words:?}");
    }
}

#[test]
fn an_export_to_blobs_may_choose_the_type_of_its_blobs() {
    for (word, wanted) in [
        ("/Y", None),
        ("/BlobType:block", Some(BlobType::Block)),
        ("/BlobType:append", Some(BlobType::Append)),
    ] {
        let words = [
            format!("/Source:{TABLE}"),
            format!("/Dest:{BLOBS}"),
            KEY.into(),
            word.into(),
        ];
        let words = words.map(OsString::from);
        let options = options(&args::read(&words).unwrap(), &alone(&[])).unwrap();
        assert!(matches!(options.target, Location::Blob(_)), "{word}");
        assert_eq!(options.upload.blob_type, wanted, "{word}");
    }
}
