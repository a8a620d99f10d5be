//! Every combination that AzCopy's documentation or its library forbids, a row each: it is refused while words are read,
//! when nothing has been asked of a disk or a service yet. Copies from and to shares and tables, which this version has not,
//! are under the same rules, and refused by the name of their service once they break none.

mod rows;

use std::ffi::OsString;

use super::end_kind::EndKind;
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
        for (source, target, ends) in [
            (FOLDER, BLOBS, (EndKind::Local, EndKind::Blob)),
            (BLOBS, FOLDER, (EndKind::Blob, EndKind::Local)),
            (BLOBS, OTHERS, (EndKind::Blob, EndKind::Blob)),
        ] {
            let ends = Ends::of_kinds(ends.0, ends.1, false).unwrap();
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

/// What breaks no rule is refused by the name of its service, and nothing of it is ignored.
#[test]
fn what_is_right_but_not_built_is_refused_by_its_service() {
    let import = &["/Manifest:m", "/EntityOperation:InsertOrReplace"][..];
    for (source, target, more, service) in [
        (SHARE, FOLDER, &[KEY, "/S"][..], "Azure Files"),
        (SHARE, FOLDER, &[KEY, "/Pattern:abc.txt"], "Azure Files"),
        (
            FOLDER,
            SHARE,
            &["/Pattern:ab*", "/S", "/XO", "/XN"],
            "Azure Files",
        ),
        (
            SHARE,
            BLOBS,
            &[KEY, "/S", "/SyncCopy", "/BlobType:page"],
            "Azure Files",
        ),
        (
            TABLE,
            FOLDER,
            &[KEY, "/S", "/SplitSize:100"],
            "Table storage",
        ),
        (
            TABLE,
            BLOBS,
            &[KEY, "/PKRS:aa#bb", "/PayloadFormat:CSV"],
            "Table storage",
        ),
        (FOLDER, TABLE, import, "Table storage"),
        (BLOBS, TABLE, import, "Table storage"),
    ] {
        let ends = [format!("/Source:{source}"), format!("/Dest:{target}")];
        let text = refused(&ends.each_ref().map(String::as_str), more);
        assert!(
            text.contains(&format!("{service} (`a.")) && text.contains("is not built yet"),
            "{text}"
        );
    }
    let emulator = [format!("/Source:{EMULATOR}"), format!("/Dest:{FOLDER}")];
    let text = refused(
        &emulator.each_ref().map(String::as_str),
        &[KEY, "/SourceType:Table"],
    );
    assert!(
        text.contains("`Table` as the value of `/SourceType` is not built yet"),
        "{text}"
    );
}
