//! Every combination that AzCopy's documentation or its library forbids, a row each: it is refused while words are read,
//! when nothing has been asked of a disk or a service yet. Rows about shares and tables as places belong to the versions
//! that have them.

use crate::intent::tests::refused;

const FOLDER: &str = "/data";
const BLOBS: &str = "https://a.blob.core.windows.net/c";
const OTHERS: &str = "https://b.blob.core.windows.net/c";

/// From where, to where, with what; and a piece of what is said.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

const ROWS: &[Row] = &[
    (
        FOLDER,
        "/other",
        &[],
        "Both Source and Destination are locally accessible locations.",
    ),
    (
        BLOBS,
        BLOBS,
        &[],
        "Source and destination cannot be the same.",
    ),
    (
        BLOBS,
        BLOBS,
        &["/SyncCopy"],
        "Source and destination cannot be the same.",
    ),
    // The type of a blob is chosen where a file becomes one.
    (BLOBS, FOLDER, &["/BlobType:block"], "`/BlobType` is only"),
    (
        BLOBS,
        OTHERS,
        &["/BlobType:page", "/SyncCopy"],
        "`/BlobType` is only",
    ),
    // Names are cut at a delimiter where they become paths.
    (
        FOLDER,
        BLOBS,
        &["/Delimiter:#"],
        "`/Delimiter` is only for downloads",
    ),
    (
        BLOBS,
        OTHERS,
        &["/Delimiter:#", "/SyncCopy"],
        "`/Delimiter` is only for downloads",
    ),
    (
        BLOBS,
        FOLDER,
        &["/Delimiter:ab"],
        "is not a single character",
    ),
    // Only blobs have snapshots.
    (
        FOLDER,
        BLOBS,
        &["/Snapshot"],
        "`/Snapshot` is only for copies from blobs",
    ),
    // A content type is given to what is uploaded.
    (
        BLOBS,
        FOLDER,
        &["/SetContentType"],
        "`/SetContentType` is only for uploads",
    ),
    (
        BLOBS,
        FOLDER,
        &["/SetContentType:a/b"],
        "`/SetContentType` is only for uploads",
    ),
    (
        BLOBS,
        OTHERS,
        &["/SetContentType:a/b", "/SyncCopy"],
        "`/SetContentType` is only for uploads",
    ),
    // Attributes are those of files that are uploaded.
    (BLOBS, FOLDER, &["/A"], "`/A` is only for uploads"),
    (BLOBS, FOLDER, &["/IA:R"], "`/IA` is only for uploads"),
    (BLOBS, FOLDER, &["/XA:R"], "`/XA` is only for uploads"),
    (
        BLOBS,
        OTHERS,
        &["/A", "/SyncCopy"],
        "`/A` is only for uploads",
    ),
    (FOLDER, BLOBS, &["/IA:X"], "`X` is no attribute"),
    (FOLDER, BLOBS, &["/XA:RAQ"], "`Q` is no attribute"),
    // What is copied through this machine goes from a service to a service.
    (FOLDER, BLOBS, &["/SyncCopy"], "`/SyncCopy` is only"),
    (BLOBS, FOLDER, &["/SyncCopy"], "`/SyncCopy` is only"),
    // What is for tables.
    (FOLDER, BLOBS, &["/PKRS:a#b"], "`/PKRS` is only for tables"),
    (
        BLOBS,
        FOLDER,
        &["/Manifest:m"],
        "`/Manifest` is only for tables",
    ),
    (
        FOLDER,
        BLOBS,
        &["/EntityOperation:InsertOrSkip"],
        "`/EntityOperation` is only for tables",
    ),
    (
        BLOBS,
        FOLDER,
        &["/SplitSize:31"],
        "`/SplitSize` must be at least 32",
    ),
    // Numbers within their limits.
    (
        FOLDER,
        BLOBS,
        &["/NC:0"],
        "Parallel operations count must be positive",
    ),
    (
        FOLDER,
        BLOBS,
        &["/NC:-1"],
        "Parallel operations count must be positive",
    ),
    (
        FOLDER,
        BLOBS,
        &["/NC:513"],
        "`/NC` must be between 1 and 512",
    ),
    (
        FOLDER,
        BLOBS,
        &["/BlockSizeInMb:3"],
        "BlockSize must be between",
    ),
    (
        FOLDER,
        BLOBS,
        &["/BlockSizeInMb:5"],
        "BlockSize must be multiple of 4MB.",
    ),
    // A pattern for files stays below the source.
    (
        FOLDER,
        BLOBS,
        &["/Pattern:.."],
        "Search pattern cannot contain",
    ),
    (
        FOLDER,
        BLOBS,
        &["/Pattern:a.."],
        "Search pattern cannot contain",
    ),
    (
        FOLDER,
        BLOBS,
        &["/Pattern:../a"],
        "Search pattern cannot contain",
    ),
    (
        FOLDER,
        BLOBS,
        &["/Pattern:a/../b"],
        "Search pattern cannot contain",
    ),
];

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
