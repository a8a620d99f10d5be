//! Rows: what is kept of a POSIX file system.

use super::super::{Row, Way};
use super::BLOBS;

/// The copies between files of this machine and blobs.
const FILES_AND_BLOBS: &[Way] = &[Way::Up, Way::Down];

pub(super) const ROWS: &[Row] = &[Row {
    slash: "Links",
    dash: &["links"],
    services: BLOBS,
    ways: FILES_AND_BLOBS,
    elsewhere: "is only for copies between files of this machine and blobs",
    seen: |seen| format!("{:?}", seen.options.selection.links),
    bare: "Files",
    right: &[("keep", "Keep"), ("unsafe", "Unsafe")],
    wrong: &[("on", "it takes `skip`")],
}];
