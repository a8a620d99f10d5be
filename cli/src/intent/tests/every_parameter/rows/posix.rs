//! Rows: what is kept of a POSIX file system.

use super::super::{Row, Way};
use super::{BLOBS, BLOBS_FILES};

/// The copies between local files and blobs.
const FILES_AND_BLOBS: &[Way] = &[Way::Up, Way::Down];

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "Links",
        dash: &["links"],
        services: BLOBS_FILES,
        ways: FILES_AND_BLOBS,
        elsewhere: "is only for copies between local files and blobs",
        seen: |seen| format!("{:?}", seen.options.selection.links),
        bare: "Files",
        right: &[("keep", "Keep(Metadata)"), ("unsafe", "Unsafe(Metadata)")],
        wrong: &[("on", "it takes `skip`")],
    },
    Row {
        slash: "LinkForm",
        dash: &["link-form"],
        services: BLOBS,
        ways: &[],
        elsewhere: "is only for copies that keep links",
        seen: |seen| format!("{:?}", seen.options.selection.links),
        bare: "Files",
        right: &[("azcopy", "Files"), ("rclone", "Files")],
        wrong: &[("on", "it takes `azcopy`")],
    },
    Row {
        slash: "Posix",
        dash: &["posix"],
        services: BLOBS,
        ways: FILES_AND_BLOBS,
        elsewhere: "is only for copies between local files and blobs",
        seen: |seen| format!("{:?}", seen.options.posix.form),
        bare: "None",
        right: &[
            ("azcopy", "Some(AzCopy)"),
            ("amlfs", "Some(Lustre)"),
            ("rclone", "Some(Rclone)"),
        ],
        wrong: &[("on", "it takes `azcopy`")],
    },
    Row {
        slash: "KeepSpecialBits",
        dash: &["keep-special-bits"],
        services: BLOBS,
        ways: &[],
        elsewhere: "is only for downloads of blobs that restore POSIX properties",
        seen: |seen| seen.options.posix.keeps_special_bits.to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    Row {
        slash: "FolderMarks",
        dash: &["folder-marks"],
        services: BLOBS,
        ways: &[],
        elsewhere: "is only for",
        seen: |seen| seen.options.posix.folder_marks.to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
];
